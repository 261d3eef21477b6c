"""The first pass over a file: every cell is what the mapping says, and every text means something.

DuckDB looks at the whole file; only when it finds something is the file read again line by line
to say where.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, EntrepotError, RequestError
from entrepot.model.area_names import is_rest
from entrepot.model.columns import Finding, Level
from entrepot.sources.strict import literal
from entrepot.sources.table.canonical_sql import (
    CANONICAL,
    NEVER_NULL,
    edition_by_day,
    says_something,
    selected,
)
from entrepot.sources.table.cells import naming_the_row
from entrepot.sources.table.fields import BETWEEN, fields, meanings
from entrepot.sources.table.mapping import (
    AREAS,
    is_missing,
    is_number,
    missing_sql,
    number_pattern,
    number_sql,
)
from entrepot.sources.table.periods import read_span, status_of
from entrepot.sources.table.plan import same_meaning
from entrepot.sources.temp_tables import is_small
from entrepot.sources.workbook import ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb

    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.fields import Field, Meaning
    from entrepot.sources.table.plan import Plan, ValueColumns

    Kind = dict[str, Any]

_NUMBERS = (("v", "value"), ("m", "mass"), ("q", "quantity"))


@dataclass(frozen=True, slots=True)
class Looked:
    """What the first pass found.

    Attributes
    ----------
    rows, others
        Rows of the file, and those that the mapping does not select.
    facts, empty
        Values, and places of values without one.
    lookups
        What each text of each field means.
    """

    rows: int
    others: int
    facts: int
    empty: int
    lookups: list[tuple[Field, dict[str, Meaning]]]


def look(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, texts: str, facts: str
) -> Looked:
    """Check every cell.

    Parameters
    ----------
    texts, facts
        SQL of the cells and of the facts.

    Raises
    ------
    BadFileError
        Naming file, row and column of the first cell that is not what it should be.
    """
    known = fields(plan)
    bad = " OR ".join(f"({_bad(sign, plan)})" for sign, _ in _NUMBERS)
    here = says_something(plan)
    # Without DISTINCT the plan is shorter, and a small file has few cells to sort out in Python.
    once = "" if is_small(cells.path) else "DISTINCT "
    lists = "".join(f", list({once}{field.sql()}) FILTER (WHERE here)" for field in known)
    with naming_the_row(connection, cells):
        others = _not_selected(connection, plan, texts)
        [(count, filled, wrong, *seen)] = connection.execute(
            f"SELECT count(*), count(*) FILTER (WHERE here), count(*) FILTER (WHERE bad){lists} "
            # Everything that is asked of the file in one pass: counts, wrong numbers, the texts of
            # each field.
            f"FROM (SELECT *, {here} AS here, {here} AND ({bad}) AS bad FROM ({facts}))"
        ).fetchall()
    # Cells are never null (see `Cells`), but for a damaged Parquet file.
    if any(None in (words or ()) for words in seen):
        raise _null(connection, cells)
    _one_of_each(connection, plan, cells, texts)
    # A fact for each group of each selected row.
    rows = count // len(plan.groups) + others
    if wrong:
        raise _first_number(connection, plan, cells)
    if not filled:
        raise _nothing(rows, others, cells, plan)
    lookups = [
        (field, _meanings(connection, plan, cells, field, list(dict.fromkeys(words or []))))
        for field, words in zip(known, seen, strict=True)
    ]
    return Looked(rows, others, filled, count - filled, lookups)


def _one_of_each(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, texts: str
) -> None:
    """Refuse a row of an area in which two columns of one meaning have a number."""
    who = [place for role, place in plan.places.items() if role in AREAS]
    for group in plan.groups:
        if group.value is None or not group.value.others:
            continue
        has = [f"(NOT ({missing_sql(f'c{n}', plan.mapping)}))::INT" for n in group.value.places]
        named = "".join(f" AND c{place} <> ''" for place in who)  # totals may have both
        [(both,)] = connection.execute(
            f"SELECT count(*) FROM ({texts}) "
            f"WHERE {selected(plan)} AND {' + '.join(has)} > 1{named}"
        ).fetchall()
        if not both:
            continue
        for number, row in cells.lines(connection):
            said = [n for n in group.value.places if not is_missing(row[n], plan.mapping)]
            if len(said) > 1 and all(row[place] for place in who):
                first, second, *_ = (plan.names[place] for place in said)
                raise same_meaning(first, second, f"{cells.label}, row {number}")


def _null(connection: duckdb.DuckDBPyConnection, cells: Cells) -> BadFileError:
    """Blame a file for a null: of a whole file, empty cells come as empty texts."""
    rows = (number for number, texts in cells.lines(connection) if None in texts)
    number = next(rows, None)
    return BadFileError(
        "damaged: a cell cannot be read",
        where=f"{cells.label}, row {number}" if number else cells.label,
        hint="download it again, or let the program that wrote it write it anew",
    )


def _not_selected(connection: duckdb.DuckDBPyConnection, plan: Plan, texts: str) -> int:
    if not plan.mapping.select:
        return 0
    query = f"SELECT count(*) FROM ({texts}) WHERE NOT ({selected(plan)})"
    [(count,)] = connection.execute(query).fetchall()
    return int(count)


def _bad(sign: str, plan: Plan) -> str:
    test = f"NOT regexp_full_match({sign}, {literal(number_pattern(plan.mapping))})"
    return (
        test
        if sign == "v" and plan.has_value
        else f"NOT ({missing_sql(sign, plan.mapping)}) AND {test}"
    )


def first_row(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    wanted: Callable[[Sequence[str], ValueColumns], bool],
) -> tuple[int, list[str], ValueColumns] | None:
    """Return number, texts and group of the first value that fulfils a test."""
    chosen = {plan.names.index(name): set(texts) for name, texts in plan.mapping.select.items()}
    for number, row in cells.lines(connection):
        if any(row[place] not in texts for place, texts in chosen.items()):
            continue
        for group in plan.groups:
            texts = (row[number.of(row, plan.mapping)] for number in group.numbers)
            if not all(is_missing(text, plan.mapping) for text in texts) and wanted(row, group):
                return number, row, group
    return None


def _first_number(connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells) -> EntrepotError:
    def place(row: Sequence[str], group: ValueColumns) -> int | None:
        for _, role in _NUMBERS:
            number = getattr(group, role)
            if number is None:
                continue
            place = number.of(row, plan.mapping)
            if not (is_missing(row[place], plan.mapping) or is_number(row[place], plan.mapping)):
                return int(place)
        return None

    found = first_row(connection, plan, cells, lambda row, group: place(row, group) is not None)
    if found is None:
        return BadFileError("a number that cannot be read", where=cells.label)
    number, row, group = found
    column = place(row, group) or 0
    return BadFileError(
        f"not a number of zero or more: {row[column]!r}",
        where=f"{cells.label}, row {number}, column {plan.names[column]!r}",
        why="its trade would be lost from every total",
        hint=_advice(row[column], plan),
    )


def _advice(text: str, plan: Plan) -> str:
    if text in ERRORS:
        return f"correct the formula in the workbook, or add to the mapping: missing: [{text!r}]"
    # A dash alone is a word for none.
    if text.startswith("-") and len(text) > 1:
        return "a flow of goods is never negative; leave balances out with select or ignore"
    if "," in text and plan.mapping.decimal == ".":
        return "if the comma parts decimals add decimal: ',', if it parts thousands thousands: ','"
    if re.fullmatch(r"[0-9]{16,}(?:\.[0-9]*)?|[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+", text):
        return "a number has at most 15 digits before the point, and an exponent of two: correct it"
    if any(sign in text for sign in " .'\u00a0") and any(sign.isdigit() for sign in text):
        return "say with decimal and thousands how the file writes numbers"
    return f"if it stands for no number, add it to the mapping: missing: [{text!r}]"


def _meanings(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cells: Cells,
    field: Field,
    texts: list[str],
) -> dict[str, Meaning]:
    try:
        return meanings(field, texts, plan)
    except RequestError as error:
        text = error.where
        found = first_row(connection, plan, cells, lambda row, g: field.text(row, g) == text)
        columns = " and ".join(repr(plan.names[place]) for place in field.places)
        number = f", row {found[0]}" if found else ""
        others = _refused_alike(field, texts, plan, error)
        count = f"{len(others)}{' or' if len(others) == _SHOWN else ''} more"
        more = f"; and {count}: {', '.join(others)}" if others else ""
        raise BadFileError(
            f"{error.what}: {text.replace(BETWEEN, ' ')!r}{more}",
            where=f"{cells.label}{number}, column {columns}",
            why=error.why,
            hint=error.hint,
        ) from error


def _refused_alike(field: Field, texts: list[str], plan: Plan, error: RequestError) -> list[str]:
    """Return other areas that are refused as one is, to be mended at once; `_SHOWN` at most.

    Each is compared with all names for what it may mean, which takes its time.
    """
    found = []
    for text in sorted(set(texts) - {error.where}) if field.name in AREAS else ():
        try:
            meanings(field, [text], plan)
        except RequestError as other:
            if other.what == error.what:
                found.append(repr(text.replace(BETWEEN, " ")[:40]))
        if len(found) == _SHOWN:
            break
    return found


_SHOWN = 10


def _nothing(rows: int, others: int, cells: Cells, plan: Plan) -> BadFileError:
    if rows and others == rows:
        chosen = "; ".join(f"{name}: {', '.join(t)}" for name, t in plan.mapping.select.items())
        return BadFileError(
            f"select leaves no row ({chosen})",
            where=f"mapping, select; {cells.label}",
            hint="write the values as the cells have them",
        )
    return BadFileError(
        "no row has a value" if rows else "the file has names of columns and no rows",
        where=cells.label,
        hint="correct header_row, missing or the column of the value in the mapping",
    )


# Every value is accounted for: it becomes a row, or a finding says why not.

_MISFIT = """CASE WHEN product = 'TOTAL' THEN NULL
    WHEN nomenclature = 'NONE' THEN 'none'
    WHEN length(product) > CASE WHEN nomenclature LIKE 'CN%' THEN 8 ELSE 6 END THEN 'long' END"""
_LAST_DAY = """(period + CASE freq WHEN 'M' THEN INTERVAL 1 MONTH
    WHEN 'Q' THEN INTERVAL 3 MONTH ELSE INTERVAL 1 YEAR END - INTERVAL 1 DAY)::DATE"""
_MISFITS = {
    "none": (
        "product codes, and nomenclature: NONE",
        "say in which edition they are: nomenclature: HS2017",
    ),
    "long": (
        "product codes longer than their nomenclature has them",
        "national lines differ: cut: 6 in the column, with repeated: sum, keeps the subheading",
    ),
}


def account(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cells: Cells, looked: Looked, rows: str
) -> tuple[list[Kind], tuple[Finding, ...]]:
    """Return the kinds of rows that count, and what was noticed, with what was left out and why.

    Parameters
    ----------
    rows
        SQL of all canonical rows, those to be left out with their reason.

    Raises
    ------
    BadFileError
        If rows that count say too little, levels of products are mixed, or nothing is left.
    """
    kinds = _kinds(connection, plan, rows)
    # An inner join with a table of meanings drops a row whose text has none; this would show it.
    if sum(kind["count"] for kind in kinds) != looked.facts:
        raise BadFileError("rows were lost while reading", where=cells.label)  # a slip of ours
    findings = tuple(noticed(plan, cells.label, looked, kinds))
    kept = [kind for kind in kinds if kind["why"] is None]
    if not kept:
        # Totals over partners have values, and no flow between two areas.
        if any((kind["why"] or "").startswith("area-total: ") for kind in kinds):
            return [], findings
        raise BadFileError(
            "no row is left",
            where=cells.label,
            why="; ".join(f"{f.count:,}: {f.text}" for f in findings),
            hint="look at leave_out, select and level in the mapping",
        )
    _complete(kept, plan, cells)
    _one_edition(kept, plan, cells)
    _one_level(kept, plan, cells)
    return kept, findings


def _kinds(connection: duckdb.DuckDBPyConnection, plan: Plan, rows: str) -> list[Kind]:
    """Return the kinds of rows there are, by the few words that they say, with their numbers."""
    # Words of rows that are left out are nulled: each reason is then one kind, however they differ.
    by = {name: f"CASE WHEN why IS NULL THEN {name} END" for name in ("level", *WORDS)}
    by |= {"why": "why", "misfit": f"CASE WHEN why IS NULL THEN {_MISFIT} END"}
    counts = {f"no_{name}": f"count(*) - count({name})" for name in NEVER_NULL}
    counts |= {f"has_{name}": f"count({name})" for name in FILLED}
    for name, sign in (("mass_kg", "m"), ("quantity", "q")):
        lost = f"{name} IS NULL AND NOT ({missing_sql(sign, plan.mapping)})"
        counts[f"lost_{name}"] = f"count(*) FILTER (WHERE {lost})"
    if plan.has_value:
        exact = f"({number_sql('v', plan.mapping)} * s_scale)"
        counts["rounded"] = f"count(*) FILTER (WHERE abs(money - {exact}) > {exact} * {_OFF})"
    if plan.mapping.editions:
        last = edition_by_day(plan.mapping, _LAST_DAY)
        counts["changing"] = (
            f"min(period) FILTER (WHERE why IS NULL AND product <> 'TOTAL' "
            f"AND nomenclature <> {last})"
        )
    columns = by | {"count": "count(*)"} | counts
    found = connection.execute(
        f"SELECT {', '.join(f'{sql} AS {name}_' for name, sql in columns.items())} "
        f"FROM ({rows}) GROUP BY ALL"
    ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in found]


def _complete(kept: Sequence[Kind], plan: Plan, cells: Cells) -> None:
    for name in NEVER_NULL:
        # A table of masses alone has neither.
        if name in ("money", "money_in") and not plan.has_value:
            continue
        count = sum(kind[f"no_{name}"] for kind in kept)
        if count:
            plain = {"money": "value", "money_in": "currency"}.get(name, name)
            hint = f"fill the column, or say {plain} in the mapping"
            if name == "nomenclature" and plan.mapping.editions:
                first = min(plan.mapping.editions)
                hint = f"say in editions which edition the codes before {first} are of"
            raise BadFileError(
                f"{count:,} rows with a value do not say their {plain}",
                where=cells.label,
                why="a row that says too little cannot be counted",
                hint=hint,
            )


def _one_edition(kept: Sequence[Kind], plan: Plan, cells: Cells) -> None:
    """Refuse a row of codes of a period in which the edition changes."""
    periods = [kind["changing"] for kind in kept if kind.get("changing")]
    if periods:
        period = min(periods)
        start = min(one for one in plan.mapping.editions if one > period)
        raise BadFileError(
            f"the edition changes on {start}, within the period that begins on {period}",
            where=f"{cells.label}; mapping, editions",
            why="the codes of one row are of one edition",
            hint="write the first day of the first period whose codes are of the new edition",
        )


def _one_level(kept: Sequence[Kind], plan: Plan, cells: Cells) -> None:
    levels = Counter[str]()
    for kind in kept:
        if kind["level"] is not None:
            levels[kind["level"]] += kind["count"]
    if len(levels) > 1 and plan.mapping.level is None:
        # Levels are texts: "10" is finer than "8".
        finest = max((one for one in levels if one != "total"), key=int, default="total")
        shown = ", ".join(f"{n:,} rows of {_level(one)}" for one, n in sorted(levels.items()))
        raise BadFileError(
            f"product codes of several levels: {shown}",
            where=cells.label,
            why="headings are listed together with their lines: everything would count twice",
            hint=f"write level: {finest} in the mapping, or another of them; coarser rows are then "
            "kept as totals",
        )
    for misfit in sorted({kind["misfit"] for kind in kept} - {None}):
        what, hint = _MISFITS[misfit]
        raise BadFileError(what, where=f"{cells.label}; mapping", hint=hint)


def _level(level: str) -> str:
    return "totals over all goods" if level == "total" else f"{level} digits"


WORDS = ("freq", "nomenclature", "money_in", "valuation", "reported_by", "partner_basis")
"""What rows say in a word or two; ``money_in`` becomes the currency."""
FILLED = ("mass_kg", "quantity", "quantity_unit", "is_reexport", "is_estimated")
"""What may be empty in all rows."""


def one_word(kinds: Sequence[dict[str, Any]], where: str) -> tuple[dict[str, str], list[str]]:
    """Return the columns with one word in all rows, and the names of those that differ.

    Parameters
    ----------
    kinds
        Kinds of rows that count, from `account`.

    Raises
    ------
    BadFileError
        If values are in several currencies: one delivery is in one, or its sums mean nothing.
    """
    said = {name: {kind[name] for kind in kinds} for name in WORDS}
    if len(said["money_in"]) > 1:
        raise _currencies(kinds, where)
    # One at this point; None in a table without money.
    [currency] = said.pop("money_in")
    same = {name: next(iter(words)) for name, words in said.items() if len(words) == 1}
    # What no row says is neither the same nor differing, and its column stays null.
    same = {name: word for name, word in same.items() if word is not None}
    empty = {name for name in FILLED if not any(kind[f"has_{name}"] for kind in kinds)}
    empty |= {name for name, words in said.items() if words == {None}}
    # Dollars go to value_usd and have no currency; any other money goes to value_reported.
    empty |= {"currency", "value_usd" if currency not in ("USD", None) else "value_reported"}
    empty |= {"value_usd"} if currency is None else set()
    differing = [name for name in CANONICAL if name not in same and name not in empty]
    return same | ({} if currency in ("USD", None) else {"currency": currency}), differing


def _currencies(kinds: Sequence[dict[str, Any]], where: str) -> BadFileError:
    found = Counter[str]()
    for kind in kinds:
        found[kind["money_in"]] += kind["count"]
    return BadFileError(
        "values in several currencies: "
        + ", ".join(f"{count:,} in {one}" for one, count in sorted(found.items())),
        where=where,
        why="one delivery is in one currency; nothing is converted at a rate of ours",
        hint="keep one with select, and add the file again with the other under another id",
    )


# What a reader of a table has to know of what was read: findings.


_REASONS = {
    "area-total": "Totals over several areas (the world, the European Union) do not count as "
    "trade of two areas; they are kept as totals.",
    "other-level": "Product codes of another level than the mapping wants do not count as lines; "
    "they are kept as totals.",
    "left-out": "Rows with cells that the mapping leaves out were left out.",
    "part-of-flow": "Re-exports and re-imports were left out: the mapping says that they are "
    "part of the exports and imports.",
}
_LOST = (
    ("mass_kg", "zero-mass", "A mass of zero with a value is treated as missing."),
    (
        "quantity",
        "unknown-quantity",
        "A quantity of zero or without a unit is not known, and was left empty.",
    ),
)
_OFF = 0.01
"""Part of a value by which rounding to the cent may change it without being told of."""
_ROUNDED = (
    "Values are kept to the cent, and these are so small that this changes them by more than "
    "1 %, or makes them zero: is the scale in the mapping right?"
)
_SEVERAL: tuple[tuple[str, str, Level, str], ...] = (
    (
        "partner_basis",
        "several-bases",
        "warning",
        "Imports are reported on several bases (origin, consignment): never add the two.",
    ),
    (
        "freq",
        "several-lengths",
        "note",
        "Periods of several lengths stand in one file; each length is kept on its own.",
    ),
)
_RESTS = (
    "The mapping leaves out trade with others in a region. That is no total: shares are of less "
    "than all trade. Map each: own: {NAME: XNES}, or XAFRICA, XASIA, XEUROPE, XLATAM."
)
_LONGEST = 40


def noticed(plan: Plan, label: str, looked: Looked, kinds: Sequence[Kind]) -> Iterator[Finding]:
    """Yield the findings of one file.

    Parameters
    ----------
    kinds
        Kinds of rows, with how many there are of each.
    """
    yield from _not_read(plan, label, looked)
    yield from _left_out(label, kinds)
    if not plan.has_value:
        text = "The mapping has no column of values: masses and quantities alone were read."
        yield Finding("no-money", "warning", label, looked.facts, "role: value", text)
    kept = [kind for kind in kinds if kind["why"] is None]
    for name, rule, text in _LOST:
        if count := sum(kind[f"lost_{name}"] for kind in kept):
            yield Finding(rule, "note", label, count, "0", text)
    if count := sum(kind.get("rounded", 0) for kind in kept):
        yield Finding("rounded", "warning", label, count, "0.01", _ROUNDED)
    for name, rule, level, text in _SEVERAL:
        # The basis of exports is always the destination: with one of imports it makes no second
        # basis.
        reported = {
            str(kind[name]) for kind in kept if name == "freq" or kind["reported_by"] == "importer"
        }
        if len(reported) > 1:
            shown = ", ".join(sorted(reported))
            yield Finding(rule, level, label, len(reported), shown, text)


def _not_read(plan: Plan, label: str, looked: Looked) -> Iterator[Finding]:
    if looked.others:
        chosen = "; ".join(f"{n}: {', '.join(texts)}" for n, texts in plan.mapping.select.items())
        text = f"Rows that the mapping does not select ({chosen}) were left out."
        yield Finding("not-selected", "note", label, looked.others, chosen, text)
    times = [text for field, texts in looked.lookups if field.name == "period" for text in texts]
    times += [name for place in plan.read if read_span(name := plan.names[place])]
    if marked := sorted(filter(status_of, times)):
        marks = ", ".join(sorted({status_of(text) for text in marked}))
        text = (
            f"Times are marked as provisional, revised or final: {marks}. The marks are not "
            "stored: state them with a figure, and add the file again once it is final."
        )
        yield Finding("marked-times", "note", label, len(marked), marked[0], text)
    if looked.empty:
        text = "Places of values without a number were left out; they are missing, not zero."
        shown = ", ".join(["an empty cell", *map(repr, plan.mapping.missing)])
        yield Finding("no-value", "note", label, looked.empty, shown, text)


def _left_out(label: str, kinds: Sequence[Kind]) -> Iterator[Finding]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for kind in kinds:
        if kind["why"] is not None:
            # The reason is "rule: text of the cell", as `lookup_sql` writes it.
            rule, _, text = str(kind["why"]).partition(": ")
            found[rule][_short(text.replace(BETWEEN, " "))] += kind["count"]
    for rule, texts in sorted(found.items()):
        example = ", ".join(f"{text} ({n:,})" for text, n in sorted(texts.items())[:5])
        yield Finding(rule, "note", label, texts.total(), example, _REASONS[rule])
        if rule == "left-out" and (rests := [text for text in sorted(texts) if is_rest(text)]):
            count = sum(texts[text] for text in rests)
            yield Finding("rests-left-out", "warning", label, count, ", ".join(rests[:5]), _RESTS)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
