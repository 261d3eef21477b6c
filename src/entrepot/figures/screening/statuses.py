"""Screen a list of shipments: every line against every list that binds it, by sets in DuckDB."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from entrepot.engine import connect
from entrepot.errors import RequestError
from entrepot.figures.screening.heads import currency_of
from entrepot.figures.screening.lines import (
    MetEntry,
    Work,
    columns_of,
    distinct,
    edition_sql,
    load,
    make_lines,
    problems_of,
    put,
    read_areas,
    read_codes,
    read_dates,
    read_numbers,
    tariff_of,
)
from entrepot.figures.screening.matching import (
    find_results,
    find_routes,
    find_spans,
)
from entrepot.figures.screening.read import BrokenRow, Shipments, columns_for, columns_said
from entrepot.figures.screening.signs import find_signs
from entrepot.goods import goods_list, goods_lists
from entrepot.goods.screening import (
    LISTED,
    NO_LIST,
    NOT_KNOWN,
    NOT_LISTED,
    PART,
    STATUSES,
    UNREADABLE,
    Regime,
    regimes_of,
)
from entrepot.model.areas import area_name
from entrepot.model.display import day_text
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from entrepot.figures.screening.cells import DayOrder
    from entrepot.goods import Links

__all__ = ["COLUMNS", "LEGAL", "SIGNS", "MatrixRow", "Screening", "screen"]

LEGAL = (
    "A code is a proxy, not a classification: the law describes goods in words. “Not listed” "
    "means: not on a list that was read, on that date, for that direction. Signs of possible "
    "diversion describe a shipment; they do not show intent. This is not legal advice."
)
COLUMNS = (
    "row", "date", "code", "goods", "from", "to", "route", "consignee", "value", "mass_kg",
    "jurisdiction", "direction", "status", "entry", "listed_code", "listed_since", "wind_down",
    "act", "signs", "P", "H", "N", "R", "V",
)  # fmt: skip
"""The program's columns, before those of the file."""
SIGNS = {
    "P": "high-priority code (Annex XL)",
    "H": "hub for the code, by loaded statistics",
    "N": "first shipment to this consignee in the file",
    "R": "route via Russia, or a free zone",
    "V": "value per kg above twice the code’s median in the file",
}
YES, NO, NOT_APPLICABLE = "●", "○", "–"
_SHOWN = 3  # further entries that a cell names
_POSSIBLE = "; possible: "
"""Between the words of an entry and why it is only possible."""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """What became of the shipments that one jurisdiction binds in one direction.

    Attributes
    ----------
    counts
        Shipments by status; all zero where none was screened.
    read_until
        Day of the latest text read, or why there is none.
    """

    jurisdiction: str
    direction: str
    counts: dict[int, int]
    read_until: str
    regime: Regime | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Screening:
    """What a list of shipments was screened to.

    Attributes
    ----------
    shipments
        The file.
    lines
        Rows of it, those that cannot be read too.
    table
        One row a line: the program's columns, then those of the file, hits first.
    sums
        Lines by their first status; they add up to `lines`.
    matrix
        By jurisdiction and direction.
    problems
        Rows that could not be read.
    notes
        What was decided in reading the file, for a reader.
    screened_on
        The day of the screening.
    days
        First and last date of the shipments; None without one.
    currency
        Of the values; empty if it is not known.
    nomenclature
        What codes of more than six digits were read in, in words.
    used
        By role, the column of the file, or what was given for all lines.
    unused
        Columns of the file that nothing was read from.
    """

    shipments: Shipments
    lines: int
    table: pa.Table = field(repr=False)
    sums: dict[int, int]
    matrix: tuple[MatrixRow, ...]
    problems: tuple[BrokenRow, ...] = field(repr=False)
    notes: tuple[str, ...]
    screened_on: date
    days: tuple[date, date] | None
    currency: str
    nomenclature: str
    regimes: tuple[Regime, ...] = field(repr=False)
    left_out: tuple[str, ...] = ()
    used: dict[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def screen(
    shipments: Shipments,
    named: dict[str, str] | None = None,
    *,
    nomenclature: str = "",
    order: DayOrder | None = None,
    against: Sequence[str] = (),
    links: Links | None = None,
    is_hub: Callable[[str, str], bool | None] | None = None,
    names: Mapping[str, str] | None = None,
    today: date | None = None,
    strict: bool = False,
) -> Screening:
    """Screen a list of shipments against the lists that bind each line on its date.

    Parameters
    ----------
    shipments
        The file, read.
    named
        Names of columns by role; see `columns_for`.
    nomenclature
        What codes are to be read in: ``CN2025``, ``HS2022``, or ``CN`` for the year of each date;
        empty for six digits of the edition of each date, and a tariff only where all lines show
        which.
    order
        How slashed dates are written; None to find out.
    against
        Ids of lists; empty takes all.
    links
        The tables of the United Nations, for lists and codes of other editions.
    is_hub
        Whether loaded statistics show a destination as a hub for a six-digit code; None where
        they do not say. See `hubs_in`.
    names
        What six-digit codes are, in words.
    today
        The day on which lines without a date are screened.
    strict
        Whether rows that cannot be read are an error.

    Raises
    ------
    UnknownNameError
        For an unknown column, list or nomenclature.
    RequestError
        If a column that is needed is not found, dates fit two orders, or with `strict` a row
        cannot be read: the message counts them.
    NoEvidenceError
        If the file has no row.
    """
    lists = [goods_list(name) for name in against] or list(goods_lists())
    regimes = regimes_of(lists, [one.id for one in lists] if against else ())
    places, fixed = columns_for(shipments, named or {})
    work = Work(shipments, connect(), places, fixed, regimes, today or date.today())
    work.notes += [*shipments.notes, *columns_said(shipments, places, fixed)]
    load(work)
    # In this order: the edition of a code depends on its date, and its tariff on the countries.
    days = read_dates(work, order)
    read_areas(work)
    tariff, said = tariff_of(work, nomenclature)
    edition = edition_sql(work, nomenclature)
    read_codes(work, tariff, edition)
    read_numbers(work)
    make_lines(work, edition)
    problems = problems_of(work)
    # Before any list is opened: an error costs little then.
    if strict and problems:
        raise _refusal(shipments.name, problems)
    find_routes(work)
    left_out = find_spans(work, tariff, links)
    find_results(work)
    find_signs(work, is_hub)
    return _screening(work, problems, days, said, left_out, names or {})


def _refusal(name: str, problems: Sequence[BrokenRow]) -> RequestError:
    first = problems[0]
    return RequestError(
        first.reason,
        where=f"{name}, row {first.row}; {len(problems):,} rows in all cannot be read",
        why="with --strict every row has to be readable",
        hint="correct the rows, or leave --strict out: they are then reported apart",
    )


def _mark(name: str) -> str:
    sign = f's."{name}"'
    return (
        f"CASE WHEN s.row IS NULL OR {sign} IS NULL THEN '{NOT_APPLICABLE}' "
        f"WHEN {sign} THEN '{YES}' ELSE '{NO}' END AS \"{name}\""
    )


def _count() -> str:
    terms = " + ".join(f'coalesce(s."{name}", false)::INTEGER' for name in SIGNS)
    return f"CASE WHEN s.row IS NOT NULL THEN {terms} END"


# What comes out


def entry_words(one: MetEntry) -> str:
    """Return how a table names an entry: annex or schedule, part, whether in part, and why."""
    entry = one.entry
    if entry is None:
        return one.reason
    head, comma, _ = one.of.title.partition(", ")
    parts = [head if comma and len(head) < 30 else one.of.short]
    if entry.part:
        part = one.of.part_title(entry.part)
        parts.append(f"{entry.part}: {part}" if part and part != entry.part else entry.part)
    # A part may be called what its entry is: aircraft and spacecraft.
    if entry.wording and not parts[-1].casefold().endswith(entry.wording.casefold()):
        parts.append(entry.wording)
    words = ", ".join(parts)
    if entry.ex:
        words += " (ex: a part of the code)"
    return f"{words}; {one.reason}" if one.reason and not entry.ex else words


def _screening(
    work: Work,
    problems: list[BrokenRow],
    days: tuple[date, date] | None,
    said: str,
    left_out: list[str],
    names: Mapping[str, str],
) -> Screening:
    import pyarrow as pa

    _put_entries(work)
    codes = sorted({key[0] for key in work.codes.values()})
    put(
        work, "goods",
        {
            "digits": (codes, pa.string()),
            "name": ([names.get(one[:6], "") for one in codes], pa.string()),
        },
    )  # fmt: skip
    table = _table(work, problems)
    sums = Counter(dict.fromkeys(STATUSES, 0))
    sums.update(dict(work.db.execute("SELECT grade, count(*) FROM firsts GROUP BY 1").fetchall()))
    [(readable,)] = work.db.execute("SELECT count(*) FROM lines WHERE problem = ''").fetchall()
    # Lines that no list binds have no row in `firsts`.
    sums[NO_LIST] = readable - sum(sums[one] for one in (LISTED, PART, NOT_KNOWN, NOT_LISTED))
    sums[UNREADABLE] = len(problems)
    columns = work.shipments.columns
    return Screening(
        shipments=work.shipments,
        lines=readable + len(problems),
        table=table,
        sums=dict(sums),
        matrix=tuple(_matrix(work)),
        problems=tuple(problems),
        notes=tuple(work.notes),
        screened_on=work.today,
        days=days,
        currency=_currency(work),
        nomenclature=said,
        regimes=work.regimes,
        left_out=tuple(left_out),
        used={role: columns[place] for role, place in work.places.items()} | work.fixed,
        unused=tuple(one for at, one in enumerate(columns) if at not in work.places.values()),
    )


def _put_entries(work: Work) -> None:
    import pyarrow as pa

    text, day = pa.string(), pa.date32()
    rows = []
    for one in work.entries:
        entry = one.entry
        # The amending act that brought the entry, or else the act of the list.
        act = next((text for text in one.of.act.texts if entry and text.id == entry.act), None)
        rows.append(
            (
                entry_words(one),
                entry.code if entry else "",
                entry.starts if entry else None,
                entry.wind_down if entry else None,
                act.title if act else one.of.act.title,
                act.url if act else one.of.act.url,
            )
        )
    names = ("words", "code", "since", "wind_down", "act", "url")
    columns = columns_of(names, (text, text, day, day, text, text), rows)
    columns["entry"] = (range(len(rows)), pa.int32())
    put(work, "entries", columns)
    regimes = [(one.jurisdiction, one.direction) for one in work.regimes]
    table = columns_of(("jurisdiction", "direction"), (text, text), regimes)
    table["regime"] = (range(len(regimes)), pa.int32())
    put(work, "regimes", table)


def _table(work: Work, problems: Sequence[BrokenRow]) -> pa.Table:
    """Return the program's columns, hits first, with the columns of the file behind them."""
    import pyarrow as pa

    areas = sorted(
        {
            code
            for column in ("dispatch", "destination")
            for (code,) in work.db.execute(f"SELECT DISTINCT {column} FROM lines").fetchall()
            if code
        }
    )
    text = pa.string()
    put(work, "names", {"area": (areas, text), "name": ([area_name(one) for one in areas], text)})
    broken = [(one.row, f"{one.reason}: {one.text}") for one in work.shipments.broken]
    put(work, "broken", columns_of(("row", "problem"), (pa.int64(), text), broken))
    words = " ".join(f"WHEN {grade} THEN '{status}'" for grade, status in STATUSES.items())
    national = "a code of chapter 98 or 99 does not say which goods"
    also = (
        "(SELECT string_agg(g.jurisdiction || ' ' || g.direction, ', ') FROM regimes g "
        "WHERE list_contains(f.also, g.regime) AND g.regime <> f.regime)"
    )
    keep(
        work.db,
        "more",
        f"""
        SELECT f.row, concat_ws('; ', nullif(concat_ws(' ',
                string_agg(
                    CASE WHEN split_part(e.words, '{_POSSIBLE}', 1)
                            = split_part(a.words, '{_POSSIBLE}', 1) THEN ''
                        ELSE split_part(e.words, '{_POSSIBLE}', 1) || ' ' END || e.code
                    || CASE WHEN contains(e.words, '{_POSSIBLE}')
                            AND NOT contains(a.words, '{_POSSIBLE}') THEN ' (possible)'
                        ELSE '' END, ', ' ORDER BY e.entry)
                    FILTER (e.entry <> f.entry
                        AND list_position(f.entries, e.entry) <= {_SHOWN + 1}),
                CASE WHEN len(f.entries) > {_SHOWN + 1}
                    THEN 'and ' || (len(f.entries) - {_SHOWN + 1}) || ' more' END), ''),
                {also}) AS words
        FROM firsts f LEFT JOIN entries e ON list_contains(f.entries, e.entry)
            LEFT JOIN entries a ON f.entry = a.entry
        WHERE f.grade <= {NOT_KNOWN} AND (len(f.entries) > 1 OR len(f.also) > 1)
        GROUP BY f.row, f.also, f.regime, f.entries
        """,
    )
    # IS NOT DISTINCT FROM, as most lines name no origin (null). The order is one number in place of
    # five keys: grade, Russia first, most signs, oldest, row; each factor exceeds what is below it.
    query = f"""
        SELECT l.row, l.day AS "date", l.digits AS code, nullif(g.name, '') AS goods,
            d.name AS "from", t.name AS "to", nullif(l.via, '') AS route,
            nullif(l.consignee, '') AS consignee, l.value, l.mass AS mass_kg,
            rg.jurisdiction, rg.direction, CASE l.grade {words} END AS status,
            nullif(concat_ws('; also ',
                CASE WHEN l.problem <> '' THEN l.problem
                    WHEN e.words IS NOT NULL THEN e.words
                    WHEN l.national AND l.grade = {NOT_KNOWN} THEN '{national}'
                    WHEN l.grade = {NOT_KNOWN} AND l.why IS NOT NULL THEN l.why
                    WHEN l.grade = {NO_LIST} AND l.needs <> ''
                    THEN l.needs || ': no list loaded' END
                || CASE WHEN l.undated AND l.grade = {NOT_KNOWN} THEN '; no date in this row'
                    ELSE '' END, nullif(l.more, '')), '') AS entry,
            e.code AS listed_code, e.since AS listed_since, e.wind_down, e.act, e.url,
            l.signs, "P", "H", "N", "R", "V", l.grade
        FROM (
            SELECT l.*, f.regime, f.why, f.entry, f.national, m.words AS more, k.needs,
                CASE WHEN l.problem <> '' THEN {UNREADABLE} ELSE coalesce(f.grade, {NO_LIST}) END
                    AS grade,
                {_count()} AS signs, {", ".join(map(_mark, SIGNS))}
            FROM lines l LEFT JOIN firsts f ON l.row = f.row LEFT JOIN more m ON l.row = m.row
            LEFT JOIN signs s ON l.row = s.row
            LEFT JOIN (SELECT r.*, k.needs FROM routes r JOIN facts k USING (route_id)
                WHERE k.needs <> '') k ON l.dispatch = k.dispatch AND
                l.destination = k.destination AND l.origin IS NOT DISTINCT FROM k.origin
                AND l.via = k.via
        ) l
        LEFT JOIN regimes rg ON l.regime = rg.regime
        LEFT JOIN entries e ON l.entry = e.entry
        LEFT JOIN goods g ON l.digits = g.digits
        LEFT JOIN names d ON l.dispatch = d.area
        LEFT JOIN names t ON l.destination = t.area
        UNION ALL BY NAME
        SELECT row, problem AS entry, '{STATUSES[UNREADABLE]}' AS status, {UNREADABLE} AS grade
        FROM broken
        ORDER BY (((grade::BIGINT * 2 + ("to" IS DISTINCT FROM 'Russia')::BIGINT) * 8
            + (7 - coalesce(signs, 0))) * 65536
            + coalesce(date_diff('day', DATE '1980-01-01', "date"), 65535)) * 4294967296 + row
    """
    return _with_cells(work, work.db.sql(query).to_arrow_table())


def _with_cells(work: Work, made: pa.Table) -> pa.Table:
    """Add the columns of the file, under names that differ from the program's."""
    import pyarrow.compute as pc

    cells = work.shipments.cells
    # Where each sorted row is in the file: rows are numbered as in a spreadsheet, not from zero.
    order = pc.index_in(made["row"], cells["row"].combine_chunks())
    ordered = cells.drop_columns(["row"]).take(order)
    # Folded: DuckDB and spreadsheets do not distinguish names by capitals.
    known = {name.casefold() for name in made.column_names}
    for place, name in enumerate(work.shipments.columns):
        own = f"{name} (file)" if name.casefold() in known else name
        made = made.append_column(own, ordered.column(f"c{place}"))
    return made


def _matrix(work: Work) -> Iterator[MatrixRow]:
    counted: dict[int, dict[int, int]] = {}
    rows = work.db.execute("SELECT regime, grade, count(*) FROM results GROUP BY ALL").fetchall()
    for place, grade, count in rows:
        counted.setdefault(place, {})[grade] = count
    for place, regime in enumerate(work.regimes):
        counts = {grade: counted.get(place, {}).get(grade, 0) for grade in (1, 2, 3, 4)}
        until = "fragments only" if regime.only_fragments else day_text(regime.read_until)
        # A list of the user's own has no last text, and is complete by definition.
        if regime.read_until == date.max:
            until = "your list"
        yield MatrixRow(regime.jurisdiction, regime.direction, counts, until, regime)
    rows = work.db.execute(
        "SELECT k.needs, count(*) FROM lines l JOIN routes r ON l.dispatch = r.dispatch AND "
        "l.destination = r.destination AND l.origin IS NOT DISTINCT FROM r.origin AND "
        "l.via = r.via JOIN facts k USING (route_id) WHERE k.needs <> '' AND l.problem = '' "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    for needs, count in rows:
        name, _, words = (
            needs.partition(" export") if " export" in needs else needs.partition(" import")
        )
        direction = ("export" if " export" in needs else "import") + words
        lines = f"{count:,} line{'' if count == 1 else 's'}"
        yield MatrixRow(name, direction, {}, f"no list loaded ({lines})")


def _currency(work: Work) -> str:
    """Return what values are in, if the file says it for all of them."""
    if "value" not in work.places:
        return ""
    if "currency" in work.places:
        currencies = {text.upper() for text in distinct(work, "currency") if text}
        return currencies.pop() if len(currencies) == 1 else ""
    return currency_of(work.shipments.columns[work.places["value"]])
