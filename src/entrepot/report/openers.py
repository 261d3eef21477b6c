"""Kinds of question on the first page: each with a small picture, a sentence and its source.

They are answered from what is loaded, or else from what comes with the program.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from entrepot.goods import goods_list
from entrepot.model.areas import area_phrase, possessive
from entrepot.model.display import day_text, figure_value, number, per_cent
from entrepot.report.attribution import sources_line
from entrepot.report.breaks import break_of
from entrepot.report.charts import Chart
from entrepot.report.charts.value_line import LinePoint, ValueLine
from entrepot.report.phrasing import capital

if TYPE_CHECKING:
    from entrepot.claims.result import Check, Verdict
    from entrepot.figures import Figure
    from entrepot.lake import Lake
    from entrepot.report.brief_context import BriefContext
    from entrepot.report.parts import PageLink

_PAIR: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "goods": "all"}
_YEARS = 12
_LEAST = 3
"""Years that make a course of time."""
_LIST = "eu-xxiii"
HEIGHT = 190


@dataclass(frozen=True, slots=True)
class Opener:
    """A kind of question with one that is answered: picture, sentence, source."""

    picture: Chart
    text: str
    source: tuple[str | PageLink, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedExample:
    """A sentence whose numbers contradict each other, as a check finds.

    Attributes
    ----------
    because
        The arithmetic.
    likely_error
        What the check proposes; empty for nothing.
    """

    quote: str
    verdict: Verdict
    because: str
    likely_error: str


def pair_over_time(context: BriefContext) -> Opener | None:
    """Return Russia's dependence on China year by year, from the one source with most years."""
    years = context.years()[:_YEARS]
    for measure in ("import_share", "value"):
        context.prepare(measure, years, **_PAIR)
        found = [context.value(measure, period=str(year), **_PAIR) for year in sorted(years)]
        if series := _longest(found):
            return _course(series, context.lake)
    return None


def _longest(figures: list[Figure]) -> list[Figure]:
    """Return the figures of the source with most years; of single publications, none."""
    by_source: dict[str, list[Figure]] = defaultdict(list)
    for one in figures:
        if one.status == "ok" and one.definition.source not in (None, "published"):
            by_source[one.definition.source or ""].append(one)
    most = max(by_source.values(), key=len, default=[])
    return most if len(most) >= _LEAST else []


def _course(series: list[Figure], lake: Lake) -> Opener:
    first, last = series[0], series[-1]
    years = [one.definition.period.year for one in series]
    is_share = first.unit == "share"
    points = tuple(
        LinePoint(year, 100 * value, per_cent(100 * value))
        if is_share
        else LinePoint(year, value / 1e9, number(value / 1e9))
        for year, one in zip(years, series, strict=True)
        if (value := one.value) is not None
    )
    importer, exporter = _PAIR["importer"], _PAIR["exporter"]
    seller, buyer = area_phrase(exporter), area_phrase(importer)
    broken = break_of(importer, exporter, years[0], years[-1], series)
    before = next(
        (one for one in series if broken and one.definition.period.year == broken.year), first
    )
    said = [
        f"**{figure_value(one.value, one.unit)}** in {one.definition.period}"
        + (f" ({whose})" if whose else "")
        for one, whose in (
            (before, broken.before if broken else ""),
            (last, broken.after if broken else ""),
        )
    ]
    what = f"{capital(possessive(seller))} share of {possessive(buyer)} imports"
    if not is_share:
        what = f"{capital(possessive(seller))} exports to {buyer}"
    text = f"{what}: {', '.join(said)}."
    unit = "%" if is_share else f"{first.unit} bn"
    return Opener(
        Chart(ValueLine(points, unit, broken, HEIGHT), text.replace("**", "")),
        text,
        sources_line(series, lake),
    )


def list_over_time() -> Opener | None:
    """Return how many codes a list of controlled goods had at the end of each year."""
    found = goods_list(_LIST)
    until = min(found.known_until, date.today())
    days = [date(year, 12, 31) for year in range(found.begins.year, until.year)]
    counts = [
        (day.year, len({entry.code for entry in found.history if entry.on(day) == "listed"}))
        for day in (*days, until)
    ]
    if len(counts) < 2:
        return None
    (start, few), (_, many) = counts[0], counts[-1]
    points = tuple(LinePoint(year, float(count), f"{count:,}") for year, count in counts)
    text = (
        f"{capital(found.short)}: **{few:,} codes** at the end of {start}, **{many:,}** on "
        f"{day_text(until)}. Which lines of a shipment are on which list, on which day?"
    )
    return Opener(
        Chart(ValueLine(points, "codes", None, HEIGHT), text.replace("**", "")),
        text,
        (f"{found.act.jurisdiction}, {found.title}, read until {day_text(found.known_until)}.",),
    )


_CLAIMS = """
format: 1
source: {title: An example}
claims:
  - id: trade
    quote: Trade fell 6.5 %.
    growth: {exporter: CHN, importer: RUS, flow: both, period: 2025, base: 2024, currency: CNY}
    says: -6.5 %
  - id: exports
    quote: China's exports fell 3.4 %.
    growth: {exporter: CHN, importer: RUS, period: 2025, base: 2024, currency: CNY}
    says: -3.4 %
  - id: imports
    quote: China's imports fell 9.9 %.
    growth: {exporter: RUS, importer: CHN, period: 2025, base: 2024, currency: CNY}
    says: -9.9 %
"""
_QUOTE = (
    "China’s trade with Russia fell **6.5 %** in 2025: "
    "its exports **3.4 %**, its imports **9.9 %**."
)


@cache
def checked_example() -> CheckedExample | None:
    """Return the check of an example from published figures alone; None without a conflict."""
    found = _check()
    if not found.conflicts:
        return None
    conflict = found.conflicts[0]
    blamed = [one for one in found.claims if one.claim.id in (conflict.blamed or conflict.claims)]
    errors = [error.text for one in blamed for error in one.likely_errors]
    return CheckedExample(
        _QUOTE.replace(" %", "\u00a0%"),
        "inconsistent",
        conflict.because,
        errors[0] if errors else "",
    )


def _check() -> Check:
    from entrepot.claims import check, parse_document
    from entrepot.claims.statements import ReferenceLevels, known_statements

    return check(parse_document(_CLAIMS), facts=ReferenceLevels(known_statements(None)))
