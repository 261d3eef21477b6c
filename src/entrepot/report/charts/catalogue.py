"""Every chart there is: what it shows, what it answers, and the command that draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChartKind:
    """One kind of chart.

    Attributes
    ----------
    id, title
        Name in addresses, and in words.
    asked
        What is written after ``entrepot chart``; empty for a chart of another command.
    shows, answers
        What is drawn, and which question it answers.
    example
        A command that draws it.
    """

    id: str
    title: str
    asked: tuple[str, ...]
    shows: str
    answers: str
    example: str


CHARTS = (
    ChartKind(
        "share",
        "A share over the years",
        ("import_share", "export_share"),
        "One computed line with the range of other definitions as a band, and published figures "
        "as boxes whose height is the rounding interval. A dotted line marks where a country "
        "stopped reporting.",
        "how dependent, and since when.",
        "entrepot chart import_share --importer RUS --exporter CHN --out share.svg",
    ),
    ChartKind(
        "suppliers",
        "Suppliers, year by year",
        ("top_supplier", "hhi", "cr", "import_share --by exporter"),
        "Each year as a bar of 100 per cent: the supplier of interest in blue at the base, "
        "the largest others above it, the rest on top.",
        "who else there is, and who grew at whose cost.",
        "entrepot chart top_supplier --importer RUS --since 2018 --out suppliers.svg",
    ),
    ChartKind(
        "map",
        "Where suppliers are",
        ("map",),
        "Each area as one square, roughly at its place on a map, the darker the larger its share; "
        "the steps are the same on every map.",
        "how spread out the suppliers are; small ones are as large as large ones.",
        "entrepot chart map --importer RUS --period 2023 --out map.svg",
    ),
    ChartKind(
        "buyers",
        "Where buyers are",
        ("rank",),
        "The same map for the supplier's buyers.",
        "whether the importer is one outlet among many.",
        "entrepot chart rank --importer RUS --exporter CHN --period 2023 --out buyers.svg",
    ),
    ChartKind(
        "places",
        "Change of suppliers",
        ("reorientation",),
        "Suppliers at two times, a line each; dotted where nothing is recorded at one end.",
        "who gained and who lost after an event, in money.",
        "entrepot chart reorientation --importer RUS --period 2023 --base 2021 --out places.svg",
    ),
    ChartKind(
        "weights",
        "Mutual trade shares",
        ("asymmetry",),
        "Both sides on one scale, back to back: the share of each in the other's trade, with its "
        "range as a whisker.",
        "how asymmetric the dependence is.",
        "entrepot chart asymmetry --importer RUS --exporter CHN --out weights.svg",
    ),
    ChartKind(
        "prices",
        "Prices and quantities behind a change",
        ("value_change",),
        "From the value before, step by step, to the value after: what prices, quantities, new "
        "goods and lost goods added or took.",
        "whether more was sold, or the same for more money.",
        "entrepot chart value_change --importer RUS --exporter CHN --period 2023 --base 2022 "
        "--out prices.svg",
    ),
    ChartKind(
        "rerouted",
        "Possible rerouting via third countries",
        ("rerouted",),
        "A way from the origin over each hub to the importer: as wide as what can have passed at "
        "most, solid what must have, dotted where amounts match. The last is all hubs together.",
        "how much may have been rerouted; bounds, since no record shows what a hub re-exported.",
        "entrepot chart rerouted --importer RUS --exporter EU27 --hubs KGZ+ARM+KAZ --goods chpl "
        "--base 2021 --period 2023 --out hubs.svg",
    ),
    ChartKind(
        "origin",
        "Origin of value added",
        ("origin",),
        "A flow of inputs by where its value was added, domestic and foreign.",
        "which part of a flow a third country's stop would affect.",
        "entrepot chart origin --importer RUS --exporter CHN --goods inputs:C26 --period 2022 "
        "--out origin.svg",
    ),
    ChartKind(
        "event",
        "Event study of a listing",
        ("event_study",),
        "The change of listed goods against others, step by step from the day of listing, with "
        "95 % intervals on a logarithmic scale.",
        "whether trade changed when goods were listed, and not before.",
        "entrepot chart event_study --importer RUS --exporter EU27 --controls GEO+UZB "
        "--listed eu-xxiii --period 2021-01..2022-11 --out listing.svg",
    ),
    ChartKind(
        "curve",
        "Sensitivity to definitions",
        ("any measure --curve",),
        "A specification curve: every definition a column, sorted by value, and below it "
        "its choices. Hollow marks are published figures.",
        "how much a figure depends on definitions, and on which.",
        "entrepot chart import_share --importer RUS --exporter CHN --goods chpl --period 2023 "
        "--curve --out curve.svg",
    ),
    ChartKind(
        "reporters",
        "Reporting calendar",
        ("reporters",),
        "One row per reporter, one cell per year, imports above and exports below, filled by the "
        "share of months reported.",
        "whether the same countries report in all years that are compared.",
        "entrepot chart reporters --out reporters.svg",
    ),
)
"""Charts of `entrepot chart`."""

ELSEWHERE = (
    ChartKind(
        "losses",
        "Losses in a scenario",
        (),
        "Output lost by each side and by the economies hit most: a dot at the value, a line for "
        "the range over all assumptions.",
        "what a cut-off would do, and how much of that is assumed.",
        "entrepot scenario examples/cut-off.yaml --out losses.svg",
    ),
    ChartKind(
        "loss-map",
        "Map of losses in a scenario",
        (),
        "The same losses on the map of squares, in steps that are the same on every map.",
        "which other economies it affects.",
        "entrepot scenario examples/cut-off.yaml --out scenario.html",
    ),
    ChartKind(
        "tiers",
        "Goods by tier",
        (),
        "A panel a tier of a list, a bar a year, all on one scale; pale where both reports are "
        "reconciled.",
        "which goods account for a change.",
        "entrepot brief RUS --supplier CHN --goods chpl --out brief.html",
    ),
    ChartKind(
        "sectors",
        "Imported inputs by sector",
        (),
        "Sectors by the share that one country has in the inputs they buy abroad, both ways.",
        "which industries depend on the supplier.",
        "entrepot brief RUS --supplier CHN --out brief.html",
    ),
    ChartKind(
        "courses",
        "Two shares side by side",
        (),
        "Two lines over the years on one scale, with ranges as whiskers and published figures "
        "as rings.",
        "how two countries, two suppliers or two lists compare.",
        "entrepot serve",
    ),
)
"""Charts of other commands."""

DRAWN = "; ".join(
    f"{', '.join(one.asked)} ({one.title[0].lower()}{one.title[1:]})" for one in CHARTS
)
"""What `entrepot chart` draws, in words."""
