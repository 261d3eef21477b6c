"""Conflicts laid to what is blamed for them, and a later release in place of the first."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from tests.unit.test_slips import CHILE, LEVELS, checked, row

from entrepot.claims import check, parse_document
from entrepot.claims.statements import ReferenceLevels, Statements
from entrepot.report.check_report.note import render_note
from entrepot.report.check_report.save import render_markdown

TYPO = """
format: 1
source: {title: One typing error}
claims:
  - {id: there, value: {exporter: BRA, importer: PER, period: 2019}, says: $12.0 billion}
  - {id: back, value: {exporter: PER, importer: BRA, period: 2019}, says: $8.0 billion}
  - {id: both, value: {exporter: BRA, importer: PER, flow: both, period: 2019}, says: $200 billion}
  - {id: balance, balance: {exporter: BRA, importer: PER, period: 2019}, says: $4.0 billion}
  - {id: all, value: {exporter: BRA, importer: WLD, period: 2019}, says: $120 billion}
  - {id: share, export_share: {exporter: BRA, importer: PER, period: 2019}, says: 10.0 %}
"""


def test_one_error_is_one_block() -> None:
    found = check(parse_document(TYPO), facts=ReferenceLevels(Statements([])))
    assert len(found.conflicts) > 1
    (block,) = found.blocks
    assert block.blamed == ("both",)
    assert (block.first, *block.others) == found.conflicts
    against = {name for one in found.conflicts for name in one.claims} - {"both"}
    assert against == (set(block.first.claims) | set(block.also_against)) - {"both"}
    assert not set(block.also_against) & set(block.first.claims)
    (told,) = json.loads(found.to_json())["conflict_blocks"]
    assert told["blamed"] == ["both"]
    assert told["conflicts"] == list(range(len(found.conflicts)))


def test_two_errors_are_two_blocks() -> None:
    more = """
  - {id: a, value: {exporter: FRA, importer: ESP, period: 2019}, says: $12.0 billion}
  - {id: b, value: {exporter: ESP, importer: FRA, period: 2019}, says: $8.0 billion}
  - {id: c, value: {exporter: FRA, importer: ESP, flow: both, period: 2019}, says: $20 million}
  - {id: d, balance: {exporter: FRA, importer: ESP, period: 2019}, says: $4.0 billion}
"""
    found = check(parse_document(TYPO + more), facts=ReferenceLevels(Statements([])))
    assert {block.blamed for block in found.blocks} == {("both",), ("c",)}


def test_where_nothing_tells_each_conflict_is_a_block() -> None:
    text = "\n".join(TYPO.splitlines()[:5]) + (
        "\n  - {id: again, value: {exporter: BRA, importer: PER, period: 2019},"
        " says: $19.7 billion}\n"
    )
    found = check(parse_document(text), facts=ReferenceLevels(Statements([])))
    (block,) = found.blocks
    assert not block.others
    assert block.also_against == ()


@pytest.mark.parametrize(
    ("date", "says", "verdict"),
    [
        ("2020-06-30", "19.62 billion dollars", "differs"),
        ("2020-06-30", "20.13 billion dollars", "supported"),
        ("2020-02-15", "19.62 billion dollars", "supported"),  # the revision was not out yet
    ],
)
def test_a_revised_number_holds_until_it_is_revised(date: str, says: str, verdict: str) -> None:
    first = row("CHN", "CHL", "2019", 19.62e9, 1e5, published_on="2020-01-14")
    later = replace(LEVELS[0], published_on="2020-03-20")
    claim = f"  - {{id: a, value: {{{CHILE}}}, says: {says}}}"
    found = checked(claim, first, later, *LEVELS[1:], date=date)
    assert found.claims[0].verdict == verdict
    kinds = [slip.kind for slip in found.claims[0].likely_errors]
    assert kinds[:1] == (["stale"] if verdict == "differs" else [])


def test_a_less_sure_print_replaces_no_sure_one() -> None:
    sure = replace(LEVELS[0], published_on="2020-01-14")
    quoted = row("CHN", "CHL", "2019", 21e9, 1e8, published_on="2020-03-20", confidence="medium")
    claim = f"  - {{id: a, value: {{{CHILE}}}, says: 20.13 billion dollars}}"
    assert checked(claim, sure, quoted).claims[0].verdict == "supported"


def test_a_heading_stands_once_over_all_conflicts_of_its_kind() -> None:
    """Conflicts of the two kinds came in turns, and each change repeated a heading."""
    text = "\n".join(TYPO.splitlines()[:5]) + (
        "\n  - {id: again, value: {exporter: BRA, importer: PER, period: 2019},"
        " says: $19.7 billion}\n"
    )
    found = check(parse_document(text), facts=ReferenceLevels(Statements([])))
    (one,) = found.conflicts
    one = replace(one, blamed=(), unless="")
    other = replace(one, unless="one of them is of another country's statistics")
    mixed = replace(found, conflicts=(one, other, one, other))
    for written in (render_note(mixed), render_markdown(mixed)):
        # "contradict each other" with a colon or at the end of a line is a heading of both kinds.
        assert len(re.findall(r"contradict each other(?: within.*)?:?$", written, re.M)) == 2
        assert written.count(one.because.split()[0]) >= 4
