"""The two files of descriptions that are read, and which edition each is of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.product import EDITIONS, TOTAL
from entrepot.sources.strict import find_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from entrepot.sources.parser import Said

__all__ = ["Kind", "edition_of", "kind_of", "release_of", "total_of"]

"""Code of a tree's total over everything, and its word for no section and no parent."""

_BACI = re.compile(r"product_codes_HS(\d\d)(?:_(V\d{6}\w*))?", re.IGNORECASE)
_TOTAL = re.compile(r"Total of all HS ?(\d{4}) commodities")
_BESIDE = {"section", "name"}
_TREE = {"section", "hscode", "description", "parent", "level"}
_LIST = {"code", "description"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A file of descriptions.

    Attributes
    ----------
    code
        Column with the code.
    is_tree
        Whether it has chapters, headings and sections too (UN Comtrade's tree, as
        datasets/harmonized-system hands it on), or only codes of six digits (CEPII's list).
    columns
        Names in the header, in order.
    """

    code: str
    is_tree: bool
    columns: tuple[str, ...]


def kind_of(columns: Sequence[str], where: str) -> Kind:
    """Return what a file is, by the names in its header.

    Raises
    ------
    BadFileError
        If it is neither.
    """
    held = set(columns) if len(set(columns)) == len(columns) else set()
    if held == _TREE:
        return Kind("hscode", True, tuple(columns))
    if held == _LIST:
        return Kind("code", False, tuple(columns))
    if held == _BESIDE:
        raise BadFileError(
            "names of sections, no products",
            where=where,
            hint="give harmonized-system.csv alone: each product there names its section",
        )
    raise BadFileError(
        f"not a table of descriptions: {', '.join(columns[:8])}",
        where=f"{where}, row 1",
        why="known are section, hscode, description, parent, level; and code, description",
        hint="give harmonized-system.csv, or product_codes_HS17_V202501.csv out of BACI's zip",
    )


def release_of(name: str) -> str | None:
    """Return the release of BACI in the name of its list, or None."""
    found = _BACI.search(name)
    return found[2].upper() if found and found[2] else None


def edition_of(kind: Kind, name: str, where: str, said: Said, total: str | None) -> str:
    """Return the edition that a file is of: named in it, by it or by the user.

    Parameters
    ----------
    kind, name
        What the file is, and its name.
    where
        What a reader calls it: with the archive it lay in.
    said
        What the user said.
    total
        Description of the total in a tree, which names the edition.

    Raises
    ------
    BadFileError
        If file and user disagree, or neither names an edition that exists.
    """
    by_year = {str(one.year): one.id for one in EDITIONS}
    by_digits = {one.baci[2:]: one.id for one in EDITIONS}
    found = _TOTAL.fullmatch(total or "") if kind.is_tree else _BACI.search(name)
    named = (by_year | by_digits).get(found[1], f"HS{found[1]}") if found else None
    if said.nomenclature and named and said.nomenclature != named:
        raise BadFileError(
            f"the edition asked for is {said.nomenclature}, the file is of {named}",
            where=where,
            hint="leave the option out, or give the file that was meant",
        )
    edition = named or said.nomenclature
    if edition is None or edition not in by_year.values():
        raise BadFileError(
            f"no edition of the Harmonized System: {edition}"
            if edition
            else "the edition of the codes is not known",
            where=where,
            why="one code means different goods in different editions",
            hint="add --nomenclature HS2017 (or HS1992 ... HS2022)",
        )
    return edition


def total_of(path: Path, name: str, kind: Kind) -> str | None:
    """Return the description of the total in a tree, or None.

    Raises
    ------
    BadFileError
        If the file cannot be read as text.
    """
    code, words = kind.columns.index(kind.code), kind.columns.index("description")
    found: list[str] = []

    def is_total(row: list[str]) -> bool:
        if len(row) == len(kind.columns) and row[code].strip() == TOTAL:
            found.append(row[words].strip())
        return False

    find_rows(path, name, is_total)
    return found[0] if found else None
