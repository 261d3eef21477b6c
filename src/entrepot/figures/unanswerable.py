"""Questions that no data can answer: an area that trades with itself, a number beyond sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures.questions import QUESTIONS
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

__all__ = ["refuse_impossible", "refuse_rate"]

MOST_SIGMA = 100.0
"""Elasticity above which losing 99 % of all supply would cost less than 5 %."""
MOST_APART = 2.0
"""Times that a rate of a day can lie from the mean of the period it is set beside."""


def refuse_impossible(definition: Definition) -> None:
    """Refuse one area on both sides, and what would change nothing or make all suppliers alike.

    A member beside its group is no such thing: what the other members buy from it is trade. So is
    trade inside a group.

    Raises
    ------
    RequestError
        Says which area or number it is.
    """
    buyers, sellers = (set(side.split("+")) for side in (definition.importer, definition.exporter))
    both = sorted((buyers & sellers) - {WORLD})
    is_group = buyers == sellers and len(definition.members("importer")) > 1
    if both and not is_group:
        raise RequestError(
            f"{', '.join(both)} on both sides",
            why="trade of an area with itself is no foreign trade",
            hint="name each area on one side, or WLD for everybody",
        )
    _refuse_idle(definition)
    _refuse_one_side(definition)
    if definition.sigma is not None and definition.sigma > MOST_SIGMA:
        raise RequestError(
            f"an elasticity of {definition.sigma:g} between suppliers",
            why=f"above {MOST_SIGMA:g} hardly any loss has a price, whatever the trade: that would "
            "be assumed, not found",
            hint="write --sigma 3: near 2 in a first year, 5 or 6 over several years",
        )


def _refuse_one_side(definition: Definition) -> None:
    """Refuse to choose one side's reports where both are set against each other, or make a chain.

    Rows that are not chosen would look like trade that was not reported.
    """
    how, measure = QUESTIONS[definition.measure], definition.measure
    if not how.both_reports:
        return
    if definition.basis == "origin":
        raise RequestError(
            f"{measure} cannot be asked by origin",
            why="by origin goods are their maker's, whoever they came through",
            hint="leave out --basis",
        )
    keys = ("reported_by", "valuation") if how.trade == "flow" else ()
    for key in keys:
        if given := getattr(definition, key):
            raise RequestError(
                f"{measure} has no {key} {given}",
                why="it sets the reports of both sides against each other, and one would be left",
                hint=f"leave out --{key.replace('_', '-')}",
            )


def _refuse_idle(definition: Definition) -> None:
    """Refuse to name as fixed all supply, or only those who stop or buy anyway."""
    if not definition.fixed_supply:
        return
    fixed_supply = definition.members("fixed_supply")
    if WORLD in fixed_supply:
        raise RequestError(
            "the supply of all countries is fixed",
            why="no country would send more: that is already one end of the range",
            hint="read the row where others send 0 %, or name countries: --fixed-supply coalition",
        )
    named = {
        "seller that stops": definition.members("exporter"),
        "buyer": definition.members("importer"),
    }
    if fixed_supply <= frozenset[str]().union(*named.values()):
        roles = " or ".join(what for what, codes in named.items() if codes & fixed_supply)
        raise RequestError(
            f"{', '.join(sorted(fixed_supply))}: given as --fixed-supply and as the {roles}",
            why="fixed supply is for other suppliers, which sell as much as before: it would "
            "not change the answer",
            hint="leave out --fixed-supply, or name others: --fixed-supply coalition",
        )


def refuse_rate(spot: float, usual: float | None, currency: str, report: str) -> None:
    """Refuse a rate of a day that cannot be one of the period of a report.

    Parameters
    ----------
    spot, usual
        Units of the currency a dollar: the rate in question, and that of the period, if known.
    currency, report
        Which currency, and whose report it is, in words.

    Raises
    ------
    RequestError
        If one is more than `MOST_APART` times the other, or no rate at all.
    """
    if usual is None or (spot > 0 and 1 / MOST_APART <= spot / usual <= MOST_APART):
        return
    raise RequestError(
        f"a rate of {spot:g} {currency} a dollar",
        why=f"{report} has {usual:.4g}; no rate of a day lies {MOST_APART:g} times away from it",
        hint=f"write how much {currency} a dollar was, such as --spot {usual:.3g}",
    )
