"""Power over another country: what it would lose, both ways, product by product."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.exposure import two_sides
from entrepot.measures.frame_adapter import FrameT, numbers, numbers_refused, positive, run_on_frame
from entrepot.measures.grouped import SideSums, aggregate, as_codes, as_list, side_sums
from entrepot.measures.metadata import MeasureMetadata
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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
            # Times the product's imports here, over all imports in `of_total`: Ω of the formula.
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
                # Infinite as null: a sum without the products that make it so is `power_of_rest`.
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
) -> tuple[nw.LazyFrame[Any], tuple[SideSums, SideSums]]:
    """Return the imports of both and, for each, the other as the part asked about."""
    own_codes, other_codes = codes
    rows = rows.filter(nw.col(buyer).is_in([*own_codes, *other_codes]))
    return rows, (
        SideSums("__us", nw.col(buyer).is_in(own_codes), nw.col(supplier).is_in(other_codes)),
        SideSums("__them", nw.col(buyer).is_in(other_codes), nw.col(supplier).is_in(own_codes)),
    )


def by_product(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    value: str,
    sides: Sequence[SideSums],
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
    # Least and largest agree only if all rows of a product name one elasticity.
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
    found: nw.LazyFrame[Any], keys: Sequence[str], sides: Sequence[SideSums], *more: str
) -> nw.LazyFrame[Any]:
    """Add the products up."""
    words = ("part", "rest", "loss", "usable", "bad", "rows", "known", *more)
    return aggregate(
        found, keys, *(nw.col(f"{side.name}_{word}").sum() for side in sides for word in words)
    )


def sound(side: SideSums) -> nw.Expr:
    """Whether the side has imports, none negative or infinite, and reports those from the other."""
    return side.defined & (nw.col(f"{side.name}_bad") == 0)


def of_total(side: SideSums, word: str) -> nw.Expr:
    """Return a sum over the side's imports, null where the side has no answer."""
    # Nothing bought needs no elasticity: dependence is then zero.
    has_elasticity = (nw.col(f"{side.name}_usable") > 0) | (side.part == 0)
    return nw.when(sound(side) & has_elasticity).then(nw.col(f"{side.name}_{word}") / side.total)


def covered(sides: Sequence[SideSums]) -> list[nw.Expr]:
    """Return the part of what is bought from the other whose products have an elasticity."""
    return [
        nw.when(side.defined & (side.part > 0))
        .then(nw.col(f"{side.name}_usable") / nw.when(side.part > 0).then(side.part))
        .alias(f"covered{end}")
        for side, (_, end) in zip(sides, ENDS, strict=True)
    ]


# What it would cost to lose a supplier, which rises steeply when its last rivals go.


SUPPLIER_LOSS = MeasureMetadata(
    id="supplier_loss",
    title="loss if a supplier falls away",
    function="supplier_loss",
    inputs=(
        "rows with supplier and value, all suppliers of the market; the supplier; the elasticity "
        "of substitution between suppliers; a period and a base to compare"
    ),
    columns=(
        ("log_loss", "rise of the price index in logarithms, 0 and above"),
        ("price_multiple", "factor by which the price index rises, 1 and above"),
        ("share", "the supplier's part of all imports, 0 to 1"),
        ("no_alternative", "true where there is no other supplier and the loss has no bound"),
        ("share_base", "with a base: the share in the base"),
        ("log_loss_base", "with a base: the loss in the base"),
        ("rise", "with a base: log_loss over log_loss_base, less one; it needs no elasticity"),
    ),
    unit="index",
    range="0 and above",
    null_rule=(
        "null where there is no share; where the supplier is the only one, since the loss is "
        "infinite; where the elasticity of a column is not above one, not known, or not the same "
        "in all rows of a market; the rise also where nothing was bought from it in the base"
    ),
    formula="loss = -ln(1 - ω) / (σ - 1); multiple (1 - ω)^(-1 / (σ - 1)); rise needs no σ",
    reference=(
        "Feenstra (1994), American Economic Review 84(1), price index of constant elasticity with "
        "a variety that disappears; steepness: Clayton, Maggiori and Schreger (2025), NBER 33309"
    ),
)


def supplier_loss(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    sigma: float | str,
    period: str | int | Period | None = None,
    base: str | int | Period | None = None,
    by: str | Sequence[str] = ("importer",),
    time: str = "period",
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the loss if `exporter` no longer supplies and no capacity is a limit.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    exporter
        Code of the supplier, or several that count as one.
    sigma
        Elasticity of substitution between suppliers, above one; or the column that holds it.
    period, base
        Period whose rows are added up, all rows without it; and one to compare with.
    by
        Columns that make a market.
    time, supplier, value
        Columns with times, suppliers and values.

    Returns
    -------
    frame
        The keys, ``log_loss``, ``price_multiple``, ``share``, ``no_alternative``; with a base also
        ``share_base``, ``log_loss_base`` and ``rise`` (a ratio: 0.43 is 43 % more).

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, an elasticity of one or less, periods
        that overlap, or a base without a period.
    """
    keys = as_list(by)
    if base is not None and period is None:
        raise RequestError("a base without a period", hint="say which period to compare with it")
    if not isinstance(sigma, str):
        positive("sigma", sigma, above=1)
    spans = _spans(period, base)
    asked = nw.col(supplier).is_in(as_codes(exporter))

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time] if period is not None else None
        if isinstance(sigma, str):
            rows = numbers(rows, sigma)
        elasticity = nw.col(sigma) if isinstance(sigma, str) else nw.lit(float(sigma))
        sides, inside = [], nw.lit(False)
        for name, span in spans.items():
            within = begins_within(span, time, dtype) if span and dtype else nw.lit(True)
            inside = inside | within
            sides.append(SideSums(f"__{name}", within, asked))
        # Rows of other times do not make an elasticity ambiguous.
        chosen = nw.when(inside).then(nw.col("__sigma"))
        rows = rows.with_columns(elasticity.alias("__sigma"))
        rows = rows.with_columns(chosen.alias("__low"), chosen.alias("__high"))
        ends = (nw.col("__low").min(), nw.col("__high").max())
        found = side_sums(rows, keys, value, sides, *ends)
        low, high = nw.col("__low"), nw.col("__high")
        agreed = (low == high) & (low > 1) & high.is_finite()
        found = found.with_columns(nw.when(agreed).then(low - 1).alias("__power"))
        return _losses(found, keys, sides)

    read = [supplier, *([] if period is None else [time])]
    read += [sigma] if isinstance(sigma, str) else []
    makes = [name for name, _ in SUPPLIER_LOSS.columns]
    areas = {supplier: as_codes(exporter)}
    return run_on_frame(frame, step, keys=keys, texts=read, value=value, makes=makes, areas=areas)


def _spans(
    period: str | int | Period | None, base: str | int | Period | None
) -> dict[str, Period | None]:
    if period is None:
        return {"now": None}
    if base is None:
        return {"now": Period.parse(period)}
    now, then = apart(period, base)
    return {"now": now, "then": then}


def _losses(
    found: nw.LazyFrame[Any], keys: Sequence[str], sides: Sequence[SideSums]
) -> nw.LazyFrame[Any]:
    for side in sides:
        kept = side.defined & (side.rest > 0)
        # -ln(1 - ω), taken of what is left so that shares close to one keep their digits.
        left = nw.when(kept).then(side.total / side.rest).log(math.e)
        found = found.with_columns(side.share.alias(f"{side.name}_share"), left.alias(side.name))
    now = sides[0]
    loss = nw.col("__now") / nw.col("__power")
    columns = [
        loss.alias("log_loss"),
        loss.exp().alias("price_multiple"),
        nw.col("__now_share").alias("share"),
        nw.when(now.defined).then(now.rest == 0).alias("no_alternative"),
    ]
    if len(sides) > 1:
        before = nw.when(nw.col("__then") > 0).then(nw.col("__then"))
        columns += [
            nw.col("__then_share").alias("share_base"),
            (nw.col("__then") / nw.col("__power")).alias("log_loss_base"),
            (nw.col("__now") / before - 1).alias("rise"),
        ]
    return found.select(*keys, *columns)
