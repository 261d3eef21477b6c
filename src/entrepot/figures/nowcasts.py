"""Nowcasts: the likely value of a period that is not reported in full, from the months so far.

A nowcast is no evidence: it has a status of its own, and is given only where no source has a value.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import RECONCILED, availability_of, flow_sources
from entrepot.figures.caveats import caveat, one_report
from entrepot.figures.definition import Definition, other_side
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.figure import Figure
from entrepot.figures.nowcast_context import (
    annual_level,
    events_of,
    next_reports,
    usual_revision,
    with_revision,
)
from entrepot.figures.nowcast_series import (
    CONCENTRATION,
    SHARES,
    MonthlySeries,
    monthly_series,
    months_apart,
    named_areas,
    run_of_months,
    sums_by_month,
)
from entrepot.figures.questions import unit_of
from entrepot.figures.row_facts import (
    amounts_by_code,
    editions_of,
    evidence_of,
    goods_scope,
    not_delivered,
)
from entrepot.figures.rows import SourceRows
from entrepot.figures.sides import members_of
from entrepot.model.areas import WORLD, area_name, possessive, stopped_in
from entrepot.model.display import joined
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES, harmonized
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from entrepot.figures.evidence import Caveat
    from entrepot.figures.nowcast_context import AnnualLevel, Event
    from entrepot.lake import Lake
    from entrepot.measures.nowcast import ClassedFlow, Nowcast

    Floats = NDArray[np.float64]
    Evaluate = Callable[[Definition], Figure]

MEASURES = ("value", "growth", "import_share", "export_share", "hhi", "cr")
"""Measures of which there are nowcasts."""
_FARTHEST = 24
"""Months after the last one loaded up to which a reason is given why there is no nowcast."""
_LATE = 12
"""Months before the last one of a source in which a reporter may still be late."""
_BEHIND = 6
"""Months that others of a source have and a reporter lacks, from which it may have stopped."""


def or_nowcast(
    asked: Definition, checked: Definition, lake: Lake, found: Figure, evaluate: Evaluate
) -> Figure:
    """Return a nowcast in the place of a Figure without a value, or say why there is none.

    Parameters
    ----------
    asked, checked
        The question as it was put, and as it is carried.
    found
        What reported data answer: no value.
    evaluate
        Returns what reported data answer to a definition.
    """
    wanted = _is_wanted(checked, lake)
    if wanted == "no":
        return found
    made = _attempt(asked, checked, lake, evaluate)
    if isinstance(made, Figure):
        return made
    # Others have reported the period: why this one has not is in the answer already.
    return found if wanted == "late" else _refused(found, made)


def _attempt(
    asked: Definition, checked: Definition, lake: Lake, evaluate: Evaluate
) -> Figure | str:
    """Return a nowcast from the first source that allows one, or why none does."""
    if checked.measure not in MEASURES:
        return f"there are nowcasts of {', '.join(MEASURES)} only"
    if checked.is_two_way or checked.quantity == "items":
        return "nowcasts are of one direction, in value or mass"
    reasons: dict[str, None] = {}
    for source in _candidates(checked, lake):
        series = monthly_series(asked, checked, lake, source, evaluate)
        if isinstance(series, NoAnswer):
            if series.reason:
                reasons[series.reason] = None
            continue
        try:
            return _figure(checked, series, lake, evaluate)
        except NoEvidenceError as error:
            why = f" ({error.why})" if error.why else ""
            hint = f"; {error.hint}" if error.hint else ""
            reasons[f"{series.name}: {error.what}{why}{hint}"] = None
    return "; ".join(reasons) or _no_months(checked)


def _no_months(asked: Definition) -> str:
    """Say that no source has months of a flow, which are missing, and how to load some."""
    from entrepot.measures.nowcast import FARTHEST, months_needed

    def last(ahead: int) -> Period:
        # Months since year 0, January being 0.
        month = asked.period.end.year * 12 + asked.period.end.month - 1 - ahead
        return Period.parse(f"{month // 12}-{month % 12 + 1:02d}")

    who = " or ".join(area_name(one) for one in named_areas(asked))
    return (
        "no source that can be asked has it by month. Missing: months in a row reported by "
        f"{who}, {months_needed(1)} that end with {last(1)}, or up to {months_needed(FARTHEST)} "
        f"that end no earlier than {last(FARTHEST)}. Load them, as of UN Comtrade: "
        "entrepot data add comtrade FILE"
    )


def _candidates(asked: Definition, lake: Lake) -> list[str]:
    """Return the sources that can have a series of one reporter's months."""
    named = [asked.source] if asked.source else flow_sources(lake)
    # Sources put together and reconciled rows are none.
    return [one for one in named if "+" not in one and split_address(one)[0] != RECONCILED]


def _is_wanted(asked: Definition, lake: Lake) -> Literal["yes", "late", "no"]:
    """Whether the period is not over, or not all of it is loaded by month, but what comes before.

    A period long after the last month is simply not loaded, which needs no more words. ``late``:
    others have reported it, within a year, and a reporter may be late.
    """
    if not asked.period.parts("M"):
        return "no"
    if asked.period.end >= date.today():
        return "yes"
    last: dict[str, Period] = {}
    register = split_address(asked.source or "")[0]
    for item in lake.holdings():
        # A register is asked by name only, so that its months are no reason for other questions.
        counts = item.table == "flows" or (item.table == "shipments" and item.source == register)
        for month in item.current if counts else ():
            if month.freq == "M":
                last[item.source] = max(month, last.get(item.source, month))
    # The last month of the period.
    end = Period(asked.period.end.replace(day=1), asked.period.end)
    apart = [months_apart(month, end) for month in last.values()]
    if any(0 < one <= _FARTHEST for one in apart):
        return "yes"
    return "late" if any(-_LATE < one <= 0 for one in apart) else "no"


def _refused(found: Figure, why: str) -> Figure:
    """Return the Figure without a value, with the reason why there is no nowcast either."""
    return replace(found, reason=f"{found.reason or ''}\nno nowcast: {why}".strip())


# The Figure: the value with its intervals, what it is based on, and what comes next.


def _figure(asked: Definition, series: MonthlySeries, lake: Lake, evaluate: Evaluate) -> Figure:
    """Return the Figure of a nowcast; raises `NoEvidenceError` where there can be none."""
    from entrepot.measures.nowcast import (
        STATISTICS,
        Window,
        joint_nowcast,
        largest,
        nowcast,
        refuse_failed,
    )

    last = series.months[-1]
    end = Period(asked.period.end.replace(day=1), asked.period.end)
    window = Window(asked.period.months, months_apart(last, end))
    if window.ahead < 1:
        raise NoEvidenceError(f"all of {asked.period} is reported")
    if asked.measure in CONCENTRATION:
        statistic = STATISTICS["hhi"] if asked.measure == "hhi" else largest(asked.k or 1)
        found = joint_nowcast([(series.values, series.parts)], window, statistic, shares=True)
    else:
        found = nowcast(
            series.values,
            window,
            partner=series.partner,
            lead=series.lead,
            denominator=series.denominator,
        )
    # After the other reasons, which are about this flow and not about those like it.
    tested = refuse_failed(
        _tested_as(asked), _flow(asked, series), months=window.length, ahead=window.ahead
    )
    unit = unit_of(asked.but(currency=series.currency))
    value, intervals = found.value, found.intervals
    events = events_of(asked, series.goods, last)
    if any(not one.is_seen for one in events) or _ended(asked, series):
        intervals = _widened(found, is_amount=asked.measure in ("value", "growth"))
    revision = _revision(asked, series, lake)
    if revision is not None and found.reported:
        intervals = with_revision(intervals, value, found.reported, revision[0])
    level = None
    if _is_amount(asked):
        level = annual_level(asked, _years(series), lake, series.name, evaluate)
    methods = [one.to_dict() | {"says": one.title} for one in found.methods]
    reported: float | None = found.reported
    base = asked.base
    if asked.measure == "growth":
        base = base or asked.period.before()
        before = _sum_of(series, base)
        value = 100 * (value / before - 1)
        # Growth is monotone in the value for a given base, so the ends carry over one by one.
        intervals = {
            level: (100 * (low / before - 1), 100 * (high / before - 1))
            for level, (low, high) in intervals.items()
        }
        # Of growth near zero, digits far below the interval are what sums left of nothing.
        low, high = intervals[0.8]
        places = _decimals(high - low)
        value = round(value, places)
        for one in methods:
            one["value"] = round(100 * (one["value"] / before - 1), places)
        # An amount of the months so far is no growth of the period.
        reported = None
    span = Period(series.months[0].start, last.end)
    plain = asked.but(measure="value", period=span, base=None, currency=series.currency)
    return Figure(
        definition=asked.but(source=series.name, base=base, currency=series.currency),
        status="nowcast",
        kind="computed",
        value=value,
        unit=unit,
        evidence=(evidence_of(series.cells, amounts_by_code(series.cells, plain, series.goods)),),
        caveats=tuple(_caveats(asked, series, found, events, revision, level)),
        scope=_scope(series, plain),
        ranged=False,
        nowcast={
            "intervals": {f"{100 * level:.0f}": list(ends) for level, ends in intervals.items()},
            "based_on": _based_on(asked, series, found),
            "months": found.months,
            "months_reported": found.months_reported,
            "last_month": str(last),
            "reported": reported,
            "known_on": _known_on(lake, series.name),
            "methods": methods,
            "past_windows": found.windows,
            "past_flows": found.flows,
            "covered": found.covered,
            "tested": tested.to_dict(),
            "break": _break(series, found),
            "listed": [
                {
                    "day": str(one.day),
                    "lists": list(one.lists),
                    "codes": one.codes,
                    "is_in_months": one.is_seen,
                }
                for one in events
            ],
            "revision": revision and {"median": revision[0], "vintages": revision[1]},
            "annual": level and level.to_dict(),
            "unit_value": _unit_value(series, window, asked),
            "covered_by_partners": series.covered,
            "next": list(_next(series, asked, level)),
        },
    )


def _tested_as(asked: Definition) -> str:
    """Return the measure whose backtests count for a question."""
    return {"growth": "value", "import_share": "share", "export_share": "share"}.get(
        asked.measure, asked.measure
    )


def _flow(asked: Definition, series: MonthlySeries) -> ClassedFlow:
    """Return what decides which class of the backtests a flow is of."""
    from entrepot.measures.nowcast import ClassedFlow

    reporters = frozenset() if series.partners else members_of(asked, series.reported_by)
    is_of_register = is_register(split_address(series.name)[0])
    size = float(series.values[: series.parts, -12:].sum(axis=0).mean())
    return ClassedFlow(
        reporters=reporters,
        side=series.reported_by,
        goods="all" if asked.goods == "all" else "some",
        source="shipments" if is_of_register else "",
        history=len(series.months),
        day=asked.period.end,
        size=size if asked.quantity == "value" else None,
        currency=series.currency,
    )


def _ended(asked: Definition, series: MonthlySeries) -> str:
    """Say that the reporter stopped, or is far behind others of its source; empty if neither."""
    last = series.months[-1]
    who = area_name(getattr(asked, series.reported_by))
    if not series.partners and stopped_in(members_of(asked, series.reported_by), asked.period):
        return f"{who} stopped reporting after {last}: no later months of its own are to come"
    if series.source_to is not None and months_apart(last, series.source_to) >= _BEHIND:
        return f"{who} has no month after {last}, and others report up to {series.source_to}"
    return ""


def _decimals(width: float) -> int:
    """Return the decimals of a value that say something: to a hundredth of its 80 % interval."""
    return max(0, 2 - math.floor(math.log10(width))) if width > 0 else 12


def _is_amount(asked: Definition) -> bool:
    return asked.measure in ("value", "growth") and asked.quantity == "value"


def _widened(found: Nowcast, *, is_amount: bool) -> dict[float, tuple[float, float]]:
    """Return intervals for a time that is unlike that of the errors behind them.

    The ends of 95 % become those of 80 %, and those of 95 % go on in proportion: of an amount as
    ratios of the months that are missing, as those that are reported are known.
    """
    known = (found.reported or 0.0) if is_amount else 0.0
    middle = found.value - known

    def farther(end: float) -> float:
        if is_amount and middle > 0:
            ratio: float = max(end - known, 0.0) / middle
            return known + middle * math.pow(ratio, 1.5)
        return found.value + 1.5 * (end - found.value)

    # From too few errors for 95 %: half as wide again, the ratio of the two for a normal error.
    low, high = found.intervals.get(0.95) or tuple(map(farther, found.intervals[0.8]))
    far = farther(low), farther(high)
    if not is_amount:
        low, high, far = max(low, 0.0), min(high, 1.0), (max(far[0], 0.0), min(far[1], 1.0))
    return {0.8: (low, high), 0.95: far}


def _years(series: MonthlySeries) -> dict[str, float]:
    """Return by year the sum of the flow's months, of years that are complete."""
    found: dict[str, list[float]] = {}
    for at, month in enumerate(series.months):
        found.setdefault(str(month.year), []).append(float(series.values[0, at]))
    return {year: sum(months) for year, months in found.items() if len(months) == 12}


def _revision(asked: Definition, series: MonthlySeries, lake: Lake) -> tuple[float, int] | None:
    """Return the usual revision of the flow's months, from earlier vintages that are loaded."""
    name, vintage = split_address(series.name)
    if vintage is not None or not _is_amount(asked) or series.partners:
        return None
    known: dict[str, None] = {}
    for item in lake.holdings(name):
        if item.table == "flows" and any(one.freq == "M" for one in item.periods):
            known[item.vintage] = None
    if len(known) < 2:
        return None

    def read(vintage: str) -> dict[Period, float] | None:
        return _months_of(asked, series, lake, f"{name}@{vintage}")

    now = {month: float(series.values[0, at]) for at, month in enumerate(series.months)}
    return usual_revision(sorted(known)[:-1], read, now)


def _months_of(
    asked: Definition, series: MonthlySeries, lake: Lake, address: str
) -> dict[Period, float] | None:
    """Return the flow's months in another vintage; None where it does not have them."""
    across = other_side(series.reported_by)
    loaded = run_of_months(lake, address, asked.period)
    months = [one for one in loaded if one in series.months]
    if not months:
        return None
    span = Period(months[0].start, months[-1].end)
    there = availability_of(lake, address, [span])
    monthly = None if isinstance(there, NoAnswer) else next(
        (one for one in there if one.freq == "M"), None)  # fmt: skip
    if monthly is None:
        return None
    wide = asked.but(
        measure="value", period=span, base=None, source=address, currency=series.currency,
        **{across: WORLD},
    )  # fmt: skip
    cells = SourceRows(lake, monthly, series.reported_by)
    try:
        goods = goods_in(wide, editions_of(cells, wide), lake)
    except (NoEvidenceError, RequestError):
        return None
    members = members_of(asked, across)
    sums = sums_by_month(cells, wide, goods, across, months)
    rows = [row for who, row in sums.items() if not members or who in members]
    return {month: float(sum(row[at] for row in rows)) for at, month in enumerate(months)}


def _unit_value(series: MonthlySeries, window: Any, asked: Definition) -> dict[str, Any] | None:
    """Return the nowcast of value per kilogram, from errors of value and mass drawn together."""
    from entrepot.measures.nowcast import STATISTICS, joint_nowcast, refuse_failed

    if series.mass is None:
        return None
    groups = [(series.values[:1], 1), (series.mass[None], 1)]
    try:
        refuse_failed("unit_value", _flow(asked, series), months=window.length, ahead=window.ahead)
        found = joint_nowcast(groups, window, STATISTICS["unit_value"])
    except NoEvidenceError:
        return None
    return {
        "value": found.value,
        "unit": f"{series.currency} per kg",
        "intervals": {f"{100 * level:.0f}": list(ends) for level, ends in found.intervals.items()},
        "covered": found.covered,
    }


def _scope(series: MonthlySeries, asked: Definition) -> dict[str, str]:
    """Say of how many codes it is, where only some of those asked for are loaded.

    By the last twelve months: all rows of the goods are read for it, whoever reports them.
    """
    asked = asked.but(period=Period(series.months[-12:][0].start, series.months[-1].end))
    absent = not_delivered(series.cells, asked, series.goods)
    words = goods_scope(series.cells, asked, series.goods, absent)
    return {"goods": words} if words else {}


def _sum_of(series: MonthlySeries, base: Period) -> float:
    wanted = set(base.parts("M"))
    if not wanted or not wanted <= set(series.months):
        raise NoEvidenceError(f"not all months of the base {base} are loaded")
    before = float(
        sum(series.values[0, at] for at, month in enumerate(series.months) if month in wanted)
    )
    if before <= 0:
        raise NoEvidenceError(f"no trade in the base {base}, so that there is no growth")
    return before


def _based_on(asked: Definition, series: MonthlySeries, found: Nowcast) -> str:
    """Say how many months whose reports have, to which source."""
    who = area_name(getattr(asked, series.reported_by))
    if series.partners:
        who = f"{len(series.partners)} partners"
    text = f"{found.months_reported} of {found.months} months reported by {who} ({series.name})"
    if found.months == 1:
        text = f"months up to {series.months[-1]} reported by {who} ({series.name})"
    if series.partner is not None:
        partner = area_name(getattr(asked, other_side(series.reported_by)))
        wanted = asked.period.parts("M")
        there = sum(months_apart(series.months[-1], one) <= series.lead for one in wanted)
        text += f" and {there} by {partner} ({series.partner_name})"
    return f"{text}; the {len(series.months)} months from {series.months[0]} on"


def _known_on(lake: Lake, source: str) -> str:
    """Return the day on which the newest file of a source, or of one vintage, was loaded."""
    name, vintage = split_address(source)
    days = [
        item.added_on[:10]
        for item in lake.holdings()
        if item.source == name and vintage in (None, item.vintage)
    ]
    return max(days, default=date.today().isoformat())


def _break(series: MonthlySeries, found: Nowcast) -> dict[str, Any] | None:
    if found.break_since is None or found.break_size is None:
        return None
    return {"since": str(series.months[found.break_since]), "change": found.break_size}


def _next(
    series: MonthlySeries, asked: Definition, level: AnnualLevel | None
) -> Iterator[dict[str, Any]]:
    """Yield the reports that are to come, each with its usual day where that is known."""
    last = series.months[-1]
    others = []
    if series.partner_name and series.lead > -_FARTHEST:
        reach = Period.parse(_shifted(last, series.lead))
        others = [(series.partner_name, getattr(asked, other_side(series.reported_by)), reach)]
    yield from next_reports(
        series.name, getattr(asked, series.reported_by), last, asked.period, others,
        annual=level.source if level else "",
    )  # fmt: skip


def _shifted(month: Period, by: int) -> str:
    count = month.year * 12 + month.start.month - 1 + by
    return f"{count // 12}-{count % 12 + 1:02d}"


def _about_lists(events: tuple[Event, ...]) -> Iterator[Caveat]:
    """Say on which days goods of the flow came onto a list, and whether the months show it."""
    for one in events:
        then = (
            "The months since then show its effect"
            if one.is_seen
            else "Errors of the past do not know its effect: the intervals are half as wide again"
        )
        yield caveat(
            "nowcasts",
            f"On {one.day} goods of this flow came onto a list ({joined(list(one.lists))}; "
            f"{one.codes} {'entry' if one.codes == 1 else 'entries'}). {then}.",
        )


def _revised(asked: Definition, series: MonthlySeries, revision: tuple[float, int] | None) -> str:
    """Say whether revisions are in the intervals."""
    if vintage := split_address(series.name)[1]:
        return f"They are of what {vintage} had: later revisions of its months are not in them."
    if not _is_amount(asked) or series.partners:
        return "Revisions of reported months are not in them."
    if revision is None:
        return "Only one vintage is loaded, so that revisions of reported months are not in them."
    return (
        f"The usual revision of reported months, ±{100 * revision[0]:.1f} % (from {revision[1]} "
        f"earlier vintage{'' if revision[1] == 1 else 's'}), is in them."
    )


def _caveats(
    asked: Definition,
    series: MonthlySeries,
    found: Nowcast,
    events: tuple[Event, ...],
    revision: tuple[float, int] | None,
    level: AnnualLevel | None,
) -> Iterator[Caveat]:
    yield caveat(
        "nowcasts",
        "An estimate of a period that is not reported in full, not evidence. Its intervals are "
        f"from errors of such estimates in the past. {_revised(asked, series, revision)}",
    )
    yield from _about_lists(events)
    if series.covered is not None:
        side = other_side(series.reported_by)
        yield caveat(
            "nowcasts",
            f"{area_name(getattr(asked, side))} does not report these months: this is what "
            f"{len(series.partners)} partners report, which had {100 * series.covered:.0f} % of "
            f"{possessive(area_name(getattr(asked, side)))} trade in {series.covered_in}.",
        )
    if level is not None:
        yield caveat("nowcasts", level.text)
    if asked.measure in CONCENTRATION:
        yield caveat(
            "nowcasts",
            f"From estimates of {series.parts} suppliers, whose errors of the past were drawn "
            "together, and not as if they were independent.",
        )
    of_all = asked.measure in SHARES or WORLD in (asked.importer, asked.exporter)
    yield one_report(series.reported_by, asked, asked.source or "", of_all=of_all)
    if (broken := _break(series, found)) is not None:
        yield caveat(
            "nowcasts",
            f"Break since {broken['since']}: {100 * broken['change']:+.0f} % against the year "
            "before, beyond what went before it. Whether it lasts is not known: the intervals are "
            "wider, and methods that use months before it are left out.",
        )
    others = [one for one in named_areas(asked) if one != getattr(asked, series.reported_by)]
    if (gone := stopped_in(others, asked.period)) and not series.partners:
        names = joined([area_name(one.area) for one in gone])
        yield caveat(
            "nowcasts", f"{names} stopped reporting: the months are those of the partner's reports."
        )
    if ended := _ended(asked, series):
        yield caveat("nowcasts", f"{ended}. The intervals are half as wide again.")
    editions = {
        harmonized(one).id for one in series.cells.available.nomenclatures if one != NO_CODES
    }
    if asked.goods != "all" and len(editions) > 1:
        yield caveat(
            "nowcasts",
            f"Codes change with the edition ({', '.join(sorted(editions))}) within the months "
            "behind this; a step at that time may be one of codes.",
        )
    if series.partner_name and series.partner_name != series.name:
        yield caveat(
            "nowcasts",
            f"Partner's months are from {series.partner_name}, in its own currency and valuation: "
            "only their course counts, times the usual gap.",
        )
