"""What the system does to us (full disk, no rights, Ctrl-C, files gone) as errors of our own."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from entrepot.errors import EntrepotError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["guarded", "readable"]


@contextmanager
def readable(*, writing: bool = False) -> Iterator[None]:
    """Say what to do where stored files are gone or damaged, or memory is short.

    With `writing`, troubles of the disk may be those of a target and are left to `guarded`.
    """
    import duckdb

    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.OutOfMemoryException as error:
        raise OutsideError(
            "not enough memory for this question",
            why=str(error).partition("\n")[0],
            hint="close other programs, or set ENTREPOT_MEMORY higher",
        ) from error
    except duckdb.Error as error:
        disk = () if writing else (duckdb.IOException,)
        if type(error) not in (*disk, duckdb.InvalidInputException, duckdb.Error):
            raise  # the target's disk, or a defect of ours, which should be seen as one
        raise OutsideError(
            "a file of the lake cannot be read",
            why=str(error).partition("\n")[0],
            hint="entrepot data check says which; remove its source and add it again",
        ) from error


@contextmanager
def guarded(where: Path) -> Iterator[None]:
    """Turn what the system does to us (full disk, no rights, Ctrl-C) into errors of our own."""
    import duckdb

    try:
        yield
    except EntrepotError:
        raise
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise _outside(where, "the disk is full" if full else str(error), str(error)) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        text = str(error).partition("\n")[0]
        raise _outside(where, text, text) from error
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except RuntimeError as error:  # DuckDB's way to say that Ctrl-C was pressed
        if "interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise


def _outside(where: Path, what: str, text: str) -> OutsideError:
    space = "space" in text or "full" in what or "too large" in text
    return OutsideError(
        what,
        where=str(where),
        why="nothing was changed: the lake is as it was before",
        hint="make room, or put the lake elsewhere with --lake"
        if space
        else "check the folder, its rights and the memory that is free",
    )
