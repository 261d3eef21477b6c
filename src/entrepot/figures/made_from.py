"""Which files reconciled values were made from, and whether these are the files that count now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from entrepot.figures.citation import data_set
from entrepot.lake import spans
from entrepot.model.columns import Finding
from entrepot.sources import split_address
from entrepot.sources.reconciled.parse import made_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from entrepot.lake import InventoryItem, Lake
    from entrepot.model.period import Period


def made_from(lake: Lake, source: str, periods: Collection[str]) -> str:
    """Return what is kept with reconciled values of some periods: the source, and its files."""
    return json.dumps({"source": source, "files": sorted(_files(lake, source, periods))})


def reports_of(kept: str) -> str:
    """Return whose reports reconciled values were made from; nothing if that was not kept."""
    return data_set(made_of(kept)[0]) if kept else ""


def outdated(lake: Lake, snapshots: Collection[str], times: Collection[Period]) -> str:
    """Say that reconciled values are not of the reports that are loaded now; else return nothing.

    Parameters
    ----------
    snapshots
        Files of reconciled values that an answer is from.
    times
        Times that it is about.

    Returns
    -------
    A sentence without its full stop; empty also if no origin was kept with the values.
    """
    for item in lake.holdings("reconciled"):
        if item.snapshot not in snapshots or not item.mapping:
            continue
        periods = [
            one
            for one in item.current
            if any(one.start <= span.end and span.start <= one.end for span in times)
        ]
        if text := _outdated(lake, item, periods):
            return text
    return ""


def outdated_values(lake: Lake) -> Iterator[tuple[InventoryItem, list[Period], str]]:
    """Yield each file of reconciled values that are outdated, of which periods, and why."""
    for item in lake.holdings():  # with its name it would be an error where there is none
        if item.source != "reconciled" or not item.mapping:
            continue
        late: dict[str, list[Period]] = {}
        for period in item.current:
            if text := _outdated(lake, item, [period]):
                late.setdefault(text, []).append(period)
        yield from ((item, periods, text) for text, periods in late.items())


def outdated_findings(lake: Lake) -> tuple[Finding, ...]:
    """Return the same as findings."""
    return tuple(
        Finding(
            "outdated",
            "warning",
            f"{item.source} {spans(periods)}",
            len(periods),
            item.snapshot,
            f"Reconciled values are not of the reports that are loaded now. {text}.",
        )
        for item, periods, text in outdated_values(lake)
    )


def _outdated(lake: Lake, item: InventoryItem, periods: Collection[Period]) -> str:
    """Say why reconciled values of some periods are outdated; return nothing if they are not."""
    source, files = made_of(item.mapping)
    now = _files(lake, source, {str(one) for one in periods})
    if periods and not now:
        return f"The reports that they were made from ({source}) are no longer loaded"
    if not now <= files:
        return (
            f"{source} has been loaded again since, and its reports now may differ. "
            f"Reconcile them: entrepot reconcile --source {source}"
        )
    return ""


def _files(lake: Lake, source: str, periods: Collection[str]) -> frozenset[str]:
    """Return the loaded files of a source whose rows of some periods count."""
    name, vintage = split_address(source)
    return frozenset(
        item.snapshot
        for item in lake.holdings()
        if item.source == name
        and vintage in (None, item.vintage)
        and any(str(one) in periods for one in (item.periods if vintage else item.current))
    )
