"""What one buyer's price did against the others', product by product.

Four cells make a contrast: the buyer's unit value and the others', in a period and in its base.
"""

from __future__ import annotations

import math
import operator
import random
from collections import defaultdict
from dataclasses import dataclass
from statistics import NormalDist, median, stdev
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError
from entrepot.limits import step
from entrepot.measures.change import begins_within
from entrepot.measures.frame_adapter import numbers_refused, run_on_frame
from entrepot.measures.grouped import aggregate
from entrepot.measures.student import degrees_of_freedom, half_width, student_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Sequence

    from entrepot.model.period import Period

# The buyer and the others, in the period (1) and in its base (0).
SIDES = ("b1", "b0", "o1", "o0")


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns of a comparison of buyers.

    `item` is what is compared, `cluster` what moves together, by default headings, and `group` what
    is answered apart.
    """

    item: tuple[str, ...]
    product: str
    importer: str
    time: str
    value: str
    quantity: str
    cluster: str | None = None
    group: str | None = None

    @property
    def keys(self) -> list[str]:
        """Columns that tell lines apart."""
        more = [name for name in (self.cluster, self.group) if name]
        return list(dict.fromkeys([*self.item, *more]))


@dataclass(frozen=True, slots=True)
class Contrast:
    """One product's prices: log changes, and what they rest on.

    Attributes
    ----------
    product, cluster
        Code, and the group that is drawn as a whole.
    buyer, others
        Log change of the unit value of the buyer, and of the others.
    precision
        Weight of ``buyer - others`` when each cell is weighted by its value: 1 / Σ 1 / value.
    bill_usd
        What the buyer paid in the period, USD.
    group
        What it is answered with, None where all are answered together.
    """

    product: Any
    cluster: Any
    buyer: float
    others: float
    precision: float
    bill_usd: float
    group: Any = None

    @property
    def gap(self) -> float:
        """Log change of the buyer's price less that of the others'."""
        return self.buyer - self.others


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Products that could not be compared: why, how many, and the buyer's bill for them in USD."""

    reason: str
    products: int
    usd: float


def contrasts(
    frame: Any,
    roles: Roles,
    buyers: Sequence[str],
    periods: tuple[Period, Period],
    *,
    trim: float | None,
    min_rows: int,
) -> tuple[list[Contrast], tuple[LeftOut, ...]]:
    """Collect the four cells of each product, and compare where all four have a price."""

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return _cells(rows, roles, buyers, periods)

    keys = roles.keys
    texts = [roles.importer, roles.time, roles.quantity]
    areas = numbers_refused(roles.importer)
    found = run_on_frame(frame, step, keys=keys, texts=texts, value=roles.value, areas=areas)
    # An engine gives rows in any order; a bootstrap draws by place, so that a seed needs one order.
    rows = sorted(collected(found), key=lambda row: [str(row[name]) for name in keys])
    kept: list[Contrast] = []
    out: dict[str, list[float]] = {}
    for row in rows:
        if reason := _unusable(row, min_rows) or _extreme(row, trim):
            out.setdefault(reason, []).append(row["__bill"] or 0.0)
        else:
            kept.append(_contrast(row, roles))
    return kept, tuple(LeftOut(name, len(bills), math.fsum(bills)) for name, bills in out.items())


def heading_of(product: Any) -> str:
    """Return the four-digit heading of a code, which has to be text with its zeros."""
    if not isinstance(product, str):
        raise RequestError(
            f"a product is {product!r}, not text",
            why="its heading is the first four digits, of which a number may have lost one",
            hint="turn codes into text with their zeros, or name a column as `cluster`",
        )
    return product[:4]


def _cells(
    rows: nw.LazyFrame[Any], roles: Roles, buyers: Sequence[str], periods: tuple[Period, Period]
) -> nw.LazyFrame[Any]:
    dtype = rows.collect_schema()[roles.time]
    # A row without importer is neither the buyer's nor surely another's.
    known = paired(rows.filter(~nw.col(roles.importer).is_null()), roles.value, roles.quantity)
    bought = known.with_columns(
        nw.when(nw.col(roles.importer).is_in(buyers)).then(1).otherwise(0).alias("__buyer")
    )
    parts: list[nw.Expr] = []
    for side in SIDES:
        here = begins_within(periods[0 if side[1] == "1" else 1], roles.time, dtype)
        chosen = here & (nw.col("__buyer") == (1 if side[0] == "b" else 0))
        parts.append(nw.when(chosen).then(nw.col("__v")).alias("__v_" + side))
        parts.append(nw.when(chosen).then(nw.col("__q")).alias("__q_" + side))
        # The bill is of all known values: what is left out for lack of a quantity has one, too.
        if side == "b1":
            parts.append(nw.when(chosen).then(nw.col("__known")).alias("__bill"))
    names = [f"__{what}_{side}" for side in SIDES for what in "vq"]
    return aggregate(
        bought.select(*roles.keys, *parts),
        roles.keys,
        *(nw.col("__v_" + side).count().cast(nw.Int64).alias("__n_" + side) for side in SIDES),
        *(nw.col(name).sum() for name in [*names, "__bill"]),
    )


def _unusable(row: dict[str, Any], min_rows: int) -> str:
    counts = [row["__n_" + side] for side in SIDES]
    if min(counts) == 0:
        return "not_in_all_four"
    return "too_few_rows" if min(counts) < min_rows else ""


def _extreme(row: dict[str, Any], trim: float | None) -> str:
    # Either side: a jump of the others makes a premium out of nothing just as well.
    far = trim is not None and max(map(abs, _logs(row))) > math.log(trim)
    return "relative" if far else ""


def _logs(row: dict[str, Any]) -> tuple[float, float]:
    price = {side: math.log(row["__v_" + side] / row["__q_" + side]) for side in SIDES}
    return price["b1"] - price["b0"], price["o1"] - price["o0"]


def _contrast(row: dict[str, Any], roles: Roles) -> Contrast:
    buyer, others = _logs(row)
    product = row[roles.product]
    return Contrast(
        product=product,
        cluster=row[roles.cluster] if roles.cluster else heading_of(product),
        buyer=buyer,
        others=others,
        # One over the variance of b1 - b0 - (o1 - o0), if a log price has variance 1 / value.
        precision=1 / math.fsum(1 / row["__v_" + side] for side in SIDES),
        bill_usd=row["__bill"],
        group=row[roles.group] if roles.group else None,
    )


# What prices are made of: values and quantities that belong together.


def check_quantity(frame: Any, quantity: str) -> None:
    """Refuse a frame whose quantity is missing or no number; anything that is no frame passes.

    The door, which every frame comes through, refuses what is no frame.
    """
    try:
        schema = nw.from_native(frame).collect_schema()
    except TypeError:
        return
    if quantity not in schema:
        raise UnknownNameError("column", quantity, schema.names())
    if not schema[quantity].is_numeric():
        raise RequestError(
            f"quantities are {schema[quantity]}, not numbers",
            where=f"column {quantity}",
            hint="turn the column into numbers first",
        )


def check_trim(trim: float | None) -> None:
    """Refuse a bound on price relatives that leaves out everything."""
    if trim is not None and not trim > 1:
        raise RequestError(
            f"relatives cannot be trimmed at {trim}",
            why="relatives outside [1/trim, trim] are left out",
            hint="choose a number above 1, such as 5, or None",
        )


def paired(rows: nw.LazyFrame[Any], value: str, quantity: str) -> nw.LazyFrame[Any]:
    """Add ``__v`` and ``__q``, value and quantity where both are known, positive and finite.

    ``__known`` is the value where it is finite.
    """
    sold, amount = nw.col(value), nw.col(quantity).cast(nw.Float64)
    good = (sold > 0) & (amount > 0) & sold.is_finite() & amount.is_finite()
    return rows.with_columns(
        nw.when(good).then(sold).alias("__v"),
        nw.when(good).then(amount).alias("__q"),
        nw.when(sold.is_finite()).then(sold).alias("__known"),
    )


def two_periods(
    rows: nw.LazyFrame[Any],
    cell: Sequence[str],
    periods: tuple[Period, Period],
    columns: tuple[str, str, str],
) -> nw.LazyFrame[Any]:
    """Add up each cell in the period (1) and in the base (0).

    Returns the cell and ``__v1, __q1, __v0, __q0``, sums over rows that have a price, and
    ``__all1, __all0``, sums over all known values. A sum of nothing is zero; ``__silent1`` and
    ``__silent0`` are 1 where there are rows and no value is known, and 0 otherwise.
    """
    time, value, quantity = columns
    dtype = rows.collect_schema()[time]
    parts, names, counts, unreported = [], [], [], []
    for mark, span in zip("10", periods, strict=True):
        here = begins_within(span, time, dtype)
        parts.append(nw.when(here).then(nw.lit(1)).alias(f"__rows{mark}"))
        counts.append(nw.col(f"__rows{mark}").count())
        counts.append(nw.col(f"__all{mark}").count().alias(f"__known{mark}"))
        # Rows of which no value is known: their zero sum says nothing, and is no end of trade.
        unknown = (nw.col(f"__rows{mark}") > 0) & (nw.col(f"__known{mark}") == 0)
        unreported.append(nw.when(unknown).then(1).otherwise(0).alias(f"__silent{mark}"))
        for column, name in (("__v", "__v"), ("__q", "__q"), ("__known", "__all")):
            parts.append(nw.when(here).then(nw.col(column)).alias(name + mark))
            names.append(name + mark)
    split = paired(rows, value, quantity).select(*cell, *parts)
    sums = aggregate(split, cell, *counts, *(nw.col(name).sum() for name in names))
    return sums.with_columns(*unreported)


def log_of(column: str) -> nw.Expr:
    """Return the natural logarithm of a column that is positive or null."""
    return nw.col(column).log(math.e)


def collected(frame: Any) -> list[dict[str, Any]]:
    """Return a small frame as rows of plain Python."""
    rows = cast("nw.DataFrame[Any] | nw.LazyFrame[Any]", nw.from_native(frame))
    eager = rows.collect("pyarrow") if isinstance(rows, nw.LazyFrame) else rows
    found: list[dict[str, Any]] = eager.to_arrow().to_pylist()
    return found


def given_back(frame: Any, columns: dict[str, list[Any]], schema: dict[str, Any]) -> Any:
    """Return columns as the kind of frame that `frame` is.

    A lazy frame of an engine with connections comes back on the engine's default connection.
    """
    asked = cast("nw.DataFrame[Any] | nw.LazyFrame[Any]", nw.from_native(frame))
    kind = asked.implementation
    lazy = isinstance(asked, nw.LazyFrame)
    # Narwhals makes no lazy frame of plain columns: an eager one comes first, of Polars for Polars.
    backend = nw.Implementation.PYARROW if lazy and not kind.is_polars() else kind
    made: Any = nw.from_dict(columns, schema=schema, backend=cast("Any", backend))
    if lazy and kind.is_spark_like():
        made = made.lazy(kind, session=asked.to_native().sparkSession)
    elif lazy:
        made = made.lazy(None if kind.is_polars() else kind)
    return made if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else made.to_native()


# The premium from contrasts of products: a median, or a difference in differences.


@dataclass(frozen=True, slots=True)
class PremiumEstimate:
    """Log premium with its uncertainty; the interval is None with fewer than two clusters.

    Attributes
    ----------
    beta, error, low, high
        Log premium, its standard error, and its interval.
    buyer, others
        Log change of the buyer's prices and of the others', over the products in question.
    """

    beta: float
    error: float | None
    low: float | None
    high: float | None
    buyer: float
    others: float


def median_gap(
    found: Sequence[Contrast],
    controlled: Collection[Any] | None,
    *,
    confidence: float,
    interval: Interval,
    replicates: int,
    seed: int,
) -> PremiumEstimate:
    """Return the median over products, with a bootstrap of clusters.

    With `controlled` it is the median over these less the median over all others, without an
    interval where either has fewer than `FEWEST` clusters: samples of so few say too little.
    """
    pairs = [(item.gap, controlled is None or item.product in controlled) for item in found]

    def statistic(sample: Sequence[tuple[float, bool]]) -> float | None:
        inside = [gap for gap, chosen in sample if chosen]
        outside = [gap for gap, chosen in sample if not chosen]
        if not inside or (controlled is not None and not outside):
            return None
        return median(inside) - (median(outside) if controlled is not None else 0.0)

    chosen = [item for item in found if controlled is None or item.product in controlled]
    beta = statistic(pairs) or 0.0
    buyer = median(item.buyer for item in chosen)
    others = median(item.others for item in chosen)
    clusters = [item.cluster for item in found]
    count = len(set(clusters))
    # The smaller side decides: few controlled headings are few, however many others there are.
    if count < 2 or (controlled is not None and _smaller_side(found, controlled) < FEWEST):
        return PremiumEstimate(beta, None, None, None, buyer, others)
    draws = bootstrapped(pairs, clusters, statistic, replicates=replicates, seed=seed)
    low, high = interval_of(
        beta, draws, confidence, interval, clusters=count, is_difference=controlled is not None
    )
    return PremiumEstimate(beta, stdev(draws), low, high, buyer, others)


def _smaller_side(found: Sequence[Contrast], controlled: Collection[Any]) -> int:
    """Return the number of clusters of controlled goods or of others, whichever is less."""
    inside = {item.cluster for item in found if item.product in controlled}
    outside = {item.cluster for item in found if item.product not in controlled}
    return min(len(inside), len(outside))


def mean_gap(
    found: Sequence[Contrast], controlled: Collection[Any] | None, *, weighted: bool
) -> float:
    """Return the mean over products; with `controlled`, that of these less that of all others."""
    beta = _beta(_added(found, controlled, weighted=weighted), controlled)
    assert beta is not None, "callers have products on each side"
    return beta


def difference_in_differences(
    found: Sequence[Contrast],
    controlled: Collection[Any] | None,
    *,
    weighted: bool,
    confidence: float,
) -> PremiumEstimate:
    """Return β of the saturated design in closed form, with jackknife errors of clusters (CV3).

    Two destinations and two periods leave one contrast a product once exporter-product-destination
    and exporter-product-time effects are out; least squares on all cells is least squares on the
    contrasts, weighted by 1 / Σ 1 / w of their four cells. Destination-time effects are the mean
    contrast of goods that are not controlled, which is 0 where all are. Each cluster is left out
    once; under weights these errors hold where the usual ones (CR1) come out a fifth too small.
    Student's t has as many degrees of freedom as `degrees_of_freedom` leaves.
    """
    beta = mean_gap(found, controlled, weighted=weighted)
    chosen = [item for item in found if controlled is None or item.product in controlled]
    weights = [item.precision if weighted else 1.0 for item in chosen]
    buyer = _mean([item.buyer for item in chosen], weights)
    others = _mean([item.others for item in chosen], weights)
    clusters: dict[Any, list[Contrast]] = defaultdict(list)
    for item in found:
        clusters[item.cluster].append(item)
    sums = [_added(some, controlled, weighted=weighted) for some in clusters.values()]
    error = _jackknife(sums, beta, controlled)
    if error is None:
        return PremiumEstimate(beta, None, None, None, buyer, others)
    # By the weight of the clusters, not by their number: one heading may have most of the value.
    half = half_width(error, degrees_of_freedom(_adds(sums)), confidence)
    if half is None:
        return PremiumEstimate(beta, error, None, None, buyer, others)
    return PremiumEstimate(beta, error, beta - half, beta + half, buyer, others)


def _added(
    found: Sequence[Contrast], controlled: Collection[Any] | None, *, weighted: bool
) -> list[float]:
    """Return the weights and weighted gaps of controlled goods, and those of other goods."""
    parts: list[float] = []
    for inside in (True, False):
        some = [x for x in found if (controlled is None or x.product in controlled) is inside]
        weights = [item.precision if weighted else 1.0 for item in some]
        parts.append(math.fsum(weights))
        parts.append(math.fsum(map(operator.mul, weights, (item.gap for item in some))))
    return parts


def _beta(sums: Sequence[float], controlled: Collection[Any] | None) -> float | None:
    inside, gaps, outside, other_gaps = sums
    if inside <= 0 or (controlled is not None and outside <= 0):
        return None
    return gaps / inside - (other_gaps / outside if controlled is not None else 0.0)


def _jackknife(
    clusters: Sequence[Sequence[float]],
    beta: float,
    controlled: Collection[Any] | None,
) -> float | None:
    """Return the standard error, None where leaving a cluster out leaves nothing to compare."""
    if len(clusters) < 2:
        return None
    squares = []
    for place in range(len(clusters)):
        rest = clusters[:place], clusters[place + 1 :]
        # Added up anew: what is left after a subtraction may be nothing but rounding.
        left = [
            math.fsum(column)
            for column in zip(*[row for part in rest for row in part], strict=True)
        ]
        without = _beta(left, controlled)
        if without is None:
            return None
        squares.append((without - beta) ** 2)
    return math.sqrt(math.fsum(squares) * (len(clusters) - 1) / len(clusters))


def _adds(clusters: Sequence[Sequence[float]]) -> list[float]:
    """Return what each cluster adds to the variance of independent goods."""
    inside, outside = (math.fsum(one[place] for one in clusters) for place in (0, 2))
    return [one[0] / inside**2 + (one[2] / outside**2 if outside else 0.0) for one in clusters]


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    parts = map(operator.mul, values, weights)
    return math.fsum(parts) / math.fsum(weights)


# Intervals of a bootstrap of clusters, in plain Python.


Interval = Literal["percentile", "basic"]
Item = TypeVar("Item")
# Draws of one sample; it has to have both controlled and other products where both are compared.
TRIES = 100
FEWEST = 10
"""Clusters below which a bootstrap of them is no interval, of a difference those of each side."""


def bootstrapped(
    items: Sequence[Item],
    clusters: Sequence[Hashable],
    statistic: Callable[[Sequence[Item]], float | None],
    *,
    replicates: int,
    seed: int,
) -> list[float]:
    """Return the statistic of `replicates` samples of whole clusters, sorted.

    Parameters
    ----------
    items, clusters
        What is drawn, and the cluster of each; clusters are drawn with replacement, as many as
        there are, in the order they first appear.
    statistic
        What is computed of a sample; where it is None the sample is drawn again.
    replicates, seed
        Number of samples, and the seed: the same one gives the same samples.
    """
    groups: dict[Hashable, list[Item]] = defaultdict(list)
    for item, cluster in zip(items, clusters, strict=True):
        groups[cluster].append(item)
    members, draw = list(groups.values()), random.Random(seed)
    found = []
    for _ in range(replicates):
        step()
        for _ in range(TRIES):
            # Clusters and not products: those of one heading move together.
            chosen = draw.choices(members, k=len(members))
            result = statistic([item for group in chosen for item in group])
            if result is not None:
                found.append(result)
                break
    return sorted(found)


def interval_of(
    estimate: float,
    replicates: Sequence[float],
    confidence: float,
    kind: Interval,
    *,
    clusters: int,
    is_difference: bool = False,
) -> tuple[float, float]:
    """Return the interval that sorted replicates give.

    ``percentile`` takes their quantiles; ``basic`` reflects these at the estimate. Both are widened
    by √(n / (n - 1)), since samples drawn from n clusters spread less than the clusters, and for
    few clusters as Student's t is against the normal distribution (Hesterberg 2015, The American
    Statistician 69, expanded percentile interval). A difference of two medians is not widened as
    Student's t is: of half the products each, their bootstrap spreads too much already.
    """
    usual = NormalDist().inv_cdf((1 + confidence) / 2)
    wide = math.sqrt(clusters / (clusters - 1))
    wide *= usual if is_difference else student_quantile(confidence, clusters - 1)
    tail = NormalDist().cdf(-wide)
    low, high = _quantile(replicates, tail), _quantile(replicates, 1 - tail)
    return (low, high) if kind == "percentile" else (2 * estimate - high, 2 * estimate - low)


def _quantile(values: Sequence[float], part: float) -> float:
    # The same places, (n + 1) p, as in the intervals of reconciled values.
    place = part * (len(values) + 1) - 1
    below = min(max(math.floor(place), 0), len(values) - 1)
    above = min(below + 1, len(values) - 1)
    rest = min(max(place - below, 0.0), 1.0)
    return values[below] + rest * (values[above] - values[below])
