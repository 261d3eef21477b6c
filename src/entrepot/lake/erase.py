"""Erase a person or company from every customs register, and from what is kept of them."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.errors import OutsideError, RequestError
from entrepot.lake import registers, store
from entrepot.lake.catalog import Catalog, Snapshot, copy_raw
from entrepot.lake.iceberg import FOLDER as PUBLISHED
from entrepot.lake.iceberg import behind
from entrepot.lake.lock import reading, unread, writing
from entrepot.lake.prepare import Load, prepare_again
from entrepot.lake.publish import (
    LakeChange,
    kept,
    lake_to_write,
    left_behind,
    publish,
    staging_folder,
    sweep,
)
from entrepot.lake.system_errors import finishing, guarded
from entrepot.model.area_names import without_accents
from entrepot.sources import source_info
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb


def erase(
    folder: Path,
    name: str,
    connection: duckdb.DuckDBPyConnection,
    *,
    really: bool = True,
    progress: Callable[[str], None] | None = None,
) -> dict[str, int]:
    """Erase a name from every register; see `entrepot.lake.Lake.erase`."""
    from entrepot.sources.shipments.parse import ABOUT
    from entrepot.sources.shipments.persons import hidden, mended

    if not any(sign.isalnum() for sign in name):
        raise RequestError(
            f"{name!r} is no name",
            why="every name without letters would be the same one",
            hint="write the name, or a pseudonym such as NP-0123456789",
        )
    change = LakeChange(folder)
    report = progress or (lambda _: None)
    if not really:  # who may not write may count
        with guarded(folder), reading(folder):
            catalog, salt = Catalog.read(folder), registers.secret(folder, keeps=False).salt
            named = _with_name(folder, catalog, connection, name, salt)
            counted: Counter[str] = Counter()
            for item, count, *_ in named:
                counted[item.source] += count
            return dict(counted)
    with guarded(folder, change.became), finishing() as finish, lake_to_write(folder):
        with writing(folder, f"erasing from {folder}"), staging_folder(folder) as staging:
            change.begin()
            change.before = before = Catalog.read(folder)
            sweep(folder, before, keep=staging)
            secret = registers.secret(folder)
            new: dict[str, Snapshot] = {}
            lines: dict[str, int] = {}
            named = _with_name(folder, before, connection, name, secret.salt)
            for item, count, query, about in named:
                lines[item.source] = lines.get(item.source, 0) + count
                report(f"erasing from {item.raw.name}")
                target = staging / "kept" / item.raw.name
                target.parent.mkdir(exist_ok=True)
                store.keep_text(connection, query, target, ABOUT, about, item.raw.name)
                raw = copy_raw(target, staging / "raw")
                # The lake without this file, whose place its
                # new version takes under the same load number.
                others = tuple(one for one in before.snapshots if one is not item)
                run = Load(
                    folder=folder,
                    staging=staging,
                    info=source_info(item.source),
                    connection=connection.cursor(),
                    options=FileOptions(
                        item.given_nomenclature, item.given_vintage, item.mapping or None
                    ),
                    replaces=item.replaces,
                    title=item.title,
                    progress=report,
                    before=Catalog(others),
                    number=item.load,
                )
                new[item.manifest] = prepare_again(run, raw, item.added_on, staging)
            # Also where no line has it: a file that is loaded later may bring it.
            right = f"(SELECT {mended(literal(name))} AS name)"
            mine = f"SELECT {hidden('name', secret.salt)} FROM {right}"
            [(code,)] = connection.execute(mine).fetchall()
            # Before the rows change: if only one of the two happens, no name comes back.
            registers.write_secret(folder, replace(secret, erased=secret.erased | {str(code)}))
            if new:
                after = Catalog(tuple(new.get(item.manifest, item) for item in before.snapshots))
                with _remembering(folder, secret, before):
                    finish()
                    publish(change, staging, after)
        # Outside the block above: it takes the lock again.
        _require_gone(folder, name)
    return lines


def _with_name(
    folder: Path, catalog: Catalog, connection: duckdb.DuckDBPyConnection, name: str, salt: str
) -> Iterator[tuple[Snapshot, int, str, str]]:
    """Yield files that have a name, with what `without` says of them."""
    from entrepot.sources.shipments.parse import without

    for item in catalog.snapshots:
        if item.table == "shipments":
            file = RawFile(folder / "raw" / item.raw.sha256, item.raw.name)
            found = without(connection, file, item.mapping or None, name, salt)
            if found[0]:
                yield item, *found


@contextmanager
def _remembering(folder: Path, secret: registers.Secret, before: Catalog) -> Iterator[None]:
    """Put the secret back if the change inside fails and the lake is as it was before."""
    try:
        yield
    except BaseException:
        with suppress(Exception):
            if Catalog.read(folder) == before:
                registers.write_secret(folder, secret)
        raise


def _watched_with(folder: Path, name: str) -> list[str]:
    """Return watched files that have a name, in any spelling of capitals and accents."""
    words = r"[\W_]+".join(re.findall(r"[^\W_]+", without_accents(name.casefold())))
    named = re.compile(rf"(?<!\w){words}(?!\w)")
    found = kept(folder).items()
    texts = ((one, json.dumps(said, ensure_ascii=False)) for one, said in found)
    return [one for one, text in texts if named.search(without_accents(text.casefold()))]


PATIENCE = 30.0
"""Seconds that erasing waits for those who read what is erased."""


def _require_gone(folder: Path, name: str) -> None:
    """Refuse to call a name erased that is still on the disk, in a file that nothing needs."""
    catalog = Catalog.read(folder)
    with writing(folder, f"erasing from {folder}"):
        left = left_behind(folder, catalog, patience=PATIENCE)
    left = [one for one in left if one.startswith(("raw/", "shipments/"))]
    again = f"entrepot data erase {shlex.quote(name)} --yes"
    if not left and (reason := behind(folder)):
        raise OutsideError(
            "the name is in no row any more, but the published tables may still have it",
            where=str(folder / PUBLISHED),
            why=reason,
            hint=f"mend them: entrepot data publish; then: {again}",
        )
    if not left and (watched := _watched_with(folder, name)):
        raise OutsideError(
            "the name is in no row any more, but in what is watched",
            where=f"{folder}: {', '.join(watched[:3])}",
            why="the lake keeps a watched file as it is, with its last values",
            hint=f"entrepot watch {shlex.quote(watched[0])} --stop; take the name out of the file",
        )
    if not left:
        return
    if any((folder / one).parent.is_symlink() for one in left):
        why, hint = "they are behind a link, and nothing there is deleted", "delete them yourself"
    elif not unread(folder):
        why, hint = "another process reads the lake", f"when it has ended: {again}"
    else:
        why, hint = "the system does not let them be deleted", f"allow it, then: {again}"
    raise OutsideError(
        f"the name is in no row any more, but {len(left)} older files may still have it",
        where=f"{folder}: {', '.join(left[:3])}",
        why=why,
        hint=hint,
    )
