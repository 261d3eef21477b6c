"""What can be asked and what is held: measures, areas, and the lake."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from entrepot.errors import UnknownNameError
from entrepot.lake import spans
from entrepot.measures import passport, passports
from entrepot.model.areas import areas, groups
from entrepot.serve.answer import Answer, Rows, as_json
from entrepot.serve.errors import NotFoundError
from entrepot.serve.site import page
from entrepot.sources import bring_in, source_ids, source_info

if TYPE_CHECKING:
    from entrepot.lake import Lake

__all__ = [
    "areas_data",
    "areas_table",
    "data_page",
    "findings_table",
    "holdings_table",
    "measure_page",
    "measures_data",
    "measures_page",
    "measures_table",
]

_LEVELS = ("error", "warning", "note")


def measures_page(_: Lake) -> Answer:
    """Return the page of all measures."""
    return page("measures.html.j2", "/measures", rows=passports())


def measure_page(_: Lake, name: str) -> Answer:
    """Return the passport of a measure."""
    try:
        found = passport(name)
    except UnknownNameError as error:
        raise NotFoundError(error.what, hint=error.hint) from error
    return page("measure.html.j2", "/measures", found=found)


def measures_data(_: Lake) -> Answer:
    """Return every passport as JSON, as `entrepot measure list --json` prints them."""
    return as_json([one.to_dict() for one in passports()])


def measures_table(_: Lake) -> Rows:
    """Return every measure with title and unit as a table."""
    rows = [[one.id, one.title, one.unit, one.range, one.formula] for one in passports()]
    return Rows(["id", "title", "unit", "range", "formula"], rows, "measures")


def _areas() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [asdict(one) for one in areas()]
    return found + [{**asdict(one), "kind": "group", "composition": one.kind} for one in groups()]


def areas_data(_: Lake) -> Answer:
    """Return every area and group as JSON, as `entrepot area list --json` prints them."""
    return as_json(_areas())


def areas_table(_: Lake) -> Rows:
    """Return code, name and kind of every area and group as a table."""
    rows = [[one["code"], one["name"], one["kind"], one["note"]] for one in _areas()]
    return Rows(["code", "name", "kind", "note"], rows, "areas")


def data_page(lake: Lake) -> Answer:
    """Return the page of what is held, of what can be, and of what was noticed at loading."""
    held = lake.holdings()
    names = {one.source for one in held}
    infos = [source_info(name) for name in source_ids()]
    return page(
        "data.html.j2",
        "/data",
        held=[(one, spans(one.periods)) for one in held],
        sources=[
            (info, "comes with the program" if info.bundled else "held" if info.id in names else "")
            for info in infos
        ],
        bring={info.id: bring_in(info.id) for info in infos},
        findings=sorted(
            ((one.source, finding) for one in held for finding in one.findings),
            key=lambda pair: _LEVELS.index(pair[1].level),
        ),
    )


def holdings_table(lake: Lake) -> Rows:
    """Return what is held as a table."""
    rows = [one.to_dict() for one in lake.holdings()]
    names = [key for key in (rows[0] if rows else {"source": 0}) if key != "findings"]
    return Rows(names, [[row[key] for key in names] for row in rows], "holdings")


def findings_table(lake: Lake) -> Rows:
    """Return what was noticed at loading as a table."""
    names = ["source", "snapshot", "rule", "level", "place", "count", "example", "text"]
    rows = [
        [one.source, one.snapshot, *(finding.to_dict()[key] for key in names[2:])]
        for one in lake.holdings()
        for finding in one.findings
    ]
    return Rows(names, rows, "findings")
