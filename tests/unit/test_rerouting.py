"""What came through hubs, on networks small enough to do by hand; what is refused."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import entrepot as ep
from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError

Rows = dict[tuple[str, str, str], list[float | None]]
FIRST = 2018
NAMES = ("exporter", "importer", "product", "period", "value_usd")


def table(rows: Rows) -> pa.Table:
    """A row for each year from 2018."""
    return pa.Table.from_pylist(
        [
            {
                "exporter": one,
                "importer": other,
                "product": code,
                "period": FIRST + n,
                "value_usd": v,
            }
            for (one, other, code), values in rows.items()
            for n, v in enumerate(values)
        ]
    )


ASKED: dict[str, Any] = {
    "importer": "RUS",
    "origin": "DEU",
    "hubs": "KGZ",
    "before": "2018..2021",
    "after": 2022,
    "frequency": "A",
}
CHAIN: Rows = {
    ("DEU", "KGZ", "A"): [10, 10, 10, 10, 60],
    ("KGZ", "RUS", "A"): [2, 2, 2, 2, 42],
    ("CHN", "KGZ", "A"): [5, 5, 5, 5, 8],
}


def found(rows: Rows, others: Rows | None = None, **keys: Any) -> Any:
    beside = None if others is None else table(others)
    return ep.measures.rerouted(table(rows), **(ASKED | keys), other_goods=beside)


def test_one_hub_without_noise() -> None:
    """50 more come in, 40 more go out, of which others can have supplied 3 and margins half."""
    one = found(CHAIN)
    assert one.value == pytest.approx(40)
    assert one.high == one.chains[1] == pytest.approx(40)
    assert one.low == pytest.approx(40 / 2 - 3)
    assert one.alarm is True
    (hub,) = one.hubs
    assert (hub.excess_in, hub.excess_out, hub.others_in) == (50, 40, 3)
    assert hub.share_of_in == pytest.approx(40 / 60)
    assert hub.growth_to_zero == pytest.approx(60 / 10 - 1)
    assert [(edge.seller, edge.buyer, edge.value) for edge in one.straits] == [
        ("KGZ", "importer", 40)
    ]
    assert one.products == (("A", pytest.approx(40)),)


def test_a_margin_is_taken_off_what_goes_out_but_not_of_the_upper_end() -> None:
    one = found(CHAIN, margin=0.25)
    assert one.value == pytest.approx(32)
    assert one.low == pytest.approx(32 - 3)
    assert one.high == pytest.approx(40)


def test_growth_at_controls_is_no_excess() -> None:
    rows = CHAIN | {("DEU", "GEO", "A"): [100, 100, 100, 100, 300]}
    one = found(rows, controls={"calm": "GEO"})
    assert one.hubs[0].excess_in == pytest.approx(60 - 30)
    assert one.value == pytest.approx(30)
    assert one.high == pytest.approx(40)  # as before is still a path
    tight = found(rows, controls={"calm": "GEO"}, least=401.0)
    assert tight.hubs[0].excess_in == pytest.approx(50)


def test_a_hub_that_grows_in_all_goods_is_no_alarm() -> None:
    others: Rows = {
        ("DEU", "KGZ", "Z"): [10, 10, 10, 10, 60],
        ("KGZ", "RUS", "Z"): [1, 1, 1, 1, 21],
    }
    one = found(CHAIN, others)
    assert one.value == pytest.approx(0)
    assert one.low == 0
    assert one.alarm is False
    assert one.hubs[0].limit in ("in", "out")
    assert one.high == pytest.approx(40)


def test_goods_that_leave_later_are_matched_and_earlier_are_not() -> None:
    late = {("DEU", "KGZ", "A"): [10, 10, 60, 10], ("KGZ", "RUS", "A"): [2, 2, 2, 42]}
    spans = {"before": "2018..2019", "after": "2020..2021"}
    assert found(late, **spans).value == pytest.approx(40)
    early = {("DEU", "KGZ", "A"): [10, 10, 10, 60], ("KGZ", "RUS", "A"): [2, 2, 42, 2]}
    assert found(early, **spans).value == 0
    assert found(early, **spans).high == pytest.approx(40)


def test_other_goods_do_not_match() -> None:
    rows = {("DEU", "KGZ", "A"): [10, 10, 10, 10, 60], ("KGZ", "RUS", "B"): [2, 2, 2, 2, 42]}
    one = found(rows)
    assert (one.value, one.low, one.high, one.straits) == (0, 0, 0, ())


def test_a_dollar_that_moves_from_hub_to_hub_passed_once() -> None:
    rows: Rows = {
        ("DEU", "KGZ", "A"): [50, 50, 50, 50, 0],
        ("DEU", "ARM", "A"): [0, 0, 0, 0, 60],
        ("KGZ", "RUS", "A"): [20, 20, 20, 20, 20],
        ("ARM", "RUS", "A"): [0, 0, 0, 0, 60],
        ("CHN", "ARM", "A"): [1, 1, 1, 1, 1],
    }
    one = found(rows, hubs="KGZ+ARM")
    assert one.value == pytest.approx(10)  # of 60 the origin sold 10 more to hubs
    assert one.high == pytest.approx(60)


def test_a_chain_of_two_hubs_is_in_the_upper_end_alone() -> None:
    rows: Rows = {
        ("DEU", "GEO", "A"): [1, 1, 1, 1, 31],
        ("GEO", "ARM", "A"): [1, 1, 1, 1, 26],
        ("ARM", "RUS", "A"): [1, 1, 1, 1, 41],
        ("DEU", "ARM", "A"): [1, 1, 1, 1, 11],
    }
    one = found(rows, hubs="GEO+ARM")
    assert one.chains[1] == pytest.approx(10)
    assert one.high == pytest.approx(10 + 25)
    assert one.chains == {1: pytest.approx(10), 2: pytest.approx(25)}
    assert one.to_dict()["high_two_hubs"] == pytest.approx(25)
    assert {(edge.seller, edge.buyer): edge.value for edge in one.straits} == {
        ("GEO", "ARM"): pytest.approx(25),
        ("origin", "ARM"): pytest.approx(10),
    }


def test_nothing_is_sure_where_no_row_says_what_others_sold() -> None:
    rows = {key: values for key, values in CHAIN.items() if key[0] != "CHN"}
    one = found(rows)
    assert (one.low, one.alarm, one.others_known) == (0, None, False)
    assert one.value == pytest.approx(40)
    assert one.hubs[0].limit == "unknown"
    assert one.hubs[0].others_in is None


def test_what_others_sold_can_explain_all_that_went_out() -> None:
    one = found(CHAIN | {("CHN", "KGZ", "A"): [5, 5, 5, 5, 45]})
    assert (one.low, one.hubs[0].limit) == (0, "others")
    assert one.value == pytest.approx(40)


def test_too_few_steps_before_give_no_alarm() -> None:
    one = found(CHAIN, before="2021")
    assert one.alarm is None
    assert "alarm" not in one.to_dict()
    assert one.value == pytest.approx(40)


def test_noise_before_widens_both_ends() -> None:
    rows = CHAIN | {("DEU", "KGZ", "A"): [8, 12, 9, 11, 60]}
    one = found(rows | {("KGZ", "RUS", "A"): [2, 2, 2, 2, 90]})
    assert one.value == pytest.approx(50)
    errors = [-2, 2, -1, 1]
    spread = math.sqrt(sum(error**2 for error in errors) / 3)
    allowed = 3.182446305 * spread * math.sqrt(1 + 1 / 4)  # t of three degrees, 95 %
    assert one.high == pytest.approx(50 + allowed)
    assert one.low == pytest.approx(min(50 - allowed, 88 / 2 - 3))


def test_a_missing_value_leaves_its_product_out() -> None:
    rows = CHAIN | {
        ("DEU", "KGZ", "B"): [10, None, 10, 10, 60],
        ("KGZ", "RUS", "B"): [1, 1, 1, 1, 9],
    }
    one = found(rows)
    assert one.unknown_products == 1
    assert one.value == pytest.approx(40)
    assert one.to_dict()["unknown_products"] == 1


def test_other_goods_with_a_missing_value_are_left_out_before_they_are_added_up() -> None:
    others: Rows = {
        ("DEU", "KGZ", "Y"): [10, 10, 10, 10, 20],
        ("DEU", "KGZ", "Z"): [5, 5, 5, 5, 10],
        ("KGZ", "RUS", "Z"): [1, 1, 1, 1, 2],
    }
    gap = others | {("DEU", "KGZ", "X"): [1, 1, 1, 1, 900], ("CHN", "KGZ", "X"): [1, None, 1, 1, 1]}
    assert found(CHAIN, gap).to_dict() == found(CHAIN, others).to_dict()
    assert found(CHAIN, others).hubs[0].excess_in == pytest.approx(60 - 20)


def test_months_are_matched_by_quarters_however_they_begin() -> None:
    """From March: what comes in May and leaves in June is one quarter."""
    rows = [
        {"exporter": one, "importer": other, "product": "A", "period": date(year, month, 1), "v": v}
        for one, other, base in (("DEU", "KGZ", 1.0), ("KGZ", "RUS", 1.0), ("CHN", "KGZ", 1.0))
        for year, month in [(2021, m) for m in range(3, 13)] + [(2022, m) for m in range(1, 9)]
        for v in [
            base
            + 30 * ((one, year, month) == ("DEU", 2022, 5))
            + 30 * ((one, year, month) == ("KGZ", 2022, 4))
        ]
    ]
    keys = {"before": "2021-03..2022-02", "after": "2022-03..2022-08", "value": "v"}
    frame = pa.Table.from_pylist(rows)
    by_quarter = ep.measures.rerouted(frame, **(ASKED | keys | {"frequency": "Q"}))
    by_month = ep.measures.rerouted(frame, **(ASKED | keys | {"frequency": "M"}))
    assert by_quarter.value == pytest.approx(30)
    assert by_month.value == 0  # it left before it came


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"hubs": "DEU"}, "DEU is on two sides: origin and hubs"),
        ({"hubs": "RUS"}, "RUS is on two sides: importer and hubs"),
        ({"hubs": "KGZ", "controls": {"calm": "KGZ"}}, "KGZ is on two sides: hubs and controls"),
        ({"hubs": []}, "no area is named as hubs"),
        ({"before": 2022}, "overlap"),
        ({"frequency": "W"}, "frequency"),
        ({"frequency": "Q", "after": "2022-01..2022-02"}, "not made of whole steps"),
        ({"margin": -0.1}, "margin is -0.1"),
        ({"margin": math.nan}, "margin is nan"),
        ({"synthetic": True}, "no synthetic control of so little"),
    ],
)
def test_what_makes_no_sense_is_refused(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        found(CHAIN, **keys)


def test_what_cannot_be_answered_says_why() -> None:
    with pytest.raises(NoEvidenceError, match="no trade of these goods"):
        found({("USA", "FRA", "A"): [1, 1, 1, 1, 1]})
    with pytest.raises(NoEvidenceError, match="what KGZ traded in 2022"):
        found({("DEU", "KGZ", "A"): [1, 1, 1, 1], ("KGZ", "RUS", "A"): [1, 1, 1, 1]})
    with pytest.raises(NoEvidenceError, match=r"what KGZ traded in 2018 to 2021"):
        found({("DEU", "KGZ", "A"): [0, 0, 0, 0, 5]})
    with pytest.raises(RequestError, match="adds up to -"):
        found(CHAIN | {("DEU", "KGZ", "B"): [1, 1, 1, -1, 1]})
    with pytest.raises(UnknownNameError):
        found(CHAIN, value="worth")


def test_a_hub_that_does_not_say_what_it_sold_before_is_no_hub_that_sold_nothing() -> None:
    rows = table(CHAIN | {("KGZ", "RUS", "A"): [-1, -1, -1, -1, 42]})
    rows = rows.filter(pc.field("value_usd") >= 0)
    with pytest.raises(NoEvidenceError, match=r"what KGZ sold in 2018 to 2021.*nothing bounds"):
        ep.measures.rerouted(rows, **ASKED)
    # Where zero is told, or promised, it is zero; other goods say that it speaks.
    told = found(CHAIN | {("KGZ", "RUS", "A"): [0, 0, 0, 0, 42]})
    promised = ep.measures.rerouted(rows, **ASKED, complete=True)
    assert told.value == promised.value == pytest.approx(42)
    beside = ep.measures.rerouted(rows, **ASKED, other_goods=table({("KGZ", "RUS", "B"): [7] * 5}))
    assert beside.value > 0


def test_placebos_are_asked_alone_and_rank_the_hub() -> None:
    rows = CHAIN | {
        ("DEU", "GEO", "A"): [30, 30, 30, 30, 33],
        ("GEO", "RUS", "A"): [4, 4, 4, 4, 5],
        ("DEU", "UZB", "A"): [20, 20, 20, 20, 20],
        ("UZB", "RUS", "A"): [2, 2, 2, 2, 2],
        ("DEU", "MNG", "A"): [1, 1, 1, 1, 0],
    }
    keys = {name: value for name, value in ASKED.items() if name != "hubs"}
    one = ep.measures.placebo_hubs(
        table(rows), hubs="KGZ", candidates="GEO+UZB+MNG", controls={"calm": "GEO+UZB"}, **keys
    )
    assert [hub.area for hub in one.hubs] == ["KGZ"]
    shares = {other.area: other.share_of_in for other in one.placebos}
    # Georgia is held against Uzbekistan alone, where nothing grew.
    assert shares == {"GEO": pytest.approx(1 / 33), "UZB": 0}
    assert one.p_values == {"KGZ": pytest.approx(1 / 3)}
    assert [area for area, _ in one.left_out] == ["MNG"]
    with pytest.raises(RequestError, match="no hub"):
        ep.measures.placebo_hubs(table(rows), hubs="KGZ", candidates="KGZ", **keys)


def test_no_number_is_not_a_number() -> None:
    for rows in (CHAIN, {("DEU", "KGZ", "A"): [0, 0, 0, 0, 5], ("CHN", "KGZ", "A"): [1] * 5}):
        for name, cell in found(rows, complete=True).to_dict().items():
            assert not isinstance(cell, float) or math.isfinite(cell), name
