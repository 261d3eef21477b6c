"""Whose report of each flow through hubs is taken: the hub's own where it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["Tellers", "tellers_of", "told"]

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Tellers:
    """Areas that report in every step, as importers and as exporters; None: not of reports."""

    importers: frozenset[str] | None
    exporters: frozenset[str] | None

    def both(self, asked: Definition) -> frozenset[str]:
        """Return the hubs that report what they buy, if the whole origin reports what it sells."""
        if self.importers is None or not asked.members("exporter") <= (self.exporters or set()):
            return frozenset()
        return self.importers & asked.members("hubs")


def tellers_of(rows: Frame, asked: Definition) -> Tellers:
    """Return who reports in every step that the rows have, of the period and of the base.

    Who is silent in one step only would seem to have traded nothing in it. A step in which an area
    reports what it buys is one in which it speaks, though it may have sold nothing.

    Raises
    ------
    NoEvidenceError
        If nobody tells of one of the ways through a hub.
    """
    reports = fetch(rows.select("told_by", "exporter", "importer", "period").unique())
    if not {one for one, *_ in reports} <= {"importer", "exporter"}:
        return Tellers(None, None)  # values made of both sides' reports, as those of BACI
    steps = {period for *_, period in reports}
    heard: dict[str, set[Any]] = {}
    spoken: dict[str, dict[bool, set[str]]] = {
        side: {True: set(), False: set()} for side in ("importer", "exporter")
    }
    for side, exporter, importer, period in reports:
        area = exporter if side == "exporter" else importer
        heard.setdefault(area, set()).add(period)
        spoken[side][period >= asked.period.start].add(area)
    steady = {area for area, periods in heard.items() if periods == steps}
    always = {
        side: frozenset(steady & times[True] & (times[False] if asked.base else steady))
        for side, times in spoken.items()
    }
    found = Tellers(always["importer"], always["exporter"])
    _require_told(found, asked)
    return found


def _require_told(tellers: Tellers, asked: Definition) -> None:
    """Refuse a hub that is silent in one of the periods, if whom it trades with is silent too."""
    assert tellers.importers is not None
    assert tellers.exporters is not None
    spans = f"both {asked.base} and {asked.period}" if asked.base else str(asked.period)
    for hub in sorted(asked.members("hubs")):
        for across, heard, other, what in (
            ("exporter", hub in tellers.importers, tellers.exporters, "bought from"),
            ("importer", hub in tellers.exporters, tellers.importers, "sold to"),
        ):
            silent = sorted(asked.members(across) - other)  # type: ignore[arg-type]
            if not heard and silent:
                names = ", ".join(silent[:_NAMED])
                if len(silent) > _NAMED:
                    names += f" and {len(silent) - _NAMED} more"
                raise NoEvidenceError(
                    f"nobody reports in {spans} what {hub} {what} {names}",
                    hint="bring in reports of the hub or of the other side, or ask other periods",
                )


def told(rows: Frame, tellers: Tellers, asked: Definition) -> Frame:
    """Keep one report of each flow: the hub's own where it speaks, else the other side's."""
    if tellers.importers is None or tellers.exporters is None:
        return rows
    hubs = sorted(asked.members("hubs"))
    side, buyer, seller = (nw.col(name) for name in ("told_by", "importer", "exporter"))
    bought = buyer.is_in(sorted(tellers.importers))
    sold = seller.is_in(sorted(tellers.exporters))
    is_in = buyer.is_in(hubs)
    first = (is_in & bought) | (~is_in & ~sold)
    return rows.filter(
        ((side == "importer") & bought & first) | ((side == "exporter") & sold & ~first)
    )
