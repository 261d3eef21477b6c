"""Product codes as tables write them: inside words, without their zeros, on several levels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import RequestError, UnknownNameError
from entrepot.model.product import EDITIONS, NO_CODES, TOTAL, edition
from entrepot.sources.text import group_of

if TYPE_CHECKING:
    from entrepot.sources.table.mapping import MappedColumn

__all__ = ["NONE", "TOTAL", "Product", "nomenclature_of", "product_of"]


NONE = NO_CODES
_LEVELS = (2, 4, 6, 8, 10)
_NATIONAL = (7, 9, 11, 12)  # digits of national lines that no edition has: Japan's have nine
_CN_YEARS = range(1988, 2100)


@dataclass(frozen=True, slots=True)
class Product:
    """A code, and the level it stands on in the file: its digits, or ``total``."""

    code: str
    level: int | str


def product_of(text: str, column: MappedColumn) -> Product:
    """Return the product that a cell names.

    Raises
    ------
    RequestError
        If there is no code in it, or none of an existing chapter.
    """
    code = column.own.get(text, text)
    if column.pattern and text not in column.own:
        found = group_of(column.pattern, text)
        if found is None:
            raise RequestError(
                "no product code where the pattern looks for one",
                where=text,
                hint=f"the pattern is {column.pattern}; or name the code with own",
            )
        code = found
    code = code.strip("' ").removesuffix(".0").replace(".", "").replace(" ", "")
    if code.upper() == TOTAL:
        return Product(TOTAL, "total")
    return _checked(_padded(code, column.pad), text, column)


def nomenclature_of(text: str) -> str:
    """Return the edition that a text names: ``HS2017``, ``H5``, ``HS17``, ``CN2022``, ``NONE``.

    Raises
    ------
    UnknownNameError
        For anything else.

    Examples
    --------
    >>> nomenclature_of("H5"), nomenclature_of("CN2022")
    ('HS2017', 'CN2022')
    """
    plain = text.strip().upper().replace(" ", "")
    if plain == NONE or (re.fullmatch("CN[0-9]{4}", plain) and int(plain[2:]) in _CN_YEARS):
        return plain
    try:
        return edition(plain).id
    except UnknownNameError as error:
        known = ", ".join(one.id for one in EDITIONS)
        raise UnknownNameError(
            "nomenclature", text, (), hint=f"one of {known}, CN2017 ... CN2026, NONE"
        ) from error


def _padded(code: str, pad: int | str | None) -> str:
    if pad == "even":
        return code.zfill(len(code) + len(code) % 2)
    return code.zfill(int(pad)) if pad else code


def _checked(code: str, text: str, column: MappedColumn) -> Product:
    if not (code.isascii() and code.isdigit()):
        raise RequestError(
            "not a product code",
            where=text,
            why="product codes are digits",
            hint="take it out of words with pattern: '([0-9]+)', or name it with own: {...: TOTAL}",
        )
    level = len(code)
    if level not in _LEVELS and not (column.cut and level in _NATIONAL):
        raise RequestError(
            f"a product code of {level} digits",
            where=text,
            why="codes have 2, 4, 6, 8 or 10; spreadsheets lose the zero at the front",
            hint="add cut: 6 to the column, with repeated: sum, if these are national lines"
            if level in _NATIONAL
            else "add pad: 6 if all codes have six, or pad: even",
        )
    if code[:2] in ("00", "77"):
        raise RequestError(
            f"no such chapter: {code[:2]}",
            where=text,
            hint="chapters are 01 to 76 and 78 to 99; look at pad and pattern in the mapping",
        )
    return Product(code[: column.cut] if column.cut else code, level)
