"""Read one input as the lake does, and judge what came of it."""

from __future__ import annotations

import math
import shutil
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from entrepot.errors import EntrepotError
from entrepot.lake import store
from entrepot.model.areas import area
from entrepot.model.columns import key_columns, schema
from entrepot.sources import source_parser
from entrepot.sources.parser import RawFile
from entrepot.sources.shipments.parse import ABOUT, kept
from fuzz.plain import CannotSay, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.model.columns import Finding
    from entrepot.sources.parser import ParsedRows
    from fuzz.subject import Case, Expected, Subject

__all__ = ["Outcome", "attempt"]


SALT = "0123456789abcdef" * 2
PERSONS = ("Akhmetova", "son of Pyotr", "Serikova")
"""Parts of names of made-up persons, in the columns of receivers and of brokers."""


@dataclass
class Outcome:
    """What came of one input.

    Attributes
    ----------
    kind
        ``refused``, ``read``, or ``bug``.
    text
        What was said, or what is wrong.
    findings
        Rules that were found.
    judged
        Whether an oracle had an answer to compare with.
    """

    kind: str
    text: str = ""
    findings: tuple[str, ...] = ()
    judged: bool = True


@dataclass
class _Read:
    values: dict[tuple[Any, ...], float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    twice: int = 0


class _Wrong(Exception):  # noqa: N818
    """What was read cannot be right, whatever the file says."""


def attempt(
    subject: Subject, case: Case, connection: duckdb.DuckDBPyConnection, folder: Path
) -> Outcome:
    """Read an input and judge it.

    Parameters
    ----------
    folder
        An empty folder of its own; nothing may be written beside it.
    """
    scratch = folder / "scratch"
    scratch.mkdir()
    path = folder / "raw"
    path.write_bytes(case.data)
    try:
        read = _read(subject, case, connection, RawFile(path, case.name), scratch)
    except EntrepotError as error:
        outcome = _refused(subject, case, error, folder)
    except _Wrong as wrong:
        outcome = Outcome("bug", f"wrong rows: {wrong}")
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
        outcome = Outcome("bug", f"crash: {type(error).__name__} at {place}: {str(error)[:300]}")
    else:
        outcome = _judge(subject, case, read)
    if path.read_bytes() != case.data or {one.name for one in folder.iterdir()} - {
        "raw",
        "scratch",
    }:
        outcome = Outcome("bug", "wrote to a file that is not its own")
    shutil.rmtree(folder)
    return outcome


_MOVED = frozenset(
    {
        *("swapped names", "shifted header", "no header", "bent name", "hostile name"),
        *("swapped cells", "borrowed cell", "long row"),
    }
)
"""Changes that put a cell into a column of another name."""


def _read(
    subject: Subject,
    case: Case,
    connection: duckdb.DuckDBPyConnection,
    file: RawFile,
    scratch: Path,
) -> _Read:
    parser = source_parser(subject.source)
    found = _Read()
    if subject.source == "shipments":
        file = _kept(case, connection, file, scratch)
    for table in parser.tables(file, scratch, case.said):
        got = parser.rows(connection, table)
        names = got.relation.columns
        _require_columns(got)
        keys: Counter[tuple[Any, ...]] = Counter()
        for cells in _fetched(got):
            row = got.same | dict(zip(names, cells, strict=True))
            _require_sense(subject, got, row)
            keys[tuple(row.get(name) for name in key_columns(got.table))] += 1
            key = tuple(str(row.get(name)) for name in subject.key)
            value = next((row[n] for n in subject.value if row.get(n) is not None), 1.0)
            found.values[key] = found.values.get(key, 0.0) + float(value)
        found.twice += sum(count > 1 for count in keys.values())
        for key, _ in keys.most_common(2):
            if not isinstance(got.locate(key), str):
                raise _Wrong("a place that is no text")
        found.findings += [*table.findings, *got.findings]
    # After the rows, for a file whose rows are refused is not kept. Where cells stand in columns of
    # other names, a column of numbers may have persons, and says so to nobody.
    if subject.source == "shipments" and _MOVED.isdisjoint(case.did):
        data = file.path.read_bytes()
        if any(name.encode() in data for name in PERSONS):
            raise _Wrong("a person is kept")
    return found


def _kept(
    case: Case, connection: duckdb.DuckDBPyConnection, file: RawFile, scratch: Path
) -> RawFile:
    """Return what a lake keeps of a register: lines without the names of persons."""
    query, about, require = kept(file, "shipments", case.said, SALT, scratch)
    target = scratch / "kept.parquet"
    require(store.keep_text(connection, query, target, ABOUT, about, file.name))
    return RawFile(target, file.name)


def _fetched(got: ParsedRows) -> list[tuple[Any, ...]]:
    """Return all rows, read once more with care where the quick way stops, as the lake does."""
    again = getattr(got, "again", None)
    if again is None:
        return got.relation.fetchall()
    try:
        rows = got.relation.fetchall()
        if rows and getattr(got, "count", None) in (None, len(rows)):
            return rows
    except (
        duckdb.ConversionException,
        duckdb.InvalidInputException,
        duckdb.NotImplementedException,
    ):
        pass
    return again().fetchall()


def _require_columns(got: ParsedRows) -> None:
    known = schema(got.table)
    names = [*got.relation.columns, *got.same]
    if not set(names) <= set(known) or len(names) != len(set(names)):
        raise _Wrong(f"columns {names}")


def _require_sense(subject: Subject, got: ParsedRows, row: dict[str, Any]) -> None:
    """Every row has to be possible: areas that exist, finite numbers, nothing null that counts."""
    for name, cell in row.items():
        if isinstance(cell, float) and not (
            math.isfinite(cell) and (cell >= 0 or subject.negative)
        ):
            raise _Wrong(f"{name} {cell}")
        if (
            isinstance(cell, str)
            and not cell
            and name != "description"
            and got.table != "published"
        ):
            raise _Wrong(f"{name} is an empty text")
    if got.table != "flows":
        return
    for name in (
        "period",
        "freq",
        "exporter",
        "importer",
        "product",
        "nomenclature",
        "reported_by",
    ):
        if row.get(name) is None:
            raise _Wrong(f"{name} is null")
    for name in ("exporter", "importer"):
        if area(row[name]).kind == "aggregate":
            raise _Wrong(f"{name} {row[name]} is a total")
    if (row.get("value_usd") is None) == (row.get("value_reported") is None):
        raise _Wrong("no value, or two")


def _refused(subject: Subject, case: Case, error: EntrepotError, folder: Path) -> Outcome:
    if not error.what or not error.where:
        return Outcome("bug", f"says too little: {error!s}")
    if str(folder) in str(error):
        return Outcome("bug", f"names a file that nobody knows: {error!s}")
    if case.plain is not None:
        return Outcome("bug", f"refused what is right: {error!s}")
    return Outcome("refused", error.what)


def _judge(subject: Subject, case: Case, read: _Read) -> Outcome:
    rules = tuple(sorted({finding.rule for finding in read.findings}))
    if not read.values:
        fine = case.plain is None or not subject.expect(case).values
        return Outcome("refused" if fine else "bug", "no row is left", rules)
    if read.twice:  # the lake refuses two rows with one key
        kind = "refused" if case.plain is None else "bug"
        return Outcome(kind, "two rows for one cell", rules)
    try:
        expected = subject.expect(case)
        if case.before and subject.expect(case.before).values != expected.values:
            return Outcome("bug", "what must make no difference makes one", rules)
    except CannotSay as answer:
        return Outcome("read", str(answer), rules, judged=False)
    except Refused as answer:
        return _unless_damaged(subject, case, f"read what breaks a rule: {answer}", rules)
    wrong = _difference(expected, read, subject.slack)
    return _unless_damaged(subject, case, wrong, rules) if wrong else Outcome("read", "", rules)


def _unless_damaged(subject: Subject, case: Case, wrong: str, rules: tuple[str, ...]) -> Outcome:
    if subject.without_sums and case.damaged:
        return Outcome("read", "readers differ on damaged bytes", rules, judged=False)
    return Outcome("bug", wrong, rules)


def _difference(expected: Expected, read: _Read, slack: float) -> str:
    for key in sorted(expected.values.keys() | read.values.keys()):
        want, got = expected.values.get(key), read.values.get(key)
        if want is None or got is None or not _close(want, got, slack):
            return f"wrong sum: {' '.join(key)} is {got}, should be {want}"
    missing = expected.rules - {finding.rule for finding in read.findings}
    if missing:
        return f"no finding {', '.join(sorted(missing))}"
    return ""


def _close(one: float, two: float, slack: float) -> bool:
    return abs(one - two) <= slack + 1e-9 * max(abs(one), abs(two))
