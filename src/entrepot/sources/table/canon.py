"""The SQL from facts to canonical rows; a row to be left out carries the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import WORLD
from entrepot.sources.strict import literal
from entrepot.sources.table.facts import says_something
from entrepot.sources.table.lookups import lookup_sql
from entrepot.sources.table.needs import by_reporter
from entrepot.sources.table.numbers import missing_sql, number_sql

if TYPE_CHECKING:
    from entrepot.sources.table.fields import Field, Meaning
    from entrepot.sources.table.lookups import Lookup
    from entrepot.sources.table.mapping import Mapping
    from entrepot.sources.table.plan import Plan

__all__ = ["CANONICAL", "NEVER_NULL", "canonical_sql"]

CANONICAL = (
    *("period", "freq", "exporter", "importer", "product", "nomenclature", "value_usd"),
    *("value_reported", "currency", "valuation", "mass_kg", "quantity", "quantity_unit"),
    *("reported_by", "partner_basis", "is_reexport", "is_estimated"),
)
"""Columns of the flows that a table can fill."""
NEVER_NULL = (
    *("period", "freq", "exporter", "importer", "product", "nomenclature", "valuation"),
    *("reported_by", "money", "money_in"),
)
"""What each row that counts has to say."""


def canonical_sql(plan: Plan, facts: str, lookups: list[tuple[Field, dict[str, Meaning]]]) -> str:
    """Return SQL for canonical rows, with the cells they come from beside them.

    Further columns: ``why``: null if the row counts, else the reason and the text that is to
    blame; ``exporter_sum`` and ``importer_sum``: the world or the group of which a row is a total;
    ``level`` of the product; ``money`` in whole units of ``money_in``.

    Parameters
    ----------
    facts
        From `entrepot.sources.table.facts.facts_sql`.
    lookups
        What each text of each field means.
    """
    known = [lookup_sql(n, field, held, plan) for n, (field, held) in enumerate(lookups)]
    whys = [one.why for one in known]
    for side in ("partner", "exporter", "importer"):
        if any(group.says.get(side) == WORLD for group in plan.groups):
            why = literal(f"area-total: {WORLD}")
            whys.append(f"CASE WHEN s_{side} = {literal(WORLD)} THEN {why} END")
    words = ", ".join(f"{sql} AS {name}" for name, sql in _words(plan, known).items())
    rows = f"""
        SELECT f.* EXCLUDE (k), {words},
            coalesce({", ".join([*whys, "NULL"])}) AS why
        FROM ({facts}) AS f {" ".join(one.join for one in known)}
        WHERE {says_something(plan, "f.")}"""
    return f"SELECT r.*, {_derived(plan)} FROM ({rows}) AS r"


def _words(plan: Plan, known: list[Lookup]) -> dict[str, str]:
    """Return SQL for what a row says, by name: from its column, else from the mapping."""
    place = {one.name: one for one in known}

    def first(name: str) -> str:
        return place[name].first if name in place else f"s_{name}"

    def second(name: str, other: str) -> str:
        return place[name].second if name in place else other

    mapping = plan.mapping
    by_flow = f"({second('flow', 's_reexport')})::BOOLEAN"
    if mapping.reexports == "apart":
        by_flow = f"coalesce({by_flow}, false)"
    reexport = f"{first('is_reexport')}::BOOLEAN" if "is_reexport" in place else by_flow
    unit = first("quantity_unit") if "quantity_unit" in place else "s_unit"
    many = _measure("q", mapping, "s_many")
    marks = [f"{one.first}::BOOLEAN" for one in known if one.name == "is_estimated"]
    sides = ("reporter", "partner") if by_reporter(plan) else ("exporter", "importer")
    return {
        "period": f"{first('period')}::DATE",
        "freq": second("period", "s_freq"),
        "side_0": first(sides[0]),
        "side_1": first(sides[1]),
        "sum_0": second(sides[0], "NULL::VARCHAR"),
        "sum_1": second(sides[1], "NULL::VARCHAR"),
        "flow_": first("flow"),
        "told_by_": first("reported_by"),
        "product": first("product"),
        "level": second("product", "NULL"),
        "nomenclature_": first("nomenclature"),
        "valuation_": first("valuation"),
        "money": f"round({number_sql('f.v', mapping)} * s_scale, 2)"
        if plan.has_value
        else "NULL::DOUBLE",
        "money_in": first("currency") if plan.has_value else "NULL::VARCHAR",
        "mass_kg": _measure("m", mapping, "s_mass"),
        "quantity": f"CASE WHEN {unit} IS NOT NULL THEN {many} END",
        "quantity_unit": f"CASE WHEN {many} IS NOT NULL THEN {unit} END",
        "partner_basis": first("partner_basis"),
        "is_reexport": reexport,
        "is_estimated": _any(marks),
    }


def _measure(text: str, mapping: Mapping, scale: str) -> str:
    """Return SQL for a mass or quantity; zero beside a value means that it is not known."""
    number = f"nullif(round({number_sql(f'f.{text}', mapping)} * {scale}, 6), 0)"
    return f"CASE WHEN NOT ({missing_sql(f'f.{text}', mapping)}) THEN {number} END"


def _any(marks: list[str]) -> str:
    """Return SQL for whether one of the marks is set; null if none says anything."""
    if not marks:
        return "NULL::BOOLEAN"
    known = f"coalesce({', '.join(marks)}) IS NOT NULL"
    return f"CASE WHEN {known} THEN {' OR '.join(f'coalesce({m}, false)' for m in marks)} END"


def _derived(plan: Plan) -> str:
    """Return SQL for what follows from who reports which flow."""
    told = (
        "coalesce(told_by_, CASE flow_ WHEN 'export' THEN 'exporter' "
        "WHEN 'import' THEN 'importer' END)"
    )
    exporter, importer = "{0}_0", "{0}_1"
    if by_reporter(plan):
        exporter = "CASE flow_ WHEN 'export' THEN {0}_0 WHEN 'import' THEN {0}_1 END"
        importer = "CASE flow_ WHEN 'export' THEN {0}_1 WHEN 'import' THEN {0}_0 END"
    return f"""
        {exporter.format("side")} AS exporter, {importer.format("side")} AS importer,
        {exporter.format("sum")} AS exporter_sum, {importer.format("sum")} AS importer_sum,
        {told} AS reported_by,
        CASE product WHEN 'TOTAL' THEN 'NONE' ELSE nomenclature_ END AS nomenclature,
        coalesce(valuation_, CASE {told} WHEN 'exporter' THEN 'FOB' WHEN 'importer' THEN 'CIF' END)
            AS valuation,
        CASE WHEN money_in = 'USD' THEN money END AS value_usd,
        CASE WHEN money_in <> 'USD' THEN money END AS value_reported,
        nullif(money_in, 'USD') AS currency"""
