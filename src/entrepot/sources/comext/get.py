"""Which files of Eurostat hold what is wanted: bulk files of months, or tables by reporter."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.areas import area, area_set
from entrepot.sources.get.plan import PlannedFile, months, needed, short_name, years

if TYPE_CHECKING:
    from entrepot.model.period import Period
    from entrepot.sources.get.plan import DataRequest
    from entrepot.sources.info import Download, DownloadAddress

TAKES = ("period", "freq", "reporters", "partners")
_INDICATORS = "VALUE_IN_EUROS+QUANTITY_IN_100KG+SUPPLEMENTARY_QUANTITY"
_FLOWS = ("1", "2")  # imports, exports
_ELSEWHERE = {"EL", "RS", "UK"}  # written so in other tables of Eurostat, not in Comext


def pieces(wanted: DataRequest, download: Download) -> tuple[PlannedFile, ...]:
    """Return one file a month or a year, or a table for each reporter and period.

    Raises
    ------
    RequestError
        If there is no period, or an area that Comext does not know.
    """
    period = needed(wanted.period, "comext")
    if wanted.freq not in ("", "A", "M"):
        raise RequestError(f"Comext has no freq {wanted.freq}", hint="write A or M")
    if not wanted.reporters and not wanted.partners:
        way = download.way("bulk")
        compact = [month.replace("-", "") for month in months(period)]
        if wanted.freq == "A":
            compact = [f"{year}52" for year in years(period)]  # how Eurostat writes a whole year
        return tuple(
            PlannedFile(f"full_v2_{month}.7z", way.address.format(month=month), way)
            for month in compact
        )
    freq = wanted.freq or "M"
    times = [str(year) for year in years(period)] if freq == "A" else months(period)
    # Only partners were named: then each member state is asked for its table.
    reporters = wanted.reporters or _members(period)
    partners = tuple(code for one in wanted.partners for code in _codes(one))
    return tuple(
        _table(download.way("table"), freq, time, _codes(one)[0], partners, _FLOWS)
        for time, one in product(times, reporters)
    )


def _table(
    way: DownloadAddress,
    freq: str,
    time: str,
    reporter: str,
    partners: tuple[str, ...],
    flows: tuple[str, ...],
) -> PlannedFile:
    address = way.address.format(
        freq=freq,
        reporter=reporter,
        partner="+".join(partners),
        flow="+".join(flows),
        indicator=_INDICATORS,
        start=time,
        end=time,
    )
    flow = "" if flows == _FLOWS else flows
    name = short_name("DS-045409", freq, time, reporter, partners, flow, suffix="csv")
    again = partial(_smaller, way, freq, time, reporter, partners, flows)
    return PlannedFile(name, address, way, again)


def _smaller(
    way: DownloadAddress,
    freq: str,
    time: str,
    reporter: str,
    partners: tuple[str, ...],
    flows: tuple[str, ...],
) -> tuple[PlannedFile, ...]:
    """Split by flow, then the partners that were named; what was not named cannot be split."""
    if len(flows) > 1:
        return tuple(_table(way, freq, time, reporter, partners, (flow,)) for flow in flows)
    half = len(partners) // 2
    if not half:
        return ()
    return tuple(
        _table(way, freq, time, reporter, some, flows)
        for some in (partners[:half], partners[half:])
    )


def _members(period: Period) -> tuple[str, ...]:
    # Who joined or left during the period has reports for a part of it.
    return tuple(sorted(area_set("EU", period.start) | area_set("EU", period.end)))


def _codes(one: str) -> tuple[str, ...]:
    codes = tuple(code for code in area(one).eurostat if code not in _ELSEWHERE)
    if not codes:
        raise RequestError(f"Comext has no code for {one}", hint=f"see: entrepot area show {one}")
    return codes
