"""Clocks that go wrong: days of loads and times of files decide nothing, and nothing is lost."""

from __future__ import annotations

import datetime
import os
from typing import TYPE_CHECKING

import pytest
from lake_files import rows_of

from entrepot import settings
from entrepot.lake import Lake, prepare
from entrepot.sources.table.documents import document_sheets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lake_files import Write

OLD, NEW = "BACI_HS17_Y2022_V202401.csv", "BACI_HS17_Y2022_V202501.csv"
ROW = "2022,156,643,850110,{},1"
TIMES = (0, 4_000_000_000, -1)
"""Seconds since 1970: its first, one of 2096, and one before it."""


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the calendar that loads write into the catalog."""

    def on(day: str) -> None:
        class Day(datetime.date):
            @classmethod
            def today(cls) -> datetime.date:
                return datetime.date.fromisoformat(day)

        monkeypatch.setattr(prepare, "date", Day)

    return on


@pytest.mark.parametrize("days", [("2026-11-30", "1999-01-01"), ("1970-01-01", "2199-12-31")])
def test_the_later_vintage_counts_whatever_the_clock_said(
    lake: Lake, write: Write, on_day: Callable[[str], None], days: tuple[str, str]
) -> None:
    """A clock that goes back between two loads makes no old vintage current again."""
    first, second = days
    on_day(first)
    lake.add("baci", [write([ROW.format(1)], OLD)])
    on_day(second)
    lake.add("baci", [write([ROW.format(7)], NEW)])
    assert rows_of(lake, "value_usd") == [(7000.0,)]
    assert {one.vintage: one.added_on for one in lake.holdings()} == {
        "V202401": first,
        "V202501": second,
    }
    assert not [one for one in lake.check() if one.level == "error"]
    before = [(one.vintage, one.snapshot, one.state, one.added_on) for one in lake.holdings()]
    on_day("2001-01-01")
    lake.rebuild()
    assert [(one.vintage, one.snapshot, one.state, one.added_on) for one in lake.holdings()] == (
        before
    )
    assert rows_of(lake, "value_usd") == [(7000.0,)]
    lake.remove("baci@V202501")
    assert rows_of(lake, "value_usd") == [(1000.0,)]


def test_a_file_of_the_same_release_is_added_whichever_day_it_is(
    lake: Lake, write: Write, on_day: Callable[[str], None]
) -> None:
    """Of two parts of one release neither is older, though the clock went back between them."""
    on_day("2026-11-30")
    lake.add("baci", [write([ROW.format(1)], NEW)])
    on_day("1980-01-01")
    other = write(["2021,156,643,850110,3,1"], NEW.replace("Y2022", "Y2021"))
    lake.add("baci", [other])
    assert rows_of(lake, "value_usd") == [(1000.0,), (3000.0,)]
    assert lake.add("baci", [other]).unchanged
    assert not [one for one in lake.check() if one.level == "error"]


@pytest.mark.parametrize("seconds", TIMES)
def test_times_of_files_decide_nothing(lake: Lake, write: Write, seconds: int) -> None:
    """Files of the lake and delivered ones may be of any time: their bytes are what counts."""
    old, new = write([ROW.format(1)], OLD), write([ROW.format(7)], NEW)
    os.utime(new, (seconds, seconds))
    lake.add("baci", [old])
    lake.add("baci", [new])
    for path in lake.path.rglob("*"):
        if path.is_file():
            os.utime(path, (seconds, seconds))
    again = Lake.open(lake.path)
    assert rows_of(again, "value_usd") == rows_of(lake, "value_usd") == [(7000.0,)]
    assert not [one for one in again.check() if one.level == "error"]
    assert again.add("baci", [new]).unchanged
    again.remove("baci@V202501")
    assert rows_of(lake, "value_usd") == [(1000.0,)]


def test_a_catalog_with_the_time_of_the_one_before_is_read_again(lake: Lake, write: Write) -> None:
    """The clock went back by just as much as the load took: nothing is remembered by time."""
    lake.add("baci", [write([ROW.format(1)], OLD)])
    assert rows_of(lake, "value_usd") == [(1000.0,)]
    catalog = lake.path / "catalog.json"
    then = catalog.stat()
    Lake.open(lake.path).add("baci", [write([ROW.format(7)], NEW)])
    os.utime(catalog, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert rows_of(lake, "value_usd") == [(7000.0,)]
    shown = catalog.stat()
    Lake.open(lake.path).remove("baci@V202501")
    os.utime(catalog, ns=(shown.st_atime_ns, shown.st_mtime_ns))
    assert rows_of(lake, "value_usd") == [(1000.0,)]


def test_settings_and_pages_with_the_time_of_those_before_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were remembered by their time alone, which a copy keeps and a clock may give twice."""
    config, page = tmp_path / "config.toml", tmp_path / "page.html"
    monkeypatch.setenv("ENTREPOT_CONFIG", str(config))
    for lake, cell in (("one", "1"), ("two", "2")):
        config.write_text(f'lake = "{lake}"\n', encoding="utf-8")
        cells = f"<tr><td>x</td><td>{cell}</td></tr>" * 3
        page.write_text(
            f"<html><table><tr><th>a</th><th>b</th></tr>{cells}</table></html>", encoding="utf-8"
        )
        for path in (config, page):
            os.utime(path, (10**9, 10**9))
        assert settings.configured() == {"lake": lake}
        [rows] = document_sheets(page, "page.html").values()
        assert [list(row) for row in rows] == [["a", "b"], *[["x", cell]] * 3]
