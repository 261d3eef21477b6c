"""Through whom cars came to Russia, and what Kyrgyzstan never saw: real reports, with pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest

import entrepot as ep
from entrepot.lake import Lake
from table_reading import one_map

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure

ORIGINS = "DEU+USA+JPN+KOR"
ASKED: dict[str, Any] = {
    "importer": "RUS",
    "exporter": ORIGINS,
    "hubs": "ARM",
    "goods": "8703",
    "base": "2019-01..2021-12",
    "period": "2022-01..2022-12",
    "source": "table.armenia",
}


@pytest.fixture(scope="module")
def cars(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = shared_data / "armenia_georgia_vehicles"
    held = Lake.open(tmp_path_factory.mktemp("rerouted") / "lake")
    for name in ("armenia", "georgia"):
        mapping = f"id: {name}\n" + one_map(f"vehicle_trade_{name}")
        held.add("table", [folder / f"vehicle_trade_{name}.csv"], mapping=mapping)
    return held


@pytest.fixture(scope="module")
def answer(cars: Lake) -> Figure:
    return ep.ask("rerouted", lake=cars, **ASKED)


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> pd.DataFrame:
    """What Armenia reports of the lines below 8703, with quarters counted from 2019."""
    path = shared_data / "armenia_georgia_vehicles" / "vehicle_trade_armenia.csv"
    rows = pd.read_csv(path, encoding="cp1252", dtype={"commodity_code": str})
    rows = rows[(rows.aggregate_level == 6) & rows.year.between(2019, 2022)].copy()
    rows["quarter"] = (rows.year - 2019) * 4 + (rows.month - 1) // 3
    return rows


def above(lines: pd.DataFrame, flow: str, partners: list[str]) -> pd.DataFrame:
    """What lies above the mean of 2019 to 2021, by product and quarter of 2022."""
    mine = lines[(lines.trade_code == flow) & lines.partner_iso.isin(partners)]
    wide = mine.pivot_table(
        index="commodity_code", columns="quarter", values="trade_value_us", aggfunc="sum"
    )
    wide = wide.reindex(columns=range(16)).fillna(0.0)
    return wide[range(12, 16)].sub(wide[range(12)].mean(axis=1), axis=0)


def test_cars_through_armenia(answer: Figure, lines: pd.DataFrame) -> None:
    came = above(lines, "M", ORIGINS.split("+"))
    went = above(lines, "X", ["RUS"])
    assert answer.details["excess_in"] == pytest.approx(came.to_numpy().sum())
    assert answer.details["excess_out"] == pytest.approx(went.to_numpy().sum())
    assert answer.details["excess_out"] == pytest.approx(235e6, rel=0.01)
    assert answer.value is not None
    assert answer.low is not None
    assert answer.high is not None
    assert 0 < answer.low < answer.value < answer.high
    # In 2022 more came in of every kind than went out, so nearly all that went out is matched.
    assert answer.value == pytest.approx(went.clip(lower=0).to_numpy().sum(), rel=0.02)
    assert answer.high <= went.clip(lower=0).to_numpy().sum() * 1.05
    (row,) = answer.table
    assert (row["hub"], row["alarm"]) == ("ARM", True)
    assert row["began"].startswith("2022-0")
    assert 0.1 < row["price_margin"] < 0.5


def test_goods_that_did_not_move_raise_no_alarm(cars: Lake) -> None:
    """A placebo: the two years before, when nothing had happened."""
    before = ASKED | {"base": "2017-01..2019-12", "period": "2020-01..2021-12"}
    placebo = ep.ask("rerouted", lake=cars, **before)
    assert placebo.low == 0
    assert placebo.details["alarm"] == "no"
    assert placebo.value is not None
    assert placebo.value < 5e6


def test_a_margin_lowers_what_is_matched_and_raises_what_is_sure(
    cars: Lake, answer: Figure
) -> None:
    told = ep.ask("rerouted", lake=cars, **ASKED, margin=0.26)
    assert told.value is not None
    assert answer.value is not None
    assert told.value < answer.value
    assert told.low is not None
    assert answer.low is not None
    assert told.low > answer.low


def test_cars_of_georgia_are_lost_in_transit(cars: Lake, shared_data: Path) -> None:
    """Trap 12: Georgia reports 6, 144, 264 m USD; Armenia, by origin, next to none."""
    rows = cars.flows("table.georgia").to_native().union(cars.flows("table.armenia").to_native())
    heading = "CASE WHEN reported_by = 'importer' THEN left(product, 4) ELSE product END AS product"
    told = rows.project(f"* EXCLUDE (product), {heading}").to_arrow_table()
    spans = {2022: ("2021", "2022"), 2023: ("2021-01..2021-10", "2023-01..2023-10")}
    path = shared_data / "armenia_georgia_vehicles" / "vehicle_trade_georgia.csv"
    theirs = pd.read_csv(path, encoding="cp1252", dtype={"commodity_code": str})
    theirs = theirs[
        (theirs.trade_code == "X") & (theirs.partner_iso == "ARM") & (theirs.mot_code == 0)
    ]
    for year, (before, after) in spans.items():
        (found,) = ep.measures.missing_arrivals(
            told, exporter="GEO", importer="ARM", before=before, after=after, complete=True
        ).to_pylist()
        inside = theirs[(theirs.year == year) & (theirs.month <= (12 if year == 2022 else 10))]
        assert found["told_out"] == pytest.approx(inside.trade_value_us.sum())
        assert found["told_in"] < 1e5
        assert found["arrived_share"] < 0.001
    found = ep.measures.missing_arrivals(
        told, exporter="GEO", importer="ARM", before="2021", after="2022", complete=True
    ).to_pylist()[0]
    assert round(found["told_out"] / 1e6) == 144
    # Nothing arrived before either, so that nothing new is lost: the gap is how Armenia counts.
    assert found["lost"] < 0.01 * found["told_out"]


def test_armenian_and_georgian_books_in_one_answer(cars: Lake, shared_data: Path) -> None:
    """Ten months of 2022 against those of 2021: each country's own books, added up with pandas."""
    found = ep.ask(
        "rerouted",
        lake=cars,
        **ASKED
        | {
            "hubs": "ARM+GEO",
            "base": "2021-01..2021-10",
            "period": "2022-01..2022-10",
            "source": "table.armenia+table.georgia",
        },
    )
    folder = shared_data / "armenia_georgia_vehicles"
    excess = {"M": 0.0, "X": 0.0}
    for name, level in (("armenia", 6), ("georgia", 4)):
        rows = pd.read_csv(folder / f"vehicle_trade_{name}.csv", encoding="cp1252")
        rows = rows[(rows.aggregate_level == level) & (rows.month <= 10)]
        rows = rows if name == "armenia" else rows[rows.mot_code == 0]  # all ways of transport
        for flow, partners in (("M", ORIGINS.split("+")), ("X", ["RUS"])):
            mine = rows[(rows.trade_code == flow) & rows.partner_iso.isin(partners)]
            by_year = mine.groupby("year").trade_value_us.sum()
            excess[flow] += by_year.get(2022, 0.0) - by_year.get(2021, 0.0)
    assert found.details["excess_in"] == pytest.approx(excess["M"])
    assert found.details["excess_out"] == pytest.approx(excess["X"])
    told = {row["hub"]: row["sold_told_by"] for row in found.table}
    assert told == {hub: f"the hub (FOB, table.{name})"
                    for hub, name in (("ARM", "armenia"), ("GEO", "georgia"))}  # fmt: skip
    # Georgia reports cars to Armenia, which by origin has next to none: the chain shows.
    assert found.high is not None
    assert 0 < float(found.details["high_two_hubs"]) < found.high


def test_cars_of_georgia_are_asked_of_two_sources(cars: Lake) -> None:
    keys: dict[str, Any] = {"importer": "ARM", "exporter": "GEO", "goods": "8703"}
    found = ep.ask("missing_arrivals", lake=cars, base=2021, period=2022, **keys)
    assert found.definition.source == "table.armenia+table.georgia"
    assert round(float(found.details["told_out"]) / 1e6) == 144
    assert float(found.details["told_in"]) < 1e5
    assert abs(found.value or 0) < 1e5  # nothing arrived before either


def test_what_kyrgyzstan_never_saw(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Trap 13: 263, 1,171, 2,734 m EUR sent; 289, 527, 965 m USD seen; rates of the years."""
    folder = shared_data / "eu_kyrgyz_mirror"
    [workbook] = (folder / "kyrgyzstan_data").glob("4.03.00.20 *")
    held = Lake.open(tmp_path_factory.mktemp("mirror") / "lake")
    sold = "id: sold\n" + one_map("eurostat_totals_long")
    held.add("table", [folder / "eurostat_totals_long.csv"], mapping=sold)
    held.add("table", [workbook], mapping="id: bought\n" + one_map("kyrgyz_imports"))
    rates = {2021: 1.183, 2022: 1.053, 2023: 1.081}
    members = ep.ask("value", lake=held, source="table.bought", exporter="EU27", importer="KGZ",
                     period=2022).definition.members("exporter")  # fmt: skip
    rows = [
        {"exporter": one, "importer": "KGZ", "year": day.year, "reported_by": "exporter",
         "value": euros * rates[day.year]}
        for one, day, euros in held.flows("table.sold").to_native()
        .filter("importer = 'KGZ'").project("exporter, period, value_reported").fetchall()
        if day.year in rates
    ] + [
        {"exporter": one, "importer": "KGZ", "year": day.year, "reported_by": "importer",
         "value": usd}
        for one, day, usd in held.flows("table.bought").to_native()
        .filter("importer = 'KGZ'").project("exporter, period, value_usd").fetchall()
        if day.year in rates
    ]  # fmt: skip
    frame = pa.Table.from_pylist(rows)
    found = {
        year: ep.measures.missing_arrivals(
            frame, exporter=members, importer="KGZ", before=2021, after=year, time="year",
            value="value",
        ).to_pylist()[0]
        for year in (2022, 2023)
    }  # fmt: skip
    assert [round(found[year]["told_out"] / rates[year] / 1e6) for year in found] == [1171, 2734]
    assert [round(found[year]["told_in"] / 1e6) for year in found] == [527, 965]
    first = 289 / (263 * rates[2021])
    assert found[2022]["arrived_share_base"] == pytest.approx(first, rel=0.005)
    for year, (out, into) in {2022: (1171, 527), 2023: (2734, 965)}.items():
        by_hand = out * rates[year] * first - into
        assert found[year]["lost"] / 1e6 == pytest.approx(by_hand, rel=0.01)
    assert [round(found[year]["arrived_share"], 2) for year in found] == [0.43, 0.33]
