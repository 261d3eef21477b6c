"""A collection of published statements of the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from entrepot.sources.published.row import COLUMNS
from fuzz.grid import Grid
from fuzz.plain import CannotSay, Refused, decoded, members, split
from fuzz.subject import Case, Expected, Made, Subject

if TYPE_CHECKING:
    from random import Random

_USUAL = {
    "measure": "value", "reporter": "CHN", "exporter": "CHN", "importer": "RUS",
    "flow": "one_way",
    "goods": "all", "relation": "=", "unit": "USD", "currency": "USD", "publisher": "TASS",
    "origin": "GACC", "confidence": "high", "title": "Trade, up", "url": "https://example.org/a",
}  # fmt: skip


def make(draw: Random) -> Made:
    rows = []
    for number in range(draw.randint(1, 6)):
        value = draw.randint(1, 10**12)
        cells = _USUAL | {
            "id": f"MY-{number:03}", "period": draw.choice(["2023", "2024-03"]),
            "value": str(value), "low": str(value), "high": str(value), "printed": f"{value:,} USD",
        }  # fmt: skip
        if draw.random() < 0.3:
            cells |= {"relation": "more_than", "high": ""}
        rows.append([cells.get(name, "") for name in COLUMNS])
    grid = Grid(list(COLUMNS), rows)
    return Made(grid, "mine.csv", sure=False)


def expect(case: Case) -> Expected:
    found = Expected()
    for _, data in members(case.data, case.name, case.packed):
        text = decoded(data)
        if any(sign in text for sign in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\r"):
            raise CannotSay("signs that some take for the end of a line")
        names, *rows = split(text, skip=True) or [[]]
        if sorted(names) != sorted(COLUMNS) or any(len(row) != len(names) for row in rows):
            raise Refused("columns")
        last = ""
        for row in rows:
            cells = dict(zip(names, row, strict=True))
            if cells["id"] <= last:
                raise Refused("an id twice, or not in order")
            last = cells["id"]
            number = next((cells[name] for name in ("value", "low") if cells[name]), None)
            # Spaces around a time are nothing, and digits of other scripts are digits.
            cells["period"] = normalize("NFKC", cells["period"]).strip()
            if cells["period"].startswith("0"):
                raise Refused("a year before 1000")
            key = tuple(cells[name] for name in _KEY)
            try:
                found.add(key, 1.0 if number is None else float(number))
            except ValueError as error:
                raise Refused("no number") from error
    return found


_KEY = ("id", "measure", "exporter", "importer", "period", "relation", "unit")
SUBJECTS = (Subject("published", "published", make, expect, _KEY, ("value", "low"), negative=True),)
