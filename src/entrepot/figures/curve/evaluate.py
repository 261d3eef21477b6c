"""Evaluate a question under every combination of choices that the lake can answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.cells import Cells, names_on
from entrepot.figures.curve.choices import goods_choices, territory_choices
from entrepot.figures.curve.cut import cut, evaluated
from entrepot.figures.curve.spread import of_curve
from entrepot.figures.estimate import Missing
from entrepot.figures.figure import Specification, Specifications
from entrepot.figures.held import flow_sources, held
from entrepot.figures.mirror import mirror_coverage
from entrepot.figures.questions import QUESTIONS
from entrepot.figures.questions import of as question
from entrepot.figures.refusals import refusal, silent
from entrepot.figures.sides import members_of, totals
from entrepot.figures.unasked import unasked, unknown, voices_of
from entrepot.lake import fetch
from entrepot.model.product import NO_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.cells import Frame
    from entrepot.figures.curve.choices import GoodsChoice
    from entrepot.figures.definition import Definition
    from entrepot.figures.held import Held
    from entrepot.figures.sides import Side
    from entrepot.lake import Lake

__all__ = ["curve"]

WEIGHED = 0.9
"""Share of the value that needs a mass for a measure of mass to stand for the same goods."""
_VOICES: tuple[Side, Side] = ("importer", "exporter")

Left = list[tuple[str, str]]


def curve(definition: Definition, lake: Lake) -> Specifications:
    """Return a question's value under every combination of defensible choices.

    They are: which source; whose reports; which part of the list, as of which day, and how it is
    followed into the edition of the data; how much of China; value or mass; totals as they are
    told, or with silent partners as they were. A source is read once, whatever their number.

    Raises
    ------
    RequestError
        For two-way trade, and where one side is a part of the other.
    NoEvidenceError
        If nothing in the lake answers.
    """
    if not question(definition.measure).has_curve:
        known = [name for name, one in QUESTIONS.items() if one.has_curve]
        raise RequestError(f"{definition.measure} has no curve yet", hint=f"ask {', '.join(known)}")
    if definition.flow == "both":
        raise RequestError("two-way trade has no curve yet", hint="leave out --flow both")
    if members_of(definition, "importer") & members_of(definition, "exporter"):
        raise RequestError(
            f"{definition.exporter} and {definition.importer} overlap",
            why="trade inside a group counts for one of them and not for the other",
            hint="name two sides that have no country in common",
        )
    found: list[Specification] = []
    left: Left = []
    for source in [definition.source] if definition.source else flow_sources(lake):
        found += _of_source(definition, lake, source, left)
    if not found:
        first: dict[str, str] = {}  # one reason a source: the others are of the same kind
        for what, why in left:
            first.setdefault(what.partition(",")[0].partition(":")[0], why)
        reasons = "; ".join(f"{source}: {why}" for source, why in first.items())
        raise NoEvidenceError("no specification can be evaluated", why=reasons)
    return of_curve(found, left)


def _of_source(
    definition: Definition, lake: Lake, source: str, left: Left
) -> Iterator[Specification]:
    periods = [span for span in (definition.period, definition.base) if span]
    deliveries = held(lake, source, periods)
    if isinstance(deliveries, Missing):
        left.append((source, deliveries.reason))
        return
    for one in deliveries:  # of years, quarters, months: the first that answers
        found = [
            item
            for voice in _voices(definition, one, lake)
            for item in _of_voice(definition, Cells(lake, one, voice), left)
        ]
        if found:
            yield from found
            return


def _voices(definition: Definition, there: Held, lake: Lake) -> tuple[Side | None, ...]:
    """Return whose reports are heard; single reports where they are held, not from both sources."""
    found = voices_of(definition, there)
    if there.is_reconciled and any(item.reporters for item in lake.holdings() if item.counts):
        return found[:1]
    return found


def _of_voice(definition: Definition, cells: Cells, left: Left) -> Iterator[Specification]:
    """Yield the specifications that one side's reports, or what was made of both, answer."""
    source = cells.held.source
    name = source if cells.voice is None else f"{source}, {cells.voice}'s reports"
    refused_ = unknown(definition, source) or unasked(definition, source, cells.held)
    if refused_:
        left.append((name, refused_))
        return
    cells = cells.hearing(definition)
    if mute := silent(cells, definition):
        left.append((name, mute.reason))
        return
    twofold = Cells(cells.lake, cells.held).told_twice(definition)
    cells = replace(cells, twofold=twofold)
    editions = tuple(one for one in cells.editions(definition) if one != NO_CODES)
    if not editions and definition.goods != "all":
        left.append((name, f"it has totals over all goods only, no {definition.goods}"))
        return
    choices, lost = goods_choices(definition, editions, cells.lake)
    left += [(f"{name}: {what}", why) for what, why in lost]
    if not choices:
        left.append((name, "no code of the goods asked for is left"))
        return
    if refused := refusal(cells, definition, choices[0].goods):
        left.append((name, refused.reason))
        return
    report = {"source": source, "report": f"{cells.voice}'s" if cells.voice else "reconciled"}
    yield from _specifications(definition, cells, choices, report, left)


def _specifications(
    definition: Definition,
    cells: Cells,
    choices: list[GoodsChoice],
    report: dict[str, str],
    left: Left,
) -> Iterator[Specification]:
    every = _apart(territory_choices(definition), cells, left)
    shares = _totals(definition, cells)
    with cut(cells, [one for _, one in every], choices) as kept:
        places = _known(every, cells, kept, left)
        asked = [one for _, one in places]
        for amount in _amounts(definition, cells, kept, left):
            values = evaluated(cells, kept, amount, asked, choices)
            for goods, choice in enumerate(choices):
                lost = [words for at, (words, _) in enumerate(places) if (goods, at) not in values]
                if lost:
                    what = ", ".join([*(text for _, text in choice.choices), amount, *lost])
                    left.append((f"{cells.held.source}: {what}", "no value"))
            for (goods, place), value in sorted(values.items()):
                base = (
                    report
                    | dict(choices[goods].choices)
                    | {"territory": places[place][0], "quantity": amount}
                )
                for words, factor in shares:
                    yield Specification(base | {"total": words}, value * factor)


def _apart(
    places: list[tuple[str, Definition]], cells: Cells, left: Left
) -> list[tuple[str, Definition]]:
    """Return the territories that have no area in common with the other side."""
    found = []
    for words, one in places:
        if members_of(one, "importer") & members_of(one, "exporter"):
            left.append((f"{cells.held.source}: {words}", "the other side is a part of it"))
        else:
            found.append((words, one))
    return found


def _known(
    places: list[tuple[str, Definition]], cells: Cells, kept: Frame, left: Left
) -> list[tuple[str, Definition]]:
    """Return the question as asked, and the territories that the rows tell apart from it."""
    there = {side: names_on(kept, side, frozenset()) for side in _VOICES}
    found = places[:1]
    for words, one in places[1:]:
        more = {
            side: members_of(one, side) - members_of(places[0][1], side) - there[side]
            for side in _VOICES
        }
        if absent := sorted(frozenset().union(*more.values())):
            left.append((f"{cells.held.source}: {words}", f"nothing of {', '.join(absent)}"))
        else:
            found.append((words, one))
    return found


def _totals(definition: Definition, cells: Cells) -> list[tuple[str, float]]:
    """Return what a share is a share of, and the factor that makes it so."""
    found = [("as told", 1.0)]
    if question(definition.measure).is_part and totals(definition)[0][1] in cells.mirrors:
        covered = mirror_coverage(cells, definition)
        if covered and covered.share < 1:
            found.append(("silent partners as before", covered.share))
    return found


def _amounts(definition: Definition, cells: Cells, kept: Frame, left: Left) -> Iterator[str]:
    """Yield what can be added up: value, and mass where nearly all has one."""
    if definition.quantity == "mass":
        yield "mass"
        return
    yield "value"
    if definition.measure in ("value", "growth"):  # of dollars and of kilograms: two questions
        return
    if cells.held.is_reconciled and cells.voice:
        left.append((f"{cells.held.source} by mass", "reconciled rows keep both values, one mass"))
        return
    [(value, weighed)] = fetch(kept.select(*(nw.col(name).sum() for name in ("value", "weighed"))))
    if value and (weighed or 0.0) >= WEIGHED * value:
        yield "mass"
    else:
        part = 100 * (weighed or 0.0) / value if value else 0.0
        left.append(
            (f"{cells.held.source} by mass", f"{part:.0f} % of the value has a mass, too little")
        )
