"""Who reported when: the years that each reporter told, from the catalog of the lake."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.model.areas import area_name, area_set
from entrepot.model.reporting import stopped
from entrepot.report import words
from entrepot.report.alone.parts import Alone
from entrepot.report.alone.years import asked_years
from entrepot.report.origins import source_name
from entrepot.report.pictures import Picture
from entrepot.report.single_pictures import Calendar, Told
from entrepot.report.told_years import told_years

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from entrepot.lake import Lake
    from entrepot.report.told_years import Key, Months

__all__ = ["DECK", "calendar", "reporters", "rows_of"]

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
    deck = DECK + (f" {words.count_word(left, 'more row')} in the table." if left else "")
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
    count = words.capital(words.count_word(len(names), "reporter"))
    when = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    whole = {area for (_, area), one in told.items() if _is_whole(one.parts(years))}
    text = f"{count} told trade of {when}"
    if len(years) > 1 and len(names) > 1:
        text += f"; {words.cardinal(len(whole))} told imports and exports of every year"
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
