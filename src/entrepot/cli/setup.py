"""`entrepot setup`: real data in one command, from a few questions or a file of answers."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from pydantic import BeforeValidator, Field

from entrepot.cli.common import open_lake, open_new_lake, saying_new_folder
from entrepot.cli.data_get import add_files, fetch_files, installed_file, wanted_of
from entrepot.cli.data_show import say, size
from entrepot.cli.output import console, emit, is_quiet, progress, table
from entrepot.errors import EntrepotError, OutsideError, RequestError
from entrepot.files import expanded
from entrepot.model.closed_yaml import Closed, FormatOne, read_closed
from entrepot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from entrepot.goods.update import ListEdition
    from entrepot.sources.get import DownloadedFile, PlannedFile
    from entrepot.sources.get.plan import DataRequest

_LINE = 50e6 / 8
"""Bytes a second of a line of 50 Mbit/s, which the time of a download is stated for."""
_LOADED = 4e6
"""Packed bytes that are loaded in a second: BACI on two cores, by `make bench`."""
_EXAMPLE = """\
format: 1
data:
  baci: {period: 2022..2023}
  comext: {period: 2024-01..2024-03}
  concordance: {}
brief: {importer: RUS, supplier: CHN, out: brief-RUS.html}
"""

# Where YAML has a number: 2023.
Text = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]


class WantedData(Closed):
    """What is wanted of a source: the options of `entrepot data get`."""

    period: Text = ""
    freq: str = ""
    reporter: str = ""
    partner: str = ""
    goods: Text = ""
    nomenclature: str = ""
    vintage: str = ""

    def request(self) -> DataRequest:
        """Return it in codes."""
        return wanted_of(
            self.period or None,
            self.freq,
            self.reporter,
            self.partner,
            self.goods,
            self.nomenclature,
            self.vintage,
        )


class FirstBrief(Closed):
    """The brief that is written when all is loaded."""

    importer: str
    supplier: str = "CHN"
    goods: Text | None = None
    out: str = ""

    @property
    def target(self) -> Path:
        """The file that it is written to."""
        return Path(self.out or f"brief-{self.importer.replace('+', '-')}.html")


class SetupAnswers(Closed):
    """The file of answers.

    Attributes
    ----------
    format
        1.
    data
        What is wanted, by source, in the order in which it is loaded.
    lists
        A newer edition of the lists, as `entrepot goods update` reads it; empty for those that
        come with the program.
    lists_sha256
        Its checksum, as its publisher states it.
    brief
        The first brief; none where it is left out.
    """

    format: FormatOne
    data: dict[str, WantedData] = Field(default_factory=dict)
    lists: str = ""
    lists_sha256: str = ""
    brief: FirstBrief | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One source of the plan: its files, or the file of an installed package."""

    source: str
    files: tuple[PlannedFile, ...]
    installed: Path | None
    bytes: int | None

    def to_dict(self) -> dict[str, Any]:
        files = [{"name": one.name, "address": one.address} for one in self.files]
        if self.installed:
            files = [{"name": self.installed.name, "address": ""}]
        return {"source": self.source, "files": files, "bytes": self.bytes}


def set_up(
    answers: Path | None,
    to: Path | None,
    lake: Path | None,
    *,
    dry_run: bool,
    offline: bool,
    as_json: bool,
) -> None:
    """Plan, fetch, load and write the first brief; see the command `setup` of `data_get`."""
    settings = Settings.read(lake)
    offline = offline or settings.offline
    asks = answers is None and sys.stdin.isatty() and not as_json
    if answers is None and not asks:
        _without_answers(dry_run=dry_run)
        return
    wanted = _ask_all() if answers is None else read_closed(answers, SetupAnswers)
    if answers is None and not (wanted.data or wanted.lists or wanted.brief):
        typer.echo("Nothing was chosen: bundled data answer, see: entrepot ask --help")
        return
    _check(wanted)
    if not dry_run:
        open_new_lake(lake).holdings()  # refuses what is no lake
    downloads = to or settings.cache / "downloads"
    plan = _plan(wanted, contact=not (offline or dry_run))
    need = sum(one.bytes or 0 for one in plan)
    if dry_run:
        data = {"parts": [one.to_dict() for one in plan]}
        emit(data, lambda screen: _draw_plan(plan, screen), as_json=as_json)
        return
    if not is_quiet():
        _draw_plan(plan, console(stderr=True))
    _require_room(need, settings.lake, downloads)
    if answers is None:
        again = _keep(wanted)
        if not _yes("Start now?", default=True):
            typer.echo(f"Nothing was fetched. To start later: {again}")
            return
    if wanted.lists:
        _take_lists(expanded(wanted.lists), wanted.lists_sha256)
    loaded = [_load(one, downloads / one.source, lake, offline=offline) for one in plan]
    written = _brief(wanted.brief, lake) if wanted.brief else None
    emit(
        {"data": loaded, "brief": str(written) if written else None},
        lambda screen: _draw_done(loaded, written, screen),
        as_json=as_json,
    )


def _without_answers(*, dry_run: bool) -> None:
    if dry_run:
        typer.echo(_EXAMPLE, nl=False)
        return
    name = _free(Path("setup.yaml"), _EXAMPLE)
    raise RequestError(
        "no terminal to ask on, and no file of answers",
        why="what to download would be a guess",
        hint=f"entrepot setup --dry-run > {name}; then: entrepot setup --answers {name}",
    )


# Questions on a terminal. An answer that cannot be used is asked for again, with the reason.


def _ask_all() -> SetupAnswers:
    typer.echo("Which data do you want? An empty answer leaves a source out.")
    data: dict[str, WantedData] = {}
    for source, words in (
        ("baci", "BACI, yearly trade of all countries by product. Years, such as 2022..2023"),
        ("comext", "Eurostat Comext, monthly trade of the EU. Months, such as 2024-01..2024-03"),
    ):
        found = _ask(words, partial(_of_source, source))
        if found is not None:
            data[source] = found
    if _yes("Correlation tables, which convert lists between HS editions?", default=True):
        data["concordance"] = WantedData()
    lists = _ask("A newer edition of the lists of goods: its file", _existing) or ""
    digest = typer.prompt("Its SHA-256, as published", type=str) if lists else ""
    brief = _ask("First brief: importing country", _first_brief)
    return SetupAnswers(format=1, data=data, lists=lists, lists_sha256=digest, brief=brief)


T = TypeVar("T")


def _ask(words: str, read: Callable[[str], T]) -> T | None:
    while True:
        text = str(typer.prompt(words, default="", show_default=False)).strip()
        if not text:
            return None
        try:
            return read(text)
        except EntrepotError as error:
            typer.echo(error.text())


def _yes(words: str, *, default: bool) -> bool:
    return typer.confirm(words, default=default)


def _of_source(source: str, period: str) -> WantedData:
    from entrepot.sources.get.plan import pieces

    found = WantedData(period=period)
    pieces(source, found.request())
    return found


def _existing(text: str) -> str:
    path = expanded(text)
    if not path.is_file():
        raise RequestError("no such file", where=str(path), hint="name a .zip, or leave it empty")
    _edition(path)
    return str(path)


def _first_brief(text: str) -> FirstBrief:
    from datetime import date

    from entrepot.model.area_names import as_codes
    from entrepot.model.areas import area_set

    codes = str(as_codes(text))
    area_set(codes, date.today())
    supplier = typer.prompt("Supplying country", default="CHN")
    found = FirstBrief(importer=codes, supplier=str(as_codes(supplier)))
    _check_sides(found)
    return found


def _keep(wanted: SetupAnswers) -> str:
    """Keep the answers next to the settings; return the command that takes them again."""
    import shlex

    import yaml

    from entrepot.files import cannot_write, drafted
    from entrepot.settings import config_file

    text = yaml.safe_dump(wanted.model_dump(exclude_defaults=True), sort_keys=False)
    path = _free(config_file().with_name("setup.yaml"), text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafted(path) as draft:
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
    except OSError as error:
        hint = "name a file that can be written with ENTREPOT_CONFIG"
        raise cannot_write(str(path), error, hint) from error
    command = f"entrepot setup --answers {shlex.quote(str(path))}"
    typer.echo(f"If this is interrupted, continue with: {command}")
    return command


def _free(path: Path, text: str) -> Path:
    """Return a name that no other file has: one of the user's own is not written over."""
    one, number = path, 1
    while os.path.lexists(one) and not (
        one.is_file() and one.read_bytes() == text.encode()  # the answers of an earlier run
    ):
        number += 1
        one = path.with_stem(f"{path.stem}-{number}")
    return one


# What is fetched, and how large it is.


def _plan(wanted: SetupAnswers, *, contact: bool) -> tuple[_Part, ...]:
    from entrepot.sources.get.plan import installed, pieces

    found = []
    for source, want in wanted.data.items():
        request = want.request()
        path = installed(source, request)
        found.append(
            _Part(source, (), path, path.stat().st_size)
            if path
            else _Part(source, pieces(source, request), None, None)
        )
    if not contact or not any(one.files for one in found):
        return tuple(found)
    from entrepot.sources.get.client import HttpClient
    from entrepot.sources.get.fetch import size_of

    with progress("asking the publishers for sizes"), HttpClient() as client:
        return tuple(
            _Part(one.source, one.files, None, _sum(size_of(file, client) for file in one.files))
            if one.files
            else one
            for one in found
        )


def _sum(sizes: Any) -> int | None:
    """Return a sum; None where one of them is not known."""
    known = list(sizes)
    return None if None in known else sum(known)


def _time(seconds: float) -> str:
    return "under a minute" if seconds < 60 else f"about {seconds / 60:.0f} min"


def _draw_plan(plan: tuple[_Part, ...], screen: Console) -> None:
    rows = []
    for one in plan:
        known = one.bytes is not None
        rows.append(
            [
                one.source,
                f"{len(one.files) or 1:,}",
                size(one.bytes) if one.bytes is not None else "not known",
                _time((one.bytes or 0) / _LINE) if known and not one.installed else "",
                _time((one.bytes or 0) / _LOADED) if known else "",
            ]
        )
    heads = ["source", "files", "size", "download at 50 Mbit/s", "load"]
    screen.print(table("", heads, rows, right=(1, 2)))


def _require_room(need: int, lake: Path, downloads: Path) -> None:
    """Refuse what does not fit: the download, the copy that the lake keeps, and its rows."""
    for folder, times, what in ((downloads, 1, "downloads"), (lake, 3, "the lake")):
        place = folder
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        if need * times > free:
            raise OutsideError(
                f"{size(need * times)} are needed for {what}, {size(free)} are free",
                where=str(folder),
                why="the load would stop halfway",
                hint="free space, or name other folders with --to and --lake",
            )


# What is done.


def _edition(path: Path) -> ListEdition:
    from entrepot.goods.update import read_edition

    return read_edition(path)


def _take_lists(path: Path, digest: str) -> None:
    from entrepot.goods import update
    from entrepot.goods.library import lists_made

    found = _edition(path)
    if found.made != lists_made():  # else it is in use since an earlier start
        update.take(found, digest)


def _load(part: _Part, folder: Path, lake: Path | None, *, offline: bool) -> dict[str, Any]:
    got: tuple[DownloadedFile, ...] = (
        (installed_file(part.installed),)
        if part.installed
        else fetch_files(part.files, folder, offline=offline, again=False)
    )
    report = add_files(part.source, got, lake, replace=False)
    files = [asdict(one) | {"path": str(one.path) if one.path else None} for one in got]
    return {
        "source": part.source,
        "files": files,
        "load": report.to_dict() if report else None,
    }


def _check(wanted: SetupAnswers) -> None:
    """Refuse lists and a brief that cannot be, before hours of download."""
    from entrepot.files import require_target
    from entrepot.goods import goods_selection
    from entrepot.report.parts import format_of

    if wanted.lists:
        _edition(expanded(wanted.lists))
    if one := wanted.brief:
        _check_sides(one)
        if one.goods is not None:
            goods_selection(one.goods)
        format_of(one.target)
        require_target(one.target)


def _check_sides(wanted: FirstBrief) -> None:
    """Refuse areas that are not known, and one on both sides."""
    from datetime import date

    from entrepot.figures import Definition
    from entrepot.figures.validate import refuse_impossible
    from entrepot.model.area_names import as_codes
    from entrepot.model.areas import area_set

    today = date.today()
    importer, supplier = (str(as_codes(side)) for side in (wanted.importer, wanted.supplier))
    for side in (importer, supplier):
        area_set(side, today)
    sides = {"importer": importer, "exporter": supplier, "period": str(today.year)}
    refuse_impossible(Definition.build("import_share", **sides))


def _brief(wanted: FirstBrief, lake: Path | None) -> Path:
    from entrepot.model.area_names import as_codes
    from entrepot.report import brief, write

    with progress("writing the first brief") as show:
        found = brief(
            str(as_codes(wanted.importer)),
            str(as_codes(wanted.supplier)),
            wanted.goods,
            None,
            open_lake(lake),
            None,
            show,
            None,
        )
        with saying_new_folder(wanted.target):
            write(found, wanted.target)
    return wanted.target


def _draw_done(loaded: list[dict[str, Any]], written: Path | None, screen: Console) -> None:
    rows = []
    for one in loaded:
        states = sorted({file["state"] for file in one["files"]})
        there = [file["bytes"] for file in one["files"]]
        rows.append([one["source"], f"{len(there):,}", size(sum(there)), ", ".join(states)])
    if rows:
        screen.print(table("", ["source", "files", "size", "state"], rows, right=(1, 2)))
    if written is not None:
        say(screen, f"First brief: {os.fspath(written)}")
    say(screen, "Ask next: entrepot data list; entrepot ask --help")
