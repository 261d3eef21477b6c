"""How a measure is asked of the rows of a source: which trade, which sides, which columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot.model.areas import areas

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.figures.sides import Side

    Frame = nw.LazyFrame[Any]
    Run = Callable[..., Any]

__all__ = ["BOTH", "Question", "named"]

Trade = Literal["flow", "market", "sales", "both", "purchases", "world"]
"""The flow itself; everything the importer buys; everything the exporter sells; both of these;
everything that either buys; all trade of the goods."""


@dataclass(frozen=True, slots=True)
class Question:
    """How a measure is asked.

    Attributes
    ----------
    trade
        Which rows it is made of.
    names
        Sides on which somebody has to be named.
    reads
        Keys beyond the common ones that it reads: ``exporter``, ``base``, ``k``.
    columns
        Columns it needs beside the amount.
    run
        From rows, definition and column of the amount to a frame of one row, or to an object with
        ``to_dict``. With a curve also from columns to answer by, to a row for each.
    has_curve
        Whether it has a specification curve.
    has_interval
        Whether the errors of reconciled rows go through it; see `intervals`.
    is_part
        Whether it is a part of a total, which silent partners leave too small.
    in_dollars
        Whether columns of it are dollars by name.
    table
        From the same to a frame with a row for each product or partner, the main ones first.
    by_product
        Whether it compares products of the period with the same of the base.
    elastic
        Whether it needs the elasticity of each product.
    unit
        Of the answer, where it is not that of the passport.
    years
        How many years it looks at, the last of which is the period.
    title
        The Figure in words, with ``{buyer}``, ``{seller}``, ``{buyers}`` (possessive) and so on.
    """

    trade: Trade
    names: tuple[Side, ...]
    reads: tuple[str, ...]
    run: Run
    title: str
    columns: tuple[str, ...] = ()
    table: Run | None = None
    by_product: bool = False
    elastic: bool = False
    years: int = 1
    unit: str = ""
    has_curve: bool = False
    has_interval: bool = False
    is_part: bool = False
    in_dollars: bool = False

    @property
    def has_base(self) -> bool:
        """Whether it compares with a base."""
        return "base" in self.reads


BOTH: tuple[Side, Side] = ("importer", "exporter")
"""Both sides have to be named."""


def named(rows: Frame, side: str) -> Frame:
    """Leave out areas not specified, bunkers, free zones: no partner has a place among them."""
    special = sorted(one.code for one in areas() if one.kind not in ("country", "territory"))
    return rows.filter(~nw.col(side).is_in(special))
