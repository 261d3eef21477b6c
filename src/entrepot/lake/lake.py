"""The lake: everything held, behind one object."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.lake import readers
from entrepot.lake.state import State
from entrepot.sources import split_address

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import duckdb
    import narwhals as nw

    from entrepot.lake.holding import Holding, LoadReport
    from entrepot.lake.layout import Order
    from entrepot.lake.picture import Picture
    from entrepot.lake.remembered import Remembered
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
        self._pinned: State | None = None

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
        """
        if self._pinned is not None:
            yield self
            return
        with readers.reading(self.path):
            self._pinned = self._state()
            try:
                yield self
            finally:
                self._pinned = None

    def _state(self) -> State:
        return self._pinned or State.read(self.path)

    @property
    def remembered(self) -> Remembered:
        """What questions found out about this state of the lake."""
        return self._state().remembered

    def holdings(
        self, source: str | None = None, *, snapshot: str | None = None
    ) -> tuple[Holding, ...]:
        """Return what each delivered file brought, oldest load first.

        With `source`, what is held of it or of one release of it, and with `snapshot` (its first
        digits) what one file brought; errors as in `pictures`.
        """
        state = self._state()
        if source is None:
            return state.holdings
        wanted = {(item.source, item.id, item.vintage) for item in state.chosen(source, snapshot)}
        return tuple(
            one for one in state.holdings if (one.source, one.snapshot, one.vintage) in wanted
        )

    def holds(self, source: str) -> bool:
        """Whether anything of a source is held; `source` as in `flows`."""
        name, vintage = split_address(source)
        return any(vintage in (None, item.vintage) for item in self._state().catalog.of(name))

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
        state = self._state()
        return state.rows(self.connection, state.parts_of_flows(source), by)

    def table(
        self, name: Table, *, source: str | None = None, by: Order = "importer"
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """Return the rows of a canonical table, of one source or of all that bring it, unread.

        Raises
        ------
        NoEvidenceError
            If nothing of the table is held.
        """
        state = self._state()
        parts = state.parts(source) if source else state.parts_of_table(name)
        return state.rows(self.connection, parts, by)

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
            Files as published. Bytes that are held already are left as they are.
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
        from entrepot.lake.load import load, no_file
        from entrepot.sources.own import named_source
        from entrepot.sources.parser import Said

        if not paths:
            raise no_file(source)
        name, title = named_source(split_address(source)[0], Path(paths[0]), mapping)
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

        gone = self.holdings(source, snapshot=snapshot)
        named = {(item.snapshot, item.vintage) for item in gone}
        remove(self.path, named, split_address(source)[0])
        return gone

    def export(
        self,
        source: str,
        target: str | os.PathLike[str],
        *,
        importer: str | None = None,
        exporter: str | None = None,
        period: str | None = None,
    ) -> int:
        """Write rows of a source to a CSV or Parquet file, and return how many.

        `target` ends in ``.csv`` or ``.parquet``; a file that exists is replaced. Rows are of these
        areas (an area, group or sum each) and inside this period.
        """
        from entrepot.lake.export import export

        with self.reading():
            by: Order = "exporter" if exporter and not importer else "importer"
            rows = self._state().rows(self.connection, self._state().parts(source), by)
            return export(
                self.connection,
                rows,
                Path(target),
                importer=importer,
                exporter=exporter,
                period=period,
            )

    def findings(self, source: str | None = None) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """Return what was noticed at every load, of all sources or of one, as a table.

        It has the columns of a `Finding`, and ``source``, ``vintage`` and ``snapshot``.
        """
        import narwhals as nw

        from entrepot.lake import store

        state = self._state()
        items = state.of(source) if source else state.catalog.snapshots
        return nw.from_native(store.findings(self.connection, items)).lazy()

    def pictures(self, source: str, *, snapshot: str | None = None) -> tuple[Picture, ...]:
        """Return who reports when, for each frequency that a source has flows of.

        Parameters
        ----------
        source
            As in `flows`: rows that count.
        snapshot
            First digits of a snapshot: all of its rows, whether they count or not.

        Raises
        ------
        NoEvidenceError
            If nothing of the source is held.
        UnknownNameError
            If there is no such release or snapshot.
        """
        from entrepot.lake.picture import pictures

        with self.reading():
            return tuple(pictures(self.connection, self._state(), source, snapshot))

    def check(self, codes: Mapping[str, frozenset[str]] | None = None) -> tuple[Finding, ...]:
        """Check files and rows; return findings, those kept from loads included.

        Parameters
        ----------
        codes
            Product codes of each edition (``HS2017``); without them no code is unknown.
        """
        from entrepot.lake.checks import check_lake
        from entrepot.lake.outside import guarded

        with self.reading(), guarded(self.path):
            return tuple(check_lake(self.path, self._state().catalog, self.connection, codes))
