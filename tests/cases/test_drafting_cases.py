"""Precision and recall of drafting on sentences written by hand; benchmarks/drafting.py counts."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.cases

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
# Precision and recall of measure, sides and number; of whole claims with every slot right.
FLOORS = {
    "development": (0.98, 0.98, 0.98, 0.98),
    "held-out": (0.95, 0.75, 0.92, 0.68),
    "shares": (0.97, 0.9, 0.97, 0.9),
}


@pytest.fixture(scope="module")
def counting() -> Any:
    sys.path.insert(0, str(FOLDER))
    yield import_module("drafting")
    sys.path.remove(str(FOLDER))
    sys.modules.pop("drafting")


def test_sixty_sentences_in_four_languages(counting: Any) -> None:
    cases = [case for name in counting.SETS for case in counting.cases(name)]
    by_language = dict.fromkeys(("en", "ru", "de", "zh"), 0)
    for case in cases:
        by_language[case["language"]] += 1
    assert len(cases) >= 60
    assert min(by_language.values()) >= 15
    assert len({case["text"] for case in cases}) == len(cases)


def test_common_forms_are_drafted_as_a_careful_reader_would_or_left(counting: Any) -> None:
    by_language = dict.fromkeys(("en", "ru", "de", "zh"), 0)
    for case in counting.cases("common-forms"):
        by_language[case["language"]] += 1
        wrong, missed = counting.score(case, counting.Score())
        assert (wrong, missed) == ([], []), case["text"]
    assert min(by_language.values()) >= 30


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_floor(counting: Any, name: str) -> None:
    total = counting.scored(name)
    precise, complete, claims_precise, claims_complete = FLOORS[name]
    for slot in ("measure", "exporter", "importer", "says"):
        assert total.precision(slot) >= precise, slot
        assert total.recall(slot) >= complete, slot
    assert total.precision("claims") >= claims_precise
    assert total.recall("claims") >= claims_complete


def test_what_is_drafted_wrongly_counts(counting: Any) -> None:
    case = {
        "text": "German exports to Poland rose 5% in 2024 and trade with Peru fell 9% in 2023.",
        "date": "2026-01-20",
        "claims": [
            {"measure": "growth", "exporter": "DEU", "importer": "PER", "period": 2024, "says": 5}
            | {"unit": "percent"},
            {"measure": "value", "exporter": "DEU", "importer": "PER", "period": 2024, "says": 7}
            | {"unit": "USD"},
        ],
    }
    total = counting.Score()
    wrong, missed = counting.score(case, total)
    assert wrong[0]["importer"] == "POL"
    assert [one["says"] for one in missed] == ["7"]
    assert (total.right["importer"], total.expected["importer"]) == (0, 2)
    assert total.right["exporter"] == 1
    assert total.right["claims"] == 0
