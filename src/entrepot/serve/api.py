"""The API: the verbs of the command line, as JSON and where it is a table as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from entrepot.serve import described
from entrepot.serve.answer import Answer, as_json
from entrepot.serve.asking import body_of, sent_text, wants_csv
from entrepot.serve.errors import BadAddressError
from entrepot.serve.keys import asked, single
from entrepot.serve.rooms import brief, check, figure, goods, known

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.lake import Lake
    from entrepot.serve.service import Service

    Room = Callable[[Lake], Answer]

__all__ = ["add"]


def add(app: FastAPI, service: Service) -> None:
    """Add the addresses of the API."""
    _figures(app, service)
    _vocabulary(app, service)


def _either(service: Service, request: Request, data: Room, table: Room, *, csv: bool) -> Response:
    """Answer with a table where the suffix or the ``Accept`` header asks for one."""
    if csv or wants_csv(request):
        return service.answer(request, table, form="csv")
    return service.answer(request, data, form="json")


def _figures(app: FastAPI, service: Service) -> None:
    def ask(request: Request, *, csv: bool) -> Response:
        pairs = request.query_params.multi_items()
        return _either(
            service,
            request,
            lambda lake: as_json(asked(pairs).answered(lake).to_dict()),
            lambda lake: figure.figure_table(lake, pairs),
            csv=csv,
        )

    @app.get("/api/ask", **described.ASK)
    def ask_json(request: Request) -> Response:
        return ask(request, csv=False)

    @app.get("/api/ask.csv", **described.ASK_CSV)
    def ask_csv(request: Request) -> Response:
        return ask(request, csv=True)

    @app.get("/api/brief", **described.BRIEF)
    def brief_json(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        keys = single(pairs, ("importer", "supplier", "goods", "period"))
        if "importer" not in keys:
            raise BadAddressError("no importer is named", hint="add importer=RUS")
        sides = (keys["importer"], keys.get("supplier", "CHN"))
        wanted = brief.Wanted(service.state, *sides, keys.get("goods", ""), keys.get("period", ""))
        return _either(
            service,
            request,
            lambda lake: brief.brief_data(lake, wanted),
            lambda lake: brief.brief_figures(lake, wanted),
            csv=False,
        )

    @app.post("/api/check", **described.CHECK)
    def check_text(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
        text = sent_text(request, body)
        return service.answer_once(
            lambda lake: check.checked_data(lake, text.text, text.kind, text.date, text.publisher)
        )


def _vocabulary(app: FastAPI, service: Service) -> None:
    rooms: tuple[tuple[str, Room, Room, dict[str, Any], dict[str, Any]], ...] = (
        ("measures", known.measures_data, known.measures_table, *described.MEASURES),
        ("areas", known.areas_data, known.areas_table, *described.AREAS),
    )
    for name, data, table, as_data, as_table in rooms:
        _pair(app, service, f"/api/{name}", data, table, as_data, as_table)

    @app.get("/api/goods/{name}", **described.GOODS)
    def one_list(name: Annotated[str, described.LIST_NAME], request: Request) -> Response:
        csv = name.endswith(".csv")
        bare = name.removesuffix(".csv")
        single(request.query_params.multi_items(), ())
        return _either(
            service,
            request,
            lambda lake: goods.goods_data(lake, bare),
            lambda lake: goods.goods_rows(lake, bare),
            csv=csv,
        )


def _pair(
    app: FastAPI,
    service: Service,
    path: str,
    data: Room,
    table: Room,
    as_data: dict[str, Any],
    as_table: dict[str, Any],
) -> None:
    """Add an address and the same with the suffix of a table."""

    @app.get(path, **as_data)
    def whole(request: Request) -> Response:
        single(request.query_params.multi_items(), ())
        return _either(service, request, data, table, csv=False)

    @app.get(f"{path}.csv", **as_table)
    def rows(request: Request) -> Response:
        single(request.query_params.multi_items(), ())
        return _either(service, request, data, table, csv=True)
