"""How bounds of what came through hubs go with several hubs, several paths, and chance."""

from __future__ import annotations

import pytest
from tests.unit.test_rerouting import ASKED, CHAIN, Rows, found, table

import entrepot as ep
from entrepot.errors import RequestError

PLACES = ("KGZ", "GEO", "UZB")


def test_what_others_sold_is_known_of_each_hub_by_itself() -> None:
    """Somebody says what others sold Armenia; that says nothing of Kyrgyzstan."""
    kyrgyz = {key: values for key, values in CHAIN.items() if key[0] != "CHN"}
    armenian: Rows = {
        ("DEU", "ARM", "A"): [5, 5, 5, 5, 5],
        ("ARM", "RUS", "A"): [5, 5, 5, 5, 5],
        ("CHN", "ARM", "A"): [1, 1, 1, 1, 1],
    }
    one = found(kyrgyz | armenian, hubs="KGZ+ARM")
    assert (one.low, one.alarm, one.others_known) == (0, None, False)
    kgz, arm = sorted(one.hubs, key=lambda hub: hub.hub == "ARM")
    assert (kgz.limit, kgz.low, kgz.alarm, kgz.others_in) == ("unknown", 0, None, None)
    assert (arm.limit, arm.alarm, arm.others_in) == ("in", False, pytest.approx(0))
    unsaid = {key: row for key, row in armenian.items() if key[0] != "CHN"}
    sure = found(CHAIN | unsaid, hubs="KGZ+ARM")
    assert sure.low > 0
    assert sure.alarm is True


def test_a_triple_difference_of_nothing_is_no_path() -> None:
    """Controls buy only when the hub buys no other goods; its own growth is the best path left."""
    rows: Rows = CHAIN | {("DEU", "GEO", "A"): [10, 0, 10, 0, 10]}
    others: Rows = {
        ("DEU", "KGZ", "B"): [0, 10, 0, 10, 10],
        ("DEU", "GEO", "B"): [10, 10, 10, 10, 10],
    }
    one = found(rows, others, controls={"neighbours": "GEO"})
    assert one.hubs[0].excess_in == pytest.approx(60 - 40 * 10 / 20)


@pytest.mark.parametrize("growth", [1.0, 0.2, 0.0])
def test_controls_that_stop_take_no_chance_off_the_lower_end(growth: float) -> None:
    """The lower end starts from the highest path, so that path's chance has to come off it."""
    unsteady: list[float | None] = [60, 140, 70, 130, 140]
    rows: Rows = {
        ("DEU", "KGZ", "A"): unsteady,
        ("KGZ", "RUS", "A"): unsteady,
        ("CHN", "KGZ", "A"): [1, 1, 1, 1, 1],
    }
    calm: list[float | None] = [100, 100, 100, 100, 100 * growth]
    rows |= {("DEU", "GEO", "A"): calm, ("KGZ", "GEO", "A"): calm}
    one = found(rows, controls={"neighbours": "GEO"}, margin=0.0)
    assert (one.low, one.alarm) == (0, False)
    assert one.value == pytest.approx(140 - 100 * growth)


@pytest.mark.parametrize("after", ["2019", "2018..2020"])
def test_a_base_after_the_period_is_refused(after: str) -> None:
    with pytest.raises(RequestError, match="the time before the event, is after"):
        found(CHAIN, before="2021..2022", after=after)


def test_the_lower_end_sets_losses_of_one_hub_against_the_highest_path() -> None:
    """What Kyrgyzstan gained Armenia lost; that Armenia's other goods fell as well is no excuse."""
    gained: list[float | None] = [100, 100, 100, 100, 200]
    lost: list[float | None] = [100, 100, 100, 100, 0.5]
    steady: list[float | None] = [100, 100, 100, 100, 100]
    fallen: list[float | None] = [100, 100, 100, 100, 1]
    rows: Rows = {}
    others: Rows = {}
    for seller, buyer in (("DEU", "KGZ"), ("KGZ", "RUS"), ("DEU", "ARM"), ("ARM", "RUS")):
        is_armenian = "ARM" in (seller, buyer)
        rows[seller, buyer, "A"] = lost if is_armenian else gained
        others[seller, buyer, "B"] = fallen if is_armenian else steady
    rows |= {("CHN", hub, "A"): [1, 1, 1, 1, 1] for hub in ("KGZ", "ARM")}
    one = found(rows, others, hubs="KGZ+ARM", margin=0.0)
    assert one.low == pytest.approx(0.5)
    assert one.value > one.low


def test_controls_that_are_all_of_the_origin_are_refused() -> None:
    rows: Rows = CHAIN | {("DEU", "FRA", "A"): [10, 10, 10, 10, 60]}
    with pytest.raises(RequestError, match="'allies' have no area outside the origin"):
        found(rows, origin="DEU+FRA", controls={"allies": "FRA", "neighbours": "GEO"})
    assert found(rows, origin="DEU+FRA", controls={"some": "FRA+GEO"}).value > 0


def test_a_placebo_that_is_one_of_two_controls_is_asked_without_a_synthetic_one() -> None:
    rows: Rows = {
        edge: [100.0 + (place + year) % 3 for year in range(10)]
        for place, edge in enumerate(
            (*(("DEU", hub, "A") for hub in PLACES), *((hub, "RUS", "A") for hub in PLACES))
        )
    }
    asked = {key: value for key, value in ASKED.items() if key != "hubs"}
    asked |= {"before": "2018..2025", "after": "2026..2027", "synthetic": True}
    sets = {"neighbours": "GEO+UZB"}
    one = ep.measures.placebo_hubs(
        table(rows), hubs="KGZ", candidates="GEO+UZB", controls=sets, **asked
    )
    assert [placebo.area for placebo in one.placebos] == ["GEO", "UZB"]
    assert one.left_out == ()
    with pytest.raises(RequestError, match="no synthetic control"):
        ep.measures.placebo_hubs(
            table(rows), hubs="KGZ", candidates="UZB", controls={"one": "GEO"}, **asked
        )


def test_of_a_hub_called_silent_nothing_is_sure_though_somebody_sold_to_it() -> None:
    assert found(CHAIN).low > 0
    one = found(CHAIN, non_reporting="KGZ")
    assert (one.low, one.alarm, one.hubs[0].limit) == (0, None, "unknown")
    assert (one.value, one.high) == (found(CHAIN).value, found(CHAIN).high)
