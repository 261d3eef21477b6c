"""A question while it is read, and as it was read: definition, command, what is open."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from entrepot.claims.numbers.text import SIMPLE
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_goods import shown_goods
from entrepot.claims.question_names import MASK, blanked
from entrepot.errors import RequestError
from entrepot.model.areas import area_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from entrepot.claims.draft.sentences import Mark

_SHOWN_MOST = 6
"""Candidates that an error names: they stand on one line of a terminal."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What a question leaves open.

    Attributes
    ----------
    key
        ``measure``, ``importer``, ``exporter``, ``goods``, ``period``, ``sigma``, or ``words`` that
        were not understood.
    why
        What is open, one sentence.
    candidates
        What could stand there, as a definition has it, each with its name.
    """

    key: str
    why: str
    candidates: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        found = [{"value": value, "name": name} for value, name in self.candidates]
        return {"key": self.key, "why": self.why, "candidates": found}


class OpenQuestionError(RequestError):
    """A question that leaves something open, or that is about no trade."""

    def __init__(self, read: QuestionRead) -> None:
        first = read.unsaid[0]
        shown = "; ".join(
            f"{value} ({name})" if name else value for value, name in first.candidates[:_SHOWN_MOST]
        )
        if (rest := len(first.candidates) - _SHOWN_MOST) > 0:
            shown += f"; {rest} more"
        so_far = f"read so far: {read.read_as}" if read.keys else ""
        super().__init__(
            first.why,
            where=so_far,
            why="a guess would answer another question",
            hint=f"run: {shown}"
            if shown.startswith("entrepot ")
            else f"say which: {shown}"
            if shown
            else f"say it in the question, or: {read.command}",
        )
        self.read = read


@dataclass(frozen=True, slots=True)
class QuestionRead:
    """A question as it was read.

    Attributes
    ----------
    text, language
        The question, and whose words it was read with.
    measure
        Id of the measure; empty if it is not clear.
    keys
        Keys of the definition.
    each
        ``year`` where a development is asked for, ``importer`` or ``exporter`` where several are
        compared, else empty.
    unsaid
        What is open; without any it can be asked.
    corrected
        Words that were taken for others by one letter, and grades for the goods that they are of,
        as written and as read.
    ranks_goods
        Whether it asks which goods depend most: a ranking.
    """

    text: str
    language: str
    measure: str
    keys: dict[str, str] = field(default_factory=dict)
    each: str = ""
    unsaid: tuple[Unsaid, ...] = ()
    ranks_goods: bool = False
    corrected: tuple[tuple[str, str], ...] = ()

    @property
    def read_as(self) -> str:
        """The definition in one line: ``import_share, DEU, CHN, 850511, 2022``."""
        named = [self.keys[name] for name in KEYS_IN_ORDER if name in self.keys]
        parts = [self.measure or "?", *named]
        for name, shown in _SHOWN.items():
            if name in self.keys:
                value = self.keys[name]
                is_balance = value == "balance"
                parts.append("exports less imports" if is_balance else shown.format(value))
        return ", ".join(parts) + (f", each {self.each}" if self.each else "")

    @property
    def in_words(self) -> str:
        """What its codes are called."""
        sides = [
            area_name(one)
            for name in KEYS_IN_ORDER[:2]
            for one in self.keys.get(name, "").split("+")
            if one
        ]
        goods = self.keys.get("goods")
        parts = [*sides, *([_goods_words(goods, self.keys.get("sector"))] if goods else [])]
        # "How much" has no unit: the one that it was read with is said.
        if self.measure in ("value", "rerouted") and not {"quantity", "currency"} & set(self.keys):
            parts.append("by value")
        parts += [f"“{written}” as “{read}”" for written, read in self.corrected]
        return ", ".join(parts)

    @property
    def command(self) -> str:
        """The exact command; capitals stand for what is open."""
        words = ["entrepot", "ask", self.measure or "MEASURE"]
        for name, value in self.keys.items():
            words += [f"--{name.replace('_', '-')}", value]
        for name in dict.fromkeys(one.key for one in self.unsaid):
            if name in KEYS_IN_ORDER and name not in self.keys:
                words += [f"--{name}", name.upper()]
        return shlex.join(words) + (f" --each {self.each}" if self.each else "")

    def require(self) -> QuestionRead:
        """Return it if nothing is open.

        Raises
        ------
        OpenQuestionError
            If something is.
        """
        if self.unsaid:
            raise OpenQuestionError(self)
        return self

    def proposing(self, periods: Iterable[tuple[str, str]]) -> QuestionRead:
        """Return it with these periods, each with a note, proposed where it names none."""
        proposed = tuple(periods)
        unsaid = [
            replace(one, candidates=proposed) if one.key == "period" and not one.candidates else one
            for one in self.unsaid
        ]
        return replace(self, unsaid=tuple(unsaid))

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "question": self.text,
            "language": self.language,
            "read_as": self.read_as,
            "in_words": self.in_words,
            "measure": self.measure,
            "keys": dict(self.keys),
            "each": self.each or None,
            "unsaid": [one.to_dict() for one in self.unsaid],
            "corrected": [{"written": written, "read": read} for written, read in self.corrected],
            "command": self.command,
        }


def _goods_words(goods: str, sector: str | None) -> str:
    if not goods.startswith("inputs"):
        return shown_goods(goods)
    from entrepot.figures.input_rows import inputs_title

    return inputs_title(goods, sector)


KEYS_IN_ORDER = ("importer", "exporter", "goods", "period")
_SHOWN = {
    "base": "base {}",
    "flow": "both directions",
    "k": "{} largest",
    "hubs": "through {}",
    "quantity": "by {}",
    "currency": "in {}",
    "sector": "for {}",
    "reported_by": "reported by the {}",
    "source": "from {}",
}
"""How further keys are shown, in order."""


class QuestionState:
    """What is known of a question, and what of it is not understood yet."""

    def __init__(self, words: str, language: str, today: date, years: tuple[str, ...]) -> None:
        self.words = words
        self.language = language
        self.today = today
        self.years = years
        self.plain = words.translate(SIMPLE)
        self.said = self.plain  # without whose report it is
        self.left = self.plain
        self.timed = self.plain  # without times
        self.unsaid: list[Unsaid] = []
        self.unknown: list[str] = []  # words that may be misspelt
        self.compares = False  # two years with each other
        self.compares_sides = False  # two of three areas
        self.asks_which = ""  # the set or group of whose countries one is asked for
        # By codes of a side in which a set stands beside others, what stands there.
        self.sets: dict[str, tuple[tuple[str, str], ...]] = {}
        self.listed: set[str] = set()  # codes of sides that are several countries by name
        self.is_directed = False  # both sides are sure
        self.is_of_market = False  # a share of all exports to a country
        self.has_adjective = False  # of a side: Turkish fridges
        self.asks_for_goods = False  # what part of a trade goods are
        self.asks_when = False  # since when goods are on a list that is named
        self.asks_year = False  # in which year something happened
        self.base = ""  # part of a year that another is compared with
        self.grades: dict[str, str] = {}  # of goods, and what they are read as
        self.is_unclear = False  # which area a name is of
        self.idle = {"than"}  # kinds of words that say nothing here

    def mask(self, marks: list[Mark]) -> None:
        """Mask what is named."""
        for mark in marks:
            self.left = blanked(self.left, mark.start, mark.end)

    def take(self, kind: str) -> None:
        """Mask the words of a kind."""
        self.left = _forms(self.language)[kind].sub(lambda found: MASK * len(found[0]), self.left)
