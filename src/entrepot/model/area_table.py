"""Areas: who trades, under one code, with the codes that each source uses for it.

Codes are ISO 3166 alpha-3; withdrawn ISO codes for areas that are no more; ``XKX`` (Kosovo) and
``BLX`` (Belgium-Luxembourg) as everybody writes them; else our own, which begin with X and have
more than three letters.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from entrepot.errors import UnknownNameError, nearest
from entrepot.model.columns import read_table

__all__ = ["Area", "System", "area", "areas", "by_code", "by_name", "known_areas", "unknown_area"]

Kind = Literal["country", "territory", "historical", "special", "aggregate"]
System = Literal["alpha2", "m49", "comtrade", "baci", "eurostat", "gacc", "imf", "name"]


_MANY = ("comtrade", "baci", "eurostat", "gacc", "imf", "successors")  # several codes in a cell
_DAYS = ("valid_from", "valid_to")
_MARKS = str.maketrans({"，": ",", "（": "(", "）": ")", "’": "'"})  # Chinese and curly
_NEARLY = 0.08  # how much less alike than the best a suggestion may be


@dataclass(frozen=True, slots=True)
class Area:
    """One area that statistics know.

    Attributes
    ----------
    code
        Our code, ISO 3166 alpha-3 where there is one.
    name, article, adjective
        As a newspaper prints them: ``United States``, ``the``, ``American``. Adjective and
        article are empty where there is none in use.
    kind
        ``country``; ``territory`` with its own entry; ``historical``: is no more; ``special``: no
        place (bunkers, areas not specified); ``aggregate``: a total that a source prints beside
        its parts, never to be added to them.
    alpha2, m49
        ISO two letters; three digits of UN M49 (Taiwan: its ISO number).
    comtrade, baci, eurostat, gacc, imf
        Codes in each source, the present one first.
    valid_from, valid_to
        First and last day, where they matter for statistics since 1988.
    successors
        Codes of the areas that a historical one became.
    aliases
        Other names and spellings that sources print.
    certainty
        What was not seen in a file of its source. ``by rule``: the source uses ISO or M49 codes
        elsewhere. Eurostat's codes are ISO's two letters by rule, but for the exceptions noted.
    note
        What to know when using it.
    """

    code: str
    name: str
    article: str
    adjective: str
    kind: Kind
    alpha2: str
    m49: str
    comtrade: tuple[str, ...]
    baci: tuple[str, ...]
    eurostat: tuple[str, ...]
    gacc: tuple[str, ...]
    imf: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...]
    aliases: tuple[str, ...]
    certainty: str
    note: str

    @property
    def phrase(self) -> str:
        """Name as it stands in a sentence: ``the United States``."""
        return f"{self.article} {self.name}".lstrip()


@cache
def areas() -> tuple[Area, ...]:
    """Return every area, sorted by code."""
    names = tuple(field.name for field in fields(Area))
    return tuple(map(_area, read_table(Path(__file__).with_name("areas.csv"), names)))


@cache
def known_areas() -> dict[str, Area]:
    """Return every area by its code."""
    return {one.code: one for one in areas()}


def area(code: str) -> Area:
    """Return the area of a code.

    Raises
    ------
    UnknownNameError
        With the codes that look most like it, by code or by name.

    Examples
    --------
    >>> area("KOR").name, area("TWN").comtrade
    ('South Korea', ('490', '158'))
    """
    found = known_areas().get(code)
    if found is None:
        raise unknown_area(code)
    return found


@cache
def by_code(system: System) -> dict[str, str]:
    """Return our code for each code of another system.

    Parameters
    ----------
    system
        ``alpha2``, ``m49``, ``comtrade``, ``baci``, ``eurostat``, ``gacc``, ``imf`` or ``name``
        (names and aliases in lower case; see `by_name`). BACI takes its codes from Comtrade, so
        a code that only Comtrade's list has counts for ``baci`` too.

    Raises
    ------
    UnknownNameError
        For another system.
    """
    if system not in get_args(System):
        raise UnknownNameError("system of area codes", system, get_args(System))
    found: dict[str, str] = {}
    for one in areas():
        for code in _codes(one, system):
            found[code] = one.code
    return found


def by_name(name: str) -> str | None:
    """Return our code for a name as sources print it, or None.

    What Eurostat adds in brackets ("Spain (incl. Canary Islands 'XB' from 1997)") is left out.

    Examples
    --------
    >>> by_name("Russian Federation"), by_name("Atlantis")
    ('RUS', None)
    """
    names = by_code("name")
    return names.get(_key(name)) or names.get(_key(name.partition(" (incl. ")[0]))


def unknown_area(text: str, groups: tuple[tuple[str, str], ...] = ()) -> UnknownNameError:
    """Return the error for an unknown area; it suggests by code and by name.

    Parameters
    ----------
    text
        What was given.
    groups
        Code and name of further known things.
    """
    shown = {one.code: one.name for one in areas() if one.kind != "aggregate"} | dict(groups)
    words = _words(groups)
    wanted = _key(text)
    near = list(words.get(wanted, ())) or _most_alike(wanted, words)
    guess = " or ".join(f"{code} ({shown[code]})" for code in near)
    error = UnknownNameError(
        "area",
        text,
        (),
        hint=f"did you mean {guess}?" if near else "`entrepot area list` shows what is known",
    )
    error.suggestions = near
    return error


def _words(groups: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    """Return what may be typed for each area and group: code, two letters, name, aliases."""
    pairs = [(word, code) for code, name in groups for word in (code, name)]
    for one in areas():
        if one.kind != "aggregate":
            names = (one.code, one.alpha2, one.name, *one.aliases)
            pairs += [(word, one.code) for word in names if word]
    words: dict[str, tuple[str, ...]] = {}
    for word, code in pairs:
        words[_key(word)] = tuple(dict.fromkeys((*words.get(_key(word), ()), code)))
    return words


def _most_alike(wanted: str, words: dict[str, tuple[str, ...]]) -> list[str]:
    """Return up to three codes: the best match and those that are nearly as good."""
    near = nearest(wanted, words, limit=6)
    score = {word: SequenceMatcher(None, word, wanted).ratio() for word in near}
    good = [word for word in near if score[word] >= max(score.values()) - _NEARLY]
    return list(dict.fromkeys(code for word in good for code in words[word]))[:3]


def _codes(one: Area, system: System) -> tuple[str, ...]:
    match system:
        case "alpha2" | "m49":
            code: str = getattr(one, system)
            return (code,) if code else ()
        case "baci":
            return one.baci + one.comtrade
        case "name":
            return tuple(_key(name) for name in (one.name, *one.aliases))
    codes: tuple[str, ...] = getattr(one, system)
    return codes


def _key(name: str) -> str:
    """Return a name without case, typographic marks and uneven blanks."""
    plain = name.translate(_MARKS).replace(",", ", ").replace("(", " (").casefold()
    return " ".join(plain.split())


def _area(row: dict[str, str]) -> Area:
    cells: dict[str, Any] = dict(row)
    cells |= {name: tuple(row[name].split()) for name in _MANY}
    cells |= {name: date.fromisoformat(row[name]) if row[name] else None for name in _DAYS}
    cells["aliases"] = tuple(row["aliases"].split(";")) if row["aliases"] else ()
    return Area(**cells)  # the table's test checks the words
