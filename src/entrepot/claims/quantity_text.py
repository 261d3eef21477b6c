"""Quantities and numbers in words, as they stand in a sentence."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from entrepot.claims.quantity import SHARES
from entrepot.goods import goods_title
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD, area_phrase, possessive
from entrepot.model.display import MINUS, figure_value, joined, number, range_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Level, Quantity, Terms
    from entrepot.model.interval import Interval

LARGE = 10_000.0
"""Rises above so many per cent are told as a factor."""
MANY = 1000.0
"""Factors above this say only that a number is of another kind or unit."""


def who(code: str) -> str:
    """Return an area as it stands in a sentence."""
    return code.removeprefix(NAMED) if code.startswith(NAMED) else area_phrase(code)


def flow(terms: Terms) -> str:
    """Return what levels are the value of: "exports from China to Russia"."""
    first = terms[0][0]
    if first.kind == "gdp":
        return f"GDP of {who(first.exporter)}"
    goods = "" if first.goods == "all" else f" of {goods_title(first.goods)}"
    there = [level for level, _ in terms]
    back = [level for level in there if level.turned() in there]
    if len(back) == len(there) and len(there) > 1:
        # `terms_of` puts the way back last: half the terms are the way there.
        return f"{_two_way(there[: len(there) // 2], terms[-1][1])}{goods}"
    return f"{_one_way(there)}{goods}"


def _two_way(there: list[Level], weight: float) -> str:
    exporter, importer = _sides(there)
    if weight < 0:
        if exporter.endswith(")"):  # the European Union (members of 2019)
            return f"balance of {exporter} with {importer}"
        return f"{possessive(exporter)} balance with {importer}"
    if WORLD in (there[0].exporter, there[0].importer):
        return f"all trade of {importer if there[0].exporter == 'WLD' else exporter}"
    return f"trade between {exporter} and {importer}"


def _one_way(there: list[Level]) -> str:
    exporter, importer = _sides(there)
    if there[0].exporter == WORLD:
        return f"imports of {importer}"
    if there[0].importer == WORLD:
        return f"exports of {exporter}"
    return f"exports from {exporter} to {importer}"


def _sides(levels: list[Level]) -> tuple[str, str]:
    return (
        joined(list(dict.fromkeys(who(level.exporter) for level in levels))),
        joined(list(dict.fromkeys(who(level.importer) for level in levels))),
    )


def period_of(quantity: Quantity) -> str:
    """Return the period, and the base of a change: "2025", "2024 to 2025"."""
    if not quantity.of:
        return ""
    period = quantity.of[0][0].period
    base = quantity.less.of[0][0].period if quantity.less else None
    if quantity.to and quantity.to[0][0].period != period:
        base = quantity.to[0][0].period
    return f"{base:–} to {period:–}" if base else f"{period}"


def subject(claim: Claim) -> str:
    """Return what a claim is about: "the share of exports from China to Russia, 2025"."""
    quantity = claim.quantity
    if not quantity.of:
        return claim.id
    part = "the share of " if quantity.measure in SHARES else ""
    kind = {"price_growth": "prices of ", "quantity_growth": "the quantity of "}
    if quantity.measure == "growth" and quantity.of[0][0].kind == "mass":
        part = "the weight of "
    what = f"{kind.get(quantity.measure, part)}{flow(quantity.of)}"
    return f"{what}, {period_of(quantity)}"


def stated(value: float, unit: str, digits: int = 3) -> str:
    """Return a number in data units for a sentence; growth carries its sign."""
    if unit == "rank":
        return f"place {value:.0f}"
    if unit == "percent" and value > LARGE:
        return _many_times(value)
    return figure_value(value, unit, digits)


def _many_times(percent: float) -> str:
    """Return a large rise as the factor that it is: nobody reads 107,849,900 %."""
    factor = percent / 100 + 1
    return f"{number(factor, 3)} times" if factor < MANY else f"over {MANY:,.0f} times"


def span(interval: Interval, unit: str) -> str:
    """Return an interval in words, one-sided where it is."""
    if math.isinf(interval.high):
        return f"over {stated(interval.low, unit)}" if math.isfinite(interval.low) else "anything"
    if math.isinf(interval.low):
        return f"under {stated(interval.high, unit)}"
    low, high = stated(interval.low, unit), stated(interval.high, unit)
    if unit == "percent" and interval.high > LARGE:
        return (
            f"over {low.removeprefix('over ')}"
            if interval.high >= MANY * 100
            else (low if low == high else f"{low} to {high}")
        )
    return low if low == high else range_text(interval.low, interval.high, unit, _EXACT)


def claimed(claim: Claim) -> str:
    """Return what a claim says as a plain number with its own digits: "fell 6.5 %" is "−6.5 %"."""
    says = claim.says
    # "Doubled" has no digits to keep, and amounts keep the text's own scale word.
    in_digits = re.search(r"\d", says.text) and says.unit in ("percent", "points", "ratio")
    large = claim.quantity.unit == "percent" and claim.interval.middle > LARGE
    if says.relation != "=" or not in_digits or large:
        return says.text
    return like(claim, claim.interval.middle)


def like(claim: Claim, value: float) -> str:
    """Return a number in data units with as many decimals as the claim prints.

    A number that the claim does not print exactly gets three significant digits.
    """
    unit, step = claim.quantity.unit, claim.says.step
    # A rank is a whole number, whatever its words were.
    if claim.says.relation != "=" or not step or unit == "rank":
        return stated(value, unit)
    if unit not in ("share", "percent", "points", "ratio"):
        # Down to the printed step: 1.63 trillion in steps of 10 billion is three digits.
        digits = max(3, math.floor(math.log10(abs(value) / step)) + 1) if value else 3
        return figure_value(value, unit, digits)
    if unit == "ratio" and claim.says.unit == "percent":  # trade in per cent of GDP
        unit = "share"
    if unit == "percent" and value > LARGE:
        return stated(value, unit)
    scaled = value * 100 if unit == "share" else value
    # 1e-9: log10(0.001) may come out a hair below −3 and would give a fourth decimal.
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    word = {"share": "%", "percent": "%", "points": "points", "ratio": "times"}[unit]
    sign = "+" if unit == "percent" and value > 0 else ""
    return f"{sign}{scaled:.{decimals}f}\u00a0{word}".replace("-", MINUS)


# Short names of claims for a narrow screen, where the user gave none: "trade CHN–RUS 2025".


_EXACT = 3
"""Digits of ends that the digits of a text set: 9.5 to 10.5 % is not 10 to 11 %."""
_PLAIN = ("value", "balance")
"""Measures whose name says no more than their flow does."""


def labels(claims: Iterable[Claim]) -> dict[str, str]:
    """Return a short name of each claim by its id, numbered where it repeats.

    Examples
    --------
    >>> from entrepot.claims import parse_document
    >>> text = '''
    ... format: 1
    ... source: {title: A sentence}
    ... claims:
    ...   - id: value-chn-rus-2025
    ...     value: {exporter: CHN, importer: RUS, flow: both, period: 2025}
    ...     says: $228 billion
    ...   - id: growth-chn-rus-2025
    ...     growth: {exporter: CHN, importer: RUS, period: 2025}
    ...     says: fell 10%
    ... '''
    >>> list(labels(parse_document(text).claims).values())
    ['trade CHN–RUS 2025', 'growth of exports CHN–RUS 2025']
    """
    seen: dict[str, int] = {}
    named: dict[str, str] = {}
    for claim in claims:
        label = _label(claim)
        seen[label] = seen.get(label, 0) + 1
        named[claim.id] = label if seen[label] == 1 else f"{label} ({seen[label]})"
    return named


def _label(claim: Claim) -> str:
    quantity = claim.quantity
    if not quantity.of:
        return claim.id
    measure = quantity.measure
    level = quantity.of[0][0]
    words = measure.replace("_", " ")
    flow = _flow(quantity)
    if "_share" in measure or quantity.less:
        flow = f"{words} {level.exporter}–{level.importer}"
    elif measure not in _PLAIN:
        flow = f"{words} of {flow}"
    goods = "" if level.goods == "all" else f" {level.goods.removeprefix(NAMED)}"
    return f"{flow}{goods} {_years(quantity)}"


def _flow(quantity: Quantity) -> str:
    levels = [level for level, _ in quantity.of]
    first = levels[0]
    if first.kind == "gdp":
        return f"GDP {first.exporter}"
    if first.turned() in levels:
        if quantity.measure == "balance":
            return f"balance {first.exporter}–{first.importer}"
        sides = sorted({first.exporter, first.importer} - {WORLD})
        return f"trade {'–'.join(sides)}"
    if first.exporter == WORLD:
        return f"imports {first.importer}"
    if first.importer == WORLD:
        return f"exports {first.exporter}"
    return f"exports {first.exporter}–{first.importer}"


def _years(quantity: Quantity) -> str:
    """Return the period; a growth over the year before needs no base."""
    period = quantity.of[0][0].period
    usual = quantity.measure.endswith("growth") and quantity.to
    if usual and quantity.to[0][0].period == period.before():
        return f"{period}"
    return period_of(quantity)
