"""What if trade stopped: a form, the result as in the report, and two scenarios side by side."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import yaml

from entrepot.figures.scenario import evaluate_scenario
from entrepot.limits import turn
from entrepot.report.scenario.page import page_parts
from entrepot.report.scenario.picture import single_file
from entrepot.report.scenario.save import plain
from entrepot.serve.answer import Answer, Rows, as_json, as_svg
from entrepot.serve.site import page
from entrepot.serve.views.home import named_areas
from entrepot.serve.views.scenario_keys import ASKED, INSTRUMENTS, files_of, given_of
from entrepot.sources.icio.sectors import sectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.scenario import Scenario, ScenarioFile
    from entrepot.figures.scenario.result import Loss
    from entrepot.lake import Lake

    Pairs = Sequence[tuple[str, str]]

__all__ = ["scenario_chart", "scenario_data", "scenario_page", "scenario_table"]

_TURN = threading.Lock()
"""Page, table and drawing of a scenario wait for the first of them, which works it out."""
_SEEN = ("imposes", "instrument", "target", "sectors", "answer", "answer_sectors")
"""Keys that the form shows at once; the others are folded away."""
_EXAMPLES: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "China stops selling electronics to the European Union",
        {"imposes": "CHN", "target": "EU27", "sectors": "C26"},
    ),
    (
        "The EU and the United States stop machinery to Russia, which answers with fuels",
        {
            "imposes": "EU27+USA",
            "target": "RUS",
            "sectors": "C28",
            "answer": "export_ban",
            "answer_sectors": "B05,B06,C19",
        },
    ),
    (
        "Taiwan’s electronics stop for the United States, or for Japan",
        {"imposes": "TWN", "target": "USA", "sectors": "C26", "target2": "JPN"},
    ),
)


def scenario_page(lake: Lake, pairs: Pairs) -> Answer:
    """Return the page of one scenario or two, or the form to ask for one."""
    given = given_of(pairs)
    form = {
        "given": given,
        "areas": named_areas(),
        "sectors": sectors().values(),
        "instruments": INSTRUMENTS,
        "more": [name for name in ASKED if name not in _SEEN],
        "examples": [(words, f"/scenario?{_query(keys)}") for words, keys in _EXAMPLES],
    }
    if not given:
        return page("scenario_room.html.j2", "/scenario", found=None, **form)
    found = _worked(lake, given)
    return page(
        "scenario_room.html.j2",
        "/scenario",
        found=found,
        files=[_as_file(one) for one in found],
        query=_query(given),
        **page_parts(found),
        **form,
    )


def scenario_data(lake: Lake, pairs: Pairs) -> Answer:
    """Return one scenario or two as JSON, as `entrepot scenario --json` prints them."""
    return as_json(plain(_worked(lake, given_of(pairs))))


def scenario_chart(lake: Lake, pairs: Pairs) -> Answer:
    """Return the ladder of losses."""
    return as_svg(single_file(_worked(lake, given_of(pairs))), "scenario")


def scenario_table(lake: Lake, pairs: Pairs) -> Rows:
    """Return every loss with its ends: of sides, areas and sectors."""
    head = ["scenario", "level", "of", "side", "code", "name", "output_usd"]
    amounts = ("lost_usd", "lost_share", "value_added_usd")
    head += [f"{name}{end}" for name in amounts for end in ("", "_low", "_high")]
    rows = [
        [number, *where, loss.who, loss.code, loss.name, loss.output_usd]
        + [end for name in amounts for end in getattr(loss, name).to_dict().values()]
        for number, one in enumerate(_worked(lake, given_of(pairs)), start=1)
        for where, loss in _losses(one)
    ]
    return Rows(head, rows, "scenario")


def _losses(one: Scenario) -> Iterator[tuple[tuple[str, str], Loss]]:
    assert one.economy is not None
    for of in ("sides", "areas", "sectors"):
        for loss in getattr(one.economy, of):
            yield ("inputs", of), loss


def _worked(lake: Lake, given: dict[str, str]) -> list[Scenario]:
    """Return the scenarios of an address; page, tables and drawing share what was worked out."""
    return [_known(lake, file) for file in files_of(given)]


def _known(lake: Lake, file: ScenarioFile) -> Scenario:
    with turn(_TURN):
        key = ("scenario", file.model_dump_json())
        return lake.remembered.get(key, lambda: evaluate_scenario(file, lake))


def _as_file(one: Scenario) -> str:
    """Return the scenario as the file that gives the same on a terminal."""
    data: dict[str, Any] = one.file.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000)


def _query(given: dict[str, str]) -> str:
    return urlencode(given, safe=":@,")
