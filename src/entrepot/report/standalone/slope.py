"""Who took the place of whom: suppliers before and after, the largest changes named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import figure_value
from entrepot.report import phrasing
from entrepot.report.amounts import change_of
from entrepot.report.bars import scale_of
from entrepot.report.chart_data import Line, Picture, Slope
from entrepot.report.standalone.parts import Alone, foot

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.bars import Scale

__all__ = ["slope"]

MOST = 8
"""Suppliers with a line of their own."""


def slope(figure: Figure) -> Alone:
    """Return the suppliers of a reorientation before and after."""
    rows = sorted(figure.table, key=lambda row: (-abs(change_of(row)), str(row["exporter"])))
    moved = [row for row in rows if change_of(row)] or rows
    shown = moved[:MOST]
    highest = max(float(row[end]) for row in shown for end in ("value_before", "value_after"))
    scale = scale_of(figure.unit, highest)
    gained = max(shown, key=change_of)
    lines = tuple(
        Line(
            area_name(str(row["exporter"])),
            scale.of(float(row["value_before"])),
            scale.of(float(row["value_after"])),
            (_said(row["value_before"], scale), _said(row["value_after"], scale)),
            marked=row is gained and change_of(row) > 0,
        )
        for row in shown
    )
    asked = figure.definition
    drawn = Slope((str(asked.base), str(asked.period)), lines, scale.word)
    title = _title(figure, shown)
    rest = len(rows) - len(shown)
    deck = f"{phrasing.capital(goods_title(asked.goods))}, {scale.word}, the largest changes"
    deck += f"; {phrasing.count_word(rest, 'other')} not drawn." if rest else "."
    if not all(all(line.texts) for line in lines):
        deck += " “none” and dotted: nothing is recorded, which is not the same as zero."
    return Alone(
        title,
        deck,
        Picture(drawn, _spoken(title, lines, drawn)),
        (_summed(figure), *foot(figure)[1:]),
        tuple(_row(row, figure.unit) for row in figure.table),
        (figure,),
    )


def _said(value: float, scale: Scale) -> str:
    return scale.text(float(value)) if value else ""


def _title(figure: Figure, shown: list[dict[str, Any]]) -> str:
    """Name who gained and who lost most, each only if it did."""
    asked = figure.definition
    buyers = phrasing.capital(possessive(area_phrase(asked.importer)))
    parts = []
    for row, word in ((max(shown, key=change_of), "gained"), (min(shown, key=change_of), "lost")):
        change = change_of(row)
        if change > 0 if word == "gained" else change < 0:
            size = figure_value(abs(change), figure.unit)
            parts.append(f"{area_phrase(str(row['exporter']))} {word} {size}")
    told = ", ".join(parts) or "nobody gained or lost"
    return f"{buyers} suppliers, {asked.period} against {asked.base}: {told}"


def _summed(figure: Figure) -> str:
    found = {
        name: figure_value(float(value), figure.unit)
        for name, value in figure.details.items()
        if isinstance(value, (int, float)) and name in ("lost", "gained", "not_replaced")
    }
    return (
        f"In all, those who sold less lost {found['lost']}, those who sold more gained "
        f"{found['gained']}; {found['not_replaced']} was not replaced."
        if len(found) == 3
        else f"In all {figure_value(figure.value, figure.unit)} changed hands."
    )


def _spoken(title: str, lines: tuple[Line, ...], drawn: Slope) -> str:
    ends = ([text or "none" for text in line.texts] for line in lines)
    values = "; ".join(f"{one.name} {a} to {b}" for one, (a, b) in zip(lines, ends, strict=True))
    return f"{title}. {drawn.unit}, {drawn.times[0]} to {drawn.times[1]}: {values}."


def _row(row: dict[str, Any], unit: str) -> dict[str, Any]:
    code = str(row["exporter"])
    return {"exporter": code, "name": area_name(code), "unit": unit} | {
        name: row[name] for name in ("value_before", "value_after", "share_before", "share_after")
    }
