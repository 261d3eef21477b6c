"""The page of one Figure: value, range, definition, evidence, caveats, and how to cite it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from entrepot.figures.figure import as_rows
from entrepot.measures import all_metadata
from entrepot.model.display import MINUS, number
from entrepot.model.keys import KEYS
from entrepot.serve.answer import AnswerRows, NotFoundError, ServedAnswer, as_svg
from entrepot.serve.request_body import asked, command_of, python_of
from entrepot.serve.site import page
from entrepot.serve.views.search import named_areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures import Figure
    from entrepot.lake import Lake

_FIRST = ("importer", "exporter", "goods", "period", "base", "source")
"""Keys that the form shows at once; the others are folded away."""
_ROWS = 50
"""Rows behind a Figure that a page shows."""
_TO_THE_UNIT = 1e5
"""From here on a number is shown to the unit, as money is; below in three digits."""


_CITED = "data"
"""Name in an address of the data that a cited figure was computed from."""


def cited_address(figure: Figure, query: str) -> str:
    """Return the address that cites a figure: its identifier, its definition and its data."""
    # An address that cites may be cited again: its old data are replaced.
    kept = [(name, text) for name, text in parse_qsl(query) if name != _CITED]
    return f"/figure/{figure.id}?{urlencode([*kept, (_CITED, _data(figure))], safe=':@,+')}"


def _data(figure: Figure) -> str:
    """Return the data behind a figure in a line."""
    named = (f"{one.source} {one.id or one.snapshot}".strip() for one in figure.evidence)
    # Addresses are limited, and a figure of many files would name each of them.
    return ", ".join(list(dict.fromkeys(named))[:_MOST_DATA])


_MOST_DATA = 6
_IDENTIFIER = re.compile("[0-9a-f]{12}")


def figure_page(
    lake: Lake, pairs: Sequence[tuple[str, str]], query: str, cited: str = ""
) -> ServedAnswer:
    """Return the page of the Figure that an address asks for, or the form to ask one.

    Parameters
    ----------
    cited
        Identifier that the address cites: the page says whether the answer is still that figure,
        and if it is not, from which data it was computed then and now.

    Raises
    ------
    NotFoundError
        If it is no identifier, or the address has no definition.
    """
    then = next((text for name, text in pairs if name == _CITED), "") if cited else ""
    # Without a citation "data" is an unknown key, which is refused as any other.
    pairs = [pair for pair in pairs if pair[0] != _CITED or not cited]
    if cited and not (_IDENTIFIER.fullmatch(cited) and any(one == "measure" for one, _ in pairs)):
        raise NotFoundError(
            "no figure has this address",
            hint="an address that cites has the identifier and the definition: copy all of it",
        )
    given = {name: value for name, value in pairs if value.strip()}
    form = {
        "measures": [one for one in all_metadata() if not one.frames_only],
        "first": [(name, KEYS[name].help) for name in _FIRST],
        "rest": [(name, key.help) for name, key in KEYS.items() if name not in _FIRST],
        "given": given,
        "areas": named_areas(),
    }
    if "measure" not in given:
        return page("ask.html.j2", "/ask", figure=None, **form)
    question = asked(pairs)
    figure = question.answered(lake)
    return page(
        "ask.html.j2",
        "/ask",
        figure=figure,
        rows=[pair for pair in as_rows(figure) if pair[0] not in ("value", "caveat")],
        command=command_of(question),
        python=python_of(question),
        cite=figure.cite(),
        state=_state(figure, cited, then) if cited else "",
        address=cited_address(figure, query),
        query=urlencode(pairs, safe=":@,+") if cited else query,
        drawn=is_drawn(figure),
        behind=_behind(figure),
        **form,
    )


def _state(figure: Figure, cited: str, then: str) -> str:
    """Return whether an answer is still the cited figure, in a sentence or two."""
    if figure.id == cited:
        return f"This is the cited figure {cited}: same definition, same data."
    now = _data(figure) or "no data"
    before = f" It was computed from {then[:200]}." if then else ""
    return (
        f"The cited figure {cited} has changed.{before} The same definition is now answered from "
        f"{now}: figure {figure.id}."
    )


def _behind(figure: Figure) -> tuple[list[str], list[int], list[list[str]]]:
    """Return the first rows behind a Figure as text: head, places of numbers, rows."""
    rows = figure.rows()
    names = list(dict.fromkeys(name for row in rows for name in row))
    shown = [[row.get(name) for name in names] for row in rows[:_ROWS]]
    numeric = [
        place
        for place in range(len(names))
        if all(_is_number(row[place]) for row in shown if row[place] is not None)
    ]
    head = [name.replace("_", " ") for name in names]
    return head, numeric, [[_text(cell) for cell in row] for row in shown]


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _text(cell: Any) -> str:
    """Return a cell as it is read; all its digits are in the file to save."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:,.0f}".replace("-", MINUS) if abs(cell) >= _TO_THE_UNIT else number(cell)
    return str(cell)


def is_drawn(figure: Figure) -> bool:
    """Whether there is a picture of a Figure."""
    from entrepot.errors import EntrepotError
    from entrepot.report.standalone import picture_of

    try:
        # Tried and not looked up: whether there is a picture
        # depends on table and details of the answer.
        picture_of(figure)
    except EntrepotError:
        return False
    return True


def figure_chart(lake: Lake, pairs: Sequence[tuple[str, str]]) -> ServedAnswer:
    """Return the chart of a Figure.

    Raises
    ------
    RequestError
        If nothing about it can be drawn.
    NoEvidenceError
        If it has no value.
    """
    from entrepot.report.standalone import svg_of

    figure = asked(pairs).answered(lake)
    return as_svg(svg_of(figure), figure.definition.measure)


def figure_table(lake: Lake, pairs: Sequence[tuple[str, str]]) -> AnswerRows:
    """Return the rows behind a Figure, or where it has none the Figure as one row."""
    figure = asked(pairs).answered(lake)
    name = figure.definition.measure
    if rows := figure.rows():
        names = list(dict.fromkeys(one for row in rows for one in row))
        return AnswerRows(names, [[row.get(one) for one in names] for row in rows], name)
    return one_row([figure], name)


def one_row(figures: Sequence[Figure], name: str) -> AnswerRows:
    """Return Figures as a table, a row each."""
    return AnswerRows(*figure_rows(figures), name)


def figure_rows(figures: Sequence[Figure]) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of Figures: definition, status, value, unit, range or why none."""
    found = [figure.to_dict() for figure in figures]
    keys = list(dict.fromkeys(key for one in found for key in one["definition"]))
    after = ("status", "value", "unit", "low", "high", "range", "no_range", "reason")
    rows = [
        [one["definition"].get(key) for key in keys] + [one.get(key) for key in after]
        for one in found
    ]
    return [*keys, *after], rows
