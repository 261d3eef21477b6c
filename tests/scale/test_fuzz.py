"""A bounded run of the fuzzer: what nobody should give a parser is refused, or read right.

`python tools/fuzz.py` runs it for as long as wanted; `benchmarks/FUZZ.md` says how far that went.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from fuzz import report, wraps
from fuzz import watch as watching
from fuzz.build import build
from fuzz.grid import Style
from fuzz.subject import Case, Expected, Made, Subject
from fuzz.subjects import subjects
from fuzz.trial import attempt
from fuzz.watch import Tally, watch
from made_lake import TIMES

from entrepot.engine import connect

if TYPE_CHECKING:
    import duckdb

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and selectors are POSIX's")

FIRST = 10_000_000  # other inputs than those of long runs, the same ones each time
USUAL = {"comtrade-csv": 25, "comext": 25, "gacc": 25, "imts": 20, "table": 25, "geodist": 8}
HALVES = (
    ("baci", "comtrade-csv", "comtrade-json", "comtrade-parquet", "imts"),
    tuple(name for name in subjects() if not name.startswith(("baci", "comtrade", "imts"))),
)
ALL = subjects()
TEXTS = sorted(name for name, one in ALL.items() if not one.write and name != "table-mapping")
SOURCES = sorted({ALL[name].source: name for name in reversed(TEXTS)}.values())


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return connect(threads=1, memory="512MB")


def made(name: str, change: str = "") -> Made:
    """Return a right file of a subject that comes in archives."""
    return next(
        one
        for one in (ALL[name].make(Random(f"{name} {n} {change}")) for n in range(99))
        if one.packs
    )


def case_of(name: str, file: Made, data: bytes, called: str) -> Case:
    return Case(name, 0, data, called, file.said, (), file.name, note=file.note)


def outcome(case: Case, connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> tuple[str, str]:
    folder = tmp_path / "input"
    folder.mkdir()
    found = attempt(ALL[case.subject], case, connection, folder)
    return found.kind, found.text


@pytest.mark.parametrize("names", HALVES, ids=["first half", "second half"])
def test_every_parser_refuses_or_reads_right(names: tuple[str, ...]) -> None:
    jobs = []
    for name in names:
        usual = 4 if "workbook" in name else 10 if ALL[name].write else 20
        jobs.append((name, FIRST, max(1, int(USUAL.get(name, usual) * TIMES))))
    found = watch(jobs)
    for name, first, count in jobs:
        tally = found[name]
        print(f"{name}: inputs {first} to {first + count - 1}, {tally}")
        again = f"python tools/fuzz.py one {name} {tally.bugs[0]['number']}" if tally.bugs else ""
        assert not tally.bugs, again
        assert tally.inputs == count
        assert tally.refused
        assert tally.read


@pytest.mark.parametrize("name", SOURCES)
def test_archives_that_do_harm_are_refused(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = made(name)
    data = Style(file.delim, encoding=file.encoding).write(file.grid)
    zip_name = f"{file.name.rpartition('.')[0]}.zip"
    harmful = {
        "a gzip bomb": (wraps.bomb_of("gzip"), f"{file.name}.gz"),
        "a zip bomb": (wraps.bomb_of("zip"), zip_name),
        "twenty thousand members": (wraps.bomb_of("members"), zip_name),
        "a zip in a zip": (wraps.zipped((file.name, wraps.zipped((file.name, data)))), zip_name),
        "a name above": (wraps.zipped((f"../../{file.name}", data)), zip_name),
        "a name of the root": (wraps.zipped((f"/etc/{file.name}", data)), zip_name),
        "a name of a drive": (wraps.zipped((f"C:\\{file.name}", data)), zip_name),
        "locked": (wraps.locked(wraps.zipped((file.name, data))), zip_name),
    }
    for what, (packed, called) in harmful.items():
        kind, text = outcome(case_of(name, file, packed, called), connection, tmp_path)
        assert kind == "refused", f"{what}: {text}"


@pytest.mark.parametrize("name", TEXTS)
def test_a_million_columns_are_refused(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = made(name)
    for line in (b",", b"column,", b"\x00"):
        data = line * 1_000_000 + b"\n" + line * 1_000_000 + b"\n"
        kind, text = outcome(case_of(name, file, data, file.name), connection, tmp_path)
        assert kind == "refused", text


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("formula", ["=1+1", "=cmd|' /C calc'!A0", "+5", "@SUM(A1)"])
def test_a_formula_is_refused_or_of_no_account(
    name: str, formula: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """In a column that is read it is refused; in one that is not, it changes nothing."""
    refused = 0
    width = len(made(name).grid.header)
    # A register counts codes and places that it cannot read, and refuses other cells only.
    most = width if name == "register" else 4
    for place in Random(formula).sample(range(width), min(width, most)):
        file = made(name)
        file.grid.rows[0][place] = formula
        data = Style(file.delim, encoding=file.encoding).write(file.grid)
        kind, text = outcome(case_of(name, file, data, file.name), connection, tmp_path)
        assert kind in ("refused", "read"), text
        refused += kind == "refused"
    if width < 10:
        assert refused


def test_what_was_counted_is_gone_on_from(tmp_path: Path) -> None:
    first = Tally(inputs=5, refused=2, read=3, judged=3, findings=Counter(a=4), slowest=1.0)
    more = Tally(inputs=2, read=2, judged=1, findings=Counter(a=1, b=1), slowest=0.5)
    report.keep(tmp_path, "baci", 0, first, "one")
    assert report.counted(tmp_path, "baci") == 5
    report.keep(tmp_path, "baci", 5, more, "two")
    assert report.counted(tmp_path, "baci") == 7
    [(name, both)] = report.kept(tmp_path).items()
    assert (name, both["refused"], both["read"], both["judged"]) == ("baci", 2, 5, 4)
    assert (both["findings"], both["rules"], both["slowest"]) == ({"a": 5, "b": 1}, 2, 1.0)
    report.keep(tmp_path, "baci", 0, more, "three")
    assert report.counted(tmp_path, "baci") == 2


def test_a_bug_that_is_mended_is_counted_anew(tmp_path: Path) -> None:
    wrong = Tally(inputs=5, refused=1, read=3)
    wrong.add_bug(4, "a sum is off", [])
    report.keep(tmp_path, "baci", 0, wrong, "one")
    report.count_anew(tmp_path, "baci", 4, Tally(inputs=1, refused=1), "two")
    [(_, mended)] = report.kept(tmp_path).items()
    assert (mended["inputs"], mended["refused"], mended["read"]) == (5, 2, 3)
    assert mended["bugs"] == []


def test_the_page_says_what_was_counted(tmp_path: Path) -> None:
    benchmarks = Path(__file__).parents[2] / "benchmarks"
    page = (benchmarks / "FUZZ.md").read_text(encoding="utf-8")
    copy = tmp_path / "FUZZ.md"
    copy.write_text(page, encoding="utf-8")
    report.write(benchmarks / "fuzz", copy)

    def rows(text: str) -> list[str]:
        return [
            line for line in text.splitlines() if re.fullmatch(r"\| [a-z-]+ \| [0-9,]+ \|.*", line)
        ]

    assert rows(page)
    assert rows(copy.read_text(encoding="utf-8")) == rows(page)


def test_the_same_number_makes_the_same_input() -> None:
    for name, subject in ALL.items():
        one, two = build(subject, 7), build(subject, 7)
        if "workbook" in name or one.data[:4] == b"PK\x03\x04" or subject.source == "geodist":
            continue  # archives and files of Stata have the time in them
        assert one.data == two.data, name


def test_a_wrong_sum_is_found(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """The harness has to be able to fail: too much, too little, nothing, a finding too few."""
    right = ALL["baci"]
    number = next(n for n in range(99) if build(right, n).plain is not None)
    case = build(right, number)

    def judged(subject: Subject, at: str) -> tuple[str, str]:
        (tmp_path / at).mkdir()
        found = attempt(subject, case, connection, tmp_path / at)
        return found.kind, found.text

    def more(one: Case) -> Expected:
        found = right.expect(one)
        return replace(found, values={key: value + 1 for key, value in found.values.items()})

    def other(one: Case) -> Expected:
        return replace(right.expect(one), rules={"something-left-out"})

    assert judged(right, "right") == ("read", "")
    assert judged(replace(right, expect=more), "more")[1].startswith("wrong sum")
    assert judged(replace(right, expect=lambda _: Expected()), "none")[0] == "bug"
    assert "no finding" in judged(replace(right, expect=other), "other")[1]


def test_a_process_that_dies_or_is_silent_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    [tally] = watch([("no such parser", 0, 1)]).values()
    assert [bug["text"][:4] for bug in tally.bugs] == ["died"]
    assert "KeyError" in tally.bugs[0]["text"]
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb") as other:
        other.write(b'{"number": 1}\n')
        other.flush()
        assert list(watching.lines(stream, 0.05, os.getpid())) == [{"number": 1}, None]
    assert not capfd.readouterr().err
