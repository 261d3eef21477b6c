"""What a file of Comtrade says, step by step over plain dictionaries.

Written from the notes in `comtrade.yml`, not from the parser: one row for a flow, the total and not
its parts, lines and not headings, partners and not the world, re-exports apart from own goods.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from entrepot.model.areas import area, by_code
from fuzz.json_forms import read_json
from fuzz.parquet_forms import read_parquet
from fuzz.plain import (
    CannotSay,
    Refused,
    decoded,
    members,
    table,
)
from fuzz.subject import Case, Expected
from fuzz.subjects.comtrade_columns import roles_of
from fuzz.subjects.comtrade_rows import PARTS, row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fuzz.subjects.comtrade_rows import Row

    Cell = tuple[Any, ...]


def expect(case: Case) -> Expected:
    found = Expected()
    for _, data in members(case.data, case.name, case.packed):
        if data[:4] == b"PAR1":
            names, rows = read_parquet(data)
            strict = False  # flags that nothing needs are not looked at in thirty million rows
        else:
            strict = True
            text = decoded(data, ("utf-8-sig", "cp1252"))
            if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                text = decoded(data, ("utf-16",))
            if text[:60].lstrip()[:1] in ("{", "["):
                names, rows = read_json(text)
            else:
                first = re.split("[\r\n]", text, maxsplit=1)[0]
                names, rows = table(text, "\t" if first.count("\t") > first.count(",") else ",")
        _one(found, names, rows, case.said.nomenclature, strict=strict)
    return found


def _one(
    found: Expected, names: list[str], rows: list[list[str]], said: str | None, *, strict: bool
) -> None:
    roles, lacks = roles_of(names)
    read = [row_of({role: row[at] for role, at in roles.items()}, strict=strict) for row in rows]
    if "freq" in roles and any((row["freq"] == "A") != (row["period"] < 10_000) for row in read):
        raise Refused("periods of another frequency")
    here = {row["edition"] for row in read} - {None}
    if said and here - {said}:
        raise Refused("another edition")
    cells = _cells(found, read, lacks, said)
    cells = _finest(found, cells)
    cells = _partners(found, cells)
    _flows(found, cells)


@cache
def _isos() -> dict[int, str]:
    return {int(code): iso for code, iso in by_code("comtrade").items()}


_KEY = ("period", "reporter", "partner", "flow", "product")
_SAID = (
    "edition", "value", "cif", "fob", "mass", "quantity", "unit", "mass_estimated",
    "quantity_estimated",
)  # fmt: skip


def _key(row: Row) -> Cell:
    return tuple(row[name] for name in _KEY)


def _cells(found: Expected, rows: Sequence[Row], lacks: int, said: str | None) -> dict[Cell, float]:
    totals: dict[Cell, list[Row]] = defaultdict(list)
    parts: dict[Cell, list[Row]] = defaultdict(list)
    for row in rows:
        total = row["customs"] == "" and row["mot"] == 0 and row["partner2"] == 0
        (totals if total else parts)[_key(row)].append(row)
    _one_edition([row for some in totals.values() for row in some], said)
    cells = _resolved(found, totals, lacks)
    alone = {key: some for key, some in parts.items() if key not in cells}
    if alone:
        added = _added(found, rows, alone)
        _one_edition([some[0] for some in totals.values()] + [alone[key][0] for key in added], said)
        cells |= added
    return cells


def _one_edition(rows: Iterable[Row], said: str | None) -> None:
    editions: dict[Cell, set[str]] = defaultdict(set)
    for row in rows:
        if row["edition"] is None and not said:
            raise Refused("no edition")
        if row["edition"]:
            editions[row["period"], row["reporter"], row["flow"]].add(row["edition"])
    if any(len(some) > 1 for some in editions.values()):
        raise Refused("two editions")


def _resolved(found: Expected, totals: dict[Cell, list[Row]], lacks: int) -> dict[Cell, float]:
    if all(len(some) == 1 for some in totals.values()):
        return {key: some[0]["value"] for key, some in totals.items()}
    if not lacks:
        found.rules.add("repeated-rows")
        for some in totals.values():
            if len({tuple(row[name] for name in _SAID) for row in some}) > 1:
                raise Refused("two totals")
        return {key: some[0]["value"] for key, some in totals.items()}
    values = [row["value"] for some in totals.values() for row in some]
    step = 1.0 if all(value == int(value) for value in values) else 0.001
    cells = {}
    for key, some in totals.items():
        top, added = max(r["value"] for r in some), math.fsum(r["value"] for r in some)
        if top:
            times = 2 ** min(max(round(math.log2(added / top)), 0), lacks)
            slack = step / 2 * (len(some) + times) + 1e-9 * added
            if abs(added - top * times) > slack:
                if len(totals) >= 100:
                    raise CannotSay("an unclear cell among many")
                raise Refused("no row is the sum of the others")
        cells[key] = top
        if len(some) > 1:
            found.rules.add("totals-by-sums")
    return cells


def _added(found: Expected, rows: Sequence[Row], parts: dict[Cell, list[Row]]) -> dict[Cell, float]:
    for name, none in (("customs", ""), ("mot", 0), ("partner2", 0)):
        codes = {row[name] for row in rows} - {none}
        if len(codes) == 1 and any(row[name] != none for some in parts.values() for row in some):
            raise Refused("one part only")
    cells: dict[Cell, float] = {}
    for key, some in parts.items():
        ways: dict[Cell, dict[Cell, tuple[Any, ...]]] = defaultdict(dict)
        for row in some:
            code = (row["customs"], row["mot"], row["partner2"])
            said = tuple(row[name] for name in _SAID)
            way = tuple(bool(one) for one in code)
            if ways[way].setdefault(code, said) != said:
                raise Refused("two rows for one part")
        sums = {}
        for way, rows_of in ways.items():
            mots = {code[1] for code in rows_of}
            nested = len(mots) > len({m // 1000 for m in mots})
            if nested and any(m and m % 1000 == 0 for m in mots):
                raise Refused("groups of modes beside their members")
            sums[way] = math.fsum(said[1] for said in rows_of.values())
        count = sum(len(one) for one in ways.values())
        most = max(sums.values())
        if most - min(sums.values()) > 1 + count / 2 + 1e-9 * most:
            raise Refused("breakdowns that do not agree")
        # By customs, then mode, then second partner: the order in which their names sort.
        cells[key] = sums[min(sums, key=_name_of)]
    found.rules.add("parts-added")
    return cells


def _name_of(way: Cell) -> str:
    names = ("customs ", "mot ", "partner2 ")
    return "".join(name for name, used in zip(names, way, strict=True) if used)


def _size(product: str) -> int:
    return 0 if product == "TOTAL" else len(product)


def _finest(found: Expected, cells: dict[Cell, float]) -> dict[Cell, float]:
    kept = {}
    reports: dict[Cell, list[str]] = defaultdict(list)
    for key in cells:
        reports[key[:4]].append(key[4])
    for key, value in cells.items():
        size = _size(key[4])
        finer = [
            one
            for one in reports[key[:4]]
            if _size(one) > size and (not size or one.startswith(key[4]))
        ]
        if finer:
            found.rules.add("totals-with-lines" if not size else "headings-with-lines")
        else:
            kept[key] = value
    return kept


def _partners(found: Expected, cells: dict[Cell, float]) -> dict[Cell, float]:
    sums = {int(c) for c, iso in by_code("comtrade").items() if area(iso).kind == "aggregate"}
    kept = {key: value for key, value in cells.items() if not sums & set(key[1:3])}
    gone = cells.keys() - kept.keys()
    if gone and not kept:
        raise Refused("totals over partners only")
    if any(key[2] == 0 for key in gone):
        found.rules.add("world-totals")
    if any(key[2] != 0 for key in gone):
        found.rules.add("groups-left-out")
    return kept


def _flows(found: Expected, cells: dict[Cell, float]) -> None:
    for key, value in cells.items():
        flow = key[3]
        whole = cells.get((*key[:3], PARTS.get(flow, "X"), key[4]))
        if flow == "X":
            _exports(found, key, value, cells.get((*key[:3], "RX", key[4])))
        elif flow == "M" or (flow in ("RX", "DX") and whole is None):
            _add(found, key, value)
            found.rules |= {"reexports-alone"} if flow == "RX" else set()
        elif flow != "RX":
            found.rules |= {"parts-of-flows"} if whole is not None else {"parts-without-whole"}


def _exports(found: Expected, key: Cell, value: float, again: float | None) -> None:
    if again is not None and again > value * (1 + 1e-9):
        found.rules.add("reexports-above-exports")
    elif again is not None:
        found.rules.add("reexports-split")
        value = max(value, again)  # re-exports may be larger by less than rounding
    _add(found, key, value)


def _add(found: Expected, key: Cell, value: float) -> None:
    period, reporter, partner, flow, product = key
    here, there = _isos()[reporter], _isos()[partner]
    told = "importer" if flow == "M" else "exporter"
    sides = (there, here) if flow == "M" else (here, there)
    text = str(period)
    start = f"{text}-01-01" if period < 10_000 else f"{text[:4]}-{text[4:]}-01"
    found.add((told, "A" if period < 10_000 else "M", start, *sides, product), value)
