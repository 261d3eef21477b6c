"""The card of a hub beside its bounds: when it began, prices, what never arrived, what if."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.lake import fetch
from entrepot.model.areas import area_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from entrepot.figures.definition import Definition
    from entrepot.measures.rerouting import Hub, Rerouted
    from entrepot.model.period import Period

    Frame = nw.LazyFrame[Any]

__all__ = ["beside", "margin_words", "otherwise", "would_change"]

_MONTHS = {"M": 1, "Q": 3, "A": 12}
_LIMITS = {
    "in": "nothing sure, as growth and chance explain what came in",
    "out": "nothing sure, as growth and chance explain what went out",
    "others": "nothing sure, as others can have supplied what went out",
    "steps": "nothing sure, as nothing went out when it came in or soon after",
    "unknown": "nothing sure, as no row says what others sold it",
}
LEAST_STEPS = 9
SURE = 0.05
KEPT = 9
"""Digits of a margin that are kept: those behind them are of the division."""
DIGITS = 4
"""Digits of a margin that are told, fewer than are lost in a quotient of sums."""


def beside(
    told: Frame,
    both: Frame,
    asked: Definition,
    column: str,
    freq: str,
    speak: frozenset[str],
) -> dict[str, dict[str, Any]]:
    """Return further columns of each hub's row, as far as the rows say them.

    Parameters
    ----------
    told
        One report of each flow.
    both
        The reports of both sides.
    speak
        Hubs that report what they buy, as the origin reports what it sells.
    """
    prices = _prices(told, asked, column)
    found = {}
    for hub in sorted(asked.members("hubs")):
        row = prices.get(hub, {}) | {
            "began": _began(told, asked, column, hub, freq),
            "missing_arrivals": _lost(both, asked, column, hub) if hub in speak else None,
        }
        found[hub] = {name: cell for name, cell in row.items() if cell is not None}
    return found


def _prices(told: Frame, asked: Definition, column: str) -> dict[str, dict[str, Any]]:
    """Return what a kilogram costs on the way in and out of each hub, and what it adds.

    Of products that go both ways: what it adds is the median over them; the two prices are of the
    kilograms that go out, of each product as many.
    """
    rows = measures.chain_prices(
        told,
        origin=asked.members("exporter"),
        hubs=asked.members("hubs"),
        importer=asked.members("importer"),
        period=asked.period,
        value=column,
    )
    names = ("hub", "margin", "unit_value_in", "unit_value_out", "value_out")
    products: dict[str, list[tuple[float, ...]]] = {}
    for hub, *known in fetch(rows.filter(~nw.col("margin").is_null()).select(*names)):
        products.setdefault(hub, []).append(tuple(known))
    return {hub: _price(known) for hub, known in products.items()}


def _price(products: list[tuple[float, ...]]) -> dict[str, float]:
    margins, price_in, price_out, value_out = zip(*products, strict=True)
    masses = [value / price for value, price in zip(value_out, price_out, strict=True)]
    bill = sum(mass * price for mass, price in zip(masses, price_in, strict=True))
    return {
        "price_margin": round(median(margins), KEPT),
        "price_in": bill / sum(masses),
        "price_out": sum(value_out) / sum(masses),
    }


def margin_words(rows: Iterable[Mapping[str, Any]]) -> str:
    """Say what hubs add to the price in the median; empty where that is not known.

    Only hubs count through which anything can have come. The median is no value for the option,
    which takes the most that they add: half of the products add more.
    """
    known = [row["price_margin"] for row in rows if row["high"] and "price_margin" in row]
    if not known or (usual := round(median(known), DIGITS)) <= 0:
        return ""
    size = f"{usual:.2g}"
    return f"{size} in the median by unit values, not taken off: --margin takes the most they add"


def _lost(both: Frame, asked: Definition, column: str, hub: str) -> float | None:
    found = measures.missing_arrivals(
        both,
        exporter=asked.members("exporter"),
        importer=[hub],
        before=asked.base or asked.period.before(),
        after=asked.period,
        value=column,
        complete=True,
    )
    [(lost,)] = fetch(found.select("lost")) or [(None,)]
    return None if lost is None else float(lost)


def _began(told: Frame, asked: Definition, column: str, hub: str, freq: str) -> str | None:
    """Return the step from which a hub sells at another level to the importer, with an interval.

    Only of periods that follow each other, for a gap in time would be a break of its own; and only
    if the change is larger than chance, and upwards. A step without any row, or without a value,
    is silence and no zero: then nothing is said.
    """
    steps = _steps(asked, _MONTHS[freq])
    if len(steps) < LEAST_STEPS:
        return None
    sold = told.filter(
        nw.col("exporter") == hub, nw.col("importer").is_in(sorted(asked.members("importer")))
    )
    sums = dict(fetch(measures.value(sold, by=["period"], value=column).select("period", column)))
    heard = {period for (period,) in fetch(told.select("period").unique())}
    sold_in = [sums.get(step.start, 0.0 if step.start in heard else None) for step in steps]
    values = [one for one in sold_in if one is not None]
    if len(values) < len(steps) or not any(values):
        return None
    found = measures.began(values)
    if found.factor <= 1 or found.p_value > SURE:
        return None
    first, low, high = (
        str(steps[min(n, len(steps) - 1)]) for n in (found.step, found.low, found.high)
    )
    return f"{first} ({low} to {high})" if low < high else first


def would_change(found: Rerouted) -> str:
    """Say of each hub what would explain it otherwise, or why nothing of it is sure."""
    return "; ".join(f"{area_phrase(one.hub)}: {otherwise(one)}" for one in found.hubs)


def otherwise(one: Hub) -> str:
    """Say what would explain a hub's row otherwise, or why nothing of it is sure."""
    if one.limit:
        return _LIMITS[one.limit]
    if one.growth_to_zero is None:
        return "only goods of its own, or recorded under another code"
    return f"growth of its own to {1 + one.growth_to_zero:.1f} times its path"


def _steps(asked: Definition, months: int) -> list[Period]:
    base = asked.base or asked.period.before()
    if (asked.period.start - base.end).days != 1:
        return []
    return [*base.split(months), *asked.period.split(months)]
