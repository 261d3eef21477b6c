"""What there is to know about an export: lines added up, rows that may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.columns import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

__all__ = ["MOST", "noted"]

MOST = 10_000
"""Rows that the query exports at most, without a word about the rest."""


def noted(
    relation: duckdb.DuckDBPyRelation, level: int, flow: str, place: str
) -> Iterator[Finding]:
    """Yield the findings about one file, from its flows and how many lines each was added from."""
    [(lines, flows, added, parts, light, own, beyond)] = relation.aggregate(
        "sum(lines)::BIGINT, count(*), count(*) FILTER (lines > 1), "
        "coalesce(sum(lines) FILTER (lines > 1), 0)::BIGINT, count(*) FILTER (mass_kg IS NULL), "
        "count(*) FILTER (partner = 'CHN'), count(*) FILTER (left(product, 2) IN ('98', '99'))"
    ).fetchall()
    if lines == MOST:
        text = (
            f"The file has exactly {MOST:,} rows, which is all that the query exports: the rest "
            "may be missing. Export fewer chapters or partners at a time."
        )
        yield Finding("cut-off", "warning", place, lines, "", text)
    if added:
        digits = ", eight digits" if level == 8 else ""
        text = (
            f"{parts:,} of {lines:,} lines are parts of one flow (customs regime, province"
            f"{digits}) and were added up: {flows:,} flows by partner and six digits."
        )
        yield Finding("lines-added", "note", place, added, "", text)
    if light:
        text = (
            f"{light:,} of {flows:,} flows have no weight: a line counts in other units only, or "
            "has zero beside an amount."
        )
        yield Finding("mass-unknown", "note", place, light, "", text)
    if own:
        why = "goods that come back" if flow == "import" else "kept as reported"
        text = f"{own:,} flows have China itself as partner: {why}."
        yield Finding("own-goods", "note", place, own, "", text)
    if beyond:
        text = f"{beyond:,} flows are of chapters 98 and 99, which each country fills as it likes."
        yield Finding("national-chapters", "note", place, beyond, "", text)
