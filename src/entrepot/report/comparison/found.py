"""What is asked of both sides of a comparison, in the same year and of the same source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.figures import flow_sources
from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase, pinned
from entrepot.model.period import Period
from entrepot.report.cards import source_on_card
from entrepot.report.mutual_shares import of_one_source

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.brief_context import BriefContext

__all__ = ["ROWS", "Compared", "Row", "Side", "compared", "shared"]


YEARS = 8
"""Years that are looked through: the newest, or those from the first that is named."""
SUPPLIERS = 5
"""Largest suppliers of each side that are told."""
ROWS = (
    ("import_share", "Share of the buyer’s imports"),
    ("value", "Value of the flow"),
    ("hhi", "Concentration of the buyer’s suppliers"),
    ("top_supplier", "Share of the buyer’s largest supplier"),
    ("export_share", "Weight of the buyer for the seller"),
    ("asymmetry", "How many times the seller weighs more"),
    ("salience", "Salience of the flow for the two"),
)
"""What is asked of both sides, with what it is called: the share, concentration, leverage."""
OVER_ALL = "The same, with its range over all sources"
"""What the share is called that is asked of no source in particular."""
OF_BUYER = ("hhi", "top_supplier")
"""Measures in which the seller does not occur."""


Courses = tuple[tuple["Figure", ...], tuple["Figure", ...]]
Range = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Row:
    """One measure with the Figure of each side."""

    name: str
    figures: tuple[Figure, Figure]


@dataclass(frozen=True, slots=True)
class Compared:
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

    sides: tuple[Side, Side]
    names: tuple[str, str]
    courses: Courses
    rows: tuple[Row, ...]
    largest: tuple[Figure, Figure]
    suppliers: tuple[tuple[Figure, ...], tuple[Figure, ...]]

    @property
    def shares(self) -> tuple[Figure, Figure]:
        """The share of each side in the year that is compared."""
        return self.rows[0].figures

    @property
    def ranges(self) -> tuple[Range, Range]:
        """From the lowest to the highest share of each side, whoever tells it.

        None where a single one is held.
        """
        first, second = (
            _range(told) for told in zip(*(row.figures for row in self.rows[:2]), strict=True)
        )
        return first, second


def compared(book: BriefContext, sides: tuple[Side, Side]) -> Compared:
    """Ask everything of both sides.

    Raises
    ------
    RequestError
        For a side that makes no sense, or two that are the same.
    """
    courses = _courses(book, sides)
    when = _when(book, sides, courses)
    rows = {measure: _row(book, measure, name, sides, when) for measure, name in ROWS}
    share, *others = rows.values()
    of_any = (
        _asked(book, "import_share", side, period, None)
        for side, period in zip(sides, when, strict=True)
    )
    largest = rows["top_supplier"].figures
    first, second = (
        _suppliers(book, side, figure) for side, figure in zip(sides, largest, strict=True)
    )
    told = (share, Row(OVER_ALL, (next(of_any), next(of_any))), *others)
    return Compared(sides, names(sides), courses, told, largest, (first, second))


def _row(
    book: BriefContext,
    measure: str,
    name: str,
    sides: tuple[Side, Side],
    when: tuple[Period, Period],
) -> Row:
    """Ask one measure of both sides, of one source if any can answer both."""
    for source in (*flow_sources(book.lake), "computed", None):
        first, second = (
            _asked(book, measure, side, period, source)
            for side, period in zip(sides, when, strict=True)
        )
        if first.status == second.status == "ok":
            break
    return Row(name, (first, second))


def _courses(book: BriefContext, sides: tuple[Side, Side]) -> Courses:
    """Return the shares over time, both from the one source that tells most years of both.

    Where no source can compute both, each is of the best source that has most of its years.
    """
    years = _years(book, sides)
    best: Courses = ((), ())
    for source in (*flow_sources(book.lake), "computed"):
        first, second = (_course(book, side, years, source) for side in sides)
        if _told(first, second) > _told(*best):
            best = (first, second)
        if len(first) == len(second) == len(years):
            break
    if _told(*best)[0]:
        return best
    first, second = (_alike(_course(book, side, years, None)) for side in sides)
    return first, second


def _alike(course: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Return the years of a course that are of one source."""
    years = {figure.definition.period.start.year: figure for figure in course}
    return tuple(of_one_source(years, source_on_card).values())


def _years(book: BriefContext, sides: tuple[Side, Side]) -> list[int]:
    """Return the newest years held; where an earlier one is named, those from it on."""
    held = sorted(book.years())
    newest = held[-YEARS:]
    named = {day.year for side in sides if (one := side.period) for day in (one.start, one.end)}
    early = [year for year in held if year in named and year < newest[0]]
    if not early:
        return newest
    start = held.index(early[0])
    return sorted({*held[start : start + YEARS], *(named & set(held))})


def _range(figures: tuple[Figure, ...]) -> Range:
    ends = [
        end
        for one in figures
        for end in (one.low, one.value, one.high)
        if one.status == "ok" and end is not None
    ]
    return (min(ends), max(ends)) if ends and min(ends) < max(ends) else None


def _told(first: tuple[Figure, ...], second: tuple[Figure, ...]) -> tuple[int, int]:
    """Return how much two courses tell: years of the shorter, then of both."""
    return min(len(first), len(second)), len(first) + len(second)


def _course(
    book: BriefContext, side: Side, years: list[int], source: str | None
) -> tuple[Figure, ...]:
    if not years:
        return ()
    ends = Period.parse(years[-1]).end, Period.parse(years[0]).start
    keys = {
        "importer": pinned(side.importer, *ends),
        "exporter": pinned(side.supplier, *ends),
        "goods": side.goods,
    }
    found = (book.ask("import_share", period=year, source=source, **keys) for year in years)
    return tuple(figure for figure in found if figure.status == "ok")


def _when(book: BriefContext, sides: tuple[Side, Side], courses: Courses) -> tuple[Period, Period]:
    """Return the period of each side: as named, else the newest both have, else its own newest.

    A side of which no year is held is asked for that of the other.
    """
    years = [{figure.definition.period for figure in course} for course in courses]
    both = _newest(years[0] & years[1])
    held = _newest(years[0] | years[1]) or Period.parse(max(book.years(), default=2023))
    own = [_newest(one) or held for one in years]
    first, second = (side.period or both or alone for side, alone in zip(sides, own, strict=True))
    return first, second


def _newest(periods: set[Period]) -> Period | None:
    return max(periods, key=lambda one: one.start, default=None)


def _asked(
    book: BriefContext, measure: str, side: Side, period: Period, source: str | None
) -> Figure:
    keys = side.keys
    if measure in OF_BUYER:
        del keys["exporter"]
    return book.ask(measure, period=period, source=source, **keys)


def _suppliers(book: BriefContext, side: Side, largest: Figure) -> tuple[Figure, ...]:
    """Return the share of each of the largest suppliers, as the rows behind the largest say."""
    told = [str(row["exporter"]) for row in largest.table][:SUPPLIERS]
    one = largest.definition
    keys = {"importer": side.importer, "goods": side.goods, "period": one.period}
    found = (
        book.ask("import_share", exporter=name, source=one.source, **keys)
        for name in told
        if _is_named(name) and name != side.importer
    )
    return tuple(figure for figure in found if figure.status == "ok")


def _is_named(name: str) -> bool:
    """Whether a partner is a country with a name, and not "areas not specified"."""
    from entrepot.figures.questions.question import special

    return name not in special()


# The two sides of a comparison: who buys, from whom, what, when.


@dataclass(frozen=True, slots=True)
class Side:
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


def names(sides: tuple[Side, Side]) -> tuple[str, str]:
    """Return what each side is called: only that in which they differ.

    Examples
    --------
    >>> from entrepot.model.period import Period
    >>> names((Side("RUS", "CHN", "all"), Side("KAZ", "CHN", "all")))
    ('Russia', 'Kazakhstan')
    >>> names((Side("RUS", "CHN", "all"), Side("RUS", "TUR", "8542")))
    ('China, all goods', 'Turkey, HS 8542')
    >>> names((Side("RUS", "CHN", "all"), Side("RUS", "CHN", "all", Period.parse(2021))))
    ('newest', '2021')
    >>> names((Side("RUS", "CHN", "all"), Side("CHN", "RUS", "all")))
    ('Russia from China', 'China from Russia')
    """
    first, second = (one.parts for one in sides)
    differing = [place for place in range(4) if first[place] != second[place]]
    found = [_name([(place, one[place]) for place in differing]) for one in (first, second)]
    return found[0] or "newest", found[1] or "newest"


def _name(parts: list[tuple[int, str]]) -> str:
    """Return the parts in a row; buyer and seller as "Russia from China"."""
    named = dict(parts)
    if 0 in named and 1 in named:
        named[0] = f"{named[0]} from {named.pop(1)}"
    return ", ".join(text for text in named.values() if text)


def shared(sides: tuple[Side, Side]) -> tuple[tuple[str, str], ...]:
    """Return what both sides have in common, each with what it is.

    Examples
    --------
    >>> shared((Side("RUS", "CHN", "all"), Side("KAZ", "CHN", "all")))
    (('Seller', 'China'), ('Goods', 'all goods'))
    """
    first, second = (one.parts for one in sides)
    called = ("Buyer", "Seller", "Goods", "Period")
    return tuple(
        (name, one)
        for name, one, other in zip(called, first, second, strict=True)
        if one and one == other
    )
