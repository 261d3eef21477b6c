"""What `entrepot data` puts on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.cli.common import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from entrepot.lake import Holding, LoadReport
    from entrepot.model.findings import Finding
    from entrepot.sources import SourceInfo

__all__ = [
    "holdings_table",
    "print_findings",
    "print_report",
    "print_source",
    "say",
    "size",
    "state_of",
]

_LEVELS = ("error", "warning", "note")


def state_of(info: SourceInfo, *, held: bool) -> str:
    """Return whether a source is held, in words, and what to do if not."""
    if info.bundled:
        return "comes with the program"
    return "held" if held else f"not held: entrepot data add {info.id} FILE"


def print_report(screen: Console, report: LoadReport) -> None:
    """Say what a load did."""
    from entrepot.lake import spans

    for name in report.unchanged:
        say(screen, f"{name}: these bytes are held already, nothing to do.")
    if report.replaced:
        say(screen, f"Replaced: {report.source} {spans(report.replaced)}.")
    if report.added:
        screen.print(holdings_table(report.added))
    print_findings(screen, report.findings)


def print_source(screen: Console, info: SourceInfo, held: Sequence[Holding]) -> None:
    """Show a source with its terms, and what is held of it."""
    screen.print(table("", ["", ""], [[k, v] for k, v in _about(info).items()]))
    if held:
        screen.print(holdings_table(held))
        print_findings(screen, (finding for item in held for finding in item.findings))
    else:
        say(screen, f"{info.id}: {state_of(info, held=False)}.")


def _about(info: SourceInfo) -> dict[str, str]:
    return {
        "source": f"{info.id}: {info.title}",
        "publisher": info.publisher,
        "licence": info.licence,
        "cite as": info.citation,
        "where": info.url,
        "covers": info.coverage,
        "rhythm": info.rhythm,
        **{f"note: {quirk.id}": quirk.text for quirk in info.quirks},
    }


def holdings_table(found: Iterable[Holding]) -> Any:
    """Return a table with one line for each delivered file."""
    from entrepot.lake import spans

    return table(
        "",
        ["source", "periods", "rows", "exporters", "codes", "release", "snapshot", "size", "added"],
        [
            [
                item.source,
                spans(item.periods),
                f"{item.rows:,}",
                str(item.areas),
                item.nomenclature,
                item.vintage,
                item.snapshot,
                size(item.bytes),
                item.added_on,
            ]
            for item in found
        ],
        right=(2, 3, 7),
    )


def print_findings(screen: Console, found: Iterable[Finding]) -> None:
    """Print findings, one after the other, the worst first."""
    for finding in sorted(found, key=lambda item: _LEVELS.index(item.level)):
        say(screen, f"{finding.level}: {finding.text} ({finding.place}: {finding.example})")


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
