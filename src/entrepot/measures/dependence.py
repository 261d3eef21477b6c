"""How much of a market one supplier has, and how much of a supplier's sales one buyer takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, is_absent, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_NULL_RULE = (
    "null where the total is zero, where a part is negative or infinite, and where the partner's "
    "rows are all missing values, and where no row of the frame names the partner; zero where the "
    "partner has rows in other markets of the frame and none in this one"
)

IMPORT_SHARE = MeasureMetadata(
    id="import_share",
    title="share of imports",
    function="import_share",
    inputs="rows with supplier and value, all suppliers of the market; the supplier asked about",
    columns=(("share", "the supplier's part of all imports, 0 to 1"),),
    unit="share",
    range="0 to 1",
    null_rule=_NULL_RULE,
    formula="s = m_j / Σ_j m_j, with m_j imports from supplier j",
    reference="definition",
)

EXPORT_SHARE = MeasureMetadata(
    id="export_share",
    title="share of exports",
    function="export_share",
    inputs="rows with buyer and value, all buyers of the exporter; the buyer asked about",
    columns=(("share", "the buyer's part of all exports, 0 to 1"),),
    unit="share",
    range="0 to 1",
    null_rule=_NULL_RULE,
    formula="s = x_i / Σ_i x_i, with x_i exports to buyer i",
    reference="definition",
)


RELIANT_GOODS = MeasureMetadata(
    id="reliant_goods",
    title="share of imports in products mostly from one supplier",
    function="reliant_goods",
    inputs="rows with product, supplier and value, all suppliers of the market; the supplier",
    columns=(
        ("reliant_goods", "imports of products of which it has half or more, of all, 0 to 1"),
        ("reliant_products", "number of these products"),
        ("products", "number of products with imports above zero"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=(
        "missing values are left out, and so is a product whose total is zero, negative or "
        "infinite; null where no product is left"
    ),
    formula="Σ_p m_p [m_jp / m_p >= 1/2] / Σ_p m_p, with m_jp imports of product p from supplier j",
    reference="definition",
)


def import_share(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    by: str | Sequence[str] = ("importer", "period"),
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the share of imports that comes from `exporter`.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier, not only of `exporter`.
    exporter
        Code of the supplier as it stands in the frame, or several that count as one (``"CHN+HKG"``
        or a collection). Groups such as EU27 must be resolved to members first.
    by
        Columns that make a market.
    supplier, value
        Columns with suppliers and values. A row without supplier counts in the total.

    Returns
    -------
    frame
        The keys and ``share``, 0 to 1.
    """
    return _share(frame, exporter, by, supplier, value)


def export_share(
    frame: FrameT,
    *,
    importer: str | Collection[str],
    by: str | Sequence[str] = ("exporter", "period"),
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return the share of exports that goes to `importer`.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every buyer, not only of `importer`.
    importer
        Code of the buyer as it stands in the frame, or several that count as one.
    by
        Columns that make one exporter's sales.
    buyer, value
        Columns with buyers and values. A row without buyer counts in the total.

    Returns
    -------
    frame
        The keys and ``share``, 0 to 1.
    """
    return _share(frame, importer, by, buyer, value)


def _share(
    frame: FrameT,
    partner: str | Collection[str],
    by: str | Sequence[str],
    side: str,
    value: str,
) -> FrameT:
    keys, codes = as_list(by), as_codes(partner)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        nowhere = is_absent(frame, side, codes)
        # Part and rest are added up apart, so that rounding cannot make a share exceed one.
        asked = nw.col(side).is_in(codes)
        parted = rows.select(
            *keys,
            nw.when(asked).then(nw.col(value)).alias("__part"),
            nw.when(asked).then(nw.lit(None, nw.Float64)).otherwise(value).alias("__rest"),
            nw.when(asked).then(1).alias("__rows"),
        )
        sums = aggregate(
            parted,
            keys,
            nw.col("__part").sum().alias("__sum"),
            nw.col("__part").count().alias("__known"),
            nw.col("__rest").sum(),
            nw.col("__rows").count(),
        )
        part, rest = nw.col("__sum"), nw.col("__rest")
        # No row here is no trade only for a partner that the frame knows from another market.
        zero = (nw.col("__rows") == 0) & nw.lit(not nowhere)
        answered = (nw.col("__known") > 0) | zero
        defined = (part >= 0) & (rest >= 0) & (part + rest > 0) & (part + rest).is_finite()
        return sums.select(
            *keys, nw.when(answered & defined).then(part / (part + rest)).alias("share")
        )

    asked = {side: codes}
    return run_on_frame(
        frame, step, keys=keys, texts=[side], value=value, makes=["share"], areas=asked
    )


# Of which products one supplier has most.


HALF = 0.5


def product_shares(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    by: str | Sequence[str] = (),
    product: str = "product",
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the share of a supplier in the imports of each product; zero where it has no row.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    exporter
        Code of the supplier, or several that count as one.
    by
        Columns that make a market.
    product, supplier, value
        Columns with products, suppliers and values.

    Returns
    -------
    frame
        The keys, the product, ``share`` (0 to 1), ``from_supplier`` and ``imports``.
    """
    keys, codes = [*as_list(by), product], as_codes(exporter)
    makes = ["share", "from_supplier", "imports"]
    return run_on_frame(
        frame,
        lambda rows: _by_product(rows, keys, supplier, codes, value),
        keys=keys,
        texts=[supplier],
        value=value,
        makes=makes,
        areas={supplier: codes},
    )


def reliant_goods(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    by: str | Sequence[str] = (),
    product: str = "product",
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return which part of imports is of products of which a supplier has half or more.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    exporter
        Code of the supplier, or several that count as one.
    by
        Columns that make a market.
    product, supplier, value
        Columns with products, suppliers and values.

    Returns
    -------
    frame
        The keys, ``reliant_goods`` (0 to 1), ``reliant_products`` and ``products``.
    """
    keys, codes = as_list(by), as_codes(exporter)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        found = _by_product(rows, [*keys, product], supplier, codes, value)
        has_most = nw.col("share") >= HALF
        parted = found.select(
            *keys,
            "imports",
            nw.when(has_most).then(nw.col("imports")).alias("__most"),
            nw.when(has_most).then(1).alias("reliant_products"),
        )
        sums = aggregate(
            parted,
            keys,
            nw.col("imports").sum(),
            nw.col("__most").sum(),
            nw.col("reliant_products").count(),
            nw.col("imports").count().alias("products"),
        )
        whole, counts = nw.col("imports"), ("reliant_products", "products")
        return sums.select(
            *keys,
            nw.when(whole > 0).then(nw.col("__most") / whole).alias("reliant_goods"),
            *(nw.col(name).cast(nw.Int64) for name in counts),
        )

    makes = [name for name, _ in RELIANT_GOODS.columns]
    return run_on_frame(
        frame,
        step,
        keys=keys,
        texts=[supplier, product],
        value=value,
        makes=makes,
        areas={supplier: codes},
    )


def _by_product(
    rows: nw.LazyFrame[Any], keys: list[str], side: str, codes: list[str], value: str
) -> nw.LazyFrame[Any]:
    asked = nw.col(side).is_in(codes)
    parted = rows.select(
        *keys,
        nw.when(asked).then(nw.col(value)).otherwise(0.0).alias("from_supplier"),
        nw.when(asked).then(0.0).otherwise(nw.col(value)).alias("__rest"),
    )
    sums = aggregate(parted, keys, nw.col("from_supplier").sum(), nw.col("__rest").sum())
    part, rest = nw.col("from_supplier"), nw.col("__rest")
    whole = part + rest
    found = sums.with_columns(whole.alias("imports"), (part / whole).alias("share"))
    defined = (part >= 0) & (rest >= 0) & (whole > 0) & whole.is_finite()
    return found.filter(defined).select(*keys, "share", "from_supplier", "imports")


# How unequal the dependence of two trading partners is.


ASYMMETRY = MeasureMetadata(
    id="asymmetry",
    title="asymmetry of dependence",
    function="asymmetry",
    inputs=(
        "rows with exporter, importer and value: everything the importer buys and everything the "
        "exporter sells; the two partners"
    ),
    columns=(
        ("asymmetry", "import_share over export_share, a ratio; 1 is balance"),
        ("import_share", "the exporter's part of the importer's imports, 0 to 1"),
        ("export_share", "the importer's part of the exporter's exports, 0 to 1"),
    ),
    unit="ratio",
    range="above 0; above 1 the importer leans more on the exporter than the reverse",
    null_rule=(
        "missing values are left out; null where the partners' trade is zero or not known, or a "
        "part is negative or infinite"
    ),
    formula="A = (m_ij / Σ_j m_ij) / (m_ij / Σ_i m_ij), with m_ij imports of i from j",
    reference="Hirschman (1945), National Power and the Structure of Foreign Trade",
)


def asymmetry(
    frame: FrameT,
    *,
    importer: str | Collection[str],
    exporter: str | Collection[str],
    by: str | Sequence[str] = ("period",),
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Compare how much `importer` leans on `exporter` with the reverse.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with all imports of `importer` and all exports of
        `exporter`; other rows do no harm.
    importer, exporter
        Codes as they stand in the frame, or several that count as one.
    by
        Columns to compare by.
    supplier, buyer, value
        Columns with exporters, importers and values.

    Returns
    -------
    frame
        The keys, ``asymmetry`` (a ratio), ``import_share`` and ``export_share`` (0 to 1).
    """
    keys = as_list(by)
    sellers, buyers = as_codes(exporter), as_codes(importer)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sold = nw.when(nw.col(supplier).is_in(sellers)).then(1).otherwise(0)
        bought = nw.when(nw.col(buyer).is_in(buyers)).then(1).otherwise(0)
        marked = rows.with_columns(sold.alias("__sold"), bought.alias("__bought"))
        # 3: the exporter to the importer; 1: others to the importer; 2: the exporter to others.
        side = nw.col("__sold") * 2 + nw.col("__bought")
        parted = marked.select(
            *keys,
            nw.when(side == 3).then(nw.col(value)).alias("__both"),
            nw.when(side == 1).then(nw.col(value)).alias("__bought_elsewhere"),
            nw.when(side == 2).then(nw.col(value)).alias("__sold_elsewhere"),
        )
        names = ("__both", "__bought_elsewhere", "__sold_elsewhere")
        sums = aggregate(parted, keys, *(nw.col(name).sum() for name in names))
        both, bought_, sold_ = (nw.col(name) for name in names)
        defined = (both > 0) & (bought_ >= 0) & (sold_ >= 0) & (both + bought_ + sold_).is_finite()
        return sums.select(
            *keys,
            # The ratio of the two shares, in which their common numerator is gone.
            nw.when(defined).then((both + sold_) / (both + bought_)).alias("asymmetry"),
            nw.when(defined).then(both / (both + bought_)).alias("import_share"),
            nw.when(defined).then(both / (both + sold_)).alias("export_share"),
        )

    makes = [name for name, _ in ASYMMETRY.columns]
    texts, asked = [supplier, buyer], {supplier: sellers, buyer: buyers}
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=makes, areas=asked)


# How much of what is used has to come from outside, where production is known.


NET_IMPORT_RELIANCE = MeasureMetadata(
    id="net_import_reliance",
    title="net import reliance",
    function="net_import_reliance",
    inputs="rows with production, imports and exports in one unit; optionally what stocks gave",
    columns=(
        (
            "net_import_reliance",
            "net imports over apparent consumption, a share; below 0 for a net exporter",
        ),
        ("apparent_consumption", "what was used, in the unit of the columns"),
    ),
    unit="share",
    range="up to 1; negative for a net exporter",
    null_rule=(
        "null where production, imports, exports or (if asked for) stocks are missing in any row, "
        "where one of the first three is negative or infinite, and where apparent consumption is "
        "not above zero; a missing production is never zero"
    ),
    formula="NIR = (M - X + S) / (P + M - X + S), with S what was taken from stocks",
    reference=(
        "U.S. Geological Survey, Mineral Commodity Summaries (with stocks; there in per cent, and "
        "E for a net exporter); without stocks the import reliance of the European Commission's "
        "lists of critical raw materials"
    ),
)


def net_import_reliance(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    production: str = "production",
    imports: str = "imports",
    exports: str = "exports",
    stocks: str | None = None,
) -> FrameT:
    """Return net imports as a share of apparent consumption.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read. For a group such as the EU: production of all members,
        and their trade with others only.
    by
        Columns to add up by, e.g. ``["product", "year"]``.
    production, imports, exports
        Columns in one unit, by mass rather than by value where stages or qualities differ in
        price.
    stocks
        Column with what was taken from stocks, of government and industry: positive where stocks
        fell, negative where they grew.

    Returns
    -------
    frame
        The keys, ``net_import_reliance`` and ``apparent_consumption``.
    """
    keys = as_list(by)
    names = [production, imports, exports, *([stocks] if stocks else [])]

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        _refuse_other_than_numbers(rows, names)
        known = rows.select(*keys, *(_number(name) for name in names))
        gaps = nw.sum_horizontal(*(nw.col(name).is_null().cast(nw.Int64) for name in names))
        below = nw.sum_horizontal(
            # Not the stocks: they grow as often as they fall.
            *(nw.when(nw.col(name) < 0).then(1).otherwise(0) for name in names[:3])
        )
        marked = known.with_columns(gaps.alias("__gaps"), below.alias("__below"))
        sums = aggregate(
            marked,
            keys,
            *(nw.col(name).sum() for name in names),
            nw.col("__gaps").sum(),
            nw.col("__below").sum(),
            nw.col("__gaps").count().alias("__rows"),
        )
        net = nw.col(imports) - nw.col(exports)
        if stocks:
            net = net + nw.col(stocks)
        used = nw.col(production) + net
        # One missing production makes the sum too small, and reliance too large.
        is_complete = (nw.col("__rows") > 0) & (nw.col("__gaps") == 0) & (nw.col("__below") == 0)
        defined = is_complete & used.is_finite()
        return sums.select(
            *keys,
            nw.when(defined & (used > 0)).then(net / used).alias("net_import_reliance"),
            nw.when(defined).then(used).alias("apparent_consumption"),
        )

    makes = [name for name, _ in NET_IMPORT_RELIANCE.columns]
    return run_on_frame(frame, step, keys=keys, texts=names[1:], value=production, makes=makes)


def _number(name: str) -> nw.Expr:
    number = nw.col(name).cast(nw.Float64)
    return nw.when(~number.is_nan()).then(number).alias(name)


def _refuse_other_than_numbers(rows: nw.LazyFrame[Any], names: Sequence[str]) -> None:
    schema = rows.collect_schema()
    for name in names:
        if not schema[name].is_numeric():
            raise RequestError(
                f"values are {schema[name]}, not numbers",
                where=f"column {name}",
                hint="turn the column into numbers first",
            )
