"""The quick way to read BACI takes no cell that the careful way refuses, and reads it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources.baci import parse
from entrepot.sources.baci.parse import is_plain
from entrepot.sources.parser import FileOptions, RawFile

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.parser import ParsedRows

# Cells as BACI has them, and what little mistakes in its own alphabet make of them.
ODD = st.text("0123456789. NA", max_size=9)
CELLS = (
    st.sampled_from(["2022", "2021"]) | ODD,
    st.sampled_from(["156", "643", "4", "004", "251", "250"]) | ODD,
    st.sampled_from(["643", "156", " 8", "8", "842"]) | ODD,
    st.sampled_from(["850110", "10121", "010121", " 10121", "9"]) | ODD,
    st.floats(0, 1e12).map("{:.3f}".format) | ODD,
    st.sampled_from(["NA", "", "   NA", "0"]) | st.floats(0, 1e9).map("{:.3f}".format) | ODD,
)
SOUND = st.tuples(
    st.just("2022"),
    st.sampled_from(["156", "643", "4", "004"]),
    st.sampled_from(["842", "8", "251"]),
    st.integers(10000, 999999).flatmap(lambda code: st.sampled_from([f"{code}", f"{code:06}"])),
    st.floats(0, 1e12).map("{:.3f}".format),
    st.sampled_from(["NA", "", "   NA"]) | st.floats(0, 1e9).map("{:.3f}".format),
)
FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SIX = st.permutations(range(6))


def read(folder: Path, rows: list[tuple[str, ...]], order: list[int]) -> ParsedRows:
    path = folder / "BACI_HS17_Y2022_V202401.csv"
    lines = [",".join(row[place] for place in order) for row in [tuple("tijkvq"), *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert is_plain(path)
    [table] = parse.tables(RawFile(path, path.name), folder, FileOptions())
    return parse.rows(connect(threads=1), table)


def cells(relation: object) -> list[tuple[object, ...]] | None:
    """Return the rows, or None where the engine stops."""
    import duckdb

    try:
        return relation.fetchall()
    except (duckdb.ConversionException, duckdb.InvalidInputException):
        return None


@FEW
@given(rows=st.lists(st.tuples(*CELLS), min_size=1, max_size=2), order=SIX)
def test_quick_takes_nothing_that_careful_refuses(
    tmp_path: Path, rows: list[tuple[str, ...]], order: list[int]
) -> None:
    both = read(tmp_path, rows, order)
    quick = cells(both.relation)
    assert both.again is not None
    try:
        slow = both.again().fetchall()
    except BadFileError:
        slow = []
    assert quick in (None, slow)


@FEW
@given(rows=st.lists(SOUND, min_size=1, max_size=40), order=SIX)
def test_quick_reads_what_is_sound(
    tmp_path: Path, rows: list[tuple[str, ...]], order: list[int]
) -> None:
    both = read(tmp_path, rows, order)
    assert both.again is not None
    assert cells(both.relation) == both.again().fetchall()
    assert len(both.again()) == len(rows)
