"""What was fetched, from where and when: `NAME.receipt.json` beside the file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from entrepot.files import from_json
from entrepot.sources.digest import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Receipt", "read_receipt"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One fetched file.

    Attributes
    ----------
    address
        Where from; never with a key.
    fetched_on
        Day and time, UTC, ISO 8601.
    etag, modified
        How the server names this content, if it does.
    bytes, sha256
        Of the file; empty hash if nothing was kept.
    rows
        Rows of the answer, where its format shows them.
    cut
        Whether the answer was cut off at the publisher's limit and asked for in pieces instead.
    """

    address: str
    fetched_on: str
    etag: str = ""
    modified: str = ""
    bytes: int = 0
    sha256: str = ""
    rows: int | None = None
    cut: bool = False

    def write(self, target: Path) -> None:
        """Write it beside the target."""
        path = _place(target)
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        draft.replace(path)


def read_receipt(target: Path, address: str) -> Receipt | None:
    """Return the receipt of a file that is there, whole, and from this address; else None."""
    try:
        found = Receipt(**from_json(_place(target).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if found.address != address:
        return None
    if found.cut or (not found.bytes and found.rows == 0):
        return found
    if not target.is_file() or target.stat().st_size != found.bytes:
        return None
    return found if sha256_of(target) == found.sha256 else None


def _place(target: Path) -> Path:
    return target.with_name(f"{target.name}.receipt.json")
