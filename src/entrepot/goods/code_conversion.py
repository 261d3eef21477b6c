"""What a code of one edition of the Harmonized System is in another, and how sure that is.

The one-to-one conversion sheets of the United Nations are not used, because they name a target for
every code, also where there is none: two high-priority chip codes would become mobile phones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from entrepot.errors import RequestError
from entrepot.goods.editions import POOLED, known_codes, link
from entrepot.goods.links import steps
from entrepot.model.display import first_of

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from entrepot.goods.links import Family, Links

__all__ = ["EXACT", "CodeConversion", "Kind", "reach"]

Kind = Literal[
    "same",
    "renumbered",
    "family",
    "successor",
    "content_changed",
    "mixed",
    "no_safe_predecessor",
    "unknown",
]

EXACT: tuple[Kind, ...] = ("same", "renumbered", "family")
"""Kinds where the codes hold the listed goods and nothing else, remainders aside."""


@dataclass(frozen=True, slots=True)
class CodeConversion:
    """A listed code in another edition.

    Attributes
    ----------
    code, edition, other
        The code, its edition, and the one asked for.
    kind
        ``same``: the same number for the same goods; ``renumbered``: another number for them;
        ``family``: several codes that hold the listed goods and no others; ``successor``: one
        code that is mostly it; ``content_changed``: the
        same number, which gained or lost goods; ``mixed``: the same number, in a family with
        goods that are not listed; ``no_safe_predecessor``: no code is mostly it; ``unknown``:
        no code of its edition.
    codes
        What to use for it; empty where nothing stands for it.
    family
        Its closed group; None where no table was needed or held.
    low, high
        Least and most of the family's trade that listed codes can be.
    reason
        Why, for a reader.
    wide
        Where no family says it, every code that is known to hold some of its goods: no table is
        held, or a gathering code drew on more codes than its family has.
    """

    code: str
    edition: str
    other: str
    kind: Kind
    codes: tuple[str, ...]
    family: Family | None = None
    low: float = 1.0
    high: float = 1.0
    reason: str = ""

    wide: tuple[str, ...] = ()

    @property
    def widest(self) -> tuple[str, ...]:
        """Every code of the other edition that can hold some of its goods."""
        return self.wide or (self.family.codes(self.other) if self.family else self.codes)


def reach(
    code: str,
    edition: str,
    other: str,
    listed: AbstractSet[str],
    links: Links | None,
    span: tuple[str, str] | None = None,
) -> CodeConversion:
    """Return what a listed code is in another edition.

    Parameters
    ----------
    code, edition
        Six digits, and the edition they belong to.
    other
        Edition asked for.
    listed
        All codes of `edition` that are on the list, in part or as a whole: a family of listed
        codes only is followed as a whole.
    links
        The tables of the United Nations; None uses what ships with the package.
    span
        Oldest and newest edition over which families have to be closed; by default the two.

    Raises
    ------
    RequestError
        If it is not established, because a table is missing.
    """
    ends = span or (edition, other)
    family = None
    if links and ends[0] != ends[1]:
        family = links.families(*ends).get((edition, code))
    if code == POOLED:
        return CodeConversion(code, edition, other, "same", (code,))
    if edition not in known_codes().get(code, frozenset()):
        return _of_no_edition(code, edition, other)
    if edition == other and family is None:
        return CodeConversion(code, edition, other, "same", (code,))
    gathered = _drawn_on(code, edition, other, links) if links else ()
    exact = family is not None and not family.gathers and set(family.codes(edition)) <= listed
    low = 1.0 if exact or family is None else 0.0
    if edition == other:
        kind: Kind = "same" if exact else "mixed"
        return CodeConversion(code, edition, other, kind, (code,), family, low)
    judged = _judged(code, edition, other)
    if links is None and (judged is None or len(steps(edition, other)) > 1):
        raise RequestError(
            f"the list's codes are {edition} and are not followed into {other}",
            where=code,
            why="equal numbers in another edition can be other goods",
            hint="bring the tables of the United Nations in (entrepot data get concordance), use "
            "data in the list's edition, or name product codes yourself",
        )
    if judged != "content_changed" and family is not None and exact and family.codes(other):
        targets = family.codes(other)
        kind = "family"
        if len(targets) == len(family.codes(edition)) == 1:
            kind = "same" if targets == (code,) else "renumbered"
        return CodeConversion(
            code, edition, other, kind, targets, family, reason=_exactly(family, other)
        )
    found = _walk(code, edition, other, family, low, links)
    if not gathered:
        return found
    held = tuple(sorted({*found.widest, *gathered}))
    return replace(found, wide=held, reason=found.reason or f"it drew on {_words(held)}")


def _drawn_on(code: str, edition: str, other: str, links: Links) -> tuple[str, ...]:
    """Return every code of an older edition that a gathering code drew on; none for others.

    Links that are set aside count here: they say where goods may have been, and a family leaves
    them out. Where a link was judged by hand, the judgement stands.
    """
    now, gathers = {code}, False
    for newer, older in _path(edition, other):
        if newer < older:
            return ()
        drawn, before = links.drawn(newer, older), set[str]()
        for one in now:
            judged = link(one, newer, older)
            if judged is not None and judged.kind != "same":
                before.add(judged.other_code or judged.widest)
                continue
            olds, many = drawn.get(one, (frozenset({one}), False))
            gathers = gathers or many
            before |= olds
        now = before
    return tuple(sorted(now)) if gathers else ()


def _of_no_edition(code: str, edition: str, other: str) -> CodeConversion:
    there = known_codes().get(code, frozenset())
    if other in there:
        reason = f"not a code of {edition}, though the list prints it as one"
        return CodeConversion(code, edition, other, "mixed", (code,), None, 0.0, reason=reason)
    reason = f"not a code of {edition}"
    if there:
        reason += f"; it stands in {', '.join(sorted(there))}"
    return CodeConversion(code, edition, other, "unknown", (), None, 0.0, 0.0, reason)


def _judged(code: str, edition: str, other: str) -> str | None:
    """Return the kind that `families.csv` gives a code on its first step, if any."""
    path = _path(edition, other)
    found = link(code, *path[0]) if path else None
    return found.kind if found else None


@cache
def _path(edition: str, other: str) -> tuple[tuple[str, str], ...]:
    """Return the steps from an edition to another, in the order they are taken."""
    pairs = steps(edition, other)
    if pairs and pairs[0][0] == edition:
        return pairs
    return tuple((older, newer) for newer, older in reversed(pairs))


def _walk(
    code: str,
    edition: str,
    other: str,
    family: Family | None,
    low: float,
    links: Links | None,
) -> CodeConversion:
    """Follow a code step by step: by judgement where there is one, else under its own number."""
    now, reasons = code, list[str]()
    kind: Kind = "same"
    for step in _path(edition, other):
        judged = link(now, *step)
        if judged is not None:
            reasons += [judged.reason] if judged.reason else []
            kind = kind if judged.kind == "same" else judged.kind
            if not judged.other_code:
                wide = (judged.widest,)
                return CodeConversion(
                    code, edition, other, kind, (), family, 0.0, 1.0, reasons[0], wide
                )
            now = judged.other_code
        elif links is None or not _keeps_its_number(now, step, links):
            why = f"{now} has no code of its own in {step[1]}"
            if family and family.codes(other):
                why += f"; its goods are in {_words(family.codes(other))} with others"
            elif family is None or family.gathers:
                why += "; it gathered goods from many codes"
            return CodeConversion(
                code, edition, other, "no_safe_predecessor", (), family, 0.0, 1.0, why
            )
    if family is not None and low < 1.0 and kind in EXACT:
        kind = "mixed" if now == code else "successor"
        others = tuple(sorted(set(family.codes(edition)) - {code}))
        reasons.append(
            f"it shares goods with {_words(others)}"
            if others
            else "it gathered goods from many codes"
        )
    sure = 1.0 if kind in EXACT else 0.0
    return CodeConversion(code, edition, other, kind, (now,), family, sure, 1.0, "; ".join(reasons))


def _keeps_its_number(code: str, step: tuple[str, str], links: Links) -> bool:
    newer, older = sorted(step, reverse=True)
    return (code, code) in links.kept(newer, older)


def _exactly(family: Family, other: str) -> str:
    codes = family.codes(other)
    return f"the listed codes are together exactly {_words(codes)}" if len(codes) > 1 else ""


def _words(codes: tuple[str, ...]) -> str:
    return first_of(codes, 4)
