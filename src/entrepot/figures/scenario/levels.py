"""The levels of a scenario file: their assumptions, closed."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from entrepot.errors import RequestError
from entrepot.goods.parse import parse
from entrepot.measures.cutoff import OTHERS, power_of
from entrepot.model.areas import WORLD, area_set
from entrepot.model.period import Period

__all__ = [
    *("ASSUMED", "NOT_REPLACED", "Assumed", "ClosedTrade"),
    *("EconomyKeys", "ExtractionKeys", "GoodsKeys"),
]

NOT_REPLACED = "not_replaced"
ASSUMED = ("leak", "friction", "inputs", "outer")
"""Assumptions of the economy level that may have several values."""
# Parts such as 0.1, 0.2 and 0.7 add up to one only nearly, in binary numbers.
_SLACK = 1e-9


class ClosedTrade(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_truth(value: Any) -> Any:
    """Refuse true and false, which Python takes for one and zero."""
    if isinstance(value, bool):
        raise PydanticCustomError("float_type", "not a number")
    return value


Number = Annotated[float, BeforeValidator(_no_truth)]


class Assumed(ClosedTrade):
    """An assumption: the value that the result takes, and others that it might be."""

    take: Number
    also: tuple[Number, ...] = ()

    @property
    def values(self) -> tuple[float, ...]:
        """All of them, the one that is taken first."""
        return tuple(dict.fromkeys((self.take, *self.also)))


def _alone(value: Any) -> Any:
    """Let a number stand for itself: without others, it adds nothing to the range."""
    # Text too: an infinite elasticity is written as text; Pydantic refuses what is no number.
    return {"take": value} if isinstance(value, (int, float, str)) else value


Assumption = Annotated[Assumed, BeforeValidator(_alone)]


def _assumed(take: float, *also: float) -> Any:
    return Field(default_factory=lambda: Assumed(take=take, also=also))


class EconomyKeys(ClosedTrade):
    """Assumptions of the economy level: missing inputs, and what they do to output."""

    source: str | None = None
    leak: Assumption = _assumed(0.10, 0.05, 0.30)
    friction: Assumption = _assumed(0.30, 0.10, 0.60)
    inputs: Assumption = _assumed(0.5, 0.2, 0.8)
    outer: Assumption = _assumed(0.5, 0.2, 0.8)
    cap: Number = Field(default=0.98, gt=0, le=1)

    @field_validator("leak", "friction")
    @classmethod
    def _are_parts(cls, given: Assumed) -> Assumed:
        for value in given.values:
            if not 0 <= value <= 1:
                raise RequestError(f"{value} is no part", hint="0 to 1: 0.1 is 10 %")
        return given

    @field_validator("leak")
    @classmethod
    def _stops_some(cls, given: Assumed) -> Assumed:
        _must_stop(max(given.values))
        return given

    @field_validator("inputs", "outer")
    @classmethod
    def _are_elasticities(cls, given: Assumed) -> Assumed:
        for value in given.values:
            # Raises for what is no elasticity; its result is not needed here.
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


def _must_stop(leak: float) -> None:
    if leak >= 1:
        raise RequestError(
            f"a leak of {leak:g}: nothing stops",
            why="the leak is the part that flows on all the same",
            hint="below 1: 0.1 is 10 %",
        )


def _one_area(name: str) -> str:
    """Return the code of an area that sells instead."""
    members = area_set(name, Period.parse("2023").start)
    if WORLD in members:
        raise RequestError(f"{name} is the world", hint=f"write {OTHERS}")
    if len(members) > 1:
        raise RequestError(
            f"{name} is a group without a split among its members",
            hint=f"give each of its members a part: {', '.join(sorted(members))}",
        )
    return next(iter(members))


class ExtractionKeys(ClosedTrade):
    """Who sells instead: parts by area, of everybody (`others`) and of nobody; together one."""

    source: str | None = None
    replaced: dict[str, Number]
    leak: Number = Field(default=0.0, ge=0)

    @field_validator("leak")
    @classmethod
    def _stops_some(cls, leak: float) -> float:
        _must_stop(leak)
        return leak

    @field_validator("replaced")
    @classmethod
    def _add_up(cls, given: dict[str, float]) -> dict[str, float]:
        parts: dict[str, float] = {}
        for name, part in given.items():
            code = name if name in (OTHERS, NOT_REPLACED) else _one_area(name)
            if code in parts:
                raise RequestError(f"{code} stands there twice", hint="name each area once")
            parts[code] = part
            if not 0 <= part <= 1:
                raise RequestError(f"{code}: {part} is no part", hint="0 to 1: 0.4 is 40 %")
        if abs((total := sum(parts.values())) - 1) > _SLACK:
            raise RequestError(
                f"who replaces adds up to {total:g}, not to one",
                why="what stops is sold by others or not replaced",
                hint=f"give what is left to {OTHERS} or to {NOT_REPLACED}",
            )
        return parts


class GoodsKeys(ClosedTrade):
    """Goods by their codes, as in ``entrepot ask cutoff``."""

    goods: str
    source: str | None = None
    sigma: Number | None = Field(default=None, gt=1)
    fixed_supply: str | None = None

    @field_validator("fixed_supply")
    @classmethod
    def _are_areas(cls, text: str | None) -> str | None:
        if text is not None and WORLD in area_set(text, Period.parse("2023").start):
            raise RequestError(
                "the supply of all countries is fixed",
                why=("then supply cannot increase, which is one end of the range already"),
                hint="name some, such as coalition, or leave the key out",
            )
        return text

    @field_validator("goods")
    @classmethod
    def _are_goods(cls, text: str) -> str:
        parse(text)
        return text
