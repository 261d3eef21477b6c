"""Published statements: those that come with the program, and the user's own from the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.curve.choices import TIME_WINDOWS_AS_ASKED as AS_ASKED
from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.definition import DOLLARS
from entrepot.figures.evidence import PublishedMark
from entrepot.lake import fetch
from entrepot.model.period import Period
from entrepot.sources.published.read import by_origin, matching, published, ranked
from entrepot.sources.published.row import COLUMNS, Published

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.figures.definition import Definition
    from entrepot.figures.evidence import Specification
    from entrepot.lake import Lake
    from entrepot.sources.published.read import Kind

__all__ = ["in_print", "stated", "statements"]


def statements(kind: Kind, lake: Lake) -> tuple[Published, ...]:
    """Return every statement of a kind, the user's own collection after the bundled ones.

    Parameters
    ----------
    kind
        ``published`` (what others printed), ``computed`` (our own results) or ``all``.
    lake
        Where files added with ``data add published FILE`` are.
    """
    bundled = published(kind)
    if kind == "computed" or not lake.holds("published"):
        return bundled
    # With the file that each row came in: the evidence of an answer names it.
    names = (*COLUMNS, "snapshot")
    rows = lake.table("published", source="published").select(*names)
    return bundled + tuple(_row(dict(zip(names, cells, strict=True))) for cells in fetch(rows))


def stated(
    rows: Iterable[Published], definition: Definition, *, any_basis: bool = False
) -> tuple[Published, ...]:
    """Return the rows that state just what a definition asks for, best first.

    With `any_basis` also those that count the goods by origin, by seller or by their maker.
    """
    found = matching(
        rows,
        measure=definition.measure,
        exporter=definition.exporter,
        importer=definition.importer,
        period=definition.period,
        base=definition.base,
        basis=None if any_basis else definition.basis,
        flow=definition.flow,
        goods=definition.goods,
    )
    wanted = definition.valuation
    return ranked(
        row
        for row in found
        if row.middle is not None
        and row.currency in ("", definition.currency or DOLLARS)
        and (wanted is None or row.valuation.lower() == wanted)
    )


def _row(cells: dict[str, object]) -> Published:
    base = cells["base"]
    periods = {
        "period": Period.parse(str(cells["period"])),
        "base": Period.parse(str(base)) if base else None,
    }
    return Published(**cells | periods)  # type: ignore[arg-type]


# Printed numbers beside a specification curve: each goes with the specifications it names.


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


def in_print(
    definition: Definition, items: Sequence[Specification], lake: Lake
) -> tuple[PublishedMark, ...]:
    """Place the printed numbers that a reader would hold against a curve.

    They are those of the same measure, goods and time, with Hong Kong or without, whatever their
    basis. One belongs to the specifications that make all choices its text names: whose
    statistics, whose report, which territory. It belongs to none where it is another thing (goods
    by origin, by seller, by the seat of their maker) or where its statistics are not among those
    held. Copies of one origin's number count once.
    """
    found: dict[str, PublishedMark] = {}
    for place, asked in territory_choices(definition):
        rows = stated(statements("published", lake), asked, any_basis=True)
        fitting = [row for row in rows if not row.per]
        for group in by_origin(fitting).values():
            reported: set[tuple[float | None, float | None, str]] = set()
            for row in group:
                # One origin's number is often printed by many; the best copy comes first.
                if (row.low, row.high, row.basis) not in reported:
                    reported.add((row.low, row.high, row.basis))
                    found[row.id] = _placed(row, asked, place, items)
    return tuple(found.values())


def _placed(
    row: Published, asked: Definition, place: str, items: Sequence[Specification]
) -> PublishedMark:
    if row.basis not in ("", "dispatch"):
        why = f"it counts goods by {row.basis.replace('_', ' ')}, the curve by dispatch"
        return PublishedMark(row, {}, 0, None, why)
    there = {item.choices.get("source") for item in items}
    source = next((name for name in ORIGINS.get(row.origin, ()) if name in there), None)
    # Where nobody's rows are at hand, the number may be a specification by itself.
    choices = {"source": source} if source else {"source": "published", "origin": row.origin}
    if len({item.choices.get("territory") for item in items}) > 1:
        choices["territory"] = place
    for side in ("importer", "exporter"):
        # An office prints its own country's report, which is one side of the curve's.
        if source and row.reporter in asked.members(side):
            choices["report"] = f"{side}'s"
    fitting = [
        item
        for item in items
        if choices.items() <= item.choices.items()
        and item.choices.get("window", AS_ASKED) == AS_ASKED  # an average is no printed period
    ]
    if not fitting and source is None:
        return PublishedMark(row, {}, 0, None, "the curve has no statistics of that origin")
    if not fitting:
        words = ", ".join(choices.values())
        return PublishedMark(row, choices, 0, None, f"no specification has {words}")
    agrees = any(_allows(row, item.value) for item in fitting)
    return PublishedMark(row, choices, len(fitting), agrees, "")


def _allows(row: Published, value: float) -> bool:
    """Whether the printed digits leave a value open."""
    return (row.low is None or row.low <= value) and (row.high is None or value <= row.high)
