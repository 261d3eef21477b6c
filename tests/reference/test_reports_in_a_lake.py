"""Questions to sources of single reports: whose report, which months, which goods, which currency.

Everything is recomputed in plain Python from the rows that were written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.figures.no_value import MANY_REPORTERS
from entrepot.lake import Lake
from entrepot.model.areas import areas

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "period,reporter,partner,flow,product,value\n"
MAP = """
format: 1
id: {id}
nomenclature: HS2017
level: 6
columns:
  period: {{role: period}}
  reporter: {{role: reporter, codes: ISO3}}
  partner: {{role: partner, codes: ISO3}}
  flow: {{role: flow, import: M, export: X}}
  product: {{role: product}}
  value: {{role: value, currency: {currency}}}
"""
# Poland tells a third more of its imports than its partners do, and Ukraine tells nothing.
ROWS = [
    (year, reporter, partner, flow, product, base * (2 if year == 2021 else 1))
    for year in (2020, 2021)
    for reporter, partner, flow, product, base in (
        ("POL", "CHN", "M", "854231", 400),
        ("POL", "DEU", "M", "854231", 100),
        ("POL", "HKG", "M", "854231", 100),
        ("CHN", "POL", "X", "854231", 300),
        ("DEU", "POL", "X", "854231", 90),
        ("CHN", "UKR", "X", "854231", 50),
        ("DEU", "UKR", "X", "854231", 150),
        ("POL", "CHN", "X", "270112", 30),
        ("CHN", "POL", "M", "270112", 36),
    )
]

# With them so many report that those who are silent hardly matter.
OTHERS = [
    (2021, one.code, "JPN", "X", "854231", 1)
    for one in areas()
    if one.kind == "country" and one.code not in ("POL", "CHN", "DEU", "UKR", "JPN")
][: MANY_REPORTERS - 3]


def _lake(folder: Path, rows: list[tuple[object, ...]], currency: str = "USD") -> Lake:
    path = folder / "reports.csv"
    path.write_text(HEAD + "".join(",".join(map(str, row)) + "\n" for row in rows))
    lake = Lake.open(folder / "lake")
    lake.add("table", [path], mapping=MAP.format(id="reports", currency=currency))
    return lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return _lake(tmp_path, ROWS)


def _ask(lake: Lake, measure: str, **keys: object) -> ep.Figure:
    keys = {"source": "table.reports", "period": 2021, "goods": "854231"} | keys
    return ep.ask(measure, lake=lake, **keys)


def test_the_importers_report_comes_first_and_the_partners_is_in_the_range(tmp_path: Path) -> None:
    lake = _lake(tmp_path, ROWS + OTHERS)
    figure = _ask(lake, "import_share", importer="POL", exporter="CHN")
    assert figure.value == pytest.approx(400 / 600)
    # Down to the importer's report itself, up to Hong Kong as China; the partners' is between.
    assert 300 / 390 in {item.value for item in figure.specifications.items}
    assert (figure.low, figure.high) == pytest.approx((400 / 600, 500 / 600))
    assert figure.evidence[0].reported_by == {"importer": 1}
    value = _ask(lake, "value", importer="POL", exporter="CHN")
    assert (value.value, value.low, value.high) == pytest.approx((800, 600, 1000))


def test_valuation_fixes_whose_report(lake: Lake) -> None:
    assert _ask(lake, "value", importer="POL", exporter="CHN", valuation="fob").value == 600
    assert _ask(lake, "value", importer="POL", exporter="CHN", valuation="cif").value == 800


def test_partners_stand_in_for_a_country_that_does_not_report(tmp_path: Path) -> None:
    figure = _ask(_lake(tmp_path, ROWS + OTHERS), "import_share", importer="UKR", exporter="CHN")
    assert figure.value == pytest.approx(50 / 200)
    assert figure.evidence[0].reported_by == {"exporter": 1}


@pytest.mark.parametrize(
    ("measure", "keys"),
    [
        ("import_share", {"importer": "UKR", "exporter": "CHN"}),
        ("export_share", {"importer": "POL", "exporter": "HKG"}),  # Poland alone tells of it
        ("asymmetry", {"importer": "UKR", "exporter": "CHN"}),
        ("hhi", {"importer": "UKR"}),
        ("cr", {"importer": "UKR", "k": 1}),
    ],
)
def test_a_few_partners_do_not_make_the_total_of_one_who_is_silent(
    lake: Lake, measure: str, keys: dict[str, object]
) -> None:
    figure = _ask(lake, measure, **keys)
    assert figure.value is None
    assert "too few to add up all" in str(figure.reason)


def test_a_group_of_which_one_is_silent_is_not_told_by_the_others(lake: Lake) -> None:
    figure = _ask(lake, "value", importer="POL+UKR", exporter="CHN")
    assert figure.evidence[0].reported_by == {"exporter": 2}
    assert figure.value == 2 * (300 + 50)


def test_who_is_silent_in_one_year_does_not_tell_of_two(tmp_path: Path) -> None:
    """Poland reports 2020 alone, in so many codes that they may be all goods."""
    codes = [f"{n:06}" for n in range(850000, 850000 + 2600)]
    rows = [(2020, "POL", "CHN", "M", code, 4) for code in codes]
    rows += [(year, "CHN", "POL", "X", code, 1) for year in (2020, 2021) for code in codes]
    lake = _lake(tmp_path, rows)
    keys = {"importer": "POL", "exporter": "CHN", "goods": "85"}
    assert _ask(lake, "value", **keys, period=2020).value == 4 * 2600
    assert _ask(lake, "value", **keys, period="2020..2021").value == 2 * 2600
    assert _ask(lake, "growth", **keys, base=2020).value == 0


@pytest.mark.parametrize("measure", ["import_share", "hhi", "value"])
def test_the_only_partner_that_was_asked_for_is_not_all_there_is(
    tmp_path: Path, measure: str
) -> None:
    lake = _lake(tmp_path, [row for row in ROWS if row[1:3] == ("POL", "CHN")])
    exporter = {"import_share": {"exporter": "CHN"}, "value": {"exporter": "WLD"}}.get(measure, {})
    figure = _ask(lake, measure, importer="POL", **exporter)
    assert figure.value is None
    assert "China is the only exporter" in str(figure.reason)


def test_an_edition_that_a_list_cannot_reach_does_not_hide_the_other_sources(
    lake: Lake, tmp_path: Path
) -> None:
    path = tmp_path / "old.csv"
    path.write_text(HEAD + "2021,POL,CHN,M,854231,7\n")
    old = MAP.format(id="old", currency="USD").replace("HS2017", "HS2007")
    lake.add("table", [path], mapping=old)
    keys = {"importer": "POL", "exporter": "CHN", "goods": "chpl"}
    assert "not followed into HS2007" in str(_ask(lake, "value", source="table.old", **keys).reason)
    assert _ask(lake, "value", source=None, **keys).value == 800


def test_growth_compares_one_voice_with_itself(lake: Lake) -> None:
    figure = _ask(lake, "growth", importer="POL", exporter="CHN", base=2020)
    assert figure.value == pytest.approx(100)
    assert figure.evidence[0].reported_by == {"importer": 2}


def test_two_way_trade_is_one_countrys_books(lake: Lake) -> None:
    figure = _ask(lake, "value", importer="POL", exporter="CHN", goods="854231,270112", flow="both")
    assert figure.value == 2 * (400 + 30)  # both as Poland reports
    assert 2 * (300 + 36) in {item.value for item in figure.specifications.items}


def test_who_reports_imports_only_is_not_said_to_report_nothing(tmp_path: Path) -> None:
    """Of two-way trade it read "Poland did not report", which it did: imports."""
    path = tmp_path / "imports.csv"
    path.write_text(HEAD + "2021,POL,CHN,M,854231,400\n2021,POL,DEU,M,854231,200\n")
    lake = ep.Lake.open(tmp_path / "imports-lake")
    lake.add("table", [path], mapping=MAP.format(id="imports", currency="USD"))
    for keys in ({"exporter": "CHN", "flow": "both"}, {"importer": "CHN", "exporter": "POL"}):
        reason = _ask(
            lake, "value", **{"importer": "POL", "source": "table.imports", **keys}
        ).reason
        assert "Poland did not report exports to table.imports in 2021" in reason


def test_all_goods_are_refused_where_some_are_held(lake: Lake) -> None:
    figure = _ask(lake, "import_share", importer="POL", exporter="CHN", goods="all")
    assert figure.status == "insufficient_data"
    assert "2 product codes of 6 digits (270112,854231) in 2021" in figure.reason
    listed = _ask(lake, "import_share", importer="POL", exporter="CHN", goods="854231,854232")
    [lacking] = [one.text for one in listed.caveats if one.id == "not-delivered"]
    assert "1 code asked for is in no row of it in 2021: 854232." in lacking
    assert listed.value == pytest.approx(400 / 600)


def test_totals_beside_products_do_not_count_twice(lake: Lake, tmp_path: Path) -> None:
    """Poland's totals come in another file; China's reports have products only."""
    path = tmp_path / "totals.csv"
    told = {"CHN": 9000, "DEU": 600, "HKG": 400}
    path.write_text(HEAD + "".join(f"2021,POL,{name},M,TOTAL,{told[name]}\n" for name in told))
    mapping = MAP.format(id="reports", currency="USD").replace("level: 6", "level: total")
    lake.add("table", [path], mapping=mapping)
    whole = _ask(lake, "import_share", importer="POL", exporter="CHN", goods="all")
    assert whole.value == pytest.approx(9000 / 10000)
    chips = _ask(lake, "import_share", importer="POL", exporter="CHN")
    assert chips.value == pytest.approx(400 / 600)
    value = _ask(lake, "value", importer="POL", exporter="CHN", goods="all")
    assert value.value == 9000


def test_a_total_of_one_partner_does_not_hide_the_goods_of_others(tmp_path: Path) -> None:
    """Of China there is a total only; of the United States lines, as many as all goods have."""
    lines = [f"2021,POL,USA,M,{code},2\n" for code in range(100_000, 102_500)]
    path = tmp_path / "file.csv"
    mapping = MAP.format(id="reports", currency="USD")
    lake = Lake.open(tmp_path / "lake")
    path.write_text(HEAD + "2021,POL,CHN,M,TOTAL,1000\n")
    lake.add("table", [path], mapping=mapping.replace("level: 6", "level: total"))
    path.write_text(HEAD + "".join(lines))
    lake.add("table", [path], mapping=mapping)
    keys = {"importer": "POL", "exporter": "CHN", "goods": "all"}
    assert _ask(lake, "import_share", **keys).value == pytest.approx(1000 / 6000)
    lake.remove("table.reports", snapshot=lake.holdings()[-1].snapshot)
    path.write_text(HEAD + "".join(lines[:9]))
    lake.add("table", [path], mapping=mapping)
    assert _ask(lake, "value", **keys).value == 1000
    for measure, exporter in (("import_share", "CHN"), ("value", "USA")):
        figure = _ask(lake, measure, **keys | {"exporter": exporter})
        assert figure.status == "insufficient_data"
        assert "9 product codes of 6 digits" in figure.reason


def test_headings_beside_lines_of_one_reporter_are_refused(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "headings.csv"
    path.write_text(HEAD + "2021,POL,CHN,M,8542,800\n")
    mapping = MAP.format(id="reports", currency="USD").replace("level: 6", "level: 4")
    with pytest.raises(ep.errors.BadFileError, match="8542 beside 854231, CHN POL"):
        lake.add("table", [path], mapping=mapping)


def test_origin_and_consignment_are_two_tellings_of_one_trade(tmp_path: Path) -> None:
    """Half of what China made comes through Turkey."""
    path = tmp_path / "both.csv"
    head = "period,partner,product,origin,consignment\n"
    path.write_text(head + "2021,CHN,854231,800,400\n2021,TUR,854231,100,500\n")
    mapping = MAP.format(id="both", currency="USD").partition("columns:")[0] + (
        "reporter: ARM\nflow: import\ncolumns:\n"
        "  period: {role: period}\n  partner: {role: partner, codes: ISO3}\n"
        "  product: {role: product}\n"
        "  origin: {role: value, currency: USD, partner_basis: origin}\n"
        "  consignment: {role: value, currency: USD, partner_basis: consignment}\n"
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=mapping)
    keys = {"importer": "ARM", "exporter": "CHN", "source": "table.both"}
    sent = _ask(lake, "value", **keys)
    assert (sent.value, "basis" in {one.id for one in sent.caveats}) == (400, False)
    assert _ask(lake, "import_share", **keys).value == pytest.approx(400 / 900)
    assert _ask(lake, "value", **keys, basis="origin").value == 800
    assert _ask(lake, "import_share", **keys, basis="origin").value == pytest.approx(800 / 900)


def test_a_partner_by_origin_is_said_to_be_one(lake: Lake, tmp_path: Path) -> None:
    assert _ask(lake, "value", importer="POL", exporter="CHN", basis="origin").value is None
    path = tmp_path / "origin.csv"
    path.write_text(HEAD + "2022,POL,CHN,M,854231,70\n")
    mapping = MAP.format(id="made", currency="USD") + "partner_basis: origin\n"
    lake.add("table", [path], mapping=mapping)
    keys = {"importer": "POL", "exporter": "CHN", "period": 2022, "source": "table.made"}
    figure = _ask(lake, "value", **keys)
    assert (figure.value, "basis" in {one.id for one in figure.caveats}) == (70, True)
    assert _ask(lake, "value", **keys, basis="origin").value == 70


def test_another_currency_gives_shares_and_no_levels_in_dollars(tmp_path: Path) -> None:
    lake = _lake(tmp_path, ROWS, currency="EUR")
    share = _ask(lake, "import_share", importer="POL", exporter="CHN")
    assert share.value == pytest.approx(400 / 600)
    level = _ask(lake, "value", importer="POL", exporter="CHN", currency="USD")
    assert level.status == "insufficient_data"
    assert "--currency EUR" in level.reason
    for currency in ({}, {"currency": "EUR"}):  # the currency of the data is taken, and said
        euros = _ask(lake, "value", importer="POL", exporter="CHN", **currency)
        assert (euros.value, euros.unit, euros.definition.currency) == (800, "EUR", "EUR")


def test_months_make_a_year_and_a_year_held_is_not_added_to_its_months(tmp_path: Path) -> None:
    months = [(f"2021-{n:02}", "POL", "CHN", "M", "854231", n) for n in range(1, 13)]
    lake = _lake(tmp_path, months)
    keys = {"importer": "POL", "exporter": "CHN"}
    assert _ask(lake, "value", **keys).value == sum(range(1, 13))
    assert _ask(lake, "value", **keys, period="2021Q2").value == 4 + 5 + 6
    assert _ask(lake, "value", **keys, period="2021-11").value == 11
    assert "not for 2022" in _ask(lake, "value", **keys, period="2022").reason
    path = tmp_path / "year.csv"
    path.write_text(HEAD + "2021,POL,CHN,M,854231,80\n")
    lake.add("table", [path], mapping=MAP.format(id="reports", currency="USD"))
    assert _ask(lake, "value", **keys).value == 80
    assert _ask(lake, "value", **keys, period="2021-11").value == 11
    assert _ask(lake, "value", **keys, period="2021H1").value == 21


def test_a_year_of_others_does_not_hide_the_months_that_answer(tmp_path: Path) -> None:
    """The United States tell a year of chips, Poland the months of all its imports."""
    lake = _lake(tmp_path, [(2021, "USA", "CHN", "M", "854231", 500)])
    months = [(f"2021-{n:02}", "POL", "CHN", "M", "TOTAL", n) for n in range(1, 13)]
    months += [(f"2021-{n:02}", "POL", "DEU", "M", "TOTAL", 2 * n) for n in range(1, 13)]
    path = tmp_path / "months.csv"
    path.write_text(HEAD + "".join(",".join(map(str, row)) + "\n" for row in months))
    mapping = MAP.format(id="reports", currency="USD").replace("level: 6", "level: total")
    lake.add("table", [path], mapping=mapping)
    keys = {"importer": "POL", "exporter": "CHN", "goods": "all"}
    assert _ask(lake, "value", **keys).value == sum(range(1, 13))
    assert _ask(lake, "import_share", **keys).value == pytest.approx(1 / 3)
    assert _ask(lake, "value", importer="USA", exporter="CHN", goods="854231").value == 500
    neither = _ask(lake, "value", importer="FRA", exporter="CHN", goods="8542")
    assert "yearly rows: France did not report" in neither.reason
    assert "monthly rows: France did not report" in neither.reason


def test_parts_of_one_delivery_add_up_and_a_cell_told_twice_is_refused(tmp_path: Path) -> None:
    lake = _lake(tmp_path, ROWS[:3])
    mapping = MAP.format(id="reports", currency="USD")
    more = tmp_path / "more.csv"
    more.write_text(HEAD + "2020,POL,FRA,M,854231,200\n")
    lake.add("table", [more], mapping=mapping)
    keys = {"importer": "POL", "exporter": "CHN", "period": 2020}
    assert _ask(lake, "import_share", **keys).value == pytest.approx(400 / 800)
    again = tmp_path / "again.csv"
    again.write_text(HEAD + "2020,POL,CHN,M,854231,500\n2020,POL,DEU,M,854231,500\n")
    with pytest.raises(ep.errors.BadFileError, match="loaded already"):
        lake.add("table", [again], mapping=mapping)
    lake.add("table", [again], mapping=mapping, replace=True)
    assert _ask(lake, "import_share", **keys).value == pytest.approx(500 / 1000)
