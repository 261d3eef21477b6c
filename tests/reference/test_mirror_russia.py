"""EU exports of sanctioned lines to Russia: they end in March 2022, and the check says so."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import entrepot as ep
from entrepot.lake import Lake
from entrepot.model.areas import group
from entrepot.model.period import Period

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.model.columns import Finding

FOLDER = "eurostat_eu_to_rus_neighbours"
BEFORE = [f"{2021 + (at > 12)}-{(at - 1) % 12 + 1:02}" for at in range(3, 15)]
AFTER = ["2022-03", "2022-04", "2022-05"]


@pytest.fixture(scope="module")
def path(shared_data: Path) -> Path:
    return shared_data / FOLDER / "eu_exports_sanctioned_cn8_monthly.parquet"


@pytest.fixture(scope="module")
def lake(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    held = Lake.open(tmp_path_factory.mktemp("russia") / "lake")
    held.add("comext", [path])
    return held


@pytest.fixture(scope="module")
def lines(path: Path) -> pd.DataFrame:
    raw = pd.read_parquet(path, columns=["reporter", "partner", "month", "code", "value_eur"])
    return raw[raw.code.str.len() == 8]


@pytest.fixture(scope="module")
def findings(lake: Lake) -> dict[str, Finding]:
    return {one.rule: one for one in lake.check()}


def test_high_priority_goods_fall_by_more_than_nine_tenths(
    lake: Lake, lines: pd.DataFrame, shared_data: Path
) -> None:
    """Malta reports nothing in March; its trade is not zero, so the others are asked for."""
    members = "+".join(sorted(group("EU").members(Period.parse("2022-03").end) - {"MLT"}))
    asked = {"lake": lake, "source": "comext", "currency": "EUR", "importer": "RUS",
             "goods": "chpl", "valuation": "fob"}  # fmt: skip
    february, march = (
        ep.ask("value", exporter=members, period=month, **asked).value
        for month in ("2022-02", "2022-03")
    )
    listed = pd.read_csv(shared_data / "lists_chpl" / "chpl.csv", dtype=str).hs6_2022
    rows = lines[lines.partner.str.startswith("Russia") & (lines.reporter != "Malta")]
    sums = rows[rows.code.str[:6].isin(listed)].groupby("month").value_eur.sum()
    assert (february, march) == (sums["2022-02"], sums["2022-03"])
    assert march is not None
    assert march < 0.1 * sums["2022-02"]


def test_lines_that_ended_are_those_of_pandas(
    lines: pd.DataFrame, findings: dict[str, Finding]
) -> None:
    """Every month of every line, in a table of months."""
    months = sorted(lines.month.unique())
    table = lines.pivot_table(
        index=["reporter", "partner", "code"], columns="month", values="value_eur",
        aggfunc="sum", fill_value=0.0,
    )[months]  # fmt: skip
    spoken = lines.groupby(["reporter", "month"]).size().unstack(fill_value=0)[months] > 0
    goods = lines.groupby(["code", "month"]).value_eur.max().unstack(fill_value=0)[months] > 0
    count, stake = 0, 0.0
    last = dict.fromkeys(months, 0)
    for at in range(12, len(months) - 2):
        if months[at].endswith("-01"):  # another tariff
            continue
        past, gone = months[at - 12 : at], months[at : at + 3]
        ended = table[
            (table[past].min(axis=1) >= 1e5)
            & (table[past].max(axis=1) <= 10 * table[past].min(axis=1))
            & (table[gone].max(axis=1) == 0)
        ]
        for (reporter, _, code), row in ended.iterrows():
            if spoken.loc[reporter, gone].all() and goods.loc[code, gone].all():
                count += 1
                stake += row[past].sum()
                last[months[at]] += 1
    finding = findings["vanished-line"]
    assert finding.count == count == 210
    assert max(last, key=lambda month: last[month]) in ("2022-03", "2022-04", "2022-05")
    assert f"EUR {stake / 1e9:.2f} bn" in finding.text.replace("\u00a0", " ")


def test_the_largest_is_a_chip(lines: pd.DataFrame, findings: dict[str, Finding]) -> None:
    finding = findings["vanished-line"]
    words = finding.example.replace("\u00a0", " ")
    assert words == "NLD exports RUS 85423190: EUR 280 m in 12 months before 2022-03"
    line = lines[
        (lines.reporter == "Netherlands") & lines.partner.str.startswith("Russia")
        & (lines.code == "85423190")
    ].set_index("month").value_eur  # fmt: skip
    assert line[BEFORE].sum() == pytest.approx(280e6, rel=2e-3)
    assert not set(AFTER) & set(line.index)


def test_months_with_the_value_of_the_month_before(
    lines: pd.DataFrame, findings: dict[str, Finding]
) -> None:
    months = sorted(lines.month.unique())
    table = lines.set_index(["reporter", "partner", "code", "month"]).value_eur.unstack()[months]
    same = sum(
        int(((table[old] == table[new]) & (table[new] >= 1e5) & (table[new] % 1000 != 0)).sum())
        for old, new in pairwise(months)
        if not new.endswith("-01")
    )
    assert findings["carried-over"].count == same == 60
