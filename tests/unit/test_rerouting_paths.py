"""How bounds of what came through hubs go with several hubs, several paths, and chance."""

from __future__ import annotations

import pytest
from tests.unit.test_rerouting import CHAIN, Rows, found


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
