"""`ask cutoff` on Comtrade's reports of 2022 on 31 products, against plain Python from the file.

These codes have the same goods in all editions, so that ProTEE's numbers are taken as they are.
"""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING, Any

import pytest
from cutoff_plain import bought_after, worth

import entrepot as ep
from entrepot.figures.reconcile import reconcile_lake
from entrepot.lake import Lake, fetch
from entrepot.model.areas import areas, by_code

if TYPE_CHECKING:
    from pathlib import Path

MAGNETS = "850511"
TABLES = ("HS 2012 to HS 2007*", "HS 2017 to HS 2012*", "HS 2022 to HS 2017*")
DIVERT, PARTS, LEAST = (0.0, 0.05, 0.10, 0.25), (0.1, 0.3, 1.0), 1.25

Sales = dict[str, dict[str, float]]
"""What each exporter sells of one product to each importer, USD."""


@pytest.fixture(scope="module")
def lake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    found = Lake.open(tmp_path_factory.mktemp("cutoff") / "lake")
    folder = shared_data / "comtrade_baci_2022_31hs6"
    found.add("comtrade", [folder / "comtrade_2022.csv.gz"], nomenclature="HS2022")
    found.add("elasticities", [shared_data / "elasticities" / "ProTEE_0_1.csv"])
    for name in TABLES:
        found.add("concordance", list((shared_data / "hs_concordance").glob(name)))
    reconcile_lake(found, source="comtrade", goods=MAGNETS)
    return found


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> dict[tuple[str, str], Sales]:
    """By flow and product; the largest row of a cell is its total, and nobody sells to itself."""
    iso = {int(code): name for code, name in by_code("comtrade").items() if code.isdigit()}
    cells: dict[tuple[str, str, str, str], float] = {}
    path = shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["partner"] == "0":
                continue
            here, there = (iso[int(row[name])] for name in ("reporter", "partner"))
            seller, buyer = (here, there) if row["flow"] == "X" else (there, here)
            key = (row["flow"], row["cmd"].zfill(6), seller, buyer)
            cells[key] = max(cells.get(key, 0.0), float(row["value"]))
    found: dict[tuple[str, str], Sales] = {}
    for (flow, product, seller, buyer), value in cells.items():
        if seller != buyer and value > 0:
            found.setdefault((flow, product), {}).setdefault(seller, {})[buyer] = value
    return found


@pytest.fixture(scope="module")
def elasticity(shared_data: Path) -> dict[str, float | None]:
    """Of each code of HS2007 its own; where that is not significant, the average that is there."""
    path = shared_data / "elasticities" / "ProTEE_0_1.csv"
    with path.open(encoding="utf-8") as file:
        return {
            row["HS6"]: -float(row["sigma"]) if row["sigma"] else None
            for row in csv.DictReader(file)
        }


def special() -> set[str]:
    return {one.code for one in areas() if one.kind in ("special", "aggregate")}


def after(sales: Sales, buyer: str, divert: float) -> tuple[dict[str, float], dict[str, float]]:
    """Return what each sells to the buyer before and after China stops."""
    before = {one: to[buyer] for one, to in sales.items() if buyer in to and one != buyer}
    still = special()
    most = {
        one: 0.0
        if one == "CHN"
        else value + (0.0 if one in still else divert * (sum(sales[one].values()) - value))
        for one, value in before.items()
    }
    return before, bought_after(before, most)


def ask(lake: Lake, **keys: Any) -> ep.Figure:
    given: dict[str, Any] = {"exporter": "CHN", "period": 2022, "source": "comtrade"}
    return ep.ask("cutoff", lake=lake, **given | keys)


def losses_of(
    sales: Sales, buyer: str, sigma: float
) -> tuple[dict[tuple[float, float], float], dict[float, float]]:
    """Return what is lost at each point of the grid, and what stays unmet."""
    losses, unmet = {}, {}
    for divert in DIVERT:
        before, then = after(sales, buyer, divert)
        unmet[divert] = 1 - sum(then.values()) / sum(before.values())
        for part in PARTS:
            losses[divert, part] = 1 - worth(before, then, max(LEAST, part * sigma))
    return losses, unmet


@pytest.mark.parametrize(
    ("buyer", "voice"),
    [("DEU", "importer"), ("IND", "importer"), ("TUR", "importer"), ("RUS", "exporter")],
)
def test_magnets(
    lake: Lake,
    raw: dict[tuple[str, str], Sales],
    elasticity: dict[str, float | None],
    buyer: str,
    voice: str,
) -> None:
    figure = ask(lake, importer=buyer, goods=MAGNETS, reported_by=voice)
    sales = raw["M" if voice == "importer" else "X", MAGNETS]
    sigma = elasticity[MAGNETS]
    assert sigma is not None
    losses, unmet = losses_of(sales, buyer, sigma)
    assert figure.value == pytest.approx(losses[0.1, 0.3], rel=1e-9)
    told = figure.details
    ends = figure.spread["errors"] if figure.spread else (figure.low, figure.high)
    assert ends == pytest.approx((min(losses.values()), max(losses.values())), rel=1e-9)
    assert told["unmet_share"] == pytest.approx(unmet[0.1], abs=1e-9)
    assert told["unmet_share_low"] == pytest.approx(min(unmet.values()), abs=1e-9)
    assert told["unmet_share_high"] == pytest.approx(max(unmet.values()), rel=1e-9)
    before, then = after(sales, buyer, 0.1)
    assert told["bill_usd"] == pytest.approx(sum(before.values()), rel=1e-12)
    assert told["stopped_usd"] == pytest.approx(before["CHN"], rel=1e-12)
    assert told["shadow_price"] == pytest.approx(1 / (1 - losses[0.1, 0.3]), rel=1e-6)
    [row] = figure.table
    assert (row["sigma_is"], row["critical"]) == ("heading average", unmet[0.1] > 0.5)
    rows = ask(lake, importer=buyer, goods=MAGNETS, reported_by=voice, by="exporter").table
    more = {one: then[one] - before[one] for one in before}
    assert {row["exporter"]: row["more_usd"] for row in rows} == pytest.approx(
        more, rel=1e-9, abs=1e-3
    )


@pytest.mark.parametrize("buyer", ["RUS", "DEU"])
def test_one_value_of_both_reports(
    lake: Lake, elasticity: dict[str, float | None], buyer: str
) -> None:
    columns = ("exporter", "importer", "product", "value_usd")
    sales: Sales = {}
    for seller, to, product, value in fetch(lake.flows("reconciled").select(*columns)):
        if product == MAGNETS and seller != to and value:
            sales.setdefault(seller, {})[to] = sales.get(seller, {}).get(to, 0.0) + value
    sigma = elasticity[MAGNETS]
    assert sigma is not None
    figure = ask(lake, importer=buyer, goods=MAGNETS, source=None)
    assert figure.definition.source == "reconciled"
    losses, unmet = losses_of(sales, buyer, sigma)
    assert figure.value == pytest.approx(losses[0.1, 0.3], rel=1e-9)
    assert figure.details["unmet_share"] == pytest.approx(unmet[0.1], abs=1e-9)


def test_goods_that_nobody_delivered_are_refused_and_so_it_says(lake: Lake) -> None:
    """None of the 31 products is on the list: that is no finding about trade."""
    figure = ask(lake, importer="RUS", goods="chpl", source=None)
    assert figure.status == "insufficient_data"
    assert figure.reason is not None
    assert "comtrade has 31 product codes in 2022, none of them of chpl" in figure.reason
    assert "Russia did not report to comtrade" in figure.reason
    # A product that was delivered, and that China did not sell to Turkey.
    other = ask(lake, importer="TUR", goods="260200")
    assert "records no 260200 from China to Turkey" in str(other.reason)


def test_what_was_not_reconciled_is_not_taken_for_nothing(lake: Lake) -> None:
    figure = ask(lake, importer="DEU", goods="810411", source="reconciled")
    assert figure.reason == (
        "none of 810411 was reconciled, but the loaded sources have reports of 810411; run "
        "entrepot reconcile again, for all goods"
    )
    assert ask(lake, importer="DEU", goods="810411").value is not None
