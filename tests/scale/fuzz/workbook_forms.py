"""Workbooks: a sheet made of its XML, with formulas, errors and damage that no library writes."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuzz.plain import CannotSay, Refused
from made_workbook import make_workbook

if TYPE_CHECKING:
    from random import Random

    from fuzz.subject import Made

_BAD_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INSIDE = (
    *("<f>1+1</f>", "<f>1+1</f><v>2</v>", "<v>nan</v>", "<v>1e999</v>", "<v>0x10</v>"),
    *("<v> 5 </v>", "<v>1,5</v>", "<v></v>", "<is><t>=cmd|x</t></is>", "<f></f>", "<v>-1</v>"),
)
_KINDS = ("", ' t="e"', ' t="s"', ' t="b"', ' t="d"', ' t="str"', ' t="inlineStr"', ' s="99"')
_PLACES = ("ZZZ999", "XFD1048576", "a0", "A", "1", "")
_BROKEN = ("<c><v>5</v></c>", "<c r='A1'>", "<!-- x -->", "&bomb;", "</row>", "<c/>", "<")


def _odd_cell(draw: Random, at: str) -> str:
    """Return a cell as no program writes it."""
    if draw.random() < 0.2:
        return draw.choice(_BROKEN)
    place = draw.choice(_PLACES) if draw.random() < 0.2 else at
    return f'<c r="{place}"{draw.choice(_KINDS)}>{draw.choice(_INSIDE)}</c>'


def write_workbook(draw: Random, made: Made, same: bool) -> tuple[bytes, list[str]]:
    """Return a table as an .xlsx file."""
    did: list[str] = []
    lines = []
    rows = [made.grid.header, *made.grid.rows]
    odd = None
    if not same and draw.random() < 0.5:
        odd = (draw.randrange(len(rows)), draw.randrange(len(made.grid.header)))
    for number, row in enumerate(rows, 1):
        cells = []
        for place, cell in enumerate(row, 1):
            at = f"{chr(64 + min(place, 26))}{number}"
            if odd == (number - 1, place - 1):
                cells.append(_odd_cell(draw, at))
                did.append(f"odd cell {cells[-1]}")
            else:
                cells.append(_cell(draw, at, cell, number > 1))
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    sheets = {"data": "".join(lines)}
    if not same and draw.random() < 0.1:
        sheets[draw.choice(["other", "data 2", "<x>", "a/b"])] = draw.choice(["", lines[0]])
        did.append("another sheet")
    with tempfile.TemporaryDirectory() as folder:
        data = make_workbook(Path(folder) / "x.xlsx", sheets).read_bytes()
    if not same and draw.random() < 0.2:
        data, what = _other_members(draw, data)
        did.append(what)
    return data, did


def _cell(draw: Random, at: str, cell: str, typed: bool) -> str:
    if (
        typed
        and re.fullmatch(r"[1-9][0-9]{0,14}(\.[0-9]{1,3})?", cell, re.ASCII)
        and draw.random() < 0.6
    ):
        return f'<c r="{at}"><v>{cell}</v></c>'
    text = escape(_BAD_XML.sub("?", cell.encode("utf-8", "replace").decode()))
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _other_members(draw: Random, data: bytes) -> tuple[bytes, str]:
    made, what = io.BytesIO(), draw.choice(["no member", "a bomb", "entities", "../", "one more"])
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", 8) as new:
        gone = draw.choice(old.namelist()) if what == "no member" else ""
        for name in old.namelist():
            text = old.read(name)
            if what == "entities" and name.startswith("xl/worksheets"):
                text = text.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY b "5">]>', 1)
            if name != gone:
                new.writestr(name, text)
        if what == "a bomb":
            new.writestr("xl/media/x", bytes(30 * 2**20))
        if what in ("../", "one more"):
            new.writestr({"../": "../../escaped.xml", "one more": "xl/more.xml"}[what], b"<x/>")
    return made.getvalue(), what


def is_workbook(data: bytes) -> bool:
    """Whether bytes are meant to be a workbook."""
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except Exception:
        return False


_CELL = re.compile(
    r'<c r="([A-Z]+)([0-9]+)"( t="inlineStr")?>(?:<v>([^<]*)</v>|<is><t[^>]*>([^<]*)</t></is>)</c>'
)


def read_workbook(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Return names and rows of the one sheet of a workbook made as `write_workbook` makes them."""
    rows = read_sheet(data)
    return rows[0], [row for row in rows[1:] if any(row)]


def read_sheet(data: bytes) -> list[list[str]]:
    """Return all rows of the one sheet of a workbook made as `write_workbook` makes them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            names = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
            text = archive.read(names[0]).decode() if len(names) == 1 else ""
        except Exception as error:
            raise CannotSay("a damaged workbook") from error
    inside = re.search(r"<sheetData>(.*)</sheetData>", text, re.DOTALL)
    if not inside:
        raise CannotSay("another workbook")
    left = re.sub(r"</?row[^>]*>", "", _CELL.sub("", inside[1]))
    if left or "<!DOCTYPE" in text:
        raise CannotSay("a workbook with odd cells")
    held: dict[int, dict[int, Any]] = {}
    for letters, row, inline, number, words in _CELL.findall(inside[1]):
        if len(letters) != 1:
            raise CannotSay("a wide workbook")
        cell = " ".join(unescape(words).split()) if inline else _number(number)
        held.setdefault(int(row), {})[ord(letters) - 65] = cell
    if not held:
        raise Refused("nothing in it")
    wide = max(max(row) for row in held.values()) + 1
    numbers = range(1, max(held) + 1)
    return [[held.get(n, {}).get(place, "") for place in range(wide)] for n in numbers]


def _number(text: str) -> str:
    try:
        value = float(text)
    except ValueError as error:
        raise CannotSay("an odd number") from error
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else str(value)
