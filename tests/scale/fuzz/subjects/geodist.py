"""GeoDist: a file of Stata with distances."""

from __future__ import annotations

import io
import math
import warnings
from typing import TYPE_CHECKING

from entrepot.model.areas import areas
from fuzz.grid import Grid
from fuzz.plain import CannotSay, Refused, choice, members
from fuzz.subject import Case, Expected, Made, Subject

if TYPE_CHECKING:
    from random import Random

_OLD = {"PAL": "PSE", "ROM": "ROU", "TMP": "TLS", "YUG": "SRB", "ZAR": "COD"}
_CODES = ("CHN", "RUS", "DEU", "ROM", "ZAR", "USA")


def make(draw: Random) -> Made:
    rows = {}
    for _ in range(draw.randint(2, 8)):
        pair = (draw.choice(_CODES), draw.choice(_CODES))
        far = [f"{draw.uniform(5, 19000):.2f}", draw.choice([f"{draw.uniform(5, 19000):.2f}", ""])]
        rows[pair] = [*pair, draw.choice("01"), *far, "1"]
    ends = draw.choice([["iso_o", "iso_d"], ["exporter", "importer"]])
    grid = Grid([*ends, "contig", "dist", "distw", "colony"], list(rows.values()))
    return Made(grid, "dist_cepii.dta", note=grid)


def write_stata(draw: Random, made: Made, same: bool) -> tuple[bytes, list[str]]:
    """Return a table as a file of Stata; numbers where all cells of a column are."""
    import pandas as pd

    width = len(made.grid.header)
    for row in made.grid.rows:
        row[:] = (row + [""] * width)[:width]
    columns: dict[str, list[float] | list[str]] = {}
    for place, given in enumerate(made.grid.header):
        name = _name(given, place)
        name = name if name not in columns else f"{name}_{place}"
        cells = [row[place] for row in made.grid.rows]
        try:
            columns[name] = [float(cell) if cell else math.nan for cell in cells]
        except ValueError:
            texts = [cell.encode("ascii", "replace").decode()[:200] for cell in cells]
            columns[name] = [text.replace("\0", "?") for text in texts]
    made.grid.header[:] = columns
    version = draw.choice([114, 117, 118, 118])
    sink = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pd.DataFrame(columns).to_stata(sink, write_index=False, version=version)
        except Exception:
            return b"<stata_dta>", ["could not be written"]
    return sink.getvalue(), [f"version {version}"]


def _name(name: str, place: int) -> str:
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name)[:20]
    return plain if plain[:1].isalpha() else f"x{place}"


def expect(case: Case) -> Expected:
    grid: Grid = case.note
    found = Expected()
    whole = case.packed if case.packed is not None else case.data
    for _, data in members(case.data, case.name, case.packed):
        if case.damaged or data != whole:
            raise CannotSay("damaged")
        _one(found, grid)
    return found


def _one(found: Expected, grid: Grid) -> None:
    names = grid.header
    pair = next(
        (e for e in (("exporter", "importer"), ("iso_o", "iso_d")) if set(e) <= set(names)), None
    )
    if pair is None or not {"contig", "dist", "distw"} <= set(names):
        raise Refused("columns")
    if len({name.lower() for name in names}) < len(names):
        raise Refused("a name twice")
    known = {one.code: one.code for one in areas() if one.kind != "aggregate"} | _OLD
    for row in grid.rows:
        cells = dict(zip(names, row, strict=True))
        exporter, importer = (known[choice(cells[end], known, "area")] for end in pair)
        numbers = {}
        for name in ("contig", "dist", "distw"):
            try:
                numbers[name] = float(cells[name]) if cells[name] else math.nan
            except ValueError as error:
                raise Refused("no number") from error
        if numbers["contig"] not in (0, 1):
            raise Refused("contig")
        for name in ("dist", "distw"):
            if not (math.isnan(numbers[name]) or 0 <= numbers[name] <= 20_100):
                raise Refused("no distance")
        key = (exporter, importer, str(numbers["contig"] == 1))
        found.add(key, 1.0 if math.isnan(numbers["dist"]) else numbers["dist"])


SUBJECTS = (
    Subject(
        "geodist", "geodist", make, expect, ("exporter", "importer", "is_contiguous"),
        ("distance_km",), write=write_stata,
    ),
)  # fmt: skip
