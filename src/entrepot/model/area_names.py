"""Names of areas as publishers of the world write them, in eight languages and many spellings.

The table beside this file is written by ``tools/area_names.py`` from the Unicode CLDR, the names
of the United Nations and ISO 3166, and the lists of customs offices; it says what each row is from.
It is read when a name is not one of those in ``areas.csv``.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from entrepot.errors import nearest
from entrepot.model.areas import by_name, groups
from entrepot.model.columns import read_table

__all__ = [
    "COLUMNS",
    "completed_name",
    "is_rest",
    "name_key",
    "named_area",
    "named_group",
    "nearest_names",
    "words_of",
]

COLUMNS = ("name", "code", "source")
"""Name as written, our code (empty where a name is that of several areas), and who writes it."""

_FILE = Path(__file__).with_name("area_names.csv")
_SAME = {
    "saint": "st ste sainte santa santo san sao sankt szent",
    "republic": "rep repub republica republique republik republika respublica республика респ",
    "democratic": "dem democ democratica democratique demokratische demokratik democratico",
    "popular": "people peoples pop populaire volksrepublik",
    "islands": "island isl isls is isla islas ile iles insel inseln ilha ilhas isle isles adalari "
    "adasi остров острова о",
    "federation": "fed federated federacion federacao foderation",
    "arab": "arabe arabic arabische",
    "territory": "terr ter territories territorio territoire",
    "guinea": "guine guinee",
}
_CANONICAL = {word: one for one, words in _SAME.items() for word in words.split()}
_SILENT = frozenset({
    *("the", "of", "and", "de", "la", "le", "les", "du", "des", "el", "los", "las", "da", "do"),
    *("dos", "das", "der", "die", "und", "et", "ve", "von"),
})  # fmt: skip
_INSIDE = frozenset({"y", "e", "i", "и"})
"""And; not at an end, where it may be a point of the compass: E GUINEA."""
_RESTS = re.compile(
    r"(resto|restante|resta?\b|others?|remaining|otr[oa]s?|outr[oa]s|autres?|reste|übrige[rs]?|"
    r"sonstige[rs]?|andere|прочие|другие|остальные|diğer)\b|其他|其它|その他|기타",
    re.IGNORECASE,
)
"""How names of all others in a region begin."""
_SHORTEST = 10  # letters of a cut name: fewer begin several names
_ALIKE = 0.75  # below, a nearest name is no help: ASEAN is not Senegal


def name_key(name: str) -> str:
    """Return a name for comparing: no accents, articles or order of words; ``Rep.`` written out.

    Examples
    --------
    >>> name_key("Egypt, Arab Rep.") == name_key("the Arab Republic of Egypt")
    True
    >>> name_key("CÔTE D’IVOIRE") == name_key("Cote d'Ivoire"), name_key("Guinea-Bissau")
    (True, 'bissau guinea')
    """
    words = words_of(name)
    if len(words) > 1:  # alone, "Island" is Iceland
        inner = [word for word in words[1:-1] if word not in _INSIDE]
        words = [_CANONICAL.get(word, word) for word in (words[0], *inner, words[-1])]
    return " ".join(sorted({word for word in words if word not in _SILENT} or set(words)))


def named_area(name: str) -> str | None:
    """Return our code for a name in any spelling that is known, or None.

    Examples
    --------
    >>> named_area("Taiwan, Province of China"), named_area("HOLANDA"), named_area("Ägypten")
    ('TWN', 'NLD', 'EGY')
    >>> named_area("ASEAN"), named_area("China, Republic of")  # a group; two areas
    (None, None)
    """
    return by_name(name) or _by_key().get(name_key(name)) or None


def is_rest(name: str) -> bool:
    """Whether a name is that of all others in a region: trade of partners that are not named.

    Examples
    --------
    >>> is_rest("Resto Asia Pacifico"), is_rest("Autres pays"), is_rest("Restinga")
    (True, True, False)
    """
    return _RESTS.match(name) is not None


def named_group(name: str) -> str | None:
    """Return our code for the name of a group of areas, or None."""
    key = name_key(name)
    for one in groups():
        if key in (name_key(one.code), name_key(one.name)):
            return one.code
    return None


def completed_name(text: str) -> str | None:
    """Return our code for a name that was cut at its end, if only one area has such a name.

    Examples
    --------
    >>> completed_name("Bosnia and Herzego"), completed_name("CHINA, REPUBLICA POP")
    ('BIH', 'CHN')
    >>> completed_name("Virgin Isl"), completed_name("Niger")  # of two countries; too short
    (None, None)
    """
    if len(text) < _SHORTEST:
        return None
    *whole, last = words_of(text) or [""]
    known = {_CANONICAL.get(word, word) for word in whole} - _SILENT
    found = set()
    for words, code in _in_words():
        rest = [word for word in words if _CANONICAL.get(word, word) not in known]
        if known <= {_CANONICAL.get(word, word) for word in words} and any(
            word.startswith(last) for word in rest
        ):
            found.add(code)
    return found.pop() if len(found) == 1 and last else None


def nearest_names(name: str) -> list[str]:
    """Return codes of up to three areas whose names look most like one that is not known."""
    wanted = name_key(name)
    near = nearest(wanted, _by_key(), limit=3)
    good = [key for key in near if SequenceMatcher(None, key, wanted).ratio() >= _ALIKE]
    return list(dict.fromkeys(code for key in good if (code := _by_key()[key])))


@cache
def _by_key() -> dict[str, str]:
    """Return code by key; empty where a name is that of several areas."""
    return {name_key(row["name"]): row["code"] for row in read_table(_FILE, COLUMNS)}


@cache
def _in_words() -> tuple[tuple[tuple[str, ...], str], ...]:
    rows = read_table(_FILE, COLUMNS)
    return tuple((tuple(words_of(row["name"])), row["code"]) for row in rows)


def words_of(name: str) -> list[str]:
    """Return the words of a name in small letters, without accents."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("&", " and "))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    # Publishers without apostrophes write a blank in their place: COTE D IVOIRE.
    joined = re.sub(r"(?:['’`´]|(?<=[^\W_]{3}) )s\b", "s", bare.casefold())
    return re.findall(r"[^\W_]+", re.sub(r"\b[dl](?:['’`´] ?| )", "", joined))
