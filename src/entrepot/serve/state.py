"""In which state the lake is, so that an answer is worked out once for each."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import entrepot
from entrepot.lake.catalog import NAME
from entrepot.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["state_of"]


def state_of(folder: Path) -> str:
    """Return a short text that changes with the lake, the user's own lists and the program."""
    found = hashlib.sha256(entrepot.__version__.encode())
    try:
        found.update((folder / NAME).read_bytes())
    except OSError:  # an absent lake holds nothing
        found.update(b"none")
    lists = Settings.read(folder).lists
    for path in sorted(lists.glob("*.csv")) if lists.is_dir() else ():
        if path.is_file():
            found.update(path.name.encode(errors="surrogateescape") + path.read_bytes())
    return found.hexdigest()[:20]
