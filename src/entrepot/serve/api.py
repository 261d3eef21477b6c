"""The API: the verbs of the command line, as JSON and where it is a table as CSV and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

from fastapi import Depends, FastAPI, Request, Response

from entrepot.serve import openapi
from entrepot.serve.answer import Answer, Rows, as_json
from entrepot.serve.errors import BadAddressError
from entrepot.serve.keys import asked, single
from entrepot.serve.request_body import body_of, liked_form
from entrepot.serve.views import brief, catalogue, compare, figure, goods, scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.lake import Lake
    from entrepot.serve.service import Service

    Pairs = Sequence[tuple[str, str]]
    Data = Callable[[Lake, Pairs], Answer]
    Table = Callable[[Lake, Pairs], Rows]

__all__ = ["add"]

Found = TypeVar("Found", Answer, Rows)
_TABLES = ("csv", "parquet")


def add(app: FastAPI, service: Service) -> None:
    """Add the addresses of the API."""
    _everywhere(app, service, "ask", _ask, figure.figure_table)
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

    @app.get(f"/api/{name}", **openapi.operation(name))
    def whole(request: Request) -> Response:
        return _formed(service, request, data, table, liked_form(request))

    for form in _TABLES:
        _suffixed(app, service, name, form, table)


def _suffixed(app: FastAPI, service: Service, name: str, form: str, table: Table) -> None:
    @app.get(f"/api/{name}.{form}", **openapi.operation(name, form))
    def rows(request: Request) -> Response:
        return _formed(service, request, table, table, form)


def _formed(
    service: Service, request: Request, data: Data | Table, table: Table, form: str
) -> Response:
    pairs = request.query_params.multi_items()
    room = table if form in _TABLES else data
    return service.answer(request, lambda lake: room(lake, pairs), form=form)


def _bare(room: Callable[[Lake], Found]) -> Callable[[Lake, Pairs], Found]:
    """Return a room that takes an address without keys."""

    def asked_bare(lake: Lake, pairs: Pairs) -> Found:
        single(pairs, ())
        return room(lake)

    return asked_bare


def _ask(lake: Lake, pairs: Pairs) -> Answer:
    return as_json(asked(pairs).answered(lake).to_dict())


def _wanted(service: Service, pairs: Pairs) -> brief.Wanted:
    keys = single(pairs, ("importer", "supplier", "goods", "period"))
    if "importer" not in keys:
        raise BadAddressError("no importer is named", hint="add importer=RUS")
    sides = keys["importer"], keys.get("supplier", "CHN")
    return brief.Wanted(service.state, *sides, keys.get("goods", ""), keys.get("period", ""))


def _goods(app: FastAPI, service: Service) -> None:
    @app.get("/api/goods/{name}", **openapi.operation("goods"))
    def one_list(name: Annotated[str, openapi.LIST_NAME], request: Request) -> Response:
        bare, _, suffix = name.rpartition(".")
        form, bare = (suffix, bare) if suffix in _TABLES else (liked_form(request), name)
        data = _bare(lambda lake: goods.goods_data(lake, bare))
        table = _bare(lambda lake: goods.goods_rows(lake, bare))
        return _formed(service, request, data, table, form)


def _check(app: FastAPI, service: Service) -> None:
    @app.post("/api/check", **openapi.operation("check"))
    def check_text(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
        return service.check(request, body, "data")

    @app.post("/api/desk", include_in_schema=False)
    def test_numbers(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
        return service.check(request, body, "desk")
