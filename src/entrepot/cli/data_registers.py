"""`entrepot data names`, `companies`, `aggregate` and `erase`: customs registers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path  # noqa: TC003  Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Literal, cast

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
from entrepot.cli.data_show import say, say_if_behind
from entrepot.cli.output import emit, progress, table, table_format
from entrepot.errors import RequestError
from entrepot.model.columns import NAME_ROLES, PARTNER_BASES
from entrepot.model.display import agreed
from entrepot.sources import is_register

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.figures.registers import Role

NAMES_EXAMPLE = "Example: entrepot data names shipments.peru --role sender --goods 310430"
COMPANIES_EXAMPLE = "Example: entrepot data companies shipments.peru companies.csv --role sender"
AGGREGATE_EXAMPLE = "Example: entrepot data aggregate shipments.peru peru.csv --basis origin"
ERASE_EXAMPLE = 'Example: entrepot data erase "ACME LTD" --yes'
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


def aggregate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="A register: shipments.peru.", autocompletion=complete_source
        ),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="FILE", help="Ends in .csv or .parquet.", callback=writable)
    ],
    each: Annotated[Literal["year", "quarter", "month"], typer.Option(help="A row for each.")] = (
        "year"
    ),
    basis: Annotated[
        str | None,
        typer.Option(
            help="origin, dispatch, consignment, seller, port, destination; or all.",
            autocompletion=one_of(*PARTNER_BASES, "all"),
        ),
    ] = None,
    period: Annotated[str | None, typer.Option(help="2022, 2018..2022.")] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="Statistic to compare the totals with: comtrade, baci.",
            autocompletion=complete_source,
        ),
    ] = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a customs register up to flows, and compare its totals with a statistic."""
    from entrepot.figures.registers import register_totals
    from entrepot.lake.registers import EVERY_BASIS, one_basis

    opened = open_lake(lake)
    with opened.reading():
        freq = {"year": "A", "quarter": "Q", "month": "M"}[each]
        if is_register(source):
            there = {one for item in opened.holdings(source) for one in item.bases}
            one_basis(basis, sorted(there), source)  # refuses several of which none is named
        # Before the file, as it refuses a register without any value.
        totals = [
            one
            for one in register_totals(opened, source, against=against, period=period)
            if basis in (None, EVERY_BASIS, one.basis)
        ]
        rows = opened.aggregate(source, out, freq=freq, basis=basis, period=period)

    def render(screen: Console) -> None:
        head = ["basis", "year", "flow", "value", "currency", "country not said"]
        head += [f"{against}, USD", "ratio"] if against else []
        cells = [
            [
                one.basis,
                str(one.year),
                f"{one.reporter} {one.direction}s",
                f"{one.value:,.0f}",
                one.currency,
                f"{100 * one.unspecified:.1f} %",
                *(
                    [
                        "–" if one.other_usd is None else f"{one.other_usd:,.0f}",
                        "–" if one.ratio is None else f"{one.ratio:.3f}",
                    ]
                    if against
                    else []
                ),
            ]
            for one in totals
        ]
        screen.print(table("", head, cells, right=(3, *range(5, len(head)))))
        for text in dict.fromkeys(f"{one.year}: {one.note}" for one in totals if one.note):
            say(screen, text)
        say(screen, f"{rows:,} rows written to {out}.")
        if len({one.basis for one in totals}) > 1:
            say(screen, "Each line is there once for each basis: pick one before you add up.")

    emit(
        {"file": str(out), "rows": rows, "totals": [one.to_dict() for one in totals]},
        render,
        as_json=as_json,
    )


def erase(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Person, company or pseudonym.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Erase; without it, lines are counted only.")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a person or company from all customs registers of the lake, for good."""
    opened = open_lake(lake)
    with progress("looking for the name") as say_progress:
        found = opened.erase(name, really=yes, progress=say_progress)
    say_if_behind(opened)

    def render(screen: Console) -> None:
        for source, count in found.items():
            what = f"{count:,} line{'' if count == 1 else 's'}"
            say(screen, f"{source}: {'erased from' if yes else 'found on'} {what}.")
        if not found:
            say(screen, "No line of a register has this name.")
        if not yes:
            todo = "to erase it" if found else "to keep it out of files that are loaded later"
            say(screen, f"Nothing was changed. Add --yes {todo}.")
        else:
            say(
                screen,
                "Files that are loaded later will not bring this spelling back. Another order of "
                "its words or another legal form is another name: erase each.",
            )

    emit({"erased": yes, "lines": found}, render, as_json=as_json)
