"""The command `entrepot`: commands are mounted here, and errors become exit codes here."""

from __future__ import annotations

import atexit
import gc
import json
import os
import re
import shlex
import sys
import traceback
from contextlib import suppress
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup, TyperOption

from entrepot.cli import (
    area,
    ask,
    brief,
    chart,
    check,
    data,
    doctor,
    draft,
    goods,
    measure,
    published,
    reconcile,
    scenario,
    screen,
    serve,
    watch,
)
from entrepot.cli.common import installed_here, one_of
from entrepot.cli.output import (
    FORMATS,
    quietly,
    set_format,
    streams,
    table_format,
    trace,
    verbosely,
)
from entrepot.cli.stops import heard
from entrepot.errors import EntrepotError, OutsideError, RequestError, nearest
from entrepot.files import in_words
from entrepot.model.display import printable
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFECT = 70  # EX_SOFTWARE of sysexits.h
STOPPED = 130  # as a shell has it for a program that Ctrl-C ended
# The look ahead goes to the end of one command, where `;` or the text ends.
_ON_A_LAKE = re.compile(
    r"entrepot data (?:add|backup|check|export|get|list|rebuild|remove|show)\b(?![^;]*--lake)"
)
"""Commands in hints that do not say on which lake: the one that was named is meant."""
_UsageError: Any = typer.BadParameter.__mro__[1]  # Typer has no public name for it


class _DefectError(EntrepotError):
    """An unexpected error."""

    exit_code = DEFECT

    def __init__(self, why: str) -> None:
        super().__init__("entrepot stopped on an internal error; please report it", why=why)


class _Commands(TyperGroup):
    """The commands, each with what all of them take: ``--quiet``, ``--format``, ``--verbose``.

    Typer would end them without a word when Ctrl-C is pressed.
    """

    def __init__(self, **keys: Any) -> None:
        super().__init__(**keys)
        for command in _leaves(self):
            command.params += _shared_options()
            if any(one.name == "as_json" for one in command.params):
                command.invoke = partial(_with_json, command.invoke)
            if any(one.name == "out" and not one.multiple for one in command.params[1:]):
                command.parse_args = partial(_with_one_out, command.parse_args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            _say_stopped(error)
            raise typer.Exit(STOPPED) from error


def _say_stopped(error: KeyboardInterrupt) -> None:
    start = "\n" if sys.stderr.isatty() else ""  # behind the ^C
    sys.stderr.write(start + "; ".join(["stopped", *map(str, error.args)]) + "\n")


def _is_interrupted(error: Exception) -> bool:
    """Whether it is a library's way to say that Ctrl-C was pressed, where nobody expected it."""
    return (
        (type(error) is RuntimeError and "Query interrupted" in str(error))
        or type(error).__name__ == "InterruptException"
        # As Pydantic puts it where it was building a type.
        or (type(error).__name__ == "SchemaError" and "KeyboardInterrupt" in str(error))
    )


def _was_stopped(error: Exception) -> bool:
    """Whether an error is what a library made of a stop, and not one of ours that came with it."""
    if not heard:
        return False
    at: BaseException | None = error
    while at is not None:
        inner = at.__cause__ or at.__context__
        if isinstance(inner, KeyboardInterrupt):  # ours: it was heard, and clearing up failed
            return not isinstance(at, (EntrepotError, OSError))
        at = inner
    return True


def _leaves(command: Any) -> Iterator[Any]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield command
        return
    for one in inner.values():
        yield from _leaves(one)


def _with_json(invoke: Any, ctx: Any) -> Any:
    """Invoke a command; ``--format json`` is ``--json``."""
    ctx.params["as_json"] = ctx.params["as_json"] or table_format() == "json"
    return invoke(ctx)


def _with_one_out(parse: Any, ctx: Any, args: list[str]) -> Any:
    """Parse the words of a command that writes one file; of two, the first would be dropped."""
    if sum(word == "--out" or word.startswith("--out=") for word in args) > 1:
        raise RequestError(
            "--out is given twice",
            why="this command writes one file; the first one would be missing",
            hint="leave out one of them, and run the command again for the other",
        )
    return parse(ctx, args)


def _shared_options() -> list[TyperOption]:
    return [
        TyperOption(
            param_decls=["--format"],
            expose_value=False,
            metavar="FORM",
            callback=lambda _context, _option, value: set_format(value),
            help="Print tables as csv, json, md or xlsx (> FILE.xlsx).",
            # Without what Typer puts around those of options that it makes itself.
            autocompletion=lambda _context, _words, typed: one_of(*FORMATS)(typed),
        ),
        TyperOption(
            param_decls=["--quiet"],
            is_flag=True,
            expose_value=False,
            callback=lambda _context, _option, value: quietly(value),
            help="Only errors on standard error: no progress, no notes.",
        ),
        TyperOption(
            param_decls=["--verbose"],
            is_flag=True,
            expose_value=False,
            callback=lambda _context, _option, value: verbosely(value),
            help="Each step with its time, on standard error and in a log file.",
        ),
    ]


app = typer.Typer(
    name="entrepot",
    cls=_Commands,
    help="Measure trade dependence between countries: figures with definition, range and evidence.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("ask", cls=ask.AskCommand)(ask.ask)
app.command("brief")(brief.brief)
app.command("chart")(chart.chart)
app.command("check")(check.check)
app.command("draft")(draft.draft)
app.command("reconcile")(reconcile.reconcile)
app.command("scenario")(scenario.scenario)
app.command("screen")(screen.screen)
app.command("watch")(watch.watch)
app.command("serve")(serve.serve)
app.command("mcp")(serve.mcp)
app.command("setup")(doctor.setup)
app.command("doctor")(doctor.doctor)
app.command("config")(doctor.config)
app.add_typer(
    data.app,
    name="data",
    help="Manage loaded data: list, sources, get, add, map, show, check …",
)
app.add_typer(
    goods.app,
    name="goods",
    help="Lists of controlled goods: list, show, diff, history, match, add …",
)
app.add_typer(measure.app, name="measure", help="Measures and their formulas: list, show.")
app.add_typer(
    published.app,
    name="published",
    help="Published figures, their primary sources and contradictions: list, show, conflicts.",
)
app.add_typer(area.app, name="area", help="Countries and groups: list, show.")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"entrepot {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Exit codes: 0 done, 1 a check failed, 2 invalid request, 3 not enough evidence.

    4: disk or another program failed; 130: stopped with Ctrl-C.
    """


def run() -> None:
    """Run the command line; the one place where an error becomes a message and an exit code."""
    # Products of an input-output table wait for memory and not for processors: threads of NumPy's
    # library took twice the processor time for them, and on a busy machine five times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Nearly all objects that a question makes stay until its end. To look for cycles among them
    # after every 700 took a fifteenth of the time of a brief, and those that were looked through
    # again a seventieth.
    gc.set_threshold(100_000, 100)
    # And at its end they need not be looked through again, one by one, as the process ends anyway:
    # that took a tenth of the time of a brief. What has to be closed is closed where it was opened.
    atexit.register(gc.freeze)
    # Pydantic has none here, and looked through every installed package for one.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with streams():
        _run()


def _require_text() -> None:
    """Refuse words that are no text, which no engine, file of JSON or message could take."""
    for word in (*sys.argv[1:], os.environ.get("ENTREPOT_LAKE", "")):
        try:
            word.encode()
        except UnicodeEncodeError:
            raise RequestError(
                "a word of the command, or the name of the lake, is no text in UTF-8",
                where=ascii(word),
                hint="write it in UTF-8, rename the file, or set PYTHONUTF8=1 in the environment",
            ) from None


def _run() -> NoReturn:
    try:
        _require_text()
        # Otherwise Typer would print errors itself, and end the process with exit codes of its own.
        code = _asked_for(sys.argv[1:2])(standalone_mode=False)
    except EntrepotError as error:
        _end_if_stopped(error)
        _end(error)
    except _UsageError as error:
        _suggest_options(error)
        error.show()
        _end(RequestError(error.format_message(), hint="add --help"), shown=True)
    except typer.Abort:
        sys.exit(STOPPED)
    except KeyboardInterrupt as error:  # before a command began, or after it ended
        _say_stopped(error)
        sys.exit(STOPPED)
    except OSError as error:
        _end_if_stopped(error)
        _end(
            OutsideError(
                in_words(error),
                where=" and ".join(map(str, filter(None, (error.filename, error.filename2)))),
                why="the command ended before it was done",
                hint="check the path, its rights and the space that is free",
            )
        )
    except Exception as error:  # must not look like exit code 1, "something was found"
        _end_if_stopped(error)
        traceback.print_exc()
        trace(traceback.format_exc())
        _end(_DefectError(f"{type(error).__name__}: {error}"))
    if heard and code != STOPPED:  # swallowed by a library
        _say_stopped(KeyboardInterrupt("the command was complete"))
        code = STOPPED
    sys.exit(code if isinstance(code, int) else 0)


def _end_if_stopped(error: Exception) -> None:
    if _was_stopped(error) or _is_interrupted(error):
        _say_stopped(KeyboardInterrupt())
        sys.exit(STOPPED)


def _asked_for(first: list[str]) -> typer.Typer:
    """Return the program with the command that its first word names alone; else with them all.

    Typer reads the options of every command before it runs one: a twentieth of the time of a check.
    """
    some = copy(app)
    some.registered_commands = [one for one in app.registered_commands if one.name in first]
    some.registered_groups = [one for one in app.registered_groups if one.name in first]
    return some if some.registered_commands or some.registered_groups else app


def _suggest_options(error: Any) -> None:
    """Name the option that another command or program calls as the one that is unknown."""
    name = getattr(error, "option_name", "")
    if error.ctx is not None and name.startswith("--"):
        options = [one for param in error.ctx.command.params for one in param.opts]
        known = [one.removeprefix("--") for one in options if one.startswith("--")]
        alone = name.removeprefix("--").replace("-", "_")
        words: list[str] = []
        for param in error.ctx.command.params:
            if param.param_type_name == "argument":
                words.append(param.metavar or param.name.upper())
                if alone.upper() in (words[-1], param.name.upper()):
                    # Not as the process is called, which may be "python -m entrepot".
                    path = error.ctx.command_path.removeprefix(error.ctx.find_root().info_name)
                    in_full = " ".join((f"entrepot{path}", *words))
                    error.message += f". {words[-1]} stands alone: {in_full}"
                    error.possibilities = []
                    return
        near = nearest(name.removeprefix("--"), known)
        error.possibilities = [f"--{one}" for one in near] or error.possibilities


def _end(error: EntrepotError, *, shown: bool = False) -> NoReturn:
    """Say what is wrong on standard error, and as data where ``--json`` asks for data."""
    trace(f"ended with exit code {error.exit_code}: {error.what}")
    if lake := _lake_given():
        error.hint = _ON_A_LAKE.sub(lambda found: f"{found[0]} --lake {lake}", error.hint)
    error.hint = installed_here(error.hint)
    if not shown:
        sys.stderr.write(f"error: {printable(error.text())}\n")
    if _wants_json():
        with suppress(OSError):  # nobody reads on; the exit code still says it
            sys.stdout.write(json.dumps(error.to_dict(), ensure_ascii=False, indent=1) + "\n")
            sys.stdout.flush()
    sys.exit(error.exit_code)


def _wants_json() -> bool:
    return "--json" in _options() or table_format() == "json"


def _lake_given() -> str:
    """Return the folder that ``--lake`` named, quoted for a shell; empty if none was."""
    words = _options()
    for at, word in enumerate(words):
        if word == "--lake":
            # As a slice: `--lake` may be the last word.
            return shlex.quote(" ".join(words[at + 1 : at + 2]))
        if word.startswith("--lake="):
            return shlex.quote(word.removeprefix("--lake="))
    return ""


def _options() -> list[str]:
    words = sys.argv[1:]
    return words[: words.index("--")] if "--" in words else words
