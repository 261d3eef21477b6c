"""What a brief is made of: facts and sentences, before anybody renders them.

Text may set words strong with double asterisks; every renderer knows that and nothing more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.errors import MissingExtraError, RequestError
from entrepot.figures.card import fragment, table_html
from entrepot.model.display import folded, with_unit
from entrepot.model.table_files import frame_of, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from entrepot.figures import Caveat, Figure
    from entrepot.figures.scenario import Scenario
    from entrepot.model.table_files import FrameKind
    from entrepot.reconciliation.mirror_gaps import MirrorPair
    from entrepot.report.charts import BriefTable, Chart
    from entrepot.report.mirror_comparison import ComparedReports
    from entrepot.sources.published.row import Published

    SentenceEvidence: TypeAlias = Figure | Published | MirrorPair | Scenario
    from collections.abc import Callable


def plain(text: str) -> str:
    """Return a text without its marks for strong words."""
    return text.replace("**", "")


@dataclass(frozen=True, slots=True)
class BriefSentence:
    """Words about trade, with the Figures, printed rows and reports that carry them.

    Attributes
    ----------
    text
        One sentence or a part of one.
    evidence
        Figures, published rows, pairs of reports and scenarios behind it; at least one.
    caveats
        Ids of the caveats that a reader needs with it.
    """

    text: str
    evidence: tuple[SentenceEvidence, ...]
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # A rule of the project that the type enforces: no sentence about trade without a figure.
        if not self.evidence:
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
    body: tuple[BriefSentence | Remark, ...]


@dataclass(frozen=True, slots=True)
class PageLink:
    """A text with an address, which may be empty."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class DataGap:
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
    computed, published
        Span of the computed definitions and of the printed ones.
    """

    ends: tuple[str, str]
    value: float
    computed: tuple[float, float] | None
    published: tuple[float, float] | None


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

    @property
    def whole(self) -> str:
        """Value and unit as one text."""
        return with_unit(self.value, self.unit)


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
    title: BriefSentence | Remark
    deck: str = ""
    picture: Chart | None = None
    table: BriefTable | None = None
    notes: tuple[Note, ...] = ()
    source: tuple[str | PageLink, ...] = ()
    gap: DataGap | None = None
    claims: ClaimsPart | None = None
    gaps: tuple[DataGap, ...] = ()
    reports: ComparedReports | None = None
    scenario: Scenario | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means here; or a source, and what was taken from it.

    `details` name the bytes that were read, for whoever compares them; paper leaves them out.
    """

    name: str
    text: str
    url: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A line for a terminal and what it gives."""

    what: str
    line: str


def without_folders(text: str, folders: Iterable[str]) -> str:
    """Return a text that leaves the machine, with files named but not where they lie."""
    for folder in folders:
        # As it is in text, in HTML and in JSON, where quotes and backslashes (Windows) are escaped.
        for written in (folder, escape(folder), json.dumps(folder, ensure_ascii=False)[1:-1]):
            text = text.replace(written, "")
    return text


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
    folders
        Where files that were named lie on this machine, which no file that is written says.
    nowcasts
        Estimates of a year that is not reported in full; none of `figures`.
    """

    title: str
    answer: tuple[BriefSentence, ...]
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
    folders: tuple[str, ...] = ()
    nowcasts: tuple[Figure, ...] = ()

    def public(self, text: str) -> str:
        """Return a text that leaves the machine: files of the reader by name, without folders."""
        return without_folders(text, self.folders)

    def __str__(self) -> str:
        cards = "\n".join(f"  {card.name}: {card.whole} ({card.range})" for card in self.cards)
        words = plain(" ".join(sentence.text for sentence in self.answer))
        return folded([self.title, words, *cards.split("\n")])

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def save(self, path: Path | str) -> Path:
        """Write the brief in the format of the file's suffix, as `write` does."""
        return self.write(path)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON types, as the file ``.json`` has it."""
        found: dict[str, Any] = json.loads(format_of(Path("brief.json"))(self))
        return found

    def to_frame(self, kind: FrameKind | None = None) -> Any:
        """Return a row for each figure of the brief, as a frame; see `Figure.to_frame`."""
        from entrepot.figures.figure import headline

        rows = [
            {"title": headline(one), "id": one.id, "value": one.value, "low": one.low}
            | {"high": one.high, "unit": one.unit, "source": one.definition.source}
            for one in self.figures
        ]
        return frame_of(rows, kind)

    def _repr_html_(self) -> str:
        words = plain(" ".join(sentence.text for sentence in self.answer))
        rows = [[card.name, card.whole, card.range] for card in self.cards]
        table = table_html(["", "value", "range"], rows)
        return fragment(
            self.title,
            [f'<p class="hd">{escape(self.title)}</p>', f"<p>{escape(words)}</p>", table],
        )

    def write(self, path: Path | str) -> Path:
        """Write the brief in the format of the file's suffix; see `entrepot.report.write`."""
        return write(self, path)

    def numbered(self, caveats: Iterable[str]) -> list[tuple[int, str]]:
        """Return number and id of those caveats that are listed, in the order of the list."""
        wanted = set(caveats)
        return [
            (place, item.id)
            for place, item in enumerate(self.caveats, start=1)
            if item.id in wanted
        ]


FORMATS = (".html", ".pdf", ".xlsx", ".pptx", ".md", ".json")
_RENDERERS = {
    ".html": "html",
    ".pdf": "pdf",
    ".xlsx": "xlsx",
    ".pptx": "office",
    ".md": "markdown",
    ".json": "json",
}
_TYPST = ("typst", "typst", "pdf")
_NEEDED = {
    ".pdf": [_TYPST],
    ".xlsx": [("xlsxwriter", "XlsxWriter", "excel")],
    ".pptx": [("pptx", "python-pptx", "office"), _TYPST],
}


def format_of(path: Path) -> Callable[[Brief], str | bytes]:
    """Return the renderer for a file name.

    Raises
    ------
    RequestError
        For a suffix that no renderer writes.
    MissingExtraError
        For a format whose library is not installed.
    """
    name = f"render_{_RENDERERS[suffix_of(path, 'brief', FORMATS, _NEEDED)]}"
    # Imported when it is needed: renderers import this
    # module, and some need libraries that not everybody has.
    found: Callable[[Brief], str | bytes] = getattr(import_module(f"entrepot.report.{name}"), name)
    return found


def suffix_of(
    path: Path,
    what: str,
    known: Sequence[str],
    needed: Mapping[str, Sequence[tuple[str, str, str]]],
) -> str:
    """Return the suffix of a file to be written; raises as `format_of` does.

    Parameters
    ----------
    what
        What is written, in a word.
    known
        Suffixes that it is written as.
    needed
        Module, library and extra of each that a suffix takes.
    """
    suffix = path.suffix.lower()
    if suffix not in known:
        raise RequestError(
            f"no {what} is written as {suffix or 'a file without suffix'}",
            where=str(path),
            hint=f"end the name in {', '.join(known)}",
        )
    for module, library, extra in needed.get(suffix, ()):
        # Looked for and not imported: the answer comes before minutes of computation.
        if find_spec(module) is None:
            raise MissingExtraError(library, extra)
    return suffix


def write(brief: Brief, path: Path | str) -> Path:
    """Render a brief and write it whole or not at all.

    Parameters
    ----------
    brief
        What to write.
    path
        Where; the suffix decides the format. Missing folders are made.

    Raises
    ------
    RequestError
        For an unknown suffix.
    MissingExtraError
        For a format whose library is not installed.
    OutsideError
        If the disk refuses.
    """
    target = Path(path)
    return write_whole(target, format_of(target)(brief))


# The claims part of a brief, before anybody renders it.


ORDER = ("inconsistent", "differs", "not_enough_evidence", "supported")
WORDS = {
    "inconsistent": "Inconsistent",
    "differs": "Differs",
    "not_enough_evidence": "Not enough evidence",
    "supported": "Supported",
}
_MANY = {"differs": "differ"}


def counted(verdict: str, count: int) -> str:
    """Return a count with its verdict: "2 inconsistent", "1 differs", "3 differ"."""
    many = _MANY.get(verdict, WORDS[verdict].lower())
    return f"{count} {WORDS[verdict].lower() if count == 1 else many}"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """One line of a sum: its name, the sum, and what comes out, empty where the sum says all."""

    name: str
    sum: str
    outcome: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class ConflictBox:
    """Claims that contradict each other, with the shortest arithmetic that shows it."""

    title: str
    lines: tuple[Arithmetic, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim: what it says, what others say, the verdict and why.

    Attributes
    ----------
    claim
        The claim in words, its number strong.
    against
        What data and others say; empty if nothing does.
    likely_error
        The likely error, a sentence; empty if none was found.
    details
        Arithmetic and sources, opened on demand.
    """

    id: str
    claim: str
    against: str
    verdict: str
    why: str
    likely_error: str = ""
    qualifier: str = ""
    details: tuple[str, ...] = ()
    links: tuple[PageLink, ...] = ()

    @property
    def outcome(self) -> str:
        """Verdict with its qualifier: "Not enough evidence (quoted source only)"."""
        more = self.qualifier or self.likely_error
        return f"{WORDS[self.verdict]} ({more})" if more else WORDS[self.verdict]


@dataclass(frozen=True, slots=True)
class ClaimsPart:
    """All claims of a text, what is wrong first."""

    tally: tuple[tuple[str, int], ...]
    conflicts: tuple[ConflictBox, ...]
    rows: tuple[ClaimRow, ...]
    caption: str

    @property
    def more_conflicts(self) -> str:
        """What to call the conflicts after the first."""
        count = len(self.conflicts) - 1
        return f"{count} more such conflict{'s' if count > 1 else ''}"
