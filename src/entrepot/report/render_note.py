"""The note as a file: a page, a PDF by the typesetter of briefs, a document to edit, or JSON."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.model.display import around
from entrepot.model.table_files import write_whole
from entrepot.report import palette
from entrepot.report.parts import suffix_of, without_folders
from entrepot.report.phrasing import unbroken
from entrepot.report.render_html import SWATCHES, page_environment, page_style
from entrepot.report.render_pdf import chart as drawing_of
from entrepot.report.render_pdf import runs, swatch, typeset

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.report.note_page import DecisionNote, NoteFigure


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
    return without_folders(text, note.folders).strip() + "\n"


def note_json(note: DecisionNote) -> str:
    """Return the note as JSON text, its Figures with all digits."""
    text = json.dumps(note.to_dict(), ensure_ascii=False, indent=1)
    return without_folders(text, note.folders) + "\n"


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
        "head": note.head,
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
            "height": note.chart.height,
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
        "around": list(around(card.unit)),
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


def _docx(note: DecisionNote) -> bytes:
    from entrepot.report.render_office import note_docx  # python-docx is an extra

    return note_docx(note)


NOTE_FORMATS = (".html", ".pdf", ".docx", ".json")
_RENDERERS: dict[str, Callable[[DecisionNote], str | bytes]] = {
    ".html": note_html,
    ".pdf": note_pdf,
    ".docx": _docx,
    ".json": note_json,
}
_TYPST = ("typst", "typst", "pdf")
# Module, library and extra. A DOCX needs Typst, too, which makes the picture of the chart.
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
    return _RENDERERS[suffix_of(path, "note", NOTE_FORMATS, _NEEDED)]


def write_note(note: DecisionNote, path: Path | str) -> Path:
    """Write a note whole or not at all; the suffix decides the format, as `note_format` says."""
    target = Path(path)
    return write_whole(target, note_format(target)(note))
