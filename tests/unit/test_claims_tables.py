"""Evidence from tables: named so that an editor who knows no lake can look it up."""

from __future__ import annotations

import pytest

from entrepot.claims.comparison import Comparison
from entrepot.claims.loaded_evidence import address_of, how_of, source_of
from entrepot.model.interval import Interval


def evidence(source: str, how: str = "rows of the lake", url: str = "") -> Comparison:
    around = Interval(1.0, 3.0)
    return Comparison(
        value=2.0,
        unit="USD",
        exact=around,
        loose=around,
        outcome="contradicts",
        own=False,
        how=how,
        other_definition="",
        statements=(),
        source=source,
        url=url,
    )


@pytest.mark.parametrize(
    ("source", "name", "address"),
    [
        ("imts", "International Monetary Fund", "https://data.imf.org/"),
        ("Baci", "BACI (CEPII)", "https://www.cepii.fr/"),
        ("Reconciled", "two reports made one by Entrepôt", ""),
        ("table.kyrgyz", "table.kyrgyz", ""),
    ],
)
def test_tables_are_named_by_title_and_publisher(source: str, name: str, address: str) -> None:
    item = evidence(source)
    assert name in source_of(item)
    assert address_of(item).startswith(address)
    assert bool(address_of(item)) == bool(address)
    assert "lake" not in how_of(item) + source_of(item)


def test_other_evidence_keeps_its_words() -> None:
    item = evidence("World Bank", "added up", "https://example.org")
    assert (source_of(item), how_of(item), address_of(item)) == (
        "World Bank",
        "added up",
        "https://example.org",
    )
