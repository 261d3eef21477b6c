"""Salience, power and rank: worked by hand, and the awkward cases."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import entrepot as ep
from entrepot.errors import AbsentAreaWarning, RequestError
from frame_kinds import MAKE, Row, one, rows_of, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@pytest.fixture(params=["duckdb", "polars lazy"])
def make(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    return MAKE[request.param]


def flows(*rows: Sequence[Any]) -> pa.Table:
    return table("exporter importer value_usd", rows)


def salience(rows: Any, **more: Any) -> Row:
    asked = {"country": "RUS", "partner": "CHN", "by": [], **more}
    return one(ep.measures.salience(rows, **asked))


ONE_WAY = flows(
    ("CHN", "RUS", 36.0), ("DEU", "RUS", 64.0), ("CHN", "USA", 36 / 0.027 - 36), ("DEU", "USA", 1)
)


def test_shares_of_36_and_2_7_per_cent(make: Callable[[pa.Table], Any]) -> None:
    found = salience(make(ONE_WAY), basis="flow")
    assert found["salience"] == pytest.approx(0.099, abs=0.0005)
    assert found["symmetry"] == pytest.approx(0.667, abs=0.0005)
    assert found["interdependence"] == pytest.approx(0.066, abs=0.0005)
    assert found["difference"] == pytest.approx(0.333)
    assert found["ratio"] == pytest.approx(13.33, abs=0.005)
    asked = {"importer": "RUS", "exporter": "CHN", "by": []}
    lean = one(ep.measures.asymmetry(ONE_WAY, **asked))
    assert found["ratio"] == pytest.approx(lean["asymmetry"])
    assert found["share_partner"] == pytest.approx(lean["export_share"])


def test_barbieri_counts_both_directions(make: Callable[[pa.Table], Any]) -> None:
    rows = flows(
        ("CHN", "RUS", 30), ("RUS", "CHN", 10), ("DEU", "RUS", 60), ("CHN", "USA", 350),
        ("CHN", "CHN", 10), ("DEU", "USA", 999),
    )  # fmt: skip
    found = salience(make(rows))
    assert found["share"] == pytest.approx(40 / 100)
    assert found["share_partner"] == pytest.approx(40 / 400)
    assert found["salience"] == pytest.approx(0.2)
    assert found["symmetry"] == pytest.approx(0.7)
    turned = salience(make(rows), country="CHN", partner="RUS")
    assert turned["salience"] == pytest.approx(found["salience"])
    assert turned["difference"] == pytest.approx(-found["difference"])
    assert turned["ratio"] == pytest.approx(1 / found["ratio"])


def test_partners_that_do_not_trade_matter_nothing_to_each_other() -> None:
    with pytest.warns(AbsentAreaWarning, match="RUS is in no row of exporter"):
        found = salience(flows(("DEU", "RUS", 60), ("CHN", "USA", 350)))
    assert (found["salience"], found["symmetry"], found["ratio"]) == (0, 1, None)


@pytest.mark.parametrize(
    "rows",
    [
        [("DEU", "RUS", 60.0)],
        [("CHN", "RUS", None), ("DEU", "RUS", 60.0), ("CHN", "USA", 5.0)],
        [("CHN", "RUS", -1.0), ("DEU", "RUS", 60.0)],
        [("CHN", "RUS", 1.0), ("CHN", "DEU", math.inf)],
    ],
)
def test_no_salience(make: Callable[[pa.Table], Any], rows: list[Sequence[Any]]) -> None:
    assert set(salience(make(flows(*rows))).values()) == {None}


def test_sides_are_refused() -> None:
    with pytest.raises(RequestError, match="RUS on both sides"):
        salience(ONE_WAY, country="RUS+BLR", partner="CHN+RUS")
    for by in ("exporter", "importer"):
        with pytest.raises(RequestError, match="two parts to play"):
            salience(ONE_WAY, by=[by])
        with pytest.raises(RequestError, match="two parts to play"):
            nested(GOODS, by=[by])
    with pytest.raises(RequestError, match="two parts to play"):
        elastic(GOODS, by=["product"])
    with pytest.raises(RequestError, match="two parts to play"):
        rank(BUYERS, by=["importer"])
    with pytest.raises(RequestError, match="basis is"):
        salience(ONE_WAY, basis="both")


GOODS = table(
    "importer product exporter value_usd s",
    [
        ("RUS", "chips", "CHN", 90.0, 3.0),
        ("RUS", "chips", "DEU", 10.0, 3.0),
        ("RUS", "cars", "CHN", 50.0, 6.0),
        ("RUS", "cars", "DEU", 50.0, 6.0),
        ("CHN", "oil", "RUS", 20.0, 11.0),
        ("CHN", "oil", "SAU", 80.0, 11.0),
        ("CHN", "chips", "KOR", 300.0, 3.0),
        ("USA", "chips", "CHN", 999.0, 3.0),
    ],
)


def nested(rows: Any, **more: Any) -> Row:
    asked = {"country": "RUS", "partner": "CHN", "sigma": "s", "by": [], **more}
    return one(ep.measures.nested_power(rows, **asked))


def elastic(rows: Any, **more: Any) -> Row:
    asked = {"country": "RUS", "partner": "CHN", "elasticity": "s", "by": [], **more}
    return one(ep.measures.elastic_power(rows, **asked))


def test_power_by_hand(make: Callable[[pa.Table], Any]) -> None:
    found = nested(make(GOODS))
    expected = 0.5 / 2 * -math.log(0.1) + 0.5 / 5 * -math.log(0.5)
    assert found["power"] == found["power_of_rest"] == pytest.approx(expected)
    assert found["power_back"] == pytest.approx(100 / 400 / 10 * -math.log(0.8))
    assert (found["infinite"], found["infinite_back"]) == (False, False)
    assert (found["covered"], found["covered_back"]) == (1, 1)
    weighed = elastic(make(GOODS))
    assert weighed["dependence"] == pytest.approx(90 / 200 / 3 + 50 / 200 / 6)
    assert weighed["dependence_back"] == pytest.approx(20 / 400 / 11)
    assert weighed["power"] == pytest.approx(weighed["dependence"] - weighed["dependence_back"])


def test_the_only_supplier_has_power_without_bound(make: Callable[[pa.Table], Any]) -> None:
    more = table(
        "importer product exporter value_usd s",
        [("RUS", "toys", "CHN", 100.0, None), ("RUS", "pens", "CHN", 0.0, 5.0)],
    )
    found = nested(make(pa.concat_tables([GOODS, more])))
    assert found["power"] is None
    assert found["infinite"] is True
    expected = (100 / 2 * -math.log(0.1) + 100 / 5 * -math.log(0.5)) / 300
    assert found["power_of_rest"] == pytest.approx(expected)
    assert found["covered"] == pytest.approx(140 / 240)
    assert found["infinite_back"] is False


def test_products_without_a_usable_elasticity_are_left_out(
    make: Callable[[pa.Table], Any],
) -> None:
    for bad in (None, 1.0, -4.0, math.nan, math.inf):
        sigmas = [bad if name == "cars" else 3.0 for name in GOODS["product"].to_pylist()]
        rows = GOODS.set_column(4, "s", pa.array(sigmas, pa.float64()))
        found = nested(make(rows))
        assert found["power"] == pytest.approx(0.5 / 2 * -math.log(0.1))
        assert found["covered"] == pytest.approx(90 / 140)
    zero = GOODS.set_column(4, "s", pa.array([0.0] * 8))
    found = elastic(make(zero))
    assert found["power"] is found["dependence"] is found["dependence_back"] is None
    assert found["covered"] == 0


def test_one_elasticity_for_all() -> None:
    assert nested(GOODS, sigma=3)["power"] == pytest.approx(
        0.5 / 2 * -(math.log(0.1) + math.log(0.5))
    )
    assert elastic(GOODS, elasticity=2.0)["dependence"] == pytest.approx(140 / 200 / 2)
    for sigma in (1, 0.5, -3, math.nan, math.inf):
        with pytest.raises(RequestError, match="sigma is"):
            nested(GOODS, sigma=sigma)
    with pytest.raises(RequestError, match="elasticity is 0"):
        elastic(GOODS, elasticity=0)


def test_no_trade_with_each_other_is_no_power() -> None:
    rows = table(
        "importer product exporter value_usd s",
        [("RUS", "a", "DEU", 1.0, None), ("CHN", "a", "DEU", 1.0, 3.0)],
    )
    found = nested(rows)
    assert (found["power"], found["power_back"], found["infinite"]) == (0, 0, False)
    assert found["covered"] is None
    lonely = nested(table("importer product exporter value_usd s", [("RUS", "a", "CHN", 1.0, 2.0)]))
    assert (lonely["power"], lonely["infinite"]) == (None, True)
    assert lonely["power_back"] is lonely["infinite_back"] is None


def test_a_negative_product_leaves_no_power() -> None:
    rows = table(
        "importer product exporter value_usd s",
        [("RUS", "a", "CHN", -1, 3), ("RUS", "b", "CHN", 5, 3), ("RUS", "b", "DEU", 5, 3)],
    )
    assert nested(rows)["power"] is None
    assert elastic(rows)["dependence"] is None


BUYERS = table(
    "importer value_usd low high",
    [
        ("USA", 500.0, 490.0, 510.0),
        ("IND", 118.0, 100.0, 130.0),
        ("RUS", 60.0, 55.0, 66.0),
        ("RUS", 50.0, 45.0, 55.0),
        ("VNM", 110.0, 100.0, 115.0),
        ("NLD", 108.0, 100.0, 120.0),
        ("LAO", 3.0, 2.0, 4.0),
        ("JPN", None, None, None),
        (None, 900.0, 1.0, 9999.0),
    ],
)


def rank(rows: Any, **more: Any) -> Row:
    asked = {"partner": "RUS", "by": [], **more}
    return one(ep.measures.rank_and_multiple(rows, **asked))


def test_rank_with_a_tie(make: Callable[[pa.Table], Any]) -> None:
    assert rank(make(BUYERS)) == {
        "rank": 3,
        "tied": True,
        "partners": 6,
        "not_known": 1,
        "value": 110,
        "multiple": pytest.approx(500 / 110),
        "above": "IND",
        "value_above": 118,
        "below": "NLD",
        "value_below": 108,
    }
    # Competition ranking: whoever comes after two third places is fifth.
    assert rank(make(BUYERS), partner="NLD")["rank"] == 5


def test_rank_from_intervals(make: Callable[[pa.Table], Any]) -> None:
    """Surely larger than at most 121: the USA. Possibly larger than 100: also those, and Japan."""
    found = rank(make(BUYERS), low="low", high="high", of="IND")
    assert (found["rank_best"], found["rank_worst"]) == (2, 6)
    assert found["multiple"] == pytest.approx(118 / 110)
    assert found["multiple_low"] == pytest.approx(100 / 121)
    assert found["multiple_high"] == pytest.approx(130 / 100)


def test_a_partner_without_an_interval_may_be_larger(make: Callable[[pa.Table], Any]) -> None:
    rows = table(
        "importer value_usd low high",
        [("RUS", 50.0, 45.0, 55.0), ("LAO", 3.0, None, None), ("NLD", 2.0, 1.0, None),
         ("VNM", 1.0, 0.5, 2.0)],
    )  # fmt: skip
    found = rank(make(rows), low="low", high="high")
    assert (found["rank"], found["rank_best"], found["rank_worst"]) == (1, 1, 3)


def test_rank_at_both_ends(make: Callable[[pa.Table], Any]) -> None:
    top, bottom = rank(make(BUYERS), partner="USA"), rank(make(BUYERS), partner="LAO")
    assert (top["rank"], top["above"], top["value_above"], top["below"]) == (1, None, None, "IND")
    assert top["multiple"] == pytest.approx(118 / 500)
    assert (bottom["rank"], bottom["below"], bottom["above"]) == (6, None, "NLD")


def test_a_partner_without_values_has_no_rank() -> None:
    for name in ("JPN", "BRA"):
        unknown = pytest.warns(AbsentAreaWarning) if name == "BRA" else nullcontext()
        with unknown:
            found = rank(BUYERS, partner=name, low="low", high="high")
        known = {"partners", "not_known"}
        assert all(found[column] is None for column in found if column not in known)
        assert (found["partners"], found["not_known"]) == (6, 1)
    assert rank(BUYERS, of="JPN")["multiple"] is None
    wide = BUYERS.set_column(3, "high", pa.array([None] * 9, pa.float64()))
    assert rank(wide, low="low", high="high")["rank_worst"] is None


def test_joined_partners_and_several_rankings(make: Callable[[pa.Table], Any]) -> None:
    rows = table(
        "exporter importer value_usd",
        [("CHN", "RUS", 5), ("CHN", "BLR", 5), ("CHN", "USA", 9), ("DEU", "USA", 4)],
    )
    found = rows_of(
        ep.measures.rank_and_multiple(make(rows), partner="RUS+BLR", of="USA", by=["exporter"])
    )
    china, germany = sorted(found, key=lambda row: row["exporter"])
    assert (china["rank"], china["value"], china["below"]) == (1, 10, "USA")
    assert china["multiple"] == pytest.approx(0.9)
    assert (germany["rank"], germany["partners"]) == (None, 1)


def test_rank_refused() -> None:
    with pytest.raises(RequestError, match="one end"):
        rank(BUYERS, low="low")
    with pytest.raises(RequestError, match="both sides"):
        rank(BUYERS, of="RUS+USA")
    with pytest.raises(RequestError, match="not numbers"):
        rank(BUYERS.append_column("word", BUYERS["importer"]), low="low", high="word")
