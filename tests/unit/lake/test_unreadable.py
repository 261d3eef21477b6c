"""What a reader hears when the lake is no folder, its files are damaged or memory is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError, OutsideError, RequestError
from entrepot.figures import ask
from entrepot.lake import Lake

if TYPE_CHECKING:
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
