"""Changes of value, quantity and price that belong together, and what a mark-up costs."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.errors import RequestError

__all__ = ["ChangeTriple", "Overpayment", "change_triple", "overpayment", "relative_premium"]


@dataclass(frozen=True, slots=True)
class ChangeTriple:
    """Changes in per cent with (1 + value) = (1 + price) (1 + quantity).

    Attributes
    ----------
    value_pct, quantity_pct, price_pct
        Changes in per cent; the one that was not given is implied.
    implied
        Which of the three is implied.
    low_pct, high_pct
        Bounds of the implied one if the two given are rounded, otherwise both equal to it.
    """

    value_pct: float
    quantity_pct: float
    price_pct: float
    implied: str
    low_pct: float
    high_pct: float


def change_triple(
    *,
    value_pct: float | None = None,
    quantity_pct: float | None = None,
    price_pct: float | None = None,
    rounded_to: float = 0.0,
) -> ChangeTriple:
    """Return the change that two others imply.

    Parameters
    ----------
    value_pct, quantity_pct, price_pct
        Two of the three changes, in per cent.
    rounded_to
        Step that the two are rounded to, in points: 1 for whole per cents.

    Raises
    ------
    RequestError
        If not exactly two are given, one is -100 or less, or `rounded_to` is negative.

    Examples
    --------
    Ball bearings, of which a buyer paid 76 % more for 13 % less:

    >>> found = change_triple(value_pct=76, quantity_pct=-13, rounded_to=1)
    >>> round(found.price_pct), round(found.low_pct), round(found.high_pct)
    (102, 101, 104)
    """
    given = {"value": value_pct, "quantity": quantity_pct, "price": price_pct}
    known = {name: change for name, change in given.items() if change is not None}
    half = rounded_to / 2
    if len(known) != 2 or not all(change - half > -100 for change in known.values()) or half < 0:
        raise RequestError(
            "the third change follows from two others, each above -100 %",
            where=", ".join(f"{name}_pct={change}" for name, change in known.items()),
            hint="give two of value_pct, quantity_pct and price_pct, and a rounding of 0 or more",
        )
    (implied,) = given.keys() - known.keys()
    middle, *bounds = (_implied(known, implied, shift) for shift in (0.0, half, -half))
    full = known | {implied: middle}
    return ChangeTriple(
        full["value"], full["quantity"], full["price"], implied, min(bounds), max(bounds)
    )


def _implied(known: dict[str, float], implied: str, shift: float) -> float:
    """Return the third change, with the given ones moved so that it grows with `shift`."""
    if implied == "value":
        first, second = ((1 + (change + shift) / 100) for change in known.values())
        return (first * second - 1) * 100
    (other,) = known.keys() - {"value"}
    top, bottom = 1 + (known["value"] + shift) / 100, 1 + (known[other] - shift) / 100
    return (top / bottom - 1) * 100


def relative_premium(buyer_pct: float, others_pct: float) -> float:
    """Return by how much a buyer's price rose more than the others', as a ratio less 1.

    Raises
    ------
    RequestError
        If a change is -100 % or less.

    Examples
    --------
    >>> round(relative_premium(87, 9), 3)
    0.716
    """
    if buyer_pct <= -100 or others_pct <= -100:
        raise RequestError(
            f"prices cannot change by {min(buyer_pct, others_pct)} %",
            hint="give changes in per cent, above -100",
        )
    return (100 + buyer_pct) / (100 + others_pct) - 1


@dataclass(frozen=True, slots=True)
class Overpayment:
    """What a premium costs.

    Attributes
    ----------
    share
        Part of the bill that is premium, below 1; negative for a discount.
    usd
        The same in USD, or None without a bill.
    """

    share: float
    usd: float | None


def overpayment(premium: float, bill_usd: float | None = None) -> Overpayment:
    """Return the part of a bill that a premium makes: 1 - 1 / (1 + premium).

    A premium of 71.6 % is not 71.6 % of the bill. It is the part of the price without premium
    that comes on top of it.

    Parameters
    ----------
    premium
        Ratio of the price to the price without premium, less 1.
    bill_usd
        What was paid, premium included, in USD.

    Raises
    ------
    RequestError
        If the premium is -1 or less.

    Examples
    --------
    >>> round(overpayment(relative_premium(87, 9)).share, 3)
    0.417
    """
    if not premium > -1:
        raise RequestError(
            f"a premium of {premium} leaves no price",
            hint="give the ratio of the two prices less 1, such as 0.716",
        )
    share = premium / (1 + premium)
    return Overpayment(share, None if bill_usd is None else share * bill_usd)
