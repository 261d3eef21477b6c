"""The installed table for 2022: against printed sums, identities, and NumPy on the raw arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from entrepot.engine import connect
from entrepot.figures import Definition, Figure, definition, inputs
from entrepot.figures.evaluate import figure_of
from entrepot.lake import Lake
from entrepot.model.areas import known_areas
from entrepot.sources.icio import wheel
from entrepot.sources.icio.parse import rows, tables
from entrepot.sources.icio.sectors import sectors
from entrepot.sources.icio.wheel import KNOWN
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.unpack import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

pytestmark = pytest.mark.skipif(
    wheel.installed_file() is None, reason="needs the package sanction-simulator (extra icio)"
)

Block = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def path() -> Path:
    found = wheel.installed_file()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def raw(path: Path) -> dict[str, Block]:
    with np.load(path) as held:
        return {name: held[name] for name in held.files}


@pytest.fixture(scope="module")
def flows(raw: dict[str, Block]) -> Block:
    """Inputs in million USD by made, seller, used, buyer: as the makers multiply, cut as they cut.

    No code of ours: what was cut is missing here, 0.0002 % of any total below.
    """
    wide = raw["A"] * (raw["omb"] * raw["go"])
    count = (len(raw["sectors"]), len(raw["countries"]))
    return wide.reshape(*count, *count)


@pytest.fixture(scope="module")
def stored(path: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyRelation:
    scratch = tmp_path_factory.mktemp("scratch")
    [delivery] = tables(RawFile(path, path.name), scratch, FileOptions())
    return rows(connect(), delivery).relation


def place(raw: dict[str, Block], area: str) -> int:
    return int(np.flatnonzero(raw["countries"] == area)[0])


def ask(lake: Lake, measure: str, **keys: Any) -> Figure:
    asked = {"goods": "inputs", "period": 2022} | keys
    question = Definition.build(measure, **asked)
    return figure_of(
        question,
        {inputs.SOURCE: inputs.answer(question, lake, question.source or inputs.SOURCE)},
        lake,
    )


def test_it_is_the_file_we_know(path: Path, raw: dict[str, Block]) -> None:
    assert KNOWN[sha256_of(path)] == 2022
    assert list(raw["sectors"]) == list(sectors())
    assert set(raw["countries"]) <= known_areas().keys()
    assert raw["A"].shape == (4000, 4000)


def test_shares_of_inputs_add_up_to_one(raw: dict[str, Block]) -> None:
    sums = raw["A"].sum(axis=0)
    assert np.allclose(sums[sums > 0], 1, atol=1e-9)
    assert int((sums > 0).sum()) == 3879
    assert raw["A"].min() == 0


def test_output_and_inputs_against_printed_totals(raw: dict[str, Block]) -> None:
    """World output USD 199.69 tn and inputs 103.41, as two who read 2022_SML.csv print them.

    Both hold the rest of the world, which is not here, so ours are a little less.
    """
    assert 0.95 < raw["go"].sum() / 199.69e6 < 1
    assert 0.95 < (raw["omb"] * raw["go"]).sum() / 103.41e6 < 1
    assert int((raw["omb"] >= 0.98).sum()) == 2


def test_every_row_adds_up_and_every_cell_is_on_the_printed_grid() -> None:
    held = wheel.installed()
    assert held is not None
    table = held.table
    everybody = np.arange(4000)
    worst = 0.0
    for start in range(0, 4000, 400):
        some = everybody[start : start + 400]
        exact = table.coefficients[some] * table.output * 1e4
        worst = max(worst, float(np.abs(exact - np.rint(exact)).max()))
    assert worst < 1e-4  # of the last decimal that the OECD prints


def test_the_stored_rows_are_the_table(
    stored: duckdb.DuckDBPyRelation, flows: Block, raw: dict[str, Block]
) -> None:
    """Sums by pair of countries, all of them, against plain NumPy."""
    found = stored.aggregate(
        "exporter, importer, sum(value_usd), count(*), min(value_usd)"
    ).fetchall()
    by_pair = flows.sum(axis=(0, 2)) * 1e6
    assert sum(row[3] for row in found) == int((flows > 0).sum()) == 9_808_535
    assert min(row[4] for row in found) == 100.0
    assert len(found) == int((by_pair > 0).sum())
    cut = {"ISL", "CYP"}
    for seller, buyer, usd, *_ in found:
        plain = by_pair[place(raw, seller), place(raw, buyer)]
        assert usd == pytest.approx(plain, rel=0.2 if buyer in cut else 1e-6, abs=1e4)
    total = sum(row[2] for row in found)
    assert total == pytest.approx(by_pair.sum(), rel=1e-6)
    assert total > by_pair.sum()  # what was cut off was put back


@pytest.mark.parametrize(
    ("buyer", "seller"), [("DEU", "CHN"), ("CHN", "DEU"), ("USA", "CHN"), ("RUS", "CHN")]
)
def test_figures_against_numpy(
    flows: Block, raw: dict[str, Block], tmp_path: Path, buyer: str, seller: str
) -> None:
    lake = Lake.open(tmp_path / "nothing")
    b, s = place(raw, buyer), place(raw, seller)
    bought = flows[:, :, :, b].sum(axis=(0, 2))
    abroad = bought.sum() - bought[b]
    sold = flows[:, s].sum(axis=(0, 1))
    away = sold.sum() - sold[s]
    pair = {"importer": buyer, "exporter": seller}
    found = {m: ask(lake, m, **pair) for m in ("value", "import_share", "export_share")}
    assert found["value"].value == pytest.approx(bought[s] * 1e6, rel=1e-6)
    assert found["import_share"].value == pytest.approx(bought[s] / abroad, rel=1e-6)
    assert found["export_share"].value == pytest.approx(bought[s] / away, rel=1e-6)
    parts = np.delete(bought, b) / abroad
    hhi = ask(lake, "hhi", importer=buyer)
    assert hhi.value == pytest.approx(float((parts**2).sum()), rel=1e-6)
    goods = np.array([sector.makes_goods for sector in sectors().values()])
    made = np.array([sector.is_manufacturing for sector in sectors().values()])
    kept = flows[goods][:, :, made, b].sum(axis=(0, 2))
    assert found["import_share"].specifications is not None
    way = {"total": "inputs bought abroad", "inputs": "goods", "buyers": "manufacturing"}
    way["territory"] = definition.territory(found["import_share"].definition)
    [one] = [
        item.value
        for item in found["import_share"].specifications.items
        if way.items() <= item.choices.items()
    ]
    assert one == pytest.approx(kept[s] / (kept.sum() - kept[b]), rel=1e-6)


def test_magnitudes_known_from_elsewhere(raw: dict[str, Block], flows: Block) -> None:
    """Wide bounds, from memory of national accounts and trade statistics of 2022, in bn USD.

    Output: China about 45,000 (GDP 18,000 times two and a half), the United States about 45,000.
    China's exports of goods to Germany were about 200 in German customs, of which inputs are two
    fifths; Russia's sales to China, mostly oil, gas and coal, 114.
    """
    output = raw["go"].reshape(50, 80).sum(axis=0) / 1e3
    assert 40_000 < output[place(raw, "CHN")] < 50_000
    assert 40_000 < output[place(raw, "USA")] < 50_000
    pairs = flows.sum(axis=(0, 2)) / 1e3
    assert 60 < pairs[place(raw, "CHN"), place(raw, "DEU")] < 110
    assert 75 < pairs[place(raw, "RUS"), place(raw, "CHN")] < 115
