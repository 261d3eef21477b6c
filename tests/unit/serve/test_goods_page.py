"""The page of goods where nothing is loaded: its numbers, its year and its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client

from entrepot.figures.breakdown import breakdown
from entrepot.lake import Lake
from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder: Path = tmp_path_factory.mktemp("goods") / "none"
    return Client(create_app(folder))


def test_the_cards_have_the_numbers_of_the_breakdown(client: Client, tmp_path: Path) -> None:
    page = client.get("/goods/850511").text
    sold = breakdown(
        "import_share", "exporter", Lake.open(tmp_path / "none"), goods="850511", period="2022"
    )
    found = re.findall(r'<p class="value[^"]*">([^<]*)<', page)
    values = [one.removesuffix("&nbsp;") for one in found]
    assert values[0] == f"{100 * sold.parts[0].value:.1f}"
    assert values[1] == f"{sold.concentration:.2f}"
    assert page.count('<article class="card') == 5
    assert "of <strong>47 of 69</strong> countries with imports of USD\xa01\xa0m or more" in page
    # No weights are bundled: it says so, and what would bring them.
    assert "no weights available" in page
    assert "entrepot data add comtrade FILE" in page


def test_year_and_source_are_chosen_and_kept_in_the_address(client: Client) -> None:
    page = client.get("/goods/850511?period=2022&source=minerals").text
    assert "<option selected>2022</option>" in page
    assert '<option value="minerals" selected>CEPII BACI V202601, 30 codes</option>' in page
    assert "show=exporters&amp;goods=850511&amp;period=2022" in page


@pytest.mark.parametrize("query", ["source=nonsense", "source=baci", "period=soon", "period=1999"])
def test_another_year_or_source_is_missing_and_no_error_of_the_server(
    client: Client, query: str
) -> None:
    answer = client.get(f"/goods/850511?{query}")
    assert answer.status_code < 500
    assert answer.status_code != 200 or "cannot be computed from the data loaded" in answer.text


def test_of_several_codes_no_price_is_given(client: Client) -> None:
    several = client.get("/goods/250490,850511").text
    assert "several codes: a unit value would mix prices" in several
