"""Which files reconciled values were made from, and whether these are the files that count now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from entrepot.sources import split_address
from entrepot.sources.reconciled.parse import made_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from entrepot.lake import Lake
    from entrepot.model.period import Period

__all__ = ["made_from", "outdated"]


def made_from(lake: Lake, source: str, periods: Collection[str]) -> str:
    """Return what is kept with reconciled values of some periods: the source, and its files."""
    return json.dumps({"source": source, "files": sorted(_files(lake, source, periods))})


def outdated(lake: Lake, snapshots: Collection[str], spans: Collection[Period]) -> str:
    """Say that reconciled values are not of the reports that are loaded now; else return nothing.

    Parameters
    ----------
    snapshots
        Files of reconciled values that an answer is from.
    spans
        Times that it is about.

    Returns
    -------
    A sentence without its full stop; empty also if no origin was kept with the values.
    """
    for item in lake.holdings("reconciled"):
        if item.snapshot not in snapshots or not item.mapping:
            continue
        source, files = made_of(item.mapping)
        periods = {
            str(one)
            for one in item.current
            if any(one.start <= span.end and span.start <= one.end for span in spans)
        }
        now = _files(lake, source, periods)
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
