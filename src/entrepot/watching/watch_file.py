"""Read what is to be watched: a watch file, claims, or Figures that were saved as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot import files
from entrepot.claims.read import document_of
from entrepot.claims.schema import ClaimsFile
from entrepot.claims.verdict import TEXTS
from entrepot.errors import BadFileError
from entrepot.figures import Definition
from entrepot.model.closed_yaml import load_lines, parse_closed
from entrepot.watching.observation import Observation
from entrepot.watching.schema import WatchFile

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.claims import Document
    from entrepot.watching.observation import Threshold

__all__ = ["Asked", "Item", "parse_asked", "read_text"]


@dataclass(frozen=True, slots=True)
class Item:
    """A Figure to evaluate.

    Attributes
    ----------
    then
        What the file itself says that it was.
    curve
        Whether its range is that of a specification curve.
    """

    id: str
    definition: Definition
    threshold: Threshold | None = None
    then: Observation | None = None
    curve: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file wants to have watched.

    Attributes
    ----------
    saved
        Whether it says itself what was seen, on `since` and by `version` where it tells.
    """

    title: str
    items: tuple[Item, ...] = ()
    claims: Document | None = None
    saved: bool = False
    since: str = ""
    version: str = ""


_HINT = "name a watch file or claims (.yaml), or saved Figures (.json)"


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    BadFileError
        If there is none, or it is not text.
    """
    return files.read_text(path, most=2**28, hint=_HINT)


def parse_asked(text: str, name: str) -> Asked:
    """Read the text of a file; `name`, which says by its end what it is, stands in messages.

    Raises
    ------
    BadFileError
        With line and place of whatever is not as it should be.
    """
    if name.lower().endswith(".json"):
        return _saved(text, name)
    if name.lower().endswith(TEXTS):
        raise BadFileError(
            "an article, whose numbers nobody has read yet",
            where=name,
            hint=f"write them down first, and watch that: entrepot draft {name} > claims.yaml",
        )
    data, _ = load_lines(text, name=name)
    if isinstance(data, dict) and "claims" in data:
        document = document_of(parse_closed(text, ClaimsFile, name=name))
        return Asked(document.source.title, claims=document)
    file = parse_closed(text, WatchFile, name=name)
    items = (Item(entry.id, entry.definition, entry.threshold) for entry in file.figures)
    return Asked(file.title, tuple(items))


def _saved(text: str, name: str) -> Asked:
    try:
        data = files.from_json(text)
    except ValueError as error:
        raise BadFileError(f"not JSON ({error})", where=name, hint="save it again") from error
    if not isinstance(data, dict):
        raise _unknown(name)
    if "definition" in data:
        return Asked("", (_item("figure", data, name),), saved=True)
    if "evaluated" in data:
        return Asked(
            str(data.get("title", "")),
            _told_apart(data["evaluated"], name),
            saved=True,
            since=str(data.get("date") or ""),
            version=str(data.get("version") or ""),
        )
    raise _unknown(name)


def _told_apart(figures: Any, name: str) -> tuple[Item, ...]:
    """Return the Figures of a brief by number; one that stands there twice counts once."""
    if not isinstance(figures, list) or not figures:
        raise _unknown(name)
    found: dict[Definition, Item] = {}
    for number, data in enumerate(figures, 1):
        item = _item(f"figure-{number}", data, f"{name}, figure {number}")
        found.setdefault(item.definition, item)
    return tuple(found.values())


def _item(id_: str, data: Any, where: str) -> Item:
    seen = Observation.read(data, where)
    chosen, curve = data.get("chosen") or [], data.get("specifications") or {}
    if not isinstance(chosen, list) or not isinstance(curve, dict):
        raise _unknown(where)
    keys = {key: value for key, value in seen.definition.items() if key not in chosen}
    return Item(id_, Definition.build(**keys), then=seen, curve="explained" in curve)


def _unknown(name: str) -> BadFileError:
    return BadFileError(
        "neither a Figure nor a brief",
        where=name,
        why="what is watched is compared with what was seen, so the file has to say what that was",
        hint="write it with: entrepot ask ... --json, or entrepot brief ... --out x.json; "
        "of claims name the YAML",
    )
