"""Exposure to retaliation: worked by hand, and the awkward cases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import entrepot as ep
from entrepot.errors import RequestError
from frame_kinds import MAKE, Row, one, rows_of, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@pytest.fixture(params=["duckdb", "polars lazy", "pandas"])
def make(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    return MAKE[request.param]


def flows(*rows: Sequence[Any]) -> pa.Table:
    return table("product exporter importer value_usd flag", rows)


WORLD = flows(
    ("magnets", "CHN", "DEU", 60.0, True),
    ("magnets", "CHN", "FRA", 20.0, None),
    ("magnets", "JPN", "FRA", 20.0, None),
    ("magnets", "JPN", "USA", 30.0, None),
    ("magnets", "VNM", "CHN", 9.0, None),
    ("magnets", "KOR", "USA", 1.0, None),
    ("magnets", "DEU", "FRA", 70.0, None),
    ("magnets", "CHN", "USA", 1000.0, None),
    ("cars", "DEU", "CHN", 40.0, False),
    ("cars", "DEU", "USA", 60.0, False),
    ("cars", "FRA", "DEU", 500.0, False),
    ("cars", "USA", "BRA", 5.0, False),
    ("shirts", "CHN", "DEU", 10.0, None),
    ("shirts", "BGD", "DEU", 90.0, None),
    ("shirts", "BGD", "USA", 200.0, None),
)


def exposed(rows: Any, **more: Any) -> list[Row]:
    asked = {"country": "DEU+FRA", "partner": "CHN", "by": [], **more}
    return rows_of(ep.measures.retaliation_exposure(rows, **asked))


def test_by_product(make: Callable[[pa.Table], Any]) -> None:
    magnets, cars, shirts = exposed(make(WORLD), flag="flag", least=0.1)
    assert magnets == {
        "product": "magnets",
        "value_at_risk": 80,
        "imports": 80,
        "import_share": pytest.approx(0.8),
        "exports": 0,
        "export_share": None,
        "flagged": True,
        # Japan's 30, Vietnam's 9 and Korea's 1 that go elsewhere, against 80.
        "cover": pytest.approx(0.5),
        "replaceable": pytest.approx(0.5),
        "not_replaced": pytest.approx(40),
        # Japan sells 50 of 60, Vietnam 9, Korea 1.
        "alternatives": 2,
        "alternatives_hhi": pytest.approx((2500 + 81 + 1) / 3600),
    }
    assert (cars["value_at_risk"], cars["exports"], cars["export_share"]) == (40, 40, 0.4)
    assert (cars["import_share"], cars["cover"], cars["not_replaced"]) == (None, None, 0)
    assert cars["flagged"] is False
    assert (shirts["cover"], shirts["replaceable"], shirts["not_replaced"]) == (20, 1, 0)
    assert shirts["flagged"] is None


def test_the_most_at_risk_comes_first_in_each_group(make: Callable[[pa.Table], Any]) -> None:
    years = [2022 + place % 2 for place in range(WORLD.num_rows)]
    found = exposed(make(WORLD.append_column("period", pa.array(years))), by=["period"])
    order = [(row["period"], -row["value_at_risk"]) for row in found]
    assert order == sorted(order)
    assert len({row["period"] for row in found}) == 2


def test_in_total(make: Callable[[pa.Table], Any]) -> None:
    (found,) = exposed(make(WORLD.slice(0, 12)), total=True, flag="flag")
    assert found == {
        "value_at_risk": 120,
        "imports": 80,
        "import_share": pytest.approx(0.8),
        "exports": 40,
        "export_share": pytest.approx(0.4),
        "flagged_imports": 80,
        "replaceable": pytest.approx(0.5),
        "not_replaced": pytest.approx(40),
    }
    (found,) = exposed(make(WORLD), total=True, flag="flag")
    assert found["import_share"] == pytest.approx(90 / 200)
    assert found["replaceable"] == pytest.approx(1 - 40 / 90)
    assert found["flagged_imports"] is None  # nobody knows about shirts


def test_less_can_be_diverted_in_a_year() -> None:
    magnets = exposed(WORLD, divert=0.1)[0]
    assert magnets["cover"] == pytest.approx(0.05)
    assert magnets["not_replaced"] == pytest.approx(76)
    assert magnets["flagged"] is None


def test_rows_of_two_partners_say_nothing_on_others() -> None:
    mine = flows(("a", "CHN", "DEU", 5.0, None), ("a", "JPN", "DEU", 5.0, None))
    (found,) = exposed(mine)
    assert found["import_share"] == 0.5
    unknown = ("cover", "replaceable", "not_replaced", "alternatives", "alternatives_hhi")
    assert all(found[name] is None for name in unknown)
    # With the trade of others in some product, none in another is an answer.
    more = flows(("b", "JPN", "USA", 5.0, None))
    a = next(row for row in exposed(pa.concat_tables([mine, more])) if row["product"] == "a")
    assert (a["cover"], a["replaceable"], a["not_replaced"], a["alternatives"]) == (0, 0, 5, 1)


@pytest.mark.parametrize("value", [None, math.nan, -1.0, math.inf])
def test_what_is_not_known_is_null(value: float | None) -> None:
    rows = [("a", "CHN", "DEU", value, None), ("a", "JPN", "USA", 5.0, None)]
    found = one(ep.measures.retaliation_exposure(
        flows(*rows), country="DEU", partner="CHN", by=[]
    ))  # fmt: skip
    assert found["imports"] is found["value_at_risk"] is found["cover"] is None
    (total,) = exposed(flows(*rows), total=True)
    assert total["imports"] is total["replaceable"] is None


def test_own_trade_of_others_is_no_supply() -> None:
    rows = flows(
        ("a", "CHN", "DEU", 10.0, None), ("a", "JPN", "JPN", 99.0, None),
        ("a", "JPN", "USA", 5.0, None), ("a", None, "USA", 2.0, None),
    )  # fmt: skip
    (found,) = exposed(rows)
    assert found["cover"] == pytest.approx(0.7)
    assert found["alternatives"] == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"least": 0}, "least is 0"),
        ({"divert": 1.5}, "divert is"),
        ({"partner": "FRA"}, "both sides"),
        ({"flag": "importer"}, "two parts to play"),
        ({"by": ["exporter"]}, "two parts to play"),
        ({"by": ["product"]}, "two parts to play"),
        ({"by": ["product"], "total": True}, "two parts to play"),
    ],
)
def test_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        exposed(WORLD, **more)
    with pytest.raises(RequestError, match="not true or false"):
        exposed(WORLD.append_column("grade", pa.array([1] * WORLD.num_rows)), flag="grade")
