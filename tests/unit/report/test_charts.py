"""Drawings: small, free of colours, deterministic, and as large as they say."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET

import pytest
from label_boxes import texts

from entrepot.errors import MissingExtraError
from entrepot.report.breaks import Break
from entrepot.report.charts import Chart, draw, drawn_at
from entrepot.report.charts.butterfly import Butterfly, MutualFlow, ShareSide, YearShares
from entrepot.report.charts.curve import Curve, CurveColumn, CurveDimension, CurveOption
from entrepot.report.charts.drawing import (
    APART,
    HATCHED,
    STYLES,
    area,
    labels,
    lines,
    moved,
    path,
    points,
    rects,
    render,
)
from entrepot.report.charts.event import EventStep, EventSteps
from entrepot.report.charts.exposure import ExposedSector, Exposure
from entrepot.report.charts.place import text_width
from entrepot.report.charts.share_lines import PublishedBox, ShareLines, SharePoint
from entrepot.report.charts.tiers import TierBar, TierPanel, TierPanels
from entrepot.report.palette import DARK, DRAWN, LIGHT, PRINT, colour_rules
from entrepot.report.standalone import raster

BREAK = Break(2021, "Russia’s own reports", "partner-reported data and estimates")
SHARE = ShareLines(
    first=2019,
    last=2025,
    series=tuple(SharePoint(year, 20.0 + year - 2019, 18.0, 30.0) for year in range(2019, 2025)),
    series_name="computed",
    published=(
        PublishedBox(2021.0, 29.5, 30.5, "30", "30", "wiiw"),
        PublishedBox(2023.0, 52.75, 52.85, "52.8", "52.8", "OEC"),
        PublishedBox(2025.0, 45.0, 55.0, "half", "50", "BOFIT"),
        PublishedBox(2025.0, 35.5, 36.5, "36", "36", "the claim", claim=True),
    ),
    broken=BREAK,
)
BARS = tuple(
    TierBar(year, 100.0 * (year - 2016), year <= 2021, str(year)) for year in range(2017, 2024)
)
TIERS = TierPanels(
    (
        TierPanel("1", "Chips", "−2 % on 2022", BARS),
        TierPanel("4.B", "Machine tools", "+266 %", BARS, hot=True),
    ),
    "USD m",
    BREAK,
)
WEIGHTS = Butterfly(
    (
        MutualFlow(
            "Goods going to Russia",
            "China in Russia’s imports",
            "Russia in China’s exports",
            (
                YearShares(
                    "2023", ShareSide(45.2, "45.2", 38.6, 53.0, "39 to 53"), ShareSide(3.28, "3.28")
                ),
                YearShares(
                    "2025", ShareSide(39, "39", published=True), None, "14 times", "14 times"
                ),
            ),
        ),
    )
)
CURVE = Curve(
    (
        CurveColumn(38.4, "38.4", (0,), published=False, title="a"),
        CurveColumn(56.3, "56.3", (1,), published=True, headline=True, title="b"),
        CurveColumn(90.0, "90", (2,), published=True, title="c"),
    ),
    (
        CurveDimension(
            "Source", tuple(CurveOption(n, v) for n, v in zip("abc", (38, 56, 90), strict=True))
        ),
    ),
)
EXPOSURE = Exposure(
    (
        (
            "Germany’s sectors, share from China",
            (
                ExposedSector("Electronics", 31.9, "31.9", "USD 8.20 bn"),
                ExposedSector("Aircraft, trains and other vehicles", 0.4, "0.400", "USD 12.0 m"),
            ),
        ),
        ("China’s sectors, share from Germany", (ExposedSector("Fishing", 0.0, "0", "USD 0"),)),
    )
)
EVENT = EventSteps(
    (
        EventStep(-3, -5.0, -30.0, 20.0, binned=True),
        EventStep(-2, None),
        EventStep(-1, 0.0),
        EventStep(0, 10.0, -12.0, 40.0),
        EventStep(1, -60.0, -75.0, -30.0),
        EventStep(2, -90.0, -99.99, -60.0, binned=True),
    ),
    "month",
    "listing",
    -1,
    -55.0,
)


@pytest.mark.parametrize(
    "drawn", [SHARE, TIERS, WEIGHTS, CURVE, EXPOSURE, EVENT], ids=lambda item: type(item).__name__
)
class TestDrawings:
    def test_two_drawings_each_of_its_width(self, drawn: object) -> None:
        wide, narrow = draw(Chart(drawn, "finding"))
        for text, width in ((wide, 852), (narrow, 360)):
            root = ET.fromstring(text)
            box = [float(part) for part in root.attrib["viewBox"].split()]
            assert box[:3] == [0, 0, width]
            assert root.attrib["role"] == "img"
            assert root.attrib["aria-label"] == "finding"

    def test_no_colour_and_no_style_is_written_out(self, drawn: object) -> None:
        for text in draw(Chart(drawn, "finding")):
            assert not re.search(r"#[0-9a-f]{3}|rgb|style=|font-family|<script|xlink", text)
            assert "NaN" not in text
            assert len(text) < 20_000

    def test_the_same_facts_give_the_same_bytes(self, drawn: object) -> None:
        picture = Chart(drawn, "finding")
        assert draw(picture) == draw(picture)


def test_the_line_stops_at_the_break() -> None:
    wide, _ = draw(Chart(SHARE, "finding"))
    lines = re.findall(r'<path class="s-supplier" d="([^"]+)"[^>]*stroke-width="2.75"', wide)
    assert len(lines) == 2
    assert len(re.findall(r'class="s-supplier"[^>]*stroke-dasharray', wide)) == 1


def test_printed_numbers_are_hollow_and_the_claim_has_its_own_colour() -> None:
    wide, _ = draw(Chart(SHARE, "finding"))
    assert len(re.findall(r'class="f-paper s-ink"', wide)) == 3
    assert len(re.findall(r'<rect class="f-claim"', wide)) == 1


def test_a_box_is_as_tall_as_the_digits_leave_open() -> None:
    wide, _ = draw(Chart(SHARE, "finding"))
    boxes = re.findall(r'<rect class="f-paper s-ink"[^>]* height="([\d.]+)"', wide)
    heights = sorted(float(height) for height in boxes)
    plot = 440 - 44 - 28
    assert heights[-1] == pytest.approx(10 / 60 * plot, abs=0.2)  # "half" is 45 to 55 of 0 to 60


def test_an_event_study_has_a_band_where_it_is_known_and_a_logarithmic_scale() -> None:
    wide, _ = draw(Chart(EVENT, "finding"))
    assert wide.count('class="f-supplier-mid"') == 1  # a step that is not known cuts it in two
    assert len(re.findall(r'<path class="s-supplier" d="[^"]+"[^>]*stroke-width="2.75"', wide)) == 1
    assert "<title>month \u2264\u22123: \u22125.0\u00a0%, 95\u00a0%: " in wide
    assert ">listing</text>" in wide
    assert ">mean after</text>" in wide
    named = re.findall(r'<text [^>]*y="([\d.]+)"[^>]*>([+\u2212]?[\d.]+)\u00a0%</text>', wide)
    at = {text: float(y) for y, text in named}
    # Half is as far from nothing as a quarter from a half.
    assert at["\u221275"] - at["\u221250"] == pytest.approx(at["\u221250"] - at["0"], abs=0.3)


def test_blended_and_single_reports_look_different() -> None:
    wide, _ = draw(Chart(TIERS, "finding"))
    assert wide.count('class="f-context-soft s-context"') == 5
    assert wide.count('<rect class="f-context"') == 2
    assert wide.count('class="f-supplier-soft s-supplier"') == 5


def test_marks_carry_a_title() -> None:
    wide, _ = draw(Chart(TIERS, "finding"))
    assert "<title>1 Chips, 2023: USD\u00a02023\u00a0m</title>" in wide


def test_every_style_is_painted_with_colours_that_a_drawing_may_have() -> None:
    named = {colour for style in STYLES.values() for colour in (style.fill, style.stroke) if colour}
    assert named <= {*DRAWN, HATCHED}  # a pattern


@pytest.mark.parametrize("name", ["wide", "medium", "narrow"])
def test_published_boxes_stay_between_the_axis_and_the_right_end(name: str) -> None:
    """Nine of one year, the first: they stand side by side, and none left of the axis."""
    crowd = [PublishedBox(2016.0, 20.0, 24.0, str(n), str(n), f"Paper {n}") for n in range(9)]
    crowd += [PublishedBox(2024.0, 20.0, 24.0, str(n), str(n), f"Paper {n}") for n in range(9)]
    data = ShareLines(2016, 2024, (), "", tuple(crowd), Break(2021, "own", "mirror"))
    drawing = drawn_at(name, Chart(data, "finding"))
    sides = [float(one) for one in re.findall(r'<line class="s-ink" x1="([\d.]+)"', drawing)]
    base = min(sides)
    boxes = re.findall(
        r'<rect class="f-paper s-ink" x="([-\d.]+)" [^>]*? width="([\d.]+)"', drawing
    )
    assert len(boxes) == 18
    assert all(float(x) >= base + 2.9 for x, _ in boxes)


def test_text_from_data_is_escaped() -> None:
    words = [{"x": 1, "y": 2, "text": "a <b> **c**"}]
    dot = [{"x": 1, "y": 2, "title": "a <b>", "of": ('"c"', "d")}]
    marks = [*labels(words, style="label"), *points(dot, style="context")]
    drawn = render(marks, width=1, height=1, name="wide", alt_text='say "no"')
    assert 'a &lt;b&gt; <tspan class="b">c</tspan>' in drawn
    assert 'aria-label="say &quot;no&quot;"' in drawn
    assert "<title>a &lt;b&gt;</title>" in drawn
    assert [one.get("data-of") for one in ET.fromstring(drawn)] == [None, f'"c"{APART}d']


def test_marks_lie_where_they_were_put() -> None:
    line = [{"x": 0, "y": 10, "x2": 5, "y2": 0}]
    marks = [
        *rects([{"x": 9, "y": 8, "x2": 4, "y2": 2}], style="blended"),
        *lines(line, style="leader"),
        *points([{"x": 1, "y": 2}], style="tip", size=100, shape="triangle-right"),
        *points([{"x": 1, "y": 2}], style="supplier-ring", size=36),
        *path([{"x": 0, "y": 1}, {"x": 2, "y": 3}], style="supplier-line"),
        *area([{"x": 0, "y": 1, "y2": 5}, {"x": 2, "y": 3, "y2": 6}], style="interval"),
    ]
    drawn = render(moved(marks, 1, 0), width=9, height=9, left=10, top=20, name="", alt_text="")
    assert [ET.tostring(one, encoding="unicode") for one in ET.fromstring(drawn)] == [
        '<rect class="f-context-soft s-context" x="15" y="22" width="5" height="6" />',
        '<line class="s-context" x1="11" y1="30" x2="16" y2="20" />',
        '<path class="f-ink" d="M16.3,22L7.7,17L7.7,27Z" />',
        '<circle class="f-paper s-supplier" cx="12" cy="22" r="3" stroke-width="2" />',
        '<path class="s-supplier" d="M11,21L13,23" stroke-width="2.75" />',
        '<path class="f-supplier-mid" d="M11,21L13,23L13,26L11,25Z" fill-opacity="0.3" />',
    ]


def test_every_palette_has_every_colour() -> None:
    assert LIGHT.keys() == DARK.keys() == PRINT.keys()
    rules = colour_rules()
    assert all(f".f-{name}{{" in rules and f".s-{name}{{" in rules for name in DRAWN)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_contrast_of_text_and_marks(palette: dict[str, str]) -> None:
    for text in ("ink", "muted", "supplier", "claim", "nowcast"):
        for ground in ("paper", "panel"):
            assert _contrast(palette[text], palette[ground]) >= 5, (text, ground)
    for verdict in ("supported", "differs", "cannot", "open"):
        assert round(_contrast(palette[verdict], palette[f"{verdict}-bg"]), 1) >= 6, verdict
    for mark in ("supplier", "context", "ink", "claim", "supplier-mid"):
        assert _contrast(palette[mark], palette["paper"]) >= 3, mark
    assert _contrast(palette["paper"], palette["supplier"]) >= 4.5  # values inside bars
    assert _contrast(palette["ink"], palette["supplier-soft"]) >= 4.5


def test_long_names_and_small_medians_stay_inside_the_curve() -> None:
    """Columns of names and medians are as wide as what is drawn in them, cut names included."""
    long = CurveOption("China and Hong Kong to European Union and neighbours", 0.674)
    picked = Curve(
        columns=tuple(
            CurveColumn(value, str(value), (n,), published=False)
            for n, value in enumerate((0.27, 0.674))
        ),
        dimensions=(CurveDimension("Territory", (CurveOption("China to Russia", 0.266), long)),),
    )
    for drawing in draw(Chart(picked, "finding")):
        root = ET.fromstring(drawing)
        width = float(root.attrib["viewBox"].split()[2])
        texts = root.findall(".//{*}text")
        assert len(texts) > 8
        for node in texts:
            x, reach = float(node.attrib["x"]), text_width(node.text or "", 12.5)
            shift = {"end": reach, "middle": reach / 2}.get(node.get("text-anchor", ""), 0.0)
            assert -1 <= x - shift < x - shift + reach <= width + 1, node.text


def test_a_picture_without_the_typesetter_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtraError, match="typst") as caught:
        raster("<svg/>")
    assert "pdf" in str(caught.value.hint)


def _texts(drawn: str) -> list[str]:
    return [text.replace("\u00a0", " ") for text in re.findall(r"<text[^>]*>([^<]*)</text>", drawn)]


@pytest.mark.parametrize(
    ("side", "wide", "narrow"),
    [
        (
            ShareSide(45.2, "45.2", 38.6, 53.0, "39 to 53"),
            ["45.2", "39 to 53"],
            ["45.2", "39 to 53"],
        ),
        (
            ShareSide(0.4, "0.4", 0.1, 60.0, "0 to 60"),
            ["0.4", "0 to 60"],
            ["0 to 60", "0.4"],
        ),
        (ShareSide(0.4, "0.4"), ["0.4"], ["0.4"]),
        (ShareSide(45.2, "45.2"), ["45.2"], ["45.2"]),
    ],
    ids=["inside", "outside", "no range, outside", "no range, inside"],
)
def test_a_whisker_has_its_value_and_then_its_range(
    side: ShareSide, wide: list[str], narrow: list[str]
) -> None:
    flow = MutualFlow("Goods", "left", "right", (YearShares("2023", side, ShareSide(90.0, "90")),))
    for name, words in (("wide", wide), ("narrow", narrow)):
        drawn = _texts(Butterfly((flow,)).draw(name=name, alt_text="x"))
        assert [
            one for one in drawn if one not in ("Goods", "left", "right", "2023", "90")
        ] == words


def test_years_that_are_left_out_are_marked() -> None:
    rows = tuple(
        YearShares(year, ShareSide(9, "9"), None) for year in ("2015", "2016", "2018", "2022")
    )
    flow = MutualFlow("Goods", "left", "right", rows)
    assert flow.gaps == {"2018": "2017 not shown", "2022": "2019 to 2021 not shown"}
    for name in ("wide", "narrow"):
        drawn = _texts(Butterfly((flow,)).draw(name=name, alt_text="x"))
        years = [one for one in drawn if one.startswith("20")]
        assert years == ["2015", "2016", "2017 not shown", "2018", "2019 to 2021 not shown", "2022"]


def test_a_value_at_a_break_does_not_stand_on_its_mark() -> None:
    bars = tuple(
        TierBar(year, 2000.0 + year, year <= 2021, f"{year:,}") for year in range(2017, 2024)
    )
    panels = tuple(TierPanel(code, "Chips", "", bars) for code in "123")
    svg = draw(Chart(TierPanels(panels, "USD m", BREAK), "x"))[0]
    marks = re.findall(r'x1="([\d.]+)"[^>]*stroke-dasharray="2,4"', svg)
    values = [box for words, box in texts(svg) if words == "2,021"]
    assert len(marks) == len(values) == 3
    assert all(box.right < float(x) for x, box in zip(marks, values, strict=True))
