"""Mappings that are nearly right: closed YAML with lines, keys and words changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.cells import hostile
from fuzz.raw import damaged

if TYPE_CHECKING:
    from random import Random

HARMLESS = (
    "title: 'x'", "level: 6", "repeated: once", "repeated: sum", "reexports: apart",
    "valuation: CIF", "missing: ['n']", "partner_basis: origin", "licence: none", "# a comment", "",
    "skip: 0",
)  # fmt: skip
LINES = (
    "decimal: ','", "thousands: ','", "thousands: '.'", "thousands: ' '", "header_row: 2",
    "skip: 1", "last_row: 3", "encoding: utf-16", "encoding: rot13", "encoding: idna",
    "encoding: hex",
    "encoding: gb18030", "delimiter: tab", "delimiter: ' '", "level: 6", "level: total", "level: 2",
    "repeated: once", "repeated: sum", "reexports: apart", "missing: ['0', '17']", "freq: M",
    "period: '2024Q1'", "period: 2024", "product: TOTAL", "nomenclature: CN2022", "valuation: CIF",
    "reported_by: both", "partner_basis: origin", "month: '3'", "reporter: XWORLD", "reporter: RUS",
    "exporter: CHN", "importer: DEU", "flow: reexport", "select: {value: ['17']}",
    "select: {nothing: [1]}", "sheet: x", "wide: {role: value, currency: USD}",
    "id: ../x",
    "title: !!python/object:os.system x", "a: &a [*a]", "ignore: [value]", "columns: {}", "TODO: 1",
    "wide: {role: value, currency: EUR, product: TOTAL}", "unknown: 1", "format: 2", "- x",
    "{",
)  # fmt: skip
WORDS = (
    ("role: value", "role: mass, unit: kg"),
    ("role: mass, unit: kg", "role: quantity, unit: items"),
    ("role: flow", "role: reported_by"), ("role: product", "role: product, pattern: '([0-9]+)'"),
    ("role: product", "role: product, cut: 4"), ("role: product", "role: product, pad: even"),
    ("role: product", "role: product, pattern: '((((a+)+)+)+)+$'"),
    ("currency: USD", "currency: EUR"), ("scale: 1", "scale: 1e300"), ("scale: 1", "scale: -1"),
    ("scale: 1", "scale: 0.001"), ("codes: M49", "codes: names"), ("codes: M49", "codes: gacc"),
    ("codes: M49", "codes: {'643': RUS, '156': CHN}"), ("codes: M49", "leave_out: ['1*']"),
    ("codes: M49", "own: {'643': NOWHERE}"), ("import: M", "import: [M, X]"),
    ("role: mass", "role: x"),
    ("role: partner", "role: reporter"), ("role: reporter", "role: exporter"),
    ("value:", "netwgt:"), ("{role: value", "{role: value, flow: import"),
    ("'2024'", "'2024-05-01'"),
    ("HS2017", "HS2099"), ("HS2017", "NONE"), ("role: period", "role: year"), ("ignore", "ignored"),
)  # fmt: skip


def change_mapping(draw: Random, text: str) -> str:
    """Return a mapping with one to three changes."""
    for _ in range(draw.choice([1, 1, 1, 2])):
        kind = draw.choice([0, 0, 0, 1, 2, 3, 4, 5, 5, 5])
        lines = text.split("\n")
        if kind == 0:
            known = draw.choice([HARMLESS, LINES])
            lines.insert(draw.choice([0, 1, draw.randint(0, len(lines))]), draw.choice(known))
        elif kind == 1:
            del lines[draw.randrange(len(lines))]
        elif kind == 2:
            lines.insert(draw.randrange(len(lines)), draw.choice(lines))
        elif kind == 3:
            lines[draw.randrange(len(lines))] += draw.choice([" #", ": x", ",", "}", hostile(draw)])
        elif kind == 4:
            data, _ = damaged(draw, text.encode())
            lines = data.decode("utf-8", "replace").split("\n")
        else:
            old, new = draw.choice(WORDS)
            lines = text.replace(old, new, 1).split("\n")
        text = "\n".join(lines)
    return text
