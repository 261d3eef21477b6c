"""What has to be known before a row can be read, and what to ask where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.table.products import TOTAL
from entrepot.sources.table.roles import CONSTANTS

if TYPE_CHECKING:
    from entrepot.sources.table.plan import Plan

__all__ = ["by_reporter", "require"]

_QUESTIONS = {
    "reporter": "whose statistics are these? reporter: KGZ, or a column with the role reporter",
    "partner": "who is the partner? a column with the role partner, or partner: RUS",
    "flow": "imports or exports? flow: import, flow: export, or a column with the role flow",
    "exporter": "where do the goods come from? exporter: CHN, or a column with the role exporter",
    "importer": "where do the goods go to? importer: RUS, or a column with the role importer",
    "product": "which goods? a column with the role product, or product: TOTAL for all goods",
    "period": "which period? period: '2024', or columns with the role period, or year and month",
    "nomenclature": "in which edition are the codes? nomenclature: HS2017, or a column with it",
    "currency": "in which currency is the value? currency: USD, or a column with the role currency",
    "reported_by": "whose report is it? reported_by: exporter, importer or both, or flow",
    "valuation": "FOB or CIF? valuation: FOB, or a column with it",
}


def by_reporter(plan: Plan) -> bool:
    """Whether rows say reporter, partner and flow; else they say exporter and importer."""
    return any(plan.says(name) for name in ("reporter", "partner"))


def require(plan: Plan) -> None:
    """Refuse a mapping that leaves something open, or says it twice.

    Raises
    ------
    BadFileError
        With the question to answer.
    """
    _once(plan)
    sides = ("exporter", "importer")
    if by_reporter(plan):
        if any(plan.says(side) for side in sides):
            raise BadFileError(
                "reporter or partner together with exporter or importer",
                where="mapping",
                why="who the goods come from would be said twice",
                hint="keep reporter, partner and flow; or exporter, importer and reported_by",
            )
        needed = ["reporter", "partner", "flow"]
    else:
        needed = [*sides] if plan.says("flow") else [*sides, "reported_by"]
    if not plan.says("year"):
        needed.append("period")
    needed.append("product")
    if not _totals_only(plan):
        needed.append("nomenclature")
    values = [group.value.column for group in plan.groups if group.value]
    if "currency" not in plan.places and any(not column.currency for column in values):
        needed.append("currency")
    if not plan.says("flow") and all(g.says.get("reported_by") == "both" for g in plan.groups):
        needed.append("valuation")
    missing = [name for name in needed if not plan.says(name)]
    if missing:
        raise BadFileError(
            f"the mapping does not say: {', '.join(missing)}",
            where="mapping",
            why="what a file does not say is never guessed",
            hint=" | ".join(_QUESTIONS[name] for name in missing),
        )


def _once(plan: Plan) -> None:
    for name in CONSTANTS:
        if name in plan.places and any(name in group.says for group in plan.groups):
            raise BadFileError(
                f"{name} is said twice: by the column {plan.names[plan.places[name]]!r} and by "
                "the mapping",
                where="mapping",
                hint="ignore the column, or leave the other out",
            )
    if "currency" in plan.places and any(
        group.value and group.value.column.currency for group in plan.groups
    ):
        raise BadFileError(
            "the currency is said twice: by a column and by the mapping",
            where="mapping, columns",
            hint="ignore the column, or leave currency out of the value",
        )
    if plan.says("period") and "year" in plan.places:
        raise BadFileError(
            "a period together with a year", where="mapping, columns", hint="ignore one of the two"
        )


def _totals_only(plan: Plan) -> bool:
    if plan.mapping.level == "total":
        return True
    return all(group.says.get("product") == TOTAL for group in plan.groups)
