"""What the commands that follow goods into other editions draw on a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from entrepot.cli.common import table
from entrepot.model.display import first_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from entrepot.goods.weights import ConversionWeights

__all__ = ["draw_families", "draw_matched", "draw_weights", "followed"]

_WORDS = {
    "same": "same code",
    "renumbered": "{codes}, the same goods",
    "family": "{codes}, together",
    "successor": "{codes} stands for it",
    "no_safe_predecessor": "none",
    "content_changed": "same code, other content",
    "mixed": "same code, shared with others",
    "unknown": "no such code",
}


def draw_families(data: dict[str, Any], screen: Console) -> None:
    """Draw what the codes of a list are in other editions."""
    from rich.text import Text

    rows = [
        [
            one["code"],
            one["edition"],
            *(followed(one["code"], [one["in"][name]]) for name in data["to"]),
        ]
        for one in data["codes"]
    ]
    plain = [row for row in rows if set(row[2:]) != {"same code"}]
    columns = ["code", "edition", *(f"in {name}" for name in data["to"])]
    if plain:
        screen.print(table("", columns, plain))
    _draw_known(data, screen)
    same, editions = len(rows) - len(plain), " and ".join(data["to"])
    screen.print(f"{same} of {len(rows)} codes are the same in {editions}.")
    for one in data["codes"]:
        reasons = dict.fromkeys(there["reason"] for there in one["in"].values() if there["reason"])
        if reasons and len(plain) <= 40:
            screen.print(Text(f"{one['code']}: {'; '.join(reasons)}"))


def _draw_known(data: dict[str, Any], screen: Console) -> None:
    """Draw which share of its family a code has, where data in its own edition say so."""
    rows = [
        [one["code"], name, " ".join(there["family"][one["edition"]]), f"{100 * known:.1f} %"]
        for one in data["codes"]
        for name, there in one["in"].items()
        if there["kind"] != "same" and (known := there.get("share_known")) is not None
    ]
    if rows:
        columns = ["code", "in", "family in its own edition", "share of it"]
        screen.print(table("", columns, rows, right=(3,)))


def draw_matched(data: dict[str, Any], out: Path | None, screen: Console) -> None:
    """Draw which rows of a table meet a list."""
    screen.print(f"{data['on_a_list']:,} of {data['rows']:,} rows meet a list.")
    if data["not_known"]:
        why = f": {first_of(data['not_known_because'], 8)}" if data["not_known_because"] else ""
        screen.print(f"Not known for {data['not_known']:,} rows{why}.")
    rows = [[one["list"], one["certainty"], f"{one['matches']:,}"] for one in data["counts"]]
    if rows:
        screen.print(table("", ["list", "certainty", "matches"], rows, right=(2,)))
    shown = [row for row in data["matches"] if row["list"]][:30]
    if shown:
        columns = ["row", "code", "day", "list", "list_code", "certainty", "status", "reason"]
        cells = [[str(row[name]) for name in columns] for row in shown]
        screen.print(table("", [name.replace("_", " ") for name in columns], cells))
    if out is None and data["on_a_list"] > len(shown):
        screen.print("More rows: --out FILE or --json.")
    if data["lists_left_out"]:
        names = ", ".join(data["lists_left_out"])
        screen.print(f"Not compared, for want of tables into that edition: {names}")
    screen.print("Everything but 'whole' is a candidate; a code is no classification.")


def followed(code: str, found: list[dict[str, Any]]) -> str:
    """Say in few words what a code is in another edition."""
    if len(found) > 1:
        kinds = Counter(one["kind"] for one in found)
        return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.most_common())
    [one] = found
    return _WORDS.get(one["kind"], "not established").format(codes=", ".join(one["codes"]))


def draw_weights(found: ConversionWeights, screen: Console) -> None:
    """Draw how many codes split, and of which that could not be estimated."""
    split = {one.code for one in found.splits if one.weight < 1}
    guessed = {one.code for one in found.splits if one.guessed}
    links, editions = len(found.splits), f"{found.nomenclature} to {found.other}"
    screen.print(f"{links:,} links from {editions}; {len(split):,} codes split")
    if guessed:
        screen.print(
            f"Split in equal parts, which is a guess, for nobody who changed the edition on time "
            f"traded them: {_named(sorted(guessed))}"
        )
    if found.nowhere:
        screen.print(
            f"Followed nowhere, for they gathered goods from many others: {_named(found.nowhere)}"
        )


def _named(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - 12:,} more" if len(codes) > 12 else ""
    return ", ".join(codes[:12]) + more
