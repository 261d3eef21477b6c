"""Power over another country: what it would lose, both ways, product by product."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.extra import numbers, positive
from entrepot.measures.frame_adapter import FrameT, numbers_refused, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.salience import two_sides
from entrepot.measures.sides import Side, side_sums

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["ELASTIC_POWER", "NESTED_POWER", "elastic_power", "nested_power"]


_INPUTS = (
    "rows with exporter, importer, product and value: all imports of both partners; the two "
    "partners; an elasticity a product"
)
_COVERED = "part of what {} buys from the other in products with a usable elasticity, 0 to 1"

ELASTIC_POWER = MeasureMetadata(
    id="elastic_power",
    title="power from dependence weighed by elasticities",
    function="elastic_power",
    inputs=_INPUTS,
    columns=(
        ("power", "of the partner over the country: dependence - dependence_back"),
        ("dependence", "of the country on the partner, 0 and above"),
        ("dependence_back", "of the partner on the country, 0 and above"),
        ("covered", _COVERED.format("the country")),
        ("covered_back", _COVERED.format("the partner")),
    ),
    unit="index",
    range="any number; above zero the partner has more power than the country",
    null_rule=(
        "missing values are left out, and so are products without an elasticity above zero, see "
        "covered; null where something is bought and no product has one, where nothing is "
        "imported, or where a part is negative or infinite"
    ),
    formula="D_ij = Σ_k (M_ijk / E_i) / θ_k; power of j over i = D_ij - D_ji; E_i all imports of i",
    reference=(
        "after Liu and Yang (2025), International Power, NBER 34006: bilateral import dependence "
        "weighed inversely by sectoral trade elasticities; the formula is our reading of that"
    ),
)

NESTED_POWER = MeasureMetadata(
    id="nested_power",
    title="power from what a joint withdrawal would cost",
    function="nested_power",
    inputs=_INPUTS,
    columns=(
        ("power", "of the partner over the country: its log loss if the partner withdraws"),
        ("power_back", "of the country over the partner"),
        ("infinite", "true where the partner is the only supplier of some product"),
        ("infinite_back", "true where the country is the only supplier of some product"),
        ("power_of_rest", "power without the products that make it infinite"),
        ("power_of_rest_back", "power_back without them"),
        ("covered", _COVERED.format("the country")),
        ("covered_back", _COVERED.format("the partner")),
    ),
    unit="index",
    range="0 and above",
    null_rule=(
        "missing values are left out, and so are products without an elasticity above one, see "
        "covered; null where it is infinite, where something is bought and no product has a usable "
        "elasticity, where nothing is imported, or where a part is negative or infinite"
    ),
    formula="power of m over n = Σ_k Ω_nk / (σ_k - 1) · -ln(1 - ω_nkm); Ω_nk = M_nk / E_n",
    reference=(
        "after Clayton, Maggiori and Schreger (2025), NBER 33309; derived from constant elasticity "
        "within products and Cobb-Douglas across them"
    ),
)


def elastic_power(
    frame: FrameT,
    *,
    country: str | Collection[str],
    partner: str | Collection[str],
    elasticity: float | str,
    product: str = "product",
    by: str | Sequence[str] = ("period",),
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return the power of `partner` over `country`, from dependence weighed by elasticities.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with all imports of both; other rows do no harm.
    country, partner
        Codes as they stand in the frame, or several that count as one.
    elasticity
        Trade elasticity as a number above zero, or the column that holds it by product.
    product, by, supplier, buyer, value
        Columns.

    Returns
    -------
    frame
        The keys, ``power``, ``dependence``, ``dependence_back``, ``covered``, ``covered_back``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, a code on both sides, or an elasticity
        of zero or less.
    """
    keys = as_list(by)
    codes = two_sides(country, partner)
    theta = _number("elasticity", elasticity, above=0)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows, sides = both_ways(rows, codes, supplier, buyer)
        found = by_product(rows, [*keys, product], value, sides, theta, above=0)
        found = found.with_columns(
            (side.part / nw.col("__theta")).alias(f"{side.name}_loss") for side in sides
        )
        sums = each_sum(found, keys, sides)
        here, back = (of_total(side, "loss") for side in sides)
        return sums.select(
            *keys,
            (here - back).alias("power"),
            here.alias("dependence"),
            back.alias("dependence_back"),
            *covered(sides),
        )

    makes = [name for name, _ in ELASTIC_POWER.columns]
    texts = _read(product, supplier, buyer, elasticity)
    areas = numbers_refused(supplier, buyer)
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=makes, areas=areas)


def nested_power(
    frame: FrameT,
    *,
    country: str | Collection[str],
    partner: str | Collection[str],
    sigma: float | str,
    product: str = "product",
    by: str | Sequence[str] = ("period",),
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return what each would lose if the other withdrew all it supplies at once.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with all imports of both; other rows do no harm.
    country, partner
        Codes as they stand in the frame, or several that count as one.
    sigma
        Elasticity of substitution between suppliers as a number above one, or the column that
        holds it by product. In a column, a product with one or less is left out: its loss would
        have the wrong sign or no bound.
    product, by, supplier, buyer, value
        Columns.

    Returns
    -------
    frame
        The keys, ``power``, ``power_back``, ``infinite``, ``infinite_back``, ``power_of_rest``,
        ``power_of_rest_back``, ``covered`` and ``covered_back``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, a code on both sides, or an elasticity
        of one or less.

    Notes
    -----
    Cost shares Ω are parts of all imports, since a frame of trade knows no expenditure. Multiply
    by imports over expenditure for a loss of all that is spent.
    """
    keys = as_list(by)
    codes = two_sides(country, partner)
    elasticity = _number("sigma", sigma, above=1)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows, sides = both_ways(rows, codes, supplier, buyer)
        found = by_product(rows, [*keys, product], value, sides, elasticity, above=1)
        for side in sides:
            # -ln(1 - ω), taken of what is left so that shares close to one keep their digits.
            left = nw.when(side.rest > 0).then(side.total / side.rest).log(math.e)
            sole = (side.part > 0) & (side.rest == 0)
            loss = side.total * left / (nw.col("__theta") - 1)
            found = found.with_columns(
                nw.when(side.part > 0).then(loss).alias(f"{side.name}_loss"),
                nw.when(sole).then(1).otherwise(0).alias(f"{side.name}_sole"),
            )
        sums = each_sum(found, keys, sides, "sole")
        rest = [of_total(side, "loss") for side in sides]
        sums = sums.with_columns(
            nw.when(sound(side)).then(nw.col(f"{side.name}_sole") > 0).alias(f"infinite{end}")
            for side, (_, end) in zip(sides, ENDS, strict=True)
        )
        return sums.select(
            *keys,
            *(
                nw.when(~nw.col(f"infinite{end}")).then(rest[at]).alias(f"power{end}")
                for at, end in ENDS
            ),
            *(f"infinite{end}" for _, end in ENDS),
            *(rest[at].alias(f"power_of_rest{end}") for at, end in ENDS),
            *covered(sides),
        )

    makes = [name for name, _ in NESTED_POWER.columns]
    texts = _read(product, supplier, buyer, sigma)
    areas = numbers_refused(supplier, buyer)
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=makes, areas=areas)


def _number(name: str, given: float | str, above: float) -> float | str:
    return given if isinstance(given, str) else positive(name, given, above=above)


def _read(*names: float | str) -> list[str]:
    return [name for name in names if isinstance(name, str)]


# Steps that both measures of power share: imports of two partners, both ways, by product.


ENDS = ((0, ""), (1, "_back"))


def both_ways(
    rows: nw.LazyFrame[Any], codes: tuple[list[str], list[str]], supplier: str, buyer: str
) -> tuple[nw.LazyFrame[Any], tuple[Side, Side]]:
    """Return the imports of both and, for each, the other as the part asked about."""
    ours, theirs = codes
    rows = rows.filter(nw.col(buyer).is_in([*ours, *theirs]))
    return rows, (
        Side("__us", nw.col(buyer).is_in(ours), nw.col(supplier).is_in(theirs)),
        Side("__them", nw.col(buyer).is_in(theirs), nw.col(supplier).is_in(ours)),
    )


def by_product(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    value: str,
    sides: Sequence[Side],
    elasticity: float | str,
    above: float,
) -> nw.LazyFrame[Any]:
    """Add up by product; ``__theta`` is null where it is not usable."""
    if isinstance(elasticity, str):
        rows = numbers(rows, elasticity)
    given = nw.col(elasticity) if isinstance(elasticity, str) else nw.lit(elasticity)
    rows = rows.with_columns(given.alias("__low")).with_columns(nw.col("__low").alias("__high"))
    ends = (nw.col("__low").min(), nw.col("__high").max())
    found = side_sums(rows, keys, value, sides, *ends)
    low, high = nw.col("__low"), nw.col("__high")
    usable = (low == high) & (low > above) & high.is_finite()
    found = found.with_columns(nw.when(usable).then(low).alias("__theta"))
    return found.with_columns(
        column
        for side in sides
        for column in (
            nw.when((side.part >= 0) & (side.rest >= 0) & side.total.is_finite())
            .then(0)
            .otherwise(1)
            .alias(f"{side.name}_bad"),
            nw.when(~nw.col("__theta").is_null()).then(side.part).alias(f"{side.name}_usable"),
        )
    )


def each_sum(
    found: nw.LazyFrame[Any], keys: Sequence[str], sides: Sequence[Side], *more: str
) -> nw.LazyFrame[Any]:
    """Add the products up."""
    words = ("part", "rest", "loss", "usable", "bad", "rows", "known", *more)
    return aggregate(
        found, keys, *(nw.col(f"{side.name}_{word}").sum() for side in sides for word in words)
    )


def sound(side: Side) -> nw.Expr:
    """Whether the side has imports, none of them negative or infinite, and told of the other's."""
    return side.defined & (nw.col(f"{side.name}_bad") == 0)


def of_total(side: Side, word: str) -> nw.Expr:
    """Return a sum over the side's imports, null where the side has no answer."""
    weighed = (nw.col(f"{side.name}_usable") > 0) | (side.part == 0)
    return nw.when(sound(side) & weighed).then(nw.col(f"{side.name}_{word}") / side.total)


def covered(sides: Sequence[Side]) -> list[nw.Expr]:
    """Return the part of what is bought from the other whose products have an elasticity."""
    return [
        nw.when(side.defined & (side.part > 0))
        .then(nw.col(f"{side.name}_usable") / nw.when(side.part > 0).then(side.part))
        .alias(f"covered{end}")
        for side, (_, end) in zip(sides, ENDS, strict=True)
    ]
