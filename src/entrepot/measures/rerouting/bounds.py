"""How much came through hubs: matched amounts, a stricter lower and a network's upper bound."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.measures.grouped import as_codes
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.rerouting.cells import (
    IMPORTER,
    MIXED,
    ORIGIN,
    OTHERS,
    Names,
    chain_of,
    flows_of,
    maximum_flow,
)
from entrepot.measures.rerouting.excess import ENOUGH
from entrepot.measures.rerouting.program import Excesses, Hub, Rerouted, Strait, matched, most_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from entrepot.measures.rerouting.cells import Chain, Edge, Flows, Frequency, HubNetwork
    from entrepot.measures.rerouting.program import MatchedFlow
    from entrepot.model.period import Period

REROUTED = MeasureMetadata(
    id="rerouted",
    title="possible rerouting via third countries",
    function="rerouted",
    inputs=(
        "rows with importer, exporter, product, time and value: what the origin and others sold to "
        "hubs, hubs to the importer and to each other, and both to controls; the two periods"
    ),
    columns=(
        ("rerouted", "came in and went out above the paths, same product, same or next step"),
        ("rerouted_low", "the same above the highest path and chance, after others and margins"),
        ("rerouted_high", "what can at most have passed, through chains of hubs as well"),
        ("high_one_hub", "the same through one hub each"),
        ("high_two_hubs", "the same if everything went through two hubs, one after the other"),
        ("high_three_hubs", "the same if everything went through three"),
        ("excess_in", "what hubs bought of the origin above or below its path"),
        ("excess_out", "what hubs sold to the importer above or below its path"),
        ("alarm", "yes if the lower end is above zero, so that growth and chance do not do"),
        ("unknown_products", "products left out because a value is missing"),
    ),
    unit="USD",
    range="0 or more",
    null_rule=(
        "no answer where a hub has no row before or after the event; `alarm` is left out with "
        "fewer than four steps before it; products with a missing value are left out and counted"
    ),
    formula=(
        "max Σ r_hkts with Σ_s r <= ΔI_hkt, Σ_t r <= ΔO_hks / (1 + m), t <= s <= t + 1, and over "
        "hubs Σ r <= ΔI_kt, ΔO_ks / (1 + m); upper end: Σ_k maximum flow over all ΔX_ijk"
    ),
    reference=(
        "matched in-out bounds as set out by the project, after Chupilkin, Javorcik and Plekhanov "
        "(2023), EBRD working paper 276; maximum flow and minimum cut: Ford and Fulkerson (1956), "
        "Canadian Journal of Mathematics 8; Edmonds and Karp (1972), Journal of the ACM 19(2)"
    ),
)


def rerouted(
    frame: Any,
    *,
    importer: str | Collection[str],
    origin: str | Collection[str],
    hubs: str | Collection[str],
    before: str | int | Period,
    after: str | int | Period,
    frequency: Frequency,
    controls: Mapping[str, str | Collection[str]] | None = None,
    other_goods: Any = None,
    margin: float | None = None,
    least: float = 0.0,
    synthetic: bool = False,
    non_reporting: str | Collection[str] = (),
    complete: bool = False,
    supplier: str = "exporter",
    buyer: str = "importer",
    product: str = "product",
    time: str = "period",
    value: str = "value_usd",
) -> Rerouted:
    """Bound what came from an origin to an importer through hubs, in the goods of a frame.

    Rows are added up on the engine of the frame, then collected. What has no row counts as not
    traded.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: the goods asked about.
    importer, origin
        The two ends; several areas count as one.
    hubs
        Importers that goods may pass through, each by itself.
    before, after
        Periods before and after the event; they may differ in length.
    frequency
        ``"M"``, ``"Q"`` or ``"A"``: the steps in which what comes in is matched with what goes
        out. A row belongs to the step it begins in.
    controls
        Sets of importers that the event did not reach, by name, the best first.
    other_goods
        Rows, in the same columns, of goods that the event did not touch. They tell a hub that
        grows from one that passes goods on.
    margin
        What hubs add at most, as a part of what they paid; it is taken off what they sell, but
        for the upper end. None: unknown, nothing is taken off the amount, and the lower end allows
        for a doubling of the price.
    least
        What controls must have bought of a product before, in the unit of the values.
    synthetic
        Whether a mixture of all controls that moved as each flow did before is one more set.
    non_reporting
        Hubs that do not report, so that the rows have some of the others who sold to them, and
        not all: nothing is sure of them.
    complete
        Promise that somebody reports what every hub sold, so that a hub of which no row does, sold
        nothing. Without it such a hub is refused: silence would look like a leap from zero.
    supplier, buyer, product, time, value
        Columns.

    Returns
    -------
    Rerouted
        Amount, bounds, hubs, products and choke points.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, an area that plays two parts, periods
        that overlap or are not made of whole steps, a negative value, or a negative margin.
    NoEvidenceError
        If there is no trade in the goods, or no row says what a hub traded, or what it sold, in
        one of the periods.
    """
    if margin is not None and not 0 <= margin < float("inf"):
        raise RequestError(f"margin is {margin}", hint="0.2 for a fifth on top of what they paid")
    chain = chain_of(
        origin=origin,
        importer=importer,
        hubs=hubs,
        controls=controls,
        before=before,
        after=after,
        frequency=frequency,
        least=least,
        synthetic=synthetic,
        non_reporting=non_reporting,
        complete=complete,
    )
    names = Names(supplier, buyer, product, time, value)
    flows = flows_of(frame, chain, names)
    comparison = None if other_goods is None else flows_of(other_goods, chain, names, together=True)
    return bounds_of(flows, comparison, chain, margin)


def bounds_of(flows: Flows, others: Flows | None, chain: Chain, margin: float | None) -> Rerouted:
    """Return the bounds of flows that were collected; `rerouted` says what they are."""
    require_reported(flows, others, chain)
    found = Excesses(flows, others, chain, margin)
    central = matched(found.central())
    low = _surely(found, chain.hubs)
    capacities = [found.capacity(product) for product in found.products]
    networks = [maximum_flow(one, ORIGIN, IMPORTER) for one in capacities]
    enough = chain.steps_before >= ENOUGH
    known = found.others_known.issuperset(chain.hubs)
    rows = [_hub(found, hub, central, enough=enough) for hub in chain.hubs]
    return Rerouted(
        value=central.value,
        # The three come from programs with different limits; this keeps them in order.
        low=min(low, central.value),
        high=max(sum(one.value for one in networks), central.value),
        chains=_by_length(capacities, networks, chain.hubs, central.value),
        # Hubs whose other suppliers are unknown add nothing to `low`: above zero it is sure all the
        # same, at zero it may be too low.
        alarm=low > 0 if enough and (known or low) else None,
        others_known=known,
        hubs=tuple(sorted(rows, key=lambda one: (-one.matched, -one.high, one.hub))),
        products=tuple(sorted(central.by_product.items(), key=lambda one: (-one[1], one[0]))),
        straits=_straits(networks),
        unknown_products=len(flows.unknown),
    )


def _surely(found: Excesses, hubs: Collection[str]) -> float:
    """Return the lower end; nothing is sure of hubs that no row says what others sold."""
    known = [hub for hub in hubs if hub in found.others_known]
    return matched(found.surely(known)).value if known else 0.0


def _hub(found: Excesses, hub: str, central: MatchedFlow, *, enough: bool) -> Hub:
    into, out = found.edges[ORIGIN, hub], found.edges[hub, IMPORTER]
    part = central.by_hub.get(hub, 0.0)
    bought = sum(sum(row) for row in into.actual.values())
    low, limit = _surely(found, [hub]), found.limit(hub)
    known = hub in found.others_known
    return Hub(
        hub=hub,
        bought=bought,
        excess_in=into.value,
        excess_out=out.value,
        others_in=found.edges[OTHERS, hub].value if known else None,
        matched=part,
        low=low,
        high=max(found.alone(hub), part),
        share_of_in=part / bought if bought else None,
        alarm=low > 0 if enough and known else None,
        growth_to_zero=found.growth_to_zero(hub),
        limit="steps" if not low and not limit else limit,
    )


def _by_length(
    capacities: Sequence[Mapping[Edge, float]],
    networks: Sequence[HubNetwork],
    hubs: Sequence[str],
    least: float,
) -> dict[int, float]:
    """Return the upper ends of chains by the number of their hubs; matched is through one each."""
    both = list(zip(capacities, networks, strict=True))
    found = {
        length: sum(through_chains(one, hubs, length, most.value) for one, most in both)
        for length in range(1, min(LONGEST, len(hubs)) + 1)
    }
    # What is matched passes one hub each, so that this end cannot be below it.
    return found | {1: max(found[1], least)}


def _straits(networks: Sequence[HubNetwork]) -> tuple[Strait, ...]:
    """Return the edges of the minimum cuts, added up over products."""
    found: dict[Edge, float] = {}
    for one in networks:
        for edge, amount in one.cut.items():
            found[edge] = found.get(edge, 0.0) + amount
    largest = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Strait(one.strip("@"), other.strip("@"), sum_) for (one, other), sum_ in largest)


LONGEST = 3
"""Hubs of the longest chain that is told apart; the maximum flow has longer ones as well."""


def through_chains(
    capacity: Mapping[Edge, float], hubs: Collection[str], length: int, most: float
) -> float:
    """Return the most that passes if every dollar goes through this many hubs, no hub twice.

    A linear program over the chains: what goes along an edge, in whatever place of a chain, is no
    more than its capacity. A maximum flow cannot say it, for it does not count its edges.

    Parameters
    ----------
    capacity
        Of each edge between origin, hubs and importer, in the unit of the values.
    hubs
        Those that a chain may have.
    length
        Hubs of a chain.
    most
        What passes through chains of any length: the maximum flow.
    """
    if length == 1:  # no two such chains share an edge
        return sum(
            min(capacity.get((ORIGIN, x), 0.0), capacity.get((x, IMPORTER), 0.0)) for x in hubs
        )
    # Where nothing passes no chain has room.
    chains = list(_chains(capacity, hubs, length)) if most > 0 else []
    if not chains:
        return 0.0
    rows: dict[Edge, list[int]] = {}
    for place, chain in enumerate(chains):
        for edge in itertools.pairwise(chain):
            rows.setdefault(edge, []).append(place)
    # No edge carries more than passes in all; the solver is exact to a part of the largest size.
    sizes = [min(capacity[edge], most) for edge in rows]
    return min(most, sum(most_of(len(chains), list(rows.values()), sizes)))


def _chains(
    capacity: Mapping[Edge, float], hubs: Collection[str], length: int
) -> Iterator[tuple[str, ...]]:
    """Yield the chains along which something can pass, grown hub by hub."""
    # Edges without room end a chain at once: of all orders of many hubs few are left.
    begun: list[tuple[str, ...]] = [(ORIGIN,)]
    for _ in range(length):
        begun = [
            (*chain, hub)
            for chain in begun
            for hub in sorted(hubs)
            if hub not in chain and capacity.get((chain[-1], hub), 0.0) > 0
        ]
    for chain in begun:
        if capacity.get((chain[-1], IMPORTER), 0.0) > 0:
            yield (*chain, IMPORTER)


# What no row says: goods without trade, hubs without a past, or without a word on sales.


def require_reported(flows: Flows, others: Flows | None, chain: Chain) -> None:
    """Refuse goods without trade, and hubs of which a period has no row, or none of what they sold.

    A hub that reports what it buys, and not what it sells, would seem to have sold nothing: all
    that it sells later were an excess, or nothing of it.

    Raises
    ------
    NoEvidenceError
        Naming the hub and the period.
    """
    if not flows.cells:
        raise NoEvidenceError(
            "there is no trade of these goods with or through the hubs",
            why="every value is missing" if flows.unknown else "no row has them",
            hint="see which goods the rows have, and which areas trade them",
        )
    known = [one for one in (flows, others) if one]
    for hub in chain.hubs:
        for span, is_before in ((chain.before, True), (chain.after, False)):
            steps = slice(chain.steps_before) if is_before else slice(chain.steps_before, None)
            if not _trades(known, hub, steps):
                raise NoEvidenceError(
                    f"no row says what {hub} traded in {span}",
                    why="without it an excess cannot be separated from usual trade",
                    hint="give rows of that time, or leave the hub out",
                )
            if not chain.complete and not _reports_sales(known, hub, steps, is_before=is_before):
                raise NoEvidenceError(
                    f"no row says what {hub} sold in {span}, so that nothing bounds what passed it",
                    why=("an area that reports purchases and no sales seems to have sold nothing"),
                    hint="give its sales of that time, if only of zero, or leave the hub out",
                )


def _trades(known: list[Flows], hub: str, steps: slice) -> bool:
    """Whether a hub bought or sold anything in some steps."""
    return any(
        any(row[steps])
        for one in known
        for edge, goods in one.cells.items()
        if hub in edge
        for row in goods.values()
    )


def _reports_sales(known: list[Flows], hub: str, steps: slice, *, is_before: bool) -> bool:
    """Whether a row says what a hub sold in some steps, if only that it was nothing."""
    return any(
        (hub, is_before) in one.reported
        or any(
            any(row[steps])
            for (seller, _), goods in one.cells.items()
            if seller == hub
            for row in goods.values()
        )
        for one in known
    )


# The same question about areas that nobody suspects: what a hub has to exceed.


@dataclass(frozen=True, slots=True)
class Placebo:
    """An area in the place of a hub: what was matched, a part of what it bought, and the alarm."""

    area: str
    value: float
    low: float
    share_of_in: float | None
    alarm: bool | None


@dataclass(frozen=True, slots=True)
class Placebos:
    """Hubs beside areas that nobody suspects.

    Attributes
    ----------
    hubs, placebos
        Each asked alone, so that none shares another's dollars.
    p_values
        For each hub the part of hub and placebos with a share as large, 0 to 1; with n placebos it
        cannot be below 1 / (n + 1).
    left_out
        Areas of which nothing can be said, and why.
    """

    hubs: tuple[Placebo, ...]
    placebos: tuple[Placebo, ...]
    p_values: dict[str, float]
    left_out: tuple[tuple[str, str], ...]


def placebo_hubs(
    frame: Any,
    *,
    hubs: str | Collection[str],
    candidates: str | Collection[str],
    controls: Mapping[str, str | Collection[str]] | None = None,
    **keys: Any,
) -> Placebos:
    """Ask of each hub, and of each area in its place, how much of what it bought it re-exported.

    Parameters
    ----------
    frame
        As in `rerouted`, with what candidates bought and sold as well.
    hubs
        Those that are suspected.
    candidates
        Areas that are not; a control that is one is no control while it is asked about. Where that
        leaves fewer than two controls, there is no synthetic one then.
    controls, **keys
        As in `rerouted`.

    Returns
    -------
    Placebos
        Shares of hubs and candidates, and how hubs rank.

    Raises
    ------
    RequestError
        If there is no candidate, or one is a hub; else as in `rerouted`.
    """
    suspects, others = as_codes(hubs), as_codes(candidates)
    if not others or set(suspects) & set(others):
        raise RequestError(
            "a placebo is an area that is no hub",
            hint="name areas without suspicion, such as the controls",
        )
    found: dict[str, Placebo] = {}
    left_out = []
    # Each alone, hubs too: together they share limits, and their shares would not compare.
    for area in (*suspects, *others):
        try:
            found[area] = _asked(frame, area, controls or {}, keys)
        except NoEvidenceError as error:
            left_out.append((area, error.what))
    calm = [found[area] for area in others if area in found]
    real = [found[area] for area in suspects if area in found]
    return Placebos(
        hubs=tuple(real),
        placebos=tuple(calm),
        p_values={one.area: _rank(one, calm) for one in real if one.share_of_in is not None},
        left_out=tuple(left_out),
    )


def _asked(
    frame: Any,
    area: str,
    controls: Mapping[str, str | Collection[str]],
    keys: Mapping[str, Any],
) -> Placebo:
    origin = set(as_codes(keys.get("origin", ())))
    given = {name: set(as_codes(codes)) for name, codes in controls.items()}
    sets = {
        name: codes - {area}
        for name, codes in given.items()
        # A set that has nobody left outside the origin is dropped instead of refused.
        if area not in codes or codes - {area} - origin
    }
    calm = set[str]().union(*sets.values()) - origin
    was_control = any(area in codes for codes in given.values())
    more = {"synthetic": False} if was_control and len(calm) < MIXED else {}
    one = rerouted(frame, **{**keys, **more}, hubs=[area], controls=sets)
    (hub,) = one.hubs
    return Placebo(area, one.value, one.low, hub.share_of_in, one.alarm)


def _rank(one: Placebo, calm: list[Placebo]) -> float:
    shares = [other.share_of_in for other in calm if other.share_of_in is not None]
    reached = sum(share >= (one.share_of_in or 0.0) for share in shares)
    # The hub itself counts, or the best of few would have a p-value of zero.
    return (1 + reached) / (1 + len(shares))
