"""What answering cost: engine, files opened and ruled out, bytes, queries and their plans."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from entrepot.lake.inventory import InventoryItem
    from entrepot.model.period import Period

BYTES_OF_A_GROUP = 90
"""Memory that DuckDB takes for one group of a sum: docs/explanation/sizes.md."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query that ran.

    Attributes
    ----------
    seconds
        Of waiting, planning included.
    plan
        As Spark prints it; of DuckDB a line for each step, the last one first.
    """

    seconds: float
    plan: str


@dataclass(slots=True)
class QueryCost:
    """What a block of `Lake.explaining` did.

    Attributes
    ----------
    engine
        In words, with its limits.
    stored_files, stored_bytes
        Parquet files that the lake's catalog names, both sort orders and all sources.
    read
        Bytes read by file, in whole blocks of 64 KiB. On Spark: size of each file that Spark is
        given; it opens those whose folder fits, and its plan says by which conditions.
    queries
        In the order in which they ran.
    """

    engine: str
    stored_files: int
    stored_bytes: int
    read: dict[str, int] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; the plan is that of the slowest query."""
        slowest = max(self.queries, key=lambda one: one.seconds, default=None)
        return {
            "engine": self.engine,
            "stored_files": self.stored_files,
            "stored_bytes": self.stored_bytes,
            "files_read": sorted(self.read),
            "bytes_read": sum(self.read.values()),
            "queries": len(self.queries),
            "query_seconds": round(sum(one.seconds for one in self.queries), 4),
            "slowest_plan": slowest.plan if slowest else None,
        }


_NOW: ContextVar[QueryCost | None] = ContextVar("cost", default=None)


@contextmanager
def recording(found: QueryCost) -> Iterator[QueryCost]:
    """Record what questions cost, for as long as the block runs."""
    token = _NOW.set(found)
    try:
        yield found
    finally:
        _NOW.reset(token)


@contextmanager
def timed(native: Any) -> Iterator[None]:
    """Record the query of a relation or Spark frame that the block runs."""
    now = _NOW.get()
    if now is None:
        yield
        return
    # Before the clock starts: asking for the plan is no part of what the question costs.
    plan = _plan(native)
    start = time.perf_counter()
    yield
    now.queries.append(Query(time.perf_counter() - start, plan))


def too_large_here(
    holdings: Sequence[InventoryItem],
    memory: Callable[[], str],
    source: str | None,
    period: Period | None,
    by: str | None = None,
) -> str | None:
    """Say that a question may not fit into memory; None where it fits in any case.

    At most, each row is a group of its own. Counted are the rows of one source in the period, by
    the catalog, before anything is read; and no more groups than there are codes, pairs of
    countries and bases, unless lines are told apart by something else, such as their company.

    Parameters
    ----------
    holdings, memory
        What is loaded; and the limit of the engine in its own words, found where it matters.
    source, period
        As asked; None for any source, and for all times.
    by
        Parts that the question tells apart, beside goods and countries.
    """
    found: dict[str, int] = {}
    for item in holdings:
        if item.table not in ("flows", "shipments") or (source and item.source != source):
            continue
        times = [one for one in item.current if period is None or _overlap(one, period)]
        if times and item.periods:
            rows = round(item.rows * len(times) / len(item.periods))
            if by in (None, "product", "exporter", "importer"):
                pairs = (item.reporters or _AREAS) * _AREAS * max(1, len(item.bases))
                rows = min(rows, item.most_products * pairs * len(times))
            found[item.source] = found.get(item.source, 0) + rows
    if not found:
        return None
    name, rows = max(found.items(), key=lambda one: one[1])
    needed = rows * BYTES_OF_A_GROUP
    # Asked of the engine only where it can matter: most lakes fit into the smallest machine.
    if needed < _ALWAYS_FITS:
        return None
    limit = memory()
    if needed <= _bytes_of(limit):
        return None
    return (
        f"{name} has {rows:,} rows in this period: a question that keeps most of them apart takes "
        f"up to {needed / 1e9:.0f} GB of memory, and the limit is "
        f"{limit}. If it does not fit, let Spark read the lake: add --engine spark "
        "--master spark://HOST:7077"
    )


_AREAS = 250
"""More countries than trade with each other."""
_ALWAYS_FITS = 1_000_000_000
_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def _bytes_of(text: str) -> float:
    """Return the number of bytes of an amount as DuckDB writes it: ``14.3 GiB``."""
    number, _, unit = text.partition(" ")
    return float(number) * _UNITS[unit]


def _overlap(one: Period, other: Period) -> bool:
    return one.start <= other.end and other.start <= one.end


def _plan(native: Any) -> str:
    if hasattr(native, "_jdf"):  # a frame of Spark prints its plan, and returns none
        text: str = native._sc._jvm.PythonSQLUtils.explainString(
            native._jdf.queryExecution(),
            "formatted",
        )
        return text.strip()
    explain = getattr(native, "explain", None)
    if explain is None:
        return ""
    return "\n".join(line for step in json.loads(explain(format="json")) for line in _steps(step))


def _steps(step: dict[str, Any], inside: str = "") -> Iterator[str]:
    """Yield a line for each step of DuckDB's plan, last step first; below a join it is indented.

    The engine's own drawing is as wide as the longest expression of any step.
    """
    texts = {
        name: ", ".join(text) if isinstance(text, list) else text
        for name, text in step["extra_info"].items()
    }
    said = "; ".join(f"{name}: {' '.join(text.split())}" for name, text in texts.items() if text)
    yield f"{inside}{step['name'].strip()}{said and ': '}{said}"
    below = step["children"]
    for child in below:
        yield from _steps(child, inside + "  " * (len(below) > 1))


def blocks_read(path: str | os.PathLike[str], size: int) -> None:
    """Record bytes that were read of a stored file."""
    if now := _NOW.get():
        name = os.fspath(path)
        now.read[name] = now.read.get(name, 0) + size


def files_named(files: Iterable[tuple[str, int]]) -> None:
    """Record files that are handed to an engine which does not say what it reads of them."""
    if now := _NOW.get():
        now.read.update(files)
