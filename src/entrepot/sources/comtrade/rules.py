"""What each cell of a file of Comtrade must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from entrepot.model.areas import by_code
from entrepot.model.product import EDITIONS
from entrepot.sources import source_info
from entrepot.sources.strict import NUMBER, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FLOWS", "rules"]

FLOWS = {"1": "M", "2": "X", "3": "RX", "4": "RM"} | {
    code: code for code in ("M", "X", "RX", "RM", "DX", "FM", "MIP", "MOP", "XIP", "XOP")
}
"""Comtrade's flows, and the numbers that older files have for them."""

_LOST = "its trade would be lost from every total"
_UNKNOWN = "an unknown amount is empty"
_AGAIN = "look at the row, or use the file as Comtrade ships it"
_OPTIONAL = f"({NUMBER})?"
_YES_NO = frozenset(
    text for yes in ("true", "false") for text in (yes, yes.title(), yes.upper())
) | {"", "0", "1"}


def rules(columns: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return what cells must be.

    Parameters
    ----------
    columns
        Name of the column of each role in the file.
    """
    made = {rule.column: rule for rule in _rules(date.today().year)}
    return tuple(
        replace(one, column=columns[role]) for role, one in made.items() if role in columns
    )


@cache
def _rules(year: int) -> tuple[Rule, ...]:
    """Return the rules by role, as they are in a year."""
    areas = _numbers(by_code("comtrade"))
    place = "if the area is new, it has to be added to model/areas.csv"
    return (
        Rule(
            "type",
            "not trade in goods",
            allowed=frozenset({"C"}),
            why="only commodities (C) are read; services have other codes and no weight",
            hint="ask Comtrade for typeCode C",
        ),
        Rule("freq", "neither a year (A) nor a month (M)", allowed=frozenset("AM"), hint=_AGAIN),
        Rule("period", "no year or month", allowed=_periods(year), why=_LOST, hint=_AGAIN),
        Rule("reporter", "unknown reporter", allowed=areas, why=_LOST, hint=place),
        Rule("partner", "unknown partner", allowed=areas, why=_LOST, hint=place),
        Rule(
            "partner2",
            "not a code of a second partner",
            "[0-9]{0,4}([.]0)?",
            repeats=True,
            hint=_AGAIN,
        ),
        Rule("customs", "not a customs procedure", "([A-Z][0-9]{2})?", repeats=True, hint=_AGAIN),
        Rule("mot", "not a mode of transport", "[0-9]{0,4}([.]0)?", repeats=True, hint=_AGAIN),
        Rule("flow", "unknown trade flow", allowed=frozenset(FLOWS), why=_LOST, hint=_AGAIN),
        Rule(
            "edition",
            "not an edition of the Harmonized System",
            allowed=frozenset(one.comtrade for one in EDITIONS) | {"HS"},
            why="SITC (S1 to S4), BEC and services count the same trade in other codes",
            hint="ask Comtrade for classification HS (clCode=HS); H0 to H6 are known",
        ),
        Rule("original", "neither true nor false", allowed=_YES_NO, hint=_AGAIN),
        Rule(
            "product",
            "not a product code of up to six digits",
            "[0-9]{1,6}|TOTAL|9999AA",
            repeats=True,
            why="longer codes are national tariff lines and differ from country to country",
            hint="ask Comtrade for TOTAL, AG2, AG4 or AG6, not for tariff lines",
        ),
        _number("value", "not a value of zero or more", NUMBER, _LOST),
        _number("cif", "not a value of zero or more", _OPTIONAL, _LOST),
        _number("fob", "not a value of zero or more", _OPTIONAL, _LOST),
        _number("mass", "not a weight of zero or more", _OPTIONAL, _UNKNOWN),
        _number("quantity", "not a quantity of zero or more", _OPTIONAL, _UNKNOWN),
        Rule(
            "unit", "not a unit of quantity", "(-1|[0-9]{1,3}([.]0)?)?", repeats=True, hint=_AGAIN
        ),
        Rule("mass_estimated", "neither true nor false", allowed=_YES_NO, hint=_AGAIN),
        Rule("quantity_estimated", "neither true nor false", allowed=_YES_NO, hint=_AGAIN),
        Rule(
            "flag",
            "not a flag of estimation",
            allowed=frozenset({"", "0", "2", "4", "6", "0.0", "2.0", "4.0", "6.0"}),
            why="0 is no estimate, 2 quantity, 4 weight, 6 both",
            hint=_AGAIN,
        ),
    )


def _number(role: str, what: str, pattern: str, why: str) -> Rule:
    return Rule(role, what, pattern, least=0.0, why=why, hint=_AGAIN)


def _numbers(codes: Mapping[str, str]) -> frozenset[str]:
    """Return codes as they are written, with zeros in front, or as decimals by a spreadsheet."""
    return frozenset(text for one in codes for text in (one, one.zfill(3), f"{one}.0"))


def _periods(last: int) -> frozenset[str]:
    first = int(source_info("comtrade").bounds.years.least or 0)
    years = range(first, last + 1)
    return frozenset(
        [f"{year}" for year in years]
        + [f"{year}{month:02}" for year in years for month in range(1, 13)]
    )
