"""Who reported when: the years that each reporter told, from the catalog of the lake."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.model.areas import area_name, area_set, stopped
from entrepot.report import phrasing
from entrepot.report.attribution import source_name
from entrepot.report.chart_data import Calendar, Picture, Told
from entrepot.report.standalone.parts import Alone, asked_years

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from entrepot.lake import InventoryItem, Lake

__all__ = ["DECK", "Key", "Months", "calendar", "fell_silent", "reporters", "rows_of", "told_years"]


DECK = "A cell is a year, filled as far as its months are told; a dash: nothing was told."

ALIKE = 3
"""From so many reporters on that told the same years, they share one row."""
MOST = 30
READS = ("importer", "exporter", "source", "period")


def reporters(lake: Lake, since: int | None, keys: dict[str, Any]) -> Alone:
    """Return which reporters told which years, in the sources of single reports.

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
    told, sources = told_years(lake, keys.get("source"), wanted)
    every = {year for one in told.values() for side in (one.imports, one.exports) for year in side}
    years = asked_years(every, keys, since)
    told = {key: one for key, one in told.items() if any(map(any, one.parts(years)))}
    if not told:
        raise NoEvidenceError(
            "there is nothing to draw of reporters",
            why="the lake holds no single reports that were asked for",
            hint="bring some in: entrepot data add comtrade FILE; see: entrepot data list",
        )
    span = list(range(years[0], years[-1] + 1))
    title = _title(told, span)
    picture, left = calendar(title, rows_of(told, span), span, MOST)
    deck = DECK + (f" {phrasing.count_word(left, 'more row')} in the table." if left else "")
    return Alone(
        title,
        deck,
        picture,
        (f"Source: {', '.join(sources)}. An absent report is no absence of trade.",),
        tuple(_line(key, one, span) for key, one in sorted(told.items())),
    )


def calendar(title: str, rows: list[Told], years: list[int], most: int) -> tuple[Picture, int]:
    """Return the picture of the first rows, and how many are left out."""
    shown = rows[:most]
    said = "; ".join(f"{row.name}: {_spans(row, years)}" for row in shown)
    picture = Picture(Calendar(tuple(years), tuple(shown)), f"{title}. {said}.")
    return picture, len(rows) - len(shown)


def rows_of(
    told: Mapping[Key, Months], years: list[int], apart: Collection[str] = ()
) -> list[Told]:
    """Return a row for each reporter, one for many alike; those that changed come first.

    Those that are to stand `apart` share no row, and come before all.
    """
    one_source = len({source for source, _ in told}) == 1
    alike: dict[Any, list[str]] = defaultdict(list)
    for (source, area), months in told.items():
        own = area if area in apart else ""
        alike[own, source, months.parts(years), _note(area, years)].append(area)
    found: list[tuple[bool, bool, int, Told]] = []
    for (own, source, parts, note), areas in alike.items():
        suffix = "" if one_source else f" ({source_name(source)})"
        grouped = len(areas) >= ALIKE
        names = [f"{len(areas)} reporters"] if grouped else [area_name(area) for area in areas]
        size = -len(areas) if grouped else 0
        found += [
            (not own, _is_whole(parts), size, Told(f"{name}{suffix}", parts[0], parts[1], note))
            for name in names
        ]
    found.sort(key=lambda one: (one[0], not one[3].note, *one[1:3], one[3].name))
    return [row for *_, row in found]


def _is_whole(parts: tuple[tuple[float, ...], tuple[float, ...]]) -> bool:
    return all(part == 1 for side in parts for part in side)


def _note(area: str, years: list[int]) -> str:
    """Say of a reporter that fell silent until when it published trade by partner."""
    ends = [one.last for one in stopped() if one.area == area and one.last.year <= years[-1]]
    return f"own reports until {max(ends, key=lambda one: one.end)}" if ends else ""


def _title(told: dict[Key, Months], years: list[int]) -> str:
    names = {area for _, area in told}
    count = phrasing.capital(phrasing.count_word(len(names), "reporter"))
    when = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    whole = {area for (_, area), one in told.items() if _is_whole(one.parts(years))}
    text = f"{count} told trade of {when}"
    if len(years) > 1 and len(names) > 1:
        text += f"; {phrasing.cardinal(len(whole))} told imports and exports of every year"
    return text


def _spans(row: Told, years: list[int]) -> str:
    imports, exports = (sum(1 for part in side if part) for side in (row.imports, row.exports))
    return f"imports in {imports} and exports in {exports} of {len(years)} years"


def _line(key: Key, months: Months, years: list[int]) -> dict[str, Any]:
    source, area = key
    imports, exports = months.parts(years)
    row: dict[str, Any] = {"source": source, "reporter": area, "name": area_name(area)}
    for year, bought, sold in zip(years, imports, exports, strict=True):
        row |= {f"imports_{year}": bought, f"exports_{year}": sold}
    return row


# Which reporter told which years, from the catalog of the lake.


Key = tuple[str, str]
"""Source and reporter."""


@dataclass
class Months:
    """Months that a reporter told, by year, of imports and of exports."""

    imports: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    exports: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    def parts(self, years: list[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the told part of each year."""
        found = [
            tuple(min(1.0, side.get(year, 0.0) / 12) for year in years)
            for side in (self.imports, self.exports)
        ]
        return found[0], found[1]

    @property
    def years(self) -> frozenset[int]:
        """Years of which anything was told."""
        return frozenset(
            year for side in (self.imports, self.exports) for year, months in side.items() if months
        )


def told_years(
    lake: Lake,
    source: str | None = None,
    wanted: Mapping[str, frozenset[str] | None] | None = None,
) -> tuple[dict[Key, Months], list[str]]:
    """Return for each source and reporter the months told, and the sources with deliveries.

    Parameters
    ----------
    source
        The only one to look at; None for all.
    wanted
        Reporters of imports under ``importer``, of exports under ``exporter``; None for everybody.
    """
    found: dict[Key, Months] = defaultdict(Months)
    sources: dict[str, None] = {}
    for item in lake.holdings(source):
        if item.table == "flows" and item.reporters:
            sources[f"{source_name(item.source)} {item.snapshot}"] = None
            _count(item, wanted or {}, found)
    return dict(found), list(sources)


def _count(
    item: InventoryItem, wanted: Mapping[str, frozenset[str] | None], found: dict[Key, Months]
) -> None:
    """Add what a delivery tells; a year and its months are not told twice, see `Months`."""
    nobody = all(names is None for names in wanted.values())
    for period, slices in item.slices:
        for name in slices:
            seller, arrow, buyer = name.partition(">")
            side = "exporter" if seller else "importer"
            names = wanted.get(side)
            area = seller or buyer
            if not arrow or not (nobody or (names is not None and area in names)):
                continue
            months = found[item.source, area]
            kept = months.exports if seller else months.imports
            kept[period.year] += period.months


def fell_silent(told: Mapping[Key, Months], last: int) -> dict[Key, int]:
    """Return who told earlier years and not the last that its source holds, with its last year.

    Parameters
    ----------
    told
        Months by source and reporter.
    last
        Years after it do not count.
    """
    newest: dict[str, int] = {}
    for (source, _), one in told.items():
        ends = [year for year in one.years if year <= last]
        newest[source] = max([newest.get(source, 0), *ends])
    found = {}
    for key, one in told.items():
        own = max((year for year in one.years if year <= last), default=0)
        if 0 < own < newest[key[0]]:
            found[key] = own
    return found
