"""Stored files that somebody or something changed: no answer, and the name of the file."""

from __future__ import annotations

import base64
import json
import os
import random
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from typer.testing import CliRunner

import entrepot as ep
from ask_server import Client
from entrepot.cli.main import app
from entrepot.errors import EntrepotError, OutsideError
from entrepot.lake import Lake, fetch
from entrepot.lake.unchanged import fingerprint, require_whole
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from lake_files import Put, Write

WORDS = ("--importer", "RUS", "--exporter", "CHN", "--period", "2022", "--source", "baci")


def _keeping_times(path: Path, content: bytes) -> None:
    """Replace a file's bytes so that neither its size nor its time of change tells."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _rewrite(lake: Lake, change: str = "value_usd * 2 AS value_usd") -> None:
    """Replace every stored file by another valid one of other values."""
    for path in lake.path.glob("flows/**/*.parquet"):
        kept, draft = literal(path), path.with_suffix(".draft")
        query = f"SELECT * REPLACE ({change}) FROM read_parquet({kept}, hive_partitioning=false)"
        duckdb.sql(f"COPY ({query}) TO {literal(draft)} (FORMAT parquet, COMPRESSION zstd)")
        _keeping_times(path, draft.read_bytes())
        draft.unlink()


@pytest.fixture
def held(lake: Lake, write: Write) -> Lake:
    lake.add("baci", [write()])
    return lake


def _values(lake: Lake) -> list[tuple[Any, ...]]:
    with lake.reading():
        return sorted(fetch(lake.flows("baci").select("product", "value_usd", "mass_kg")))


def test_a_flipped_bit_is_no_other_value(held: Lake) -> None:
    """At every place of a file: the same answer, or none, and then the file is named."""
    right = _values(held)
    [path] = held.path.glob("flows/by-importer/**/*.parquet")
    whole = path.read_bytes()
    seen = 0
    for at in random.Random(7).sample(range(len(whole)), 20):
        harmed = bytearray(whole)
        harmed[at] ^= 1 << at % 8
        _keeping_times(path, harmed)
        try:
            assert _values(Lake.open(held.path)) == right
        except OutsideError as error:
            seen += error.where == str(path) and "entrepot data rebuild" in error.hint
    assert seen > 12
    _keeping_times(path, whole)
    assert _values(held) == right


def _asked(*words: str) -> Callable[[Lake], Any]:
    def ask(lake: Lake) -> None:
        done = CliRunner().invoke(app, [*words, "--lake", str(lake.path)])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception

    return ask


def _python(lake: Lake) -> None:
    assert lake.flows("baci").to_native().fetchall()


def _own_block(lake: Lake) -> None:
    with lake.reading():
        assert lake.flows("baci").to_native().fetchall()


def _watch(lake: Lake) -> None:
    path = lake.path.parent / "watched.yaml"
    path.write_text(
        "format: 1\nfigures:\n- {id: one, measure: value, importer: RUS, exporter: CHN, "
        "period: 2022, source: baci}\n"
    )
    try:
        _asked("watch", str(path))(lake)
    finally:
        assert not list(lake.path.glob("watched/*"))


def _export(lake: Lake) -> None:
    target = lake.path.parent / "out.csv"
    try:
        lake.export("baci", target)
    finally:
        assert not target.exists()


def _chart(lake: Lake) -> None:
    target = lake.path.parent / "share.svg"
    words = [*WORDS, "--since", "2021", "--out", str(target)]
    try:
        _asked("chart", "import_share", *words)(lake)
    finally:
        assert not target.exists()


_OWN = ("rows", "block", "backup", "chart")


_ODD = [
    "a\\b",
    'a"b',
    "it's",
    "it's\"",
    "a{b}, c",
    "a\nb",
    '","op":"OPEN"}',
    '"path":"x","op":"READ"}',
]
"""Names of folders, some with signs of the log of what was read."""


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
@pytest.mark.parametrize("name", _ODD)
def test_a_lake_is_compared_whatever_its_folder_is_called(
    tmp_path: Path, write: Write, name: str
) -> None:
    lake = Lake.open(tmp_path / name)
    lake.add("baci", [write()])
    assert {value for _, value, _ in _values(lake)} == {10500.0, 200000.0, 1000.0}
    _rewrite(lake)
    with pytest.raises(OutsideError, match="not what was written"):
        _values(lake)


@pytest.mark.parametrize(
    "ask",
    [
        _asked("ask", "value", *WORDS),
        _asked("ask", "value", *WORDS, "--curve"),
        _asked("ask", "value", *WORDS, "--json"),
        _asked("brief", "RUS", "--supplier", "CHN", "--goods", "850110", "--period", "2022"),
        lambda lake: ep.ask(
            "value", lake=lake, importer="RUS", exporter="CHN", period=2022, source="baci"
        ),
        _watch,
        _export,
        _python,
        _own_block,
        lambda lake: lake.backup(lake.path.parent / "backup.tar"),
        _chart,
    ],
    ids=["ask", "curve", "json", "brief", "of-python", "watch", "export", *_OWN],
)
@pytest.mark.parametrize("again", [False, True], ids=["fresh", "open"])
def test_every_way_of_reading_sees_a_rewritten_file(
    held: Lake, ask: Callable[[Lake], Any], again: bool
) -> None:
    if again:  # what the engine remembers of the files must not hide that they changed
        _values(held)
    _rewrite(held)
    with pytest.raises(EntrepotError) as caught:
        ask(held)
    assert caught.value.exit_code == 4, caught.value
    assert caught.value.where.endswith(".parquet"), caught.value
    assert "was written" in caught.value.what


def test_a_page_says_so_and_answers_again_when_the_file_is_back(held: Lake) -> None:
    pytest.importorskip("fastapi")
    from entrepot.serve import create_app

    client = Client(create_app(held.path))
    address = "/api/ask?measure=value&importer=RUS&exporter=CHN&period=2022&source=baci"
    paths = list(held.path.glob("flows/**/*.parquet"))
    whole = [path.read_bytes() for path in paths]
    _rewrite(held)
    answer = client.get(address)
    assert answer.status_code >= 500, answer.text
    assert "not what was written" in answer.text
    for path, content in zip(paths, whole, strict=True):
        _keeping_times(path, content)
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.text)["value"] == 10500


def test_rows_that_are_gone_are_no_missing_evidence(held: Lake) -> None:
    """A damaged file can look as if it had no such row: that is no answer either."""
    _rewrite(held, "'KAZ' AS exporter")
    with pytest.raises(OutsideError, match="not what was written"):
        ep.ask("value", lake=held, importer="RUS", exporter="CHN", period=2022, source="baci")


def test_new_rows_are_not_set_beside_changed_ones(put: Put, lake: Lake) -> None:
    """Whether a part has room beside what is held is found out by reading what is held."""
    put("comtrade", {"product": "850110"}, vintage="V1")
    before = (lake.path / "catalog.json").read_bytes()
    _rewrite(lake, "'850120' AS product")  # so that the same cell would pass for another
    with pytest.raises(OutsideError, match="not what was written"):
        put("comtrade", {"product": "850110", "value_usd": 2e6}, vintage="V1")
    assert (lake.path / "catalog.json").read_bytes() == before


@pytest.mark.parametrize("keep", [True, False])
def test_reconciling_changed_reports_keeps_nothing(put: Put, lake: Lake, keep: bool) -> None:
    put(
        "comtrade",
        {"value_usd": 1e6},
        {"value_usd": 1.1e6, "valuation": "CIF", "reported_by": "importer"},
    )
    target = lake.path.parent / "both.csv"
    words = ["reconcile", "--period", "2022", "--out", str(target), *["--no-keep"] * (not keep)]
    whole = {path: path.read_bytes() for path in lake.path.glob("flows/**/*.parquet")}
    before = (lake.path / "catalog.json").read_bytes()
    _rewrite(lake)
    with pytest.raises(OutsideError, match="not what was written"):
        _asked(*words)(lake)
    assert not target.exists()
    assert (lake.path / "catalog.json").read_bytes() == before
    assert set(lake.path.glob("flows/**/*.parquet")) == whole.keys()
    for path, content in whole.items():
        _keeping_times(path, content)
    _asked(*words)(lake)  # it can be done with the files as they were
    assert target.exists()


@pytest.mark.parametrize(
    "name", ["a b", "a[b]c*", "Ж", "a'b", "x/../y", 'a"b', "a\\nb\nc", 'a","op":"READ","b"}']
)
def test_the_name_of_the_folder_hides_nothing(
    tmp_path: Path, write: Write, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()
    Lake.open(name).add("baci", [write()])
    for path in Path(name).glob("flows/**/*.parquet"):
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 3] ^= 1
        path.write_bytes(whole)
    for folder in (tmp_path / name, name):  # as a whole path, and from here
        with pytest.raises(OutsideError, match="not what was written"):
            _values(Lake.open(folder))


def test_what_was_not_read_is_not_looked_at(lake: Lake, write: Write) -> None:
    """A year that is damaged says nothing about another: its bytes are not touched."""
    lake.add("baci", [write(), write(["2021,156,643,850110,1,1"], "BACI_HS17_Y2021_V202501.csv")])
    for path in lake.path.glob("flows/**/period=2021-01-01/*.parquet"):
        path.write_bytes(b"\0" * path.stat().st_size)
    words = {"importer": "RUS", "exporter": "CHN", "source": "baci"}
    assert ep.ask("value", lake=lake, period=2022, **words).value == 10500
    with pytest.raises(OutsideError, match="not what was written"):
        ep.ask("value", lake=lake, period=2021, **words)


def test_blocks_are_those_of_a_file_of_many(tmp_path: Path) -> None:
    """Sums of blocks are CRC-32 of 64 KiB each, the last one shorter, in any order of asking."""
    content = random.Random(3).randbytes(5 * 2**16 + 17)
    (tmp_path / "file").write_bytes(content)
    stored = fingerprint(tmp_path / "file", "file")
    pieces = [content[at : at + 2**16] for at in range(0, len(content), 2**16)]
    plain = struct.pack(">6I", *map(zlib.crc32, pieces))
    assert base64.b64decode(stored.checksums) == plain
    assert stored.bytes == len(content)
    require_whole(tmp_path, [stored])
    for at in (0, 2**16 - 1, 2**16, 5 * 2**16, len(content) - 1):
        harmed = bytearray(content)
        harmed[at] ^= 128
        (tmp_path / "file").write_bytes(harmed)
        with pytest.raises(OutsideError, match="are others"):
            require_whole(tmp_path, [stored])
