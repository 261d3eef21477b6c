"""Figures about inputs against plain sums over a made-up table, every way to count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures import Definition, Figure, inputs
from entrepot.figures.evaluate import figure_of
from entrepot.figures.input_rows import goods_key, input_years, inputs_title, is_inputs
from entrepot.lake import Lake
from entrepot.sources.icio import wheel
from entrepot.sources.icio import wheel as arrays
from entrepot.sources.icio.sectors import sectors
from made_icio import MadeUp, arrays_of, made_up, text_of, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_cache")]

AREAS = ("CHN", "DEU", "FRA", "HKG", "USA")
GOODS = ("A01", "C26", "C29")
FACTORIES = ("C26", "C29")


@pytest.fixture(scope="module")
def table() -> MadeUp:
    return made_up(5, AREAS)


@pytest.fixture(scope="module")
def made(table: MadeUp) -> wheel.Installed:
    held = arrays.benchmark(arrays_of(table), "made up")
    return wheel.Installed(held, 2022, "abcdef123456")


@pytest.fixture
def empty(tmp_path: Path, made: wheel.Installed, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake without anything, beside an installed package."""
    monkeypatch.setattr(wheel, "installed", lambda: made)
    monkeypatch.setattr(wheel, "installed_file", lambda: tmp_path)
    return Lake.open(tmp_path / "nothing")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, table: MadeUp) -> Lake:
    """A lake that holds the same table, as the OECD would ship it."""
    folder = tmp_path_factory.mktemp("icio")
    lake = Lake.open(folder / "lake")
    lake.add("icio", [written(folder, text_of(table))])
    return lake


def ask(lake: Lake, measure: str, sector: str | None = None, **keys: Any) -> Figure:
    keys = {"goods": "inputs", "period": 2022, "sector": sector} | keys
    asked = Definition.build(measure, **keys)
    return figure_of(
        asked, {inputs.SOURCE: inputs.answer(asked, lake, asked.source or inputs.SOURCE)}, lake
    )


def total(
    table: MadeUp,
    *,
    sellers: set[str],
    buyers: set[str],
    made: tuple[str, ...] = tuple(sectors()),
    used: tuple[str, ...] = tuple(sectors()),
    home: Callable[[str, str], bool] = lambda seller, buyer: seller == buyer,
) -> float:
    """Add up in USD what sellers sold to buyers, without what counts as home."""
    return sum(
        round(value * 1e4) * 100.0
        for ((seller, by), (buyer, at)), value in table.inputs.items()
        if seller in sellers and buyer in buyers and by in made and at in used
        if not home(seller, buyer)
    )


ALL = set(AREAS)


def test_value_share_and_the_way_back(empty: Lake, table: MadeUp) -> None:
    there = total(table, sellers={"CHN"}, buyers={"DEU"})
    abroad = total(table, sellers=ALL, buyers={"DEU"})
    sold = total(table, sellers={"CHN"}, buyers=ALL)
    pair = {"importer": "DEU", "exporter": "CHN"}
    assert ask(empty, "value", **pair).value == pytest.approx(there, rel=1e-12)
    assert ask(empty, "value", importer="DEU").value == pytest.approx(abroad, rel=1e-12)
    assert ask(empty, "value", exporter="CHN").value == pytest.approx(sold, rel=1e-12)
    assert ask(empty, "import_share", **pair).value == pytest.approx(there / abroad, rel=1e-12)
    assert ask(empty, "export_share", **pair).value == pytest.approx(there / sold, rel=1e-12)
    ratio = ask(empty, "asymmetry", **pair)
    assert ratio.value == pytest.approx(sold / abroad, rel=1e-12)
    assert ratio.details["export_share"] == pytest.approx(there / sold, rel=1e-12)


def test_concentration(empty: Lake, table: MadeUp) -> None:
    parts = {area: total(table, sellers={area}, buyers={"DEU"}) for area in ALL - {"DEU"}}
    whole = sum(parts.values())
    shares = sorted((part / whole for part in parts.values()), reverse=True)
    found = ask(empty, "hhi", importer="DEU")
    assert found.value == pytest.approx(sum(share**2 for share in shares), rel=1e-12)
    assert found.details["suppliers"] == 4
    assert ask(empty, "cr", importer="DEU", k=2).value == pytest.approx(sum(shares[:2]), rel=1e-12)


def test_every_way_to_count(empty: Lake, table: MadeUp) -> None:
    """Total x inputs x buyers x territory: sixteen shares, each reckoned by hand."""
    found = ask(empty, "import_share", importer="DEU", exporter="CHN")
    expected = {}
    for kind, made in (("goods and services", tuple(sectors())), ("goods", GOODS)):
        for who, used in (("every sector", tuple(sectors())), ("manufacturing", FACTORIES)):
            for exporter in ("CHN", "CHN+HKG"):
                sold = total(
                    table, sellers=set(exporter.split("+")), buyers={"DEU"}, made=made, used=used
                )
                for name, home in (("inputs bought abroad", None), ("all inputs bought", False)):
                    keys = {"home": lambda *_: False} if home is False else {}
                    whole = total(table, sellers=ALL, buyers={"DEU"}, made=made, used=used, **keys)
                    expected[exporter, name, kind, who] = sold / whole
    assert found.specifications is not None
    names = ("territory", "total", "inputs", "buyers")
    ways = {
        tuple(item.choices[name] for name in names): item.value
        for item in found.specifications.items
    }
    assert len(ways) == 16
    assert ways == {way: pytest.approx(value, rel=1e-12) for way, value in expected.items()}
    assert found.low == min(ways.values())
    assert found.high == max(ways.values())
    assert found.value == ways["CHN", "inputs bought abroad", "goods and services", "every sector"]


def test_one_buying_sector_and_what_one_sector_made(empty: Lake, table: MadeUp) -> None:
    pair = {"importer": "DEU", "exporter": "CHN"}
    cars = ask(empty, "value", "C29", **pair).value
    assert cars == pytest.approx(total(table, sellers={"CHN"}, buyers={"DEU"}, used=("C29",)))
    chips = ask(empty, "value", **pair, goods="inputs:C26").value
    assert chips == pytest.approx(total(table, sellers={"CHN"}, buyers={"DEU"}, made=("C26",)))
    both = ask(empty, "import_share", "C29", **pair, goods="inputs:C26,A01")
    keys: dict[str, Any] = {"buyers": {"DEU"}, "made": ("C26", "A01"), "used": ("C29",)}
    assert both.value == pytest.approx(
        total(table, sellers={"CHN"}, **keys) / total(table, sellers=ALL, **keys)
    )
    assert both.specifications is not None
    varied = {name for item in both.specifications.items for name in item.choices}
    assert {item.choices["buyers"] for item in both.specifications.items} == {"every sector"}
    assert "total" in varied


def test_several_areas_count_as_one(empty: Lake, table: MadeUp) -> None:
    union = {"DEU", "FRA"}
    inside = lambda seller, buyer: seller == buyer or {seller, buyer} <= union  # noqa: E731
    sold = total(table, sellers={"CHN"}, buyers=union)
    whole = total(table, sellers=ALL, buyers=union, home=inside)
    found = ask(empty, "import_share", importer="DEU+FRA", exporter="CHN")
    assert found.value == pytest.approx(sold / whole, rel=1e-12)
    assert "inside-group" in {item.id for item in found.caveats}
    member = ask(empty, "import_share", importer="DEU+FRA", exporter="FRA")
    expected = total(table, sellers={"FRA"}, buyers=union) / total(table, sellers=ALL, buyers=union)
    assert member.value == pytest.approx(expected, rel=1e-12)


def test_shares_by_origin_add_up_to_one(empty: Lake) -> None:
    shares = [
        ask(empty, "import_share", importer="DEU", exporter=area).required()
        for area in ALL - {"DEU"}
    ]
    assert sum(shares) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("measure", ["import_share", "value"])
def test_the_breakdown_is_what_each_sector_gives_alone(empty: Lake, measure: str) -> None:
    pair = {"importer": "DEU", "exporter": "CHN"}
    asked = Definition.build(measure, period=2022, **pair)
    found = inputs.breakdown(asked, empty, "buyer_sector")
    alone = {code: ask(empty, measure, code, **pair).value for code in found}
    assert found == {code: pytest.approx(value, rel=1e-12) for code, value in alone.items()}
    assert set(found) <= {"A01", "C26", "C29", "J62_63"}


def test_lake_and_package_give_the_same(empty: Lake, loaded: Lake) -> None:
    pair = {"importer": "DEU", "exporter": "CHN"}
    for measure, keys in (
        ("value", pair),
        ("import_share", pair),
        ("export_share", pair),
        ("asymmetry", pair),
        ("hhi", {"importer": "DEU"}),
        ("cr", {"importer": "DEU", "k": 2}),
        ("import_share", {"importer": "DEU+FRA", "exporter": "CHN+HKG"}),
    ):
        one, other = ask(empty, measure, **keys), ask(loaded, measure, **keys)
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert one.low == pytest.approx(other.low, rel=1e-12)
        assert one.high == pytest.approx(other.high, rel=1e-12)
        assert one.evidence[0].rows == other.evidence[0].rows
        assert one.evidence[0].snapshot == "abcdef123456"
        assert other.evidence[0].snapshot == loaded.holdings()[0].snapshot
    breakdowns = [
        inputs.breakdown(
            Definition.build("import_share", period=2022, **pair), lake, "buyer_sector"
        )
        for lake in (empty, loaded)
    ]
    assert breakdowns[0] == {k: pytest.approx(v, rel=1e-12) for k, v in breakdowns[1].items()}


def test_nothing_is_written_and_evidence_is_counted(empty: Lake, table: MadeUp) -> None:
    found = ask(empty, "import_share", importer="DEU", exporter="CHN")
    rows = sum(1 for s, b in table.inputs if s[0] == "CHN" and b[0] == "DEU")
    assert found.evidence[0].rows == rows
    assert found.definition.goods == "inputs"
    assert found.definition.source == "icio"
    assert not empty.path.exists()
    assert found.to_dict()["caveats"][0]["id"] == "input-output"


def questions(pair: dict[str, str]) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "growth", pair | {"base": 2021}, "not growth"
    yield "import_share", pair | {"basis": "seller"}, "by seller"
    yield "import_share", pair | {"valuation": "cif"}, "not CIF"
    yield "value", pair | {"quantity": "mass"}, "not mass"
    yield "value", pair | {"currency": "EUR"}, "not EUR"
    yield "value", {}, "an importer or an exporter"
    yield "import_share", pair | {"period": 2019}, "loaded for 2022, not for 2019"
    yield "import_share", pair | {"period": "2022-03"}, "not for 2022-03"
    yield "import_share", pair | {"importer": "KGZ"}, "no entry of its own for Kyrgyzstan"
    yield "import_share", pair | {"source": "icio@2021"}, "not for 2022"
    yield "value", pair | {"goods": "inputs:T"}, "does not mean zero"


def test_what_cannot_be_answered_says_why(empty: Lake) -> None:
    for measure, keys, words in questions({"importer": "DEU", "exporter": "CHN"}):
        found = ask(empty, measure, **keys)
        assert found.status == "insufficient_data", measure
        assert words in str(found.reason), found.reason
        assert (found.value, found.low, found.high) == (None, None, None)


def test_without_package_and_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "installed_file", lambda: None)
    lake = Lake.open(tmp_path / "nothing")
    found = ask(lake, "import_share", importer="DEU", exporter="CHN")
    assert "pip install 'entrepot[icio]'" in str(found.reason)
    assert input_years(lake) == []


def test_members_without_an_entry_are_named(empty: Lake) -> None:
    found = ask(empty, "import_share", importer="DEU+KGZ", exporter="CHN")
    alone = ask(empty, "import_share", importer="DEU", exporter="CHN")
    assert found.value == alone.value
    assert any(item.id == "not-recorded" and "KGZ" in item.text for item in found.caveats)


def test_a_cut_column_is_named(empty: Lake, made: wheel.Installed) -> None:
    cut = {made.table.grid.names(place) for place in made.table.cut}
    assert cut
    for area in sorted(ALL - {"CHN", "HKG"}):  # each of these two has the other in its range
        other = next(one for one in AREAS if one != area)
        for sector in ("A01", "C26", "C29", "J62_63"):
            found = ask(empty, "import_share", sector, importer=area, exporter=other)
            said = "were cut in the source" in str(found.to_dict()["caveats"])
            assert said == ((area, sector) in cut)


@pytest.mark.parametrize("goods", ["chpl", "8542", "inputs:"])
def test_goods_that_are_no_inputs(empty: Lake, goods: str) -> None:
    with pytest.raises(RequestError, match="sector"):
        ask(empty, "import_share", importer="DEU", exporter="CHN", goods=goods)


def test_an_unknown_sector_suggests(empty: Lake) -> None:
    for keys in ({"goods": "inputs:C62"}, {"sector": "C62"}):
        with pytest.raises(UnknownNameError, match="unknown sector: 'C62'"):
            ask(empty, "import_share", importer="DEU", exporter="CHN", **keys)


def test_words_for_inputs() -> None:
    assert goods_key(" ALL ") == "inputs"
    assert goods_key("inputs:c29,C26") == "inputs:C26,C29"
    assert inputs_title("inputs:C26,C29") == "inputs made by electronics and motor vehicles"
    assert inputs_title("inputs", "C26") == "inputs bought by electronics"
    assert is_inputs(Definition.build("value", goods="inputs:C26", period=2022))
    assert is_inputs(Definition.build("value", source="icio@2025", period=2022))
    assert not is_inputs(Definition.build("value", source="baci", period=2022))
