"""What the lake says about its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.lake.catalog import Snapshot
    from entrepot.model.findings import Finding
    from entrepot.model.period import Period

__all__ = ["Holding", "LoadReport", "holding", "spans"]


@dataclass(frozen=True, slots=True)
class Holding:
    """What one delivered file brought of one source.

    Attributes
    ----------
    source, snapshot, vintage, nomenclature
        Whose data; first 12 digits of the file's SHA-256; release; edition of product codes.
    periods
        Periods held, oldest first.
    rows
        Number of rows.
    areas, importers
        Number of exporters and of importers in the period that has fewest of them: a share of
        the world needs nearly all.
    added_on
        Day of the load, ISO 8601.
    files, bytes
        Name of the delivered file, and bytes on disk (delivered and stored).
    findings
        What was noticed when it was loaded.
    """

    source: str
    snapshot: str
    vintage: str
    nomenclature: str
    periods: tuple[Period, ...]
    rows: int
    areas: int
    importers: int
    added_on: str
    files: tuple[str, ...]
    bytes: int
    findings: tuple[Finding, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether it is an extract, so that shares of a whole cannot be taken from it."""
        return any(finding.rule == "partial-source" for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the holding as plain JSON types."""
        return {
            "source": self.source,
            "snapshot": self.snapshot,
            "vintage": self.vintage,
            "nomenclature": self.nomenclature,
            "periods": [str(period) for period in self.periods],
            "rows": self.rows,
            "areas": self.areas,
            "importers": self.importers,
            "added_on": self.added_on,
            "files": list(self.files),
            "bytes": self.bytes,
            "is_partial": self.is_partial,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did.

    Attributes
    ----------
    source
        Where the data are from.
    added
        What is new.
    unchanged
        Names of files whose very bytes were held already.
    replaced
        Periods whose rows were replaced.
    """

    source: str
    added: tuple[Holding, ...]
    unchanged: tuple[str, ...] = ()
    replaced: tuple[Period, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed, over all files."""
        return tuple(finding for item in self.added for finding in item.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON types."""
        return {
            "source": self.source,
            "added": [item.to_dict() for item in self.added],
            "unchanged": list(self.unchanged),
            "replaced": [str(period) for period in self.replaced],
        }


def holding(item: Snapshot) -> Holding:
    """Return what a reader wants to know of a snapshot."""
    stored = sum(file.bytes for part in item.partitions for file in part.files.values())
    return Holding(
        source=item.source,
        snapshot=item.id,
        vintage=item.vintage,
        nomenclature=item.nomenclature,
        periods=tuple(part.period for part in item.partitions),
        rows=sum(part.rows for part in item.partitions),
        areas=min(part.exporters for part in item.partitions),
        importers=min(part.importers for part in item.partitions),
        added_on=item.added_on,
        files=(item.raw.name,),
        bytes=stored + item.raw.bytes,
        findings=item.findings,
    )


def spans(periods: Sequence[Period]) -> str:
    """Return periods in order as short text: 2017..2019, 2021."""
    runs: list[list[Period]] = []
    for period in periods:
        if runs and (period.start - runs[-1][-1].end).days == 1:
            runs[-1].append(period)
        else:
            runs.append([period])
    return ", ".join(f"{r[0]}..{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)
