"""Customs codes that a text or a question names: "HS 8542", "код ТН ВЭД 8542", "HS编码8542"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.draft import Refusal
from entrepot.errors import EntrepotError
from entrepot.goods.parse import NAMED, parse
from entrepot.model.product import EDITIONS, known_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SHORT = r"(?:(?<![A-Za-z])(?:HS|HTS|CN|KN|TARIC)(?![A-Za-z])|ТН ?ВЭД(?: ЕАЭС| ТС)?)"
_TARIFF = (
    rf"(?:{_SHORT}|(?i:\b(?:customs|tariff|commodity|harmoni[sz]ed system|zolltarif|waren|zoll)"
    r"|(?<!\w)товарн[а-яё]+)|海关|商品|税则)"
)
_CODES = (
    r"(?:(?i:\b(?:(?:waren|zoll)?codes?|(?:sub-?)?headings?|(?:zoll)?tarifnummern?"
    r"|(?:waren|zoll)nummern?)\b|(?<!\w)(?:код[а-я]*|(?:суб)?позици[а-я]+(?= \d{4})))"
    r"|编码|编号|税号|品目)"
)
_PARTS = (
    r"(?i:\b(?:chapters?|items?|lines?|numbers?|kapiteln?|(?:unter)?positionen|(?:unter)?position"
    r"|nummern?)\b|(?<!\w)групп[а-я]+|章)"
)
_GAP = r"[-–\s:№#\"“„«(（]{0,8}(?:(?:No|Nr)\b\.?\s{0,3})?"
# Repetitions end soon: a text that repeats such a word would be read from each to the end.
CODE = re.compile(
    rf"(?P<named>(?:(?:{_TARIFF}{_GAP}){{0,3}}{_CODES}{_GAP}"
    rf"(?:(?:(?i:по|товар[а-я]*)|{_SHORT}){_GAP}){{0,3}}"
    rf"|(?:{_TARIFF}{_GAP}){{1,3}}{_PARTS}{_GAP}|(?P<short>{_SHORT}){_GAP}))?"
    # 8542, 8542.31 or 854231; not a part of a number, a percentage or an amount.
    r"(?<![\d.,])(?P<code>\d{4}(?:[. ]\d{2}){1,3}|\d{2,})(?![\d%]|[.,]\d| ?%"
    r"|[ -](?i:per ?cent|prozent|процент|[mb]illion|trillion|bn\b|mn\b|mrd|mio|млн|млрд|тыс))"
)
"""Digits that may be a code, and the words that say so (``named``)."""
_AND = re.compile(r"\s*(?:[,/&、]|[,]?\s*(?:and|or|und|oder|и|или)\s|和|及|或)\s*")
_UP_TO = re.compile(r"\s*(?:[-–—]|(?:up )?to\s|through\s|bis\s|по\s|до\s|至|到)\s*")
_YEARS = frozenset(str(one.year) for one in EDITIONS)
_SHORT_EDITIONS = frozenset(one.baci for one in EDITIONS)
_HAS_TARIFF = re.compile(_TARIFF)


@dataclass(frozen=True, slots=True)
class NamedCodes:
    """Codes that stand together, as goods of a definition; `trouble` says why they are none."""

    goods: str
    start: int
    end: int
    trouble: str = ""


def digits_of(match: re.Match[str]) -> str:
    """Return the digits of a match of `CODE`."""
    return re.sub(r"\D", "", match["code"])


def is_code(digits: str) -> bool:
    """Whether some edition of the Harmonized System has such a chapter, heading or subheading."""
    return len(digits) in (2, 4, 6) and digits in known_prefixes(len(digits))


def is_like_year(digits: str) -> bool:
    """Whether four digits are far oftener a year than a heading (1901 to 2009: malt, juices)."""
    return len(digits) == 4 and digits[:2] in ("19", "20")


@lru_cache(maxsize=512)
def codes_in(text: str) -> tuple[NamedCodes, ...]:
    """Return the codes that a sentence calls codes, those joined by "and" or a comma together.

    Examples
    --------
    >>> [one.goods for one in codes_in("Exports of HS 8541, 8542.31 and CN 85 fell")]
    ['8541,854231,85']
    """
    found: list[NamedCodes] = []
    for match in CODE.finditer(text):
        one = _named(match)
        gap = text[found[-1].end : match.start()] if found else ""
        if found and _UP_TO.fullmatch(gap) and (one or _may_follow(match)):
            trouble = "a span of customs codes, which is not read"
        elif found and _AND.fullmatch(gap) and (one or _may_follow(match)):
            # "HS 84 and 85": whether the second is a chapter or a count is not said.
            short = one is None and len(digits_of(match)) == 2
            trouble = "which customs codes are meant is not clear" if short else ""
            trouble = trouble or (one.trouble if one else "")
        else:
            found += [one] if one else []
            continue
        last = found[-1]
        goods = f"{last.goods},{digits_of(match)}"
        found[-1] = replace(last, goods=goods, end=match.end(), trouble=last.trouble or trouble)
    return tuple(found)


def _named(match: re.Match[str]) -> NamedCodes | None:
    """Return a code that is called one; None for digits alone, and for the year of an edition."""
    digits = digits_of(match)
    if match["named"] is None:
        return None
    trouble = ""
    if match["short"] and is_like_year(digits):
        if not is_code(digits):
            return None
        if digits in _YEARS:
            trouble = f"whether {digits} is a heading or an edition is not clear"
    elif f"HS{digits}" in _SHORT_EDITIONS and match[0] == f"HS{digits}":
        trouble = f"whether HS{digits} is a chapter or an edition is not clear"
    elif len(digits) == 2 and not _HAS_TARIFF.search(match["named"]):
        trouble = f"whether {digits} is a customs code is not clear"
    try:
        parse(digits)
    except EntrepotError as error:
        trouble = error.what
    return NamedCodes(digits, match.start(), match.end(), trouble)


def _may_follow(match: re.Match[str]) -> bool:
    digits = digits_of(match)
    return is_code(digits) and not is_like_year(digits)


def require_codes(keys: Mapping[str, Any], text: str) -> None:
    """Refuse a definition without the codes that its sentence names.

    Raises
    ------
    Refusal
        Also where what is named is no code.
    """
    named = codes_in(text)
    for one in named:
        if one.trouble:
            raise Refusal(one.trouble)
    goods = [one for one in _goods(keys) if not one.startswith(NAMED)]
    if named and not goods:
        raise Refusal(f"whether it is of the customs code {named[0].goods} is not clear")


def _goods(keys: Mapping[str, Any]) -> Iterator[str]:
    for key, value in keys.items():
        if isinstance(value, dict):
            yield from _goods(value)
        elif key == "goods":
            yield str(value)
