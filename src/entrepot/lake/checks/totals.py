"""The rows that count, added up once for the checks that compare sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.lake import store
from entrepot.lake.current_vintage import current_partitions
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Catalog
    from entrepot.lake.current_vintage import Part
    from entrepot.model.period import Period

__all__ = ["CURRENCY", "REPORTER", "SIDE", "VALUE", "Totals", "when"]

VALUE = "coalesce(value_usd, value_reported)"
CURRENCY = "CASE WHEN value_usd IS NULL THEN currency ELSE 'USD' END"
REPORTER = "CASE reported_by WHEN 'importer' THEN importer ELSE exporter END"
SIDE = "CASE reported_by WHEN 'importer' THEN 'imports' WHEN 'exporter' THEN 'exports' ELSE '' END"
"""Whose row it is, and of which flow it tells; where both tell, the seller stands for it."""


def when(day: str = "period") -> str:
    """Return SQL for a row's period in words by its frequency: 2022, 2022Q1, 2022-01.

    A fiscal year is 2022-04..2023-03.
    """
    return (
        f"CASE freq WHEN 'A' THEN strftime({day}, '%Y') "
        f"WHEN 'Q' THEN concat(year({day}), 'Q', quarter({day})) "
        f"WHEN 'F' THEN concat(strftime({day}, '%Y-%m'), '..', "
        f"strftime({day} + INTERVAL 1 YEAR - INTERVAL 1 DAY, '%Y-%m')) "
        f"ELSE strftime({day}, '%Y-%m') END"
    )


_CELL = "freq, period, exporter, importer, reported_by, partner_basis"


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows that count of every source of flows.

    Their sums by source, period, exporter, importer, teller, basis and currency are the temporary
    table ``sums``, with the columns ``n`` (rows) and ``value``.
    """

    folder: Path
    connection: duckdb.DuckDBPyConnection
    parts: dict[str, list[Part]]

    @classmethod
    def of(cls, folder: Path, catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> Totals:
        """Add up the flows of a lake."""
        names = dict.fromkeys(item.source for item in catalog.snapshots if item.table == "flows")
        held = {
            name: [part for part in current_partitions(catalog.of(name)) if part.counts]
            for name in names
        }
        counted = cls(folder, connection, {name: parts for name, parts in held.items() if parts})
        queries = [counted._sums(name) for name in counted.sources]
        if queries:
            store.keep(connection, "sums", " UNION ALL ".join(queries))
        return counted

    def _sums(self, source: str) -> str:
        """Return SQL that adds up the rows of a source; a flow's total goes before its parts."""
        query = (
            f"SELECT {literal(source)} AS source, {_CELL}, {CURRENCY} AS currency, count(*) AS n, "
            f"sum({VALUE})"
        )
        rows = self.rows(source).sql_query()
        if not any(part.partition.totals for part in self.parts[source]):
            return f"{query} AS value FROM ({rows}) GROUP BY ALL"
        flow = "freq, period, exporter, importer, reported_by"
        return f"""
            {query} FILTER (product = 'TOTAL' OR has_total IS NULL) AS value
            FROM ({rows}) LEFT JOIN
                 (SELECT DISTINCT {flow}, true AS has_total FROM ({rows}) WHERE product = 'TOTAL')
            USING ({flow}) GROUP BY ALL"""

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of flows, in order of their first load."""
        return tuple(self.parts)

    def periods(self, source: str) -> list[Period]:
        """Return the periods that a source has rows of, oldest first."""
        found = {part.partition.period for part in self.parts[source]}
        return sorted(period for period in found if period)

    def count(self, source: str, period: Period) -> int:
        """Return about how many rows a source has in a period."""
        there = (part.partition for part in self.parts[source])
        return sum(part.rows for part in there if part.period == period)

    def rows(self, source: str, periods: Iterable[Period] | None = None) -> duckdb.DuckDBPyRelation:
        """Return the rows that count of a source, or of some periods of it, unread."""
        wanted = None if periods is None else set(periods)
        files = [
            (self.folder / next(iter(part.partition.files.values())).path, part.hidden)
            for part in self.parts[source]
            if wanted is None or part.partition.period in wanted
        ]
        return store.scan(self.connection, "flows", files)

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query over `sums`."""
        return self.connection.execute(query).fetchall()
