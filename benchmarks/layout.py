"""How rows lie on disk: what each choice costs and what it gives, on ten years of BACI.

`by importer` and `by exporter` are the two copies that a lake keeps. The others hold the same
rows: larger row groups, a third order, and `totals`, exporter x importer x year over all goods.
Queries run over the files in a fresh process (they are in the page cache); opening DuckDB is not
counted. A question over all goods from one side reads the copy sorted by that side.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import harness
import load_years
import shape

from entrepot.goods import goods_selection

PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
ORDERS = {
    "importer": "importer, product, exporter",
    "exporter": "exporter, product, importer",
    "product": "product, importer, exporter",
}


def _listed() -> str:
    codes = sorted(goods_selection(shape.LIST, nomenclature=shape.EDITION).codes or ())
    return str(tuple(codes))


QUESTIONS = {
    "importer x list": f"importer = 'RUS' AND product IN {_listed()}",
    "exporter x list": f"exporter = 'CHN' AND product IN {_listed()}",
    "importer, all goods": "importer = 'RUS'",
    "exporter, all goods": "exporter = 'CHN'",
    "pair, all goods": "importer = 'RUS' AND exporter = 'CHN'",
    "list, world": f"product IN {_listed()}",
    "who supplies whom": "true",
}


def ask(files: str, question: str) -> dict[str, Any]:
    connection = duckdb.connect()
    rows = f"read_parquet('{files}', hive_partitioning = true)"
    by = "exporter, importer, period" if question == "who supplies whom" else "exporter, period"
    [(groups, total)] = connection.execute(f"""
        SELECT count(*), sum(value) FROM (
            SELECT {by}, sum(value_usd) AS value FROM {rows} WHERE {QUESTIONS[question]}
            GROUP BY ALL)""").fetchall()
    return {"groups": groups, "total": total}


def build(source: str, target: str, order: str, group: str) -> dict[str, Any]:
    connection = duckdb.connect(config={"preserve_insertion_order": False})
    for path in sorted(Path(source).glob("source=*/freq=*/period=*/*.parquet")):
        folder = Path(target, path.parent.name)
        folder.mkdir(parents=True, exist_ok=True)
        rows = f"read_parquet('{path}', hive_partitioning = false)"
        query = f"FROM {rows} ORDER BY {ORDERS.get(order, 'ALL')}"
        if order == "totals":
            query = f"""
                SELECT exporter, importer, sum(value_usd) AS value_usd, sum(mass_kg) AS mass_kg
                FROM {rows} GROUP BY ALL ORDER BY importer, exporter"""
        connection.execute(
            f"COPY ({query}) TO '{folder / 'part.parquet'}' ({PARQUET}, ROW_GROUP_SIZE {group})"
        )
    return {}


JOBS = {"ask": ask, "build": build}


def report(turns: int = 3) -> str:
    flows = Path(load_years.ten_years(), "flows")
    made = harness.folder() / "layout"
    layouts = {
        "by importer": (flows / "by-importer", "source=*/freq=*/period=*/*.parquet"),
        "by exporter": (flows / "by-exporter", "source=*/freq=*/period=*/*.parquet"),
    }
    for name, order, group in (
        ("by importer, groups of 1 m", "importer", 1_000_000),
        ("by product", "product", 122_880),
        ("totals", "totals", 122_880),
    ):
        target = made / name.replace(" ", "-").replace(",", "")
        if not target.exists():
            draft = target.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            harness.job(__file__, "build", flows / "by-importer", draft, order, group)
            draft.rename(target)
        layouts[name] = (target, "period=*/*.parquet")
    lines = [
        f"| layout | MiB | {' | '.join(f'{question}, s' for question in QUESTIONS)} |",
        f"|---|---:|{'---:|' * len(QUESTIONS)}",
    ]
    for name, (folder, files) in layouts.items():
        size = sum(path.stat().st_size for path in folder.glob(files)) / 2**20
        cells = [
            ""
            if name == "totals" and "list" in question
            else f"{_seconds(folder, files, question, turns):.3f}"
            for question in QUESTIONS
        ]
        lines.append(f"| {name} | {size:,.1f} | {' | '.join(cells)} |")
    return harness.section("Layout", __doc__, "\n".join(lines))


def _seconds(folder: Path, files: str, question: str, turns: int) -> float:
    runs = [harness.job(__file__, "ask", folder / files, question) for _ in range(turns)]
    return harness.median(runs)


if __name__ == "__main__":
    harness.main(JOBS, report)
