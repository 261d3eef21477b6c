"""The API: the verbs of the command line, as JSON and where it is a table as CSV and Parquet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Path, Request, Response

from entrepot.figures.questions import QUESTIONS
from entrepot.model.keys import KEYS
from entrepot.serve.answer import AnswerRows, BadAddressError, ServedAnswer, as_json
from entrepot.serve.request_body import FORMS, asked, liked_form, single
from entrepot.serve.service import body_of
from entrepot.serve.views import brief, catalogue, compare, figure, home, scenario
from entrepot.serve.views.scenario import ASKED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.lake import Lake
    from entrepot.serve.service import Service

    Pairs = Sequence[tuple[str, str]]
    Data = Callable[[Lake, Pairs], ServedAnswer]
    Table = Callable[[Lake, Pairs], AnswerRows]

Found = TypeVar("Found", ServedAnswer, AnswerRows)
_TABLES = ("csv", "parquet")


def add(app: FastAPI, service: Service) -> None:
    """Add the addresses of the API."""
    _everywhere(app, service, "ask", _ask, figure.figure_table)
    _question(app, service)
    _everywhere(app, service, "compare", compare.compare_data, compare.compare_table)
    _everywhere(app, service, "scenario", scenario.scenario_data, scenario.scenario_table)
    _everywhere(
        app,
        service,
        "brief",
        lambda lake, pairs: brief.brief_data(lake, _wanted(service, pairs)),
        lambda lake, pairs: brief.brief_figures(lake, _wanted(service, pairs)),
    )
    _everywhere(
        app,
        service,
        "measures",
        _bare(catalogue.measures_data),
        _bare(catalogue.measures_table),
    )
    _everywhere(app, service, "areas", _bare(catalogue.areas_data), _bare(catalogue.areas_table))
    _goods(app, service)
    _check(app, service)


def _everywhere(app: FastAPI, service: Service, name: str, data: Data, table: Table) -> None:
    """Add an address that answers in each form: by suffix, or by what the request likes."""

    @app.get(f"/api/{name}", **operation(name))
    def in_any_form(request: Request) -> Response:
        return _formed(service, request, data, table, liked_form(request))

    for form in _TABLES:
        _suffixed(app, service, name, form, table)


def _suffixed(app: FastAPI, service: Service, name: str, form: str, table: Table) -> None:
    @app.get(f"/api/{name}.{form}", **operation(name, form))
    # In a function of its own, because a closure made in
    # the caller's loop would see the loop's last form.
    def rows(request: Request) -> Response:
        return _formed(service, request, table, table, form)


def _formed(
    service: Service, request: Request, data: Data | Table, table: Table, form: str
) -> Response:
    pairs = request.query_params.multi_items()
    view = table if form in _TABLES else data
    return service.answer(request, lambda lake: view(lake, pairs), form=form)


def _bare(view: Callable[[Lake], Found]) -> Callable[[Lake, Pairs], Found]:
    """Return a view that takes an address without keys."""

    def asked_bare(lake: Lake, pairs: Pairs) -> Found:
        single(pairs, ())
        return view(lake)

    return asked_bare


def _ask(lake: Lake, pairs: Pairs) -> ServedAnswer:
    return as_json(asked(pairs).answered(lake).to_dict())


def _wanted(service: Service, pairs: Pairs) -> brief.WantedBrief:
    keys = single(pairs, ("importer", "supplier", "goods", "period"))
    if "importer" not in keys:
        raise BadAddressError("no importer is named", hint="add importer=RUS")
    sides = keys["importer"], keys.get("supplier", "CHN")
    return brief.WantedBrief(service.state, *sides, keys.get("goods", ""), keys.get("period", ""))


def _goods(app: FastAPI, service: Service) -> None:
    @app.get("/api/goods/{name}", **operation("goods"))
    def one_list(name: Annotated[str, LIST_NAME], request: Request) -> Response:
        # Not a route of its own as elsewhere: here the name
        # is a parameter, which would swallow the suffix.
        bare, _, suffix = name.rpartition(".")
        form, bare = (suffix, bare) if suffix in _TABLES else (liked_form(request), name)
        data = _bare(lambda lake: catalogue.goods_data(lake, bare))
        table = _bare(lambda lake: catalogue.goods_rows(lake, bare))
        return _formed(service, request, data, table, form)


def _question(app: FastAPI, service: Service) -> None:
    @app.get("/api/question", **operation("question"))
    def in_words(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        return service.answer(request, lambda lake: home.question_data(lake, pairs), form="json")


def _check(app: FastAPI, service: Service) -> None:
    @app.post("/api/check", **operation("check"))
    def check_text(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
        return service.check(request, body, "data")

    @app.post("/api/desk", **operation("desk"))
    def test_numbers(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
        return service.check(request, body, "desk")


# The API in words and examples, as OpenAPI has them.


_TYPES = {str: "string", int: "integer", float: "number"}
_EXAMPLES = {
    "importer": "RUS",
    "exporter": "CHN",
    "supplier": "CHN",
    "goods": "chpl",
    "period": "2023",
    "imposes": "CHN",
    "target": "EU27",
}
_SIDES = ("imposes", "target")
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
    "title": "China’s share of Russia’s imports, high-priority goods, 2023",
    "definition": {"measure": "import_share", "importer": "RUS", "exporter": "CHN"},
    "status": "ok",
    "value": 0.563,
    "unit": "share",
    "low": 0.384,
    "high": 0.9,
    "range": "the definitions that span low to high, in words",
    "no_range": "why a value has no range",
    "specifications": {"count": 6, "min": 0.384, "median": 0.5, "max": 0.9},
    "evidence": [{"source": "baci", "snapshot": "85d9d6656763", "rows": 94, "reported_by": {}}],
    "caveats": [{"id": "reporter-break", "text": "...", "docs": "explanation/reporter-break"}],
    "citation": "China’s share of Russia’s imports, 2023: 38.4 %. From CEPII BACI V202501 (baci "
    "85d9d6656763). Entrepôt 0.2.0, 3b1c1a8ab2f6.",
}
_STATUSES = {
    202: "With Prefer: respond-async: being computed, with what is known so far.",
    400: "The address cannot be read: an unknown key, one given twice, or one missing.",
    404: "There is no such thing, or no available data answer the question.",
    413: "The text is too large.",
    415: "The form of the text is not supported.",
    422: "The question makes no sense: an unknown country, a growth without a base.",
    503: "Too busy, still being computed, too long, or a library or readable data are missing. "
    "Ask again later.",
}


class Plain(Response):
    """A response whose media types are those that are described."""

    # With a media type FastAPI would describe every answer as that one, in addition to `_answers`.
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


_KEYS = (
    _key("measure", "Id of a measure, see /api/measures.", required=True)
    | {"example": "import_share", "schema": {"type": "string", "enum": list(QUESTIONS)}},
    # Types of the declaration itself, so that the
    # description cannot disagree with the command line.
    *(_key(name, key.help, key.kind, required=name == "period") for name, key in KEYS.items()),
    {
        **_key("curve", "Every combination of defensible choices."),
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
    _key("above", "With curve: how many specifications lie above this.", float),
    {
        **_key("tests", "With rerouted: placebos and a verdict for each hub."),
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
)
_ROW = "measure,importer,exporter,goods,period\nimport_share,RUS,CHN,chpl,2023\n"
_ASKING = (202, 400, 404, 422, 503)
_ARTICLE = "China's exports to Russia fell by 3.4 % in 2025."
_CLAIMS = """format: 1
source: {title: An example}
claims:
  - id: exports
    growth: {exporter: CHN, importer: RUS, period: 2025, base: 2024}
    says: -3.4 %
"""
_CHECKED = {
    "source": {"title": "An example"},
    "claims": [],
    "conflicts": [],
    "summary": {
        "claims": 0,
        "supported": 0,
        "differs": 0,
        "inconsistent": 0,
        "not_enough_evidence": 0,
    },
}
_TEXT_KEYS = {
    "text": {"type": "string"},
    "kind": {"type": "string", "enum": ["article", "claims"]},
    "date": {"type": "string"},
    "publisher": {"type": "string"},
}
_BODY = {
    "required": True,
    "content": {
        "text/plain": {"schema": {"type": "string"}, "example": _ARTICLE},
        "application/yaml": {"schema": {"type": "string"}, "example": _CLAIMS},
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["text"],
                "additionalProperties": False,
                "properties": _TEXT_KEYS,
            },
            "example": {"text": _ARTICLE, "kind": "article"},
        },
    },
}


_CLAIM = {"type": "object", "description": "An entry of a claims file, without its id."}
_DESK_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["text"],
                "additionalProperties": False,
                "properties": {
                    "text": {"type": "string"},
                    "date": {"type": "string"},
                    "publisher": {"type": "string"},
                    "source": {
                        "type": "object",
                        "additionalProperties": {"type": "string"},
                        "description": "As the answer to a text has it; claims are tested with it.",
                    },
                    "numbers": {
                        "type": "array",
                        "maxItems": 1000,
                        "items": {
                            "type": "object",
                            "required": ["index", "claim"],
                            "additionalProperties": False,
                            "properties": {
                                "index": {"type": "integer", "minimum": 1},
                                "claim": _CLAIM,
                                "open": {"type": "boolean"},
                            },
                        },
                    },
                    "tries": {
                        "type": "object",
                        "maxProperties": 4,
                        "additionalProperties": {"type": "array", "items": _CLAIM},
                        "description": "By index: other claims whose verdicts are asked for.",
                    },
                },
            },
            "example": {"text": _ARTICLE},
        },
    },
}
_READ = {
    "source": {"title": "Text", "publisher": "", "date": "", "url": ""},
    "text": _ARTICLE,
    "numbers": [
        {"index": 1, "start": 26, "end": 39, "says": "fell by 3.4 %", "state": "open", "fields": {}}
    ],
}


@dataclass(frozen=True, slots=True)
class _Verb:
    """One verb: what it gives, its keys, an example as JSON and as CSV, how it refuses."""

    summary: str
    data: Any
    table: str = ""
    keys: tuple[dict[str, Any], ...] = ()
    refusals: tuple[int, ...] = _ASKING
    body: dict[str, Any] | None = None


_VERBS = {
    "ask": _Verb(
        "One figure: value, range, definition, evidence, caveats; as a table its rows",
        _FIGURE,
        _ROW,
        _KEYS,
    ),
    "question": _Verb(
        "A question in words: how it was read, and its answer or what is missing",
        {
            "read": {
                "read_as": "import_share, DEU, CHN, 850511, 2022",
                "measure": "import_share",
                "keys": {"importer": "DEU", "exporter": "CHN", "goods": "850511", "period": "2022"},
                "unsaid": [],
                "command": "entrepot ask import_share --importer DEU ...",
            },
            "answered": True,
            "answer": _FIGURE,
        },
        keys=(
            _key("q", "A question in English, German, Russian or Chinese.", required=True)
            | {"example": "How much of Germany's magnets came from China in 2022?"},
        ),
    ),
    "compare": _Verb(
        "The same figures for two sides that differ in a country, a list, a supplier or a period",
        {"answer": "...", "sides": [{"name": "Russia", "figures": [_FIGURE]}]},
        f"side,{_ROW}",
        (
            _key("importer", "Importing country, group or sum.", required=True),
            _key("supplier", "Supplier; CHN if left out."),
            _key("goods", "all, a list, a part of one, or codes; all if left out."),
            _key("period", "A year; the newest that both have if left out."),
            _key("importer2", "Importer on the second side, if it differs."),
            _key("supplier2", "Exporter on the second side, if it differs.") | {"example": "TUR"},
            _key("goods2", "Goods of the second side, if they differ."),
            _key("period2", "Period of the second side, if it differs."),
        ),
    ),
    "scenario": _Verb(
        "Effects of a cut-off on every sector of the world; with keys of a second, side by side",
        {"answer": "...", "scenario": {"cut": {}}, "economy": {"sides": []}, "caveats": []},
        "scenario,level,of,side,code,name,output_usd,lost_usd\n",
        (
            *(_key(name, words, required=name in _SIDES) for name, words in ASKED.items()),
            *(_key(f"{name}2", "Of a second scenario, if it differs.") for name in ASKED),
        ),
    ),
    "brief": _Verb(
        "One country's dependence on another: figures, sentences, tables",
        {"title": "...", "figures": [_FIGURE]},
        _ROW,
        (
            _key("importer", "Importing country, group or sum.", required=True),
            _key("supplier", "Supplier; CHN if left out."),
            _key(
                "goods",
                "all, a list, or codes; if left out, chpl for RUS and BLR, else all.",
            ),
            _key("period", "A year; the newest available if left out."),
        ),
    ),
    "check": _Verb(
        "A check of the figures in a text",
        _CHECKED,
        keys=(
            _key("date", "When an article was published: 2026-01-20.") | {"example": "2026-01-20"},
            _key("publisher", "Who published an article.") | {"example": "A newspaper"},
        ),
        refusals=(400, 413, 415, 422, 503),
        body=_BODY,
    ),
    "desk": _Verb(
        "The numbers of a text as they are read, or the verdicts on claims made of them",
        _READ,
        refusals=(400, 413, 415, 422, 503),
        body=_DESK_BODY,
    ),
    "measures": _Verb(
        "Every measure with inputs, unit, range, missing-value rule, formula, reference",
        [{"id": "hhi"}],
        "id,title,unit\n",
        refusals=(400, 503),
    ),
    "areas": _Verb(
        "Every country and group, with its codes in each source",
        [{"code": "RUS"}],
        "code,name,kind,note\n",
        refusals=(400, 503),
    ),
    "goods": _Verb(
        "A list of goods with its entries, or on which lists a code is",
        {"id": "chpl"},
        "code,nomenclature\n",
        refusals=(400, 404, 503),
    ),
}
LIST_NAME = Path(
    description="A list or a code; append .csv or .parquet for a table.",
    openapi_examples={"a list": {"value": "chpl"}, "a code": {"value": "854231"}},
)


def operation(name: str, form: str = "") -> dict[str, Any]:
    """Return what an address says of itself.

    Parameters
    ----------
    name
        The verb.
    form
        Form that its suffix names; without one it answers in every form.
    """
    verb = _VERBS[name]
    forms = [form] if form else ["json", *(["csv", "parquet"] if verb.table else [])]
    extra: dict[str, Any] = {"parameters": list(verb.keys)} if verb.keys else {}
    extra |= {"requestBody": verb.body} if verb.body else {}
    return {
        "operation_id": f"{name}_{form}" if form else name,
        "summary": verb.summary,
        "responses": _answers(verb, forms),
        "response_class": Plain,
        "openapi_extra": extra,
    }


def _answers(verb: _Verb, forms: list[str]) -> dict[int | str, Any]:
    content = {FORMS[form]: _content(verb, form) for form in forms}
    answers: dict[int | str, Any] = {200: {"description": "The answer.", "content": content}}
    for status in verb.refusals:
        problem = {"schema": _PROBLEM, "example": _problem(status)}
        answers[status] = {
            "description": _STATUSES[status],
            "content": {f"application/{'' if status == 202 else 'problem+'}json": problem},
        }
    return answers


def _content(verb: _Verb, form: str) -> dict[str, Any]:
    if form == "parquet":
        return {"schema": {"type": "string", "format": "binary"}}
    return {"example": verb.data if form == "json" else verb.table}


def _problem(status: int) -> dict[str, Any]:
    return {
        "type": "/docs#request",
        "title": "...",
        "status": status,
        "detail": "what is wrong",
        "hint": "what to do next",
    }
