"""Countries and groups of countries of Eurostat, by code or by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import OUTSIDE_UNION, UNION, WORLD, area, by_code, by_name, group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from entrepot.sources.comext.reading import Checked

__all__ = ["areas_of", "members", "sums_of"]

_GROUPS = re.compile(r"(European Union|Euro ?area|Eurozone|Extra|Intra|EU|EA|EFTA)\b.*", re.I)
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

    Trade with the United Kingdom was told as trade inside the Union until the transition ended.
    """
    for one in group("EU").memberships:
        left = _TRANSITION if one.area == "GBR" else f"{one.left or _NEVER}"
        yield one.area, f"{one.joined or _EVER}", left
