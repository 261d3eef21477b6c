"""The lake: everything held, behind one object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.lake.catalog import Catalog
from entrepot.lake.holding import Holding, LoadReport, holding

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    import duckdb
    import narwhals as nw

    from entrepot.lake.catalog import Snapshot
    from entrepot.lake.store import Order
    from entrepot.model.findings import Finding
    from entrepot.settings import Settings

__all__ = ["Lake"]


class Lake:
    """Rows of every source held, with the bytes they came from.

    Open it with `Lake.open`. Reading never writes; an absent folder is an empty lake. The
    connection takes one call at a time: give each thread its own lake.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: duckdb.DuckDBPyConnection | None = None

    @classmethod
    def open(cls, path: str | os.PathLike[str] | None = None) -> Lake:
        """Open the lake in a folder; by default the one the environment or the user's data name."""
        from entrepot.settings import Settings

        return cls(Settings.read(path))

    @property
    def path(self) -> Path:
        """Folder of the lake."""
        return self._settings.lake

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The lake's own DuckDB connection, opened when first asked for."""
        if self._connection is None:
            from entrepot.engine import connect

            self._connection = connect(memory=self._settings.memory, threads=self._settings.threads)
        return self._connection

    def holdings(self) -> tuple[Holding, ...]:
        """Return what each delivered file brought, oldest load first."""
        return tuple(map(holding, Catalog.read(self.path).snapshots))

    def holds(self, source: str) -> bool:
        """Whether anything of a source is held."""
        return bool(Catalog.read(self.path).of(source))

    def flows(
        self, source: str, *, by: Order = "importer"
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """Return the rows of a source in canonical columns, unread, on the lake's connection.

        Parameters
        ----------
        source
            Id of a source.
        by
            Side on which the question picks single areas: the copy sorted by it is read.

        Raises
        ------
        NoEvidenceError
            If nothing of the source is held.
        """
        import narwhals as nw

        from entrepot.lake import store

        parts = [part for item in self._of(source) for part in item.partitions]
        relation = store.scan(self.connection, [self.path / part.files[by].path for part in parts])
        return nw.from_native(relation).lazy()

    def add(
        self,
        source: str,
        paths: Sequence[str | os.PathLike[str]],
        *,
        replace: bool = False,
        nomenclature: str | None = None,
        vintage: str | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> LoadReport:
        """Add files of a source: all of them or none.

        Parameters
        ----------
        source
            Id of a source.
        paths
            Files as the publisher ships them. Bytes that are held already are left as they are.
        replace
            Whether rows of periods that are held are replaced; otherwise that is an error.
        nomenclature, vintage
            Edition of the product codes and release, where the name of a file does not say.
        progress
            Called with a few words before each step.

        Raises
        ------
        UnknownNameError
            If there is no such source.
        BadFileError
            If a file is not what the source promises, or a period is held or given twice.
        OutsideError
            If the disk is full, or another load is running.
        """
        from entrepot.lake.load import load

        if not paths:
            raise RequestError("no file to add", hint=f"entrepot data add {source} FILE")
        return load(
            self.path,
            source,
            [Path(path) for path in paths],
            self.connection,
            replace=replace,
            nomenclature=nomenclature,
            vintage=vintage,
            progress=progress,
        )

    def remove(self, source: str, *, snapshot: str | None = None) -> tuple[Holding, ...]:
        """Remove a source, or one snapshot of it, with the delivered bytes; return what it was.

        Raises
        ------
        NoEvidenceError
            If nothing of the source is held.
        UnknownNameError
            If no snapshot of it starts like this.
        """
        from entrepot.lake.publish import remove

        items = self._of(source)
        gone = [item for item in items if item.id.startswith((snapshot or "").lower()[:12])]
        if not gone:
            ids = [item.id for item in items]
            raise UnknownNameError("snapshot", str(snapshot), ids, hint=f"held: {', '.join(ids)}")
        remove(self.path, {item.id for item in gone}, source)
        return tuple(map(holding, gone))

    def export(
        self,
        source: str,
        target: str | os.PathLike[str],
        *,
        importer: str | None = None,
        exporter: str | None = None,
        period: str | None = None,
    ) -> int:
        """Write rows of a source in canonical columns to a CSV or Parquet file.

        Parameters
        ----------
        source
            Id of a source.
        target
            File to write, ending in ``.csv`` or ``.parquet``; one that exists is replaced.
        importer, exporter, period
            Keep only rows of these areas (an area, group or sum) and inside this period.

        Returns
        -------
        int
            Number of rows written.
        """
        from entrepot.lake.export import export

        rows = self.flows(source, by="exporter" if exporter and not importer else "importer")
        return export(
            self.connection,
            rows,
            Path(target),
            importer=importer,
            exporter=exporter,
            period=period,
        )

    def check(self) -> tuple[Finding, ...]:
        """Check files and rows; return findings, those kept from loads included."""
        from entrepot.lake import store
        from entrepot.lake.checks import check_lake

        catalog = Catalog.read(self.path)
        if not catalog.snapshots:
            return ()
        with store.guarded(self.path):
            return tuple(check_lake(self.path, catalog, self.connection))

    def _of(self, source: str) -> tuple[Snapshot, ...]:
        found = Catalog.read(self.path).of(source)
        if not found:
            from entrepot.sources import source_ids

            if source not in source_ids():
                raise UnknownNameError("source", source, source_ids())
            raise NoEvidenceError(
                f"nothing of {source} is held",
                where=str(self.path),
                hint=f"entrepot data add {source} FILE",
            )
        return found
