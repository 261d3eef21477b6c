"""Event studies: the awkward cases."""

from __future__ import annotations

import math
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from entrepot.errors import MissingExtraError, NoEvidenceError, RequestError, UnknownNameError
from entrepot.measures import event_study, event_timing, placebo_dates
from entrepot.measures.event import Design
from entrepot.measures.event.estimate import permuted
from entrepot.measures.event.fit import informative, joint, two_sided
from entrepot.measures.event.panel import NEVER, panel_of, step_of
from made_trade import change, panel, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.slow

YEARLY = Design(frequency="A", window=(-3, 3))
ONE_WAY = Design(frequency="A", window=(-3, 3), cluster=("product",))


def study(columns: dict[str, list[Any]], design: Design = YEARLY, **how: Any) -> Any:
    how.setdefault("inference", "cluster")
    return event_study(table(columns), design, **how)


def by_step(found: Any) -> dict[int, Any]:
    return {one.step: one for one in found.coefficients}


def test_without_noise_the_effect_is_exact() -> None:
    for hubs, exposed in ((0, None), (2, "hub")):
        design = Design(frequency="A", window=(-3, 3), exposed=exposed)
        found = study(panel(1, noise=0, hubs=hubs), design)
        assert found.effect.estimate == pytest.approx(0.5, abs=1e-7)
        assert found.effect.change_pct == pytest.approx(64.8721, abs=1e-3)
        for step, one in by_step(found).items():
            assert one.estimate == pytest.approx(0.5 if step >= 0 else 0.0, abs=1e-6)
        assert by_step(found)[-1].is_reference
        assert [step for step, one in by_step(found).items() if one.is_binned] == [-3, 3]


def test_scale_and_order_do_not_matter() -> None:
    columns = panel(2)
    turned = {name: column[::-1] for name, column in columns.items()}
    turned["value_usd"] = [1e9 * value for value in turned["value_usd"]]
    one, other = study(columns), study(turned)
    for mine, theirs in zip(one.coefficients, other.coefficients, strict=True):
        assert mine.estimate == pytest.approx(theirs.estimate, abs=1e-7)
    assert one.effect.std_error == pytest.approx(other.effect.std_error, rel=1e-5)


def test_every_kind_of_frame_gives_the_same() -> None:
    rows = table(panel(3, products=6, treated=2, partners=3, steps=5))
    connection = duckdb.connect()
    frames = (
        rows,
        rows.to_pandas(),
        pl.from_arrow(rows),
        pl.LazyFrame(pl.from_arrow(rows)),
        connection.from_arrow(rows),
    )
    design = Design(frequency="A", window=(-1, 1))
    studies = [event_study(one, design, inference="cluster") for one in frames]
    found = [one.effect.estimate for one in studies]
    assert found == pytest.approx([found[0]] * 5, abs=1e-9)
    kinds = [type(one.frame()).__module__.partition(".")[0] for one in studies]
    assert kinds == ["pyarrow", "pandas", "polars", "polars", "pyarrow"]


def test_the_same_cell_in_parts_is_added_up() -> None:
    columns = panel(4)
    split = {name: column * 2 for name, column in columns.items()}
    split["value_usd"] = [value / 2 for value in split["value_usd"]]
    assert study(split).effect.estimate == pytest.approx(study(columns).effect.estimate, abs=1e-9)
    assert study(split).counts["rows"] == study(columns).counts["rows"]


def test_one_treated_product_is_judged_by_all_assignments() -> None:
    """Six products can each have had the event: the true one is among the six."""
    found = study(
        panel(5, products=6, treated=1, effect=3.0, noise=0.2), inference="auto", each_step=True
    )
    assert found.trusted == "randomisation"
    assert found.effect.exact
    assert found.effect.draws == 6
    assert found.effect.p_randomisation == pytest.approx(1 / 6)
    assert by_step(found)[0].p_randomisation == pytest.approx(1 / 6)
    assert 1 / 6 <= found.pre_trend.p_randomisation <= 1
    assert any("with few" in remark for remark in found.remarks)
    assert any("smaller number of clusters is 4" in remark for remark in found.remarks)


def test_no_period_before_the_event() -> None:
    columns = panel(6)
    late = {
        name: [value for value, year in zip(column, columns["period"], strict=True) if year >= 2020]
        for name, column in columns.items()
    }
    with pytest.raises(NoEvidenceError, match="step -1"):
        study(late)
    early = {
        name: [value for value, year in zip(column, columns["period"], strict=True) if year < 2020]
        for name, column in columns.items()
    }
    with pytest.raises(NoEvidenceError, match="after its event"):
        study(early)
    with pytest.raises(NoEvidenceError, match="no product has an event"):
        study(columns | {"event": [None] * len(columns["event"])})


def test_an_effect_of_zeros_is_dropped_and_counted() -> None:
    columns = panel(7)
    change(columns, 0.0, product="000009", importer="D01")
    found = study(columns)
    assert found.counts["separated"] == 8
    assert found.counts["rows"] == 12 * 4 * 8 - 8
    rest = {
        name: [
            value
            for value, product, importer in zip(
                column, columns["product"], columns["importer"], strict=True
            )
            if (product, importer) != ("000009", "D01")
        ]
        for name, column in columns.items()
    }
    assert found.effect.estimate == pytest.approx(study(rest).effect.estimate, abs=1e-9)
    assert study(rest).counts["separated"] == 0


def test_a_step_of_zeros_has_no_estimate() -> None:
    """A ban: nothing at all in the first year; the coefficient would be minus infinity."""
    columns = panel(8)
    for product in ("000000", "000001", "000002", "000003"):
        change(columns, 0.0, product=product, period=2020)
    found = study(columns)
    assert by_step(found)[0].estimate is None
    assert "zero" in by_step(found)[0].why
    assert by_step(found)[0].cells == 0
    assert found.counts["separated"] == 16
    assert by_step(found)[1].estimate is not None
    assert math.isfinite(found.effect.estimate)


def test_singletons_are_counted() -> None:
    columns = panel(9)
    for name, entry in {
        "product": "999999",
        "importer": "D00",
        "period": 2017,
        "event": None,
        "hub": True,
        "value_usd": 5.0,
    }.items():
        columns[name].append(entry)
    assert study(columns).counts["singletons"] == 1


def test_separated_and_single_cells_by_hand() -> None:
    """Group 2 is zeros; without them cell 4 is alone in its other group."""
    y = np.array([1.0, 2.0, 0.0, 0.0, 3.0, 1.0, 2.0])
    one = np.array([0, 0, 1, 1, 2, 2, 2])
    other = np.array([0, 0, 1, 0, 1, 0, 0])
    kept = informative(y, np.zeros((7, 1)) + [[1.0]] * 7, [one, other])
    assert kept.rows.tolist() == [True, True, False, False, False, True, True]
    assert (kept.separated, kept.singletons) == (2, 1)


def test_what_the_fixed_effects_absorb_is_refused() -> None:
    """Every product listed at once: the event is a year, and years have fixed effects."""
    columns = panel(10, products=4, treated=4)
    with pytest.raises(NoEvidenceError, match="cannot be separated from fixed effects"):
        study(columns)


def test_missing_values_are_left_out_and_zeros_are_asked_for() -> None:
    columns = panel(11)
    change(columns, None, product="000007", importer="D02", period=2018)
    assert study(columns).counts["unknown"] == 1
    assert study(columns).counts["rows"] == 383
    absent = {name: column[1:] for name, column in panel(11).items()}
    assert study(absent).counts["rows"] == 383
    filled = Design(frequency="A", window=(-3, 3), zeros=True)
    assert study(absent, filled).counts["rows"] == 384
    assert study(absent, filled).counts["zeros"] == 1
    assert study(columns, filled).counts["rows"] == 383, "unknown is not zero"
    nan = panel(11)
    change(nan, float("nan"), product="000007", importer="D02", period=2018)
    assert study(nan).counts["unknown"] == 1


@pytest.mark.parametrize(
    ("column", "entry", "message"),
    [
        ("value_usd", -1.0, "negative"),
        ("value_usd", float("inf"), "infinite"),
        ("event", 2019, "two values"),
        ("product", None, "says not what"),
        ("importer", None, "says not what"),
    ],
)
def test_rows_that_are_refused(column: str, entry: Any, message: str) -> None:
    columns = panel(12)
    columns[column][0] = entry
    with pytest.raises(RequestError, match=message):
        study(columns)


def test_exposure_is_one_thing_for_a_partner() -> None:
    columns = panel(13, hubs=2)
    columns["hub"][0] = False
    with pytest.raises(RequestError, match="two values"):
        study(columns, Design(frequency="A", window=(-3, 3), exposed="hub"))
    words = panel(13) | {"hub": ["yes"] * 384}
    with pytest.raises(RequestError, match="exposed is 'yes'"):
        study(words, Design(frequency="A", window=(-3, 3), exposed="hub"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": (0, 3)}, "window 0 to 3"),
        ({"reference": 0}, "reference 0"),
        ({"frequency": "W"}, "'W'"),
        ({"cluster": ()}, "one or two clusters"),
        ({"cluster": ("firm",)}, "'firm'"),
        ({"effects": ()}, "no fixed effects"),
    ],
)
def test_designs_that_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        Design(**settings)


def test_requests_that_are_refused() -> None:
    rows = table(panel(14))
    with pytest.raises(UnknownNameError, match="listed"):
        event_study(rows, Design(event="listed"))
    with pytest.raises(RequestError, match="'bootstrap'"):
        event_study(rows, YEARLY, inference="bootstrap")
    with pytest.raises(RequestError, match="0 draws"):
        event_study(rows, YEARLY, draws=0)
    with pytest.raises(RequestError, match="shifts"):
        placebo_dates(rows, YEARLY, shifts=(2,))
    with pytest.raises(RequestError, match="no candidates"):
        event_timing(rows, YEARLY, candidates=())
    with pytest.raises(RequestError, match="longer than a step"):
        event_study(rows, Design(frequency="M"))


@pytest.mark.parametrize(
    ("moment", "frequency", "step"),
    [
        ("2022-04-08", "M", 2022 * 12 + 3),
        (date(2022, 4, 8), "Q", 2022 * 4 + 1),
        (pd.Timestamp("2022-12-31"), "M", 2022 * 12 + 11),
        ("2022", "A", 2022),
        (2022.0, "A", 2022),
        (np.int64(2022), "A", 2022),
        ("2022Q3", "Q", 2022 * 4 + 2),
    ],
)
def test_days_and_periods_fall_into_steps(moment: Any, frequency: Any, step: int) -> None:
    assert step_of(moment, Design(frequency=frequency)) == step


def test_monthly_times_as_dates_text_and_stamps() -> None:
    months = [f"{2021 + n // 12}-{n % 12 + 1:02d}" for n in range(6)]
    rows = [(product, month) for product in "ab" for month in months]
    base = {
        "product": [product for product, _ in rows],
        "importer": ["KAZ"] * 12,
        "event": ["2021-03-15" if product == "a" else None for product, _ in rows],
        "value_usd": [1.0] * 12,
    }
    text = base | {"period": [month for _, month in rows]}
    days = base | {"period": [date.fromisoformat(f"{month}-01") for _, month in rows]}
    stamps = pd.DataFrame(days).assign(period=lambda t: pd.to_datetime(t["period"]))
    stamps["event"] = pd.to_datetime(stamps["event"])
    for frame in (pa.table(text), pa.table(days), stamps):
        read = panel_of(frame, Design())
        assert sorted(set(read.since()[read.treated()].tolist())) == [-2, -1, 0, 1, 2, 3]
        assert (read.events == NEVER).sum() == 1


@pytest.mark.parametrize("zeros", [False, True])
def test_a_step_with_a_month_of_unknown_value_is_unknown(zeros: bool) -> None:
    rows = [
        *(("a", f"{year}-0{month}", 10.0) for year in (2021, 2022) for month in (1, 2, 3)),
        ("b", "2021-01", 10.0),
        ("b", "2021-02", None),
        ("b", "2022-01", 7.0),
        ("c", "2022-05", 1.0),
        ("c", "2022-05", None),
        ("c", "2023-01", None),
        ("d", "2021-07", 4.0),
    ]
    columns = {
        "product": [row[0] for row in rows],
        "period": [row[1] for row in rows],
        "value_usd": [row[2] for row in rows],
        "importer": ["KAZ"] * len(rows),
        "event": ["2022-01" if row[0] == "a" else None for row in rows],
    }
    expected = {("a", 2021): 30.0, ("a", 2022): 30.0, ("b", 2022): 7.0, ("d", 2021): 4.0}
    if zeros:
        expected |= {("d", 2022): 0.0}
    read = panel_of(pa.table(columns), Design(frequency="A", zeros=zeros))
    found = {
        (read.products[product], int(year)): y
        for product, year, y in zip(read.product, read.time, read.y, strict=True)
    }
    assert found == expected
    assert read.unknown == 3


def test_no_step_is_known_whole() -> None:
    columns = {
        "product": ["a", "a"],
        "period": ["2021-01", "2021-02"],
        "value_usd": [1.0, None],
        "importer": ["KAZ"] * 2,
        "event": ["2022-01"] * 2,
    }
    with pytest.raises(NoEvidenceError, match="whole step"):
        panel_of(pa.table(columns), Design(frequency="A"))


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pyfixest.estimation", None)
        with pytest.raises(MissingExtraError, match=r"pyfixest is not installed(.|\n)*\[stats\]"):
            study(panel(20, products=6, treated=2, partners=3, steps=5))
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError, match=r"SciPy is not installed(.|\n)*\[stats\]"):
        two_sided(1.0, 1.0, 5)


def test_assignments_are_all_tried_or_drawn_by_seed() -> None:
    events = np.array([5, 7, NEVER, NEVER, NEVER])
    tried: list[tuple[int, ...]] = []

    def statistic(dealt: NDArray[np.int64]) -> NDArray[np.float64]:
        tried.append(tuple(dealt.tolist()))
        return np.array([float(np.flatnonzero(dealt == 5)[0])])

    found = permuted(events, np.array([3.0]), statistic, draws=20, seed=1)
    assert found.exact
    assert len(set(tried)) == len(tried) == 20  # five places for one, four for the other
    assert found.p_values == [8 / 20]  # it lies at place 3 or 4 in eight of them
    tried.clear()
    first = permuted(events, np.array([3.0]), statistic, draws=19, seed=1)
    again = permuted(events, np.array([3.0]), statistic, draws=19, seed=1)
    other = permuted(events, np.array([3.0]), statistic, draws=19, seed=2)
    assert not first.exact
    assert tried[:19] == tried[19:38] != tried[38:]
    assert first == again
    hits = sum(one.index(5) >= 3 for one in tried[:19])
    assert first.p_values == [pytest.approx((hits + 1) / 20)]
    assert other.draws == 19


def test_permutations_that_give_nothing_count_as_large() -> None:
    events = np.array([5, NEVER, NEVER])

    def statistic(dealt: NDArray[np.int64]) -> NDArray[np.float64]:
        if dealt[2] == 5:
            raise NoEvidenceError("no answer")
        return np.array([1.0 if dealt[0] == 5 else 0.0, np.nan, 2.0 if dealt[0] == 5 else np.nan])

    found = permuted(events, np.array([1.0, np.nan, 2.0]), statistic, draws=3, seed=1)
    assert (found.draws, found.failed) == (2, 1)
    assert found.p_values == [pytest.approx(2 / 3), None, 1.0]


def test_nothing_to_permute_is_said() -> None:
    """With the same event for all, only partners tell what it did; effects are chosen for that."""
    columns = panel(15, products=5, treated=5, hubs=2)
    effects = (("product", "partner"), ("product", "time"))
    design = Design(frequency="A", window=(-3, 3), exposed="hub", effects=effects)
    found = study(columns, design, inference="randomisation")
    assert found.trusted == "cluster"
    assert any("nothing to permute" in remark for remark in found.remarks)


def test_the_joint_test_by_hand() -> None:
    found = joint(np.array([1.0, 2.0]), np.diag([1.0, 4.0]), 10)
    assert found.statistic == pytest.approx((1 / 1 + 4 / 4) / 2)
    assert found.p_value == pytest.approx(0.401878, abs=1e-5)  # F(2, 10) above 1: 1.2^-5
    assert joint(np.array([1.0, 2.0]), np.ones((2, 2)), 10).p_value is None
    assert joint(np.array([]), np.ones((0, 0)), 10).why == "no step before the reference"


def test_placebos_use_nothing_of_after_the_event() -> None:
    columns = panel(16, steps=10, noise=0.1)
    wild = {name: list(column) for name, column in columns.items()}
    for year in range(2021, 2026):
        for product in ("000000", "000001", "000002", "000003"):
            change(wild, 1e9, product=product, period=year)
    quiet, loud = (
        placebo_dates(table(one), ONE_WAY, shifts=(-2, -1, -50)) for one in (columns, wild)
    )
    assert quiet == loud
    assert [one.shift for one in quiet] == [-2, -1]
    assert all(abs(one.estimate) < 0.2 for one in quiet)
    with pytest.raises(NoEvidenceError, match="both sides"):
        placebo_dates(table(columns), ONE_WAY, shifts=(-50,))


def test_a_placebo_finds_a_change_before_the_event() -> None:
    columns = panel(17, steps=10, noise=0)
    for row, (product, year) in enumerate(zip(columns["product"], columns["period"], strict=True)):
        if product < "000004" and year >= 2019:
            columns["value_usd"][row] *= 3
    (found,) = placebo_dates(table(columns), ONE_WAY, shifts=(-2,))
    assert found.estimate == pytest.approx(math.log(3), abs=1e-6)


def test_the_break_is_found_where_it_is() -> None:
    found = event_timing(
        table(panel(18, noise=0.2)), ONE_WAY, candidates=[2018, 2019, 2020, 2021, 2030]
    )
    assert found[0].event == "2020"
    assert {one.event for one in found} == {"2018", "2019", "2020", "2021"}
    assert [one.deviance for one in found] == sorted(one.deviance for one in found)
    with pytest.raises(NoEvidenceError, match="both sides"):
        event_timing(table(panel(18)), ONE_WAY, candidates=[2030])


def test_result_as_table_and_as_plain_types() -> None:
    import json

    found = study(panel(19))
    rows = found.frame().to_pylist()
    assert [row["step"] for row in rows] == list(range(-3, 4))
    assert rows[0]["estimate"] == found.coefficients[0].estimate
    assert json.loads(json.dumps(found.to_dict()))["counts"]["products"] == 12
    assert rows[2]["cells"] == 16
