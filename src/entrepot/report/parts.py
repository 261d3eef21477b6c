"""What a brief is made of: facts and sentences, before anybody renders them.

Text may set words strong with double asterisks; every renderer knows that and nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import TypeAlias

    from entrepot.figures import Caveat, Figure
    from entrepot.figures.scenario import Scenario
    from entrepot.reconcile.mirror_gaps import MirrorPair
    from entrepot.report.chart_data import Picture
    from entrepot.report.mirror_comparison import Compared
    from entrepot.report.verdicts import ClaimsPart
    from entrepot.sources.published.read import Published

    Carrier: TypeAlias = Figure | Published | MirrorPair | Scenario

__all__ = [
    "Brief",
    "Card",
    "Command",
    "Gap",
    "Link",
    "Note",
    "RangeBar",
    "Remark",
    "Section",
    "Sentence",
    "Table",
    "Term",
    "plain",
]


def plain(text: str) -> str:
    """Return a text without its marks for strong words."""
    return text.replace("**", "")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words about trade, with the Figures, printed rows and reports that carry them.

    Attributes
    ----------
    text
        One sentence or a part of one.
    carried
        Figures, published rows, pairs of reports and scenarios behind it; at least one.
    caveats
        Ids of the caveats that a reader needs with it.
    """

    text: str
    carried: tuple[Carrier, ...]
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.carried:
            raise ValueError(f"no Figure carries this sentence: {self.text!r}")


@dataclass(frozen=True, slots=True)
class Remark:
    """Words that say how to read something, or what a word means; no fact about trade."""

    text: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A short text beside a chart."""

    title: str
    body: tuple[Sentence | Remark, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A text with an address, which may be empty."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is not known: what, why, and the command that would bring it, if any."""

    what: str
    why: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class RangeBar:
    """Positions from 0 to 1 on the whole scale of a card.

    Attributes
    ----------
    ends
        What stands at both ends of the scale.
    value
        The headline.
    computed, printed
        Span of the computed definitions and of the printed ones.
    """

    ends: tuple[str, str]
    value: float
    computed: tuple[float, float] | None
    printed: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Card:
    """A Figure as a reader meets it; with `reason` and `command` where nothing is held.

    Attributes
    ----------
    value, unit
        Three significant digits, or as printed; an en dash when nothing is held.
    range, definition
        The range in words, or why there is none; what is counted.
    tag, source
        ``computed``, ``published`` or ``missing``; and whose.
    """

    name: str
    figure: Figure
    value: str
    unit: str
    bar: RangeBar | None
    range: str
    definition: str
    tag: str
    source: str
    caveats: tuple[str, ...] = ()
    reason: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; the first column heads its row; `numeric` columns stand right.

    One with a `name` stands folded under a chart, one without is shown as it is. `units` says in
    words what the numbers of each column are counted in; empty for words, years and ids.
    """

    caption: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    units: tuple[str, ...]
    name: str = "Table of this chart"


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the brief.

    Attributes
    ----------
    id, eyebrow
        Anchor, and the short name that also stands in the list of contents.
    title
        The finding, a sentence.
    deck
        What is shown, in which unit and on which scale.
    gap
        Says what is missing where there is nothing to show.
    reports
        Both reports of what was compared, where the section is about them.
    scenario
        What was worked out, where the section is about something that has not happened.
    """

    id: str
    eyebrow: str
    title: Sentence | Remark
    deck: str = ""
    picture: Picture | None = None
    table: Table | None = None
    notes: tuple[Note, ...] = ()
    source: tuple[str | Link, ...] = ()
    gap: Gap | None = None
    claims: ClaimsPart | None = None
    gaps: tuple[Gap, ...] = ()
    reports: Compared | None = None
    scenario: Scenario | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means here; or a source, and what was taken from it."""

    name: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A line for a terminal and what it gives."""

    what: str
    line: str


@dataclass(frozen=True, slots=True)
class Brief:
    """The whole report.

    Attributes
    ----------
    title, answer, state
        Heading; two sentences; pairs of a word and what it says (list, data, definitions).
    cards
        The five headline Figures, the lead first.
    figures
        Every Figure that was evaluated for it, in the order of asking.
    caveats
        In the order in which they are first needed; their numbers follow from it.
    check
        The check of the claims as plain JSON types; None without claims.
    line
        The command that writes this brief.
    date
        The day that whoever asked for it gave, as 2026-11-30; empty without one.
    """

    title: str
    answer: tuple[Sentence, ...]
    state: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    caveats: tuple[Caveat, ...]
    terms: tuple[Term, ...]
    sources: tuple[Term, ...]
    commands: tuple[Command, ...]
    figures: tuple[Figure, ...]
    line: str
    version: str
    check: dict[str, Any] | None = field(default=None)
    date: str = ""

    def __str__(self) -> str:
        cards = "\n".join(
            f"  {card.name}: {card.value} {card.unit}".rstrip() + f" ({card.range})"
            for card in self.cards
        )
        words = plain(" ".join(sentence.text for sentence in self.answer))
        return f"{self.title}\n{words}\n{cards}"

    def write(self, path: Path | str) -> Path:
        """Write the brief in the format of the file's suffix; see `entrepot.report.write`."""
        from entrepot.report.save import write

        return write(self, path)

    def numbered(self, caveats: Iterable[str]) -> list[tuple[int, str]]:
        """Return number and id of those caveats that are listed, in the order of the list."""
        wanted = set(caveats)
        return [
            (place, item.id)
            for place, item in enumerate(self.caveats, start=1)
            if item.id in wanted
        ]
