"""Scenarios of a whole economy, 80 x 50 sectors: ours and the makers' program, one run, one core.

    OPENBLAS_NUM_THREADS=1 python benchmarks/cutoff.py [SCENARIOS]

Both solve the same scenarios, first one, then a sweep: country by country cut off from China, with
other assumptions each time. Seconds of the processor are told beside those of the clock, since only
the first are the same on a busy machine.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import harness
import numpy as np

from entrepot.figures.value_added import Known, economy_of
from entrepot.lake import Lake
from entrepot.measures.cutoff import Cut, Network, network, rebuilt, shortage, stopped
from entrepot.model.period import Period
from entrepot.sources.icio import wheel

if TYPE_CHECKING:
    from collections.abc import Callable

FRICTIONS, LEAKS, ELASTICITIES = (0.1, 0.3, 0.6), (0.05, 0.1, 0.3), (0.2, 0.5, 0.8)

Asked = tuple[str, float, float, float]


def scenarios(names: tuple[str, ...], count: int) -> list[Asked]:
    """Return partner, friction, leak and elasticity of each scenario."""
    others = [name for name in names if name != "CHN"]
    return [
        (
            others[n % len(others)],
            FRICTIONS[n % 3],
            LEAKS[n // 3 % 3],
            ELASTICITIES[n // 9 % 3],
        )
        for n in range(count)
    ]


def ours(held: Network, asked: Asked) -> np.ndarray[Any, Any]:
    """Return output lost by country."""
    partner, friction, leak, elasticity = asked
    one, other = frozenset({partner}), frozenset({"CHN"})
    trade = rebuilt(stopped(held, [Cut(one, other), Cut(other, one)], leak=leak), friction)
    return held.economy.added_up(shortage(trade, inputs=elasticity, outer=elasticity).lost)


def theirs(module: Any, bench: Any, asked: Asked) -> np.ndarray[Any, Any]:
    """Return the same by the makers' program."""
    partner, friction, leak, elasticity = asked
    one, other = bench.cidx[partner], bench.cidx["CHN"]
    module.set_rho_out(1 - 1 / elasticity)
    batch = module.ScenarioBatch(bench, [[(one, other), (other, one)]], tau=friction, delta=leak)
    batch.balance()
    found = bench.s - batch.solve(rho=1 - 1 / elasticity)["s_omega"][0]
    return found.reshape(bench.S, bench.C).sum(axis=0)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return seconds of the clock and of the processor, and what came out."""
    clock, processor = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - clock, time.process_time() - processor, found


def main() -> None:
    count = harness.arguments(scenarios=100).scenarios
    path = wheel.installed_file()
    if path is None:
        raise SystemExit("needs the package: pip install 'entrepot[icio]'")
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake.open(Path(folder) / "lake")
        *load, held = timed(lambda: _held(lake))
    print(f"ours: loading and factors {load[0]:.1f} s ({load[1]:.1f} s of the processor)")
    module, bench = _makers(path)
    asked = scenarios(held.economy.names, count)
    single = [timed(lambda: ours(held, asked[0])), timed(lambda: theirs(module, bench, asked[0]))]
    print(f"one scenario: ours {_said(single[0])}, theirs {_said(single[1])}")
    sweep = [
        timed(lambda: [ours(held, one) for one in asked]),
        timed(lambda: [theirs(module, bench, one) for one in asked[:10]]),
    ]
    each = [sweep[0][1] / count, sweep[1][1] / min(count, 10)]
    print(f"{count} scenarios: ours {_said(sweep[0])}; {min(count, 10)}: theirs {_said(sweep[1])}")
    print(f"a scenario: ours {each[0]:.2f}, theirs {each[1]:.2f} s, ratio {each[1] / each[0]:.1f}")
    pairs = zip(sweep[0][2], sweep[1][2], strict=False)
    worst = max(float(np.abs(a.sum() / b.sum() - 1)) for a, b in pairs)
    print(f"largest difference of the world's loss: {worst:.1e}")


def _held(lake: Lake) -> Network:
    found = economy_of(lake, Period.parse(2022))
    assert isinstance(found, Known), found
    held = network(found.solved, cap=0.98)
    assert held.closeness
    return held


def _makers(path: Path) -> tuple[Any, Any]:
    spec = importlib.util.spec_from_file_location(
        "power_trade_estimation", path.parent.parent / "power_trade_estimation.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module, module.Benchmark(str(path.parent), cache=str(path))


def _said(found: tuple[float, float, Any]) -> str:
    return f"{found[0]:.2f} s ({found[1]:.2f} s of the processor)"


if __name__ == "__main__":
    main()
