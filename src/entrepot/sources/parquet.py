"""Strict reading of Parquet: the same rules as for text, tested on typed columns where they are.

Thirty million rows are not turned into text to be looked at: a column of numbers is tested as
numbers, a column of codes by the few codes that occur.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources.strict import file_literal, literal, quoted
from entrepot.sources.temp_tables import is_small
from entrepot.sources.text import MAX_LINE
from entrepot.sources.unpack import MAX_RATIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    from duckdb.sqltypes import DuckDBPyType

    from entrepot.sources.strict import Rule

_FLOATS = ("FLOAT", "DOUBLE")
_NUMBERS = (*_FLOATS, "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
# A place on this machine tells nobody anything: quoted, in brackets or bare.
_PATH = re.compile(
    r"""((?:Parquet )?[Ff]ile )?(["'][^"']*[/\\][^"']*["']|"""
    r"""\(?(?<!\w)(/|[A-Za-z]:\\)[^\s),]*\)?)"""
)
_MOST = "1e15"  # as of text: a number with more digits would lose its last ones
_AGAIN = "download it again and compare its size with the publisher's"
_FREE = 32 * 2**20
"""Bytes that cells may come to before the ratio to the size of the file counts."""
_A_NUMBER = 8
_AT_ONCE = 256  # columns that are measured in one pass
_DEEPEST = 16
_MEMORY, _MEMORY_A_BYTE = 384 * 2**20, 8
"""What the longest page of a file may take while it is measured, at least and by its size."""


def is_parquet(path: Path) -> bool:
    """Whether a file begins as Parquet does, also where it is encrypted."""
    with path.open("rb") as opened:
        return opened.read(4) in (b"PAR1", b"PARE")


def read_parquet(path: Path, *, numbered: bool = False) -> str:
    """Return SQL that reads a Parquet file; `numbered` adds ``file_row_number``, from 0."""
    more = ", file_row_number=true" if numbered else ""
    return f"read_parquet({file_literal(path)}, hive_partitioning=false{more})"


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Turn what DuckDB says of damaged data into our error; a full disk stays what it is.

    Raises
    ------
    BadFileError
        With the first line of DuckDB's message, or for a column whose name is no text.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        if is_resource_failure(error):
            raise
        damage = _PATH.sub("the file", str(error).partition("\n")[0])
        damage = damage.removeprefix("Invalid Input Error: ")
        if "encrypted" in damage:
            raise BadFileError(
                "Parquet that is encrypted",
                where=where,
                why="no key is taken, so none of it could be read",
                hint="write the file without encryption, and add that",
            ) from error
        raise BadFileError(f"damaged: {damage}", where=where, hint=_AGAIN) from error
    except RuntimeError as error:  # of DuckDB's Python, which has no class of its own for it
        raise BadFileError(
            "not a Parquet file that can be read",
            where=where,
            why="the name of a column is no text in UTF-8",
            hint=_AGAIN,
        ) from error


def is_resource_failure(error: Exception) -> bool:
    """Whether memory, disk or patience ran out, so that the file is not to blame."""
    import duckdb

    # A full disk has no class of its own in DuckDB: it is known by its words.
    failures = (duckdb.OutOfMemoryException, duckdb.InterruptException)
    return isinstance(error, failures) or "No space" in str(error)


def require_modest(path: Path, where: str) -> None:
    """Refuse a Parquet file whose cells come to far more than its size, before they are read.

    A kilobyte can hold a million times the same long text. What the file says of its sizes is not
    taken for true: lengths are added up, with a limit on memory, and no text is copied for it.

    Raises
    ------
    BadFileError
        If the file is damaged, has a cell longer than a line of text may be, or cells of more than
        `MAX_RATIO` times its size.
    """
    import duckdb

    packed = path.stat().st_size
    memory = max(_MEMORY, _MEMORY_A_BYTE * packed)
    most = max(_FREE, MAX_RATIO * packed)
    with connect(memory=f"{memory // 2**20}MB") as connection, reading(where):
        found = connection.sql(f"FROM {read_parquet(path)}")
        pairs = list(zip(found.columns, found.types, strict=True))
        if any(str(kind).count("[]") > _DEEPEST for _, kind in pairs):
            raise BadFileError(
                f"lists in lists, more than {_DEEPEST} deep",
                where=where,
                why="a table has one number or text in a cell",
            )
        # How many there are, before any is decoded.
        [(cells,)] = connection.execute(
            f"SELECT coalesce(sum(num_values), 0) FROM parquet_metadata({file_literal(path)})"
        ).fetchall()
        if cells * _A_NUMBER > most:
            raise _too_much(most, where)
        unpacked = longest = 0
        # Each column that is read takes memory for a part of its rows.
        for first in range(0, len(pairs), _AT_ONCE):
            sizes = [_size(quoted(name), kind) for name, kind in pairs[first : first + _AT_ONCE]]
            asked = ", ".join(f"sum({size}), max({size})" for size in sizes)
            query = f"SELECT {asked} FROM {read_parquet(path)}"
            try:
                [counted] = connection.execute(query).fetchall()
            except duckdb.OutOfMemoryException as error:
                raise _too_much(memory, where) from error
            unpacked += sum(one or 0 for one in counted[::2])
            longest = max(longest, *(one or 0 for one in counted[1::2]))
    if longest > MAX_LINE:
        raise BadFileError(
            f"a cell of more than {MAX_LINE:,} bytes",
            where=where,
            why="a table has one number or text in a cell",
        )
    if unpacked > most:
        raise _too_much(most, where)


def _size(cell: str, kind: DuckDBPyType) -> str:
    """Return SQL for the bytes of a cell: of a text, a number, or all that it holds."""
    if kind.id == "varchar":
        return f"strlen({cell})"
    if kind.id == "blob":
        return f"octet_length({cell})"
    if kind.id not in ("list", "array", "struct", "map"):
        return str(_A_NUMBER)
    # Beside types, children have the length of an array.
    inner = [(name, of) for name, of in kind.children if not isinstance(of, int | list)]
    if kind.id == "struct":
        parts = [_size(f"{cell}.{quoted(name)}", of) for name, of in inner]
    else:
        of_map = kind.id == "map"
        cells = [f"map_keys({cell})", f"map_values({cell})"] if of_map else [cell]
        parts = [
            f"list_sum(list_transform({one}, lambda one: {_size('one', of)}))"
            for one, (_, of) in zip(cells, inner, strict=True)
        ]
    return "(" + " + ".join(f"coalesce({part}, 0)" for part in parts) + ")"


def _too_much(most: int, where: str) -> BadFileError:
    return BadFileError(
        f"not read: its cells come to more than {most / 2**20:,.0f} MB",
        where=where,
        why=f"a small file can be made to fill the memory; trade data come to less than "
        f"{MAX_RATIO} times the size of their file",
        hint="if it is genuine, write it as CSV and add that",
    )


def parquet_types(connection: duckdb.DuckDBPyConnection, path: Path, where: str) -> dict[str, str]:
    """Return the DuckDB type of each column.

    Raises
    ------
    BadFileError
        If the file is damaged, or holds lists or records in its cells.
    """
    with reading(where):
        described = connection.execute(f"DESCRIBE FROM {read_parquet(path)}").fetchall()
    types = {str(name): str(kind) for name, kind, *_ in described}
    for name, kind in types.items():
        if "[" in kind or "STRUCT" in kind or "MAP" in kind or kind == "BLOB":
            raise BadFileError(
                f"cells of the type {kind[:40]}",
                where=f"{where}, column {name}",
                why="a table has one number or text in a cell",
            )
    require_modest(path, where)
    return types


def cell_text(column: str, kind: str) -> str:
    """Return SQL for a cell as text: null is empty, a whole number has no point.

    A number of 32 bits is written as what is stored, as other readers have it, and not by the few
    digits that would do to store it again.
    """
    name = quoted(column)
    if kind == "VARCHAR":
        return f"trim(coalesce({name}, ''), ' ')"
    if kind in _FLOATS:
        # A code that pandas kept as 85.0 is 85; above 1e15 not every whole number has a DOUBLE.
        is_integer = f"isfinite({name}) AND abs({name}) < 1e15 AND {name} = trunc({name})"
        plain = (
            f"CASE WHEN {is_integer} THEN {name}::BIGINT::VARCHAR ELSE {name}::DOUBLE::VARCHAR END"
        )
        return f"coalesce({plain}, '')"
    return f"coalesce({name}::VARCHAR, '')"


def parquet_as_text(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    where: str,
    target: Path,
    *,
    delimiter: str = ",",
    decimal: str = ".",
    form: str = "%Y-%m-%d",
    header: bool = True,
) -> None:
    """Write the rows of a Parquet file as delimited text, in their order.

    Parameters
    ----------
    where
        Name of the file, for messages.
    delimiter, decimal, form, header
        How the text is written: `form` is that of days.

    Raises
    ------
    BadFileError
        If the file is damaged, or holds lists or records in its cells.
    """
    cells = []
    for name, kind in parquet_types(connection, path, where).items():
        text = cell_text(name, kind)
        if kind.startswith(("DATE", "TIMESTAMP")):
            text = f"strftime({quoted(name)}, {literal(form)})"
        elif kind.startswith((*_FLOATS, "DECIMAL")):
            text = f"replace({text}, '.', {literal(decimal)})"
        cells.append(f"{text} AS {quoted(name)}")
    with connection.cursor() as own, reading(where):
        own.execute("SET preserve_insertion_order = true")
        rows = own.sql(f"SELECT {', '.join(cells)} FROM {read_parquet(path)}")
        rows.write_csv(str(target), sep=delimiter, header=header)


def verify_parquet(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    types: Mapping[str, str],
    rules: Sequence[Rule],
) -> dict[str, frozenset[str]]:
    """Check every row of a Parquet file; return the cells that occur in columns that repeat.

    Parameters
    ----------
    path, name
        The file, and its name for messages.
    types
        DuckDB type of each column, from `parquet_types`.
    rules
        What each cell must be.

    Raises
    ------
    BadFileError
        Naming file, row (the first is row 1) and column of the first row that breaks a rule.
    """
    tests = [_test(rule, types[rule.column]) for rule in rules if not rule.is_listed]
    listed = [rule for rule in rules if rule.is_listed]
    once = "" if is_small(path) else "DISTINCT "
    seen = "".join(f", list({once}{quoted(rule.column)})" for rule in listed)  # as stored: quick
    test = " AND ".join(tests) or "true"
    query = f"SELECT count(*), count(*) FILTER (WHERE {test}){seen} FROM {read_parquet(path)}"
    with reading(name):
        [(rows, good, *texts)] = connection.execute(query).fetchall()
    if rows == 0:
        raise BadFileError(
            "the file has no rows",
            where=name,
            hint=_AGAIN,
        )
    # Lists come as Python values of the column's type: 842, 842.0 and "842" are one code.
    occurs = {rule: frozenset(map(_plain, some)) for rule, some in zip(listed, texts, strict=True)}
    broken = {rule for rule, some in occurs.items() if not rule.holds(*some)}
    if good < rows or broken:
        tested = set(rules) - set(listed) if good < rows else set()
        _raise_first(connection, path, name, types, [r for r in rules if r in broken | tested])
        raise BadFileError(f"{rows - good} rows cannot be read", where=name)
    return {rule.column: some for rule, some in occurs.items()}


def find_parquet_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, condition: str
) -> list[int]:
    """Return the numbers of the first rows that fulfil a condition of SQL; the first is row 1."""
    source = read_parquet(path, numbered=True)
    with reading(name):
        found = connection.execute(
            f"SELECT file_row_number + 1 FROM {source} WHERE {condition} ORDER BY 1 LIMIT 20"
        ).fetchall()
    return [int(number) for (number,) in found]


def _test(rule: Rule, kind: str) -> str:
    column = quoted(rule.column)
    number = kind in _NUMBERS or kind.startswith(("DECIMAL", "U"))
    if rule.least is not None and number:
        # An integer is always finite, a float of more digits has lost them before it came here.
        most = f"isfinite({column})" if kind in _FLOATS else f"{column} < {_MOST}"
        within = f"{most} AND {column} >= {rule.least}"
        # A null passes exactly where the rule lets an empty cell pass.
        return f"coalesce({within}, {str(rule.holds('')).lower()})"
    return f"regexp_full_match({cell_text(rule.column, kind)}, {literal(rule.pattern)})"


def _plain(cell: object) -> str:
    """Return a cell of Python as `cell_text` has it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return str(cell).lower()
    return str(cell)


def _raise_first(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    types: Mapping[str, str],
    rules: Sequence[Rule],
) -> None:
    """Find the first row that breaks a rule, and say which."""
    cells = [cell_text(rule.column, types[rule.column]) for rule in rules]
    tests = [
        _test(rule, types[rule.column])
        if rule.allowed is None
        else f"{cell} IN ({', '.join(map(literal, sorted(rule.allowed)))})"
        for rule, cell in zip(rules, cells, strict=True)
    ]
    source = read_parquet(path, numbered=True)
    # The first row of each rule in one pass; the earliest of them is reported, as for text.
    firsts = ", ".join(
        f"min(struct_pack(row := file_row_number + 1, cell := {cell})) FILTER (WHERE NOT ({test}))"
        for cell, test in zip(cells, tests, strict=True)
    )
    with reading(name):
        [found] = connection.execute(f"SELECT {firsts} FROM {source}").fetchall()
    pairs = zip(found, rules, strict=True)
    broken = [(first["row"], rule, first["cell"]) for first, rule in pairs if first]
    for row, rule, cell in sorted(broken, key=lambda one: one[0])[:1]:
        raise BadFileError(
            f"{rule.what}: {cell!r}",
            where=f"{name}, row {row}, column {rule.column}",
            why=rule.why,
            hint=rule.hint,
        )
