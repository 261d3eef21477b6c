"""A time expression of a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.model.period import Period

__all__ = ["Time"]


@dataclass(frozen=True, slots=True)
class Time:
    """A time expression and its place.

    Attributes
    ----------
    is_base
        Whether a change is measured against it.
    ends_range
        Whether it is the second of "between 2020 and 2023".
    guessed
        Whether the year is not said: the latest that was over.
    """

    period: Period
    start: int
    end: int
    is_base: bool = False
    ends_range: bool = False
    guessed: bool = False
