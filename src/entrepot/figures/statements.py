"""Published statements: those that come with the program, and the user's own from the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.definition import DOLLARS
from entrepot.lake import fetch
from entrepot.model.period import Period
from entrepot.sources.published.read import matching, published, ranked
from entrepot.sources.published.row import COLUMNS, Published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.figures.definition import Definition
    from entrepot.lake import Lake
    from entrepot.sources.published.read import Kind

__all__ = ["stated", "statements"]


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
