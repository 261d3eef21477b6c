"""What a lake answers to whoever reads it."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from entrepot.errors import BadFileError, EntrepotError, OutsideError
from entrepot.lake import lock, store
from entrepot.lake.catalog import NAME, Catalog
from entrepot.lake.explain import QueryCost, recording, timed
from entrepot.lake.inventory import bundled, is_bundled
from entrepot.lake.merge import CurrentPart, at_times
from entrepot.lake.registers import as_flows
from entrepot.lake.state import State, forget_state
from entrepot.lake.system_errors import readable
from entrepot.lake.unchanged import (
    ChangedError,
    all_files,
    require_delivered,
    require_read,
    require_sizes,
    require_whole,
)
from entrepot.limits import files_allowed, step
from entrepot.model.areas import stopped, stopped_in
from entrepot.sources import split_address
from entrepot.sources.temp_tables import drop

if TYPE_CHECKING:
    import os
    from collections.abc import Hashable, Iterator, Sequence
    from typing import Self

    import duckdb
    import narwhals as nw

    from entrepot.lake.catalog import Order
    from entrepot.lake.inventory import InventoryItem
    from entrepot.lake.remote import RemoteStore
    from entrepot.lake.state import StateCache
    from entrepot.model.columns import Table
    from entrepot.model.period import Period
    from entrepot.settings import Settings


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _replaced(folder: Path) -> OutsideError:
    return OutsideError(
        "the lake was replaced, moved or deleted while it was read",
        where=str(folder),
        why="what was read may be of two lakes, so there is no answer; no file is damaged",
        hint="ask again",
    )


class Reads:
    """The reading half of a `Lake`: it never writes, and an absent folder is an empty lake.

    Attributes
    ----------
    plans_long
        Whether its engine plans a question for longer than it reads some thousand rows.
    """

    plans_long: ClassVar[bool] = False

    def __init__(self, settings: Settings, remote: RemoteStore | None = None) -> None:
        self._settings = settings
        self._remote = remote
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._pinned: State | None = None
        self._in_memory: RowCache | None = None

    @classmethod
    def open(cls, path: str | os.PathLike[str] | None = None) -> Self:
        """Open the lake in a folder; by default the one the environment or the user's data name.

        A lake in an object store (``s3://bucket/lake``) is read by way of the user's cache.
        """
        from entrepot.settings import Settings

        settings = Settings.read(path, anywhere=True)
        if settings.address is None:
            return cls(settings)
        from entrepot.lake.remote import RemoteStore

        remote = RemoteStore(settings.address, settings.cache)
        return cls(replace(settings, lake=remote.mirror), remote)

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
    def in_memory(self) -> RowCache:
        """Rows that were read once, for as long as a block of `reading` runs."""
        if self._in_memory is None:
            self._in_memory = RowCache(self.connection)
        return self._in_memory

    @property
    def is_reading(self) -> bool:
        """Whether a block of `reading` runs."""
        return self._pinned is not None

    @property
    def found(self) -> dict[Hashable, Any]:
        """What was found out in this block of `reading`; outside of one nothing stays."""
        return self.in_memory.found if self.is_reading else {}

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
        with lock.reading(self.path):
            place = _identity(self.path)
            state = self._state()
            self._pinned = state.with_bundled if bundled else state
            try:
                yield self
                self.require_unchanged()
            except Exception as error:
                try:  # a damaged file may be why
                    if not isinstance(error, ChangedError):
                        self.require_unchanged(sizes=isinstance(error, OutsideError))
                    raise
                except OSError as failed:
                    if self._is_another(state, place):
                        raise _replaced(self.path) from failed
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
            if sizes and not self._is_far:  # else most files have not come
                require_sizes(self.path, all_files(catalog))
        except ChangedError:  # nothing that came from it may be used again
            self._connection = self._in_memory = None
            forget_state()
            raise

    def require_files(self) -> None:
        """Look whether all files of a lake in a folder are there, as long as they were written.

        No byte of them is read: `Lake.check` compares the bytes.

        Raises
        ------
        OutsideError
            If one is gone or has another size, naming it.
        """
        if self._remote is not None:
            return
        catalog = self._state().catalog
        require_sizes(self.path, all_files(catalog))
        for item in catalog.snapshots:
            require_delivered(self.path, item.raw)

    @property
    def _is_far(self) -> bool:
        """Whether the lake is at an address, so that its folder here is a copy or none."""
        return self._remote is not None or self._settings.address is not None

    def _state(self) -> State:
        if self._pinned is not None:
            return self._pinned
        if self._remote is not None:
            self._remote.refresh()
            return State.read(self.path, self._remote.bring)
        try:
            return State.read(self.path)
        except BadFileError as error:
            # A new lake has files before it has a catalog: it did not lose one.
            if holder := lock.holder_at(self.path):
                raise OutsideError(
                    f"this lake is being written by {holder}",
                    where=str(self.path),
                    why=f"until that has ended, there may be no answer from it: {error.what}",
                    hint="wait until it has ended, then ask again",
                ) from error
            raise

    def _is_another(self, state: State, place: tuple[int, int] | None) -> bool:
        """Whether the folder is of another lake than when its state was read.

        Loads and removals never do that: the files of a state that is read stay known.
        """
        if self._is_far:
            return False
        try:
            now = Catalog.read(self.path)
        except EntrepotError:
            return not (self.path / NAME).exists()
        known = now.owned() | set(now.dropped)
        return _identity(self.path) != place or not state.catalog.owned() <= known

    def _rows(
        self, state: State, parts: Sequence[CurrentPart], by: Order
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        if self._pinned is None:  # nobody looks when they have been read
            require_whole(self.path, state.stored(parts, by))
        return state.rows(self.connection, parts, by)

    @contextmanager
    def explaining(self) -> Iterator[QueryCost]:
        """Record what questions to this lake cost, for as long as the block runs.

        Every query is planned once more for its plan, so seconds are slightly more than usual.
        """
        stored = list(all_files(self._state().catalog))
        size = sum(one.bytes for one in stored)
        with recording(QueryCost(self.engine_in_words(), len(stored), size)) as cost:
            yield cost

    def engine_in_words(self) -> str:
        """Return the engine with its version and limits: what `ask --explain` begins with."""
        import duckdb

        query = "SELECT current_setting('threads'), current_setting('memory_limit')"
        [(threads, memory)] = self.connection.execute(query).fetchall()
        return f"DuckDB {duckdb.__version__}, {threads} threads, memory limit {memory}"

    @property
    def remembered(self) -> StateCache:
        """What questions found out about this state of the lake."""
        return self._state().remembered

    @property
    def begun(self) -> StateCache:
        """What long pages found out about this state of the lake, whole or not."""
        return self._state().begun

    def holdings(
        self, source: str | None = None, *, snapshot: str | None = None
    ) -> tuple[InventoryItem, ...]:
        """Return what each delivered file brought, oldest load first.

        With `source`, what is held of it or of one release of it, and with `snapshot` (its first
        digits) what one file brought; errors as in `reporting_calendars`.
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
        self,
        source: str,
        *,
        by: Order = "importer",
        deliveries: Sequence[str] = (),
        times: Sequence[Period] = (),
        basis: str | None = None,
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """Return the rows of a source in canonical columns, unread, on the lake's connection.

        Parameters
        ----------
        source
            Id of a source, or of one release of it: ``baci``, ``baci@V202501``. Without a release
            the latest one counts in every period.
        by
            Side on which the question picks single areas: the copy sorted by it is read.
        deliveries
            Snapshots whose rows are wanted; none names all of them.
        times, basis
            Whoever filters rows by times, or lines of a register by basis, may name them here as
            well, so that what else there is costs nothing. Other rows may still be there.

        Raises
        ------
        NoEvidenceError
            If nothing of the source is held.
        RequestError
            If the source brings another table than flows.
        """
        state = self._state()
        parts = state.parts_of_flows(source, deliveries)
        return as_flows(self._rows(state, at_times(parts, times), by), parts, basis)

    def totals(self, source: str) -> nw.LazyFrame[duckdb.DuckDBPyRelation] | None:
        """Return what the reporters of a source added up themselves over partners or goods.

        Rows of the table ``totals``, unread, on the lake's connection; None where there is none.
        `source` and errors as in `flows`.
        """
        state = self._state()
        if self._pinned is None:
            parts = state.parts_of_flows(source)
            sums = (part.partition.sums for part in parts if part.counts)
            state.files_of_totals(source)  # brings them, if they lie elsewhere
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

    def reporting_calendars(
        self, source: str, *, snapshot: str | None = None
    ) -> tuple[ReportingCalendar, ...]:
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
        with self.reading():
            return tuple(reporting_calendars(self.connection, self._state(), source, snapshot))


# Rows of the lake that were read once, in memory for as long as one state of it is read.


MOST = 300_000
"""Rows that stay when nobody uses them: some 50 MB."""
_NUMBERS = itertools.count()


@dataclass(slots=True)
class _Table:
    name: str
    rows: int
    users: int = 0


class RowCache:
    """Tables by the text of the query that gave their rows.

    A page asks what a country buys of one list once for each supplier: every time the same text,
    for its files and its words are the same. So it has the same rows, as long as the files stay.

    Parameters
    ----------
    connection
        Where queries run, and tables are.
    most
        Rows of tables that nobody uses; of more, the least recently used are dropped.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, most: int = MOST) -> None:
        self._connection = connection
        self._most = most
        self._tables: OrderedDict[str, _Table] = OrderedDict()
        self.found: dict[Hashable, Any] = {}
        self._until_cleared = ExitStack()

    def keep(self, query: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Return the rows of a query as `of` does; they stay until `clear`, used or not."""
        return self._until_cleared.enter_context(self.of(query))

    @contextmanager
    def of(self, query: duckdb.DuckDBPyRelation) -> Iterator[duckdb.DuckDBPyRelation]:
        """Yield the rows of a query, which is run if its rows are not there.

        Raises
        ------
        OutsideError
            If a stored file is gone or damaged, or memory is short.
        """
        text = query.sql_query()
        table = self._tables.get(text) or self._read(text, query)
        table.users += 1
        try:
            yield self._connection.table(table.name)
        finally:
            table.users -= 1
            self._tables.move_to_end(text)
            self._drop(self._most)

    def clear(self) -> None:
        """Drop all that nobody uses, and forget what was found."""
        self.found.clear()
        self._until_cleared.close()
        self._drop(0)

    def _read(self, text: str, query: duckdb.DuckDBPyRelation) -> _Table:
        name = f"stored_{next(_NUMBERS)}"
        with readable(), timed(query):
            query.create(name)
            # As a statement: a relation would be bound step by step, which takes longer.
            [(rows,)] = self._connection.execute(f"SELECT count(*) FROM {name}").fetchall()
        self._tables[text] = _Table(name, rows)
        return self._tables[text]

    def _drop(self, most: int) -> None:
        idle = [(text, one) for text, one in self._tables.items() if not one.users]
        cached_rows = sum(one.rows for _, one in idle)
        for text, one in idle:
            # With `most` at 0 all go, tables without a row included.
            if cached_rows <= most and most:
                return
            del self._tables[text]
            drop(self._connection, one.name)
            cached_rows -= one.rows


# Who reports when: the rows of a source by area and period.


@dataclass(frozen=True, slots=True)
class ReportingCalendar:
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
            # From the first period with rows on: who began to report late has no gap before.
            if 0 in counts[next(at for at, count in enumerate(counts) if count) :]
        ]

    @property
    def by_others(self) -> dict[str, list[Period]]:
        """Periods with rows under the name of a reporter that had stopped: those of others."""
        if self.who != "reporters":
            return {}
        named = [one.area for one in stopped() if any(self.rows.get(one.area, ()))]
        found = {
            area: [
                period
                for period, count in zip(self.periods, self.rows[area], strict=True)
                if count and stopped_in([area], period)
            ]
            for area in named
        }
        return {area: periods for area, periods in found.items() if periods}

    def to_dict(self) -> dict[str, Any]:
        """Return the picture as plain JSON types."""
        return {
            "who": self.who,
            "freq": self.freq,
            "periods": [str(period) for period in self.periods],
            "rows": {area: list(counts) for area, counts in self.rows.items()},
            "with_gaps": self.with_gaps,
            "by_others": {
                area: [str(period) for period in periods]
                for area, periods in self.by_others.items()
            },
        }


def reporting_calendars(
    connection: duckdb.DuckDBPyConnection, state: State, source: str, snapshot: str | None
) -> Iterator[ReportingCalendar]:
    """Yield a calendar for each frequency; see `entrepot.lake.Lake.reporting_calendars`."""
    if snapshot is None:
        parts = state.parts(source)
    else:
        chosen = state.chosen(source, snapshot)
        parts = [CurrentPart(item, partition) for item in chosen for partition in item.partitions]
    if parts[0].snapshot.table != "flows":
        return
    rows = store.scan(connection, "flows", state.files(parts, "importer"))
    with readable():
        # In reconciled data nobody reports; the seller of a row stands in.
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
        yield ReportingCalendar(
            "exporters" if both else "reporters",
            freq,
            tuple(periods),
            {name: tuple(found[name]) for name in order},
        )
