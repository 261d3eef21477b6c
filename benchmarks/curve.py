"""A specification curve on ten years of BACI, in a fresh process: what a user waits for.

One country, a list and a year, with every combination of choices that the lake can answer, beside
the same question without a curve, and beside a Python process that asks DuckDB one question of SQL
for each specification, over the same Parquet files (some of them, scaled to all). Its SQL is given
the codes, and does none of the work to find out which specifications there are.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import baci_files
import harness
import load_years
import shape

from entrepot.goods import goods_selection

YEAR = baci_files.FIRST_YEAR + baci_files.YEARS - 1
GOAL = 1.5
APART = 20
"""Questions of SQL that are asked; the time of all is scaled from them."""
QUESTION = (
    *("import_share", "--importer", "RUS", "--exporter", "CHN", "--goods", shape.LIST),
    *("--period", str(YEAR), "--source", "baci", "--json"),
)


def report(turns: int = 5) -> str:
    lake = load_years.ten_years()
    program = str(Path(sys.executable).with_name("entrepot"))
    ask = [program, "ask", *QUESTION, "--lake", lake]
    found = harness.in_turns(
        {
            "ask": lambda: harness.command(ask),
            "ask --curve": lambda: harness.command([*ask, "--curve"]),
            f"{APART} in SQL": lambda: harness.command([sys.executable, "-c", _apart(lake)]),
        },
        turns,
    )
    curve = json.loads(found["ask --curve"][0].facts["printed"])
    count = curve["specifications"]["count"]
    shares = ast.literal_eval(found[f"{APART} in SQL"][0].facts["printed"])
    _agree(curve, shares)
    lines = ["| | s | CPU s | peak MiB | goal |", "|---|---:|---:|---:|---|"]
    for name, runs in found.items():
        goal = f"{GOAL} s at most" if name == "ask --curve" else ""
        lines.append(
            f"| {name} | {harness.median(runs):.2f} | {harness.median(runs, 'cpu'):.2f} | "
            f"{max(run.peak_mib for run in runs):,.0f} | {goal} |"
        )
    each = harness.median(found[f"{APART} in SQL"]) / APART
    words = f"{count:,} specifications; as many questions of SQL take {each * count:,.0f} s."
    return harness.section("A specification curve", __doc__, words, "\n".join(lines))


def _apart(lake: str) -> str:
    codes = sorted(goods_selection(shape.LIST, nomenclature=shape.EDITION).codes or ())
    sets = [codes[: len(codes) - number] for number in range(APART)]
    return (
        "import duckdb\n"
        "print([duckdb.sql(\"select sum(value_usd) filter (exporter = 'CHN') / sum(value_usd) "
        f"from read_parquet('{lake}/flows/by-importer/source=baci/freq=A/period={YEAR}-01-01/"
        "*.parquet') where importer = 'RUS' and exporter <> 'RUS' and product in \" "
        f"+ str(tuple(codes))).fetchall()[0][0] for codes in {sets!r}])"
    )


def _agree(curve: dict[str, object], shares: list[float]) -> None:
    """Stop if the first question, the list as it is, has another answer in SQL."""
    value = float(str(curve["value"]))
    if abs(value / shares[0] - 1) > 1e-9:
        raise SystemExit(f"ours says {value}, SQL by hand {shares[0]}")


if __name__ == "__main__":
    harness.main({}, report)
