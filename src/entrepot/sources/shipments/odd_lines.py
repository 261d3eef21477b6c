"""What is odd about the lines of a register, each counted with its value.

Nothing is taken out here. A reader who trusts a number of a declaration, a copy or a name too much
gets another total: every finding says how many lines and how much value that would be.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from entrepot.model.columns import Finding
from entrepot.model.display import agreed, joined
from entrepot.model.product import NATIONAL, known_codes
from entrepot.sources.shipments.layout import Layout, canonical, known_layouts
from entrepot.sources.shipments.persons import ERASED, PSEUDONYM, may_name
from entrepot.sources.strict import literal, quoted
from entrepot.sources.temp_tables import offer
from entrepot.sources.text import about_hidden
from entrepot.sources.workbook import cell_text, hidden_parts, sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from entrepot.sources.parser import RawFile
    from entrepot.sources.shipments.cells import RegisterCells
    from entrepot.sources.workbook import SheetRows

VALUE = "coalesce(value_usd, value_reported)"
"""SQL for the value of a line, in whatever currency it has."""
_LINES = "(FROM register_fact WHERE why IS NULL)"
_REASONS = {
    "annulled": "the register says that they were annulled",
    "footer": "they have no day and no tariff code, as totals below the lines do",
    "no-code": "they have no tariff code of six digits or more",
}
# All that is said of goods, amounts and receiver; not the number of the declaration.
_ALIKE = "date, receiver, tariff_code, value_usd, value_reported, mass_kg, origin, brand"
_SEEN = 50  # cases that show that a habit is far from being one
_FEW = 5  # examples, and groups from which on a habit is one
_MOSTLY = 0.9
_APART = 2.0  # times that a value and its invoice lie from what is usual


def findings(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    where: str,
    cells: RegisterCells,
    left: list[str],
) -> tuple[Finding, ...]:
    """Return what was noticed in the lines kept as ``register_line``.

    Parameters
    ----------
    connection, layout, where, cells
        Where the lines are, their layout, the name of the file, and what its words were found to
        mean.
    left
        Columns that were not kept.
    """
    there, alike = connection.table("register_line").columns, cells.alike()
    rest = "".join(
        f", {literal(alike[name]) if name in alike else 'NULL'}::{kind} AS {name}"
        for name, kind in canonical().items()
        if name not in there
    )
    offer(connection, "register_fact", f"SELECT *{rest} FROM register_line")
    look = _Look(connection, layout, where)
    found = [
        *look.left_out(),
        *look.copies(),
        *look.look_alikes(),
        *look.numbers(),
        *look.sub_items(),
        *look.preliminary(),
        *look.without_status(),
        *look.header_values(),
        *look.two_values(),
        *look.codes(cells),
        *look.codes_of_no_goods(),
        *look.areas(cells),
        *look.units(),
        *look.without_value(),
        *look.negative(),
        *look.renumbered(),
        *look.named(),
        *look.other_layouts(),
    ]
    if left:
        text = (
            f"{agreed(len(left), 'column is', 'columns are')} not in the layout and not kept: "
            f"{', '.join(left)}. "
            "What is not read may name persons."
        )
        found.append(look.finding("columns-not-kept", "note", len(left), left[0], text))
    return tuple(found)


def hidden_in(
    file: RawFile, sheet: str, rows: SheetRows, layout: Layout
) -> Iterator[dict[str, Any]]:
    """Yield what a sheet has hidden and is kept all the same, and whether others are not read."""
    hidden = hidden_parts(file.path, sheet)
    first = 2 if layout.header else 1
    numbers = [n for n in sorted(hidden.rows) if first <= n <= len(rows) and any(rows[n - 1])]
    names = [cell_text(cell) for cell in rows[0]] if rows and layout.header else []
    columns = [
        name
        for place, name in zip(rows.places, names, strict=False)
        if name in layout.columns and any(place in one for one in hidden.columns)
    ]
    place = f"{file.name}, sheet {sheet!r}"
    yield from map(asdict, about_hidden(hidden, place, sheet, numbers, columns, ""))
    others = len(sheets(file.path, file.name)) - 1
    if others and not layout.sheet:
        what = agreed(others, "other sheet of the workbook is", "other sheets of the workbook are")
        text = f"{what} not read; the layout says with sheet which one is."
        yield asdict(Finding("sheets-not-read", "warning", place, others, sheet, text))


def _several(columns: str) -> str:
    """Return SQL of the lines that share some columns with another line, and perhaps a few more.

    Most lines share them with none. To sort these out by one number costs a fifth of comparing all
    the texts; the few that have the number of others by chance are told apart by the question.
    """
    key = f"hash({columns})"
    return (
        f"(FROM {_LINES} WHERE {key} IN "
        f"(SELECT {key} FROM {_LINES} GROUP BY 1 HAVING count(*) > 1))"
    )


def _kg(mass: float | None, which: str = "") -> str:
    """Return a mass with its unit, or that no line has one."""
    return "no mass" if mass is None else f"{mass:,.2f} kg{which}"


def _in_years(years: int) -> str:
    """Return what numbers of several lines are, by how many of them recur in another year."""
    if not years:
        return "each in one year only): number and item are "
    return f"{years:,} of them in several years): numbers restart, and are "


class _Look:
    """The lines of one file, asked one question after another."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, layout: Layout, where: str) -> None:
        self._connection = connection
        self._layout = layout
        self._where = where

    def finding(self, rule: str, level: Any, count: int, example: object, text: str) -> Finding:
        """Return a finding in this file."""
        return Finding(rule, level, self._where, count, str(example or ""), text)

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def _money(self, amount: float | None) -> str:
        return "no value" if amount is None else f"{self._layout.currency} {amount:,.2f}"

    def _of_value(self, count: float, value: float | None) -> str:
        """Return "3 lines, USD 5.00, have", or of one line "has"."""
        money = self._money(value)
        return agreed(count, f"line, {money}, has", f"lines, {money}, have")

    def left_out(self) -> Iterator[Finding]:
        """Lines that are not loaded."""
        query = f"""
            SELECT why, count(*), sum({VALUE}), sum(gross_kg), sum(mass_kg), min(row)
            FROM register_fact WHERE why IS NOT NULL GROUP BY 1 ORDER BY 1"""
        for why, count, value, gross, net, row in self._ask(query):
            mass = _kg(net, " net") if gross is None else _kg(gross, " gross")
            text = (
                f"{agreed(count, 'line is', 'lines are')} left out, because {_REASONS[why]}: "
                f"{self._money(value)}, {mass}."
            )
            yield self.finding(f"left-out-{why}", "warning", count, f"row {row}", text)

    def copies(self) -> Iterator[Finding]:
        """Lines that equal another line in every column of the file."""
        query = f"""
            WITH copy AS (
                SELECT count(*) - 1 AS more, any_value({VALUE}) AS value, min(row) AS first,
                       min(period) AS month
                FROM {_several("same")} GROUP BY same HAVING count(*) > 1)
            SELECT sum(more), sum(more * value), min(first), min(month), max(month) FROM copy"""
        [(count, value, row, first, last)] = self._ask(query)
        if count:
            when = f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"
            text = (
                f"{agreed(count, 'line is a copy', 'lines are copies')} of another line in every "
                f"column of the file, {self._money(value)}, in {when}. They are kept: whether they "
                "are errors of the extract, only its publisher can say."
            )
            yield self.finding("exact-copies", "warning", int(count), f"row {row}", text)

    def look_alikes(self) -> Iterator[Finding]:
        """Lines that are alike in content, with other numbers of declarations."""
        if not self._layout.of("declaration"):
            return
        query = f"""
            WITH alike AS (
                SELECT {VALUE} AS value, count(DISTINCT declaration) - 1 AS more, min(row) AS first
                FROM {_several(_ALIKE)} WHERE {VALUE} <> 0 GROUP BY {_ALIKE}
                HAVING count(DISTINCT declaration) > 1)
            SELECT sum(more), sum(more * value), min(first) FROM alike"""
        [(count, value, row)] = self._ask(query)
        if count:
            text = (
                f"{agreed(count, 'line repeats', 'lines repeat')} day, receiver, code, value, "
                "mass, origin and brand of another line under another number, "
                f"{self._money(value)}. Such lines are lots of one contract as a rule: taking them "
                "out would lose that value."
            )
            yield self.finding("look-alikes", "note", int(count), f"row {row}", text)

    def numbers(self) -> Iterator[Finding]:
        """Numbers of declarations that several declarations have."""
        if not self._layout.of("declaration"):
            return
        # Exact copies are one row here (GROUP BY same): they have a finding of their own.
        query = f"""
            WITH number AS (
                SELECT count(*) - 1 AS more, count(DISTINCT year(day)) AS years,
                       sum(value) - arg_min(value, row) AS lost, min(declaration) AS example
                FROM (SELECT min(row) AS row, any_value(declaration) AS declaration,
                             any_value(item) AS item, any_value(sub_item) AS sub_item,
                             any_value(day) AS day, any_value({VALUE}) AS value
                      FROM {_several("declaration, item, sub_item")} GROUP BY same)
                WHERE declaration IS NOT NULL
                GROUP BY declaration, item, sub_item HAVING count(*) > 1)
            SELECT sum(more), sum(lost), count(*) FILTER (WHERE years > 1), count(*), min(example)
            FROM number"""
        [(count, lost, years, every, example)] = self._ask(query)
        if count:
            text = (
                f"{agreed(count, 'line has', 'lines have')} number and item of another line that "
                f"is no copy ({agreed(every, 'number', 'numbers')}, {_in_years(years)}no key. "
                f"Keeping one line of each would lose {self._money(lost)}."
            )
            yield self.finding("numbers-restart", "note", int(count), example, text)
        # 0, 000-0000 and the like stand where there is no number.
        query = f"""
            SELECT count(*), sum({VALUE}), min(row) FROM {_LINES}
            WHERE declaration IS NULL OR regexp_full_match(declaration, '[0 -]+')"""
        [(count, value, row)] = self._ask(query)
        if count:
            text = (
                f"{agreed(count, 'line has', 'lines have')} no number, or zero in its place, "
                f"{self._money(value)}: they are not one declaration."
            )
            yield self.finding("no-number", "note", count, f"row {row}", text)

    def sub_items(self) -> Iterator[Finding]:
        """Sub-items, whose item has the value."""
        query = f"""
            SELECT invoice_currency, count(*), sum(invoice_value), min(row)
            FROM {_LINES} WHERE coalesce(sub_item, '0') NOT IN ('0', '1', '00', '01')
            AND coalesce({VALUE}, 0) = 0 GROUP BY 1 ORDER BY 2 DESC, 1"""
        found = self._ask(query)
        if found:
            count, row = sum(one[1] for one in found), min(one[3] for one in found)
            # Amounts in different currencies are never added up.
            amounts = [
                f"{amount:,.2f} {currency or 'in no named currency'}"
                for currency, _, amount, _ in found
                if amount is not None
            ]
            invoiced = f"The invoices say {joined(amounts)}. " if amounts else ""
            text = (
                f"{agreed(count, 'sub-item has', 'sub-items have')} no value or mass: the first "
                f"line of the item has all of it. {invoiced}A price of such a line means nothing."
            )
            yield self.finding("sub-items-zero", "note", count, f"row {row}", text)

    def preliminary(self) -> Iterator[Finding]:
        """Preliminary lines, which may be the only ones of a month."""
        if not self._layout.of("status"):
            return
        query = f"""
            SELECT strftime(period, '%Y-%m'), count(*) FILTER (WHERE status = 'preliminary'),
                   sum({VALUE}) FILTER (WHERE status = 'preliminary'),
                   count(*) FILTER (WHERE coalesce(status, '') <> 'preliminary')
            FROM {_LINES} GROUP BY 1 ORDER BY 1"""
        months = [one for one in self._ask(query) if one[1]]
        count = sum(one[1] for one in months)
        if not count:
            return
        only = [one[0] for one in months if not one[3]]
        text = (
            f"{agreed(count, 'line is', 'lines are')} preliminary, "
            f"{self._money(sum(one[2] or 0 for one in months))}."
        )
        if only:
            text += (
                f" Of {joined(only)} there are no others: keeping final lines only would empty "
                f"{'these months' if len(only) > 1 else 'this month'}."
            )
        yield self.finding("preliminary", "warning", count, months[0][0], text)

    def without_status(self) -> Iterator[Finding]:
        """Lines whose status is empty, where the register has a column for it."""
        if not self._layout.of("status"):
            return
        query = f"SELECT count(*), sum({VALUE}), min(row) FROM {_LINES} WHERE status IS NULL"
        [(count, value, row)] = self._ask(query)
        if count:
            text = (
                f"{self._of_value(count, value)} an empty status: kept and counted, though the "
                "register does not say whether such a line is final or annulled."
            )
            yield self.finding("no-status", "warning", count, f"row {row}", text)

    def header_values(self) -> Iterator[Finding]:
        """Values of a whole declaration, repeated on each of its items."""
        if not self._layout.of("declaration"):
            return
        if self._layout.columns[str(self._layout.of("value"))].kind == "header":
            amount = self._repeated()
            if amount[0]:
                text = (
                    f"{agreed(amount[0], 'line repeats', 'lines repeat')} the value of a "
                    "declaration, which is counted once: adding all up would give "
                    f"{self._money(amount[1])} more."
                )
                yield self.finding("header-value", "note", amount[0], "", text)
            return
        # Items of one value and one mass may be alike; one value on items of different masses is
        # that of their declaration.
        query = f"""
            WITH one AS (
                SELECT count(*) - 1 AS more, max({VALUE}) AS value,
                       max({VALUE}) = min({VALUE}) AND max({VALUE}) > 0
                       AND min(coalesce(mass_kg, -1)) < max(coalesce(mass_kg, -1)) AS same,
                       min(row) AS first
                FROM {_several("declaration, day, receiver")} WHERE declaration IS NOT NULL
                GROUP BY hash(declaration, day, receiver) HAVING min(item) < max(item))
            SELECT count(*), count(*) FILTER (WHERE same), sum(more) FILTER (WHERE same),
                   sum(more * value) FILTER (WHERE same), min(first) FILTER (WHERE same) FROM one"""
        [(every, same, lines, value, row)] = self._ask(query)
        if same >= _FEW and same >= _MOSTLY * every:
            text = (
                f"{same:,} of {every:,} declarations of several items have one and the same value "
                "on all of them, with different masses: it is the value of the declaration. "
                f"{int(lines):,} lines, {self._money(value)}, would count twice; write "
                "kind: header in the layout."
            )
            yield self.finding("header-value-repeated", "error", int(lines), f"row {row}", text)

    def _repeated(self) -> tuple[int, float]:
        query = (
            "SELECT count(*), sum(header_value) FROM register_fact WHERE header_value IS NOT NULL"
        )
        [(count, value)] = self._ask(query)
        return count, value or 0.0

    def two_values(self) -> Iterator[Finding]:
        """Lines whose value and invoice do not fit the rate that is usual in the month."""
        if not self._layout.of("invoice_value"):
            return
        # The rate is what lines of a month and currency have in the middle: none of ours is needed.
        query = f"""
            WITH rate AS (
                SELECT {VALUE} / invoice_value AS rate, {VALUE} AS value, row, period,
                       invoice_currency AS money
                FROM {_LINES} WHERE {VALUE} > 0 AND invoice_value > 0),
            middle AS (SELECT period, money, median(rate) AS usual FROM rate GROUP BY ALL)
            SELECT count(*), sum(value), min(row) FROM rate JOIN middle
            ON middle.period = rate.period AND middle.money IS NOT DISTINCT FROM rate.money
            WHERE rate > {_APART} * usual OR rate < usual / {_APART}"""
        [(count, value, row)] = self._ask(query)
        if count:
            text = (
                f"{self._of_value(count, value)} a value more than {_APART:g} times above or below "
                "that of the invoice at the usual rate of the month: look at both before using a "
                "price."
            )
            yield self.finding("value-not-invoice", "warning", count, f"row {row}", text)

    def codes(self, cells: RegisterCells) -> Iterator[Finding]:
        """Tariff codes that lost a zero, or have signs beside digits."""
        pad = cells.layout.columns[str(cells.layout.of("tariff_code"))].pad
        printed = "length(regexp_replace(tariff_code, '[^0-9]', '', 'g'))"
        if pad:
            query = f"""
                SELECT count(*), sum({VALUE}), min(tariff_code) FROM {_LINES}
                WHERE {printed} < {pad} AND {printed} % 2 = 1"""
            [(count, value, example)] = self._ask(query)
            if count:
                text = (
                    f"{agreed(count, 'tariff code', 'tariff codes')} without the zero at the "
                    f"front, {self._money(value)}: it is put back."
                )
                yield self.finding("leading-zeros", "note", count, example, text)
        # The most frequent length comes first and is the usual one.
        query = f"""
            SELECT length(tariff_line) AS digits, count(*), sum({VALUE}), min(tariff_code)
            FROM {_LINES} GROUP BY 1 ORDER BY 2 DESC, 1"""
        sizes = self._ask(query)
        if len(sizes) > 1:
            rest = sizes[1:]
            text = (
                f"Tariff codes have {joined([str(one[0]) for one in sizes])} digits; "
                f"{self._of_value(sum(one[1] for one in rest), sum(one[2] or 0 for one in rest))} "
                f"not the usual {sizes[0][0]}."
            )
            count = sum(one[1] for one in rest)
            yield self.finding("code-lengths", "note", count, rest[0][3], text)

    def codes_of_no_goods(self) -> Iterator[Finding]:
        """Codes whose first six digits are none of the edition; 98 and 99 are left to countries."""
        query = f"""
            SELECT nomenclature, product, count(*), sum({VALUE}), min(tariff_code) FROM {_LINES}
            GROUP BY 1, 2 ORDER BY 4 DESC, 2"""
        none = [
            one
            for one in self._ask(query)
            if one[1][:2] not in NATIONAL and one[0] not in known_codes().get(one[1], ())
        ]
        if none:
            count = sum(one[2] for one in none)
            text = (
                f"{self._of_value(count, sum(one[3] or 0 for one in none))} a code whose first six "
                "digits are not in the Harmonized System of that day: counted in all goods, and "
                "in no list or product. A code may be mistyped, or of another edition."
            )
            yield self.finding("unknown-code", "warning", count, none[0][4], text)

    def _word(self, word: str, count: int, cells: RegisterCells, column: str) -> str:
        """Return a word of no known place; its row, if it may be a name in a wrong column."""
        if count > 1 or not may_name(word):
            return word
        [(row,)] = self._ask(
            f"SELECT min({cells.row}) FROM {cells.file} WHERE trim({column}) = {literal(word)}"
        )
        return f"the one in row {row}"

    def areas(self, cells: RegisterCells) -> Iterator[Finding]:
        """Words that name no area that is known, free zones, and lines that name no country."""
        for role, words in cells.unknown.items():
            some = sorted(words, key=lambda one: -words[one])
            column = quoted(str(self._layout.of(role)))
            listed = ", ".join(literal(one) for one in some)
            # Facts have codes alone: the words are read once more from the kept text, by row.
            [(value,)] = self._ask(f"""
                SELECT sum({VALUE}) FROM {_LINES} JOIN {cells.file} AS kept
                ON kept.{cells.row} = row WHERE trim(kept.{column}) IN ({listed})""")
            shown = [self._word(one, words[one], cells, column) for one in some[:_FEW]]
            count = sum(words.values())
            # Many ports have a namesake abroad: Barcelona, Cartagena, San Antonio.
            why = ", or a place in several countries" if role == "port" else " as one country's"
            text = (
                f"{self._of_value(count, value)} no country of the {role}: what is written is not "
                f"known{why} ({agreed(len(some), 'name', 'names')}). Most frequent: "
                f"{', '.join(shown)}. Add them to own in the layout."
            )
            yield self.finding(f"unknown-{role}", "warning", count, shown[0], text)
        for role, words in cells.zones.items():
            count = sum(words.values())
            [(value,)] = self._ask(f"SELECT sum({VALUE}) FROM {_LINES} WHERE {role} = 'XFREEZONES'")
            text = (
                f"{agreed(count, 'line names', 'lines name')} a free zone and no country as "
                f"{role}, {self._money(value)}: kept as a free zone."
            )
            yield self.finding(f"free-zone-{role}", "note", count, next(iter(words)), text)

    def units(self) -> Iterator[Finding]:
        """Units in words."""
        query = f"""
            SELECT quantity_unit, count(*), sum({VALUE}) FROM {_LINES}
            WHERE quantity IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"""
        units = [one for one in self._ask(query) if one[0] is not None]
        if len(units) > 1:
            # A word of one line may be a name in the wrong column, as in `_word`.
            shown = [
                "a text that may be a name" if count == 1 and may_name(name) else name
                for name, count, _ in units[:_FEW]
            ]
            words = ", ".join(
                f"{name} ({one[1]:,})" for name, one in zip(shown, units, strict=False)
            )
            text = (
                f"Quantities are in {len(units)} units as typed: {words}. Quantities of different "
                "words are never added; masses are in kg."
            )
            yield self.finding("units-in-words", "note", len(units), shown[0], text)

    def without_value(self) -> Iterator[Finding]:
        """Lines without a value that are no sub-items."""
        # Where the value is that of a declaration, all of its lines but the first have none.
        query = f"""
            SELECT count(*), sum(mass_kg), min(row) FROM {_LINES}
            WHERE coalesce({VALUE}, 0) = 0 AND value_kind = 'item'
            AND coalesce(sub_item, '0') IN ('0', '1', '00', '01')"""
        [(count, mass, row)] = self._ask(query)
        if count:
            lines = agreed(count, "line has", "lines have")
            text = f"{lines} no value or a value of 0, with {_kg(mass)}."
            yield self.finding("no-value", "note", count, f"row {row}", text)

    def negative(self) -> Iterator[Finding]:
        """Lines below zero, which lower every sum they are in."""
        query = f"""
            SELECT count(*), sum({VALUE}) FILTER (WHERE {VALUE} < 0),
                   sum(mass_kg) FILTER (WHERE mass_kg < 0), min(row) FROM {_LINES}
            WHERE {VALUE} < 0 OR mass_kg < 0"""
        [(count, value, mass, row)] = self._ask(query)
        if count:
            amounts = [] if value is None else [self._money(value)]
            amounts += [] if mass is None else [_kg(mass)]
            text = (
                f"{agreed(count, 'line has', 'lines have')} a value or a mass below zero, "
                f"{joined(amounts)}. Such lines are kept as they are, and lower sums: corrections "
                "of other lines, or errors."
            )
            yield self.finding("negative", "warning", count, f"row {row}", text)

    def renumbered(self) -> Iterator[Finding]:
        """Numbers of receivers that are dealt out anew every month."""
        if not (self._layout.of("receiver") and self._layout.of("receiver_number")):
            return
        # By name, a month and the next: what else would show that numbers do not stay. Pairs are
        # joined by all of their columns, as persons of one name can have thousands of numbers.
        query = """
            WITH pair AS (
                SELECT DISTINCT period, hash(receiver) AS receiver, hash(receiver_number) AS number
                FROM {lines} WHERE receiver IS NOT NULL AND receiver_number IS NOT NULL),
            before AS (
                SELECT * REPLACE ((period - INTERVAL 1 MONTH)::DATE AS period) FROM pair)
            SELECT count(*), count(*) FILTER (WHERE same) FROM (
                SELECT bool_or(kept.number IS NOT NULL) AS same
                FROM pair SEMI JOIN before USING (period, receiver)
                LEFT JOIN before AS kept USING (period, receiver, number)
                GROUP BY period, receiver)"""
        # A habit that is far from being one among some receivers is none: of most registers all are
        # not asked.
        some = f"(FROM {_LINES} WHERE hash(receiver) % 16 = 0)"
        [(every, same)] = self._ask(query.format(lines=some))
        if every >= _SEEN and same > (1 - _MOSTLY) * 2 * every:
            return
        [(every, same)] = self._ask(query.format(lines=_LINES))
        if every >= _FEW and same < (1 - _MOSTLY) * every:
            text = (
                f"Of {every:,} times that a receiver is there in two months running, it has the "
                f"same number {same:,} times: numbers are dealt out anew, and none identifies a "
                "company."
            )
            yield self.finding("numbers-of-companies-change", "warning", every - same, "", text)

    def named(self) -> Iterator[Finding]:
        """How much of the value has a name, and how many names are pseudonyms."""
        roles = [one for one in ("receiver", "sender", "maker", "brand") if self._layout.of(one)]
        if not roles:
            return
        # A name that was erased is none: it is null for the comparison, as a missing one is.
        given = (f"sum({VALUE}) FILTER (WHERE {one} <> {literal(ERASED)})" for one in roles)
        sums = ", ".join(given)
        [(total, *parts)] = self._ask(f"SELECT sum({VALUE}), {sums} FROM {_LINES}")
        if total:
            words = [
                f"{role} named on {100 * (part or 0) / total:.1f} %"
                for role, part in zip(roles, parts, strict=True)
            ]
            text = f"By value: {', '.join(words)}. A share by name is of the named part only."
            yield self.finding("names-given", "note", len(roles), words[0], text)
        hidden = " OR ".join(
            f"starts_with({one}, {literal(PSEUDONYM)})" for one in roles if one != "brand"
        )
        if not hidden:
            return
        [(count, value)] = self._ask(f"SELECT count(*), sum({VALUE}) FROM {_LINES} WHERE {hidden}")
        if count:
            text = (
                f"{self._of_value(count, value)} a name that may be a person's: a pseudonym "
                "stands in its place."
            )
            yield self.finding("persons", "note", count, "", text)

    def other_layouts(self) -> Iterator[Finding]:
        """Countries that another layout of the register has, or only this one."""
        mine = set(self._layout.bases)
        for other in known_layouts().values():
            if other.register_ != self._layout.register_ or set(other.bases) == mine:
                continue
            text = (
                f"This layout has the countries {joined(self._layout.bases)}; {other.title} has "
                f"{joined(other.bases)}. A change between them is a change of basis, not of trade."
            )
            count = len(mine ^ set(other.bases))
            yield self.finding("layout-changes-basis", "warning", count, other.title, text)
