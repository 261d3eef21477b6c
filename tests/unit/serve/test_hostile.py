"""A corpus of hostile words at every place that takes words: nothing runs, nothing is told."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.ask_server import Client
from tests.denied import denied

from entrepot.lake import Lake
from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path

WORDS = {
    "sql": "RUS' OR '1'='1'; DROP TABLE flows; --",
    "sql-union": "\" UNION SELECT * FROM read_text('/etc/passwd') --",
    "sql-copy": "all'); COPY (SELECT 1) TO '/tmp/taken.csv'; --",
    "sql-attach": "'; ATTACH '/tmp/taken.db' AS taken; --",
    "path": "../../../../etc/passwd",
    "path-windows": "..\\..\\windows\\win.ini",
    "path-null": "chpl\x00.csv",
    "path-encoded": "%2e%2e%2fetc%2fpasswd",
    "url": "file:///etc/passwd",
    "html": '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "attribute": '" onmouseover=alert(1) x="',
    "template": "{{7*191}}{% include '/etc/passwd' %}${7*191}",
    "formula": '=HYPERLINK("http://evil.example";"x")',
    "formula-at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "header": "RUS\r\nSet-Cookie: taken=1\r\n\r\n<html>",
    "header-encoded": "%0d%0aSet-Cookie:%20taken=1",
    "unicode": "\u202eRUS\ufeff\ud7ff\U0001f4a3",
    "format": "%s%n{0.__class__}",
    "numbers": "9" * 400,
    "codes": ",".join(["854231"] * 70),
    "areas-header": "RUS+KAZ\r\nSet-Cookie: taken=1",
    "areas-unicode": "\u4e2d+RUS",
    "areas-path": "RUS+//evil.example",
    "areas": "+".join(["RUS"] * 120),
    "span": "0001..9999",
    "nested": "(" * 450,
    "blank": " \t\u00a0",
}
PLACES = [
    "/search?q={}",
    "/search.json?q={}",
    "/go?importer={}",
    "/go?importer=RUS&goods={}",
    "/country/{}",
    "/country/RUS?goods={}",
    "/country/{}/from/CHN",
    "/country/RUS/from/CHN?goods={}",
    "/country/RUS/from/CHN?period={}",
    "/country/RUS/from/CHN/{}.csv",
    "/country/RUS/from/CHN/brief.{}",
    "/compare?importer={}&importer2=KAZ",
    "/compare.csv?importer=RUS&importer2=KAZ&goods={}",
    "/compare.svg?importer=RUS&importer2=KAZ&period2={}",
    "/scenario?imposes={}&target=RUS",
    "/scenario.svg?imposes=CHN&target=RUS&sectors={}",
    "/api/scenario.csv?imposes=CHN&target=RUS&leak={}",
    "/goods/{}",
    "/measures/{}",
    "/ask?measure=import_share&period=2023&importer={}&exporter=CHN",
    "/ask.csv?measure=value&importer=RUS&exporter=CHN&goods={}&period=2023",
    "/api/ask?measure=value&importer=RUS&exporter=CHN&period={}",
    "/api/ask?measure=value&importer=RUS&exporter=CHN&period=2023&source={}",
    "/api/ask?measure=cr&importer=RUS&period=2023&k={}",
    "/api/ask.parquet?measure={}&period=2023",
    "/api/goods/{}",
    "/api/brief?importer=RUS&supplier={}",
    "/script/{}.js",
    "/style/{}.css",
    "/{}",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "a-lake-of-nobody"


@pytest.fixture(scope="module")
def client(folder: Path) -> Client:
    return Client(create_app(folder))


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_hostile_words_do_nothing_at_any_place(client: Client, folder: Path, words: str) -> None:
    for place in PLACES:
        with denied(folder) as tried:
            answer = client.get(place.format(quote(words, safe="")))
        assert tried == [], place
        assert answer.status_code < 500, (place, answer.text[:300])
        assert "set-cookie" not in answer.headers
        assert "\n" not in str(answer.headers.get("location", ""))
        body = answer.text
        assert "root:" not in body
        assert "Traceback" not in body
        assert folder.name not in body
        if "html" in answer.headers.get("content-type", ""):
            assert "<script>" not in body
            assert "<img" not in body
            assert '" onmouseover=alert' not in body
            assert "1337" not in body  # seven times 191, if a template ran
    assert not folder.exists()


def test_nobody_is_sent_elsewhere(client: Client) -> None:
    both = client.get("/go?importer=russia%2BKAZ&supplier=China")
    assert both.headers["location"] == "/country/RUS+KAZ/from/CHN"
    for name in ("//evil.example", "/\\evil.example", "https://evil.example", "RUS//evil.example"):
        answer = client.get(f"/go?importer={quote(name, safe='')}")
        assert answer.status_code in (303, 404)
        assert str(answer.headers.get("location", "/country/")).startswith("/country/")


HUGE = {
    "a long query": "/api/ask?" + "&".join(f"k{n}=1" for n in range(400)),
    "a key again and again": "/api/ask?" + "period=2023&" * 300,
    "all codes": "/api/ask?measure=value&period=2023&goods=" + ",".join(["85"] * 160),
    "the first year": "/api/ask?measure=growth&importer=RUS&exporter=CHN&period=0001",
    "every year": "/api/ask?measure=value&importer=RUS&exporter=CHN&period=0001..9999",
    "a large k": "/api/ask?measure=cr&importer=RUS&period=2023&k=999999999999999999999",
    "not a number": "/api/ask?measure=cr&importer=RUS&period=2023&k=nan",
    "endless": "/api/ask?measure=import_share&importer=RUS&exporter=CHN&period=2023"
    "&curve=true&above=inf",
}


@pytest.mark.parametrize("path", HUGE.values(), ids=HUGE)
def test_a_huge_query_is_answered_or_refused(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code < 500, answer.text[:300]
    if answer.status_code >= 400:
        assert answer.json()["detail"]


def test_what_a_header_says_twice_counts_twice(client: Client) -> None:
    packed = [("Content-Encoding", "gzip"), ("Content-Encoding", "identity")]
    kind = [("Content-Type", "text/plain")]
    assert client.send("POST", "/api/check", headers=kind, content=b"x").status_code == 200
    assert client.send("POST", "/api/check", headers=kind + packed, content=b"x").status_code == 415


def test_a_control_character_is_refused_before_it_is_drawn(client: Client) -> None:
    """It would be in a drawing that no program reads; of a picture the answer was 500."""
    for form in ("svg", "png", "xlsx"):
        for sign in ("%01", "%07", "%7F", "%EF%BF%BE"):
            address = f"/explore.{form}?importer=DEU&goods=850511&title=a{sign}b"
            found = client.get(address)
            assert found.status_code == 400
            assert "control character" in found.text


def test_the_page_about_a_long_address_is_short(client: Client) -> None:
    found = client.get(f"/country/{'A' * 60_000}")
    assert found.status_code == 400
    assert len(found.content) < 5000


def test_a_request_without_a_host_is_told_so(client: Client) -> None:
    found = client.get("/measures", Host="")
    assert found.status_code == 400
    assert "names no host" in found.text


def test_formulas_of_a_file_that_was_added_are_harmless(tmp_path: Path) -> None:
    """A text that somebody else wrote into a table does not run in a reader's spreadsheet."""
    mapping = (
        "format: 1\nnomenclature: HS2017\nperiod: '2022'\ncolumns:\n"
        "  who: {role: importer, codes: ISO3}\n  whom: {role: exporter, codes: ISO3}\n"
        "  what: {role: product}\n  usd: {role: value, currency: USD, scale: 1}\n"
        "flow: import\n"
    )
    table = tmp_path / "trade.csv"
    table.write_text("who,whom,what,usd\nDEU,CHN,854231,5\n", encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [table], mapping=mapping, vintage="=1+1")
    client = Client(create_app(tmp_path / "lake"))
    for path in ("/data/holdings.csv", "/data/findings.csv"):
        for row in csv.reader(io.StringIO(client.get(path).text)):
            assert not any(cell.startswith(("=", "+", "@")) for cell in row), row
    assert "'=" in client.get("/data/holdings.csv").text
