"""Where a reader starts: a question in words, one answered, what changed, and what is loaded."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from entrepot.errors import EntrepotError
from entrepot.figures.citation import titled
from entrepot.figures.statements import statements
from entrepot.goods import goods_lists
from entrepot.goods.parse import everyday_goods, goods_words
from entrepot.lake import spans
from entrepot.lake.bundled import bundled, bundled_codes, is_bundled
from entrepot.model.areas import (
    WORLD,
    area_name,
    area_phrase,
    areas,
    groups,
    possessive,
)
from entrepot.model.display import agreed, joined
from entrepot.report.amounts import bar_of
from entrepot.report.attribution import sources_line
from entrepot.report.charts import draw, drawn_at
from entrepot.report.openers import checked_example, list_over_time, pair_over_time
from entrepot.report.overview import dependence_map, suppliers_of
from entrepot.report.phrasing import about, capital, shown, span
from entrepot.serve.language import area_label, by_label
from entrepot.serve.service import resumed
from entrepot.serve.site import page
from entrepot.serve.views.market import broken_down, sources_differ
from entrepot.sources import is_own, source_info
from entrepot.sources.table.mapping import read_mapping

if TYPE_CHECKING:
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.serve.answer import ServedAnswer

_EXAMPLE = {"importer": "DEU", "exporter": "CHN", "goods": "850511"}
"""Answered on the first page; its data come with the program."""
_CHANGES = 4
_SUPPLIERS = 5
"""Suppliers of the example that are named."""


class Pair(NamedTuple):
    """A buyer and a seller of whom published figures are known."""

    importer: str
    exporter: str
    numbers: int
    first: int
    last: int


class Change(NamedTuple):
    """Something new: since when, of which kind, what, and its address."""

    day: date
    kind: str
    text: str
    address: str


def home_page(lake: Lake) -> ServedAnswer:
    """Return the first page."""
    return page(
        "home.html.j2",
        "/",
        **question(),
        **_answered(lake),
        **_openers(lake),
        loaded=_loaded(lake),
        changes=_changes(lake),
    )


def question() -> dict[str, object]:
    """Return the question of the first page, which needs no data."""
    importer, supplier, goods = _EXAMPLE.values()
    asked = {"importer": area_label(importer), "supplier": area_label(supplier)}
    return {"example": asked | {"goods": capital(goods_words(goods))}, **pickers()}


def pickers() -> dict[str, object]:
    """Return names for the fields of a question: countries and groups, goods and lists."""
    gone = ("aggregate", "special", "historical")
    named = [name for _, name in by_label(one.code for one in areas() if one.kind not in gone)]
    lists = [one.short for one in goods_lists(skip_broken=True)]
    goods = ["all goods", *(one.name for one in everyday_goods() if one.words), *lists]
    return {
        "area_names": [*(one.name for one in groups()), *named],
        "goods_names": [capital(one) for one in goods],
    }


def _openers(lake: Lake) -> dict[str, object]:
    """Return the other kinds of question, each with its small picture."""
    with resumed(lake, "home", "over time") as context:
        found = {"over_time": pair_over_time(context), "listed": list_over_time()}
    return {
        "openers": found,
        "small": {name: drawn_at("small", one.picture) for name, one in found.items() if one},
        "checked": checked_example(),
    }


def _answered(lake: Lake) -> dict[str, object]:
    """Return the example: its Figure, the largest suppliers, and the map of the supplier."""
    importer, supplier, goods = _EXAMPLE.values()
    with resumed(lake, "home", goods) as context:
        sold = broken_down("import_share", "exporter", lake, goods, importer=importer)
        bought = broken_down("import_share", "importer", lake, goods, exporter=supplier)
        if sold is None or bought is None:  # the bundled rows are part of the program
            raise EntrepotError("the bundled trade in minerals cannot be read")
        asked = sold.definition
        # One number for one thing on one page: that of the map, in the range over all sources.
        any_source = context.ask("import_share", **_EXAMPLE, period=asked.period)
        share = context.ask("import_share", **_EXAMPLE, period=asked.period, source=asked.source)
        ranked = suppliers_of(sold, lake, most=_SUPPLIERS)
        mapped = dependence_map(bought, lake, importer)
    buyer, seller = area_phrase(importer), area_phrase(supplier)
    ranged = replace(any_source, value=share.value)
    drawn = {one.id: draw(one.picture, one.table) for one in [mapped] if one.picture}
    return {
        "finding": f"{capital(seller)} supplied {about(share)} of the {goods_words(goods)} that "
        f"{buyer} imported in {asked.period}",
        "share": any_source,
        "digits": shown(share),
        "bar": bar_of(ranged),
        "range": span(ranged),
        "differ": sources_differ(sold, lake),
        "ranked": ranked,
        "mapped": mapped,
        "drawings": drawn,
        "source": sources_line([share], lake),
        "map_query": urlencode({"show": "map", "supplier": supplier, "goods": goods}),
        "brief": f"/country/{importer}/from/{supplier}?goods={goods}",
        "others": (f"/country/{importer}", f"{possessive(area_phrase(importer))} other goods"),
        "world": (f"/goods/{goods}", f"All exporters of {goods_words(goods)}"),
    }


def _loaded(lake: Lake) -> list[str]:
    """Return in words what is loaded, and what comes with the program."""
    found: dict[str, set[Period]] = defaultdict(set)
    for one in lake.holdings():
        if one.counts and not is_bundled(one.source):
            # `current` leaves out years of which a later release has taken the place.
            found[one.source].update(one.current or one.periods)
    # There is one bundled partition; a second would need another sentence and fails here.
    [extract] = bundled().partitions
    printed = sum(1 for _ in statements("published", lake))
    own = (
        f"trade in **{len(bundled_codes())} critical minerals** "
        f"for {extract.period} ({extract.exporters} exporters, {extract.importers} importers), "
        f"**{printed:,} published figures** and {len(goods_lists(skip_broken=True))} dated lists "
        "of controlled goods"
    )
    words = [
        f"**{_title(source, lake)}** {spans(sorted(periods))}"
        for source, periods in sorted(found.items())
        if periods
    ]
    # Descriptions, links between editions: they answer no question on their own.
    if tables := sum(not periods for periods in found.values()):
        words.append(agreed(tables, "reference table", "reference tables"))
    return [f"Loaded: {joined(words)}." if words else "", f"Included in the program: {own}."]


def _title(source: str, lake: Lake) -> str:
    if is_own(source):
        # The newest mapping that names one: each delivery is read with a mapping of its own.
        read = [read_mapping(one.mapping) for one in lake.holdings(source) if one.mapping]
        named = [one.publisher for one in read if one.publisher]
        name = source.partition(".")[2]
        return f"own table {name} ({named[-1] if named else 'publisher not named'})"
    try:
        info = source_info(source)
    except EntrepotError:
        return source
    # A publisher of several words is on the page of the data, to which this leads.
    return info.title.partition(",")[0] if " " in info.publisher else titled(info)


def _changes(lake: Lake) -> list[Change]:
    """Return what was listed, and what was loaded, last; the newest first."""
    found = []
    today = date.today()
    for one in goods_lists(skip_broken=True):
        # Entries with neither day were only seen in a
        # reading, which says nothing about when they changed.
        days = Counter(entry.starts for entry in one.history if entry.adopted or entry.applies)
        for day, codes in days.items():
            if day <= min(today, one.known_until):  # what is announced for later may not come
                noun = "code" if codes == 1 else "codes"
                found.append(
                    Change(
                        day,
                        "List changed",
                        f"{capital(one.short)}: {codes} {noun} listed",
                        f"/goods/{one.id}",
                    )
                )
    for item in lake.holdings():
        if item.added_on and item.periods:
            found.append(
                Change(
                    # Without its time of day, which `added_on` may have.
                    date.fromisoformat(item.added_on[:10]),
                    "Data loaded",
                    f"{_title(item.source, lake)}, {spans(item.periods)}",
                    "/data",
                )
            )
    # dict.fromkeys: files of one load have the same line.
    return sorted(dict.fromkeys(found), key=lambda one: (one.day, one.text), reverse=True)[
        :_CHANGES
    ]


def countries_page(lake: Lake) -> ServedAnswer:
    """Return the page of all countries and groups, and of pairs with published figures."""
    pairs = sorted(bundled_pairs(lake), key=lambda pair: (-pair.numbers, pair))
    named = [one for one in areas() if one.kind in ("country", "territory")]
    return page(
        "countries.html.j2",
        "/countries",
        groups=[(one.code, one.name) for one in groups()],
        countries=by_label(one.code for one in named),
        pairs=[(pair, area_name(pair.importer), area_name(pair.exporter)) for pair in pairs],
    )


def bundled_pairs(lake: Lake) -> list[Pair]:
    """Return buyers and sellers with a published value or share."""
    return lake.remembered.get("published pairs", lambda: _in_print(lake))


def _in_print(lake: Lake) -> list[Pair]:
    years = defaultdict(list)
    for row in statements("all", lake):
        if row.measure in ("value", "import_share", "export_share", "growth"):
            years[row.importer, row.exporter].append(row.period.year)
    # Each area is tried once, and not in every pair.
    named = {side for side in {side for pair in years for side in pair} if _is_named(side)}
    return [
        Pair(*pair, len(found), min(found), max(found))
        for pair, found in years.items()
        if named.issuperset(pair) and pair[0] != pair[1]
    ]


def _is_named(area: str) -> bool:
    """Whether a brief can be asked of an area."""
    try:
        return area != WORLD and bool(area_name(area))
    except EntrepotError:
        return False
