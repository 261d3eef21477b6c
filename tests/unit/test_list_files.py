"""The bundled lists of goods against a closed model: no key is missing, unknown or misspelt."""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

import entrepot.goods
from entrepot.model.closed_yaml import read_closed
from entrepot.model.product import harmonized

FOLDERS = sorted(
    path.parent for path in (Path(entrepot.goods.__file__).parent / "lists").glob("*/act.yml")
)
FIELDS = [
    "code",
    "nomenclature",
    "ex",
    "part",
    "wording",
    "adopted",
    "applies",
    "seen_from",
    "not_before",
    "valid_to",
    "wind_down",
    "act",
    "article",
    "certainty",
    "note",
]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PartFile(_Closed):
    """A part of a list: its id, a short name for sentences, and what it means."""

    id: str = Field(min_length=1)
    short: str = Field(min_length=1)
    meaning: str


class TextFile(_Closed):
    """A text that entries were taken from."""

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    package: str = ""
    adopted: date
    applies: date | None = None
    url: str = Field(pattern="^https?://")
    read: str = Field(min_length=1)


class MissingFile(_Closed):
    """A text whose codes could not be established."""

    title: str
    known: str = Field(min_length=1)
    url: str = ""
    in_list: str = ""
    headings: tuple[Annotated[str, Field(pattern="^([0-9]{2,10}|[0-9]{2}-[0-9]{2})$")], ...] = ()
    since: date = date.min
    until: date = date.max
    directions: tuple[Literal["export", "import", "transit", "no-re-export"], ...] = ()
    in_words: bool = False


class OneList(_Closed):
    """A list of the act."""

    id: str = Field(pattern="^[a-z][a-z0-9-]*$")
    file: str = Field(pattern=r"^[a-z0-9-]+\.csv$")
    title: str
    short: str = Field(min_length=1)
    direction: Literal["export", "import", "transit", "no-re-export"]
    begins: date
    known_until: date
    complete: str = Field(min_length=1)
    parts: tuple[PartFile, ...]
    fragment: bool = False


class ActFile(_Closed):
    """The whole file."""

    id: str
    title: str
    jurisdiction: str
    url: str = Field(pattern="^https?://")
    about: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    texts: tuple[TextFile, ...] = Field(min_length=1)
    missing: tuple[MissingFile, ...]
    lists: tuple[OneList, ...] = Field(min_length=1)


def read(folder: Path) -> ActFile:
    return read_closed(folder / "act.yml", ActFile)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert list(reader.fieldnames or ()) == FIELDS
        return list(reader)


CASES = [
    pytest.param(folder, head, id=f"{head.id}") for folder in FOLDERS for head in read(folder).lists
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_act_is_closed(folder: Path) -> None:
    act = read(folder)
    assert act.id == folder.name
    assert len({text.id for text in act.texts}) == len(act.texts)
    assert len({one.id for one in act.lists}) == len(act.lists)
    for text in act.texts:
        assert text.applies is None or text.applies >= text.adopted


@pytest.mark.parametrize(("folder", "head"), CASES)
def test_the_rows_are_closed(folder: Path, head: OneList) -> None:
    texts = {text.id for text in read(folder).texts}
    parts = {part.id for part in head.parts} or {""}
    rows = rows_of(folder / head.file)
    assert rows
    assert parts == {row["part"] for row in rows}
    for number, row in enumerate(rows, start=2):
        where = f"{head.file}:{number}"
        assert row["code"].isdigit(), where
        assert 2 <= len(row["code"]) <= 10, where
        assert len(row["code"]) % 2 == 0, where
        assert harmonized(row["nomenclature"]), where
        assert row["ex"] in ("yes", "no"), where
        assert row["certainty"] in ("primary", "secondary", "inferred"), where
        assert row["act"] in texts, where
        assert row["wording"][:1] == row["wording"][:1].strip(), where
        days = {name: date.fromisoformat(row[name]) for name in FIELDS[5:11] if row[name]}
        assert "seen_from" in days, where
        assert head.begins <= days.get("applies", days.get("adopted", head.begins)), where
        assert days["seen_from"] <= head.known_until, where
        assert not ("not_before" in days and "adopted" in days), where
        start = days.get("applies") or days.get("adopted") or days["seen_from"]
        assert days.get("valid_to", date.max) >= start, where
        assert days.get("applies", date.max) >= days.get("adopted", date.min), where


@pytest.mark.parametrize(("folder", "head"), CASES)
def test_no_code_is_listed_twice_at_once(folder: Path, head: OneList) -> None:
    stretches = defaultdict(list)
    for row in rows_of(folder / head.file):
        start = row["applies"] or row["adopted"] or row["seen_from"]
        stretches[row["code"], row["part"], row["nomenclature"][:2]].append(
            (start, row["valid_to"] or "9999-12-31")
        )
    for key, spans in stretches.items():
        spans.sort()
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert end < start, f"{head.id} {key}"
