"""Which answers of UN Comtrade's interface hold what is wanted.

Asked for are totals over customs procedures, modes of transport and second partners, a reporter
and a period at a time. An answer with as many rows as the interface sends at most may be cut off:
it is thrown away and asked for again in smaller pieces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from entrepot.errors import RequestError
from entrepot.model.areas import area
from entrepot.sources.get.fetch import has_key
from entrepot.sources.get.plan import PlannedFile, months, needed, short_name, years

if TYPE_CHECKING:
    from entrepot.sources.get.plan import DataRequest
    from entrepot.sources.info import Download, DownloadAddress

TAKES = ("period", "freq", "reporters", "partners", "codes")
_ALL = ("AG6",)  # every code of six digits
_AT_ONCE = {"preview": 4, "full": 200}  # codes in one request, so that few have to be split
_FLOWS = ("M", "X")


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request: a reporter, a period, and lists that can be split."""

    way: DownloadAddress
    freq: str
    time: str
    reporter: str
    flows: tuple[str, ...]
    codes: tuple[str, ...]
    partners: tuple[str, ...]

    def piece(self) -> PlannedFile:
        asked = {
            "reporterCode": self.reporter,
            "period": self.time,
            "flowCode": ",".join(self.flows),
            "cmdCode": ",".join(self.codes),
            "partnerCode": ",".join(self.partners),
            "partner2Code": "0",
            "customsCode": "C00",
            "motCode": "0",
            "maxRecords": str(self.way.rows),
            "includeDesc": "false",
        }
        # Where no partners are named the parameter is left out, which asks for all of them.
        query = urlencode({key: value for key, value in asked.items() if value}, safe=",")
        name = short_name(
            "comtrade",
            self.way.id,
            self.freq,
            self.time,
            self.reporter,
            self.flows,
            self.codes,
            # "with" keeps a list of codes and a list of partners with the same digits from one file
            # name.
            self.partners and ["with", *self.partners],
            suffix="json",
        )
        return PlannedFile(
            name, f"{self.way.address.format(freq=self.freq)}?{query}", self.way, self.split
        )

    def split(self) -> tuple[PlannedFile, ...]:
        """Split by flow, then codes, then partners; what was not named cannot be split."""
        if len(self.flows) > 1:
            smaller = [replace(self, flows=some) for some in _halves(self.flows)]
        elif len(self.codes) > 1:
            smaller = [replace(self, codes=some) for some in _halves(self.codes)]
        else:
            smaller = [replace(self, partners=some) for some in _halves(self.partners)]
        return tuple(one.piece() for one in smaller)


def pieces(wanted: DataRequest, download: Download) -> tuple[PlannedFile, ...]:
    """Return the requests: through the full interface if there is a key, else the preview.

    Raises
    ------
    RequestError
        If there is no period or reporter, or an area that Comtrade does not know.
    """
    period = needed(wanted.period, "comtrade")
    if not wanted.reporters:
        raise RequestError(
            "whose reports?",
            why="all reporters at once exceed the limit of one answer",
            hint="entrepot data get comtrade --period 2023 --reporter CHN --goods chpl",
        )
    if wanted.freq == "Q":
        raise RequestError("Comtrade has no quarters", hint="write --freq A or M")
    full = download.way("full")
    way = full if has_key(full) else download.way("preview")
    freq = wanted.freq or ("A" if period.is_whole_years else "M")
    times = [str(year) for year in years(period)] if freq == "A" else months(period)
    partners = tuple(_code(one) for one in wanted.partners)
    listed, most = wanted.codes or _ALL, _AT_ONCE[way.id]
    chunks = [listed[at : at + most] for at in range(0, len(listed), most)]
    return tuple(
        _Ask(way, freq, time.replace("-", ""), _code(one), _FLOWS, codes, partners).piece()
        for time in times
        for one in wanted.reporters
        for codes in chunks
    )


def _code(one: str) -> str:
    codes = area(one).comtrade
    if not codes:
        raise RequestError(f"Comtrade has no code for {one}", hint=f"see: entrepot area show {one}")
    return codes[0]


def _halves(listed: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    half = len(listed) // 2
    # One code cannot be halved: no pieces, and the caller refuses what would be cut off.
    return (listed[:half], listed[half:]) if half else ()
