"""Two sides of a comparison: the numbers are those of single questions, and words match them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from tests.ask_server import Client, SharedBook
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.figures import Caveat, Definition, Figure, evaluate_each
from entrepot.figures.evaluate import evaluate
from entrepot.figures.evidence import Evidence
from entrepot.lake import Lake
from entrepot.model.display import NBSP, figure_value
from entrepot.model.period import Period
from entrepot.report import brief_context, comparison
from entrepot.report.brief_context import BriefContext
from entrepot.report.comparison import ComparisonSide
from entrepot.report.definitions import weights_divided
from entrepot.serve import create_app, service
from entrepot.serve.views import compare

if TYPE_CHECKING:
    from pathlib import Path

FRANCE, RUSSIA = 251, 643
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


@pytest.fixture(autouse=True)
def _asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BriefContext", SharedBook)


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
    answer = client.get(f"/api/compare?{query}")
    assert answer.status_code == 200, answer.text
    sides = answer.json()["sides"]
    return [side["figures"][0] for side in sides]


@pytest.mark.parametrize(("query", "wanted"), PAIRS.items())
def test_both_shares_are_what_the_rows_say(
    client: Client, query: str, wanted: tuple[float, float]
) -> None:
    both = shares(client, query)
    assert [one["definition"]["measure"] for one in both] == ["import_share"] * 2
    assert [one["definition"]["period"] for one in both] == ["2022"] * 2
    assert [one["value"] for one in both] == pytest.approx(list(wanted))


@pytest.mark.parametrize("query", PAIRS)
def test_every_value_on_the_page_is_that_of_its_link(client: Client, query: str) -> None:
    page = client.get(f"/compare?{query}").text
    links = re.findall(r'<a href="/ask\?([^"]+)">([^<]+)</a>', page)
    assert len(links) > 10
    for link, value in set(links):
        told = client.get(f"/api/ask?{unescape(link)}").json()
        assert figure_value(told["value"], told["unit"]) == unescape(value), link


def test_fields_take_words_and_show_them(client: Client) -> None:
    """They asked for codes, and showed those of goods."""
    code = "importer=DEU&supplier=CHN&goods=854231&goods2=854232"
    words = "importer=Germany&supplier=China&goods=Processors+and+controllers+(chips)"
    asked = [share["definition"] for share in shares(client, f"{words}&goods2=memory+chips")]
    assert asked == [share["definition"] for share in shares(client, code)]
    page = client.get(f"/compare?{code}").text
    assert 'value="Processors and controllers (chips)"' in page
    assert 'value="Memory chips"' in page
    hints = " ".join(re.findall(r'placeholder="([^"]*)"', client.get("/compare").text))
    assert not re.search(r"\b(EU27|KAZ|chpl|\d{4,6})\b", hints)


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


MAPPING = """format: 1
nomenclature: HS2017
period: '2022'
columns:
  who: {role: importer, codes: ISO3}
  whom: {role: exporter, codes: ISO3}
  what: {role: product}
  usd: {role: value, currency: USD, scale: 1}
flow: import
"""


def of_two_sources(place: Path, germany: int, france: int) -> str:
    """Return the answer where a second source gives China these parts of a hundred."""
    rows = [
        row(value, period=2022, flow="M", reporter=buyer) | {"partnerCode": seller, "cmdCode": code}
        for (buyer, seller, code), value in VALUES.items()
    ]
    lines = ["who,whom,what,usd"]
    for buyer, part in (("DEU", germany), ("FRA", france)):
        lines += [f"{buyer},CHN,854231,{part}", f"{buyer},USA,854231,{100 - part}"]
    (place / "made.csv").write_text(text_of(rows), encoding="utf-8")
    (place / "second.csv").write_text("\n".join(lines), encoding="utf-8")
    lake = Lake.open(place / "lake")
    lake.add("comtrade", [place / "made.csv"])
    lake.add("table", [place / "second.csv"], mapping=MAPPING)
    data = Client(create_app(place / "lake")).get(f"/api/compare?{COUNTRIES}").json()
    return str(data["answer"]).replace(NBSP, " ")


@pytest.mark.parametrize(
    ("germany", "france", "ends", "words"),
    [
        (70, 30, ("70", "75"), "Larger under every available definition: Germany."),
        (20, 30, ("20", "75"), "The ranges overlap"),
        (70, 72, ("70", "75"), "The ranges overlap"),
        (25, 24, ("25", "75"), "The ranges overlap"),
    ],
)
def test_the_larger_side_is_named_only_where_the_ranges_of_all_sources_are_apart(
    tmp_path: Path, germany: int, france: int, ends: tuple[str, str], words: str
) -> None:
    answer = of_two_sources(tmp_path, germany, france)
    assert words in answer
    assert ("Larger" in answer) is words.startswith("Larger")
    said = re.search(r"Germany’s imports of .*? % \((\S+) to (\S+) %\)", answer)
    assert said, answer
    assert said.groups() == ends


@pytest.mark.parametrize(
    "query", [COUNTRIES, "importer=FRA&supplier=CHN&goods=854231&importer2=DEU"]
)
def test_a_side_of_which_one_definition_is_held_is_larger_by_that_alone(
    client: Client, query: str
) -> None:
    page = unescape(client.get(f"/compare?{query}").text)
    assert "Larger under every definition" not in page
    assert "The larger value: Germany." in page
    assert "Only one definition is available for" in page


def test_the_brief_of_a_side_is_of_the_period_that_is_compared(client: Client) -> None:
    page = unescape(client.get(f"/compare?{COUNTRIES}").text)
    assert 'href="/country/FRA/from/CHN?goods=854231&period=2022"' in page


def test_two_buyers_without_any_supplier_are_not_one(client: Client) -> None:
    page = unescape(client.get("/compare?importer=NPL&importer2=BTN&goods=854231").text)
    assert re.search(r"<h3[^>]*>Nepal, \d{4}</h3>", page)
    assert re.search(r"<h3[^>]*>Bhutan, \d{4}</h3>", page)
    two = "importer=DEU&supplier=CHN&goods=854231&supplier2=USA"
    assert "Suppliers: both" in client.get(f"/compare?{two}").text


def test_buyer_and_seller_that_both_differ_are_told_apart(client: Client) -> None:
    query = "importer=DEU&supplier=CHN&goods=854231&importer2=CHN&supplier2=DEU"
    page = unescape(client.get(f"/compare?{query}").text)
    assert "Germany from China and China from Germany</h1>" in page


def test_a_named_year_that_the_chart_lacks_is_told(client: Client) -> None:
    words = "No share is available for 2005, so the chart shows other years."
    assert words in client.get(f"/compare?{COUNTRIES}&period=2005").text
    assert "so the chart shows other years" not in client.get(f"/compare?{COUNTRIES}").text
    drawn = client.get(f"/compare.svg?{COUNTRIES}&period=2005").text
    assert words in " ".join(re.sub(r"<[^>]+>", " ", drawn).split())
    assert "other years" not in client.get(f"/compare.svg?{COUNTRIES}").text


def test_the_chart_has_the_years_from_the_first_that_is_named() -> None:
    sides = tuple(
        ComparisonSide("RUS", seller, "all", Period.parse(year))
        for seller, year in (("CHN", 2005), ("TUR", 2021))
    )
    held = [*range(2000, 2025)]

    class Held:
        def years(self) -> list[int]:
            return held[::-1]

    assert comparison._years(Held(), sides) == [*range(2005, 2013), 2021]
    late = tuple(replace(side, period=Period.parse(2021)) for side in sides)
    assert comparison._years(Held(), late) == [*range(2017, 2025)]


def test_years_of_both_sides_are_asked_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked one by one, the years of both sides took most of the time of a page."""
    together: list[Definition] = []

    def each(asked: list[Definition], lake: Lake, *, ranged: bool = True) -> list[Figure]:
        together.extend(asked)
        return evaluate_each(asked, lake, ranged=ranged)

    monkeypatch.setattr(brief_context, "evaluate_each", each)
    sides = ComparisonSide("DEU", "CHN", "854231"), ComparisonSide("FRA", "CHN", "854231")
    rows = [
        row(value, period=year, flow="M", reporter=buyer) | {"partnerCode": seller, "cmdCode": code}
        for year in (2021, 2022)
        for (buyer, seller, code), value in VALUES.items()
    ]
    (tmp_path / "made.csv").write_text(text_of(rows), encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [tmp_path / "made.csv"])
    with lake.reading() as read:
        found = comparison.compared(BriefContext(read), sides)
    assert [len(course) for course in found.courses] == [2, 2]
    every = {(buyer, "CHN", year) for buyer in ("DEU", "FRA") for year in (2021, 2022)}
    assert every <= {(one.importer, one.exporter, one.period.year) for one in together}
    for figure in (*found.courses[0], *found.courses[1]):
        alone = evaluate(figure.definition, lake)
        assert (figure.value, figure.low, figure.high) == (alone.value, alone.low, alone.high)


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
    assert "No available data give the share of the other side, Nepal." in page
    assert "Missing for Nepal" in page
    assert '<svg class="chart' not in page  # half of a comparison is none
    neither = unescape(client.get("/compare?importer=NPL&importer2=BTN&goods=854231").text)
    assert "No available data give either share." in neither


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("importer=DEU&supplier=CHN", 422, "same"),
        ("importer=DEU&importer2=DEU", 422, "same"),
        ("importer=DEU&goods=854231,854232&goods2=854232,854231", 422, "same"),
        ("importer=DEU%2BFRA&importer2=FRA%2BDEU", 422, "same"),
        ("supplier2=USA", 422, "importer is given"),
        ("importer=XQX&importer2=DEU", 404, "XQX"),
        ("importer=DEU&importer2=FRA&goods=x.csv", 422, "file"),
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


def test_a_published_share_keeps_its_digits(client: Client) -> None:
    page = unescape(client.get("/compare?importer=RUS&supplier=CHN&supplier2=TUR").text)
    assert ">39\u00a0%<" in page
    assert "39.0\u00a0%" not in page


def test_the_form_comes_without_keys_and_keeps_what_was_asked(client: Client) -> None:
    assert 'name="importer2"' in client.get("/compare").text
    page = client.get(f"/compare?{COUNTRIES}").text
    assert 'name="importer" value="Germany"' in page
    assert 'name="importer2" value="France"' in page


def test_a_reporter_that_stopped_breaks_no_chart_of_others_and_its_caveat_stands_below(
    tmp_path: Path,
) -> None:
    """Russia publishes nothing of 2022; Germany and France report their imports as before."""
    rows = [
        row(value, period=year, flow="M", reporter=buyer) | {"partnerCode": seller}
        for year in (2020, 2021, 2022, 2023)
        for buyer in (GERMANY, FRANCE)
        for seller, value in ((RUSSIA, 3e8), (USA, 1e8))
    ]
    (tmp_path / "made.csv").write_text(text_of(rows), encoding="utf-8")
    Lake.open(tmp_path / "lake").add("comtrade", [tmp_path / "made.csv"])
    held = Client(create_app(tmp_path / "lake"))
    query = "importer=DEU&supplier=RUS&importer2=FRA&goods=854231"
    page = unescape(held.get(f"/compare?{query}").text)
    assert "Russia’s own reports" not in page
    caveats = page[page.index('id="caveats"') :]
    api = held.get(f"/api/compare?{query}").json()["sides"]
    every = [item for side in api for one in side["figures"] for item in one["caveats"]]
    assert "reporter-break" in {item["id"] for item in every}
    lines = re.findall(r"<li>(.*?)</li>", caveats.replace("'", "’"))
    for item in every:
        parts = re.split(r"\b(20\d\d)\b(?!-)", item["text"].replace("'", "’"))
        held_in = [line for line in lines if all(part in line for part in parts)]
        assert held_in, item["text"]  # of several years in one line: each is named
    assert len(lines) == len(set(lines))


def test_caveats_that_differ_in_a_year_alone_are_one_with_all_years() -> None:
    said = "Russia stopped after 2022-01: estimates stand behind {}."
    asked = Definition.build("value", importer="RUS", exporter="CHN", period=2023)
    one = Figure(asked, "ok", 1.0, "USD")
    told = [
        replace(
            one,
            caveats=(Caveat("break", said.format(year), "a"), Caveat("other", "Of 2 books.", "b")),
        )
        for year in (2024, 2022, 2023, 2022)
    ]

    class Told:
        figures = [*enumerate(told)]  # noqa: RUF012

    found = compare._caveats(Told())
    assert [(item.id, item.text) for item in found] == [
        ("break", said.format("2022, 2023 and 2024")),
        ("other", "Of 2 books."),
    ]


def test_two_weights_of_two_books_have_no_ratio_and_the_page_says_why(tmp_path: Path) -> None:
    """Germany's customs tell both its imports and all of them, China's what it sold and to whom."""
    rows = [
        row(value, period=2022, flow="M", reporter=GERMANY) | {"partnerCode": seller}
        for seller, value in ((CHINA, 3e8), (USA, 1e8), (RUSSIA, 1e7))
    ]
    (tmp_path / "made.csv").write_text(text_of(rows), encoding="utf-8")
    lines = ["who,whom,what,usd", "DEU,CHN,854231,300", "FRA,CHN,854231,100"]
    (tmp_path / "second.csv").write_text("\n".join(lines), encoding="utf-8")
    mapping = MAPPING.replace("flow: import", "flow: export")
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [tmp_path / "made.csv"])
    lake.add("table", [tmp_path / "second.csv"], mapping=mapping)
    query = "importer=DEU&supplier=CHN&goods=854231&supplier2=RUS"
    page = unescape(Client(create_app(tmp_path / "lake")).get(f"/compare?{query}").text)
    row_ = page[page.index("Asymmetry of dependence") :]
    china, russia = re.findall(r"<td.*?</td>", row_[: row_.index("</tr>")])
    assert (
        "not divided: its parts come from the statistics of two reporters: UN Comtrade and "
        in china
    )
    assert "not divided" not in russia


def test_the_share_of_the_largest_supplier_is_of_all_imports(tmp_path: Path) -> None:
    """Areas not specified are in the total of a share, and no supplier among others."""
    rows = [
        row(value, period=2022, flow="M", reporter=GERMANY) | {"partnerCode": seller}
        for seller, value in ((CHINA, 3e8), (USA, 1e8), (899, 1e8))
    ]
    (tmp_path / "made.csv").write_text(text_of(rows), encoding="utf-8")
    Lake.open(tmp_path / "lake").add("comtrade", [tmp_path / "made.csv"])
    query = "importer=DEU&supplier=CHN&goods=854231&supplier2=USA"
    page = unescape(Client(create_app(tmp_path / "lake")).get(f"/compare?{query}").text)
    row_ = page[page.index("Share of the buyer’s largest supplier") :]
    assert ">60.0\xa0%<" in row_[: row_.index("</tr>")]
    share = page[page.index("Share of the buyer’s imports</th>") :]
    assert ">60.0\xa0%<" in share[: share.index("</tr>")]


def test_a_ratio_of_weights_says_which_two_shares_it_divides_and_whose(client: Client) -> None:
    """The shares in the rows above may be from other reports, so their quotient is another one."""
    asked = Definition.build("asymmetry", importer="DEU", exporter="CHN", period=2022)
    shares = {"import_share": 0.839, "export_share": 0.183}
    ratio = Figure(asked, "ok", 4.58, "ratio", details=dict(shares))
    said = "83.9 % of Germany’s imports over 18.3 % of China’s exports"
    for sides, whose in (
        ({"importer": 4}, ", both from importers’ reports"),
        ({"importer": 4, "exporter": 1}, ""),
        ({"reconciled": 5}, ""),
    ):
        one = replace(ratio, evidence=(Evidence("made", "0" * 12, 5, reported_by=sides),))
        assert weights_divided(one).replace(NBSP, " ") == said + whose
    assert weights_divided(replace(ratio, details={})) == ""
    query = "importer=DEU&supplier=CHN&goods=850511&importer2=FRA&period=2022"
    page = unescape(client.get(f"/compare?{query}").text).replace(NBSP, " ")
    row_ = page[page.index("Asymmetry of dependence") :].partition("</tr>")[0]
    assert "% of Germany’s imports over" in row_
    assert "% of France’s imports over" in row_


def test_a_share_over_all_sources_has_a_row_only_where_it_says_something_else() -> None:
    """Two rows with the same values, ranges and sources read like a mistake."""
    asked = Definition.build("import_share", importer="RUS", exporter="CHN", period=2023)
    one = Figure(asked, "ok", 0.4, "share", low=0.3, high=0.5)
    row_ = comparison.ComparisonRow("share", (one, one))
    side = comparison.ComparisonSide("RUS", "CHN", "all")
    for other, count in ((one, 1), (replace(one, high=0.6), 2)):
        again = comparison.ComparisonRow("again", (one, other))
        found = comparison.SideComparison(
            (side, side), ("", ""), ((), ()), (row_, again), (one, one), ((), ())
        )
        assert len(found.shown_rows) == count


def test_what_is_named_twice_counts_once() -> None:
    assert compare._in_order("8542,8541,8542", ",") == "8541,8542"
