"""Files that come one after the other: nothing counts twice, and what gets lost is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.lake import LoadReport

HEAD = "period,reporter,partner,flow,product,edition,value\n"
MAP = """
format: 1
id: own
columns:
  period: {role: period}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  flow: {role: flow, import: M, export: X}
  product: {role: product}
  edition: {role: nomenclature}
  value: {role: value, currency: USD}
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


def _add(lake: Lake, *rows: str, **keys: object) -> LoadReport:
    path = lake.path.parent / f"part-{len(list(lake.path.parent.glob('*.csv')))}.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    level = len(rows[0].split(",")[4])
    return lake.add("table", [path], mapping=MAP + f"level: {level}\n", **keys)


def _values(lake: Lake) -> list[float]:
    rows = lake.flows("table.own").select("value_usd").to_native().fetchall()
    return sorted(value for (value,) in rows)


def test_a_heading_beside_its_line_is_refused(lake: Lake) -> None:
    _add(lake, "2023,CHN,RUS,X,850110,HS2022,60", "2023,CHN,USA,X,850110,HS2022,9")
    with pytest.raises(BadFileError, match="85 beside 850110, CHN RUS"):
        _add(lake, "2023,CHN,RUS,X,85,HS2022,100")
    _add(lake, "2023,CHN,RUS,X,84,HS2022,7")  # another chapter, and another country's report:
    _add(lake, "2023,RUS,CHN,M,85,HS2022,110")
    assert _values(lake) == [7, 9, 60, 110]


def test_a_line_below_a_heading_is_refused(lake: Lake) -> None:
    _add(lake, "2023,CHN,RUS,X,8501,HS2022,100")
    with pytest.raises(BadFileError, match="8501 beside 850110, CHN RUS"):
        _add(lake, "2023,CHN,RUS,X,850110,HS2022,60")


def test_one_report_in_two_editions_is_refused(lake: Lake) -> None:
    _add(lake, "2023,CHN,RUS,X,851770,HS2017,100", "2023,DEU,RUS,X,851770,HS2022,8")
    with pytest.raises(BadFileError, match="exports that CHN reports in HS2022 and in HS2017"):
        _add(lake, "2023,CHN,RUS,X,851779,HS2022,100")
    _add(lake, "2024,CHN,RUS,X,851779,HS2022,90")
    assert _values(lake) == [8, 90, 100]


def test_rows_that_a_part_of_a_newer_release_hides_are_counted(lake: Lake) -> None:
    old = [f"2023,CHN,{who},X,850110,HS2022,{n}" for n, who in enumerate(("RUS", "USA", "DEU"), 1)]
    _add(lake, *old, "2023,RUS,CHN,M,850110,HS2022,5", vintage="V1")
    report = _add(lake, "2023,CHN,RUS,X,850110,HS2022,2", vintage="V2")
    [found] = [one for one in report.findings if one.rule == "fewer-rows"]
    assert (found.count, found.level, found.example) == (2, "warning", "CHN DEU 850110 exporter")
    assert _values(lake) == [2, 5]
    whole = _add(lake, *(row + "0" for row in old), vintage="V3")
    assert "fewer-rows" not in {one.rule for one in whole.findings}
    again = _add(lake, old[0], vintage="V3", replace=True)
    assert {one.rule: one.count for one in again.findings}["fewer-rows"] == 2


def test_a_release_under_two_spellings_is_refused(lake: Lake) -> None:
    _add(lake, "2023,CHN,RUS,X,850110,HS2022,1", vintage="V1")
    with pytest.raises(BadFileError, match="v1 is loaded as V1"):
        _add(lake, "2023,CHN,USA,X,850110,HS2022,1", vintage="v1")
