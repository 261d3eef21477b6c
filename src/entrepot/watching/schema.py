"""The watch file, closed: Figures to evaluate again (format 1)."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from pydantic import BeforeValidator, create_model, field_validator, model_validator
from pydantic_core import PydanticCustomError

from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures.definition import Definition
from entrepot.figures.questions import QUESTIONS, unit_of
from entrepot.model.closed_yaml import Closed, FormatOne
from entrepot.model.keys import KEYS
from entrepot.watching.observation import Threshold

__all__ = ["FigureKeys", "WatchFile"]


class _Entry(Closed):
    id: str
    measure: str
    moves_by: str | None = None

    @property
    def keys(self) -> dict[str, Any]:
        """What is given of a definition."""
        return {
            key: value for key in ("measure", *KEYS) if (value := getattr(self, key)) is not None
        }

    @property
    def definition(self) -> Definition:
        """What is asked."""
        return Definition.build(**self.keys)

    @property
    def threshold(self) -> Threshold | None:
        """What the value has to change by."""
        return Threshold.parse(self.moves_by, unit_of(self.definition)) if self.moves_by else None

    @model_validator(mode="after")
    def _can_be_asked(self) -> _Entry:
        if self.measure not in QUESTIONS:
            raise UnknownNameError(
                "measure", self.measure, QUESTIONS, hint="see: entrepot measure list"
            )
        _ = self.definition, self.threshold
        return self


def _scalar(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("string_type", "not text")
    return value


_Key = Annotated[Any, BeforeValidator(_scalar)]
_KEYS: Any = dict.fromkeys(KEYS, (_Key, None)) | {"period": (_Key, ...)}
FigureKeys: Any = create_model("FigureKeys", __base__=_Entry, **_KEYS)
"""A Figure to watch: an id, the keys of `entrepot ask`, and how far its value has to move."""


class WatchFile(Closed):
    """Figures to be evaluated again whenever data change."""

    format: FormatOne
    title: str = ""
    figures: tuple[FigureKeys, ...]

    @field_validator("figures")
    @classmethod
    def _told_apart(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        if not entries:
            raise RequestError("no Figures", hint="name at least one")
        if twice := [name for name, count in Counter(e.id for e in entries).items() if count > 1]:
            raise RequestError(
                f"two Figures are called {twice[0]}", hint="what is watched is told apart by its id"
            )
        return entries
