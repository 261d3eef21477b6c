"""Descriptions of codes: the tree of Comtrade, and the list that CEPII ships."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.sources.parser import FileOptions
from fuzz.grid import Grid
from fuzz.plain import Refused, decoded, match, members, split, table
from fuzz.subject import Case, Expected, Made, Subject

if TYPE_CHECKING:
    from random import Random

_YEARS = ("1992", "1996", "2002", "2007", "2012", "2017", "2022")
_EDITIONS = {text: f"HS{one}" for one in _YEARS for text in (one, one[2:])}


def make(draw: Random) -> Made:
    if draw.random() < 0.5:
        rows = [
            ["I", "01", "Animals; live", "TOTAL", "2"],
            ["I", "0101", "Horses, live", "01", "4"],
        ]
        rows += [
            ["I", f"0101{n}", f"Horses {n}", "0101", "6"] for n in draw.sample(range(10, 99), 4)
        ]
        rows += [["TOTAL", "99", "Not specified", "TOTAL", "2"]]
        rows += [["TOTAL", "TOTAL", "Total of all HS2022 commodities", "TOTAL", "5"]]
        names = ["section", "hscode", "description", "parent", "level"]
        said = FileOptions(draw.choice([None, "HS2022"]))
        return Made(Grid(names, rows), "harmonized-system.csv", said)
    codes = draw.sample(
        ["010121", "10129", "854231", "999999", "270900", "90111"], draw.randint(2, 6)
    )
    named = draw.random() < 0.5
    name = "product_codes_HS17_V202501.csv" if named else "codes.csv"
    rows = [[code, draw.choice(["Horses: live", 'Say "x"', "a, b"])] for code in codes]
    return Made(Grid(["code", "description"], rows), name, FileOptions(None if named else "HS2012"))


def expect(case: Case) -> Expected:
    found = Expected()
    for name, data in members(case.data, case.name, case.packed):
        _one(found, name, decoded(data), case.said.nomenclature)
    return found


def _one(found: Expected, name: str, text: str, said: str | None) -> None:
    if len(split(text)) < 2:
        raise Refused("no rows")
    names, rows = table(text)
    cells = [dict(zip(names, row, strict=True)) for row in rows]
    if sorted(names) == ["code", "description"]:
        inside = re.search(r"product_codes_HS(\d\d)(?:_(V\d{6}\w*))?", name, re.IGNORECASE)
        edition = _edition(inside and inside[1], said)
        for row in cells:
            code = match("[0-9]{5,6}", row["code"], "code").zfill(6)
            match("(?s).*[^ ].*", row["description"], "description")
            found.add((edition, code, code[:4], "None"), 1.0)
        return
    if sorted(names) != sorted(["section", "hscode", "description", "parent", "level"]):
        raise Refused("columns")
    total = next((row["description"] for row in cells if row["hscode"] == "TOTAL"), "")
    inside = re.fullmatch(r"Total of all HS ?(\d{4}) commodities", total.strip())
    edition = _edition(inside and inside[1], said)
    for row in cells:
        code = match("([0-9]{2}){1,3}|TOTAL", row["hscode"], "code")
        section = match("[IVX]{1,5}|TOTAL", row["section"], "section")
        match("(?s).*[^ ].*", row["description"], "description")
        parent = code[:-2] if code != "TOTAL" and len(code) > 2 else "TOTAL"
        if row["parent"] != parent:
            raise Refused("another parent")
        if code == "TOTAL":
            found.rules.add("total")
            continue
        above = parent if parent != "TOTAL" else "None"
        found.add((edition, code, above, section if section != "TOTAL" else "None"), 1.0)


def _edition(named: str | None, said: str | None) -> str:
    inside = _EDITIONS.get(named, "unknown") if named else None
    if said and inside and said != inside:
        raise Refused("another edition")
    edition = inside or said
    if edition not in _EDITIONS.values():
        raise Refused("no edition")
    return str(edition)


_KEY = ("nomenclature", "product", "parent", "section")
SUBJECTS = (Subject("hs", "hs", make, expect, _KEY, ()),)
