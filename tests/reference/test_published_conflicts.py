"""The page on conflicting published figures has all that the command finds, and nothing else."""

from __future__ import annotations

import importlib.util
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.claims.published_checks import Discrepancy, findings
from entrepot.sources.published.parse import published

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "explanation" / "published-conflicts.md").read_text(encoding="utf-8")


@cache
def found() -> tuple[Discrepancy, ...]:
    return findings(published("all"))


def from_docs(name: str) -> Callable[..., Any]:
    """A function of the module that fills the page."""
    file = DOCS / "published_conflicts.py"
    place = importlib.util.spec_from_file_location("published_conflicts", file)
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return getattr(module, name)


def test_the_page_is_what_the_command_finds() -> None:
    assert from_docs("filled")(PAGE, found()) == PAGE, "run `make docs`"


def test_the_page_has_every_conflict_and_every_unsaid_definition_once() -> None:
    named = Counter(from_docs("named")(PAGE))
    wanted = {one.id for one in found() if one.kind in ("conflict", "unstated")}
    assert max(named.values()) == 1
    assert wanted <= set(named), "a finding has no place on the page"
    others = set(named) - wanted
    assert others == {"CW-032", "CR-069", "CR-035", "CP-052", "EU-007"}
    assert {one.kind for one in found() if one.id in others} == {"other_definition"}


def test_a_finding_that_is_gone_is_noticed() -> None:
    fewer = [one for one in found() if one.id != "CR-076"]
    with pytest.raises(KeyError):
        from_docs("filled")(PAGE, fewer)


def test_the_rows_that_were_entered_as_doubtful_totals_are_all_found() -> None:
    """Rows whose note calls them off are conflicts."""
    words = (
        "Spot conversion",
        "Conversion at",
        "Reuters converted",
        "Typo in the source",
        "digits",
    )
    noted = {
        row.id
        for row in published("published")
        if row.confidence == "low" and any(word in row.note for word in words)
    }
    conflicting = {one.id for one in found() if one.kind == "conflict"}
    # CM-020 converts dollars to yuan for a span of which no yuan total and no rate is held.
    assert noted - conflicting == {"CM-020"}
    assert len(noted) > 10
