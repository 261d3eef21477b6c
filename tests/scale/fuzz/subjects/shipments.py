"""A customs register with a layout of the user's: what is kept of its lines, and their values."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from entrepot.sources.parser import FileOptions
from fuzz.grid import Grid
from fuzz.plain import CannotSay, Refused, decoded, members, table
from fuzz.subject import Case, Expected, Made, Subject

if TYPE_CHECKING:
    from random import Random

LAYOUT = """
format: 1
register: fuzzed
title: A made-up register
reporter: KAZ
direction: import
valuation: CIF
columns:
  Number: {role: declaration}
  Day: {role: date, form: "%d.%m.%Y"}
  Code: {role: tariff_code, pad: 10}
  Made in: {role: origin}
  Seller in: {role: seller}
  Importer: {role: receiver}
  Value: {role: value}
  Net: {role: mass_kg}
"""
NAMES = ("Number", "Day", "Code", "Made in", "Seller in", "Importer", "Value", "Net", "Broker")
PLACES = {"China": "CHN", "Taiwan": "TWN", "Германия": "DEU", "Hong Kong": "HKG", "": "None"}
_NUMBER = r"[0-9]{1,12}(\.[0-9]{1,4})?"


def make(draw: Random) -> Made:
    rows = []
    for number in range(draw.randint(2, 12)):
        code = draw.choice(["8542310000", "8542.31.0000", "847130 0000", "101210000"])
        rows.append(
            [
                f"A{number}",
                f"{draw.randint(1, 28):02}.{draw.randint(1, 12):02}.{draw.choice([2022, 2023])}",
                code,
                draw.choice(sorted(PLACES)),
                draw.choice(sorted(PLACES)),
                draw.choice(["ALMATY CHIPS TOO", "Dana Akhmetova", "Ivan, son of Pyotr", ""]),
                draw.choice([f"{draw.uniform(0, 9e6):.2f}", str(draw.randint(1, 10**6)), ""]),
                draw.choice([f"{draw.uniform(0, 900):.3f}", "12", ""]),
                "Aigul Serikova",
            ]
        )
    return Made(Grid(list(NAMES), rows), "register.csv", FileOptions(mapping=LAYOUT))


def expect(case: Case) -> Expected:
    found = Expected()
    inside = members(case.data, case.name, case.packed)
    if len(inside) > 1:
        raise Refused("several files")
    for _, data in inside:
        names, rows = table(decoded(data, ("utf-8-sig", "utf-16")))
        if not set(NAMES[:-1]) <= set(names):
            raise Refused("a column is missing")
        if len(names) != len(set(names)):
            raise CannotSay("a name of a column twice")
        for row in rows:
            _line(found, dict(zip(names, row, strict=True)))
    return found


def _line(found: Expected, cells: dict[str, str]) -> None:
    cells = {name: cell.strip(" ") for name, cell in cells.items()}
    code = re.sub(r"[. ]", "", cells["Code"])
    known = cells["Made in"] in PLACES and cells["Seller in"] in PLACES
    # What a damaged cell means is the parser's to say; here only that it says nothing else.
    if not (known and re.fullmatch("[0-9]{9,10}", code)):
        raise CannotSay("a place or a code of its own")
    if re.search("[A-Za-z]{3}", cells["Value"]) or re.search("[A-Za-z]{3}", cells["Day"]):
        raise Refused("words where a number or a day is expected")
    for name in ("Value", "Net"):
        if cells[name] and not re.fullmatch(_NUMBER, cells[name]):
            raise CannotSay("another form of a number")
    if not re.fullmatch(r"[0-9]{2}\.[0-9]{2}\.20[0-9]{2}", cells["Day"]):
        raise CannotSay("another form of a day")
    try:
        day = datetime.strptime(cells["Day"], "%d.%m.%Y").date()
    except ValueError as error:
        raise Refused("no day") from error
    places = [PLACES[cells[name]] for name in ("Made in", "Seller in")]
    key = (str(day.replace(day=1)), code.zfill(10)[:6], *places)
    # Without a value a line counts one: see `Subject.value`.
    found.add(key, float(cells["Value"]) if cells["Value"] else 1.0)


SUBJECTS = (
    Subject(
        "register",
        "shipments",
        make,
        expect,
        key=("period", "product", "origin", "seller"),
        value=("value_usd",),
        negative=True,
    ),
)
