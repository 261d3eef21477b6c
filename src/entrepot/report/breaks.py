"""Where the reporters behind a pair of areas change, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import area_name, possessive, stopped_in
from entrepot.model.period import Period
from entrepot.report.chart_data import Break

if TYPE_CHECKING:
    from entrepot.report.brief_context import Subject
    from entrepot.report.comparison.found import Side

__all__ = ["break_of", "told_before_and_after"]


def break_of(subject: Subject | Side, first: int, last: int) -> Break | None:
    """Return the last whole year with both reports, if it lies between `first` and `last`."""
    areas = (*subject.importer.split("+"), *subject.supplier.split("+"))
    for item in stopped_in(areas, Period.parse(last)):
        whole = item.last.end.year if item.last.end.month == 12 else item.last.end.year - 1
        if first <= whole < last:
            name = possessive(area_name(item.area))
            return Break(whole, f"{name} own reports", "partners’ reports and estimates")
    return None


def told_before_and_after(broken: Break) -> str:
    """Return who counts up to the break, and who after it."""
    return f"Up to {broken.year}: {broken.before}; from {broken.year + 1}: {broken.after}"
