"""What `entrepot data list` says of a delivery."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from entrepot.cli.data_show import print_holdings
from entrepot.lake.inventory import InventoryItem

TABLE = InventoryItem(
    source="concordance",
    table="correlations",
    snapshot="0123456789ab",
    vintage="unknown",
    nomenclature="",
    currency="",
    title="",
    periods=(),
    current=(),
    rows=10,
    areas=0,
    importers=0,
    reporters=0,
    products=0,
    totals=0,
    bases=(),
    added_on="2026-01-01",
    files=("old.xls",),
    bytes=100,
)


@pytest.mark.parametrize("width", [70, 200])
def test_files_of_a_table_without_periods_are_told_apart(width: int) -> None:
    out = io.StringIO()
    other = replace(TABLE, snapshot="ba9876543210", files=("new.xls",))
    print_holdings(Console(file=out, width=width), [TABLE, other])
    assert "old.xls" in out.getvalue()
    assert "new.xls" in out.getvalue()
