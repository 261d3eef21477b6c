"""The scenario file, closed: what each key may hold (format 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from entrepot.errors import RequestError
from entrepot.goods.parse import parse
from entrepot.measures.cutoff import OTHERS, power_of
from entrepot.model.areas import WORLD, area_set
from entrepot.model.closed_yaml import parse_closed, read_closed
from entrepot.model.period import Period
from entrepot.sources.icio.sectors import sector

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    *("ASSUMED", "NOBODY", "Assumed", "CutKeys", "EconomyKeys", "ScenarioFile"),
    *("parse_scenario", "read_scenario"),
]

NOBODY = "nobody"
ASSUMED = ("leak", "friction", "inputs", "outer")
"""Assumptions of the economy level that may have several values."""
_SLACK = 1e-9

Instrument = Literal["export_ban", "import_ban", "embargo"]


class Closed(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Assumed(Closed):
    """An assumption: the value that the result takes, and others that it might be."""

    take: float
    also: tuple[float, ...] = ()

    @property
    def values(self) -> tuple[float, ...]:
        """All of them, the one that is taken first."""
        return tuple(dict.fromkeys((self.take, *self.also)))


def _alone(value: Any) -> Any:
    """Let a number stand for itself: without others, it adds nothing to the range."""
    return {"take": value} if isinstance(value, (int, float, str)) else value


Assumption = Annotated[Assumed, BeforeValidator(_alone)]


def _assumed(take: float, *also: float) -> Any:
    return Field(default_factory=lambda: Assumed(take=take, also=also))


class BackKeys(Closed):
    """What stops, in words of the side that stops it."""

    instrument: Instrument
    sectors: tuple[str, ...] | None = None

    @field_validator("sectors")
    @classmethod
    def _are_sectors(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for code in codes or ():
            sector(code)
        if codes is not None and not codes:
            raise RequestError("no sectors", hint="leave the key out for all of them")
        return codes


class CutKeys(BackKeys):
    """Who stops what, with whom."""

    imposes: str
    target: str

    @field_validator("imposes", "target")
    @classmethod
    def _is_area(cls, text: str) -> str:
        # Groups are dated, but a name is known or unknown whatever the day.
        if WORLD in area_set(text, Period.parse("2023").start):
            raise RequestError("the world stops no trade with itself", hint="name areas")
        return text


class EconomyKeys(Closed):
    """Assumptions of the economy level: missing inputs, and what they do to output."""

    source: str | None = None
    leak: Assumption = _assumed(0.10, 0.05, 0.30)
    friction: Assumption = _assumed(0.30, 0.10, 0.60)
    inputs: Assumption = _assumed(0.5, 0.2, 0.8)
    outer: Assumption = _assumed(0.5, 0.2, 0.8)
    cap: float = Field(default=0.98, gt=0, le=1)

    @field_validator("leak", "friction")
    @classmethod
    def _are_parts(cls, given: Assumed) -> Assumed:
        for value in given.values:
            if not 0 <= value <= 1:
                raise RequestError(f"{value} is no part", hint="0 to 1: 0.1 is 10 %")
        return given

    @field_validator("inputs", "outer")
    @classmethod
    def _are_elasticities(cls, given: Assumed) -> Assumed:
        for value in given.values:
            power_of(value)
        return given

    @field_validator("outer")
    @classmethod
    def _above_zero(cls, given: Assumed) -> Assumed:
        if min(given.values) <= 0:
            raise RequestError(
                "an elasticity of zero between inputs and value added",
                why="each loss would go round the world without an end",
                hint="0.2 is little, 0.5 usual",
            )
        return given


class ExtractionKeys(Closed):
    """Who sells instead: parts by area, of everybody (`others`) and of nobody; together one."""

    source: str | None = None
    replaced: dict[str, float]
    leak: float = Field(default=0.0, ge=0, le=1)

    @field_validator("replaced")
    @classmethod
    def _add_up(cls, parts: dict[str, float]) -> dict[str, float]:
        for code, part in parts.items():
            if code not in (OTHERS, NOBODY):
                area_set(code, Period.parse("2023").start)
            if not 0 <= part <= 1:
                raise RequestError(f"{code}: {part} is no part", hint="0 to 1: 0.4 is 40 %")
        if abs((total := sum(parts.values())) - 1) > _SLACK:
            raise RequestError(
                f"who replaces adds up to {total:g}, not to one",
                why="what stops is sold by somebody else or by nobody",
                hint=f"give what is left to {OTHERS} or to {NOBODY}",
            )
        return parts


class GoodsKeys(Closed):
    """Goods by their codes, as in ``entrepot ask cutoff``."""

    goods: str
    source: str | None = None
    sigma: float | None = Field(default=None, gt=1)
    unwilling: str | None = None

    @field_validator("unwilling")
    @classmethod
    def _are_areas(cls, text: str | None) -> str | None:
        if text is not None:
            area_set(text, Period.parse("2023").start)
        return text

    @field_validator("goods")
    @classmethod
    def _are_goods(cls, text: str) -> str:
        parse(text)
        return text


class ScenarioFile(Closed):
    """A scenario: what stops, and at which levels its effect is worked out."""

    format: Literal[1]
    title: str
    note: str = ""
    period: str
    cut: CutKeys
    retaliation: BackKeys | None = None
    economy: EconomyKeys | None = None
    extraction: ExtractionKeys | None = None
    goods: GoodsKeys | None = None

    @field_validator("period")
    @classmethod
    def _is_year(cls, text: str) -> str:
        if not Period.parse(text).is_year:
            raise RequestError(
                f"{text} is not one year", why="input-output tables are of years", hint="2022"
            )
        return text

    @model_validator(mode="after")
    def _fits(self) -> ScenarioFile:
        day = Period.parse(self.period).end
        if both := sorted(area_set(self.cut.imposes, day) & area_set(self.cut.target, day)):
            raise RequestError(
                f"{', '.join(both)} imposes the cut and is its target",
                why="nobody stops trade with itself",
                hint="take it out of one of the two",
            )
        if self.economy is None and self.extraction is None and self.goods is None:
            raise RequestError(
                "a scenario at no level",
                hint="add economy: {} (missing inputs), extraction (lost sales) or goods (codes)",
            )
        return self

    def members(self, side: Literal["imposes", "target"]) -> frozenset[str]:
        """Return the areas on a side; a dated group as of the last day of the period."""
        return area_set(getattr(self.cut, side), Period.parse(self.period).end)


def read_scenario(path: Path) -> ScenarioFile:
    """Read a scenario file.

    Raises
    ------
    BadFileError
        For an unknown key or area, a sector that is not there, parts that do not add up and so on,
        with the line.
    """
    return read_closed(path, ScenarioFile)


def parse_scenario(text: str, *, name: str = "scenario") -> ScenarioFile:
    """Read a scenario from text; see `read_scenario`."""
    return parse_closed(text, ScenarioFile, name=name)
