"""One sheet of a UNSD workbook: two columns for a conversion, three for correlations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.product import EDITIONS
from entrepot.sources.workbook import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.sources.workbook import Cell

__all__ = ["Link", "Sheet", "links", "read_sheet"]

_EDITION = re.compile(r"(?:From |To )?HS ?(\d{2}|\d{4})", re.IGNORECASE)
_OTHER = re.compile(r"(?:From |To )?(?:S|SITC|BEC|CPC)[ .,]*(?:Rev[ .]*)?\d+", re.IGNORECASE)
_RELATION = re.compile(r"'?([1n]:[1n])")  # the table of 2002 wrote an apostrophe before each
_CODE = re.compile(r"[0-9]{5,6}")  # five: a number cell, or a leading zero lost on the way
_TITLES = 30
"""Rows that may stand above the names of the columns."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in the workbook.

    Attributes
    ----------
    older, newer
        Editions that its two columns of codes are in: `newer` is the first column.
    kind
        ``correlation`` or ``conversion``.
    places
        Where its columns are, from 0 on: two of codes, and the relation's.
    first
        Number of the row after the names of the columns.
    cells
        All rows as text, titles included.
    """

    newer: str
    older: str
    kind: str
    places: tuple[int, ...]
    first: int
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Two codes that have goods in common, and the row that says so."""

    row: int
    from_code: str
    to_code: str
    relation: str | None


def read_sheet(rows: Sequence[Sequence[Cell]], where: str) -> Sheet:
    """Return a sheet with what the names of its columns say.

    Raises
    ------
    BadFileError
        If it is about another classification than the Harmonized System, or no such table. It is
        not passed over: a load is all of the files that were named, or none of them.
    """
    cells = tuple(tuple(cell_text(cell).strip() for cell in row) for row in rows)
    for number, row in enumerate(cells[:_TITLES], 1):
        places = tuple(place for place, name in enumerate(row) if name)
        names = [row[place] for place in places]
        found = [_EDITION.fullmatch(name) for name in names]
        if any(found) and any(_OTHER.fullmatch(name) for name in names):
            raise BadFileError(
                f"a table to another classification: {', '.join(names)}",
                where=f"{where}, row {number}",
                why="only tables between editions of the Harmonized System are read",
                hint="leave this file out and add the others again: nothing was added",
            )
        if len(found) >= 2 and found[0] and found[1]:
            kind = "correlation" if names[2:] == ["Relationship"] else "conversion"
            if names[2:] not in ([], ["Relationship"]):
                break
            newer, older = (_edition(one[1], where, number) for one in found[:2] if one)
            return Sheet(newer, older, kind, places, number + 1, cells)
    raise BadFileError(
        "not a correlation or conversion table of the UN",
        where=where,
        why="no row names two editions: HS 2022, HS 2017, and Relationship in correlation tables",
        hint="give the workbook as unstats.un.org ships it",
    )


def links(sheet: Sheet, where: str) -> Iterator[Link]:
    """Yield every link of a sheet, codes with six digits; rows without any cell hold nothing.

    Raises
    ------
    BadFileError
        Naming the row and cell that is neither a code nor a relation.
    """
    for number, row in enumerate(sheet.cells[sheet.first - 1 :], sheet.first):
        if not any(row):
            continue
        first, second, *more = (row[place] for place in sheet.places)
        relation = _RELATION.fullmatch(more[0]) if more else None
        wrong = [text for text in (first, second) if not _CODE.fullmatch(text)]
        wrong += more if relation is None else []
        wrong += [text for place, text in enumerate(row) if text and place not in sheet.places]
        if wrong:
            raise BadFileError(
                f"neither a code nor a relation: {wrong[0]!r}",
                where=f"{where}, row {number}",
                why="a code that is lost takes its trade with it when data are converted",
                hint="codes have six digits; give the workbook as unstats.un.org ships it",
            )
        yield Link(number, first.zfill(6), second.zfill(6), relation[1] if relation else None)


def _edition(year: str, where: str, row: int) -> str:
    known = {str(one.year): one.id for one in EDITIONS} | {one.baci[2:]: one.id for one in EDITIONS}
    if year not in known:
        raise BadFileError(
            f"no edition of the Harmonized System: HS {year}", where=f"{where}, row {row}"
        )
    return known[year]
