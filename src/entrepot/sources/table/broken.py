"""What DuckDB cannot read is read again line by line, which says where it breaks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from entrepot.sources.parquet import is_ours, reading
from entrepot.sources.strict import refuse_uneven

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from entrepot.sources.table.cells import Cells

__all__ = ["naming_the_row"]


@contextmanager
def naming_the_row(connection: duckdb.DuckDBPyConnection, cells: Cells) -> Iterator[None]:
    """Turn what DuckDB says of a damaged file into our error, with the row.

    Raises
    ------
    BadFileError
        With file and row; without the row, if no line breaks on its own.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        if is_ours(error):
            raise
        with reading(cells.label):
            for _ in cells.lines(connection):
                pass
            if not cells.is_parquet:
                refuse_uneven(cells.path, cells.label, cells.mapping.head)
            raise error
