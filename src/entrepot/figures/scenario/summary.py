"""From output lost by sector to losses of sides, areas and sectors, with their ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.figures.scenario.result import Between, Loss
from entrepot.figures.scenario.sides import side_name
from entrepot.model.areas import area_name
from entrepot.sources.icio.sectors import sector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from entrepot.figures.scenario.schema import ScenarioFile
    from entrepot.measures.cutoff import Network
    from entrepot.measures.origin.economy import Numbers

    Marks = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["LossSummary"]

MILLION = 1e6
SETTLED = 1e-9
"""Part of the largest output to which solutions are settled: a loss below it is none."""
OTHERS, WORLD = "others", "world"
_NAMES = {OTHERS: "everybody else", WORLD: "the whole world"}


@dataclass(frozen=True, slots=True, eq=False)
class LossSummary:
    """Losses in words of a scenario.

    Attributes
    ----------
    network
        The economy.
    sides
        Areas of ``target`` and ``imposes`` that the table has.
    titles
        How the scenario names them.
    lost
        For each solution, the value first, n: output lost, m USD.
    """

    network: Network
    sides: dict[str, frozenset[str]]
    titles: dict[str, str]
    lost: Sequence[Numbers]

    @classmethod
    def of(cls, file: ScenarioFile, network: Network, lost: Sequence[Numbers]) -> LossSummary:
        """Return the teller of a scenario."""
        names = frozenset(network.economy.names)
        texts = {"target": file.cut.target, "imposes": file.cut.imposes}
        sides = {
            "target": file.members("target") & names,
            "imposes": file.members("imposes") & names,
        }
        return cls(network, sides, texts, lost)

    def of_sides(self) -> tuple[Loss, ...]:
        """Return what target, who imposes, everybody else and all together lose."""
        both = frozenset[str]().union(*self.sides.values())
        names = frozenset(self.network.economy.names)
        groups = self.sides | {OTHERS: names - both, WORLD: names}
        return tuple(
            self._loss(side, self.titles.get(side, side), self._title(side), self._of(codes))
            for side, codes in groups.items()
            if codes
        )

    def of_areas(self) -> tuple[Loss, ...]:
        """Return what every area loses, the largest part first."""
        found = [
            self._loss(self._side(code), code, area_name(code), self._of(frozenset({code})))
            for code in self.network.economy.names
        ]
        return tuple(sorted(found, key=lambda one: (-one.lost_share.value, one.code)))

    def of_sectors(self) -> tuple[Loss, ...]:
        """Return what sectors of target and who imposes lose, the largest amount first."""
        found = [
            self._loss(side, code, sector(code, own=True).name, places)
            for side, codes in self.sides.items()
            for code, places in self._by_sector(codes)
        ]
        return tuple(sorted(found, key=lambda one: (one.who != "target", -one.lost_usd.value)))

    def shares(self, side: str) -> list[float]:
        """Return the part of output that a side loses in each solution."""
        places = self._of(self.sides[side])
        whole = float(self.network.output[places].sum())
        return [one / whole for one in self._lost(places)]

    def _title(self, side: str) -> str:
        return side_name(self.titles[side]) if side in self.titles else _NAMES[side]

    def _by_sector(self, codes: frozenset[str]) -> Iterator[tuple[str, Marks]]:
        world = self.network.economy
        own = self._of(codes)
        for place, code in enumerate(world.sectors):
            here = own & (world.sector_of == place)
            if self.network.output[here].sum() > 0:
                yield code, here

    def _side(self, code: str) -> str:
        return next((side for side, codes in self.sides.items() if code in codes), OTHERS)

    def _of(self, codes: frozenset[str]) -> Marks:
        import numpy as np

        world = self.network.economy
        wanted = [place for place, name in enumerate(world.names) if name in codes]
        found: Marks = np.isin(world.name_of, wanted)
        return found

    def _lost(self, places: Marks) -> list[float]:
        """Return what is lost in each solution; zero where that is no more than it misses by."""
        output = self.network.output
        least = SETTLED * max(float(output.max()), float(output[places].sum()))
        found = (float(one[places].sum()) for one in self.lost)
        return [one if abs(one) > least else 0.0 for one in found]

    def _loss(self, who: str, code: str, name: str, places: Marks) -> Loss:
        output = float(self.network.output[places].sum())
        rate = self.network.economy.value_added[places]
        lost = self._lost(places)
        added = [
            float(rate @ one[places]) if some else 0.0
            for some, one in zip(lost, self.lost, strict=True)
        ]
        return Loss(
            who,
            code,
            name,
            MILLION * output,
            _between([MILLION * one for one in lost]),
            _between([one / output if output else 0.0 for one in lost]),
            _between([MILLION * one for one in added]),
        )


def _between(values: Sequence[float]) -> Between:
    low, high = min(values), max(values)
    return Between(values[0], low, high) if low < high else Between(values[0])
