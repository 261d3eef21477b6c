"""The chart that an address asks for, drawn: its words, its source and its table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures import ask
from entrepot.figures.breakdown import month_by_month, shares_as_reported
from entrepot.figures.citation import source_name
from entrepot.goods import goods_title
from entrepot.goods.parse import goods_words
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import MINUS, per_cent
from entrepot.model.period import Period
from entrepot.report.attribution import source_line, sources_line
from entrepot.report.breaks import NOT_SHOWN, ONE_FIGURE
from entrepot.report.brief_context import BriefContext
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.alone import available_years
from entrepot.report.charts.curve import other_sources
from entrepot.report.charts.month_lines import month_chart
from entrepot.report.charts.tiers import TierBar, TierPanel, TierPanels
from entrepot.report.goods_overview import largest_suppliers, over_half_of, ranked_shares
from entrepot.report.overview import dependence_map, suppliers_of
from entrepot.report.parts import plain
from entrepot.report.standalone import chart as standing_chart
from entrepot.report.standalone import of_figure, table_of
from entrepot.serve.answer import NotFoundError
from entrepot.serve.request_body import single
from entrepot.serve.views.country import as_breakdown, largest_supplier, suppliers_as_reported
from entrepot.serve.views.market import (
    broken_down,
    ranges_as_reported,
    share_of_group,
    single_share,
    years_of,
)
from entrepot.serve.views.search import named_area, named_goods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.figures.breakdown import Breakdown, BreakdownPart, Over
    from entrepot.lake import Lake
    from entrepot.report.parts import PageLink, Section
    from entrepot.sources.published.row import Published

    Pairs = Sequence[tuple[str, str]]
KEYS = ("show", "importer", "supplier", "goods", "period", "source", "title")
SHOWS = {
    "suppliers": ("Suppliers of a country", ("importer",)),
    "map": ("A supplier’s share, on a map", ("supplier",)),
    "tiles": ("A supplier’s share, in squares", ("supplier",)),
    "largest": ("Largest suppliers, on a map", ()),
    "exporters": ("Exporters to the world", ()),
    "share": ("A supplier’s share over time", ("importer", "supplier")),
    "years": ("Suppliers by year", ("importer",)),
    "several": ("A supplier’s share, by country", ("importer", "supplier")),
    "months": ("Exports by month, value", ("supplier", "importer")),
    "weights": ("Exports by month, weight", ("supplier", "importer")),
    "definitions": ("Share under other definitions", ("importer", "supplier")),
}
"""Kinds of chart: their names, and the sides that each needs."""
BY_MONTH = {"months": "value", "weights": "mass"}
"""Charts of months, and what they count."""
VALUED_ONCE = ("map", "tiles", "largest", "exporters", "several")
"""Charts of many countries at once, for which each flow has to have one value."""
MANY = ("several", *BY_MONTH)
"""Charts of several importers."""
USUAL = {"show": "suppliers", "importer": "DEU", "supplier": "CHN", "goods": "850511"}
SEVERAL = 12
"""Countries that are drawn side by side."""
_YEARS = 8
"""Years of each of them."""
_PUBLISHED = 2023
"""Newest year with many published shares."""


@dataclass(frozen=True, slots=True)
class AskedChart:
    """What an address asks, in codes."""

    show: str
    importer: str
    supplier: str
    goods: str
    period: str
    source: str
    title: str

    @property
    def query(self) -> str:
        """The address in one way of writing, without what the chart does not read."""
        # Always in this order: one chart has one address, whatever order its form was filled in.
        # Which source has months follows from the months.
        source = () if self.show in BY_MONTH else ("source",)
        read = ("show", *SHOWS[self.show][1], "goods", "period", *source, "title")
        said = {name: getattr(self, name) for name in read if getattr(self, name)}
        return urlencode(said, safe=":@,+")


class DrawnChart(NamedTuple):
    """A chart with its words, its source in pieces, and its table."""

    title: str
    deck: str
    picture: Chart
    source: tuple[str | PageLink, ...]
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    table: BriefTable | None = None

    @property
    def foot(self) -> str:
        """The source as one text."""
        return "".join(one if isinstance(one, str) else one.text for one in self.source)

    @property
    def origin(self) -> str:
        """Data and their year, which each mark says when it is pointed at."""
        text = self.foot.removeprefix("Source: ").partition(", Entrepôt computation.")[0]
        return text.partition(". ")[0].rstrip(".")

    @property
    def key(self) -> list[str]:
        """What the kinds of marks mean."""
        return [text for _, text in self.picture.key]

    @property
    def texts(self) -> tuple[str, str, str]:
        """What stands around the drawing in a frame."""
        return self.title, self.deck, self.foot


def asked_chart(pairs: Pairs) -> AskedChart:
    """Return what the query of an address asks for; an example where it asks for nothing yet.

    Raises
    ------
    RequestError
        For a chart that does not exist, a side that it needs, or goods that are none.
    NotFoundError
        For an area that does not exist.
    """
    given = single(_joined(pairs), KEYS)
    # A title or a year alone asks for nothing yet, and the example is shown.
    said = given if given.keys() & {"show", "importer", "supplier", "goods"} else USUAL | given
    show = said.get("show", "suppliers")
    if show not in SHOWS:
        raise RequestError(f"no chart shows {show!r}", hint=f"charts: {', '.join(SHOWS)}")
    for side in SHOWS[show][1]:
        if side not in said:
            raise RequestError(f"this chart needs the {side}", hint=f"add {side}=CHN")
    sides = {side: named_area(said[side]) if side in said else "" for side in KEYS[2:3]}
    sides["importer"] = _importers(said.get("importer", ""), several=show in MANY)
    goods = named_goods(said.get("goods", "all"))
    goods_title(goods)  # refuses what is neither a code nor a list
    period, title = said.get("period", ""), said.get("title", "")
    source = said.get("source", "")
    return AskedChart(show, sides["importer"], sides["supplier"], goods, period, source, title)


def _joined(pairs: Pairs) -> Pairs:
    """Return a query with its importers as one: a form sends one that was added by itself."""
    named = [value for name, value in pairs if name == "importer" and value.strip()]
    rest = [(name, value) for name, value in pairs if name != "importer"]
    return [*rest, ("importer", ",".join(named))] if named else rest


def _importers(text: str, *, several: bool) -> str:
    """Return the code of an importer; of several, named with commas between them, all codes."""
    if not text:
        return ""
    if not several:
        try:
            return named_area(text)  # Congo, Dem. Rep.
        except NotFoundError:
            first, comma, _ = text.partition(",")
            if not comma:
                raise
            return named_area(first)  # of several, as another chart had them
    found = dict.fromkeys(named_area(one.strip()) for one in text.split(",") if one.strip())
    if len(found) > SEVERAL:
        raise RequestError(
            f"{len(found)} countries are more than one picture shows",
            hint=f"name at most {SEVERAL}, with commas between them",
        )
    return ",".join(found)


def names_of(codes: str) -> str:
    """Return the names of one or several areas, as the form takes them."""
    return ", ".join(area_name(code) for code in codes.split(","))


def drawer(lake: Lake, asked: AskedChart) -> Callable[[int], DrawnChart]:
    """Return what draws the chart with at most so many bars; the data are asked once.

    Numbers are those of `ask`.

    Raises
    ------
    NoEvidenceError
        If nothing that is loaded answers.
    """
    if asked.show in ("suppliers", "map", "tiles", "exporters"):
        return _compared(lake, asked)
    draws = {"several": _several, "largest": _largest} | dict.fromkeys(BY_MONTH, _by_month)
    found = draws.get(asked.show, _alone)(lake, asked)
    return lambda _: _titled(found, asked)


def _titled(found: DrawnChart, asked: AskedChart) -> DrawnChart:
    return found._replace(title=asked.title) if asked.title else found


def _compared(lake: Lake, asked: AskedChart) -> Callable[[int], DrawnChart]:
    goods, period = asked.goods, asked.period
    is_map = asked.show in ("map", "tiles")
    over: Over = "importer" if is_map else "exporter"
    by_supplier = {"exporter": asked.supplier}
    sides = {"map": by_supplier, "tiles": by_supplier, "suppliers": {"importer": asked.importer}}
    keys = sides.get(asked.show, {})
    # Without an importer the shares are of the imports of the world.
    found = broken_down(
        "import_share",
        over,
        lake,
        goods,
        period,
        source=asked.source,
        **keys,
    )
    if found is None:
        if asked.show == "suppliers" and (drawer := _as_reported(lake, asked)):
            return drawer
        raise _no_suppliers(asked) if asked.show == "suppliers" else _no_comparison(asked)
    if is_map:
        section = dependence_map(found, lake, asked.importer, tiles=asked.show == "tiles")
        said = single_share(found, lake)
        return lambda _: _of_breakdown(asked, found, section, said)
    ranged = ranges_as_reported(found, shares_as_reported(found, lake))
    # No single figure has the world as importer.
    said = "" if asked.show == "exporters" else single_share(found, lake)
    compared = "as either side reports it"

    def drawn(most: int) -> DrawnChart:
        section = suppliers_of(found, lake, ranged, most=most, compared=compared)
        return _of_breakdown(asked, found, section, said)

    return drawn


def _as_reported(lake: Lake, asked: AskedChart) -> Callable[[int], DrawnChart] | None:
    """Return what draws a country's suppliers as single reports tell of them; None without any."""
    largest = largest_supplier(
        BriefContext(lake), asked.importer, asked.goods, asked.period, asked.source
    )
    found = as_breakdown(largest)
    if found is None:
        return None
    doubts = " ".join(_doubts([largest]))
    return lambda most: _of_breakdown(
        asked, found, suppliers_as_reported(found, largest, lake, {}, most=most), doubts
    )


def _doubts(figures: Iterable[Figure]) -> list[str]:
    """Return which rows are doubtful: a picture of its own has no notes that say it beside it."""
    said = (one.text for figure in figures for one in figure.caveats if one.id == "doubtful-row")
    return list(dict.fromkeys(said))


def _of_breakdown(asked: AskedChart, found: Breakdown, section: Section, said: str) -> DrawnChart:
    """Return a section of a breakdown as a chart, and what is said of it as a single figure."""
    if section.picture is None:
        raise NoEvidenceError("there is nothing to draw")
    goods, over = asked.goods, found.over
    head = [over, "name", "goods", "period", "source", "share", "value", "currency"]
    question = found.definition
    rows = [
        [
            *(one.code, area_name(one.code), goods, str(question.period), question.source),
            *(one.value, one.traded, question.currency),
        ]
        for one in found.parts
    ]
    title = plain(section.title.text)
    source = (*section.source, *([f" {said}"] if said else []))
    drawn = DrawnChart(title, section.deck, section.picture, source, head, rows, section.table)
    return _titled(drawn, asked)


def _largest(lake: Lake, asked: AskedChart) -> DrawnChart:
    """Draw each country's largest supplier."""
    found = broken_down(
        "top_supplier", "importer", lake, asked.goods, asked.period, source=asked.source
    )
    section = largest_suppliers(found, lake) if found else None
    if found is None or section is None or section.picture is None:
        raise _no_comparison(asked)
    question = found.definition
    head = ["importer", "name", "supplier", "supplier_name", "goods", "period", "source"]
    rows = [
        [
            *(one.code, area_name(one.code), top, area_name(top)),
            *(asked.goods, str(question.period), question.source),
            *(one.value, one.traded, question.currency),
        ]
        for one in found.parts
        if (top := str(one.details.get("top_supplier", "")))
    ]
    title = plain(section.title.text)
    return DrawnChart(
        title,
        section.deck,
        section.picture,
        section.source,
        [*head, "share", "value", "currency"],
        rows,
        section.table,
    )


def _no_suppliers(asked: AskedChart) -> NoEvidenceError:
    buyer, goods = possessive(area_phrase(asked.importer)), goods_words(asked.goods)
    return NoEvidenceError(
        f"{_whose(asked)} have all of {buyer} imports of {goods}",
        why="shares of suppliers need what was imported from everyone",
        hint=_hint(asked, "other goods or another importer"),
    )


def _no_comparison(asked: AskedChart) -> NoEvidenceError:
    return NoEvidenceError(
        f"{_whose(asked)} compare all countries’ trade in {goods_words(asked.goods)}",
        why="this chart needs data in which every flow has one value",
        hint=_hint(asked, "the critical minerals of 2022"),
    )


def _whose(asked: AskedChart) -> str:
    """Return which data do not have it: of one source that was chosen, others still may."""
    return f"no data of {source_name(asked.source)}" if asked.source else "no data"


def _hint(asked: AskedChart, other: str) -> str:
    chosen = "the best available source, " if asked.source else ""
    return f"choose {chosen}{other}, or load BACI: entrepot data add baci FILE"


def _several(lake: Lake, asked: AskedChart) -> DrawnChart:
    """Draw the share of a supplier by year, a panel for each country, all on one scale."""
    codes, goods = asked.importer.split(","), asked.goods
    until = Period.parse(asked.period).year if asked.period else 9999
    years = [year for year in years_of(lake, goods, asked.source) if year <= until][:_YEARS]
    keys = {"source": asked.source, "exporter": asked.supplier}
    every = [
        broken_down("import_share", "importer", lake, goods, str(year), **keys)
        for year in sorted(years)
    ]
    found = [one for one in every if one is not None]
    # Years of one source, that of the newest: a step between two sources is no change.
    found = [one for one in found if one.definition.source == found[-1].definition.source]
    shares: dict[str, dict[int, BreakdownPart]] = {code: {} for code in codes}
    for one in found:
        parts = {part.code: part for part in one.parts if part.traded}
        for code, by_year in shares.items():
            if part := parts.get(code) or share_of_group(one, code, lake):
                by_year[one.definition.period.year] = part
    known = {code: by_year for code, by_year in shares.items() if by_year}
    if not found:
        raise _no_comparison(asked)
    if not known:
        raise NoEvidenceError(
            f"no trade in {goods_words(goods)} is recorded for {names_of(asked.importer)}",
            why="“not recorded” does not mean zero",
            hint="choose other importers or goods",
        )
    order = sorted(known, key=lambda code: (-known[code][max(known[code])].value, code))
    panels = tuple(
        TierPanel("", area_name(code), _change(known[code]), _bars(known[code]), hot=place == 0)
        for place, code in enumerate(order)
    )
    last = found[-1].definition
    first = found[0].definition.period
    span = f"{last.period}" if first == last.period else f"{first} to {last.period}"
    of = "" if goods == "all" else f" of {goods_words(goods)}"
    newest = {code: got for code in order if (got := known[code].get(last.period.year))}
    title = f"{over_half_of(asked.supplier, of, newest)}, {last.period}"
    each = "" if first == last.period else ", a bar a year. All panels share one scale"
    deck = f"Per cent of value{each}, the largest share first."
    if missing := [area_name(code) for code in codes if code not in known]:
        deck += f" No data: {', '.join(missing)}."
    listed = "; ".join(f"{panel.name} {panel.bars[-1].text}" for panel in panels)
    source = source_line(last.source or "", span, lake)
    head = ["importer", "name", "goods", "period", "source", "share", "value", "currency"]
    rows = [
        [
            *(code, area_name(code), goods, str(year), last.source),
            *(part.value, part.traded, last.currency),
        ]
        for code in order
        for year, part in known[code].items()
    ]
    heads = [one.definition.period.year for one in found]

    def cells(by_year: dict[int, BreakdownPart]) -> Iterator[str]:
        for year in heads:
            yield per_cent(100 * by_year[year].value) if year in by_year else ""

    table = BriefTable(
        title,
        ("Importer", *map(str, heads)),
        (False, *(True for _ in heads)),
        tuple((area_name(code), *cells(known[code])) for code in order),
        ("", *("per cent" for _ in heads)),
    )
    alt = f"{title}. {last.period}, per cent: {listed}."
    # Panels of one year would have one bar each.
    one_year = first == last.period
    shown = ranked_shares(newest, last.currency) if one_year else TierPanels(panels, "%")
    return DrawnChart(title, deck, Chart(shown, alt), source, head, rows, table)


def _by_month(lake: Lake, asked: AskedChart) -> DrawnChart:
    """Draw exports month by month: lines of up to four importers, a panel for each of more."""
    first = last = None
    if asked.period:
        span = Period.parse(asked.period)
        first, last = Period.parse(f"{span.start:%Y-%m}"), Period.parse(f"{span.end:%Y-%m}")
    quantity = BY_MONTH[asked.show]
    codes = asked.importer.split(",")
    keys = {"quantity": quantity, "first": first, "last": last}
    found = month_by_month(lake, asked.supplier, codes, asked.goods, **keys)  # type: ignore[arg-type]
    made = month_chart(found, lake)
    question = found.definition
    unit = "kg" if quantity == "mass" else question.currency
    head = ["exporter", "importer", "name", "goods", "month", "source", "value", "unit"]
    rows = [
        [
            *(asked.supplier, code, area_name(code), asked.goods, f"{month.start:%Y-%m}"),
            *(question.source, value, unit),
        ]
        for code, values in found.values.items()
        for month, value in zip(found.months, values, strict=True)
    ]
    return DrawnChart(made.title, made.deck, made.picture, made.source, head, rows, made.table)


def _bars(by_year: dict[int, BreakdownPart]) -> tuple[TierBar, ...]:
    return tuple(
        TierBar(year, 100 * one.value, False, per_cent(100 * one.value))
        for year, one in sorted(by_year.items())
    )


def _change(by_year: dict[int, BreakdownPart]) -> str:
    """Return the change since the first year, in points; empty for a single year."""
    first, last = min(by_year), max(by_year)
    if first == last:
        return ""
    change = 100 * (by_year[last].value - by_year[first].value)
    text = per_cent(abs(change))
    sign = "" if text == "0" else "+" if change > 0 else MINUS
    return f"{sign}{text} points since {first}"


def _alone(lake: Lake, asked: AskedChart) -> DrawnChart:
    """Draw one of the charts of `entrepot chart`."""
    keys: dict[str, Any] = {"importer": asked.importer, "goods": asked.goods}
    keys |= {"period": asked.period} if asked.period else {}
    keys |= {"source": asked.source} if asked.source else {}
    printed: list[Published] = []
    also: list[str] = []
    if asked.show == "years":
        found = standing_chart("top_supplier", lake, **keys)
    elif asked.show == "share":
        found = standing_chart("import_share", lake, exporter=asked.supplier, **keys)
    else:
        keys |= {"lake": lake, "exporter": asked.supplier}
        keys |= {} if asked.period else {"period": newest(keys)}
        found = of_figure(ask("import_share", curve=True, **keys))
        when = str(found.figures[0].definition.period)
        found = replace(found, rows=tuple({"period": when} | row for row in found.rows))
        printed, also = _beside(found.figures[0], lake)
    kept = (NOT_SHOWN, ONE_FIGURE)
    source = sources_line(found.figures, lake, (*found.statements, *printed), also)
    lines = (line for line in found.foot if line.startswith(kept))
    source += tuple(f" {line}" for line in (*lines, *_doubts(found.figures)))
    names = list(dict.fromkeys(name for row in found.rows for name in row))
    rows = [[row.get(name) for name in names] for row in found.rows]
    return DrawnChart(
        *(found.title, found.deck, found.picture, source, names, rows, table_of(found))
    )


def _beside(figure: Figure, lake: Lake) -> tuple[list[Published], list[str]]:
    """Return published figures and data sets of a curve that are not those of its headline."""
    asked = figure.definition
    whose, sets = other_sources(figure)
    rows = BriefContext(lake).printed("import_share", asked.importer, asked.exporter, asked.goods)
    return [row for row in rows if row.period == asked.period and row.origin in whose], sets


def newest(keys: dict[str, Any], default: str = str(_PUBLISHED)) -> str:
    """Return the newest year of which a share is known, for a curve is of one period."""
    years = {*available_years(keys["lake"]), *years_of(keys["lake"], keys["goods"]), _PUBLISHED}
    newest = sorted(years, reverse=True)[:_YEARS]
    context = BriefContext(keys["lake"])
    asked = {name: value for name, value in keys.items() if name != "lake"}
    # Without ranges, which take most of the time of a question and are not shown.
    known = (
        year
        for year in newest
        if context.value("import_share", period=year, **asked).status == "ok"
    )
    return str(next(known, default))
