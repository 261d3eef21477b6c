"""Why shares changed, on real data: Russia's imports by partner, China's exports by product."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import entrepot as ep
from frame_kinds import MAKE, one, rows_of

if TYPE_CHECKING:
    from pathlib import Path

CAUSES = (
    "from_supplier",
    "from_others",
    "from_exits",
    "from_entries",
    "from_basket",
    "from_edition",
)
# Codes of HS2017 that other codes took over in part in 2022.
SPLIT = ("901380", "852990", "852580", "880330", "854890")


@pytest.fixture(scope="module")
def partners(shared_data: Path) -> pa.Table:
    path = shared_data / "imf_imts_russia" / "RU_trade.csv"
    rows = []
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            name = row["COUNTERPART_COUNTRY.ID"]
            if row["INDICATOR.ID"] == "MG_CIF_USD" and len(name) == 3 and name.isalpha():
                for year in range(2016, 2025):
                    value = float(row[str(year)]) * 1e6 if row[str(year)] else None
                    rows.append({"period": year, "exporter": name, "value_usd": value})
    return pa.Table.from_pylist(rows)


@pytest.fixture(scope="module")
def exports(baci_csv: Path, shared_data: Path) -> pa.Table:
    path = shared_data / "lists_chpl" / "chpl.csv"
    with path.open(encoding="utf-8") as file:
        listed = {
            row["hs6_2022"] for row in csv.DictReader(file) if row["code_exists_in_hs2017"] == "yes"
        } | {"854890", "852580", "880330"}
    assert len(listed) == 47
    rows = []
    with baci_csv.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            code = row["k"].zfill(6)
            if row["i"] == "156":
                rows.append(
                    {
                        "period": int(row["t"]),
                        "heading": code[:4],
                        "kind": "priority" if code in listed else "other",
                        "split": code in SPLIT,
                        "value_usd": float(row["v"]) * 1000,
                    }
                )
    return pa.Table.from_pylist(rows)


def test_china_in_russias_imports(partners: pa.Table) -> None:
    """24.8, 34.3 and 45.2 per cent, as published; the causes from four sums and four logarithms."""
    sums: dict[tuple[int, bool], float] = {}
    for row in partners.to_pylist():
        key = (row["period"], row["exporter"] == "CHN")
        sums[key] = sums.get(key, 0.0) + (row["value_usd"] or 0.0)
    published = {2021: 24.8, 2022: 34.3, 2023: 45.2}
    for base, period in ((2021, 2022), (2022, 2023), (2021, 2023)):
        (row,) = rows_of(
            ep.measures.change_of_share(partners, exporter="CHN", period=period, base=base, by=[])
        )
        assert 100 * row["share_base"] == pytest.approx(published[base], abs=0.1)
        assert 100 * row["share"] == pytest.approx(published[period], abs=0.1)
        own = math.log(sums[period, True] / sums[base, True])
        others = math.log(sums[period, False] / sums[base, False])
        assert row["from_supplier"] == pytest.approx(row["change"] * own / (own - others))
        left = row["from_others"] + row["from_exits"] + row["from_entries"]
        assert left == pytest.approx(-row["change"] * others / (own - others))
        assert math.fsum(row[cause] for cause in CAUSES) == pytest.approx(row["change"], abs=1e-14)


def test_one_partner_among_the_others_cannot_be(partners: pa.Table) -> None:
    """What stands out by partner: Uganda, by more than every other partner but China."""
    found = rows_of(
        ep.measures.growth_contribution(partners.filter(
            pc.is_valid(partners["value_usd"])
        ), of="exporter", period=2023, base=2021)
    )  # fmt: skip
    largest = sorted(found, key=lambda row: -row["contribution"])[:2]
    assert [row["exporter"] for row in largest] == ["CHN", "UGA"]
    assert largest[1]["value_base"] == pytest.approx(24e6, rel=0.01)
    assert largest[1]["value"] == pytest.approx(12.15e9, rel=0.01)
    rest = partners.filter(pc.not_equal(partners["exporter"], "UGA"))
    (row,) = rows_of(
        ep.measures.change_of_share(rest, exporter="CHN", period=2023, base=2021, by=[])
    )
    assert 100 * row["share"] == pytest.approx(47.4, abs=0.05)
    values = {(row["exporter"], row["period"]): row["value_usd"] for row in partners.to_pylist()}
    best = max(value or 0 for (name, _), value in values.items() if name == "DEU")
    assert best == pytest.approx(values["UGA", 2024], rel=0.02)


@pytest.mark.parametrize("method", ["shift_share", "divisia"])
def test_high_priority_goods_in_what_china_sells(exports: pa.Table, method: Any) -> None:
    """5,321 of 69,600 and 5,243 of 110,000 USD m: the part fell though the goods hardly did."""
    asked: dict[str, Any] = {
        "exporter": "priority", "supplier": "kind", "product": "heading", "mark": "split",
        "period": 2023, "base": 2021, "by": [], "method": method,
    }  # fmt: skip
    row = one(ep.measures.change_of_share(MAKE["duckdb"](exports), **asked))
    assert row["share_base"] == pytest.approx(5321 / 69_600, rel=0.002)
    assert row["share"] == pytest.approx(5243 / 110_000, rel=0.002)
    assert math.fsum(row[cause] for cause in CAUSES) == pytest.approx(row["change"], abs=1e-13)
    products = rows_of(
        ep.measures.change_of_share(MAKE["duckdb"](exports), per_product=True, **asked)
    )
    for cause in CAUSES:
        assert math.fsum(p[cause] for p in products) == pytest.approx(row[cause], abs=1e-12)
    # What is left of each heading's shares, by hand, for the headings without a split code.
    totals: dict[tuple[int, str, str], float] = {}
    for line in exports.to_pylist():
        if line["period"] in (2021, 2023):
            key = (line["period"], line["heading"], line["kind"])
            totals[key] = totals.get(key, 0.0) + line["value_usd"]
    marked = {code[:4] for code in SPLIT}
    whole = {
        year: math.fsum(value for (at, _, _), value in totals.items() if at == year)
        for year in (2021, 2023)
    }
    within = 0.0
    for heading in {heading for _, heading, _ in totals} - marked:
        made = {
            year: [totals.get((year, heading, kind), 0.0) for kind in ("priority", "other")]
            for year in (2021, 2023)
        }
        if all(sum(some) for some in made.values()):
            shares = [some[0] / sum(some) for some in made.values()]
            weight = sum(sum(some) / whole[year] for year, some in made.items()) / 2
            within += weight * (shares[1] - shares[0])
    found = row["from_supplier"] + row["from_others"]
    margin = 1e-12 if method == "shift_share" else 0.001
    assert found == pytest.approx(within, abs=margin)
    # Cars and lorries came into the basket, and two codes lost their trade to new ones.
    assert row["from_basket"] < -0.01
    assert row["from_edition"] < -0.01
    assert abs(found) < 0.005
