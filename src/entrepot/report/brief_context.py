"""The Figures of one brief: what it is about, and a memory of everything that was asked."""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import EntrepotError
from entrepot.figures import Definition, Figure, evaluate_each
from entrepot.figures.asked_together import several_times
from entrepot.figures.curve.choices import selections
from entrepot.figures.evaluate import evaluate
from entrepot.figures.statements import statements
from entrepot.figures.working_set import areas_of, working_on
from entrepot.goods import goods_list, goods_title
from entrepot.goods.library import list_names
from entrepot.goods.parse import goods_words
from entrepot.limits import step
from entrepot.model.areas import area_phrase, possessive
from entrepot.model.period import Period
from entrepot.sources import is_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from entrepot.goods import GoodsList
    from entrepot.lake import Lake
    from entrepot.sources.published.row import Published

_PRIORITY_IS_ABOUT = frozenset(("RUS", "BLR"))
"""Destinations of which the Common High Priority List says what must not reach them."""


def usual_goods(importer: str) -> str:
    """Return the goods of a page where nobody named any.

    The Common High Priority List for those whom it is about, all goods for everyone else: of what
    Germany buys, the goods that Russia seeks for its weapons are not the first question.
    """
    return "chpl" if _PRIORITY_IS_ABOUT.issuperset(importer.split("+")) else "all"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who depends on whom, for what, when.

    Attributes
    ----------
    period
        Year of the headline.
    fixed
        Whether the reader asked for that period; then no card looks at a later one.
    known
        Whether share or value is known in it, where nobody asked for a period; if not, the period
        is only where the search began, and is not named.
    """

    importer: str
    supplier: str
    goods: str
    period: Period
    fixed: bool
    known: bool = True

    @property
    def when(self) -> str:
        """The period as it follows a verb, with a space; empty where none was asked or found."""
        return f" in {self.period}" if self.fixed or self.known else ""

    @property
    def buyer(self) -> str:
        """Name of the importer as it stands in a sentence."""
        return area_phrase(self.importer)

    @property
    def seller(self) -> str:
        """Name of the supplier as it stands in a sentence."""
        return area_phrase(self.supplier)

    @property
    def buyers(self) -> str:
        """Possessive of the importer."""
        return possessive(self.buyer)

    @property
    def sellers(self) -> str:
        """Possessive of the supplier."""
        return possessive(self.seller)

    @property
    def goods_name(self) -> str:
        """Name of the goods as it stands in a sentence."""
        return goods_title(self.goods)

    @property
    def goods_phrase(self) -> str:
        """The goods as the object of a sentence."""
        if self.goods == "all":
            return "all goods"
        if self.listed is not None:
            return f"the {self.goods_name}"
        if not self.goods_name.startswith("HS "):
            return self.goods_name
        # A code without words has those of its heading or chapter; some have none.
        name = goods_words(self.goods)
        return f"the goods of {name}" if name.startswith("HS ") else name

    def headed(self, text: str, goods: str = "all") -> str:
        """Return a heading; it says so where it is of all goods and the page is of some."""
        # Chained: the heading is of all goods, and the page is not.
        return f"All goods: {text}" if goods == "all" != self.goods else text

    @property
    def listed(self) -> GoodsList | None:
        """The list the goods are taken from; None for codes and for everything."""
        name = re.split("[:@]", self.goods)[0]
        return goods_list(name) if name in list_names() else None


class BriefContext:
    """Asks Figures once each and remembers them in order.

    Parameters
    ----------
    before
        Figures that an earlier context gave of the same lake in the same state, not asked again.
    """

    def __init__(self, lake: Lake, before: Mapping[Definition, Figure] | None = None) -> None:
        self._lake = lake
        self._asked: dict[Definition, Figure] = {}
        # A copy: what is asked here must not get into the memory of others before it is verified.
        self._before = dict(before or {})
        self._leant_on: set[str] = set()
        self._in_calendar: set[str] = set()
        self._found: dict[str, bool] = {}
        self._shown: dict[str, Published] = {}
        self._nowcast: dict[Definition, Figure] = {}
        self._ids: dict[Definition, str] = {}

    @property
    def lake(self) -> Lake:
        """The lake that is asked."""
        return self._lake

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every Figure asked so far that has a value, once, in the order of asking.

        A question that leaves the source open, and the one that names it, may give one Figure.
        """
        once: dict[str, Figure] = {}
        for definition, figure in self.questions:
            # Kept, as a page looks at all its Figures several times: with a range or without, an
            # answer has one id.
            if (key := self._ids.get(definition)) is None:
                key = self._ids[definition] = figure.id
            if key not in once or (figure.ranged and not once[key].ranged):
                once[key] = figure
        return tuple(once.values())

    @property
    def questions(self) -> tuple[tuple[Definition, Figure], ...]:
        """Every definition as it was asked, with the Figure it gave where that has a value.

        A Figure's own definition says more: which source was chosen.
        """
        return tuple(pair for pair in self._asked.items() if pair[1].status == "ok")

    @property
    def asked(self) -> dict[Definition, Figure]:
        """Every definition that was asked, here or in the context before, with its Figure."""
        return self._before | self._asked

    @property
    def sources(self) -> frozenset[str]:
        """Sources that the page rests on without a Figure of them."""
        return frozenset(self._leant_on)

    def remembered(self, key: str, find: Callable[[], bool]) -> bool:
        """Return what was found out under a key, or find it out."""
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]

    def lean_on(self, sources: Iterable[str]) -> None:
        """Note sources of which the page shows rows that are no Figure."""
        self._leant_on.update(sources)

    @property
    def in_calendar(self) -> frozenset[str]:
        """Sources of which the page shows who reported when, and perhaps no number."""
        return frozenset(self._in_calendar)

    def show_calendar_of(self, sources: Iterable[str]) -> None:
        """Note sources of which the page shows who reported when."""
        self._in_calendar.update(sources)

    @property
    def shown(self) -> dict[str, Published]:
        """Printed numbers that the page shows without a Figure of them, by id."""
        return dict(self._shown)

    def show(self, rows: Iterable[Published]) -> None:
        """Note printed numbers that the page shows and that are no Figure."""
        self._shown.update((row.id, row) for row in rows)

    def ask(self, measure: str, **keys: Any) -> Figure:
        """Evaluate a definition with its range, or return what it gave before."""
        return self._answer(Definition.build(measure, **keys), ranged=True)

    def value(self, measure: str, **keys: Any) -> Figure:
        """Evaluate a definition of which no range is shown, which takes a fraction of the time."""
        return self._answer(Definition.build(measure, **keys), ranged=False)

    def prepare(
        self, measure: str, periods: Iterable[Period | int], *, ranged: bool = False, **keys: Any
    ) -> None:
        """Evaluate a definition at several times in one go, before each of them is asked for."""
        self.prepare_each(
            [Definition.build(measure, period=one, **keys) for one in periods], ranged=ranged
        )

    def prepare_each(self, definitions: Iterable[Definition], *, ranged: bool = False) -> None:
        """Evaluate definitions in one go, before each of them is asked for.

        Of those that differ in areas or times only, rows are read and added up once.
        """
        known = self.asked
        asked = dict.fromkeys(definitions)
        new = [one for one in asked if one not in known or (ranged and not known[one].ranged)]
        if len(new) > 1:
            found = evaluate_each(new, self._lake, ranged=ranged)
            self._before |= dict(zip(new, found, strict=True))

    @contextmanager
    def ahead(self) -> Iterator[BriefContext]:
        """Ask in the block what is shown later: here it counts as asked when it is shown.

        Several times or years first, then single ones of them, take one reading and one range.
        """
        first = BriefContext(self._lake, self.asked)
        try:
            yield first
        finally:  # what was found before time ran out is not asked again
            self._before |= first.asked

    def _answer(self, definition: Definition, *, ranged: bool) -> Figure:
        known = self._asked.get(definition)
        if known is None or (ranged and not known.ranged):
            known = self._before.get(definition) or known
        # An answer with a range serves for one without, and not the other way round.
        if known is None or (ranged and not known.ranged):
            known = evaluate(definition, self._lake, ranged=ranged)
            step()  # one that ended late may have lost a query that was stopped
        # Also where it was known before, so that `figures` has the order of this page.
        self._asked[definition] = known
        return known

    @property
    def nowcasts(self) -> tuple[Figure, ...]:
        """Every nowcast that was made. They are none of `figures`: they are not evidence."""
        return tuple(one for one in self._nowcast.values() if one.status == "nowcast")

    def nowcast(self, measure: str, **keys: Any) -> Figure | None:
        """Return the nowcast of the year of the last month loaded.

        None where that year is reported, or where there is no nowcast. By the data and not by
        the day, so that the same lake gives the same page.
        """
        months = [
            one
            for item in self._lake.holdings()
            if item.table == "flows" and not is_register(item.source)
            for one in item.current
            if one.freq == "M"
        ]
        if not months:
            return None
        year = Period.parse(max(months).year)
        definition = Definition.build(measure, period=year, **keys)
        known = self.asked.get(definition)
        if known is not None and known.status == "ok":
            return None
        if definition not in self._nowcast:
            self._nowcast[definition] = evaluate(definition, self._lake, ranged=False, nowcast=True)
            step()
        found = self._nowcast[definition]
        return found if found.status == "nowcast" else None

    def of_goods_or_all(self, measure: str, subject: Subject, **keys: Any) -> Figure:
        """Return the Figure of the goods of a brief if it has a table, else that of all goods."""
        found = [
            self.value(measure, goods=goods, period=subject.period, **keys)
            # Once, where the goods are all goods.
            for goods in dict.fromkeys((subject.goods, "all"))
        ]
        return next((figure for figure in found if figure.table), found[0])

    def inputs(self, measure: str, **keys: Any) -> Figure:
        """Evaluate a definition on what industries buy."""
        return self.ask(measure, goods="inputs", source="icio", **keys)

    def first(
        self, measure: str, periods: list[Period], *, together: bool = False, **keys: Any
    ) -> Figure:
        """Return the first Figure with a value over `periods`, else the one of the first.

        `together` has the range of each of them found in one go, as all will be asked for.
        """
        found = None
        with several_times(periods) if together else nullcontext():
            for period in periods:
                # The range costs most of a question, but only where there is a value.
                figure = self.ask(measure, period=period, **keys)
                if figure.status == "ok":
                    return figure
                found = found or figure
        if found is None:
            raise EntrepotError(
                "no period is available", why="neither loaded nor bundled data have one"
            )
        return found

    def years(self) -> list[int]:
        """Return every calendar year that the lake or the bundled tables hold, newest first."""
        flows = (item for item in self._lake.holdings() if item.table == "flows")
        found = {period.year for item in flows for period in item.current}
        found |= {row.period.year for row in statements("all", self._lake) if row.period.is_year}
        return sorted(found, reverse=True)

    @contextmanager
    def all_years(self, *areas: str) -> Iterator[None]:
        """Find what one year needs of all years, and read the trade of some areas once."""
        years = [Period.parse(year) for year in self.years()]
        groups = [areas_of(text, years) for text in areas]
        with several_times((), years), working_on(self._lake, *groups, choices=selections):
            yield

    def printed(
        self, measure: str, importer: str, exporter: str, goods: str = "all"
    ) -> Iterator[Published]:
        """Yield what others printed of this, one row an origin and period, low confidence out."""
        seen = set()
        for row in statements("published", self._lake):
            said = (row.measure, row.importer, row.exporter, row.goods)
            publication = (row.origin, row.variant, row.basis, row.period)
            # Trade both ways ("turnover") is another quantity.
            fits = said == (measure, importer, exporter, goods) and row.flow == "one_way"
            if fits and row.confidence != "low" and not row.per and publication not in seen:
                seen.add(publication)
                yield row
