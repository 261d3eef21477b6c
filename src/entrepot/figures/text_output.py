"""A Figure as text for a terminal and as a small table for a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from entrepot.figures.base_periods import is_window
from entrepot.figures.columns import COLUMNS, as_dollars, with_ends
from entrepot.figures.definition import DOLLARS
from entrepot.figures.questions import QUESTIONS
from entrepot.figures.questions.question import REIMPORTS, REST
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import MINUS, MONEY, figure_value, number, range_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Evidence, Figure, Specifications
    from entrepot.figures.published_overlay import Printed

__all__ = ["as_html", "as_rows", "cards_of", "headline", "table_of"]

SHOWN = 6
ROWS = 12
"""Rows of a table that a screen shows."""


def headline(figure: Figure) -> str:
    """Return what the Figure is about, in words.

    Examples
    --------
    >>> from entrepot.figures import Definition, Figure
    >>> asked = Definition.build("import_share", importer="RUS", exporter="CHN", period=2023)
    >>> headline(Figure(asked, "ok", 0.5, "share"))
    'China’s share of Russia’s imports, all goods, 2023'
    """
    asked = figure.definition
    buyer, seller = area_phrase(asked.importer), area_phrase(asked.exporter)
    if asked.flow == "both":
        title = f"trade between {seller} and {buyer}"
        title = f"growth of {title}" if asked.measure == "growth" else title
    else:
        title = QUESTIONS[asked.measure].title.format(
            buyer=buyer,
            seller=seller,
            buyers=possessive(buyer),
            sellers=possessive(seller),
            hubs=area_phrase(asked.hubs) if asked.hubs else "",
            largest=f"{asked.k} largest" if (asked.k or 1) > 1 else "largest",
        )
    beside = "with" if is_window(asked) else "against"
    when = f"{asked.period} {beside} {asked.base}" if asked.base else str(asked.period)
    parts = [f"{title[0].upper()}{title[1:]}", _goods(asked), *figure.scope.values()]
    if figure.scope.get("source", "").find(f"({when})") < 0:  # the one year there is, told already
        parts.append(when)
    return ", ".join(parts)


def _goods(asked: Definition) -> str:
    from entrepot.figures.input_choices import inputs_title, is_inputs
    from entrepot.goods import goods_title

    if not is_inputs(asked):
        return goods_title(asked.goods)
    whose = ", by value added" if asked.basis == "value_added" else ""
    return inputs_title(asked.goods, asked.sector) + whose


def as_rows(figure: Figure) -> list[tuple[str, str]]:
    """Return label and text of everything the Figure carries, in the order of a card."""
    asked = figure.definition
    value = figure_value(figure.value, figure.unit)
    spread = range_text(figure.low, figure.high, figure.unit)
    rows = [("value", value)]
    how = QUESTIONS[figure.definition.measure]
    if figure.status == "ok" and how.point and spread:
        rows = [("range", f"{spread} ({figure.range})"), *rows, ("the value", how.point)]
    elif figure.status == "ok" and figure.ranged:
        rows.append(("range", f"{spread} ({figure.range})" if spread else "no range can be given"))
    elif figure.status != "ok":
        rows.append(("missing", figure.reason or ""))
    alone = [(name, ends) for name, ends in figure.spread.items() if name != "together"]
    if len(alone) > 1:
        called = {"errors": "errors" if how.has_interval else how.cause}
        apart = (f"{called.get(x, x)} {range_text(*ends, figure.unit)}" for x, ends in alone)
        rows.append(("by cause", "; ".join(apart)))
    if figure.denominator:
        rows.append(("divided by", figure.denominator["text"]))
    if figure.details:
        parts = (_detail(*one, figure.unit, asked.currency) for one in with_ends(figure.details))
        rows.append(("with", "\n".join(parts)))
    rows.append(("definition", "\n".join(_keys(figure.definition))))
    if figure.specifications:
        found = figure.specifications.to_dict()
        words = f"{found['count']} definitions, median {figure_value(found['median'], figure.unit)}"
        most = f", {found['moves_most']} moves it most" if found["moves_most"] else ""
        rows.append(("others", words + most))
        rows += _curve(figure.specifications, figure.unit)
        rows += [("in print", _in_print(item)) for item in figure.in_print[:SHOWN]]
        if len(figure.in_print) > SHOWN:
            rows.append(("in print", f"and {len(figure.in_print) - SHOWN} more, see --json"))
    rows += [("evidence", _evidence(item)) for item in figure.evidence[:SHOWN]]
    if len(figure.evidence) > SHOWN:
        rows.append(("evidence", f"and {len(figure.evidence) - SHOWN} more, see --json"))
    rows += [("caveat", f"{item.text} [{item.id}]") for item in figure.caveats]
    return rows


_GROUPS = (
    ("measure", "importer", "exporter", "flow", "by", "k"),
    ("goods", "concordance", "sector", "listed"),
    ("period", "base"),
    ("source", "reported_by", "basis", "valuation"),
    ("quantity", "currency", "spot"),
)
"""Keys of a definition that are read together, a line each; what belongs to none comes last."""


def _keys(asked: Definition) -> Iterator[str]:
    """Yield the keys of a definition as lines: what, of which goods, when, from where, in what."""
    said = {name: value for name, value in asked.to_dict().items() if value}
    rest = tuple(name for name in said if not any(name in group for group in _GROUPS))
    for group in (*_GROUPS, rest):
        if told := [f"{name}: {said[name]}" for name in group if name in said]:
            yield ", ".join(told)


_UNITS = {"pct": "percent", "kg": "kg", "usd": "USD"}
"""Ends of names of columns, beside the currency of the Figure."""


def _detail(
    name: str,
    value: float | str,
    ends: tuple[float, float] | None,
    own: str,
    currency: str,
) -> str:
    """Return another column of a measure; the end of its name says the unit."""
    words, _, end = name.rpartition("_")
    unit = (_UNITS | {currency.lower(): currency}).get(end)
    label = (words if unit else name).replace("_", " ")
    label, named = COLUMNS.get(as_dollars(name, currency), (label, unit))
    unit = currency if named == DOLLARS and name.endswith(f"_{currency.lower()}") else named
    if isinstance(value, str):
        return f"{label}: {value}"
    if unit is None and own == "share_points" and not name.endswith(("suppliers", "products")):
        unit = "share" if name.startswith("share") else own
    text = figure_value(value, unit) if unit else _amount(value, own)
    return f"{label}: {text} ({range_text(*ends, unit or 'index')})" if ends else f"{label}: {text}"


def _amount(value: float, unit: str) -> str:
    """Return a number; one that is too large for anything but money, with the Figure's unit.

    What was counted has no digits behind the point.
    """
    if float(value).is_integer() and abs(value) < 1e5:
        return f"{value:,.0f}".replace("-", MINUS)
    return figure_value(value, unit) if unit in MONEY and abs(value) >= 1e5 else number(value)


def table_of(figure: Figure) -> tuple[list[str], list[list[str]]]:
    """Return the head and the first rows of a Figure's table; areas and goods lead, as text.

    A value of a flow is in the Figure's own unit, a share in per cent, anything else a number.
    """
    names = list(dict.fromkeys(name for row in figure.table for name in row))
    head = QUESTIONS[figure.definition.measure].head
    names = [name for name in names if not head or name in head]
    shown = figure.table[:ROWS]
    rows = [[_cell(name, row.get(name), figure.unit) for name in names] for row in shown]
    return [name.replace("_", " ") for name in names], rows


def cards_of(figure: Figure) -> list[tuple[str, str]]:
    """Return what the rows of a table have beside its head, each led by the area it is about."""
    head = QUESTIONS[figure.definition.measure].head
    found = []
    for row in figure.table[:ROWS] if head else ():
        area = str(next(iter(row.values())))
        lines = (
            _detail(name, _plain(value), None, figure.unit, figure.definition.currency)
            for name, value in row.items()
            if name not in head and value is not None
        )
        if text := "\n".join(lines):
            found.append((area, text))
    return found


def _plain(value: Any) -> float | str:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _cell(name: str, value: object, unit: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (REST, REIMPORTS):  # codes of ours that nobody knows
        return area_name(str(value))
    if not isinstance(value, (int, float)):
        return str(value)
    if "share" in name:
        return figure_value(value, "share")
    if unit == "share_points":
        return figure_value(value, unit)
    return _amount(value, unit)


def _curve(found: Specifications, unit: str) -> list[tuple[str, str]]:
    """Return what a specification curve says beside its count."""
    if not found.whole:
        return []
    ends = range_text(found.quantile(0.05), found.quantile(0.95), unit)
    rows = [("5 to 95 %", ends or "all alike")]
    if found.threshold is not None:
        words = f"{100 * found.above(found.threshold):.0f} % lie above"
        rows.append(("above", f"{words} {figure_value(found.threshold, unit)}"))
    parts = (f"{name} {100 * part:.0f} %" for name, part in found.explained.items())
    rows.append(("moved by", f"{', '.join(parts)} of the variance, each alone"))
    return rows + [("left out", f"{what}: {why}") for what, why in found.left_out[:SHOWN]]


def _in_print(item: Printed) -> str:
    """Return a printed number and the specifications it belongs to."""
    row = item.statement
    words = f"{row.printed} ({row.origin_words or row.origin}, {row.id})"
    if not item.count:
        return f"{words}: belongs to none of these: {item.why}"
    which = ", ".join(item.choices.values())
    return f"{words}: {'agrees' if item.agrees else 'does not agree'} with {which}"


def _evidence(item: Evidence) -> str:
    if item.id:
        return f"{item.source} {item.id}: {item.publisher} ({item.origin}) {item.url}".strip()
    told = ", ".join(f"{rows} by {side}" for side, rows in item.reported_by.items())
    return f"{item.source} {item.snapshot}: {item.rows:,} rows" + (
        f" (told {told})" if told else ""
    )


def as_html(figure: Figure) -> str:
    """Return the Figure as an HTML table for a notebook."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{html.escape(label)}</th>"
        f"<td style='text-align:left'>{html.escape(text).replace(chr(10), '<br>')}</td></tr>"
        for label, text in as_rows(figure)
    )
    return f"<table><caption>{html.escape(headline(figure))}</caption>{rows}</table>"
