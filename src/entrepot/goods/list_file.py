"""What a list's `list.yml` may say; it is closed, so a key nobody reads is an error."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["ListFile"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TierFile(_Closed):
    """A part of a list: its id, a short name for sentences, and what it means."""

    id: str
    short: str
    meaning: str


class SourceFile(_Closed):
    """A text the list was taken from, and what it gives."""

    title: str
    publisher: str
    url: str
    gives: str


class ListFile(_Closed):
    """The whole file."""

    format: Literal[1]
    id: str
    title: str
    short: str
    version: str
    nomenclature: str
    jurisdiction: str
    about: str
    certainty: str
    tiers: tuple[TierFile, ...]
    sources: tuple[SourceFile, ...]
