"""Newer editions of the lists that ship: read, checked, compared, and taken when the user says so.

An edition is a zip with one folder an act, as in ``goods/lists``, and ``edition.json``: its day,
and the SHA-256 of every other file. The hash of the zip is what a publisher states elsewhere and a
user compares; an edition is taken by naming it, so that what was shown is what is taken.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import re
import shutil
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from entrepot.errors import BadFileError, RequestError
from entrepot.files import cannot_write, member_bytes, open_zip, read_bytes
from entrepot.goods.library import (
    COLUMNS,
    EDITION,
    bundled_lists,
    edition_folder,
    lists_made,
    read_acts,
    set_aside,
)
from entrepot.model.closed_yaml import Closed, load_lines
from entrepot.model.display import printable
from entrepot.model.product import harmonized
from entrepot.settings import lists_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from entrepot.goods.lists import GoodsList, ListEntry

FORMAT = 1
# One folder and one file: a name such as ../../x would be written out of the folder.
_NAME = re.compile(r"[a-z0-9-]+/(act\.yml|[a-z0-9-]+\.csv)")
_MOST, _FILES = 20_000_000, 500
"""Bytes of all files, and their number: the lists that ship have 1.3 million in 60."""
_DAYS = ("adopted", "applies", "seen_from", "not_before", "valid_to", "wind_down")
_SHORTEST = 12


class _Part(Closed):
    id: str = Field(min_length=1)
    short: str = Field(min_length=1)
    meaning: str


class _ActText(Closed):
    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    package: str = ""
    adopted: date
    applies: date | None = None
    url: str = Field(pattern="^https?://")
    read: str = Field(min_length=1)


class _Missing(Closed):
    title: str
    known: str = Field(min_length=1)
    url: str = ""
    in_list: str = ""
    headings: tuple[Annotated[str, Field(pattern="^([0-9]{2,10}|[0-9]{2}-[0-9]{2})$")], ...] = ()
    since: date = date.min
    until: date = date.max
    directions: tuple[Literal["export", "import", "transit", "no-re-export"], ...] = ()
    in_words: bool = False


class _List(Closed):
    id: str = Field(pattern="^[a-z][a-z0-9-]*$")
    file: str = Field(pattern=r"^[a-z0-9-]+\.csv$")
    title: str = Field(min_length=1)
    short: str = Field(min_length=1)
    direction: Literal["export", "import", "transit", "no-re-export"]
    begins: date
    known_until: date
    complete: str = Field(min_length=1)
    parts: tuple[_Part, ...]
    fragment: bool = False


class _Act(Closed):
    id: str
    title: str = Field(min_length=1)
    jurisdiction: str = Field(min_length=1)
    url: str = Field(pattern="^https?://")
    about: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    texts: tuple[_ActText, ...] = Field(min_length=1)
    missing: tuple[_Missing, ...]
    lists: tuple[_List, ...] = Field(min_length=1)


class _Head(Closed):
    format: int
    made: date
    note: str = Field(default="", max_length=2_000)
    files: dict[str, str] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class ListEdition:
    """A set of lists that can take the place of those that ship.

    Attributes
    ----------
    made, note
        Its day, and what its maker says of it.
    digest
        SHA-256 of the file.
    files
        Bytes by name, hashes and rows checked.
    lists
        The lists in it.
    """

    made: date
    note: str
    digest: str
    files: dict[str, bytes]
    lists: tuple[GoodsList, ...]


@dataclass(frozen=True, slots=True)
class ListChange:
    """What an edition changes on one list.

    Attributes
    ----------
    list
        Id of the list.
    kind
        ``new``, ``gone`` or ``changed``.
    until_before, until
        Day until which it was read, before and after; None where there is no such list.
    added, removed
        Entries of the one and not of the other: an entry with another day or mark is in both.
    about
        What else is said otherwise of the list or its act: ``direction``, ``parts`` ...
    """

    list: str
    kind: Literal["new", "gone", "changed"]
    until_before: date | None
    until: date | None
    added: tuple[ListEntry, ...]
    removed: tuple[ListEntry, ...]
    about: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        days = {"read_until_before": self.until_before, "read_until": self.until}
        return {
            "list": self.list,
            "kind": self.kind,
            **{name: day.isoformat() if day else None for name, day in days.items()},
            "added": [entry.to_dict() for entry in self.added],
            "removed": [entry.to_dict() for entry in self.removed],
            "about": list(self.about),
        }


def read_edition(path: Path) -> ListEdition:
    """Read an edition and check all of it: names, hashes, the acts and every row.

    Raises
    ------
    BadFileError
        If anything is not what an edition has.
    """
    data = read_bytes(path, most=_MOST, hint="give the zip as published")
    head, files = _unpacked(data, path.name)
    _require_hashes(head, files, path.name)
    lists = _lists(files, path.name)
    return ListEdition(head.made, head.note, hashlib.sha256(data).hexdigest(), files, lists)


def changes(edition: ListEdition) -> tuple[ListChange, ...]:
    """Return what an edition changes, list by list; lists that stay as they are are left out."""
    old = {one.id: one for one in bundled_lists()}
    new = {one.id: one for one in edition.lists}
    found = []
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        before = set(one.history) if one else set()
        after = set(other.history) if other else set()
        until = (one.known_until if one else None, other.known_until if other else None)
        about = _otherwise(one, other) if one and other else ()
        if before == after and until[0] == until[1] and not about:
            continue
        kind: Literal["new", "gone", "changed"] = "changed" if one and other else "new"
        came, went = (
            tuple(sorted(some, key=lambda entry: (entry.code, entry.part, entry.starts)))
            for some in (after - before, before - after)
        )
        found.append(ListChange(name, kind if other else "gone", *until, came, went, about))
    return tuple(found)


def _otherwise(one: GoodsList, other: GoodsList) -> tuple[str, ...]:
    """Return what two editions say otherwise of a list, apart from its entries and last day."""
    of_list = [
        "title", "short", "direction", "begins", "complete", "parts", "is_fragment"
    ]  # fmt: skip
    found = [name for name in of_list if getattr(one, name) != getattr(other, name)]
    of_act = [part.name for part in fields(one.act)]
    return (
        *found,
        *(f"act: {name}" for name in of_act if getattr(one.act, name) != getattr(other.act, name)),
    )


def take(edition: ListEdition, digest: str) -> None:
    """Put an edition in the place of the lists that ship.

    Parameters
    ----------
    edition
        As `read_edition` read it.
    digest
        The hash that its publisher states, or at least its first twelve digits.

    Raises
    ------
    RequestError
        If the hash is that of another file, or the edition is no newer than the lists in use.
    OutsideError
        If it cannot be written.
    """
    said = digest.strip().lower()
    if len(said) < _SHORTEST or not edition.digest.startswith(said):
        raise RequestError(
            f"the file has the hash {edition.digest}, not {digest}",
            why="lists decide which goods count, so an edition is taken by its hash",
            hint="compare it with what the publisher states, and give at least 12 digits of it",
        )
    if edition.made <= lists_made():
        raise RequestError(
            f"an edition of {edition.made}, and that of {lists_made()} is in use",
            why="an older edition would take back what is known",
            hint="look for a newer one, or go back to what ships: entrepot goods update --back",
        )
    try:
        folder = _tidied()
        draft = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        for name, data in edition.files.items():
            target = draft / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        (draft / EDITION).write_bytes(_head_of(edition.files, edition.made, edition.note))
        # Complete before any name changes, and the older one kept until then:
        # whenever this is ended, one of the two is found (see `edition_folder`).
        if folder.exists():
            folder.rename(set_aside())
        draft.rename(folder)
    except OSError as error:
        with suppress(OSError):
            _tidied()
        where = str(edition_folder())
        hint = "name a folder that can be written with ENTREPOT_LISTS"
        raise cannot_write("the edition of lists", error, hint, where=where) from error
    _tidied()


def _tidied() -> Path:
    """Return the folder of an edition, after what an update that was ended left is put right."""
    folder = lists_folder() / "edition"
    drafts = [folder.with_name(f"{folder.name}.{end}") for end in ("new", "gone")]
    for path in (folder, set_aside(), *drafts):
        _require_ours(path)
    if not folder.exists() and set_aside().is_dir():
        set_aside().rename(folder)
    for path in (set_aside(), *drafts):
        shutil.rmtree(path, ignore_errors=True)
    return folder


def _require_ours(folder: Path) -> None:
    """Refuse to replace or delete a folder that has something else in it than an edition."""
    # One that was damaged is still an edition: names decide, not what is in the files.
    other = None
    for path in folder.rglob("*") if folder.exists() else ():
        name = path.relative_to(folder).as_posix()
        if not (path.is_dir() or name == EDITION or _NAME.fullmatch(name)):
            other = path
    if folder.is_symlink() or other:
        raise RequestError(
            "this is no edition of lists, and would be deleted",
            where=str(other or folder),
            hint="move it elsewhere, or name another folder for your lists with ENTREPOT_LISTS",
        )


def go_back() -> None:
    """Return to the lists that ship.

    Raises
    ------
    RequestError
        If no edition was taken.
    """
    folder = _tidied()
    if not folder.is_dir():
        raise RequestError("no edition was taken", hint="entrepot goods update FILE shows one")
    # Renamed first: a deletion that is broken off would leave half an edition in use.
    folder.rename(folder.with_name(f"{folder.name}.gone"))
    _tidied()


def pack(folder: Path, target: Path, made: date, note: str = "") -> str:
    """Write an edition from a folder of acts, and return its hash; the same bytes each time."""
    paths = sorted([*folder.glob("*/act.yml"), *folder.glob("*/*.csv")])
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in paths
        if path.name != "reread.csv"  # what was read a second time is no list
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in {EDITION: _head_of(files, made, note), **files}.items():
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def _head_of(files: dict[str, bytes], made: date, note: str) -> bytes:
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    head = {"format": FORMAT, "made": made.isoformat(), "note": note, "files": hashes}
    return json.dumps(head, indent=1, ensure_ascii=False).encode()


def _unpacked(data: bytes, where: str) -> tuple[_Head, dict[str, bytes]]:
    try:
        with open_zip(io.BytesIO(data)) as packed:
            items = packed.infolist()
            # Before anything is unpacked: a small file can be made to unfold to more than memory.
            if len(items) > _FILES or sum(one.file_size for one in items) > _MOST:
                raise BadFileError("too large for an edition of lists", where=where)
            files = {
                one.filename: member_bytes(packed, one, one.file_size)
                for one in items
                if not one.is_dir()
            }
            if len(files) < sum(not one.is_dir() for one in items):
                raise BadFileError("one name stands twice in the edition", where=where)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise BadFileError(
            f"not an edition of lists: {error}", where=where, hint="give the zip as published"
        ) from error
    try:
        head = _Head.model_validate_json(files.pop(EDITION, b""))
    except ValidationError as error:
        raise BadFileError(
            f"no {EDITION}, or not one of an edition", where=where, why=_first(error)
        ) from error
    _require_printable(head.note, f"{where}, {EDITION}")
    if head.format != FORMAT:
        raise BadFileError(
            f"an edition in format {head.format}; this program knows {FORMAT}",
            where=where,
            hint="update entrepot",
        )
    return head, files


def _require_hashes(head: _Head, files: dict[str, bytes], where: str) -> None:
    strange = sorted(name for name in files if not _NAME.fullmatch(name))
    apart = sorted({*files} ^ {*head.files})
    broken = sorted(
        name
        for name, data in files.items()
        if head.files.get(name) != hashlib.sha256(data).hexdigest()
    )
    for names, what in (
        (strange, "not a file of an edition"),
        (apart, f"in the file or in {EDITION}, and not in both"),
        (broken, f"not the bytes that {EDITION} names"),
    ):
        if names:
            raise BadFileError(
                f"{what}: {', '.join(names[:5])}",
                where=where,
                why="an edition is signed by the hash of each of its files",
                hint="get the file again from its publisher",
            )


def _lists(files: dict[str, bytes], where: str) -> tuple[GoodsList, ...]:
    """Check acts and rows, and return the lists."""
    import yaml

    heads: dict[str, _Act] = {}
    for name in sorted(files):
        folder, _, file = name.partition("/")
        if file == "act.yml":
            try:
                text = files[name].decode()
                load_lines(text, name=f"{where}, {name}")  # no references, tags or deep nesting
                head = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
                heads[folder] = _Act.model_validate(head)
            except BadFileError:  # it is a ValueError too
                raise
            except (ValueError, yaml.YAMLError) as error:
                raise BadFileError(
                    "not an act", where=f"{where}, {name}", why=_first(error)
                ) from error
            _require_printable("\n".join(_texts(head)), f"{where}, {name}")
    ids = [one.id for act in heads.values() for one in act.lists]
    if len(set(ids)) < len(ids) or any(folder != act.id for folder, act in heads.items()):
        raise BadFileError("two lists of one name, or an act in another's folder", where=where)
    for folder, act in heads.items():
        for one in act.lists:
            name = f"{folder}/{one.file}"
            if name not in files:
                raise BadFileError("the file of a list is missing", where=f"{where}, {name}")
            _check_rows(files[name], one, {text.id for text in act.texts}, f"{where}, {name}")
    read = read_acts(lambda name: files[name].decode(), tuple(heads))
    return tuple(one for _, lists in read.values() for one in lists)


def _check_rows(data: bytes, head: _List, texts: set[str], where: str) -> None:
    try:
        text = data.decode("utf-8")
        _require_printable(text, where)
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except BadFileError:
        raise
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFileError(f"not a list: {error}", where=where) from error
    if tuple(reader.fieldnames or ()) != COLUMNS or not rows:
        raise BadFileError("no rows, or not the columns of a list", where=where)
    parts = {part.id for part in head.parts} or {""}
    spans: dict[tuple[str, str, str], list[tuple[date, date]]] = {}
    for number, row in enumerate(rows, start=2):
        try:
            start, end = _checked(row, parts, texts)
        except (ValueError, TypeError, KeyError) as error:
            raise BadFileError(
                f"a row is not one of a list: {error}", where=f"{where}, row {number}"
            ) from error
        # By tariff, whatever its year: one code of CN2023 and CN2024 at one time is listed twice.
        key = row["code"], row["part"], row["nomenclature"][:2]
        spans.setdefault(key, []).append((start, end))
    for (code, *_), stays in spans.items():
        stays.sort()
        if any(end >= start for (_, end), (start, _) in itertools.pairwise(stays)):
            raise BadFileError(f"{code} is listed twice at one time", where=where)


def _checked(row: dict[str, str], parts: set[str], texts: set[str]) -> tuple[date, date]:
    """Check a row and return the first and the last day of its entry."""
    code = row["code"]
    if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 10 and len(code) % 2 == 0):
        raise ValueError(f"code {code!r}")
    harmonized(row["nomenclature"])
    for name, known in (
        ("ex", {"yes", "no"}),
        ("certainty", {"primary", "secondary", "inferred"}),
        ("part", parts),
        ("act", texts),
    ):
        if row[name] not in known:
            raise ValueError(f"{name} {row[name]!r}")
    days = {name: date.fromisoformat(row[name]) for name in _DAYS if row[name]}
    if "seen_from" not in days:
        raise ValueError("no day on which it was seen")
    start = days.get("applies") or days.get("adopted") or days["seen_from"]
    end = days.get("valid_to", date.max)
    if end < start:
        raise ValueError(f"ends on {end}, before it starts on {start}")
    return start, end


def _require_printable(text: str, where: str) -> None:
    """Refuse signs that would move the cursor of whoever reads what an edition changes."""
    if printable(text) != text:
        raise BadFileError(
            "a control character in a text",
            where=where,
            why="it could change what a terminal shows of the edition",
            hint="get the file again from its publisher",
        )


def _texts(value: object) -> Iterator[str]:
    """Yield every text in what a document says."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        one = error.errors()[0]
        return f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
    return str(error).partition("\n")[0]
