"""What a screening found, in words and as data; what is not known is said."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from entrepot.figures.screening import LEGAL, SIGNS, Screening
from entrepot.goods.screening import LISTED, NO_LIST, NOT_KNOWN, PART, STATUSES, UNREADABLE
from entrepot.model.display import day_text

if TYPE_CHECKING:
    from collections.abc import Iterator


def title_of(found: Screening) -> str:
    """Return the number of listed shipments; where there is none, never that a file is clean."""
    listed = found.sums[LISTED]
    if found.sums[UNREADABLE] == found.lines:
        return "No row could be read"
    if not listed:
        until = [
            one.regime.read_until for one in found.matrix if one.regime and sum(one.counts.values())
        ]
        if found.sums[NO_LIST] + found.sums[UNREADABLE] == found.lines:
            unloaded = any(one.regime is None for one in found.matrix)
            bound = (
                "is loaded for these routes" if unloaded else "binds these routes on their dates"
            )
            return f"No list {bound}, so no shipment was screened"
        # date.max stands for lists that are never outdated, such as those of the user.
        known = [day for day in until if day < date.max]
        end = f" read until {day_text(min(known))}" if known else ""
        named = ((PART, "in part"), (NOT_KNOWN, "not known"), (NO_LIST, "without a list"))
        doubts = [f"{found.sums[one]:,} {name}" for one, name in named if found.sums[one]]
        sure = f"for sure ({', '.join(doubts)}) " if doubts else ""
        return f"No shipment is listed {sure}on the lists{end}"
    return f"{listed:,} of {found.lines:,} shipments carry goods listed on their date"


def summary_line(found: Screening) -> str:
    """Return the file, its days, its rows and the day of the screening in a sentence."""
    days = ""
    if found.days:
        first, last = found.days
        days = f", {day_text(first)}" + (f" to {day_text(last)}" if first != last else "")
    return (
        f"{found.shipments.name}{days}, {found.lines:,} rows. "
        f"Screened {day_text(found.screened_on)}. Codes: {found.nomenclature}."
    )


def as_data(found: Screening, *, rows: int | None = None) -> dict[str, Any]:
    """Return a screening as plain JSON types: sums, matrix, lists, and lines with a result.

    Parameters
    ----------
    rows
        How many lines at most; all that are listed, in part or not known by default.
    """
    shown = found.sums[LISTED] + found.sums[PART] + found.sums[NOT_KNOWN]
    # The table is sorted by grade, so lines with a result are its beginning.
    table = found.rows(0, shown if rows is None else min(rows, shown))
    return {
        "title": title_of(found),
        "file": found.shipments.name,
        "screened_on": str(found.screened_on),
        "dates": [str(day) for day in found.days] if found.days else None,
        "codes": found.nomenclature,
        "columns": {"used": found.used, "not_used": list(found.unused)},
        "currency": found.currency or None,
        "lines": found.lines,
        "statuses": {STATUSES[one]: count for one, count in sorted(found.sums.items())},
        "matrix": [
            {"jurisdiction": one.jurisdiction, "direction": one.direction}
            | {STATUSES[grade]: count for grade, count in one.counts.items()}
            | {"read_until": one.read_until}
            for one in found.matrix
        ],
        "results": [
            {name: _plain(cell) for name, cell in row.items() if name != "grade"}
            for row in table.to_pylist()
        ],
        "unreadable": [
            {"row": one.row, "reason": one.reason, "text": one.text} for one in found.problems
        ],
        "lists": [dict(zip(_LIST_KEYS, row, strict=True)) for row in list_rows(found)],
        "lists_left_out": list(found.left_out),
        "signs": SIGNS,
        "notes": list(found.notes),
        "legal": LEGAL,
    }


_LIST_KEYS = ("jurisdiction", "direction", "text", "read_until", "not_read")


def list_rows(found: Screening) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield what was read for each jurisdiction and direction, and what was not."""
    for one in found.matrix:
        regime = one.regime
        if regime is None:
            yield one.jurisdiction, one.direction, "–", "no list loaded", "no list is loaded"
            continue
        act = regime.lists[0].act
        parts = [goods_list.title.partition(",")[0] for goods_list in regime.lists]
        text = f"{act.title}: {', '.join(parts)}"
        gaps = [gap.title for gap in act.missing]
        latest = max(goods_list.known_until for goods_list in regime.lists)
        for goods_list in regime.lists:
            if goods_list.known_until < latest:
                name = goods_list.title.partition(",")[0]
                # In front: a list that ends earlier than the others of its act matters most.
                gaps.insert(0, f"{name} read until {day_text(goods_list.known_until)}")
        gaps += [
            why
            for why in found.left_out
            # Each reason begins with the id of its list.
            if why.split()[0] in {goods_list.id for goods_list in regime.lists}
        ]
        yield one.jurisdiction, one.direction, text, one.read_until, "; ".join(gaps)


def _plain(cell: Any) -> Any:
    return str(cell) if isinstance(cell, (date, datetime, time)) else cell


def reasons(found: Screening) -> list[tuple[str, int, str]]:
    """Return why rows cannot be read, how many, and of the first its row and what is wrong in it.

    That is the cell; the row as in the file where no single cell is wrong.
    """
    kinds: Counter[str] = Counter()
    first: dict[str, str] = {}
    for one in found.problems:
        # Without the part that quotes the cell, so that reasons of one kind are counted together.
        kind = re.sub(r"(: | “).*", "", one.reason)
        kinds[kind] += 1
        # A row has the names of persons, and would stand in logs.
        # Of several reasons the first is told, and so is its cell: "code has 3 digits: 123; ...".
        cell = re.match("[^:“]*(?:: ([^;“]+)|(?:: )?(“[^”]*”))", one.reason)
        wrong = (cell[1] or cell[2]) if cell else one.text[:60]
        first.setdefault(kind, f"row {one.row:,}: {wrong}")
    return [(kind, count, first[kind]) for kind, count in kinds.most_common()]
