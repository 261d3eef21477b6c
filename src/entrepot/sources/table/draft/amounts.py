"""How a file writes numbers: what parts decimals and thousands, what stands for none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.sources.table.draft.seen import Seen

__all__ = ["how_numbers_are_written", "words_for_none"]


def how_numbers_are_written(columns: Iterable[Seen], *, typed: bool) -> dict[str, str]:
    """Return ``decimal`` and ``thousands`` where they differ from ``1234.5``.

    ``TODO`` where the numbers fit two readings: ``1,234`` may be a thousand or one.

    Parameters
    ----------
    columns
        Columns of numbers.
    typed
        Whether numbers are stored as such (a workbook), so that only texts tell anything.
    """
    texts = [text.lstrip("-+") for column in columns for text in column.numbers]
    says: dict[str, str] = {}
    if any(re.search(r"[0-9][ \u00a0\u2009\u202f][0-9]", text) for text in texts):
        says["thousands"] = " "
    elif any(re.search(r"[0-9]['’][0-9]{3}", text) for text in texts):
        says["thousands"] = "'"
    texts = [re.sub(r"[ \u00a0\u2009\u202f'’]", "", text) for text in texts]
    commas = [text for text in texts if "," in text]
    points = [] if typed and commas else [text for text in texts if "." in text]
    both = [text for text in commas if "." in text]
    if both:
        last = "," if both[0].rindex(",") > both[0].rindex(".") else "."
        return {"decimal": ",", "thousands": "."} if last == "," else {"thousands": ","}
    for sign, found in ((",", commas), (".", points)):
        if found:
            says |= _of(sign, found, typed=typed)
    return says


def _of(sign: str, texts: list[str], *, typed: bool) -> dict[str, str]:
    """Return what one sign means in the numbers that have it."""
    s = re.escape(sign)
    if any(text.count(sign) > 1 for text in texts):
        return {"thousands": sign} | ({"decimal": ","} if sign == "." else {})
    grouped = [text for text in texts if re.fullmatch(rf"[1-9][0-9]{{0,2}}{s}[0-9]{{3}}", text)]
    if len(grouped) < len(texts):
        return {"decimal": ","} if sign == "," else {}
    if sign == "." and (typed or len(texts) < 3):
        return {}
    return {"decimal": "TODO"}


def words_for_none(numbers: Iterable[Seen], words: Iterable[Seen]) -> list[str]:
    """Return what stands for nothing: in columns of numbers any word, in others a usual one."""
    found = {text for column in numbers for text in column.texts if text not in column.numbers}
    found |= {text for column in words for text in column.texts if text.casefold() in _NONE}
    return sorted(found)


_NONE = ("n/a", "na", "nan", "-", "--", "...", "..", ".", "none", "null")
