"""A measure over the rows that a definition names."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError
from entrepot.figures.absent_members import refuse_without_members, times_recorded
from entrepot.figures.availability import of_lake
from entrepot.figures.definition import DOLLARS, PSEUDONYM, SIDES
from entrepot.figures.editions import with_elasticities
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.listing_dates import listing
from entrepot.figures.no_value import nothing, refusal
from entrepot.figures.questions import of as question
from entrepot.figures.questions import unit_of
from entrepot.figures.questions.question import CHANGES, REST
from entrepot.figures.questions.rerouted import other_goods
from entrepot.figures.row_facts import (
    areas_without_records,
    editions_of,
    has_rows,
    unreported,
    words_without_records,
)
from entrepot.figures.rows import both_markets, called_reimports, everything
from entrepot.figures.sides import leaves, members_of, reach, totals, traded_by
from entrepot.goods.selection import wanted
from entrepot.lake import fetch, near, relation, stored
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value, in_currency
from entrepot.model.product import NO_CODES, TOTAL, harmonized, known_codes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    from entrepot.figures.definition import Definition
    from entrepot.figures.questions.rerouted import OtherGoods
    from entrepot.figures.rows import Frame, Goods, SourceRows

    Run = Callable[..., Any]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of a measure's main column, and its other columns.

    `low` and `high` are the ends of an interval that the measure itself gives; `table` has a row
    for each product or partner.
    """

    value: float
    details: dict[str, float | str]
    low: float | None = None
    high: float | None = None
    table: tuple[dict[str, Any], ...] = ()


def measure(
    cells: SourceRows,
    asked: Definition,
    goods: Goods,
    *,
    kept: SourceRows | None = None,
    with_table: bool = False,
    others: OtherGoods | None = None,
) -> Measured | NoAnswer:
    """Evaluate the measure; Missing says why there is no value.

    With `kept`, rows that were read once, what refuses an answer was asked before. `others` are
    all other goods where they were read before.
    """
    # First, as most sources of a lake are refused, and by the catalog alone.
    if kept is None and (refused := refusal(cells, asked, goods)):
        return refused
    read, how = kept or cells, question(asked.measure)
    found = _in_one_go(read, asked, goods, with_table=with_table)
    rows = None if found else _prepared(read, asked, goods)
    if isinstance(rows, NoAnswer):
        return rows
    if rows is not None:
        column = read.column(asked)
        try:
            more = _further_inputs(read, asked, goods, rows, others, with_table=with_table)
            result = how.run(rows, asked, column, **more)
        except NoEvidenceError as error:
            hint = f"; {error.hint}" if error.hint else ""
            return NoAnswer(f"{read.available.source}: {error.what}{hint}")
        table = how.table(rows, asked, column) if with_table and how.table else None
        found = measured_of(result, asked, main_column(read, asked), table)
    if isinstance(found, NoAnswer):
        return found
    # Before "nothing recorded" is said: of a country that the source does not know, nothing is.
    if lost := refuse_unrecorded(cells, asked, found.value if found else None):
        return lost
    if found and not found.value and not is_zero(cells, asked, goods):
        found = None
    if _lacks_a_time(cells, asked, goods, found):
        return nothing(cells, asked, goods)
    if found is None and has_rows(cells, asked.but(base=None), goods):
        return NoAnswer(
            f"{cells.available.source} records {asked.goods} from {area_phrase(asked.exporter)} to "
            f"{area_phrase(asked.importer)} in {asked.period}, but not what {asked.measure} needs: "
            f"{_why_null(read, asked, goods)}"
        )
    return nothing(cells, asked, goods) if found is None else found


def _lacks_a_time(
    cells: SourceRows, asked: Definition, goods: Goods, found: Measured | None
) -> bool:
    """Whether a change is from or to what nobody recorded, which is no amount of zero."""
    levels = {name: one for name, one in found.details.items() if "value" in name} if found else {}
    if asked.measure not in CHANGES or (found and all(levels.values())):
        return False
    _, missing = times_recorded(cells, asked, goods)
    return bool(missing)


def answers_by_columns(asked: Definition) -> bool:
    """Whether a measure has a row for each group of rows, and needs nothing but rows."""
    how = question(asked.measure)
    return how.has_curve and not (how.by_product or how.columns or how.span)


def with_what_is_open(cells: SourceRows, asked: Definition) -> dict[str, Any]:
    """Return what a measure that partners outside the data leave open is handed beside rows."""
    # Said and not found out from the rows, which would take another query.
    return {"has_rest": True} if cells.available.has_sums or asked.named_by else {}


def _in_one_go(
    cells: SourceRows, asked: Definition, goods: Goods, *, with_table: bool
) -> Measured | NoAnswer | None:
    """Return the answer where several times are asked in one go; None where none is found so."""
    how, main = question(asked.measure), main_column(cells, asked)
    needs_more = how.both_reports or how.other_goods or how.listed
    if needs_more or how.trade in ("world", "own") or not answers_by_columns(asked):
        return None
    if not cells.is_step(asked):
        return None

    def run(what: Run, read: SourceRows, combined: Definition) -> dict[date, list[dict[str, Any]]]:
        rows = rows_of(read, combined, goods)
        if how.elastic and asked.sigma is None:
            rows = with_elasticities(rows, read.lake, editions_of(read, asked))
        beyond = with_what_is_open(read, combined) if how.bounds_rest and what is how.run else {}
        found: dict[date, list[dict[str, Any]]] = {}
        for row in dicts(what(rows, combined, read.column(combined), by=["period"], **beyond)):
            found.setdefault(row.pop("period"), []).append(row)
        return found

    key = (goods, cells.kept is None)
    [row] = cells.by_time(("measure", *key), asked, partial(run, how.run)) or [[]]
    if not row:
        return None  # asked alone it says why
    lines: list[dict[str, Any]] = []
    if with_table and how.table:
        [lines] = cells.by_time(("table", *key), asked, partial(run, how.table)) or [[]]
    return _measured(dict(row[0]), lines, asked, main)


def refuse_unrecorded(cells: SourceRows, asked: Definition, value: float | None) -> NoAnswer | None:
    """Refuse a value about somebody of whom the source has no row at all.

    Zero is an answer only about somebody whom the source knows, and a part of a group is not the
    group.
    """
    if value and (lost := refuse_without_members(cells, asked)):
        return lost
    # Most answers end here without another query.
    if value and not cells.available.is_partial:
        return None
    unrecorded = areas_without_records(cells, asked, alone=not value)
    known = [
        members - unrecorded.get(side, frozenset())
        for side in SIDES
        if (members := members_of(asked, side))
    ]
    if all(known) and not (unrecorded and cells.available.is_partial):
        return None
    nothing_of = words_without_records(unrecorded, asked)
    return NoAnswer(f"{of_lake(cells.available.source)} records {nothing_of} in {asked.period}")


def _why_null(read: SourceRows, asked: Definition, goods: Goods) -> str:
    """Return which null rule of a measure holds, as far as amounts show it; else all of them."""
    amount = nw.col(read.column(asked))
    if asked.quantity != "value":
        told = rows_of(read, asked, goods).select(amount.count().alias("n"))
        if not fetch(told)[0][0]:
            unit = "tonnes" if asked.quantity == "mass" else asked.quantity
            return f"its rows have no {unit}; ask for the value, or load a source that has {unit}"
    if asked.measure in CHANGES and asked.base:
        before = rows_of(read, asked, goods).filter(nw.col("period") < asked.period.start)
        [(base,)] = fetch(before.select(amount.sum()))
        if base is not None and base <= 0:
            what = "zero" if not base else "negative"
            return f"the amount in {asked.base} is {what}, so there is no growth from it"
    if asked.least and (reason := _below_least(read, asked, goods)):
        return reason
    if question(asked.measure).divides:
        rows = rows_of(read, asked, goods).filter(nw.col("period") >= asked.period.start)
        sums = rows.select(
            amount.count().alias("n"), amount.min().alias("least"), amount.sum().alias("total")
        )
        [(count, least, total)] = fetch(sums)
        if not count:
            return "its rows have no amount"
        if least < 0:
            return "an amount is negative"
        if not total:
            return "the total that it is over is zero"
    return measures.measure_metadata(asked.measure).null_rule


def _below_least(read: SourceRows, asked: Definition, goods: Goods) -> str:
    """Say that controls bought less than `least` of every product before; empty where they did."""
    amount = read.column(asked)
    rows = rows_of(read, asked, goods).filter(
        nw.col("period") < asked.period.start,
        nw.col("importer").is_in(sorted(asked.members("controls"))),
        nw.col("exporter").is_in(sorted(asked.members("exporter"))),
    )
    sums = fetch(rows.group_by("product").agg(nw.col(amount).sum()).select(nw.col(amount).max()))
    most = (sums[0][0] if sums else None) or 0.0
    if asked.least is None or most >= asked.least:
        return ""
    unit = unit_of(asked.but(measure="value"))
    return (
        f"the controls bought at most {figure_value(most, unit)} of a product of it in "
        f"{asked.base}, less than least, {figure_value(asked.least, unit)}"
    )


OF_PAIRS = ("import_share", "export_share", "reliant_goods", "salience", "retaliation_exposure")
"""Measures that are zero where the flow between two areas is."""


def is_zero(cells: SourceRows, asked: Definition, goods: Goods) -> bool:
    """Whether a measure that is zero may be called so, and is not merely without a record.

    A blend has one row for each flow that either side reports: no row is no report of none. The
    report of one side says zero of a partner only where it has the goods with other partners.
    """
    if asked.measure == "change_of_share":
        return has_rows(cells, asked, goods)  # in the period or in its base
    if asked.measure not in OF_PAIRS or has_rows(cells, asked.but(base=None), goods):
        return True
    if cells.reported_by is None:
        return False
    reported, missing = unreported(cells, asked, goods)
    return bool(reported) and not missing


def _moved(rows: Frame, asked: Definition) -> NoAnswer | None:
    if asked.base is None:
        return None
    now = (nw.col("period") >= asked.period.start).alias("now")
    groups = rows.select(now, "nomenclature", "product").group_by("now", "nomenclature", "product")
    return moved([reported[:3] for reported in fetch(groups.agg(nw.len()))], asked)


def moved(reported: Iterable[tuple[bool, str, str]], asked: Definition) -> NoAnswer | None:
    """Refuse products of two times whose codes are not those of one edition.

    A code that was split or renumbered in between would be goods that ended and others that began.
    Each code comes with whether it is of the period, and its nomenclature.
    """
    coded = {
        (is_now, harmonized(name).id, code[:6])
        for is_now, name, code in reported
        if name != NO_CODES
    }
    then, here = (
        sorted({edition for is_now, edition, _ in coded if is_now is wanted})
        for wanted in (False, True)
    )
    if not then or not here or then == here:
        return None
    # Codes that no edition has (national ones) count
    # as being in all: nothing is known against them.
    known, every = known_codes(), {*then, *here}
    if all(every <= known.get(code, every) for *_, code in coded):
        return None
    return NoAnswer(
        f"products are in {', '.join(then)} in {asked.base} and in {', '.join(here)} in "
        f"{asked.period}, and some codes are in one of them only, so that "
        f"{asked.measure} would take a new number for new goods; ask codes that are in "
        "both, or a source that keeps one edition, such as BACI"
    )


def _prepared(cells: SourceRows, asked: Definition, goods: Goods) -> Frame | NoAnswer | None:
    """Return the rows of a measure with what it needs of each; None where there are none."""
    how = question(asked.measure)
    rows = rows_of(cells, asked, goods)
    if how.trade in ("world", "own") and not fetch(rows.select("product").head(1)):
        return None  # nothing is not zero
    if how.by_product and asked.by in (None, "product") and (moved := _moved(rows, asked)):
        return moved
    if how.elastic and asked.sigma is None:
        return with_elasticities(rows, cells.lake, editions_of(cells, asked))
    return rows


def main_column(cells: SourceRows, asked: Definition) -> str:
    """Return the column of the answer that is its value."""
    if asked.measure == "value":
        return cells.column(asked)
    return question(asked.measure).value or measures.measure_metadata(asked.measure).columns[0][0]


def measured_of(
    found: Any, asked: Definition, main: str, table: Frame | None = None
) -> Measured | NoAnswer | None:
    """Return what a measure found: its main column, the others, and a table if it has one."""
    # Some measures return an `AnswerRow`, others a frame; a frame without rows is no value.
    row: dict[str, Any] = found.to_dict() if hasattr(found, "to_dict") else next(dicts(found), {})
    lines = getattr(found, "table", ()) if table is None else dicts(table)
    return _measured(row, lines, asked, main)


def _measured(
    row: dict[str, Any], lines: Iterable[dict[str, Any]], asked: Definition, main: str
) -> Measured | NoAnswer | None:
    made = of_row(row, asked, main)
    if not isinstance(made, Measured):
        return made
    details, table_ = (
        _named(made.details, asked.currency),
        tuple(_named(x, asked.currency) for x in lines),
    )
    if asked.named_by:
        details, table_ = _without_persons(details), tuple(map(_without_persons, table_))
    return replace(made, details=details, table=table_)


def _without_persons(cells: dict[str, T]) -> dict[str, T]:
    """Return cells without the pseudonym of a person, and the sum of lines without a name."""

    def shown(cell: Any) -> Any:
        if cell == REST:
            return "not named"
        is_person = isinstance(cell, str) and PSEUDONYM.fullmatch(cell)
        return "a natural person" if is_person else cell

    return {name: shown(cell) for name, cell in cells.items()}


def _named(cells: dict[str, T], currency: str) -> dict[str, T]:
    """Return columns of money, which a measure names for dollars, by their currency."""
    if currency in ("", DOLLARS):
        return cells
    return {in_currency(name, currency): cell for name, cell in cells.items()}


def of_row(row: dict[str, Any], asked: Definition, main: str) -> Measured | NoAnswer | None:
    """Return what a row of an answer says, or why its value has no bound; None without a value."""
    value = row.pop(main, None)
    if row.get("infinite"):
        return NoAnswer(
            f"{area_phrase(asked.exporter)} is the only supplier of some of these goods, so the "
            f"loss has no bound; of all others it is {row['power_of_rest']:.3g}"
        )
    if row.pop("no_alternative", False):
        return NoAnswer(
            f"{area_phrase(asked.exporter)} is the only supplier of {asked.goods} to "
            f"{area_phrase(asked.importer)}, so that the loss has no bound"
        )
    if value is None:
        return None
    low, high = row.pop(f"{main}_low", None), row.pop(f"{main}_high", None)
    plain = {
        name: cell if isinstance(cell, str) else float(cell)
        for name, cell in row.items()
        if isinstance(cell, (str, bool, int, float))
    }
    return Measured(float(value), plain, low, high)


def _further_inputs(
    cells: SourceRows,
    asked: Definition,
    goods: Goods,
    rows: Frame,
    others: OtherGoods | None = None,
    *,
    with_table: bool = True,
) -> dict[str, Any]:
    """Return what a measure needs besides the rows: days of listing, all other goods."""
    how = question(asked.measure)
    found: dict[str, Any] = {}
    if how.bounds_rest:
        found |= with_what_is_open(cells, asked)
    if how.listed:
        found["listing"] = listing(rows, asked, cells.lake)
    if how.other_goods and how.both_reports:
        found["with_table"] = with_table
        # Of those whose reports are not chosen the catalog knows, and no row is read.
        chosen = asked.reported_by or asked.valuation
        found["known_reporters"] = (
            None if cells.available.few_products or chosen else cells.available.reporters
        )
    if how.other_goods and asked.goods != "all":
        found["others"] = others
        if others is None:
            read = others_of(cells, asked, goods)
            is_here = rows.implementation.is_duckdb()
            here = nw.from_native(relation(read, cells.lake)).lazy() if is_here else read
            found["others"] = here
    if how.both_reports and how.trade == "flow":
        found["known_reporters"] = (
            cells.available.reporters if cells.available.has_reports else None
        )
        found["speakers"] = cells.available.speakers(
            [asked.period, asked.base or asked.period.before()]
        )
    return found


def _reads_others_once(cells: SourceRows, asked: Definition, every: Sequence[Goods]) -> bool:
    """Whether `others_of_each` reads other goods once, for all selections."""
    is_chain = question(asked.measure).trade == "chain" and asked.goods != "all"
    are_chosen = all(wanted(goods) is not None for goods in every)
    return is_chain and are_chosen and not cells.available.has_reports


@contextmanager
def beside_other_goods(
    kept: SourceRows, asked: Definition, every: Sequence[Goods]
) -> Iterator[SourceRows]:
    """Bring rows near that are compared with sums of all other goods: few, and asked often."""
    rows = kept.kept
    is_there = rows is not None and not rows.implementation.is_duckdb()
    if rows is None or not is_there or not _reads_others_once(kept, asked, every):
        yield kept
        return
    with near(rows, kept.lake) as here:
        yield replace(kept, kept=here)


@contextmanager
def others_of_each(
    cells: SourceRows, asked: Definition, every: Sequence[Goods]
) -> Iterator[Sequence[OtherGoods | None]]:
    """Yield all goods but each of several selections, read once where that is possible."""
    tests = [test for goods in every if (test := wanted(goods)) is not None]
    if not _reads_others_once(cells, asked, every):
        yield [None] * len(every)
        return
    by, there = reach(asked)
    rows = replace(cells, kept=None).rows(by, (everything(),), asked.but(goods=""), there)
    is_here = cells.kept is not None and cells.kept.implementation.is_duckdb()

    def keep(sums: Frame) -> AbstractContextManager[Frame]:
        # On the engine of the rows that they are compared with.
        here = nw.from_native(relation(sums, cells.lake)).lazy() if is_here else sums
        return stored(here, cells.lake)

    with other_goods(rows, tests, asked, cells.column(asked), keep) as found:
        yield found or [None] * len(every)


def others_of(cells: SourceRows, asked: Definition, goods: Goods) -> Frame:
    """Return the rows of all goods but those asked for, on the same ways."""
    by, there = reach(asked)
    # Rows in memory are of the goods asked for; these are all the others.
    unrestricted = replace(cells, kept=None)
    rows = unrestricted.rows(by, (everything(),), asked.but(goods=""), there)
    # The codes found are named, as conditions of a list
    # (prefixes, editions) cannot simply be negated.
    named = fetch(unrestricted.rows(by, goods, asked, there).group_by("product").agg(nw.len()))
    return rows.filter(~nw.col("product").is_in([TOTAL, *(code for code, _ in named)]))


def dicts(table: Frame) -> Iterator[dict[str, Any]]:
    """Yield the rows of a result, without what is null."""
    names = table.collect_schema().names()
    for row in fetch(table):
        yield {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}


def _adds_goods_up(asked: Definition) -> bool:
    """Whether a measure needs no more of rows than their sums over goods."""
    how = question(asked.measure)
    takes_each = how.keeps_products or how.listed or how.both_reports or how.other_goods
    is_of_values = asked.quantity == "value" and asked.by is None
    return answers_by_columns(asked) and is_of_values and not (takes_each or how.elastic)


def rows_of(cells: SourceRows, asked: Definition, goods: Goods) -> Frame:
    """Return the rows that the measure is made of."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    summed = _adds_goods_up(asked)
    match question(asked.measure).trade:
        case "flow":
            rows = cells.flow(asked, goods, all_partners=True, summed=summed)
            return called_reimports(rows, asked, without=cells.without_own)
        case "both":
            rows = both_markets(cells, asked, goods, summed=summed)
            # A member and its group: what the group trades inside is what is asked for.
            if not buyers & sellers:
                several = [group for group in (buyers, sellers) if len(group) > 1]
                if several:
                    # A group's trade is what crosses its border, on both sides of the ratio.
                    rows = rows.filter(*(leaves(group).test for group in several))
                    return called_reimports(rows, asked, without=True)
            return called_reimports(rows, asked, without=cells.without_own)
        case "world":
            return cells.rows("importer", goods, asked)
        case "chain":
            by, there = reach(asked)
            return cells.rows(by, goods, asked, there)
        case "own" | "beside" | "panel":
            by, there = reach(asked)
            # Trade of members with each other is a part of what is judged by itself.
            own = question(asked.measure).trade == "own"
            # Who sells is no control of its own sales, so that what it sells to controls is kept.
            is_panel = question(asked.measure).trade == "panel"
            calm = asked.members("controls") - (sellers if is_panel else frozenset())
            groups = () if own else (buyers, calm)
            return cells.rows(by, goods, asked, there, *map(leaves, groups))
        case "purchases":
            return cells.rows("importer", goods, asked, traded_by("importer", buyers | sellers))
    [(total_flow, _)] = totals(asked)
    found = cells.flow(
        total_flow,
        goods,
        inside=bool(buyers & sellers),
        all_partners=True,
        summed=summed,
    )
    return called_reimports(found, asked, without=cells.without_own)
