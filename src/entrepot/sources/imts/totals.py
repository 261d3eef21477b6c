"""What is left out of IMTS, and whether partners add up to the world's total beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding, Level
from entrepot.sources.totals import RELATIVE, compare_totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from entrepot.sources.totals import Example

__all__ = ["KEPT", "OF_WORLD", "compare_with_world", "left_out"]

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
    "groups-with-members": (
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
        "groups-with-members": "reporter IS NOT NULL AND partner IS NULL",
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


def compare_with_world(
    connection: duckdb.DuckDBPyConnection, cells: str, name: str
) -> Iterator[Finding]:
    """Yield how the sum of partners compares with the world's total, where there is one."""
    flows = f"""
        SELECT concat(reporter, ' ', indicator, ' ', period) AS cell,
               sum(value) FILTER (WHERE partner_code = '{_WORLD}') AS total,
               sum(value) FILTER (WHERE partner IS NOT NULL) AS parts,
               count(value) FILTER (WHERE partner IS NOT NULL) AS n
        FROM ({cells}) WHERE reporter IS NOT NULL AND indicator <> 'TBG_USD'
        GROUP BY reporter, indicator, period HAVING parts IS NOT NULL"""
    sums = compare_totals(connection, flows, f"{_ROUNDING} + 1e-6 * total", gap=RELATIVE)
    if sums.agree:
        text = "Partners add up to the world total."
        yield Finding("adds-up", "note", name, sums.agree, "", text)
    if sums.untotalled:
        text = "There is no world total to check the sum of partners against."
        yield Finding("no-world-total", "note", name, sums.untotalled, "", text)
    if sums.largest_over:
        text = "Partners add up to more than the world total: something may be counted twice."
        example = _example(sums.largest_over)
        yield Finding("parts-above-world", "error", name, sums.over, example, text)
    if sums.largest_short:
        text = (
            "Partners add up to less than the world total: some are not in this file. Shares are "
            "of the total."
        )
        example = _example(sums.largest_short)
        yield Finding("parts-below-world", "warning", name, sums.short, example, text)


def _example(largest: Example) -> str:
    cell, world, partners = largest
    return f"{cell}: world {world:,.0f} USD, partners {partners:,.0f} USD"
