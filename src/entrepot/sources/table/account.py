"""Every value is accounted for: it becomes a row, or a finding says why not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.sources.table.canon import NEVER_NULL
from entrepot.sources.table.constant_columns import FILLED, WORDS
from entrepot.sources.table.noticed import noticed
from entrepot.sources.table.numbers import missing_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from entrepot.model.columns import Finding
    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.check import Looked
    from entrepot.sources.table.plan import Plan

    Kind = dict[str, Any]

__all__ = ["account"]

_MISFIT = """CASE WHEN product = 'TOTAL' THEN NULL
    WHEN nomenclature = 'NONE' THEN 'none'
    WHEN length(product) > CASE WHEN nomenclature LIKE 'CN%' THEN 8 ELSE 6 END THEN 'long' END"""
_MISFITS = {
    "none": (
        "product codes, and nomenclature: NONE",
        "say in which edition they are: nomenclature: HS2017",
    ),
    "long": (
        "product codes longer than their nomenclature has them",
        "national lines differ: cut: 6 in the column, with repeated: sum, keeps the subheading",
    ),
}


def account(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, looked: Looked, rows: str
) -> tuple[list[Kind], tuple[Finding, ...]]:
    """Return the kinds of rows that count, and what was noticed, with what was left out and why.

    Parameters
    ----------
    rows
        SQL of all canonical rows, those to be left out with their reason.

    Raises
    ------
    BadFileError
        If rows that count say too little, levels of products are mixed, or nothing is left.
    """
    kinds = _kinds(connection, plan, rows)
    if sum(kind["count"] for kind in kinds) != looked.facts:
        raise BadFileError("rows were lost while reading", where=cells.label)  # a slip of ours
    findings = tuple(noticed(plan, cells.label, looked, kinds))
    kept = [kind for kind in kinds if kind["why"] is None]
    if not kept:
        # Totals over partners have values, and no flow between two areas.
        if any((kind["why"] or "").startswith("area-total: ") for kind in kinds):
            return [], findings
        raise BadFileError(
            "no row is left",
            where=cells.label,
            why="; ".join(f"{f.count:,}: {f.text}" for f in findings),
            hint="look at leave_out, select and level in the mapping",
        )
    _complete(kept, plan, cells)
    _one_level(kept, plan, cells)
    return kept, findings


def _kinds(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str) -> list[Kind]:
    """Return the kinds of rows there are, by the few words that they say, with their numbers."""
    by = {name: f"CASE WHEN why IS NULL THEN {name} END" for name in ("level", *WORDS)}
    by |= {"why": "why", "misfit": f"CASE WHEN why IS NULL THEN {_MISFIT} END"}
    counts = {f"no_{name}": f"count(*) - count({name})" for name in NEVER_NULL}
    counts |= {f"has_{name}": f"count({name})" for name in FILLED}
    for name, sign in (("mass_kg", "m"), ("quantity", "q")):
        lost = f"{name} IS NULL AND NOT ({missing_sql(sign, plan.mapping)})"
        counts[f"lost_{name}"] = f"count(*) FILTER (WHERE {lost})"
    columns = by | {"count": "count(*)"} | counts
    found = connection.execute(
        f"SELECT {', '.join(f'{sql} AS {name}_' for name, sql in columns.items())} "
        f"FROM ({rows}) GROUP BY ALL"
    ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in found]


def _complete(kept: Sequence[Kind], plan: Plan, cells: Cells) -> None:
    for name in NEVER_NULL:
        if name in ("money", "money_in") and not plan.has_value:
            continue
        count = sum(kind[f"no_{name}"] for kind in kept)
        if count:
            plain = {"money": "value", "money_in": "currency"}.get(name, name)
            raise BadFileError(
                f"{count:,} rows with a value do not say their {plain}",
                where=cells.label,
                why="a row that says too little cannot be counted",
                hint=f"fill the column, or say {plain} in the mapping",
            )


def _one_level(kept: Sequence[Kind], plan: Plan, cells: Cells) -> None:
    levels = Counter[str]()
    for kind in kept:
        if kind["level"] is not None:
            levels[kind["level"]] += kind["count"]
    if len(levels) > 1 and plan.mapping.level is None:
        shown = ", ".join(f"{n:,} rows of {_level(one)}" for one, n in sorted(levels.items()))
        raise BadFileError(
            f"product codes of several levels: {shown}",
            where=cells.label,
            why="headings are listed together with their lines: everything would count twice",
            hint=f"say which is wanted with level: {max(levels)} in the mapping",
        )
    for misfit in sorted({kind["misfit"] for kind in kept} - {None}):
        what, hint = _MISFITS[misfit]
        raise BadFileError(what, where=f"{cells.label}; mapping", hint=hint)


def _level(level: str) -> str:
    return "totals over all goods" if level == "total" else f"{level} digits"
