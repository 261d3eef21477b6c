"""Editions of the Harmonized System: which codes exist when, and what a code was before.

A code may keep its number and change its content, so equal numbers are not yet equal goods.
The codes of each edition are in `entrepot.model.product`; `families.csv` has what became of codes
on the Common High Priority List, judged one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from entrepot.errors import BadFileError, RequestError, nearest
from entrepot.model.columns import read_table
from entrepot.model.product import known_codes, known_prefixes

Kind = Literal["same", "renumbered", "successor", "no_safe_predecessor", "content_changed"]

_FOLDER = Path(__file__).parent
_LINK_COLUMNS = (
    "code",
    "nomenclature",
    "other_nomenclature",
    "kind",
    "other_code",
    "widest",
    "reason",
)


@dataclass(frozen=True, slots=True)
class CodeLink:
    """What a code of one edition is in another.

    Attributes
    ----------
    kind
        ``same``: the same number for the same goods; ``renumbered``: `other_code` is the same
        goods; ``successor``: `other_code` stands for it and holds more;
        ``no_safe_predecessor``: nothing does, and `other_code` is empty; ``content_changed``: the
        number is the same and the goods are not.
    widest
        The code that holds its goods among others.
    reason
        Why, for a reader.
    """

    code: str
    nomenclature: str
    other_nomenclature: str
    kind: Kind
    other_code: str
    widest: str
    reason: str


def link(code: str, nomenclature: str, other: str) -> CodeLink | None:
    """Return what `families.csv` says of a code in `other`; None where it says nothing."""
    if nomenclature == other:
        return CodeLink(code, nomenclature, other, "same", code, code, "")
    return links(nomenclature, other).get(code)


@cache
def links(nomenclature: str, other: str) -> dict[str, CodeLink]:
    """Return what was judged code by code between two editions; none if nothing was."""
    found = {}
    for row in read_table(_FOLDER / "families.csv", _LINK_COLUMNS):
        kind = row.pop("kind")
        if kind not in get_args(Kind):
            raise BadFileError(f"unknown kind {kind!r}", where=f"families.csv, {row['code']}")
        if (row["nomenclature"], row["other_nomenclature"]) == (nomenclature, other):
            found[row["code"]] = CodeLink(**row, kind=cast("Kind", kind))
    return found


@cache
def without_filling(code: str, edition: str) -> str:
    """Return a code without the zeros that fill a chapter, heading or subheading up.

    In a tariff, a line of zeros behind six digits is all of an undivided subheading.

    Examples
    --------
    >>> without_filling("42020000", "HS2022"), without_filling("85423100", "HS2022")
    ('4202', '854231')
    >>> without_filling("85423190", "HS2022")
    '85423190'
    """
    for length in (6, 4, 2):
        if edition in known_prefixes(min(length, len(code))).get(code[:length], ()):
            return code if code[length:].strip("0") else code[:length]
        # A digit that says something: anything shorter would hold more goods than the code.
        if code[length - 2 :].strip("0"):
            break
    return code


def undivided(code: str, edition: str) -> str:
    """Return the one subheading of a heading that is not divided, else the code itself.

    Examples
    --------
    >>> undivided("3826", "HS2022"), undivided("8542", "HS2022")
    ('382600', '8542')
    """
    inside = _subheadings(edition).get(code, ())
    return inside[0] if len(inside) == 1 else code


@cache
def _subheadings(edition: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, there in known_codes().items():
        if edition in there:
            found.setdefault(code[:4], []).append(code)
    return found


def require_code(code: str, edition: str) -> None:
    """Refuse a code of two, four or six digits that an edition does not have.

    Raises
    ------
    RequestError
        With the editions that it stands in, or else with the nearest codes of this one.
    """
    known = known_prefixes(len(code))
    editions = known.get(code, frozenset())
    if edition in editions:
        return
    if editions:
        raise RequestError(
            f"{code} is not a code of {edition}",
            why=f"it stands in {', '.join(sorted(editions))}",
            hint="write the edition it belongs to, or its code in this one",
        )
    near = nearest(code, [one for one, there in known.items() if edition in there])
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    raise RequestError(f"unknown code {code} in {edition}", hint=f"{guess}check the digits")
