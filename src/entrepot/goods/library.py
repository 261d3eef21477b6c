"""Find lists: those that ship with the package, and the user's own."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.errors import UnknownNameError
from entrepot.goods.acts import Act, ListPart, ListText, Missing
from entrepot.goods.lists import GoodsList, ListEntry
from entrepot.goods.own import (
    add_list,
    is_own,
    own_list,
    own_lists,
    own_named,
    own_names,
)
from entrepot.limits import require_files
from entrepot.model.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "COLUMNS",
    "acts",
    "add_own",
    "bundled_lists",
    "goods_list",
    "goods_lists",
    "is_file",
    "is_list",
    "list_names",
]

_FOLDER = Path(__file__).parent / "lists"
COLUMNS = (
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
)


def acts() -> tuple[Act, ...]:
    """Return the acts whose lists ship with the package, by id."""
    return tuple(act for act, _ in _bundled().values())


def goods_lists() -> tuple[GoodsList, ...]:
    """Return every list held, by act and id; the user's own last."""
    return (*bundled_lists(), *own_lists())


def goods_list(name: str) -> GoodsList:
    """Return one list by its id, or from a file of the user.

    Parameters
    ----------
    name
        ``chpl``, ``eu-xxiii``, or a path that ends in ``.csv``.

    Raises
    ------
    UnknownNameError
        If there is no such list.
    BadFileError
        If the user's file is not a list; the message has the row.
    FilesRefusedError
        For a path where no files are opened, as in a server.
    """
    if is_file(name):
        require_files(name)
        return own_list(Path(name))
    if name.lower() in _by_id():
        return _by_id()[name.lower()]
    if is_own(name):
        return own_named(name)
    known = list_names()
    raise UnknownNameError("list of goods", name, known, hint=f"lists: {', '.join(known)}")


def bundled_lists() -> tuple[GoodsList, ...]:
    """Return the lists that ship with the package."""
    return tuple(one for _, lists in _bundled().values() for one in lists)


def is_list(name: str) -> bool:
    """Whether a name is that of a list, of ours or of the user."""
    return name.lower() in _by_id() or is_own(name)


def list_names() -> tuple[str, ...]:
    """Return the names of all lists; a file of the user that is broken has a name, too."""
    return (*(one.id for one in bundled_lists()), *own_names())


def add_own(path: Path) -> GoodsList:
    """Keep a list of the user, to be asked by its name; see `own.add_list`."""
    return add_list(path, {one.id for one in bundled_lists()})


def is_file(name: str) -> bool:
    """Whether a name is that of a file, and not of a list."""
    return name.lower().endswith(".csv")


@cache
def _by_id() -> dict[str, GoodsList]:
    return {one.id: one for one in bundled_lists()}


@cache
def _bundled() -> dict[str, tuple[Act, tuple[GoodsList, ...]]]:
    folders = sorted(path.parent for path in _FOLDER.glob("*/act.yml"))
    # The list that most people ask for comes first.
    folders.sort(key=lambda folder: folder.name != "chpl")
    return {folder.name: _act(folder) for folder in folders}


def _act(folder: Path) -> tuple[Act, tuple[GoodsList, ...]]:
    import yaml

    # Bundled files are checked against their closed model by a test, and not again at every
    # start: pydantic would take longer than the answer to most questions.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    head: dict[str, Any] = yaml.load((folder / "act.yml").read_text("utf-8"), Loader=loader)
    act = Act(
        **{name: head[name] for name in ("id", "title", "jurisdiction", "url", "about", "licence")},
        texts=tuple(ListText(**text) for text in head["texts"]),
        missing=tuple(Missing(**one) for one in head["missing"]),
    )
    return act, tuple(_list(act, one, folder) for one in head["lists"])


def _list(act: Act, head: dict[str, Any], folder: Path) -> GoodsList:
    path = folder / head["file"]
    keys = ("id", "title", "short", "direction", "begins", "known_until", "complete")
    return GoodsList(
        **{name: head[name] for name in keys},
        act=act,
        parts=tuple(ListPart(**part) for part in head["parts"]),
        read=lambda: tuple(_entries(path)),
        is_fragment=head.get("fragment", False),
    )


def _entries(path: Path) -> Iterator[ListEntry]:
    for row in read_table(path, COLUMNS):
        yield ListEntry(
            code=row["code"],
            nomenclature=row["nomenclature"],
            ex=row["ex"] == "yes",
            part=row["part"],
            wording=row["wording"],
            adopted=_day(row["adopted"]),
            applies=_day(row["applies"]),
            seen_from=date.fromisoformat(row["seen_from"]),
            not_before=_day(row["not_before"]),
            valid_to=_day(row["valid_to"]),
            wind_down=_day(row["wind_down"]),
            act=row["act"],
            article=row["article"],
            certainty=row["certainty"],
            note=row["note"],
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
