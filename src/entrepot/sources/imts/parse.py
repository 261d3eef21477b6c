"""Read IMTS of the IMF: all goods, by reporter and partner, a year, quarter or month.

A row is reported by one side: imports by the importer, exports by the exporter. The IMF fills
what is not reported with what partners report, and says so only in documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import WORLD, area, by_code
from entrepot.model.columns import Finding, Level
from entrepot.model.product import NO_CODES, TOTAL
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import NUMBER, Rule, find_rows, literal, quoted, read_text, verify
from entrepot.sources.temp_tables import keep_small, look_up
from entrepot.sources.text import header
from entrepot.sources.totals import RELATIVE, compare_totals
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key, RawFile
    from entrepot.sources.totals import Example

# As a window over all rows, so that the order of the two in the file does not matter.
_FOB_WITH_CIF = (
    "indicator = 'MG_FOB_USD' AND count(*) FILTER (WHERE indicator = 'MG_CIF_USD') "
    "OVER (PARTITION BY reporter, partner, freq, period) > 0"
)
# Slices of DuckDB count from 1: period[6] is the sign after "2024-".
_START = """CASE WHEN length(period) = 4 THEN make_date(period::INTEGER, 1, 1)
    WHEN period[6] = 'Q' THEN make_date(period[:4]::INTEGER, period[7]::INTEGER * 3 - 2, 1)
    ELSE make_date(period[:4]::INTEGER, replace(period[6:], 'M', '')::INTEGER, 1) END"""


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the tables in a file, one at a time."""
    if options.nomenclature:
        raise BadFileError(
            "a nomenclature was named for a source without products",
            where=file.name,
            hint="leave it out: IMTS has all goods together",
        )
    for _, label, path in members(file, scratch):
        layout = layout_of(header(path, label), label)
        yield FileTable(path, label, "NONE", options.vintage or "unknown", detail=layout)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return flows between areas in whole US dollars; totals apart."""
    layout: ImtsLayout = table.detail
    verify(connection, table.path, table.name, layout.columns, rules(layout))
    cells_sql = cells(connection, layout, table.path)
    findings = [*_ignored(layout, table.name), *left_out(connection, cells_sql, table.name)]
    findings += compare_with_world(connection, cells_sql, table.name)
    chosen = f"""
        SELECT *, {_FOB_WITH_CIF} AS is_second
        FROM ({cells_sql}) WHERE {KEPT} AND value IS NOT NULL"""
    findings += _second_valuation(connection, chosen, table.name)
    valuations = " ".join(f"WHEN '{one}' THEN '{word}'" for one, word in INDICATORS.items() if word)
    columns = f"""
               {_START} AS period, freq,
               CASE WHEN indicator = 'XG_FOB_USD' THEN reporter ELSE partner END AS exporter,
               CASE WHEN indicator = 'XG_FOB_USD' THEN partner ELSE reporter END AS importer,
               round(value) AS value_usd, is_estimated,
               CASE indicator {valuations} END AS valuation,
               CASE WHEN indicator = 'XG_FOB_USD' THEN 'exporter' ELSE 'importer' END
               AS reported_by"""
    relation = connection.sql(f"SELECT {columns} FROM ({chosen}) WHERE NOT is_second")
    # The world's rows get our code as partner, so that one list of columns serves both.
    world = f"""
        SELECT *, {_FOB_WITH_CIF} AS is_second
        FROM (SELECT * REPLACE ('{WORLD}' AS partner) FROM ({cells_sql}) WHERE {OF_WORLD})"""
    totals = connection.sql(f"""
        SELECT {columns}, '{TOTAL}' AS product, '{NO_CODES}' AS nomenclature, false AS has_finer
        FROM ({world}) WHERE NOT is_second""").project("* EXCLUDE (is_estimated)")
    same = {"product": TOTAL, "nomenclature": NO_CODES}
    return ParsedRows(
        relation, same, lambda key: _locate(table, key), findings=tuple(findings), totals=totals
    )


def _ignored(layout: ImtsLayout, name: str) -> Iterator[Finding]:
    if layout.ignored:
        text = "Columns that are not known here were not read."
        shown = ", ".join(layout.ignored[:5])
        yield Finding("columns-not-read", "note", name, len(layout.ignored), shown, text)


def _second_valuation(
    connection: duckdb.DuckDBPyConnection, chosen: str, name: str
) -> Iterator[Finding]:
    query = f"SELECT count(*), min(reporter || ' ' || partner) FROM ({chosen}) WHERE is_second"
    [(count, example)] = connection.execute(query).fetchall()
    if count:
        text = "Imports FOB were left out where the same imports are there CIF."
        yield Finding("fob-with-cif", "note", name, count, example, text)


def _locate(table: FileTable, key: Key) -> str:
    layout: ImtsLayout = table.detail
    period, freq, exporter, importer, _, reported_by, *_ = key
    who = (exporter, importer, "X") if reported_by == "exporter" else (importer, exporter, "M")
    series = [layout.columns.index(name) for name in layout.key_columns()]
    # In wide files a row is a series: every period of it stands in the row.
    when = None if layout.is_wide else layout.columns.index("TIME_PERIOD")

    def is_it(row: list[str]) -> bool:
        # Four columns, or one SERIES_CODE with points between the four.
        reporter, indicator, partner, often = ".".join(row[i].strip() for i in series).split(".")
        areas = imf_areas()
        return (
            (areas.get(reporter), areas.get(partner), indicator[0]) == who
            and often[0] == freq
            and (when is None or _first_month(row[when]) == (period.year, period.month))
        )

    found = find_rows(table.path, table.name, is_it)
    return f"{table.name}, rows {' and '.join(map(str, found))}"


def _first_month(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d{4})(?:-(Q?)M?(\d+))?", text.strip())
    if found is None:
        return None
    year, quarter, number = found.groups()
    month = int(number or 1)
    return int(year), month * 3 - 2 if quarter else month


# One row an observation, whatever the layout: who, what, with whom, when, how much.


GROUP = "GX?[0-9]{3}"
"""How the IMF codes totals over areas: G001 the world, G998 the EU. GBR and GEO are no such."""

_LOST = "its trade would be lost from every total"
_AGAIN = "look at the row, or download it again"
_ESTIMATED = "('E', 'I')"  # SDMX: estimated, imputed


@cache
def imf_areas() -> dict[str, str]:
    """Return our code for each code of the IMF that is no total."""
    return {
        code: iso for code, iso in by_code("imf").items() if area(iso).kind != "aggregate"
    }  # fmt: skip


def rules(layout: ImtsLayout) -> tuple[Rule, ...]:
    """Return what the cells of a file must be."""
    totals = [code for code, iso in by_code("imf").items() if area(iso).kind == "aggregate"]
    known = "|".join(sorted((*imf_areas(), *totals)))
    who, what, freq = f"({known}|{GROUP})", "|".join(INDICATORS), "|".join(FREQUENCIES)
    hint = "if the area is new, it has to be added to model/areas.csv"
    found = [
        Rule(
            layout.dataset,
            "another data set of the IMF",
            "(IMF[.]STA:)?IMTS([(][0-9.+]*[)])?",
            why="only International Trade in Goods (by partner country) is read here",
            hint="choose the data set IMF.STA:IMTS",
        )
    ]
    if layout.key_columns() == ("SERIES_CODE",):
        series = f"{who}[.]({what})[.]{who}[.]({freq})"
        found.append(Rule("SERIES_CODE", "not a known series", series, why=_LOST, hint=hint))
    else:
        words = ("unknown area", "unknown indicator", "unknown area", "unknown frequency")
        patterns = (who, what, who, freq)
        found += [
            Rule(column, word, pattern, why=_LOST, hint=hint)
            for column, word, pattern in zip(layout.key_columns(), words, patterns, strict=True)
        ]
    if layout.scale:
        found.append(Rule(layout.scale, "unknown scale", allowed=frozenset({"", *SCALES})))
    fixed = {
        "OBS_MEASURE": {"OBS_VALUE"},
        "ACTION": {"I", "A", "R", "M", ""},  # D would take observations away
        "UNIT": {"USD", "US dollar", ""},
        "UNIT.ID": {"USD", ""},
    }
    found += [
        Rule(column, f"{column} of another kind", allowed=frozenset(texts), hint=_AGAIN)
        for column, texts in fixed.items()
        if column in layout.columns
    ]
    if layout.status:
        found.append(Rule(layout.status, "not a status", "[A-Za-z_]{0,3}", hint=_AGAIN))
    # SDMX-CSV writes NaN where an observation has none.
    number = f"({NUMBER}|NaN)?"
    if not layout.is_wide:
        found.append(Rule("TIME_PERIOD", "not a period", f"({PERIOD})?", why=_LOST, hint=_AGAIN))
    for column in layout.periods or ("OBS_VALUE",):
        found.append(Rule(column, "not a value of zero or more", number, why=_LOST, hint=_AGAIN))
    return tuple(found)


def cells(connection: duckdb.DuckDBPyConnection, layout: ImtsLayout, path: Path) -> str:
    """Return SQL for the observations with a value, in words of the IMF and of ours.

    Columns: `reporter`, `partner` (ours; null for a total), `reporter_code`, `partner_code`,
    `indicator`, `freq`, `period` (as in the file), `value` in US dollars, unrounded (null where
    the scale is not options), `status`.
    """
    reporter, indicator, partner, freq = layout.keys
    # Without a column of scales values are dollars (10 to the power of 0); an empty cell gives
    # null, and the value is left out with a finding.
    scale = f"trim(coalesce({quoted(layout.scale)}, ''))" if layout.scale else "'0'"
    status = f"upper(trim({quoted(layout.status)}))" if layout.status else "NULL"
    head = (
        f"{reporter} AS reporter_code, {indicator} AS indicator, {partner} AS partner_code, "
        f"{_choice(freq, FREQUENCIES)} AS freq, {_choice(scale, SCALES)} AS scale, "
        f"{status} AS status"
    )
    source = f"FROM {read_text(path, layout.columns)} AS line"
    if layout.is_wide:
        names = ", ".join(map(quoted, layout.periods))
        # UNPIVOT leaves out cells that are null.
        observed = (
            f"SELECT * FROM (SELECT {head}, {names} {source}) "
            f"UNPIVOT (text FOR period IN ({names}))"
        )
    else:
        observed = f"SELECT {head}, trim(TIME_PERIOD) AS period, OBS_VALUE AS text {source}"
    area_table = look_up(connection, "imts_area", imf_areas())
    query = f"""
        WITH observed AS ({observed}),
        valued AS (SELECT *, nullif(nullif(trim(text), ''), 'NaN')::DOUBLE AS shown FROM observed)
        SELECT r.iso AS reporter, p.iso AS partner, reporter_code, partner_code, indicator, freq,
               coalesce(period, '') AS period, shown * pow(10, scale) AS value,
               CASE WHEN status IN {_ESTIMATED} THEN true
                    WHEN status = 'A' THEN false END AS is_estimated
        FROM valued
        LEFT JOIN {area_table} AS r ON r.code = reporter_code
        LEFT JOIN {area_table} AS p ON p.code = partner_code
        WHERE shown IS NOT NULL"""
    return keep_small(connection, "imts_cell", query, path)


def _choice(sql: str, answers: dict[str, str] | dict[str, int]) -> str:
    """Return SQL that looks a text up; null where it is not there."""
    whens = " ".join(
        f"WHEN {literal(text)} THEN {literal(answer) if isinstance(answer, str) else answer}"
        for text, answer in answers.items()
    )
    return f"CASE {sql} {whens} END"


# The layouts in which the IMF hands out IMTS, told apart by their columns.


PERIOD = r"[12][0-9]{3}(-Q[1-4]|-M?(0[1-9]|1[0-2]))?"
INDICATORS = {"XG_FOB_USD": "FOB", "MG_CIF_USD": "CIF", "MG_FOB_USD": "FOB", "TBG_USD": ""}
"""Valuation of each indicator; TBG_USD is the balance of two others and is left out."""
FREQUENCIES = {"A": "A", "Annual": "A", "Q": "Q", "Quarterly": "Q", "M": "M", "Monthly": "M"}
SCALES = {"0": 0, "Units": 0, "3": 3, "Thousands": 3, "6": 6, "Millions": 6, "9": 9, "Billions": 9}

_KEYS = ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY")
_SERIES = "SERIES_CODE"  # RUS.MG_CIF_USD.CHN.A
_SETS = ("DATASET", "DATAFLOW", "STRUCTURE_ID")
_STATUS = ("OBS_STATUS", "STATUS")
# What says nothing that the columns above do not say, or what no canonical column is for.
_KNOWN = {
    "OBS_MEASURE", "STRUCTURE", "STRUCTURE[;]", "STRUCTURE_NAME", "ACTION", "TRADE_FLOW",
    "VALUATION", "UNIT", "PRECISION", "DECIMALS_DISPLAYED", "DERIVATION_TYPE", "OVERLAP",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImtsLayout:
    """Where a file has what.

    Attributes
    ----------
    columns
        Names in the header, in order.
    keys
        SQL for reporter, indicator, partner and frequency as the IMF codes them.
    dataset
        Column that names the data set.
    periods
        Columns that are periods; empty where an observation is a row.
    scale
        Column with the scale to multiply by; None where values are whole dollars.
    status
        Column with the status of an observation, if there is one.
    ignored
        Columns that nothing here reads and that were not seen before.
    """

    columns: tuple[str, ...]
    keys: tuple[str, str, str, str]
    dataset: str
    periods: tuple[str, ...]
    scale: str | None
    status: str | None
    ignored: tuple[str, ...]

    @property
    def is_wide(self) -> bool:
        """Whether periods are columns."""
        return bool(self.periods)

    def key_columns(self) -> tuple[str, ...]:
        """Return the columns that say whose trade with whom a row is."""
        if _SERIES in self.columns:
            return (_SERIES,)
        return tuple(_best(self.columns, name) or name for name in _KEYS)


def layout_of(columns: Sequence[str], where: str) -> ImtsLayout:
    """Return the layout of a file from the names in its header.

    Raises
    ------
    BadFileError
        If it is none of the layouts that are known, or a name is missing or stands twice.
    """
    dataset = next((name for name in _SETS if name in columns), None)
    periods = tuple(name for name in columns if re.fullmatch(PERIOD, name))
    long = "TIME_PERIOD" in columns and "OBS_VALUE" in columns
    has_keys = _SERIES in columns or all(_best(columns, name) for name in _KEYS)
    names = [name.casefold() for name in columns]  # SQL does not tell `Scale` from `SCALE`
    twice = sorted({name for name in columns if names.count(name.casefold()) > 1 or not name})
    if dataset is None or not has_keys or bool(periods) == long or twice:
        raise _other(where, columns, twice)
    scale = next((name for name in ("SCALE.ID", "SCALE") if name in columns), None)
    # SDMX-CSV of api.imf.org has SCALE 6 with values in dollars: multiplied, they would be a
    # million times too large.
    if dataset != "DATASET":
        scale = None
    elif scale is None:
        raise BadFileError(
            "the scale of the values is not said: no column SCALE or SCALE.ID",
            where=f"{where}, row 1",
            why="dollars and millions of dollars look alike",
            hint="download it again with the metadata ID and Name",
        )
    # In wide files one status would stand for all periods of a row.
    status = next((name for name in _STATUS if name in columns and long), None)
    read = {*_KEYS, *_SETS, *_STATUS, *periods, *_KNOWN, _SERIES, "SCALE"}
    read |= {"TIME_PERIOD", "OBS_VALUE"}
    ignored = tuple(name for name in columns if name.removesuffix(".ID") not in read)
    keys = _key_sql(columns)
    return ImtsLayout(tuple(columns), keys, dataset, periods, scale, status, ignored)


def _best(columns: Sequence[str], name: str) -> str | None:
    """Return the column with the codes of a dimension: beside `X.ID`, `X` holds words."""
    return next((one for one in (f"{name}.ID", name) if one in columns), None)


def _key_sql(columns: Sequence[str]) -> tuple[str, str, str, str]:
    if _SERIES in columns:  # there in every download of the portal, whatever metadata was asked
        parts = [f"split_part(trim({quoted(_SERIES)}), '.', {place})" for place in range(1, 5)]
    else:
        parts = [f"trim({quoted(_best(columns, name) or name)})" for name in _KEYS]
    return (parts[0], parts[1], parts[2], parts[3])


def _other(where: str, columns: Sequence[str], twice: Sequence[str]) -> BadFileError:
    shown = ", ".join(columns[:6])
    return BadFileError(
        f"a column stands twice or has no name: {', '.join(twice[:6])!r}"
        if twice
        else "not a file of IMTS",
        where=f"{where}, row 1",
        why=f"its columns are {shown}{' ...' if len(columns) > 6 else ''}; the IMF's have "
        "SERIES_CODE and periods, or COUNTRY, COUNTERPART_COUNTRY, TIME_PERIOD and OBS_VALUE",
        hint="download International Trade in Goods (by partner country) as CSV from data.imf.org",
    )


# What is left out of IMTS, and whether partners add up to the world's total beside them.


KEPT = "reporter IS NOT NULL AND partner IS NOT NULL AND indicator <> 'TBG_USD'"
"""SQL for the observations that are flows between areas; those without a scale have no value."""

_WORLD = "G001"
OF_WORLD = (
    f"reporter IS NOT NULL AND partner_code = '{_WORLD}' AND indicator <> 'TBG_USD' "
    "AND value IS NOT NULL"
)
"""SQL for the observations that are totals of one reporter over the world."""
_MOST = 1e14
"""USD; the whole world trades a quarter of it in a year."""
_ROUNDING = 1000.0
"""USD by which sums may differ: two hundred partners, each rounded to a dollar or less."""
_FREQ = "CASE WHEN length(period) = 4 THEN 'A' WHEN period[6] = 'Q' THEN 'Q' ELSE 'M' END"

_LEFT_OUT: dict[str, tuple[Level, str]] = {
    "no-scale": (
        "warning",
        "Values without a scale were left out: dollars and millions of dollars look alike.",
    ),
    "group-as-reporter": (
        "note",
        "Reports of groups of countries were left out: they are sums of what members report.",
    ),
    "groups-with-members": (
        "note",
        "Totals over partners (world, EU, regions) do not count as partners; the world's are kept.",
    ),
    "balance": ("note", "Balances were left out: they are exports less imports."),
}


def left_out(connection: duckdb.DuckDBPyConnection, cells: str, name: str) -> Iterator[Finding]:
    """Yield a finding for each kind of observation that is not kept.

    Raises
    ------
    BadFileError
        If values cannot be dollars, or a period does not fit the frequency of its series.
    """
    example = "reporter_code || '.' || indicator || '.' || partner_code || ' ' || period"
    tests = {
        "period": f"period = '' OR freq <> {_FREQ}",
        "large": f"value > {_MOST}",
        "no-scale": "value IS NULL",
        "group-as-reporter": "reporter IS NULL",
        "groups-with-members": "reporter IS NOT NULL AND partner IS NULL",
        "balance": "indicator = 'TBG_USD'",
    }
    asked = ", ".join(
        f"count(*) FILTER (WHERE {test}), min({example}) FILTER (WHERE {test})"
        for test in tests.values()
    )
    # Six counts with an example each, in one pass.
    answer = connection.execute(f"SELECT {asked} FROM ({cells})").fetchall()[0]
    found = {key: (answer[2 * i], answer[2 * i + 1]) for i, key in enumerate(tests)}
    _refuse(found, name)
    for rule, (level, text) in _LEFT_OUT.items():
        count, one = found[rule]
        if count:
            yield Finding(rule, level, name, count, one, text)


def _refuse(found: dict[str, tuple[int, str]], name: str) -> None:
    if found["period"][0]:
        raise BadFileError(
            "a period that is missing or does not fit the frequency of its series",
            where=f"{name}, {found['period'][1]}",
            why="a month could be taken for a year",
            hint="download the file again; frequency and period come from the IMF",
        )
    if found["large"][0]:
        raise BadFileError(
            "a value larger than all trade of the world",
            where=f"{name}, {found['large'][1]}",
            why="values are read as millions of dollars (portal) or dollars (SDMX-CSV)",
            hint="use the file as the IMF hands it out; do not multiply its values",
        )


def compare_with_world(
    connection: duckdb.DuckDBPyConnection, cells: str, name: str
) -> Iterator[Finding]:
    """Yield how the sum of partners compares with the world's total, where there is one."""
    flows = f"""
        SELECT concat(reporter, ' ', indicator, ' ', period) AS cell,
               sum(value) FILTER (WHERE partner_code = '{_WORLD}') AS total,
               sum(value) FILTER (WHERE partner IS NOT NULL) AS parts,
               count(value) FILTER (WHERE partner IS NOT NULL) AS n
        FROM ({cells}) WHERE reporter IS NOT NULL AND indicator <> 'TBG_USD'
        GROUP BY reporter, indicator, period HAVING parts IS NOT NULL"""
    # By its part of the total: in dollars the example would always be the largest reporter.
    sums = compare_totals(connection, flows, f"{_ROUNDING} + 1e-6 * total", gap=RELATIVE)
    if sums.agree:
        text = "Partners add up to the world total."
        yield Finding("adds-up", "note", name, sums.agree, "", text)
    if sums.untotalled:
        text = "There is no world total to check the sum of partners against."
        yield Finding("no-world-total", "note", name, sums.untotalled, "", text)
    if sums.largest_over:
        text = "Partners add up to more than the world total: something may be counted twice."
        example = _example(sums.largest_over)
        yield Finding("parts-above-world", "error", name, sums.over, example, text)
    if sums.largest_short:
        text = (
            "Partners add up to less than the world total: some are not in this file. Shares are "
            "of the total."
        )
        example = _example(sums.largest_short)
        yield Finding("parts-below-world", "warning", name, sums.short, example, text)


def _example(largest: Example) -> str:
    cell, world, partners = largest
    return f"{cell}: world USD {world:,.0f}, partners USD {partners:,.0f}"
