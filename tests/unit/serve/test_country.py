"""The page of a country asks only what can have an answer, and loses none by that."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import anyio
import pytest
from python_calamine import load_workbook
from tests.ask_server import Client, SharedBook
from tests.made_comtrade import CHINA, GERMANY, USA, WORLD, row, text_of

from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report.brief_context import BriefContext
from entrepot.report.charts.ranked import RankedBars
from entrepot.serve import app, service
from entrepot.serve.views import country, home
from entrepot.serve.views.country import years_reported

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure

GOODS = "854231"
OLD = 2019
BRAZIL = 76
SMALL = (392, 410, 276, 528, 380, 724, 826, 702, 458, 764, 704, 608, 360, 36)
"""Of whom Brazil buys in 2022, each time more."""


FRANCE = 251
NOWHERE = {"XNES": 50, "XREIMPORTS": 30, "XREST": 22}
"""Of France's imports of 120, what is of no country: more than its largest supplier has."""


def _of_france() -> list[dict[str, object]]:
    """Return rows of a total beyond its partners, areas not specified and goods come back."""
    sold = {899: 50, FRANCE: 30, CHINA: 10, GERMANY: 5, 410: 2, 392: 1, WORLD: 120}
    told = {"period": 2022, "flow": "M", "reporter": FRANCE}
    return [row(1e6 * n, partner=one, **told) for one, n in sold.items()]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Germany buys of China in the newest years, of the United States in one long ago only."""
    folder = tmp_path_factory.mktemp("country")
    rows = []
    for year in (OLD, 2022):
        told = {"period": year, "flow": "M", "reporter": GERMANY}
        sellers = (CHINA, USA) if year == OLD else (CHINA,)
        rows += [row(5e6, partner=one, **told) for one in (*sellers, 392)]
        rows.append(row(5e6 * (len(sellers) + 1), partner=WORLD, **told))
    brazil = {"period": 2022, "flow": "M", "reporter": BRAZIL}
    rows += [row(1e6 * n, partner=one, **brazil) for n, one in enumerate(SMALL, 1)]
    rows.append(row(1e6 * sum(range(len(SMALL) + 1)), partner=WORLD, **brazil))
    rows += _of_france()
    made = folder / "made.csv"
    made.write_text(text_of(rows), encoding="utf-8")
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [made])
    return lake


@pytest.fixture(autouse=True)
def _asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BriefContext", SharedBook)


def _every_year(lake: Lake, importer: str, exporter: str) -> Figure:
    book = BriefContext(lake)
    years = [Period.parse(year) for year in book.years()][:8]
    return book.first("import_share", years, importer=importer, exporter=exporter, goods=GOODS)


@pytest.mark.parametrize("importer", ["DEU", "TWN", "RUS"])
def test_no_value_is_lost_that_asking_every_year_finds(lake: Lake, importer: str) -> None:
    _, found, _ = country._shares(lake, importer, GOODS)
    assert len(found) >= 3
    for one in found:
        asked = one.definition
        if asked.exporter in ("CHN", "USA", "HKG"):
            plain = _every_year(lake, importer, asked.exporter)
            assert (one.value, one.status) == (plain.value, plain.status)
            if one.status == "ok":
                assert one.definition.period == plain.definition.period


def test_an_old_year_is_found(lake: Lake) -> None:
    _, found, _ = country._shares(lake, "DEU", GOODS)
    [old] = [one for one in found if one.definition.exporter == "USA"]
    assert (old.status, str(old.definition.period)) == ("ok", str(OLD))
    assert old.value == pytest.approx(1 / 3)


def test_a_year_that_is_asked_for_is_not_replaced_by_another(lake: Lake) -> None:
    for complete in (False, True):
        page = country.country_page(lake, "DEU", GOODS, str(OLD), complete=complete).body.decode()
        assert f"in {OLD}, with" in page
        assert "period=2022" not in page
    # The coalition has no members in that year.
    assert "/from/coalition" not in page
    table = country.country_table(lake, "DEU", GOODS, str(OLD))
    years = [row[table.head.index("period")] for row in table.rows]
    assert set(map(str, years)) == {str(OLD)}
    assert f"suppliers.csv?goods={GOODS}&amp;period={OLD}" in page


def test_a_source_that_is_asked_for_is_not_replaced_by_another(lake: Lake) -> None:
    page = country.country_page(lake, "DEU", GOODS, "2022", "imts", complete=True).body.decode()
    assert "No available data give shares" in page


def test_where_no_share_is_known_the_page_says_what_it_takes_and_what_is_known(
    tmp_path: Path,
) -> None:
    """Of an extract there is what one supplier sent, and no total."""
    made = tmp_path / "BACI_HS17_Y2022_V202501.csv"
    made.write_text("t,i,j,k,v,q\n2022,156,276,854231,1234,5\n2022,156,276,850760,999,7\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("baci", [made])
    text = unescape(country.country_page(lake, "DEU", GOODS, complete=True).body.decode())
    assert "No available data give shares of Germany’s imports" in text
    needed = "trade in processors and controllers (chips; HS 854231) by country and year"
    assert f"What is needed:</b> {needed}" in text
    assert "<code>entrepot data add baci FILE</code>" in text
    sent = text[text.index("Known without a total") :]
    assert (
        f'/from/CHN?goods={GOODS}">China</a></th><td class="number">USD\u00a01.23\u00a0m</td>'
        in sent
    )
    origins = text[text.index("Known of all inputs, not of these goods") :]
    assert re.search(r"China</th><td class=\"number\">8\.2\u00a0%", origins)
    assert '<a href="/country/DEU">Germany: what the available data have</a>' in origins
    before = unescape(country.country_page(lake, "DEU", GOODS).body.decode())
    assert "What is needed" not in before


def test_years_are_those_of_rows_and_of_print(lake: Lake) -> None:
    assert years_reported(lake, "importer", "DEU") >= {OLD, 2022}
    assert OLD in years_reported(lake, "exporter", "USA")
    assert years_reported(lake, "importer", "TUV") == set()


def test_of_an_area_nobody_tells_of_each_supplier_is_asked_once(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []
    ask = BriefContext.ask

    def counted(self: BriefContext, measure: str, **keys: object) -> Figure:
        asked.append((measure, keys.get("exporter"), keys["period"]))
        return ask(self, measure, **keys)

    monkeypatch.setattr(BriefContext, "ask", counted)
    _, found, _ = country._shares(lake, "TUV", GOODS)
    assert {one.status for one in found} == {"insufficient_data"}
    assert len({(measure, exporter) for measure, exporter, _ in asked}) == len(set(asked))


def test_the_largest_suppliers_have_a_share_and_the_others_a_link(lake: Lake) -> None:
    _, found, further = country._shares(lake, "BRA", GOODS)
    shares = {one.definition.exporter: one.value for one in found}
    total = sum(range(len(SMALL) + 1))
    for code, n in (("AUS", 14), ("IDN", 13), ("PHL", 12), ("VNM", 11), ("THA", 10)):
        assert shares[code] == pytest.approx(n / total)
    asked = [one.definition.exporter for one in found]
    assert len(asked) <= country._ASKED
    assert {"CHN", "USA", "EU27", "coalition"} <= {code.split("@")[0] for code in asked}
    sellers = ("MYS", "SGP", "GBR", "ESP", "ITA", "NLD", "DEU", "KOR", "JPN")
    assert [code for code in further if code in sellers] == list(sellers)
    assert not set(asked) & set(further)
    assert "BRA" not in (*asked, *further)
    page = country.country_page(lake, "BRA", GOODS, complete=True).body.decode()
    assert "Further suppliers" in page
    assert 'href="/country/BRA/from/JPN?goods=854231"' in page


def test_further_suppliers_are_a_run_of_links_and_their_order_is_said(lake: Lake) -> None:
    page = country.country_page(lake, "BRA", GOODS, complete=True).body.decode()
    _, _, further = country._shares(lake, "BRA", GOODS)
    places = [page.index(f"/country/BRA/from/{code}?") for code in further]
    assert places == sorted(places)
    assert "First those with most published figures, then the largest sellers of" in page
    assert '<ul class="hits many">' in page[: places[0]]


def test_suppliers_are_there_before_any_range_is_asked(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ranges take a question a supplier: a page of a dozen took a minute to begin."""
    monkeypatch.setattr(BriefContext, "ask", None)
    page = country.country_page(lake, "BRA", GOODS).body.decode()
    total = sum(range(len(SMALL) + 1))
    assert f"<strong>{100 * len(SMALL) / total:.1f}" in page
    assert "Australia was Brazil’s largest supplier" in page
    assert page.count("<svg") > 1
    assert f'href="/country/BRA/whole?goods={GOODS}"' in page
    assert "reconciled" not in page  # these are Brazil's reports
    assert "As reported by Brazil" in page


def test_shares_with_ranges_are_of_the_year_of_the_ranking(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Russia's largest supplier was missing among its suppliers, as it is in print a year later."""
    monkeypatch.setattr(country, "_USUAL", ("CHN", "KOR"))
    _, found, _ = country._shares(lake, "BRA", GOODS)
    known = [one for one in found if one.status == "ok"]
    assert {one.definition.exporter for one in known} >= {"AUS", "KOR"}
    assert {str(one.definition.period) for one in known} == {"2022"}


@pytest.mark.parametrize("complete", [False, True])
def test_what_is_of_no_country_is_one_bar_and_no_supplier(lake: Lake, *, complete: bool) -> None:
    page = country.country_page(lake, "FRA", GOODS, complete=complete).body.decode()
    said = "China was France’s largest known supplier"  # areas not specified may be another's
    assert page.count(said) >= 2
    assert "with <strong>8.3" in page
    assert not [code for code in NOWHERE if f"/from/{code}" in page]
    assert "/from/CHN?" in page
    section = country.country_section(lake, "FRA", "suppliers", GOODS, complete=complete)
    assert section.picture is not None
    assert isinstance(section.picture.drawn, RankedBars)
    bars = section.picture.drawn.bars
    assert [bar.name for bar in bars] == [
        *("China", "Germany", "South Korea", "Japan"),
        "not by country",
    ]
    assert bars[-1].value == pytest.approx(100 * sum(NOWHERE.values()) / 120)
    assert bars[-1].is_rest
    # All of the total is there, and each kind of it has its name.
    assert sum(bar.value for bar in bars) == pytest.approx(100)
    [note] = [one for one in section.notes if one.title == "Not by country"]
    said = note.body[0].text.replace("\xa0", " ")
    assert said.startswith("Areas not specified 41.7 %, re-imports 25.0 % and partners not in")


def test_no_link_leads_to_a_brief_of_a_group_and_its_members(lake: Lake) -> None:
    page = country.country_page(lake, "EU27", GOODS, complete=True).body.decode()
    links = re.findall(r'href="(/country/EU27/from/[^"]+)"', page)
    assert not [one for one in links if "/coalition" in one]
    assert any("/from/USA?" in one for one in links)
    client = Client(app.create_app(lake.path))
    assert 422 not in {client.get(unescape(one)).status_code for one in links}
    # A single country may have its own group as supplier.
    page = country.country_page(lake, "BRA", GOODS, complete=True).body.decode()
    assert "/country/BRA/from/coalition" in page


def test_a_table_and_a_chart_begin_with_a_country(lake: Lake) -> None:
    table = country.country_table(lake, "FRA", GOODS)
    sellers = [row[table.head.index("exporter")] for row in table.rows]
    assert sellers == ["CHN", "DEU", "KOR", "JPN", *NOWHERE]
    shares = [row[table.head.index("share")] for row in table.rows]
    assert sum(shares) == pytest.approx(1)
    path = f"/explore?show=suppliers&importer=FRA&goods={GOODS}"
    assert "China was France’s largest known" in Client(app.create_app(lake.path)).get(path).text


@pytest.mark.parametrize("place", ["", "/whole"])
def test_each_chart_of_a_country_can_be_saved(lake: Lake, place: str) -> None:
    client = Client(app.create_app(lake.path))
    page = client.get(f"/country/BRA{place}?goods={GOODS}").text
    links = [
        unescape(one) for one in re.findall(r'href="([^"]+\.(?:svg|png|csv|xlsx)\?[^"]*)"', page)
    ]
    assert [one.split("?")[0] for one in links[:4]] == [
        f"/country/BRA{place}/suppliers.{form}" for form in ("svg", "png", "csv", "xlsx")
    ]
    begins = (b"<svg", b"\x89PNG", b"", b"PK")
    for link, begin in zip(links, begins, strict=False):
        assert client.get(link).content.lstrip().startswith(begin), link
    drawn, table = client.get(links[0]).text, client.get(links[2]).text
    share = 100 * len(SMALL) / sum(range(len(SMALL) + 1))
    assert f"{share:.1f}" in drawn
    assert "Australia" in table
    book = load_workbook(io.BytesIO(client.get(links[3]).content)).get_sheet_by_index(0)
    [row] = [row for row in book.to_python() if row and row[0] == "Australia"]
    assert row[1] == pytest.approx(share, abs=0.05)  # a number, with the digits of the page
    assert client.get(f"/country/BRA{place}/nosuch.svg?goods={GOODS}").status_code == 404
    assert client.get(f"/country/BRA{place}/suppliers.gif?goods={GOODS}").status_code == 404


def test_a_chart_of_suppliers_is_drawn_from_the_source_that_is_chosen(lake: Lake) -> None:
    client = Client(app.create_app(lake.path))
    path = f"/explore?show=suppliers&importer=BRA&goods={GOODS}"
    best, chosen = client.get(path).text, client.get(f"{path}&source=comtrade").text
    assert "Australia was Brazil’s largest supplier" in best
    assert '<option value="comtrade">' in best
    assert '<option value="comtrade" selected>' in chosen
    [framed] = set(re.findall(r'id="embed-preview" href="/embed\?([^"]*)"', chosen))
    asked = parse_qs(unescape(framed))
    assert asked["source"][0].startswith("comtrade")
    assert (asked["importer"], asked["goods"]) == (["BRA"], [GOODS])
    minerals = "/explore?show=suppliers&importer=DEU&goods=850511"
    assert "largest supplier" in client.get(f"{minerals}&source=minerals").text
    assert "Missing" in client.get(f"{minerals}&source=comtrade").text
    assert client.get(f"{path}&source=nosuch").status_code == 422


def test_a_server_gets_ready_before_the_first_reader(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (Lake.open(tmp_path / "empty"), lake):
        with one.reading():
            country.get_ready(one)
    monkeypatch.setattr(home, "statements", None)  # what is in print is not read again
    with lake.reading():
        assert ("RUS", "CHN") in [pair[:2] for pair in home.bundled_pairs(lake)]

    async def open_and_close() -> list[object]:
        begun: list[object] = []
        pool = SimpleNamespace(start=begun.append)
        async with app._open(SimpleNamespace(pool=pool, kept=SimpleNamespace(close=int))):
            return begun

    with ThreadPoolExecutor(1) as thread:  # a browser of other tests may run a loop in this one
        assert thread.submit(anyio.run, open_and_close).result() == [country.get_ready]


def test_a_page_of_a_state_that_ended_says_so(tmp_path: Path) -> None:
    client = Client(app.create_app(Lake.open(tmp_path / "lake").path))
    for path in ("/country/SUN", "/country/SUN/whole"):
        text = client.get(path).text
        assert "The Soviet Union ended on 25 Dec 1991, and Russia (RUS) and 14 other" in text
        assert '<a href="/country/UZB">Uzbekistan</a>' in text  # each that followed is a step away
        assert "how to load it" not in text
        assert "being computed" not in text  # there is no share that a range could be of
