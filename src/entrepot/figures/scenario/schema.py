"""The scenario file, closed: what each key may hold (format 1)."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from entrepot.errors import RequestError
from entrepot.figures.input_choices import own_sectors
from entrepot.figures.scenario.levels import (
    NOT_REPLACED,
    ClosedTrade,
    EconomyKeys,
    ExtractionKeys,
    GoodsKeys,
)
from entrepot.measures.cutoff import OTHERS
from entrepot.model.areas import WORLD, area_name, area_phrase, area_set, areas
from entrepot.model.closed_yaml import Title, parse_closed, read_closed
from entrepot.model.period import Period
from entrepot.sources.icio.sectors import sector

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BackKeys",
    "CutKeys",
    "ScenarioFile",
    "parse_scenario",
    "read_scenario",
    "side_name",
    "side_phrase",
]


Instrument = Literal["export_ban", "import_ban", "embargo"]


# A validator of a part sees nothing of the whole file; a context variable and no global, as a
# server may read several files at once.
_OWN: ContextVar[bool] = ContextVar("own", default=False)
"""Whether a level of the file that is being read asks a table that has sectors of its own."""


def _integer(value: Any) -> Any:
    # type and not isinstance: `format: true` is an int for Python.
    if type(value) is not int:
        raise PydanticCustomError("int_type", "not a whole number")
    return value


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


class BackKeys(ClosedTrade):
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
        # Groups are dated, but a name is known or unknown whatever the day.
        if WORLD in area_set(text, Period.parse("2023").start):
            raise RequestError(
                "the world stops no trade with itself",
                hint=f"name areas; {OTHERS} are all that are not on the other side",
            )
        return text

    @model_validator(mode="after")
    def _names_somebody(self) -> CutKeys:
        if self.imposes == self.target == OTHERS:
            raise RequestError("no area is named", hint="name areas on one side of the cut")
        return self


class ScenarioFile(ClosedTrade):
    """A scenario: what stops, and at which levels its effect is worked out."""

    format: Annotated[Literal[1], BeforeValidator(_integer)]
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
