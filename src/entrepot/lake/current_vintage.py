"""Which of the rows held count: a newer release takes the place of an older one.

Nothing is rewritten when data are revised. Every delivery stays as it came, and what is in force is
worked out from the catalog: by period, and within a period by slice (who reports which side).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.lake.catalog import Partition, Snapshot
    from entrepot.model.period import Period

__all__ = [
    "EVERYTHING",
    "UNKNOWN",
    "Part",
    "current_partitions",
    "is_misspelled",
    "outranks",
    "shared_slices",
]

EVERYTHING = "*"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
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


def current_partitions(snapshots: Sequence[Snapshot], vintage: str | None = None) -> list[Part]:
    """Return every partition of one source with what is hidden of it, in order of loading.

    Parameters
    ----------
    snapshots
        What is held of the source.
    vintage
        Only this release, as if no other were held.
    """
    wanted = [item for item in snapshots if vintage in (None, item.vintage)]
    pairs = [(item, partition) for item in wanted for partition in item.partitions]
    same: dict[Period | None, list[tuple[Snapshot, Partition]]] = {}
    for item, partition in pairs:  # every question asks this, and months are many
        same.setdefault(partition.period, []).append((item, partition))
    return [Part(item, one, _hidden(item, one, same[one.period])) for item, one in pairs]


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
    pieces = re.findall(r"\d+|\D+", vintage)
    return tuple((int(p), "") if p.isdigit() else (-1, p.upper()) for p in pieces)


def shared_slices(one: Partition, other: Partition) -> Iterator[str]:
    """Yield the slices of `one` that `other` has too; everything meets everything."""
    if EVERYTHING in one.slices or EVERYTHING in other.slices:
        yield from one.slices
    else:
        yield from sorted(set(one.slices) & set(other.slices))
