"""Make small .xlsx files out of their XML, broken ones too, which no library would write."""

from __future__ import annotations

import zipfile
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_OPEN = "http://schemas.openxmlformats.org"
_MAIN = f"{_OPEN}/spreadsheetml/2006/main"
_LINKS = f"{_OPEN}/officeDocument/2006/relationships"
_PACKAGE = f"{_OPEN}/package/2006"


def make_workbook(
    path: Path,
    sheets: Mapping[str, str],
    merged: Iterable[str] = (),
    columns: str = "",
    hidden: Iterable[str] = (),
) -> Path:
    """Write a workbook of sheets, each given as the XML of its rows; `merged` cells in all.

    `columns` is XML of columns of all sheets, and `hidden` has names of sheets.
    """
    unseen = dict.fromkeys(hidden, ' state="hidden"')
    refs = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
    after = f"<mergeCells>{refs}</mergeCells>" if refs else ""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{place}" r:id="s{place}"{unseen.get(name, "")}/>'
        for place, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="s{place}" Type="{_LINKS}/worksheet" '
        f'Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(sheets) + 1)
    )
    members = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{links}</Relationships>",
    }
    for place, rows in enumerate(sheets.values(), 1):
        members[f"xl/worksheets/sheet{place}.xml"] = (
            f'<worksheet xmlns="{_MAIN}">{columns}<sheetData>{rows}</sheetData>{after}</worksheet>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def _letters(place: int) -> str:
    """Return a column as a workbook names it: 27 is AA."""
    before, last = divmod(place - 1, 26)
    return (_letters(before) if before else "") + chr(65 + last)


def cells(rows: Iterable[Iterable[object]]) -> str:
    """Return the XML of rows of texts and numbers, from cell A1 on."""
    lines = []
    for number, row in enumerate(rows, 1):
        line = "".join(
            f'<c r="{_letters(place)}{number}"><v>{cell}</v></c>'
            if isinstance(cell, int | float)
            else f'<c r="{_letters(place)}{number}" t="inlineStr"><is><t xml:space="preserve">'
            f"{escape(str(cell))}</t></is></c>"
            for place, cell in enumerate(row, 1)
        )
        lines.append(f'<row r="{number}">{line}</row>')
    return "".join(lines)
