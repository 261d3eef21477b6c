"""From lines of the export to flows: parts added up, national lines to six digits, units to kg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.product import EDITIONS
from entrepot.sources.gacc.columns import ITEMS, MASS
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.model.period import Period

    Cell = Callable[[str], str]
    """SQL for the text of the cell with a role; of an empty text if there is no such column."""

__all__ = ["LEVELS", "TELLS_APART", "flows", "repeated"]

LEVELS = (8, 6)
"""Digits that the codes of a file may have."""
TELLS_APART = ("date", "product", "partner", "regime", "province")
"""What tells one line from another."""


def repeated(cell: Cell, source: str, level: int) -> str:
    """Return SQL for what stands in more than one line, in the order of `TELLS_APART`."""
    found = {role: cell(role) for role in TELLS_APART}
    found["product"] = _code(cell, level)  # a zero that a worksheet took is the same code
    cells = ", ".join(f"{sql} AS c{place}" for place, sql in enumerate(found.values()))
    return f"SELECT {cells} FROM {source} GROUP BY ALL HAVING count(*) > 1"


def _code(cell: Cell, level: int) -> str:
    return f"lpad({cell('product')}, {level}, '0')"


def flows(
    cell: Cell, source: str, areas: str, *, level: int, money: str, period: Period | None
) -> str:
    """Return SQL for one row a partner, product and period; `areas` is a table of the partners.

    Columns: ``period``, ``partner``, ``product``, ``nomenclature``, ``value``, ``mass_kg``,
    ``quantity``, ``quantity_unit`` and ``lines``, how many were added up.

    A weight that one of the lines lacks is not known, and neither is one of zero beside a value;
    a quantity is kept where every line counts in one unit.
    """
    day = f"strptime({cell('date')}, '%Y%m')::DATE" if period is None else f"DATE '{period.start}'"
    masses = [_mass(cell, *names) for names in _PAIRS]
    first, second = (_unit(cell(unit)) for _, unit in _PAIRS)
    number, number_2 = (_number(cell(quantity)) for quantity, _ in _PAIRS)
    return f"""
        WITH line AS (SELECT {day} AS period, area.iso AS partner,
            left({_code(cell, level)}, 6) AS product,
            {_number(cell(money))} AS value, coalesce({", ".join(masses)}) AS mass,
            CASE WHEN {first} IS NOT NULL THEN {number}
                 WHEN {second} IS NOT NULL THEN {number_2} END AS quantity,
            coalesce({first}, {second}) AS unit
            FROM {source} JOIN {areas} AS area ON area.code = {cell("partner")}),
        added AS (SELECT period, partner, product, count(*) AS lines, sum(value) AS value,
            count(mass) AS weighed, sum(mass) AS mass, count(quantity) AS counted,
            sum(quantity) AS quantity, min(unit) = max(unit) AS is_one, min(unit) AS unit
            FROM line GROUP BY ALL)
        SELECT period, partner, product, {_edition()} AS nomenclature, value, lines,
            CASE WHEN weighed = lines AND (mass > 0 OR value = 0) THEN mass END AS mass_kg,
            CASE WHEN counted = lines AND is_one AND quantity > 0 THEN quantity END AS quantity,
            CASE WHEN counted = lines AND is_one AND quantity > 0 THEN unit END AS quantity_unit
        FROM added"""


_PAIRS = (("quantity", "unit"), ("quantity_2", "unit_2"))


def _number(cell: str) -> str:
    return f"nullif(nullif(replace({cell}, ',', ''), '?'), '')::DOUBLE"


def _mass(cell: Cell, quantity: str, unit: str) -> str:
    cases = " ".join(f"WHEN {literal(name)} THEN {kg}" for name, kg in MASS.items())
    return f"{_number(cell(quantity))} * CASE lower({cell(unit)}) {cases} END"


def _unit(cell: str) -> str:
    """Return SQL for the unit that is counted in, null if it is one of weight."""
    masses = ", ".join(literal(one) for one in ("", "?", *MASS))
    items = ", ".join(literal(one) for one in sorted(ITEMS))
    plain = f"CASE WHEN lower({cell}) IN ({items}) THEN 'items' ELSE {cell} END"
    return f"CASE WHEN lower({cell}) NOT IN ({masses}) THEN {plain} END"


def _edition() -> str:
    """Return SQL for the edition in force: China changes on the day of the convention."""
    later = sorted(EDITIONS, key=lambda one: one.in_force, reverse=True)
    cases = " ".join(f"WHEN period >= DATE '{one.in_force}' THEN '{one.id}'" for one in later)
    return f"CASE {cases} END"
