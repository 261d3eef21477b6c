"""Deliveries of a few thousand rows, and what a lake that holds them must say."""

from __future__ import annotations

import os
import random
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.lake.catalog import Catalog
from entrepot.lake.publish import unnamed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from entrepot.lake import Lake

TIMES = float(os.environ.get("ENTREPOT_TORTURE", "1"))
"""How much of everything is done."""
AREAS = (156, 643, 398, 842, 276, 699)
YEARS = (2021, 2022)


def seed() -> int:
    """Return a new seed, or that of a run to be done again, and print it."""
    one = int(os.environ.get("ENTREPOT_SEED", random.SystemRandom().randrange(10**6)))
    print(f"ENTREPOT_SEED={one}")
    return one


@dataclass(frozen=True)
class Release:
    """A release in which every row of every year is worth the same, in thousand USD."""

    name: str
    value: int
    rows: int = 1500

    def write(self, folder: Path) -> list[Path]:
        """Write a file a year, as CEPII ships them."""
        folder.mkdir(exist_ok=True)
        pairs = [(i, j) for i in AREAS for j in AREAS if i != j]
        files = []
        for year in YEARS:
            lines = ["t,i,j,k,v,q"]
            for at in range(self.rows):
                i, j = pairs[at % len(pairs)]
                lines.append(f"{year},{i},{j},{100000 + at // len(pairs)},{self.value},1")
            files.append(folder / f"BACI_HS17_Y{year}_{self.name}.csv")
            files[-1].write_text("\n".join([*lines, ""]), encoding="utf-8")
        return files

    @property
    def state(self) -> list[tuple[int, int, float]]:
        """What `state_of` returns while this release counts."""
        return [(year, self.rows, self.rows * self.value * 1000.0) for year in YEARS]


OLD, NEW = Release("V202401", 1), Release("V202501", 7)


def state_of(lake: Lake) -> list[tuple[int, int, float]]:
    """Return rows and value of each year; both copies agree on them."""
    if not lake.holds("baci"):
        return []
    found = []
    for by in ("importer", "exporter"):
        rows = lake.flows("baci", by=by).to_native()
        sums = rows.aggregate("year(period) AS y, count(*), sum(value_usd)", "y").order("y")
        found.append(sums.fetchall())
    assert found[0] == found[1]
    return found[0]


def left_over(lake: Lake) -> Sequence[Path]:
    """Return files of ours that nothing names."""
    return [*unnamed(lake.path, Catalog.read(lake.path)), *lake.path.glob(".staging-*")]


def named_files_are_there(lake: Lake) -> bool:
    """Whether every file that the catalog names is there."""
    catalog = Catalog.read(lake.path, or_unfinished=True)
    return all((lake.path / name).is_file() for name in catalog.files())


def python(code: str, *words: object) -> list[str]:
    """Return the command that runs a script of a test in another process."""
    return [sys.executable, "-c", code, *map(str, words)]
