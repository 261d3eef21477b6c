"""Columns of numbers that are called by the time they are of: 2022, Jan, Imported value in 2022."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.sources.table.draft.money import money_words, unit_words
from entrepot.sources.table.month_names import month_number
from entrepot.sources.table.periods import fiscal_years, read_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.sources.table.draft.guess import Guess

__all__ = ["values_by_period"]

_FEW = 3  # columns called by months; one alone may be anything
_FOOTNOTE = re.compile(r"([12][0-9]{3})[ *]+[0-9*)]{1,2}")
_PERIOD = re.compile(
    r"\b(?:(?:19|20)[0-9]{2}(?:[-/ ]?(?:Q[1-4]|M?[01]?[0-9]))?"
    r"|[^\W\d_]{3,}\.?[-, ]*(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2} ?[-/–] ?(?:19|20)?[0-9]{2})\b"
)
_YEAR_MONTH = re.compile(r"\b(?:19|20)[0-9]{2}[-, ]+[^\W\d_]{3,}\b")
_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_WORDS = re.compile(
    r"(?:im|ex)port(?:s|ed)?|dispatch|arrival|trade|value|valor|valeur|wert|стоимость|金额|quantity|qty|amount|"
    r"weight|mass|вес|масса|重量|数量|кол"
)
_MASS = re.compile(r"weight|\bmass\b|вес|масса|重量|\bkg\b|tonne|\btons?\b")
_MANY = re.compile(r"quantity|\bqty\b|количество|数量|menge|cantidad|quantidade|miktar")


def values_by_period(guesses: Sequence[Guess], above: str = "") -> None:
    """Take columns of numbers that are called by a period for the values of it.

    Parameters
    ----------
    above
        What stands above the names of the columns; it may say that all numbers are masses.
    """
    free = [one for one in guesses if one.role in ("", "value", "mass", "quantity")]
    for guess in free:
        found = _period_in(guess.seen.name) if guess.seen.is_numeric else None
        if found is None:
            continue
        period, rest = found
        guess.role, guess.keys = "value", {"period": period}
        said = rest or above
        if (_MASS.search(rest.casefold()) or unit_words(said)) and not money_words(said):
            guess.role = "mass"
            guess.keys |= {"unit": unit} if (unit := unit_words(said)) else {}
        elif _MANY.search(rest.casefold()):
            guess.role = "quantity"
        elif rest:
            guess.keys |= money_words(rest)
    if any(guess.role == "year" for guess in guesses):
        months = [
            (guess, month)
            for guess in free
            if guess.seen.is_numeric and "period" not in guess.keys
            if (month := _month_in(guess.seen.name))
        ]
        for guess, month in months if len(months) >= _FEW else ():
            guess.role, guess.keys = "value", {"month": month}
            if month != guess.seen.name:  # Value-Jan: whatever else stands beside years is no part
                guess.keys |= money_words(guess.seen.name)


def _month_in(name: str) -> str | None:
    """Return the month that a name is, or that stands beside a word for values: Value-Jan."""
    if month_number(name):
        return name
    words = re.findall(r"[^\W\d_]+", name)
    months = [word for word in words if len(word) >= 3 and month_number(word)]
    rest = [word for word in words if word not in months]
    return months[0] if len(months) == 1 and rest and all(map(_is_value, rest)) else None


def _is_value(word: str) -> bool:
    return word.casefold() in ("value", "val", "valor", "valeur", "wert", "amount", "стоимость")


def _period_in(name: str) -> tuple[str, str] | None:
    """Return the period that a name says, and what else it says; a mark for a footnote aside."""
    if read_span(name) or fiscal_years([name]):
        return name, ""
    if found := _FOOTNOTE.fullmatch(name):
        return found[1], ""
    spans: list[re.Match[str]] = []
    for pattern in (_YEAR_MONTH, _PERIOD, _YEAR):  # "Export 2017" is no month called Export
        spans = spans or [
            one for one in pattern.finditer(name) if read_span(one[0]) or fiscal_years([one[0]])
        ]
    if len(spans) != 1:
        return None
    [found] = spans
    rest = " ".join((name[: found.start()] + " " + name[found.end() :]).split())
    if not _WORDS.search(rest.casefold()) and not money_words(rest) and not unit_words(rest):
        return None
    return found[0], rest
