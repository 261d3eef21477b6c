"""A watched nowcast waits for the reported value, and is scored by it."""

from __future__ import annotations

import sys
from pathlib import Path

from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.lake import Lake
from entrepot.watching.observation import Observation, PendingNowcast

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from made_flows import made_flows

MAP = """
format: 1
id: german
nomenclature: HS2022
level: 6
reported_by: exporter
valuation: FOB
columns:
  when: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""
BUYERS = ("KAZ", "FRA", "ITA", "ESP", "POL", "TUR", "BRA", "IND")
MADE = made_flows(len(BUYERS), 48, seed=4).values[:, :33]
FIGURES = """\
format: 1
figures:
  - {id: month, measure: value, importer: KAZ, exporter: DEU, goods: 845811, period: 2023-08,
     source: table.german}
"""


def add(lake: Lake, months: range) -> None:
    path = lake.path.parent / f"{months.start}.csv"
    rows = [
        f"{2021 + at // 12}-{at % 12 + 1:02d},DEU,{buyer},845811,{MADE[row, at]:.2f}"
        for at in months
        for row, buyer in enumerate(BUYERS)
    ]
    path.write_text("\n".join(["when,seller,buyer,code,value", *rows, ""]))
    lake.add("table", [path], mapping=MAP)


def test_a_nowcast_is_scored_when_the_month_comes(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    add(lake, range(31))
    file = tmp_path / "watch.yaml"
    file.write_text(FIGURES)
    [first] = ep.watch(file, lake=lake).files
    assert first.figures[0].now.status == "nowcast"
    assert len(first.pending) == 1
    assert not first.record
    [again] = ep.watch(file, lake=lake).files
    assert len(again.pending) == 1  # the same month was known: no second one waits
    add(lake, range(31, 33))
    shown = CliRunner().invoke(app, ["watch", str(file), "--lake", str(lake.path)])
    assert shown.exit_code == 1
    assert "1 nowcast scored so far" in " ".join(shown.output.split())
    [last] = ep.watch(file, lake=lake).files
    assert not last.pending
    assert not last.scores
    [score] = last.record
    assert score["reported"] == round(float(MADE[0, 31]), 2)
    assert score["nowcast"] == first.figures[0].now.value
    assert score["error"] == score["nowcast"] / score["reported"] - 1
    low, high = (first.figures[0].now.nowcast or {})["intervals"]["80"]
    assert score["inside"]["80"] == (low <= score["reported"] <= high)


def test_shares_are_scored_in_points() -> None:
    seen = Observation(
        {"measure": "import_share", "period": "2024"},
        "nowcast",
        0.30,
        "share",
        nowcast={"intervals": {"80": [0.28, 0.32], "95": [0.2, 0.4]}, "last_month": "2024-06"},
    )
    score = PendingNowcast("share", "2024-08-01", seen).scored(0.35)
    assert score is not None
    assert score.error is not None
    assert round(score.error, 3) == -0.05
    assert score.inside == {"80": False, "95": True}
    assert "inside the 95 % interval" in score.text
