"""Follow the codes of a list into the edition of the data, and say what gets lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods.links import link, steps, without_filling
from entrepot.model.display import first_of
from entrepot.model.product import POOLED, harmonized, known_codes, known_prefixes
from entrepot.model.product import edition as edition_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from entrepot.goods.links import Family, Links
    from entrepot.goods.lists import ListEntry

Variant = Literal["family", "same_code", "without_changed", "without_partial", "upper", "lower"]

# `family` and `upper` leave out no kind, and `without_partial` asks the entry.
_LEFT_OUT: dict[str, tuple[Kind, ...]] = {
    "same_code": ("renumbered", "family", "successor", "no_safe_predecessor", "unknown"),
    "without_changed": ("content_changed", "mixed"),
    "lower": (
        "successor", "content_changed", "mixed", "no_safe_predecessor", "unknown",
    ),
}  # fmt: skip
_NUMBER_KEPT: tuple[Kind, ...] = ("same", "content_changed", "mixed")


@dataclass(frozen=True, slots=True)
class ConvertedList:
    """Codes usable in the nomenclature asked for, and what was left out or replaced.

    Attributes
    ----------
    codes, prefixes
        Six-digit codes, and shorter or longer ones that stand for all that begins with them.
    missing
        Codes asked for that nothing stands for, with the reason.
    substituted
        Pairs of a code asked for and one used in its place.
    partial
        Codes used of which the list covers a part only.
    mixed
        Codes used whose family has goods that are not listed, or whose content changed.
    uncertain
        Codes used because of entries that no official text was read for.
    """

    codes: frozenset[str]
    prefixes: frozenset[str]
    missing: tuple[tuple[str, str], ...]
    substituted: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    partial: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()
    uncertain: frozenset[str] = frozenset()


@dataclass
class _Found:
    doubted: tuple[str, ...]
    codes: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    swapped: dict[tuple[str, str], str] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    mixed: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)


def convert_list(
    entries: tuple[ListEntry, ...],
    plain: tuple[str, ...],
    nomenclature: str,
    variant: Variant,
    links: Links | None = None,
    editions: Iterable[str] = (),
    doubted: tuple[str, ...] = ("secondary",),
) -> ConvertedList:
    """Return the codes of list `entries` and `plain` codes in `nomenclature`.

    Parameters
    ----------
    links
        The tables of the United Nations; None uses what ships with the package.
    editions
        Other editions that the answer will be compared with: a variant leaves out the same
        entries in all of them, and families are closed over all of them.
    doubted
        Certainties of entries whose codes count as uncertain.

    Raises
    ------
    UnknownNameError
        For an unknown variant.
    RequestError
        If a list cannot be followed into `nomenclature` at all.
    """
    known = get_args(Variant)
    if variant not in known:
        raise UnknownNameError("variant", variant, known, hint=f"one of: {', '.join(known)}")
    found = _Found(doubted)
    for entry in entries:
        _follow_own_lines(entry, nomenclature, variant, found)
    rest = tuple(entry for entry in entries if not _is_line_of(entry, nomenclature))
    hs = harmonized(nomenclature).id
    others = tuple(dict.fromkeys(editions))
    for entry, code, places in _each(rest, hs, links, others):
        # Without other editions the second place is HS2017:
        # it can leave a code out, and not make it mixed.
        asked = places if others else places[:1]
        if any(place.kind not in EXACT for place in asked):
            found.mixed.update(_take(entry, code, places, hs, variant, found))
        else:
            _take(entry, code, places, hs, variant, found)
    for code in plain:
        _take_plain(code, hs, found)
    used = found.codes
    return ConvertedList(
        codes=frozenset(code for code in used if len(code) == 6),
        prefixes=frozenset(code for code in used if len(code) != 6),
        missing=tuple(found.missing.items()),
        substituted=tuple(found.swapped),
        notes=tuple(
            f"{code} stands for {asked} in {nomenclature}: {reason}"
            for (asked, code), reason in found.swapped.items()
        ),
        # What one entry covers entirely is not partial, and what one
        # official text has is not uncertain, whatever other entries say.
        partial=frozenset(found.partial - found.complete),
        mixed=frozenset(found.mixed),
        uncertain=frozenset(found.uncertain - found.sure),
    )


def expanded(code: str, edition: str) -> tuple[str, ...]:
    """Return the six-digit codes that a code of 2 to 10 digits stands for or is a part of."""
    head = without_filling(code, edition)[:6]
    return _under(edition, len(head)).get(head, (code[:6],))


@cache
def _under(edition: str, digits: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, editions in known_codes().items():
        if edition in editions:
            found.setdefault(code[:digits], []).append(code)
    return {head: tuple(sorted(codes)) for head, codes in found.items()}


def reaches(
    entries: tuple[ListEntry, ...],
    other: str,
    links: Links | None = None,
    editions: Iterable[str] = (),
) -> dict[tuple[str, str], CodeConversion]:
    """Return what each six-digit code of a list is in another edition, by edition and code.

    Raises
    ------
    RequestError
        If a table between the editions is missing.
    """
    return _reaches(entries, other, links, tuple(editions))


@lru_cache(maxsize=32)  # each way of following a list asks for the same
def _reaches(
    entries: tuple[ListEntry, ...], other: str, links: Links | None, editions: tuple[str, ...]
) -> dict[tuple[str, str], CodeConversion]:
    found = {}
    for edition, codes in _listed(entries).items():
        span = _span([edition, other, *editions])
        for code in sorted(codes):
            found[edition, code] = reach(code, edition, other, codes, links, span)
    return found


def _listed(entries: tuple[ListEntry, ...]) -> dict[str, frozenset[str]]:
    """Return the six-digit codes that are listed, by edition; "ex" is another matter."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        found.setdefault(entry.edition, set()).update(expanded(entry.code, entry.edition))
    return {edition: frozenset(codes) for edition, codes in found.items()}


def _span(editions: list[str]) -> tuple[str, str]:
    ordered = sorted(editions, key=lambda name: edition_of(name).year)
    return ordered[0], ordered[-1]


def _each(
    entries: tuple[ListEntry, ...], hs: str, links: Links | None, editions: Iterable[str]
) -> Iterable[tuple[ListEntry, str, list[CodeConversion]]]:
    """Yield each entry, a six-digit code of it, and what that is: here first, then elsewhere."""
    others = list(editions)
    here = reaches(entries, hs, links, others)
    compared = [reaches(entries, name, links, [hs, *others]) for name in others if name != hs]
    if not others:
        compared = [_in_hs2017(entries, links)]
    for entry in entries:
        for code in expanded(entry.code, entry.edition):
            key = entry.edition, code
            yield entry, code, [here[key], *(found[key] for found in compared if key in found)]


def _in_hs2017(
    entries: tuple[ListEntry, ...], links: Links | None
) -> dict[tuple[str, str], CodeConversion]:
    """Return what codes were in HS2017, where the package says anything of them."""
    listed = _listed(entries)
    return {
        ("HS2022", code): reach(code, "HS2022", "HS2017", listed.get("HS2022", frozenset()), links)
        for code in {
            code for one in entries for code in expanded(one.code, one.edition)
            if one.edition == "HS2022" and link(code, "HS2022", "HS2017")
        }
    }  # fmt: skip


def _take(
    entry: ListEntry,
    code: str,
    places: list[CodeConversion],
    hs: str,
    variant: Variant,
    found: _Found,
) -> tuple[str, ...]:
    """Take a code or leave it out, and return what is used for it."""
    here = places[0]
    left_out = _LEFT_OUT.get(variant, ())
    for place in places:
        dropped = place.kind in left_out or (
            variant == "same_code" and place.kind not in _NUMBER_KEPT
        )
        if dropped or (variant == "without_partial" and entry.is_partial):
            found.missing.setdefault(
                code, ": ".join(filter(None, (f"left out on request ({variant})", place.reason)))
            )
            return ()
    codes = here.widest if variant == "upper" else here.codes
    if not codes:
        found.missing.setdefault(code, here.reason)
        return ()
    # A heading stands for all under it, unless this way of following leaves some of them out.
    is_heading = len(entry.code) < 6 and entry.edition == hs and variant in ("family", "upper")
    found.codes.update([entry.code] if is_heading and codes == (code,) else codes)
    (found.partial if entry.is_partial else found.complete).update(codes)
    (found.uncertain if entry.certainty in found.doubted else found.sure).update(codes)
    if variant == "upper" and code.startswith(POOLED[:4]):  # some sources keep all oils together
        found.codes.add(POOLED)
        found.mixed.add(POOLED)
    for used in codes:
        if used != code:
            found.swapped.setdefault((code, used), here.reason)
    return codes


def _take_plain(code: str, hs: str, found: _Found) -> None:
    editions = known_prefixes(len(code))[code]
    if hs in editions:
        found.codes.add(code)
        found.complete.add(code)
        found.sure.add(code)
        return
    reason = f"not a code of {hs}; it stands in {', '.join(sorted(editions))}"
    near = link(code, "HS2022", hs) if "HS2022" in editions else None
    if near and near.kind == "successor":
        reason += f"; nearest in {hs}: {near.other_code}"
    found.missing[code] = reason


def _is_line_of(entry: ListEntry, nomenclature: str) -> bool:
    """Whether an entry is a national line of the very tariff that the data are in."""
    # All but the year: CN of CN2023.
    letters = nomenclature[:-4]
    return (
        len(entry.code) > 6
        and letters == entry.nomenclature[:-4]
        and harmonized(nomenclature).id == entry.edition
    )


def _follow_own_lines(entry: ListEntry, nomenclature: str, variant: Variant, found: _Found) -> None:
    if not _is_line_of(entry, nomenclature):
        return
    if variant == "without_partial" and entry.ex:
        found.missing[entry.code] = f"left out on request ({variant})"
        return
    found.codes.add(entry.code)
    (found.partial if entry.ex else found.complete).add(entry.code)
    (found.uncertain if entry.certainty in found.doubted else found.sure).add(entry.code)


# What a code of one edition of the Harmonized System is in another, and how sure that is.


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
        Its closed group; None where no table was needed or known.
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
    # Not `edition != other`: a family is closed over all editions that the answer is compared with.
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
    # `families.csv` judges single steps, so without tables two of them are not certain.
    if links is None and (judged is None or len(steps(edition, other)) > 1):
        raise RequestError(
            f"the list's codes are {edition} and are not followed into {other}",
            where=code,
            why="equal numbers in another edition can be other goods",
            hint="bring the tables of the United Nations in (entrepot data get concordance), use "
            "data in the list's edition, or name product codes yourself",
        )
    # A family may look closed: a judgement by hand that the content changed weighs more.
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
    every = tuple(sorted({*found.widest, *gathered}))
    return replace(found, wide=every, reason=found.reason or f"it drew on {_words(every)}")


def _drawn_on(code: str, edition: str, other: str, links: Links) -> tuple[str, ...]:
    """Return every code of an older edition that a gathering code drew on; none for others.

    Links that are set aside count here: they say where goods may have been, and a family leaves
    them out. Where a link was judged by hand, the judgement stands.
    """
    now, gathers = {code}, False
    for newer, older in _path(edition, other):
        # Ids of editions sort as text in the order of years; forward nothing is drawn on.
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
