"""UN Comtrade: a flow in several rows, in CSV, Parquet and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.sources.parser import FileOptions
from fuzz.grid import Grid
from fuzz.json_forms import write_json
from fuzz.parquet_forms import write_parquet
from fuzz.subject import Made, Subject
from fuzz.subjects.comtrade_model import expect
from made_comtrade import LEGACY, NARROW, V1, legacy, narrow, row

if TYPE_CHECKING:
    from random import Random

    Row = dict[str, Any]

AREAS = (156, 643, 276, 842, 699, 51, 398, 899, 490)
PRODUCTS = ("854231", "854232", "850110", "010121", "10121", "270900")
_V1_ROLES = {
    "period": "period", "reporter": "reporterCode", "partner": "partnerCode", "flow": "flowCode",
    "product": "cmdCode", "customs": "customsCode", "mot": "motCode", "second": "partner2Code",
}  # fmt: skip
_LEGACY_ROLES = {
    "period": "Period", "reporter": "Reporter Code", "partner": "Partner Code",
    "flow": "Trade Flow Code", "product": "Commodity Code", "customs": "Customs Proc. Code",
    "mot": "Mode of Transport Code", "second": "2nd Partner Code",
}  # fmt: skip
_NARROW_ROLES = {
    "period": "year", "reporter": "reporter", "partner": "partner", "flow": "flow",
    "product": "cmd",
}  # fmt: skip
_OLD_FLOWS = {"M": "1", "X": "2", "RX": "3", "RM": "4"}


def cells(draw: Random, *, crossed: bool) -> list[tuple[dict[str, Any], float]]:
    """Return what stands in the rows: their codes and value, totals and parts as they come.

    Parameters
    ----------
    crossed
        Whether a cell may be broken down twice; without codes that could not be told.
    """
    found: list[tuple[dict[str, Any], float]] = []
    scale = draw.choice([1, 1, 1000])  # whole dollars, or thousandths
    reporters = draw.sample(AREAS[:7], draw.randint(1, 2))
    products = draw.sample(PRODUCTS, draw.randint(1, 3))
    if "10121" in products and "010121" in products:
        products.remove("10121")
    for reporter in reporters:
        partners = draw.sample([a for a in AREAS if a != reporter], draw.randint(1, 3))
        for flow in draw.sample(["M", "X"], draw.randint(1, 2)):
            for product in products:
                for partner in partners:
                    value = draw.randint(0, 10**7) / scale
                    code = {
                        "reporter": reporter, "partner": partner, "flow": flow, "product": product
                    }  # fmt: skip
                    if len(found) < 16:
                        _add(draw, found, code, value, crossed=crossed)
    return found


def _add(
    draw: Random,
    found: list[tuple[dict[str, Any], float]],
    code: dict[str, Any],
    value: float,
    *,
    crossed: bool,
) -> None:
    chance = draw.random()
    part = round(value * draw.random(), 3) if value != int(value) else draw.randint(0, int(value))
    parts = [round(part, 3), round(value - part, 3)]
    if chance > 0.12 or not crossed:
        found.append((code, value))
    if chance < (0.3 if crossed else 0.2):
        for mot, one in zip((2100, 3200), parts, strict=True):
            found.append((code | {"mot": mot}, one))
        if chance < 0.2 and crossed:
            for customs, one in zip(("C01", "C10"), reversed(parts), strict=True):
                found.append((code | {"customs": customs}, one))
    if code["flow"] == "X" and 0.3 < chance < 0.45:
        found.append((code | {"flow": "RX"}, draw.choice([parts[0], value + 5])))
    if 0.45 < chance < 0.5:
        _once(found, code | {"partner": 0}, value)
    if 0.5 < chance < 0.55 and code["product"] != "10121":
        _once(found, code | {"product": code["product"][:4]}, value)
    if 0.55 < chance < 0.57:
        found.append((code, value))


def _once(found: list[tuple[dict[str, Any], float]], code: dict[str, Any], value: float) -> None:
    if all(other != code for other, _ in found):
        found.append((code, value))


def make(draw: Random, layout: str = "") -> Made:
    layout = layout or draw.choice(["v1", "v1", "v1", "legacy", "narrow"])
    period = draw.choice([2022, 2021, 202203] if layout == "v1" else [2018, 2019])
    maker, roles, columns = {
        "v1": (row, _V1_ROLES, V1),
        "legacy": (legacy, _LEGACY_ROLES, LEGACY),
        "narrow": (narrow, _NARROW_ROLES, NARROW),
    }[layout]
    rows = []
    for code, value in cells(draw, crossed=layout != "narrow"):
        one = maker(int(value) if value == int(value) else value)
        known = {roles[name]: cell for name, cell in code.items() if name in roles}
        one |= known | {roles["period"]: period}
        if layout == "v1":
            one["freqCode"] = "M" if period > 10_000 else "A"
            one["cifvalue"] = one["primaryValue"] if code["flow"] == "M" else ""
            one["fobvalue"] = "" if code["flow"] == "M" else one["primaryValue"]
        if layout == "legacy":
            one[roles["flow"]] = _OLD_FLOWS[code["flow"]]
        rows.append([str(one[name]) for name in columns])
    said = FileOptions("HS2017") if layout == "narrow" else FileOptions()
    grid = Grid(list(columns), rows)
    if layout == "v1" and draw.random() < 0.3:  # not every download has every column
        _thin(draw, grid)
    delim = "\t" if draw.random() < 0.1 else ","
    return Made(grid, "comtrade.csv", said, delim=delim)


def _thin(draw: Random, grid: Grid) -> None:
    needless = [name for name in grid.header if name not in _V1_ROLES.values()]
    keep = {"primaryValue", "classificationCode", "freqCode", "typeCode"}
    gone = {name for name in needless if name not in keep and draw.random() < 0.5}
    places = [place for place, name in enumerate(grid.header) if name not in gone]
    grid.header[:] = [grid.header[place] for place in places]
    grid.rows[:] = [[one[place] for place in places] for one in grid.rows]


def _v1(draw: Random) -> Made:
    made = make(draw, "v1")
    made.delim = ","
    return made


SUBJECTS = (
    Subject("comtrade-csv", "comtrade", make, expect, weight=40),
    Subject(
        "comtrade-parquet",
        "comtrade",
        _v1,
        expect,
        write=write_parquet,
        without_sums=True,
        weight=30,
    ),
    Subject("comtrade-json", "comtrade", _v1, expect, write=write_json, weight=30),
)
