"""What a third party stands to lose if a country retaliates, product by product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.measures.door import FrameT, numbers_refused, through_door
from entrepot.measures.exposure_parts import by_product, by_supplier, in_total
from entrepot.measures.extra import ordered
from entrepot.measures.grouped import as_list
from entrepot.measures.passport import Passport
from entrepot.measures.salience import two_sides

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import narwhals as nw

__all__ = ["RETALIATION_EXPOSURE", "retaliation_exposure"]

RETALIATION_EXPOSURE = Passport(
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
        The keys, the product, and the columns of the passport, largest value at risk first
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
    result = through_door(
        frame, step, keys=shown, texts=texts, value=value, makes=makes, areas=areas
    )
    order = [*keys, "value_at_risk", *([] if total else [product])]
    down = [name == "value_at_risk" for name in order]
    return ordered(result, order, descending=down)
