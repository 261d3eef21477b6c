"""Curves of power, of months, what they leave out and why, and what a choice explains."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.figures import editions
from entrepot.figures.evidence import FOLLOWS
from entrepot.lake import Lake
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAP = """
format: 1
id: world
nomenclature: HS2007
level: 6
reported_by: both
valuation: FOB
columns:
  time: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""
SIGMA = {"854231": 5.0, "848210": 8.0}
AREAS = ("CHN", "HKG", "RUS", "DEU", "TUR")
YEARS = ("2020", "2021", "2022")
MONTHS = [f"{year}-{month:02d}" for year in (2021, 2022) for month in range(1, 13)]


def _value(time: str, seller: str, buyer: str, code: str) -> float:
    """Return a value that no other cell has, and that grows with time."""
    places = AREAS.index(seller) * 7 + AREAS.index(buyer) * 3 + list(SIGMA).index(code)
    return 100.0 + (places * 37) % 101 + 5 * (int(time[:4]) - 2020) + int(time[5:] or 0)


def _lake(folder: Path, times: list[str] | tuple[str, ...]) -> Lake:
    lines = ["time,seller,buyer,code,value"]
    for time, seller, buyer, code in itertools.product(times, AREAS, AREAS, SIGMA):
        if seller != buyer:
            lines.append(f"{time},{seller},{buyer},{code},{_value(time, seller, buyer, code)}")
    file = folder / "world.csv"
    file.write_text("\n".join(lines) + "\n")
    lake = Lake.open(folder / "lake")
    lake.add("table", [file], mapping=MAP)
    protee = folder / "ProTEE_0_1.csv"
    own = [f"{code},0,0,{-sigma}" for code, sigma in SIGMA.items()]
    protee.write_text("\n".join(["HS6,zero,positive,sigma", *own]) + "\n")
    lake.add("elasticities", [protee])
    return lake


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _lake(tmp_path_factory.mktemp("years"), YEARS)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _lake(tmp_path_factory.mktemp("months"), MONTHS)


def _bought(times: tuple[str, ...], buyer: set[str], seller: set[str], code: str) -> float:
    return math.fsum(
        _value(time, one, other, code)
        for time, one, other in itertools.product(times, AREAS, AREAS)
        if one != other and one in seller and other in buyer
    )


def _loss(measure: str, times: tuple[str, ...], buyer: set[str], seller: set[str]) -> float:
    """Return what a side depends on the other by elasticities, or would lose without it."""
    everybody = set(AREAS)
    total = math.fsum(_bought(times, buyer, everybody, code) for code in SIGMA)
    found = 0.0
    for code, sigma in SIGMA.items():
        part = _bought(times, buyer, seller, code)
        whole = _bought(times, buyer, everybody, code)
        if measure == "elastic_power":
            found += part / total / sigma
        else:
            found += whole / total / (sigma - 1) * -math.log(1 - part / whole)
    return found


@pytest.mark.parametrize("measure", ["elastic_power", "nested_power"])
def test_power_is_as_in_plain_python_under_each_choice(years: Lake, measure: str) -> None:
    keys = {"importer": "RUS", "exporter": "CHN", "goods": ",".join(SIGMA), "period": 2022}
    figure = ep.ask(measure, lake=years, curve=True, **keys)
    assert figure.specifications is not None, figure.reason
    items = figure.specifications.items
    assert {(one.choices["territory"], one.choices["window"]) for one in items} == set(
        itertools.product(("CHN", "CHN+HKG"), ("as asked", "three-year average"))
    )
    assert len(items) == 4
    for item in items:
        times = YEARS if item.choices["window"] != "as asked" else ("2022",)
        china = set(item.choices["territory"].split("+"))
        expected = _loss(measure, times, {"RUS"}, china)
        if measure == "elastic_power":
            expected -= _loss(measure, times, china, {"RUS"})
        assert item.value == pytest.approx(expected, rel=1e-12), item


def _share(times: list[str]) -> float:
    everybody = set(AREAS)
    part, whole = (_bought(tuple(times), {"RUS"}, who, "848210") for who in ({"DEU"}, everybody))
    return part / whole


def test_a_month_is_averaged_over_the_year_that_ends_with_it(months: Lake) -> None:
    keys = {"importer": "RUS", "exporter": "DEU", "goods": "848210"}
    found = ep.ask("import_share", lake=months, curve=True, period="2022-11", **keys).specifications
    assert found is not None
    values = {one.choices["window"]: one.value for one in found.items}
    assert values == {
        "as asked": pytest.approx(_share(["2022-11"])),
        "twelve-month average": pytest.approx(_share(MONTHS[11:23])),
    }
    quarter = ep.ask(
        "import_share", lake=months, curve=True, period="2022Q4", **keys
    ).specifications
    assert quarter is not None
    values = {one.choices["window"]: one.value for one in quarter.items}
    assert values["twelve-month average"] == pytest.approx(_share(MONTHS[12:]))
    change = ep.ask(
        "change_of_share", lake=months, curve=True, period="2022-12", base="2021-12", **keys
    ).specifications
    assert change is not None
    values = {one.choices["window"]: one.value for one in change.items}
    expected = _share(MONTHS[12:]) - _share(MONTHS[:12])
    assert values["twelve-month average"] == pytest.approx(expected)
    assert values["as asked"] == pytest.approx(_share(MONTHS[-1:]) - _share(MONTHS[11:12]))


@pytest.mark.parametrize("measure", ["value", "growth", "reorientation", "retaliation_exposure"])
def test_an_average_is_no_amount_of_one_year(years: Lake, measure: str) -> None:
    keys = {} if measure in ("value", "retaliation_exposure") else {"base": 2021}
    sides = {"importer": "RUS"} | ({} if measure == "reorientation" else {"exporter": "CHN"})
    figure = ep.ask(
        measure, lake=years, goods="848210", period=2022, curve=True, **sides, **keys
    )  # fmt: skip
    assert figure.specifications is not None, figure.reason
    assert {one.choices["window"] for one in figure.specifications.items} == {"as asked"}
    assert "average" not in " ".join(what for what, _ in figure.specifications.left_out)


@pytest.mark.parametrize(
    ("measure", "keys", "what", "why"),
    [
        (
            "change_of_share", {"period": "2022-06", "base": "2022-01"},
            "twelve-month average", "overlap",
        ),
        ("import_share", {"period": "2021-03"}, "twelve-month average", "not for 2020"),
        ("import_share", {"period": "2021-01..2022-03"}, "a longer time", "more than a year"),
        ("import_share", {"period": "2022"}, "three-year average", "not for 2020"),
        ("import_share", {"period": "2022-12"}, "mass, as asked", "0 % of the value has a mass"),
        ("import_share", {"period": "2022-12"}, "CHN+HKG+MAC", "nothing of MAC"),
    ],
)  # fmt: skip
def test_what_is_left_out_says_why(
    months: Lake, measure: str, keys: dict[str, str], what: str, why: str
) -> None:
    figure = ep.ask(
        measure, lake=months, importer="RUS", exporter="CHN", goods="848210", curve=True, **keys
    )
    assert figure.specifications is not None, figure.reason
    reasons = dict(figure.specifications.left_out)
    assert why in reasons[f"table.world: {what}"], reasons


def test_a_territory_with_the_other_side_in_it_is_none(years: Lake) -> None:
    figure = ep.ask(
        "import_share", lake=years, importer="HKG", exporter="CHN", goods="848210", period=2022,
        curve=True,
    )  # fmt: skip
    assert figure.specifications is not None
    assert {one.choices["territory"] for one in figure.specifications.items} == {"CHN"}
    reasons = dict(figure.specifications.left_out)
    assert reasons["table.world: CHN+HKG"] == "the other side is a part of it"


def test_a_choice_explains_what_the_means_of_its_options_do(years: Lake) -> None:
    figure = ep.ask(
        "salience", lake=years, importer="RUS", exporter="CHN", goods="848210", period=2022,
        curve=True,
    )  # fmt: skip
    assert figure.specifications is not None
    items, explained = figure.specifications.items, figure.specifications.explained
    values = [one.value for one in items]
    mean = sum(values) / len(values)
    whole = sum((value - mean) ** 2 for value in values)
    differing = {name for name in items[0].choices if len({one.choices[name] for one in items}) > 1}
    assert set(explained) == differing - set(FOLLOWS) == {"territory", "total", "window"}
    for name, share in explained.items():
        between = 0.0
        for option in {one.choices[name] for one in items}:
            some = [one.value for one in items if one.choices[name] == option]
            between += len(some) * (sum(some) / len(some) - mean) ** 2
        assert share == pytest.approx(between / whole)
    assert figure.specifications.most_influential == max(
        explained, key=lambda name: explained[name]
    )


@pytest.mark.parametrize(
    ("keys", "counts"),
    [
        ({"exporter": "CHN", "flow": "both"}, lambda one, other: "CHN" in (one, other)),
        ({"importer": "CHN", "flow": "both"}, lambda one, other: "CHN" in (one, other)),
        ({"exporter": "CHN"}, lambda one, other: one == "CHN"),
        ({"importer": "CHN"}, lambda one, other: other == "CHN"),
        ({}, lambda one, other: True),
    ],
)
def test_a_side_that_nobody_is_named_on_is_everybody(
    years: Lake, keys: dict[str, str], counts: Callable[[str, str], bool]
) -> None:
    figure = ep.ask("value", lake=years, goods="848210", period=2022, curve=True, **keys)
    assert figure.specifications is not None
    pairs = [pair for pair in itertools.permutations(AREAS, 2) if counts(*pair)]
    expected = sum(_value("2022", one, other, "848210") for one, other in pairs)
    of_year = [
        item.value
        for item in figure.specifications.items
        if item.choices["window"] == "as asked" and item.choices["territory"] in ("CHN", "as asked")
    ]
    assert of_year == [pytest.approx(expected)]
    assert figure.value == pytest.approx(expected)


def test_elasticities_of_a_longer_time_are_those_of_all_its_editions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The year has chips in the new edition; bearings are of the years before, in the old one."""
    given = {code: editions.Elasticity(value, "estimated") for code, value in SIGMA.items()}
    monkeypatch.setattr(
        editions, "elasticities_in", lambda _, editions: dict.fromkeys(editions, given)
    )
    told = [
        row(value, flow="M", reporter=buyer, partner=partner, product=code, edition=edition)
        | {"period": year}
        for year, edition in ((2020, "H5"), (2021, "H5"), (2022, "H6"))
        for buyer, partner, value in (
            (276, 156, 10.0 * (year - 2019)),
            (276, 792, 40.0),
            (156, 276, 20.0),
            (156, 792, 40.0),
        )
        for code in SIGMA
        if (code, edition) != ("848210", "H6")
    ]
    file = tmp_path / "reports.csv"
    file.write_text(text_of(told))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    keys = {"importer": "DEU", "exporter": "CHN", "goods": ",".join(SIGMA), "lake": lake}
    figure = ep.ask("nested_power", period=2022, curve=True, **keys)
    assert figure.specifications is not None, figure.reason
    values = {one.choices["window"]: one.value for one in figure.specifications.items}
    china = {"854231": [10.0, 20.0, 30.0], "848210": [10.0, 20.0]}

    def loss(bought: dict[str, list[float]]) -> float:
        whole = {code: sum(some) + 40.0 * len(some) for code, some in bought.items()}
        total = sum(whole.values())
        return sum(
            whole[code] / total / (SIGMA[code] - 1) * -math.log(1 - sum(some) / whole[code])
            for code, some in bought.items()
        )

    expected = {"as asked": loss({"854231": [30.0]}), "three-year average": loss(china)}
    assert values == pytest.approx(expected, rel=1e-12)
