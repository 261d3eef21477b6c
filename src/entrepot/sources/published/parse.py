"""Published statements: who says which number about which trade, ours and those of the user's own.

Two tables lie beside this module: ``published.csv`` (numbers that others printed) and
``computed.csv`` (our own results, kind ``computed``). Both have the columns of `Published`, as has
a collection of the user's own.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from functools import cache, cached_property
from importlib.resources import files
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.model.columns import schema
from entrepot.model.period import Period
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.published.row import COLUMNS, CONFIDENCES, RELATIONS, Published, parse_rows
from entrepot.sources.strict import file_literal, literal
from entrepot.sources.text import count_lines
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key, RawFile

Kind = Literal["published", "computed", "all"]


class PublishedRows(tuple["Published", ...]):
    """Statements in the order of their tables, found without a look at each of them."""

    def about(self, measure: str, flow: str, goods: str) -> tuple[Published, ...]:
        """Return those of a measure, a direction of trade and goods."""
        return self._by_subject.get((measure, flow, goods), ())

    def named(self, ids: Iterable[str]) -> list[Published]:
        """Return those with some ids."""
        return [self[place] for place in sorted(self._places[one] for one in ids)]

    @cached_property
    def _by_subject(self) -> dict[tuple[str, str, str], tuple[Published, ...]]:
        found: defaultdict[tuple[str, str, str], list[Published]] = defaultdict(list)
        for row in self:
            found[row.measure, row.flow, row.goods].append(row)
        return {subject: tuple(rows) for subject, rows in found.items()}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {row.id: place for place, row in enumerate(self)}


@cache
def published(kind: Kind = "published") -> PublishedRows:
    """Return every statement that is kept, by id.

    Parameters
    ----------
    kind
        ``published`` (what others printed), ``computed`` (our own results) or ``all``.

    Raises
    ------
    UnknownNameError
        For another kind.
    BadFileError
        If a table is not what it should be.
    """
    if kind == "all":
        return PublishedRows(published("published") + published("computed"))
    if kind not in ("published", "computed"):
        raise UnknownNameError("kind of statement", kind, ("published", "computed", "all"))
    name = f"{kind}.csv"
    text = files("entrepot.sources.published").joinpath(name).read_text(encoding="utf-8")
    return PublishedRows(parse_rows(text, name))


# Look statements up, follow copies to their origin, and choose the best of several.


_NUMBER = re.compile(r"\d+(\.\d+)?")


def matching(
    rows: Iterable[Published],
    *,
    period: Period | str | int | None = None,
    base: Period | str | int | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    basis: str | None = None,
    **exact: str,
) -> tuple[Published, ...]:
    """Return the rows that state exactly what is asked; None leaves a key open.

    Areas match in any order of their parts (``CHN+HKG`` is ``HKG+CHN``), two-way trade from
    either side. A row that does not say its basis matches every basis, since nothing tells it
    apart. A side named only in `partner_words` matches no area.

    Parameters
    ----------
    rows
        Statements to look through.
    period, base, exporter, importer, basis
        Keys of the statement.
    **exact
        Any other column of `Published`, e.g. ``measure="value"``, ``goods="all"``.
    """
    when = None if period is None else Period.parse(period)
    against = None if base is None else Period.parse(base)
    if exact:  # what most rows differ in comes first: a page asks for hundreds of statements
        # attrgetter of one name returns the value itself, of several a tuple.
        value_of, wanted = attrgetter(*exact), tuple(exact.values())
        said = wanted[0] if len(wanted) == 1 else wanted
        rows = (row for row in rows if value_of(row) == said)
    return tuple(
        row
        for row in rows
        if (when is None or row.period == when)
        and _same_sides(row, exporter, importer)
        and (against is None or row.base == against)
        and (basis is None or row.basis in ("", basis))
    )


def _same_sides(row: Published, exporter: str | None, importer: str | None) -> bool:
    if _same(row.exporter, exporter) and _same(row.importer, importer):
        return True
    # A share of two-way trade belongs to one country: turned round it is another number.
    turned = row.flow == "both" and row.measure != "trade_share"
    return turned and _same(row.importer, exporter) and _same(row.exporter, importer)


def _same(stated: str, asked: str | None) -> bool:
    # An empty side is one in words only ("Asia") and matches no area.
    return asked is None or (bool(stated) and (stated == asked or _parts(stated) == _parts(asked)))


@cache
def _parts(areas: str) -> frozenset[str]:
    return frozenset(areas.split("+"))


def by_origin(rows: Iterable[Published]) -> dict[str, tuple[Published, ...]]:
    """Group statements by whose number it is, each group best first.

    Five outlets that print one customs release are one origin, so the number of keys is the
    number of independent voices.
    """
    found: dict[str, list[Published]] = {}
    for row in ranked(rows):
        found.setdefault(row.origin, []).append(row)
    return {origin: tuple(group) for origin, group in found.items()}


def ranked(rows: Iterable[Published]) -> tuple[Published, ...]:
    """Return statements best first.

    By confidence (high before low), then by how exactly the words tie the number down (``=``,
    about, a range, one-sided), then by significant digits printed, then newest first; the id
    decides what is left, so that the order never depends on the order of the input.
    """
    order = sorted(rows, key=lambda row: row.id)
    # Three sorts, least important first: sorting is stable, so each keeps the order below it.
    order.sort(key=lambda row: row.published_on, reverse=True)
    return tuple(sorted(order, key=_worth))


def _worth(row: Published) -> tuple[int, int, int]:
    return (
        CONFIDENCES.index(row.confidence),
        RELATIONS.index(row.relation),
        -significant_digits(row.printed),
    )


def significant_digits(printed: str) -> int:
    """Return the number of digits of the first number printed, without leading zeros.

    Examples
    --------
    >>> significant_digits("USD 228.105 bn"), significant_digits("USD 0.079 m")
    (6, 2)
    >>> significant_digits("half")
    0
    """
    found = _NUMBER.search(printed)
    return len(found[0].replace(".", "").lstrip("0")) if found else 0


def origin_name(origin: str) -> str:
    """Return a short name for an origin; an unlisted key is written as words.

    Examples
    --------
    >>> origin_name("GACC"), origin_name("GAIDAR over GACC"), origin_name("NEW-SOURCE")
    ('Chinese customs', 'Gaidar Institute over Chinese customs', 'New Source')
    """
    # A share that we divide: the numerator of one origin over the total of another.
    if " over " in origin:
        return " over ".join(origin_name(part) for part in origin.split(" over "))
    if origin in _names():
        return _names()[origin]
    return " ".join(part.capitalize() for part in origin.split("-"))


@cache
def _names() -> dict[str, str]:
    text = files("entrepot.sources.published").joinpath("origin_names.csv").read_text("utf-8")
    return {row["origin"]: row["name"] for row in csv.DictReader(text.splitlines())}


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the one table of a file; each is checked as strictly as the bundled ones."""
    for _, label, path in members(file, scratch):
        count_lines(path, label)  # refuses what is damaged or filled, before all of it is in memory
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadFileError(
                f"not a text in UTF-8 ({error.reason})", where=label, hint="save it as CSV in UTF-8"
            ) from error
        statements = parse_rows(text, label)
        # An id that is ours would make citations of it ambiguous.
        bundled = {row.id for row in published("all")}
        for row in statements:
            if row.id in bundled:
                raise BadFileError(
                    f"the id {row.id} belongs to a statement that comes with the program",
                    where=f"{label}: id",
                    why="an id names one statement",
                    hint="give your rows ids of your own, such as MY-001",
                )
        # JSON lines, because DuckDB reads them without guessing at quotes or line ends.
        target = scratch / f"statements-{path.stem}.json"
        with target.open("w", encoding="utf-8") as opened:
            for row in statements:
                cells = {name: getattr(row, name) for name in COLUMNS}
                cells |= {"period": str(row.period), "base": str(row.base or "")}
                opened.write(json.dumps(cells, ensure_ascii=False) + "\n")
        yield FileTable(target, label, "", options.vintage or "unknown")


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Return the statements of a table that `tables` has checked."""
    kinds = {name: kind for name, kind in schema("published").items() if name in COLUMNS}
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in kinds.items())
    relation = connection.sql(
        f"SELECT {', '.join(kinds)} FROM read_json({file_literal(table.path)}, "
        f"format='newline_delimited', hive_partitioning=false, columns={{{types}}})"
    )
    return ParsedRows(relation, {}, lambda key: _locate(table, key), table="published")


def _locate(table: FileTable, key: Key) -> str:
    return f"{table.name}, id {key[0]}"
