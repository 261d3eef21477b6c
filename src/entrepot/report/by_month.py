"""A chart of exports month by month, with its words and its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from entrepot.goods.parse import goods_words
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import MINUS, NBSP, number, per_cent
from entrepot.report.amounts import scale_of
from entrepot.report.attribution import source_line
from entrepot.report.charts import BriefTable, Chart
from entrepot.report.charts.month_lines import TOGETHER, MonthLine, MonthLines
from entrepot.report.phrasing import capital

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.breakdown import MonthByMonth
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.report.parts import PageLink

_YEAR = 12
_UNLIKE = 10.0
"""Times by which the largest line is above the smallest from which on both are indexed."""


class MonthChart(NamedTuple):
    """Everything a page shows of it."""

    title: str
    deck: str
    picture: Chart
    source: tuple[str | PageLink, ...]
    table: BriefTable


def month_chart(found: MonthByMonth, lake: Lake) -> MonthChart:
    """Return the chart of months that were read; those without any are named in the deck.

    Importers keep the order in which they were asked for, the first is the one in colour.
    """
    asked, months = found.definition, found.months
    known = {code: row for code, row in found.values.items() if any(one is not None for one in row)}
    scaled, size, unit = _unit(known, asked.quantity, asked.currency or "")
    words = tuple(_month(one) for one in months)
    lines = [MonthLine(area_name(code), row, _change(row)) for code, row in scaled.items()]
    apart = len(lines) > TOGETHER
    is_index = apart and _are_unlike(lines)
    if is_index:
        lines = [_indexed(one) for one in lines]
    first = months[0].start
    drawn = MonthLines((first.year, first.month), words, tuple(lines), "" if is_index else unit)
    of = "" if asked.goods == "all" else f" of {goods_words(asked.goods)}"
    exports = f"{capital(possessive(area_phrase(asked.exporter)))} exports{of}"
    title = _finding(exports, lines, list(known), words[-1], asked.quantity)
    span = words[0] if len(words) == 1 else f"{words[0]} to {words[-1]}"
    counted = f"{unit} a month" if not is_index else "index, mean of each country’s months = 100"
    deck = f"{counted[:1].upper()}{counted[1:]}, {span}."
    if apart:
        deck += " All panels share one scale"
        deck += "; at the top right, the last twelve months against the twelve before."
    else:
        deck += f" Highlighted: {lines[0].name}." if len(lines) > 1 else ""
        deck += " The change is that against the twelve months before." if lines[0].change else ""
    if missing := [area_name(code) for code in found.values if code not in known]:
        deck += f" No data: {', '.join(missing)}."
    if any(value is None for line in lines for value in line.values):
        deck += " A gap in a line is a month that is not recorded, which does not mean zero."
    last = "; ".join(f"{one.name} {_last(one)}" for one in lines)
    words_of = {
        "importer": ("as the importers report", "CIF"),
        "exporter": (f"as reported by {area_phrase(asked.exporter)}", "FOB"),
    }
    basis, valuation = words_of.get(found.reported_by or "", ("", ""))
    if valuation and asked.quantity != "mass":
        basis += f", {valuation} as a rule"
    table = BriefTable(
        f"{title}, {unit}",
        ("Month", *(area_name(code) for code in known)),
        (False, *(True for _ in known)),
        tuple(
            (month, *(_text(row[at], size) for row in known.values()))
            for at, month in enumerate(words)
        ),
        ("", *(unit for _ in known)),
    )
    source = source_line(asked.source or "", span, lake, basis)
    return MonthChart(title, deck, Chart(drawn, f"{title}. {span}. Last: {last}."), source, table)


def _finding(
    exports: str, lines: Sequence[MonthLine], codes: Sequence[str], last: str, quantity: str | None
) -> str:
    """Return what the last twelve months say; without two years, what is shown."""
    changes = [one.change for one in lines]
    counted = " by weight" if quantity == "mass" else ""
    if len(lines) <= TOGETHER and changes[0][:1] in ("+", MINUS):
        verb = "rose" if changes[0][0] == "+" else "fell"
        to = area_phrase(codes[0])
        return f"{exports} to {to} {verb} by {changes[0][1:]}{counted} in the year to {last}"
    known = [one for one in changes if one]
    if len(lines) > TOGETHER and known:
        fell = sum(one.startswith(MINUS) for one in known)
        rose = sum(one.startswith("+") for one in known)
        of = f"{len(known)} countries" + (" with all months" if len(known) < len(lines) else "")
        # The count comes first: what "fell to 3" looks like a fall down to three.
        if fell > rose:
            return f"{exports} to {fell} of {of} fell{counted} in the year to {last}"
        if rose > fell:
            return f"{exports} to {rose} of {of} rose{counted} in the year to {last}"
    return f"{exports}, by month"


def _unit(
    known: dict[str, tuple[float | None, ...]], quantity: str | None, currency: str
) -> tuple[dict[str, tuple[float | None, ...]], float, str]:
    """Return values in the unit of the axis, its size, and its words."""
    highest = max((one or 0.0 for row in known.values() for one in row), default=0.0)
    if quantity == "mass":
        size, unit = 1000.0, "tonnes"
    else:
        scale = scale_of(currency, highest)
        size, unit = 1 / scale.factor, scale.word
    scaled = {
        code: tuple(None if one is None else one / size for one in row)
        for code, row in known.items()
    }
    return scaled, size, unit


def _month(month: Period) -> str:
    return f"{month.start:%b %Y}"


def _text(value: float | None, size: float) -> str:
    if value is None:
        return ""
    return number(value / size)


def _last(line: MonthLine) -> str:
    values = [one for one in line.values if one is not None]
    return number(values[-1])


def _change(row: Sequence[float | None]) -> str:
    """Return the last twelve months against the twelve before, where all of them are known."""
    last, before = row[-_YEAR:], row[-2 * _YEAR : -_YEAR]
    if len(before) < _YEAR or any(one is None for one in (*last, *before)):
        return ""
    now, then = (sum(one or 0.0 for one in some) for some in (last, before))
    if not then:
        return ""
    change = 100 * (now / then - 1)
    text = per_cent(abs(change))
    sign = "" if text == "0" else "+" if change > 0 else MINUS
    return f"{sign}{text}{NBSP}%"


def _mean(line: MonthLine) -> float:
    values = [one for one in line.values if one is not None]
    return sum(values) / len(values)


def _are_unlike(lines: Sequence[MonthLine]) -> bool:
    means = [mean for one in lines if (mean := _mean(one)) > 0]
    return bool(means) and max(means) > _UNLIKE * min(means)


def _indexed(line: MonthLine) -> MonthLine:
    mean = _mean(line) or 1.0
    values = tuple(None if one is None else 100 * one / mean for one in line.values)
    return MonthLine(line.name, values, line.change)
