"""What may be missing from a total: partners, reporters, or the rest of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.caveats import caveat
from entrepot.figures.sides import totals
from entrepot.figures.trading_areas import partners, traders
from entrepot.model.areas import area_name
from entrepot.model.display import joined
from entrepot.sources import is_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.cells import Cells
    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Caveat
    from entrepot.figures.sides import Side

__all__ = ["LARGEST", "MANY_TELLERS", "of_totals"]

MANY_TELLERS = 60
"""Reports of fewer areas are no total of one that does not report.

In BACI 2022 (31 minerals, metals and magnets) the 60 largest exporters hold 99 % of all trade, and
of what each of the 60 largest importers buys nine times out of ten more than 92 %; 40 exporters
hold 96 % and 85 %. Of Russia's trade in the IMF's series the 60 largest partners hold 96 to 99 %,
the 40 largest 90 to 96 %. But any 60, picked by chance, hold a third: who passes still carries a
caveat that says how many they are, and which of the largest traders are not among them.
"""

LARGEST = ("CHN", "USA", "DEU", "JPN", "NLD", "KOR", "ITA", "FRA", "GBR", "HKG")
"""The leading exporters, who lead in imports too (WTO, World Trade Statistical Review 2023)."""

_UP = "may be too small"
_CONSEQUENCE = {
    "value": "this total {}",
    "growth": "this compares totals that {}",
    "import_share": "the total {} and this is an upper bound",
    "export_share": "the total {} and this is an upper bound",
}
_NO_BOUND = "the total {} and this may be far too high or too low"


def of_totals(cells: Cells, asked: Definition) -> Iterator[Caveat]:
    """Yield what the totals behind a measure may lack.

    An extract lacks areas for certain. A table of one's own, and a report of few partners, may be a
    part of what there is. What an area does not report is added up from those who do.
    """
    wholes = totals(asked)
    if cells.held.is_partial:
        count = _names(cells, asked, "exporter")
        text = f"The lake holds {cells.held.source} for {_counted(len(count), 'exporter')} only"
        yield _caveat(text, asked, "is too small" if wholes else "")
        return
    told, listed = [], []
    may_lack = is_own(cells.held.source) or cells.is_of_reports
    for whole, side in wholes:
        if side in cells.mirrors:
            told.append(_told(cells, asked, side))
        elif may_lack:
            names = partners(cells, whole, side)
            if is_own(cells.held.source) or len(names) < MANY_TELLERS:
                listed.append(_counted(len(names), side))
    if told:
        yield _caveat(". ".join(dict.fromkeys(told)), asked, _UP)
    elif listed:
        text = f"{cells.held.source} holds {joined(listed)} here; others may be missing"
        yield _caveat(text, asked, _UP)


def _told(cells: Cells, asked: Definition, side: Side) -> str:
    """Say how many add up the total of an area by their own reports, and who does not."""
    names = _names(cells, asked, side)
    text = f"A total here adds up what {_counted(len(names), side)} reported to {cells.held.source}"
    if silent := [area_name(code) for code in LARGEST if code not in names]:
        text += f", without {joined(silent)}"
    return text


def _names(cells: Cells, asked: Definition, side: Side) -> frozenset[str]:
    heard = cells.told(side) if side in cells.for_silent else cells
    return traders(heard, asked, side)


def _counted(count: int, side: str) -> str:
    return f"{count} {side}{'' if count == 1 else 's'}"


def _caveat(text: str, asked: Definition, how_small: str) -> Caveat:
    if how_small:
        text += f", so {_CONSEQUENCE.get(asked.measure, _NO_BOUND).format(how_small)}"
    return caveat("partial-source", f"{text}.")
