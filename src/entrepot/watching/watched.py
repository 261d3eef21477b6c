"""What a watch found, file by file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.watching.seen import Move, Turn

__all__ = ["Watched", "WatchedFile"]


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """Figures and claims of one file, evaluated again.

    Attributes
    ----------
    name, title
        Of the file, and what it calls itself.
    since
        Day on which they were seen before; empty if they are watched from now on.
    version
        Of the program that saw them before.
    figures, claims
        In the order of the file.
    gone
        Ids that were watched and that the file names no more.
    """

    name: str
    title: str
    since: str
    version: str
    figures: tuple[Move, ...] = ()
    claims: tuple[Turn, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def moved(self) -> int:
        """How many moved."""
        return sum(bool(one.what) for one in self.figures) + sum(
            one.is_moved for one in self.claims
        )

    @property
    def new(self) -> int:
        """How many were not seen before."""
        return sum(one.then is None for one in self.figures) + sum(
            one.then is None for one in self.claims
        )

    @property
    def is_unanswered(self) -> bool:
        """Whether there are Figures and none of them has a value."""
        return bool(self.figures) and all(one.now.value is None for one in self.figures)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "file": self.name,
            "title": self.title,
            "since": self.since or None,
            "version": self.version or None,
            "figures": [one.to_dict() for one in self.figures],
            "claims": [one.to_dict() for one in self.claims],
            "gone": list(self.gone),
        }


@dataclass(frozen=True, slots=True)
class Watched:
    """All files that were evaluated again.

    Attributes
    ----------
    files
        In the order of their names.
    unremembered
        Why the next time is not compared with this one; empty if it is, or if nobody asked for it.
    """

    files: tuple[WatchedFile, ...]
    unremembered: str = ""

    @property
    def summary(self) -> dict[str, int]:
        """Number of Figures and claims, how many moved, and how many were not seen before."""
        return {
            "figures": sum(len(one.figures) for one in self.files),
            "claims": sum(len(one.claims) for one in self.files),
            "moved": sum(one.moved for one in self.files),
            "new": sum(one.new for one in self.files),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "watched": [one.to_dict() for one in self.files],
            "summary": self.summary,
            "not_remembered": self.unremembered or None,
        }

    def to_json(self) -> str:
        """Return as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)
