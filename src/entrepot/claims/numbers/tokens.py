"""Text cut into tokens: what each word, numeral and sign is in a number phrase."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.numbers.lexicon import lexicon
from entrepot.claims.numbers.numerals import composed, compounded, joined, readings
from entrepot.claims.numbers.text import CORES, NUMERIC, Token, atoms, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from entrepot.claims.numbers.text import Atom


def tokens(text: str, language: str, *, locale: str | None = None) -> list[Token]:
    """Return the tokens of a text, in order, none left out.

    Parameters
    ----------
    text
        As printed.
    language
        Whose words to look for.
    locale
        Whose points and commas to take; the language's if None, nobody's if empty.
    """
    made_plain = plain(text)
    words = atoms(made_plain)
    known = lexicon(language)
    reads_as = language if locale is None else locale
    found: list[Token] = []
    at = 0
    while at < len(words):
        # "China's $50 billion" is not in Singapore's dollars.
        genitive = words[at].text == "s" and at > 0 and words[at - 1].text in ("'", "’")
        hit = None if genitive else known.longest(words, at)
        if hit is None:
            found.append(_alone(words[at], reads_as))
            at += 1
            continue
        meaning, size = hit
        last = words[at + size - 1]
        piece = made_plain[words[at].start : last.end]
        # A word may mean several things, as 成 is tenths and per cent: as many tokens in one place.
        found += [Token(kind, value, piece, words[at].start, last.end) for kind, value in meaning]
        at += size
    if language == "zh":
        found = composed(found)
    # In this order: words to numbers, parts to one number, and only then what a neighbour decides.
    return in_context(compounded(joined(found)))


def _alone(word: Atom, locale: str) -> Token:
    if not word.numeral:
        return Token("unknown", None, word.text, word.start, word.end)
    worth = readings(word.text, locale)
    if not worth:
        return Token("unknown", None, word.text, word.start, word.end, digits=True)
    value, step = worth[0]
    other = worth[1] if len(worth) > 1 else None
    token = Token("number", value, word.text, word.start, word.end, step, digits=True)
    return replace(token, other=other)


# What a token is beside its neighbours: a minus or a dash, "less than" or "less".


_TURNS = {"more_than": 1.0, "less_than": -1.0}
_STOPS = frozenset(".,;:!?()。，；：！？、\n")
_ENDS = frozenset(".;!?。；！？")
# Bounded, so that reading takes time in proportion to the text.
_REACH = 25
_EARLIER = frozenset(
    (
        *("earlier", "ago", "before", "later", "previously", "zuvor", "davor", "früher", "später"),
        *("ранее", "раньше", "назад", "спустя", "до", "года", "году", "前", "后"),
    )
)
_ARTICLES = frozenset(("of", "a", "an", "the", "its", "their", "this", "last", "that", "fiscal"))
_DURING = frozenset(("for", "in", "within", "over", "during", "after", "since", "past", "last"))
_GOING_ON = (
    *("growth", "grow", "declin", "fall", "ris", "increas", "decreas", "contract", "expan"),
    *("consecutive", "successive", "calendar", "recession", "stagnat", "drop", "gain", "loss"),
    *("record", "strong", "weak", "negative", "positive", "straight", "slow", "sluggish"),
)
"""What lasts two quarters, or how: it is no whole of which they are a part."""
_BOUNDS = ("relation", "filler", "larger")
_COPULAS = frozenset(("is", "are", "was", "were", "be", "been", "being", "remains", "remained"))
_ALONE = frozenset(
    (
        *("again", "already", "now", "too", "today", "still", "only", "instead", "respectively"),
        *("went", "go", "goes", "came", "come", "comes", "while", "whereas", "but", "and", "then"),
    )
)
"""What may follow a part that stands without its whole; of a time, "later" or "in a row" would."""
_HAN = "\u3000"
_PARTED = ("relation", "by", "moved", "opens", "range")


def in_context(found: Sequence[Token]) -> list[Token]:
    """Return the tokens with those settled that mean one thing or another by their place."""
    kept: list[Token] = []
    for place, token in enumerate(found):
        settle = _SETTLED.get(token.kind)
        # Settled tokens behind, raw ones ahead: each decision sees those before it.
        kept.append(settle(token, kept, found[place + 1 : place + 6]) if settle else token)
    return kept


def _dash(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Tell a minus from a dash between two numbers and one that only ties: "6.5-per-cent fall"."""
    if token.value == "until":
        return _until(token, before, after)
    if token.value != "dash":
        return token
    last = before[-1] if before else None
    leads = bool(after) and after[0].kind in ("number", "currency")
    # A dash in front of a number that ends no other number is a minus.
    if leads and not _counted(before):
        return replace(token, kind="sign", value=-1.0)
    if [near.kind for near in after[:2]] == ["currency", "number"]:  # "$1.2bn-$1.5bn"
        return token
    ties = ("scale", "unit", "per", "currency", "moved", "moved_after", "range")
    # It touches the number: "6.5-per-cent"; with spaces around it would be a pause.
    if last and after and after[0].kind in ties and last.end == token.start:
        return replace(token, kind="filler")
    return token


def _until(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read "до 30 %" as at most, unless it ends a range or something rose or fell to there."""
    clause: list[Token] = []
    for earlier in reversed(before[-_REACH:]):
        if earlier.text in _ENDS:
            break
        clause.append(earlier)
    kinds = {earlier.kind for earlier in clause}
    if not after or after[0].kind not in (*CORES, "currency") or kinds & {"moved", "opens", "by"}:
        return token
    return token if _counted(before) else replace(token, kind="relation", value="at_most")


def _after(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Tell "27 % or more" from what leads a number, and a plus behind one from a sign."""
    if _counted(before):
        return token
    if token.text == "+":
        return replace(token, kind="sign", value=1.0)
    return replace(token, kind="relation")


def _relation(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read "6.5 % less than $5 bn" as a fall of 6.5 %, "less than 6.5 %" as a bound."""
    turn = _TURNS.get(str(token.value))
    follows = bool(before) and before[-1].kind in ("unit", "currency", "multiple", "fraction")
    # "5 % over 2024" compares times; in Chinese a bound may stand behind its number.
    compares = token.text != "over" and token.text[-1:] < _HAN
    if turn is None or not (follows and compares) or not _counted(before):
        return token
    return replace(token, kind="moved_after", value=turn)


def _particle(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read the end of a German verb: "nahm um 5 Prozent zu."."""
    ends = not after or after[0].text in _STOPS or after[0].text == "und"
    if ends and _counted(before):
        return replace(token, kind="moved_after")
    return replace(token, kind="filler" if token.text == "ein" else "unknown")


def _larger(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read "as much as 40 %" as at most; behind a multiple the same words add nothing."""
    if not _counted(before) and after and after[0].kind in (*CORES, "currency"):
        return replace(token, kind="relation", value="at_most")
    return token


def _tenths(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read 成 behind a number as tenths; elsewhere it is part of a word."""
    if before and before[-1].kind == "number" and before[-1].end == token.start:
        return replace(token, kind="scale")
    return replace(token, kind="unknown")


def _unit(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Leave out the per cent of a 成 that is part of a word."""
    if before and before[-1].start == token.start and before[-1].kind == "unknown":
        return replace(token, kind="unknown")
    return token


def _ordinal(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Tell a third of something from a third something."""
    led = bool(before) and before[-1].kind in _PARTED
    ends = ("filler", "range", "moved_after", "relation", "moved", "unit")
    part = not after or after[0].kind in ends
    part = part or (bool(after) and (after[0].text in _STOPS or after[0].kind == "which"))
    if led or part or (bool(after) and after[0].kind == "link"):
        return replace(token, kind="fraction")
    return replace(token, kind="unknown")


def _fraction(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Leave out the first half of a year and the first three quarters."""
    if before and before[-1].kind == "which":
        return replace(token, kind="unknown")
    if any(near.kind == "time" for near in after[:1]) or _is_time(token, before, after):
        return replace(token, kind="unknown")
    return token


def _is_time(token: Token, before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether "two quarters" are half a year, or may be: nothing says that they are a part.

    They are one of a whole ("of"), behind "by" or "to", and where a clause gives a value alone:
    ", three quarters.", "It was one quarter again". "Exports fell two quarters" stays unread.
    """
    if not token.text.endswith(("quarter", "quarters")) or not (before or after):
        return False
    led = before[-1].text.rpartition(" ")[2] if before else ""
    following = [near for near in after if near.text not in _ARTICLES]
    counted = bool(following) and (
        following[0].kind == "time" or following[0].text.startswith(_GOING_ON)
    )
    counted = counted or (bool(following) and _like_a_year(following[0]))
    if led in _DURING or counted:
        return True
    return led not in ("by", "to") and not _is_value(before, after)


def _is_value(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether a part of a whole may stand here, by the words around it."""
    if after and after[0].text == "of":
        return True
    lead = next((near for near in reversed(before) if near.kind not in _BOUNDS), None)
    leads = lead is None or lead.text in _STOPS or lead.text in _COPULAS
    return leads and (not after or after[0].text in _STOPS or after[0].text in _ALONE)


def _per(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Leave out "im Jahr" in front of its year and "a month" in front of "earlier"."""
    if not after:
        return token
    dated = after[0].kind == "month" or (after[0].kind == "number" and _like_a_year(after[0]))
    return replace(token, kind="unknown") if dated or after[0].text in _EARLIER else token


def _one_in_ten(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read "in" and "von" between two small whole numbers as "out of"."""
    if token.text not in ("in", "von") or not before or not after:
        return token
    part, total = before[-1], after[0]
    if part.kind != "number" or total.kind != "number" or _like_a_year(total):
        return token
    if not (isinstance(part.value, float) and isinstance(total.value, float)):
        return token
    # "5 in 10 million" or "3 in 12 months" is no fraction.
    measured = len(after) > 1 and after[1].kind in (*NUMERIC, "time", "month")
    small = 0 < part.value < total.value <= 1000 and part.step == total.step == 1
    return replace(token, kind="out_of") if small and not measured else token


def _like_a_year(token: Token) -> bool:
    value = token.value if isinstance(token.value, float) else 0.0
    return token.text.isdigit() and 1800 <= value <= 2100


def _counted(found: Sequence[Token]) -> bool:
    """Whether the words at the end of what was found belong to a number."""
    for token in reversed(found[-_REACH:]):
        if token.kind in CORES:
            return True
        if token.kind not in (*NUMERIC, "after", "per", "moved"):
            return False
    return False


_SETTLED: dict[str, Callable[[Token, Sequence[Token], Sequence[Token]], Token]] = {
    "range": _dash,
    "after": _after,
    "larger": _larger,
    "filler": _one_in_ten,
    "opens": _one_in_ten,
    "relation": _relation,
    "particle": _particle,
    "tenths": _tenths,
    "unit": _unit,
    "ordinal": _ordinal,
    "fraction": _fraction,
    "per": _per,
}
