"""`entrepot doctor`, `config` and `setup`: what this machine has, your settings, real data."""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, installed_here, open_lake
from entrepot.cli.data_show import say, size
from entrepot.cli.output import emit, note, table
from entrepot.errors import EntrepotError, RequestError, UnknownNameError
from entrepot.files import cannot_write, expanded, require_target
from entrepot.settings import (
    CONFIG_KEYS,
    LANGUAGES,
    Settings,
    config_file,
    configured,
    lake_address,
    write_config,
)
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

EXTRAS = {
    "fetch": "entrepot setup and data get download data",
    "stats": "event studies, price regressions, weights between editions of the HS",
    "serve": "entrepot serve shows the pages",
    "mcp": "entrepot mcp gives agents tools",
    "spark": "--engine spark computes on a cluster",
    "excel": "reads and writes workbooks (.xlsx)",
    "office": "writes documents (.docx) and slides (.pptx)",
    "pdf": "writes briefs as PDF",
    "comext": "reads archives of Comext (.7z)",
    "icio": "reads the input-output table of the OECD",
    "stata": "reads and writes Stata files (.dta)",
    "iceberg": "entrepot data publish, for other engines",
    "remote": "reads a lake in an object store",
}
"""What each extra is for."""
_CORE = ("duckdb", "narwhals", "pyarrow", "pydantic", "typer")
# Name and extra of a requirement in a package's metadata: `polars>=1; extra == "stats"`.
_WANTED = re.compile(r"^([A-Za-z0-9._-]+).*;.*extra == ['\"](\w+)['\"]")
_LITTLE = 2**31
"""Bytes of disk below which a load may not fit: a release of BACI takes about a gigabyte."""
_PATIENCE = 10
"""Seconds that Java has to say its version."""
OK, MISSING, WRONG = "ok", "missing", "wrong"


@dataclass(frozen=True, slots=True)
class MachineCheck:
    """One thing that was looked at.

    Attributes
    ----------
    what
        Its name.
    state
        ``ok``, ``missing`` (something else works without it) or ``wrong``.
    found
        What was found, and what it is for.
    command
        What brings it, if something is missing or wrong.
    """

    what: str
    state: str
    found: str
    command: str = ""


def doctor(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Show versions, extras, Java, the lake, disk space and settings, and what is missing for what.

    Exit code 1 where something is wrong; what is only missing is no error.

    Example: entrepot doctor
    """
    found = [*_versions(), *_extras(), _java(), *_settings(), *_lake(lake)]
    rows = [[one.what, one.state, one.found, one.command] for one in found]

    def render(screen: Console) -> None:
        screen.print(table("", ["what", "state", "found", "do"], rows))
        wrong = sum(one.state == WRONG for one in found)
        say(screen, f"{wrong} wrong: see above." if wrong else "Nothing is wrong.")

    emit({"checks": [asdict(one) for one in found]}, render, as_json=as_json)
    if any(one.state == WRONG for one in found):
        raise typer.Exit(1)


# Metadata of packages are imported where they are read: every command imports this module, and they
# load what parses mail.


def _versions() -> Iterator[MachineCheck]:
    from importlib.metadata import version

    yield MachineCheck("entrepot", OK, __version__)
    yield MachineCheck("Python", OK, f"{platform.python_version()} on {platform.system()}")
    for name in _CORE:
        yield MachineCheck(name, OK, version(name))


def _extras() -> Iterator[MachineCheck]:
    """Yield each extra with what of it is not installed."""
    from importlib.metadata import requires

    wanted: dict[str, list[str]] = {name: [] for name in EXTRAS}
    for line in requires("entrepot") or ():
        # An extra that is made of others requires entrepot itself.
        if (found := _WANTED.match(line)) and found[2] in wanted and found[1] != "entrepot":
            wanted[found[2]].append(found[1])
    for name, libraries in wanted.items():
        gone = [one for one in libraries if not _is_installed(one)]
        words = f"{EXTRAS[name]}; not installed: {', '.join(gone)}" if gone else EXTRAS[name]
        command = installed_here(f"pip install 'entrepot[{name}]'") if gone else ""
        yield MachineCheck(f"extra {name}", MISSING if gone else OK, words, command)


def _is_installed(library: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        version(library)
    except PackageNotFoundError:
        return False
    return True


def _java() -> MachineCheck:
    home = os.environ.get("JAVA_HOME")
    program = (home and shutil.which("java", path=f"{home}/bin")) or shutil.which("java")
    if not program:
        return MachineCheck("Java", MISSING, "only Spark needs it", "install Java 17 or 21")
    try:
        completed = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return MachineCheck("Java", WRONG, f"{program}: {error}", "install Java 17 or 21")
    # Java says its version on standard error.
    said = next(iter(completed.stderr.splitlines() or completed.stdout.splitlines()), "")
    number = re.search(r"(\d+)", said)
    if number and number[1] not in ("17", "21"):
        return MachineCheck(
            "Java", MISSING, f"{said}; Spark needs another", "install Java 17 or 21"
        )
    return MachineCheck("Java", OK, said)


def _settings() -> Iterator[MachineCheck]:
    path = config_file()
    try:
        said = configured()
        words = ", ".join(f"{name} {value}" for name, value in said.items())
        yield MachineCheck("settings", OK, f"{path}: {words}" if words else f"{path}: none")
        Settings.read(anywhere=True)
    except EntrepotError as error:
        yield MachineCheck("settings", WRONG, error.what, error.hint)
    names = sorted(name for name in os.environ if name.startswith("ENTREPOT_"))
    if names:
        yield MachineCheck("environment", OK, ", ".join(names))


def _lake(folder: Path | None) -> Iterator[MachineCheck]:
    """Yield the state of the lake and of its disk."""
    try:
        opened = open_lake(folder)
        found = opened.holdings()
        opened.require_files()
    except EntrepotError as error:
        yield MachineCheck("lake", WRONG, f"{error.what} ({error.where})", error.hint)
        return
    if not found:
        words = f"nothing in {opened.path}; bundled data answer for 2022 and 30 codes"
        yield MachineCheck("lake", MISSING, words, "entrepot data add baci FILE")
    else:
        sources = ", ".join(dict.fromkeys(one.source for one in found))
        rows = sum(one.rows for one in found)
        yield MachineCheck("lake", OK, f"{opened.path}: {rows:,} rows of {sources}")
        if not os.access(opened.path, os.W_OK):
            yield MachineCheck(
                "lake", MISSING, f"{opened.path} may not be written: it can be read only"
            )
    yield _disk(opened.path)


def _disk(path: Path) -> MachineCheck:
    there = next(one for one in (path, *path.parents) if one.exists())
    free = shutil.disk_usage(there).free
    words = f"{size(free)} free at {there}"
    if free < _LITTLE:
        return MachineCheck(
            "disk", MISSING, f"{words}: a large load may not fit", "free some space"
        )
    return MachineCheck("disk", OK, words)


def setup(
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", help="File of answers (.yaml), instead of questions.", show_default=False
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for downloads.", show_default=False)
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan and fetch nothing.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Open no connection (also ENTREPOT_OFFLINE=1).")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Download and load real data, then write a first brief.

    On a terminal it asks which data are wanted, and states size and time before it starts. Without
    a terminal it takes a file of answers; --dry-run without answers prints an example of one.

    When it was interrupted, the same command continues: files that are there and data that are
    loaded are left as they are. No address was tried from where the program was written.

    Example: entrepot setup --answers setup.yaml
    """
    from entrepot.cli.setup import set_up

    set_up(answers, to, lake, dry_run=dry_run, offline=offline, as_json=as_json)


def _complete_setting(typed: typer.Context, incomplete: str) -> list[str]:
    """Return keys, or languages behind that key, that begin like what was typed."""
    names = LANGUAGES if "language" in (typed.params.get("words") or ()) else CONFIG_KEYS
    return [name for name in names if name.startswith(incomplete)]


def config(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY [VALUE]]",
            help="lake, supplier, goods, engine …, and its new value.",
            show_default=False,
            autocompletion=_complete_setting,
        ),
    ] = None,
    unset: Annotated[bool, typer.Option("--unset", help="Remove the setting.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show or change your settings: lake, default supplier and goods, engine, language ...

    They are in a file in your settings folder. The environment wins over it, and an option of a
    command over both. Python reads the same file, but takes no default supplier or goods from it.

    Example: entrepot config lake ~/trade-lake
    """
    key, value = _key_and_value(words or [])
    if (value is not None and unset) or (unset and key is None):
        raise RequestError("--unset takes a KEY alone", hint="entrepot config lake --unset")
    said = configured()
    if key is not None and (value is not None or unset):
        said = {name: one for name, one in said.items() if name != key}
        if value is not None:
            said[key] = _checked(key, value)
        require_target(config_file())
        try:
            write_config(said)
        except OSError as error:
            hint = "name a file that can be written with ENTREPOT_CONFIG"
            raise cannot_write(str(config_file()), error, hint) from error
    shown = [key] if key else list(CONFIG_KEYS)
    rows = [[name, said.get(name, ""), _winner(name), CONFIG_KEYS[name][0]] for name in shown]

    def render(screen: Console) -> None:
        screen.print(table("", ["key", "value", "environment", "meaning"], rows))
        say(screen, f"in {config_file()}")

    emit({"file": str(config_file()), "settings": said}, render, as_json=as_json)


def _key_and_value(words: Sequence[str]) -> tuple[str | None, str | None]:
    """Return the setting that is meant and its new value; `set`, `show` and `=` may be typed too.

    Examples
    --------
    >>> _key_and_value(["set", "language", "de"]), _key_and_value(["threads=2"])
    (('language', 'de'), ('threads', '2'))
    """
    if words and words[0] in ("set", "get", "show", "list"):
        words = words[1:]
    key, sign, value = words[0].partition("=") if words else ("", "", "")
    if not key:
        return None, None
    if key not in CONFIG_KEYS:
        raise UnknownNameError(
            "setting", key, CONFIG_KEYS, hint=f"one of: {', '.join(CONFIG_KEYS)}"
        )
    values = [*([value] if sign else []), *words[1:]]
    if len(values) > 1:
        raise RequestError(
            f"more than one value for {key}",
            where=" ".join(values),
            hint=f"put it in quotes: entrepot config {key} {shlex.quote(' '.join(values))}",
        )
    return key, values[0] if values else None


def _winner(name: str) -> str:
    variable = CONFIG_KEYS[name][1]
    return f"{variable} wins" if os.environ.get(variable) else variable


def _checked_folder(key: str, value: str) -> str:
    """Return a folder in full, or the address of a lake, and say what that can do."""
    from entrepot.lake.remote import SCHEMES

    address = lake_address(value) if key == "lake" else None
    if address is None:
        folder = Path.cwd() / expanded(value)
        if folder.exists() and not folder.is_dir():
            raise RequestError(
                f"the setting {key} names a folder, and this is something else",
                where=str(folder),
                hint="name a folder; it need not exist yet",
            )
        return str(folder)
    if address.startswith(tuple(f"{name}://" for name in SCHEMES)):
        note(
            "The lake is in an object store (pip install 'entrepot[remote]'). A question fetches "
            "the files that it needs into the cache; data check, backup and rebuild, customs "
            "registers and the page need a folder."
        )
    else:
        note("Only Spark reads such an address: entrepot ask --engine spark.")
    return address


def _checked_language(value: str) -> str:
    if value.lower() not in LANGUAGES:
        raise UnknownNameError("language", value, LANGUAGES)
    return value.lower()


def _checked(key: str, value: str) -> str:
    """Return a value as the file keeps it; one that no command could take is refused now."""
    from datetime import date

    from entrepot.engine import connect
    from entrepot.goods.parse import canonical
    from entrepot.model.area_names import as_codes
    from entrepot.model.areas import area_set

    if not value.strip():
        raise RequestError(
            f"no value for {key}", hint=f"write one, or remove it: entrepot config {key} --unset"
        )
    if key == "supplier":
        codes = str(as_codes(value))
        area_set(codes, date.today())
        return codes
    if key == "goods":
        canonical(value)
    if key == "language":
        return _checked_language(value)
    if key in ("lake", "cache", "lists"):
        return _checked_folder(key, value)
    variable, usual = CONFIG_KEYS[key][1], os.environ.get(CONFIG_KEYS[key][1])
    if key in ("threads", "offline", "engine", "memory"):
        # The environment wins over the file, so that it is the new value that is judged.
        os.environ[variable] = value
        try:
            Settings.read(anywhere=True)
            if key == "memory":  # the engine alone knows how an amount is written
                connect(memory=value).close()
        except RequestError as error:
            error.where = ""  # the value comes from the command, not from the environment
            raise
        finally:
            os.environ.pop(variable)
            if usual is not None:
                os.environ[variable] = usual
    return value
