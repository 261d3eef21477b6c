"""Evaluate again what is watched, compare, and remember."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot import __version__
from entrepot.claims import check
from entrepot.errors import EntrepotError, NoEvidenceError, RequestError
from entrepot.figures import evaluate
from entrepot.lake import Lake
from entrepot.lake.watched import forget, keep, kept
from entrepot.watching.asked import Asked, parse_asked, read_text
from entrepot.watching.seen import Move, Seen, Turn
from entrepot.watching.watched import Watched, WatchedFile

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

__all__ = ["stop", "watch"]

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
        If the disk does not take what is to be remembered.
    """
    held = lake if isinstance(lake, Lake) else Lake.open(lake)
    known = kept(held.path)
    if file is not None:
        path = Path(file)
        texts = {path.name: read_text(path)}
    else:
        texts = {name: content["text"] for name, content in known.items()}
    if not texts:
        raise NoEvidenceError(
            "nothing is watched in this lake",
            where=str(held.path),
            hint="name a file: entrepot watch examples/watch.yaml",
        )
    found = []
    for name, text in texts.items():
        asked = parse_asked(text, name)
        progress(name)
        one = _seen_again(name, asked, known.get(name, {}), held)
        found.append(one)
        if remember and not asked.saved:
            keep(held.path, name, _content(text, one))
    return Watched(tuple(found))


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
    moves: list[Move] = []
    turns: list[Turn] = []
    with lake.reading():
        for item in asked.items:
            then = item.then
            if then is None and item.id in figures:
                then = Seen.read(figures[item.id], f"what is remembered of {name}, {item.id}")
            try:
                figure = evaluate(item.definition, lake, curve=item.curve)
            except EntrepotError as error:
                error.where = f"{name}, {item.id}" + (f" ({error.where})" if error.where else "")
                raise
            moves.append(Move.of(item.id, then, figure, item.threshold))
        if asked.claims is not None:
            turns = [Turn.of(one, verdicts.get(one.id)) for one in check(asked.claims, lake).claims]
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


def _content(text: str, seen: WatchedFile) -> dict[str, Any]:
    """Return what is to be remembered of a file."""
    return {
        "format": 1,
        "text": text,
        "since": date.today().isoformat(),
        "version": __version__,
        "figures": {one.id: one.now.to_dict() for one in seen.figures},
        "verdicts": {one.id: one.now for one in seen.claims},
    }
