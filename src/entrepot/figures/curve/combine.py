"""Every combination of the choices within one side's reports, as specifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError
from entrepot.figures.curve.amounts import amounts, basis, valuation
from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.curve.cut import areas_there, codes_there, cut, told
from entrepot.figures.curve.goods import by_goods, kinds
from entrepot.figures.curve.measured import evaluated
from entrepot.figures.curve.ways import unlike, ways
from entrepot.figures.figure import Specification
from entrepot.figures.measured import moved
from entrepot.figures.questions import of as question
from entrepot.figures.refusals import silent
from entrepot.figures.sides import SIDES, members_of
from entrepot.lake import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.figures.cells import Frame
    from entrepot.figures.curve.goods import Numbered
    from entrepot.figures.curve.spans import Timed
    from entrepot.figures.definition import Definition

__all__ = ["combined"]

Left = list[tuple[str, str]]
Places = list[tuple[str, "Definition"]]


def combined(
    timed: Sequence[Timed],
    numbered: Sequence[Numbered],
    totals: Mapping[str, Sequence[tuple[str, float]]],
    left: Left,
) -> Iterator[Specification]:
    """Yield the specifications that one side's reports, or what was made of both, answer.

    Parameters
    ----------
    timed
        The time asked about, and the longer one if there is one.
    numbered
        Choices of goods and time, those of the time asked about first.
    totals
        By time: what the total is, in words, and the factor that makes a share one of it.
    left
        Gets what could not be evaluated, and why.
    """
    cells, widest = timed[-1].cells, timed[-1].span.asked
    places = _apart(territory_choices(timed[0].span.asked), timed[0].name, left)
    every = [_at(widest, one) for _, one in places]
    with cut(cells, every, [one.choice for one in numbered]) as kept:
        places, mute = _known(places, timed, kept, left)
        said = told(kept)
        added = {one.span.words: amounts(one, said, left) for one in timed}
        words = {
            one.span.words: {"valuation": valuation(one, said), "basis": basis(one, said)}
            for one in timed
        }
        asked = [one for _, one in places]
        gone = _moved(kept, numbered, timed[0].name, left)
        with by_goods(cells, kept, codes_there(kept), numbered) as rows:
            there = kinds(rows, asked)
            chosen = ways(places, {kind for some in there.values() for kind in some})
            wanted = sorted({amount for some in added.values() for amount in some})
            try:
                values = evaluated(cells, rows, timed[0].span.asked, chosen, wanted)
            except NoEvidenceError as error:
                left.append((timed[0].name, error.what))
                return
    report = {
        "source": cells.held.source,
        "report": f"{cells.voice}'s" if cells.voice else "reconciled",
    }
    kept_ways = unlike(chosen, [there.get(goods, []) for goods in range(len(numbered))])
    for goods, one in enumerate(numbered):
        if goods in gone:
            continue
        when = one.span.words
        for at in kept_ways[goods]:
            way = chosen[at]
            if (when, way.territory) in mute:
                continue
            for amount in added[when]:
                value = values.get((goods, at, amount))
                base = dict(one.choice.choices) | way.choices | {"quantity": amount}
                if value is None:
                    what = ", ".join((*base.values(), when))
                    left.append((f"{cells.held.source}: {what}", "no value"))
                    continue
                for total, factor in totals[when]:
                    choices = report | base | {"total": _both(way.total, total), "window": when}
                    yield Specification(choices | words[when], value * factor)


def _moved(kept: Frame, numbered: Sequence[Numbered], name: str, left: Left) -> set[int]:
    """Return the choices of goods and time in which a product has other codes than in the base."""
    if not question(numbered[0].span.asked.measure).by_product:
        return set()
    told = fetch(kept.select("period", "nomenclature", "product").unique())
    found = set()
    for goods, one in enumerate(numbered):
        coded = [
            (now, edition, code)
            for day, edition, code in told
            if one.part_of(edition, code)
            for now, period in one.span.times
            if period.start <= day <= period.end
        ]
        if refused := moved(coded, one.span.asked):
            found.add(goods)
            what = ", ".join((*(text for _, text in one.choice.choices), one.span.words))
            left.append((f"{name}: {what}", refused.reason))
    return found


def _both(inside: str, silent_partners: str) -> str:
    """Say what a total is of, in words: as told but for what is said otherwise."""
    other = [text for text in (inside, silent_partners) if text != "as told"]
    return ", ".join(other) or "as told"


def _at(asked: Definition, place: Definition) -> Definition:
    """Return a question with the areas of another."""
    return asked.but(importer=place.importer, exporter=place.exporter)


def _apart(places: Places, name: str, left: Left) -> Places:
    """Return the territories that have no area in common with the other side."""
    found = []
    for words, one in places:
        if members_of(one, "importer") & members_of(one, "exporter"):
            left.append((f"{name}: {words}", "the other side is a part of it"))
        else:
            found.append((words, one))
    return found


def _known(
    places: Places, timed: Sequence[Timed], kept: Frame, left: Left
) -> tuple[Places, set[tuple[str, str]]]:
    """Return the territories that the rows tell apart, and those silent at some of the times."""
    there = areas_there(kept, [one for _, one in places])
    found, mute = places[:1], set()
    for words, one in places[1:]:
        more = {
            side: members_of(one, side) - members_of(places[0][1], side) - there[side]
            for side in SIDES
        }
        if absent := sorted(frozenset().union(*more.values())):
            left.append((f"{timed[0].name}: {words}", f"nothing of {', '.join(absent)}"))
            continue
        found.append((words, one))
        for time in timed:
            if refused := silent(time.cells, _at(time.span.asked, one)):
                left.append((f"{time.name}: {words}, {time.span.words}", refused.reason))
                mute.add((time.span.words, words))
    return found, mute
