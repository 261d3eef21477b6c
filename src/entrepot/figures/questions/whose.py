"""Whose report each flow of a hub is taken from, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.lake import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["SOURCE", "whose"]

SOURCE = "source"
"""Column of the source of a row, where there are several."""
_ACROSS = {"importer": "the buyer", "exporter": "the sellers"}


def whose(told: Frame, asked: Definition) -> dict[str, dict[str, str]]:
    """Return by hub who tells what it bought of the origin, and what it sold to the importer.

    Parameters
    ----------
    told
        One report of each flow; empty texts where they are no single reports.
    """
    names = told.collect_schema().names()
    known = [name for name in ("reported_by", "valuation", SOURCE) if name in names]
    seller, buyer = nw.col("exporter"), nw.col("importer")
    hubs = sorted(asked.members("hubs"))
    found: dict[str, dict[str, str]] = {hub: {} for hub in hubs}
    for column, hub, other, across, ends in (
        ("bought_told_by", buyer, seller, "exporter", asked.members("exporter")),
        ("sold_told_by", seller, buyer, "importer", asked.members("importer")),
    ):
        rows = told.filter(hub.is_in(hubs), other.is_in(sorted(ends)))
        tellers: dict[str, set[str]] = {}
        for name, *report in fetch(rows.select(hub.alias("hub"), *known).unique()):
            tellers.setdefault(name, set()).add(_words(report, across))
        for name, words in tellers.items():
            found[name][column] = " and ".join(sorted(words))
    return found


def _words(report: Iterable[str | None], across: str) -> str:
    """Return who tells, at which value, and in which source."""
    side, *more = report
    if side not in _ACROSS:
        return "both sides"
    who = _ACROSS[side] if side == across else "the hub"
    beside = ", ".join(one for one in more if one)
    return f"{who} ({beside})" if beside else who
