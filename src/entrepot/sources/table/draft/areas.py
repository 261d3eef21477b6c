"""Which codes of areas a column has: proved by its cells and by names beside them, or asked."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.model.area_names import completed_name, is_rest, named_area
from entrepot.model.areas import WORLD, known_areas
from entrepot.sources.table.cells import open_cells
from entrepot.sources.table.draft.head import look_at_head
from entrepot.sources.table.draft.questions import TODO
from entrepot.sources.table.draft.seen import TOTALS
from entrepot.sources.table.fields import known_code
from entrepot.sources.table.mapping import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.draft.guess import Guess
    from entrepot.sources.table.draft.questions import Questions
    from entrepot.sources.table.draft.seen import Seen

_MOST = 400  # different cells: there are fewer countries
_PAIRS = 4  # code columns times name columns that are looked at, each way
_FLOWS = 6  # different codes of flows
_LONGEST = 6  # signs of a code
_CUT = 12  # letters of the longest name of a column whose names may be cut there


def with_paired_names(
    connection: duckdb.DuckDBPyConnection, cells: Cells, columns: Sequence[Seen]
) -> tuple[Seen, ...]:
    """Return the columns, those of codes with what words in the same rows say of each code.

    A column of words belongs to one of codes if each code has one word and each word one code. A
    column of areas with one code proves nothing: any other with one name would seem to belong to
    it. Of flows, one column of words has to be the only one.
    """
    # Each pair below is a query over the file, so few columns are tried.
    few = [one for one in columns if 0 < len(one.texts) <= _MOST]
    codes = [one for one in few if max(map(len, one.texts)) <= _LONGEST and not one.is_period]
    # Numbers are told apart first: to look up each of thousands of columns of them takes long.
    names = [one for one in few if not (one.is_numeric or one.systems) and one.named_share >= 0.5]
    words = [one for one in few if one.is_flow and max(map(len, one.texts)) > 2]  # M is monthly
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for code, name in product(codes[: _PAIRS * 2], names[:_PAIRS]):
        # One code with one name would fit any column that has one text.
        if len(code.texts) > 1 and (pairs := _one_to_one(connection, cells, columns, code, name)):
            areas = {text: area for text, word in pairs.items() if (area := named_area(word))}
            # Of several columns of names (short and full) the one of which more are known.
            if len(areas) >= len(found[code.name].get("named", ())):
                found[code.name] |= {"named": areas, "named_by": name.name}
    for code in codes if len(words) == 1 else ():
        if not code.flows and len(code.texts) <= _FLOWS and plain_flow(code.name):
            pairs = _one_to_one(connection, cells, columns, code, words[0])
            found[code.name]["paired_flows"] = {
                text: words[0].flows[word] for text, word in pairs.items()
            }
    return tuple(replace(one, **found.get(one.name, {})) for one in columns)


def plain_flow(name: str) -> bool:
    """Whether a column is called a flow."""
    return "flow" in name.casefold()


def _one_to_one(
    connection: duckdb.DuckDBPyConnection,
    cells: Cells,
    columns: Sequence[Seen],
    code: Seen,
    name: Seen,
) -> dict[str, str]:
    """Return the name beside each code, if each has one and each name one code; else nothing."""
    if code is name:
        return {}
    places = [list(columns).index(one) for one in (code, name)]
    pairs = connection.execute(
        f"SELECT DISTINCT c{places[0]}, c{places[1]} FROM ({cells.sql(places)}) "
        # More pairs than codes are no pairs one to one, so the rest need not be read.
        f"WHERE c{places[0]} <> '' AND c{places[1]} <> '' LIMIT {2 * _MOST}"
    ).fetchall()
    one_each = len(pairs) == len({one for one, _ in pairs}) == len({one for _, one in pairs})
    return dict(pairs) if one_each else {}


def area_keys(guess: Guess, place: str, asks: Questions) -> dict[str, Any]:
    """Return how a column writes areas; what its cells leave open is asked."""
    codes = guess.keys.get("codes", "names")
    if codes == TODO:
        return {"codes": _asked(guess.seen, place, asks)}
    says: dict[str, Any] = {"codes": codes}
    if isinstance(codes, dict):
        known = set(map(_plain, codes))
        unnamed = [text for text in guess.seen.texts if _plain(text) not in known]
    else:
        unnamed = guess.seen.unnamed(codes.lower())
        says["codes"] = SYSTEMS[codes.lower()]
    totals = [text for text in unnamed if text.casefold() in TOTALS]
    if totals and guess.role == "reporter":
        says["leave_out"] = totals
    unit = guess.seen.unit if codes == "names" else ""
    if unit:
        says["pattern"] = rf"^(.*\S)\s*{re.escape(unit)}$".replace("\\ ", " ")
    rest = [text for text in unnamed if text not in totals]
    own = _cut(guess.seen, rest) if codes == "names" else {}
    # A total over partners is what shares are of; of reporters it is no report.
    own |= dict.fromkeys(totals, WORLD) if guess.role != "reporter" else {}
    if asked := [text for text in rest if text not in own]:
        words = (
            "which area is each? a code such as HKG, WLD for a total over all; leave_out for unions"
        )
        if other := [text for text in asked if unit and not text.endswith(unit)]:
            words += f"; {other[0]!r} is in another unit than {unit}: leave_out"
        if rests := [text for text in asked if is_rest(text)]:
            words += f", but no rest such as {rests[0]!r}: XNES, XAFRICA, XASIA, XEUROPE, XLATAM"
            words += " (several of one code: repeated: sum)"
        asks.ask(f"{place}.own", words)
        own |= dict.fromkeys(asked, TODO)
    return says | ({"own": own} if own else {})


def _cut(seen: Seen, unknown: Sequence[str]) -> dict[str, str]:
    """Return areas of names that end where the longest of the column do, and are no whole ones."""
    longest = max(map(len, seen.texts), default=0)
    if longest < _CUT:
        return {}
    cut = [text for text in unknown if len(text) >= longest - 1]  # a blank at the end was taken off
    return {text: area for text in cut if (area := completed_name(text))}


def _asked(seen: Seen, place: str, asks: Questions) -> str:
    fitting = seen.systems
    lines = [f"{SYSTEMS[one]} ({_examples(seen, one)})" for one in fitting]
    if lines:
        words = "which codes are these? they fit " + "; ".join(lines)
    else:
        shown = ", ".join(seen.texts[:4])
        words = f"which codes are these ({shown})? those of a country's own statistics"
    words += (
        "; another table: entrepot data map FILE --areas TABLE, with a column of codes and one of "
        "ISO codes or names;"
    )
    return asks.ask(f"{place}.codes", words, *(SYSTEMS[one] for one in fitting), "{CODE: ISO3}")


def _examples(seen: Seen, system: str) -> str:
    """Name a few areas that codes would be, those first in which the fitting tables differ."""

    def readings(text: str) -> int:
        return len({known_code(text, one) for one in seen.systems})

    # Codes that the tables read most differently are the best examples: they show the reader which
    # it is.
    texts = sorted((text for text in seen.texts if known_code(text, system)), key=readings)[-3:]
    return ", ".join(f"{t} {known_areas()[known_code(t, system) or ''].name}" for t in texts)


def table_of_areas(path: Path, texts: Sequence[str]) -> dict[str, str]:
    """Return the codes of a table of areas that a user brings, with ours for each.

    Its column of codes is the one that has most of the codes of the data; its areas are in the
    column whose cells are ISO codes, or else names, throughout.

    Parameters
    ----------
    path
        CSV, Excel or Parquet.
    texts
        Codes that stand in the data.

    Raises
    ------
    BadFileError
        If no column has the codes, or none the areas.
    """
    # A table of areas may be written as freely as the data, so it is opened the same way.
    with tempfile.TemporaryDirectory() as folder, connect() as connection:
        head = look_at_head(path, path.name)
        cells = open_cells(path, path.name, head.reading(), Path(folder), connection)
        lines = [row for _, row in cells.lines(connection)]
    columns = list(zip(*lines, strict=True)) if lines else []
    wanted = {_plain(text) for text in texts}
    shares = [len(wanted & {_plain(cell) for cell in column}) for column in columns]
    best = max(shares, default=0)
    code = shares.index(best) if best else None
    readers: tuple[Callable[[str], str | None], ...] = (
        partial(known_code, system="iso3"),
        partial(known_code, system="iso2"),
        named_area,
    )
    for known in readers:
        for place, column in enumerate(columns):
            found = [known(cell) for cell in column]
            # Four in five: such tables have lines for unions and for countries that are gone.
            if code is not None and place != code and sum(map(bool, found)) >= 0.8 * len(found):
                pairs = zip(columns[code], found, strict=True)
                return {text: area for text, area in pairs if text and area}
    raise BadFileError(
        "no table of areas",
        where=path.name,
        why=f"one column has to have codes such as {', '.join(texts[:3])}, another ISO codes or "
        "names of areas",
        hint="write a CSV with the columns code and iso3",
    )


def _plain(text: str) -> str:
    return text.strip().lstrip("0") or "0"
