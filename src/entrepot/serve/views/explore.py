"""A chart of one's own: the address is the chart, as a page, in a frame, or as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from entrepot.errors import MissingExtraError, NoEvidenceError, RequestError
from entrepot.figures import ask
from entrepot.figures.breakdown import month_by_month, shares_as_reported
from entrepot.figures.citation import source_name
from entrepot.goods import goods_title
from entrepot.goods.parse import goods_words
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import MINUS, per_cent, split_address
from entrepot.model.period import Period
from entrepot.report.attribution import source_line, sources_line
from entrepot.report.breaks import NOT_SHOWN, ONE_FIGURE
from entrepot.report.brief_context import BriefContext
from entrepot.report.charts import BriefTable, Chart, draw, drawn_at
from entrepot.report.charts.alone import available_years
from entrepot.report.charts.curve import other_sources
from entrepot.report.charts.month_lines import MonthLines, month_chart
from entrepot.report.charts.ranked import RankedBars
from entrepot.report.charts.share_lines import ShareLines
from entrepot.report.charts.tiers import TierBar, TierPanel, TierPanels
from entrepot.report.goods_overview import largest_suppliers, over_half_of, ranked_shares
from entrepot.report.overview import NAMED, dependence_map, suppliers_of
from entrepot.report.parts import plain
from entrepot.report.phrasing import capital
from entrepot.report.standalone import chart as standing_chart
from entrepot.report.standalone import framed, of_figure, raster, table_of
from entrepot.serve.answer import AnswerRows, NotFoundError, ServedAnswer, as_json, as_svg
from entrepot.serve.request_body import single
from entrepot.serve.site import page
from entrepot.serve.views.country import as_breakdown, largest_supplier, suppliers_as_reported
from entrepot.serve.views.frame_size import frame_height, highest
from entrepot.serve.views.home import pickers
from entrepot.serve.views.market import (
    broken_down,
    ranges_as_reported,
    share_of_group,
    single_share,
    sources_with_flows,
    years_of,
)
from entrepot.serve.views.search import named_area, named_goods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from urllib.parse import SplitResult

    from entrepot.figures import Figure
    from entrepot.figures.breakdown import Breakdown, BreakdownPart, Over
    from entrepot.lake import Lake
    from entrepot.report.parts import PageLink, Section
    from entrepot.sources.published.row import Published

    Pairs = Sequence[tuple[str, str]]

KEYS = ("show", "importer", "supplier", "goods", "period", "source", "title")
THEMES = {"": "Reader’s setting", "light": "Light", "dark": "Dark"}
"""Colours of a frame: those of the reader's system, or always the same."""
_OEMBED = ("url", "maxwidth", "maxheight", "format")
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
_VALUED_ONCE = ("map", "tiles", "largest", "exporters", "several")
"""Charts of many countries at once, for which each flow has to have one value."""
_MANY = ("several", *BY_MONTH)
"""Charts of several importers."""
FILES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "1x.png": "image/png",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_USUAL = {"show": "suppliers", "importer": "DEU", "supplier": "CHN", "goods": "850511"}
_IN_FRAME = 5
"""Bars in a frame on another site, which is low."""
_FRAME = 800
"""Width of a frame where the site that shows it names no smaller one."""
_SEVERAL = 12
"""Countries that are drawn side by side."""
_YEARS = 8
"""Years of each of them."""
# The size that Open Graph asks for, 1.91 to 1.
_PUBLISHED = 2023
"""Newest year with many published shares."""
_CARD = (1200, 630)
"""Pixels of the picture that is shown where a link is shared."""


@dataclass(frozen=True, slots=True)
class _Asked:
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


class _Drawn(NamedTuple):
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


def _asked(pairs: Pairs) -> _Asked:
    given = single(_joined(pairs), KEYS)
    # A title or a year alone asks for nothing yet, and the example is shown.
    said = given if given.keys() & {"show", "importer", "supplier", "goods"} else _USUAL | given
    show = said.get("show", "suppliers")
    if show not in SHOWS:
        raise RequestError(f"no chart shows {show!r}", hint=f"charts: {', '.join(SHOWS)}")
    for side in SHOWS[show][1]:
        if side not in said:
            raise RequestError(f"this chart needs the {side}", hint=f"add {side}=CHN")
    sides = {side: named_area(said[side]) if side in said else "" for side in KEYS[2:3]}
    sides["importer"] = _importers(said.get("importer", ""), several=show in _MANY)
    goods = named_goods(said.get("goods", "all"))
    goods_title(goods)  # refuses what is neither a code nor a list
    period, title = said.get("period", ""), said.get("title", "")
    source = said.get("source", "")
    return _Asked(show, sides["importer"], sides["supplier"], goods, period, source, title)


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
    if len(found) > _SEVERAL:
        raise RequestError(
            f"{len(found)} countries are more than one picture shows",
            hint=f"name at most {_SEVERAL}, with commas between them",
        )
    return ",".join(found)


def _names(codes: str) -> str:
    """Return the names of one or several areas, as the form takes them."""
    return ", ".join(area_name(code) for code in codes.split(","))


def _drawn(lake: Lake, asked: _Asked, most: int = NAMED) -> _Drawn:
    """Draw what is asked, with at most so many bars; numbers are those of `ask`.

    Raises
    ------
    NoEvidenceError
        If nothing that is loaded answers.
    """
    return _drawer(lake, asked)(most)


def _drawer(lake: Lake, asked: _Asked) -> Callable[[int], _Drawn]:
    """Return what draws the chart with at most so many bars; the data are asked once."""
    if asked.show in ("suppliers", "map", "tiles", "exporters"):
        return _compared(lake, asked)
    draws = {"several": _several, "largest": _largest} | dict.fromkeys(BY_MONTH, _by_month)
    found = draws.get(asked.show, _alone)(lake, asked)
    return lambda _: _titled(found, asked)


def _titled(found: _Drawn, asked: _Asked) -> _Drawn:
    return found._replace(title=asked.title) if asked.title else found


def _compared(lake: Lake, asked: _Asked) -> Callable[[int], _Drawn]:
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

    def drawn(most: int) -> _Drawn:
        section = suppliers_of(found, lake, ranged, most=most, compared=compared)
        return _of_breakdown(asked, found, section, said)

    return drawn


def _as_reported(lake: Lake, asked: _Asked) -> Callable[[int], _Drawn] | None:
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


def _of_breakdown(asked: _Asked, found: Breakdown, section: Section, said: str) -> _Drawn:
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
    drawn = _Drawn(title, section.deck, section.picture, source, head, rows, section.table)
    return _titled(drawn, asked)


def _largest(lake: Lake, asked: _Asked) -> _Drawn:
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
    return _Drawn(
        title,
        section.deck,
        section.picture,
        section.source,
        [*head, "share", "value", "currency"],
        rows,
        section.table,
    )


def _no_suppliers(asked: _Asked) -> NoEvidenceError:
    buyer, goods = possessive(area_phrase(asked.importer)), goods_words(asked.goods)
    return NoEvidenceError(
        f"{_whose(asked)} have all of {buyer} imports of {goods}",
        why="shares of suppliers need what was imported from everyone",
        hint=_hint(asked, "other goods or another importer"),
    )


def _no_comparison(asked: _Asked) -> NoEvidenceError:
    return NoEvidenceError(
        f"{_whose(asked)} compare all countries’ trade in {goods_words(asked.goods)}",
        why="this chart needs data in which every flow has one value",
        hint=_hint(asked, "the critical minerals of 2022"),
    )


def _whose(asked: _Asked) -> str:
    """Return which data do not have it: of one source that was chosen, others still may."""
    return f"no data of {source_name(asked.source)}" if asked.source else "no data"


def _hint(asked: _Asked, other: str) -> str:
    chosen = "the best available source, " if asked.source else ""
    return f"choose {chosen}{other}, or load BACI: entrepot data add baci FILE"


def _several(lake: Lake, asked: _Asked) -> _Drawn:
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
            f"no trade in {goods_words(goods)} is recorded for {_names(asked.importer)}",
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
    return _Drawn(title, deck, Chart(shown, alt), source, head, rows, table)


def _by_month(lake: Lake, asked: _Asked) -> _Drawn:
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
    return _Drawn(made.title, made.deck, made.picture, made.source, head, rows, made.table)


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


def _alone(lake: Lake, asked: _Asked) -> _Drawn:
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
        keys |= {} if asked.period else {"period": _newest(keys)}
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
    return _Drawn(*(found.title, found.deck, found.picture, source, names, rows, table_of(found)))


def _beside(figure: Figure, lake: Lake) -> tuple[list[Published], list[str]]:
    """Return published figures and data sets of a curve that are not those of its headline."""
    asked = figure.definition
    whose, sets = other_sources(figure)
    rows = BriefContext(lake).printed("import_share", asked.importer, asked.exporter, asked.goods)
    return [row for row in rows if row.period == asked.period and row.origin in whose], sets


def _newest(keys: dict[str, Any], default: str = str(_PUBLISHED)) -> str:
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


def explore_page(lake: Lake, pairs: Pairs, base: str) -> ServedAnswer:
    """Return the chart builder with the chart of the address.

    Parameters
    ----------
    base
        Address of the server as the reader has it, for what other sites show of a link.
    """
    asked = _asked(pairs)
    drawn, missing, height, fixed = None, None, 0, asked
    instead: list[tuple[str, str]] = []
    try:
        make = _drawer(lake, asked)
        drawn, in_frame = make(NAMED), make(_IN_FRAME)  # fewer bars fit into a frame
        height = highest(in_frame.texts, in_frame.key, _drawings(in_frame))
        fixed = _fixed(lake, asked, drawn)
    except NoEvidenceError as error:
        missing, instead = error, [*_instead(lake, asked)]
    return page(
        "explore.html.j2",
        "/explore",
        asked=asked,
        sources=_sources(lake, asked),
        shows=[(key, name) for key, (name, _) in SHOWS.items()],
        needs=SHOWS[asked.show][1],
        many=asked.show in _MANY,
        most=_SEVERAL,
        chips=[*_chips(asked)],
        themes=THEMES,
        names={side: _names(getattr(asked, side)) for side in KEYS[1:3] if getattr(asked, side)},
        goods_name=goods_words(asked.goods),
        drawn=drawn,
        drawings=draw(drawn.picture, drawn.table) if drawn else (),
        missing=missing,
        instead=instead,
        height=height,
        query=asked.query,
        framed=fixed.query,
        base=base,
        **pickers(),
    )


def _fixed(lake: Lake, asked: _Asked, drawn: _Drawn) -> _Asked:
    """Return the chart with its time, and its source and release where it has one.

    An article goes on saying what it said: newer data must not change the chart beside it.
    """
    cells = [dict(zip(drawn.head, row, strict=True)) for row in drawn.rows]
    times = [str(one.get("period") or one.get("year") or "") for one in cells]
    sources = {str(one["source"]) for one in cells if one.get("source")}
    years = [one for one in times if one.isdigit()]
    fixed = replace(asked, period=asked.period or max(years, default=""))
    if asked.source or len(sources) != 1:
        return fixed
    [source] = sources
    holdings = [one for one in lake.holdings() if one.source == source]
    releases = {one.vintage for one in holdings if fixed.period in map(str, one.current)}
    is_release = len(releases) == 1 and releases.isdisjoint(("unknown", "computed", ""))
    return replace(fixed, source=f"{source}@{releases.pop()}" if is_release else source)


def _sources(lake: Lake, asked: _Asked) -> list[tuple[str, str]]:
    """Return the sources among which a chart is chosen; none where its months decide."""
    if asked.show in BY_MONTH:
        return []
    found = sources_with_flows(lake, asked.goods, valued_once=asked.show in _VALUED_ONCE)
    # One that the address names stays chosen, also a release or one without these goods.
    if asked.source and asked.source not in dict(found):
        found.append((asked.source, asked.source))
    return found


def _chips(asked: _Asked) -> Iterator[tuple[str, str, str]]:
    """Yield each importer of a chart of several: code, name, and the address without it."""
    codes = asked.importer.split(",") if asked.show in _MANY else []
    for code in codes if len(codes) > 1 else ():  # without its only one there is no chart
        rest = replace(asked, importer=",".join(one for one in codes if one != code))
        yield code, area_name(code), rest.query


def _instead(lake: Lake, asked: _Asked) -> Iterator[tuple[str, str]]:
    """Yield charts near one without data that do have some: their names, and their addresses."""
    importer, supplier = asked.importer.partition(",")[0], asked.supplier or _USUAL["supplier"]
    if importer and importer != supplier:
        for goods in dict.fromkeys((asked.goods, "chpl", "all")):
            found = _Asked("share", importer, supplier, goods, "", "", "")
            keys = {"importer": importer, "exporter": supplier, "goods": goods, "lake": lake}
            of = "" if goods == "all" else f" of {goods_words(goods)}"
            name = capital(possessive(area_phrase(supplier)))
            name += f" share of {possessive(area_phrase(importer))} imports{of} over time"
            if found.query != asked.query and _newest(keys, default=""):
                yield name, found.query
    if asked.show not in ("share", "years", "definitions"):
        goods = _USUAL["goods"]
        other = replace(asked, goods=goods, period="", source="", title="")
        if goods != asked.goods and years_of(lake, goods):
            yield f"{SHOWS[asked.show][0]}: {goods_words(goods)}", other.query


def embed_page(lake: Lake, pairs: Pairs) -> ServedAnswer:
    """Return a chart alone, for a frame on another site."""
    theme = next((value for name, value in pairs if name == "theme"), "")
    if theme not in THEMES:
        raise RequestError(
            f"no colours are called {theme[:60]!r}", hint="theme=light, theme=dark, or leave it out"
        )
    asked = _asked([one for one in pairs if one[0] != "theme"])
    drawn = _drawn(lake, asked, _IN_FRAME)
    return page(
        "embed.html.j2",
        "",
        drawn=drawn,
        theme=theme,
        drawings=_drawings(drawn),
        query=asked.query,
    )


def _drawings(drawn: _Drawn) -> tuple[str, ...]:
    """Return the drawings of a frame; frames in the column of an article lie between the usual."""
    usual = draw(drawn.picture, drawn.table)
    if not isinstance(drawn.picture.drawn, (RankedBars, ShareLines, MonthLines)):
        return usual
    return (*usual, drawn_at("medium", drawn.picture, drawn.table))


def linked_chart(pairs: Pairs, base: str, host: str) -> SplitResult:
    """Return the address of a chart of this server that somebody links to.

    Parameters
    ----------
    base
        Address of the server as others reach it; empty if nobody said it.
    host
        What the request calls the server, which counts then.

    Raises
    ------
    NotFoundError
        For any other address.
    """
    given = single(pairs, _OEMBED)
    link, home = split_address(given.get("url", "")), urlsplit(base)
    if link is None:
        raise NotFoundError("this is no web address", hint="give that of /explore")
    is_own = (
        (link.scheme, link.netloc) == (home.scheme, home.netloc)
        if base
        else link.scheme in ("http", "https") and link.netloc == host
    )
    path = link.path.removeprefix(home.path.rstrip("/"))
    if not is_own or path not in ("/explore", "/embed"):
        raise NotFoundError("this address is no chart of this server", hint="give that of /explore")
    return link


def oembed(lake: Lake, pairs: Pairs, link: SplitResult) -> ServedAnswer:
    """Return what a site needs to show a chart that somebody links to, as oEmbed 1.0 says.

    Parameters
    ----------
    link
        Address of the chart.

    Raises
    ------
    NotFoundError
        For a form other than JSON.
    RequestError
        For a size that is no number.
    """
    given = single(pairs, _OEMBED)
    if given.get("format", "json") != "json":
        raise NotFoundError("oEmbed is answered as JSON only", hint="leave format out")
    asked = _asked(parse_qsl(link.query))
    width = min(_FRAME, _most(given, "width"))
    most = _most(given, "height")
    drawn = _drawn(lake, asked, _IN_FRAME)
    height = min(most, frame_height(width, drawn.texts, drawn.key, _drawings(drawn)))
    home = link.path.removesuffix("/explore").removesuffix("/embed")
    address = f"{link.scheme}://{link.netloc}{home}/embed?{_fixed(lake, asked, drawn).query}"
    frame = (
        f'<iframe src="{escape(address)}" title="{escape(drawn.title)}" width="{width}" '
        f'height="{height}" style="border:0" loading="lazy"></iframe>'
    )
    return as_json(
        {"version": "1.0", "type": "rich", "provider_name": "Entrepôt", "title": drawn.title}
        | {"html": frame, "width": width, "height": height}
    )


def _most(given: dict[str, str], side: str) -> int:
    """Return the pixels that a site has room for; many where it names none."""
    most = given.get(f"max{side}", "99999")
    if not (most.isascii() and most.isdigit() and 0 < len(most) < 6):
        raise RequestError(f"max{side} is no number of pixels", hint=f"max{side}={_FRAME}")
    return int(most)


def explore_file(lake: Lake, pairs: Pairs, form: str, address: str) -> ServedAnswer | AnswerRows:
    """Return the chart as a file, or its table.

    Parameters
    ----------
    form
        ``svg``, ``png``, ``csv``, ``xlsx``, or ``card.png`` for what is shown where a link is
        shared.
    address
        Permanent address of the chart, which a workbook states.

    Raises
    ------
    NotFoundError
        For another form.
    MissingExtraError
        For a picture without Typst, or a workbook without XlsxWriter.
    """
    asked = _asked(pairs)
    name = f"{asked.show}-{asked.importer or asked.supplier or 'world'}"
    if form not in (*FILES, "card.png"):
        raise NotFoundError(f"no chart is written as .{form}", hint=f"forms: {', '.join(FILES)}")
    return _file(_drawn(lake, asked), form, name, address)


def section_file(section: Section, form: str, name: str, address: str) -> ServedAnswer | AnswerRows:
    """Return the chart of a page's section as a file, or its table; forms are those of `FILES`.

    Parameters
    ----------
    name
        What the file is called.
    address
        Address of the page, which a workbook states.
    """
    table = section.table or BriefTable("", (), (), (), ())
    if section.picture is None or (section.table is None and form in ("csv", "xlsx")):
        raise NotFoundError(f"there is no .{form} of {section.eyebrow}", hint="open the page")
    rows = [
        [_number(cell) if kind else cell for cell, kind in zip(row, table.numeric, strict=True)]
        for row in table.rows
    ]
    drawn = _Drawn(
        *(plain(section.title.text), section.deck, section.picture, section.source),
        *(table.head, rows, table),
    )
    return _file(drawn, form, name, address)


def _number(cell: str) -> float | str:
    """Return the number that a cell shows; the cell itself where it is none, such as a range."""
    try:
        return float(cell.replace(",", "").replace(MINUS, "-"))
    except ValueError:
        return cell


def _file(drawn: _Drawn, form: str, name: str, address: str) -> ServedAnswer | AnswerRows:
    if form == "csv":
        return AnswerRows(drawn.head, drawn.rows, name)
    if form == "xlsx":
        return ServedAnswer(_workbook(drawn, address), FILES["xlsx"], f"{name}.xlsx")
    # The rasteriser knows no CSS variables; a browser that shows the SVG follows light and dark.
    plainly = form != "svg"
    drawing = framed(drawn.picture, drawn.title, drawn.deck, [drawn.foot], plain=plainly)
    if form == "svg":
        return as_svg(drawing, name)
    if form == "card.png":
        # Without a name: sites that fetch it show it and do not save it.
        return ServedAnswer(raster(_card(drawing), scale=1), FILES["png"])
    scale = 1 if form == "1x.png" else 2
    return ServedAnswer(raster(drawing, scale=scale), FILES["png"], f"{name}.png")


def _card(drawing: str) -> str:
    """Place a drawing whole on a card of the size that sites show of a link."""
    width, height = _CARD
    inner = drawing.replace("<svg ", '<svg x="0" y="0" preserveAspectRatio="xMidYMid meet" ', 1)
    for name, size in zip(("width", "height"), _CARD, strict=True):
        # The first width and height are those of the outer element:
        # they become those of the card, and viewBox scales the rest.
        start = inner.index(f' {name}="') + len(name) + 3
        inner = inner[:start] + str(size) + inner[inner.index('"', start) :]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" fill="#ffffff"/>'
        f"{inner}</svg>"
    )


def _workbook(drawn: _Drawn, address: str) -> bytes:
    """Return title, source and address above the table, and a chart of its own where bars are."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError("XlsxWriter", "excel") from error
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        # Titles come from the address: "=HYPERLINK(...)"
        # must stay text. No temporary files on a server.
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    bold, share = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "0.0%"})
    money = workbook.add_format({"num_format": "#,##0"})
    sheet = workbook.add_worksheet("Data")
    for place, text in enumerate((drawn.title, drawn.deck, drawn.foot, address)):
        sheet.write_string(place, 0, text, bold if place == 0 else None)
    # Four lines above, an empty one, then the head.
    first = 5
    for column, name in enumerate(drawn.head):
        sheet.write_string(first, column, str(name), bold)
        kind = share if name in ("share", "low", "high") else money if name == "value" else None
        sheet.set_column(column, column, 16 if column else 12, None)
        for line, row in enumerate(drawn.rows, start=first + 1):
            cell = row[column]
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                sheet.write_number(line, column, cell, kind)
            elif cell is not None:
                sheet.write_string(line, column, str(cell))
    sheet.freeze_panes(first + 1, 0)
    if "share" in drawn.head and "name" in drawn.head:
        last = first + min(12, len(drawn.rows))
        columns = drawn.head.index("name"), drawn.head.index("share")
        graph = workbook.add_chart({"type": "bar"})
        graph.add_series(
            {
                "categories": ["Data", first + 1, columns[0], last, columns[0]],
                "values": ["Data", first + 1, columns[1], last, columns[1]],
            }
        )
        # The cell and not the text, which could read as a reference, also to another file.
        graph.set_title({"name": ["Data", 0, 0], "name_font": {"size": 11}})
        # Spreadsheet programs draw bars from the bottom up.
        graph.set_y_axis({"reverse": True})
        graph.set_legend({"none": True})
        sheet.insert_chart(first, len(drawn.head) + 1, graph)
    workbook.close()
    return out.getvalue()
