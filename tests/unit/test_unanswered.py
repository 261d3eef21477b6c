"""Without a value there is nothing to be careful with: which caveats are told, and where from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.lake import Lake
from entrepot.sources.icio import wheel

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow

SOURCES = Path(ep.__file__).parent

ASKED: list[Mapping[str, object]] = [
    {"measure": "import_share", "importer": "KGZ", "exporter": "CHN", "period": 2019},
    {"measure": "growth", "importer": "KGZ", "exporter": "CHN", "period": 2019, "base": 2018},
    {"measure": "price_premium", "importer": "KGZ", "exporter": "CHN+HKG", "period": 2019},
    {"measure": "value", "importer": "KGZ", "exporter": "CHN", "period": "2019-03"},
]
INPUTS: list[Mapping[str, object]] = [
    {"measure": "import_share", "importer": "RUS", "exporter": "CHN", "goods": "inputs"},
    {"measure": "origin", "importer": "RUS", "exporter": "CHN+HKG", "goods": "inputs"},
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: str(one["measure"]))
def test_no_caveat_is_about_a_value_that_is_not_there(
    asked: Mapping[str, object], tmp_path: Path
) -> None:
    found = ep.ask(lake=Lake.open(tmp_path / "none"), **asked)
    assert (found.status, found.caveats) == ("insufficient_data", ())
    assert found.reason


def test_who_fell_silent_is_told_for_it_may_be_why(tmp_path: Path) -> None:
    keys = {"importer": "RUS", "exporter": "KGZ", "goods": "999999", "period": 2023}
    found = ep.ask("value", lake=Lake.open(tmp_path / "none"), **keys)
    assert [one.id for one in found.caveats] == ["reporter-break", "missing-codes"]


@pytest.mark.skipif(wheel.installed_file() is None, reason="needs the extra icio")
@pytest.mark.parametrize("asked", INPUTS, ids=lambda one: str(one["measure"]))
def test_nobody_falls_silent_in_estimated_tables(
    asked: Mapping[str, object], tmp_path: Path
) -> None:
    lake = Lake.open(tmp_path / "none")
    found = ep.ask(lake=lake, period=1999, **asked)
    assert (found.status, found.caveats) == ("insufficient_data", ())
    # The same question of a year that is there has caveats, Hong Kong for one.
    assert ep.ask(lake=lake, period=2022, **asked).caveats


def test_a_figure_without_a_value_is_made_in_one_place() -> None:
    made = [
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if re.search(r'status\s*=\s*"insufficient_data"', path.read_text(encoding="utf-8"))
    ]
    assert made == ["figures/no_value.py"]
