"""Strict reading of delimited text: every cell follows its rule, or an error names its row.

The whole file is checked by DuckDB in one pass; only when that finds something is the text read
again line by line to say where. Patterns are used by both, so they keep to what RE2 and Python
share.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, OutsideError
from entrepot.model.areas import areas
from entrepot.sources.temp_tables import is_small
from entrepot.sources.text import MAX_RECORD, count_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

BUFFER = 16 * MAX_RECORD
"""Bytes that DuckDB's reader of text takes at once: its own default, said here for the tests."""
# Fifteen digits fit a DOUBLE exactly; no sign, no inf or nan; two digits of exponent keep it
# finite.
NUMBER = r"([0-9]{1,15}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a cell must be, blanks around it not counted.

    Attributes
    ----------
    column
        Name in the header.
    what
        What is wrong with a cell that breaks the rule; its text is added.
    pattern
        Regular expression for the whole cell.
    allowed
        The texts allowed, if they can be listed.
    least
        For a column that already holds numbers (Parquet): it is finite and at least this, of at
        most fifteen digits where all digits are stored, or null if the pattern allows an empty
        cell. None: its text is tested as any other.
    repeats
        Whether few cells of the column differ, as with codes: the pattern is then tested once for
        each that does, which is much quicker.
    why, hint
        For the message.
    """

    column: str
    what: str
    pattern: str = ".*"
    allowed: frozenset[str] | None = None
    least: float | None = None
    repeats: bool = False
    why: str = ""
    hint: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether it is tested on the cells that differ."""
        return self.repeats or self.allowed is not None

    def holds(self, *texts: str) -> bool:
        """Whether cells follow the rule."""
        cells = [text.strip(" ") for text in texts]
        if self.allowed is not None and not self.allowed.issuperset(cells):
            return False
        return all(map(re.compile(self.pattern).fullmatch, cells))

    def sql(self) -> str:
        """Return the same test for DuckDB; listed texts are tested on the few that differ."""
        # Blanks only, as `holds` has it: trim alone takes spaces that never break off as well.
        cell = f"trim(coalesce({quoted(self.column)}, ''), ' ')"
        return f"regexp_full_match({cell}, {literal(self.pattern)})"


def literal(text: object) -> str:
    """Return text as a literal of SQL."""
    # The only sign with a meaning inside a literal of DuckDB: backslashes are plain.
    return "'" + str(text).replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """Return the path of one file to read as a literal of SQL, never as a pattern for several.

    Raises
    ------
    OutsideError
        If it must be a pattern, and lies beside a name that the engine cannot compare with one.
    """
    text = str(path)
    # DuckDB takes names of files for patterns; a sign in brackets stands for itself.
    plain = re.sub(r"([*?\[])", r"[\1]", text)
    if plain != text:
        _require_names_in_utf8(path)
    return literal(plain)


def _require_names_in_utf8(path: Path) -> None:
    """Refuse a name that is no UTF-8 where the engine looks through a folder for one with ``[``."""
    for one in (path, *path.parents):
        if not set("*?[") & set(one.name):
            continue
        try:
            names = [other.name for other in one.parent.iterdir()]
        except OSError:
            continue  # the engine says what is wrong
        for name in names:
            try:
                name.encode()
            except UnicodeEncodeError as error:
                raise OutsideError(
                    "a folder has a name with *, ? or [ and one that is no text in UTF-8",
                    where=f"{one.parent}: {one.name} and {name!a}",
                    why="the engine finds the one by comparing it with the other, and cannot",
                    hint="rename one of the two, or move it into a folder of its own",
                ) from error


def quoted(name: str) -> str:
    """Return the name of a column for SQL, whatever it is made of."""
    return '"' + name.replace('"', '""') + '"'


def read_text(
    path: Path, columns: Sequence[str], delim: str = ",", kinds: Mapping[str, str] | None = None
) -> str:
    """Return SQL that reads delimited text, guessing nothing.

    Every cell is text but those of `kinds`, where DuckDB takes for a number whatever looks like one
    and stops with an error where it cannot.
    """
    types = ", ".join(f"{literal(n)}: {literal((kinds or {}).get(n, 'VARCHAR'))}" for n in columns)
    return (
        f"read_csv({file_literal(path)}, columns={{{types}}}, header=true, auto_detect=false, "
        # auto_detect off: a sample would guess types and columns. strict_mode refuses uneven rows
        # and quotes that are not closed.
        f"delim={literal(delim)}, quote='\"', escape='\"', strict_mode=true, "
        f"buffer_size={BUFFER}, max_line_size={BUFFER // 16}, hive_partitioning=false)"
    )


def require_all(
    name: str,
    rows: int,
    lines: int,
    given: Callable[[], Iterable[object]],
    delim: str = ",",
    is_row: Callable[[Sequence[str]], bool] | None = None,
) -> None:
    """Refuse a text of which not every row below the header was read, or is a row.

    Parameters
    ----------
    name
        The name of the text, for messages.
    rows
        Rows that DuckDB returned.
    lines
        What `count_lines` returned for the text. A row takes a line at least, so as many rows as
        lines below the header are all of them.
    given
        Reads the rows one by one, another way, by themselves or behind their numbers: asked only
        where the numbers differ, as they do where lines are blank or a quoted cell has several.
    delim
        What separates columns.
    is_row
        Whether cells can be a row, by their numbers and codes. Of a table of two or three columns
        nothing else tells whole rows in a cell from a text of several lines with commas.

    Raises
    ------
    BadFileError
        If rows are missing, or there are more of them than the text has, or some stand in a cell.
    """
    # The quick answer for nearly all files; the slow count only where blank lines or line ends in
    # cells make the numbers differ.
    if rows == lines - 1:
        return
    there = 0
    for there, one in enumerate(given(), 1):
        number, row = one if isinstance(one, tuple) else (there + 1, one)
        if isinstance(row, list) and _has_rows(row, delim, is_row):
            raise BadFileError(
                "a cell in quotation marks has whole rows in it",
                where=f"{name}, row {number}",
                why="a mark that stands alone makes everything up to the next one part of its cell",
                hint='take the mark out, or write "" for one that belongs to the text',
            )
    if rows != there:
        raise BadFileError(
            f"{there:,} rows in the text, of which {rows:,} were read",
            where=name,
            why="the others would be missing without a word",
            hint="download it again, or look at its last lines: is it cut off, or filled?",
        )


def _has_rows(
    row: Sequence[str], delim: str, is_row: Callable[[Sequence[str]], bool] | None
) -> bool:
    """Whether a cell ends a row, has whole ones, and begins another, at its own place in each."""
    last = len(row) - 1
    for place, cell in enumerate(row):
        counts = [line.count(delim) for line in cell.split("\n")]
        if len(counts) > 1 and (counts[0], counts[-1]) == (last - place, place):
            if any(count != last for count in counts[1:-1]):
                return False
            # A sentence may have a comma or two at these places.
            lines = (line.removesuffix("\r") for line in delim.join(row).split("\n"))
            return last >= 3 or bool(
                last and is_row and all(is_row(line.split(delim)) for line in lines)
            )
    return False


def verify(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    columns: Sequence[str],
    rules: Sequence[Rule],
    delim: str = ",",
) -> dict[str, frozenset[str]]:
    """Check every row of a text; return the cells that occur in columns that repeat.

    Parameters
    ----------
    path, name
        Text file in UTF-8 with a header, and its name for messages.
    columns
        Names in the header, in order.
    rules
        What each cell must be.
    delim
        What separates columns.

    Raises
    ------
    BadFileError
        Naming file, row and column of the first row that breaks a rule.
    """
    import duckdb

    lines = count_lines(path, name)
    few = is_small(path)  # then every cell is taken out: to plan a query costs more than its rows
    listed = [rule for rule in rules if few or rule.is_listed]
    test = " AND ".join(rule.sql() for rule in rules if not (few or rule.is_listed))
    once = "" if few else "DISTINCT "
    seen = "".join(f", list({once}coalesce({quoted(rule.column)}, ''))" for rule in listed)
    query = f"SELECT count(*), count(*) FILTER (WHERE {test or True}){seen} FROM "
    try:
        found = connection.execute(query + read_text(path, columns, delim))
        [(rows, good, *texts)] = found.fetchall()
    except (duckdb.InvalidInputException, duckdb.NotImplementedException) as error:
        # Not a table of that many columns, not UTF-8, or a line that no buffer holds.
        _raise_first(path, name, columns, rules, delim)
        refuse_uneven(path, name)
        raise BadFileError(str(error).partition("\n")[0], where=name) from error
    # Rules that hold for any text say nothing of a row.
    say = [(columns.index(rule.column), rule) for rule in rules if not rule.holds("any text")]

    def is_row(texts: Sequence[str]) -> bool:
        there = len(texts) == len(columns)
        return there and bool(say) and all(rule.holds(texts[place]) for place, rule in say)

    require_all(name, rows, lines, lambda: _lines(path, name, delim), delim, is_row)
    if rows == 0:
        raise BadFileError(
            "the file has a header and no rows",
            where=name,
            hint="download it again and compare its size with the publisher's",
        )
    cells = [(rule, frozenset(some)) for rule, some in zip(listed, texts, strict=True)]
    broken = {rule for rule, some in cells if not rule.holds(*some)}
    if good < rows or broken:
        # Columns whose texts were all right need not be looked at again.
        suspects = [rule for rule in rules if rule in broken or rule not in listed]
        _raise_first(path, name, columns, suspects, delim)
        raise BadFileError(f"{rows - good} rows cannot be read", where=name)
    return {rule.column: some for rule, some in cells if rule.is_listed}


def refuse_uneven(path: Path, name: str, first: int = 1) -> None:
    """Refuse a text that the engine cannot read, if its lines end in several ways; name the row.

    Parameters
    ----------
    path, name
        The text, and its name for messages.
    first
        Number of its first line in the file that the user knows.
    """
    kinds = {b"": "LF", b"\r": "CR LF"}
    with path.open("rb") as opened:
        usual = None
        for number, line in enumerate(opened, first):
            text = line.removesuffix(b"\n")
            end = text[len(text.rstrip(b"\r")) :]
            kind = "CR" if b"\r" in text.rstrip(b"\r") else kinds.get(end, "several CR")
            if line == text:  # the last one, without an end
                kind = "CR" if b"\r" in text else usual or kind
            usual = usual or kind
            if kind != usual or kind not in kinds.values():
                other = f"row {first} in {usual}, row " if number > first else "row "
                raise BadFileError(
                    f"lines end in several ways: {other}{number} in {kind}",
                    where=f"{name}, row {number}",
                    why="files of two systems were joined, or a program rewrote a part of this one",
                    hint="download it again, or make all ends alike: tr -d '\\r' < FILE > NEW",
                )


def find_rows(
    path: Path, name: str, wanted: Callable[[list[str]], bool], delim: str = ","
) -> list[int]:
    """Return the numbers of the rows whose cells fulfil a test; the header is row 1."""
    return [number for number, row in _lines(path, name, delim) if wanted(row)]


def _raise_first(
    path: Path, name: str, columns: Sequence[str], rules: Sequence[Rule], delim: str
) -> None:
    places = [(columns.index(rule.column), rule) for rule in rules]
    for number, row in _lines(path, name, delim):
        if len(row) != len(columns):
            raise BadFileError(
                f"{len(row)} cells in a row instead of {len(columns)}",
                where=f"{name}, row {number}",
                why="the file may be cut off, or a cell may hold the sign that separates columns",
                hint="compare the row with its neighbours, or download the file again",
            )
        for place, rule in places:
            if not rule.holds(row[place]):
                raise BadFileError(
                    f"{rule.what}: {row[place].strip()!r}",
                    where=f"{name}, row {number}, column {rule.column}",
                    why=rule.why,
                    hint=rule.hint,
                )


def _lines(path: Path, name: str, delim: str) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of every line after the header that is not blank."""
    # A row is named by its first line: cells may have line ends in them.
    with path.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened, delimiter=delim, strict=True)
        start = 1
        try:
            for row in reader:
                if row and start > 1:
                    yield start, row
                start = reader.line_num + 1
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadFileError(
                f"cannot be read as delimited text in UTF-8 ({error})",
                where=f"{name}, row {start}",
                hint="look for a quotation mark that is not closed, or download the file again",
            ) from error


def enum(texts: Iterable[str]) -> str:
    """Return the type of a column that holds one of these texts; its codes count them from 0."""
    return f"ENUM({', '.join(map(literal, texts))})"


def sorted_enum(texts: Iterable[str]) -> str:
    """Return a type that sorts like the texts it stands for."""
    return enum(sorted(texts))


def area_enum() -> str:
    """Return the type of a column of area codes."""
    return sorted_enum(one.code for one in areas())


def bad_line(error: Exception, where: str) -> BadFileError:
    """Return the error of a text whose line the engine could not read, without the line itself."""
    # The engine shows the whole line, and a line of a register has names of persons.
    line = re.search(r"CSV Error on Line: (\d+)", str(error))
    return BadFileError(
        "a line has more or fewer cells than there are columns, or is no text",
        where=f"{where}, row {line[1]}" if line else where,
        why="what a cell means is only certain where every line has all columns",
        hint="look at the line, or download the file again",
    )
