"""Screen a list of shipments: every line against every list that binds it, by sets in DuckDB."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.errors import RequestError
from entrepot.figures.screening.heads import currency_of
from entrepot.figures.screening.lines import (
    MetEntry,
    Work,
    columns_of,
    load,
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
    RUSSIA,
    STATUSES,
    UNREADABLE,
    Regime,
    regimes_of,
)
from entrepot.model.areas import area_name
from entrepot.model.display import agreed, day_text
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from entrepot.figures.screening.cells import DayOrder
    from entrepot.goods import Links

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
    "R": "route via Russia or Belarus, or a free zone",
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
    made
        The program's columns, one row a line, hits first.
    at
        Where each of these lines is in the file.
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
    made: pa.Table = field(repr=False)
    at: pa.Array = field(repr=False)
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

    @property
    def table(self) -> pa.Table:
        """One row a line: the program's columns, then those of the file, hits first."""
        return self.rows(0, self.made.num_rows)

    def rows(self, start: int, count: int) -> pa.Table:
        """Return some rows of the table; columns of few values are dictionaries."""
        rows, at = self.made.slice(start, count), self.at.slice(start, count)
        # Folded: DuckDB and spreadsheets do not distinguish names by capitals.
        known = {name.casefold() for name in rows.column_names}
        for place, name in enumerate(self.shipments.columns):
            own = f"{name} (file)" if name.casefold() in known else name
            rows = rows.append_column(own, self.shipments.cells.column(f"c{place}").take(at))
        return rows


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
        If a column that is needed is not found, or with `strict` a row cannot be read: the message
        counts them.
    NoEvidenceError
        If the file has no row.
    """
    lists = [goods_list(name) for name in against] or list(goods_lists())
    regimes = regimes_of(lists, [one.id for one in lists] if against else ())
    places, fixed = columns_for(shipments, named or {})
    work = Work(shipments, connect(), places, fixed, regimes, today or date.today(), bool(against))
    work.notes += [*shipments.notes, *columns_said(shipments, places, fixed)]
    load(work)
    shipments = work.shipments  # what was read is not kept twice
    # In this order: the edition of a code depends on its date, and its tariff on the countries.
    days = read_dates(work, order)
    read_areas(work)
    tariff, said = tariff_of(work, nomenclature)
    read_codes(work, tariff, nomenclature)
    read_numbers(work)
    problems = problems_of(work)
    # Before any list is opened: an error costs little then.
    if strict and problems:
        raise _refusal(shipments.name, problems)
    find_routes(work)
    left_out = find_spans(work, tariff, links)
    find_results(work)
    signs = find_signs(work, is_hub)
    return _screening(work, signs, problems, days, said, left_out, names or {})


def _refusal(name: str, problems: Sequence[BrokenRow]) -> RequestError:
    first, count = problems[0], agreed(len(problems), "row", "rows")
    return RequestError(
        first.reason,
        where=f"{name}, row {first.row}; {count} in all cannot be read",
        why="with --strict every row has to be readable",
        hint="correct the rows, or leave --strict out: they are then reported apart",
    )


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
    signs: tuple[dict[str, NDArray[Any]], NDArray[Any]],
    problems: list[BrokenRow],
    days: tuple[date, date] | None,
    said: str,
    left_out: list[str],
    names: Mapping[str, str],
) -> Screening:
    _put_entries(work)
    _say_earlier(work)
    made, at = _table(work, signs, names)
    sums = Counter(dict.fromkeys(STATUSES, 0))
    rows = work.db.execute(
        "SELECT grade, sum(lines) FROM firsts JOIN counted USING (case_id) GROUP BY 1"
    ).fetchall()
    sums.update({grade: int(lines) for grade, lines in rows})
    readable = len(work.good)
    # Lines that no list binds have no row in `firsts`.
    sums[NO_LIST] = readable - sum(sums[one] for one in (LISTED, PART, NOT_KNOWN, NOT_LISTED))
    sums[UNREADABLE] = len(problems)
    columns = work.shipments.columns
    return Screening(
        shipments=work.shipments,
        lines=readable + len(problems),
        made=made,
        at=at,
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
    regimes = [(one.jurisdiction, one.direction, _lists_of(one, work)) for one in work.regimes]
    table = columns_of(("jurisdiction", "direction", "lists"), (text, text, text), regimes)
    table["regime"] = (range(len(regimes)), pa.int32())
    put(work, "regimes", table)


def _lists_of(regime: Regime, work: Work) -> str:
    """Return which lists a line that is on none of them is not on."""
    ids = f" ({', '.join(one.id for one in regime.lists)})" if work.are_chosen else ""
    return f"{regime.name}{ids}"


def _shown(work: Work) -> pa.Table:
    """Return what is shown of each case, by its number."""
    words = " ".join(f"WHEN {grade} THEN '{status}'" for grade, status in STATUSES.items())
    national = "a code of chapter 98 or 99 does not say which goods"
    also = (
        "(SELECT string_agg(g.jurisdiction || ' ' || g.direction, ', ') FROM regimes g "
        "WHERE list_contains(f.also, g.regime) AND g.regime <> f.regime)"
    )
    bound = (
        "(SELECT string_agg(g.lists, ', ' ORDER BY g.regime) FROM regimes g "
        "WHERE list_contains(l.bound_by, g.regime))"
    )
    keep(
        work.db,
        "more",
        f"""
        SELECT f.case_id, concat_ws('; ', nullif(concat_ws(' ',
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
        GROUP BY f.case_id, f.also, f.regime, f.entries
        """,
    )
    query = f"""
        SELECT CASE WHEN l.grade < {NO_LIST} THEN rg.jurisdiction END AS jurisdiction,
            CASE WHEN l.grade < {NO_LIST} THEN rg.direction END AS direction,
            CASE l.grade {words} END AS status,
            nullif(concat_ws('; ', nullif(concat_ws('; also ',
                nullif(concat_ws('; ', CASE WHEN e.words IS NOT NULL THEN e.words
                    WHEN l.national AND l.grade = {NOT_KNOWN} THEN '{national}'
                    WHEN l.grade = {NOT_KNOWN} AND l.why IS NOT NULL THEN l.why END,
                    CASE WHEN l.undated AND l.grade = {NOT_KNOWN} THEN 'no date in this row'
                    END), ''), nullif(m.words, '')), ''),
                CASE WHEN l.grade >= {NOT_KNOWN} AND l.needs <> ''
                    THEN l.needs || ': no list loaded' END,
                CASE WHEN l.grade >= {NOT_KNOWN} AND l.is_high
                    THEN 'the code is on the Common High Priority List' END,
                CASE WHEN l.grade >= {NOT_LISTED} THEN 'not on the lists for ' || {bound} END), '')
                AS entry,
            e.code AS listed_code, e.since AS listed_since, e.wind_down, e.act, e.url, l.grade
        FROM (
            SELECT v.case_id, f.regime, f.why, f.entry, f.national, c.undated, k.needs, f.bound_by,
                k.to_russia AND EXISTS (SELECT 1 FROM high h WHERE h.code_id = c.code_id
                    AND c.on_day BETWEEN h.first AND h.last) AS is_high,
                coalesce(f.grade, {NO_LIST}) AS grade
            FROM variants v JOIN cases c ON v.base = c.case_id JOIN facts k USING (route_id)
            LEFT JOIN firsts f ON v.case_id = f.case_id
        ) l
        LEFT JOIN more m ON l.case_id = m.case_id
        LEFT JOIN regimes rg ON l.regime = rg.regime
        LEFT JOIN entries e ON l.entry = e.entry
        ORDER BY l.case_id
    """
    return work.db.sql(query).to_arrow_table()


def _table(
    work: Work, signs: tuple[dict[str, NDArray[Any]], NDArray[Any]], names: Mapping[str, str]
) -> tuple[pa.Table, pa.Array]:
    """Return the program's columns, hits first, and where in the file each line is.

    Columns of few values are dictionaries, as a million lines name a few hundred entries.
    """
    import numpy as np
    import pyarrow as pa

    shown = _shown(work)
    # What cannot be read stands behind the cases, each reason once; then rows that are no lines.
    broken = work.shipments.broken
    said = dict.fromkeys(work.problem_of.values())
    said |= dict.fromkeys(f"{one.reason}: {one.text}" for one in broken)
    places = {problem: place for place, problem in enumerate(said, shown.num_rows)}
    unread = pa.table(
        {
            "status": pa.array([STATUSES[UNREADABLE]] * len(said), pa.string()),
            "entry": pa.array(list(said), pa.string()),
            "grade": pa.array([UNREADABLE] * len(said), shown.schema.field("grade").type),
        }
    )
    shown = pa.concat_tables([shown, unread], promote_options="default")
    case = np.append(work.case_of, [places[f"{one.reason}: {one.text}"] for one in broken])
    case = case.astype(np.int64)
    case[list(work.problem_of)] = [places[problem] for problem in work.problem_of.values()]
    row = np.append(work.cells["row"].to_numpy()[work.at], [one.row for one in broken])
    row = row.astype(np.int64)
    marks, applies = signs
    count = sum((found == 2).astype(np.int64) for found in marks.values())
    order = np.argsort(_ranks(work, shown, case, row, np.where(applies, count, 0)))

    def each(values: Sequence[Any] | pa.Array, of: NDArray[Any], kind: Any = None) -> pa.Array:
        """Return a column whose values are few, in order; rows that are no lines have none."""
        found = values if isinstance(values, pa.Array) else pa.array(values, kind or pa.string())
        found = found.dictionary_encode()
        of = np.append(of, np.full(len(row) - len(of), -1))[order]
        codes = np.append(found.indices.fill_null(-1).to_numpy(), -1)[of].astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), found.dictionary)

    def number(values: NDArray[Any]) -> pa.Array:
        values = np.append(values, np.full(len(broken), np.nan))[order]
        return pa.array(values, mask=np.isnan(values))

    def of_case(name: str) -> pa.Array:
        return each(shown[name].combine_chunks(), case)

    def place_names(role: str) -> pa.Array:
        areas = [area_name(one) if one else None for one in work.areas[role]]
        return each(areas, work.texts[role].of)

    def filled(role: str) -> pa.Array:
        return each([text or None for text in work.texts[role].texts], work.texts[role].of)

    goods = [names.get(one[:6]) or None for one in work.digits]
    made = pa.table(
        {
            "row": pa.array(row[order]),
            "date": each(work.days, work.texts["date"].of, pa.date32()),
            "code": each(work.digits, work.code_of),
            "goods": each(goods, work.code_of),
            "from": place_names("from"),
            "to": place_names("to"),
            "route": filled("via"),
            "consignee": filled("consignee"),
            "value": number(work.amounts["value"]),
            "mass_kg": number(work.amounts["mass"]),
        }
        | {name: of_case(name) for name in shown.column_names if name != "grade"}
        | {"signs": each(range(len(SIGNS) + 1), np.where(applies, count, -1), pa.int32())}
        | {name: each((NOT_APPLICABLE, NO, YES), found) for name, found in marks.items()}
        | {"grade": of_case("grade")}
    )
    at = np.append(work.at, np.full(len(broken), -1))[order]
    return made, pa.array(at, mask=at < 0)


def _ranks(
    work: Work, shown: pa.Table, case: NDArray[Any], row: NDArray[Any], signs: NDArray[Any]
) -> NDArray[Any]:
    """Return numbers that sort lines: grade, Russia first, most signs, oldest, row.

    Each factor exceeds what is below it.
    """
    import numpy as np

    lines = len(work.at)
    elsewhere = np.ones(len(row), np.int64)
    elsewhere[:lines] = np.array([one != RUSSIA for one in work.areas["to"]], bool)[
        work.texts["to"].of
    ]
    since = np.full(len(row), 65535)
    start = date(1980, 1, 1)
    days = [(day - start).days if day else 65535 for day in work.days]
    since[:lines] = np.array(days, np.int64)[work.texts["date"].of]
    few = np.full(len(row), 7)
    few[:lines] -= signs
    grade = shown["grade"].to_numpy().astype(np.int64)[case]
    ranks: NDArray[Any] = (((grade * 2 + elsewhere) * 8 + few) * 65536 + since) * 2**32 + row
    return ranks


def _matrix(work: Work) -> Iterator[MatrixRow]:
    counted: dict[int, dict[int, int]] = {}
    rows = work.db.execute(
        "SELECT regime, grade, sum(lines) FROM results JOIN counted USING (case_id) GROUP BY ALL"
    ).fetchall()
    for place, grade, count in rows:
        counted.setdefault(place, {})[grade] = int(count)
    for place, regime in enumerate(work.regimes):
        counts = {grade: counted.get(place, {}).get(grade, 0) for grade in (1, 2, 3, 4)}
        until = "fragments only" if regime.only_fragments else day_text(regime.read_until)
        # A list of the user's own has no last text, and is complete by definition.
        if regime.read_until == date.max:
            until = "your list"
        yield MatrixRow(regime.jurisdiction, regime.direction, counts, until, regime)
    rows = work.db.execute(
        "SELECT k.needs, sum(n.lines)::BIGINT FROM counted n JOIN variants v USING (case_id) "
        "JOIN cases c ON v.base = c.case_id JOIN facts k USING (route_id) "
        "WHERE k.needs <> '' AND n.lines > 0 GROUP BY 1 ORDER BY 1"
    ).fetchall()
    for needs, count in rows:
        name, _, words = (
            needs.partition(" export") if " export" in needs else needs.partition(" import")
        )
        direction = ("export" if " export" in needs else "import") + words
        lines = f"{count:,} line{'' if count == 1 else 's'}"
        yield MatrixRow(name, direction, {}, f"no list loaded ({lines})")


def _say_earlier(work: Work) -> None:
    """Say which rules began after lines that none binds: the answer is another one later."""
    rows = work.db.execute(
        "SELECT a.regime, a.first, sum(n.lines)::BIGINT FROM counted n JOIN variants v "
        "USING (case_id) JOIN cases c ON v.base = c.case_id JOIN applies a "
        "ON c.route_id = a.route_id AND c.on_day < a.first AND NOT c.undated "
        "WHERE n.lines > 0 AND v.case_id NOT IN (SELECT case_id FROM firsts) "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for place, first, count in rows:
        work.notes.append(
            f"{work.regimes[place].name}: it binds these routes from {day_text(first)} on; "
            f"{count:,} line{' is' if count == 1 else 's are'} earlier."
        )


def _currency(work: Work) -> str:
    """Return what values are in, if the file says it for all of them."""
    if "value" not in work.places:
        return ""
    if "currency" in work.places:
        currencies = {text.upper() for text in work.texts["currency"].texts if text}
        return currencies.pop() if len(currencies) == 1 else ""
    return currency_of(work.shipments.columns[work.places["value"]])
