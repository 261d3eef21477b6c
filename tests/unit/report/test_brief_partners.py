"""Parts of a brief about partners and reporters, over reports that were made up."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

from entrepot.figures import Definition, Evidence, Figure
from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.charts import draw
from entrepot.report.charts.butterfly import MutualShares, ShareSide, mutual_shares
from entrepot.report.charts.calendar import (
    Calendar,
    Months,
    rows_of,
    stopped_reporting_in,
    year_spans,
    years_reported,
)
from entrepot.report.charts.stack import Stack
from entrepot.report.charts.world import World
from entrepot.report.parts import DataGap, Section, plain
from entrepot.report.sections import cut_off, mutual_dependence, reporters, sensitivity, suppliers
from entrepot.report.sections.cut_off import CutOff
from entrepot.report.sections.over_time import ChartedShare

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "property"))
from label_boxes import outside, overlapping
from said_by_rule import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

FRANCE, CODE = 251, "854231"
BOUGHT = {  # imports as each buyer tells them; France tells nothing of 2022
    (2020, GERMANY, CHINA): 2e8,
    (2020, GERMANY, USA): 6e8,
    (2021, GERMANY, CHINA): 3e8,
    (2021, GERMANY, USA): 3e8,
    (2021, FRANCE, CHINA): 1e8,
    (2022, GERMANY, CHINA): 6e8,
    (2022, GERMANY, USA): 2e8,
}
SOLD = {(2022, CHINA, GERMANY): 5e8, (2022, CHINA, FRANCE): 2e8, (2022, CHINA, USA): 10e8}
SUBJECT = Subject("DEU", "CHN", CODE, Period.parse(2022), fixed=True)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> BriefContext:
    place = tmp_path_factory.mktemp("partners")
    rows = [
        row(value, period=year, flow=flow, reporter=who) | {"partnerCode": other, "cmdCode": CODE}
        for flow, flows in (("M", BOUGHT), ("X", SOLD))
        for (year, who, other), value in flows.items()
    ]
    (place / "made.csv").write_text(text_of(rows), encoding="utf-8")
    lake = Lake.open(place / "lake")
    lake.add("comtrade", [place / "made.csv"])
    return BriefContext(lake)


def said(section: Section) -> Iterator[str]:
    yield section.title.text
    yield section.deck
    for note in section.notes:
        yield from (item.text for item in note.body)


def sound(section: Section) -> Section:
    """Return a section whose sentences keep every rule and whose labels lie in their places."""
    for text in said(section):
        assert faults(plain(text)) == [], text
    assert section.picture is not None
    for drawing in draw(section.picture):
        assert outside(drawing) == []
        assert overlapping(drawing) == []
    return section


def test_suppliers_over_the_years_are_each_years_parts(book: BriefContext) -> None:
    section = suppliers.years_section(book, SUBJECT)
    assert section is not None
    sound(section)
    assert section.picture is not None
    drawn = section.picture.drawn
    assert isinstance(drawn, Stack)
    assert drawn.years == (2020, 2021, 2022)
    assert drawn.layers[0].name == "China"
    assert drawn.layers[0].shares == pytest.approx((25.0, 50.0, 75.0))
    assert section.table is not None
    assert section.table.rows[0] == ("China", "25.0", "50.0", "75.0")
    assert section.table.head == ("Supplier", "2020", "2021", "2022")
    assert any("China’s share rose most, from 25.0 to 75.0" in text for text in said(section))


def test_one_year_of_suppliers_is_a_gap(book: BriefContext) -> None:
    subject = replace(SUBJECT, period=Period.parse(2020))
    section = suppliers.years_section(book, subject)
    assert section is not None
    assert section.gap is not None
    assert "2020" in section.gap.what


def test_buyers_are_those_of_the_seller_and_the_importer_has_its_place(book: BriefContext) -> None:
    section = sound(suppliers.buyers_section(book, SUBJECT))
    assert section.picture is not None
    drawn = section.picture.drawn
    assert isinstance(drawn, World)
    assert drawn.are == "buyers"
    assert {one.code: one.share for one in drawn.partners} == pytest.approx(
        {"USA": 1000 / 17, "DEU": 500 / 17, "FRA": 200 / 17}
    )
    assert [one.code for one in drawn.partners if one.marked] == ["DEU"]
    assert "Germany was China’s second largest buyer" in section.title.text
    assert any(
        "bought 2.0\u00a0times as much from China as Germany" in text for text in said(section)
    )
    assert all("the seller" in one for one in draw(section.picture))


def test_who_fell_silent_is_named(book: BriefContext) -> None:
    section = sound(reporters.section(book, SUBJECT))
    assert section.picture is not None
    drawn = section.picture.drawn
    assert isinstance(drawn, Calendar)
    told = {one.name: (one.imports, one.exports) for one in drawn.rows}
    assert told["Germany"] == ((1, 1, 1), (0, 0, 0))
    assert told["China"] == ((0, 0, 0), (0, 0, 1))
    assert told["France"] == ((0, 1, 0), (0, 0, 0))
    assert section.title.text == "One of three reporters stopped reporting"
    assert any("France (last 2021)" in text for text in said(section))
    assert section.table is not None
    assert ("France", "2021", "", "") in section.table.rows


def test_silence_is_judged_within_a_source() -> None:
    told = {}
    for source, area, years in (("a", "DEU", (2020, 2021)), ("a", "FRA", (2020,)),
                                ("b", "ITA", (2019, 2020))):  # fmt: skip
        told[source, area] = Months()
        for year in years:
            told[source, area].imports[year] = 12
    assert stopped_reporting_in(told, 2021) == {("a", "FRA"): 2020}
    assert stopped_reporting_in(told, 2020) == {}


class _Told:
    """A book with one answer a measure."""

    def __init__(self, **answers: Figure) -> None:
        self.answers = answers

    def ask(self, measure: str, **keys: object) -> Figure:
        return self.answers[measure]

    value = ask


def told(measure: str, value: float, unit: str, source: str, **details: float | str) -> Figure:
    asked = Definition.build(measure, importer="DEU", exporter="CHN", period=2022, source=source)
    evidence = (Evidence(source, "abc", 1),)
    return Figure(asked, "ok", value, unit, evidence=evidence, details=dict(details))


def test_a_ratio_is_of_the_books_of_its_parts() -> None:
    """Each share alone has a better source than the ratio: both weights are the ratio's."""
    held = _Told(
        asymmetry=told("asymmetry", 3.0, "ratio", "baci", import_share=0.3, export_share=0.1),
        import_share=told("import_share", 0.5, "share", "imts"),
        export_share=told("export_share", 0.05, "share", "comtrade"),
    )
    one = mutual_shares(held, "DEU", "CHN", 2022)
    assert one.imports is not None
    assert one.exports is not None
    assert (one.imports.value, one.exports.value) == pytest.approx((30.0, 10.0))
    assert one.whose == ("BACI", "BACI")
    assert one.evidence == (one.ratio,)


def test_without_a_ratio_each_weight_says_whose_it_is() -> None:
    held = _Told(
        asymmetry=replace(told("asymmetry", 1.0, "ratio", "baci"), value=None),
        import_share=told("import_share", 0.5, "share", "imts"),
        export_share=told("export_share", 0.05, "share", "comtrade"),
    )
    one = mutual_shares(held, "DEU", "CHN", 2022)
    assert one.ratio is None
    assert one.whose == ("IMTS", "UN Comtrade")
    assert len(one.evidence) == 2


def test_printed_weights_are_those_of_one_origin(tmp_path: Path) -> None:
    """OEC prints both shares of 2023; a share that another computes is not set beside one of it."""
    held = BriefContext(Lake.open(tmp_path / "nothing"))
    one = mutual_shares(held, "RUS", "CHN", 2023)
    assert one.ratio is not None
    assert one.ratio.value is not None
    assert one.imports is not None
    assert one.exports is not None
    assert one.imports.value / one.exports.value == pytest.approx(one.ratio.value)
    assert one.whose[0] == one.whose[1] != ""


def test_a_ratio_of_two_books_stands_over_the_two_shares_it_is_made_of(tmp_path: Path) -> None:
    """Customs print flow and total, an institute the other share; a better share is another's."""
    held = BriefContext(Lake.open(tmp_path / "nothing"))
    ratio = held.ask("asymmetry", importer="CHN", exporter="RUS", period=2024)
    one = mutual_shares(held, "CHN", "RUS", 2024)
    assert one.ratio is ratio
    assert one.imports is not None
    assert one.exports is not None
    assert one.imports.value == pytest.approx(100 * 129.32 / 2590)
    assert one.exports.value == pytest.approx(27)
    assert one.imports.value / one.exports.value == pytest.approx(ratio.required())
    assert one.whose == ("Chinese customs", "Gaidar Institute")


def test_reporters_of_one_year_each_are_not_said_to_go_on() -> None:
    told = {("a", area): Months() for area in ("DEU", "FRA")}
    for one in told.values():
        one.imports[2021] = 12
    told["a", "DEU"].imports[2020] = 12
    assert reporters._title(SUBJECT, told, {}, [2020, 2021]).startswith("None of two reporters")
    assert reporters._title(SUBJECT, told, {}, [2021]) == (
        "Two reporters, each with data for one year only"
    )


def test_a_share_that_stands_otherwise_over_time_is_said_to_be_of_another() -> None:
    def share(value: float) -> Figure:
        return told("import_share", value, "share", "imts")

    def charted(value: float, goods: str = "all") -> ChartedShare:
        return ChartedShare(goods, [], [share(value)], "")

    held = {2022: MutualShares(ShareSide(29.5, "29.5"), None, ("OEC", ""), None, ())}
    assert mutual_dependence._elsewhere(SUBJECT, held, charted(0.295)) == ""
    assert mutual_dependence._elsewhere(SUBJECT, {}, charted(0.343)) == ""
    assert mutual_dependence._elsewhere(SUBJECT, held, charted(0.343, "8542")) == ""
    assert mutual_dependence._elsewhere(SUBJECT, held, charted(0.343)) == (
        " China’s share of Germany’s imports is here that of OEC in 2022; "
        "under Share over time it is that of IMTS."
    )


def cost(low: float, value: float, high: float, **details: float | str) -> Figure:
    asked = Definition.build("cutoff", importer="RUS", exporter="CHN", goods=CODE, period=2022)
    return Figure(asked, "ok", value, "share", low=low, high=high, details=dict(details))


def test_a_cut_off_is_told_as_a_range_and_what_lacks_in_a_line() -> None:
    subject = Subject("RUS", "CHN", CODE, Period.parse(2022), fixed=True)
    found = cost(
        0.51, 0.988, 1.0, unmet_share=0.0, unmet_share_low=0.0, unmet_share_high=0.97,
        replaced_by="Germany 39.7 %, Malaysia 14 %",
    )  # fmt: skip
    gap = DataGap("the cost to inputs would cost", "no table is held", "entrepot data list")
    section = sound(cut_off.section(subject, CutOff(found, gap)))
    assert "Russia would lose 51 to 100\u00a0% of the value" in section.title.text
    assert section.gap is gap
    assert section.table is not None
    assert [row[2:] for row in section.table.rows] == [("51.0", "98.8", "100"), ("0", "0", "97.0")]
    text = " ".join(said(section))
    assert "0 to 97\u00a0% of what Russia paid" in text
    assert "Germany 39.7\u00a0% and Malaysia 14\u00a0%" in text


def test_a_cut_off_of_which_nothing_is_held_is_one_gap() -> None:
    first, second = (DataGap(what, "nothing is held", "entrepot data list") for what in "ab")
    section = cut_off.section(SUBJECT, CutOff(first, second))
    assert section.picture is None
    assert section.gap is first
    assert not re.search(r"\d", section.title.text)


def test_who_publishes_nothing_any_more_is_not_said_to_go_on() -> None:
    """A source may hold estimates for it: its row says until when its own reports go."""
    told = {("imts", area): Months() for area in ("DEU", "RUS")}
    for one in told.values():
        one.imports |= {2020: 12, 2021: 12, 2022: 12}
    years = [2020, 2021, 2022]
    assert reporters._title(SUBJECT, told, {}, years) == "One of two reporters stopped reporting"
    assert reporters._title(SUBJECT, told, {}, [2020, 2021]).startswith("None of two reporters")
    [note, *_] = reporters._notes(SUBJECT, told, {})
    assert note.title == "Stopped reporting"
    [words] = [item.text for item in note.body]
    assert words == (
        "Russia has published no trade by partner since 2022-01; later data in a source are "
        "partner-reported data and estimates."
    )


def test_where_one_weight_alone_is_known_the_title_says_so() -> None:
    def lacks(measure: str) -> Figure:
        asked = Definition.build(measure, importer="DEU", exporter="CHN", period=2022)
        return Figure(asked, "insufficient_data", None, "share")

    held = _Told(
        asymmetry=lacks("asymmetry"),
        import_share=lacks("import_share"),
        export_share=told("export_share", 0.25, "share", "comtrade"),
    )
    one = mutual_shares(held, "DEU", "CHN", 2022)
    there, lacks = mutual_dependence._known(SUBJECT, {2022: one}, {})
    assert there.text == "All goods: Germany took 25.0\u00a0% of China’s exports in 2022"
    assert there.evidence == one.evidence
    assert lacks == " The share in Germany’s imports is not available."
    back, lacks = mutual_dependence._known(SUBJECT, {}, {2021: one})
    assert back.text == "All goods: China took 25.0\u00a0% of Germany’s exports in 2021"
    assert lacks == " The share in China’s imports is not available."


def test_a_cut_off_of_which_nothing_is_known_names_both_levels() -> None:
    goods, inputs = DataGap("goods", "not held"), DataGap("inputs", "too many economies")
    section = cut_off.section(SUBJECT, CutOff(goods, inputs))
    assert (section.gap, section.gaps) == (goods, (inputs,))


def test_the_suppliers_that_have_a_name_are_said_by_rule(book: BriefContext) -> None:
    section = suppliers.years_section(book, SUBJECT)
    assert section is not None
    assert "Other than China: the largest other of 2022." in section.deck


def test_a_text_that_says_whose_goods_it_counts_has_no_caveat_that_it_does_not(
    tmp_path: Path,
) -> None:
    held = BriefContext(Lake.open(tmp_path / "nothing"))
    subject = Subject("RUS", "CHN", "chpl", Period.parse(2023), fixed=True)
    share = held.ask("import_share", importer="RUS", exporter="CHN", goods="chpl", period=2023)
    [note] = [
        one for one in sensitivity._notes(held, subject, share) if one.title == "On other bases"
    ]
    assert note.body[0].text.startswith("About 50\u00a0% of the goods were made in China")
    assert "basis" not in note.body[0].caveats


MONTHLY = """
format: 1
id: reports
nomenclature: HS2017
level: 6
columns:
  period: {role: period}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  flow: {role: flow, import: M, export: X}
  product: {role: product}
  value: {role: value, currency: USD}
"""


def test_months_that_came_in_two_parts_count_once(tmp_path: Path) -> None:
    """Six months from two files, each with other partners, are half a year and not all of it."""
    lake = Lake.open(tmp_path / "lake")
    for partner in ("CHN", "USA"):
        rows = [f"2022-{month:02},DEU,{partner},M,854231,5" for month in range(1, 7)]
        path = tmp_path / f"{partner}.csv"
        path.write_text("\n".join(["period,reporter,partner,flow,product,value", *rows, ""]))
        lake.add("table", [path], mapping=MONTHLY)
    found, _ = years_reported(lake)
    assert [dict(one.imports) for one in found.values()] == [{2022: 6}]


def test_values_under_the_name_of_who_stopped_are_not_its_reports(tmp_path: Path) -> None:
    """Russia was shown as reporting to 2024, when it had published nothing since January 2022."""
    lake = Lake.open(tmp_path / "lake")
    years = (2019, 2021, 2022, 2023)
    rows = [row(1e8, period=year, reporter=643) | {"cmdCode": CODE} for year in years]
    path = tmp_path / "russia.csv"
    path.write_text(text_of(rows))
    lake.add("comtrade", [path])
    found, _ = years_reported(lake)
    [months] = found.values()
    assert (months.years, months.by_others) == ({2019, 2021}, {2022, 2023})
    [line] = rows_of(found, [*range(2019, 2024)])
    assert line.imports == (1, 0, 1, 0, 0)
    assert line.note == "own reports until 2022-01; 2022 to 2023 by others"
    assert stopped_reporting_in(found, 2023) == {("comtrade", "RUS"): 2021}
    assert year_spans([2019, 2021, 2022]) == "2019, 2021 to 2022"
