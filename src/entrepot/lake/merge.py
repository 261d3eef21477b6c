"""Whether new rows have room beside what is held, and what the catalog is with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.lake.catalog import Catalog
from entrepot.lake.current_vintage import (
    EVERYTHING,
    UNKNOWN,
    current_partitions,
    outranks,
    shared_slices,
)
from entrepot.model.columns import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.lake.catalog import Partition, Snapshot
    from entrepot.lake.overlap import Clash
    from entrepot.model.period import Period

__all__ = ["hides", "lost", "merge", "require_room"]


def require_room(
    item: Snapshot,
    part: Partition,
    others: Sequence[Snapshot],
    *,
    whole: bool,
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
    whole
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
        for held in other.partitions:
            meets = held.period == part.period and any(shared_slices(part, held))
            if not meets or outranks(item, other) or outranks(other, item):
                continue
            found = None if whole or not held.files else clash(next(iter(held.files.values())).path)
            if whole or found:
                raise _taken(item, part, other, name, found)


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
    for counting in current_partitions([other for other in others if other.load != item.load]):
        held = counting.partition
        if held.period != part.period or not outranks(item, counting.snapshot):
            continue
        if shared := set(shared_slices(held, part)) - counting.hidden if counting.counts else None:
            rows, one = count(next(iter(held.files.values())).path, shared)
            gone, example = gone + rows, example or one
    if not gone:
        return None
    text = (
        f"Rows of {item.source} that counted before have no new row in their place. If these are a "
        "part of the reports only, take them out again and add all parts in one command."
    )
    return Finding("fewer-rows", "warning", str(part.period or item.source), gone, example, text)


def _taken(
    item: Snapshot, part: Partition, other: Snapshot, name: str, found: Clash | None
) -> BadFileError:
    when = f"{item.source} {part.period}" if part.period else item.source
    words = f" ({found.words})" if found else ""
    same = other.raw.sha256 == item.raw.sha256  # with another mapping, edition or release
    origin = "the same file, read another way" if same else "another file"
    what = f"{when} is held already, from {origin}{words}"
    if other.load == item.load:
        what = f"{when} comes twice in one load{words}"
    why, hint = _meaning(item, part, other, found)
    return BadFileError(
        what,
        where=f"{name} ({item.vintage}); held: {other.raw.name} ({other.vintage})",
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
        return "a heading beside the lines below it would count twice", "keep one of the two levels"
    if found and found.kind == "edition":
        return "one report in two editions would count twice", "keep the edition you want"
    if found and found.reexports:  # exports would be lost for them
        return why, "exports hold their re-exports: give both flows in one file"
    if other.load == item.load:
        return why, "give each period once"
    whose = ", of the same reporters" if trade and part.slices != ("*",) else ""
    return why, f"add --replace to take the new rows instead of the old{whose}"


def merge(before: Catalog, added: Sequence[Snapshot]) -> Catalog:
    """Return the catalog with new snapshots, without what they replace altogether."""
    gone: set[str] = set()
    for item in before.snapshots:
        for part in item.partitions:
            taken = {
                name
                for new in added
                for other in new.partitions
                if _replaces(new, item) and other.period == part.period
                for name in shared_slices(part, other)
            }
            if taken >= set(part.slices):
                gone.update(file.path for file in part.stored)
    kept = (item.without(gone) for item in before.snapshots)
    return Catalog((*(item for item in kept if item.partitions), *added))


def _replaces(new: Snapshot, old: Snapshot) -> bool:
    """Whether old rows may go for good: replaced on purpose, and not another release."""
    same = new.vintage == old.vintage or UNKNOWN in (new.vintage, old.vintage)
    return new.source == old.source and same and outranks(new, old)


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
        and part.hidden != now.get((part.snapshot.vintage, path.path), frozenset({EVERYTHING}))
    }
    return tuple(sorted(found))
