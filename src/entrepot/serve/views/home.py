"""Where a reader starts: a question in words, one answered, what changed, and what is loaded.

A question in words says how it was read, and its answer or what it leaves open. Kinds of question
have a small picture each, a sentence and its source. They are answered from what is loaded, or else
from what comes with the program.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlencode

from entrepot.claims.questions import read_question, with_periods
from entrepot.errors import EntrepotError, RequestError
from entrepot.figures import ask_many
from entrepot.figures.asking import EACH
from entrepot.figures.citation import titled
from entrepot.figures.statements import statements
from entrepot.goods import goods_list, goods_lists
from entrepot.goods.parse import everyday_goods, goods_words
from entrepot.lake import spans
from entrepot.lake.inventory import bundled, bundled_codes, is_bundled
from entrepot.model.areas import WORLD, area_name, area_phrase, areas, groups, possessive
from entrepot.model.display import agreed, day_text, figure_value, joined, number, per_cent
from entrepot.model.period import Period
from entrepot.report.amounts import bar_of
from entrepot.report.attribution import sources_line
from entrepot.report.breaks import break_of
from entrepot.report.charts import Chart, draw, drawn_at
from entrepot.report.charts.value_line import LinePoint, ValueLine
from entrepot.report.overview import dependence_map, suppliers_of
from entrepot.report.phrasing import about, capital, shown, span
from entrepot.serve.answer import BadAddressError, ServedAnswer, as_json
from entrepot.serve.request_body import asked, single
from entrepot.serve.service import resumed
from entrepot.serve.site import area_label, by_label, page
from entrepot.serve.views.market import broken_down, sources_differ
from entrepot.sources import is_own, source_info
from entrepot.sources.table.mapping import read_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.claims.result import Check, Verdict
    from entrepot.figures import Figure
    from entrepot.figures.asking import Each
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


MOST_FIGURES = 60
"""Figures of one series or panel."""


def within_limit(given: Mapping[str, Any], each: str, times: int = 1) -> None:
    """Raise if a series or panel has more figures than one answer.

    Counted before anything is computed: a span of days or a long list would hold a worker for its
    whole time.
    """
    if each in EACH:
        count = len(Period.parse(given["period"]).split(EACH[each])) or 1
        fewer = "a shorter period"
        fewer += f", or for years in place of each {each}" if each != "year" else ""
    else:
        count = str(given.get(each, "")).count("+") + 1
        fewer = "fewer areas"
    if times > 1 and each in EACH:
        fewer += ", or fewer areas"
    if count * times > MOST_FIGURES:
        raise RequestError(
            f"{count * times} figures at once",
            why=f"at most {MOST_FIGURES} fit into an answer",
            hint=f"ask for {fewer}",
        )


def question_data(lake: Lake, pairs: Sequence[tuple[str, str]]) -> ServedAnswer:
    """Answer a question as JSON, or say what it leaves open; nothing is guessed."""
    text = single(pairs, ("q",)).get("q")
    if text is None:
        raise BadAddressError("no question is asked", hint="add q=Who+supplied+Poland+in+2022")
    read = with_periods(read_question(text), lake)
    found: dict[str, Any] = {"read": read.to_dict(), "answered": False}
    if read.unsaid:
        return as_json(found)
    if read.each:
        within_limit(read.keys, read.each)
        keys: dict[str, Any] = dict(read.keys)
        panel = ask_many(read.measure, lake=lake, each=[cast("Each", read.each)], **keys)
        answered = any(one.value is not None for one in panel)
        return as_json(found | {"answered": answered, "answer": panel.to_dict()})
    figure = asked([("measure", read.measure), *read.keys.items()]).answered(lake)
    answered = figure.value is not None
    return as_json(found | {"answered": answered, "answer": figure.to_dict(values=False)})
