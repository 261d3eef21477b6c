"""What a phrase says about a growth: multiples, also smaller ones, and falls that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.claims import parse_document
from entrepot.errors import EntrepotError

if TYPE_CHECKING:
    from entrepot.model.interval import Interval


def growth(says: str) -> Interval:
    document = parse_document(f"""
format: 1
source: {{title: A text}}
claims:
  - id: grew
    growth: {{exporter: CHN, importer: RUS, period: 2023, currency: USD}}
    says: {says!r}
""")
    return document.claims[0].interval


@pytest.mark.parametrize(
    ("says", "low", "high"),
    [
        ("doubled", 80, 120),
        ("rose 2.5 times", 145, 155),
        ("halved", -55, -45),
        # three times smaller, 2.5 to 3.5: between 1/3.5 and 1/2.5 is left
        ("fell threefold", -71.43, -60),
        ("вдвое меньше", 100 / 2.2 - 100, 100 / 1.8 - 100),
        ("more than five times smaller", -100, -80),
        ("增长1.5倍", 145, 155),
        ("下降6.5%", -6.55, -6.45),
        ("um ein Viertel gesunken", -27.5, -22.5),
    ],
)
def test_growth(says: str, low: float, high: float) -> None:
    interval = growth(says)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.01)


@pytest.mark.parametrize("says", ["fell by 150 %", "-101 %"])
def test_nothing_falls_by_more_than_all_of_it(says: str) -> None:
    with pytest.raises(EntrepotError) as caught:
        growth(says)
    assert "a fall by more than all there was" in str(caught.value)
