"""The command `entrepot`: one file a noun, mounted here; errors become exit codes here."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import entrepot
from entrepot.cli import area, ask, brief, check, data, goods, measure
from entrepot.errors import EntrepotError, OutsideError

__all__ = ["app", "run"]

DEFECT = 70  # EX_SOFTWARE of sysexits.h
STOPPED = 130  # as a shell has it for a program that Ctrl-C ended


class _Commands(TyperGroup):
    """The commands, which Typer would end without a word when Ctrl-C is pressed."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            start = "\n" if sys.stderr.isatty() else ""  # behind the ^C
            sys.stderr.write(start + "; ".join(["stopped", *map(str, error.args)]) + "\n")
            raise typer.Exit(STOPPED) from error


app = typer.Typer(
    name="entrepot",
    cls=_Commands,
    help="How dependent is one country on another? Figures with definition, range and evidence.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("ask")(ask.ask)
app.command("brief")(brief.brief)
app.command("check")(check.check)
app.add_typer(
    data.app,
    name="data",
    help="What the lake holds: list, sources, add, show, check, remove, export.",
)
app.add_typer(goods.app, name="goods", help="Lists of controlled goods: list, show.")
app.add_typer(measure.app, name="measure", help="Measures and their formulas: list, show.")
app.add_typer(area.app, name="area", help="Countries and groups: list, show.")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"entrepot {entrepot.__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Exit codes: 0 done, 1 something was found, 2 wrong request, 3 no evidence, 4 outside.

    130: stopped with Ctrl-C.
    """


def run() -> None:
    """Run the command line; the one place where an error becomes a message and an exit code."""
    try:
        app()
    except EntrepotError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(OutsideError.exit_code)
    except Exception:  # a defect of ours must not look like exit code 1, "something was found"
        traceback.print_exc()
        sys.stderr.write("error: entrepot broke off; this is a defect, please report it\n")
        sys.exit(DEFECT)
