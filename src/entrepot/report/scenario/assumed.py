"""What a scenario assumes: as rows of a table, and in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.scenario.levels import ASSUMED
from entrepot.model.areas import area_name
from entrepot.model.display import figure_value, number, range_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.scenario import Scenario

__all__ = ["WORDS", "assumptions", "in_lines"]

WORDS = {
    "leak": "what flows on all the same",
    "friction": "what of displaced trade is not rebuilt",
    "inputs": "elasticity between inputs",
    "outer": "elasticity between inputs and value added",
}
_BRIEF = {
    "leak": "leak",
    "friction": "friction",
    "inputs": "elasticity between inputs",
    "outer": "and with value added",
}


def in_lines(one: Scenario) -> Iterator[str]:
    """Yield what was assumed, in a sentence for each level, and what moves the result most."""
    if one.file.economy and one.economy:
        parts = [f"{_BRIEF[name]} {_span(one, name)}" for name in ASSUMED]
        yield f"Assumed: {', '.join(parts)}; {one.economy.solutions} sets worked out."
        if gone := len(one.economy.left_out):
            yield (
                f"{gone} more have no balance: there output falls to nothing or trade cannot be "
                "rebuilt, so that losses can be larger than the range says."
            )
        target = {
            name: sides["target"] for name, sides in one.economy.alone.items() if "target" in sides
        }
        if target:
            name = max(target, key=lambda name: target[name][1] - target[name][0])
            least, most = target[name]
            if least < most:
                yield (
                    f"What moves the target's loss most: {WORDS[name]} "
                    f"({range_text(least, most, 'share')} of output by it alone)."
                )
    if one.file.extraction:
        yield f"Who sells instead: {_instead(one)}."


def _span(one: Scenario, name: str) -> str:
    assert one.file.economy is not None
    found = getattr(one.file.economy, name)
    least, most = min(found.values), max(found.values)
    return f"{found.take:g}" + (f" ({least:g} to {most:g})" if least < most else "")


def assumptions(scenarios: Sequence[Scenario]) -> Iterator[tuple[str, ...]]:
    """Yield each assumption with what every scenario takes, and how well it was solved."""
    if any(one.file.economy for one in scenarios):
        for name in ASSUMED:
            yield (WORDS[name], *(_assumed(one, name) for one in scenarios))
        yield ("most that inputs are of output", *(_cap(one) for one in scenarios))
        yield ("solutions", *(_solutions(one) for one in scenarios))
        yield ("balance missed by, of the largest output", *(_miss(one) for one in scenarios))
        yield ("cushion, above zero: output stays above zero", *map(_cushion, scenarios))
    if any(one.file.extraction for one in scenarios):
        yield ("who sells instead", *(_instead(one) for one in scenarios))


def _assumed(one: Scenario, name: str) -> str:
    if one.file.economy is None:
        return "–"
    found = getattr(one.file.economy, name)
    also = ", ".join(f"{value:g}" for value in found.values[1:])
    return f"{found.take:g}" + (f" (also {also})" if also else "")


def _cap(one: Scenario) -> str:
    return f"{one.file.economy.cap:g}" if one.file.economy else "–"


def _solutions(one: Scenario) -> str:
    if one.economy is None:
        return "–"
    lost = len(one.economy.left_out)
    return f"{one.economy.solutions}" + (f", and {lost} without a balance" if lost else "")


def _miss(one: Scenario) -> str:
    miss = one.economy.checks["miss"] if one.economy else None
    return "–" if miss is None else f"{miss:.1e}"


def _cushion(one: Scenario) -> str:
    cushion = one.economy.checks["cushion"] if one.economy else None
    return "–" if cushion is None else number(cushion)


def _instead(one: Scenario) -> str:
    if one.file.extraction is None:
        return "–"
    return ", ".join(
        f"{code if code.islower() else area_name(code)} {figure_value(part, 'share')}"
        for code, part in one.file.extraction.replaced.items()
    )
