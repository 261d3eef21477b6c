"""Nowcasts: the likely value of a period that is not reported in full, from the months so far.

A nowcast is no evidence: it has a status of its own, and is given only where no source has a value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import RECONCILED, availability_of, flow_sources
from entrepot.figures.caveats import caveat, one_report
from entrepot.figures.definition import SIDES, Definition, Side, other_side
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.figure import Figure
from entrepot.figures.mirror import FLOOR
from entrepot.figures.no_value import reporting_sides, unasked
from entrepot.figures.nowcast_context import (
    annual_level,
    events_of,
    next_reports,
    usual_revision,
    with_revision,
)
from entrepot.figures.questions import unit_of
from entrepot.figures.row_facts import (
    editions_of,
    evidence_of,
    goods_scope,
    not_delivered,
    reported_on_two_bases,
)
from entrepot.figures.rows import SourceRows, everything
from entrepot.figures.sides import members_of
from entrepot.lake import fetch
from entrepot.model.areas import WORLD, area_name, possessive, stopped_in
from entrepot.model.display import joined
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES, harmonized
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from entrepot.figures.availability import Availability
    from entrepot.figures.evidence import Caveat
    from entrepot.figures.nowcast_context import AnnualLevel, Event
    from entrepot.figures.rows import Goods
    from entrepot.lake import Lake
    from entrepot.measures.nowcast import Nowcast

    Floats = NDArray[np.float64]
    Evaluate = Callable[[Definition], Figure]

__all__ = ["MEASURES", "or_nowcast"]

MEASURES = ("value", "growth", "import_share", "export_share", "hhi", "cr")
"""Measures of which there are nowcasts."""
_SHARES = ("import_share", "export_share")
_CONCENTRATION = ("hhi", "cr")
_FLOWS = 150
"""Flows of the same reporter whose past errors count, those nearest in size."""
_TRADED = 8
"""Months of the last 24 in which such a flow has to have trade."""
_FARTHEST = 24
"""Months after the last one loaded up to which a reason is given why there is no nowcast."""
_ENOUGH = 40
"""Flows of the same reporter with which no flows of other reporters are read."""
_REGISTER = (
    "is a customs register, whose flows are few and irregular: in tests, 80 % intervals had 66 to "
    "84 % of the values"
)
_LATE = 12
"""Months before the last one of a source in which a reporter may still be late."""
_BEHIND = 6
"""Months that others of a source have and a reporter lacks, from which it may have stopped."""
_COMMON = 12
"""Months that two reports of a flow need in common."""


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
    if checked.flow != "one_way" or checked.quantity == "items":
        return "nowcasts are of one direction, in value or mass"
    if checked.source and is_register(split_address(checked.source)[0]):
        return f"{checked.source} {_REGISTER}"
    reasons: dict[str, None] = {}
    for source in _candidates(checked, lake):
        series = _series(asked, checked, lake, source, evaluate)
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
    return "; ".join(reasons) or "no source is loaded by month"


def _candidates(asked: Definition, lake: Lake) -> list[str]:
    """Return the sources that can have a series of one reporter's months."""
    named = [asked.source] if asked.source else flow_sources(lake)
    # Sources put together and reconciled rows are none.
    return [
        one
        for one in named
        if "+" not in one
        and not is_register(split_address(one)[0])
        and split_address(one)[0] != RECONCILED
    ]


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
    for item in lake.holdings():
        for month in item.current if item.table == "flows" else ():
            if month.freq == "M":
                last[item.source] = max(month, last.get(item.source, month))
    # The last month of the period.
    end = Period(asked.period.end.replace(day=1), asked.period.end)
    apart = [_apart(month, end) for month in last.values()]
    if any(0 < one <= _FARTHEST for one in apart):
        return "yes"
    return "late" if any(-_LATE < one <= 0 for one in apart) else "no"


def _refused(found: Figure, why: str) -> Figure:
    """Return the Figure without a value, with the reason why there is no nowcast either."""
    return replace(found, reason=f"{found.reason or ''}\nno nowcast: {why}".strip())


@dataclass(frozen=True, slots=True)
class _Series:
    """Months of the flow in question and of others of its kind.

    Attributes
    ----------
    name
        Of the source.
    parts
        How many of the first flows are the suppliers of which concentration is computed.
    months
        Columns of `values`, the last of them the last month reported.
    values, partner, whole
        By flow and month, the flow in question first; `partner` may have later months.
    lead
        Months that the partner's reports go beyond `months`.
    voice, partner_name
        Whose reports they are: the side, and the source of the other side's.
    partners
        Partners whose reports are added up, where a country itself does not report.
    covered, covered_in
        Which part of its past trade was with them, and when.
    mass
        Months of the flow in kilograms, where all of it is weighed.
    source_to
        The last month that the source has of any reporter, if that is known.
    """

    name: str
    months: list[Period]
    values: Floats
    partner: Floats | None
    denominator: Floats | None
    lead: int
    voice: Side
    partner_name: str
    cells: SourceRows
    goods: Goods
    currency: str
    parts: int = 1
    partners: tuple[str, ...] = ()
    covered: float | None = None
    covered_in: str = ""
    mass: Floats | None = None
    source_to: Period | None = None


def _series(
    asked: Definition, checked: Definition, lake: Lake, source: str, evaluate: Evaluate
) -> _Series | NoAnswer:
    """Return the months of a source, of the side that reports them."""
    loaded = _run_of_months(lake, source, checked.period)
    if not loaded:
        # An empty reason is not listed: a source without months was no candidate.
        return NoAnswer("")
    span = Period(loaded[0].start, loaded[-1].end)
    there = availability_of(lake, source, [span])
    if isinstance(there, NoAnswer):
        return there
    monthly = next((one for one in there if one.freq == "M"), None)
    if monthly is None:
        return NoAnswer("")
    currency = asked.currency or monthly.currency
    plain = checked.but(measure="value", period=span, base=None, currency=currency)
    if refused := unasked(plain, source, monthly):
        return NoAnswer(refused)
    return _of_a_side(checked, plain, lake, monthly, loaded, evaluate)


def _of_a_side(
    checked: Definition,
    plain: Definition,
    lake: Lake,
    monthly: Availability,
    loaded: list[Period],
    evaluate: Evaluate,
) -> _Series | NoAnswer:
    """Return the months of the first side that reports them, or what its partners report."""
    lacks = []
    for side in reporting_sides(checked, monthly):
        if side is None:
            continue
        # Reports of the other side have no total of all partners, which is the denominator.
        counts = checked.measure in (*_SHARES, *_CONCENTRATION)
        if counts and side != _counts(checked):
            continue
        months = _reported(monthly, loaded, plain, side)
        if not months:
            continue
        found = _read(lake, monthly, plain, checked, side, months, loaded)
        if isinstance(found, NoAnswer):
            lacks.append(found.reason)
            continue
        return replace(found, source_to=loaded[-1])
    only = _by_partners(lake, monthly, plain, checked, loaded, evaluate)
    if only is not None and not isinstance(only, NoAnswer):
        return only
    if only is not None:
        lacks.append(only.reason)
    who = " and ".join(area_name(one) for one in _named(checked))
    return NoAnswer("; ".join(lacks) or f"{monthly.source} has no months reported by {who}")


def _by_partners(
    lake: Lake,
    monthly: Availability,
    plain: Definition,
    checked: Definition,
    loaded: list[Period],
    evaluate: Evaluate,
) -> _Series | NoAnswer | None:
    """Read all trade of a country that does not report, as its partners report it.

    None where that is not what is asked. Partners count that report all months; they had to have
    half of its trade in the last year for which that is known.
    """
    import numpy as np

    if checked.measure not in ("value", "growth") or monthly.reporters is None:
        return None
    sides = [side for side in SIDES if members_of(checked, side)]
    if len(sides) != 1:
        return None
    [own] = sides
    across = other_side(own)
    there = monthly.reporters[across]
    best = _best_partners(monthly, checked, own, loaded, evaluate)
    who = area_name(getattr(checked, own))
    if best is None:
        return NoAnswer(
            f"{who} does not report by month to {monthly.source}, and nothing loaded says which "
            "part of its trade the reporting partners have; load annual data of an earlier year"
        )
    share, months, names, when = best
    if share < FLOOR:
        return NoAnswer(
            f"{who} does not report; partners that report to {monthly.source} had "
            f"{100 * share:.0f} % of its trade in {when}, too little for a total"
        )
    there = monthly.reporters[across]
    # Every partner has every month, or a late one would look like less trade.
    months = _last_run({one for one in months if all((name, one.start) in there for name in names)})
    wide = plain.but(period=Period(months[0].start, months[-1].end))
    cells = SourceRows(lake, monthly, across)
    if lost := _edition_in_period(cells, wide, checked.period):
        return NoAnswer(lost)
    try:
        goods = goods_in(wide, editions_of(cells, wide), lake)
    except (NoEvidenceError, RequestError) as error:
        return NoAnswer(f"{monthly.source} cannot be asked: {error.what}")
    sums = {name: row for name, row in _sums(cells, wide, goods, across, months).items()
            if name in names}  # fmt: skip
    if not sums:
        return NoAnswer(f"{monthly.source} records no {checked.goods} in {wide.period}")
    target = np.sum(list(sums.values()), axis=0)
    others = _others(sums, frozenset(), target)
    values = np.stack([target, *(sums[name] for name in others)])
    return _Series(
        monthly.source, months, values, None, None, 0, across, "", cells, goods, monthly.currency,
        partners=tuple(names), covered=share, covered_in=when,
    )  # fmt: skip


def _best_partners(
    monthly: Availability, asked: Definition, own: Side, loaded: list[Period], evaluate: Evaluate
) -> tuple[float, list[Period], list[str], str] | None:
    """Return share, months, names and time of the partners that had most of a country's trade.

    The months at the end may have come from some partners only: fewer months of more partners
    count where these had two points more of the trade.
    """
    assert monthly.reporters is not None
    there = monthly.reporters[other_side(own)]
    best: tuple[float, list[Period], list[str], str] | None = None
    known: set[tuple[str, ...]] = set()
    for last in range(len(loaded), max(len(loaded) - 6, _COMMON), -1):
        months = loaded[:last]
        everybody = {who for who, _ in there} - members_of(asked, own)
        names = tuple(
            sorted(
                who for who in everybody
                if all((who, month.start) in there for month in months[-36:])
            )
        )  # fmt: skip
        if not names or names in known:
            continue
        known.add(names)
        found = _past_share(asked, own, list(names), months[-1], evaluate)
        if found is not None and (best is None or found[0] > best[0] + 0.02):
            best = (found[0], months, list(names), found[1])
    return best


def _past_share(
    asked: Definition, own: Side, names: list[str], last: Period, evaluate: Evaluate
) -> tuple[float, str] | None:
    """Return which part of a country's trade partners had, in the last year that is known.

    By its own months while it reported, else by annual data.
    """
    across = other_side(own)
    gone = stopped_in(members_of(asked, own), asked.period)
    years = [last.start.year - back for back in range(1, 5)]
    if gone:
        years = [gone[0].last.start.year - 1, *years]
    for year in dict.fromkeys(years):
        whole = asked.but(measure="value", period=Period.parse(year), base=None, source=None,
                          currency=None, reported_by=None, **{across: WORLD})  # fmt: skip
        total = evaluate(whole)
        if not total.value or total.definition.source is None:
            continue
        # By name, as it was then: one that had no trade is no mistake here.
        part = evaluate(whole.but(source=total.definition.source, **{across: "+".join(names)}))
        if part.value is not None:
            return min(part.value / total.value, 1.0), f"{year} ({total.definition.source})"
    return None


def _counts(asked: Definition) -> Side:
    """Return the side that counted the total of a share."""
    return "exporter" if asked.measure == "export_share" else "importer"


def _named(asked: Definition) -> list[str]:
    return [one for one in (asked.importer, asked.exporter) if one != WORLD]


def _run_of_months(lake: Lake, source: str, period: Period) -> list[Period]:
    """Return the months in a row that end with the last one loaded, up to the end of a period."""
    name, vintage = split_address(source)
    # Files of the current vintage by period, or all periods of the vintage that was named.
    there = {
        one
        for item in lake.holdings()
        if item.source == name and item.table == "flows" and vintage in (None, item.vintage)
        for one in (item.current if vintage is None else item.periods)
        if one.freq == "M" and one.end <= period.end
    }
    return _last_run(there)


def _last_run(there: set[Period]) -> list[Period]:
    found: list[Period] = []
    for one in sorted(there, reverse=True):
        # Newest first; the first gap ends the run, however much there is before it.
        if found and one.end + timedelta(days=1) != found[-1].start:
            break
        found.append(one)
    return found[::-1]


def _reported(
    monthly: Availability, loaded: list[Period], asked: Definition, side: Side
) -> list[Period]:
    """Return the months in a row, up to its last, that all areas on a side report."""
    if monthly.reporters is None:
        return loaded
    members = members_of(asked, side)
    if not members:
        return []
    reporters = monthly.reporters[side]
    return _last_run(
        {one for one in loaded if all((who, one.start) in reporters for who in members)}
    )


def _edition_in_period(cells: SourceRows, asked: Definition, period: Period) -> str:
    """Say that codes change their edition within the period; empty text if they do not."""
    if asked.goods == "all" or len(cells.available.nomenclatures) < 2:
        return ""
    rows = cells.flow(asked, (everything(),))
    groups = rows.group_by("period", "nomenclature").agg(nw.len())
    editions: dict[str, str] = {}
    for day, name, _ in sorted(fetch(groups), key=lambda one: str(one[0])):
        # A national tariff changes its name each year
        # (CN2023, CN2024) within one edition: `harmonized`.
        if name != NO_CODES and period.start <= day <= period.end:
            editions.setdefault(harmonized(name).id, f"{day:%Y-%m}")
    if len(editions) < 2:
        return ""
    words = " and ".join(f"{edition} from {month}" for edition, month in editions.items())
    return f"{cells.available.source} changes its edition within {period} ({words})"


def _read(
    lake: Lake,
    monthly: Availability,
    plain: Definition,
    checked: Definition,
    side: Side,
    months: list[Period],
    loaded: list[Period],
) -> _Series | NoAnswer:
    """Read the months of one side's reports, of the flow and of others of the same reporter."""
    import numpy as np

    span = Period(months[0].start, months[-1].end)
    # All partners at once: the total for a share, and the other flows whose errors count.
    wide = plain.but(period=span, **{other_side(side): WORLD})
    cells = replace(
        SourceRows(lake, monthly, side),
        twofold=reported_on_two_bases(SourceRows(lake, monthly), wide),
    )
    if lost := _edition_in_period(cells, wide, checked.period):
        return NoAnswer(lost)
    try:
        goods = goods_in(wide, editions_of(cells, wide), lake)
    except (NoEvidenceError, RequestError) as error:
        return NoAnswer(f"{monthly.source} cannot be asked: {error.what}")
    across = other_side(side)
    sums = _sums(cells, wide, goods, across, months)
    if not sums:
        return NoAnswer(f"{monthly.source} records no {checked.goods} in {span}")
    every = np.stack(list(sums.values()))
    if checked.measure in _CONCENTRATION:
        return _Series(
            monthly.source, months, every, None, None, 0, side, "", cells, goods,
            monthly.currency, len(every),
        )  # fmt: skip
    total = every.sum(axis=0)
    members = members_of(checked, across)
    if members:
        mine = [row for name, row in sums.items() if name in members]
        # A partner without a row in any month is no trade
        # here, since the reporter reports them all.
        target = np.sum(mine, axis=0) if mine else np.zeros(len(months))
    else:
        target = total
    names = _others(sums, members, target)
    rows = [target, *(sums[name] for name in names)]
    denominator = None
    if checked.measure in _SHARES:
        # Each flow's share is of the same total, that of the reporter.
        denominator = np.repeat(total[None], len(rows), axis=0)
    elif len(rows) < _ENOUGH and members:
        rows += _other_reporters(cells, plain.but(period=span), goods, side, months, target)
    values = np.stack(rows)
    partner, lead, name = _partners(
        lake, plain, checked.period, monthly.source, side, months, loaded, len(rows)
    )
    mass = None
    if checked.measure == "value" and checked.quantity == "value" and members:
        mass = _weighed(cells, wide, goods, across, months, members)
    return _Series(
        monthly.source, months, values, partner, denominator, lead, side, name, cells, goods,
        monthly.currency, mass=mass,
    )  # fmt: skip


def _weighed(
    cells: SourceRows,
    asked: Definition,
    goods: Goods,
    across: Side,
    months: list[Period],
    members: frozenset[str],
) -> Floats | None:
    """Return the flow's months in kilograms; None where a row with a value has no mass."""
    import numpy as np

    weighed = asked.but(quantity="mass")
    rows = cells.flow(asked, goods, whole=True)
    if "mass_kg" not in rows.collect_schema().names():
        return None
    value, mass = nw.col(cells.column(asked)), nw.col("mass_kg")
    open_ = rows.filter(nw.col(across).is_in(sorted(members)), (value > 0) & mass.is_null())
    if fetch(open_.select(nw.len()))[0][0]:
        return None
    sums = _sums(cells, weighed, goods, across, months)
    mine = [row for name, row in sums.items() if name in members]
    return np.sum(mine, axis=0) if mine else None


def _sums(
    cells: SourceRows, asked: Definition, goods: Goods, across: Side, months: list[Period]
) -> dict[str, Floats]:
    """Return by partner what was traded in each month; a month without a row is zero."""
    import numpy as np

    column = cells.column(asked)
    rows = cells.flow(asked, goods, whole=True)
    groups = rows.group_by(across, "period").agg(nw.col(column).sum())
    place = {month.start: at for at, month in enumerate(months)}
    found: dict[str, Floats] = {}
    for name, day, amount in fetch(groups):
        # None and zero are left out: a partner with neither is no flow to learn errors from.
        if day in place and amount:
            found.setdefault(str(name), np.zeros(len(months)))[place[day]] += float(amount)
    return dict(sorted(found.items()))


def _others(sums: dict[str, Floats], members: frozenset[str], target: Floats) -> list[str]:
    """Return partners whose past errors count too: those nearest in size."""
    import numpy as np

    # Added so that the logarithm of no trade is finite; amounts are in whole units of money.
    size = float(target[-24:].mean()) + 1e-9
    near = [
        (abs(float(np.log((row[-24:].mean() + 1e-9) / size))), name)
        for name, row in sums.items()
        if name not in members and (row[-24:] > 0).sum() >= _TRADED
    ]
    return [name for _, name in sorted(near)[:_FLOWS]]


def _other_reporters(
    cells: SourceRows,
    asked: Definition,
    goods: Goods,
    side: Side,
    months: list[Period],
    target: Floats,
) -> list[Floats]:
    """Return what other reporters, who have all the months too, report of the same partner."""
    reporters = cells.available.reporters
    if reporters is None:
        return []
    mine = members_of(asked, side)
    days = [month.start for month in months]
    sums = _sums(cells, asked.but(**{str(side): WORLD}), goods, side, months)
    there = {
        name: row
        for name, row in sums.items()
        if all((name, day) in reporters[side] for day in days)
    }
    return [there[name] for name in _others(there, mine, target)]


def _partners(
    lake: Lake,
    plain: Definition,
    period: Period,
    own: str,
    side: Side,
    months: list[Period],
    loaded: list[Period],
    flows: int,
) -> tuple[Floats | None, int, str]:
    """Return what the partner reports of the flow, how many months further, and to which source.

    The first source counts that has a year of months in common.
    """
    across = other_side(side)
    if not members_of(plain, across):
        return None, 0, ""
    for source in (own, *(one for one in flow_sources(lake) if one != own)):
        name = split_address(source)[0]
        if is_register(name) or name == RECONCILED:
            continue
        there = loaded if source == own else _run_of_months(lake, source, period)
        found = _partner(lake, plain, source, across, months, there)
        if found is not None:
            row, lead = found
            return _alone(row, flows), lead, source
    return None, 0, ""


def _alone(row: Floats, flows: int) -> Floats:
    """Return the partner's reports of the first flow; of the others none are looked up."""
    import numpy as np

    partner = np.full((flows, len(row)), np.nan)
    # NaN is not known, where zero would be a report of no trade.
    partner[0] = row
    return partner


def _partner(
    lake: Lake,
    plain: Definition,
    source: str,
    across: Side,
    months: list[Period],
    loaded: list[Period],
) -> tuple[Floats, int] | None:
    """Return the partner's reports to one source by month, and how many months further."""
    import numpy as np

    loaded = [one for one in loaded if one >= months[0]]
    if len(loaded) < _COMMON:
        return None
    there = availability_of(lake, source, [Period(loaded[0].start, loaded[-1].end)])
    if isinstance(there, NoAnswer):
        return None
    monthly = next((one for one in there if one.freq == "M"), None)
    if monthly is None or not monthly.has_reports:
        return None
    reported = _reported(monthly, loaded, plain, across)
    if len(set(reported) & set(months)) < _COMMON:
        return None
    asked = plain.but(period=Period(reported[0].start, reported[-1].end))
    cells = SourceRows(lake, monthly, across)
    try:
        goods = goods_in(asked, editions_of(cells, asked), lake)
    except (NoEvidenceError, RequestError):
        return None
    sums = _sums(cells, asked, goods, other_side(across), reported)
    if not sums:
        return None
    # Months that the partner reports beyond the reporter's own last one are what it helps with.
    columns = [*months, *(one for one in reported if one > months[-1])]
    row = np.full(len(columns), np.nan)
    for month, amount in zip(reported, np.sum(list(sums.values()), axis=0), strict=True):
        row[columns.index(month)] = amount
    return row, _apart(months[-1], reported[-1])


def _apart(one: Period, other: Period) -> int:
    """Return by how many months another month is later."""
    return (other.year - one.year) * 12 + other.start.month - one.start.month


# The Figure: the value with its intervals, what it is based on, and what comes next.


def _figure(asked: Definition, series: _Series, lake: Lake, evaluate: Evaluate) -> Figure:
    """Return the Figure of a nowcast; raises `NoEvidenceError` where there can be none."""
    from entrepot.measures.nowcast import STATISTICS, Window, joint_nowcast, largest, nowcast

    last = series.months[-1]
    end = Period(asked.period.end.replace(day=1), asked.period.end)
    window = Window(asked.period.months, _apart(last, end))
    if window.ahead < 1:
        raise NoEvidenceError(f"all of {asked.period} is reported")
    if asked.measure in _CONCENTRATION:
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
        for one in methods:
            one["value"] = 100 * (one["value"] / before - 1)
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
        evidence=(evidence_of(series.cells, plain, series.goods),),
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


def _ended(asked: Definition, series: _Series) -> str:
    """Say that the reporter stopped, or is far behind others of its source; empty if neither."""
    last = series.months[-1]
    who = area_name(getattr(asked, series.voice))
    if not series.partners and stopped_in(members_of(asked, series.voice), asked.period):
        return f"{who} stopped reporting after {last}: no later months of its own are to come"
    if series.source_to is not None and _apart(last, series.source_to) >= _BEHIND:
        return f"{who} has no month after {last}, and others report up to {series.source_to}"
    return ""


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


def _years(series: _Series) -> dict[str, float]:
    """Return by year the sum of the flow's months, of years that are complete."""
    found: dict[str, list[float]] = {}
    for at, month in enumerate(series.months):
        found.setdefault(str(month.year), []).append(float(series.values[0, at]))
    return {year: sum(months) for year, months in found.items() if len(months) == 12}


def _revision(asked: Definition, series: _Series, lake: Lake) -> tuple[float, int] | None:
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
    asked: Definition, series: _Series, lake: Lake, address: str
) -> dict[Period, float] | None:
    """Return the flow's months in another vintage; None where it does not have them."""
    across = other_side(series.voice)
    loaded = _run_of_months(lake, address, asked.period)
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
    cells = SourceRows(lake, monthly, series.voice)
    try:
        goods = goods_in(wide, editions_of(cells, wide), lake)
    except (NoEvidenceError, RequestError):
        return None
    members = members_of(asked, across)
    sums = _sums(cells, wide, goods, across, months)
    rows = [row for who, row in sums.items() if not members or who in members]
    return {month: float(sum(row[at] for row in rows)) for at, month in enumerate(months)}


def _unit_value(series: _Series, window: Any, asked: Definition) -> dict[str, Any] | None:
    """Return the nowcast of value per kilogram, from errors of value and mass drawn together."""
    from entrepot.measures.nowcast import STATISTICS, joint_nowcast

    if series.mass is None:
        return None
    groups = [(series.values[:1], 1), (series.mass[None], 1)]
    try:
        found = joint_nowcast(groups, window, STATISTICS["unit_value"])
    except NoEvidenceError:
        return None
    return {
        "value": found.value,
        "unit": f"{series.currency} per kg",
        "intervals": {f"{100 * level:.0f}": list(ends) for level, ends in found.intervals.items()},
        "covered": found.covered,
    }


def _scope(series: _Series, asked: Definition) -> dict[str, str]:
    """Say of how many codes it is, where only some of those asked for are loaded."""
    absent = not_delivered(series.cells, asked, series.goods)
    words = goods_scope(series.cells, asked, series.goods, absent)
    return {"goods": words} if words else {}


def _sum_of(series: _Series, base: Period) -> float:
    wanted = set(base.parts("M"))
    if not wanted or not wanted <= set(series.months):
        raise NoEvidenceError(f"not all months of the base {base} are loaded")
    before = float(
        sum(series.values[0, at] for at, month in enumerate(series.months) if month in wanted)
    )
    if before <= 0:
        raise NoEvidenceError(f"no trade in the base {base}, so that there is no growth")
    return before


def _based_on(asked: Definition, series: _Series, found: Nowcast) -> str:
    """Say how many months whose reports have, to which source."""
    who = area_name(getattr(asked, series.voice))
    if series.partners:
        who = f"{len(series.partners)} partners"
    text = f"{found.months_reported} of {found.months} months reported by {who} ({series.name})"
    if found.months == 1:
        text = f"months up to {series.months[-1]} reported by {who} ({series.name})"
    if series.partner is not None:
        partner = area_name(getattr(asked, other_side(series.voice)))
        wanted = asked.period.parts("M")
        there = sum(_apart(series.months[-1], one) <= series.lead for one in wanted)
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


def _break(series: _Series, found: Nowcast) -> dict[str, Any] | None:
    if found.break_since is None or found.break_size is None:
        return None
    return {"since": str(series.months[found.break_since]), "change": found.break_size}


def _next(
    series: _Series, asked: Definition, level: AnnualLevel | None
) -> Iterator[dict[str, Any]]:
    """Yield the reports that are to come, each with its usual day where that is known."""
    last = series.months[-1]
    others = []
    if series.partner_name and series.lead > -_FARTHEST:
        reach = Period.parse(_shifted(last, series.lead))
        others = [(series.partner_name, getattr(asked, other_side(series.voice)), reach)]
    yield from next_reports(
        series.name, getattr(asked, series.voice), last, asked.period, others,
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


def _revised(asked: Definition, series: _Series, revision: tuple[float, int] | None) -> str:
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
    series: _Series,
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
        side = other_side(series.voice)
        yield caveat(
            "nowcasts",
            f"{area_name(getattr(asked, side))} does not report these months: this is what "
            f"{len(series.partners)} partners report, which had {100 * series.covered:.0f} % of "
            f"{possessive(area_name(getattr(asked, side)))} trade in {series.covered_in}.",
        )
    if level is not None:
        yield caveat("nowcasts", level.text)
    if asked.measure in _CONCENTRATION:
        yield caveat(
            "nowcasts",
            f"From estimates of {series.parts} suppliers, whose errors of the past were drawn "
            "together, and not as if they were independent.",
        )
    of_all = asked.measure in _SHARES or WORLD in (asked.importer, asked.exporter)
    yield one_report(series.voice, asked, asked.source or "", of_all=of_all)
    if (broken := _break(series, found)) is not None:
        yield caveat(
            "nowcasts",
            f"Break since {broken['since']}: {100 * broken['change']:+.0f} % against the year "
            "before, beyond what went before it. Whether it lasts is not known: the intervals are "
            "wider, and methods that use months before it are left out.",
        )
    silent = [one for one in _named(asked) if one != getattr(asked, series.voice)]
    if (gone := stopped_in(silent, asked.period)) and not series.partners:
        names = joined([area_name(one.area) for one in gone])
        yield caveat(
            "nowcasts", f"{names} stopped reporting: the months are those of the partner's reports."
        )
    if ended := _ended(asked, series):
        yield caveat("nowcasts", f"{ended}. The intervals are half as wide again.")
    editions = {harmonized(one).id for one in series.cells.available.nomenclatures}
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
