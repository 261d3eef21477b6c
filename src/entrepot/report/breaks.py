"""Where the reporters behind a pair of areas change, in words."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.model.areas import area_name, possessive, stopped_in
from entrepot.model.period import Period

__all__ = ["Break", "break_of", "reporters_before_and_after"]


@dataclass(frozen=True, slots=True)
class Break:
    """The reporters behind the numbers change after `year`; who counts on each side, in words."""

    year: int
    before: str
    after: str


def break_of(importer: str, supplier: str, first: int, last: int) -> Break | None:
    """Return the last whole year with both reports, if it lies between `first` and `last`."""
    areas = (*importer.split("+"), *supplier.split("+"))
    for item in stopped_in(areas, Period.parse(last)):
        whole = item.last.end.year if item.last.end.month == 12 else item.last.end.year - 1
        if first <= whole < last:
            name = possessive(area_name(item.area))
            return Break(whole, f"{name} own reports", "partner-reported data and estimates")
    return None


def reporters_before_and_after(broken: Break) -> str:
    """Return who counts up to the break, and who after it."""
    return f"Up to {broken.year}: {broken.before}; from {broken.year + 1}: {broken.after}"
