"""The specification curve against asking each of its questions apart, and by hand."""

from __future__ import annotations

import random
import statistics
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from curve_plain import curved

import entrepot as ep
from entrepot.errors import RequestError
from entrepot.figures.availability import availability_of
from entrepot.figures.curve.choices import Numbered, Timed, TimeWindow
from entrepot.figures.curve.evaluate import Judge
from entrepot.figures.curve.measured import evaluated
from entrepot.figures.curve.partner_choices import GoodsChoice, PartnerChoice
from entrepot.figures.definition import Definition
from entrepot.figures.editions import goods_in
from entrepot.figures.evidence import NoAnswer, explained
from entrepot.figures.reconcile import reconcile_lake
from entrepot.figures.row_facts import editions_of
from entrepot.figures.rows import SourceRows
from entrepot.figures.run_measure import measure as measured
from entrepot.lake import Lake, fetch
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AREAS = {156: "CHN", 344: "HKG", 446: "MAC", 276: "DEU", 643: "RUS", 792: "TUR", 51: "ARM"}
CODES = ("854231", "854232", "852589", "852581", "848210", "845710", "880730", "901320", "854141")
OLD = ("854231", "854232", "852580", "848210", "845710", "880330", "901320", "854140")


def _reports() -> list[dict[str, Any]]:
    """Return everybody's trade with everybody in two years and two editions, with noise."""
    draw = random.Random(3)
    found = []
    for year, edition, codes in ((2021, "H5", OLD), (2022, "H6", CODES)):
        for seller in AREAS:
            for buyer in AREAS:
                if seller == buyer:
                    continue
                for code in codes:
                    base = draw.lognormvariate(9, 1)
                    usual = {"product": code, "edition": edition}
                    for flow, reporter, partner in (("X", seller, buyer), ("M", buyer, seller)):
                        if draw.random() < 0.15 and (seller, buyer) != (276, 156):
                            continue
                        value = round(base * draw.lognormvariate(0, 0.3), 2)
                        weight = round(value / 7, 2)
                        found.append(
                            row(value, flow=flow, reporter=reporter, partner=partner, **usual)
                            | {"period": year, "netWgt": weight}
                        )
    return found


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("curve")
    file = folder / "reports.csv"
    file.write_text(text_of(_reports()))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])
    reconcile_lake(lake, weights="variances")
    return lake


SHARE = {"importer": "RUS", "exporter": "CHN"}
KEYS: dict[str, dict[str, Any]] = {
    "import_share": {"importer": "RUS", "exporter": "CHN"},
    "export_share": {"importer": "CHN+HKG", "exporter": "DEU"},
    "hhi": {"importer": "CHN"},
    "cr": {"importer": "RUS", "k": 2},
    "asymmetry": {"importer": "RUS", "exporter": "CHN"},
    "value": {"importer": "RUS", "exporter": "CHN"},
    "growth": {"importer": "CHN", "exporter": "DEU", "base": 2021},
}


def _apart(
    lake: Lake, measure: str, keys: Mapping[str, Any], item: ep.figures.Specification
) -> float:
    """Return the measure of the question that a specification stands for, from its own rows."""
    said = dict(item.choices)
    day = said.get("listed", "as known").removeprefix("on ")
    goods = said.get("goods", "848210")
    if day != "as known":
        goods = ",".join(f"{one}@{day}" for one in goods.split(","))
    place = {}
    if said["territory"] != "as asked":
        side = "exporter" if "CHN" in str(keys.get("exporter", "")) else "importer"
        place = {side: said["territory"]}
    words = {"goods": goods, "quantity": said["quantity"], "concordance": said.get("followed")}
    asked = Definition.build(measure, **dict(keys) | {"period": 2022} | words | place)
    spans = [span for span in (asked.period, asked.base) if span]
    with lake.reading():
        [there] = availability_of(lake, said["source"], spans)
        voice = None if said["report"] == "reconciled" else said["report"][:-2]
        cells = SourceRows(lake, there, voice)
        found = measured(cells, asked, goods_in(asked, editions_of(cells, asked), lake))
    assert not isinstance(found, NoAnswer), found.reason
    return found.value


def test_editions_of_a_flow_are_those_of_its_total_in_one_query(lake: Lake) -> None:
    asked = Definition.build("import_share", **SHARE, period="2021-01..2022-12")
    with lake.explaining() as cost, lake.reading():
        [there] = availability_of(lake, "comtrade", [asked.period])
        assert editions_of(SourceRows(lake, there, "importer"), asked) == ("HS2017", "HS2022")
    assert len(cost.queries) == 1


@pytest.mark.parametrize(
    ("measure", "goods"),
    [*((measure, "chpl") for measure in KEYS), ("import_share", "848210"), ("growth", "848210")],
)
def test_each_is_what_the_question_gives_alone(lake: Lake, measure: str, goods: str) -> None:
    keys = KEYS[measure]
    figure = ep.ask(measure, lake=lake, goods=goods, period=2022, curve=True, **keys)
    found = figure.specifications
    assert found is not None
    items = [one for one in found.items if one.choices.get("total") == "as reported"]
    # Of suppliers told apart, Hong Kong with China as one is no question that can be asked alone.
    has_china = "CHN" in f"{keys.get('importer')}{keys.get('exporter')}"
    items = [one for one in items if has_china or one.choices["territory"] == "as asked"]
    assert len(items) >= (9 if goods == "chpl" else 3)
    assert len({tuple(sorted(one.choices.items())) for one in items}) == len(items)
    some = random.Random(goods + measure).sample(items, min(len(items), 8))
    for item in some:
        assert item.value == pytest.approx(_apart(lake, measure, keys, item), rel=1e-12), item
    usual = {
        "source": "reconciled",
        "report": "reconciled",
        "goods": "chpl",
        "listed": "as known",
        "followed": "family",
        "territory": next(
            (one for one in (keys.get("exporter"), keys["importer"]) if one and "CHN" in one),
            "as asked",
        ),
        "partners": "all",
        "quantity": "value",
        "window": "as asked",
    }
    [head] = [
        one
        for one in items
        if all(usual[name] == word for name, word in one.choices.items() if name in usual)
    ]
    assert head.value == pytest.approx(figure.value, rel=1e-12)
    for name, ends in found.alone.items():
        assert ends[0] <= head.value <= ends[1], name
    voices = {
        one.value
        for one in found.items  # also published figures, which have other choices
        if all(
            one.choices.get(x) == head.choices[x]
            for x in head.choices
            if x not in ("source", "report", "valuation", "basis")
        )
    }
    assert found.alone.get("report", (head.value,) * 2) == (min(voices), max(voices))
    assert figure.low <= found.items[0].value <= found.items[-1].value <= figure.high


def test_partners_who_are_only_added_up_are_counted_as_one(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: dict[str, set[str]] = {}

    def spied(cells: SourceRows, rows: Any, asked: Definition, *further: Any) -> Any:
        counted[asked.measure] = {name for (name,) in fetch(rows.select("exporter"))}
        return evaluated(cells, rows, asked, *further)

    monkeypatch.setattr("entrepot.figures.curve.evaluate.evaluated", spied)
    for measure in ("import_share", "hhi"):
        definition = Definition.build(measure, goods="848210", period=2022, **KEYS[measure])
        with lake.reading():
            assert curved(definition.but(source="comtrade", reported_by="importer"), lake)
    assert {"CHN", "other exporters"} < counted["import_share"]
    assert counted["import_share"] <= {"CHN", "HKG", "MAC", "other exporters"}
    assert {"DEU", "TUR"} < counted["hhi"]


def test_single_reports_are_heard_in_reconciled_rows_where_no_source_of_them_is_asked(
    lake: Lake,
) -> None:
    definition = Definition.build("import_share", goods="848210", period=2022, **SHARE)
    with lake.reading():
        every = curved(definition, lake)
        only = curved(definition.but(source="reconciled"), lake)
        told = curved(definition.but(reported_by="importer"), lake)
    kinds = {(one.choices["source"], one.choices["report"]) for one in every.items}
    assert kinds == {
        ("comtrade", "importer's"),
        ("comtrade", "exporter's"),
        ("reconciled", "reconciled"),
    }
    lost = dict(every.left_out)["reconciled: reports of one side"]
    assert lost == "they are taken from comtrade itself"
    assert {one.choices["report"] for one in only.items} == {
        "importer's",
        "exporter's",
        "reconciled",
    }
    assert {(one.choices["source"], one.choices["report"]) for one in told.items} == {
        ("comtrade", "importer's")
    }


def test_a_total_with_the_silent_is_that_of_its_territory_and_of_value_only(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Partners of larger Chinas tell less of them; what the silent ones had has no mass."""
    shares = {"CHN": 0.9, "CHN+HKG": 0.8, "CHN+HKG+MAC": 0.6}

    def covered(_: SourceRows, asked: Definition) -> SimpleNamespace:
        return SimpleNamespace(share=shares[asked.importer])

    for module in ("curve.evaluate", "no_value"):
        monkeypatch.setattr(f"entrepot.figures.{module}.mirror_coverage", covered)
    keys = {"importer": "CHN", "exporter": "DEU", "goods": "848210", "period": 2022}
    definition = Definition.build("import_share", source="comtrade", reported_by="exporter", **keys)
    with lake.reading():
        found = curved(definition, lake)
    said = {
        (one.choices["territory"], one.choices["quantity"], one.choices["total"]): one.value
        for one in found.items
    }
    places = {place for place, _, _ in said}
    assert places == set(shares)
    for place, share in shares.items():
        told = said[place, "value", "as reported"]
        assert said[place, "value", "non-reporting partners as before"] == pytest.approx(
            share * told
        )
        assert (place, "mass", "as reported") in said
        assert (place, "mass", "non-reporting partners as before") not in said
    why = dict(found.left_out)[
        "comtrade, exporter's reports: non-reporting partners as before, mass, as asked"
    ]
    assert why == "trade of non-reporting partners is known by value only"


def test_weights_of_value_are_no_weights_of_mass(lake: Lake) -> None:
    """A code that was split counts by its value; its mass is split in other parts."""
    keys = SHARE | {"goods": "852581", "period": 2022, "source": "comtrade"}
    definition = Definition.build("import_share", **keys)
    [goods] = goods_in(definition, ("HS2022",), lake)
    half = GoodsChoice((), (replace(goods, weights=(("852581", 0.5),)),))
    assert half.is_weighted
    left: list[tuple[str, str]] = []
    with lake.reading():
        [there] = availability_of(lake, "comtrade", [definition.period])
        time = Timed(TimeWindow("as asked", definition), SourceRows(lake, there, "exporter"))
        judge = Judge([time], {(0, 0): 1.0}, left)
        whole = Numbered(time.span, GoodsChoice((), (goods,)))
        ways = [PartnerChoice("CHN", definition)]
        assert judge.weighted_enough(whole, 0, [0], ways, "mass") == [0]
        split = Numbered(time.span, half)
        assert judge.weighted_enough(split, 0, [0], ways, "value") == [0]
        assert judge.weighted_enough(split, 0, [0], ways, "mass") == []
    assert [why for _, why in left] == ["weights split values of codes, and their masses otherwise"]


def test_every_choice_is_crossed(lake: Lake) -> None:
    figure = ep.ask(
        "import_share",
        lake=lake,
        goods="chpl",
        period=2022,
        curve=True,
        **KEYS["cr"] | {"k": None, "exporter": "CHN"},
    )
    items = figure.specifications.items
    options: dict[str, set[str]] = {}
    for item in items:
        for name, word in item.choices.items():
            options.setdefault(name, set()).add(word)
    assert options["source"] == {"comtrade", "reconciled"}
    assert options["report"] == {"reconciled", "importer's", "exporter's"}
    assert options["territory"] == {"CHN", "CHN+HKG", "CHN+HKG+MAC"}
    assert options["quantity"] == {"value", "mass"}
    assert options["goods"] == {"chpl", "chpl:1", "chpl:1,chpl:2", "chpl:1,chpl:2,chpl:3"}
    plain = [one for one in items if one.choices["goods"] == "chpl:1"]
    # Chips are the same codes in each edition: three voices, of which both sources keep reports.
    assert len(plain) == 3 * 3 * 2
    text = figure.specifications.to_dict()
    assert text["count"] == len(items)
    assert text["min"] <= text["p5"] <= text["median"] <= text["p95"] <= text["max"]
    assert text["most_influential"] == next(iter(text["explained"]))


def test_goods_whose_codes_moved_between_two_times_have_no_causes(lake: Lake) -> None:
    """Cameras and aircraft changed their codes in between, chips and bearings did not."""
    keys = {"importer": "RUS", "exporter": "CHN", "period": 2022, "base": 2021}
    definition = Definition.build("change_of_share", goods="chpl", source="comtrade", **keys)
    with lake.reading():
        found = curved(definition, lake)
    counted = {(item.choices["goods"], item.choices["followed"]) for item in found.items}
    assert ("chpl:1", "family") in counted
    assert ("chpl", "family") not in counted
    reasons = dict(found.left_out)
    why = reasons["comtrade, importer's reports: chpl, as known, family, as asked"]
    assert "codes are in one of them only" in why


def test_a_threshold_is_counted(lake: Lake) -> None:
    figure = ep.ask(
        "import_share",
        lake=lake,
        goods="chpl",
        period=2022,
        curve=True,
        above=0.35,
        **KEYS["import_share"],
    )
    values = [one.value for one in figure.specifications.items]
    share = sum(value > 0.35 for value in values) / len(values)
    assert 0 < share < 1
    assert figure.specifications.to_dict()["above"] == share


def test_variance_is_explained_as_by_hand() -> None:
    """Two choices that add up explain all of it, each its own part; a third explains nothing."""
    items = [
        ep.figures.Specification({"a": str(a), "b": str(b), "c": str(c)}, 3.0 * a + 1.0 * b)
        for a in (0, 1)
        for b in (0, 1, 2)
        for c in (0, 1)
    ]
    found = explained(items)
    of_a, of_b = statistics.pvariance([0, 3]), statistics.pvariance([0, 1, 2])
    assert found["a"] == pytest.approx(of_a / (of_a + of_b))
    assert found["b"] == pytest.approx(of_b / (of_a + of_b))
    assert found["c"] == pytest.approx(0)
    assert list(found) == ["a", "b", "c"]
    assert explained(items[:1]) == {}
    alike = [ep.figures.Specification({"a": str(a)}, 1.0) for a in (0, 1)]
    assert explained(alike) == {"a": 0.0}


def test_mass_that_is_often_missing_is_no_choice(tmp_path: Path) -> None:
    rows = [
        row(100.0, reporter=643, partner=partner, product="848210", edition="H6")
        | {"period": 2022, "netWgt": weight}
        for partner, weight in ((156, 10.0), (276, None), (792, 5.0))
    ]
    file = tmp_path / "reports.csv"
    file.write_text(text_of(rows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    figure = ep.ask(
        "import_share", lake=lake, goods="848210", period=2022, curve=True, **KEYS["import_share"]
    )
    found = figure.specifications
    assert {one.choices["quantity"] for one in found.items} == {"value"}
    assert {one.choices["territory"] for one in found.items} == {"CHN"}
    why = dict(found.left_out)
    assert "67 %" in why["comtrade, importer's reports: mass, as asked"]
    assert "nothing of HKG" in why["comtrade, importer's reports: CHN+HKG"]
    assert (
        "comtrade is loaded for 2022, not for"
        in why["comtrade, importer's reports: three-year average"]
    )
    assert "did not report" in why["comtrade, exporter's reports"]


def test_what_has_no_curve_says_so(lake: Lake) -> None:
    keys = {"lake": lake, "goods": "848210", "period": 2022, "curve": True}
    with pytest.raises(RequestError, match="has no curve"):
        ep.ask("supplier_loss", importer="RUS", exporter="CHN", sigma=4.0, **keys)
    with pytest.raises(RequestError, match="overlap"):
        ep.ask("import_share", importer="EU27", exporter="DEU", **keys)
    keys = {"importer": "RUS", "exporter": "CHN", "goods": "all", "period": 2023}
    printed, plain = (
        ep.ask("value", lake=lake, source="published", curve=curve, **keys)
        for curve in (True, False)
    )
    assert printed.specifications is not None, "published figures are specifications, too"
    assert (printed.low, printed.high) == (plain.low, plain.high)
