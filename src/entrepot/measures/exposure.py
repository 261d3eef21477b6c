"""What a third party stands to lose if a country retaliates, product by product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import (
    FrameT,
    in_one_group,
    numbers_refused,
    ordered,
    require_marks,
    run_on_frame,
)
from entrepot.measures.grouped import SideSums, aggregate, as_codes, as_list, divided, side_sums
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

RETALIATION_EXPOSURE = MeasureMetadata(
    id="retaliation_exposure",
    title="exposure to retaliation",
    function="retaliation_exposure",
    inputs=(
        "rows with exporter, importer, product and value, all trade of the world; a third party "
        "and the country that may retaliate; a column of marks by product if there is one"
    ),
    columns=(
        ("value_at_risk", "imports + exports, in the unit of the value"),
        ("imports", "what the third party buys from the country"),
        ("import_share", "imports as part of all it buys abroad, 0 to 1"),
        ("exports", "what the third party sells to the country"),
        ("export_share", "exports as part of all it sells abroad, 0 to 1"),
        ("flagged", "whether a row of the product bears the mark; null without marks"),
        ("cover", "what others sell elsewhere, as far as it can be diverted, over imports"),
        ("replaceable", "part of imports that this could replace, 0 to 1"),
        ("not_replaced", "imports less what could be replaced, in the unit of the value"),
        ("alternatives", "others that sell at least a given part of what all others sell"),
        ("alternatives_hhi", "concentration of what others sell, 0 to 1"),
        ("flagged_imports", "in total only, instead of flagged: imports of flagged products"),
    ),
    unit="USD",
    range="0 and above",
    null_rule=(
        "missing values are left out; imports or exports are null where their rows are all missing "
        "values, or a supplier's part is negative or infinite; a share where its total is zero; "
        "what others could do where the rows hold no trade of others at all; cover and replaceable "
        "also without imports; in total no cover, alternatives and concentration, which mean "
        "something for one product only"
    ),
    formula=(
        "cover = d Σ_j (x_jk - x_jik) / m_ick, j neither i nor c; replaceable min(1, cover); "
        "alternatives #{j: x_jk >= p Σ_j x_jk}; d what can be diverted, x_jk j's exports of k"
    ),
    reference=(
        "definition; the European Commission (2021), SWD(2021) 352, asks of a product's own trade "
        "whether it can be replaced, which says nothing of what others sell elsewhere"
    ),
)


def retaliation_exposure(
    frame: FrameT,
    *,
    country: str | Collection[str],
    partner: str | Collection[str],
    flag: str | None = None,
    least: float = 0.05,
    divert: float = 1.0,
    total: bool = False,
    product: str = "product",
    by: str | Sequence[str] = ("period",),
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return how much of the trade of `country` hangs on `partner` and how fast others replace it.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the trade of the world, not only of the two.
    country, partner
        The third party and the one that may retaliate; several codes count as one. Trade between
        the members of one side is not foreign trade and left out.
    flag
        Column of true and false. A product is flagged if one of its rows is; if none of its rows
        has a mark, nobody knows.
    least
        Part of what all others sell that makes a supplier an alternative, above 0 to 1.
    divert
        Part of what others sell elsewhere that could be sold to `country` instead, above 0 to 1.
        All of it is an upper bound; for a first year try 0.05 to 0.25.
    total
        One row for all products instead of one a product.
    product, by, supplier, buyer, value
        Columns. Rows without supplier count as one supplier: leave them out first where they
        stand for areas that are not told apart.

    Returns
    -------
    frame
        The keys, the product, and the columns of its sheet, largest value at risk first
        within the keys; in total with ``flagged_imports`` instead of ``flagged``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, a code on both sides, or a part that
        is not above 0 to 1.
    """
    keys = as_list(by)
    codes = two_sides(country, partner)
    for name, part in (("least", least), ("divert", divert)):
        if not 0 < part <= 1:
            raise RequestError(f"{name} is {part}", hint="a part above 0, up to 1: 0.05 is 5 %")
    shown = keys if total else [*keys, product]

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sold = by_supplier(rows, [*keys, product], codes, (supplier, buyer), value, flag)
        found = by_product(sold, keys, product, least, divert)
        return in_total(found, keys) if total else found.drop("__m_rest", "__x_rest")

    texts = [supplier, buyer, *([product] if total else []), *([flag] if flag else [])]
    makes = [name for name, _ in RETALIATION_EXPOSURE.columns]
    areas = numbers_refused(supplier, buyer)
    result = run_on_frame(
        frame, step, keys=shown, texts=texts, value=value, makes=makes, areas=areas
    )
    order = [*keys, "value_at_risk", *([] if total else [product])]
    down = [name == "value_at_risk" for name in order]
    return ordered(result, order, descending=down)


# The steps of `retaliation_exposure`: from rows to suppliers, to products, to the total.


# What is added up: bought from and sold to the partner, bought and sold elsewhere abroad, and what
# others sell to the third party and elsewhere.
_SUMS = ("__m", "__x", "__m_rest", "__x_rest", "__to_us", "__to_rest")


def by_supplier(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    codes: tuple[list[str], list[str]],
    sides: tuple[str, str],
    value: str,
    flag: str | None,
) -> nw.LazyFrame[Any]:
    """Sort the flows of each product by what they are, and add up each supplier's."""
    seller, buyer = sides
    country_codes, partner_codes = codes
    rows = rows.with_columns(
        *(
            nw.when(nw.col(side).is_in(some)).then(1).otherwise(0).alias(name)
            for side, some, name in (
                (seller, country_codes, "__we_sell"),
                (seller, partner_codes, "__they_sell"),
                (buyer, country_codes, "__we_buy"),
                (buyer, partner_codes, "__they_buy"),
            )
        ),
        _flag(rows, flag).alias("__flag"),
    )
    we_sell, we_buy = nw.col("__we_sell") == 1, nw.col("__we_buy") == 1
    they_sell, they_buy = nw.col("__they_sell") == 1, nw.col("__they_buy") == 1
    others = ~we_sell & ~they_sell
    own = nw.col(seller) == nw.col(buyer)
    # Not `~own`: it is null without a seller or buyer, and such a row is foreign.
    foreign = nw.when(own).then(0).otherwise(1) == 1
    kinds = {
        "__m": we_buy & they_sell,
        "__x": we_sell & they_buy,
        "__m_rest": we_buy & others,
        # Without what members of one side sell each other.
        "__x_rest": we_sell & ~we_buy & ~they_buy,
        "__to_us": we_buy & others,
        "__to_rest": ~we_buy & others & foreign,
    }
    rows = rows.with_columns(
        *(nw.when(kind).then(nw.col(value)).alias(name) for name, kind in kinds.items()),
        nw.when(kinds["__m"]).then(1).alias("__m_rows"),
        nw.when(kinds["__x"]).then(1).alias("__x_rows"),
        nw.when(kinds["__to_rest"]).then(1).alias("__world"),
    )
    return aggregate(
        rows,
        [*keys, seller],
        nw.col("__m").count().alias("__m_known"),
        nw.col("__x").count().alias("__x_known"),
        *(nw.col(name).sum() for name in _SUMS),
        *(nw.col(name).count() for name in ("__m_rows", "__x_rows", "__world")),
        nw.col("__flag").max(),
    ).with_columns((nw.col("__to_us") + nw.col("__to_rest")).alias("__sold"))


def _flag(rows: nw.LazyFrame[Any], name: str | None) -> nw.Expr:
    """Return 1, 0, or null where there is no mark."""
    if name is None:
        return nw.lit(None, nw.Int64)
    require_marks(rows, name)
    # Null falls through both: a product without any mark is neither flagged nor cleared.
    return nw.when(nw.col(name)).then(1).otherwise(nw.when(~nw.col(name)).then(0))


def by_product(
    rows: nw.LazyFrame[Any], keys: Sequence[str], product: str, least: float, divert: float
) -> nw.LazyFrame[Any]:
    """Return what each product has at risk, and what others could put in its place."""
    rows, group = in_one_group(rows, [*keys, product])
    sold, all_sold = nw.col("__sold"), nw.col("__all_sold")
    rows = rows.with_columns(sold.sum().over(*group).alias("__all_sold"))
    smallest = nw.min_horizontal(*_SUMS)
    largest = nw.sum_horizontal(*_SUMS)
    rows = rows.with_columns(
        nw.when((sold > 0) & (sold >= least * all_sold)).then(1).alias("alternatives"),
        (sold * sold).alias("__square"),
        nw.when((smallest < 0) | ~largest.is_finite()).then(1).otherwise(0).alias("__bad"),
    )
    added = [*_SUMS, "__square", "__bad", "__m_rows", "__x_rows", "__m_known", "__x_known"]
    sums = aggregate(
        rows,
        [*keys, product],
        *(nw.col(name).sum() for name in (*added, "__world", "__sold")),
        nw.col("alternatives").count(),
        nw.col("__flag").max(),
    )
    # Over all products of a key: rows of two countries alone have no trade of others anywhere.
    sums, group = in_one_group(sums, keys)
    sums = sums.with_columns(nw.col("__world").sum().over(*group))
    fine = nw.col("__bad") == 0
    for name in ("__m", "__x"):
        is_known = (nw.col(f"{name}_known") > 0) | (nw.col(f"{name}_rows") == 0)
        sums = sums.with_columns(nw.when(fine & is_known).then(nw.col(name)).alias(name))
    imports, exports = nw.col("__m"), nw.col("__x")
    world = fine & (nw.col("__world") > 0)
    bought = nw.when(imports > 0).then(imports)
    sums = sums.with_columns(
        nw.when(world).then(nw.col("__to_rest") * divert / bought).alias("cover"),
        nw.when(world & (nw.col("__sold") > 0))
        .then(nw.col("__square") / nw.when(nw.col("__sold") > 0).then(nw.col("__sold") ** 2))
        .alias("alternatives_hhi"),
        nw.when(world).then(nw.col("alternatives")).cast(nw.Int64).alias("alternatives"),
    )
    cover = nw.col("cover")
    sums = sums.with_columns(
        nw.when(cover >= 1).then(1.0).otherwise(cover).alias("replaceable")
    ).with_columns(
        # Without imports there is no cover, and nothing that could go unreplaced.
        nw.when(~cover.is_null())
        .then(imports * (1 - nw.col("replaceable")))
        .otherwise(nw.when(imports == 0).then(0.0))
        .alias("not_replaced")
    )
    shown: list[nw.Expr | str] = [
        *keys,
        product,
        (imports + exports).alias("value_at_risk"),
        imports.alias("imports"),
        divided(imports, imports + nw.col("__m_rest")).alias("import_share"),
        exports.alias("exports"),
        divided(exports, exports + nw.col("__x_rest")).alias("export_share"),
        (nw.col("__flag") == 1).alias("flagged"),
        *("cover", "replaceable", "not_replaced", "alternatives", "alternatives_hhi"),
    ]
    return sums.select(*shown, "__m_rest", "__x_rest")


def in_total(rows: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add the products up; null where one of them has no value."""
    names = ("imports", "exports", "not_replaced")
    rows = rows.with_columns(
        nw.when(nw.col("flagged")).then(nw.col("imports")).alias("flagged_imports"),
        nw.when(nw.col("flagged").is_null()).then(1).alias("__no_flag"),
        *(nw.when(nw.col(name).is_null()).then(1).alias(f"__no_{name}") for name in names),
    )
    sums = aggregate(
        rows,
        keys,
        *(nw.col(name).sum() for name in (*names, "flagged_imports", "__m_rest", "__x_rest")),
        *(nw.col(f"__no_{name}").count() for name in (*names, "flag")),
    )
    sums = sums.with_columns(
        nw.when(nw.col(f"__no_{name}") == 0).then(nw.col(name)).alias(name) for name in names
    )
    imports, exports = nw.col("imports"), nw.col("exports")
    known = ~imports.is_null() & (nw.col("__no_flag") == 0)
    bought = nw.when(imports > 0).then(imports)
    return sums.select(
        *keys,
        (imports + exports).alias("value_at_risk"),
        "imports",
        divided(imports, imports + nw.col("__m_rest")).alias("import_share"),
        "exports",
        divided(exports, exports + nw.col("__x_rest")).alias("export_share"),
        nw.when(known).then(nw.col("flagged_imports")).alias("flagged_imports"),
        (1 - nw.col("not_replaced") / bought).alias("replaceable"),
        "not_replaced",
    )


# How much two partners matter to each other, and how evenly.


Basis = Literal["trade", "flow"]

SALIENCE = MeasureMetadata(
    id="salience",
    title="salience, symmetry and interdependence of two partners",
    function="salience",
    inputs=("rows with exporter, importer and value: all trade of both partners; the two partners"),
    columns=(
        ("salience", "geometric mean of the two shares, 0 to 1"),
        ("symmetry", "1 - |difference| of the two shares, 0 to 1"),
        ("interdependence", "salience times symmetry, 0 to 1"),
        ("difference", "share of the country less share of the partner, -1 to 1"),
        ("ratio", "share of the country over share of the partner; 1 is balance"),
        ("share", "the trade with each other as part of the country's, 0 to 1"),
        ("share_partner", "the trade with each other as part of the partner's, 0 to 1"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=(
        "missing values are left out; null where one of the shares has no value: no trade at all, "
        "a negative or infinite part, or rows with each other that are all missing values; the "
        "ratio also where the partner's share is zero"
    ),
    formula=(
        "S = √(TS_i TS_j); symmetry 1 - |TS_i - TS_j|; interdependence S (1 - |TS_i - TS_j|), "
        "with TS_i = trade_ij / trade_i; difference TS_i - TS_j"
    ),
    reference=(
        "Barbieri (1996), Journal of Peace Research 33(1); difference and ratio: Hirschman (1945), "
        "National Power and the Structure of Foreign Trade"
    ),
)


def salience(
    frame: FrameT,
    *,
    country: str | Collection[str],
    partner: str | Collection[str],
    basis: Basis = "trade",
    by: str | Sequence[str] = ("period",),
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return how much `country` and `partner` matter to each other.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with all trade of both; other rows do no harm.
    country, partner
        Codes as they stand in the frame, or several that count as one.
    basis
        ``trade``: both directions, as Barbieri has it; trade between the members of one side
        counts once in its total. ``flow``: what the country buys from the partner, as part of all
        it buys and of all the partner sells, the two shares of `asymmetry`.
    by
        Columns to compare by.
    supplier, buyer, value
        Columns with exporters, importers and values.

    Returns
    -------
    frame
        The keys, ``salience``, ``symmetry``, ``interdependence``, ``difference``, ``ratio``,
        ``share`` and ``share_partner``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or a code on both sides.
    """
    keys = as_list(by)
    country_codes, partner_codes = two_sides(country, partner)
    if basis not in get_args(Basis):
        raise RequestError(f"basis is {basis!r}", hint=" or ".join(get_args(Basis)))

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows = rows.with_columns(
            *(
                nw.when(nw.col(column).is_in(codes)).then(1).otherwise(0).alias(name)
                for name, column, codes in (
                    ("__we_buy", buyer, country_codes),
                    ("__we_sell", supplier, country_codes),
                    ("__they_buy", buyer, partner_codes),
                    ("__they_sell", supplier, partner_codes),
                )
            )
        )
        we_buy, we_sell = nw.col("__we_buy") == 1, nw.col("__we_sell") == 1
        they_buy, they_sell = nw.col("__they_buy") == 1, nw.col("__they_sell") == 1
        bought = we_buy & they_sell
        both = bought | (we_sell & they_buy)
        if basis == "trade":
            sides = (
                SideSums("__us", we_buy | we_sell, both),
                SideSums("__them", they_buy | they_sell, both),
            )
        else:
            sides = SideSums("__us", we_buy, bought), SideSums("__them", they_sell, bought)
        found = side_sums(rows, keys, value, sides)
        found = found.with_columns(sides[0].share.alias("__a"), sides[1].share.alias("__b"))
        return _selected(found, keys)

    makes = [name for name, _ in SALIENCE.columns]
    texts = [supplier, buyer]
    looked = texts if basis == "trade" else [buyer]  # of the country's sales `flow` has none
    asked = dict.fromkeys(looked, as_codes(country))
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=makes, areas=asked)


def two_sides(
    country: str | Collection[str], partner: str | Collection[str]
) -> tuple[list[str], list[str]]:
    """Return the codes of both.

    Raises
    ------
    RequestError
        If a code is on both sides.
    """
    country_codes, partner_codes = as_codes(country), as_codes(partner)
    if twice := sorted(set(country_codes) & set(partner_codes)):
        raise RequestError(
            f"{', '.join(twice)} on both sides",
            why="a country's trade with itself is not foreign trade",
            hint="name two sides that have no member in common",
        )
    return country_codes, partner_codes


def _selected(found: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    one, other = nw.col("__a"), nw.col("__b")
    mean, symmetry = (one * other).sqrt(), 1 - (one - other).abs()
    return found.select(
        *keys,
        mean.alias("salience"),
        nw.when(~other.is_null()).then(symmetry).alias("symmetry"),
        (mean * symmetry).alias("interdependence"),
        (one - other).alias("difference"),
        divided(one, other).alias("ratio"),
        nw.when(~other.is_null()).then(one).alias("share"),
        nw.when(~one.is_null()).then(other).alias("share_partner"),
    )
