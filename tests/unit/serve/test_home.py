"""The first page: what counts in the lake, one row a source and release."""

from __future__ import annotations

import re

import pytest
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.lake import Lake
from entrepot.serve.rooms.home import home_page


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Three deliveries without a release, two of them of one reporter, and one with."""
    folder = tmp_path_factory.mktemp("home")
    lake = Lake.open(folder / "lake")
    for year, reporter, release in (
        (2020, GERMANY, None),
        (2021, GERMANY, None),
        (2021, USA, None),
        (2023, GERMANY, "2025-01"),
    ):
        made = folder / f"{year}-{reporter}.csv"
        told = [row(5e6, period=year, flow="M", reporter=reporter, partner=CHINA)]
        made.write_text(text_of(told), encoding="utf-8")
        lake.add("comtrade", [made], vintage=release)
    return lake


def test_files_of_one_release_share_a_row(lake: Lake) -> None:
    page = home_page(lake, "").body.decode()
    table = page[page.index("What counts, by source") : page.index("Table as CSV")]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", one) for one in table.split("<tr>")[1:]]
    told = {tuple(one[:5]) for one in rows if one[0] == "comtrade"}
    assert told == {
        ("comtrade", "", "3", "2020..2021", "3"),
        ("comtrade", "2025-01", "1", "2023", "1"),
    }
    assert "unknown" not in table
