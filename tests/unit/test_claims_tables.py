"""Evidence from tables: named so that an editor who knows no lake can look it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.claims.comparison import Comparison
from entrepot.claims.loaded_evidence import address_of, how_of, source_of
from entrepot.lake import Lake
from entrepot.model.interval import Interval
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from pathlib import Path


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


GERMANY, CHINA = 276, 156


@pytest.mark.parametrize(
    ("bought", "says", "verdict"),
    [
        (88e6, "deficit of 60 million dollars", "differs"),  # a surplus by both sides' reports
        (88e6, "surplus of 58 million dollars", "supported"),
        (25e6, "surplus of 20 million dollars", "not_enough_evidence"),  # reports leave it open
    ],
)
def test_a_balance_is_tested_where_the_ranges_of_both_flows_decide(
    tmp_path: Path, bought: float, says: str, verdict: str
) -> None:
    """A deficit against what two reports call a surplus was "not enough evidence"."""
    rows = [
        row(90e6, flow="X", reporter=CHINA, partner=GERMANY),
        row(bought, flow="M", reporter=GERMANY, partner=CHINA),
        row(30e6, flow="X", reporter=GERMANY, partner=CHINA),
        row(31e6, flow="M", reporter=CHINA, partner=GERMANY),
    ]
    (tmp_path / "made.csv").write_text(text_of(rows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [tmp_path / "made.csv"])
    claims = tmp_path / "claims.yaml"
    claims.write_text(
        "format: 1\nsource: {title: made up, publisher: nobody, date: 2023-05-01}\nclaims:\n"
        "  - id: one\n    quote: it is said\n    balance: {exporter: CHN, importer: DEU, "
        f"goods: '854231', period: 2022}}\n    says: {says}\n"
    )
    [found] = ep.check(claims, lake=lake).to_dict()["claims"]
    assert found["verdict"] == verdict, found


def test_an_amount_without_a_rate_is_said_to_be_so_and_not_refuted(tmp_path: Path) -> None:
    (tmp_path / "made.csv").write_text(
        text_of([row(90e6, flow="X", reporter=CHINA, partner=GERMANY)])
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [tmp_path / "made.csv"])
    claims = tmp_path / "claims.yaml"
    claims.write_text(
        "format: 1\nsource: {title: made up, publisher: nobody, date: 2023-05-01}\nclaims:\n"
        "  - id: one\n    quote: it is said\n    value: {exporter: CHN, importer: DEU, "
        "goods: '854231', period: 2022, currency: NOK}\n    says: 17.9 billion kroner\n"
    )
    [found] = ep.check(claims, lake=lake).to_dict()["claims"]
    assert found["verdict"] == "not_enough_evidence", found
    assert "o data in NOK, and no exchange rate for it is bundled or loaded" in str(found)
