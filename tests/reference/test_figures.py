"""Figures against numbers that were computed or printed elsewhere."""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures import Definition
from entrepot.figures.availability import Availability
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.figure import headline
from entrepot.figures.row_facts import areas_without_records
from entrepot.figures.rows import SourceRows
from entrepot.figures.run_measure import Measured
from entrepot.figures.run_measure import measure as measured
from entrepot.goods import goods_selection

if TYPE_CHECKING:
    from pathlib import Path

TO_RUSSIA = [45.9, 50.3, 50.8, 53.0, 69.6, 75.4, 110.0]
TO_CHINA = [42.1, 55.3, 58.9, 51.2, 72.1, 114.1, 129.0]
LISTED = [3549, 4264, 3555, 3818, 5321, 3763, 5243]
MACHINES = [45, 47, 56, 54, 83, 222, 813]
CHIPS = [66, 93, 114, 140, 211, 170, 167]
YEARS = range(2017, 2024)
PRINTED = [
    ("CHN", "RUS", "all", TO_RUSSIA, 1e9, 0.05),
    ("RUS", "CHN", "all", TO_CHINA, 1e9, 0.05),
    ("CHN", "RUS", "chpl", LISTED, 1e6, 0.5),
    ("CHN", "RUS", "chpl:4.B", MACHINES, 1e6, 0.5),
    ("CHN", "RUS", "chpl:1", CHIPS, 1e6, 0.5),
]


@pytest.fixture(scope="module")
def lake(baci_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ep.Lake:
    held = ep.Lake.open(tmp_path_factory.mktemp("lake"))
    held.add("baci", [baci_csv])
    return held


@pytest.fixture
def empty(tmp_path: Path) -> ep.Lake:
    return ep.Lake.open(tmp_path / "nothing")


@pytest.mark.parametrize("source", ["baci", "computed"])
@pytest.mark.parametrize(("exporter", "importer", "goods", "values", "unit", "rounding"), PRINTED)
def test_totals_agree_with_outside_figures(
    request: pytest.FixtureRequest,
    source: str,
    exporter: str,
    importer: str,
    goods: str,
    values: list[float],
    unit: float,
    rounding: float,
) -> None:
    """From rows of BACI, and from the bundled results without any data."""
    held = request.getfixturevalue("lake" if source == "baci" else "empty")
    keys = {"exporter": exporter, "importer": importer, "goods": goods, "source": source}
    for year, expected in zip(YEARS, values, strict=True):
        figure = ep.ask("value", lake=held, period=year, **keys)
        assert figure.value == pytest.approx(expected * unit, abs=rounding * unit)


def test_the_range_shows_the_two_codes_that_flip_the_sign(lake: ep.Lake) -> None:
    keys = {"exporter": "CHN", "importer": "RUS", "goods": "chpl", "source": "baci"}
    figure = ep.ask("growth", lake=lake, period=2023, base=2021, **keys)
    assert figure.value == pytest.approx((5243 / 5321 - 1) * 100, abs=0.03)
    assert figure.specifications is not None
    usual = {"goods": "chpl", "listed": "as known", "territory": "CHN", "window": "as asked"}
    by_way = {
        item.choices["followed"]: item.value
        for item in figure.specifications.items
        if usual.items() <= item.choices.items()
    }
    assert by_way["family"] == figure.value
    assert by_way["without_changed"] == pytest.approx((5029 / 4184 - 1) * 100, abs=0.05)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 0 < by_way["without_changed"] <= figure.high
    assert {"reporter-break", "edition-break", "missing-codes"} <= {c.id for c in figure.caveats}
    assert figure.evidence[0].reported_by == {"both": 47, "exporter": 47}


def test_a_share_is_refused_on_an_extract(lake: ep.Lake) -> None:
    """China and Russia alone would make China's share of Russia's imports 100 %."""
    keys = {"exporter": "CHN", "importer": "RUS", "period": 2023}
    for measure in ("import_share", "export_share", "asymmetry"):
        figure = ep.ask(measure, lake=lake, source="baci", **keys)
        assert (figure.status, figure.value) == ("insufficient_data", None)
        assert "only" in str(figure.reason)
    assert ep.ask("hhi", lake=lake, importer="RUS", period=2023, source="baci").value is None
    assert ep.ask("import_share", lake=lake, **keys).status == "ok"  # from printed figures


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[ep.Lake, Path]:
    """A made-up world of five countries in the shape of BACI."""
    folder = tmp_path_factory.mktemp("world")
    path = folder / "BACI_HS17_WORLD_2020_2021.csv"
    areas = [156, 643, 276, 344, 842]  # CHN, RUS, DEU, HKG, USA
    rows = []
    for year in (2020, 2021):
        for place, (seller, buyer) in enumerate((s, b) for s in areas for b in areas if s != b):
            for product in ("10121", "854231", "901380", "854890"):
                amount = (place * 37 + int(product) % 89 + year % 7) % 101 + 0.25
                rows.append((year, seller, buyer, product, amount, amount / 3))
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow("tijkvq")
        writer.writerows(rows)
    lake = ep.Lake.open(folder / "lake")
    lake.add("baci", [path])
    return lake, path


def totals(path: Path, goods: set[str] | None = None) -> dict[tuple[int, str, str], float]:
    """Sums in plain Python, straight from the file."""
    names = {"156": "CHN", "643": "RUS", "276": "DEU", "344": "HKG", "842": "USA"}
    found: dict[tuple[int, str, str], float] = defaultdict(float)
    with path.open(encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            if goods is None or row["k"].zfill(6) in goods:
                cell = (int(row["t"]), names[row["i"]], names[row["j"]])
                found[cell] += float(row["v"]) * 1000
    return found


def test_measures_against_brute_force(world: tuple[ep.Lake, Path]) -> None:
    lake, path = world
    for goods, codes in (("all", None), ("chpl", {"854231", "901380", "854890"})):
        cells = totals(path, codes)
        bought = {s: v for (t, s, b), v in cells.items() if (t, b) == (2021, "RUS")}
        sold = {b: v for (t, s, b), v in cells.items() if (t, s) == (2021, "CHN")}
        china, everything = bought["CHN"], sum(bought.values())
        both = china + bought["HKG"]
        expected = {
            "value": china,
            "import_share": china / everything,
            "export_share": china / sum(sold.values()),
            "growth": (china / cells[2020, "CHN", "RUS"] - 1) * 100,
            "asymmetry": (china / everything) / (china / sum(sold.values())),
        }
        keys = {"lake": lake, "importer": "RUS", "goods": goods, "period": 2021, "source": "baci"}
        for measure, value in expected.items():
            figure = ep.ask(measure, exporter="CHN", **keys)
            assert figure.value == pytest.approx(value, rel=1e-9), measure
        hhi = ep.ask("hhi", **keys)
        index = sum((v / everything) ** 2 for v in bought.values())
        assert hhi.value == pytest.approx(index)
        assert hhi.details["effective_suppliers"] == pytest.approx(1 / index)
        assert hhi.details["suppliers"] == len(bought)
        top = sorted(bought.values(), reverse=True)[:2]
        assert ep.ask("cr", k=2, **keys).value == pytest.approx(sum(top) / everything)
        share = ep.ask("import_share", exporter="CHN", **keys)
        assert share.spread["territory"][1] == pytest.approx(both / everything, rel=1e-9)
        assert "territory" in str(share.range)


def test_a_total_is_refused_on_an_extract(lake: ep.Lake) -> None:
    """Russia alone would make China's exports to the world 110 instead of 3,380 bn USD."""
    for keys in ({"exporter": "CHN"}, {"importer": "RUS"}, {"exporter": "CHN", "flow": "both"}):
        for measure in ("value", "growth"):
            figure = ep.ask(measure, lake=lake, period=2023, source="baci", **keys)
            assert (figure.value, "only" in str(figure.reason)) == (None, True), (measure, keys)
    brics = ep.ask("value", lake=lake, exporter="BRICS", importer="KAZ", period=2023, source="baci")
    assert "no exports by Brazil" in str(brics.reason)


def test_several_areas_count_as_one(world: tuple[ep.Lake, Path]) -> None:
    """What Germany and America trade with each other is not their trade with the world."""
    lake, path = world
    cells = {(s, b): v for (t, s, b), v in totals(path).items() if t == 2021}
    pair = {"DEU", "USA"}
    bought = {s: 0.0 for s, _ in cells if s not in pair}
    for (seller, buyer), value in cells.items():
        if buyer in pair and seller not in pair:
            bought[seller] += value
    sold = sum(v for (s, b), v in cells.items() if s in pair and b not in pair)
    everything = sum(bought.values())
    china = sum(v for (s, b), v in cells.items() if s == "CHN")
    keys = {"lake": lake, "period": 2021, "source": "baci"}
    ours = {"importer": "DEU+USA", **keys}
    expected = {
        "value": everything,
        "hhi": sum((v / everything) ** 2 for v in bought.values()),
        "cr": max(bought.values()) / everything,
    }
    for measure, value in expected.items():
        figure = ep.ask(measure, **ours)
        assert figure.value == pytest.approx(value, rel=1e-9), measure
        assert "inside-group" in {item.id for item in figure.caveats}
    share = ep.ask("import_share", exporter="CHN", **ours)
    assert share.value == pytest.approx(bought["CHN"] / everything, rel=1e-9)
    weight = ep.ask("asymmetry", exporter="CHN", **ours)
    assert weight.value == pytest.approx((bought["CHN"] / everything) / (bought["CHN"] / china))
    both = ep.ask("value", flow="both", **ours)
    assert both.value == pytest.approx(everything + sold, rel=1e-9)


def test_a_member_sells_to_its_group(tmp_path: Path) -> None:
    """The total then needs what members sell each other."""
    members = {"CAN": 124, "DEU": 276, "FRA": 251, "GBR": 826, "ITA": 380, "JPN": 392, "USA": 842}
    areas = members | {"CHN": 156, "TUR": 792}
    bought = {
        (seller, buyer): 10.0 + 3 * place
        for place, (seller, buyer) in enumerate(itertools.permutations(areas, 2))
    }
    lines = [f"2021,{areas[s]},{areas[b]},854231,{v},1.0" for (s, b), v in bought.items()]
    path = tmp_path / "BACI_HS17_Y2021_V202601.csv"
    path.write_text("\n".join(["t,i,j,k,v,q", *lines, ""]), encoding="utf-8")
    lake = ep.Lake.open(tmp_path / "lake")
    lake.add("baci", [path])
    member = ep.ask(
        "import_share", importer="G7", exporter="USA", lake=lake, period=2021, source="baci"
    )
    inside = {pair: value for pair, value in bought.items() if pair[1] in members}
    ours = sum(value for (seller, _), value in inside.items() if seller == "USA")
    assert member.value == pytest.approx(ours / sum(inside.values()), rel=1e-9)
    assert "as the partner is a member" in " ".join(str(member).split())


def test_a_member_that_a_whole_source_does_not_know_is_named(
    world: tuple[ep.Lake, Path],
) -> None:
    """BACI counts Liechtenstein with Switzerland, which must not make a coalition's share void."""
    lake, path = world
    cells = {(s, b): v for (t, s, b), v in totals(path).items() if t == 2021}
    bought = {s: v for (s, b), v in cells.items() if b == "RUS"}
    goods = (goods_selection("all", nomenclature="HS2017"),)
    held = Availability(
        "baci", "0" * 12, ("HS2017",), "A", "USD", False, has_reports=False, few_products=False
    )
    rows = SourceRows(lake, held)
    asked = Definition.build("import_share", importer="RUS", exporter="DEU+LIE", period=2021)
    found = measured(rows, asked, goods)
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(bought["DEU"] / sum(bought.values()))
    assert areas_without_records(rows, asked) == {"exporter": {"LIE"}}
    assert isinstance(measured(rows, asked.but(exporter="LIE"), goods), NoAnswer)


def test_two_way_trade(world: tuple[ep.Lake, Path]) -> None:
    lake, path = world
    cells = totals(path)
    figure = ep.ask("value", lake=lake, exporter="CHN", importer="RUS", period=2020, flow="both")
    assert figure.value == pytest.approx(cells[2020, "CHN", "RUS"] + cells[2020, "RUS", "CHN"])


def test_a_balance_is_exports_less_imports(world: tuple[ep.Lake, Path]) -> None:
    lake, path = world
    cells = totals(path)
    forth, back = cells[2020, "CHN", "RUS"], cells[2020, "RUS", "CHN"]
    keys: dict[str, Any] = {"lake": lake, "period": 2020, "flow": "balance"}
    figure = ep.ask("value", exporter="CHN", importer="RUS", **keys)
    assert figure.value == pytest.approx(forth - back)
    assert figure.details["exports_usd"] == pytest.approx(forth)
    assert figure.details["imports_usd"] == pytest.approx(back)
    assert headline(figure).startswith("China’s trade balance with Russia")
    assert ep.ask("value", exporter="RUS", importer="CHN", **keys).value == pytest.approx(
        back - forth
    )
    sold = sum(value for (year, one, _), value in cells.items() if (year, one) == (2020, "RUS"))
    bought = sum(value for (year, _, one), value in cells.items() if (year, one) == (2020, "RUS"))
    whole = ep.ask("value", exporter="RUS", **keys)
    assert whole.value == pytest.approx(sold - bought)
    with pytest.raises(ep.EntrepotError, match="growth of a balance makes no sense"):
        ep.ask("growth", exporter="CHN", importer="RUS", **keys)


def test_a_balance_of_published_figures_is_of_one_countrys_statistics(tmp_path: Path) -> None:
    """Chinese customs print both directions of 2024: exports FOB, imports CIF."""
    lake = ep.Lake.open(tmp_path / "lake")
    keys: dict[str, Any] = {"lake": lake, "period": 2024}
    forth = ep.ask("value", exporter="CHN", importer="RUS", **keys)
    back = ep.ask("value", exporter="RUS", importer="CHN", **keys)
    figure = ep.ask("value", exporter="CHN", importer="RUS", flow="balance", **keys)
    origins = {one.evidence[0].origin for one in (forth, back, figure)}
    assert len(origins) == 1
    assert figure.value == pytest.approx(forth.required() - back.required())
    assert "derived" in {one.id for one in figure.caveats}


@pytest.mark.parametrize("flow", ["both", "balance"])
def test_one_direction_is_no_trade_both_ways(tmp_path: Path, flow: str) -> None:
    """Half of two-way trade was given as the whole where the source has one direction only."""
    path = tmp_path / "BACI_HS17_Y2021_V202601.csv"
    lines = ["2021,156,643,854231,7.0,1.0", "2021,156,276,854231,5.0,1.0"]
    lines += ["2021,643,276,854231,3.0,1.0", "2021,643,156,270112,2.0,1.0"]
    path.write_text("\n".join(["t,i,j,k,v,q", *lines, ""]), encoding="utf-8")
    lake = ep.Lake.open(tmp_path / "lake")
    lake.add("baci", [path])
    keys: dict[str, Any] = {"exporter": "CHN", "importer": "RUS", "period": 2021, "lake": lake}
    chips = ep.ask("value", goods="854231", flow=flow, **keys)
    assert (chips.status, chips.value) == ("insufficient_data", None)
    why = str(chips.reason)
    assert "baci records no 854231 from Russia to China in 2021, only the other direction" in why
    assert f"(--exporter CHN --importer RUS without --flow {flow})" in why
    whole = ep.ask("value", goods="854231,270112", flow=flow, **keys)
    assert whole.value == pytest.approx(1000 * (7 + 2 if flow == "both" else 7 - 2))


def test_what_is_not_recorded_is_not_zero(world: tuple[ep.Lake, Path]) -> None:
    lake, _ = world
    figure = ep.ask("value", lake=lake, exporter="CHN", importer="RUS", goods="8703", period=2020)
    assert (figure.status, figure.value) == ("insufficient_data", None)
    assert "does not mean zero" in str(figure.reason)
    absent = ep.ask("import_share", lake=lake, exporter="FRA", importer="RUS", period=2020)
    assert absent.value is None
    year = ep.ask("value", lake=lake, exporter="CHN", importer="RUS", period=1999)
    assert "1999" in str(year.reason)


def test_published_spread_of_independent_origins(empty: ep.Lake) -> None:
    """Gaidar 39, Capital Economics and BOFIT 50 for China's part of Russia's imports in 2025."""
    keys = {"lake": empty, "exporter": "CHN", "importer": "RUS", "period": 2025}
    figure = ep.ask("import_share", **keys)
    assert (figure.value, figure.low, figure.high) == (0.39, 0.39, 0.50)
    assert figure.evidence[0].origin == "GAIDAR"
    weight = ep.ask("asymmetry", **keys)
    assert weight.value == pytest.approx(39 / 2.7)
    assert {item.origin for item in weight.evidence} == {"GAIDAR"}


def test_spot_conversions_are_not_evidence(empty: ep.Lake) -> None:
    figure = ep.ask(
        "value", lake=empty, exporter="CHN", importer="RUS", period=2025, flow="both"
    )  # fmt: skip
    assert figure.value == pytest.approx(228.105e9)
    assert figure.high is not None
    assert figure.high < 230e9
    assert "low-confidence" in {item.id for item in figure.caveats}


def test_mainland_and_hong_kong_add_up(empty: ep.Lake) -> None:
    keys = {"lake": empty, "importer": "RUS", "goods": "chpl", "period": 2023}
    mainland = ep.ask("import_share", exporter="CHN", **keys)
    assert mainland.value == pytest.approx(0.563)
    assert ep.ask("import_share", exporter="CHN+HKG", **keys).value == pytest.approx(0.756)
    assert mainland.low is not None
    assert mainland.high is not None
    assert mainland.low < 0.40
    assert mainland.high == pytest.approx(0.90)


def test_derived_growth_keeps_currency_apart(empty: ep.Lake) -> None:
    keys = {"lake": empty, "exporter": "CHN", "importer": "RUS", "period": 2025}
    assert ep.ask("growth", currency="CNY", **keys).value == pytest.approx(-9.9)
    dollars = ep.ask("growth", currency="USD", source="published", **keys)
    assert dollars.value is not None
    assert dollars.value < -10


@pytest.mark.parametrize(
    ("measure", "keys", "message"),
    [
        ("import_shar", {}, "did you mean import_share"),
        ("value", {"source": "bacci"}, "did you mean baci"),
        ("value", {"goods": "chppl"}, "chpl"),
        ("value", {"goods": "chpl:9"}, "chpl"),
        ("import_share", {"exporter": "WLD"}, "needs a country or group as exporter"),
        ("import_share", {"importer": "WLD"}, "needs an importer and an exporter"),
        ("hhi", {"importer": "WLD"}, "needs an importer"),
        ("export_share", {"importer": "WLD"}, "needs a country or group as importer"),
        ("export_share", {"importer": "WLD"}, "the world is all of it"),
        ("import_share", {"flow": "both"}, "no two-way form"),
        ("import_share", {"base": 2021}, "has no base"),
        ("hhi", {}, "has no exporter"),
        ("import_share", {"k": 3}, "has no k"),
        ("cr", {"k": 0}, "k is 0"),
        ("growth", {"base": 2024}, "does not end before"),
        ("growth", {"base": "2021..2022"}, "12 months and the base 2021 to 2022 has 24"),
    ],
)
def test_wrong_requests(empty: ep.Lake, measure: str, keys: dict[str, Any], message: str) -> None:
    asked = {"importer": "RUS", "exporter": "CHN", "period": 2023} | keys
    with pytest.raises((RequestError, UnknownNameError), match=message):
        ep.ask(measure, lake=empty, **asked)


def test_one_way_of_writing_is_as_good_as_another(empty: ep.Lake) -> None:
    keys = {"lake": empty, "importer": "RUS", "period": 2023}
    plain = ep.ask("import_share", exporter="CHN+HKG", goods="chpl", **keys)
    typed = ep.ask("import_share", exporter="CHN + HKG", goods=" CHPL", **keys)
    assert plain.status == "ok"
    assert typed.to_dict() == plain.to_dict()


def test_a_span_is_measured_against_the_span_before_it(lake: ep.Lake) -> None:
    keys = {"lake": lake, "exporter": "CHN", "importer": "RUS", "source": "baci"}
    figure = ep.ask("growth", period="2021..2023", **keys)
    assert str(figure.definition.base) == "2018..2020"
    expected = (sum(TO_RUSSIA[4:7]) / sum(TO_RUSSIA[1:4]) - 1) * 100
    assert figure.value == pytest.approx(expected, abs=0.2)


def test_nothing_held_says_how_to_get_it(empty: ep.Lake) -> None:
    figure = ep.ask("hhi", lake=empty, importer="RUS", period=2023)
    assert figure.status == "insufficient_data"
    assert "entrepot data add baci" in str(figure.reason)
    named = ep.ask("value", lake=empty, importer="RUS", goods="named:chips", period=2023)
    assert "names no list" in str(named.reason)


def test_a_figure_says_whose_number_it_is(empty: ep.Lake, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "period": 2023}
    assert ep.ask("import_share", goods="chpl", lake=empty, **asked).kind == "published"
    ours = ep.ask("value", goods="chpl", source="computed", lake=empty, **asked)
    assert ours.kind == "computed"
    none = ep.ask("value", goods="854231", lake=empty, **asked)
    assert (none.status, none.kind, none.to_dict()["kind"]) == ("insufficient_data", None, None)
    assert ours.to_dict()["id"] == ours.id
    head = "DATAFLOW,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE"
    for status, kind in (("A", "reported"), ("E", "estimated")):
        lines = [
            f"IMF.STA:IMTS(1.0.0),THA,MG_CIF_USD,{who},A,2022,{value},6,{status}"
            for who, value in (("CHN", 7), ("USA", 3))
        ]
        path = tmp_path / f"{status}.csv"
        path.write_text("\n".join([f"{head},STATUS", *lines, ""]))
        lake = ep.Lake.open(tmp_path / status)
        lake.add("imts", [path])
        figure = ep.ask("value", importer="THA", exporter="CHN", period=2022, lake=lake)
        assert figure.kind == kind


def test_the_id_of_a_figure_is_of_the_question_and_the_data(tmp_path: Path) -> None:
    """The same in two lakes with the same file, whatever else is loaded; else another one."""
    text = "t,i,j,k,v,q\n2022,156,643,854231,{},1\n2022,490,643,854231,3,1\n"
    ids = {}
    for name, value in (("one", 7), ("two", 7), ("other", 8)):
        path = tmp_path / name / "BACI_HS17_Y2022_V202401.csv"
        path.parent.mkdir()
        path.write_text(text.format(value))
        lake = ep.Lake.open(tmp_path / name / "lake")
        lake.add("baci", [path])
        asked: dict[str, Any] = {"importer": "RUS", "goods": "854231", "period": 2022}
        figure = ep.ask("import_share", exporter="CHN", lake=lake, **asked)
        assert figure.kind == "reconciled"
        curve = ep.ask("import_share", exporter="CHN", lake=lake, curve=True, **asked)
        assert curve.id == figure.id
        ids[name] = figure.id
        assert ep.ask("import_share", exporter="TWN", lake=lake, **asked).id != figure.id
    assert ids["one"] == ids["two"] != ids["other"]
