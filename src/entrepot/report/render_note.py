"""The note as a file: a page, a PDF by the typesetter of briefs, a document to edit, or JSON."""

from __future__ import annotations

import json
from importlib.resources import files
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from entrepot.errors import MissingExtraError, RequestError
from entrepot.model.table_files import MADE, write_whole
from entrepot.report import palette
from entrepot.report.note import chart_height
from entrepot.report.phrasing import unbroken
from entrepot.report.render_html import SWATCHES, page_environment, page_style
from entrepot.report.render_pdf import chart as drawing_of
from entrepot.report.render_pdf import runs, swatch, typeset

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.report.note import DecisionNote, NoteFigure

__all__ = [
    "NOTE_FORMATS",
    "note_docx",
    "note_format",
    "note_html",
    "note_pdf",
    "without_clock",
    "write_note",
]


def note_html(note: DecisionNote) -> str:
    """Return the page; the same note gives the same bytes."""
    from entrepot.report.charts import draw

    made = page_environment().get_template("note.html.j2")
    text = made.render(
        style=page_style("note.css"),
        note=note,
        drawings=draw(note.chart.picture) if note.chart else (),
        swatches=SWATCHES,
    )
    return text.strip() + "\n"


def note_json(note: DecisionNote) -> str:
    """Return the note as JSON text, its Figures with all digits."""
    return json.dumps(note.to_dict(), ensure_ascii=False, indent=1) + "\n"


def head_of(note: DecisionNote) -> str:
    """Return what stands at the top: the day, and the time of the data."""
    parts = ["Note", note.day, f"data for {note.years}" if note.years else ""]
    return " · ".join(filter(None, parts))


def note_pdf(note: DecisionNote) -> bytes:
    """Return the document; the same note gives the same bytes.

    Raises
    ------
    MissingExtraError
        Without Typst.
    """
    page = files("entrepot.report").joinpath("templates", "note.typ").read_bytes()
    return typeset(page, {"note": json.dumps(_as_data(note), ensure_ascii=False)}, format="pdf")


def _as_data(note: DecisionNote) -> dict[str, Any]:
    return {
        "colours": palette.PRINT,
        "head": head_of(note),
        "kicker": _curly(note.kicker),
        "title": _curly(note.title),
        "answer": [runs(unbroken(one.text)) for one in note.answer],
        "numbers": [_number(one) for one in note.numbers],
        "chart": None
        if note.chart is None
        else {
            "title": _curly(unbroken(note.chart.title)),
            "deck": _curly(note.chart.deck),
            "marks": list(note.chart.marks),
            "svg": drawing_of(note.chart.picture),
            "height": chart_height(note.chart),
            "alt_text": note.chart.picture.alt_text,
            "key": [{"svg": swatch(name), "text": text} for name, text in note.chart.picture.key],
        },
        "missing": [runs(unbroken(text)) for text in note.missing],
        "means": [runs(unbroken(one.text)) for one in note.means],
        "unknown": [runs(unbroken(one.text)) for one in note.unknown],
        "sources": [_curly(text) for text in note.sources],
        "counted": note.counted,
        "version": note.version,
    }


def _curly(text: str) -> str:
    return text.replace("'", "\u2019")


def _number(one: NoteFigure) -> dict[str, Any]:
    card = one.card
    return {
        "name": _curly(card.name),
        "value": card.value,
        "unit": card.unit,
        "range": card.range,
        "counted": _curly(unbroken(one.counted)),
        "missing": card.tag == "missing",
        "marks": list(one.marks),
        "bar": None
        if card.bar is None
        else {
            "value": card.bar.value,
            "computed": card.bar.computed,
            "published": card.bar.published,
        },
    }


def note_docx(note: DecisionNote) -> bytes:
    """Return a document for a word processor, for those who edit what they pass on.

    Raises
    ------
    MissingExtraError
        Without python-docx, or without Typst where there is a chart.
    """
    try:
        import docx
    except ImportError as error:
        raise MissingExtraError("python-docx", "office") from error
    made = _Document(docx.Document())
    made.line(head_of(note), 8.5, colour="muted")
    made.line(note.kicker, 9, bold=True, colour="supplier")
    made.line(note.title, 20, bold=True, style="Title", after=4)
    made.line(" ".join(one.text for one in note.answer), 11.5, after=6)
    made.numbers(note.numbers)
    if note.chart is not None:
        made.line(note.chart.title, 11, bold=True, style="Heading 1", marks=note.chart.marks)
        made.line(note.chart.deck, 8.5, colour="muted")
        made.picture(
            drawing_of(note.chart.picture), note.chart.picture.alt_text, chart_height(note.chart)
        )
    else:
        made.line("What is missing", 11, bold=True, style="Heading 1")
        for text in note.missing:
            made.line(text, 9.5, style="List Bullet")
    columns = (("What it means", note.means), ("What is not known", note.unknown))
    made.columns([(name, [one.text for one in items]) for name, items in columns])
    for place, text in enumerate(note.sources, start=1):
        made.line(text, 7.5, colour="muted", before_marks=(place,), after=0)
    if note.counted:
        made.line(f"**How it is counted.** {note.counted}", 7.5, colour="muted", after=0)
    return made.bytes_of(note)


class _Document:
    """Writes paragraphs of a note into a document of python-docx."""

    def __init__(self, made: Any) -> None:
        from docx.shared import Mm

        self._made = made
        page = made.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(16)
        page.top_margin, page.bottom_margin = Mm(11), Mm(9)
        made.styles["Normal"].font.name = "Arial"

    def line(
        self,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = "ink",
        style: str = "Normal",
        marks: tuple[int, ...] = (),
        before_marks: tuple[int, ...] = (),
        after: float = 3,
        where: Any = None,
    ) -> Any:
        """Add a paragraph; words between double asterisks are strong."""
        from docx.shared import Pt

        added = (where or self._made).add_paragraph(style=style)
        added.paragraph_format.space_before = Pt(0)
        added.paragraph_format.space_after = Pt(after)
        added.paragraph_format.widow_control = True
        if style == "Title":
            for edge in added.style.element.iter("{*}pBdr"):
                edge.getparent().remove(edge)
        self._marks(added, before_marks, size, after=" ")
        for part in runs(unbroken(text)):
            self._run(added, part["text"], size, bold=bold or part["strong"], colour=colour)
        self._marks(added, marks, size)
        return added

    @staticmethod
    def _run(where: Any, text: str, size: float, *, bold: bool, colour: str) -> Any:
        from docx.shared import Pt, RGBColor

        run = where.add_run(text)
        run.bold, run.font.size, run.font.name = bold, Pt(size), "Arial"
        run.font.color.rgb = RGBColor.from_string(palette.PRINT[colour].lstrip("#").upper())
        return run

    def _marks(self, where: Any, marks: tuple[int, ...], size: float, after: str = "") -> None:
        if marks:
            run = self._run(where, ", ".join(map(str, marks)), size, bold=False, colour="muted")
            run.font.superscript = True
            if after:
                self._run(where, after, size, bold=False, colour="muted")

    def numbers(self, numbers: tuple[NoteFigure, ...]) -> None:
        """Add the numbers next to each other."""
        row = self._made.add_table(rows=1, cols=len(numbers)).rows[0]
        for place, (cell, one) in enumerate(zip(row.cells, numbers, strict=True)):
            self._cleared(cell)
            self.line(one.card.name, 8.5, bold=True, where=cell, after=2)
            value = f"{one.card.value}\u00a0{one.card.unit}".strip()
            colour = "muted" if one.card.tag == "missing" else "ink" if place else "supplier"
            self.line(value, 18, bold=True, colour=colour, marks=one.marks, where=cell, after=1)
            self.line(one.card.range, 8.5, bold=True, where=cell, after=1)
            self.line(one.counted, 7.5, colour="muted", where=cell, after=4)

    def columns(self, columns: list[tuple[str, list[str]]]) -> None:
        """Add headed lists next to each other."""
        row = self._made.add_table(rows=1, cols=len(columns)).rows[0]
        for cell, (name, texts) in zip(row.cells, columns, strict=True):
            self._cleared(cell)
            self.line(name, 11, bold=True, style="Heading 1", where=cell)
            for text in texts:
                self.line(text, 9, style="List Bullet", where=cell, after=2)

    @staticmethod
    def _cleared(cell: Any) -> None:
        """Take out the empty paragraph that a new cell has."""
        for old in list(cell.paragraphs):
            old._element.getparent().remove(old._element)

    def picture(self, drawing: str, alt_text: str, height: float) -> None:
        """Add a drawing with the words that stand for it."""
        from docx.shared import Pt

        from entrepot.report.standalone import raster

        added = self._made.add_paragraph()
        added.paragraph_format.space_after = Pt(4)
        shape = added.add_run().add_picture(BytesIO(raster(drawing)), height=Pt(0.92 * height))
        shape._inline.docPr.set("descr", alt_text)

    def bytes_of(self, note: DecisionNote) -> bytes:
        """Return the file; its properties name no clock and no user."""
        known = self._made.core_properties
        known.title, known.author, known.comments = note.title[:255], f"Entrepôt {note.version}", ""
        known.created = known.modified = MADE
        file = BytesIO()
        self._made.save(file)
        return without_clock(file.getvalue())


def without_clock(data: bytes) -> bytes:
    """Return an office file whose parts say that they were made on one day, so bytes stay equal."""
    again = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(again, "w", ZIP_DEFLATED) as new:
        for item in old.infolist():
            named = ZipInfo(item.filename, MADE.timetuple()[:6])
            named.compress_type = ZIP_DEFLATED
            new.writestr(named, old.read(item))
    return again.getvalue()


NOTE_FORMATS = (".html", ".pdf", ".docx", ".json")
_RENDERERS: dict[str, Callable[[DecisionNote], str | bytes]] = {
    ".html": note_html,
    ".pdf": note_pdf,
    ".docx": note_docx,
    ".json": note_json,
}
_TYPST = ("typst", "typst", "pdf")
_NEEDED = {".pdf": [_TYPST], ".docx": [("docx", "python-docx", "office"), _TYPST]}


def note_format(path: Path) -> Callable[[DecisionNote], str | bytes]:
    """Return what writes a note to a file of this name.

    Raises
    ------
    RequestError
        For another suffix than those of `NOTE_FORMATS`.
    MissingExtraError
        For a format whose library is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in _RENDERERS:
        raise RequestError(
            f"no note is written as {suffix or 'a file without suffix'}",
            where=str(path),
            hint=f"end the name in {', '.join(NOTE_FORMATS)}",
        )
    for module, library, extra in _NEEDED.get(suffix, ()):
        if find_spec(module) is None:
            raise MissingExtraError(library, extra)
    return _RENDERERS[suffix]


def write_note(note: DecisionNote, path: Path | str) -> Path:
    """Write a note whole or not at all; the suffix decides the format, as `note_format` says."""
    target = Path(path)
    return write_whole(target, note_format(target)(note))
