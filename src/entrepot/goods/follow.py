"""Follow codes into another edition of the Harmonized System, and say what gets lost.

The rule is strict: a code is used only where its identity is established. The one-to-one
conversion sheets of the United Nations are not used, because they name a target for every code,
also where there is none: two high-priority chip codes would become mobile phones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods.editions import known_prefixes, links

if TYPE_CHECKING:
    from entrepot.goods.lists import ListEntry

__all__ = ["Followed", "follow"]

VARIANTS = ("family", "same_code", "without_changed")


@dataclass(frozen=True, slots=True)
class Followed:
    """Codes usable in the edition asked for, and what was left out or replaced."""

    codes: frozenset[str]
    prefixes: frozenset[str]
    missing: tuple[tuple[str, str], ...]
    substituted: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def follow(
    entries: tuple[ListEntry, ...],
    plain: tuple[str, ...],
    nomenclature: str,
    variant: Literal["family", "same_code", "without_changed"],
) -> Followed:
    """Return the codes of list `entries` and `plain` codes in `nomenclature`.

    Raises
    ------
    UnknownNameError
        For an unknown variant.
    RequestError
        If a list cannot be followed into `nomenclature` at all.
    """
    if variant not in VARIANTS:
        raise UnknownNameError("variant", variant, VARIANTS, hint=f"one of: {', '.join(VARIANTS)}")
    codes: set[str] = set()
    prefixes: set[str] = set()
    missing: list[tuple[str, str]] = []
    substituted: list[tuple[str, str]] = []
    notes: list[str] = []
    for entry in entries:
        used, reason = _entry(entry, nomenclature, variant)
        if used is None:
            missing.append((entry.code, reason))
            continue
        codes.add(used)
        if used != entry.code:
            substituted.append((entry.code, used))
            notes.append(f"{used} stands for {entry.code} in {nomenclature}: {reason}")
    for code in plain:
        if nomenclature not in known_prefixes(len(code))[code]:
            missing.append((code, _absent(code, nomenclature)))
        else:
            (codes if len(code) == 6 else prefixes).add(code)
    return Followed(
        codes=frozenset(codes),
        prefixes=frozenset(prefixes),
        missing=tuple(missing),
        substituted=tuple(substituted),
        notes=tuple(notes),
    )


def _entry(entry: ListEntry, nomenclature: str, variant: str) -> tuple[str | None, str]:
    """Return the code to use, or None, and the reason."""
    own = entry.nomenclature
    if (own, nomenclature) not in (("HS2022", "HS2022"), ("HS2022", "HS2017")):
        raise RequestError(
            f"the list's codes are {own} and have not been followed into {nomenclature} yet",
            where=entry.code,
            why="equal numbers in older editions can be other goods",
            hint="use data in HS2017 or HS2022, or name product codes yourself",
        )
    # Variants select the same entries in every edition, so that editions can be compared.
    link = links("HS2022", "HS2017").get(entry.code)
    kind = link.kind if link else "same"
    reason = link.reason if link else ""
    if variant == "without_changed" and kind == "content_changed":
        return None, f"left out on request: {reason}"
    if variant == "same_code" and kind in ("successor", "no_safe_predecessor"):
        return None, f"left out on request: not the same number in HS2017 ({reason})"
    if nomenclature == own or kind in ("same", "content_changed"):
        return entry.code, ""
    return (link.other_code or None, reason) if link else (entry.code, "")


def _absent(code: str, nomenclature: str) -> str:
    stands = sorted(known_prefixes(len(code))[code])
    reason = f"not a code of {nomenclature}; it stands in {', '.join(stands)}"
    link = links("HS2022", "HS2017").get(code)
    if link and link.kind == "successor":
        reason += f"; nearest in {link.other_nomenclature}: {link.other_code}"
    return reason
