"""The cells of BACI as codes and numbers, in two ways: quickly with a guard, and with care.

A file that is nothing but digits, points, blanks and NA can be read once, as numbers: whatever
DuckDB takes for a number in it is one. The engine stops at the first cell that it cannot vouch for.
The careful way reads text of which every cell was tested before (`entrepot.sources.strict`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sources.enums import area_enum, enum
from entrepot.sources.strict import literal, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["CODE", "canonical", "careful", "is_plain", "quick"]

CODE = "[1-9][0-9]{4,5}|0[1-9][0-9]{4}"
"""A code of six digits, whose first zero a program may have cut off: no chapter is called 00."""
_PLAIN = b"0123456789., NA\r\n"
_STEP = 2**20
_MOST = 1e15  # a number of more digits would lose its last ones


def is_plain(path: Path) -> bool:
    """Whether a file has nothing but digits, points, commas, blanks and NA below its header."""
    with path.open("rb") as opened:
        opened.readline(_STEP)
        while piece := opened.read(_STEP):
            if piece.translate(None, _PLAIN):
                return False
    return True


def quick(path: Path, columns: Sequence[str], codes: Mapping[str, Sequence[str]]) -> str:
    """Return SQL for the cells of a plain file; it stops with an error at one it cannot take.

    Parameters
    ----------
    path, columns
        The file, and its header.
    codes
        Texts that may occur in ``t``, ``i`` and ``j``.
    """
    kinds = {name: enum(texts) for name, texts in codes.items()} | {"v": "DOUBLE"}
    text = read_text(path, columns, kinds=kinds)
    return f"""
        SELECT coalesce(t, error('t')) AS t, coalesce(i, error('i')) AS i,
               coalesce(j, error('j')) AS j,
               CASE WHEN regexp_full_match(k, {literal(CODE)}) AND length(k) = 6 THEN k
                    WHEN regexp_full_match(trim(k), {literal(CODE)}) THEN lpad(trim(k), 6, '0')
                    ELSE error('k') END AS k,
               CASE WHEN v >= 0 AND v < {_MOST} THEN v ELSE error('v') END AS v,
               CASE WHEN tons >= 0 AND tons < {_MOST} THEN tons
                    WHEN tons IS NULL AND coalesce(trim(q), '') IN ('', 'NA') THEN NULL
                    ELSE error('q') END AS q
        FROM (SELECT *, try_cast(q AS DOUBLE) AS tons FROM {text})"""


def careful(path: Path, columns: Sequence[str], codes: Mapping[str, Sequence[str]]) -> str:
    """Return SQL for the cells of a file that was verified; parameters as in `quick`."""
    listed = ", ".join(f"trim({name})::{enum(texts)} AS {name}" for name, texts in codes.items())
    return f"""
        SELECT {listed}, lpad(trim(k), 6, '0') AS k, v::DOUBLE AS v,
               nullif(nullif(trim(q), ''), 'NA')::DOUBLE AS q
        FROM {read_text(path, columns)}"""


def canonical(cells: str, years: Sequence[int], areas: Sequence[str], reported_by: str) -> str:
    """Return SQL for cells in canonical columns.

    Parameters
    ----------
    cells
        SQL of `quick` or `careful`.
    years, areas
        What the texts that may occur stand for, one by one.
    reported_by
        SQL for who told a flow, by ``year``, ``exporter`` and ``importer``; may be empty.
    """
    # Codes are looked up in lists: a join would take eleven million rows for the smaller side.
    isos = f"[{', '.join(map(literal, areas))}]::{area_enum()}[]"
    known = f"[{', '.join(map(str, years))}]"
    return f"""
        SELECT make_date(year, 1, 1) AS period, exporter, importer, k AS product,
               round(v * 1000) AS value_usd, q * 1000 AS mass_kg
               {f", {reported_by} AS reported_by" if reported_by else ""}
        FROM (SELECT ({known})[enum_code(t) + 1] AS year, ({isos})[enum_code(i) + 1] AS exporter,
                     ({isos})[enum_code(j) + 1] AS importer, k, v, q FROM ({cells}))"""
