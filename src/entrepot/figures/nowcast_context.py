"""What bears on a nowcast besides the months: lists, revisions, annual levels, the next reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from entrepot.errors import EntrepotError
from entrepot.figures.availability import RECONCILED
from entrepot.figures.sides import members_of
from entrepot.model.areas import WORLD, area_set
from entrepot.model.display import joined
from entrepot.model.period import Period
from entrepot.sources import source_info, split_address
from entrepot.sources.info import Release, releases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.figure import Figure
    from entrepot.figures.rows import Goods
    from entrepot.lake import Lake

_SEEN = 2
"""Months after an event from which the months themselves show it: a break needs two."""
_BEFORE = 12
"""Months before the last report in which an entry into a list is still worth naming."""
_YEARS = 4
"""Past years of annual data that are compared with the sum of their months."""
_VINTAGES = 3
"""Earlier vintages that are compared with the present one, the newest first."""
_BY_MEDIAN = {0.8: 1.900, 0.95: 2.906}
"""Half the width of an interval in medians of the absolute error, of a normal distribution."""


# Lists: goods of the flow that came onto one.


@dataclass(frozen=True, slots=True)
class Event:
    """A day on which goods of a flow came onto a list that binds it.

    Attributes
    ----------
    day
        First day on the list.
    lists
        Titles of the lists.
    codes
        How many of their entries are goods of the flow.
    is_seen
        Whether two reported months are after it, so that a break of its making is in them.
    """

    day: date
    lists: tuple[str, ...]
    codes: int
    is_seen: bool


def events_of(asked: Definition, goods: Goods, last: Period) -> tuple[Event, ...]:
    """Return the days on which goods of a flow came onto lists, the newest last.

    From a year before the last report to the end of the period; of all goods together none, as
    every list has some of them.
    """
    from entrepot.goods import goods_lists
    from entrepot.goods.screening import regimes_of

    if asked.goods == "all":
        return ()
    codes = {code[:6] for one in goods for code in (one.codes or ())}
    heads = tuple(head for one in goods for head in one.prefixes)
    if not codes and not heads:
        return ()
    since = (last.start.replace(day=1) - timedelta(days=31 * _BEFORE)).replace(day=1)
    found: dict[date, tuple[set[str], set[str]]] = {}
    for regime in regimes_of(goods_lists(skip_broken=True)):
        if not _binds(regime, asked):
            continue
        for one in regime.lists:
            for entry in one.history:
                day = entry.starts
                if not since <= day <= asked.period.end:
                    continue
                six = entry.code[:6]
                # An entry of a heading covers its codes, and one of a code is part of a heading.
                covered = six in codes or any(code.startswith(six) for code in codes)
                if covered or entry.code.startswith(heads or ("-",)):
                    titles, entries = found.setdefault(day, (set(), set()))
                    titles.add(one.short or one.title)
                    entries.add(entry.code)
    seen = _months_before(last, _SEEN)
    return tuple(
        Event(day, tuple(sorted(titles)), len(entries), day <= seen)
        for day, (titles, entries) in sorted(found.items())
    )


def _months_before(last: Period, count: int) -> date:
    """Return the first day of the last `count` reported months."""
    first = last.start
    for _ in range(count - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _binds(regime: Any, asked: Definition) -> bool:
    """Whether a list forbids or licenses the direct trade of a flow."""
    if regime.kind not in ("export", "import", "licence"):
        return False
    home: Side = "importer" if regime.kind == "import" else "exporter"
    away: Side = "exporter" if home == "importer" else "importer"
    if getattr(asked, home) == WORLD:
        return False
    own = area_set("EU27" if regime.home == "EU" else regime.home, asked.period.end)
    # A group some of whose members are bound is bound in part, which is worth naming too.
    if not own & members_of(asked, home):
        return False
    return not regime.targets or bool(set(regime.targets) & members_of(asked, away))


# Annual levels: what years of another source are of the sum of their months.


@dataclass(frozen=True, slots=True)
class AnnualLevel:
    """Annual values of a source, compared with the sums of months behind a nowcast.

    Attributes
    ----------
    source
        Whose annual values.
    years
        The years compared.
    ratio, low, high
        Median, least and largest of annual value over sum of months.
    """

    source: str
    years: tuple[str, ...]
    ratio: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "source": self.source, "years": list(self.years), "ratio": self.ratio,
            "low": self.low, "high": self.high,
        }  # fmt: skip

    @property
    def text(self) -> str:
        """The comparison in a sentence."""
        apart = "" if len(self.years) == 1 else f" ({self.low:.2f} to {self.high:.2f})"
        return (
            f"{self.source} has {self.ratio:.2f} times the sum of these months{apart} for "
            f"{joined(list(self.years))}; a value of {self.source} for this period would differ "
            "from the nowcast by about as much."
        )


def annual_level(
    asked: Definition,
    sums: Mapping[str, float],
    lake: Lake,
    own: str,
    evaluate: Callable[[Definition], Figure],
) -> AnnualLevel | None:
    """Return what reconciled annual values were of the sum of months; None where none is loaded.

    Parameters
    ----------
    sums
        By year, the sum of all its months as they are loaded.
    own
        The source of the months.
    evaluate
        Returns the reported value of a definition.
    """
    if asked.period.months % 12 or not asked.period.parts("A"):
        return None
    for source in (RECONCILED, "baci"):
        there = {
            str(one)
            for item in lake.holdings()
            if item.source == source != own and item.table == "flows"
            for one in item.current
            if one.freq == "A"
        }
        ratios: dict[str, float] = {}
        for year in sorted(set(sums) & there)[-_YEARS:]:
            yearly = asked.but(measure="value", period=Period.parse(year), base=None, source=source)
            try:
                value = evaluate(yearly).value
            except EntrepotError:
                # Another currency, or goods that this source does not have: no level to compare.
                continue
            if value and sums[year] > 0:
                ratios[year] = value / sums[year]
        if ratios:
            found = sorted(ratios.values())
            return AnnualLevel(source, tuple(ratios), median(found), found[0], found[-1])
    return None


# Revisions: what earlier vintages had of the same months.


def usual_revision(
    vintages: Sequence[str],
    read: Callable[[str], dict[Period, float] | None],
    now: Mapping[Period, float],
) -> tuple[float, int] | None:
    """Return the median revision of a year of months, as a part of it, and from how many vintages.

    Parameters
    ----------
    vintages
        Earlier ones, the oldest first.
    read
        Returns the months of a vintage, None where it does not have the flow.
    now
        The same months in the present vintage.
    """
    found = []
    for vintage in reversed(vintages):
        then = read(vintage)
        # The last year of a vintage: older months were final by then.
        months = [month for month in sorted(then or {}) if month in now][-12:]
        before = sum((then or {})[month] for month in months)
        if len(months) >= 3 and before > 0:
            found.append(abs(sum(now[month] for month in months) / before - 1))
        if len(found) == _VINTAGES:
            break
    return (median(found), len(found)) if found else None


def with_revision(
    intervals: Mapping[float, tuple[float, float]], value: float, reported: float, revision: float
) -> dict[float, tuple[float, float]]:
    """Return intervals with the usual revision of the reported months added, as independent."""
    found = {}
    for level, (low, high) in intervals.items():
        more = _BY_MEDIAN[level] * revision * reported
        below, above = ((x**2 + more**2) ** 0.5 for x in (value - low, high - value))
        found[level] = (max(value - below, 0.0), value + above)
    return found


# The release calendar: what will come when.


def next_reports(
    source: str,
    reporter: str,
    after: Period,
    period: Period,
    others: Sequence[tuple[str, str, Period]] = (),
    annual: str = "",
) -> Iterator[dict[str, Any]]:
    """Yield the reports that are to come, with the day on which each is usual where that is known.

    Parameters
    ----------
    source, reporter, after
        Of the months so far, and the last of them.
    period
        What is nowcast.
    others
        The same of the partner's reports.
    annual
        A source of annual values that has had such years before.
    """
    for name, area, last in ((source, reporter, after), *others):
        release = _release(name, area, "M")
        for month in period.parts("M"):
            if month > last:
                yield _expected(name, area, month, release, "month")
    if annual:
        for year in period.parts("A"):
            yield _expected(annual, "", year, _release(annual, "", "A"), "year")


def _expected(
    source: str, area: str, period: Period, release: Release | None, rhythm: str
) -> dict[str, Any]:
    found: dict[str, Any] = {"source": source, "reporter": area or None, rhythm: str(period)}
    if release is None:
        return found
    day = period.end + timedelta(days=release.lag_days)
    return found | {
        "expected": day.isoformat(),
        "lag_days": release.lag_days,
        "publisher": release.publisher,
        "known_from": release.known_from,
    }


def _release(source: str, area: str, freq: str) -> Release | None:
    """Return the usual delay: of the source, else of the country's own statistics."""
    name = split_address(source)[0]
    info = source_info(name)
    if freq == "M" and info.monthly_release is not None:
        own = info.monthly_release
        return Release(info.publisher, own.lag_days, own.known_from)
    known = releases()
    found = known.get((name, "", freq)) or known.get(("", area, freq))
    if found is None and freq == "M" and area in area_set("EU27", date.today()):
        return _release("comext", "", freq)
    return found
