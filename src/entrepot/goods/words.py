"""Goods in everyday words, in six languages: what people write who know no code.

The wording is ours (``words.csv``, ``code_words.csv``, ``chapters.csv``); the law and the
Harmonized System have their own. A word stands for the code, heading or chapter that holds most of
what it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.goods.library import bundled_lists, is_list
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    *("LANGUAGES", "GoodsWords", "everyday_goods", "goods_in_codes", "goods_like"),
    *("code_names", "names_of_goods", "spaced_code"),
]

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "ru": "Russian",
    "zh": "Chinese",
}
_FOLDER = Path(__file__).parent
# Of 0 to 1, as difflib counts letters in common: below, other goods are alike, too.
_ALIKE = 0.85


@dataclass(frozen=True, slots=True)
class GoodsWords:
    """Goods with their names.

    Attributes
    ----------
    goods
        As a definition names them: ``8507``, ``8541,8542``.
    name
        What a page calls them.
    words
        What people call them, by language.
    """

    goods: str
    name: str
    words: Mapping[str, tuple[str, ...]]


@cache
def everyday_goods() -> tuple[GoodsWords, ...]:
    """Return goods that have words: those of `words.csv`, then every named code, then chapters."""
    rows = read_table(_FOLDER / "words.csv", ("goods", "name", *LANGUAGES))
    found = {
        row["goods"]: GoodsWords(
            row["goods"],
            row["name"],
            {key: tuple(row[key].split(";")) for key in LANGUAGES if row[key]},
        )
        for row in rows
    }
    codes = {**_listed(), **_of_file("code_words.csv"), **code_names()}
    for code, name in {**codes, **_of_file("chapters.csv")}.items():
        # What has words of its own comes first and keeps its name.
        found.setdefault(code, GoodsWords(code, name, {}))
    return tuple(found.values())


@cache
def _by_words() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one in everyday_goods():
        for text in (one.name, *(word for some in one.words.values() for word in some)):
            found.setdefault(text.casefold(), []).append(one.goods)
    return {text: tuple(dict.fromkeys(goods)) for text, goods in found.items()}


def goods_in_codes(text: str) -> str:
    """Return goods with each word that is clear as its code; what is no word of ours stays."""
    return ",".join(_in_code(part) for part in text.split(","))


def _in_code(part: str) -> str:
    codes = _by_words().get(part.strip().casefold(), ())
    # A list may be called like a word: lists are named, words are only understood.
    return codes[0] if len(codes) == 1 and not is_list(part.strip()) else part


def goods_like(text: str) -> list[str]:
    """Return goods in codes, at most three, that a text or a misspelling of it may mean."""
    known = _by_words()
    key = text.casefold()
    near = [key] if key in known else get_close_matches(key, known, 3, _ALIKE)
    return list(dict.fromkeys(goods for one in near for goods in known[one]))[:3]


def _of_file(name: str) -> dict[str, str]:
    return {row["code"]: row["name"] for row in read_table(_FOLDER / name, _COLUMNS)}


_COLUMNS = ("code", "name")


@cache
def code_names() -> dict[str, str]:
    """Return six-digit codes with what they hold, in words that do not promise less than it.

    A code is more than the good it is known for: 811292 is "gallium, germanium, indium and others".
    """
    rows = read_table(Path(__file__).parent / "code_names.csv", ("code", "name"))
    return {row["code"]: row["name"] for row in rows}


@cache
def _listed() -> dict[str, str]:
    """Return codes that a bundled list words as a whole, the first wording of each."""
    found: dict[str, str] = {}
    for one in bundled_lists():
        for entry in one.history:
            if len(entry.code) == 6 and entry.wording and not entry.ex:
                found.setdefault(entry.code, entry.wording)
    return found


@cache
def names_of_goods() -> dict[str, str]:
    """Return what a page calls goods that have a name, by goods as a definition names them."""
    return {one.goods: one.name for one in everyday_goods()}


def spaced_code(code: str) -> str:
    """Return digits in groups, as they are read aloud.

    Examples
    --------
    >>> spaced_code("850511"), spaced_code("8542"), spaced_code("8541,8542")
    ('8505 11', '8542', '8541 and 8542')
    """
    if "," in code:
        parts = [spaced_code(one) for one in code.split(",")]
        return f"{', '.join(parts[:-1])} and {parts[-1]}"
    return " ".join(filter(None, (code[:4], code[4:6], code[6:])))
