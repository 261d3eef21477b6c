"""Cards of Figures in a notebook and on a terminal; frames, files and citations."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

import entrepot as ep
from entrepot.figures.card import card_html, card_text
from entrepot.figures.citation import FORMS
from entrepot.figures.figure import card_of, headline, table_of
from entrepot.model.table_files import FORMS as FILES
from entrepot.model.table_files import TableAbout, table_bytes

if TYPE_CHECKING:
    from pathlib import Path

SHARE: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "goods": "chpl", "period": 2023}
MAGNETS: dict[str, Any] = {"importer": "DEU", "goods": "850511", "period": 2022}


@pytest.fixture(scope="module")
def share() -> ep.Figure:
    return ep.ask("import_share", **SHARE, lake="/no-such-lake")


@pytest.fixture(scope="module")
def suppliers() -> ep.Figure:
    return ep.ask("top_supplier", **MAGNETS, lake="/no-such-lake")


@pytest.fixture(scope="module")
def missing() -> ep.Figure:
    return ep.ask("cutoff", **SHARE | {"period": 2022}, sigma=3, lake="/no-such-lake")


def test_a_rise_has_its_sign_in_the_headline_as_in_its_range() -> None:
    asked: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "period": 2023, "base": 2022}
    rise = card_of(ep.ask("growth", **asked, lake="/no-such-lake"))
    assert rise.value.startswith("+")
    fall = card_of(ep.ask("growth", **asked | {"period": 2025, "base": 2024}, lake="/no-such-lake"))
    assert fall.value.startswith("\N{MINUS SIGN}")


@pytest.mark.parametrize("width", [60, 80, 100])
def test_text_fits_and_has_everything(width: int, share: ep.Figure) -> None:
    text = card_text(card_of(share), width)
    lines = text.splitlines()
    assert max(len(line) for line in lines if "https://" not in line) <= width
    assert "\x1b" not in text
    for words in ("56.3", "38 to 90", "Bruegel and KSE", "most influential", share.id):
        assert words in text.replace("\u00a0", " ")
    for note in share.caveats:
        assert f"[{note.id}]" in text
    [bar] = [line for line in lines if "├" in line]
    cells = re.search("├(.*)┤", bar)
    assert cells is not None
    place, size = cells[1].index("█"), len(cells[1])
    assert place / (size - 1) == pytest.approx(0.563, abs=1 / size)
    assert cells[1].index("▓") / (size - 1) == pytest.approx(share.low, abs=1 / size)
    assert cells[1].rindex("▓") / (size - 1) == pytest.approx(share.high, abs=1 / size)


class Outline(HTMLParser):
    """What is open, and every address and script."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_fragment_is_small_whole_and_needs_nothing_else(
    share: ep.Figure, suppliers: ep.Figure, missing: ep.Figure
) -> None:
    for figure in (share, suppliers, missing):
        html = figure._repr_html_()
        assert len(html.encode()) < 20_000
        outline = Outline()
        outline.feed(html)
        assert outline.open == []
        tags = {tag for tag, _ in outline.found}
        assert not tags & {"script", "img", "link", "iframe"}
        assert not any(name.startswith("on") for _, attrs in outline.found for name in attrs)
        assert figure.id in html
        for note in figure.caveats:
            assert note.text.split(".")[0] in html
    assert "No value: data are missing" in missing._repr_html_()
    assert "56.3" in share._repr_html_()
    assert share._repr_html_().count('class="l') == len(share.specifications.items)  # type: ignore[union-attr]


def test_words_of_others_are_no_markup(share: ep.Figure) -> None:
    from dataclasses import replace

    card = replace(
        card_of(share),
        title="<script>alert(1)</script>",
        facts=(("evidence", 'javascript:x https://ok.example/"><script> https://[::1/a'),),
    )
    html = card_html(card)
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert 'href="https://[' not in html


@pytest.mark.parametrize(
    ("kind", "of"), [("polars", pl.DataFrame), ("pandas", pd.DataFrame), ("pyarrow", pa.Table)]
)
def test_frames_have_the_rows(kind: Any, of: type, suppliers: ep.Figure, share: ep.Figure) -> None:
    found = suppliers.to_frame(kind)
    assert isinstance(found, of)
    assert list(found["exporter"])[:2] in (["CHN", "PHL"], [pa.scalar("CHN"), pa.scalar("PHL")])
    assert isinstance(suppliers.to_frame(), pl.DataFrame)
    alone = share.to_frame("pandas")
    assert len(alone) == 1
    assert alone["value"][0] == share.value


def test_files_say_the_same(suppliers: ep.Figure, share: ep.Figure, tmp_path: Path) -> None:
    rows = suppliers.rows()
    for end in FILES:
        suppliers.save(tmp_path / f"magnets{end}")
    read = list(csv.DictReader(io.StringIO((tmp_path / "magnets.csv").read_text("utf-8"))))
    assert [float(row["value"]) for row in read] == [row["value"] for row in rows]
    assert pq.read_table(tmp_path / "magnets.parquet").to_pylist() == [
        {**row, "unit": "USD"} for row in rows
    ]
    sheet = CalamineWorkbook.from_path(tmp_path / "magnets.xlsx").get_sheet_by_index(0)
    assert sheet.to_python()[1][:2] == [rows[0]["exporter"], rows[0]["value"]]
    about = CalamineWorkbook.from_path(tmp_path / "magnets.xlsx").get_sheet_by_name("About")
    said = about.to_python()
    assert said[1] == ["title", headline(suppliers)]
    assert ["column share", "share of imports, 0 to 1"] in said
    assert {one.text for one in suppliers.caveats} <= {text for _, text in said}
    assert any(what == "source" for what, _ in said)
    stata = pd.read_stata(tmp_path / "magnets.dta")
    assert list(stata["share"]) == [row["share"] for row in rows]
    with pd.io.stata.StataReader(tmp_path / "magnets.dta") as reader:
        labels = reader.variable_labels()
    assert labels["share"] == "share of imports, 0 to 1"
    sdmx = list(csv.DictReader(io.StringIO((tmp_path / "magnets.sdmx.csv").read_text("utf-8"))))
    assert sdmx[0]["STRUCTURE"] == "dataflow"
    assert float(sdmx[0]["OBS_VALUE"]) == rows[0]["value"]
    with zipfile.ZipFile(tmp_path / "magnets.zip") as package:
        about = json.loads(package.read("datapackage.json"))
        [table] = about["resources"]
        content = package.read(table["path"]).decode()
    kinds = {one["name"]: one["type"] for one in table["schema"]["fields"]}
    numbers = {"value": "number", "share": "number"}
    assert kinds == {"exporter": "string", "unit": "string"} | numbers
    assert len(content.splitlines()) == len(rows) + 1
    assert about["sources"][0]["title"].startswith("minerals ")
    assert suppliers.id in about["description"]
    assert json.loads((tmp_path / "magnets.json").read_text("utf-8")) == suppliers.to_dict()
    assert "| CHN | " in (tmp_path / "magnets.md").read_text("utf-8")
    share.save(tmp_path / "share.csv")
    [one] = csv.DictReader(io.StringIO((tmp_path / "share.csv").read_text("utf-8")))
    assert float(one["value"]) == share.value
    with pytest.raises(ep.EntrepotError, match=r"share\.doc") as refused:
        share.save(tmp_path / "share.doc")
    assert ".dta" in refused.value.hint


def test_awkward_cells_survive_every_form() -> None:
    rows = [
        {"name": "=1+1", "a b|c": None, "flag": True, "n": 1, "x" * 40: 1.5},
        {"name": "two\nlines", "a b|c": "|", "flag": None, "n": 2.5, "x" * 40: None},
    ]
    about = TableAbout("a/b:c", "Title", "More", {"n": "number"})
    assert table_bytes(".xlsx", rows, replace(about, name="about"))
    for form in FILES:
        assert table_bytes(form, rows, about)
        if form != ".dta":  # a file without rows
            assert table_bytes(form, [], about, head=["name"])
    stata = pd.read_stata(io.BytesIO(table_bytes(".dta", rows, about)))
    assert list(stata["n"]) == [1, 2.5]
    assert [len(name) <= 32 for name in stata.columns] == [True] * 5
    book = CalamineWorkbook.from_filelike(io.BytesIO(table_bytes(".xlsx", rows, about)))
    assert book.get_sheet_by_index(0).to_python()[1][0] == "=1+1"
    assert table_bytes(".csv", rows, about).splitlines()[1].startswith(b"'=1+1")
    assert table_bytes(".md", rows, about).count(b"\n") == 4


def test_an_identifier_is_that_of_the_question(share: ep.Figure) -> None:
    again = ep.ask("import_share", **SHARE, lake="/another-place")
    assert share.id == again.id == share.to_dict()["id"]
    assert re.fullmatch("[0-9a-f]{12}", share.id)
    other = ep.ask("import_share", **SHARE | {"exporter": "CHN+HKG"}, lake="/no-such-lake")
    assert other.id != share.id
    curve = ep.ask("import_share", **SHARE, curve=True, lake="/no-such-lake")
    assert curve.id == share.id


def test_citations_are_read_by_programs(share: ep.Figure) -> None:
    link, day = "http://x.example/ask?a=1&b=2", "2026-11-30"
    said = {form: share.cite(form, link=link, accessed=day) for form in FORMS}
    assert all(share.id in text for text in said.values())
    [csl] = json.loads(said["csl"])
    assert csl["title"].startswith("China’s share")
    assert csl["accessed"]["date-parts"] == [[2026, 11, 30]]
    assert csl["issued"]["date-parts"] == [[2026]]
    assert csl["URL"] == link
    ris = dict(line.split("  - ", 1) for line in said["ris"].splitlines())
    assert (ris["TY"], ris["UR"], ris["PY"], ris["Y2"]) == ("DATA", link, "2026", "2026/11/30")
    assert said["ris"].splitlines()[-1].startswith("ER")
    bib = said["bibtex"]
    assert bib.startswith(f"@misc{{entrepot-{share.id},")
    assert bib.count("{") == bib.count("}")
    assert "56.3~\\%" in bib
    assert "  year = 2026,\n" in bib
    assert "FREE Network (Bru" in said["text"]
    assert "), https://freepolicybriefs.org/" in said["text"]
    assert "published HP-002" in said["text"]
    assert said["text"].endswith("Accessed 2026-11-30.")


def test_a_citation_names_the_publisher_of_loaded_data() -> None:
    """It named the id of our source and a hash, which no reader can look up."""
    keys = {"importer": "DEU", "exporter": "CHN", "goods": "850511", "period": 2022}
    said = ep.ask("import_share", **keys, lake="/no-such-lake").cite()
    assert "From CEPII BACI V202601 (30 codes) (minerals e94ca46a577e)" in said


def test_suppliers_are_shown_with_their_shares_and_unit() -> None:
    keys = {"importer": "DEU", "goods": "850511", "period": 2022}
    found = ep.ask("top_supplier", **keys, lake="/no-such-lake")
    head, rows = table_of(found)
    assert head == ["exporter", "value, USD", "share"]
    assert rows[0][0] == "China"
    assert rows[0][2].startswith("82.5")


@pytest.mark.slow
def test_whole_answers_show_themselves(tmp_path: Path) -> None:
    check = ep.check("examples/russia-china-dependence.yaml", lake="/no-such-lake")
    rows = check.rows()
    assert [row["id"] for row in rows] == [one.claim.id for one in check.claims]
    assert len(check.to_frame("pandas")) == len(check.claims)
    check.save(tmp_path / "check.csv")
    assert len((tmp_path / "check.csv").read_text("utf-8").splitlines()) > len(rows)
    chart = ep.chart("import_share", **SHARE, curve=True, lake="/no-such-lake")
    assert chart._repr_svg_().lstrip().startswith("<svg")
    assert len(chart.to_frame("pandas")) == 6
    assert chart.save(tmp_path / "curve.svg").is_file()
    series = ep.ask("value", importer="RUS", exporter="CHN", period="2024..2025", each="year",
                    lake="/no-such-lake")  # fmt: skip
    assert len(series.to_frame("polars")) == 2
    series.save(tmp_path / "series.dta")
    brief = ep.brief("RUS", "CHN", lake="/no-such-lake")
    assert len(brief.to_frame("pandas")) == len(brief.figures)
    assert brief.to_dict()["title"] == brief.title
    for shown in (check, brief, chart):  # a terminal of 100 columns; a table of a series is wider
        assert max(map(len, str(shown).splitlines())) <= 100
    for shown in (check, series, brief):
        html = shown._repr_html_()
        assert len(html.encode()) < 20_000
        outline = Outline()
        outline.feed(html)
        assert outline.open == []
    assert brief.cards[0].value in brief._repr_html_()


def test_a_scenario_is_asked_by_a_dictionary() -> None:
    what = {
        "format": 1,
        "title": "A stop",
        "period": "2022",
        "cut": {
            "imposes": "CHN",
            "target": "EU27",
            "sectors": ["C26"],
            "instrument": "export_ban",
        },
        "economy": {},
    }
    found = ep.scenario(what, lake="/no-such-lake", sides_only=True)
    assert found.economy is not None
    rows = found.to_frame("pandas")
    assert rows["lost_share_low"][0] <= rows["lost_share"][0] <= rows["lost_share_high"][0]
    assert "European Union (27)" in found._repr_html_()
    with pytest.raises(ep.EntrepotError):
        ep.scenario({"format": 1}, lake="/no-such-lake")


def test_no_choice_is_most_influential_where_the_reports_leave_more_open(tmp_path: Path) -> None:
    asked: Any = {"importer": "DEU", "exporter": "CHN", "goods": "850511", "period": 2022}
    figure = ep.ask("import_share", lake=ep.Lake.open(tmp_path), curve=True, **asked)
    assert figure.specifications is not None
    most = figure.specifications.most_influential
    assert most is not None
    narrow, other = (0.82, 0.83), (0.825, 0.825)
    narrower = replace(figure, spread={most: narrow, "errors": other, "together": narrow})
    assert "most influential" in str(narrower)
    wider = replace(figure, spread={most: narrow, "errors": (0.5, 0.9), "together": (0.5, 0.9)})
    assert "most influential" not in str(wider)


def test_a_figure_without_a_value_is_saved_with_the_reason(tmp_path: Path) -> None:
    figure = ep.ask(
        "value", importer="DEU", exporter="CHN", goods="0101", period=1999, lake="/no-such-lake"
    )
    assert figure.value is None
    figure.save(tmp_path / "none.zip")
    with zipfile.ZipFile(tmp_path / "none.zip") as file:
        package = json.loads(file.read("datapackage.json"))
        rows = list(csv.DictReader(io.StringIO(file.read("none.csv").decode())))
    assert [(row["value"], row["reason"]) for row in rows] == [("", figure.reason)]
    kinds = {one["name"]: one["type"] for one in package["resources"][0]["schema"]["fields"]}
    # As in Parquet: a column of numbers that are all missing is of numbers.
    assert {kinds[name] for name in ("value", "low", "high")} == {"number"}


def test_a_table_says_how_many_rows_are_not_shown(suppliers: ep.Figure) -> None:
    """Germany has 63 suppliers of magnets, of which twelve stood there as if they were all."""
    assert len(suppliers.rows()) == 63
    assert "\nand 51 more rows\n" in str(suppliers)
    assert "and 51 more rows" in card_html(card_of(suppliers))
    one = replace(card_of(suppliers), rest=1)
    assert "and 1 more row\n" in card_text(one)
    assert "more row" not in card_text(replace(one, rest=0))
