"""Start the server on an address."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from entrepot.errors import EntrepotError, MissingExtraError, OutsideError
from entrepot.limits import Limits, under
from entrepot.serve.guard import Access
from entrepot.sources.icio.wheel import installed

try:
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ImportError as error:
    raise MissingExtraError("uvicorn", "serve") from error

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from starlette.types import ASGIApp

PATIENCE = 10.0
_CONNECTIONS = 200
_LAST_ANSWERS = 5
"""Seconds for running answers once the server is to end; slow clients do not keep it longer."""


def run(
    lake: Path | None,
    host: str,
    port: int,
    *,
    token: str | None = None,
    behind_proxy: bool = False,
    names: Sequence[str] = (),
    seconds: float,
    longest_article: int = 100_000,
    longest_claims: int = 256_000,
    frames: Sequence[str] = (),
    address: str = "",
    reader: str = "",
    engine: str = "duckdb",
    master: str | None = None,
    say: Callable[[str], None],
    patience: float = PATIENCE,
) -> None:
    """Serve page and API until stopped; nothing of what is asked is logged.

    Parameters
    ----------
    names
        Names under which others reach it; any if none is said.
    seconds
        Time that a question may take.
    longest_article, longest_claims
        Bytes of a text that is checked.
    frames, address
        Sites that may show ``/embed`` in a frame; where others reach the server.
    reader
        Additional reader to which the whole of each pasted article is sent; empty for none.
    engine, master
        ``duckdb`` or ``spark``, and where Spark runs. Spark starts before the server listens.
    patience
        Seconds to wait for whole headers, and for one who does not read an answer.

    Raises
    ------
    MissingExtraError
        If the extra ``serve`` is not installed.
    RequestError
        For an address that others reach without a token.
    OutsideError
        If the address cannot be listened at.
    """
    # Before the imports below, which load the application: a refused address is refused at once.
    access = Access.of(host, token, behind_proxy=behind_proxy, names=names)
    from entrepot.claims.readers import where_to
    from entrepot.serve.app import create_app

    app = create_app(
        lake,
        access=access,
        seconds=seconds,
        longest_article=longest_article,
        longest_claims=longest_claims,
        frames=frames,
        address=address,
        reader=reader,
        engine=engine,
        master=master,
    )
    if engine == "spark":
        from entrepot.lake.on_spark import SparkLake

        # At once: who starts the server learns of a missing master, and not the first reader.
        say(f"answers are computed on {SparkLake.open(lake, master=master).engine_in_words()}")
    if reader:
        say(f"the whole of each pasted article is sent to {where_to(reader)}")
    listen(app, access, host, port, say=say, patience=patience)


def listen(
    app: ASGIApp,
    access: Access,
    host: str,
    port: int,
    *,
    say: Callable[[str], None],
    path: str = "/",
    patience: float = PATIENCE,
) -> None:
    """Serve an application until stopped; raises as `run` does."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Who asks is read in one place, `Access.reader_of`, and only where a proxy was declared.
        proxy_headers=False,
        # uvicorn answers 503 itself beyond this number, before any of our code runs.
        limit_concurrency=_CONNECTIONS,
        # Nothing here speaks it, and a connection that is handed over is never counted down.
        ws="none",
        timeout_keep_alive=10,
        timeout_graceful_shutdown=_LAST_ANSWERS,
        # h11, and not httptools, because `Connection` overrides methods of this protocol class.
        http=patient(patience, access.reader_of),
    )
    server = uvicorn.Server(config)
    shown = f"[{host}]" if ":" in host else host
    try:
        with config.bind_socket() as door:
            # Listens before the address is said: who connects at once waits, and is not refused.
            door.listen(config.backlog)
            say(f"serving on http://{shown}:{port}{path} (Ctrl-C ends it)")
            # In the background, so that the server answers at once.
            threading.Thread(target=_ready, daemon=True).start()
            with under(Limits(files=False), everywhere=True):
                server.run([door])
    except SystemExit as error:  # the library ends the program where it cannot listen
        raise OutsideError(
            f"cannot listen at {host}, port {port}", hint="choose another with --port"
        ) from error


def _ready() -> None:
    """Map the installed input-output table before anybody asks: a question may open no file."""
    with under(Limits()), suppress(EntrepotError):
        installed()


# One connection: who sends or reads too slowly is let go, so that others are answered.


_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
# `guard.IN_HAND` allows 48 + 4 requests of one reader, `_CONNECTIONS` is 200.
OF_ONE = 66
"""Connections of one reader at once: more than its requests in hand, and a third of all."""


class Connection(H11Protocol):
    """A connection that waits `patience` seconds for whole headers, and for one who reads.

    Who reads steadily, however slowly, is waited for. Who opens one after the other and says
    nothing does not get all there are: a new one ends the one that has waited longest.
    """

    patience = 10.0
    open_by_reader: ClassVar[Counter[str]] = Counter()
    waiting: ClassVar[dict[Connection, None]] = {}
    reader_of: ClassVar[Callable[[Any], str]] = staticmethod(lambda scope: "")
    # Class attributes as defaults: uvicorn makes the object, and its __init__ knows none of these.
    _reader = ""
    _waits: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None
    _unread = 0
    _began = False

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        # First the base class: it sets `self.transport`, which `_late` needs.
        super().connection_made(transport)
        client = transport.get_extra_info("peername")
        # No headers yet: behind a proxy the reader is
        # unknown here, and all connections are the proxy's.
        self._reader = type(self).reader_of({"client": client, "headers": ()})
        # Counted before the refusal, because `connection_lost`
        # follows an abort, too, and counts down.
        self.open_by_reader[self._reader] += 1
        if self._reader and self.open_by_reader[self._reader] > OF_ONE:
            if not self._make_room(self._reader):
                transport.abort()
        # As many as uvicorn counts, which would answer 503 to every request.
        elif len(self.connections) >= _CONNECTIONS:
            self._make_room()
        self._wait()

    def _make_room(self, reader: str = "") -> bool:
        """End the connection that has waited longest for a request, of one reader if known."""
        # In the order in which they began to wait. Whoever is being answered is not among them.
        for one in self.waiting:
            if not reader or one._reader == reader:
                one._late()
                return True
        return False

    def data_received(self, data: bytes) -> None:
        """Take what came; the wait ends only with whole headers."""
        # Set before parsing: one byte is enough to answer 408 instead of closing without a word.
        self._began = True
        # The base class may start a request cycle here; only then does `_wait` see whole headers.
        super().data_received(data)
        self._wait()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request; the request whose body it was in is answered no more."""
        super().send_400_response(msg)
        # A body with a broken chunk: without this the
        # view would wait for the rest until its timeout.
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._began = False
        super().on_response_complete()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self.open_by_reader[self._reader] -= 1
        if not self.open_by_reader[self._reader]:
            # A Counter keeps zeros, so a server that runs for months would remember every address.
            del self.open_by_reader[self._reader]
        self._stop_waiting()
        _stop(self._stuck)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for one who does not read."""
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        """Go on: most of it was read."""
        _stop(self._stuck)
        super().resume_writing()

    def _await_reader(self) -> None:
        """Look again later whether any of what waits to be sent was taken."""
        _stop(self._stuck)
        # Bytes that are still unsent: fewer of them later means that the client does read, slowly.
        self._unread = self.transport.get_write_buffer_size()
        self._stuck = self.loop.call_later(self.patience, self._if_stuck)

    def _if_stuck(self) -> None:
        # Any progress renews the patience, so slow lines
        # are served and only a stopped reader is cut.
        if self.transport.get_write_buffer_size() < self._unread:
            self._await_reader()
        else:
            # Not close(), which waits until the buffer is flushed: that is what does not happen.
            self.transport.abort()

    def _wait(self) -> None:
        """Count from when a request is waited for; what trickles in does not begin anew."""
        # An answer is being worked out; how long that may take is for the pool to limit.
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._waits is None:
            self.waiting[self] = None
            self._waits = self.loop.call_later(self.patience, self._late)

    def _stop_waiting(self) -> None:
        _stop(self._waits)
        self._waits = None
        self.waiting.pop(self, None)

    def _late(self) -> None:
        self._stop_waiting()
        if self._began and not self.transport.is_closing():
            self.transport.write(_LATE)
        self.transport.close()
        self._await_reader()  # it stays open until what was sent is read, which may be never


def patient(seconds: float, reader_of: Callable[[Any], str] = lambda _: "") -> type[Connection]:
    """Return what handles connections with so much patience.

    Parameters
    ----------
    reader_of
        Says of a scope who asks; empty where that is not known, as behind a proxy.
    """
    own = {"patience": seconds, "reader_of": staticmethod(reader_of)}
    return type("Patient", (Connection,), own | {"open_by_reader": Counter(), "waiting": {}})


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
