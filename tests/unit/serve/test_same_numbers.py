"""One number is the same on the page, in the API, in the CSV, in Python and on the terminal."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import sys
import zipfile
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.cli.main import run
from entrepot.figures import ask
from entrepot.lake import Lake
from entrepot.model.display import figure_value, range_text
from entrepot.serve import create_app

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up lake: Germany reports imports from China and the United States in two years."""
    place = tmp_path_factory.mktemp("same")
    rows = [
        row(value + year, period=year, flow="M", reporter=GERMANY, partner=partner)
        for year in (2021, 2022)
        for partner, value in ((CHINA, 3.21e8), (USA, 1.234e8))
    ]
    (place / "made.csv").write_text(text_of(rows), encoding="utf-8")
    Lake.open(place / "lake").add("comtrade", [place / "made.csv"])
    return place / "lake"


@pytest.fixture(scope="module")
def client(folder: Path) -> Client:
    return Client(create_app(folder))


def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str) -> Any:
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    with pytest.raises(SystemExit):
        run()
    return json.loads(capsys.readouterr().out)


QUESTIONS = [
    "measure=value&importer=DEU&exporter=CHN&goods=854231&period=2022",
    "measure=import_share&importer=DEU&exporter=CHN&goods=854231&period=2022",
    "measure=growth&importer=DEU&exporter=CHN&goods=854231&period=2022&base=2021",
    "measure=import_share&importer=RUS&exporter=CHN&goods=chpl&period=2023",
    "measure=value&importer=RUS&exporter=CHN&goods=all&period=2024",
    "measure=import_share&importer=NPL&exporter=CHN&goods=chpl&period=2023",
]


@pytest.mark.parametrize("query", QUESTIONS)
def test_a_figure_is_the_same_everywhere(
    client: Client,
    folder: Path,
    query: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    keys = dict(pair.split("=") for pair in query.split("&"))
    measure = keys.pop("measure")
    words = " ".join(f"--{name} {value}" for name, value in keys.items())
    told = client.get(f"/api/ask?{query}").json()
    assert told == printed(
        monkeypatch, capsys, f"entrepot ask {measure} {words} --lake {folder} --json"
    )
    [flat] = csv.DictReader(io.StringIO(client.get(f"/api/ask.csv?{query}").text))
    page = unescape(client.get(f"/ask?{query}").text)
    assert flat["status"] == told["status"]
    if told["value"] is None:
        assert flat["value"] == ""
        assert "no value" in page
        assert all(line[1:].replace("'", "’") in page for line in told["reason"].splitlines())
        return
    assert float(flat["value"]) == told["value"]
    assert f'<p class="big">{figure_value(told["value"], told["unit"])}</p>' in page
    if told["low"] is not None:
        assert (float(flat["low"]), float(flat["high"])) == (told["low"], told["high"])
        assert range_text(told["low"], told["high"], told["unit"]) in page
    for caveat in told["caveats"]:
        assert caveat["text"].replace("'", "’") in page
    snippet = re.search(r"<pre>(import entrepot.*?)</pre>", page, re.DOTALL)
    assert snippet is not None
    monkeypatch.setenv("ENTREPOT_LAKE", str(folder))
    names: dict[str, Any] = {}
    exec(snippet[1].replace("ep.ask", "found = ep.ask"), names)
    assert names["found"].value == told["value"]
    assert (names["found"].low, names["found"].high) == (told["low"], told["high"])


@pytest.mark.parametrize(
    ("importer", "supplier", "goods"), [("DEU", "CHN", "854231"), ("RUS", "CHN", "chpl")]
)
def test_a_brief_is_the_same_everywhere(
    client: Client,
    folder: Path,
    importer: str,
    supplier: str,
    goods: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = client.get(f"/api/brief?importer={importer}&supplier={supplier}&goods={goods}").json()
    line = f"entrepot brief {importer} --supplier {supplier} --goods {goods} --lake {folder} --json"
    assert told == printed(monkeypatch, capsys, line)
    base = f"/country/{importer}/from/{supplier}"
    pages = [client.get(f"{base}{rest}?goods={goods}").text for rest in ("", "/whole")]
    assert told["evaluated"]
    for page in (re.sub("</?small>", "", unescape(text)) for text in pages):
        for card in told["figures"]:
            if card["value"] is not None:
                assert re.sub(r"\s", "", card["shown"]["value"]) in re.sub(r"[\s\u00a0]", "", page)
            assert card["shown"]["range"] in page
    answers = [re.findall(r'<p class="answer">(.*?)</p>', text, re.DOTALL) for text in pages]
    assert answers[0] == answers[1] != []
    shown = [re.findall(r'<div class="cards">.*?</section>', text, re.DOTALL) for text in pages]
    assert shown[0] == shown[1] != []
    rows = list(csv.DictReader(io.StringIO(client.get(f"{base}/figures.csv?goods={goods}").text)))
    assert [float(one["value"]) for one in rows] == [one["value"] for one in told["evaluated"]]
    tables = {section["id"]: section["table"] for section in told["sections"] if section["table"]}
    assert tables
    for name, table in tables.items():
        got = list(csv.reader(io.StringIO(client.get(f"{base}/{name}.csv?goods={goods}").text)))
        assert len(got) == 1 + len(table["rows"])
        for cells, wanted in zip(got[1:], table["rows"], strict=True):
            plain = [text.replace("\u00a0", " ").replace("−", "-") for text in wanted]
            assert [cell.lstrip("'").replace("−", "-") for cell in cells] == plain


@pytest.mark.parametrize(
    "path", ["/country/DEU/from/CHN?goods=854231", "/country/RUS/from/CHN/whole", "/country/RUS"]
)
def test_every_link_to_a_figure_leads_to_the_number_that_stands_beside_it(
    client: Client, path: str
) -> None:
    page = client.get(path).text
    cells = re.findall(
        r'<a href="/ask\?([^"]+)">.*?</a></th><td class="number">(.*?)</td>', page
    ) + [
        (link, value)
        for value, link in re.findall(
            r'</a></th><td class="number">(.*?)</td>(?:(?!</tr>).)*<a href="/ask\?([^"]+)">', page
        )
    ]
    assert cells
    for link, value in cells:
        told = client.get(f"/api/ask?{unescape(link)}").json()
        assert told["value"] is not None, link
        said = figure_value(told["value"], told["unit"])
        # A published 39 % is not 39.0: its page has the digits that were published.
        is_printed = told["kind"] == "published" and told["unit"] == "share"
        whole = said.replace(".0\u00a0%", "\u00a0%") if is_printed else said
        assert unescape(value) in (said, whole), link


def test_one_brief_has_the_same_numbers_in_every_form(
    client: Client,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The page, the API, the terminal, the workbook and the PDF, each Figure against `ask`."""
    calamine = pytest.importorskip("python_calamine")
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("typst")
    from pypdf import PdfReader

    keys = "goods=854231&period=2022"
    base = "/country/DEU/from/CHN"
    line = f"entrepot brief DEU --supplier CHN --goods 854231 --period 2022 --lake {folder} --json"
    told = client.get(f"/api/brief?importer=DEU&supplier=CHN&{keys}").json()
    assert told == printed(monkeypatch, capsys, line)
    book = calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"{base}/brief.xlsx?{keys}").content)
    )
    cells = {
        cell
        for name in book.sheet_names
        for row_ in book.get_sheet_by_name(name).to_python()
        for cell in row_
        if isinstance(cell, float)
    }
    pdf = PdfReader(io.BytesIO(client.get(f"{base}/brief.pdf?{keys}").content))
    texts = {
        "pdf": "".join(one.extract_text() for one in pdf.pages),
        "page": unescape(client.get(f"{base}?{keys}").text),
        "whole": unescape(client.get(f"{base}/whole?{keys}").text),
    }
    bare = {name: re.sub(r"<[^>]*>|\s|\u00a0", "", text) for name, text in texts.items()}
    known = [card for card in told["figures"] if card["value"] is not None]
    assert known
    for card in known:
        shown = re.sub(r"\s", "", card["shown"]["value"])
        assert [name for name, text in bare.items() if shown not in text] == []
    assert told["evaluated"]
    kinds: set[tuple[str, ...]] = set()
    for one in told["evaluated"]:
        value = one["value"]
        assert any(abs(cell - value) <= 1e-9 * abs(value) for cell in cells), one["definition"]
        given = {name: text for name, text in one["definition"].items() if text is not None}
        kind = (given["measure"], given["source"], *given)
        if kind in kinds:
            continue
        kinds.add(kind)  # of each kind of definition one is asked again
        again = client.get(f"/api/ask?{urlencode(given)}").json()
        assert again["value"] == value, given


def test_every_form_prints_a_number_and_its_range_alike(client: Client, folder: Path) -> None:
    """Digits, unit and ends on the page, in the API, the workbook as it is shown, PDF and note."""
    openpyxl_like = pytest.importorskip("python_calamine")
    pytest.importorskip("typst")
    docx = pytest.importorskip("docx")
    from pypdf import PdfReader

    base, keys = "/country/DEU/from/CHN", "goods=854231&period=2022"
    told = client.get(f"/api/brief?importer=DEU&supplier=CHN&{keys}").json()
    known = [card for card in told["figures"] if card["value"] is not None]
    workbook = client.get(f"{base}/brief.xlsx?{keys}").content
    grid = openpyxl_like.CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    formats = _formats(workbook)
    pdf = PdfReader(io.BytesIO(client.get(f"{base}/brief.pdf?{keys}").content))
    note = docx.Document(io.BytesIO(client.get(f"{base}/note.docx?{keys}").content))
    note_text = _bare("".join(one.text or "" for one in note.element.iter() if one.text))
    texts = {
        "page": _bare(re.sub("<[^>]*>", "", client.get(f"{base}?{keys}").text)),
        "whole": _bare(re.sub("<[^>]*>", "", client.get(f"{base}/whole?{keys}").text)),
        "pdf": _bare("".join(one.extract_text() for one in pdf.pages)),
    }
    assert grid.sheet_names[0] == "Brief"
    for card in known:
        shown, spread = _bare(card["shown"]["value"]), _bare(card["shown"]["range"])
        for name, text in texts.items():
            assert shown in text, name
            assert spread in text, name
        assert _formatted(formats[card["name"]], card) == shown
        figure = ask_again(client, card)
        assert _bare(figure_value(figure["value"], figure["unit"])).lstrip("+") == shown.lstrip("+")
    shares = [card for card in known if card["definition"]["measure"] in ("import_share", "value")]
    assert shares
    for card in shares[:2]:
        assert _bare(card["shown"]["value"]) in note_text


def ask_again(client: Client, card: dict[str, Any]) -> dict[str, Any]:
    given = {name: text for name, text in card["definition"].items() if text is not None}
    found: dict[str, Any] = client.get(f"/api/ask?{urlencode(given)}").json()
    return found


def _bare(text: str) -> str:
    return re.sub(r"\s", "", unescape(text)).replace("\u00a0", "")


def _formats(workbook: bytes) -> dict[str, str]:
    """Return the number format of the value of each headline Figure, by its name."""
    namespace = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        strings = [
            "".join(one.itertext())
            for one in ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        ]
        styles = ElementTree.fromstring(parts.read("xl/styles.xml"))
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    codes = {
        one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{namespace}numFmt")
    }
    codes |= {"0": "General", "1": "0", "9": "0%", "10": "0.00%", "3": "#,##0", "4": "#,##0.00"}
    used = [one.get("numFmtId") for one in next(styles.iter(f"{namespace}cellXfs"))]
    found = {}
    for line in sheet.iter(f"{namespace}row"):
        cells = list(line)
        if len(cells) < 2 or cells[0].get("t") != "s" or cells[1].get("t") == "s":
            continue
        value = cells[0].find(f"{namespace}v")
        if value is not None and cells[1].find(f"{namespace}v") is not None:
            found[strings[int(value.text or 0)]] = codes[used[int(cells[1].get("s", 0))]]
    return found


def _formatted(code: str, card: dict[str, Any]) -> str:
    """Show a number as a spreadsheet does with a format of ours, which has three kinds of parts."""
    value = float(card["value"])
    parts = code.split(";")
    part = parts[1] if len(parts) > 1 and value < 0 else parts[0]
    found = re.fullmatch(r'("?[+\u2212]"?)?(?:#,##)?0(?:\.(0+))?(,*)(%?)(?:"(.*)")?', part)
    assert found, code
    sign, zeros, thousands, percent, words = found.groups()
    shown = abs(value) * (100 if percent else 1) / 1000 ** len(thousands or "")
    unit = (words or percent or "").strip("\u00a0")
    money = card["unit"] if card["unit"] == "USD" else ""
    # The currency stands in the column beside it, and before the number elsewhere.
    return f"{money}{(sign or '').strip(chr(34))}{shown:,.{len(zeros or '')}f}{unit}"


def test_publisher_and_data_set_are_credited_wherever_a_figure_is(client: Client) -> None:
    """By the line that Python and the command line cite with."""
    asked = "measure=import_share&importer=DEU&exporter=CHN&goods=850511&period=2022"
    line = client.get(f"/api/ask?{asked}").json()["citation"]
    assert "From CEPII BACI V" in line
    figure = ask("import_share", importer="DEU", exporter="CHN", goods="850511", period="2022")
    assert line == figure.cite()
    assert figure.cite() in unescape(client.get(f"/ask?{asked}").text)
