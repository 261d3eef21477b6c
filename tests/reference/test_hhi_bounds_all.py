"""Bounds of the index against every market there is in thirtieths: 5,604 of them."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = 30
Market = tuple[int, ...]


def markets(left: int, most: int) -> Iterator[Market]:
    """All ways to share `left` thirtieths among suppliers of at most `most`, largest first."""
    if left == 0:
        yield ()
    for first in range(min(left, most), 0, -1):
        for others in markets(left - first, first):
            yield (first, *others)


ALL = list(markets(WHOLE, WHOLE))


def index(market: Market) -> Fraction:
    return Fraction(sum(one * one for one in market), WHOLE * WHOLE)


def shares(top: Market) -> list[float]:
    return [one / WHOLE for one in top]


def test_there_are_as_many_markets_as_partitions_of_thirty() -> None:
    assert len(ALL) == 5_604


@pytest.mark.parametrize("k", [1, 2, 3])
def test_without_number_of_suppliers(k: int) -> None:
    by_top: dict[Market, list[Fraction]] = defaultdict(list)
    for market in ALL:
        if len(market) >= k:
            by_top[market[:k]].append(index(market))
    for top, found in by_top.items():
        low, high = ep.measures.hhi_bounds(shares(top))
        assert high == pytest.approx(float(max(found)), abs=1e-12)  # reached
        rest = 1 - sum(top) / WHOLE
        # The rest in as many suppliers as there are thirtieths comes this near to the lower end.
        assert low == pytest.approx(float(min(found)) - rest / WHOLE, abs=1e-12)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_with_number_of_suppliers(k: int) -> None:
    by_top: dict[tuple[Market, int], list[Fraction]] = defaultdict(list)
    up_to: dict[tuple[Market, int], list[Fraction]] = defaultdict(list)
    for market in ALL:
        for n in range(max(k, len(market)), WHOLE + 1):
            up_to[market[:k], n].append(index(market))
        if len(market) >= k:
            by_top[market[:k], len(market)].append(index(market))
    even = 0
    for (top, n), found in by_top.items():
        low, high = ep.measures.hhi_bounds(shares(top), n)
        assert low <= float(min(found)) + 1e-12
        # One more supplier may be as small as one likes, so fewer than n are the limit of n.
        assert high == pytest.approx(float(max(up_to[top, n])), abs=1e-12)
        if n == k or (WHOLE - sum(top)) % (n - k) == 0:
            even += 1
            assert low == pytest.approx(float(min(found)), abs=1e-12)  # reached
    assert even > 50


@pytest.mark.parametrize("k", [1, 2])
def test_what_no_market_has_is_refused(k: int) -> None:
    possible = {(market[:k], n) for market in ALL for n in range(len(market), WHOLE + 1)}
    tops = {market[:k] for market in ALL if len(market) >= k}
    refused = 0
    for top in tops:
        for n in range(1, WHOLE + 1):
            if (top, n) in possible:
                ep.measures.hhi_bounds(shares(top), n)
                continue
            refused += 1
            with pytest.raises(RequestError, match="cannot have"):
                ep.measures.hhi_bounds(shares(top), n)
    assert refused > 50
