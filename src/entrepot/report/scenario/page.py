"""Scenarios as one HTML file: the ladder, the map, every table, every assumption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import entrepot
from entrepot.figures.figure import as_rows, headline
from entrepot.report.charts import draw
from entrepot.report.render_html import page_environment, page_style
from entrepot.report.scenario.answer import answer
from entrepot.report.scenario.picture import DECK, ladder, loss_map
from entrepot.report.scenario.tables import stops, tables_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.scenario import Scenario

__all__ = ["page_parts", "render_page"]


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
        "tables": tables_of(found),
        "goods": [(headline(figure), as_rows(figure)) for item in found for figure in item.goods],
        "notes": list(notes),
    }


def render_page(found: Sequence[Scenario]) -> str:
    """Return the page; the same scenarios give the same bytes."""
    page = page_environment().get_template("scenario.html.j2")
    style = page_style("brief.css", "scenario.css")
    text = page.render(style=style, version=entrepot.__version__, **page_parts(found))
    return f"{text.strip()}\n"
