"""Settings, read when asked for and never at import: from the environment, else a file of the user.

The file is ``config.toml`` in the folder that the system has for settings, written by
`entrepot config`. The environment wins over it, and an argument over both.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import platformdirs

from entrepot.errors import RequestError, UnknownNameError
from entrepot.files import drafted, expanded

if TYPE_CHECKING:
    from pathlib import Path

ENGINES = ("duckdb", "spark")
_DOUBLE = re.compile("^(s3|gs|az):/+")  # a path of Python's has lost the second stroke
# Not C:/, which is a folder; of s3:// a path of Python's leaves s3:
_ADDRESS = re.compile("[a-z][a-z0-9+.-]+:/|(s3|gs|az):$")
_THREADS = re.compile("[1-9][0-9]{0,2}")
_WEB = ("http:/", "https:/", "ftp:/")
_MEMORY = re.compile(r"\s*(\d+(\.\d+)?|\.\d+)\s*([kmgt]i?b?|%)\s*", re.IGNORECASE)
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


CONFIG_KEYS = {
    "lake": ("Folder or address of the lake.", "ENTREPOT_LAKE"),
    "supplier": ("Supplier of a brief, and exporter of ask where a measure needs one.", ""),
    "goods": ("Goods of ask and brief.", ""),
    "engine": ("What ask computes with: duckdb or spark.", "ENTREPOT_ENGINE"),
    "memory": ("Memory limit of the engine: 4GB.", "ENTREPOT_MEMORY"),
    "threads": ("Threads of the engine, 1 to 999.", "ENTREPOT_THREADS"),
    "offline": ("1: nothing is fetched.", "ENTREPOT_OFFLINE"),
    "cache": ("Folder for what can be made again.", "ENTREPOT_CACHE"),
    "lists": ("Folder of your own lists of goods.", "ENTREPOT_LISTS"),
    "language": ("Of menus and names of countries of the page: de.", "ENTREPOT_LANGUAGE"),
}
"""What the file may say: meaning, and the variable of the environment that wins over it."""
_MOST_CONFIG = 2**16
_WRITTEN = "# Written by: entrepot config"
_SETTING = re.compile(
    r"""\s*["']?(?P<name>[a-z]+)["']?\s*="""
    r"""\s*("(\\.|[^"\\])*"|'[^']*'|[^\s"'#]+)(?P<rest>\s*(\#.*)?)"""
)


def config_file() -> Path:
    """Return where the settings of the user are; also ``ENTREPOT_CONFIG``."""
    return _config_file(*map(os.environ.get, ("ENTREPOT_CONFIG", "HOME", "XDG_CONFIG_HOME")))


# What the folder depends on is the key: HOME may change within a process, as in tests.
@cache
def _config_file(named: str | None, *_home: str | None) -> Path:
    """Return where the settings are; a brief asks some thousand times."""
    return expanded(named or platformdirs.user_config_path("entrepot") / "config.toml")


def configured() -> dict[str, str]:
    """Return what the file of the user says, by the names of `CONFIG_KEYS`.

    Raises
    ------
    RequestError
        If it is no TOML of these keys, or cannot be read.
    """
    path = config_file()
    try:
        found = path.stat()
    except OSError:
        return {}
    if str(path) == os.devnull:  # says that there are none
        return {}
    # Before it is opened: a pipe waits for ever, and of a file that is read in part the rest would
    # be lost when a setting is written.
    is_file = stat.S_ISREG(found.st_mode)
    if not is_file or found.st_size > _MOST_CONFIG:
        raise RequestError(
            f"the settings are {'too large' if is_file else 'no plain file'}",
            where=str(path),
            hint="name the file of the settings with ENTREPOT_CONFIG",
        )
    # Not the time alone: a clock may go back, and a copy keeps the time of what it was made from.
    changed = found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size
    return dict(_read_config(path, changed))


# The time of change is there for the cache: a file that was written again is read again.
@cache
def _read_config(path: Path, _changed: tuple[int, ...]) -> dict[str, str]:
    try:
        with path.open("rb") as opened:
            found = tomllib.loads(opened.read(_MOST_CONFIG + 1).decode("utf-8-sig"))
    # Errors of Unicode and of TOML are ValueErrors, and so is a number of too many digits.
    except (OSError, ValueError, RecursionError) as error:
        raise RequestError(
            f"the settings cannot be read: {error}",
            where=str(path),
            hint="mend the file, or delete it",
        ) from error
    for name, value in found.items():
        if name not in CONFIG_KEYS:
            raise UnknownNameError("setting", name, CONFIG_KEYS, where=str(path))
        if not isinstance(value, (str, int)):
            raise RequestError(
                f"{name} is neither a text nor a number",
                where=str(path),
                hint=f'write {name} = "..."',
            )
    return _as_texts(found)


def _as_texts(found: dict[str, Any]) -> dict[str, str]:
    # true of TOML is the 1 of the environment.
    return {
        name: str(int(one)) if isinstance(one, bool) else str(one) for name, one in found.items()
    }


def write_config(values: dict[str, str]) -> Path:
    """Write the settings of the user, and return the file; without any the file goes.

    What the user wrote beside them stays: comments, blank lines, their order.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    # What a link leads to, such as a file in a folder of settings that is kept elsewhere.
    path = config_file().resolve()
    try:
        before = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        before = ""
    text = _edited(before, values)
    if not values and text.strip() in ("", _WRITTEN):
        path.unlink(missing_ok=True)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with drafted(path) as draft:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return path


def _edited(before: str, values: dict[str, str]) -> str:
    """Return the text of the settings with other values, and with its comments."""
    lines, left = [], dict(values)
    for line in before.splitlines() or [_WRITTEN]:
        found = _SETTING.fullmatch(line)
        if found is None:
            lines.append(line)
        elif found["name"] in left:
            lines.append(f"{found['name']} = {_in_toml(left.pop(found['name']))}{found['rest']}")
    lines += [f"{name} = {_in_toml(value)}" for name, value in left.items()]
    text = "\n".join([*lines, ""])
    try:
        if _as_texts(tomllib.loads(text)) == values:
            return text
    except tomllib.TOMLDecodeError:
        pass
    # A value over several lines, which only a person writes: the comments go, and nothing else.
    return "\n".join([_WRITTEN, *(f"{name} = {_in_toml(one)}" for name, one in values.items()), ""])


def _in_toml(value: str) -> str:
    # What JSON writes for a text is a string in TOML as well.
    return json.dumps(value, ensure_ascii=False)


def _said(name: str) -> str | None:
    """Return a setting by the environment, else by the file; None if neither has it."""
    # An empty variable of the environment says nothing, and the file counts.
    return os.environ.get(CONFIG_KEYS[name][1]) or configured().get(name) or None


def _where(name: str) -> str:
    """Return who said a setting."""
    variable = CONFIG_KEYS[name][1]
    return f"environment variable {variable}" if os.environ.get(variable) else str(config_file())


def _require_name(folder: str | os.PathLike[str]) -> None:
    """Refuse a name that no folder can have; a folder that is not there is an empty lake."""
    path = expanded(folder)
    try:
        os.lstat(path)
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.ENAMETOOLONG:
            return
        text = repr(str(folder))
        raise RequestError(
            "no folder can have this name",
            where=text if len(text) < 200 else f"{text[:180]} and {len(text) - 180:,} more",
            why="a name is at most 255 bytes, and none of them is zero",
            hint="name the folder of a lake",
        ) from None


def lake_address(folder: str | os.PathLike[str]) -> str | None:
    """Return the address that stands for a folder; None if it is a folder.

    Raises
    ------
    RequestError
        If no program can read a lake there: on the web, or in a store without a name.
    """
    found = _ADDRESS.match(str(folder))
    if not found:
        return None
    address = _DOUBLE.sub(r"\1://", str(folder))
    if found[0] in _WEB or not address.removeprefix(found[0]).strip("/"):
        raise RequestError(
            "no lake can be at this address",
            where=address,
            hint="name a folder, or an object store: s3://bucket/lake, gs://, az://",
        )
    return address


def cache_folder() -> Path:
    """Return the folder for what can be made or fetched again; see `Settings.cache`."""
    folder = _said("cache") or platformdirs.user_cache_dir("entrepot")
    return expanded(folder)


def lists_folder() -> Path:
    """Return the folder for the user's own lists of goods; see `Settings.lists`."""
    return _lists(_said("lists"), *map(os.environ.get, ("HOME", "XDG_CONFIG_HOME")))


@cache
def _lists(named: str | None, *_home: str | None) -> Path:
    folder = named or platformdirs.user_config_path("entrepot") / "lists"
    return expanded(folder)


LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ru": "Русский",
    "zh": "中文",
}
"""Languages of the page's interface, each by its own name."""


def language() -> str:
    """Return the language of the page for who asks for none; empty if none is set.

    Raises
    ------
    UnknownNameError
        If ``ENTREPOT_LANGUAGE`` or the file of the user names one that the page does not have.
    """
    said = (_said("language") or "").strip().lower()
    if said and said not in LANGUAGES:
        raise UnknownNameError("language", said, LANGUAGES, where=_where("language"))
    return said


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
        """Build settings from `lake`, the environment and the file of the user, in this order.

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
            If ``ENTREPOT_THREADS`` is no whole number from 1 to 999, ``ENTREPOT_MEMORY`` no amount,
            ``ENTREPOT_OFFLINE`` neither yes nor no, ``ENTREPOT_ENGINE`` no engine, the lake is at
            an address, or no folder can have its name.
        """
        folder = lake or _said("lake") or platformdirs.user_data_dir("entrepot")
        _require_name(folder)
        threads = _said("threads")
        if threads and not _THREADS.fullmatch(threads):
            raise RequestError(
                f"not a number of threads: {threads!r}",
                where=_where("threads"),
                why="the engine starts all of them at once: a million would stop this machine",
                hint="set it to a whole number from 1 to 999, or unset it",
            )
        memory = _said("memory")
        # Here, and not when the engine is opened: a question tries one source after another, and
        # would take the refusal for a lack of data.
        if memory and not _MEMORY.fullmatch(memory):
            raise RequestError(
                f"not an amount of memory: {memory!r}",
                where=_where("memory"),
                hint="write it as 4GB or 800MB, or unset it",
            )
        offline = (_said("offline") or "").strip().lower()
        if offline not in _YES + _NO:
            raise RequestError(
                f"neither yes nor no: {offline!r}",
                where=_where("offline"),
                hint="set it to 1 or 0, or unset it",
            )
        engine = (_said("engine") or "").strip().lower() or ENGINES[0]
        if engine not in ENGINES:
            raise UnknownNameError("engine", engine, ENGINES, where=_where("engine"))
        address = lake_address(folder)
        if address and not anywhere:
            raise RequestError(
                "the lake is at an address, and not in a folder",
                where=address,
                hint="bring the lake into a folder",
            )
        return cls(
            lake=expanded(folder),
            memory=memory,
            threads=int(threads) if threads else None,
            offline=offline in _YES,
            engine=engine,
            address=address,
        )
