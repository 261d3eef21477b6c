"""A specification curve on ten years of BACI, in a fresh process: what a user waits for.

One country, a list and a year, with every combination of choices that the lake can answer, beside
the same question without a curve, and beside a Python process that asks DuckDB one question of SQL
for each specification, over the same Parquet files (some of them, scaled to all). Its SQL is given
the codes, and does none of the work to find out which specifications there are. Two questions are
put: a share, and a price premium, which compares the buyer with every other buyer.

The first lake has BACI and nothing else. The second has the reports of the goods on the list
beside it, as Comtrade gives them for three years: two voices, two editions of the codes, areas not
specified and re-imports. That makes a thousand specifications of the share and more.
"""

from __future__ import annotations

import ast
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import cells
import comtrade_files
import harness
import load_years
import shape

from entrepot.engine import connect
from entrepot.goods import goods_selection
from entrepot.lake import Lake

YEAR = 2023
"""A year at the end of which the list had not all the codes that it has now."""
GOAL = 1.5
LEAST = {"export_share": 1_000, "price_premium": 3_000}
"""Specifications that the second lake must give."""
APART = 20
"""Questions of SQL that are asked; the time of all is scaled from them."""
BOUND = 5
"""How many times a price may have moved: what a premium takes where nobody says otherwise."""
QUESTIONS = {"export_share": (), "price_premium": ("--base", str(YEAR - 1))}
"""What is asked of Germany and China, and what it needs besides."""
EDITIONS = {"H6": "HS2022", "H5": "HS2017"}
NOBODY = (("899", 0.02), ("837", 0.001))
"""Codes of areas not specified and of bunkers, with their part of a seller's trade."""


def reports(target: str) -> dict[str, Any]:
    """Put the reports of three years into a lake."""
    files = [_reports(year) for year in range(YEAR - 2, YEAR + 1)]
    report = Lake.open(target).add("comtrade", files)
    return {"rows": sum(held.rows for held in report.added)}


JOBS = {"reports": reports}


def report(turns: int = 5) -> str:
    first = load_years.ten_years()
    lakes = {"BACI": first, "BACI and reports": _with_reports(first)}
    parts = [_measured(measure, lakes, turns) for measure in QUESTIONS]
    return harness.section("A specification curve", __doc__, *parts)


def _measured(measure: str, lakes: dict[str, str], turns: int) -> str:
    program = str(Path(sys.executable).with_name("entrepot"))
    goods = ("--importer", "DEU", "--exporter", "CHN", "--goods", shape.LIST)
    question = (measure, *goods, "--period", str(YEAR), *QUESTIONS[measure], "--json")
    asks = {
        f"{measure}{more}, {name}": [program, "ask", *question, "--lake", lake, *more.split()]
        for name, lake in lakes.items()
        for more in ("", " --curve")
    }
    jobs = {
        name: lambda command=command: harness.command(command) for name, command in asks.items()
    }
    by_hand = f"{measure}, {APART} in SQL"
    script = _apart(measure, lakes["BACI"])
    jobs[by_hand] = lambda: harness.command([sys.executable, "-c", script])
    found = harness.in_turns(jobs, turns)
    curves = {
        name: json.loads(runs[0].facts["printed"])
        for name, runs in found.items()
        if " --curve" in name
    }
    counts = {name: curve["specifications"]["count"] for name, curve in curves.items()}
    answers = ast.literal_eval(found[by_hand][0].facts["printed"])
    _agree(curves[f"{measure} --curve, BACI"], answers)
    most = max(counts.values())
    if most < LEAST[measure]:
        raise SystemExit(f"{most} specifications of {measure}, fewer than {LEAST[measure]:,}")
    lines = ["| | specifications | s | CPU s | peak MiB | goal |", "|---|---:|---:|---:|---:|---|"]
    for name, runs in found.items():
        count = f"{counts[name]:,}" if name in counts else ""
        goal = f"{GOAL} s at most" if name in counts else ""
        lines.append(
            f"| {name} | {count} | {harness.median(runs):.2f} | "
            f"{harness.median(runs, 'cpu'):.2f} | {max(run.peak_mib for run in runs):,.0f} | "
            f"{goal} |"
        )
    each = harness.median(found[by_hand]) / APART
    words = f"{most:,} questions of SQL, as many as the largest curve, take {each * most:,.0f} s."
    return "\n\n".join([words, "\n".join(lines)])


def _with_reports(first: str) -> str:
    """Return a lake with the reports beside BACI, whose files are those of the first lake."""
    target = Path(f"{first}-and-priced-reports")
    done = target / "done"
    if not done.exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(first, target, copy_function=_linked)
        harness.job(__file__, "reports", target)
        done.touch()
    return str(target)


def _linked(source: str, target: str) -> None:
    """Link a file that is never written again; copy the others."""
    path = Path(source)
    if path.suffix == ".parquet" or path.parent.name == "raw":
        Path(target).hardlink_to(path)
    else:
        shutil.copyfile(source, target)


def _reports(year: int) -> Path:
    """Return what everybody tells of the goods on the list in a year, with noise."""
    target = harness.folder() / f"comtrade_priced_{year}.parquet"
    if target.exists():
        return target
    connection = connect()
    cells.weights(connection, "comtrade", harness.rows_a_year())
    told = " UNION ALL ".join(
        _told(year, edition, flow, here, there)
        for edition in EDITIONS
        for flow, here, there in (("X", "i", "j"), ("M", "j", "i"))
    )
    columns = comtrade_files.COLUMNS | {
        "refPeriodId": f"{year}0101",
        "refYear": f"{year}",
        "period": f"'{year}'",
        "classificationCode": "edition",
    }
    out = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    draft = target.with_suffix(".draft")
    connection.execute(f"COPY (SELECT {out} FROM ({told})) TO '{draft}' (FORMAT parquet)")
    draft.replace(target)
    return target


def _told(year: int, edition: str, flow: str, here: str, there: str) -> str:
    """Return SQL for what those who use an edition tell; a fifth are late with the new one."""
    codes = sorted(goods_selection(shape.LIST, nomenclature=EDITIONS[edition]).codes or ())
    listed = ", ".join(f"('{code}', {place})" for place, code in enumerate(codes))
    late = "true" if year < 2022 else "reporter % 5 = 0"
    who = late if edition == "H5" else f"NOT ({late})"
    value = f"1000 * exp(4 + {cells.normal('cell', year, 2)} + 0.2 * {cells.normal('cell', 1, 7)})"
    price = f"(40 * exp(0.4 * {cells.normal('cell', year, 9)}))"
    others = " ".join(
        f"UNION ALL SELECT {here}, {code}, {part}, cell FROM pair WHERE i = 156 OR j = 276"
        for code, part in NOBODY
    )
    return f"""
        SELECT '{edition}' AS edition, '{flow}' AS flow, reporter, partner, 0 AS partner2,
               'C00' AS customs, 0 AS mot, code AS product, sum(value) AS value,
               sum(value / {price}) AS mass, min(cell) AS cell
        FROM (SELECT reporter, partner, code, part * {value} AS value, cell
              FROM (SELECT reporter, partner, part, code, pair.cell * 100 + place AS cell
                    FROM (WITH pair AS (
                              SELECT seller.code AS i, buyer.code AS j,
                                     seller.place * {shape.AREAS} + buyer.place AS cell
                              FROM seller, buyer
                              WHERE seller.place < {comtrade_files.REPORTERS}
                                AND buyer.place < {comtrade_files.REPORTERS}
                                AND (seller.code <> buyer.code OR {flow == "M"}))
                          SELECT {here} AS reporter, {there} AS partner, 1.0 AS part, cell FROM pair
                          {others}) AS pair, (VALUES {listed}) AS good(code, place)
                    WHERE {who})
              WHERE {cells.uniform("cell", year, 1)} < 0.4)
        GROUP BY ALL"""


def _apart(measure: str, lake: str) -> str:
    """Return a program that asks one question of SQL for each of several sets of codes."""
    codes = sorted(goods_selection(shape.LIST, nomenclature=shape.EDITION).codes or ())
    sets = [codes[: len(codes) - number] for number in range(APART)]
    years = range(YEAR - 1, YEAR + 1) if measure == "price_premium" else (YEAR,)
    files = [
        f"{lake}/flows/by-exporter/source=baci/freq=A/period={year}-01-01/*.parquet"
        for year in years
    ]
    text = _premium(files) if measure == "price_premium" else _share(files)
    return (
        "import duckdb\n"
        f"text = {text!r}\n"
        "print([duckdb.sql(text.replace('CODES', str(tuple(codes)))).fetchall()[0][0] "
        f"for codes in {sets!r}])"
    )


def _share(files: list[str]) -> str:
    return (
        "SELECT sum(value_usd) FILTER (importer = 'DEU') / sum(value_usd) "
        f"FROM read_parquet({files}) "
        "WHERE exporter = 'CHN' AND importer <> 'CHN' AND product IN CODES"
    )


def _premium(files: list[str]) -> str:
    here = {"buyer": "importer = 'DEU'", "others": "importer <> 'DEU'"}
    now = {True: f"year(period) = {YEAR}", False: f"year(period) < {YEAR}"}
    price = {
        (who, late): f"sum(value_usd) FILTER ({side} AND {time}) / "
        f"sum(mass_kg) FILTER ({side} AND {time})"
        for who, side in here.items()
        for late, time in now.items()
    }
    moves = ", ".join(f"ln(({price[who, True]}) / ({price[who, False]})) AS {who}" for who in here)
    return (
        f"SELECT exp(median(buyer - others)) - 1 FROM (SELECT {moves} FROM read_parquet({files}) "
        "WHERE exporter = 'CHN' AND importer <> 'CHN' AND value_usd > 0 AND mass_kg > 0 "
        "AND product IN CODES GROUP BY product) "
        f"WHERE greatest(abs(buyer), abs(others)) <= ln({BOUND})"
    )


def _agree(curve: dict[str, Any], answers: list[float]) -> None:
    """Stop if the first question, the list as it is, has another answer in SQL."""
    value = float(curve["value"])
    if abs(value - answers[0]) > 1e-9 * max(abs(value), 1e-3):
        raise SystemExit(f"ours says {value}, SQL by hand {answers[0]}")


if __name__ == "__main__":
    harness.main(JOBS, report)
