"""A list of 3,000 codes followed over four older editions, and a table matched against lists.

| job | what it does |
|---|---|
| match | families over five editions, and what each code is in four of them |
| SciPy | connected components of the links that match keeps: the families alone |
| table | 20,000 codes of 4 to 10 digits, ranges among them, against that list |

The tables between editions are made up in the shape of those of the United Nations. Reading them
and the list does not count; families of ours and of SciPy have to be the same in number.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import edition_tables
import harness

from entrepot.goods import Links
from entrepot.goods.links import steps
from entrepot.goods.list_conversion import reaches
from entrepot.goods.match import Matcher
from entrepot.goods.own import own_list

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.goods import GoodsList

CODES, ROWS = 3_000, 20_000
NEWEST = "HS2022"
EDITIONS = ("HS2017", "HS2012", "HS2007", "HS2002")
GOAL = 0.2


def made_list(folder: Path) -> GoodsList:
    """Return a list of 3,000 codes, kept in a file as a user's is."""
    every = edition_tables.codes_of(NEWEST)
    codes = [every[place * len(every) // CODES] for place in range(CODES)]
    path = folder / "list-3000.csv"
    path.write_text(
        "code,nomenclature\n" + "".join(f"{code},{NEWEST}\n" for code in codes), encoding="utf-8"
    )
    return own_list(path)


def match() -> dict[str, Any]:
    entries, links = made_list(harness.folder()).entries, Links(edition_tables.links())
    start = _clock()
    found = {name: reaches(entries, name, links, EDITIONS) for name in EDITIONS}
    run = _since(start)
    families = links.families(NEWEST, EDITIONS[-1])
    return {
        "run": run,
        "families": len({id(one) for one in families.values()}),
        "codes": sum(len(there) for there in found.values()),
    }


def scipy() -> dict[str, Any]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = Links(edition_tables.links())
    tables = {step: links.kept(*step) for step in steps(NEWEST, EDITIONS[-1])}
    start = _clock()
    numbers: dict[tuple[str, str], int] = {}
    ends = [
        [
            numbers.setdefault((name, link[side]), len(numbers))
            for (pair, table) in tables.items()
            for name in [pair[side]]
            for link in table
        ]
        for side in (0, 1)
    ]
    graph = coo_array(([1] * len(ends[0]), (ends[0], ends[1])), shape=(len(numbers),) * 2)
    count, _ = connected_components(graph, directed=False)
    return {"run": _since(start), "families": int(count)}


def table() -> dict[str, Any]:
    matcher = Matcher([made_list(harness.folder())], NEWEST)
    every = edition_tables.codes_of(NEWEST)
    asked = []
    for place in range(ROWS):
        code = every[(place * 1_637) % len(every)]
        asked.append(
            (code[:4], code, f"{code}00", f"{code}1000", f"{code[:4]}-{code[:4]}")[place % 5]
        )
    start = _clock()
    matches = sum(len(matcher.match(code)) for code in asked)
    return {"run": _since(start), "matches": matches}


def _clock() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(start: tuple[float, float]) -> tuple[float, float, float]:
    took = time.perf_counter() - start[0], time.process_time() - start[1]
    return (*took, harness.peak_of_this_process())


JOBS = {"match": match, "scipy": scipy, "table": table}


def report(turns: int = 5) -> str:
    script = __file__
    found = harness.in_turns(
        {
            "match": lambda: harness.job(script, "match"),
            "SciPy": lambda: harness.job(script, "scipy"),
            "table": lambda: harness.job(script, "table"),
        },
        turns,
    )
    ours, theirs = found["match"][0].facts, found["SciPy"][0].facts
    if ours["families"] != theirs["families"]:
        raise SystemExit(f"{ours['families']} families, and by SciPy {theirs['families']}")
    words = f"{CODES:,} codes, {ours['families']:,} families over {len(EDITIONS) + 1} editions."
    lines = harness.compared(found, "match", {"match": f"{GOAL} s at most"})
    return harness.section("Matching a list", __doc__, words, lines)


if __name__ == "__main__":
    harness.main(JOBS, report)
