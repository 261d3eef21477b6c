"""Areas as tables write them: by a system of codes, by name, or by a table of their own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.area_names import named_area, named_group, nearest_names
from entrepot.model.areas import System, areas, by_code, known_areas, unknown_area
from entrepot.model.columns import read_table
from entrepot.sources.table.roles import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Mapping as Dictionary

__all__ = ["area_of", "known_code", "own_area", "system_codes"]

_TABLES: dict[str, tuple[System, ...]] = {
    "iso2": ("alpha2",),
    "eurostat": ("eurostat",),
    "gacc": ("gacc",),
    "imf": ("imf",),
    "baci": ("baci",),
    "comtrade": ("comtrade",),
    # UN Comtrade calls its codes M49, and has some that M49 has not: 842, 699, 757, 490.
    "m49": ("comtrade", "m49"),
}

_NATIONAL = ("brazil", "japan", "census", "canada")
"""Systems of one country's statistics; ``tools/area_names.py`` says from where."""
_LONGEST = 40


@cache
def system_codes(system: str) -> dict[str, str]:
    """Return our code for each code of a system, both as `area_of` compares them.

    Parameters
    ----------
    system
        A key of `entrepot.sources.table.roles.SYSTEMS`, ``names`` left out.
    """
    if system in _NATIONAL:
        rows = read_table(
            Path(__file__).with_name("national_codes.csv"), ("system", "code", "area", "name")
        )
        return {_key(row["code"]): row["area"] for row in rows if row["system"] == system}
    if system == "iso3":
        own = {one.code: one.code for one in areas()}
        return {_key(name): code for name, code in by_code("name").items() if len(name) <= 3} | own
    return {_key(code): ours for table in _TABLES[system] for code, ours in by_code(table).items()}


def known_code(text: str, system: str) -> str | None:
    """Return our code for a code of a system, or None."""
    return system_codes(system).get(_key(text))


def area_of(text: str, codes: str | Dictionary[str, str] | None) -> str:
    """Return our code for what a cell says.

    Parameters
    ----------
    text
        The cell.
    codes
        System, or a table of the file's own; None: names, or ISO codes of three letters.

    Raises
    ------
    RequestError
        If it is not known.
    """
    if isinstance(codes, str) and codes.lower() != "names":
        found = known_code(text, codes.lower())
    elif codes is None or isinstance(codes, str):
        found = named_area(text) or (None if codes else system_codes("iso3").get(text))
    else:
        found = own_area({_key(code): area for code, area in codes.items()}.get(_key(text)))
    if found is None:
        raise _unknown(text, codes)
    return found


def own_area(code: str | None) -> str | None:
    """Return a code of ours that a mapping names, checked.

    Raises
    ------
    UnknownNameError
        If there is no such area.
    """
    if code is not None and code not in known_areas():
        raise unknown_area(code)
    return code


def _unknown(text: str, codes: str | Dictionary[str, str] | None) -> RequestError:
    if isinstance(codes, str):
        shown = SYSTEMS[codes.lower()]
        kind = "name of an area" if shown == "names" else f"area code of {shown}"
    else:
        kind = "area" if codes is None else "area code of the mapping's own table"
    named = codes is None or kind.startswith("name")
    near = nearest_names(text) if named else []
    cell = text if len(text) <= _LONGEST else "..."
    choice = f"own: {{{cell!r}: {near[0] if near else 'CODE'}}}"
    more = "if it is an area, say which in the mapping: "
    if group := named_group(text) if named else None:
        hint = f"{group} is a group of areas: leave_out: [{cell!r}] where its members are rows too"
    elif near:
        names = " or ".join(f"{code} ({known_areas()[code].name})" for code in near)
        hint = f"did you mean {names}? {more}{choice}; WLD if it is a total over all"
    else:
        total = f"WLD if it is a total over all areas, or leave_out: [{cell!r}] if over some"
        hint = f"{more}{choice}; {total}"
    return RequestError(
        f"unknown {kind}", where=text, why="its trade would be lost from every total", hint=hint
    )


def _key(code: str) -> str:
    """Return a code for comparing: spreadsheets lose zeros at the front, and some write 643.0."""
    plain = code.strip().upper().removesuffix(".0")
    return plain.lstrip("0") or "0" if plain.isascii() and plain.isdigit() else plain
