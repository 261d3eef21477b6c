"""The lake: everything held, behind one object."""

from __future__ import annotations

import os
import re
import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError, RequestError
from entrepot.files import expanded, read_text
from entrepot.lake.catalog import UNFINISHED, Catalog
from entrepot.lake.inventory import is_bundled
from entrepot.lake.reads import Reads
from entrepot.sources import is_register, split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    import duckdb
    import narwhals as nw

    from entrepot.lake.catalog import Order
    from entrepot.lake.iceberg import PublishedTable
    from entrepot.lake.inventory import InventoryItem, LoadReport
    from entrepot.lake.prepare import Preparing
    from entrepot.lake.rebuild import RebuildResult
    from entrepot.model.columns import Finding
    from entrepot.model.table_files import TableAbout


class Lake(Reads):
    """Rows of every loaded source, with the bytes they came from.

    Open it with `Lake.open`. Reading never writes; an absent folder is an empty lake. The
    connection takes one call at a time: give each thread its own lake.

    Others may change the lake at any time. What belongs together is read inside `reading`.
    """

    def add(
        self,
        source: str,
        paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        *,
        replace: bool = False,
        nomenclature: str | None = None,
        vintage: str | None = None,
        mapping: str | os.PathLike[str] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> LoadReport:
        """Add files of a source: all of them or none.

        Parameters
        ----------
        source
            Id of a source.
        paths
            One or more files as published. Bytes that are loaded already are left as they are.
        replace
            Whether rows of the same vintage are replaced: the whole period, or for a source of
            single reports those of the same reporters; otherwise they are an error. A later
            vintage supersedes an earlier one without it.
        nomenclature, vintage
            Edition of the product codes and release, where the name of a file does not say.
        mapping
            For a table of the user's own: the text that says which column is what, or the path
            (a ``Path``) of a file with it. The table becomes the source ``table.<id>``, the id
            being the mapping's or the file's name.
        progress
            Called with a few words before each step.

        Raises
        ------
        UnknownNameError
            If there is no such source.
        RequestError
            If the source ships with the program, or a mapping is a path in a text.
        BadFileError
            If a file is not what the source promises, or a period is held or given twice.
        OutsideError
            If the disk is full, or another load is running.
        """
        from entrepot.lake.prepare import load, no_file
        from entrepot.sources import named_source, source_ids
        from entrepot.sources.parser import FileOptions

        _require_own(source)
        # A lone text is a path too; as a sequence it would be one file for each letter.
        several = [paths] if isinstance(paths, (str, os.PathLike)) else paths
        kind = source.partition(".")[0]
        if not several or (Path(source).is_file() and kind not in source_ids()):
            raise no_file(source, several)
        says = _mapping_text(mapping)
        name, title = named_source(split_address(source)[0], Path(several[0]), says)
        if name.startswith("shipments."):
            self._require_folder("a customs register is not loaded into an object store")
        preparing = self._preparing()
        with self._changing():
            return load(
                self.path,
                name,
                [Path(path) for path in several],
                self.connection,
                replace=replace,
                options=FileOptions(nomenclature, vintage, says),
                title=title,
                progress=progress,
                preparing=preparing,
            )

    def _preparing(self) -> Preparing:
        """Return what prepares the files of a load."""
        from entrepot.lake.prepare import one_by_one

        return one_by_one

    def remove(self, source: str, *, snapshot: str | None = None) -> tuple[InventoryItem, ...]:
        """Remove a source, or one snapshot of it, with the delivered bytes; return what it was.

        Raises
        ------
        NoEvidenceError
            If nothing of the source is held.
        RequestError
            If it ships with the program.
        UnknownNameError
            If no snapshot of it starts like this.
        """
        from entrepot.lake.publish import remove

        _require_own(source)
        gone = self.holdings(source, snapshot=snapshot)
        named = {(item.snapshot, item.vintage) for item in gone}
        with self._changing():
            remove(self.path, named, split_address(source)[0])
        return gone

    def undeleted(self) -> tuple[str, ...]:
        """Return files that no row needs any more and that are still in the folder.

        Somebody reads them, they are behind a link, or the system does not let them be deleted. The
        next change deletes them if it can.
        """
        dropped = Catalog.read(self.path).dropped
        return tuple(name for name in dropped if (self.path / name).is_file())

    def _changing(self) -> AbstractContextManager[None]:
        """Return a block that sends what it changed, if the lake is in an object store."""
        return nullcontext() if self._remote is None else self._remote.changing()

    def _require_folder(self, what: str) -> None:
        """Refuse what is done with a lake in a folder only."""
        if self._remote is not None:
            raise RequestError(
                what,
                where=self._remote.address,
                hint="copy the lake into a folder, and name it with --lake",
            )

    def erase(
        self,
        name: str,
        *,
        really: bool = True,
        progress: Callable[[str], None] | None = None,
    ) -> dict[str, int]:
        """Erase a person or company from every register, in rows and kept files alike.

        The lines stay, without the name, so that sums stay what they were. A file that is loaded
        later does not bring the name back.

        Parameters
        ----------
        name
            Name in any spelling of capitals, accents and blanks, or a pseudonym (``NP-...``).
        really
            Whether to erase; if not, lines are counted only.
        progress
            Called with a few words before each step.

        Returns
        -------
        dict
            How many lines of each register had the name.

        Raises
        ------
        OutsideError
            If the disk is full, or a load is running; or if older files with the name cannot be
            deleted, because somebody reads them: erase it again then.
        """
        from entrepot.lake.erase import erase

        self._require_folder("names are not erased in an object store")
        return erase(self.path, name, self.connection, really=really, progress=progress)

    def rebuild(
        self,
        *,
        leave_out: Collection[str] = (),
        progress: Callable[[str], None] | None = None,
    ) -> RebuildResult:
        """Make the catalog and the Parquet files anew from what lies in the folder, offline.

        For a lake that lost its catalog, that has damaged files or is in an older format: delivered
        bytes are read again in the order of their loads, with what was said about them then.

        Parameters
        ----------
        leave_out
            First digits of the SHA-256 of delivered files that are not taken in; they stay.
        progress
            Called with a few words before each step.

        Raises
        ------
        NoEvidenceError
            If there is nothing to make a lake of.
        BadFileError
            If a delivered file cannot be read again and its rows cannot be taken from Parquet.
        OutsideError
            If the disk is full, or another load is running.
        """
        from entrepot.lake.rebuild import rebuild

        self._require_folder("a lake is not rebuilt in an object store")
        return rebuild(self.path, self.connection, leave_out=leave_out, progress=progress)

    def backup(
        self,
        file: str | os.PathLike[str],
        *,
        replace: bool = False,
        progress: Callable[[str], None] | None = None,
    ) -> int:
        """Write one state of the lake into one file, while others read and write; return its size.

        Parameters
        ----------
        file
            A tar archive, outside the lake.
        replace
            Whether a file that exists gives way, once the new one is whole.
        progress
            Called with a few words before each step.

        Raises
        ------
        RequestError
            If the file exists, or is inside the lake.
        NoEvidenceError
            If nothing is held.
        OutsideError
            If a file of the lake is not what was written, or the disk is full.
        """
        from entrepot.lake.backup import backup

        self._require_folder("a lake in an object store has no backup of its own: copy its objects")
        with self.reading():
            report = progress or (lambda _: None)
            return backup(
                self.path, self._own_catalog(), Path(file), replaces=replace, progress=report
            )

    def publish(self, catalog: str | None = None) -> tuple[PublishedTable, ...]:
        """Publish the lake as Apache Iceberg tables; parameters and errors as `publish_tables`."""
        from entrepot.lake.iceberg import publish_tables

        self._require_folder("a lake in an object store has no tables: its cache is no place to be")
        return publish_tables(self.path, catalog)

    def _own_catalog(self) -> Catalog:
        """Return what the lake has of its own; raises `NoEvidenceError` if that is nothing."""
        every = self._state().catalog.snapshots
        # A block of `reading` around this one may show the
        # bundled flows; they are no files of this lake.
        catalog = Catalog(tuple(item for item in every if not is_bundled(item.source)))
        if not catalog.snapshots:
            raise NoEvidenceError(
                "the lake is empty: there is nothing to back up",
                where=str(self.path),
                hint="name the folder of a lake with --lake",
            )
        return catalog

    def restore(
        self, file: str | os.PathLike[str], *, progress: Callable[[str], None] | None = None
    ) -> tuple[InventoryItem, ...]:
        """Make the lake, which must be empty, what it was when `file` was written by `backup`.

        Raises
        ------
        BadFileError
            If the file is no whole backup.
        RequestError
            If the lake holds anything else than the file does.
        OutsideError
            If the disk is full, or another load is running.
        """
        from entrepot.lake.backup import restore

        self._require_folder("a backup is not restored into an object store")
        restore(self.path, Path(file), progress=progress or (lambda _: None))
        return self.holdings()

    def copy(
        self, target: str | os.PathLike[str], *, progress: Callable[[str], None] | None = None
    ) -> tuple[InventoryItem, ...]:
        """Copy the lake into a new folder, comparing every byte with its hash; return its files."""
        from entrepot.lake.backup import copy
        from entrepot.lake.registers import FILE as SECRET
        from entrepot.lake.registers import secret

        place = Path(target).absolute()
        if place.exists() and not (place / UNFINISHED).exists():
            raise RequestError(
                "something has this name", where=str(place), hint="name a new folder"
            )
        if not place.parent.is_dir():
            raise RequestError(
                "its parent folder does not exist",
                where=str(place),
                hint="name a new folder in one that exists",
            )
        self._require_folder("a lake in an object store is copied with the store's own tools")
        words = ("entrepot", "data", "copy", str(place), "--lake", str(self.path.absolute()))
        with self.reading():
            copy(
                self.path,
                self._own_catalog(),
                place,
                again=shlex.join(words),
                secret=secret(self.path, keeps=False) if (self.path / SECRET).exists() else None,
                progress=progress or (lambda _: None),
            )
        return type(self).open(place).holdings()

    def move(self, target: str | os.PathLike[str]) -> None:
        """Give the folder of the lake another name on the same disk.

        Raises
        ------
        RequestError
            If there is such a folder, it is on another disk, or a part of the lake is a link.
        OutsideError
            If somebody reads or writes.
        """
        from entrepot.lake.backup import move

        self._require_folder("a lake in an object store cannot be moved: copy its objects")
        if not self.holdings():
            raise NoEvidenceError("there is no lake to move", hint="see: entrepot data list")
        move(self.path, Path(target))

    def export(
        self,
        source: str,
        target: str | os.PathLike[str],
        *,
        importer: str | None = None,
        exporter: str | None = None,
        period: str | None = None,
        totals: bool = False,
    ) -> int:
        """Write rows of a source to a file, and return how many.

        `target` ends in ``.csv``, ``.parquet`` or another of `table_files.FORMS`, which have the
        meaning of each column and the deliveries as metadata; a file that exists is replaced. Rows
        are of these areas (an area, group or sum each) and inside this period. With `totals` they
        are what reporters added up themselves over partners or goods, in columns of the table
        ``totals``.
        """
        from entrepot.lake.backup import export

        with self.reading():
            by: Order = "exporter" if exporter and not importer else "importer"
            if totals:
                rows = self._totals_of(source)
            else:
                rows = self._rows(self._state(), self._state().parts(source), by)
            return export(
                self.connection,
                rows,
                Path(target),
                importer=importer,
                exporter=exporter,
                period=period,
                ready=self.require_unchanged,
                about=self._about(source, Path(target).stem),
            )

    def _about(self, source: str, name: str) -> TableAbout:
        """Return what a file of rows of a source says of them."""
        from entrepot.model.columns import columns
        from entrepot.model.table_files import TableAbout
        from entrepot.sources import source_info

        info = source_info(split_address(source)[0])
        holdings = [one for one in self.holdings() if one.source == info.id]
        lines = [f"{info.publisher}. {info.licence}", info.citation]
        lines += [f"{one.vintage or 'no vintage'}, snapshot {one.snapshot}" for one in holdings]
        meanings = {one.name: one.meaning for one in columns(info.brings)}
        return TableAbout(
            name, info.title, "\n".join(filter(None, lines)), meanings, ((info.title, info.url),)
        )

    def aggregate(
        self,
        source: str,
        target: str | os.PathLike[str],
        *,
        freq: str = "A",
        basis: str | None = None,
        period: str | None = None,
    ) -> int:
        """Write a customs register as flows: one row a cell and year, quarter or month.

        A register that has several countries for a line is added up by one of them. With ``all``
        each line is in a row of each basis, and ``partner_basis`` says which.

        Parameters
        ----------
        source
            A register: ``shipments.peru``.
        target
            CSV or Parquet.
        freq
            ``A``, ``Q`` or ``M``.
        basis
            ``origin``, ``dispatch``, ``consignment``, ``seller``, ``port``, ``destination``, or
            ``all``; needed where the register has several.

        Returns
        -------
        int
            Number of rows written.

        Raises
        ------
        NoEvidenceError
            If no row is left, or the source is not loaded.
        RequestError
            If the source is no register, has several bases and none is named, or the file cannot
            be written.
        """
        import narwhals as nw

        from entrepot.lake.backup import export
        from entrepot.lake.registers import added_up, one_basis

        if not is_register(split_address(source)[0]):
            raise RequestError(
                f"{source} is no customs register",
                hint="name one, such as shipments.peru, or write rows as they are: "
                f"entrepot data export {source} FILE",
            )
        with self.reading():
            rows = self.flows(source)
            name = split_address(source)[0]
            there = {
                basis for item in self.holdings() if item.source == name for basis in item.bases
            }
            if (one := one_basis(basis, sorted(there), name)) is not None:
                rows = rows.filter(nw.col("partner_basis") == one)
            return export(
                self.connection,
                nw.from_native(added_up(rows.to_native(), freq)).lazy(),
                Path(target),
                period=period,
                ready=self.require_unchanged,
                about=self._about(source, Path(target).stem),
            )

    def _totals_of(self, source: str) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        found = self.totals(source)
        if found is None:
            raise NoEvidenceError(
                f"{source} has no totals as reported",
                why="no file of it has rows for the world, or for all goods and finer ones",
                hint="leave out --totals to write its rows",
            )
        return found

    def check(self, codes: Mapping[str, frozenset[str]] | None = None) -> tuple[Finding, ...]:
        """Check files and rows; return findings, those kept from loads included.

        Parameters
        ----------
        codes
            Product codes of each edition (``HS2017``); without them no code is unknown.
        """
        from entrepot.lake.checks import check_lake
        from entrepot.lake.system_errors import guarded

        self._require_folder("a lake in an object store is not checked as a whole")
        with self.reading(), guarded(self.path):
            return tuple(check_lake(self.path, self._state().catalog, self.connection, codes))


def _mapping_text(mapping: str | os.PathLike[str] | None) -> str | None:
    """Return the text of a mapping, of which a path was given or the text itself."""
    if isinstance(mapping, os.PathLike):
        return read_text(expanded(mapping), hint="name a mapping: entrepot data map FILE")
    # No mapping is one line without a colon and a blank, but for JSON.
    line = (mapping or "").strip()
    if not re.search("\n|: |^{", line) and re.search(r"[\w/\\]\.ya?ml$|[/\\]", line, re.I):
        raise RequestError(
            "the mapping is a path in a text",
            where=line,
            why="a text is read as the mapping itself",
            hint=f"give the path as a path: mapping=Path({line!r})",
        )
    return mapping


def _require_own(source: str) -> None:
    """Refuse to change what ships with the program."""
    if is_bundled(source):
        raise RequestError(
            f"{source} ships with the program",
            why="nothing is added to it and nothing is removed",
            hint="load BACI itself, which then answers in its place: entrepot data add baci FILE",
        )
