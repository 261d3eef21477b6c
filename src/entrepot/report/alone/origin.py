"""Whose value added is in what one area's industries buy from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.figures.input_choices import inputs_title
from entrepot.model.areas import area_name, area_phrase
from entrepot.model.display import NBSP, figure_value, number
from entrepot.report import words
from entrepot.report.alone.foot import foot
from entrepot.report.alone.parts import Alone
from entrepot.report.pictures import Exposed, Exposure, Picture

if TYPE_CHECKING:
    from entrepot.figures import Figure

__all__ = ["origin"]

NAMED = 10


def origin(figure: Figure) -> Alone:
    """Return where the value added in a flow of inputs was added, home first."""
    asked = figure.definition
    home = [row for row in figure.table if not row["foreign"]]
    abroad = [row for row in figure.table if row["foreign"]]
    named = sorted(abroad, key=lambda row: (-float(row["share"]), str(row["origin"])))
    groups = (
        (f"Added in {area_phrase(asked.exporter)}", tuple(map(_bar, home))),
        ("Added elsewhere", (*map(_bar, named[:NAMED]), *_rest(named[NAMED:]))),
    )
    drawn = Exposure(tuple((name, bars) for name, bars in groups if bars))
    title = _title(figure, named)
    deck = f"{words.capital(inputs_title(asked.goods, asked.sector))}, {asked.period}: per cent of "
    deck += "the value of the flow, and value; added once, at the border of the flow."
    return Alone(
        title,
        deck,
        Picture(drawn, _spoken(title, home + named)),
        foot(figure),
        tuple(figure.table),
        (figure,),
    )


def _bar(row: dict[str, Any]) -> Exposed:
    share = float(row["share"]) * 100
    money = figure_value(float(row["value_added_usd"]), "USD")
    return Exposed(str(row["name"]), share, number(share), money)


def _rest(rows: list[dict[str, Any]]) -> tuple[Exposed, ...]:
    """Return all whom no bar names as one."""
    if not rows:
        return ()
    share, money = (sum(float(row[key]) for row in rows) for key in ("share", "value_added_usd"))
    name = words.count_word(len(rows), "other")
    bar = Exposed(name, share * 100, number(share * 100), figure_value(money, "USD"))
    return (bar,)


def _title(figure: Figure, named: list[dict[str, Any]]) -> str:
    """Say how much was added elsewhere, in its range, and where most of all."""
    asked = figure.definition
    buyer = "abroad" if asked.importer == "WLD" else f"to {area_phrase(asked.importer)}"
    value = figure_value(figure.value, "share")
    text = f"{value} of what {area_phrase(asked.exporter)} sold {buyer} was added elsewhere"
    if named and named[0]["share"]:
        share = number(float(named[0]["share"]) * 100)
        text += f", {share}{NBSP}% in {area_phrase(str(named[0]['origin']))}"
    return words.capital(text)


def _spoken(title: str, rows: list[dict[str, Any]]) -> str:
    told = ", ".join(
        f"{area_name(str(row['origin']))} {number(float(row['share']) * 100)}{NBSP}%"
        for row in rows[: NAMED + 1]
    )
    return f"{title}. Value added by where it was added: {told}."
