"""A country: what it buys, and from whom, as far as loaded data say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import narwhals as nw

from entrepot.figures.breakdown import (
    Breakdown,
    BreakdownPart,
    breakdown,
    largest_goods,
    shares_as_reported,
)
from entrepot.figures.definition import SIDES
from entrepot.figures.input_rows import input_years, is_inputs
from entrepot.figures.sides import ended
from entrepot.figures.statements import statements
from entrepot.goods.parse import goods_words
from entrepot.lake import fetch
from entrepot.lake.inventory import bundled_codes
from entrepot.model.areas import (
    WORLD,
    area,
    area_name,
    area_phrase,
    area_set,
    has_members,
    known_areas,
    pinned,
    possessive,
    trades_inside,
)
from entrepot.model.display import figure_value
from entrepot.model.period import Period
from entrepot.report.attribution import source_on_card, sources_line
from entrepot.report.brief_context import BriefContext, usual_goods
from entrepot.report.charts import draw
from entrepot.report.definitions import ADD_DATA
from entrepot.report.missing_value import data_needed
from entrepot.report.overview import (
    GOODS,
    NAMED,
    SHOWN,
    by_country,
    concentration,
    dependent_goods,
    dependents,
    is_place,
    largest_known,
    spread_between,
    suppliers_of,
)
from entrepot.report.parts import Note, Remark
from entrepot.report.phrasing import capital
from entrepot.report.sections.inputs import largest_origins
from entrepot.serve.answer import AnswerRows, NotFoundError
from entrepot.serve.service import resumed
from entrepot.serve.site import area_label, by_label, known_area, page
from entrepot.serve.views.figure import one_row
from entrepot.serve.views.home import Pair, bundled_pairs, home_page, pickers
from entrepot.serve.views.market import broken_down, choices, sources_differ, years_of
from entrepot.serve.views.search import named_goods, search

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set

    from entrepot.figures import Figure
    from entrepot.figures.definition import Definition, Side
    from entrepot.lake import Lake
    from entrepot.report.overview import Spread
    from entrepot.report.parts import Section
    from entrepot.serve.answer import ServedAnswer

MINERALS = ",".join(sorted(bundled_codes()))
"""Goods of which every country's trade in one year comes with the program."""
_TABS = (
    ("chpl", "High-priority goods"),
    ("eu-xxiii", "EU industrial goods"),
    ("cn-controls", "China’s export controls"),
)
"""Lists of which every reader asks."""
SECTIONS = ("suppliers", "dependent-goods", "concentration", "dependents")
"""Sections with a chart."""
_USUAL = ("CHN", "USA", "EU27", "coalition")
"""Suppliers of whom every reader asks."""
_LARGEST = 5
"""Of the largest suppliers, how many have a share at once."""
_ASKED = 12
"""Shares at once: each, with its range, is a question of its own. Others are a link away."""
_NAMED = 20
"""Further suppliers that are named."""
_YEARS = 8
"""Years that are looked through for one with a value, newest first."""


def get_ready(lake: Lake) -> None:
    """Read what most answers need, so that the first reader does not wait for it."""
    home_page(lake)
    search("russia")
    pairs = bundled_pairs(lake)
    context = BriefContext(lake)
    years = [Period.parse(year) for year in context.years()][:_YEARS]
    for importer, exporter, *_ in pairs[:1]:
        _first(context, "import_share", years, importer=importer, exporter=exporter, goods="chpl")


def country_page(
    lake: Lake,
    importer: str,
    goods: str,
    period: str = "",
    source: str = "",
    *,
    complete: bool = False,
) -> ServedAnswer:
    """Return the page of a country: its suppliers, its dependent goods, who depends on it.

    Parameters
    ----------
    goods
        As a definition or a reader names them; empty for all, or for what there is.
    complete
        Whether shares have their ranges and years their concentration, which takes as many
        questions; without them the page is there at once, and leads there.
    """
    goods, sold, parts = _parts(lake, importer, goods, period, source, complete=complete)
    chosen = {"goods": goods} | ({"period": period} if period else {})
    query = urlencode(chosen, safe=":@,")
    exact = urlencode(chosen | ({"source": source} if source else {}), safe=":@,")
    when = sold.definition.period if sold else Period.parse(period or date.today().year)
    tabs = [("all", "All goods"), (MINERALS, "Critical minerals"), *_TABS]
    return page(
        "country.html.j2",
        "/countries",
        importer=importer,
        label=area_label(importer),
        name=area_phrase(importer),
        whose=possessive(area_phrase(importer)),
        goods=goods,
        goods_name=goods_words(goods),
        base=f"/country/{importer}",
        is_complete=complete,
        rest=f"/country/{importer}/whole?{exact}",
        query=query,
        exact=exact,
        members=_members(importer, when),
        **choices(lake, goods, sold, period),
        tabs=[(key, words, key == goods) for key, words in tabs],
        drawings={one.id: draw(one.picture, one.table) for one in parts["sections"] if one.picture},
        **pickers(),
        **parts,
    )


def country_section(
    lake: Lake,
    importer: str,
    name: str,
    goods: str,
    period: str = "",
    source: str = "",
    *,
    complete: bool = False,
) -> Section:
    """Return a section with its chart as the page or the complete one has it.

    Raises
    ------
    NotFoundError
        For one that no page of a country has, or not this one.
    """
    if name in SECTIONS:
        *_, parts = _parts(lake, importer, goods, period, source, complete=complete)
        sections: list[Section] = parts["sections"]
        for one in sections:
            if one.id == name:
                return one
    raise NotFoundError(f"there is no chart of {name}", hint=f"charts: {', '.join(SECTIONS)}")


def _parts(
    lake: Lake, importer: str, goods: str, period: str, source: str, *, complete: bool
) -> tuple[str, Breakdown | None, dict[str, Any]]:
    """Return the goods of the page, all their suppliers where known, and what the page shows."""
    known_area(importer)
    goods, sold = _market(lake, importer, named_goods(goods), period, source)
    parts: dict[str, Any] = {"sections": [], "figures": [], "apart": [], "further": []}
    parts |= {"suppliers": [], "unknown": [], "answer": "", "followed": [], "is_ended": False}
    parts |= {"need": "", "step": ADD_DATA, "sent": [], "origins": []}
    # No source with one value for each flow: shares are asked one by one, as single reports allow.
    if sold is None:
        goods = goods or usual_goods(importer)
        parts |= _from_single_reports(lake, importer, goods, period, source, complete=complete)
        return goods, None, parts
    return goods, sold, parts | _from_breakdowns(lake, importer, sold, complete=complete)


def _members(importer: str, when: Period) -> list[tuple[str, str]]:
    """Return code and name of the members of a group; nothing for a single country."""
    found = sorted(area_set(importer, when.end))
    return by_label(found) if len(found) > 1 else []


def _market(
    lake: Lake, importer: str, goods: str, period: str, source: str
) -> tuple[str, Breakdown | None]:
    """Return the goods of the page and all their suppliers: where none are named, what there is."""
    # Without a source of all goods there are still the bundled minerals.
    for one in [goods] if goods else ["all", MINERALS]:
        found = broken_down(
            "import_share", "exporter", lake, one, period, source=source, importer=importer
        )
        if found:
            return one, found
    return goods, None


def _year_before(lake: Lake, importer: str, sold: Breakdown) -> Breakdown | None:
    """Return the suppliers of the newest earlier year that the same source has; None for none."""
    asked = sold.definition
    for year in years_of(lake, asked.goods):
        if year < asked.period.year:
            found = broken_down(
                "import_share", "exporter", lake, asked.goods, str(year), importer=importer
            )
            if found is not None and found.definition.source == asked.source:
                return found
    return None


def _from_breakdowns(
    lake: Lake, importer: str, sold: Breakdown, *, complete: bool
) -> dict[str, Any]:
    """Return the sections of a country of which all trade of a year is loaded."""
    asked = sold.definition
    keys = {"goods": asked.goods, "period": str(asked.period), "source": asked.source}
    countries, _ = by_country(sold.parts)
    named = countries[:NAMED]
    others: dict[str, list[float]] = {one.code: [] for one in named}
    over_time = None
    if complete:
        either = shares_as_reported(sold, lake)
        others = {code: _reported(either, code) for code in others}
        # A dozen shares with ranges may exceed the time
        # of one question; asked again, the page goes on.
        with resumed(lake, "country", importer, asked.goods, str(asked.period)) as context:
            for one in named:
                share = context.ask("import_share", importer=importer, exporter=one.code, **keys)
                others[one.code] += [end for end in (share.low, share.high) if end is not None]
            found = [
                context.value("hhi", importer=importer, **(keys | {"period": str(year)}))
                for year in years_of(lake, asked.goods, asked.source or "")[:_YEARS]
            ]
            over_time = concentration(found, lake)
    ranged = {one.code: spread_between(one.value, others[one.code]) for one in named}
    before = _year_before(lake, importer, sold)
    goods = breakdown("top_supplier", "product", lake, importer=importer, **keys)
    buyers = breakdown("import_share", "importer", lake, exporter=importer, **keys)
    shown = [one.code for one in goods.parts if one.traded >= SHOWN][:GOODS]
    # What other reports say takes longer than all that is drawn here.
    goods_as_reported = shares_as_reported(goods, lake, shown) if complete else {}
    buyers_as_reported = shares_as_reported(buyers, lake) if complete else {}
    listed = [
        suppliers_of(sold, lake, ranged, before=before),
        dependent_goods(goods, lake, goods_as_reported),
        over_time,
        dependents(buyers, lake, buyers_as_reported, largest_goods(buyers, lake)),
    ]
    of = "goods" if asked.goods == "all" else goods_words(asked.goods)
    answer = (
        f"{capital(area_phrase(importer))} imported {of} worth "
        f"**{figure_value(sold.total, asked.currency)}** in {asked.period}."
    )
    for first in countries[:1]:
        answer += (
            f" {capital(area_phrase(first.code))} was the {largest_known(sold)} supplier with "
            f"**{figure_value(first.value, 'share')}**."
        )
    answer += f" {sources_differ(sold, lake)}" if complete else ""
    return {
        "sections": [one for one in listed if one],
        "answer": answer.strip(),
        "suppliers": _briefs(sold),
    }


def _briefs(sold: Breakdown) -> list[tuple[str, str, str, Definition]]:
    """Return code, name, share and question of the largest suppliers, each with a brief."""
    return [
        (
            one.code,
            area_phrase(one.code),
            figure_value(one.value, "share"),
            sold.definition_of(one.code),
        )
        for one in by_country(sold.parts)[0][:NAMED]
    ]


def _reported(either: Mapping[Side, Mapping[str, float]], code: str) -> list[float]:
    return [shares[code] for shares in either.values() if code in shares]


def _from_single_reports(
    lake: Lake, importer: str, goods: str, period: str, source: str, *, complete: bool
) -> dict[str, Any]:
    """Return what single reports tell of the suppliers of a country: all of one year, then ranges.

    The ranges take a question for each supplier, so only the complete page has them.
    """
    with resumed(lake, "country", importer, goods, period, source) as context:
        largest = largest_supplier(context, importer, goods, period, source)
    found: list[Figure] = []
    further: list[str] = []
    if complete:
        context, found, further = _shares(lake, importer, goods, period, source)
    # By identity: a Figure's own definition names the
    # source that was chosen, the question does not.
    questions = {id(figure): asked for asked, figure in context.questions}
    alike, others = _ranked(found)
    known, apart = ([(questions[id(one)], one) for one in figures] for figures in (alike, others))
    parts: dict[str, Any] = {
        "figures": [(*pair, area_phrase(pair[1].definition.exporter)) for pair in known],
        "apart": [(*pair, area_phrase(pair[1].definition.exporter)) for pair in apart],
        "unknown": _with_names(one.definition.exporter for one in found if one.status != "ok"),
        "further": _with_names(further),
    }
    if sold := as_breakdown(largest):
        ranges = {
            one.definition.exporter: spread_between(one.value, (one.low, one.high))
            for one in alike
            if one.value is not None and one.low is not None and one.high is not None
        }
        first, of = sold.parts[0], "" if goods == "all" else f" of {goods_words(goods)}"
        parts["sections"] = [suppliers_as_reported(sold, largest, lake, ranges)]
        # The complete page has the same shares with their ranges, and a table of all further ones.
        parts["suppliers"] = [] if known else _briefs(sold)
        parts["answer"] = (
            f"{capital(area_phrase(first.code))} was {possessive(area_phrase(importer))} "
            f"{largest_known(sold)} supplier{of} in {sold.definition.period}, with "
            f"**{figure_value(first.value, 'share')}** of its imports."
        )
    elif gone := ended([importer], Period.parse(period).start if period else date.today()):
        # What is computed for the complete page are shares of today.
        parts |= {"answer": "" if known else f"{gone}.", "unknown": [], "further": []}
        parts["is_ended"] = True
        parts["followed"] = by_label(area(importer).successors) if importer in known_areas() else []
    elif not complete:
        parts["answer"] = "The shares of its suppliers are being computed, one by one."
    elif found and not (known or apart):
        parts |= _without_share(lake, found, goods, period)
    return parts


def _without_share(lake: Lake, found: Sequence[Figure], goods: str, period: str) -> dict[str, Any]:
    """Return what is said where no share has a value: the data it takes, and what is known.

    These are deliveries, which take no total, and who makes what the industries buy.
    """
    asked = [one.definition for one in found]
    importer = asked[0].importer
    with resumed(lake, "country", importer, goods, period) as context:
        years = [Period.parse(one) for one in ([period] if period else context.years()[:_YEARS])]
        keys = {"importer": importer, "goods": goods, "source": asked[0].source}
        sent = [
            _first(context, "value", years, is_ranged=False, exporter=one.exporter, **keys)
            for one in asked
        ]
        tables = [one for one in input_years(lake) if not period or one == years[0]]
        origins = [
            (area_phrase(one.definition.exporter), one.definition, one)
            for table in tables[:1]
            for one in largest_origins(context, importer, table)
            if one.value
        ]
    worth = sorted((one for one in sent if one.value), key=lambda one: -(one.value or 0))
    named = [(area_phrase(one.definition.exporter), one.definition, one) for one in worth]
    return {"need": data_needed(goods), "sent": named, "origins": origins}


def as_breakdown(largest: Figure) -> Breakdown | None:
    """Return the suppliers behind a largest one as a breakdown by exporter; None without any.

    Countries come first, then what is of none and has its part in the total all the same.
    """
    rows = [row for row in largest.rows() if row.get("share")] if largest.status == "ok" else []
    who = largest.definition.named_by or "exporter"
    countries, nowhere = by_country(
        BreakdownPart(str(row[who]), float(row["share"]), float(row["value"]), {}) for row in rows
    )
    if not countries:
        return None
    parts = (*countries, *nowhere)
    # Of the shares and not of the rows: a total may have partners that are in no row.
    total = parts[0].traded / parts[0].value
    asked = largest.definition.but(measure="import_share", exporter=WORLD)
    return Breakdown(asked, "exporter", parts, total)


def suppliers_as_reported(
    sold: Breakdown,
    largest: Figure,
    lake: Lake,
    ranges: Mapping[str, Spread | None],
    *,
    most: int = NAMED,
) -> Section:
    """Return the suppliers as ranked bars, with whose report it is in place of a reconciliation."""
    section = suppliers_of(sold, lake, ranges, most=most)
    of_whom = ("one-report", "largest-differs")
    whose = tuple(Remark(one.text) for one in largest.caveats if one.id in of_whom)
    doubts = tuple(Remark(one.text) for one in largest.caveats if one.id == "doubtful-row")
    notes = [Note("Known doubt", doubts)] if doubts else []
    notes += [*section.notes, *([Note("Whose report", whose)] if whose else [])]
    return replace(section, notes=tuple(notes), source=sources_line([largest], lake))


def _ranked(found: list[Figure]) -> tuple[list[Figure], list[Figure]]:
    """Return the shares of one year and source, most of them and the newest; and all others.

    Only the first can be ranked: a share of another year or source may be larger for that alone.
    """
    groups: dict[tuple[Period, str], list[Figure]] = {}
    for one in found:
        if one.status == "ok":
            groups.setdefault((one.definition.period, source_on_card(one)), []).append(one)
    if not groups:
        return [], []
    most = max(groups, key=lambda key: (len(groups[key]), key[0].end))
    rest = [one for key, figures in groups.items() if key != most for one in figures]
    return groups[most], sorted(rest, key=lambda one: area_phrase(one.definition.exporter))


def _with_names(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, area_phrase(code)) for code in codes]


def country_table(
    lake: Lake, importer: str, goods: str, period: str = "", source: str = ""
) -> AnswerRows:
    """Return the shares of the page as a table."""
    known_area(importer)
    goods, sold = _market(lake, importer, named_goods(goods), period, source)
    if sold is None:
        goods = goods or usual_goods(importer)
        with resumed(lake, "country", importer, goods, period, source) as context:
            sold = as_breakdown(largest_supplier(context, importer, goods, period, source))
    if sold is None:
        alike, others = _ranked(_shares(lake, importer, goods, period, source)[1])
        return one_row([*alike, *others], f"suppliers-{importer}")
    asked = sold.definition
    head = ["importer", "exporter", "name", "goods", "period", "source", "share", "value", "unit"]
    rows = [
        [
            *(importer, one.code, area_name(one.code), goods, str(asked.period), asked.source),
            *(one.value, one.traded, asked.currency),
        ]
        for one in sold.parts
    ]
    return AnswerRows(head, rows, f"suppliers-{importer}")


def _shares(
    lake: Lake, importer: str, goods: str, period: str = "", source: str = ""
) -> tuple[BriefContext, list[Figure], list[str]]:
    """Return shares, the largest first, and whom else to ask.

    Each is of the period that was asked for, else of its newest year with a value.
    """
    known_area(importer)
    with resumed(lake, "country", importer, goods, period, source) as context:
        wanted = [period] if period else context.years()[:_YEARS]
        years = [Period.parse(one) for one in wanted]
        # A group with other members in other years would make its shares of two years incomparable.
        keys: dict[str, Any] = {"importer": _pinned(importer, years), "goods": goods}
        # An answer of another source is none to a question that names one.
        keys |= {"source": source} if source else {}
        largest = largest_supplier(context, importer, goods, period, source)
        # A link to a brief has no year, so that it is of the newest one.
        newest = max(Period.parse(year).end for year in context.years())
        asked, further = _suppliers(largest, importer, bundled_pairs(lake), newest)
        # A usual supplier may be a group that did not exist yet.
        sellers = [_pinned(one, years) for one in asked if has_members(one, years[0].end)]
        if largest.status == "ok":  # first the year of the ranking, in which shares compare
            years = list(dict.fromkeys([largest.definition.period, *years]))
        found = [_first(context, "import_share", years, exporter=one, **keys) for one in sellers]
    # Shares are 0 to 1, so 1 puts what has no value behind all others, which are 0 or below.
    return context, sorted(found, key=lambda one: 1 if one.value is None else -one.value), further


def largest_supplier(
    context: BriefContext, importer: str, goods: str, period: str = "", source: str = ""
) -> Figure:
    """Return the largest supplier of a year, or of the newest with one; all are in its rows."""
    years = [Period.parse(year) for year in context.years()][:_YEARS]
    keys: dict[str, Any] = {"importer": _pinned(importer, years), "goods": goods}
    keys |= {"source": source} if source else {}
    if period:
        return context.value("top_supplier", period=period, **keys)
    return _first(context, "top_supplier", years, is_ranged=False, **keys)


def _first(
    context: BriefContext, measure: str, years: list[Period], *, is_ranged: bool = True, **keys: Any
) -> Figure:
    """Return the first Figure with a value, else that of the first year.

    Where the first year has none, of the others only those are asked in which something is held
    of both sides: a question without an answer takes as long as one with.
    """
    ask = context.ask if is_ranged else context.value
    first = context.value(measure, period=years[0], **keys)
    # Only now with its range, which takes most of the time of a question.
    if first.status == "ok":
        return ask(measure, period=years[0], **keys)
    worth = years[1:]
    # Input-output tables have no rows of flows that could be looked through.
    for side in () if is_inputs(first.definition) else SIDES:
        area = keys.get(side)
        # `years_reported` looks for a single area; a group would take a query for each member.
        if worth and area and len(area_set(area, years[0].end)) == 1:
            reported = years_reported(context.lake, side, area)
            worth = [year for year in worth if year.year in reported]
    for year in worth:
        found = ask(measure, period=year, **keys)
        if found.status == "ok":
            return found
    return first


def _pinned(area: str, years: list[Period]) -> str:
    """Return an area that is the same in all years: groups with the members of the newest."""
    return pinned(area, years[0].end, years[-1].start)


def _suppliers(
    largest: Figure, importer: str, in_print: Iterable[Pair], on: date
) -> tuple[list[str], list[str]]:
    """Return whose shares to ask for, and further suppliers, most trade or most in print first.

    Nobody who is a member of the importer on a day: a brief is of suppliers from outside.
    """
    named = (str(row["exporter"]) for row in largest.table)
    sellers = [one for one in named if is_place(one)]
    ranked = sorted(in_print, key=lambda pair: -pair.numbers)
    printed = [pair.exporter for pair in ranked if pair.importer == importer]
    asked = _others(importer, [*sellers[:_LARGEST], *_USUAL, *printed], on)
    further = _others(importer, [*asked, *sellers], on)[len(asked) :]
    return asked[:_ASKED], [*asked[_ASKED:], *further][:_NAMED]


def _others(area: str, sellers: Iterable[str], on: date) -> list[str]:
    named = [one for one in dict.fromkeys(sellers) if one not in (WORLD, area)]
    return [one for one in named if not trades_inside(area, one, on)]


def years_reported(lake: Lake, side: Side, area: str) -> Set[int]:
    """Return the years of which rows or numbers in print have an area on a side of the trade.

    Parameters
    ----------
    area
        A single area.
    """
    # Kept as long as the state of the lake.
    return lake.remembered.get(("years reported", side, area), lambda: _found(lake, side, area))


def _found(lake: Lake, side: Side, area: str) -> Set[int]:
    flows = dict.fromkeys(one.source for one in lake.holdings() if one.table == "flows")
    found = {row.period.year for row in statements("all", lake) if getattr(row, side) == area}
    for source in flows:
        rows = lake.flows(source, by=side).filter(nw.col(side) == area)
        found |= {day.year for day, _ in fetch(rows.group_by("period").agg(nw.len()))}
    return found
