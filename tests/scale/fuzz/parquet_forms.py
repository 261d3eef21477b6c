"""Parquet: a table with types, as programs choose them, and with types that nobody expects."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from fuzz.plain import CannotSay, Refused

if TYPE_CHECKING:
    from random import Random

    from fuzz.subject import Made

_CODES = {"cmdCode", "customsCode", "flowCode", "typeCode", "freqCode", "classificationCode"}


def write_parquet(draw: Random, made: Made, same: bool) -> tuple[bytes, list[str]]:
    """Return a table as Parquet; numbers as numbers where all cells of a column are."""
    grid, did = made.grid, []
    width = len(grid.header)
    rows = [(row + [""] * width)[:width] for row in grid.rows]
    columns = [[row[place] for row in rows] for place in range(width)]
    arrays = []
    odd = draw.randrange(width) if not same and draw.random() < 0.4 else -1
    for place, (name, cells) in enumerate(zip(grid.header, columns, strict=True)):
        if place == odd:
            array, what = _odd(draw, cells)
            did.append(f"{name} as {what}")
        else:
            array = _usual(draw, name, cells)
        arrays.append(array)
    options = {
        "row_group_size": draw.choice([2, 1000]),
        "compression": draw.choice(["snappy", "none", "zstd", "gzip"]),
        "use_dictionary": draw.random() < 0.5,
        "data_page_version": draw.choice(["1.0", "2.0"]),
    }
    try:
        return _written(grid.header, arrays, options), did
    except pa.ArrowException:  # a type that it cannot write, or not without rows
        texts = [pa.array([_plain(cell) for cell in cells], pa.string()) for cells in columns]
        return _written(grid.header, texts, options), ["all as text"]


def _written(names: list[str], arrays: list[pa.Array], options: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=names), sink, **options)
    return sink.getvalue()


def _usual(draw: Random, name: str, cells: list[str]) -> pa.Array:
    held = [cell or None for cell in cells]
    if name not in _CODES and not any(cell[:1] == "0" and cell[1:].isdecimal() for cell in cells):
        if all(cell in ("", "True", "False") for cell in cells):
            return pa.array([None if c is None else c == "True" for c in held], pa.bool_())
        for make, kinds in (
            (int, [pa.int64(), pa.int32(), pa.int16(), pa.float64(), pa.decimal128(38, 0)]),
            (float, [pa.float64(), pa.float64(), _decimals(cells)]),
        ):
            try:
                numbers = [None if cell is None else make(cell) for cell in held]
                if any(len(cell) > 15 or "_" in cell for cell in cells):
                    break
                kind = draw.choice(kinds)
                if pa.types.is_decimal(kind):
                    numbers = [None if cell is None else Decimal(cell) for cell in held]
                return pa.array(numbers, kind)
            except (ValueError, ArithmeticError, pa.ArrowInvalid):
                continue
    kind = draw.choice([pa.string(), pa.string(), pa.large_string(), pa.string_view()])
    array = pa.array([_plain(cell) for cell in held], kind)
    return array.dictionary_encode() if draw.random() < 0.2 and kind == pa.string() else array


def _decimals(cells: list[str]) -> pa.DataType:
    """Return decimals for money; codes are whole, and decimals would write them with a point."""
    return pa.decimal128(25, 3) if any("." in cell for cell in cells) else pa.float64()


def _plain(cell: str | None) -> str | None:
    return None if cell is None else cell.encode("utf-8", "replace").decode()


def _odd(draw: Random, cells: list[str]) -> tuple[pa.Array, str]:
    count = len(cells)
    numbers = [
        float(c) if c.replace(".", "", 1).isdecimal() and c.isascii() else None for c in cells
    ]
    some = draw.randrange(count) if count else 0

    def but(value: Any) -> list[Any]:
        return [value if place == some else one for place, one in enumerate(numbers)]

    makers: tuple[Any, ...] = (
        lambda: pa.nulls(count),
        lambda: pa.array([[cell] for cell in cells], pa.list_(pa.string())),
        lambda: pa.array([{"a": cell} for cell in cells]),
        lambda: pa.array([cell.encode("utf-8", "replace") for cell in cells], pa.binary()),
        lambda: pa.array([b"\xff\xfe"] * count, pa.binary()),
        lambda: pa.array([date(2022, 1, 1)] * count),
        lambda: pa.array([datetime(2022, 1, 1)] * count),
        lambda: pa.array(but(float("nan")), pa.float64()),
        lambda: pa.array(but(float("inf")), pa.float64()),
        lambda: pa.array(but(-1.0), pa.float64()),
        lambda: pa.array(but(1e300), pa.float64()),
        lambda: pa.array(but(0.5), pa.float64()),
        lambda: pa.array(numbers, pa.float32()),
        lambda: pa.array([n and n % 60_000 for n in numbers], pa.float64()).cast(
            pa.float16(), safe=False
        ),
        lambda: pa.array([bool(n) for n in numbers], pa.bool_()),
        lambda: pa.array([2**62] * count, pa.int64()),
        lambda: pa.array([2**64 - 1] * count, pa.uint64()),
        lambda: pa.array([1] * count, pa.uint8()),
        lambda: pa.array([Decimal("1.5")] * count, pa.decimal128(18, 4)),
        lambda: pa.array(
            [None if n is None else Decimal(int(n)) for n in numbers], pa.decimal128(30, 10)
        ),
        lambda: pa.array([1] * count, pa.duration("s")),
        lambda: pa.array([1] * count, pa.time32("s")),
        lambda: pa.array([f" {cell} " for cell in cells], pa.string()),
        lambda: pa.array([f"{cell}\0" for cell in cells], pa.string()),
        lambda: pa.MapArray.from_arrays(list(range(count + 1)), cells, cells),
    )
    number = draw.randrange(len(makers))
    array = makers[number]()
    return array, f"{array.type} ({number})"


def read_parquet(data: bytes, *, whole: bool = False) -> tuple[list[str], list[list[str]]]:
    """Return the cells of a Parquet file as text, by another reader than the parsers'.

    `whole`: decimals without a fraction have no point.
    """
    try:
        table = pq.ParquetFile(io.BytesIO(data)).read(use_threads=False)
        columns = [_texts(column, whole=whole) for column in table.columns]
    except Refused:
        raise
    except Exception as error:  # damaged: the other reader may still be right
        raise CannotSay("pyarrow cannot read it") from error
    if not table.num_rows:
        raise Refused("no rows")
    names = [name.strip() for name in table.column_names]
    return names, [list(row) for row in zip(*columns, strict=True)]


def _texts(column: pa.ChunkedArray, *, whole: bool) -> list[str]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise Refused(f"cells of the type {kind}")
    if pa.types.is_duration(kind):
        raise CannotSay("readers differ in how they write a duration")
    texts = [_text(value) for value in column.to_pylist()]
    if whole and pa.types.is_decimal(kind):
        return [re.sub("[.]0+$", "", text) for text in texts]
    return texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).strip(" ")
