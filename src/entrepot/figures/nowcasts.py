"""Nowcasts: the likely value of a period that is not reported in full, from the months so far.

A nowcast is no evidence: it has a status of its own, and is given only where no source has a value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import RECONCILED, availability_of, flow_sources
from entrepot.figures.caveats import caveat, one_report
from entrepot.figures.definition import Definition, Side, other_side
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.figure import Figure
from entrepot.figures.no_value import reporting_sides, unasked
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
from entrepot.model.areas import WORLD, area_name, stopped_in
from entrepot.model.display import joined
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES, harmonized
from entrepot.sources import is_register, source_info, split_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from entrepot.figures.availability import Availability
    from entrepot.figures.evidence import Caveat
    from entrepot.figures.rows import Goods
    from entrepot.lake import Lake
    from entrepot.measures.nowcast import Nowcast

    Floats = NDArray[np.float64]

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
_COMMON = 12
"""Months that two reports of a flow need in common."""


def or_nowcast(asked: Definition, checked: Definition, lake: Lake, found: Figure) -> Figure:
    """Return a nowcast in the place of a Figure without a value, or say why there is none.

    Parameters
    ----------
    asked, checked
        The question as it was put, and as it is carried.
    found
        What reported data answer: no value.
    """
    if not _is_wanted(checked, lake):
        return found
    if checked.measure not in MEASURES:
        return _refused(found, f"there are nowcasts of {', '.join(MEASURES)} only")
    if checked.flow != "one_way" or checked.quantity == "items":
        return _refused(found, "nowcasts are of one direction, in value or mass")
    reasons: dict[str, None] = {}
    sources = [checked.source] if checked.source else flow_sources(lake)
    for source in sources:
        name = split_address(source)[0]
        # Sources put together and reconciled rows are no series of one reporter's months.
        if "+" in source or is_register(name) or name == RECONCILED:
            continue
        series = _series(asked, checked, lake, source)
        if isinstance(series, NoAnswer):
            if series.reason:
                reasons[series.reason] = None
            continue
        try:
            return _figure(checked, series, lake)
        except NoEvidenceError as error:
            why = f" ({error.why})" if error.why else ""
            hint = f"; {error.hint}" if error.hint else ""
            reasons[f"{series.name}: {error.what}{why}{hint}"] = None
    if not reasons:
        reasons["no source is loaded by month"] = None
    return _refused(found, "; ".join(reasons))


def _is_wanted(asked: Definition, lake: Lake) -> bool:
    """Whether the period is not over, or not all of it is loaded by month, but what comes before.

    A period long after the last month is simply not loaded, which needs no more words.
    """
    if not asked.period.parts("M"):
        return False
    if asked.period.end >= date.today():
        return True
    last: dict[str, Period] = {}
    for item in lake.holdings():
        for month in item.current if item.table == "flows" else ():
            if month.freq == "M":
                last[item.source] = max(month, last.get(item.source, month))
    # The last month of the period.
    end = Period(asked.period.end.replace(day=1), asked.period.end)
    return any(0 < _apart(month, end) <= _FARTHEST for month in last.values())


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


def _series(asked: Definition, checked: Definition, lake: Lake, source: str) -> _Series | NoAnswer:
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
        return found
    who = " and ".join(area_name(one) for one in _named(checked))
    return NoAnswer("; ".join(lacks) or f"{source} has no months reported by {who}")


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
    return _Series(
        monthly.source, months, values, partner, denominator, lead, side, name, cells, goods,
        monthly.currency,
    )  # fmt: skip


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


def _figure(asked: Definition, series: _Series, lake: Lake) -> Figure:
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
        caveats=tuple(_caveats(asked, series, found)),
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
            "next": list(_next(series, asked.period)),
        },
    )


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
    """Return the day on which the newest file of a source was loaded."""
    name = split_address(source)[0]
    days = [item.added_on[:10] for item in lake.holdings() if item.source == name]
    return max(days, default=date.today().isoformat())


def _break(series: _Series, found: Nowcast) -> dict[str, Any] | None:
    if found.break_since is None or found.break_size is None:
        return None
    return {"since": str(series.months[found.break_since]), "change": found.break_size}


def _next(series: _Series, period: Period) -> Iterator[dict[str, Any]]:
    """Yield the months that are missing, with the day on which the source usually has each."""
    release = source_info(split_address(series.name)[0]).monthly_release
    for month in period.parts("M"):
        if month <= series.months[-1]:
            continue
        found: dict[str, Any] = {"source": series.name, "month": str(month)}
        if release is not None:
            day = month.end + timedelta(days=release.lag_days)
            found |= {"expected": day.isoformat(), "lag_days": release.lag_days}
        yield found


def _caveats(asked: Definition, series: _Series, found: Nowcast) -> Iterator[Caveat]:
    yield caveat(
        "nowcasts",
        "An estimate of a period that is not reported in full, not evidence. Its intervals are "
        "from errors of such estimates in the past; revisions of reported months are not in them.",
    )
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
    if gone := stopped_in(_named(asked), asked.period):
        names = joined([area_name(one.area) for one in gone])
        yield caveat(
            "nowcasts", f"{names} stopped reporting: the months are those of the partner's reports."
        )
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
