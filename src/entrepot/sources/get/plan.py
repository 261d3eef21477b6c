"""What a user wants, and which files that is."""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass, field, fields
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, Protocol, cast
from urllib.parse import quote

from entrepot.errors import RequestError
from entrepot.sources import bring_in, is_own, source_ids, source_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from entrepot.model.period import Period
    from entrepot.sources.info import Download, DownloadAddress

Freq = Literal["", "A", "Q", "M"]
_NOUNS = {"reporters": "reporter", "partners": "partner", "codes": "goods"}


@dataclass(frozen=True, slots=True)
class DataRequest:
    """What is wanted of a source; an empty field says nothing.

    Attributes
    ----------
    period
        Years or months.
    freq
        ``A``, ``Q`` or ``M``.
    reporters, partners
        Codes of our areas.
    codes
        Product codes.
    nomenclature, vintage
        Edition of the product codes, e.g. ``"HS2017"``; release, e.g. ``"V202601"``.
    """

    period: Period | None = None
    freq: Freq = ""
    reporters: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    nomenclature: str = ""
    vintage: str = ""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to fetch.

    Attributes
    ----------
    name
        Name of the file; made by us, never taken from a server.
    address
        Where from, without a key.
    way
        The way it is fetched by.
    split
        Gives smaller pieces that together hold the same, for when the answer is too large; none
        where it cannot be split.
    """

    name: str
    address: str
    way: DownloadAddress
    split: Callable[[], tuple[PlannedFile, ...]] | None = field(default=None, compare=False)


class Getter(Protocol):
    """What `sources/<id>/get.py` offers.

    `TAKES` names the fields of `DataRequest` that mean something for the source.
    """

    TAKES: tuple[str, ...]

    def pieces(self, wanted: DataRequest, download: Download) -> tuple[PlannedFile, ...]:
        """Return the files that make up a request."""
        ...


def pieces(source: str, wanted: DataRequest) -> tuple[PlannedFile, ...]:
    """Return the files that make up a request.

    Raises
    ------
    UnknownNameError
        If there is no such source.
    RequestError
        If the source has no public address, or an option means nothing for it.
    """
    download = source_info(source).download
    if download is None:
        raise _not_fetched(source)
    if not _has_getter(source):  # all files are fetched, whatever is wanted
        _refuse_others(source, wanted, ())
        return tuple(one for way in download.ways for one in _files_at(way))
    getter = cast("Getter", import_module(f"entrepot.sources.{source}.get"))
    # Before the getter, which would not see that an option has no meaning for it.
    _refuse_others(source, wanted, getter.TAKES)
    return getter.pieces(wanted, download)


def _files_at(way: DownloadAddress) -> Iterator[PlannedFile]:
    """Yield the files that an address names, or the one that it is."""
    if not way.files:
        yield PlannedFile(way.address.rpartition("/")[2], way.address, way)
    for name in way.files:
        yield PlannedFile(name.replace(" ", "_"), way.address.format(file=quote(name)), way)


def _has_getter(source: str) -> bool:
    """Whether there is a module that knows addresses; an unknown source is an error."""
    source_info(source)
    return not is_own(source) and find_spec(f"entrepot.sources.{source}.get") is not None


def _not_fetched(source: str) -> RequestError:
    """Say where a source comes from, if not from an address."""
    info = source_info(source)
    can = [name for name in source_ids() if source_info(name).download is not None]
    first = f"fetch the file with a browser, then: {bring_in(source)}"
    what = f"{source} has no address that files can be fetched from"
    if source == "table" or is_own(source):
        what = "a table of your own is a file that you have: nothing is fetched"
        first = f"draft a mapping: entrepot data map FILE > MAP.yaml; then: {bring_in(source)}"
    elif info.brings == "published":
        what = f"{source} comes with the program: nothing is fetched"
        first = f"a collection of your own is added with: {bring_in(source)}"
    return RequestError(what, where=info.url, hint=f"{first}; can be fetched: {', '.join(can)}")


def installed(source: str, wanted: DataRequest) -> Path | None:
    """Return the file that an installed library brings for a source; None where none does.

    Raises
    ------
    UnknownNameError
        If there is no such source.
    MissingExtraError
        If the library is not installed.
    RequestError
        If an option means nothing for the source.
    """
    if not _has_getter(source):
        return None
    find = getattr(import_module(f"entrepot.sources.{source}.get"), "installed", None)
    if find is None:
        return None
    _refuse_others(source, wanted, ())
    return cast("Path", find())


def _refuse_others(source: str, wanted: DataRequest, takes: tuple[str, ...]) -> None:
    empty = DataRequest()
    for one in fields(DataRequest):
        said = getattr(wanted, one.name) != getattr(empty, one.name)
        if said and one.name not in takes:
            raise RequestError(
                f"{source} does not come by {_NOUNS.get(one.name, one.name)}",
                why="the option would be passed over without a word",
                hint="leave it out; what means something for "
                f"{source}: {', '.join(_NOUNS.get(name, name) for name in takes) or 'no option'}",
            )


def needed(period: Period | None, source: str) -> Period:
    """Return the period, or say that there has to be one.

    Raises
    ------
    RequestError
        If there is none.
    """
    if period is None:
        raise RequestError(
            f"which period of {source}?",
            why="all of it would be very much",
            hint=f"entrepot data get {source} --period 2023",
        )
    return period


def years(period: Period) -> tuple[int, ...]:
    """Return the calendar years of a period that is made of whole ones.

    Raises
    ------
    RequestError
        If it is not.

    Examples
    --------
    >>> from entrepot.model.period import Period
    >>> years(Period.parse("2021..2023"))
    (2021, 2022, 2023)
    """
    if not period.is_whole_years:
        raise RequestError(
            f"not whole years: {period}", hint="write 2023 or 2021..2023, or add --freq M"
        )
    return tuple(one.year for one in period.years())


def months(period: Period) -> tuple[str, ...]:
    """Return the calendar months of a period that is made of whole ones.

    Raises
    ------
    RequestError
        If it is not.

    Examples
    --------
    >>> from entrepot.model.period import Period
    >>> months(Period.parse("2022-11..2023-01"))
    ('2022-11', '2022-12', '2023-01')
    """
    # Months as one number from year 0 on; -1 makes January 0, so that // and % take it apart.
    first = period.start.year * 12 + period.start.month - 1
    last_day = date(
        period.end.year,
        period.end.month,
        calendar.monthrange(period.end.year, period.end.month)[1],
    )
    if period.start.day != 1 or period.end != last_day:
        raise RequestError(f"not whole months: {period}", hint="write 2023-06 or 2023-01..2023-06")
    return tuple(f"{at // 12}-{at % 12 + 1:02d}" for at in range(first, first + period.months))


def short_name(*parts: str | Iterable[str], suffix: str) -> str:
    """Return a file name out of what was asked for; long lists become a hash of themselves.

    Examples
    --------
    >>> short_name("IMTS", "A", "2023", ["RUS", "CHN"], suffix="csv")
    'IMTS_A_2023_RUS+CHN.csv'
    """
    texts = [part if isinstance(part, str) else "+".join(part) for part in parts]
    kept = [
        # The same request has the same name, so that what was fetched is found again; a list of 200
        # codes would be longer than file systems allow.
        text if len(text) <= 24 else hashlib.sha256(text.encode()).hexdigest()[:12]
        for text in texts
        if text
    ]
    return f"{'_'.join(kept)}.{suffix}"
