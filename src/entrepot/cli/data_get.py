"""`entrepot data get`: fetch what a publisher offers, and add it to the lake."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from entrepot.cli.common import (
    JsonOption,
    LakeOption,
    complete_area,
    complete_edition,
    complete_goods,
    complete_source,
    one_of,
    open_new_lake,
)
from entrepot.cli.data_show import print_report, say, size
from entrepot.cli.output import emit, pace, progress, table
from entrepot.errors import BadFileError, DamagedLakeError, OutsideError, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from entrepot.lake import LoadReport
    from entrepot.model.period import Period
    from entrepot.sources.get import DownloadedFile, PlannedFile
    from entrepot.sources.get.plan import DataRequest

_PAUSE = 0.2
"""Seconds between two progress messages on a file."""

GET_EXAMPLE = "Example: entrepot data get baci --period 2022..2023 --dry-run"

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="Id of a source: baci.",
        autocompletion=complete_source,
    ),
]


def _text(words: str, completes: Callable[[str], list[tuple[str, str]]] | None = None) -> Any:
    return typer.Option(help=words, show_default=False, autocompletion=completes)


def get(
    source: Source,
    period: Annotated[str | None, _text("Period: 2023, 2021..2023, 2023-06.")] = None,
    freq: Annotated[
        str, _text("Frequency: A, Q or M (yearly, quarterly, monthly).", one_of("A", "Q", "M"))
    ] = "",
    reporter: Annotated[str, _text("Reporting countries: RUS, EU27, CHN+HKG.", complete_area)] = "",
    partner: Annotated[str, _text("Partner countries; default: all.", complete_area)] = "",
    goods: Annotated[
        str, _text("Goods: chpl, 8542, 854231,854232; default: all.", complete_goods)
    ] = "",
    nomenclature: Annotated[str, _text("HS edition: HS2017.", complete_edition)] = "",
    vintage: Annotated[str, _text("Vintage: V202601; default: the latest known.")] = "",
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for the files.", show_default=False)
    ] = None,
    only_download: Annotated[
        bool, typer.Option("--only-download", help="Do not add the files to the lake.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace loaded data of the same vintage.")
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Ask the publisher again for files already downloaded."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the addresses and fetch nothing.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Open no connection (also ENTREPOT_OFFLINE=1).")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch files of a source from its publisher and add them to the lake.

    An interrupted download continues when the same command runs again. Files already there are
    not fetched twice. Exit code 3 when the publisher has no data for the request.
    """
    from entrepot.settings import Settings
    from entrepot.sources.get.plan import installed, pieces

    settings = Settings.read(lake)
    folder = to or settings.cache / "downloads" / source
    wanted = wanted_of(period, freq, reporter, partner, goods, nomenclature, vintage)
    if folder.exists() and not folder.is_dir():
        raise RequestError(
            "this is no folder", where=str(folder), hint="name a folder with --to: files go there"
        )
    # A table that came with an installed package needs no connection.
    path = installed(source, wanted)
    parts = () if path else pieces(source, wanted)
    if dry_run:
        emit(_plan(source, folder, parts), lambda s: _draw_plan(s, parts), as_json=as_json)
        return
    offline = offline or settings.offline
    got = (
        (installed_file(path),)
        if path
        else fetch_files(parts, folder, offline=offline, again=refresh)
    )
    report = None if only_download else add_files(source, got, lake, replace=replace)
    emit(
        _data(source, folder, got, report),
        lambda screen: _draw(screen, folder, got, report),
        as_json=as_json,
    )
    if all(one.state == "empty" for one in got):
        raise typer.Exit(3)


def fetch_files(
    parts: tuple[PlannedFile, ...], folder: Path, *, offline: bool, again: bool
) -> tuple[DownloadedFile, ...]:
    """Fetch the files of a plan into a folder, with progress."""
    from entrepot.sources.get import get as fetch

    with progress("contacting the publisher") as show:
        said = _Counter(show)
        try:
            return fetch(
                parts, folder, offline=offline, again=again, say=said.say, moved=said.moved
            )
        except KeyboardInterrupt as stop:
            raise OutsideError(
                "stopped before all files were downloaded",
                where=str(folder),
                hint="run the same command again: it continues where it stopped",
            ) from stop


class _Counter:
    """Reports events at once, and progress within a file a few times a second."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._file = ""
        self._last = self._began = time.monotonic()
        self._before: int | None = None

    def say(self, text: str) -> None:
        if text.startswith("file "):
            self._file = f"{text}, "
            self._before = None
        self._show(text)

    def moved(self, have: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._last >= _PAUSE:
            self._last = now
            if self._before is None or have < self._before:
                # What an earlier run had downloaded of this file took no time of this one.
                self._began, self._before = now, have
            rest = pace(have, total, now - self._began, self._before) if total else ""
            of = f" of {size(total)}, {rest}" if total else ""
            self._show(f"{self._file}{size(have)}{of}")


def installed_file(path: Path) -> DownloadedFile:
    """Return a file of an installed package as if it had been fetched."""
    from entrepot.sources.get import DownloadedFile
    from entrepot.sources.unpack import sha256_of

    return DownloadedFile(path.name, "", "installed", path, path.stat().st_size, sha256_of(path))


def add_files(
    source: str, got: tuple[DownloadedFile, ...], lake: Path | None, *, replace: bool
) -> LoadReport | None:
    """Add fetched files to the lake; None where the publisher had nothing.

    A file that cannot be read is not kept: the next run asks for it anew.
    """
    files = {one.path: one.address for one in got if one.path and one.state != "empty"}
    if not files:
        return None
    try:
        with progress(f"adding {source}") as show:
            return open_new_lake(lake).add(source, [*files], replace=replace, progress=show)
    except DamagedLakeError:
        raise
    except BadFileError as error:
        from entrepot.sources.get.fetch import forget

        unread = [one for one in files if error.where.startswith(one.name) and forget(one)]
        if not unread:
            raise
        raise OutsideError(
            f"what was downloaded cannot be read: {error.what}",
            where=f"{error.where}, from {files[unread[0]]}",
            why=error.why,
            hint="run the same command again: it downloads this file anew",
        ) from error


def _plan(source: str, folder: Path, parts: tuple[PlannedFile, ...]) -> dict[str, Any]:
    files = [{"name": one.name, "address": one.address, "bytes": None} for one in parts]
    return {"source": source, "folder": str(folder), "files": files}


def _data(
    source: str, folder: Path, got: tuple[DownloadedFile, ...], report: LoadReport | None
) -> dict[str, Any]:
    files = [asdict(one) | {"path": str(one.path) if one.path else None} for one in got]
    return {
        "source": source,
        "folder": str(folder),
        "files": files,
        "load": report.to_dict() if report else None,
    }


def _draw_plan(screen: Console, parts: tuple[PlannedFile, ...]) -> None:
    rows = [[one.name, one.address] for one in parts]
    screen.print(table("", ["file", "address"], rows))
    count = "1 file" if len(parts) == 1 else f"{len(parts):,} files"
    say(screen, f"{count}; sizes are not known before download.")


def _draw(
    screen: Console, folder: Path, got: tuple[DownloadedFile, ...], report: LoadReport | None
) -> None:
    rows = [[one.name, one.state, size(one.bytes), one.sha256[:12]] for one in got]
    screen.print(table("", ["file", "state", "size", "sha256"], rows, right=(2,)))
    say(screen, f"In {folder}.")
    for one in got:
        if one.state == "empty":
            say(screen, f"{one.name}: the publisher has no data for this; nothing was added.")
    if report is not None:
        print_report(screen, report)


# From the options of `entrepot data get` to the request: areas and goods become codes.


def wanted_of(
    period: str | None,
    freq: str,
    reporter: str,
    partner: str,
    goods: str,
    nomenclature: str,
    vintage: str,
) -> DataRequest:
    """Return what is wanted, in codes.

    Raises
    ------
    RequestError
        For a word that is no period, frequency, area, list or code.
    """
    from entrepot.model.period import Period
    from entrepot.sources.get.plan import DataRequest, Freq

    when = Period.parse(period) if period else None
    if freq not in get_args(Freq):
        raise RequestError(f"not a frequency: {freq!r}", hint="write A, Q or M")
    return DataRequest(
        period=when,
        freq=cast("Freq", freq),
        reporters=_areas(reporter, when),
        partners=_areas(partner, when),
        codes=_codes(goods, when),
        nomenclature=nomenclature,
        vintage=vintage,
    )


def _areas(text: str, when: Period | None) -> tuple[str, ...]:
    from entrepot.model.area_names import as_codes
    from entrepot.model.areas import area_set

    codes = as_codes(text)
    return tuple(sorted(area_set(codes, when.end if when else date.today()))) if codes else ()


def _codes(goods: str, when: Period | None) -> tuple[str, ...]:
    """Return every six-digit code that the goods have in an edition in use in the period.

    A country may change editions years after the others, so codes of the edition before are
    requested as well, where the goods convert into it: a code too many brings no row.
    """
    from entrepot.model.product import EDITIONS

    if goods in ("", "all"):
        return ()
    end = when.end if when else date.today()
    start = when.start if when else end
    used = [one for one in EDITIONS if one.in_force <= end]
    begun = [place for place, one in enumerate(used) if one.in_force <= start]
    # The edition in force when the period begins, and all that came into force within it.
    newest = begun[-1] if begun else 0
    found = {code for one in used[newest:] for code in _in_edition(goods, one.id)}
    for older in used[max(0, newest - 1) : newest]:
        with suppress(RequestError):
            found |= _in_edition(goods, older.id)
    return tuple(sorted(found))


def _in_edition(goods: str, nomenclature: str) -> set[str]:
    from entrepot.goods import goods_selection
    from entrepot.model.product import known_codes

    chosen = goods_selection(goods, nomenclature=nomenclature)
    heads = tuple(chosen.prefixes)
    inside = {
        code
        for code, editions in known_codes().items()
        if heads and nomenclature in editions and code.startswith(heads)
    }
    return inside | set(chosen.codes or ())
