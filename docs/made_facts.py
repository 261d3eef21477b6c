"""Made-up charts whose numbers would take a model or months of rows to work out."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.model.areas import area, area_name
from entrepot.model.display import NBSP, per_cent
from entrepot.report.charts import Chart
from entrepot.report.charts.event import EventStep, EventSteps
from entrepot.report.charts.exposure import ExposedSector, Exposure
from entrepot.report.charts.loss_map import LossMap, LossTile
from entrepot.report.charts.range_plot import RangePlot, RangeRow

Framed = tuple[Chart, str, str, Sequence[str]]
"""A chart with its title, its deck and the lines below it, as `framed` takes them."""

SOURCE = ("Source: made up.",)
# Change in per cent, with its interval, step by step.
STEPS = (
    (-4, 2.0, -9.0, 14.0),
    (-3, -3.0, -13.0, 8.0),
    (-2, 1.0, -8.0, 11.0),
    (-1, 0.0, None, None),
    (0, -18.0, -29.0, -6.0),
    (1, -37.0, -46.0, -27.0),
    (2, -52.0, -60.0, -43.0),
    (3, -49.0, -58.0, -39.0),
    (4, -61.0, -70.0, -51.0),
)
# Share of what a sector buys abroad, in per cent, and million US dollars.
SECTORS = (("Electronics", 41.0, 830), ("Machinery", 22.5, 410), ("Textiles", 9.7, 64))
BACK = (("Fishing", 3.1, 12), ("Food and drink", 1.2, 31))
# Output lost in per cent: the value and both ends.
LOST = {
    "ISL": (3.4, 1.2, 8.9), "NOR": (0.31, 0.09, 0.92), "FRO": (0.74, 0.2, 2.1),
    "DNK": (0.12, 0.03, 0.4), "DEU": (0.02, 0.006, 0.06), "GBR": (0.05, 0.01, 0.13),
    "SWE": (0.06, 0.02, 0.2), "NLD": (0.03, 0.01, 0.1), "POL": (0.008, 0.002, 0.03),
    "USA": (0.004, 0.001, 0.01), "CHN": (0.002, 0.0, 0.007), "FRA": (0.007, 0.002, 0.02),
}  # fmt: skip
SIDES = ("ISL", "NOR")


def drawings() -> dict[str, Framed]:
    """Return what is drawn, by the id of its chart."""
    return {"event": _event(), "sectors": _sectors(), "losses": _losses(), "loss-map": _map()}


def _event() -> Framed:
    steps = tuple(EventStep(*row) for row in STEPS)
    title = "Sales of listed goods fell when they were listed, and not before"
    deck = "Listed goods against others: change from the month before the listing, per cent, with "
    deck += "95 % intervals; the scale is logarithmic."
    drawn = EventSteps(steps, "month", "listing", -1, -45.0)
    return Chart(drawn, title), title, deck, SOURCE


def _sectors() -> Framed:
    groups = tuple(
        (
            head,
            tuple(
                ExposedSector(n, v, per_cent(v), f"{money}{NBSP}m{NBSP}USD") for n, v, money in rows
            ),
        )
        for head, rows in (
            ("Iceland’s sectors, share from China", SECTORS),
            ("China’s sectors, share from Iceland", BACK),
        )
    )
    title = "Iceland’s makers of electronics buy 41 % of their foreign inputs from China"
    deck = "Share in the inputs that a sector bought abroad, per cent, and value."
    return Chart(Exposure(groups), title), title, deck, SOURCE


def _losses() -> Framed:
    rungs = {
        code: RangeRow(area_name(code), *ends, f"{per_cent(ends[0])}{NBSP}%", marked=code in SIDES)
        for code, ends in LOST.items()
    }
    sides = tuple(rungs[code] for code in SIDES)
    others = tuple(rung for code, rung in rungs.items() if code not in SIDES)[:4]
    drawn = RangePlot((("The two sides", sides), ("Who loses most of its output", others)))
    title = "Iceland would lose eleven times as much of its output as Norway"
    deck = "Output lost, per cent. Dot: the value; line: from end to end over all assumptions."
    return Chart(drawn, title), title, deck, SOURCE


def _map() -> Framed:
    tiles = tuple(
        LossTile(
            code,
            area(code).alpha2 or code,
            area_name(code),
            lost,
            f"{per_cent(lost)}{NBSP}%",
            target=code == SIDES[0],
        )
        for code, (lost, *_) in LOST.items()
    )
    title = "Beyond the two sides, the Faroe Islands would lose most"
    deck = "Output lost, per cent. Each economy is one square, roughly at its place on a map."
    return Chart(LossMap(tiles), title), title, deck, SOURCE
