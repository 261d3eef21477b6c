"""What a lake answers to whoever reads it."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import OutsideError
from entrepot.lake import readers
from entrepot.lake.bundled import bundled, is_bundled
from entrepot.lake.row_cache import InMemory
from entrepot.lake.state import State, forget_state
from entrepot.lake.system_errors import readable
from entrepot.lake.unchanged import (
    ChangedError,
    all_files,
    require_read,
    require_sizes,
    require_whole,
)
from entrepot.limits import files_allowed, step
from entrepot.sources import split_address

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from typing import Self

    import duckdb
    import narwhals as nw

    from entrepot.lake.current_vintage import Part
    from entrepot.lake.inventory import InventoryItem
    from entrepot.lake.layout import Order
    from entrepot.lake.reporting_calendar import Picture
    from entrepot.lake.state_cache import Remembered
    from entrepot.model.columns import Table
    from entrepot.settings import Settings

__all__ = ["Reads"]


class Reads:
    """The reading half of a `Lake`: it never writes, and an absent folder is an empty lake."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._pinned: State | None = None
        self._in_memory: InMemory | None = None

    @classmethod
    def open(cls, path: str | os.PathLike[str] | None = None) -> Self:
        """Open the lake in a folder; by default the one the environment or the user's data name."""
        from entrepot.settings import Settings

        return cls(Settings.read(path))

    @property
    def path(self) -> Path:
        """Folder of the lake."""
        return self._settings.lake

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The lake's own DuckDB connection, opened when first asked for.

        Whoever has no time left gets none: every query goes through here.
        """
        step()
        if self._connection is None:
            from entrepot.engine import confine, connect

            made = connect(memory=self._settings.memory, threads=self._settings.threads)
            # Files of a lake never change: what one says of itself is read once.
            made.execute("SET parquet_metadata_cache = true")
            # What is read is compared with what was written (see `entrepot.lake.unchanged`).
            made.execute("CALL enable_logging('FileSystem')")
            if not files_allowed():
                confine(made, self.path, Path(str(files("entrepot"))))
            self._connection = made
        return self._connection

    @property
    def in_memory(self) -> InMemory:
        """Rows that were read once, for as long as a block of `reading` runs."""
        if self._in_memory is None:
            self._in_memory = InMemory(self.connection)
        return self._in_memory

    @contextmanager
    def reading(self, *, bundled: bool = False) -> Iterator[Self]:
        """Read one state of the lake in the whole block, whatever is changed meanwhile.

        Files of that state stay until the block ends. Keep it short: as long as somebody reads, a
        change frees no space. A block inside a block reads the state of the outer one.

        Parameters
        ----------
        bundled
            Whether the flows that ship with the program can be read as if they were loaded.

        Raises
        ------
        OutsideError
            At its end, if anything that was read in it is not what was written; then nothing that
            was computed in it counts.
        """
        if self._pinned is not None:
            outer = self._pinned
            self._pinned = outer.with_bundled if bundled else outer
            try:
                yield self
            finally:
                self._pinned = outer
            return
        with readers.reading(self.path):
            state = self._state()
            self._pinned = state.with_bundled if bundled else state
            try:
                yield self
                self.require_unchanged()
            except Exception as error:  # a damaged file may be why
                if not isinstance(error, ChangedError):
                    self.require_unchanged(sizes=isinstance(error, OutsideError))
                raise
            finally:
                self._pinned = None
                if self._in_memory is not None:
                    self._in_memory.clear()

    def require_unchanged(self, *, sizes: bool = False) -> None:
        """Compare what was read in this block of `reading` so far with what was written.

        The block does so at its end; call it before something that was computed leaves earlier.
        With `sizes`, those of all files are compared, read or not.

        Raises
        ------
        OutsideError
            If a stored file was changed or damaged, naming it.
        """
        if self._connection is None or self._pinned is None:
            return
        catalog = self._pinned.with_bundled.catalog
        try:
            with readable():
                require_read(self.path, lambda: all_files(catalog), self._connection)
            if sizes:
                require_sizes(self.path, all_files(catalog))
        except ChangedError:  # nothing that came from it may be used again
            self._connection = self._in_memory = None
            forget_state()
            raise

    def _state(self) -> State:
        return self._pinned or State.read(self.path)

    def _rows(
        self, state: State, parts: Sequence[Part], by: Order
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        if self._pinned is None:  # nobody looks when they have been read
            require_whole(self.path, state.stored(parts, by))
        return state.rows(self.connection, parts, by)

    @property
    def remembered(self) -> Remembered:
        """What questions found out about this state of the lake."""
        return self._state().remembered

    def holdings(
        self, source: str | None = None, *, snapshot: str | None = None
    ) -> tuple[InventoryItem, ...]:
        """Return what each delivered file brought, oldest load first.

        With `source`, what is held of it or of one release of it, and with `snapshot` (its first
        digits) what one file brought; errors as in `pictures`.
        """
        state = self._state()
        if source is None:
            return state.holdings
        wanted = {(item.source, item.id, item.vintage) for item in state.chosen(source, snapshot)}
        every = state.with_bundled.holdings if is_bundled(source) else state.holdings
        return tuple(one for one in every if (one.source, one.snapshot, one.vintage) in wanted)

    def holds(self, source: str) -> bool:
        """Whether anything of a source is held, or ships as flows; `source` as in `flows`."""
        name, vintage = split_address(source)
        if is_bundled(source):
            return vintage in (None, bundled().vintage)
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
        return self._rows(state, state.parts_of_flows(source), by)

    def totals(self, source: str) -> nw.LazyFrame[duckdb.DuckDBPyRelation] | None:
        """Return what the reporters of a source added up themselves over partners or goods.

        Rows of the table ``totals``, unread, on the lake's connection; None where there is none.
        `source` and errors as in `flows`.
        """
        state = self._state()
        if self._pinned is None:
            parts = state.parts_of_flows(source)
            sums = (part.partition.sums for part in parts if part.counts)
            require_whole(self.path, [one for one in sums if one])
        return state.totals(self.connection, source)

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
        return self._rows(state, parts, by)

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
        from entrepot.lake.reporting_calendar import pictures

        with self.reading():
            return tuple(pictures(self.connection, self._state(), source, snapshot))
