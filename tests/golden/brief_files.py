"""Read back what a brief was written to, with other people's readers."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

from pypdf import PdfReader
from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bare", "cells", "pages", "parts", "sheet"]


def sheet(data: bytes, name: str) -> list[list[object]]:
    """Return the cells of a sheet, row by row."""
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(name).to_python()


def cells(data: bytes) -> Iterator[object]:
    """Yield every cell of every sheet."""
    for name in CalamineWorkbook.from_filelike(BytesIO(data)).sheet_names:
        for row in sheet(data, name):
            yield from row


def parts(data: bytes) -> dict[str, str]:
    """Return the XML of a workbook by its name."""
    with ZipFile(BytesIO(data)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def pages(data: bytes) -> list[str]:
    """Return the text of each page without blanks: where a line ends is the typesetter's."""
    return [bare(page.extract_text()) for page in PdfReader(BytesIO(data)).pages]


def bare(text: str) -> str:
    """Return a text without blanks of any kind and with one kind of apostrophe."""
    return "".join(text.split()).replace("\u00a0", "").replace("'", "\u2019")
