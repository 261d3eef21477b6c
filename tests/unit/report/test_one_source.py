"""A series is of one source: what two sources count differs by more than most changes of a year."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report.attribution import source_on_card
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.charts.butterfly import mutual_shares_chart, of_one_source
from entrepot.report.charts.share import share_chart
from entrepot.report.charts.stack import stack_chart
from entrepot.report.parts import BriefSentence
from entrepot.report.phrasing import ratio_words
from entrepot.report.sections import by_tier, mutual_dependence, over_time, suppliers
from entrepot.serve.views.country import _ranked

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MAP = """
format: 1
id: {id}
nomenclature: HS2017
level: 6
columns:
  year: {{role: period}}
  flow: {{role: flow, import: M, export: X}}
  reporter: {{role: reporter, codes: ISO3}}
  partner: {{role: partner, codes: ISO3}}
  code: {{role: product}}
  value: {{role: value, currency: USD}}
"""
OLD, NEW = (2016, 2017, 2018), (2018, 2019, 2020, 2021)
PAIR = {"importer": "DEU", "exporter": "CHN"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two sources of one trade: by the second the share is twice that of the first."""
    folder = tmp_path_factory.mktemp("two")
    held = Lake.open(folder / "lake")
    for name, years, value in (("first", OLD, 20), ("second", NEW, 50)):
        lines = ["year,flow,reporter,partner,code,value"]
        for year in years:
            for seller, sold in (("CHN", value), ("USA", 100 - value)):
                lines.append(f"{year},M,DEU,{seller},848210,{sold}")
            lines += [f"{year},X,CHN,DEU,848210,{value}", f"{year},X,CHN,USA,848210,300"]
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
        held.add("table", [folder / f"{name}.csv"], mapping=MAP.format(id=name))
    return held


def _two_reporters(folder: Path, later: tuple[int, ...]) -> Lake:
    """One source: what Germany reports of its imports, and China, twice as much, of its exports."""
    lines = ["year,flow,reporter,partner,code,value"]
    lines += [f"{year},M,DEU,CHN,848210,2e6" for year in OLD]
    lines += [f"{year},X,CHN,DEU,848210,4e6" for year in later]
    (folder / "one.csv").write_text("\n".join([*lines, ""]))
    held = Lake.open(folder / "lake")
    held.add("table", [folder / "one.csv"], mapping=MAP.format(id="one"))
    return held


def test_a_note_names_a_table_and_not_its_id(lake: Lake) -> None:
    """The page of a minister had "table.second": a word of who loaded it."""
    from entrepot.report.note import note
    from entrepot.report.render_note import note_html

    page = note_html(note(*PAIR.values(), "848210", 2021, lake=lake))
    assert "Table “second”, 2018 to 2021" in page
    assert "table." not in page


def _subject() -> Subject:
    return Subject("DEU", "CHN", "848210", Period.parse(2021), fixed=False)


def test_the_source_of_most_years_is_taken_the_newest_of_several() -> None:
    years = {2018: "a", 2019: "b", 2020: "a", 2021: "b", 2022: "c"}
    assert of_one_source(years, str) == {2019: "b", 2021: "b"}
    assert of_one_source({}, str) == {}


def test_a_chart_of_weights_is_of_one_source(lake: Lake) -> None:
    found = mutual_shares_chart(lake, None, {**PAIR, "goods": "848210"})
    sources = {item.source for figure in found.figures for item in figure.evidence}
    assert sources == {"table.second"}
    assert {figure.definition.period.start.year for figure in found.figures} == set(NEW)


def test_the_title_of_weights_is_the_quotient_of_two_bars(tmp_path: Path) -> None:
    """The ratio asked alone came from another source, of a year that was not drawn."""
    found = mutual_shares_chart(
        Lake.open(tmp_path / "none"), None, {"importer": "RUS", "exporter": "CHN"}
    )
    there = [one for one in found.figures if one.definition.importer == "RUS"]
    year = max(one.definition.period.year for one in there)
    part, other = (
        next(
            one.required()
            for one in there
            if (one.definition.measure, one.definition.period.year) == (measure, year)
        )
        for measure in ("import_share", "export_share")
    )
    assert f"{ratio_words(part / other)} as important" in found.title
    assert found.title.endswith(f"in {year}")


def test_weights_in_print_are_of_one_origin(tmp_path: Path) -> None:
    """BACI, OEC, the IMF and the Gaidar Institute were strung together into a rise and a fall."""
    found = mutual_shares_chart(
        Lake.open(tmp_path / "none"), None, {"importer": "RUS", "exporter": "CHN"}
    )
    for flow in ("RUS", "CHN"):
        sides = [one for one in found.figures if one.definition.importer == flow]
        for measure in ("import_share", "export_share"):
            told = {source_on_card(one) for one in sides if one.definition.measure == measure}
            assert len(told) <= 1, (flow, measure, told)
    assert len(found.figures) > 2


def test_the_sections_of_a_brief_are_of_one_source(lake: Lake) -> None:
    book = BriefContext(lake)
    series, beyond = over_time.series_of(book, _subject())
    assert (series, beyond) == ([], "")  # of all goods nothing is loaded
    years, _ = mutual_dependence._years(book, _subject(), forward=True)
    assert len({one.whose for one in years.values()}) <= 1


def test_suppliers_are_ranked_within_one_year_and_source(lake: Lake) -> None:
    book = BriefContext(lake)
    keys = {"importer": "DEU", "goods": "848210"}
    figures = [
        book.ask("import_share", exporter="CHN", period=2021, **keys),
        book.ask("import_share", exporter="USA", period=2021, **keys),
        book.ask("import_share", exporter="CHN", period=2016, **keys),
        book.ask("import_share", exporter="JPN", period=2021, source="published", **keys),
    ]
    ranked, others = _ranked(figures)
    assert [one.value for one in ranked] == [0.5, 0.5]
    assert [one.value for one in others] == [0.2]


def test_a_series_marks_where_its_source_changes(lake: Lake) -> None:
    """No source has 2016 to 2021: the share rises by half where the second begins."""
    keys = {**PAIR, "goods": "848210", "period": "2016..2021", "each": "year"}
    series = ep.ask_many("import_share", lake=lake, ranged=False, **keys)
    assert [one["value"] for one in series.rows()] == [0.2, 0.2, 0.2, 0.5, 0.5, 0.5]
    assert [one["change_to"] for one in series.rows()] == [*[None] * 3, "table.second", None, None]
    assert series.caveats[0].id == "several-sources"
    assert "2016 to 2018 from table.first and 2019 to 2021 from table.second" in (
        series.caveats[0].text
    )
    assert str(series).count("table.second (changes here)") == 1
    alone = ep.ask_many("import_share", lake=lake, ranged=False, **keys, source="table.second")
    assert {one["change_to"] for one in alone.rows()} == {None}
    assert "several-sources" not in {note.id for note in alone.caveats}


def test_a_series_takes_the_source_that_has_all_of_it(lake: Lake) -> None:
    """In 2018 the first source comes first; of 2018 to 2021 only the second has all."""
    assert ep.ask("value", lake=lake, **PAIR, goods="848210", period=2018).value == 20
    keys = {**PAIR, "goods": "848210", "period": "2018..2021", "each": "year"}
    series = ep.ask_many("value", lake=lake, ranged=False, **keys)
    assert [one.value for one in series] == [50] * 4
    assert series.sources == ("table.second",)
    both = ep.ask_many("value", lake=lake, ranged=False, importer="DEU", exporter=["CHN", "USA"],
                       goods="848210", period="2017..2021", each="year")  # fmt: skip
    assert [one["change_to"] for one in both.rows()] == [None, None, "table.second", None, None] * 2


def test_a_series_marks_where_its_reporter_changes(tmp_path: Path) -> None:
    """One source: Germany reports its imports until 2018, China its exports, twice as much."""
    held = _two_reporters(tmp_path, NEW)
    keys = {**PAIR, "goods": "848210", "period": "2016..2021", "each": "year"}
    series = ep.ask_many("value", lake=held, ranged=False, **keys)
    assert [one.value for one in series] == [2e6, 2e6, 2e6, 4e6, 4e6, 4e6]
    assert series.rows()[3]["change_to"] == "table.one as reported by the exporter"
    assert series.caveats[0].id == "reporter-break"
    assert "2016 to 2018 from table.one as reported by the importer" in series.caveats[0].text
    one_side = ep.ask_many("value", lake=held, ranged=False, **keys, reported_by="exporter")
    assert {one["change_to"] for one in one_side.rows()} == {None}


@pytest.mark.parametrize("chart", [share_chart, None, mutual_shares_chart])
def test_a_chart_names_the_years_that_only_another_source_has(lake: Lake, chart: Any) -> None:
    keys = {**PAIR, "goods": "848210"}
    found = (
        chart("import_share", lake, 2016, keys)
        if chart is share_chart
        else chart(lake, 2016, keys)
        if chart
        else stack_chart(lake, 2016, keys)
    )
    assert {item.source for one in found.figures for item in one.evidence} == {"table.second"}
    assert any("Not shown: 2016 and 2017 (" in one for one in found.foot), found.foot


def test_sections_of_a_brief_name_them_too(lake: Lake) -> None:
    book = BriefContext(lake)
    found = suppliers.years_section(book, _subject())
    assert found
    assert "Not shown: 2016 and 2017 (table.first)" in "".join(map(str, found.source))


def test_the_values_of_a_brief_are_of_one_reporter(tmp_path: Path) -> None:
    """Germany reports its imports until 2018, China its exports from 2018 on, twice as much."""
    held = _two_reporters(tmp_path, NEW)
    found = by_tier.section(BriefContext(held), _subject())
    assert found.table
    assert found.table.head[1:] == ("2018", "2019", "2020", "2021")
    assert {*found.table.rows[0][1:]} == {"4.00"}
    assert isinstance(found.title, BriefSentence)
    assert "level" in found.title.text


def test_values_of_two_reporters_say_so(tmp_path: Path) -> None:
    """No side reported in two years: both are shown, and what the rise may be is said."""
    held = _two_reporters(tmp_path, (2021,))
    found = by_tier.section(BriefContext(held), _subject())
    assert found.table
    assert found.table.head[1:] == ("2016", "2017", "2018", "2021")
    said = " ".join(remark.text for note in found.notes for remark in note.body)
    assert "2016 to 2018 from table.one as reported by the importer" in said
    assert "no trend" in said


def test_a_published_series_marks_each_primary_source(tmp_path: Path) -> None:
    """Bundled figures of one source, “published”, are those of many institutions."""
    series = ep.ask_many(
        "import_share",
        lake=Lake.open(tmp_path / "none"),
        ranged=False,
        importer="RUS",
        exporter="CHN",
        goods="all",
        period="2021..2023",
        each="year",
        source="published",
    )
    whose = [{item.origin for item in one.evidence} for one in series if one.status == "ok"]
    assert len(whose) > 1
    changes = sum(one != other for one, other in pairwise(whose))
    assert changes == sum(one["change_to"] is not None for one in series.rows()) > 0


def test_half_of_a_mutual_dependence_is_no_picture(tmp_path: Path) -> None:
    """Two bars with “not known” across from each looked like a finding, on half a page."""
    context = BriefContext(Lake.open(tmp_path / "no-lake"))
    subject = Subject("DEU", "CHN", "850511", Period.parse("2022"), fixed=False)
    ratio = context.value("asymmetry", importer="DEU", exporter="CHN", period=2023)
    section = mutual_dependence.section(context, subject, ratio)
    assert "is not available" in section.deck
    assert section.picture is None
    assert section.notes == ()
    assert section.table is not None
    assert len(section.table.rows) == 2


@pytest.mark.parametrize("ranged_first", [True, False])
def test_a_figure_asked_with_its_source_and_without_is_one(
    tmp_path: Path, ranged_first: bool
) -> None:
    book = BriefContext(Lake.open(tmp_path / "lake"))
    pair: dict[str, Any] = {"importer": "TWN", "exporter": "CHN", "period": 2023}
    if ranged_first:
        book.ask("value", **pair)
    assert book.value("value", source="published", **pair).status == "ok"
    assert book.ask("value", **pair).status == "ok"
    [found] = book.figures
    assert found.ranged
