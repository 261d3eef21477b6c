"""Charts that stand alone, with real and hostile facts: labels inside, none over another."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from entrepot.report.amounts import Scale
from entrepot.report.breaks import Break
from entrepot.report.charts import Chart, draw, share_lines
from entrepot.report.charts.butterfly import Butterfly, MutualFlow, ShareSide, YearShares
from entrepot.report.charts.calendar import Calendar, Months, ReporterYears, _reporters_title
from entrepot.report.charts.curve import Curve, CurveColumn, CurveDimension, CurveOption
from entrepot.report.charts.drawing import Frame
from entrepot.report.charts.event import EventStep, EventSteps, signed
from entrepot.report.charts.exposure import ExposedSector, Exposure
from entrepot.report.charts.hub_flows import HubLane, HubLanes
from entrepot.report.charts.place import Box
from entrepot.report.charts.range_plot import RangePlot, RangeRow
from entrepot.report.charts.ranked import RankedBar, RankedBars
from entrepot.report.charts.share_lines import PublishedBox, ShareLines, SharePoint
from entrepot.report.charts.slope import Slope, SlopeLine
from entrepot.report.charts.split import ChangePart, ChangeSplit
from entrepot.report.charts.stack import Layer, Stack
from entrepot.report.charts.tiers import TierBar, TierPanel, TierPanels
from entrepot.report.standalone import framed

sys.path.insert(0, str(Path(__file__).parent))
from label_boxes import outside, overlapping, texts

LONG = "Heard Island and McDonald Islands with the South Sandwich Islands and everything around"
WORD = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2
BREAK = Break(2021, "Russia’s own reports", "partner-reported data and estimates")


def stack(years: tuple[int, ...], *shares: tuple[float, ...], name: str = "") -> Stack:
    layers = [
        Layer(name or f"Supplier {n}", values, marked=n == 0, rest=n == len(shares) - 1 > 0)
        for n, values in enumerate(shares)
    ]
    return Stack(years, tuple(layers), BREAK if years[0] <= 2021 < years[-1] else None)


YEARS = tuple(range(2016, 2025))
STACKS = {
    "real": stack(
        YEARS,
        *(tuple(float(share) for _ in YEARS) for share in (46.3, 10.1, 5.27, 2.64, 0.538, 35.152)),
    ),
    "long": stack(YEARS, *(tuple(100 / 6 for _ in YEARS) for _ in range(6)), name=LONG),
    "word": stack((2023, 2024), (50.0, 50.0), (50.0, 50.0), name=WORD),
    "tiny": stack(
        YEARS, *(tuple([99.9996] + [99.9996] * 8) for _ in range(1)), (1e-7,) * 9, (4e-4,) * 9
    ),
    "one year": stack((2024,), (100.0,)),
    "nothing of the one asked": stack((2023, 2024), (0.0, 0.0), (100.0, 100.0)),
    "gaps": stack((1995, 2003, 2024), (10.0, 20.0, 30.0), (90.0, 80.0, 70.0)),
}


def slope(values: list[tuple[float, float]], name: str = "Country {}") -> Slope:
    lines = [
        SlopeLine(name.format(n), a, b, (f"{a:g}", f"{b:g}" if b else ""), marked=n == 0)
        for n, (a, b) in enumerate(values)
    ]
    return Slope(("2021-01..2021-12", "2024-01..2024-12"), tuple(lines), "USD bn")


SLOPES = {
    "real": slope([(72.7, 124.0), (0.0239, 27.0), (27.3, 7.08), (17.5, 1.44)]),
    "forty": slope([(float(n), float(40 - n)) for n in range(40)]),
    "large": slope([(1e12, 0.0), (0.0, 1e12)], LONG + " {}"),
    "equal": slope([(5.0, 5.0)] * 12),
    "all at zero": slope([(1e-9, 0.0)] * 3),
    "long": slope([(3.0, 2.0), (2.0, 3.0)], LONG + " {}"),
    "one": slope([(3.0, 0.0)]),
}


def split(*parts: tuple[str, float], ranged: bool = False) -> ChangeSplit:
    ends = (-9.0, 9.0) if ranged else (None, None)
    steps = [ChangePart(name, value, f"{value:+g}", *ends) for name, value in parts]
    before, after = 5.32, 5.32 + sum(value for _, value in parts)
    first, last = (
        ChangePart("Value in 2021", before, "5.32", total=True),
        ChangePart("Value in 2023", after, f"{after:.3g}", total=True),
    )
    return ChangeSplit((first, *steps, last), "USD bn")


SPLITS = {
    "real": split(("Prices (unit values)", -0.355), ("Quantities", 0.868), ("Not split", -0.592)),
    "long": split((LONG, 0.1), (WORD, -0.1)),
    "below zero": split(("Gone", -30.0), ("New", 26.0)),
    "ranged": split(("Prices", 1.0), ("Quantities", -1.0), ranged=True),
    "nothing moved": split(),
}


def calendar(years: int, rows: int, name: str = "Country {}", note: str = "") -> Calendar:
    told = tuple(
        ReporterYears(
            name.format(n),
            tuple(float((n + place) % 3 > 0) for place in range(years)),
            tuple(0.25 * ((n + place) % 5) for place in range(years)),
            note,
        )
        for n in range(rows)
    )
    return Calendar(tuple(range(2025 - years, 2025 + 0)), told)


CALENDARS = {
    "real": calendar(9, 3, note="own reports until 2022-01"),
    "one year": calendar(1, 1),
    "many": calendar(35, 30, LONG + " {}", note="own reports until 2022-01"),
    "long note": calendar(9, 2, WORD, note=LONG),
}


def test_until_when_a_country_reported_is_never_cut() -> None:
    note = "own reports until 2022-01; 2022 to 2024 by others"
    picture = Chart(calendar(9, 3, "Russia {} (UN Comtrade)", note), "Alternative text")
    for drawing in draw(picture):
        assert drawing.count(f">{note}<") == 3
        assert "\u2026" not in drawing


def test_who_reported_every_year_may_be_nobody() -> None:
    """A title had "no reported imports and exports"."""
    told = {("comtrade", code): Months() for code in ("DEU", "FRA")}
    title = _reporters_title(told, [2022, 2023])
    assert title.endswith("; none reported imports and exports for every year")


def test_a_fall_by_nearly_all_is_not_all() -> None:
    """On a logarithmic scale 100 % has no place, and was printed at 99.7."""
    found = [signed(value).replace("\u00a0", " ") for value in (-99.715, -98.4, 183.7, -100)]
    assert found == ["\u221299.7 %", "\u221298 %", "+184 %", "\u2212100 %"]


def test_parts_of_a_change_have_digits_that_its_ends_have() -> None:
    """Beside 110 stood +0.000182."""
    scale = Scale(1.0, "USD bn", places=1)
    given = [scale.text(value, sign=True) for value in (36.6, -2.014, 0.0376, -0.0146, 110.0, 0)]
    assert given == ["+36.6", "\u22122.0", "<+0.1", ">\u22120.1", "+110", "0"]


def curve(values: list[float], unit: str) -> Curve:
    names = ("one", LONG)
    columns = tuple(
        CurveColumn(value, f"{value:.3g}", (n % 2,), published=False, headline=n == 0, title="t")
        for n, value in enumerate(sorted(values))
    )
    choices = tuple(CurveOption(name, values[0]) for name in names)
    return Curve(columns, (CurveDimension("Territory", choices),), unit)


CURVES = {
    "negative": curve([-69.9, -20.0, 40.0], "%"),
    "all negative": curve([-69.9, -20.0], "%"),
    "money": curve([81.6, 96.6], "USD bn"),
    "index": curve([0.194, 0.234], "index"),
    "many": curve([1 + n / 1000 for n in range(324)], "times"),
    "equal": curve([0.5, 0.5], "%"),
    "zero": curve([0.0, 0.0], "%"),
}
SHARES = {
    "gap": ShareLines(
        2016, 2024, tuple(SharePoint(y, 20.0) for y in (2016, 2017, 2023, 2024)), "computed", ()
    ),
    "one year": ShareLines(2023, 2023, (SharePoint(2023, 41.9),), "computed", ()),
    "tiny": ShareLines(2016, 2024, tuple(SharePoint(y, 1e-5) for y in YEARS), "computed", ()),
    "zero": ShareLines(2016, 2024, tuple(SharePoint(y, 0.0) for y in YEARS), "computed", ()),
    "whole": ShareLines(
        2016, 2024, tuple(SharePoint(y, 100.0, 0.0, 100.0) for y in YEARS), "computed", (), BREAK
    ),
    "thirty years": ShareLines(
        1995,
        2024,
        tuple(SharePoint(y, 1.5 * (y - 1990), 5.0, 70.0) for y in range(1995, 2025)),
        "computed",
        (PublishedBox(2024.0, 35.5, 36.5, "36", "36", LONG),),
        BREAK,
    ),
}


def tiers(years: range, panels: int, value: float) -> TierPanels:
    bars = tuple(TierBar(year, value * (year % 7), year <= 2021, f"{value:g}") for year in years)
    named = (
        TierPanel(f"{n}.A", LONG if n else WORD, "+12 % on 2022", bars, n == 1)
        for n in range(panels)
    )
    return TierPanels(tuple(named), "USD m", BREAK)


TIERS = {
    "thirty years": tiers(range(1995, 2025), 7, 320.0),
    "two years": tiers(range(2023, 2025), 1, 1e6),
    "zero": tiers(range(2017, 2025), 3, 0.0),
}
EVENTS = {
    "wide intervals": EventSteps(
        tuple(
            EventStep(n, None if n == 3 else -50.0 * (n > 0), -99.9, 9e4, binned=abs(n) == 12)
            for n in range(-12, 13)
        ),
        "month",
        "listing",
        -1,
        -48.0,
    ),
    "flat": EventSteps(tuple(EventStep(n, 0.0) for n in range(-3, 4)), "year", "listing", -1, 0.0),
    "grown": EventSteps(
        tuple(EventStep(n, 5e4 * (n > 0), 0.0, 9e5) for n in range(-2, 3)),
        "month",
        "listing",
        -1,
        3e4,
    ),
}


def weights(*values: tuple[float | None, float | None]) -> Butterfly:
    def side(value: float | None) -> ShareSide | None:
        return None if value is None else ShareSide(value, f"{value:g}", 0.0, 100.0, "0 to 100")

    rows = (YearShares(str(2020 + n), side(a), side(b)) for n, (a, b) in enumerate(values))
    return Butterfly((MutualFlow("Goods", f"China in {LONG}", f"{WORD} there", tuple(rows)),))


BUTTERFLIES = {
    "whole": weights((100.0, 100.0), (50.0, None), (None, 0.01)),
    "zero": weights((0.0, 0.0)),
}
LADDERS = {
    "beyond": RangePlot(
        (("Sides", tuple(RangeRow(LONG, n, -300.0, 900.0 * n, f"{n} %") for n in (1, 2))),)
    ),
    "zero": RangePlot(((WORD, (RangeRow("Iceland", 0.0, 0.0, 0.0, "0 %", marked=True),)),)),
}


def exposure(*groups: list[tuple[str, float]]) -> Exposure:
    def bar(name: str, value: float) -> ExposedSector:
        return ExposedSector(name, value, f"{value:.3g}", "USD 3.35 bn")

    titles = ("Added in China", "Added elsewhere")
    told = zip(titles, groups, strict=False)
    return Exposure(tuple((name, tuple(bar(*one) for one in rows)) for name, rows in told))


EXPOSURES = {
    "real": exposure([("China", 74.3)], [("Taiwan", 4.65), ("69 others", 7.02)]),
    "long": exposure([(LONG, 50.0)], [(WORD, 50.0)]),
    "forty": exposure([("China", 99.0)], [(f"Country {n}", n / 1000) for n in range(40)]),
    "tiny": exposure([("China", 1e-9)], [("Taiwan", 0.0)]),
    "nothing": exposure([("China", 0.0)]),
}


def lanes(
    *bounds: tuple[float, float, float], name: str = "Hub {}", end: str = "Russia"
) -> HubLanes:
    ways = [
        HubLane(
            name.format(n), *one, f"USD {one[0]:.3g} to {one[2]:.3g} bn", f"matched {one[1]:.3g}"
        )
        for n, one in enumerate(bounds)
    ]
    both = HubLane(
        "All hubs together", 0.0, 1.0, 2.0, "at most USD 2", "matched USD 1", together=True
    )
    return HubLanes((end, end), (*ways, both))


LANES = {
    "real": lanes((6.4, 233.0, 235.0), (0.0, 5.0, 20.0)),
    "nothing": HubLanes(("a", "b"), (HubLane("Hub", 0.0, 0.0, 0.0, "no excess trade", ""),)),
    "forty": lanes(*((n / 3, n / 2, float(n)) for n in range(40))),
    "long": lanes((1.0, 2.0, 3.0), name=f"{LONG} {{}}", end=LONG),
    "word": lanes((1.0, 2.0, 3.0), name=f"{WORD} {{}}", end=WORD),
    "all sure": lanes((1e12, 1e12, 1e12)),
    "far apart": lanes((0.0, 1e-3, 1e12), (1e-3, 1e-3, 1e-3)),
}
ALL = [
    pytest.param(drawn, id=f"{kind}, {name}")
    for kind, group in (
        ("stack", STACKS),
        ("slope", SLOPES),
        ("split", SPLITS),
        ("calendar", CALENDARS),
        ("curve", CURVES),
        ("share", SHARES),
        ("exposure", EXPOSURES),
        ("lanes", LANES),
        ("tiers", TIERS),
        ("event", EVENTS),
        ("butterfly", BUTTERFLIES),
        ("ladder", LADDERS),
    )
    for name, drawn in group.items()
]


@pytest.mark.parametrize("drawn", ALL)
def test_labels_are_inside_and_none_lies_over_another(drawn: object) -> None:
    for drawing in draw(Chart(drawn, "finding")):
        assert "NaN" not in drawing
        assert len(texts(drawing)) >= 2
        assert outside(drawing) == []
        assert overlapping(drawing) == []


@pytest.mark.parametrize("narrow", [False, True])
def test_words_around_a_chart_stay_inside(narrow: bool) -> None:
    picture = Chart(STACKS["one year"], "finding")
    drawing = framed(picture, f"{LONG}: {WORD}", LONG * 3, (WORD, "Source"), narrow=narrow)
    root = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawing)
    assert root
    heads = re.findall(r'<text class="t-(?:head|foot)" x="(\d+)" y="([\d.]+)">([^<]*)<', drawing)
    assert {x for x, *_ in heads} == {"16" if narrow else "24"}
    assert all(float(y) < int(root[2]) for _, y, _ in heads)
    assert any(words.endswith("…") for *_, words in heads)


def test_a_value_of_the_line_stands_at_its_mark_with_fewer_words() -> None:
    """At the end of a leader, beside a box, it was read as the number of the box."""
    mark = Box(300, 200, 308, 208)
    around = [Box(262, 170, 285, 240), Box(323, 170, 350, 240)]
    frame = Frame(852, 440, 48, 24, 44, 28, 2016, 2025, 60)
    wish = share_lines.Wish(("computed 46.3", "46.3"), mark, "label-supplier")
    [(_, spot)] = share_lines._placed([wish], around, frame)
    assert (spot.text, spot.corridor) == ("46.3", None)
    of_box = share_lines.Wish(("An office **41**", "41"), mark, "label")
    [(_, spot)] = share_lines._placed([of_box], around, frame)
    assert spot.text == "An office **41**"


def test_a_year_that_is_missing_is_a_gap_and_no_line() -> None:
    wide, _ = draw(Chart(SHARES["gap"], "finding"))
    runs = re.findall(r'<path class="s-supplier" d="([^"]+)"', wide)
    assert len(runs) == 2
    assert all(
        "dasharray" not in one for one in re.findall(r'<path class="s-supplier"[^>]*>', wide)
    )


def test_a_stack_is_as_tall_as_the_shares_and_leaves_missing_years_free() -> None:
    wide, _ = draw(Chart(STACKS["gaps"], "finding"))
    tall = re.findall(r'<rect class="f-supplier"[^>]* height="([\d.]+)"', wide)
    assert [float(one) / float(tall[0]) for one in tall] == pytest.approx([1, 2, 3], rel=0.01)
    titles = re.findall(r"<title>(Supplier 0, \d+: [^<]+)</title>", wide)
    assert titles == [
        "Supplier 0, 1995: 10.0\u00a0%",
        "Supplier 0, 2003: 20.0\u00a0%",
        "Supplier 0, 2024: 30.0\u00a0%",
    ]


def test_what_is_not_recorded_is_dotted_and_said() -> None:
    wide, narrow = draw(Chart(slope([(9.0, 12.0), (5.0, 0.0)]), "finding"))
    assert ">none Country 1</text>" in wide
    assert len(re.findall(r'<line class="s-context"[^>]*stroke-dasharray', wide)) == 1
    assert ">none Country 1</text>" in narrow


def test_the_steps_of_a_split_meet() -> None:
    """Each part starts where the one before ended, and the last total is their sum."""
    wide, _ = draw(Chart(SPLITS["real"], "finding"))
    rows = re.findall(r'<rect class="f-[^"]+" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)', wide)
    bars = {float(y): (float(x), float(x) + float(w)) for x, y, w in rows}
    spans = [bars[y] for y in sorted(bars)]
    assert len(spans) == 5
    before, price, quantity, rest, after = spans
    assert before[0] == after[0]
    assert price[1] == pytest.approx(before[1], abs=0.2)
    assert quantity[0] == pytest.approx(price[0], abs=0.2)
    assert rest[1] == pytest.approx(quantity[1], abs=0.2)
    assert after[1] == pytest.approx(rest[0], abs=0.2)


def test_part_of_a_year_fills_part_of_a_cell() -> None:
    drawn = Calendar((2022, 2023), (ReporterYears("Russia", (1.0, 0.25), (0.0, 0.0)),))
    wide, _ = draw(Chart(drawn, "finding"))
    titles = {
        title: float(width)
        for width, title in re.findall(
            r'class="f-context"[^>]* width="([\d.]+)[^>]*><title>([^<]+)</title>', wide
        )
    }
    whole, part = titles["Russia, 2022: imports"], titles["Russia, 2023: imports, 3 months"]
    assert part == pytest.approx(whole / 4, abs=0.1)


def test_a_way_is_as_wide_as_its_bounds() -> None:
    for drawing in draw(Chart(LANES["real"], "finding")):
        found = {
            kind: [
                float(tall)
                for tall in re.findall(rf'<rect class="{kind}"[^>]* height="([\d.]+)', drawing)
            ]
            for kind in ("f-supplier-soft s-supplier", "f-supplier")
        }
        outer, sure = found["f-supplier-soft s-supplier"], found["f-supplier"]
        assert len(outer) == 3
        assert len(sure) == 1  # one has a lower bound above zero
        assert outer[1] / outer[0] == pytest.approx(20 / 235, abs=0.01)
        assert sure[0] / outer[0] == pytest.approx(6.4 / 235, abs=0.005)
    nothing, _ = draw(Chart(LANES["nothing"], "finding"))
    assert "f-supplier" not in nothing
    assert "stroke-dasharray" in nothing


def test_two_stretches_of_a_band_are_two_marks() -> None:
    """A step that is not known interrupts the line of an event study and the band behind it."""
    steps = [EventStep(n, None if n == 0 else 5.0, 1.0, 9.0) for n in range(-3, 4)]
    wide, _ = draw(Chart(EventSteps(tuple(steps), "month", "listing", -1), "finding"))
    assert wide.count('class="f-supplier-mid"') == 2
    assert len(re.findall(r'<path class="s-supplier" ', wide)) == 2


def test_a_long_name_never_costs_the_value() -> None:
    for drawing in draw(Chart(SLOPES["large"], "finding")):
        assert drawing.count("1e+12") >= 2
    assert ">1e+12</text>" in draw(Chart(SLOPES["large"], "finding"))[1]


@pytest.mark.parametrize("drawn", [SHARES["zero"], TIERS["zero"]])
def test_an_axis_of_nothing_ends_at_one(drawn: object) -> None:
    for drawing in draw(Chart(drawn, "finding")):
        assert "0.0000" not in drawing
        assert re.search(r">(USD\u00a0)?1(\.0+)?\u00a0", drawing)


def test_the_name_of_a_reporter_and_its_table_is_whole() -> None:
    """Two tables of one country differ in nothing but the end of their names."""
    name = "Democratic Republic of the Congo (table.minerals_by_month)"
    years = tuple(range(2016, 2025))
    rows = (ReporterYears(name, (1.0,) * 9, (0.0,) * 9),)
    assert f">{name}<" in Calendar(years, rows).draw(name="wide", alt_text="who reported")
    narrow = Calendar(years, rows).draw(name="narrow", alt_text="who reported")
    assert ">Democratic Republic of the Congo<" in narrow
    assert ">(table.minerals_by_month)<" in narrow


def test_names_above_bars_go_on_in_a_second_line() -> None:
    """On a phone goods were "Unwrought magnesium of 99.…"."""
    long = "Natural graphite, other than powder or flakes"
    bars = (
        RankedBar(long, 50.6, 20.0, 69.0, ("50.6 %", "20 to 69", "China"), marked=True),
        RankedBar("Arsenic", 46.4, 46.0, 64.0, ("46.4 %", "46 to 64", "Japan")),
    )
    heads = ("Goods", "Share", "Range", "Largest supplier")
    narrow = RankedBars(bars, heads, beside="Largest supplier").draw(name="narrow", alt_text="A")
    assert "\u2026" not in narrow
    assert outside(narrow) == overlapping(narrow) == []
    shown = [re.sub("<.*?>", "", one) for one in re.findall(r"<text.*?</text>", narrow)]
    assert any(long.endswith(one) for one in shown)
