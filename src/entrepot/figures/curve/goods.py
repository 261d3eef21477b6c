"""The rows of a curve by choice of goods and of time, and what they are to choices of partners."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.figures.curve.partner_choices import Kind, fixed, varying
from entrepot.figures.curve.rows import AMOUNTS
from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import REST, special
from entrepot.figures.sides import SIDES, members_of
from entrepot.lake import fetch, stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.figures.cells import Cells, Frame
    from entrepot.figures.curve.choices import GoodsChoice
    from entrepot.figures.curve.time_windows import Span
    from entrepot.figures.definition import Definition

__all__ = ["Numbered", "by_goods", "kinds", "table"]


@dataclass(frozen=True, slots=True)
class Numbered:
    """One choice of goods at one choice of time; its place in the list is its number."""

    span: Span
    choice: GoodsChoice

    @property
    def is_everything(self) -> bool:
        """Whether all goods are asked for."""
        return all(one.codes is None for one in self.choice.goods)

    def part_of(self, edition: str = "", code: str = "") -> float:
        """Return what part of a code, or of everything, counts in the average."""
        if self.is_everything:
            return self.span.part
        weights = (one.weight_of(code) for one in self.choice.goods if one.nomenclature == edition)
        return self.span.part * max(weights, default=0.0)


@contextmanager
def by_goods(
    cells: Cells,
    kept: Frame,
    told: Sequence[tuple[str, str]],
    numbered: Sequence[Numbered],
) -> Iterator[Frame]:
    """Add up the amounts of each choice of goods and time, by exporter and importer.

    Yields
    ------
    Frame
        Of ``goods`` (their number), ``exporter``, ``importer``, ``now`` (whether of the period, not
        of the base), ``value`` and ``mass``, null where none is known; with ``product`` and
        ``nomenclature`` where the measure needs goods apart, and the value of what has a mass,
        ``weighed``.
    """
    keeps = question(numbered[0].span.asked.measure).keeps_products
    keys = ["exporter", "importer", *(["nomenclature", "product"] if keeps else [])]
    sums = (*AMOUNTS, "weighed")
    parts = [nw.col(name).sum() for name in (*sums, *(f"{name}_known" for name in AMOUNTS))]
    # All goods are told by thousands of codes, and none of them matters.
    of = [] if numbered[0].is_everything else ["nomenclature", "product"]
    patterns, members = _membership(told if of else [()], numbered)
    counts = table(
        cells,
        {
            "pattern": ("INTEGER", [one[0] for one in members]),
            "goods": ("INTEGER", [one[1] for one in members]),
            "part": ("DOUBLE", [one[2] for one in members]),
        },
    )
    if of:
        lines = {name: ("VARCHAR", [one[at] for one in told]) for at, name in enumerate(of)}
        pattern = table(cells, lines | {"pattern": ("INTEGER", patterns)})
        coded = kept.join(pattern, on=of)
    else:
        coded = kept.with_columns(nw.lit(0).alias("pattern"))
    times = _times(cells, numbered)
    summed = (
        coded.group_by("pattern", "period", *keys)
        .agg(*parts)
        .join(counts, on="pattern")
        .join(times, on=["goods", "period"])
        .with_columns((nw.col(name) * nw.col("part")).alias(name) for name in sums)
        .group_by("goods", "now", *keys)
        .agg(*parts)
    )
    known = (
        nw.when(nw.col(f"{name}_known") > 0).then(nw.col(name)).alias(name) for name in AMOUNTS
    )
    with stored(summed.select("goods", "now", *keys, *known, "weighed"), cells.lake) as rows:
        yield rows


def _membership(
    told: Sequence[tuple[str, ...]], numbered: Sequence[Numbered]
) -> tuple[list[int], list[tuple[int, int, float]]]:
    """Return the pattern that each code has, and which goods count how much of each pattern.

    Codes of one pattern are counted by the same choices, and are added up before they are counted.
    """
    patterns: dict[tuple[float, ...], int] = {}
    of = [
        patterns.setdefault(tuple(one.part_of(*code) for one in numbered), len(patterns))
        for code in told
    ]
    members = [
        (number, goods, part)
        for parts, number in patterns.items()
        for goods, part in enumerate(parts)
        if part
    ]
    return of, members


def _times(cells: Cells, numbered: Sequence[Numbered]) -> Frame:
    """Return which times each choice counts, and whether as its period or as its base."""
    starts = [
        (goods, day, now)
        for goods, one in enumerate(numbered)
        for now, period in one.span.times
        for day in cells.held.starts(period)
    ]
    return table(
        cells,
        {
            "goods": ("INTEGER", [one[0] for one in starts]),
            "period": ("DATE", [one[1] for one in starts]),
            "now": ("BOOLEAN", [one[2] for one in starts]),
        },
    )


def kinds(rows: Frame, asked: Sequence[Definition]) -> dict[int, list[Kind]]:
    """Return what rows each choice of goods has, as far as choices of partners can tell."""
    varied = varying(asked)
    sides = {side: members_of(asked[0], side) for side in SIDES}
    named = varied.union(*sides.values())
    odd = [name for name in special() if name not in named and name != REST]
    labels = []
    for place in SIDES:
        area = nw.col(place)
        label = nw.when(area.is_in(sorted(varied))).then(area).otherwise(nw.lit(""))
        for side, members in sides.items():
            if members and members.isdisjoint(varied):
                here = area.is_in(sorted(members))
                label = nw.when(here).then(nw.lit(fixed(side))).otherwise(label)
        labels.append(label.alias(f"{place}_stands"))
    flagged = rows.select(
        "goods",
        *labels,
        (nw.col("exporter").is_in(odd) | nw.col("importer").is_in(odd)).alias("odd"),
        (nw.col("exporter") == nw.col("importer")).alias("own"),
    ).unique()
    found: dict[int, list[Kind]] = {}
    for goods, importer, exporter, is_odd, is_own in fetch(flagged):
        found.setdefault(goods, []).append(Kind(exporter, importer, is_odd, is_own))
    return found


def table(cells: Cells, columns: Mapping[str, tuple[str, Sequence[Any]]]) -> Frame:
    """Return a few rows of our own as a frame beside the lake's: columns with types and cells."""
    listed = ", ".join(
        f"unnest(${place}::{kind}[]) AS {name}"
        for place, (name, (kind, _)) in enumerate(columns.items(), 1)
    )
    values = [list(cells_) for _, cells_ in columns.values()]
    return nw.from_native(cells.lake.connection.sql(f"SELECT {listed}", params=values))
