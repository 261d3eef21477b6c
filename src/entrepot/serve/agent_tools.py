"""What agents can ask: each tool with its arguments as JSON Schema, and how they are checked.

Arguments are words, never files. What a tool does with them is in `agent_answers`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from entrepot.errors import RequestError, nearest
from entrepot.figures.asking import EACH
from entrepot.figures.questions import QUESTIONS
from entrepot.measures import all_metadata
from entrepot.model.display import NBSP
from entrepot.model.keys import KEYS
from entrepot.serve import agent_answers as answers
from entrepot.serve.request_body import LONGEST
from entrepot.serve.views import scenario as scenarios
from entrepot.serve.views.home import MOST_FIGURES
from entrepot.serve.views.screen import MOST_LINES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from entrepot.serve.agent_answers import AgentAccess

# About 15,000 tokens of English.
LONGEST_ANSWER = 60_000
"""Characters of an answer; what would be longer is refused with what to ask in its place."""
MOST_CODES = 100
MOST_CLAIMS = 100
_MOST_ROWS = 200
_AS_THE_SERVER_HAS_IT = 10**9
"""Characters of an article: `Sizes` limits its bytes, wherever it comes from."""


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
    "description": f"Rows of the table behind the figure; {answers.ROWS} if left out.",
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
            answers.ask,
        ),
        AgentTool(
            "ask_in_words",
            "A question in words, read and answered",
            "Read a question in English, German, Russian or Chinese as a definition and answer it. "
            "read says how it was read: compare it with what you meant. Where answered is false, "
            "read.unsaid says what is open, with candidates: ask again with one of them. If "
            "nothing is open, there is no value, and reason says why.",
            {
                "question": _text(
                    "One question with importer, supplier, goods and year.",
                    "How much of Germany's magnets came from China in 2022?",
                ),
                "rows": _ROW_COUNT,
            },
            ("question",),
            answers.ask_in_words,
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
                "each": _text("Step; or basis, of a register.", "year", enum=[*EACH, "basis"]),
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
            answers.series,
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
            answers.suppliers,
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
            answers.compare_sides,
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
            answers.check_claims,
        ),
        AgentTool(
            "read_text",
            "Numbers of an article, read as claims",
            "Find the numbers of an article (English, German, Russian, Chinese) and read each as a "
            "claim: state says whether it was interpreted, open lists what the text does not say "
            "with candidates. Nothing is checked yet.",
            {
                "text": _text(
                    "The article: at most 100 kB, if the server does not say otherwise.",
                    "China supplied 36 % of imports.",
                    maxLength=_AS_THE_SERVER_HAS_IT,
                ),
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
            answers.read_text,
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
            answers.match_goods,
        ),
        AgentTool(
            "goods_history",
            "When a code was listed",
            "Return from when to when one code was on each list, by which act.",
            {"code": _text("A code of 2 to 10 digits.", "845710")},
            ("code",),
            answers.history_of_goods,
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
            answers.list_of_goods,
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
            answers.screen,
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
            answers.scenario,
        ),
        AgentTool(
            "measures",
            "What a measure means",
            "Without id: all measures. With id: formula, unit, range, missing-value rule, "
            "reference, and the arguments that it reads and needs.",
            {"id": _MEASURE},
            (),
            answers.measure,
        ),
        AgentTool(
            "explain",
            "What a caveat means",
            "Return the page behind a caveat: its docs (explanation/reporter-break) or its id.",
            {"id": _text("Id or docs of a caveat.", "reporter-break")},
            ("id",),
            answers.explain,
        ),
        AgentTool(
            "data_status",
            "Which data are loaded",
            "List which sources, years and lists are loaded, which come with the program, and the "
            "command that loads each other one. Ask it first when a figure lacks data.",
            {},
            (),
            answers.status,
        ),
    )
}
