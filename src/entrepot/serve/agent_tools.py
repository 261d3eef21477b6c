"""What agents can ask: each tool with its arguments, and its answer in few words.

Answers are those of the command line without what no reader of a sentence needs: a Figure keeps its
definition, range, evidence and caveats, and loses the list of its specifications. Arguments are
words, never files: questions run in `Pool`, texts of strangers in processes apart (`apart`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from entrepot.claims.questions import read_question
from entrepot.errors import RequestError, UnknownNameError, nearest
from entrepot.figures import ask_many, links_loaded
from entrepot.figures.asking import EACH
from entrepot.figures.questions import QUESTIONS
from entrepot.goods import goods_diff, goods_history, goods_list, goods_lists
from entrepot.goods.library import list_names
from entrepot.goods.match import Matcher
from entrepot.lake import spans
from entrepot.measures import all_metadata, measure_metadata
from entrepot.model.areas import area_name
from entrepot.model.display import NBSP, figure_value, range_text
from entrepot.model.keys import KEYS
from entrepot.serve.apart import Form, checked_apart
from entrepot.serve.keys import LONGEST, address_of, asked, command_of
from entrepot.serve.request_body import Sent, Sizes
from entrepot.serve.service import TEXT_SECONDS
from entrepot.serve.views import compare
from entrepot.serve.views import scenario as scenarios
from entrepot.serve.views.screen import MOST_LINES
from entrepot.sources import bring_in, source_ids, source_info

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.serve.pool import Pool

__all__ = [
    "LONGEST_ANSWER",
    "MOST_CLAIMS",
    "TOOLS",
    "AgentAccess",
    "AgentTool",
    "call",
    "explanation",
    "explanations",
    "list_data",
    "lists_data",
]

# About 15,000 tokens of English.
LONGEST_ANSWER = 60_000
"""Characters of an answer; what would be longer is refused with what to ask in its place."""
MOST_CODES = 100
MOST_CLAIMS = 100
MOST_FIGURES = 60
"""Figures of one series or panel."""
_ROWS = 10
_MOST_ROWS = 200
_EVIDENCE = 6
_AGAINST = 3


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
        Address of the page of the same lake, for links; empty where none is served.
    """

    pool: Pool
    sizes: Sizes = field(default_factory=Sizes)
    page: str = ""

    def ask(self, work: Callable[[Lake], dict[str, Any]]) -> dict[str, Any]:
        """Return what work on the lake answers; raises as `Pool.start` and its result do."""
        # Without a reader: a tool does not know who asks.
        # Over HTTP the guard limits requests before this.
        return self.pool.start(work).result()

    def check(self, sent: Sent, form: Form) -> dict[str, Any]:
        """Return what a process apart makes of a text."""
        seconds = min(TEXT_SECONDS, self.pool.seconds)
        question = self.pool.start_text(
            lambda: checked_apart(
                self.pool.folder, sent, form=form, seconds=seconds, wall=self.pool.seconds
            )
        )
        return cast("dict[str, Any]", json.loads(question.result().body))

    def link(self, path: str) -> str:
        """Return a path of the page as an address."""
        return self.page.rstrip("/") + path


@dataclass(frozen=True, slots=True)
class AgentTool:
    """One tool: its name, what it answers, its arguments as JSON Schema, and its work."""

    name: str
    title: str
    description: str
    arguments: dict[str, dict[str, Any]]
    required: tuple[str, ...]
    work: Callable[[AgentAccess, dict[str, Any]], dict[str, Any]]

    @property
    def schema(self) -> dict[str, Any]:
        """The arguments as a closed JSON Schema."""
        return {
            "type": "object",
            "properties": self.arguments,
            "required": list(self.required),
            "additionalProperties": False,
        }


def call(access: AgentAccess, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a tool answers.

    Raises
    ------
    RequestError
        For an unknown tool or argument, one of another type, or an answer that is too long.
    """
    tool = TOOLS.get(name)
    if tool is None:
        near = nearest(name[:60], TOOLS)
        guess = f"did you mean {' or '.join(near)}? " if near else ""
        raise RequestError(f"no such tool: {name[:60]!r}", hint=f"{guess}tools: {', '.join(TOOLS)}")
    found = tool.work(access, _checked(tool, given))
    # No-break spaces are for pages; whoever searches the text of an answer would miss them.
    text = json.dumps(found, ensure_ascii=False, default=str).replace(NBSP, " ")
    size = len(text)
    if size > LONGEST_ANSWER:
        raise RequestError(
            f"the answer has {size:,} characters, more than {LONGEST_ANSWER:,}",
            why="it would not fit into a conversation",
            hint=_narrower(tool),
        )
    # From the text that was measured, so that what is
    # sent is what was counted, with plain types only.
    return cast("dict[str, Any]", json.loads(text))


def _narrower(tool: AgentTool) -> str:
    cut = next((one for one in ("rows", "most") if one in tool.arguments), None)
    return f'send "{cut}": 5, or ask for less' if cut else "ask for fewer codes, areas or periods"


_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def _checked(tool: AgentTool, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments without those that say nothing; refuse what the schema does not allow."""
    # Models send null or "" for what they leave out. False and 0 say something and stay.
    found = {name: value for name, value in given.items() if value is not None and value != ""}
    for name in found:
        if name not in tool.arguments:
            near = nearest(name[:60], tool.arguments)
            guess = f'send "{near[0]}". ' if near else ""
            raise RequestError(
                f"{tool.name} has no argument {name[:60]!r}",
                hint=f"{guess}Arguments: {', '.join(tool.arguments)}",
            )
    for name in tool.required:
        if name not in found:
            example = json.dumps(tool.arguments[name]["examples"][0], ensure_ascii=False)
            raise RequestError(f"{name} is missing", hint=f'send "{name}": {example}')
    return {name: _typed(name, value, tool.arguments[name]) for name, value in found.items()}


def _typed(name: str, value: Any, schema: Mapping[str, Any]) -> Any:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    # bool is a subclass of int in Python, so true would become a year "True".
    if isinstance(value, (int, float)) and not isinstance(value, bool) and "string" in kinds:
        value = str(value)  # a year is often sent as a number
    # By hand and not with a library of JSON Schema: the
    # hints are written for a model that tries again.
    is_one = any(isinstance(value, _KINDS[kind]) for kind in kinds)
    if not is_one or (isinstance(value, bool) and "boolean" not in kinds):
        example = json.dumps(schema["examples"][0], ensure_ascii=False)
        raise RequestError(
            f"{name} is not of type {' or '.join(kinds)}", hint=f'send "{name}": {example}'
        )
    if isinstance(value, str) and len(value) > schema.get("maxLength", LONGEST):
        most = schema.get("maxLength", LONGEST)
        raise RequestError(
            f"{name} has {len(value):,} characters", hint=f"send at most {most:,}, or less at once"
        )
    if isinstance(value, list):
        _require_items(name, value, schema)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # Without bounds the value is its own bound; NaN, which equals nothing, is refused even so.
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        if not low <= value <= high:
            raise RequestError(f"{name} is {value}", hint=f"send {low} to {high}")
    if "enum" in schema and value not in schema["enum"]:
        near = nearest(str(value)[:60], schema["enum"])
        guess = f'send "{name}": "{near[0]}". ' if near else ""
        raise RequestError(
            f"unknown {name}: {str(value)[:60]!r}",
            hint=f"{guess}One of: {', '.join(schema['enum'])}",
        )
    return value


def _require_items(name: str, value: list[Any], schema: Mapping[str, Any]) -> None:
    most, item = schema["maxItems"], schema["items"]["type"]
    if not value or len(value) > most:
        raise RequestError(f"{name} has {len(value):,} items", hint=f"send 1 to {most}")
    for one in value:
        if not isinstance(one, _KINDS[item]) or (isinstance(one, str) and len(one) > LONGEST):
            example = json.dumps(schema["examples"][0], ensure_ascii=False)
            raise RequestError(f"an item of {name} is no {item}", hint=f'send "{name}": {example}')


# A Figure in few words.


def brief_figure(
    access: AgentAccess, found: Mapping[str, Any], *, rows: int = _ROWS, link: str = ""
) -> dict[str, Any]:
    """Return a Figure that `Figure.to_dict` wrote, short enough for a conversation."""
    unit, table = found["unit"], found.get("table", [])
    short: dict[str, Any] = {
        "title": found["title"],
        "status": found["status"],
        "value": found["value"],
        "unit": unit,
        "text": figure_value(found["value"], unit),
        "low": found["low"],
        "high": found["high"],
        "range_text": range_text(found["low"], found["high"], unit) or "no range can be given",
        "range": found["range"],
        "definition": {name: one for name, one in found["definition"].items() if one is not None},
        "evidence": found["evidence"][:_EVIDENCE],
        "caveats": found["caveats"],
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
    return short | ({"link": access.link(link)} if link else {})


def _of_figure(access: AgentAccess, figure: Figure, rows: int = _ROWS) -> dict[str, Any]:
    # Without the list of specifications, which may be thousands of values.
    found = figure.to_dict(values=False)
    return brief_figure(access, found, rows=rows, link=address_of(figure.definition))


# Arguments.


def _text(words: str, *examples: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": words, "examples": list(examples)} | more


_JSON_TYPES = {str: "string", int: "integer", float: "number"}
_EXAMPLES: dict[str, Any] = {
    "importer": "RUS", "exporter": "CHN", "goods": "chpl", "period": "2023", "base": "2021",
    "source": "baci", "k": 3, "margin": 0.2, "sigma": 3, "trim": 5, "least": 1e6,
    "production": 5e6, "sector": "C26", "hubs": "ARM+KAZ+KGZ", "controls": "GEO+UZB",
    "fixed_supply": "coalition", "listed": "eu-xxiii", "spot": "7.1",
}  # fmt: skip
_SIDES = (
    "Country by ISO code or name in any language, group (EU27, coalition, G7), sum (CHN+HKG), or "
    "WLD."
)
_GOODS = (
    "all; HS codes of 2, 4 or 6 digits joined by commas (850511); a dated list (chpl, eu-xxiii, "
    "chpl:4.B, chpl@2024-01-01); or inputs, inputs:C26."
)


def _key(name: str) -> dict[str, Any]:
    key = KEYS[name]
    words = {"importer": _SIDES, "exporter": _SIDES, "goods": _GOODS}.get(name, key.help)
    kind = _JSON_TYPES[key.kind]
    example = key.choices[0] if key.choices else _EXAMPLES.get(name, "USD")
    found = {"type": kind, "description": words, "examples": [example]}
    return found | ({"enum": list(key.choices)} if key.choices else {})


_MEASURES = "; ".join(f"{one.id}: {one.title}" for one in all_metadata() if one.id in QUESTIONS)
_MEASURE = _text("Id of a measure.", "import_share", enum=list(QUESTIONS))
_PERIOD = _text("A year, quarter, month or span: 2023, 2023Q2, 2023-06, 2022-03..2022-12.", "2023")
_ROW_COUNT = {
    "type": "integer",
    "description": f"Rows of the table behind the figure; {_ROWS} if left out.",
    "minimum": 0,
    "maximum": _MOST_ROWS,
    "examples": [20],
}
_MOST = _ROW_COUNT | {"description": "Entries that are returned at most; 50 if left out."}
_DAY = _text("A day: 2024-02-23.", "2024-02-23")
_LISTS = {
    "type": "array",
    "items": {"type": "string"},
    "maxItems": 50,
    "description": "Ids of lists; all if left out.",
    "examples": [["chpl", "eu-xxiii"]],
}


# What each tool does.


def _pairs(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    words = {True: "true", False: "false"}
    return [
        (name, words[value] if isinstance(value, bool) else str(value))
        for name, value in given.items()
    ]


def _ask(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    rows = given.pop("rows", _ROWS)
    question = asked(_pairs(given))
    found = access.ask(lambda lake: _of_figure(access, question.answered(lake), rows))
    return found | {"command": command_of(question)}


def _ask_in_words(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    """Answer a question in words, or say what it leaves open; nothing is guessed."""
    rows = given.pop("rows", _ROWS)
    # Candidates for a question without a year: only the lake knows which years it has.
    read = read_question(given["question"], years=access.ask(_years)["years"])
    if read.unsaid:
        return {"read": read.to_dict(), "answered": False}
    if read.each:
        return {"read": read.to_dict(), "answered": True} | _series(
            access, {"measure": read.measure, "each": read.each, **read.keys}
        )
    question = asked([("measure", read.measure), *read.keys.items()])
    found = access.ask(lambda lake: _of_figure(access, question.answered(lake), rows))
    return {"read": read.to_dict(), "answered": True} | found


def _years(lake: Lake) -> dict[str, Any]:
    found = [spans(item.periods) for item in lake.holdings() if item.table == "flows"]
    return {"years": list(dict.fromkeys(found))[:4]}


def _series(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    each = given.pop("each", "year")
    lists = {
        # Semicolons, because names of areas may have commas, and plus signs join areas into one.
        name: [part.strip() for part in given.pop(f"{name}s").split(";")]
        for name in ("importer", "exporter")
        if f"{name}s" in given
    }
    measure = given.pop("measure")
    # Counted before anything is computed: a span of days or
    # a long list would hold a worker for its whole time.
    count = _steps(given["period"], each)
    for values in lists.values():
        count *= len(values)
    if count > MOST_FIGURES:
        raise RequestError(
            f"{count} figures at once",
            why=f"at most {MOST_FIGURES} fit into an answer",
            hint='send a shorter "period", or "each": "year"',
        )
    panel_keys = given | lists
    found = access.ask(lambda lake: ask_many(measure, lake=lake, each=each, **panel_keys).to_dict())
    for row in found["rows"]:
        row["text"] = figure_value(row["value"], row["unit"])
        row.update({"reason": row["reason"]} if row["reason"] else {})
        if not row["reason"]:
            del row["reason"]
    if len(found["sources"]) > 1:
        found["note"] = (
            f"Several sources answer: {', '.join(found['sources'])}. Levels may differ between "
            'them; send "source" for one of them.'
        )
    query = given | {"measure": measure}
    return found | {"link": access.link(f"/ask?{urlencode(query, safe=':@,')}")}


def _steps(text: str, each: str) -> int:
    from entrepot.model.period import Period

    return len(Period.parse(text).split(EACH[each])) or 1


def _suppliers(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    rows = given.pop("rows", _ROWS)
    question = asked(_pairs(given | {"measure": "top_supplier"}))

    def work(lake: Lake) -> dict[str, Any]:
        figure = question.answered(lake)
        found = _of_figure(access, figure, rows)
        found["table"] = [
            {**row, "name": area_name(str(row["exporter"]))} for row in figure.rows()[:rows]
        ]
        return found

    return access.ask(work) | {"command": command_of(question)}


def _compare(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
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


def _check_claims(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    # In this order, so that an id that was sent wins over ours.
    claims = [{"id": f"claim-{place}"} | one for place, one in enumerate(given["claims"], 1)]
    source = given.get("source", {"title": "Claims of a conversation"})
    # JSON is YAML, too, so a claims file can be written without a writer of YAML.
    body = json.dumps({"format": 1, "source": source, "claims": claims}, ensure_ascii=False)
    sent = Sent(body, "claims")
    access.sizes.require(sent)
    found = access.check(sent, "data")
    for claim in found["claims"]:
        claim["against_more"] = max(0, len(claim["against"]) - _AGAINST)
        claim["against"] = claim["against"][:_AGAINST]
    return found


def _read_text(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    text = given["text"]
    access.sizes.require(Sent(text))
    first, most = given.get("first", 1), given.get("most", 50)
    body = {name: given.get(name, "") for name in ("text", "date", "publisher")}
    found = access.check(Sent(json.dumps(body), "desk"), "desk")
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


def _goods_match(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
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
            open_ = matcher.unsettled(day)
            status = "listed or in part" if met else ("not known" if open_ else "not listed")
            codes.append({"code": code, "status": status, "matches": met})
        return {
            "day": str(day) if day else "any day that is known",
            "edition": edition,
            "codes": codes,
            "lists_left_out": list(matcher.left_out),
            "not_known_because": list(matcher.unsettled(day))[:20],
            "note": "A code is a proxy, not a classification: the text of the list decides. A "
            "code that meets no list is not thereby uncontrolled.",
            "links": {one["code"]: access.link(f"/goods/{one['code']}") for one in codes},
        }

    return access.ask(work)


def _goods_history(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    code = given["code"]
    seen = access.ask(lambda _: {"seen": [one.to_dict() for one in goods_history(code)]})["seen"]
    return {
        "code": code,
        "listings": [_short(one) for one in seen],
        "note": "Days are those on which the code was on the text of a list: adopted, applied, or "
        "first seen in a reading of it. No listing here means none in the lists that were read.",
        "link": access.link(f"/goods/{code}"),
    }


def _goods_list(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    if "name" not in given:
        return {"lists": lists_data()}
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
        return found
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
    whole = _list(name)
    on = whole.on(_day(day) if day else whole.known_until)
    return {
        "list": whole.id,
        "title": whole.title,
        "direction": whole.direction,
        "begins": str(whole.begins),
        "known_until": str(whole.known_until),
        "as_of": day or str(whole.known_until),
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


def _screen(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
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
    return found


def _scenario(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    rows = given.pop("rows", _ROWS)

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
            "caveats": found["caveats"],
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


def _measure(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
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


def _explain(access: AgentAccess, given: dict[str, Any]) -> dict[str, Any]:
    name = given["id"].removeprefix("explanation/")
    return {"id": name, "text": explanation(name)}


@cache
def explanations() -> tuple[str, ...]:
    """Return the name of every page that explains a caveat or a method."""
    return tuple(sorted(path.stem for path in _explained().glob("*.md")))


def explanation(name: str) -> str:
    """Return a page that explains; raises `UnknownNameError` for a name that is none."""
    if name not in explanations():
        raise UnknownNameError("explanation", name[:60], explanations())
    return (_explained() / f"{name}.md").read_text("utf-8")


def _explained() -> Path:
    """Return the folder of these pages: in the wheel, or in a checkout those of the docs."""
    package = Path(str(files("entrepot")))
    # The wheel has these pages inside of the package; an editable install has them in docs alone.
    installed = package / "explanation"
    return installed if installed.is_dir() else package.parents[1] / "docs" / "explanation"


def _status(access: AgentAccess, _: dict[str, Any]) -> dict[str, Any]:
    def work(lake: Lake) -> dict[str, Any]:
        held = lake.holdings()
        names = {one.source for one in held}
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
                    "currency": one.currency,
                    "added_on": one.added_on,
                    "findings": len(one.findings),
                }
                for one in held[:100]
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


_ALWAYS = "Each answer has definition, range, evidence and caveats: quote them with the number. "

TOOLS: dict[str, AgentTool] = {
    one.name: one
    for one in (
        AgentTool(
            "ask",
            "One figure",
            "Evaluate one figure: a measure for an importer, exporter, goods and a period. "
            f"{_ALWAYS}If status is insufficient_data, reason says what is missing: report that, "
            "do not estimate. For several years use series, for all suppliers use suppliers. "
            f"Measures: {_MEASURES}.",
            {
                "measure": _MEASURE,
                **{name: _key(name) for name in KEYS},
                "curve": {
                    "type": "boolean",
                    "description": "Count every combination of defensible choices.",
                    "examples": [True],
                },
                "above": {
                    "type": "number",
                    "description": "With curve: share of specifications above this value.",
                    "examples": [0.8],
                },
                "rows": _ROW_COUNT,
            },
            ("measure", "period"),
            _ask,
        ),
        AgentTool(
            "ask_in_words",
            "A question in words, read and answered",
            "Read a question in English, German, Russian or Chinese as a definition and answer it. "
            "read says how it was read: compare it with what you meant. Where answered is false, "
            "read.unsaid says what is open, with candidates: ask again with one of them.",
            {
                "question": _text(
                    "One question with importer, supplier, goods and year.",
                    "How much of Germany's magnets came from China in 2022?",
                ),
                "rows": _ROW_COUNT,
            },
            ("question",),
            _ask_in_words,
        ),
        AgentTool(
            "series",
            "A figure for each year, quarter or month, and for several countries",
            "Evaluate a measure over time, or for several countries at once: a row each with "
            "value, range and source. Missing periods say why; they are not zero. At most "
            f"{MOST_FIGURES} figures.",
            {
                "measure": _MEASURE,
                "period": _text("First to last: 2017..2023; or one year.", "2017..2023"),
                "each": _text("Step.", "year", enum=list(EACH)),
                **{name: _key(name) for name in ("importer", "exporter", "goods", "source")},
                "importers": _text(
                    "Several importers, a row each, parted by semicolons.", "RUS; KAZ; KGZ"
                ),
                "exporters": _text(
                    "Several exporters, a row each, parted by semicolons.", "CHN; USA"
                ),
                **{name: _key(name) for name in ("quantity", "currency", "reported_by", "basis")},
                "k": _key("k"),
            },
            ("measure", "period"),
            _series,
        ),
        AgentTool(
            "suppliers",
            "Suppliers of a country with their shares",
            "List the suppliers of an importer, the largest first, with value and share. The "
            "figure itself is the share of the largest.",
            {
                **{name: _key(name) for name in ("importer", "goods", "period", "source")},
                "quantity": _key("quantity"),
                "rows": _ROW_COUNT,
            },
            ("importer", "period"),
            _suppliers,
        ),
        AgentTool(
            "compare",
            "Two dependences alongside each other",
            "Compare two sides that differ in importer, supplier, goods or period: shares, values, "
            "concentration, asymmetry of both, in one year and from one source where possible.",
            {
                "importer": _key("importer"),
                "supplier": _text(f"{_SIDES} CHN if left out.", "CHN"),
                "goods": _key("goods"),
                "period": _PERIOD,
                **{
                    f"{name}2": _text(f"The second side's {name}, if it differs.", example)
                    for name, example in (
                        ("importer", "KAZ"),
                        ("supplier", "TUR"),
                        ("goods", "all"),
                        ("period", "2021"),
                    )
                },
            },
            ("importer",),
            _compare,
        ),
        AgentTool(
            "check_claims",
            "Verdicts on published figures",
            "Test claims against data, published figures and arithmetic. A claim is an object with "
            "one kind (import_share, export_share, value, growth, ratio, hhi ...) with its "
            "keys, and says: the number in the words and digits of the text. Verdicts: supported, "
            "differs, inconsistent, not_enough_evidence, quoted_source_only. Not enough evidence "
            "is not false. Drafts of claims come from read_text.",
            {
                "claims": {
                    "type": "array",
                    "items": {"type": "object"},
                    "maxItems": MOST_CLAIMS,
                    "description": "Claims; id and quote may be left out.",
                    "examples": [
                        [
                            {
                                "import_share": {
                                    "importer": "RUS",
                                    "exporter": "CHN",
                                    "period": "2025",
                                },
                                "says": "36 %",
                            }
                        ]
                    ],
                },
                "source": {
                    "type": "object",
                    "description": "Who published them: title, publisher, date (2026-01-20), url.",
                    "examples": [{"title": "An article", "date": "2026-01-20"}],
                },
            },
            ("claims",),
            _check_claims,
        ),
        AgentTool(
            "read_text",
            "Numbers of an article, read as claims",
            "Find the numbers of an article (English, German, Russian, Chinese) and read each as a "
            "claim: state says whether it was interpreted, open lists what the text does not say "
            "with candidates. Nothing is checked yet.",
            {
                "text": _text("The article.", "China supplied 36 % of imports.", maxLength=100_000),
                "date": _text("When it was published: 2026-01-20.", "2026-01-20"),
                "publisher": _text("Who published it.", "A newspaper"),
                "first": _ROW_COUNT
                | {
                    "description": "Index of the first number shown.",
                    "minimum": 1,
                    "maximum": 9999,
                },
                "most": _MOST | {"description": "Numbers shown at most; 50 if left out."},
            },
            ("text",),
            _read_text,
        ),
        AgentTool(
            "goods_match",
            "Which lists a code is on",
            "Match product codes against dated lists of controlled goods (Common High Priority "
            "List, EU, UK, US, Canadian, Chinese lists), on a day or ever. Says listed, in part, "
            "or not known where no text settles it; no match never means uncontrolled.",
            {
                "codes": {
                    "type": "array",
                    "items": {"type": "string"},
                    "maxItems": MOST_CODES,
                    "description": "HS, CN or tariff codes of 4 to 10 digits.",
                    "examples": [["854231", "845710"]],
                },
                "day": _DAY,
                "edition": _text("Edition or tariff of the codes; HS2022 if left out.", "HS2022"),
                "lists": _LISTS,
            },
            ("codes",),
            _goods_match,
        ),
        AgentTool(
            "goods_history",
            "When a code was listed",
            "Return from when to when one code was on each list, by which act.",
            {"code": _text("A code of 2 to 10 digits.", "845710")},
            ("code",),
            _goods_history,
        ),
        AgentTool(
            "goods_list",
            "Lists of controlled goods and their codes",
            "Without name: all lists. With name: its codes, at its latest text or as of a day "
            "(chpl@2024-02-23). With compared_with: what was added and removed since.",
            {
                "name": _text("Id of a list, with @day for a day.", "chpl"),
                "compared_with": _text("The earlier state: chpl@2023-12-31.", "chpl@2023-12-31"),
                "most": _MOST,
            },
            (),
            _goods_list,
        ),
        AgentTool(
            "screen",
            "Screen a list of shipments",
            "Screen lines of CSV with a header (date, code, and from, to, value, consignee where "
            "known) against every list on the date of each line. A code is a proxy, not a "
            "classification.",
            {
                "lines": _text(
                    f"CSV with a header, at most {MOST_LINES:,} lines.",
                    "date,code,from,to\n2024-03-01,854231,DEU,RUS",
                    maxLength=250_000,
                ),
                "edition": _text("Edition or tariff of the codes, if not in the file.", "HS2022"),
                "dates": _text("DMY or MDY where days are ambiguous.", "DMY", enum=["DMY", "MDY"]),
                "most": _MOST,
            },
            ("lines",),
            _screen,
        ),
        AgentTool(
            "scenario",
            "What a stop of trade would cost",
            "Estimate the losses of output by country and sector if trade stopped, from "
            "input-output tables of 80 economies. The range is the answer, not the value: a model, "
            "not a forecast. Takes up to half a minute.",
            {
                **{
                    name: _text(words, example)
                    for (name, words), example in zip(
                        scenarios.ASKED.items(),
                        (
                            *("CHN", "EU27", "export_ban", "C26", "export_ban", "C26", "2022"),
                            *("0.1,0.05,0.3", "0.3,0.1,0.6", "0.5,0.2,0.8", "0.5,0.2,0.8"),
                            *("854231", "3"),
                        ),
                        strict=True,
                    )
                },
                "rows": _ROW_COUNT,
            },
            ("imposes", "target"),
            _scenario,
        ),
        AgentTool(
            "measures",
            "What a measure means",
            "Without id: all measures. With id: formula, unit, range, missing-value rule, "
            "reference, and the arguments that it reads and needs.",
            {"id": _MEASURE},
            (),
            _measure,
        ),
        AgentTool(
            "explain",
            "What a caveat means",
            "Return the page behind a caveat: its docs (explanation/reporter-break) or its id.",
            {"id": _text("Id or docs of a caveat.", "reporter-break")},
            ("id",),
            _explain,
        ),
        AgentTool(
            "data_status",
            "Which data are loaded",
            "List which sources, years and lists are loaded, which come with the program, and the "
            "command that loads each other one. Ask it first when a figure lacks data.",
            {},
            (),
            _status,
        ),
    )
}
