"""Follow codes into another edition of the Harmonized System, and say what gets lost.

The rule is strict: a code is used only where its identity is established. The one-to-one
conversion sheets of the United Nations are not used, because they name a target for every code,
also where there is none: two high-priority chip codes would become mobile phones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods.editions import Link, known_prefixes, link

if TYPE_CHECKING:
    from entrepot.goods.lists import ListEntry

__all__ = ["Followed", "Variant", "follow"]

Variant = Literal["family", "same_code", "without_changed"]

_LEFT_OUT = {
    "family": (),
    "same_code": ("successor", "no_safe_predecessor"),
    "without_changed": ("content_changed",),
}


@dataclass(frozen=True, slots=True)
class Followed:
    """Codes usable in the edition asked for, and what was left out or replaced."""

    codes: frozenset[str]
    prefixes: frozenset[str]
    missing: tuple[tuple[str, str], ...]
    substituted: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def follow(
    entries: tuple[ListEntry, ...], plain: tuple[str, ...], nomenclature: str, variant: Variant
) -> Followed:
    """Return the codes of list `entries` and `plain` codes in `nomenclature`.

    Raises
    ------
    UnknownNameError
        For an unknown variant.
    RequestError
        If a list cannot be followed into `nomenclature` at all.
    """
    known = get_args(Variant)
    if variant not in known:
        raise UnknownNameError("variant", variant, known, hint=f"one of: {', '.join(known)}")
    found = [_entry(entry, nomenclature, variant) for entry in entries]
    found += [_plain(code, nomenclature) for code in plain]
    used = [(asked, code, reason) for asked, code, reason in found if code]
    swapped = [(asked, code, reason) for asked, code, reason in used if code != asked]
    return Followed(
        codes=frozenset(code for _, code, _ in used if len(code) == 6),
        prefixes=frozenset(code for _, code, _ in used if len(code) < 6),
        missing=tuple((asked, reason) for asked, code, reason in found if not code),
        substituted=tuple((asked, code) for asked, code, _ in swapped),
        notes=tuple(
            f"{code} stands for {asked} in {nomenclature}: {reason}"
            for asked, code, reason in swapped
        ),
    )


def _entry(entry: ListEntry, nomenclature: str, variant: Variant) -> tuple[str, str, str]:
    """Return the code asked for, the one to use (or nothing), and the reason."""
    # Variants leave out the same entries in every edition, so that editions can be compared.
    compared = _established(entry, "HS2017")
    if compared.kind in _LEFT_OUT[variant]:
        return entry.code, "", f"left out on request ({variant}): {compared.reason}"
    here = _established(entry, nomenclature)
    return entry.code, here.other_code, here.reason


def _established(entry: ListEntry, nomenclature: str) -> Link:
    found = link(entry.code, entry.nomenclature, nomenclature)
    if found is None:
        raise RequestError(
            f"the list's codes are {entry.nomenclature} and are not followed into {nomenclature}",
            where=entry.code,
            why="equal numbers in another edition can be other goods",
            hint="use data in HS2017 or HS2022, or name product codes yourself",
        )
    return found


def _plain(code: str, nomenclature: str) -> tuple[str, str, str]:
    editions = known_prefixes(len(code))[code]
    if nomenclature in editions:
        return code, code, ""
    reason = f"not a code of {nomenclature}; it stands in {', '.join(sorted(editions))}"
    near = link(code, "HS2022", nomenclature) if "HS2022" in editions else None
    if near and near.kind == "successor":
        reason += f"; nearest in {nomenclature}: {near.other_code}"
    return code, "", reason
