"""Laws of reading a table: how a file is written changes nothing about what it says."""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.errors import EntrepotError
from made_workbook import cells, make_workbook
from table_reading import read_table, shared_connection

if TYPE_CHECKING:
    from collections.abc import Sequence

Line = dict[str, str]

NAMES = ("reporter", "partner", "code", "flow", "value", "kg", "period")
MAP = """
format: 1
nomenclature: HS2017
missing: ['-']
columns:
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: names}
  code: {role: product, pad: 6}
  flow: {role: flow, import: M, export: X}
  value: {role: value, currency: USD, scale: 1000}
  kg: {role: mass, unit: kg}
  period: {role: period}
"""
SLOW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

keys = st.tuples(
    st.sampled_from(["RUS", "KAZ", "ARM"]),
    st.sampled_from(["China", "Germany", "Côte d'Ivoire", "World", "Türkiye"]),
    st.sampled_from(["854231", "10121", "870323"]),
    st.sampled_from(["M", "X"]),
    st.sampled_from(["2022", "2022-03", "Aug. 2022"]),
)
numbers = st.one_of(
    st.just("-"), st.integers(0, 10**9).map(str), st.decimals(0, 10**6, places=2).map(str)
)


@st.composite
def files(draw: st.DrawFn) -> list[Line]:
    """Draw the lines of a file, no two of one cell, and at least one that counts."""
    found = draw(st.lists(keys, min_size=1, max_size=8, unique=True))
    lines = [
        dict(zip(NAMES, (*key[:4], draw(numbers), draw(numbers), key[4]), strict=True))
        for key in found
    ]
    first = dict(zip(NAMES, ("RUS", "China", "854231", "M", "5", "", "2021"), strict=True))
    return [first, *lines]


def as_text(lines: Sequence[Line], names: Sequence[str] = NAMES, delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def read(content: bytes | str, mapping: str = MAP) -> tuple[list[dict[str, Any]], Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path, mapping, Path(folder))


def same(findings: Any) -> list[tuple[str, int]]:
    return sorted((finding.rule, finding.count) for finding in findings)


@SLOW
@given(lines=files(), data=st.data())
def test_order_of_rows_and_columns_does_not_matter(lines: list[Line], data: st.DataObject) -> None:
    rows, findings = read(as_text(lines))
    shuffled = data.draw(st.permutations(lines))
    names = data.draw(st.permutations(NAMES))
    again, found = read(as_text(shuffled, names))
    assert again == rows
    assert same(found) == same(findings)


@SLOW
@given(
    lines=files(),
    encoding=st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "cp1254", "gb18030"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_encoding_and_delimiter_do_not_matter(
    lines: list[Line], encoding: str, delimiter: str
) -> None:
    rows, findings = read(as_text(lines))
    word = {"\t": "tab"}.get(delimiter, f"'{delimiter}'")
    mapping = f"{MAP}encoding: {encoding}\ndelimiter: {word}\n"
    again, found = read(as_text(lines, delimiter=delimiter).encode(encoding), mapping)
    assert again == rows
    assert same(found) == same(findings)


@SLOW
@given(lines=files())
def test_decimal_commas_and_thousands_do_not_matter(lines: list[Line]) -> None:
    def european(text: str) -> str:
        if text in ("", "-"):
            return text
        whole, _, part = text.partition(".")
        return f"{int(whole):,}".replace(",", ".") + (f",{part}" if part else "")

    rows, _ = read(as_text(lines))
    written = [
        line | {"value": european(line["value"]), "kg": european(line["kg"])} for line in lines
    ]
    again, _ = read(as_text(written), MAP + "decimal: ','\nthousands: '.'\n")
    assert again == rows


@SLOW
@given(lines=files(), at=st.integers(1, 8))
def test_parts_of_a_file_add_up_to_it(lines: list[Line], at: int) -> None:
    rows, _ = read(as_text(lines))
    found: list[dict[str, Any]] = []
    for part in (lines[:at], lines[at:]):
        # A part may hold nothing but totals or missing values, which is refused.
        with suppress(EntrepotError):
            found += read(as_text(part))[0]
    assert sorted(found, key=str) == sorted(rows, key=str)


@SLOW
@given(lines=files())
def test_csv_excel_and_parquet_say_the_same(lines: list[Line]) -> None:
    rows, findings = read(as_text(lines))
    with tempfile.TemporaryDirectory() as folder:
        book = make_workbook(
            Path(folder, "t.xlsx"),
            {"s": cells([NAMES, *([_typed(line[name]) for name in NAMES] for line in lines)])},
        )
        from_excel, seen = read_table(book, MAP, Path(folder))
        path = Path(folder, "t.parquet")
        names = ", ".join(f'"{name}"' for name in NAMES)
        marks = ", ".join(["(" + ", ".join("?" * len(NAMES)) + ")"] * len(lines))
        values = [line[name] for line in lines for name in NAMES]
        query = (
            f"SELECT * REPLACE (try_cast(value AS DOUBLE) AS value, "
            f"try_cast(kg AS DOUBLE) AS kg) FROM (VALUES {marks}) AS t({names})"
        )
        shared_connection().sql(query, params=values).write_parquet(str(path))
        from_parquet, _ = read_table(path, MAP, Path(folder))
    assert from_excel == rows
    assert from_parquet == rows
    assert same(seen) == same(findings)


def _typed(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


@SLOW
@given(lines=files(), junk=st.text(min_size=1, max_size=5), data=st.data())
def test_a_cell_is_read_refused_or_counted_never_lost(
    lines: list[Line], junk: str, data: st.DataObject
) -> None:
    """Whatever stands in a cell, no value disappears without an error or a finding."""
    place = data.draw(st.integers(0, len(lines) - 1))
    name = data.draw(st.sampled_from(NAMES))
    changed = [dict(line) for line in lines]
    changed[place][name] = junk
    try:
        rows, findings = read(as_text(changed))
    except EntrepotError:
        return  # refused, which loses nothing in silence
    counted = {finding.rule: finding.count for finding in findings}
    left = counted.get("area-total", 0) + counted.get("no-value", 0)
    assert len(rows) + left == len(lines)
