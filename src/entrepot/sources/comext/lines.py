"""The lines that count, and the flows that they add up to, as SQL over staged lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from entrepot.model.product import EDITIONS
from entrepot.sources.comext.who import members
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Lines", "between_two"]

_CELL = "period, freq, reporter_iso, partner_iso, product, is_import, partner_basis"


def between_two(staged: str, reporters: Mapping[str, str], partners: Mapping[str, str]) -> str:
    """Return SQL for every line between two single countries.

    Parameters
    ----------
    staged
        What `stage` returned.
    reporters, partners
        Our code for each country, empty for a group.
    """
    return f"""
        SELECT staged.*, r.iso AS reporter_iso, p.iso AS partner_iso
        FROM {staged} AS staged
        JOIN (VALUES {_who(reporters)}) AS r(text, iso) ON r.text = staged.reporter
        JOIN (VALUES {_who(partners)}) AS p(text, iso) ON p.text = staged.partner
        WHERE r.iso <> '' AND p.iso <> ''"""


@dataclass(frozen=True, slots=True)
class Lines:
    """Staged lines of one file, and which of them count.

    Attributes
    ----------
    single
        SQL for every line between two single countries, from `between_two`.
    level
        Digits of the product codes that count: 8, 6, or 0 for the total of all goods.
    has_trade, has_flag
        Whether the file says of each line whether it is trade inside the Union, and what to know
        of its number.
    without
        Conditions of lines that do not count: parts beside their total.
    """

    single: str
    level: int = 8
    has_trade: bool = False
    has_flag: bool = False
    without: tuple[str, ...] = field(default=())

    def less(self, condition: str) -> Lines:
        """Return the lines without those that fulfil a condition."""
        return replace(self, without=(*self.without, condition))

    @property
    def named(self) -> str:
        """SQL for those of them at the level that counts."""
        total = "product = 'TOTAL'"
        level = f"NOT {total} AND length(product) = {self.level}" if self.level else total
        return f"(SELECT * FROM ({self.single}) WHERE {level})"

    @property
    def counting(self) -> str:
        """SQL for the lines that count."""
        tests = "".join(f" AND NOT ({condition})" for condition in self.without)
        return f"(SELECT * FROM {self.named} WHERE true{tests})"

    @property
    def flows(self) -> str:
        """SQL for one row a flow, in canonical columns, with what the findings ask for.

        A mass of zero beside a value is one of less than half a kilogram, or unknown. A value that
        is missing in one of several lines is missing in the sum.
        """
        estimated = "bool_or(contains(flag, 'e'))" if self.has_flag else "NULL"
        whole = "is_one AND counted >= lines AND quantity > 0"
        return f"""
            WITH member(iso, since, until) AS (VALUES {_members()}),
            told AS (SELECT line.*, {self._basis} AS partner_basis
                FROM {self.counting} AS line{"" if self.has_trade else _memberships()}),
            added AS (SELECT {_CELL},
                count(*) FILTER (tells_value) AS lines, count(value) AS valued,
                sum(value) AS value, count(mass) AS weighed, sum(mass) AS mass,
                min(unit) = max(unit) AS is_one, min(unit) AS unit,
                count(quantity) FILTER (unit IS NOT NULL) AS counted, sum(quantity) AS quantity,
                {estimated} AS is_estimated
                FROM told GROUP BY {_CELL})
            SELECT period, freq, product, partner_basis, lines, {_nomenclature(self.level)}
                    AS nomenclature,
                CASE WHEN is_import THEN partner_iso ELSE reporter_iso END AS exporter,
                CASE WHEN is_import THEN reporter_iso ELSE partner_iso END AS importer,
                CASE WHEN is_import THEN 'importer' ELSE 'exporter' END AS told_by,
                CASE WHEN is_import THEN 'CIF' ELSE 'FOB' END AS valuation,
                CASE WHEN valued = lines THEN value END AS value_reported,
                CASE WHEN weighed >= lines AND (mass > 0 OR value = 0) THEN mass END AS mass_kg,
                CASE WHEN {whole} THEN quantity END AS quantity,
                CASE WHEN {whole} THEN unit END AS quantity_unit,
                is_estimated::BOOLEAN AS is_estimated
            FROM added"""

    @property
    def _basis(self) -> str:
        if self.has_trade:  # I inside the Union, L Northern Ireland; E outside, M Great Britain
            imports = (
                "CASE WHEN trade IN ('I', 'L') THEN 'consignment' "
                "WHEN trade IN ('E', 'M') THEN 'origin' END"
            )
        else:
            no_place = "length(partner_iso) > 3"  # the high seas, not specified
            imports = f"""CASE
                WHEN {no_place} OR here.iso IS NULL THEN NULL
                WHEN partner = 'XI' OR there.iso IS NOT NULL THEN 'consignment'
                WHEN partner_iso = 'GBR' AND partner <> 'XU' THEN NULL
                ELSE 'origin' END"""
        return f"CASE WHEN is_import THEN {imports} ELSE 'destination' END"


def _memberships() -> str:
    """Return SQL that joins to each line the membership of reporter and partner at its time."""
    return "".join(
        f" LEFT JOIN member AS {side} ON {side}.iso = line.{column} "
        f"AND {side}.since <= line.period AND line.period < {side}.until"
        for side, column in (("here", "reporter_iso"), ("there", "partner_iso"))
    )


def _nomenclature(level: int) -> str:
    if level == 8:
        return "'CN' || year(period)"
    if not level:
        return "'NONE'"
    later = sorted(EDITIONS, key=lambda one: one.in_force, reverse=True)
    cases = " ".join(f"WHEN period >= DATE '{one.in_force}' THEN '{one.id}'" for one in later)
    return f"CASE {cases} END"


def _members() -> str:
    rows = (f"({literal(iso)}, DATE '{since}', DATE '{until}')" for iso, since, until in members())
    return ", ".join(rows)


def _who(codes: Mapping[str, str]) -> str:
    return ", ".join(f"({literal(text)}, {literal(iso)})" for text, iso in sorted(codes.items()))
