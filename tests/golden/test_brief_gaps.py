"""What is missing stays missing on the page, and is never taken for zero."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import made_comtrade as made
from entrepot.errors import NoEvidenceError
from entrepot.figures import Definition, Figure, Specification, Specifications
from entrepot.figures.evaluate import evaluate
from entrepot.lake import Lake
from entrepot.lake.inventory import InventoryItem
from entrepot.model.period import Period
from entrepot.report import brief
from entrepot.report.amounts import bar_of
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.cards import range_on_card
from entrepot.report.missing_value import missing_value
from entrepot.report.render_markdown import render_markdown
from entrepot.report.sections import by_tier
from entrepot.sources.published.parse import published

if TYPE_CHECKING:
    from pathlib import Path

YEARS = ("2022", "2023")
PARTNERS = ("W00", "CHN", "DEU", "USA", "TUR", "KAZ", "BLR", "IND", "JPN", "KOR", "TX899")
AREAS = {"CHN": 156, "KAZ": 398, "KGZ": 417, "DEU": 276, "TUR": 792}


def lake_of(folder: Path, rows: list[tuple[int, str, str, str, float]]) -> Lake:
    path = folder / "BACI_HS17_MADE_UP.csv"
    lines = [f"{t},{AREAS[i]},{AREAS[j]},{k},{v},1" for t, i, j, k, v in rows]
    path.write_text("\n".join(["t,i,j,k,v,q", *lines]) + "\n", encoding="utf-8")
    lake = Lake.open(folder / "lake")
    lake.add("baci", [path])
    return lake


def test_a_tier_without_the_last_year_does_not_stand_out(tmp_path: Path) -> None:
    """Chips and bearings fall; lathes are recorded in two years, but not in the last."""
    values = {"854231": (50, 40, 30), "848210": (30, 25, 20), "845811": (5, 6, None)}
    rows = [
        (2020 + place, "CHN", "KAZ", code, float(value))
        for code, series in values.items()
        for place, value in enumerate(series)
        if value is not None
    ]
    rows += [(year, "DEU", "KAZ", "854231", 10.0) for year in (2020, 2021, 2022)]
    subject = Subject("KAZ", "CHN", "chpl", Period.parse(2022), fixed=True)
    section = by_tier.section(BriefContext(lake_of(tmp_path, rows)), subject)
    assert "Tier" in str(section.table)
    assert "fell" in section.title.text
    assert not any("lathes" in str(note).lower() for note in section.notes)
    assert section.table is not None
    said = [section.title.text, section.deck, *(text for row in section.table.rows for text in row)]
    said += [item.text for note in section.notes for item in note.body]
    assert not any("2021 not available" in text for text in said)


def test_definitions_that_agree_are_not_zero(tmp_path: Path) -> None:
    """Codes that every reading of the list keeps: three definitions, one share."""
    rows = [
        (2022, seller, "KAZ", "854231", value)
        for seller, value in (("CHN", 60.0), ("DEU", 30.0), ("TUR", 10.0))
    ]
    told = brief("KAZ", "CHN", "chpl", 2022, lake_of(tmp_path, rows))
    titles = [part.title.text for part in told.sections]
    assert not any("0 to 0" in title for title in titles)
    assert any("60" in title and "definitions" in title for title in titles), titles


def test_a_figure_without_a_value_gives_none_of_it_away() -> None:
    asked = Definition.build("value", importer="RUS", exporter="CHN", period=2023)
    assert Figure(asked, "ok", 5.0, "USD").required() == 5.0
    with pytest.raises(NoEvidenceError, match="nothing held"):
        Figure(asked, "insufficient_data", None, "USD", reason="nothing held").required()


def test_a_printed_range_has_a_middle_and_a_bound_has_its_end() -> None:
    ranges = [row for row in published() if row.value is None]
    assert ranges
    for row in ranges:
        assert row.low is not None
        assert row.high is not None
        assert row.low < row.middle < row.high
    assert all(row.middle == row.value for row in published() if row.value is not None)


OWN = """
format: 1
id: mine
title: Cars of Kazakhstan
reporter: KAZ
flow: import
nomenclature: HS2017
columns:
  year: {role: period}
  from: {role: partner, codes: ISO3}
  code: {role: product}
  usd: {role: value, currency: USD}
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Lake:
    """BACI of two sellers, a country's own totals, a table of one's own, and a reference table."""
    tmp_path = tmp_path_factory.mktemp("many")
    lake = lake_of(
        tmp_path, [(2022, "CHN", "KAZ", "854231", 5.0), (2022, "DEU", "KAZ", "854231", 4.0)]
    )
    path = tmp_path / "imports.csv"
    path.write_text("year,from,code,usd\n2021,CHN,870323,7\n2021,DEU,870323,7\n")
    lake.add("table", [path], mapping=OWN)
    lake.add("imts", [_two_years(shared_data / "imf_imts_russia" / "RU_trade.csv", tmp_path)])
    lake.add("geodist", [shared_data / "geodist" / "dist_cepii.dta"])
    return lake


def _two_years(path: Path, folder: Path) -> Path:
    """Write what Russia told of a dozen partners in two years, so that a brief has less to ask."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    kept = [place for place, name in enumerate(head) if not name.isdigit() or name in YEARS]
    partner = head.index("COUNTERPART_COUNTRY.ID")
    with (folder / path.name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        for row in (head, *(row for row in rows if row[partner] in PARTNERS)):
            writer.writerow([row[place] for place in kept])
    return folder / path.name


def test_sources_are_those_that_were_used_and_say_whose_report_they_are(many: Lake) -> None:
    told = brief("RUS", "CHN", "all", 2022, many)
    page = render_markdown(told)
    [imts] = [term for term in told.sources if term.name.startswith("IMTS")]
    assert "totals over all goods, 2022 to 2023, 36 rows, as Russia reports it" in imts.text
    assert [term.text for term in told.sources if term.name.startswith("Loaded, not used")] == [
        "BACI, GeoDist."
    ]
    assert "NONE" not in page
    assert "; ," not in page
    assert dict(told.state)["Data"].startswith("IMTS 2022 to 2023; published figures to")
    assert not any("from everyone" in gap.what for part in told.sections for gap in part.gaps)


def test_a_table_of_ones_own_is_named(many: Lake) -> None:
    told = brief("KAZ", "CHN", "870323", 2021, many)
    [mine] = [term for term in told.sources if "table.mine" in term.name]
    assert mine.name == "Cars of Kazakhstan (table.mine)"
    assert "as Kazakhstan reports it, some goods only" in mine.text
    assert dict(told.state)["Data"] == "BACI 2022, table.mine 2021"  # nothing is from print


def test_a_total_over_all_goods_is_not_said_to_be_missing(many: Lake) -> None:
    told = brief("RUS", "CHN", "chpl", 2023, many)
    [gap] = [gap for part in told.sections for gap in part.gaps if "from everyone" in gap.what]
    assert gap.why.startswith(
        "No total of these goods in BACI and table.mine, but IMTS has one over all goods, so"
    )


def test_a_list_that_cannot_be_followed_is_a_gap(tmp_path: Path) -> None:
    """Annex II is of 2014; between its edition and the data no table is held."""
    told = brief(
        "KAZ", "CHN", "eu-ii", 2022, lake_of(tmp_path, [(2022, "CHN", "KAZ", "730419", 9)])
    )
    page = render_markdown(told)
    assert "**The list in HS2017.**" in page
    assert "`entrepot data get concordance`" in page


def test_a_list_in_the_edition_of_the_data_needs_no_table(tmp_path: Path) -> None:
    """854150 is no code of HS2022, so a list in HS2017 must not be followed there first."""
    mine = tmp_path / "mine.csv"
    mine.write_text("code,nomenclature\n854150,HS2017\n", encoding="utf-8")
    lake = lake_of(tmp_path, [(2022, "CHN", "KAZ", "854150", 7), (2022, "CHN", "KAZ", "854231", 5)])
    goods, sides = str(mine), {"importer": "KAZ", "exporter": "CHN"}
    figure = evaluate(Definition.build("value", goods=goods, period=2022, **sides), lake)
    assert figure.value == 7000


def test_where_no_code_is_left_nothing_is_said_of_trade(tmp_path: Path) -> None:
    """Drones have no code in HS2017, so the rows cannot say that none were sent."""
    lake = lake_of(tmp_path, [(2022, "CHN", "KAZ", "854231", 5)])
    sides = {"importer": "KAZ", "exporter": "CHN", "source": "baci"}
    figure = evaluate(Definition.build("value", goods="880621", period=2022, **sides), lake)
    assert figure.value is None
    assert "no code of 880621 is left in HS2017" in str(figure)
    assert "not the same as zero" not in str(figure)


def test_goods_that_nobody_trades_are_not_promised(tmp_path: Path) -> None:
    """An extract cannot show whether anybody trades a code."""
    rows = [(year, "CHN", "KGZ", "854231", 5.0) for year in (2021, 2022)]
    told = brief("KGZ", "CHN", "999999", 2022, lake_of(tmp_path, rows))
    text = render_markdown(told)
    assert "Load data" not in text
    first, second = told.answer
    secret = "goods that are secret or not specified (HS 999999)"
    assert f"{secret} that Kyrgyzstan imported in 2022 cannot be computed" in first.text
    assert "BACI" not in first.text  # what is loaded is said once, among the gaps
    assert f"an extract of BACI of 2021 to 2022, without any row for {secret}" in text
    assert "The complete BACI would show whether they are traded" in second.text
    assert all(card.command == "" for card in told.cards if "999999" in card.name)


def test_goods_that_an_importer_has_in_no_year_are_no_gap_of_one_year(tmp_path: Path) -> None:
    """Others import them: the newest year of any file was called missing, as if another had it."""
    rows = [(year, "CHN", "KGZ", "854231", 5.0) for year in (2021, 2022)]
    lake = lake_of(tmp_path, [*rows, (2022, "CHN", "KAZ", "850760", 5.0)])
    sides = {"reporter": made.GERMANY, "partner": made.USA}
    later = made.row(100.0, period=2023, flow="M", **sides)
    (tmp_path / "later.csv").write_text(made.text_of([later]), encoding="utf-8")
    lake.add("comtrade", [tmp_path / "later.csv"])
    told = brief("KGZ", "CHN", "850760", None, lake)
    gaps = " ".join(gap.why for gap in told.sections[-1].gaps)
    assert "without any row for Kyrgyzstan’s imports of lithium-ion batteries" in gaps
    assert "of 850760: not loaded for" not in gaps
    assert "Load a file that covers" not in render_markdown(told)
    assert not any("BACI" in one.text for one in told.answer[:1])


def test_an_extract_is_told_from_the_whole(tmp_path: Path) -> None:
    rows = [(year, "CHN", "KGZ", "854231", 5.0) for year in (2021, 2022)]
    told = brief("KGZ", "CHN", "854231", 2022, lake_of(tmp_path, rows))
    share, value = told.cards[:2]
    assert value.figure.value == 5000.0
    assert (
        share.definition
        == "Only an extract of BACI is loaded, and a share needs the complete data."
    )
    assert share.command == "entrepot data add baci FILE"
    other = brief("NPL", "TUR", "854231", 2022, Lake.open(tmp_path / "lake"))
    assert "the complete BACI" in other.answer[-1].text


def test_a_year_that_is_not_held_is_named_with_what_is(tmp_path: Path) -> None:
    rows = [(year, "CHN", "KGZ", "854231", 5.0) for year in (2021, 2022)]
    told = brief("KGZ", "CHN", "854231", 2019, lake_of(tmp_path, rows))
    card = told.cards[0]
    assert card.definition == (
        "The loaded data are an extract of BACI of 2021 to 2022, without 2019."
    )
    assert card.command
    assert told.cards[1].definition == "As above."


def test_a_year_that_nobody_asked_for_is_no_gap(tmp_path: Path) -> None:
    """Numbers in print reach further than the lake; of this pair there is nothing in any year."""
    rows = [(year, "CHN", "KGZ", "854231", 5.0) for year in (2021, 2022)]
    lake = lake_of(tmp_path, rows)
    assert max(BriefContext(lake).years()) > 2022
    told = brief("NPL", "TUR", "854231", None, lake)
    text = render_markdown(told)
    assert re.search(r"without \d", text) is None
    assert "a file that covers" not in text
    assert not {year for year in map(int, re.findall(r"\b20\d\d\b", text)) if year > 2022}
    assert told.line == "entrepot brief NPL --supplier TUR --goods 854231"
    assert "that Nepal imported cannot be computed" in told.answer[0].text
    asked = brief("NPL", "TUR", "854231", 2022, lake)
    assert asked.line.endswith(" --period 2022")
    assert "that Nepal imported in 2022 cannot be computed" in asked.answer[0].text
    known = brief("KGZ", "CHN", "854231", None, lake)
    assert known.line.endswith(" --period 2022")


def test_a_whole_lake_without_the_code_asks_for_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole release has millions of rows; here a small one is taken for whole."""
    rows = [(year, "CHN", "KGZ", "854231", 5.0) for year in (2021, 2022)]
    lake = lake_of(tmp_path, rows)
    for name in ("is_partial", "has_few_products"):
        monkeypatch.setattr(InventoryItem, name, property(lambda _: False))
    told = brief("KGZ", "CHN", "999999", 2022, lake)
    assert told.cards[0].command == ""
    secret = "goods that are secret or not specified (HS 999999)"
    assert f"BACI of 2021 to 2022, without any row for {secret}" in told.answer[0].text
    assert "extract" not in told.answer[0].text
    assert "another HS edition, or may not be traded" in told.answer[1].text


def test_what_errors_of_reports_leave_open_stands_on_the_card_and_its_bar() -> None:
    asked = Definition.build(
        "import_share", importer="DEU", exporter="CHN", period=2022, source="reconciled"
    )
    items = tuple(
        Specification({"source": "reconciled", "report": told}, value)
        for told, value in (("", 0.79), ("importer", 0.84))
    )
    figure = Figure(
        asked,
        "ok",
        0.79,
        "share",
        low=0.51,
        high=0.93,
        specifications=Specifications(items, "report"),
        spread={"errors": (0.51, 0.93), "together": (0.51, 0.93)},
    )
    text = range_on_card(figure).replace("\u00a0", " ")
    assert text == "51 to 93 % within the errors of the reports, 79 to 84 % computed"
    bar = bar_of(figure)
    assert bar is not None
    assert bar.computed == (0.51, 0.93)
    plain = replace(figure, definition=asked.but(source="baci"))
    assert "errors" not in range_on_card(plain)


def test_a_year_of_which_nothing_is_held_is_refused_and_says_what_is(tmp_path: Path) -> None:
    rows = [(year, "CHN", "KAZ", "854231", 60.0) for year in (2021, 2022)]
    lake = lake_of(tmp_path, rows)
    with pytest.raises(NoEvidenceError, match="no data are available for 1971") as caught:
        brief("KAZ", "CHN", "chpl", 1971, lake)
    assert " to 2025" in str(caught.value.why)
    assert "--period" in str(caught.value.hint)


def test_whether_a_pair_trades_is_looked_up_once_for_a_page(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, [(2021, "CHN", "KAZ", "854231", 50.0)])
    context = BriefContext(lake)
    asked = Definition.build(
        "value", importer="KAZ", exporter="TUR", goods="854231", period=2021, source="baci"
    )
    figure = evaluate(asked, lake)
    assert figure.status == "insufficient_data"
    with lake.reading():
        with lake.explaining() as first:
            said = missing_value(context, figure)
        with lake.explaining() as again:
            assert missing_value(context, figure) == said
    assert first.queries
    assert not again.queries


def test_trade_that_a_figure_of_the_page_shows_is_not_looked_up(tmp_path: Path) -> None:
    """A value says that the goods are traded, and by whom: on Spark each look is a job."""
    lake = lake_of(tmp_path, [(2021, "CHN", "KAZ", "854231", 50.0)])
    context = BriefContext(lake)
    words = {"importer": "KAZ", "exporter": "CHN", "goods": "854231", "source": "baci"}
    figure = evaluate(Definition.build("import_share", period=2021, **words), lake)
    assert figure.status == "insufficient_data"  # an extract has no total
    with lake.reading():
        assert context.value("value", period=2021, **words).value
        with lake.explaining() as cost:
            said = missing_value(context, figure)
        assert said == missing_value(BriefContext(lake), figure)
    assert not cost.queries


def test_no_text_of_a_brief_is_wider_than_a_line(tmp_path: Path) -> None:
    """Thirty codes between commas alone ran out of the page of the PDF."""
    made = brief("DEU", "CHN", "850511", lake=tmp_path / "lake")
    texts = [card.definition for card in made.cards]
    assert any("30 product codes" in text for text in texts)
    assert max(len(word) for text in texts for word in text.split()) < 40
