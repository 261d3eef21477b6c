"""Read any table of flows with a mapping that says what its columns are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.model.areas import WORLD
from entrepot.model.columns import COMPLETE, Finding
from entrepot.model.product import TOTAL
from entrepot.sources.parser import FileTable, ParsedRows, RawFile
from entrepot.sources.strict import literal
from entrepot.sources.table.canonical_sql import CANONICAL, canonical_sql, facts_sql, require
from entrepot.sources.table.cells import naming_the_row, open_cells
from entrepot.sources.table.check import account, look, one_word
from entrepot.sources.table.fields import NONE, nomenclature_of
from entrepot.sources.table.mapping import Mapping, read_mapping
from entrepot.sources.table.plain import about_cuts, about_merged
from entrepot.sources.table.plan import make_plan
from entrepot.sources.table.repeated import KEYS, one_row_a_cell, rows_of
from entrepot.sources.temp_tables import keep, keep_small
from entrepot.sources.totals import RELATIVE, compare_totals
from entrepot.sources.unpack import members
from entrepot.sources.workbook import is_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key
    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.check import Looked
    from entrepot.sources.table.plan import Plan


def tables(file: RawFile, scratch: Path, said: FileOptions) -> Iterator[FileTable]:
    """Yield the tables in a file: one, or the members of an archive, all with one mapping.

    Raises
    ------
    BadFileError
        If there is no mapping, or it says another edition than the user.
    """
    if said.mapping is None:
        raise BadFileError(
            "a table needs a mapping that says what its columns are",
            where=file.name,
            hint="`entrepot data map FILE` drafts one; then add --map MAP.yaml",
        )
    mapping = _with_edition(read_mapping(said.mapping), said)
    edition = _edition(mapping)
    # A workbook is a zip archive, which `members` would unpack.
    found = [("", file.name, file.path)] if is_workbook(file.path) else members(file, scratch)
    for _, label, path in found:
        yield FileTable(
            path=path,
            name=label,
            nomenclature=edition,
            vintage=said.vintage or "unknown",
            findings=(*about_cuts(path, label, mapping), *about_merged(path, label, mapping)),
            detail=(mapping, scratch),
        )


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return them in canonical columns.

    Raises
    ------
    BadFileError
        With file, row, column and value of what cannot be read with certainty.
    """
    read = check_table(connection, table)
    plan, cells, looked, every = read.plan, read.cells, read.looked, read.every
    # Before rows are merged, which is only right of rows that are complete and of one level.
    kinds, findings = account(connection, plan, cells, looked, every)
    findings = (*cells.findings, *findings)
    merged, more = one_row_a_cell(connection, plan, cells, read.counted)
    # A generator: it is read below, after `table_totals` had its chance to refuse the file.
    world = against_world(connection, plan, cells, looked, (every, merged))
    totals = table_totals(connection, plan, cells, every)
    if plan.mapping.scope == "complete":
        more = (*more, require_complete(connection, merged, totals, cells))

    def locate(key: Key) -> str:
        places = rows_of(connection, plan, cells, read.counted, KEYS, key)
        return f"{table.name}, rows {' and '.join(map(str, places))}" if places else ""

    same, differing = one_word(kinds, table.name) if kinds else _of_totals(connection)
    relation = connection.sql(f"SELECT {', '.join(differing)} FROM ({merged})")
    return ParsedRows(relation, same, locate, findings=(*findings, *more, *world), totals=totals)


def _of_totals(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], list[str]]:
    """Return what `one_word` does of a table that has totals only, by the rows of these."""
    found = connection.execute("SELECT DISTINCT currency FROM table_sum").fetchall()
    [currency] = {one for (one,) in found} if len(found) == 1 else {None}
    columns = [name for name in CANONICAL if name != "currency"]
    return ({"currency": currency} if currency else {}), columns


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table of which every cell has been looked at.

    Attributes
    ----------
    every, counted
        SQL of all canonical rows with their cells, and of those that count.
    """

    plan: Plan
    cells: Cells
    looked: Looked
    every: str

    @property
    def counted(self) -> str:
        """SQL of the rows that count."""
        return f"SELECT * FROM ({self.every}) WHERE why IS NULL"


def check_table(connection: duckdb.DuckDBPyConnection, table: FileTable) -> CheckedTable:
    """Look at every cell of a table, and return the SQL of its canonical rows.

    Raises
    ------
    BadFileError
        With file, row, column and value of what cannot be read with certainty.
    """
    mapping, scratch = table.detail
    cells = open_cells(table.path, table.name, mapping, scratch, connection)
    plan = make_plan(mapping, cells.names, table.name)
    require(plan)
    texts = cells.sql(plan.read)
    with naming_the_row(connection, cells):
        facts = keep_small(connection, "table_fact", facts_sql(plan, texts), cells.path)
    looked = look(connection, plan, cells, texts, facts)
    # The first pass counted every row, so lines that the reader dropped show here.
    numbers = {place for group in plan.groups for one in group.numbers for place in one.places}
    cells.require_all(connection, looked.rows, sorted(numbers))
    query = canonical_sql(plan, facts, looked.lookups)
    return CheckedTable(plan, cells, looked, keep_small(connection, "table_row", query, cells.path))


def _with_edition(mapping: Mapping, said: FileOptions) -> Mapping:
    """Fill in the edition that the user named beside the mapping."""
    if said.nomenclature is None:
        return mapping
    if mapping.editions:
        raise BadFileError(
            f"the edition asked for is {said.nomenclature}, and the mapping has editions",
            where="mapping, editions",
            hint="leave one of the two out",
        )
    if mapping.nomenclature not in (None, said.nomenclature):
        raise BadFileError(
            f"the edition asked for is {said.nomenclature}, the mapping says "
            f"{mapping.nomenclature}",
            where="mapping, nomenclature",
            hint="leave one of the two out",
        )
    return mapping.model_copy(update={"nomenclature": said.nomenclature})


def _edition(mapping: Mapping) -> str:
    """Return the edition of all rows, or empty text if it differs from row to row."""
    try:
        for text in mapping.editions.values():
            nomenclature_of(text)
        named = nomenclature_of(mapping.nomenclature) if mapping.nomenclature else ""
    except UnknownNameError as error:
        error.where = f"mapping, {'editions' if mapping.editions else 'nomenclature'}"
        raise
    return NONE if mapping.product == TOTAL or mapping.level == "total" else named


# Totals in a table, over partners or goods: kept apart, and compared with what they sum.

_SIDES = (("exporter", "importer"), ("importer", "exporter"))
_KEYS = ("period", "freq", "product", "nomenclature", "reported_by", "partner_basis", "is_reexport")
_SLACK = 0.005
"""Part of a total by which rounded partners may differ from it."""


def against_world(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    looked: Looked,
    rows: tuple[str, str],
) -> Iterator[Finding]:
    """Yield by how much partners differ from a total over the world that stands beside them.

    Parameters
    ----------
    rows
        SQL of all canonical rows, and of those that are kept, one a cell.
    """
    every, kept = rows
    if not (texts := _texts(plan, looked)):
        return
    total = _repeated(plan)
    keys = ", ".join(_KEYS)
    # Nulls match nulls, and money is compared within one currency.
    same = " AND ".join(f"w.{key} IS NOT DISTINCT FROM p.{key}" for key in (*_KEYS, "money_in"))
    whys = ", ".join(literal(f"area-total: {text}") for text in texts)
    flows = " UNION ALL ".join(
        f"""SELECT p.{by_side} || ' ' || p.product || ' ' || p.period || ': ' || p.money_in AS cell,
               w.money AS total, p.money AS parts, p.n
        FROM (SELECT {keys}, {by_side}, money_in, {total}(money) AS money FROM ({every})
              WHERE why IN ({whys}) AND {other} IS NULL GROUP BY ALL) AS w
        JOIN (SELECT {keys}, {by_side}, coalesce(currency, 'USD') AS money_in,
                     sum(coalesce(value_usd, value_reported)) AS money, count(*) AS n
              FROM ({kept}) GROUP BY ALL) AS p
          ON w.{by_side} = p.{by_side} AND {same}"""
        # Once with the world as exporter and once as importer.
        for other, by_side in _SIDES
    )
    sums = compare_totals(connection, flows, f"{_SLACK} * total", gap=RELATIVE)
    if sums.largest is None:
        return
    cell, money, parts = sums.largest
    shown, _, currency = cell.rpartition(" ")
    shown = f"{shown} world {currency} {money:,.0f}, partners {currency} {parts:,.0f}"
    text = (
        "The total over all partners is not the sum of the partners in the file: in "
        f"{sums.short:,} of {sums.totals:,} totals they fall short of it, in {sums.over:,} they "
        "exceed it. Shares are of the total."
    )
    yield Finding("world-differs", "warning", cells.label, sums.differ, shown, text)


def _repeated(plan: Plan) -> str:
    """Return the aggregate of totals that a table says several times."""
    return "sum" if plan.mapping.repeated == "sum" else "max"


def _refuse_several(connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells) -> None:
    """Refuse totals over all partners that several rows give with different numbers.

    They may be a total and its parts, or parts of one that is not there.
    """
    found = connection.execute(f"""
        SELECT concat_ws(' ', period, exporter, importer, product), count(*) OVER ()
        FROM table_sum WHERE numbers > 1 AND '{WORLD}' IN (exporter, importer)
        ORDER BY 1 LIMIT 1""").fetchall()
    for example, count in found:
        unread = [name for name in plan.mapping.ignore if name][:8]
        apart = f": {', '.join(map(repr, unread))}" if unread else ""
        raise BadFileError(
            f"several rows give one total over all partners, with different numbers ({example}; "
            f"{count:,} totals)",
            where=cells.label,
            why="they may be a total with its parts, or parts alone; a column that the mapping "
            f"ignores separates them{apart}",
            hint="keep the total with select: {COLUMN: VALUE}, or say repeated: sum if all are "
            "parts",
        )


def table_totals(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, every: str
) -> duckdb.DuckDBPyRelation | None:
    """Return what reporters added up over partners or goods, in columns of ``totals``.

    They are rows whose partner is the world or a group, and rows of another level of the product
    codes than the one that counts. None where the table has none.

    Parameters
    ----------
    every
        SQL of all canonical rows, those that do not count with their reason.

    Raises
    ------
    BadFileError
        If several rows give one total over all partners with different numbers.
    """
    how = _repeated(plan)
    # Totals over partners and over goods of one reporting country; rows that both sides are said to
    # report make no totals.
    sums = f"""
        SELECT period, freq, coalesce(exporter, exporter_sum) AS exporter,
               coalesce(importer, importer_sum) AS importer, product, nomenclature, currency,
               any_value(valuation) AS valuation, reported_by, partner_basis, is_reexport,
               {how}(value_usd) AS value_usd, {how}(value_reported) AS value_reported,
               {how}(mass_kg) AS mass_kg,
               count(DISTINCT coalesce(value_usd, value_reported, mass_kg)) AS numbers
        FROM ({every})
        WHERE (why LIKE 'area-total: %' OR why LIKE 'other-level: %')
          AND reported_by IN ('exporter', 'importer')
          AND CASE reported_by WHEN 'importer' THEN importer_sum ELSE exporter_sum END IS NULL
        GROUP BY ALL"""
    keep(
        connection,
        "table_sum",
        f"""
        SELECT * FROM ({sums}) WHERE exporter IS NOT NULL AND importer IS NOT NULL
        AND period IS NOT NULL AND product IS NOT NULL AND nomenclature IS NOT NULL
        AND valuation IS NOT NULL""",
    )
    if plan.mapping.repeated in ("refuse", "once"):
        _refuse_several(connection, plan, cells)
    # Only lengths that occur: a heading of four digits has finer codes where one of six is there.
    lengths = connection.execute(f"""
        SELECT DISTINCT length(product) FROM ({every}) WHERE product <> 'TOTAL'""").fetchall()
    keys = "period, freq, exporter, importer, reported_by"
    all_rows = f"""
        SELECT period, freq, coalesce(exporter, exporter_sum) AS exporter,
               coalesce(importer, importer_sum) AS importer, reported_by, product
        FROM ({every}) WHERE product <> 'TOTAL'"""
    # Every code is finer than TOTAL, and than each shorter code that it begins with.
    finer = [f"SELECT {keys}, 'TOTAL' AS product FROM ({all_rows})"]
    finer += [
        f"SELECT {keys}, left(product, {size}) FROM ({all_rows}) WHERE length(product) > {size}"
        for (size,) in lengths
    ]
    keep(connection, "table_finer", f"SELECT DISTINCT * FROM ({' UNION ALL '.join(finer)})")
    if not connection.execute("SELECT 1 FROM table_sum LIMIT 1").fetchall():
        return None
    return connection.sql(f"""
        SELECT s.* EXCLUDE (numbers), f.product IS NOT NULL AS has_finer FROM table_sum AS s
        LEFT JOIN table_finer AS f USING ({keys}, product)""")


def require_complete(
    connection: duckdb.DuckDBPyConnection,
    kept: str,
    totals: duckdb.DuckDBPyRelation | None,
    cells: Cells,
) -> Finding:
    """Return that a mapping calls a table complete, once it is no more than its own totals deny.

    Parameters
    ----------
    kept
        SQL of the rows that count.

    Raises
    ------
    BadFileError
        If a row over all goods is more than the codes of the same flow add up to.
    """
    flow = "period, freq, exporter, importer, reported_by"
    text = "The mapping says that the table has all goods of its flows"
    if totals is None:
        text = f"{text}; it has no row over all goods to compare them with."
        return Finding(COMPLETE, "note", cells.label, 1, "scope: complete", text)
    # Without partner and product: the world's row is compared with all lines of its reporter.
    world = "period, freq, reported_by"
    lines = f"""
        SELECT {flow}, sum(coalesce(value_usd, value_reported)) AS value, count(*) AS n
        FROM ({kept}) WHERE product <> 'TOTAL' GROUP BY ALL"""
    # A row over all goods with the same partner, or with the world, whose lines are those with any
    # partner.
    every = f"""
        SELECT period, exporter, importer, total, value, n FROM (
            SELECT {flow}, coalesce(value_usd, value_reported) AS total
            FROM table_sum WHERE product = 'TOTAL') JOIN ({lines}) USING ({flow})
        UNION ALL
        SELECT w.period, w.exporter, w.importer, total, value, n FROM (
            SELECT {flow}, coalesce(value_usd, value_reported) AS total
            FROM table_sum WHERE product = 'TOTAL' AND '{WORLD}' IN (exporter, importer)) AS w
        JOIN (SELECT {world}, CASE reported_by WHEN 'importer' THEN importer ELSE exporter END AS
        who,
                     sum(value) AS value, sum(n) AS n FROM ({lines}) GROUP BY ALL) AS l
        ON w.period = l.period AND w.freq = l.freq AND w.reported_by = l.reported_by
           AND l.who IN (w.exporter, w.importer)"""
    flows = f"""
        SELECT exporter || ' to ' || importer || ' in ' || strftime(period, '%Y-%m') AS cell,
               sum(total) AS total, sum(value) AS parts, sum(n) AS n
        FROM ({every}) GROUP BY cell"""
    sums = compare_totals(connection, flows, f"{_SLACK} * total")
    if sums.largest_short:
        cell, total, value = sums.largest_short
        raise BadFileError(
            f"not complete: the codes of {cell} are {value:,.0f} of {total:,.0f}",
            where=f"{cells.label}; mapping, scope",
            why="a sum over all goods would be too small",
            hint="leave out scope: complete, or add the missing codes to the file",
        )
    text = f"{text}, and its rows over all goods agree."
    return Finding(COMPLETE, "note", cells.label, 1, "scope: complete", text)


def _texts(plan: Plan, looked: Looked) -> list[str]:
    """Return the texts of the file that mean the world."""
    found = []
    for _, meanings in looked.lookups:
        totals = [text for text, meaning in meanings.items() if meaning.why == "area-total"]
        for text in totals:
            if meanings[text].words[-1] == WORLD:
                found.append(text)
    if any(WORLD in group.says.values() for group in plan.groups):
        found.append(WORLD)
    return list(dict.fromkeys(found))
