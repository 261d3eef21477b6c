"""Printed numbers beside a specification curve: each goes with the specifications it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.curve.time_windows import AS_ASKED
from entrepot.figures.statements import stated, statements
from entrepot.sources.published.read import by_origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Specification
    from entrepot.lake import Lake
    from entrepot.sources.published.read import Published

__all__ = ["Printed", "in_print"]

ORIGINS = {
    "BACI": ("baci",),
    "COMTRADE": ("comtrade",),
    "DESTATIS": ("comext", "comtrade"),
    "EUROSTAT": ("comext",),
    "FCS": ("comtrade",),
    "GACC": ("gacc", "comtrade"),
    "IMF": ("imts",),
}
"""Whose number it is, and the sources that have the same statistics, the closest first.

What a national customs service prints is what its country reports to Comtrade.
"""


@dataclass(frozen=True, slots=True)
class Printed:
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


def in_print(
    definition: Definition, items: Sequence[Specification], lake: Lake
) -> tuple[Printed, ...]:
    """Place the printed numbers that a reader would hold against a curve.

    They are those of the same measure, goods and time, with Hong Kong or without, whatever their
    basis. One belongs to the specifications that make all choices its text names: whose
    statistics, whose report, which territory. It belongs to none where it is another thing (goods
    by origin, by seller, by the seat of their maker) or where its statistics are not among those
    held. Copies of one origin's number count once.
    """
    found: dict[str, Printed] = {}
    for place, asked in territory_choices(definition):
        rows = stated(statements("published", lake), asked, any_basis=True)
        fitting = [row for row in rows if not row.per]
        for group in by_origin(fitting).values():
            told: set[tuple[float | None, float | None, str]] = set()
            for row in group:
                if (row.low, row.high, row.basis) not in told:
                    told.add((row.low, row.high, row.basis))
                    found[row.id] = _placed(row, asked, place, items)
    return tuple(found.values())


def _placed(
    row: Published, asked: Definition, place: str, items: Sequence[Specification]
) -> Printed:
    if row.basis not in ("", "dispatch"):
        why = f"it counts goods by {row.basis.replace('_', ' ')}, the curve by dispatch"
        return Printed(row, {}, 0, None, why)
    there = {item.choices.get("source") for item in items}
    source = next((name for name in ORIGINS.get(row.origin, ()) if name in there), None)
    # Where nobody's rows are at hand, the number may be a specification by itself.
    choices = {"source": source} if source else {"source": "published", "origin": row.origin}
    if len({item.choices.get("territory") for item in items}) > 1:
        choices["territory"] = place
    for side in ("importer", "exporter"):
        if source and row.reporter in asked.members(side):
            choices["report"] = f"{side}'s"
    fitting = [
        item
        for item in items
        if choices.items() <= item.choices.items()
        and item.choices.get("window", AS_ASKED) == AS_ASKED  # an average is no printed period
    ]
    if not fitting and source is None:
        return Printed(row, {}, 0, None, "the curve has no statistics of that origin")
    if not fitting:
        words = ", ".join(choices.values())
        return Printed(row, choices, 0, None, f"no specification has {words}")
    agrees = any(_allows(row, item.value) for item in fitting)
    return Printed(row, choices, len(fitting), agrees, "")


def _allows(row: Published, value: float) -> bool:
    """Whether the printed digits leave a value open."""
    return (row.low is None or row.low <= value) and (row.high is None or value <= row.high)
