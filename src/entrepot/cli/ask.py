"""`entrepot ask`: one Figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from entrepot.cli.common import (
    JsonOption,
    LakeOrAddress,
    chosen_engine,
    emit,
    facts,
    open_on_engine,
    table,
)
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from rich.console import Console

    from entrepot.figures import Figure

__all__ = ["ask"]

Measure = Annotated[str, typer.Argument(metavar="MEASURE", help="Id; see: entrepot measure list")]


def _key(words: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(help=words, show_default=False)
    return option


def ask(
    measure: Measure,
    importer: Annotated[str | None, _key("Who buys: RUS, EU27, CHN+HKG, WLD.")] = None,
    exporter: Annotated[str | None, _key("Who sells: CHN, coalition, WLD.")] = None,
    goods: Annotated[
        str | None, _key("all, chpl, chpl:4.B, chpl@2024-01-01, mine.csv, 85, 8542, inputs.")
    ] = None,
    period: Annotated[str | None, _key("2023, 2023-06, 2023Q2, 2022-03..2022-12.")] = None,
    base: Annotated[str | None, _key("What a change is measured against: 2021.")] = None,
    source: Annotated[
        str | None, _key("baci, baci@V202501, comtrade, published ...; default: the best.")
    ] = None,
    basis: Annotated[str | None, _key("dispatch, origin, seller, producer_hq.")] = None,
    valuation: Annotated[str | None, _key("fob or cif.")] = None,
    quantity: Annotated[str | None, _key("value, mass, items.")] = None,
    currency: Annotated[str | None, _key("USD, CNY, EUR, RUB.")] = None,
    flow: Annotated[str | None, _key("one_way, or both for two-way trade.")] = None,
    k: Annotated[int | None, _key("Number of suppliers, for cr.")] = None,
    told_by: Annotated[str | None, _key("Whose reports: exporter or importer.")] = None,
    follow: Annotated[
        str | None,
        _key("Lists in other editions: family, same_code, all_in, none_in, weighted ..."),
    ] = None,
    sector: Annotated[str | None, _key("Who buys inputs: C29; with --goods inputs.")] = None,
    curve: Annotated[
        bool, typer.Option("--curve", help="Every combination of defensible choices.")
    ] = False,
    above: Annotated[
        float | None, _key("With --curve: how many of them lie above this, such as 0.8.")
    ] = None,
    lake: LakeOrAddress = None,
    engine: Annotated[
        str | None, _key("duckdb or spark (also ENTREPOT_ENGINE); default: duckdb.")
    ] = None,
    master: Annotated[
        str | None, _key("Where Spark runs: local[2], spark://host:7077, yarn; default: here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate one Figure: value, range, definition, evidence, caveats.

    Example: entrepot ask import_share --importer RUS --exporter CHN --goods chpl --period 2023
    """
    from entrepot.figures import ask as evaluate

    if above is not None and not curve:
        raise RequestError("--above counts specifications of a curve", hint="add --curve")
    figure = evaluate(
        measure,
        lake=open_on_engine(chosen_engine(engine), lake, master),
        importer=importer,
        exporter=exporter,
        goods=goods,
        period=period,
        base=base,
        source=source,
        basis=basis,
        valuation=valuation,
        quantity=quantity,
        currency=currency,
        flow=flow,
        k=k,
        told_by=told_by,
        follow=follow,
        sector=sector,
        curve=curve,
        above=above,
    )
    emit(figure, lambda screen: draw(figure, screen), as_json=as_json)
    if figure.status != "ok":
        raise typer.Exit(3)


def draw(figure: Figure, screen: Console) -> None:
    """Draw a Figure on a terminal."""
    from rich.text import Text

    from entrepot.figures.show import as_rows, headline, table_of

    screen.print(Text(headline(figure), style="bold"))
    screen.print(facts(as_rows(figure), bold="value"))
    if figure.table:
        names, rows = table_of(figure)
        screen.print(table("", names, rows, right=tuple(range(1, len(names)))))
        if len(rows) < len(figure.table):
            screen.print(f"and {len(figure.table) - len(rows):,} more rows, see --json")
