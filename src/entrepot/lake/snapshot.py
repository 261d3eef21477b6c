"""Raw bytes, kept under their hash with a small manifest."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.lake.catalog import RawEntry
from entrepot.sources.digest import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["copy_raw", "hash_file", "write_manifest"]

_CHUNK = 2**20


def hash_file(path: Path) -> tuple[int, str]:
    """Return the size of a file and its SHA-256."""
    digest = sha256_of(path)
    return path.stat().st_size, digest


def copy_raw(path: Path, folder: Path) -> RawEntry:
    """Copy a file into `folder` under its hash, and return what was copied.

    A copy, not a hard link: a file that its owner edits in place later would change here too.

    Raises
    ------
    BadFileError
        If there is no such file.
    """
    if path.is_dir():
        raise BadFileError("this is a folder", where=str(path), hint="name the files in it")
    if not path.is_file():
        raise BadFileError("no such file", where=str(path), hint="check the spelling")
    digest, size = hashlib.sha256(), 0
    draft = folder / "copy"
    with path.open("rb") as source, draft.open("wb") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
            size += len(chunk)
        target.flush()
        os.fsync(target.fileno())
    draft.replace(folder / digest.hexdigest())
    return RawEntry(path.name, size, digest.hexdigest())


def write_manifest(raw: RawEntry, source: str, added_on: str, folder: Path) -> None:
    """Write beside the bytes what they are, for someone who finds the folder without us."""
    data = {"source": source, "added_on": added_on, "name": raw.name, "bytes": raw.bytes}
    with (folder / f"{raw.sha256}.json").open("w", encoding="utf-8") as opened:
        json.dump(data | {"sha256": raw.sha256}, opened, ensure_ascii=False, indent=1)
        opened.flush()
        os.fsync(opened.fileno())
