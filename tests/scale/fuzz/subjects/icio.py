"""The OECD's inter-country input-output table as CSV."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from fuzz.grid import Grid
from fuzz.plain import CannotSay, Refused, decoded, members, split
from fuzz.subject import Case, Expected, Made, Subject

if TYPE_CHECKING:
    from random import Random

_PARTS = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX", "ROW": "XROW"}
_SECTORS = ("A01", "C26", "C29", "J62_63")
FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
_ASIDE = ("TLS", "VA", "VALU", "OUT")


def make(draw: Random) -> Made:
    areas = ("CHN", "DEU", "ROW") if draw.random() < 0.7 else ("HKG", "USA")
    if areas[0] == "CHN" and draw.random() < 0.3:  # without and with export processing
        areas = ("CN1", "CN2", *areas[1:])
    nodes = [f"{area}_{sector}" for area in areas for sector in _SECTORS]
    final = [f"{area}_{kind}" for area in areas for kind in FINAL]
    rows = []
    for node in nodes:
        cells = [round(draw.paretovariate(0.9) * (draw.random() < 0.8), 4) for _ in nodes]
        cells += [round(draw.paretovariate(1) * 50, 4), *([0.0] * (len(final) - 1))]
        cells.append(math.fsum(cells))
        rows.append([node, *("0" if not cell else f"{cell:.4f}" for cell in cells)])
    output = [float(row[-1]) for row in rows]
    spent = [math.fsum(float(row[place]) for row in rows) for place in range(1, len(nodes) + 1)]
    value = [made - used - 1 for made, used in zip(output, spent, strict=True)]
    rest = ["1"] * (len(final) + 1)
    for label, numbers in (("TLS", [1.0] * len(nodes)), ("VA", value), ("OUT", output)):
        rows.append([label, *(f"{number:.4f}" for number in numbers), *rest])
    return Made(Grid(["V1", *nodes, *final, "OUT"], rows), "2022_SML.csv", fixed=True)


def expect(case: Case) -> Expected:
    found = Expected()
    for name, data in members(case.data, case.name, case.packed):
        if not re.search(r"(^|[^0-9])(19|20)[0-9]{2}(_[A-Z]+)?\.csv(\.gz)?$", name, re.IGNORECASE):
            raise Refused("no year")
        _one(found, decoded(data))
    return found


def _one(found: Expected, text: str) -> None:
    names, *rows = split(text)
    names = [name.strip() for name in names]
    if names[0] not in ("", "V1", "Unnamed: 0") or "OUT" not in names:
        raise Refused("another table")
    if any(len(row) != len(names) for row in rows):
        raise Refused("rows of different length")
    values = [[_number(cell) for cell in row[1:]] for row in rows]
    columns = _nodes(names[1:], final=True)
    sellers = _nodes([row[0] for row in rows], final=False)
    if set(columns.values()) != set(sellers.values()):
        raise Refused("not square")
    split_up = {node[0] for node in columns.values() if node[2]}
    for row, seller in sellers.items():
        for column, buyer in columns.items():
            usd = float(round(values[row][column] * 1e6))
            if usd and any(node[0] in split_up and not node[2] for node in (seller, buyer)):
                raise Refused("a country beside its parts")
            found.add((*seller[:2], *buyer[:2]), usd)
    found.values = {key: value for key, value in found.values.items() if value}
    out = names.index("OUT") - 1
    _require_output([values[row] for row in sellers], out)
    output = {rows[row][0]: values[row][out] for row in sellers}
    labels = [row[0] for row in rows]
    primary = [n for n, label in enumerate(labels) if label in ("TLS", "VA", "VALU")]
    if primary:
        used = (*sellers, *primary)
        sums = {names[1 + c]: math.fsum(values[row][c] for row in used) for c in columns}
        _require_near(sums, output)
    if "OUT" in labels:
        said = values[labels.index("OUT")]
        _require_near({names[1 + column]: said[column] for column in columns}, output)


def _require_output(rows: list[list[float]], out: int) -> None:
    missed = math.fsum(abs(math.fsum(row) - 2 * row[out]) for row in rows)
    made = math.fsum(abs(row[out]) for row in rows)
    if abs(missed - 1e-3 * made) < 1e-9 * made:
        raise CannotSay("at the edge")
    if missed > 1e-3 * made or not made:
        raise Refused("rows that miss their output")


def _require_near(sums: dict[str, float], output: dict[str, float]) -> None:
    missed = math.fsum(abs(sums.get(label, 0.0) - value) for label, value in output.items())
    made = math.fsum(map(abs, output.values()))
    if abs(missed - 1e-3 * made) < 1e-9 * made:
        raise CannotSay("at the edge")
    if missed > 1e-3 * made:
        raise Refused("columns that miss output")


def _nodes(labels: list[str], *, final: bool) -> dict[int, tuple[str, str, str]]:
    if len(set(labels)) < len(labels):
        raise Refused("a label twice")
    found = {}
    for place, label in enumerate(labels):
        code, _, sector = label.partition("_")
        if code in ("CHN", "DEU", "ROW", "HKG", "USA", *_PARTS) and sector in _SECTORS:
            part = code if code in _PARTS and code != "ROW" else ""
            found[place] = (_PARTS.get(code, code), sector, part)
        elif label not in _ASIDE and not (final and sector in FINAL):
            if re.fullmatch("[A-Z]{3}_[A-Z0-9_]+", label):
                raise CannotSay("another area or sector")
            raise Refused("a label")
    return found


def _number(cell: str) -> float:
    text = cell.strip(" \t")
    if not re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", text, re.ASCII):
        raise Refused(f"no number {text[:20]!r}")
    if not math.isfinite(float(text)):
        raise Refused("no finite number")
    return float(text)


_KEY = ("exporter", "sector", "importer", "buyer_sector")
SUBJECTS = (Subject("icio", "icio", make, expect, _KEY, ("value_usd",), slack=1, negative=True),)
