"""Measures that ask puts to the lake, against plain Python over the rows that were written."""

from __future__ import annotations

import math
import random
import statistics
from typing import Any

import pytest

import entrepot as ep
from entrepot.errors import RequestError
from entrepot.figures.questions import QUESTIONS
from entrepot.lake import Lake
from made_comtrade import row, text_of

AREAS = {156: "CHN", 344: "HKG", 276: "DEU", 643: "RUS", 792: "TUR", 51: "ARM"}
CODES = ("854231", "848210", "845710", "901320")
Cell = tuple[int, str, str, str]


def _made() -> dict[Cell, tuple[float, float]]:
    """Return value and kilograms by year, seller, buyer and code, as importers tell them."""
    draw = random.Random(11)
    found = {}
    for year in (2021, 2022):
        for seller in AREAS.values():
            for buyer in AREAS.values():
                for code in CODES:
                    if seller == buyer or draw.random() < 0.1:
                        continue
                    value = round(draw.lognormvariate(9, 1), 2)
                    found[year, seller, buyer, code] = (value, round(value / draw.uniform(5, 9), 2))
    return found


MADE = _made()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("questions")
    number = {name: code for code, name in AREAS.items()}
    rows = [
        row(value, reporter=number[buyer], partner=number[seller], product=code, edition="H5")
        | {"period": year, "netWgt": mass}
        for (year, seller, buyer, code), (value, mass) in MADE.items()
    ]
    # Sellers tell exactly the same, so that no other report stands beside it.
    rows += [
        row(
            value,
            flow="X",
            reporter=number[seller],
            partner=number[buyer],
            product=code,
            edition="H5",
        )
        | {"period": year, "netWgt": mass}
        for (year, seller, buyer, code), (value, mass) in MADE.items()
    ]
    file = folder / "reports.csv"
    file.write_text(text_of(rows))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])
    return lake


GOODS = ",".join(CODES)


def ask(lake: Lake, measure: str, **keys: Any) -> ep.Figure:
    asked: dict[str, Any] = {"importer": "RUS", "goods": GOODS, "period": 2022} | keys
    return ep.ask(measure, lake=lake, **asked)


def total(year: int, seller: str | None = None, buyer: str | None = None, what: int = 0) -> float:
    return sum(
        cell[what]
        for (when, one, other, _), cell in MADE.items()
        if when == year and seller in (None, one) and buyer in (None, other)
    )


def test_the_largest_supplier(lake: Lake) -> None:
    shares = sorted(
        ((total(2022, one, "RUS") / total(2022, None, "RUS"), one) for one in AREAS.values()),
        reverse=True,
    )
    figure = ask(lake, "top_supplier")
    assert figure.value == pytest.approx(shares[0][0])
    assert figure.details["top_supplier"] == shares[0][1]
    assert figure.details["lead"] == pytest.approx(shares[0][0] - shares[1][0])


def test_rank_and_multiple(lake: Lake) -> None:
    bought = sorted((total(2022, "CHN", one) for one in AREAS.values()), reverse=True)
    figure = ask(lake, "rank", exporter="CHN")
    mine = total(2022, "CHN", "RUS")
    assert figure.value == bought.index(mine) + 1
    assert figure.details["multiple"] == pytest.approx(bought[0] / mine)
    keys = {"importer": "RUS", "exporter": "CHN", "goods": GOODS, "period": 2022}
    shown = str(ep.ask("rank", lake=lake, **keys)).splitlines()
    assert any(line.split()[:1] == [str(int(figure.value))] for line in shown)


def test_salience(lake: Lake) -> None:
    both = total(2022, "CHN", "RUS")
    ours, theirs = both / total(2022, None, "RUS"), both / total(2022, "CHN")
    figure = ask(lake, "salience", exporter="CHN")
    assert figure.value == pytest.approx(math.sqrt(ours * theirs))
    assert figure.details["symmetry"] == pytest.approx(1 - abs(ours - theirs))


def test_why_a_share_changed(lake: Lake) -> None:
    change = total(2022, "CHN", "RUS") / total(2022, None, "RUS")
    change -= total(2021, "CHN", "RUS") / total(2021, None, "RUS")
    figure = ask(lake, "change_of_share", exporter="CHN", base=2021)
    assert figure.value == pytest.approx(change)
    causes = [x for name, x in figure.details.items() if name.startswith("from_")]
    assert len(causes) >= 5
    assert sum(causes) == pytest.approx(change)


def test_what_changed_hands(lake: Lake) -> None:
    moves = [total(2022, one, "RUS") - total(2021, one, "RUS") for one in AREAS.values()]
    gained, lost = sum(x for x in moves if x > 0), -sum(x for x in moves if x < 0)
    figure = ask(lake, "reorientation", base=2021)
    assert figure.value == pytest.approx(min(gained, lost))
    assert figure.details["net"] == pytest.approx(gained - lost)
    assert figure.unit == "USD"


def _pairs() -> list[tuple[tuple[float, float], tuple[float, float]]]:
    found = []
    for code in CODES:
        then, now = ((year, "CHN", "RUS", code) for year in (2021, 2022))
        if then in MADE and now in MADE:
            found.append((MADE[then], MADE[now]))
    return found


def test_prices(lake: Lake) -> None:
    cells = [(v0 / q0, q0, v1 / q1, q1) for (v0, q0), (v1, q1) in _pairs()]
    assert len(cells) >= 2
    laspeyres = sum(p1 * q0 for _, q0, p1, _ in cells) / sum(p0 * q0 for p0, q0, *_ in cells)
    paasche = sum(p1 * q1 for *_, p1, q1 in cells) / sum(p0 * q1 for p0, _, _, q1 in cells)
    figure = ask(lake, "price_index", exporter="CHN", base=2021)
    assert figure.value == pytest.approx(math.sqrt(laspeyres * paasche))
    assert figure.details["laspeyres"] == pytest.approx(laspeyres)
    assert [one for one in figure.caveats if one.id == "prices"]
    change = ask(lake, "value_change", exporter="CHN", base=2021)
    assert change.value == pytest.approx(total(2022, "CHN", "RUS") - total(2021, "CHN", "RUS"))
    parts = ("price_usd", "quantity_usd", "new_usd", "gone_usd", "unsplit_usd")
    assert sum(change.details[name] for name in parts) == pytest.approx(change.value)
    assert "price" in str(change)
    assert "price usd" not in str(change)


def test_the_premium_of_a_buyer(lake: Lake) -> None:
    logs = []
    for code in CODES:
        prices = {}
        for year in (2021, 2022):
            for who in ("RUS", "others"):
                cells = [
                    cell
                    for (when, seller, buyer, one), cell in MADE.items()
                    if (when, seller, one) == (year, "CHN", code)
                    and (buyer == "RUS") == (who == "RUS")
                ]
                if cells:
                    prices[year, who] = sum(v for v, _ in cells) / sum(q for _, q in cells)
        if len(prices) == 4:
            own = prices[2022, "RUS"] / prices[2021, "RUS"]
            logs.append(math.log(own / (prices[2022, "others"] / prices[2021, "others"])))
    figure = ask(lake, "price_premium", exporter="CHN", base=2021)
    assert figure.value == pytest.approx(math.exp(statistics.median(logs)) - 1)
    assert figure.low <= figure.value <= figure.high
    assert figure.details["products"] == len(logs)
    assert figure.unit == "relative"
    assert f"{100 * figure.value:.3g}"[:3] in str(figure)


def test_every_measure_that_is_asked_says_so() -> None:
    asked = {one.id for one in ep.measures.all_metadata() if not one.frames_only}
    assert asked == set(QUESTIONS)


@pytest.mark.parametrize(
    ("measure", "keys", "text"),
    [
        ("rank", {}, "needs an importer and an exporter"),
        ("top_supplier", {"exporter": "CHN"}, "has no exporter"),
        ("salience", {"exporter": "CHN", "base": 2021}, "has no base"),
        ("price_index", {"exporter": "CHN", "quantity": "mass"}, "has no quantity mass"),
        ("rank", {"exporter": "CHN", "flow": "both"}, "no two-way form"),
        ("growth_contribution", {"exporter": "CHN", "curve": True}, "has no curve yet"),
        ("allocated_flows", {}, "ask reorientation"),
    ],
)
def test_what_cannot_be_asked(lake: Lake, measure: str, keys: dict[str, Any], text: str) -> None:
    with pytest.raises(RequestError, match=text):
        ask(lake, measure, **keys)


def test_who_gained_and_who_lost_stands_in_the_table(lake: Lake) -> None:
    figure = ask(lake, "reorientation", base=2021)
    moves = {one: total(2022, one, "RUS") - total(2021, one, "RUS") for one in AREAS.values()}
    found = {row["exporter"]: row["value_gained"] - row["value_lost"] for row in figure.table}
    assert found == pytest.approx({one: x for one, x in moves.items() if one != "RUS"})
    first = figure.table[0]
    assert first["value_gained"] == max(row["value_gained"] for row in figure.table)
    causes = ask(lake, "change_of_share", exporter="CHN", base=2021)
    assert {row["product"] for row in causes.table} <= set(CODES)
    assert sum(row["change"] for row in causes.table) == pytest.approx(causes.value)
    assert causes.to_dict()["table"][0]["product"] in CODES


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, dict[Cell, float]]:
    """Three years in which Russia buys one good from few, and others from many."""
    draw = random.Random(5)
    made: dict[Cell, float] = {}
    areas = ["BRA", "CAN", "CHN", "DEU", "FRA", "GBR", "ITA", "JPN", "KOR", "MEX", "TUR", "VNM"]
    for year in (2020, 2021, 2022):
        for code in CODES:
            for seller in areas:
                for buyer in (*areas[:4], "RUS"):
                    if seller == buyer:
                        continue
                    few = code in CODES[:2]
                    size = 1_000_000 if not few or seller == areas[5] else 1_000
                    made[year, seller, buyer, code] = size * round(draw.uniform(1, 2), 3)
        made[year, "RUS", areas[0], CODES[1]] = 9e8  # Russia sells more of it than it buys
    folder = tmp_path_factory.mktemp("world")
    lines = [",".join(map(str, (*cell, f"{value:.3f}"))) for cell, value in made.items()]
    (folder / "world.csv").write_text("\n".join(["year,seller,buyer,code,value", *lines]) + "\n")
    lake = Lake.open(folder / "lake")
    lake.add("table", [folder / "world.csv"], mapping=MAP)
    return lake, made


MAP = """
format: 1
id: world
nomenclature: HS2017
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


def test_dependent_products_are_counted_and_named(world: tuple[Lake, dict[Cell, float]]) -> None:
    lake, made = world
    figure = ep.ask("geodep", lake=lake, importer="RUS", goods=GOODS, period=2022)

    def index(year: int, code: str, buyer: str | None) -> float:
        sold: dict[str, float] = {}
        for (when, seller, one, good), value in made.items():
            if (when, good) == (year, code) and buyer in (None, one):
                sold[seller] = sold.get(seller, 0.0) + value
        return sum(x * x for x in sold.values()) / sum(sold.values()) ** 2

    def flagged(year: int, code: str) -> bool:
        bought = sum(v for (t, _, j, k), v in made.items() if (t, j, k) == (year, "RUS", code))
        sold = sum(v for (t, i, _, k), v in made.items() if (t, i, k) == (year, "RUS", code))
        ratio = bought / sold if sold else math.inf
        return index(year, code, "RUS") > 0.4 and index(year, code, None) > 0.4 and ratio > 1

    expected = [code for code in CODES if sum(flagged(y, code) for y in (2020, 2021, 2022)) >= 2]
    assert expected == ["854231"]
    assert figure.value == len(expected)
    assert [row["product"] for row in figure.table] == expected
    assert figure.table[0]["import_hhi"] == pytest.approx(index(2022, "854231", "RUS"))
    assert figure.details["products"] == len(CODES)
    assert figure.unit == "count"
    assert any(line.split()[:1] == ["1"] for line in str(figure).splitlines())
    assert "2022 with 2020 to 2021" in " ".join(str(figure).split())
    assert ".." not in str(figure).partition("\n")[0]
    assert ep.ask("geodep", lake=lake, importer="RUS", goods=GOODS, period=2021).value is None
    with pytest.raises(RequestError, match="judged by years"):
        ep.ask("geodep", lake=lake, importer="RUS", period="2022-01")


def test_trade_that_hangs_on_another(world: tuple[Lake, dict[Cell, float]]) -> None:
    lake, made = world
    figure = ep.ask(
        "retaliation_exposure", lake=lake, importer="CAN", exporter="CHN", goods=GOODS, period=2022
    )
    here = {cell: value for cell, value in made.items() if cell[0] == 2022}
    bought = sum(v for (_, i, j, _), v in here.items() if (i, j) == ("CHN", "CAN"))
    sold = sum(v for (_, i, j, _), v in here.items() if (i, j) == ("CAN", "CHN"))
    everything = sum(v for (_, _, j, _), v in here.items() if j == "CAN")
    assert figure.value == pytest.approx(bought + sold)
    assert figure.details["imports"] == pytest.approx(bought)
    assert figure.details["import_share"] == pytest.approx(bought / everything)
    assert sum(row["value_at_risk"] for row in figure.table) == pytest.approx(figure.value)
    assert figure.table[0]["value_at_risk"] == max(row["value_at_risk"] for row in figure.table)


def test_money_in_another_currency_is_refused(lake: Lake) -> None:
    for measure in ("reorientation", "retaliation_exposure", "value_change", "price_premium"):
        base = {"base": 2021} if measure != "retaliation_exposure" else {}
        who = {"exporter": "CHN"} if measure != "reorientation" else {}
        found = ask(lake, measure, currency="EUR", **base, **who)
        assert found.value is None, measure
        assert "USD" in found.reason
