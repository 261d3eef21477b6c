"""The page of one Figure: rows behind it are numbers that can be read."""

from __future__ import annotations

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
