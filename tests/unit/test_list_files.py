"""The bundled lists of goods against a closed model: no key is missing, unknown or misspelt."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

import entrepot.goods
from entrepot.goods import goods_lists
from entrepot.model.closed_yaml import read_closed

FOLDERS = [
    path for path in (Path(entrepot.goods.__file__).parent / "lists").iterdir() if path.is_dir()
]


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


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_list_says_all_that_it_has_to_and_nothing_else(folder: Path) -> None:
    head = read_closed(folder / "list.yml", ListFile)
    held = {item.id: item for item in goods_lists()}[folder.name]
    assert (held.id, held.title, held.about) == (head.id, head.title, head.about)
    assert [tier.id for tier in held.tiers] == [tier.id for tier in head.tiers]
    assert {entry.tier for entry in held.entries} == {tier.id for tier in head.tiers}
    assert all(source.title and source.publisher for source in held.sources)
