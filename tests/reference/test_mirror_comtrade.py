"""31 ores and metals of 2022 as reported to UN Comtrade: hidden trade, cell by cell with pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from entrepot.figures.mirror import mirror_gap_findings
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.model.columns import Finding

CELL = ["exporter", "importer", "cmd"]


@pytest.fixture(scope="module")
def path(shared_data: Path) -> Path:
    return shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"


@pytest.fixture(scope="module")
def lake(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    held = Lake.open(tmp_path_factory.mktemp("comtrade") / "lake")
    held.add("comtrade", [path], nomenclature="HS2022")
    return held


@pytest.fixture(scope="module")
def found(lake: Lake) -> dict[str, Finding]:
    return {one.rule: one for one in (*lake.check(), *mirror_gap_findings(lake))}


@pytest.fixture(scope="module")
def told(path: Path) -> pd.DataFrame:
    """Reports of single partners, the largest row of a cell being its total; areas by number."""
    rows = pd.read_csv(path, dtype={"cmd": str})
    rows = rows[(rows.partner != 0) & (rows.partner != rows.reporter)]
    sums = rows.groupby(["reporter", "partner", "cmd", "flow"])[["value", "netwgt"]].max()
    return sums.reset_index()


@pytest.fixture(scope="module")
def both(told: pd.DataFrame) -> pd.DataFrame:
    """Cells whose exporter reports exports and importer imports, zero where it has none."""
    sold = told[told.flow == "X"].rename(columns={"reporter": "exporter", "partner": "importer"})
    bought = told[told.flow == "M"].rename(columns={"partner": "exporter", "reporter": "importer"})
    cells = pd.merge(
        sold.set_index(CELL).value.rename("out"), bought.set_index(CELL).value.rename("into"),
        how="outer", left_index=True, right_index=True,
    ).fillna(0).reset_index()  # fmt: skip
    return cells[cells.exporter.isin(sold.exporter) & cells.importer.isin(bought.importer)]


def money(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [("lost-in-transit", "out", "into"), ("missing-export", "into", "out")],
)
def test_goods_that_one_side_hides(
    both: pd.DataFrame, found: dict[str, Finding], rule: str, one: str, other: str
) -> None:
    large = both[both[["out", "into"]].max(axis=1) >= 1e6]
    odd = large[(large[one] >= 1e6) & (large[one] >= 10 * large[other])]
    finding = found[rule]
    assert finding.count == len(odd) > 700
    assert finding.text.startswith(f"{len(odd):,} of {len(large):,} goods")
    stake = (odd[one] - odd[other]).sum()
    assert f"USD {stake / 1e9:.1f} bn in all" in money(finding.text)
    largest = odd.loc[(odd[one] - odd[other]).idxmax()]
    assert f"{largest.cmd}: " in finding.example


def test_flows_that_differ_by_a_factor_of_two(
    both: pd.DataFrame, found: dict[str, Finding]
) -> None:
    flows = both.groupby(["exporter", "importer"])[["out", "into"]].sum()
    large = flows[flows.max(axis=1) >= 1e7]
    apart = large[(large.out >= 2 * large.into) | (large.into >= 2 * large.out)]
    finding = found["mirror-gap"]
    assert finding.count == len(apart) > 500
    assert finding.text.startswith(f"{len(apart):,} of {len(large):,} flows")
    stake = (apart.out - apart.into).abs().sum()
    assert f"USD {stake / 1e9:.3g} bn in all" in money(finding.text)


def test_copper_is_sold_where_it_does_not_land(both: pd.DataFrame) -> None:
    """The example of the page: the Congo (180) to Singapore (702), and Korea (410) from it."""
    copper = both[both.cmd == "740311"].set_index(["exporter", "importer"])
    assert (round(copper.out[180, 702] / 1e9, 2), copper.into[180, 702]) == (1.10, 0)
    assert (copper.out[180, 410], round(copper.into[180, 410] / 1e6)) == (0, 841)


def test_how_far_two_reports_are_apart(both: pd.DataFrame) -> None:
    """What the page says of cells that both tell."""
    cells = both[
        (both[["out", "into"]].max(axis=1) >= 1e6) & (both[["out", "into"]] > 0).all(axis=1)
    ]
    gap = np.exp(np.abs(np.log(cells.out / cells.into)))
    assert gap.quantile([0.5, 0.75]).round(1).tolist() == [1.7, 5.5]


def test_prices_far_from_all_others(lake: Lake, found: dict[str, Finding]) -> None:
    rows = lake.flows("comtrade").collect("pandas").to_native()
    assert not rows.is_estimated.fillna(False).any()
    rows = rows[(rows.value_usd >= 1e5) & (rows.mass_kg >= 100)]
    rows = rows.assign(price=np.log(rows.value_usd / rows.mass_kg))
    kind = [rows.reported_by, rows["product"]]
    groups = rows.price.groupby(kind)
    off = (rows.price - groups.transform("median")).abs()
    spread = 1.4826 * off.groupby(kind).transform("median")
    far = off > np.maximum(7 * spread.clip(lower=0.1), np.log(10))
    odd = rows[far & (groups.transform("size") >= 30)]
    finding = found["odd-price"]
    assert finding.count == len(odd)
    assert 0.006 < len(odd) / len(rows) < 0.008
    assert f"USD {odd.value_usd.sum() / 1e6:.0f} m" in money(finding.text)
