"""The state of a question while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.numbers.text import SIMPLE
from entrepot.claims.question_forms import forms as _forms
from entrepot.claims.question_names import MASK, blanked

if TYPE_CHECKING:
    from datetime import date

    from entrepot.claims.draft.sentences import Mark
    from entrepot.claims.question_read import Unsaid


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
