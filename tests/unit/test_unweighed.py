"""A sum of masses says what of its rows has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.made_comtrade import CHINA, GERMANY, RUSSIA, USA, row, text_of

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path


def filled(folder: Path, american: object) -> Lake:
    """Fill a lake with what China bought, of which a fifth by value has the mass that is given."""
    lines = [
        row(value, reporter=CHINA, partner=partner, mass=mass)
        for partner, value, mass in (
            (GERMANY, 500.0, 5.0),
            (RUSSIA, 300.0, 3.0),
            (USA, 200.0, american),
        )
    ]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [path])
    return held


def asked(folder: Path, american: object, *, quantity: str = "mass") -> ep.Figure:
    held = filled(folder, american)
    return ep.ask(
        "value", lake=held, importer="CHN", goods="854231", period=2022, quantity=quantity
    )


@pytest.mark.parametrize("mass", ["", 0])
def test_rows_without_a_mass_are_counted(tmp_path: Path, mass: object) -> None:
    found = asked(tmp_path, mass)
    assert found.value == pytest.approx(8)
    [text] = [one.text for one in found.caveats if one.id == "unweighed"]
    assert text.startswith("1 of 3 rows of comtrade behind this, 20 % of their value, have no mass")


@pytest.mark.parametrize(("mass", "quantity"), [(2.0, "mass"), ("", "value")])
def test_nothing_is_said_where_nothing_lacks(tmp_path: Path, mass: object, quantity: str) -> None:
    found = asked(tmp_path, mass, quantity=quantity)
    assert found.value == pytest.approx(10 if quantity == "mass" else 1000)
    assert "unweighed" not in {one.id for one in found.caveats}


def test_a_supplier_without_a_mass_has_no_share(tmp_path: Path) -> None:
    found = ep.ask(
        "top_supplier",
        lake=filled(tmp_path, ""),
        importer="CHN",
        goods="854231",
        period=2022,
        quantity="mass",
    )
    assert found.value == pytest.approx(5 / 8)
    assert [row["exporter"] for row in found.rows()] == ["DEU", "RUS", "USA"]  # it came first
    shares = {row["exporter"]: row.get("share") for row in found.rows()}
    assert shares == {"DEU": pytest.approx(5 / 8), "RUS": pytest.approx(3 / 8), "USA": None}
    assert found.amounts("exporter") == {"DEU": 5.0, "RUS": 3.0}
    assert found.to_dict()["table"] == found.rows()
    assert str(found)


@pytest.mark.parametrize("measure", ["top_supplier", "hhi", "map"])
@pytest.mark.parametrize(
    ("quantity", "unit", "values"),
    [("mass", "kg", [5.0, 3.0]), ("value", "USD", [500.0, 300.0, 200.0])],
)
def test_a_chart_of_suppliers_says_what_is_counted(
    tmp_path: Path, measure: str, quantity: str, unit: str, values: list[float]
) -> None:
    drawn = ep.chart(
        measure,
        lake=filled(tmp_path, ""),
        importer="CHN",
        goods="854231",
        period=2022,
        quantity=quantity,
    )
    assert [(row["value"], row["unit"]) for row in drawn.chart.rows] == [
        (one, unit) for one in values
    ]
    assert ("by mass" in drawn.chart.deck) == (quantity == "mass")


@pytest.mark.parametrize(
    ("china", "japan"), [(("10", "15"), ("", "6")), (("10", "15"), ("4", "")), (("", ""), ("", ""))]
)
def test_a_total_with_a_mass_takes_in_partners_without(
    china: tuple[str, str], japan: tuple[str, str], tmp_path: Path
) -> None:
    """By hand: 17 t and 22 t are reported. The growth was +120 %, -12 % or refused."""
    lines = ["year,partner,hs,usd,t"]
    for place, year in enumerate((2021, 2022)):
        lines += [
            f"{year},China,854231,100,{china[place]}",
            f"{year},Japan,854231,50,{japan[place]}",
        ]
        lines += [f"{year},World,854231,160,{(17, 22)[place]}"]
    file = tmp_path / "t.csv"
    file.write_text("\n".join(lines) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=TOTALS_WITH_MASS)
    keys = {"importer": "DEU", "goods": "854231", "period": 2022, "quantity": "mass", "lake": lake}
    assert ep.ask("value", exporter="WLD", **keys).value == pytest.approx(22_000)
    growth = ep.ask("growth", exporter="WLD", **keys)
    assert growth.value == pytest.approx(100 * (22 / 17 - 1))
    [said] = [one.text for one in growth.caveats if one.id == "unweighed"]
    assert "The reporter's own total takes them in" in said
    share = ep.ask("import_share", exporter="CHN", **keys)
    assert share.value == (pytest.approx(15 / 22) if china[1] else None)


TOTALS_WITH_MASS = """format: 1
id: trade
reporter: DEU
flow: import
nomenclature: HS2022
columns:
  year: {role: year}
  partner: {role: partner, codes: names}
  hs: {role: product}
  usd: {role: value, currency: USD, scale: 1}
  t: {role: mass, unit: t}
"""
