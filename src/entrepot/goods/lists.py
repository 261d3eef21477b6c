"""Lists of controlled goods: what is on them, in which part, in which edition, since when."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import NoEvidenceError, UnknownNameError
from entrepot.model.product import NATIONAL, harmonized

if TYPE_CHECKING:
    from collections.abc import Callable

Status = Literal["listed", "possible", "not known", "no"]


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One code of a list, for one stretch of time.

    Attributes
    ----------
    code
        As the text prints it, without spaces: two to ten digits, zeros kept.
    nomenclature
        What the code is to be read in: ``HS2022``, ``CN2023``.
    ex
        Whether the text covers a part of the code only, so that a match is a candidate.
    part
        Part of the list, e.g. ``"4.B"``; empty where it has none.
    wording
        What it is, in a few words of our own; the list's own text governs. May be empty.
    adopted, applies
        Day of the act that listed it, and the day from which that act applies; None if not known.
    seen_from
        Day of the earliest text read that has it.
    not_before
        Where `adopted` is None: day of a text read that does not have it.
    valid_to
        Last day on the list; None if not known to have left it.
    wind_down
        Last day on which contracts of before may be served; None if not known.
    act, article
        Id of the text that listed it, and the article that makes the list bind.
    certainty
        ``primary``: read in an official text; ``secondary``: another publication says so;
        ``inferred``: follows from comparing two texts; empty: a list of the user does not say.
    """

    code: str
    nomenclature: str
    ex: bool
    part: str
    wording: str
    adopted: date | None
    applies: date | None
    seen_from: date
    not_before: date | None
    valid_to: date | None
    wind_down: date | None
    act: str
    article: str
    certainty: str
    note: str

    @property
    def starts(self) -> date:
        """First day on which it is known to be on the list."""
        return self.applies or self.adopted or self.seen_from

    @property
    def edition(self) -> str:
        """Edition of the Harmonized System that its first six digits belong to."""
        return harmonized(self.nomenclature).id

    @property
    def names_no_goods(self) -> bool:
        """Whether its chapter is left to countries, such as 999999: not specified, or secret."""
        return self.code.startswith(NATIONAL)

    @property
    def is_partial(self) -> bool:
        """Whether it covers a part of a six-digit code only: a line that ends in zeros is all."""
        return self.ex or bool(self.code[6:].strip("0"))

    def on(self, day: date) -> Status:
        """Say whether it was on the list: ``possible`` where nothing read settles it."""
        if self.valid_to and day > self.valid_to:
            return "no"
        if day >= self.starts:
            return "listed"
        # Settled by the act that added it, or by a text of that day or later that does not have it.
        settled = self.adopted or (self.not_before and day <= self.not_before)
        return "no" if settled else "possible"

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types, days as text."""
        return {name: _plain(item) for name, item in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class ListAsOf:
    """The state of a list on a day.

    Attributes
    ----------
    listed
        Entries known to be on it.
    possible
        Entries that may have been on it: a later text has them, and no earlier one settles it.
    after_last_text
        Whether the day is after the latest text that was read.
    """

    day: date
    listed: tuple[ListEntry, ...]
    possible: tuple[ListEntry, ...]
    after_last_text: bool


@dataclass(frozen=True)
class GoodsList:
    """A dated list of goods.

    Attributes
    ----------
    id, title, short
        Id in a definition, official title, and the name used in sentences.
    act
        The act it belongs to.
    direction
        ``export``, ``import``, ``transit`` or ``no-re-export``.
    begins
        First day on which anything was on it.
    known_until
        Day of the latest text that was read.
    complete
        Which parts or stretches of time are not established.
    is_fragment
        Whether only some codes of its table could be read, so that it cannot show that a good was
        not on it.
    """

    id: str
    title: str
    short: str
    # Its texts and parts follow from the id: to hash them all takes longer than what a key is for.
    act: Act = field(repr=False, hash=False)
    direction: str
    begins: date
    known_until: date
    complete: str = field(repr=False)
    parts: tuple[ListPart, ...] = field(repr=False, hash=False)
    read: Callable[[], tuple[ListEntry, ...]] = field(repr=False)
    is_fragment: bool = False

    @cached_property
    def history(self) -> tuple[ListEntry, ...]:
        """Every entry there ever was, by code."""
        return self.read()

    @cached_property
    def ended(self) -> date | None:
        """Last day of a list that a text which was read repealed; None if it goes on.

        Of a list of the user's own, which no text repeals, it is None, too.
        """
        if self.known_until == date.max:
            return None
        last = [entry.valid_to for entry in self.history]
        days = [day for day in last if day is not None and day < self.known_until]
        return max(days) if days and len(days) == len(last) else None

    @cached_property
    def entries(self) -> tuple[ListEntry, ...]:
        """Entries on the list as far as it is known, or on its last day if it ended.

        Of a list of the user's own, those of today: a last day that is still to come ends nothing.
        """
        day = date.today() if self.known_until == date.max else self.ended or self.known_until
        return tuple(entry for entry in self.history if entry.on(day) == "listed")

    @cached_property
    def nomenclatures(self) -> tuple[str, ...]:
        """What its codes are to be read in."""
        return tuple(sorted({entry.nomenclature for entry in self.history}))

    def part(
        self, name: str, entries: tuple[ListEntry, ...] | None = None
    ) -> tuple[ListEntry, ...]:
        """Return the entries of a part; ``3`` takes 3.A and 3.B together.

        Raises
        ------
        UnknownNameError
            If the list has no such part.
        """
        wanted = name.strip().upper()
        ids = {one.id for one in self.parts if self._is_in(one.id, wanted)}
        if not ids:
            known = [one.id for one in self.parts]
            hint = f"its parts: {', '.join(known)}" if known else f"{self.id} has no parts"
            raise UnknownNameError(f"part of {self.id}", name, known, hint=hint)
        chosen = self.entries if entries is None else entries
        return tuple(entry for entry in chosen if entry.part in ids)

    @staticmethod
    def _is_in(part: str, wanted: str) -> bool:
        return wanted in (part.upper(), part.upper().partition(".")[0])

    def part_title(self, name: str) -> str:
        """Return the short names of a part, e.g. ``"machine tools"``."""
        wanted = name.strip().upper()
        return "; ".join(one.short for one in self.parts if self._is_in(one.id, wanted))

    def status(self, entry: ListEntry, day: date) -> Status:
        """Say whether an entry was on the list; ``not known`` on a day after the last text read.

        What had left the list by then is off it: to come back it would need another text. What a
        text announced for a later day is not on the list before, and not known from then on.
        """
        if day <= self.known_until:
            return entry.on(day)
        left = entry.valid_to is not None and entry.valid_to < self.known_until
        return "no" if left or (day < entry.starts and entry.on(day) == "no") else "not known"

    @property
    def gaps(self) -> tuple[MissingText, ...]:
        """Texts of it that were not read, of which it is known which codes they can list."""
        return tuple(one for one in self.act.missing if one.in_list == self.id and one.headings)

    @property
    def gaps_of_act(self) -> tuple[MissingText, ...]:
        """Texts of its act that were not read, and that can list such goods in its direction."""
        return tuple(one for one in self.act.missing if self.direction in one.directions)

    def not_read(self, code: str) -> tuple[MissingText, ...]:
        """Texts that were not read, and that may list a code of digits or a part of it."""
        return tuple(one for one in (*self.gaps, *self.gaps_of_act) if one.covers(code))

    def settles(self, day: date | None) -> bool:
        """Whether a code without an entry was not on the list: a fragment never says so.

        Nor do texts that were read say what was added after the last of them.
        """
        return not self.is_fragment and (day is None or day <= self.known_until)

    @property
    def read_from(self) -> date:
        """The first day of which it is known what was on the list."""
        return max(self.begins, min(entry.starts for entry in self.history))

    def on(self, day: date) -> ListAsOf:
        """Return what was on the list on a day, and what may have been.

        Raises
        ------
        NoEvidenceError
            If nothing that was read says what was on it then.
        """
        states = [(entry.on(day), entry) for entry in self.history]
        listed = tuple(entry for status, entry in states if status == "listed")
        possible = tuple(entry for status, entry in states if status == "possible")
        if not listed and day >= self.begins and not (self.ended and day > self.ended):
            raise NoEvidenceError(
                f"what was on {self.id} on {day} is not established",
                why=f"the list begins on {self.begins}, and the earliest text that was read is "
                "of a later day",
                hint=f"ask for {self.read_from} or later",
            )
        return ListAsOf(day, listed, possible if day >= self.begins else (), day > self.known_until)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types, days as text; entries as far as they are known."""
        return {
            "id": self.id,
            "title": self.title,
            "short": self.short,
            "direction": self.direction,
            "begins": self.begins.isoformat(),
            "known_until": self.known_until.isoformat(),
            "complete": self.complete,
            "is_fragment": self.is_fragment,
            "nomenclatures": list(self.nomenclatures),
            "parts": [asdict(part) for part in self.parts],
            "act": _all_plain(asdict(self.act)),
            "entries": [entry.to_dict() for entry in self.entries],
        }


def _plain(item: Any) -> Any:
    return item.isoformat() if isinstance(item, date) else item


def _all_plain(item: Any) -> Any:
    if isinstance(item, dict):
        return {name: _all_plain(one) for name, one in item.items()}
    return [_all_plain(one) for one in item] if isinstance(item, (list, tuple)) else _plain(item)


@dataclass(frozen=True, slots=True)
class ListPart:
    """A part of a list: id, short name for sentences, meaning."""

    id: str
    short: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ListText:
    """A text that entries were taken from, and what of it was read."""

    id: str
    title: str
    adopted: date
    url: str
    read: str
    applies: date | None = None
    package: str = ""


@dataclass(frozen=True, slots=True)
class MissingText:
    """A text that is known to exist and whose codes could not be established.

    Attributes
    ----------
    in_list, headings, since, until
        The list it belongs to, the beginnings of the codes that its goods can have, and the first
        and last day on which it can list them, where these are known: on these days a code that
        begins so and is not on the list is not known to be off it.
    directions
        Where it belongs to no list that is here: the directions in which the act's lists together
        do not show that such a code is on none.
    in_words
        Whether it describes goods in words, without codes.
    """

    title: str
    known: str
    url: str = ""
    in_list: str = ""
    headings: tuple[str, ...] = ()
    since: date = date.min
    until: date = date.max
    directions: tuple[str, ...] = ()
    in_words: bool = False

    @property
    def why(self) -> str:
        """Why a code that begins so is not known to be off a list."""
        if self.in_words:
            return f"{self.title}: described in words, without codes, and not read"
        return f"the codes of {self.title} were not read"

    def covers(self, code: str) -> bool:
        """Whether goods of a code, or some of them, can be among those of the text."""
        # All at once: a file has thousands of codes, and a text up to a hundred chapters.
        return code.startswith(self.headings) or any(
            one.startswith(code) for one in _below_chapters(self.headings)
        )


@cache
def _below_chapters(headings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the headings that a code can be wider than: codes have two digits at least."""
    return tuple(one for one in headings if len(one) > 2)


@dataclass(frozen=True, slots=True)
class Act:
    """A legal act, or another published document, that has lists.

    Attributes
    ----------
    texts
        What was read of it, by date.
    missing
        What of it could not be read.
    """

    id: str
    title: str
    jurisdiction: str
    url: str
    about: str
    licence: str
    texts: tuple[ListText, ...]
    missing: tuple[MissingText, ...]
