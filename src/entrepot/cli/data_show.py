"""`entrepot data show`: one source, or one snapshot of it, with what was noticed."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import JsonOption, LakeOption, emit, facts, open_lake
from entrepot.cli.data_tables import print_findings, print_holdings, say, state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from entrepot.lake import InventoryItem
    from entrepot.lake.reads import ReportingCalendar
    from entrepot.sources import SourceInfo

__all__ = ["EXAMPLE", "print_picture", "show"]


EXAMPLE = "Example: entrepot data show baci@V202501"


def show(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Id of a source, or of a release: baci@V202501.")
    ],
    snapshot: Annotated[
        str | None, typer.Option(help="Only this one; its first digits are enough.")
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a source: terms, what is held of it, who reports when, what was noticed at loading."""
    from entrepot.sources import source_info, split_address

    name, release = split_address(source)
    info = source_info(name)
    with open_lake(lake).reading() as lake_:
        asked = release or snapshot or lake_.holds(name)
        held = lake_.holdings(source, snapshot=snapshot) if asked else ()
        pictures = lake_.reporting_calendars(source, snapshot=snapshot) if held else ()
    data = {
        "source": info.model_dump(mode="json"),
        "state": state_of(info, held=bool(held)),
        "holdings": [item.to_dict() for item in held],
        "pictures": [picture.to_dict() for picture in pictures],
        "findings": [
            {"vintage": item.vintage, "snapshot": item.snapshot} | finding.to_dict()
            for item in held
            for finding in item.findings
        ],
    }

    def render(screen: Console) -> None:
        screen.print(facts(_about(info, held)))
        if not held:
            say(screen, f"{name}: {state_of(info, held=False)}.")
            return
        screen.print()
        print_holdings(screen, held)
        for picture in pictures:
            screen.print()
            print_picture(screen, picture)
        screen.print()
        print_findings(screen, (finding for item in held for finding in item.findings))

    emit(data, render, as_json=as_json)


def _about(info: SourceInfo, held: tuple[InventoryItem, ...]) -> list[tuple[str, str]]:
    title = next((item.title for item in held if item.title), info.title)
    return [
        ("source", f"{info.id}: {title}"),
        ("publisher", info.publisher),
        ("licence", info.licence),
        ("cite as", info.citation),
        ("where", info.url),
        ("covers", info.coverage),
        ("rhythm", info.rhythm),
        *((f"note: {quirk.id}", quirk.text) for quirk in info.quirks),
    ]


# Who reports when, as a picture of signs that fits on a screen.


_SIGNS = "▁▂▃▄▅▆▇█"
_NONE = "·"
_TOGETHER = {"A": (1,), "F": (1,), "Q": (1, 4), "M": (1, 3, 12)}
_PERIOD = {"A": "year", "F": "fiscal year", "Q": "quarter", "M": "month"}
_GAP = 2
_AROUND = 8
"""Lines of a screen that are needed for other things than the picture."""


def print_picture(screen: Console, picture: ReportingCalendar) -> None:
    """Print how many rows each area has in each period, largest areas first.

    Each area has its own scale, so that one that falls silent shows, be it large or small. Where
    the screen is too small, periods are put together first; areas that have no room are counted.
    """
    lines = max(5, screen.height - _AROUND)
    together = _fitting(screen.width, lines, picture)
    signs = {area: _signs(counts, together) for area, counts in picture.rows.items()}
    wide = max(map(len, picture.rows))
    length = min(len(next(iter(signs.values()))), screen.width - wide - 1)
    cells = [f"{area:<{wide}} {text[-length:]}" for area, text in signs.items()]
    columns = _columns(screen.width, wide + 1 + length)
    first, last = picture.periods[-length * together :][0], picture.periods[-1]
    between = " to " if picture.freq == "F" else ".."
    when = f"{first}{'' if first == last else f'{between}{last}'}"
    unit = _PERIOD[picture.freq]
    one = f"a {unit}" if together == 1 else f"{together} {unit}s"
    say(
        screen,
        f"{picture.who.capitalize()} {when}: each sign is "
        f"{one}, its height the number of rows beside the area's most; {_NONE} none.",
    )
    shown = cells[: lines * columns]
    height = -(-len(shown) // columns)
    for at in range(height):
        say(screen, (" " * _GAP).join(shown[at::height]))
    if rest := len(cells) - len(shown):
        say(screen, f"And {rest} smaller areas.")
    if gaps := picture.with_gaps:
        few = ", ".join(gaps[:10])
        more = f" and {len(gaps) - 10} more" if len(gaps) > 10 else ""
        say(screen, f"Missing in some {unit} after their first: {few}{more}.")


def _fitting(width: int, lines: int, picture: ReportingCalendar) -> int:
    """Return how many periods one sign stands for, so that all areas find room if they can."""
    choices = _TOGETHER[picture.freq]
    wide = max(map(len, picture.rows)) + 1
    for together in choices:
        needed = wide + -(-len(picture.periods) // together)
        if needed <= width and lines * _columns(width, needed) >= len(picture.rows):
            return together
    return choices[-1]


def _columns(width: int, cell: int) -> int:
    return max(1, (width + _GAP) // (cell + _GAP))


def _signs(counts: Sequence[int], together: int) -> str:
    """Return a sign for each period, or for several, the last ones whole."""
    first = len(counts) % together
    ends = range(first or together, len(counts) + 1, together)
    spans = [counts[max(0, end - together) : end] for end in ends]
    means = [sum(span) / len(span) for span in spans]  # the first span may be shorter
    most = max(means)
    return "".join(_SIGNS[ceil(8 * one / most) - 1] if one else _NONE for one in means)
