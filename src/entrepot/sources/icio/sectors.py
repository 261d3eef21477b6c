"""Sectors of the tables: what each makes, and whether that is a good.

The OECD's release of 2025 has fifty, its releases of 2021 and 2023 forty-five; other tables have
their own, which are named after their codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import UnknownNameError
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Collection

NOMENCLATURE = "ICIO2025"
EARLIER = "ICIO2021"
"""Of the OECD's releases of 2021 and 2023, which have the same sectors."""
OWN = "own"
"""Sectors of a table that is not the OECD's."""
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,40}")
_SPLIT = {
    "A01_02": ("A01", "A02"),
    "B05_06": ("B05", "B06"),
    "B07_08": ("B07", "B08"),
    "C24": ("C24A", "C24B"),
    "C30": ("C301", "C302T309"),
}
"""Sectors of the earlier releases by what the release of 2025 made of them; all others stayed."""


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
        electricity, gas, water and building count as, since customs hardly see them. Empty for a
        sector of a table of the user's own, whose code does not say it.
    """

    code: str
    name: str
    kind: str

    @property
    def makes_goods(self) -> bool:
        """Whether customs see what it makes."""
        return self.kind in ("goods", "manufacturing")

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


@cache
def _earlier() -> dict[str, Sector]:
    gone = {code for codes in _SPLIT.values() for code in codes}
    made = {
        new: Sector(new, " and ".join(sectors()[code].name for code in old), sectors()[old[0]].kind)
        for new, old in _SPLIT.items()
    }
    return made | {code: one for code, one in sectors().items() if code not in gone}


def edition_of(codes: Collection[str]) -> str:
    """Return the edition that sectors of a table are of: the first that has them all.

    Examples
    --------
    >>> edition_of(["C26", "C24A"]), edition_of(["C26", "C24"]), edition_of(["FARMS"])
    ('ICIO2025', 'ICIO2021', 'own')
    """
    # The newest first: a table with codes that both editions have is taken for the newer one.
    if sectors().keys() >= set(codes):
        return NOMENCLATURE
    return EARLIER if _earlier().keys() >= set(codes) else OWN


def sector(code: str, *, own: bool = False) -> Sector:
    """Return the sector of a code.

    Parameters
    ----------
    own
        Whether it may be of a table of the user's own, which says itself what it has.

    Raises
    ------
    UnknownNameError
        With the codes that look most like it.

    Examples
    --------
    >>> sector("C26").name, sector("C26").makes_goods, sector("J61").makes_goods
    ('electronics', True, False)
    """
    # Codes of both editions: a question may be about either.
    known = _earlier() | sectors()
    if code not in known and own and _CODE.fullmatch(code):
        return Sector(code, code, "")
    if code not in known:
        hint = "such as C26, C29 or J62_63; sectors of your own table: add --source icio@NAME"
        raise UnknownNameError("sector", code, known, hint=hint)
    return known[code]
