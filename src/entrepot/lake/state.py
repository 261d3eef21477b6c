"""One state of the lake: which rows count by its catalog, and where they are."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError, nearest
from entrepot.lake.catalog import Catalog
from entrepot.lake.inventory import InventoryItem, bundled, inventory_of
from entrepot.lake.merge import UNKNOWN, CurrentPart, current_partitions
from entrepot.lake.unchanged import require_plain
from entrepot.limits import step
from entrepot.sources import bring_in, split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from pathlib import Path

    import duckdb
    import narwhals as nw

    from entrepot.lake.catalog import Order, Snapshot, StoredFile
    from entrepot.model.columns import Table

T = TypeVar("T")

# Some pages' worth: one asks hundreds of questions.
_MOST = 2000
_PAGES = 24


class StateCache:
    """A memory of bounded size, which several threads may use.

    Two threads that ask for the same at once both find it out: nothing waits for another's query.

    Parameters
    ----------
    most
        Number of findings kept; the one not asked for longest is forgotten first.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return what was found under a key, or find it."""
        step()
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                known: T = self._found[key]  # type: ignore[assignment]
                return known
        found = find()
        with self._lock:
            self._found[key] = found
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        return found

    def known(self, key: Hashable) -> Any:
        """Return what was found under a key; None if it was not."""
        with self._lock:
            return self._found.get(key)


NO_RELEASE = "the loaded release is not recorded; leave out @ and the release"


def own_loaded(name: str, sources: Iterable[str]) -> str:
    """Name the tables or registers of the user's own that are loaded, if one is asked for.

    Also for the kind alone, ``table``, of which each has a name of its own: ``table.kyrgyz``.
    """
    kind = name.partition(".")[0]
    loaded = list(dict.fromkeys(one for one in sources if one.startswith(f"{kind}.")))
    near = nearest(name, loaded)
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    kinds = {"table": "tables", "shipments": "registers"}
    what = f"your own loaded {kinds[kind]}" if kind in kinds else "loaded of this kind"
    return f"{guess}{what}: {', '.join(loaded)}" if loaded else ""


@dataclass(frozen=True)
class State:
    """A catalog, and the folder that its paths start in.

    It never changes, so what follows from it is worked out once: a page asks hundreds of questions.

    Attributes
    ----------
    bring
        Puts files into the folder before they are read, if they lie elsewhere.
    remembered
        What questions found out about the rows of this state.
    begun
        What long pages found out, whole or not; few of them, for each holds much.
    """

    folder: Path
    catalog: Catalog
    bring: Callable[[Sequence[StoredFile]], None] | None = field(
        default=None, repr=False, compare=False
    )
    _parts: dict[str, list[CurrentPart]] = field(default_factory=dict, init=False, repr=False)
    remembered: StateCache = field(default_factory=StateCache, init=False, repr=False)
    begun: StateCache = field(default_factory=lambda: StateCache(_PAGES), init=False, repr=False)

    @classmethod
    def read(
        cls, folder: Path, bring: Callable[[Sequence[StoredFile]], None] | None = None
    ) -> State:
        """Return the state that a folder is in now: the same as last time, if nothing changed.

        Errors are those of `Catalog.read`.
        """
        catalog = Catalog.read(folder)
        last = _LAST.get(folder)
        if last is None or last.catalog != catalog:
            last = cls(folder, catalog, bring)
            # One state of one lake: what is remembered of it can be large.
            _LAST.clear()
            _LAST[folder] = last
        return last

    @cached_property
    def with_bundled(self) -> State:
        """The same with the flows that ship with the program, as if they had been loaded first."""
        if bundled() in self.catalog.snapshots:
            return self
        return State(self.folder, Catalog((bundled(), *self.catalog.snapshots)), self.bring)

    @cached_property
    def holdings(self) -> tuple[InventoryItem, ...]:
        """What each delivered file brought, oldest load first."""
        return inventory_of(self.catalog)

    def of(self, source: str) -> list[Snapshot]:
        """Return the snapshots of a source, or of one release of it.

        Raises
        ------
        NoEvidenceError
            If nothing of the source is held.
        UnknownNameError
            If there is no such source, or this release of it is not held.
        """
        name, vintage = split_address(source)
        items = self.catalog.of(name) or ((bundled(),) if name == bundled().source else ())
        if not items:
            from entrepot.sources import source_info

            source_info(name)  # an unknown one is another mistake
            raise NoEvidenceError(
                f"{name} is not loaded",
                where=str(self.folder),
                hint=own_loaded(name, (one.source for one in self.catalog.snapshots))
                or bring_in(name),
            )
        found = [item for item in items if vintage in (None, item.vintage)]
        if not found:
            loaded = sorted({item.vintage for item in items})
            hint = f"loaded: {', '.join(loaded)}" if loaded != [UNKNOWN] else NO_RELEASE
            raise UnknownNameError("release", str(vintage), loaded, hint=hint)
        return found

    def chosen(self, source: str, snapshot: str | None) -> list[Snapshot]:
        """Return what `of` does, or only the snapshots whose id starts like `snapshot`.

        Raises
        ------
        UnknownNameError
            If there is none; and what `of` raises.
        """
        items = self.of(source)
        # None is all of them; an empty text, as of a variable that is not set, is none of them.
        begins = None if snapshot is None else snapshot.strip().lower()[:12]
        found = [
            item for item in items if begins is None or (begins and item.id.startswith(begins))
        ]
        if not found:
            ids = [item.id for item in items]
            raise UnknownNameError("snapshot", str(snapshot), ids, hint=f"held: {', '.join(ids)}")
        return found

    def parts(self, source: str) -> list[CurrentPart]:
        """Return what counts of a source, or of one release of it; errors as `of`."""
        if source not in self._parts:
            self._parts[source] = current_partitions(self.of(source))
        return self._parts[source]

    def parts_of_flows(self, source: str, deliveries: Sequence[str] = ()) -> list[CurrentPart]:
        """Return what `parts` does, if it is flows; of some deliveries, if any are named.

        Raises
        ------
        RequestError
            If the source brings another table.
        """
        found = self.parts(source)
        table = found[0].snapshot.table
        if table not in ("flows", "shipments"):
            raise RequestError(
                f"{source} holds {table}, not flows",
                hint=f'read it with Lake.table("{table}")',
            )
        return [one for one in found if not deliveries or one.snapshot.id in deliveries]

    def parts_of_table(self, table: Table) -> list[CurrentPart]:
        """Return what counts of every source of a table.

        Raises
        ------
        NoEvidenceError
            If nothing of the table is held.
        """
        items = self.catalog.snapshots
        names = dict.fromkeys(item.source for item in items if item.table == table)
        if not names:
            raise NoEvidenceError(
                f"no table {table} is loaded",
                where=str(self.folder),
                hint="entrepot data sources says which source has it",
            )
        return [part for name in names for part in self.parts(name)]

    def files(self, parts: Sequence[CurrentPart], by: Order) -> list[tuple[Path, frozenset[str]]]:
        """Return the files to read, sorted by a side, each with what is hidden of it."""
        hidden = [part.hidden for part in parts if part.counts]
        paths = [self.folder / stored.path for stored in self.stored(parts, by)]
        return list(zip(paths, hidden, strict=True))

    def stored(self, parts: Sequence[CurrentPart], by: Order) -> list[StoredFile]:
        """Return the same files as the catalog has them."""
        every = [part.partition.files for part in parts if part.counts]
        found = [files[by] if by in files else next(iter(files.values())) for files in every]
        if self.bring:
            self.bring(found)
        require_plain(self.folder, found)
        return found

    def totals(
        self, connection: duckdb.DuckDBPyConnection, source: str
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation] | None:
        """Return what reporters of a source added up themselves, unread; None if nothing."""
        import narwhals as nw

        from entrepot.lake import store

        files = self.files_of_totals(source)
        if not files:
            return None
        return nw.from_native(store.scan(connection, "totals", files)).lazy()

    def files_of_totals(self, source: str) -> list[tuple[Path, frozenset[str]]]:
        """Return the files of totals that count, each with what is hidden of it."""
        found = [
            (part.partition.sums, part.hidden)
            for part in self.parts_of_flows(source)
            if part.counts and part.partition.sums
        ]
        files = [stored for stored, _ in found]
        if self.bring:
            self.bring(files)
        require_plain(self.folder, files)
        return [(self.folder / stored.path, hidden) for stored, hidden in found]

    def rows(
        self, connection: duckdb.DuckDBPyConnection, parts: Sequence[CurrentPart], by: Order
    ) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """Return the rows of parts of one table, unread."""
        import narwhals as nw

        from entrepot.lake import store

        table = parts[0].snapshot.table
        return nw.from_native(store.scan(connection, table, self.files(parts, by))).lazy()


_LAST: dict[Path, State] = {}
"""The state that was read last, with what is remembered about it."""


def forget_state() -> None:
    """Forget what was found out about the rows of a state: some of them were not what they are."""
    _LAST.clear()
