"""Why a share changed, and what losing a supplier would cost: the awkward cases by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import AbsentAreaWarning, RequestError, UnknownNameError
from frame_kinds import MAKE, Row, one, rows_of, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

CAUSES = (
    "from_supplier",
    "from_others",
    "from_exits",
    "from_entries",
    "from_basket",
    "from_edition",
)


@pytest.fixture(params=["duckdb", "polars lazy"])
def make(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    return MAKE[request.param]


def sales(*rows: Sequence[Any]) -> pa.Table:
    return table("period exporter value_usd", rows)


def why(rows: Any, **more: Any) -> Row:
    asked = {"exporter": "CHN", "period": 2023, "base": 2021, "by": [], **more}
    return one(ep.measures.change_of_share(rows, **asked))


def nonzero(row: Row) -> dict[str, float]:
    return {name: row[name] for name in CAUSES if row[name]}


def test_eighty_to_ninety_is_the_others_leaving(make: Callable[[pa.Table], Any]) -> None:
    """From 80 of 100 to 90 of 100: ln(9/8) against ln(2) of a change of ln(9) - ln(4)."""
    rows = sales((2021, "CHN", 80), (2021, "DEU", 20), (2023, "CHN", 90), (2023, "DEU", 10))
    found = why(make(rows))
    logit = math.log(9) - math.log(4)
    assert (found["share_base"], found["share"]) == (pytest.approx(0.8), pytest.approx(0.9))
    assert nonzero(found) == {
        "from_supplier": pytest.approx(0.1 * math.log(9 / 8) / logit),
        "from_others": pytest.approx(0.1 * math.log(2) / logit),
    }


def test_exits_entries_and_stayers_are_told_apart(make: Callable[[pa.Table], Any]) -> None:
    """The supplier sells 50 both times; others 30 + 20 become 10 + 40: the total stays."""
    rows = sales(
        (2021, "CHN", 50),
        (2021, "DEU", 30),
        (2021, "TUR", 20),
        (2023, "CHN", 50),
        (2023, "TUR", 10),
        (2023, "VNM", 20),
    )
    found = why(make(rows))
    # 50 of 100 to 50 of 80. Per dollar of others' sales, all of them count the same.
    each = (50 / 80 - 50 / 100) / 20
    assert found["change"] == pytest.approx(0.125)
    assert nonzero(found) == {
        "from_others": pytest.approx(10 * each),
        "from_exits": pytest.approx(30 * each),
        "from_entries": pytest.approx(-20 * each),
    }


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ((0, 10), (5, 10), {"from_supplier": 1 / 3}),
        ((5, 10), (0, 20), {"from_supplier": -1 / 3}),
        ((5, 0), (5, 15), {"from_entries": -0.75}),
        ((5, 15), (1, 0), {"from_exits": 0.75}),
        ((0, 7), (3, 0), {"from_supplier": 0.5, "from_exits": 0.5}),
        ((3, 0), (0, 7), {"from_supplier": -0.5, "from_entries": -0.5}),
        ((0, 7), (0, 9), {}),
        ((4, 0), (9, 0), {}),
        ((5, 10), (10, 20), {"from_supplier": 2 / 9 * math.log(2)}),
    ],
)
def test_limits_at_zero(
    then: tuple[float, float], now: tuple[float, float], expected: dict[str, float]
) -> None:
    rows = [(2021, name, value) for name, value in zip(("CHN", "DEU"), then, strict=True)]
    rows += [(2023, name, value) for name, value in zip(("CHN", "DEU"), now, strict=True)]
    if then == (5, 10) and now == (10, 20):
        expected = {**expected, "from_others": -expected["from_supplier"]}
    found = nonzero(why(sales(*rows)))
    assert found == {name: pytest.approx(value) for name, value in expected.items()}


def basket(*rows: Sequence[Any]) -> pa.Table:
    return table("period product exporter value_usd", rows)


def test_a_basket_that_moves_to_what_the_supplier_sells(make: Callable[[pa.Table], Any]) -> None:
    """Shares in both products stay; purchases move from a (share 0.9) to b (share 0.1)."""
    rows = basket(
        (2021, "a", "CHN", 72),
        (2021, "a", "DEU", 8),
        (2021, "b", "CHN", 2),
        (2021, "b", "DEU", 18),
        (2023, "a", "CHN", 18),
        (2023, "a", "DEU", 2),
        (2023, "b", "CHN", 8),
        (2023, "b", "DEU", 72),
    )
    for method in ("shift_share", "divisia"):
        found = why(make(rows), product="product", method=method)
        assert found["change"] == pytest.approx(0.26 - 0.74)
        assert found["from_basket"] == pytest.approx(0.26 - 0.74)
        for own, others in (("from_supplier", "from_others"),):
            assert found[own] == pytest.approx(-found[others])


def test_new_and_dead_products_belong_to_the_basket(make: Callable[[pa.Table], Any]) -> None:
    rows = basket(
        (2021, "a", "CHN", 5),
        (2021, "a", "DEU", 5),
        (2021, "dead", "DEU", 10),
        (2023, "a", "CHN", 5),
        (2023, "a", "DEU", 5),
        (2023, "new", "CHN", 30),
    )
    found = why(make(rows), product="product")
    assert found["change"] == pytest.approx(35 / 40 - 5 / 20)
    assert nonzero(found) == {"from_basket": pytest.approx(0.625)}
    products = ep.measures.change_of_share(
        make(rows),
        exporter="CHN",
        period=2023,
        base=2021,
        by=[],
        product="product",
        per_product=True,
    )
    by_product = {row["product"]: row for row in rows_of(products)}
    assert (by_product["new"]["share_base"], by_product["new"]["share"]) == (None, 1)
    # Half of the two shares, 0.5625, is what each product is measured against.
    assert by_product["new"]["change"] == pytest.approx((1 - 0.5625) * 0.75)
    assert by_product["dead"]["change"] == pytest.approx((0 - 0.5625) * -0.5)
    assert by_product["a"]["change"] == pytest.approx((0.5 - 0.5625) * -0.25)


def test_products_with_a_marked_row_stand_under_edition(make: Callable[[pa.Table], Any]) -> None:
    rows = table(
        "period product exporter value_usd split",
        [
            (2021, "a", "CHN", 5.0, False),
            (2021, "a", "DEU", 5.0, True),
            (2023, "a", "CHN", 9.0, None),
            (2023, "a", "DEU", 1.0, False),
            (2021, "b", "CHN", 5.0, None),
            (2021, "b", "DEU", 5.0, None),
            (2023, "b", "CHN", 6.0, False),
            (2023, "b", "DEU", 4.0, False),
        ],
    )
    found = why(make(rows), product="product", mark="split")
    assert found["change"] == pytest.approx(0.25)
    assert found["from_edition"] == pytest.approx(0.2)
    assert found["from_supplier"] + found["from_others"] == pytest.approx(0.05)


def test_a_silent_supplier_did_not_leave(make: Callable[[pa.Table], Any]) -> None:
    rows = sales(
        (2021, "CHN", 5.0), (2021, "DEU", 5.0), (2023, "CHN", 5.0), (2023, "DEU", None),
        (2023, "TUR", 1.0),
    )  # fmt: skip
    found = why(make(rows))
    assert found["from_exits"] == 0
    assert found["from_others"] > 0 > found["from_entries"]


@pytest.mark.parametrize(
    "rows",
    [
        [(2021, "CHN", 5.0), (2021, "DEU", 5.0)],
        [(2023, "CHN", 5.0), (2021, "DEU", 0.0)],
        [(2021, "CHN", 5.0), (2021, "DEU", 5.0), (2023, "CHN", None), (2023, "DEU", 1.0)],
        [(2021, "CHN", 5.0), (2021, "DEU", -5.0), (2023, "CHN", 5.0), (2023, "DEU", 1.0)],
        [(2021, "CHN", 5.0), (2021, "DEU", math.inf), (2023, "CHN", 5.0), (2023, "DEU", 1.0)],
    ],
)
def test_without_an_answer_everything_is_null(
    make: Callable[[pa.Table], Any], rows: list[Sequence[Any]]
) -> None:
    found = why(make(sales(*rows)))
    assert all(value is None for value in found.values())


def test_nan_is_missing_and_a_row_without_supplier_is_another_supplier() -> None:
    rows = sales(
        (2021, "CHN", 5.0), (2021, None, 5.0), (2023, "CHN", 5.0), (2023, None, 20.0),
        (2023, None, math.nan),
    )  # fmt: skip
    found = why(rows)
    assert (found["share_base"], found["share"]) == (0.5, 0.2)
    assert nonzero(found) == {"from_others": pytest.approx(-0.3)}


def test_several_codes_count_as_one() -> None:
    rows = sales(
        (2021, "CHN", 4), (2021, "HKG", 4), (2021, "DEU", 2), (2023, "HKG", 9), (2023, "DEU", 1)
    )
    assert why(rows, exporter="CHN+HKG")["change"] == pytest.approx(0.1)


def test_one_row_a_cause(make: Callable[[pa.Table], Any]) -> None:
    rows = sales((2021, "CHN", 80), (2021, "DEU", 20), (2023, "CHN", 90), (2023, "DEU", 10))
    found = rows_of(
        ep.measures.change_of_share(
            make(rows), exporter="CHN", period=2023, base=2021, by=[], long=True
        )
    )
    assert [row["cause"] for row in found] == sorted(CAUSES)
    assert sum(row["contribution"] for row in found) == pytest.approx(0.1, abs=1e-15)
    assert sum(row["part"] for row in found) == pytest.approx(1)
    still = sales((2021, "CHN", 1), (2023, "CHN", 1))
    same = ep.measures.change_of_share(
        still, exporter="CHN", period=2023, base=2021, by=[], long=True
    )
    assert {row["part"] for row in rows_of(same)} == {None}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"base": 2023}, "overlap"),
        ({"method": "magic"}, "method is"),
        ({"per_product": True}, "without a product"),
        ({"mark": "grade"}, "not true or false"),
        ({"by": ["from_basket"]}, "unknown column"),
        ({"by": ["period"]}, "two parts to play"),
        ({"by": ["exporter"]}, "two parts to play"),
    ],
)
def test_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        why(table("period exporter value_usd grade", [(2021, "CHN", 1, 1)]), **more)
    with pytest.raises(UnknownNameError):
        why(sales((2021, "CHN", 1)), product="produkt")


def loss(rows: Any, **more: Any) -> Row:
    asked = {"exporter": "CHN", "by": [], **more}
    return one(ep.measures.supplier_loss(rows, **asked))


@pytest.mark.parametrize(
    ("sigma", "before", "after"), [(6, 1.38, 1.58), (3, 2.24, 3.16), (2, 5, 10)]
)
def test_loss_from_eighty_to_ninety(
    make: Callable[[pa.Table], Any], sigma: float, before: float, after: float
) -> None:
    rows = sales((2021, "CHN", 80), (2021, "DEU", 20), (2023, "CHN", 90), (2023, "DEU", 10))
    found = loss(make(rows), sigma=sigma, period=2023, base=2021)
    assert found["price_multiple"] == pytest.approx(after, abs=0.005)
    assert math.exp(found["log_loss_base"]) == pytest.approx(before, abs=0.005)
    # 43 % more, whatever the elasticity, where the share itself rises by 12.5 %.
    assert found["rise"] == pytest.approx(math.log(0.1) / math.log(0.2) - 1)
    assert found["rise"] == pytest.approx(0.43, abs=0.005)


def test_the_only_supplier_has_no_finite_loss(make: Callable[[pa.Table], Any]) -> None:
    rows = sales((2021, "CHN", 80), (2021, "DEU", 20), (2023, "CHN", 90))
    found = loss(make(rows), sigma=3.0, period=2023, base=2021)
    assert found["share"] == 1
    assert found["no_alternative"] is True
    assert found["log_loss"] is found["price_multiple"] is found["rise"] is None
    assert found["log_loss_base"] == pytest.approx(-math.log(0.2) / 2)


def test_nothing_bought_is_nothing_lost() -> None:
    with pytest.warns(AbsentAreaWarning, match="CHN is in no row of exporter"):
        found = loss(sales((2023, "DEU", 20)), sigma=3.0)
    assert (found["share"], found["log_loss"], found["price_multiple"]) == (0, 0, 1)
    for rows in (
        [(2023, "CHN", 0.0), (2023, "DEU", 0.0)],
        [(2023, "CHN", None), (2023, "DEU", 5.0)],
    ):
        unknown = loss(sales(*rows), sigma=3.0)
        assert all(value is None for value in unknown.values())


@pytest.mark.parametrize(
    ("sigmas", "expected"),
    [
        ((3.0, 3.0), math.log(2) / 2),
        ((3.0, None), math.log(2) / 2),
        ((1.0, 1.0), None),
        ((3.0, 4.0), None),
        ((math.nan, None), None),
        ((math.inf, math.inf), None),
    ],
)
def test_elasticity_of_a_column(
    make: Callable[[pa.Table], Any], sigmas: tuple[float, float], expected: float | None
) -> None:
    rows = table("exporter value_usd s", [("CHN", 5, sigmas[0]), ("DEU", 5, sigmas[1])])
    found = loss(make(rows), sigma="s")
    assert found["log_loss"] == (None if expected is None else pytest.approx(expected))
    assert found["share"] == 0.5


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sigma": 1}, "sigma is 1"),
        ({"sigma": math.nan}, "sigma is nan"),
        ({"sigma": 2, "base": 2021}, "without a period"),
        ({"sigma": 2, "period": 2021, "base": 2021}, "overlap"),
        ({"sigma": "exporter"}, "two parts to play"),
        ({"sigma": 2, "by": ["exporter"]}, "two parts to play"),
    ],
)
def test_loss_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        loss(sales((2021, "CHN", 1)), **more)
