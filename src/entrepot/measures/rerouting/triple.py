"""Triple difference: listed goods against others, hubs against controls, after against before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.measures.event import Design, event_study
from entrepot.measures.grouped import as_codes

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from entrepot.measures.event import Effect
    from entrepot.measures.rerouting.chain import Frequency

__all__ = ["PlaceboHub", "Triple", "triple_difference"]


@dataclass(frozen=True, slots=True)
class PlaceboHub:
    """The effect that a control would show in the place of the hubs, in logarithms."""

    area: str
    estimate: float


@dataclass(frozen=True, slots=True)
class Triple:
    """The pooled effect, and how it stands among those of controls.

    Attributes
    ----------
    effect
        Of the event on what hubs bought of the listed goods; its `p_randomisation` is from events
        dealt to other goods, where few are listed.
    trusted
        Which of its tests to trust: ``cluster`` or ``randomisation``.
    placebo_hubs
        The same of each control, hubs left out.
    p_hubs
        Part of hubs and controls with an effect at least as large, 0 to 1: with n controls it
        cannot be below 1 / (n + 1). None without placebo hubs.
    remarks
        What the estimate rests on, in words.
    """

    effect: Effect
    trusted: str
    placebo_hubs: tuple[PlaceboHub, ...]
    p_hubs: float | None
    remarks: tuple[str, ...]


def triple_difference(
    frame: Any,
    *,
    origin: str | Collection[str],
    hubs: str | Collection[str],
    controls: str | Collection[str],
    listed: Collection[str],
    event: str | int | date,
    frequency: Frequency,
    window: tuple[int, int],
    draws: int = 499,
    seed: int = 833,
    supplier: str = "exporter",
    buyer: str = "importer",
    product: str = "product",
    time: str = "period",
    value: str = "value_usd",
) -> Triple:
    """Estimate what an event did to an origin's sales of listed goods to hubs.

    Poisson pseudo maximum likelihood with effects of product x buyer, buyer x time and
    product x time, as `event_study` does it; few hubs are few clusters, so that the test to trust
    deals the event to other goods, and sets the hubs among controls.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: what the origin sold to hubs and controls, of listed
        goods and of others, before and after.
    origin, hubs, controls
        Who sells, and to whom; the event did not reach the controls.
    listed
        Products that the event is about; all others are compared with.
    event
        Day or period of the event.
    frequency, window
        Steps, and how many of them before and after the event are told apart.
    draws, seed
        As in `event_study`.
    supplier, buyer, product, time, value
        Columns.

    Returns
    -------
    Triple
        Effect, placebo hubs and remarks.

    Raises
    ------
    MissingExtraError
        Without the extra ``stats``.
    RequestError, UnknownNameError, NoEvidenceError
        As in `event_study`; RequestError if a control is a hub.
    """
    through, calm = as_codes(hubs), as_codes(controls)
    if both := sorted(set(through) & set(calm)):
        raise RequestError(
            f"{', '.join(both)} is a hub and a control",
            hint="name each area on one side",
        )
    rows: Any = nw.from_native(cast("Any", frame))
    sold = rows.filter(nw.col(supplier).is_in(as_codes(origin)))
    day = nw.when(nw.col(product).is_in(sorted(listed))).then(nw.lit(event)).alias("__event")

    def effect_on(some: list[str], others: list[str], draws: int) -> Any:
        marked = sold.filter(nw.col(buyer).is_in([*some, *others])).with_columns(
            day, nw.col(buyer).is_in(some).alias("__hub")
        )
        design = Design(
            product=product,
            partner=buyer,
            time=time,
            event="__event",
            value=value,
            exposed="__hub",
            frequency=frequency,
            window=window,
            cluster=("product",),
            zeros=True,
        )
        return event_study(
            marked,
            design,
            inference="auto" if draws else "cluster",
            draws=draws or 1,
            seed=seed,
        )

    found = effect_on(through, calm, draws)
    placebos = []
    for area in calm if len(calm) > 1 else ():
        rest = [one for one in calm if one != area]
        try:
            placebos.append(PlaceboHub(area, effect_on([area], rest, 0).effect.estimate))
        except NoEvidenceError:
            continue  # it bought none of these goods, which says nothing of hubs
    known = [one for one in placebos if one.estimate is not None]
    reached = 1 + sum(one.estimate >= found.effect.estimate for one in known)
    return Triple(
        effect=found.effect,
        trusted=found.trusted,
        placebo_hubs=tuple(known),
        p_hubs=reached / (len(known) + 1) if known else None,
        remarks=tuple(found.remarks),
    )
