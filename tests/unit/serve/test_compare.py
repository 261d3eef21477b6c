"""Two sides of a comparison: the numbers are those of single questions, and words match them."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.lake import Lake
from entrepot.model.display import figure_value
from entrepot.serve import create_app

FRANCE = 251
VALUES = {
    (GERMANY, CHINA, "854231"): 3e8,
    (GERMANY, USA, "854231"): 1e8,
    (FRANCE, CHINA, "854231"): 2e8,
    (FRANCE, USA, "854231"): 6e8,
    (GERMANY, CHINA, "854232"): 1e8,
    (GERMANY, USA, "854232"): 4e8,
}
COUNTRIES = "importer=DEU&supplier=CHN&goods=854231&importer2=FRA"
PAIRS = {
    COUNTRIES: (0.75, 0.25),
    "importer=DEU&supplier=CHN&goods=854231&supplier2=USA": (0.75, 0.25),
    "importer=DEU&supplier=CHN&goods=854231&goods2=854232": (0.75, 0.2),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A made-up lake: two buyers, two sellers, two goods, two years that differ."""
    place = tmp_path_factory.mktemp("compare")
    rows = [
        row(value * (1 if year == 2022 else 2), period=year, flow="M", reporter=buyer)
        | {"partnerCode": seller, "cmdCode": code}
        for year in (2021, 2022)
        for (buyer, seller, code), value in VALUES.items()
    ]
    (place / "made.csv").write_text(text_of(rows), encoding="utf-8")
    Lake.open(place / "lake").add("comtrade", [place / "made.csv"])
    return Client(create_app(place / "lake"))


def shares(client: Client, query: str) -> list[dict[str, Any]]:
    sides = client.get(f"/api/compare?{query}").json()["sides"]
    return [side["figures"][0] for side in sides]


@pytest.mark.parametrize(("query", "wanted"), PAIRS.items())
def test_both_shares_are_what_the_rows_say(
    client: Client, query: str, wanted: tuple[float, float]
) -> None:
    found = shares(client, query)
    assert [one["definition"]["measure"] for one in found] == ["import_share"] * 2
    assert [one["definition"]["period"] for one in found] == ["2022"] * 2
    assert [one["value"] for one in found] == pytest.approx(list(wanted))


@pytest.mark.parametrize("query", PAIRS)
def test_every_value_on_the_page_is_that_of_its_link(client: Client, query: str) -> None:
    page = client.get(f"/compare?{query}").text
    links = re.findall(r'<a href="/ask\?([^"]+)">([^<]+)</a>', page)
    assert len(links) > 10
    for link, value in set(links):
        told = client.get(f"/api/ask?{unescape(link)}").json()
        assert figure_value(told["value"], told["unit"]) == unescape(value), link


def test_page_and_tables_have_the_same_figures(client: Client) -> None:
    data = client.get(f"/api/compare?{COUNTRIES}").json()
    flat = [one["value"] for side in data["sides"] for one in side["figures"]]
    rows = list(csv.DictReader(io.StringIO(client.get(f"/compare.csv?{COUNTRIES}").text)))
    table = pq.read_table(io.BytesIO(client.get(f"/api/compare.parquet?{COUNTRIES}").content))
    told = [float(one["value"]) if one["value"] else None for one in rows]
    assert told == table["value"].to_pylist()
    assert sorted(map(str, told)) == sorted(map(str, flat))
    assert table["side"].to_pylist() == [int(one["side"]) for one in rows]
    drawn = client.get(f"/compare.svg?{COUNTRIES}").text
    assert "<svg" in drawn
    assert "75.0" in drawn


def test_the_larger_side_is_named_and_only_where_ranges_are_apart(client: Client) -> None:
    page = unescape(client.get(f"/compare?{COUNTRIES}").text)
    assert "Larger under every definition held: Germany." in page
    other = "importer=FRA&supplier=CHN&goods=854231&importer2=DEU"
    assert "Larger under every definition held: Germany." in client.get(f"/compare?{other}").text


def test_two_years_are_compared_without_a_chart(client: Client) -> None:
    query = "importer=DEU&supplier=CHN&goods=854231&period=2021&period2=2022"
    page = client.get(f"/compare?{query}").text
    assert "in 2021" in page
    assert "in 2022" in page
    assert '<svg class="chart' not in page
    assert client.get(f"/compare.svg?{query}").status_code == 404


def test_a_side_of_which_nothing_is_held_says_so(client: Client) -> None:
    query = "importer=DEU&supplier=CHN&goods=854231&importer2=NPL"
    page = unescape(client.get(f"/compare?{query}").text)
    assert "Of the other side, Nepal, nothing held says the share." in page
    assert "Missing of Nepal" in page
    assert "no share over the years is held of Nepal" in page
    neither = unescape(client.get("/compare?importer=NPL&importer2=BTN&goods=854231").text)
    assert "Nothing held says how large either share is." in neither


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("importer=DEU&supplier=CHN", 422, "same"),
        ("importer=DEU&importer2=DEU", 422, "same"),
        ("supplier2=USA", 422, "who buys"),
        ("importer=XQX&importer2=DEU", 404, "XQX"),
        ("importer=DEU&importer2=FRA&goods=x.csv", 400, "file"),
        ("importer=DEU&importer2=FRA&period=soon", 422, "soon"),
        ("importer=DEU&importer3=FRA", 400, "importer2"),
    ],
)
def test_a_wrong_comparison_is_told_what_to_do(
    client: Client, query: str, status: int, words: str
) -> None:
    for path in ("/compare", "/api/compare"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == status
        assert words in answer.text


def test_the_form_comes_without_keys_and_keeps_what_was_asked(client: Client) -> None:
    assert 'name="importer2"' in client.get("/compare").text
    page = client.get(f"/compare?{COUNTRIES}").text
    assert 'name="importer" value="DEU"' in page
    assert 'name="importer2" value="FRA"' in page
