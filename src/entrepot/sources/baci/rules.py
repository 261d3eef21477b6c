"""What holds of the cells of a BACI table: years, rules, and who told a flow."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources import source_info
from entrepot.sources.baci.cells import CODE
from entrepot.sources.strict import NUMBER, Rule, literal

if TYPE_CHECKING:
    from entrepot.sources.parser import Delivery

__all__ = ["rules", "told_by_of", "years_of"]


def years_of(table: Delivery) -> list[int]:
    """Return the years that the table can hold."""
    if table.year:
        return [table.year]
    first = max(int(source_info("baci").bounds.years.least or 0), int(table.nomenclature[2:]))
    known = table.vintage[1:5].isdigit()
    last = int(table.vintage[1:5]) - 1 if known else date.today().year
    years = [*range(first, last + 1)]
    if not years:
        raise BadFileError(
            f"release {table.vintage} is older than the edition {table.nomenclature}",
            where=table.name,
            hint="look at --vintage and --nomenclature: one of them is another",
        )
    return years


def rules(table: Delivery, codes: dict[str, list[str]]) -> tuple[Rule, ...]:
    """Return what every cell of a table must be.

    Parameters
    ----------
    table
        A year table, or one of several years.
    codes
        Texts that may occur in ``t``, ``i`` and ``j``.
    """
    t, i, j = (frozenset(codes[name]) for name in "tij")
    span = f"{table.name} can hold {min(t)} to {max(t)}"
    span = "the name says another" if table.year else span
    unknown = "its trade would be lost from every total"
    mass = "its mass would be lost; an unknown one is empty or NA"
    again = "look at the row, or use the file as CEPII ships it"
    hint = "is this a BACI file? if the area is new, it has to be added to model/areas.csv"
    return (
        Rule("t", "year out of bounds", allowed=t, why=span, hint=again),
        Rule("i", "unknown BACI area code", allowed=i, why=unknown, hint=hint),
        Rule("j", "unknown BACI area code", allowed=j, why=unknown, hint=hint),
        Rule(
            "k",
            "not a product code of six digits (chapters are 01 to 99)",
            CODE,
            why=unknown,
            hint=again,
        ),
        Rule("v", "not a value of zero or more", NUMBER, why=unknown, hint=again),
        Rule("q", "not a quantity of zero or more", f"({NUMBER})?|NA", why=mass, hint=again),
    )


def told_by_of(years: list[int]) -> str:
    """Return SQL for who told a flow, the other side of an area that fell silent; empty if none."""
    cases = [
        f"WHEN {side} = {literal(quirk.silent)} AND year >= {quirk.since} THEN {literal(other)}"
        for quirk in source_info("baci").quirks
        if quirk.silent and max(years) >= (quirk.since or 0)
        for side, other in (("importer", "exporter"), ("exporter", "importer"))
    ]
    return f"CASE {' '.join(cases)} ELSE 'both' END" if cases else ""
