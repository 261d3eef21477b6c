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
    rows += [[label, *(["1"] * (len(nodes) + len(final) + 1))] for label in ("TLS", "VA", "OUT")]
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
    _require_output([values[row] for row in sellers], names.index("OUT") - 1)


def _require_output(rows: list[list[float]], out: int) -> None:
    missed = math.fsum(abs(math.fsum(row) - 2 * row[out]) for row in rows)
    made = math.fsum(abs(row[out]) for row in rows)
    if abs(missed - 1e-3 * made) < 1e-9 * made:
        raise CannotSay("at the edge")
    if missed > 1e-3 * made or not made:
        raise Refused("rows that miss their output")


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
