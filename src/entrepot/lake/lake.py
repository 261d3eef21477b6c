"""The lake: everything held, behind one object."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.lake import readers
from entrepot.lake.catalog import Catalog
from entrepot.lake.force import Part, in_force
from entrepot.lake.holding import Holding, LoadReport, holdings
from entrepot.sources import is_own, split_address

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    import duckdb
    import narwhals as nw

    from entrepot.lake.catalog import Snapshot
    from entrepot.lake.layout import Order
    from entrepot.model.columns import Table
    from entrepot.model.findings import Finding
    from entrepot.settings import Settings

__all__ = ["Lake"]


class Lake:
    """Rows of every source held, with the bytes they came from.

    Open it with `Lake.open`. Reading never writes; an absent folder is an empty lake. The
    connection takes one call at a time: give each thread its own lake.

    Others may change the lake at any time. What belongs together is read inside `reading`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._pinned: Catalog | None = None

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

    @contextmanager
    def reading(self) -> Iterator[Lake]:
        """Read one state of the lake in the whole block, whatever is changed meanwhile.

        Files of that state stay until the block ends. Keep it short: as long as somebody reads, a
        change frees no space. A block inside a block reads the state of the outer one.

        Examples
        --------
        >>> with Lake.open("no-lake").reading() as held:
        ...     held.holdings()
        ()
        """
        if self._pinned is not None:
            yield self
            return
        with readers.reading(self.path):
            self._pinned = Catalog.read(self.path)
            try:
                yield self
            finally:
                self._pinned = None

    def _catalog(self) -> Catalog:
        return Catalog.read(self.path) if self._pinned is None else self._pinned

    def holdings(self) -> tuple[Holding, ...]:
        """Return what each delivered file brought, oldest load first."""
        return holdings(self._catalog())

    def holds(self, source: str) -> bool:
        """Whether anything of a source is held; `source` as in `flows`."""
        name, vintage = split_address(source)
        return any(vintage in (None, item.vintage) for item in self._catalog().of(name))

    def flows(
        self, source: str, *, by: Order = "importer"
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """Return the rows of a source in canonical columns, unread, on the lake's connection.

        Parameters
        ----------
        source
            Id of a source, or of one release of it: ``baci``, ``baci@V202501``. Without a release
            the latest one counts in every period.
        by
            Side on which the question picks single areas: the copy sorted by it is read.

        Raises
        ------
        NoEvidenceError
            If nothing of the source is held.
        RequestError
            If the source brings another table than flows.
        """
        parts = self._parts(source)
        if parts[0].snapshot.table != "flows":
            table = parts[0].snapshot.table
            raise RequestError(
                f"{source} holds {table}, not flows",
                hint=f'read it with Lake.table("{table}")',
            )
        return self._scan(parts, by)

    def table(
        self, name: Table, *, source: str | None = None, by: Order = "importer"
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """Return the rows of a canonical table, of one source or of all that bring it, unread.

        Raises
        ------
        NoEvidenceError
            If nothing of the table is held.
        """
        if source:
            return self._scan(self._parts(source), by)
        catalog = self._catalog()
        names = dict.fromkeys(item.source for item in catalog.snapshots if item.table == name)
        if not names:
            raise NoEvidenceError(
                f"no table {name} is held",
                where=str(self.path),
                hint="entrepot data sources says which source brings it",
            )
        return self._scan([part for one in names for part in in_force(catalog.of(one))], by)

    def _scan(self, parts: list[Part], by: Order) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        import narwhals as nw

        from entrepot.lake import store

        files = []
        for part in parts:
            stored = part.partition.files
            if part.counts:
                path = stored[by] if by in stored else next(iter(stored.values()))
                files.append((self.path / path.path, part.hidden))
        relation = store.scan(self.connection, parts[0].snapshot.table, files)
        return nw.from_native(relation).lazy()

    def add(
        self,
        source: str,
        paths: Sequence[str | os.PathLike[str]],
        *,
        replace: bool = False,
        nomenclature: str | None = None,
        vintage: str | None = None,
        mapping: str | None = None,
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
            Whether what is held of the same release gives way: the whole period, or for a source
            of single reports what the same reporters told; otherwise that is an error. A later
            release takes the place of an earlier one without it.
        nomenclature, vintage
            Edition of the product codes and release, where the name of a file does not say.
        mapping
            For a table of the user's own: the text that says which column is what. The table
            becomes the source ``table.<id>``, the id being the mapping's or the file's name.
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
        from entrepot.sources.own import MAPPED, own_source
        from entrepot.sources.parser import Said

        if not paths:
            raise RequestError("no file to add", hint=f"entrepot data add {source} FILE")
        name, title = split_address(source)[0], ""
        if name == "table" or is_own(name):
            name, title = own_source(name, Path(paths[0]).stem, mapping)
        elif mapping and name not in MAPPED:
            raise RequestError(
                f"{name} takes no mapping",
                why="its columns are known",
                hint="leave it out, or add the file as a table of your own: data add table FILE",
            )
        return load(
            self.path,
            name,
            [Path(path) for path in paths],
            self.connection,
            replace=replace,
            said=Said(nomenclature, vintage, mapping),
            title=title,
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

        name, vintage = split_address(source)
        items = [item for item in self._of(name) if vintage in (None, item.vintage)]
        gone = [item for item in items if item.id.startswith((snapshot or "").lower()[:12])]
        if not gone:
            ids = [item.id for item in items]
            raise UnknownNameError("snapshot", str(snapshot), ids, hint=f"held: {', '.join(ids)}")
        going = {item.id for item in gone}
        what = (item for item in self.holdings() if item.source == name)
        found = tuple(item for item in what if item.snapshot in going)
        remove(self.path, going, name)
        return found

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

        with self.reading():
            rows = self._scan(
                self._parts(source), by="exporter" if exporter and not importer else "importer"
            )
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
        from entrepot.lake.checks import check_lake
        from entrepot.lake.outside import guarded

        with self.reading(), guarded(self.path):
            return tuple(check_lake(self.path, self._catalog(), self.connection))

    def _parts(self, source: str) -> list[Part]:
        """Return what counts of a source or of one release of it."""
        name, vintage = split_address(source)
        found = in_force(self._of(name), vintage)
        if not found:
            held = sorted({item.vintage for item in self._of(name)})
            raise UnknownNameError("release", str(vintage), held, hint=f"held: {', '.join(held)}")
        return found

    def _of(self, source: str) -> tuple[Snapshot, ...]:
        found = self._catalog().of(source)
        if not found:
            from entrepot.sources import source_info

            source_info(source)  # an unknown one is another mistake
            raise NoEvidenceError(
                f"nothing of {source} is held",
                where=str(self.path),
                hint=f"entrepot data add {source} FILE",
            )
        return found
