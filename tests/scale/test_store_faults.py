"""A store that throttles, is slow, breaks off or loses its answer: right figures, or plain words.

A relay stands between the lake and the server, and does one thing wrong.
"""

from __future__ import annotations

import http.client
import logging
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

import entrepot as ep
from entrepot.errors import DamagedLakeError, OutsideError
from entrepot.lake import Lake, remote
from entrepot.lake.catalog import Catalog

obstore = pytest.importorskip("obstore", reason="obstore is not installed")
moto = pytest.importorskip("moto.server", reason="moto is not installed")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
ASKED: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "CHN",
    "goods": "850110",
    "period": 2022,
    "source": "baci",
}
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
PATIENCE = 75
"""Thirty seconds, and what a busy machine adds."""


class Relay(ThreadingHTTPServer):
    """Passes requests on to a server; `fault` may answer one in its place, or spoil it.

    It gets the handler, the number of times that this method and path were asked before, and a
    function that asks the server; it returns the answer, or None if it has answered by itself.
    """

    daemon_threads = True

    def __init__(self, server: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.server = urlsplit(server).netloc
        self.seen: Counter[tuple[str, str]] = Counter()
        self.fault: Callable[[Any, int, Callable[[], Any]], Any] = lambda _, __, passed: passed()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that went away."""


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Relay

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def passed() -> tuple[int, Any, bytes]:
            asked = http.client.HTTPConnection(self.server.server)
            # The signature is of the host that the client asked; the server does not check it.
            asked.request(self.command, self.path, body, dict(self.headers))
            found = asked.getresponse()
            answer = found.status, found.headers, found.read()
            asked.close()
            return answer

        key = self.command, urlsplit(self.path).path
        before = self.server.seen[key]
        self.server.seen[key] += 1
        answer = self.server.fault(self, before, passed)
        if answer is not None:
            self.give(*answer)

    def give(self, status: int, headers: Any, body: bytes, cut: int = 0) -> None:
        """Send an answer, or all but its last bytes."""
        self.send_response_only(status)
        for name, value in dict(headers).items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        length = headers.get("Content-Length", len(body)) if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) - cut])
        self.close_connection = bool(cut)

    def do_GET(self) -> None:
        self._pass()

    def do_PUT(self) -> None:
        self._pass()

    def do_HEAD(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def do_DELETE(self) -> None:
        self._pass()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def relay(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Relay]:
    with Relay(server) as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        for name, value in (
            ("AWS_ENDPOINT_URL", started.address),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "a-secret"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ALLOW_HTTP", "true"),
            ("ENTREPOT_CACHE", str(tmp_path / "cache")),
        ):
            monkeypatch.setenv(name, value)
        yield started
        started.shutdown()


@pytest.fixture
def place(server: str, relay: Relay, tmp_path: Path) -> str:
    """A lake with a value of 1,000 USD, at an address."""
    import boto3

    boto3.client("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket="lakes")
    address = f"s3://lakes/{abs(hash(str(tmp_path)))}"
    Lake.open(address).add("baci", [release(tmp_path, 1, "202401")])
    return address


def release(folder: Path, value: int, vintage: str) -> Path:
    path = folder / f"BACI_HS17_Y2022_V{vintage}.csv"
    path.write_text(f"t,i,j,k,v,q\n2022,156,643,850110,{value},1\n", encoding="utf-8")
    return path


def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ask as another machine, whose cache is empty."""
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "another machine"))


def throttled(times: float) -> Any:
    def fault(_: Any, before: int, passed: Callable[[], Any]) -> Any:
        return (503, {"Content-Type": "application/xml"}, SLOW_DOWN) if before < times else passed()

    return fault


def slow(handler: Any, before: int, passed: Callable[[], Any]) -> Any:
    """Give a first part, and the rest later."""
    status, headers, body = passed()
    time.sleep(0.3)
    return status, headers, body


def broken(times: float) -> Any:
    def fault(handler: Any, before: int, passed: Callable[[], Any]) -> Any:
        status, headers, body = passed()
        if handler.command != "GET" or before >= times:
            return status, headers, body
        handler.give(status, headers, body, cut=max(1, len(body) // 2))
        return None

    return fault


def silent(handler: Any, _: int, __: Callable[[], Any]) -> Any:
    time.sleep(4 * PATIENCE)
    handler.close_connection = True


@pytest.mark.parametrize("fault", [throttled(2), slow, broken(1)], ids=["503", "slow", "broken"])
def test_what_passes_changes_no_answer(
    relay: Relay, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Any
) -> None:
    elsewhere(monkeypatch, tmp_path)
    relay.seen.clear()
    relay.fault = fault
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 1000.0
    relay.seen.clear()
    Lake.open(place).add("baci", [release(tmp_path, 7, "202501")])
    relay.fault = lambda _, __, passed: passed()
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 7000.0


@pytest.mark.parametrize(
    "fault", [throttled(1e9), broken(1e9), silent], ids=["503", "broken", "silent"]
)
def test_what_stays_is_said_in_time(
    relay: Relay, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Any
) -> None:
    elsewhere(monkeypatch, tmp_path)
    relay.fault = fault
    start = time.monotonic()
    with pytest.raises(OutsideError, match="cannot be read or written") as raised:
        ep.ask("value", lake=Lake.open(place), **ASKED)
    assert time.monotonic() - start < PATIENCE
    assert raised.value.why
    assert raised.value.hint
    assert "a-secret" not in str(raised.value)


def test_a_large_object_on_a_slow_line_takes_the_time_that_it_takes(
    relay: Relay, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Longer than a store may be silent, and something arrives all the time."""
    elsewhere(monkeypatch, tmp_path)
    monkeypatch.setattr(remote, "_SILENT", 2)

    def fault(handler: Any, _: int, passed: Callable[[], Any]) -> Any:
        status, headers, body = passed()
        if ".parquet" not in handler.path:
            return status, headers, body
        handler.give(status, headers, body, cut=len(body) - 1)
        for at in range(8):
            time.sleep(0.5)
            handler.wfile.write(body[1 + at * len(body) // 8 : 1 + (at + 1) * len(body) // 8])
        return None

    relay.fault = fault
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 1000.0


def test_an_object_that_is_replaced_while_it_is_read(
    relay: Relay, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its first half is of one content, and its second half of another one."""
    elsewhere(monkeypatch, tmp_path)

    def fault(handler: Any, _: int, passed: Callable[[], Any]) -> Any:
        status, headers, body = passed()
        if handler.command == "GET" and ".parquet" in handler.path:
            half = len(body) // 2
            body = body[:half] + bytes(len(body) - half)
        return status, headers, body

    relay.fault = fault
    with pytest.raises(OutsideError, match="not what was written") as raised:
        ep.ask("value", lake=Lake.open(place), **ASKED)
    assert raised.value.hint


@pytest.mark.parametrize("again", [True, False], ids=["one answer lost", "all lost"])
def test_a_catalog_that_arrived_although_its_answer_was_lost(
    relay: Relay, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, again: bool
) -> None:
    """The files that it names stay, whatever the writer was told."""
    arrived = threading.Event()

    def fault(handler: Any, _: int, passed: Callable[[], Any]) -> Any:
        first = handler.command == "PUT" and handler.path.endswith("catalog.json")
        if first and not arrived.is_set():
            arrived.set()
            passed()
            return 500, {}, b""
        lost = arrived.is_set() and not again and handler.command != "DELETE"
        return (500, {}, b"") if lost else passed()

    relay.fault = fault
    if again:
        Lake.open(place).add("baci", [release(tmp_path, 7, "202501")])
    else:
        with pytest.raises(OutsideError) as raised:
            Lake.open(place).add("baci", [release(tmp_path, 7, "202501")])
        assert raised.value.hint
    relay.fault = lambda _, __, passed: passed()
    elsewhere(monkeypatch, tmp_path)
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 7000.0


def test_of_two_writers_of_one_file_the_slower_leaves_the_other_one_whole(
    place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Objects are named by their content, so both send the same ones."""
    slow = Lake.open(place)
    assert slow._remote is not None
    before = slow._remote._bring_catalog
    path = release(tmp_path, 7, "202501")

    def overtaken() -> Any:
        found = before()
        monkeypatch.setattr(slow._remote, "_bring_catalog", before)
        with monkeypatch.context() as patch:
            elsewhere(patch, tmp_path)
            Lake.open(place).add("baci", [path])
            Lake.open(place).add("baci", [release(tmp_path, 9, "202301")])
        return found

    monkeypatch.setattr(slow._remote, "_bring_catalog", overtaken)
    with pytest.raises(OutsideError, match="another program changed"):
        slow.add("baci", [path])
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "a third machine"))
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 7000.0


def whole(place: str) -> bool:
    """Whether the store has every object that the catalog names."""
    store = Lake.open(place)._remote
    assert store is not None
    found = store._bring_catalog()
    assert found is not None
    return all(store._store.head(name) for name in Catalog.parse(found, place).owned())


def test_objects_that_a_refused_writer_deletes_are_there_again(
    place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody else adds the same file after the refused writer has seen which objects count."""
    slow = Lake.open(place)
    store = slow._remote
    assert store is not None
    before, delete = store._bring_catalog, store._delete
    path = release(tmp_path, 7, "202501")

    def add(name: str, one: Path) -> None:
        with monkeypatch.context() as patch:
            patch.setenv("ENTREPOT_CACHE", str(tmp_path / name))
            Lake.open(place).add("baci", [one])

    def overtaken() -> Any:
        found = before()
        monkeypatch.setattr(store, "_bring_catalog", before)
        add("another machine", release(tmp_path, 9, "202301"))
        return found

    def late(names: Any) -> None:
        assert names
        add("a third machine", path)
        delete(names)

    monkeypatch.setattr(store, "_bring_catalog", overtaken)
    monkeypatch.setattr(store, "_delete", late)
    with pytest.raises(OutsideError, match="has loaded the same"):
        slow.add("baci", [path])
    elsewhere(monkeypatch, tmp_path)
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 7000.0
    assert whole(place)


def test_objects_that_were_deleted_before_the_catalog_arrived_are_there_again(
    relay: Relay, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A refused writer of the same file deletes them between objects and catalog of this one."""
    lake = Lake.open(place)
    store = lake._remote
    assert store is not None

    def fault(handler: Any, _: int, passed: Callable[[], Any]) -> Any:
        if handler.command == "PUT" and handler.path.endswith("catalog.json"):
            new = [unquote(name) for _, name in relay.seen if ".parquet" in name]
            for name in {one.partition("/lakes/")[2].partition("/")[2] for one in new}:
                store._delete([name])
        return passed()

    relay.fault = fault
    relay.seen.clear()
    lake.add("baci", [release(tmp_path, 7, "202501")])
    elsewhere(monkeypatch, tmp_path)
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 7000.0
    assert whole(place)


def test_a_refused_catalog_that_nobody_can_read_back_is_said_to_be_so(
    relay: Relay, place: str, tmp_path: Path
) -> None:
    refused = threading.Event()

    def fault(handler: Any, _: int, passed: Callable[[], Any]) -> Any:
        if handler.command == "PUT" and handler.path.endswith("catalog.json"):
            refused.set()
            return 412, {}, b"<Error><Code>PreconditionFailed</Code></Error>"
        return (403, {}, b"") if refused.is_set() else passed()

    relay.fault = fault
    with pytest.raises(OutsideError, match="does not say which") as raised:
        Lake.open(place).add("baci", [release(tmp_path, 7, "202501")])
    assert "nothing was changed" not in str(raised.value)
    assert not any(command in ("DELETE", "POST") for command, _ in relay.seen)


@pytest.mark.parametrize("body", [b"<html>log in</html>", b'{"format": 5, "sha'])
def test_what_is_no_catalog_gets_advice_that_works(relay: Relay, place: str, body: bytes) -> None:
    def fault(handler: Any, _: int, passed: Callable[[], Any]) -> Any:
        is_catalog = handler.command == "GET" and handler.path.endswith("catalog.json")
        return (200, {"ETag": '"x"'}, body) if is_catalog else passed()

    relay.fault = fault
    with pytest.raises(DamagedLakeError, match="no catalog") as raised:
        ep.ask("value", lake=Lake.open(place), **ASKED)
    assert raised.value.where == f"{place}/catalog.json"
    assert "--lake FOLDER" in raised.value.hint
    assert "previous" not in raised.value.hint


def test_a_lost_catalog_is_one_error(relay: Relay, place: str) -> None:
    def fault(handler: Any, _: int, passed: Callable[[], Any]) -> Any:
        is_catalog = handler.command == "GET" and handler.path.endswith("catalog.json")
        return (404, {}, b"<Error><Code>NoSuchKey</Code></Error>") if is_catalog else passed()

    relay.fault = fault
    with pytest.raises(OutsideError, match="lost its catalog") as raised:
        ep.ask("value", lake=Lake.open(place), **ASKED)
    assert raised.value.why == "writing a new one would give up the rows that are there"
