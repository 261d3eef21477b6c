"""Fetch what publishers publish: the one package that opens a connection, and only when asked.

`plan` says which files make up a request, `get` fetches them one after the other, politely;
`client` is the only module of the program that opens a socket.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from entrepot.errors import OutsideError
from entrepot.files import cannot_write
from entrepot.sources.get.client import HttpClient, RetryPolicy
from entrepot.sources.get.content_check import TooMuch
from entrepot.sources.get.fetch import DownloadedFile, FetchTools, already_fetched, fetch
from entrepot.sources.get.plan import DataRequest, PlannedFile, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["DataRequest", "DownloadedFile", "PlannedFile", "get", "pieces"]


@dataclass(slots=True)
class _Pace:
    """Keeps the pause between two requests that a publisher wants."""

    patience: RetryPolicy
    clock: Callable[[], float] = field(default=time.monotonic)
    last: float | None = None

    def wait(self, pause: float) -> None:
        now = self.clock()
        if self.last is not None and now - self.last < pause:
            self.patience.sleep(pause - (now - self.last))
        # After the pause: it runs from request to request, not from answer to request.
        self.last = self.clock()


def get(
    pieces: Sequence[PlannedFile],
    folder: Path,
    *,
    offline: bool = False,
    again: bool = False,
    say: Callable[[str], None] = lambda text: None,
    moved: Callable[[int, int | None], None] = lambda have, total: None,
    patience: RetryPolicy | None = None,
    door: HttpClient | None = None,
) -> tuple[DownloadedFile, ...]:
    """Fetch pieces into a folder and return what became of each.

    Parameters
    ----------
    pieces
        What `plan.pieces` returns. One whose answer is too large is asked for in smaller pieces.
    folder
        Made if it is not there.
    offline
        Whether to refuse before anything is opened, unless all is there already.
    again
        Whether to fetch anew what is there and cannot be asked for conditionally.
    say, moved
        Told each event in words; and bytes that are there, of how many.
    patience, door
        How long to go on, and the connection; tests put their own.

    Raises
    ------
    OutsideError
        If something cannot be had. What came is kept, and the next call goes on there.
    """
    if offline:
        return _there(pieces, folder, say)
    patience = patience or RetryPolicy()
    _make(folder)
    with door or HttpClient() as opened:
        means = FetchTools(opened, patience, _Pace(patience).wait, say, moved)
        return _each(pieces, lambda piece: fetch(piece, folder, means, again=again), say)


def _there(
    pieces: Sequence[PlannedFile], folder: Path, say: Callable[[str], None]
) -> tuple[DownloadedFile, ...]:
    def only_fetched(piece: PlannedFile) -> DownloadedFile:
        found = already_fetched(piece, folder)
        if found is None:
            raise OutsideError(
                "offline: nothing is fetched",
                where=piece.address,
                why="--offline, or ENTREPOT_OFFLINE in the environment, says so",
                hint="fetch the file on another machine and add it with `entrepot data add`",
            )
        return found

    return _each(pieces, only_fetched, say)


def _each(
    pieces: Sequence[PlannedFile],
    act: Callable[[PlannedFile], DownloadedFile],
    say: Callable[[str], None],
) -> tuple[DownloadedFile, ...]:
    queue, done = list(pieces), list[DownloadedFile]()
    while queue:
        piece = queue.pop(0)
        say(f"file {len(done) + 1} of {len(done) + 1 + len(queue)}: {piece.name}")
        try:
            done.append(act(piece))
        except TooMuch as error:
            smaller = piece.split() if piece.split else ()
            if not smaller:
                raise _cut_off(piece) from error
            say(f"{piece.name} is too much for one answer: asking in {len(smaller)} pieces")
            # In front: pieces of one file come together, and each may be split again.
            queue[:0] = smaller
    return tuple(done)


def _cut_off(piece: PlannedFile) -> OutsideError:
    most = f" of {piece.way.rows:,} rows" if piece.way.rows else ""
    return OutsideError(
        f"more than fits one answer{most}, and it cannot be requested in smaller pieces",
        where=piece.address,
        why="rows beyond the limit would be missing without notice",
        hint="name fewer products or partners (--goods, --partner), or fetch the publisher's "
        "bulk file and add it with `entrepot data add`",
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "name another one with --to"
        raise cannot_write("the folder for downloads", error, hint, where=str(folder)) from error
