"""`entrepot check`: the numbers of a text, put to the test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, open_lake
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.claims import Check, CheckedClaim

__all__ = ["check", "draw"]

MARKS = {"cannot_hold": "×", "differs": "≠", "untestable": "?", "holds": "✓"}
SUFFIXES = (".json", ".txt")
WIDE = 88  # columns that the table of verdicts needs

File = Annotated[Path, typer.Argument(metavar="FILE", help="Claims file (.yaml).")]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Also write the result here (.json or .txt).", show_default=False),
]


def check(
    file: File, out: Out = None, lake: LakeOption = None, as_json: JsonOption = False
) -> None:
    """Check a text's numbers against each other and against evidence.

    Exit code 1 when a claim differs or cannot hold.

    Example: entrepot check examples/russia-china-dependence.yaml
    """
    from entrepot.claims import check as run

    if out is not None and out.suffix not in SUFFIXES:
        raise RequestError(
            f"cannot write a check as {out.suffix or 'a file without a suffix'}",
            where=str(out),
            hint=f"name a file that ends in {' or '.join(SUFFIXES)}",
        )
    if out is not None and not out.parent.is_dir():
        raise RequestError("no such folder", where=str(out.parent), hint="make it first")
    found = run(file, open_lake(lake))
    if out is not None:
        text = found.to_json() if out.suffix == ".json" else str(found)
        out.write_text(f"{text}\n", encoding="utf-8")
    emit(found, lambda screen: draw(found, screen), as_json=as_json)
    if found.found_something:
        raise typer.Exit(1)


def draw(found: Check, screen: Console) -> None:
    """Draw a check on a terminal: what is wrong first."""
    from rich.text import Text

    screen.print(Text(found.source.title, style="bold"))
    screen.print(Text(found.in_counts()))
    screen.print(_table(found) if screen.width >= WIDE else _blocks(found))
    for conflict in found.conflicts:
        screen.print(Text(f"Cannot all be true: {', '.join(conflict.claims)}", style="bold"))
        screen.print(Text(f"  {conflict.because}."))
        if conflict.corrected:
            screen.print(Text(f"  Put right: {conflict.corrected}."))


def _table(found: Check) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True)
    for name, width in (("verdict", 13), ("claim", 17), ("says", 12), ("against", 12)):
        grid.add_column(name, width=width, overflow="fold")
    grid.add_column("why", overflow="fold", ratio=1)
    for item in _worst_first(found):
        grid.add_row(*(Text(cell) for cell in _row(item)))
    return grid


def _blocks(found: Check) -> Any:
    """Return one block a claim, for a screen on which the reasons have no column."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    parts: list[Any] = []
    for item in _worst_first(found):
        verdict, name, says, against, why = _row(item)
        parts.append(Text(f"{verdict}: {name}", style="bold"))
        parts.append(Padding(Text(f"says {says}; against {against}\n{why}"), (0, 0, 1, 2)))
    return Group(*parts)


def _worst_first(found: Check) -> list[CheckedClaim]:
    from entrepot.claims.result import VERDICTS

    return sorted(found.claims, key=lambda item: VERDICTS.index(item.verdict))


def _row(item: CheckedClaim) -> list[str]:
    verdict = f"{MARKS[item.verdict]} {item.verdict.replace('_', ' ')}"
    if item.qualifier:
        verdict = f"{verdict}, {item.qualifier}"
    why = item.reason
    for slip in item.slips[:1]:
        kind = slip.kind.replace("_", " ")
        verdict = f"{verdict} ({kind})"
        why = f"{why} Likely slip: {kind}. {slip.text}"
    return [verdict, item.claim.id, item.claim.says.text, _against(item), why]


def _against(item: CheckedClaim) -> str:
    """Return the number that decides, or the range in print where none does."""
    from entrepot.claims.reasons import number_of

    if not item.against:
        return "–"
    ends = [number_of(item.against[0])]
    if item.verdict == "untestable" and not item.qualifier and len(item.against) > 1:
        ends.append(number_of(item.against[-1]))
    return " to ".join(ends)
