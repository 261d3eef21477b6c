"""Answers from published figures: the `published` table and our own `computed` results."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from entrepot import measures
from entrepot.errors import RequestError
from entrepot.figures import caveats, goods_caveats
from entrepot.figures.definition import SIDES, territories, territory
from entrepot.figures.evidence import Estimate, Evidence, NoAnswer, SourceAnswer
from entrepot.figures.statements import stated, statements
from entrepot.goods import goods_selection, goods_title
from entrepot.model.areas import WORLD, area_phrase, possessive
from entrepot.model.display import figure_value, first_of
from entrepot.model.interval import Interval
from entrepot.model.period import Period
from entrepot.sources.published.parse import PublishedRows, matching, origin_name, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.figures.evidence import Caveat
    from entrepot.lake import Lake
    from entrepot.sources.published.row import Published

    Stated = Callable[[Definition], "Rows"]
    """From a definition to the rows that state it, best first."""

Rows = tuple["Published", ...]
SHARES = ("import_share", "export_share", "asymmetry")
"""Measures that are a part of all trade of a side, or made of two such."""
ADDITIVE = ("value", "import_share", "export_share")


def answer(
    definition: Definition,
    lake: Lake,
    source: str,
    *,
    alone: bool = False,
) -> SourceAnswer | NoAnswer:
    """Answer from the rows of ``published`` or ``computed``.

    The headline is the best statement by the ranking of `best`; the alternatives are the
    statements of other independent origins, other variants of a list, and the same with or
    without Hong Kong. A share or growth that nobody printed is derived from two levels of one
    origin. They are few, so that `alone` changes
    nothing. Numbers of low confidence (spot conversions, slips, superseded ones) never count.
    """
    if definition.quantity != "value":
        return NoAnswer(f"{_called(source)} are of value, not of {definition.quantity}")
    rows = statements("computed" if source == "computed" else "published", lake)
    if definition.concordance != "family":
        rows = PublishedRows(row for row in rows if row.variant == definition.concordance)
    by_any = rows
    if reporters := _reporters(definition):
        rows = PublishedRows(row for row in rows if row.reporter in reporters)
    said = functools.partial(_usable, rows)

    if definition.measure == "conversions":
        return converted(definition, said, rows, lambda row: _evidence(row, source))
    main = list(_estimates(definition, said, source))
    if not main:
        return NoAnswer(_what_is_missing(definition, rows, by_any, source))
    others = [
        estimate
        for other in territories(definition)
        for estimate in _estimates(other, said, source)
    ]
    return SourceAnswer(
        estimates=(*main, *others),
        caveats=tuple(_caveats(definition, main, rows)),
        spans=tuple(_spans(main, others)),
        denominator=_divided_by(definition, main[0]),
        scope=_scope(main[0]),
    )


def _reporters(definition: Definition) -> frozenset[str]:
    """Return whose statistics are asked for: the areas of the side that reports, or none."""
    side = definition.reported_by
    if side not in SIDES:
        return frozenset()
    both = (definition, *territories(definition))
    return frozenset().union(*({getattr(one, side)} | one.members(side) for one in both))


def _usable(rows: PublishedRows, asked: Definition) -> Rows:
    # `per`: a number for one month of the period is no level of all of it.
    found = stated(rows, asked)
    return tuple(row for row in found if row.confidence != "low" and not row.per)


def _scope(head: Estimate) -> dict[str, str]:
    """Return as what a bound or a range was published: its end or middle stands as the value."""
    rows = [item.statement for item in head.evidence if item.statement is not None]
    if len(rows) != 1 or rows[0].relation in ("=", "about"):
        return {}
    return {"wording": f"published as “{rows[0].printed}”"}


def _divided_by(definition: Definition, head: Estimate) -> dict[str, Any] | None:
    """Return what a share is divided by: a published total, or what its publisher took."""
    if definition.measure not in SHARES:
        return None
    goods, period = goods_title(definition.goods), definition.period
    buyers = f"{possessive(area_phrase(definition.importer))} imports"
    sellers = f"{possessive(area_phrase(definition.exporter))} exports"
    both = f"{buyers} of {goods}, {period}, and {sellers} of them"
    total_text = {"import_share": buyers, "export_share": sellers}.get(definition.measure, "")
    text = f"{total_text} of {goods}, {period}" if total_text else both
    last = head.evidence[-1].statement
    found: dict[str, Any] = {"whose": str(head.choices["origin"])}
    if last is not None and last.unit not in ("share", "ratio") and total_text:
        return found | {
            "text": f"{text}: {last.printed}, according to {origin_name(last.origin)}",
            "value": _value(last),
            "unit": last.unit,
        }
    whose = origin_name(found["whose"])
    return found | {"text": f"{text}, according to {whose}, which published no amount"}


def _estimates(definition: Definition, said: Stated, source: str) -> Iterator[Estimate]:
    """Yield one estimate for each independent origin and variant, best first."""
    if definition.measure == "asymmetry":
        yield from _asymmetry(definition, said, source)
        return
    seen = set()
    for row in _one_per_origin(said(definition)):
        # What an origin printed itself stands before a sum or quotient of its other numbers.
        seen.add((row.origin, row.variant))
        yield _estimate((row,), _value(row), row.unit, _interval(row), source, definition)
    parts = [said(part) for part in _parts(definition)]
    for rows_of_parts in sums(parts, any_valuation=definition.is_two_way):
        first = rows_of_parts[0]
        if (first.origin, first.variant) not in seen:
            seen.add((first.origin, first.variant))
            # Ends add up: roundings of parts may all go the same way.
            add = operator.sub if definition.flow == "balance" else operator.add
            spread = functools.reduce(add, map(_interval, rows_of_parts))
            value = functools.reduce(add, map(_value, rows_of_parts))
            yield _estimate(rows_of_parts, value, first.unit, spread, source, definition)
    quotient = quotient_of(definition)
    if quotient is None:
        return
    above, below = said(quotient.top), said(quotient.bottom)
    # Our own results blend reports on purpose; printed
    # numbers of two reporters must not be divided.
    for one, other in pairs(above, below, across_reporters=source == "computed"):
        if (one.origin, one.variant) not in seen:
            value = quotient.of(_value(one), _value(other))
            spread = quotient.interval(_interval(one), _interval(other))
            yield _estimate((one, other), value, quotient.unit, spread, source, definition)


def _parts(definition: Definition) -> list[Definition]:
    """Return the parts of a sum such as CHN+HKG or of two-way trade; none if it is no sum."""
    if definition.measure == "value" and definition.is_two_way:
        one_way = definition.but(flow="one_way")
        return [one_way, one_way.but(importer=definition.exporter, exporter=definition.importer)]
    if definition.measure not in ADDITIVE or definition.is_two_way:
        return []
    for side in ("exporter", "importer"):
        # A sum such as CHN+HKG may have been printed as its parts only.
        members = getattr(definition, side).split("+")
        if len(members) > 1:
            return [definition.but(**{side: member}) for member in members]
    return []


def _one_per_origin(rows: Iterable[Published]) -> list[Published]:
    """Return the first row of each origin and variant: copies count once."""
    found: dict[tuple[str, str], Published] = {}
    for row in rows:
        # Rows come best first.
        found.setdefault((row.origin, row.variant), row)
    return list(found.values())


def _value(row: Published) -> float:
    """Return the number of a row that `stated` has kept, or the middle of its range."""
    if row.middle is None:
        raise ValueError(f"statement {row.id} has no value")
    return row.middle


def _interval(row: Published) -> Interval:
    """Return what the digits leave open; a bound such as "more than 70 %" is open at one end."""
    return Interval(
        -math.inf if row.low is None else row.low, math.inf if row.high is None else row.high
    )


def _estimate(
    rows: Rows, value: float, unit: str, spread: Interval, source: str, definition: Definition
) -> Estimate:
    first = rows[0]
    choices = {
        "source": source,
        "origin": first.origin,
        "goods": definition.goods,
        **({"followed": first.variant} if first.variant else {}),
        "territory": territory(definition),
    }
    return Estimate(
        value=value,
        unit=unit,
        choices=choices,
        evidence=tuple(_evidence(row, source) for row in rows),
        low=spread.low if math.isfinite(spread.low) else None,
        high=spread.high if math.isfinite(spread.high) else None,
        open_end=_open_end(spread),
        is_range=len(rows) == 1 and first.value is None,
    )


def _open_end(spread: Interval) -> Literal["", "low", "high"]:
    """Return the end that a bound leaves open; empty where both or none are."""
    low, high = math.isfinite(spread.low), math.isfinite(spread.high)
    if low == high:
        return ""
    return "high" if low else "low"


def _evidence(row: Published, source: str) -> Evidence:
    sides = {row.exporter: "exporter", row.importer: "importer"}
    side = sides.get(row.reporter) if row.reporter else None
    return Evidence(
        source=source,
        snapshot=row.snapshot or "bundled",
        rows=1,
        reported_by={side: 1} if side else {},
        origin=row.origin,
        publisher=row.publisher,
        url=row.url,
        id=row.id,
        statement=row,
    )


def _asymmetry(definition: Definition, said: Stated, source: str) -> Iterator[Estimate]:
    """Yield import share over export share, pairs of one origin first."""
    over = list(_estimates(definition.but(measure="import_share"), said, source))
    under = list(_estimates(definition.but(measure="export_share"), said, source))
    both = sorted(
        itertools.product(over, under),
        # False sorts first, and the sort is stable: pairs of one origin, then the best of each.
        key=lambda pair: pair[0].choices["origin"] != pair[1].choices["origin"],
    )
    for one, other in both:
        if not other.value:  # a published share of 0: the ratio has no value
            continue
        origins = dict.fromkeys((one.choices["origin"], other.choices["origin"]))
        yield Estimate(
            value=one.value / other.value,
            unit="ratio",
            choices=one.choices | {"origin": " over ".join(origins)},
            evidence=one.evidence + other.evidence,
        )


def _caveats(definition: Definition, main: list[Estimate], rows: PublishedRows) -> Iterator[Caveat]:
    head = {item.id for item in main[0].evidence}
    used = {item.id for estimate in main for item in estimate.evidence}
    low = sum(row.confidence == "low" and not row.per for row in stated(rows, definition))
    yield from caveats.for_printed(rows.named(head), rows.named(used), low)
    if main[0].choices["source"] == "computed":
        yield from goods_caveats.for_goods(goods_selection(definition.goods, nomenclature="HS2017"))
    elif len(main[0].evidence) > 1:
        count = len(main[0].evidence)
        text = f"Not itself published: computed from {count} published figures{_reporter(main[0])}."
        yield caveats.caveat("derived", text)


def _reporter(head: Estimate) -> str:
    """Say that both sides of a ratio are of one publisher's numbers, or that they are not."""
    above, over, below = str(head.choices["origin"]).partition(" over ")
    if head.unit != "ratio":
        return ""
    if not over:
        return f", both by {origin_name(above)}"
    return (
        f", one by {origin_name(above)}, divided by one by {origin_name(below)}: part of the ratio "
        "may be a difference in how the two count"
    )


def _spans(main: list[Estimate], others: list[Estimate]) -> Iterator[str]:
    origins = {origin for item in main for origin in item.choices["origin"].split(" over ")}
    if len(origins) > 1:
        yield f"{len(origins)} independent primary sources"
    if len({item.choices.get("followed") for item in main}) > 1:
        yield "with and without codes changed between HS editions"
    if others:
        yield "with and without Hong Kong"


def _called(source: str) -> str:
    return "bundled results" if source == "computed" else "published figures"


def _what_is_missing(
    definition: Definition, rows: PublishedRows, by_any: PublishedRows, source: str
) -> str:
    """Say what is not held, and for which periods, in which currencies or by which side it is."""
    near = matching(
        rows.about(definition.measure, definition.flow, definition.goods),
        exporter=definition.exporter,
        importer=definition.importer,
    )
    known = [row for row in near if row.middle is not None]
    others = sorted({row.currency for row in known} - {"", definition.currency})
    here = [other for other in others if _usable(rows, definition.but(currency=other))]
    periods = sorted({str(row.period) for row in known})
    available = f"; available for {first_of(periods, 8)}" if periods else ""
    if here:
        available = f"; available in {', '.join(here)}: ask with --currency {here[0]}"
    side = definition.reported_by
    if side and _usable(by_any, definition):
        available = f"; available without --reported-by {side}"
    narrow = [definition.valuation and definition.valuation.upper()]
    narrow += [definition.currency if definition.currency != "USD" else None]
    narrow += [f"reported by {area_phrase(getattr(definition, side))}" if side else None]
    narrow += [f"by {definition.basis}" if definition.basis != "dispatch" else None]
    against = f" against {definition.base}" if definition.base else ""
    words = "".join(f", {word}" for word in narrow if word)
    # Whose trade it is and in which goods, the headline of the answer says.
    return f"{_called(source)}: none of this for {definition.period}{against}{words}{available}"


# One printed value in two currencies, and what a newsroom would have made of it.


def converted(
    definition: Definition,
    stated: Callable[[Definition], Sequence[Published]],
    rows: Iterable[Published],
    evidence: Callable[[Published], Evidence],
) -> SourceAnswer | NoAnswer:
    """Set the dollars of a report beside its yuan at an average rate and at that of a day.

    Parameters
    ----------
    stated
        From a definition to the rows that state it, best first.
    rows
        All statements, among them rates of exchange.
    evidence
        From a row to what an answer says of it.

    Raises
    ------
    RequestError
        For a rate of a day that is no number, and no day whose rate was published.
    """
    every, currency = tuple(rows), definition.currency
    plain = definition.but(measure="value", spot=None)
    local, dollars = stated(plain), stated(plain.but(currency="USD"))
    if not local:
        return NoAnswer(f"no published figure in {currency} for {definition.period}")
    # Two currencies of one publisher only: another's dollars may be of another vintage.
    pairs = [(one, two) for one in local for two in dollars if one.origin == two.origin]
    mean = _rates(every, currency, definition.period, "average")
    spot, day = _spot(definition, every)
    one, two = pairs[0] if pairs else (local[0], None)
    found = _measured(one, two, mean[0] if mean else None, spot)
    # Customs' own rate, if they printed both; it is not the
    # average of the market, as each month is converted at its own.
    usual = found["implied_rate"] or (mean[0].middle if mean else None)
    _refuse_rate(spot, usual, currency, "the report" if found["implied_rate"] else "the period")
    if two is None or found["customs_usd"] is None:
        return NoAnswer(
            f"{origin_name(one.origin)} printed {one.printed} for {definition.period} and no "
            f"dollars. At the rate of a day that is {figure_value(found['spot_usd'], 'USD')}, "
            "which is not what customs would have: they convert each month at its own rate"
        )
    used = [one, two, *mean[:1], *day]
    details: dict[str, float | str] = {
        name.replace("value_cny", f"value_{currency.lower()}"): number
        for name, number in found.items()
        if number is not None and name != "customs_usd"
    }
    if mean and mean[0].middle:
        details["average_rate"] = mean[0].middle
    main = Estimate(
        value=float(found["customs_usd"]),
        unit="USD",
        choices={"source": "published", "origin": two.origin, "goods": definition.goods},
        evidence=tuple(evidence(row) for row in used),
        low=two.low,
        high=two.high,
        details=details | {"spot_rate": spot},
    )
    text = (
        f"The dollars are those of the report. {currency} at the average rate, or at "
        "that of a day, gives other numbers, and neither is what customs published."
    )
    return SourceAnswer((main,), (caveats.caveat("currency", text),))


_MOST_APART = 2.0
"""Times that a rate of a day can lie from the mean of the period it is set beside."""


def _refuse_rate(spot: float, usual: float | None, currency: str, report: str) -> None:
    """Refuse a rate of a day that cannot be one of the period of a report.

    Parameters
    ----------
    spot, usual
        Units of the currency a dollar: the rate in question, and that of the period, if known.
    currency, report
        Which currency, and whose report it is, in words.

    Raises
    ------
    RequestError
        If one is more than `_MOST_APART` times the other, or no rate at all.
    """
    # Guards against dollars per yuan, the rate upside down, and against another currency's rate.
    if spot > 0 and (usual is None or 1 / _MOST_APART <= spot / usual <= _MOST_APART):
        return
    if usual is None:
        raise RequestError(
            f"a rate of {currency} {spot:g} a dollar",
            why="a rate is above zero",
            hint=f"write how much {currency} a dollar was, such as --spot 7.08",
        )
    raise RequestError(
        f"a rate of {currency} {spot:g} a dollar",
        why=f"{report} has {usual:.4g}; no rate of a day lies {_MOST_APART:g} times away from it",
        hint=f"write how much {currency} a dollar was, such as --spot {usual:.3g}",
    )


def _measured(
    one: Published, two: Published | None, mean: Published | None, spot: float
) -> dict[str, float | None]:
    import pyarrow as pa

    table = pa.table(
        {
            "value_cny": pa.array([one.middle], pa.float64()),
            "value_usd": pa.array([two.middle if two else None], pa.float64()),
            "rate": pa.array([mean.middle if mean else None], pa.float64()),
        }
    )
    [found] = measures.conversions(table, spot=spot).to_pylist()
    return dict(found)


def _rates(
    rows: Iterable[Published], currency: str, period: Period, kind: str
) -> Sequence[Published]:
    found = matching(
        rows, measure="exchange_rate", unit=f"{currency} per USD", valuation=kind, period=period
    )
    return ranked(row for row in found if row.confidence != "low" and row.middle is not None)


def _spot(definition: Definition, rows: Sequence[Published]) -> tuple[float, Sequence[Published]]:
    """Return the rate of a day, and the row that states it where it is not the asker's own."""
    text, currency = str(definition.spot), definition.currency
    try:
        return float(text), ()
    except ValueError:
        day = Period.parse(text)
    for kind in ("fixing", "average"):
        if (found := _rates(rows, currency, day, kind)) and found[0].middle is not None:
            return found[0].middle, found[:1]
    unit = f"{currency} per USD"
    available = sorted(
        {f"{row.period}" for row in rows if row.unit == unit and row.period.months == 1}
    )
    raise RequestError(
        f"no rate of {currency} is available for {text}",
        why=f"rates are available for {', '.join(available)}" if available else "",
        hint="write the rate itself, such as --spot 7.1; or load a table of published rates: "
        "entrepot data add published FILE",
    )


# Numbers that nobody printed and that follow from two that one origin did.


@dataclass(frozen=True, slots=True)
class DerivedQuotient:
    """A measure as one level over another.

    Attributes
    ----------
    top, bottom
        Definitions of the two levels.
    unit
        ``share`` (top / bottom) or ``percent`` (100 (top / bottom - 1)).
    """

    top: Definition
    bottom: Definition
    unit: str

    def of(self, top: float, bottom: float) -> float:
        """Return the measure for two levels."""
        return (top / bottom - 1) * 100 if self.unit == "percent" else top / bottom

    def interval(self, top: Interval, bottom: Interval) -> Interval:
        """Return what the rounding of both levels leaves open."""
        # A quotient of positive levels is least with the least above and the most below.
        return Interval(self.of(top.low, bottom.high), self.of(top.high, bottom.low))


def quotient_of(definition: Definition) -> DerivedQuotient | None:
    """Return the two levels that the measure is made of; None if it is not a quotient."""
    level = definition.but(measure="value", base=None)
    match definition.measure:
        case "growth" if definition.base is not None:
            return DerivedQuotient(level, level.but(period=definition.base), "percent")
        case "import_share":
            return DerivedQuotient(level, level.but(exporter=WORLD), "share")
        case "export_share":
            return DerivedQuotient(level, level.but(importer=WORLD), "share")
    return None


def sums(
    parts: Sequence[Iterable[Published]], *, any_valuation: bool = False
) -> Iterator[tuple[Published, ...]]:
    """Yield one row of each part, where one origin, as one reporter, values them all alike.

    With `any_valuation` however it values them: a country's exports are FOB, its imports CIF.
    """
    if not parts:
        return
    by_publication = []
    for rows in parts:
        found: dict[tuple[str, ...], Published] = {}
        for row in filter(_is_number, rows):
            found.setdefault(
                (
                    row.origin,
                    row.variant,
                    row.reporter,
                    *([] if any_valuation else [row.valuation]),
                ),
                row,
            )
        by_publication.append(found)
    for published_by in by_publication[0]:
        if all(published_by in found for found in by_publication):
            # One publication has all parts; two would be counted by different rules.
            yield tuple(found[published_by] for found in by_publication)


def pairs(
    top: Iterable[Published], bottom: Iterable[Published], *, across_reporters: bool = False
) -> Iterator[tuple[Published, Published]]:
    """Yield pairs that may be divided: one origin, one variant, one reporter, one valuation.

    A bound or a range is no number to compute with: "more than" over "up to" says nothing. The
    first pair of each origin and variant is taken, so rows have to come best first. A data set
    that blends reports is one origin with several reporters: `across_reporters` lets it be.
    """
    seen: set[tuple[str, str]] = set()
    for one, other in itertools.product(filter(_is_number, top), filter(_is_number, bottom)):
        published_by = (one.origin, one.variant)
        alike = (*published_by, one.valuation) == (other.origin, other.variant, other.valuation)
        if (
            alike
            and published_by not in seen
            and (across_reporters or one.reporter == other.reporter)
        ):
            seen.add(published_by)
            yield one, other


def _is_number(row: Published) -> bool:
    """Whether one number is stated, with what its digits leave open; zero divides nothing."""
    return bool(row.value) and row.low is not None and row.high is not None
