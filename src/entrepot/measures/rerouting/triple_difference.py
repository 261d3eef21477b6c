"""Triple difference: listed goods against others, hubs against controls, after against before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.measures.event import Design, event_study
from entrepot.measures.frame_adapter import require_text
from entrepot.measures.grouped import as_codes
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from entrepot.measures.event import Effect
    from entrepot.measures.rerouting.cells import Frequency

TRIPLE_DIFFERENCE = MeasureMetadata(
    id="triple_difference",
    title="triple difference of hubs",
    function="triple_difference",
    inputs=(
        "rows with importer, exporter, product, time and value: what the origin sold to hubs and "
        "controls, of listed goods and of others, before and after the event"
    ),
    columns=(
        ("effect_pct", "what the event did to sales of listed goods to hubs, in per cent"),
        ("p_randomisation", "two-sided, from events dealt to other goods, 0 to 1"),
        ("p_hubs", "part of hubs and controls with an effect as large, 0 to 1"),
    ),
    unit="percent",
    range="above -100",
    null_rule=(
        "no answer where hubs bought none of the goods before or after, or there are no controls "
        "or no other goods; `p_hubs` is left out with one control"
    ),
    formula="X_kdt = exp(β S_k H_d P_t + γ_kd + δ_dt + μ_kt) ε_kdt, by PPML",
    reference=(
        "Gruber (1994), American Economic Review 84(3), for the triple difference; Santos Silva "
        "and Tenreyro (2006), Review of Economics and Statistics 88(4), for PPML; Conley and Taber "
        "(2011), Review of Economics and Statistics 93(1), for setting few treated among controls"
    ),
)


@dataclass(frozen=True, slots=True)
class PlaceboHub:
    """The effect that a control would show in the place of the hubs, in logarithms."""

    area: str
    estimate: float


@dataclass(frozen=True, slots=True)
class HubEffect:
    """The effect on one hub alone, in logarithms.

    Attributes
    ----------
    area
        The hub.
    estimate, low, high
        The effect, and ends of its 95 % interval from clusters of products; None where the
        covariance is not usable.
    p_hubs
        As of `Triple`.
    """

    area: str
    estimate: float
    low: float | None
    high: float | None
    p_hubs: float | None


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
    hubs
        Each hub alone; those that bought none of the goods are not among them.
    remarks
        What the estimate rests on, in words.
    """

    effect: Effect
    trusted: str
    placebo_hubs: tuple[PlaceboHub, ...]
    p_hubs: float | None
    hubs: tuple[HubEffect, ...]
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
    # A column that is missing is refused by `event_study`, which names those that are there.
    for column in {supplier, buyer} & {*rows.collect_schema()}:
        require_text(rows, column)
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
            # A hub that begins to buy has no rows before: nothing, and not unknown.
            zeros=True,
        )
        return event_study(
            marked,
            design,
            inference="auto" if draws else "cluster",
            # Not used with "cluster", but none is refused.
            draws=draws or 1,
            seed=seed,
        )

    def alone(areas: list[str], calm: list[str]) -> Iterator[tuple[str, Effect]]:
        for area in areas:
            # A control in a hub's place is compared with the other controls, without any hub.
            rest = [one for one in calm if one != area]
            try:
                yield area, effect_on([area], rest, 0).effect
            except NoEvidenceError:
                continue  # it bought none of these goods

    found = effect_on(through, calm, draws)
    placebos = [
        PlaceboHub(area, one.estimate)
        # A placebo needs another control to compare it with.
        for area, one in (alone(calm, calm) if len(calm) > 1 else ())
        if one.estimate is not None
    ]
    each = alone(through, calm) if len(through) > 1 else [(through[0], found.effect)]
    return Triple(
        effect=found.effect,
        trusted=found.trusted,
        placebo_hubs=tuple(placebos),
        p_hubs=_rank(found.effect.estimate, placebos),
        hubs=tuple(
            HubEffect(area, one.estimate, one.low, one.high, _rank(one.estimate, placebos))
            for area, one in each
            if one.estimate is not None
        ),
        remarks=tuple(found.remarks),
    )


def _rank(estimate: float, placebos: list[PlaceboHub]) -> float | None:
    """Return the part of an area and its placebos that have an effect as large."""
    reached = 1 + sum(one.estimate >= estimate for one in placebos)
    return reached / (len(placebos) + 1) if placebos else None
