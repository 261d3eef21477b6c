"""Value-added origin on the installed table for 2022: identities, and sums without any inverse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from entrepot.figures import ask
from entrepot.figures.value_added import Known, economy_of
from entrepot.lake import Lake
from entrepot.measures.origin import value_added_origin
from entrepot.model.period import Period
from entrepot.sources.icio import wheel

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    wheel.installed_file() is None, reason="needs the package sanction-simulator (extra icio)"
)

Block = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake.open(tmp_path_factory.mktemp("nothing") / "lake")


@pytest.fixture(scope="module")
def known(lake: Lake) -> Known:
    found = economy_of(lake, Period.parse(2022))
    assert isinstance(found, Known)
    return found


@pytest.fixture(scope="module")
def raw() -> dict[str, Block]:
    path: Path | None = wheel.installed_file()
    assert path is not None
    with np.load(path) as held:
        return {name: held[name] for name in held.files}


def test_round_after_round_of_inputs(known: Known, raw: dict[str, Block]) -> None:
    """What electronics for Russia need, what that needs, and so on: a sum, on the raw arrays.

    Inputs that cross the border of the flow are left out. The makers' cut of two columns, of
    Iceland and Cyprus, is kept here: it makes their own value added a little larger, and
    moves the sixth digit of those that sell to them.
    """
    rates = raw["A"] * raw["omb"]
    area = np.tile(raw["countries"], len(raw["sectors"]))
    sector = np.repeat(raw["sectors"], len(raw["countries"]))
    sellers, buyers = (area == "CHN") & (sector == "C26"), area == "RUS"
    flow = np.where(sellers, (rates * raw["go"])[:, buyers].sum(axis=1), 0)
    added = 1 - rates.sum(axis=0)
    rates[np.ix_(sellers, buyers)] = 0
    behind, more = flow.copy(), flow
    for _ in range(250):
        more = rates @ more
        behind += more
    found = value_added_origin(known.solved, ["CHN"], ["RUS"], made=["C26"])
    assert found.gross == pytest.approx(flow.sum(), rel=1e-12)
    for place, name in enumerate(found.names):
        close = 1e-3 if name in ("ISL", "CYP") else 1e-5
        assert found.once[place] == pytest.approx((added * behind)[area == name].sum(), rel=close)
    assert found.lost.sum() == pytest.approx(behind.sum(), rel=1e-6)


def test_parts_add_up_for_every_exporter(known: Known) -> None:
    for name in known.solved.economy.names[::9]:
        found = value_added_origin(known.solved, [name], perimeter="exporter")
        assert (found.once + found.again).sum() == pytest.approx(found.gross, rel=1e-11)
        assert found.once.min() > -1e-6 * found.gross
        assert found.again.min() > -1e-9 * found.gross


def test_the_figure_is_the_measure(lake: Lake, known: Known) -> None:
    keys = {"importer": "RUS", "exporter": "CHN", "goods": "inputs:C26", "period": 2022}
    found = ask("origin", lake=lake, **keys)
    one = value_added_origin(known.solved, ["CHN"], ["RUS"], made=["C26"])
    assert found.value == one.foreign_share
    assert found.details["gross_usd"] == pytest.approx(
        ask("value", lake=lake, **keys).required(), rel=1e-7
    )
    assert found.table[0]["origin"] == "CHN"
    assert sum(row["share"] for row in found.table) == pytest.approx(
        (one.dva + one.fva) / one.gross, rel=1e-12
    )
