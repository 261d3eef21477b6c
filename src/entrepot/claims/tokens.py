"""A number phrase cut into tokens; every part is understood or the phrase is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from entrepot.claims.words import NUMBER_WORDS, NUMERAL, PATTERNS, ROUND_WORDS, normalised
from entrepot.errors import RequestError

__all__ = ["Token", "numbers", "only", "tokens", "unread"]

_EXAMPLES = '"27 %", "1.63 trillion yuan", "more than five times", "25 to 55 %"'
_AND_A_HALF = " and a half"
_NUMERIC = ("number", "unit", "scale", "currency")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a phrase: its kind, what it stands for, its text, worth of its last digit."""

    kind: str
    value: object
    text: str
    step: float = 0.0


def unread(phrase: str, part: str) -> RequestError:
    """Return the error that names the part of `phrase` that was not understood."""
    return RequestError(
        f"not understood: {part!r} in {phrase!r}",
        why="a number phrase that is read only in part could be read wrongly",
        hint=f"write it as in {_EXAMPLES}",
    )


def tokens(phrase: str) -> list[Token]:
    """Return the tokens of a phrase, without words that change nothing.

    Raises
    ------
    RequestError
        At the first part that no pattern knows.
    """
    rest = normalised(phrase)
    found: list[Token] = []
    while rest := rest.lstrip(" ,;"):
        token = _signed(rest, found) or _longest(rest)
        if token is None:
            raise unread(phrase, rest.split(" ")[0])
        found.append(token)
        rest = rest[len(token.text) :]
    return [token for token in found if token.kind != "filler"]


def only(phrase: str, found: list[Token], kind: str, words: str) -> object:
    """Return the value that all tokens of `kind` share, or None when there is none.

    Raises
    ------
    RequestError
        If they differ.
    """
    values = {token.value for token in found if token.kind == kind}
    if len(values) > 1:
        raise unread(phrase, f"more than one {words}")
    return values.pop() if values else None


def numbers(found: list[Token]) -> list[tuple[float, float]]:
    """Return (value, worth of its last digit) of each number, with its sign and scale.

    A scale after the last number holds for those before it that have none: "1.2 to 1.5 bn".
    """
    values: list[tuple[float, float]] = []
    scales: list[float | None] = []
    sign = 1.0
    for token in found:
        match token.kind, token.value:
            case "sign", int(direction):
                sign *= direction
            case "number", float(value):
                values.append((sign * value, token.step))
                scales.append(None)
                sign = 1.0
            case "scale", float(factor) if scales and scales[-1] is None:
                scales[-1] = factor
    last = scales[-1] if scales else None
    return [
        (value * (scale or last or 1.0), step * (scale or last or 1.0))
        for (value, step), scale in zip(values, scales, strict=True)
    ]


@cache
def _lexicon() -> tuple[tuple[re.Pattern[str], tuple[str, object]], ...]:
    """Compile the patterns; one that ends in a letter must end a word."""
    whole = r"(?:(?<=[^a-z])|(?![a-z]))"
    spelled = "|".join(NUMBER_WORDS)
    words = rf"(?:{spelled})(?:(?=-?fold)|{whole})"
    table = [(rf"(?:{pattern}){whole}", meaning) for pattern, meaning in PATTERNS]
    table += [(NUMERAL, ("number", None)), (words, ("number", None))]
    table += [(rf"(?:{spelled}|\d+){_AND_A_HALF}{whole}", ("number", None))]
    return tuple((re.compile(pattern), meaning) for pattern, meaning in table)


def _signed(rest: str, before: list[Token]) -> Token | None:
    """Return a minus or plus that belongs to a number; after a number a dash opens a range."""
    match = re.match(r"([-+]) ?(?=[\d.$€]|us\$)", rest)
    if match is None or (before and before[-1].kind in _NUMERIC and _counted(before)):
        return None
    return Token("sign", -1 if match[1] == "-" else 1, match[0])


def _counted(found: list[Token]) -> bool:
    return any(token.kind == "number" for token in found)


def _longest(rest: str) -> Token | None:
    matches = [
        Token(kind, value, match[0])
        for pattern, (kind, value) in _lexicon()
        if (match := pattern.match(rest)) and match[0]
    ]
    best = max(matches, key=lambda token: len(token.text), default=None)
    if best is not None and best.kind == "round" and isinstance(best.value, float):
        return Token("number", best.value, best.text, 2 * ROUND_WORDS * best.value)
    if best is None or best.kind != "number":
        return best
    value, step = _numeral(best.text)
    return Token("number", value, best.text, step)


def _numeral(text: str) -> tuple[float, float]:
    """Return value and worth of the last digit of a numeral, in digits or spelled out."""
    if text.endswith(_AND_A_HALF):
        return _numeral(text.removesuffix(_AND_A_HALF))[0] + 0.5, 0.5
    if text in NUMBER_WORDS:
        return NUMBER_WORDS[text], 1.0
    plain = text.replace(" ", "")
    if re.fullmatch(r"\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    plain = plain.replace(",", "")
    return float(plain), 10.0 ** -len(plain.partition(".")[2])
