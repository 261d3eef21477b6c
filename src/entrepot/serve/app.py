"""The application: pages and API behind one guard."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from entrepot.errors import EntrepotError, MissingExtraError
from entrepot.goods.parse import goods_words
from entrepot.model.areas import area_phrase, possessive
from entrepot.report.phrasing import capital
from entrepot.serve.guard import Access
from entrepot.settings import Settings
from entrepot.version import __version__

try:
    from anyio.to_thread import current_default_thread_limiter
    from fastapi import FastAPI, Request, Response
    from starlette.datastructures import Headers
    from starlette.exceptions import HTTPException
    from starlette.middleware.gzip import GZipMiddleware
except ImportError as error:
    raise MissingExtraError("fastapi", "serve") from error

from entrepot.serve import apart, api, pages, request_body
from entrepot.serve.answer import MEDIA, AtWorkError, NotFoundError, as_json, problem
from entrepot.serve.guard import LONGEST_ADDRESS, Guard, require_origins
from entrepot.serve.pool import Pool
from entrepot.serve.request_body import ARTICLE, CLAIMS, Sizes, address
from entrepot.serve.service import Service, prefers_async, sent, would_wait
from entrepot.serve.site import TITLES, Languages, in_language, language_of, page
from entrepot.serve.views.country import get_ready
from entrepot.serve.views.home import question
from entrepot.serve.views.search import search

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

SECONDS = 60.0
"""Time that one question may take."""
_PACKED = 1000
"""Bytes from which on an answer is packed for who can unpack it: a page with charts by six."""
_UNPACKED = re.compile(r"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)", re.IGNORECASE)
"""A refusal of packed answers."""
_NOWHERE = "no such address"
_NAMED = re.compile(r"(?:unknown (area|goods)|no list of goods)\b.*'([^']{1,100})'")
"""An error about a country or goods that nothing is called."""
_OF_KIND = {True: ("country", "group"), False: ("goods", "list")}
"""What may be meant instead, by whether a country was: for XXX no annex XXXV."""
_MENU_OF = {"country": "countries"}
_MEANT = 3
"""Things of each kind that are offered instead."""
# Threads, for views block: one that waits for a question occupies one of anyio's threads.
READERS = 96
"""Requests in hand at once: who waits for a question must not keep others from what is kept."""
# So pages that are kept, style and errors are answered while all questions are waited for.
SPARE = 16
"""Of these, requests for which no question waits."""
_ABOUT = (
    "Figures with definition, range and evidence; claims put to the test. Read-only. The keys are "
    "those of the command line and of Python. A share is 0 to 1; numbers have all digits; a "
    "missing number is null, with a reason. Errors are problem documents (RFC 9457). What takes "
    "longer than the limit is answered 503 with Retry-After and goes on: the same request, "
    "repeated, has the answer. With Prefer: respond-async (RFC 7240) it is 202 after a "
    "second (or as many as wait=8 says), with what is known so far."
)


def create_app(
    lake: str | os.PathLike[str] | None = None,
    *,
    access: Access | None = None,
    seconds: float = SECONDS,
    longest_article: int = ARTICLE,
    longest_claims: int = CLAIMS,
    frames: Sequence[str] = (),
    address: str = "",
    reader: str = "",
    engine: str = "duckdb",
    master: str | None = None,
) -> ASGIApp:
    """Return the application, for any server of ASGI applications.

    Parameters
    ----------
    lake
        Folder of the lake; None takes the one that the settings name.
    access
        Who may ask; by default whoever opens it under a name of this machine.
    seconds
        Time that one question may take.
    longest_article, longest_claims
        Bytes of a text that is checked.
    frames
        Origins of sites that may show ``/embed`` in a frame; by default none may.
    address
        Where others reach it, for links that leave it.
    reader
        Additional reader to which the whole of each pasted article is sent; empty for none.
    engine, master
        ``duckdb`` or ``spark``, and where Spark runs.

    Raises
    ------
    RequestError
        For what is no origin or no address.
    MissingExtraError
        If the extra ``serve`` is not installed; already when this module is imported.
    """
    # The address goes into links and meta elements,
    # so it must be as plain as an origin in a header.
    require_origins([*frames, *([address] if address else [])])
    pool = Pool(
        Settings.read(lake).lake,
        seconds,
        waiting=READERS - SPARE,
        engine=engine,
        master=master,
    )
    sizes = Sizes(longest_article, longest_claims)
    service = Service(pool, access or Access(), sizes, address=address, reader=reader)
    app = FastAPI(
        lifespan=lambda _: _open(service),
        title="Entrepôt",
        version=__version__,
        description=_ABOUT,
        # FastAPI's own pages load scripts from a network of
        # others, which the policy forbids; /docs is ours.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # to an address that begins with what the request calls us
    )
    app.state.sizes = service.sizes
    api.add(app, service)
    pages.add(app, service)

    @app.get("/openapi.json", include_in_schema=False)
    def description() -> Response:
        return sent(as_json(app.openapi()))

    def respond(request: Request, error: Exception) -> Response:
        here = request_body.address(request)
        return in_language(
            language_of(request),
            lambda: _problem(service, request, error),
            # A page names its address once for each language.
            here if len(here) <= LONGEST_ADDRESS else "",
        )

    # Starlette takes the nearest class of an error. Without
    # the last one a defect would be answered as plain text.
    for kind in (EntrepotError, HTTPException, Exception):
        app.add_exception_handler(kind, respond)

    def refuse(scope: Scope, error: Exception) -> ASGIApp:
        async def refused(_: Scope, receive: Receive, send: Send) -> None:
            response = respond(Request(scope), error)
            await response(scope, receive, send)

        return refused

    # Outermost, around FastAPI's own handlers, so that even its errors have the headers.
    return Guard(_Packing(Languages(app)), service.access, service.sizes.body, refuse, frames)


class _Packing:
    """Packs large answers, but not for who refuses it, which the library takes for a wish."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(app, minimum_size=_PACKED, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = Headers(scope=scope).getlist("accept-encoding") if "headers" in scope else ()
        refused = _UNPACKED.search(",".join(accepted))
        await (self._app if refused else self._packed)(scope, receive, send)


@asynccontextmanager
async def _open(service: Service) -> AsyncIterator[None]:
    """Allow more threads than usual, for most of them wait; renew no page after the end."""
    current_default_thread_limiter().total_tokens = READERS
    # Not waited for: the server listens at once, and early questions queue behind this one.
    service.pool.start(get_ready)
    apart.get_ready()
    yield
    service.kept.close()


def _problem(service: Service, request: Request, error: Exception) -> Response:
    """Return an error as a problem document, or to a reader of pages as a page."""
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    status = 0
    if isinstance(error, HTTPException):  # of the router: no such path or method
        status, headers = error.status_code, headers | dict(error.headers or {})
        words = _NOWHERE if status == 404 else error.detail
        hint = "" if _wants_page(request) else "the API is described at /docs"
        error = NotFoundError(words, hint=hint)
    found: dict[str, Any] = problem(error, service.pool.folder)
    found["status"] = status or found["status"]
    if found["status"] == 405:
        found["title"] = "This address is not asked like this"
    if found["status"] == 401:
        # Basic, because a browser then asks for the token by
        # itself; without the accent, for headers are ASCII.
        headers["WWW-Authenticate"] = 'Basic realm="Entrepot", charset="UTF-8"'
    if isinstance(error, AtWorkError):
        return _at_work(request, error, found, headers)
    if found["status"] == 503:
        # A question takes `SECONDS` at most by default, so a place is free by then.
        headers["Retry-After"] = "60"
    if _wants_page(request):
        answer = page("problem.html.j2", "", problem=found, **_meant(request, found))
        return Response(answer.body, found["status"], headers, answer.kind)
    return Response(as_json(found).body, found["status"], headers, MEDIA)


def _meant(request: Request, found: dict[str, Any]) -> dict[str, Any]:
    """Return the words of an address that name nothing, and what they may be meant to name."""
    named = _NAMED.match(found["detail"])
    if named is None and found["detail"] != _NOWHERE:
        return {"offers_search": False, "hits": []}
    last = request.scope["path"].rpartition("/")[2]
    words = named[2] if named else re.sub("[-_]", " ", last)
    try:
        hits = search(words, _MEANT)
    except EntrepotError:  # of a list of the owner, which the search page names
        hits = []
    if named:
        hits = [one for one in hits if one.kind in _OF_KIND[named[1] == "area"]]
    return {"offers_search": True, "words": words[:100], "hits": hits}


def _at_work(
    request: Request, error: AtWorkError, found: dict[str, Any], headers: dict[str, str]
) -> Response:
    """Say what is known so far: as a page, as 202 to who prefers it, or as 503 to be repeated."""
    headers["Retry-After"] = "3"
    if prefers_async(request):
        # The answer will be at the address itself: it is the state of the question.
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        headers["Location"] = quote(path, safe="/+,") + (f"?{query}" if query else "")
        headers["Preference-Applied"] = "respond-async"
    elif would_wait(request):
        expected = {"working": error, "opening": _opening(request), **_expected(request)}
        answer = in_language(
            language_of(request), lambda: page("working.html.j2", **expected), address(request)
        )
        return Response(answer.body, 202, headers, answer.kind)
    else:
        found["status"] = 503
    seconds = None if error.seconds is None else round(error.seconds, 1)
    found |= {"seconds": seconds, "found": list(error.found)}
    kind = MEDIA if found["status"] == 503 else "application/json"
    return Response(as_json(found).body, found["status"], headers, kind)


def _expected(request: Request) -> dict[str, Any]:
    """Return what a page is known to have before any data are read: its title and its place."""
    _, room, *rest = request.scope["path"].split("/")
    place = f"/{_MENU_OF.get(room, room)}"
    goods = request.query_params.get("goods", "")
    try:
        if not room:
            return {"current": "/", "title": TITLES[""], **question()}
        if room == "goods" and rest:
            return {"current": place, "title": capital(goods_words(rest[0]))}
        if room == "country" and rest:
            title = capital(area_phrase(rest[0]))
            if rest[1:2] == ["from"]:
                title = f"{possessive(title)} imports from {area_phrase(rest[2])}"
            return {"current": place, "title": f"{title}: {goods_words(goods)}" if goods else title}
    except EntrepotError:  # a name that does not exist: the answer will say so
        pass
    return {
        "current": place,
        "title": TITLES.get(room, "The answer is being computed"),
        "bare": room == "embed",
    }


def _opening(request: Request) -> str:
    """Return the address that answers at once what a whole page answers; empty without one."""
    path: str = request.scope["path"]
    if not path.endswith("/whole"):
        return ""
    query = request.scope["query_string"].decode("latin-1")
    return path.removesuffix("/whole") + (f"?{query}" if query else "")


def _wants_page(request: Request) -> bool:
    path: str = request.scope["path"]
    return not path.startswith("/api/") and path != "/openapi.json"
