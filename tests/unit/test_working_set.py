"""Trade that is read once for many questions: the same answers, from few readings of the lake."""

from __future__ import annotations

import csv
import itertools
import random
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars
import pytest

from entrepot.figures import Definition
from entrepot.figures.asked_together import several_times
from entrepot.figures.curve.choices import selections
from entrepot.figures.evaluate import evaluate
from entrepot.figures.sides import Who, traded_by
from entrepot.figures.working_set import areas_of, working_on
from entrepot.lake import Lake, beside, fetch, few_rows
from entrepot.model.areas import by_code
from entrepot.model.period import Period
from entrepot.report import brief

if TYPE_CHECKING:
    from pathlib import Path

AREAS = ("RUS", "CHN", "HKG", "MAC", "DEU", "FRA", "KAZ", "USA", "TUR")
PRODUCTS = ("854231", "854232", "854140", "845710", "010121", "270900")
YEARS = (2020, 2021, 2022)
MOST = 20
"""Readings of the lake that a brief may take: its questions are hundreds."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("made-up")
    made = Lake.open(folder / "lake")
    made.add("baci", [_year(folder, year) for year in YEARS])
    return made


def _year(folder: Path, year: int) -> Path:
    """Write a year of random trade, in which some cells and some masses are missing."""
    chance = random.Random(year)
    numbers = {iso: number for number, iso in by_code("baci").items()}
    path = folder / f"BACI_HS17_Y{year}_V202501.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["t", "i", "j", "k", "v", "q"])
        for seller, buyer in itertools.permutations(AREAS, 2):
            for product in PRODUCTS:
                if chance.random() < 0.8:
                    mass = "NA" if chance.random() < 0.2 else f"{chance.uniform(1, 90):.3f}"
                    value = f"{chance.uniform(1, 1000):.3f}"
                    writer.writerow([year, numbers[seller], numbers[buyer], product, value, mass])
    return path


ASKED: tuple[tuple[str, dict[str, Any]], ...] = tuple(
    (measure, {"importer": "RUS", "exporter": "CHN", "goods": goods, "period": 2022} | more)
    for goods in ("all", "8542")
    for measure, more in (
        ("value", {}),
        ("value", {"flow": "both"}),
        ("value", {"quantity": "mass"}),
        ("import_share", {}),
        ("export_share", {}),
        ("asymmetry", {}),
        ("growth", {"base": 2021}),
        ("hhi", {"exporter": None}),
        ("top_supplier", {"exporter": None}),
        ("import_share", {"importer": "RUS+KAZ", "exporter": "CHN+HKG"}),
    )
)


@pytest.mark.parametrize(("measure", "keys"), ASKED)
def test_answers_are_those_of_the_lake(lake: Lake, measure: str, keys: dict[str, Any]) -> None:
    asked = Definition.build(measure, **keys)
    alone = evaluate(asked, lake)
    with working_on(lake, frozenset({"RUS", "KAZ"}), frozenset({"CHN", "HKG", "MAC"})):
        kept = evaluate(asked, lake)
        with several_times((), [Period.parse(year) for year in YEARS]):
            together = evaluate(asked, lake)
    assert alone.status == "ok"
    for found in (kept, together):
        _same(alone.to_dict(), found.to_dict())


def _same(one: Any, other: Any) -> None:
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name, value in one.items():
            _same(value, other[name])
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for value, more in zip(one, other, strict=True):
            _same(value, more)
    elif isinstance(one, float):
        assert other == pytest.approx(one, rel=1e-12)
    else:
        assert one == other


def test_questions_about_others_read_the_lake(lake: Lake) -> None:
    asked = Definition.build("import_share", importer="DEU", exporter="USA", period=2022)
    alone = evaluate(asked, lake)
    with working_on(lake, frozenset({"RUS"}), frozenset({"CHN"})):
        _same(alone.to_dict(), evaluate(asked, lake).to_dict())


def test_a_second_question_about_the_same_trade_reads_nothing(lake: Lake) -> None:
    keys = {"importer": "RUS", "exporter": "CHN", "period": 2022}
    first, second = (
        Definition.build("growth", goods=goods, **keys) for goods in ("8542", "854231")
    )
    with working_on(lake, frozenset({"RUS"}), frozenset({"CHN", "HKG", "MAC"})):
        evaluate(first, lake, ranged=False)
        with lake.explaining() as cost:
            evaluate(second, lake, ranged=False)
    assert cost.queries
    assert _readings(cost.queries) == 0


def test_codes_of_a_range_are_read_with_those_of_the_list(lake: Lake) -> None:
    """They took a second pass over the same files."""
    keys = {"importer": "RUS", "exporter": "CHN", "goods": "chpl", "period": 2022}
    asked = Definition.build("import_share", **keys)
    alone = evaluate(asked, lake)  # who reports at all, too, which is remembered
    with (
        working_on(lake, frozenset({"RUS"}), frozenset({"CHN", "HKG"}), choices=selections),
        lake.explaining() as cost,
    ):
        _same(alone.to_dict(), evaluate(asked, lake).to_dict())
    assert alone.range_text
    assert _readings(cost.queries) == 1


def test_members_who_trade_with_those_in_memory_are_known_without_a_reading(lake: Lake) -> None:
    """Their years were counted in the files of ten years, which took as long as a reading."""
    asked = Definition.build("value", exporter="DEU+FRA", importer="RUS", period=2022)
    fresh = Lake.open(str(lake.path))  # which remembers nothing
    with working_on(fresh, frozenset({"RUS"}), frozenset({"CHN"})):
        for buyer in ("RUS", "CHN"):
            evaluate(Definition.build("value", exporter="USA", importer=buyer, period=2022), fresh)
        with fresh.explaining() as cost:
            kept = evaluate(asked, fresh)
    assert _readings(cost.queries) == 0
    _same(evaluate(asked, lake).to_dict(), kept.to_dict())


def test_members_who_trade_with_others_only_are_looked_for_in_the_lake(tmp_path: Path) -> None:
    numbers = by_code("baci")
    at = {iso: number for number, iso in numbers.items()}
    path = tmp_path / "BACI_HS17_Y2022_V202501.csv"
    lines = [("FRA", "TUR"), ("DEU", "RUS"), ("CHN", "RUS")]
    rows = [f"2022,{at[seller]},{at[buyer]},854231,5,1" for seller, buyer in lines]
    path.write_text("\n".join(["t,i,j,k,v,q", *rows]) + "\n", encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("baci", [path])
    asked = Definition.build("value", exporter="DEU+FRA", importer="RUS", period=2022)
    alone = evaluate(asked, lake)
    with working_on(lake, frozenset({"RUS"}), frozenset({"CHN"})):
        kept = evaluate(asked, lake)
    assert alone.status == "ok"
    _same(alone.to_dict(), kept.to_dict())


def test_a_brief_reads_the_lake_a_few_times(lake: Lake) -> None:
    with lake.explaining() as cost:
        made = brief("RUS", "CHN", "chpl", None, lake)
    assert made.figures
    assert len(cost.queries) > 3 * MOST
    assert _readings(cost.queries) <= MOST


def _readings(queries: list[Any]) -> int:
    return sum("PARQUET" in one.plan for one in queries)


def test_a_brief_of_one_country_with_itself_in_a_group_reads_each_row_once(lake: Lake) -> None:
    asked = Definition.build("value", importer="RUS", goods="all", period=2022)
    alone = evaluate(asked, lake)
    # Groups that share an area are taken apart.
    with working_on(lake, frozenset({"RUS", "CHN"}), frozenset({"CHN", "RUS", "DEU"})):
        _same(alone.to_dict(), evaluate(asked, lake).to_dict())


def test_rows_of_two_engines_come_together_in_one(lake: Lake) -> None:
    here = few_rows(lake, {"area": ("VARCHAR", ["RUS"]), "value": ("DOUBLE", [1.5])})
    there = nw.from_native(polars.LazyFrame({"area": ["CHN"], "value": [2.5]}))
    found = beside([here, there], lake)
    assert found.implementation.is_duckdb()
    assert sorted(fetch(found)) == [("CHN", 2.5), ("RUS", 1.5)]
    alike = beside([there, there], lake)
    assert alike.implementation.is_polars()


def test_what_is_known_of_rows_follows_from_the_tests() -> None:
    buys, sells = traded_by("importer", frozenset({"A"})), traded_by("exporter", frozenset({"B"}))
    buyer, seller = ("importer", frozenset({"A"})), ("exporter", frozenset({"B"}))
    assert (buys & sells).bounds == (frozenset({buyer}), frozenset({seller}))
    assert (buys | sells).bounds == (frozenset({buyer, seller}),)
    assert (~buys).bounds == ()
    anybody = Who(~nw.col("importer").is_null())
    assert (anybody & sells).bounds == sells.bounds
    assert (anybody | sells).bounds == ()


def test_china_comes_with_the_territories_that_may_count_as_china() -> None:
    years = [Period.parse(2019), Period.parse(2021)]
    assert areas_of("CHN", years) == {"CHN", "HKG", "MAC"}
    assert areas_of("WLD", years) == frozenset()
    # Members at any of the times: the United Kingdom left in between.
    assert "GBR" in areas_of("EU", years)
    assert "GBR" not in areas_of("EU", years[1:])
