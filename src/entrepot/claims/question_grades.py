"""Tiers of a list, and other names of goods: grades of crude oil, battlefield goods."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from entrepot.goods import goods_lists
from entrepot.model.columns import read_table

__all__ = ["grades_in", "tiers_in"]

_NUMBER = r"(?<![\d.])[1-9](?:\.?[AB])?(?![\w.]\w|\d)"
_ROW = rf"{_NUMBER}(?:(?:,? and |,? und |,? и |, ?|、|和){_NUMBER})*"
_NTH = {
    "en": (("first", "second", "third", "fourth"), "{nth}[- ]tier(?!\\w)"),
    "de": (
        ("erste", "zweite", "dritte", "vierte"),
        "{nth}[nrs]? (?:prioritäts)?(?:stufe|kategorie)(?!\\w)",
    ),
    "ru": (
        ("перв", "втор", "трет", "четв[её]рт"),
        "{nth}[а-я]+ (?:уров|категори|ступен)[а-я]+",
    ),
    "zh": (("[1一]", "[2二]", "[3三]", "[4四]"), "第?{nth}(?:层级|级|类|层|档)(?:别)?"),
}
_WORDS = {
    "en": "tiers?",
    "de": "tiers?|(?:prioritäts)?stufen?|kategorien?",
    "ru": "tiers?|тир[а-я]*|уров(?:ень|н[а-я]+)|категори[а-я]+|ступен[а-я]+",
    "zh": "tiers?|层级|等级|级别",
}


def tiers_in(text: str, language: str, goods: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a list as the tiers of it that a text names, and where; none if it has not all.

    Examples
    --------
    >>> tiers_in("tier 1 of the CHPL", "en", "chpl"), tiers_in("CHPL第二级物项", "zh", "chpl")
    (('chpl:1', [(0, 6)]), ('chpl:2', [(4, 7)]))
    >>> tiers_in("tier 7 of the CHPL", "en", "chpl")
    ('chpl', [])
    """
    numbers: dict[str, None] = {}
    spans: list[tuple[int, int]] = []
    named = rf"(?<!\w)(?:{_WORDS[language]})[- ]?(?P<row>{_ROW})"
    for match in re.finditer(
        named.replace(r"(?<!\w)", "") if language == "zh" else named, text, re.I
    ):
        spans.append(match.span())
        numbers |= dict.fromkeys(re.findall(_NUMBER, match["row"]))
    words, form = _NTH[language]
    for number, word in enumerate(words, 1):
        for match in re.finditer(form.replace("{nth}", word), text, re.IGNORECASE):
            spans.append(match.span())
            numbers[str(number)] = None
    tiers = [re.sub(r"(?<=\d)(?=[AB])", ".", one.upper()) for one in numbers]
    known = {part.id for one in goods_lists() if one.id == goods for part in one.parts}
    if not tiers or any(not {tier} & (known | {one[:1] for one in known}) for tier in tiers):
        return goods, []
    return ",".join(f"{goods}:{tier}" for tier in tiers), spans


@cache
def _grades() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = read_table(Path(__file__).with_name("question_grades.csv"), ("goods", "name", "before"))
    return tuple(
        (
            row["goods"],
            re.compile(
                rf"(?:(?:марк[аиу]|сорт[а]?|сорта|der sorte|marke|grade) )?"
                rf"(?<![A-Za-zА-Яа-яЁё])(?:{row['name']})(?![A-Za-zА-Яа-яЁё])"
                + (f"(?={row['before']})" if row["before"] else ""),
                re.IGNORECASE,
            ),
        )
        for row in rows
    )


def grades_in(text: str) -> list[tuple[str, int, int]]:
    """Return the other names of goods in a text: the goods that they are of, start, end.

    They are shown as what they are read as: customs codes do not distinguish grades.

    Examples
    --------
    >>> grades_in("Imports of Urals crude"), grades_in("beyond the Ural")
    ([('2709', 11, 16)], [])
    """
    return [
        (goods, *match.span()) for goods, pattern in _grades() for match in pattern.finditer(text)
    ]
