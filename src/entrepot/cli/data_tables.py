"""What `entrepot data` puts on a screen, wide or narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.cli.common import table
from entrepot.model.display import NBSP
from entrepot.sources import bring_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from entrepot.lake import InventoryItem, LoadReport
    from entrepot.model.columns import Finding
    from entrepot.sources import SourceInfo

__all__ = [
    "by_level",
    "print_findings",
    "print_holdings",
    "print_report",
    "say",
    "size",
    "state_of",
]

_LEVELS = ("error", "warning", "note")
_WIDE = 110
"""A table of findings needs so many columns; a narrower screen gets them one below the other."""
_BETWEEN = 3


def state_of(info: SourceInfo, *, held: bool) -> str:
    """Return whether a source is held, in words, and what to do if not."""
    if info.bundled:
        return "comes with the program"
    if held:
        return "held"
    if _in_a_package(info.id):
        return "comes in an installed package, which answers without being added"
    return f"not held: {bring_in(info.id)}"


def _in_a_package(source: str) -> bool:
    from entrepot.sources.icio.wheel import installed_file

    return source == "icio" and installed_file() is not None


def print_report(screen: Console, report: LoadReport) -> None:
    """Say what a load did."""
    from entrepot.lake import spans

    for name in report.unchanged:
        say(screen, f"{name}: these bytes are held already, nothing to do.")
    if report.replaced:
        say(screen, f"Replaced: {report.source} {spans(report.replaced)}.")
    if report.added:
        print_holdings(screen, report.added)
    for item in report.added:
        if not item.current and item.periods:
            say(screen, f"{item.files[0]} does not count: a later release is held.")
    for finding in by_level(report.findings):
        say(screen, f"{finding.level}: {finding.text} ({finding.place}: {finding.example})")


def print_holdings(screen: Console, found: Sequence[InventoryItem]) -> None:
    """Print one line for each delivered file, or on a narrow screen two or three."""
    from entrepot.lake import spans

    heads = [
        "source",
        "release",
        "periods or file",
        "rows",
        "told by",
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
            _tellers(item),
            f"{item.products:,} of {item.nomenclature}" if item.products else item.nomenclature,
            size(item.bytes),
            item.snapshot,
            item.state,
        ]
        for item in found
    ]
    columns = zip(heads, *rows, strict=True)
    if sum(max(map(len, column)) + _BETWEEN for column in columns) <= screen.width:
        screen.print(table("", heads, rows, right=(3, 6)))
        return
    for source, release, periods, count, told, codes, bytes_, snapshot, state in rows:
        say(screen, " ".join(word for word in (source, release, periods, f"({state})") if word))
        about = [f"{count} rows", told, f"codes: {codes}" if codes else "", bytes_]
        about += [f"snapshot {snapshot}"]
        # A piece may not break: a snapshot is copied as a whole.
        _indented(screen, ", ".join(word.replace(" ", NBSP) for word in about if word))


def _tellers(item: InventoryItem) -> str:
    """Say how many areas report, or sell where nobody says who reports."""
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
        screen.print(table("", ["level", "rule", "place", "count", "what"], cells, right=(3,)))
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
