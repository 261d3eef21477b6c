"""What the tools of agents answer: each by the view of the page that has it, in few words.

Answers are those of the command line without what no reader of a sentence needs: a Figure keeps its
definition, range, evidence and caveats, and loses the list of its specifications. Questions run in
`Pool`, texts of strangers in processes apart (`apart`).
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlencode

from entrepot.claims.questions import read_question, with_periods
from entrepot.errors import ARGUMENTS, RequestError, UnknownNameError, as_spelled, nearest
from entrepot.figures import ask_many, links_loaded
from entrepot.figures.questions import QUESTIONS
from entrepot.goods import goods_diff, goods_history, goods_list, goods_lists
from entrepot.goods.library import list_names
from entrepot.goods.match import Matcher
from entrepot.goods.parse import goods_in_codes
from entrepot.lake import spans
from entrepot.measures import all_metadata, measure_metadata
from entrepot.model.areas import area_name
from entrepot.model.display import figure_value, range_text, value_between
from entrepot.serve.apart import Form, checked_apart
from entrepot.serve.request_body import Sent, Sizes, address_of, asked, command_of, page_command_of
from entrepot.serve.service import TEXT_SECONDS
from entrepot.serve.views import compare
from entrepot.serve.views import scenario as scenarios
from entrepot.serve.views.home import within_limit
from entrepot.sources import bring_in, source_ids, source_info

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from entrepot.figures import Definition, Figure
    from entrepot.lake import Lake
    from entrepot.serve.pool import Pool, PooledQuestion

T = TypeVar("T")

ROWS = 10
"""Rows of the table behind a figure, if an agent does not say how many."""
SCHEME = "entrepot://"
"""How addresses of resources begin."""
_EVIDENCE = 6
_AGAINST = 3


class BegunQuestions:
    """The questions of one call, which are given up where nobody waits for it any more."""

    def __init__(self) -> None:
        self._questions: list[PooledQuestion[Any]] = []
        self._is_left = False
        self._lock = threading.Lock()

    def add(self, question: PooledQuestion[T]) -> PooledQuestion[T]:
        """Return a question that was begun."""
        with self._lock:
            self._questions.append(question)
            is_left = self._is_left
        if is_left:
            question.leave()
        return question

    def leave(self) -> None:
        """Give up all, and each that is begun from now on."""
        with self._lock:
            self._is_left = True
            begun = [*self._questions]
        for one in begun:
            one.leave()


@dataclass(frozen=True, slots=True)
class AgentAccess:
    """What tools work with.

    Attributes
    ----------
    pool
        Asks the lake within the time of a question.
    sizes
        Bytes of a text that is checked.
    page
        Address of the page of the same lake, for links; empty where none is known, and links are
        the commands that make or serve the page.
    begun
        What was begun for a call.
    """

    pool: Pool
    sizes: Sizes = field(default_factory=Sizes)
    page: str = ""
    begun: BegunQuestions = field(default_factory=BegunQuestions)

    def ask(self, work: Callable[[Lake], dict[str, Any]]) -> dict[str, Any]:
        """Return what work on the lake answers; raises as `Pool.start` and its result do."""
        # Without a reader: a tool does not know who asks.
        # Over HTTP the guard limits requests before this.
        return self.begun.add(self.pool.start(work)).result()

    def check(self, sent: Sent, form: Form) -> dict[str, Any]:
        """Return what a process apart makes of a text."""
        seconds = min(TEXT_SECONDS, self.pool.seconds)
        question = self.pool.start_text(
            lambda at_work: checked_apart(
                self.pool.folder,
                sent,
                at_work,
                sizes=self.sizes,
                form=form,
                seconds=seconds,
                wall=self.pool.seconds,
            )
        )
        answer = self.begun.add(question).result()
        return cast("dict[str, Any]", json.loads(answer.body))

    def link(self, path: str, command: str = "") -> str:
        """Return a path of the page as an address; without a page the command that makes it."""
        if self.page:
            return self.page.rstrip("/") + path
        return command or f"run: entrepot serve; then open http://127.0.0.1:8000{path}"


def brief_figure(
    access: AgentAccess,
    found: Mapping[str, Any],
    *,
    rows: int = ROWS,
    definition: Definition | None = None,
) -> dict[str, Any]:
    """Return a Figure that `Figure.to_dict` wrote, short enough for a conversation."""
    unit, table = found["unit"], found.get("table", [])
    short: dict[str, Any] = {
        "title": found["title"],
        "status": found["status"],
        "value": found["value"],
        "unit": unit,
        "text": value_between(found["value"], unit, found["low"], found["high"]),
        "low": found["low"],
        "high": found["high"],
        "range_text": _range_of(found) or f"no range: {found.get('no_range', '')}",
        "range": found["range"],
        "definition": {name: one for name, one in found["definition"].items() if one is not None},
        "evidence": found["evidence"][:_EVIDENCE],
        "caveats": [_with_page(one) for one in found["caveats"]],
        "citation": found["citation"],
    }
    if found["status"] != "ok":
        # Left out and not null, so that no model quotes "None" or takes a missing number for zero.
        for name in ("value", "text", "low", "high", "range_text", "range"):
            del short[name]
    if specifications := found["specifications"]:
        kept = ("count", "min", "median", "max", "most_influential", "threshold", "above")
        short["specifications"] = {k: specifications[k] for k in kept if k in specifications}
    if found.get("denominator"):
        short["denominator"] = found["denominator"]["text"]
    for name in ("id", "reason", "scope", "details", "spread", "uncertain_code_shares"):
        if found.get(name):
            short[name] = found[name]
    if table:
        short["table"] = table[:rows]
        # So that a reader of the first rows knows how many there are.
        short["table_rows"] = len(table)
    if len(found["evidence"]) > _EVIDENCE:
        short["evidence_more"] = len(found["evidence"]) - _EVIDENCE
    if definition is not None:
        short["link"] = access.link(address_of(definition), page_command_of(definition))
    return short


def _range_of(found: Mapping[str, Any]) -> str:
    """Return the range of a Figure that `Figure.to_dict` wrote, in words."""
    ends, low_high = found.get("open_ends", ()), (found["low"], found["high"])
    opens = ("low" in ends, "high" in ends)
    return range_text(*low_high, found["unit"], value=found["value"], open_ends=opens)


def _with_page(caveat: Mapping[str, str]) -> dict[str, str]:
    """Return a caveat with the address of the resource that is its page, if it has one."""
    name = caveat["docs"].removeprefix("explanation/")
    page = {"resource": f"{SCHEME}caveats/{name}"} if name in explanations() else {}
    return {**caveat, **page}


def _of_figure(access: AgentAccess, figure: Figure, rows: int = ROWS) -> dict[str, Any]:
    # Without the list of specifications, which may be thousands of values.
    found = figure.to_dict(values=False)
    return brief_figure(access, found, rows=rows, definition=figure.definition)


# What each tool does.


def _pairs(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    words = {True: "true", False: "false"}
    return [
        (name, words[value] if isinstance(value, bool) else str(value))
        for name, value in given.items()
    ]


def ask(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Answer one figure."""
    rows = given.pop("rows", ROWS)
    question = asked(_pairs(given))
    found = access.ask(lambda lake: _of_figure(access, question.answered(lake, ARGUMENTS), rows))
    return found | {"command": command_of(question)}


def ask_in_words(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Answer a question in words, or say what it leaves open; nothing is guessed."""
    rows = given.pop("rows", ROWS)
    read = read_question(given["question"])
    if read.unsaid:
        # Candidates for a question without a year: only the lake knows which years it has.
        return access.ask(
            lambda lake: {"read": with_periods(read, lake).to_dict(), "answered": False}
        )
    if read.each:
        found = series(access, {"measure": read.measure, "each": read.each, **read.keys})
        answered = any(row["value"] is not None for row in found["rows"])
        return {"read": read.to_dict(), "answered": answered} | found
    question = asked([("measure", read.measure), *read.keys.items()])
    found = access.ask(lambda lake: _of_figure(access, question.answered(lake, ARGUMENTS), rows))
    # A missing figure has no value: brief_figure leaves it out.
    return {"read": read.to_dict(), "answered": found.get("value") is not None} | found


def series(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Answer a measure over time or for several areas, a row each."""
    each = given.pop("each", "year")
    lists = {
        # Semicolons, because names of areas may have commas, and plus signs join areas into one.
        name: [part.strip() for part in given.pop(f"{name}s").split(";")]
        for name in ("importer", "exporter")
        if f"{name}s" in given
    }
    measure = given.pop("measure")
    within_limit(given, each, prod(map(len, lists.values())))
    if "goods" in given:
        given["goods"] = goods_in_codes(given["goods"])
    panel_keys = given | lists
    found = access.ask(lambda lake: ask_many(measure, lake=lake, each=each, **panel_keys).to_dict())
    for row in found["rows"]:
        row["text"] = figure_value(row["value"], row["unit"])
        if row["reason"]:
            row["reason"] = as_spelled(row["reason"], ARGUMENTS)
        else:
            del row["reason"]
    if len(found["sources"]) > 1:
        found["note"] = (
            f"Several sources answer: {', '.join(found['sources'])}. Levels may differ between "
            'them; send "source" for one of them.'
        )
    query = given | {"measure": measure}
    return found | {"link": access.link(f"/ask?{urlencode(query, safe=':@,')}")}


def suppliers(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """List the suppliers of an importer."""
    rows = given.pop("rows", ROWS)
    question = asked(_pairs(given | {"measure": "top_supplier"}))

    def work(lake: Lake) -> dict[str, Any]:
        figure = question.answered(lake, ARGUMENTS)
        found = _of_figure(access, figure, rows)
        found["table"] = [
            {**row, "name": area_name(str(row["exporter"]))} if "exporter" in row else dict(row)
            for row in figure.rows()[:rows]
        ]
        return found

    return access.ask(work) | {"command": command_of(question)}


def compare_sides(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Compare two sides by the view that the page has."""

    def work(lake: Lake) -> dict[str, Any]:
        # Through the JSON of the page's own view, so that both give the same numbers.
        found: dict[str, Any] = json.loads(compare.compare_data(lake, _pairs(given)).body)
        caveats: dict[str, Any] = {}
        for side in found["sides"]:
            side["figures"] = [brief_figure(access, one, rows=0) for one in side["figures"]]
            for one in side["figures"]:
                for note in one.pop("caveats"):
                    # Most figures of both sides share their
                    # caveats; each is sent once for all of them.
                    caveats[note["text"]] = note
                for name in ("table", "table_rows", "spread"):
                    one.pop(name, None)
        return {
            **found,
            "caveats": list(caveats.values()),
            "link": access.link(f"/compare?{urlencode(given, safe=':@,')}"),
        }

    return access.ask(work)


def check_claims(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Return verdicts on claims."""
    for place, one in enumerate(given["claims"]):
        _require_kind(place, one)
    # In this order, so that an id that was sent wins over ours.
    claims = [{"id": f"claim-{place}"} | one for place, one in enumerate(given["claims"], 1)]
    source = given.get("source", {"title": "Claims of a conversation"})
    # JSON is YAML, too, so a claims file can be written without a writer of YAML.
    body = json.dumps({"format": 1, "source": source, "claims": claims}, ensure_ascii=False)
    sent = Sent(body, "claims")
    found = access.check(sent, "data")
    for claim in found["claims"]:
        claim["against_more"] = max(0, len(claim["against"]) - _AGAINST)
        claim["against"] = claim["against"][:_AGAINST]
    return found | {"link": access.link("/desk", "entrepot check CLAIMS.yaml --out check.html")}


def _require_kind(place: int, claim: Mapping[str, Any]) -> None:
    """Refuse a claim with the arguments of `ask`: its keys belong under its kind."""
    if not isinstance(claim.get("measure"), str):
        return
    rest = ("id", "quote", "says", "measure")
    keys = {name: one for name, one in claim.items() if name not in rest}
    form = {claim["measure"]: keys, "says": "90 %"}
    raise RequestError(
        "a claim has its keys under its kind, not as ask takes them",
        where=f"claims[{place}]",
        hint=f"{json.dumps(form, ensure_ascii=False)}; says is the number in the words of the text",
    )


def read_text(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a text with what each was read as."""
    first, most = given.get("first", 1), given.get("most", 50)
    body = {name: given.get(name, "") for name in ("text", "date", "publisher")}
    found = access.check(Sent(json.dumps(body), "desk"), "numbers")
    numbers = found["numbers"]
    states = [one["state"] for one in numbers]
    shown = [_number_read(one) for one in numbers if one["index"] >= first][:most]
    return {
        "source": found["source"],
        "numbers": shown,
        "counts": {state: states.count(state) for state in dict.fromkeys(states)},
        "total": len(numbers),
        "next": 'Compare each "claim" with its sentence, complete what is open, and send the '
        "claims to check_claims.",
        "link": access.link("/desk", "entrepot check TEXT.txt --out check.html"),
    } | (
        {"more": f'send "first": {shown[-1]["index"] + 1}'}
        if shown and shown[-1]["index"] < len(numbers)
        else {}
    )


def _number_read(one: Mapping[str, Any]) -> dict[str, Any]:
    unsure = {
        name: {"read_as": found["value"], "certainty": found["certainty"]}
        | ({"candidates": found["candidates"]} if found["candidates"] else {})
        for name, found in (one.get("fields") or {}).items()
        if found["certainty"] != "stated"
    }
    kept = {name: one[name] for name in ("index", "says", "state", "quote", "claim")}
    if isinstance(kept["claim"], dict):
        kept["claim"] = {name: part for name, part in kept["claim"].items() if name != "quote"}
    return kept | ({"open": unsure} if unsure else {}) | ({"why": one["why"]} if one["why"] else {})


def match_goods(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Match codes against lists on a day."""
    lists = [_list(name) for name in given.get("lists", ())]
    day = _day(given["day"]) if "day" in given else None

    def work(lake: Lake) -> dict[str, Any]:
        # A broken list of the owner must not stop an answer
        # about all others; one that is asked for by name does.
        every = lists or list(goods_lists(skip_broken=True))
        edition = given.get("edition", "HS2022")
        matcher = Matcher(every, edition, links_loaded(lake), all_of_them=bool(lists))
        codes = []
        for code in given["codes"]:
            met = [one.to_dict() for one in matcher.match(code, day)]
            for one in met:
                del one["code"]
            open_ = matcher.unsettled(day, code)
            status = "listed or in part" if met else ("not known" if open_ else "not listed")
            codes.append({"code": code, "status": status, "matches": met})
        return {
            "day": str(day) if day else "any day that is known",
            "edition": edition,
            "codes": codes,
            "lists_left_out": list(matcher.not_compared),
            "not_known_because": list(
                dict.fromkeys(why for one in codes for why in matcher.unsettled(day, one["code"]))
            )[:20],
            "note": "A code is a proxy, not a classification: the text of the list decides. A "
            "code that meets no list is not thereby uncontrolled.",
            "links": {one["code"]: access.link(f"/goods/{one['code']}") for one in codes},
        }

    return access.ask(work)


def history_of_goods(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Return when a code was on which list."""
    code = given["code"]
    seen = access.ask(lambda _: {"seen": [one.to_dict() for one in goods_history(code)]})["seen"]
    return {
        "code": code,
        "listings": [_short(one) for one in seen],
        "note": "Days are those on which the code was on the text of a list: adopted, applied, or "
        "first seen in a reading of it. No listing here means none in the lists that were read.",
        "link": access.link(f"/goods/{code}"),
    }


def list_of_goods(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Return the lists, one of them, or what changed in it."""
    if "name" not in given:
        return {"lists": lists_data(), "link": access.link("/goods")}
    most = given.get("most", 50)
    if "compared_with" in given:
        found = goods_diff(given["compared_with"], given["name"]).to_dict()
        for name in ("added", "removed", "changed"):
            found[f"{name}_count"] = len(found[name])
            found[name] = [
                {key: _short(one) for key, one in entry.items()}
                if name == "changed"
                else _short(entry)
                for entry in found[name][:most]
            ]
        of = found["after"].partition("@")[0].partition(":")[0]
        return found | {"link": access.link(f"/goods/{of}")}
    found = list_data(given["name"], most)
    return found | {"link": access.link(f"/goods/{found['list']}")}


def list_data(text: str, most: int) -> dict[str, Any]:
    """Return the codes of a list, as of its latest text or of a day: ``chpl@2024-02-23``.

    Raises
    ------
    RequestError
        If there is no such list, or the day is none.
    NoEvidenceError
        If nothing that was read says what was on it then.
    """
    name, _, day = text.partition("@")
    goods = _list(name)
    on = goods.on(_day(day) if day else goods.ended or goods.known_until)
    return {
        "list": goods.id,
        "title": goods.title,
        "direction": goods.direction,
        "begins": str(goods.begins),
        "known_until": str(goods.known_until),
        "as_of": day or str(goods.ended or goods.known_until),
        "entries": [_short(one.to_dict()) for one in on.listed[:most]],
        "total": len(on.listed),
        "possible": [_short(one.to_dict()) for one in on.possible[:most]],
        "after_last_text": on.after_last_text,
    }


def _short(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of a list without what it does not say."""
    # By identity: 0 equals False, and a count or a value of zero says something.
    return {
        name: one
        for name, one in entry.items()
        if one is not None and one is not False and one != ""
    }


def lists_data() -> list[dict[str, Any]]:
    """Return every list of goods: id, title, direction, first day, last day that was read."""
    return [
        {
            "id": one.id,
            "title": one.title,
            "direction": one.direction,
            "begins": str(one.begins),
            "known_until": str(one.known_until),
            "codes": len({entry.code for entry in one.entries}),
        }
        for one in goods_lists(skip_broken=True)
    ]


def _list(name: str) -> Any:
    # Before `goods_list`, which would try the name as a file.
    if name.lower() not in list_names():
        near = nearest(name, list_names())
        guess = f"did you mean {' or '.join(near)}? " if near else ""
        raise RequestError(
            f"no list of goods is called {name[:60]!r}",
            hint=f"{guess}lists: {', '.join(list_names())}",
        )
    return goods_list(name)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RequestError(f"no day: {text[:60]!r}", hint='send "2024-02-23"') from None


def screen(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Screen lines of shipments."""
    import base64

    most = given.get("most", 50)
    data = base64.b64encode(given["lines"].encode()).decode()
    keys = ("edition", "dates")
    body = {"data": data, "name": "", "rows": most} | {name: given.get(name, "") for name in keys}
    found = access.check(Sent(json.dumps(body), "shipments"), "lines")
    counts = ("listed", "in part: check the text", "not known")
    found["results_total"] = sum(found["statuses"][name] for name in counts)
    found["results"] = [_short(one) for one in found["results"]]
    found["matrix"] = [
        # Rows of the matrix on which no line fell are left out.
        one
        for one in found["matrix"]
        if any(one.get(name) for name in (*counts, "not listed"))
    ]
    del found["lists"]  # goods_list has them
    if count := found["statuses"]["no list for this route"]:
        found["note"] = (
            f"{count} of {found['lines']} lines take a route for which no list was read: nothing "
            "is known about them, which does not mean that they are not controlled."
        )
    return found | {"link": access.link("/screen", "entrepot screen FILE.csv --out screen.xlsx")}


def scenario(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Estimate what a stop of trade would cost."""
    rows = given.pop("rows", ROWS)

    def work(lake: Lake) -> dict[str, Any]:
        found = json.loads(scenarios.scenario_data(lake, _pairs(given)).body)
        economy = found.get("economy") or {}
        short = {
            name: [_loss(one) for one in economy.get(name, [])[:rows]]
            for name in ("sides", "areas", "sectors")
        }
        asked_for = {k: v for k, v in found["scenario"].items() if v not in (None, "", {})}
        return {
            "answer": found["answer"],
            "scenario": asked_for,
            "stopped_usd": economy.get("stopped_usd"),
            "losses": short,
            "evidence": economy.get("evidence"),
            "goods": found.get("goods"),
            "caveats": [_with_page(one) for one in found["caveats"]],
            "link": access.link(f"/scenario?{urlencode(given, safe=':@,')}"),
        }

    return access.ask(work)


def _loss(one: Mapping[str, Any]) -> dict[str, Any]:
    share = one["lost_share"]
    return {
        "name": one["name"],
        "code": one["code"],
        "who": one["who"],
        "lost_usd": one["lost_usd"],
        "lost_share": share,
        "text": range_text(share["low"], share["high"], "share"),
    }


def measure(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a measure means."""
    if "id" not in given:
        return {"measures": {one.id: one.title for one in all_metadata() if one.id in QUESTIONS}}
    found = measure_metadata(given["id"]).to_dict()
    how = QUESTIONS[given["id"]]
    return found | {
        "needs_sides": list(how.names),
        "reads": list(how.reads),
        "needs": list(how.needs),
        "link": access.link(f"/measures/{given['id']}"),
    }


def explain(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Return the page behind a caveat."""
    name = given["id"].removeprefix("explanation/")
    return {"id": name, "text": explanation(name)}


@cache
def explanations() -> tuple[str, ...]:
    """Return the name of every page that explains a caveat or a method."""
    return tuple(sorted(path.stem for path in _explained().glob("*.md")))


def explanation(name: str) -> str:
    """Return a page that explains; raises `UnknownNameError` for a name that is none."""
    if name not in explanations():
        raise UnknownNameError(
            "explanation",
            name[:60],
            explanations(),
            hint="send the id or docs of a caveat of an answer, such as reporter-break",
        )
    return (_explained() / f"{name}.md").read_text("utf-8")


def _explained() -> Path:
    """Return the folder of these pages: in the wheel, or in a checkout those of the docs."""
    package = Path(str(files("entrepot")))
    # The wheel has these pages inside of the package; an editable install has them in docs alone.
    installed = package / "explanation"
    return installed if installed.is_dir() else package.parents[1] / "docs" / "explanation"


def status(access: AgentAccess, _: dict[str, Any]) -> dict[str, Any]:
    """Return which data are loaded, and how others are."""

    def work(lake: Lake) -> dict[str, Any]:
        holdings = lake.holdings()
        names = {one.source for one in holdings}
        infos = [source_info(name) for name in source_ids()]
        return {
            "loaded": [
                {
                    "source": one.source,
                    "vintage": one.vintage,
                    "periods": spans(one.periods),
                    "rows": one.rows,
                    "importers": one.importers,
                    "exporters": one.areas,
                    "products": one.products,
                    "most_products": one.most_products,
                    "currency": one.currency,
                    "added_on": one.added_on,
                    "findings": len(one.findings),
                }
                for one in holdings[:100]
            ],
            "bundled": [
                {"source": one.id, "title": one.title, "licence": one.licence}
                for one in infos
                if one.bundled
            ],
            "not_loaded": [
                {"source": one.id, "title": one.title, "load_with": bring_in(one.id)}
                for one in infos
                if not one.bundled and one.id not in names
            ],
            "lists": {one["id"]: one["known_until"] for one in lists_data()},
            "link": access.link("/data"),
        }

    return access.ask(work)
