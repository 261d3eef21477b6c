"""The scenario file, closed: what each key may hold (format 1)."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from entrepot.errors import RequestError
from entrepot.figures.input_rows import own_sectors
from entrepot.goods.parse import parse
from entrepot.measures.cutoff import OTHERS, power_of
from entrepot.model.area_names import known_codes
from entrepot.model.areas import WORLD, area_name, area_phrase, area_set, areas
from entrepot.model.closed_yaml import Closed, FormatOne, Title, parse_closed, read_closed
from entrepot.model.period import Period
from entrepot.sources.icio.sectors import sector

if TYPE_CHECKING:
    from pathlib import Path

# The levels of a scenario file: their assumptions, closed.

NOT_REPLACED = "not_replaced"
ASSUMED = ("leak", "friction", "inputs", "outer")
"""Assumptions of the economy level that may have several values."""
# Parts such as 0.1, 0.2 and 0.7 add up to one only nearly, in binary numbers.
_SLACK = 1e-9


def _no_truth(value: Any) -> Any:
    """Refuse true and false, which Python takes for one and zero."""
    if isinstance(value, bool):
        raise PydanticCustomError("float_type", "not a number")
    return value


Number = Annotated[float, BeforeValidator(_no_truth)]


class Assumed(Closed):
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


class EconomyKeys(Closed):
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
    members = area_set(known_codes(name), Period.parse("2023").start)
    if WORLD in members:
        raise RequestError(f"{name} is the world", hint=f"write {OTHERS}")
    if len(members) > 1:
        raise RequestError(
            f"{name} is a group without a split among its members",
            hint=f"give each of its members a part: {', '.join(sorted(members))}",
        )
    return next(iter(members))


class ExtractionKeys(Closed):
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


class GoodsKeys(Closed):
    """Goods by their codes, as in ``entrepot ask cutoff``."""

    goods: str
    source: str | None = None
    sigma: Number | None = Field(default=None, gt=1)
    fixed_supply: str | None = None

    @field_validator("fixed_supply")
    @classmethod
    def _are_areas(cls, text: str | None) -> str | None:
        codes = None if text is None else known_codes(text)
        if codes == WORLD:
            raise RequestError(
                "the supply of all countries is fixed",
                why=("then supply cannot increase, which is one end of the range already"),
                hint="name some, such as coalition, or leave the key out",
            )
        return codes

    @field_validator("goods")
    @classmethod
    def _are_goods(cls, text: str) -> str:
        parse(text)
        return text


Instrument = Literal["export_ban", "import_ban", "embargo"]


# A validator of a part sees nothing of the whole file; a context variable and no global, as a
# server may read several files at once.
_OWN: ContextVar[bool] = ContextVar("own", default=False)
"""Whether a level of the file that is being read asks a table that has sectors of its own."""


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


class BackKeys(Closed):
    """What stops, in words of the side that stops it."""

    instrument: Instrument
    sectors: tuple[str, ...] | None = None

    @field_validator("sectors")
    @classmethod
    def _are_sectors(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for code in codes or ():
            sector(code, own=_OWN.get())
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
        if text == OTHERS:
            return text
        if (codes := known_codes(text)) == WORLD:
            raise RequestError(
                "the world stops no trade with itself",
                hint=f"name areas; {OTHERS} are all that are not on the other side",
            )
        return codes

    @model_validator(mode="after")
    def _names_somebody(self) -> CutKeys:
        if self.imposes == self.target == OTHERS:
            raise RequestError("no area is named", hint="name areas on one side of the cut")
        return self


class ScenarioFile(Closed):
    """A scenario: what stops, and at which levels its effect is worked out."""

    format: FormatOne
    title: Title
    note: str = ""
    period: str
    cut: CutKeys
    retaliation: BackKeys | None = None
    economy: EconomyKeys | None = None
    extraction: ExtractionKeys | None = None
    goods: GoodsKeys | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _with_own_sectors(
        cls, given: Any, handler: ModelWrapValidatorHandler[ScenarioFile]
    ) -> ScenarioFile:
        """Take sectors of the user's own where a level names the table: they come before it."""
        levels = [given.get(key) for key in ("economy", "extraction")] if _is_map(given) else []
        sources = [level.get("source") for level in levels if _is_map(level)]
        own = any(isinstance(source, str) and own_sectors(source) for source in sources)
        token = _OWN.set(own)
        try:
            return handler(given)
        finally:
            _OWN.reset(token)

    @field_validator("period")
    @classmethod
    def _is_year(cls, text: str) -> str:
        if not Period.parse(text).is_year:
            raise RequestError(
                f"{text} is not one year", why="input-output tables are of years", hint="2022"
            )
        return text

    @field_validator("extraction")
    @classmethod
    def _sell_instead(
        cls, given: ExtractionKeys | None, info: ValidationInfo
    ) -> ExtractionKeys | None:
        """Refuse sellers that are a side of the cut, with the line they stand on."""
        # Fields validated so far, in the order of the class:
        # one that failed is missing, and has its own message.
        cut, period = (info.data.get(name) for name in ("cut", "period"))
        if given is None or cut is None or period is None:
            return given
        for key, back in (("imposes", "target"), ("target", "imposes")):
            members = side_members(getattr(cut, key), getattr(cut, back), period)
            if own := sorted(members & given.replaced.keys()):
                raise RequestError(
                    f"{', '.join(own)} sells instead, and is on a side of the cut ({key})",
                    why="what two stop trading is sold by a third or not replaced",
                    hint=f"name others, or give the part to {OTHERS} or {NOT_REPLACED}",
                )
        return given

    @field_validator("goods")
    @classmethod
    def _by_codes(cls, given: GoodsKeys | None, info: ValidationInfo) -> GoodsKeys | None:
        """Refuse sectors beside goods: nothing says which goods are of which sector."""
        cut = info.data.get("cut")
        if given is not None and cut is not None and OTHERS in (cut.imposes, cut.target):
            raise RequestError(
                f"goods and {OTHERS} on a side",
                why="goods are asked of one buyer and of sellers that are named",
                hint="name the areas of both sides, or ask economy or extraction",
            )
        for key in ("cut", "retaliation"):
            act = info.data.get(key)
            if given is not None and act is not None and act.sectors:
                raise RequestError(
                    f"goods together with sectors ({key})",
                    why="goods are named by codes, and no table says of which sector each is",
                    hint="write two files: sectors with economy or extraction, and goods alone",
                )
        return given

    @model_validator(mode="after")
    def _fits(self) -> ScenarioFile:
        if both := sorted(self.members("imposes") & self.members("target")):
            raise RequestError(
                f"{', '.join(both)} imposes the cut and is its target",
                why="an area cannot stop trade with itself",
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
        own, other = self.cut.imposes, self.cut.target
        if side == "target":
            own, other = other, own
        return side_members(own, other, self.period)


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


_ELSE = "all other countries"


def side_members(side: str, other: str, period: str) -> frozenset[str]:
    """Return the areas of a side; of dated groups those of the last day of the period.

    `OTHERS` is everybody who is not on the other side.
    """
    day = Period.parse(period).end
    if side == OTHERS:
        return frozenset(one.code for one in areas()) - area_set(other, day)
    return area_set(side, day)


def side_name(text: str) -> str:
    """Return a side as a heading has it."""
    return _ELSE if text == OTHERS else area_name(text)


def side_phrase(text: str) -> str:
    """Return a side as it stands in a sentence."""
    return _ELSE if text == OTHERS else area_phrase(text)
