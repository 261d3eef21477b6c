"""Cells of an .xlsx file that hold something but come out empty: errors, formulas never worked out.

What reads the workbook gives both as empty cells. A number that is missing without a word is the
one thing that must not happen, so they are looked for in the text of the sheet.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from html import unescape
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Hole", "holes", "merged"]

_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_START = re.compile(rb"<(?:\w+:)?c\b([^<>]*)>")  # no sign twice, so no text takes long
_END = re.compile(rb"</(?:\w+:)?c>")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<")
_EMPTY_TEXT = re.compile(rb"<(?:\w+:)?v\b")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\b[^<>]*?\bref\s*=\s*["']([A-Z]+)([0-9]+):[A-Z]+([0-9]+)"""
)
_AT_ONCE = 2**20


@dataclass(frozen=True, slots=True)
class Hole:
    """A cell that would come out empty.

    Attributes
    ----------
    cell
        As a spreadsheet calls it: ``B7``.
    row, column
        The same as numbers from 1 on.
    text
        Text of the error in it (``#N/A``); None for a formula without a value.
    """

    cell: str
    row: int
    column: int
    text: str | None


def holes(path: Path, sheet: str) -> Iterator[Hole]:
    """Yield the cells of a sheet with an error, or with a formula and no value stored.

    Nothing is yielded for a workbook in binary (.xlsb), whose sheets are no text.
    """
    with zipfile.ZipFile(path) as archive:
        member = _member(archive, sheet)
        if member is None:
            return
        with archive.open(member) as opened:
            for attributes, inside in _cells(opened):
                names = _attributes(attributes.decode("utf-8", "replace"))
                if names.get("t") == "e":
                    value = _VALUE.search(inside)
                    text = unescape(value[1].decode("utf-8", "replace")) if value else "#ERROR!"
                    yield _hole(names, text)
                elif _FORMULA.search(inside) and not _has_value(inside, names):
                    yield _hole(names, None)


def merged(path: Path, sheet: str) -> Iterator[tuple[str, int, int]]:
    """Yield the merged cells of a sheet: their place, first and last row.

    The text stands in the first cell; the others come out empty. Nothing is yielded for .xlsb.
    """
    with zipfile.ZipFile(path) as archive:
        member = _member(archive, sheet)
        if member is None:
            return
        rest = b""
        with archive.open(member) as opened:
            while piece := opened.read(_AT_ONCE):
                text = rest + piece
                end = 0
                for found in _MERGED.finditer(text):
                    end = found.end()
                    column, first, last = (part.decode() for part in found.groups())
                    yield f"{column}{first}", int(first), int(last)
                rest = text[max(end, len(text) - 200) :]  # one may be cut in two


def _has_value(inside: bytes, names: dict[str, str]) -> bool:
    """Whether a value is stored; the empty text is one, and so is a list of text as it stands."""
    if names.get("t") in ("str", "inlineStr"):
        return _EMPTY_TEXT.search(inside) is not None or names["t"] == "inlineStr"
    return _VALUE.search(inside) is not None


def _hole(names: dict[str, str], text: str | None) -> Hole:
    cell = names.get("r", "")
    found = _PLACE.fullmatch(cell)
    if found is None:  # a cell that does not say where it is: as bad as one without a value
        return Hole("not said", 0, 0, None)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return Hole(cell, int(found[2]), column, text)


def _cells(opened: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield attributes and content of every cell with content, a piece of text at a time."""
    rest = b""
    while piece := opened.read(_AT_ONCE):
        *cells, rest = _END.split(rest + piece)
        for text in cells:
            starts = list(_START.finditer(text))
            if starts:  # cells without content stand before the one that ends here
                yield starts[-1][1], text[starts[-1].end() :]
        rest = rest[-_AT_ONCE:]  # no cell is as long as that


def _member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of the member with the text of a sheet."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return None
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    target = {one.get("Id"): one.get("Target", "") for one in _tags(_LINK, links)}
    for one in _tags(_SHEET, book):
        link = next((text for name, text in one.items() if name.endswith(":id")), None)
        if one.get("name") == sheet and link in target:
            member = posixpath.normpath(posixpath.join("xl", target[link])).lstrip("/")
            return member if member in names else None
    return None


def _tags(pattern: re.Pattern[str], text: str) -> Iterator[dict[str, str]]:
    for found in pattern.finditer(text):
        yield _attributes(found[0])


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(one or other) for name, one, other in _ATTRIBUTE.findall(text)}
