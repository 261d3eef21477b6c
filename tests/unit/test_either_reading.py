"""A number whose point or comma is unclear: both readings are tried, and it is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.claims import check, parse_document
from entrepot.claims.statements import ReferenceLevels, Statements
from entrepot.sources.published.parse import published


def checked(says: str, kind: str = "growth") -> tuple[str, str, float]:
    # China's customs: trade with Russia of 228.105 bn dollars in 2025, 6.9 % less than in 2024
    document = parse_document(f"""
format: 1
source: {{title: A text}}
claims:
  - id: trade
    {kind}: {{exporter: CHN, importer: RUS, flow: both, period: 2025, currency: USD}}
    says: {says!r}
""")
    (claim,) = check(document).claims
    return claim.verdict, claim.reason, claim.claim.says.value


def test_the_reading_that_can_be_is_taken() -> None:
    _, reason, read = checked("-6,912 %")
    assert read == pytest.approx(-6.912)
    assert "6\u00a0912 cannot be such a number" in reason


@pytest.mark.parametrize(
    ("printed", "supported", "left"),
    [(12.7, "12.7", "12\u00a0700"), (12700.0, "12\u00a0700", "12.7")],
)
def test_the_reading_that_others_support_is_taken(
    printed: float, supported: str, left: str
) -> None:
    # No bundled rate has digits that read both ways, so one is printed with others.
    row = next(row for row in published() if row.measure == "growth" and row.flow == "both")
    half = 0.0005 if printed < 100 else 0.5
    other = replace(row, value=printed, low=printed - half, high=printed + half)
    document = parse_document(f"""
format: 1
source: {{title: A text}}
claims:
  - id: trade
    growth:
      {{exporter: {row.exporter}, importer: {row.importer}, flow: both, period: {row.period},
        base: {row.base}, currency: {row.currency}, reporter: {row.reporter}}}
    says: "12,700 %"
""")
    (claim,) = check(document, facts=ReferenceLevels(Statements([other]))).claims
    assert claim.verdict == "supported"
    assert claim.claim.says.value == printed
    assert f"{supported}, which others support, and {left} they do not" in claim.reason


def test_the_reading_that_nothing_contradicts_is_taken() -> None:
    # Trade of China with Russia grew by 1.9 % in 2024: 1994 % is absurd, 1.994 does not round to it
    document = parse_document("""
format: 1
source: {title: A text}
claims:
  - id: grew
    growth: {exporter: CHN, importer: RUS, flow: both, period: 2024, currency: USD}
    says: 1,994 %
""")
    (claim,) = check(document).claims
    assert claim.claim.says.value == pytest.approx(1.994)
    assert claim.verdict == "not_enough_evidence"
    assert "1.994, which others do not contradict, and 1\u00a0994 they do" in claim.reason


def test_where_neither_is_supported_both_are_named() -> None:
    verdict, reason, read = checked("$999,105", "value")
    assert (verdict, read) == ("differs", 999_105)
    assert "999\u00a0105" in reason
    assert "999.105 was tried too" in reason


def test_a_clear_number_has_no_such_note() -> None:
    verdict, reason, _ = checked("$228.1 bn", "value")
    assert verdict == "supported"
    assert "point or comma" not in reason
