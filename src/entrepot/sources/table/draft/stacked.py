"""Several tables in one sheet: under one another, each with names or a title, or side by side.

A second row of names in the middle of a table, or a title that names the other flow, begins another
table; so does a column of areas that comes again behind columns of numbers. Rows and columns of two
tables must never be read as those of one: a country's imports would count as its exports, or stand
beside the name of another country.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.sources.table.draft.guess import plain_name, title_flow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.sources.table.draft.seen import Seen

_NUMBERS = 0.5  # of the filled cells of a column of numbers
_COVERED = 0.6  # of the columns of numbers that a row of names has a cell in
_SHARED = 0.3  # of the texts of the shorter of two columns that the other has, too
# With signs of currency, brackets for a negative and marks of footnotes, as printed tables have
# them.
_AMOUNT = re.compile(r"[-+(−]?[ $€£¥]*[0-9][0-9.,'’ \u00a0\u202f]*(?:[eE][-+]?[0-9]+)?\)?[%*]?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_WORD = re.compile(r"[^\W\d_]{2}")
_AGAIN = re.compile(r" \([0-9]+\)$")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One of several tables that stand under one another.

    Attributes
    ----------
    names, name_rows
        Last row of the names of its columns, and how many rows they are.
    first, last
        Its first and last row below the names; None where it ends with the file.
    title
        What stands above it.
    """

    names: int
    name_rows: int
    first: int
    last: int | None
    title: str

    def says(self) -> dict[str, str | int]:
        """Return the keys of a mapping that reads it alone."""
        found: dict[str, str | int] = {"header_row": self.names} if self.names > 1 else {}
        found |= {"header_rows": self.name_rows} if self.name_rows > 1 else {}
        found |= {"first_row": self.first} if self.first > self.names + 1 else {}
        return found | ({"last_row": self.last} if self.last else {})


def parts_below(
    rows: Sequence[tuple[int, Sequence[str]]],
    names: tuple[int, int],
    above: str,
    rows_of_names: Callable[[int], tuple[int, int]],
) -> tuple[SheetPart, ...]:
    """Return the tables that stand under one another; none where there is only one.

    Parameters
    ----------
    rows
        Rows with their number (the first is 1); empty ones may be left out.
    names, above
        First and last row of the names of the first table, and what stands above them.
    rows_of_names
        From one row of names to the first and the last of them.
    """
    filled = [(number, cells) for number, cells in rows if any(cells)]
    body = [row for row in filled if row[0] > names[1]]
    numbers = _columns_of_numbers([cells for _, cells in body])
    header = [cell.casefold() for number, cells in filled if number == names[1] for cell in cells]
    found = [SheetPart(names[1], names[1] - names[0] + 1, names[1] + 1, None, above)]
    flow = title_flow(above)
    titles: list[tuple[int, str]] = []  # rows of one cell since the last of several
    last_data = 0  # the last row with numbers of the part that is read
    # Last row of any kind, last with several cells, last that belongs to names already found.
    before = last_wide = read_to = names[1]
    for number, cells in body:
        texts = [cell for cell in cells if cell]
        if number <= read_to:
            continue
        # A row of one cell may be a title of the next table, or a heading inside this one: kept
        # until the next row of several cells decides.
        if len(texts) == 1:
            titles.append((number, texts[0]))
            before = number
            continue
        title = " ".join(text for _, text in titles)
        is_apart = bool(titles) or number > before + 1
        has_gap = bool(titles) and titles[0][0] > last_wide + 1
        start: tuple[int, int, int] | None = None  # rows of the names, first row
        if last_data and _are_names(cells, header, numbers, is_apart=is_apart, has_gap=has_gap):
            above_, below = rows_of_names(number)
            start = below, below - above_ + 1, below + 1
            read_to, flow = below, title_flow(title)
        # "Exports" above rows of the same columns that were imports so far: names are not repeated.
        elif titles and (said := title_flow(title)) and said != flow:
            start = found[-1].names, found[-1].name_rows, titles[-1][0] + 1
            flow = said
        if start:
            if last_data:
                found[-1] = replace(found[-1], last=last_data)
                found.append(SheetPart(*start, None, title))
            else:  # a title between the names and the first row
                found[-1] = SheetPart(*start, None, f"{above} {title}".strip())
            last_data = 0
        if number > read_to and any(_is_amount(cells, place) for place in numbers):
            last_data = number
        titles, before, last_wide = [], number, number
    if not last_data and len(found) > 1:  # names without rows below are no table
        found.pop()
        found[-1] = replace(found[-1], last=None)
    return tuple(found) if len(found) > 1 else ()


def _is_amount(cells: Sequence[str], place: int) -> bool:
    return place < len(cells) and bool(_AMOUNT.fullmatch(cells[place]))


def _columns_of_numbers(body: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the places of columns whose cells are numbers, and not years."""
    found = []
    for place in range(max(map(len, body), default=0)):
        cells = [row[place] for row in body if place < len(row) and row[place]]
        amounts = sum(bool(_AMOUNT.fullmatch(cell)) for cell in cells)
        years = sum(bool(_YEAR.fullmatch(cell)) for cell in cells)
        if amounts >= max(2, _NUMBERS * len(cells)) and years < amounts:
            found.append(place)
    return tuple(found)


def _are_names(
    cells: Sequence[str],
    header: Sequence[str],
    numbers: Sequence[int],
    *,
    is_apart: bool,
    has_gap: bool,
) -> bool:
    """Whether a row has words or years where all others have numbers.

    A narrower table is one where an empty row and a title stand above its names.

    What stands for a missing number says the same in every column. Years are names where they
    follow each other; a row of such numbers may be data.
    """
    if [cell.casefold() for cell in cells] == list(header):
        return True
    hits = [cells[place] for place in numbers if place < len(cells) and cells[place]]
    years = [int(cell) for cell in hits if _YEAR.fullmatch(cell)]
    if not hits or not all(_YEAR.fullmatch(cell) or _WORD.search(cell) for cell in hits):
        return False
    if len(years) == len(hits):
        steps = {later - one for one, later in itertools.pairwise(years)}
        # Values of 1990 to 2025 in a row are data unless they follow each other.
        return len(years) > 1 and steps in ({1}, {-1})
    is_covered = len(hits) >= _COVERED * len(numbers)
    if has_gap or (is_covered and is_apart):
        return True
    return len(set(hits)) > 1 and (is_covered or is_apart)


def parts_side_by_side(columns: Sequence[Seen]) -> tuple[tuple[int, ...], ...]:
    """Return the places of the columns of tables that stand side by side; none for one table."""
    starts = [0]
    plain = [_plain(one) for one in columns]
    first: int | None = None  # column of words of the table that is looked at
    numbers = [place for place, one in enumerate(columns) if _is_number(one)]
    # Each column is looked at once: a table may have thousands of them.
    for place, seen in enumerate(columns[: max(numbers, default=0)]):
        if not _is_words(seen):
            continue
        if first is None:
            first = place
            continue
        is_apart = not columns[place - 1].texts
        alike = is_apart or _is_alike(columns[first], seen)
        if not (alike and _share(columns[first], seen)):
            continue
        between = numbers[bisect(numbers, first) : bisect(numbers, place)]
        names = Counter(plain[starts[-1] : place]) if between else {}
        if any(names[plain[at]] == 1 for at in between):
            before = first - starts[-1]  # codes may stand before the names
            is_repeated = plain[place - before : place] == plain[starts[-1] : first]
            starts.append(place - before if is_repeated else place)
            first = next(at for at in range(starts[-1], len(columns)) if _is_words(columns[at]))
    ends = [*starts[1:], len(columns)]
    parts = tuple(tuple(range(*ends_)) for ends_ in zip(starts, ends, strict=True))
    return parts if len(parts) > 1 else ()


def _is_words(seen: Seen) -> bool:
    return bool(seen.texts) and not seen.is_numeric and not seen.is_period


def _is_number(seen: Seen) -> bool:
    return seen.is_numeric and not seen.is_period


def plain_again(name: str) -> str:
    """Return the name of a column as the file has it, where it comes again: "Country (2)"."""
    return _AGAIN.sub("", name)


def _plain(seen: Seen) -> str:
    return plain_name(plain_again(seen.name))


def _is_alike(one: Seen, other: Seen) -> bool:
    """Whether two columns have one name, or under names of groups ("Exports Country") one end."""
    ends = [plain_name(plain_again(seen.name).rpartition(" ")[2]) for seen in (one, other)]
    return _plain(one) == _plain(other) or (ends[0] == ends[1] and " " in one.name)


def _share(one: Seen, other: Seen) -> bool:
    """Whether two columns name the same things."""
    both, shorter = set(one.texts) & set(other.texts), min(len(one.texts), len(other.texts))
    return len(both) >= max(1, _SHARED * shorter)
