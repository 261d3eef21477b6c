"""Tokens: the pieces of a text, each of a kind."""

from __future__ import annotations

from dataclasses import dataclass

CORES = ("number", "fraction", "multiple", "comparable")
ASIDE = ("unknown", "code", "time", "ending", "month", "which", "link", "particle")
"""Words that are no part of a number phrase."""
NUMERIC = ("number", "unit", "scale", "currency")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text.

    Attributes
    ----------
    kind
        A kind of the lexicon; ``number``; ``unknown`` for any other word or sign.
    value
        What it stands for.
    start, end
        Its place in the text.
    step
        Worth of the last digit of a number.
    other
        The other reading (value, step) of digits whose language is not known.
    """

    kind: str
    value: str | float | None
    text: str
    start: int
    end: int
    step: float = 0.0
    other: tuple[float, float] | None = None
    digits: bool = False
