"""A lake in an object store: the same answers, whole changes, and plain words for every trouble."""

from __future__ import annotations

import logging
import shutil
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from lake_files import NAME, ROWS
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.errors import BadFileError, MissingExtraError, OutsideError, RequestError
from entrepot.lake import Lake
from entrepot.limits import Limits, under

obstore = pytest.importorskip("obstore", reason="obstore is not installed")
moto = pytest.importorskip("moto.server", reason="moto is not installed")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lake_files import Put, Write

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
ASKED: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "CHN",
    "goods": "850110",
    "period": 2022,
    "source": "baci",
}
OLD = "BACI_HS17_Y2022_V202401.csv"
ROW = "2022,156,643,850110,{},1"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def place(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> str:
    for name, value in (
        ("AWS_ENDPOINT_URL", server),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "a-secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ALLOW_HTTP", "true"),
        ("ENTREPOT_CACHE", str(tmp_path / "cache")),
    ):
        monkeypatch.setenv(name, value)
    import boto3

    boto3.client("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket="lakes")
    return f"s3://lakes/{abs(hash(request.node.name))}"


def store(place: str) -> Any:
    from obstore.store import from_url

    return from_url(place)


def names(place: str) -> set[str]:
    return {one["path"] for batch in obstore.list(store(place)) for one in batch}


def sent(lake: Lake, place: str) -> None:
    """Copy a lake from its folder, as a user does with a tool of the store's."""
    for path in lake.path.rglob("*"):
        if path.is_file():
            obstore.put(store(place), path.relative_to(lake.path).as_posix(), path)


def test_a_copied_lake_answers_as_the_one_in_the_folder(
    lake: Lake, write: Write, place: str
) -> None:
    lake.add(
        "baci", [write(ROWS), write(["2021,156,643,850110,3,1"], "BACI_HS17_Y2021_V202501.csv")]
    )
    sent(lake, place)
    there = Lake.open(place)
    for measure in ("value", "import_share", "hhi"):
        keys = {key: value for key, value in ASKED.items() if measure != "hhi" or key != "exporter"}
        assert ep.ask(measure, lake=there, **keys) == ep.ask(measure, lake=lake, **keys)
    assert [item.to_dict() for item in there.holdings()] == [
        item.to_dict() for item in lake.holdings()
    ]


def test_only_the_source_that_is_asked_is_brought_and_only_once(
    lake: Lake, put: Put, write: Write, place: str, tmp_path: Path
) -> None:
    lake.add("baci", [write(ROWS)])
    put("comtrade", {"value_usd": 5.0})
    sent(lake, place)
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 10500.0
    first = set((tmp_path / "cache").rglob("*.parquet"))
    assert first
    assert all("source=baci" in str(path) for path in first)
    stamps = {path: path.stat().st_mtime_ns for path in first}
    assert ep.ask("value", lake=Lake.open(place), **ASKED).value == 10500.0
    assert {path: path.stat().st_mtime_ns for path in first} == stamps


def test_a_change_is_sent_and_seen_by_others(lake: Lake, write: Write, place: str) -> None:
    one, other = Lake.open(place), Lake.open(place)
    one.add("baci", [write([ROW.format(1)], OLD)])
    assert ep.ask("value", lake=other, **ASKED).value == 1000.0
    other.add("baci", [write([ROW.format(7)])])
    assert ep.ask("value", lake=one, **ASKED).value == 7000.0
    one.remove("baci@V202501")
    assert ep.ask("value", lake=other, **ASKED).value == 1000.0
    lake.add("baci", [write([ROW.format(1)], OLD)])
    ours = {path.relative_to(lake.path).as_posix() for path in lake.path.rglob("*.parquet")}
    assert {name for name in names(place) if name.endswith(".parquet")} == ours


def test_of_two_writers_one_is_refused_and_nothing_of_it_stays(
    write: Write, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Lake.open(place).add("baci", [write([ROW.format(1)], OLD)])
    slow = Lake.open(place)
    before = slow._remote._bring_catalog

    def overtaken() -> Any:
        found = before()
        with monkeypatch.context() as patch:
            patch.setenv("ENTREPOT_CACHE", str(tmp_path / "another machine"))
            fast = Lake.open(place)
            fast.add("baci", [write(["2020,156,643,850110,5,1"], "BACI_HS17_Y2020_V202501.csv")])
        return found

    with monkeypatch.context() as patched:
        patched.setattr(slow._remote, "_bring_catalog", overtaken)
        with pytest.raises(OutsideError, match="another program changed"):
            slow.add("baci", [write([ROW.format(7)])])
    now = Lake.open(place)
    assert ep.ask("value", lake=now, **ASKED).value == 1000.0
    assert ep.ask("value", lake=now, **ASKED | {"period": 2020}).value == 5000.0
    files = {
        one.path
        for item in now._state().catalog.snapshots
        for part in item.partitions
        for one in part.stored
    }
    assert {name for name in names(place) if name.endswith(".parquet")} == files


def test_a_damaged_or_missing_object_ends_the_question(
    lake: Lake, write: Write, place: str
) -> None:
    lake.add("baci", [write(ROWS)])
    sent(lake, place)
    [name] = [name for name in names(place) if "by-importer" in name]
    content = bytearray(obstore.get(store(place), name).bytes())
    content[len(content) // 2] ^= 1
    obstore.put(store(place), name, bytes(content))
    [other] = [name for name in names(place) if "by-exporter" in name]
    obstore.put(store(place), other, bytes(content))
    with pytest.raises(OutsideError, match="not what was written"):
        ep.ask("value", lake=Lake.open(place), **ASKED)
    obstore.delete(store(place), [name, other])
    with pytest.raises(OutsideError, match="not in the store"):
        ep.ask("value", lake=Lake.open(place), **ASKED)


def test_an_address_without_a_lake_is_no_empty_one(lake: Lake, write: Write, place: str) -> None:
    """Bundled data would answer instead; one that lost its catalog says so."""
    for read in (place, "s3://no-such-bucket/lake"):
        with pytest.raises((BadFileError, OutsideError), match=r"no lake|cannot be read"):
            ep.ask("value", lake=Lake.open(read), **ASKED)
    done = CliRunner().invoke(app, ["data", "list", "--lake", place])
    assert isinstance(done.exception, BadFileError)
    assert "data add" in done.exception.hint
    lake.add("baci", [write(ROWS)])
    sent(lake, place)
    obstore.delete(store(place), "catalog.json")
    with pytest.raises(OutsideError, match="lost its catalog"):
        Lake.open(place).holdings()


def test_a_lake_that_lost_its_catalog_is_no_new_one(lake: Lake, write: Write, place: str) -> None:
    lake.add("baci", [write(ROWS)])
    sent(lake, place)
    obstore.delete(store(place), "catalog.json")
    before = names(place)
    with pytest.raises(OutsideError, match="lost its catalog"):
        Lake.open(place).add("baci", [write([ROW.format(7)])])
    assert names(place) == before


class _Faulty(BaseHTTPRequestHandler):
    answer: tuple[int, bytes] = (500, b"")

    def do_GET(self) -> None:
        status, body = self.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, b"<Error><Code>AccessDenied</Code></Error>", "refuses access"),
        (401, b"", "refuses access"),
        (403, b"<Error><Code>RequestTimeTooSkewed</Code></Error>", "clock .* too far apart"),
        (400, b"<Error><Code>ExpiredToken</Code></Error>", "key .* has expired"),
        (400, b"<Error><Code>Broken</Code></Error>", "cannot be read"),
    ],
)
def test_a_store_that_refuses(
    place: str, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, words: str
) -> None:
    kind = type("_One", (_Faulty,), {"answer": (status, body)})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as faulty:
        threading.Thread(target=faulty.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{faulty.server_port}")
        command = ["ask", "value", "--importer=RUS", "--exporter=CHN", "--lake", place]
        done = CliRunner().invoke(app, command)
        with pytest.raises(OutsideError, match=words) as raised:
            Lake.open(place).holdings()
        faulty.shutdown()
    assert done.exit_code != 0
    assert "a-secret" not in str(raised.value) + done.output
    assert raised.value.hint


def test_an_address_without_encryption_names_the_setting(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    with pytest.raises(OutsideError, match="without encryption") as raised:
        Lake.open(place).holdings()
    assert "AWS_ALLOW_HTTP=true" in str(raised.value.hint)


def test_what_needs_a_folder_is_refused(
    write: Write, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake.open(place)
    lake.add("baci", [write(ROWS)])
    backup = partial(lake.backup, tmp_path / "b.tar")
    for refused in (lake.check, lake.rebuild, lake.publish, backup):
        with pytest.raises(RequestError, match="object store"):
            refused()
    with pytest.raises(RequestError, match="only Spark"):
        Lake.open("s3a://lakes/x")
    with under(Limits(files=False)), pytest.raises(RequestError, match="opens no connection"):
        Lake.open(place)
    import sys

    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(MissingExtraError, match=r"entrepot\[remote\]"):
        Lake.open(place).holdings()


def test_the_command_line_reads_and_writes_it(write: Write, place: str, tmp_path: Path) -> None:
    run = CliRunner()
    added = run.invoke(app, ["data", "add", "baci", str(write(ROWS, NAME)), "--lake", place])
    assert added.exit_code == 0, added.output
    listed = run.invoke(app, ["data", "list", "--lake", place])
    assert "baci" in listed.stdout
    shutil.rmtree(tmp_path / "cache")
    words = [f"--{key}={value}" for key, value in ASKED.items()]
    done = run.invoke(app, ["ask", "value", *words, "--lake", place])
    assert done.exit_code == 0, done.output
    assert "10,500" in done.stdout
