"""IMTS of the IMF: periods as columns, an observation a row, SDMX-CSV."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from entrepot.model.areas import area, by_code
from fuzz.grid import Grid
from fuzz.plain import Refused, choice, decoded, match, members, optional, rounded, table
from fuzz.subject import Case, Expected, Made, Subject

if TYPE_CHECKING:
    from random import Random

_PERIOD = r"[12][0-9]{3}(-Q[1-4]|-M?(0[1-9]|1[0-2]))?"
_SCALES = {"0": 0, "Units": 0, "3": 3, "Thousands": 3, "6": 6, "Millions": 6, "9": 9, "Billions": 9}
_FREQS = {"A": "A", "Annual": "A", "Q": "Q", "Quarterly": "Q", "M": "M", "Monthly": "M"}
_INDICATORS = ("XG_FOB_USD", "MG_CIF_USD", "MG_FOB_USD", "TBG_USD")
_GROUP = "GX?[0-9]{3}"
PERIODS = {
    "A": ("2021", "2022"), "Q": ("2021-Q3", "2022-Q1"), "M": ("2022-M01", "2022-M12"),
}  # fmt: skip


def make(draw: Random) -> Made:
    freq = draw.choice(["A", "A", "Q", "M"])
    cells = {("RUS", "XG_FOB_USD", "CHN", PERIODS[freq][0]): "7"}
    for _ in range(draw.randint(2, 10)):
        reporter = draw.choice(["RUS", "KAZ", "CHN", "G998"])
        partner = draw.choice(["CHN", "GBR", "GEO", "G001", "TX910", "G163"])
        series = (reporter, draw.choice((*_INDICATORS[:3], "XG_FOB_USD")), partner)
        for period in PERIODS[freq]:
            if draw.random() < 0.8:
                value = draw.choice([draw.randint(0, 10**5), round(draw.uniform(0, 9e4), 6), ""])
                cells[(*series, period)] = str(value)
    kind = draw.randrange(3)
    if kind == 0:
        return _portal(draw, freq, cells, wide=True)
    return _portal(draw, freq, cells, wide=False) if kind == 1 else _sdmx(draw, freq, cells)


def _portal(draw: Random, freq: str, cells: dict[tuple[str, ...], str], *, wide: bool) -> Made:
    head = ["DATASET", "SERIES_CODE", "OBS_MEASURE", "COUNTRY.ID", "COUNTRY", "INDICATOR.ID"]
    head += ["COUNTERPART_COUNTRY.ID", "FREQUENCY.ID", "SCALE.ID", "SCALE"]
    head += PERIODS[freq] if wide else ("TIME_PERIOD", "OBS_VALUE")
    scale = draw.choice([("6", "Millions"), ("6", "Millions"), ("0", "Units")])
    rows: list[list[str]] = []
    for series in dict.fromkeys(key[:3] for key in cells):
        reporter, indicator, partner = series
        code = f"{reporter}.{indicator}.{partner}.{freq}"
        start = ["IMF.STA:IMTS(1.0.0)", code, "OBS_VALUE", reporter, "Somewhere", indicator]
        start += [partner, freq, *(scale if not rows or draw.random() < 0.9 else ("", ""))]
        held = {period: cells.get((*series, period), "") for period in PERIODS[freq]}
        if wide:
            rows.append(start + list(held.values()))
        else:
            rows += [[*start, period, value] for period, value in held.items()]
    return Made(Grid(head, rows), "dataset.csv")


def _sdmx(draw: Random, freq: str, cells: dict[tuple[str, ...], str]) -> Made:
    head = ["DATAFLOW", "COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY"]
    head += ["TIME_PERIOD", "OBS_VALUE", "SCALE", "STATUS"]
    rows = [
        ["IMF.STA:IMTS(1.0.0)", *key[:3], freq, key[3], value, "6", draw.choice(["A", "E", ""])]
        for key, value in cells.items()
    ]
    return Made(Grid(head, rows or [["IMF.STA:IMTS", *["RUS"] * 8]]), "answer.csv")


def expect(case: Case) -> Expected:
    found = Expected()
    for _, data in members(case.data, case.name, case.packed):
        _one(found, *table(decoded(data)))
    return found


def _one(found: Expected, names: list[str], rows: list[list[str]]) -> None:
    folded = [name.casefold() for name in names]
    if "" in names or len(set(folded)) < len(folded):
        raise Refused("a name twice, or none")
    data_set = next((one for one in ("DATASET", "DATAFLOW", "STRUCTURE_ID") if one in names), "")
    periods = [name for name in names if re.fullmatch(_PERIOD, name, re.ASCII)]
    if not data_set or bool(periods) == ({"TIME_PERIOD", "OBS_VALUE"} <= set(names)):
        raise Refused("another layout")
    keys = [
        next((one for one in (f"{name}.ID", name) if one in names), "")
        for name in ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY")
    ]
    if "SERIES_CODE" not in names and not all(keys):
        raise Refused("no series")
    scale = next((one for one in ("SCALE.ID", "SCALE") if one in names), "")
    if data_set == "DATASET" and not scale:
        raise Refused("no scale")
    told: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        match(r"(IMF\.STA:)?IMTS(\([0-9.+]*\))?", cells[data_set], "data set")
        _fixed(cells, wide=bool(periods))
        series = cells["SERIES_CODE"].split(".") if "SERIES_CODE" in cells else [
            cells[name] for name in keys
        ]  # fmt: skip
        power = 0
        if data_set == "DATASET":
            text = choice(cells[scale], {"", *_SCALES}, "scale")
            power = _SCALES.get(text, -1)
        here = periods or [match(f"({_PERIOD})?", cells["TIME_PERIOD"], "period")]
        for period in here:
            text = cells[period] if periods else cells["OBS_VALUE"]
            value = optional(text, "NaN")
            _told(found, told, series, period, value, power)
    for key in told:
        _flow(found, told, key)


def _fixed(cells: dict[str, str], *, wide: bool) -> None:
    choice(cells.get("OBS_MEASURE", "OBS_VALUE"), ("OBS_VALUE",), "measure")
    choice(cells.get("ACTION", ""), ("I", "A", "R", "M", ""), "action")
    choice(cells.get("UNIT", ""), ("USD", "US dollar", ""), "unit")
    choice(cells.get("UNIT.ID", ""), ("USD", ""), "unit")
    status = next((one for one in ("OBS_STATUS", "STATUS") if one in cells), "")
    if status and not wide:
        match("[A-Za-z_]{0,3}", cells[status], "status")


@cache
def _areas() -> tuple[dict[str, str], set[str]]:
    known = by_code("imf")
    single = {code: iso for code, iso in known.items() if area(iso).kind != "aggregate"}
    return single, known.keys() - single.keys()


def _told(
    found: Expected,
    told: dict[tuple[str, ...], list[float]],
    series: list[str],
    period: str,
    value: float | None,
    power: int,
) -> None:
    reporter, indicator, partner, freq = _series(series)
    single, _ = _areas()
    if value is None:
        return
    if not period or freq != ("A" if len(period) == 4 else "Q" if period[5] == "Q" else "M"):
        raise Refused("a period of another frequency")
    if power < 0:
        found.rules.add("no-scale")
        return
    value *= 10.0**power
    if value > 1e14:
        raise Refused("more than all trade")
    if reporter not in single:
        found.rules.add("group-as-reporter")
    elif partner not in single:
        found.rules.add("groups-with-members")
    if indicator == "TBG_USD":
        found.rules.add("balance")
    elif reporter in single and partner in single:
        key = (indicator, single[reporter], single[partner], freq, period.replace("M", ""))
        told.setdefault(key, []).append(value)


def _series(parts: list[str]) -> tuple[str, str, str, str]:
    single, totals = _areas()
    if len(parts) != 4:
        raise Refused("a series of another kind")
    reporter, indicator, partner, often = parts
    for side in (reporter, partner):
        if side not in single and side not in totals and not re.fullmatch(_GROUP, side):
            raise Refused(f"area {side[:20]}")
    choice(indicator, _INDICATORS, "indicator")
    return reporter, indicator, partner, _FREQS[choice(often, _FREQS, "frequency")]


def _flow(found: Expected, told: dict[tuple[str, ...], list[float]], key: tuple[str, ...]) -> None:
    indicator, reporter, partner, freq, period = key
    if indicator == "MG_FOB_USD" and ("MG_CIF_USD", *key[1:]) in told:
        found.rules.add("fob-with-cif")
        return
    if len(told[key]) > 1:
        raise Refused("an observation twice")
    month = "01"
    if freq == "Q":
        month = f"{int(period[6]) * 3 - 2:02}"
    elif freq == "M":
        month = period[5:]
    exports = indicator == "XG_FOB_USD"
    sides = (reporter, partner) if exports else (partner, reporter)
    row = ("exporter" if exports else "importer", freq, f"{period[:4]}-{month}-01", *sides, "TOTAL")
    found.add(row, rounded(told[key][0]))


SUBJECTS = (Subject("imts", "imts", make, expect),)
