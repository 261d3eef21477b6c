"""What the lake says about its content, and the flows that ship with the program.

Bundled flows are one snapshot, read as if it had been loaded. They are no part of any catalog:
`Lake.reading` shows them to the questions they can answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.lake.catalog import Partition, RawEntry, Snapshot, StoredFile
from entrepot.lake.merge import current_partitions
from entrepot.model.columns import Finding
from entrepot.model.period import Period
from entrepot.model.product import EDITIONS, UNNAMED
from entrepot.sources import source_info, split_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from entrepot.lake.catalog import Catalog


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """What one delivered file brought of one source.

    Attributes
    ----------
    source, table, snapshot, vintage, nomenclature
        Whose data; canonical table; first 12 digits of the file's SHA-256; release; editions of
        product codes.
    periods
        Periods held, oldest first.
    current
        Those in which rows of it count: a later release takes the place of an earlier one.
    currency
        What values are counted in.
    title
        Of a table of the user's own.
    rows
        Number of rows.
    areas, importers
        Number of exporters and of importers in the period that has fewest of them: a share of
        the world needs nearly all.
    added_on
        Day of the load, ISO 8601.
    files, bytes
        Name of the delivered file, and bytes on disk (delivered and stored).
    reporters
        Number of areas whose own reports these are; 0 where nobody says.
    products
        Number of product codes in the period that has fewest.
    most_products
        The same in the period that has most.
    totals
        Number of rows that are totals over all goods; they may stand beside rows by product.
    bases
        What makes the partner: destination, origin, consignment; where the rows say it.
    has_sums
        Whether reporters' own totals over partners or goods are kept with it.
    findings
        What was noticed when it was loaded.
    counts
        Whether any row of it counts.
    slices
        Who tells which side in each period, as in a partition of the catalog.
    editions
        Editions of the product codes in each period.
    delivered, mapping
        SHA-256 of the delivered bytes, and the text of the mapping that they were read with.
    """

    source: str
    table: str
    snapshot: str
    vintage: str
    nomenclature: str
    currency: str
    title: str
    periods: tuple[Period, ...]
    current: tuple[Period, ...]
    rows: int
    areas: int
    importers: int
    reporters: int
    products: int
    totals: int
    bases: tuple[str, ...]
    added_on: str
    files: tuple[str, ...]
    bytes: int
    most_products: int = 0
    has_sums: bool = False
    findings: tuple[Finding, ...] = ()
    counts: bool = True
    slices: tuple[tuple[Period, tuple[str, ...]], ...] = field(default=(), repr=False)
    editions: tuple[tuple[Period, tuple[str, ...]], ...] = field(default=(), repr=False)
    delivered: str = field(default="", repr=False)
    mapping: str = field(default="", repr=False)

    @property
    def state(self) -> str:
        """``current``, ``superseded`` by later releases, or current for some periods."""
        if not self.counts:
            return "superseded"
        return "current" if self.current == self.periods else f"current: {spans(self.current)}"

    @property
    def is_partial(self) -> bool:
        """Whether it is an extract, so that shares of a whole cannot be taken from it."""
        return any(finding.rule == "partial-source" for finding in self.findings)

    @property
    def has_few_products(self) -> bool:
        """Whether it has so few product codes that they are hardly all goods."""
        return any(finding.rule == RULE for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the holding as plain JSON types."""
        return {
            "source": self.source,
            "table": self.table,
            "snapshot": self.snapshot,
            "vintage": self.vintage,
            "nomenclature": self.nomenclature,
            "currency": self.currency,
            "title": self.title,
            "periods": [str(period) for period in self.periods],
            "current": [str(period) for period in self.current],
            "rows": self.rows,
            "areas": self.areas,
            "importers": self.importers,
            "reporters": self.reporters,
            "products": self.products,
            "most_products": self.most_products,
            "totals": self.totals,
            "bases": list(self.bases),
            "has_sums": self.has_sums,
            "added_on": self.added_on,
            "files": list(self.files),
            "bytes": self.bytes,
            "is_partial": self.is_partial,
            "state": self.state,
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
    put_back
        Names of files that were loaded, and whose delivered bytes the lake had lost.
    incomplete
        Names of files that were loaded, and of whose rows some were replaced or removed since.
    """

    source: str
    added: tuple[InventoryItem, ...]
    unchanged: tuple[str, ...] = ()
    replaced: tuple[Period, ...] = ()
    put_back: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()

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
            "put_back": list(self.put_back),
            "incomplete": list(self.incomplete),
        }


def inventory_of(catalog: Catalog) -> tuple[InventoryItem, ...]:
    """Return what a reader wants to know of every snapshot, oldest load first."""
    counting: dict[tuple[str, str, str], list[Period | None]] = {}
    for source in dict.fromkeys(item.source for item in catalog.snapshots):
        for part in current_partitions(catalog.of(source)):
            if part.counts:
                # With the release: the same bytes can be loaded as two, of which one counts.
                key = (source, part.snapshot.id, part.snapshot.vintage)
                counting.setdefault(key, []).append(part.partition.period)
    return tuple(
        _holding(item, counting.get((item.source, item.id, item.vintage), ()))
        for item in catalog.snapshots
    )


def _holding(item: Snapshot, counting: Sequence[Period | None]) -> InventoryItem:
    stored = sum(file.bytes for part in item.partitions for file in part.stored)
    # `CHN>` and `>CHN` are two reports of one reporter.
    reporters = {name.strip(">") for part in item.partitions for name in part.slices if ">" in name}
    periods = dict.fromkeys(part.period for part in item.partitions if part.period)
    return InventoryItem(
        source=item.source,
        table=item.table,
        snapshot=item.id,
        vintage=item.vintage,
        nomenclature=item.nomenclature,
        currency=item.currency,
        title=item.title,
        periods=tuple(periods),
        current=tuple(dict.fromkeys(period for period in counting if period)),
        rows=sum(part.rows for part in item.partitions),
        areas=min(part.exporters for part in item.partitions),
        importers=min(part.importers for part in item.partitions),
        reporters=len(reporters) if item.table in ("flows", "shipments") else 0,
        products=min(part.products for part in item.partitions),
        most_products=max(part.products for part in item.partitions),
        totals=sum(part.totals for part in item.partitions),
        bases=tuple(sorted({name for part in item.partitions for name in part.bases})),
        added_on=item.added_on,
        files=(item.raw.name,),
        bytes=stored + item.raw.bytes,
        has_sums=any(part.sums for part in item.partitions),
        findings=item.findings,
        counts=bool(counting),
        slices=tuple((part.period, part.slices) for part in item.partitions if part.period),
        editions=tuple(
            (part.period, part.nomenclatures) for part in item.partitions if part.period
        ),
        delivered=item.raw.sha256,
        mapping=item.mapping,
    )


def spans(periods: Sequence[Period]) -> str:
    """Return periods in order as short text: 2017 to 2019, 2021."""
    runs: list[list[Period]] = []
    for period in periods:
        last = runs[-1][-1] if runs else None
        if last and (period.start - last.end).days == 1 and period.freq == last.freq:
            runs[-1].append(period)
        else:
            runs.append([period])
    # Fiscal years in a row are one span of months; of others, first and last say more.
    ends = ((run[0], replace(run[0], end=run[-1].end), run[-1]) for run in runs)
    return ", ".join(
        f"{span}" if first.freq == "F" or first == last else f"{first} to {last}"
        for first, span, last in ends
    )


RULE = "few-products"
_CODES_OF_ALL_GOODS = {2: 60, 4: 800, 6: 2_500, 8: 5_000}


def codes_of_all_goods(digits: int) -> int:
    """Return how many codes of so many digits are taken for the whole trade of a country.

    A rule of thumb: about half of the 97 chapters, 1,200 headings, 5,000 subheadings and 9,500
    lines that there are. A small country that trades in fewer is asked for its TOTAL rows: a list
    of sanctioned goods can have two thousand lines, and must not pass for all goods.
    """
    # Lines of ten digits need be no more than those of eight; odd lengths are no level of the HS.
    return _CODES_OF_ALL_GOODS.get(min(digits, 8), 0)


def few_products(parts: Sequence[Partition], *, areas: int = 0) -> tuple[Finding, ...]:
    """Say where a delivery has so few codes that they are hardly all goods.

    Parameters
    ----------
    parts, areas
        Partitions, and the least number of exporters of those that are looked at.
    """
    few = [
        (part.products, part.digits, part.period)
        for part in parts
        if part.period
        and part.digits
        and part.exporters >= areas
        and part.products < codes_of_all_goods(part.digits)
    ]
    if not few:
        return ()
    count, digits, period = min(few)
    plural = "" if count == 1 else "s"
    text = (
        "The file covers some goods only. Other goods are missing, not zero, and a total over all "
        "goods is refused."
    )
    example = f"{count:,} code{plural} of {digits} digits in {period}"
    place = f"{len(few)} period{'' if len(few) == 1 else 's'}"
    return (Finding(RULE, "note", place, len(few), example, text),)


def odd_periods(parts: Sequence[Partition], today: date) -> tuple[Finding, ...]:
    """Say where a delivery has periods that have not begun, or codes from before there were any.

    A slip of a digit (2032 for 2023) puts rows where no question looks for them.
    """
    found = []
    for rule, odd, why in (
        (
            "future-period",
            [one.period for one in parts if one.period and one.period.start > today],
            (
                f"Periods that begin after {today:%Y-%m-%d}, the day of loading: a forecast, a "
                "digit that is wrong, or the clock of this machine?"
            ),
        ),
        (
            "early-period",
            [
                one.period
                for one in parts
                if one.period and one.period.start < _FIRST and _has_codes(one)
            ],
            (
                f"Codes of the Harmonized System in periods before {_FIRST.year}, when it came "
                "into force: converted later, or a digit that is wrong?"
            ),
        ),
    ):
        if odd:
            named = spans(sorted(odd, key=lambda one: one.start))
            found.append(Finding(rule, "warning", named, len(odd), named, why))
    return tuple(found)


_FIRST = EDITIONS[0].in_force


def _has_codes(part: Partition) -> bool:
    return part.digits > 0 and any(one.startswith("HS") for one in part.nomenclatures)


SOURCE = "minerals"
_VINTAGE = "V202601"
_YEAR = Period.parse(2022)


@cache
def _about() -> dict[str, Any]:
    """Return what `tools/bundle_minerals.py` wrote about the rows it wrote."""
    found: dict[str, Any] = json.loads((_folder() / f"{SOURCE}.json").read_text(encoding="utf-8"))
    return found


def _folder() -> Path:
    return Path(str(files("entrepot.sources"))) / SOURCE


def is_bundled(source: str) -> bool:
    """Whether a source, or a release of it, is the one that ships as flows."""
    return split_address(source)[0] == SOURCE


def bundled_codes() -> frozenset[str]:
    """Return the six-digit codes of which the bundled rows hold all trade of their year."""
    return frozenset(_about()["codes"])


def bundled_scope() -> str:
    """Return how much the bundled rows are, as it stands in a title.

    Examples
    --------
    >>> bundled_scope()
    'bundled data: 30 codes, one year (2022)'
    """
    return f"bundled data: {len(bundled_codes())} codes, one year ({_YEAR})"


@cache
def bundled() -> Snapshot:
    """Return what a catalog would say of the bundled rows."""
    about = _about()
    # One file serves both sides: it is small, and read whole either way.
    path = str(_folder() / about["file"])
    stored = StoredFile(path, about["bytes"], about["sha256"], about["checksums"])
    part = Partition(
        period=_YEAR,
        rows=about["rows"],
        exporters=about["exporters"],
        importers=about["importers"],
        files={"importer": stored},
        nomenclatures=(UNNAMED,),
        products=len(about["codes"]),
        digits=6,
    )
    return Snapshot(
        source=SOURCE,
        id=about["read_from"][:12],
        vintage=_VINTAGE,
        nomenclature=UNNAMED,
        added_on="",
        # No bytes: the package has the hash of the delivered file, and not the file.
        raw=RawEntry(f"BACI_{_YEAR}_{_VINTAGE}", 0, about["read_from"]),
        partitions=(part,),
        # Thirty codes of some five thousand: without this finding they would pass for all trade.
        findings=few_products((part,)),
        title=source_info(SOURCE).title,
    )
