"""`ask missing_arrivals` by mass: in kilograms, and what lacks a mass is left out, not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from tests.made_comtrade import GERMANY, row, text_of

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

KYRGYZSTAN = 417
CHIPS, BEARINGS = "854231", "848210"
# Kilograms of chips and bearings in 2021 and 2022: 110 % used to arrive, of chips half does now.
SENT = {CHIPS: (1.0, 3.0), BEARINGS: (0.5, 0.6)}
CAME = {CHIPS: (1.1, 1.5), BEARINGS: (0.55, 0.66)}
KEYS: dict[str, Any] = {
    "importer": "KGZ",
    "exporter": "DEU",
    "goods": f"{CHIPS},{BEARINGS}",
    "period": 2022,
    "base": 2021,
    "quantity": "mass",
}


def asked(folder: Path, *lacks: tuple[int, str, int]) -> ep.Figure:
    """Ask of reports of which some, by reporter, product and year, have no mass."""
    lines = [
        row(
            100 * masses[year - 2021],
            period=year,
            reporter=who,
            partner=other,
            flow=flow,
            product=code,
            mass="" if (who, code, year) in lacks else masses[year - 2021],
        )
        for who, other, flow, told in (
            (GERMANY, KYRGYZSTAN, "X", SENT),
            (KYRGYZSTAN, GERMANY, "M", CAME),
        )
        for code, masses in told.items()
        for year in (2021, 2022)
    ]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [path])
    return ep.ask("missing_arrivals", lake=held, **KEYS)


def test_masses_are_lost_in_kilograms(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert found.value == pytest.approx(3.6 * 1.65 / 1.5 - 2.16)
    assert found.unit == "kg"
    assert "unknown_products" not in found.details


@pytest.mark.parametrize("who", [GERMANY, KYRGYZSTAN])
@pytest.mark.parametrize("year", [2021, 2022])
def test_a_product_without_its_mass_in_one_report_is_left_out(
    tmp_path: Path, who: int, year: int
) -> None:
    found = asked(tmp_path, (who, BEARINGS, year))
    assert found.value == pytest.approx(3.0 * 1.1 - 1.5)
    assert found.details["unknown_products"] == 1
    assert found.details["told_out"] == pytest.approx(3.0)
    assert [line["product"] for line in found.table] == [CHIPS]


def test_where_each_product_lacks_a_mass_nothing_is_lost_for_sure(tmp_path: Path) -> None:
    found = asked(tmp_path, (GERMANY, BEARINGS, 2021), (KYRGYZSTAN, CHIPS, 2022))
    assert found.value is None
    assert "of each product a report has no mass" in (found.reason or "")


def test_a_sum_with_a_row_that_is_not_known_is_not_known() -> None:
    rows = pa.table(
        {
            "exporter": ["DEU"] * 5,
            "importer": ["KGZ"] * 5,
            "period": [2021, 2021, 2022, 2022, 2022],
            "reported_by": ["exporter", "importer", "exporter", "importer", "importer"],
            "value_usd": [10.0, 10.0, 10.0, 6.0, None],
        }
    )
    keys: dict[str, Any] = {"exporter": "DEU", "importer": "KGZ", "before": 2021, "after": 2022}
    for complete in (False, True):
        found = ep.measures.missing_arrivals(rows, **keys, complete=complete)
        assert found["lost"].to_pylist() == [None]
    known = ep.measures.missing_arrivals(rows.slice(0, 4), **keys)
    assert known["lost"].to_pylist() == [pytest.approx(4.0)]
