"""Checks for what reports do not show: all that was planted is found, clean trade is silent."""

from __future__ import annotations

import math
import random
import statistics
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.lake.checks import continuity, implausible_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.lake import Lake
    from entrepot.model.columns import Finding

RULES = {
    "odd-price",
    "repeated-value",
    "carried-over",
    "round-values",
    "hidden-goods",
    "hidden-partner",
    "vanished-line",
}
AREAS = ("CHN", "DEU", "FRA", "IND", "ITA", "JPN", "KAZ", "POL", "RUS", "TUR", "USA", "VNM")
CODES = tuple(f"{8501 + at}10" for at in range(12))
YEARS = tuple(range(2017, 2023))
MAP = """
format: 1
id: made
nomenclature: HS2017
level: 6
columns:
  period: {role: period}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3, own: {NES: XNES, SECRET: XSECRET}}
  flow: {role: flow, import: M, export: X}
  product: {role: product}
  value: {role: value, currency: USD}
  mass: {role: mass, unit: kg}
"""
Row = dict[str, Any]


def clean(seed: int = 1) -> list[Row]:
    """Steady and noisy trade of twelve countries with each other, told by both sides."""
    chance = random.Random(seed)
    price = {code: math.exp(chance.gauss(2, 1)) for code in CODES}
    rows = []
    for exporter in AREAS:
        for importer in AREAS:
            if exporter == importer:
                continue
            for code in CODES:
                size = math.exp(chance.gauss(14, 1))
                for year in YEARS:
                    true = size * math.exp(chance.gauss(0, 0.25))
                    kilos = true / price[code] * math.exp(chance.gauss(0, 0.5))
                    for flow, one, other in (("X", exporter, importer), ("M", importer, exporter)):
                        rows.append(
                            {
                                "period": year,
                                "reporter": one,
                                "partner": other,
                                "flow": flow,
                                "product": code,
                                "value": round(true * math.exp(chance.gauss(0, 0.1))),
                                "mass": round(kilos * math.exp(chance.gauss(0, 0.05)), 3),
                            }
                        )
    return rows


@pytest.fixture(scope="module")
def trade() -> list[Row]:
    return clean()


@pytest.fixture
def found(lake: Lake, tmp_path: Path) -> Callable[[list[Row]], dict[str, Finding]]:
    """Add rows through the reader of tables, check the lake, keep the rules tested here."""

    def _found(rows: list[Row]) -> dict[str, Finding]:
        path = tmp_path / "made.csv"
        lines = (",".join(str(row[name]) for name in rows[0]) for row in rows)
        path.write_text("\n".join([",".join(rows[0]), *lines, ""]), encoding="utf-8")
        lake.add("table", [path], mapping=MAP)
        findings = [one for one in lake.check() if one.rule in RULES]
        assert len({one.rule for one in findings}) == len(findings)
        return {one.rule: one for one in findings}

    return _found


def chosen(rows: list[Row], **keys: Any) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in keys.items())]


def copies(trade: list[Row]) -> list[Row]:
    return [dict(row) for row in trade]


def money(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_clean_trade_is_silent(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]]
) -> None:
    assert len(trade) == 12 * 11 * 12 * 6 * 2
    assert found(trade) == {}


def test_prices_in_another_unit_are_found(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]]
) -> None:
    """Tons for kilos and the reverse, against medians and deviations in plain Python."""
    rows = copies(trade)
    large = [row for row in rows if row["value"] > 2e5 and row["mass"] > 2e5]
    for at, row in enumerate(random.Random(2).sample(large, 20)):
        row["mass"] = row["mass"] * 1000 if at % 2 else round(row["mass"] / 1000, 3)
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row["value"] >= 1e5 and row["mass"] >= 100:
            groups[row["period"], row["flow"], row["product"]].append(row)
    odd = []
    for group in groups.values():
        logs = [math.log(row["value"] / row["mass"]) for row in group]
        middle = statistics.median(logs)
        spread = 1.4826 * statistics.median(abs(one - middle) for one in logs)
        far = max(7 * max(spread, 0.1), math.log(10))
        odd += [
            row for row, one in zip(group, logs, strict=True)
            if len(group) >= 30 and abs(one - middle) > far
        ]  # fmt: skip
    assert len(odd) == 20
    largest = max(odd, key=lambda row: row["value"])
    one = found(rows)["odd-price"]
    assert one.count == 20
    assert f"{largest['product']}: USD {largest['value'] / largest['mass']:.4g} a kg" in one.example
    assert (one.level, one.place) == ("warning", "table.made 2017 to 2022")


def test_a_few_prices_are_no_band(found: Callable[[list[Row]], dict[str, Finding]]) -> None:
    """Too few cells to say what is usual, small values, light goods: nothing is said of them."""

    def priced(count: int, value: int, mass: float) -> list[Row]:
        usual = [
            {"period": 2022, "reporter": one, "partner": other, "flow": "X", "product": "850110",
             "value": 200_011 + 1237 * at, "mass": 1000.5 + at % 7}
            for at, (one, other) in enumerate(
                (a, b) for a in AREAS for b in AREAS if a != b and "USA" not in (a, b)
            )
        ]  # fmt: skip
        last = usual[0] | {"reporter": "USA", "value": value, "mass": mass}
        return [*usual[:count], last]

    assert found(priced(implausible_rows.CELLS - 2, 9_000_019, 150.0)) == {}


@pytest.mark.parametrize(
    ("count", "value", "mass", "is_found"),
    [
        (60, 9_000_019, 150.0, True),
        (29, 9_000_019, 150.0, True),
        (60, 99_999, 110.0, False),
        (60, 9_000_019, 99.0, False),
        (60, 1_500_011, 1000.5, False),
    ],
    ids=["odd", "just enough cells", "small", "light", "within a factor of ten"],
)
def test_what_an_odd_price_takes(
    found: Callable[[list[Row]], dict[str, Finding]],
    count: int,
    value: int,
    mass: float,
    is_found: bool,
) -> None:
    usual = [
        {"period": 2022, "reporter": a, "partner": b, "flow": "X", "product": "850110",
         "value": 200_011 + 1237 * at, "mass": 1000.5 + at % 7}
        for at, (a, b) in enumerate((a, b) for a in AREAS for b in AREAS if a != b and a != "USA")
    ]  # fmt: skip
    last = usual[0] | {"reporter": "USA", "value": value, "mass": mass}
    assert ("odd-price" in found([*usual[:count], last])) is is_found


def test_values_that_were_copied_are_found(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]]
) -> None:
    """A cell's value and mass again under another code, in eight reports."""
    rows = copies(trade)
    stake = 0
    for year in YEARS:
        for flow in ("X", "M"):
            first, second = chosen(rows, period=year, flow=flow, reporter="KAZ")[3:5]
            first |= {"value": 123_457 + year, "mass": 4567.125}
            second |= {"value": first["value"], "mass": first["mass"]}
            stake += first["value"]
    one = found(rows)["repeated-value"]
    assert one.count == 2 * 12
    assert f"USD {stake / 1e6:.2f} m too much" in money(one.text)
    assert one.example.startswith("2022 KAZ ")
    assert "2 cells with USD 125479" in one.example


@pytest.mark.parametrize(
    ("value", "cells", "is_found"),
    [(300_000_007, 3, True), (300_000_000, 3, False), (120_003, 3, False)],
    ids=["too large for an accident", "round", "small, among many"],
)
def test_equal_values_of_different_masses(
    trade: list[Row],
    found: Callable[[list[Row]], dict[str, Finding]],
    value: int,
    cells: int,
    is_found: bool,
) -> None:
    rows = copies(trade)
    for at, row in enumerate(chosen(rows, period=2021, flow="X", reporter="ITA")[:cells]):
        row |= {"value": value, "mass": value / 9.0 + at}
    one = found(rows).get("repeated-value")
    assert (one is not None and one.count == cells) is is_found


def test_equal_values_by_chance_are_as_many_as_expected() -> None:
    """The number of pairs that the check allows for, in draws of whole numbers."""
    chance = random.Random(3)
    pairs = expected = 0.0
    for _ in range(200):
        values = sorted((int(1e5 / chance.random()) for _ in range(3000)), reverse=True)
        pairs += sum(1 for one, two in pairwise(values) if one == two)
        expected += len(values) ** 2 / (2 * values[-1])
    # The rule's n ** 2 / 2 v stands for the whole tail above v; it may not promise too few.
    assert pairs <= expected <= 6 * pairs


def test_values_that_were_carried_over_are_found(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]]
) -> None:
    rows = copies(trade)
    planted = [
        (new, old)
        for new, old in zip(
            chosen(rows, period=2020, flow="M", reporter="TUR"),
            chosen(rows, period=2019, flow="M", reporter="TUR"),
            strict=True,
        )
        if old["value"] >= 1e5 and old["value"] % 1000
    ][:15]
    for new, old in planted:
        new["value"] = old["value"]
    one = found(rows)["carried-over"]
    assert one.count == 15
    assert one.example.endswith("as in 2019")
    assert f"USD {max(old['value'] for _, old in planted)}" in one.example


def test_values_that_come_out_the_same_by_chance_are_as_many_as_expected(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]]
) -> None:
    """One or two are silent, and so are as many as whole numbers leave room for."""
    rows = copies(trade)
    for code in CODES[:2]:
        old, new = (
            chosen(rows, period=year, flow="M", reporter="TUR", partner="CHN", product=code)[0]
            for year in (2019, 2020)
        )
        old["value"] = new["value"] = 345_671 + int(code)
    assert found(rows) == {}


@pytest.mark.parametrize("spread", [0.2, 0.36, 1.0])
def test_the_chance_of_a_carried_value(spread: float) -> None:
    """About one a value: less where values swing, never three times as many."""
    chance = random.Random(5)
    hits = expected = 0.0
    for _ in range(400_000):
        old = 500 * math.exp(chance.random())
        new = round(old * math.exp(chance.gauss(0, spread)))
        hits += round(old) == new
        expected += 1 / new
    assert expected / 6 < hits < implausible_rows.MORE * expected


def test_a_value_that_comes_back_later_was_not_carried_over(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]]
) -> None:
    rows = copies(trade)
    first = chosen(rows, period=2018, flow="M", reporter="TUR")[0]
    third = chosen(rows, period=2020, flow="M", reporter="TUR")[0]
    first["value"] = third["value"] = 765_431
    assert found(rows) == {}


@pytest.mark.parametrize("share", [0.1, 0.02])
def test_guessed_values_are_round(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]], share: float
) -> None:
    rows = copies(trade)
    chance = random.Random(4)
    for row in chosen(rows, flow="X", reporter="IND"):
        if chance.random() < share:
            row["value"] = max(1, round(row["value"] / 1e5)) * 100_000
    large = [row for row in chosen(rows, flow="X", reporter="IND") if row["value"] >= 1e5]
    even = sum(row["value"] % 1000 == 0 for row in large)
    one = found(rows).get("round-values")
    assert (one is not None) is (share == 0.1)
    if one is not None:
        assert one.count == even
        assert one.example == f"IND exports: {even:,} of {len(large):,} values"


def test_a_source_in_thousands_is_not_guessed(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]]
) -> None:
    rows = copies(trade)
    for row in rows:
        row["value"] = max(1, round(row["value"] / 1000)) * 1000
    assert found(rows) == {}


def test_lines_that_end_are_found(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]]
) -> None:
    """Exports of one country to another stop from 2021 on, in every code; others go on."""
    rows = [
        row
        for row in trade
        if (row["flow"], row["reporter"], row["partner"]) != ("X", "DEU", "RUS")
        or row["period"] < 2021
    ]
    lines: dict[str, list[int]] = defaultdict(list)
    for row in chosen(rows, flow="X", reporter="DEU", partner="RUS"):
        if row["period"] >= 2018:
            lines[row["product"]].append(row["value"])
    steady = [values for values in lines.values() if min(values) >= 1e6]
    assert 3 < len(steady) < len(CODES)
    one = found(rows)["vanished-line"]
    assert one.count == len(steady)
    assert one.example.startswith("DEU exports RUS ")
    assert one.example.endswith("in 3 years before 2021")
    largest = max(sum(values) for values in steady)
    assert f"{largest / 1e6:.3g} m" in money(one.example)


@pytest.mark.parametrize(
    "left_out",
    [
        {"reporter": "DEU"},
        {"product": CODES[0]},
        {"partner": "RUS"},
    ],
    ids=["the reporter is silent", "nobody tells of the good", "nobody tells of the partner"],
)
def test_what_is_not_held_has_not_ended(
    trade: list[Row], found: Callable[[list[Row]], dict[str, Finding]], left_out: Row
) -> None:
    rows = [
        row
        for row in trade
        if row["period"] < 2021 or any(row[name] != value for name, value in left_out.items())
    ]
    assert found(rows) == {}


@pytest.mark.parametrize(
    ("editions", "is_found"),
    [
        (("HS2017", "HS2017", "HS2017", "HS2022"), False),
        (("HS2017", "HS2017", "HS2022", "HS2022"), True),
        (("CN2018", "CN2019", "CN2020", "CN2020"), True),
    ],
    ids=["with the edition", "after it", "the tariff of the year"],
)
def test_a_line_goes_on_through_editions_and_does_not_end_with_one(
    put: Any, lake: Lake, editions: tuple[str, ...], is_found: bool
) -> None:
    digits = "" if editions[0].startswith("HS") else "10"
    years = [
        {"period": str(2018 + at), "nomenclature": edition, "value_usd": 5_000_123.0 + at}
        for at, edition in enumerate(editions)
    ]
    line = [year | {"product": "850110" + digits} for year in years[:3]]
    rest = [
        year | {"product": product + digits, **keys}
        for year in years
        for product, keys in (("270900", {}), ("850110", {"exporter": "KAZ"}))
    ]
    put("comtrade", *line, *rest)
    assert ("vanished-line" in {one.rule for one in lake.check()}) is is_found


MONTHS = [f"{year}-{month:02}" for year in (2021, 2022) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("absent", "is_found"),
    [(MONTHS[14:], True), (MONTHS[14:17], True), (MONTHS[14:16], False), (MONTHS[8:], False)],
    ids=["for good", "three months", "two months", "not steady for a year"],
)
def test_a_month_or_two_may_be_late(
    put: Any, lake: Lake, absent: list[str], is_found: bool
) -> None:
    line = [
        {"period": month, "value_usd": 200_123.0 + 37 * at}
        for at, month in enumerate(MONTHS) if month not in absent
    ]  # fmt: skip
    rest = [
        {"period": month, "value_usd": 9_123.0 + at, **keys}
        for at, month in enumerate(MONTHS)
        for keys in ({"product": "270900"}, {"exporter": "KAZ"})
    ]
    put("comtrade", *line, *rest)
    rules = {one.rule: one for one in lake.check()}
    assert ("vanished-line" in rules) is is_found
    if is_found:
        assert rules["vanished-line"].example.endswith("in 12 months before 2022-03")
        assert continuity.STEADY["M"] == 12


def test_what_swings_was_never_steady(put: Any, lake: Lake) -> None:
    there = [
        {"period": str(year), "value_usd": 1e6 * size}
        for year, size in ((2018, 1.5), (2019, 20.3), (2020, 1.7))
    ]
    rest = [
        {"period": str(year), **keys}
        for year in range(2018, 2022)
        for keys in ({"product": "270900"}, {"exporter": "KAZ"})
    ]
    put("comtrade", *there, *rest)
    assert "vanished-line" not in {one.rule for one in lake.check()}


@pytest.mark.parametrize(
    ("code", "nomenclature", "value", "is_found"),
    [
        ("999999", "HS2017", 2e7, True),
        ("980100", "HS2017", 2e7, True),
        ("8542SXXX", "CN2022", 2e7, True),
        ("99302400", "CN2022", 2e7, True),
        ("85423190", "CN2022", 2e7, False),
        ("999999", "HS2017", 9e6, False),
        ("999999", "HS2017", 1.1e7, False),
    ],
)
def test_goods_without_a_name(
    put: Any, lake: Lake, code: str, nomenclature: str, value: float, is_found: bool
) -> None:
    """The flow has 300 m of goods by name; what is hidden must be 10 m and a twentieth."""
    named = {"value_usd": 3e8, "nomenclature": nomenclature}
    named["product"] = "850110" if nomenclature.startswith("HS") else "85011010"
    put("comtrade", named, {"product": code, "nomenclature": nomenclature, "value_usd": value})
    rules = {one.rule: one for one in lake.check()}
    assert ("hidden-goods" in rules) is is_found
    if is_found:
        assert money(rules["hidden-goods"].example) == ("2022 CHN RUS: USD 20.0 m, 6% of the flow")
        assert rules["hidden-goods"].count == 1


@pytest.mark.parametrize(
    ("partner", "value", "is_found"),
    [
        ("XNES", 2e7, True),
        ("XSECRET", 2e7, True),
        ("XBUNKERS", 2e7, False),
        ("KAZ", 2e7, False),
        ("XNES", 9e6, False),
        ("XNES", 1.1e7, False),
    ],
)
@pytest.mark.parametrize("side", ["exporter", "importer"])
def test_partners_that_are_no_area(
    put: Any, lake: Lake, partner: str, value: float, is_found: bool, side: str
) -> None:
    other = "importer" if side == "exporter" else "exporter"
    keys = {side: "DEU", "reported_by": side}
    put("comtrade", {other: "CHN", "value_usd": 3e8} | keys, {other: partner, "value_usd": value}
        | keys)  # fmt: skip
    rules = {one.rule: one for one in lake.check()}
    assert ("hidden-partner" in rules) is is_found
    if is_found:
        assert money(rules["hidden-partner"].example) == "2022 DEU: USD 20.0 m, 6% of its trade"


def test_currencies_are_not_added_up(put: Any, lake: Lake) -> None:
    euros = {"value_usd": None, "currency": "EUR"}
    put(
        "comtrade",
        {"product": "999999", "value_usd": 3e7},
        {"product": "999999", "importer": "KAZ", "value_reported": 2e7, **euros},
    )
    rules = {one.rule: one for one in lake.check()}
    assert "(USD 30.0 m and EUR 20.0 m)" in money(rules["hidden-goods"].text)
    assert "Flows of 10,000,000 in the currency of the report or more" in rules["hidden-goods"].text


def test_the_least_amount_is_in_the_currency_of_the_reports(put: Any, lake: Lake) -> None:
    euros = {"value_usd": None, "currency": "EUR", "value_reported": 2e7}
    put("comtrade", {"product": "999999", "importer": "KAZ", **euros})
    (found,) = (one for one in lake.check() if one.rule == "hidden-goods")
    assert "Flows of EUR 10.0 m or more" in money(found.text)
    assert implausible_rows.CHANCE < 1e-3
