"""Rows that wait, set beside rows that are stored: what would count twice, what would get lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from entrepot.lake.current_vintage import EVERYTHING
from entrepot.lake.layout import SLICE
from entrepot.lake.staged import STAGED, cell, of_period
from entrepot.lake.system_errors import readable
from entrepot.model.columns import columns, key_columns
from entrepot.model.product import NO_CODES
from entrepot.sources.strict import file_literal, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from pathlib import Path

    import duckdb

    from entrepot.model.period import Period
    from entrepot.sources.parser import Rows

__all__ = ["Clash", "OverlapCheck"]


@dataclass(frozen=True, slots=True)
class Clash:
    """Why rows that wait have no room beside stored ones.

    Attributes
    ----------
    kind
        ``cell``: the same one; ``heading``: a code and one that begins with it, of one flow;
        ``edition``: one report in two editions of the product codes.
    words
        Which, for a message.
    reexports
        Whether the new row is about re-exports alone.
    """

    kind: Literal["cell", "heading", "edition"]
    words: str
    reexports: bool = False


@dataclass(frozen=True, slots=True)
class OverlapCheck:
    """Rows of one period that wait, ready to be compared with stored files of the same period.

    Attributes
    ----------
    connection, rows, there, period
        Where they wait, what a parser returned, the columns that wait, and which of the rows.
    at
        Returns where a stored file lies.
    """

    connection: duckdb.DuckDBPyConnection
    rows: Rows
    there: Container[str]
    period: Period | None
    at: Callable[[str], Path]

    def clash(self, stored: str) -> Clash | None:
        """Return the first thing that would count twice beside a stored file, if there is one."""
        held = self.at(stored)
        if found := self._same_cell(held):
            return found
        if self.rows.table != "flows":
            return None
        return self._heading(held) or self._edition(held)

    def lost(self, stored: str, hidden: Iterable[str]) -> tuple[int, str]:
        """Return how many stored rows of some slices have no counterpart here, and one of them."""
        held = self.at(stored)
        names = self._names()
        both = " AND ".join(f"new.{name} IS NOT DISTINCT FROM old.{name}" for name in names)
        gone = ", ".join(map(literal, sorted(hidden)))
        where = "true" if EVERYTHING in hidden else f"({SLICE[self.rows.table]}) IN ({gone})"
        words = f"concat_ws(' ', {', '.join(f'old.{name}' for name in names)})"
        query = f"""
            SELECT count(*), coalesce(min({words}), '')
            FROM (FROM {_stored(held)} WHERE {where}) AS old
            ANTI JOIN {self._new()} AS new ON {both}"""
        with readable():
            [(count, example)] = self.connection.execute(query).fetchall()
        return count, example

    def _same_cell(self, held: Path) -> Clash | None:
        """Return a cell that both have.

        A key that does not say (re-exports or not, partners by origin or not) meets every one that
        does: exports hold their re-exports, so that the two would count twice.
        """
        names = self._names()
        kinds = {one.name: one.nullable for one in columns(self.rows.table)}
        tests = [
            f"(new.{name} = old.{name} OR new.{name} IS NULL OR old.{name} IS NULL)"
            for name in names
            if kinds[name]
        ]
        found = self._joined(held, [name for name in names if not kinds[name]], tests, names)
        if not found:
            return None
        words = " ".join(str(one) for one in found if one is not None)
        return Clash("cell", words, reexports=found[-1] is True)

    def _heading(self, held: Path) -> Clash | None:
        """Return a code and one below it, of one flow as one side reports it."""
        sides = ["exporter", "importer", "reported_by"]
        lengths = "SELECT DISTINCT length(product) FROM {} WHERE product <> 'TOTAL'"
        with readable():
            new, old = (
                {size for (size,) in self.connection.execute(lengths.format(table)).fetchall()}
                for table in (self._new(), _stored(held))
            )
        for short, long, size in (
            *(("new", "old", size) for size in new if size < max(old, default=0)),
            *(("old", "new", size) for size in old if size < max(new, default=0)),
        ):
            tests = [
                f"length({short}.product) = {size}",
                f"length({long}.product) > {size}",
                f"{short}.product <> 'TOTAL' AND {long}.product <> 'TOTAL'",
                f"left({long}.product, {size}) = {short}.product",
            ]
            wanted = [f"{short}.product", f"{long}.product", "new.exporter", "new.importer"]
            if found := self._joined(held, sides, tests, wanted):
                heading, line, seller, buyer = found
                return Clash("heading", f"{heading} beside {line}, {seller} {buyer}")
        return None

    def _edition(self, held: Path) -> Clash | None:
        """Return one report whose codes are to be read in two editions."""
        told = f"SELECT DISTINCT {SLICE['flows']} AS told, nomenclature FROM {{}}"
        other = f"nomenclature <> {literal(NO_CODES)}"
        query = f"""
            SELECT new.told, new.nomenclature, old.nomenclature
            FROM ({told.format(self._new())} WHERE {other}) AS new
            JOIN ({told.format(_stored(held))} WHERE {other}) AS old
            ON new.told = old.told AND new.nomenclature <> old.nomenclature
            WHERE new.told <> {literal(EVERYTHING)} ORDER BY ALL LIMIT 1"""
        with readable():
            found = self.connection.execute(query).fetchall()
        if not found:
            return None
        who, new, old = found[0]
        side = "imports" if who.startswith(">") else "exports"
        return Clash("edition", f"{side} that {who.strip('>')} reports in {new} and in {old}")

    def _joined(
        self, held: Path, keys: list[str], tests: list[str], wanted: list[str]
    ) -> tuple[object, ...] | None:
        out = ", ".join(name if "." in name else f"new.{name}" for name in wanted)
        both = " AND ".join(f"new.{name} = old.{name}" for name in keys)
        query = f"""
            SELECT {out} FROM {self._new()} AS new JOIN {_stored(held)} AS old ON {both}
            WHERE {" AND ".join(["true", *tests])} ORDER BY ALL LIMIT 1"""
        with readable():
            found = self.connection.execute(query).fetchall()
        return found[0] if found else None

    def _names(self) -> list[str]:
        return [name for name in key_columns(self.rows.table) if name not in ("period", "freq")]

    def _new(self) -> str:
        names = [one.name for one in columns(self.rows.table) if one.name not in _FILED]
        mine = ", ".join(f"{cell(name, self.there, self.rows.same)} AS {name}" for name in names)
        where = of_period(self.there, self.period)
        return f"(SELECT {mine} FROM {STAGED} WHERE {where})"


_FILED = ("period", "freq", "source", "snapshot")


def _stored(held: Path) -> str:
    return f"read_parquet({file_literal(held)}, hive_partitioning=false)"
