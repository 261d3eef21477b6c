"""Office files for those who edit and present: a note as DOCX, the charts of a brief as PPTX."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from entrepot.errors import MissingExtraError
from entrepot.model.display import NBSP
from entrepot.model.table_files import MADE
from entrepot.report import palette
from entrepot.report.parts import PageLink, plain
from entrepot.report.phrasing import unbroken
from entrepot.report.render_pdf import chart as drawing_of
from entrepot.report.render_pdf import range_bar, runs, swatch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.report.note_page import DecisionNote, NoteFigure
    from entrepot.report.parts import Brief, RangeBar, Section


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
    made.masthead(note.head)
    made.line(note.kicker, 9, bold=True, colour="supplier")
    made.line(note.title, 20, bold=True, style="Title", after=4)
    made.line(" ".join(one.text for one in note.answer), 11.5, after=6)
    made.numbers(note.numbers)
    if note.chart is not None:
        made.line(note.chart.title, 11, bold=True, style="Heading 1", marks=note.chart.marks)
        made.line(note.chart.deck, 8.5, colour="muted")
        made.key(note.chart.picture.key)
        made.picture(drawing_of(note.chart.picture), note.chart.picture.alt_text, note.chart.height)
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
        # The template of python-docx is Letter.
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(16)
        page.top_margin, page.bottom_margin = Mm(11), Mm(9)
        made.styles["Normal"].font.name = "Arial"

    def masthead(self, head: str) -> None:
        """Add the wordmark, with date and data at the other edge of the page."""
        from docx.enum.text import WD_TAB_ALIGNMENT
        from docx.shared import Mm

        added = self.line("**Entrepôt**", 12, after=2)
        added.paragraph_format.tab_stops.add_tab_stop(Mm(178), WD_TAB_ALIGNMENT.RIGHT)
        self._run(added, f"\t{head}", 8.5, bold=False, colour="muted")

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
            # The title style of python-docx's template draws
            # a line below, which the note has none of.
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
        run.font.color.rgb = RGBColor(*bytes.fromhex(palette.PRINT[colour].lstrip("#")))
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
            value = one.card.whole
            colour = "muted" if one.card.tag == "missing" else "ink" if place else "supplier"
            self.line(value, 18, bold=True, colour=colour, marks=one.marks, where=cell, after=1)
            if one.card.bar is not None:
                self.bar(one.card.bar, cell)
            self.line(one.card.range, 8.5, bold=True, where=cell, after=1)
            self.line(one.counted, 7.5, colour="muted", where=cell, after=4)

    def bar(self, bar: RangeBar, where: Any) -> None:
        """Add the range bar of a card; the line below it says the same in words."""
        from docx.shared import Pt

        from entrepot.report.standalone import raster

        added = where.add_paragraph()
        added.paragraph_format.space_before, added.paragraph_format.space_after = Pt(0), Pt(1)
        shape = added.add_run().add_picture(BytesIO(raster(range_bar(bar))), height=Pt(9))
        shape._inline.docPr.set("descr", "")

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

    def key(self, key: tuple[tuple[str, str], ...]) -> None:
        """Add the marks that occur in a drawing with what they mean, in a row."""
        from docx.shared import Pt

        from entrepot.report.standalone import raster

        if not key:
            return
        added = self._made.add_paragraph()
        added.paragraph_format.space_before, added.paragraph_format.space_after = Pt(0), Pt(3)
        for place, (name, text) in enumerate(key):
            if place:
                self._run(added, f"{4 * NBSP} ", 8.5, bold=False, colour="muted")
            shape = added.add_run().add_picture(BytesIO(raster(swatch(name))), height=Pt(7))
            shape._inline.docPr.set("descr", "")  # the words beside it say what it is
            words = text.replace(" ", NBSP)
            self._run(added, f"{NBSP}{words}", 8.5, bold=False, colour="muted")

    def picture(self, drawing: str, alt_text: str, height: float) -> None:
        """Add a drawing with the words that stand for it."""
        from docx.shared import Pt

        from entrepot.report.standalone import raster

        added = self._made.add_paragraph()
        added.paragraph_format.space_after = Pt(4)
        shape = added.add_run().add_picture(BytesIO(raster(drawing)), height=Pt(0.88 * height))
        # python-docx has no call for the alternative text: it is an attribute of this element.
        shape._inline.docPr.set("descr", alt_text)

    def bytes_of(self, note: DecisionNote) -> bytes:
        """Return the file; its properties name no clock and no user."""
        known = self._made.core_properties
        # Without a comment, or python-docx leaves its own ("generated by python-docx").
        known.title, known.author, known.comments = note.title[:255], f"Entrepôt {note.version}", ""
        known.created = known.modified = MADE
        file = BytesIO()
        self._made.save(file)
        return _without_clock(file.getvalue())


def _without_clock(data: bytes) -> bytes:
    """Return an office file whose parts say that they were made on one day, so bytes stay equal."""
    again = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(again, "w", ZIP_DEFLATED) as new:
        for item in old.infolist():
            # A new entry, for that of the library carries the time of writing.
            named = ZipInfo(item.filename, MADE.timetuple()[:6])
            named.compress_type = ZIP_DEFLATED
            new.writestr(named, old.read(item))
    return again.getvalue()


# A brief as slides: a title, and a slide for each chart with its finding and its source.


# Inches of a 16:9 slide.
_WIDE, _TALL = 13.333, 7.5
_EDGE = 0.6
_COLUMN = 3.1
_BELOW = (_EDGE, 1.95, _WIDE - 2 * _EDGE, 4.65)
_BESIDE = (_EDGE + _COLUMN + 0.4, 0.4, _WIDE - 2 * _EDGE - _COLUMN - 0.4, _TALL - 0.8)
"""Left, top, width and height of what a chart may take, in inches: below its words, or beside."""


def render_office(brief: Brief) -> bytes:
    """Return the slides; the same brief gives the same bytes.

    Raises
    ------
    MissingExtraError
        Without python-pptx, or without Typst, which makes pictures of the charts.
    """
    try:
        import pptx
    except ImportError as error:
        raise MissingExtraError("python-pptx", "office") from error
    made = _Slides(pptx.Presentation(), brief)
    made.opening()
    for section in brief.sections:
        if section.picture is not None:
            made.chart(section)
    return made.saved()


class _Slides:
    """Adds slides of a brief to a presentation of python-pptx."""

    def __init__(self, made: Any, brief: Brief) -> None:
        from pptx.util import Inches

        self._made, self._brief = made, brief
        made.slide_width, made.slide_height = Inches(_WIDE), Inches(_TALL)

    def opening(self) -> None:
        """Add the first slide: title, answer, and what the numbers rest on."""
        slide = self._slide(self._brief.title, 36, (_EDGE, 0.35, _WIDE - 2 * _EDGE, 1.6))
        answer = plain(" ".join(one.text for one in self._brief.answer))
        self._text(slide, answer, (_EDGE, 2.1, _WIDE - 2 * _EDGE, 2.6), 22)
        rows = [f"{name}: {text}" for name, text in self._brief.state]
        rows += [f"{card.name}: {card.whole} ({card.range})" for card in self._brief.cards]
        box = (_EDGE, 4.6, _WIDE - 2 * _EDGE, 2.3)
        self._text(slide, "\n".join(rows), box, 12, colour="muted")

    def chart(self, section: Section) -> None:
        """Add a slide with the chart of a section, the words above it or beside it."""
        from pptx.util import Inches

        from entrepot.report.standalone import raster

        if section.picture is None:
            return
        drawing = drawing_of(section.picture)
        across, down = _size(drawing)
        # As large as it fits both ways, its proportions kept; a map is larger beside its words.
        below, next_to = (min(wide / across, tall / down) for *_, wide, tall in (_BELOW, _BESIDE))
        beside = next_to > 1.1 * below
        scale = next_to if beside else below
        wide = _COLUMN if beside else _WIDE - 2 * _EDGE
        title, source = plain(section.title.text), self.source(section)
        at = _EDGE + _tall(title, 24, wide, bold=True) if beside else 1.2
        slide = self._slide(title, 24 if beside else 26, (_EDGE, 0.35, wide, at - 0.35))
        self._text(slide, section.deck, (_EDGE, at, wide, 0.45), 11, colour="muted")
        key = at + _tall(section.deck, 11, wide) + 0.1 if beside else 1.62
        self._key(slide, section.picture.key, key, stacked=beside)
        left, top, *_ = _BESIDE if beside else _BELOW
        shape = slide.shapes.add_picture(
            BytesIO(raster(drawing)),
            *(Inches(one) for one in (left, top, across * scale, down * scale)),
        )
        # python-pptx, too, has no call for the alternative text.
        shape._element.nvPicPr.cNvPr.set("descr", section.picture.alt_text)
        foot = _TALL - 0.3 - _tall(source, 10, wide) if beside else 6.7
        self._text(slide, source, (_EDGE, foot, wide, 0.5), 10, colour="muted")
        notes = [
            f"{one.title}: {' '.join(plain(it.text) for it in one.body)}" for one in section.notes
        ]
        slide.notes_slide.notes_text_frame.text = "\n".join(notes)

    def source(self, section: Section) -> str:
        """Return where a section's numbers come from, without folders of this machine."""
        return self._brief.public("".join(_words(section.source)))

    def _key(
        self, slide: Any, key: tuple[tuple[str, str], ...], top: float, *, stacked: bool
    ) -> None:
        """Add the marks that occur with what they mean, in a row or below each other."""
        from pptx.util import Inches

        from entrepot.report.charts.place import text_width
        from entrepot.report.standalone import raster

        left = _EDGE
        for name, text in key:
            mark = BytesIO(raster(swatch(name)))
            slide.shapes.add_picture(mark, Inches(left), Inches(top + 0.08), height=Inches(0.14))
            # Points to inches.
            wide = _COLUMN - 0.32 if stacked else text_width(text, 11) / 72 + 0.25
            self._text(slide, text, (left + 0.32, top, wide, 0.3), 11, colour="muted")
            if stacked:
                top += _tall(text, 11, wide) + 0.06
            else:
                left += wide + 0.45

    def _slide(self, title: str, size: float, where: tuple[float, float, float, float]) -> Any:
        # 5 is "Title Only" in the template of python-pptx;
        # a title as such is what screen readers look for.
        slide = self._made.slides.add_slide(self._made.slide_layouts[5])
        box = slide.shapes.title
        self._place(box, where)
        self._write(box.text_frame, unbroken(title), size, bold=True)
        return slide

    @staticmethod
    def _place(box: Any, where: tuple[float, float, float, float]) -> None:
        from pptx.util import Inches

        box.left, box.top, box.width, box.height = (Inches(one) for one in where)

    def _text(
        self,
        slide: Any,
        text: str,
        where: tuple[float, float, float, float],
        size: float,
        *,
        colour: str = "ink",
    ) -> None:
        from pptx.util import Inches

        if text:
            box = slide.shapes.add_textbox(*(Inches(one) for one in where))
            self._write(box.text_frame, text, size, colour=colour)

    @staticmethod
    def _write(
        frame: Any, text: str, size: float, *, bold: bool = False, colour: str = "ink"
    ) -> None:
        from pptx.dml import color
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
        from pptx.util import Pt

        frame.word_wrap = True
        frame.margin_left = frame.margin_right = 0
        frame.vertical_anchor = MSO_ANCHOR.TOP
        frame.text = text.replace("'", "\u2019")
        for line in frame.paragraphs:
            line.alignment = PP_ALIGN.LEFT
            for run in line.runs:
                run.font.size, run.font.bold, run.font.name = Pt(size), bold, "Arial"
                made: Any = color.RGBColor
                run.font.color.rgb = made.from_string(palette.PRINT[colour].lstrip("#").upper())

    def saved(self) -> bytes:
        """Return the file; its properties name no clock and no user."""
        known = self._made.core_properties
        known.title = self._brief.title[:255]
        known.author = known.last_modified_by = f"Entrepôt {self._brief.version}"
        known.created = known.modified = MADE
        file = BytesIO()
        self._made.save(file)
        return _without_clock(file.getvalue())


def _tall(text: str, size: float, wide: float, *, bold: bool = False) -> float:
    """Return the height in inches of a text of so many points in a column of so many inches."""
    from entrepot.report.charts.drawing import wrapped

    # `wrapped` reckons with letters of 13 units.
    room = wide * 72 * 13 / size / (1.1 if bold else 1)
    return len(wrapped(text, room, most=20)) * 1.2 * size / 72 + 0.1


def _size(drawing: str) -> tuple[float, float]:
    across, down = drawing.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    return float(across), float(down)


def _words(pieces: Iterable[str | PageLink]) -> list[str]:
    return [one.text if isinstance(one, PageLink) else one for one in pieces]
