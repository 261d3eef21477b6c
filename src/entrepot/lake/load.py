"""Add files to a lake: all of them or none, whatever happens on the way.

Everything is prepared in a folder of its own; `entrepot.lake.publish` makes it visible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.files import require_file
from entrepot.lake.catalog import Catalog
from entrepot.lake.inventory import LoadReport, holdings
from entrepot.lake.lock import writing
from entrepot.lake.merge import hides, merge
from entrepot.lake.prepare import Load, prepare
from entrepot.lake.publish import Change, publish, require_lake, staging_folder, sweep
from entrepot.lake.system_errors import finishing, guarded
from entrepot.lake.unchanged import all_files, require_read
from entrepot.sources import bring_in, source_info, source_parser
from entrepot.sources.icio.layouts import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import Said

__all__ = ["load", "no_file"]


def no_file(source: str) -> RequestError:
    """Return what is wrong with a load of nothing, and what to do."""
    packaged = "questions are answered from its table in the installed package"
    why = packaged if source == "icio" else ""
    return RequestError("no file to add", why=why, hint=bring_in(source))


def load(
    folder: Path,
    source: str,
    paths: Sequence[Path],
    connection: duckdb.DuckDBPyConnection,
    *,
    replace: bool = False,
    said: Said,
    title: str = "",
    progress: Callable[[str], None] | None = None,
) -> LoadReport:
    """Add files of one source; see `entrepot.lake.Lake.add`."""
    source_parser(source)
    for path in paths:
        said_beside = path / PARAMETERS  # of a folder that a program wrote as one table
        require_file(said_beside if said_beside.is_file() else path, hint="name the files to add")
    Catalog.read(folder)  # what is no lake is refused before anything is made
    change = Change(folder)
    with guarded(folder, change.became), finishing() as finish:
        require_lake(folder)
        with writing(folder, f"adding {source}"), staging_folder(folder) as staging:
            change.begin()
            change.before = before = Catalog.read(folder)
            sweep(folder, before, keep=staging)
            compared = connection.cursor()
            compared.execute("CALL truncate_duckdb_logs()")
            run = Load(
                folder=folder,
                staging=staging,
                info=source_info(source),
                connection=connection.cursor(),  # its temporary table ends with it
                said=said,
                replaces=replace,
                title=title,
                progress=progress or (lambda _: None),
                before=before,
                number=before.next_load(),
            )
            unchanged = [path.name for path in paths if not prepare(run, path)]
            require_read(folder, lambda: all_files(before), compared)  # new rows beside them
            after = merge(before, run.added)
            if run.added:
                run.progress("making it visible")
                finish()
                publish(change, staging, after)
    new = {(source, item.id, item.vintage) for item in run.added}
    mine = tuple(one for one in holdings(after) if (one.source, one.snapshot, one.vintage) in new)
    return LoadReport(source, mine, tuple(unchanged), hides(before, after, source))
