"""The picture of every chart, drawn from numbers in print or from made-up ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from made_facts import drawings
from made_up import lake as made_up

from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.comparison import ComparisonSide, compared, picture
from entrepot.report.parts import plain
from entrepot.report.sections import by_tier
from entrepot.report.standalone import chart, drawn, framed

if TYPE_CHECKING:
    from entrepot.report.parts import Section

__all__ = ["PRINTED", "TABLE", "pictures"]

PAIR = {"importer": "RUS", "exporter": "CHN"}
PRINTED: dict[str, tuple[str, dict[str, Any]]] = {
    "share": ("import_share", PAIR),
    "weights": ("asymmetry", PAIR),
    "curve": ("import_share", PAIR | {"goods": "chpl", "period": "2023", "curve": True}),
}
"""Charts of numbers in print."""
TABLE = ("origin",)
"""Charts of an input-output table."""
BOUGHT = {"importer": "ISL", "goods": "848210"}
MADE: dict[str, tuple[str, dict[str, Any]]] = {
    "suppliers": ("top_supplier", BOUGHT),
    "map": ("map", BOUGHT),
    "buyers": ("rank", BOUGHT | {"exporter": "NOR", "period": "2024"}),
    "places": ("reorientation", BOUGHT | {"period": "2024", "base": "2021"}),
    "prices": ("value_change", BOUGHT | {"exporter": "CHN", "period": "2024", "base": "2023"}),
    "rerouted": (
        "rerouted",
        BOUGHT
        | {"exporter": "NOR", "hubs": "FRO+GRL+SWE", "base": "2017..2021", "period": "2022..2024"},
    ),
    "reporters": ("reporters", {}),
}
"""Charts of made-up numbers."""


@cache
def pictures() -> dict[str, str]:
    """Return each picture as SVG, by the id of its chart."""
    with TemporaryDirectory() as place:
        none, made = Lake.open(Path(place) / "none"), made_up(Path(place) / "made")
        found = {
            name: drawn(chart(measure, lake, **keys))
            for lake, group in ((none, PRINTED), (made, MADE))
            for name, (measure, keys) in group.items()
        }
        found |= drawings() | {
            "origin": drawn(chart("origin", none, **PAIR, goods="inputs:C26", period="2022")),
            "tiers": _section(by_tier.section(BriefContext(made), _of_island())),
            "courses": _courses(made),
        }
    return found


def _of_island() -> Subject:
    return Subject("ISL", "CHN", "chpl", Period.parse(2024), fixed=True)


def _section(section: Section) -> str:
    assert section.picture is not None, section.gap
    source = "".join(piece if isinstance(piece, str) else piece.text for piece in section.source)
    return framed(section.picture, plain(section.title.text), section.deck, [source])


def _courses(lake: Lake) -> str:
    sides = (
        ComparisonSide("ISL", "CHN", "848210", None),
        ComparisonSide("ISL", "NOR", "848210", None),
    )
    told = picture(compared(BriefContext(lake), sides))
    assert told is not None, "there is nothing to draw"
    deck = "Share of Iceland’s imports of ball bearings, per cent of value."
    return framed(told, "China passed Norway in Iceland’s imports", deck, ["Source: made up."])
