"""Curves of prices: each specification against sums by hand over the reports it stands for."""

from __future__ import annotations

import math
import random
import statistics
from typing import TYPE_CHECKING, Any

import pytest
from curve_plain import curved
from plain_prices import bilateral, geks

import entrepot as ep
from entrepot.figures.curve import prices as of_prices
from entrepot.figures.curve.prices import read
from entrepot.figures.definition import Definition
from entrepot.lake import Lake
from entrepot.model.areas import area_set
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from entrepot.figures import Specification

BUYERS = {643: "RUS", 276: "DEU", 842: "USA", 792: "TUR", 51: "ARM", 344: "HKG"}
SELLERS = {156: "CHN", 344: "HKG"}
CODES = ("854231", "854232", "854239", "848210", "848220", "845710", "901320")
YEARS = (2021, 2022, 2023)
DIGITS = {"six digits": 6, "headings": 4}
BOUNDS = {"moves of up to 5 times": 5.0, "moves of up to 3 times": 3.0, "all": math.inf}
ASK: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "CHN",
    "goods": ",".join(CODES),
    "period": 2023,
    "base": 2021,
}


Report = tuple[str, str, str, int, float, "float | None"]


def _reports() -> list[Report]:
    """Return seller, buyer, code, year, value and mass, one in twelve without a mass."""
    draw = random.Random(7)
    found: list[Report] = []
    pairs = [
        (seller, buyer)
        for seller in SELLERS.values()
        for buyer in BUYERS.values()
        if seller != buyer
    ]
    for seller, buyer in sorted(pairs, key=lambda pair: pair[1] == "HKG"):
        for code in CODES:
            for year in YEARS:
                value = round(draw.lognormvariate(9, 1), 2)
                mass = round(value / draw.lognormvariate(1, 0.6), 2)
                if (seller, buyer, code, year) == ("CHN", "RUS", "901320", 2023):
                    mass = round(mass / 30, 2)  # a change of unit, as it looks
                known = draw.random() > 1 / 12 or code == "901320"
                found.append((seller, buyer, code, year, value, mass if known else None))
    return found


REPORTS = _reports()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("prices")
    number = {name: code for code, name in (BUYERS | SELLERS).items()}
    told = [
        row(
            value,
            flow="X",
            reporter=number[seller],
            partner=number[buyer],
            product=code,
            edition="H5",
        )
        | {"period": year, "netWgt": "" if mass is None else mass}
        for seller, buyer, code, year, value, mass in REPORTS
    ]
    file = folder / "reports.csv"
    file.write_text(text_of(told))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])
    return lake


def _rows(item: Specification, *, years: tuple[int, ...], buyers: set[str]) -> list[dict[str, Any]]:
    sellers = item.choices["territory"].split("+")
    digits = DIGITS[item.choices["products"]]
    return [
        {
            "product": (seller, buyer, code[:digits]),
            "buyer": buyer,
            "period": year,
            "value_usd": value,
            "mass_kg": mass,
        }
        for seller, buyer, code, year, value, mass in REPORTS
        if seller in sellers and buyer in buyers and year in years and mass is not None
    ]


def _unit_values(rows: list[dict[str, Any]]) -> dict[Any, dict[int, tuple[float, float]]]:
    found: dict[Any, dict[int, tuple[float, float]]] = {}
    for one in rows:
        value, mass = found.setdefault(one["product"], {}).get(one["period"], (0.0, 0.0))
        found[one["product"]][one["period"]] = (value + one["value_usd"], mass + one["mass_kg"])
    return found


def _index(item: Specification) -> float:
    rows = _rows(item, years=YEARS, buyers={"RUS"})
    bound = BOUNDS[item.choices["filter"]]
    prices = {
        product: {year: value / mass for year, (value, mass) in times.items()}
        for product, times in _unit_values(rows).items()
    }
    name = item.choices["estimator"]
    if name in ("Fisher", "Törnqvist"):
        kept = [
            one
            for one in rows
            if {2021, 2023} <= prices[one["product"]].keys()
            and 1 / bound <= prices[one["product"]][2023] / prices[one["product"]][2021] <= bound
        ]
        return bilateral(kept, 2023, 2021)["fisher" if name == "Fisher" else "tornqvist"]
    kept = [
        one
        for one in rows
        if 2021 not in prices[one["product"]]
        or 1 / bound
        <= prices[one["product"]][one["period"]] / prices[one["product"]][2021]
        <= bound
    ]
    if name == "GEKS-Törnqvist":
        found = geks(kept, 2021, "tornqvist")[2023]
        assert found is not None
        return found
    return _dummies(kept)


def _dummies(rows: list[dict[str, Any]]) -> float:
    import numpy as np

    cells = _unit_values(rows)
    totals = {
        year: sum(one["value_usd"] for one in rows if one["period"] == year) for year in YEARS
    }
    products = sorted(cells)
    lines, y, root = [], [], []
    for product, times in cells.items():
        for year, (value, mass) in times.items():
            line = [0.0] * (len(products) + len(YEARS) - 1)
            line[products.index(product)] = 1.0
            if year != YEARS[0]:
                line[len(products) + YEARS.index(year) - 1] = 1.0
            lines.append(line)
            y.append(math.log(value / mass))
            root.append(math.sqrt(value / totals[year]))
    design, weights = np.array(lines), np.array(root)
    solved = np.linalg.lstsq(design * weights[:, None], np.array(y) * weights, rcond=None)[0]
    return math.exp(float(solved[-1]))


def _premium(item: Specification) -> float:
    coalition = area_set("coalition", Definition.build("value", period=2023).period.end)
    others = {
        "all others": set(BUYERS.values()) - {"RUS"},
        "coalition": set(BUYERS.values()) & coalition,
        "others outside the coalition": set(BUYERS.values()) - coalition - {"RUS"},
    }[item.choices["compared with"]] - set(item.choices["territory"].split("+"))
    assert others
    sums: dict[Any, dict[tuple[bool, int], list[float]]] = {}
    for one in _rows(item, years=(2021, 2023), buyers={"RUS"} | others):
        seller, buyer, code = one["product"]
        cell = sums.setdefault((seller, code), {}).setdefault(
            (buyer == "RUS", one["period"]), [0.0, 0.0]
        )
        cell[0] += one["value_usd"]
        cell[1] += one["mass_kg"]
    bound = math.log(BOUNDS[item.choices["filter"]])
    gaps = []
    for cells in sums.values():
        if len(cells) < 4:
            continue
        logs = [
            math.log(cells[mine, 2023][0] / cells[mine, 2023][1])
            - math.log(cells[mine, 2021][0] / cells[mine, 2021][1])
            for mine in (True, False)
        ]
        if max(map(abs, logs)) <= bound:
            gaps.append((logs[0] - logs[1], 1 / sum(1 / value for value, _ in cells.values())))
    match item.choices["estimator"]:
        case "median":
            beta = statistics.median(gap for gap, _ in gaps)
        case "mean":
            beta = statistics.fmean(gap for gap, _ in gaps)
        case _:
            beta = sum(gap * weight for gap, weight in gaps) / sum(weight for _, weight in gaps)
    return math.expm1(beta)


def _curve(lake: Lake, measure: str, **keys: Any) -> Any:
    figure = ep.ask(measure, lake=lake, curve=True, **ASK | keys)
    assert figure.specifications is not None, figure.reason
    return figure


def test_every_index_is_that_of_its_rows(lake: Lake) -> None:
    figure = _curve(lake, "price_index")
    items = figure.specifications.items
    assert {one.choices["estimator"] for one in items} == {
        "Fisher",
        "Törnqvist",
        "GEKS-Törnqvist",
        "time-product dummies",
    }
    assert len(items) == 2 * 2 * 3 * 4, "territories with trade, products, filters, estimators"
    assert len({tuple(sorted(one.choices.items())) for one in items}) == len(items)
    for one in items:
        assert one.value == pytest.approx(_index(one), rel=1e-9), one
    heads = [one.choices for one in items if one.value == pytest.approx(figure.value, rel=1e-12)]
    assert {one["estimator"] for one in heads} == {"Fisher"}
    assert "all" in {one["filter"] for one in heads}
    assert figure.low <= items[0].value < items[-1].value <= figure.high


def test_every_premium_is_that_of_its_rows(lake: Lake) -> None:
    figure = _curve(lake, "price_premium")
    items = figure.specifications.items
    assert len(items) == 2 * 2 * 3 * 3 * 3, "territories, products, buyers, filters, estimators"
    for one in items:
        assert one.value == pytest.approx(_premium(one), rel=1e-9), one
    heads = [one.choices for one in items if one.value == pytest.approx(figure.value, rel=1e-12)]
    usual = {"compared with": "all others", "estimator": "median", "products": "six digits"}
    assert any(usual.items() <= one.items() for one in heads)
    assert set(figure.specifications.explained) >= {"estimator", "filter", "products"}


def test_other_buyers_are_added_up_before_they_are_read(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Any] = []

    def kept(*given: Any, **keys: Any) -> list[Any]:
        rows.extend(read(*given, **keys))
        return rows

    monkeypatch.setattr(of_prices, "read", kept)
    _curve(lake, "price_premium")
    assert {one.importer for one in rows} == {"RUS", "HKG", "coalition", "others"}
    sums = {
        (one.exporter, one.product, one.period.year): one.known
        for one in rows
        if one.importer == "coalition"
    }
    assert len(sums) == sum(one.importer == "coalition" for one in rows), "a line a cell"
    for (seller, code, year), value in sums.items():
        both = [
            one[4]
            for one in REPORTS
            if one[0] == seller and one[1] in ("DEU", "USA") and one[2:4] == (code, year)
        ]
        assert value == pytest.approx(sum(both), rel=1e-12)


def test_a_change_of_value_moves_with_the_territory_alone(lake: Lake) -> None:
    figure = _curve(lake, "value_change")
    found = {one.choices["territory"]: one.value for one in figure.specifications.items}
    for place, value in found.items():
        sums = [
            sum(
                amount
                for seller, buyer, _, when, amount, _ in REPORTS
                if seller in place.split("+") and buyer == "RUS" and when == year
            )
            for year in (2023, 2021)
        ]
        assert value == pytest.approx(sums[0] - sums[1], rel=1e-9)
    assert set(found) == {"CHN", "CHN+HKG"}
    assert figure.value == pytest.approx(found["CHN"], rel=1e-12)


def test_what_is_not_held_is_left_out_and_said(lake: Lake) -> None:
    left = dict(_curve(lake, "price_index").specifications.left_out)
    assert any("MAC" in why for why in left.values())
    near = _curve(lake, "price_index", base=2022).specifications
    assert "GEKS-Törnqvist" not in {one.choices["estimator"] for one in near.items}, (
        "with no year between it is Törnqvist's index"
    )
    assert "time-product dummies" in {one.choices["estimator"] for one in near.items}


@pytest.mark.parametrize("measure", ["price_index", "price_premium"])
def test_estimators_and_bounds_without_a_value_are_said(lake: Lake, measure: str) -> None:
    """Mainland China's only product moved by thirty times, beyond every bound."""
    with lake.reading():
        found = curved(Definition.build(measure, **ASK | {"goods": "901320"}), lake)
    here = [one.choices for one in found.items if one.choices["territory"] == "CHN"]
    assert {one["filter"] for one in here} == {"all"}
    there = [one.choices for one in found.items if one.choices["territory"] == "CHN+HKG"]
    bounds = [name for name in BOUNDS if name != "all"]
    lost = [
        what
        for what, why in found.left_out
        if why == "no product that this counts has a price at both times" and ": CHN, " in what
    ]
    assert len(lost) == len(here) * len(bounds)
    assert len(there) == len(here) * len(BOUNDS) == len(here) + len(lost)
    assert all(any(what.endswith(bound) for what in lost) for bound in bounds)
    if measure == "price_premium":
        assert found.alone == {}, "as asked it has a bound: no value, and nothing starts from it"
        return
    assert "territory" in found.alone, "an index is asked without a bound, and has a value"
    [head] = [one for one in found.items if one.choices == here[0] | {"estimator": "Fisher"}]
    for name, ends in found.alone.items():
        same = [
            one.value
            for one in found.items
            if all(one.choices[x] == head.choices[x] for x in head.choices if x != name)
        ]
        assert ends == (pytest.approx(min(same)), pytest.approx(max(same))), name


@pytest.mark.parametrize("measure", ["price_index", "price_premium", "value_change"])
def test_what_each_does_alone_starts_from_the_question_as_asked(lake: Lake, measure: str) -> None:
    figure = _curve(lake, measure)
    items = figure.specifications.items
    usual = {
        "territory": "CHN",
        "products": "six digits",
        "compared with": "all others",
        "filter": "moves of up to 5 times" if measure == "price_premium" else "all",
        "estimator": "Fisher" if measure == "price_index" else "median",
        "window": "as asked",
        "source": "comtrade",
        "report": "exporter's",
    }
    [head] = [
        one
        for one in items
        if all(
            usual.get(name, word) == word
            for name, word in one.choices.items()
            if name not in ("valuation", "basis")
        )
    ]
    assert head.value == pytest.approx(figure.value, rel=1e-12)
    for name in set(head.choices) - {"source", "report"}:
        same = [
            one.value
            for one in items
            if all(one.choices[x] == head.choices[x] for x in head.choices if x != name)
        ]
        ends = found if (found := figure.specifications.alone.get(name)) else (head.value,) * 2
        assert ends == (pytest.approx(min(same)), pytest.approx(max(same))), name
    assert "territory" in figure.specifications.alone


def test_index_and_split_compare_the_same_products(lake: Lake) -> None:
    index = ep.ask("price_index", lake=lake, trim=5, **ASK)
    split = ep.ask("value_change", lake=lake, trim=5, **ASK)
    assert index.details["trimmed_products"] == 1
    parts = ("price_usd", "quantity_usd", "new_usd", "gone_usd", "unsplit_usd")
    found = {name: float(split.details[name]) for name in parts}
    assert sum(found.values()) == pytest.approx(split.value, rel=1e-9)
    rows = [
        (code, year, value, mass)
        for seller, buyer, code, year, value, mass in REPORTS
        if (seller, buyer) == ("CHN", "RUS")
    ]
    compared = 0.0
    for code in CODES:
        cells = {year: (value, mass) for one, year, value, mass in rows if one == code}
        (v0, q0), (v1, q1) = cells[2021], cells[2023]
        if q0 and q1 and 1 / 5 <= (v1 / q1) / (v0 / q0) <= 5:
            compared += v1 - v0
    both = found["price_usd"] + found["quantity_usd"]
    assert both == pytest.approx(compared, rel=1e-9)
