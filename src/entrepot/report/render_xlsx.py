"""A brief as a workbook: headline Figures first, then a sheet for each table, in real numbers."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from entrepot.errors import MissingExtraError
from entrepot.report.carried import evidence_of
from entrepot.report.definitions import command_for
from entrepot.report.parts import plain
from entrepot.report.verdicts import WORDS
from entrepot.report.words import capital
from entrepot.report.xlsx_cells import columns_of, number_format
from entrepot.report.xlsx_sheets import Book, Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures import Figure
    from entrepot.report.parts import Brief, Card, Gap, Section
    from entrepot.report.verdicts import ClaimsPart
    from entrepot.report.xlsx_cells import Cell

__all__ = ["render_xlsx"]

_HEADLINE = (
    ("Figure", 44),
    ("Value", 16),
    ("Unit", 9),
    ("Low", 16),
    ("High", 16),
    ("Range", 30),
    ("What is counted", 46),
    ("How known", 12),
    ("Whose number", 24),
    ("Evidence", 46),
    ("Caveats", 10),
    ("Command", 60),
)
_HOW = (
    "Value, low and high hold all digits; a share is stored as a part of one, shown in per cent. "
    "Low and high are the ends under other defensible definitions, or what the digits of a printed "
    "number leave open. Caveats are numbered as on their sheet."
)
_KEYS = ("measure", "importer", "exporter", "goods", "period", "base", "source", "basis")


def render_xlsx(brief: Brief) -> bytes:
    """Return the workbook; the same brief gives the same bytes.

    Raises
    ------
    MissingExtraError
        Without XlsxWriter.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError("XlsxWriter", "excel") from error
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        book = Book(made, brief.title, f"Entrepôt {brief.version}", brief.line)
        book.add(_front(brief))
        for section in brief.sections:
            for grid in _section(brief, section):
                book.add(grid)
        book.add(_figures(brief))
        book.add(_caveats(brief))
        book.add(_terms(brief))
    return file.getvalue()


def _front(brief: Brief) -> Grid:
    """Return headline Figures, sections of words, what all rests on, and how to get it again."""
    below = [_in_words(section) for section in brief.sections if not _has_sheet(section)]
    below += [(name, text) for name, text in brief.state]
    below += [(capital(item.what), item.line) for item in brief.commands]
    below += [("Written by", f"Entrepôt {brief.version}"), ("How to read it", _HOW)]
    return Grid(
        name="Brief",
        title=brief.title,
        text=plain(" ".join(sentence.text for sentence in brief.answer)),
        head=tuple(name for name, _ in _HEADLINE),
        widths=tuple(float(width) for _, width in _HEADLINE),
        rows=[_card(brief, card) for card in brief.cards],
        below=below,
    )


def _card(brief: Brief, card: Card) -> list[Cell]:
    figure = card.figure
    asked = command_for(figure.definition)
    numbers = ", ".join(str(number) for number, _ in brief.numbered(card.caveats))
    value, unit, *ends = _values(figure)
    if isinstance(value, tuple) and figure.unit == "share":
        decimals = len(card.value.partition(".")[2])  # as its publisher printed it
        value = (value[0], "0" + ("." + "0" * decimals if decimals else "") + "%")
    reason = f"{card.definition} {card.reason} {card.command}".strip()
    return [
        card.name,
        value,
        unit,
        *ends,
        card.range,
        reason if card.tag == "missing" else card.definition,
        card.tag,
        card.source,
        evidence_of(figure),
        numbers,
        asked,
    ]


def _values(figure: Figure) -> list[Cell]:
    """Return value, unit, low and high; empty where there is none."""
    value, low, high = (
        "" if one is None else (float(one), number_format(figure.unit))
        for one in (figure.value, figure.low, figure.high)
    )
    return [value, figure.unit if figure.value is not None else "", low, high]


def _has_sheet(section: Section) -> bool:
    return bool(section.table or section.claims or section.gap or section.gaps)


def _in_words(section: Section) -> tuple[str, str]:
    """Return a section that has nothing for a sheet: its name, and everything it says."""
    title = plain(section.title.text).rstrip(".")
    said = [f"{title}.", plain(section.deck)]
    for note in section.notes:
        said.append(f"{note.title}: {plain(' '.join(item.text for item in note.body))}")
    said.append("".join(_piece(piece) for piece in section.source))
    return section.eyebrow, "\n".join(text for text in said if text)


def _section(brief: Brief, section: Section) -> Iterator[Grid]:
    """Yield a sheet for each table of a section: its chart's, its claims, its gaps."""
    if section.table:
        head, rows = columns_of(section.table)
        below = [
            (note.title, plain(" ".join(item.text for item in note.body))) for note in section.notes
        ]
        below.append(("Source", "".join(_piece(piece) for piece in section.source)))
        yield Grid(
            name=section.eyebrow,
            title=plain(section.title.text),
            text=f"{section.table.caption}.",
            head=tuple(head),
            rows=rows,
            below=below,
        )
    if section.claims:
        yield _claims(section, section.claims)
    if section.gap or section.gaps:
        gaps = (*([section.gap] if section.gap else []), *section.gaps)
        yield _gaps(section, gaps)


def _piece(piece: object) -> str:
    from entrepot.report.parts import Link

    if not isinstance(piece, Link):
        return str(piece)
    return f"{piece.text} <{piece.url}>" if piece.url else piece.text


def _claims(section: Section, part: ClaimsPart) -> Grid:
    rows: list[list[Cell]] = [
        [
            plain(row.claim),
            plain(row.against),
            WORDS[row.verdict],
            row.qualifier,
            row.slip,
            plain(row.why),
            plain(" ".join(row.details)),
            "; ".join(_piece(link) for link in row.links),
        ]
        for row in part.rows
    ]
    boxes = [
        (
            box.title,
            " ".join(
                f"{line.name}: {', '.join(filter(None, (line.sum, line.outcome)))}."
                for line in box.lines
            )
            + (f" {plain(box.text)}" if box.text else ""),
        )
        for box in part.conflicts
    ]
    return Grid(
        name=section.eyebrow,
        title=plain(section.title.text),
        text=part.caption,
        head=(
            "Claim",
            "Data and others say",
            "Verdict",
            "As far as",
            "Likely slip",
            "Why",
            "Arithmetic",
            "Sources",
        ),
        widths=(46, 36, 14, 18, 24, 50, 50, 50),
        rows=rows,
        below=boxes,
    )


def _gaps(section: Section, gaps: tuple[Gap, ...]) -> Grid:
    return Grid(
        name=section.eyebrow if section.gaps else f"Missing: {section.eyebrow}",
        title=plain(section.title.text),
        text=section.deck,
        head=("What", "Why", "Command"),
        widths=(46, 70, 70),
        rows=[[plain(gap.what), plain(capital(gap.why)), gap.command] for gap in gaps],
    )


def _figures(brief: Brief) -> Grid:
    """Return every Figure behind the brief with its whole definition and all digits."""
    rows: list[list[Cell]] = []
    for figure in brief.figures:
        asked = figure.definition.to_dict()
        keys: list[Cell] = [str(asked[key] or "") for key in _KEYS]
        rows.append([*keys, *_values(figure), figure.range or "", evidence_of(figure)])
    return Grid(
        name="All Figures",
        title="Every Figure behind the brief",
        text="All digits; a share is stored as a part of one. Low and high as on the first sheet.",
        head=(
            *(capital(key) for key in _KEYS),
            "Value",
            "Unit",
            "Low",
            "High",
            "Range",
            "Evidence",
        ),
        rows=rows,
    )


def _caveats(brief: Brief) -> Grid:
    return Grid(
        name="Caveats",
        title="Caveats",
        text="What a reader needs to know before using a number, by the numbers of the brief.",
        head=("Number", "Caveat", "Text", "Page of the documentation"),
        widths=(9, 24, 90, 40),
        rows=[
            [(float(place), "0"), item.id, item.text, item.docs]
            for place, item in enumerate(brief.caveats, start=1)
        ],
    )


def _terms(brief: Brief) -> Grid:
    return Grid(
        name="Definitions and sources",
        title="Definitions and sources",
        text="What words mean here, and what was taken from where.",
        head=("Kind", "Name", "Text", "Address"),
        widths=(12, 40, 90, 50),
        rows=[
            [kind, term.name, term.text, term.url]
            for kind, terms in (("definition", brief.terms), ("source", brief.sources))
            for term in terms
        ],
    )
