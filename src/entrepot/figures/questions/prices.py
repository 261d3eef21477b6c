"""Prices and quantities."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import AMOUNT, BOTH, CHANGE, AnswerRow, Question
from entrepot.lake.fetch import fetch
from entrepot.measures.prices import PriceFilters
from entrepot.measures.prices.contrasts import FEWEST
from entrepot.measures.prices.premium import premiums_under

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]
    from collections.abc import Iterator

    from entrepot.measures.prices.indices import Method
    from entrepot.model.period import Period


def price_index(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Compare unit values of each flow and product with those of the base."""
    return measures.price_index(rows, **_same_products(asked, column, by))


def value_change(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Split the change of the flow into prices and quantities of what a price index compares."""
    return measures.value_change(rows, **_same_products(asked, column, by))


def _same_products(asked: Definition, column: str, by: Sequence[str]) -> dict[str, Any]:
    """Return the arguments of a comparison of each flow and product with its base."""
    return {
        "by": by,
        "period": asked.period,
        "base": asked.base or asked.period.before(),
        "product": _GOODS,
        "value": column,
        "trim": asked.trim,
    }


def price_premium(rows: Frame, asked: Definition, column: str) -> AnswerRow:
    """Compare the buyers' unit values with those of everybody else.

    With fewer headings than `FEWEST` no interval is told, not of the cost of a premium either.
    """
    found = measures.price_premium(
        rows,
        buyer=asked.members("importer"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        by=["exporter"],
        value=column,
    )
    reported = AnswerRow(found.to_dict())
    if found.clusters < FEWEST:
        # A list first: keys are deleted from what is gone through.
        for name in [x for x in reported if x.endswith(("_low", "_high"))] + [
            "interval",
            "confidence",
        ]:
            del reported[name]
    return reported


THREE = (
    "Three changes of price are three numbers: price_index compares the same products; the price "
    "part of value_change is what that comes to in money; the change of the plain unit value also "
    "has the move between products in it (the measure unit_value_change, in Python)."
)
"""What to say beside each of the first two."""

QUESTIONS = {
    "price_index": Question(
        "flow",
        (),
        ("exporter", "base", "trim"),
        price_index,
        "prices of exports from {seller} to {buyer}",
        ("mass_kg",),
        by_product=True,
        notes=(("three-prices", THREE),),
        choices=CHANGE,
    ),
    "value_change": Question(
        "flow",
        (),
        ("exporter", "base", "trim"),
        value_change,
        "change of exports from {seller} to {buyer}",
        ("mass_kg",),
        by_product=True,
        notes=(("three-prices", THREE),),
        choices=AMOUNT,
    ),
    "price_premium": Question(
        "sales",
        BOTH,
        ("exporter", "base"),
        price_premium,
        "what {buyer} pays {seller} more than others do",
        ("mass_kg",),
        unit="relative",
        by_product=True,
        choices=CHANGE,
    ),
}


# Prices under every estimator and bound that can be defended, for many sets of rows at once.


BOUNDS = (5.0, 3.0, None)
"""Factors beyond which a price change is taken for one of unit or of goods; None: every one counts.
"""
BUYER = "buyer"
"""Name of the buyers whose premium is asked."""

SET = "set_of_rows"
"""Column with the number of a set of rows."""

_GOODS = ["exporter", "importer", "product"]
_TWO = {"fisher": "Fisher", "tornqvist": "Törnqvist"}
_MANY: dict[Method, str] = {
    "geks_tornqvist": "GEKS-Törnqvist",
    "tpd": "time-product dummies",
}
_ESTIMATORS = {"median": "median", "did": "mean", "did, weighted": "mean, weighted by value"}


def bounds_of(asked: Definition) -> dict[str, float | None]:
    """Return which price changes count, in words, and the bound; that of the question first."""
    usual = BOUNDS[0] if asked.measure == "price_premium" else asked.trim
    return {
        "all" if bound is None else f"moves of up to {bound:g} times": bound
        # The question's own bound comes first; its second occurrence keeps that place.
        for bound in (usual, *BOUNDS)
    }


class Under(NamedTuple):
    """A value, with the set of rows and the choices that it is of."""

    rows: int
    choices: dict[str, str]
    value: float


def specifications(asked: Definition, base: Period, *, is_series: bool) -> list[dict[str, str]]:
    """Return the choices of estimator and bound that each set of rows should have a value under.

    The first is what the question takes when it is asked alone. `is_series`: with `series`.
    """
    if asked.measure == "value_change":
        return [{}]
    names = list(_ESTIMATORS.values())
    if asked.measure == "price_index":
        many = _methods(asked.period, base) if is_series else {}
        names = [*_TWO.values(), *many.values()]
    return [{"estimator": name, "filter": words} for name in names for words in bounds_of(asked)]


def _methods(period: Period, base: Period) -> dict[Method, str]:
    """Return the indices over many periods that are none over two."""
    adjacent = base.end + timedelta(days=1) == period.start
    return {key: name for key, name in _MANY.items() if not (adjacent and key == "geks_tornqvist")}


def indices(frame: Any, asked: Definition, base: Period) -> Iterator[Under]:
    """Yield the indices that compare two periods, under each bound.

    Parameters
    ----------
    frame
        Rows of `SET` (number of the set), exporter, importer, product, period, ``value_usd`` and
        ``mass_kg``.
    asked, base
        The question, and what its period is compared with.
    """
    for words, trim in bounds_of(asked).items():
        found = measures.price_index(
            frame, by=SET, period=asked.period, base=base, product=_GOODS, trim=trim
        )
        for column, name in _TWO.items():
            yield from _under(found, column, {"estimator": name, "filter": words})


def series(frame: Any, asked: Definition, base: Period) -> Iterator[Under]:
    """Yield the indices that make use of the times between two as well, under each bound.

    With no time between them GEKS-Törnqvist is Törnqvist's index, and is not said twice.
    """
    methods = _methods(asked.period, base)
    keys = [SET, *_GOODS, "period"]
    for words, trim in bounds_of(asked).items():
        # Of all filters only the bound, so that series and two-period indices count the same goods.
        only = PriceFilters(same_partners=None, mad=None, trim=trim)
        kept: Any = measures.unit_values(frame, by=keys, base=base, filters=only).rows
        for method, name in methods.items():
            levels: Any = measures.price_series(
                kept,
                by=SET,
                base=base,
                method=method,
                product=_GOODS,
            )
            now = nw.from_native(levels).filter(nw.col("period") == asked.period.start)
            yield from _under(now, "price_index", {"estimator": name, "filter": words})


def changes(frame: Any, period: Period, base: Period) -> Iterator[Under]:
    """Yield the change of the value; what splits it into prices and quantities does not move it."""
    found = measures.value_change(frame, by=SET, period=period, base=base, product=_GOODS)
    yield from _under(found, "change_usd", {})


def premiums(frame: Any, asked: Definition, base: Period) -> Iterator[Under]:
    """Yield what `BUYER` pays more than all other importers in each set of rows."""
    # `bounds_of` turned round: results come by bound.
    words = {trim: name for name, trim in bounds_of(asked).items()}
    for rows, trim, estimator, premium in premiums_under(
        frame,
        group=SET,
        buyer=BUYER,
        period=asked.period,
        base=base,
        trims=list(words),
        by="exporter",
    ):
        choices = {"estimator": _ESTIMATORS[estimator], "filter": words[trim]}
        yield Under(rows, choices, premium)


def _under(found: Any, column: str, choices: dict[str, str]) -> Iterator[Under]:
    rows = nw.from_native(found).lazy().select(SET, column)
    for number, value in fetch(rows):
        if value is not None:
            yield Under(int(number), choices, float(value))
