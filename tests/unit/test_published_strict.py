"""A table of statements is read strictly: what does not fit is refused, with file and line."""

from __future__ import annotations

import csv
import io

import pytest

from entrepot.errors import BadFileError
from entrepot.sources.published.row import COLUMNS, parse_rows

GOOD = {
    "id": "CR-001",
    "measure": "value",
    "reporter": "CHN",
    "exporter": "CHN",
    "importer": "RUS",
    "flow": "one_way",
    "goods": "all",
    "period": "2025",
    "relation": "=",
    "value": "5",
    "low": "4.5",
    "high": "5.5",
    "printed": "5 USD",
    "unit": "USD",
    "currency": "USD",
    "publisher": "TASS",
    "origin": "GACC",
    "confidence": "high",
}
FIELDS = list(COLUMNS)


def table(*rows: dict[str, str], columns: list[str] = FIELDS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def refused(text: str) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        parse_rows(text, "mine.csv")
    return caught.value


def test_a_good_row_is_read() -> None:
    (row,) = parse_rows(table(GOOD), "mine.csv")
    assert (row.value, row.low, row.high, str(row.period)) == (5.0, 4.5, 5.5, "2025")
    assert row.base is None


def test_a_space_before_a_quoted_cell_parts_it_from_none_of_its_commas() -> None:
    text = table(GOOD | {"title": "Trade, up"})
    assert parse_rows(text.replace('"Trade', ' "Trade'), "mine.csv")[0].title == "Trade, up"
    lost = text.replace(',"Trade', ' "Trade')
    assert "30 cells where the header has 31" in refused(lost).what


def test_columns_may_come_in_any_order() -> None:
    assert parse_rows(table(GOOD, columns=FIELDS[::-1]), "mine.csv")[0].id == "CR-001"


def test_unknown_column() -> None:
    error = refused(table(GOOD, columns=[*FIELDS, "curency"]))
    assert error.where == "mine.csv, line 1"
    assert "curency" in error.what
    assert "currency" in error.hint


def test_missing_and_doubled_column() -> None:
    assert "origin" in refused(table(GOOD, columns=[c for c in FIELDS if c != "origin"])).what
    assert "twice" in refused(table(GOOD, columns=[*FIELDS, "note"])).what


def test_ragged_row() -> None:
    error = refused(table(GOOD) + "one,two\n")
    assert error.where == "mine.csv, line 3"


def test_broken_quotes() -> None:
    assert refused(table(GOOD).replace("TASS", '"TASS" x')).where == "mine.csv, line 2"


@pytest.mark.parametrize("second", ["CR-001", "CR-000"])
def test_ids_are_unique_and_in_order(second: str) -> None:
    error = refused(table(GOOD, GOOD | {"id": second}))
    assert error.where == "mine.csv, line 3: id"


@pytest.mark.parametrize(
    ("column", "bad"),
    [
        ("id", "cr 1"),
        ("measure", "valu"),
        ("reporter", "Peoples Republic"),
        ("flow", "oneway"),
        ("goods", "CHPL!"),
        ("basis", "dispatched"),
        ("period", "2025-13"),
        ("base", "2026"),
        ("per", "week"),
        ("relation", "roughly"),
        ("value", "5,0"),
        ("low", "nan"),
        ("high", "1e999"),
        ("printed", ""),
        ("unit", "percent"),
        ("currency", "dollars"),
        ("valuation", "fob"),
        ("publisher", ""),
        ("origin", "Chinese customs"),
        ("url", "www.example.org"),
        ("published_on", "14.01.2026"),
        ("confidence", "certain"),
    ],
)
def test_bad_cell_is_named(column: str, bad: str) -> None:
    error = refused(table(GOOD, GOOD | {"id": "CR-002", column: bad}))
    assert error.where.startswith("mine.csv, line 3: ")
    assert column in error.where
    assert error.why


def test_nearest_word_is_suggested() -> None:
    assert "one_way" in refused(table(GOOD | {"flow": "oneway"})).hint


@pytest.mark.parametrize(
    "cells",
    [
        {"relation": "between"},  # a range has no stated value
        {"relation": "between", "value": "", "low": "6"},  # ends the wrong way round
        {"relation": "more_than"},  # open above
        {"relation": "more_than", "high": "", "low": "4"},  # begins at the value
        {"relation": "less_than"},
        {"relation": "at_most", "low": "", "high": "6"},
        {"value": ""},
        {"low": ""},
        {"value": "6"},  # outside its own interval
    ],
)
def test_relation_and_numbers_agree(cells: dict[str, str]) -> None:
    assert "relation" in refused(table(GOOD | cells)).where


@pytest.mark.parametrize(
    "cells",
    [
        {"relation": "between", "value": ""},
        {"relation": "more_than", "low": "5", "high": ""},
        {"relation": "at_most", "low": "", "high": "5"},
        {"relation": "about"},
        {"exporter": "", "partner_words": "Asia"},
        {"goods": "", "goods_words": "machine tools"},
        {"flow": "na", "exporter": "", "importer": "", "goods": ""},
    ],
)
def test_allowed_combinations(cells: dict[str, str]) -> None:
    assert parse_rows(table(GOOD | cells), "mine.csv")


@pytest.mark.parametrize(
    "cells",
    [
        {"exporter": ""},
        {"partner_words": "Asia"},
        {"exporter": "", "importer": "", "partner_words": "Asia"},
        {"goods": ""},
    ],
)
def test_a_flow_has_two_sides_and_goods(cells: dict[str, str]) -> None:
    refused(table(GOOD | cells))


def test_a_share_is_a_part_of_one_and_the_hint_says_what_to_write() -> None:
    share = GOOD | {"measure": "import_share", "unit": "share", "currency": ""}
    error = refused(table(share | {"value": "56", "low": "55.5", "high": "56.5"}))
    assert "CR-001: 56 is no share" in error.what
    assert error.where == "mine.csv, line 2: value"
    assert "write 0.56 for 56 %" in error.hint
    low = share | {"relation": "between", "value": "", "low": "-0.1", "high": "0.1"}
    assert "-0.1 is no share" in refused(table(low)).what
    whole = share | {"value": "1", "low": "0.995", "high": "1.005"}
    assert parse_rows(table(whole), "mine.csv")[0].value == 1


def test_money_has_one_currency() -> None:
    error = refused(table(GOOD | {"currency": "EUR"}))
    assert "CR-001: a value in USD with the currency EUR" in error.what
    assert "line 2: unit, currency" in error.where
    assert "write USD in both columns, or EUR" in error.hint
