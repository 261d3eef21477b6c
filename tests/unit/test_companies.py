"""Names of one company: what is proposed, against names put together by hand, and the table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import BadFileError
from entrepot.figures.companies import (
    CompanyRow,
    CompanyTable,
    _one_letter,
    company_merges,
    merges_csv,
)

if TYPE_CHECKING:
    from pathlib import Path

SAME = {
    "accents or punctuation differ": [
        ("NESTLÉ SUR S.A.", "Nestle Sur SA"),
        ("SOLEX", "S O L E X"),
    ],
    "legal form differs": [
        ("ACME LTD", "ACME"),
        ("ООО РОМАШКА", "РОМАШКА"),
        ("MINERA SUR SAC", "MINERA SUR SOCIEDAD ANONIMA CERRADA"),
    ],
    "same words in another order": [("HUAWEI TECHNOLOGIES CO LTD", "TECHNOLOGIES HUAWEI")],
    "more words after the legal form": [("MADE GROUP LIMITED", "MADE GROUP LIMITED RM 1302")],
    "name cut within a word": [("SAMSUNG ELECTRONICS VIETNAM", "SAMSUNG ELECTRONICS VIETN")],
    "one letter differs": [
        ("PHOSPHORUS CHEMICAL WORKS", "PHOSPHRUS CHEMICAL WORKS"),
        ("CHEMISCHE FABRIK BUDENHEIM", "CHEMISCHE FARBIK BUDENHEIM"),
        ("NANJING FANO BIOTECH", "NANJING FANOBIOTECH"),
    ],
}
OTHERS = [
    ("PLANT 1 MINERA ANDINA", "PLANT 2 MINERA ANDINA"),  # another number
    ("ABC TRADING HOUSE", "ABD TRADING HOUSE"),  # a short word
    ("SAMSUNG ELECTRONICS", "SAMSUNG ELECTRONICS VIETNAM"),  # not cut: a word more
    ("NP-0123456789", "NP-0123456780"),  # persons
    ("ACME", "ACMA"),  # too short for a slip
    ("CO LTD", "LTD"),  # forms only
]


def _merges(*names: str) -> list[tuple[str, str, str]]:
    found = company_merges(
        ((name, 100.0 - place, 1) for place, name in enumerate(names)), duckdb.connect()
    )
    return [(one.company, one.name, one.evidence) for one in found]


@pytest.mark.parametrize(
    ("why", "pair"), [(why, pair) for why, pairs in SAME.items() for pair in pairs]
)
def test_names_of_one_company_are_proposed_with_the_reason(why: str, pair: tuple[str, str]) -> None:
    assert _merges(*pair) == [(*pair, why)]
    assert _merges(*reversed(pair)) == [(*reversed(pair), why)]  # by value, not by spelling


@pytest.mark.parametrize("pair", OTHERS)
def test_names_of_two_companies_are_not(pair: tuple[str, str]) -> None:
    assert _merges(*pair) == []


def test_all_of_a_company_go_by_the_name_with_the_largest_value() -> None:
    """The second is joined by way of the third, and says so."""
    names = ("K+S KALI GMBH", "KS KALI GMBH BERTHA STR 7", "KS KALI GMBH")
    assert _merges(*names) == [
        ("K+S KALI GMBH", "KS KALI GMBH", "accents or punctuation differ"),
        ("K+S KALI GMBH", names[1], "more words after the legal form: KS KALI GMBH"),
    ]


def _edits(one: str, other: str) -> int:
    """Letters put in, left out, replaced, or exchanged with the next: by the textbook's table."""
    table = {(i, -1): i + 1 for i in range(-1, len(one))}
    table |= {(-1, j): j + 1 for j in range(-1, len(other))}
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            found = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b)]
            if i and j and a == other[j - 1] and one[i - 1] == b:
                found.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(found)
    return table[len(one) - 1, len(other) - 1]


@given(st.sets(st.text("abc", min_size=10, max_size=12), min_size=2, max_size=12))
def test_one_letter_apart_is_what_a_table_of_edits_says(texts: set[str]) -> None:
    every = sorted(texts)
    wanted = {(a, b) for a in every for b in every if a < b and _edits(a, b) == 1}
    assert set(_one_letter(every, duckdb.connect())) == wanted


def test_the_table_is_read_back_and_a_day_decides(tmp_path: Path) -> None:
    path = tmp_path / "companies.csv"
    found = company_merges([("ACME LTD", 2, 1), ("ACME", 1, 1)], duckdb.connect())
    path.write_text(merges_csv(found) + "ACME LTD,PARENT,2020-07-01,2022-06-30,bought,,\n")
    table = CompanyTable.read(path)
    assert table.names == ("ACME", "ACME LTD")
    assert table.company("ACME", date(2019, 1, 1)) == "ACME LTD"
    days = [date(2020, 6, 30), date(2020, 7, 1), date(2022, 6, 30), date(2022, 7, 1)]
    assert [table.company("ACME LTD", day) for day in days] == [
        "ACME LTD", "PARENT", "PARENT", "ACME LTD"
    ]  # fmt: skip
    assert table.company("OTHER", days[0]) == "OTHER"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nme,company\nA,B\n", "no column name.*did you mean nme"),
        ("name,company\nA\n", "too few or too many cells.*|row 2"),
        ("name,company\nA,\n", "the company is missing"),
        ("name,company,since\nA,B,1.2.2022\n", "not a day: '1.2.2022'"),
        ("name,company,since,until\nA,B,2022-02-01,2022-01-01\n", "ends before it begins"),
        ("name,company\nA,B\nA,C\n", "two companies on one day"),
        ('name,company\n"A,B\n', "cannot be read"),
        ("name,company\nA,\xff\n", "not text in UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "companies.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadFileError) as caught:
        CompanyTable.read(path)
    import re

    assert re.search(message, " ".join([str(caught.value), str(caught.value.hint)]), re.DOTALL)


def test_rows_that_follow_each_other_are_no_contradiction() -> None:
    rows = [
        CompanyRow("A", "B", until=date(2020, 1, 1)),
        CompanyRow("A", "C", since=date(2020, 1, 2)),
    ]
    assert CompanyTable(rows).company("A", date(2020, 1, 2)) == "C"
