"""What one source alone or the text itself has of a claim: it is said whose number it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.claims import check, parse_document
from entrepot.claims.statements import ReferenceLevels, bundled
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.claims.result import CheckedClaim


def checked(*claims: str, lake: Lake | None = None) -> list[CheckedClaim]:
    lines = "\n".join(f"  - {{id: c{place}, {one}}}" for place, one in enumerate(claims))
    document = parse_document(f"format: 1\nsource: {{title: A text}}\nclaims:\n{lines}")
    facts = None if lake else ReferenceLevels(bundled())
    return list(check(document, lake, facts=facts).claims)


# As Chinese customs printed both: exports of 15.04 bn USD less imports of 18.65 bn USD.
FLOWS = "balance: {exporter: CHN, importer: RUS, period: 2023-01..2023-02}"


@pytest.mark.parametrize(
    ("says", "verdict"),
    [
        ("-3.610 bn USD", "not_enough_evidence"),  # more digits than were printed
        ("-3.6 bn USD", "not_enough_evidence"),
        ("-9.9 bn USD", "differs"),
    ],
)
def test_a_balance_that_is_quoted_is_set_against_both_flows(says: str, verdict: str) -> None:
    (found,) = checked(f"{FLOWS}, says: {says}, attributed_to: Chinese customs")
    assert found.verdict == verdict
    assert "o data available" not in found.reason
    (item,) = found.against
    assert {one.row.id for one in item.statements} == {"CM-041", "CM-042"}
    assert item.value == pytest.approx(15.04e9 - 18.65e9)
    assert item.exact is not None
    # Each of the two was printed to 10 million.
    assert item.exact.width == pytest.approx(20e6)


RATIO = "asymmetry: {importer: RUS, exporter: CHN, period: 2025}"


@pytest.mark.parametrize(
    ("says", "quoted", "verdict"),
    [
        ("14 times", "", "supported"),
        ("30 times", "", "differs"),
        ("14 times", "Gaidar Institute", "not_enough_evidence"),
        ("30 times", "Gaidar Institute", "differs"),
    ],
)
def test_mutual_shares_in_print_test_a_ratio_of_them(says: str, quoted: str, verdict: str) -> None:
    (found,) = checked(f"{RATIO}, says: {says}, attributed_to: '{quoted}'")
    assert found.verdict == verdict
    item = found.against[0]
    # 39 % of Russia's imports over 2.7 % of China's exports, as the institute printed both.
    assert item.origins == ("GAIDAR",)
    assert item.value == pytest.approx(0.39 / 0.027)
    assert item.exact is not None
    assert (item.exact.low, item.exact.high) == pytest.approx((0.385 / 0.0275, 0.395 / 0.0265))
    assert item.own == bool(quoted)


def test_no_shares_in_print_are_said_to_be_missing() -> None:
    (found,) = checked(f"{RATIO.replace('2025', '1999')}, says: 14 times")
    assert found.against == ()
    assert "no publisher gives both of the shares" in found.reason


MAP = """
format: 1
id: sold
nomenclature: HS2017
level: 2
flow: export
columns:
  period: {role: period}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  product: {role: product}
  value: {role: value, currency: USD}
"""
SOLD = "value: {exporter: FJI, importer: CHN, goods: '03', period: 2023}"
BOTH = (f"{SOLD}, says: 770 million dollars", f"{SOLD}, says: 5.6 billion yuan")


@pytest.mark.slow
def test_data_stand_before_what_another_claim_of_the_text_comes_to(tmp_path: Path) -> None:
    path = tmp_path / "sold.csv"
    path.write_text("period,reporter,partner,product,value\n2023,FJI,CHN,03,749000000\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=MAP)
    dollars, _ = checked(*BOTH, lake=lake)
    assert dollars.against[0].value == pytest.approx(749e6)
    assert "USD\u00a0749\u00a0m" in dollars.reason
    assert all(not item.source.startswith("the text") for item in dollars.against)


def test_a_number_of_the_text_itself_is_called_so() -> None:
    dollars, _ = checked(*BOTH)
    assert dollars.reason.startswith("No other source has it")
    assert "the text's own number" in dollars.reason
    assert "5.6 billion yuan" in dollars.reason


def test_numbers_that_one_publisher_prints_are_not_refuted_by_a_total_of_another() -> None:
    """129 bn over a total of Russian customs is no 32.7 %, which the same publisher prints."""
    numbers = """
format: 1
source: {title: A text, date: '2025-09-04'}
claims:
- {id: level, value: {exporter: RUS, importer: CHN, period: '2023'}, says: 129 billion dollars}
- {id: share, export_share: {exporter: RUS, importer: CHN, period: '2023'}, says: "SHARE"}
- {id: india, export_share: {exporter: RUS, importer: IND, period: '2023'}, says: 16.8 %}
"""
    printed = check(parse_document(numbers.replace("SHARE", "32.7 %")))
    assert {one.verdict for one in printed.claims} == {"supported"}
    wrong = check(parse_document(numbers.replace("SHARE", "23.7 %")))
    assert {one.id: one.verdict for one in wrong.claims}["share"] in ("differs", "inconsistent")
