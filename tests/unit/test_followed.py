"""A list followed in several ways, asked at once, has the values that each way has by itself."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tests.made_comtrade import CHINA, GERMANY, RUSSIA, row, text_of

from entrepot.figures.availability import availability_of
from entrepot.figures.definition import Definition
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.flows import measure_each
from entrepot.figures.questions import QUESTIONS
from entrepot.figures.rows import SourceRows, reading_once
from entrepot.figures.run_measure import Measured, measure
from entrepot.goods import merged
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

USA = 842
CODES = ("854231", "854232", "854239", "847330")
GOODS = ("8542", "854231,847330", "854110", "854239")
"""Goods of which one way has nothing, so that it has no value."""
MEASURES = [
    name
    for name, one in QUESTIONS.items()
    if one.has_curve and not (one.elastic or one.by_product or one.columns)
]
"""Those that are asked at once and need no table of elasticities."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    chance = random.Random(8)
    lines = [
        row(
            chance.uniform(1e3, 1e6),
            period=year,
            reporter=who,
            partner=other,
            flow=flow,
            product=code,
        )
        for year in (2021, 2022)
        for who in (RUSSIA, CHINA, GERMANY, USA)
        for other in (RUSSIA, CHINA, GERMANY, USA)
        for flow in ("M", "X")
        for code in CODES
        if who != other
    ]
    folder: Path = tmp_path_factory.mktemp("followed")
    file = folder / "comtrade.csv"
    file.write_text(text_of(lines))
    found = Lake.open(folder / "lake")
    found.add("comtrade", [file])
    return found


@pytest.mark.parametrize("name", MEASURES)
def test_each_way_has_its_value(lake: Lake, name: str) -> None:
    keys = {"importer": "RUS", "exporter": "CHN", "goods": "8542", "period": 2022, "base": 2021}
    reads = QUESTIONS[name]
    if not reads.has_base:
        keys.pop("base")
    if "exporter" not in (*reads.reads, *reads.names):
        keys.pop("exporter")
    if reads.names == ("exporter",):
        keys.pop("importer")
    asked = Definition.build(name, **keys)
    with lake.reading():
        periods = [one for one in (asked.period, asked.base) if one]
        there = availability_of(lake, "comtrade", periods)
        assert not isinstance(there, NoAnswer)
        cells = SourceRows(lake, there[0], "importer")
        ways = [goods_in(asked.but(goods=goods), ("HS2022",), lake) for goods in GOODS]
        every = merged([one for goods in ways for one in goods])
        with reading_once(cells, asked, every) as kept:
            at_once = measure_each(cells, asked, ways, kept)
            alone = [measure(cells, asked, goods, kept=kept) for goods in ways]
    assert isinstance(at_once[0], Measured)
    assert any(isinstance(one, NoAnswer) for one in at_once)
    for one, other in zip(at_once, alone, strict=True):
        if isinstance(other, NoAnswer):
            assert isinstance(one, NoAnswer)
        else:
            assert isinstance(one, Measured)
            assert one.value == pytest.approx(other.value, rel=1e-12, abs=1e-12)
            assert one.details.keys() == other.details.keys()
            for column, cell in other.details.items():
                same = cell if isinstance(cell, str) else pytest.approx(cell, rel=1e-12, abs=1e-12)
                assert one.details[column] == same
