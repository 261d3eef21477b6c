"""The fifty sectors of the release: what each makes, and whether that is a good."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from entrepot.errors import UnknownNameError
from entrepot.model.columns import read_table

__all__ = ["NOMENCLATURE", "Sector", "sector", "sectors"]

NOMENCLATURE = "ICIO2025"


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector of the tables; a sector makes what it is named after.

    Attributes
    ----------
    code
        As the OECD writes it: divisions of ISIC Rev. 4, ``C17_18`` for two of them, ``C10T12``
        for a span.
    name
        In a few words of ours.
    kind
        ``manufacturing``; ``goods`` of farms, forests, waters and mines; ``services``, which
        electricity, gas, water and building count as, since customs hardly see them.
    """

    code: str
    name: str
    kind: str

    @property
    def makes_goods(self) -> bool:
        """Whether customs see what it makes."""
        return self.kind != "services"

    @property
    def is_manufacturing(self) -> bool:
        """Whether it is a section C sector."""
        return self.kind == "manufacturing"


@cache
def sectors() -> dict[str, Sector]:
    """Return every sector by its code, in the order of the tables."""
    names = tuple(field.name for field in fields(Sector))
    rows = read_table(Path(__file__).with_name("sectors.csv"), names)
    return {row["code"]: Sector(**row) for row in rows}


def sector(code: str) -> Sector:
    """Return the sector of a code.

    Raises
    ------
    UnknownNameError
        With the codes that look most like it.

    Examples
    --------
    >>> sector("C26").name, sector("C26").makes_goods, sector("J61").makes_goods
    ('electronics', True, False)
    """
    if code not in sectors():
        raise UnknownNameError("sector", code, sectors(), hint="such as C26, C29 or J62_63")
    return sectors()[code]
