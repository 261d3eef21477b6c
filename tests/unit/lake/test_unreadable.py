"""What a reader hears when the lake is no folder, its files are damaged or memory is short."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.errors import BadFileError, OutsideError, RequestError
from entrepot.figures import ask
from entrepot.files import require_target
from entrepot.lake import Lake
from entrepot.lake.catalog import FORMAT, Catalog
from entrepot.lake.inventory import inventory_of
from entrepot.watching import watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lake_files import Write


def test_a_lake_that_is_a_file_is_a_wrong_request(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine", encoding="utf-8")
    lake, below = Lake.open(path), Lake.open(path / "lake")
    for use in (lake.holdings, below.holdings, lake.check, lambda: lake.add("baci", [path])):
        with pytest.raises(RequestError, match="a lake is a folder") as caught:
            use()
        assert caught.value.where == str(path)
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("harm", ["gone", "cut", "scrambled"])
def test_a_damaged_file_names_the_way_out(lake: Lake, write: Write, harm: str) -> None:
    lake.add("baci", [write()])
    for path in lake.path.glob("flows/**/*.parquet"):
        whole = path.read_bytes()
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(whole[:40] if harm == "cut" else whole[:4] + b"\xff" * len(whole))
    with pytest.raises(OutsideError, match="not what was written") as caught:
        ask("value", lake=lake.path, period=2022, source="baci")
    assert caught.value.where.endswith(".parquet")
    assert "entrepot data rebuild" in caught.value.hint


def test_memory_that_is_no_amount_or_too_little_is_said(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.add("baci", [write()])
    monkeypatch.setenv("ENTREPOT_MEMORY", "lots")
    with pytest.raises(RequestError, match="not an amount of memory: 'lots'"):
        ask("value", lake=lake.path, period=2022, source="baci")
    monkeypatch.setenv("ENTREPOT_MEMORY", "1KB")
    with pytest.raises(OutsideError, match="not enough memory"):
        ask("value", lake=lake.path, period=2022, source="baci")


@pytest.mark.parametrize(
    "row", ["x,156,643,10121,1,1", "2022,156,643,10121,-1,1", "2022,156,643,10121,1,-1"]
)
def test_a_bad_cell_says_why_it_matters_and_what_to_do(lake: Lake, write: Write, row: str) -> None:
    with pytest.raises(BadFileError) as caught:
        lake.add("baci", [write([row])])
    assert caught.value.where.endswith(("column t", "column v", "column q"))
    assert caught.value.why
    assert caught.value.hint


def test_an_extract_is_described_in_numbers_that_can_be_read(lake: Lake, write: Write) -> None:
    report = lake.add("baci", [write(["2022,156,643,10121,1,1"])])
    texts = [finding.text for finding in report.added[0].findings]
    assert any("1 exporter, where" in text for text in texts)


def _leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in JSON: values, lists and groups alike."""
    if path:
        yield path
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _leaves(value, (*path, key))


def _signed(data: dict[str, Any]) -> str:
    """Write a catalog as the program does, by whoever knows how."""
    rest = f'"dropped": {json.dumps(data["dropped"])},\n"snapshots": '
    rest += f"{json.dumps(data['snapshots'])}}}\n"
    return f'{{"format": {FORMAT}, "sha256": "{hashlib.sha256(rest.encode()).hexdigest()}",\n{rest}'


OTHERS = (None, -1, 1.5, "x", [None], {})
LISTS = ("slices", "nomenclatures", "bases", "findings")
SAID = ("given_vintage", "given_nomenclature")  # which may be missing


def test_a_catalog_of_other_kinds_is_damaged(lake: Lake, write: Write) -> None:
    """By hand, with its hash made anew: a text in place of a number was a traceback."""
    lake.add("baci", [write()])
    whole = json.loads((lake.path / "catalog.json").read_text())
    refused, read = 0, set()
    for path in _leaves({key: whole[key] for key in ("dropped", "snapshots")}):
        for other in OTHERS:
            data = copy.deepcopy(whole)
            place = data
            for key in path[:-1]:
                place = place[key]
            if type(place[path[-1]]) is type(other):
                continue  # a lie, and no other kind
            place[path[-1]] = other
            try:
                found = Catalog.parse(_signed(data), "catalog.json")
            except BadFileError:
                refused += 1
            else:
                assert [item.to_dict() for item in inventory_of(found)] or path == ("snapshots",)
                read.add(path[-1])
    assert refused > 200
    assert {"snapshots", "period"} < read
    assert read <= {"dropped", "snapshots", "period", *LISTS, "sums", *SAID}


def test_a_catalog_without_what_it_has_to_say_is_damaged(lake: Lake, write: Write) -> None:
    """By hand, with its hash made anew: a part without one of its files was a traceback."""
    lake.add("baci", [write()])
    whole = json.loads((lake.path / "catalog.json").read_text())
    Catalog.parse(_signed(whole), "catalog.json")
    for path in _leaves(whole["snapshots"]):
        data = copy.deepcopy(whole)
        place = data["snapshots"]
        for key in path[:-1]:
            place = place[key]
        if isinstance(place, dict) and path[-1] != "is_cut":  # older ones do not say it
            del place[path[-1]]
            with pytest.raises(BadFileError, match="damaged"):
                Catalog.parse(_signed(data), "catalog.json")


@pytest.mark.parametrize("what", ["part", "delivery", "file"])
def test_a_catalog_that_names_a_file_twice_is_damaged(lake: Lake, write: Write, what: str) -> None:
    """By hand, with its hash made anew: rows counted twice, and `data check` found nothing."""
    lake.add("baci", [write()])
    whole = json.loads((lake.path / "catalog.json").read_text())
    [delivery] = whole["snapshots"]
    if what == "delivery":
        whole["snapshots"].append(delivery | {"load": delivery["load"] + 1})
    elif what == "part":
        delivery["partitions"].append(delivery["partitions"][0])
    else:
        files = delivery["partitions"][0]["files"]
        files["exporter"] = files["importer"]
    with pytest.raises(BadFileError, match="names a file twice"):
        Catalog.parse(_signed(whole), "catalog.json")


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"format": 1e999}', f'{{"format": {FORMAT}, "sha256": ' + "{" * 10**5],
)
def test_a_catalog_that_is_no_json_is_damaged(lake: Lake, write: Write, text: str) -> None:
    lake.add("baci", [write()])
    (lake.path / "catalog.json").write_text(text)
    (lake.path / "catalog.previous.json").write_text(text)
    for manifest in lake.path.glob("raw/*.json"):
        manifest.write_text(text)
    (lake.path / ".staging-x").mkdir()
    (lake.path / ".staging-x" / "moves.json").write_text(text)
    with pytest.raises(BadFileError, match="damaged"):
        lake.holdings()
    assert [item.rows for item in lake.rebuild().holdings] == [3]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX systems only")
@pytest.mark.parametrize(
    "where", ["flows/by-importer/**/*.parquet", "flows/by-exporter/**/*.parquet"]
)
def test_a_pipe_in_place_of_a_file_is_told_of_and_not_waited_for(
    lake: Lake, write: Write, where: str
) -> None:
    lake.add("baci", [write()])
    for path in list(lake.path.glob(where)):
        path.unlink()
        os.mkfifo(path)
    order: Any = "importer" if "importer" in where else "exporter"
    with pytest.raises(OutsideError, match="it is no file"):
        lake.flows("baci", by=order)
    with pytest.raises(OutsideError, match="not what was written"):
        lake.backup(lake.path.parent / "lake.tar")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX systems only")
def test_pipes_beside_the_data_end_nothing_but_what_needs_them(lake: Lake, write: Write) -> None:
    lake.add("baci", [write()])
    readers = lake.path / "readers"
    readers.unlink(missing_ok=True)
    os.mkfifo(readers)
    assert ask("value", lake=lake.path, period=2022, source="baci").value
    catalog = lake.path / "catalog.json"
    catalog.unlink()
    os.mkfifo(catalog)
    for use in (Lake.open(lake.path).holdings, lake.rebuild):
        with pytest.raises(BadFileError, match="this is a pipe") as caught:
            use()
        assert "entrepot data rebuild" in caught.value.hint
    catalog.unlink()
    lake.rebuild()
    assert ask("value", lake=lake.path, period=2022, source="baci").value


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX systems only")
def test_a_backup_of_a_damaged_delivery_does_not_send_to_rebuild(lake: Lake, write: Write) -> None:
    lake.add("baci", [write()])
    [path] = [one for one in (lake.path / "raw").iterdir() if one.suffix != ".json"]
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OutsideError, match="not what was written") as caught:
        lake.backup(lake.path.parent / "lake.tar")
    assert "rebuild" not in caught.value.hint


@pytest.mark.parametrize("named", ["", " "])
def test_an_empty_snapshot_is_not_all_of_them(lake: Lake, write: Write, named: str) -> None:
    lake.add("baci", [write()])
    with pytest.raises(RequestError, match="unknown snapshot"):
        lake.remove("baci", snapshot=named)
    assert lake.holdings("baci")


@pytest.mark.parametrize("name", ["catalog.json", "raw/x.csv", "new/folder/x.csv"])
def test_no_output_is_written_among_the_files_of_a_lake(
    lake: Lake, write: Write, name: str
) -> None:
    lake.add("baci", [write()])
    before = (lake.path / "catalog.json").read_bytes()
    with pytest.raises(OutsideError, match="cannot write") as caught:
        require_target(lake.path / name)
    assert "is a lake" in caught.value.why
    assert (lake.path / "catalog.json").read_bytes() == before
    require_target(lake.path.parent / "x.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX systems only")
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_watched_is_read_from_plain_files_only(lake: Lake, write: Write, kind: str) -> None:
    """A pipe is not waited for, and what a link leads to goes into no backup."""
    lake.add("baci", [write()])
    other = lake.path.parent / "other.txt"
    other.write_text("of somebody else")
    path = lake.path / "watched" / "w.yaml.json"
    path.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(other)
    with pytest.raises(BadFileError, match="no plain file"):
        watch(lake=lake)
    with pytest.raises(BadFileError, match="no plain file"):
        lake.backup(lake.path.parent / "lake.tar")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX systems only")
def test_a_pipe_in_place_of_the_secret_is_not_waited_for(lake: Lake, write: Write) -> None:
    lake.add("baci", [write()])
    os.mkfifo(lake.path / "persons.json")
    with pytest.raises(BadFileError, match="secret of the lake is damaged"):
        lake.erase("ACME LTD", really=False)
