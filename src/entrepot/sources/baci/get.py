"""Which zip of CEPII holds the years that are wanted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.product import EDITIONS, Edition, edition
from entrepot.sources.get.plan import PlannedFile, needed, years

if TYPE_CHECKING:
    from entrepot.sources.get.plan import DataRequest
    from entrepot.sources.info import Download

TAKES = ("period", "nomenclature", "vintage")


def pieces(wanted: DataRequest, download: Download) -> tuple[PlannedFile, ...]:
    """Return the one zip of an edition and a release.

    Raises
    ------
    RequestError
        If neither years nor an edition are named, the edition has no data for the years, or the
        release is not written as CEPII writes it.
    """
    release = wanted.vintage or download.newest
    if not re.fullmatch(r"V\d{6}[a-z]?", release):
        raise RequestError(
            f"not a release of BACI: {release!r}", hint=f"write it like {download.newest}"
        )
    way, found = download.way("zip"), _edition(wanted)
    address = way.address.format(edition=found.baci, release=release)
    return (PlannedFile(f"BACI_{found.baci}_{release}.zip", address, way),)


def _edition(wanted: DataRequest) -> Edition:
    """Return the edition named, or the newest that covers the first year."""
    named = edition(wanted.nomenclature) if wanted.nomenclature else None
    if named and not wanted.period:
        return named
    first = years(needed(wanted.period, "baci"))[0]
    # BACI begins in 1995 in every edition, also in HS1992, so 1992 to 1994 never select one.
    start = max(first, 1995)
    covering = [one for one in EDITIONS if _starts(one) <= start]
    if first < 1995 or (named and named not in covering):
        raise RequestError(
            f"no trade of {first} in {named.id if named else 'BACI'}",
            why="an edition of the Harmonized System has data from its first year on, BACI from "
            "1995 on",
            hint="leave --nomenclature out, or name an older edition or later years",
        )
    # EDITIONS are in order of time: the last that had begun is the newest one with data for the
    # year.
    return named or covering[-1]


def _starts(one: Edition) -> int:
    return max(one.in_force.year, 1995)
