"""Numbers as the mapping says that the file writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from entrepot.sources.table.mapping import Mapping

__all__ = ["BLANKS", "is_missing", "is_number", "missing_sql", "number_pattern", "number_sql"]

BLANKS = " \t\u00a0\u2009\u202f"
"""What is taken off both ends of a cell."""


def number_pattern(mapping: Mapping) -> str:
    """Return the pattern of a number of zero or more, in the syntax that RE2 and Python share."""
    point = re.escape(mapping.decimal)
    whole = "[0-9]{1,15}"
    if mapping.thousands:
        sign = _separator(mapping.thousands)
        grouped = f"[0-9]{{1,3}}(?:{sign}[0-9]{{3}}){{1,4}}"
        # India parts lakhs and crores: 1,23,45,678.
        indian = f"[0-9]{{1,2}}(?:{sign}[0-9]{{2}}){{1,5}}{sign}[0-9]{{3}}"
        whole = f"(?:{grouped}|{indian}|{whole})"
    # Some programs write three digits after the e: 2.50925e+007.
    return f"(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?0*[0-9]{{1,2}})?"


def number_sql(text: str, mapping: Mapping) -> str:
    """Return SQL for the number that a text of that pattern stands for."""
    for sign in _signs(mapping.thousands):
        text = f"replace({text}, {literal(sign)}, '')"
    if mapping.decimal != ".":
        text = f"replace({text}, {literal(mapping.decimal)}, '.')"
    return f"{text}::DOUBLE"


def is_missing(text: str, mapping: Mapping) -> bool:
    """Whether a cell says that there is no number."""
    return text == "" or text in mapping.missing


def missing_sql(text: str, mapping: Mapping) -> str:
    """Return SQL for the same."""
    return f"{text} IN ({', '.join(map(literal, ('', *mapping.missing)))})"


def is_number(text: str, mapping: Mapping) -> bool:
    """Whether a cell is a number as the mapping has them."""
    return re.fullmatch(number_pattern(mapping), text) is not None


def _signs(thousands: str | None) -> tuple[str, ...]:
    """Return the signs that part thousands; a blank may be narrow, or one that never breaks."""
    if thousands is None:
        return ()
    if thousands == " ":
        return (" ", "\u00a0", "\u2009", "\u202f")
    return ("'", "’") if thousands in ("'", "’") else (thousands,)


def _separator(thousands: str) -> str:
    return "[" + "".join(map(re.escape, _signs(thousands))) + "]"
