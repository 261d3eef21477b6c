"""Which answers of the IMF's interface hold what is wanted: one a year."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.areas import area
from entrepot.sources.get.plan import PlannedFile, months, needed, short_name, years

if TYPE_CHECKING:
    from entrepot.model.period import Period
    from entrepot.sources.get.plan import DataRequest
    from entrepot.sources.info import Download, DownloadAddress

TAKES = ("period", "freq", "reporters", "partners")
_INDICATORS = ("XG_FOB_USD", "MG_CIF_USD")  # exports, imports


def pieces(wanted: DataRequest, download: Download) -> tuple[PlannedFile, ...]:
    """Return one table a year.

    Raises
    ------
    RequestError
        If there is no period, or an area that the IMF does not know.
    """
    period = needed(wanted.period, "imts")
    freq = wanted.freq or ("A" if period.is_whole_years else "M")
    reporters = tuple(_code(one) for one in wanted.reporters)
    partners = tuple(_code(one) for one in wanted.partners)
    return tuple(
        _table(download.way("table"), freq, span, reporters, partners)
        for span in _spans(period, freq)
    )


def _spans(period: Period, freq: str) -> list[tuple[str, str]]:
    """Return first and last period of each year, as the IMF writes them."""
    if freq == "A":
        return [(str(year), str(year)) for year in years(period)]
    if freq == "Q":
        return [(f"{year}-Q1", f"{year}-Q4") for year in years(period)]
    # Months come in order, which groupby needs.
    by_year = [list(some) for _, some in groupby(months(period), key=lambda month: month[:4])]
    return [(some[0], some[-1]) for some in by_year]


def _table(
    way: DownloadAddress,
    freq: str,
    span: tuple[str, str],
    reporters: tuple[str, ...],
    partners: tuple[str, ...],
    indicators: tuple[str, ...] = _INDICATORS,
) -> PlannedFile:
    address = way.address.format(
        reporter="+".join(reporters),
        indicator="+".join(indicators),
        partner="+".join(partners),
        freq=freq,
        start=span[0],
        end=span[1],
    )
    time = span[0] if span[0] == span[1] else f"{span[0]}..{span[1]}"
    flow = "" if indicators == _INDICATORS else indicators
    # "to" keeps reporters without partners and partners without reporters from one name.
    name = short_name(
        "IMTS", freq, time, reporters, partners and ["to", *partners], flow, suffix="csv"
    )
    return PlannedFile(
        name, address, way, partial(_smaller, way, freq, span, reporters, partners, indicators)
    )


def _smaller(
    way: DownloadAddress,
    freq: str,
    span: tuple[str, str],
    reporters: tuple[str, ...],
    partners: tuple[str, ...],
    indicators: tuple[str, ...],
) -> tuple[PlannedFile, ...]:
    """Split by flow, then the reporters that were named."""
    if len(indicators) > 1:
        return tuple(_table(way, freq, span, reporters, partners, (one,)) for one in indicators)
    half = len(reporters) // 2
    if not half:
        return ()
    return tuple(
        _table(way, freq, span, some, partners, indicators)
        for some in (reporters[:half], reporters[half:])
    )


def _code(one: str) -> str:
    codes = area(one).imf
    if not codes:
        raise RequestError(f"the IMF has no code for {one}", hint=f"see: entrepot area show {one}")
    return codes[0]
