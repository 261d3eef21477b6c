"""JSON, CSV and Parquet: the same numbers, by suffix and by ``Accept``; HEAD like GET."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from tests.ask_server import Client

from entrepot.serve import create_app
from entrepot.serve.answer import PARQUET, AnswerRows

if TYPE_CHECKING:
    import pyarrow as pa

SHARE = "measure=import_share&importer=RUS&exporter=CHN&goods=chpl&period=2023"
BRIEF = "/country/RUS/from/CHN"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(create_app(tmp_path_factory.mktemp("forms") / "no-lake"))


def parquet(client: Client, path: str, **headers: str) -> pa.Table:
    answer = client.get(path, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == PARQUET
    assert answer.headers["content-disposition"].endswith('.parquet"')
    return pq.read_table(io.BytesIO(answer.content))


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/ask", SHARE),
        ("/api/brief", "importer=RUS&supplier=CHN"),
        ("/api/compare", "importer=RUS&supplier=CHN&supplier2=TUR"),
        ("/api/measures", ""),
        ("/api/areas", ""),
        ("/api/goods/chpl", ""),
    ],
)
def test_csv_and_parquet_are_the_same_table(client: Client, path: str, query: str) -> None:
    text = client.get(f"{path}.csv?{query}").text
    table = parquet(client, f"{path}.parquet?{query}")
    assert table.equals(parquet(client, f"{path}?{query}", accept=PARQUET))
    assert client.get(f"{path}?{query}", accept="text/csv").text == text
    head, *rows = csv.reader(io.StringIO(text))
    assert table.column_names == head
    assert table.num_rows == len(rows) > 0
    for name, cells in zip(head, zip(*rows, strict=True), strict=True):
        for cell, value in zip(cells, table[name].to_pylist(), strict=True):
            if isinstance(value, float):
                assert float(cell) == value
            else:
                assert cell.lstrip("'") == ("" if value is None else str(value).lstrip("'"))


def test_a_figure_is_the_same_number_in_each_form(client: Client) -> None:
    told = client.get(f"/api/ask?{SHARE}").json()
    table = parquet(client, f"/api/ask.parquet?{SHARE}")
    for name in ("value", "low", "high"):
        assert told[name] == table[name].to_pylist()[0]


def test_columns_of_mixed_kinds_are_texts_and_nothing_stays_nothing() -> None:
    rows = AnswerRows(("a", "b", "c", "d"), [[1, "x", None, True], [2.5, 3, None, False]], "t")
    table = pq.read_table(io.BytesIO(rows.written("parquet").body))
    assert table.to_pydict() == {
        "a": [1.0, 2.5],
        "b": ["x", "3"],
        "c": [None, None],
        "d": [True, False],
    }


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (f"{PARQUET}, application/json;q=0.9", PARQUET),
        (f"{PARQUET};q=0.5, text/csv", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/html", "application/json"),
        ("text/csv;q=nan", "application/json"),
        ("text/*", "text/csv"),
        ("application/*", "application/json"),
        ("application/json;q=0.1, */*;q=0.9", "application/json"),
        ("", "application/json"),
        (",;q=", "application/json"),
    ],
)
def test_the_header_decides(client: Client, accept: str, kind: str) -> None:
    assert client.get("/api/measures", accept=accept).headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/goods", "/goods.csv", "/goods/chpl.csv", "/compare", "/check", "/docs", "/ask"),
        *("/openapi.json", "/api/measures", "/api/areas.parquet", f"/api/ask?{SHARE}", "/nothing"),
        *("/style/page.css", "/script/search.js", "/icon.svg", "/search.json?q=chi"),
        *(f"/ask.svg?{SHARE}", "/go?importer=Russia"),
    ],
)
def test_head_is_get_without_the_body(client: Client, path: str) -> None:
    whole, bare = client.get(path), client.send("HEAD", path)
    assert bare.status_code == whole.status_code
    assert bare.content == b""
    for name in ("content-type", "etag", "content-length", "location", "content-security-policy"):
        assert bare.headers.get(name) == whole.headers.get(name)
    assert client.send("HEAD", "/api/check").status_code == 405


def test_the_brief_is_handed_on_in_each_form(client: Client) -> None:
    page = client.get(f"{BRIEF}/whole").text
    begins = {"pdf": b"%PDF-", "xlsx": b"PK", "html": b"<!doctype", "md": b"# ", "json": b"{"}
    for form, start in begins.items():
        assert f'href="{BRIEF}/brief.{form}"' in page
        answer = client.get(f"{BRIEF}/brief.{form}")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert f'filename="brief-RUS-CHN.{form}"' in answer.headers["content-disposition"]
    sheet = zipfile.ZipFile(io.BytesIO(client.get(f"{BRIEF}/brief.xlsx").content))
    assert "xl/workbook.xml" in sheet.namelist()
    assert client.get(f"{BRIEF}/brief.exe").status_code == 404


def test_the_brief_in_json_is_that_of_the_api(client: Client) -> None:
    told = client.get("/api/brief?importer=RUS&supplier=CHN").json()
    assert client.get(f"{BRIEF}/brief.json").json() == told


def test_every_operation_has_an_example_for_each_key_and_answer(client: Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert len(paths) == 22
    for path, methods in paths.items():
        for one in methods.values():
            content = one["responses"]["200"]["content"]
            assert all("example" in part or part["schema"] for part in content.values()), path
            for key in one.get("parameters", []):
                if key.get("required"):
                    assert "example" in key or "examples" in key, (path, key["name"])
            for form in one.get("requestBody", {}).get("content", {}).values():
                assert form["example"]


def test_the_one_page_is_handed_on_in_each_form(client: Client) -> None:
    base = "/country/DEU/from/CHN/note"
    page = client.get(f"{base}.html?goods=850511")
    assert page.status_code == 200
    assert "What is not known" in page.text
    for form, begin in (("pdf", b"%PDF"), ("docx", b"PK"), ("json", b"{")):
        answer = client.get(f"{base}.{form}?goods=850511")
        assert answer.content.startswith(begin), form
        assert answer.headers["content-disposition"].endswith(f'note-DEU-CHN.{form}"')
    unknown = client.get(f"{base}.xlsx?goods=850511")
    assert unknown.status_code == 404
    assert "pdf, docx" in unknown.text
