"""What if trade stopped: scenario files, evaluated with every assumption they rest on."""

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
