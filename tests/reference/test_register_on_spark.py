"""A question about a register is a few jobs of Spark, and its answer that of DuckDB."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from test_engines_ask import alike, jobs_of, on_spark

import entrepot as ep
from entrepot.lake import Lake
from entrepot.report.render_json import as_dict

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # py4j's sockets
LAYOUT = """\
format: 1
register: two-years
title: A made-up register
reporter: KAZ
direction: import
valuation: CIF
columns:
  day: {role: date, form: "%d.%m.%Y"}
  code: {role: tariff_code}
  made in: {role: origin}
  sent from: {role: dispatch}
  value: {role: value}
  net: {role: mass_kg}
"""
COUNTRIES = ("China", "Germany", "Turkey", "Taiwan", "Italy", "")
CODES = ("8542310000", "8542390000", "8471300000", "0101210000")
FEW = 6
"""Jobs of a question; each of its queries was two of them, there were nine, and then one more for
each of the deliveries."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with a register of two years, of two editions of the codes, a delivery a quarter."""
    place = tmp_path_factory.mktemp("register")
    draw = random.Random(5)
    quarters: dict[str, list[str]] = {}
    for _ in range(3000):
        month, year = draw.randint(1, 12), draw.choice((2021, 2022))
        cells = (draw.choice(CODES), draw.choice(COUNTRIES), draw.choice(COUNTRIES))
        cells = (f"{draw.randint(1, 28):02}.{month:02}.{year}", *cells)
        line = ",".join((*cells, f"{draw.uniform(1, 9e4):.2f}", draw.choice("123")))
        quarters.setdefault(f"{year}Q{(month + 2) // 3}", []).append(line)
    files = [place / f"{name}.csv" for name in sorted(quarters)]
    for file in files:
        lines = ["day,code,made in,sent from,value,net", *quarters[file.stem], ""]
        file.write_text("\n".join(lines), encoding="utf-8")
    Lake.open(place / "lake").add("shipments", files, mapping=LAYOUT)
    return place / "lake"


@pytest.mark.parametrize(
    ("measure", "keys"),
    [
        ("import_share", {"exporter": "CHN", "goods": "854231", "period": 2022}),
        ("hhi", {"goods": "8542", "period": 2021}),
    ],
)
def test_few_jobs_and_the_same_figure(
    measure: str, keys: dict[str, Any], folder: Path, spark: SparkSession
) -> None:
    words = {"source": "shipments.two-years", "basis": "origin", "importer": "KAZ", **keys}
    expected = ep.ask(measure, lake=folder, **words)
    before = jobs_of(spark)
    found = ep.ask(measure, lake=on_spark(folder), **words)
    ran = len(jobs_of(spark) - before)
    assert expected.value
    assert alike(*(json.loads(json.dumps(x.to_dict(), default=str)) for x in (expected, found)))
    assert 0 < ran <= FEW


def test_editions_of_a_year_are_those_of_its_months(folder: Path) -> None:
    from entrepot.figures.availability import Availability, availability_of
    from entrepot.model.period import Period

    lake = Lake.open(folder)
    for text, editions in (
        ("2021", ("HS2017",)),
        ("2022", ("HS2022",)),
        ("2021-12", ("HS2017",)),
    ):
        [found] = availability_of(lake, "shipments.two-years", [Period.parse(text)])
        assert isinstance(found, Availability)
        assert found.nomenclatures == editions


BRIEF = 8
"""Jobs of a brief where nothing but a register is loaded; there were 77."""


def test_a_brief_reads_a_register_of_few_lines_once(folder: Path, spark: SparkSession) -> None:
    """It asks it for each figure that nothing else has, by each of its bases."""
    words = {"goods": "8542", "period": 2022}
    expected = as_dict(ep.brief("KAZ", "CHN", lake=folder, **words))
    before = jobs_of(spark)
    found = as_dict(ep.brief("KAZ", "CHN", lake=on_spark(folder), **words))
    ran = len(jobs_of(spark) - before)
    assert "shipments.two-years" in json.dumps(expected)
    assert alike(*(json.loads(json.dumps(x, default=str)) for x in (expected, found)))
    assert 0 < ran <= BRIEF
