"""`entrepot data names` and `companies`: who stands on the lines of a customs register."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, cast

import typer

from entrepot.cli.common import (
    JsonOption,
    LakeOption,
    complete_area,
    complete_goods,
    complete_source,
    one_of,
    open_lake,
    writable,
)
from entrepot.cli.data_show import say
from entrepot.cli.output import emit, table, table_format
from entrepot.errors import RequestError
from entrepot.model.columns import NAME_ROLES, PARTNER_BASES
from entrepot.model.display import agreed

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.figures.registers import Role

NAMES_EXAMPLE = "Example: entrepot data names shipments.peru --role sender --goods 310430"
COMPANIES_EXAMPLE = "Example: entrepot data companies shipments.peru companies.csv --role sender"
_NAMES_SHOWN = 20
GoodsOption = Annotated[
    str, typer.Option(help="all, 85, 8542, 310430.", autocompletion=complete_goods)
]
RoleOption = Annotated[
    str, typer.Option(help="sender, receiver, maker or brand.", autocompletion=one_of(*NAME_ROLES))
]


def names(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="A register: shipments.peru.", autocompletion=complete_source
        ),
    ],
    role: RoleOption = "receiver",
    goods: GoodsOption = "all",
    period: Annotated[str | None, typer.Option(help="2022, 2013..2022.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only names seen first in this month or later: 2022-03.")
    ] = None,
    partner: Annotated[
        str | None,
        typer.Option(
            help="Only lines of this country: TWN; with --basis.", autocompletion=complete_area
        ),
    ] = None,
    basis: Annotated[
        str | None,
        typer.Option(
            help="By which country of a line: origin, seller, port.",
            autocompletion=one_of(*PARTNER_BASES),
        ),
    ] = None,
    companies: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What names count as: see entrepot data companies."),
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the companies and brands of a register by value, with how much of it is named."""
    from entrepot.figures.companies import CompanyTable
    from entrepot.figures.definition import PSEUDONYM
    from entrepot.figures.registers import register_names

    opened = open_lake(lake)
    found = register_names(
        opened,
        source,
        cast("Role", role),
        goods=goods,
        period=period,
        since=since,
        partner=partner,
        basis=basis,
        companies=CompanyTable.read(companies) if companies else None,
    )

    def render(screen: Console) -> None:
        say(
            screen,
            f"{role} named on {100 * found.coverage:.1f} % of {found.currency} {found.total:,.0f}; "
            f"concentration (HHI) {_between(*found.hhi) if found.hhi else _NO_MARKET}",
        )
        head = ["name", f"value, {found.currency}", "of named", "of all", "lines", "first", "last"]
        cells = [
            [
                one.name,
                f"{one.value:,.0f}",
                f"{100 * one.share_of_named:.1f} %",
                f"{100 * one.share:.1f} %",
                f"{one.lines:,}",
                f"{one.first:%Y-%m}",
                f"{one.last:%Y-%m}",
            ]
            for one in found.names[: None if table_format() else _NAMES_SHOWN]
        ]
        screen.print(table("", head, cells))
        if len(found.names) > _NAMES_SHOWN and not table_format():
            say(screen, f"and {len(found.names) - _NAMES_SHOWN:,} more, see --json")
        if since:
            part = 100 * sum(one.share for one in found.names)
            count = agreed(len(found.names), "name is", "names are")
            say(screen, f"{count} first seen in {since} or later, with {part:.1f} % of the value.")
            if not companies:
                say(
                    screen,
                    "A known company may be among them in a new spelling. Find out which names are "
                    f"one company: entrepot data companies {source} companies.csv --role {role}",
                )
        if any(PSEUDONYM.fullmatch(one.name) for one in found.names):
            say(screen, "NP- and digits: a pseudonym, for a name that may be a natural person's.")

    emit(found, render, as_json=as_json)


_NO_MARKET = "has no value, because an amount is negative"


def _between(low: float, high: float) -> str:
    texts = f"{low:.3f}", f"{high:.3f}"
    return texts[0] if texts[0] == texts[1] else " to ".join(texts)


def companies(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="A register: shipments.peru.", autocompletion=complete_source
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(help="Table to write: names and what they count as.", callback=writable),
    ],
    role: RoleOption = "receiver",
    goods: GoodsOption = "all",
    period: Annotated[str | None, typer.Option(help="2022, 2013..2022.")] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose which names of a register are one company, with the evidence for each.

    Nothing is merged until the table is given to entrepot data names --companies. Delete a row to
    keep two names apart; add rows, with days, for companies that were bought or sold.
    """
    from entrepot.figures.companies import company_merges, merges_csv
    from entrepot.figures.registers import register_names
    from entrepot.model.table_files import write_whole

    if file.suffix.lower() != ".csv":
        raise RequestError("this table is written as CSV", where=str(file), hint="end it in .csv")
    opened = open_lake(lake)
    found = register_names(opened, source, cast("Role", role), goods=goods, period=period)
    each = ((one.name, one.value, one.lines) for one in found.names)
    merges = company_merges(each, opened.connection)
    write_whole(file, merges_csv(merges))
    data = {
        "source": source,
        "role": role,
        "file": str(file),
        "names": len(found.names),
        "merges": [asdict(one) for one in merges],
    }

    def render(screen: Console) -> None:
        say(
            screen,
            f"{len(merges):,} of {len(found.names):,} names may be another name of a company; "
            f"written to {file}",
        )
        head = ["name", "company", "evidence", f"value, {found.currency}"]
        cells = [
            [one.name, one.company, one.evidence, f"{one.value:,.0f}"]
            for one in merges[: None if table_format() else _NAMES_SHOWN]
        ]
        screen.print(table("", head, cells))
        if len(merges) > _NAMES_SHOWN and not table_format():
            say(screen, f"and {len(merges) - _NAMES_SHOWN:,} more, see the file")

    emit(data, render, as_json=as_json)
