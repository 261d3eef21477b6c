"""The SQL from cells to facts and canonical rows; a row to be left out carries the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, RequestError
from entrepot.model.areas import WORLD
from entrepot.model.product import TOTAL
from entrepot.sources.strict import literal
from entrepot.sources.table.fields import nomenclature_of, said
from entrepot.sources.table.mapping import CONSTANTS, missing_sql, number_sql

if TYPE_CHECKING:
    from entrepot.sources.table.fields import Field, Meaning
    from entrepot.sources.table.mapping import Mapping
    from entrepot.sources.table.plan import Number, Plan, ValueColumns

CANONICAL = (
    *("period", "freq", "exporter", "importer", "product", "nomenclature", "value_usd"),
    *("value_reported", "currency", "valuation", "mass_kg", "quantity", "quantity_unit"),
    *("reported_by", "partner_basis", "is_reexport", "is_estimated"),
)
"""Columns of the flows that a table can fill."""
NEVER_NULL = (
    *("period", "freq", "exporter", "importer", "product", "nomenclature", "valuation"),
    *("reported_by", "money", "money_in"),
)
"""What each row that counts has to say."""


def canonical_sql(plan: Plan, facts: str, lookups: list[tuple[Field, dict[str, Meaning]]]) -> str:
    """Return SQL for canonical rows, with the cells they come from beside them.

    Further columns: ``why``: null if the row counts, else the reason and the text that is to
    blame; ``exporter_sum`` and ``importer_sum``: the world or the group of which a row is a total;
    ``level`` of the product; ``money`` in whole units of ``money_in``.

    Parameters
    ----------
    facts
        From `facts_sql`.
    lookups
        What each text of each field means.
    """
    known = [lookup_sql(n, field, meanings, plan) for n, (field, meanings) in enumerate(lookups)]
    # The first reason that is not null counts; the order is that of the fields.
    whys = [one.why for one in known]
    for side in ("partner", "exporter", "importer"):
        if any(group.says.get(side) == WORLD for group in plan.groups):
            why = literal(f"area-total: {WORLD}")
            # The world as partner of the entire file is said by the mapping, so no lookup gives it.
            whys.append(f"CASE WHEN s_{side} = {literal(WORLD)} THEN {why} END")
    words = ", ".join(f"{sql} AS {name}" for name, sql in _words(plan, known).items())
    rows = f"""
        SELECT f.* EXCLUDE (k), {words},
            coalesce({", ".join([*whys, "NULL"])}) AS why
        FROM ({facts}) AS f {" ".join(one.join for one in known)}
        WHERE {says_something(plan, "f.")}"""
    return f"SELECT r.*, {_derived(plan)} FROM ({rows}) AS r"


def _words(plan: Plan, known: list[Lookup]) -> dict[str, str]:
    """Return SQL for what a row says, by name: from its column, else from the mapping."""
    place = {one.name: one for one in known}

    def first(name: str) -> str:
        return place[name].first if name in place else f"s_{name}"

    def second(name: str, other: str) -> str:
        return place[name].second if name in place else other

    mapping = plan.mapping
    by_flow = f"({second('flow', 's_reexport')})::BOOLEAN"
    # Then exports are without re-exports: false where the word for the flow is plain, not null.
    if mapping.reexports == "apart":
        by_flow = f"coalesce({by_flow}, false)"
    reexport = f"{first('is_reexport')}::BOOLEAN" if "is_reexport" in place else by_flow
    unit = first("quantity_unit") if "quantity_unit" in place else "s_unit"
    many = _measure("q", mapping, "s_many")
    marks = [f"{one.first}::BOOLEAN" for one in known if one.name == "is_estimated"]
    sides = ("reporter", "partner") if by_reporter(plan) else ("exporter", "importer")
    return {
        "period": f"{first('period')}::DATE",
        "freq": second("period", "s_freq"),
        "side_0": first(sides[0]),
        "side_1": first(sides[1]),
        "sum_0": second(sides[0], "NULL::VARCHAR"),
        "sum_1": second(sides[1], "NULL::VARCHAR"),
        "flow_": first("flow"),
        "told_by_": first("reported_by"),
        "product": first("product"),
        "level": second("product", "NULL"),
        "nomenclature_": edition_by_day(mapping, f"{first('period')}::DATE")
        if mapping.editions
        else first("nomenclature"),
        "valuation_": first("valuation"),
        # To the cent: products carry noise in DOUBLE, 0.07 * 100 is 7.000000000000001.
        "money": f"round({number_sql('f.v', mapping)} * s_scale, 2)"
        if plan.has_value
        else "NULL::DOUBLE",
        "money_in": first("currency") if plan.has_value else "NULL::VARCHAR",
        "mass_kg": _measure("m", mapping, "s_mass"),
        "quantity": f"CASE WHEN {unit} IS NOT NULL THEN {many} END",
        "quantity_unit": f"CASE WHEN {many} IS NOT NULL THEN {unit} END",
        "basis_": first("partner_basis"),
        "is_reexport": reexport,
        "is_estimated": _any(marks),
    }


def edition_by_day(mapping: Mapping, day: str) -> str:
    """Return SQL for the edition that the mapping has for a day; null before the first."""
    starts = sorted(mapping.editions, reverse=True)
    cases = (
        f"WHEN {day} >= DATE '{start}' THEN {literal(nomenclature_of(mapping.editions[start]))}"
        for start in starts
    )
    return f"CASE {' '.join(cases)} END"


def _measure(text: str, mapping: Mapping, scale: str) -> str:
    """Return SQL for a mass or quantity; zero beside a value means that it is not known."""
    # CASE keeps a word for none from the cast, which would stop the query.
    number = f"nullif(round({number_sql(f'f.{text}', mapping)} * {scale}, 6), 0)"
    return f"CASE WHEN NOT ({missing_sql(f'f.{text}', mapping)}) THEN {number} END"


def _any(marks: list[str]) -> str:
    """Return SQL for whether one of the marks is set; null if none says anything."""
    if not marks:
        return "NULL::BOOLEAN"
    # NULL OR false is null in SQL; a mark that says nothing must not hide one that says no.
    known = f"coalesce({', '.join(marks)}) IS NOT NULL"
    return f"CASE WHEN {known} THEN {' OR '.join(f'coalesce({m}, false)' for m in marks)} END"


def _derived(plan: Plan) -> str:
    """Return SQL for what follows from who reports which flow."""
    given = (
        "coalesce(told_by_, CASE flow_ WHEN 'export' THEN 'exporter' "
        "WHEN 'import' THEN 'importer' END)"
    )
    # side_0 and side_1 are exporter and importer, or reporter and partner, which the flow turns
    # round; sum_0 and sum_1 have the same order.
    exporter, importer = "{0}_0", "{0}_1"
    if by_reporter(plan):
        exporter = "CASE flow_ WHEN 'export' THEN {0}_0 WHEN 'import' THEN {0}_1 END"
        importer = "CASE flow_ WHEN 'export' THEN {0}_1 WHEN 'import' THEN {0}_0 END"
    return f"""
        {exporter.format("side")} AS exporter, {importer.format("side")} AS importer,
        {exporter.format("sum")} AS exporter_sum, {importer.format("sum")} AS importer_sum,
        {given} AS reported_by,
        -- Of the imports of a file; its exports are by destination.
        CASE WHEN basis_ <> 'destination' AND {given} = 'exporter' THEN 'destination'
             ELSE basis_ END AS partner_basis,
        CASE product WHEN 'TOTAL' THEN 'NONE' ELSE nomenclature_ END AS nomenclature,
        coalesce(valuation_, CASE {given} WHEN 'exporter' THEN 'FOB' WHEN 'importer' THEN 'CIF' END)
            AS valuation,
        CASE WHEN money_in = 'USD' THEN money END AS value_usd,
        CASE WHEN money_in <> 'USD' THEN money END AS value_reported,
        nullif(money_in, 'USD') AS currency"""


# The SQL that finds what a text means: a small table of texts, joined.


@dataclass(frozen=True, slots=True)
class Lookup:
    """SQL for what the texts of one field mean.

    Attributes
    ----------
    name
        Of the field.
    join
        To the facts, which are called ``f``; may be empty.
    first, second
        The words of the meaning.
    why
        Reason and text if the row is left out, else null.
    """

    name: str
    join: str
    first: str
    second: str
    why: str


def lookup_sql(number: int, field: Field, meanings: dict[str, Meaning], plan: Plan) -> Lookup:
    """Return the SQL for one field.

    Parameters
    ----------
    number
        Tells its table from the others.
    field, meanings
        What the texts belong to, and what each means.
    """
    table = f"l{number}"
    why = f"nullif({table}.w, '') || ': ' || {table}.t"
    # Products have thousands of texts, most of which mean themselves: only the odd ones are joined.
    if field.name != "product":
        join = f"JOIN {_values(meanings)} AS {table}(t, a, b, w) ON {table}.t = {field.sql()}"
        return Lookup(field.name, join, f"{table}.a", f"{table}.b", why)
    pad = plan.column("product").pad
    width = pad if isinstance(pad, int) else 0
    text = field.sql()
    code = f"lpad({text}, greatest(length({text}), {width})::INTEGER, '0')"
    level = f"greatest(length({text}), {width})::VARCHAR"
    odd = {one: meaning for one, meaning in meanings.items() if not _is_itself(one, width, meaning)}
    if not odd:
        return Lookup("product", "", code, level, "NULL")
    join = f"LEFT JOIN {_values(odd)} AS {table}(t, a, b, w) ON {table}.t = {text}"
    known = f"CASE WHEN {table}.t IS NULL THEN"
    return Lookup(
        "product",
        join,
        f"{known} {code} ELSE {table}.a END",
        f"{known} {level} ELSE {table}.b END",
        why,
    )


def _is_itself(text: str, width: int, meaning: Meaning) -> bool:
    """Whether a product code means itself, zeros put back."""
    code = text.zfill(width)
    return not meaning.why and meaning.words == (code, str(len(code)))


def _values(meanings: dict[str, Meaning]) -> str:
    """Return SQL for a table: text, one or two words, reason to leave out."""
    rows = []
    for text, meaning in meanings.items():
        # One word or two: the second is null where there is none.
        first, second = (*meaning.words, None)[:2]
        words = ("NULL::VARCHAR" if w is None else literal(w) for w in (first, second))
        rows.append(f"({literal(text)}, {', '.join(words)}, {literal(meaning.why)})")
    # Without a text there is no row either, but the table needs one to have its types.
    none = "(NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR)"
    return f"(VALUES {', '.join(rows) or none})"


# What has to be known before a row can be read, and what to ask where it is not.


_QUESTIONS = {
    "reporter": "whose statistics are these? reporter: KGZ, or a column with the role reporter",
    "partner": "who is the partner? a column with the role partner, or partner: RUS",
    "flow": "imports or exports? flow: import, flow: export, or a column with the role flow",
    "exporter": "where do the goods come from? exporter: CHN, or a column with the role exporter",
    "importer": "where do the goods go to? importer: RUS, or a column with the role importer",
    "product": "which goods? a column with the role product, or product: TOTAL for all goods",
    "period": "which period? period: '2024', or columns with the role period, or year and month",
    "nomenclature": "in which edition are the codes? nomenclature: HS2017, or a column with it",
    "currency": "in which currency is the value? currency: USD, or a column with the role currency",
    "reported_by": "whose report is it? reported_by: exporter, importer or both, or flow",
    "valuation": "FOB or CIF? valuation: FOB, or a column with it",
}


def by_reporter(plan: Plan) -> bool:
    """Whether rows say reporter, partner and flow; else they say exporter and importer."""
    return any(plan.says(name) for name in ("reporter", "partner"))


def require(plan: Plan) -> None:
    """Refuse a mapping that leaves something open, or says it twice.

    Raises
    ------
    BadFileError
        With the question to answer.
    """
    _once(plan)
    sides = ("exporter", "importer")
    if by_reporter(plan):
        if any(plan.says(side) for side in sides):
            raise BadFileError(
                "reporter or partner together with exporter or importer",
                where="mapping",
                why="who the goods come from would be said twice",
                hint="keep reporter, partner and flow; or exporter, importer and reported_by",
            )
        needed = ["reporter", "partner", "flow"]
    else:
        # With both sides as columns, the flow says who reports: the importer of an import.
        needed = [*sides] if plan.says("flow") else [*sides, "reported_by"]
    if not plan.says("year"):
        needed.append("period")
    needed.append("product")
    if not (_totals_only(plan) or plan.mapping.editions):
        needed.append("nomenclature")
    values = [group.value.column for group in plan.groups if group.value]
    if "currency" not in plan.places and any(not column.currency for column in values):
        needed.append("currency")
    if not plan.says("flow") and all(g.says.get("reported_by") == "both" for g in plan.groups):
        needed.append("valuation")
    missing = [name for name in needed if not plan.says(name)]
    if missing:
        raise BadFileError(
            f"the mapping does not say: {', '.join(missing)}",
            where="mapping",
            why="what a file does not say is never guessed",
            hint=" | ".join(_QUESTIONS[name] for name in missing),
        )


def _once(plan: Plan) -> None:
    for name in CONSTANTS:
        if name in plan.places and any(name in group.says for group in plan.groups):
            raise BadFileError(
                f"{name} is said twice: by the column {plan.names[plan.places[name]]!r} and by "
                "the mapping",
                where="mapping",
                hint="ignore the column, or leave the other out",
            )
    if "currency" in plan.places and any(
        group.value and group.value.column.currency for group in plan.groups
    ):
        raise BadFileError(
            "the currency is said twice: by a column and by the mapping",
            where="mapping, columns",
            hint="ignore the column, or leave currency out of the value",
        )
    if plan.says("period") and "year" in plan.places:
        raise BadFileError(
            "a period together with a year", where="mapping, columns", hint="ignore one of the two"
        )
    parts = [role for role in ("month", "quarter") if role in plan.places]
    if parts and "year" not in plan.places:
        name = plan.names[plan.places[parts[0]]]
        raise BadFileError(
            f"a {parts[0]} without its year: {name!r}",
            where="mapping, columns",
            why="no column says the year of a row, and its time would be that of the whole file",
            hint=f"{name!r}: {{role: period, own: {{January: '2023-01', ...}}}}, or ignore it",
        )


def _totals_only(plan: Plan) -> bool:
    if plan.mapping.level == "total":
        return True
    return all(group.says.get("product") == TOTAL for group in plan.groups)


# The SQL that turns cells into facts: one row a value, with what the mapping says of it.


_SECOND = {"period": "s_freq", "flow": "s_reexport"}
"""Where the second of two words of a meaning goes."""


def selected(plan: Plan) -> str:
    """Return SQL for the rows that the mapping selects."""
    tests = [
        f"c{plan.names.index(name)} IN ({', '.join(map(literal, texts))})"
        for name, texts in plan.mapping.select.items()
    ]
    return " AND ".join(tests) or "true"


def says_something(plan: Plan, prefix: str = "") -> str:
    """Return SQL for whether a fact has its value, or where the table has none its mass."""
    signs = "v" if plan.has_value else "mq"
    tests = (f"NOT ({missing_sql(prefix + sign, plan.mapping)})" for sign in signs)
    return f"({' OR '.join(tests)})"


def facts_sql(plan: Plan, cells: str) -> str:
    """Return SQL for one row a value: the cells, its numbers as texts, and what is said of it.

    Columns: ``c0`` ...; ``v``, ``m``, ``q``: texts of value, mass and quantity; ``s_...``: what
    the mapping says, null where it says nothing.

    Raises
    ------
    BadFileError
        If the mapping says a word that means nothing.
    """
    numbers = ", ".join(
        # A struct for each value of a row; unnest makes the rows, in one pass over the file.
        f"{{k: {k}, v: {_cell(group.value, plan)}, m: {_cell(group.mass, plan)}, "
        f"q: {_cell(group.quantity, plan)}}}"
        for k, group in enumerate(plan.groups)
    )
    says = [_says(group, plan) for group in plan.groups]
    values = ", ".join(f"({k}, {', '.join(row.values())})" for k, row in enumerate(says))
    return f"""
        SELECT t.* EXCLUDE (g), t.g.v AS v, t.g.m AS m, t.g.q AS q, s.*
        FROM (SELECT *, unnest([{numbers}]) AS g FROM ({cells}) WHERE {selected(plan)}) AS t
        JOIN (VALUES {values}) AS s(k, {", ".join(says[0])}) ON s.k = t.g.k"""


def _cell(number: Number | None, plan: Plan) -> str:
    if number is None:
        return "''"
    # Of several columns of one meaning the first that says something; else the last, whatever is in
    # it.
    *before, last = number.places
    cases = "".join(
        f"WHEN NOT ({missing_sql(f'c{place}', plan.mapping)}) THEN c{place} " for place in before
    )
    return f"CASE {cases}ELSE c{last} END" if before else f"c{last}"


def _says(group: ValueColumns, plan: Plan) -> dict[str, str]:
    """Return what is said of one value, as SQL, by name of its column."""
    words: dict[str, str | None] = dict.fromkeys(f"s_{name}" for name in CONSTANTS)
    words["s_reexport"] = None
    for name, text in group.says.items():
        if name in ("month", "freq"):
            words[f"s_{name}"] = text
            continue
        try:
            first, *more = said(name, text, plan, group.says.get("freq"))
        except RequestError as error:
            raise BadFileError(
                f"{error.what}: {text!r}",
                where=f"mapping, {name}",
                why=error.why,
                hint=error.hint,
            ) from error
        words[f"s_{name}"] = first
        if name in _SECOND:
            words[_SECOND[name]] = more[0]
    words["s_currency"] = group.value.column.currency if group.value else None
    words["s_unit"] = group.quantity.column.unit if group.quantity else None
    found = {
        name: "NULL::VARCHAR" if word is None else literal(word) for name, word in words.items()
    }
    scales = {"s_scale": group.value, "s_mass": group.mass, "s_many": group.quantity}
    # !r gives all digits of the scale; DOUBLE, because DuckDB reads 0.001 as a DECIMAL.
    return found | {name: f"{n.scale if n else 1.0!r}::DOUBLE" for name, n in scales.items()}
