"""Raw bytes, kept under their hash with a small manifest."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.files import require_file
from entrepot.lake.catalog import RawEntry

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.lake.catalog import Snapshot

__all__ = ["MANIFEST", "copy_raw", "manifest_text", "write_manifest"]

MANIFEST = 2
_CHUNK = 2**20


def copy_raw(path: Path, folder: Path) -> RawEntry:
    """Copy a file into `folder` under its hash, and return what was copied.

    A copy, not a hard link: a file that its owner edits in place later would change here too.

    Raises
    ------
    BadFileError
        If there is no such file, it is none, or it grows.
    """
    there = require_file(path, hint="name the files to add")
    digest, size = hashlib.sha256(), 0
    draft = folder / "copy"
    with path.open("rb") as source, draft.open("wb") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
            size += len(chunk)
            if size > there:
                raise BadFileError(
                    "the file grows while it is read",
                    where=str(path),
                    why="a download that goes on would be loaded by half",
                    hint="wait until it is whole, and add it again",
                )
        target.flush()
        os.fsync(target.fileno())
    draft.replace(folder / digest.hexdigest())
    return RawEntry(path.name, size, digest.hexdigest())


def manifest_text(item: Snapshot) -> str:
    """Return what stands beside delivered bytes: all that is needed to read them again."""
    return json.dumps({"format": MANIFEST} | item.said(), ensure_ascii=False, indent=1) + "\n"


def write_manifest(item: Snapshot, folder: Path) -> None:
    """Write beside the bytes what they are and how they were read."""
    path = folder / item.manifest
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as opened:
        opened.write(manifest_text(item))
        opened.flush()
        os.fsync(opened.fileno())
