"""Re-exports are a part of exports: the two are told apart, and never added.

Comtrade's exports (X) hold domestic exports (DX) and re-exports (RX); its imports (M) hold foreign
imports (FM) and re-imports (RM). Processing (MIP, MOP, XIP, XOP) is a part of either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.columns import Finding
from entrepot.sources.comtrade.stage import AMOUNTS, CELL, KEY, cell_words, usd
from entrepot.sources.temp_tables import add, keep, offer

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import ComtradeFile

__all__ = ["FLOW", "split_reexports"]

FLOW = "comtrade_flow"
"""Name of the table of cells with `is_reexport`, flows M and X only."""

_PARTS = {"M": ("RM", "FM", "MIP", "MOP"), "X": ("DX", "XIP", "XOP")}
_CELL = KEY.replace("flow, ", "")
_FITS = "r.value <= x.value * (1 + 1e-9)"
_NAMES = [name.strip() for name in AMOUNTS.split(",")]


def split_reexports(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile
) -> tuple[Finding, ...]:
    """Make the table `FLOW`: exports split into own goods and re-exports where both are told."""
    flows = {flow for (flow,) in connection.execute(f"SELECT DISTINCT flow FROM {CELL}").fetchall()}
    if "RX" not in flows and "DX" not in flows:
        offer(connection, FLOW, _whole("'M', 'X'"))
        return _parts(connection, file, flows)
    keep(connection, "comtrade_told", _whole("'M'"))
    _split(connection)
    offer(connection, FLOW, "SELECT * FROM comtrade_told")
    return (*_found(connection, file), *_parts(connection, file, flows))


def _whole(flows: str) -> str:
    return f"SELECT *, NULL::BOOLEAN AS is_reexport FROM {CELL} WHERE flow IN ({flows})"


def _split(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the rows of exports: what is left of X after RX, and RX itself."""
    sides = ", ".join(
        f"any_value(struct_pack({_struct()})) FILTER (flow = '{code}') AS {name}"
        for code, name in (("X", "x"), ("RX", "r"), ("DX", "d"))
    )
    # A reporter that tells re-exports of a product with any partner tells them with every partner.
    exports = f"""
        SELECT *, bool_or(r IS NOT NULL) OVER (PARTITION BY period, reporter, product) AS told
        FROM (SELECT {_CELL}, {sides} FROM {CELL} WHERE flow IN ('X', 'RX', 'DX') GROUP BY {_CELL})
        """
    keep(connection, "comtrade_export", exports)
    key = KEY.replace("flow", "'X' AS flow")
    whole = ", ".join(f"{{side}}.{name}" for name in _NAMES)
    rest = ", ".join(_rest(name) for name in _NAMES)
    told = f"""
        SELECT {key}, {whole.format(side="x")}, CASE WHEN r IS NULL AND told THEN false END
        FROM comtrade_export WHERE x IS NOT NULL AND (r IS NULL OR NOT ({_FITS}))
        UNION ALL
        SELECT {key}, {rest}, false
        FROM comtrade_export WHERE {_FITS} AND x.value - r.value > 0
        UNION ALL
        SELECT {key}, {whole.format(side="r")}, true
        FROM comtrade_export WHERE r IS NOT NULL AND (x IS NULL OR {_FITS})
        UNION ALL
        SELECT {key}, {whole.format(side="d")}, false
        FROM comtrade_export WHERE d IS NOT NULL AND x IS NULL"""
    add(connection, "comtrade_told", told)


def _struct() -> str:
    return ", ".join(f"{name} := {name}" for name in _NAMES)


def _rest(name: str) -> str:
    """Return SQL for what is left of exports after re-exports; unknown if either is."""
    if name in ("edition", "unit"):
        return f"x.{name}"
    if name.endswith("_estimated"):
        return f"x.{name} OR r.{name}"
    same = " AND x.unit IS NOT DISTINCT FROM r.unit" if name == "quantity" else ""
    return f"CASE WHEN x.{name} >= r.{name}{same} THEN nullif(x.{name} - r.{name}, 0) END"


def _found(connection: duckdb.DuckDBPyConnection, file: ComtradeFile) -> tuple[Finding, ...]:
    [(both, value, larger, over, alone, only)] = connection.execute(f"""
        SELECT count(*) FILTER ({_FITS}), coalesce(sum(r.value) FILTER ({_FITS}), 0),
               count(*) FILTER (NOT ({_FITS})), coalesce(sum(r.value) FILTER (NOT ({_FITS})), 0),
               count(*) FILTER (r IS NOT NULL AND x IS NULL),
               coalesce(sum(r.value) FILTER (x IS NULL), 0)
        FROM comtrade_export""").fetchall()
    found: list[Finding] = []
    if both:
        text = (
            "Re-exports (RX) are a part of exports (X): each such cell became two rows, own goods "
            "and re-exports, that add up to its exports."
        )
        found.append(Finding("reexports-split", "note", file.name, int(both), usd(value), text))
    if larger:
        one = connection.execute(f"""
            SELECT {KEY.replace("flow", "'X' AS flow")}, x.value, r.value FROM comtrade_export
            WHERE NOT ({_FITS}) ORDER BY r.value - x.value DESC, {KEY} LIMIT 1""").fetchall()[0]
        example = f"{cell_words(one)}: exports {usd(one[-2])}, re-exports {usd(one[-1])}"
        text = (
            f"Re-exports are larger than the exports that they are a part of, {usd(over)} together:"
            " exports were kept whole, with is_reexport empty, and the re-exports left out."
        )
        found.append(
            Finding("reexports-above-exports", "warning", file.name, int(larger), example, text)
        )
    if alone:
        text = "Re-exports without exports of the same cell were kept, as re-exports."
        found.append(Finding("reexports-alone", "note", file.name, int(alone), usd(only), text))
    return tuple(found)


def _parts(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, flows: set[str]
) -> tuple[Finding, ...]:
    """Say which flows were left out because they are parts of imports or exports."""
    found: list[Finding] = []
    for whole, parts in _PARTS.items():
        here = [code for code in parts if code in flows]
        if not here:
            continue
        listed = ", ".join(f"'{code}'" for code in here)
        # Domestic exports without exports are a row of their own, see `_split`.
        [(rows, value, alone, lost)] = connection.execute(f"""
            SELECT count(*), coalesce(sum(value), 0), count(*) FILTER (NOT has),
                   coalesce(sum(value) FILTER (NOT has), 0)
            FROM (SELECT flow, value, EXISTS (
                      SELECT 1 FROM {CELL} AS other WHERE other.flow = '{whole}' AND {_same()}
                  ) AS has FROM {CELL} AS part WHERE flow IN ({listed}))
            WHERE has OR flow <> 'DX'""").fetchall()
        text = (
            f"{', '.join(here)} are parts of {'imports (M)' if whole == 'M' else 'exports (X)'}, "
            "which hold them; they were left out."
        )
        if rows:
            found.append(Finding("parts-of-flows", "note", file.name, int(rows), usd(value), text))
        if alone:
            text = (
                f"{', '.join(here)} without the {whole} of the same cell were left out too: a part "
                f"says nothing of the whole. {usd(lost)}."
            )
            found.append(
                Finding("parts-without-whole", "warning", file.name, int(alone), usd(lost), text)
            )
    return tuple(found)


def _same() -> str:
    return " AND ".join(
        f"other.{name.strip()} IS NOT DISTINCT FROM part.{name.strip()}"
        for name in _CELL.split(",")
    )
