"""What is said of conflicts that are laid to the same claims: one error, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.describe import claimed, subject
from entrepot.model.display import joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims import Check
    from entrepot.claims.result import ConflictBlock

__all__ = ["in_one_count", "laid_to", "nor_with"]


def in_one_count(block: ConflictBlock) -> str:
    """Return what to add to "cannot all be true" of what two countries may count; else nothing."""
    return " in one count" if block.first.unless else ""


def laid_to(block: ConflictBlock, check: Check) -> str:
    """Return which numbers a conflict is laid to; empty where nothing tells who is wrong."""
    if not block.blamed:
        return ""
    return f"What does not fit the other numbers: {joined(_named(block.blamed, check))}"


def nor_with(block: ConflictBlock, check: Check) -> str:
    """Return with which further numbers the blamed do not fit; empty if with none."""
    if not block.also_against:
        return ""
    it = "It does" if len(block.blamed) == 1 else "They do"
    return f"{it} not fit either with {joined(_named(block.also_against, check))}"


def _named(names: Iterable[str], check: Check) -> list[str]:
    claims = {item.id: item.claim for item in check.claims}
    return [f"{subject(claims[name])} ({claimed(claims[name])})" for name in names]
