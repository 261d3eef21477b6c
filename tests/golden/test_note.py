"""The note: one page that says no more than its Figures, in every form alike."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import docx
import pytest
from pypdf import PdfReader
from tests.golden.brief_files import bare

from entrepot import ask
from entrepot.errors import RequestError
from entrepot.figures.caveats import caveat
from entrepot.model.display import NBSP
from entrepot.report.charts.ranked import RankedBars
from entrepot.report.note import NAMED, note
from entrepot.report.note import _open as opened
from entrepot.report.note_page import LEAST, DecisionNote, fitted, height_of
from entrepot.report.parts import BriefSentence, Remark, plain
from entrepot.report.phrasing import unbroken
from entrepot.report.render_note import note_html, note_pdf
from entrepot.report.render_office import note_docx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = "2026-11-29"
ASKED = {
    "shares by suppliers": ("DEU", "CHN", "850511"),
    "a wide range": ("RUS", "CHN", "chpl"),
    "nothing known": ("NGA", "IND", "854231"),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake without data: what is bundled answers."""
    return tmp_path_factory.mktemp("lake")


@pytest.fixture(scope="module")
def notes(empty: Path) -> dict[str, DecisionNote]:
    """Each kind of note, composed once."""
    return {name: note(*asked, lake=empty, date=DAY) for name, asked in ASKED.items()}


@pytest.mark.parametrize("kind", ASKED)
def test_a_note_is_one_page(notes: dict[str, DecisionNote], kind: str) -> None:
    assert len(PdfReader(BytesIO(note_pdf(notes[kind]))).pages) == 1


def test_a_doubtful_row_is_said_before_what_a_full_page_leaves_out() -> None:
    """A page named the second largest supplier, and had no room for the doubt about it."""
    notes = [caveat("reporter-break", "Stopped."), caveat("doubtful-row", "Doubtful: a tenth.")]
    found: Any = SimpleNamespace(share=SimpleNamespace(status="ok", caveats=notes))
    nobody: Any = None
    assert next(opened(nobody, nobody, found, said=False)) == "Doubtful: a tenth."


def test_codes_stand_above_the_title_and_not_in_names_of_numbers(
    notes: dict[str, DecisionNote],
) -> None:
    """A code in brackets left a year alone on a third line, and a code alone names no goods."""
    for made in notes.values():
        assert not [one.card.name for one in made.numbers if "HS" in one.card.name]
    assert "(HS 8505 11)" in notes["shares by suppliers"].kicker


def test_a_document_has_the_key_of_its_chart(notes: dict[str, DecisionNote]) -> None:
    made = notes["a wide range"]
    assert made.chart is not None
    key = [text.replace(" ", NBSP) for _, text in made.chart.picture.key]
    paragraphs = docx.Document(BytesIO(note_docx(made))).paragraphs
    [found] = [one for one in paragraphs if key[0] in one.text]
    assert [text for text in key if text in found.text] == key
    assert len(found._p.xpath(".//pic:pic")) == len(key) > 0


def test_a_document_has_the_wordmark_and_a_bar_for_each_range(
    notes: dict[str, DecisionNote],
) -> None:
    made = notes["a wide range"]
    document = docx.Document(BytesIO(note_docx(made)))
    assert document.paragraphs[0].text == f"Entrepôt\t{made.head}"
    bars = [one.card.bar for one in made.numbers]
    drawn = [len(cell._tc.xpath(".//pic:pic")) for cell in document.tables[0].rows[0].cells]
    assert drawn == [int(one is not None) for one in bars]
    assert any(drawn)


@pytest.mark.parametrize("kind", ASKED)
def test_no_commands_hashes_or_paths(notes: dict[str, DecisionNote], kind: str) -> None:
    page = re.sub(r"<style>.*?</style>|<[^>]+>", " ", note_html(notes[kind]), flags=re.DOTALL)
    assert "entrepot " not in page
    assert not re.search(r"SHA-256|\b[0-9a-f]{12}\b|/tmp|--\w|\*\*|None", page)


def test_numbers_are_those_of_ask(notes: dict[str, DecisionNote], empty: Path) -> None:
    made = notes["shares by suppliers"]
    keys = {"importer": "DEU", "exporter": "CHN", "goods": "850511", "period": 2022}
    share = ask("import_share", lake=empty, **keys)
    shown = made.numbers[0].card
    assert shown.figure.value == pytest.approx(share.value)
    assert (shown.figure.low, shown.figure.high) == pytest.approx((share.low, share.high))
    assert f"{100 * (share.value or 0):.1f}" == shown.value
    assert f"{100 * (share.low or 0):.1f} to {100 * (share.high or 0):.1f}{NBSP}%" in made.title


def test_a_wide_range_gives_no_share(notes: dict[str, DecisionNote]) -> None:
    made = notes["a wide range"]
    assert "%" not in made.title
    assert "No single share can be given" in made.answer[0].text


def test_nothing_known_is_said_and_nothing_else(notes: dict[str, DecisionNote]) -> None:
    made = notes["nothing known"]
    assert "cannot be measured" in made.title.replace(NBSP, " ")
    assert made.chart is None
    assert "by country and year, as in BACI (CEPII" in made.missing[0]
    # What is known of all goods and services together is said, and of what it is.
    assert "all inputs, goods and services, that Nigeria imported" in made.answer[1].text
    missing, share, value = (one.card for one in made.numbers)
    assert (missing.value, missing.range) == ("–", "not available")
    assert [one.figure.definition.goods for one in (share, value)] == ["inputs", "inputs"]
    assert all(one.figure.status == "ok" for one in (share, value))


def test_what_is_missing_is_said_once(notes: dict[str, DecisionNote]) -> None:
    """Answer, first number and list gave the same reason, with the same sources."""
    made = notes["nothing known"]
    _, reason = made.missing
    assert reason.startswith("No trade data are loaded")
    above = [one.text for one in made.answer] + [one.counted for one in made.numbers]
    assert not [text for text in above if "bundled data" in text]
    assert "can be given with the data loaded." in made.answer[0].text
    assert made.numbers[0].counted == "What is missing stands below."
    assert note_html(made).replace(NBSP, " ").count(reason) == 1


def test_a_note_without_any_value_names_no_year_and_says_what_would_answer(empty: Path) -> None:
    """It named 2025, which nobody had asked for, and three sentences that say nothing."""
    made = note("TUV", "CHN", lake=empty)
    assert [one.card.name for one in made.numbers] == [
        "China’s share of Tuvalu’s imports, all goods",
        "All goods from China to Tuvalu",
        "Tuvalu’s share of China’s exports, all goods",
    ]
    assert "as in BACI (CEPII, free of charge); one file" in made.missing[0]
    said = " ".join(one.text for one in (*made.answer, *made.means, *made.unknown))
    assert "2025" not in said
    assert "No value does not mean no trade" in said
    assert "Stocks" not in said
    fixed = note("TUV", "CHN", period=2023, lake=empty)
    assert fixed.numbers[0].card.name.endswith(", 2023")


@pytest.mark.parametrize("kind", ASKED)
def test_sentences_have_figures_and_the_unknown_stays(
    notes: dict[str, DecisionNote], kind: str
) -> None:
    made = notes[kind]
    assert all(
        one.evidence for one in (*made.answer, *made.means) if isinstance(one, BriefSentence)
    )
    assert made.unknown
    cited = {mark for one in made.numbers for mark in one.marks}
    cited |= set(made.chart.marks) if made.chart else set()
    assert cited == set(range(1, len(made.sources) + 1))


def test_every_form_says_the_same(notes: dict[str, DecisionNote]) -> None:
    made = notes["a wide range"]
    document = docx.Document(BytesIO(note_docx(made)))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    paragraphs = [*document.paragraphs, *(line for cell in cells for line in cell.paragraphs)]
    words = bare("".join(line.text for line in paragraphs))
    paper = bare(PdfReader(BytesIO(note_pdf(made))).pages[0].extract_text())
    data = json.dumps(made.to_dict(), ensure_ascii=False)
    for text in (
        made.title,
        made.head,
        *(plain(one.text) for one in (*made.answer, *made.means, *made.unknown)),
        *(one.card.whole for one in made.numbers),
        *(one.card.range for one in made.numbers),
        *made.sources,
    ):
        assert bare(text) in words
        assert bare(text) in paper
        assert text == made.head or bare(text).replace('"', '\\"') in bare(data)


def test_a_note_gives_the_same_bytes(notes: dict[str, DecisionNote]) -> None:
    made = notes["shares by suppliers"]
    assert note_docx(made) == note_docx(made)
    assert note_html(made) == note_html(made)


def test_long_words_still_fit_one_page(notes: dict[str, DecisionNote]) -> None:
    made = notes["shares by suppliers"]
    long = Remark("Statistics of the partner countries combine this with other goods. " * 3)
    figure = made.numbers[0].card.figure
    crowded = replace(
        made,
        title="The United States and the European Union (27) " * 3,
        answer=tuple(BriefSentence(long.text, (figure,)) for _ in range(2)),
        means=(long,) * 4,
        unknown=(long,) * 4,
        sources=(long.text,) * 6,
    )
    assert height_of(crowded) > height_of(made)
    kept = fitted(crowded)
    assert kept.unknown
    assert kept.sources
    assert len(PdfReader(BytesIO(note_pdf(kept))).pages) == 1


def test_the_last_words_of_a_paragraph_stay_together() -> None:
    assert unbroken("The share is less than half in 2023.").endswith(f"half{NBSP}in{NBSP}2023.")
    assert unbroken("Two words") == "Two words"


def test_the_command_writes_a_note(
    entrepot: Callable[..., tuple[int, str, str]], empty: Path, tmp_path: Path
) -> None:
    files = [tmp_path / f"n{suffix}" for suffix in (".html", ".pdf", ".docx", ".json")]
    words = [word for file in files for word in ("--out", str(file))]
    code, out, err = entrepot(
        *("brief", "DEU", "--goods", "850511", "--form", "note", "--date", DAY),
        *("--lake", str(empty), *words),
    )
    assert code == 0, err
    assert "of Germany’s imports" in out.replace("\n", " ")
    assert all(file.stat().st_size > 1000 for file in files)
    assert "29 November 2026" in files[0].read_text()


def test_a_note_takes_no_workbook_and_no_claims(
    entrepot: Callable[..., tuple[int, str, str]], empty: Path, tmp_path: Path
) -> None:
    common = ("brief", "DEU", "--goods", "850511", "--form", "note", "--lake", str(empty))
    code, _, err = entrepot(*common, "--out", str(tmp_path / "n.xlsx"))
    assert code == 2
    assert ".docx" in err
    code, _, err = entrepot(*common, "--claims", "claims.yaml")
    assert code == 2
    assert "claims" in err


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        (("JPN", "CHN"), "largest supplier is the Philippines with 45.0 %; after China comes Viet"),
        (("JPN", "VNM"), "largest suppliers are the Philippines with 45.0 % and China with"),
        (("JPN", "PHL"), "next largest suppliers are China with"),
    ],
)
def test_the_supplier_of_the_note_keeps_its_place_among_the_largest(
    empty: Path, sides: tuple[str, str], words: str
) -> None:
    """Of Japan's magnets 45 % are the Philippines', 28 % China's and 17 % Vietnam's."""
    made = note(*sides, "850511", period="2022", lake=empty, date=DAY)
    assert words in plain(" ".join(one.text for one in made.means)).replace("\xa0", " ")


def test_ends_that_read_alike_are_no_range(empty: Path) -> None:
    made = note("JPN", "CHN", "850511", period="2022", lake=empty, date=DAY)
    first = f"{made.title} {made.answer[0].text}".replace("\xa0", " ")
    assert "27.8 %" in first
    assert "27.7" not in first


def test_free_paper_is_used(notes: dict[str, DecisionNote]) -> None:
    """More suppliers have a bar where there is room, and gaps share what is left."""
    drawn = [made for made in notes.values() if made.chart]
    ranked = [one for one in drawn if isinstance(one.chart.picture.drawn, RankedBars)]
    assert ranked
    for made in ranked:
        bars = made.chart.picture.drawn.bars
        named = [bar for bar in bars if not bar.is_rest]
        row = made.chart.height / len(bars)
        assert LEAST <= len(named) <= NAMED
        assert len(named) == NAMED or height_of(made) + row > 842 - 34 - 26
        assert sum(bar.value for bar in bars) == pytest.approx(100, abs=0.1)


def test_a_date_is_read_before_any_work(empty: Path) -> None:
    with pytest.raises(RequestError, match="not a date"):
        note("DEU", "CHN", "850511", lake=empty, date="yesterday")


def test_a_list_of_ones_own_is_named_without_its_folder(empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret folder" / "mine.csv"
    path.parent.mkdir()
    path.write_text("code,nomenclature\n850511,HS2017\n", encoding="utf-8")
    made = note("DEU", "CHN", str(path), lake=empty, date=DAY)
    for suffix in (".html", ".json"):
        text = made.save(tmp_path / f"n{suffix}").read_text(encoding="utf-8")
        assert "mine.csv" in text
        assert "secret" not in text


def test_footnotes_follow_sources_that_are_counted(notes: dict[str, DecisionNote]) -> None:
    """By hand: of nine sources two are written out; marks beyond them lead to the third line."""
    made = notes["shares by suppliers"]
    numbers = tuple(replace(one, marks=(1, 3, 5)) for one in made.numbers)
    long = Remark("word " * 260)
    lines = ("A.", "B.", "C.", "D.", "5 more sources, which the brief lists.")
    full = replace(made, numbers=numbers, sources=lines, means=(long,), unknown=(long,))
    found = fitted(full)
    assert found.sources == ("A.", "B.", "7 more sources, which the brief lists.")
    assert {one.marks for one in found.numbers} == {(1, 3)}


def test_the_third_number_is_one_that_is_known(notes: dict[str, DecisionNote]) -> None:
    """Nothing of all goods is known for magnets: the third is of the same goods and year."""
    third = notes["shares by suppliers"].numbers[2].card
    assert third.figure.status == "ok"
    assert third.figure.definition.measure == "export_share"
    assert third.name.startswith("Germany’s share of China’s exports of metal permanent magnets")
