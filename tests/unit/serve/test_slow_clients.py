"""The real server, a process of its own, under clients that never finish what they begin."""

from __future__ import annotations

import asyncio
import selectors
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from uvicorn import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import ServerState

from entrepot.serve.server import patient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 2.5
CODE = """
import sys
from pathlib import Path
from entrepot.serve import request_body
from entrepot.serve.server import run
request_body.PATIENCE = {patience}
run(Path(sys.argv[1]), "127.0.0.1", int(sys.argv[2]), seconds=20, say=print, patience={patience})
"""
HEAD = b"GET /measures HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /api/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server says on standard error."""
    return tmp_path_factory.mktemp("log") / "log.txt"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = free.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("slow") / "no-lake"
    code = CODE.format(patience=PATIENCE)
    command = [sys.executable, "-c", code, str(folder), str(found)]
    with log.open("wb") as opened_log:
        server = subprocess.Popen(command, stderr=opened_log)
    try:
        listens(found, server)
        yield found
    finally:
        server.terminate()
        assert server.wait(100) is not None


def listens(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until it does."""
    for _ in range(3000):
        with suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/icon.svg", timeout=100)
            return
        assert server.poll() is None
        time.sleep(0.1)
    pytest.fail("nobody listens")


def opened(port: int, begin: bytes) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", port), timeout=100)
    found.sendall(begin)
    return found


def answered(port: int) -> None:
    """Somebody else is answered meanwhile."""
    start = time.monotonic()
    assert httpx.get(f"http://127.0.0.1:{port}/measures", timeout=100).status_code == 200
    assert time.monotonic() - start < 60


def test_connections_of_one_reader_leave_room_for_others(port: int) -> None:
    """200 of one who said nothing were all there are: even the address for health said 503."""
    with ExitStack() as stack:
        try:
            for _ in range(220):
                one = socket.create_connection(
                    ("127.0.0.1", port), timeout=30, source_address=("127.0.0.2", 0)
                )
                stack.enter_context(one)
        except OSError:
            pytest.skip("this machine has one address of its own")
        answered(port)
    answered(port)


def test_half_open_connections_do_not_keep_out_what_comes_later(port: int) -> None:
    """Of one reader or of several, also the address for health was reset or answered 503."""
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(opened(port, HEAD))
        answered(port)
        try:
            for place in range(240):
                one = socket.create_connection(
                    ("127.0.0.1", port), 100, source_address=(f"127.0.0.{2 + place % 6}", 0)
                )
                stack.enter_context(one).sendall(HEAD)
        except OSError:
            pytest.skip("this machine has one address of its own")
        answered(port)


def test_a_websocket_locks_nobody_out(port: int) -> None:
    """A connection that was handed over was never counted down: 66 of them, and no more came."""
    upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    key = b"Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
    for _ in range(70):
        with opened(port, HEAD + upgrade + key) as client:
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    answered(port)


def trickled(client: socket.socket, piece: bytes, seconds: float) -> bytes:
    """Send a piece again and again until the server ends it, and return what it said."""
    end = time.monotonic() + seconds
    client.settimeout(0.2)
    said = b""
    while time.monotonic() < end:
        try:
            client.sendall(piece)
            part = client.recv(4096)
        except TimeoutError:
            continue
        except OSError:
            return said
        if not part:
            return said
        said += part
    pytest.fail("the server waits for ever")


def test_headers_that_never_end_are_cut_off(port: int) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(opened(port, HEAD)) for _ in range(60)]
        answered(port)
        assert trickled(crowd[0], b"X-More: 1\r\n", 100).startswith(b"HTTP/1.1 408")
        for one in crowd[1:]:
            one.settimeout(100)
            assert one.recv(4096).startswith(b"HTTP/1.1 408")
            assert one.recv(4096) == b""


def test_who_says_nothing_is_let_go(port: int) -> None:
    with opened(port, b"") as silent:
        silent.settimeout(100)
        assert silent.recv(4096) == b""


@pytest.mark.parametrize(
    "head", [b"Content-Length: 500000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"]
)
def test_a_body_that_trickles_is_cut_off(port: int, head: bytes) -> None:
    piece = b"x" if b"Length" in head else b"1\r\nx\r\n"
    with ExitStack() as stack:
        crowd = [stack.enter_context(opened(port, POST + head)) for _ in range(20)]
        answered(port)
        said = trickled(crowd[0], piece, 100)
        assert said.startswith(b"HTTP/1.1 503")
        assert b"did not arrive" in said


def test_who_never_reads_is_let_go(port: int) -> None:
    ask = b"GET /api/areas HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.settimeout(100)
        client.sendall(ask * 300)
        time.sleep(PATIENCE * 3)
        answered(port)
        with pytest.raises(OSError, match=r"reset|Broken|closed"):  # noqa: PT012
            for _ in range(100_000):
                if not client.recv(2**20):
                    raise ConnectionError("closed")


class NoTime(selectors.DefaultSelector):
    """Lets time pass without waiting for it: a busy machine keeps no order of what is due."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


def without_waiting(work: Callable[[], Any]) -> None:
    """Run in a thread of its own, in a loop in which a pause takes no time."""
    selector = NoTime()
    loop = asyncio.SelectorEventLoop(selector)
    # The clock of this one loop is replaced: it goes as far as a pause lasts.
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as beside, asyncio.Runner(loop_factory=lambda: loop) as runner:
        beside.submit(runner.run, work()).result()


class Line(asyncio.Transport):
    """A line to a reader; what waits to be sent is set by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 1000
        self.gone = False

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def close(self) -> None:
        """Wait for what is not read, as lines do."""

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        self.gone = True


@pytest.mark.parametrize("begins", ["pause_writing", "_late"])
@pytest.mark.parametrize(("takes", "is_gone"), [(100, False), (0, True)])
def test_a_slow_reader_is_waited_for_as_long_as_he_reads(
    takes: int, begins: str, *, is_gone: bool
) -> None:
    """Also one whose line was closed: 26 of 40 such lines were held, with their bytes, for ever."""

    async def read() -> Line:
        config = Config(app=lambda *_: None, http=patient(1.6))
        config.load()
        state = ServerState()
        connection = patient(1.6)(config, state, {}, asyncio.get_running_loop())
        connection.transport, connection.flow = line, FlowControl(line)
        getattr(connection, begins)()
        for _ in range(8):
            await asyncio.sleep(0.3)
            line.waiting -= takes
        if not line.gone:
            connection.resume_writing()
            assert connection._stuck is not None
            assert connection._stuck.cancelled()
        return line

    line = Line()
    without_waiting(read)
    assert line.gone is is_gone


def test_many_at_once_are_answered_or_told_to_wait(port: int) -> None:
    with ExitStack() as stack:
        whole = HEAD + b"Connection: close\r\n\r\n"
        crowd = [stack.enter_context(opened(port, whole)) for _ in range(40)]
        found = {one.makefile("rb").readline().split()[1] for one in crowd}
    assert found <= {b"200", b"503"}
    assert b"200" in found


@pytest.mark.parametrize(
    "begin",
    [
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /?q=%0d%0aSet-Cookie:a HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_no_request_harms_nobody(port: int, begin: bytes) -> None:
    with opened(port, b"") as client:
        client.settimeout(100)
        said = b""
        try:
            client.sendall(begin)
            while part := client.recv(65536):
                said += part
        except ConnectionError:
            pass  # cut off, which is an answer too
        assert b"Traceback" not in said
        head = said.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
        assert not any(line.startswith(b"set-cookie") for line in head)
    answered(port)


def test_a_body_that_breaks_off_into_nonsense_is_no_error_of_the_server(
    port: int, log: Path
) -> None:
    """The answer to the nonsense ends the line; the answer to the request was a traceback."""
    heads = [POST, POST.replace(b"/api/check", b"/nothing"), HEAD, HEAD.replace(b"GET", b"PUT")]
    for head in heads:
        for body in (b"zz\r\n", b"-1\r\n", b"1\r\nxyz\r\n", b"1\r\nx\r\n\x00\r\n"):
            with opened(port, head + b"Transfer-Encoding: chunked\r\n\r\n" + body) as client:
                client.settimeout(100)
                with suppress(ConnectionError):
                    while client.recv(65536):
                        pass
    answered(port)
    said = log.read_text(encoding="utf-8")
    assert "Invalid HTTP request" in said
    assert "Traceback" not in said


def test_a_slow_client_does_not_keep_a_server_that_is_to_end(tmp_path: Path) -> None:
    """It waited for the last letter of a body, for half a minute, and for each queued text."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = free.getsockname()[1]
    code = CODE.format(patience=600).replace("run(", "import entrepot.serve.server as s\nrun(", 1)
    code = code.replace("run(Path", "s._LAST_ANSWERS = 1\nrun(Path")
    command = [sys.executable, "-c", code, str(tmp_path / "no-lake"), str(found)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        listens(found, server)
        with opened(found, POST + b"Content-Length: 90000\r\n\r\nChina"):
            time.sleep(0.5)
            server.terminate()
            assert server.wait(200) is not None
    finally:
        server.kill()
