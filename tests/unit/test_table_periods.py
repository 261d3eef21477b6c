"""Periods in the many spellings of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError, RequestError
from entrepot.lake import Lake
from entrepot.sources.table.periods import DatedPeriod, month_number, read_span, spans
from table_reading import read_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "start", "freq"),
    [
        ("2024", "2024-01-01", "A"),
        ("2024.0", "2024-01-01", "A"),
        ("2024年", "2024-01-01", "A"),
        ("2024 г.", "2024-01-01", "A"),
        ("202452", "2024-01-01", "A"),
        ("201952-Jan.-Dec. 2019", "2019-01-01", "A"),
        ("Janv.-Déc. 2012", "2012-01-01", "A"),
        ("2024年1-12月", "2024-01-01", "A"),
        ("202408", "2024-08-01", "M"),
        ("2024-08", "2024-08-01", "M"),
        ("2024/8", "2024-08-01", "M"),
        ("2024.08", "2024-08-01", "M"),
        ("2024M08", "2024-08-01", "M"),
        ("2024-M8", "2024-08-01", "M"),
        ("08/2024", "2024-08-01", "M"),
        ("8.2024", "2024-08-01", "M"),
        ("2024年8月", "2024-08-01", "M"),
        ("Aug. 2024", "2024-08-01", "M"),
        ("August, 2024", "2024-08-01", "M"),
        ("2024 August", "2024-08-01", "M"),
        ("август 2024 г.", "2024-08-01", "M"),
        ("202408-Aug. 2024", "2024-08-01", "M"),
        ("2024Q3", "2024-07-01", "Q"),
        ("2024-Q3", "2024-07-01", "Q"),
        ("Q3 2024", "2024-07-01", "Q"),
        ("III кв. 2024", "2024-07-01", "Q"),
        ("Jul.-Sep. 2024", "2024-07-01", "Q"),
        ("2024-08-01", "2024-08-01", ""),
        ("2024-02-29", "2024-02-01", ""),
        ("20240831", "2024-08-01", ""),
        ("2024-08-01 00:00:00", "2024-08-01", ""),
        ("2024-08-01T00:00:00", "2024-08-01", ""),
    ],
)
def test_spellings(text: str, start: str, freq: str) -> None:
    assert read_span(text) == DatedPeriod(start, freq)


@pytest.mark.parametrize(
    "text",
    [
        *("", "24", "202413", "2024-13", "2024-00", "Jan-24", "2023 1", "20241", "Total"),
        *("Jan.-Jun. 2024", "Feb.-Apr. 2024", "2024年1-3", "Marvel 2024", "2024.1", "Ju 2024"),
        *("2024-08-01 12:30:00", "3024", "20249901"),
        *("2022-02-30", "20220431", "2023/02/29"),
    ],
)
def test_what_is_no_period_of_its_own(text: str) -> None:
    """A cumulated span, half a word, or October that lost its zero (2024.1)."""
    assert read_span(text) is None


def test_days_say_where_a_period_begins_and_not_how_long_it_is() -> None:
    assert {span.freq for span in spans(["2024-01-01", "2024-02-01"], None).values()} == {"M"}
    with pytest.raises(RequestError, match="a day") as caught:
        spans(["2024-01-01", "2024-04-01"], None)
    assert caught.value.where == "2024-01-01"
    assert "freq" in caught.value.hint
    assert spans(["2024-04-01"], "Q") == {"2024-04-01": DatedPeriod("2024-04-01", "Q")}
    assert spans(["2024-05-31"], "Q")["2024-05-31"].start == "2024-04-01"
    assert spans(["2024-05-31"], "A")["2024-05-31"] == DatedPeriod("2024-01-01", "A")


def test_a_length_that_the_mapping_denies_is_refused() -> None:
    with pytest.raises(RequestError, match="length M, where the mapping says freq: A"):
        spans(["202405"], "A")


def test_months_need_three_letters_and_one_meaning() -> None:
    assert [month_number(word) for word in ("Jan", "sept.", "июля", "Mai", "7")] == [1, 9, 7, 5, 7]
    assert [month_number(word) for word in ("Ju", "0", "13", "mare", "")] == [None] * 5


def test_a_fiscal_year_is_the_twelve_months_that_the_mapping_says() -> None:
    assert spans(["2022-23", "2023-2024"], None, 4) == {
        "2022-23": DatedPeriod("2022-04-01", "F"),
        "2023-2024": DatedPeriod("2023-04-01", "F"),
    }
    assert spans(["2010-11"], None, 7)["2010-11"] == DatedPeriod("2010-07-01", "F")
    assert spans(["2018-07-17..2019-07-16"], None)["2018-07-17..2019-07-16"].freq == "F"
    assert spans(["2022-01..2022-12"], None)["2022-01..2022-12"] == DatedPeriod("2022-01-01", "A")
    with pytest.raises(RequestError, match="a single year") as caught:  # of April or of March?
        spans(["2022-23", "2023"], None, 4)
    assert "own: {'2023': 2023-04..2024-03} or own: {'2023': 2022-04..2023-03}" in caught.value.hint
    with pytest.raises(RequestError, match="year_starts"):
        spans(["2022-23", "2023-24"], None)


@pytest.mark.parametrize(
    ("year", "code", "rule"),
    [
        ("2203", "854231", "future-period"),
        ("2203", "TOTAL", "future-period"),
        ("1802", "854231", "early-period"),
        ("1802", "TOTAL", None),
        ("1988", "854231", None),
    ],
)
def test_a_slip_in_a_year_is_said(tmp_path: Path, year: str, code: str, rule: str | None) -> None:
    """The rows are where no question looks for them; nothing said so."""
    path = tmp_path / "t.csv"
    path.write_text(f"Year,Country,HS code,Value\n2022,China,{code},100\n{year},China,{code},20\n")
    mapping = """
format: 1
reporter: KGZ
nomenclature: HS2022
columns:
  Year: {role: year}
  Country: {role: partner, codes: names}
  HS code: {role: product}
  Value: {role: value, flow: import, currency: USD, scale: 1}
ignore: []
"""
    report = Lake.open(tmp_path / "lake").add("table", [path], mapping=mapping)
    [item] = report.added
    said = [one for one in item.findings if one.rule in ("future-period", "early-period")]
    assert [(one.rule, one.level, one.example) for one in said] == (
        [(rule, "warning", year)] if rule else []
    )


def test_a_month_without_a_year_is_not_the_whole_year(tmp_path: Path) -> None:
    mapping = (
        "format: 1\nreporter: VUT\nflow: export\nproduct: TOTAL\nperiod: '2016'\ncolumns:\n"
        "  m: {role: month}\n  who: {role: partner, codes: names}\n"
        "  v: {role: value, currency: VUV}\n"
    )
    with pytest.raises(BadFileError, match="a month without its year: 'm'") as caught:
        read_text(tmp_path, "m,who,v\nJanuary,Fiji,3\n", mapping)
    assert "role: period, own: {January: '2023-01'" in caught.value.hint
    own = mapping.replace("period: '2016'\n", "").replace(
        "{role: month}", "{role: period, own: {January: '2016-01'}}"
    )
    [row], _ = read_text(tmp_path, "m,who,v\nJanuary,Fiji,3\n", own)
    assert (str(row["period"]), row["freq"]) == ("2016-01-01", "M")
