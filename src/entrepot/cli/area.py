"""`entrepot area`: countries and groups, with the codes that sources use for them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.cli.common import JsonOption, complete_area
from entrepot.cli.output import emit, facts, table
from entrepot.model.area_names import as_codes
from entrepot.model.areas import Area, Group, area, area_or_group, areas, groups

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(no_args_is_help=True)

_SYSTEMS = {
    "ISO alpha-2": "alpha2",
    "UN M49": "m49",
    "UN Comtrade": "comtrade",
    "CEPII BACI": "baci",
    "Eurostat": "eurostat",
    "Chinese customs": "gacc",
    "IMF": "imf",
}


def _kinds() -> list[str]:
    return [*dict.fromkeys(one.kind for one in areas()), "group"]


def _complete_kind(incomplete: str) -> list[str]:
    return [one for one in _kinds() if one.startswith(incomplete)]


@app.command("list")
def list_(
    kind: Annotated[
        str,
        typer.Option(
            help="Kind: country, territory, historical, special, aggregate, group.",
            autocompletion=_complete_kind,
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List every area and group.

    Example: entrepot area list --kind group
    """
    from entrepot.errors import UnknownNameError

    kinds = _kinds()
    if kind and kind not in kinds:
        raise UnknownNameError("kind of area", kind, kinds, hint=f"one of: {', '.join(kinds)}")
    today = date.today()
    rows = [[one.code, one.name, one.kind, " ".join(one.comtrade), one.note] for one in areas()]
    rows += [
        [one.code, one.name, "group", f"{len(one.members(today))} members", one.note]
        for one in groups()
    ]
    rows = [row for row in rows if kind in ("", row[2])]
    data: list[dict[str, Any]] = [_area_data(one) for one in areas() if kind in ("", one.kind)] + [
        _group_data(one) for one in groups() if kind in ("", "group")
    ]
    columns = ["code", "name", "kind", "Comtrade", "note"]
    emit(data, lambda screen: screen.print(table("", columns, rows)), as_json=as_json)


@app.command()
def show(
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE",
            help="Area or group: TWN, EU; several with + or a comma.",
            autocompletion=complete_area,
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Show an area's codes in each source, or a group's members with their dates.

    Example: entrepot area show TWN
    """
    found = [area_or_group(one) for one in (as_codes(code) or code).split("+")]
    data = [_group_data(one) if isinstance(one, Group) else _area_data(one) for one in found]

    def draw(screen: Console) -> None:
        for one in found:
            _draw_group(one, screen) if isinstance(one, Group) else _draw_area(one, screen)

    emit(data[0] if len(data) == 1 else data, draw, as_json=as_json)


def _area_data(one: Area) -> dict[str, Any]:
    return asdict(one)


def _group_data(one: Group) -> dict[str, Any]:
    return {**asdict(one), "kind": "group", "composition": one.kind}


def _draw_area(one: Area, screen: Console) -> None:
    from rich.text import Text

    screen.print(Text(f"{one.code}: {one.name}", style="bold"))
    codes = {label: getattr(one, field) for label, field in _SYSTEMS.items()}
    known = {
        "kind": one.kind,
        "adjective": one.adjective,
        **{
            label: code if isinstance(code, str) else " ".join(code)
            for label, code in codes.items()
        },
        "from": str(one.valid_from or ""),
        "to": str(one.valid_to or ""),
        "succeeded by": ", ".join(one.successors),
        "also written": "; ".join(one.aliases),
        "certainty": one.certainty,
        "note": one.note,
    }
    screen.print(facts(pair for pair in known.items() if pair[1]))


def _draw_group(one: Group, screen: Console) -> None:
    from rich.text import Text

    screen.print(Text(f"{one.code}: {one.name}", style="bold"))
    screen.print(Text(one.note))
    rows = [
        [
            who.area,
            area(who.area).name,
            str(who.joined or ""),
            str(who.left or ""),
            who.certainty,
            who.source,
        ]
        for who in one.memberships
    ]
    columns = ["code", "member", "joined", "left", "certainty", "source"]
    screen.print(table("", columns, rows))
