"""Printed numbers on a terminal: in a table, and one at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from entrepot.cli.common import facts, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from entrepot.claims.inprint import Relatives
    from entrepot.sources.published.row import Published

__all__ = ["draw_list", "draw_row", "plain", "said"]

AKIN = {
    "copies": "same release elsewhere",
    "other_releases": "same origin, other release",
    "other_currencies": "same origin, other currency",
    "conversions": "converted by an outlet",
    "other_origins": "same thing, other origin",
}
DIGITS = 5
"""Digits of a number that was printed with all of them."""
_FLOWS = {"one_way": "one way", "both": "both ways", "balance": "exports less imports"}


def said(row: Published) -> str:
    """Return a number as printed, and one printed with all its digits in fewer.

    Examples
    --------
    >>> from entrepot.sources.published.read import published
    >>> rows = {row.id: row for row in published("all")}
    >>> said(rows["GD-002"]).replace("\u00a0", " "), said(rows["CR-031"])
    ('18.317 tn USD', '240.1 bn USD')
    """
    from entrepot.claims.describe import stated

    if row.value is None or not re.search(r"\d{7}", row.printed):
        return row.printed
    return stated(row.value, row.unit, DIGITS)


def draw_list(found: Sequence[Published], screen: Console) -> None:
    """Draw a row each, sums of our own apart; ids stay whole, since `show` asks for them."""
    from entrepot.claims.statements import OURS
    from entrepot.report.words import count_word

    printed = [row for row in found if row.publisher != OURS]
    own = [row for row in found if row.publisher == OURS]
    title = f"{count_word(len(printed), 'number')} in print"
    if own:
        title += f", {count_word(len(own), 'sum')} of our own"
    columns = ["id", "measure", "of", "goods", "period", "printed", "publisher", "origin"]
    screen.print(
        table(title, columns, [[*_cells(row), row.publisher, row.origin] for row in printed])
    )
    if own:  # their ids say what they are of
        sums = [[row.id, said(row), row.origin] for row in own]
        screen.print(table("Sums of our own", ["id", "comes to", "origin"], sums))


def _cells(row: Published) -> list[str]:
    seller = row.exporter or row.partner_words or row.reporter
    buyer = row.importer or row.partner_words
    return [
        row.id,
        row.measure.replace("_", " "),
        f"{seller}→{buyer}" if buyer and buyer != seller else seller,
        row.goods or row.goods_words,
        str(row.period),
        said(row),
    ]


def draw_row(row: Published, akin: Relatives | None, screen: Console) -> None:
    """Draw a printed number with what is known of it, and what is akin to it."""
    from rich.text import Text

    screen.print(Text(f"{row.id}: {said(row)}", style="bold"))
    screen.print(facts(_known(row)))
    if akin is None:
        return
    first = akin.first
    screen.print(facts([("first print held", f"{first.publisher}, {first.published_on or '–'}")]))
    for name, title in AKIN.items():
        if held := getattr(akin, name):
            columns = ["id", "printed", "publisher", "origin", "published"]
            rows = [
                [one.id, said(one), one.publisher, one.origin, one.published_on] for one in held
            ]
            screen.print(table(title, columns, rows))


def _known(row: Published) -> Iterator[tuple[str, str]]:
    """Yield what is known of a number, in the words of a reader; `--json` has every field."""
    yield "measure", row.measure.replace("_", " ")
    yield from _named(row, "exporter", "importer", "reporter", "partner_words")
    if row.flow in _FLOWS:
        yield "flow", _FLOWS[row.flow]
    yield from _named(row, "goods", "goods_words", "variant", "basis")
    yield "period", str(row.period)
    if row.base is not None:
        yield "against", str(row.base)
    yield from _named(row, "per")
    yield "printed", row.printed
    if read := _read(row):
        yield "read as", read
    yield from _named(row, "currency", "valuation", "publisher", "origin")
    yield "whose number", row.origin_words
    yield from _named(row, "title", "url", "published_on", "second_url", "confidence", "note")


def _named(row: Published, *fields: str) -> Iterator[tuple[str, str]]:
    for field in fields:
        if value := getattr(row, field):
            yield field.replace("_", " "), str(value)


def _read(row: Published) -> str:
    """Return the values that words leave open."""
    from entrepot.claims.describe import stated
    from entrepot.model.display import range_text

    if row.relation == "=":
        return ""
    if row.low is None or row.high is None:
        end = row.high if row.low is None else row.low
        way = "under" if row.low is None else "over"
        return f"{way} {stated(end, row.unit)}" if end is not None else ""
    return range_text(row.low, row.high, row.unit)


def plain(row: Published) -> dict[str, Any]:
    """Return every field as plain JSON types."""
    from dataclasses import asdict

    return asdict(row) | {"period": str(row.period), "base": str(row.base) if row.base else ""}
