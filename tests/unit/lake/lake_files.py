"""Small BACI files, made here as CEPII ships them, and a look at what became of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.lake import Lake

HEAD = "t,i,j,k,v,q"
ROWS = ("2022,156,643,850110,10.5,2", "2022,643,156,270900,200,1000", "2022,156,398,10121,1,NA")
NAME = "BACI_HS17_Y2022_V202501.csv"

Write = Callable[..., Path]


def rows_of(lake: Lake, *columns: str, by: str = "importer") -> list[tuple[object, ...]]:
    """Return rows of what is held of BACI, in order."""
    frame = lake.flows("baci", by=by).select(*columns)
    return sorted(frame.to_native().fetchall(), key=str)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder but those that are only there to be locked."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("lock", "readers")
    }
