"""The dictionary of columns is whole and says what null means."""

from __future__ import annotations

from typing import get_args

import pytest

from entrepot.engine import connect
from entrepot.errors import UnknownNameError
from entrepot.model.columns import Column, Table, columns, flow_schema, key_columns, schema
from entrepot.sources.published.row import COLUMNS

FLOWS = """
period freq exporter importer product nomenclature value_usd value_reported currency valuation
mass_kg quantity quantity_unit told_by value_exporter_usd value_importer_usd low_usd high_usd
weight_exporter partner_basis
is_reexport
is_estimated source snapshot
"""


def test_flows_has_the_canonical_columns() -> None:
    assert sorted(flow_schema()) == sorted(FLOWS.split())


def test_published_has_the_columns_of_its_rows() -> None:
    assert [one.name for one in columns("published")] == [*COLUMNS, "source", "snapshot"]


@pytest.mark.parametrize("column", columns(), ids=lambda one: f"{one.table}.{one.name}")
def test_every_column_says_what_it_holds(column: Column) -> None:
    assert column.meaning.endswith(".")
    assert len(column.meaning) > 10
    rule = column.null_rule
    assert rule == "never" or rule.startswith(("null: ", "null where ", "empty: "))
    assert column.nullable == rule.startswith("null")
    if rule.startswith("empty: "):
        assert column.type == "VARCHAR"
    if column.type == "DOUBLE":
        assert column.unit


def test_units_stand_in_names() -> None:
    for column in columns("flows"):
        for ending, unit in (("_usd", "USD"), ("_kg", "kg")):
            assert column.name.endswith(ending) == (column.unit == unit)


def test_names_are_unique_and_types_are_the_engines() -> None:
    connection = connect(memory="200MB", threads=1)
    for table in get_args(Table):
        names = [one.name for one in columns(table)]
        assert len(names) == len(set(names))
        made = ", ".join(f"{name} {kind}" for name, kind in schema(table).items())
        connection.execute(f"CREATE TABLE {table} ({made})")
        shown = connection.execute(f"DESCRIBE {table}").fetchall()
        assert {row[0]: row[1] for row in shown} == schema(table)


def test_every_row_of_the_dictionary_is_in_a_table() -> None:
    assert len(columns()) == sum(len(columns(table)) for table in get_args(Table))
    assert all(key_columns(table) for table in get_args(Table))
    with pytest.raises(UnknownNameError, match="flows"):
        columns("flow")
