"""Read a customs register: kept text without persons, then canonical shipments."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.sources.parquet import is_parquet, parquet_as_text
from entrepot.sources.parser import FileTable, ParsedRows, RawFile
from entrepot.sources.shipments.cells import RegisterCells
from entrepot.sources.shipments.layout import (
    AREAS,
    NAMES,
    ROW,
    SAME,
    Layout,
    canonical,
    fitting,
    known_layouts,
    known_registers,
    read_layout,
)
from entrepot.sources.shipments.odd_lines import findings, hidden_in
from entrepot.sources.shipments.persons import (
    ERASED,
    PSEUDONYM,
    between,
    brand_of_person,
    hidden,
    is_company,
    is_erased,
    is_pseudonym,
    legal_form,
    masked,
    mended,
    misplaced,
    nameless,
    unnamed,
    without_letters,
    without_persons,
)
from entrepot.sources.strict import BUFFER, file_literal, literal, quoted, require_all
from entrepot.sources.temp_tables import forget, keep, leave_out
from entrepot.sources.text import (
    count_lines,
    group_of,
    header,
    text_in_utf8,
    unfinished,
    unfinished_line,
)
from entrepot.sources.unpack import members
from entrepot.sources.workbook import Cell, cell_text, is_workbook, sheet_rows, sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key

ABOUT = "register"
"""Key under which a kept file says which layout it has, which columns were not kept, and how the
delivered text ended."""
_WORDS = (*NAMES, "description", "incoterm", "office", "regime", "port", "quantity_unit")
"""Roles of cells that may end early."""
_NUMBERED = ("declaration", "item", "sub_item", "tariff_code")
"""Roles of cells that are numbers or codes, in which no name belongs."""
_IS_PSEUDONYM = re.compile(f"{PSEUDONYM}[0-9a-f]+")


def layouts_of(source: str, mapping: str | None) -> tuple[Layout, ...]:
    """Return the layouts that a file of a register may have."""
    if mapping is not None:
        return (read_layout(mapping),)
    return known_registers(source.partition(".")[2])


def kept(
    file: RawFile,
    source: str,
    options: FileOptions,
    salt: str,
    scratch: Path,
    erased: Collection[str] = (),
) -> tuple[str, str, Callable[[int], None]]:
    """Return what is kept of a delivered file: the columns of its layout, without persons.

    Returns
    -------
    tuple
        SQL of the rows, what the kept file has to say of itself, and what refuses the number of
        rows that were kept if the text has others.

    Parameters
    ----------
    source
        Id of the register: ``shipments.peru``.
    salt, erased
        The secret of the lake, and the pseudonyms of whoever was erased from it.
    scratch
        Folder for what is unpacked.

    Raises
    ------
    BadFileError
        If it is no text of the layout.
    """
    layouts = layouts_of(source, options.mapping)
    path, label, first, noticed = _plain(file, layouts, scratch)
    if layouts[0].fixed:
        layout, read, names = layouts[0], _lines(path, layouts[0]), list(layouts[0].columns)
        _require_length(path, label, layout)
    else:
        names = _names(path, label, layouts)
        layout = fitting(layouts, names, label)
        read = _cells(path, names, layout)
    # Names are replaced in the query that reads the text, so no copy with names is ever written.
    query = _hidden_rows(read, names, first, layout, salt, erased)
    left = [name for name in names if name not in layout.columns]
    # `require_all` takes off a line of names; a file without one counts one more.
    lines = count_lines(path, label) + (not layout.header)

    def require(rows: int) -> None:
        require_all(label, rows, lines, lambda: _filled(path, label, layout), layout.delimiter)

    return query, _as_text(layout, left, noticed), require


def require_in_place(
    connection: duckdb.DuckDBPyConnection, path: Path, about: str, mapping: str | None, label: str
) -> None:
    """Refuse a kept file in which a column of names is exchanged with one of another kind.

    Persons are looked for where names belong, so those of an exchanged column would be kept.

    Parameters
    ----------
    path, about, mapping, label
        The kept file, what it says of itself, the text of its layout if it was given, and the name
        of the delivered file.

    Raises
    ------
    BadFileError
        Names the two columns, and no cell.
    """
    layout = read_layout(mapping) if mapping else known_layouts()[json.loads(about)["layout"]]
    named = [name for name, one in layout.columns.items() if one.role in NAMES[:2]]
    worded = {name: one.role for name, one in layout.columns.items() if one.role in _KINDS}
    if not (named and worded):
        return
    said = {name: layout.said(name) for name in (*named, *worded)}
    # Of places no more is asked than legal forms: to look for words in each is half of the work.
    texts = [name for name, role in worded.items() if role not in AREAS]
    sums = {("lines", name): f"count({cell})" for name, cell in said.items()}
    sums |= {("firms", name): f"count_if({legal_form(said[name])})" for name in named}
    sums |= {
        ("different", name): f"approx_count_distinct({quoted(name)})" for name in (*named, *texts)
    }
    found = _counts(connection, path, sums)
    # Cells are searched only where the columns of names leave it open: most have firms and many
    # different names.
    few_firms = [one for one in named if found["firms", one] <= found["lines", one] / 20]
    few_names = [one for one in named if found["different", one] <= found["lines", one] / 10]
    # Offices and units are few words for many lines; receivers are many.
    many = [
        name for name in texts if few_names and found["different", name] >= found["lines", name] / 2
    ]
    sums = {("firms", name): f"count_if({legal_form(said[name])})" for name in worded if few_firms}
    sums |= {("words", name): f"count_if({misplaced(said[name])})" for name in many}
    found |= _counts(connection, path, sums)
    for name in worded:
        lines, firms, words = (found.get((what, name), 0) for what in ("lines", "firms", "words"))
        others: list[str] = []
        if firms >= _LEAST and firms >= lines / 5:
            others += few_firms
        if words >= 4 * _LEAST and words >= 0.8 * lines:
            others += few_names
        if others:
            raise BadFileError(
                f"column {name} has names, and column {others[0]} has few: are they exchanged?",
                where=label,
                why="persons are replaced where names belong, and would be kept elsewhere",
                hint="exchange the roles of the two columns in the layout, or mend the file",
            )


def brands_hidden(
    connection: duckdb.DuckDBPyConnection, path: Path, about: str, mapping: str | None, salt: str
) -> str:
    """Return SQL of a kept file in which no brand is a person whom another line of it names.

    Brands are judged beside the names of their line first; here they are compared with all names
    that the file hides. Empty where there is no such brand, as in nearly every file.
    """
    layout = read_layout(mapping) if mapping else known_layouts()[json.loads(about)["layout"]]
    names = [layout.of(role) for role in ("sender", "receiver", "maker")]
    if not (column := layout.of("brand")) or not any(names):
        return ""
    rows = f"read_parquet({file_literal(path)}, hive_partitioning=false)"
    # Each text once: few of them have two words, and with none the names are not read.
    brands = f"(SELECT DISTINCT {layout.said(column)} AS brand FROM {rows})"
    several = "regexp_matches(brand, '\\p{L}{2}[^\\p{L}\\p{N}]+\\p{L}')"
    [(count,)] = connection.execute(f"SELECT count_if({several}) FROM {brands}").fetchall()
    if not count:
        return ""
    people = " UNION ".join(
        f"SELECT {quoted(name)} FROM {rows} WHERE starts_with({quoted(name)}, {literal(PSEUDONYM)})"
        for name in names
        if name
    )
    is_person = f"CASE WHEN {several} THEN {hidden('brand', salt)} IN ({people}) ELSE false END"
    found = connection.execute(f"SELECT brand FROM {brands} WHERE {is_person}").fetchall()
    if not found:
        return ""
    said, cell = layout.said(column), quoted(column)
    listed = ", ".join(literal(text) for (text,) in found)
    kept_cell = f"CASE WHEN {said} IN ({listed}) THEN {hidden(said, salt)} ELSE {cell} END"
    return f"SELECT * REPLACE ({kept_cell} AS {cell}) FROM {rows}"


def _counts(
    connection: duckdb.DuckDBPyConnection, path: Path, sums: dict[tuple[str, str], str]
) -> dict[tuple[str, str], int]:
    """Return what a kept file has of each sum."""
    if not sums:
        return {}
    [found] = connection.execute(
        f"SELECT {', '.join(sums.values())} "
        f"FROM read_parquet({file_literal(path)}, hive_partitioning=false)"
    ).fetchall()
    return dict(zip(sums, found, strict=True))


_KINDS = (
    "declaration", "item", "sub_item", "regime", "office", "incoterm", "invoice_currency",
    "quantity_unit", *AREAS,
)  # fmt: skip
"""Roles of cells that are no names of anybody."""
_LEAST = 5
"""Lines that a habit of a column is seen in."""


def _hidden_rows(
    read: str, names: list[str], first: int, layout: Layout, salt: str, erased: Collection[str]
) -> str:
    """Return SQL of the lines of a file as they are kept: without persons and erased names."""
    number_column = layout.of("receiver_number")
    pattern = layout.columns[number_column].person if number_column else None
    if pattern:
        group_of(pattern, "")  # refuses what the engine cannot search for
    by_number = (
        f"coalesce(regexp_matches({quoted(number_column)}, {literal(pattern)}), false)"
        if number_column and pattern
        else ""
    )
    every = ", ".join(map(quoted, names))
    # Each name as it is compared, and whether it is a company's: found once a line, in subqueries,
    # for the number beside it, the brand and the description need them as well.
    given: dict[str, str] = {}
    firms: dict[str, str] = {}
    named = [
        name
        for name, one in layout.columns.items()
        if one.role in NAMES and one.role != "receiver_number"
    ]
    for name in named:
        given[quoted(name)] = quoted(f"name {len(given)} as given")
        if layout.columns[name].role != "brand":  # of these few are looked at
            firms[quoted(name)] = quoted(f"name {len(firms)} is a company's")
    bare = [f"{layout.bare(name)} AS {given[quoted(name)]}" for name in named]
    whole = [f"{mended(name)} AS {name}" for name in given.values()]
    said = [f"{layout.or_nothing(name)} AS {name}" for name in given.values()]
    tests = [f"{is_company(given[cell])} AS {name}" for cell, name in firms.items()]
    if given:
        read = f"(SELECT *, {', '.join(bare)} FROM {read})"
        read = f"(SELECT * REPLACE ({', '.join(whole)}) FROM {read})"
        read = f"(SELECT * REPLACE ({', '.join(said)}) FROM {read})"
        read = f"(SELECT {', '.join(('*', *tests))} FROM {read})"
    out = [
        f"row_number() OVER () + {first - 1} AS {ROW}",
        # Over all columns, also those that are not kept, in which two lines may differ. With the
        # salt, no line can be guessed from its hash.
        f"hash({literal(salt)}, {every}) AS {SAME}",
    ]
    kept_names = _kept_names(layout, given, firms, salt, by_number, erased)
    for name, column in layout.columns.items():
        cell = quoted(name)
        kept_cell = kept_names.get(cell, cell)
        if column.role == "description":
            kept_cell = masked(cell)
        elif column.role in _NUMBERED:
            # A name where a number belongs: columns of the line, or of the file, are exchanged.
            # Of a tariff code nothing is left, as the digits of a pseudonym would be read as one.
            other = (
                "''"
                if column.role == "tariff_code"
                else without_persons(cell, salt, f"NOT {is_company(cell)}", erased)
            )
            kept_cell = f"CASE WHEN {misplaced(cell)} THEN {other} ELSE {cell} END"
        out.append(f"{kept_cell} AS {cell}")
    # For `nameless`, which needs the delivered names once more; EXCLUDE takes them off below.
    query = f"SELECT {', '.join((*out, *given.values()))} FROM {read}"
    if described := layout.of("description"):
        query = nameless(query, quoted(described), given, erased)
    if given:
        query = f"SELECT * EXCLUDE ({', '.join(given.values())}) FROM ({query})"
    return query


def _kept_names(
    layout: Layout,
    given: Mapping[str, str],
    firms: Mapping[str, str],
    salt: str,
    by_number: str,
    erased: Collection[str],
) -> dict[str, str]:
    """Return SQL of each column of names or numbers of parties as it is kept.

    `given` and `firms` are, of such a column, SQL of the name as it is compared and of whether it
    is a company's; `by_number` is SQL of whether the receiver's number is a person's.
    """
    out = {}
    for name, column in layout.columns.items():
        cell = quoted(name)
        if column.role == "receiver_number":
            receiver = quoted(layout.of("receiver") or "")
            party = (given[receiver], firms[receiver]) if receiver in given else ("", "")
            out[cell] = _kept_number(cell, party, salt, by_number, erased)
        elif column.role == "brand":
            text = given[cell]
            parties = {given[party]: firm for party, firm in firms.items()}
            out[cell] = (
                f"CASE WHEN {is_erased(text, salt, erased)} THEN {literal(ERASED)} "
                f"WHEN {brand_of_person(text, parties)} THEN {hidden(text, salt)} "
                f"ELSE {cell} END"
            )
        elif column.role in NAMES:
            person = f"NOT {firms[cell]}"
            if column.role == "receiver" and by_number:
                person = f"({person} OR {by_number})"
            out[cell] = without_persons(given[cell], salt, person, erased)
    return out


def _kept_number(
    cell: str, receiver: tuple[str, str], salt: str, by_number: str, erased: Collection[str]
) -> str:
    """Return SQL for a tax number, or a pseudonym of it, or null next to a name that was erased.

    `receiver` is SQL of the name beside it and of whether it is a company's, empty if there is no
    name.
    """
    # A number of taxpayers has no letters that say whose it is; a name in its place has.
    name, firm = receiver
    # Without a pattern of persons' numbers the receiver's name decides; without either, all are
    # hidden.
    person = by_number or "true"
    if name and not by_number:
        person = f"CASE WHEN {firm} THEN false ELSE NOT {is_pseudonym(name)} END"
    digits = f"length(regexp_replace({cell}, '[^0-9]', '', 'g'))"
    # A text with four letters running and fewer than five digits is a name in the wrong column, and
    # so are words, or any in a script without blanks. CASE, because AND computes both of its sides.
    letters = f"CASE WHEN regexp_matches({cell}, '\\p{{L}}{{4}}') THEN {digits} < 5 ELSE false END"
    words = f"CASE WHEN {without_letters(cell)} THEN false ELSE {letters} OR {misplaced(cell)} END"
    person = f"({person} OR {words})"
    gone = is_erased(name, salt, erased) if name else "false"
    return (
        f"CASE WHEN {gone} THEN NULL "
        f"WHEN {person} THEN {without_persons(cell, salt, 'true', erased)} ELSE {cell} END"
    )


def without(
    connection: duckdb.DuckDBPyConnection, file: RawFile, mapping: str | None, name: str, salt: str
) -> tuple[int, str, str]:
    """Return a kept file without one name: how many lines have it, SQL of the rows, and its about.

    Parameters
    ----------
    file, mapping
        A kept file, and the text of the layout that it was read with, if it was given.
    name, salt
        Name of a person or company in any spelling, or a pseudonym; and the secret of the lake.
    """
    kept_file = FileTable(file.path, file.name, "", "", detail=mapping)
    layout, about = _about(connection, kept_file)
    # Compared as pseudonyms, so that a name is found in any spelling, or by its pseudonym.
    [(right, wanted)] = connection.execute(
        f"SELECT name, {hidden('name', salt)} FROM (SELECT {mended(literal(name))} AS name)"
    ).fetchall()
    tests = {
        column: f"coalesce({hidden(quoted(f'{column} as given'), salt)} = {literal(wanted)}, false)"
        for column, one in layout.columns.items()
        if one.role in NAMES and one.role != "receiver_number"
    }
    if not tests:
        return 0, "", json.dumps(about)
    changes = [
        f"CASE WHEN {test} THEN {literal(ERASED)} ELSE {quoted(column)} END AS {quoted(column)}"
        for column, test in tests.items()
    ]
    receiver, number = layout.of("receiver"), layout.of("receiver_number")
    if receiver and number:
        cell = quoted(number)
        changes.append(f"CASE WHEN {tests[receiver]} THEN NULL ELSE {cell} END AS {cell}")
    given = {quoted(f"{column} as given"): mended(layout.said(column)) for column in tests}
    rows = f"read_parquet({file_literal(file.path)}, hive_partitioning=false)"
    every = [f"{cell} AS {name}" for name, cell in given.items()]
    query = f"SELECT *, {', '.join(every)} FROM {rows}"
    if text := layout.of("description"):
        cell = quoted(text)
        hides = f"replace({cell}, {literal(wanted)}, {literal(f'[{ERASED}]')})"
        query = f"SELECT *, {cell} AS __text FROM ({query})"
        query = f"SELECT * REPLACE ({hides} AS {cell}) FROM ({query})"
        # A pseudonym cannot be turned back into words to search descriptions for.
        if not _IS_PSEUDONYM.fullmatch(name):
            words = ", ".join(map(literal, re.findall(r"[^\W_]+", right)))
            query = unnamed(query, cell, between(f"[{words}]"))
        tests[text] = f"coalesce({cell} <> __text, false)"
    [(count,)] = connection.execute(
        f"SELECT count(*) FROM ({query}) WHERE {' OR '.join(tests.values())}"
    ).fetchall()
    more = [*given, *(["__text"] if text else [])]
    query = f"SELECT * EXCLUDE ({', '.join(more)}) REPLACE ({', '.join(changes)}) FROM ({query})"
    return count, query, json.dumps(about)


def _plain(
    file: RawFile, layouts: tuple[Layout, ...], scratch: Path
) -> tuple[Path, str, int, dict[str, Any]]:
    """Return a delivered file as a text in UTF-8, its name, its first row, and what was noticed."""
    layout = layouts[0]
    first = 2 if layout.header and not layout.fixed else 1
    if is_workbook(file.path):
        sheet = layout.sheet or sheets(file.path, file.name)[0]
        target = scratch / "sheet.csv"
        read = sheet_rows(file.path, sheet, file.name)
        with target.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, delimiter=layout.delimiter, lineterminator="\n")
            for row in read:
                writer.writerow([_written(cell, layout) for cell in row])
        return target, file.name, first, {"hidden": [*hidden_in(file, sheet, read, layout)]}
    if is_parquet(file.path) and not layout.fixed:
        target = scratch / "rows.csv"
        with connect() as connection:
            parquet_as_text(
                connection,
                file.path,
                file.name,
                target,
                delimiter=layout.delimiter,
                decimal=layout.decimal,
                form=layout.day_form,
                header=layout.header,
            )
        return target, file.name, first, {}
    found = None
    for _, label, path in members(file, scratch):
        if found is not None:
            raise BadFileError(
                "several files in one archive",
                where=file.name,
                why="each of them has rows of its own numbers",
                hint="unpack it, and add the files together",
            )
        text = text_in_utf8(path, scratch, label, layout.encodings)
        noticed = {"unfinished": unfinished(text) is not None}
        if layout.lines_above or layout.lines_below:
            text = _records(text, scratch, layout, label)
        if layout.join_lines:
            text = _joined(text, scratch, layout)
        found = text, label, noticed
    if found is None:
        raise BadFileError("an archive without a file", where=file.name, hint="download it again")
    return found[0], found[1], first + layout.lines_above, found[2]


def _written(cell: Cell, layout: Layout) -> str:
    """Return a cell of a sheet as the layout writes it: a number or a day is one without a form."""
    if isinstance(cell, date):
        return cell.strftime(layout.day_form)
    text = cell_text(cell)
    return text.replace(".", layout.decimal) if isinstance(cell, float) else text


def _records(path: Path, scratch: Path, layout: Layout, label: str) -> Path:
    """Return a text without the lines above and below its records.

    Raises
    ------
    BadFileError
        If there is no other line.
    """
    target = scratch / "records.txt"
    below: deque[str] = deque()
    written = 0
    with (
        path.open(encoding="utf-8", newline="\n") as source,
        target.open("w", encoding="utf-8", newline="\n") as copy,
    ):
        above = list(islice(source, layout.lines_above))
        for line in source:
            below.append(line)
            if len(below) > layout.lines_below:
                copy.write(below.popleft())
                written += 1
    for place, line in (*enumerate(above, 1), *enumerate(below, 1 + len(above) + written)):
        if _reads_as_record(line, layout):
            raise BadFileError(
                "a line that reads as a record, where the layout has none",
                where=f"{label}, row {place}",
                why="it would be left out; the last line of a file that was cut off is a record",
                hint="download the file again, or correct lines_above and lines_below",
            )
    if not written:
        raise BadFileError(
            "a file without a record",
            where=label,
            why=f"{layout.lines_above} lines above and {layout.lines_below} below are none",
            hint="look at lines_above and lines_below of the layout, or download the file again",
        )
    return target


def _reads_as_record(line: str, layout: Layout) -> bool:
    """Whether a line of fixed width has a code and a time at their places, as records do."""
    cells = [
        line[one.at[0] - 1 : one.at[1]].strip()
        for one in layout.columns.values()
        if one.at and one.role in ("tariff_code", "date", "year", "month")
    ]
    return bool(cells) and all(re.fullmatch(r"[0-9][0-9./-]*", cell) for cell in cells)


def _joined(path: Path, scratch: Path, layout: Layout) -> Path:
    """Return a text in which a line with too few cells goes on in the next one.

    Lines are joined as long as they fit together, so that a line that was cut off is left as it
    is, and refused with its row.
    """
    cells = len(layout.titles)
    target = scratch / "joined.txt"
    with (
        path.open(encoding="utf-8", newline="\n") as source,
        target.open("w", encoding="utf-8", newline="\n") as copy,
    ):
        begun = ""
        # newline="\n" above leaves CR inside a line alone: it stands for a line end in a cell.
        for given in source:
            line = given.rstrip("\n").rstrip("\r").replace("\r", " ")
            # One delimiter fewer than cells: joined, both have at most a complete line.
            if begun and begun.count(layout.delimiter) + line.count(layout.delimiter) < cells:
                line = begun + line
            elif begun:
                copy.write(begun + "\n")
            begun = ""
            if line.count(layout.delimiter) < cells - 1:
                begun = line
            else:
                copy.write(line + "\n")
        if begun:
            copy.write(begun + "\n")
    return target


def _names(path: Path, label: str, layouts: tuple[Layout, ...]) -> list[str]:
    """Return the names of the columns of a text, each once: the second Item is Item.1.

    One without a name is called by its place.
    """
    layout = layouts[0]
    return columns_of_lines(
        header(path, label, layout.delimiter) if layout.header else list(layout.titles)
    )


def columns_of_lines(found: list[str]) -> list[str]:
    """Return names of columns, each once; see `_names`."""
    names: dict[str, int] = {}
    for place, given in enumerate(found, 1):
        name = given or f"column {place}"
        # The number to try next is kept by name, so that a thousand equal names stay quick.
        number, unique = names.get(name, 0), name
        while unique in names:
            number += 1
            unique = f"{name}.{number}"
        names[name] = number
        names.setdefault(unique, 0)
    return list(names)


def _cells(path: Path, names: list[str], layout: Layout) -> str:
    """Return SQL that reads a delimited text, every cell as text."""
    mark = '"' if layout.quotes else ""
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({file_literal(path)}, columns={{{types}}}, auto_detect=false, "
        f"header={'true' if layout.header else 'false'}, delim={literal(layout.delimiter)}, "
        f"quote='{mark}', escape='{mark}', strict_mode=true, buffer_size={BUFFER}, "
        f"max_line_size={BUFFER // 16}, hive_partitioning=false)"
    )


def _lines(path: Path, layout: Layout) -> str:
    """Return SQL that reads columns by their place in a line."""
    line = (
        f"read_csv({file_literal(path)}, columns={{'line': 'VARCHAR'}}, auto_detect=false, "
        # A delimiter that no line has: the line is the only cell.
        f"header=false, delim='\\x01', quote='', escape='', strict_mode=true, "
        f"buffer_size={BUFFER}, max_line_size={BUFFER // 16}, hive_partitioning=false)"
    )
    cells = ", ".join(
        f"substring(line, {one.at[0]}, {one.at[1] - one.at[0] + 1}) AS {quoted(name)}"
        for name, one in layout.columns.items()
        if one.at
    )
    return f"(SELECT {cells} FROM {line})"


def _filled(path: Path, label: str, layout: Layout) -> Iterator[object]:
    """Yield the rows below the names of columns that are not blank."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows: Iterator[object] = (line for line in lines if line.strip("\r\n"))
        if layout.quotes and not layout.fixed:
            rows = (row for row in csv.reader(lines, delimiter=layout.delimiter) if row)
        try:
            yield from islice(rows, int(layout.header), None)
        except csv.Error as error:
            raise BadFileError(
                f"cannot be read as delimited text ({error})",
                where=label,
                hint="look for a quotation mark that is not closed, or download the file again",
            ) from error


def _require_length(path: Path, label: str, layout: Layout) -> None:
    """Refuse a line that is cut off inside its numbers, and one that is several in one.

    A part of a number is a number, so nothing that is tested later would show it. Blanks at the end
    of lines are lost easily, and mean nothing where words are expected.
    """
    ends = [(one.at[1], one.role in _WORDS) for one in layout.columns.values() if one.at]
    need = max(end for end, is_words in ends if not is_words)
    # Twice the width is two lines run together.
    most = 2 * max(ends)[0]
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            signs = len(line.rstrip("\r\n"))
            if need <= signs <= most or not line.strip():
                continue
            raise BadFileError(
                f"a line of {signs:,} signs, where columns end at {max(ends)[0]}",
                where=f"{label}, row {number}",
                why="a number that was cut off is a smaller number"
                if signs < need
                else "what is behind the columns would be passed over",
                hint="download the file again",
            )


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the one table of a kept file."""
    yield FileTable(
        path=file.path,
        name=file.name,
        nomenclature="",
        vintage=options.vintage or "unknown",
        detail=options.mapping,
    )


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every cell and return canonical shipments.

    Raises
    ------
    BadFileError
        With file, row and column of a cell that cannot be read with certainty.
    """
    layout, about = _about(connection, table)
    cells = RegisterCells(connection, table, layout, ROW)
    cells.prepare()
    # Once for all that is asked of the lines, in the order in which they are written: to look for
    # the lines of each month, and to sort them then, would take twice as long.
    keep(connection, "register_line", f"{cells.sql()} ORDER BY period, product, row")
    cells.require_read("register_line")
    noticed = findings(connection, layout, table.name, cells, about["left"])
    noticed = (*noticed, *(Finding(**one) for one in about.get("hidden", ())))
    if about.get("unfinished"):
        noticed = (*noticed, unfinished_line(table.name, "not shown: it may name a person"))
    leave_out(connection, "register_line", "why IS NOT NULL")
    ours = set(connection.table("register_line").columns) - canonical().keys()
    forget(connection, "register_line", *sorted(ours))

    def locate(key: Key) -> str:
        return f"{table.name}, row {key[2]}" if len(key) > 2 else ""

    return ParsedRows(
        connection.table("register_line"),
        cells.alike(),
        locate,
        table="shipments",
        findings=noticed,
        kept="register_line",
    )


def _as_text(layout: Layout, left: list[str], noticed: dict[str, Any]) -> str:
    """Return what a kept file says of itself; see `_about`."""
    # The name of a layout of ours, so that a corrected one is used when the lake is rebuilt; a
    # layout of the user's is kept with the file as its mapping.
    stem = next((key for key, one in known_layouts().items() if one is layout), "")
    return json.dumps({"layout": stem, "left": left} | noticed, ensure_ascii=False)


def layout_of(connection: duckdb.DuckDBPyConnection, path: Path, mapping: str | None) -> Layout:
    """Return the layout of a kept file; `mapping` is its text, if it was given."""
    return _about(connection, FileTable(path, path.name, "", "", detail=mapping))[0]


def _about(
    connection: duckdb.DuckDBPyConnection, table: FileTable
) -> tuple[Layout, dict[str, Any]]:
    """Return the layout of a kept file, and what it says of itself, such as columns not kept."""
    query = (
        f"SELECT value FROM parquet_kv_metadata({file_literal(table.path)}) WHERE key = '{ABOUT}'"
    )
    said = json.loads(bytes(connection.execute(query).fetchall()[0][0]))
    layout = read_layout(table.detail) if table.detail else known_layouts()[said["layout"]]
    return layout, said
