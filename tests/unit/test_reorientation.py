"""Change of suppliers: the awkward cases, worked out by hand, the same on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures.reorientation import allocated_flows, reorientation, supplier_changes
from entrepot.measures.rerouting import rerouting_ratio
from entrepot.measures.substitution import (
    import_substitution_proxy,
    substitution_ratio,
    substitution_summary,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

CONNECTION = duckdb.connect()
KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table,
}
SPAN = {"before": 2021, "after": 2023}
Cell = tuple[str, int, float | None]


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    return KINDS[request.param]


def market(*cells: Cell, product: str = "8471") -> pa.Table:
    """Rows of one importer's imports of one product."""
    return flows(*(("RUS", who, year, value) for who, year, value in cells), product=product)


def flows(*cells: tuple[str, str, int, float | None], product: str = "8471") -> pa.Table:
    return pa.table(
        {
            "importer": [cell[0] for cell in cells],
            "exporter": [cell[1] for cell in cells],
            "product": [product] * len(cells),
            "period": [cell[2] for cell in cells],
            "value_usd": pa.array([cell[3] for cell in cells], pa.float64()),
        }
    )


def rows_of(frame: Any) -> list[dict[str, Any]]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[dict[str, Any]] = rows.to_arrow().to_pylist()
    return found


def one(frame: Any) -> dict[str, Any]:
    (row,) = rows_of(frame)
    return row


# Germany falls from 80 to 10, China grows from 20 to 50, Turkey enters with 10.
FELL = (
    ("DEU", 2021, 80.0),
    ("CHN", 2021, 20.0),
    ("DEU", 2023, 10.0),
    ("CHN", 2023, 50.0),
    ("TUR", 2023, 10.0),
)


def test_suppliers_before_and_after(make: Callable[[pa.Table], Any]) -> None:
    found = {row["exporter"]: row for row in rows_of(supplier_changes(make(market(*FELL)), **SPAN))}
    assert set(found) == {"DEU", "CHN", "TUR"}
    assert found["DEU"]["value_lost"] == 70
    assert found["DEU"]["value_gained"] == 0
    assert found["DEU"]["share_lost"] == pytest.approx(0.8 - 1 / 7)
    assert found["CHN"]["share_gained"] == pytest.approx(5 / 7 - 0.2)
    assert found["CHN"]["share_lost"] == 0
    assert found["TUR"]["value_before"] == 0
    assert found["TUR"]["share_after"] == pytest.approx(1 / 7)


def test_what_was_replaced(make: Callable[[pa.Table], Any]) -> None:
    found = one(reorientation(make(market(*FELL)), **SPAN))
    assert {name: found[name] for name in ("replaced", "lost", "gained", "not_replaced")} == {
        "replaced": 40,
        "lost": 70,
        "gained": 40,
        "not_replaced": 30,
    }
    assert found["net"] == -30
    assert found["gained_by_entrants"] == 10
    assert found["lost_by_leavers"] == 0
    assert found["share_moved"] == pytest.approx(0.8 - 1 / 7)


def test_losses_are_ascribed_in_proportion(make: Callable[[pa.Table], Any]) -> None:
    found = rows_of(allocated_flows(make(market(*FELL)), **SPAN))
    assert {(row["loser"], row["gainer"]): row["allocated"] for row in found} == {
        ("DEU", "CHN"): 30,
        ("DEU", "TUR"): 10,
    }
    shares = rows_of(allocated_flows(make(market(*FELL)), **SPAN, of="share", by=[]))
    assert sum(row["allocated"] for row in shares) == pytest.approx(0.8 - 1 / 7)


def test_a_market_that_grew_leaves_nothing_unreplaced(make: Callable[[pa.Table], Any]) -> None:
    cells = [("DEU", 2021, 80.0), ("CHN", 2021, 20.0), ("CHN", 2023, 300.0), ("DEU", 2023, 0.0)]
    found = one(reorientation(make(market(*cells)), **SPAN))
    assert (found["replaced"], found["not_replaced"], found["net"]) == (80, 0, 200)
    assert found["lost_by_leavers"] == 80
    (flow,) = rows_of(allocated_flows(make(market(*cells)), **SPAN))
    assert flow["allocated"] == 80


def test_one_supplier_and_no_change(make: Callable[[pa.Table], Any]) -> None:
    frame = make(market(("CHN", 2021, 5.0), ("CHN", 2023, 5.0)))
    found = one(reorientation(frame, **SPAN))
    assert (found["replaced"], found["lost"], found["net"], found["share_moved"]) == (0, 0, 0, 0)
    assert rows_of(allocated_flows(frame, **SPAN)) == []


@pytest.mark.parametrize(
    "cells",
    [
        [("DEU", 2021, 80.0)],
        [("DEU", 2023, 80.0)],
        [("DEU", 2021, 80.0), ("DEU", 2022, 80.0)],
        [("DEU", 2021, None), ("DEU", 2023, 5.0)],
        [("DEU", 2021, float("nan")), ("CHN", 2021, 1.0), ("DEU", 2023, 5.0)],
        [("DEU", 2021, 80.0), ("CHN", 2023, -5.0), ("DEU", 2023, 9.0)],
        [("DEU", 2021, 80.0), ("CHN", 2023, float("inf"))],
    ],
)
def test_no_answer(make: Callable[[pa.Table], Any], cells: list[Cell]) -> None:
    found = one(reorientation(make(market(*cells)), **SPAN))
    found.pop("importer"), found.pop("product")
    assert set(found.values()) == {None}
    assert rows_of(allocated_flows(make(market(*cells)), **SPAN)) == []


def test_a_promise_makes_absence_zero(make: Callable[[pa.Table], Any]) -> None:
    found = one(reorientation(make(market(("DEU", 2021, 80.0))), **SPAN, complete=True))
    assert (found["replaced"], found["lost"], found["not_replaced"]) == (0, 80, 80)
    assert found["share_moved"] is None


def test_a_market_of_zeros_has_values_and_no_shares(make: Callable[[pa.Table], Any]) -> None:
    frame = make(market(("DEU", 2021, 0.0), ("DEU", 2023, 7.0)))
    found = one(reorientation(frame, **SPAN))
    assert (found["gained"], found["gained_by_entrants"], found["share_moved"]) == (7, 7, None)
    assert one(supplier_changes(frame, **SPAN))["share_after"] == 1


def test_corrections_and_rows_without_supplier(make: Callable[[pa.Table], Any]) -> None:
    cells = [(None, 2021, 4.0), ("DEU", 2021, 6.0), ("DEU", 2021, -2.0), (None, 2023, 8.0)]
    found = one(reorientation(make(market(*cells)), **SPAN))
    assert (found["lost"], found["gained"]) == (4, 4)


def test_what_cannot_be_asked() -> None:
    frame = market(*FELL)
    with pytest.raises(RequestError, match="overlap"):
        reorientation(frame, before=2021, after="2021-05")
    with pytest.raises(UnknownNameError, match="seller"):
        reorientation(frame, **SPAN, supplier="seller")
    with pytest.raises(RequestError, match="'weight'"):
        allocated_flows(frame, **SPAN, of="weight")
    with pytest.raises(RequestError, match="two sides"):
        substitution_ratio(frame, importer="RUS", losers="DEU", others=["DEU", "CHN"], **SPAN)
    with pytest.raises(RequestError, match="two sides"):
        rerouting_ratio(frame, target="RUS", coalition="DEU", hubs="KAZ", controls="KAZ", **SPAN)
    with pytest.raises(RequestError, match="no set of controls"):
        import_substitution_proxy(frame, importer="RUS", controls={}, **SPAN)
    with pytest.raises(RequestError, match="neighbours"):
        import_substitution_proxy(frame, importer="RUS", controls={"neighbours": "RUS"}, **SPAN)


# Germany's sales to Turkey double; China's stay. Without the event 200 and 20 would have come.
WITH_CONTROLS = (
    ("RUS", "DEU", 2021, 100.0),
    ("RUS", "CHN", 2021, 20.0),
    ("RUS", "DEU", 2023, 40.0),
    ("RUS", "CHN", 2023, 100.0),
    ("TUR", "DEU", 2021, 50.0),
    ("TUR", "DEU", 2023, 100.0),
    ("TUR", "CHN", 2021, 30.0),
    ("TUR", "CHN", 2023, 30.0),
)
ASKED: dict[str, Any] = {"importer": "RUS", "losers": "DEU", **SPAN}


def test_substitution_against_a_path(make: Callable[[pa.Table], Any]) -> None:
    found = one(substitution_ratio(make(flows(*WITH_CONTROLS)), controls="TUR", **ASKED))
    assert (found["path_losers"], found["path_others"]) == (200, 20)
    assert (found["additional"], found["lost"], found["ratio"]) == (80, 160, 0.5)
    flat = one(substitution_ratio(make(flows(*WITH_CONTROLS)), **ASKED))
    assert (flat["additional"], flat["lost"]) == (80, 60)
    assert flat["ratio"] == pytest.approx(80 / 60)


def test_nothing_was_lost(make: Callable[[pa.Table], Any]) -> None:
    cells = [("RUS", "DEU", 2021, 5.0), ("RUS", "DEU", 2023, 5.0), ("RUS", "CHN", 2023, 5.0)]
    found = one(substitution_ratio(make(flows(*cells)), **ASKED))
    assert (found["lost"], found["additional"], found["ratio"]) == (0, 5, None)
    new = one(substitution_ratio(make(flows(*cells[1:])), **ASKED, complete=True))
    assert (new["lost"], new["ratio"]) == (-5, None)


def test_losers_that_are_gone_and_others_that_never_came(make: Callable[[pa.Table], Any]) -> None:
    gone = [("RUS", "DEU", 2021, 5.0), ("RUS", "CHN", 2023, 2.0)]
    assert one(substitution_ratio(make(flows(*gone)), **ASKED))["ratio"] == 0.4
    dead = make(flows(("RUS", "DEU", 2021, 5.0)))
    assert one(substitution_ratio(dead, **ASKED))["ratio"] is None
    assert one(substitution_ratio(dead, **ASKED, complete=True))["ratio"] == 0


def test_controls_that_bought_nothing_give_no_path(make: Callable[[pa.Table], Any]) -> None:
    without = [cell for cell in WITH_CONTROLS if cell[:3] != ("TUR", "DEU", 2021)]
    found = one(substitution_ratio(make(flows(*without)), controls="TUR", **ASKED))
    assert (found["path_losers"], found["ratio"]) == (None, None)


def test_growth_from_next_to_nothing_is_no_path(make: Callable[[pa.Table], Any]) -> None:
    """Germany sold 50 to the controls, China 30: with a floor of 40, China's path is not known."""
    frame = make(flows(*WITH_CONTROLS))
    found = one(substitution_ratio(frame, controls="TUR", least=40, **ASKED))
    assert (found["path_losers"], found["path_others"], found["ratio"]) == (200, None, None)
    assert one(substitution_ratio(frame, controls="TUR", least=30, **ASKED))["ratio"] == 0.5
    assert one(substitution_ratio(frame, least=40, **ASKED))["ratio"] == pytest.approx(80 / 60)
    calm = one(
        import_substitution_proxy(
            make(flows(*CALM)), importer="RUS", controls={"near": "TUR"}, least=11, **SPAN
        )
    )
    assert (calm["path"], calm["sets"]) == (None, 0)


def test_own_trade_is_nobody_that_stepped_in(make: Callable[[pa.Table], Any]) -> None:
    cells = [("RUS", "DEU", 2021, 5.0), ("RUS", "RUS", 2023, 5.0), ("RUS", "CHN", 2023, 1.0)]
    assert one(substitution_ratio(make(flows(*cells)), **ASKED))["additional"] == 1


def test_hubs(make: Callable[[pa.Table], Any]) -> None:
    """Exports to controls grow by a tenth; 110 were to come, 10 did; hubs bought 44 for 11."""
    cells = [
        ("RUS", "DEU", 2021, 100.0),
        ("RUS", "DEU", 2023, 10.0),
        ("KGZ", "DEU", 2021, 10.0),
        ("KGZ", "DEU", 2023, 44.0),
        ("USA", "DEU", 2021, 200.0),
        ("USA", "DEU", 2023, 220.0),
        ("RUS", "CHN", 2023, 900.0),
    ]
    asked: dict[str, Any] = {"target": "RUS", "coalition": "DEU", "hubs": ["KGZ", "KAZ"]}
    found = one(rerouting_ratio(make(flows(*cells)), controls="USA", **asked, **SPAN))
    assert found["ratio"] == pytest.approx(33 / 100)
    assert found["path_others"] == pytest.approx(11)


def test_summary(make: Callable[[pa.Table], Any]) -> None:
    ratios = pa.table(
        {
            "product": ["a", "b", "c", "d"],
            "ratio": pa.array([0.5, 1.0, 0.2, None], pa.float64()),
            "additional": [50.0, 10.0, 8.0, 5.0],
            "lost": [100.0, 10.0, 40.0, -3.0],
        }
    )
    found = one(substitution_summary(make(ratios)))
    assert found["median"] == 0.5
    assert found["weighted_mean"] == pytest.approx(68 / 150)
    assert found["above_half"] == pytest.approx(1 / 3)
    assert (found["products"], found["without_ratio"]) == (3, 1)
    none = one(substitution_summary(make(ratios.filter([False, False, False, True]))))
    assert (none["median"], none["weighted_mean"], none["above_half"]) == (None, None, None)
    assert (none["products"], none["without_ratio"]) == (0, 1)


# Imports fall from 120 to 60; they grew by a half at one set of controls and by a tenth at another.
CALM = (
    ("RUS", "DEU", 2021, 120.0),
    ("RUS", "CHN", 2023, 60.0),
    ("TUR", "DEU", 2021, 10.0),
    ("TUR", "DEU", 2023, 15.0),
    ("BRA", "DEU", 2021, 10.0),
    ("BRA", "DEU", 2023, 11.0),
)


def test_what_came_back_from_nobody(make: Callable[[pa.Table], Any]) -> None:
    sets = {"near": "TUR", "far": ["BRA"], "as it was": (), "silent": "MEX"}
    found = one(
        import_substitution_proxy(make(flows(*CALM)), importer="RUS", controls=sets, **SPAN)
    )
    assert (found["path"], found["not_returned"]) == (180, 120)
    assert found["not_returned_low"] == 60
    assert found["not_returned_high"] == 120
    assert found["part"] == pytest.approx(2 / 3)
    assert (found["part_low"], found["part_high"]) == (0.5, pytest.approx(2 / 3))
    assert (found["value_before"], found["value_after"], found["sets"]) == (120, 60, 3)


def test_imports_above_their_path_are_not_missing(make: Callable[[pa.Table], Any]) -> None:
    cells = [("RUS", "DEU", 2021, 10.0), ("RUS", "CHN", 2023, 60.0)]
    asked: dict[str, Any] = {"importer": "RUS", "controls": {"as it was": ()}, **SPAN}
    found = one(import_substitution_proxy(make(flows(*cells)), **asked))
    assert (found["not_returned"], found["part"]) == (0, 0)
    new = one(import_substitution_proxy(make(flows(*cells[1:])), **asked, complete=True))
    assert (new["not_returned"], new["part"], new["sets"]) == (None, None, 0)


def test_a_first_set_without_a_path_leaves_bounds_only(make: Callable[[pa.Table], Any]) -> None:
    sets = {"silent": "MEX", "near": "TUR"}
    found = one(
        import_substitution_proxy(make(flows(*CALM)), importer="RUS", controls=sets, **SPAN)
    )
    assert (found["not_returned"], found["not_returned_low"], found["sets"]) == (None, 120, 1)


def test_keys_may_be_none_or_missing() -> None:
    frame = pd.concat([market(*FELL).to_pandas(), market(*FELL, product="x").to_pandas()])
    assert one(reorientation(frame, **SPAN, by=[]))["lost"] == 140
    frame.loc[frame["product"] == "x", "product"] = None
    assert len(reorientation(frame, **SPAN)) == 2
    assert set(allocated_flows(frame, **SPAN)["product"]) == {"8471"}
