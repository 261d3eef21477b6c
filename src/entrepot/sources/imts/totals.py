"""What is left out of IMTS, and whether partners add up to the world's total beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

__all__ = ["KEPT", "OF_WORLD", "adding_up", "left_out"]

KEPT = "reporter IS NOT NULL AND partner IS NOT NULL AND indicator <> 'TBG_USD'"
"""SQL for the observations that are flows between areas; those without a scale have no value."""

_WORLD = "G001"
OF_WORLD = (
    f"reporter IS NOT NULL AND partner_code = '{_WORLD}' AND indicator <> 'TBG_USD' "
    "AND value IS NOT NULL"
)
"""SQL for the observations that are totals of one reporter over the world."""
_MOST = 1e14
"""USD; the whole world trades a quarter of it in a year."""
_ROUNDING = 1000.0
"""USD by which sums may differ: two hundred partners, each rounded to a dollar or less."""
_FREQ = "CASE WHEN length(period) = 4 THEN 'A' WHEN period[6] = 'Q' THEN 'Q' ELSE 'M' END"

_LEFT_OUT: dict[str, tuple[Level, str]] = {
    "no-scale": (
        "warning",
        "Values without a scale were left out: dollars and millions of dollars look alike.",
    ),
    "group-as-reporter": (
        "note",
        "Reports of groups of countries were left out: they are sums of what members report.",
    ),
    "groups-beside-members": (
        "note",
        "Totals over partners (world, EU, regions) do not count as partners; the world's are kept.",
    ),
    "balance": ("note", "Balances were left out: they are exports less imports."),
}


def left_out(connection: duckdb.DuckDBPyConnection, cells: str, name: str) -> Iterator[Finding]:
    """Yield a finding for each kind of observation that is not kept.

    Raises
    ------
    BadFileError
        If values cannot be dollars, or a period does not fit the frequency of its series.
    """
    example = "reporter_code || '.' || indicator || '.' || partner_code || ' ' || period"
    tests = {
        "period": f"period = '' OR freq <> {_FREQ}",
        "large": f"value > {_MOST}",
        "no-scale": "value IS NULL",
        "group-as-reporter": "reporter IS NULL",
        "groups-beside-members": "reporter IS NOT NULL AND partner IS NULL",
        "balance": "indicator = 'TBG_USD'",
    }
    asked = ", ".join(
        f"count(*) FILTER (WHERE {test}), min({example}) FILTER (WHERE {test})"
        for test in tests.values()
    )
    answer = connection.execute(f"SELECT {asked} FROM ({cells})").fetchall()[0]
    found = {key: (answer[2 * i], answer[2 * i + 1]) for i, key in enumerate(tests)}
    _refuse(found, name)
    for rule, (level, text) in _LEFT_OUT.items():
        count, one = found[rule]
        if count:
            yield Finding(rule, level, name, count, one, text)


def _refuse(found: dict[str, tuple[int, str]], name: str) -> None:
    if found["period"][0]:
        raise BadFileError(
            "a period that is missing or does not fit the frequency of its series",
            where=f"{name}, {found['period'][1]}",
            why="a month could be taken for a year",
            hint="download the file again; frequency and period come from the IMF",
        )
    if found["large"][0]:
        raise BadFileError(
            "a value larger than all trade of the world",
            where=f"{name}, {found['large'][1]}",
            why="values are read as millions of dollars (portal) or dollars (SDMX-CSV)",
            hint="use the file as the IMF hands it out; do not multiply its values",
        )


def adding_up(connection: duckdb.DuckDBPyConnection, cells: str, name: str) -> Iterator[Finding]:
    """Yield how the sum of partners compares with the world's total, where there is one."""
    rows = connection.execute(f"""
        WITH flow AS (
            SELECT reporter, indicator, period,
                   sum(value) FILTER (WHERE partner_code = '{_WORLD}') AS world,
                   sum(value) FILTER (WHERE partner IS NOT NULL) AS parts
            FROM ({cells}) WHERE reporter IS NOT NULL AND indicator <> 'TBG_USD'
            GROUP BY ALL HAVING parts IS NOT NULL),
        judged AS (
            SELECT *, CASE WHEN world IS NULL THEN 'no-world-total'
                           WHEN abs(world - parts) <= {_ROUNDING} + 1e-6 * world THEN 'adds-up'
                           WHEN parts > world THEN 'parts-above-world'
                           ELSE 'parts-below-world' END AS rule
            FROM flow)
        SELECT rule, count(*), arg_max(
                   [reporter, indicator, period, world::VARCHAR, parts::VARCHAR],
                   abs(world - parts) / nullif(world, 0))
        FROM judged GROUP BY rule ORDER BY rule""").fetchall()
    for rule, count, example in rows:
        yield _judged(rule, count, example or [], name)


def _judged(rule: str, count: int, example: list[Any], name: str) -> Finding:
    shown = ""
    if example:
        reporter, indicator, period, world, parts = example
        shown = (
            f"{reporter} {indicator} {period}: world {float(world):,.0f} USD, "
            f"partners {float(parts):,.0f} USD"
        )
    if rule == "adds-up":
        text = "Partners add up to the world's total."
        return Finding(rule, "note", name, count, shown, text)
    if rule == "no-world-total":
        text = "There is no total for the world to check the sum of partners against."
        return Finding(rule, "note", name, count, "", text)
    if rule == "parts-below-world":
        text = (
            "Partners add up to less than the world's total: some are not in this file. Shares are "
            "of the total."
        )
        return Finding(rule, "warning", name, count, shown, text)
    text = "Partners add up to more than the world's total: something may be counted twice."
    return Finding(rule, "error", name, count, shown, text)
