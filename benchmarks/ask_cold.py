"""Questions asked of ten years of BACI, each in a fresh process: what a user waits for.

Time is taken from outside and holds the start of the interpreter, imports, plan, query and output.
`from disk` drops the lake's files from the page cache first. Raw is a fresh Python process too: it
imports DuckDB and runs by hand the SQL of the first question, for its one headline number; the
command also gives the range over other definitions, the evidence and the caveats.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import baci_files
import harness
import load_years
import shape

from entrepot.goods import goods_selection

if TYPE_CHECKING:
    from collections.abc import Callable

SPAN = f"{baci_files.FIRST_YEAR}..{baci_files.FIRST_YEAR + baci_files.YEARS - 1}"
GOAL = 1.5
PAIR = ("--importer", "RUS", "--exporter", "CHN")
LIST = ("--goods", shape.LIST)
# The first is the one with a goal.
QUESTIONS = {
    "import share, one country x list x ten years": ("import_share", *PAIR, *LIST),
    "export share, the same": ("export_share", *PAIR, *LIST),
    "concentration of suppliers, list": ("hhi", "--importer", "DEU", *LIST),
    "growth on the first year, list": ("growth", *PAIR, *LIST),
    "import share, all goods": ("import_share", *PAIR, "--goods", "all"),
    "export share, all goods": ("export_share", *PAIR, "--goods", "all"),
    "value, one pair, all goods": ("value", *PAIR, "--goods", "all"),
    "import share of a group, all goods": (
        *("import_share", "--importer", "EU27", "--exporter", "CHN", "--goods", "all"),
    ),
}


def report(turns: int = 5) -> str:
    lake = load_years.ten_years()
    found = harness.in_turns(
        {name: _asker(lake, question) for name, question in QUESTIONS.items()}
        | {"raw DuckDB, the first": lambda: harness.command([sys.executable, "-c", _raw(lake)])},
        turns,
    )
    first = next(iter(QUESTIONS))
    found[f"{first}, from disk"] = harness.in_turns(
        {"": lambda: _from_disk(lake, QUESTIONS[first])}, turns
    )[""]
    lines = ["| question | s | CPU s | peak MiB | goal |", "|---|---:|---:|---:|---|"]
    for name, runs in found.items():
        goal = f"{GOAL} s at most" if name.startswith(first) else ""
        lines.append(
            f"| {name} | {harness.median(runs):.2f} | {harness.median(runs, 'cpu'):.2f} | "
            f"{max(run.peak_mib for run in runs):,.0f} | {goal} |"
        )
    return harness.section("Questions in a cold process", __doc__, _same(found), "\n".join(lines))


def _asker(lake: str, question: tuple[str, ...]) -> Callable[[], harness.Run]:
    return lambda: _ask(lake, question)


def _ask(lake: str, question: tuple[str, ...]) -> harness.Run:
    span = ("--period", str(baci_files.FIRST_YEAR + baci_files.YEARS - 1))
    span += ("--base", str(baci_files.FIRST_YEAR))
    if question[0] != "growth":
        span = ("--period", SPAN)
    program = str(Path(sys.executable).with_name("entrepot"))
    given = ("--source", "baci", "--lake", lake, "--json")
    return harness.command([program, "ask", *question, *span, *given])


def _from_disk(lake: str, question: tuple[str, ...]) -> harness.Run:
    for path in Path(lake).rglob("*.parquet"):
        with path.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return _ask(lake, question)


def _raw(lake: str) -> str:
    codes = sorted(goods_selection(shape.LIST, nomenclature=shape.EDITION).codes or ())
    return (
        "import duckdb\n"
        "print(duckdb.sql(\"select sum(value_usd) filter (exporter = 'CHN') / sum(value_usd) "
        f"from read_parquet('{lake}/flows/by-importer/**/*.parquet') "
        f"where importer = 'RUS' and exporter <> 'RUS' and product in {tuple(codes)}\").fetchall())"
    )


def _same(found: dict[str, list[harness.Run]]) -> str:
    """Return both answers to the first question, which have to agree."""
    first = json.loads(found[next(iter(QUESTIONS))][0].facts["printed"])
    [(by_hand,)] = ast.literal_eval(found["raw DuckDB, the first"][0].facts["printed"])
    if abs(first["value"] / by_hand - 1) > 1e-9:
        raise SystemExit(f"ours says {first['value']}, SQL by hand {by_hand}")
    return f"Both say {by_hand:.4f}."


if __name__ == "__main__":
    harness.main({}, report)
