"""What each measure asks of the rows of a source: which trade, which sides, which columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from entrepot.figures import runs

if TYPE_CHECKING:
    from collections.abc import Callable

    import narwhals as nw

    from entrepot.figures.sides import Side

    Frame = nw.LazyFrame[Any]
    Run = Callable[..., Any]

__all__ = ["QUESTIONS", "Question", "of"]

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


def of(measure: str) -> Question:
    """Return how a measure is asked; its name was checked before."""
    return QUESTIONS[measure]


_BOTH: tuple[Side, Side] = ("importer", "exporter")

QUESTIONS: dict[str, Question] = {
    "value": Question(
        "flow",
        (),
        ("exporter",),
        runs.value,
        "exports from {seller} to {buyer}",
        has_curve=True,
        has_interval=True,
    ),
    "growth": Question(
        "flow",
        (),
        ("exporter", "base"),
        runs.growth,
        "growth of exports from {seller} to {buyer}",
        has_curve=True,
        has_interval=True,
    ),
    "import_share": Question(
        "market",
        _BOTH,
        ("exporter",),
        runs.import_share,
        "{sellers} share of {buyers} imports",
        has_curve=True,
        has_interval=True,
        is_part=True,
    ),
    "export_share": Question(
        "sales",
        _BOTH,
        ("exporter",),
        runs.export_share,
        "{buyers} share of {sellers} exports",
        has_curve=True,
        has_interval=True,
        is_part=True,
    ),
    "hhi": Question(
        "market",
        ("importer",),
        (),
        runs.hhi,
        "concentration of {buyers} suppliers",
        has_curve=True,
        has_interval=True,
    ),
    "cr": Question(
        "market",
        ("importer",),
        ("k",),
        runs.cr,
        "share of the {largest} of {buyers} suppliers",
        has_curve=True,
        has_interval=True,
    ),
    "top_supplier": Question(
        "market",
        ("importer",),
        (),
        runs.top_supplier,
        "share of the largest of {buyers} suppliers",
        has_interval=True,
    ),
    "asymmetry": Question(
        "both",
        _BOTH,
        ("exporter",),
        runs.asymmetry,
        "weight of {seller} in {buyers} imports over weight of {buyer} in {sellers} exports",
        has_curve=True,
        has_interval=True,
    ),
    "salience": Question(
        "both",
        _BOTH,
        ("exporter",),
        runs.salience,
        "salience of exports from {seller} to {buyer} for the two",
        has_interval=True,
    ),
    "elastic_power": Question(
        "purchases",
        _BOTH,
        ("exporter",),
        runs.elastic_power,
        "power of {seller} over {buyer}, by elasticities",
        elastic=True,
    ),
    "nested_power": Question(
        "purchases",
        _BOTH,
        ("exporter",),
        runs.nested_power,
        "what {buyer} would lose without {seller}",
        elastic=True,
    ),
    "rank": Question(
        "sales",
        _BOTH,
        ("exporter",),
        runs.rank,
        "rank of {buyer} among those who buy from {seller}",
    ),
    "change_of_share": Question(
        "market",
        _BOTH,
        ("exporter", "base"),
        runs.change_of_share,
        "change of {sellers} share of {buyers} imports",
        unit="share_points",
        table=runs.causes_by_product,
        by_product=True,
    ),
    "reorientation": Question(
        "market",
        ("importer",),
        ("base",),
        runs.reorientation,
        "what changed hands in {buyers} imports",
        table=runs.supplier_changes,
    ),
    "retaliation_exposure": Question(
        "world",
        _BOTH,
        ("exporter",),
        runs.exposure,
        "trade of {buyer} that hangs on {seller}",
        table=runs.exposure_by_product,
        has_interval=True,
    ),
    "geodep": Question(
        "world",
        ("importer",),
        (),
        runs.dependent,
        "products in which {buyer} depends on few suppliers",
        table=runs.dependent_products,
        years=3,
        unit="count",
        by_product=True,
    ),
    "price_index": Question(
        "flow",
        (),
        ("exporter", "base"),
        runs.price_index,
        "prices of exports from {seller} to {buyer}",
        ("mass_kg",),
        by_product=True,
    ),
    "value_change": Question(
        "flow",
        (),
        ("exporter", "base"),
        runs.value_change,
        "change of exports from {seller} to {buyer}",
        ("mass_kg",),
        by_product=True,
        in_dollars=True,
    ),
    "price_premium": Question(
        "sales",
        _BOTH,
        ("exporter", "base"),
        runs.price_premium,
        "what {buyer} pays {seller} more than others do",
        ("mass_kg",),
        unit="relative",
        by_product=True,
        in_dollars=True,
    ),
}
