"""`entrepot data`: what the lake holds, and how things get in and out."""

from __future__ import annotations

import re
import shlex
import sys
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import (
    JsonOption,
    LakeOption,
    emit,
    open_lake,
    open_new_lake,
    progress,
    read_text_file,
    table,
)
from entrepot.cli.data_backup import (
    BACKUP_EXAMPLE,
    REBUILD_EXAMPLE,
    RESTORE_EXAMPLE,
    backup,
    rebuild,
    restore,
)
from entrepot.cli.data_check import EXAMPLE as CHECK_EXAMPLE
from entrepot.cli.data_check import check
from entrepot.cli.data_get import EXAMPLE as GET_EXAMPLE
from entrepot.cli.data_get import get
from entrepot.cli.data_map import EXAMPLE as MAP_EXAMPLE
from entrepot.cli.data_map import map_
from entrepot.cli.data_show import EXAMPLE as SHOW_EXAMPLE
from entrepot.cli.data_show import show
from entrepot.cli.data_tables import print_holdings, print_report, say, size, state_of
from entrepot.cli.streams import is_quiet, note
from entrepot.errors import EntrepotError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from entrepot.lake import InventoryItem, Lake

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.command(epilog=GET_EXAMPLE)(get)
app.command("map", epilog=MAP_EXAMPLE)(map_)


@contextmanager
def naming(mapping: Path | None) -> Iterator[None]:
    """Name the file of the mapping where an error says that the mapping is to blame."""
    try:
        yield
    except EntrepotError as error:
        if mapping is not None:
            error.where = re.sub(
                "(^|; )mapping", lambda m: f"{m[1]}{mapping}", error.where, count=1
            )
        raise


SHIPPED = (
    "Ships with the program: published figures, and the trade of all countries in 30 codes of "
    "critical minerals in 2022 (entrepot data show minerals)."
)
SourceArgument = Annotated[str, typer.Argument(metavar="SOURCE", help="Id of a source: baci.")]


@app.command("list", epilog="Example: entrepot data list --json")
def list_(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """List what the lake holds, one line for each file that was added."""
    held = open_lake(lake)
    found = held.holdings()

    def render(screen: Console) -> None:
        if not found:
            say(screen, f"The lake in {held.path} is empty.")
            say(screen, "Add a file: entrepot data add baci FILE")
            say(screen, SHIPPED)
            return
        print_holdings(screen, found)
        say(screen, SHIPPED)
        if count := sum(len(item.findings) for item in found):
            what = "thing was" if count == 1 else "things were"
            say(screen, f"{count} {what} noticed at loading: entrepot data show SOURCE says what.")

    emit([item.to_dict() for item in found], render, as_json=as_json)


@app.command(epilog="Example: entrepot data sources")
def sources(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """List the sources that the program knows, held or not."""
    from entrepot.sources import source_ids, source_info

    held = open_lake(lake)
    known = [source_info(name) for name in source_ids()]
    state = {info.id: state_of(info, held=held.holds(info.id)) for info in known}
    emit(
        [info.model_dump(mode="json") | {"state": state[info.id]} for info in known],
        lambda screen: screen.print(
            table(
                "",
                ["source", "title", "publisher", "state"],
                [[i.id, i.title, i.publisher, state[i.id]] for i in known],
            )
        ),
        as_json=as_json,
    )


@app.command(epilog="Example: entrepot data add baci BACI_HS17_V202501.zip")
def add(
    source: SourceArgument,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="As published.", show_default=False)
    ] = None,
    nomenclature: Annotated[
        str | None,
        typer.Option(help="Edition of the product codes, if no name says it: HS2017."),
    ] = None,
    vintage: Annotated[
        str | None, typer.Option(help="Release, if no name says it: V202501.")
    ] = None,
    map_: Annotated[
        Path | None,
        typer.Option("--map", help="What the columns are, for a table of your own (data map)."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace what is held of the same release.")
    ] = False,
    rate: Annotated[
        float | None,
        typer.Option(help="US dollars for one unit of money, for an input-output table: 1.053."),
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add files of a source: all of them, or none if anything is wrong with one."""
    if rate is not None and (source != "icio" or map_):
        raise RequestError(
            "--rate is for input-output tables in another currency, without --map",
            why="values of trade stay in the currency of their report",
            hint=f"leave it out: entrepot data add {source} FILE",
        )
    held = open_new_lake(lake)
    mapping = read_text_file(map_) if map_ else None if rate is None else f"rate: {rate!r}\n"
    with progress(f"adding {source}") as tell, naming(map_):
        report = held.add(
            source,
            files or [],
            replace=replace,
            nomenclature=nomenclature,
            vintage=vintage,
            mapping=mapping,
            progress=tell,
        )
    emit(report, lambda screen: print_report(screen, report), as_json=as_json)


app.command(epilog=SHOW_EXAMPLE)(show)
app.command(epilog=CHECK_EXAMPLE)(check)


@app.command(epilog="Example: entrepot data remove baci --snapshot 85d9d6656763 --yes")
def remove(
    source: SourceArgument,
    snapshot: Annotated[
        str | None, typer.Option(help="Only this one; its first digits are enough.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: for scripts.")] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a source from the lake, with the delivered bytes that nothing else needs."""
    held = open_lake(lake)
    if not yes:
        _ask(held.holdings(source, snapshot=snapshot), held)
    gone = held.remove(source, snapshot=snapshot)
    linked = (held.path / "raw").is_symlink()

    def render(screen: Console) -> None:
        from entrepot.lake import spans

        for item in gone:
            say(
                screen,
                f"Removed {item.source} {spans(item.periods)}: {item.rows:,} rows, and the "
                f"delivered file {', '.join(item.files)} ({size(item.bytes)} in all)."
                if not linked
                else f"Removed {item.source} {spans(item.periods)}: {item.rows:,} rows. The "
                f"delivered file {', '.join(item.files)} stays, because raw/ is a link.",
            )

    emit({"removed": [item.to_dict() for item in gone]}, render, as_json=as_json)


def _ask(found: Sequence[InventoryItem], held: Lake) -> None:
    """Ask on a terminal whether what is named is to be removed.

    Raises
    ------
    RequestError
        If there is no terminal to ask on, or ``--quiet`` forbids it.
    Exit
        With code 1, if the answer is no.
    """
    from entrepot.lake import spans

    words = "; ".join(
        f"{item.source} {spans(item.periods)} ({item.vintage}, {item.rows:,} rows)"
        for item in found
    )
    linked = (held.path / "raw").is_symlink()
    if is_quiet() or not (sys.stdin.isatty() and sys.stderr.isatty()):
        bar = "--quiet forbids to ask" if is_quiet() else "there is no terminal to ask on"
        raise RequestError(
            f"this would remove {words}, and {bar}",
            where=str(held.path),
            why="the delivered files stay, because raw/ is a link"
            if linked
            else "the delivered files go with the rows",
            hint=shlex.join(["entrepot", *sys.argv[1:], "--yes"]),
        )
    files = "without" if linked else "with"
    note(f"Remove {words}, {files} the delivered files, from {held.path}?")
    if not typer.confirm("Remove", err=True):
        note("Nothing was removed.")
        raise typer.Exit(1)


app.command(epilog=BACKUP_EXAMPLE)(backup)
app.command(epilog=RESTORE_EXAMPLE)(restore)
app.command(epilog=REBUILD_EXAMPLE)(rebuild)


@app.command(
    epilog="Example: entrepot data export baci china.csv --importer RUS --exporter CHN+HKG"
)
def export(
    source: SourceArgument,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv or .parquet.")],
    importer: Annotated[str | None, typer.Option(help="Area, group or sum: RUS.")] = None,
    exporter: Annotated[str | None, typer.Option(help="Area, group or sum: CHN+HKG.")] = None,
    period: Annotated[str | None, typer.Option(help="2023, 2017..2023.")] = None,
    totals: Annotated[
        bool, typer.Option("--totals", help="Reporters' own totals, instead of rows of partners.")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write rows in canonical columns to a file for another program."""
    held = open_lake(lake)
    keys = {"importer": importer, "exporter": exporter, "period": period}
    rows = held.export(source, out, **keys, totals=totals)
    text = f"{rows:,} {'totals' if totals else 'rows'} written to {out}."
    if not totals and any(one.has_sums for one in held.holdings() if one.source == source):
        text += " The reporters' own totals are a table of their own: add --totals."
    emit(
        {"file": str(out), "rows": rows, "table": "totals" if totals else "rows"},
        lambda screen: say(screen, text),
        as_json=as_json,
    )
