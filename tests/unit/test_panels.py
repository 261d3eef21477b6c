"""Series and panels: each Figure is what `ask` gives alone, in the order of the keys."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

import entrepot as ep
from entrepot.figures.asked_together import said_once
from entrepot.figures.caveats import caveat
from entrepot.model.period import Period
from entrepot.model.table_files import TableAbout, table_bytes

if TYPE_CHECKING:
    from pathlib import Path

KEYS: dict[str, Any] = {"importer": "DEU", "exporter": "CHN", "goods": "854231"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> ep.Lake:
    """Germany's imports of three years, those of 2021 missing."""
    folder = tmp_path_factory.mktemp("panel")
    values = {2019: (1e8, 3e8), 2020: (2e8, 2e8), 2022: (3e8, 1e8)}
    rows = [
        row(value, period=year, flow="M", reporter=GERMANY, partner=partner)
        for year, pair in values.items()
        for partner, value in zip((CHINA, USA), pair, strict=True)
    ]
    (folder / "made.csv").write_text(text_of(rows), encoding="utf-8")
    held = ep.Lake.open(folder / "lake")
    held.add("comtrade", [folder / "made.csv"])
    return held


def test_a_series_has_a_figure_for_each_year_and_a_reason_for_none(lake: ep.Lake) -> None:
    series = ep.ask("import_share", period="2019..2022", each="year", lake=lake, **KEYS)
    assert isinstance(series, ep.Panel)
    assert series.varied == ("period",)
    assert [str(one.definition.period) for one in series] == ["2019", "2020", "2021", "2022"]
    assert [one.value for one in series] == [0.25, 0.5, None, 0.75]
    assert series.rows()[2]["reason"]
    assert series.rows()[2]["source"] is None
    alone = ep.ask("import_share", period=2022, lake=lake, **KEYS)
    assert series[3] == alone
    assert series.sources == ("comtrade",)
    assert series.title.endswith(", 2019 to 2022")
    assert {note.id for note in series.caveats} >= {note.id for note in alone.caveats}
    assert series.to_dict()["definition"]["importer"] == "DEU"


def test_a_panel_sets_no_country_beside_itself(lake: ep.Lake) -> None:
    both = {"importer": ["DEU", "CHN"], "exporter": ["CHN", "Germany"]}
    panel = ep.ask_many("value", goods="854231", period=2022, lake=lake, **both)
    pairs = [(one.definition.importer, one.definition.exporter) for one in panel]
    assert pairs == [("DEU", "CHN"), ("CHN", "DEU")]
    with pytest.raises(ep.EntrepotError, match="CHN on both sides"):
        ep.ask_many("value", importer=["CHN"], exporter=["CHN"], period=2022, lake=lake)


def test_a_panel_is_every_combination(lake: ep.Lake) -> None:
    panel = ep.ask_many(
        "value",
        importer="DEU",
        exporter=["CHN", "USA"],
        goods="854231",
        period=[2019, 2022],
        lake=lake,
    )
    found = {(one["exporter"], one["period"]): one["value"] for one in panel.rows()}
    assert found == {
        ("CHN", "2019"): 1e8,
        ("CHN", "2022"): 3e8,
        ("USA", "2019"): 3e8,
        ("USA", "2022"): 1e8,
    }
    assert panel.varied == ("exporter", "period")
    assert len(panel) == 4


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"period": "2019..2022", "each": "week"}, "each"),
        ({"period": "2019-02..2022-03", "each": "year"}, "not made of whole"),
        ({"each": "year"}, "period"),
        ({"period": [2019, 2020], "each": "year"}, "several periods"),
        ({"period": [], "each": None}, "empty"),
        ({"period": list(range(5001))}, "5,001"),
        ({"period": "2019..2022", "each": "year", "curve": True}, "curve"),
    ],
)
def test_what_is_no_series_is_refused(lake: ep.Lake, more: dict[str, Any], words: str) -> None:
    ask: Any = ep.ask if "curve" in more else ep.ask_many
    with pytest.raises(ep.EntrepotError, match=words):
        ask("import_share", lake=lake, **KEYS, **more)


def test_suppliers_have_shares_of_the_same_total(lake: ep.Lake) -> None:
    figure = ep.ask("top_supplier", importer="DEU", goods="854231", period=2019, lake=lake)
    rows = figure.rows()
    assert [(row["exporter"], row["share"]) for row in rows] == [("USA", 0.75), ("CHN", 0.25)]
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert "share" not in figure.table[0]


def test_each_takes_apart_what_a_key_joins(lake: ep.Lake) -> None:
    keys: dict[str, Any] = {"importer": "DEU", "goods": "854231", "period": "2019..2020"}
    panel = ep.ask("value", exporter="CHN, USA", each=["exporter", "year"], lake=lake, **keys)
    assert panel.varied == ("exporter", "period")
    alone = ep.ask_many("value", exporter=["CHN", "USA"], each="year", lake=lake, **keys)
    assert [one.value for one in panel] == [one.value for one in alone] == [1e8, 2e8, 3e8, 2e8]
    shared = "to Germany, processors and controllers (chips; HS 854231), 2019 to 2020"
    assert panel.title.endswith(f": {shared}")


def test_each_of_a_group_is_its_members(lake: ep.Lake) -> None:
    panel = ep.ask(
        "value", importer="DEU", exporter="EU27", each="exporter", period=2022, lake=lake
    )
    assert len(panel) == 26  # without Germany itself
    assert panel.rows()[0]["exporter"] == "AUT"


@pytest.mark.parametrize(
    ("each", "words"),
    [
        (["year", "month"], "one step, not year and month"),
        ("hubs", "each is 'hubs'"),
        ("importer", "each importer of what"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(lake: ep.Lake, each: Any, words: str) -> None:
    with pytest.raises(ep.EntrepotError, match=words):
        ep.ask("value", exporter="CHN", period=2022, each=each, lake=lake)


def test_caveats_that_differ_in_percentages_alone_are_one() -> None:
    """A series of ten years had the same sentence ten times."""
    texts = ("Of the value 84 % lies on split codes.", "Of the value 9.5 % lies on split codes.")
    other = "Read until 2022."
    notes = [caveat("list-codes", text) for text in (*texts, other, texts[0])]
    figures = [_of("RUS", 2022) for _ in notes]
    found = said_once(zip(figures, notes, strict=True), (), figures)
    assert [one.text for one in found] == ["Of the value 9.5 to 84 % lies on split codes.", other]


def _of(importer: str, year: int) -> Any:
    asked = SimpleNamespace(importer=importer, period=Period.parse(str(year)))
    return SimpleNamespace(definition=asked)


def test_a_caveat_says_of_which_years_it_is() -> None:
    years = [_of("RUS", year) for year in (2021, 2022, 2023)]
    own = caveat("one-report", "As reported by Russia.")
    texts = [f"Until 2022-01: {year} is mirrored." for year in (2022, 2023)]
    others = [caveat("reporter-break", text) for text in texts]
    notes = [(years[0], own), *zip(years[1:], others, strict=True)]
    assert [one.text for one in said_once(notes, ("period",), years)] == [
        "2021: As reported by Russia.",
        "Until 2022-01: 2022 is mirrored. The same applies to 2023.",
    ]


def test_a_year_that_a_caveat_of_several_years_names_is_not_theirs() -> None:
    """It named 2022 and 2023, so that the series said it once for each of them."""
    years = [_of("RUS", year) for year in (2021, 2022, 2023, 2024)]
    doubt = caveat("doubtful-row", "Doubtful: 5.8 bn in 2022 and 12.2 bn in 2023.")
    [found] = said_once([(one, doubt) for one in years[1:]], ("period",), years)
    assert found.text == f"2022 to 2024: {doubt.text}"


def test_a_caveat_of_several_countries_is_said_once() -> None:
    """Ten countries had the same two sentences each."""
    sides = [_of(code, 2022) for code in ("DEU", "USA", "FRA")]
    words = ("Germany records.", "The United States records.", "France records.")
    notes = [(one, caveat("basis", text)) for one, text in zip(sides, words, strict=True)]
    [found] = said_once(notes, ("importer", "period"), sides)
    assert found.text == "Germany records. The same applies to the United States and France."


def test_missing_values_have_their_reason_below_the_table(lake: ep.Lake, tmp_path: Path) -> None:
    series = ep.ask("value", period="1990..1991", each="year", lake=lake, **KEYS)
    with series.save(tmp_path / "series.sdmx.csv").open(encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    # The code list CL_OBS_STATUS calls a missing value O.
    assert {row["OBS_STATUS"] for row in rows} == {"O"}
    assert {row["MEASURE"] for row in rows} == {"value"}
    assert {row["EXPORTER"] for row in rows} == {KEYS["exporter"]}
    assert len(series.gaps) == 1
    assert f"No value: {series.gaps[0]}" in " ".join(str(series).split())


def test_a_file_of_a_series_says_of_how_many_suppliers_a_share_is(lake: ep.Lake) -> None:
    keys = {**KEYS, "exporter": "WLD"}
    series = ep.ask("cr", k=1, period="2019..2020", each="year", lake=lake, **keys)
    rows = csv.DictReader(io.StringIO(series.table_bytes(".csv").decode()))
    assert {row["k"] for row in rows} == {"1"}


def test_columns_of_numbers_stay_so_where_no_row_has_one(lake: ep.Lake) -> None:
    frame = ep.ask("value", period="1990..1991", each="year", lake=lake, **KEYS).to_frame("pandas")
    assert {str(frame[name].dtype) for name in ("value", "low", "high")} == {"float64"}


def test_a_panel_of_one_year_names_it_in_its_rows_and_each_column_in_a_stata_file(
    lake: ep.Lake, tmp_path: Path
) -> None:
    pandas = pytest.importorskip("pandas")
    panel = ep.ask_many(
        "value", importer="DEU", exporter=["CHN", "USA"], period=2022, lake=lake, goods="854231"
    )
    with pandas.io.stata.StataReader(panel.save(tmp_path / "panel.dta")) as read:
        table = read.read(convert_dates=False)
        assert set(table["period"]) == {2022}
        # A file alone says what it is of.
        assert set(table["measure"] + table["importer"]) == {"valueDEU"}
        assert all(read.variable_labels().values())


@pytest.mark.parametrize(
    ("periods", "kind", "numbers"),
    [
        (["2021", "2023"], "%ty", [2021, 2023]),
        (["2022H2", "2023H1"], "%th", [125, 126]),
        (["1960Q1", "2023Q2"], "%tq", [0, 253]),
        (["1960-02", "2023-06"], "%tm", [1, 761]),
        (["2021..2023", "2023"], "", []),
        (["2022", "2022Q1"], "", []),
    ],
)
def test_periods_are_times_of_stata(periods: list[str], kind: str, numbers: list[int]) -> None:
    """A text is no time for ``xtset``. Stata counts from the first one of 1960, years from 0."""
    pandas = pytest.importorskip("pandas")
    rows = [{"period": one, "value": 1.0} for one in periods]
    with pandas.io.stata.StataReader(io.BytesIO(table_bytes(".dta", rows, TableAbout()))) as read:
        found = read.read(convert_dates=False)["period"].tolist()
        assert not kind or kind in read._fmtlist
    assert found == (numbers or periods)


def test_commas_part_what_plus_signs_join() -> None:
    """The joined area was taken apart, too, and each country asked twice."""
    keys: dict[str, Any] = {"importer": "DEU", "goods": "850511", "period": 2022}
    panel = ep.ask_many("import_share", exporter="CHN,HKG,CHN+HKG", each="exporter", **keys)
    assert [one.definition.exporter for one in panel.figures] == ["CHN", "HKG", "CHN+HKG"]
    name = ep.ask_many("import_share", exporter="CHN+Congo, Dem. Rep.", each="exporter", **keys)
    assert [one.definition.exporter for one in name.figures] == ["CHN", "COD"]


def test_what_would_bring_missing_values_stands_below_the_table(tmp_path: Path) -> None:
    nothing = ep.Lake.open(tmp_path)
    found = ep.ask_many(
        "import_share",
        importer=["DEU", "JPN"],
        exporter="CHN",
        goods="280530",
        period=2022,
        lake=nothing,
    )
    assert found.gaps == ("no data loaded. Load BACI with: entrepot data add baci FILE",)
    # What others published has neither a side that reports nor a mass.
    for apart in ({"reported_by": "importer"}, {"quantity": "mass"}):
        keys = {"importer": ["DEU", "JPN"], "exporter": "CHN", "goods": "280530", **apart}
        assert ep.ask_many("value", period=2022, lake=nothing, **keys).gaps == found.gaps
    [printed] = ep.ask_many(
        "import_share",
        importer=["DEU", "JPN"],
        exporter="CHN",
        goods="280530",
        period=2022,
        source="published",
        lake=nothing,
    ).gaps
    assert "published figures" in printed


def test_a_panel_of_changes_says_since_when_and_into_what(lake: ep.Lake) -> None:
    """A table of growth named one of its two times; one of changes in value had no parts."""
    keys: dict[str, Any] = {"importer": "DEU", "goods": "854231", "period": 2022, "base": 2020}
    panel = ep.ask("value_change", exporter="CHN+USA", each="exporter", lake=lake, **keys)
    assert panel.title.endswith(", 2022 against 2020")
    for one, line in zip(panel, panel.rows(), strict=True):
        assert (line["base"], line["value"]) == ("2020", one.value)
        assert line["from_price"] + line["from_quantity"] == pytest.approx(line["value"])
    assert panel.head == ["exporter", "value", "price", "quantity", "range", "source"]
    assert {len(line) for line in panel.shown()} == {len(panel.head)}
    levels = ep.ask(
        "value", exporter="CHN+USA", each="exporter", lake=lake, **keys | {"base": None}
    )
    assert levels.title.endswith(", 2022")
    assert "base" not in levels.rows()[0]
