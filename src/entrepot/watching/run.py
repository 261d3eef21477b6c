"""Read what is watched, evaluate it again, compare and store."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, create_model, field_validator, model_validator
from pydantic_core import PydanticCustomError

from entrepot import files
from entrepot.claims import check
from entrepot.claims.read import document_of
from entrepot.claims.schema import ClaimsFile
from entrepot.claims.verdict import TEXTS
from entrepot.errors import (
    BadFileError,
    EntrepotError,
    NoEvidenceError,
    OutsideError,
    RequestError,
    UnknownNameError,
)
from entrepot.figures import Definition
from entrepot.figures.evaluate import asking, evaluate
from entrepot.figures.no_value import unanswered
from entrepot.figures.questions import QUESTIONS, unit_of
from entrepot.files import READ_ONLY
from entrepot.lake import Lake
from entrepot.lake.publish import forget, keep, kept
from entrepot.model.closed_yaml import Closed, FormatOne, Title, load_lines, parse_closed
from entrepot.model.keys import KEYS
from entrepot.version import __version__
from entrepot.watching.observation import (
    FigureChange,
    NowcastScore,
    Observation,
    PendingNowcast,
    Threshold,
    VerdictChange,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from entrepot.claims import Document
    from entrepot.figures import Figure

_NO_PROGRESS: Callable[[str], None] = lambda _: None  # noqa: E731


def watch(
    file: str | os.PathLike[str] | None = None,
    *,
    lake: Lake | str | os.PathLike[str] | None = None,
    remember: bool = True,
    progress: Callable[[str], None] = _NO_PROGRESS,
) -> Watched:
    """Evaluate figures or claims again, and say what changed since the last evaluation.

    Parameters
    ----------
    file
        A watch file or claims (``.yaml``), which the lake stores by name with the last values, or
        figures saved as ``.json``, which carry their values. None: every file that is watched.
    lake
        A lake or its folder; by default the one that the settings name.
    remember
        Whether the next evaluation is compared with this one. Saved figures are always compared
        with the values in their file.
    progress
        Called with the name of each file before it is evaluated.

    Raises
    ------
    BadFileError
        If the file cannot be read, with line and place.
    NoEvidenceError
        If no file is named and none is watched.
    OutsideError
        If the values cannot be written. Where the lake is read-only, the result says so instead.
    """
    opened = lake if isinstance(lake, Lake) else Lake.open(lake)
    known = kept(opened.path)
    if file is not None:
        path = Path(file).absolute()
        texts = {path.name: (str(path), read_text(path))}
        _require_same(path, known.get(path.name))
    else:
        texts = {name: (content["path"], content["text"]) for name, content in known.items()}
    if not texts:
        raise NoEvidenceError(
            "no file is watched in this lake",
            where=str(opened.path),
            hint="name a file: entrepot watch examples/watch.yaml",
        )
    found = []
    contents = {}
    for name, (place, text) in texts.items():
        asked = parse_asked(text, name)
        progress(name)
        one = _seen_again(name, asked, known.get(name, {}), opened)
        found.append(one)
        if not asked.saved:
            contents[name] = {"path": place, "text": text} | _content(one)
    # After the last: where one fails, the user has seen none of the others.
    unremembered = _keep(opened, contents) if remember else ""
    return Watched(tuple(found), unremembered, is_stored=remember and not unremembered)


def _keep(lake: Lake, contents: dict[str, Any]) -> str:
    """Store what was seen; return why this is impossible, where the lake is read-only."""
    for name, content in contents.items():
        try:
            keep(lake.path, name, content)
        except OutsideError as error:
            cause = error.__cause__
            if not (isinstance(cause, OSError) and cause.errno in READ_ONLY):
                raise
            return f"no permission to write in {lake.path}"
    return ""


def _require_same(path: Path, before: dict[str, Any] | None) -> None:
    """Refuse a file of a name under which another one is watched.

    Raises
    ------
    RequestError
        If the file that is watched by this name is still there.
    """
    # A file that was moved is watched under its name in its new place.
    other = Path(before["path"]) if before else path
    if other.exists() and not other.samefile(path):
        raise RequestError(
            f"another file called {path.name} is watched",
            where=str(other),
            why="its values would be compared with those of this file",
            hint=f"rename this one, or: entrepot watch {path.name} --stop",
        )


def stop(name: str, lake: Lake) -> None:
    """Stop watching a file.

    Raises
    ------
    RequestError
        If it was not watched.
    """
    if not forget(lake.path, name):
        names = ", ".join(kept(lake.path)) or "nothing"
        raise RequestError(f"{name} is not watched", hint=f"watched here: {names}")


def _seen_again(name: str, asked: WatchRequest, before: dict[str, Any], lake: Lake) -> WatchedFile:
    figures: dict[str, Any] = before.get("figures", {})
    verdicts: dict[str, str] = before.get("verdicts", {})
    moves: list[FigureChange] = []
    turns: list[VerdictChange] = []
    # One state of the lake for all of a file, so that its figures agree with each other.
    with asking([item.definition for item in asked.items], lake):
        for item in asked.items:
            then = item.then
            if then is None and item.id in figures:
                then = Observation.read(figures[item.id], f"stored values of {name}, {item.id}")
            try:
                figure = evaluate(item.definition, lake, curve=item.curve, nowcast=True)
            except UnknownNameError as error:
                # A source that was there before and is not now is evidence that is missing. One
                # that never was is a mistake in the file.
                if then is None or error.kind != "source":
                    raise _located(error, name, item) from error
                figure = _without_source(item.definition, error)
            except EntrepotError as error:
                raise _located(error, name, item) from error
            moves.append(FigureChange.of(item.id, then, figure, item.threshold))
        if asked.claims is not None:
            turns = [
                VerdictChange.of(one, verdicts.get(one.id))
                for one in check(asked.claims, lake).claims
            ]
        scores, pending = _scored(name, asked, before, moves, lake)
    names = {one.id for one in moves} | {one.id for one in turns}
    return WatchedFile(
        name,
        asked.title,
        asked.since or before.get("since", ""),
        asked.version or before.get("version", ""),
        tuple(moves),
        tuple(turns),
        tuple(one for one in (*figures, *verdicts) if one not in names),
        scores,
        pending,
        tuple(before.get("scores", ())),
    )


def _located(error: EntrepotError, name: str, item: Item) -> EntrepotError:
    error.where = f"{name}, {item.id}" + (f" ({error.where})" if error.where else "")
    return error


def _without_source(asked: Definition, error: UnknownNameError) -> Figure:
    """Return a figure without a value, as its source was removed from the lake."""
    return unanswered(asked, f"{error.name} is not in this lake any more: load it again")


def _scored(
    name: str,
    asked: WatchRequest,
    before: dict[str, Any],
    moves: list[FigureChange],
    lake: Lake,
) -> tuple[tuple[NowcastScore, ...], tuple[PendingNowcast, ...]]:
    """Return nowcasts whose period is reported by now, with that value, and those that wait.

    A nowcast waits by itself: of ``period: now`` the figure has gone on to another year by then.
    """
    where = f"stored nowcasts of {name}"
    stored = (PendingNowcast.read(data, where) for data in before.get("nowcasts", ()))
    waiting = {one.key: one for one in stored}
    # Nothing is stored of saved figures: the nowcast that waits is in their own file.
    for move in moves if asked.saved else ():
        if move.then is not None and move.then.nowcast:
            one = PendingNowcast(move.id, asked.since, move.then)
            waiting.setdefault(one.key, one)
    scores = []
    for key, one in list(waiting.items()):
        keys = {key: value for key, value in one.seen.definition.items() if value is not None}
        # Only the value is compared: its range would cost many evaluations.
        figure = evaluate(Definition.build(**keys), lake, ranged=False)
        if figure.value is not None:
            del waiting[key]
            if score := one.scored(figure.value):
                scores.append(score)
    today = date.today().isoformat()
    for move in moves:
        if move.now.nowcast:
            one = PendingNowcast(move.id, today, move.now)
            # Of the same months the first nowcast stays, for it is the one to be scored.
            waiting.setdefault(one.key, one)
    return tuple(scores), tuple(waiting.values())


def _content(seen: WatchedFile) -> dict[str, Any]:
    """Return what is stored for a file."""
    return {
        "format": 1,
        "since": date.today().isoformat(),
        "version": __version__,
        "figures": {one.id: one.remembered.to_dict() for one in seen.figures},
        "verdicts": {one.id: one.now for one in seen.claims},
        "nowcasts": [one.to_dict() for one in seen.pending],
        "scores": seen.record,
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
        Of the program that evaluated them before.
    figures, claims
        In the order of the file.
    gone
        Ids that were watched and that the file no longer names.
    scores, pending
        Nowcasts whose period is reported by now, and those that wait for it.
    scored_before
        Scores of earlier evaluations, as stored.
    """

    name: str
    title: str
    since: str
    version: str
    figures: tuple[FigureChange, ...] = ()
    claims: tuple[VerdictChange, ...] = ()
    gone: tuple[str, ...] = ()
    scores: tuple[NowcastScore, ...] = ()
    pending: tuple[PendingNowcast, ...] = ()
    scored_before: tuple[dict[str, Any], ...] = ()

    @property
    def record(self) -> list[dict[str, Any]]:
        """All scores so far, the oldest first."""
        return [*self.scored_before, *(one.to_dict() for one in self.scores)]

    @property
    def record_text(self) -> str:
        """How often the intervals of all nowcasts so far had the value; empty without any."""
        every = self.record
        if not every:
            return ""
        inside = (
            f"{sum(bool(one['inside'].get(level)) for one in every)} in the {level} % interval"
            for level in ("80", "95")
        )
        what = "nowcast" if len(every) == 1 else "nowcasts"
        return f"{len(every)} {what} scored so far: {', '.join(inside)}"

    @property
    def changed(self) -> int:
        """How many changed."""
        return sum(bool(one.what) for one in self.figures) + sum(
            one.is_changed for one in self.claims
        )

    @property
    def new(self) -> int:
        """How many are evaluated for the first time."""
        return sum(one.then is None for one in self.figures) + sum(
            one.then is None for one in self.claims
        )

    @property
    def is_unanswered(self) -> bool:
        """Whether there are figures and none of them has a value."""
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
            "nowcasts": {
                "scored": [one.to_dict() for one in self.scores],
                "pending": len(self.pending),
                "record": self.record,
            },
        }


@dataclass(frozen=True, slots=True)
class Watched:
    """All files that were evaluated again.

    Attributes
    ----------
    files
        In the order of their names.
    unremembered
        Why the next evaluation is not compared with this one; empty if it is, or was not to be.
    is_stored
        Whether it is.
    """

    files: tuple[WatchedFile, ...]
    unremembered: str = ""
    is_stored: bool = True

    @property
    def summary(self) -> dict[str, int]:
        """Number of figures and claims, of changed ones and of new ones."""
        return {
            "figures": sum(len(one.figures) for one in self.files),
            "claims": sum(len(one.claims) for one in self.files),
            "changed": sum(one.changed for one in self.files),
            "new": sum(one.new for one in self.files),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "watched": [one.to_dict() for one in self.files],
            "summary": self.summary,
            "not_stored": self.unremembered or None,
        }

    def to_json(self) -> str:
        """Return as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)


# Read what is to be watched: a watch file, claims, or figures saved as JSON.


@dataclass(frozen=True, slots=True)
class Item:
    """A figure to evaluate.

    Attributes
    ----------
    then
        Its value by the file itself.
    curve
        Whether its range is that of a specification curve.
    """

    id: str
    definition: Definition
    threshold: Threshold | None = None
    then: Observation | None = None
    curve: bool = False


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """What a file asks to watch.

    Attributes
    ----------
    saved
        Whether the file carries its values, of day `since` and program `version` where stated.
    """

    title: str
    items: tuple[Item, ...] = ()
    claims: Document | None = None
    saved: bool = False
    since: str = ""
    version: str = ""


_HINT = "name a watch file or claims (.yaml), or saved figures (.json)"


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    BadFileError
        If there is none, or it is not text.
    """
    return files.read_text(path, most=2**28, hint=_HINT)


def parse_asked(text: str, name: str) -> WatchRequest:
    """Read the text of a file; `name`, whose suffix says what it is, goes into messages.

    Raises
    ------
    BadFileError
        With line and place of whatever is not as it should be.
    """
    if name.lower().endswith(".json"):
        return _saved(text, name)
    if name.lower().endswith(TEXTS):
        raise BadFileError(
            "an article cannot be watched before its claims are drafted",
            where=name,
            hint=f"draft them, then watch the claims file: entrepot draft {name} > claims.yaml",
        )
    # Looked at before it is parsed: claims and watch files end alike.
    data, _ = load_lines(text, name=name)
    if isinstance(data, dict) and "claims" in data:
        document = document_of(parse_closed(text, ClaimsFile, name=name))
        return WatchRequest(document.source.title, claims=document)
    file = parse_closed(text, WatchFile, name=name)
    items = (Item(entry.id, entry.definition, entry.threshold) for entry in file.figures)
    return WatchRequest(file.title, tuple(items))


def _saved(text: str, name: str) -> WatchRequest:
    try:
        data = files.from_json(text)
    except ValueError as error:
        raise BadFileError(f"not JSON ({error})", where=name, hint="save it again") from error
    if not isinstance(data, dict):
        raise _unknown(name)
    if "definition" in data:
        return WatchRequest("", (_item("figure", data, name),), saved=True)
    if "evaluated" in data:
        return WatchRequest(
            str(data.get("title", "")),
            _by_number(data["evaluated"], name),
            saved=True,
            since=str(data.get("date") or ""),
            version=str(data.get("version") or ""),
        )
    raise _unknown(name)


def _by_number(figures: Any, name: str) -> tuple[Item, ...]:
    """Return the figures of a brief by number; one that occurs twice counts once."""
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
    # What the answer chose by itself is chosen anew: another source may be the best by now.
    keys = {key: value for key, value in seen.definition.items() if key not in chosen}
    return Item(id_, Definition.build(**keys), then=seen, curve="explained" in curve)


def _unknown(name: str) -> BadFileError:
    return BadFileError(
        "neither a figure nor a brief",
        where=name,
        why="changes are computed from the values in the file, and it has none",
        hint="write it with: entrepot ask ... --json, or entrepot brief ... --out x.json; "
        "for claims name the YAML file",
    )


# The watch file, closed: Figures to evaluate again (format 1).


class _Entry(Closed):
    id: str
    measure: str
    min_change: str | None = None

    @property
    def keys(self) -> dict[str, Any]:
        """What is given of a definition."""
        keys = ("measure", *KEYS)
        return {key: value for key in keys if (value := getattr(self, key)) is not None}

    @property
    def definition(self) -> Definition:
        """What is asked."""
        return Definition.build(**self.keys)

    @property
    def threshold(self) -> Threshold | None:
        """Change that counts."""
        return (
            Threshold.parse(self.min_change, unit_of(self.definition)) if self.min_change else None
        )

    @model_validator(mode="after")
    def _can_be_asked(self) -> _Entry:
        if self.measure not in QUESTIONS:
            raise UnknownNameError(
                "measure", self.measure, QUESTIONS, hint="see: entrepot measure list"
            )
        # Made once here, so that a mistake in them has the line of this entry.
        _ = self.definition, self.threshold
        return self


def _scalar(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("string_type", "not text")
    return value


_Key = Annotated[Any, BeforeValidator(_scalar)]
_KEYS: Any = dict.fromkeys(KEYS, (_Key, None)) | {"period": (_Key, ...)}
FigureKeys: Any = create_model("FigureKeys", __base__=_Entry, **_KEYS)
"""A figure to watch: an id, the keys of `entrepot ask`, and the change that counts."""


class WatchFile(Closed):
    """Figures to be evaluated again whenever data change."""

    format: FormatOne
    title: Title = ""
    figures: tuple[FigureKeys, ...]

    @field_validator("figures")
    @classmethod
    def _unique_ids(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        if not entries:
            raise RequestError("no figures", hint="name at least one")
        if twice := [name for name, count in Counter(e.id for e in entries).items() if count > 1]:
            raise RequestError(
                f"two figures have the id {twice[0]}", hint="give each figure its own id"
            )
        return entries
