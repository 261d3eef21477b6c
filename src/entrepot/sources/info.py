"""What a source says about itself: the closed model of `<id>.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from entrepot.model.closed_yaml import Closed
from entrepot.model.columns import Table, read_table
from entrepot.sources.unpack import Repair

__all__ = [
    "Download",
    "DownloadAddress",
    "MonthlyRelease",
    "Quirk",
    "Range",
    "Release",
    "Repair",
    "SourceBounds",
    "SourceInfo",
    "releases",
]


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
    repairs: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _repairs_fit(self) -> SourceInfo:
        for repair in self.repairs:
            repair.require_fit(self.brings)
        if len({repair.id for repair in self.repairs}) < len(self.repairs):
            raise ValueError("two repairs of one id")
        return self
