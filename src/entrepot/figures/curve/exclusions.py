"""Which combinations are no answer: too little has a mass, or the source knows nobody asked of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from entrepot.figures.curve.amounts import WEIGHED
from entrepot.figures.curve.territories import at
from entrepot.figures.run_measure import refuse_unrecorded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.figures.curve.goods import Numbered
    from entrepot.figures.curve.partner_choices import PartnerChoice
    from entrepot.figures.curve.territories import Left
    from entrepot.figures.curve.time_windows import Timed
    from entrepot.figures.definition import Definition

__all__ = ["Judge"]


@dataclass(frozen=True, slots=True)
class Judge:
    """Says of combinations within one side's reports whether they are an answer, or why not.

    Attributes
    ----------
    timed
        The times that are asked.
    weighed
        Which part of the value has a mass, by goods and choice of partners; empty where mass is
        not one of several amounts.
    left
        Gets what has too little mass.
    """

    timed: Sequence[Timed]
    weighed: Mapping[tuple[int, int], float]
    left: Left
    _known: dict[tuple[str, str, str, bool], str] = field(default_factory=dict)

    def weighed_enough(
        self,
        one: Numbered,
        goods: int,
        places: Sequence[int],
        ways: Sequence[PartnerChoice],
        amount: str,
    ) -> list[int]:
        """Return the choices of partners under which nearly all of the goods has such an amount."""
        if amount != "mass" or one.span.asked.quantity == "mass":
            return list(places)
        name, when = self.timed[0].name, one.span.words
        goods_words = [text for _, text in one.choice.choices]
        what = f"{name}: {', '.join(('mass', *goods_words, when))}"
        if one.choice.is_weighted:
            self.left.append((what, "weights split values of codes, and their masses otherwise"))
            return []
        parts = {place: self.weighed.get((goods, place), 0.0) for place in places}
        thin = [place for place, part in parts.items() if part < WEIGHED]
        for place in thin:
            if len(thin) < len(places):
                way = ways[place]
                words = ("mass", *goods_words, *way.choices.values(), way.total, when)
                what = f"{name}: {', '.join(words)}"
            why = f"{100 * parts[place]:.0f} % of the value has a mass, too little"
            self.left.append((what, why))
            if len(thin) == len(places):
                break
        return [place for place in places if place not in thin]

    def refused(self, when: str, place: Definition, value: float | None) -> str:
        """Say why there is no value, or none that is an answer; empty text if it is one."""
        key = (when, place.importer, place.exporter, bool(value))
        if key not in self._known:
            [time] = [one for one in self.timed if one.span.words == when]
            lost = refuse_unrecorded(time.cells, at(time.span.asked, place), value)
            self._known[key] = lost.reason if lost else ""
        return self._known[key] or ("" if value is not None else "no value")
