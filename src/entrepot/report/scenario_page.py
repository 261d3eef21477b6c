"""Scenarios as one HTML file: the ladder, the map, every table, every assumption."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.figures.citation import data_set
from entrepot.figures.figure import as_rows, headline
from entrepot.model.areas import area
from entrepot.model.display import NBSP, figure_value, in_markdown, per_cent
from entrepot.model.table_files import write_whole
from entrepot.report.charts import Chart, draw
from entrepot.report.charts.loss_map import LossMap, LossTile
from entrepot.report.charts.range_plot import RangePlot, RangeRow
from entrepot.report.phrasing import capital
from entrepot.report.render_html import page_environment, page_style
from entrepot.report.scenario_tables import answer, stops, tables_of
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from entrepot.figures.scenario import Scenario
    from entrepot.figures.scenario.result import EconomyLoss, Loss
    from entrepot.report.scenario_tables import ScenarioTable


def page_parts(found: Sequence[Scenario]) -> dict[str, Any]:
    """Return what the template of the results takes: sentences, pictures, tables, notes."""
    one = found[0]
    shown = ladder(found)
    placed = loss_map(one) if len(found) == 1 else None
    notes = dict.fromkeys((note.id, note.text) for item in found for note in item.caveats)
    return {
        "title": one.file.title if len(found) == 1 else "Scenarios side by side",
        "deck": DECK,
        "said": [
            (item.file.title, stops(item.file), item.file.note, answer(item)) for item in found
        ],
        "ladder": draw(shown) if shown else None,
        "map": draw(placed) if placed else None,
        "source": _source(found),
        "tables": tables_of(found),
        "goods": [(headline(figure), as_rows(figure)) for item in found for figure in item.goods],
        "notes": list(notes),
    }


def _source(found: Sequence[Scenario]) -> str:
    """Return the source line of the pictures: the tables that the model is of, each once."""
    used = ((one.economy.evidence, one.file.period) for one in found if one.economy)
    named = dict.fromkeys(f"{data_set(one.source, one.vintage)}, {when}" for one, when in used)
    return f"Source: {'; '.join(named)}. Entrepôt computation, a model."


def render_page(found: Sequence[Scenario]) -> str:
    """Return the page; the same scenarios give the same bytes."""
    page = page_environment().get_template("scenario.html.j2")
    style = page_style("brief.css", "scenario.css")
    text = page.render(style=style, version=__version__, **page_parts(found))
    return f"{text.strip()}\n"


# The ladder of losses with their ends, and the map of who loses.


HIT = 12
"""Areas on the ladder of one scenario."""
DECK = (
    "Result of a model: output lost for lack of inputs, per cent of output before. Dot: the value; "
    "line: from end to end over all assumptions."
)


def ladder(found: Sequence[Scenario]) -> Chart | None:
    """Return the losses of the sides, and of one scenario those of areas; None without any."""
    modelled = [(one, one.economy) for one in found if one.economy]
    if not modelled:
        return None
    groups = [
        (one.file.title, tuple(_rung(loss, marked=True) for loss in economy.sides))
        for one, economy in modelled
    ]
    if len(modelled) == 1:
        # The title of the page names the scenario already.
        groups = [("The two sides, other countries and the world", groups[0][1])]
        sides = {loss.code for loss in modelled[0][1].sides}  # a side of one economy stands above
        lost = [one for one in modelled[0][1].areas if one.is_some and one.code not in sides][:HIT]
        if areas := tuple(_rung(loss, marked=False) for loss in lost):
            groups.append(("Largest losses of other economies", areas))
    return Chart(
        RangePlot(tuple(groups)), " ".join(_said(one, economy) for one, economy in modelled)
    )


def _rung(loss: Loss, *, marked: bool) -> RangeRow:
    found = loss.lost_share
    value = 100 * found.value
    low, high = (value if end is None else 100 * end for end in (found.low, found.high))
    role = {"target": " (target)", "imposes": " (imposes)"}.get(loss.who, "")
    text = f"{per_cent(value)}{NBSP}%"
    return RangeRow(f"{capital(loss.name)}{role}", value, low, high, text, marked=marked)


def _said(one: Scenario, found: EconomyLoss) -> str:
    parts = [
        f"{loss.name} {figure_value(loss.lost_share.value, 'share')} "
        f"({loss.lost_share.range_text('share') or 'no range'})"
        for loss in found.sides
    ]
    return f"{one.file.title}: output lost, {', '.join(parts)}."


def loss_map(one: Scenario) -> Chart | None:
    """Return the map of a scenario; None without the economy level."""
    if one.economy is None:
        return None
    tiles = tuple(
        LossTile(
            loss.code,
            area(loss.code).alpha2 or loss.code,
            loss.name,
            100 * loss.lost_share.value,
            figure_value(loss.lost_share.value, "share"),
            target=loss.who == "target",
        )
        for loss in one.economy.areas
        if loss.code not in _REST
    )
    most = [f"{tile.name} {tile.text}" for tile in tiles[:5] if tile.value > 0] or ["none"]
    words = f"Output lost by economy; the largest losses: {', '.join(most)}."
    return Chart(LossMap(tiles), words)


# The rest of the world, as the table calls it.
_REST = {"XROW"}
"""What the table has beside economies, and has no place."""


def single_file(found: Sequence[Scenario]) -> str:
    """Return the ladder as one SVG with title and sources.

    Raises
    ------
    RequestError
        If no scenario has an economy level.
    """
    from entrepot.report.standalone import framed

    picture = ladder(found)
    if picture is None:
        raise RequestError("nothing for a ladder to show", hint="add economy: {} to the scenario")
    title = found[0].file.title if len(found) == 1 else "Scenarios side by side"
    seen = dict.fromkeys(
        f"Source: {one.economy.evidence.source} {one.file.period}, "
        f"snapshot {one.economy.evidence.snapshot}"
        for one in found
        if one.economy
    )
    notes = dict.fromkeys(note.text for one in found for note in one.caveats)
    return framed(picture, title, DECK, (*seen, *notes))


# Write scenarios in the format that the file's suffix names.


FORMATS = (".html", ".md", ".json", ".svg")


def check_name(out: Path, files: Sequence[Path]) -> None:
    """Refuse a file name that cannot be written, before any work is done.

    Raises
    ------
    RequestError
        For an unknown suffix, or a file that is read.
    """
    if out.suffix.lower() not in FORMATS:
        raise RequestError(
            f"cannot write a scenario as {out.suffix or 'a file without a suffix'}",
            where=str(out),
            hint=f"end the name in {', '.join(FORMATS)}",
        )
    # Resolved, for the same file may be named in two ways or through a link.
    if out.resolve() in {file.resolve() for file in files}:
        raise RequestError(
            f"{out} is the scenario itself", why="it would be lost", hint="name another file"
        )


def write_scenarios(found: Sequence[Scenario], out: Path) -> Path:
    """Render scenarios and write them whole or not at all.

    Raises
    ------
    RequestError
        For an unknown suffix, or a ladder without the economy level.
    OutsideError
        If the disk refuses.
    """
    check_name(out, ())
    return write_whole(out, _rendered(found, out.suffix.lower()))


def plain(found: Sequence[Scenario]) -> dict[str, Any]:
    """Return scenarios as plain JSON types, each with its answer in words; several as a list."""
    data = [{"answer": answer(one)} | one.to_dict() for one in found]
    return data[0] if len(data) == 1 else {"scenarios": data}


def _rendered(found: Sequence[Scenario], suffix: str) -> str:
    if suffix == ".json":
        return json.dumps(plain(found), ensure_ascii=False, indent=1) + "\n"
    if suffix == ".md":
        return render_markdown(found)
    if suffix == ".svg":
        return single_file(found)
    return render_page(found)


def render_markdown(found: Sequence[Scenario]) -> str:
    """Return scenarios as Markdown: tables, then what to know."""
    title = found[0].file.title if len(found) == 1 else "Scenarios side by side"
    parts = [f"# {_plain(title)}"]
    for one in found:
        name = f"**{_plain(one.file.title)}.** " if len(found) > 1 else ""
        parts.append(f"{name}{_plain(answer(one))}")
    parts += [f"## {_plain(one.title)}\n\n{_table(one)}" for one in tables_of(found)]
    notes = dict.fromkeys(note.text for one in found for note in one.caveats)
    parts.append("## What to know\n\n" + "\n".join(f"- {_plain(text)}" for text in notes))
    return "\n\n".join(parts) + "\n"


def _table(table: ScenarioTable) -> str:
    return "\n".join(_lines(table))


def _lines(table: ScenarioTable) -> Iterator[str]:
    rule = ("---:" if n >= table.right else "---" for n in range(len(table.columns)))
    yield _line(table.columns)
    yield _line(tuple(rule))
    for row in table.rows:
        yield _line(row)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Return text that cannot be read as markup of its own."""
    return re.sub(r"[*_>#]", lambda found: f"\\{found[0]}", in_markdown(" ".join(text.split())))
