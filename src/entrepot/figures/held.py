"""What the lake holds of one source for the periods that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.figures.estimate import Missing
from entrepot.lake import spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.lake import Lake
    from entrepot.model.period import Period

__all__ = ["Held", "held"]


@dataclass(frozen=True, slots=True)
class Held:
    """Deliveries of one source that cover some periods.

    Attributes
    ----------
    source, snapshot, nomenclature
        Id; first digits of the hashes of the deliveries, joined; edition of the product codes.
    areas
        Exporters in the delivery with fewest of them.
    is_partial
        Whether a delivery is an extract, so that totals are too small.
    """

    source: str
    snapshot: str
    nomenclature: str
    areas: int
    is_partial: bool


def held(lake: Lake, source: str, periods: Sequence[Period]) -> Held | Missing:
    """Return what is held of `source` for all years of `periods`, or why that is not enough."""
    every = [item for item in lake.holdings() if item.source == source]
    if not every:
        return Missing(
            f"the lake holds no {source}; bring it in with: entrepot data add {source} FILE"
        )
    for period in periods:
        if not period.is_whole_years:
            return Missing(f"{source} is yearly; {period} is not a whole year")
    wanted = {year for period in periods for year in period.years()}
    years = sorted({year for item in every for year in item.periods})
    absent = sorted(wanted - set(years))
    if absent:
        return Missing(f"the lake holds {source} for {spans(years)}, not for {spans(absent)}")
    used = [item for item in every if wanted & set(item.periods)]
    editions = sorted({item.nomenclature for item in used})
    if len(editions) > 1:
        return Missing(
            f"the lake holds {source} in {' and '.join(editions)} for these years; "
            "add one edition for all of them"
        )
    return Held(
        source=source,
        snapshot="+".join(item.snapshot for item in used),
        nomenclature=editions[0],
        areas=min(item.areas for item in used),
        is_partial=any(item.is_partial for item in used),
    )
