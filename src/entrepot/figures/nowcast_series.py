"""Months that a nowcast is made from: of the flow, of its partner, of flows like it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.availability import RECONCILED, availability_of, flow_sources
from entrepot.figures.definition import SIDES, Definition, Side, other_side
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.mirror import FLOOR
from entrepot.figures.no_value import reporting_sides, unasked
from entrepot.figures.row_facts import editions_of, reported_on_two_bases
from entrepot.figures.rows import SourceRows, everything
from entrepot.figures.sides import members_of
from entrepot.goods.selection import weighted
from entrepot.lake import fetch
from entrepot.model.areas import WORLD, area_name, stopped_in
from entrepot.model.period import Period
from entrepot.model.product import NO_CODES, harmonized
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from entrepot.figures.availability import Availability
    from entrepot.figures.figure import Figure
    from entrepot.figures.rows import Goods
    from entrepot.lake import Lake

    Floats = NDArray[np.float64]
    Evaluate = Callable[[Definition], Figure]

SHARES = ("import_share", "export_share")
CONCENTRATION = ("hhi", "cr")
_FLOWS = 150
"""Flows of the same reporter whose past errors count, those nearest in size."""
_TRADED = 8
"""Months of the last 24 in which such a flow has to have trade."""
_ENOUGH = 40
"""Flows of the same reporter with which no flows of other reporters are read."""
_COMMON = 12
"""Months that two reports of a flow need in common."""


@dataclass(frozen=True, slots=True)
class MonthlySeries:
    """Months of the flow in question and of others of its kind.

    Attributes
    ----------
    name
        Of the source.
    parts
        How many of the first flows are the suppliers of which concentration is computed.
    months
        Columns of `values`, the last of them the last month reported.
    values, partner, denominator
        By flow and month, the flow in question first; `partner` may have later months.
    lead
        Months that the partner's reports go beyond `months`.
    reported_by, partner_name
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
    reported_by: Side
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


def monthly_series(
    asked: Definition, checked: Definition, lake: Lake, source: str, evaluate: Evaluate
) -> MonthlySeries | NoAnswer:
    """Return the months of a source, of the side that reports them."""
    loaded = run_of_months(lake, source, checked.period)
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
) -> MonthlySeries | NoAnswer:
    """Return the months of the first side that reports them, or what its partners report."""
    lacks = []
    for side in reporting_sides(checked, monthly):
        if side is None:
            continue
        # Reports of the other side have no total of all partners, which is the denominator.
        counts = checked.measure in (*SHARES, *CONCENTRATION)
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
    who = " and ".join(area_name(one) for one in named_areas(checked))
    return NoAnswer("; ".join(lacks) or f"{monthly.source} has no months reported by {who}")


def _by_partners(
    lake: Lake,
    monthly: Availability,
    plain: Definition,
    checked: Definition,
    loaded: list[Period],
    evaluate: Evaluate,
) -> MonthlySeries | NoAnswer | None:
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
    sums = {name: row for name, row in sums_by_month(cells, wide, goods, across, months).items()
            if name in names}  # fmt: skip
    if not sums:
        return NoAnswer(f"{monthly.source} records no {checked.goods} in {wide.period}")
    target = np.sum(list(sums.values()), axis=0)
    others = _others(sums, frozenset(), target)
    values = np.stack([target, *(sums[name] for name in others)])
    return MonthlySeries(
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
        of_world = asked.but(measure="value", period=Period.parse(year), base=None, source=None,
                          currency=None, reported_by=None, **{across: WORLD})  # fmt: skip
        total = evaluate(of_world)
        if not total.value or total.definition.source is None:
            continue
        # By name, as it was then: one that had no trade is no mistake here.
        part = evaluate(of_world.but(source=total.definition.source, **{across: "+".join(names)}))
        if part.value is not None:
            return min(part.value / total.value, 1.0), f"{year} ({total.definition.source})"
    return None


def _counts(asked: Definition) -> Side:
    """Return the side that counted the total of a share."""
    return "exporter" if asked.measure == "export_share" else "importer"


def named_areas(asked: Definition) -> list[str]:
    """Return the sides of a question that are not the world."""
    return [one for one in (asked.importer, asked.exporter) if one != WORLD]


def run_of_months(lake: Lake, source: str, period: Period) -> list[Period]:
    """Return the months in a row that end with the last one loaded, up to the end of a period."""
    name, vintage = split_address(source)
    # Files of the current vintage by period, or all periods of the vintage that was named.
    there = {
        one
        for item in lake.holdings()
        if item.source == name
        and item.table in ("flows", "shipments")
        and vintage in (None, item.vintage)
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
    # Nothing of the period is reported yet: no rows of it could differ.
    if period.start > asked.period.end:
        return ""
    # No row beyond the last month is there, and of months before the period none is asked.
    known = Period(max(asked.period.start, period.start), min(asked.period.end, period.end))
    rows = cells.flow(asked.but(period=known), (everything(),))
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
) -> MonthlySeries | NoAnswer:
    """Read the months of one side's reports, of the flow and of others of the same reporter."""
    import numpy as np

    span = Period(months[0].start, months[-1].end)
    # All partners at once: the total for a share, and the other flows whose errors count.
    wide = plain.but(period=span, **{other_side(side): WORLD})
    cells = SourceRows(lake, monthly, side)
    if side == "importer":  # an exporter reports on one basis
        cells = replace(cells, twofold=reported_on_two_bases(SourceRows(lake, monthly), wide))
    if lost := _edition_in_period(cells, wide, checked.period):
        return NoAnswer(lost)
    try:
        goods = goods_in(wide, editions_of(cells, wide), lake)
    except (NoEvidenceError, RequestError) as error:
        return NoAnswer(f"{monthly.source} cannot be asked: {error.what}")
    across = other_side(side)
    members = members_of(checked, across)
    is_amount = checked.measure == "value" and checked.quantity == "value"
    weighed = members if is_amount else frozenset()
    sums, mass = _sums_and_masses(cells, wide, goods, across, months, weighed)
    if not sums:
        return NoAnswer(f"{monthly.source} records no {checked.goods} in {span}")
    every = np.stack(list(sums.values()))
    if checked.measure in CONCENTRATION:
        return MonthlySeries(
            monthly.source, months, every, None, None, 0, side, "", cells, goods,
            monthly.currency, len(every),
        )  # fmt: skip
    total = every.sum(axis=0)
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
    if checked.measure in SHARES:
        # Each flow's share is of the same total, that of the reporter.
        denominator = np.repeat(total[None], len(rows), axis=0)
    elif len(rows) < _ENOUGH and members:
        rows += _other_reporters(cells, plain.but(period=span), goods, side, months, target)
    values = np.stack(rows)
    partner, lead, name = _partners(
        lake, plain, checked.period, monthly.source, side, months, loaded, len(rows)
    )
    return MonthlySeries(
        monthly.source, months, values, partner, denominator, lead, side, name, cells, goods,
        monthly.currency, mass=mass,
    )  # fmt: skip


def sums_by_month(
    cells: SourceRows, asked: Definition, goods: Goods, across: Side, months: list[Period]
) -> dict[str, Floats]:
    """Return by partner what was traded in each month; a month without a row is zero."""
    return _sums_and_masses(cells, asked, goods, across, months, frozenset())[0]


def _sums_and_masses(
    cells: SourceRows,
    asked: Definition,
    goods: Goods,
    across: Side,
    months: list[Period],
    weighed: frozenset[str],
) -> tuple[dict[str, Floats], Floats | None]:
    """Return sums by partner and month, and some partners' months in kilograms, read in one go.

    Masses are None where a row of these partners with a value has none.
    """
    import numpy as np

    column = cells.column(asked)
    rows = cells.flow(asked, goods, all_partners=True)
    sums = [nw.col(column).sum()]
    if weighed and "mass_kg" in rows.collect_schema().names():
        is_open = ((nw.col(column) > 0) & nw.col("mass_kg").is_null()).cast(nw.Int64)
        # As the values are: of codes that a list has in part, a part counts.
        rows = weighted(rows.with_columns(is_open.alias("open")), goods, "mass_kg")
        sums += [nw.col("mass_kg").sum(), nw.col("open").sum()]
    place = {month.start: at for at, month in enumerate(months)}
    found: dict[str, Floats] = {}
    mass = np.zeros(len(months))
    is_weighed = len(sums) > 1
    for name, day, amount, *more in fetch(rows.group_by(across, "period").agg(*sums)):
        if day not in place:
            continue
        # None and zero are left out: a partner with neither is no flow to learn errors from.
        if amount:
            found.setdefault(str(name), np.zeros(len(months)))[place[day]] += float(amount)
        if is_weighed and name in weighed:
            kilograms, is_lacking = more
            is_weighed = not is_lacking
            mass[place[day]] += float(kilograms or 0.0)
    return dict(sorted(found.items())), mass if is_weighed and mass.any() else None


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
    sums = sums_by_month(cells, asked.but(**{str(side): WORLD}), goods, side, months)
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
        there = loaded if source == own else run_of_months(lake, source, period)
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
    sums = sums_by_month(cells, asked, goods, other_side(across), reported)
    if not sums:
        return None
    # Months that the partner reports beyond the reporter's own last one are what it helps with.
    columns = [*months, *(one for one in reported if one > months[-1])]
    row = np.full(len(columns), np.nan)
    for month, amount in zip(reported, np.sum(list(sums.values()), axis=0), strict=True):
        row[columns.index(month)] = amount
    return row, months_apart(months[-1], reported[-1])


def months_apart(one: Period, other: Period) -> int:
    """Return by how many months another month is later."""
    return (other.year - one.year) * 12 + other.start.month - one.start.month
