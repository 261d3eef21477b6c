"""The example article against what a careful check by hand finds."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.claims import Check, check
from entrepot.model.areas import areas as areas_of_the_world

if TYPE_CHECKING:
    from entrepot.claims.result import CheckedClaim

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "russia-china-dependence.yaml"

VERDICTS = {
    "sanctioned-technology": "not_enough_evidence",
    "sanctioned-technology-before": "not_enough_evidence",
    "sanctioned-technology-rise": "not_enough_evidence",
    "share-of-russian-exports": "not_enough_evidence",
    "share-of-russian-imports": "differs",
    "share-of-chinese-exports-before": "supported",
    "share-of-chinese-exports": "supported",
    "like-mexico": "not_enough_evidence",
    "behind-the-united-states": "differs",
    "trade-growth": "supported",
    "trade-in-yuan": "supported",
    "trade-in-dollars": "differs",
    "chinese-exports": "inconsistent",
    "russian-exports": "inconsistent",
    "prices-for-russia": "not_enough_evidence",
    "prices-for-others": "not_enough_evidence",
    "bearings-value": "not_enough_evidence",
    "bearings-quantity": "not_enough_evidence",
}


@pytest.fixture(scope="module")
def found() -> Check:
    return check(EXAMPLE)


@pytest.fixture(scope="module")
def by_id(found: Check) -> dict[str, CheckedClaim]:
    return {item.claim.id: item for item in found.claims}


def test_verdicts(by_id: dict[str, CheckedClaim]) -> None:
    assert {name: item.verdict for name, item in by_id.items()} == VERDICTS


def test_the_two_rates_are_exchanged(found: Check, by_id: dict[str, CheckedClaim]) -> None:
    there, back = by_id["chinese-exports"], by_id["russian-exports"]
    for one, other, right in ((there, "russian-exports", -9.9), (back, "chinese-exports", -3.4)):
        slip = one.likely_errors[0]
        assert (slip.kind, slip.other) == ("swapped", other)
        assert slip.corrected == f"−{abs(right)}\u00a0%"
        assert one.against[0].value == right
    first = found.conflicts[0]
    assert set(first.claims) == {"trade-growth", "chinese-exports", "russian-exports"}
    # 115.49 and 129.32 of 244.81 are 47.2 and 52.8 %
    assert "0.472 × (−3.4) + 0.528 × (−9.9) = −6.83" in first.because
    assert "0.472 × (−9.9) + 0.528 × (−3.4) = −6.47" in first.corrected


def test_every_conflict_holds_one_of_the_two_and_what_is_true_is_not_accused(
    found: Check, by_id: dict[str, CheckedClaim]
) -> None:
    for conflict in found.conflicts:
        assert {"chinese-exports", "russian-exports"} & set(conflict.claims)
        assert conflict.because
        assert "rounds to" in conflict.corrected
    innocent = {name for conflict in found.conflicts for name in conflict.claims}
    innocent -= {"chinese-exports", "russian-exports"}
    assert {by_id[name].verdict for name in innocent} == {"supported"}


@pytest.mark.parametrize(
    ("name", "kind", "value", "parts"),
    [
        ("trade-in-dollars", "spot_rate", 228.1e9, ["6.969", "January 2026"]),
        ("behind-the-united-states", "mixed_years", 4.07, ["5.09", "2024 over", "4.55"]),
        ("share-of-russian-imports", "denominator", 0.39, ["36.3", "280.1", "261.0"]),
    ],
)
def test_slips(
    by_id: dict[str, CheckedClaim], name: str, kind: str, value: float, parts: list[str]
) -> None:
    item = by_id[name]
    assert [slip.kind for slip in item.likely_errors] == [kind]
    assert item.against[0].value == pytest.approx(value, rel=1e-3)
    assert all(part in item.likely_errors[0].text for part in parts)


def test_what_is_known_of_what_cannot_be_tested(by_id: dict[str, CheckedClaim]) -> None:
    assert "exports from China to Mexico in 2025" in by_id["like-mexico"].reason
    assert "for 2024 it was 1.23 to 1.33" in by_id["like-mexico"].reason
    technology = by_id["sanctioned-technology"]
    assert "2023 alone" in technology.reason
    values = [item.value for item in technology.against]
    assert min(values) <= 0.45
    assert max(values) >= 0.9
    assert "+102" in by_id["bearings-quantity"].reason  # 1.76 / 0.87


def test_the_quoted_source_alone_is_no_evidence(by_id: dict[str, CheckedClaim]) -> None:
    quoted = {name for name, item in by_id.items() if item.qualifier == "quoted source only"}
    assert quoted == {
        "share-of-russian-exports",
        "prices-for-russia",
        "prices-for-others",
        "bearings-value",
        "bearings-quantity",
    }
    assert all("only the quoted source" in by_id[name].reason.lower() for name in quoted)


def test_json_has_the_keys_that_scripts_read(found: Check) -> None:
    data = found.to_dict()
    assert {"source", "claims", "conflicts", "summary"} <= set(data)
    assert {"title", "publisher", "date"} <= set(data["source"])
    assert data["summary"] == {
        "claims": 18,
        "supported": 4,
        "differs": 3,
        "inconsistent": 2,
        "not_enough_evidence": 9,
    }
    for item in data["claims"]:
        assert {"id", "quote", "says", "verdict", "reason", "against", "likely_errors"} <= set(item)
        for one in item["against"]:
            assert {"value", "unit", "source", "url"} <= set(one)
        for slip in item["likely_errors"]:
            assert {"kind", "with", "corrected", "text"} == set(slip)
    for conflict in data["conflicts"]:
        assert {"claims", "because"} <= set(conflict)


def test_the_order_of_claims_does_not_matter(found: Check, tmp_path: Path) -> None:
    head, *entries = re.split(r"(?m)^  - id: ", EXAMPLE.read_text(encoding="utf-8"))
    turned = tmp_path / "turned.yaml"
    text = head + "".join(f"  - id: {entry.rstrip()}\n" for entry in reversed(entries))
    turned.write_text(text, encoding="utf-8")
    again = check(turned)
    assert {item.claim.id: item.verdict for item in again.claims} == VERDICTS
    assert {frozenset(c.claims) for c in again.conflicts} == {
        frozenset(c.claims) for c in found.conflicts
    }


def constants(path: Path) -> set[object]:
    """Every constant of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and id(node) not in said
    }


def test_nothing_is_special_cased() -> None:
    """Names and numbers of the article stand in its file and in the tables, not in the code."""
    names = re.compile(
        r"(?i)mexic|gaidar|bofit|moscow|bloomberg|bearing|russia(?!n)|china|gacc|\bMEX\b"
    )
    numbers = {234, 228.1, 6.5, -6.5, 3.4, 9.9, 36, 39, 27, 4.07, 80, 90, 2024, 2025, 2026, 1.63}
    homes = {"CNY": "CHN", "RUB": "RUS", "EUR": "EU27"}
    areas = {area.code for area in areas_of_the_world()} - {"WLD"}
    for path in sorted((ROOT / "src" / "entrepot" / "claims").rglob("*.py")):
        for value in constants(path):
            if isinstance(value, str) and path.name not in ("words.py", "says.py"):
                assert not names.search(value), (path.name, value)
                assert value not in areas - set(homes.values()), (path.name, value)
            elif isinstance(value, int | float):
                assert value not in numbers or isinstance(value, bool), (path.name, value)


def test_the_rise_is_set_beside_what_is_in_print_for_one_year() -> None:
    """Printed shares of controlled goods for 2023 run from 45 % (by producer) to 90 %."""
    found = {item.claim.id: item for item in check(EXAMPLE).claims}
    for name in ("sanctioned-technology", "sanctioned-technology-before"):
        assert "45 to 90" in found[name].reason
    rise = found["sanctioned-technology-rise"].reason
    assert "45 points between definitions" in rise
