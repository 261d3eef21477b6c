"""The keys of an address of scenarios, read as the files that they stand for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, RequestError
from entrepot.figures.scenario import ScenarioFile, parse_scenario
from entrepot.figures.scenario.levels import ASSUMED
from entrepot.measures.cutoff import OTHERS
from entrepot.report.scenario.tables import stops
from entrepot.serve.errors import BadAddressError
from entrepot.serve.keys import single
from entrepot.serve.views.home import named_area

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ASKED", "INSTRUMENTS", "KEYS", "MOST", "NEWEST", "files_of", "given_of"]

INSTRUMENTS = {
    "export_ban": "stop selling",
    "import_ban": "stop buying",
    "embargo": "stop both",
}
ASKED = {
    "imposes": "Who stops trade: CHN, coalition, CHN+HKG; others is everybody else.",
    "target": "With whom: RUS, EU27; others is everybody else.",
    "instrument": "What it is: export_ban, import_ban or embargo; export_ban if left out.",
    "sectors": "Sectors that are sold, of the input-output table: C26,C27; all if left out.",
    "answer": "What the target stops in return: export_ban, import_ban or embargo.",
    "answer_sectors": "Sectors of that; all if left out.",
    "period": "A year; 2022 if left out.",
    "leak": "Part that flows on all the same, and what else it might be: 0.1,0.05,0.3.",
    "friction": "Part of displaced trade that nobody rebuilds: 0.3,0.1,0.6.",
    "inputs": "Elasticity between inputs: 0.5,0.2,0.8.",
    "outer": "Elasticity between inputs and value added: 0.5,0.2,0.8.",
    "goods": "Also goods by their codes, as in the measure cutoff; not beside sectors.",
    "sigma": "One elasticity for these goods, above one.",
}
"""What an address says of a scenario, in words."""
KEYS = (*ASKED, *(f"{name}2" for name in ASKED))
"""Keys of an address: those of the first scenario, and those in which a second differs."""
MOST = 5
"""Values of one assumption: each is solved by itself, and takes its part of a second."""
NEWEST = "2022"


def given_of(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return what an address says; raises `BadAddressError` for a key that is none."""
    return single(pairs, KEYS)


def files_of(given: dict[str, str]) -> list[ScenarioFile]:
    """Return the scenarios of an address: one, or two if a key of the second is there.

    Raises
    ------
    BadAddressError
        For a side that is not named, or too many values.
    RequestError
        For what no scenario can be.
    NotFoundError
        For an area that does not exist.
    """
    first = {name: given[name] for name in ASKED if name in given}
    if second := {name: given[f"{name}2"] for name in ASKED if f"{name}2" in given}:
        both = [_file(first), _file(_second(first, second))]
        if both[0].model_dump() == both[1].model_dump():
            raise RequestError(
                "both scenarios are the same", hint="name in what the second differs: sectors2=C27"
            )
        return both
    return [_file(first)]


def _second(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    """Return the first with what differs; ``none`` takes away, and so do goods the sectors."""
    found = first | second
    for one, other in (("goods", "sectors"), ("sectors", "goods")):
        if one in second and other not in second:
            found.pop(other, None)
    if found.get("answer") == "none":
        found.pop("answer_sectors", None)
    return {name: text for name, text in found.items() if text != "none"}


def _file(given: dict[str, str]) -> ScenarioFile:
    for side in ("imposes", "target"):
        if side not in given:
            raise BadAddressError(f"{side} is not named", hint=f"add {side}=CHN")
    cut: dict[str, Any] = {side: _side(given[side]) for side in ("imposes", "target")}
    data: dict[str, Any] = {"format": 1, "title": "A scenario"}
    data["period"] = given.get("period", NEWEST)
    data["cut"] = cut | _act(given, "instrument", "sectors")
    if "answer" in given:
        data["retaliation"] = _act(given, "answer", "answer_sectors")
    elif "answer_sectors" in given:
        raise BadAddressError("sectors of an answer that is none", hint="add answer=export_ban")
    data["economy"] = {name: _assumed(name, given[name]) for name in ASSUMED if name in given}
    if "goods" in given:
        data["goods"] = {"goods": given["goods"]}
        if "sigma" in given:
            [data["goods"]["sigma"]] = _numbers("sigma", given["sigma"], most=1)
    elif "sigma" in given:
        raise BadAddressError(
            "sigma without goods", why="it is the elasticity of goods", hint="add goods=854231"
        )
    try:
        plain = parse_scenario(json.dumps(data), name="the address")
        data["title"] = stops(plain)
        return parse_scenario(json.dumps(data), name="the address")
    except BadFileError as error:  # which line of a file that nobody wrote helps nobody
        raise RequestError(error.what, why=error.why, hint=error.hint) from error


def _side(text: str) -> str:
    return text if text == OTHERS else named_area(text)


def _act(given: dict[str, str], kind: str, codes: str) -> dict[str, Any]:
    found: dict[str, Any] = {"instrument": given.get(kind, "export_ban")}
    if codes in given:
        found["sectors"] = [
            code.strip().upper() for code in given[codes].split(",") if code.strip()
        ]
    return found


def _assumed(name: str, text: str) -> Any:
    take, *also = _numbers(name, text, most=MOST)
    return {"take": take, "also": also}


def _numbers(name: str, text: str, *, most: int) -> list[float]:
    parts = text.split(",")
    if len(parts) > most:
        raise BadAddressError(
            f"{name} has {len(parts)} values",
            why="each is solved by itself" if most > 1 else "",
            hint=f"write at most {most}; a file on a terminal takes more"
            if most > 1
            else "write one",
        )
    try:
        return [float(part) for part in parts]
    except ValueError:
        raise BadAddressError(
            f"{name} is no number: {text[:60]!r}", hint=f"{name}=0.3,0.1,0.6"
        ) from None
