"""Write the outlines of countries that maps are drawn with: ``world_shapes.csv``.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    .venv/bin/python tools/world_shapes.py package/countries-110m.json

Natural Earth, 1:110 million (public domain), in the Equal Earth projection of Šavrič, Patterson and
Jenny (2018), in the units of the two drawings of a map. Antarctica is left out. Territory follows
UN trade statistics: Crimea is drawn with Ukraine. What has no code there has none here.

Columns x and y are the middle of the largest part of an area in the wide drawing; sea has
the middle, width and lines of the nearest places without land for labels of several sizes, and
where the leader from there ends: on the area itself, without crossing another one if any such
place is near.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.model.areas import areas

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT = Path(__file__).parents[1] / "src/entrepot/report/world_shapes.csv"
WIDTHS = {"wide": 852, "narrow": 360}
TOLERANCE = {"wide": 0.25, "narrow": 0.45}
"""How far, in units of the drawing, an outline may leave the original."""
SMALLEST = {"wide": 1.0, "narrow": 1.0}
"""Islands of a smaller area in square units are not drawn, unless a country has no other."""
COLUMNS = ("code", "label", "x", "y", "sea", "wide", "narrow")
LEFT_OUT = ("Antarctica", "Fr. S. Antarctic Lands")
CRIMEA = (34.5, 45.3)
CENTRE = 11.6
"""Meridian in the middle: the edges then meet in the Bering Strait and divide no country."""
ROOMS = ((92, 1), (116, 1), (140, 1), (92, 2), (116, 2), (164, 1))
"""Widths of places for a label and its lines; the height of a line; the longest leader to one."""
HEIGHT = 16
LEADER = 120
INWARDS = 6.0
"""How far beyond the coast a leader ends."""
TRIED = 6
"""Points of a coast that are tried for one place."""
ROOT = math.sqrt(3) / 2
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796

Point = tuple[float, float]
Ring = list[Point]


def projected(longitude: float, latitude: float) -> Point:
    """Return the place of Equal Earth, in units of the radius, y downwards."""
    longitude = (longitude - CENTRE + 180) % 360 - 180
    angle = math.asin(ROOT * math.sin(math.radians(latitude)))
    two = angle * angle
    six = two**3
    x = math.radians(longitude) * math.cos(angle)
    x /= ROOT * (A1 + 3 * A2 * two + six * (7 * A3 + 9 * A4 * two))
    return x, -angle * (A1 + A2 * two + six * (A3 + A4 * two))


def arcs_of(topology: dict) -> list[Ring]:
    """Return each line of the topology in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        ring = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            ring.append((x * sx + tx, y * sy + ty))
        found.append(ring)
    return found


def thinned(line: Ring, tolerance: float) -> Ring:
    """Leave out points that are near the line of their neighbours (Douglas and Peucker)."""
    if len(line) < 3:
        return line
    (x1, y1), (x2, y2) = line[0], line[-1]
    length = math.hypot(x2 - x1, y2 - y1)

    def away(point: Point) -> float:
        if length == 0:
            return math.hypot(point[0] - x1, point[1] - y1)
        return abs((x2 - x1) * (y1 - point[1]) - (x1 - point[0]) * (y2 - y1)) / length

    place = max(range(1, len(line) - 1), key=lambda at: away(line[at]))
    if away(line[place]) <= tolerance:
        return [line[0], line[-1]]
    return thinned(line[: place + 1], tolerance)[:-1] + thinned(line[place:], tolerance)


def size_of(ring: Ring) -> float:
    """Return the area of a ring."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def is_inside(point: Point, ring: Ring) -> bool:
    """Whether a ring goes round a point."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def rings_of(geometry: dict) -> Iterator[list[int]]:
    """Yield the numbers of the lines of each ring, holes too."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        yield from polygon


def closed(numbers: list[int], arcs: list[Ring]) -> Ring:
    """Return a ring from its lines; a negative number is a line backwards."""
    ring: Ring = []
    for number in numbers:
        ring += (arcs[number] if number >= 0 else arcs[~number][::-1])[:-1]
    return ring


def written(ring: Ring) -> str:
    """Return a ring as a path of relative steps of a tenth, and empty where it is no area."""
    tenths = [(round(10 * x), round(10 * y)) for x, y in ring]
    tenths = [one for at, one in enumerate(tenths) if one != tenths[at - 1]]
    if len(tenths) < 3:
        return ""
    text = f"M{short(tenths[0][0])}{sign(tenths[0][1])}l"
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(tenths)]
    return (
        text + "".join(f"{sign(x, first=not at)}{sign(y)}" for at, (x, y) in enumerate(steps)) + "z"
    )


def short(tenths: int) -> str:
    """Return tenths as SVG reads them, without needless zeros."""
    text = f"{tenths / 10:.1f}".removesuffix(".0")
    return text.replace("0.", ".", 1) if abs(tenths) < 10 and tenths else text


def sign(tenths: int, *, first: bool = False) -> str:
    """Return a number that may follow another: a minus separates, else a blank does."""
    text = short(tenths)
    return text if first or text.startswith("-") else f" {text}"


def middle_of(ring: Ring) -> Point:
    """Return the centre of gravity of a ring."""
    pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
    crosses = [x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs]
    whole = 3 * sum(crosses)
    x = sum((one[0] + two[0]) * part for (one, two), part in zip(pairs, crosses, strict=True))
    y = sum((one[1] + two[1]) * part for (one, two), part in zip(pairs, crosses, strict=True))
    return x / whole, y / whole


def owners(places: list[tuple[int, list[Ring]]], size: Point) -> list[list[int]]:
    """Return for each place of the drawing the number of the area there, and -1 for the sea."""
    width, height = round(size[0]), math.ceil(size[1])
    owner = [[-1] * width for _ in range(height)]
    for number, rings in places:
        for ring in rings:
            for y in range(height):
                crossings = sorted(
                    (y + 0.5 - y1) * (x2 - x1) / (y2 - y1) + x1
                    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)
                    if (y1 > y + 0.5) != (y2 > y + 0.5)
                )
                for start, end in zip(crossings[::2], crossings[1::2], strict=True):
                    for x in range(max(0, math.floor(start)), min(width, math.ceil(end))):
                        owner[y][x] = number
            for x, y in ring:  # islands that are thinner than a unit
                owner[min(int(y), height - 1)][min(int(x), width - 1)] = number
    return owner


def land_before(owner: list[list[int]]) -> list[list[int]]:
    """Return for each place of the drawing how many units of land lie above and left of it."""
    sums = [[0] * (len(owner[0]) + 1)]
    for row in owner:
        above, here = sums[-1], [0]
        for x, one in enumerate(row):
            here.append(here[-1] + (one >= 0) + above[x + 1] - above[x])
        sums.append(here)
    return sums


def places_near(place: Point, sums: list[list[int]], width: int, high: int) -> Iterator[Point]:
    """Yield the middles of places for a label of some size that touch no land, nearest first."""
    right, bottom = len(sums[0]) - 1, len(sums) - 1
    near = sorted(
        (math.hypot(max(abs(dx) - width / 2, 0), dy), dx, dy)
        for dx in range(-LEADER - width // 2, LEADER + width // 2 + 1, 4)
        for dy in range(-LEADER, LEADER + 1, 4)
    )
    for away, dx, dy in near:
        x, y = round(place[0]) + dx, round(place[1]) + dy
        x1, y1, x2, y2 = x - width // 2, y - high // 2, x + width // 2, y + high // 2
        inside = x1 >= 0 and y1 >= 0 and x2 <= right and y2 <= bottom
        if away <= LEADER and inside:
            x1, y1, x2, y2 = x1 - 1, y1 - 1, x2 + 1, y2 + 1
            x1, y1, x2, y2 = max(x1, 0), max(y1, 0), min(x2, right), min(y2, bottom)
            if sums[y2][x2] - sums[y1][x2] - sums[y2][x1] + sums[y1][x1] == 0:
                yield x, y


def landing(
    label: Point, width: int, ring: Ring, middle: Point, owner: list[list[int]], number: int
) -> Point | None:
    """Return where a leader from a label meets an area without crossing another; None for none."""
    x, y = label

    def start_of(point: Point) -> Point:
        return min(max(point[0], x - width / 2), x + width / 2), y

    def away(point: Point) -> float:
        return math.hypot(point[0] - start_of(point)[0], point[1] - y)

    for point in sorted(ring, key=away)[:TRIED]:
        size = math.hypot(middle[0] - point[0], middle[1] - point[1]) or 1.0
        part = min(1.0, INWARDS / size)
        end = tuple(a + part * (b - a) for a, b in zip(point, middle, strict=True))
        start, steps = start_of(point), max(2, round(away(point)))
        on_the_way = {
            owner[min(int(b + (d - b) * step / steps), len(owner) - 1)][
                min(int(a + (c - a) * step / steps), len(owner[0]) - 1)
            ]
            for step in range(steps + 1)
            for (a, b), (c, d) in [(start, end)]
        }
        if on_the_way <= {-1, number}:
            return end
    return None


def sea_near(
    middle: Point,
    ring: Ring,
    owner: list[list[int]],
    sums: list[list[int]],
    room: tuple[int, int],
    number: int,
) -> str:
    """Return place, size and end of the leader of a label; empty for no place."""
    (width, rows), nearest = room, None
    for place in places_near(middle, sums, width, HEIGHT * rows):
        nearest = nearest or place
        if end := landing(place, width, ring, middle, owner, number):
            break
    else:  # landlocked, or behind others: the leader has to cross them
        place, end = nearest, middle
    return (
        f"{place[0]:.0f} {place[1]:.0f} {width} {rows} {end[0]:.0f} {end[1]:.0f}" if place else ""
    )


def main(file: Path) -> None:
    """Write the table."""
    topology = json.loads(file.read_text(encoding="utf-8"))
    codes = {one.m49: one.code for one in areas() if one.m49 and one.valid_to is None}
    codes["158"] = "TWN"
    degrees = arcs_of(topology)
    there = [
        (
            geometry["properties"]["name"],
            codes.get(geometry.get("id", ""), ""),
            list(rings_of(geometry)),
        )
        for geometry in topology["objects"]["countries"]["geometries"]
        if geometry["properties"]["name"] not in LEFT_OUT
    ]
    there = [(name, "XKX" if name == "Kosovo" else code, rings) for name, code, rings in there]
    russian = next(rings for name, _, rings in there if name == "Russia")
    ukrainian = next(rings for name, _, rings in there if name == "Ukraine")
    moved = [ring for ring in russian if is_inside(CRIMEA, closed(ring, degrees))]
    if len(moved) != 1:
        raise SystemExit("the outline of Crimea is not where it was")
    russian.remove(moved[0])
    ukrainian.append(moved[0])
    used = [abs(n) if n >= 0 else ~n for _, _, rings in there for ring in rings for n in ring]
    flat = [[projected(*point) for point in arc] for arc in degrees]
    xs = [x for number in used for x, _ in flat[number]]
    ys = [y for number in used for _, y in flat[number]]
    rows: dict[str, dict[str, str]] = {}
    largest: dict[str, Ring] = {}
    for name, width in WIDTHS.items():
        scale = (width - 2) / (max(xs) - min(xs))
        placed = [
            thinned(
                [((x - min(xs)) * scale + 1, (y - min(ys)) * scale + 1) for x, y in arc],
                TOLERANCE[name],
            )
            for arc in flat
        ]
        land: list[tuple[int, list[Ring]]] = []
        for number, (label, code, rings) in enumerate(there):
            every = sorted((closed(ring, placed) for ring in rings), key=size_of, reverse=True)
            if name == "wide":
                largest[label] = every[0]
                land.append((number, every))
            kept = [ring for ring in every if size_of(ring) >= SMALLEST[name]] or every[:1]
            rows.setdefault(label, {"code": code, "label": label})[name] = "".join(
                map(written, kept)
            )
        size = (float(width), (max(ys) - min(ys)) * scale + 2)
        print(name, "height", round(size[1], 1))
        if name == "wide":
            owner = owners(land, size)
            sums = land_before(owner)
            for number, (label, ring) in enumerate(largest.items()):
                x, y = middle_of(ring)
                rows[label] |= {"x": f"{x:.0f}", "y": f"{y:.0f}"}
                found = (sea_near((x, y), ring, owner, sums, room, number) for room in ROOMS)
                rows[label]["sea"] = ";".join(filter(None, found))
    ordered = sorted(rows.values(), key=lambda row: (row["code"], row["label"]))
    with OUT.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(ordered)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
