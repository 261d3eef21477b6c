"""A Figure: a definition with its value, range, evidence and caveats."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import NoEvidenceError

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition
    from entrepot.figures.published_overlay import Printed
    from entrepot.sources.published.row import Published

__all__ = ["Caveat", "Evidence", "Figure", "Specification", "Specifications"]


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
        Of imports that importers report, where some are by country of origin: the share of the
        value by what makes the partner (``origin``, ``consignment`` ...), 0 to 1.
    origin, publisher, url, id
        For a published figure: whose number it is, who printed it, where, and its row.
    statement
        That row; not part of what is printed.
    """

    source: str
    snapshot: str
    rows: int
    reported_by: dict[str, int] = field(default_factory=dict)
    bases: dict[str, float] = field(default_factory=dict)
    origin: str = ""
    publisher: str = ""
    url: str = ""
    id: str = ""
    statement: Published | None = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types; empty fields of published rows are left out."""
        found: dict[str, Any] = {
            "source": self.source,
            "snapshot": self.snapshot,
            "rows": self.rows,
            "reported_by": self.reported_by,
        }
        found |= {"bases": self.bases} if self.bases else {}
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
    """One defensible definition and the value under it; `choices` names what differs."""

    choices: dict[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Specifications:
    """The same question under other defensible definitions, sorted by value.

    Attributes
    ----------
    items
        Each with its choices and value.
    moves_most
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
    moves_most: str | None
    explained: dict[str, float] = field(default_factory=dict)
    left_out: tuple[tuple[str, str], ...] = ()
    threshold: float | None = None
    alone: dict[str, tuple[float, float]] = field(default_factory=dict)
    whole: bool = False

    def quantile(self, part: float) -> float:
        """Return the value below which a part of the specifications lies, 0 to 1."""
        values = [item.value for item in self.items]
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
            "moves_most": self.moves_most,
        }
        if self.threshold is not None:
            found |= {"threshold": self.threshold, "above": self.above(self.threshold)}
        if self.explained:
            found["explained"] = self.explained
        if values and self.left_out:
            found["left_out"] = [{"what": what, "why": why} for what, why in self.left_out]
        if values:
            found["values"] = [{"choices": one.choices, "value": one.value} for one in self.items]
        return found


@dataclass(frozen=True, slots=True)
class Figure:
    """The answer to a definition.

    Attributes
    ----------
    status
        ``ok``, or ``insufficient_data``: then `value` is None and `reason` says what is missing
        and how to get it.
    value, unit
        Share 0 to 1 (unit ``share``), growth in per cent (``percent``), money (``USD``), a ratio
        less one (``relative``), a difference of shares (``share_points``, -1 to 1), or a
        plain number (``index``, ``ratio``, ``count``).
    low, high, range
        Range under other defensible definitions and what spans it, in words; None where no range
        can be given.
    details
        Other columns of the measure, e.g. ``effective_suppliers`` beside an HHI.
    uncertain_code_shares
        Where a list was asked for, the share of the value that lies on codes whose family has
        other goods (``split``), of which the list covers a part (``ex``), that rest on no
        official text or an inferred day (``uncertain``), or that stand for a code of another
        number (``new``).
    table
        A row for each product or partner behind the value, the main ones first, where the measure
        has some: who gained and who lost, which products are flagged.
    spread
        The ends of the value by each cause alone: ``errors`` of the reports or of a sample, each
        choice by its name, and ``together``.
    in_print
        Beside a specification curve, what others printed, and the specifications it belongs to.
    chosen
        Keys of the definition that the asker left open and the evaluation filled in.
    denominator
        What a share is divided by: ``text``; ``whose`` total it is (a reporter, or a source); where
        it is a report, its ``value`` and ``unit``, and which parts of it are ``reimports`` and of
        partners ``not_in_data``. None where nothing is divided.
    scope
        Which ``goods`` and ``partners`` are loaded, in words, where they are not all; of what ships
        with the program how much it is, as ``source``.
    ranged
        Whether its other definitions were evaluated; if not, no range is told, which does not mean
        that there is none.
    """

    definition: Definition
    status: Literal["ok", "insufficient_data"]
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    range: str | None = None
    specifications: Specifications | None = None
    evidence: tuple[Evidence, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    reason: str | None = None
    details: dict[str, float | str] = field(default_factory=dict)
    uncertain_code_shares: dict[str, float] | None = None
    table: tuple[dict[str, Any], ...] = ()
    spread: dict[str, tuple[float, float]] = field(default_factory=dict)
    in_print: tuple[Printed, ...] = ()
    chosen: tuple[str, ...] = ()
    denominator: dict[str, Any] | None = None
    scope: dict[str, str] = field(default_factory=dict)
    ranged: bool = True

    def required(self) -> float:
        """Return the value where it has to be there.

        Raises
        ------
        NoEvidenceError
            If there is none; the message is the reason.
        """
        if self.value is None:
            raise NoEvidenceError(self.reason or "this Figure has no value")
        return self.value

    def to_dict(self, *, values: bool = True) -> dict[str, Any]:
        """Return the Figure as plain JSON types, with the value of each specification or without.

        Where many Figures stand together, their specifications would outweigh everything else.
        """
        found: dict[str, Any] = {
            "definition": self.definition.to_dict(),
            "status": self.status,
            "value": self.value,
            "unit": self.unit,
            **self._range(values),
            "evidence": [item.to_dict() for item in self.evidence],
            "caveats": [item.to_dict() for item in self.caveats],
        }
        if self.denominator:
            found["denominator"] = self.denominator
        if self.scope:
            found["scope"] = self.scope
        if self.chosen:
            found["chosen"] = list(self.chosen)
        if self.details:
            found["details"] = self.details
        if self.spread:
            found["spread"] = {name: list(ends) for name, ends in self.spread.items()}
        if self.in_print:
            found["in_print"] = [item.to_dict() for item in self.in_print]
        if self.table:
            found["table"] = list(self.table)
        if self.uncertain_code_shares is not None:
            found["uncertain_code_shares"] = self.uncertain_code_shares
        if self.reason:
            found["reason"] = self.reason
        return found

    def _range(self, values: bool) -> dict[str, Any]:
        definitions = self.specifications
        return {
            "low": self.low,
            "high": self.high,
            "range": self.range,
            "specifications": definitions.to_dict(values=values) if definitions else None,
        }

    def to_json(self) -> str:
        """Return the Figure as JSON text with all digits."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def __str__(self) -> str:
        from entrepot.figures.text_output import as_rows, headline

        below = "\n" + " " * 13  # lines of one text stand under each other
        rows = (f"  {label:<11}{text.replace(chr(10), below)}" for label, text in as_rows(self))
        return "\n".join([headline(self), *rows])

    def _repr_html_(self) -> str:
        from entrepot.figures.text_output import as_html

        return as_html(self)
