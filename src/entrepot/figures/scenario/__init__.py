"""What if trade stopped: scenario files, evaluated under every assumption that they make."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.figures.scenario.evaluate import ask_scenario, evaluate_scenario
    from entrepot.figures.scenario.result import Scenario
    from entrepot.figures.scenario.schema import ScenarioFile, parse_scenario, read_scenario

__all__ = [
    "Scenario",
    "ScenarioFile",
    "ask_scenario",
    "evaluate_scenario",
    "parse_scenario",
    "read_scenario",
]

_HOMES = {
    **dict.fromkeys(("ask_scenario", "evaluate_scenario"), "evaluate"),
    "Scenario": "result",
    **dict.fromkeys(("ScenarioFile", "parse_scenario", "read_scenario"), "schema"),
}


def __getattr__(name: str) -> Any:
    # Imported when first used: a brief asks of everything that it shows whether it is a scenario.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
