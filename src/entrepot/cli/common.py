"""What every command shares: its options, the lake that they name, and completions."""

from __future__ import annotations

import inspect
import shlex
import shutil
import sys
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.output import note
from entrepot.errors import BadFileError, RequestError, UnknownNameError
from entrepot.model.area_names import as_codes, listed_areas
from entrepot.model.keys import KEYS, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from entrepot.lake import Lake

LakeOption = Annotated[
    Path | None,
    typer.Option(
        "--lake",
        help="Lake folder (also ENTREPOT_LAKE), or s3://bucket/lake; default: your data folder.",
        show_default=False,
    ),
]
LakeOrAddress = Annotated[
    str | None,
    typer.Option(
        "--lake",
        metavar="PATH",
        help="Lake folder (also ENTREPOT_LAKE), or s3://bucket/lake; on Spark s3a://bucket/lake.",
        show_default=False,
    ),
]


def one_of(*words: str) -> Callable[[str], list[tuple[str, str]]]:
    """Return what completes one of some words, behind the last comma of several."""

    def complete_word(incomplete: str) -> list[tuple[str, str]]:
        before, comma, typed = incomplete.rpartition(",")
        return [(f"{before}{comma}{one}", "") for one, _ in begun([(w, "") for w in words], typed)]

    return complete_word


EngineOption = Annotated[
    str | None,
    typer.Option(
        help="duckdb or spark (also ENTREPOT_ENGINE); default: duckdb.",
        show_default=False,
        autocompletion=one_of("duckdb", "spark"),
    ),
]
MasterOption = Annotated[
    str | None,
    typer.Option(
        help="Spark master: local[2], spark://host:7077, yarn; default: local.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def installed_here(words: str) -> str:
    """Return a hint whose `pip install` puts libraries where this program runs.

    The command is often started without its environment being active, and the `pip` that a shell
    then finds is another one's: there, it knows no entrepot, whose extra it is to add to.
    """
    python = Path(sys.executable)
    found = shutil.which("pip")
    if "pip install" not in words or (found and Path(found).parent == python.parent):
        return words
    with suppress(ValueError):
        python = python.relative_to(Path.cwd())
    name = shlex.quote(str(python))
    pip = f"{name} -m pip install" if find_spec("pip") else f"uv pip install --python {name}"
    return words.replace("pip install", pip)


def default_of(name: str, usual: str | None) -> Callable[[], str | None]:
    """Return what finds the default of an option: the user's setting, else the usual one."""

    def find() -> str | None:
        from entrepot.settings import configured

        return configured().get(name, usual)

    return find


def open_lake(folder: Path | str | None) -> Lake:
    """Open the lake that `--lake`, the environment or the default names, to read it.

    Where none was named, or only by the environment, there may be none: a note says so.

    Raises
    ------
    BadFileError
        If `--lake` names a folder that does not exist.
    """
    from entrepot.lake import Lake

    require_lake(folder)
    opened = Lake.open(folder)
    if folder is None and not opened.path.is_dir():
        note(f"note: no data loaded in {opened.path}; only bundled data are available")
    return opened


def open_new_lake(
    folder: Path | None, engine: str | None = "duckdb", master: str | None = None
) -> Lake:
    """Open a lake to add to it with an engine as in `open_on_engine`; there need be none yet."""
    from entrepot.lake import Lake

    if is_spark(engine, master):
        from entrepot.lake.on_spark import SparkLake

        return SparkLake.open(folder, master=master)
    return Lake.open(folder)


def require_lake(folder: Path | str | None) -> None:
    """Refuse a folder that `--lake` names and that is not there; addresses are let through.

    Raises
    ------
    BadFileError
        If it names a folder that does not exist: other data would answer in its place.
    """
    from entrepot.settings import Settings

    if folder is not None:
        chosen = Settings.read(folder, anywhere=True)
        if chosen.address is None and not chosen.lake.is_dir():
            raise BadFileError(
                "no such folder",
                where=f"--lake {folder}",
                why="other data would answer instead of the lake that you named",
                hint="check the spelling; to create it: "
                f"entrepot data add baci FILE --lake {folder}",
            )


def say_if_empty(lake: Lake, place: str | None) -> None:
    """Say on standard error that the named lake is empty, so bundled data answered."""
    if (place or lake.path.is_dir()) and not lake.holdings():
        note(f"note: no data loaded in {lake.path}; only bundled data are available")


def writable(named: Path | list[Path] | None) -> Path | list[Path] | None:
    """Refuse files to write that are folders, pipes or devices, before any work is done.

    The callback of every option that names such a file.
    """
    from entrepot.files import require_target

    for target in [named] if isinstance(named, Path) else named or ():
        require_target(target)
    return named


@contextmanager
def saying_new_folder(target: Path) -> Iterator[None]:
    """Say on standard error that a folder was created for a file: its name may be mistyped."""
    was_there = target.parent.exists()
    yield
    if not was_there:
        note(f"note: created the folder {target.parent}")


def chosen_engine(engine: str | None) -> str:
    """Return the engine that `--engine`, the environment or the default names.

    Raises
    ------
    UnknownNameError
        If there is no such engine.
    """
    from entrepot.settings import ENGINES, Settings

    chosen = engine or Settings.read(anywhere=True).engine
    if chosen not in ENGINES:
        raise UnknownNameError("engine", chosen, ENGINES, hint=f"engines: {', '.join(ENGINES)}")
    return chosen


def open_on_engine(engine: str | None, place: Path | str | None, master: str | None) -> Lake:
    """Open a lake to be read with DuckDB or Spark, whichever is asked for or set.

    Raises
    ------
    RequestError
        For a master without Spark, an empty one, or an address without Spark.
    """
    if is_spark(engine, master):
        from entrepot.lake.on_spark import SparkLake

        require_lake(place)
        return SparkLake.open(place, master=master)
    return open_lake(place)


def is_spark(engine: str | None, master: str | None) -> bool:
    """Whether Spark is asked for or set; see `open_on_engine`."""
    if chosen_engine(engine) == "spark":
        if master is not None and not master.strip():
            raise RequestError(
                "--master is empty",
                why="Spark would run on this machine, and not where you meant",
                hint="name the master, spark://host:7077; without --master, Spark runs here",
            )
        return True
    if master:
        raise RequestError("--master is for Spark", hint="add --engine spark")
    return False


def read_text_file(path: Path) -> str:
    """Return the text of a small file that the user wrote.

    Raises
    ------
    BadFileError
        If it is not there, or not text in UTF-8.
    """
    from entrepot.files import read_text

    return read_text(path)


def begun(names: Iterable[tuple[str, str]], typed: str) -> list[tuple[str, str]]:
    """Return what a shell may complete, each with a line about it."""
    return [one for one in names if one[0].lower().startswith(typed.lower())]


def _behind_the_last(incomplete: str) -> tuple[str, str]:
    """Return what is before the part of a sum or list that is being typed, and that part."""
    place = max(incomplete.rfind("+"), incomplete.rfind(",")) + 1
    return incomplete[:place], incomplete[place:]


def complete_measure(incomplete: str) -> list[tuple[str, str]]:
    """Return measures that begin like what was typed."""
    from entrepot.measures import all_metadata

    return begun([(one.id, one.title) for one in all_metadata()], incomplete)


def complete_source(incomplete: str) -> list[tuple[str, str]]:
    """Return sources that begin like what was typed."""
    from entrepot.sources import source_ids, source_info

    return begun([(name, source_info(name).title) for name in source_ids()], incomplete)


def complete_area(incomplete: str) -> list[tuple[str, str]]:
    """Return areas and groups that begin like what was typed behind the last plus or comma."""
    from entrepot.model.areas import areas, groups

    before, typed = _behind_the_last(incomplete)
    names = [(one.code, one.name) for one in areas()]
    names += [(one.code, one.name) for one in groups()]
    return [(f"{before}{code}", name) for code, name in begun(names, typed)]


def complete_goods(incomplete: str) -> list[tuple[str, str]]:
    """Return lists and headings that begin like what was typed behind the last plus or comma."""
    from entrepot.goods import goods_lists

    before, typed = _behind_the_last(incomplete)
    names = [("all", "all goods"), *((one.id, one.short) for one in goods_lists(skip_broken=True))]
    found = [*begun(names, typed), *complete_code(typed)]
    return [(f"{before}{one}", words) for one, words in found]


def complete_code(incomplete: str) -> list[tuple[str, str]]:
    """Return headings that begin like what was typed."""
    from entrepot.goods.parse import everyday_goods

    codes = [(one.goods, one.name) for one in everyday_goods() if one.goods.isdigit()]
    return begun(codes, incomplete)


def complete_edition(incomplete: str) -> list[tuple[str, str]]:
    """Return editions of the Harmonized System that begin like what was typed."""
    from entrepot.model.product import EDITIONS

    return begun([(one.id, f"Harmonized System of {one.year}") for one in EDITIONS], incomplete)


def complete_sector(incomplete: str) -> list[tuple[str, str]]:
    """Return sectors of the input-output table that begin like what was typed."""
    from entrepot.sources.icio.sectors import sectors

    return begun([(code, one.name) for code, one in sectors().items()], incomplete)


def _completes(name: str) -> Callable[[str], list[tuple[str, str]]] | None:
    key = KEYS[name]
    if key.areas:
        return complete_area
    if key.choices:
        return one_of(*key.choices)
    return _OF_KEYS.get(name)


_OF_KEYS: dict[str, Callable[[str], list[tuple[str, str]]]] = {
    "goods": complete_goods,
    "listed": complete_goods,
    "source": complete_source,
    "sector": complete_sector,
}


Measure = Annotated[
    str,
    typer.Argument(
        metavar="MEASURE",
        help="Id (entrepot measure list), or a question.",
        autocompletion=complete_measure,
    ),
]


def with_keys(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the keys of a definition as options; it gets them as keywords.

    They come after what the command requires and before its own options.
    """
    own = inspect.signature(command, eval_str=True)
    mine = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in own.parameters.values()
        if one.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    first = [one for one in mine if one.default is inspect.Parameter.empty]
    keys = [_option(name, key) for name, key in KEYS.items()]
    found = [*first, *keys, *(one for one in mine if one not in first)]
    # Typer asks the signature and the annotations; the command takes the keys as `**keys`.
    command.__signature__ = own.replace(parameters=found)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in found} | {"return": None}
    return command


def _areas(text: str | None) -> str | None:
    """Return areas as codes; a list of joined areas (CHN,CHN+HKG) stays for `--each` to part."""
    if not (text and "," in text and "+" in text):
        return as_codes(text)
    items = listed_areas(text)
    return ",".join(items) if items else as_codes(text)


def _option(name: str, key: Key) -> inspect.Parameter:
    names = [f"--{one}" for one in (name.replace("_", "-"), *key.spellings)]
    read = _areas if key.areas else None
    shown: Any = typer.Option(
        *names, help=key.help, show_default=False, callback=read, autocompletion=_completes(name)
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[key.kind | None, shown],
    )
