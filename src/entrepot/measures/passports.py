"""Every measure by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import UnknownNameError
from entrepot.measures.change import GROWTH
from entrepot.measures.concentration import CR, HHI
from entrepot.measures.dependence import EXPORT_SHARE, IMPORT_SHARE
from entrepot.measures.leverage import ASYMMETRY
from entrepot.measures.totals import VALUE

if TYPE_CHECKING:
    from entrepot.measures.passport import Passport

__all__ = ["passport", "passports"]

_ALL = (VALUE, IMPORT_SHARE, EXPORT_SHARE, GROWTH, HHI, CR, ASYMMETRY)


def passports() -> tuple[Passport, ...]:
    """Return the passport of every measure, in the order they are presented."""
    return _ALL


def passport(id: str) -> Passport:  # noqa: A002 - the key is called id everywhere
    """Return the passport of one measure.

    Raises
    ------
    UnknownNameError
        If there is no such measure; the message suggests the nearest.
    """
    known = {item.id: item for item in _ALL}
    if id not in known:
        raise UnknownNameError("measure", id, known, hint=f"measures: {', '.join(known)}")
    return known[id]
