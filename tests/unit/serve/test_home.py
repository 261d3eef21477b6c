"""The first page: what counts in the lake, one row a source and release."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.lake import Lake
from entrepot.serve import create_app
from entrepot.serve.views.home import home_page

if TYPE_CHECKING:
    from pathlib import Path


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
    table = page[page.index("Current data by source") : page.index("Table as CSV")]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", one) for one in table.split("<tr>")[1:]]
    told = {tuple(one[:5]) for one in rows if one[0] == "comtrade"}
    assert told == {
        ("comtrade", "", "3", "2020 to 2021", "3"),
        ("comtrade", "2025-01", "1", "2023", "1"),
    }
    assert "unknown" not in table


def test_one_broken_list_of_the_owner_takes_no_page_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page, the search and every code were an error, for each reader."""
    lists = tmp_path / "lists"
    (lists / "folder.csv").mkdir(parents=True)
    (lists / "fine.csv").write_text("code,nomenclature\n854231,HS2017\n", encoding="utf-8")
    (lists / "broken.csv").write_bytes(b"nonsense\xff\x00")
    (lists / "<b>.csv").write_text("code,nomenclature\n854231,HS2017\n", encoding="utf-8")
    os.mkfifo(lists / "pipe.csv")
    monkeypatch.setenv("ENTREPOT_LISTS", str(lists))
    client = Client(create_app(tmp_path / "no-lake"))
    for path in ("/", "/search.json?q=fine", "/goods", "/goods.csv", "/compare", "/goods/fine"):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[:200])
        assert "<b>.csv" not in answer.text
    assert "fine" in client.get("/goods").text
    assert client.get("/goods/broken").status_code == 422
    assert client.get("/goods/pipe").status_code == 404
    assert client.get("/api/goods/854231").status_code == 503, "it may be on the broken one"
