"""What others say about the quantity of a claim: published, or computed from published levels."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.comparison import TEXT_ITSELF, Comparison, compare
from entrepot.claims.document import Source
from entrepot.claims.quantity import (
    DIMENSIONLESS,
    HOME,
    SHARES,
    Level,
    Quantity,
    share_of,
    terms_of,
)
from entrepot.claims.quantity_text import who
from entrepot.claims.solver import Constraint
from entrepot.claims.statements import FLOW_SLACK, MIXED_SLACK, RECONCILED
from entrepot.claims.verdict_text import definition_of, in_print
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD, area_set, possessive
from entrepot.model.display import NBSP, figure_value
from entrepot.model.interval import Interval
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.statements import ReferenceLevel, ReferenceLevels, Statement

CUT = 0.001
"""How far a balance may lie off, as a part of both ways, where numbers were cut, not rounded."""


def evidence(
    claim: Claim, source: Source, facts: ReferenceLevels, *, of_series: bool = False
) -> tuple[Comparison, ...]:
    """Return what the statements say about a claim's quantity, the most telling first.

    All that is published of it, or (`of_series`) only what belongs to the claim's series. Copies
    of one release count once. Only like is compared with like: same period, same currency where it
    matters, and the statistics of one country for both parts of a share or change. Numbers of low
    confidence (spot conversions, likely errors) are none.
    """
    if not of_series and claim.quantity.of:
        claim = replace(claim, quantity=claim.quantity.mapped(series=None))
    found = [
        *_printed(claim, source, facts),
        *_derived(claim, source, facts),
        *_changes(claim, source, facts),
        *_places(claim, source, facts),
        *_mutual_shares(claim, source, facts),
    ]
    # What decides comes before what is too coarse to; among equals the finer print.
    order = {"supports": 0, "contradicts": 1, "allows": 2}
    return tuple(
        sorted(
            found,
            key=lambda item: (
                bool(item.other_definition),
                item.own,
                item.confidence,
                any(statement.is_own_result for statement in item.statements),
                bool(item.how),
                order[item.outcome],
                item.coarseness,
            ),
        )
    )


def _printed(claim: Claim, source: Source, facts: ReferenceLevels) -> Iterator[Comparison]:
    best: dict[tuple[str, str], Statement] = {}
    for statement in facts.statements.current(claim.quantity, source.date):
        # Per primary source, not per publisher: five copies of a release are one piece of evidence.
        origin_key = (statement.row.origin, statement.reporter)
        standing = best.get(origin_key)
        if standing is None or _rank(statement) < _rank(standing):
            best[origin_key] = statement
    for statement in best.values():
        yield compare(
            claim,
            source,
            (statement,),
            statement.exact,
            statement.loose,
            other=_other_reporter(claim, statement.reporter)
            or _other_valuation(claim, statement)
            or _compared_with_counted(claim, statement, tuple(best.values())),
        )


def _rank(statement: Statement) -> tuple[bool, bool, float]:
    exact = statement.exact
    width = exact.width if exact else math.inf
    return exact is None, statement.row.confidence != "high", width


def _other_reporter(claim: Claim, reporter: str) -> str:
    meant = next(claim.quantity.levels()).reporter
    if not reporter or reporter == meant:
        return ""
    return f"from {who(reporter)}'s statistics, not {who(meant)}'s"


def _other_valuation(claim: Claim, statement: Statement) -> str:
    wanted, standing = dict(claim.keys).get("valuation", ""), statement.row.valuation.lower()
    if not wanted or standing not in ("fob", "cif") or standing == wanted:
        return ""
    return f"valued {standing.upper()}, not {wanted.upper()}"


def _compared_with_counted(
    claim: Claim, statement: Statement, printed: tuple[Statement, ...]
) -> str:
    """Return what a country's own count is where an amount of no reporter is far from it."""
    if statement.reporter or statement.exact is None or claim.quantity.measure != "value":
        return ""
    meant = next(claim.quantity.levels()).reporter
    for counted in printed:
        by_reporter = counted.reporter == meant != "" and counted.exact is not None
        if by_reporter and not counted.loose.widened(MIXED_SLACK).meets(statement.loose):
            row = counted.row
            return f"from neither side's statistics; {row.origin_words} has {row.printed}"
    return ""


def _derived(claim: Claim, source: Source, facts: ReferenceLevels) -> Iterator[Comparison]:
    quantity = claim.quantity
    if quantity.less is not None or not quantity.is_linear:
        return
    printed = {statement.row.id for statement in facts.statements.about(quantity)}
    found = _quotients(quantity, facts) if quantity.to else _sums(quantity, facts)
    seen: set[frozenset[tuple[object, ...]]] = set()
    for value, used in found:
        rows = {s.row.id: s for known in used for s in known.statements}
        origin_key = frozenset((known.origins, known.reporter) for known in used)
        if origin_key in seen or printed & set(rows):  # no number is evidence for itself
            continue
        seen.add(origin_key)
        # Tolerances add up from what the derivation went through, each with its own reason.
        several = len({row.row.origin for row in rows.values()}) > 1
        reach = MIXED_SLACK if several else 0.0
        if used[0].terms[0][0].currency != next(quantity.levels()).currency:
            reach += FLOW_SLACK  # two flows are converted at rates that differ a little
        if quantity.measure == "growth":  # its base may have been revised since
            reach = max(reach, used[-1].revision)
        if any(row.is_reconciled for row in rows.values()):
            # Also where one of the parts alone is reconciled: a tenth off a part is off the result.
            reach = max(reach, RECONCILED)
        how = used[0].how if len(used) == 1 else _division(used)
        yield compare(
            claim,
            source,
            tuple(rows.values()),
            value,
            _loose(quantity, value, reach, used, facts),
            how=how,
            other=_other_system(claim, used),
        )


def _changes(claim: Claim, source: Source, facts: ReferenceLevels) -> Iterator[Comparison]:
    """Yield the change of a share between two years of which one origin printed the share."""
    then = claim.quantity.less
    if then is None:
        return
    now = Quantity(then.measure, claim.quantity.of, claim.quantity.to)
    before = {
        (standing.row.origin, standing.reporter): standing for standing in _exact(then, facts)
    }
    after = {(standing.row.origin, standing.reporter): standing for standing in _exact(now, facts)}
    # Both years from one origin and reporter: a change across two series is an artefact.
    for origin_key, last in after.items():
        first = before.get(origin_key)
        if first is None or last.exact is None or first.exact is None:
            continue
        if found := _change(claim, last.exact, first.exact):
            change, word = found
            how = f"{last.row.printed} {word} {first.row.printed}".replace(" %", f"{NBSP}%")
            yield compare(claim, source, (last, first), change, change, how=how)


def _change(claim: Claim, last: Interval, first: Interval) -> tuple[Interval, str] | None:
    """Return the change of a share, in points or in per cent of it, and how it is computed.

    None is a change in per cent of what may have been nothing.
    """
    if claim.quantity.measure != "share_growth":
        return (last - first).scaled(100), "less"
    if first.low <= 0:
        return None
    factor = last / first
    return Interval((factor.low - 1) * 100, (factor.high - 1) * 100), "over"


def _mutual_shares(claim: Claim, source: Source, facts: ReferenceLevels) -> Iterator[Comparison]:
    """Yield one mutual share over the other, of each origin that printed both."""
    keys = dict(claim.keys)
    if claim.quantity.measure != "asymmetry" or keys.get("source", "published") != "published":
        return
    level = Level(
        exporter=keys["exporter"],
        importer=keys["importer"],
        goods=keys["goods"],
        period=Period.parse(keys["period"]),
        basis=keys["basis"],
        kind=keys["quantity"],
    )
    if WORLD in (level.exporter, level.importer):
        return
    bought, sold = (
        {one.row.origin: one for one in _exact(share_of(name, level, terms_of(level)), facts)}
        for name in SHARES[:2]
    )
    # Shares of two origins have totals of two kinds: their ratio would be nobody's.
    for origin, top in bought.items():
        bottom = sold.get(origin)
        if bottom is None or not top.exact or not bottom.exact or bottom.loose.low <= 0:
            continue
        how = f"{top.row.printed} over {bottom.row.printed}".replace(" %", f"{NBSP}%")
        exact, loose = top.exact / bottom.exact, top.loose / bottom.loose
        found = compare(claim, source, (top, bottom), exact, loose, how=how)
        # Of the numbers as printed: the middle of what their digits leave open is another.
        if top.row.middle and bottom.row.middle:
            found = replace(found, value=top.row.middle / bottom.row.middle)
        yield found


def _places(claim: Claim, source: Source, facts: ReferenceLevels) -> Iterator[Comparison]:
    """Yield the place that levels in print leave for a flow among others."""
    found = places_known(claim.quantity, facts) if claim.quantity.measure == "rank" else None
    if found is None:
        return
    places, used = found
    rows = {s.row.id: s for known in used for s in known.statements}
    exact = places if math.isfinite(places.width) else None
    larger = round(places.low) - 1
    how = f"{larger} larger published" if larger else "none larger published"
    yield compare(claim, source, tuple(rows.values()), exact, places, how=how)


def _exact(quantity: Quantity, facts: ReferenceLevels) -> list[Statement]:
    """Return the statements of a quantity that count and are two-sided, the narrowest last."""
    standing = facts.statements.of_series(quantity)
    return sorted((one for one in standing if one.counts and one.exact), key=_rank, reverse=True)


def _widened(quantity: Quantity, value: Interval, part: float) -> Interval:
    """Return an interval with its ends moved out by a part; a growth as the factor it is."""
    return quantity.stated(quantity.quotient(value).widened(part))


def _loose(
    quantity: Quantity,
    value: Interval,
    reach: float,
    used: list[ReferenceLevel],
    facts: ReferenceLevels,
) -> Interval:
    """Return an interval with its ends moved out by a part: of both ways for a balance."""
    if quantity.to or all(weight > 0 for _, weight in quantity.of):
        return _widened(quantity, value, reach)
    # A small balance of large flows: room in per cent of the balance would be none at all.
    sizes = [
        max(abs(known.interval.low), abs(known.interval.high))
        for level, _ in quantity.of
        for known in facts.in_currency(level)
        if known.reporter == used[0].reporter and known.origins <= used[0].origins
    ]
    gross = max(reach, CUT) * math.fsum(sizes)
    return Interval(value.low - gross, value.high + gross)


def _division(used: list[ReferenceLevel]) -> str:
    """Return the division as a reader can redo it: "USD 103.3 bn / USD 3.77 tn"."""
    return " / ".join(
        figure_value(known.interval.middle, known.terms[0][0].currency, 4) for known in used
    )


def _sums(
    quantity: Quantity, facts: ReferenceLevels
) -> Iterator[tuple[Interval, list[ReferenceLevel]]]:
    standing = facts.sum_in_currency(quantity.of)
    yield from ((known.interval, [known]) for known in standing if known.how)


def _quotients(
    quantity: Quantity, facts: ReferenceLevels
) -> Iterator[tuple[Interval, list[ReferenceLevel]]]:
    """Yield it from what is known of its parts: one set of books, for shares also one a side."""
    currencies = [next(quantity.levels()).currency]
    if quantity.measure in DIMENSIONLESS:
        currencies = ["USD", *HOME]
    for currency in currencies:
        same = quantity.mapped(currency=currency)
        pairs = [
            (top, bottom)
            for top in facts.totals(same.of)
            for bottom in facts.totals(same.to)
            if _one_system(top, bottom, mixed=quantity.measure in SHARES)
        ]
        pairs.sort(key=lambda pair: len(pair[0].origins | pair[1].origins))
        least: dict[tuple[str, str], int] = {}
        for top, bottom in pairs:
            origins = len(top.origins | bottom.origins)
            # Sorted by origins, so the first pair of reporters sets the least; ties are all kept.
            if origins == least.setdefault((top.reporter, bottom.reporter), origins):
                yield quantity.stated(top.interval / bottom.interval), [top, bottom]


def _one_system(top: ReferenceLevel, bottom: ReferenceLevel, *, mixed: bool) -> bool:
    # Numbers in nobody's statistics (BACI) have totals of their own.
    if not top.reporter or not bottom.reporter or bottom.interval.low <= 0:
        return False
    return mixed or top.reporter == bottom.reporter


def _other_system(claim: Claim, used: list[ReferenceLevel]) -> str:
    reporter = list(dict.fromkeys(known.reporter for known in used))
    if len(reporter) > 1:
        top, bottom = (possessive(who(area)) for area in reporter)
        return f"{top} books over a total of {bottom}"
    return _other_reporter(claim, reporter[0])


def from_text(
    claim: Claim, claims: Iterable[Claim], facts: ReferenceLevels
) -> Iterator[Comparison]:
    """Yield what the text itself has in another currency, at the rate of customs for the period.

    It can neither support nor contradict a claim, being of the same text: whether the two fit each
    other is for the text's conflicts to say.
    """
    quantity = claim.quantity
    if quantity.measure != "value" or quantity.unit not in ("USD", *HOME):
        return
    for other in claims:
        same = other.quantity.mapped(currency=quantity.unit)
        period = next(other.quantity.levels()).period if other.quantity.of else None
        if other.quantity.unit == quantity.unit or same.key() != quantity.key() or period is None:
            continue
        rate = facts.flow_rate(quantity.unit, other.quantity.unit, period)
        if rate is None or not math.isfinite(other.interval.width):
            continue
        value = other.interval * rate
        yield Comparison(
            value=value.middle,
            unit=quantity.unit,
            exact=value,
            loose=value,
            outcome="allows",
            own=False,
            how=f"“{other.says.text}” at the rate customs used for {period}",
            other_definition="",
            statements=(),
            source=TEXT_ITSELF,
            url="",
        )


def similar_in_print(claim: Claim, facts: ReferenceLevels) -> tuple[Comparison, ...]:
    """Return what is in print for goods of the kind a claim only names: context, no evidence."""
    found = in_print(claim.quantity, facts.statements) if claim.quantity.of else None
    return tuple(
        replace(
            compare(claim, Source(""), (statement,), statement.exact, statement.loose),
            outcome="allows",
            other_definition=definition_of(statement),
        )
        for statement in (found.statements if found else ())
    )


def rank_constraints(
    quantity: Quantity, place: float, levels: Iterable[Level]
) -> Iterator[Constraint]:
    """Yield what a place says of levels: the k-th largest part is at most a k-th of its total.

    The largest is at least as large as every other one.
    """
    level, total = quantity.of[0][0], quantity.to[0][0]
    # k suppliers at least as large fit into the total, so k × level <= total.
    yield Constraint(((level, place), (total, -1.0)), high=0.0)
    if place == 1:
        for other in levels:
            if _rival(other, level, total):
                yield Constraint(((level, 1.0), (other, -1.0)), low=0.0)


def places_known(
    quantity: Quantity, facts: ReferenceLevels
) -> tuple[Interval, tuple[ReferenceLevel, ...]] | None:
    """Return the places that levels in print leave for a flow, and the levels that decide.

    None if its own level is not in print. The last place is open unless all that is not in print
    is together less than the flow.
    """
    level, total = quantity.of[0][0], quantity.to[0][0]
    own = [known for known in facts.known(level) if known.reporter == level.reporter]
    if not own:
        return None
    rivals: dict[Level, ReferenceLevel] = {}
    for statement in facts.statements.all:
        other = next(statement.quantity.levels())
        single = statement.quantity.measure == "value" and len(statement.quantity.of) == 1
        if single and _rival(other, level, total) and other not in rivals:
            standing = [known for known in facts.known(other) if known.reporter == level.reporter]
            if standing:
                rivals[other] = standing[0]
    mine = own[0].interval
    # Certainly larger, and possibly larger: they bound the place from both sides.
    above = [standing for standing in rivals.values() if standing.interval.low > mine.high]
    near = [standing for standing in rivals.values() if standing.interval.high > mine.low]
    totals = [known for known in facts.known(total) if known.reporter == level.reporter]
    last = math.inf
    if totals:
        # The most that all others not in print can have together: if less, none overtakes.
        rest = totals[0].interval.high - mine.low
        rest -= math.fsum(standing.interval.low for standing in rivals.values())
        last = 1.0 + len(near) if rest < mine.low else math.inf
    return Interval(1.0 + len(above), last), (own[0], *above, *totals[:1])


def _rival(other: Level, level: Level, total: Level) -> bool:
    """Whether a level is that of another partner, a country of its own."""
    side = "exporter" if total.exporter == WORLD else "importer"
    code, own = getattr(other, side), getattr(level, side)
    if code in (own, WORLD) or code.startswith(NAMED) or own.startswith(NAMED):
        return False
    if other.but(**{side: own}) != level:
        return False
    day = level.period.start
    # Groups are no rivals: the EU would push its own members down the list.
    return len(area_set(code, day)) == 1 and not area_set(code, day) & area_set(own, day)
