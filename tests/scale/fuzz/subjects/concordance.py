"""Tables between editions of the Harmonized System: the consolidated text, and workbooks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fuzz.grid import Grid
from fuzz.plain import Refused, choice, decoded, match, members, table
from fuzz.subject import Case, Expected, Made, Subject
from fuzz.workbook_forms import is_workbook, read_sheet, write_workbook

if TYPE_CHECKING:
    from random import Random

_YEARS = ("1992", "1996", "2002", "2007", "2012", "2017", "2022")
_STEPS = {f"{new} to {old}" for new in _YEARS for old in _YEARS if new != old}
_SITC = {"1992 to 1988", "1988 to 1976", "1976 to 1962"}
_NAME = re.compile(r"(From |To )?HS ?([0-9]{2}|[0-9]{4})", re.IGNORECASE | re.ASCII)
_OTHER = re.compile(r"(From |To )?(S|SITC|BEC|CPC)[ .,]*(Rev[ .]*)?\d+", re.IGNORECASE)


def make_text(draw: Random) -> Made:
    rows = {}
    for _ in range(draw.randint(2, 12)):
        step = draw.choice(["2022 to 2017", "2017 to 2012", "1992 to 1988", "2022 to 1992"])
        after, before = (str(draw.choice([10121, 854151, 854231, 999999])) for _ in range(2))
        relation = draw.choice(["1:1", "1:n", "n:n", "'n:1"])
        rows[step, after, before] = [after, before, relation, step]
    rows["first"] = ["854159", "851712", "n:1", "2022 to 2017"]
    names = ["code.after", "code.before", "Relationship", "adjustment"]
    return Made(Grid(names, list(rows.values())), "concordance.csv")


def make_sheet(draw: Random) -> Made:
    newer, older = draw.sample(["HS 2022", "HS2017", "HS2012", "HS07"], 2)
    names = [newer, older] if draw.random() < 0.5 else [newer, older, "Relationship"]
    rows = {}
    for _ in range(draw.randint(2, 10)):
        codes = [draw.choice(["010121", "854151", "854231", "10121", "851712"]) for _ in range(2)]
        row = codes + (["1:1"] if len(names) == 3 else [])
        rows[tuple(code.zfill(6) for code in codes)] = row
    return Made(Grid(names, list(rows.values())), "HS.xlsx", fixed=True, packs=False)


def expect(case: Case) -> Expected:
    found = Expected()
    for _, data in [("", case.data)] if is_workbook(case.data) else members(
        case.data, case.name, case.packed
    ):  # fmt: skip
        if is_workbook(data):
            _sheet(found, read_sheet(data))
        else:
            _text(found, *table(decoded(data)))
    return found


def _text(found: Expected, names: list[str], rows: list[list[str]]) -> None:
    if sorted(names) != sorted(["code.after", "code.before", "Relationship", "adjustment"]):
        raise Refused("columns")
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        step = choice(cells["adjustment"], _STEPS | _SITC, "step")
        relation = match("'?[1n]:[1n]", cells["Relationship"], "relation").lstrip("'")
        codes = [
            match("[0-9A-Za-z.]{1,8}", cells[f"code.{s}"], "code") for s in ("after", "before")
        ]
        if step in _SITC:
            found.rules.add("sitc")
            continue
        after, before = (match("[0-9]{5,6}", code, "code").zfill(6) for code in codes)
        found.add((f"HS{step[:4]}", after, f"HS{step[-4:]}", before, "correlation", relation), 1.0)


def _sheet(found: Expected, rows: list[list[str]]) -> None:
    for row in rows[:30]:
        places = [place for place, name in enumerate(row) if name]
        names = [row[place] for place in places]
        editions = [_NAME.fullmatch(name) for name in names]
        if any(editions) and any(_OTHER.fullmatch(name) for name in names):
            raise Refused("another classification")
        if len(names) >= 2 and editions[0] and editions[1]:
            break
    else:
        raise Refused("no names")
    if names[2:] not in ([], ["Relationship"]):
        raise Refused("a column more")
    newer, older = (_edition(one[2]) for one in editions[:2] if one)
    first_row = rows.index(row) + 1
    kind = "correlation" if names[2:] else "conversion"
    for cells in rows[first_row:]:
        if not any(cells):
            continue
        if any(cell for place, cell in enumerate(cells) if place not in places):
            raise Refused("a cell beside")
        texts = [cells[place] for place in places]
        first, second = (match("[0-9]{5,6}", text, "code").zfill(6) for text in texts[:2])
        relation = "None"
        if kind == "correlation":
            relation = match("'?[1n]:[1n]", texts[2], "relation").lstrip("'")
        found.add((newer, first, older, second, kind, relation), 1.0)


def _edition(year: str) -> str:
    known = {text: f"HS{one}" for one in _YEARS for text in (one, one[2:])}
    return known[choice(year, known, "edition")]


_KEY = ("from_nomenclature", "from_code", "to_nomenclature", "to_code", "kind", "relation")
SUBJECTS = (
    Subject("concordance", "concordance", make_text, expect, _KEY, (), weight=80),
    Subject(
        "concordance-workbook", "concordance", make_sheet, expect, _KEY, (),
        write=write_workbook, weight=20,
    ),
)  # fmt: skip
