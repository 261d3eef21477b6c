"""What is known of each line of a file before a list is opened: its texts, read once each.

Every different text of a column is read once, in Python, and lines are joined to what it means in
DuckDB. So a million lines cost little more than their different texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures.screening.cells import (
    DayOrder,
    ReadDays,
    country_of,
    editions_of,
    read_amounts,
    read_code,
    read_days,
)
from entrepot.figures.screening.read import BrokenRow, Shipments
from entrepot.goods.editions import NATIONAL, require_code, without_filling
from entrepot.goods.own import LONGEST
from entrepot.goods.screening import TARIFF_OF, Regime, tariff_home
from entrepot.model.areas import area_set
from entrepot.model.display import agreed, first_of
from entrepot.model.product import EDITIONS, TARIFFS, harmonized
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from entrepot.goods import GoodsList, ListEntry

__all__ = [
    "MetEntry",
    "Work",
    "columns_of",
    "distinct",
    "edition_sql",
    "load",
    "make_lines",
    "problems_of",
    "put",
    "read_areas",
    "read_codes",
    "read_dates",
    "read_numbers",
    "tariff_of",
]


@dataclass
class Work:
    """What is known of a file while it is screened."""

    shipments: Shipments
    db: duckdb.DuckDBPyConnection
    places: dict[str, int]
    fixed: dict[str, str]
    regimes: tuple[Regime, ...]
    today: date
    notes: list[str] = field(default_factory=list)
    codes: dict[int, tuple[str, str, str, bool]] = field(default_factory=dict)
    entries: list[MetEntry] = field(default_factory=list)
    seen: dict[tuple[Any, ...], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetEntry:
    """An entry of a list as a line meets it; without one, a list that cannot be compared."""

    of: GoodsList
    entry: ListEntry | None
    reason: str


def columns_of(
    names: Sequence[str], kinds: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> dict[str, tuple[Sequence[Any], Any]]:
    """Return rows as columns with their types, for `put`."""
    return {
        name: ([row[place] for row in rows], kind)
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    }


def load(work: Work) -> None:
    """Make a table of texts of the columns that are needed."""
    # Columns are c0, c1 ... in SQL: names of a stranger's file never become part of a query.
    work.db.register("cells", work.shipments.cells)
    texts = {
        role: f"trim(coalesce(CAST(c{place} AS VARCHAR), ''))"
        for role, place in work.places.items()
    }
    for role in (
        "code", "date", "from", "to", "origin", "via", "consignee", "value", "mass", "description",
    ):  # fmt: skip
        # Safe as a literal: what is fixed is a code of a country or a day, see `columns_for`.
        texts.setdefault(role, f"'{work.fixed.get(role, '')}'")
    if "currency" in work.places:
        texts["currency"] = f"trim(CAST(c{work.places['currency']} AS VARCHAR))"
    columns = ", ".join(f'{text} AS "{role}"' for role, text in texts.items())
    cells = [f"c{place}" for place in range(len(work.shipments.columns))]
    # Blank rows, common below a table in a spreadsheet, are no shipments and no errors.
    blank = " AND ".join(f"coalesce(trim(CAST({cell} AS VARCHAR)), '') = ''" for cell in cells)
    keep(work.db, "texts", f"SELECT row, {columns} FROM cells WHERE NOT ({blank})")
    [(rows,)] = work.db.execute("SELECT count(*) FROM texts").fetchall()
    if not rows and not work.shipments.broken:
        raise NoEvidenceError(
            "the file has no shipment", where=work.shipments.name, hint="check the file"
        )


def distinct(work: Work, role: str) -> list[str]:
    """Return the different texts of a column."""
    rows = work.db.execute(f'SELECT DISTINCT "{role}" FROM texts ORDER BY 1').fetchall()
    return [text for (text,) in rows]


def put(work: Work, name: str, columns: dict[str, tuple[Sequence[Any], Any]]) -> None:
    """Keep a small table of Python's."""
    import pyarrow as pa

    made = pa.table({key: pa.array(list(cells), kind) for key, (cells, kind) in columns.items()})
    work.db.register(f"{name}_of_python", made)
    keep(work.db, name, f"SELECT * FROM {name}_of_python")
    # Copied first: a registered table is only looked at, and has to live as long as the name.
    work.db.unregister(f"{name}_of_python")


def read_dates(work: Work, order: DayOrder | None) -> tuple[date, date] | None:
    """Read the dates of the file; return the first and the last."""
    import pyarrow as pa

    # A time of day makes every text another one.
    work.db.execute(
        "UPDATE texts SET \"date\" = regexp_replace(\"date\", '[T ]00:00(:00)?(\\.0+)?$', '')"
        " WHERE \"date\" LIKE '%00:00%'"
    )
    texts = [text for text in distinct(work, "date") if text]
    read = read_days(texts, order)
    put(
        work,
        "days",
        {
            "text": (texts, pa.string()),
            "day": ([read.days[text] for text in texts], pa.date32()),
            "problem": ([read.problems.get(text, "") for text in texts], pa.string()),
        },
    )
    _note_days(work, read)
    known = [day for day in read.days.values() if day]
    return (min(known), max(known)) if known else None


def _note_days(work: Work, read: ReadDays) -> None:
    if read.order:
        first = {"DMY": "day", "MDY": "month", "YMD": "year"}[read.order]
        why = "as given" if read.because == "as given" else f"{read.because} can be nothing else"
        work.notes.append(f"Dates with slashes have the {first} first: {why}.")
    if read.as_numbers:
        work.notes.append(
            f"{agreed(read.as_numbers, 'date is a number', 'dates are numbers')} of days, as "
            "spreadsheets keep them (1900 system)."
        )
    if "date" not in work.places and "date" not in work.fixed:
        work.notes.append(
            "No column with dates: screened on the day of screening, so no status is certain."
        )


def read_areas(work: Work) -> None:
    """Read the countries of each line."""
    import pyarrow as pa

    for role in ("from", "to", "origin"):
        texts = distinct(work, role)
        codes = [country_of(text) if text else None for text in texts]
        put(
            work, f"{role}_areas",
            {"text": (texts, pa.string()), "area": (codes, pa.string())},
        )  # fmt: skip


def tariff_of(work: Work, national: str) -> tuple[str, str]:
    """Return whose tariff longer codes are of, empty if it is not known, and what to say of it."""
    if national:
        letters = national.rstrip("0123456789")
        if letters in TARIFFS or letters == "HS":
            # Raises for a year or edition that there is not.
            if national != letters:
                harmonized(national)
            return (
                letters,
                national if national != letters else f"{national} of the year of each date",
            )
        known = [*TARIFFS, *(one.id for one in EDITIONS)]
        raise UnknownNameError(
            "nomenclature", national, known, hint=f"such as {', '.join(known[:9])}"
        )
    rows = work.db.execute(
        'SELECT DISTINCT f.area, t.area FROM texts x JOIN from_areas f ON x."from" = f.text '
        'JOIN to_areas t ON x."to" = t.text WHERE f.area IS NOT NULL AND t.area IS NOT NULL'
    ).fetchall()
    union = area_set("EU", work.today)
    # By side, the tariffs of all its countries: {"EU"} if all lines leave the Union.
    sides = zip(*rows, strict=True) if rows else ()
    homes = [{tariff_home(code, union) for code in side} for side in sides]
    single = [one for side in homes if len(side) == 1 for one in side if one]
    # If both sides are of one tariff each, nothing shows which one the codes are of.
    if len(single) == 1:
        tariff = TARIFF_OF[single[0]]
        return tariff, f"{tariff}, the tariff of the one side that all lines share"
    return "", "six digits; longer codes only as far as all tariffs agree"


def edition_sql(work: Work, national: str) -> str:
    """Return SQL for the edition in force on the date of a line, or the one that was told."""
    if national and national[-1].isdigit():
        return f"'{harmonized(national).id}'"
    # CASE takes the first that fits: reversed, as EDITIONS are oldest first.
    newest_first = [f"WHEN {_DAY} >= DATE '{one.in_force}' THEN '{one.id}'" for one in EDITIONS]
    return f"CASE {' '.join(reversed(newest_first))} END".replace("TODAY", f"'{work.today}'")


_DAY = "coalesce(d.day, DATE TODAY)"


def read_codes(work: Work, tariff: str, edition: str) -> None:
    """Read each code in the edition of its date, or in one that has it."""
    import pyarrow as pa

    rows = work.db.execute(
        f"SELECT DISTINCT x.code, {edition} AS wanted FROM texts x "
        'LEFT JOIN days d ON x."date" = d.text ORDER BY 1, 2'
    ).fetchall()
    longest = LONGEST.get(tariff, 10)
    # A text occurs with each edition of its dates, but reads the same in all.
    read = {text: read_code(text, longest) for text in {text for text, _ in rows}}
    found = []
    for text, wanted in rows:
        one = read[text]
        used, other, problem = wanted, "", one.problem
        if one.digits:
            used, other = _edition_for(one.digits, wanted)
            problem = _refused(one.digits, used)
        key = (one.digits, used, other, one.is_partial)
        found.append((text, wanted, problem, key))
    keys = {key: place for place, key in enumerate(dict.fromkeys(row[3] for row in found))}
    work.codes = {place: key for key, place in keys.items() if key[0]}
    text, number = pa.string(), pa.int32()
    put(
        work,
        "codes",
        {
            "text": ([row[0] for row in found], text),
            "wanted": ([row[1] for row in found], text),
            "problem": ([row[2] for row in found], text),
            "digits": ([row[3][0] for row in found], text),
            "edition": ([row[3][1] for row in found], text),
            "code_id": ([keys[row[3]] for row in found], number),
        },
    )
    if mended := [one.mended for one in read.values() if one.mended]:
        work.notes.append(
            f"Leading zero restored in {len(mended)} of the codes: {first_of(mended, 3)}."
        )
    if cut := [text for text, one in read.items() if one.is_cut]:
        work.notes.append(
            "Codes of 9 digits, or of more than 10, are compared by their first six digits: "
            f"{first_of(cut, 3)}."
        )
    if others := sorted({row[3][2] for row in found if row[3][2]}):
        work.notes.append(f"Codes of another HS edition: {first_of(others, 3)}.")


def _refused(digits: str, edition: str) -> str:
    """Say why a code cannot be compared with lists; empty if it can."""
    if digits.startswith(NATIONAL):
        return ""
    try:
        require_code(without_filling(digits, edition)[:6], edition)
    except RequestError as error:
        return error.what
    return ""


def _edition_for(digits: str, wanted: str) -> tuple[str, str]:
    """Return the edition to read a code in, and why it is not the one wanted; empty if it is."""
    if digits.startswith(NATIONAL):
        return wanted, ""
    there = editions_of(digits)
    if wanted in there or not there:
        return wanted, ""
    year = int(wanted[2:])
    # Of two editions equally near in time, the later one.
    near = min(there, key=lambda one: (abs(int(one[2:]) - year), -int(one[2:])))
    return near, f"{digits[:6]} is a code of {near}, not of {wanted}"


def read_numbers(work: Work) -> None:
    """Read values and masses; what cannot be read is missing, and said."""
    import pyarrow as pa

    for role in ("value", "mass"):
        if _are_plain(work, role):
            continue
        texts = distinct(work, role)
        read = read_amounts(text for text in texts if text)
        numbers = [read.numbers.get(text) for text in texts]
        put(
            work, f"{role}_amounts",
            {"text": (texts, pa.string()), "amount": (numbers, pa.float64())},
        )  # fmt: skip
        if bad := [text for text in texts if text and read.numbers[text] is None]:
            marks = ", ".join("?" for _ in bad)
            query = f'SELECT count(*) FROM texts WHERE "{role}" IN ({marks})'
            [(lines,)] = work.db.execute(query, bad).fetchall()
            work.notes.append(
                f"{agreed(lines, 'line has', 'lines have')} a {role} that is no number "
                f"({first_of(bad, 2)}), screened without it."
            )


def _are_plain(work: Work, role: str) -> bool:
    """Have the engine read amounts that can mean one thing only, which are as many as lines."""
    # A point with one, two or four and more digits behind it, anywhere in the column, is a sign of
    # decimals. 1.234 alone can be thousands, and is left to `read_amounts`.
    [(odd, decimals)] = work.db.execute(
        f"""SELECT count_if("{role}" <> ''
            AND NOT regexp_full_match("{role}", '[+-]?\\d+(\\.\\d+)?')),
        count_if(regexp_matches("{role}", '\\.(\\d{{1,2}}|\\d{{4,}})$')) FROM texts"""
    ).fetchall()
    [(points,)] = work.db.execute(
        f"""SELECT count_if(contains("{role}", '.')) FROM texts"""
    ).fetchall()
    if odd or (points and not decimals):
        return False
    keep(
        work.db,
        f"{role}_amounts",
        f'SELECT DISTINCT "{role}" AS text, '
        f"TRY_CAST(nullif(\"{role}\", '') AS DOUBLE) AS amount FROM texts",
    )
    return True


def make_lines(work: Work, edition: str) -> None:
    """Join the lines with what their texts mean, and say what cannot be read of each."""
    wrong = [
        f"""CASE WHEN x."{role}" = '' THEN '{words} missing' WHEN {role}_areas.area IS NULL
        THEN '{words} not recognised: “' || left(x."{role}", 30) || '”' END"""
        for role, words in (("from", "country of dispatch"), ("to", "destination"))
    ]
    keep(
        work.db,
        "lines",
        f"""
        SELECT x.row, c.digits, c.edition, c.code_id, d.day, {_DAY} AS on_day,
            x."date" = '' AS undated,
            from_areas.area AS dispatch, to_areas.area AS destination, o.area AS origin,
            x.via, x.consignee, x.description, v.amount AS value, m.amount AS mass,
            concat_ws('; ', nullif(c.problem, ''), nullif(d.problem, ''), {", ".join(wrong)},
                CASE WHEN x.origin <> '' AND o.area IS NULL THEN
                'country of origin not recognised: “' || left(x.origin, 30) || '”' END) AS problem
        FROM texts x
        LEFT JOIN days d ON x."date" = d.text
        JOIN codes c ON x.code = c.text AND c.wanted = {edition}
        JOIN from_areas ON x."from" = from_areas.text
        JOIN to_areas ON x."to" = to_areas.text
        JOIN origin_areas o ON x.origin = o.text
        JOIN value_amounts v ON x.value = v.text
        JOIN mass_amounts m ON x.mass = m.text
        """.replace("TODAY", f"'{work.today}'"),
    )


def problems_of(work: Work) -> list[BrokenRow]:
    """Return the rows that cannot be read, by number."""
    cells = [f"CAST(c{place} AS VARCHAR)" for place in range(len(work.shipments.columns))]
    rows = work.db.execute(
        f"SELECT row, problem, concat_ws(';', {', '.join(cells)}) FROM lines JOIN cells "
        "USING (row) WHERE problem <> ''"
    ).fetchall()
    found = [*work.shipments.broken, *(BrokenRow(*row) for row in rows)]
    return sorted(found, key=lambda one: one.row)
