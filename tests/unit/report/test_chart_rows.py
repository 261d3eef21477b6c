"""Which row of the table beside a chart a mark belongs to."""

from __future__ import annotations

import re

import pytest

from entrepot.report.charts import BriefTable, Chart, draw, place_of
from entrepot.report.charts.butterfly import Butterfly, MutualFlow, ShareSide, YearShares
from entrepot.report.charts.calendar import Calendar, ReporterYears
from entrepot.report.charts.curve import Curve, CurveColumn, CurveDimension, CurveOption
from entrepot.report.charts.loss_map import LossMap, LossTile
from entrepot.report.charts.range_plot import RangePlot, RangeRow
from entrepot.report.charts.slope import Slope, SlopeLine
from entrepot.report.charts.split import ChangePart, ChangeSplit
from entrepot.report.charts.stack import Layer, Stack
from entrepot.report.charts.tiers import TierBar, TierPanel, TierPanels
from entrepot.report.charts.world import Partner, World


def table(head: str, *rows: str) -> BriefTable:
    cells = tuple(tuple(row.split("|")) for row in rows)
    names = tuple(head.split("|"))
    return BriefTable("caption", names, (False,) * len(names), cells, ("",) * len(names))


LISTED = table("Year|Supplier|Share", "2022|China|41", "2022|Turkey|9", "2023|China|45")
BY_YEAR = table("Year|China|Turkey", "2022|41|9", "2023|45|8")
BY_NAME = table("Supplier|2022|2023", "China|41|45", "Turkey|9|8")


@pytest.mark.parametrize(
    ("beside", "words", "place"),
    [
        (LISTED, ("China", "2023"), (2, None)),
        (LISTED, ("Turkey", "2022"), (1, None)),
        (LISTED, ("Turkey", "2023"), None),  # has no row, and the other year is another thing
        (LISTED, ("China",), None),  # two rows are of it
        (LISTED, ("India", "2023"), None),
        (BY_YEAR, ("Turkey", "2023"), (1, 2)),
        (BY_NAME, ("Turkey", "2023"), (1, 2)),
        (BY_NAME, ("turkey", "2022"), (1, 1)),
        (BY_NAME, ("China", "2019"), (0, None)),  # the table knows no such year
        (BY_NAME, ("2022",), None),
    ],
)
def test_the_row_that_has_the_words(
    beside: BriefTable, words: tuple[str, ...], place: tuple[int, int | None] | None
) -> None:
    assert place_of(beside, words) == place


BARS = (TierBar(2022, 41.0, False, "41"), TierBar(2023, 45.0, False, "45"))
SUPPLIERS = (
    Partner("CHN", "CN", "China", 60.0, "60.0 %"),
    Partner("TUR", "TR", "Turkey", 40.0, "40.0 %"),
)
CHOICES = CurveDimension("Territory", (CurveOption("with", 1.0), CurveOption("without", 2.0)))
PICTURES = {
    "stack": (
        Stack((2022, 2023), (Layer("China", (41.0, 45.0)), Layer("Turkey", (9.0, 8.0), tone=2))),
        BY_YEAR,
        [(0, 1), (1, 1), (0, 2), (1, 2)],
    ),
    "slope": (
        Slope(("2022", "2023"), (SlopeLine("China", 41, 45, ("41", "45")),), "USD bn"),
        BY_NAME,
        [(0, 1), (0, 2)],
    ),
    "tiers": (TierPanels((TierPanel("", "China", "", BARS),), "USD m"), BY_NAME, [(0, 1), (0, 2)]),
    "calendar": (
        Calendar((2022, 2023), (ReporterYears("Turkey", (1.0, 1.0), (0.0, 1.0)),)),
        table("Reporter|Imports|Exports", "China|2022|", "Turkey|2022 to 2023|2023"),
        [(1, None)] * 3,
    ),
    "world": (
        World(SUPPLIERS, (("RUS", "Russia"),)),
        table("Supplier|Share", "China|60.0", "1 other|40.0"),
        [(0, None)],
    ),
    "butterfly": (
        Butterfly(
            (
                MutualFlow(
                    "to Russia",
                    "China in Russia’s imports",
                    "Russia in China’s exports",
                    (YearShares("2023", ShareSide(45, "45"), ShareSide(3, "3")),),
                ),
            )
        ),
        table(
            "Whose|Year|Share",
            "China in Russia’s imports|2022|41",
            "China in Russia’s imports|2023|45",
            "Russia in China’s exports|2023|3",
        ),
        [(1, None), (2, None)],
    ),
    "split": (
        ChangeSplit(
            (ChangePart("Value in 2022", 41, "41", total=True), ChangePart("Prices", 4, "+4")),
            "USD bn",
        ),
        table("Step|Value", "Value in 2022|41", "New goods|0", "Prices|4"),
        [(0, None), (2, None)],
    ),
    "curve": (
        Curve(
            (
                CurveColumn(1.0, "1", (0,), published=False, title="a"),
                CurveColumn(2.0, "2", (1,), published=True, headline=True, title="b"),
            ),
            (CHOICES,),
        ),
        table("Share|Territory", "1|with", "2|without"),
        [(0, None), (1, None)],
    ),
    "ladder": (
        RangePlot((("Hubs", (RangeRow("Turkey", 5.0, 1.0, 9.0, "5 %"),)),)),
        table("Hub|Matched", "China|0", "Turkey|5"),
        [(1, None)],
    ),
    "loss map": (
        LossMap((LossTile("TUR", "TR", "Turkey", 0.4, "0.4 %"),)),
        table("Economy|Loss", "Turkey|0.4"),
        [(0, None)],
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_marks_have_the_rows_of_the_table_beside_them(name: str) -> None:
    drawn, beside, places = PICTURES[name]
    for drawing in draw(Chart(drawn, "finding"), beside):
        found = re.findall(r'data-row="(\d+)"(?: data-column="(\d+)")?><title>', drawing)
        assert [(int(row), int(at) if at else None) for row, at in found] == places
        assert "data-of" not in drawing


def test_without_a_table_no_mark_names_a_row_by_words() -> None:
    for drawing in draw(Chart(PICTURES["stack"][0], "finding")):
        assert "data-of" not in drawing
        assert "data-row" not in drawing
        assert drawing.count("<title>") == 4
