"""What a source says about itself: the closed model of `<id>.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from entrepot.model.closed_yaml import Closed
from entrepot.model.columns import Table, key_columns, read_table, schema
from entrepot.model.period import Period


class Range(Closed):
    """Smallest and largest value expected, ends included; None leaves an end open."""

    least: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _least_first(self) -> Range:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is above most")
        return self


class SourceBounds(Closed):
    """What a whole delivery of the source looks like; outside it something is odd.

    Attributes
    ----------
    years
        Calendar years that the source can cover.
    exporters, importers
        Number of different areas on either side in one period.
    rows
        Number of rows in one period.
    value_usd
        Value of one row, whole USD.
    reporters
        Number of different areas whose reports there are in one period.
    """

    years: Range = Range()
    exporters: Range = Range()
    importers: Range = Range()
    rows: Range = Range()
    value_usd: Range = Range()
    reporters: Range = Range()


class Quirk(Closed):
    """A declared oddity of the source.

    Attributes
    ----------
    id, text
        Short id, and a sentence or two for a reader.
    docs
        Page of the documentation.
    non_reporting
        ISO 3166 code of an area that no longer reports: rows with it on one side are reported by
        the other side, from year `since` on.
    """

    id: str
    text: str
    docs: str = ""
    non_reporting: str | None = None
    since: int | None = None

    @model_validator(mode="after")
    def _require_since(self) -> Quirk:
        if (self.non_reporting is None) != (self.since is None):
            raise ValueError("non_reporting and since go together")
        return self


class DoubtfulRow(Closed):
    """A row of the source that is known to be doubtful, and stands all the same.

    Attributes
    ----------
    exporter, importer
        ISO 3166 codes of the flow.
    since
        First year of which it is doubtful.
    text
        What is known, for whoever uses the row or a total with it.
    """

    exporter: str
    importer: str
    since: int
    text: str


class DownloadAddress(Closed):
    """One public address that files of a source come from.

    Attributes
    ----------
    id, address
        Short name, and the address with its variable parts in braces.
    format
        What the content has to look like to be taken for data.
    files
        Names for ``{file}`` in the address, where they follow no rule.
    accept
        Media type to ask for, where an address serves several.
    rows
        Most rows of one answer: one that has as many may be cut off, and is never kept.
    pause
        Least seconds between two requests.
    key, key_header
        Environment variable with the user's key, and the header it is sent in; both empty where
        none is needed.
    hosts
        Other hosts to which the publisher may send us on.
    verified
        Whether the address was tried from where this was written.
    known_from
        Where and when the address was found, or tried.
    """

    id: str
    address: str
    format: Literal["zip", "7z", "workbook", "csv", "json", "stata"]
    files: tuple[str, ...] = ()
    accept: str = ""
    rows: int | None = Field(default=None, gt=0)
    pause: float = Field(default=1.0, ge=0)
    key: str = ""
    key_header: str = ""
    hosts: tuple[str, ...] = ()
    verified: bool = False
    known_from: str

    @model_validator(mode="after")
    def _key_and_header(self) -> DownloadAddress:
        if bool(self.key) != bool(self.key_header):
            raise ValueError("key and key_header go together")
        return self


class Download(Closed):
    """How files of a source are fetched.

    Attributes
    ----------
    ways
        Its addresses.
    newest
        Newest release known, where releases have names.
    note
        What to know before asking.
    """

    ways: tuple[DownloadAddress, ...]
    newest: str = ""
    note: str = ""

    def way(self, name: str) -> DownloadAddress:
        """Return the way with this id."""
        # Ids are named in `get.py` of the source: one that is missing is a slip of ours, hence no
        # message.
        return next(way for way in self.ways if way.id == name)


class MonthlyRelease(Closed):
    """When a source has a month.

    Attributes
    ----------
    lag_days
        Usual number of days from the end of a month to its publication.
    known_from
        Where that is stated.
    """

    lag_days: int = Field(gt=0)
    known_from: str


@dataclass(frozen=True, slots=True)
class Release:
    """When a publisher usually has a period.

    Attributes
    ----------
    publisher, known_from
        Who publishes, and where the delay is stated.
    lag_days
        Usual number of days from the end of a period to its publication.
    """

    publisher: str
    lag_days: int
    known_from: str


@cache
def releases() -> dict[tuple[str, str, str], Release]:
    """Return the release calendar by source, reporting country and rhythm (``A`` or ``M``).

    A publisher of one country has no source, and a source of many countries no country.
    """
    columns = ("source", "area", "freq", "publisher", "lag_days", "known_from")
    return {
        (row["source"], row["area"], row["freq"]): Release(
            row["publisher"], int(row["lag_days"]), row["known_from"]
        )
        for row in read_table(Path(__file__).with_name("releases.csv"), columns)
    }


# A declared correction of one row of a source: what is wrong, what is right, and who says so.


Cell = bool | float | str | None
_FIXED = ("period", "freq", "source", "snapshot")


class Repair(Closed):
    """One row of some releases that is known to be wrong.

    Attributes
    ----------
    id
        Short id, for messages.
    vintages
        Releases that have the mistake; it is looked for in no other.
    row
        Which row: columns of the table with their text, ``period`` as ``2023`` or ``2023-06``.
        As much of the key as tells the row apart, and the nomenclature where several are
        published.
    column
        Column that is wrong, in canonical units.
    was
        What stands there; null where nothing does. A number may differ by a part in a billion.
    becomes
        What is right; null where that is not known.
    drop
        Whether the row should not be there at all; `becomes` stays empty then.
    why, url
        What is wrong, in a sentence for a reader, and where that can be read.
    """

    model_config = ConfigDict(strict=True)

    id: str
    vintages: tuple[str, ...] = Field(min_length=1, strict=False)
    row: dict[str, str]
    column: str
    was: Cell
    becomes: Cell = None
    drop: bool = False
    why: str = Field(min_length=1)
    url: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_of_two(self) -> Repair:
        # Whether `becomes` was written, not whether it is null: null is a correction, to "not
        # known".
        if self.drop == ("becomes" in self.model_fields_set):
            raise ValueError(f"{self.id}: either becomes or drop: true")
        return self

    @property
    def period(self) -> Period | None:
        """Period of the row; None for a table without periods."""
        return Period.parse(self.row["period"]) if "period" in self.row else None

    def require_fit(self, table: Table) -> None:
        """Refuse columns and cells that a table cannot have.

        Raises
        ------
        ValueError
            Naming the repair.
        """
        kinds = schema(table)
        for name in (*self.row, self.column):
            if name not in kinds:
                raise ValueError(f"{self.id}: {table} has no column {name}")
        if self.column in _FIXED:
            raise ValueError(f"{self.id}: {self.column} cannot be corrected; drop the row")
        timed = kinds.get("period") == "DATE"
        if timed != (self.period is not None):
            raise ValueError(f"{self.id}: the row of {table} is found with a period, or without")
        # A period alone would match every row of a year.
        if not set(self.row) & set(key_columns(table)) - set(_FIXED):
            raise ValueError(f"{self.id}: the row names no part of the key of {table}")
        for cell in (self.was, self.becomes):
            if cell is not None and not _is_a(cell, kinds[self.column]):
                raise ValueError(f"{self.id}: {cell!r} is no {kinds[self.column]}")


def _is_a(cell: bool | float | str, kind: str) -> bool:
    """Whether a cell of YAML is what a column of this type holds; yes is no number."""
    if kind == "BOOLEAN":
        return isinstance(cell, bool)
    # In Python a bool is an int.
    return isinstance(cell, int | float if kind == "DOUBLE" else str) and not isinstance(cell, bool)


class SourceInfo(Closed):
    """Publisher, licence, coverage and habits of one source.

    Attributes
    ----------
    id, title, publisher, licence, citation, url
        Who publishes what, and on which terms.
    coverage, rhythm
        What it covers and how often it appears, in words.
    monthly_release
        When it usually has a month; None if it has no months, or they come at no usual time.
    valuation
        ``FOB`` or ``CIF``; None if it differs from row to row.
    brings
        Canonical table that its rows belong to.
    bundled
        Whether it comes with the program, so that no file is ever added.
    whole
        Whether a release is one piece, so that a newer one takes the place of all reporters of a
        period; otherwise it takes the place of the reporters that it holds.
    computed
        Whether it was computed here from other rows, so that it has what they have and no more.
    download
        How its files are fetched; None where that takes a person.
    doubts
        Rows known to be doubtful that only the publisher can correct: answers with them say so.
    repairs
        Rows known to be wrong, corrected when they are loaded.
    notes
        How its words were translated into our columns, for a reader of the documentation.
    """

    id: str
    title: str
    publisher: str
    licence: str
    citation: str
    url: str
    coverage: str
    rhythm: str
    monthly_release: MonthlyRelease | None = None
    valuation: str | None = None
    brings: Table = "flows"
    bundled: bool = False
    whole: bool = False
    computed: bool = False
    download: Download | None = None
    bounds: SourceBounds = SourceBounds()
    quirks: tuple[Quirk, ...] = ()
    doubts: tuple[DoubtfulRow, ...] = ()
    repairs: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _repairs_fit(self) -> SourceInfo:
        for repair in self.repairs:
            repair.require_fit(self.brings)
        if len({repair.id for repair in self.repairs}) < len(self.repairs):
            raise ValueError("two repairs of one id")
        return self
