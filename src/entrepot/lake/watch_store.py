"""What is watched: texts that are kept in the lake's folder beside its data, one by name.

They are no data: nothing here is in the catalog, and a load neither needs nor touches them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.files import drafted, from_json
from entrepot.lake.catalog import replace_text
from entrepot.lake.system_errors import guarded

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["WATCHED", "forget", "keep", "kept"]

WATCHED = "watched"
"""Name of the folder."""
_KEYS = {"figures", "path", "text", "verdicts"}


def kept(folder: Path) -> dict[str, Any]:
    """Return what is kept, by name, in the order of the alphabet.

    Raises
    ------
    BadFileError
        If a file of it is damaged.
    """
    found = {}
    for path in sorted((folder / WATCHED).glob("*.json")):
        try:
            content = from_json(path.read_text(encoding="utf-8"))
            if not (isinstance(content, dict) and content.keys() >= _KEYS):
                raise ValueError(f"not {', '.join(sorted(_KEYS))}")
            found[path.name.removesuffix(".json")] = content
        except ValueError as error:
            raise BadFileError(
                f"what is remembered of a watched file is damaged ({error})",
                where=str(path),
                hint="delete it, and name the file to entrepot watch again",
            ) from error
    return found


def keep(folder: Path, name: str, content: dict[str, Any]) -> None:
    """Keep plain JSON types under a name, in place of what had it before.

    Raises
    ------
    OutsideError
        If the disk does not take it; it says whether what was kept before stays.
    """
    path = folder / WATCHED / f"{name}.json"
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    def became() -> str:
        try:
            made = path.read_text(encoding="utf-8") == text
        except OSError:
            made = False
        new = "what was seen is remembered, but the disk did not confirm it"
        return new if made else "nothing was changed: what was remembered before stays"

    with guarded(folder, became):
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafted(path) as draft:
            replace_text(path, text, draft=draft)


def forget(folder: Path, name: str) -> bool:
    """Keep nothing under a name any more; return whether there was something."""
    with guarded(folder):
        path = folder / WATCHED / f"{name}.json"
        there = path.exists()
        path.unlink(missing_ok=True)
        return there
