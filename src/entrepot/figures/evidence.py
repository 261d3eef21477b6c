"""What a Figure is based on: evidence, caveats, estimates, specifications and what these span."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    """What a reader must know before using the value; `docs` is a page of the documentation.

    `listed` is what it says of which periods, and in what words, so that those of a series can
    become one.
    """

    id: str
    text: str
    docs: str
    listed: tuple[tuple[str, Period], ...] = field(default=(), repr=False, compare=False)

    def to_dict(self) -> dict[str, str]:
        """Return as plain JSON types."""
        return {"id": self.id, "text": self.text, "docs": self.docs}


@dataclass(frozen=True, slots=True)
class Specification:
    """One defensible definition and the value under it; `choices` names what differs.

    `ends` are its bounds where partners that are not in the data may be one or many. `open_end` is
    ``high`` where the value is a lower bound, ``low`` where it is an upper one. `whose`
    is the partner whose number it is, where the rows decide on it: who the largest supplier is.
    """

    choices: dict[str, str]
    value: float
    ends: tuple[float, float] | None = None
    open_end: Literal["", "low", "high"] = ""
    whose: str = ""


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
                | ({"whose": one.whose} if one.whose else {})
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
        Of a bound the end that it leaves open: ``high`` of a published "more than 70 %", ``low``
        of a share of a total that lacks partners.
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


SAME, NOTHING = 1e-9, 1e-12
"""How far two sums of the same amounts may be apart: relatively, and of a change that is none."""

CHOICE_NAMES = {
    "origin": "primary source",
    "followed": "list conversion",
    "listed": "date of the list",
    "window": "averaging",
}
"""Choices in words, where their key would not be understood on a screen."""
FOLLOWS = ("valuation", "basis")
"""What nobody chose: it comes with the source and with whose report is heard, and no part of the
variance is its own."""


class FoundSpecification(NamedTuple):
    """A specification, and whether one source answers the question as it was asked in it."""

    item: Specification
    is_asked: bool


def specifications(
    estimates: Sequence[Estimate],
    curve: Sequence[FoundSpecification] = (),
    left: Sequence[tuple[str, str]] = (),
    whose: str = "",
) -> Specifications:
    """Return every definition of a number sorted by value, with what each choice does.

    What each choice does alone starts from the headline.

    Parameters
    ----------
    estimates
        Of the sources, the headline first.
    curve
        Specifications worked out together, of which one may be the headline again: it counts once.
    left
        What could not be evaluated, and why.
    whose
        Detail of an estimate that names the partner whose number it is, if the measure has one.
    """
    head = estimates[0]
    items = [
        Specification(
            one.choices,
            one.value,
            open_end=one.open_end,
            whose=str(one.details.get(whose, "")),
        )
        for one in estimates
    ]
    opens = {one.choices.get("source"): one.open_end for one in estimates}
    for one in curve:
        # A curve adds the same amounts up in another order.
        same = is_same(one.item.value, head.value)
        item = replace(one.item, value=head.value) if same else one.item
        item = replace(item, open_end=opens.get(item.choices.get("source"), ""))
        # The curve names more choices than the headline does, so its specification takes the place.
        # Only the one of the same report: the other side's may have the same value, as a rank has.
        if one.is_asked and same and _is_of_the_same_rows(item, head):
            items[0] = item
        else:
            items.append(item)
    ordered = in_order(items)
    parts = explained(ordered)
    most = max(parts, key=lambda name: parts[name], default=None)
    return Specifications(
        items=tuple(ordered),
        most_influential=most if most and parts[most] > 0 else None,
        explained=parts,
        left_out=tuple(dict.fromkeys(left)),
        alone=alone(items[0], items),
    )


def _is_of_the_same_rows(item: Specification, head: Estimate) -> bool:
    """Whether a specification is of the source and of the side's report of the headline."""
    report = head.choices.get("report", item.choices.get("report"))
    return (item.choices["source"], item.choices.get("report")) == (
        head.choices.get("source"),
        report,
    )


def in_order(items: Iterable[Specification]) -> list[Specification]:
    """Return definitions by value, and those of one value by their choices."""
    return sorted(items, key=lambda item: (rounded(item.value), sorted(item.choices.items())))


def rounded(value: float) -> float:
    """Return a value to order by.

    Sums of the same rows differ in the last digits from run to run, and so would the order of
    definitions that have one value.
    """
    return float(f"{value:.12g}")


def ends_of(
    estimates: Sequence[Estimate], found: Specifications | None
) -> tuple[float, float] | None:
    """Return the lowest and the highest of all definitions, each with its own interval.

    None where they are the same number.
    """
    ends = [end for one in estimates for end in one.ends]
    for item in found.items if found else ():
        ends += item.ends or (item.value,)
    return None if is_same(min(ends), max(ends)) else (min(ends), max(ends))


def spread_of(
    estimates: Sequence[Estimate], found: Specifications | None
) -> dict[str, tuple[float, float]]:
    """Return how far each cause moves the headline by itself, and all of them together.

    Returns
    -------
    dict
        ``errors``: the interval that the errors of reports or a sample leave open, or that was
        printed; each choice: the ends over specifications that differ from the headline in it
        alone; ``together``: the ends over everything. Causes that move nothing are left out.
    """
    causes = {"errors": estimates[0].ends} | (found.alone if found else {})
    together = ends_of(estimates, found)
    causes |= {"together": together} if together else {}
    return {name: ends for name, ends in causes.items() if not is_same(*ends)}


def alone(head: Specification, items: Sequence[Specification]) -> dict[str, tuple[float, float]]:
    """Return the ends of the value over what differs from `head` in one choice.

    Sources differ in whose reports they have. So another source that tells of other reports is
    one choice, of the report.
    """
    found: dict[str, list[float]] = {}
    for item in items:
        names = (head.choices.keys() | item.choices.keys()) - set(FOLLOWS)
        other = [name for name in names if head.choices.get(name) != item.choices.get(name)]
        if set(other) == {"source", "report"}:
            other = ["report"]
        if len(other) == 1:
            found.setdefault(other[0], [head.value]).append(item.value)
    ends = {name: (min(found[name]), max(found[name])) for name in head.choices if name in found}
    return {name: pair for name, pair in ends.items() if not is_same(*pair)}


def is_same(one: float, other: float) -> bool:
    """Whether two numbers are sums of the same amounts, added up in another order."""
    return math.isclose(one, other, rel_tol=SAME, abs_tol=NOTHING)


def explained(items: Sequence[Specification]) -> dict[str, float]:
    """Return the share of the variance of the values that each choice explains alone.

    For each choice the variance between the means of its options over the whole variance (the
    correlation ratio; with all combinations there, the first-order index of Sobol). They add up to
    less than one where choices act together, and can to more where combinations are missing. A
    specification that does not say what it chose, as a published figure may not, counts for none
    of the options.

    Returns
    -------
    dict
        By choice, 0 to 1, the largest first; choices that never differ are left out, and what
        follows from others.
    """
    values = [item.value for item in items]
    if len(values) < 2:
        return {}
    middle = statistics.fmean(values)
    # What differs in the last digits only is one number, added up in another order.
    differs = not is_same(min(values), max(values))
    total = sum((value - middle) ** 2 for value in values) if differs else 0.0
    found: dict[str, float] = {}
    names = dict.fromkeys(name for item in items for name in item.choices)
    for name in [name for name in names if name not in FOLLOWS]:
        options: dict[str, list[float]] = {}
        for item in items:
            if name in item.choices:
                options.setdefault(item.choices[name], []).append(item.value)
        if len(options) > 1:
            # The mean over those that state this choice, which may be fewer than all.
            mean = statistics.fmean(value for some in options.values() for value in some)
            between = sum(
                len(some) * (statistics.fmean(some) - mean) ** 2 for some in options.values()
            )
            found[name] = between / total if total else 0.0
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
