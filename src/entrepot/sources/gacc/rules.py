"""What each cell of the export must be, and what one file may hold together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import by_code
from entrepot.sources.gacc.columns import EMPTY
from entrepot.sources.gacc.flows import LEVELS, TELLS_APART, repeated
from entrepot.sources.strict import Rule, find_rows

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.gacc.flows import Cell
    from entrepot.sources.parser import Delivery

__all__ = ["level_of", "require_once", "rules"]

_NUMBER = r"[0-9]{1,15}([.][0-9]+)?|[0-9]{1,3}(,[0-9]{3}){1,4}([.][0-9]+)?"


def rules(columns: list[str], roles: dict[str, int]) -> tuple[Rule, ...]:
    """Return the rules for the columns that a file has."""
    lost = "its trade would be lost from every total"
    again = "look at the row, or use the file as the query exports it"
    hint = "if the country is new, it has to be added to model/areas.csv"
    known = frozenset(by_code("gacc"))
    quantity = ("not a quantity of zero or more", rf"({_NUMBER})|[?]?", None, again)
    amount = ("not an amount of zero or more", _NUMBER, None, again)
    tests: dict[str, tuple[str, str, frozenset[str] | None, str]] = {
        "date": ("not a month such as 202403", "(199|20[0-9])[0-9](0[1-9]|1[0-2])", None, again),
        "product": (
            "not a code of eight or six digits",
            "[0-9]{5,8}",
            None,
            "query again with codes of eight digits",
        ),
        "partner": ("unknown code of a trading partner", ".*", known, hint),
        "regime": ("not a code of a customs regime", "[0-9A-Za-z]+", None, again),
        "province": ("not a code of a province", "[0-9A-Za-z]+", None, again),
        "quantity": quantity,
        "quantity_2": quantity,
        "usd": amount,
        "cny": amount,
        EMPTY: ("something behind the last comma", "", None, again),
    }
    return tuple(
        Rule(columns[place], what, pattern, allowed, why=lost, hint=hint)
        for role, place in roles.items()
        if role in tests
        for what, pattern, allowed, hint in [tests[role]]
    )


def level_of(
    connection: duckdb.DuckDBPyConnection, cell: Cell, source: str, table: Delivery
) -> int:
    """Return the number of digits of the codes, whose zero in front may be lost.

    Raises
    ------
    BadFileError
        If there are codes of two levels.
    """
    query = f"SELECT DISTINCT length({cell('product')}) FROM {source}"
    sizes = {size for (size,) in connection.execute(query).fetchall()}
    for level in LEVELS:
        if sizes <= {level - 1, level}:
            return level
    raise BadFileError(
        "codes of eight digits and of six in one file",
        where=table.name,
        why="the shorter ones may be totals of the longer ones, and would count twice",
        hint="export each level by itself",
    )


def require_once(
    connection: duckdb.DuckDBPyConnection,
    cell: Cell,
    source: str,
    table: Delivery,
    roles: dict[str, int],
    level: int,
) -> None:
    """Refuse a file in which one line stands twice.

    Raises
    ------
    BadFileError
        Naming the rows of the first line that does.
    """
    lines = repeated(cell, source, level)
    query = f"SELECT *, count(*) OVER () FROM ({lines}) ORDER BY ALL LIMIT 1"
    found = connection.execute(query).fetchall()
    if not found:
        return
    *cells, count = found[0]
    places = [
        (roles[role], text.lstrip("0") if role == "product" else text)
        for role, text in zip(TELLS_APART, cells, strict=True)
        if text
    ]
    code = roles["product"]
    at = find_rows(
        table.path,
        table.name,
        lambda row: all(
            (row[place].strip().lstrip("0") if place == code else row[place].strip()) == text
            for place, text in places
        ),
    )
    raise BadFileError(
        f"{count} lines are there more than once, e.g. {' '.join(filter(None, cells))}",
        where=f"{table.name}, rows {' and '.join(map(str, at[:6]))}",
        why="partner, commodity, customs regime and province are the same: it would count twice",
        hint="use the file as the query exports it; if two exports were joined, join them again",
    )
