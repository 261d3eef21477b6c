"""Runs of tokens cut into number phrases: which words belong to which number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.numbers.text import ASIDE, CORES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.claims.numbers.text import Token

_BEHIND = ("scale", "unit", "currency", "per", "after", "larger", "moved_after")
_BEFORE = (
    "sign",
    "currency",
    "unit",
    "relation",
    "level",
    "moved",
    "by",
    "per_before",
    "filler",
)


def pieces(found: Sequence[Token]) -> Iterator[list[Token]]:
    """Return the tokens of each number phrase in a text, in order, each as long as it can be."""
    run: list[Token] = []
    changed = False
    for token in found:
        if token.kind not in ASIDE:
            run.append(token)
            continue
        yield from _phrases(run, changed=changed)
        # "From 2022's 10 % to 75 %": whose number it is stands between.
        opens = bool(run) and run[-1].kind == "opens" and run[-1].value == "change"
        is_owner = token.text.isdigit() or token.text in ("'", "’", "s")
        changed = is_owner and (opens or (changed and not run))
        run = []
    yield from _phrases(run, changed=changed)


def _phrases(run: list[Token], *, changed: bool) -> Iterator[list[Token]]:
    cores = [at for at, token in enumerate(run) if token.kind in CORES]
    free = 0
    # The second end of a range is a core too, and must not begin a phrase of its own.
    skip = -1
    for place, core in enumerate(cores):
        if core <= skip:
            continue
        following = cores[place + 1] if place + 1 < len(cores) else len(run)
        start = _start(run, core, free)
        piece, end = _behind(run, core, following, run[max(start - 1, 0) : core])
        led = changed and start == 0
        if following < len(run) and not led and _joins(run, core, end, following, start):
            beyond = cores[place + 2] if place + 2 < len(cores) else len(run)
            tail, end = _behind(run, following, beyond, run[start:core])
            if start > free and run[start - 1].kind == "opens":
                start = _start(run, start - 1, free)
            piece = [*run[start:following], *tail]
            skip = following
        else:
            piece = [*run[start:core], *piece, *_borrowed(run, core, end, following)]
        free = end
        yield _trimmed(piece)


def _start(run: list[Token], core: int, free: int) -> int:
    """Return where the words that belong in front of a number begin."""
    seen: set[str] = set()
    at = core
    while at > free:
        kind = run[at - 1].kind
        # Backwards over what may lead a number, until something stands there a second time.
        if kind not in _BEFORE or (kind in seen and kind in ("relation", "moved", "by")):
            break
        if kind == "moved" and "level" in seen:
            break
        if kind in ("currency", "unit") and at < core and run[at].kind not in ("sign", "unit"):
            break
        seen.add(kind)
        at -= 1
        if kind == "moved":
            break
    return at


def _behind(
    run: list[Token], core: int, following: int, before: list[Token]
) -> tuple[list[Token], int]:
    """Return a number with the words behind it that belong to it, and where they end."""
    piece = [run[core]]
    moved = any(token.kind in ("moved", "range") for token in before)
    at = core + 1
    while at < following:
        token = run[at]
        if token.kind == "moved" and _says_more(run, core, at, following, moved=moved):
            moved = True
        elif (moved and token.kind == "moved_after") or (
            token.kind not in _BEHIND and not _ties(run, at, following)
        ):
            break
        piece.append(token)
        at += 1
    return piece, at


def _says_more(run: list[Token], core: int, at: int, following: int, *, moved: bool) -> bool:
    """Whether a rise or fall behind a number is said of that number."""
    # One word that is both number and direction: "doubled", "halved".
    if run[at].start == run[core].start:
        return True
    return not moved and not _leads(run, at, following)


def _ties(run: list[Token], at: int, following: int) -> bool:
    """Whether a word that says nothing stands between a number and its unit."""
    tie = run[at].kind == "filler" and run[at].text == "-"
    return tie and at + 1 < following and run[at + 1].kind in (*_BEHIND, "range")


def _leads(run: list[Token], at: int, following: int) -> bool:
    """Whether what stands at `at` belongs to the number that follows."""
    if following == len(run):
        return False
    return all(token.kind in (*_BEFORE, "range", "opens") for token in run[at + 1 : following])


def _joins(run: list[Token], core: int, end: int, following: int, start: int) -> bool:
    """Whether two numbers are the ends of one range."""
    link = run[end] if end < following else None
    if link is None or link.kind not in ("range", "out_of", "parts_of"):
        return False
    if any(token.kind not in ("currency", "sign", "unit") for token in run[end + 1 : following]):
        return False
    if link.kind != "range":
        return end == core + 1
    first, last = run[core], run[following]
    if first.kind != last.kind or not _rises(run, core, end, following):
        return False
    opened = run[start - 1].value if start and run[start - 1].kind == "opens" else None
    behind = {token.kind for token in run[core + 1 : end]}
    # "$10 billion to $178 billion": money of its own, where "$5 to $6 billion" is one amount.
    led = run[max(core - 1, 0)].kind == "currency" and "scale" in behind
    own = led or bool(behind & {"unit", "currency"})
    moved = any(token.kind == "moved" for token in run[start:core])
    match link.value:
        case "and":
            return opened == "between"
        case "dash":
            return True
        case "level":
            return False
    # "Rose from 5 % to 8 %" is a change between two levels, "5 to 8 %" a range.
    return not (own and moved) and opened != "change"


def _borrowed(run: list[Token], core: int, end: int, following: int) -> list[Token]:
    """Return scale and unit of "from 27 to 34 per cent" for the first number, which has none."""
    if end >= following or following >= len(run) or run[core].kind != "number":
        return []
    link = run[end]
    between = run[end + 1 : following]
    if link.kind != "range" or link.value == "and" or run[following].kind != "number":
        return []
    if any(token.kind not in ("currency", "sign", "filler") for token in between):
        return []
    kinds = ("scale", "unit", "currency")
    own = {token.kind for token in (*run[max(core - 1, 0) : core], *run[core + 1 : end])}
    if own & {"scale", "unit"}:
        return []
    lent = [*between, *run[following + 1 : following + 4]]
    stop = next((at for at, token in enumerate(lent) if token.kind not in (*kinds, "sign")), None)
    place = run[core].end
    return [
        # Borrowed words get no width, so that the phrase keeps its place in the text.
        replace(token, start=place, end=place)
        for token in lent[:stop]
        if token.kind in kinds and not (token.kind == "currency" and "currency" in own)
    ]


def _rises(run: list[Token], core: int, end: int, following: int) -> bool:
    """Whether the second number is not below the first, and of one unit with it."""
    behind = run[following + 1 : following + 4]
    ahead = run[end + 1 : following]
    units = {token.value for token in run[core + 1 : end] if token.kind in ("unit", "currency")}
    after = {token.value for token in [*ahead, *behind] if token.kind in ("unit", "currency")}
    if units and after and not units & after:
        return False
    first, last = _worth(run, core, end), _worth(run, following, following + 2)
    if not any(token.kind == "scale" for token in run[core + 1 : end]):
        first = _plain(run[core])
        last = _plain(run[following])
    return first <= last


def _plain(token: Token) -> float:
    return token.value if isinstance(token.value, float) else 0.0


def _worth(run: list[Token], core: int, end: int) -> float:
    value = _plain(run[core])
    for token in run[core + 1 : end]:
        if token.kind == "scale":
            value *= _plain(token)
    return value


def _trimmed(piece: list[Token]) -> list[Token]:
    """Leave out words at either end that say nothing."""
    nothing = ("filler", "by", "range")
    start, end = 0, len(piece)
    # Never down to nothing: one token at least is the number.
    while start < end - 1 and piece[start].kind in nothing:
        start += 1
    while end > start + 1 and piece[end - 1].kind in nothing:
        end -= 1
    return piece[start:end]


# Numerals that are no quantities: years, dates, spans of time, ordinals, codes, marks.


_WEIGHS = ("scale", "unit", "currency", "per")
_FIRST_YEAR, _LAST_YEAR = 1800.0, 2100.0
_LINKS = frozenset({",", "and", "or", "-", "/", "&", "to", "и", "или", "und", "oder", "、", "和"})
_SENTENCE_ENDS = frozenset(".;。；")
_HAN = "\u3000"


def without_other_numerals(found: Sequence[Token], text: str) -> list[Token]:
    """Return the tokens with numerals that are no quantities made unknown.

    Parameters
    ----------
    found
        The tokens of a text.
    text
        The text.
    """
    kept = list(found)
    # "HS 8542, 8541 and 8471": a row goes on being codes until something breaks it.
    code_before = False
    for at, token in enumerate(kept):
        if token.kind == "comparable" and token.value == "loose":  # "the same goods"
            kept[at] = replace(token, kind="unknown")
        if token.kind != "number":
            code_before = code_before and token.text in _LINKS
            continue
        code_before = _is_code(kept, at) or (code_before and not _weighs(kept, at))
        if code_before or _is_out(kept, at, text):
            kept[at] = replace(token, kind="unknown")
    return kept


def _is_out(found: Sequence[Token], at: int, text: str) -> bool:
    token = found[at]
    # A numeral like a year counts only with a scale, unit or currency: "2025 billion".
    if _is_year(token) and not _is_more(found, at):
        return not _weighs(found, at, through_range=_rises_to_its_like(found, at))
    if _is_date(found, at) or _parted(found, at) or _ends_two_years(found, at):
        return True
    if _weighs(found, at) or _shares(found, at):
        return False
    return (
        not token.digits
        or _is_dashed(found, at)
        or _is_mark(found, at, text)
        or _is_stuck(token, text)
        or _next_kind(found, at) in ("time", "ending")
    )


def _weighs(found: Sequence[Token], at: int, *, through_range: bool = True) -> bool:
    """Whether a scale, unit or currency stands with the number, or with the end of its range."""
    if at and (found[at - 1].kind == "currency" or found[at - 1].value == "percent"):
        return True
    here = at + 1
    while here < len(found) and (found[here].kind == "after" or _is_tie(found[here])):
        here += 1
    if here >= len(found):
        return False
    if found[here].kind in _WEIGHS:
        return True
    if not through_range or found[here].kind != "range" or here + 1 >= len(found):
        return False
    opened = any(token.value == "between" for token in found[max(at - 3, 0) : at])
    if found[here].value == "and" and not opened:
        return False
    end = here + 2 if found[here + 1].kind in ("currency", "sign") else here + 1
    is_end = end < len(found) and found[end].kind == "number"
    return is_end and _weighs(found, end, through_range=False)


def _rises_to_its_like(found: Sequence[Token], at: int) -> bool:
    """Whether a number like a year opens a range to another: 1800 to 1900 thousand dollars."""
    after = found[at + 1 : at + 4]
    if not after or after[0].kind != "range":
        return False
    last = next((token for token in after[1:] if token.kind == "number"), None)
    return last is not None and _is_year(last) and _value(last) >= _value(found[at])


def _is_tie(token: Token) -> bool:
    return token.kind == "filler" and token.text == "-"


def _shares(found: Sequence[Token], at: int) -> bool:
    around = [*found[max(at - 1, 0) : at], *found[at + 1 : at + 2]]
    return any(token.kind in ("out_of", "parts_of") for token in around) and not _is_year(found[at])


def _is_year(token: Token) -> bool:
    return token.text.isdigit() and _FIRST_YEAR <= _value(token) <= _LAST_YEAR


def _is_more(found: Sequence[Token], at: int) -> bool:
    return at + 1 < len(found) and found[at + 1].kind == "after"


def _is_date(found: Sequence[Token], at: int) -> bool:
    """Whether a month stands beside it: 14 January, January 14th, 14. Januar, 1月14日."""
    if _value(found[at]) > 31 or found[at].step != 1:
        return False
    after = [token for token in found[at + 1 : at + 3] if token.text not in (".", "of")]
    month_after = bool(after) and after[0].kind == "month"
    if found[at + 1 : at + 2] and found[at + 1].kind == "ending":
        month_after = any(token.kind == "month" for token in found[at + 2 : at + 4])
    month_before = at > 0 and found[at - 1].kind == "month"
    return month_after or (month_before and not _weighs(found, at))


def _ends_two_years(found: Sequence[Token], at: int) -> bool:
    """Whether it is the second of two years in a row: the 23 of 2022-23."""
    if at < 2 or found[at - 1].text not in ("-", "–", "—", "/") or len(found[at].text) != 2:
        return False
    first = found[at - 2]
    touches = first.end == found[at - 1].start and found[at - 1].end == found[at].start
    return touches and _is_year(first) and (_value(first) + 1) % 100 == _value(found[at])


def _parted(found: Sequence[Token], at: int) -> bool:
    """Whether it is a time of day, or a part of a date: 10:30, 24/7, 14/01/2026."""
    token = found[at]
    for step in (-1, 1):
        mark, beyond = at + step, at + 2 * step
        if 0 <= mark < len(found) and 0 <= beyond < len(found) and found[mark].text in (":", "/"):
            touching = found[mark].end - found[mark].start + 0 == 1 and (
                found[mark].start == token.end or found[mark].end == token.start
            )
            if touching and (found[beyond].digits or found[beyond].kind == "number"):
                return True
    return False


def _is_dashed(found: Sequence[Token], at: int) -> bool:
    """Whether it is a piece of a date with dashes or the end of a span of years: 2026-01-14."""
    text = found[at].text
    if text.isdigit() and text.startswith("0") and len(text) > 1:
        return True
    before = found[at - 2 : at] if at > 1 else []
    if len(before) < 2 or before[1].text not in ("-", "–", "‑"):
        return False
    leads = _is_year(before[0]) or (before[0].text.startswith("0") and before[0].digits)
    return leads and before[0].end == before[1].start and before[1].end == found[at].start


def _is_mark(found: Sequence[Token], at: int, text: str) -> bool:
    """Whether it is a footnote mark or the number of an item."""
    before = found[at - 1].text if at else ""
    after = found[at + 1].text if at + 1 < len(found) else ""
    if (before, after) in (("[", "]"), ("(", ")"), ("（", "）")) or before == "#":
        return True
    if not found[at].text.isdigit():
        return False
    line = text.rfind("\n", 0, found[at].start) + 1
    # "1." or "2)" at the start of a line or sentence numbers an item.
    starts = before in _SENTENCE_ENDS or not text[line : found[at].start].strip()
    return starts and after in (".", ")", "、") and at + 2 < len(found)


def _is_stuck(token: Token, text: str) -> bool:
    """Whether letters touch it: G7, 5G, Il-76."""
    lead = text[max(token.start - 2, 0) : token.start]
    tail = text[token.end : token.end + 1]
    if _letter(lead[-1:]) or _letter(tail):
        return True
    return len(lead) == 2 and lead[1] in "-‐‑–" and _letter(lead[0])


def _letter(sign: str) -> bool:
    return sign.isalpha() and sign < _HAN


def _is_code(found: Sequence[Token], at: int) -> bool:
    before = [token for token in found[max(at - 2, 0) : at] if token.text != "."]
    return bool(before) and before[-1].kind == "code"


def _next_kind(found: Sequence[Token], at: int) -> str:
    for token in found[at + 1 : at + 3]:
        if token.text != "-":
            return token.kind
    return ""


def _value(token: Token) -> float:
    return token.value if isinstance(token.value, float) else 0.0
