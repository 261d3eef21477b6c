"""What is asked of both sides of a comparison, in the same year and of the same source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.figures import Definition, flow_sources
from entrepot.figures.questions.question import is_named
from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase, pinned, possessive
from entrepot.model.display import NBSP, joined, with_unit
from entrepot.model.period import Period
from entrepot.report import phrasing
from entrepot.report.attribution import is_computed, source_on_card
from entrepot.report.breaks import break_of, reporters_before_and_after
from entrepot.report.charts import Chart
from entrepot.report.charts.butterfly import of_one_source
from entrepot.report.charts.paired_lines import Course, Courses
from entrepot.report.charts.share import course_point
from entrepot.report.definitions import weights_divided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext

YEARS = 8
"""Years that are looked through: the newest, or those from the first that is named."""
SUPPLIERS = 5
"""Largest suppliers of each side that are shown."""
ROWS = (
    ("import_share", "Share of the buyer’s imports"),
    ("value", "Value of the flow"),
    ("hhi", "Concentration of the buyer’s suppliers"),
    ("top_supplier", "Share of the buyer’s largest supplier"),
    ("export_share", "Share of the supplier’s exports"),
    ("asymmetry", "Asymmetry of dependence"),
    ("salience", "Salience of the flow for both"),
)
"""What is asked of both sides, with what it is called: the share, concentration, leverage."""
OVER_ALL = "The same, with its range over all sources"
"""What the share is called that is asked of no source in particular."""
OF_BUYER = ("hhi", "top_supplier")
"""Measures in which the seller does not occur."""


ShareCourses = tuple[tuple["Figure", ...], tuple["Figure", ...]]
Range = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One measure with the Figure of each side."""

    name: str
    figures: tuple[Figure, Figure]


@dataclass(frozen=True, slots=True)
class SideComparison:
    """Both sides with everything that was found of them.

    Attributes
    ----------
    courses
        For each side the share of each year in which it has one, oldest first.
    rows
        The measures of both: the share first, then the share of any source, whose range is over
        all that is held.
    largest
        The share of the largest supplier of each side.
    suppliers
        For each side its largest suppliers, each with its share of imports.
    """

    sides: tuple[ComparisonSide, ComparisonSide]
    names: tuple[str, str]
    courses: ShareCourses
    rows: tuple[ComparisonRow, ...]
    largest: tuple[Figure, Figure]
    suppliers: tuple[tuple[Figure, ...], tuple[Figure, ...]]

    @property
    def shares(self) -> tuple[Figure, Figure]:
        """The share of each side in the year that is compared."""
        return self.rows[0].figures

    @property
    def shown_rows(self) -> tuple[ComparisonRow, ...]:
        """The rows of the page: not the share of any source where it says the same as the first."""
        first, second, *others = self.rows
        again = all(
            _said(one) == _said(other)
            for one, other in zip(first.figures, second.figures, strict=True)
        )
        return (first, *others) if again else (first, second, *others)

    @property
    def ranges(self) -> tuple[Range, Range]:
        """From the lowest to the highest share of each side, whoever reports it.

        None where a single one is held.
        """
        first, second = (
            _range(figures) for figures in zip(*(row.figures for row in self.rows[:2]), strict=True)
        )
        return first, second


def _said(figure: Figure) -> tuple[object, ...]:
    return figure.status, figure.value, figure.low, figure.high, source_on_card(figure)


def compared(context: BriefContext, sides: tuple[ComparisonSide, ComparisonSide]) -> SideComparison:
    """Ask everything of both sides.

    Raises
    ------
    RequestError
        For a side that makes no sense, or two that are the same.
    """
    courses = _courses(context, sides)
    when = _when(context, sides, courses)
    rows = {measure: _row(context, measure, name, sides, when) for measure, name in ROWS}
    share, *others = rows.values()
    of_any = (
        _asked(context.ask, "import_share", side, period, None)
        for side, period in zip(sides, when, strict=True)
    )
    largest = rows["top_supplier"].figures
    first, second = (
        _suppliers(context, side, figure) for side, figure in zip(sides, largest, strict=True)
    )
    compared_rows = (share, ComparisonRow(OVER_ALL, (next(of_any), next(of_any))), *others)
    return SideComparison(sides, names(sides), courses, compared_rows, largest, (first, second))


def _row(
    context: BriefContext,
    measure: str,
    name: str,
    sides: tuple[ComparisonSide, ComparisonSide],
    when: tuple[Period, Period],
) -> ComparisonRow:
    """Ask one measure of both sides, of one source if any can answer both."""
    both = list(zip(sides, when, strict=True))
    # Ranges cost most of a Figure, and are asked of the source that is chosen only.
    source = next(
        (
            one
            for one in (*flow_sources(context.lake), "computed")
            if all(_asked(context.value, measure, *given, one).status == "ok" for given in both)
        ),
        None,
    )
    first, second = (_asked(context.ask, measure, *given, source) for given in both)
    return ComparisonRow(name, (first, second))


def _courses(context: BriefContext, sides: tuple[ComparisonSide, ComparisonSide]) -> ShareCourses:
    """Return the shares over time, both from the one source that reports most years of both.

    Where no source can compute both, each is of the best source that has most of its years.
    """
    years = _years(context, sides)
    best: ShareCourses = ((), ())
    # By preference, and "computed" from published totals last.
    for source in (*flow_sources(context.lake), "computed"):
        if not all(any(_figures(context.value, side, years, source)) for side in sides):
            continue  # of the other side nothing is drawn either, and its ranges cost seconds
        _prepare(context, sides, years, source)
        first, second = (_course(context, side, years, source) for side in sides)
        # Strictly more: of equal sources the preferred one, which comes first, stays.
        if _shown(first, second) > _shown(*best):
            best = (first, second)
        # No other source can have more, and asking it costs seconds.
        if len(first) == len(second) == len(years):
            break
    # The shorter of both: a chart with one empty line compares nothing.
    if _shown(*best)[0]:
        return best
    _prepare(context, sides, years, None)
    first, second = (_alike(_course(context, side, years, None)) for side in sides)
    return first, second


def _alike(course: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Return the years of a course that are of one source."""
    years = {figure.definition.period.start.year: figure for figure in course}
    return tuple(of_one_source(years, source_on_card).values())


def _years(context: BriefContext, sides: tuple[ComparisonSide, ComparisonSide]) -> list[int]:
    """Return the newest years held; where an earlier one is named, those from it on."""
    available = sorted(context.years())
    newest = available[-YEARS:]
    named = {day.year for side in sides if (one := side.period) for day in (one.start, one.end)}
    # A named year before the newest ones shifts the window, or it would not be in the chart.
    early = [year for year in available if year in named and year < newest[0]]
    if not early:
        return newest
    start = available.index(early[0])
    return sorted({*available[start : start + YEARS], *(named & set(available))})


def _range(figures: tuple[Figure, ...]) -> Range:
    ends = [
        end
        for one in figures
        for end in (one.low, one.value, one.high)
        if one.status == "ok" and end is not None
    ]
    # The value is among the ends, for that of one source may lie outside the range of another.
    return (min(ends), max(ends)) if ends and min(ends) < max(ends) else None


def _shown(first: tuple[Figure, ...], second: tuple[Figure, ...]) -> tuple[int, int]:
    """Return how much two courses tell: years of the shorter, then of both."""
    return min(len(first), len(second)), len(first) + len(second)


def _course(
    context: BriefContext, side: ComparisonSide, years: list[int], source: str | None
) -> tuple[Figure, ...]:
    return tuple(_figures(context.ask, side, years, source))


def _figures(
    ask: Callable[..., Figure], side: ComparisonSide, years: list[int], source: str | None
) -> Iterator[Figure]:
    """Yield the share of each year in which there is one."""
    found = (ask("import_share", **keys) for keys in _by_year(side, years, source))
    yield from (figure for figure in found if figure.status == "ok")


def _by_year(
    side: ComparisonSide, years: list[int], source: str | None
) -> Iterator[dict[str, Any]]:
    """Yield the keys of the share of each year."""
    for year in years:
        ends = Period.parse(years[-1]).end, Period.parse(years[0]).start
        yield {
            "importer": pinned(side.importer, *ends),
            "exporter": pinned(side.supplier, *ends),
            "goods": side.goods,
            "period": year,
            "source": source,
        }


def _prepare(
    context: BriefContext,
    sides: tuple[ComparisonSide, ComparisonSide],
    years: list[int],
    source: str | None,
) -> None:
    """Evaluate the courses of both sides in one go: to bind a query costs more than its rows."""
    every = [keys for side in sides for keys in _by_year(side, years, source)]
    context.prepare_each([Definition.build("import_share", **keys) for keys in every], ranged=True)


def _when(
    context: BriefContext, sides: tuple[ComparisonSide, ComparisonSide], courses: ShareCourses
) -> tuple[Period, Period]:
    """Return the period of each side: as named, else the newest both have, else its own newest.

    A side of which no year is held is asked for that of the other.
    """
    years = [{figure.definition.period for figure in course} for course in courses]
    both = _newest(years[0] & years[1])
    # 2023 only for a lake without any year, where every question answers why it has no value.
    available = _newest(years[0] | years[1]) or Period.parse(max(context.years(), default=2023))
    own = [_newest(one) or available for one in years]
    first, second = (side.period or both or alone for side, alone in zip(sides, own, strict=True))
    return first, second


def _newest(periods: set[Period]) -> Period | None:
    return max(periods, key=lambda one: one.start, default=None)


def _asked(
    ask: Callable[..., Figure],
    measure: str,
    side: ComparisonSide,
    period: Period,
    source: str | None,
) -> Figure:
    keys = side.keys
    if measure in OF_BUYER:
        # `keys` is made anew on each call, so nothing else loses its exporter.
        del keys["exporter"]
    return ask(measure, period=period, source=source, **keys)


def _suppliers(context: BriefContext, side: ComparisonSide, largest: Figure) -> tuple[Figure, ...]:
    """Return the share of each of the largest suppliers, as the rows behind the largest say."""
    listed = [str(row["exporter"]) for row in largest.table][:SUPPLIERS]
    one = largest.definition
    keys = {"importer": side.importer, "goods": side.goods, "period": one.period}
    found = (
        context.ask("import_share", exporter=name, source=one.source, **keys)
        for name in listed
        if is_named(name) and name != side.importer
    )
    return tuple(figure for figure in found if figure.status == "ok")


# The two sides of a comparison: who buys, from whom, what, when.


@dataclass(frozen=True, slots=True)
class ComparisonSide:
    """One side; `period` is None for the newest year in which both sides have a share."""

    importer: str
    supplier: str
    goods: str
    period: Period | None = None

    @property
    def keys(self) -> dict[str, str]:
        """The keys of a definition about a buyer and a seller."""
        return {"importer": self.importer, "exporter": self.supplier, "goods": self.goods}

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """Buyer, seller, goods and period in words; the last empty where none was named."""
        return (
            area_phrase(self.importer),
            area_phrase(self.supplier),
            goods_title(self.goods),
            str(self.period or ""),
        )


def names(sides: tuple[ComparisonSide, ComparisonSide]) -> tuple[str, str]:
    """Return what each side is called: only that in which they differ.

    Examples
    --------
    >>> from entrepot.model.period import Period
    >>> Side = ComparisonSide
    >>> names((Side("RUS", "CHN", "all"), Side("KAZ", "CHN", "all")))
    ('Russia', 'Kazakhstan')
    >>> names((Side("RUS", "CHN", "all"), Side("RUS", "TUR", "8542")))
    ('China, all goods', 'Turkey, integrated circuits (HS 8542)')
    >>> names((Side("RUS", "CHN", "all"), Side("RUS", "CHN", "all", Period.parse(2021))))
    ('newest', '2021')
    >>> names((Side("RUS", "CHN", "all"), Side("CHN", "RUS", "all")))
    ('Russia from China', 'China from Russia')
    """
    first, second = (one.parts for one in sides)
    differing = [place for place in range(4) if first[place] != second[place]]
    found = [_name([(place, one[place]) for place in differing]) for one in (first, second)]
    # Empty if the sides differ in the period alone and one names none.
    return found[0] or "newest", found[1] or "newest"


def _name(parts: list[tuple[int, str]]) -> str:
    """Return the parts in a row; buyer and seller as "Russia from China"."""
    named = dict(parts)
    if 0 in named and 1 in named:
        named[0] = f"{named[0]} from {named.pop(1)}"
    return ", ".join(text for text in named.values() if text)


def shared(sides: tuple[ComparisonSide, ComparisonSide]) -> tuple[tuple[str, str], ...]:
    """Return what both sides have in common, each with what it is.

    Examples
    --------
    >>> shared((ComparisonSide("RUS", "CHN", "all"), ComparisonSide("KAZ", "CHN", "all")))
    (('Supplier', 'China'), ('Goods', 'all goods'))
    """
    first, second = (one.parts for one in sides)
    called = ("Buyer", "Supplier", "Goods", "Period")
    return tuple(
        (name, one)
        for name, one, other in zip(called, first, second, strict=True)
        if one and one == other
    )


# The picture of a comparison: two shares over the years on one scale.


def picture(found: SideComparison) -> Chart | None:
    """Return the picture; None where a side has no share, or both sides have the same course."""
    if not all(found.courses):  # half of a comparison is none
        return None
    years = [figure.definition.period.year for course in found.courses for figure in course]
    # Sides that differ in the period alone are two points of one line.
    if found.sides[0].keys == found.sides[1].keys:
        return None
    first, second = (
        Course(
            name,
            tuple(map(course_point, course)),
            break_of(side.importer, side.supplier, min(years), max(years), course),
        )
        for name, course, side in zip(found.names, found.courses, found.sides, strict=True)
    )
    return Chart(
        Courses(min(years), max(years), (first, second)), _alt_text((first, second)), _key(found)
    )


def breaks(drawn: Chart) -> str:
    """Return where the reporters of a drawn side change; empty where nowhere."""
    assert isinstance(drawn.drawn, Courses)
    found = [one.broken for one in drawn.drawn.courses if one.broken and one.spots]
    return " ".join(dict.fromkeys(f"{reporters_before_and_after(one)}." for one in found))


def _alt_text(courses: tuple[Course, ...]) -> str:
    parts = []
    for one in courses:
        listed = ", ".join(f"{spot.year}: {spot.text}{NBSP}%" for spot in one.spots)
        parts.append(
            f"{phrasing.capital(one.name)}, {listed}."
            if listed
            else f"{one.name}: no share available."
        )
    return " ".join(parts)


def _key(found: SideComparison) -> tuple[tuple[str, str], ...]:
    drawn = [figure for course in found.courses for figure in course]
    key = []
    if any(is_computed(figure) for figure in drawn):
        key.append(("line", "computed"))
    if any(not is_computed(figure) for figure in drawn):
        key.append(("ring", "published"))
    if any(phrasing.span(figure) for figure in drawn):
        key.append(("whisker", "other definitions"))
    return tuple(key)


# What a comparison says: which share is larger, or why that cannot be said.


def answer(found: SideComparison) -> str:
    """Return one or two sentences that compare the shares.

    A side is called larger under every definition only if the ranges of both over all that is
    held are apart, and in the same period, unless
    the periods are what is compared. Another source is named.
    """
    first, second = found.shares
    here, there = (
        share_clause(figure, ends) for figure, ends in zip(found.shares, found.ranges, strict=True)
    )
    if first.status != "ok" and second.status != "ok":
        return "No available data give either share."
    for figure, known, name in ((second, here, found.names[1]), (first, there, found.names[0])):
        if figure.status != "ok":
            return f"{known}. No available data give the share of the other side, {name}."
    same_flow = found.sides[0].keys == found.sides[1].keys
    if first.definition.period != second.definition.period and not same_flow:
        return f"{here}. {there}. The periods differ."
    return f"{here}. {there}. {_order(found)}{_sources(first, second)}"


def share_clause(figure: Figure, ends: Range) -> str:
    """Return a share with its range as a clause; an empty text without a value.

    "China’s share of Russia’s imports of all goods was 45.2 % (38.6 to 53.0 %) in 2023".
    """
    if figure.value is None:
        return ""
    one = figure.definition
    whose = f"{possessive(area_phrase(one.exporter))} share of"
    whose += f" {possessive(area_phrase(one.importer))} imports of {goods_title(one.goods)}"
    # The range over all sources in place of the Figure's own, which is of one.
    spread = phrasing.span(replace(figure, low=ends[0], high=ends[1])) if ends else ""
    range_ = f" ({spread})" if spread else ""
    value = with_unit(*phrasing.shown(figure))
    return f"{phrasing.capital(whose)} was {value}{range_} in {one.period}"


def _order(found: SideComparison) -> str:
    first, second = found.ranges
    if first is None or second is None:
        return _order_of_values(found)
    # The lowest of one above the highest of the other: no definition can turn the order.
    if first[0] > second[1]:
        return f"Larger under every available definition: {found.names[0]}."
    if second[0] > first[1]:
        return f"Larger under every available definition: {found.names[1]}."
    return "The ranges overlap, so which is larger depends on the definition."


def _order_of_values(found: SideComparison) -> str:
    """Say which value is larger where of a side a single one is held."""
    single = [name for name, ends in zip(found.names, found.ranges, strict=True) if ends is None]
    first, second = (figure.required() for figure in found.shares)
    larger = found.names[0] if first > second else found.names[1]
    order = "Both values are the same" if first == second else f"The larger value: {larger}"
    return (
        f"{order}. Only one definition is available for {' and for '.join(single)}; "
        "another could reverse the order."
    )


def _sources(first: Figure, second: Figure) -> str:
    cited = [source_on_card(figure) for figure in (first, second)]
    if cited[0] == cited[1]:
        return ""
    return f" The sources differ: {cited[0]} and {cited[1]}."


def undrawn(found: SideComparison) -> str:
    """Return a sentence on the periods that were named and are not in the chart, if there are any.

    A named period is not drawn where nothing of it is held, or where the shares that are joined
    are of another source.
    """
    drawn = {figure.definition.period.year for course in found.courses for figure in course}
    named = dict.fromkeys(side.period for side in found.sides if side.period)
    lost = [str(one) for one in named if one.year not in drawn]
    return (
        f"No share is available for {joined(lost)}, so the chart shows other years." if lost else ""
    )


def parts_apart(found: SideComparison) -> dict[int, str]:
    """Return what the ratio of weights of each side divides, or why it has none though it has both.

    By the identity of the Figure of the ratio.
    """
    # Without the first row: the second is the same measure over all sources.
    rows = {row.figures[0].definition.measure: row.figures for row in found.rows[1:]}
    sides = zip(found.shares, rows["export_share"], rows["asymmetry"], strict=True)
    said = {}
    for share, weight, ratio in sides:
        if divided := weights_divided(ratio):
            said[id(ratio)] = divided
        cited = dict.fromkeys(source_on_card(one) for one in (share, weight) if one.status == "ok")
        if ratio.status != "ok" and len(cited) > 1:
            whose = " and ".join(one.removeprefix("from published: ") for one in cited)
            said[id(ratio)] = (
                f"not divided: its parts come from the statistics of two reporters: {whose}"
            )
    return said


def headings(found: SideComparison) -> tuple[str, str]:
    """Return what stands over the column of each side: its name and the period of its share."""
    first, second = (
        name if str(figure.definition.period) in name else f"{name}, {figure.definition.period}"
        for name, figure in zip(found.names, found.shares, strict=True)
    )
    return first, second
