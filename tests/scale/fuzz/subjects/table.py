"""Tables of the user's own: a few mappings, and for each a model of what its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sources.parser import FileOptions
from fuzz.grid import Grid
from fuzz.mapping_forms import change_mapping
from fuzz.parquet_forms import write_parquet
from fuzz.subject import Made, Subject
from fuzz.subjects.table_model import expect
from fuzz.subjects.table_plans import PLANS
from fuzz.workbook_forms import write_workbook

if TYPE_CHECKING:
    from random import Random

SYSTEMS = {
    "m49": ("643", "156", "276", "051", "842", "490"),
    "iso2": ("RU", "CN", "DE", "AM", "US"),
    "iso3": ("RUS", "CHN", "DEU", "ARM", "USA"),
}
NUMBERS = {
    "plain": ("0", "1000.5", "17", "2e3", ".5", "123456.789", " 8 "),
    "comma": ("0", "1.000,5", "17", "12.345.678", "1000,25", ",5"),
    "wide": ("0", "1 000", "17.25", "-", "3"),
}


def make(draw: Random) -> Made:
    return _made(draw, draw.choice(list(PLANS)))


def _made(draw: Random, name: str) -> Made:
    plan = PLANS[name]
    rows: dict[tuple[str, ...], list[str]] = {}
    for number in range(draw.randint(2, 10)):
        row = []
        for column in plan.columns:
            role = column.role
            if role in ("reporter", "partner", "exporter", "importer"):
                cell = draw.choice(SYSTEMS[plan.areas])
            elif role == "flow":
                cell = draw.choice(plan.flows)
            elif role == "product":
                cell = draw.choice(["854231", "010121", "270900", "850110", "090111"])
                cell = cell.lstrip("0") if plan.pad and draw.random() < 0.3 else cell
            elif role == "period":
                cell = draw.choice(["2022-03", "2022-04", "202305"])
            elif role in ("value", "mass"):
                cell = draw.choice(NUMBERS[plan.numbers])
                cell = "7" if cell == "-" and not number else cell
            elif role == "select":
                cell = "0" if not number else draw.choice(["0", "0", "1"])
            else:
                cell = draw.choice(["", "words", "Ввоз", "a;b", "#"])
            row.append(cell)
        key = tuple(c for c, column in zip(row, plan.columns, strict=True) if column.tells)
        key = tuple(c.lstrip("0") for c in key)
        rows.setdefault(key, row)
    return Made(
        Grid([column.name for column in plan.columns], list(rows.values())),
        "table.csv",
        FileOptions(mapping=plan.mapping),
        delim=plan.delim,
        encoding=plan.encoding,
        note=name,
    )


def make_typed(draw: Random) -> Made:
    """Make a table that is no text, so that how a text is written plays no part."""
    return _made(draw, draw.choice(["codes", "sides"]))


def make_sheet(draw: Random) -> Made:
    """Make a table for a workbook, which is an archive itself."""
    made = make_typed(draw)
    made.packs = False
    return made


def make_mapped(draw: Random) -> Made:
    """Make a table whose mapping is changed too; only crashes and impossible rows are found."""
    made = make(draw)
    made.said = FileOptions(mapping=change_mapping(draw, made.said.mapping or ""))
    made.note, made.sure = None, False
    return made


SUBJECTS = (
    Subject("table", "table", make, expect, weight=35, slack=0.02),
    Subject(
        "table-parquet", "table", make_typed, expect, write=write_parquet, weight=30,
        without_sums=True, slack=0.02,
    ),
    Subject("table-mapping", "table", make_mapped, expect, weight=30),
    Subject(
        "table-workbook", "table", make_sheet, expect, write=write_workbook, weight=5, slack=0.02
    ),
)  # fmt: skip
