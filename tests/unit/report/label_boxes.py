"""Where every text of a drawing lies, by the widths of a wide font."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from entrepot.report.charts.place import Box, text_width

__all__ = ["outside", "overlapping", "texts"]

ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


def texts(svg: str) -> list[tuple[str, Box]]:
    """Return each text with its box, in drawing units."""
    found = []
    for node in ET.fromstring(svg).findall(".//{*}text"):
        classes = node.get("class", "").split()
        size = 12.5 if "s" in classes else 13.0
        words = "".join(node.itertext())
        wide = text_width(words, size, bold="b" in classes)
        for part in node.findall(".//{*}tspan"):
            inner = part.text or ""
            wide += text_width(inner, size, bold=True) - text_width(inner, size)
        x, y = float(node.attrib["x"]), float(node.attrib["y"])
        left = x - wide * ANCHORS[node.get("text-anchor", "start")]
        found.append((words, Box(left, y - 0.75 * size, left + wide, y + 0.2 * size)))
    return found


def outside(svg: str) -> list[str]:
    """Return texts that reach out of the drawing."""
    _, _, width, height = map(float, ET.fromstring(svg).attrib["viewBox"].split())
    whole = Box(-1, -1, width + 1, height + 1)
    return [words for words, box in texts(svg) if not box.inside(whole)]


def overlapping(svg: str) -> list[tuple[str, str]]:
    """Return pairs of texts that lie over each other."""
    found = texts(svg)
    return [
        (words, other)
        for place, (words, box) in enumerate(found)
        for other, taken in found[place + 1 :]
        if box.meets(taken, -0.5)
    ]
