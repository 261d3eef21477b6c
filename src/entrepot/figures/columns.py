"""Columns beside a value as people read them: their names, their units, and ends in one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["COLUMNS", "as_dollars", "in_currency", "with_ends"]

COLUMNS = {
    "named_share": ("value with a name", "share"),
    "laspeyres": ("Laspeyres", "ratio"),
    "paasche": ("Paasche", "ratio"),
    "tornqvist": ("Törnqvist", "ratio"),
    "jevons": ("Jevons", "ratio"),
    "matched_share_base": ("compared of the base", "share"),
    "matched_share": ("compared of the period", "share"),
    "matched_products": ("products compared", "count"),
    "trimmed_products": ("products with extreme prices", "count"),
    "trimmed_usd": ("their value", "USD"),
    "products": ("products", "count"),
    "clusters": ("headings", "count"),
    "new_usd": ("new goods", "USD"),
    "gone_usd": ("goods that are gone", "USD"),
    "unsplit_usd": ("not split", "USD"),
    "price_pct": ("prices", "percent"),
    "quantity_pct": ("quantities", "percent"),
    "value_base_usd": ("value in the base", "USD"),
    "value_usd": ("value in the period", "USD"),
    "beta": ("log premium", "index"),
    "beta_error": ("its standard error", "index"),
    "buyer_change": ("change of the buyer’s prices", "relative"),
    "others_change": ("change of the others’ prices", "relative"),
    "overpaid_share": ("overpaid part of the bill", "share"),
    "confidence": ("confidence", "share"),
    "gross_usd": ("gross flow", "USD"),
    "dva_usd": ("domestic value added", "USD"),
    "ddc_usd": ("domestic double counting", "USD"),
    "fva_usd": ("foreign value added", "USD"),
    "fdc_usd": ("foreign double counting", "USD"),
    "high_one_hub": ("at most through one hub each", ""),
    "high_two_hubs": ("at most if all went through two hubs in a row", ""),
    "high_three_hubs": ("at most if all went through three in a row", ""),
    "excess_in": ("bought by hubs above their path", ""),
    "excess_out": ("sold by hubs above their path", ""),
    "unknown_products": ("products with a value missing", "count"),
    "renamed_codes": ("left out, as they are in one edition of the data only", ""),
    "price_margin": ("price margin", ""),
    "price_in": ("a kilogram of what it sold cost it", ""),
    "price_out": ("a kilogram was sold at", ""),
    "bought": ("bought of the origin", ""),
    "others_in": ("bought of others above its path", ""),
    "missing_arrivals": ("sent to it and never reported as bought", ""),
    "bought_told_by": ("its purchases are reported by", ""),
    "sold_told_by": ("its sales are reported by", ""),
    "triple_pct": ("compared with other goods and controls, it bought", "percent"),
    "triple_low_pct": ("at least, 19 times in 20", "percent"),
    "triple_high_pct": ("at most", "percent"),
    "p_hubs": ("chance of a hub among controls", ""),
    "shipped": ("sold to the importer", ""),
    "drawn": ("bought of the origin, of the same products", ""),
    "would_change": ("otherwise explained by", ""),
    "told_out": ("reported by the exporter", ""),
    "told_in": ("reported by the importer", ""),
    "silent_steps": ("excluded, as one side does not report then", ""),
    "arrived_share_base": ("arrived in the base", "share"),
    "arrived_share": ("arrived", "share"),
    "value_added_lost_usd": ("value added lost if it stopped and nothing replaced it", "USD"),
    "output_lost_usd": ("gross output of all economies lost, nothing replaced", "USD"),
    "unmet_share": ("not replaced, of the bill", "share"),
    "shadow_price": ("price of what is left (against before)", "ratio"),
    "cost_pct": ("what the same usefulness would cost more", "percent"),
    "known_share": ("the loss is of this part of the bill", "share"),
    "whole_loss_share_low": ("loss of all goods, at least", "share"),
    "whole_loss_share_high": ("at most", "share"),
    "at_least_share": ("part of the bill with the least elasticity", "share"),
    "free_loss_share": ("loss if others could send any amount (in the long run)", "share"),
    "leontief_share": ("largest shortfall of a product (without substitution)", "share"),
    "critical_products": ("critical products", "count"),
    "critical_codes": ("the critical ones", ""),
}
"""Name in words, and unit, of columns whose own name says less."""

Detail = tuple[str, "float | str", "tuple[float, float] | None"]


# At the end, or before the end of an interval: "usd" elsewhere in a name stays.
_DOLLARS = re.compile(r"_usd(?=(_low|_high)?$)")


def in_currency(name: str, currency: str) -> str:
    """Return the name of a column of money, which is named for dollars, in another currency.

    Examples
    --------
    >>> in_currency("price_usd_low", "EUR"), in_currency("products", "EUR")
    ('price_eur_low', 'products')
    """
    return _DOLLARS.sub(f"_{currency.lower()}", name) if currency else name


def as_dollars(name: str, currency: str) -> str:
    """Return the name that a column of money of a currency has in dollars.

    Examples
    --------
    >>> as_dollars("price_eur", "EUR")
    'price_usd'
    """
    end = f"_{currency.lower()}"
    return f"{name.removesuffix(end)}_usd" if currency and name.endswith(end) else name


def with_ends(details: Mapping[str, float | str]) -> Iterator[Detail]:
    """Yield each column with its ends, which stand in columns of their own.

    Examples
    --------
    >>> list(with_ends({"share": 0.4, "share_low": 0.3, "share_high": 0.5, "products": 9.0}))
    [('share', 0.4, (0.3, 0.5)), ('products', 9.0, None)]
    >>> list(with_ends({"paid_usd": 5.0, "paid_usd_low": 4.0, "paid_usd_high": 7.0}))
    [('paid_usd', 5.0, (4.0, 7.0))]
    """
    for name, value in details.items():
        base_name = name.removesuffix("_low").removesuffix("_high")
        # share_low belongs to share; a column that merely ends so, with no such other, stays.
        if base_name != name and base_name in details:
            continue
        low, high = details.get(f"{name}_low"), details.get(f"{name}_high")
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low < high:
            yield name, value, (low, high)
        else:
            yield name, value, None
