"""The lines that count, and the flows that they add up to, as SQL over staged lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import OUTSIDE_UNION, UNION, WORLD, area, by_code, by_name, group
from entrepot.model.product import EDITIONS, NO_CODES, TOTAL
from entrepot.sources.comext.reading import TOTAL_PROCEDURE
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from entrepot.sources.comext.reading import Checked

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


def summed(staged: str, reporters: Mapping[str, str], sums: Mapping[str, str]) -> str:
    """Return SQL for every line of a single country with a sum of partners.

    Parameters
    ----------
    staged, reporters
        As in `between_two`.
    sums
        Our code for each partner that is such a sum.
    """
    # VALUES must not be empty; an empty code is dropped by the condition of `between_two`.
    return between_two(staged, reporters, sums or {"": ""})


@dataclass(frozen=True, slots=True)
class ComextLines:
    """Staged lines of one file, and which of them count.

    Attributes
    ----------
    single, sums
        SQL for every line between two single countries, from `between_two`, and for every line with
        a sum of partners, from `summed`.
    level
        Digits of the product codes that count: 8, 6, or 0 for the total of all goods.
    has_trade, has_flag
        Whether the file says of each line whether it is trade inside the Union, and what to know
        of its number.
    without
        Conditions of lines that do not count: parts beside their total.
    """

    single: str
    sums: str
    level: int = 8
    has_trade: bool = False
    has_flag: bool = False
    without: tuple[str, ...] = field(default=())

    def less(self, condition: str) -> ComextLines:
        """Return the lines without those that fulfil a condition."""
        return replace(self, without=(*self.without, condition))

    @property
    def named(self) -> str:
        """SQL for those of them at the level that counts."""
        return f"(SELECT * FROM ({self.single}) WHERE {self._at_level})"

    @property
    def _at_level(self) -> str:
        total = f"product = '{TOTAL}'"
        return f"(NOT {total} AND length(product) = {self.level})" if self.level else f"({total})"

    @property
    def counting(self) -> str:
        """SQL for the lines that count."""
        tests = "".join(f" AND NOT ({condition})" for condition in self.without)
        return f"(SELECT * FROM {self.named} WHERE true{tests})"

    @property
    def flows(self) -> str:
        """SQL for one row a flow, in canonical columns, with what the findings ask for."""
        return f"{self._added(self.counting)} SELECT {self._common} FROM added"

    @property
    def totalled(self) -> str:
        """SQL for the lines that are totals over partners or goods, codes in parts left out.

        Where a total of all procedures is there, single procedures are its parts.
        """
        # The window below takes procedure 4 where a cell has it, else every single procedure.
        level = f"(product = '{TOTAL}' OR length(product) <= {self.level})"
        tests = "".join(f" AND NOT ({condition})" for condition in self.without)
        return f"""(SELECT * FROM (
                SELECT *, false AS of_goods FROM ({self.sums}) WHERE {level}
                UNION ALL BY NAME
                SELECT *, true AS of_goods FROM ({self.single})
                WHERE {level} AND NOT {self._at_level}{tests})
            QUALIFY procedure = '{TOTAL_PROCEDURE}' OR NOT bool_or(procedure = '{TOTAL_PROCEDURE}')
                OVER (PARTITION BY freq, period, reporter, partner, product, is_import))"""

    @property
    def totals(self) -> str:
        """SQL for one row a total, in columns of ``totals``.

        Partners inside and outside the Union make up the world where a line for it is not there.
        """
        # `every` adds a world where both halves are there and no line for it; `finer` has the
        # totals with a finer code below them.
        cell = "period, freq, reporter_iso, is_import"
        halves = f"partner_iso IN ('{UNION}', '{OUTSIDE_UNION}')"
        return f"""{self._added(self.totalled)},
            every AS (SELECT * FROM added UNION ALL BY NAME
                SELECT {cell}, '{WORLD}' AS partner_iso, product,
                    CASE WHEN NOT is_import THEN 'destination' END AS partner_basis,
                    sum(lines) AS lines, sum(valued) AS valued, sum(value) AS value,
                    sum(weighed) AS weighed, sum(mass) AS mass, false AS is_one
                FROM added WHERE {halves} OR partner_iso = '{WORLD}' GROUP BY {cell}, product
                HAVING count(DISTINCT partner_iso) = 2 AND bool_and({halves})),
            sizes AS (SELECT DISTINCT
                CASE WHEN product = '{TOTAL}' THEN 0 ELSE length(product) END AS size FROM every),
            finer AS (SELECT DISTINCT {cell}, partner_iso,
                    CASE WHEN size = 0 THEN '{TOTAL}' ELSE left(code, size) END AS product
                FROM (SELECT {cell}, partner_iso, product AS code FROM ({self.single})
                    UNION ALL SELECT {cell}, partner_iso, product AS code FROM every), sizes
                WHERE code <> '{TOTAL}' AND length(code) > size)
            SELECT {self._common}, of_finer.product IS NOT NULL AS has_finer
            FROM every LEFT JOIN finer AS of_finer
            USING ({cell}, partner_iso, product)
            WHERE valued = lines"""

    def _added(self, lines: str) -> str:
        """Return SQL that names ``added``: lines of one cell together.

        A mass of zero beside a value is one of less than half a kilogram, or unknown. A value that
        is missing in one of several lines is missing in the sum.
        """
        # In long tables a cell has a line for each indicator: `lines` counts lines of value only,
        # so that `valued = lines` finds a value that is missing while its weight is there.
        estimated = "bool_or(contains(flag, 'e'))" if self.has_flag else "NULL"
        return f"""
            WITH member(iso, since, until) AS (VALUES {_members()}),
            told AS (SELECT line.*, {self._basis} AS partner_basis
                FROM {lines} AS line{"" if self.has_trade else _memberships()}),
            added AS (SELECT {_CELL},
                count(*) FILTER (tells_value) AS lines, count(value) AS valued,
                sum(value) AS value, count(mass) AS weighed, sum(mass) AS mass,
                min(unit) = max(unit) AS is_one, min(unit) AS unit,
                count(quantity) FILTER (unit IS NOT NULL) AS counted, sum(quantity) AS quantity,
                {estimated} AS is_estimated
                FROM told GROUP BY {_CELL})"""

    @property
    def _common(self) -> str:
        """SQL for canonical columns of what was added up."""
        # >= because in long tables quantities have lines of their own, in addition to those of
        # values.
        is_complete = "is_one AND counted >= lines AND quantity > 0"
        return f"""period, freq, product, partner_basis, lines,
                CASE WHEN product = '{TOTAL}' THEN '{NO_CODES}' ELSE {_nomenclature(self.level)} END
                    AS nomenclature,
                CASE WHEN is_import THEN partner_iso ELSE reporter_iso END AS exporter,
                CASE WHEN is_import THEN reporter_iso ELSE partner_iso END AS importer,
                CASE WHEN is_import THEN 'importer' ELSE 'exporter' END AS reported_by,
                CASE WHEN is_import THEN 'CIF' ELSE 'FOB' END AS valuation,
                CASE WHEN valued = lines THEN value END AS value_reported,
                CASE WHEN weighed >= lines AND (mass > 0 OR value = 0) THEN mass END AS mass_kg,
                CASE WHEN {is_complete} THEN quantity END AS quantity,
                CASE WHEN {is_complete} THEN unit END AS quantity_unit,
                is_estimated::BOOLEAN AS is_estimated"""

    @property
    def _basis(self) -> str:
        if self.has_trade:  # I inside the Union, L Northern Ireland; E outside, M Great Britain
            imports = (
                "CASE WHEN trade IN ('I', 'L') THEN 'consignment' "
                "WHEN trade IN ('E', 'M') THEN 'origin' END"
            )
        else:
            # Before 2021 GB was inside the Union, so `there` finds it; from 2021 GB is both XI
            # (inside) and XU.
            no_place = "length(partner_iso) > 3"  # the high seas, not specified
            imports = f"""CASE
                WHEN here.iso IS NULL THEN NULL
                WHEN partner_iso = '{UNION}' THEN 'consignment'
                WHEN partner_iso = '{OUTSIDE_UNION}' THEN 'origin'
                WHEN {no_place} OR partner_iso = '{WORLD}' THEN NULL
                WHEN partner = 'XI' OR there.iso IS NOT NULL THEN 'consignment'
                WHEN partner_iso = 'GBR' AND partner <> 'XU' THEN NULL
                ELSE 'origin' END"""
        return f"CASE WHEN is_import THEN {imports} ELSE 'destination' END"


def _memberships() -> str:
    """Return SQL that joins to each line the membership of reporter and partner at its time."""
    return "".join(
        f" LEFT JOIN member AS {side} ON {side}.iso = line.{column} "
        # A month or year counts by its first day: Croatia's 2013 is outside, though it joined in
        # July.
        f"AND {side}.since <= line.period AND line.period < {side}.until"
        for side, column in (("here", "reporter_iso"), ("there", "partner_iso"))
    )


def _nomenclature(level: int) -> str:
    if level == 8:
        return "'CN' || year(period)"
    if not level:
        return f"'{NO_CODES}'"
    # Newest first: the first WHEN that holds decides.
    later = sorted(EDITIONS, key=lambda one: one.in_force, reverse=True)
    cases = " ".join(f"WHEN period >= DATE '{one.in_force}' THEN '{one.id}'" for one in later)
    return f"CASE {cases} END"


def _members() -> str:
    rows = (f"({literal(iso)}, DATE '{since}', DATE '{until}')" for iso, since, until in members())
    return ", ".join(rows)


def _who(codes: Mapping[str, str]) -> str:
    return ", ".join(f"({literal(text)}, {literal(iso)})" for text, iso in sorted(codes.items()))


# Countries and groups of countries of Eurostat, by code or by name.


# Names only: codes of groups are longer than two signs, but for EU and EA below.
_GROUPS = re.compile(r"(European Union|Euro ?area|Eurozone|Extra|Intra|EU|EA|EFTA)\b.*", re.I)
# Days around every period; the transition of the United Kingdom ended with 2020.
_EVER, _TRANSITION, _NEVER = "1958-01-01", "2021-01-01", "9999-01-01"
_GROUPS_OF_TWO = frozenset({"EU", "EA"})
_WORLD = re.compile(r"world|all countries( of the world)?", re.I)
# Of the Union as it is since 2020 only: groups of earlier members are other sums.
_OUTSIDE = re.compile(r"(ext(ra)?[_-]?EU27_2020|EU27_2020_extra)|extra[ -]?EU.*2020.*", re.I)
_INSIDE = re.compile(r"(int(ra)?[_-]?EU27_2020|EU27_2020_intra)|intra[ -]?EU.*2020.*", re.I)


def areas_of(file: Checked, role: str, texts: Iterable[str]) -> dict[str, str]:
    """Return our code for each country of a file; empty for a group of countries.

    Eurostat's codes for single areas have two signs; whatever is longer is a group
    (``EU27_2020``, ``WORLD``, ``EFTA``), a total beside its members.

    Raises
    ------
    BadFileError
        For a country that is not known, naming its first row.
    """
    found = {text: _area(file, text) for text in texts}
    for text, code in found.items():
        if code is None:
            raise _unknown(file, role, text)
    return {text: code for text, code in found.items() if code is not None}


def sums_of(partners: Mapping[str, str]) -> dict[str, str]:
    """Return our code for each partner that is a sum of partners which totals are made of.

    Parameters
    ----------
    partners
        From `areas_of`: of a group the code is empty.
    """
    kinds = ((_WORLD, WORLD), (_OUTSIDE, OUTSIDE_UNION), (_INSIDE, UNION))
    return {
        text: code
        for text, iso in partners.items()
        if not iso
        for test, code in kinds
        if test.fullmatch(text)
    }


def _area(file: Checked, text: str) -> str | None:
    """Return our code, an empty text for a group, or None."""
    if file.form.labelled:
        code = by_name(text)
        if code is None:
            return "" if _GROUPS.fullmatch(text) else None
        return "" if area(code).kind == "aggregate" else code
    if text in _GROUPS_OF_TWO:
        return ""
    if len(text) == 2:
        return by_code("eurostat").get(text)
    # DEU in place of DE would pass as a group and its trade be left out, so it is refused instead.
    return None if text in _iso3() else ""


def _iso3() -> frozenset[str]:
    """Return the codes of three letters: somebody has translated the file."""
    return frozenset(by_code("alpha2").values())


def _unknown(file: Checked, role: str, text: str) -> BadFileError:
    column = file.column(role)
    rows = file.rows({column: text})
    where = f", row {rows[0]}" if rows else ""
    kind = "name" if file.form.labelled else "code"
    return BadFileError(
        f"not a country {kind} of Eurostat: {text!r}",
        where=f"{file.name}{where}, column {column}",
        why="its trade would be lost from every total",
        hint="if the country is new, it has to be added to model/areas.csv"
        + ("" if file.form.labelled else "; Eurostat itself writes two letters, e.g. DE"),
    )


def members() -> Iterator[tuple[str, str, str]]:
    """Yield each member of the European Union with its first day and the day after its last.

    Trade with the United Kingdom was reported as trade inside the Union until the transition ended.
    """
    for one in group("EU").memberships:
        left = _TRANSITION if one.area == "GBR" else f"{one.left or _NEVER}"
        yield one.area, f"{one.joined or _EVER}", left
