"""The rows of a curve by choice of goods and of time, and what they are to choices of partners."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.figures.curve.cut import AMOUNTS
from entrepot.figures.curve.ways import Kind, varying
from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import special
from entrepot.figures.sides import SIDES, members_of
from entrepot.lake import fetch, stored
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from entrepot.figures.cells import Cells, Frame
    from entrepot.figures.curve.choices import GoodsChoice
    from entrepot.figures.curve.spans import Span
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
    told: Sequence[tuple[date, str, str]],
    numbered: Sequence[Numbered],
) -> Iterator[Frame]:
    """Add up the amounts of each choice of goods and time, by exporter and importer.

    Yields
    ------
    Frame
        Of ``goods`` (their number), ``exporter``, ``importer``, ``now`` (whether of the period, not
        of the base), ``value`` and ``mass``, null where none is known; with ``product`` and
        ``nomenclature`` where the measure needs goods apart.
    """
    keeps = question(numbered[0].span.asked.measure).keeps_products
    keys = ["exporter", "importer", *(["nomenclature", "product"] if keeps else [])]
    parts = [nw.col(name).sum() for name in (*AMOUNTS, *(f"{name}_known" for name in AMOUNTS))]
    # All goods are told by hundreds of thousands of codes and times, and none of them matters.
    of = ["period"] if numbered[0].is_everything else ["period", "nomenclature", "product"]
    lines, members = _membership(list(dict.fromkeys(line[: len(of)] for line in told)), numbered)
    pattern = table(
        cells,
        [(*(literal(str(text)) for text in line), number) for line, number in lines],
        ("told", *of[1:], "pattern"),
    ).with_columns(nw.col("told").cast(nw.Date).alias("period"))
    counts = table(
        cells,
        [(number, goods, str(now), repr(part)) for number, goods, now, part in members],
        ("pattern", "goods", "now", "part"),
    ).with_columns(nw.col("part").cast(nw.Float64))
    summed = (
        kept.join(pattern, on=of)
        .group_by("pattern", *keys)
        .agg(*parts)
        .join(counts, on="pattern")
        .with_columns((nw.col(name) * nw.col("part")).alias(name) for name in AMOUNTS)
        .group_by("goods", "now", *keys)
        .agg(*parts)
    )
    known = (
        nw.when(nw.col(f"{name}_known") > 0).then(nw.col(name)).alias(name) for name in AMOUNTS
    )
    with stored(summed.select("goods", "now", *keys, *known), cells.lake) as rows:
        yield rows


Pattern = tuple[tuple[int, bool, float], ...]
Line = tuple[Any, ...]
"""A time, or a time, an edition and a code."""


def _membership(
    told: Sequence[Line], numbered: Sequence[Numbered]
) -> tuple[list[tuple[Line, int]], list[tuple[int, int, bool, float]]]:
    """Return the pattern that each line has, and what has a part in each pattern.

    A pattern is which choices count a line, as what and how much of it. Lines of one pattern are
    added up before they are counted once for each choice.
    """
    patterns: dict[Pattern, int] = {}
    times: dict[date, list[tuple[int, bool]]] = {}
    parts: dict[Line, list[float]] = {}
    lines = []
    for line in told:
        day, goods = line[0], line[1:]
        if day not in times:
            times[day] = [
                (number, now)
                for number, one in enumerate(numbered)
                for now, period in one.span.times
                if period.start <= day <= period.end
            ]
        if goods not in parts:
            parts[goods] = [one.part_of(*goods) for one in numbered]
        which = tuple(
            (number, now, part) for number, now in times[day] if (part := parts[goods][number])
        )
        if which:
            lines.append((line, patterns.setdefault(which, len(patterns))))
    members = [
        (number, place, now, part)
        for which, number in patterns.items()
        for place, now, part in which
    ]
    return lines, members


def kinds(rows: Frame, asked: Sequence[Definition]) -> dict[int, list[Kind]]:
    """Return what rows each choice of goods has, as far as choices of partners can tell."""
    wanted, others = sorted(varying(asked)), special()
    named = frozenset().union(*(members_of(one, side) for one in asked for side in SIDES))
    no_country = [name for name in others if name not in named]
    fixed = [
        sorted(group)
        for side in SIDES
        if len(group := frozenset.intersection(*(members_of(one, side) for one in asked))) > 1
    ]
    one_of = {
        side: nw.when(nw.col(side).is_in(wanted)).then(nw.col(side)).otherwise(nw.lit(""))
        for side in SIDES
    }
    inside = nw.lit(False)
    for members in fixed:
        inside = inside | (nw.col("exporter").is_in(members) & nw.col("importer").is_in(members))
    table_ = rows.select(
        "goods",
        one_of["exporter"].alias("one"),
        one_of["importer"].alias("other"),
        (nw.col("exporter").is_in(no_country) | nw.col("importer").is_in(no_country)).alias("odd"),
        (nw.col("exporter") == nw.col("importer")).alias("own"),
        inside.alias("inside"),
    ).unique()
    found: dict[int, list[Kind]] = {}
    for goods, *row in fetch(table_):
        found.setdefault(goods, []).append(Kind(*row))
    return found


def table(cells: Cells, rows: Sequence[tuple[Any, ...]], names: tuple[str, ...]) -> Frame:
    """Return a few rows of our own, written as SQL has them, as a frame beside the lake's."""
    listed = ", ".join(f"({', '.join(map(str, row))})" for row in rows)
    query = f"SELECT * FROM (VALUES {listed}) AS t({', '.join(names)})"
    return nw.from_native(cells.lake.connection.sql(query))
