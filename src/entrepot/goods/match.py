"""Match codes of any length, as a user's table has them, against lists.

A code list is a proxy and a match is no classification. Everything but a code that a list covers
as a whole is a *candidate*, and says why.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import RequestError
from entrepot.goods.links import require_code, undivided, without_filling
from entrepot.goods.list_conversion import EXACT, expanded, reaches
from entrepot.goods.own import LONGEST
from entrepot.model.product import NATIONAL, harmonized, known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.goods.links import Links
    from entrepot.goods.list_conversion import CodeConversion
    from entrepot.goods.lists import GoodsList, ListEntry

    _Index = dict[str, list[tuple[ListEntry, CodeConversion]]]

Certainty = Literal["whole", "ex", "part", "subheading", "edition"]

# `ex 8542`, `ex. 8542`, `ex8542`: only where a digit follows.
_EX = re.compile(r"\s*ex[\s.:]*(?=\d)", re.IGNORECASE)
# `8541-8543`, `8541..8543`, `8541 to 8543`, and the dashes that word processors make of hyphens.
_RANGE = re.compile(r"(\d[\d. ]*)\s*(?:-|\.\.|–|—|to)\s*(\d[\d. ]*)")


@dataclass(frozen=True, slots=True)
class Match:
    """A code that meets an entry of a list.

    Attributes
    ----------
    code
        As it was given.
    certainty
        ``whole``: the list covers it; the rest are candidates. ``ex``: the list covers a part,
        by its text; ``part``: the list covers something narrower; ``subheading``: two tariffs
        agree in six digits and say more that cannot be compared; ``edition``: the code belongs to
        another edition and is not, or not only, the listed goods there.
    status
        ``listed`` on the day asked for; ``possible`` where no text settles it; ``not known`` on a
        day after the latest text of the list that was read.
    reason
        Why it is a candidate.
    """

    code: str
    of: GoodsList
    entry: ListEntry
    certainty: Certainty
    status: str
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "code": self.code,
            "list": self.of.id,
            "part": self.entry.part,
            "list_code": self.entry.code,
            "list_nomenclature": self.entry.nomenclature,
            "certainty": self.certainty,
            "status": self.status,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class ListedSpan:
    """Days on which a code meets an entry of a list in one and the same way.

    Attributes
    ----------
    first, last
        First and last of them.
    """

    first: date
    last: date
    match: Match

    def goes_on(self, other: Match) -> bool:
        """Whether what follows is the same, so that both are one span."""
        mine = self.match
        same = mine.entry is other.entry and mine.status == other.status
        return same and mine.reason == other.reason


class Matcher:
    """Matches codes of one nomenclature against lists; it looks each up in an index.

    Parameters
    ----------
    lists
        Against which lists.
    nomenclature
        What the codes are to be read in: ``HS2017``, ``CN2023``, ``HTS2024``.
    links
        The tables of the United Nations, for lists of other editions.
    all_of_them
        Whether entries that cannot be followed into the edition are an error; else they are
        `left_out`, and the other entries of their list are matched.

    Attributes
    ----------
    left_out
        Entries that nothing was matched against, by the name of their list.
    lists
        Those that codes are matched against.

    Raises
    ------
    RequestError
        If a list cannot be followed into the edition.
    """

    def __init__(
        self,
        lists: Iterable[GoodsList],
        nomenclature: str,
        links: Links | None = None,
        *,
        all_of_them: bool = True,
    ) -> None:
        self._tariff = nomenclature[:-4]
        self._longest = LONGEST.get(self._tariff, 10)
        self._edition = harmonized(nomenclature).id
        self._links = links
        self._indexes: dict[tuple[str, int], _Index] = {}
        self.lists = tuple(lists)
        self.left_out: dict[str, tuple[ListEntry, ...]] = {}
        self._followed: dict[str, tuple[ListEntry, ...]] = {}
        for goods_list in self.lists:
            try:
                # For its error: a list that cannot be followed is refused before a code is read.
                reaches(goods_list.history, self._edition, links)
                self._followed[goods_list.id] = goods_list.history
            except RequestError:
                if all_of_them:
                    raise
                followed, rest = _parted(goods_list, self._edition, links)
                self._followed[goods_list.id] = followed
                self.left_out[goods_list.id] = rest
        self.lists = tuple(one for one in self.lists if self._followed[one.id])
        self._changes = {
            goods_list.id: sorted(set(_changes(goods_list))) for goods_list in self.lists
        }

    @property
    def not_compared(self) -> tuple[str, ...]:
        """The lists that nothing was matched against, and those of which some codes were not."""
        return tuple(
            f"{name} (its codes of {', '.join(sorted({one.edition for one in entries}))})"
            if self._followed[name]
            else name
            for name, entries in self.left_out.items()
        )

    def unsettled(self, day: date | None, code: str = "") -> tuple[str, ...]:
        """Return why a code that meets nothing may be on a list all the same, list by list.

        With a `code`, also by texts that were not read and that may list it.
        """
        digits = "".join(sign for sign in code if sign.isdigit())
        gaps = tuple(
            f"{goods_list.id}: {gap.why}"
            for goods_list in self.lists
            for gap in (*goods_list.gaps, *goods_list.gaps_of_act)
            if digits and day and gap.since <= day <= gap.until and gap.covers(digits)
        )
        return gaps + tuple(
            f"{goods_list.id} is a fragment"
            if goods_list.is_fragment
            else f"{goods_list.id} read until {goods_list.known_until}"
            for goods_list in self.lists
            if not goods_list.settles(day)
        )

    def spans(self, codes: Iterable[str], first: date, last: date) -> Iterator[ListedSpan]:
        """Yield what codes meet on each day from one to another, without looking up every day.

        Parameters
        ----------
        codes
            As `match` takes them, each one that it accepts.
        first, last
            The days.
        """
        read = {code: self._read(code) for code in dict.fromkeys(codes)}
        # The other way round, so that a list is looked through once, and not once for each code.
        by_six: dict[str, list[str]] = {}
        for code, (ends, _) in read.items():
            for six in self._between(*ends):
                by_six.setdefault(six, []).append(code)
        for goods_list in self.lists:
            if {entry.edition for entry in self._followed[goods_list.id]} == {self._edition}:
                yield from self._steady(goods_list, read, by_six, first, last)
                continue
            open_: dict[tuple[str, str, str, str], ListedSpan] = {}
            for begins, until in self._between_changes(goods_list, first, last):
                index = self._index(goods_list, begins)
                now: dict[tuple[str, str, str, str], ListedSpan] = {}
                met = dict.fromkeys(code for six in by_six.keys() & index for code in by_six[six])
                for code in met:
                    for one in self._met(code, *read[code], goods_list, index, begins):
                        key = code, one.entry.code, one.entry.part, one.certainty
                        before = open_.pop(key, None)
                        if before and before.goes_on(one):
                            now[key] = ListedSpan(before.first, until, one)
                            continue
                        if before:
                            yield before
                        now[key] = ListedSpan(begins, until, one)
                yield from open_.values()
                open_ = now
            yield from open_.values()

    def _steady(
        self,
        goods_list: GoodsList,
        read: dict[str, tuple[tuple[str, str], bool]],
        by_six: dict[str, list[str]],
        first: date,
        last: date,
    ) -> Iterator[ListedSpan]:
        """Yield spans of a list in the edition of the codes: only what is listed changes in time.

        No family has to be closed there, so how a code meets an entry is the same on all days.
        """
        index = self._index(goods_list, None)
        met: dict[int, list[tuple[date, date, str]]] = {}
        seen: set[tuple[str, int]] = set()
        for six in sorted(by_six.keys() & index):
            for code in by_six[six]:
                (start, end), marked = read[code]
                for entry, place in index[six]:
                    certainty = self._certainty(start if start == end else "", entry, place)
                    if certainty is None or (code, id(entry)) in seen:
                        continue
                    seen.add((code, id(entry)))
                    if marked and certainty[0] == "whole":
                        certainty = "ex", "the table means a part of the code"
                    if id(entry) not in met:
                        met[id(entry)] = list(stretches(goods_list, entry, first, last))
                    for begins, until, status in met[id(entry)]:
                        yield ListedSpan(
                            begins,
                            until,
                            Match(code, goods_list, entry, certainty[0], status, certainty[1]),
                        )

    def _between_changes(
        self, goods_list: GoodsList, first: date, last: date
    ) -> Iterator[tuple[date, date]]:
        """Yield the stretches of days without a change of a list, or of what is known of it."""
        changes = {*self._changes[goods_list.id]}
        # From the day after the last text that was read the status is `not known`.
        if goods_list.known_until < date.max:
            changes.add(goods_list.known_until + timedelta(days=1))
        starts = [first, *sorted(day for day in changes if first < day <= last)]
        # None closes the last stretch, which ends with the days asked for.
        for begins, after in itertools.pairwise([*starts, None]):
            assert begins is not None
            yield begins, after - timedelta(days=1) if after else last

    def _index(self, goods_list: GoodsList, day: date | None) -> _Index:
        """Return the entries of a day by six-digit code: a family is closed by what is listed then.

        Between two changes of a list nothing changes, so one index serves all days there.
        """
        # The number of changes up to a day is the same for
        # all days between two changes; -1: for all time.
        key = goods_list.id, -1 if day is None else bisect_right(self._changes[goods_list.id], day)
        if key not in self._indexes:
            found: _Index = {}
            entries = _on(goods_list, self._followed[goods_list.id], day)
            places = reaches(entries, self._edition, self._links)
            for entry in entries:
                for six in expanded(entry.code, entry.edition):
                    place = places[entry.edition, six]
                    for code in {*place.codes, *place.widest}:
                        found.setdefault(code, []).append((entry, place))
            self._indexes[key] = found
        return self._indexes[key]

    def match(self, code: str, day: date | None = None) -> tuple[Match, ...]:
        """Return the entries that a code, or a range of codes, meets.

        Parameters
        ----------
        code
            2 to 10 digits, with or without points and spaces, or a range ``8541-8543``; with
            ``ex`` before it where only a part of the code is meant.
        day
            On which day; None for all the time that is known.

        Raises
        ------
        RequestError
            For anything else, and for a code that the edition does not have. Chapters 98 and 99
            are left to countries: such a code is of no edition, and on no list.
        """
        ends, marked = self._read(code)
        return tuple(
            one
            for goods_list in self.lists
            for one in self._met(code, ends, marked, goods_list, self._index(goods_list, day), day)
        )

    def _read(self, code: str) -> tuple[tuple[str, str], bool]:
        """Return the first and last code that a text means, and whether it says ``ex``."""
        marked = _EX.match(code)
        first, last = code_range(code[marked.end() :] if marked else code, self._longest)
        # The ends of a range need not be codes of the edition themselves.
        if first == last:
            first = last = self._known(first)
        return (first, last), bool(marked)

    def _met(
        self,
        code: str,
        ends: tuple[str, str],
        marked: bool,
        goods_list: GoodsList,
        index: _Index,
        day: date | None,
    ) -> Iterable[Match]:
        """Return how a code meets entries of a list, each entry once for each certainty."""
        first, last = ends
        digits = first if first == last else ""
        found: dict[tuple[str, str, str], Match] = {}
        for six in self._between(first, last):
            for entry, place in index.get(six, ()):
                certainty = self._certainty(digits, entry, place)
                if certainty is None:
                    continue
                if marked and certainty[0] == "whole":
                    certainty = "ex", "the table means a part of the code"
                key = entry.code, entry.part, certainty[0]
                if key not in found:
                    status = goods_list.status(entry, day) if day else "listed"
                    found[key] = Match(code, goods_list, entry, certainty[0], status, certainty[1])
        return found.values()

    def _known(self, digits: str) -> str:
        """Return a code that the edition has; zeros that fill a heading up are taken off."""
        if digits.startswith(NATIONAL):
            return digits
        plain = without_filling(digits, self._edition)
        require_code(plain[:6], self._edition)
        return undivided(plain, self._edition)

    def _between(self, first: str, last: str) -> list[str]:
        """Return the six-digit codes of the edition from one code to another."""
        if first == last and len(first) >= 6:
            return [first[:6]]
        codes = _codes_of(self._edition)
        past = f"{last[:6]}~"  # after every code that begins so
        found = codes[bisect_left(codes, first[:6]) : bisect_left(codes, past)]
        if not found and not first.startswith(NATIONAL):
            raise RequestError(
                f"no code of {self._edition} is in {first}-{last}", hint="check the digits"
            )
        return list(found)

    def _certainty(
        self, digits: str, entry: ListEntry, place: CodeConversion
    ) -> tuple[Certainty, str] | None:
        """Say how a code (empty for a range) meets an entry in the same subheading; None: not."""
        # The first test that applies makes it least certain, and is the reason given.
        if place.kind not in EXACT:
            return "edition", place.reason or "goods moved between the editions"
        is_line = bool(entry.code[6:].strip("0"))
        if is_line and place.edition != place.other:
            return "edition", f"{entry.code} is a line of {entry.nomenclature}"
        if not digits:
            return "part", "a range of codes"
        if is_line and len(digits) > 6:
            return self._lines(digits, entry)
        if is_line or len(digits) < min(len(without_filling(entry.code, entry.edition)), 6):
            return "part", f"the list has {entry.code} only"
        return ("ex", "the text covers a part of the code") if entry.ex else ("whole", "")

    def _lines(self, digits: str, entry: ListEntry) -> tuple[Certainty, str] | None:
        """Compare two lines of national tariffs that agree in six digits."""
        if entry.nomenclature[:-4] != self._tariff:
            return "subheading", f"{entry.code} is a line of {entry.nomenclature}"
        if digits.startswith(entry.code):
            return ("ex", "the text covers a part of the code") if entry.ex else ("whole", "")
        if entry.code.startswith(digits):
            return "part", f"the list has {entry.code} only"
        return None


def _parted(
    goods_list: GoodsList, edition: str, links: Links | None
) -> tuple[tuple[ListEntry, ...], tuple[ListEntry, ...]]:
    """Return the entries of a list that can be followed into an edition, and the others."""
    followed: list[ListEntry] = []
    rest: list[ListEntry] = []
    for name in sorted({entry.edition for entry in goods_list.history}):
        entries = tuple(entry for entry in goods_list.history if entry.edition == name)
        try:
            reaches(entries, edition, links)
            followed += entries
        except RequestError:
            rest += entries
    return tuple(followed), tuple(rest)


def _on(
    goods_list: GoodsList, entries: tuple[ListEntry, ...], day: date | None
) -> tuple[ListEntry, ...]:
    """Return those that are or may be on a list on a day; all that ever were, without one."""
    if day is None:
        return entries
    if day < goods_list.begins:
        return ()
    return tuple(entry for entry in entries if entry.on(day) != "no")


def stretches(
    goods_list: GoodsList, entry: ListEntry, first: date, last: date
) -> Iterator[tuple[date, date, str]]:
    """Yield the days from one to another on which an entry is or may be on its list, by status."""
    after = [entry.valid_to, entry.not_before, goods_list.known_until]
    changes = {entry.starts, *(day + timedelta(days=1) for day in after if day and day < date.max)}
    begins = max(first, goods_list.begins)
    if begins > last:
        return
    days = [begins, *sorted(day for day in changes if begins < day <= last)]
    for start, following in itertools.pairwise([*days, None]):
        assert start is not None
        if entry.on(start) != "no":
            until = following - timedelta(days=1) if following else last
            yield start, until, goods_list.status(entry, start)


def _changes(goods_list: GoodsList) -> Iterator[date]:
    """Yield the days on which something of a list changes, or what is known of it."""
    yield goods_list.begins
    for entry in goods_list.history:
        yield entry.starts
        if entry.valid_to and entry.valid_to < date.max:
            yield entry.valid_to + timedelta(days=1)
        if entry.not_before:
            yield entry.not_before + timedelta(days=1)


@cache
def _codes_of(edition: str) -> tuple[str, ...]:
    return tuple(sorted(code for code, there in known_codes().items() if edition in there))


def code_range(text: str, longest: int = 10) -> tuple[str, str]:
    """Return the first and the last code that a text means; the same for a single code.

    Raises
    ------
    RequestError
        For anything but codes of 2 to 10 digits.

    Examples
    --------
    >>> code_range("8541.10"), code_range("8541-8543")
    (('854110', '854110'), ('8541', '8543'))
    """
    said = _RANGE.fullmatch(text.strip())
    ends = [re.sub(r"[. ]", "", end) for end in (said.groups() if said else (text, text))]
    first, last = (end.strip() for end in ends)
    digits = all(end.isascii() and end.isdigit() for end in (first, last))
    if not digits or not all(2 <= len(end) <= longest for end in (first, last)):
        raise RequestError(f"not a code: {text!r}", hint="write 2 to 10 digits or 8541-8543")
    if any(len(end) % 2 and len(end) != longest for end in (first, last)):
        raise RequestError(
            f"{text} has an odd number of digits",
            why="spreadsheets lose leading zeros",
            hint="keep codes as text, with their zeros",
        )
    if len(first) != len(last) or first > last:
        raise RequestError(f"not a range: {text!r}", hint="write 8541-8543, the smaller first")
    return first, last
