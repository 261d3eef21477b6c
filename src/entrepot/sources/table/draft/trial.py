"""Try a draft on its file before its questions are answered: what rows that say one flow can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.errors import EntrepotError
from entrepot.sources.parser import FileOptions
from entrepot.sources.table.draft.questions import TODO, Questions, as_yaml, scalar
from entrepot.sources.table.parse import check_table, rows, tables
from entrepot.sources.table.repeated import KEYS, MONEY
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.model.columns import Finding
    from entrepot.sources.parser import ParsedRows, RawFile
    from entrepot.sources.table.draft.seen import Seen

_ANSWERS = {
    "reporter": "ATA",
    "partner": "BVT",
    "exporter": "ATA",
    "importer": "ATA",
    "flow": "import",
    "reported_by": "importer",
    "valuation": "FOB",
    "period": "2024",
    "product": "TOTAL",
    "year_starts": 4,
    "order": "DMY",
    "decimal": ".",
    "currency": "USD",
    "scale": 1,
}
"""What stands for an answer while a draft is tried; areas that hardly a table has."""

_BY_CHOICE = ("encoding", "sheet", "yes", "unit")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of reading a file with a draft: rows, money, findings; or why it was refused."""

    rows: int = 0
    money: float = 0.0
    findings: tuple[Finding, ...] = ()
    error: EntrepotError | None = None

    def is_empty_at(self, row: int) -> bool:
        """Whether it was refused because a row names no area."""
        error = self.error
        return (
            error is not None
            # By the words of the message: the error has no code of its own for an empty area.
            and error.what.endswith(": ''")
            and "name of an area" in error.what
            and f"row {row}," in error.where
        )

    @property
    def is_of_the_file(self) -> bool:
        """Whether it was refused for its rows, which no answer changes."""
        error = self.error
        return error is not None and ("row " in error.where or "several rows" in error.what)

    @property
    def is_repeated(self) -> bool:
        """Whether it was refused because several rows say one flow."""
        return self.error is not None and "repeated: once" in self.error.hint


def read_with(file: RawFile, scratch: Path, says: dict[str, Any]) -> Trial:
    """Read a whole file with a mapping in which nothing is open."""
    found: list[Finding] = []
    count, money = 0, 0.0
    said = FileOptions(mapping=as_yaml(says, Questions(), []))
    try:
        with connect() as connection:
            for table in tables(file, scratch, said):
                read = rows(connection, table)
                found += [*table.findings, *read.findings]
                here, value = _counted(read)
                count, money = count + here, money + value
    except EntrepotError as error:
        return Trial(error=error)
    return Trial(count, money, tuple(found))


def _counted(read: ParsedRows) -> tuple[int, float]:
    """Return how many rows there are, and their money in whatever currency they have it."""
    known = [name for name in ("value_usd", "value_reported") if name in read.relation.columns]
    money = f"coalesce(sum(coalesce({', '.join(known)})), 0)" if known else "0"
    [(count, value)] = read.relation.aggregate(f"count(*), {money}").fetchall()
    return int(count), float(value)


def stand_ins(says: dict[str, Any], asks: Questions) -> dict[str, Any] | None:
    """Return a mapping with some answer in every open place; None where none can stand in.

    Whether rows are read, and whether several say one flow, hardly depends on the answers. What
    is read with them is thrown away.
    """
    found = {key: _answer(key, given, key, asks) for key, given in says.items()}
    for key in ("wide", "columns"):
        if isinstance(says.get(key), dict):
            found[key] = _of_columns(key, says[key], asks)
    return None if _open(found) or "columns" in asks.asked else found


def _of_columns(key: str, given: dict[str, Any], asks: Questions) -> dict[str, Any]:
    if key == "wide":
        return _of_column(given, key, asks)
    return {name: _of_column(keys, f"columns.{name}", asks) for name, keys in given.items()}


def _of_column(keys: dict[str, Any], place: str, asks: Questions) -> dict[str, Any]:
    found = {key: _answer(key, given, f"{place}.{key}", asks) for key, given in keys.items()}
    own = found.get("own")
    if isinstance(own, dict) and TODO in own.values():
        unknown = [cell for cell, area in own.items() if area == TODO]
        found["own"] = {cell: area for cell, area in own.items() if area != TODO}
        # Areas that are not known yet are left out while trying: with one stand-in for all, their
        # rows would seem to be repeated.
        found["leave_out"] = [*found.get("leave_out", []), *unknown]
    return found


def _answer(key: str, given: Any, place: str, asks: Questions) -> Any:
    question = asks.asked.get(place)
    if question is None:
        return given
    choices = [choice.strip("'") for choice in question.choices if choice != "..."]
    if key == "leave_out":
        return choices
    if key == "level":
        # The finest level, or the totals: the last choice that is offered.
        return choices[-1] if choices[-1] == "total" else int(choices[-1])
    if key == "pad":
        return int(choices[0]) if choices[0].isdigit() else choices[0]
    if key == "nomenclature":
        return "CN2024" if "CN2024" in choices[:1] else "HS2022"
    if key in _BY_CHOICE:
        return choices[0]
    return _ANSWERS.get(key, given)


def _open(given: Any) -> bool:
    if isinstance(given, dict):
        return any(map(_open, given.values()))
    return TODO in given if isinstance(given, list) else given == TODO


# What rows that say one flow can be: a total beside its parts, parts, or copies.


QUESTION = "are these rows a total with its parts (totals), parts (sum) or copies (once)?"


@dataclass(frozen=True, slots=True)
class Ways:
    """Which ways to read such rows the file allows.

    Attributes
    ----------
    totals
        Columns that nobody reads, with the cell to which their others add up in every flow.
    by_totals
        What came of reading the rows of the totals alone.
    flows
        Flows that the file has, however often each is said.
    read
        Of ``totals``, ``sum`` and ``once``, those with which the file is read.
    largest
        What came of keeping the largest row of each flow, to which the others add up.
    """

    totals: dict[str, str]
    by_totals: Trial
    flows: int
    read: tuple[str, ...]
    largest: Trial

    @classmethod
    def found(
        cls, file: RawFile, scratch: Path, says: dict[str, Any], columns: Sequence[Seen]
    ) -> Ways:
        """Try every way on a file; `says` is a mapping in which nothing is open."""
        tried = {way: read_with(file, scratch, says | {"repeated": way}) for way in _WAYS}
        totals, flows = _proved(file, scratch, says, columns)
        alone = read_with(file, scratch, only(says, totals)) if totals else Trial()
        read = tuple(way for way, trial in tried.items() if trial.error is None)
        if "once" in read:  # of equal rows, one is what the other adds up to, too
            read = tuple(way for way in read if way != "totals")
        return cls(totals, alone, flows, read, tried["totals"])

    @property
    def settled(self) -> bool:
        """Whether every flow has a total by which it can be selected."""
        # Every flow has one row that is its total: the proof that `select` loses nothing.
        return 0 < self.by_totals.rows == self.flows

    def remarks(self, trial: Trial) -> list[str]:
        """Return what is to be known for an answer, a line each."""
        assert trial.error is not None
        # The example names the stand-ins of open questions, which are in no row of the file.
        what = trial.error.what.partition(", such as ")[0]
        lines = [f"{what} ({trial.error.where})", *trial.error.why.split("; ")]
        if self.by_totals.rows:
            cells = ", ".join(f"{scalar(name)}: {scalar(c)}" for name, c in self.totals.items())
            lines.append(
                f"or, in place of this line, select: {{{cells}}}, which keeps "
                f"{self.by_totals.rows:,} of {self.flows:,} flows, if these are totals"
            )
        return lines


_WAYS = ("totals", "sum", "once")
_FEW = 200  # different cells of a column that breaks flows down
_COLUMNS = 8  # that are looked at
_PROVED = 3  # flows with several parts that add up to one cell, so that it is no chance
_ROUNDING = 1e-4
_PARTS = re.compile("mot|mos|customs|proc|mode|regime|2nd|partner ?2|transport|режим|方式")
_WORDS = (
    *("0", "c00", "total", "w00", "000", "all", "world", "total mot", "all mots"),
    *("all modes", "all modes of transport", "all customs procedures"),
)


def only(says: dict[str, Any], totals: dict[str, str]) -> dict[str, Any]:
    """Return a mapping that keeps the rows of totals alone."""
    ignore = [name for name in says["ignore"] if name not in totals]
    return says | {"select": says.get("select", {}) | totals, "ignore": ignore}


def _proved(
    file: RawFile, scratch: Path, says: dict[str, Any], columns: Sequence[Seen]
) -> tuple[dict[str, str], int]:
    """Return the columns with the cell that is a total, and the number of flows."""
    # Columns that the mapping ignores and that have few cells: by these rows of one flow may
    # differ.
    few = [
        one
        for one in columns
        if one.name in says["ignore"] and 1 < len(one.texts) <= _FEW and "" not in one.texts
    ][:_COLUMNS]
    # A column that is selected by all of its cells is read, and nothing is left out.
    every = says | {
        "select": says.get("select", {}) | {one.name: [*one.texts, ""] for one in few},
        "ignore": [name for name in says["ignore"] if name not in {one.name for one in few}],
    }
    said = FileOptions(mapping=as_yaml(every, Questions(), []))
    with connect() as connection:
        table = next(iter(tables(file, scratch, said)))
        checked = check_table(connection, table)
        keep(connection, "repeated_row", checked.counted)
        places = {one.name: checked.plan.names.index(one.name) for one in few}
        keys = ", ".join(KEYS)
        [(flows,)] = connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM repeated_row)"
        ).fetchall()
        unit = checked.plan.unit
        found = {}
        for one in few:
            # Other breakdowns have to be equal within a comparison, except a twin that only names
            # the code.
            others = [
                place
                for name, place in places.items()
                if name != one.name and not _is_same(connection, places[one.name], place)
            ]
            if total := _total_of(connection, one, places[one.name], others, unit):
                found[one.name] = total
        return _without_twins(connection, found, places), int(flows)


def _total_of(
    connection: duckdb.DuckDBPyConnection,
    column: Seen,
    place: int,
    others: Sequence[int],
    unit: float,
) -> str | None:
    """Return the cell of a column to which its others add up in every flow, all else being equal.

    A column that is called by what customs break trade down by, and a cell that is called a total,
    need one flow to show it; any other several with two parts or more.
    """
    by = ", ".join([*KEYS, *(f"c{other}" for other in others)])
    # For each cell of the column: the sum over all its cells is twice its own money, that is, the
    # others add up to it, wherever the flow has more than this one.
    found = connection.execute(f"""
        WITH part AS (SELECT {by}, c{place} AS cell, sum({MONEY}) AS money, count(*) AS n
                      FROM repeated_row GROUP BY ALL),
             held AS (SELECT cell, abs(sum(money) OVER same - 2 * money) <=
                          greatest({_ROUNDING} * money, {unit / 2!r} * sum(n) OVER same) AS fits,
                          count(*) OVER same AS cells
                      FROM part WINDOW same AS (PARTITION BY {by}))
        SELECT cell, count(*) FILTER (cells > 1), count(*) FILTER (cells > 2)
        FROM held GROUP BY cell
        HAVING count(*) FILTER (cells > 1) > 0 AND bool_and(fits) FILTER (cells > 1)
        ORDER BY 2 DESC""").fetchall()
    named = _PARTS.search(column.name.casefold())
    good = [
        cell
        for cell, twos, threes in found
        if threes >= _PROVED or (named and cell.casefold() in _WORDS and twos)
    ]
    return good[0] if len(good) == 1 else None


def _is_same(connection: duckdb.DuckDBPyConnection, one: int, other: int) -> bool:
    """Whether two columns say the same in other words: a code and its name."""
    [(pairs, ones, others)] = connection.execute(
        f"SELECT count(DISTINCT (c{one}, c{other})), count(DISTINCT c{one}), "
        f"count(DISTINCT c{other}) FROM repeated_row"
    ).fetchall()
    return bool(pairs == ones == others)


def _without_twins(
    connection: duckdb.DuckDBPyConnection, found: dict[str, str], places: Mapping[str, int]
) -> dict[str, str]:
    """Return one of each columns that say the same, a code rather than its name."""
    kept: dict[str, str] = {}
    # Short cells first: the code of a total is shorter than its name.
    for name, cell in sorted(found.items(), key=lambda pair: (len(pair[1]), pair[0])):
        if not any(_is_same(connection, places[name], places[other]) for other in kept):
            kept[name] = cell
    return {name: cell for name, cell in found.items() if name in kept}
