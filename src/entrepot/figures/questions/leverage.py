"""Who of two depends on the other, and how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import AMOUNT, BOTH, PART, Question, joined_rest, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


def asymmetry(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Compare the two sides' dependence on each other."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.asymmetry(rows, importer=buyers, exporter=sellers, by=by, value=column)


def salience(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return how much the flow matters to both sides."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.salience(
        rows, country=buyers, partner=sellers, basis="flow", by=by, value=column
    )


def elastic_power(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Weigh both sides' dependence by elasticities."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.elastic_power(
        rows, country=buyers, partner=sellers, elasticity="elasticity", by=by, value=column
    )


def nested_power(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return what each side would lose without the other.

    The elasticity of trade to a duty is that of substitution between origins (Fontagné, Guimbard
    and Orefice 2022).
    """
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.nested_power(
        rows, country=buyers, partner=sellers, sigma="elasticity", by=by, value=column
    )


def rank(
    rows: Frame, asked: Definition, column: str, by: Sequence[str] = (), *, has_rest: bool = False
) -> Frame:
    """Place the buyers among all who buy from the sellers.

    As many partners that are not in the data may come first as their trade makes up of that size.
    """
    found = measures.rank_and_multiple(
        named(rows, "importer"),
        partner=asked.members("importer"),
        by=by,
        partners="importer",
        value=column,
    )
    if not has_rest:
        return found
    names = found.collect_schema().names()
    joined = joined_rest(found, rows, column, by, "importer")
    place, value, rest = nw.col("rank"), nw.col("value"), nw.col("__rest")
    is_open = (value > 0) & (rest > value)
    more = (rest / value).floor()
    return joined.select(
        *names,
        nw.when(is_open).then(place).alias("rank_low"),
        nw.when(is_open).then(place + more).alias("rank_high"),
    )


def buyers(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what each buyer bought, the largest first."""
    found = measures.value(named(rows, "importer"), by=["importer"], value=column)
    bought = nw.col(column).alias("value")
    return found.select("importer", bought).sort("value", "importer", descending=[True, False])


def exposure(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return how much trade of the buyers hangs on the sellers."""
    return _exposed(rows, asked, column, by, total=True)


def exposure_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the same for each product, most at risk first."""
    return _exposed(rows, asked, column, (), total=False)


def _exposed(
    rows: Frame, asked: Definition, column: str, by: Sequence[str], *, total: bool
) -> Frame:
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.retaliation_exposure(
        rows, country=buyers, partner=sellers, total=total, by=by, value=column
    )


QUESTIONS = {
    "asymmetry": Question(
        "both",
        BOTH,
        ("exporter",),
        asymmetry,
        "weight of {seller} in {buyers} imports over weight of {buyer} in {sellers} exports",
        divides=True,
        choices=PART,
        has_interval=True,
    ),
    "salience": Question(
        "both",
        BOTH,
        ("exporter",),
        salience,
        "salience of exports from {seller} to {buyer} for the two",
        divides=True,
        choices=PART,
        has_interval=True,
    ),
    "elastic_power": Question(
        "purchases",
        BOTH,
        ("exporter",),
        elastic_power,
        "power of {seller} over {buyer}, by elasticities",
        choices=PART,
        keeps_products=True,
        elastic=True,
        has_interval=True,
    ),
    "nested_power": Question(
        "purchases",
        BOTH,
        ("exporter",),
        nested_power,
        "what {buyer} would lose without {seller}",
        choices=PART,
        keeps_products=True,
        elastic=True,
        has_interval=True,
    ),
    "rank": Question(
        "sales",
        BOTH,
        ("exporter",),
        rank,
        "rank of {buyer} among those who buy from {seller}",
        bounds_rest=True,
        divides=True,
        choices=PART - {"partners", "total"},  # only a country has a place, not itself
        has_interval=True,
        table=buyers,
    ),
    "retaliation_exposure": Question(
        "world",
        BOTH,
        ("exporter",),
        exposure,
        "trade of {buyer} that hangs on {seller}",
        choices=AMOUNT,
        keeps_products=True,
        table=exposure_by_product,
        has_interval=True,
    ),
}
