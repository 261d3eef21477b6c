"""The rows that any specification of a question needs, read once and kept in memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.curve.partner_choices import varying
from entrepot.figures.questions import of as question
from entrepot.figures.sides import SIDES, among, members_of, reach
from entrepot.goods import merged
from entrepot.lake import fetch, relation, stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from entrepot.figures.cells import Cells, Frame
    from entrepot.figures.curve.choices import GoodsChoice
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side

__all__ = ["AMOUNTS", "ReportedSlice", "areas_there", "codes_there", "cut", "told", "widest"]

AMOUNTS = ("value", "mass")


@contextmanager
def cut(
    cells: Cells, asked: Sequence[Definition], choices: Sequence[GoodsChoice]
) -> Iterator[Frame]:
    """Read the cells that any of the questions about any of the goods needs.

    Yields
    ------
    Frame
        Of ``product``, ``nomenclature``, ``exporter``, ``importer``, ``period``, ``valuation``,
        ``partner_basis``, ``value``, ``mass``, ``weighed``, the value of what has a mass, and of
        how many rows each amount is known.
    """
    whole = widest(asked)
    by, there = _reach(whole)
    goods = merged([part for one in choices for part in one.goods])
    rows = cells.rows(by, goods, whole, there, own=True, whole=True)
    value, mass = nw.col(cells.column(whole)), nw.col("mass_kg")
    keys = ("product", "nomenclature", "exporter", "importer", "period", *SAID)
    summed = (
        rows.with_columns(
            value.alias("value"),
            mass.alias("mass"),
            nw.when(~mass.is_null()).then(value).alias("weighed"),
            value.alias("value_known"),
            mass.alias("mass_known"),
        )
        .group_by(*keys)
        .agg(
            *(nw.col(name).sum() for name in ("value", "mass", "weighed")),
            *(nw.col(f"{name}_known").count() for name in AMOUNTS),
        )
    )
    # The few cells that are left are put together in DuckDB, whatever engine read them.
    here = nw.from_native(relation(summed, cells.lake))
    with stored(here, cells.lake) as kept:
        yield kept


SAID = ("valuation", "partner_basis")


def _reach(asked: Definition) -> tuple[Side, nw.Expr]:
    """Return the rows that the number needs; of exposure, the trade of the two with each other."""
    if question(asked.measure).trade != "world":
        return reach(asked)
    back = asked.but(importer=asked.exporter, exporter=asked.importer)
    one, other = (among("importer", way) & among("exporter", way) for way in (asked, back))
    return "importer", one | other


def widest(asked: Sequence[Definition]) -> Definition:
    """Return the question with the most areas, in which those of all the others are."""
    return max(asked, key=lambda one: sum(len(members_of(one, side)) for side in SIDES))


@dataclass(frozen=True, slots=True)
class ReportedSlice:
    """What the rows of one period say of their values."""

    period: date
    valuation: str | None
    basis: str | None
    value: float
    weighed: float


def told(kept: Frame) -> list[ReportedSlice]:
    """Return the value of each period by valuation and basis, and what of it has a mass."""
    sums = kept.group_by("period", *SAID).agg(nw.col("value").sum(), nw.col("weighed").sum())
    return [ReportedSlice(*row) for row in fetch(sums.select("period", *SAID, "value", "weighed"))]


def areas_there(kept: Frame, asked: Sequence[Definition]) -> dict[Side, frozenset[str]]:
    """Return which of the areas that come and go stand on each side."""
    wanted = sorted(varying(asked))
    found: dict[Side, frozenset[str]] = {"importer": frozenset(), "exporter": frozenset()}
    if wanted:
        for side in found:
            if any(members_of(one, side) for one in asked):
                rows = kept.filter(nw.col(side).is_in(wanted)).select(side).unique()
                found[side] = frozenset(name for (name,) in fetch(rows))
    return found


def codes_there(kept: Frame) -> list[tuple[str, str]]:
    """Return each code that is told, after its edition."""
    return fetch(kept.select("nomenclature", "product").unique())
