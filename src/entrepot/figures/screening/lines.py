"""What is known of each line of a file before a list is opened: its texts, read once each.

Every different text of a column is read once, in Python, and lines are joined to what it means in
DuckDB. So a million lines cost little more than their different texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
from entrepot.goods.links import require_code, without_filling
from entrepot.goods.own import LONGEST
from entrepot.goods.screening import TARIFF_OF, Regime, tariff_home
from entrepot.model.areas import area_set
from entrepot.model.display import agreed, first_of
from entrepot.model.product import EDITIONS, NATIONAL, TARIFFS, harmonized
from entrepot.sources.table.draft.seen import TOTALS
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

    from entrepot.goods import GoodsList, ListEntry


@dataclass(frozen=True, slots=True)
class Texts:
    """The different texts of a column in their order, and which of them each line has."""

    texts: list[str]
    of: NDArray[Any]


@dataclass
class Work:
    """What is known of a file while it is screened; arrays have one element a line.

    Attributes
    ----------
    shipments
        The file, its columns of few texts as dictionaries.
    at
        Places of the lines in it, without blank rows.
    codes
        Digits, edition, why it is not the edition wanted, and whether in part, by number of a code.
    doubts
        Why it is not certain that lines mean a code, by its number.
    code_of, route_of, case_of
        Number of the code, the route and the case of each line; a case is a code on a route between
        two days on which something changes. Lines that cannot be read have no route and no case.
    are_chosen
        Whether somebody named the lists, so that they are not all that are loaded.
    problem_of
        Why a line cannot be read, by its place.
    """

    shipments: Shipments
    db: duckdb.DuckDBPyConnection
    places: dict[str, int]
    fixed: dict[str, str]
    regimes: tuple[Regime, ...]
    today: date
    are_chosen: bool
    notes: list[str] = field(default_factory=list)
    codes: dict[int, tuple[str, str, str, bool]] = field(default_factory=dict)
    doubts: dict[int, str] = field(default_factory=dict)
    entries: list[MetEntry] = field(default_factory=list)
    seen: dict[tuple[Any, ...], int] = field(default_factory=dict)
    at: NDArray[Any] = field(init=False)
    texts: dict[str, Texts] = field(default_factory=dict)
    days: list[date | None] = field(default_factory=list)
    day_problems: list[str] = field(default_factory=list)
    areas: dict[str, list[str | None]] = field(default_factory=dict)
    amounts: dict[str, NDArray[Any]] = field(default_factory=dict)
    digits: list[str] = field(default_factory=list)
    code_of: NDArray[Any] = field(init=False)
    problem_of: dict[int, str] = field(default_factory=dict)
    good: NDArray[Any] = field(init=False)
    routes: list[tuple[str, str, str, str]] = field(default_factory=list)
    route_of: NDArray[Any] = field(init=False)
    case_of: NDArray[Any] = field(init=False)

    @property
    def cells(self) -> pa.Table:
        """The file, a column each and the number of each row."""
        return self.shipments.cells


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


_FEW = ("code", "date", "from", "to", "origin", "via", "consignee", "currency")
"""Columns of few texts, each of which is read once."""


def load(work: Work) -> None:
    """Find the different texts of the columns that are needed, and the lines that are not blank."""
    import numpy as np

    cells = work.cells
    for role, place in work.places.items():
        if role in _FEW:
            column = _encoded(cells.column(place))
            cells = cells.set_column(place, f"c{place}", column)
            work.texts[role] = _texts_of(work, column, role)
    # In one piece, out of which rows are taken in another order many times as fast.
    work.shipments = replace(work.shipments, cells=cells.combine_chunks())
    # Columns are c0, c1 ... in SQL: names of a stranger's file never become part of a query.
    work.db.register("cells", work.cells)
    work.at = np.arange(work.cells.num_rows)
    empty = [place for place, text in enumerate(work.texts["code"].texts) if not text]
    # Blank rows, common below a table in a spreadsheet, are no shipments and no errors.
    maybe = np.flatnonzero(np.isin(work.texts["code"].of, empty))
    if len(maybe):
        work.db.register("maybe", work.cells.take(maybe).append_column("n", [maybe]))
        cells = [f"c{place}" for place in range(len(work.shipments.columns))]
        blank = " AND ".join(f"coalesce(trim(CAST({one} AS VARCHAR)), '') = ''" for one in cells)
        rows = work.db.execute(f"SELECT n FROM maybe WHERE {blank}").fetchnumpy()["n"]
        work.at = np.delete(work.at, rows)
        work.texts = {role: Texts(one.texts, one.of[work.at]) for role, one in work.texts.items()}
    if not len(work.at) and not work.shipments.broken:
        raise NoEvidenceError(
            "the file has no shipment", where=work.shipments.name, hint="check the file"
        )
    for role in _FEW:
        fixed = Texts([work.fixed.get(role, "")], np.zeros(len(work.at), np.int32))
        work.texts.setdefault(role, fixed)


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return column.unify_dictionaries().combine_chunks()


def _texts_of(work: Work, column: pa.DictionaryArray, role: str) -> Texts:
    import numpy as np
    import pyarrow as pa

    found = column.dictionary
    text = "trim(CAST(cell AS VARCHAR))"
    if role == "date":  # a time of day makes every text another one
        text = f"regexp_replace({text}, '[T ]00:00(:00)?(\\.0+)?$', '')"
    work.db.register("different", pa.table({"n": range(len(found)), "cell": found}))
    rows = work.db.execute(f"SELECT coalesce({text}, '') FROM different ORDER BY n").fetchall()
    # A missing cell is an empty text, whose place is behind all others.
    read = [*(one for (one,) in rows), ""]
    texts = sorted(set(read))
    places = {one: place for place, one in enumerate(texts)}
    known = np.array([places[one] for one in read], np.int32)
    return Texts(texts, known[column.indices.fill_null(len(found)).to_numpy()])


def different(numbers: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the different numbers in order, and the place among them of each."""
    import numpy as np
    import pyarrow as pa

    # By hashing: a sort of all takes many times as long.
    found = pa.array(numbers).dictionary_encode()
    values = found.dictionary.to_numpy()
    order = np.argsort(values)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    return values[order], rank[found.indices.to_numpy()]


def put(
    work: Work, name: str, columns: Mapping[str, tuple[Sequence[Any] | NDArray[Any], Any]]
) -> None:
    """Keep a small table of Python's."""
    import pyarrow as pa

    made = pa.table({key: pa.array(cells, kind) for key, (cells, kind) in columns.items()})
    work.db.register(f"{name}_of_python", made)
    keep(work.db, name, f"SELECT * FROM {name}_of_python")
    # Copied first: a registered table is only looked at, and has to live as long as the name.
    work.db.unregister(f"{name}_of_python")


def read_dates(work: Work, order: DayOrder | None) -> tuple[date, date] | None:
    """Read the dates of the file; return the first and the last."""
    texts = work.texts["date"].texts
    read = read_days([text for text in texts if text], order)
    work.days = [read.days.get(text) for text in texts]
    work.day_problems = [read.problems.get(text, "") for text in texts]
    _note_days(work, read)
    known = [day for day in read.days.values() if day]
    return (min(known), max(known)) if known else None


def days_of(work: Work) -> NDArray[Any]:
    """Return the number of the day of each text with a date; without one, of the screening."""
    import numpy as np

    return np.array([(day or work.today).toordinal() for day in work.days], np.int64)


def _note_days(work: Work, read: ReadDays) -> None:
    if read.order:
        first = {"DMY": "day", "MDY": "month", "YMD": "year"}[read.order]
        why = "as given" if read.because == "as given" else f"{read.because} can be nothing else"
        work.notes.append(f"Dates with slashes have the {first} first: {why}.")
    if both := read.ambiguous:
        shown = f"{read.because} show both orders" if read.because else "no other date shows which"
        work.notes.append(
            f"Lines with {agreed(len(both), 'date that', 'dates that')} could be two days, such "
            f"as {both[0]}, are not readable, because {shown}. Say whether the day or the month "
            "comes first (--dates DMY or --dates MDY)."
        )
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
    for role in ("from", "to", "origin"):
        work.areas[role] = [country_of(text) if text else None for text in work.texts[role].texts]


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
    start, end = work.texts["from"], work.texts["to"]
    pairs, _ = different(start.of.astype("int64") * len(end.texts) + end.of)
    every = (
        (work.areas["from"][pair // len(end.texts)], work.areas["to"][pair % len(end.texts)])
        for pair in pairs.tolist()
    )
    rows = [(one, other) for one, other in every if one and other]
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


def _edition_of(day: date, national: str) -> str:
    """Return the edition in force on a day, or the one that was told."""
    if national and national[-1].isdigit():
        return harmonized(national).id
    return max((one for one in EDITIONS if one.in_force <= day), key=lambda one: one.in_force).id


def read_codes(work: Work, tariff: str, national: str) -> None:
    """Read each code in the edition of its date, or in one that has it."""
    import numpy as np

    wanted = [_edition_of(day or work.today, national) for day in work.days]
    editions = sorted(set(wanted))
    of_date = np.array([editions.index(one) for one in wanted], np.int64)
    texts, dates = work.texts["code"], work.texts["date"]
    pairs, pair_of = different(texts.of * np.int64(len(editions)) + of_date[dates.of])
    rows = [
        (texts.texts[pair // len(editions)], editions[pair % len(editions)])
        for pair in pairs.tolist()
    ]
    longest = LONGEST.get(tariff, 10)
    # A text occurs with each edition of its dates, but reads the same in all.
    read = {text: read_code(text, longest) for text in dict.fromkeys(text for text, _ in rows)}
    found = []
    for text, edition in rows:
        one = read[text]
        used, other, problem = edition, "", one.problem
        if one.digits:
            used, other = _edition_for(one.digits, edition)
            problem = _refused(one.digits, used)
        found.append((problem, (one.digits, used, other, one.is_partial, one.doubt)))
    keys = {key: place for place, key in enumerate(dict.fromkeys(key for _, key in found))}
    work.codes = {place: key[:4] for key, place in keys.items() if key[0]}
    work.doubts = {place: key[4] for key, place in keys.items() if key[0] and key[4]}
    work.digits = [key[0] for key in keys]
    work.code_of = np.array([keys[key] for _, key in found], np.int32)[pair_of]
    _find_problems(work, [problem for problem, _ in found], pair_of)
    if mended := [one.mended for one in read.values() if one.mended]:
        work.notes.append(
            f"Leading zero restored in {len(mended)} of the codes: {first_of(mended, 3)}."
        )
    if doubts := [one.doubt for one in read.values() if one.doubt]:
        work.notes.append(
            f"Final zero restored in {len(doubts)} of the codes, which are at most “possible”: "
            f"{first_of(doubts, 3)}."
        )
    if cut := [text for text, one in read.items() if one.is_cut]:
        work.notes.append(
            "Codes of 9 digits, or of more than 10, are compared by their first six digits: "
            f"{first_of(cut, 3)}."
        )
    if others := sorted({key[2] for _, key in found if key[2]}):
        work.notes.append(f"Codes of another HS edition: {first_of(others, 3)}.")


def _find_problems(work: Work, codes: list[str], pair_of: NDArray[Any]) -> None:
    """Say of each line what of it cannot be read."""
    import numpy as np

    told = [(codes, pair_of), (work.day_problems, work.texts["date"].of)]
    for role, words in (("from", "country of dispatch"), ("to", "destination")):
        told.append((_unknown(work, role, words, f"{words} missing"), work.texts[role].of))
    told.append((_unknown(work, "origin", "country of origin", ""), work.texts["origin"].of))
    bad = np.zeros(len(work.at), bool)
    for problems, of in told:
        bad |= np.array([bool(one) for one in problems], bool)[of]
    work.good = np.flatnonzero(~bad)
    for line in np.flatnonzero(bad).tolist():
        said = [problems[of[line]] for problems, of in told]
        work.problem_of[line] = "; ".join(filter(None, said))
    _find_footer(work, [codes[of] for of in pair_of[-_FOOT:].tolist()])


_FOOT = 5
"""Rows at the end of a file, at most, that may be totals of those above."""


def _find_footer(work: Work, codes: list[str]) -> None:
    """Say of rows at the end that they are totals: no shipment is lost with them.

    Parameters
    ----------
    codes
        What is wrong with the code of each of the last rows; empty where it has one.
    """
    count = len(work.at)
    for line, problem in zip(reversed(range(count)), reversed(codes), strict=False):
        first = str(work.cells.column(0)[int(work.at[line])])
        code = work.texts["code"].texts[int(work.texts["code"].of[line])]
        words = {text.strip().rstrip(": ：").casefold() for text in (first, code)}
        if not problem or words.isdisjoint(TOTALS):
            return
        work.problem_of[line] = "a total of the rows above, no shipment"


def _unknown(work: Work, role: str, words: str, missing: str) -> list[str]:
    """Return what is wrong with each text of a column of countries."""
    return [
        missing if not text else "" if area else f"{words} not recognised: “{text[:30]}”"
        for text, area in zip(work.texts[role].texts, work.areas[role], strict=True)
    ]


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
    import numpy as np

    for role in ("value", "mass"):
        work.amounts[role] = np.full(len(work.at), np.nan)
        if role not in work.places:
            continue
        place = work.places[role]
        if _are_plain(work, place):
            work.amounts[role] = _plain_amounts(work, place)
            continue
        one = _texts_of(work, _encoded(work.cells.column(place)), role)
        of = one.of[work.at]
        read = read_amounts(text for text in one.texts if text)
        numbers = [read.numbers.get(text) for text in one.texts]
        work.amounts[role] = np.array(numbers, np.float64)[of]
        bad = [at for at, text in enumerate(one.texts) if text and numbers[at] is None]
        if bad:
            lines = int(np.isin(of, bad).sum())
            work.notes.append(
                f"{agreed(lines, 'line has', 'lines have')} a {role} that is no number "
                f"({first_of([one.texts[at] for at in bad], 2)}), screened without it."
            )


def _are_plain(work: Work, place: int) -> bool:
    """Whether amounts can mean one thing only, so that the engine can read them."""
    # A point with one, two or four and more digits behind it, anywhere in the column, is a sign of
    # decimals. 1.234 alone can be thousands, and is left to `read_amounts`.
    [(odd, points, thousands)] = work.db.execute(
        f"""SELECT count_if(text <> '' AND NOT regexp_full_match(text, '[+-]?\\d+(\\.\\d+)?')),
            count_if(contains(text, '.')), count_if(text[-4] = '.')
        FROM (SELECT trim(CAST(c{place} AS VARCHAR)) AS text FROM cells)"""
    ).fetchall()
    return not odd and (points > thousands or not points)


def _plain_amounts(work: Work, place: int) -> NDArray[Any]:
    import numpy as np
    import pyarrow as pa

    count = work.cells.num_rows
    work.db.register("numbers", pa.table({"n": np.arange(count), "cell": work.cells[place]}))
    found = work.db.execute(
        "SELECT n, coalesce(TRY_CAST(trim(CAST(cell AS VARCHAR)) AS DOUBLE), 'NaN') AS amount "
        "FROM numbers"
    ).fetchnumpy()
    every: NDArray[Any] = np.empty(count)
    every[found["n"]] = found["amount"]
    amounts: NDArray[Any] = every[work.at]
    return amounts


def problems_of(work: Work) -> list[BrokenRow]:
    """Return the rows that cannot be read, by number."""
    import pyarrow as pa

    numbers = work.cells["row"].to_numpy()[work.at]
    said = {int(numbers[line]): problem for line, problem in work.problem_of.items()}
    put(work, "unread", {"row": (list(said), pa.int64())})
    cells = [f"CAST(c{place} AS VARCHAR)" for place in range(len(work.shipments.columns))]
    rows = work.db.execute(
        f"SELECT row, concat_ws(';', {', '.join(cells)}) FROM cells SEMI JOIN unread USING (row)"
    ).fetchall()
    found = [*work.shipments.broken, *(BrokenRow(row, said[row], text) for row, text in rows)]
    return sorted(found, key=lambda one: one.row)
