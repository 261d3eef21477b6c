"""`entrepot data check`: everything that must hold of a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake, progress
from entrepot.cli.data_tables import print_findings, say

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.lake import Lake
    from entrepot.model.columns import Finding

__all__ = ["EXAMPLE", "check"]

EXAMPLE = "Example: entrepot data check --json"


def check(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Check files, rows, sums and sources; exit code 1 for an error, 0 for warnings and notes."""
    held = open_lake(lake)
    with progress("checking the lake"), held.reading():
        found = held.check(_codes())
        rows = sum(item.rows for item in held.holdings())
        failed = any(finding.level == "error" for finding in found)
        if not failed:  # two reports that may be wrong by themselves say nothing of each other
            found += _hidden(held)

    def render(screen: Console) -> None:
        say(screen, f"{rows:,} rows checked: {'something is wrong' if failed else 'sound'}.")
        print_findings(screen, found)

    emit({"sound": not failed, "findings": [f.to_dict() for f in found]}, render, as_json=as_json)
    if failed:
        raise typer.Exit(1)


def _hidden(held: Lake) -> tuple[Finding, ...]:
    """Return what two reports do not show of each other; the lake pairs no reports."""
    from entrepot.figures.mirror import mirror_gap_findings

    return mirror_gap_findings(held)


def _codes() -> dict[str, frozenset[str]]:
    """Return the codes of each edition; the lake, which is below the lists, is told them."""
    from entrepot.goods.editions import known_codes

    found: dict[str, set[str]] = {}
    for code, editions in known_codes().items():
        for edition in editions:
            found.setdefault(edition, set()).add(code)
    return {edition: frozenset(codes) for edition, codes in found.items()}
