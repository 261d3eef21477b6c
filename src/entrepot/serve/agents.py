"""A server of the Model Context Protocol: tools and resources for agents, for reading only.

Over standard input and output it serves the one program that started it. Over HTTP it stands behind
the same guard as the page: names of this server, a token where others reach it, sizes of bodies.
"""

from __future__ import annotations

import json
import logging
import math
import os
import threading
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from entrepot.errors import ARGUMENTS, EntrepotError, MissingExtraError, RequestError, as_spelled
from entrepot.limits import Limits, under
from entrepot.measures import all_metadata
from entrepot.settings import Settings
from entrepot.version import __version__

try:
    import anyio
    import mcp_types as types
    from mcp.server import Server
    from mcp.server.stdio import stdio_server
    from mcp.shared.exceptions import MCPError
    from mcp.shared.message import SessionMessage
    from pydantic import ValidationError
    from starlette.requests import Request
    from starlette.responses import JSONResponse
except ImportError as error:
    raise MissingExtraError("mcp", "mcp") from error

from entrepot.serve import apart
from entrepot.serve.agent_answers import (
    SCHEME,
    AgentAccess,
    BegunQuestions,
    explanation,
    explanations,
    list_data,
    lists_data,
)
from entrepot.serve.agent_tools import TOOLS, call
from entrepot.serve.answer import MEDIA, BusyError, problem
from entrepot.serve.guard import Guard, Places
from entrepot.serve.pool import Pool
from entrepot.serve.request_body import whole_body
from entrepot.serve.server import listen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from entrepot.serve.guard import Access

T = TypeVar("T")

PATH = "/mcp"
"""Where the protocol is spoken over HTTP."""
# `screen` takes 250,000 characters, of which JSON may write some in six bytes.
LONGEST_BODY = 1_000_000
"""Bytes of a request over HTTP: the largest text, as JSON writes it."""
# Separate from anyio's default of 40 threads: tools block while the pool works.
AT_WORK = 16
"""Tools at work at once; more wait."""
_AGAIN = 0.02
"""Seconds between two looks whether a tool has ended."""
CALLS = 4
"""Calls of one client at work at once over HTTP, as far as clients can be told apart."""
# What costs nothing, as the word that a call is given up, must not wait for calls.
_MESSAGES = {"POST": 64}
_WORK = ("tools/call", "resources/read")
"""Messages for which something is computed."""
_ABOUT = """Entrepôt answers questions about trade dependence with figures: value, range across \
definitions, evidence and caveats. It tests published figures and matches goods with dated lists.

- A share is 0 to 1, growth is in per cent, money in whole units. "text" has the number in words.
- Give the range and the caveats with every number; a range is across definitions, no confidence \
interval.
- A missing number is missing: say why (reason), never estimate it. "not enough evidence" is not \
"false", and a code that meets no list is not "uncontrolled".
- Trade data show flows, not intent.
- Countries may be names or codes; goods need codes of the Harmonized System or a list.
- Commands that load data are for the person who runs this server. Nothing here changes data."""


def agent_server(access: AgentAccess) -> Server[Any]:
    """Return the server of the protocol, for any transport."""
    turns = threading.BoundedSemaphore(AT_WORK)

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(name) for name in TOOLS])

    async def call_tool(_: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        mine = replace(access, begun=BegunQuestions())

        try:
            found = await _in_thread(
                lambda: call(mine, asked.name, asked.arguments or {}), turns, mine.begun
            )
        except Exception as error:
            # An error of a tool is an answer, which the model reads
            # and mends; one of the protocol it may never see.
            return _refused(error, access)
        return _answered(found)

    async def list_resources(_: Any, __: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=_resources())

    async def read(_: Any, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        try:
            text, kind = await _in_thread(lambda: _read(str(asked.uri)), turns, BegunQuestions())
        except Exception as error:
            # Resources have no form for an error of their own, unlike tools.
            raise _no_resource(error, access) from error
        content = types.TextResourceContents(uri=str(asked.uri), text=text, mime_type=kind)
        return types.ReadResourceResult(contents=[content])

    @asynccontextmanager
    async def ready(_: Server[Any]) -> AsyncIterator[dict[str, Any]]:
        apart.get_ready()
        yield {}

    return Server(
        "entrepot",
        version=__version__,
        title="Entrepôt",
        instructions=_ABOUT,
        lifespan=ready,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read,
    )


async def _in_thread(work: Callable[[], T], turns: threading.Semaphore, begun: BegunQuestions) -> T:
    """Return what work is answered that may open no file of ours."""
    place = [turns]
    has_begun = threading.Event()

    def leave() -> None:
        with suppress(IndexError):  # once, whoever comes first
            place.pop().release()

    def limited() -> T:
        has_begun.set()
        try:
            with under(Limits(files=False)):
                return work()
        finally:
            # By the thread and not by a limiter of the library, which lets the next one in as soon
            # as nobody waits for this.
            leave()

    while not turns.acquire(blocking=False):
        await anyio.sleep(_AGAIN)
    every = anyio.CapacityLimiter(math.inf)
    try:
        return await anyio.to_thread.run_sync(limited, limiter=every, abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        if not has_begun.is_set():
            leave()
        # The thread waits for the questions, and ends with them.
        begun.leave()
        raise


def _tool(name: str) -> types.Tool:
    one = TOOLS[name]
    return types.Tool(
        name=name,
        title=one.title,
        description=one.description,
        input_schema=one.schema,
        annotations=types.ToolAnnotations(
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _answered(found: dict[str, Any]) -> types.CallToolResult:
    text = json.dumps(found, ensure_ascii=False, default=str, separators=(",", ":"))
    return types.CallToolResult(
        # Both, for older clients read only the text, and newer ones the structure.
        content=[types.TextContent(text=text)],
        structured_content=json.loads(text),
    )


def _no_resource(error: Exception, access: AgentAccess) -> MCPError:
    """Return why there is no resource, as an error of the protocol."""
    if isinstance(error, EntrepotError):
        return MCPError(types.INVALID_PARAMS, f"{error.what}. {error.hint}".strip())
    logging.getLogger(__name__).error("a resource broke off", exc_info=error)
    return MCPError(types.INTERNAL_ERROR, problem(error, access.pool.folder)["detail"])


def _refused(error: Exception, access: AgentAccess) -> types.CallToolResult:
    """Return an error as an answer that says what to send instead."""
    found = problem(error, access.pool.folder, ARGUMENTS)
    if not isinstance(error, EntrepotError):
        # To the log of the operator alone; the client learns no more than that it broke off.
        logging.getLogger(__name__).error("a tool broke off", exc_info=error)
    said = {
        "error": found["detail"],
        "where": found.get("where"),
        "why": found.get("why"),
        "send_instead": as_arguments(found.get("hint", "")),
    }
    text = json.dumps({name: part for name, part in said.items() if part}, ensure_ascii=False)
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)


_COMMANDS = {
    "entrepot goods list": "goods_list",
    "entrepot measure list": "measures",
    "entrepot data show": "data_status",
}
"""Commands that hints name, and the tools that answer the same."""


def as_arguments(hint: str) -> str:
    r"""Return a hint with options of the command line as arguments of a tool.

    Examples
    --------
    >>> as_arguments("add --period 2023")
    'add "period": "2023"'
    >>> as_arguments("add --reported-by exporter, or --curve")
    'add "reported_by": "exporter", or "curve"'
    >>> as_arguments("entrepot data add baci FILE --lake DIR")
    'entrepot data add baci FILE --lake DIR'
    """
    for command, tool in _COMMANDS.items():
        hint = hint.replace(command, tool)

    # After the replacement above, so that only commands without a tool of their own are left: those
    # are for the person who runs the server.
    return as_spelled(hint, ARGUMENTS)


# Resources: lists, measures, and the pages behind caveats.


def _resources() -> list[types.Resource]:
    plain = "text/markdown"
    found = [
        _resource("lists", "Lists of controlled goods", "application/json"),
        _resource("measures", "Measures", "application/json"),
    ]
    found += [
        _resource(f"lists/{one['id']}", one["title"], "application/json") for one in lists_data()
    ]
    found += [
        _resource(f"measures/{one.id}", one.title, "application/json") for one in all_metadata()
    ]
    return found + [
        _resource(f"caveats/{name}", f"Caveat: {name.replace('-', ' ')}", plain)
        for name in explanations()
    ]


def _resource(path: str, title: str, kind: str) -> types.Resource:
    return types.Resource(uri=SCHEME + path, name=path, title=title, mime_type=kind)


def _read(uri: str) -> tuple[str, str]:
    """Return text and media type of a resource.

    Raises
    ------
    RequestError
        If there is no such resource.
    """
    room, _, name = uri.removeprefix(SCHEME).partition("/")
    if not uri.startswith(SCHEME) or room not in ("lists", "measures", "caveats"):
        raise RequestError(
            "no such resource", hint="entrepot://lists, entrepot://measures, entrepot://caveats/ID"
        )
    if room == "caveats":
        return explanation(name), "text/markdown"
    if room == "measures":
        every = {one.id: one.to_dict() for one in all_metadata()}
        if name and name not in every:
            raise RequestError("no such measure", hint="entrepot://measures has all of them")
        data: Any = every[name] if name else list(every.values())
    else:
        # More than any list has, so that a resource is complete where the tool is cut.
        data = list_data(name, 10_000) if name else lists_data()
    return json.dumps(data, ensure_ascii=False, default=str), "application/json"


# Transports.


def run_stdio(lake: Path | None, *, seconds: float, page: str = "") -> None:
    """Serve the program at the other end of standard input and output until it goes.

    Parameters
    ----------
    seconds
        Time that one question may take.
    page
        Address of the page of the same lake, for links.
    """
    pool = Pool(Settings.read(lake).lake, seconds)
    server = agent_server(AgentAccess(pool, page=page))

    async def serve() -> None:
        lines = _Lines()
        async with stdio_server(stdin=cast("anyio.AsyncFile[str]", lines)) as (came, goes):
            lines.answers = goes
            await server.run(came, goes, server.create_initialization_options())

    # Everywhere, for threads that a library begins know nothing of this block.
    with under(Limits(files=False), everywhere=True):
        anyio.run(serve)


class _Lines:
    """Lines of standard input; what is no message of the protocol is answered and left out.

    The library drops such lines without a word, so that a client would wait for ever.
    """

    answers: Any  # a stream of the library, which exports no type for it

    def __init__(self) -> None:
        # From a descriptor of its own: whatever reads standard input elsewhere finds it empty.
        self._file = os.fdopen(os.dup(0), encoding="utf-8", errors="replace", closefd=False)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    async def __aiter__(self) -> AsyncIterator[str]:
        """Yield the messages."""
        async for line in anyio.wrap_file(self._file):
            if not line.strip():
                continue
            if (refusal := no_message(line)) is None:
                yield line
            else:
                await self.answers.send(SessionMessage(refusal))


def no_message(line: str) -> types.JSONRPCError | None:
    """Return the error that answers what is no message; None for a message.

    Examples
    --------
    >>> no_message("{").error.code, no_message('{"id": 7}').id
    (-32700, 7)
    >>> no_message('{"jsonrpc": "2.0", "method": "ping", "id": null}').error.code
    -32600
    >>> no_message('{"jsonrpc": "2.0", "method": "ping", "id": 1}')
    """
    try:
        data: Any = json.loads(line)
        message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
    except (ValueError, RecursionError) as error:
        is_json = isinstance(error, ValidationError) and error.errors()[0]["type"] != "json_invalid"
        if not is_json:
            return _no_message(types.PARSE_ERROR, "not JSON, a message on each line")
        given = data.get("id") if isinstance(data, dict) else None
        # True is an int in Python, and no id.
        known = given if type(given) in (int, str) else None
        return _no_message(types.INVALID_REQUEST, "not a message of JSON-RPC 2.0", known)
    if isinstance(message, types.JSONRPCNotification) and "id" in data:
        # The library takes it for a notification, and would not answer.
        return _no_message(types.INVALID_REQUEST, "an id is a text or a whole number")
    return None


def _no_message(code: int, words: str, known: int | str | None = None) -> types.JSONRPCError:
    error = types.ErrorData(code=code, message=words)
    return types.JSONRPCError(jsonrpc="2.0", id=known, error=error)


def _whole_posts(
    app: ASGIApp, access: Access, refuse: Callable[[Scope, Exception], ASGIApp]
) -> ASGIApp:
    """Hand on whole messages alone: the library waits for ever for the rest of a body.

    What is no message is answered here, and so is who would open a stream for messages of the
    server, which sends none. A call whose client has gone is given up.
    """
    calls = Places(dict.fromkeys(_WORK, CALLS), "calls")

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await app(scope, receive, send)
            return
        if scope["method"] != "POST":
            words = "Method Not Allowed: no stream and no session, send POST"
            refusal = _no_message(types.INVALID_REQUEST, words)
            answer = _json_answer(refusal, 405, {"Allow": "POST"})
            await answer(scope, receive, send)
            return
        try:
            body = await whole_body(Request(scope, receive), LONGEST_BODY)
        except EntrepotError as error:
            await refuse(scope, error)(scope, receive, send)
            return
        text = body.decode(errors="replace")
        if found := no_message(text):
            await _json_answer(found, 400)(scope, receive, send)
            return
        parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            if not parts:
                # Until the client has gone, which `_while_there` sees and ends this.
                await anyio.sleep_forever()
            return parts.pop()

        method = json.loads(text).get("method")  # an answer to nothing has none
        if method not in _WORK:
            await app(scope, again, send)
            return
        try:
            with calls.taken(access.reader_of(scope), method):
                await _while_there(receive, lambda: app(scope, again, send))
        except BusyError as busy:
            await refuse(scope, busy)(scope, receive, send)

    return answering


async def _while_there(receive: Receive, work: Callable[[], Awaitable[None]]) -> None:
    """Work until it is done or the client has gone."""

    async def watch(ends: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        ends.cancel()

    async with anyio.create_task_group() as both:
        both.start_soon(watch, both.cancel_scope)
        await work()
        both.cancel_scope.cancel()


def _json_answer(
    refusal: types.JSONRPCError, status: int, headers: dict[str, str] | None = None
) -> ASGIApp:
    return JSONResponse(refusal.model_dump(mode="json", exclude_unset=True), status, headers)


def http_app(lake: Path | None, access: Access, *, seconds: float, page: str = "") -> ASGIApp:
    """Return the application that speaks the protocol at `PATH`, for any ASGI server."""
    pool = Pool(Settings.read(lake).lake, seconds)
    server = agent_server(AgentAccess(pool, page=page))
    inner = server.streamable_http_app(
        streamable_http_path=PATH,
        # Plain JSON instead of a stream of events, and no
        # sessions: nothing is remembered between two requests.
        json_response=True,
        stateless_http=True,
        max_request_body_size=LONGEST_BODY,
        host="0.0.0.0",  # names of hosts are for the guard
    )

    def refuse(_: Scope, error: Exception) -> ASGIApp:
        found = problem(error, pool.folder)
        body = json.dumps(found, ensure_ascii=False).encode()
        headers = [(b"content-type", MEDIA.encode()), (b"cache-control", b"no-store")]
        if found["status"] == 401:
            # Bearer, unlike the page: a program sends the
            # token, and Basic would have it ask a person.
            headers.append((b"www-authenticate", b'Bearer realm="Entrepot"'))

        async def refused(_: Scope, receive: Receive, send: Send) -> None:
            start = {"type": "http.response.start", "status": found["status"], "headers": headers}
            await send(start)
            await send({"type": "http.response.body", "body": body})

        return refused

    posts = _whole_posts(inner, access, refuse)
    return Guard(posts, access, LONGEST_BODY, refuse, in_hand=_MESSAGES)


def run_http(
    lake: Path | None,
    host: str,
    port: int,
    access: Access,
    *,
    seconds: float,
    page: str = "",
    say: Callable[[str], None],
) -> None:
    """Serve over HTTP until stopped.

    Raises
    ------
    OutsideError
        If the address cannot be listened at.
    """
    app = http_app(lake, access, seconds=seconds, page=page)
    listen(app, access, host, port, say=say, path=PATH)
