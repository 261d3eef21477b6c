"""Settings, read from the environment when asked for and never at import."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from entrepot.errors import RequestError

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """Where the lake is and how much of the machine may be used.

    Attributes
    ----------
    lake
        Folder of the lake. It need not exist: an absent lake holds nothing.
    memory
        Memory limit for the engine, in DuckDB's notation, e.g. ``"4GB"``; None leaves the choice
        to `entrepot.engine`.
    threads
        Threads for the engine; None takes all cores.
    """

    lake: Path
    memory: str | None = None
    threads: int | None = None

    @classmethod
    def read(cls, lake: str | os.PathLike[str] | None = None) -> Settings:
        """Build settings from `lake` and ``ENTREPOT_LAKE``, ``_MEMORY``, ``_THREADS``.

        Raises
        ------
        RequestError
            If ``ENTREPOT_THREADS`` is not a positive whole number.
        """
        folder = lake or os.environ.get("ENTREPOT_LAKE") or platformdirs.user_data_dir("entrepot")
        threads = os.environ.get("ENTREPOT_THREADS")
        if threads and not (threads.isdigit() and int(threads) > 0):
            raise RequestError(
                f"not a number of threads: {threads!r}",
                where="environment variable ENTREPOT_THREADS",
                hint="set it to a whole number above zero, or unset it",
            )
        return cls(
            lake=Path(folder).expanduser(),
            memory=os.environ.get("ENTREPOT_MEMORY") or None,
            threads=int(threads) if threads else None,
        )
