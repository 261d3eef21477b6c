"""What a scenario comes to, in a few sentences: who loses how much, as ranges, and where most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.scenario.schema import side_phrase
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value, joined, range_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures import Figure
    from entrepot.figures.scenario import Scenario
    from entrepot.figures.scenario.result import Between, EconomyLoss, Loss

__all__ = ["answer"]

_HARDEST = 3
_NOTHING = "nothing that can be told from none"


def answer(one: Scenario) -> str:
    """Return who would lose how much: the sides, and the economies that lose most.

    Of the levels that were asked for, each in a sentence or two of its own, since they are
    different quantities.
    """
    return " ".join(_sentences(one))


def _sentences(one: Scenario) -> Iterator[str]:
    if one.economy:
        yield f"For lack of inputs {_lost(one.economy.sides)}{_alone(one.economy.sides)}."
        if hardest := list(_hardest(one.economy)):
            yield (
                "Of single economies beside these, members of groups included, the largest part of "
                f"output would be lost in {joined(hardest)}."
            )
    if one.extraction:
        yield f"For lack of sales {_lost(one.extraction.sides)}."
    for figure in one.goods:
        yield _goods(figure)


def _lost(sides: Sequence[Loss]) -> str:
    told = {loss.who: loss for loss in sides}
    words = {"target": "", "imposes": ", imposing the cut,"}
    parts = [
        f"{side_phrase(told[who].code)}{aside} would {_verb(told[who])}"
        for who, aside in words.items()
        if who in told
    ]
    return " and ".join(parts)


def _verb(loss: Loss) -> str:
    """Return "lose 0.4 to 3.7 % of output (17 to 152 bn USD)", a gain as one."""
    least, most = _ends(loss.lost_share)
    if least == most == 0:
        return f"lose {_NOTHING}"
    if most <= 0:
        return f"gain {_span(-most, -least, 'share')} of output"
    if least < 0:
        ends = (figure_value(-least, "share"), figure_value(most, "share"))
        return f"do anything from gaining {ends[0]} of output to losing {ends[1]}"
    return f"lose {_span(least, most, 'share')} of output ({_span(*_ends(loss.lost_usd), 'USD')})"


def _hardest(found: EconomyLoss) -> Iterator[str]:
    """Yield the economies that lose most, but for a side that is one economy."""
    told = {loss.code for loss in found.sides}
    for loss in [one for one in found.areas if one.is_some and one.code not in told][:_HARDEST]:
        least, most = _ends(loss.lost_share)
        text = _span(least, most, "share") if least >= 0 else figure_value(most, "share")
        yield f"{area_phrase(loss.code)} ({text})"


def _alone(sides: Sequence[Loss]) -> str:
    """Return that a number has no range, where none has."""
    return (
        ""
        if any(loss.lost_share.low is not None for loss in sides)
        else (", under the one set of assumptions that the file names")
    )


def _goods(figure: Figure) -> str:
    asked = figure.definition
    who, other = area_phrase(asked.importer), area_phrase(asked.exporter)
    what = f"of what these goods from everywhere are worth to {who}"
    if figure.value is None:
        return f"Which part {what} would be lost without {other} is not known: {figure.reason}."
    least, most = (figure.value if end is None else end for end in (figure.low, figure.high))
    return f"Of goods, {_span(least, most, figure.unit)} {what} would be lost without {other}."


def _ends(found: Between) -> tuple[float, float]:
    return (
        found.value if found.low is None else found.low,
        found.value if found.high is None else found.high,
    )


def _span(least: float, most: float, unit: str) -> str:
    return range_text(least, most, unit) if least < most else figure_value(least, unit)
