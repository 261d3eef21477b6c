"""Read Eurostat Comext: bulk files and tables of DS-045409 and DS-059341, at their finest level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.model.display import agreed, first_of
from entrepot.model.product import TOTAL
from entrepot.sources.comext.lines import ComextLines, areas_of, between_two, summed, sums_of
from entrepot.sources.comext.reading import TOTAL_PROCEDURE, checked, stage, written
from entrepot.sources.parquet import is_parquet
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import literal
from entrepot.sources.temp_tables import keep_small
from entrepot.sources.text import text_in_utf8
from entrepot.sources.totals import compare_totals
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.model.columns import Level
    from entrepot.sources.comext.reading import Checked
    from entrepot.sources.parser import FileOptions, RawFile

_COLUMNS = (
    "period, freq, exporter, importer, product, nomenclature, value_reported, valuation, "
    "mass_kg, quantity, quantity_unit, reported_by, partner_basis, is_estimated"
)
_HEADINGS = 3
"""Headings that a finding names."""
_TOTALS = (
    "period, freq, exporter, importer, product, nomenclature, value_reported, 'EUR' AS currency, "
    "valuation, mass_kg, reported_by, partner_basis, has_finer"
)


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the tables in a file, one at a time; what was unpacked goes when the next one comes."""
    _require_nothing_said(file, options)
    for place, (_, label, path) in enumerate(members(file, scratch)):
        if not is_parquet(path):  # in columns that are not read, too
            text_in_utf8(path, scratch, label, ("utf-8-sig",))
        # Used for large files only; the caller may still read them until it asks for the next
        # table.
        own = (scratch / f"comext-lines-{place}.parquet", scratch / f"comext-flows-{place}.parquet")
        yield FileTable(path, label, "", options.vintage or "unknown", detail=own)
        for one in own:
            one.unlink(missing_ok=True)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row; return flows in EUR by member state, partner, code of goods and period."""
    file = checked(connection, table)
    own, added = table.detail
    staged = stage(connection, file, table.path, own)
    counts = {role: _counts(connection, staged, role) for role in ("reporter", "partner")}
    who = {role: areas_of(file, role, found) for role, found in counts.items()}
    roles = {file.form.roles.get(column) for column in file.cells}
    query = between_two(staged, who["reporter"], who["partner"])
    sums = sums_of(who["partner"])
    lines = ComextLines(
        keep_small(connection, "comext_single", query, table.path),
        summed(staged, who["reporter"], sums),
        has_trade="trade" in roles,
        has_flag="flag" in roles,
    )
    codes = _codes(connection, lines.single)
    # Finest codes with a single partner count; a file of totals over partners alone has none.
    level = _level(codes or _codes(connection, lines.sums), table)
    lines = replace(lines, level=level if codes else level or 8)  # chapters of the world alone
    # Before parts are looked for: a line that stands twice would make parts and total disagree.
    require_once(connection, file, lines.named)
    has_totals = bool(sums) or any(_is_above(code, lines.level) for code, *_ in codes)
    if has_totals:
        require_once(connection, file, lines.totalled)
    lines, found = without_parts(connection, file, lines)
    flows = connection.sql(
        f"SELECT * FROM {written(connection, 'comext_flow', lines.flows, table.path, added)}"
    )
    findings = (
        *(
            one
            for role in counts
            for one in about_groups(role, counts[role], who[role], table.name)
        ),
        *about_codes(codes, lines.level, table.name),
        *about_headings(connection, lines, codes, table.name),
        *found,
        *about_flows(flows, table.name),
    )
    # After the findings, which count the flows without a value that are left out here.
    relation = flows.filter("value_reported IS NOT NULL").project(_COLUMNS)
    totals = connection.sql(lines.totals).project(_TOTALS) if has_totals else None
    return ParsedRows(relation, {"currency": "EUR"}, lambda _: "", findings=findings, totals=totals)


def _counts(connection: duckdb.DuckDBPyConnection, staged: str, column: str) -> dict[str, int]:
    query = f"SELECT {column}, count(*) FROM {staged} GROUP BY ALL"
    return dict(connection.execute(query).fetchall())


def _codes(connection: duckdb.DuckDBPyConnection, lines: str) -> list[Code]:
    query = f"SELECT product, count(*), coalesce(sum(value), 0) FROM ({lines}) GROUP BY ALL"
    return connection.execute(query).fetchall()


def _level(codes: list[Code], table: FileTable) -> int:
    """Return the number of digits of the finest codes; 0 if there are totals of all goods only."""
    sizes = {0 if code == TOTAL else len(code) for code, *_ in codes}
    # Codes of seven digits or five have got their zero back in `stage`; 2 and 4 are never flows.
    for level in (8, 6, 0):
        if level in sizes:
            return level
    raise BadFileError(
        "no line of six or eight digits" if sizes else "no line of two single countries",
        where=table.name,
        why="headings, chapters and groups of countries are totals; their parts are what is kept",
        hint="ask Eurostat for member states, partners one by one and codes of 6 or 8 digits",
    )


def _is_above(code: str, level: int) -> bool:
    """Whether goods are a total of lines that count."""
    return bool(level) and (code == TOTAL or len(code) < level)


def _require_nothing_said(file: RawFile, options: FileOptions) -> None:
    if options.nomenclature or options.mapping:
        raise BadFileError(
            "the files of Comext say themselves what their columns and codes are",
            where=file.name,
            why="each year has its own edition of the Combined Nomenclature",
            hint="leave --nomenclature and --map out",
        )


# What there is to know about a file of Comext: lines left out, lines added up.


Code = tuple[str, int, float]
"""A product code, its number of lines and their EUR."""


def about_groups(
    role: str, counts: Mapping[str, int], codes: Mapping[str, str], place: str
) -> Iterator[Finding]:
    """Say which groups of countries stand beside their members, and which are kept as totals."""
    left = {text: counts[text] for text, iso in codes.items() if not iso}
    kept = sums_of(codes) if role == "partner" else {}
    if kept:
        text = (
            f"Totals over partners ({', '.join(sorted(kept))}) were kept apart: shares are of a "
            "country's own total."
        )
        count = sum(counts[one] for one in kept)
        yield Finding("partner-totals", "note", place, count, min(kept), text)
    left = {text: count for text, count in left.items() if text not in kept}
    if left:
        text = (
            f"Lines of a group as {role} are left out, because they are totals of single "
            f"countries: {', '.join(sorted(left)[:8])}."
        )
        yield Finding("groups-with-members", "note", place, sum(left.values()), min(left), text)


def about_codes(codes: Sequence[Code], level: int, place: str) -> Iterator[Finding]:
    """Say which product codes are left out as totals, and which hide what they are."""
    kept = [code for code in codes if _digits(code[0]) == level]
    left = [code for code in codes if _digits(code[0]) != level]
    unit = f"lines of {level} digits" if level else "totals of all goods"
    if left:
        text = (
            f"Lines of other levels are no flows ({_listed(left)}): "
            f"{'they are totals of' if level else 'they are parts of'} the {unit}, which are taken."
        )
        yield _finding("levels-with-lines", "note", place, left, text)
    hidden = [one for one in kept if level and not one[0].isdigit()]
    if hidden:
        text = (
            f"Lines with letters in their code ({_listed(hidden)}, {_euro(hidden)}) are goods kept "
            "confidential or adjustments. They are kept as they stand: part of their chapter "
            "and of every total, of no single product."
        )
        yield _finding("confidential-codes", "note", place, hidden, text)


def about_headings(
    connection: duckdb.DuckDBPyConnection, lines: ComextLines, codes: Sequence[Code], place: str
) -> Iterator[Finding]:
    """Say where headings hold more than the lines below them, of one country and period."""
    names = {code for code, *_ in codes if 0 < _digits(code) < lines.level}
    # Only the coarsest heading of a branch is compared: what 8541 has beyond its lines is in 85,
    # too.
    widest = [
        name for name in names if not any(name[:size] in names for size in range(2, len(name), 2))
    ]
    if not widest:
        return
    cell = "freq, period, reporter, partner, is_import"
    sums = " UNION ALL ".join(
        f"""SELECT {cell}, left(product, {size}) AS code, count(*) AS n,
            sum(value) FILTER (length(product) = {size}) AS whole,
            coalesce(sum(value) FILTER (length(product) = {lines.level}), 0) AS parts
        FROM ({lines.single}) WHERE code IN ({", ".join(literal(one) for one in widest)})
        GROUP BY ALL"""
        for size in sorted({len(one) for one in widest})
    )
    # A euro of rounding is allowed for each line.
    query = f"""SELECT code, count(*), sum(whole - parts) AS above
        FROM ({sums}) WHERE whole - parts > n GROUP BY code ORDER BY above DESC, code"""
    found = connection.execute(query).fetchall()
    if found:
        count, euro = sum(one[1] for one in found), sum(one[2] for one in found)
        # The largest first: what is short of it is a wrong answer, the rest is rounding.
        example = first_of([f"{code} by EUR {above:,.0f}" for code, _, above in found], _HEADINGS)
        text = (
            f"{agreed(len(found), 'heading exceeds', 'headings exceed')} the lines below by "
            f"EUR {euro:,.0f}, in {agreed(count, 'case', 'cases')} of one country, partner and "
            "period. Only the lines are taken: sums over them are short of that, for goods kept "
            "confidential or lines not in the file."
        )
        yield Finding("headings-above-lines", "warning", place, count, example, text)


def about_flows(flows: duckdb.DuckDBPyRelation, place: str) -> Iterator[Finding]:
    """Say how many lines were added up, have no value, or no weight; months beside years."""
    [(added, parts, missing, light, rows, freqs)] = flows.aggregate(
        "count(*) FILTER (lines > 1), coalesce(sum(lines) FILTER (lines > 1), 0)::BIGINT, "
        "count(*) FILTER (value_reported IS NULL), count(*) FILTER (mass_kg IS NULL), "
        "count(*), count(DISTINCT freq)"
    ).fetchall()
    if added:
        text = (
            f"{parts:,} lines that differ only by statistical procedure, part of a country or "
            f"another classification were added up to {added:,} flows."
        )
        yield Finding("lines-added", "note", place, added, "", text)
    if missing:
        left = agreed(missing, "flow is", "flows are")
        text = f"{left} left out: a value is empty, hidden or was not asked for."
        yield Finding("value-missing", "warning", place, missing, "", text)
    if light:
        text = f"{light:,} of {rows:,} flows have no weight: none given, or zero with a value."
        yield Finding("mass-unknown", "note", place, light, "", text)
    if freqs > 1:
        text = (
            "The file has months and whole years. Both are kept, as rows of freq M and A; a year "
            "is never added to its months."
        )
        yield Finding("years-with-months", "note", place, 1, "", text)


def _digits(code: str) -> int:
    return 0 if code == TOTAL else len(code)


def _listed(codes: Sequence[Code]) -> str:
    names = sorted(code for code, *_ in codes)
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")


def _euro(codes: Sequence[Code]) -> str:
    return f"EUR {sum(value for *_, value in codes):,.0f}"


def _finding(rule: str, level: Level, place: str, codes: Sequence[Code], text: str) -> Finding:
    count = sum(lines for _, lines, _ in codes)
    return Finding(rule, level, place, count, min(codes)[0], text)


# Totals together with their parts, and lines that occur twice: proved, or refused.


_CELL = "freq, period, reporter, partner_iso, product, is_import"


@dataclass(frozen=True, slots=True)
class _TotalKind:
    """A kind of line that may be the total of another kind."""

    rule: str
    total: str
    parts: str
    names: str
    is_complete: bool  # whether the parts must make up the total, or may leave some of it open


_CASES = (
    _TotalKind(
        "procedures-with-total",
        f"procedure = '{TOTAL_PROCEDURE}'",
        f"procedure <> '{TOTAL_PROCEDURE}'",
        f"statistical procedure {TOTAL_PROCEDURE} (all of them) and single procedures",
        is_complete=False,
    ),
    *(
        _TotalKind(
            "areas-with-total",
            f"partner = '{total}'",
            f"partner IN ({', '.join(repr(part) for part in parts)})",
            f"partner {total} with {' and '.join(parts)}",
            is_complete=True,
        )
        # A special partner and its two parts, inside and outside the Union: stores, not specified,
        # and not specified for commercial or military reasons.
        for total, parts in (
            ("GB", ("XI", "XU")),
            ("QQ", ("QR", "QS")),
            ("QU", ("QV", "QW")),
            ("QX", ("QY", "QZ")),
        )
    ),
)


def without_parts(
    connection: duckdb.DuckDBPyConnection, file: Checked, lines: ComextLines
) -> tuple[ComextLines, list[Finding]]:
    """Leave parts out where their total is there too.

    Raises
    ------
    BadFileError
        If parts and total do not agree, or some parts have a total and others have none: then no
        choice is sure to count every euro once.
    """
    findings: list[Finding] = []
    for case in _with_both(connection, lines, _CASES):
        # Each case takes lines out, so the next is tested on what is left.
        if findings and not _with_both(connection, lines, [case]):
            continue  # what was taken out already held all of one kind
        cells = f"""
            SELECT {_CELL}, concat_ws(' ', period, reporter, partner_iso, product) AS cell,
                   count(*) FILTER ({case.total}) AS t, count(*) FILTER ({case.parts}) AS n,
                   CASE WHEN t > 0 THEN coalesce(sum(value) FILTER ({case.total}), 0) END AS total,
                   sum(value) FILTER ({case.parts}) AS parts
            FROM {lines.counting} GROUP BY ALL"""
        # Each of the lines is rounded to whole euro.
        sums = compare_totals(connection, cells, "t + n + 1e-9 * total")
        # No cell has both kinds: total and parts complement each other and all lines count.
        if sums.totals == sums.alone:
            continue
        # Parts above their total are an error in any case; parts below it only where they must be
        # complete.
        odd = sums.largest if case.is_complete else sums.largest_over
        if odd or sums.untotalled:
            raise _unsure(case, file, odd[0] if odd else None, sums.untotalled)
        lines = lines.less(case.parts)
        text = f"The file has {case.names}: the parts agree with the total, and the total is taken."
        findings.append(Finding(case.rule, "note", file.name, sums.parts, case.names, text))
    return lines, findings


def _with_both(
    connection: duckdb.DuckDBPyConnection, lines: ComextLines, cases: Sequence[_TotalKind]
) -> list[_TotalKind]:
    """Return the cases of which there are lines of both kinds."""
    tests = ", ".join(f"bool_or({case.total}) AND bool_or({case.parts})" for case in cases)
    [found] = connection.execute(f"SELECT {tests} FROM {lines.counting}").fetchall()
    return [case for case, both in zip(cases, found, strict=True) if both]


def _unsure(case: _TotalKind, file: Checked, odd: str | None, alone: int) -> BadFileError:
    what = f"they do not agree ({odd})" if odd else f"{alone} parts have no total"
    return BadFileError(
        f"{case.names}: {what}",
        where=file.name,
        why="taken together they may count twice, taken alone some trade may be lost",
        hint="keep either the totals or the parts in the file",
    )


def require_once(connection: duckdb.DuckDBPyConnection, file: Checked, named: str) -> None:
    """Refuse a file in which one of the lines that SQL names stands twice.

    Raises
    ------
    BadFileError
        Naming the rows of the first line that does.
    """
    # Two names may stand for one country; two codes (XI, XU) are two lines that add up.
    who = "reporter_iso, partner_iso" if file.form.labelled else "reporter, partner"
    [(repeated,)] = connection.execute(
        # Hashes are quick and collide at times; the second query groups by the columns and decides.
        f"SELECT count(*) - count(DISTINCT hash(mark, {who})) FROM {named}"
    ).fetchall()
    if not repeated:
        return
    first = connection.execute(
        f"SELECT min(period)::VARCHAR, min(reporter), min(partner), min(product) FROM {named} "
        f"GROUP BY mark, {who} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall()
    if not first:
        return
    [(period, reporter, partner, product)] = first
    raise BadFileError(
        f"{agreed(repeated, 'line is', 'lines are')} there twice, e.g. "
        f"{period} {reporter} {partner} {product}",
        where=f"{file.name}{_rows(file, reporter, partner, product)}",
        why="their trade would count twice",
        hint="use the file as Eurostat ships it; if two downloads were joined, join them again",
    )


def _rows(file: Checked, reporter: str, partner: str, product: str) -> str:
    wanted = {file.column("reporter"): reporter, file.column("partner"): partner}
    if file.column("product") != "PRODUCT" or not file.form.labelled:
        wanted[file.column("product")] = product
    found = file.rows(wanted)
    return f", among rows {', '.join(map(str, found[:6]))}" if found else ""
