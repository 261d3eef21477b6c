"""What a reader hears when the lake is no folder, its files are damaged or memory is short."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.errors import BadFileError, OutsideError, RequestError
from entrepot.figures import ask
from entrepot.lake import Lake
from entrepot.lake.catalog import Catalog
from entrepot.lake.inventory import inventory_of

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
    return f'{{"format": 4, "sha256": "{hashlib.sha256(rest.encode()).hexdigest()}",\n{rest}'


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
    assert read <= {"dropped", "snapshots", "period", *LISTS, "sums", *SAID}


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"format": 1e999}', '{"format": 4, "sha256": ' + "{" * 10**5]
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
