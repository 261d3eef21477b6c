"""The user's own lists: one CSV each, checked row by row, kept in a folder of the user.

The columns are those of the bundled lists; `code` and `nomenclature` are needed, the rest may be
left out. A row that could mean something else than it says is refused, with its number.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, OutsideError, RequestError
from entrepot.files import drafted, read_bytes
from entrepot.goods.acts import Act, ListPart
from entrepot.goods.lists import GoodsList
from entrepot.goods.own_rows import checked
from entrepot.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.goods.lists import ListEntry

__all__ = [
    "add_list",
    "is_own",
    "own_list",
    "own_lists",
    "own_named",
    "own_names",
    "remove_list",
]

_WORDS = ("all", "inputs", "named")
"""What means something else where goods are asked for."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,99}")
"""Names of lists; longer ones are no names of files everywhere."""


def own_lists(*, skip_broken: bool = False) -> tuple[GoodsList, ...]:
    """Return the lists that were added, by name.

    Raises
    ------
    BadFileError
        If one cannot be read, unless those are skipped.
    """
    found = []
    for path in _paths():
        try:
            found.append(own_list(path))
        except (BadFileError, OutsideError):
            if not skip_broken:
                raise
    return tuple(found)


def own_names() -> tuple[str, ...]:
    """Return the names of the lists that were added, unread."""
    return tuple(path.stem for path in _paths())


def _paths() -> list[Path]:
    """Return the files of lists; what has another name was put there by other means."""
    folder = Settings.read().lists
    found = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    return [path for path in found if _NAME.fullmatch(path.stem) and path.is_file()]


def own_named(name: str) -> GoodsList:
    """Return a list that was added, by its name."""
    return own_list(Settings.read().lists / f"{name.lower()}.csv")


def own_list(path: Path) -> GoodsList:
    """Return the list in a file.

    Raises
    ------
    BadFileError
        If it is not a list: the message has the row and the column.
    """
    data = _bytes(path)
    entries = _entries(path.name, data)
    digest = hashlib.sha256(data).hexdigest()[:12]
    days = [entry.starts for entry in entries]
    parts = dict.fromkeys(entry.part for entry in entries if entry.part)
    return GoodsList(
        id=path.stem.lower(),
        title=f"{path.name} (sha256 {digest})",
        short=f"the goods of {path.name}",
        act=Act(path.stem.lower(), "the user's own list", "", "", "", "", (), ()),
        direction="",
        begins=min(days),
        known_until=date.max,
        complete="",
        parts=tuple(ListPart(name, name, "") for name in parts),
        read=lambda: entries,
    )


@lru_cache(maxsize=16)  # one question reads its list a dozen times
def _entries(name: str, data: bytes) -> tuple[ListEntry, ...]:
    return tuple(checked(name, data))


def add_list(path: Path, taken: set[str]) -> GoodsList:
    """Keep a copy of a list, to be named without its path.

    Parameters
    ----------
    taken
        Names that bundled lists have.

    Raises
    ------
    BadFileError
        If the file is not a list.
    RequestError
        If its name is taken, or cannot be one.
    OutsideError
        If it cannot be written.
    """
    found = own_list(path)
    if found.id in taken or found.id in _WORDS:
        raise RequestError(
            f"there is a list called {found.id}", where=str(path), hint="give the file another name"
        )
    if not _NAME.fullmatch(found.id):
        raise RequestError(
            f"{found.id!r} cannot be the name of a list",
            where=str(path),
            why="it would be read as codes, a part or a day",
            hint="name the file with up to 100 letters, digits and hyphens, such as my-list.csv",
        )
    target = Settings.read().lists / f"{found.id}.csv"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with drafted(target) as draft:
            draft.write_bytes(_bytes(path))
            draft.replace(target)
    except OSError as error:
        raise OutsideError(f"cannot keep the list: {error}", where=str(target)) from error
    return own_list(target)


def remove_list(name: str) -> None:
    """Forget a list that was added.

    Raises
    ------
    RequestError
        If there is none of that name.
    """
    if not is_own(name):
        raise RequestError(
            f"no list of your own is called {name!r}", hint="see: entrepot goods list"
        )
    (Settings.read().lists / f"{name.lower()}.csv").unlink()


def is_own(name: str) -> bool:
    """Whether a list of this name was added."""
    known = _NAME.fullmatch(name.lower())
    return bool(known) and (Settings.read().lists / f"{name.lower()}.csv").is_file()


def _bytes(path: Path) -> bytes:
    return read_bytes(path)
