"""The brief as a workbook and as a PDF: same numbers, plain text, same bytes, read back."""

from __future__ import annotations

import json
import re
import shlex
import sys
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pptx
import pytest
from brief_files import bare, cells, pages, parts, sheet
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from entrepot.errors import MissingExtraError, RequestError
from entrepot.lake import Lake
from entrepot.report import brief, write
from entrepot.report.attribution import evidence_line
from entrepot.report.charts import BriefTable
from entrepot.report.parts import (
    FORMATS,
    BriefSentence,
    DataGap,
    Note,
    PageLink,
    Remark,
    Term,
    plain,
)
from entrepot.report.render_html import render_html
from entrepot.report.render_json import as_dict
from entrepot.report.render_office import render_office
from entrepot.report.render_pdf import as_data, chart, render_pdf, typeset
from entrepot.report.render_xlsx import render_xlsx
from entrepot.report.standalone import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pypdf import PageObject

    from entrepot.report import Brief

    Run = Callable[..., tuple[int, str, str]]

CLAIMS = Path(__file__).resolve().parents[2] / "examples" / "russia-china-dependence.yaml"
HEAD = 3
"""Row of the head of every table, counted from 0."""

FORMULAS = (
    '=HYPERLINK("https://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "{=1+1}",
    "_x003D_1+1",
)
MARKUP = (
    '#panic("x")',
    "$1/0$",
    "*a* _b_ `c`",
    "@nowhere <label>",
    "[d] {e} \\ // /* f */",
    "= g",
    "- h",
    '#read(\\"/etc/passwd\\")',
    "</svg><script>",
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake.open(tmp_path_factory.mktemp("lake") / "nothing")


@pytest.fixture(scope="module")
def told(empty: Lake) -> Brief:
    return brief("RUS", "CHN", "chpl", lake=empty, claims=CLAIMS)


@pytest.fixture(scope="module")
def workbook(told: Brief) -> bytes:
    return render_xlsx(told)


@pytest.fixture(scope="module")
def paper(told: Brief) -> bytes:
    return render_pdf(told)


_SCALES = {"%": 100.0, "USD bn": 1e-9, "times": 1.0}


def _number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace(",", "").lstrip("+"))


def hostile(told: Brief, texts: tuple[str, ...]) -> Brief:
    """Return the brief with these texts wherever somebody else's words can stand."""
    word = " ".join(texts)
    table = BriefTable(
        caption=word,
        head=(word, "Value"),
        numeric=(False, True),
        rows=tuple((text, text) for text in texts),
        units=("", "per cent"),
    )
    first = replace(
        told.sections[0],
        eyebrow=texts[0],
        title=Remark(word),
        deck=word,
        picture=None,
        table=table,
        notes=(Note(word, tuple(Remark(text) for text in texts)),),
        source=(word, PageLink(word, "javascript:alert(1)")),
    )
    claims = next(section.claims for section in told.sections if section.claims)
    rows = tuple(
        replace(
            claims.rows[0], claim=text, against=text, why=text, likely_error=text, details=(text,)
        )
        for text in texts
    )
    second = replace(
        told.sections[1],
        picture=None,
        table=None,
        claims=replace(claims, rows=rows, caption=word),
        gaps=tuple(DataGap(text, text, text) for text in texts),
    )
    return replace(
        told,
        title=word,
        state=tuple((text, text) for text in texts),
        cards=tuple(replace(card, name=texts[0], source=word) for card in told.cards),
        sections=(first, second),
        terms=tuple(Term(text, text, text) for text in texts),
        line=word,
    )


def test_headline_figures_and_a_table_are_the_same_in_json_workbook_and_pdf(
    told: Brief, workbook: bytes, paper: bytes
) -> None:
    data, text = as_dict(told), "".join(pages(paper))
    rows = sheet(workbook, "Brief")[HEAD + 1 :]
    for figure, card, row in zip(data["figures"], told.cards, rows, strict=False):
        assert row[0] == figure["name"]
        ends = ["" if figure[key] is None else figure[key] for key in ("low", "high")]
        assert row[1:5] == [figure["value"], figure["unit"], *ends]
        shown = card.whole
        assert figure["shown"]["value"] == shown
        number = _number(card.value)
        said = float(str(row[1])) * _SCALES.get(card.unit, 1.0)
        if figure["unit"] == "percent":
            said /= 100  # stored as it is, in per cent
        decimals = len(card.value.partition(".")[2])
        assert said == pytest.approx(number, abs=0.5 * 10**-decimals)
        assert bare(figure["name"] + figure["shown"]["definition"]) in text
        assert bare(shown) in text
        assert bare(figure["shown"]["range"]) in text
    section = next(item for item in data["sections"] if item["id"] == "goods")
    found = sheet(workbook, section["name"])[HEAD:]
    for place, cells_of in enumerate(section["table"]["rows"]):
        numbers = [float(cell.replace(",", "")) for cell in cells_of[1:]]
        assert found[place + 1] == [cells_of[0], *numbers]
        assert bare("".join(cells_of)) in text
    assert len(section["table"]["rows"]) == 6
    assert found[0][1:] == [f"{year}, USD m" for year in section["table"]["columns"][1:]]


def test_every_figure_behind_the_brief_is_there_with_all_its_digits(
    told: Brief, workbook: bytes
) -> None:
    head, *rows = sheet(workbook, "All figures")[HEAD:]
    place = head.index("Value")
    assert [row[place] for row in rows] == [figure.value for figure in told.figures]
    assert len(rows) > 50


def test_the_first_sheet_says_how_it_was_made(told: Brief, workbook: bytes) -> None:
    words = [str(cell) for row in sheet(workbook, "Brief") for cell in row]
    for text in (
        told.title,
        f"Entrepôt {told.version}",
        *(told.public(item.line) for item in told.commands),
    ):
        assert text in words
    for name, text in told.state:
        assert name in words
        assert text in words


def test_the_command_of_a_figure_gives_its_value(empty: Lake, entrepot: Run) -> None:
    """Inputs of one sector too: without the sector it would be another number."""
    told = brief("DEU", "CHN", "850760", 2022, empty)
    assert any(card.figure.definition.sector for card in told.cards)
    for row in sheet(render_xlsx(told), "Brief")[HEAD + 1 : HEAD + 1 + len(told.cards)]:
        asked = shlex.split(str(row[-1]))
        code, out, _ = entrepot(*asked[1:], "--json")
        # The share that was asked for stands first, and is missing.
        is_known = isinstance(row[1], (int, float))
        assert code == (0 if is_known else 3)
        assert json.loads(out)["value"] == (row[1] if is_known else None)


def test_each_table_has_a_sheet_with_its_source_below(told: Brief, workbook: bytes) -> None:
    for section in told.sections:
        if section.table is None:
            continue
        rows = sheet(workbook, section.eyebrow)
        assert len(rows[HEAD]) >= len(section.table.head)
        below = {row[0]: row[1] for row in rows[HEAD + 1 + len(section.table.rows) :]}
        assert {note.title for note in section.notes} <= set(below)
        assert str(section.source[0]).strip() in str(below["Source"])


def test_every_section_is_in_the_workbook(told: Brief) -> None:
    """One of words alone too, such as that no gap was found: it has a line on the first sheet."""
    of_words = replace(
        told.sections[0],
        eyebrow="Only words",
        title=Remark("Nothing **at all** was found"),
        picture=None,
        table=None,
        claims=None,
        notes=(Note("How to read it", (Remark("As it stands."),)),),
        source=("Source: a drawer.",),
        deck="Asked of everybody.",
        gap=None,
        gaps=(),
    )
    made = render_xlsx(replace(told, sections=(*told.sections, of_words)))
    lines = {row[0]: row[1] for row in sheet(made, "Brief")}
    assert lines["Only words"] == (
        "Nothing at all was found.\nAsked of everybody.\nHow to read it: As it stands.\n"
        "Source: a drawer."
    )
    texts = "\n".join(str(cell) for cell in cells(made))
    for section in told.sections:
        assert plain(section.title.text) in texts


def test_what_lacks_stands_under_the_title_and_not_below_the_notes(told: Brief) -> None:
    """Below the notes beside it half a page was empty."""
    lacks = replace(
        told.sections[0],
        id="lacks",
        picture=None,
        table=None,
        claims=None,
        source=(),
        notes=(Note("How to read it", (Remark("As it stands."),)),),
        gap=DataGap("the value", "nothing is held"),
        gaps=(),
    )
    page = render_html(replace(told, sections=(lacks,)))
    part = page[page.index('id="lacks"') :]
    assert part.index('<div class="gap">') < part.index("<aside")
    assert part.count('<div class="gap">') == 1
    assert "<figure>" not in part
    alone = render_html(replace(told, sections=(replace(lacks, notes=()),)))
    assert alone.count('<div class="gap">') == 1


def test_shares_are_numbers_shown_in_per_cent_and_heads_stay_in_view(workbook: bytes) -> None:
    found = parts(workbook)
    styles = found["xl/styles.xml"]
    assert 'formatCode="0.0%"' in styles
    first = found["xl/worksheets/sheet1.xml"]
    cell = re.search(r'<c r="B5" s="(\d+)"><v>0\.563</v>', first)
    assert cell is not None
    looks = re.findall(r"<xf [^>]*>", styles.split("<cellXfs", 1)[1])
    shown = re.search(r'numFmtId="(\d+)" formatCode="0\.0%"', styles)
    assert shown is not None
    assert f'numFmtId="{shown[1]}"' in looks[int(cell[1])]
    for name, text in found.items():
        if name.startswith("xl/worksheets/sheet"):
            assert 'topLeftCell="B5"' in text
            assert 'state="frozen"' in text


def test_the_summary_is_printed_without_what_only_a_screen_needs(workbook: bytes) -> None:
    """With evidence and commands its page had letters of four points."""
    found = parts(workbook)
    area = r'Print_Area" localSheetId="0"[^>]*>[^<]*:\$([A-Z]+)'
    [last] = re.findall(area, found["xl/workbook.xml"])
    assert last == "I"
    first = found["xl/worksheets/sheet1.xml"]
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', first)
    widths = [float(wide) for low, high, wide in columns for _ in range(int(low), int(high) + 1)]
    assert sum(widths[:9]) < 190 < sum(widths)


def test_no_text_becomes_a_formula(told: Brief) -> None:
    made = render_xlsx(hostile(told, FORMULAS))
    found = parts(made)
    for name, text in found.items():
        if name.startswith("xl/worksheets/"):
            assert "<f" not in re.sub(r"<(fitToPage|firstFooter)", "", text), name
            assert "hyperlink" not in text
    assert 'quotePrefix="1"' in found["xl/styles.xml"]
    texts = [cell for cell in cells(made) if isinstance(cell, str)]
    for text in FORMULAS:
        assert sum(cell.strip() == text.strip() for cell in texts) >= 5, text


def test_no_text_is_read_as_markup(told: Brief) -> None:
    made = render_pdf(hostile(told, MARKUP))
    text = "".join(pages(made))
    for one in MARKUP:
        assert text.count(bare(one)) >= 8, one
    links = re.findall(rb"javascript:", made)
    assert links == []


@pytest.mark.parametrize("render", [render_xlsx, render_pdf])
def test_the_same_brief_gives_the_same_bytes_and_no_clock(told: Brief, render: Any) -> None:
    once, again = render(told), render(told)
    assert once == again
    assert b"202" not in once[:8]
    if render is render_pdf:
        about = PdfReader(BytesIO(once)).metadata
        assert about is not None
        assert about.title == told.title
        assert "/CreationDate" not in about
        assert "/ModDate" not in about
        return
    with ZipFile(BytesIO(once)) as file:
        assert {item.date_time for item in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = parts(once)["docProps/core.xml"]
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"1980-01-01T00:00:00Z"}


def test_pages_are_numbered_and_the_contents_lead_to_them(told: Brief, paper: bytes) -> None:
    text = pages(paper)
    for place, page in enumerate(text, start=1):
        assert f"{place}of{len(text)}" in page
    reader = PdfReader(BytesIO(paper))
    marks = [item for item in reader.outline if not isinstance(item, list)]
    names = [section.eyebrow for section in told.sections]
    assert [str(mark.title) for mark in marks][: len(names)] == names
    for mark in marks:
        number = reader.get_destination_page_number(mark)
        assert number is not None
        assert bare(str(mark.title)) in text[number]
        assert re.search(rf"{re.escape(bare(str(mark.title)))}\.*{number + 1}", text[0])


def widest_gap(page: PageObject) -> float:
    """Return the widest part of a page without text, footnotes included, as a part of it."""
    heights: list[float] = []

    def seen(text: str, place: list[float], line: list[float], *_: object) -> None:
        if text.strip():
            heights.append(line[5] * place[3] + place[5])

    page.extract_text(visitor_text=seen)
    gaps = (high - low for low, high in pairwise(sorted(heights)))
    return max(gaps) / float(page.mediabox.height)


def test_no_page_but_the_last_is_left_half_empty(empty: Lake) -> None:
    """What lacks stood in one block with the picture, which then needed the next page."""
    reader = PdfReader(BytesIO(render_pdf(brief("DEU", "CHN", "850511", lake=empty))))
    assert all(widest_gap(page) < 0.25 for page in reader.pages[:-1])


def test_charts_are_drawn_and_not_painted(paper: bytes) -> None:
    reader = PdfReader(BytesIO(paper))
    assert all(not page.images for page in reader.pages)
    text = "".join(pages(paper))
    assert "headline56.3" in text  # a label inside the specification curve
    fonts = {
        str(font["/BaseFont"].get_object())
        for page in reader.pages
        for font in (item.get_object() for item in page["/Resources"]["/Font"].values())
    }
    assert all("SourceSansPro" in font or "DejaVu" in font for font in fonts)


def test_a_sentence_has_what_carries_it_at_the_foot_of_its_page(paper: bytes) -> None:
    first = pages(paper)[0]
    note = "China’s share of Russia’s imports, high-priority goods, 2023: 56.3 % (38 to 90 %)"
    assert bare(note) in first
    assert bare("row HP-002") in first


def test_no_footnote_is_left_on_another_page(told: Brief, paper: bytes) -> None:
    text = pages(paper)
    checked = 0
    for section in told.sections:
        if isinstance(section.title, BriefSentence) and section.id != "claims":
            page = next(one for one in text if bare(plain(section.title.text)) in one)
            assert bare(evidence_line(section.title.evidence[0])) in page, section.id
            checked += 1
    assert checked >= 4


def test_a_long_table_breaks_over_pages_under_the_same_head(told: Brief) -> None:
    rows = tuple((f"good {place}", f"{place}") for place in range(150))
    long = BriefTable("Many", ("Name of goods", "Worth"), (False, True), rows, ("", "USD m"))
    section = replace(told.sections[0], table=long)
    text = pages(render_pdf(replace(told, sections=(section,))))
    with_head = [page for page in text if "NameofgoodsWorth" in page]
    assert len(with_head) >= 3
    assert all(any(f"good{place}{place}" in page for page in with_head) for place in range(150))


@pytest.mark.parametrize("many", range(46, 56))
def test_no_row_is_left_alone_on_a_page(told: Brief, many: int) -> None:
    """Whatever the length of a table: its last page has three rows or more."""
    rows = tuple((f"good{place}.", f"{place}") for place in range(many))
    long = BriefTable("Many", ("Name of goods", "Worth"), (False, True), rows, ("", "USD m"))
    section = replace(told.sections[0], table=long, picture=None, notes=())
    text = pages(render_pdf(replace(told, sections=(section,))))
    ends = [page for page in text if f"good{many - 1}." in page]
    assert len(ends) == 1
    assert all(f"good{place}." in ends[0] for place in range(many - 3, many))


def test_sentences_of_one_carrier_in_a_row_share_a_footnote(told: Brief) -> None:
    figure, other = (one for one in told.figures[:2])
    body = tuple(
        BriefSentence(f"Sentence {n}.", (one,)) for n, one in enumerate((figure,) * 3 + (other,))
    )
    section = replace(told.sections[0], notes=(Note("In words", body),))
    [note] = as_data(replace(told, sections=(section,)))["sections"][0]["notes"]
    assert [bool(one["evidence"]) for one in note["body"]] == [False, False, True, True]


def test_the_paper_names_no_command(told: Brief, paper: bytes) -> None:
    """A minister's aide has no terminal; the commands are on the web page."""
    text = "".join(pages(paper))
    assert told.commands
    for one in told.commands:
        assert bare(one.line) not in text
    assert "entrepotask" not in text
    assert "entrepotbrief" not in text


def test_nothing_held_is_said_in_both(empty: Lake) -> None:
    silent = brief("NPL", "CHN", "chpl", lake=empty)
    rows = sheet(render_xlsx(silent), "Brief")[HEAD + 1 : HEAD + 6]
    assert [row[1] for row in rows] == [""] * 5
    assert {row[5] for row in rows} == {"not known"}
    text = "".join(pages(render_pdf(silent)))
    assert text.count("notknown") >= 5
    assert bare("gaps with one reason") in text


@pytest.mark.parametrize(
    ("suffix", "module", "extra"), [(".pdf", "typst", "pdf"), (".xlsx", "xlsxwriter", "excel")]
)
def test_a_missing_library_is_named_with_its_extra(
    told: Brief,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    suffix: str,
    module: str,
    extra: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError) as raised:
        write(told, tmp_path / f"brief{suffix}")
    assert f"entrepot[{extra}]" in str(raised.value.hint)
    assert list(tmp_path.iterdir()) == []
    render = render_pdf if suffix == ".pdf" else render_xlsx
    with pytest.raises(MissingExtraError):
        render(told)


def test_an_unknown_suffix_lists_those_that_are_known(told: Brief, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as raised:
        write(told, tmp_path / "brief.docx")
    assert all(suffix in str(raised.value.hint) for suffix in FORMATS)


def test_written_files_are_what_was_rendered(told: Brief, workbook: bytes, tmp_path: Path) -> None:
    assert write(told, tmp_path / "a" / "B.XLSX").read_bytes() == workbook
    assert write(told, tmp_path / "b.pdf").read_bytes().startswith(b"%PDF-")


@pytest.fixture(scope="module")
def slides(told: Brief) -> bytes:
    return render_office(told)


def test_slides_have_one_chart_each_with_its_finding_and_source(told: Brief, slides: bytes) -> None:
    drawn = [section for section in told.sections if section.picture]
    found = list(pptx.Presentation(BytesIO(slides)).slides)
    assert len(found) == len(drawn) + 1
    assert bare(found[0].shapes.title.text) == bare(told.title)
    for slide, section in zip(found[1:], drawn, strict=True):
        assert bare(slide.shapes.title.text) == bare(plain(section.title.text))
        spoken = [told for one in slide.shapes for told in one._element.xpath(".//@descr")]
        assert section.picture is not None
        assert section.picture.alt_text in spoken
        words = bare(" ".join(one.text_frame.text for one in slide.shapes if one.has_text_frame))
        said = "".join(one if isinstance(one, str) else one.text for one in section.source)
        assert bare(said) in words
        edges = [(one.left + one.width, one.top + one.height) for one in slide.shapes]
        wide, tall = 12_192_000, 6_858_000
        assert all(right <= wide + 9_144 and bottom <= tall for right, bottom in edges)


def test_letters_of_a_chart_can_be_read_on_a_slide(told: Brief, slides: bytes) -> None:
    """A map had letters of 8 points: it was as small as what its title left below it."""
    drawn = [section.picture for section in told.sections if section.picture]
    for slide, picture in zip(
        list(pptx.Presentation(BytesIO(slides)).slides)[1:], drawn, strict=True
    ):
        down = float(chart(picture).split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()[1])
        [shape] = [
            one for one in slide.shapes if picture.alt_text in one._element.xpath(".//@descr")
        ]
        assert 15 * shape.height / 12_700 / down >= 10


def test_pictures_of_office_files_have_the_letters_of_paper(told: Brief) -> None:
    """They had serifs, next to text without."""
    [picture, *_] = [section.picture for section in told.sections if section.picture]
    reader = PdfReader(BytesIO(typeset(PAGE, {"drawing": chart(picture)}, format="pdf")))
    fonts = [
        str(font["/BaseFont"].get_object())
        for font in reader.pages[0]["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all("SourceSansPro" in font for font in fonts)


def test_slides_are_the_same_bytes(told: Brief, slides: bytes) -> None:
    assert render_office(told) == slides


def test_charts_of_the_workbook_read_its_numbers(workbook: bytes) -> None:
    named = CalamineWorkbook.from_filelike(BytesIO(workbook)).sheet_names
    charts = [text for name, text in parts(workbook).items() if name.startswith("xl/charts/chart")]
    assert charts
    for text in charts:
        for name, column, first, last in re.findall(
            r"(?<=[=(,>])'?([^!'<>]+)'?!\$([B-Z])\$(\d+):\$[B-Z]\$(\d+)", text
        ):
            assert name in named
            rows = sheet(workbook, name)[int(first) - 1 : int(last)]
            values = [row[ord(column) - ord("A")] for row in rows]
            # Words in place of a number were drawn as zero.
            assert all(isinstance(one, float) or one == "" for one in values), name


def test_a_title_has_the_width_of_its_page(workbook: bytes) -> None:
    """It ran over the edge of the paper, which cut it."""
    for name, text in parts(workbook).items():
        if name.startswith("xl/worksheets/sheet"):
            assert re.search(r'<mergeCell ref="A1:[A-Z]+1"', text), name


def test_numbers_of_the_workbook_are_those_of_the_json(told: Brief, workbook: bytes) -> None:
    table = sheet(workbook, "All figures")
    head = table[HEAD]
    place = {name: head.index(name) for name in ("Value", "Low", "High")}
    rows = [row for row in table[HEAD + 1 :] if any(row)]
    figures = as_dict(told)["evaluated"]
    assert len(rows) == len(figures)
    for row, figure in zip(rows, figures, strict=True):
        for name, column in place.items():
            said = figure[name.lower()]
            assert row[column] == ("" if said is None else pytest.approx(said, rel=1e-15))
