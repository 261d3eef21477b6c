"""Columns of numbers that are called by the time they are of: 2022, Jan, Imported value in 2022."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.sources.table.draft.money import money_words, unit_words
from entrepot.sources.table.month_names import month_number
from entrepot.sources.table.periods import read_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.sources.table.draft.guess import Guess

__all__ = ["values_by_period"]

_FEW = 3  # columns called by months; one alone may be anything
_FOOTNOTE = re.compile(r"([12][0-9]{3})[ *]+[0-9*)]{1,2}")
_IN_WORDS = re.compile(r"(?:(?:im|ex)port(?:s|ed)?|trade|value)\b.*\b((?:19|20)[0-9]{2})")


def values_by_period(guesses: Sequence[Guess], above: str = "") -> None:
    """Take columns of numbers that are called by a period for the values of it.

    Parameters
    ----------
    above
        What stands above the names of the columns; it may say that all numbers are masses.
    """
    role = "mass" if unit_words(above) and not money_words(above) else "value"
    free = [one for one in guesses if one.role in ("", "value") and one.seen.is_numeric]
    for guess in free:
        if period := _period_in(guess.seen.name):
            guess.role, guess.keys = role, {"period": period}
            if role == "mass":
                guess.keys["unit"] = unit_words(above)
    if any(guess.role == "year" for guess in guesses):
        months = [one for one in free if "period" not in one.keys and month_number(one.seen.name)]
        for guess in months if len(months) >= _FEW else ():
            guess.role, guess.keys = "value", {"month": guess.seen.name}


def _period_in(name: str) -> str:
    """Return the period that a name says, a mark for a footnote behind it not counted."""
    if read_span(name):
        return name
    found = _FOOTNOTE.fullmatch(name) or _IN_WORDS.fullmatch(name.casefold())
    return found[1] if found else ""
