"""`entrepot data backup`, `restore` and `rebuild`: copies of a lake, and a lake made anew."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake, open_new_lake, progress
from entrepot.cli.data_tables import print_holdings, say, size

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["BACKUP_EXAMPLE", "REBUILD_EXAMPLE", "RESTORE_EXAMPLE", "backup", "rebuild", "restore"]

BACKUP_EXAMPLE = "Example: entrepot data backup lake-2026-01.tar"
RESTORE_EXAMPLE = "Example: entrepot data restore lake-2026-01.tar --lake restored"
REBUILD_EXAMPLE = "Example: entrepot data rebuild --lake old-lake"


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A tar archive to write.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the file if it exists.")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one consistent copy of the lake to a file, while others read and write."""
    held = open_lake(lake)
    with progress("backing up") as tell:
        written = held.backup(file, replace=replace, progress=tell)
    emit(
        {"file": str(file), "bytes": written},
        lambda screen: say(
            screen,
            f"{size(written)} written to {file}. It becomes a lake again with: "
            f"entrepot data restore {file} --lake FOLDER",
        ),
        as_json=as_json,
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written by data backup.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a new or empty lake what it was when the backup was written: all of it or nothing."""
    held = open_new_lake(lake)
    with progress("restoring") as tell:
        found = held.restore(file, progress=tell)

    def render(screen: Console) -> None:
        say(screen, f"The lake in {held.path} is restored:")
        print_holdings(screen, found)

    emit([item.to_dict() for item in found], render, as_json=as_json)


def rebuild(
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="SHA256",
            help="Delivered file not to take in, by its first digits; it stays where it is.",
            show_default=False,
        ),
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rebuild catalog and Parquet from the delivered files: lost, damaged or of an older format."""
    held = open_lake(lake)
    with progress("rebuilding") as tell:
        found = held.rebuild(leave_out=leave_out or (), progress=tell)

    def render(screen: Console) -> None:
        say(screen, f"The lake in {held.path} is rebuilt:")
        print_holdings(screen, found.holdings)
        for name in found.from_rows:
            say(screen, f"{name}: rows taken from Parquet, for the delivered file cannot be read.")
        if found.left:
            say(screen, f"Not taken in, and left where they are: {', '.join(found.left)}.")

    emit(found, render, as_json=as_json)
