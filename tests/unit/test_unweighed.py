"""A sum of masses says what of its rows has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.made_comtrade import CHINA, GERMANY, RUSSIA, USA, row, text_of

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path


def asked(folder: Path, american: object, *, quantity: str = "mass") -> ep.Figure:
    """Ask what China bought, of which a fifth by value has the mass that is given."""
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
