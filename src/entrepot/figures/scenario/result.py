"""The result of a scenario: losses with their ranges, and all assumptions behind them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from entrepot.figures.card import fragment, table_html
from entrepot.figures.figure import headline
from entrepot.figures.scenario.schema import side_name
from entrepot.model.areas import area_name
from entrepot.model.display import figure_value, folded, range_text
from entrepot.model.table_files import TableResult
from entrepot.sources.icio.sectors import sector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from entrepot.figures.evidence import Caveat, Evidence
    from entrepot.figures.figure import Figure
    from entrepot.figures.scenario.schema import ScenarioFile
    from entrepot.measures.cutoff import Network
    from entrepot.measures.origin.economy import Numbers

    Marks = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Between:
    """A value and the ends over all assumptions; None where one value stands alone."""

    value: float
    low: float | None = None
    high: float | None = None

    def range_text(self, unit: str) -> str:
        """Return the ends as every surface prints them; empty where there are none."""
        return range_text(self.low, self.high, unit, value=self.value)

    def to_dict(self) -> dict[str, float | None]:
        """Return as plain JSON types."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Loss:
    """What somebody, or a sector of theirs, loses.

    Attributes
    ----------
    who
        ``target``, ``imposes``, ``others`` or ``world``: on which side.
    code, name
        Of the side, the area or the sector.
    output_usd
        Output before, USD.
    lost_usd, lost_share
        Output lost, USD and of output before; below zero for a gain.
    value_added_usd
        Value added lost with it, at the rates of before.
    """

    who: str
    code: str
    name: str
    output_usd: float
    lost_usd: Between
    lost_share: Between
    value_added_usd: Between

    @property
    def is_some(self) -> bool:
        """Whether something is lost, under one set of assumptions at least."""
        return max(self.lost_usd.value, self.lost_usd.high or 0.0) > 0

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        amounts = ("lost_usd", "lost_share", "value_added_usd")
        plain = {name: getattr(self, name) for name in ("who", "code", "name", "output_usd")}
        return plain | {name: getattr(self, name).to_dict() for name in amounts}


@dataclass(frozen=True, slots=True)
class EconomyLoss:
    """Output lost because inputs are missing.

    Attributes
    ----------
    stopped_usd
        Trade that stops, USD, what leaks left out.
    sides, areas, sectors
        Losses of the sides; of every area, the largest part lost first; of sectors of target and
        of who imposes.
    alone
        By assumption and side: ends of the part of output lost if it alone is changed.
    solutions
        How many sets of assumptions were worked out.
    left_out
        Those that have no solution, with the reason.
    checks
        Of the value: ``miss`` of the balance, of the largest output; ``over``, orders above what
        was sold before; ``cushion``; ``steps``.
    """

    evidence: Evidence
    stopped_usd: float
    sides: tuple[Loss, ...]
    areas: tuple[Loss, ...]
    sectors: tuple[Loss, ...]
    alone: dict[str, dict[str, tuple[float, float]]]
    solutions: int
    left_out: tuple[dict[str, Any], ...]
    checks: dict[str, float | None]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        lists = ("sides", "areas", "sectors")
        return {
            "evidence": self.evidence.to_dict(),
            "stopped_usd": self.stopped_usd,
            **{name: [one.to_dict() for one in getattr(self, name)] for name in lists},
            "alone": self.alone,
            "solutions": self.solutions,
            "left_out": [_plain(one) for one in self.left_out],
            "checks": self.checks,
        }


@dataclass(frozen=True, slots=True)
class SalesLoss:
    """Output lost because sales are lost, by extraction; no range: it has no elasticities.

    Attributes
    ----------
    stopped_usd, unmet_usd
        Trade that stops, and what of it nobody replaces, USD.
    sides, areas
        Losses of the sides, and of every area, the largest part lost first.
    """

    evidence: Evidence
    stopped_usd: float
    unmet_usd: float
    sides: tuple[Loss, ...]
    areas: tuple[Loss, ...]
    checks: dict[str, float | None]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "evidence": self.evidence.to_dict(),
            "stopped_usd": self.stopped_usd,
            "unmet_usd": self.unmet_usd,
            "sides": [one.to_dict() for one in self.sides],
            "areas": [one.to_dict() for one in self.areas],
            "checks": self.checks,
        }


@dataclass(frozen=True, slots=True)
class Scenario(TableResult):
    """A scenario with its results; levels that were not asked for are None.

    Attributes
    ----------
    file
        The scenario, with every assumption.
    goods
        Figures of the goods level: one for each direction that stops.
    """

    file: ScenarioFile
    economy: EconomyLoss | None
    extraction: SalesLoss | None
    goods: tuple[Figure, ...]
    caveats: tuple[Caveat, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no level that was asked for has a value."""
        levels = self.economy is None and self.extraction is None
        return levels and all(one.value is None for one in self.goods)

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each loss of the economy level: of sides, areas and sectors, in USD."""
        if self.economy is None:
            return []
        return [
            {
                "of": of,
                "code": loss.code,
                "name": loss.name,
                "lost_share": loss.lost_share.value,
                "lost_share_low": loss.lost_share.low,
                "lost_share_high": loss.lost_share.high,
                "lost_usd": loss.lost_usd.value,
                "lost_usd_low": loss.lost_usd.low,
                "lost_usd_high": loss.lost_usd.high,
            }
            for of in ("sides", "areas", "sectors")
            for loss in getattr(self.economy, of)
        ]

    @property
    def _title(self) -> str:
        return f"{self.file.title}, {self.file.period}"

    def _shown(self) -> list[list[str]]:
        """Return who loses how much, below the heads of the columns."""
        every = self.rows()
        sides = {one["code"] for one in every if one["of"] == "sides"}
        rows = [
            [
                str(one["name"]),
                *(
                    range_text(one[f"{name}_low"], one[f"{name}_high"], unit, value=one[name])
                    for name, unit in (("lost_share", "share"), ("lost_usd", "USD"))
                ),
            ]
            for one in every
            if one["of"] == "sides" or (one["of"] == "areas" and one["code"] not in sides)
        ]
        return [["", "output lost", "amount"], *rows]

    def __str__(self) -> str:
        every = self._shown() if self.economy else []
        rows = every[:_MOST]
        sizes = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
        lines = [
            "  ".join(f"{one:<{size}}" for one, size in zip(row, sizes, strict=True)).rstrip()
            for row in rows
        ]
        lines += [f"and {len(every) - _MOST} more"] if len(every) > _MOST else []
        lines += [f"{headline(one)}: {one.value_text}" for one in self.goods]
        notes = [f"{at}  {one.text} [{one.id}]" for at, one in enumerate(self.caveats, 1)]
        return "\n".join([folded([self._title]), "", *lines, "", folded(notes)]).rstrip()

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def _repr_html_(self) -> str:
        head, *rows = self._shown()
        parts = [f'<p class="hd">{escape(self._title)}</p>']
        parts.append(table_html(head, rows))
        parts += [_repr_figure(one) for one in self.goods]
        parts += [f'<p class="m">{escape(one.text)}</p>' for one in self.caveats]
        return fragment(self._title, parts)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "scenario": _plain(self.file.model_dump(mode="json")),
            "economy": self.economy and self.economy.to_dict(),
            "extraction": self.extraction and self.extraction.to_dict(),
            "goods": [one.to_dict() for one in self.goods],
            "caveats": [one.to_dict() for one in self.caveats],
        }


_MOST = 20
"""Lines of a table of losses that a terminal shows."""


def _repr_figure(figure: Figure) -> str:
    value = figure_value(figure.value, figure.unit)
    return f'<p class="w">{escape(headline(figure))}: {escape(value)}</p>'


def _plain(data: Any) -> Any:
    """Return data with an infinite elasticity as text, which JSON has and a file may hold."""
    if isinstance(data, dict):
        return {name: _plain(one) for name, one in data.items()}
    if isinstance(data, list):
        return [_plain(one) for one in data]
    # JSON has no infinity, and json.dumps would write one that other readers refuse.
    return str(data) if data == float("inf") else data


# From output lost by sector to losses of sides, areas and sectors, with their ends.


MILLION = 1e6
SETTLED = 1e-9
"""Part of the largest output to which solutions are settled: a loss below it is none."""
OTHERS, WORLD = "others", "world"
_NAMES = {OTHERS: "all other countries", WORLD: "the whole world"}


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
        total = float(self.network.output[places].sum())
        return [one / total for one in self._lost(places)]

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
        # The solver settles to a part of the largest
        # output; small sectors may still move below that.
        least = SETTLED * max(float(output.max()), float(output[places].sum()))
        found = (float(one[places].sum()) for one in self.lost)
        return [one if abs(one) > least else 0.0 for one in found]

    def _loss(self, who: str, code: str, name: str, places: Marks) -> Loss:
        output = float(self.network.output[places].sum())
        rate = self.network.economy.value_added[places]
        lost = self._lost(places)
        added = [
            # Zero where the loss itself was below what the solution misses by.
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
