"""Whose number it is, in a word or two, and the printed row behind a Figure."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from entrepot.claims.quantity_text import claimed, subject
from entrepot.lake.bundled import SOURCE as BUNDLED
from entrepot.model.display import joined
from entrepot.sources import is_own
from entrepot.sources.published.read import published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims import Check
    from entrepot.claims.result import ConflictBlock
    from entrepot.figures import Evidence, Figure
    from entrepot.sources.published.read import Published

__all__ = [
    "in_one_count",
    "is_computed",
    "laid_to",
    "nor_with",
    "origin_name",
    "printed_row",
    "row_of",
    "source_name",
    "when_of",
]


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@cache
def _rows() -> dict[str, Published]:
    return {row.id: row for row in published("all")}


@cache
def _names() -> dict[str, str]:
    text = files("entrepot.report").joinpath("origin_names.csv").read_text(encoding="utf-8")
    return {row["origin"]: row["name"] for row in csv.DictReader(text.splitlines())}


def row_of(evidence: Evidence) -> Published | None:
    """Return the published or computed row behind a Figure."""
    return evidence.statement or _rows().get(evidence.id)


def printed_row(figure: Figure) -> Published | None:
    """Return the row that printed a Figure's value; None if it was computed or derived."""
    if len(figure.evidence) != 1 or figure.evidence[0].source != "published":
        return None
    return row_of(figure.evidence[0])


def is_computed(figure: Figure) -> bool:
    """Whether the headline is our own arithmetic rather than somebody's printed number."""
    return figure.status == "ok" and printed_row(figure) is None


def origin_name(origin: str) -> str:
    """Return a short name for an origin; an unlisted key is written as words.

    Examples
    --------
    >>> origin_name("GACC"), origin_name("GAIDAR over GACC"), origin_name("NEW-SOURCE")
    ('Chinese customs', 'Gaidar Institute over Chinese customs', 'New Source')
    """
    if " over " in origin:
        return " over ".join(origin_name(part) for part in origin.split(" over "))
    if origin in _names():
        return _names()[origin]
    return " ".join(part.capitalize() for part in origin.split("-"))


def source_name(source: str) -> str:
    """Return a source as a page names it: capitals, or the id of a table of one's own.

    Examples
    --------
    >>> source_name("baci"), source_name("table.kyrgyz"), source_name("minerals")
    ('BACI', 'table.kyrgyz', 'BACI (30 codes)')
    """
    if source == BUNDLED:
        return "BACI (30 codes)"
    return source if is_own(source) else source.upper()


def when_of(row: Published) -> str:
    """Return the months of a period that is not a whole year ("Jan–Oct"), else nothing."""
    period = row.period
    if period.is_year or period.freq == "D":
        return ""
    if period.start.year != period.end.year:
        return f"{period.start.year}–{period.end.year}"
    first, last = _MONTHS[period.start.month - 1], _MONTHS[period.end.month - 1]
    return first if first == last else f"{first}–{last}"


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
