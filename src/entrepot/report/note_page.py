"""What the page of a note holds, and how it is made to fit on one sheet of A4."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from entrepot.model.display import NBSP, per_cent
from entrepot.report.back_matter import day_words, read_date
from entrepot.report.charts import Chart
from entrepot.report.charts.place import text_width
from entrepot.report.charts.ranked import RankedBar, RankedBars
from entrepot.report.parts import BriefSentence, Remark, plain
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from entrepot.figures import Figure
    from entrepot.report.parts import Card

LEAST = 6
"""Suppliers that keep a bar of their own where the page is full."""


@dataclass(frozen=True, slots=True)
class NoteFigure:
    """One of the three numbers: the card of its Figure, and the footnotes that it rests on."""

    card: Card
    counted: str
    marks: tuple[int, ...]


MOST_CHART = 218.0
"""Points of the page that the chart has at most."""


@dataclass(frozen=True, slots=True)
class NoteChart:
    """The one chart: its finding, what is drawn, and the footnotes of its sources."""

    title: str
    deck: str
    picture: Chart
    marks: tuple[int, ...]

    @property
    def height(self) -> float:
        """The height on paper in points: at most a quarter of the page."""
        from entrepot.report.charts import draw

        size = draw(self.picture)[0].split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
        return min(float(size[1]) * _INNER / float(size[0]), MOST_CHART)


@dataclass(frozen=True, slots=True)
class DecisionNote:
    """One page: answer, three numbers with ranges, one chart, what it means, what is not known.

    Attributes
    ----------
    kicker, title
        What it is about; the finding with its range.
    answer
        At most two sentences.
    numbers
        Three Figures; one without a value says so.
    chart
        None where nothing can be drawn; then `missing` says what is lacking.
    means, unknown
        Sentences of both columns.
    sources
        Plain citations, in the order of their footnotes.
    counted
        How the numbers are counted, one line.
    date
        The day that was given, as 2026-11-30; empty without one.
    years
        Time of the data behind the answer.
    folders
        Folders that no file that is written says, as in a `Brief`.
    """

    kicker: str
    title: str
    answer: tuple[BriefSentence, ...]
    numbers: tuple[NoteFigure, ...]
    chart: NoteChart | None
    missing: tuple[str, ...]
    means: tuple[BriefSentence | Remark, ...]
    unknown: tuple[Remark, ...]
    sources: tuple[str, ...]
    counted: str
    date: str
    years: str
    version: str = __version__
    figures: tuple[Figure, ...] = field(default=(), repr=False)
    nowcasts: tuple[Figure, ...] = field(default=(), repr=False)
    folders: tuple[str, ...] = ()

    @property
    def day(self) -> str:
        """The date as it is written out; empty without one."""
        return day_words(read_date(self.date)) if self.date else ""

    @property
    def head(self) -> str:
        """What stands at the top: the day, and the time of the data."""
        parts = ["Note", self.day, f"data for {self.years}" if self.years else ""]
        return " · ".join(filter(None, parts))

    def __str__(self) -> str:
        rows = "\n".join(
            f"  {one.card.name}: {one.card.whole} ({one.card.range})" for one in self.numbers
        )
        return f"{self.title}\n{plain(' '.join(one.text for one in self.answer))}\n{rows}"

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types: what the page says, and its Figures with all digits."""
        return {
            "title": self.title,
            "subject": self.kicker,
            "answer": [plain(one.text) for one in self.answer],
            "figures": [
                {
                    "name": one.card.name,
                    "shown": {
                        "value": one.card.whole,
                        "range": one.card.range,
                    },
                    "sources": list(one.marks),
                }
                | one.card.figure.to_dict(values=False)
                for one in self.numbers
            ],
            "chart": self.chart.title if self.chart else None,
            "missing": list(self.missing),
            "means": [plain(one.text) for one in self.means],
            "unknown": [plain(one.text) for one in self.unknown],
            "sources": list(self.sources),
            "counted": self.counted,
            "nowcasts": [one.to_dict(values=False) for one in self.nowcasts],
            "date": self.date or None,
            "data": self.years,
            "version": self.version,
        }

    def save(self, path: Path | str) -> Path:
        """Write the page whole or not at all; the suffix is .html, .pdf, .docx or .json.

        Raises
        ------
        RequestError
            For another suffix.
        MissingExtraError
            For a format whose library is not installed.
        """
        renderer = import_module("entrepot.report.render_note")  # which imports this module
        written: Path = renderer.write_note(self, path)
        return written


def ranked_chart(title: str, bars: Sequence[RankedBar]) -> Chart:
    """Return named suppliers and the rest as a picture."""
    rest = 100 - sum(bar.value for bar in bars)
    # Less would be printed as 0.0 %, and is the sum of rounding errors as a rule.
    if rest > 0.05:
        text = f"{per_cent(rest)}{NBSP}%"
        bars = [*bars, RankedBar("All others", rest, None, None, (text,), is_rest=True)]
    alt = ", ".join(f"{bar.name} {bar.cells[0]}" for bar in bars)
    return Chart(RankedBars(tuple(bars), ("Supplier", "Share")), f"{title}: {alt}.")


# One page: heights are estimated with the widest letters that a reader's fonts may have.


# The height of A4 in points, less the margins of 12 and 9 mm.
_PAGE = 842.0 - 34 - 26
_INNER = 504.0
"""Height and width of what is printed, in points."""
_COLUMN = (_INNER - 20) / 2 - 12


def _lines(text: str, size: float, room: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes.

    Drawings reckon with the widest letters there are; those of a note are Arial's or narrower.
    """
    lines, used = 1, 0.0
    # A no-break space holds two words together but has a width of its own.
    for word in plain(text).replace(NBSP, "n").split(" "):
        # DejaVu Sans, by which widths are reckoned, is wider than Arial by about these factors.
        wide = (0.83 if bold else 0.88) * text_width(f"{word} ", size, bold=bold)
        if used and used + wide > room:
            lines, used = lines + 1, 0.0
        used += wide
    return lines


def height_of(made: DecisionNote) -> float:
    """Return about how many points of paper the note takes, by the rules of its style sheet."""
    # Numbers below are sizes, line heights and margins of `note.css`: they change together.
    answer = " ".join(one.text for one in made.answer)
    third = _INNER / 3 - 20
    numbers = max(
        50.0
        + 11.6 * max(2, _lines(one.card.name, 9, third, bold=True))
        + 11.8 * _lines(one.card.range, 9, third, bold=True)
        + 10.9 * _lines(one.counted, 8, third)
        for one in made.numbers
    )
    if made.chart is not None:
        drawn = 14.0 * _lines(made.chart.title, 11.5, _INNER, bold=True)
        drawn += 12.3 * _lines(made.chart.deck, 8.6, _INNER) + 18 + made.chart.height
    else:
        drawn = 16.0 + sum(13.2 * _lines(text, 9.7, _INNER) + 3 for text in made.missing)
    columns = max(
        sum(13.2 * _lines(one.text, 9.7, _COLUMN) + 3 for one in column)
        for column in (made.means, made.unknown)
    )
    ends = sum(11.3 * _lines(f"{text} 1", 7.9, _INNER) for text in made.sources)
    ends += 11.3 * _lines(f"How it is counted. {made.counted}", 7.9, _INNER) if made.counted else 0
    title = 25.5 * _lines(made.title, 23, _INNER, bold=True)
    said = 17.6 * _lines(answer, 12.3, _INNER)
    return 46 + title + said + 18 + numbers + 10 + drawn + 9 + 25 + columns + 8 + ends


def fitted(made: DecisionNote) -> DecisionNote:
    """Drop what matters least until one page is enough: last bars and sentences, then how to count.

    Range, answer, sources and the first thing that is not known always stay.
    """
    while height_of(made) > _PAGE:
        # The longer column decides the height, so only its end saves anything.
        longer = "means" if len(made.means) >= len(made.unknown) else "unknown"
        if fewer := _fewer_bars(made.chart):
            made = replace(made, chart=fewer)
        elif len(made.means) > 3 or len(made.unknown) > 3:
            made = _shorter(made, longer)
        elif made.counted:
            made = replace(made, counted="")
        elif len(made.means) > 1 or len(made.unknown) > 1:
            made = _shorter(made, longer)
        # Three lines at least: two sources and the count of the others.
        elif len(made.sources) > 3:
            made = _with_two_sources(made)
        else:
            # Nothing is left that may go; the typesetter
            # shrinks no letters, so a second page follows.
            break
    return made


def _with_two_sources(made: DecisionNote) -> DecisionNote:
    """Write out two sources and count the rest, whose footnotes become one."""
    last = _MORE.fullmatch(made.sources[-1])  # a line that counts some already
    rest = len(made.sources) - 2 + (int(last[1]) - 1 if last else 0)

    def shared(marks: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted({min(mark, 3) for mark in marks}))

    chart = made.chart
    return replace(
        made,
        sources=(*made.sources[:2], f"{rest} more sources, which the brief lists."),
        numbers=tuple(replace(one, marks=shared(one.marks)) for one in made.numbers),
        chart=replace(chart, marks=shared(chart.marks)) if chart else None,
    )


_MORE = re.compile(r"(\d+) more sources, which the brief lists\.")


def _shorter(made: DecisionNote, column: str) -> DecisionNote:
    if column == "means":
        return replace(made, means=made.means[:-1])
    return replace(made, unknown=made.unknown[:-1])


def _fewer_bars(chart: NoteChart | None) -> NoteChart | None:
    """Return a chart with one supplier less by name; None where none may go."""
    drawn = chart.picture.drawn if chart else None
    if chart is None or not isinstance(drawn, RankedBars):
        return None
    # The supplier that the note is about stays, wherever it ranks.
    named = [bar for bar in drawn.bars if not bar.is_rest]
    left = [bar for bar in named[LEAST:] if not bar.marked]
    if not left:
        return None
    kept = [bar for bar in named if bar is not left[-1]]
    return replace(chart, picture=ranked_chart(chart.title, kept))
