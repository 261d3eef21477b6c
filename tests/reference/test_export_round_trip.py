"""What is exported and read again is what was held, to the last digit."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from typing import TYPE_CHECKING

import duckdb
import pandas
import pytest
import python_calamine

from entrepot.errors import RequestError
from entrepot.lake import Lake
from entrepot.model.columns import columns, schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAP = """
format: 1
id: mine
columns:
  period: {role: period}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  flow: {role: flow, import: M, export: X}
  product: {role: product}
  edition: {role: nomenclature}
  value: {role: value, currency: EUR}
  kg: {role: mass, unit: kg}
  number: {role: quantity}
  unit: {role: quantity_unit}
"""


def _rows() -> list[str]:
    dice = random.Random(7)
    cells = [
        (period, reporter, partner, flow, product)
        for period in ("2020", "2021", "2021-01", "2021-02", "2021Q1")
        for reporter, partner in (("POL", "CHN"), ("CHN", "POL"), ("DEU", "NAM"))
        for flow in "MX"
        for product in ("010121", "854231", "999999")
    ]
    return [
        ",".join(
            (
                *cell,
                "HS2017" if cell[0] < "2021" else "HS2022",
                repr(dice.random() * 10 ** dice.randint(-3, 14)),
                "" if dice.random() < 0.3 else repr(dice.expovariate(1e-4)),
                *(("", "") if dice.random() < 0.3 else (str(dice.randint(1, 99)), "items")),
            )
        )
        for cell in cells
    ]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    path = tmp_path / "mine.csv"
    head = "period,reporter,partner,flow,product,edition,value,kg,number,unit"
    path.write_text("\n".join([head, *_rows(), ""]), encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=MAP)
    return lake


def _read(path: Path) -> list[tuple[object, ...]]:
    """Read a file with the types of the dictionary, without any code of ours."""
    kinds = schema("flows")
    connection = duckdb.connect()
    if path.suffix == ".parquet":
        found = connection.sql(f"SELECT * FROM read_parquet('{path}')")
        assert dict(zip(found.columns, map(str, found.types), strict=True)) == kinds
    else:
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
        found = connection.sql(
            f"SELECT * FROM read_csv('{path}', header=true, auto_detect=false, columns={{{types}}})"
        )
    return sorted(found.fetchall(), key=str)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_nothing_changes(lake: Lake, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out{suffix}"
    held = sorted(lake.flows("table.mine").to_native().fetchall(), key=str)
    assert lake.export("table.mine", target) == len(held) == len(_rows())
    assert _read(target) == held
    written = sorted(round(float(row.split(",")[6]), 2) for row in _rows())  # to the cent
    place = list(schema("flows")).index("value_reported")
    assert sorted(row[place] for row in _read(target)) == written


def _workbook_cells(path: Path) -> list[list[object]]:
    book = python_calamine.CalamineWorkbook.from_path(path)
    return book.get_sheet_by_index(0).to_python()


def _stata_cells(path: Path) -> list[list[object]]:
    found = pandas.read_stata(path, preserve_dtypes=False)
    return [list(found.columns), *found.to_numpy().tolist()]


def _text_cells(path: Path) -> list[list[object]]:
    return [list(row) for row in csv.reader(io.StringIO(path.read_text("utf-8")))]


def _package_cells(path: Path) -> list[list[object]]:
    """Return the cells of a data package, each column checked against the type it states."""
    with zipfile.ZipFile(path) as archive:
        package = json.loads(archive.read("datapackage.json"))
        (table,) = package["resources"]
        cells = list(csv.reader(io.StringIO(archive.read(table["path"]).decode())))
    fields = table["schema"]["fields"]
    assert [one["name"] for one in fields] == cells[0]
    kinds = {"number": float, "integer": int, "string": str}
    for place, one in enumerate(fields):
        for row in cells[1:]:
            if row[place] not in table["schema"]["missingValues"]:
                kinds[one["type"]](row[place])
    meanings = {one.name: one.meaning for one in columns("flows")}
    assert {one["name"]: one["description"] for one in fields} == meanings
    assert "snapshot" in package["description"]
    return [list(row) for row in cells]


@pytest.mark.parametrize(
    ("end", "reader"),
    [
        (".xlsx", _workbook_cells),
        (".dta", _stata_cells),
        (".sdmx.csv", _text_cells),
        (".zip", _package_cells),
    ],
)
def test_other_programs_read_the_same_values(
    lake: Lake, tmp_path: Path, end: str, reader: Callable[[Path], list[list[object]]]
) -> None:
    target = tmp_path / f"out{end}"
    assert lake.export("table.mine", target) == len(_rows())
    head, *rows = reader(target)
    place = head.index("VALUE_REPORTED" if end == ".sdmx.csv" else "value_reported")
    product = [str(name).lower() for name in head].index("product")
    held = lake.flows("table.mine").to_native()
    expected = held.select("product, value_reported").fetchall()
    found = [(str(row[product]), float(str(row[place]))) for row in rows]
    assert sorted(found) == sorted(expected)
    assert "010121" in {code for code, _ in found}  # its zero is kept


def test_a_year_is_no_day_for_readers_of_sdmx(lake: Lake, tmp_path: Path) -> None:
    lake.export("table.mine", tmp_path / "out.sdmx.csv")
    head, *rows = _text_cells(tmp_path / "out.sdmx.csv")
    at, freq = head.index("TIME_PERIOD"), head.index("FREQ")
    expected = {("A", "2020"), ("A", "2021"), ("M", "2021-01"), ("M", "2021-02"), ("Q", "2021-Q1")}
    assert {(row[freq], row[at]) for row in rows} == expected


def test_what_no_sheet_holds_is_refused_and_nothing_is_written(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.lake.backup.MOST_ROWS", 10)
    with pytest.raises(RequestError, match="more than 10 rows"):
        lake.export("table.mine", tmp_path / "out.xlsx")
    with pytest.raises(RequestError, match="cannot write this kind of file"):
        lake.export("table.mine", tmp_path / "out.doc")
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize(
    ("period", "spans"),
    [
        ("2021", {"A", "M", "Q"}),
        ("2021Q1", {"M", "Q"}),
        ("2021-01", {"M"}),
        ("2020-06..2021-02", {"M"}),
        ("2021-01-15..2021-03-15", {"M"}),
        ("2020..2021", {"A", "M", "Q"}),
    ],
)
def test_a_span_takes_only_what_lies_in_it(
    lake: Lake, tmp_path: Path, period: str, spans: set[str]
) -> None:
    lake.export("table.mine", tmp_path / "out.csv", period=period)
    place = list(schema("flows")).index("freq")
    assert {row[place] for row in _read(tmp_path / "out.csv")} == spans


def test_a_table_without_areas_cannot_be_cut_by_one(tmp_path: Path, shared_data: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    book = "HS 2022 to HS 2017 ConversionAndCorrelationTables.xlsx"
    lake.add("concordance", [shared_data / "hs_concordance" / book])
    with pytest.raises(RequestError, match="no importer"):
        lake.export("concordance", tmp_path / "out.csv", importer="RUS")
    assert lake.export("concordance", tmp_path / "out.csv") > 5_000
