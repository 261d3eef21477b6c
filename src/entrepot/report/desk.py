"""The reading desk: every number of a text with what it is said to be, and its verdict at once.

A person corrects what was understood; after each change all claims are tested together. What the
desk shows is plain data, so that a page on a server and a file on a disk are one program.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from entrepot.claims.document import MOST_CLAIMS, require_few
from entrepot.claims.draft import draft as drafted
from entrepot.claims.draft.marks import marks
from entrepot.claims.draft.sentences import LONGEST
from entrepot.claims.numbers import read_says
from entrepot.claims.numbers.text import language_of
from entrepot.claims.quantity import HOME
from entrepot.claims.read import document_of
from entrepot.claims.schema import ClaimEntry, ClaimsFile, SourceKeys
from entrepot.claims.statements import ReferenceLevels, known_statements
from entrepot.claims.times import when
from entrepot.claims.verdict import check
from entrepot.errors import EntrepotError, RequestError
from entrepot.goods import goods_lists
from entrepot.model.areas import areas, groups
from entrepot.model.table_files import write_whole
from entrepot.report.check_report.entries import entries, one_line
from entrepot.report.check_report.note import render_note
from entrepot.report.render_html import page_environment, page_style
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from entrepot.claims import Check
    from entrepot.claims.draft import Article, ArticleDraft
    from entrepot.claims.draft.marks import Marks
    from entrepot.claims.draft.readings import Reading
    from entrepot.claims.draft.sentences import Mark
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.report.check_report.entries import ReportEntry

M = TypeVar("M", bound=BaseModel)

MOST_TRIES = 9
"""Answers to one question that are tried: as many as there are keys for them."""
MOST_QUESTIONS = 30
"""Questions whose answers are tried when a file is made."""
_AS_QUOTED = "quoted source only"
# As the desk names them and a claim does: these a reading may leave between several values.
_ASKED = {"importer": "importer", "exporter": "exporter", "period": "period", "counted": "currency"}
# A blank line, also one of spaces. Not \s for the first
# part, which overlaps with \n and costs squares of time.
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*")
_QUOTED = 250
"""Signs that are quoted on each side of a number, at most: it is quoted for each of its numbers."""
_SOURCES = 3
"""Sources of a verdict that are named."""


def sheet(
    article: Article,
    lake: Lake | None = None,
    draft: ArticleDraft | None = None,
    *,
    tested: bool = True,
) -> dict[str, Any]:
    """Return what the desk shows of a text, with the verdicts on what was understood.

    Parameters
    ----------
    article
        The text; places of numbers are offsets into ``article.text``, in characters.
    lake
        Whose rows are evidence, too.
    draft
        What was understood of it, if that is known already.
    tested
        Whether verdicts are wanted, which take most of the time.

    Returns
    -------
    dict
        ``source``, ``text``, ``paragraphs`` (from, to, language), ``numbers``, ``names`` of areas
        and lists, and ``tested`` as `verdicts_on` returns it, empty where none are wanted.
    """
    found = (draft or drafted(article)).readings
    source = {
        "title": article.title,
        "publisher": article.publisher,
        "date": article.date,
        "url": article.url,
    }
    numbers = list(_numbers(found, article))
    claims = [
        {"index": one["index"], "claim": one["claim"], "open": one["state"] == "open"}
        for one in numbers
        if one["claim"] and one["state"] in ("interpreted", "open")
    ]
    # What is beyond is shown but not tested; `verdicts_on` would refuse all of it.
    few = claims[:MOST_CLAIMS]
    return {
        "source": source,
        "text": article.text,
        "paragraphs": list(_paragraphs(article.text)),
        "numbers": numbers,
        "names": _names(),
        "tested": verdicts_on(article.text, source, few, lake=lake) if tested else {},
    }


def _names() -> dict[str, list[list[str]]]:
    """Return the names of areas and lists by their codes, for fields that take either."""
    known = {one.code: one.name for one in areas()} | {one.code: one.name for one in groups()}
    return {
        "areas": [[code, name] for code, name in known.items() if code != name],
        "goods": [["all", "all goods"], *([one.id, one.title] for one in goods_lists())],
    }


def _paragraphs(text: str) -> Iterator[list[Any]]:
    """Yield where each paragraph begins and ends, and its language."""
    usual = language_of(text) or "en"
    start = 0
    # The end of the text closes the last paragraph; what comes after it is never read.
    for end, after in [*((m.start(), m.end()) for m in _PARAGRAPH.finditer(text)), (len(text), 0)]:
        if text[start:end].strip():
            yield [start, end, language_of(text[start:end]) or usual]
        start = after


class _Sentence:
    """What a sentence names, found at most once for all of its numbers."""

    def __init__(self, place: tuple[int, int], article: Article, usual: str) -> None:
        self.place = place
        self.text = article.text[slice(*place)]
        self._article = article
        self._language = language_of(self.text) or usual

    def around_number(self, start: int, end: int) -> str:
        """Return it on one line, or whole words of it: a list of amounts is one sentence."""
        first, last = self.place
        text, far = self._article.text, (start - _QUOTED, end + _QUOTED)
        low = first if far[0] <= first else text.find(" ", far[0], start) + 1 or start
        high = last if far[1] >= last else max(end, text.rfind(" ", end, far[1]))
        return " ".join(text[low:high].split())

    @cached_property
    def named(self) -> Marks:
        """Its areas, flows and goods."""
        return marks(self.text, self._language)

    @cached_property
    def around(self) -> tuple[Mark, ...]:
        """Areas named before it in its paragraph, as far back as one sentence may be long."""
        text, start = self._article.text, self.place[0]
        # Bounded, or a long paragraph would be read again
        # from its beginning for each of its sentences.
        far = max(0, start - LONGEST)
        opening = max((m.end() for m in _PARAGRAPH.finditer(text, far, start)), default=far)
        return marks(text[opening:start], self._language).areas

    @cached_property
    def times(self) -> list[Period]:
        """Periods that it names, but for single days."""
        spans = when(self.text, self._article.published, self._language)
        return [span.period for span in spans if span.period and span.period.freq != "D"]


def _numbers(found: Sequence[Reading], article: Article) -> Iterator[dict[str, Any]]:
    """Yield the numbers for the desk, in the order of the text and in time in proportion to it."""
    usual = language_of(article.text) or "en"
    sentence: _Sentence | None = None
    last: Reading | None = None
    moneys = [(one.start, money) for one in found if (money := _amount(one.says))]
    for one in found:
        if sentence is None or sentence.place != one.sentence:
            sentence = _Sentence(one.sentence, article, usual)
        nearest = next((money for at, money in reversed(moneys) if at < one.start), "")
        yield _number(one, last, sentence, nearest)
        # Only what was understood is passed on: a guess must not rest on another guess.
        last = one if one.claim else last


def _amount(says: str) -> str:
    """Return the currency of an amount; empty for what is none."""
    try:
        return read_says(says).currency or ""
    except EntrepotError:
        return ""


def _number(one: Reading, last: Reading | None, sentence: _Sentence, money: str) -> dict[str, Any]:
    """Return a number for the desk: what was understood, and a best guess where nothing was.

    ``money`` is the currency of the last amount before it, in which its rate is likely to be.
    """
    fields = {
        key: {
            "value": field.value,
            "certainty": field.certainty,
            "candidates": list(field.candidates),
        }
        for key, field in one.fields.items()
    }
    state = one.state
    # A growth in roubles and one in dollars may have different signs, so this is asked.
    if state == "interpreted" and (asked := _moneys(fields, money)):
        fields["currency"] = asked
        state = "open"
    if state in ("not_interpreted", "open"):
        for key, guess in _guessed(one, last, sentence).items():
            if not fields.get(key, {}).get("value"):
                fields.setdefault(key, guess)
    return {
        "index": one.index,
        "start": one.start,
        "end": one.end,
        "says": one.says,
        "sentence": list(one.sentence),
        "quote": sentence.around_number(one.start, one.end),
        "state": state,
        "claim": dict(one.claim) if one.claim else None,
        "fields": fields,
        "why": one.why,
    }


def _moneys(fields: Mapping[str, Any], last: str) -> dict[str, Any] | None:
    """Return in which money a rate may be that does not say it; None where none is open."""
    if fields.get("measure", {}).get("value") != "growth" or fields.get("currency"):
        return None
    sides = {fields.get(key, {}).get("value") for key in ("exporter", "importer")}
    kept = [money for money, area in HOME.items() if area in sides]
    if not kept or fields.get("quantity", {}).get("value", "value") != "value":
        return None
    first, *rest = dict.fromkeys([*([last] if last else []), *kept, "USD"])
    return {"value": first, "certainty": "open", "candidates": rest}


def _guessed(
    one: Reading, before: Reading | None, sentence: _Sentence
) -> dict[str, dict[str, Any]]:
    """Return the likeliest fields of a number that was not understood, for a person to correct.

    From its sentence, else from the number before it that was understood. They are tested only
    when a person takes them.
    """
    named = sentence.named
    last = before.fields if before else {}
    found = {key: last[key].value for key in ("exporter", "importer", "flow") if key in last}
    # isalnum: single areas, and no sums such as CHN+HKG.
    own = [mark.value for mark in named.areas if mark.value.isalnum()]
    sides = list(dict.fromkeys(own))
    if len(sides) == 1:  # "its deficit with China": whose it is stands in a sentence before
        sides = [mark.value for mark in sentence.around if mark.value not in own][-1:] + sides
    flows = [mark.value for mark in named.flows if mark.start <= one.start - sentence.place[0]]
    flow = flows[-1] if flows else ""
    if len(sides) > 1:
        # The first country named is whose trade it is, as in "Germany's imports from China".
        home, other, *_ = sides
        buys = flow in ("import", "purchase")
        found["exporter"], found["importer"] = (other, home) if buys else (home, other)
        found.pop("flow", None)
    found |= _what(one.says, sentence.text, flow)
    if sentence.times:
        found["period"] = str(sentence.times[-1])
    elif "period" in last:
        found["period"] = last["period"].value
    if goods := [mark.value for mark in named.goods]:
        found["goods"] = goods[0]
    return {
        key: {"value": value, "certainty": "best guess", "candidates": []}
        for key, value in found.items()
    }


def _what(says: str, sentence: str, flow: str) -> dict[str, str]:
    """Return the measure that a number is likely to be of, by its unit and the words around it."""
    try:
        read = read_says(says)
    except EntrepotError:
        return {}
    if read.unit == "points":
        return {"measure": "change_import_share"}
    if read.unit in ("percent", "share"):
        is_share = re.search(r"\b(?:share|supplied|Anteil)|дол[яию]|份额|占", sentence) is not None
        return {"measure": "import_share" if is_share and not read.moved else "growth"}
    if read.unit == "t":
        return {"measure": "value", "quantity": "mass"}
    balance = flow in ("surplus", "deficit")
    return {"measure": "balance" if balance else "value"} if read.currency else {}


# What is tested


def verdicts_on(
    text: str,
    source: Mapping[str, str],
    numbers: Iterable[Mapping[str, Any]],
    *,
    lake: Lake | None = None,
    tries: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> dict[str, Any]:
    """Test claims together, and say what each answer to an open question would lead to.

    Claims with an open field are tested apart from the others: they never put a verdict on
    another number, and their own is what it would be if the best guess is right.

    Parameters
    ----------
    text
        The text that the claims are of.
    source
        Title, publisher, date and address of it.
    numbers
        ``index``, ``claim`` (an entry of a claims file without id) and ``open`` of each.
    lake
        Whose rows are evidence, too.
    tries
        For the index of a number, the claims that answers to its question would make of it.

    Returns
    -------
    dict
        ``verdicts``, ``refused`` and ``tries`` by index, ``conflicts`` and the ``note``.

    Raises
    ------
    RequestError
        For more claims than are checked together.
    """
    asked = list(numbers)
    require_few(len(asked))
    words = " ".join(text.split())
    read_entries: dict[str, ClaimEntry] = {}
    refused: dict[str, str] = {}
    for one in asked:
        name = str(one["index"])
        try:
            read_entries[name] = _entry(name, one["claim"], words)
        except EntrepotError as error:
            # One claim that makes no sense must not keep all others from being tested.
            refused[name] = _in_one(error)
    doubtful = {str(one["index"]) for one in asked if one.get("open")}
    keys = _read(SourceKeys, {key: str(source.get(key, "")) for key in _ABOUT})
    # Once for all checks below, of which there is one for each answer that is tried.
    facts = ReferenceLevels(known_statements(lake))

    def checked(claims: Iterable[ClaimEntry]) -> Check:
        document = document_of(ClaimsFile(format=1, source=keys, claims=list(claims)))
        return check(document, lake, facts=facts)

    sure = checked(entry for name, entry in read_entries.items() if name not in doubtful)
    with_guesses = checked(read_entries.values()) if doubtful & set(read_entries) else sure
    verdicts = {entry.id: _verdict(entry) for entry in entries(sure)}
    # Of the check with guesses only verdicts on the
    # guesses are taken: no guess may turn another verdict.
    verdicts |= {e.id: _verdict(e) for e in entries(with_guesses) if e.id in doubtful}
    # As sets, for the same conflict may list its numbers in another order.
    solid = [frozenset(conflict.claims) for conflict in sure.conflicts]
    return {
        "verdicts": verdicts,
        "refused": refused,
        "conflicts": [
            *_conflicts(sure, doubtful),
            *(
                one
                for one in _conflicts(with_guesses, doubtful)
                if frozenset(one["numbers"]) not in solid
            ),
        ]
        if with_guesses is not sure
        else list(_conflicts(sure, doubtful)),
        "tries": dict(
            _tried(
                tries or {},
                {name: entry for name, entry in read_entries.items() if name not in doubtful},
                words,
                checked,
            )
        ),
        "note": render_note(sure, len(doubtful & set(read_entries)), width=0),
    }


_ABOUT = ("title", "publisher", "date", "url")


def _entry(name: str, claim: Mapping[str, Any], words: str) -> ClaimEntry:
    """Return a claim as a claims file has it.

    Raises
    ------
    RequestError
        If a claims file would refuse it, or its sentence is not in the text.
    """
    # Line ends and double spaces of the page are no part of a quotation.
    quote = " ".join(str(claim.get("quote", "")).split())
    if quote and quote not in words:
        raise RequestError(
            "the sentence is not in the text", hint="take the words as they stand there"
        )
    return _read(ClaimEntry, {**claim, "id": name})


def _read(model: type[M], data: Mapping[str, Any]) -> M:
    """Return a part of a claims file; raises `RequestError` if none would have it."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        # Validators raise our own errors, with hints; pydantic wraps them.
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, EntrepotError):
            raise cause from error
        place = ".".join(str(part) for part in first["loc"])
        raise RequestError(f"{place}: {first['msg']}".removeprefix(": ")) from error


def _in_one(error: EntrepotError) -> str:
    """Return an error in one line, without the name of a claim that nobody sees."""
    # On the desk the id of a claim is its number, which the reader has in front of them.
    what = re.sub(r"^\d+: ", "", error.what)
    return one_line(f"{what}: {error.hint}" if error.hint else what)


def _verdict(entry: ReportEntry) -> dict[str, Any]:
    """Return a verdict with its reason and sources, as the desk shows it."""
    only = entry.verdict == "not_enough_evidence" and entry.qualifier == _AS_QUOTED
    links = [{"text": link.text, "url": link.url} for one in entry.evidence for link in one.links]
    different = {link["url"]: link for link in links}
    return {
        "verdict": "quoted_source_only" if only else entry.verdict,
        "reason": entry.reason,
        "error": entry.likely_errors[0][1] if entry.likely_errors else "",
        "corrected": entry.corrected,
        "arithmetic": entry.arithmetic,
        "implied": entry.implied,
        "range": entry.counted,
        "needed": entry.evidence_needed,
        "what": entry.what,
        "read_as": dict(entry.definition).get("Read as", ""),
        "sources": list(different.values())[:_SOURCES],
    }


def _conflicts(found: Check, doubtful: set[str]) -> Iterator[dict[str, Any]]:
    errors = {
        entry.id: entry.likely_errors[0][1] for entry in entries(found) if entry.likely_errors
    }
    for one in found.conflicts:
        yield {
            # One error may explain several of its numbers, and is said once.
            "errors": list(dict.fromkeys(errors[name] for name in one.claims if name in errors)),
            "numbers": list(one.claims),
            "if": sorted(doubtful & set(one.claims), key=int),
            "because": one_line(one.because),
            "corrected": one_line(one.corrected),
            "unless": one_line(one.unless),
        }


def _tried(
    tries: Mapping[str, Sequence[Mapping[str, Any]]],
    read_entries: Mapping[str, ClaimEntry],
    words: str,
    checked: Callable[[Iterable[ClaimEntry]], Check],
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield by number what each answer to its question would lead to, beside what is sure."""
    for name, answers in tries.items():
        outcomes: list[dict[str, Any]] = []
        # Each answer is a check of all claims: this is what a text can make costly.
        for claim in answers[:MOST_TRIES]:
            try:
                entry = _entry(name, claim, words)
            except EntrepotError as error:
                outcomes.append({"refused": _in_one(error)})
                continue
            found = checked({**read_entries, name: entry}.values())
            outcomes += [_verdict(one) for one in entries(found) if one.id == name]
        yield name, outcomes


# As a page


def desk_parts() -> dict[str, Any]:
    """Return what every page of the desk is made of: its style and its program."""
    folder = files("entrepot.report").joinpath("templates")
    program = folder.joinpath("desk.js").read_text(encoding="utf-8")
    return {"style": page_style("desk.css"), "program": program, "version": __version__}


def render_desk(
    article: Article, lake: Lake | None = None, draft: ArticleDraft | None = None
) -> str:
    """Return the desk of one text as one file, which asks nothing from anywhere.

    Its verdicts, those behind each answer among them, are of the time when it was made; what else
    a person changes is tested when the claims file that it saves is checked.

    Parameters
    ----------
    article
        The text.
    lake
        Whose rows are evidence, too.
    draft
        What was understood of it, if that is known already.
    """
    data = sheet(article, lake, draft)
    read_entries = [one for one in data["numbers"] if one["claim"]]
    tries = {str(one["index"]): made for one in read_entries if (made := _answers(one))}
    first = dict(list(tries.items())[:MOST_QUESTIONS])
    made_claims = {name: [claim for _, _, claim in made] for name, made in first.items()}
    claims = [
        {"index": one["index"], "claim": one["claim"], "open": one["state"] == "open"}
        for one in read_entries[:MOST_CLAIMS]
    ]
    tested = verdicts_on(article.text, data["source"], claims, lake=lake, tries=made_claims)
    # By question and answer: by place the answers to one question would be taken for another's.
    tested["tries"] = {name: _by_answer(first[name], tested["tries"][name]) for name in first}
    data["tested"] = tested
    parts = desk_parts()
    page = page_environment().get_template("desk.html.j2")
    policy = "; ".join(
        (
            "default-src 'none'",
            # Hashes and not 'unsafe-inline': words of the article could otherwise run as a script.
            f"style-src '{_hash(parts['style'])}'",
            f"script-src '{_hash(parts['program'])}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    # A sentence must not end the element that carries it.
    inside = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    title = one_line(article.title)
    return page.render(data=inside, policy=policy, title=title, **parts).strip() + "\n"


def check_desk(path: Path) -> None:
    """Refuse a name that is not that of a page.

    Raises
    ------
    RequestError
        For a suffix other than .html.
    """
    if path.suffix.lower() != ".html":
        raise RequestError(
            f"cannot write a reading desk as {path.suffix or 'a file without a suffix'}",
            where=str(path),
            hint="it is a page: end the name in .html",
        )


def write_desk(
    article: Article, path: Path, lake: Lake | None = None, draft: ArticleDraft | None = None
) -> Path:
    """Write the desk of a text whole or not at all; raises as `check_desk`, or `OutsideError`."""
    check_desk(path)
    return write_whole(path, render_desk(article, lake, draft))


_Answer = tuple[str, str, dict[str, Any]]
"""Question, answer, and the claim that it would make."""


def _answers(number: Mapping[str, Any]) -> list[_Answer]:
    """Return the claims that answers to the open questions of a number would make of it."""
    found: list[_Answer] = []
    for name, key in _ASKED.items():
        field = number["fields"].get(key, {})
        values = [one for one in (field.get("value"), *field.get("candidates", ())) if one]
        if len(set(values)) > 1 and field["certainty"] != "stated":
            # The best guess makes the same claim under each question: it is tried once.
            some = list(dict.fromkeys(values))[bool(found) :]
            found += [(name, value, _with(number["claim"], key, value)) for value in some]
    return found[:MOST_TRIES]


def _by_answer(
    answers: Sequence[_Answer], outcomes: Sequence[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return outcomes by question and answer."""
    found: dict[str, dict[str, Any]] = {}
    for (name, value, _), outcome in zip(answers, outcomes, strict=True):
        found.setdefault(name, {})[value] = outcome
    return found


def _with(claim: Mapping[str, Any], key: str, value: str) -> dict[str, Any]:
    """Return a claim with another value for one key of its flows, as a person gives it."""
    # A deep copy: the levels of a claim are nested.
    made: dict[str, Any] = json.loads(json.dumps(claim))
    made.pop("read_once", None)  # whoever answers has compared it with its sentence
    keys: Any = next(part for part in made.values() if isinstance(part, dict))
    other = keys.get("to") if "ratio" in made else None
    # A ratio or a share of a share has its flows one level deeper, under "of" or "to".
    while "period" not in keys:
        inner = keys["of"][0] if isinstance(keys.get("of"), list) else None
        keys = inner or next(part for part in keys.values() if isinstance(part, dict))
    changed = [keys]
    if isinstance(other, dict) and other.get(key) == keys.get(key):
        changed.append(other)
    for one in changed:
        if key == "currency":
            one.pop("quantity", None)
        one[key] = value
    return made


def _hash(text: str) -> str:
    """Return what a policy allows an element with this text by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
