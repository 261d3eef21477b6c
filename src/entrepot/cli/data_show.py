"""`entrepot data show`: one source or snapshot, and how data commands print what is loaded."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, complete_source, open_lake
from entrepot.cli.output import emit, facts, note, table, table_format
from entrepot.model.display import NBSP, first_of
from entrepot.model.product import NO_CODES
from entrepot.sources import bring_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from entrepot.lake import InventoryItem, Lake, LoadReport
    from entrepot.lake.reads import ReportingCalendar
    from entrepot.model.columns import Finding
    from entrepot.sources import SourceInfo

SHOW_EXAMPLE = "Example: entrepot data show baci@V202501"


def show(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="Id of a source or of a vintage: baci@V202501.",
            autocompletion=complete_source,
        ),
    ],
    snapshot: Annotated[
        str | None, typer.Option(help="Only this snapshot; its first digits are enough.")
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a source: terms, loaded data, reporting calendar, findings from loading."""
    from entrepot.sources import source_info, split_address

    name, release = split_address(source)
    info = source_info(name)
    with open_lake(lake).reading() as lake_:
        asked = release or snapshot or lake_.holds(name)
        loaded = lake_.holdings(source, snapshot=snapshot) if asked else ()
        pictures = lake_.reporting_calendars(source, snapshot=snapshot) if loaded else ()
    data = {
        "source": info.model_dump(mode="json"),
        "state": state_of(info, loaded=bool(loaded)),
        "holdings": [item.to_dict() for item in loaded],
        "pictures": [picture.to_dict() for picture in pictures],
        "findings": [
            {"vintage": item.vintage, "snapshot": item.snapshot} | finding.to_dict()
            for item in loaded
            for finding in item.findings
        ],
    }

    def render(screen: Console) -> None:
        screen.print(facts(_about(info, loaded)))
        if not loaded:
            say(screen, f"{name}: {state_of(info, loaded=False)}.")
            return
        screen.print()
        print_holdings(screen, loaded)
        for picture in pictures:
            screen.print()
            print_picture(screen, picture)
        screen.print()
        print_findings(screen, (finding for item in loaded for finding in item.findings))

    emit(data, render, as_json=as_json)


def _about(info: SourceInfo, loaded: tuple[InventoryItem, ...]) -> list[tuple[str, str]]:
    title = next((item.title for item in loaded if item.title), info.title)
    return [
        ("source", f"{info.id}: {title}"),
        ("publisher", info.publisher),
        ("licence", info.licence),
        ("cite as", info.citation),
        ("address", info.url),
        ("covers", info.coverage),
        ("frequency", info.rhythm),
        *((f"note: {quirk.id}", quirk.text) for quirk in info.quirks),
    ]


# The reporting calendar: a sign for each area and period, fitted to the screen.


_SIGNS = "▁▂▃▄▅▆▇█"
_NONE = "·"
_OTHERS = "○"
# Merged up to a year and no further, so that a year without reports stays visible.
_TOGETHER = {"A": (1,), "F": (1,), "Q": (1, 4), "M": (1, 3, 12)}
_PERIOD = {"A": "year", "F": "fiscal year", "Q": "quarter", "M": "month"}
_GAP = 2
_AROUND = 8
"""Lines of a screen that other output needs."""


def print_picture(screen: Console, picture: ReportingCalendar) -> None:
    """Print how many rows each area has in each period, largest areas first.

    Each area has its own scale, so that an area that stops reporting is visible whatever its
    size. Where the screen is too small, periods are merged first; areas that do not fit are
    counted.
    """
    from entrepot.lake import spans
    from entrepot.model.areas import stopped

    lines = max(5, screen.height - _AROUND)
    together = _fitting(screen.width, lines, picture)
    others = picture.by_others
    signs = {
        area: _signs(counts, together, [one in others.get(area, ()) for one in picture.periods])
        for area, counts in picture.rows.items()
    }
    wide = max(map(len, picture.rows))
    length = min(len(next(iter(signs.values()))), screen.width - wide - 1)
    cells = [f"{area:<{wide}} {text[-length:]}" for area, text in signs.items()]
    columns = _columns(screen.width, wide + 1 + length)
    first, last = picture.periods[-length * together :][0], picture.periods[-1]
    when = f"{first}{'' if first == last else f' to {last}'}"
    unit = _PERIOD[picture.freq]
    one = f"a {unit}" if together == 1 else f"{together} {unit}s"
    say(
        screen,
        f"{picture.who.capitalize()} {when}: each sign is "
        f"{one}, its height the number of rows relative to the area's maximum; {_NONE} none"
        f"{f'; {_OTHERS} values of others' if others else ''}.",
    )
    shown = cells[: lines * columns]
    # Down the columns, so that the largest areas stand in the first one.
    height = -(-len(shown) // columns)
    for at in range(height):
        say(screen, (" " * _GAP).join(shown[at::height]))
    if rest := len(cells) - len(shown):
        say(screen, f"And {rest} smaller areas.")
    for area, periods in others.items():
        ends = max(one.last for one in stopped() if one.area == area)
        say(screen, f"{area}: own reports until {ends}; {spans(periods)} by others.")
    if gaps := picture.with_gaps:
        say(screen, f"No data for some {unit} after the first: {first_of(gaps, 10)}.")


def _fitting(width: int, lines: int, picture: ReportingCalendar) -> int:
    """Return how many periods one sign stands for, so that all areas fit if they can."""
    choices = _TOGETHER[picture.freq]
    wide = max(map(len, picture.rows)) + 1
    for together in choices:
        needed = wide + -(-len(picture.periods) // together)
        if needed <= width and lines * _columns(width, needed) >= len(picture.rows):
            return together
    return choices[-1]


def _columns(width: int, cell: int) -> int:
    return max(1, (width + _GAP) // (cell + _GAP))


def _signs(counts: Sequence[int], together: int, by_others: Sequence[bool]) -> str:
    """Return a sign for each period, or for several, the last ones whole."""
    own = [0 if other else count for count, other in zip(counts, by_others, strict=True)]
    first = len(counts) % together
    ends = range(first or together, len(counts) + 1, together)
    parts = [slice(max(0, end - together), end) for end in ends]
    means = [sum(own[part]) / len(own[part]) for part in parts]  # the first may be shorter
    most = max(means)
    # Rounded up: one row is the lowest bar, and not none.
    return "".join(
        _SIGNS[ceil(8 * one / most) - 1] if one else _OTHERS if any(counts[part]) else _NONE
        for one, part in zip(means, parts, strict=True)
    )


# What `entrepot data` prints on a wide or narrow screen.


_LEVELS = ("error", "warning", "note")
_WIDE = 110
"""A table of findings needs so many columns; a narrower screen gets them one below the other."""
_BETWEEN = 3


def state_of(info: SourceInfo, *, loaded: bool) -> str:
    """Return whether a source is loaded, in words, and what to do if not."""
    if info.bundled:
        return "bundled with the program"
    if loaded:
        return "loaded"
    if _in_a_package(info.id):
        return "available from an installed package, without loading"
    return f"not loaded: {bring_in(info.id)}"


def _in_a_package(source: str) -> bool:
    from entrepot.sources.icio.wheel import installed_file

    return source == "icio" and installed_file() is not None


def print_report(screen: Console, report: LoadReport) -> None:
    """Say what a load did."""
    from entrepot.lake import spans

    for name in report.unchanged:
        if name in report.incomplete:
            what = "already loaded, and in part replaced or removed since"
            say(screen, f"{name}: {what}. To take all of its rows again: --replace.")
        elif name not in report.put_back:
            say(screen, f"{name}: already loaded, nothing to do.")
    for name in report.put_back:
        say(screen, f"{name}: already loaded; the lake had lost its delivered bytes, now put back.")
    if report.replaced:
        say(screen, f"Replaced: {report.source} {spans(report.replaced)}.")
    if report.added:
        print_holdings(screen, report.added)
    for item in report.added:
        if not item.current and item.periods:
            say(screen, f"{item.files[0]} is superseded: a later vintage is loaded.")
    for finding in by_level(report.findings):
        say(screen, finding_line(finding))


def finding_line(one: Finding) -> str:
    """Return a finding in a line: what, where, and an example if there is one."""
    where = ": ".join(filter(None, (one.place, one.example)))
    return f"{one.level}: {one.text} ({where})"


def print_holdings(screen: Console, found: Sequence[InventoryItem]) -> None:
    """Print one line for each delivered file, or on a narrow screen two or three."""
    from entrepot.lake import spans
    from entrepot.lake.merge import UNKNOWN

    heads = [
        "source",
        "vintage",
        "periods or file",
        "rows",
        "reporters",
        "codes",
        "size",
        "snapshot",
        "state",
    ]
    rows = [
        [
            item.source,
            item.vintage,
            spans(item.periods) or ", ".join(item.files),
            f"{item.rows:,}",
            _reporters(item),
            _codes(item),
            size(item.bytes),
            item.snapshot,
            item.state,
        ]
        for item in found
    ]
    columns = zip(heads, *rows, strict=True)
    wide = sum(max(map(len, column)) + _BETWEEN for column in columns)
    # One head for programs, however long the names are, and also where there are no rows.
    if table_format() or wide <= screen.width:
        screen.print(table("", heads, rows, right=(3, 6)))
        return
    for source, release, periods, count, reporters, codes, bytes_, snapshot, state in rows:
        # Without a head above it, "unknown" would not say what is.
        named = (source, "" if release == UNKNOWN else release, periods, f"({state})")
        say(screen, " ".join(word for word in named if word))
        about = [f"{count} rows", reporters, f"codes: {codes}" if codes else "", bytes_]
        about += [f"snapshot {snapshot}"]
        # A piece may not break: a snapshot is copied as a whole.
        _indented(screen, ", ".join(word.replace(" ", NBSP) for word in about if word))


def _codes(item: InventoryItem) -> str:
    """Say how many codes there are, where periods differ in fewest and in most."""
    if item.nomenclature == NO_CODES:
        return "all goods together"
    if not item.products:
        return item.nomenclature
    return f"{_count_of_codes(item)} of {item.nomenclature}"


def _count_of_codes(item: InventoryItem) -> str:
    if item.most_products > item.products:
        return f"{item.products:,} to {item.most_products:,} by period"
    return f"{item.products:,}"


def _reporters(item: InventoryItem) -> str:
    """Say how many areas report, or export where the source names no reporter."""
    count, word = (item.reporters, "reporter") if item.reporters else (item.areas, "exporter")
    return f"{count} {word}{'' if count == 1 else 's'}" if count else ""


def by_level(found: Iterable[Finding]) -> list[Finding]:
    """Return findings with the worst first."""
    return sorted(found, key=lambda item: _LEVELS.index(item.level))


def print_findings(screen: Console, found: Iterable[Finding]) -> None:
    """Print findings as a table, or on a narrow screen one below the other, the worst first."""
    rows = by_level(found)
    if not rows:
        return
    if screen.width >= _WIDE:
        cells = [
            [one.level, one.rule, one.place, f"{one.count:,}", _with_example(one)] for one in rows
        ]
        screen.print(table("", ["level", "rule", "place", "count", "finding"], cells, right=(3,)))
        return
    for one in rows:
        say(screen, f"{one.level} {one.rule}: {one.place} ({one.count:,})")
        _indented(screen, _with_example(one))


def _with_example(one: Finding) -> str:
    return f"{one.text} For example: {one.example}." if one.example else one.text


def _indented(screen: Console, text: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    screen.print(Padding(Text(text), (0, 0, 0, 2)))


def say(screen: Console, text: str) -> None:
    """Print a line as it is: names of files may hold what rich takes for markup."""
    screen.print(text, markup=False)


def size(count: int) -> str:
    """Return a number of bytes in the largest unit that fits."""
    units: list[tuple[int, str]] = [(2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")]
    for one, unit in units:
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count} B"


def say_if_behind(opened: Lake) -> None:
    """Say on standard error that published tables did not follow a change of the lake."""
    from entrepot.lake.iceberg import behind

    if reason := behind(opened.path):
        note(
            "warning: the lake was changed, but its published tables are not up to date: "
            f"{reason}. Bring them up to date with: entrepot data publish"
        )
