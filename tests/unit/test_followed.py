"""A list followed in several ways, asked at once, has the values that each way has by itself."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING

import narwhals as nw
import pytest
from tests.made_comtrade import CHINA, GERMANY, RUSSIA, row, text_of

from entrepot.figures.availability import availability_of
from entrepot.figures.definition import Definition
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.flows import measure_each
from entrepot.figures.questions import QUESTIONS
from entrepot.figures.questions.rerouted import other_goods, rerouted
from entrepot.figures.rows import SourceRows, reading_once
from entrepot.figures.run_measure import Measured, measure
from entrepot.goods import merged
from entrepot.lake import Lake, stored

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


def test_goods_beside_several_selections_are_those_beside_each(tmp_path: Path) -> None:
    """Codes renumbered between editions, values that are missing, and codes of several lists."""
    chance = random.Random(3)
    lake = Lake.open(tmp_path / "lake")
    asked = Definition.build(
        "rerouted",
        importer="RUS",
        exporter="DEU",
        hubs="KGZ+ARM",
        controls="GEO",
        goods="8542",
        period=2022,
        base="2018..2021",
    )
    # 854800 is of HS 2022 alone; 611020 has no value in a year.
    codes = ("854231", "854232", "847330", "854800", "620331", "611020", "940360")
    lines = [
        (f"{year}-01-01", "A", who, other, code, edition, "both", chance.uniform(1, 1e6), 1.0)
        for year in range(2018, 2023)
        for edition in ("HS2022" if year > 2021 else "HS2017",)
        for who in ("DEU", "KGZ", "ARM", "FRA", "GEO")
        for other in ("RUS", "KGZ", "ARM", "GEO")
        for code in codes
        if who != other and (code != "854800" or edition == "HS2022")
    ]
    values = ", ".join(map(str, lines))
    names = "period, freq, exporter, importer, product, nomenclature, reported_by, value_usd, mass"
    query = (
        f"SELECT * REPLACE (period::DATE AS period, CASE WHEN product = '611020' AND exporter = "
        f"'FRA' THEN NULL ELSE value_usd END AS value_usd), mass AS mass_kg "
        f"FROM (VALUES {values}) AS t({names})"
    )
    product = nw.col("product")
    lists = [("854231",), ("854231", "854232", "611020"), ("847330", "854800")]
    with lake.reading():
        every = nw.from_native(lake.connection.sql(query)).lazy()
        tests = [product.is_in(list(mine)) for mine in lists]
        with other_goods(every, tests, asked, "value_usd", partial(stored, lake=lake)) as found:
            assert found is not None
            for mine, others in zip(lists, found, strict=True):
                rows = every.filter(product.is_in(list(mine)))
                plain = every.filter(~product.is_in([*mine, "TOTAL"]))
                one, other = (rerouted(rows, asked, "value_usd", x) for x in (others, plain))
                assert one.keys() == other.keys()
                for name, cell in other.items():
                    assert one[name] == (pytest.approx(cell) if isinstance(cell, float) else cell)
                assert one.table == tuple(
                    {x: pytest.approx(y) if isinstance(y, float) else y for x, y in row_.items()}
                    for row_ in other.table
                )


def test_goods_beside_selections_are_read_by_report_where_rows_are_reports(lake: Lake) -> None:
    """Which reports count depends on who reports, so nothing is added up before that is known."""
    keys = {"importer": "RUS", "exporter": "CHN", "hubs": "DEU", "period": 2022, "base": 2021}
    asked = Definition.build("rerouted", goods="8542", **keys)
    with lake.reading():
        rows = lake.flows("comtrade")
        with other_goods(
            rows, [nw.col("product") == "854231"], asked, "value_usd", partial(stored, lake=lake)
        ) as found:
            assert found is None
