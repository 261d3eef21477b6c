"""What must hold of a lake: its files, its rows, what they add up to, and one source by another.

Findings of level ``error`` mean that a result could be wrong; the exit code of `data check` is
that of the errors. `coverage` looks at a delivery while it is loaded, `check_lake` at everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.catalog import Catalog
from entrepot.lake.checks.continuity import coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from entrepot.model.columns import Finding

__all__ = ["check_lake", "coverage"]


def check_lake(
    folder: Path,
    catalog: Catalog,
    connection: duckdb.DuckDBPyConnection,
    codes: Mapping[str, frozenset[str]] | None = None,
) -> Iterator[Finding]:
    """Yield what is wrong with a lake, what looks odd in it, and the findings kept from loads.

    Parameters
    ----------
    folder, catalog, connection
        The lake.
    codes
        Product codes of each edition, for sources that use it; without them no code is unknown.
    """
    from entrepot.lake.checks import continuity, files, implausible_rows, totals
    from entrepot.lake.checks.totals import Totals
    from entrepot.sources import source_info

    broken: set[str] = set()
    yield from files.check_files(folder, catalog, connection, broken)
    yield from continuity.releases(catalog)
    sound = Catalog(tuple(item.without(broken) for item in catalog.snapshots))
    counted = Totals.of(folder, sound, connection.cursor())  # its table ends with it
    for source in counted.sources:
        yield from totals.check_totals(counted, source)
        yield from continuity.check_continuity(counted, source)
        yield from continuity.check_partners(counted, source)
        if not source_info(source).computed:  # what was made of reports is odd where they are
            yield from implausible_rows.check_implausible(counted, source, codes or {})
            yield from implausible_rows.check_prices(counted, source)
            yield from implausible_rows.check_repeated(counted, source)
        yield from implausible_rows.check_confidential(counted, source)
        yield from continuity.check_discontinued(counted, source)
    yield from totals.compare_sources(counted)
