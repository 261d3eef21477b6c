"""The map of suppliers: every area once, roughly in its place, labels inside and apart."""

from __future__ import annotations

import re
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from entrepot.model.areas import area, areas
from entrepot.report.charts import Chart, draw
from entrepot.report.charts.world import STEPS, Partner, World, grid, step_of
from entrepot.report.palette import DARK, LIGHT, PRINT

sys.path.insert(0, str(Path(__file__).parent))
from label_boxes import outside, overlapping, texts

# Latitude and longitude of capitals, to the degree.
PLACES = {
    "ARG": (-35, -58), "AUS": (-35, 149), "AUT": (48, 16), "BEL": (51, 4), "BGD": (24, 90),
    "BGR": (43, 23), "BLR": (54, 28), "BRA": (-16, -48), "CAN": (45, -76), "CHE": (47, 7),
    "CHL": (-33, -71), "CHN": (40, 116), "COD": (-4, 15), "COL": (5, -74), "CUB": (23, -82),
    "DEU": (53, 13), "DZA": (37, 3), "EGY": (30, 31), "ESP": (40, -4), "EST": (59, 25),
    "ETH": (9, 39), "FIN": (60, 25), "FJI": (-18, 178), "FRA": (49, 2), "GBR": (52, 0),
    "GHA": (6, 0), "GRC": (38, 24), "IDN": (-6, 107), "IND": (29, 77), "IRL": (53, -6),
    "IRN": (36, 51), "IRQ": (33, 44), "ISL": (64, -22), "ISR": (32, 35), "ITA": (42, 12),
    "JPN": (36, 140), "KAZ": (51, 71), "KEN": (-1, 37), "KOR": (38, 127), "LKA": (7, 80),
    "MAR": (34, -7), "MDG": (-19, 48), "MEX": (19, -99), "MMR": (20, 96), "MNG": (48, 107),
    "NGA": (9, 7), "NOR": (60, 11), "NZL": (-41, 175), "PAK": (34, 73), "PER": (-12, -77),
    "PHL": (15, 121), "PNG": (-9, 147), "POL": (52, 21), "PRT": (39, -9), "SAU": (25, 47),
    "SEN": (15, -17), "SWE": (59, 18), "THA": (14, 100), "TUR": (40, 33), "TZA": (-6, 36),
    "UKR": (50, 31), "USA": (39, -77), "VEN": (10, -67), "VNM": (21, 106), "ZAF": (-26, 28),
}  # fmt: skip
CONTINENTS = {
    "Africa": "DZA AGO BEN BWA BFA BDI CMR CAF TCD COG COD CIV DJI EGY GNQ ERI SWZ ETH GAB GMB GHA "
    "GIN GNB KEN LSO LBR LBY MDG MWI MLI MRT MAR MOZ NAM NER NGA RWA SEN SLE SOM ZAF SSD SDN TZA "
    "TGO TUN UGA ZMB ZWE",
    "Europe": "ALB AND AUT BLR BEL BIH BGR HRV CZE DNK EST FIN FRA DEU GRC HUN ISL IRL ITA LVA LTU "
    "LUX MLT MDA MNE NLD MKD NOR POL PRT ROU SMR SRB SVK SVN ESP SWE CHE UKR GBR RUS FRO GIB",
    "South America": "ARG BOL BRA CHL COL ECU GUY PRY PER SUR URY VEN FLK",
    "North America": "CAN USA MEX GTM BLZ SLV HND NIC CRI PAN",
    "Asia": "AFG ARM AZE BHR BGD BTN BRN KHM CHN GEO HKG IND IDN IRN IRQ ISR JPN JOR KAZ KWT KGZ "
    "LAO LBN MAC MYS MDV MNG MMR NPL OMN PAK PSE PHL QAT SAU SGP KOR PRK LKA SYR TWN TJK THA TLS "
    "TUR TKM ARE UZB VNM YEM CYP",
}


def test_every_area_of_baci_has_one_tile() -> None:
    held = {
        one.code
        for one in areas()
        if one.baci and one.kind in ("country", "territory") and one.valid_to is None
    }
    assert set(grid()) == held | {"FRO", "XKX"}  # and two that Comext tells apart
    assert len(grid()) > 220
    assert len(set(grid().values())) == len(grid())
    assert all(area(code).alpha2 for code in grid())


@pytest.mark.parametrize("axis", [0, 1])
def test_north_is_up_and_east_is_right(axis: int) -> None:
    """Of two capitals that are twelve degrees and more apart, few stand the wrong way round."""
    sign = -1 if axis == 0 else 1  # rows count downwards
    pairs = [
        sign * (PLACES[a][axis] - PLACES[b][axis]) * (grid()[a][axis] - grid()[b][axis])
        for a in PLACES
        for b in PLACES
        if a < b and abs(PLACES[a][axis] - PLACES[b][axis]) >= 12
    ]
    assert len(pairs) > 1000
    assert sum(one < 0 for one in pairs) / len(pairs) < 0.04


@pytest.mark.parametrize("name", CONTINENTS)
def test_a_continent_hangs_together(name: str) -> None:
    """From any of its areas every other is reached by steps of at most two tiles."""
    left = set(CONTINENTS[name].split())
    reached = [left.pop()]
    while reached:
        row, column = grid()[reached.pop()]
        near = {
            one for one in left if max(abs(grid()[one][0] - row), abs(grid()[one][1] - column)) <= 2
        }
        left -= near
        reached += near
    assert left == set()


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_steps_differ_in_lightness_alone_and_carry_text(palette: dict[str, str]) -> None:
    steps = [palette[f"step-{n}"] for n in range(1, 6)]
    away = [contrast(one, palette["paper"]) for one in steps]
    assert away == sorted(away)
    assert all(contrast(a, b) > 1.25 for a, b in pairwise(steps))
    for place, colour in enumerate(steps, start=1):
        ink = palette["paper" if place > 3 else "ink"]
        assert contrast(colour, ink) >= 4.5


def test_a_step_begins_at_its_edge() -> None:
    assert [step_of(edge) for edge in STEPS] == [2, 3, 4, 5]
    assert [step_of(edge - 1e-9) for edge in STEPS] == [1, 2, 3, 4]


def made(shares: dict[str, float], marked: str = "", name: str = "") -> World:
    found = [
        Partner(
            code,
            area(code).alpha2 or code,
            name or area(code).name,
            share,
            f"{share:.3g}\u00a0%",
            marked=code == marked,
        )
        for code, share in sorted(shares.items(), key=lambda one: -one[1])
    ]
    return World(tuple(found), (("RUS", "Russia"),))


LONG = "Heard Island and McDonald Islands with the South Sandwich Islands and everything around"
EVERYBODY = [code for code in grid() if code != "RUS"]
WORLDS = {
    "real": made({"CHN": 46.3, "BLR": 5.27, "DEU": 2.64, "USA": 0.3}, "CHN"),
    "all dark": made(dict.fromkeys(EVERYBODY, 30.0), "DEU"),
    "all pale": made(dict.fromkeys(EVERYBODY, 1e-7)),
    "all in the middle": made(dict.fromkeys(EVERYBODY, 1.0)),
    "one": made({"MMR": 100.0}, "MMR"),
    "nobody": made({}),
    "no place": made({"XNES": 60.0, "XEFTA": 40.0}),
    "long": made(dict.fromkeys(EVERYBODY[:9], 11.0), EVERYBODY[0], LONG),
}


@pytest.mark.parametrize("name", WORLDS)
def test_labels_are_inside_and_none_lies_over_another(name: str) -> None:
    for drawing in draw(Chart(WORLDS[name], "finding")):
        assert "NaN" not in drawing
        assert len(texts(drawing)) >= 8
        assert outside(drawing) == []
        assert overlapping(drawing) == []


def test_tiles_are_squares_that_do_not_meet_and_say_whose_they_are() -> None:
    wide, narrow = draw(Chart(WORLDS["real"], "finding"))
    for drawing in (wide, narrow):
        tiles = re.findall(
            r'<rect class="([^"]+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
            r"[^>]*><title>([^<]+)<",
            drawing,
        )
        assert len(tiles) == len(grid())
        places = {(float(x), float(y)) for _, x, y, *_ in tiles}
        assert len(places) == len(tiles)
        by_name = {title.partition(":")[0]: (kind, title) for kind, *_, title in tiles}
        assert by_name["China"] == ("f-step-5", "China: 46.3\u00a0%")
        assert by_name["Belarus"][0] == "f-step-3"
        assert by_name["United States"][0] == "f-step-1"
        assert by_name["France"] == ("f-paper s-rule", "France: nothing recorded")
        assert by_name["Russia"] == ("f-paper s-ink", "Russia: the buyer")
        assert all(abs(float(w) - float(h)) <= 0.1 for *_, w, h, _ in tiles)


def test_the_grid_is_only_of_areas_that_exist_today() -> None:
    today = date(2024, 1, 1)
    for code in grid():
        one = area(code)
        assert one.valid_to is None
        assert one.valid_from is None or one.valid_from <= today
