"""Find lists: those that ship with the package, and the user's own."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import cache
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.files import from_json
from entrepot.goods.lists import Act, GoodsList, ListEntry, ListPart, ListText, MissingText
from entrepot.goods.own import (
    add_list,
    is_own,
    own_list,
    own_lists,
    own_named,
    own_names,
)
from entrepot.limits import require_files
from entrepot.model.columns import parse_table
from entrepot.settings import lists_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_FOLDER = Path(__file__).parent / "lists"
EDITION = "edition.json"
"""What an edition says of itself: its day, and the hash of each of its files."""
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


def goods_lists(*, skip_broken: bool = False) -> tuple[GoodsList, ...]:
    """Return every list, by act and id; the user's own last.

    Parameters
    ----------
    skip_broken
        Whether lists of the user's own that cannot be read are left out, where others are not to
        do without all lists for them; otherwise that is an error.
    """
    return (*bundled_lists(), *own_lists(skip_broken=skip_broken))


def goods_list(name: str) -> GoodsList:
    """Return one list by its id, or from a file of the user.

    Parameters
    ----------
    name
        ``chpl``, ``eu-xxiii``, what the law calls it (``Annex XXIII``, ``EU Annex XXIII``), or a
        path that ends in ``.csv``.

    Raises
    ------
    UnknownNameError
        If there is no such list.
    BadFileError
        If the user's file is not a list; the message has the row.
    FilesRefusedError
        For a path where no files are opened, as in a server.
    """
    if (found := known_list(name)) is not None:
        return found
    known = list_names()
    raise UnknownNameError("list of goods", name, known, hint=f"lists: {', '.join(known)}")


def known_list(name: str) -> GoodsList | None:
    """Return what `goods_list` does, or None if there is no such list."""
    if is_file(name):
        require_files(name)
        return own_list(Path(name))
    if (found := _by_id().get(name.lower())) is not None:
        return found
    return own_named(name) if is_own(name) else _in_law(*_lists_in_use()).get(name.casefold())


def bundled_lists() -> tuple[GoodsList, ...]:
    """Return the lists that ship with the package."""
    return tuple(one for _, lists in _bundled().values() for one in lists)


def is_list(name: str) -> bool:
    """Whether a name is that of a list, of ours or of the user."""
    in_law = name.casefold() in _in_law(*_lists_in_use())
    return name.lower() in _by_id() or is_own(name) or in_law


def list_names() -> tuple[str, ...]:
    """Return the names of all lists; a file of the user that is broken has a name, too."""
    return (*(one.id for one in bundled_lists()), *own_names())


def add_own(path: Path) -> GoodsList:
    """Keep a list of the user, to be asked by its name; see `own.add_list`."""
    return add_list(path, {one.id for one in bundled_lists()})


def is_file(name: str) -> bool:
    """Whether a name is that of a file, and not of a list."""
    return name.lower().endswith(".csv")


def lists_made() -> date:
    """Return the day of the edition of the lists that is in use."""
    return _lists_in_use()[1]


def edition_folder() -> Path:
    """Return where an edition lies that was taken in the place of the lists that ship.

    While a newer one takes its place it lies at `set_aside`, where it is found if that is ended.
    """
    folder = lists_folder() / "edition"
    return folder if folder.exists() or not set_aside().is_dir() else set_aside()


def set_aside() -> Path:
    """Return where an edition lies while a newer one takes its place."""
    return lists_folder() / "edition.before"


def read_acts(
    text: Callable[[str], str], folders: Iterable[str]
) -> dict[str, tuple[Act, tuple[GoodsList, ...]]]:
    """Return acts and their lists by folder, from the text of each file, ``chpl/act.yml``."""
    # The list that most people ask for comes first.
    ordered = sorted(folders, key=lambda folder: (folder != "chpl", folder))
    return {folder: _act(text, folder) for folder in ordered}


def _by_id() -> dict[str, GoodsList]:
    return _named(*_lists_in_use())


def _bundled() -> dict[str, tuple[Act, tuple[GoodsList, ...]]]:
    return _read(*_lists_in_use())


def _lists_in_use() -> tuple[Path, date]:
    """Return the folder of the lists in use, and their day: what ships, or what is newer.

    A page asks it thousands of times, and somebody may take an edition meanwhile: so the file
    is looked at every time, and read when it is another one.
    """
    shipped, own = _made(_FOLDER), lists_folder()
    with suppress(OSError):  # which is said below
        if not own.is_dir():  # as a rule: one look instead of three
            return _FOLDER, shipped
    last = own / "edition"
    for folder in (last, set_aside(), last):  # it may be put in its place while this looks
        try:
            state = (folder / EDITION).stat()
            made = _edition_date(folder, state.st_mtime_ns, state.st_size, state.st_ino)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(folder) from error
        return (folder, made) if made > shipped else (_FOLDER, shipped)
    return _FOLDER, shipped


@cache
def _made(folder: Path) -> date:
    return date.fromisoformat((folder / "made.txt").read_text(encoding="utf-8").strip())


# The state is there for the cache: a file that was replaced is read again, and no other.
@cache
def _edition_date(folder: Path, *_state: int) -> date:
    return date.fromisoformat(from_json((folder / EDITION).read_bytes())["made"])


# `made` is there for the cache: another edition in the same folder is read anew.
@cache
def _read(root: Path, made: date) -> dict[str, tuple[Act, tuple[GoodsList, ...]]]:
    if root != _FOLDER:
        _require_intact(root)
    folders = [path.parent.name for path in root.glob("*/act.yml")]
    return read_acts(lambda name: (root / name).read_text("utf-8"), folders)


@cache
def _named(root: Path, made: date) -> dict[str, GoodsList]:
    return {one.id: one for _, lists in _read(root, made).values() for one in lists}


@cache
def _in_law(root: Path, made: date) -> dict[str, GoodsList]:
    """Return lists by what the law calls them; what two are called (Schedule 6) names neither."""
    called: dict[str, list[GoodsList]] = {}
    for one in _named(root, made).values():
        head = one.title.partition(",")[0].casefold()
        for name in (head, f"{one.id.partition('-')[0]} {head}"):
            called.setdefault(name, []).append(one)
    return {name: lists[0] for name, lists in called.items() if len(lists) == 1}


def _require_intact(root: Path) -> None:
    """Refuse an edition whose files are not those that were taken."""
    try:
        files = from_json((root / EDITION).read_bytes())["files"]
        found = {name: sha256((root / name).read_bytes()).hexdigest() for name in files}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(root) from error
    if found != files:
        raise _damaged(root)


def _damaged(folder: Path) -> BadFileError:
    return BadFileError(
        "the edition of the lists that was taken is damaged",
        where=str(folder),
        why="lists decide which goods count",
        hint="go back to what ships: entrepot goods update --back; or take the edition again",
    )


def _act(text: Callable[[str], str], folder: str) -> tuple[Act, tuple[GoodsList, ...]]:
    import yaml

    # Bundled files are checked against their closed model by a test, an edition when it is taken,
    # and neither again at every start: pydantic would take longer than most answers.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    head: dict[str, Any] = yaml.load(text(f"{folder}/act.yml"), Loader=loader)
    act = Act(
        **{name: head[name] for name in ("id", "title", "jurisdiction", "url", "about", "licence")},
        texts=tuple(ListText(**one) for one in head["texts"]),
        missing=tuple(
            MissingText(
                **one
                | {
                    "headings": tuple(_headings(one.get("headings", ()))),
                    "directions": tuple(one.get("directions", ())),
                }
            )
            for one in head["missing"]
        ),
    )
    return act, tuple(_list(act, one, text, folder) for one in head["lists"])


def _headings(texts: Iterable[str]) -> Iterator[str]:
    """Yield the beginnings of codes; ``25-96`` is each of these chapters."""
    for text in texts:
        first, dash, last = text.partition("-")
        if dash:
            yield from (f"{chapter:02d}" for chapter in range(int(first), int(last) + 1))
        else:
            yield text


def _list(act: Act, head: dict[str, Any], text: Callable[[str], str], folder: str) -> GoodsList:
    name = f"{folder}/{head['file']}"
    keys = ("id", "title", "short", "direction", "begins", "known_until", "complete")
    return GoodsList(
        **{name: head[name] for name in keys},
        act=act,
        parts=tuple(ListPart(**part) for part in head["parts"]),
        # Read when first asked for: a question about one list does not read all files.
        read=lambda: tuple(_entries(text(name), name)),
        is_fragment=head.get("fragment", False),
    )


def _entries(text: str, name: str) -> Iterator[ListEntry]:
    for row in parse_table(StringIO(text, newline=""), COLUMNS, name):
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
