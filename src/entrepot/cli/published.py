"""`entrepot published`: published figures, their primary sources and contradictions."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import (
    JsonOption,
    LakeOption,
    begun,
    complete_area,
    complete_goods,
    complete_measure,
    open_lake,
)
from entrepot.cli.output import emit, facts, table
from entrepot.errors import NoEvidenceError, UnknownNameError
from entrepot.model.area_names import as_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from entrepot.claims.published_checks import Discrepancy, Relatives
    from entrepot.sources.published.row import Published

app = typer.Typer(no_args_is_help=True)

SHOWN = 12
TITLES = {
    "conflict": "Cannot both be true",
    "unstated": "Cannot both be true under one definition; a definition is not stated",
    "other_definition": "Differ for a stated reason: another definition or vintage",
}
COUNTED = {
    "conflict": "conflicts",
    "unstated": "with a definition not stated",
    "other_definition": "with another definition or vintage",
}


def _complete_id(incomplete: str) -> list[tuple[str, str]]:
    from entrepot.sources.published.parse import published

    return begun([(one.id, one.printed) for one in published("all")], incomplete)


def _complete_primary_source(incomplete: str) -> list[tuple[str, str]]:
    from entrepot.sources.published.parse import origin_name, published

    names = sorted({one.origin for one in published("all") if one.origin})
    return begun([(one, origin_name(one)) for one in names], incomplete)


Measure = Annotated[
    str,
    typer.Option(
        help="Measure: value, growth, import_share.",
        autocompletion=complete_measure,
    ),
]
Exporter = Annotated[
    str,
    typer.Option(
        help="Exporter: CHN.",
        callback=as_codes,
        autocompletion=complete_area,
    ),
]
Importer = Annotated[
    str,
    typer.Option(
        help="Importer: RUS.",
        callback=as_codes,
        autocompletion=complete_area,
    ),
]
Goods = Annotated[
    str,
    typer.Option(
        help="Goods: chpl, 8542, or words as published: machine tools.",
        autocompletion=complete_goods,
    ),
]
When = Annotated[str, typer.Option(help="Period: 2025, 2023-06, 2023Q1.")]
Origin = Annotated[
    str,
    typer.Option(
        "--primary-source", help="Primary source: GACC.", autocompletion=_complete_primary_source
    ),
]
All = Annotated[bool, typer.Option("--all", help="Include pairs that state different definitions.")]


@app.command("list")
def list_(
    measure: Measure = "",
    exporter: Exporter = "",
    importer: Importer = "",
    goods: Goods = "",
    period: When = "",
    origin: Origin = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List published figures with publisher and primary source.

    Example: entrepot published list --exporter CHN --importer RUS --period 2025
    """
    from entrepot.figures.statements import (
        is_of_goods,
        origin_key,
        published_figures,
        statements,
    )

    opened = open_lake(lake)
    rows = statements("all", opened)
    origin = origin_key(origin, rows)
    exact = {name: value for name, value in {"measure": measure, "origin": origin}.items() if value}
    for name, value in exact.items():
        _check_known(name, value, {getattr(row, name) for row in rows})
    if goods and not any(is_of_goods(row, goods) for row in rows):
        _check_words(goods)
        _check_known("goods", goods, {row.goods or row.goods_words for row in rows} - {""})
    found = published_figures(
        measure=measure,
        exporter=exporter,
        importer=importer,
        goods=goods,
        period=period,
        primary_source=origin,
        lake=opened,
    )
    drawn = partial(draw_list, found.figures)
    emit(found.rows(), drawn, as_json=as_json, result=found)


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="Id of a published figure: CR-001.", autocompletion=_complete_id
        ),
    ],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a published figure, its copies, other currencies and vintages, and other sources.

    Example: entrepot published show CR-001
    """
    from entrepot.claims.published_checks import relatives
    from entrepot.claims.statements import Statements

    rows = _rows(lake)
    by_id = {row.id: row for row in rows}
    if name not in by_id:
        raise UnknownNameError("published figure", name, list(by_id))
    statements = Statements(rows)
    statement = next((one for one in statements.all if one.row.id == name), None)
    akin = relatives(statement, statements) if statement else None
    data = plain(by_id[name]) | ({"relatives": akin.to_dict()} if akin else {})
    emit(data, lambda screen: draw_row(by_id[name], akin, screen), as_json=as_json)


@app.command()
def conflicts(
    everything: All = False, lake: LakeOption = None, as_json: JsonOption = False
) -> None:
    """Show published figures of one quantity that cannot both be true, with the likely error.

    Exit code 1 when there are any.

    Example: entrepot published conflicts
    """
    from entrepot.claims.published_checks import findings
    from entrepot.claims.published_checks.discrepancy import KINDS
    from entrepot.claims.statements import OWN_PUBLISHER

    rows = _rows(lake)
    found = findings(rows)
    by_kind = {kind: [one for one in found if one.kind == kind] for kind in KINDS}
    count = sum(row.publisher != OWN_PUBLISHER for row in rows)
    data = {
        "rows": count,
        "summary": {kind: len(available) for kind, available in by_kind.items()},
        "conflicts": [one.to_dict() for one in by_kind["conflict"]],
        "unstated": [one.to_dict() for one in by_kind["unstated"]],
        "other_definition": [one.to_dict() for one in by_kind["other_definition"]],
    }
    emit(
        data,
        lambda screen: _draw_conflicts(by_kind, count, screen, everything),
        as_json=as_json,
        result=[one.to_row() for one in found],
    )
    if by_kind["conflict"]:
        raise typer.Exit(1)


def _check_known(name: str, value: str, available: set[str]) -> None:
    if value not in available:
        known = sorted(available)
        what = name.replace("origin", "primary source")
        raise UnknownNameError(what, value, known, hint=f"available: {', '.join(known[:SHOWN])} …")


def _check_words(goods: str) -> None:
    """Refuse goods in words that no published figure is of: a list of other goods is no help."""
    from entrepot.goods.parse import goods_like, goods_words

    if codes := goods_like(goods):
        raise NoEvidenceError(
            f"no published figure is of {goods}",
            why=f"none is of {codes[0]} ({goods_words(codes[0])})",
            hint="all that are here: entrepot published list",
        )


def _rows(folder: Path | None) -> tuple[Published, ...]:
    lake = open_lake(folder)
    if lake.holds("published"):
        from entrepot.figures.statements import statements

        return tuple(statements("all", lake))
    from entrepot.sources.published.parse import published

    return published("all")


def _draw_conflicts(
    by_kind: dict[Any, list[Discrepancy]], count: int, screen: Console, everything: bool
) -> None:
    from rich.text import Text

    counts = ", ".join(f"{len(available)} {COUNTED[kind]}" for kind, available in by_kind.items())
    screen.print(Text(f"{count} published figures: {counts}"))
    for kind, available in by_kind.items():
        if not available or (kind == "other_definition" and not everything):
            continue
        screen.print()
        screen.print(Text(TITLES[kind], style="bold"))
        for one in available:
            _draw_finding(one, screen)
    if not everything and by_kind["other_definition"]:
        screen.print()
        screen.print(Text("--all shows pairs that state different definitions.", style="dim"))


def _draw_finding(one: Discrepancy, screen: Console) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from entrepot.report.phrasing import capital

    lines = [f"{one.because}."]
    if one.definition:
        lines.append(f"{capital(one.definition)}.")
    lines += [
        f"Likely error: {error.kind.replace('_', ' ')}. {error.text}"
        for error in one.likely_errors[:1]
    ]
    lines.append(f"{_publishers(one.one.rows)}; compared with: {_publishers(one.other.rows)}.")
    screen.print()
    screen.print(Text(f"{one.id}  {capital(one.what)}: {one.one.text}, or {one.other.text}"))
    screen.print(Padding(Text("\n".join(lines)), (0, 0, 0, 2)))


def _publishers(rows: Iterable[Published]) -> str:
    available: dict[str, list[str]] = {}
    for row in rows:
        available.setdefault(f"{row.publisher}, {row.origin}", []).append(row.id)
    return "; ".join(f"{who} ({', '.join(ids)})" for who, ids in available.items())


# Published figures on a terminal: in a table, and one at a time.


AKIN = {
    "copies": "same release, other publisher",
    "other_releases": "same primary source, other vintage",
    "other_currencies": "same primary source, other currency",
    "conversions": "converted by a publisher",
    "other_origins": "same quantity, other primary source",
}
DIGITS = 5
"""Digits shown of a figure that was published with all of them."""
_SIGNS = {"both": "↔", "balance": "−"}
"""Between two countries: trade both ways, or exports less imports; else from one to the other."""
_FLOWS = {"one_way": "one way", "both": "both ways", "balance": "exports less imports"}


def said(row: Published) -> str:
    """Return a figure as published, shortened where it was published with all its digits.

    Examples
    --------
    >>> from entrepot.sources.published.parse import published
    >>> rows = {row.id: row for row in published("all")}
    >>> said(rows["GD-002"]).replace("\u00a0", " "), said(rows["CR-031"])
    ('USD 18.317 tn', 'USD 240.1 bn')
    """
    from entrepot.claims.quantity_text import stated

    if row.value is None or not re.search(r"\d{7}", row.printed):
        return row.printed
    return stated(row.value, row.unit, DIGITS)


def draw_list(found: Sequence[Published], screen: Console) -> None:
    """Draw a row for each; our own sums are separate, and ids are complete for use with `show`."""
    from entrepot.claims.statements import OWN_PUBLISHER
    from entrepot.report.phrasing import count_word

    printed = [row for row in found if row.publisher != OWN_PUBLISHER]
    own = [row for row in found if row.publisher == OWN_PUBLISHER]
    title = count_word(len(printed), "published figure")
    if own:
        title += f", {count_word(len(own), 'own sum')}"
    columns = ["id", "as published", "flow", "measure", "period", "publisher", "goods"]
    columns += ["primary source"]
    cells = [[*_cells(row), row.origin] for row in printed]
    screen.print(table(title, columns, cells, by_rank=True))
    if own:  # their ids say what they are of
        sums = [[row.id, said(row), row.origin] for row in own]
        screen.print(table("Own sums", ["id", "value", "source"], sums))


def _cells(row: Published) -> list[str]:
    seller = row.exporter or row.partner_words or row.reporter
    buyer = row.importer or row.partner_words
    return [
        row.id,
        said(row),
        f"{seller}{_SIGNS.get(row.flow, '→')}{buyer}" if buyer and buyer != seller else seller,
        row.measure.replace("_", " "),
        str(row.period),
        row.publisher,
        row.goods or row.goods_words,
    ]


def draw_row(row: Published, akin: Relatives | None, screen: Console) -> None:
    """Draw a published figure with its fields, and the figures related to it."""
    from rich.text import Text

    screen.print(Text(f"{row.id}: {said(row)}", style="bold"))
    screen.print(facts(_known(row)))
    if akin is None:
        return
    first = akin.first
    screen.print(facts([("first publication", f"{first.publisher}, {first.published_on or '–'}")]))
    for name, title in AKIN.items():
        if available := getattr(akin, name):
            columns = ["id", "as published", "publisher", "primary source", "published"]
            rows = [
                [one.id, said(one), one.publisher, one.origin, one.published_on]
                for one in available
            ]
            screen.print(table(title, columns, rows))


def _known(row: Published) -> Iterator[tuple[str, str]]:
    """Yield the fields of a figure under readable labels; `--json` has every field."""
    yield "measure", row.measure.replace("_", " ")
    yield from _named(row, "exporter", "importer", "reporter", "partner_words")
    if row.flow in _FLOWS:
        yield "flow", _FLOWS[row.flow]
    yield from _named(row, "goods", "goods_words", "variant", "basis")
    yield "period", str(row.period)
    if row.base is not None:
        yield "base", str(row.base)
    yield from _named(row, "per")
    yield "as published", row.printed
    if read := _read(row):
        yield "read as", read
    yield from _named(row, "currency", "valuation", "publisher")
    yield "primary source", f"{row.origin}: {row.origin_words}"
    yield from _named(row, "title", "url", "published_on", "second_url", "confidence", "note")


def _named(row: Published, *fields: str) -> Iterator[tuple[str, str]]:
    for field in fields:
        if value := getattr(row, field):
            yield field.replace("_", " "), str(value)


def _read(row: Published) -> str:
    """Return the values that the wording allows."""
    from entrepot.claims.quantity_text import stated
    from entrepot.model.display import range_text

    if row.relation == "=":
        return ""
    if row.low is None or row.high is None:
        end = row.high if row.low is None else row.low
        way = "under" if row.low is None else "over"
        return f"{way} {stated(end, row.unit)}" if end is not None else ""
    return range_text(row.low, row.high, row.unit, 3)


def plain(row: Published) -> dict[str, Any]:
    """Return every field as plain JSON types."""
    from dataclasses import asdict

    return asdict(row) | {"period": str(row.period), "base": str(row.base) if row.base else ""}
