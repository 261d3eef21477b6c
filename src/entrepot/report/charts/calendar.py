"""Who reported when: a row a reporter, a cell a year, imports above and exports below."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.citation import data_set, source_name
from entrepot.model.areas import area_name, area_set, stopped, stopped_in
from entrepot.report import phrasing
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import StandaloneChart, asked_years
from entrepot.report.charts.drawing import labels, lines, rects, render, wrapped
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from entrepot.lake import InventoryItem, Lake
    from entrepot.model.period import Period
    from entrepot.report.charts.drawing import MarkLayer


@dataclass(frozen=True, slots=True)
class ReporterYears:
    """Who reported what in each year: parts of the year, 0 to 1, for imports and for exports.

    `note` says what a reader should know of this reporter, such as when it stopped reporting.
    """

    name: str
    imports: tuple[float, ...]
    exports: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which reporters reported which years."""

    years: tuple[int, ...]
    rows: tuple[ReporterYears, ...]

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


HALF = 8.0
"""Height of the half of a cell that is imports, or exports."""
TOP = 50.0
GAP = 3.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, most room for names, height of a row; names and notes above cells if narrow."""

    width: int
    names: int
    row: int
    above: bool


PLANS = {"wide": _Plan(852, 250, 26, above=False), "narrow": _Plan(360, 0, 44, above=True)}
NARROWEST, WIDEST = 12.0, 56.0
"""Width of a cell."""
LINE = 16.0
"""Height of a line of words above cells."""


def _draw(data: Calendar, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    end = TOP
    layers = [*_key(data, plan), *_years(data, plan)]
    for row in data.rows:
        end += plan.row + (LINE * (len(_above(row, plan)) - 1) if plan.above else 0)
        between = 0 if plan.above else (plan.row - 2 * HALF - 1) / 2
        layers += _row(row, data, plan, end - 2 * HALF - 1 - between)
    return render(layers, width=plan.width, height=round(end + 8), name=name, alt_text=alt_text)


def _left(data: Calendar, plan: _Plan) -> float:
    """Return where the cells begin: behind the longest name, as far as narrow cells leave room."""
    if plan.above:
        return 0.0
    notes = max((text_width(row.note) for row in data.rows), default=0.0) + 12
    room = max(plan.names, plan.width - 12 - NARROWEST * len(data.years) - notes)
    return min(room, max((text_width(row.name) for row in data.rows), default=0.0)) + 12


def _notes(data: Calendar, plan: _Plan) -> float:
    """Return the room that notes at the right take; cells are as narrow as that needs."""
    if plan.above:
        return 0.0
    most = plan.width - _left(data, plan) - NARROWEST * len(data.years)
    return min(most, max((text_width(row.note) for row in data.rows), default=0.0) + 12)


def _cell(data: Calendar, plan: _Plan) -> float:
    room = plan.width - _left(data, plan) - _notes(data, plan)
    return min(WIDEST, room / len(data.years))


def _x(data: Calendar, plan: _Plan, place: int) -> float:
    return _left(data, plan) + place * _cell(data, plan)


def _key(data: Calendar, plan: _Plan) -> list[MarkLayer]:
    """Show what the halves of a cell are, above the years."""
    x = _left(data, plan)
    second = x + 34 + text_width("imports reported") + 18
    imports = {"x": x, "x2": x + 26, "y": 1, "y2": 1 + HALF}
    exports = {"x": second, "x2": second + 26, "y": 2 + HALF, "y2": 2 + 2 * HALF}
    grounds = [
        {"x": place, "x2": place + 26, "y": y, "y2": y + HALF}
        for place in (x, second)
        for y in (1, 2 + HALF)
    ]
    texts = [
        {"x": x + 32, "y": 14, "text": "imports reported"},
        {"x": second + 32, "y": 14, "text": "exports reported"},
    ]
    return [
        *rects(grounds, style="ground"),
        *rects([imports, exports], style="context"),
        *labels(texts, style="note"),
    ]


def _years(data: Calendar, plan: _Plan) -> list[MarkLayer]:
    cell = _cell(data, plan)
    short = cell < text_width("2024") + 6
    step = 1
    while cell * step < text_width("\u201924" if short else "2024") + 6:
        step += 1
    rows = []
    for place in range(len(data.years) - 1, -1, -step):
        year = data.years[place]
        text = f"\u2019{year % 100:02d}" if short else str(year)
        middle = _x(data, plan, place) + (cell - GAP) / 2
        # The last year may be wider than its cell and must not leave the drawing.
        x = min(middle, plan.width - text_width(text) / 2)
        rows.append({"x": x, "y": TOP - 8, "text": text, "align": "center"})
    return labels(rows, style="note")


def _row(row: ReporterYears, data: Calendar, plan: _Plan, top: float) -> list[MarkLayer]:
    cell = _cell(data, plan) - GAP
    filled, grounds, absent = [], [], []
    for place, year in enumerate(data.years):
        x = _x(data, plan, place)
        reported = (
            ("imports", row.imports[place], top),
            ("exports", row.exports[place], top + HALF + 1),
        )
        # A dash and no empty cell, which would look like a report of nothing.
        if not any(part for _, part, _ in reported):
            y = top + HALF + 0.5
            absent.append({"x": x + cell / 2 - 3, "x2": x + cell / 2 + 3, "y": y, "y2": y})
            continue
        for side, part, y in reported:
            grounds.append({"x": x, "x2": x + cell, "y": y, "y2": y + HALF})
            if part:
                bar = {"x": x, "x2": x + cell * part, "y": y, "y2": y + HALF}
                said = {"title": _title(row, year, side, part), "of": (row.name,)}
                filled.append(bar | said)
    return [
        *rects(grounds, style="ground"),
        *lines(absent, style="leader"),
        *rects(filled, style="context"),
        *_words(row, data, plan, top),
    ]


def _title(row: ReporterYears, year: int, side: str, part: float) -> str:
    months = "" if part == 1 else f", {round(part * 12)} months"
    return f"{row.name}, {year}: {side}{months}"


def _above(row: ReporterYears, plan: _Plan) -> list[tuple[str, str]]:
    """Return the lines that stand above the cells, and their styles; a note has one of its own."""
    names = [(text, "label") for text in wrapped(row.name, plan.width, most=2)]
    return [*names, (row.note, "note")] if row.note else names


def _words(row: ReporterYears, data: Calendar, plan: _Plan, top: float) -> list[MarkLayer]:
    if plan.above:
        return [
            layer
            for place, (text, style) in enumerate(reversed(_above(row, plan)))
            for layer in labels(
                [{"x": 0, "y": top - 6 - LINE * place, "text": cut(text, plan.width)}], style=style
            )
        ]
    middle = top + HALF + 5
    names = _left(data, plan) - 12
    name = {"x": names, "y": middle, "text": cut(row.name, names), "align": "right"}
    layers = labels([name], style="label")
    if row.note:
        x = _x(data, plan, len(data.years)) + 8
        text = cut(row.note, plan.width - x)
        layers += labels([{"x": x, "y": middle, "text": text}], style="note")
    return layers


# Who reported when: the years that each reporter reported, from the catalog of the lake.


DECK = (
    "One cell per year, filled by the share of months reported. Dash: not reported, or values of "
    "others under the country's name."
)

ALIKE = 3
"""From so many reporters on that reported the same years, they share one row."""
MOST = 30
READS = ("importer", "exporter", "source", "period")


def calendar_chart(lake: Lake, since: int | None, keys: dict[str, Any]) -> StandaloneChart:
    """Return which reporters reported which years, in the sources of single reports.

    `importer` and `exporter` narrow it to these reporters of imports, or of exports.

    Raises
    ------
    RequestError
        For a key that it does not read.
    NoEvidenceError
        If the lake holds no single reports.
    """
    extra = [name for name, value in keys.items() if value is not None and name not in READS]
    if extra:
        raise RequestError(
            f"the calendar of reporters has no {extra[0]}", hint=f"leave out --{extra[0]}"
        )
    wanted = {
        side: area_set(str(keys[side]), date.max) if keys.get(side) else None
        for side in ("importer", "exporter")
    }
    reported, sources = years_reported(lake, keys.get("source"), wanted)
    every = {year for one in reported.values() for year in one.all_years}
    years = asked_years(every, keys, since)
    reported = {key: one for key, one in reported.items() if any(map(any, one.parts(years)))}
    if not reported:
        raise NoEvidenceError(
            "no data for a chart of reporters",
            why="no individual reports of this kind are loaded",
            hint="load some: entrepot data add comtrade FILE; see: entrepot data list",
        )
    span = list(range(years[0], years[-1] + 1))
    title = _reporters_title(reported, span)
    picture, left = calendar(title, rows_of(reported, span), span, MOST)
    deck = DECK + (f" {phrasing.count_word(left, 'more row')} in the table." if left else "")
    return StandaloneChart(
        title,
        deck,
        picture,
        (f"Source: {', '.join(sources)}. A missing report does not mean no trade.",),
        tuple(_line(key, one, span) for key, one in sorted(reported.items())),
    )


def calendar(
    title: str, rows: list[ReporterYears], years: list[int], most: int
) -> tuple[Chart, int]:
    """Return the picture of the first rows, and how many are left out."""
    shown = rows[:most]
    said = "; ".join(f"{row.name}: {_spans(row, years)}" for row in shown)
    picture = Chart(Calendar(tuple(years), tuple(shown)), f"{title}. {said}.")
    return picture, len(rows) - len(shown)


def rows_of(
    reported: Mapping[Key, Months], years: list[int], apart: Collection[str] = ()
) -> list[ReporterYears]:
    """Return a row for each reporter, one for many alike; those that changed come first.

    Those that are to stand `apart` share no row, and come before all.
    """
    one_source = len({source for source, _ in reported}) == 1
    alike: dict[Any, list[str]] = defaultdict(list)
    for (source, area), months in reported.items():
        # Part of the key, so that these share a row with nobody.
        own = area if area in apart else ""
        note = _note(area, months, years)
        alike[own, source, months.parts(years), note].append(area)
    found: list[tuple[bool, bool, int, ReporterYears]] = []
    for (own, source, parts, note), areas in alike.items():
        suffix = "" if one_source else f" ({source_name(source)})"
        grouped = len(areas) >= ALIKE
        names = [f"{len(areas)} reporters"] if grouped else [area_name(area) for area in areas]
        size = -len(areas) if grouped else 0
        found += [
            (
                not own,
                _is_complete(parts),
                size,
                ReporterYears(f"{name}{suffix}", parts[0], parts[1], note),
            )
            for name in names
        ]
    # Sides of the page, reporters that stopped, those with gaps, large groups, then by name.
    found.sort(key=lambda one: (one[0], not one[3].note, *one[1:3], one[3].name))
    return [row for *_, row in found]


def _is_complete(parts: tuple[tuple[float, ...], tuple[float, ...]]) -> bool:
    return all(part == 1 for side in parts for part in side)


def _note(area: str, months: Months, years: list[int]) -> str:
    """Say of a reporter that stopped until when it published trade by partner, and what follows."""
    ends = [one.last for one in stopped() if one.area == area and one.last.year <= years[-1]]
    if not ends:
        return ""
    text = f"own reports until {max(ends, key=lambda one: one.end)}"
    others = year_spans(sorted(months.by_others & {*years}))
    return f"{text}; {others} by others" if others else text


def year_spans(years: Sequence[int]) -> str:
    """Return years in their order as spans.

    Examples
    --------
    >>> year_spans([2016, 2017, 2019])
    '2016 to 2017, 2019'
    """
    found: list[list[int]] = []
    for year in years:
        if found and found[-1][1] == year - 1:
            found[-1][1] = year
        else:
            found.append([year, year])
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in found)


def _reporters_title(reported: dict[Key, Months], years: list[int]) -> str:
    names = {area for _, area in reported}
    count = phrasing.capital(phrasing.count_word(len(names), "reporter"))
    when = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    complete = {area for (_, area), one in reported.items() if _is_complete(one.parts(years))}
    text = f"{count} reported trade for {when}"
    if len(years) > 1 and len(names) > 1:
        count = phrasing.cardinal(len(complete)) if complete else "none"
        text += f"; {count} reported imports and exports for every year"
    return text


def _spans(row: ReporterYears, years: list[int]) -> str:
    imports, exports = (sum(1 for part in side if part) for side in (row.imports, row.exports))
    return f"imports in {imports} and exports in {exports} of {len(years)} years"


def _line(key: Key, months: Months, years: list[int]) -> dict[str, Any]:
    source, area = key
    imports, exports = months.parts(years)
    row: dict[str, Any] = {"source": source, "reporter": area, "name": area_name(area)}
    for year, bought, sold in zip(years, imports, exports, strict=True):
        row |= {f"imports_{year}": bought, f"exports_{year}": sold}
    return row


# Which reporter reported which years, from the catalog of the lake.


Key = tuple[str, str]
"""Source and reporter."""


@dataclass
class Months:
    """Months that a reporter reported, by year, of imports and of exports.

    `by_others` are years with values under its name that are not its reports: it had stopped, and
    its source goes on with partners' reports and estimates.
    """

    imports: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    exports: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    by_others: set[int] = field(default_factory=set)

    def parts(self, years: list[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the reported part of each year."""
        found = [
            # A source may have a year and its months: together they are more than twelve.
            tuple(min(1.0, side.get(year, 0.0) / 12) for year in years)
            for side in (self.imports, self.exports)
        ]
        return found[0], found[1]

    @property
    def years(self) -> frozenset[int]:
        """Years of which anything was reported."""
        return frozenset(
            year for side in (self.imports, self.exports) for year, months in side.items() if months
        )

    @property
    def all_years(self) -> frozenset[int]:
        """Years with values under its name, whosever they are."""
        return self.years | self.by_others


def years_reported(
    lake: Lake,
    source: str | None = None,
    wanted: Mapping[str, frozenset[str] | None] | None = None,
) -> tuple[dict[Key, Months], list[str]]:
    """Return for each source and reporter the months reported, and the sources with deliveries.

    Parameters
    ----------
    source
        The only one to look at; None for all.
    wanted
        Reporters of imports under ``importer``, of exports under ``exporter``; None for everybody.
    """
    found: dict[Key, Months] = defaultdict(Months)
    seen: set[tuple[str, str, Period]] = set()
    sources: dict[str, None] = {}
    for item in lake.holdings(source):
        if item.table == "flows" and item.reporters:
            vintage = "" if item.vintage == "unknown" else item.vintage
            sources[data_set(item.source, vintage, item.title)] = None
            _count(item, wanted or {}, found, seen)
    return dict(found), list(sources)


def _count(
    item: InventoryItem,
    wanted: Mapping[str, frozenset[str] | None],
    found: dict[Key, Months],
    seen: set[tuple[str, str, Period]],
) -> None:
    """Add what a delivery reports; a year and its months are not counted twice, see `Months`."""
    nobody = all(names is None for names in wanted.values())
    for period, slices in item.slices:
        for name in slices:
            # "DEU>" is a report of exports, ">DEU" one of
            # imports; without an arrow it is nobody's report.
            seller, arrow, buyer = name.partition(">")
            side = "exporter" if seller else "importer"
            names = wanted.get(side)
            area = seller or buyer
            if not arrow or not (nobody or (names is not None and area in names)):
                continue
            # A month may come in several deliveries, of other partners or goods each.
            if (item.source, name, period) in seen:
                continue
            seen.add((item.source, name, period))
            months = found[item.source, area]
            if stopped_in([area], period):
                months.by_others.add(period.year)
                continue
            kept = months.exports if seller else months.imports
            kept[period.year] += period.months


def stopped_reporting_in(reported: Mapping[Key, Months], last: int) -> dict[Key, int]:
    """Return who reported earlier years and not the last that its source holds, with its last year.

    Parameters
    ----------
    reported
        Months by source and reporter.
    last
        Years after it do not count.
    """
    newest: dict[str, int] = {}
    for (source, _), one in reported.items():
        ends = [year for year in one.all_years if year <= last]
        newest[source] = max([newest.get(source, 0), *ends])
    found = {}
    for key, one in reported.items():
        own = max((year for year in one.years if year <= last), default=0)
        # Against the newest year of its own source: an
        # old file does not mean that a country stopped.
        if 0 < own < newest[key[0]]:
            found[key] = own
    return found
