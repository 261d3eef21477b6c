"""What a column of a list of shipments is, by its name: in the languages of customs papers."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from entrepot.model.area_names import without_accents
from entrepot.model.columns import read_table
from entrepot.model.display import MONEY

_CURRENCIES = {name.casefold(): name for name in MONEY} | {
    "euro": "EUR", "euros": "EUR", "евро": "EUR", "欧元": "EUR", "美元": "USD", "人民币": "CNY",
    "rmb": "CNY", "руб": "RUB", "рубли": "RUB", "рублеи": "RUB",
}  # fmt: skip
_KILOGRAMS = frozenset(
    {"kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramm", "кг", "千克", "公斤"}
)
_FOREIGN = """
t to ton tons tonne tonnes tonnen toneladas mt g gr gram grams gramm mg lb lbs pound pounds oz ct
carat carats karat т тн тонн тонны г 吨 公吨 克 k 000 1000 thousand thousands tsd tausend million
millions mio mln mn m bn mrd billion teur keur meur tusd kusd musd milliers miles mil milhares тыс
млн млрд 千 万 百万 亿 万元 千元 万美元 千美元 pcs pieces stk stuck units l m2 m3 cbm
"""
_OTHER_UNITS = frozenset(_FOREIGN.split())
"""Units of which a column of values or masses is not read: it would be off by what they are."""
_BETWEEN = frozenset({"in", "en", "em", "v", "в"})
_ISO = frozenset({"iso", "iso2", "iso3", "alpha2", "alpha3", "alpha"})


class ColumnRole(NamedTuple):
    """What the name of a column says.

    Attributes
    ----------
    role
        What the column is; empty if it is not used.
    rank
        0 for a usual name; a looser one counts where no column has one of a lower rank.
    unit
        Words of a unit that is not read, for which the column is not used.
    """

    role: str = ""
    rank: int = 0
    unit: str = ""


def _key(name: str) -> str:
    # The Turkish dotless i has no decomposition, so it is replaced by hand ("alıcı", "ağırlık").
    bare = without_accents(name.casefold().replace("ı", "i").replace("ß", "ss"))
    return " ".join(re.findall(r"[^\W_]+", bare))


_NAMES = read_table(Path(__file__).with_name("column_names.csv"), ("role", "rank", "name"))
"""Names of columns as spreadsheets and customs software write them; `_key` takes one spelling."""
ROLES = {
    role: tuple(row["name"] for row in _NAMES if row["role"] == role)
    for role in dict.fromkeys(row["role"] for row in _NAMES)
}
"""What a column can be, with its names, the most usual first."""
_BY_KEY = {
    _key(row["name"]): ColumnRole(row["role"], int(row["rank"]))
    for row in sorted(_NAMES, key=lambda row: row["rank"], reverse=True)
}


def head_of(name: str) -> ColumnRole:
    """Return what the column of this name is.

    Examples
    --------
    >>> head_of("Ursprung").role, head_of("Eigenmasse kg").role, head_of("Value (EUR)").role
    ('origin', 'mass', 'value')
    >>> head_of("Wert TEUR")
    ColumnRole(role='', rank=0, unit='teur')
    """
    if found := _BY_KEY.get(_key(name)):
        return found
    # NFKC: the wide brackets of Chinese texts are brackets, too.
    plain = unicodedata.normalize("NFKC", name)
    front, *behind = re.split(r"[(\[,]", plain, maxsplit=1)
    if behind and (found := head_of(front)).role:
        # What stands in brackets is said of the word before; only a unit keeps it from being used.
        return _with_unit(found, _key(behind[0]).split())
    words = _key(name).split()
    for at in range(len(words) - 1, 0, -1):
        if found := _BY_KEY.get(" ".join(words[:at])):
            return _with_words(found, words[at:])
    return ColumnRole()


def _with_unit(head: ColumnRole, words: list[str]) -> ColumnRole:
    """Return what a column is whose name has words in brackets."""
    if head.role not in ("value", "mass"):
        return head
    own, foreign = _units(head.role)
    if foreign.intersection(words) - own:
        return ColumnRole(unit=" ".join(words))
    return head


def _with_words(head: ColumnRole, words: list[str]) -> ColumnRole:
    """Return what a column is whose name has words behind a known one: a unit, or nothing else."""
    if head.role in ("from", "to", "origin"):
        # “Exporter code” may be a number of a firm; the code of an origin is a country's.
        rest = _ISO | ({"code"} if head.role == "origin" else set())
        return ColumnRole(head.role, 2) if rest.issuperset(words) else ColumnRole()
    if head.role not in ("value", "mass"):
        return ColumnRole()
    own, foreign = _units(head.role)
    if all(
        word in own or word in foreign or word in _BETWEEN or word[0].isdigit() for word in words
    ):
        return _with_unit(head, words)
    return ColumnRole()


def _units(role: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of units in which a role is read, and those in which it is not."""
    money = frozenset(_CURRENCIES)
    if role == "value":
        return money, _OTHER_UNITS | _KILOGRAMS
    return _KILOGRAMS, _OTHER_UNITS | money


def currency_of(name: str) -> str:
    """Return the currency that the name of a column says; two in it say nothing.

    Examples
    --------
    >>> currency_of("Wert EUR"), currency_of("金额(美元)"), currency_of("EUR/USD")
    ('EUR', 'USD', '')
    """
    found = {_CURRENCIES[word] for word in _key(name).split() if word in _CURRENCIES}
    return found.pop() if len(found) == 1 else ""
