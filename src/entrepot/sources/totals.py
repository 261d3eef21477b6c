"""Totals in a file, compared with the sums of their parts: one comparison for every source.

Sources differ in what a cell, a total and its parts are, in how far rounding may take the two
apart, and in what follows (a finding, a refusal). What is compared and counted is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

ABSOLUTE = "abs(total - parts)"
RELATIVE = "abs(total - parts) / nullif(total, 0)"
"""SQL for the size of a gap between a total and its parts, by which the example is chosen."""

Example = tuple[str, float, float]
"""A cell in words, its total, and the sum of its parts."""


@dataclass(frozen=True, slots=True)
class TotalsCompared:
    """How the totals of a file compare with the sums of their parts.

    Attributes
    ----------
    totals, amount
        Number of totals, and what they add up to.
    agree
        Totals that equal the sum of their parts, but for rounding.
    short, short_by
        Totals of which the parts fall short, and by how much together.
    over, over_by
        Totals that their parts exceed, and by how much together.
    alone, alone_amount
        Totals without a part in the file, and what they add up to.
    untotalled
        Sums of parts without a total.
    parts
        Rows that are parts of a total.
    largest, largest_short, largest_over, largest_alone
        The totals with the largest gap, in either direction, and the largest total without parts.
    """

    totals: int
    amount: float
    agree: int
    short: int
    short_by: float
    over: int
    over_by: float
    alone: int
    alone_amount: float
    untotalled: int
    parts: int
    largest: Example | None
    largest_short: Example | None
    largest_over: Example | None
    largest_alone: Example | None

    @property
    def differ(self) -> int:
        """Totals that are not the sum of their parts."""
        return self.short + self.over


def compare_totals(
    connection: duckdb.DuckDBPyConnection, cells: str, slack: str, *, gap: str = ABSOLUTE
) -> TotalsCompared:
    """Compare totals with the sums of their parts.

    Parameters
    ----------
    cells
        SQL of one row a cell: ``cell`` (in words), ``total`` (null where there is none), ``parts``
        (their sum) and ``n`` (their number); other columns for `slack` alone.
    slack
        SQL for the gap that rounding alone can make.
    gap
        What size of a gap makes an example the largest: `ABSOLUTE` or `RELATIVE`.
    """
    off, short, over = (
        "gap > slack",
        "gap > slack AND parts < total",
        "gap > slack AND parts > total",
    )
    # A list has one type, so numbers go as text; a DOUBLE printed by DuckDB reads back exactly.
    example = "[cell, total::DOUBLE::VARCHAR, parts::DOUBLE::VARCHAR]"
    # gap is null without parts or total: such cells are counted by n = 0 and total IS NULL. Ties go
    # by the cell's words, for the same answer each time.
    [found] = connection.execute(f"""
        WITH sized AS (
            SELECT cell, total, coalesce(parts, 0) AS parts, n, {gap} AS size,
                   CASE WHEN n > 0 THEN abs(total - parts) END AS gap, {slack} AS slack
            FROM ({cells}))
        SELECT count(total), coalesce(sum(total), 0), count(*) FILTER (gap <= slack),
               count(*) FILTER ({short}), coalesce(sum(gap) FILTER ({short}), 0),
               count(*) FILTER ({over}), coalesce(sum(gap) FILTER ({over}), 0),
               count(total) FILTER (n = 0), coalesce(sum(total) FILTER (n = 0), 0),
               count(*) FILTER (total IS NULL AND n > 0),
               coalesce(sum(n) FILTER (total IS NOT NULL), 0),
               first({example} ORDER BY size DESC, cell) FILTER ({off}),
               first({example} ORDER BY size DESC, cell) FILTER ({short}),
               first({example} ORDER BY size DESC, cell) FILTER ({over}),
               first({example} ORDER BY total DESC, cell) FILTER (n = 0)
        FROM sized""").fetchall()
    counts, examples = found[:-4], found[-4:]
    return TotalsCompared(*counts, *(_example(one) for one in examples))


def _example(texts: list[str] | None) -> Example | None:
    return None if texts is None else (texts[0], float(texts[1]), float(texts[2]))
