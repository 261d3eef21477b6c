"""What the name of a BACI file says: edition of the product codes, year and release."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.model.product import EDITIONS
from entrepot.sources.parser import Delivery

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.parser import Said

__all__ = ["is_beside", "is_named", "named_table"]

_EDITIONS = {one.baci.removeprefix("HS"): one.id for one in EDITIONS}
_NAME = re.compile(r"BACI_HS(\d\d)(?:_Y(\d{4}))?(?:.*_(V\d{6}\w*))?", re.IGNORECASE)
_RELEASE = re.compile(r"V\d{6}\w*")
_BESIDE = re.compile(r"(country|product)_codes|read_?me", re.IGNORECASE)


def is_named(member: str) -> bool:
    """Whether a file is called as CEPII calls its data files."""
    return _NAME.match(member) is not None


def is_beside(member: str) -> bool:
    """Whether a member of the archive is one of the code tables shipped beside the data."""
    return _BESIDE.search(member) is not None


def named_table(member: str, label: str, path: Path, said: Said) -> Delivery:
    """Return the table with what its name says; the user's word fills what the name leaves out.

    Raises
    ------
    BadFileError
        If name and user disagree, or neither names an edition that exists.
    """
    found = _NAME.match(member)
    digits, year, release = found.groups() if found else (None, None, None)
    if digits is not None and digits not in _EDITIONS:
        raise BadFileError(f"no edition of the Harmonized System: HS{digits}", where=label)
    edition = _one("edition", said.nomenclature, _EDITIONS[digits] if digits else None, label)
    if edition not in _EDITIONS.values():
        raise BadFileError(
            f"no edition of the Harmonized System: {edition}"
            if edition
            else "the edition of the product codes is not known",
            where=label,
            why="one code means different goods in different editions",
            hint="add --nomenclature HS2017 (or HS1992 ... HS2022)",
        )
    known = _one("release", said.vintage, release, label)
    if known and not _RELEASE.fullmatch(known):
        raise BadFileError(
            f"not a release of BACI: {known!r}",
            where=label,
            why="which release is the later one, and which years it can hold, follow from it",
            hint="write it as CEPII does: --vintage V202501",
        )
    text = (
        "The release of BACI is not known. To record it, add the file again with --vintage V202501 "
        "(and --replace, as its years are held)."
    )
    return Delivery(
        path=path,
        name=label,
        nomenclature=edition,
        vintage=known or "unknown",
        year=int(year) if year else None,
        findings=() if known else (Finding("unknown-vintage", "note", label, 1, "unknown", text),),
    )


def _one(word: str, given: str | None, named: str | None, label: str) -> str:
    if given and named and given.upper() != named.upper():
        raise BadFileError(
            f"the {word} asked for is {given}, the name of the file says {named.upper()}",
            where=label,
            hint="leave the option out, or give the file that was meant",
        )
    return (given or named or "").upper()
