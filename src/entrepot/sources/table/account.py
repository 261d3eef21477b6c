"""Every value is accounted for: it becomes a row, or a finding says why not."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.findings import Finding
from entrepot.sources.table.canon import NEVER_NULL
from entrepot.sources.table.fields import BETWEEN
from entrepot.sources.table.numbers import missing_sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.check import Looked
    from entrepot.sources.table.plan import Plan

__all__ = ["account"]

_REASONS = {
    "area-total": "Totals over several areas (the world, the European Union) were left out: "
    "they stand beside their parts.",
    "other-level": "Product codes of another level than the mapping wants were left out.",
    "left-out": "Rows with cells that the mapping leaves out were left out.",
    "part-of-flow": "Re-exports and re-imports were left out: the mapping says that they are "
    "part of the exports and imports.",
}
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
) -> tuple[Finding, ...]:
    """Return what was left out and why.

    Parameters
    ----------
    rows
        SQL of all canonical rows, those to be left out with their reason.

    Raises
    ------
    BadFileError
        If rows that count say too little, levels of products are mixed, or nothing is left.
    """
    nulls = ", ".join(f"count(*) - count({name})" for name in NEVER_NULL)
    counts = connection.sql(
        f"SELECT why, CASE WHEN why IS NULL THEN level END AS level, {_MISFIT} AS misfit, "
        f"count(*), {nulls} FROM ({rows}) GROUP BY ALL"
    ).fetchall()
    if sum(row[3] for row in counts) != looked.facts:
        raise BadFileError("rows were lost while reading", where=cells.label)  # a slip of ours
    kept = [row for row in counts if row[0] is None]
    findings = [*_unselected(plan, cells, looked), *_left_out(cells, counts)]
    if not kept:
        raise BadFileError(
            "no row is left",
            where=cells.label,
            why="; ".join(f"{f.count:,}: {f.text}" for f in findings),
            hint="a table with totals only has no flow between two areas",
        )
    _complete(kept, cells)
    _one_level(kept, plan, cells)
    return (*findings, *_unknown(connection, plan, cells, rows))


def _unselected(plan: Plan, cells: Cells, looked: Looked) -> Iterable[Finding]:
    if looked.others:
        chosen = "; ".join(f"{n}: {', '.join(texts)}" for n, texts in plan.mapping.select.items())
        text = f"Rows that the mapping does not select ({chosen}) were left out."
        yield Finding("not-selected", "note", cells.label, looked.others, chosen, text)
    if looked.empty:
        text = "Places of values without a number were left out; they are missing, not zero."
        yield Finding("no-value", "note", cells.label, looked.empty, "", text)


def _unknown(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, rows: str
) -> Iterable[Finding]:
    """Say of rows that count what they do not tell, and of periods that lie in one another."""
    mass, many = (
        f"count(*) FILTER (WHERE {name} IS NULL AND NOT ({missing_sql(sign, plan.mapping)}))"
        for name, sign in (("mass_kg", "m"), ("quantity", "q"))
    )
    [(masses, quantities, lengths)] = connection.sql(
        f"SELECT {mass}, {many}, list(DISTINCT freq) FROM ({rows}) WHERE why IS NULL"
    ).fetchall()
    if masses:
        text = "A mass of zero beside a value is not known, and was left empty."
        yield Finding("zero-mass", "note", cells.label, masses, "0", text)
    if quantities:
        text = "A quantity of zero or without a unit is not known, and was left empty."
        yield Finding("unknown-quantity", "note", cells.label, quantities, "", text)
    if len(lengths) > 1:
        shown = ", ".join(sorted(lengths))
        text = "Periods of several lengths stand in one file; each length is kept on its own."
        yield Finding("several-lengths", "note", cells.label, len(lengths), shown, text)


def _left_out(cells: Cells, counts: list[tuple[object, ...]]) -> Iterable[Finding]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for why, _, _, count, *_ in counts:
        if why is not None:
            rule, _, text = str(why).partition(": ")
            found[rule][text.replace(BETWEEN, " ")] += int(str(count))
    for rule, texts in sorted(found.items()):
        example = ", ".join(f"{text} ({n:,})" for text, n in sorted(texts.items())[:5])
        yield Finding(rule, "note", cells.label, texts.total(), example, _REASONS[rule])


def _complete(kept: list[tuple[object, ...]], cells: Cells) -> None:
    for name, *missing in zip(NEVER_NULL, *(row[4:] for row in kept), strict=True):
        count = sum(int(str(one)) for one in missing)
        if count:
            plain = {"money": "value", "money_in": "currency"}.get(name, name)
            raise BadFileError(
                f"{count:,} rows with a value do not say their {plain}",
                where=cells.label,
                why="a row that says too little cannot be counted",
                hint=f"fill the column, or say {plain} in the mapping",
            )


def _one_level(kept: list[tuple[object, ...]], plan: Plan, cells: Cells) -> None:
    levels = Counter[str]()
    for _, level, _, count, *_ in kept:
        if level is not None:
            levels[str(level)] += int(str(count))
    if len(levels) > 1 and plan.mapping.level is None:
        shown = ", ".join(f"{n:,} rows of {_level(one)}" for one, n in sorted(levels.items()))
        raise BadFileError(
            f"product codes of several levels: {shown}",
            where=cells.label,
            why="headings stand beside their lines, so that everything would count twice",
            hint=f"say which is wanted with level: {max(levels)} in the mapping",
        )
    misfits = {str(misfit) for _, _, misfit, *_ in kept if misfit is not None}
    for misfit in sorted(misfits):
        raise BadFileError(
            _MISFITS[misfit][0], where=f"{cells.label}; mapping", hint=_MISFITS[misfit][1]
        )


def _level(level: str) -> str:
    return "totals over all goods" if level == "total" else f"{level} digits"
