"""What a Figure is based on: evidence, caveats, estimates and specifications."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.sources.published.row import Published

NOT_SAID = "not said"
"""What stands for a side or a basis that rows do not name."""


@dataclass(frozen=True, slots=True)
class PublishedMark:
    """A printed number and the specifications of a curve that it belongs to.

    Attributes
    ----------
    statement
        The number, who printed it and whose it is.
    choices
        What its text says of the choices of a curve: source, report, territory.
    count
        How many specifications make these choices; zero if it belongs to none.
    agrees
        Whether one of them has a value that the printed digits allow; None if it belongs to none.
    why
        Why it belongs to none, else empty.
    """

    statement: Published
    choices: dict[str, str]
    count: int
    agrees: bool | None
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        row = self.statement
        return {
            "id": row.id,
            "printed": row.printed,
            "value": row.middle,
            "origin": row.origin,
            "publisher": row.publisher,
            "url": row.url,
            "belongs_to": self.choices if self.count else None,
            "specifications": self.count,
            "agrees": self.agrees,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows behind a value.

    Attributes
    ----------
    source, snapshot
        Id of the source and the first digits of the SHA-256 of its bytes.
    rows
        Number of rows used.
    reported_by
        How many rows were told by the exporter, the importer, or both.
    bases
        Of imports that importers report: the share of the value by what makes the partner
        (``origin``, ``consignment`` ...; ``not said`` where the source does not say it), 0 to 1.
    estimated
        Share of what is counted that the publisher estimated, 0 to 1, where the source says so.
    origin, publisher, url, id
        For a published figure: whose number it is, who printed it, where, and its row.
    statement
        That row; not part of what is printed.
    valued
        ``FOB`` or ``CIF``, where all rows are that by what the source states.
    vintage
        Release of the rows as their publisher calls it, for source lines; empty if not known.
    title
        Of a table of the user's own: what its mapping calls it, for source lines.
    """

    source: str
    snapshot: str
    rows: int
    reported_by: dict[str, int] = field(default_factory=dict)
    bases: dict[str, float] = field(default_factory=dict)
    estimated: float = 0.0
    origin: str = ""
    publisher: str = ""
    url: str = ""
    id: str = ""
    statement: Published | None = field(default=None, repr=False, compare=False)
    valued: str = field(default="", repr=False, compare=False)
    vintage: str = field(default="", repr=False, compare=False)
    title: str = field(default="", repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types; empty fields of published rows are left out."""
        found: dict[str, Any] = {
            "source": self.source,
            "snapshot": self.snapshot,
            "rows": self.rows,
            "reported_by": self.reported_by,
        }
        found |= {"bases": self.bases} if self.bases else {}
        found |= {"estimated": self.estimated} if self.estimated else {}
        extra = {"origin": self.origin, "publisher": self.publisher, "url": self.url, "id": self.id}
        return found | {name: text for name, text in extra.items() if text}


@dataclass(frozen=True, slots=True)
class Caveat:
    """What a reader must know before using the value; `docs` is a page of the documentation."""

    id: str
    text: str
    docs: str

    def to_dict(self) -> dict[str, str]:
        """Return as plain JSON types."""
        return {"id": self.id, "text": self.text, "docs": self.docs}


@dataclass(frozen=True, slots=True)
class Specification:
    """One defensible definition and the value under it; `choices` names what differs.

    `ends` are its bounds where partners that are not in the data may be one or many. `open_end` is
    ``high`` where the value is a published lower bound, ``low`` where it is an upper one.
    """

    choices: dict[str, str]
    value: float
    ends: tuple[float, float] | None = None
    open_end: Literal["", "low", "high"] = ""


@dataclass(frozen=True, slots=True)
class Specifications:
    """The same question under other defensible definitions, sorted by value.

    Attributes
    ----------
    items
        Each with its choices and value.
    most_influential
        The choice that explains most of the variance.
    explained
        Share of the variance that each choice explains alone.
    left_out
        What could not be evaluated, and why.
    threshold
        Value above which specifications are to be counted.
    alone
        The ends of the value if one choice alone is made otherwise than asked.
    whole
        Whether all of them are to be told on a screen, not only how many they are.
    """

    items: tuple[Specification, ...]
    most_influential: str | None
    explained: dict[str, float] = field(default_factory=dict)
    left_out: tuple[tuple[str, str], ...] = ()
    threshold: float | None = None
    alone: dict[str, tuple[float, float]] = field(default_factory=dict)
    whole: bool = False

    def quantile(self, part: float) -> float:
        """Return the value below which a part of the specifications lies, 0 to 1."""
        values = [item.value for item in self.items]
        # Linear between neighbours, as NumPy's default;
        # NumPy is not imported for it. Items are sorted.
        place = part * (len(values) - 1)
        below = int(place)
        above = min(below + 1, len(values) - 1)
        return values[below] + (place - below) * (values[above] - values[below])

    def above(self, threshold: float) -> float:
        """Return the share of the specifications whose value lies above a threshold."""
        return sum(item.value > threshold for item in self.items) / len(self.items)

    def to_dict(self, *, values: bool = True) -> dict[str, Any]:
        """Return count, quantiles, the choice that moves most, and every value if wanted."""
        every = [item.value for item in self.items]
        found: dict[str, Any] = {
            "count": len(every),
            "min": every[0],
            "p5": self.quantile(0.05),
            "median": statistics.median(every),
            "p95": self.quantile(0.95),
            "max": every[-1],
            "most_influential": self.most_influential,
        }
        if self.threshold is not None:
            found |= {"threshold": self.threshold, "above": self.above(self.threshold)}
        if self.explained:
            found["explained"] = self.explained
        if values and self.left_out:
            found["left_out"] = [{"what": what, "why": why} for what, why in self.left_out]
        if values:
            found["values"] = [
                {"choices": one.choices, "value": one.value}
                | ({"open_end": one.open_end} if one.open_end else {})
                for one in self.items
            ]
        return found


# What a source answers: one value for one set of choices, with the rows behind it.


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value under one set of choices.

    Attributes
    ----------
    value, unit
        In the units of the data (share 0 to 1, growth in per cent, whole units of money).
    choices
        What was decided: ``source``, ``goods``, ``territory``, ``origin``, ``total`` and so on.
    low, high
        Interval that printed digits, a printed range or the errors of reconciled rows leave open;
        None for other computed values, and where the text gives one end only ("more than 70 %").
    open_end
        Of a published bound the end that it leaves open: ``high`` of "more than 70 %".
    is_range
        Whether it is a range of its own: printed as one, the value then its middle, or of errors.
    details
        Other columns of the measure, such as the effective number of suppliers beside an HHI.
    uncertain_code_shares
        Share of the value on codes of a list that one should know about; see `Figure`.
    table
        A row for each product or partner, where the measure has some.
    """

    value: float
    unit: str
    choices: dict[str, str]
    evidence: tuple[Evidence, ...] = ()
    low: float | None = None
    high: float | None = None
    open_end: Literal["", "low", "high"] = ""
    is_range: bool = False
    details: dict[str, float | str] = field(default_factory=dict)
    uncertain_code_shares: dict[str, float] | None = None
    table: tuple[dict[str, Any], ...] = ()

    @property
    def ends(self) -> tuple[float, float]:
        """What it adds to a range of definitions: a range of its own both ends, else the value."""
        if self.is_range and self.low is not None and self.high is not None:
            return self.low, self.high
        return self.value, self.value


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """Estimates of one source: the first is its headline, the others its alternatives.

    `spans` says in words what the alternatives vary; `base` what was looked at beside the period,
    where that is less than was asked for; `denominator` and `scope` are as in a `Figure`;
    `currency` is what its rows count values in; `source` names the evidence more closely than the
    source that was asked; `is_estimated` says that it is from estimated tables, which no country
    can stop reporting.
    """

    estimates: tuple[Estimate, ...]
    caveats: tuple[Caveat, ...] = ()
    spans: tuple[str, ...] = ()
    base: Period | None = None
    denominator: dict[str, Any] | None = None
    scope: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    source: str = ""
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why a source cannot answer, and what would help.

    Attributes
    ----------
    reason
        In words.
    kind
        ``time``: it is not held for all of it; ``silent``: no side of the trade reports to it.
        Many sources held have nothing to do with a question; what is alike is said once.
    there
        Of ``time``: what is held.
    part
        Of ``time``: which part of the period asked for is held, whoever reported it.
    source, is_estimated
        As in `SourceAnswer`.
    """

    reason: str
    kind: Literal["", "time", "silent"] = ""
    there: str = ""
    part: str = ""
    source: str = ""
    is_estimated: bool = False


class Answerer(Protocol):
    """What answers definitions from one kind of evidence.

    The modules `flows`, `published_answers`, `inputs`, `value_added` and `combined_sources` do.
    """

    def answer(
        self, definition: Definition, lake: Lake, source: str, *, alone: bool = False
    ) -> SourceAnswer | NoAnswer:
        """Answer a checked definition from one source.

        Parameters
        ----------
        alone
            Whether the headline will do, because a curve has the alternatives.
        """
