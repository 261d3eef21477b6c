"""A number phrase by itself: every part is understood or it is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.numbers.kinds import ASIDE
from entrepot.claims.numbers.says import COMPARABLE, Says, between, bounds, rounded, turned, unread
from entrepot.claims.numbers.text import could_be
from entrepot.claims.numbers.tokens import tokens
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.claims.numbers.kinds import Token

_SEPARATORS = ",;.、，\n"


def read_says(text: str | float, language: str | None = None) -> Says:
    """Read a number phrase in English, Russian, German or Chinese.

    Parameters
    ----------
    text
        The phrase as printed; a bare number is read as its own digits.
    language
        ``en``, ``ru``, ``de`` or ``zh``. Without it every language that could be meant is tried;
        where they differ about a point or comma both readings are kept (`Says.other`).

    Raises
    ------
    RequestError
        If a part of the phrase is not understood (the message names it), if there is no number,
        or if it holds two numbers that are no range.

    Examples
    --------
    >>> says = read_says("1.63 trillion yuan")
    >>> says.value, says.unit, says.low, says.high
    (1630000000000.0, 'CNY', 1625000000000.0, 1635000000000.0)
    >>> read_says("more than five times").relation
    'more_than'
    >>> [says.value for says in read_says("1,234 %").readings]
    [1234.0, 1.234]
    """
    return _read(str(text), language)


# Phrases recur by the thousand: published rows are read at each start, "digits" tries edits.
@lru_cache(maxsize=4096)
def _read(phrase: str, language: str | None) -> Says:
    languages = (language,) if language else could_be(phrase)
    read_as: list[Says] = []
    refusal: RequestError | None = None
    for tried in languages:
        try:
            read_as.append(_strictly(phrase, tried))
        except RequestError as error:
            # The first language's refusal is shown: it is the likeliest.
            refusal = refusal or error
    if not read_as:
        raise refusal or unread(phrase, "no number in it")
    first = read_as[0]
    other = next((says for says in read_as if says.value != first.value), None)
    return replace(first, other=other)


def _strictly(phrase: str, language: str) -> Says:
    found = [
        token
        for token in tokens(phrase, language)
        if not (token.kind == "unknown" and token.text in _SEPARATORS)
    ]
    return read(phrase, found)


def with_other(phrase: str, found: list[Token]) -> Says:
    """Read tokens, and once more with the other reading of their digits if there is one."""
    says = read(phrase, found)
    if all(token.other is None for token in found):
        return says
    swapped = [
        replace(token, value=token.other[0], step=token.other[1]) if token.other else token
        for token in found
    ]
    try:
        return replace(says, other=read(phrase, swapped))
    except RequestError:  # the other reading makes a range go down: it is none
        return says


# Tokens of one number phrase read as one number, range, fraction, multiple or comparison.


_SAYS_NOTHING = ("filler", "by", "larger")


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around the numbers of a phrase."""

    phrase: str
    unit: str
    per: str
    relation: str
    moved: int
    smaller: bool
    further: bool


def read(phrase: str, found: Iterable[Token]) -> Says:
    """Return what the tokens of one phrase say.

    Parameters
    ----------
    phrase
        As printed, for the answer and for errors.
    found
        Its tokens.

    Raises
    ------
    RequestError
        If a token is unknown, there is no number, or there are two that are no range.
    """
    tokens = _shares([token for token in found if token.kind not in _SAYS_NOTHING])
    for token in tokens:
        if token.kind in ASIDE:
            raise unread(phrase, token.text)
    frame = _frame(phrase, tokens)
    numbers = _numbers(tokens)
    words = [token for token in tokens if token.kind in ("fraction", "ordinal", "multiple")]
    comparable = any(token.kind == "comparable" for token in tokens)
    if comparable:
        if numbers or words:
            raise unread(phrase, "a comparison in words next to a number")
        return Says(phrase, 1.0, "comparable", "ratio", 1 / COMPARABLE, COMPARABLE, 0.0)
    ends = [token for token in tokens if token.kind in ("range", "opens")]
    # Both or neither: "a third of 27 %" is two numbers, "rose sharply" none.
    if bool(numbers) == bool(words):
        raise unread(phrase, words[0].text if words else "no number in it")
    if numbers:
        says = _printed(frame, numbers, ends)
    elif ends or len(words) > 1:
        says = _worded_range(frame, words, ends)
    else:
        says = _worded(frame, words[0])
    if frame.further:  # 增长1.5倍: one and a half times more, two and a half times as much
        says = replace(says, value=says.value + 1, low=says.low + 1, high=says.high + 1)
    return replace(says, smaller=says.smaller or frame.smaller)


def _frame(phrase: str, tokens: Sequence[Token]) -> _Frame:
    units = {str(token.value) for token in tokens if token.kind in ("unit", "currency")}
    smaller, further = "inverse" in units, "fold" in units
    if smaller or further:
        units = units - {"inverse", "fold"} | {"ratio"}
    if len(units) > 1:
        raise unread(phrase, f"two units: {' and '.join(sorted(units))}")
    moved = _only(phrase, tokens, ("moved", "moved_after"), "direction")
    reached = next((token for token in tokens if token.kind == "level"), None)
    if moved is not None and reached is not None:  # "fell below 5 %" is no size of a fall
        raise unread(phrase, reached.text)
    return _Frame(
        phrase,
        units.pop() if units else "",
        str(_only(phrase, tokens, ("per", "per_before"), "how often") or ""),
        str(_only(phrase, tokens, ("relation", "level", "after"), "relation") or "="),
        int(moved) if isinstance(moved, float) else 0,
        smaller,
        further and moved == 1.0,
    )


def _only(
    phrase: str, tokens: Sequence[Token], kinds: tuple[str, ...], words: str
) -> str | float | None:
    values = {token.value for token in tokens if token.kind in kinds}
    if len(values) > 1:
        raise unread(phrase, f"more than one {words}")
    return values.pop() if values else None


def _numbers(tokens: Sequence[Token]) -> list[tuple[float, float]]:
    """Return (value, worth of its last digit) of each number, with its sign and scale.

    A scale after the last number holds for those before it that have none: "1.2 to 1.5 bn".
    """
    values: list[tuple[float, float]] = []
    scales: list[float | None] = []
    sign = 1.0
    for token in tokens:
        match token.kind, token.value:
            case "sign", float(direction):
                sign *= direction
            case "number", float(value):
                values.append((sign * value, token.step))
                scales.append(None)
                sign = 1.0
            # Scales multiply: "two thousand billion".
            case "scale", float(factor) if scales:
                scales[-1] = (scales[-1] or 1.0) * factor
    last = scales[-1] if scales else None
    return [
        (_times(value, scale or last), _times(step, scale or last))
        for (value, step), scale in zip(values, scales, strict=True)
    ]


def _times(value: float, scale: float | None) -> float:
    """Multiply as on paper: 258.6 billion is 258600000000."""
    # In floats 258.6 × 1e9 is 258600000000.00003.
    return value if scale is None else float(Decimal(str(value)) * Decimal(str(scale)))


def _printed(frame: _Frame, numbers: list[tuple[float, float]], ends: Sequence[Token]) -> Says:
    if ends or len(numbers) > 1:
        if len(numbers) != 2 or all(token.kind != "range" for token in ends):
            raise unread(frame.phrase, f"{len(numbers)} number(s) and no range")
        first, last = numbers
        low, high, step, middle = between(frame.phrase, first, last, frame.relation)
        says = Says(frame.phrase, middle, "between", frame.unit, low, high, step, frame.per)
        return turned(says, frame.moved)
    value, step = numbers[0]
    if frame.moved == -1:
        value = abs(value)  # "fell by −3.4 %" says the direction twice
    low, high = bounds(value, step, frame.relation)
    says = Says(frame.phrase, value, frame.relation, frame.unit, low, high, step, frame.per)
    return turned(says, frame.moved)


def _shares(tokens: list[Token]) -> list[Token]:
    """Read "one in ten" and "three out of five" as one fraction."""
    places = [at for at, token in enumerate(tokens) if token.kind in ("out_of", "parts_of")]
    if len(places) != 1 or not 0 < places[0] < len(tokens) - 1:
        return tokens
    at = places[0]
    first, link, last = tokens[at - 1 : at + 2]
    part, total = (first, last) if link.kind == "out_of" else (last, first)
    if not (isinstance(part.value, float) and isinstance(total.value, float)):
        return tokens
    # "Five out of three" is no share.
    if not (part.kind == total.kind == "number" and 0 < part.value < total.value):
        return tokens
    share = replace(first, kind="fraction", value=part.value / total.value, end=last.end)
    return [*tokens[: at - 1], share, *tokens[at + 2 :]]


def _worded(frame: _Frame, word: Token) -> Says:
    """Read "half", "a third", "doubled": numbers that are round by nature."""
    number = word.value
    of_unit = word.kind != "multiple" and frame.unit in ("percent", "points")
    if not (of_unit or frame.unit in ("", "ratio")) or not isinstance(number, float):
        raise unread(frame.phrase, word.text)
    if word.kind == "multiple" and number < 1:  # "more than halved" leaves less than half
        loss = turned(rounded(frame.phrase, 1 - number, frame.relation, "share", frame.per), -1)
        low, high = max(1 + loss.low, 0.0), 1 + loss.high
        return replace(loss, value=number, unit="ratio", low=low, high=high)
    unit = frame.unit if of_unit else "ratio" if word.kind == "multiple" else "share"
    return turned(rounded(frame.phrase, number, frame.relation, unit, frame.per), frame.moved)


def _worded_range(frame: _Frame, words: Sequence[Token], ends: Sequence[Token]) -> Says:
    """Read "between a quarter and a third"."""
    first, last = words[0], words[-1]
    if (
        len(words) != 2
        or all(token.kind != "range" for token in ends)
        or (first.kind == "multiple") != (last.kind == "multiple")
        or frame.unit not in ("", "ratio")
        or not isinstance(first.value, float)
        or not isinstance(last.value, float)
    ):
        raise unread(frame.phrase, ends[0].text if ends else last.text)
    below, above = (rounded(frame.phrase, word, "=", "", "") for word in (first.value, last.value))
    middle = between(frame.phrase, (first.value, 0.0), (last.value, 0.0), frame.relation)[3]
    unit = "ratio" if first.kind == "multiple" else "share"
    says = Says(frame.phrase, middle, "between", unit, below.low, above.high, above.step, frame.per)
    return turned(says, frame.moved)
