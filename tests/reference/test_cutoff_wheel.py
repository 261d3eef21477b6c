"""Scenarios on the installed table beside the makers' own program, asked the same."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from entrepot.figures.value_added import Known, economy_of
from entrepot.lake import Lake
from entrepot.measures.cutoff import Cut, Network, network, rebuilt, shortage, stopped
from entrepot.model.period import Period
from entrepot.sources.icio import wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    wheel.installed_file() is None, reason="needs the package sanction-simulator (extra icio)"
)

Legs = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """The table of 2022 with inputs cut at 0.98 of output, as the makers cut them."""
    found = economy_of(Lake.open(tmp_path_factory.mktemp("no") / "lake"), Period.parse(2022))
    assert isinstance(found, Known)
    return network(found.solved, cap=0.98)


@pytest.fixture(scope="module")
def makers() -> Iterator[Any]:
    """The makers' program and its data; it takes a gigabyte and a few seconds."""
    pytest.importorskip("pandas")
    path: Path | None = wheel.installed_file()
    assert path is not None
    spec = importlib.util.spec_from_file_location(
        "power_trade_estimation", path.parent.parent / "power_trade_estimation.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module, module.Benchmark(str(path.parent), cache=str(path))
    del sys.modules[spec.name]


def theirs(
    makers: Any, legs: Legs, friction: float, leak: float, inputs: float, outer: float
) -> dict[str, float]:
    """Return the part of output that each country loses."""
    module, bench = makers
    module.set_rho_out(1 - 1 / outer)
    batch = module.ScenarioBatch(bench, [legs], tau=friction, delta=leak)
    batch.balance()
    found = bench.s - batch.solve(rho=1 - 1 / inputs)["s_omega"][0]
    shares = found.reshape(bench.S, bench.C).sum(axis=0) / bench.s_country
    return dict(zip(bench.countries, shares.tolist(), strict=True))


def ours(
    held: Network, cuts: list[Cut], friction: float, leak: float, inputs: float, outer: float
) -> dict[str, float]:
    trade = rebuilt(stopped(held, cuts, leak=leak), friction)
    found = shortage(trade, inputs=inputs, outer=outer)
    assert found.miss <= 1e-9
    assert found.over <= 1e-9
    world = held.economy
    shares = world.added_up(found.lost) / world.added_up(held.output)
    return dict(zip(world.names, shares.tolist(), strict=True))


def cut(sellers: set[str], buyers: set[str], sectors: set[str] | None = None) -> Cut:
    return Cut(frozenset(sellers), frozenset(buyers), frozenset(sectors) if sectors else None)


def test_the_example_of_their_page(held: Network, makers: Any) -> None:
    """The United States and China, both ways: 30 % not rebuilt, 10 % leak, elasticities 0.5."""
    _, bench = makers
    one, other = bench.cidx["USA"], bench.cidx["CHN"]
    asked = (0.30, 0.10, 0.5, 0.5)
    expected = theirs(makers, [(other, one), (one, other)], *asked)
    found = ours(held, [cut({"USA"}, {"CHN"}), cut({"CHN"}, {"USA"})], *asked)
    for code in ("USA", "CHN", "MEX", "VNM", "TWN", "KOR"):
        assert found[code] == pytest.approx(expected[code], rel=0.01), code
    names = sorted(found)
    np.testing.assert_allclose([found[n] for n in names], [expected[n] for n in names], rtol=0.01)
    # What their program gave for it when this was written, so that both cannot drift together.
    assert (expected["USA"], expected["CHN"]) == pytest.approx((0.004999, 0.008472), rel=1e-3)


def test_a_coalition_sectors_and_other_elasticities(held: Network, makers: Any) -> None:
    _, bench = makers
    west, sectors = ("DEU", "POL", "USA", "JPN"), {"C26", "C28"}
    mask = [1.0 if code in sectors else 0.0 for code in bench.sectors]
    legs = [(bench.cidx[one], bench.cidx["RUS"], mask) for one in west]
    asked = (0.6, 0.05, 0.2, 0.8)
    expected = theirs(makers, legs, *asked)
    found = ours(held, [cut(set(west), {"RUS"}, sectors)], *asked)
    for code in ("RUS", *west, "KAZ", "BLR"):
        assert found[code] == pytest.approx(expected[code], rel=0.01), code
