"""Whether new rows can be added to what is loaded, and what the catalog is with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from entrepot.errors import BadFileError
from entrepot.lake.catalog import SLICE, Catalog
from entrepot.lake.staged import STAGED, cell, of_period
from entrepot.lake.system_errors import readable
from entrepot.model.columns import Finding, columns, key_columns
from entrepot.model.product import NO_CODES
from entrepot.sources.strict import file_literal, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Partition, Snapshot
    from entrepot.model.columns import Table
    from entrepot.model.period import Period
    from entrepot.sources.parser import ParsedRows


def require_room(
    item: Snapshot,
    part: Partition,
    others: Sequence[Snapshot],
    *,
    one_delivery: bool,
    name: str,
    clash: Callable[[str], Clash | None],
) -> None:
    """Refuse rows of a period that something held, or loaded with them, has already.

    Parameters
    ----------
    item, part
        The new rows.
    others
        Everything of the source, held and new.
    one_delivery
        Whether one period has one delivery; otherwise deliveries may be parts that add up.
    name
        Name of the new table, for messages.
    clash
        Returns what of the new rows would count twice beside a stored file, if anything.

    Raises
    ------
    BadFileError
        If trade would count twice.
    """
    for other in others:
        for present in other.partitions:
            meets = present.period == part.period and any(shared_slices(part, present))
            # One of the two hides the other's rows, so nothing counts twice.
            if not meets or outranks(item, other) or outranks(other, item):
                continue
            found = (
                None
                if one_delivery or not present.files
                else clash(next(iter(present.files.values())).path)
            )
            if one_delivery or found:
                raise _occupied(item, part, other, name, found)


def lost(
    item: Snapshot,
    part: Partition,
    others: Sequence[Snapshot],
    count: Callable[[str, set[str]], tuple[int, str]],
) -> Finding | None:
    """Say how many rows stop counting and have no new row in their place.

    Parameters
    ----------
    item, part, others
        As in `require_room`.
    count
        Returns how many rows of some slices of a stored file the new rows do not have, and one.
    """
    gone, example = 0, ""
    # Files of one load are parts of one delivery, and replace nothing of each other.
    for counting in current_partitions([other for other in others if other.load != item.load]):
        present = counting.partition
        if present.period != part.period or not outranks(item, counting.snapshot):
            continue
        if (
            shared := set(shared_slices(present, part)) - counting.hidden
            if counting.counts
            else None
        ):
            rows, one = count(next(iter(present.files.values())).path, shared)
            gone, example = gone + rows, example or one
    if not gone:
        return None
    text = (
        f"Rows of {item.source} that counted before are not replaced by new ones. If the new files "
        "are only a part of the reports, remove them again and add all parts in one command."
    )
    return Finding("fewer-rows", "warning", str(part.period or item.source), gone, example, text)


def _occupied(
    item: Snapshot, part: Partition, other: Snapshot, name: str, found: Clash | None
) -> BadFileError:
    when = f"{item.source} {part.period}" if part.period else item.source
    words = f" ({found.words})" if found else ""
    same = other.raw.sha256 == item.raw.sha256  # with another mapping, edition or release
    origin = "the same file, read another way" if same else "another file"
    what = f"{when} is loaded already, from {origin}{words}"
    if other.load == item.load:
        what = f"{when} comes twice in one load{words}"
    why, hint = _meaning(item, part, other, found)
    return BadFileError(
        what,
        where=f"{name} ({item.vintage}); loaded: {other.raw.name} ({other.vintage})",
        why=why,
        hint=hint,
    )


def _meaning(
    item: Snapshot, part: Partition, other: Snapshot, found: Clash | None
) -> tuple[str, str]:
    """Return why it matters, and what to do."""
    trade = item.table in ("flows", "inputs")
    why = "its trade would count twice" if trade else "the same rows would be there twice"
    if found and found.kind == "heading":
        return "a heading and the lines under it would count twice", "keep one of the two levels"
    if found and found.kind == "edition":
        return "one report in two editions would count twice", "keep the edition you want"
    if found and found.reexports:  # exports would be lost for them
        return why, "exports include re-exports: give both flows in one file"
    if other.load == item.load:
        return why, "give each period once"
    whose = ", of the same reporters" if trade and part.slices != ("*",) else ""
    return why, f"add --replace to take the new rows instead of the old{whose}"


def merge(before: Catalog, added: Sequence[Snapshot]) -> Catalog:
    """Return the catalog with new snapshots, without what they replace altogether."""
    gone: set[str] = set()
    for item in before.snapshots:
        replacing = [new for new in added if _replaces(new, item)]
        for part in item.partitions:
            replaced = {
                name
                for new in replacing
                for other in new.partitions
                if other.period == part.period
                for name in shared_slices(part, other)
            }
            # Only if all of it is taken over: of a file with
            # a slice that still counts, the rest is hidden.
            if replaced >= set(part.slices):
                gone.update(file.path for file in part.stored)
    kept = (item.without(gone) for item in before.snapshots)
    return Catalog((*(item for item in kept if item.partitions), *added))


def _replaces(new: Snapshot, old: Snapshot) -> bool:
    """Whether old rows may go for good: replaced on purpose, and not another release."""
    same = new.vintage == old.vintage or UNKNOWN in (new.vintage, old.vintage)
    return new.source == old.source and same and outranks(new, old)


def is_whole(item: Snapshot, snapshots: Sequence[Snapshot]) -> bool:
    """Whether all that a delivery brought still counts, as far as its own release goes."""
    mine: dict[Period | None, list[Partition]] = {}
    for part in item.partitions:
        mine.setdefault(part.period, []).append(part)
    return not item.is_cut and not any(
        True
        for other in snapshots
        if _replaces(other, item)
        for one in other.partitions
        for part in mine.get(one.period, ())
        for _ in shared_slices(part, one)
    )


def hides(before: Catalog, after: Catalog, source: str) -> tuple[Period, ...]:
    """Return the periods of which rows counted before and count no longer."""
    now = {  # the same bytes may be held as two releases, in the same files
        (part.snapshot.vintage, path.path): part.hidden
        for part in current_partitions(after.of(source))
        for path in part.partition.files.values()
    }
    found = {
        part.partition.period
        for part in current_partitions(before.of(source))
        for path in part.partition.files.values()
        if part.partition.period
        # A file that is not in the new catalog: nothing of it counts.
        and part.hidden != now.get((part.snapshot.vintage, path.path), frozenset({EVERYTHING}))
    }
    return tuple(sorted(found))


# Rows that wait, set beside rows that are stored: what would count twice, what would get lost.


@dataclass(frozen=True, slots=True)
class Clash:
    """Why rows that wait have no room beside stored ones.

    Attributes
    ----------
    kind
        ``cell``: the same one; ``heading``: a code and one that begins with it, of one flow;
        ``edition``: one report in two editions of the product codes.
    words
        Which, for a message.
    reexports
        Whether the new row is about re-exports alone.
    """

    kind: Literal["cell", "heading", "edition"]
    words: str
    reexports: bool = False


@dataclass(frozen=True, slots=True)
class OverlapCheck:
    """New rows of one period, ready to be compared with stored files of the same period.

    Attributes
    ----------
    connection, table, new
        Where they are, their canonical table, and SQL of them: `rows_that_wait` or `rows_written`.
    at
        Returns where a stored file lies.
    """

    connection: duckdb.DuckDBPyConnection
    table: Table
    new: str
    at: Callable[[str], Path]

    def clash(self, stored: str) -> Clash | None:
        """Return the first thing that would count twice beside a stored file, if there is one."""
        present = self.at(stored)
        if self.table == "shipments":
            return self._same_line(present)
        if found := self._same_cell(present):
            return found
        if self.table != "flows":
            return None
        return self._heading(present) or self._edition(present)

    def lost(self, stored: str, hidden: Iterable[str]) -> tuple[int, str]:
        """Return how many stored rows of some slices have no counterpart here, and one of them."""
        present = self.at(stored)
        names = self._names()
        both = " AND ".join(f"new.{name} IS NOT DISTINCT FROM old.{name}" for name in names)
        gone = ", ".join(map(literal, sorted(hidden)))
        where = "true" if EVERYTHING in hidden else f"({SLICE[self.table]}) IN ({gone})"
        words = f"concat_ws(' ', {', '.join(f'old.{name}' for name in names)})"
        query = f"""
            SELECT count(*), coalesce(min({words}), '')
            FROM (FROM {rows_written(present)} WHERE {where}) AS old
            ANTI JOIN {self.new} AS new ON {both}"""
        with readable():
            [(count, example)] = self.connection.execute(query).fetchall()
        return count, example

    def _same_cell(self, present: Path) -> Clash | None:
        """Return a cell that both have.

        A key that does not say (re-exports or not, partners by origin or not) meets every one that
        does: exports hold their re-exports, so that the two would count twice.
        """
        names = self._names()
        kinds = {one.name: one.nullable for one in columns(self.table)}
        tests = [
            f"(new.{name} = old.{name} OR new.{name} IS NULL OR old.{name} IS NULL)"
            for name in names
            if kinds[name]
        ]
        found = self._joined(present, [name for name in names if not kinds[name]], tests, names)
        if not found:
            return None
        words = " ".join(str(one) for one in found if one is not None)
        # The last key column of flows is `is_reexport`; a table without it never has True there.
        return Clash("cell", words, reexports=found[-1] is True)

    def _same_line(self, present: Path) -> Clash | None:
        """Return a line of a register that both files have: all that tells lines apart is alike."""
        both = " AND ".join(f"new.{name} IS NOT DISTINCT FROM old.{name}" for name in LINE)
        query = f"""
            SELECT new.declaration, new.item, new.tariff_code, new.date
            FROM {self.new} AS new JOIN {rows_written(present)} AS old ON {both}
            ORDER BY ALL LIMIT 1"""
        with readable():
            found = self.connection.execute(query).fetchall()
        return Clash("cell", " ".join(str(one) for one in found[0] if one)) if found else None

    def _heading(self, present: Path) -> Clash | None:
        """Return a code and one below it, of one flow as one side reports it."""
        sides = ["exporter", "importer", "reported_by"]
        lengths = "SELECT DISTINCT length(product) FROM {} WHERE product <> 'TOTAL'"
        with readable():
            new, old = (
                {size for (size,) in self.connection.execute(lengths.format(table)).fetchall()}
                for table in (self.new, rows_written(present))
            )
        # By lengths that occur in both: a fixed one makes the test of a prefix an equality, which
        # the engine can hash; with `starts_with` it would compare every row with every other.
        for short, long, size in (
            *(("new", "old", size) for size in new if size < max(old, default=0)),
            *(("old", "new", size) for size in old if size < max(new, default=0)),
        ):
            tests = [
                f"length({short}.product) = {size}",
                f"length({long}.product) > {size}",
                f"{short}.product <> 'TOTAL' AND {long}.product <> 'TOTAL'",
                f"left({long}.product, {size}) = {short}.product",
            ]
            wanted = [f"{short}.product", f"{long}.product", "new.exporter", "new.importer"]
            if found := self._joined(present, sides, tests, wanted):
                heading, line, seller, buyer = found
                return Clash("heading", f"{heading} beside {line}, {seller} {buyer}")
        return None

    def _edition(self, present: Path) -> Clash | None:
        """Return one report whose codes are to be read in two editions."""
        report = f"SELECT DISTINCT {SLICE['flows']} AS report, nomenclature FROM {{}}"
        other = f"nomenclature <> {literal(NO_CODES)}"
        query = f"""
            SELECT new.report, new.nomenclature, old.nomenclature
            FROM ({report.format(self.new)} WHERE {other}) AS new
            JOIN ({report.format(rows_written(present))} WHERE {other}) AS old
            ON new.report = old.report AND new.nomenclature <> old.nomenclature
            WHERE new.report <> {literal(EVERYTHING)} ORDER BY ALL LIMIT 1"""
        with readable():
            found = self.connection.execute(query).fetchall()
        if not found:
            return None
        who, new, old = found[0]
        side = "imports" if who.startswith(">") else "exports"
        return Clash("edition", f"{side} that {who.strip('>')} reports in {new} and in {old}")

    def _joined(
        self, present: Path, keys: list[str], tests: list[str], wanted: list[str]
    ) -> tuple[object, ...] | None:
        out = ", ".join(name if "." in name else f"new.{name}" for name in wanted)
        both = " AND ".join(f"new.{name} = old.{name}" for name in keys)
        # `ORDER BY ALL`: the same clash is named every time.
        query = f"""
            SELECT {out} FROM {self.new} AS new JOIN {rows_written(present)} AS old ON {both}
            WHERE {" AND ".join(["true", *tests])} ORDER BY ALL LIMIT 1"""
        with readable():
            found = self.connection.execute(query).fetchall()
        return found[0] if found else None

    def _names(self) -> list[str]:
        if self.table == "shipments":
            return list(LINE)
        return [name for name in key_columns(self.table) if name not in ("period", "freq")]


def rows_that_wait(rows: ParsedRows, there: Container[str], period: Period | None) -> str:
    """Return SQL of the waiting rows of a period; `there` are the columns that wait."""
    names = [one.name for one in columns(rows.table) if one.name not in _FILED]
    mine = ", ".join(f"{cell(name, there, rows.same)} AS {name}" for name in names)
    return f"(SELECT {mine} FROM {STAGED} WHERE {of_period(there, period)})"


def rows_written(path: Path) -> str:
    """Return SQL of the rows of a stored file."""
    # A folder above the lake may be called `a=b`, which would otherwise become a column.
    return f"read_parquet({file_literal(path)}, hive_partitioning=false)"


_FILED = ("period", "freq", "source", "snapshot")
LINE = (
    "declaration", "item", "sub_item", "date", "tariff_code", "origin", "receiver", "description",
    "value_usd", "value_reported", "invoice_value", "mass_kg",
)  # fmt: skip
"""What tells the lines of two files of a register apart; no number alone does."""


# Which of the rows held count: a newer release takes the place of an older one.


EVERYTHING = "*"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CurrentPart:
    """Rows that count: a partition, less the slices that a later delivery tells.

    Attributes
    ----------
    snapshot, partition
        Where the rows are.
    hidden
        Slices of it that do not count; ``*`` if none of it does.
    """

    snapshot: Snapshot
    partition: Partition
    hidden: frozenset[str] = frozenset()

    @property
    def counts(self) -> bool:
        """Whether any row of it counts."""
        return EVERYTHING not in self.hidden


def at_times(parts: Sequence[CurrentPart], times: Sequence[Period]) -> Sequence[CurrentPart]:
    """Return the parts that begin within one of some times; all where no time is named, or none."""

    def fits(part: CurrentPart) -> bool:
        period = part.partition.period
        within = (period is None or time.start <= period.start <= time.end for time in times)
        return part.counts and any(within)

    return [part for part in parts if fits(part)] or parts


def current_partitions(snapshots: Sequence[Snapshot]) -> list[CurrentPart]:
    """Return every partition of one source with what is hidden of it, in order of loading."""
    pairs = [(item, partition) for item in snapshots for partition in item.partitions]
    same: dict[Period | None, list[tuple[Snapshot, Partition]]] = {}
    for item, partition in pairs:  # every question asks this, and months are many
        same.setdefault(partition.period, []).append((item, partition))
    return [CurrentPart(item, one, _hidden(item, one, same[one.period])) for item, one in pairs]


def _hidden(
    item: Snapshot, partition: Partition, same: Sequence[tuple[Snapshot, Partition]]
) -> frozenset[str]:
    """Return the slices that other partitions of its period take the place of."""
    found: set[str] = set()
    for other, newer in same:
        if outranks(other, item):
            found.update(shared_slices(partition, newer))
    if found >= set(partition.slices):
        return frozenset({EVERYTHING})
    return frozenset(found)


def outranks(newer: Snapshot, older: Snapshot) -> bool:
    """Whether rows of one delivery take the place of the same slices of another.

    A later release does; of one release, or where one is not known, what was loaded later with
    the express wish to replace.
    """
    if newer.vintage != older.vintage and UNKNOWN not in (newer.vintage, older.vintage):
        return _order(newer.vintage) > _order(older.vintage)
    return newer.replaces and newer.load > older.load


def is_misspelled(one: str, other: str) -> bool:
    """Whether two releases are written differently and cannot be put in an order: v1 and V1."""
    return one != other and UNKNOWN not in (one, other) and _order(one) == _order(other)


def _order(vintage: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts numbers in a release by size: V9 before V10."""
    # Digits and the rest take turns; at one place text sorts before numbers, whatever its case.
    pieces = re.findall(r"\d+|\D+", vintage)
    return tuple((int(p), "") if p.isdigit() else (-1, p.upper()) for p in pieces)


def shared_slices(one: Partition, other: Partition) -> Iterator[str]:
    """Yield the slices of `one` that `other` has too; everything meets everything."""
    if EVERYTHING in one.slices or EVERYTHING in other.slices:
        yield from one.slices
    else:
        yield from sorted(set(one.slices) & set(other.slices))
