"""`entrepot data`: load, list, check, export and back up data of the lake."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import (
    EngineOption,
    JsonOption,
    LakeOption,
    MasterOption,
    complete_area,
    complete_edition,
    complete_source,
    open_lake,
    open_new_lake,
    read_text_file,
    writable,
)
from entrepot.cli.data_get import GET_EXAMPLE, get
from entrepot.cli.data_registers import (
    AGGREGATE_EXAMPLE,
    COMPANIES_EXAMPLE,
    ERASE_EXAMPLE,
    NAMES_EXAMPLE,
    aggregate,
    companies,
    erase,
    names,
)
from entrepot.cli.data_show import (
    SHOW_EXAMPLE,
    finding_line,
    print_findings,
    print_holdings,
    print_report,
    say,
    say_if_behind,
    show,
    size,
    state_of,
)
from entrepot.cli.output import counting, emit, is_quiet, note, progress, table, table_format
from entrepot.errors import EntrepotError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from entrepot.lake import InventoryItem, Lake
    from entrepot.model.columns import Finding

MAP_EXAMPLE = "Example: entrepot data map trade.csv > map.yaml"


def map_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, Excel, HTML, JSON or Parquet.")
    ],
    areas: Annotated[
        Path | None,
        typer.Option(
            metavar="TABLE",
            help="Table of the file's own country codes, with ISO codes or names.",
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Sheet of a workbook, or table of a page or JSON file."),
    ] = None,
    part: Annotated[
        int, typer.Option(metavar="N", help="Table to draft, of several in one sheet.")
    ] = 1,
    register: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A customs register of this name: draft its layout."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draft the mapping of a table of your own: the role of each column, and open questions.

    With --register, the layout of a customs register: one line for each item of a declaration.
    """
    if register is not None and (areas is not None or part != 1):
        raise RequestError(
            "--areas and --part are for tables, not for a register",
            hint="leave them out; codes of countries go into the layout, as own",
        )
    from entrepot.sources.shipments.draft import draft_layout, looks_like_register

    with progress(f"looking at {file.name}"):
        if register is not None:
            draft = draft_layout(file, register, sheet=sheet)
        else:
            from entrepot.sources.table.draft.draft import draft_mapping

            draft = draft_mapping(file, areas=areas, sheet=sheet, part=part)
    if draft.questions:
        count = len(draft.questions)
        lines = sum("TODO" in line for line in draft.text.splitlines())
        # A line may carry two, such as currency and scale of one column: its reader counts lines.
        where = f" on {lines} line{'s' if lines > 1 else ''}" if count != lines else ""
        words = f"{count} open question{'s' if count > 1 else ''}{where}"
        note(f"{words}: replace every TODO with an answer")
    else:
        note(f"no open questions: the draft reads {draft.rows:,} rows")
    if draft.parts:
        note(draft.parts)
    said = draft.mapping
    if register is None and looks_like_register([*said["columns"], *said.get("ignore", ())]):
        note(
            "the columns are those of a customs register: --register NAME drafts its layout, which "
            "keeps all countries of a line and hides persons"
        )
    for one in draft.findings:
        note(finding_line(one))

    def render(screen: Console) -> None:
        # As it is, and never wrapped: it goes into a file.
        screen.file.write(draft.text)

    emit(draft, render, as_json=as_json)


CHECK_EXAMPLE = "Example: entrepot data check --json"


def check(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Check files, rows, sums and sources; exit code 1 for an error, 0 for warnings and notes."""
    from entrepot.figures.made_from import outdated_findings

    opened = open_lake(lake)
    with progress("checking the lake"), opened.reading():
        found = opened.check(_codes())
        rows = sum(item.rows for item in opened.holdings())
        failed = any(finding.level == "error" for finding in found)
        if not failed:  # two reports that may be wrong by themselves say nothing of each other
            found += (*outdated_findings(opened), *_hidden(opened))

    def render(screen: Console) -> None:
        say(screen, f"{rows:,} rows checked: {'errors found' if failed else 'no errors'}.")
        print_findings(screen, found)

    rows_found = [finding.to_dict() for finding in found]
    data = {"sound": not failed, "findings": rows_found}
    emit(data, render, as_json=as_json, result=rows_found)
    if failed:
        raise typer.Exit(1)


def _hidden(opened: Lake) -> tuple[Finding, ...]:
    """Return what two reports do not show of each other; the lake pairs no reports."""
    from entrepot.figures.mirror import mirror_gap_findings

    return mirror_gap_findings(opened)


def _codes() -> dict[str, frozenset[str]]:
    """Return the codes of each edition; the lake, which is below the lists, is told them."""
    from entrepot.model.product import known_codes

    found: dict[str, set[str]] = {}
    for code, editions in known_codes().items():
        for edition in editions:
            found.setdefault(edition, set()).add(code)
    return {edition: frozenset(codes) for edition, codes in found.items()}


BACKUP_EXAMPLE = "Example: entrepot data backup lake-2026-01.tar"
RESTORE_EXAMPLE = "Example: entrepot data restore lake-2026-01.tar --lake restored"
REBUILD_EXAMPLE = "Example: entrepot data rebuild --lake old-lake"
PUBLISH_EXAMPLE = "Example: entrepot data publish"


def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A tar archive to write.", callback=writable)
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the file if it exists.")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one consistent copy of the lake to a file, while others read and write."""
    opened = open_lake(lake)
    with progress("backing up") as say_progress:
        written = opened.backup(file, replace=replace, progress=say_progress)
    emit(
        {"file": str(file), "bytes": written},
        lambda screen: say(
            screen,
            f"{size(written)} written to {file}. Restore it with: "
            f"entrepot data restore {file} --lake FOLDER",
        ),
        as_json=as_json,
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written by data backup.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup into a new or empty lake: completely, or not at all."""
    opened = open_new_lake(lake)
    with progress("restoring") as say_progress:
        found = opened.restore(file, progress=say_progress)

    def render(screen: Console) -> None:
        say(screen, f"The lake in {opened.path} is what {file} holds:")
        print_holdings(screen, found)
        if any(item.source.startswith("shipments.") for item in found):
            say(
                screen,
                "A backup has no list of erased names: erase them again before you load more.",
            )

    emit([item.to_dict() for item in found], render, as_json=as_json)


def rebuild(
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="SHA256",
            help="Delivered file to leave out, by its first digits (repeatable).",
            show_default=False,
        ),
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rebuild catalog and Parquet files from the delivered files, for any older format."""
    opened = open_lake(lake)
    with progress("rebuilding") as say_progress:
        count = len([*opened.path.glob("raw/*.json")])
        say_each = counting(say_progress, count, "reading ")
        found = opened.rebuild(leave_out=leave_out or (), progress=say_each)
    say_if_behind(opened)

    def render(screen: Console) -> None:
        say(screen, f"The lake in {opened.path} is rebuilt:")
        print_holdings(screen, found.holdings)
        for name in found.from_rows:
            say(
                screen,
                f"{name}: rows come from Parquet, because the delivered file cannot be read.",
            )
        if found.left:
            say(screen, f"Left out and left in place: {', '.join(found.left)}.")

    emit(found, render, as_json=as_json)


def publish(
    catalog: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A catalog of your pyiceberg configuration; default: a SQLite file in the lake.",
            show_default=False,
        ),
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the lake as Apache Iceberg tables for other engines, without copying it.

    Later loads and removals keep the tables up to date.
    """
    opened = open_lake(lake)
    with progress("publishing tables"):
        found = opened.publish(catalog)

    def render(screen: Console) -> None:
        rows = [[one.name, f"{one.rows:,}", f"{one.files:,}", " ".join(one.tags)] for one in found]
        screen.print(
            table("Iceberg tables", ["table", "rows", "files", "tags"], rows, right=(1, 2))
        )
        for one in found:
            # In one line, to be copied.
            screen.print(f"{one.name}: {one.metadata}", soft_wrap=True, markup=False)
        say(screen, "Later loads and removals keep these tables up to date.")

    emit({"tables": [asdict(one) for one in found]}, render, as_json=as_json)


app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.command(epilog=GET_EXAMPLE)(get)
app.command(epilog=NAMES_EXAMPLE)(names)
app.command(epilog=COMPANIES_EXAMPLE)(companies)
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
    "Bundled with the program: published figures, and trade of all countries in 30 codes of "
    "critical minerals in 2022 (entrepot data show minerals)."
)
SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="Id of a source: baci.",
        autocompletion=complete_source,
    ),
]


@app.command("list", epilog="Example: entrepot data list --json")
def list_(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """List the loaded data, one line for each file."""
    from entrepot.figures.made_from import outdated_values
    from entrepot.lake import spans

    opened = open_lake(lake)
    with opened.reading():
        found = opened.holdings()
        late = list(outdated_values(opened))
    why = {item.snapshot: text for item, _, text in late}

    def render(screen: Console) -> None:
        if not found:
            if table_format():
                print_holdings(screen, found)
            say(screen, f"The lake in {opened.path} is empty.")
            where = f" --lake {shlex.quote(str(lake))}" if lake else ""
            say(screen, f"Add a file: entrepot data add baci FILE{where}")
            say(screen, SHIPPED)
            return
        print_holdings(screen, found)
        for item, periods, text in late:
            say(screen, f"{item.source} {item.snapshot} ({spans(periods)}) is outdated. {text}.")
        say(screen, SHIPPED)
        if count := sum(len(item.findings) for item in found):
            what = "finding" if count == 1 else "findings"
            say(screen, f"{count} {what} from loading; details: entrepot data show SOURCE")

    emit(
        [item.to_dict() | {"outdated": why.get(item.snapshot)} for item in found],
        render,
        as_json=as_json,
    )


@app.command(epilog="Example: entrepot data status")
def status(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Show disk use by source, and free space; a superseded vintage takes space, too."""
    opened = open_lake(lake)
    found = _by_source(opened.holdings())
    total = sum(one["bytes"] for one in found)
    # A lake that is not there yet will be made on the disk of its nearest folder.
    there = next((one for one in (opened.path, *opened.path.parents) if one.exists()), opened.path)
    free = shutil.disk_usage(there).free

    def render(screen: Console) -> None:
        heads = ["source", "files", "vintages", "rows", "size", "of it superseded"]
        rows = [
            [
                one["source"],
                f"{one['files']:,}",
                " ".join(one["vintages"]),
                f"{one['rows']:,}",
                size(one["bytes"]),
                size(one["superseded_bytes"]) if one["superseded_bytes"] else "–",
            ]
            for one in found
        ]
        screen.print(table("", heads, rows, right=(1, 3, 4, 5)))
        say(screen, f"{size(total)} in {opened.path}, {size(free)} free.")

    data = {"lake": str(opened.path), "bytes": total, "free_bytes": free, "sources": found}
    emit(data, render, as_json=as_json)


def _by_source(items: Sequence[InventoryItem]) -> list[dict[str, Any]]:
    """Return files, vintages, rows and bytes of each source, the largest first."""
    found: dict[str, dict[str, Any]] = {}
    for one in items:
        start = {"source": one.source, "files": 0, "vintages": [], "rows": 0, "bytes": 0}
        row = found.setdefault(one.source, start | {"superseded_bytes": 0})
        row["files"] += len(one.files)
        row["rows"] += one.rows
        row["bytes"] += one.bytes
        row["superseded_bytes"] += 0 if one.counts else one.bytes
        row["vintages"] = sorted({*row["vintages"], one.vintage} - {""})
    return sorted(found.values(), key=lambda row: -row["bytes"])


@app.command(epilog="Example: entrepot data copy /mnt/disk/lake")
def copy(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the lake into a new folder, comparing every file with its hash."""
    opened = open_lake(lake)
    with progress("copying") as say_progress:
        found = opened.copy(folder, progress=say_progress)
    files = f"{len(found):,} loaded file{'' if len(found) == 1 else 's'}"
    words = f"{files} copied to {folder}. Use it: entrepot config lake {folder}"
    emit(
        {"folder": str(folder), "files": len(found)},
        lambda screen: say(screen, words),
        as_json=as_json,
    )


@app.command(epilog="Example: entrepot data move ~/trade-lake")
def move(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder, same disk.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the lake to another folder of the same disk; no file is written again."""
    opened = open_lake(lake)
    opened.move(folder)
    words = f"{opened.path} is now {folder}. Use it: entrepot config lake {folder}"
    emit(
        {"from": str(opened.path), "to": str(folder)},
        lambda screen: say(screen, words),
        as_json=as_json,
    )


@app.command(epilog="Example: entrepot data sources")
def sources(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """List all sources that the program can read, loaded or not."""
    from entrepot.sources import source_ids, source_info

    opened = open_lake(lake)
    known = [source_info(name) for name in source_ids()]
    state = {info.id: state_of(info, loaded=opened.holds(info.id)) for info in known}
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
        typer.Option(
            help="HS edition, if the file name does not give it: HS2017.",
            autocompletion=complete_edition,
        ),
    ] = None,
    vintage: Annotated[
        str | None, typer.Option(help="Vintage, if the file name does not give it: V202501.")
    ] = None,
    map_: Annotated[
        Path | None,
        typer.Option("--map", help="Mapping of the columns of a table of your own (data map)."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace loaded data of the same vintage.")
    ] = False,
    rate: Annotated[
        float | None,
        typer.Option(help="US dollars per currency unit of an input-output table: 1.053."),
    ] = None,
    engine: EngineOption = None,
    master: MasterOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add files of a source: all of them, or none if one cannot be read."""
    if rate is not None and (source != "icio" or map_):
        raise RequestError(
            "--rate is for input-output tables in another currency, without --map",
            why="trade values keep the currency of their report",
            hint=f"remove it: entrepot data add {source} FILE",
        )
    opened = open_new_lake(lake, engine, master)
    # A rate is a mapping of one line: it is kept with the file, and a rebuild reads it again.
    mapping = read_text_file(map_) if map_ else None if rate is None else f"rate: {rate!r}\n"
    with progress(f"adding {source}") as say_progress, naming(map_):
        report = opened.add(
            source,
            files or [],
            replace=replace,
            nomenclature=nomenclature,
            vintage=vintage,
            mapping=mapping,
            progress=counting(say_progress, len(files or []), "copying "),
        )
    say_if_behind(opened)
    emit(report, lambda screen: print_report(screen, report), as_json=as_json)


app.command(epilog=SHOW_EXAMPLE)(show)
app.command(epilog=CHECK_EXAMPLE)(check)


@app.command(epilog="Example: entrepot data remove baci --snapshot 85d9d6656763 --yes")
def remove(
    source: SourceArgument,
    snapshot: Annotated[
        str | None, typer.Option(help="Only this snapshot; its first digits are enough.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask for confirmation (for scripts).")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a source from the lake, with the delivered files that nothing else needs."""
    opened = open_lake(lake)
    if not yes:
        _ask(opened.holdings(source, snapshot=snapshot), opened)
    gone = opened.remove(source, snapshot=snapshot)
    say_if_behind(opened)
    # Nothing behind a link is ever deleted (see `entrepot.lake.publish`).
    linked = (opened.path / "raw").is_symlink()
    left = opened.undeleted()
    needed = {item.delivered for item in opened.holdings()}

    def render(screen: Console) -> None:
        from entrepot.lake import spans

        for item in gone:
            words = f"Removed {item.source} {spans(item.periods)}: {item.rows:,} rows"
            if linked:
                words += f". The delivered file {', '.join(item.files)} stays: raw/ is a link."
            elif item.delivered in needed:
                words += f". The delivered file {', '.join(item.files)} stays: others need it."
            elif left:
                words += f". The delivered file is {', '.join(item.files)}."
            else:
                words += (
                    f", and the delivered file {', '.join(item.files)} ({size(item.bytes)} in "
                    "total)."
                )
            say(screen, words)
        if left and not linked:
            say(
                screen,
                f"{len(left):,} files of removed data are still on the disk, such as {left[0]}: "
                "another process reads them, or they may not be deleted. The next change of the "
                "lake deletes them if it can.",
            )

    emit(
        {"removed": [item.to_dict() for item in gone], "undeleted": list(left)},
        render,
        as_json=as_json,
    )


app.command(epilog=AGGREGATE_EXAMPLE)(aggregate)
app.command(epilog=ERASE_EXAMPLE)(erase)


def _ask(found: Sequence[InventoryItem], opened: Lake) -> None:
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
        f"{item.source} {spans(item.periods)} (vintage {item.vintage}, {item.rows:,} rows)"
        for item in found
    )
    linked = (opened.path / "raw").is_symlink()
    if is_quiet() or not (sys.stdin.isatty() and sys.stderr.isatty()):
        bar = (
            "--quiet suppresses questions" if is_quiet() else "there is no terminal for a question"
        )
        raise RequestError(
            f"this would remove {words}, and {bar}",
            where=str(opened.path),
            why="the delivered files stay, because raw/ is a link"
            if linked
            else "the delivered files are deleted with the rows",
            hint=shlex.join(["entrepot", *sys.argv[1:], "--yes"]),
        )
    files = "without" if linked else "with"
    note(f"Remove {words}, {files} the delivered files, from {opened.path}?")
    if not typer.confirm("Remove", err=True):
        note("Nothing was removed.")
        raise typer.Exit(1)


app.command(epilog=BACKUP_EXAMPLE)(backup)
app.command(epilog=RESTORE_EXAMPLE)(restore)
app.command(epilog=REBUILD_EXAMPLE)(rebuild)
app.command(epilog=PUBLISH_EXAMPLE)(publish)


@app.command(
    epilog="Example: entrepot data export baci china.csv --importer RUS --exporter CHN+HKG"
)
def export(
    source: SourceArgument,
    out: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Ends in .csv, .parquet, .xlsx, .dta, .sdmx.csv, .zip.",
            callback=writable,
        ),
    ],
    importer: Annotated[
        str | None,
        typer.Option(
            help="Area, group or sum: RUS.",
            autocompletion=complete_area,
        ),
    ] = None,
    exporter: Annotated[
        str | None,
        typer.Option(
            help="Area, group or sum: CHN+HKG.",
            autocompletion=complete_area,
        ),
    ] = None,
    period: Annotated[str | None, typer.Option(help="2023, 2017..2023.")] = None,
    totals: Annotated[
        bool,
        typer.Option("--totals", help="Export the reporters' own totals instead of partner rows."),
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Export rows in canonical columns to a file, with metadata where its form has a place."""
    opened = open_lake(lake)
    keys = {"importer": importer, "exporter": exporter, "period": period}
    rows = opened.export(source, out, **keys, totals=totals)
    text = f"{rows:,} {'totals' if totals else 'rows'} written to {out}."
    if not totals and any(one.has_sums for one in opened.holdings() if one.source == source):
        text += " Reporters' own totals are a separate table: add --totals."
    emit(
        {"file": str(out), "rows": rows, "table": "totals" if totals else "rows"},
        lambda screen: say(screen, text),
        as_json=as_json,
    )
