"""`ask missing_arrivals` of months: a month in which one side tells nothing of anything is no loss,
and the base may be longer than the period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.made_comtrade import GERMANY, row, text_of

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

pytestmark = pytest.mark.slow

KYRGYZSTAN, CHINA = 417, 156
KEYS: dict[str, Any] = {
    "importer": "KGZ",
    "exporter": "DEU",
    "goods": "854231",
    "period": "2022",
    "base": "2021",
}
MONTHS = [100 * year + month for year in (2020, 2021, 2022) for month in range(1, 13)]


def asked(folder: Path, silent: Collection[tuple[int, int]] = (), **keys: Any) -> ep.Figure:
    """Ask of months in which 110 % of what is sent arrives, but for those who are silent."""
    lines = [
        row(value, period=month, freqCode="M", reporter=who, partner=other, flow=flow)
        for month in MONTHS
        for sent in (1000.0 * (1 + month % 5) * (4 if month > 202200 else 1),)
        for who, other, flow, value in (
            (GERMANY, KYRGYZSTAN, "X", sent),
            (KYRGYZSTAN, GERMANY, "M", 1.1 * sent),
            (KYRGYZSTAN, CHINA, "M", 500.0),
        )
        if (who, month) not in silent
    ]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [path])
    return ep.ask("missing_arrivals", lake=held, **(KEYS | keys))


@pytest.mark.parametrize("base", ["2021", "2020..2021", "2020-06..2021-12"])
def test_the_part_that_arrived_is_of_a_base_of_any_length(tmp_path: Path, base: str) -> None:
    found = asked(tmp_path, base=base)
    assert found.value == 0
    assert found.details["arrived_share_base"] == pytest.approx(1.1)
    assert "silent_steps" not in found.details


@pytest.mark.parametrize("who", [GERMANY, KYRGYZSTAN])
@pytest.mark.parametrize("months", [(202207, 202208), (202107,)])
def test_months_that_one_side_does_not_tell_are_no_loss(
    tmp_path: Path, who: int, months: tuple[int, ...]
) -> None:
    found = asked(tmp_path, {(who, month) for month in months})
    assert found.value == 0
    assert found.table[0]["lost"] == 0
    names = ", ".join(f"{month // 100}-{month % 100:02d}" for month in months)
    assert found.details["silent_steps"] == names


def test_what_does_not_arrive_is_still_lost(tmp_path: Path) -> None:
    """In one month the buyer tells of China alone: then it says that nothing came of Germany."""
    lines = [
        row(value, period=month, freqCode="M", reporter=who, partner=other, flow=flow)
        for month in MONTHS
        for who, other, flow, value in (
            (GERMANY, KYRGYZSTAN, "X", 1000.0),
            (KYRGYZSTAN, GERMANY, "M", 1100.0),
            (KYRGYZSTAN, CHINA, "M", 500.0),
        )
        if (month, who, other) != (202207, KYRGYZSTAN, GERMANY)
    ]
    path = tmp_path / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(tmp_path / "lake")
    held.add("comtrade", [path])
    found = ep.ask("missing_arrivals", lake=held, **KEYS)
    assert found.value == pytest.approx(1100)
    assert "silent_steps" not in found.details


def test_without_a_step_that_both_tell_nothing_is_known(tmp_path: Path) -> None:
    early = {(KYRGYZSTAN, month) for month in MONTHS if 202100 < month <= 202106}
    late = {(GERMANY, month) for month in MONTHS if 202106 < month < 202200}
    found = asked(tmp_path, early | late)
    assert found.value is None
    assert "both sides report in no step" in (found.reason or "")


def test_a_code_that_ended_with_its_edition_is_no_end_of_trade(tmp_path: Path) -> None:
    """Sensors of HS 2017 have other codes in HS 2022: that nobody tells of them is no zero."""
    lines = [
        row(1000.0, period=year, reporter=who, partner=other, flow=flow, product=code, edition=told)
        for year, told, sensors in ((2021, "H5", "854140"), (2022, "H6", "854149"))
        for code in (sensors, "854231")
        for who, other, flow in ((GERMANY, KYRGYZSTAN, "X"), (KYRGYZSTAN, GERMANY, "M"))
    ]
    path = tmp_path / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(tmp_path / "lake")
    held.add("comtrade", [path])
    found = ep.ask("missing_arrivals", lake=held, **(KEYS | {"goods": "854140"}))
    assert found.value is None
    assert "neither side records 854140 in 2022" in (found.reason or "")
    chips = ep.ask("missing_arrivals", lake=held, **(KEYS | {"goods": "854231"}))
    assert chips.value == 0
