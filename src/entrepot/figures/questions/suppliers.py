"""How many suppliers there are, how large the largest, and products with too few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import (
    AMOUNT,
    BOTH,
    PART,
    REST,
    Question,
    joined_rest,
    named,
    special,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]
    from collections.abc import Callable


WINDOW = 3
"""Years that a flag of GeoDep is judged by."""


def geodep_counts(rows: Frame, asked: Definition, column: str) -> Frame:
    """Count the products of the period that the criteria flag, and those they nearly do."""
    return counted(_geodep(rows, asked, column))


def counted(found: Frame) -> Frame:
    """Count products by their flags; without any product there is no number."""
    flags = found.with_columns(
        # Ones and nulls: count skips nulls, so that these
        # sums count, and an empty frame gives zero.
        nw.when(nw.col("dependent")).then(1).alias("flagged"),
        nw.when(nw.col("near_miss")).then(1).alias("near"),
        nw.when(nw.col("dependent").is_null()).then(1).alias("unknown"),
        nw.lit(1).alias("one"),
    )
    sums = flags.select(
        nw.col("flagged").count().alias("dependent"),
        nw.col("one").count().alias("products"),
        nw.col("near").count().alias("near_misses"),
        nw.col("unknown").count().alias("not_known"),
    )
    some = nw.col("products") > 0
    return sums.with_columns(nw.when(some).then(nw.col("dependent")).alias("dependent"))


def geodep_products(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the products that are flagged, the most concentrated first."""
    found = _geodep(rows, asked, column).filter(nw.col("dependent"))
    names = ("product", "import_hhi", "world_hhi", "import_export_ratio", "years_met")
    return found.select(*names).sort("import_hhi", "product", descending=[True, False])


def _geodep(rows: Frame, asked: Definition, column: str) -> Frame:
    found = flagged(rows, asked, column)
    return found.filter(nw.col("period") == asked.period.start.year)


def flagged(rows: Frame, asked: Definition, column: str) -> Frame:
    """Judge each product in each of the years that were read."""
    members = sorted(asked.members("importer"))
    bought, sold = (nw.col(side).is_in(members) for side in ("importer", "exporter"))
    # Several members count as one exporter to the world, and what they trade inside as nothing.
    one = nw.when(sold).then(nw.lit("+".join(members))).otherwise(nw.col("exporter"))
    abroad = rows.filter(~(bought & sold))
    world = abroad.with_columns(one.alias("exporter"))
    return measures.geodep(abroad.filter(bought), abroad.filter(sold), world, value=column)


def dependent(rows: Frame, asked: Definition, column: str) -> Frame:
    """Count the products that the indicators flag, and those they nearly do."""
    return counted(_cdi(rows, asked, column))


def dependent_products(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the products that are flagged, the most concentrated first."""
    found = _cdi(rows, asked, column).filter(nw.col("dependent"))
    names = ("product", "cdi1", "cdi2", "cdi3")
    return found.select(*names).sort("cdi1", "product", descending=[True, False])


def _cdi(rows: Frame, asked: Definition, column: str) -> Frame:
    members = sorted(asked.members("importer"))
    bought, sold = (rows.filter(nw.col(side).is_in(members)) for side in ("importer", "exporter"))
    return measures.cdi(bought, sold, members=members, value=column)


def churn(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the part of the flags of the earlier year that is gone, and how many came."""
    found = _between(measures.churn_rate, rows, asked, column)
    return found.with_columns(nw.lit(f"{_earlier(asked)}").alias("against"))


def churned(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the products that were flagged in one of the two years, those that entered first."""
    found = _between(measures.churn, rows, asked, column)
    return found.select("product", "status").sort("status", "product", nulls_last=True)


def _between(step: Callable[..., Frame], rows: Frame, asked: Definition, column: str) -> Frame:
    now = asked.period.start.year
    found = step(flagged(rows, asked, column), lag=now - _earlier(asked))
    return found.filter(nw.col("period") == now).drop("period")


def _earlier(asked: Definition) -> int:
    """Return the earlier of the two years that are judged, whose window comes first."""
    assert asked.base is not None, "the years before were put in"
    # `with_years` put the window of the earlier year into the base; that year is its last.
    return asked.base.start.year + WINDOW - 1


_DEPENDENCE = {
    "geodep": Question(
        "world",
        ("importer",),
        (),
        geodep_counts,
        "products in which {buyer} depends on few suppliers",
        table=geodep_products,
        years=WINDOW,
        unit="count",
        by_product=True,
    ),
    "cdi": Question(
        "own",
        ("importer",),
        (),
        dependent,
        "products in which {buyer} depends on few outside suppliers",
        table=dependent_products,
        years=1,
        unit="count",
        by_product=True,
        notes=(
            (
                "dependence-flags",
                (
                    "The Commission’s thresholds 0.4, 0.5 and 1 are as others give them: its own "
                    "text was not read. Exports include those of members to each other."
                ),
            ),
        ),
    ),
    "churn": Question(
        "world",
        ("importer",),
        ("base",),
        churn,
        "part of the products in which {buyer} depended on few suppliers that left the list",
        table=churned,
        value="left_rate",
        years=WINDOW,
        unit="share",
        by_product=True,
        notes=(
            (
                "dependence-flags",
                (
                    "A product near a threshold comes and goes without anything having changed; "
                    "the flags are those of CEPII GeoDep."
                ),
            ),
        ),
    ),
}


_NOISE = 1e-9
"""Width below which two ends are one number."""


def hhi(
    rows: Frame, asked: Definition, column: str, by: Sequence[str] = (), *, has_rest: bool = False
) -> Frame:
    """Return how concentrated suppliers are.

    Partners that are not in the data are many small ones at the lower end, one at the upper.
    """
    found = measures.hhi(rows, by=by, value=column)
    if not has_rest:
        return found
    joined = _with_part(found, rows, column, by)
    part, high = nw.col("__part"), nw.col("hhi")
    if asked.named_by:
        # Lines without a name can all be the largest company's, too, and not one of their own.
        joined = _largest_known(joined, rows, column, by, 1)
        high += 2 * part * (1 - part) * nw.col("__largest")
    return _bounded(joined, "hhi", "suppliers", by, high)


def buyer_hhi(
    rows: Frame, asked: Definition, column: str, by: Sequence[str] = (), *, has_rest: bool = False
) -> Frame:
    """Return how concentrated buyers are; partners that are not in the data as in `hhi`."""
    found = measures.buyer_hhi(rows, by=by, value=column)
    if not has_rest:
        return found
    joined = _with_part(found, rows, column, by, "importer")
    return _bounded(joined, "buyer_hhi", "buyers", by, nw.col("buyer_hhi"))


def _bounded(joined: Frame, name: str, parties: str, by: Sequence[str], high: nw.Expr) -> Frame:
    """Return an index with the ends that partners not in the data leave open."""
    part, index, count = nw.col("__part"), nw.col(name), nw.col(parties)
    low, normed = nw.col("__low"), f"{name}_normalised"
    # The rest counts as one partner in the index, with
    # its squared part; many small ones have none.
    return joined.with_columns(
        nw.when(part > 0).then(index - part * part).otherwise(index).alias("__low")
    ).select(
        *by,
        low.alias(name),
        # The normalised index needs the number of partners, which a rest leaves open.
        nw.when(part == 0).then(nw.col(normed)).alias(normed),
        (1 / low).alias(f"effective_{parties}"),
        nw.when(part > 0).then(count - 1).otherwise(count).alias(parties),
        nw.when(part * part > _NOISE).then(low).alias(f"{name}_low"),
        nw.when(part * part > _NOISE).then(high).alias(f"{name}_high"),
    )


def _largest_known(joined: Frame, rows: Frame, column: str, by: Sequence[str], k: int) -> Frame:
    """Put the part of the `k` largest among known partners, and their number, beside an answer."""
    known = measures.concentration_ratio(
        rows.filter(nw.col("exporter") != REST), by=by, k=k, value=column
    ).rename({"cr": "__known", "suppliers": "__count"})
    both = joined.join(known, on=list(by), how="left") if by else joined.join(known, how="cross")
    part = nw.when(nw.col("__known").is_null()).then(0.0).otherwise(nw.col("__known"))
    return both.with_columns(part.alias("__largest"))


def cr(
    rows: Frame, asked: Definition, column: str, by: Sequence[str] = (), *, has_rest: bool = False
) -> Frame:
    """Return the part of the k largest suppliers; with partners not in the data as in `hhi`."""
    k = asked.k or 1
    found = measures.concentration_ratio(rows, by=by, k=k, value=column)
    if not has_rest:
        return found
    joined = _largest_known(_with_part(found, rows, column, by), rows, column, by, k)
    part, high = nw.col("__part"), nw.col("cr")
    # The ratio among the known partners, times their part of all.
    low = nw.when(part > 0).then(nw.col("__largest") * (1 - part)).otherwise(high)
    if asked.named_by:
        high = low + part  # lines without a name can be those of the largest
    return joined.select(
        *by,
        low.alias("cr"),
        nw.col("__count").alias("suppliers"),
        nw.when(high > low + _NOISE).then(low).alias("cr_low"),
        nw.when(high > low + _NOISE).then(high).alias("cr_high"),
    )


def _with_part(
    found: Frame, rows: Frame, column: str, by: Sequence[str], side: str = "exporter"
) -> Frame:
    """Put which part of all is of partners not in the data beside an answer."""
    every = nw.col("__all")
    part = nw.when(every > 0).then(nw.col("__rest") / every).otherwise(0.0)
    joined = joined_rest(found, rows, column, by, side)
    return joined.with_columns(part.alias("__part"))


def top_supplier(
    rows: Frame, asked: Definition, column: str, by: Sequence[str] = (), *, has_rest: bool = False
) -> Frame:
    """Return the largest supplier and its lead; another may be larger that is not in the data.

    Who buys is no supplier of its own: neither members of a group nor re-imports have a place, but
    they are a part of totals that count them.
    """
    # What has no name is a part of the total, too.
    nameless = nw.col("exporter").is_in(sorted(special() | asked.members("importer")))
    found = measures.top_supplier(rows.filter(~nameless), by=by, value=column)
    every, some, rest = nw.col("__all"), nw.col("__some"), nw.col("__rest")
    joined = joined_rest(found, rows, column, by, "exporter", nameless)
    # Shares were found among suppliers with a name; times this they are of the full total.
    named_part = nw.when(every > 0).then(1 - some / every).otherwise(1.0)
    kept = [*by, "share", "top_supplier", "second_share", "second_supplier", "lead"]
    scaled = joined.with_columns(
        *((nw.col(name) * named_part).alias(name) for name in ("share", "second_share", "lead")),
        nw.when(every > 0).then(rest / every).otherwise(0.0).alias("__part"),
    )
    if not has_rest:
        return scaled.select(*kept)
    share, part = nw.col("share"), nw.col("__part")
    if asked.named_by:
        # Lines without a name can be those of the largest company.
        high = nw.when(part > _NOISE)
        return scaled.select(
            *kept,
            high.then(share).alias("share_low"),
            high.then(share + part).alias("share_high"),
        )
    return scaled.select(
        *kept,
        nw.when(part > share).then(share).alias("share_low"),
        nw.when(part > share).then(part).alias("share_high"),
    )


def suppliers(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return what each supplier sold, the largest first."""
    return _largest_first(rows, "exporter", column, by, asked.named_by or "exporter")


def _largest_first(rows: Frame, side: str, column: str, by: Sequence[str], called: str) -> Frame:
    found = measures.value(rows, by=[*by, side], value=column)
    named_rows = found.select(*by, nw.col(side).alias(called), nw.col(column).alias("value"))
    # Without a mass nothing says that a partner is the largest.
    return named_rows.sort("value", called, descending=[True, False], nulls_last=True)


# Who of two depends on the other, and how much.


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
    # At most so many unknown partners can each be as large as the buyer.
    more = (rest / value).floor()
    return joined.select(
        *names,
        nw.when(is_open).then(place).alias("rank_low"),
        nw.when(is_open).then(place + more).alias("rank_high"),
    )


def buyers(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return what each buyer bought, the largest first."""
    return _largest_first(named(rows, "importer"), "importer", column, by, "importer")


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
    "hhi": Question(
        "market",
        ("importer",),
        ("names",),
        hhi,
        "concentration of {buyers} suppliers",
        bounds_rest=True,
        divides=True,
        choices=PART,
        has_interval=True,
    ),
    "buyer_hhi": Question(
        "sales",
        ("exporter",),
        ("exporter",),
        buyer_hhi,
        "concentration of {sellers} buyers",
        bounds_rest=True,
        divides=True,
        choices=PART,
        table=buyers,
    ),
    "cr": Question(
        "market",
        ("importer",),
        ("k", "names"),
        cr,
        "share of the {largest} of {buyers} suppliers",
        bounds_rest=True,
        divides=True,
        choices=PART,
        has_interval=True,
    ),
    "top_supplier": Question(
        "market",
        ("importer",),
        ("names",),
        top_supplier,
        "share of the largest of {buyers} suppliers",
        whose="top_supplier",
        bounds_rest=True,
        divides=True,
        choices=PART,
        has_interval=True,
        table=suppliers,
    ),
    "asymmetry": Question(
        "both",
        BOTH,
        ("exporter",),
        asymmetry,
        "weight of {seller} in {buyers} imports over weight of {buyer} in {sellers} exports",
        divides=True,
        adds_partners=True,
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
        adds_partners=True,
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
        "trade of {buyer} exposed to {seller}",
        choices=AMOUNT,
        keeps_products=True,
        table=exposure_by_product,
        has_interval=True,
    ),
    **_DEPENDENCE,
}
