"""Evaluate again what is watched, compare, and remember."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot import __version__
from entrepot.claims import check
from entrepot.errors import EntrepotError, NoEvidenceError, OutsideError, RequestError
from entrepot.figures import evaluate
from entrepot.lake import Lake
from entrepot.lake.publish import forget, keep, kept
from entrepot.lake.system_errors import READ_ONLY
from entrepot.watching.observation import FigureChange, Observation, VerdictChange
from entrepot.watching.watch_file import Asked, parse_asked, read_text

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

__all__ = ["Watched", "WatchedFile", "stop", "watch"]


_SILENT: Callable[[str], None] = lambda _: None  # noqa: E731


def watch(
    file: str | os.PathLike[str] | None = None,
    *,
    lake: Lake | str | os.PathLike[str] | None = None,
    remember: bool = True,
    progress: Callable[[str], None] = _SILENT,
) -> Watched:
    """Evaluate Figures or claims again, and say what moved since they were seen before.

    Parameters
    ----------
    file
        A watch file or claims (``.yaml``), which the lake remembers by name together with what was
        seen, or Figures saved as ``.json``, which say themselves what was seen. None: every file
        that the lake remembers.
    lake
        A lake or its folder; by default the one that the settings name.
    remember
        Whether what is seen now is what the next time is compared with. Saved Figures are
        compared with what they say, always.
    progress
        Called with the name of each file before it is evaluated.

    Raises
    ------
    BadFileError
        If the file cannot be read, with line and place.
    NoEvidenceError
        If no file is named and none is remembered.
    OutsideError
        If the disk does not take what is to be remembered. Where the lake may only be read,
        the result says so instead.
    """
    held = lake if isinstance(lake, Lake) else Lake.open(lake)
    known = kept(held.path)
    if file is not None:
        path = Path(file).absolute()
        texts = {path.name: (str(path), read_text(path))}
        _require_same(path, known.get(path.name))
    else:
        texts = {name: (content["path"], content["text"]) for name, content in known.items()}
    if not texts:
        raise NoEvidenceError(
            "nothing is watched in this lake",
            where=str(held.path),
            hint="name a file: entrepot watch examples/watch.yaml",
        )
    found = []
    contents = {}
    for name, (place, text) in texts.items():
        asked = parse_asked(text, name)
        progress(name)
        one = _seen_again(name, asked, known.get(name, {}), held)
        found.append(one)
        if not asked.saved:
            contents[name] = {"path": place, "text": text} | _content(one)
    # Behind the last: where one fails, nothing was said of the others.
    unremembered = _keep(held, contents) if remember else ""
    return Watched(tuple(found), unremembered)


def _keep(lake: Lake, contents: dict[str, Any]) -> str:
    """Remember what was seen; return why it cannot be, where the lake may only be read."""
    for name, content in contents.items():
        try:
            keep(lake.path, name, content)
        except OutsideError as error:
            cause = error.__cause__
            if not (isinstance(cause, OSError) and cause.errno in READ_ONLY):
                raise
            return f"no rights to write in {lake.path}"
    return ""


def _require_same(path: Path, before: dict[str, Any] | None) -> None:
    """Refuse a file of a name under which another one is watched.

    Raises
    ------
    RequestError
        If the file that is watched by this name is still there.
    """
    other = Path(before["path"]) if before else path
    if other.exists() and not other.samefile(path):
        raise RequestError(
            f"another file called {path.name} is watched",
            where=str(other),
            why="what was seen of it would be compared with this one",
            hint=f"rename this one, or: entrepot watch {path.name} --stop",
        )


def stop(name: str, lake: Lake) -> None:
    """Watch a file no more.

    Raises
    ------
    RequestError
        If it was not watched.
    """
    if not forget(lake.path, name):
        names = ", ".join(kept(lake.path)) or "nothing"
        raise RequestError(f"{name} is not watched", hint=f"watched here: {names}")


def _seen_again(name: str, asked: Asked, before: dict[str, Any], lake: Lake) -> WatchedFile:
    figures: dict[str, Any] = before.get("figures", {})
    verdicts: dict[str, str] = before.get("verdicts", {})
    moves: list[FigureChange] = []
    turns: list[VerdictChange] = []
    with lake.reading():
        for item in asked.items:
            then = item.then
            if then is None and item.id in figures:
                then = Observation.read(
                    figures[item.id], f"what is remembered of {name}, {item.id}"
                )
            try:
                figure = evaluate(item.definition, lake, curve=item.curve)
            except EntrepotError as error:
                error.where = f"{name}, {item.id}" + (f" ({error.where})" if error.where else "")
                raise
            moves.append(FigureChange.of(item.id, then, figure, item.threshold))
        if asked.claims is not None:
            turns = [
                VerdictChange.of(one, verdicts.get(one.id))
                for one in check(asked.claims, lake).claims
            ]
    names = {one.id for one in moves} | {one.id for one in turns}
    return WatchedFile(
        name,
        asked.title,
        asked.since or before.get("since", ""),
        asked.version or before.get("version", ""),
        tuple(moves),
        tuple(turns),
        tuple(one for one in (*figures, *verdicts) if one not in names),
    )


def _content(seen: WatchedFile) -> dict[str, Any]:
    """Return what is to be remembered of a file."""
    return {
        "format": 1,
        "since": date.today().isoformat(),
        "version": __version__,
        "figures": {one.id: one.remembered.to_dict() for one in seen.figures},
        "verdicts": {one.id: one.now for one in seen.claims},
    }


# What a watch found, file by file.


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """Figures and claims of one file, evaluated again.

    Attributes
    ----------
    name, title
        Of the file, and what it calls itself.
    since
        Day on which they were seen before; empty if they are watched from now on.
    version
        Of the program that saw them before.
    figures, claims
        In the order of the file.
    gone
        Ids that were watched and that the file names no more.
    """

    name: str
    title: str
    since: str
    version: str
    figures: tuple[FigureChange, ...] = ()
    claims: tuple[VerdictChange, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def moved(self) -> int:
        """How many moved."""
        return sum(bool(one.what) for one in self.figures) + sum(
            one.is_moved for one in self.claims
        )

    @property
    def new(self) -> int:
        """How many were not seen before."""
        return sum(one.then is None for one in self.figures) + sum(
            one.then is None for one in self.claims
        )

    @property
    def is_unanswered(self) -> bool:
        """Whether there are Figures and none of them has a value."""
        return bool(self.figures) and all(one.now.value is None for one in self.figures)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "file": self.name,
            "title": self.title,
            "since": self.since or None,
            "version": self.version or None,
            "figures": [one.to_dict() for one in self.figures],
            "claims": [one.to_dict() for one in self.claims],
            "gone": list(self.gone),
        }


@dataclass(frozen=True, slots=True)
class Watched:
    """All files that were evaluated again.

    Attributes
    ----------
    files
        In the order of their names.
    unremembered
        Why the next time is not compared with this one; empty if it is, or if nobody asked for it.
    """

    files: tuple[WatchedFile, ...]
    unremembered: str = ""

    @property
    def summary(self) -> dict[str, int]:
        """Number of Figures and claims, how many moved, and how many were not seen before."""
        return {
            "figures": sum(len(one.figures) for one in self.files),
            "claims": sum(len(one.claims) for one in self.files),
            "moved": sum(one.moved for one in self.files),
            "new": sum(one.new for one in self.files),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "watched": [one.to_dict() for one in self.files],
            "summary": self.summary,
            "not_remembered": self.unremembered or None,
        }

    def to_json(self) -> str:
        """Return as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)
