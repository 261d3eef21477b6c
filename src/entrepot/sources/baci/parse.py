"""Read CEPII BACI: `t,i,j,k,v,q` in thousand USD FOB and metric tons."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import area, by_code
from entrepot.model.columns import Finding
from entrepot.model.product import EDITIONS
from entrepot.sources import source_info
from entrepot.sources.parser import FileOptions, FileTable, ParsedRows
from entrepot.sources.strict import (
    NUMBER,
    Rule,
    area_enum,
    enum,
    find_rows,
    literal,
    read_text,
    verify,
)
from entrepot.sources.text import column_faults, count_lines, header
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import Key, RawFile

COLUMNS = {"t", "i", "j", "k", "v", "q"}


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the year tables in a file, one at a time; the text of each goes when the next comes."""
    count = 0
    for member, label, path in members(file, scratch):
        inside = label != file.name
        if not (inside and is_companion(member)):
            if inside and not is_named(member):
                raise BadFileError(
                    "this is not a file of BACI",
                    where=label,
                    why="no file is skipped without notice",
                    hint="give the zip as CEPII ships it, or the year files one by one",
                )
            count += 1
            # First of all: a file of another source should hear that, not what its name lacks.
            _require_columns(header(path, label), label)
            yield named_table(member, label, path, options)
        if path != file.path:
            path.unlink()
    if not count:
        raise BadFileError(
            "no year file in this archive",
            where=file.name,
            hint="look for members named like BACI_HS17_Y2022_V202501.csv",
        )


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return them in canonical columns: whole USD, kg, six digits, ISO3."""
    columns = header(table.path, table.name)
    years = years_of(table)
    areas = {
        text: iso
        for code, iso in by_code("baci").items()
        if area(iso).kind != "aggregate"
        # CEPII writes 4 for Afghanistan, copies that went through text write 004; an enum takes
        # each once.
        for text in dict.fromkeys((f"{int(code)}", f"{int(code):03}"))
    }
    # Order matters: `canonical` finds year and ISO code by the place of a text in its enum.
    codes = {"t": [*map(str, years)], "i": [*areas], "j": [*areas]}
    reported_by = reported_by_of(years)
    same = {"freq": "A", "nomenclature": table.nomenclature, "valuation": "FOB"}

    def read(way: Callable[..., str]) -> duckdb.DuckDBPyRelation:
        cells = way(table.path, columns, codes)
        return connection.sql(canonical(cells, years, [*areas.values()], reported_by))

    def again() -> duckdb.DuckDBPyRelation:
        verify(connection, table.path, table.name, columns, rules(table, codes))
        return read(careful)

    # A plain file is read without a test of each cell; `again` tests them once the quick way stops,
    # which costs a second pass only for files that are wrong.
    plain = is_plain(table.path)
    lines = count_lines(table.path, table.name)
    return ParsedRows(
        read(quick) if plain else again(),
        same if reported_by else same | {"reported_by": "both"},
        lambda key: _locate(table, columns, areas, key),
        again=again if plain else None,
        # A reader without a test could drop lines, so the number of rows is compared with the
        # lines.
        count=lines - 1 if plain else None,
    )


def _locate(table: FileTable, columns: list[str], areas: dict[str, str], key: Key) -> str:
    t, i, j, k = (columns.index(name) for name in "tijk")
    period, _, exporter, importer, product, *_ = key
    found = find_rows(
        table.path,
        table.name,
        lambda row: (
            row[k].strip().zfill(6) == product
            and (areas[row[i].strip()], areas[row[j].strip()]) == (exporter, importer)
            and int(row[t]) == period.year
        ),
    )
    return f"{table.name}, rows {' and '.join(map(str, found))}"


def _require_columns(columns: list[str], name: str) -> None:
    missing = sorted(COLUMNS - set(columns))
    extra = [column for column in columns if column not in COLUMNS]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if faults := column_faults(missing=missing, extra=extra, twice=twice):
        raise BadFileError(
            f"not the columns of BACI: {faults}",
            where=f"{name}, row 1",
            why="BACI has t,i,j,k,v,q: year, exporter, importer, product, thousand USD, tons",
            hint="check that this is a BACI data file, as CEPII ships it",
        )


# The cells of BACI as codes and numbers, in two ways: quickly with a guard, and with care.


CODE = "[1-9][0-9]{4,5}|0[1-9][0-9]{4}"
"""A code of six digits, whose first zero a program may have cut off: no chapter is called 00."""
# No quotes, no signs, and of letters only those of NA: then splitting at commas gives the cells.
_PLAIN = b"0123456789., NA\r\n"
_STEP = 2**20
_MOST = 1e15  # a number of more digits would lose its last ones


def is_plain(path: Path) -> bool:
    """Whether a file has nothing but digits, points, commas, blanks and NA below its header."""
    with path.open("rb") as opened:
        # The header has letters; the bound keeps a file without line ends out of memory.
        opened.readline(_STEP)
        while piece := opened.read(_STEP):
            # What is left after deleting the permitted bytes is not plain; no regular expression is
            # as quick.
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
    # A text outside its enum, or no number in v, stops the reading; q stays text because of its NA.
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
        SQL for who reported a flow, by ``year``, ``exporter`` and ``importer``; may be empty.
    """
    # `enum_code` counts from 0, lists of DuckDB from 1.
    # Codes are looked up in lists: a join would take eleven million rows for the smaller side.
    isos = f"[{', '.join(map(literal, areas))}]::{area_enum()}[]"
    known = f"[{', '.join(map(str, years))}]"
    return f"""
        SELECT make_date(year, 1, 1) AS period, exporter, importer, k AS product,
               round(v * 1000) AS value_usd, q * 1000 AS mass_kg
               {f", {reported_by} AS reported_by" if reported_by else ""}
        FROM (SELECT ({known})[enum_code(t) + 1] AS year, ({isos})[enum_code(i) + 1] AS exporter,
                     ({isos})[enum_code(j) + 1] AS importer, k, v, q FROM ({cells}))"""


# What holds of the cells of a BACI table: years, rules, and who reported a flow.


def years_of(table: FileTable) -> list[int]:
    """Return the years that the table can hold."""
    if table.year:
        return [table.year]
    first = max(int(source_info("baci").bounds.years.least or 0), int(table.nomenclature[2:]))
    known = table.vintage[1:5].isdigit()
    # The newest year of a release is the year before last; one more is allowed for.
    last = int(table.vintage[1:5]) - 1 if known else date.today().year
    years = [*range(first, last + 1)]
    if not years:
        raise BadFileError(
            f"release {table.vintage} is older than the edition {table.nomenclature}",
            where=table.name,
            hint="look at --vintage and --nomenclature: one of them is another",
        )
    return years


def rules(table: FileTable, codes: dict[str, list[str]]) -> tuple[Rule, ...]:
    """Return what every cell of a table must be.

    Parameters
    ----------
    table
        A year table, or one of several years.
    codes
        Texts that may occur in ``t``, ``i`` and ``j``.
    """
    t, i, j = (frozenset(codes[name]) for name in "tij")
    # Texts of four digits, so their order as text is their order in time.
    span = f"{table.name} can hold {min(t)} to {max(t)}"
    span = "the name says another" if table.year else span
    unknown = "its trade would be lost from every total"
    mass = "its mass would be lost; an unknown one is empty or NA"
    again = "look at the row, or use the file as CEPII ships it"
    hint = "is this a BACI file? if the area is new, it has to be added to model/areas.csv"
    return (
        Rule("t", "year out of bounds", allowed=t, why=span, hint=again),
        Rule("i", "unknown BACI area code", allowed=i, why=unknown, hint=hint),
        Rule("j", "unknown BACI area code", allowed=j, why=unknown, hint=hint),
        Rule(
            "k",
            "not a product code of six digits (chapters are 01 to 99)",
            CODE,
            why=unknown,
            hint=again,
        ),
        Rule("v", "not a value of zero or more", NUMBER, why=unknown, hint=again),
        Rule("q", "not a quantity of zero or more", f"({NUMBER})?|NA", why=mass, hint=again),
    )


def reported_by_of(years: list[int]) -> str:
    """Return SQL for who reports a flow: the other side of an area that stopped reporting."""
    cases = [
        f"WHEN {side} = {literal(quirk.non_reporting)} AND year >= {quirk.since} "
        f"THEN {literal(other)}"
        for quirk in source_info("baci").quirks
        # Without such a year all rows have the same reported_by, which is stored once and not by
        # row.
        if quirk.non_reporting and max(years) >= (quirk.since or 0)
        for side, other in (("importer", "exporter"), ("exporter", "importer"))
    ]
    return f"CASE {' '.join(cases)} ELSE 'both' END" if cases else ""


# What the name of a BACI file says: edition of the product codes, year and release.


_EDITIONS = {one.baci.removeprefix("HS"): one.id for one in EDITIONS}
# Year files, and files of several years that users joined under a name without Y; a release may end
# in a letter.
_NAME = re.compile(r"BACI_HS(\d\d)(?:_Y(\d{4}))?(?:.*_(V\d{6}\w*))?", re.IGNORECASE)
_RELEASE = re.compile(r"V\d{6}\w*")
_COMPANION = re.compile(r"(country|product)_codes|read_?me", re.IGNORECASE)


def is_named(member: str) -> bool:
    """Whether a file is called as CEPII calls its data files."""
    return _NAME.match(member) is not None


def said_by_name(name: str) -> FileOptions:
    """Return edition and release of a table by its name; nothing of an archive, which has members.

    Examples
    --------
    >>> said_by_name("BACI_HS17_Y2022_V202501.csv")
    FileOptions(nomenclature='HS2017', vintage='V202501', mapping=None)
    """
    found = _NAME.match(name) if name.lower().endswith((".csv", ".csv.gz")) else None
    digits, release = (found[1], found[3]) if found else (None, None)
    # A number that is no edition stays what it is, so that reading the file refuses it.
    edition = _EDITIONS.get(digits, digits) if digits else None
    return FileOptions(edition, release.upper() if release else None)


def is_companion(member: str) -> bool:
    """Whether a member of the archive is one of the code tables shipped beside the data."""
    return _COMPANION.search(member) is not None


def named_table(member: str, label: str, path: Path, options: FileOptions) -> FileTable:
    """Return the table with what its name says; the user's word fills what the name leaves out.

    Raises
    ------
    BadFileError
        If name and user disagree, or neither names an edition that exists.
    """
    found = _NAME.match(member)
    digits, year, release = found.groups() if found else (None, None, None)
    if digits is not None and digits not in _EDITIONS:
        raise BadFileError(f"no edition of the Harmonized System: HS{digits}", where=label)
    edition = _one("edition", options.nomenclature, _EDITIONS[digits] if digits else None, label)
    if edition not in _EDITIONS.values():
        raise BadFileError(
            f"no edition of the Harmonized System: {edition}"
            if edition
            else "the edition of the product codes is not known",
            where=label,
            why="one code means different goods in different editions",
            hint="add --nomenclature HS2017 (or HS1992 ... HS2022)",
        )
    known = _one("release", options.vintage, release, label)
    if known and not _RELEASE.fullmatch(known):
        raise BadFileError(
            f"not a release of BACI: {known!r}",
            where=label,
            why="which release is the later one, and which years it can hold, follow from it",
            hint="write it as CEPII does: --vintage V202501",
        )
    text = (
        "The release of BACI is not known. To record it, add the file again with --vintage V202501 "
        "(and --replace, because its years are loaded)."
    )
    return FileTable(
        path=path,
        name=label,
        nomenclature=edition,
        vintage=known or "unknown",
        year=int(year) if year else None,
        findings=() if known else (Finding("unknown-vintage", "note", label, 1, "unknown", text),),
    )


def _one(word: str, given: str | None, named: str | None, label: str) -> str:
    if given and named and given.upper() != named.upper():
        raise BadFileError(
            f"the {word} asked for is {given}, the name of the file says {named.upper()}",
            where=label,
            hint="leave the option out, or give the file that was meant",
        )
    return (given or named or "").upper()
