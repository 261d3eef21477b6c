"""Rerouting where codes were renumbered between reports: a new code is no new good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.made_comtrade import CHINA, GERMANY, RUSSIA, row, text_of

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

KYRGYZSTAN, GEORGIA = 417, 268
PARTS = {"H5": "854890", "H6": "854800"}  # renumbered with HS 2022
SENSORS = {"H5": "854140", "H6": "854149"}  # split with it
CHIPS, TUBES = "854231", "854071"
ASKED: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "DEU",
    "hubs": "KGZ",
    "goods": "chpl",
    "period": 2022,
    "base": "2018..2021",
}
FLOWS = {
    (GERMANY, KYRGYZSTAN, "X"): 100,
    (KYRGYZSTAN, GERMANY, "M"): 105,
    (KYRGYZSTAN, CHINA, "M"): 20,
    (KYRGYZSTAN, RUSSIA, "X"): 50,
    (GERMANY, GEORGIA, "X"): 60,
    (GEORGIA, GERMANY, "M"): 63,
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """All is traded as it was; only chips through the hub rise by 200 in 2022."""
    folder = tmp_path_factory.mktemp("editions")
    lines = [
        row(
            1000.0 * (value + (200 if is_hub and code == CHIPS and year == 2022 else 0)),
            period=year,
            reporter=who,
            partner=other,
            flow=flow,
            product=code,
            edition=edition,
        )
        for year in range(2018, 2023)
        for edition in ("H6" if year == 2022 else "H5",)
        for code in (CHIPS, TUBES, PARTS[edition], SENSORS[edition])
        for (who, other, flow), value in FLOWS.items()
        for is_hub in (KYRGYZSTAN in (who, other) and CHINA not in (who, other),)
    ]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [path])
    return held


def test_goods_under_a_new_code_did_not_come_through(lake: Lake) -> None:
    found = ep.ask("rerouted", lake=lake, **ASKED)
    assert found.value == pytest.approx(200_000)
    assert found.high == pytest.approx(200_000)
    assert found.details["renamed_codes"] == "854149, 854800, 854890"


def test_what_is_in_both_editions_is_left_out_nowhere(lake: Lake) -> None:
    found = ep.ask("rerouted", lake=lake, **(ASKED | {"goods": CHIPS}))
    assert found.value == pytest.approx(200_000)
    assert "renamed_codes" not in found.details


@pytest.mark.parametrize("code", [*PARTS.values(), *SENSORS.values(), "8541"])
@pytest.mark.parametrize("measure", ["rerouted", "triple_difference"])
def test_a_code_of_one_edition_has_no_answer(lake: Lake, measure: str, code: str) -> None:
    keys = ASKED | {"goods": code, "concordance": "family", "controls": "GEO"}
    found = ep.ask(measure, lake=lake, **keys)
    assert found.value is None
    assert "no code is in all of them" in (found.reason or "")


def test_a_new_code_is_no_effect_of_an_event(lake: Lake) -> None:
    """Chips rise threefold at the hub; parts and sensors would be an endless rise of new codes."""
    pytest.importorskip("pyfixest")
    found = ep.ask("triple_difference", lake=lake, **ASKED, controls="GEO")
    assert found.value == pytest.approx(200, abs=15)
    assert found.details["listed_products"] == 1
    assert found.details["renamed_codes"] == "854149, 854800, 854890"


def test_what_is_bought_under_another_code_is_not_nothing(tmp_path: Path) -> None:
    """Of a silent hub its seller tells in HS 2022, its buyer in HS 2017."""
    italy = 380
    lines = [
        row(1000.0 * value, reporter=who, partner=KYRGYZSTAN, flow=flow, product=code, edition=told)
        for who, flow, told, code, value in (
            (GERMANY, "X", "H6", SENSORS["H6"], 100),
            (GERMANY, "X", "H6", CHIPS, 10),
            (italy, "M", "H5", SENSORS["H5"], 80),
            (italy, "M", "H5", CHIPS, 20),
        )
    ]
    path = tmp_path / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(tmp_path / "lake")
    held.add("comtrade", [path])
    keys: dict[str, Any] = {
        "importer": "ITA",
        "exporter": "DEU",
        "hubs": "KGZ",
        "goods": "8541,8542",
    }
    found = ep.ask("pass_through", lake=held, period=2022, **keys)
    assert found.value == pytest.approx(0.5)  # not a tenth: 80 of 100 can be Germany's as well
    assert found.details["shipped"] == pytest.approx(20_000)
    assert found.details["renamed_codes"] == "854140, 854149"
    assert [line["product"] for line in found.table] == [CHIPS]
