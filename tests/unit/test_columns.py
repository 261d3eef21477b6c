"""Columns beside a value: names in words, units, and ends in one."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.figures import Definition, Figure
from entrepot.figures.evidence import Evidence
from entrepot.figures.figure import as_rows

USED = (Evidence("baci", "one", 1),)
"""An answer without rows has no basis."""


def told(measure: str, unit: str, **details: float | str) -> str:
    asked = Definition.build(measure, importer="RUS", exporter="CHN", period=2023, base=2021)
    return dict(as_rows(Figure(asked, "ok", 1.0, unit, details=dict(details))))["with"]


def test_prices_have_names_and_units() -> None:
    text = told("price_index", "ratio", tornqvist=0.931, matched_share=0.997, matched_products=46.0)
    assert text.replace("\u00a0", " ") == (
        "Törnqvist: 0.931 times\ncompared of the period: 99.7 %\nproducts compared: 46"
    )


def test_ends_stand_behind_what_they_are_of() -> None:
    text = told(
        "price_premium",
        "relative",
        overpaid_share=0.4,
        overpaid_share_low=0.3,
        overpaid_share_high=0.5,
        buyer_change=0.87,
    )
    assert text.replace("\u00a0", " ") == (
        "overpaid part of the bill: 40.0 % (30 to 50 %)\nchange of the buyer’s prices: +87.0 %"
    )


def test_ends_of_a_number_without_a_unit() -> None:
    text = told("rank", "count", multiple=1.06, multiple_low=0.9, multiple_high=1.3)
    assert text.replace("\u00a0", " ") == "multiple: 1.06 (0.9 to 1.3)"


def test_ends_that_are_the_same_are_none() -> None:
    text = told("price_index", "ratio", products=5.0, products_low=5.0, products_high=5.0)
    assert text.replace("\u00a0", " ") == "products: 5"


def test_causes_are_in_points() -> None:
    more = {"from_supplier": 0.09, "from_supplier_low": 0.02, "from_supplier_high": 0.17}
    text = told("change_of_share", "share_points", **more).replace("\u00a0", " ")
    assert text == "from supplier: +9.0 points (2 to 17 points)"


def test_an_end_alone_is_a_column() -> None:
    assert "rank low: 2" in told("rank", "count", rank_low=2.0).replace("\u00a0", " ")


def test_keys_of_a_definition_are_read_in_groups() -> None:
    asked = Definition.build(
        "growth", importer="RUS", exporter="CHN", goods="chpl", period=2023, base=2021, hubs="KGZ"
    )
    figure = Figure(asked, "ok", 1.0, "percent", evidence=USED)
    assert dict(as_rows(figure))["definition"].splitlines() == [
        "measure: growth, importer: RUS, exporter: CHN, flow: one_way",
        "goods: chpl, concordance: family",
        "period: 2023, base: 2021",
        "basis: dispatch",
        "quantity: value",
        "hubs: KGZ",
    ]
    told = dict(as_rows(figure))["definition"].replace("\n", ", ").split(", ")
    assert {one.partition(":")[0] for one in told} == {
        name for name, value in figure.to_dict()["definition"].items() if value
    }
    lines = str(figure).splitlines()
    assert "goods: chpl, concordance: family" in [line.strip() for line in lines]
    assert "goods: chpl, concordance: family" in figure._repr_html_()


@pytest.mark.parametrize(
    ("measure", "keys", "absent"),
    [
        ("import_share", {"goods": "inputs"}, {"concordance", "basis", "flow"}),
        ("import_share", {"goods": "inputs", "basis": "value_added"}, {"concordance", "flow"}),
        ("import_share", {"goods": "8542"}, {"concordance", "flow"}),
        ("import_share", {"goods": "all,chpl"}, {"concordance", "flow"}),
        ("hhi", {"goods": "chpl", "exporter": "WLD"}, {"flow"}),
        ("value", {"goods": "chpl"}, set()),
        ("value", {"goods": "named:drones"}, {"concordance"}),
        ("value", {"goods": "chpl", "quantity": "mass"}, {"currency"}),
        ("price_index", {"goods": "chpl", "base": 2021}, {"flow", "quantity"}),
    ],
)
def test_keys_that_do_not_apply_are_not_shown(
    measure: str, keys: dict[str, Any], absent: set[str]
) -> None:
    asked = Definition.build(
        measure, **{"importer": "RUS", "exporter": "CHN", "period": 2023, "currency": "USD"} | keys
    )
    figure = Figure(asked, "ok", 1.0, "share", evidence=USED)
    has_default = {"concordance", "basis", "flow", "quantity", "currency"}
    told = figure.to_dict()["definition"]
    assert {name for name in has_default if told[name] is None} == absent
    shown = dict(as_rows(figure))["definition"]
    assert {name for name in has_default if f"{name}: " not in shown} == absent
    given = {name: value for name, value in told.items() if value is not None}
    asked_again = Definition.build(**given)
    again = Figure(asked_again, "ok", 1.0, "share", evidence=USED).to_dict()["definition"]
    assert {name: value for name, value in again.items() if value is not None} == given


def test_the_basis_is_that_of_the_rows() -> None:
    asked = Definition.build("import_share", importer="RUS", exporter="CHN", period=2023)

    def shown(**bases: float) -> str:
        evidence = (Evidence("comtrade", "0", 9, {"importer": 9}, bases),)
        rows = dict(as_rows(Figure(asked, "ok", 0.5, "share", evidence=evidence)))
        return rows["definition"].splitlines()[-2].replace("\u00a0", " ")

    assert shown() == "basis: dispatch"
    assert shown(origin=1.0) == "basis: origin"
    assert shown(origin=0.32, consignment=0.68) == "basis: consignment (68.0 %) and origin (32.0 %)"
