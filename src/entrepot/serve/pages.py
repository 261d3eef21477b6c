"""The addresses of the page: each is the whole state of what is seen."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, FastAPI, Request, Response

from entrepot.serve.answer import AnswerRows, NotFoundError, ServedAnswer, kinds
from entrepot.serve.guard import POLICY, style_hash
from entrepot.serve.request_body import address, single
from entrepot.serve.service import body_of
from entrepot.serve.site import ICON, in_language, known_area, language_of, page, script, sheet
from entrepot.serve.views import (
    brief,
    catalogue,
    check,
    compare,
    country,
    explore,
    figure,
    home,
    scenario,
    screen,
    search,
)
from entrepot.serve.views.search import named_area, named_goods

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from entrepot.lake import Lake
    from entrepot.serve.service import Service

    Pairs = Sequence[tuple[str, str]]

_PLAIN: dict[str, Callable[[Lake], ServedAnswer | AnswerRows]] = {
    "/countries": home.countries_page,
    "/goods": catalogue.lists_page,
    "/goods.csv": catalogue.lists_table,
    "/measures": catalogue.measures_page,
    "/measures.csv": catalogue.measures_table,
    "/data": catalogue.data_page,
    "/data/holdings.csv": catalogue.holdings_table,
    "/data/findings.csv": catalogue.findings_table,
    "/screen": screen.screen_form,
}
_EXAMPLES = (
    "/api/ask?measure=import_share&importer=RUS&exporter=CHN&goods=chpl&period=2023",
    "/api/question?q=How+much+of+Germany%27s+magnets+came+from+China+in+2022%3F",
    "/api/ask.csv?measure=value&importer=RUS&exporter=CHN&goods=all&period=2023",
    "/api/brief?importer=RUS&supplier=CHN&goods=chpl",
    "/api/compare.parquet?importer=RUS&supplier=CHN&supplier2=TUR",
    "/api/scenario?imposes=CHN&target=EU27&sectors=C26",
    "/api/goods/chpl.csv",
)


def add(app: FastAPI, service: Service) -> None:
    """Add the views."""
    _fixed(app, service)
    _search(app, service)
    _countries(app, service)
    _figures(app, service)
    _compared(app, service)
    _explored(app, service)
    _named(app, service)


def _keys(request: Request, *known: str) -> list[str]:
    """Return what a query says for each key; empty where it says nothing."""
    found = single(request.query_params.multi_items(), known)
    return [found.get(name, "") for name in known]


def _fixed(app: FastAPI, service: Service) -> None:
    def answer(request: Request) -> Response:
        _keys(request)
        return service.answer(request, _PLAIN[request.scope["path"]])

    for path in _PLAIN:
        app.add_api_route(path, answer, include_in_schema=False, name=path)

    @app.get("/check", include_in_schema=False)
    @app.get("/desk", include_in_schema=False)
    def form(request: Request) -> Response:
        _keys(request)
        path = request.scope["path"]
        return service.answer(request, lambda _: check.form_page(path, service.reader))

    @app.get("/style/{name}.css", include_in_schema=False)
    def style(name: str, request: Request) -> Response:
        _keys(request)
        return service.still(request, sheet(name))

    @app.get("/script/{name}.js", include_in_schema=False)
    def module(name: str, request: Request) -> Response:
        _keys(request)
        return service.still(request, script(name))

    @app.get("/icon.svg", include_in_schema=False)
    @app.get("/favicon.ico", include_in_schema=False)  # asked for without a page, as for a picture
    def icon(request: Request) -> Response:
        _keys(request)
        return service.still(request, ServedAnswer(ICON, "image/svg+xml"))

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        _keys(request)
        description = app.openapi()
        return service.answer(
            request,
            lambda _: page(
                "docs.html.j2", "/docs", api=description, kinds=kinds(), examples=_EXAMPLES
            ),
        )

    @app.post("/check", include_in_schema=False)
    def checked(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
        return service.check(request, body, "page")

    @app.post("/screen", include_in_schema=False)
    def screened(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
        return service.check(request, body, "screen")


def _search(app: FastAPI, service: Service) -> None:
    @app.get("/", include_in_schema=False)
    def first(request: Request) -> Response:
        [words] = _keys(request, "q")
        if words:
            return _to("/search", {"q": words})
        return service.answer(request, home.home_page, may_lag=True)

    @app.get("/search", include_in_schema=False)
    def searched(request: Request) -> Response:
        [words] = _keys(request, "q")
        # No lake decides, so search answers at once even while all places of the pool are taken.
        here = address(request)
        return service.still(
            request,
            in_language(language_of(request), lambda: search.search_page(words), here),
            {"Vary": "Accept-Language"},
        )

    @app.get("/search.json", include_in_schema=False)
    def found(request: Request) -> Response:
        [words] = _keys(request, "q")
        return service.still(request, search.search_data(words))

    @app.get("/go", include_in_schema=False)
    def go(request: Request) -> Response:
        importer, supplier, chosen, period, source = _keys(
            request, "importer", "supplier", "goods", "period", "source"
        )
        goods, time = named_goods(chosen), {"period": period, "source": source}
        if not importer:
            return _to(f"/goods/{goods}", time) if goods and goods != "all" else _to("/", {})
        path = f"/country/{named_area(importer)}"
        if supplier:  # a brief has a source for each figure
            path += f"/from/{named_area(supplier)}"
            time.pop("source")
        return _to(path, {"goods": goods} | time)


def _to(path: str, keys: dict[str, str]) -> Response:
    """Return the redirect to a path and those keys that say something."""
    said = {name: text for name, text in keys.items() if text}
    query = f"?{urlencode(said, safe=':@,')}" if said else ""
    # 303 and a path only: a form becomes an address
    # to share, and no Host header can lead elsewhere.
    return Response(status_code=303, headers={"Location": quote(path, safe="/+,") + query})


def _countries(app: FastAPI, service: Service) -> None:
    @app.get("/country/{importer}", include_in_schema=False)
    @at_codes
    def one(importer: str, request: Request) -> Response:
        keys = _keys(request, "goods", "period", "source")
        return service.answer(
            request, lambda lake: country.country_page(lake, importer, *keys), may_lag=True
        )

    @app.get("/country/{importer}/whole", include_in_schema=False)
    @at_codes
    def complete_page(importer: str, request: Request) -> Response:
        keys = _keys(request, "goods", "period", "source")
        return service.answer(
            request,
            lambda lake: country.country_page(lake, importer, *keys, complete=True),
            may_lag=True,
        )

    @app.get("/country/{importer}/suppliers.csv", include_in_schema=False)
    @at_codes
    def suppliers(importer: str, request: Request) -> Response:
        keys = _keys(request, "goods", "period", "source")
        return service.answer(request, lambda lake: country.country_table(lake, importer, *keys))

    @app.get("/country/{importer}/{name}.{form}", include_in_schema=False)
    @app.get("/country/{importer}/whole/{name}.{form}", include_in_schema=False)
    @at_codes
    def chart(importer: str, name: str, form: str, request: Request) -> Response:
        keys = _keys(request, "goods", "period", "source")
        _require_form("chart", form, explore.FILES)
        home = f"{service.address}/country/{importer}"
        # What the page shows from which it is saved: with ranges, or before they are there.
        complete = request.url.path.startswith(f"/country/{importer}/whole/")
        return _drawn(
            service.answer(
                request,
                lambda lake: explore.section_file(
                    country.country_section(lake, importer, name, *keys, complete=complete),
                    *(form, f"{name}-{importer}", home),
                ),
            )
        )

    _dependences(app, service)


def _dependences(app: FastAPI, service: Service) -> None:
    path = "/country/{importer}/from/{supplier}"

    def wanted(importer: str, supplier: str, request: Request) -> brief.WantedBrief:
        keys = _keys(request, "goods", "period")
        return brief.WantedBrief(service.state, importer, supplier, *keys)

    asked = Annotated[brief.WantedBrief, Depends(wanted)]

    def opening(request: Request, what: brief.WantedBrief) -> Response:
        return service.answer(request, lambda lake: brief.opening_page(lake, what), may_lag=True)

    def complete_brief(request: Request, what: brief.WantedBrief) -> Response:
        return service.answer(request, lambda lake: brief.brief_page(lake, what), may_lag=True)

    def table(request: Request, name: str, what: brief.WantedBrief) -> Response:
        if name == "figures":
            return service.answer(request, lambda lake: brief.brief_figures(lake, what))
        return service.answer(request, lambda lake: brief.brief_table(lake, what, name))

    def chart(request: Request, name: str, what: brief.WantedBrief) -> Response:
        return _drawn(service.answer(request, lambda lake: brief.brief_chart(lake, what, name)))

    def file(request: Request, form: str, what: brief.WantedBrief) -> Response:
        _require_form("brief", form, brief.FILES)
        return service.answer(request, lambda lake: brief.brief_file(lake, what, form))

    def note(request: Request, form: str, what: brief.WantedBrief) -> Response:
        _require_form("note", form, brief.NOTES)
        return _styled(service.answer(request, lambda lake: brief.note_file(lake, what, form)))

    endings: dict[str, Callable[..., Response]] = {
        "": opening,
        "/whole": complete_brief,
        "/{name}.csv": table,
        "/{name}.svg": chart,
        "/brief.{form}": file,
        "/note.{form}": note,
    }
    for ending, view in endings.items():
        # FastAPI reads annotations as objects; here they are
        # texts, which do not know the local name `asked`.
        view.__annotations__["what"] = asked
        app.add_api_route(path + ending, at_codes(view), include_in_schema=False)


def _require_form(what: str, form: str, known: Mapping[str, str]) -> None:
    if form not in known:
        raise NotFoundError(f"no {what} is written as .{form}", hint=f"forms: {', '.join(known)}")


def _figures(app: FastAPI, service: Service) -> None:
    @app.get("/ask", include_in_schema=False)
    def ask(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        query = request.scope["query_string"].decode("latin-1")
        return service.answer(request, lambda lake: figure.figure_page(lake, pairs, query))

    @app.get("/figure/{cited}", include_in_schema=False)
    def figure_cited(request: Request, cited: str) -> Response:
        pairs = request.query_params.multi_items()
        query = request.scope["query_string"].decode("latin-1")
        return service.answer(request, lambda lake: figure.figure_page(lake, pairs, query, cited))

    @app.get("/ask.csv", include_in_schema=False)
    def table(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        return service.answer(request, lambda lake: figure.figure_table(lake, pairs))

    @app.get("/ask.svg", include_in_schema=False)
    def chart(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        return _drawn(service.answer(request, lambda lake: figure.figure_chart(lake, pairs)))


def _compared(app: FastAPI, service: Service) -> None:
    views: dict[str, Callable[[Lake, Pairs], ServedAnswer | AnswerRows]] = {
        "/compare": compare.compare_page,
        "/compare.csv": compare.compare_table,
        "/compare.svg": compare.compare_chart,
        "/scenario": scenario.scenario_page,
        "/scenario.csv": scenario.scenario_table,
        "/scenario.svg": scenario.scenario_chart,
    }

    def answer(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        view = views[request.scope["path"]]
        may_lag = view in (compare.compare_page, scenario.scenario_page)
        return _drawn(service.answer(request, lambda lake: view(lake, pairs), may_lag=may_lag))

    for path in views:
        app.add_api_route(path, answer, include_in_schema=False, name=path)


def _explored(app: FastAPI, service: Service) -> None:
    @app.get("/explore", include_in_schema=False)
    def build(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        return service.answer(request, lambda lake: explore.explore_page(lake, pairs), may_lag=True)

    @app.get("/embed", include_in_schema=False)
    def embed(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        return service.answer(request, lambda lake: explore.embed_page(lake, pairs))

    @app.get("/oembed", include_in_schema=False)
    def linked(request: Request) -> Response:
        pairs = request.query_params.multi_items()
        # Before the cache, whose answers are the same under every name of the server.
        link = explore.linked_chart(pairs, service.address, request.headers.get("host", ""))
        return service.answer(request, lambda lake: explore.oembed(lake, pairs, link))

    @app.get("/explore.{form}", include_in_schema=False)
    def file(form: str, request: Request) -> Response:
        pairs = request.query_params.multi_items()
        return _drawn(
            service.answer(
                request, lambda lake: explore.explore_file(lake, pairs, form, service.address)
            )
        )


def _named(app: FastAPI, service: Service) -> None:
    @app.get("/goods/{name}.csv", include_in_schema=False)
    def entries(name: str, request: Request) -> Response:
        _keys(request)
        return service.answer(request, lambda lake: catalogue.goods_rows(lake, name))

    @app.get("/goods/{name}/{section}.{form}", include_in_schema=False)
    def chart(name: str, section: str, form: str, request: Request) -> Response:
        keys = _keys(request, "period", "source")
        _require_form("chart", form, explore.FILES)
        home = f"{service.address}/goods/{name}"
        return _drawn(
            service.answer(
                request,
                lambda lake: explore.section_file(
                    catalogue.goods_section(lake, name, section, *keys),
                    *(form, f"{section}-{name}", home),
                ),
            )
        )

    @app.get("/goods/{name}", include_in_schema=False)
    def one_list(name: str, request: Request) -> Response:
        period, source = _keys(request, "period", "source")
        if (code := named_goods(name)) != name:
            return _to(f"/goods/{code}", {"period": period, "source": source})
        return service.answer(
            request, lambda lake: catalogue.goods_page(lake, name, period, source), may_lag=True
        )

    @app.get("/measures/{name}", include_in_schema=False)
    def measure(name: str, request: Request) -> Response:
        _keys(request)
        return service.answer(request, lambda lake: catalogue.measure_page(lake, name))


def _drawn(response: Response) -> Response:
    """Allow a drawing the style that it carries inside."""
    # Not of a 304, which has no body to hash and must not replace the header that the browser kept.
    if response.status_code == 200 and response.media_type == "image/svg+xml":
        style = style_hash(bytes(response.body))
        response.headers["Content-Security-Policy"] = POLICY.format(style=style)
    return response


def _styled(response: Response) -> Response:
    """Allow a page that is one file the style that it carries inside, as `_drawn` a drawing."""
    is_page = (response.media_type or "").startswith("text/html")
    if response.status_code == 200 and is_page and b"<style>" in bytes(response.body):
        style = style_hash(bytes(response.body))
        response.headers["Content-Security-Policy"] = POLICY.format(style=style)
    return response


_SIDES = ("importer", "supplier")


def at_codes(view: Callable[..., Response]) -> Callable[..., Response]:
    """Return a view that sends whoever names an area or goods to their codes.

    ``/country/Russia?goods=batteries``: one page has one address, so a name is not answered itself.
    What nothing is called goes to the view, which says so.
    """

    @wraps(view)
    def at(request: Request, **given: Any) -> Response:
        named = {side: text for side in _SIDES if (text := request.path_params.get(side))}
        codes = {side: _code_of(text) for side, text in named.items()}
        asked = request.query_params.multi_items()
        keys = [(name, named_goods(text) if name == "goods" else text) for name, text in asked]
        if codes == named and keys == asked:
            return view(request=request, **given)
        # The template of the route filled in anew, so that all endings (/whole, .csv) are kept.
        path = request.scope["route"].path.format(**(request.path_params | codes))
        query = urlencode(keys, safe=":@,")
        where = quote(path, safe="/+") + (f"?{query}" if query else "")
        return Response(status_code=303, headers={"Location": where})

    return at


def _code_of(text: str) -> str:
    """Return the code of an area; the text itself where it is one, or where nothing is known."""
    try:
        known_area(text)
    except NotFoundError:
        try:
            return named_area(text)
        except NotFoundError:
            return text
    return text
