"""From rows to steps: what each seller of a chain sold to each buyer, product by product."""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import numbers_refused, run_on_frame
from entrepot.measures.grouped import as_codes
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Edge = tuple[str, str]
"""Seller and buyer."""
TOGETHER = "all"
"""Product of sums over all products."""
Weights = Mapping[str, float]
"""Buyers, each with its weight."""


@dataclass(frozen=True, slots=True)
class Names:
    """Columns of a frame: seller, buyer, product, time and value."""

    supplier: str = "exporter"
    buyer: str = "importer"
    product: str = "product"
    time: str = "period"
    value: str = "value_usd"


@dataclass(slots=True)
class Flows:
    """Values by edge and product, a number for each step: first those before, then those after.

    What has no row was not traded. Products of which a value is missing are in `unknown` and
    nowhere else, for a sum without it would be too small on one side of the comparison. `reported`
    has sellers with some row, be its value zero, and whether the row is one of before.
    """

    steps: int
    cells: dict[Edge, dict[str, list[float]]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    reported: set[tuple[str, bool]] = field(default_factory=set)

    @property
    def products(self) -> list[str]:
        """Return every product that is known, sorted."""
        return sorted({product for goods in self.cells.values() for product in goods})

    def of(self, edge: Edge, product: str) -> list[float]:
        """Return the steps of a cell, zeros where nothing was traded."""
        return self.cells.get(edge, {}).get(product) or [0.0] * self.steps

    def over(self, seller: str, buyers: Weights, product: str) -> list[float]:
        """Return what a seller sold of a product to several buyers, each with its weight."""
        rows = [
            [weight * one for one in row]
            for buyer, weight in buyers.items()
            if (row := self.cells.get((seller, buyer), {}).get(product))
        ]
        return total(rows, self.steps)

    def all_goods(self, seller: str, buyers: Weights) -> list[float]:
        """Return what a seller sold of everything to several buyers, each with its weight."""
        rows = [
            [weight * one for one in row]
            for buyer, weight in buyers.items()
            for row in self.cells.get((seller, buyer), {}).values()
        ]
        return total(rows, self.steps)


def total(rows: Sequence[Sequence[float]], steps: int) -> list[float]:
    """Return the sums of several rows of steps."""
    return [sum(row[step] for row in rows) for step in range(steps)]


def flows_of(frame: Any, chain: Chain, names: Names, *, together: bool = False) -> Flows:
    """Add the rows of a chain up on the engine of the frame, and collect them.

    Parameters
    ----------
    together
        Whether only sums over all products are wanted, which is far fewer cells; products of which
        a value is missing are left out of them.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, a row without product, or a negative or
        infinite sum.
    """
    found = Flows(chain.steps_before + chain.steps_after)
    collected = _collected(frame, chain, names, together)
    places = {time: place_of(time, chain) for time in {row[3] for row in collected}}
    for seller, buyer, product, time, value, is_complete in collected:
        place = places[time]
        # Before anything is left out: a row without a value says that its seller reports.
        found.reported.add((seller, place < chain.steps_before))
        if product is None:
            raise RequestError("a row has no product", where=f"column {names.product}")
        if not is_complete:
            found.unknown.add(product)
            continue
        if not 0 <= value < float("inf"):
            raise RequestError(
                f"{seller} to {buyer} of {product} adds up to {value}",
                where=f"column {names.value}",
                why="trade is an amount of zero or more",
                hint="add corrections to what they correct, or leave the rows out",
            )
        goods = found.cells.setdefault((seller, buyer), {})
        if product not in goods:
            goods[product] = [0.0] * found.steps
        # Added: days, months or text of several forms may lie in one step.
        goods[product][place] += value
    for goods in found.cells.values():
        # At the end: a product may lack a value in a later row than those that were stored.
        for product in found.unknown & set(goods):
            del goods[product]
    return found


def _collected(frame: Any, chain: Chain, names: Names, together: bool) -> list[tuple[Any, ...]]:
    keys = ["__seller", "__buyer", names.product, names.time]
    value = nw.col(names.value)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[names.time]
        timely = _timely(rows, chain, names, dtype)
        played = timely.with_columns(
            _seller(chain, names).alias("__seller"), _buyer(chain, names).alias("__buyer")
        )
        inside = played.filter(_belongs(chain, names))
        if together:
            # On the engine, because its sums no longer say which product they are of.
            unknown = inside.filter(value.is_null()).select(names.product).unique()
            known = inside.join(unknown, on=names.product, how="anti")
            inside = known.with_columns(nw.lit(TOGETHER).alias(names.product))
        return (
            inside.group_by(*keys)
            .agg(
                value.sum().alias("__sum"),
                value.count().alias("__known"),
                nw.len().alias("__rows"),
            )
            .select(*keys, "__sum", (nw.col("__known") == nw.col("__rows")).alias("__whole"))
        )

    texts = [names.supplier, names.buyer, names.product, names.time]
    made = run_on_frame(
        frame,
        step,
        keys=[],
        texts=texts,
        value=names.value,
        makes=[*keys[:2], "__sum"],
        order=keys,
        areas=numbers_refused(names.supplier, names.buyer),
    )
    rows: Any = nw.from_native(cast("Any", made))
    if isinstance(rows, nw.LazyFrame):
        rows = rows.sort(*keys).collect("pyarrow")
    columns: dict[str, list[Any]] = rows.to_arrow().to_pydict()
    return list(zip(*columns.values(), strict=True))


def _timely(rows: nw.LazyFrame[Any], chain: Chain, names: Names, dtype: Any) -> nw.LazyFrame[Any]:
    """Keep the rows of the two periods; text names a step or a part of one."""
    spans = (chain.before, chain.after)
    if dtype == nw.String:
        lengths = [months for months in MONTHS.values() if months <= chain.months]
        # As text: the names of all months, quarters and years that a step can be made of.
        texts = {str(part) for span in spans for months in lengths for part in span.split(months)}
        return rows.filter(nw.col(names.time).is_in(sorted(texts)))
    one, other = (begins_within(span, names.time, dtype) for span in spans)
    return rows.filter(one | other)


def _seller(chain: Chain, names: Names) -> nw.Expr:
    column = nw.col(names.supplier)
    # All other sellers count as one: only what they may have supplied in all matters.
    others = nw.when(column.is_in(list(chain.hubs))).then(column).otherwise(nw.lit(OTHERS))
    return nw.when(column.is_in(sorted(chain.origin))).then(nw.lit(ORIGIN)).otherwise(others)


def _buyer(chain: Chain, names: Names) -> nw.Expr:
    column = nw.col(names.buyer)
    is_last = column.is_in(sorted(chain.importer))
    return nw.when(is_last).then(nw.lit(IMPORTER)).otherwise(column)


def _belongs(chain: Chain, names: Names) -> nw.Expr:
    """Whether somebody sells to a hub, or origin or a hub sells to the importer or a control."""
    seller, buyer = nw.col(names.supplier), nw.col(names.buyer)
    sold = seller.is_in(sorted({*chain.origin, *chain.hubs}))
    bought = buyer.is_in(sorted({*chain.importer, *chain.calm}))
    return (buyer.is_in(list(chain.hubs)) & (seller != buyer)) | (sold & bought)


def place_of(moment: Any, chain: Chain) -> int:
    """Return the step that a date, year or text lies in, counted from the first before."""
    month = _month(moment)
    first = chain.before.start.year * 12 + chain.before.start.month - 1
    if month < first + chain.before.months:
        return (month - first) // chain.months
    second = chain.after.start.year * 12 + chain.after.start.month - 1
    return chain.steps_before + (month - second) // chain.months


# Many rows, few times.
@lru_cache(maxsize=4096)
def _month(moment: Any) -> int:
    if isinstance(moment, date):
        return moment.year * 12 + moment.month - 1
    start = Period.parse(moment if isinstance(moment, str) else int(moment)).start
    return start.year * 12 + start.month - 1


# The most that can pass from one end of a network to the other, and the edges that limit it.


TINY = 1e-12
"""Part of the largest capacity below which an edge is full."""


@dataclass(frozen=True, slots=True)
class HubNetwork:
    """A maximum flow.

    Attributes
    ----------
    value
        What passes, in the unit of the capacities.
    flow
        What passes along each edge that is used; one of several ways where there are more.
    cut
        Edges of a minimum cut, the one nearest to the source, with their capacities: they add up
        to `value`, and nothing more passes unless one of them is widened.
    """

    value: float
    flow: dict[Edge, float]
    cut: dict[Edge, float]


def maximum_flow(capacity: Mapping[Edge, float], source: str, sink: str) -> HubNetwork:
    """Return the maximum flow, by shortest augmenting paths (Edmonds and Karp 1972).

    On amounts as they are: solvers on whole numbers would have to round them.

    Parameters
    ----------
    capacity
        Of each edge, zero or more; an edge that is not named has none.
    source, sink
        The two ends.
    """
    left: dict[str, dict[str, float]] = defaultdict(dict)
    for (one, other), amount in capacity.items():
        left[one][other] = left[one].get(other, 0.0) + amount
        # The way back, along which a later path may undo an earlier one.
        left[other].setdefault(one, 0.0)
    # Without it, amounts that rounding leaves would be paths of their own, one after the other.
    least = TINY * max(capacity.values(), default=0.0)
    while path := _shortest(left, source, sink, least):
        amount = min(left[one][other] for one, other in path)
        for one, other in path:
            left[one][other] -= amount
            left[other][one] += amount
    flow = {
        edge: amount - left[edge[0]][edge[1]]
        for edge, amount in capacity.items()
        if amount - left[edge[0]][edge[1]] > least
    }
    near = _reached(left, source, least)
    cut = {
        edge: amount
        for edge, amount in capacity.items()
        if edge[0] in near and edge[1] not in near and amount > 0
    }
    # By the cut, a sum of given amounts, and not by the paths, which carry their rounding.
    return HubNetwork(sum(cut.values()), flow, cut)


def _shortest(
    left: Mapping[str, Mapping[str, float]], source: str, sink: str, least: float
) -> list[Edge]:
    """Return the edges of a shortest path with room on it; none if there is none."""
    came = _reached(left, source, least)
    if sink not in came:
        return []
    path, place = [], sink
    while place != source:
        path.append((came[place], place))
        place = came[place]
    return path


def _reached(left: Mapping[str, Mapping[str, float]], source: str, least: float) -> dict[str, str]:
    """Return who can be reached along edges with room, and from where, in breadth."""
    came, queue = {source: source}, deque([source])
    while queue:
        place = queue.popleft()
        for other, amount in left.get(place, {}).items():
            if amount > least and other not in came:
                came[other] = place
                queue.append(other)
    return came


# Who may have passed goods on to whom, and the steps of time that are compared.


ORIGIN, IMPORTER, OTHERS = "@origin", "@importer", "@others"
"""Names of the two ends of a chain, and of all others that sell to a hub."""
Frequency = Literal["M", "Q", "A"]
MIXED = 2
"""Controls that a synthetic one takes."""
FEWEST = 8
"""Steps before the event that a synthetic control takes."""
MONTHS: dict[str, int] = {"M": 1, "Q": 3, "A": 12}


@dataclass(frozen=True, slots=True)
class Chain:
    """The ends, the hubs between them, those that are compared with, and the time.

    Attributes
    ----------
    origin, importer
        Areas at the two ends; the members of each count as one.
    hubs
        Areas in between, each by itself.
    controls
        Names, each with importers that the event did not reach.
    before, after
        Periods before and after the event.
    months
        Length of a step.
    least
        What controls must have bought of a product before, for their growth to say anything.
    synthetic
        Whether a mixture of the controls that moved as the flow did before is one more set.
    non_reporting
        Hubs of which the rows have some of the others who sold to them, and not all.
    complete
        Whether a hub of whose sales there is no row has sold nothing.
    """

    origin: frozenset[str]
    importer: frozenset[str]
    hubs: tuple[str, ...]
    before: Period
    after: Period
    months: int
    controls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    least: float = 0.0
    synthetic: bool = False
    non_reporting: frozenset[str] = frozenset()
    complete: bool = False

    @property
    def steps_before(self) -> int:
        """Return the number of steps before the event."""
        return self.before.months // self.months

    @property
    def steps_after(self) -> int:
        """Return the number of steps after it."""
        return self.after.months // self.months

    @property
    def can_mix(self) -> bool:
        """Return whether there is enough to mix a synthetic control of."""
        return len(self.calm) >= MIXED and self.steps_before >= FEWEST

    @property
    def calm(self) -> frozenset[str]:
        """Return everybody in a set of controls."""
        return frozenset[str]().union(*self.controls.values())


def chain_of(
    *,
    origin: str | Collection[str],
    importer: str | Collection[str],
    hubs: str | Collection[str],
    controls: Mapping[str, str | Collection[str]] | None,
    before: str | int | Period,
    after: str | int | Period,
    frequency: Frequency,
    least: float = 0.0,
    synthetic: bool = False,
    non_reporting: str | Collection[str] = (),
    complete: bool = False,
) -> Chain:
    """Check the parts that areas play and return the chain.

    Raises
    ------
    RequestError
        If an area plays two parts, a part is empty, a set of controls has nobody outside the
        origin, the periods overlap, are the wrong way round or
        are not made of whole steps.
    """
    if frequency not in MONTHS:
        raise RequestError(f"frequency {frequency!r}", hint="M, Q or A")
    now, then = apart(after, before)
    if then.start > now.start:
        raise RequestError(
            f"{then}, the time before the event, is after {now}",
            hint="name the earlier period as the one before",
        )
    sets = {name: frozenset(as_codes(codes)) for name, codes in (controls or {}).items()}
    parts = {
        "origin": frozenset(as_codes(origin)),
        "importer": frozenset(as_codes(importer)),
        "hubs": frozenset(as_codes(hubs)),
    }
    # Members of the origin may stand among controls (in a group's name) and are taken out of them.
    _require_apart(parts | {"controls": frozenset[str]().union(*sets.values()) - parts["origin"]})
    for name, codes in sets.items():
        if not codes - parts["origin"]:
            raise RequestError(
                f"the controls {name!r} have no area outside the origin",
                why="members of the origin sell, and are no importers to compare hubs with",
                hint="name importers that the event did not reach",
            )
    months = MONTHS[frequency]
    for span in (now, then):
        if not span.split(1) or span.months % months:
            raise RequestError(
                f"{span} is not made of whole steps of {months} months",
                hint="choose periods of whole steps, or a finer frequency",
            )
    found = Chain(
        origin=parts["origin"],
        importer=parts["importer"],
        hubs=tuple(sorted(parts["hubs"])),
        before=then,
        after=now,
        months=months,
        controls={name: codes - parts["origin"] for name, codes in sets.items()},
        least=least,
        synthetic=synthetic,
        non_reporting=frozenset(as_codes(non_reporting)),
        complete=complete,
    )
    if synthetic and not found.can_mix:
        raise RequestError(
            "no synthetic control of so little",
            why=f"it takes two controls and {FEWEST} steps before the event",
            hint="name more controls, or an earlier beginning of the time before",
        )
    return found


def _require_apart(parts: Mapping[str, frozenset[str]]) -> None:
    for name, codes in parts.items():
        if not codes and name != "controls":
            raise RequestError(f"no area is named as {name}", hint="name at least one")
    for (one, first), (other, second) in itertools.combinations(parts.items(), 2):
        if both := sorted(first & second):
            raise RequestError(
                f"{', '.join(both)} is on two sides: {one} and {other}",
                why="goods through a hub begin and end elsewhere",
                hint="name each area on one side",
            )
