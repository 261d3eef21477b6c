"""What a cut-off would cost: the goods of the page, and output for lack of inputs, as ranges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.figures import Figure
from entrepot.figures.questions.cutoff import MORE
from entrepot.model.areas import area_phrase
from entrepot.model.display import NBSP, joined, number, range_text
from entrepot.report import phrasing
from entrepot.report.attribution import source_name
from entrepot.report.cards import percent_span
from entrepot.report.chart_data import Picture
from entrepot.report.parts import Gap, Note, Remark, Section, Sentence, Table
from entrepot.report.scenario.answer import answer
from entrepot.report.scenario.drawn import Ladder, Rung

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.scenario import Scenario
    from entrepot.report.brief_context import Subject
    from entrepot.report.cut_off import CutOff

__all__ = ["section"]

NAME, EYEBROW = "cut_off", "What a cut-off would cost"
CAVEATS = ("cutoff",)
GOODS, ECONOMY = "Of what the goods are worth to the buyer", "Of output, for lack of all inputs"
DIGITS = {GOODS: 2, ECONOMY: 3}
"""Significant digits of a label, as in the sentences about the same."""
_SIDES = {"target": "who is cut off", "imposes": "who cuts off"}

Loss = tuple[str, float, float, float]
"""Who or what loses, and how much: value, least and most, in per cent."""


def section(subject: Subject, found: CutOff) -> Section:
    """Return the cost of a cut-off by the supplier at each level that can be worked out."""
    groups = _groups(found)
    gaps = [one for one in (found.goods, found.economy) if isinstance(one, Gap)]
    if not groups:
        title = Remark(f"What a cut-off by {subject.seller} would cost is not known")
        return Section(NAME, EYEBROW, title, gap=gaps[0], gaps=tuple(gaps[1:]))
    title_ = _title(subject, found)
    return Section(
        id=NAME,
        eyebrow=EYEBROW,
        title=title_,
        deck=_deck(groups),
        picture=_picture(title_.text, groups),
        table=_table(groups),
        notes=tuple(_notes(subject, found)),
        source=(_source(found),),
        gap=gaps[0] if gaps else None,
        scenario=None if isinstance(found.economy, Gap) else found.economy,
    )


def _groups(found: CutOff) -> dict[str, list[Loss]]:
    """Return the losses of each level that has any."""
    groups = {GOODS: list(_of_goods(found.goods)), ECONOMY: list(_of_economy(found.economy))}
    return {name: losses for name, losses in groups.items() if losses}


def _of_goods(figure: Figure | Gap) -> Iterator[Loss]:
    if isinstance(figure, Gap):
        return
    value = 100 * figure.required()
    yield ("lost, all told", value, *_ends(figure.low, figure.high, value))
    unmet = figure.details.get("unmet_share")
    if isinstance(unmet, float):
        ends = (figure.details.get(f"unmet_share_{end}") for end in ("low", "high"))
        low, high = (one if isinstance(one, float) else None for one in ends)
        yield ("replaced by nobody", 100 * unmet, *_ends(low, high, 100 * unmet))


def _of_economy(found: Scenario | Gap) -> Iterator[Loss]:
    if isinstance(found, Gap) or found.economy is None:
        return
    for loss in found.economy.sides:
        share = loss.lost_share
        side = f" ({_SIDES[loss.who]})" if loss.who in _SIDES else ""
        value = 100 * share.value
        yield (f"{phrasing.capital(loss.name)}{side}", value, *_ends(share.low, share.high, value))


def _ends(low: float | None, high: float | None, value: float) -> tuple[float, float]:
    return (value if low is None else 100 * low, value if high is None else 100 * high)


def _title(subject: Subject, found: CutOff) -> Sentence:
    """Say what the importer would lose, as a range: of the goods, else of its output."""
    if isinstance(found.goods, Figure):
        figure = found.goods
        span = _span(figure)
        text = f"Without {subject.seller} {subject.buyer} would lose {span} of what "
        text += f"{subject.goods_name} are worth to it, in the first year if others send {MORE}"
        return Sentence(phrasing.capital(text), (figure,), CAVEATS)
    assert not isinstance(found.economy, Gap)
    assert found.economy.economy is not None
    loss = next(one for one in found.economy.economy.sides if one.who == "target")
    share = loss.lost_share
    span = range_text(share.low, share.high, "share") or f"{number(100 * share.value)}{NBSP}%"
    text = f"Without inputs from {subject.seller} {subject.buyer} would lose {span} of its output"
    return Sentence(phrasing.capital(text), (found.economy,), ("scenario",))


def _span(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return phrasing.about(figure)
    return percent_span(figure.low, figure.high)


def _deck(groups: dict[str, list[Loss]]) -> str:
    deck = "Per cent. Dot: one set of assumptions; line: from end to end over all of them."
    return f"{deck} Each part has a scale of its own." if len(groups) > 1 else deck


def _picture(title: str, groups: dict[str, list[Loss]]) -> Picture:
    drawn = Ladder(
        tuple(
            (name, tuple(_rung(one, DIGITS[name], first=one is losses[0]) for one in losses))
            for name, losses in groups.items()
        ),
        apart=True,
    )
    said = (
        f"{name}: {'; '.join(f'{rung.name} {rung.text}' for rung in rungs)}."
        for name, rungs in drawn.groups
    )
    return Picture(drawn, f"{title}. {' '.join(said)}")


def _rung(loss: Loss, digits: int, *, first: bool) -> Rung:
    name, value, low, high = loss
    text = range_text(low / 100, high / 100, "share", digits) or f"{number(value, digits)}{NBSP}%"
    return Rung(name, value, low, high, text, marked=first)


def _table(groups: dict[str, list[Loss]]) -> Table:
    rows = tuple(
        (name, phrasing.capital(what), number(low), number(value), number(high))
        for name, losses in groups.items()
        for what, value, low, high in losses
    )
    return Table(
        caption="What would be lost, per cent: the ends over all assumptions, and one set of them",
        head=("Of what", "Who or what", "At least", "One set", "At most"),
        numeric=(False, False, True, True, True),
        rows=rows,
        units=("", "", "per cent", "per cent", "per cent"),
    )


def _notes(subject: Subject, found: CutOff) -> Iterator[Note]:
    if isinstance(found.goods, Figure):
        yield Note("The goods", tuple(_goods_said(subject, found.goods)))
    if not isinstance(found.economy, Gap):
        yield Note("The economies", (Sentence(answer(found.economy), (found.economy,)),))
        texts = dict.fromkeys(item.text for item in found.economy.caveats)
        yield Note("What it leaves out", (Remark(" ".join(texts)),))
    how = "No data say what a stop would cost: these are models, so read the range, not the dot."
    if isinstance(found.goods, Figure) and not isinstance(found.economy, Gap):
        how += (
            " The two parts are different stops, of these goods and of all inputs, and losses of "
            "different things: they are never added."
        )
    yield Note("How to read it", (Remark(how, CAVEATS),))


def _goods_said(subject: Subject, figure: Figure) -> Iterator[Sentence]:
    """Say what nobody would replace, and who would replace the rest."""
    asked = figure.definition
    details = figure.details
    low, high = (details.get(f"unmet_share_{end}") for end in ("low", "high"))
    if isinstance(low, float) and isinstance(high, float):
        span = percent_span(low, high)
        text = (
            f"Had {subject.seller} stopped in {asked.period}, {span} of what {subject.buyer} paid "
            "for these goods would have been replaced by nobody."
        )
        yield Sentence(text, (figure,), CAVEATS)
    if by := re.findall(r"(?:^|, )(.+?) ([\d.]+) %", str(details.get("replaced_by", ""))):
        named = joined([f"{who} {part}{NBSP}%" for who, part in by])
        yield Sentence(f"Of what others would send instead, this part each: {named}.", (figure,))
    if isinstance(critical := details.get("critical_products"), (int, float)) and critical:
        count = phrasing.count_word(int(critical), "product")
        yield Sentence(f"{phrasing.capital(count)} would be missing by more than half.", (figure,))


def _source(found: CutOff) -> str:
    parts = []
    if isinstance(found.goods, Figure):
        names = dict.fromkeys(source_name(item.source) for item in found.goods.evidence)
        asked = found.goods.definition
        who = f"{area_phrase(asked.exporter)} to {area_phrase(asked.importer)}"
        parts.append(f"Goods: {', '.join(names)}, {asked.period}, {who}, elasticities of ProTEE.")
    if not isinstance(found.economy, Gap) and found.economy.economy is not None:
        used = found.economy.economy.evidence
        parts.append(
            f"Economies: input-output tables of {found.economy.file.period}, "
            f"SHA-256 {used.snapshot}."
        )
    return " ".join(parts)
