"""The first page: a question answered, what is loaded in a sentence, what changed last."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.figures import ask
from entrepot.goods import goods_lists
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


def test_what_is_loaded_is_a_sentence(lake: Lake) -> None:
    page = home_page(lake).body.decode()
    loaded = page[page.index('id="loaded"') : page.index('id="changes"')]
    told = re.sub(r"<[^>]+>", "", loaded)
    assert re.search(r"Loaded: [^.]*Comtrade[^.]* 2020 to 2021, 2023\.", told)
    assert "30 critical minerals for 2022" in told
    assert "unknown" not in loaded
    assert 'href="/data"' in loaded


def test_the_question_is_answered_with_what_ask_says(lake: Lake) -> None:
    page = home_page(lake).body.decode()
    share = ask(
        "import_share", lake=lake, importer="DEU", exporter="CHN", goods="850511", period=2022
    )
    assert share.value is not None
    assert f'<p class="big">{100 * share.value:.1f}<small>' in page
    assert "In 47 of 69 importing countries, China supplied more than half" in page
    for name in ("importer", "supplier", "goods"):
        assert page.count(f'name="{name}"') == 1


def test_the_first_page_has_one_number_for_one_share_and_says_what_ask_gives(
    tmp_path: Path,
) -> None:
    """Its answer was 50 % of what was loaded, its map and list of suppliers had 82.5 %."""
    lake = Lake.open(tmp_path / "lake")
    told = [
        row(amount, period=2022, flow="M", reporter=GERMANY, partner=partner, product="850511")
        for amount, partner in ((5e6, CHINA), (5e6, USA), (1e7, 0))
    ]
    made = tmp_path / "loaded.csv"
    made.write_text(text_of(told), encoding="utf-8")
    lake.add("comtrade", [made])
    keys = {"importer": "DEU", "exporter": "CHN", "goods": "850511", "period": 2022}
    share = ask("import_share", lake=lake, **keys)
    assert (share.definition.source, share.value) == ("comtrade", 0.5)
    page = home_page(lake).body.decode()
    assert '<p class="big">82.5<small>' in page
    assert "Germany 82.5" in page.replace("</tspan>", "")  # on the map
    assert f"{replace(share, value=0.825).range_text}: {share.range}" in page
    client = Client(create_app(tmp_path / "lake"))
    of_page = "Sources differ: by UN Comtrade, China’s share of Germany’s imports was 50.0 %."
    of_chart = "share of Germany’s imports in 2022 is 50.0 % (UN Comtrade)"
    for path, single in (
        ("/", of_page),
        ("/country/DEU/whole?goods=850511", of_page),
        ("/goods/850511", of_page),
        ("/explore?show=map&supplier=CHN&goods=850511", of_chart),
        ("/explore?show=suppliers&importer=DEU&goods=850511", of_chart),
    ):
        answer = client.get(path).text
        assert single in answer.replace("\xa0", " "), path


def test_changes_are_known_and_the_newest_come_first(lake: Lake) -> None:
    page = home_page(lake).body.decode()
    days = re.findall(r'<time datetime="([\d-]+)">', page)
    assert len(days) == 4
    assert days == sorted(days, reverse=True)
    assert "Data loaded" in page
    read = {one.id: one.known_until for one in goods_lists()}
    for day, of in re.findall(r'<time datetime="([\d-]+)">.*?href="/goods/([^"]+)"', page):
        assert day <= str(read[of]), "announced for later is not listed"


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


def test_a_table_of_ones_own_without_a_publisher_says_so(tmp_path: Path) -> None:
    mapping = (
        "format: 1\nid: mine\ntitle: Imports of Germany\nnomenclature: HS2022\nreporter: DEU\n"
        "flow: import\nlevel: 6\ncolumns:\n  year: {role: period}\n"
        "  partner: {role: partner, codes: names}\n  code: {role: product}\n"
        "  usd: {role: value, currency: USD, scale: 1}\n"
    )
    made = tmp_path / "made.csv"
    made.write_text("year,partner,code,usd\n2022,China,854231,300\n", encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [made], mapping=mapping)
    page = home_page(lake).body.decode()
    assert "own table mine (publisher not named)" in page
    assert "as named in its mapping" not in page
