"""Nowcasts: methods worked by hand, intervals against a planted truth, and what is refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from entrepot.errors import NoEvidenceError
from entrepot.measures.nowcast import (
    METHODS,
    STATISTICS,
    Window,
    backtest,
    joint_backtest,
    joint_nowcast,
    largest,
    nowcast,
)
from entrepot.measures.nowcast.intervals import ends_of_errors, past_of
from entrepot.measures.nowcast.methods import breaks_at, estimates, quantiles_of_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from made_flows import MadeFlows, made_flows, made_lists

PLACE = {name: at for at, name in enumerate(METHODS)}


@cache
def made() -> MadeFlows:
    return made_flows(120, 84)


def steady(months: int) -> NDArray[np.float64]:
    """Return one flow of 100 a month, twice as much in December, a tenth more each year."""
    month = np.arange(months)
    return (100.0 * np.where(month % 12 == 11, 2, 1) * 1.1 ** (month // 12))[None]


def test_methods_by_hand() -> None:
    values = steady(48)
    origin = 42  # July of the fourth year; five months are missing
    found = estimates(values, None, origin, Window(12, 5))[:, 0]
    last_year = 1.21 * 100 * 6
    assert found[PLACE["last_year"]] == pytest.approx(last_year)
    assert found[PLACE["growth"]] == pytest.approx(1.1 * last_year, rel=0.01)
    # In past years the last five months were six of thirteen, against seven.
    assert found[PLACE["partial_ratio"]] == pytest.approx(7 * 133.1 * 6 / 7)
    assert np.isnan(found[PLACE["partner"]])


def test_a_window_longer_than_what_came_before_has_no_ratio() -> None:
    """Of three years of which 30 months are known, few origins have 30 months a year earlier."""
    found = estimates(steady(48), None, 35, Window(36, 6))[:, 0]
    assert np.isnan(found[PLACE["partial_ratio"]])
    assert np.isfinite(found[PLACE["last_year"]])


def test_partner_times_the_gap() -> None:
    values = steady(48)
    partner = values * 0.8
    partner[:, 46:] = np.nan
    found = estimates(values, partner, 42, Window(12, 5))[PLACE["partner"], 0]
    # August to October from the partner, November and December by growth.
    assert found == pytest.approx(3 * 133.1 + 3 * 133.1, rel=0.01)


def test_a_window_from_its_origin() -> None:
    window = Window(12, 5)
    assert window.known == 7
    assert list(window.missing_at(42)) == [43, 44, 45, 46, 47]
    assert window.known_at(42) == slice(36, 43)
    later = Window(1, 3)
    assert later.known == 0
    assert list(later.missing_at(42)) == [45]


@pytest.mark.parametrize("with_partner", [False, True])
def test_nothing_after_the_origin_is_read(with_partner: bool) -> None:
    flows, window = made(), Window(12, 5)
    later = np.where(np.arange(84) < 60, 1.0, np.exp(np.linspace(-9, 9, 120))[:, None])
    partner = flows.partner if with_partner else None
    changed = None if partner is None else partner * later
    # An origin of the past says the same, whatever came after what it knew.
    one = past_of(flows.values[:, :65], partner, window, last=64)
    other = past_of((flows.values * later)[:, :65], changed, window, last=64)
    place = 59 - one.origins.start
    for name in ("said", "weights", "combined", "scale", "floors"):
        then, now = (getattr(x, name)[..., : place + 1] for x in (one, other))
        assert then == pytest.approx(now, rel=1e-9, nan_ok=True), name
    for level in (0.8, 0.95):
        for ends in zip(
            ends_of_errors(one, place)[level], ends_of_errors(other, place)[level], strict=True
        ):
            assert ends[0] == pytest.approx(ends[1], rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("ahead", [9, 5, 1])
def test_intervals_have_what_they_say(ahead: int) -> None:
    found = backtest(made().values, Window(12, ahead))
    assert len(found.error) > 1500
    assert np.mean(found.inside_80) == pytest.approx(0.80, abs=0.07)
    assert np.nanmean(found.inside_95) == pytest.approx(0.95, abs=0.04)
    assert np.median(found.error) < np.median(found.last_year)
    assert np.median(found.error) < np.median(found.growth)


def test_partner_months_help() -> None:
    flows = made()
    alone = backtest(flows.values, Window(12, 5))
    helped = backtest(flows.values, Window(12, 5), partner=flows.partner, lead=5)
    assert np.median(helped.error) < 0.6 * np.median(alone.error)
    assert np.median(helped.error) < np.median(helped.partner)


def test_a_list_is_not_a_sum_of_independent_parts() -> None:
    # Lists of one world err together, so that only several worlds show what intervals contain.
    inside = [
        np.mean(backtest(made_lists(made_flows(120, 72, seed), 20, 15), Window(12, 5)).inside_80)
        for seed in range(5)
    ]
    assert 0.72 < np.mean(inside) < 0.92
    # Parts that all err alike make an interval as wide, relatively, as that of one of them.
    one = made().values[:1, :60]
    alike = np.repeat(one, 10, axis=0)
    width = {}
    for name, parts in (("one", one), ("alike", alike), ("apart", made().values[:10, :60])):
        found = joint_nowcast([(parts, len(parts))], Window(12, 5), STATISTICS["sum"])
        low, high = found.intervals[0.8]
        width[name] = np.log(high / low)
    assert width["alike"] == pytest.approx(width["one"], rel=0.1)
    with pytest.raises(NoEvidenceError, match="of the last 24 months"):
        joint_nowcast([(alike * (np.arange(60) % 3 == 0), 10)], Window(12, 5), STATISTICS["sum"])


@pytest.mark.parametrize("name", ["hhi", "cr", "unit_value"])
def test_concentration_and_unit_values_from_joint_errors(name: str) -> None:
    inside, error, last_year = [], [], []
    for seed in range(4):
        values = made_flows(12, 72, seed).values
        price = np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.05, 72)))
        groups = [(values, 12)] if name != "unit_value" else [(values * price, 1), (values, 1)]
        statistic = largest(3) if name == "cr" else STATISTICS[name]
        found = joint_backtest(groups, Window(12, 3), statistic, shares=name != "unit_value")
        inside.append(np.mean(found.inside_80))
        error.append(np.median(found.error))
        last_year.append(np.median(found.last_year))
    assert 0.65 < np.mean(inside) <= 0.97
    assert np.mean(error) < np.mean(last_year)
    now = joint_nowcast([(x[:, :61], n) for x, n in groups], Window(12, 3), statistic,
                        shares=name != "unit_value")  # fmt: skip
    low, high = now.intervals[0.8]
    # Against the definition, on the months as they turned out.
    parts = np.concatenate([x[:n, 52:64].sum(axis=1) for x, n in groups])
    truth = {
        "hhi": float(((parts / parts.sum()) ** 2).sum()),
        "cr": float(np.sort(parts)[-3:].sum() / parts.sum()),
        "unit_value": float(parts[0] / parts[1]),
    }[name]
    assert low < now.value < high
    assert now.intervals[0.95][0] < truth < now.intervals[0.95][1]


def test_size_is_that_of_the_time_and_common_errors_widen() -> None:
    from entrepot.measures.nowcast.intervals import common_part, widening

    draw = np.random.default_rng(3)
    own, common = draw.normal(size=(200, 80)), draw.normal(size=80)
    for share in (0.0, 0.3, 0.8):
        errors = np.sqrt(1 - share) * own + np.sqrt(share) * common
        assert common_part(errors) == pytest.approx(share, abs=0.12)
    assert common_part(own[:1]) == 1.0
    assert widening(0.8, 0.0, 6, 6) == 1.0
    # Student's quantile with ten degrees of freedom over the normal one, from a table.
    assert widening(0.95, 1.0, 40, 6) == pytest.approx(2.228 / 1.960, rel=1e-3)


def test_a_break_is_named_and_widens() -> None:
    values = made().values[:60].copy()
    calm = nowcast(values[:, :60], Window(12, 5))
    values[0, 56:] *= 0.1
    broken = nowcast(values[:, :60], Window(12, 5))
    assert calm.break_since is None
    assert broken.break_since == 56
    assert broken.break_size == pytest.approx(-0.9, abs=0.1)
    assert {"last_year", "partial_ratio", "smoothing"}.isdisjoint(one.id for one in broken.methods)
    missing = [one.value - (one.reported or 0) for one in (calm, broken)]
    assert missing[1] < 0.3 * missing[0]
    spread = [
        (one.intervals[0.8][1] - (one.reported or 0)) / rest
        for one, rest in zip((calm, broken), missing, strict=True)
    ]
    assert spread[1] > 1.3 * spread[0]
    assert breaks_at(values, 59).is_broken[0]


def test_a_share_has_intervals_of_its_own() -> None:
    values = made().values[:40]
    denominator = np.repeat(values[:, :60].sum(axis=0)[None], 40, axis=0)
    found = nowcast(values[:, :60], Window(12, 5), denominator=denominator)
    low, high = found.intervals[0.8]
    assert 0 < low < found.value < high < 1
    assert found.reported is None
    assert sum(one.weight for one in found.methods) == pytest.approx(1)


@pytest.mark.parametrize(
    ("months", "window", "words"),
    [
        (60, Window(12, 13), "13 months after the last report"),
        (34, Window(12, 8), "all reports are loaded for 34 months in a row, 37 are needed"),
    ],
)
def test_too_little_is_refused(months: int, window: Window, words: str) -> None:
    with pytest.raises(NoEvidenceError, match=words):
        nowcast(made().values[:, :months], window)


def test_single_shipments_are_refused() -> None:
    values = made().values[:, :60].copy()
    values[0, ::2] = 0
    with pytest.raises(NoEvidenceError, match="12 of the last 24 months"):
        nowcast(values, Window(12, 5))


def test_one_flow_alone_gets_what_its_own_past_allows() -> None:
    found = nowcast(made().values[:1, :60], Window(12, 3))
    assert found.flows == 1
    assert 0.8 in found.intervals
    assert 0.95 not in found.intervals  # 31 errors do not say what happens one time in forty


def test_a_share_below_a_thousandth_is_estimated_as_what_it_is() -> None:
    """Five in a million of a steady total: logits once had a floor at a thousandth."""
    draw = np.random.default_rng(3)
    values = np.exp(draw.normal(0, 0.1, (30, 66)))
    values[0] *= 30 * 5e-6
    total = np.repeat(values[1:].sum(axis=0)[None], 30, axis=0)
    found = nowcast(values, Window(12, 6), denominator=total)
    assert found.value == pytest.approx(5.2e-6, rel=0.1)
    low, high = found.intervals[0.8]
    assert 3e-6 < low < found.value < high < 8e-6


def test_shares_of_the_past_are_nearer_than_last_years() -> None:
    values = made().values[:40]
    total = np.repeat(values.sum(axis=0)[None], 40, axis=0)
    found = backtest(values, Window(12, 6), denominator=total)
    assert 0.75 < found.inside_80.mean() < 0.88
    for of_size in (0, 1, 2):
        some = found.where(found.size == of_size)
        assert np.median(some.error) < 0.8 * np.median(some.last_year)
        assert np.median(some.error) < 1.1 * np.median(some.growth)


@pytest.mark.parametrize("part", [0.5, 0.8, 0.95])
def test_quantiles_of_rows_are_those_of_numpy(part: float) -> None:
    draw = np.random.default_rng(3)
    for columns in range(1, 9):
        x = draw.normal(size=(40, columns))
        x[draw.random(x.shape) < 0.3] = np.nan
        x[0] = 1.0
        some = np.isfinite(x).any(axis=1)
        found = quantiles_of_rows(x, part)
        assert found[some] == pytest.approx(np.nanquantile(x[some], part, axis=1))
        assert np.isnan(found[~some]).all()


def test_the_last_months_say_most_of_how_wide_the_next_interval_is() -> None:
    past = past_of(made().values, None, Window(12, 2))
    place = len(past.origins) - 1
    draw = np.random.default_rng(5).normal(size=past.scores.shape)
    time = np.arange(place + 1)
    factor = {}
    # Errors twice as large for a year, once long ago and once just now.
    for name, first in (("long ago", 12), ("just now", place - 13)):
        scores = draw * np.where((time >= first) & (time < first + 12), 2.0, 1.0)
        one = replace(past, scores=scores, scale=np.ones_like(scores), stated={})
        ends = ends_of_errors(one, place)[0.8]
        factor[name] = float((ends[1] / one.stated[place][0.8][1]).mean())
    assert factor["just now"] > 1.2
    assert factor["long ago"] < 1.0


def test_a_calm_time_is_believed_of_flows_that_err_apart() -> None:
    past = past_of(made().values, None, Window(12, 5))
    place = len(past.origins) - 1
    draw = np.random.default_rng(5)
    # After a third of the time errors are a third of what they were.
    size = np.where(np.arange(place + 1) < place / 3, 1.0, 1 / 3)
    apart = draw.normal(size=past.scores.shape) * size
    alike = np.repeat(draw.normal(size=(1, place + 1)) * size, len(apart), axis=0)
    narrowed = {}
    for name, scores in (("apart", apart), ("alike", alike)):
        one = replace(past, scores=scores, scale=np.ones_like(scores), stated={})
        ends = ends_of_errors(one, place)[0.8]
        narrowed[name] = float((ends[1] / one.stated[place][0.8][1]).mean())
    assert narrowed["apart"] < 0.95
    assert narrowed["apart"] < narrowed["alike"] - 0.05
