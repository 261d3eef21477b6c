"""A word or phrase of a sentence that means something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Mark", "longest"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or phrase that means something.

    Attributes
    ----------
    kind
        ``area``, ``flow``, ``goods`` or the kind of a cue.
    value
        Code, flow, goods, or the value of the cue.
    form
        Of an area, its part in the sentence: ``adj``, ``of``, ``to``, ``from``, ``with``,
        ``between``, ``bare``; of goods, their certainty.
    start, end
        Place in the sentence.
    title
        What goods that are not sure might be.
    joined
        Whether an area follows another by "and".
    """

    kind: str
    value: str
    form: str
    start: int
    end: int
    title: str = ""
    joined: bool = False


def longest(found: Iterable[Mark]) -> list[Mark]:
    """Return the marks that overlap none longer than themselves, in the order of the sentence."""
    kept: list[Mark] = []
    for mark in sorted(found, key=lambda one: (-(one.end - one.start), one.start)):
        if all(mark.end <= other.start or other.end <= mark.start for other in kept):
            kept.append(mark)
    return sorted(kept, key=lambda one: one.start)
