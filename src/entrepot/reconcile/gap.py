"""The gaps between two reports of one flow, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError
from entrepot.reconcile.pairing import over

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    import numpy as np

__all__ = ["Gap", "gaps", "places_of", "require", "together"]

SMALLEST = 10_000.0
"""US dollars below which a cell is no evidence of anybody's reliability: rounding rules there."""
WIDEST = 3.0
"""Log gap above which two reports are of different things (20 times): no larger one counts more."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Gaps of one pair: cells with both reports, mean absolute log gap, mean relative gap.

    `part` is the year, chapter or half that they are of; empty for all.
    """

    exporter: str
    importer: str
    cells: int
    log_gap: float
    relative_gap: float
    part: str = ""


def gaps(pairs: duckdb.DuckDBPyRelation, freight: str = "0", part: str = "''") -> tuple[Gap, ...]:
    """Return the gaps of every pair that reports some cells twice.

    Parameters
    ----------
    pairs
        From `pair`.
    freight
        SQL for the log freight that an importer's report has on top.
    part
        SQL for the part of the trade that each gap is of.
    """
    found = over(
        pairs,
        "pairs",
        f"""
        SELECT exporter, importer, count(*),
               avg(least(abs(gap), {WIDEST})), avg(abs(tanh(gap / 2))), {part}
        FROM (SELECT *, ln(value_importer_usd / value_exporter_usd) - ({freight}) AS gap FROM pairs
              WHERE value_exporter_usd > 0 AND value_importer_usd > 0
                AND greatest(value_exporter_usd, value_importer_usd) >= {SMALLEST})
        GROUP BY ALL ORDER BY ALL""",
    )
    return tuple(Gap(*row) for row in found.fetchall())


def together(parts: Sequence[Gap]) -> tuple[Gap, ...]:
    """Return the gaps of every pair over all parts."""
    sums: dict[tuple[str, str], tuple[int, float, float]] = {}
    for one in parts:
        n, log, relative = sums.get((one.exporter, one.importer), (0, 0.0, 0.0))
        sums[one.exporter, one.importer] = (
            n + one.cells,
            log + one.cells * one.log_gap,
            relative + one.cells * one.relative_gap,
        )
    return tuple(
        Gap(*pair, n, log / n, relative / n) for pair, (n, log, relative) in sorted(sums.items())
    )


def require(found: Sequence[Gap]) -> None:
    """Refuse to measure anybody where nothing is told twice."""
    if not found:
        raise NoEvidenceError(
            "no flow is reported by both sides",
            why="how reliable reporters are shows in the gaps between two reports",
            hint="add the reports of more countries",
        )


def places_of(found: Sequence[Gap]) -> tuple[list[str], list[str], np.ndarray]:
    """Return exporters, importers, and for each gap the places of both in the two lists joined."""
    import numpy as np

    exporters = sorted({gap.exporter for gap in found})
    importers = sorted({gap.importer for gap in found})
    first = {name: place for place, name in enumerate(exporters)}
    second = {name: place + len(exporters) for place, name in enumerate(importers)}
    places = [[first[gap.exporter] for gap in found], [second[gap.importer] for gap in found]]
    return exporters, importers, np.array(places)
