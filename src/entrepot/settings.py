"""Settings, read from the environment when asked for and never at import."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import platformdirs

from entrepot.errors import RequestError, UnknownNameError

__all__ = ["ENGINES", "Settings", "cache_folder", "lists_folder"]

ENGINES = ("duckdb", "spark")
_DOUBLE = re.compile("^(s3|gs|az):/+")  # a path of Python's has lost the second stroke
_ADDRESS = re.compile("[a-z][a-z0-9+.-]+:/")  # not C:/, which is a folder
_THREADS = re.compile("[1-9][0-9]{0,2}")
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


def cache_folder() -> Path:
    """Return the folder for what can be made or fetched again; see `Settings.cache`."""
    folder = os.environ.get("ENTREPOT_CACHE") or platformdirs.user_cache_dir("entrepot")
    return Path(folder).expanduser()


def lists_folder() -> Path:
    """Return the folder for the user's own lists of goods; see `Settings.lists`."""
    return _lists(*map(os.environ.get, ("ENTREPOT_LISTS", "HOME", "XDG_CONFIG_HOME")))


@cache
def _lists(named: str | None, *_home: str | None) -> Path:
    folder = named or platformdirs.user_config_path("entrepot") / "lists"
    return Path(folder).expanduser()


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
    offline
        Whether nothing may be fetched from elsewhere.
    cache
        Folder for what can be made or fetched again.
    lists
        Folder for the user's own lists of goods.
    engine
        What `entrepot ask` computes with: ``duckdb`` or ``spark``.
    address
        Where the lake is, if not in a folder: ``s3://bucket/lake``, or what only Spark reads.
    """

    lake: Path
    memory: str | None = None
    threads: int | None = None
    offline: bool = False
    cache: Path = field(default_factory=cache_folder)
    lists: Path = field(default_factory=lists_folder)
    engine: str = ENGINES[0]
    address: str | None = None

    @classmethod
    def read(
        cls, lake: str | os.PathLike[str] | None = None, *, anywhere: bool = False
    ) -> Settings:
        """Build settings from `lake` and the environment.

        ``ENTREPOT_LAKE``, ``_MEMORY``, ``_THREADS``, ``_OFFLINE``, ``_CACHE``, ``_LISTS`` and
        ``_ENGINE`` are read.

        Parameters
        ----------
        lake
            Folder of the lake.
        anywhere
            Whether `lake` may be an address, too.

        Raises
        ------
        RequestError
            If ``ENTREPOT_THREADS`` is no whole number from 1 to 999, ``ENTREPOT_OFFLINE`` neither
            yes nor no, ``ENTREPOT_ENGINE`` no engine, or the lake is at an address.
        """
        folder = lake or os.environ.get("ENTREPOT_LAKE") or platformdirs.user_data_dir("entrepot")
        threads = os.environ.get("ENTREPOT_THREADS")
        if threads and not _THREADS.fullmatch(threads):
            raise RequestError(
                f"not a number of threads: {threads!r}",
                where="environment variable ENTREPOT_THREADS",
                why="the engine starts all of them at once: a million would stop this machine",
                hint="set it to a whole number from 1 to 999, or unset it",
            )
        offline = os.environ.get("ENTREPOT_OFFLINE", "").strip().lower()
        if offline not in _YES + _NO:
            raise RequestError(
                f"neither yes nor no: {offline!r}",
                where="environment variable ENTREPOT_OFFLINE",
                hint="set it to 1 or 0, or unset it",
            )
        engine = os.environ.get("ENTREPOT_ENGINE", "").strip().lower() or ENGINES[0]
        if engine not in ENGINES:
            raise UnknownNameError(
                "engine", engine, ENGINES, where="environment variable ENTREPOT_ENGINE"
            )
        address = _DOUBLE.sub(r"\1://", str(folder)) if _ADDRESS.match(str(folder)) else None
        if address and not anywhere:
            raise RequestError(
                "the lake is at an address, and not in a folder",
                where=address,
                hint="bring the lake into a folder",
            )
        return cls(
            lake=Path(folder).expanduser(),
            memory=os.environ.get("ENTREPOT_MEMORY") or None,
            threads=int(threads) if threads else None,
            offline=offline in _YES,
            engine=engine,
            address=address,
        )
