"""The API in words and examples, as OpenAPI has them."""

from __future__ import annotations

from typing import Any

from fastapi import Path, Response

from entrepot.model.keys import KEY_WORDS

__all__ = [
    "AREAS",
    "ASK",
    "ASK_CSV",
    "BRIEF",
    "CHECK",
    "EXAMPLES",
    "GOODS",
    "LIST_NAME",
    "MEASURES",
]

_TYPES = {str: "string", int: "integer", float: "number"}
_EXAMPLES = {
    "importer": "RUS",
    "exporter": "CHN",
    "goods": "chpl",
    "period": "2023",
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong."},
        "where": {"type": "string"},
        "why": {"type": "string"},
        "hint": {"type": "string", "description": "What to do next."},
    },
}
_FIGURE = {
    "definition": {"measure": "import_share", "importer": "RUS", "exporter": "CHN"},
    "status": "ok",
    "value": 0.563,
    "unit": "share",
    "low": 0.384,
    "high": 0.9,
    "range": "what spans low to high, in words",
    "specifications": {"count": 6, "min": 0.384, "median": 0.5, "max": 0.9},
    "evidence": [{"source": "baci", "snapshot": "85d9d6656763", "rows": 94, "told_by": {}}],
    "caveats": [{"id": "reporter-break", "text": "...", "docs": "explanation/reporter-break"}],
}
_STATUSES = {
    400: "The address cannot be read: an unknown key, one given twice, or one missing.",
    404: "There is no such thing, or nothing held answers.",
    413: "The text is too large.",
    415: "The text is in a form that is not read.",
    422: "The question makes no sense: an unknown country, a growth without a base.",
    503: "Too busy, too long, or a library is missing. Ask again later.",
}


class Plain(Response):
    """A response whose media types are those that are described."""

    media_type = None


def _key(name: str, words: str, kind: type = str, *, required: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "in": "query",
        "description": words,
        "required": required,
        "schema": {"type": _TYPES[kind]},
    }
    return found | ({"example": _EXAMPLES[name]} if name in _EXAMPLES else {})


def _operation(
    name: str,
    summary: str,
    kinds: dict[str, Any],
    *,
    keys: list[dict[str, Any]] | None = None,
    refusals: tuple[int, ...] = (400, 503),
    **more: Any,
) -> dict[str, Any]:
    """Return what an address says of itself; `kinds` has an example for each media type."""
    answers: dict[int | str, Any] = {
        200: {
            "description": "The answer.",
            "content": {kind: {"example": example} for kind, example in kinds.items()},
        },
    }
    for status in refusals:
        content = {"application/problem+json": {"schema": _PROBLEM}}
        answers[status] = {"description": _STATUSES[status], "content": content}
    extra = ({"parameters": keys} if keys else {}) | more
    return {
        "operation_id": name,
        "summary": summary,
        "responses": answers,
        "response_class": Plain,
        "openapi_extra": extra,
    }


_KEYS = [
    _key("measure", "Id of a measure, see /api/measures.", required=True)
    | {"example": "import_share"},
    *(
        _key(name, words, kind, required=name == "period")
        for name, (kind, words) in KEY_WORDS.items()
    ),
    {
        **_key("curve", "Every combination of defensible choices."),
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
    _key("above", "With curve: how many specifications lie above this.", float),
]
_ROW = "measure,importer,exporter,goods,period\nimport_share,RUS,CHN,chpl,2023\n"
_ASKING = (400, 404, 422, 503)

ASK = _operation(
    "ask",
    "One Figure: value, range, definition, evidence, caveats",
    {"application/json": _FIGURE, "text/csv": _ROW},
    keys=_KEYS,
    refusals=_ASKING,
)
ASK_CSV = _operation(
    "ask_csv",
    "The rows behind a Figure, or the Figure as one row",
    {"text/csv": _ROW},
    keys=_KEYS,
    refusals=_ASKING,
)
BRIEF = _operation(
    "brief",
    "One country's dependence on another: Figures, sentences, tables",
    {"application/json": {"title": "...", "figures": [_FIGURE]}, "text/csv": _ROW},
    keys=[
        _key("importer", "Who buys.", required=True),
        _key("supplier", "Who sells; CHN if left out.") | {"example": "CHN"},
        _key("goods", "all, a list, a part of one, or codes; chpl if left out."),
        _key("period", "A year; the newest held if left out."),
    ],
    refusals=_ASKING,
)
_ARTICLE = "China's exports to Russia fell by 3.4 % in 2025."
_CLAIMS = """format: 1
source: {title: An example}
claims:
  - id: exports
    growth: {exporter: CHN, importer: RUS, period: 2025, base: 2024}
    says: -3.4 %
"""
CHECK = _operation(
    "check",
    "The numbers of a text, put to the test",
    {
        "application/json": {
            "source": {"title": "An example"},
            "claims": [],
            "conflicts": [],
            "summary": {"claims": 0, "holds": 0, "differs": 0, "cannot_hold": 0, "untestable": 0},
        }
    },
    keys=[
        _key("date", "When an article was published: 2026-01-20."),
        _key("publisher", "Who published an article."),
    ],
    refusals=(400, 413, 415, 422, 503),
    requestBody={
        "required": True,
        "content": {
            "text/plain": {"schema": {"type": "string"}, "example": _ARTICLE},
            "application/yaml": {"schema": {"type": "string"}, "example": _CLAIMS},
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["text"],
                    "additionalProperties": False,
                    "properties": {
                        "text": {"type": "string"},
                        "kind": {"type": "string", "enum": ["article", "claims"]},
                        "date": {"type": "string"},
                        "publisher": {"type": "string"},
                    },
                },
                "example": {"text": _ARTICLE, "kind": "article"},
            },
        },
    },
)
MEASURES = (
    _operation(
        "measures",
        "Every measure with inputs, unit, range, null rule, formula, reference",
        {"application/json": [{"id": "hhi"}], "text/csv": "id,title,unit\n"},
    ),
    _operation("measures_csv", "Every measure as a table", {"text/csv": "id,title,unit\n"}),
)
AREAS = (
    _operation(
        "areas",
        "Every country and group, with its codes in each source",
        {"application/json": [{"code": "RUS"}], "text/csv": "code,name,kind,note\n"},
    ),
    _operation("areas_csv", "Every area as a table", {"text/csv": "code,name,kind,note\n"}),
)
GOODS = _operation(
    "goods",
    "A list of goods with its entries, or on which lists a code is",
    {"application/json": {"id": "chpl"}, "text/csv": "code,nomenclature\n"},
    refusals=(400, 404, 503),
)
LIST_NAME = Path(description="A list or a code; with .csv behind it as a table.", examples=["chpl"])
EXAMPLES = (
    "/api/ask?measure=import_share&importer=RUS&exporter=CHN&goods=chpl&period=2023",
    "/api/ask.csv?measure=value&importer=RUS&exporter=CHN&goods=all&period=2023",
    "/api/brief?importer=RUS&supplier=CHN&goods=chpl",
    "/api/goods/chpl.csv",
)
