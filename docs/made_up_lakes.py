"""A lake of made-up trade, the same each time, for the pictures of the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YEARS = range(2017, 2025)
CODES = ("848210", "854231")
# Million US dollars that each sold to Iceland of both goods, in the first and the last year.
SOLD = {
    "NOR": (38.0, 17.0), "DEU": (31.0, 22.5), "DNK": (17.5, 12.0), "GBR": (14.0, 9.1),
    "CHN": (9.5, 41.0), "USA": (8.2, 10.4), "SWE": (7.7, 6.3), "POL": (2.1, 8.8),
    "JPN": (3.9, 2.2), "FRA": (3.1, 2.9), "KOR": (1.4, 5.9), "TUR": (0.6, 3.3),
    "NLD": (5.5, 4.7), "CAN": (2.2, 1.6), "BRA": (0.4, 0.9), "ZAF": (0.2, 0.3),
    "IND": (0.3, 1.9), "AUS": (0.1, 0.05), "FRO": (0.5, 5.1), "GRL": (0.2, 1.1),
}  # fmt: skip
# The same from Norway to those who sell on; before an event and after it.
HUBS = {"FRO": (0.8, 6.0), "GRL": (0.5, 1.6), "SWE": (22.0, 23.0)}
EVENT = 2022
PASSING = ("FRO", "GRL")
"""Hubs that sell on more of the first good from the event on."""
MAPPING = """\
id: made-up
format: 1
title: Made-up numbers
nomenclature: HS2017
columns:
  year: {role: period}
  flow: {role: flow, import: M, export: X}
  reporter: {role: reporter, codes: iso3}
  partner: {role: partner, codes: iso3}
  code: {role: product}
  usd: {role: value, currency: USD}
  kg: {role: mass, unit: kg}
"""


def lake(folder: Path, years: range = YEARS) -> Lake:
    """Return the lake of some years, made in a folder that does not exist."""
    folder.mkdir()
    file = folder / "made-up.csv"
    file.write_text(
        "\n".join(["year,flow,reporter,partner,code,usd,kg", *_lines(years), ""]), "utf-8"
    )
    held = Lake.open(folder / "lake")
    held.add("table", [file], mapping=MAPPING)
    return held


def _lines(years: range) -> Iterator[str]:
    for year in years:
        part = (year - YEARS[0]) / (YEARS[-1] - YEARS[0])
        for number, (seller, (first, last)) in enumerate(SOLD.items()):
            wave = 1 + 0.08 * ((year * 7 + number * 3) % 5 - 2)
            values = [(first + (last - first) * part) * wave] * 2
            if seller in PASSING:
                values = [last if year >= EVENT else first, first]
            yield from _goods(year, "M", "ISL", seller, values, number)
            if seller in ("NOR", "DEU", "CHN", *HUBS) and (seller, year) != ("DEU", 2019):
                yield from _goods(year, "X", seller, "ISL", values, number)
        for hub, (first, last) in HUBS.items():
            values = [last if year >= EVENT else first, first]
            yield from _goods(year, "M", hub, "NOR", values, 1)
            yield from _goods(year, "X", "NOR", hub, values, 1)
            yield from _goods(year, "M", hub, "DEU", [1.2, 1.2], 1)


def _goods(
    year: int, flow: str, reporter: str, partner: str, values: list[float], number: int
) -> Iterator[str]:
    """Yield a line for each of the two goods, three fifths and two fifths of the values."""
    for place, (code, value) in enumerate(zip(CODES, values, strict=True)):
        usd = round(value * (0.6, 0.4)[place] * 1e6 * (0.97 if flow == "X" else 1))
        price = (22 + number % 4) * (1 + 0.04 * (year - YEARS[0]) * (place + 1))
        yield f"{year},{flow},{reporter},{partner},{code},{usd},{round(usd / price)}"
