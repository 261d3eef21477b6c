"""Goods by the share of one supplier, and how concentrated buyers are, against pandas."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: world
nomenclature: HS2022
level: 6
reported_by: both
valuation: FOB
columns:
  year: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""
CODES = ("854231", "848210", "850511", "280530", "271111")
LEADS = {("CHN", "850511"): 900, ("CHN", "280530"): 900, ("HKG", "848210"): 600}
AREAS = ("CHN", "HKG", "DEU", "RUS", "USA", "JPN")


def rows() -> pd.DataFrame:
    """Return a world in which China has much of some goods and nothing of others."""
    draw = random.Random(26)
    return pd.DataFrame(
        [
            (2022, seller, buyer, code, round(draw.uniform(1, 100) + lead, 2))
            for seller in AREAS
            for buyer in AREAS
            for code in CODES
            if seller != buyer and not (seller == "CHN" and code == "271111")
            for lead in [LEADS.get((seller, code), 0)]
        ],
        columns=["year", "seller", "buyer", "code", "value"],
    )


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder: Path = tmp_path_factory.mktemp("goods")
    file = folder / "world.csv"
    rows().to_csv(file, index=False)
    found = Lake.open(folder / "lake")
    found.add("table", [file], mapping=MAP)
    return found


def _shares(sellers: set[str]) -> pd.DataFrame:
    bought = rows().query("buyer == 'DEU'")
    part = bought[bought.seller.isin(sellers)].groupby("code").value.sum()
    whole = bought.groupby("code").value.sum()
    found = pd.DataFrame({"part": part, "whole": whole}).fillna(0.0)
    return found.assign(share=found.part / found.whole)


def test_goods_are_listed_by_the_share_of_a_supplier(lake: Lake) -> None:
    keys: dict[str, Any] = {
        "importer": "DEU",
        "goods": ",".join(CODES),
        "period": 2022,
        "lake": lake,
    }
    figure = ep.ask("reliant_goods", exporter="CHN", **keys)
    expected = _shares({"CHN"})
    most = expected[expected.share >= 0.5]
    assert figure.value == pytest.approx(most.whole.sum() / expected.whole.sum())
    assert figure.details["reliant_products"] == len(most) == 2
    assert figure.details["products"] == len(CODES)
    ranked = expected[expected.part > 0].sort_values("share", ascending=False)
    assert [row["product"] for row in figure.table] == list(ranked.index)
    assert [row["share"] for row in figure.table] == pytest.approx(list(ranked.share))
    with_hong_kong = _shares({"CHN", "HKG"})
    most = with_hong_kong[with_hong_kong.share >= 0.5]
    assert len(most) == 3
    assert figure.high == pytest.approx(most.whole.sum() / with_hong_kong.whole.sum())


def test_buyers_are_as_concentrated_as_in_pandas(lake: Lake) -> None:
    asked = {"exporter": "CHN", "goods": "850511", "period": 2022, "source": "table.world"}
    figure = ep.ask("buyer_hhi", lake=lake, **asked)
    sold = rows().query("seller == 'CHN' and code == '850511'").groupby("buyer").value.sum()
    expected = float(((sold / sold.sum()) ** 2).sum())
    assert figure.value == pytest.approx(expected)
    assert figure.details["effective_buyers"] == pytest.approx(1 / expected)
    assert figure.details["buyers"] == len(sold)
    assert [row["importer"] for row in figure.table] == list(
        sold.sort_values(ascending=False).index
    )


@pytest.mark.filterwarnings("ignore::entrepot.errors.AbsentAreaWarning")
def test_without_goods_there_is_no_part() -> None:
    frame = pd.DataFrame({"exporter": ["USA"], "product": ["854231"], "value_usd": [0.0]})
    found = ep.measures.reliant_goods(frame, exporter="CHN")
    assert found["reliant_goods"].isna().all()
    assert list(found["products"]) == [0]
