"""The curve of a cut-off: each specification in plain Python, and asked one by one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from curve_plain import curved
from curve_rows import MADE, NOBODY, ROWS
from cutoff_plain import bought_after, worth

import entrepot as ep
from entrepot.figures.definition import Definition
from entrepot.lake import Lake
from made_comtrade import text_of

if TYPE_CHECKING:
    from entrepot.figures import Specification

ODD = set(NOBODY.values())
SIGMA = {"854231": 6.0, "854232": 4.0, "848210": 9.0}
AVERAGE = "854232"
"""Its estimate was not significant; so little of it is sold that the others can stand alone."""
PARTS = {f"{100 * part:g} % of elasticities": part for part in (0.1, 0.3, 1.0)}
DIVERT = {f"{100 * part:g} % of what others sell elsewhere": part for part in (0, 0.05, 0.1, 0.25)}
ASK: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "CHN",
    "goods": "854231,854232,848210,901320",
    "period": 2022,
}
WINDOWS = {"as asked": {2022}, "three-year average": {2020, 2021, 2022}}


def scaled(code: str, value: float) -> float:
    return value / 100 if code == AVERAGE else value


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("curve")
    found = Lake.open(folder / "lake")
    told = [
        made | {"primaryValue": scaled(one.code, one.value), "classificationCode": "H3"}
        for made, one in MADE
    ]
    (folder / "reports.csv").write_text(text_of(told))
    found.add("comtrade", [folder / "reports.csv"])
    lines = ["HS6,zero,positive,sigma", "854231,0,0,-6", "854232,1,0,-4", "848210,0,0,-9"]
    (folder / "ProTEE_0_1.csv").write_text("\n".join([*lines, "901320,1,0,"]) + "\n")
    found.add("elasticities", [folder / "ProTEE_0_1.csv"])
    return found


def by_hand(item: Specification, sigma: float | None = None) -> float:
    says = item.choices
    stops, years = set(says["territory"].split("+")), WINDOWS[says["window"]]
    odd = ODD if says["partners"] == "countries only" else set()
    divert, part = DIVERT[says["divertible"]], PARTS.get(says.get("short run", ""), 1.0)
    lost = known = 0.0
    for code in ASK["goods"].split(","):
        before: dict[str, float] = {}
        elsewhere: dict[str, float] = {}
        for row in ROWS:
            fits = row.code == code and row.year in years and row.voice == says["report"]
            if not fits or row.seller == row.buyer or {row.seller, row.buyer} & odd:
                continue
            into = before if row.buyer == "RUS" else elsewhere
            into[row.seller] = into.get(row.seller, 0.0) + scaled(code, row.value)
        before.pop("RUS", None)
        most = {
            one: 0.0
            if one in stops
            else value + (0.0 if one in ODD else divert * elsewhere.get(one, 0.0))
            for one, value in before.items()
        }
        kept = SIGMA.get(code) if sigma is None else sigma
        if kept is None or (code == AVERAGE and says.get("elasticity", "all") != "all"):
            assert stops & before.keys()  # or nothing of it would be lost, whatever it is
            continue
        used = max(1.25, part * kept) if sigma is None else sigma
        bill = sum(before.values())
        known += bill
        lost += bill * (1 - worth(before, bought_after(before, most), used))
    return lost / known


@pytest.mark.parametrize("sigma", [None, 3.0])
def test_each_specification_in_plain_python(lake: Lake, sigma: float | None) -> None:
    asked = Definition.build("cutoff", **ASK | {"sigma": sigma})
    found = curved(asked, lake)
    for item in found.items:
        assert item.value == pytest.approx(by_hand(item, sigma), rel=1e-9), item.choices
    names = {name: {item.choices.get(name) for item in found.items} for name in found.explained}
    assert names["divertible"] == set(DIVERT)
    assert names["report"] == {"importer's", "exporter's"}
    assert names["territory"] == {"CHN", "CHN+HKG", "CHN+HKG+MAC"}
    assert names["partners"] == {"all", "countries only"}
    assert names["window"] == set(WINDOWS)
    if sigma is None:
        assert names["short run"] == set(PARTS)
        assert names["elasticity"] == {"all", "estimated for the code only"}
    assert len(found.items) == 2 * 2 * 3 * 2 * 4 * (1 if sigma else 6)
    assert len({tuple(item.choices.items()) for item in found.items}) == len(found.items)


def test_the_value_and_its_range_are_among_them(lake: Lake) -> None:
    figure = ep.ask("cutoff", lake=lake, curve=True, **ASK)
    assert figure.specifications is not None
    values = [item.value for item in figure.specifications.items]
    assert figure.value in [pytest.approx(value, rel=1e-12) for value in values]
    assert (figure.low, figure.high) == (pytest.approx(min(values)), pytest.approx(max(values)))
    # Alone, each starts from the value, and "short run" has 10 to 100 % of the elasticities.
    low, high = figure.specifications.alone["short run"]
    assert low < figure.value < high


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Lake]:
    """The same in two editions, with and without what is no country."""
    found = {}
    for name, odd in (("all", set()), ("countries only", ODD)):
        folder = tmp_path_factory.mktemp("listed")
        told = [made for made, one in MADE if not {one.seller, one.buyer} & odd]
        (folder / "reports.csv").write_text(text_of(told))
        found[name] = Lake.open(folder / "lake")
        found[name].add("comtrade", [folder / "reports.csv"])
    return found


def test_lists_asked_one_by_one(listed: dict[str, Lake]) -> None:
    keys = ASK | {"goods": "chpl", "sigma": 3.0, "fixed_supply": "DEU"}
    found = curved(Definition.build("cutoff", **keys), listed["all"])
    apart: dict[tuple[str, ...], dict[str, float]] = {}
    names = ("goods", "followed", "territory", "partners", "window", "report")
    for item in found.items:
        key = tuple(item.choices[name] for name in names)
        apart.setdefault(key, {})[item.choices["divertible"]] = item.value
    assert len({key[0] for key in apart}) > 1
    assert {key[4] for key in apart} == set(WINDOWS)
    for key in random.Random(5).sample(sorted(apart), 6):
        goods, followed, territory, partners, window, report = key
        figure = ep.ask(
            "cutoff",
            lake=listed[partners],
            **keys
            | {
                "goods": goods,
                "concordance": followed,
                "exporter": territory,
                "period": f"{min(WINDOWS[window])}..2022" if len(WINDOWS[window]) > 1 else "2022",
                "reported_by": report.removesuffix("'s"),
            },
        )
        ends = figure.spread["errors"] if figure.spread else (figure.low, figure.high)
        values = apart[key].values()
        assert apart[key]["10 % of what others sell elsewhere"] == pytest.approx(figure.value), key
        assert ends == pytest.approx((min(values), max(values))), key


def test_what_has_no_value_is_left_out_with_its_reason(lake: Lake) -> None:
    asked = Definition.build("cutoff", **ASK | {"goods": "901320"})
    found = curved(asked, lake)
    assert not found.items
    assert any("none of these goods has an elasticity" in why for _, why in found.left_out)
    # All of it is an average: without it there is nothing, and so it says.
    found = curved(Definition.build("cutoff", **ASK | {"goods": AVERAGE}), lake)
    reasons = {why for what, why in found.left_out if "estimated for the code only" in what}
    assert reasons == {"0 % of the bill has an elasticity of its own, too little"}
    assert "elasticity" not in found.explained
