"""What it would cost to lose a supplier, and what a country makes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import BOTH, Question, Row
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


def supplier_loss(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the loss if the sellers fall away, and how much more than in the base it is."""
    return measures.supplier_loss(
        rows,
        exporter=asked.members("exporter"),
        sigma=_sigma(asked),
        period=asked.period,
        base=asked.base,
        by=[],
        value=column,
    )


def lost_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the same for each product that they supply, those without another supplier first."""
    found = measures.supplier_loss(
        rows,
        exporter=asked.members("exporter"),
        sigma=_sigma(asked),
        period=asked.period,
        by=["product"],
        value=column,
    )
    some = found.filter(nw.col("share") > 0)
    return some.sort("share", "product", descending=[True, False])


def _sigma(asked: Definition) -> float:
    assert asked.sigma is not None, "a question without it was refused"
    return asked.sigma


def reliance(rows: Frame, asked: Definition, column: str) -> Row:
    """Set net imports against what is used, with the production that the asker gives."""
    import pyarrow as pa

    members = sorted(asked.members("importer"))
    bought, sold = (nw.col(side).is_in(members) for side in ("importer", "exporter"))
    amounts = {"production": asked.production}
    for name, crosses in (("imports", bought & ~sold), ("exports", sold & ~bought)):
        [(amounts[name],)] = fetch(measures.value(rows.filter(crosses), by=[], value=column))
    if None in amounts.values():
        return Row()
    table = pa.table({name: [amount] for name, amount in amounts.items()})
    [found] = measures.net_import_reliance(table, by=[]).to_pylist()
    return Row(found | amounts)


QUESTIONS = {
    "supplier_loss": Question(
        "market",
        BOTH,
        ("exporter", "base", "sigma"),
        supplier_loss,
        "what {buyer} would lose without {seller}, if others can supply more",
        table=lost_by_product,
        needs=("sigma",),
        compares=False,
        notes=(
            (
                "leverage",
                (
                    "The rise of the price index (in logarithms) with one elasticity for all goods "
                    "and no limit to what others can supply: the least that the loss would cost."
                ),
            ),
        ),
    ),
    "net_import_reliance": Question(
        "own",
        ("importer",),
        ("production",),
        reliance,
        "{buyers} net imports as a part of what it uses",
        needs=("production",),
        levels=True,
    ),
}
