"""What the errors of reconciled rows leave open in a measure that is made of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from entrepot.figures.both_reports import ERRORS
from entrepot.figures.elasticities import with_elasticities
from entrepot.figures.error_simulation import MEASURES, drawn
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import editions_of
from entrepot.figures.run_measure import rows_of
from entrepot.lake import fetch
from entrepot.measures import passport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.figures.cells import Cells, Goods
    from entrepot.figures.definition import Definition

__all__ = ["INTERVAL", "drawn_ends", "interval"]

INTERVAL = "what the two reports leave open, nine times in ten"


class _Pair(NamedTuple):
    """Trade of two areas: its value, and how far off it may be, in logarithms."""

    exporter: str
    importer: str
    is_now: bool
    value: float
    down: float
    up: float


def interval(
    cells: Cells, asked: Definition, goods: Goods
) -> tuple[float, float] | tuple[None, None]:
    """Return the ends of a 90 % interval of a measure of reconciled rows; None for other rows.

    Errors of two areas' trade with each other add up as if all went the same way, for they come
    from the same two customs offices; those of different pairs are independent of each other, and
    go into the measure by its slope (the delta method), on a scale on which it has no bounds: the
    logarithm, of a share that of its odds. Ranks, powers and changes of a share have no such slope:
    their errors are drawn, see `drawn`.
    """
    if not cells.is_blend or asked.quantity != "value" or not question(asked.measure).has_interval:
        return None, None
    if asked.measure in MEASURES:
        return drawn_ends(cells, asked, goods).get("", (None, None))
    now = nw.col("period") >= asked.period.start
    value = nw.col("value_usd")
    table = (
        rows_of(cells, asked, goods)
        .with_columns(
            now.alias("__now"), *((value * nw.col(end)).alias(f"{end}_usd") for end in ERRORS)
        )
        .group_by("exporter", "importer", "__now")
        .agg(value.sum(), *(nw.col(f"{end}_usd").sum() for end in ERRORS))
    )
    pairs = [
        _Pair(seller, buyer, is_now, total, math.log(total / low), math.log(high / total))
        for seller, buyer, is_now, total, low, high in sorted(fetch(table))
        if total and low
    ]
    return _ends(asked, pairs) if pairs else (None, None)


def drawn_ends(cells: Cells, asked: Definition, goods: Goods) -> dict[str, tuple[float, float]]:
    """Return the interval of a measure whose errors are drawn, under no name, and its columns'."""
    if not cells.is_blend or asked.quantity != "value" or asked.measure not in MEASURES:
        return {}
    rows = rows_of(cells, asked, goods)
    if question(asked.measure).elastic:
        rows = with_elasticities(rows, cells.lake, editions_of(cells, asked))
    found = drawn(rows, asked)
    main = question(asked.measure).value or passport(asked.measure).columns[0][0]
    return {"" if name == main else name: ends for name, ends in found.items()}


def _ends(asked: Definition, pairs: Sequence[_Pair]) -> tuple[float, float] | tuple[None, None]:
    sellers, buyers = asked.members("exporter"), asked.members("importer")
    match asked.measure:
        case "value":
            return _spread(_share_of(pairs, lambda _: True), pairs, _amount(pairs), math.exp)
        case "growth":
            return _growth(pairs)
        case "asymmetry":
            sold = [one for one in pairs if one.exporter in sellers]
            bought = [one for one in pairs if one.importer in buyers]
            slopes = _difference(
                pairs, lambda one: one.exporter in sellers, lambda one: one.importer in buyers
            )
            return _spread(slopes, pairs, _amount(sold) - _amount(bought), math.exp)
        case "salience":
            return _salience(pairs, sellers, buyers)
        case "retaliation_exposure":
            return _between(pairs, sellers, buyers)
        case "import_share":
            return _share(pairs, lambda one: one.exporter in sellers)
        case "export_share":
            return _share(pairs, lambda one: one.importer in buyers)
        case "hhi":
            return _concentration(pairs)
    totals = _by_supplier(pairs)
    largest = sorted(totals, key=lambda name: (-totals[name], name))[: asked.k or 1]
    return _share(pairs, lambda one: one.exporter in largest)


def _share(
    pairs: Sequence[_Pair], counts: Callable[[_Pair], bool]
) -> tuple[float, float] | tuple[None, None]:
    """Return the ends of a part of the whole; none where it is all or nothing of it."""
    part = [one for one in pairs if counts(one)]
    rest = [one for one in pairs if not counts(one)]
    if not part or not rest:
        return None, None
    slopes = _difference(pairs, counts, lambda one: not counts(one))
    return _spread(slopes, pairs, _amount(part) - _amount(rest), lambda x: 1 / (1 + math.exp(-x)))


def _growth(pairs: Sequence[_Pair]) -> tuple[float, float] | tuple[None, None]:
    before, after = ([one for one in pairs if one.is_now is now] for now in (False, True))
    if not before or not after:
        return None, None
    slopes = _difference(pairs, lambda one: one.is_now, lambda one: not one.is_now)
    center = _amount(after) - _amount(before)
    return _spread(slopes, pairs, center, lambda x: 100 * (math.exp(x) - 1))


def _between(
    pairs: Sequence[_Pair], sellers: frozenset[str], buyers: frozenset[str]
) -> tuple[float, float] | tuple[None, None]:
    """Return the ends of what two sides trade with each other, both ways."""
    found = [
        one
        for one in pairs
        if (one.exporter in sellers and one.importer in buyers)
        or (one.exporter in buyers and one.importer in sellers)
    ]
    if not found:
        return None, None
    return _spread(_share_of(found, lambda _: True), found, _amount(found), math.exp)


def _salience(
    pairs: Sequence[_Pair], sellers: frozenset[str], buyers: frozenset[str]
) -> tuple[float, float] | tuple[None, None]:
    """Return the ends of the geometric mean of the two shares that one flow is of."""
    flow = _share_of(pairs, lambda one: one.exporter in sellers and one.importer in buyers)
    if not any(flow):
        return None, None
    bought = _share_of(pairs, lambda one: one.importer in buyers)
    sold = _share_of(pairs, lambda one: one.exporter in sellers)
    slopes = [one - (m + x) / 2 for one, m, x in zip(flow, bought, sold, strict=True)]
    amounts = [
        _amount([one for one, slope in zip(pairs, some, strict=True) if slope])
        for some in (flow, bought, sold)
    ]
    low, high = _spread(slopes, pairs, amounts[0] - (amounts[1] + amounts[2]) / 2, math.exp)
    return low, min(high, 1.0)


def _concentration(pairs: Sequence[_Pair]) -> tuple[float, float] | tuple[None, None]:
    totals = _by_supplier(pairs)
    total = sum(totals.values())
    index = sum((value / total) ** 2 for value in totals.values())
    slopes = [
        2 * one.value / total * (totals[one.exporter] / total - index) / index for one in pairs
    ]
    low, high = _spread(slopes, pairs, math.log(index), math.exp)
    return max(low, 1 / len(totals)), min(high, 1.0)


def _by_supplier(pairs: Sequence[_Pair]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in pairs:
        found[one.exporter] = found.get(one.exporter, 0.0) + one.value
    return found


def _amount(pairs: Sequence[_Pair]) -> float:
    return math.log(sum(one.value for one in pairs))


def _share_of(pairs: Sequence[_Pair], counts: Callable[[_Pair], bool]) -> list[float]:
    """Return the slope of the logarithm of a sum by the logarithm of each value."""
    total = sum(one.value for one in pairs if counts(one)) or math.inf
    return [one.value / total if counts(one) else 0.0 for one in pairs]


def _difference(
    pairs: Sequence[_Pair], above: Callable[[_Pair], bool], below: Callable[[_Pair], bool]
) -> list[float]:
    """Return the slopes of the logarithm of a ratio of two sums."""
    top, bottom = _share_of(pairs, above), _share_of(pairs, below)
    return [one - other for one, other in zip(top, bottom, strict=True)]


def _spread(
    slopes: Sequence[float], pairs: Sequence[_Pair], center: float, back: Callable[[float], float]
) -> tuple[float, float]:
    """Return the ends on the measure's own scale."""
    both = list(zip(slopes, pairs, strict=True))
    down = math.sqrt(sum((k * (one.down if k > 0 else one.up)) ** 2 for k, one in both))
    up = math.sqrt(sum((k * (one.up if k > 0 else one.down)) ** 2 for k, one in both))
    return back(center - down), back(center + up)
