"""The map of outlines: countries in their places, territory as in statistics, labels apart."""

from __future__ import annotations

import re
import sys
from functools import cache
from itertools import accumulate
from pathlib import Path

import pytest

from entrepot.model.areas import area
from entrepot.report.charts import Chart, draw
from entrepot.report.charts.world import grid
from entrepot.report.charts.world_shapes import WorldShapes, outlines

sys.path.insert(0, str(Path(__file__).parent))
from label_boxes import outside, overlapping
from test_world_map import LONG, PLACES, WORLDS

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
SHAPES = {one.code: one for one in outlines() if one.code}


@cache
def rings(path: str) -> list[list[tuple[float, float]]]:
    """Return the points of each ring of a path: one place, then steps."""
    found = []
    for part in path.removesuffix("z").split("z"):
        numbers = [float(one) for one in NUMBER.findall(part)]
        steps = list(zip(numbers[::2], numbers[1::2], strict=True))
        found.append(list(accumulate(steps, lambda a, b: (a[0] + b[0], a[1] + b[1]))))
    return found


LAND = [point for one in outlines() for ring in rings(one.wide) for point in ring]


def ends(code: str, axis: int) -> tuple[float, float]:
    values = [point[axis] for ring in rings(SHAPES[code].wide) for point in ring]
    return min(values), max(values)


def latitude(y: float) -> float:
    """Between the north of Italy (47.1) and the south of Sicily (36.6) the scale hardly changes."""
    top, bottom = ends("ITA", 1)
    return 47.1 - (y - top) * (47.1 - 36.6) / (bottom - top)


def test_the_outlines_are_of_areas_that_have_a_tile_too() -> None:
    assert len(SHAPES) > 165
    assert all(area(code).kind in ("country", "territory") for code in SHAPES)
    # The Western Sahara and the like are drawn, and may have no trade of their own.
    assert len(set(SHAPES) - set(grid())) < 5
    assert {one.name for one in outlines() if not one.code} == {"N. Cyprus", "Somaliland"}


@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_every_outline_is_inside_of_its_drawing(name: str) -> None:
    width, height = (852, 401) if name == "wide" else (360, 170)
    for one in outlines():
        for ring in rings(getattr(one, name)):
            assert len(ring) >= 3, one.name
            assert all(0 <= x <= width and 0 <= y <= height for x, y in ring), one.name


def test_capitals_lie_in_the_frame_of_their_country() -> None:
    """Of degrees that are known from elsewhere; the projection bends meridians, so near 11.6 E."""
    for code, (lat, _) in PLACES.items():
        if 36 <= lat <= 47 and code in SHAPES and code != "ITA":
            north, south = (latitude(y) for y in ends(code, 1))
            assert south - 0.7 <= lat <= north + 0.7, code


@pytest.mark.parametrize("axis", [0, 1])
def test_north_is_up_and_east_is_right(axis: int) -> None:
    degrees = {code: place[1 - axis] for code, place in PLACES.items() if code in SHAPES}
    sign = 1 if axis == 0 else -1
    for one, here in degrees.items():
        for other, there in degrees.items():
            if here - there > 35 and {one, other}.isdisjoint({"RUS", "USA", "CAN", "FRA"}):
                places = SHAPES[one].middle[axis], SHAPES[other].middle[axis]
                assert sign * (places[0] - places[1]) > 0, (one, other)


def test_crimea_is_drawn_with_ukraine() -> None:
    """Its southern end lies at 44.4 degrees; without it Ukraine ends at 45.2."""
    assert latitude(ends("UKR", 1)[1]) == pytest.approx(44.4, abs=0.3)
    (x1, x2), y = ends("UKR", 0), ends("UKR", 1)[1]
    near = [
        (x, py)
        for ring in rings(SHAPES["RUS"].wide)
        for x, py in ring
        if x < x1 + (x2 - x1) * 0.75 and py > y - 12
    ]
    assert near == []


def made(name: str) -> WorldShapes:
    one = WORLDS[name]
    return WorldShapes(
        one.partners, one.own, "importers", one.steps, "under USD 100,000 or no data"
    )


@pytest.mark.parametrize("name", WORLDS)
def test_labels_are_inside_and_none_lies_over_another(name: str) -> None:
    for drawing in draw(Chart(made(name), "finding")):
        assert "NaN" not in drawing
        assert outside(drawing) == []
        assert overlapping(drawing) == []


def test_every_share_is_on_the_map_or_in_the_list_below_it() -> None:
    wide, narrow = draw(Chart(made("all dark"), "finding"))
    for drawing in (wide, narrow):
        said = set(re.findall(r"<title>([^:<]+):", drawing))
        assert {area(code).name for code in SHAPES if code in grid()} <= said
        assert "Too small to see: the largest 8 of" in drawing
        assert LONG not in drawing


def test_no_data_is_hatched_in_each_drawing_by_its_own_pattern() -> None:
    wide, narrow = draw(Chart(made("real"), "finding"))
    for name, drawing in (("wide", wide), ("narrow", narrow)):
        assert f'id="hatched-{name}"' in drawing
        assert f'fill="url(#hatched-{name})"' in drawing
    # The marked one has an edge, drawn last.
    assert wide.rindex('class="s-ink"') > wide.rindex("f-step-")


def test_a_place_for_a_label_is_on_no_land() -> None:
    for one in outlines():
        for x, y, room, rows, _ in one.seas:
            high = 8 * rows
            near = [at for at in LAND if abs(at[0] - x) < room / 2 and abs(at[1] - y) < high]
            assert near == [], one.name


def inside(point: tuple[float, float], ring: list[tuple[float, float]]) -> bool:
    x, y = point
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    crossed = [
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for (x1, y1), (x2, y2) in pairs
    ]
    return sum(crossed) % 2 == 1


@pytest.mark.parametrize("code", ["USA", "JPN", "BRA", "IND", "ZAF", "MEX", "AUS"])
def test_leaders_of_countries_at_the_sea_cross_no_other_country(code: str) -> None:
    """The leader of the United States crossed the Gulf of Mexico."""
    one = SHAPES[code]
    clear = [sea for sea in one.seas if sea.end != one.middle]
    assert clear
    others = [ring for other in outlines() if other.code != code for ring in rings(other.wide)]
    for sea in clear:
        x = min(max(sea.end[0], sea.x - sea.room / 2), sea.x + sea.room / 2)
        for step in range(20):
            at = x + (sea.end[0] - x) * step / 20, sea.y + (sea.end[1] - sea.y) * step / 20
            assert not any(inside(at, ring) for ring in others), (code, sea, at)
        # Ends are written in whole units, and islands are narrow.
        assert any(
            inside(sea.end, ring)
            or any(abs(x - sea.end[0]) + abs(y - sea.end[1]) < 4 for x, y in ring)
            for ring in rings(one.wide)
        ), sea
