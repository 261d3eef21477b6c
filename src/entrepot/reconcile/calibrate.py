"""How many standard deviations hold half of the gaps and nine in ten: of real errors more.

Error variances are means over many gaps, most of which are small and a few large. So the band that
holds nine in ten of normal gaps holds fewer of the real ones. How wide it has to be is measured,
on cells that the variances were not learnt from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.reconcile.gap import together
from entrepot.reconcile.tails import Tails
from entrepot.reconcile.variance import variances

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import duckdb

    from entrepot.reconcile.gap import Gap
    from entrepot.reconcile.scratch import Scratch
    from entrepot.reconcile.variance import Variances

__all__ = ["FEWEST", "HALF", "tails"]

FEWEST = 200
"""Cells told by both below which errors are taken for normal: a quantile of fewer is chance."""
ENOUGH = 500_000
"""Cells that are enough for a quantile."""
HALF = "(hash(exporter, importer, product) % 2)::VARCHAR"
"""Half that a cell belongs to: a flow to the same one in all years, for its gaps are alike."""


def tails(
    scratch: Scratch,
    source: str,
    log_freight: str,
    halves: Sequence[Gap],
    parts: Collection[str] = (),
    part: str = "''",
) -> Tails:
    """Return how heavy the tails of the gaps are, in standard deviations of theirs.

    Parameters
    ----------
    scratch
        Where the cells are.
    source
        Name of the table of cells.
    log_freight
        SQL for the log freight that an importer's report has on top.
    halves
        Gaps by `HALF` and part, written one after the other. Each half is held against variances
        from the other.
    parts
        Parts that have variances of their own.
    part
        SQL for the one of them that a cell is in, empty text for none.

    Returns
    -------
    Tails
        From the 50 % and 90 % quantiles of absolute log gaps over their standard deviations.
    """
    of_half = {half: [gap for gap in halves if gap.part[0] == half] for half in "01"}
    count = sum(gap.cells for gap in halves)
    if count < FEWEST or not all(of_half.values()):
        return Tails()
    learnt = {
        half + name: one
        for half, others in (("0", of_half["1"]), ("1", of_half["0"]))
        for name, one in _variances(others, parts).items()
    }
    for side in ("exporter", "importer"):
        scratch.keep(_table(scratch, learnt, side), f"half_{side}s")
    typical = " ".join(f"WHEN '{name}' THEN {one.typical!r}" for name, one in learnt.items())
    some = f"hash(period, product, importer, exporter) % {-(-count // ENOUGH)} = 0"
    [(found,)] = scratch.query(f"""
        SELECT quantile_cont(abs(gap) / sqrt(coalesce(x.variance, typical)
                                             + coalesce(m.variance, typical)), [0.5, 0.9])
        FROM (
            SELECT exporter, importer, {HALF} || {part} AS part, CASE part {typical} END AS typical,
                   ln(value_importer_usd / value_exporter_usd) - ({log_freight}) AS gap
            FROM {source}
            WHERE value_exporter_usd > 0 AND value_importer_usd > 0 AND {some}
        ) p
        LEFT JOIN own.half_exporters x ON x.area = p.exporter AND x.part = p.part
        LEFT JOIN own.half_importers m ON m.area = p.importer AND m.part = p.part""").fetchall()
    return Tails.fitted(*found) if found else Tails()


def _variances(half: Sequence[Gap], parts: Collection[str]) -> dict[str, Variances]:
    """Return the variances of a half, of all its trade and of each part that has its own."""
    whole = variances(together(half) if parts else half)
    found = {"": whole}
    for name in parts:
        some = [gap for gap in half if gap.part[1:] == name]
        found[name] = variances(some) if some else whole
    return found


def _table(scratch: Scratch, learnt: Mapping[str, Variances], side: str) -> duckdb.DuckDBPyRelation:
    import pyarrow as pa

    rows = [
        {"part": name, "area": area, "variance": value}
        for name, one in learnt.items()
        for area, value in one.doubted(side).items()
    ]
    return scratch.connection.from_arrow(pa.Table.from_pylist(rows))
