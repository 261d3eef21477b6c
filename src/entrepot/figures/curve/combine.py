"""Every combination of the choices within one side's reports, as specifications."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError
from entrepot.figures.curve.amounts import amounts, basis, valuation
from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.curve.exclusions import Judge
from entrepot.figures.curve.goods import by_goods, kinds
from entrepot.figures.curve.measured import evaluated
from entrepot.figures.curve.partner_choices import unlike, ways
from entrepot.figures.curve.rows import areas_there, codes_there, cut, told
from entrepot.figures.curve.territories import apart, at, known
from entrepot.figures.figure import Specification
from entrepot.figures.questions import of as question
from entrepot.figures.run_measure import moved
from entrepot.figures.spread import Found
from entrepot.lake import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.cells import Frame, Goods
    from entrepot.figures.curve.goods import Numbered
    from entrepot.figures.curve.partner_choices import PartnerChoice
    from entrepot.figures.curve.territories import Left
    from entrepot.figures.curve.time_windows import Timed

__all__ = ["combined"]

Totals = Callable[[str, "PartnerChoice", "Goods", str], Sequence[tuple[str, float]]]
"""From time, partners, goods and what is added up to totals in words, each with its factor."""


def combined(
    timed: Sequence[Timed], numbered: Sequence[Numbered], totals: Totals, left: Left
) -> Iterator[Found]:
    """Yield the specifications that one side's reports, or what was made of both, answer.

    Parameters
    ----------
    timed
        The time asked about, and the longer one if there is one.
    numbered
        Choices of goods and time, those of the time asked about first.
    totals
        Says, of a time, a choice of partners and goods, what the total is, in words, and the factor
        that makes a share one of it.
    left
        Gets what could not be evaluated, and why.
    """
    cells, asked, name = timed[-1].cells, timed[0].span.asked, timed[0].name
    places = apart(territory_choices(asked), name, left)
    every = [at(timed[-1].span.asked, one) for _, one in places]
    with cut(cells, every, [one.choice for one in numbered]) as kept:
        there = areas_there(kept, [one for _, one in places])
        places, mute = known(places, timed, there, left)
        said, codes = told(kept), codes_there(kept)
        added = {one.span.words: amounts(one, said, left) for one in timed}
        words = {
            one.span.words: {"valuation": valuation(one, said), "basis": basis(one, said)}
            for one in timed
        }
        gone = _moved(kept, numbered, name, left)
        with by_goods(cells, kept, codes, numbered) as rows:
            of_goods = kinds(rows, [one for _, one in places])
            chosen = ways(places, {kind for some in of_goods.values() for kind in some})
            wanted = sorted({amount for some in added.values() for amount in some})
            editions = sorted({edition for edition, _ in codes})
            try:
                values, weighed = evaluated(cells, rows, asked, chosen, wanted, editions)
            except NoEvidenceError as error:
                left.append((name, error.what))
                return
    kept_ways = unlike(chosen, [of_goods.get(goods, []) for goods in range(len(numbered))])
    judge = Judge(timed, weighed, left)
    for goods, one in enumerate(numbered):
        if goods in gone:
            continue
        when = one.span.words
        heard = [place for place in kept_ways[goods] if (when, chosen[place].territory) not in mute]
        for amount in added[when]:
            for place in judge.weighed_enough(one, goods, heard, chosen, amount):
                way = chosen[place]
                base = dict(one.choice.choices) | way.choices | {"quantity": amount}
                value = values.get((goods, place, amount))
                if why := judge.refused(when, way.asked, value):
                    left.append((f"{name}: {', '.join((*base.values(), when))}", why))
                    continue
                assert value is not None, "what has no value is refused"
                for number, (total, factor) in enumerate(
                    totals(when, way, one.choice.goods, amount)
                ):
                    choices = timed[0].report | base
                    choices |= {"total": _both(way.total, total), "window": when} | words[when]
                    is_asked = (goods, place, number) == (0, 0, 0) and amount == asked.quantity
                    yield Found(
                        Specification(choices, value * factor), is_asked and one.choice.is_asked
                    )


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
