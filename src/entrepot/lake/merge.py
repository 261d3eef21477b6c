"""Whether new rows have room beside what is held, and what the catalog is with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.lake.catalog import Catalog
from entrepot.lake.force import UNKNOWN, in_force, outranks, shared_slices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from entrepot.lake.catalog import Partition, Snapshot
    from entrepot.model.period import Period

__all__ = ["hides", "merge", "require_room"]


def require_room(
    item: Snapshot,
    part: Partition,
    others: Sequence[Snapshot],
    *,
    whole: bool,
    name: str,
    clash: Callable[[str], tuple[Any, ...] | None],
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
        Returns the key of a row that a stored file has too, if there is one.

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
            if item.table == "flows" and held.digits and part.digits not in (0, held.digits):
                raise _other_level(item, part, other, held, name)
            key = None if whole or not held.files else clash(next(iter(held.files.values())).path)
            if whole or key:
                raise _taken(item, part, other, name, key)


def _other_level(
    item: Snapshot, part: Partition, other: Snapshot, held: Partition, name: str
) -> BadFileError:
    told = sorted(set(part.slices) & set(held.slices)) or list(part.slices)
    return BadFileError(
        f"{item.source} {part.period} is held already in codes of {held.digits} digits, and these "
        f"have {part.digits}",
        where=f"{name}; held: {other.raw.name}; reports {', '.join(told[:5])}",
        why="headings beside the lines below them would count twice",
        hint="remove the one you do not need, or add --replace to take the new rows instead",
    )


def _taken(
    item: Snapshot, part: Partition, other: Snapshot, name: str, key: tuple[Any, ...] | None
) -> BadFileError:
    cell = f" ({' '.join(str(one) for one in key if one is not None)})" if key else ""
    trade = item.table in ("flows", "inputs")
    why = "its trade would count twice" if trade else "the same rows would be there twice"
    when = f" {part.period}" if part.period else ""
    hint = "add --replace to take the new rows instead of the old"
    if trade and part.slices != ("*",):
        hint += ", of the same reporters"
    if key and key[-1] is True:  # re-exports; exports would be lost for them
        hint = "exports hold their re-exports: give both flows in one file"
    if other.load == item.load:
        return BadFileError(
            f"{item.source}{when} comes twice in one load{cell}",
            where=f"{name} and {other.raw.name}",
            why=why,
            hint="give each period once",
        )
    return BadFileError(
        f"{item.source}{when} is held already, from another file{cell}",
        where=f"{name} ({item.vintage}); held: {other.raw.name} ({other.vintage})",
        why=why,
        hint=hint,
    )


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
                gone.update(file.path for file in part.files.values())
    kept = (item.without(gone) for item in before.snapshots)
    return Catalog((*(item for item in kept if item.partitions), *added))


def _replaces(new: Snapshot, old: Snapshot) -> bool:
    """Whether old rows may go for good: replaced on purpose, and not another release."""
    same = new.vintage == old.vintage or UNKNOWN in (new.vintage, old.vintage)
    return new.source == old.source and same and outranks(new, old)


def hides(before: Catalog, after: Catalog, source: str) -> tuple[Period, ...]:
    """Return the periods of which rows counted before and count no longer."""
    now = {
        path.path: part.hidden
        for part in in_force(after.of(source))
        for path in part.partition.files.values()
    }
    found = {
        part.partition.period
        for part in in_force(before.of(source))
        for path in part.partition.files.values()
        if part.partition.period and part.hidden != now.get(path.path, frozenset({"*"}))
    }
    return tuple(sorted(found))
