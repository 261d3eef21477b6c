"""Types for text of which all values are known: two bytes a row, and every value looked up once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.areas import areas
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["area_enum", "enum", "sorted_enum"]


def enum(texts: Iterable[str]) -> str:
    """Return the type of a column that holds one of these texts; its codes count them from 0."""
    return f"ENUM({', '.join(map(literal, texts))})"


def sorted_enum(texts: Iterable[str]) -> str:
    """Return a type that sorts like the texts it stands for."""
    return enum(sorted(texts))


def area_enum() -> str:
    """Return the type of a column of area codes."""
    return sorted_enum(one.code for one in areas())
