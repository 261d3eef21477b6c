"""What stands at the end of a page agrees with what the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.made_comtrade import CHINA, GERMANY, WORLD, row, text_of

from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report import back_matter
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.sections import reporters

if TYPE_CHECKING:
    from pathlib import Path

SUBJECT = Subject("RUS", "CHN", "all", Period.parse(2022), fixed=True)
MAP = """
format: 1
id: other
nomenclature: HS2017
level: 6
reported_by: importer
valuation: CIF
columns:
  time: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""


def test_sources_of_the_reporting_calendar_are_used_on_the_page(tmp_path: Path) -> None:
    """The calendar shows who reported to UN Comtrade, and a table says nothing of reporters."""
    lake = Lake.open(tmp_path / "lake")
    made = tmp_path / "made.csv"
    told = [
        row(5e6, period=2022, flow="M", reporter=GERMANY, partner=one) for one in (CHINA, WORLD)
    ]
    made.write_text(text_of(told), encoding="utf-8")
    lake.add("comtrade", [made])
    path = tmp_path / "other.csv"
    path.write_text("time,seller,buyer,code,value\n2022,CHN,RUS,850511,9\n")
    lake.add("table", [path], mapping=MAP)
    context = BriefContext(lake)
    section = reporters.section(context, SUBJECT)
    [source] = section.source
    assert "UN Comtrade" in str(source)
    terms = {term.name: term.text for term in back_matter.sources(context, SUBJECT)}
    assert terms["Loaded, not used on this page"] == "table.other."
    assert any("Comtrade" in name for name in terms)


def test_an_asymmetry_is_defined_as_it_is_printed_either_way() -> None:
    """Below one the other way round: 32.7 % of exports over 6.1 % of imports is 5.36 times."""
    [text] = [
        term.text
        for term in back_matter.terms(SUBJECT, claims=False, inputs=False)
        if term.name == "Asymmetry of dependence"
    ]
    assert "where the supplier is named first, the inverse" in text
