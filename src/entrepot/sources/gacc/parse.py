"""Read an export of the Chinese customs' online query: lines of eight digits, USD or yuan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from entrepot.errors import BadFileError, RequestError
from entrepot.model.areas import by_code
from entrepot.model.closed_yaml import Closed, FormatOne, parse_closed
from entrepot.model.columns import Finding
from entrepot.model.display import agreed
from entrepot.model.period import Period
from entrepot.model.product import EDITIONS
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import Rule, find_rows, literal, quoted, read_text, verify
from entrepot.sources.temp_tables import keep_small, look_up
from entrepot.sources.text import header, text_in_utf8
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, RawFile

    Cell = Callable[[str], str]
    """SQL for the text of the cell with a role; of an empty text if there is no such column."""


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
        flow, period = flow_and_period(options.mapping, label, has_dates="date" in roles)
        yield FileTable(text, label, "", options.vintage or "unknown", detail=(roles, flow, period))
        for one in {text, path} - {file.path}:
            one.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row; return China's trade by partner, six digits and period."""
    roles, flow, period = table.detail
    # The query ends each line with a comma: a last column without a name.
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

    # Before repeated lines are looked for: only with the level are 1012100 and 01012100 one code.
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
    # The lines that were added up are the rows of the file: the query cuts these.
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
            f"{light:,} of {agreed(flows, 'flow has', 'flows have')} no weight: a line "
            "counts in other units only, or has zero mass with an amount."
        )
        yield Finding("mass-unknown", "note", place, light, "", text)
    if own:
        why = "goods that come back" if flow == "import" else "kept as reported"
        text = f"{agreed(own, 'flow has', 'flows have')} China itself as partner: {why}."
        yield Finding("own-goods", "note", place, own, "", text)
    if beyond:
        flows_ = agreed(beyond, "flow is", "flows are")
        text = f"{flows_} of chapters 98 and 99, which each country fills as it likes."
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


def flow_and_period(
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


# What each cell of the export must be, and what one file may hold together.


# Commas part thousands in the export of the page; a comma elsewhere is no number.
_NUMBER = r"[0-9]{1,15}([.][0-9]+)?|[0-9]{1,3}(,[0-9]{3}){1,4}([.][0-9]+)?"


def rules(columns: list[str], roles: dict[str, int]) -> tuple[Rule, ...]:
    """Return the rules for the columns that a file has."""
    lost = "its trade would be lost from every total"
    again = "look at the row, or use the file as the query exports it"
    hint = "if the country is new, it has to be added to model/areas.csv"
    known = frozenset(by_code("gacc"))
    # Where goods have no second unit, a question mark may stand for its quantity.
    quantity = ("not a quantity of zero or more", rf"({_NUMBER})|[?]?", None, again)
    amount = ("not an amount of zero or more", _NUMBER, None, again)
    tests: dict[str, tuple[str, str, frozenset[str] | None, str]] = {
        "date": ("not a month such as 202403", "(199|20[0-9])[0-9](0[1-9]|1[0-2])", None, again),
        "product": (
            "not a code of eight or six digits",
            "[0-9]{5,8}",
            None,
            "query again with codes of eight digits",
        ),
        "partner": ("unknown code of a trading partner", ".*", known, hint),
        "regime": ("not a code of a customs regime", "[0-9A-Za-z]+", None, again),
        "province": ("not a code of a province", "[0-9A-Za-z]+", None, again),
        "quantity": quantity,
        "quantity_2": quantity,
        "usd": amount,
        "cny": amount,
        EMPTY: ("something behind the last comma", "", None, again),
    }
    return tuple(
        Rule(columns[place], what, pattern, allowed, why=lost, hint=hint)
        for role, place in roles.items()
        if role in tests
        for what, pattern, allowed, hint in [tests[role]]
    )


def level_of(
    connection: duckdb.DuckDBPyConnection, cell: Cell, source: str, table: FileTable
) -> int:
    """Return the number of digits of the codes, whose zero in front may be lost.

    Raises
    ------
    BadFileError
        If there are codes of two levels.
    """
    query = f"SELECT DISTINCT length({cell('product')}) FROM {source}"
    sizes = {size for (size,) in connection.execute(query).fetchall()}
    for level in LEVELS:
        # One digit fewer where a spreadsheet took the zero of chapters 01 to 09.
        if sizes <= {level - 1, level}:
            return level
    raise BadFileError(
        "codes of eight digits and of six in one file",
        where=table.name,
        why="the shorter ones may be totals of the longer ones, and would count twice",
        hint="export each level by itself",
    )


def require_once(
    connection: duckdb.DuckDBPyConnection,
    cell: Cell,
    source: str,
    table: FileTable,
    roles: dict[str, int],
    level: int,
) -> None:
    """Refuse a file in which one line stands twice.

    Raises
    ------
    BadFileError
        Naming the rows of the first line that does.
    """
    lines = repeated(cell, source, level)
    query = f"SELECT *, count(*) OVER () FROM ({lines}) ORDER BY ALL LIMIT 1"
    found = connection.execute(query).fetchall()
    if not found:
        return
    *cells, count = found[0]
    places = [
        # The code came padded from SQL, the cell of the file may have lost its zero: compared
        # without.
        (roles[role], text.lstrip("0") if role == "product" else text)
        for role, text in zip(LINE_KEY, cells, strict=True)
        if text
    ]
    code = roles["product"]
    at = find_rows(
        table.path,
        table.name,
        lambda row: all(
            (row[place].strip().lstrip("0") if place == code else row[place].strip()) == text
            for place, text in places
        ),
    )
    raise BadFileError(
        f"{agreed(count, 'line is', 'lines are')} there more than once, e.g. "
        f"{' '.join(filter(None, cells))}",
        where=f"{table.name}, rows {' and '.join(map(str, at[:6]))}",
        why="partner, commodity, customs regime and province are the same: it would count twice",
        hint="use the file as the query exports it; if two exports were joined, join them again",
    )


# The columns of the export, in English and in Chinese, and the units it counts in.


EMPTY = "empty"
"""Role of the column behind the comma that ends each line."""
_ROLES = {
    "date": ("Date of data", "数据年月"),
    "product": ("Commodity code", "商品编码"),
    "partner": ("Trading partner code", "贸易伙伴编码"),
    "regime": ("Customs Regime code", "贸易方式编码"),
    "province": ("Locations of importers and exporters code", "注册地编码"),
    "quantity": ("Quantity", "第一数量"),
    "unit": ("Unit", "第一计量单位"),
    # Both spellings occur.
    "quantity_2": ("Supplementary Quantity", "Supplimentary Quantity", "第二数量"),
    "unit_2": ("Supplementary Unit", "Supplimentary Unit", "第二计量单位"),
    "usd": ("US dollar", "美元"),
    "cny": ("Renminbi Yuan", "人民币"),
    "label 1": ("Commodity", "商品名称"),
    "label 2": ("Trading partner", "贸易伙伴名称"),
    "label 3": ("Customs Regime", "贸易方式名称"),
    "label 4": ("Locations of importers and exporters", "注册地名称"),
}
READ = tuple(role for role in _ROLES if not role.startswith("label"))
"""Roles of the columns that are read."""
_NAMES = {name.casefold(): role for role, names in _ROLES.items() for name in names}
_NEEDED = ("product", "partner")

MASS = {"kilogram": 1, "千克": 1, "gram": 0.001, "克": 0.001, "ton": 1000, "吨": 1000}
"""Kilograms in one unit, by its name in small letters."""
ITEMS = frozenset({"number of item", "个"})
"""Names for single pieces."""


def roles_of(columns: Sequence[str], name: str) -> dict[str, int]:
    """Return the place of each role in a header.

    Raises
    ------
    BadFileError
        For a column that is not known, is there twice, or is missing.
    """
    found: dict[str, int] = {}
    unknown = []
    for place, column in enumerate(columns):
        last = place == len(columns) - 1
        role = EMPTY if last and not column else _NAMES.get(column.strip().casefold())
        if role is None:
            unknown.append(column)
        elif role in found:
            raise _wrong(f"two columns of one kind: {column}", name)
        else:
            found[role] = place
    missing = [_ROLES[role][0] for role in _NEEDED if role not in found]
    money = [role for role in ("usd", "cny") if role in found]
    if not money:
        missing.append("US dollar or Renminbi Yuan")
    if missing or unknown:
        parts = [f"missing {', '.join(missing)}"] if missing else []
        parts += [f"not known {', '.join(unknown[:6])}"] if unknown else []
        raise _wrong("; ".join(parts), name)
    if len(money) == 2:
        raise _wrong("amounts in two currencies side by side", name)
    return found


def _wrong(what: str, name: str) -> BadFileError:
    return BadFileError(
        f"not the columns of an export of the Chinese customs query: {what}",
        where=f"{name}, row 1",
        why="it has Commodity code, Trading partner code ... US dollar, or 商品编码, 贸易伙伴编码 "
        "... 美元",
        hint="query by commodity and trading partner, with codes of 8 or 6 digits; any other table "
        "can be added to the source `table` with a mapping",
    )


# From lines of the export to flows: parts added up, national lines to six digits, units to kg.


LEVELS = (8, 6)
"""Digits that the codes of a file may have."""
LINE_KEY = ("date", "product", "partner", "regime", "province")
"""What tells one line from another."""


def repeated(cell: Cell, source: str, level: int) -> str:
    """Return SQL for what stands in more than one line, in the order of `LINE_KEY`."""
    found = {role: cell(role) for role in LINE_KEY}
    found["product"] = _code(cell, level)  # a zero that a worksheet took is the same code
    cells = ", ".join(f"{sql} AS c{place}" for place, sql in enumerate(found.values()))
    return f"SELECT {cells} FROM {source} GROUP BY ALL HAVING count(*) > 1"


def _code(cell: Cell, level: int) -> str:
    return f"lpad({cell('product')}, {level}, '0')"


def flows(
    cell: Cell, source: str, areas: str, *, level: int, money: str, period: Period | None
) -> str:
    """Return SQL for one row a partner, product and period; `areas` is a table of the partners.

    Columns: ``period``, ``partner``, ``product``, ``nomenclature``, ``value``, ``mass_kg``,
    ``quantity``, ``quantity_unit`` and ``lines``, how many were added up.

    A weight that one of the lines lacks is not known, and neither is one of zero beside a value;
    a quantity is kept where every line counts in one unit.
    """
    day = f"strptime({cell('date')}, '%Y%m')::DATE" if period is None else f"DATE '{period.start}'"
    # The weight stands in the first or in the second quantity, according to the goods.
    masses = [_mass(cell, *names) for names in _PAIRS]
    first, second = (_unit(cell(unit)) for _, unit in _PAIRS)
    number, number_2 = (_number(cell(quantity)) for quantity, _ in _PAIRS)
    return f"""
        WITH line AS (SELECT {day} AS period, area.iso AS partner,
            left({_code(cell, level)}, 6) AS product,
            {_number(cell(money))} AS value, coalesce({", ".join(masses)}) AS mass,
            CASE WHEN {first} IS NOT NULL THEN {number}
                 WHEN {second} IS NOT NULL THEN {number_2} END AS quantity,
            coalesce({first}, {second}) AS unit
            FROM {source} JOIN {areas} AS area ON area.code = {cell("partner")}),
        added AS (SELECT period, partner, product, count(*) AS lines, sum(value) AS value,
            count(mass) AS weighed, sum(mass) AS mass, count(quantity) AS counted,
            sum(quantity) AS quantity, min(unit) = max(unit) AS is_one, min(unit) AS unit
            FROM line GROUP BY ALL)
        SELECT period, partner, product, {_edition()} AS nomenclature, value, lines,
            CASE WHEN weighed = lines AND (mass > 0 OR value = 0) THEN mass END AS mass_kg,
            CASE WHEN counted = lines AND is_one AND quantity > 0 THEN quantity END AS quantity,
            CASE WHEN counted = lines AND is_one AND quantity > 0 THEN unit END AS quantity_unit
        FROM added"""


_PAIRS = (("quantity", "unit"), ("quantity_2", "unit_2"))


def _number(cell: str) -> str:
    return f"nullif(nullif(replace({cell}, ',', ''), '?'), '')::DOUBLE"


def _mass(cell: Cell, quantity: str, unit: str) -> str:
    cases = " ".join(f"WHEN {literal(name)} THEN {kg}" for name, kg in MASS.items())
    return f"{_number(cell(quantity))} * CASE lower({cell(unit)}) {cases} END"


def _unit(cell: str) -> str:
    """Return SQL for the unit that is counted in, null if it is one of weight."""
    masses = ", ".join(literal(one) for one in ("", "?", *MASS))
    items = ", ".join(literal(one) for one in sorted(ITEMS))
    plain = f"CASE WHEN lower({cell}) IN ({items}) THEN 'items' ELSE {cell} END"
    return f"CASE WHEN lower({cell}) NOT IN ({masses}) THEN {plain} END"


def _edition() -> str:
    """Return SQL for the edition in force: China changes on the day of the convention."""
    later = sorted(EDITIONS, key=lambda one: one.in_force, reverse=True)
    cases = " ".join(f"WHEN period >= DATE '{one.in_force}' THEN '{one.id}'" for one in later)
    return f"CASE {cases} END"
