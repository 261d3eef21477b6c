"""What a file means by its mapping, in plain Python."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from entrepot.model.areas import area, areas, by_code
from fuzz.parquet_forms import read_parquet
from fuzz.plain import CannotSay, Refused, choice, decoded, members, split
from fuzz.subject import Case, Expected
from fuzz.subjects.table_plans import PLANS, Plan
from fuzz.workbook_forms import is_workbook, read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLANKS = " \t\u00a0\u202f"


def expect(case: Case) -> Expected:
    if case.note is None:
        raise CannotSay("another mapping")
    plan, found = PLANS[case.note], Expected()
    if is_workbook(case.data):
        names, rows = read_workbook(case.data)
        _one(found, plan, names, rows)
        return found
    for _, data in members(case.data, case.name, case.packed):
        if data[:4] == b"PAR1":
            names, rows = read_parquet(data, whole=True)
            rows = [["" if cell == "nan" else cell for cell in row] for row in rows]
        else:
            names, rows = _text(data, plan)
        _one(found, plan, names, rows)
    return found


def _text(data: bytes, plan: Plan) -> tuple[list[str], list[list[str]]]:
    encoding = "utf-8-sig" if plan.encoding == "utf-8" else plan.encoding
    if data.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    elif data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in data[:4096]:
        raise Refused("no text")
    text = decoded(data, (encoding,)).removeprefix("\ufeff")
    if not re.split("[\r\n]", text, maxsplit=1)[0]:
        raise Refused("no names")
    names, *rows = split(text, plan.delim) or [[]]
    if any(len(row) < len(names) or any(row[len(names) :]) for row in rows):
        raise Refused("rows of different length")
    return names, [row[: len(names)] for row in rows]


def _one(found: Expected, plan: Plan, names: Sequence[str], rows: list[list[str]]) -> None:
    unique = _unique([name.strip(_BLANKS) for name in names])
    known = {column.name: column.role for column in plan.columns}
    _require_columns(plan, set(unique), known)
    known = {name: role for name, role in known.items() if name in unique}
    keys: Counter[tuple[str, ...]] = Counter()
    for cells in rows:
        row = {name: cell.strip(_BLANKS) for name, cell in zip(unique, cells, strict=True)}
        if any(row[name] != "0" for name, role in known.items() if role == "select"):
            found.rules.add("not-selected")
            continue
        keys.update(_row(found, plan, row, known))
    levels = {len(key[5]) for key in keys}
    if len(levels) != 1 or max(levels) > 6:
        raise Refused("nothing left, or several levels")
    if any(number > 1 for number in keys.values()):
        if plan.numbers != "comma":
            raise Refused("two rows for one flow")
        found.rules.add("parts-added")


def _row(
    found: Expected, plan: Plan, row: dict[str, str], known: dict[str, str]
) -> Iterator[tuple[str, ...]]:
    """Add the values of a row, and yield the flow of each."""
    by = {role: row[name] for name, role in known.items() if role != "value"}
    for name in (name for name, role in known.items() if role == "value"):
        text = row[name]
        if text == "" or text in plan.missing:
            found.rules.add("no-value")
            continue
        if by.get("mass", "") != "":
            _number(by["mass"], plan)
        key, total = _key(plan, by, name)
        value = round(_number(text, plan) * plan.scale, 2)
        if total:
            found.rules.add("area-total")
            continue
        found.add(key, value)
        yield key


def _require_columns(plan: Plan, names: set[str], known: dict[str, str]) -> None:
    if names - known.keys():
        raise CannotSay("a column more") if plan.wide else Refused("a column more")
    if any(role and role != "value" for name, role in known.items() if name not in names):
        raise Refused("a column less")
    if not any(known[name] == "value" for name in names):
        raise Refused("no column of values")


def _unique(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for place, name in enumerate(names, 1):
        plain = " ".join(name.split()) or f"column {place}"
        if plain in found:
            plain = f"{plain} (2)"
        found.append(plain)
    return found


def _number(text: str, plan: Plan) -> float:
    if not re.fullmatch(plan.pattern, text, re.ASCII):
        raise Refused(f"no number {text[:20]!r}")
    for sign, instead in plan.signs:
        text = text.replace(sign, instead)
    return float(text)


def _key(plan: Plan, by: dict[str, str], name: str) -> tuple[tuple[str, ...], bool]:
    sides = {role: _area(by[role], plan) for role in by.keys() & _SIDES}
    total = any(area(iso).kind == "aggregate" for iso in sides.values())
    told, product = plan.told, plan.product or _product(by["product"], plan)
    if told:
        exporter, importer = sides["exporter"], sides["importer"]
    else:
        imports = plan.wide or choice(by["flow"], plan.flows, "flow") == plan.imports
        here = sides.get("reporter") or ("GEO" if plan.wide else "KGZ")
        there = sides["partner"]
        exporter, importer = (there, here) if imports else (here, there)
        told = "importer" if imports else "exporter"
    start, freq = plan.period, plan.freq
    if plan.wide:
        start = f"{name}-01-01"
    elif not start:
        month = re.fullmatch(r"(20[0-9]{2})-?(0[1-9]|1[0-2])", by["period"], re.ASCII)
        if not month:
            raise CannotSay("a period in another spelling")
        start = f"{month[1]}-{month[2]}-01"
    return (told, freq, start, exporter, importer, product), total


_SIDES = {"reporter", "partner", "exporter", "importer"}


def _area(text: str, plan: Plan) -> str:
    plain = text.strip().upper().removesuffix(".0")
    plain = str(int(plain)) if plain.isascii() and plain.isdigit() else plain
    if plan.areas == "iso3":
        codes = {one.code: one.code for one in areas()}
        codes |= {name: code for name, code in by_code("name").items() if len(name) <= 3}
    else:
        tables = ("comtrade", "m49") if plan.areas == "m49" else ("alpha2",)
        codes = {code: iso for table in tables for code, iso in by_code(table).items()}
    folded = {
        (str(int(code)) if code.isascii() and code.isdigit() else code.upper()): iso
        for code, iso in codes.items()
    }
    return folded[choice(plain, folded, "area")]


def _product(text: str, plan: Plan) -> str:
    code = text.strip().removesuffix(".0").replace(".", "").replace(" ", "")
    if code.upper() == "TOTAL":
        return "TOTAL"
    code = code.zfill(6) if plan.pad else code
    if not re.fullmatch("[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10}", code, re.ASCII):
        raise Refused("no product")
    if code[:2] in ("00", "77"):
        raise Refused("no chapter")
    return code
