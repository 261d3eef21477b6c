"""The SQL that turns cells into facts: one row a value, with what the mapping says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, RequestError
from entrepot.sources.strict import literal
from entrepot.sources.table.fields import said
from entrepot.sources.table.numbers import missing_sql
from entrepot.sources.table.roles import CONSTANTS

if TYPE_CHECKING:
    from entrepot.sources.table.plan import Number, Plan, ValueColumns

__all__ = ["facts_sql", "says_something", "selected"]

_SECOND = {"period": "s_freq", "flow": "s_reexport"}
"""Where the second of two words of a meaning goes."""


def selected(plan: Plan) -> str:
    """Return SQL for the rows that the mapping selects."""
    tests = [
        f"c{plan.names.index(name)} IN ({', '.join(map(literal, texts))})"
        for name, texts in plan.mapping.select.items()
    ]
    return " AND ".join(tests) or "true"


def says_something(plan: Plan, prefix: str = "") -> str:
    """Return SQL for whether a fact has its value, or where the table has none its mass."""
    signs = "v" if plan.has_value else "mq"
    tests = (f"NOT ({missing_sql(prefix + sign, plan.mapping)})" for sign in signs)
    return f"({' OR '.join(tests)})"


def facts_sql(plan: Plan, cells: str) -> str:
    """Return SQL for one row a value: the cells, its numbers as texts, and what is said of it.

    Columns: ``c0`` ...; ``v``, ``m``, ``q``: texts of value, mass and quantity; ``s_...``: what
    the mapping says, null where it says nothing.

    Raises
    ------
    BadFileError
        If the mapping says a word that means nothing.
    """
    numbers = ", ".join(
        f"{{k: {k}, v: {_cell(group.value, plan)}, m: {_cell(group.mass, plan)}, "
        f"q: {_cell(group.quantity, plan)}}}"
        for k, group in enumerate(plan.groups)
    )
    says = [_says(group, plan) for group in plan.groups]
    values = ", ".join(f"({k}, {', '.join(row.values())})" for k, row in enumerate(says))
    return f"""
        SELECT t.* EXCLUDE (g), t.g.v AS v, t.g.m AS m, t.g.q AS q, s.*
        FROM (SELECT *, unnest([{numbers}]) AS g FROM ({cells}) WHERE {selected(plan)}) AS t
        JOIN (VALUES {values}) AS s(k, {", ".join(says[0])}) ON s.k = t.g.k"""


def _cell(number: Number | None, plan: Plan) -> str:
    if number is None:
        return "''"
    *before, last = number.places
    cases = "".join(
        f"WHEN NOT ({missing_sql(f'c{place}', plan.mapping)}) THEN c{place} " for place in before
    )
    return f"CASE {cases}ELSE c{last} END" if before else f"c{last}"


def _says(group: ValueColumns, plan: Plan) -> dict[str, str]:
    """Return what is said of one value, as SQL, by name of its column."""
    words: dict[str, str | None] = dict.fromkeys(f"s_{name}" for name in CONSTANTS)
    words["s_reexport"] = None
    for name, text in group.says.items():
        if name in ("month", "freq"):
            words[f"s_{name}"] = text
            continue
        try:
            first, *more = said(name, text, plan, group.says.get("freq"))
        except RequestError as error:
            raise BadFileError(
                f"{error.what}: {text!r}",
                where=f"mapping, {name}",
                why=error.why,
                hint=error.hint,
            ) from error
        words[f"s_{name}"] = first
        if name in _SECOND:
            words[_SECOND[name]] = more[0]
    words["s_currency"] = group.value.column.currency if group.value else None
    words["s_unit"] = group.quantity.column.unit if group.quantity else None
    found = {
        name: "NULL::VARCHAR" if word is None else literal(word) for name, word in words.items()
    }
    scales = {"s_scale": group.value, "s_mass": group.mass, "s_many": group.quantity}
    return found | {name: f"{n.scale if n else 1.0!r}::DOUBLE" for name, n in scales.items()}
