"""Read an export of the Chinese customs' online query: lines of eight digits, USD or yuan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import by_code
from entrepot.sources.gacc.columns import READ, roles_of
from entrepot.sources.gacc.flows import flows
from entrepot.sources.gacc.notes import noted
from entrepot.sources.gacc.rules import level_of, require_once, rules
from entrepot.sources.gacc.user_metadata import told
from entrepot.sources.parser import Delivery, Rows
from entrepot.sources.strict import quoted, read_text, verify
from entrepot.sources.temp_tables import keep_small, look_up
from entrepot.sources.unpack import header, members, text_in_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import RawFile, Said

__all__ = ["rows", "tables"]


def tables(file: RawFile, scratch: Path, said: Said) -> Iterator[Delivery]:
    """Yield the tables in a file, in UTF-8, one at a time."""
    if said.nomenclature:
        raise BadFileError(
            "the edition of the codes follows from the year",
            where=file.name,
            hint="leave --nomenclature out",
        )
    for _, label, path in members(file, scratch):
        text = text_in_utf8(path, scratch, label)
        roles = roles_of(header(text, label), label)
        flow, period = told(said.mapping, label, has_dates="date" in roles)
        yield Delivery(text, label, "", said.vintage or "unknown", detail=(roles, flow, period))
        for one in {text, path} - {file.path}:
            one.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
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
    return Rows(relation, same, lambda _: "", findings=findings)
