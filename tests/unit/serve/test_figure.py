"""The page of one Figure: rows behind it are numbers that can be read."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, USA, WORLD, row, text_of

from entrepot.lake import Lake
from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path

SHARES = {CHINA: 123_456_789.5, USA: 20_000_000.0}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder: Path = tmp_path_factory.mktemp("figure")
    told = {"period": 2022, "flow": "M", "reporter": GERMANY}
    rows = [row(value, partner=seller, **told) for seller, value in SHARES.items()]
    rows.append(row(sum(SHARES.values()), partner=WORLD, **told))
    (folder / "made.csv").write_text(text_of(rows), encoding="utf-8")
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [folder / "made.csv"])
    return Client(create_app(folder / "lake"))


def test_rows_behind_a_figure_have_thousands_and_stand_right(client: Client) -> None:
    page = client.get("/ask?measure=top_supplier&importer=DEU&goods=854231&period=2022").text
    table = page[page.index("Main rows") :]
    table = table[: table.index("</table>")]
    assert '<th scope="col">exporter</th><th scope="col" class="number">value</th>' in table
    cells = re.findall(r"<td>(\w+)</td><td class=\"number\">([\d,.]+)</td>", table)
    assert cells == [("CHN", "123,456,790"), ("USA", "20,000,000")]


def test_an_address_that_cites_says_whether_the_figure_has_changed(tmp_path: Path) -> None:
    told = {"period": 2022, "flow": "M", "reporter": GERMANY}
    total = row(sum(SHARES.values()), partner=WORLD, **told)
    rows = [row(value, partner=seller, **told) for seller, value in SHARES.items()]
    (tmp_path / "made.csv").write_text(text_of([*rows, total]), encoding="utf-8")
    (tmp_path / "later.csv").write_text(
        text_of([row(1e6, partner=CHINA, **told), row(1e6, partner=WORLD, **told)]),
        encoding="utf-8",
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [tmp_path / "made.csv"], vintage="2023-01-01")
    client = Client(create_app(tmp_path / "lake"))
    asked = "measure=top_supplier&importer=DEU&goods=854231&period=2022"
    page = client.get(f"/ask?{asked}").text
    [address] = re.findall(r'href="(/figure/[^"]+)">Address to cite', page)
    address = html.unescape(address)
    [name] = re.findall("/figure/([0-9a-f]{12})", address)
    cited = client.get(address)
    assert cited.status_code == 200
    assert f"This is the cited figure {name}" in cited.text
    before = lake.holdings()[0].snapshot
    lake.add("comtrade", [tmp_path / "later.csv"], vintage="2024-01-01")
    changed = client.get(address).text
    assert f"The cited figure {name} has changed. It was computed from comtrade {before}" in changed
    assert client.get(f"/figure/{name}").status_code == 404
    assert client.get(f"/figure/nonsense?{asked}").status_code == 404
    text = client.get(f"/figure/{'0' * 12}?{asked}&data=<script>x</script>").text
    assert "<script>x" not in text
