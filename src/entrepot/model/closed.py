"""Mappings of files that people write: what is not known is refused (see `closed_yaml`)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

__all__ = ["Closed", "FormatOne"]


class Closed(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _whole(value: Any) -> Any:
    """Refuse true and 1.0, which Python takes for one."""
    if type(value) is not int:
        raise PydanticCustomError("int_type", "not a whole number")
    return value


FormatOne = Annotated[Literal[1], BeforeValidator(_whole)]
"""Value of the key ``format``."""
