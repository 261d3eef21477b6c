"""A page that has nothing but inputs to show: its title, answer, cards and state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import area_phrase, possessive
from entrepot.report import phrasing
from entrepot.report.answer import goods_phrase
from entrepot.report.bars import bar_of
from entrepot.report.cards import percent_span, range_on_card, value_on_card
from entrepot.report.definitions import moved_by
from entrepot.report.imported_inputs import sector_name
from entrepot.report.parts import Card, Sentence
from entrepot.sources import source_info

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures import Figure
    from entrepot.report.brief_context import Subject
    from entrepot.report.imported_inputs import Bought, Direction
    from entrepot.report.missing_value import MissingValue

__all__ = ["answer", "cards", "state", "title_of"]

_CAVEAT = "input-output"


def title_of(subject: Subject) -> str:
    """Return the heading: the goods asked for are not on the page, so they are not in it."""
    return phrasing.capital(f"{subject.buyers} dependence on {subject.seller} for inputs")


def answer(subject: Subject, found: Bought, lacks: MissingValue) -> tuple[Sentence, ...]:
    """Return what is known of inputs, and that nothing is held of the goods asked for."""
    there, back = found.there, found.back
    first = (
        f"In {found.period} industries of {subject.seller} made "
        f"**{phrasing.about(there.share)}** of "
        f"the inputs, goods and services, that {subject.buyer} imported"
    )
    if phrasing.span(there.share) and there.share.low is not None and there.share.high is not None:
        span = percent_span(there.share.low, there.share.high)
        first += f"; other defensible definitions give **{span}**"
    second = (
        f"The other way it was **{phrasing.about(back.share)}**; what {subject.seller} supplied of "
        f"{goods_phrase(subject)}, used by industries or not, cannot be said: "
        f"{phrasing.inside(lacks.why)}. {lacks.then}."
    )
    return (
        Sentence(f"{first}.", (there.share,), (_CAVEAT,)),
        Sentence(second, (back.share,)),
    )


def cards(found: Bought) -> tuple[Card, ...]:
    """Return up to five cards, the share of imported inputs first."""
    there, back = found.there, found.back
    made = [
        _card(_share_name(there), there.share),
        _card(_value_name(there), there.value),
        *_most_exposed(there),
        _card(_share_name(back), back.share),
    ]
    if found.ratio.status == "ok":
        seller, buyer = area_phrase(there.seller), area_phrase(there.buyer)
        name = f"{possessive(seller)} weight for {buyer} against {possessive(buyer)} weight for "
        made.append(_card(f"{name}{seller}, inputs, {found.period}", found.ratio))
    return tuple(made)


def _most_exposed(way: Direction) -> Iterator[Card]:
    if way.first is not None:
        yield _card(_share_name(way, f" for {sector_name(way.sectors[0].code).lower()}"), way.first)


def _share_name(way: Direction, sector: str = "") -> str:
    seller, buyer = possessive(area_phrase(way.seller)), possessive(area_phrase(way.buyer))
    return f"{seller} share of {buyer} imported inputs{sector}, {way.share.definition.period}"


def _value_name(way: Direction) -> str:
    period = way.value.definition.period
    return f"Inputs from {area_phrase(way.seller)} to {area_phrase(way.buyer)}, {period}"


def _card(name: str, figure: Figure) -> Card:
    value, unit = value_on_card(figure)
    counted = "Inputs that crossed the border, goods and services, at basic prices"
    most = moved_by(figure)
    return Card(
        name=phrasing.capital(name),
        figure=figure,
        value=value,
        unit=unit,
        bar=bar_of(figure),
        range=range_on_card(figure),
        definition=f"{counted}; what moves it most: {most}." if most else f"{counted}.",
        tag="computed",
        source=source_info("icio").publisher + " input-output tables",
        caveats=tuple(item.id for item in figure.caveats),
    )


def state(found: Bought, claims: int | None) -> tuple[tuple[str, str], ...]:
    """Return data, number of definitions and of claims, as pairs of word and text."""
    rows = [
        ("Data", f"input-output tables, {found.period}; no share or value of these goods is held")
    ]
    if specifications := found.there.share.specifications:
        rows.append(("Definitions", str(len(specifications.items))))
    if claims is not None:
        rows.append(("Claims", str(claims)))
    return tuple(rows)
