"""A text as a file: read like one that is pasted; anything else gets a clear answer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client
from tests.made_workbook import cells, make_workbook

from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

TEXT = "China's exports to Russia fell by 3.4 % in 2025. Everything rose by 12."
CLAIMS = """format: 1
source: {title: An example}
claims:
  - id: exports
    growth: {exporter: CHN, importer: RUS, period: 2025, base: 2024}
    says: -3.4 %
"""
FORM = {"text": "", "kind": "article", "date": "2026-01-20", "publisher": ""}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(create_app(tmp_path_factory.mktemp("upload") / "no-lake"))


def uploaded(
    client: Client, name: str, content: bytes, path: str = "/api/check", **fields: str
) -> httpx.Response:
    """Send a form as a browser does that has a file chosen."""
    return client.send("POST", path, data=FORM | fields, files={"file": (name, content)})


@pytest.mark.parametrize("name", ["article.txt", "article.md", "ARTICLE.TXT", "C:\\texts\\a.txt"])
def test_a_file_is_read_like_a_pasted_text(client: Client, name: str) -> None:
    pasted = client.send("POST", "/api/check", json={"text": TEXT, "date": "2026-01-20"})
    sent = uploaded(client, name, TEXT.encode())
    assert sent.status_code == 200, sent.text
    assert sent.json() == pasted.json()
    assert sent.json()["summary"]["claims"] == 1
    page = uploaded(client, name, TEXT.encode(), "/check")
    assert page.status_code == 200
    assert 'class="mark' in page.text


def test_a_claims_file_is_known_by_its_name(client: Client) -> None:
    sent = uploaded(client, "claims.yaml", CLAIMS.encode(), date="")
    assert sent.status_code == 200, sent.text
    assert [one["id"] for one in sent.json()["claims"]] == ["exports"]


def test_a_form_without_a_file_is_what_was_pasted(client: Client) -> None:
    nothing = {"file": ("", b"", "application/octet-stream")}
    sent = client.send("POST", "/api/check", data=FORM | {"text": TEXT}, files=nothing)
    assert sent.status_code == 200, sent.text
    assert sent.json()["summary"]["claims"] == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("report.pdf", b"%PDF-1.4", 415, ".txt"),
        ("report.docx", b"PK\x03\x04", 415, ".txt"),
        ("report", b"text", 415, ".txt"),
        ("report.txt.exe", b"MZ", 415, ".txt"),
        ("report.txt", b"%PDF-1.4 all in ascii", 415, "plain text"),
        ("report.txt", b"a\x00b", 415, "plain text"),
        ("report.txt", b"\xff\xfe\x00", 422, "UTF-8"),
        ("report.txt", b"  ", 422, "no text"),
        ("big.txt", b"x" * 100_001, 413, "100 kB"),
        ("big.yaml", b"x" * 256_001, 413, "256 kB"),
        ("big.txt", b"x" * 1_000_001, 413, "kB"),
        ('"><script>.txt"', b"x", 415, "name ends"),
    ],
)
def test_what_is_no_text_is_refused_and_told_what_is(
    client: Client, name: str, content: bytes, status: int, words: str
) -> None:
    answer = uploaded(client, name, content)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert "<script>" not in uploaded(client, name, content, "/check").text


@pytest.mark.parametrize("path", ["/api/check", "/check"])
@pytest.mark.parametrize("query", ["date=2026-01-20", "publisher=us", "data=2026-01-20"])
def test_what_the_address_says_beside_a_text_is_read_or_refused(
    client: Client, path: str, query: str
) -> None:
    address = f"{path}?{query}"
    for sent in (
        client.send("POST", address, json={"text": TEXT}),
        client.send("POST", address, data={"text": TEXT}),
        uploaded(client, "a.txt", TEXT.encode(), address),
    ):
        assert sent.status_code == 400
        assert query.partition("=")[0] in sent.text.lower()
    plain = client.send("POST", address, content=TEXT, headers={"content-type": "text/plain"})
    assert plain.status_code == (400 if "data" in query else 200)


def test_a_text_and_a_file_at_once_are_refused(client: Client) -> None:
    answer = uploaded(client, "a.txt", TEXT.encode(), text=TEXT)
    assert answer.status_code == 400
    assert "at once" in answer.json()["detail"]


BROKEN = [
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"x"),
    ("multipart/form-data; boundary=b", b""),
    ("multipart/form-data; boundary=b", b"--b\r\n"),
    ("multipart/form-data; boundary=b", b"--b\r\nno head\r\n--b--"),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
    ("multipart/form-data; boundary=b", b"--b--"),
    ("multipart/form-data; boundary=b", b"\r\n--b" * 100_000 + b"--"),
    (f"multipart/form-data; boundary={'b' * 5000}", b"x"),
]


@pytest.mark.parametrize(("kind", "body"), BROKEN)
def test_a_broken_form_is_refused_at_once(client: Client, kind: str, body: bytes) -> None:
    answer = client.send("POST", "/api/check", content=body, headers={"content-type": kind})
    assert 400 <= answer.status_code < 500
    assert answer.json()["hint"]


@pytest.mark.parametrize("name", ["text", "publisher", "date", "kind", "more"])
@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "\\u0000"])
def test_half_a_letter_of_json_is_refused(client: Client, name: str, half: str) -> None:
    """JSON can say halves of a pair of surrogates, which nothing can be written with."""
    said = {"text": "Exports fell by 5 %."} | {name: "x"}
    body = json.dumps(said).replace('"x"', f'"Exports {half} fell by 5 %."')
    kind = {"content-type": "application/json"}
    for path in ("/api/check", "/check"):
        answer = client.send("POST", path, content=body.encode(), headers=kind)
        assert answer.status_code in (415, 422), answer.text


def test_the_form_names_no_size_that_the_server_does_not_have(client: Client) -> None:
    """How large a text may be is said when one is refused: the owner of the server decides it."""
    page = client.send("GET", "/check")
    assert page.status_code == 200
    assert not re.search(r"\d\s*[kKMG]i?B\b", page.text)


SHIPMENTS = "\tDate\tHS code\tFrom\tTo\n" + "\t2025-01-11\t84099110\tIT\tRU\n" * 40
NO_FILE = {"file": ("", b"", "application/octet-stream")}


def pasted_shipments(client: Client, text: str, **fields: str) -> httpx.Response:
    """Send the form of the page that screens shipments, with a text in it and no file."""
    form = {"text": text, "edition": "CN", "dates": ""} | fields
    return client.send("POST", "/screen", data=form, files=NO_FILE)


def test_shipments_are_pasted_whole_with_an_empty_first_cell(client: Client) -> None:
    assert len(SHIPMENTS) > 500
    sent = pasted_shipments(client, SHIPMENTS)
    assert sent.status_code == 200, sent.text
    assert "40 of 40 shipments carry goods listed" in sent.text


def test_a_script_in_a_cell_of_shipments_stays_a_text(client: Client) -> None:
    rows = "Date;HS code;From;To;Consignee\n2025-01-11;84099110;IT;RU;<script>alert(1)</script>\n"
    sent = pasted_shipments(client, rows)
    assert sent.status_code == 200
    assert "<script>alert" not in sent.text
    assert "&lt;script&gt;alert(1)" in sent.text


def test_the_page_of_shipments_asks_in_words_of_the_page(client: Client) -> None:
    rows = "Date;HS code;From;To\n03/04/2025;84099110;IT;RU\n"
    sent = pasted_shipments(client, rows)
    assert "03/04/2025;84099110" in sent.text
    assert "Choose day first or month first" in sent.text
    files = {"file": ("made.csv", rows.encode())}
    form = {"text": "", "edition": "CN", "dates": ""}
    assert (
        "choose day first or month first"
        in client.send("POST", "/screen", data=form, files=files).text
    )
    sent = pasted_shipments(client, "HS code;From\n84099110;IT\n")
    assert "--to" not in sent.text
    assert "Call its column" in sent.text


def test_one_row_is_no_rows_and_what_is_none_is_not_said(client: Client) -> None:
    sent = pasted_shipments(client, "Date;HS code;From;To\n2025-01-11;8.5E+7;IT;RU\n")
    assert "Not readable and not screened: 1<" in sent.text
    assert "1 rows" not in sent.text
    assert "For 0 " not in sent.text


def test_a_file_that_cannot_be_read_keeps_its_name(client: Client) -> None:
    """Other capitals are another file."""
    files = {"file": ("mine.csv", b"date,code\n")}
    found = client.send("POST", "/screen", files=files)
    assert found.status_code == 422
    assert "<p>mine.csv" in found.text


def test_shipments_that_cost_too_much_are_sent_to_the_screening_of_a_terminal(
    client: Client, tmp_path: Path
) -> None:
    """They were to be cut into chapters and checked as an article."""
    # A cell in the last column of the last row: a table of 17 billion cells.
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>1</t></is></c></row>'
    path = make_workbook(tmp_path / "made.xlsx", {"made": cells([["code"], ["854231"]]) + far})
    whole = path.read_bytes()
    form = {"text": "", "edition": "CN", "dates": ""}
    sent = client.send("POST", "/screen", data=form, files={"file": ("made.xlsx", whole)})
    assert sent.status_code == 503
    assert "entrepot screen FILE" in sent.text
    assert "chapters" not in sent.text
    large = client.send("POST", "/screen", data=form, files={"file": ("a.csv", b"x" * 2**20)})
    assert large.status_code == 413
    assert "entrepot screen FILE" in large.text
    assert "article" not in large.text
