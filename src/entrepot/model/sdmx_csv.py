"""A table as SDMX-CSV 2.0: what is no number is a dimension, each number a measure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CALLED = {"period": "TIME_PERIOD", "value": "OBS_VALUE", "status": "OBS_STATUS"}
_STATUS = {"ok": "A", "nowcast": "E", "insufficient_data": "O"}
"""In the code list CL_OBS_STATUS: normal, estimated, missing."""


def sdmx_cells(
    head: Sequence[str], cells: Sequence[Sequence[Any]], name: str
) -> tuple[list[str], Iterable[Sequence[Any]]]:
    """Return the columns and rows of SDMX-CSV 2.0; `name` is that of the dataflow."""
    names = [_CALLED.get(one, re.sub(r"\W", "_", one).upper()) for one in head]
    flow = re.sub(r"\W", "_", name).upper() or "TABLE"
    # `I` for information: these rows neither add to a receiver's data nor replace them.
    first = ["dataflow", f"ENTREPOT:{flow}(1.0)", "I"]
    rows: Iterable[Sequence[Any]] = ([*first, *row] for row in cells)
    places = {one: len(first) + at for at, one in enumerate(head)}
    if "status" in places:
        said = places["status"]
        rows = ([*row[:said], _STATUS.get(row[said], row[said]), *row[said + 1 :]] for row in rows)
    if {"period", "freq"} <= places.keys():
        at, freq = places["period"], places["freq"]
        rows = ([*row[:at], _sdmx_time(str(row[at]), row[freq]), *row[at + 1 :]] for row in rows)
    return ["STRUCTURE", "STRUCTURE_ID", "ACTION", *names], rows


def _sdmx_time(day: str, freq: str) -> str:
    """Return the period that begins on a day as SDMX writes it: a day alone would be that day.

    Examples
    --------
    >>> [_sdmx_time("2023-04-01", freq) for freq in "AQMF"]
    ['2023', '2023-Q2', '2023-04', '2023-04-01/P1Y']
    """
    year, month, _ = day.split("-")
    ways = {"A": year, "Q": f"{year}-Q{(int(month) + 2) // 3}", "M": f"{year}-{month}"}
    return ways.get(freq, f"{day}/P1Y" if freq == "F" else day)
