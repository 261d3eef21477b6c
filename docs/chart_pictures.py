"""The picture of every chart, drawn from published numbers or from made-up ones, in both widths.

They take seconds, so they are kept in the environment with a checksum of all that they
depend on, and drawn again in a process of their own when any of it has changed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import time
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from made_facts import drawings
from made_up_lakes import lake as made_up

from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.comparison import ComparisonSide, compared, picture
from entrepot.report.parts import plain
from entrepot.report.sections import by_tier
from entrepot.report.standalone import chart, framed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from made_facts import Framed

    from entrepot.report.charts.alone import StandaloneChart
    from entrepot.report.parts import Section

ROOT = Path(__file__).resolve().parent.parent
KEPT = Path(sys.prefix) / "pictures.json"
"""Where the pictures of the last time are, with the state that they were drawn in."""
PAIR: dict[str, Any] = {"importer": "RUS", "exporter": "CHN"}
PRINTED: dict[str, tuple[str, dict[str, Any]]] = {
    "share": ("import_share", PAIR),
    "weights": ("asymmetry", PAIR),
    "curve": ("import_share", PAIR | {"goods": "chpl", "period": "2023", "curve": True}),
}
"""Charts of numbers in print."""
TABLE = ("origin",)
"""Charts of an input-output table."""
BOUGHT: dict[str, Any] = {"importer": "ISL", "goods": "848210"}
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
FEW_YEARS = range(2020, 2025)
"""Years of the two charts that ask of every year what takes long."""


def pictures() -> dict[str, str]:
    """Return each picture as SVG, by the id of its chart."""
    return _pictures()["wide"]


def narrow_pictures() -> dict[str, str]:
    """Return the same as a phone shows them."""
    return _pictures()["narrow"]


@cache
def _pictures() -> dict[str, dict[str, str]]:
    kept = _kept()
    if kept is None:
        subprocess.run([sys.executable, __file__], check=True)
        kept = _kept()
    assert kept is not None, "a file was changed while pictures were drawn: run it again"
    return kept


def _kept() -> dict[str, dict[str, str]] | None:
    """Return the pictures of the last time, if they would be the same today."""
    if not KEPT.exists():
        return None
    held = json.loads(KEPT.read_bytes())
    if held["state"] != _state(held["modules"]):
        return None
    drawings_held: dict[str, dict[str, str]] = held["drawings"]
    return drawings_held


def _state(modules: Iterable[str]) -> dict[str, str]:
    """Return a checksum of each file that the pictures depend on, and of what is installed.

    Those are the modules that drawing imports, and all data of the package. The names of all files
    count too: a new one may be found by a module that looks into its folder.
    """
    held = [one for one in (ROOT / "src").rglob("*") if one.suffix != ".pyc" and one.is_file()]
    data = [one for one in held if one.suffix != ".py"]
    read = sorted({*data, *(ROOT / name for name in modules)})
    installed = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    names = [*map(str, held), *(one.name for one in installed)]
    return {
        "names": sha256("\n".join(sorted(names)).encode()).hexdigest(),
        **{str(one): sha256(one.read_bytes()).hexdigest() for one in read if one.exists()},
    }


def _keep() -> None:
    """Draw all and keep them; run in a process that has imported nothing else."""
    began = time.time()
    drawn_now = _draw_all()
    files = {getattr(one, "__file__", None) or "" for one in list(sys.modules.values())}
    modules = sorted(
        str(path.relative_to(ROOT))
        for path in map(Path, files)
        if path.is_relative_to(ROOT) and not path.is_relative_to(sys.prefix)
    )
    held = {"modules": modules, "state": _state(modules), "drawings": drawn_now}
    if max(Path(name).stat().st_mtime for name in held["state"] if name != "names") < began:
        whole = KEPT.with_suffix(".new")
        whole.write_text(json.dumps(held), encoding="utf-8")
        whole.replace(KEPT)


def _draw_all() -> dict[str, dict[str, str]]:
    with TemporaryDirectory() as place:
        none, made = Lake.open(Path(place) / "none"), made_up(Path(place) / "made")
        short = made_up(Path(place) / "short", FEW_YEARS)
        found: dict[str, Framed] = {
            name: _alone(chart(measure, lake, **keys))
            for lake, group in ((none, PRINTED), (made, MADE))
            for name, (measure, keys) in group.items()
        }
        found |= drawings() | {
            "origin": _alone(chart("origin", none, **PAIR, goods="inputs:C26", period="2022")),
            "tiers": _section(by_tier.section(BriefContext(short), _of_island())),
            "courses": _courses(short),
        }
    return {
        width: {name: framed(*one, narrow=width == "narrow") for name, one in found.items()}
        for width in ("wide", "narrow")
    }


def _alone(one: StandaloneChart) -> Framed:
    return one.picture, one.title, one.deck, one.foot


def _of_island() -> Subject:
    return Subject("ISL", "CHN", "chpl", Period.parse(2024), fixed=True)


def _section(section: Section) -> Framed:
    assert section.picture is not None, section.gap
    source = "".join(piece if isinstance(piece, str) else piece.text for piece in section.source)
    return section.picture, plain(section.title.text), section.deck, [source]


def _courses(lake: Lake) -> Framed:
    sides = (
        ComparisonSide("ISL", "CHN", "848210", None),
        ComparisonSide("ISL", "NOR", "848210", None),
    )
    told = picture(compared(BriefContext(lake), sides))
    assert told is not None, "there is nothing to draw"
    deck = "Share of Iceland’s imports of ball bearings, per cent of value."
    return told, "China passed Norway in Iceland’s imports", deck, ["Source: made up."]


if __name__ == "__main__":
    _keep()
