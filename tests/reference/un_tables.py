"""Workbooks of the United Nations, read without the package and without a library."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(path: Path, number: int) -> list[tuple[str, ...]]:
    """Rows of a sheet, read from the XML so that no library has to be trusted or installed."""
    with zipfile.ZipFile(path) as book:
        strings = [
            "".join(text.text or "" for text in item.iter(f"{TAG}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{TAG}si")
        ]
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    rows = []
    for row in root.iter(f"{TAG}row"):
        cells = []
        for cell in row.iter(f"{TAG}c"):
            value = cell.find(f"{TAG}v")
            if value is not None and value.text is not None:
                shared = cell.get("t") == "s"
                cells.append(strings[int(value.text)] if shared else value.text)
        rows.append(tuple(cells))
    return rows[1:]
