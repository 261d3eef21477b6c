"""Chinese numerals put together: 二千二百八十四亿, 1.63万亿, 3亿5000万."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers.text import Token

_PARTS = ("digit", "place", "large", "point")
# Decimal, since 258.6 × 10**9 in floats has a tail of digits nobody printed. `_ENOUGH` stops
# a long row of 亿 from growing without end.
_NOTHING, _ONE, _ENOUGH = Decimal(0), Decimal(1), Decimal(10) ** 16
# In front of 十, 百, 千: 数十 is "dozens", 上千 "over a thousand", 第十 "the tenth".
_VAGUE = frozenset("数几上成多第")


def composed(found: Sequence[Token]) -> list[Token]:
    """Replace runs of digits, places and large units by the number they make."""
    kept: list[Token] = []
    factors: dict[int, Decimal] = {}
    at = 0
    while at < len(found):
        if _opens(found, at):
            parts, at = _Parts.of(found, at)
            factors[len(kept)] = parts.factor
            kept += parts.tokens()
            continue
        token = found[at]
        if token.kind == "large" and _kind(found, at + 1) == "parts_of":  # 万分之三
            token = replace(token, kind="number", step=1.0)
        kept.append(replace(token, kind="unknown") if token.kind in _PARTS else token)
        at += 1
    for place, factor in factors.items():
        if factor == 1 and _kind(kept, place + 1) == "range":
            kept[place] = _scaled(kept[place], factors.get(place + 2, _ONE))
    return kept


def _scaled(number: Token, factor: Decimal) -> Token:
    """Give the first end of a range the large unit of the last: 2至3亿."""
    value = float(Decimal(str(number.value)) * factor)
    return replace(number, value=value, step=number.step * float(factor))


def _opens(found: Sequence[Token], at: int) -> bool:
    token = found[at]
    if token.kind != "place":
        return token.kind in ("number", "digit")
    after = found[at + 1].kind if at + 1 < len(found) else ""
    vague = at > 0 and found[at - 1].text in _VAGUE
    fraction = after == "parts_of"  # 十分之一, but 十分重要 is "very important"
    return fraction or (
        not vague and (after == "large" or (token.value == 10.0 and after == "digit"))
    )


@dataclass(slots=True)
class _Parts:
    """A number while it is read: above and below the last large unit."""

    used: list[Token] = field(default_factory=list)
    above: Decimal = _NOTHING
    section: Decimal = _NOTHING
    last: Decimal | None = None
    step: Decimal = _ONE
    large: Decimal = _NOTHING
    printed: bool = False
    more: Token | None = None

    @classmethod
    def of(cls, found: Sequence[Token], at: int) -> tuple[_Parts, int]:
        """Read from a place on; return also where the text goes on."""
        parts = cls()
        while at < len(found):
            size = parts._take(found, at)
            if not size:
                break
            parts.used += found[at : at + size]
            at += size
        return parts, at

    @property
    def factor(self) -> Decimal:
        """What the units at its end multiply its digits by."""
        sizes = [Decimal(str(part.value)) for part in self.used if part.kind in ("large", "place")]
        ends = bool(self.used) and self.used[-1].kind in ("large", "place")
        return math.prod(sizes, start=_ONE) if ends else _ONE

    def tokens(self) -> list[Token]:
        """Return the number, and "more than" where the text says 多 or 余 inside it."""
        first, final = self.used[0], self.used[-1]
        other = first.other
        value = float(self.above + self.section + (self.last or _NOTHING))
        if other and isinstance(first.value, float) and first.value:
            factor = value / first.value
            other = (other[0] * factor, other[1] * factor)
        number = replace(
            first,
            kind="number",
            value=value,
            # 百亿 without a digit is a round number; 十 is a numeral like any other.
            step=0.2 * value if first.kind == "place" and first.value != 10.0 else float(self.step),
            end=final.end,
            text="".join(token.text for token in self.used),
            digits=self.printed,
            other=other,
        )
        return [number] if self.more is None else [number, replace(self.more, end=final.end)]

    def _take(self, found: Sequence[Token], at: int) -> int:
        """Take in what stands at a place; return how many tokens that was."""
        token = found[at]
        value = Decimal(str(token.value)) if isinstance(token.value, float) else _NOTHING
        match token.kind:
            case "number" if self.last is None and not self.section:
                self.last, self.step, self.printed = value, Decimal(str(token.step)), True
                return 1
            case "digit" if self.last is None:
                return self._digits(found, at)
            case "place" if self.used or _opens(found, at):
                return self._place(value)
            case "large" if self.last is not None or self.section or 0 < self.above < _ENOUGH:
                return self._large(value)
            case "after" if self.used and token.value == "more_than":
                following = found[at + 1].kind if at + 1 < len(found) else ""
                if following in ("place", "large") and self.more is None:
                    self.more = token
                    return 1
        return 0

    def _digits(self, found: Sequence[Token], at: int) -> int:
        text, here, point = "", at, False
        while here < len(found):
            token = found[here]
            if token.kind == "digit" and isinstance(token.value, float):
                text += f"{token.value:.0f}"
            elif token.kind == "point" and not point and _kind(found, here + 1) == "digit":
                text, point = text + ".", True
            else:
                break
            here += 1
        self.last = Decimal(text)
        self.step = _ONE.scaleb(-len(text.partition(".")[2]))
        return here - at

    def _place(self, worth: Decimal) -> int:
        # 二百千 is no number, but 二百十 (210) leaves its 一 out.
        if self.last is None and self.section and worth != 10:
            return 0
        self.section += (_ONE if self.last is None else self.last) * worth
        # 3.2千 is exact to hundreds; 三千二百 to ones.
        self.step = self.step * worth if self.printed else _ONE
        self.last = None
        return 1

    def _large(self, worth: Decimal) -> int:
        pending = self.section + (self.last or _NOTHING)
        if not pending:
            self.above *= worth
        # 万亿: a larger unit multiplies all before it; a smaller one (亿 … 万) only what is since.
        elif self.large and worth > self.large:
            self.above = (self.above + pending) * worth
        else:
            self.above += pending * worth
        self.step *= worth
        self.section, self.last, self.large = _NOTHING, None, worth
        return 1


def _kind(found: Sequence[Token], at: int) -> str:
    return found[at].kind if at < len(found) else ""


_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?P<by>[ ',.])\d{3})(?:(?P=by)\d{3})*(?:(?P<mark>[.,])\d+)?")
_DECIMAL = re.compile(r"\d*[.,]\d+")
_UNCLEAR = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
# More digits than any amount has.
_LONGEST = 30
# Which marks part decimals. Russian groups thousands by spaces, so that either mark does.
_POINT_PARTS = {"en": ".", "zh": ".", "de": ",", "ru": ",."}


def readings(text: str, language: str) -> tuple[tuple[float, float], ...]:
    """Return (value, worth of the last digit) of a numeral, both where the language is not known.

    Parameters
    ----------
    text
        Digits with spaces, points and commas.
    language
        Empty if not known. It decides only what the digits leave open: "1,234".

    Returns
    -------
    tuple
        Empty if it is no number ("3.5.2026").

    Examples
    --------
    >>> readings("1,234", "en"), readings("1,234", "de"), readings("2,7", "en")
    (((1234.0, 1.0),), ((1.234, 0.001),), ((2.7, 0.1),))
    >>> readings("1,234", "")
    ((1234.0, 1.0), (1.234, 0.001))
    """
    if len(text) > _LONGEST:
        return ()
    if text.isdigit():
        return ((float(text), 1.0),)
    if _UNCLEAR.fullmatch(text):
        grouped, parted = _worth(re.sub("[.,]", "", text)), _worth(text.replace(",", "."))
        mark = "," if "," in text else "."
        if not language:
            # Of an unknown language first as in English: a comma groups, a point parts.
            return (grouped, parted) if mark == "," else (parted, grouped)
        return (parted,) if mark in _POINT_PARTS[language] else (grouped,)
    # One sign cannot both group and part: 1.234.5 is no number.
    if (found := _GROUPED.fullmatch(text)) and found["mark"] != found["by"]:
        head, tail = text, ""
        if found["mark"]:
            place = found.start("mark")
            head, tail = text[:place], "." + text[place + 1 :]
        return (_worth(re.sub("[ ',.]", "", head) + tail),)
    if _DECIMAL.fullmatch(text):
        return (_worth(text.replace(",", ".")),)
    return ()


def _worth(digits: str) -> tuple[float, float]:
    return float(digits), 10.0 ** -len(digits.partition(".")[2])


# Numbers in words, put together: "two hundred and fifty", "twenty-five", "four and a half".


_HUNDRED = 100.0
_LINKS = ("and", "dash")


def joined(found: list[Token]) -> list[Token]:
    """Replace runs of number words by numbers, and halves and lone articles by what they add."""
    kept: list[Token] = []
    at = 0
    while at < len(found):
        token = found[at]
        if token.kind == "spelled":
            number, at = _number(found, at)
            kept.append(number)
            continue
        at += 1
        if token.kind == "half":
            if kept and kept[-1].kind == "number":
                kept[-1] = _with_half(kept[-1], token)
                continue
            sign = isinstance(token.value, float)  # ¾ stands alone, "and a half" does not
            token = replace(token, kind="fraction" if sign else "unknown")
        kept.append(_round(token, kept, found, at))
    return kept


def _number(found: list[Token], at: int) -> tuple[Token, int]:
    """Return the number that starts at a number word, and where the text goes on."""
    first = found[at]
    total = _spelled_worth(first)
    here = at + 1
    last = first
    while here < len(found):
        step = 1 if found[here].kind == "spelled" else 2
        link = found[here].kind == "range" and found[here].value in _LINKS
        place = here + step - 1
        if place >= len(found) or found[place].kind != "spelled" or (step > 1 and not link):
            break
        # "Two and twenty" are two numbers, "two hundred and twenty" one.
        if step > 1 and found[here].value == "and" and total < _HUNDRED:
            break
        added = _added(total, _spelled_worth(found[place]))
        if added is None:
            break
        total, last, here = added, found[place], place + 1
    worth = 1.0 if total.is_integer() else 0.5
    number = replace(first, kind="number", value=total, end=last.end, step=worth)
    return replace(number, text=" ".join(part.text for part in found[at:here])), here


def _spelled_worth(token: Token) -> float:
    return token.value if isinstance(token.value, float) else 0.0


def _added(total: float, word: float) -> float | None:
    """Return what a number word makes of the number before it, or None if it begins another."""
    if word == _HUNDRED and 0 < total < 10:
        return total * _HUNDRED
    # "Twenty" takes ones only, "two hundred" anything below a hundred.
    room = 10 if total % _HUNDRED else _HUNDRED
    if total >= 20 and total % 10 == 0 and 0 < word < room and word == int(word):
        return total + word
    return None


def _with_half(number: Token, half: Token) -> Token:
    part = _spelled_worth(half) or 0.5
    # ¾ is one step of a quarter from the next whole number.
    step, text = min(part, 1 - part), f"{number.text} {half.text}"
    return replace(number, value=_spelled_worth(number) + part, step=step, end=half.end, text=text)


def _round(token: Token, before: list[Token], found: list[Token], following: int) -> Token:
    """Read "a trillion" and "half a point" as round numbers; "a" elsewhere says nothing."""
    if token.kind == "one_scale":
        return _lone_scale(token, before, found, following)
    if token.kind != "round":
        return token
    after = found[following] if following < len(found) else None
    value = _spelled_worth(token)
    if value > 1:
        return replace(token, kind="number", step=0.2 * value)
    # "A" counts only in front of a scale: "a trillion".
    large = after is not None and after.kind == "scale" and after.value in (1e3, 1e6, 1e9, 1e12)
    if large or (value == 0.5 and after is not None and after.kind in ("unit", "currency")):
        return replace(token, kind="number", step=0.2 * value)
    return replace(token, kind="filler" if value == 1 else "unknown")


def _lone_scale(token: Token, before: list[Token], found: list[Token], following: int) -> Token:
    """Read "миллиард долларов" as one of them, "21 миллиард" as a scale."""
    if before and before[-1].kind in ("number", "scale"):
        return replace(token, kind="scale")
    after = found[following] if following < len(found) else None
    if after is not None and after.kind in ("currency", "unit"):
        return replace(token, kind="number", step=0.2 * _spelled_worth(token))
    return replace(token, kind="unknown")


# Numbers printed in several parts: "2 млрд 300 млн", 七成五, "three tenths of a percent".


_LEAST = 1000.0
"""How many times larger the scale of the first part is."""
_SCALES = ("scale", "one_scale")
_ARTICLES = ("of", "a", "one", "eines")
_AND = ("and", "и", "und", "целых", "целая", "целые")
_BACK = 4
"""How many tokens before a number the word that opens a range may stand."""
_TENTHS = re.compile(r"tenths?$|десят\w+$|zehntel$")


def compounded(found: Sequence[Token]) -> list[Token]:
    """Return the tokens with the two parts of one number put together."""
    kept: list[Token] = []
    at = 0
    while at < len(found):
        parts = next(filter(None, (read(found, at) for read in _READ)), None)
        if parts is None:
            kept.append(found[at])
            at += 1
            continue
        put, size = parts
        kept += put
        at += size
    return kept


def _of_two_scales(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read whole thousands of millions with the millions behind them as one number.

    In the larger scale, which the first number of a range shares: "between 2 and 3 bn 200 mln".
    """
    window = found[at : at + 4]
    if [token.kind for token in window[::2]] != ["number", "number"]:
        return None
    if len(window) < 4 or any(token.kind not in _SCALES for token in window[1::2]):
        return None
    first, _, last, small = window
    worth = [token.value if isinstance(token.value, float) else 0.0 for token in window]
    times = worth[1] / worth[3] if worth[3] else 0.0
    # "2.5 billion 300 million" is two numbers: the first has said its millions already.
    whole = first.step == 1 and worth[0].is_integer()
    if not whole or times < _LEAST or not 0 < worth[2] < times:
        return None
    value = float(Decimal(str(worth[0])) + Decimal(str(worth[2])) / Decimal(times))
    step = float(Decimal(str(last.step)) / Decimal(times))
    number = replace(last, value=value, step=step, start=first.start, text=first.text, other=None)
    return [number, replace(small, kind="scale", value=worth[1])], 4


def _of_tenths(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read the tenth of a tenth that stands behind 成: 七成五 is 75 %, 一成半 is 15 %."""
    window = found[at : at + 4]
    if [token.kind for token in window[:3]] != ["number", "tenths", "unit"] or len(window) < 4:
        return None
    first, tenths, unit, last = window
    touches = first.end == tenths.start and tenths.end == last.start
    value = 5.0 if last.text == "半" else last.value if last.kind == "number" else None
    # 七成五 is written without a gap and without digits; 七成 5 is not one number.
    if not touches or not isinstance(value, float) or not 0 < value < 10 or last.digits:
        return None
    if not isinstance(first.value, float) or not first.value.is_integer():
        return None
    number = replace(first, value=first.value + value / 10, step=0.1)
    return [number, tenths, replace(unit, end=last.end)], 4


def _of_a_percent(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read "three tenths of a percent", which is no part of a whole, as 0.3 %."""
    if found[at].kind != "fraction":
        return None  # before looking ahead: a row of articles would be gone through from each
    here = at + 1
    while here < len(found) and found[here].text in _ARTICLES:
        here += 1
    unit = found[here] if here < len(found) else None
    small = unit is not None and unit.kind == "unit" and unit.value in ("percent", "points")
    if here == at + 1 or unit is None or not small:
        return None
    return [found[at], unit], here + 1 - at


def _and_tenths(found: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """Read "двенадцать и три десятых" as one number; other parts behind a number as none."""
    first, here = found[at], at + 1
    if first.kind != "number":
        return None
    while here < len(found) and found[here].text in _AND:
        here += 1
    part = found[here] if here < len(found) else None
    if here == at + 1 or part is None or part.kind != "fraction":
        return None
    whole, tenths = first.value, part.value
    plain = isinstance(whole, float) and whole.is_integer() and not first.digits
    # "Between twelve and three tenths": an opened range is no mixed number.
    opened = any(token.kind == "opens" for token in found[max(at - _BACK, 0) : at])
    if opened or not plain or not isinstance(tenths, float) or not _TENTHS.search(part.text):
        return [replace(first, kind="unknown", end=part.end)], here + 1 - at
    text = " ".join(token.text for token in found[at : here + 1])
    value = float(Decimal(str(whole)) + Decimal(str(tenths)))
    return [replace(first, value=value, step=0.1, end=part.end, text=text)], here + 1 - at


_READ = (_of_two_scales, _of_tenths, _of_a_percent, _and_tenths)
