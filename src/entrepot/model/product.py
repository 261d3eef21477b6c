"""Product codes of the Harmonized System: text, with the edition they are to be read in.

`hs_codes.csv` has the codes of each edition as the correlation tables of the United Nations
Statistics Division print them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from entrepot.errors import RequestError, UnknownNameError
from entrepot.model.columns import read_table

NATIONAL = ("98", "99")
"""Chapters that are left to countries: their codes are of no edition."""
NO_CODES = "NONE"
"""Nomenclature of a source that has totals over all goods only."""
UNNAMED = "HS"
"""Nomenclature of six-digit codes of an edition that is not named: they cannot be converted."""
POOLED = "271000"
"""BACI keeps petroleum oils of heading 2710 under one code in every year and edition."""
TOTAL = "TOTAL"
"""Product of a row that is a total over all goods; it may stand beside rows by product."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the Harmonized System.

    Attributes
    ----------
    id
        As ``nomenclature`` has it: ``HS2017``.
    year
        Year in its name.
    in_force
        First day on which the convention has it in force; many countries change later.
    baci, comtrade
        How CEPII (``HS17``) and UN Comtrade (``H5``) write it.
    """

    id: str
    year: int
    in_force: date
    baci: str
    comtrade: str


def _edition(number: int, year: int, start: int) -> Edition:
    return Edition(f"HS{year}", year, date(start, 1, 1), f"HS{year % 100:02d}", f"H{number}")


# The first edition is that of 1988; with the changes of 1992 it is called HS1992 everywhere.
EDITIONS = (
    _edition(0, 1992, 1988),
    _edition(1, 1996, 1996),
    _edition(2, 2002, 2002),
    _edition(3, 2007, 2007),
    _edition(4, 2012, 2012),
    _edition(5, 2017, 2017),
    _edition(6, 2022, 2022),
)
_LENGTHS = (2, 4, 6)

TARIFFS = {
    "CN": "Combined Nomenclature of the European Union, 8 digits",
    "UKT": "United Kingdom Integrated Tariff, 8 to 10 digits",
    "SCHB": "Schedule B of the United States, for exports, 10 digits",
    "HTS": "Harmonized Tariff Schedule of the United States, 8 to 10 digits",
    "CCT": "Customs Tariff of China, 8 to 10 digits",
    "JPT": "Customs Tariff Schedule of Japan, 9 digits",
    "KRT": "Harmonized System of Korea, 10 digits",
    "TWT": "Customs Import Tariff of Taiwan, 8 to 11 digits",
    "CHT": "Customs Tariff of Switzerland, 8 digits",
}
"""Tariffs whose codes begin with the six digits of the Harmonized System, by what stands before the
year in the name of a nomenclature."""


@cache
def edition(text: str) -> Edition:
    """Return the edition of an id, or of how CEPII or Comtrade write it.

    Raises
    ------
    UnknownNameError
        For anything else.

    Examples
    --------
    >>> edition("HS17").id, edition("H6").id
    ('HS2017', 'HS2022')
    """
    for one in EDITIONS:
        if text in (one.id, one.baci, one.comtrade):
            return one
    known = [one.id for one in EDITIONS]
    raise UnknownNameError("nomenclature", text, known, hint=f"one of: {', '.join(known)}")


def edition_on(day: date) -> Edition:
    """Return the edition in force on a day.

    Raises
    ------
    RequestError
        For a day before 1988.

    Examples
    --------
    >>> from datetime import date
    >>> edition_on(date(2021, 12, 31)).id
    'HS2017'
    """
    found = [one for one in EDITIONS if one.in_force <= day]
    if not found:
        raise RequestError(
            f"no edition of the Harmonized System on {day.isoformat()}",
            hint="the first is in force from 1988-01-01",
        )
    return found[-1]


@cache
def harmonized(nomenclature: str) -> Edition:
    """Return the edition that the first six digits of codes are to be read in.

    Parameters
    ----------
    nomenclature
        An edition of the Harmonized System, or a year of one of `TARIFFS`, whose longer codes
        begin with it: ``CN2021``.

    Raises
    ------
    RequestError
        For `UNNAMED`.
    UnknownNameError
        For anything else.

    Examples
    --------
    >>> harmonized("CN2021").id, harmonized("HS2012").id
    ('HS2017', 'HS2012')
    """
    if nomenclature == UNNAMED:
        raise RequestError(
            "its codes are of an edition that the file does not name, so they are not converted",
            why="the same number can hold other goods in another edition",
            hint="ask for six-digit codes, such as --goods 850511",
        )
    letters, year = nomenclature[:-4], nomenclature[-4:]
    if letters in TARIFFS and re.fullmatch("(19|20)[0-9]{2}", year):
        return edition_on(date(int(year), 1, 1))
    return edition(nomenclature)


def product_prefix(text: str) -> str:
    """Return a chapter (2 digits), heading (4) or subheading (6) as a prefix of codes.

    Raises
    ------
    RequestError
        For letters, another number of digits or a chapter that does not exist. Nothing is
        padded: ``854`` could be short for too many things.

    Examples
    --------
    >>> product_prefix("8542")
    '8542'
    """
    code = text.strip()
    if not re.fullmatch(r"[0-9]+", code) or len(code) not in _LENGTHS:
        raise RequestError(
            f"not a product code: {code!r}",
            why=_why(code),
            hint="write a chapter 85, a heading 8542 or a subheading 854231; keep leading zeros",
        )
    return _in_chapters(code)


def _in_chapters(code: str) -> str:
    chapter = int(code[:2])
    # The convention keeps chapter 77 free.
    if chapter == 0 or chapter == 77:
        raise RequestError(
            f"no such chapter: {code[:2]}",
            where=f"product code {code}",
            why="chapters are 01 to 76 and 78 to 97; 98 and 99 are left to countries",
            hint="check the digits",
        )
    return code


def _why(code: str) -> str:
    if not (code.isascii() and code.isdigit()):
        return "product codes are digits"
    if len(code) > 6:
        return "codes of more than six digits differ from country to country"
    return f"it has {len(code)} digit{'s' if len(code) != 1 else ''}"


@cache
def known_codes() -> dict[str, frozenset[str]]:
    """Return every six-digit code with the editions it stands in."""
    everywhere = frozenset(edition.id for edition in EDITIONS)
    return {
        row["code"]: everywhere if row["code"] == POOLED else _spans(row["editions"])
        for row in read_table(Path(__file__).with_name("hs_codes.csv"), ("code", "editions"))
    }


@cache
def known_prefixes(digits: int) -> dict[str, frozenset[str]]:
    """Return every code of two, four or six digits with the editions it stands in."""
    found: dict[str, frozenset[str]] = {}
    for code, editions in known_codes().items():
        found[code[:digits]] = found.get(code[:digits], frozenset()) | editions
    return found


@cache
def _spans(text: str) -> frozenset[str]:
    """Read ``"1996-2017 2022"``."""
    spans = [span.partition("-") for span in text.split()]
    return frozenset(
        edition.id
        for edition in EDITIONS
        for first, _, last in spans
        if int(first) <= edition.year <= int(last or first)
    )
