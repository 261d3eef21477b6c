"""How often the bounds on what came through hubs hold what was planted, and how wide they are.

    python benchmarks/rerouting.py [runs]

Not about speed: networks of three hubs, three controls and twenty products over sixteen quarters
are made up (`tests/made_rerouting.py`). Hubs grow by themselves, goods pass one hub or two and
leave in the same quarter or the next, and some hubs report late. Each line says, for one kind of
network, the share of runs whose bounds hold the truth, whether it lay below or above them, the
median of the bounds and of the amount matched over the truth, and how often hubs that only grow
raise an alarm, and hubs that pass goods on do.
"""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from entrepot.measures.rerouting.bounds import bounds_of
from entrepot.measures.rerouting.cells import Flows, chain_of
from made_rerouting import ASKED, STEPS, Made, network


@dataclass(frozen=True)
class Kind:
    """How networks are made, and how they are asked about."""

    name: str
    made: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)
    with_others: bool = True


KINDS = (
    Kind("as in the head of this script"),
    Kind("hubs grow up to threefold", {"growth": 2.0}),
    Kind("noise twice as large", {"noise": 0.5}),
    Kind("without other goods", with_others=False),
    Kind("margins known to be half at most", asked={"margin": 0.5}),
    Kind(
        "nothing to compare with, hubs grow up to threefold, margins as above",
        {"growth": 2.0},
        {"controls": None, "margin": 0.5},
        with_others=False,
    ),
    Kind("one hub each", {"chains": False}),
    Kind("a synthetic control as well", asked={"synthetic": True}),
)


def run(kind: Kind, runs: int) -> dict[str, Any]:
    """Return the counts and medians of one kind of network."""
    below = above = false = right = 0
    ends: list[tuple[float, float, float]] = []
    for seed in range(runs):
        made = network(seed, **kind.made)
        found = _asked(made, kind)
        below += made.truth < found.low
        above += made.truth > found.high
        right += bool(found.alarm)
        ends.append(tuple(one / made.truth for one in (found.low, found.value, found.high)))
        calm = network(seed, rerouted=False, **kind.made)
        false += bool(_asked(calm, kind).alarm)
    low, middle, high = (statistics.median(one) for one in zip(*ends, strict=True))
    return {
        "networks": kind.name,
        "runs": runs,
        "held": 1 - (below + above) / runs,
        "below": below,
        "above": above,
        "low": low,
        "matched": middle,
        "high": high,
        "width": statistics.median(one[2] - one[0] for one in ends),
        "false_alarms": false / runs,
        "alarms": right / runs,
    }


def _asked(made: Made, kind: Kind) -> Any:
    """Ask as `rerouted` does, without an engine that adds up rows which are added up already."""
    keys = dict(ASKED | kind.asked)
    margin = keys.pop("margin", None)
    others = Flows(STEPS, made.cells_of(goods=False)) if kind.with_others else None
    return bounds_of(Flows(STEPS, made.cells_of(goods=True)), others, chain_of(**keys), margin)


def main() -> None:
    import harness

    runs = harness.arguments(runs=1000).runs
    for kind in KINDS:
        print(json.dumps(run(kind, runs)), flush=True)


if __name__ == "__main__":
    main()
