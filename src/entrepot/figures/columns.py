"""Columns beside a value as people read them: their names, their units, and ends in one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@cache
def column_words() -> dict[str, tuple[str, str]]:
    """Return name in words, and unit, of columns whose own name says less."""
    rows = read_table(Path(__file__).with_suffix(".csv"), ("name", "words", "unit"))
    return {row["name"]: (row["words"], row["unit"]) for row in rows}


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
