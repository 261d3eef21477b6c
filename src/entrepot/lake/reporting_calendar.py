"""Who reports when: the rows of a source by area and period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.lake import store
from entrepot.lake.current_vintage import Part
from entrepot.lake.system_errors import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from entrepot.lake.state import State
    from entrepot.model.period import Period

__all__ = ["Picture", "pictures"]


@dataclass(frozen=True, slots=True)
class Picture:
    """Number of rows by area and period, for periods of one length.

    Attributes
    ----------
    who
        ``reporters``; ``exporters`` where rows are told by both sides, so that nobody reports.
    freq
        ``A``, ``Q`` or ``M``.
    periods
        Periods held, oldest first.
    rows
        For each area the number of rows in each period, in their order, 0 where there is none;
        the area with most rows first.
    """

    who: str
    freq: str
    periods: tuple[Period, ...]
    rows: dict[str, tuple[int, ...]]

    @property
    def with_gaps(self) -> list[str]:
        """Areas that are missing in some period after their first, largest first."""
        return [
            area
            for area, counts in self.rows.items()
            if 0 in counts[next(at for at, count in enumerate(counts) if count) :]
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the picture as plain JSON types."""
        return {
            "who": self.who,
            "freq": self.freq,
            "periods": [str(period) for period in self.periods],
            "rows": {area: list(counts) for area, counts in self.rows.items()},
            "with_gaps": self.with_gaps,
        }


def pictures(
    connection: duckdb.DuckDBPyConnection, state: State, source: str, snapshot: str | None
) -> Iterator[Picture]:
    """Yield a picture for each frequency; see `entrepot.lake.Lake.pictures`."""
    if snapshot is None:
        parts = state.parts(source)
    else:
        chosen = state.chosen(source, snapshot)
        parts = [Part(item, partition) for item in chosen for partition in item.partitions]
    if parts[0].snapshot.table != "flows":
        return
    rows = store.scan(connection, "flows", state.files(parts, "importer"))
    with readable():
        both = bool(rows.filter("reported_by = 'both'").limit(1).fetchall())
        area = (
            "exporter"
            if both
            else "CASE reported_by WHEN 'importer' THEN importer ELSE exporter END"
        )
        counts = rows.aggregate(f"freq, period, {area} AS area, count(*) AS n").fetchall()
    there = {part.partition.period for part in parts if part.counts}
    for freq in dict.fromkeys(period.freq for period in sorted(p for p in there if p)):
        periods = sorted(period for period in there if period and period.freq == freq)
        places = {period.start: at for at, period in enumerate(periods)}
        found: dict[str, list[int]] = {}
        for one, start, name, count in counts:
            if one == freq:
                found.setdefault(name, [0] * len(periods))[places[start]] = count
        if not found:  # all of it are totals, which are no rows of a reporter and a partner
            continue
        order = sorted(found, key=lambda name: (-sum(found[name]), name))
        yield Picture(
            "exporters" if both else "reporters",
            freq,
            tuple(periods),
            {name: tuple(found[name]) for name in order},
        )
