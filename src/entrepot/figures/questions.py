"""What each measure asks of the rows of a source: which trade, which sides, which columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from entrepot import measures

if TYPE_CHECKING:
    from collections.abc import Callable

    import narwhals as nw

    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side

    Frame = nw.LazyFrame[Any]
    Run = Callable[[Frame, Definition, str], Any]

__all__ = ["QUESTIONS", "Question", "of"]

Trade = Literal["flow", "market", "sales", "both"]
"""The flow itself; everything the importer buys; everything the exporter sells; both of these."""


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
        ``to_dict``.
    title
        The Figure in words, with ``{buyer}``, ``{seller}``, ``{buyers}`` (possessive) and so on.
    """

    trade: Trade
    names: tuple[Side, ...]
    reads: tuple[str, ...]
    run: Run
    title: str
    columns: tuple[str, ...] = ()

    @property
    def has_base(self) -> bool:
        """Whether it compares with a base."""
        return "base" in self.reads


def of(measure: str) -> Question:
    """Return how a measure is asked; its name was checked before."""
    return QUESTIONS[measure]


def _value(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.value(rows, by=[], value=column)


def _growth(rows: Frame, asked: Definition, column: str) -> Frame:
    base = asked.base or asked.period.before()
    return measures.growth(rows, by=[], period=asked.period, base=base, value=column)


def _import_share(rows: Frame, asked: Definition, column: str) -> Frame:
    sellers = asked.members("exporter")
    return measures.import_share(rows, exporter=sellers, by=[], value=column)


def _export_share(rows: Frame, asked: Definition, column: str) -> Frame:
    buyers = asked.members("importer")
    return measures.export_share(rows, importer=buyers, by=[], value=column)


def _hhi(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.hhi(rows, by=[], value=column)


def _cr(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.concentration_ratio(rows, by=[], k=asked.k or 1, value=column)


def _top_supplier(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.top_supplier(rows, by=[], value=column)


def _asymmetry(rows: Frame, asked: Definition, column: str) -> Frame:
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.asymmetry(rows, importer=buyers, exporter=sellers, by=[], value=column)


def _salience(rows: Frame, asked: Definition, column: str) -> Frame:
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.salience(
        rows, country=buyers, partner=sellers, basis="flow", by=[], value=column
    )


def _rank(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.rank_and_multiple(
        rows, partner=asked.members("importer"), by=[], partners="importer", value=column
    )


def _change_of_share(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.change_of_share(
        rows,
        exporter=asked.members("exporter"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        by=[],
        product=None if asked.goods == "all" else "product",
        value=column,
    )


def _reorientation(rows: Frame, asked: Definition, column: str) -> Frame:
    base = asked.base or asked.period.before()
    return measures.reorientation(rows, before=base, after=asked.period, by=[], value=column)


def _price_index(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.price_index(
        rows,
        period=asked.period,
        base=asked.base or asked.period.before(),
        product=["exporter", "importer", "product"],
        value=column,
    )


def _value_change(rows: Frame, asked: Definition, column: str) -> Frame:
    return measures.value_change(
        rows,
        period=asked.period,
        base=asked.base or asked.period.before(),
        product=["exporter", "importer", "product"],
        value=column,
    )


def _price_premium(rows: Frame, asked: Definition, column: str) -> Any:
    return measures.price_premium(
        rows,
        buyer=asked.members("importer"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        value=column,
    )


_BOTH: tuple[Side, Side] = ("importer", "exporter")

QUESTIONS: dict[str, Question] = {
    "value": Question("flow", (), ("exporter",), _value, "exports from {seller} to {buyer}"),
    "growth": Question(
        "flow", (), ("exporter", "base"), _growth, "growth of exports from {seller} to {buyer}"
    ),
    "import_share": Question(
        "market", _BOTH, ("exporter",), _import_share, "{sellers} share of {buyers} imports"
    ),
    "export_share": Question(
        "sales", _BOTH, ("exporter",), _export_share, "{buyers} share of {sellers} exports"
    ),
    "hhi": Question("market", ("importer",), (), _hhi, "concentration of {buyers} suppliers"),
    "cr": Question(
        "market", ("importer",), ("k",), _cr, "share of the {largest} of {buyers} suppliers"
    ),
    "top_supplier": Question(
        "market", ("importer",), (), _top_supplier, "share of the largest of {buyers} suppliers"
    ),
    "asymmetry": Question(
        "both",
        _BOTH,
        ("exporter",),
        _asymmetry,
        "weight of {seller} in {buyers} imports over weight of {buyer} in {sellers} exports",
    ),
    "salience": Question(
        "both",
        _BOTH,
        ("exporter",),
        _salience,
        "salience of exports from {seller} to {buyer} for the two",
    ),
    "rank": Question(
        "sales", _BOTH, ("exporter",), _rank, "rank of {buyer} among those who buy from {seller}"
    ),
    "change_of_share": Question(
        "market",
        _BOTH,
        ("exporter", "base"),
        _change_of_share,
        "why {sellers} share of {buyers} imports changed",
    ),
    "reorientation": Question(
        "market", ("importer",), ("base",), _reorientation, "what changed hands in {buyers} imports"
    ),
    "price_index": Question(
        "flow",
        (),
        ("exporter", "base"),
        _price_index,
        "prices of exports from {seller} to {buyer}",
        ("mass_kg",),
    ),
    "value_change": Question(
        "flow",
        (),
        ("exporter", "base"),
        _value_change,
        "change of exports from {seller} to {buyer}",
        ("mass_kg",),
    ),
    "price_premium": Question(
        "sales",
        _BOTH,
        ("exporter", "base"),
        _price_premium,
        "what {buyer} pays {seller} more than others do",
        ("mass_kg",),
    ),
}
