"""What the errors of reconciled rows leave open in a measure that is made of them."""

from __future__ import annotations

import math
import random
import statistics
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot import measures
from entrepot.engine import cursor
from entrepot.figures.editions import with_elasticities
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import editions_of
from entrepot.figures.rows import ERRORS
from entrepot.figures.run_measure import rows_of
from entrepot.lake import fetch
from entrepot.measures import measure_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.figures.rows import Frame, Goods, SourceRows

INTERVAL = "90 % interval of the reconciled value"


class _Pair(NamedTuple):
    """Trade of two areas: its value, and how far off it may be, in logarithms."""

    exporter: str
    importer: str
    is_now: bool
    value: float
    down: float
    up: float


def interval(
    cells: SourceRows, asked: Definition, goods: Goods
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
    # ERRORS are ratios to the value: back to dollars before they are added up.
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
        # Sorted, as sums of floats depend on the order, and rows come from threads in any.
        for seller, buyer, is_now, total, low, high in sorted(fetch(table))
        if total and low
    ]
    return _ends(asked, pairs) if pairs else (None, None)


def drawn_ends(
    cells: SourceRows, asked: Definition, goods: Goods
) -> dict[str, tuple[float, float]]:
    """Return the interval of a measure whose errors are drawn, under no name, and its columns'."""
    if not cells.is_blend or asked.quantity != "value" or asked.measure not in MEASURES:
        return {}
    rows = rows_of(cells, asked, goods)
    if question(asked.measure).elastic:
        rows = with_elasticities(rows, cells.lake, editions_of(cells, asked))
    found = drawn(rows, asked)
    main = question(asked.measure).value or measure_metadata(asked.measure).columns[0][0]
    return {"" if name == main else name: ends for name, ends in found.items()}


def _ends(asked: Definition, pairs: Sequence[_Pair]) -> tuple[float, float] | tuple[None, None]:
    sellers, buyers = asked.members("exporter"), asked.members("importer")
    match asked.measure:
        case "value" if asked.flow == "balance":
            return _balance(pairs, sellers, buyers)
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
    # cr and top_supplier: who is largest is taken as
    # given, only the size of its share as uncertain.
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
    # Log odds ln(part / rest) and back by the logistic function: ends stay between 0 and 1.
    return _spread(slopes, pairs, _amount(part) - _amount(rest), lambda x: 1 / (1 + math.exp(-x)))


def _growth(pairs: Sequence[_Pair]) -> tuple[float, float] | tuple[None, None]:
    before, after = ([one for one in pairs if one.is_now is now] for now in (False, True))
    if not before or not after:
        return None, None
    slopes = _difference(pairs, lambda one: one.is_now, lambda one: not one.is_now)
    center = _amount(after) - _amount(before)
    return _spread(slopes, pairs, center, lambda x: 100 * (math.exp(x) - 1))


def _balance(
    pairs: Sequence[_Pair], sellers: frozenset[str], buyers: frozenset[str]
) -> tuple[float, float] | tuple[None, None]:
    """Return the ends of exports less imports, the errors of which are independent."""
    sold, bought = (
        [one for one in pairs if _is_from(one, *sides)]
        for sides in ((sellers, buyers), (buyers, sellers))
    )
    if not sold or not bought:
        return None, None
    ends = []
    for way in (sold, bought):
        value = math.fsum(one.value for one in way)
        low, high = _spread(_share_of(way, lambda _: True), way, _amount(way), math.exp)
        ends.append((value, value - low, high - value))
    (out, out_down, out_up), (into, into_down, into_up) = ends
    value = out - into
    return value - math.hypot(out_down, into_up), value + math.hypot(out_up, into_down)


def _is_from(pair: _Pair, sellers: frozenset[str], buyers: frozenset[str]) -> bool:
    """Whether a pair is of a flow; nobody named is everybody."""
    return (not sellers or pair.exporter in sellers) and (not buyers or pair.importer in buyers)


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
    # ln of flow / sqrt(bought * sold), by the logarithm of each value.
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
    # d ln HHI / d ln v, with HHI = sum of squared shares s: 2 v / total (s - HHI) / HHI.
    slopes = [
        2 * one.value / total * (totals[one.exporter] / total - index) / index for one in pairs
    ]
    low, high = _spread(slopes, pairs, math.log(index), math.exp)
    # n suppliers cannot be less concentrated than n equal ones.
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
    # Infinity makes all slopes zero where nothing counts.
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
    # Errors are lopsided: a value with a negative slope moves the measure down by its upper end.
    down = math.sqrt(sum((k * (one.down if k > 0 else one.up)) ** 2 for k, one in both))
    up = math.sqrt(sum((k * (one.up if k > 0 else one.down)) ** 2 for k, one in both))
    return back(center - down), back(center + up)


# What the errors of reconciled rows leave open in measures without a slope: by drawing errors.


MEASURES = ("rank", "elastic_power", "nested_power", "change_of_share")
"""Measures that jump, bend or split in ways for which a slope does not stand.

Prices have none: what one report lacks, it lacks in value and in mass, so that errors of values
alone would leave open far more than two reports of one price do.
"""
# The 5 % and 95 % quantiles are then the 20th value from either end.
DRAWS = 400
NINE_IN_TEN = statistics.NormalDist().inv_cdf(0.95)
"""How many standard deviations the ends of a row's interval are away."""
# Fixed, so that a question has the same interval each time. Any number would do.
SEED = 1901

_KEYS = ("exporter", "importer", "product", "period", "elasticity")

_VALUED = """
SELECT d.draw, r.exporter, r.importer, r.product, r.period, r.elasticity,
       r.value * exp(d.error * CASE WHEN d.error < 0 THEN r.down ELSE r.up END) AS value_usd
FROM told AS r JOIN errors AS d ON d.pair = r.pair
"""


def drawn(rows: Frame, asked: Definition) -> dict[str, tuple[float, float]]:
    """Return the 90 % interval of each column of a measure of reconciled rows.

    As elsewhere, errors of two areas' trade with each other at one time go the same way, and those
    of different pairs and times are independent of each other. Each of `DRAWS` draws moves every
    value within what its two reports leave open, and the measure is put to all of them at once.

    Parameters
    ----------
    rows
        Rows that the measure is made of, with `ERRORS` beside them and elasticities if it needs
        them.

    Returns
    -------
    dict
        By column, its 5 % and 95 % quantiles over the draws; a column that is null in one draw of
        twenty has none, for it may be without bounds.
    """
    how = question(asked.measure)
    lines, pairs = _lines(rows, asked)
    if not lines:
        return {}
    import pyarrow as pa

    # A generator of its own: the global one belongs to the user, and NumPy is not needed here.
    random_ = random.Random(SEED)
    every = [(pair, draw) for pair in range(len(pairs)) for draw in range(DRAWS)]
    errors = pa.table(
        {
            "pair": [pair for pair, _ in every],
            "draw": [draw for _, draw in every],
            # In half-widths of the row's 90 % interval: a draw of 1 is its upper end.
            "error": [random_.gauss(0, 1 / NINE_IN_TEN) for _ in every],
        }
    )
    names = (*_KEYS, "value", "down", "up", "pair")
    cells = (list(column) for column in zip(*lines, strict=True))
    reported = pa.table(dict(zip(names, cells, strict=True)), schema=_schema(pa))
    with cursor() as connection:
        connection.register("told", reported)
        connection.register("errors", errors)
        found = how.run(nw.from_native(connection.sql(_VALUED)), asked, "value_usd", by=["draw"])
        known = set(found.collect_schema().names())
        there = [x for x, _ in measures.measure_metadata(asked.measure).columns if x in known]
        answers = fetch(found.select(*there))
    return {
        name: ends
        for name, cells in zip(there, zip(*answers, strict=True), strict=True)
        if (ends := _error_simulation_ends(cells))
    }


def _lines(
    rows: Frame, asked: Definition
) -> tuple[list[tuple[Any, ...]], dict[tuple[str, str, bool], int]]:
    """Return the rows added up as far as the measure allows, each with its pair."""
    how = question(asked.measure)
    value = nw.col("value_usd")
    product = nw.col("product") if how.keeps_products or how.by_product else nw.lit("all")
    elasticity = nw.col("elasticity") if how.elastic else nw.lit(None).cast(nw.Float64)
    table = (
        rows.with_columns(
            product.alias("product"),
            elasticity.alias("elasticity"),
            *((value * nw.col(end)).alias(f"{end}_usd") for end in ERRORS),
        )
        .group_by(*_KEYS)
        .agg(value.sum(), *(nw.col(f"{end}_usd").sum() for end in ERRORS))
    )
    pairs: dict[tuple[str, str, bool], int] = {}
    lines = []
    sums = table.select(*_KEYS, "value_usd", *(f"{end}_usd" for end in ERRORS))
    for *cell, total, low, high in fetch(sums):
        if not total or total <= 0 or not low:
            continue
        pair = (cell[0], cell[1], cell[3] >= asked.period.start)
        number = pairs.setdefault(pair, len(pairs))
        lines.append((*cell, total, math.log(total / low), math.log(high / total), number))
    # As text, for an elasticity may be None, which does not compare with numbers.
    return sorted(lines, key=lambda line: [str(cell) for cell in line]), pairs


def _schema(pa: Any) -> Any:
    text, number = pa.string(), pa.float64()
    kinds = {"exporter": text, "importer": text, "product": text, "period": pa.date32()}
    kinds |= dict.fromkeys(("elasticity", "value", "down", "up"), number)
    return pa.schema([*kinds.items(), ("pair", pa.int64())])


def _error_simulation_ends(cells: tuple[Any, ...]) -> tuple[float, float] | None:
    # Names and flags have no quantiles (bool is a number in Python).
    if any(isinstance(cell, (bool, str)) for cell in cells):
        return None
    known = sorted(float(cell) for cell in cells if cell is not None)
    if len(known) <= 0.95 * len(cells):
        return None
    # 19 cut points, the first at 5 % and the last at 95 %.
    found = statistics.quantiles(known, n=20, method="inclusive")
    return found[0], found[-1]
