"""The chart builder: one address for page, frame and files, with the numbers of `ask`."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from base64 import b64encode
from hashlib import sha256
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
from python_calamine import load_workbook
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.errors import RequestError
from entrepot.figures import ask
from entrepot.lake import Lake
from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path

SUPPLIERS = "show=suppliers&importer=DEU&goods=850511&period=2022"
SITE = "https://www.example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("explore") / "no-lake"


@pytest.fixture(scope="module")
def client(folder: Path) -> Client:
    return Client(create_app(folder, address="https://trade.example.org"))


def test_definitions_name_every_source_that_is_drawn(client: Client) -> None:
    query = "show=definitions&importer=RUS&supplier=CHN&goods=chpl&period=2023"
    said = unescape(client.get(f"/explore?{query}").text)
    source = re.search(r'<p class="source">(.*?)</p>', said, re.DOTALL)
    assert source is not None
    assert "Bruegel and KSE" in source[1]  # the headline
    assert "Carnegie" in source[1]
    file = client.get(f"/explore.svg?{query}").text
    assert "Carnegie" in " ".join(re.findall(r'class="t-foot"[^>]*>([^<]*)', file))


def test_the_form_is_folded_unless_there_is_nothing_else_to_see(client: Client) -> None:
    assert '<details class="fold">' in client.get(f"/explore?{SUPPLIERS}").text
    missing = client.get("/explore?show=suppliers&importer=DEU&goods=8703").text
    assert '<details class="fold" open>' in missing


@pytest.mark.parametrize(
    "query",
    [
        SUPPLIERS,
        "show=map&supplier=CHN&goods=850511",
        "show=exporters&goods=850511",
        "show=share&importer=RUS&supplier=CHN&goods=all",
        "show=definitions&importer=Russia&supplier=China&goods=chpl&period=2023",
        "importer=Germany&goods=Metal+permanent+magnets&title=My+own",
    ],
)
def test_each_chart_is_a_page_a_frame_and_a_drawing(client: Client, query: str) -> None:
    found = client.get(f"/explore?{query}")
    assert found.status_code == 200
    assert found.text.count('<svg class="chart') == 2
    assert "Source" in found.text
    # Every value can be read without the drawing.
    assert "Table of this" in found.text
    framed = client.get(f"/embed?{query}")
    assert framed.status_code == 200
    assert "<nav" not in framed.text
    assert "Definition and data" in framed.text
    drawing = client.get(f"/explore.svg?{query}")
    assert drawing.text.startswith("<svg ")
    assert "Source" in drawing.text
    if "title=" in query:
        assert '<h2 id="chart-title">My own</h2>' in found.text
        assert "<title>My own</title>" in drawing.text


def test_table_and_workbook_have_the_numbers_of_ask(client: Client, folder: Path) -> None:
    lake = Lake.open(folder)
    rows = [*csv.DictReader(io.StringIO(client.get(f"/explore.csv?{SUPPLIERS}").text))]
    keys = {"importer": "DEU", "goods": "850511", "period": 2022}
    alone = ask("import_share", lake=lake, exporter=rows[0]["exporter"], **keys)
    assert float(rows[0]["share"]) == pytest.approx(alone.value, rel=1e-12)
    assert sum(float(one["share"]) for one in rows) == pytest.approx(1)
    content = client.get(f"/explore.xlsx?{SUPPLIERS}").content
    cells = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    head = cells.index([*rows[0].keys()])
    told = dict(zip(cells[head], cells[head + 1], strict=True))
    assert told["share"] == pytest.approx(float(rows[0]["share"]), rel=1e-12)
    assert any("CEPII BACI" in str(row[0]) for row in cells[:head])


@pytest.mark.parametrize("title", ["My own", "=Other!$A$1", r"='\\host\[x.xlsx]S'!$A$1"])
def test_a_title_is_no_reference_of_a_workbook(client: Client, title: str) -> None:
    content = client.get(f"/explore.xlsx?{SUPPLIERS}&title={quote(title)}").content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        chart = book.read("xl/charts/chart1.xml").decode()
    heading = chart.partition("<c:title>")[2].partition("</c:title>")[0]
    assert re.findall("<c:f>(.*?)</c:f>", heading) == ["Data!$A$1"]
    assert title in unescape(heading)


def test_pictures_are_of_their_size(client: Client) -> None:
    pytest.importorskip("typst")
    sizes = {}
    for form in ("png", "card.png"):
        found = client.get(f"/explore.{form}?{SUPPLIERS}").content
        assert found.startswith(b"\x89PNG")
        sizes[form] = int.from_bytes(found[16:20]), int.from_bytes(found[20:24])
    assert sizes["card.png"] == (1200, 630)
    assert sizes["png"][0] == 1800


def test_a_shared_link_has_a_picture_only_where_the_address_is_known(
    client: Client, folder: Path
) -> None:
    head = '<meta property="og:image" content="https://trade.example.org/explore.card.png?'
    country = "/country/DEU?goods=850511"
    pair = "/country/DEU/from/CHN?goods=850511"
    for path in (f"/explore?{SUPPLIERS}", "/", country, pair, "/goods/850511"):
        text = client.get(path).text
        assert head in text, path
        assert '<meta property="og:description" content="' in text
        assert "og:image" not in Client(create_app(folder)).get(path).text
    # A page without a chart has none.
    assert "og:image" not in client.get("/country/NPL/from/CHN?goods=8703").text
    assert client.get("/favicon.ico").content == client.get("/icon.svg").content


def test_only_named_sites_show_a_chart_in_a_frame(client: Client, folder: Path) -> None:
    for app, ancestors in ((client, "'none'"), (Client(create_app(folder, frames=[SITE])), SITE)):
        for path in (f"/embed?{SUPPLIERS}", f"/explore?{SUPPLIERS}", "/icon.svg"):
            headers = app.get(path).headers
            is_open = path.startswith("/embed") and ancestors == SITE
            policy = headers["Content-Security-Policy"]
            assert policy.endswith(
                f"frame-ancestors {SITE if is_open else chr(39) + 'none' + chr(39)}"
            )
            assert ("X-Frame-Options" in headers) is not is_open


def test_a_frame_in_a_sandbox_gets_its_style(folder: Path) -> None:
    """There it has no origin, so its own style and scripts are those of another site."""
    framed = Client(create_app(folder, frames=[SITE]))
    for path in ("/style/page.css", "/script/page.js"):
        headers = framed.get(path).headers
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert headers["Access-Control-Allow-Origin"] == "*"
        alone = Client(create_app(folder)).get(path).headers
        assert alone["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in alone
    assert "Access-Control-Allow-Origin" not in framed.get(f"/embed?{SUPPLIERS}").headers


def test_a_title_stays_a_title_in_the_code_of_a_frame(client: Client) -> None:
    found = client.get(f"/explore?{SUPPLIERS}&title=%22%20onload%3D%22x").text
    code = unescape(re.search(r"<pre[^>]*>(.*?)</pre>", found, re.DOTALL)[1])
    assert 'title="&#34; onload=&#34;x"' in code


def test_a_chart_without_data_leads_to_those_that_have_some(client: Client) -> None:
    """Nobody who asks for what is not loaded is left with a command of a terminal alone."""
    found = client.get("/explore?show=suppliers&importer=Russia&goods=chips").text
    gap = found.split('<div class="gap"')[1].split("</div>")[0]
    assert "no data have all of Russia’s imports of semiconductors" in gap
    assert gap.index("/explore?") < gap.index("<details>")  # ways on before reasons
    links = [unescape(one) for one in re.findall(r'href="(/explore[^"]*)"', gap)]
    assert len(links) >= 2
    for link in links:
        assert '<section id="chart"' in client.get(link).text, link


@pytest.mark.parametrize("path", ["explore", "embed"])
def test_a_source_line_names_publisher_title_vintage_and_address(client: Client, path: str) -> None:
    """Of bundled sums of a data set, which themselves have only the name of it."""
    found = client.get(f"/{path}?show=share&importer=RUS&supplier=CHN&goods=chpl").text
    line = re.search(r'<p class="source">(.*?)</p>', found)[1]
    assert 'href="https://www.cepii.fr' in line
    text = re.sub("<[^>]*>", "", line)
    assert text.startswith("Source: CEPII BACI V202501, HS2017, added up by Entrepôt, 2023.")
    assert "Published: Bruegel and KSE (2024)" in text
    assert ">Bruegel and KSE (2024)</a>" in line
    # Of a single year: a range, and no band.
    assert "whisker: other definitions" in found
    assert "band" not in found


@pytest.mark.parametrize(
    "origin", ["example.org", "https://a.org/x", "https://a.org; script-src *", "*", "https://", ""]
)
def test_what_is_no_origin_does_not_get_into_a_header(folder: Path, origin: str) -> None:
    with pytest.raises(RequestError, match="no origin"):
        create_app(folder, frames=[origin])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("show=nonsense", 422),
        ("show=map", 422),
        ("show=suppliers&importer=Atlantis", 404),
        ("show=suppliers&importer=DEU&goods=nonsense", 422),
        ("colour=red", 400),
    ],
)
def test_wrong_questions_are_refused(client: Client, query: str, status: int) -> None:
    assert client.get(f"/explore?{query}").status_code == status


def test_missing_data_are_said_with_the_form_filled_in(client: Client) -> None:
    found = client.get("/explore?show=suppliers&importer=DEU&goods=8703")
    assert found.status_code == 200
    assert "Missing:" in found.text
    assert "entrepot data add baci" in found.text
    assert 'value="Cars"' in found.text
    assert client.get("/explore.gif?show=exporters&goods=850511").status_code == 404


SEVERAL = "show=several&importer=Germany,+France,+JPN&supplier=CHN&goods=850511"


def test_several_countries_are_panels_on_one_scale(client: Client, folder: Path) -> None:
    found = client.get(f"/explore?{SEVERAL}")
    assert found.status_code == 200
    assert found.text.count('<svg class="chart') == 2
    chips = re.findall(r'<a href="([^"]*)" aria-label="Remove (\w+)">', found.text)
    assert [name for _, name in chips] == ["Germany", "France", "Japan"]
    assert "importer=DEU,JPN&" in unescape(chips[1][0])
    # The form sends each of them, and one that was added by itself.
    added = "importer=DEU&importer=FRA&importer=India"
    more = client.get(f"/explore?show=several&{added}&supplier=CHN&goods=850511").text
    assert 'aria-label="Remove India"' in more
    rows = [*csv.DictReader(io.StringIO(client.get(f"/explore.csv?{SEVERAL}").text))]
    shares = {row["importer"]: float(row["share"]) for row in rows}
    assert list(shares) == sorted(shares, key=lambda code: -shares[code])
    lake = Lake.open(folder)
    for code in ("DEU", "FRA", "JPN"):
        keys = {"importer": code, "exporter": "CHN", "goods": "850511", "period": 2022}
        assert shares[code] == pytest.approx(ask("import_share", lake=lake, **keys).value)
    many = "DEU,FRA,ITA,ESP,NLD,BEL,POL,SWE,AUT,CZE,HUN,PRT,GRC"
    refused = client.get(f"/explore?show=several&supplier=CHN&importer={many}&goods=850511")
    assert refused.status_code == 422
    assert "at most 12" in refused.text


def test_a_link_to_a_chart_becomes_a_frame(client: Client, folder: Path) -> None:
    """What oEmbed 1.0 asks of an answer of the type rich, for addresses of this server only."""
    page = f"https://trade.example.org/explore?{SUPPLIERS}&title=%3Cb%3E"
    found = client.get(f"/oembed?{urlencode({'url': page, 'maxwidth': '500'})}")
    assert found.headers["content-type"].startswith("application/json")
    told = found.json()
    assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", "<b>")
    assert told["width"] == 500
    assert f'height="{told["height"]}"' in told["html"]
    low = client.get(f"/oembed?{urlencode({'url': page, 'maxheight': '300'})}").json()
    assert (low["width"], low["height"]) == (800, 300)
    assert 'src="https://trade.example.org/embed?show=suppliers&amp;importer=DEU' in told["html"]
    assert 'title="&lt;b&gt;"' in told["html"]
    assert "<b>" not in told["html"]
    framed = unescape(told["html"].split('src="')[1].split('"')[0])
    assert client.get(framed.removeprefix("https://trade.example.org")).status_code == 200
    broken = ("https://[::1/explore", "http://[abc]/x")
    other = (f"https://evil.example/explore?{SUPPLIERS}", "https://trade.example.org/ask", "")
    for url in (*other, *broken):
        assert client.get(f"/oembed?{urlencode({'url': url})}").status_code == 404
    assert client.get(f"/oembed?{urlencode({'url': page, 'format': 'xml'})}").status_code == 404
    assert client.get(f"/oembed?{urlencode({'url': page, 'maxwidth': '-1'})}").status_code == 422
    head = client.get(f"/explore?{SUPPLIERS}").text.split("</head>")[0]
    assert 'type="application/json+oembed" href="https://trade.example.org/oembed?url=' in head


def framed_in(page: str) -> str:
    """Return the address of the frame in the code to copy."""
    [found] = re.findall(r'iframe src="https://trade\.example\.org([^"]*)"', unescape(page))
    return unescape(found)


def test_newer_data_do_not_change_the_chart_of_an_article(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")

    def load(year: int, china: float) -> None:
        rows = [
            row(value, period=year, flow="M", reporter=GERMANY, partner=partner)
            for partner, value in ((CHINA, china), (USA, 100.0))
        ]
        path = tmp_path / f"made-{year}.csv"
        path.write_text(text_of(rows), encoding="utf-8")
        lake.add("comtrade", [path])

    def title(address: str) -> str:
        return re.findall("<h1>(.*?)</h1>", client.get(address).text)[0]

    load(2021, 300.0)
    client = Client(create_app(tmp_path / "lake", address="https://trade.example.org"))
    own = "/explore?show=suppliers&importer=DEU&goods=854231"
    address = framed_in(client.get(own).text)
    link = urlencode({"url": f"https://trade.example.org{own}"})
    told = framed_in(client.get(f"/oembed?{link}").json()["html"])
    assert told == address
    before = title(address)
    assert "China" in before
    assert "2021" in before
    load(2022, 50.0)
    assert "2022" in title(own.replace("/explore", "/embed"))
    assert title(address) == before


@pytest.mark.parametrize(
    ("query", "fixed"),
    [
        ("show=suppliers&importer=DEU&goods=850511", "&period=2022&source=minerals"),
        ("show=map&supplier=CHN&goods=850511&source=minerals", "&period=2022&source=minerals"),
        ("show=definitions&importer=RUS&supplier=CHN&goods=chpl", "&period=2023"),
    ],
)
def test_the_frame_of_a_chart_has_its_time(client: Client, query: str, fixed: str) -> None:
    assert framed_in(client.get(f"/explore?{query}").text).endswith(fixed)


def test_a_server_that_does_not_know_its_address_frames_no_other_site(tmp_path: Path) -> None:
    client = Client(create_app(tmp_path / "no-lake"))
    here = {"host": "127.0.0.1:8000"}
    own = f"http://127.0.0.1:8000/explore?{SUPPLIERS}"
    found = client.get(f"/oembed?{urlencode({'url': own})}", **here)
    assert found.status_code == 200
    assert 'src="http://127.0.0.1:8000/embed?show=suppliers' in found.json()["html"]
    other = ("https://evil.example", "http://127.0.0.1:8000@evil.example", "ftp://127.0.0.1:8000")
    for site in other:
        url = urlencode({"url": f"{site}/explore?{SUPPLIERS}"})
        assert client.get(f"/oembed?{url}", **here).status_code == 404


def test_shares_of_one_year_are_bars_under_a_title_that_counts_them(client: Client) -> None:
    """A panel with a single bar each would be ten times the same drawing."""
    page = unescape(client.get(f"/explore?{SEVERAL}").text).replace("\u00a0", " ")
    rows = [*csv.DictReader(io.StringIO(client.get(f"/explore.csv?{SEVERAL}").text))]
    over = sum(float(row["share"]) > 0.5 for row in rows)
    goods = "imports of metal permanent magnets"
    assert f">China supplied more than half of {goods} in {over} of 3 importers, 2022</h2>" in page
    assert "All panels" not in page
    assert ">Imports, USD m</text>" in page
    one = client.get("/explore?show=several&importer=DEU&supplier=CHN&goods=850511").text
    assert re.search(r"China supplied [\d.]+.% of Germany’s imports of metal permanent", one)
    low = "show=several&importer=DEU,FRA&supplier=NPL&goods=850511"
    assert "in none of 2 importers, 2022" in client.get(f"/explore?{low}").text


def test_the_table_of_a_chart_has_what_its_file_has(client: Client) -> None:
    query = "show=definitions&importer=RUS&supplier=CHN&goods=chpl&period=2023"
    page = client.get(f"/explore?{query}").text
    table = page[page.index("<table") : page.index("</table>")]
    rows = [*csv.DictReader(io.StringIO(client.get(f"/explore.csv?{query}").text))]
    assert table.count("<tr") == 1 + len(rows)
    for one in rows:
        assert f"{100 * float(one['value']):.3g}" in table


def test_a_group_has_its_panel_among_countries(client: Client, folder: Path) -> None:
    """A breakdown by country has no groups, which does not mean that they have no data."""
    several = "show=several&importer=DEU,EU27,PRK&supplier=CHN&goods=850511"
    page = client.get(f"/explore?{several}").text
    assert "No data: North Korea." in page
    rows = [*csv.DictReader(io.StringIO(client.get(f"/explore.csv?{several}").text))]
    union = next(row for row in rows if row["importer"] == "EU27")
    keys = {"importer": "EU27", "goods": "850511", "period": 2022}
    lake = Lake.open(folder)
    assert float(union["share"]) == ask("import_share", lake=lake, exporter="CHN", **keys).value
    assert float(union["value"]) == pytest.approx(ask("value", lake=lake, **keys).value)


def test_who_buys_nothing_is_not_told_that_nothing_is_compared(client: Client) -> None:
    found = client.get("/explore?show=several&importer=PRK&supplier=CHN&goods=850511")
    assert "no trade in metal permanent magnets is recorded for North Korea" in found.text
    assert "compare all countries" not in found.text


def test_the_note_of_the_site_may_use_its_own_style(client: Client) -> None:
    """A page that is one file carries its style inside, which the policy of all pages forbids."""
    found = client.get("/country/DEU/from/CHN/note.html?goods=850511")
    assert found.status_code == 200
    styles = re.findall(r"<style>(.*?)</style>", found.text, re.DOTALL)
    allowed = re.search(r"style-src ([^;]*);", found.headers["Content-Security-Policy"])
    assert allowed is not None
    assert [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in styles] == [
        allowed[1]
    ]
    assert " style=" not in found.text  # no hash allows these
    assert "Computed: CEPII BACI" in found.text
    page = client.get("/compare?importer=RUS&supplier=CHN&other=TUR")
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]


def test_a_frame_has_the_colours_that_it_asks_for(client: Client) -> None:
    assert '<html lang="en" data-theme="dark">' in client.get(f"/embed?{SUPPLIERS}&theme=dark").text
    assert "data-theme" not in client.get(f"/embed?{SUPPLIERS}").text
    assert client.get(f"/embed?{SUPPLIERS}&theme=pink").status_code == 422
    assert ":root[data-theme=dark]{color-scheme:dark;" in client.get("/style/page.css").text


def test_pictures_come_in_two_sizes(client: Client) -> None:
    both = [client.get(f"/explore.{form}?{SUPPLIERS}").content for form in ("1x.png", "png")]
    sizes = [struct.unpack(">II", content[16:24]) for content in both]
    assert sizes[1] == (2 * sizes[0][0], 2 * sizes[0][1])


def test_charts_of_months_need_months(client: Client) -> None:
    found = client.get("/explore?show=months&supplier=CHN&importer=KOR&goods=250410").text
    assert "no months of China’s exports" in found
    assert "entrepot data add comtrade FILE" in found


def test_goods_of_a_chart_that_is_missing_have_words(client: Client) -> None:
    missing = client.get("/explore?show=share&importer=RUS&supplier=CHN&goods=8542").text
    assert "imports of integrated circuits." in missing
