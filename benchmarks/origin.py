"""Whose value added is in what 80 economies sell each other, on the table of the OECD.

| job | what it does |
|---|---|
| load | read the installed array, put cut cells back, factorise |
| one flow | electronics from one economy to another, after `load` |
| inverse | the same flow by two inverses in NumPy, one without what crosses the border again |
| everybody | origin by exporter and importer, all pairs at once, after `load` |
| pair by pair | the same of some exporters, one question a pair, scaled to all |

The sums of both ways to count a flow have to agree to a relative 1e-9, and so have the pairs. Peaks
hold what `load` needs.
"""

from __future__ import annotations

import math
import time
from typing import Any

import harness

from entrepot.figures.value_added import economy_of
from entrepot.lake import Lake
from entrepot.measures import value_added_origin
from entrepot.measures.origin import origin_matrix
from entrepot.model.period import Period

SELLER, BUYER, SECTOR = "CHN", "DEU", "C26"
SOME = 4
"""Exporters that are asked pair by pair."""


def _loaded() -> Any:
    known = economy_of(Lake.open("nowhere"), Period.parse("2022"))
    if not hasattr(known, "solved"):
        raise SystemExit(known.reason)
    return known.solved


def _timed(work: Any) -> dict[str, Any]:
    """Return what work found, timed without what had to be loaded for it."""
    start, cpu = time.perf_counter(), time.process_time()
    found = work()
    took = time.perf_counter() - start, time.process_time() - cpu
    return {"run": (*took, harness.peak_of_this_process()), **found}


def load() -> dict[str, Any]:
    return {"sectors": len(_loaded().economy.output)}


def one_flow() -> dict[str, Any]:
    solved = _loaded()

    def work() -> dict[str, Any]:
        found = value_added_origin(solved, [SELLER], [BUYER], made=[SECTOR])
        return {"fva": found.fva, "gross": found.gross}

    return _timed(work)


def inverse() -> dict[str, Any]:
    import numpy as np

    economy = _loaded().economy
    area, sector = economy.name_of, economy.sector_of
    sold = area == economy.names.index(SELLER)
    sold &= sector == economy.sectors.index(SECTOR)
    bought = area == economy.names.index(BUYER)

    def work() -> dict[str, Any]:
        inputs = economy.coefficients
        flow = np.zeros(len(area))
        flow[sold] = inputs[np.ix_(sold, bought)] @ economy.output[bought]
        without = inputs.copy()
        without[np.ix_(sold, bought)] = 0
        first, every = (np.linalg.inv(np.eye(len(area)) - one) @ flow for one in (without, inputs))
        value = economy.value_added
        foreign = area != economy.names.index(SELLER)
        whole = float(value @ every)
        return {"fva": float((value * first)[foreign].sum()), "gross": whole}

    return _timed(work)


def everybody() -> dict[str, Any]:
    solved = _loaded()

    def work() -> dict[str, Any]:
        found = origin_matrix(solved)
        return {
            "once": found.once[:, :SOME].sum(axis=0).ravel().tolist(),
            "pairs": found.gross.size,
        }

    return _timed(work)


def pair_by_pair() -> dict[str, Any]:
    solved = _loaded()
    names = solved.economy.names

    def work() -> dict[str, Any]:
        found = [
            0.0
            if seller == buyer
            else float(
                value_added_origin(solved, [seller], [buyer], perimeter="exporter").once.sum()
            )
            for seller in names[:SOME]
            for buyer in names
        ]
        return {"once": found}

    found = _timed(work)
    seconds, cpu, peak = found["run"]
    scale = len(names) / SOME
    return found | {"run": (scale * seconds, scale * cpu, peak)}


JOBS = {
    "load": load,
    "flow": one_flow,
    "inverse": inverse,
    "everybody": everybody,
    "pairs": pair_by_pair,
}


def report(turns: int = 3) -> str:
    names = {
        "load": "load",
        "one flow": "flow",
        "inverse": "inverse",
        "everybody": "everybody",
        "pair by pair": "pairs",
    }
    found = harness.in_turns(
        {name: (lambda job=job: harness.job(__file__, job)) for name, job in names.items()}, turns
    )
    facts = {name: runs[0].facts for name, runs in found.items()}
    for key in ("fva", "gross"):
        one, other = facts["one flow"][key], facts["inverse"][key]
        if not math.isclose(one, other, rel_tol=1e-9):
            raise SystemExit(f"{key}: ours says {one}, inverses {other}")
    for one, other in zip(facts["everybody"]["once"], facts["pair by pair"]["once"], strict=True):
        if not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9):
            raise SystemExit(f"of a pair: the matrix says {one}, a question {other}")
    flow = {name: found[name] for name in ("load", "one flow", "inverse")}
    matrix = {name: found[name] for name in ("everybody", "pair by pair")}
    sectors = f"{facts['load']['sectors']:,} sectors in all."
    return harness.section(
        "Origin of value added",
        __doc__,
        sectors,
        harness.compared(flow, "one flow", {"load": "flow under 1 s after it"}),
        harness.compared(matrix, "everybody", {"everybody": "under 20 s and 3 GB"}),
    )


if __name__ == "__main__":
    harness.main(JOBS, report)
