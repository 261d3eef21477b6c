"""Lists over time: what changed between two days, and when a code was on which list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods.library import goods_lists
from entrepot.goods.links import undivided, without_filling
from entrepot.goods.own import LONGEST
from entrepot.goods.parse import parse
from entrepot.model.product import NATIONAL, known_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.goods.lists import GoodsList, ListEntry
    from entrepot.goods.parse import GoodsPart


@dataclass(frozen=True, slots=True)
class Diff:
    """What is on one list, or a list on one day, and not on another.

    Attributes
    ----------
    before, after
        The two states in their canonical form: ``chpl@2023-12-31``.
    added, removed
        Entries of the one and not of the other, by code, nomenclature apart.
    changed
        Pairs of entries with the same code and another "ex" mark, or of one list another part.
    unsettled
        Codes of which no text settles whether they were on either.
    outrun
        What was asked for after the latest text that was read, with its day.
    fragments
        Lists of which only some codes could be read.
    """

    before: str
    after: str
    added: tuple[ListEntry, ...]
    removed: tuple[ListEntry, ...]
    changed: tuple[tuple[ListEntry, ListEntry], ...]
    unsettled: tuple[str, ...]
    outrun: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()

    @property
    def is_backwards(self) -> bool:
        """Whether the first of two days of one list is the later one."""
        (name, _, day), (other, _, later) = (x.rpartition("@") for x in (self.before, self.after))
        return bool(name) and name == other and day > later

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "before": self.before,
            "after": self.after,
            "added": [entry.to_dict() for entry in self.added],
            "removed": [entry.to_dict() for entry in self.removed],
            "changed": [
                {"before": one.to_dict(), "after": other.to_dict()} for one, other in self.changed
            ],
            "unsettled": list(self.unsettled),
            "outrun": list(self.outrun),
            "fragments": list(self.fragments),
        }


@dataclass(frozen=True, slots=True)
class ListedPeriod:
    """A stretch of time in which a code was on a list.

    Attributes
    ----------
    match
        ``whole``: the entry covers the code; ``ex``: a part of it, by the text; ``part``: the
        entry is narrower than the code.
    """

    of: GoodsList
    entry: ListEntry
    match: str

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {"list": self.of.id, "match": self.match, **self.entry.to_dict()}


def goods_diff(before: str, after: str) -> Diff:
    """Compare two lists, or one list on two days.

    Parameters
    ----------
    before, after
        ``chpl@2023-12-31``, ``eu-xl``, a part ``chpl:4.B``, or a file of the user.

    Raises
    ------
    UnknownNameError
        For a list that does not exist.
    RequestError
        For goods that are no single list.
    NoEvidenceError
        If a state is not established.

    Examples
    --------
    >>> found = goods_diff("chpl@2023-12-31", "chpl@2024-02-23")
    >>> [entry.code for entry in found.added]
    ['845710', '845811', '845891', '845961', '846693']
    """
    one, other = _single(before), _single(after)
    same_list = len({part.of.id for part in (one, other) if part.of}) == 1
    here, there = (_by_code(part, by_part=same_list) for part in (one, other))
    added: list[ListEntry] = []
    removed: list[ListEntry] = []
    changed: list[tuple[ListEntry, ListEntry]] = []
    for code in sorted(here.keys() | there.keys()):
        before_, after_ = here.get(code, {}), there.get(code, {})
        left = [entry for state, entry in before_.items() if state not in after_]
        came = [entry for state, entry in after_.items() if state not in before_]
        # Entries left on both sides are changed ones; what one side has more of came or went.
        changed += zip(left, came, strict=False)
        removed += left[len(came) :]
        added += came[len(left) :]
    open_codes = {entry.code for part in (one, other) for entry in part.possible}
    return Diff(
        before=one.key,
        after=other.key,
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple(changed),
        unsettled=tuple(sorted(open_codes)),
        outrun=tuple(
            f"{part.of.id} ({part.of.known_until})"
            for part in (one, other)
            if part.of and part.after
        ),
        fragments=tuple(
            dict.fromkeys(part.of.id for part in (one, other) if part.of and part.of.is_fragment)
        ),
    )


def _by_code(part: GoodsPart, *, by_part: bool) -> dict[str, dict[tuple[str, bool], ListEntry]]:
    """Return the entries by code, and within it by part and "ex" mark: a list can have several.

    The parts of two lists are no names of the same things, so that only marks are compared there.
    """
    found: dict[str, dict[tuple[str, bool], ListEntry]] = {}
    for entry in part.entries:
        found.setdefault(entry.code, {})[entry.part if by_part else "", entry.ex] = entry
    return found


def _single(text: str) -> GoodsPart:
    parts = parse(text)
    if len(parts) != 1 or parts[0].kind != "list":
        raise RequestError(
            f"not one list: {text!r}", hint="write a list on a day, such as chpl@2023-12-31"
        )
    return parts[0]


def goods_history(code: str) -> tuple[ListedPeriod, ...]:
    """Return on which lists a code was, and when, by day.

    Parameters
    ----------
    code
        Two to ten digits, which are compared digit by digit up to where one of the two ends. Lines
        of two tariffs that agree in six digits and say other things after them do not meet.

    Raises
    ------
    RequestError
        For anything but digits, an odd number of them, or a code of no edition.
    """
    digits = code.replace(".", "").replace(" ", "")
    # Eleven is the length of Taiwan's lines (see `LONGEST`).
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 11):
        raise RequestError(f"not a code: {code!r}", hint="write 2 to 10 digits, such as 854231")
    if len(digits) % 2 and len(digits) not in LONGEST.values():
        raise RequestError(
            f"{code} has an odd number of digits",
            why="spreadsheets lose leading zeros",
            hint=f"did you mean 0{digits}?",
        )
    _require_known(digits)
    found = [seen for goods_list in goods_lists() for seen in periods_on_list(goods_list, digits)]
    return tuple(sorted(found, key=lambda seen: (seen.entry.starts, seen.of.id, seen.entry.code)))


def texts_not_read(code: str) -> tuple[tuple[str, str], ...]:
    """Return texts that were not read and that may list a code: jurisdiction and title of each.

    Parameters
    ----------
    code
        Digits, with or without dots and blanks.
    """
    digits = code.replace(".", "").replace(" ", "")
    every = ((one.act.jurisdiction, text) for one in goods_lists() for text in one.not_read(digits))
    return tuple(dict.fromkeys((where, text.title) for where, text in every))


def periods_on_list(goods_list: GoodsList, digits: str) -> Iterator[ListedPeriod]:
    """Yield the stretches of time in which a code of known digits was on one list."""
    asked: dict[str, str] = {}  # zeros can fill a code up in one edition and not in another
    for entry in goods_list.history:
        if entry.code[:2] != digits[:2]:
            continue
        if entry.edition not in asked:
            asked[entry.edition] = undivided(without_filling(digits, entry.edition), entry.edition)
        code, plain = asked[entry.edition], without_filling(entry.code, entry.edition)
        if code.startswith(plain) or plain.startswith(code):
            yield ListedPeriod(goods_list, entry, _match(code, plain, entry))


def _require_known(digits: str) -> None:
    """Refuse a code of no edition; zeros may fill a heading up: 22050000."""
    head = digits[:6]
    while len(head) > 2 and head.endswith("00") and head not in known_prefixes(len(head)):
        head = head[:-2]
    if not digits.startswith(NATIONAL) and head not in (known := known_prefixes(len(head))):
        raise UnknownNameError("product code", digits[:6], known)


def _match(code: str, plain: str, entry: ListEntry) -> str:
    if len(plain) > len(code):
        return "part"
    return "ex" if entry.ex else "whole"
