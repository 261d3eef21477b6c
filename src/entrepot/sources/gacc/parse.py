"""Read an export of the Chinese customs' online query: lines of eight digits, USD or yuan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from entrepot.errors import BadFileError, RequestError
from entrepot.model.areas import by_code
from entrepot.model.closed_yaml import Closed, FormatOne, parse_closed
from entrepot.model.columns import Finding
from entrepot.model.period import Period
from entrepot.sources.gacc.rules import READ, flows, level_of, require_once, roles_of, rules
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import quoted, read_text, verify
from entrepot.sources.temp_tables import keep_small, look_up
from entrepot.sources.unpack import header, members, text_in_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, RawFile

__all__ = ["rows", "tables"]


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the tables in a file, in UTF-8, one at a time."""
    if options.nomenclature:
        raise BadFileError(
            "the edition of the codes follows from the year",
            where=file.name,
            hint="leave --nomenclature out",
        )
    for _, label, path in members(file, scratch):
        text = text_in_utf8(path, scratch, label)
        roles = roles_of(header(text, label), label)
        flow, period = told(options.mapping, label, has_dates="date" in roles)
        yield FileTable(text, label, "", options.vintage or "unknown", detail=(roles, flow, period))
        for one in {text, path} - {file.path}:
            one.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row; return China's trade by partner, six digits and period."""
    roles, flow, period = table.detail
    columns = [name or "(empty)" for name in header(table.path, table.name)]
    verify(connection, table.path, table.name, columns, rules(columns, roles))
    read = ", ".join(
        f"trim(coalesce({quoted(columns[roles[role]])}, '')) AS {role}"
        for role in READ
        if role in roles
    )
    query = f"SELECT {read} FROM {read_text(table.path, columns)}"
    source = f"({keep_small(connection, 'gacc_line', query, table.path)})"

    def cell(role: str) -> str:
        return role if role in roles else "''"

    level = level_of(connection, cell, source, table)
    require_once(connection, cell, source, table, roles, level)
    money = "usd" if "usd" in roles else "cny"
    areas = look_up(connection, "gacc_area", by_code("gacc"))
    query = flows(cell, source, areas, level=level, money=money, period=period)
    relation = connection.sql(keep_small(connection, "gacc_flow", query, table.path))
    findings = tuple(noted(relation, level, flow, table.name))
    china, other = ("importer", "exporter") if flow == "import" else ("exporter", "importer")
    value = "value_usd" if money == "usd" else "value_reported"
    same = {
        "freq": period.freq if period else "M",
        china: "CHN",
        "reported_by": china,
        "valuation": "CIF" if flow == "import" else "FOB",
        "partner_basis": "origin" if flow == "import" else "destination",
        **({} if money == "usd" else {"currency": "CNY"}),
    }
    relation = relation.project(
        f"period, partner AS {other}, product, nomenclature, value AS {value}, mass_kg, quantity, "
        "quantity_unit"
    )
    return ParsedRows(relation, same, lambda _: "", findings=findings)


MOST = 10_000
"""Rows that the query exports at most, without a word about the rest."""


def noted(
    relation: duckdb.DuckDBPyRelation, level: int, flow: str, place: str
) -> Iterator[Finding]:
    """Yield the findings about one file, from its flows and how many lines each was added from."""
    [(lines, flows, added, parts, light, own, beyond)] = relation.aggregate(
        "sum(lines)::BIGINT, count(*), count(*) FILTER (lines > 1), "
        "coalesce(sum(lines) FILTER (lines > 1), 0)::BIGINT, count(*) FILTER (mass_kg IS NULL), "
        "count(*) FILTER (partner = 'CHN'), count(*) FILTER (left(product, 2) IN ('98', '99'))"
    ).fetchall()
    if lines == MOST:
        text = (
            f"The file has exactly {MOST:,} rows, which is all that the query exports: the rest "
            "may be missing. Export fewer chapters or partners at a time."
        )
        yield Finding("cut-off", "warning", place, lines, "", text)
    if added:
        digits = ", eight digits" if level == 8 else ""
        text = (
            f"{parts:,} of {lines:,} lines are parts of one flow (customs regime, province"
            f"{digits}) and were added up: {flows:,} flows by partner and six digits."
        )
        yield Finding("lines-added", "note", place, added, "", text)
    if light:
        text = (
            f"{light:,} of {flows:,} flows have no weight: a line counts in other units only, or "
            "has zero mass with an amount."
        )
        yield Finding("mass-unknown", "note", place, light, "", text)
    if own:
        why = "goods that come back" if flow == "import" else "kept as reported"
        text = f"{own:,} flows have China itself as partner: {why}."
        yield Finding("own-goods", "note", place, own, "", text)
    if beyond:
        text = f"{beyond:,} flows are of chapters 98 and 99, which each country fills as it likes."
        yield Finding("national-chapters", "note", place, beyond, "", text)


# What the export does not say and the user has to: which way the goods went, and when.


class UserMetadata(Closed):
    """The mapping of a file: closed YAML of three lines.

    Attributes
    ----------
    format
        Version of the mapping.
    flow
        ``import`` or ``export``, as chosen in the query.
    period
        Time the query asked for, where the file has no column of dates: ``2024-03``, ``2023``.
    """

    format: FormatOne
    flow: Literal["import", "export"]
    period: str | None = None


def told(
    mapping: str | None, name: str, *, has_dates: bool
) -> tuple[Literal["import", "export"], Period | None]:
    """Return flow and period that the user gave for a file; no period if it has dates.

    Raises
    ------
    BadFileError
        If something is missing, said twice, or no whole month, quarter or year.
    """
    if mapping is None:
        raise _missing(
            "whether these are imports or exports" + ("" if has_dates else ", and when"),
            name,
            has_dates,
        )
    said = parse_closed(mapping, UserMetadata, name="mapping")
    if has_dates and said.period:
        raise BadFileError(
            "the period is said twice: in the mapping and in the file",
            where=f"{name}, mapping",
            hint="leave period out; the file has a column of dates",
        )
    if not has_dates and not said.period:
        raise _missing("when these goods were traded", name, has_dates)
    return said.flow, None if has_dates else _period(str(said.period), name)


def _period(text: str, name: str) -> Period:
    try:
        period = Period.parse(text)
    except RequestError as error:
        raise BadFileError(error.what, where=f"{name}, mapping", hint=error.hint) from error
    if period.freq not in ("M", "Q", "A"):
        raise BadFileError(
            f"not one month, quarter or year: {text}",
            where=f"{name}, mapping",
            why="a flow covers one of these, so that the same days never count twice",
            hint="export each month by itself",
        )
    return period


def _missing(what: str, name: str, has_dates: bool) -> BadFileError:
    lines = ["format: 1", "flow: export        # or import"]
    if not has_dates:
        lines.append("period: '2024-03'   # or '2024Q1', '2024'")
    return BadFileError(
        f"the file does not say {what}",
        where=name,
        why="the customs export has the same columns for imports, exports and both together, and "
        "its name is not evidence",
        hint="write a mapping file and add --map FILE:\n         " + "\n         ".join(lines),
    )
