"""A made-up register: every trap in it, what is loaded of it, and what is kept of persons."""

from __future__ import annotations

import csv
import errno
import fcntl
import io
import json
import re
import sys
import threading
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from rich.console import Console

import entrepot as ep
from entrepot.cli.data_show import print_holdings
from entrepot.errors import (
    BadFileError,
    NoEvidenceError,
    OutsideError,
    RequestError,
    UnknownNameError,
)
from entrepot.figures.companies import CompanyRow, CompanyTable
from entrepot.figures.registers import register_names
from entrepot.lake import Lake, backup, erase, prepare, registers, store
from entrepot.lake.iceberg import publish_tables
from entrepot.lake.publish import forget, keep
from entrepot.sources import shipments
from entrepot.sources.shipments import persons
from entrepot.sources.shipments.draft import draft_layout
from entrepot.sources.shipments.layout import (
    Layout,
    known_layouts,
    known_registers,
    read_layout,
)
from entrepot.sources.shipments.persons import without_persons
from made_workbook import cells, make_workbook

pytestmark = pytest.mark.slow

LAYOUT = """
format: 1
register: made-up
title: A made-up register
reporter: KAZ
direction: import
valuation: CIF
delimiter: ";"
decimal: ","
missing: [n/a, S/M]
columns:
  Number: {role: declaration}
  Item: {role: item}
  Sub: {role: sub_item}
  Day: {role: date, form: "%d.%m.%Y"}
  Status: {role: status, words: {F: final, P: preliminary, X: annulled}}
  Code: {role: tariff_code, pad: 10}
  Made in: {role: origin}
  Sent from: {role: dispatch}
  Seller in: {role: seller}
  Importer: {role: receiver}
  Tax number: {role: receiver_number, person: '^9'}
  Supplier: {role: sender}
  Brand: {role: brand}
  Value: {role: value}
  Net: {role: mass_kg}
  Gross: {role: gross_kg}
  Amount: {role: quantity}
  Unit: {role: quantity_unit}
  Invoice: {role: invoice_value}
  Text: {role: description}
"""
NAMES = (
    *("Number", "Item", "Sub", "Day", "Status", "Code", "Made in", "Sent from", "Seller in"),
    *("Importer", "Tax number", "Supplier", "Brand", "Value", "Net", "Gross", "Amount", "Unit"),
    *("Invoice", "Text", "Broker"),
)
USUAL = {
    "Number": "A1", "Item": "1", "Sub": "0", "Day": "05.01.2023", "Status": "F",
    "Code": "8542.31.0000", "Made in": "Китай", "Sent from": "Alemania", "Seller in": "Hong Kong",
    "Importer": "ALMATY CHIPS TOO", "Tax number": "101", "Supplier": "ACME LTD", "Brand": "ACME",
    "Value": "100,50", "Net": "2", "Gross": "3", "Amount": "5", "Unit": "PCS", "Invoice": "100",
    "Text": "chips", "Broker": "Aigul Serikova",
}  # fmt: skip


def _file(folder: Path, *changes: dict[str, str], name: str = "made.csv") -> Path:
    """Write a register of lines that differ from the usual one."""
    lines = [";".join(NAMES)]
    for number, change in enumerate(changes):
        cells = USUAL | {"Number": f"A{number}"} | change
        lines.append(";".join(cells[one] for one in NAMES))
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _lake(folder: Path, *changes: dict[str, str]) -> Lake:
    lake = Lake.open(folder / "lake")
    lake.add("shipments", [_file(folder, *changes)], mapping=LAYOUT)
    return lake


def _lines(lake: Lake, columns: str) -> list[tuple[object, ...]]:
    rows = lake.table("shipments").to_native()
    return rows.order("row").project(columns).fetchall()


def _findings(lake: Lake) -> dict[str, tuple[int, str]]:
    rows = lake.findings().to_native().project("rule, count, text").fetchall()
    return {rule: (count, text) for rule, count, text in rows}


def test_what_a_workbook_hides_is_loaded_and_said(tmp_path: Path) -> None:
    plain = cells([NAMES, *([USUAL[one] for one in NAMES] for _ in range(3))])
    unseen = plain.replace('<row r="3"', '<row hidden="1" r="3"')
    book = make_workbook(
        tmp_path / "made.xlsx",
        {"lines": unseen, "notes": plain},
        columns='<cols><col min="6" max="6" hidden="1"/></cols>',
        hidden=["lines"],
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments", [book], mapping=LAYOUT)
    assert len(_lines(lake, "row")) == 3
    found = _findings(lake)
    assert found["hidden-rows"][0] == found["hidden-columns"][0] == found["hidden-sheet"][0] == 1
    assert "other sheet of the workbook is not read" in found["sheets-not-read"][1]
    lake.erase("ALMATY CHIPS TOO")
    lake.rebuild()
    assert _findings(lake)["hidden-rows"] == found["hidden-rows"]


COMMAS = LAYOUT.replace('decimal: ","', 'decimal: ","\nthousands: "."')
"""With points between thousands, which numbers of a sheet have not."""


@pytest.mark.parametrize("kind", ["workbook", "parquet"])
def test_numbers_and_days_of_typed_cells_are_what_they_are(tmp_path: Path, kind: str) -> None:
    """100.5 of a sheet was 1005 under a layout that writes 1.000,5, and its days were refused."""
    typed: dict[str, Any] = {"Value": 100.5, "Net": 1234.567, "Gross": 3000.0, "Amount": 7}
    row = [date(2023, 1, 5) if name == "Day" else typed.get(name, USUAL[name]) for name in NAMES]
    path = tmp_path / "made.xlsx"
    if kind == "workbook":
        with xlsxwriter.Workbook(str(path), {"default_date_format": "dd.mm.yyyy"}) as made:
            sheet = made.add_worksheet("Lines")
            sheet.write_row(0, 0, NAMES)
            sheet.write_row(1, 0, row)
    else:
        path = tmp_path / "made.parquet"
        columns = dict(zip(NAMES, ([cell] for cell in row), strict=True))
        pq.write_table(pa.table(columns), path)
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments", [path], mapping=COMMAS)
    assert _lines(lake, "value_usd, mass_kg, gross_kg, quantity, period, row") == [
        (100.5, 1234.567, 3000.0, 7.0, date(2023, 1, 1), 2)
    ]


def test_parquet_says_what_its_text_says(tmp_path: Path) -> None:
    """It was refused as no text in UTF-8. Persons are replaced, and damage is said."""
    changes = ({}, {"Importer": "Dana Akhmetova"}, {"Text": "a, word", "Item": "2"})
    lake = _lake(tmp_path, *changes)
    columns = "receiver, description, item, value_usd, mass_kg, period, row"
    expected = _lines(lake, columns)
    path = tmp_path / "made.parquet"
    cells_ = [USUAL | {"Number": f"A{at}"} | change for at, change in enumerate(changes)]
    pq.write_table(pa.table({name: [one[name] for one in cells_] for name in NAMES}), path)
    held = Lake.open(tmp_path / "other")
    held.add("shipments", [path], mapping=LAYOUT)
    found = _lines(held, columns)
    assert [one[1:] for one in found] == [one[1:] for one in expected]
    assert str(found[1][0]).startswith("NP-")
    assert b"Akhmetova" not in _bytes_and_cells(held)
    drafted = draft_layout(path, "made-up").text
    assert "Code: {role: tariff_code" in drafted
    half = tmp_path / "half.parquet"
    half.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadFileError, match="damaged") as refused:
        held.add("shipments", [half], mapping=LAYOUT)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.usefixtures("each_engine")
def test_each_country_is_kept_by_itself(tmp_path: Path) -> None:
    """A country that is not said is missing, whatever the others say."""
    lake = _lake(tmp_path, {}, {"Sent from": "n/a"}, {"Made in": "Nowhereland", "Seller in": ""})
    assert _lines(lake, "origin, dispatch, seller, consignment, port") == [
        ("CHN", "DEU", "HKG", None, None),
        ("CHN", None, "HKG", None, None),
        (None, "DEU", None, None, None),
    ]
    assert _findings(lake)["unknown-origin"][0] == 1
    assert "USD 100.50" in _findings(lake)["unknown-origin"][1]


def test_a_share_needs_its_basis(tmp_path: Path) -> None:
    """By hand: of 402 in chips, 301.5 are made in China, 402 sent from Germany."""
    other = {"Made in": "Taiwan"}
    lake = _lake(tmp_path, {}, {}, {}, other)
    keys = {"importer": "KAZ", "goods": "854231", "period": "2023-01", "lake": lake}
    keys |= {"source": "shipments.made-up"}
    with pytest.raises(RequestError, match="on 3 bases: dispatch, origin, seller") as told:
        ep.ask("import_share", exporter="CHN", **keys)
    assert "--basis" in told.value.hint
    for basis, exporter, share in (
        ("origin", "CHN", 0.75),
        ("origin", "TWN", 0.25),
        ("dispatch", "DEU", 1.0),
        ("seller", "HKG", 1.0),
    ):
        figure = ep.ask("import_share", exporter=exporter, basis=basis, **keys)
        assert figure.value == pytest.approx(share)
    assert ep.ask("value", exporter="CHN", basis="origin", **keys).value == pytest.approx(301.5)
    refused = ep.ask("import_share", exporter="CHN", basis="port", **keys)
    assert refused.status == "insufficient_data"
    assert "dispatch, origin, seller" in str(refused.reason)


def test_a_line_without_a_country_counts_in_the_total(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {}, {"Made in": "n/a"})
    keys = {"importer": "KAZ", "exporter": "CHN", "goods": "854231", "period": "2023-01"}
    figure = ep.ask("import_share", lake=lake, source="shipments.made-up", basis="origin", **keys)
    assert figure.value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("rule", "changes", "count", "value"),
    [
        ("exact-copies", [{"Number": "A1"}, {"Number": "A1"}], 1, "USD 100.50"),
        ("look-alikes", [{"Number": "A1"}, {"Number": "A2"}], 1, "USD 100.50"),
        (
            "numbers-restart",
            [{"Number": "A1"}, {"Number": "A1", "Day": "05.02.2024"}],
            1,
            "1 of them in several years): numbers restart, and are no key",
        ),
        (  # numbers were said to restart, of which none is in another year
            "numbers-restart",
            [{"Number": "A1"}, {"Number": "A1", "Value": "3"}],
            1,
            "each in one year only): number and item are no key",
        ),
        ("no-number", [{"Number": "000"}, {"Number": ""}], 2, "USD 201.00"),
        (
            "sub-items-zero",
            [{"Number": "A1", "Sub": "1"}, {"Number": "A1", "Sub": "2", "Value": "0"}],
            1,
            "100.00",
        ),
        ("preliminary", [{}, {"Status": "P", "Day": "05.02.2023"}], 1, "Of 2023-02 there are no"),
        ("no-status", [{}, {"Status": ""}], 1, "1 line, USD 100.50, has an empty status"),
        ("unknown-code", [{}, {"Code": "0000000000"}], 1, "1 line, USD 100.50, has a code whose"),
        ("left-out-annulled", [{}, {"Status": "X"}], 1, "USD 100.50"),
        (  # USD 0.00
            "left-out-footer",
            [{}, {"Day": "", "Code": "", "Value": "", "Gross": "77"}],
            1,
            "no value, 77.00 kg gross",
        ),
        (  # no mass
            "left-out-footer",
            [{}, {"Day": "", "Code": "", "Value": "", "Gross": "", "Net": "77"}],
            1,
            "no value, 77.00 kg net",
        ),
        ("leading-zeros", [{"Code": "101210000"}], 1, "USD 100.50"),
        ("free-zone-dispatch", [{"Sent from": "ZONA FRANCA DE IQUIQUE"}], 1, "USD 100.50"),
        ("unknown-origin", [{"Made in": "Nowhere"}], 1, "1 line, USD 100.50, has no country"),
        ("units-in-words", [{}, {"Unit": "BAG"}], 2, "BAG (1), PCS (1)"),
        ("names-given", [{}, {"Brand": "S/M"}], 3, "brand named on 50.0 %"),
        ("no-value", [{}, {"Value": "0"}], 1, "2.00 kg"),
        ("no-value", [{}, {"Value": "0", "Net": ""}], 1, "with no mass"),  # 0.00 kg
        ("negative", [{}, {"Net": "-2"}], 1, "below zero, -2.00 kg. "),  # USD 0.00 and
        ("negative", [{}, {"Value": "-100,50"}, {"Net": "-2"}], 2, "USD -100.50 and -2.00 kg"),
        ("value-not-invoice", [{}, {}, {}, {"Invoice": "10"}], 1, "USD 100.50"),
        ("columns-not-kept", [{}], 1, "Broker"),
        (
            "header-value-repeated",
            [
                {"Number": f"D{n}", "Item": str(item), "Net": str(item), "Value": str(n + 7)}
                for n in range(6)
                for item in (1, 2)
            ],
            6,
            "USD 57.00",
        ),
        (
            "numbers-of-companies-change",
            [
                {"Importer": f"F {n} LTD", "Tax number": f"{n}{month}", "Day": f"05.0{month}.2023"}
                for n in range(1, 7)
                for month in (1, 2)
            ],
            6,
            "it has the same number 0 times",
        ),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("each_engine")
def test_traps_are_counted_with_their_value(
    tmp_path: Path, rule: str, changes: list[dict[str, str]], count: int, value: str
) -> None:
    lake = _lake(tmp_path, *changes)
    found = _findings(lake)[rule]
    assert found[0] == count
    assert value in found[1]


def test_an_innocent_register_has_no_trap(tmp_path: Path) -> None:
    """What is not there is not found."""
    lake = _lake(tmp_path, {}, {"Value": "200", "Invoice": "200", "Net": "4"})
    notes = {"names-given", "columns-not-kept", "few-products"}
    assert set(_findings(lake)) <= notes


def test_persons_of_one_name_keep_their_numbers(tmp_path: Path) -> None:
    """Each pair of numbers was counted as a change, and a name of thousands took minutes."""
    lines = [
        {"Importer": f"F {n} LTD", "Tax number": f"{n}{k}", "Day": f"05.0{month}.2023"}
        for n in range(1, 7)
        for k in range(12)
        for month in (1, 2)
    ]
    assert "numbers-of-companies-change" not in _findings(_lake(tmp_path, *lines))


def test_nothing_is_taken_out_by_a_number(tmp_path: Path) -> None:
    """Copies, look-alikes and lines of one number are all loaded; the key is the row."""
    lake = _lake(tmp_path, {"Number": "A1"}, {"Number": "A1"}, {"Number": "A2"}, {"Number": ""})
    assert [row for (row,) in _lines(lake, "row")] == [2, 3, 4, 5]


def test_codes_with_dots_letters_and_lost_zeros(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {"Code": "8542.31.0000Z"}, {"Code": "101210000"}, {"Code": "1012100"})
    assert _lines(lake, "tariff_code, tariff_line, product, nomenclature") == [
        ("8542.31.0000Z", "8542310000", "854231", "HS2022"),
        ("101210000", "0101210000", "010121", "HS2022"),
        ("1012100", "01012100", "010121", "HS2022"),
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Value": "12,3,4"}, "row 3, column Value"),
        ({"Value": "inf"}, "not a number"),
        ({"Day": "31.02.2023"}, "row 3, column Day"),
        ({"Day": "05.01.1987"}, "not a day as the layout has it: '05.01.1987'"),
        ({"Day": "05.01.2203"}, "not a day as the layout has it: '05.01.2203'"),
        ({"Day": f"05.01.{date.today().year + 2}"}, "not a day as the layout has it"),
        ({"Day": ""}, "no day on a line with a tariff code"),
        ({"Status": "Q"}, "a status that the layout does not know"),
    ],
)
@pytest.mark.usefixtures("each_engine")
def test_a_cell_that_cannot_be_read_is_named(
    tmp_path: Path, change: dict[str, str], says: str
) -> None:
    with pytest.raises(BadFileError) as told:
        _lake(tmp_path, {}, change)
    assert says in str(told.value) or says in told.value.where


@pytest.mark.usefixtures("each_engine")
def test_persons_never_reach_the_lake(tmp_path: Path) -> None:
    """No byte of the lake has the name of a person, or a column that the layout does not name."""
    text = "chips, call tel. +7 701 555 1234 or aigul@example.org"
    lake = _lake(
        tmp_path,
        {"Importer": "Dana Akhmetova", "Supplier": "John Q. Public"},
        {"Importer": "DANA  AKHMÉTOVA", "Tax number": "950712300123", "Text": text},
        {"Importer": "ALMATY CHIPS TOO", "Tax number": "901"},
    )
    (one, sender), (two, _), (three, _) = _lines(lake, "receiver, sender")
    assert one == two  # one person, however it is written
    assert str(one).startswith("NP-")
    assert str(sender).startswith("NP-")
    assert str(three).startswith("NP-")  # the tax number is a person's
    assert _lines(lake, "description")[1] == ("chips, call [tel] or [mail]",)
    every = b"".join(path.read_bytes() for path in lake.path.rglob("*") if path.is_file())
    held = json.dumps(lake.table("shipments").to_native().fetchall(), default=str).encode()
    for secret in (
        b"Dana",
        b"AKHM",
        b"Public",
        b"Serikova",
        b"aigul",
        b"555 1234",
        b"950712300123",
    ):
        assert secret not in every + held
    assert _findings(lake)["persons"][0] == 3


@pytest.mark.usefixtures("each_engine")
def test_pseudonyms_differ_between_lakes_and_survive_a_rebuild(tmp_path: Path) -> None:
    person = {"Importer": "Dana Akhmetova"}
    (tmp_path / "other").mkdir()
    here, there = _lake(tmp_path, person), _lake(tmp_path / "other", person)
    before = _lines(here, "receiver, row, value_usd, origin")
    assert before != _lines(there, "receiver, row, value_usd, origin")
    here.rebuild()
    assert _lines(here, "receiver, row, value_usd, origin") == before
    assert (here.path / "persons.json").stat().st_mode & 0o077 == 0
    here.backup(tmp_path / "copy.tar")
    assert b"salt" not in (tmp_path / "copy.tar").read_bytes()


@pytest.mark.usefixtures("each_engine")
def test_the_same_file_is_loaded_once(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {}, {})
    report = lake.add("shipments.made-up", [tmp_path / "made.csv"], mapping=LAYOUT)
    assert report.unchanged == ("made.csv",)
    more = _file(tmp_path, {"Number": "B9"}, name="more.csv")
    lake.add("shipments.made-up", [more], mapping=LAYOUT)
    assert len(_lines(lake, "row")) == 3
    again = _file(tmp_path, {"Number": "A0"}, {"Number": "C"}, name="again.csv")
    with pytest.raises(BadFileError, match="2023-01 is loaded already"):
        lake.add("shipments.made-up", [again], mapping=LAYOUT)


def test_a_layout_is_closed() -> None:
    for change, says in (
        ("columns:", "colums:"),
        ("role: brand", "role: band"),
        ("Brand: {role: brand}", "Brand: {role: brand, pad: 8}"),
        ("reporter: KAZ", "reporter: XYZ"),
        ("Value: {role: value}", "Value: {role: invoice_currency}"),
        ("Sub: {role: sub_item}", "Sub: {role: item}"),
    ):
        assert change in LAYOUT
        with pytest.raises(BadFileError):
            read_layout(LAYOUT.replace(change, says))


def test_layouts_that_come_with_the_program_can_be_read() -> None:
    for name, layout in known_layouts().items():
        assert isinstance(layout, Layout), name
        assert layout.known_from, name
        assert layout.bases, name


def test_without_a_brand_in_any_spelling_is_no_brand() -> None:
    """S/MARCA and SM were the names of brands, where S/M was none."""
    for name in ("peru", "argentina"):
        assert {"S/M", "SIN MARCA", "S/MARCA"} <= set(known_layouts()[name].missing)
    for name in ("peru", "ecuador", "ecuador-2017"):
        assert {"S/M", "SIN MARCA", "S/MARCA", "N/A"} <= set(known_layouts()[name].missing)
        # The largest brand of Ecuador; in Peru, of goods described as "SM, SM EN BIG BAGS".
        assert "SM" in known_layouts()[name].missing
    assert "S/M." in known_layouts()["peru"].missing


def test_a_report_has_the_codes_of_the_fewest_and_the_most_months(tmp_path: Path) -> None:
    """Two months had one code and two: the report said one."""
    lake = _lake(tmp_path, {}, {"Code": "0101.21.0000"}, {"Day": "05.02.2023"})
    [item] = [one for one in lake.holdings() if one.source == "shipments.made-up"]
    assert (item.products, item.most_products) == (1, 2)
    screen = io.StringIO()
    print_holdings(Console(width=80, file=screen), [item])
    shown = screen.getvalue().replace("\u00a0", " ")
    assert "codes: 1 to 2 by period of HS2022" in shown


def test_a_register_has_to_be_known_or_described(tmp_path: Path) -> None:
    path = _file(tmp_path, {})
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(UnknownNameError, match="peru"):
        lake.add("shipments.peruu", [path])
    with pytest.raises(RequestError, match="which register"):
        lake.add("shipments", [path])
    with pytest.raises(BadFileError, match="separated by semicolons"):
        lake.add("shipments.panama", [_file(tmp_path, {}, name="p.csv")])


def _chile(*changes: dict[str, str]) -> str:
    """Return lines of Chile's 178 columns, without names."""
    titles = known_layouts()["chile"].titles
    usual = {
        "NUMENCRIPTADO": "77", "NUMITEM": "1", "FECACEP": "5012026", "PA_ORIG": "336",
        "PA_ADQ": "508", "CODPAISCON": "342", "DNOMBRE": 'TORNILLO 1/2" ÑANDU', "DMARCA": "ACME",
        "ARANC-NAC": "73181500", "CIF-ITEM": "1234,56", "CIF": "9999,99", "CANT-MERC": "7,0000",
        "MEDIDA": "10", "NOMEMISOR": "JUAN PEREZ",
    }  # fmt: skip
    lines = []
    for change in changes:
        cells = usual | change
        assert set(cells) <= set(titles)
        lines.append(";".join(cells.get(title, "") for title in titles))
    return "".join(f"{line}\n" for line in lines)


def test_the_178_columns_of_chile(tmp_path: Path) -> None:
    """Without a line of names, in Latin-1, with stray quotation marks and a line in two halves."""
    path = tmp_path / "enero.txt"
    whole = _chile({}, {"NUMITEM": "2", "PA_ORIG": "905", "ARANC-NAC": "1012100"}, {"PA_ADQ": ""})
    first, second, third = whole.splitlines()
    broken = second[:150] + "\n" + second[150:]
    path.write_bytes(f"{first}\n{broken}\n{third}\n".encode("latin-1"))
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments.chile", [path])
    assert _lines(lake, "origin, seller, consignment, product, value_usd, date::VARCHAR") == [
        ("CHN", "CHE", "HKG", "731815", 1234.56, "2026-01-05"),
        ("XFREEZONES", "CHE", "HKG", "010121", 1234.56, "2026-01-05"),
        ("CHN", None, "HKG", "731815", 1234.56, "2026-01-05"),
    ]
    assert _lines(lake, "description, brand, quantity")[0] == ('TORNILLO 1/2" ÑANDU', "ACME", 7.0)
    every = b"".join(one.read_bytes() for one in lake.path.rglob("*") if one.is_file())
    assert b"JUAN PEREZ" not in every
    shares = {
        (basis, exporter): ep.ask(
            "import_share", lake=lake, source="shipments.chile", importer="CHL", goods="731815",
            period="2026-01", exporter=exporter, basis=basis,
        ).value
        for basis, exporter in (("origin", "CHN"), ("consignment", "HKG"), ("seller", "CHE"))
    }  # fmt: skip
    assert shares == {("origin", "CHN"): 1.0, ("consignment", "HKG"): 1.0, ("seller", "CHE"): 0.5}


def test_a_line_of_chile_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "enero.txt"
    first, second = _chile({}, {}).splitlines()
    path.write_text(f"{first[:150]}\n{second}\n", encoding="latin-1")
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError, match="more or fewer cells"):
        lake.add("shipments.chile", [path])
    assert not lake.holdings()


def _spain(**cells: tuple[int, str]) -> str:
    line = [" "] * 226
    for at, text in cells.values():
        line[at - 1 : at - 1 + len(text)] = text
    assert len(line) == 226
    return "".join(line)


def test_the_226_bytes_of_spain(tmp_path: Path) -> None:
    usual = {
        "flow": (1, "I"), "year": (2, "23"), "month": (4, "04"), "office": (6, "08"),
        "code": (26, "854231900000"), "kind": (38, "D"), "origin": (67, "CN "),
        "sent": (70, "NL "), "mass": (90, "000000000000120"), "value": (120, "000000001500"),
        "terms": (175, "CIF"),
    }  # fmt: skip
    lines = [
        _spain(**usual),
        _spain(**usual | {"origin": (67, "TW "), "value": (120, "000000000500")}),
        _spain(**usual | {"flow": (1, "E"), "origin": (67, "RU "), "sent": (70, "BY ")}),
    ]
    path = tmp_path / "imp2304.txt"
    path.write_text("\r\n".join(lines) + "\r\n", encoding="latin-1")
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments.spain", [path])
    columns = "direction, origin, dispatch, destination, valuation, value_reported, currency"
    assert _lines(lake, columns) == [
        ("import", "CHN", "NLD", None, "CIF", 1500.0, "EUR"),
        ("import", "TWN", "NLD", None, "CIF", 500.0, "EUR"),
        ("export", None, None, "RUS", "FOB", 1500.0, "EUR"),
    ]
    keys = {"lake": lake, "source": "shipments.spain", "goods": "854231", "period": "2023-04"}
    share = ep.ask("import_share", importer="ESP", exporter="CHN", basis="origin", **keys)
    assert share.value == pytest.approx(0.75)
    sold = ep.ask("value", importer="RUS", exporter="ESP", basis="destination", **keys)
    assert (sold.value, sold.unit) == (1500.0, "EUR")


def test_a_month_of_no_year_is_named_with_its_row(tmp_path: Path) -> None:
    """It ended in an error of the engine without a file."""
    usual = {
        "flow": (1, "I"), "year": (2, "23"), "month": (4, "04"), "office": (6, "08"),
        "code": (26, "854231900000"), "kind": (38, "D"), "origin": (67, "CN "),
        "mass": (90, "000000000000005"), "value": (120, "000000001500"),
    }  # fmt: skip
    path = tmp_path / "imp2304.txt"
    path.write_text(f"{_spain(**usual)}\n{_spain(**usual | {'month': (4, '13')})}\n")
    with pytest.raises(BadFileError, match="with this month") as refused:
        Lake.open(tmp_path / "lake").add("shipments.spain", [path])
    assert "row 2" in str(refused.value.where)


@pytest.mark.usefixtures("each_engine")
def test_a_name_is_erased_for_good(tmp_path: Path) -> None:
    """In rows, kept files and files that come later; sums and other lines stay."""
    lake = _lake(
        tmp_path,
        {},
        {"Importer": "Dana Akhmetova", "Text": "chips"},
        {"Supplier": "Secret Chips LLC", "Text": "chips of SECRET CHIPS LLC"},
        {"Importer": "SECRET  CHIPS LLC", "Number": "A9", "Tax number": "777"},
    )
    more = _file(tmp_path, {"Number": "B1"}, name="more.csv")
    lake.add("shipments", [more], mapping=LAYOUT)
    names = [str(one) for (one,) in _lines(lake, "receiver")]
    person = next(one for one in names if one.startswith("NP-"))
    sums = _lines(lake, "sum(value_usd)")
    assert lake.erase("secret chips llc", really=False) == {"shipments.made-up": 2}
    assert lake.erase("secret chips llc") == {"shipments.made-up": 2}
    assert lake.erase(person) == {"shipments.made-up": 1}
    found = _lines(lake, "receiver, receiver_number, sender, description, row")
    assert ("erased", None, "ACME LTD", "chips", 3) in found
    assert ("ALMATY CHIPS TOO", "101", "erased", "chips of [erased]", 4) in found
    assert ("erased", None, "ACME LTD", "chips", 5) in found
    assert len(found) == 5
    assert _lines(lake, "sum(value_usd)") == sums
    every = b"".join(one.read_bytes() for one in lake.path.rglob("*") if one.is_file())
    assert b"secret" not in every.lower().replace(b'secret"', b"")
    assert person.encode() not in b"".join(one.read_bytes() for one in lake.path.rglob("*.parquet"))
    again = _file(tmp_path, {"Supplier": "Secret Chips LLC", "Number": "Z"}, name="again.csv")
    lake.add("shipments", [again], mapping=LAYOUT)
    assert "Secret Chips LLC" not in {one for (one,) in _lines(lake, "sender")}
    lake.rebuild()
    assert len(_lines(lake, "row")) == 6
    assert "Secret Chips LLC" not in {one for (one,) in _lines(lake, "sender")}


@pytest.mark.parametrize(
    ("written", "erased"),
    [
        ("ZENITÂ® TOO", "Zenit TOO"),
        ("ZENIT® TOO", "ZENITÂ® TOO"),
        ("ZENITÃ‚Â® TOO", "Zenit TOO"),
        ("COMPAÃ‘IA PEÃ‘A LTD", "Compañia Peña Ltd"),
        ("COMPA\u00c3\u0091IA PE\u00c3\u0091A LTD", "Compañia Peña Ltd"),
        ("Compañia Peña Ltd", "COMPAÃ‘IA PEÃ‘A LTD"),
        ("Иван Сидоров".encode().decode("latin-1"), "Иван Сидоров"),
        ("王伟".encode().decode("latin-1"), "王伟"),
    ],
)
def test_a_name_of_letters_in_a_wrong_encoding_is_the_same_name(
    tmp_path: Path, written: str, erased: str
) -> None:
    """SOLUPOTASSEÂ® of a real register had another key than SOLUPOTASSE: its name stayed."""
    changes = {"Importer": written, "Text": f"chips of {written}, new"}
    lake = _lake(tmp_path, changes, {"Text": f"to {erased}"}, {"Importer": "CHIPS TOO"})
    assert lake.erase(erased) == {"shipments.made-up": 2}
    found = _lines(lake, "receiver, description")
    assert found[0][0] == "erased"
    assert not (set(written) - set("[erased] chips of, new")) & set(str(found[0][1]))
    assert found[1:] == [("ALMATY CHIPS TOO", "to [erased]"), ("CHIPS TOO", "chips")]
    more = _file(tmp_path, changes | {"Number": "Z1"}, name="more.csv")
    lake.add("shipments", [more], mapping=LAYOUT)
    assert {one for (one,) in _lines(lake, "receiver")} == {
        "ALMATY CHIPS TOO", "CHIPS TOO", "erased",
    }  # fmt: skip


def test_letters_that_are_right_are_not_mended() -> None:
    for name in ("Ñandú SA", "ÂNGELA OÁ", "PÉREZ Ã", "ZOË® GmbH", "NESTLÉ®", "ÅÄ®", "São Ção"):
        found = duckdb.sql(f"SELECT {persons.mended(repr(name))}").fetchall()
        assert found == [(name,)]


def test_a_file_is_known_after_an_erasure(tmp_path: Path) -> None:
    """The text that is kept is written anew by it: the file was taken for another one."""
    changes = (
        {"Importer": "Dana Akhmetova", "Text": "for Dana Akhmetova"},
        {"Importer": "SECRET CHIPS LLC", "Tax number": "777"},
        {"Text": "of Secret Chips LLC"},
    )
    lake = _lake(tmp_path, *changes)
    for name in ("Secret Chips LLC", "Dana Akhmetova"):
        lake.erase(name)
    assert "NP-" not in str(_lines(lake, "receiver, description"))
    before = sorted(one for one in lake.path.rglob("*") if one.is_file())
    path = tmp_path / "made.csv"
    assert lake.add("shipments", [path], mapping=LAYOUT).unchanged == ("made.csv",)
    assert sorted(one for one in lake.path.rglob("*") if one.is_file()) == before
    # Another line is another file, and one that is to be read again is.
    other = _file(tmp_path, *changes[:2], {"Text": "of Secret Chips LLC", "Net": "3"}, name="o.csv")
    with pytest.raises(BadFileError, match="loaded already"):
        lake.add("shipments", [other], mapping=LAYOUT)
    assert lake.add("shipments", [path], mapping=LAYOUT, replace=True).added
    assert len(_lines(lake, "row")) == 3


class _Recorded:
    """A connection that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._connection = duckdb.connect()

    def execute(self, query: str) -> duckdb.DuckDBPyConnection:
        self.asked.append(query)
        return self._connection.execute(query)

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        return self._connection.sql(query)


def test_of_texts_of_as_many_rows_the_first_are_compared_first(tmp_path: Path) -> None:
    """Years of as many lines: all rows of all years were read for each year that came."""
    row, other = "row", tmp_path / "other.parquet"
    one, again = tmp_path / "one.parquet", tmp_path / "again.parquet"
    query = "COPY (SELECT i AS row, i + {} AS cell FROM range({}) AS rows(i)) TO '{}'"
    for path, by, rows in ((one, 0, 9000), (again, 0, 9000), (other, 1, 9000)):
        duckdb.execute(query.format(by, rows, path))
    later = tmp_path / "later.parquet"
    duckdb.execute(f"COPY (SELECT row, least(cell, 8000) AS cell FROM '{one}') TO '{later}'")
    recorded = _Recorded()
    assert not store.same_rows(recorded, one, other, row)  # type: ignore[arg-type]
    assert all("count(*)" in query or "WHERE row <= " in query for query in recorded.asked)
    assert store.same_rows(duckdb.connect(), one, again, row)
    assert not store.same_rows(duckdb.connect(), one, later, row)
    assert store.same_rows(duckdb.connect(), one, other, row, "cell")


def test_counting_a_name_changes_nothing(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {"Supplier": "Secret Chips LLC"})
    (lake.path / "persons.json").unlink()
    before = sorted((one, one.stat().st_mtime_ns) for one in lake.path.rglob("*"))
    assert lake.erase("secret chips llc", really=False) == {"shipments.made-up": 1}
    assert sorted((one, one.stat().st_mtime_ns) for one in lake.path.rglob("*")) == before
    nowhere = Lake.open(tmp_path / "nowhere")
    assert nowhere.erase("secret chips llc", really=False) == {}
    assert not nowhere.path.exists()


def test_a_name_that_is_watched_is_not_called_erased(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {"Supplier": "Sécret Chips LLC"})
    text = 'company: "sender: SECRET  chips, LLC"'
    keep(lake.path, "w.yaml", {"figures": {}, "path": "", "text": text, "verdicts": {}})
    for _ in range(2):  # also where no line has it any more
        with pytest.raises(OutsideError, match="what is watched") as found:
            lake.erase("Sécret Chips LLC")
        assert "watch w.yaml --stop" in found.value.hint
    assert lake.erase("Chips LLC Ltd") == {}
    forget(lake.path, "w.yaml")
    assert lake.erase("Sécret Chips LLC") == {}


def test_a_name_in_published_tables_is_not_called_erased(tmp_path: Path) -> None:
    """Statistics of Iceberg name the smallest and the largest cell of a column."""
    pytest.importorskip("pyiceberg", reason="pyiceberg is not installed")
    lake = _lake(tmp_path, {"Supplier": "Secret Chips LLC"})
    publish_tables(lake.path)
    catalog = lake.path / "iceberg" / "catalog.db"
    catalog.write_bytes(b"no database")
    for _ in range(2):
        with pytest.raises(OutsideError, match="published tables may still have it"):
            lake.erase("Secret Chips LLC")
    catalog.unlink()
    publish_tables(lake.path)
    assert lake.erase("Secret Chips LLC") == {}


def test_a_catalog_of_the_users_own_keeps_no_name_that_was_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its metadata, which are left behind there, had the first and the last name of each file."""
    catalogs = pytest.importorskip("pyiceberg.catalog", reason="pyiceberg is not installed")
    from pyiceberg.utils.config import Config

    about = {
        "type": "sql",
        "uri": f"sqlite:///{tmp_path}/own.db",
        "warehouse": f"file://{tmp_path}/own",
    }
    for key, value in about.items():
        monkeypatch.setenv(f"PYICEBERG_CATALOG__MINE__{key.upper()}", value)
    monkeypatch.setattr(catalogs, "_ENV_CONFIG", Config())  # read when it is imported
    lake = _lake(
        tmp_path, {"Supplier": "Secret Chips LLC", "Text": "secret chips of a secret firm"}
    )
    publish_tables(lake.path, "mine")

    def bounds() -> set[str]:
        table = catalogs.load_catalog("mine", **about).load_table("entrepot.shipments")
        names = {field.field_id: field.name for field in table.schema().fields}
        files = [one.file for one in table.scan().plan_files()]
        assert files
        return {names[key] for one in files for key in (one.lower_bounds or {})}

    kept = bounds()
    assert {"value_usd", "product", "origin"} <= kept
    assert not kept & {"sender", "receiver", "receiver_number", "maker", "brand", "description"}
    assert lake.erase("Secret Chips LLC") == {"shipments.made-up": 1}
    assert bounds() == kept


def test_a_copy_of_a_lake_brings_no_erased_name_back(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {"Importer": "Dana Akhmetova"}, {"Supplier": "Secret Chips LLC"})
    lake.erase("Secret Chips LLC")
    lake.copy(tmp_path / "copy")
    copy = Lake.open(tmp_path / "copy")
    secret = copy.path / "persons.json"
    assert secret.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    more = {"Supplier": "Secret Chips LLC", "Importer": "Dana Akhmetova", "Number": "Z"}
    copy.add("shipments", [_file(tmp_path, more, name="more.csv")], mapping=LAYOUT)
    rows = _lines(copy, "sender, receiver")
    assert "Secret Chips LLC" not in {sender for sender, _ in rows}
    # One person has one pseudonym, also across a copy.
    assert len({name for _, name in rows if str(name).startswith("NP-")}) == 1


def test_a_copy_has_no_rows_before_the_secret_nor_a_secret_without_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two, a copy would answer with rows and take erased names again."""
    lake = _lake(tmp_path, {"Importer": "Dana Akhmetova"}, {"Supplier": "Secret Chips LLC"})
    lake.erase("Secret Chips LLC")
    there = []

    def fails(*_: object) -> None:
        there.append((tmp_path / "copy" / "persons.json").exists())
        raise OSError(errno.EIO, "the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(backup, "publish", fails)
        with pytest.raises(OutsideError):
            lake.copy(tmp_path / "copy")
    assert there == [True]
    assert not (tmp_path / "copy" / "persons.json").exists()
    lake.copy(tmp_path / "copy")
    assert (tmp_path / "copy" / "persons.json").exists()


def test_a_name_in_a_column_of_units_or_of_tax_numbers_is_not_shown(tmp_path: Path) -> None:
    """One line has it, so it may be a name in the wrong column; two lines make it a unit."""
    hidden = {"Unit": "Dana Akhmetova", "Tax number": "王伟明"}
    lake = _lake(tmp_path, {}, {}, {"Unit": "DOZEN PAIRS"}, {"Unit": "DOZEN PAIRS"}, hidden)
    said = _findings(lake)["units-in-words"][1]
    assert "DOZEN PAIRS (2)" in said
    assert "a text that may be a name (1)" in said
    assert "Akhmetova" not in (lake.path / "catalog.json").read_text(encoding="utf-8")
    numbers = {str(one) for (one,) in _lines(lake, "receiver_number")}
    assert numbers - {"101"} == {one for one in numbers if one.startswith("NP-")} != set()


def test_erased_names_are_no_company_together(tmp_path: Path) -> None:
    """By hand: of 600, names with 200 and 100 are erased; what is left are 100 and 200."""
    lake = _lake(
        tmp_path,
        *({"Importer": name, "Value": value} for name, value in
          (("A CHIPS LLC", "200"), ("B CHIPS LLC", "100"), ("C LTD", "100"), ("D LTD", "200"))),
    )  # fmt: skip
    lake.erase("A CHIPS LLC")
    lake.erase("B CHIPS LLC")
    found = register_names(lake, "shipments.made-up", "receiver")
    assert {one.name: one.value for one in found.names} == {"C LTD": 100, "D LTD": 200}
    assert found.coverage == pytest.approx(0.5)
    keys = {"importer": "KAZ", "goods": "854231", "period": "2023-01", "basis": "origin"}
    keys |= {"source": "shipments.made-up", "lake": lake}
    hhi = ep.ask("hhi", by="receiver", **keys)
    assert hhi.scope["names"].replace("\xa0", " ") == "receiver named on 50.0 % of the value"
    assert hhi.details["suppliers"] == 2
    with pytest.raises(UnknownNameError, match="erased"):
        ep.ask("value", company="receiver: erased", **keys)
    assert "receiver named on 50.0 %" in _findings(lake)["names-given"][1]


def test_only_whole_names_are_erased(tmp_path: Path) -> None:
    """A short name is no part of other words, no name at all is refused, descriptions count."""
    lake = _lake(
        tmp_path,
        {"Importer": "AL AG", "Text": "metal al-ag al ag. balag"},
        {"Importer": "---", "Text": "sent by Ana Ruiz", "Number": "A2"},
    )
    for nothing in ("", "  ", "---"):
        with pytest.raises(RequestError, match="is no name"):
            lake.erase(nothing)
    assert lake.erase("AL AG") == {"shipments.made-up": 1}
    assert lake.erase("ana ruiz") == {"shipments.made-up": 1}
    assert _lines(lake, "description") == [
        ("metal [erased] [erased]. balag",),
        ("sent by [erased]",),
    ]


PEOPLE = """
JUAN SANCHEZ,MARIA SALAS,Pedro Salazar,ANA SANTOS,LUIS SAENZ,SAID ALI,ANNA SAUER,Juan Sánchez,
IVAN PETROV,PETRO PETRENKO,PETRONILA RUIZ,MINERVA LOPEZ,FABRICIO GOMEZ,FABRICE DUPONT,JOHN MILLS,
DANIELLE STEEL,JUAN SAN MARTIN,SIA KIM HOCK,OU WEI,AGRIPINA DIAZ,ELECTRA PAPAS,CHEMA RUIZ,
JOSE CORPORAN,OLGA METALNIKOVA,Maria de Sá Pereira,ИП Иванов Иван,NP-Dana Akhmetova,CHEMIN PIERRE,
KK SHARMA,S.C. GUPTA,AB RAHMAN,ALI BIN AB RAHMAN,NV KUMAR,AG NOORANI,DOO KIM,SAC FLORES,SAU CHAN,
Agron Krasniqi,JOHN SUPPLE,LUIGI FABRICATORE,TOMMASO AVICOLLI,Nikos Pharmakidis,Ana Librero
"""
COMPANIES = """
ACME S.A.,ACME SA,ACME S.A.C.I. Y F.,ACME SACIF Y F,ACME S A C,GRUPO X SAICF,MINERA ALTA,
PETROLEOS DEL SUR,AGRICOLA NORTE,QUIMICA SUIZA,FABRICA DE PAPEL,NORSK HYDRO ASA,ТОО АЛМАТЫ,
METALURGICA X,CHEMICAL WORLD,NP-0123456789,DE SANTIS SRL,VOLVO AB,AGRO NORTE,AGRONEGOCIOS X,
CIA DEL SUR,DELTA PHARMA,PHARMACIE X,SUPPLY X,FABRICATION X,PT MAJU,SARL DUPONT,ZAO ATLANT
"""


def test_the_same_stands_between_words_in_ascii() -> None:
    """The short pattern for texts in ASCII and that for all texts agree on every sign of ASCII."""
    signs = [chr(number) for number in range(1, 128)]
    found = duckdb.sql(
        f"SELECT regexp_matches(sign, '{persons._APART}'), "
        f"regexp_matches(sign, '{persons._APART_IN_ASCII}') FROM (SELECT unnest($signs) AS sign)",
        params={"signs": signs},
    ).fetchall()
    assert [one for one, _ in found] == [other for _, other in found]
    assert sum(one for one, _ in found) == len(signs) - 10 - 2 * 26


def test_surnames_are_no_legal_forms() -> None:
    """SANCHEZ is no S.A. with five letters, PETROV no petrol company, and NP- hides nobody."""
    people = [one.strip() for one in PEOPLE.replace("\n", "").split(",")]
    companies = [one.strip() for one in COMPANIES.replace("\n", "").split(",")]
    hidden = without_persons("name", "salt", f"NOT {persons.is_company('name')}")
    rows = duckdb.sql(
        f"SELECT name, {hidden} FROM (SELECT unnest($names) AS name)",
        params={"names": people + companies},
    ).fetchall()
    assert [name for name, shown in rows if name == shown] == companies


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('delimiter: ";"', "delimiter: ''"),
        ('delimiter: ";"', "delimiter: ab"),
        ('delimiter: ";"', "encodings: rot13"),
        ('delimiter: ";"', "encodings: [utf-8, no-such]"),
        ('"%d.%m.%Y"', '"%"'),
        ('"%d.%m.%Y"', '"%Q"'),
        (", words: {F: final, P: preliminary, X: annulled}", ""),
        ("role: origin", "role: origin, codes: ../../../own"),
        ("  Number:", "  __row:"),
        ("  Text:", "  '':"),
        ("  Text:", "  __same:"),
        ("  Number: {", "  Number: {at: [1, 1000000000000000000000], "),
        ("missing: [n/a, S/M]", f"missing: [{', '.join(f'w{n}' for n in range(10_000))}]"),
    ],
)
def test_a_layout_that_no_file_can_have_is_refused(old: str, new: str) -> None:
    """Each was an error of the engine before, a wait of minutes, or a file elsewhere."""
    assert old in LAYOUT
    with pytest.raises(RequestError):
        read_layout(LAYOUT.replace(old, new))


def test_patterns_that_the_engine_cannot_search_for_are_named(tmp_path: Path) -> None:
    path = _file(tmp_path, {})
    with pytest.raises(RequestError, match="can be searched for"):
        Lake.open(tmp_path / "lake").add(
            "shipments", [path], mapping=LAYOUT.replace("'^9'", "'(?=9)'")
        )


@pytest.mark.parametrize("end", [";1;2", ""])
@pytest.mark.usefixtures("each_engine")
def test_no_error_shows_a_line_with_a_person(tmp_path: Path, end: str) -> None:
    path = _file(tmp_path, {"Importer": "Dana Akhmetova"})
    lines = path.read_text(encoding="utf-8").splitlines()
    cut = lines[1] + end if end else lines[1].rpartition(";")[0].rpartition(";")[0]
    path.write_text(f"{lines[0]}\n{cut}\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="more or fewer cells") as told:
        Lake.open(tmp_path / "lake").add("shipments", [path], mapping=LAYOUT)
    assert "row 2" in told.value.where
    assert "Akhmetova" not in str(told.value)
    assert "Akhmetova" not in told.value.why + told.value.where


def _bytes_and_cells(lake: Lake) -> bytes:
    every = b"".join(path.read_bytes() for path in lake.path.rglob("*") if path.is_file())
    kept = b""
    for path in (lake.path / "raw").iterdir():
        if path.suffix != ".json":
            kept += repr(duckdb.read_parquet(str(path)).fetchall()).encode()
    return every + kept + repr(lake.table("shipments").to_native().fetchall()).encode()


def test_a_description_does_not_name_the_person_of_its_line(tmp_path: Path) -> None:
    """A pseudonym next to the name would be none."""
    texts = [
        "chips for Dana Akhmetova, new",
        "chips for AKHMÉTOVA  DANA",
        "Dana\u00a0Akhmetova",
        "dana-akhmetova dana akhmetova",
        "Da\u0301na Akhmetova",
        "chips (AKHMETOVA, DANA), new",
    ]
    person = {"Importer": "Dana Akhmetova", "Tax number": "950712300123"}
    named = [person | {"Text": text} for text in texts]
    lake = _lake(tmp_path, {}, *named, {"Importer": "Ali", "Text": "ali chips"})
    held = _bytes_and_cells(lake).decode("utf-8", "replace").lower()
    assert not {word for word in ("dana", "akhm") if word in held}
    [_, *lines, (_, other)] = _lines(lake, "receiver, description")
    assert len(lines) == len(texts)
    for text, (name, said) in zip(texts, lines, strict=True):
        assert str(name) in str(said), text
    assert other == "ali chips"  # a name of one word may be a word


def test_numbers_and_addresses_are_masked_in_any_script(tmp_path: Path) -> None:
    texts = [
        "ask phone (495) 123-45-67",
        "тел. +7 495 123 45 67",
        "Whatsapp:+77015551234",
        "móvil 555.123.45.67",
        "电话 8610 5551 2345",
        "call +44 20 7946 0958",
        "дана@почта.рф",
        "dana @ example.org",
        "FAX:(01)4445566",
    ]
    lake = _lake(tmp_path, *({"Text": f"chips, {text}"} for text in texts))
    for text, (said,) in zip(texts, _lines(lake, "description"), strict=True):
        assert str(said).startswith("chips, "), text
        assert "[tel]" in str(said) or "[mail]" in str(said), text
        rest = str(said).removeprefix("chips, ")
        assert not any(sign.isdigit() or sign == "@" for sign in rest), text


def test_numbers_of_goods_are_no_telephones(tmp_path: Path) -> None:
    texts = ["HOTEL 1234567 pcs", "model 850511 20-30-4050", "cells 12345678", "NdFeB 7440-00-8"]
    lake = _lake(tmp_path, *({"Text": text} for text in texts))
    assert [one for (one,) in _lines(lake, "description")] == texts


def test_a_name_in_the_column_of_tax_numbers_is_a_name(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {"Tax number": "Dana Akhmetova"}, {"Tax number": "ATU12345678"})
    [(one,), (two,)] = _lines(lake, "receiver_number")
    assert str(one).startswith("NP-")
    assert two == "ATU12345678"


@pytest.mark.usefixtures("each_engine")
def test_a_later_file_brings_no_erased_name_back(tmp_path: Path) -> None:
    """Not in descriptions, brands and tax numbers either, and not in lines of others."""
    lake = _lake(tmp_path, {})
    lake.erase("Secret Chips LLC")
    more = _file(
        tmp_path,
        {"Importer": "SECRET CHIPS LLC", "Tax number": "777000", "Text": "of Secret  Chips LLC"},
        {"Number": "A8", "Text": "parts by secret chips llc, new", "Brand": "Secret Chips LLC"},
        {"Number": "A9", "Text": "secret chips"},
        name="more.csv",
    )
    lake.add("shipments", [more], mapping=LAYOUT)
    lake.rebuild()
    held = _bytes_and_cells(lake).lower()
    assert b"secret chips llc" not in held
    assert b"777000" not in held
    found = _lines(lake, "receiver, receiver_number, brand, description")
    assert ("erased", None, "ACME", "of [erased]") in found
    assert ("ALMATY CHIPS TOO", "101", "erased", "parts by [erased], new") in found
    assert ("ALMATY CHIPS TOO", "101", "ACME", "secret chips") in found


def test_a_description_does_not_name_its_person_in_another_order(tmp_path: Path) -> None:
    change = {"Importer": "Anna-Maria O'Akhmet", "Text": "for O'Akhmet, Anna-Maria"}
    lake = _lake(tmp_path, change)
    [(name, said)] = _lines(lake, "receiver, description")
    assert said == f"for {name}"


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("Value", "Dana Akhmetova"),
        ("Value", "李秘密"),
        ("Day", "J. P. Akhmetova"),
        ("Day", "李秘密"),
        ("Status", "李 Akhmetova7"),
        ("Net", "Dana Akhmetova"),
        ("Net", "李 Akhmetova7"),
    ],
)
@pytest.mark.usefixtures("each_engine")
def test_no_error_shows_a_cell_with_a_person(tmp_path: Path, column: str, name: str) -> None:
    """A name in a wrong column would stand in every log; the row says where it is."""
    with pytest.raises(BadFileError) as told:
        _lake(tmp_path, {}, {column: name})
    assert "row 3" in told.value.where
    text = "".join(map(str, (told.value, told.value.where, told.value.why)))
    assert "Akhmetova" not in text
    assert "秘密" not in text


def test_no_finding_quotes_a_person_as_a_country(tmp_path: Path) -> None:
    """A text of one line that may be a name is found by its row; one of several lines is quoted."""
    lake = _lake(
        tmp_path,
        {"Made in": "Dana Akhmetova"},
        *({"Made in": "Lower Elbonia", "Number": f"B{one}"} for one in range(2)),
    )
    text = _findings(lake)["unknown-origin"][1]
    assert "Lower Elbonia" in text
    assert "row 2" in text
    assert "Akhmetova" not in (lake.path / "catalog.json").read_text(encoding="utf-8")


def test_columns_without_a_name_and_unusual_signs_are_read(tmp_path: Path) -> None:
    path = _file(tmp_path, {"Importer": "ACME LTD"})
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"{line};;\n".replace(";", "~") for line in lines), encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments", [path], mapping=LAYOUT.replace('delimiter: ";"', 'delimiter: "~"'))
    assert _lines(lake, "receiver") == [("ACME LTD",)]
    other = tmp_path / "other.csv"
    other.write_text("a,b,c\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="separated by commas"):
        lake.add("shipments", [other], mapping=LAYOUT.replace('delimiter: ";"', 'delimiter: "~"'))


@pytest.mark.parametrize("day", ["05.01.9999", "05.01.0001", "05.01.1823"])
@pytest.mark.usefixtures("each_engine")
def test_days_of_no_register_are_refused(tmp_path: Path, day: str) -> None:
    with pytest.raises(BadFileError, match="not a day"):
        _lake(tmp_path, {"Day": day})


@pytest.mark.usefixtures("each_engine")
def test_an_archive_without_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "empty.zip"
    zipfile.ZipFile(path, "w").close()
    with pytest.raises(BadFileError, match="without a file"):
        Lake.open(tmp_path / "lake").add("shipments", [path], mapping=LAYOUT)


@pytest.mark.parametrize(
    "held",
    ["", "{}", "[]", "null", '{"salt": "", "erased": []}', '{"salt": 1, "erased": []}', "[" * 10**5,
     '{"salt": "x", "erased": null}'],
)  # fmt: skip
@pytest.mark.usefixtures("each_engine")
def test_a_damaged_secret_is_refused(tmp_path: Path, held: str) -> None:
    """An empty secret would let names be tried; another one would bring erased names back."""
    (tmp_path / registers.FILE).write_text(held, encoding="utf-8")
    with pytest.raises(BadFileError, match="secret of the lake is damaged"):
        registers.secret(tmp_path)


def test_a_lake_whose_first_load_was_killed_takes_the_next_one(tmp_path: Path) -> None:
    """The secret is there before the catalog; what the load left has names, and is swept."""
    scratch = tmp_path / "lake" / ".staging-abc" / "scratch"
    scratch.mkdir(parents=True)
    (scratch / "made.utf8.txt").write_text("Dana Akhmetova", encoding="utf-8")
    (scratch.parent / "moves.json").write_text("[]", encoding="utf-8")
    held = registers.secret(tmp_path / "lake")
    lake = _lake(tmp_path, {})
    assert len(_lines(lake, "row")) == 1
    assert registers.secret(lake.path) == held
    assert not scratch.exists()


def test_the_secret_is_not_written_through_a_link(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine", encoding="utf-8")
    (tmp_path / f"{registers.FILE}.draft").symlink_to(other)
    made = registers.secret(tmp_path)
    assert other.read_text(encoding="utf-8") == "mine"
    assert registers.secret(tmp_path) == made


def test_shares_by_name_stand_beside_what_is_named(tmp_path: Path) -> None:
    """By hand: of 600, 500 name a brand; of these A has 400."""
    lake = _lake(
        tmp_path,
        {"Brand": "A", "Value": "100"},
        {"Brand": "A", "Value": "300", "Day": "05.03.2023"},
        {"Brand": "B", "Value": "100", "Day": "06.03.2023"},
        {"Brand": "S/M", "Value": "100"},
    )
    found = register_names(lake, "shipments.made-up", "brand")
    assert (found.coverage, found.total) == (pytest.approx(5 / 6), 600)
    assert [(one.name, one.value, one.lines) for one in found.names] == [
        ("A", 400, 2),
        ("B", 100, 1),
    ]
    assert found.names[0].share_of_named == pytest.approx(0.8)
    assert found.names[0].share == pytest.approx(4 / 6)
    late = register_names(lake, "shipments.made-up", "brand", since="2023-02")
    assert [one.name for one in late.names] == ["B"]  # A was there before
    march = register_names(lake, "shipments.made-up", "brand", period="2023-03")
    assert march.coverage == 1
    with pytest.raises(RequestError, match="no customs register"):
        register_names(lake, "baci", "brand")
    with pytest.raises(NoEvidenceError, match="names a maker"):
        register_names(lake, "shipments.made-up", "maker")


@pytest.mark.parametrize(
    ("register", "day", "edition"),
    [
        # Decrees 1126/2017 and 557/2023
        ("argentina", date(2017, 12, 28), "HS2012"), ("argentina", date(2018, 1, 3), "HS2017"),
        ("argentina", date(2023, 10, 25), "HS2017"), ("argentina", date(2023, 10, 26), "HS2022"),
        # Supreme Decrees 342-2016-EF and 404-2021-EF
        ("peru", date(2016, 12, 31), "HS2012"), ("peru", date(2021, 12, 31), "HS2017"),
        ("peru", date(2022, 1, 1), "HS2022"),
        # codes that only one edition has, and what the World Customs Organization was told
        ("ethiopia", date(2013, 12, 31), "HS2007"), ("ethiopia", date(2014, 12, 31), "HS2012"),
        ("ethiopia-declarations", date(2022, 1, 1), "HS2022"),
        ("chile", date(2022, 1, 1), "HS2022"), ("panama", date(2020, 6, 30), "HS2017"),
    ],
)  # fmt: skip
def test_a_country_takes_over_an_edition_on_its_own_day(
    register: str, day: date, edition: str
) -> None:
    assert {one.edition(day) for one in known_registers(register)} == {edition}


@pytest.mark.parametrize(
    ("port", "area"),
    [
        ("KAOHSIUNG", "TWN"), ("NHAVA SHEVA (JAWAHARLAL N", "IND"), ("CNZZA", "CHN"),
        # in UN/LOCODE ports of that name are in several countries, or in another one
        ("ROTTERDAM", None), ("BALBOA", None), ("ARICA", None), ("BARCELLONA", None),
    ],
)  # fmt: skip
def test_a_port_has_a_country_only_where_its_name_settles_it(port: str, area: str | None) -> None:
    path = Path(shipments.__file__).parent / "codes" / "ports.csv"
    table = dict(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert table.get(port) == area


@pytest.mark.usefixtures("each_engine")
def test_how_a_text_ended_survives_a_rebuild_and_an_erasure(tmp_path: Path) -> None:
    """What is kept of a register is no text, so that its last line was not looked at."""
    path = _file(tmp_path, {}, {"Supplier": "SMITH JOHN"})
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments", [path], mapping=LAYOUT)
    for change in (lambda: None, lake.rebuild, lambda: lake.erase("ALMATY CHIPS TOO")):
        change()
        assert _findings(lake)["unfinished-line"][0] == 1


@pytest.mark.parametrize("signs", [10, 121, 131, 500])
def test_a_line_of_fixed_width_is_no_longer_and_no_shorter(tmp_path: Path, signs: int) -> None:
    """A part of a number is a number: 15 for 1500 was loaded without a word."""
    usual = {
        "flow": (1, "I"), "year": (2, "23"), "month": (4, "04"), "code": (26, "854231900000"),
        "kind": (38, "D"), "origin": (67, "CN "), "value": (120, "000000001500"),
    }  # fmt: skip
    line = _spain(**usual)
    path = tmp_path / "imp2304.txt"
    path.write_text(
        f"{line}\n{(line * 3)[:signs]}\n{line.rstrip()}{' ' * 30}\n", encoding="latin-1"
    )
    lake = Lake.open(tmp_path / "lake")
    with pytest.raises(BadFileError, match=f"a line of {signs} signs") as caught:
        lake.add("shipments.spain", [path])
    assert caught.value.where.endswith("row 2")


def _with_name(lake: Lake) -> list[str]:
    """Return the files in which a name stands, as Parquet or as text."""
    found = []
    for path in (one for one in lake.path.rglob("*") if one.is_file()):
        data = path.read_bytes()
        if data.startswith(b"PAR1"):
            rows = duckdb.sql(f"FROM read_parquet('{path}', hive_partitioning=false)").fetchall()
            data = str(rows).encode()
        if b"ALMATY CHIPS" in data:
            found.append(path.relative_to(lake.path).as_posix())
    return found


def test_an_erasure_that_fails_remembers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Nothing was changed” covers the names that later files lose."""
    lake = _lake(tmp_path, {})
    before = registers.secret(lake.path)

    def full(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as broken:
        broken.setattr(erase, "publish", full)
        with pytest.raises(OutsideError, match="no permission"):
            lake.erase("ACME LTD")
    assert registers.secret(lake.path) == before
    assert lake.erase("ACME LTD") == {"shipments.made-up": 1}
    assert registers.secret(lake.path) != before


def test_a_name_is_not_called_erased_while_somebody_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that a reader keeps had the name still, and the command said that it was erased."""
    lake = _lake(tmp_path, {}, {"Importer": "OTHER LTD"})
    monkeypatch.setattr(erase, "PATIENCE", 0.2)
    reader = Lake.open(lake.path)
    with reader.reading():
        with pytest.raises(OutsideError, match="older files may still have it") as told:
            lake.erase("ALMATY CHIPS TOO")
        assert "another process reads the lake" in str(told.value)
        assert "entrepot data erase 'ALMATY CHIPS TOO' --yes" in told.value.hint
        assert _with_name(lake)
        assert ("ALMATY CHIPS TOO",) not in _lines(lake, "receiver")
    assert lake.erase("ALMATY CHIPS TOO") == {}
    assert _with_name(lake) == []


def test_erasing_waits_for_a_reader_that_ends(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {}, {"Importer": "OTHER LTD"})
    opened = (lake.path / "readers").open("rb")
    fcntl.flock(opened, fcntl.LOCK_SH)
    threading.Timer(0.3, opened.close).start()
    assert lake.erase("ALMATY CHIPS TOO") == {"shipments.made-up": 1}
    assert _with_name(lake) == []
    assert lake.undeleted() == ()


def test_a_name_behind_a_link_is_not_called_erased(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {})
    (lake.path / "raw").rename(tmp_path / "elsewhere")
    (lake.path / "raw").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutsideError, match="older files may still have it") as told:
        lake.erase("ALMATY CHIPS TOO")
    assert "behind a link" in str(told.value)


def test_names_of_which_one_is_below_zero_have_no_concentration(tmp_path: Path) -> None:
    """Its square was added, where `ask hhi --by brand` refuses an amount below zero."""
    lines = ({"Brand": "A", "Value": "100"}, {"Brand": "B", "Value": "-20"})
    found = register_names(_lake(tmp_path, *lines), "shipments.made-up", "brand")
    assert [(one.name, one.value) for one in found.names] == [("A", 100), ("B", -20)]
    assert found.hhi is None
    assert found.to_dict()["hhi"] is None


def test_names_count_as_a_company_by_day_and_lines_by_country(tmp_path: Path) -> None:
    """By hand: of 600, A has 100 before February and 300 after, B 100, nobody 100."""
    lake = _lake(
        tmp_path,
        {"Brand": "A", "Value": "100"},
        {"Brand": "A", "Value": "300", "Day": "05.03.2023"},
        {"Brand": "B", "Value": "100", "Day": "06.03.2023", "Made in": "Taiwan"},
        {"Brand": "S/M", "Value": "100"},
    )
    register = "shipments.made-up"
    alone = register_names(lake, register, "brand")
    assert alone.hhi == pytest.approx(((16 + 1) / 36, (25 + 1) / 36))
    bought = CompanyTable([CompanyRow("A", "B", since=date(2023, 2, 1))])
    found = register_names(lake, register, "brand", companies=bought)
    assert [(one.name, one.value, one.first) for one in found.names] == [
        ("B", 400, date(2023, 3, 1)),
        ("A", 100, date(2023, 1, 1)),
    ]
    assert (found.coverage, found.total) == (alone.coverage, alone.total)
    assert found.hhi == pytest.approx(((16 + 1) / 36, (25 + 1) / 36))
    early = register_names(lake, register, "brand", period="2023-01", companies=bought)
    assert [(one.name, one.value) for one in early.names] == [("A", 100)]
    late = register_names(lake, register, "brand", since="2023-02", companies=bought)
    assert [one.name for one in late.names] == ["B"]
    made = register_names(lake, register, "brand", partner="TWN", basis="origin")
    assert [(one.name, one.value) for one in made.names] == [("B", 100)]
    assert made.total == 100
    with pytest.raises(RequestError, match="go together"):
        register_names(lake, register, "brand", partner="TWN")
    with pytest.raises(UnknownNameError, match="basis"):
        register_names(lake, register, "brand", partner="TWN", basis="made")


@pytest.mark.parametrize("column", ["Number", "Item", "Sub", "Code"])
@pytest.mark.parametrize("name", ["Dana Akhmetova", "AKHMETOVA, Dana 950712300123", "李秘密"])
def test_a_name_in_a_column_of_numbers_is_a_name(tmp_path: Path, column: str, name: str) -> None:
    """Two exchanged cells kept a person as the number of a declaration."""
    lake = _lake(tmp_path, {}, {column: name, "Importer": "101"}, {"Number": "IM 4/2023-07 A"})
    held = _bytes_and_cells(lake).decode("utf-8", "replace").lower()
    assert not {word for word in ("dana", "akhm", "李秘密") if word in held}
    assert "im 4/2023-07 a" in held
    assert (
        "left-out-no-code" in _findings(lake) if column == "Code" else len(_lines(lake, "row")) == 3
    )


@pytest.mark.parametrize("column", ["Unit", "Made in", "Number"])
@pytest.mark.usefixtures("each_engine")
def test_exchanged_columns_are_refused(tmp_path: Path, column: str) -> None:
    """Persons are looked for in columns of names, so they stayed in the others."""
    lines = [
        {"Importer": f"lot {at % 2}", column: "ALMATY CHIPS TOO" if at % 4 else "Dana Akhmetova"}
        for at in range(20)
    ]
    with pytest.raises(
        BadFileError, match=f"column {column} has names, and column Importer"
    ) as told:
        _lake(tmp_path, *lines)
    assert "Akhmetova" not in str(told.value)
    assert not [
        one for one in (tmp_path / "lake").rglob("*") if one.is_file() and "raw" in one.parts
    ]


def test_a_column_of_persons_in_the_place_of_offices_is_refused(tmp_path: Path) -> None:
    names = ["Dana", "Aigul", "Oleg", "Anna", "Ivan", "Maria"]
    lines = [
        {"Importer": "PCS", "Unit": f"{names[at % 6]} Person{chr(65 + at)}"} for at in range(26)
    ]
    with pytest.raises(BadFileError, match="column Unit has names, and column Importer has few"):
        _lake(tmp_path, *lines)


def test_places_with_a_legal_form_are_no_exchange(tmp_path: Path) -> None:
    """Customs in the warehouse of a company, in a register that names importers as well."""
    lake = _lake(tmp_path, *({"Unit": "Warehouse LLC"} for _ in range(20)))
    assert len(_lines(lake, "row")) == 20


def test_a_brand_that_is_a_person_is_none(tmp_path: Path) -> None:
    """A table by brand named the person."""
    brands = {
        "Dana Akhmetova": True,  # the supplier of the line, a person
        "akhmétova dana": True,  # in another order
        "Dana ACME": False,
        "Juan Pérez": True,
        "МАРИЯ": False,
        "IVAN PETROV": True,
        "JUAN VALDEZ COFFEE COMPANY": False,
        "TEXAS INSTRUMENTS": False,
        "ULTRA FINES": False,
        "INTEL": False,
    }
    lake = _lake(tmp_path, *({"Brand": one, "Supplier": "Dana Akhmetova"} for one in brands))
    lines = _lines(lake, "brand, sender")
    kept = [str(brand).startswith("NP-") for brand, _ in lines]
    assert dict(zip(brands, kept, strict=True)) == brands
    assert lines[0][0] == lines[0][1]


def test_a_brand_that_is_a_person_of_another_line_is_none(tmp_path: Path) -> None:
    """The name stayed as a brand where it stood beside others: in rows, exports and backups."""
    person, firm = {"Supplier": "Dana Akhmetova"}, {"Supplier": "ACME LTD"}
    brands = ("INTEL", "Dána AKHMETOVA", "TEXAS INSTRUMENTS", "Dana ACME")
    lake = _lake(tmp_path, person, *(firm | {"Brand": brand} for brand in brands))
    [(_, sender), *others] = _lines(lake, "brand, sender")
    assert [brand for brand, _ in others] == ["INTEL", sender, "TEXAS INSTRUMENTS", "Dana ACME"]
    [raw] = (tmp_path / "lake" / "raw").glob("*[!.json]")
    assert b"AKHMETOVA" not in raw.read_bytes().upper()


def test_a_label_in_front_of_a_brand_is_no_part_of_it(tmp_path: Path) -> None:
    """ "MARCA: S/M" was the largest brand of a register, and a person behind a label stayed."""
    layout = LAYOUT.replace("Brand: {role: brand}", 'Brand: {role: brand, label: "MARCA:"}')
    given = ["MARCA: S/M", "MARCA: YARA", " MARCA:YARA", "YARA", "MARCA: Juan Pérez", "MARCA:"]
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments", [_file(tmp_path, *({"Brand": one} for one in given))], mapping=layout)
    none, *brands, person, bare = [brand for (brand,) in _lines(lake, "brand")]
    assert (none, bare) == (None, None)
    assert brands == ["YARA"] * 3
    assert str(person).startswith("NP-")
    assert "brand named on 66.7 %" in _findings(lake)["names-given"][1]
    assert lake.erase("Yara") == {"shipments.made-up": 3}
    assert [brand for (brand,) in _lines(lake, "brand")][1:4] == ["erased"] * 3


def test_amounts_of_two_currencies_are_not_added(tmp_path: Path) -> None:
    layout = LAYOUT.replace("Unit: {role: quantity_unit}", "Unit: {role: invoice_currency}")
    sub = {"Number": "A1", "Value": "0", "Net": ""}
    lines = ({"Number": "A1", "Sub": "1"}, sub | {"Sub": "2"}, sub | {"Sub": "3", "Unit": "EUR"})
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments", [_file(tmp_path, *lines)], mapping=layout)
    said = _findings(lake)["sub-items-zero"][1]
    assert "The invoices say 100.00 EUR and 100.00 PCS. " in said


def test_pseudonyms_of_others_are_persons_too(tmp_path: Path) -> None:
    """Of eight digits they were names of companies, and persons of one word had one share."""
    values = {"NP-0401101e": "100", "NP-b019e798": "60", "ALMATY CHIPS TOO": "40"}
    lake = _lake(tmp_path, *({"Importer": one, "Value": size} for one, size in values.items()))
    keys = {"importer": "KAZ", "goods": "854231", "period": "2023-01", "lake": lake}
    keys |= {"source": "shipments.made-up", "basis": "dispatch"}
    figure = ep.ask("top_supplier", by="receiver", **keys)
    person = "a natural person"
    shares = [(row["receiver"], row["share"]) for row in figure.rows()]
    assert shares == [(person, 0.5), (person, 0.3), ("ALMATY CHIPS TOO", pytest.approx(0.2))]
    with pytest.raises(RequestError, match="no company"):
        ep.ask("import_share", company="receiver: NP-0401101e", exporter="DEU", **keys)


def test_a_question_to_a_register_says_its_basis(tmp_path: Path) -> None:
    """Dispatch was left out as the usual one, so the line of Python was refused."""
    lake = _lake(tmp_path, {})
    keys = {"importer": "KAZ", "exporter": "DEU", "goods": "854231", "period": "2023-01"}
    figure = ep.ask("import_share", lake=lake, source="shipments.made-up", basis="dispatch", **keys)
    assert figure.to_dict()["definition"]["basis"] == "dispatch"
    assert "basis='dispatch'" in figure._repr_html_().replace("&#x27;", "'")


def test_no_partner_reports_to_a_register(tmp_path: Path) -> None:
    """It said that Italy did not report to the register of Kazakhstan."""
    lake = _lake(tmp_path, {})
    keys = {"importer": "KAZ", "goods": "854231", "period": "2023-01", "lake": lake}
    keys |= {"source": "shipments.made-up", "basis": "dispatch"}
    figure = ep.ask("import_share", exporter="ITA", **keys)
    assert "records no exports by Italy" in str(figure.reason)
    assert "report" not in str(figure.reason)
    (tmp_path / "b").mkdir()
    other = {"Importer": "OTHER LTD"}
    # A line without a value is one, too: that there is none would be untrue.
    more = (other | {"Code": "0101.21.0000"}, other | {"Value": "0"})
    lake = _lake(tmp_path / "b", {"Importer": "n/a"}, {}, *more)
    named = ep.ask(
        "import_share", by="receiver", company="receiver: OTHER LTD", **keys | {"lake": lake}
    )
    assert "on no line of these goods with a value in 2023-01" in str(named.reason)
    assert "report" not in str(named.reason)


def test_a_brand_of_one_word_that_is_the_person_of_its_line_is_none(tmp_path: Path) -> None:
    names = ["王伟", "김철수", "田中太郎", "Сидоров", "Ronaldo"]
    own = [{"Brand": name, "Supplier": name} for name in names]
    lake = _lake(tmp_path, *own, *({"Brand": name} for name in names))
    lines = _lines(lake, "brand, sender")
    for name, (kept, sender) in zip(names, lines, strict=False):
        assert kept == sender != name
    # No line but its own says that it is a person.
    assert [brand for brand, _ in lines[len(names) :]] == names


def test_a_name_in_a_script_without_blanks_is_in_no_description(tmp_path: Path) -> None:
    texts = ["王伟 private goods", "给王伟的货物", "chips,王伟"]
    person = {"Importer": "王伟", "Tax number": "950712300123"}
    lake = _lake(tmp_path, *(person | {"Text": text} for text in texts))
    assert "王伟" not in _bytes_and_cells(lake).decode("utf-8", "replace")


def test_the_quick_test_of_a_legal_form_agrees_with_the_words(tmp_path: Path) -> None:
    """Every form that is looked for at the end of a name makes a company by its words as well."""
    forms = re.search(r"\((.*)\)", persons._AT_THE_END)
    assert forms
    names = [f"Dana Akhmetova {one}" for one in forms[1].replace("\\", "").split("|")]
    words = f"regexp_matches({persons.name_key('name')}, '{persons.COMPANY}')"
    rows = duckdb.sql("SELECT unnest($1) AS name", params=[names]).query(
        "names", f"SELECT name, {persons.is_company('name')}, {words} FROM names"
    )
    assert [row for row in rows.fetchall() if not (row[1] and row[2])] == []


def test_the_short_ways_to_a_key_and_past_letters_agree_with_the_long_ones() -> None:
    """Most names and numbers go a short way; what comes out is that of the long one."""
    texts = [
        *(
            "Dana Akhmetova",
            "DANA  AKHMETOVA",
            "de Sá",
            " ACME S.A.C. ",
            "王伟",
            "1-2",
            "",
            "A1",
            "É",
        ),
        *("8542.31.0000", "85423100A", "Ω", "ß", "-", "٣٤", "a", "1\n2", "Ɪ", "İ", "ª"),
    ]
    long = (
        r"trim(regexp_replace(upper(strip_accents(text)), '[^\p{L}\p{N}]+', ' ', 'g')), "
        r"NOT regexp_matches(text, '\p{L}')"
    )
    rows = duckdb.sql("SELECT unnest($1) AS text", params=[texts]).query(
        "texts",
        f"SELECT text, {persons.name_key('text')}, {persons.without_letters('text')}, {long} "
        "FROM texts",
    )
    found = rows.fetchall()
    assert [row for row in found if row[1] != row[3]] == []
    assert [row for row in found if row[2] and not row[4]] == []
    assert {row[0] for row in found if row[2]} >= {"8542.31.0000", "1-2", "-"}


def test_a_load_takes_little_memory_where_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are the same where lines need more of it, and the engine has its own again behind it."""
    limit = "SELECT current_setting('memory_limit')"
    limits: list[tuple[object, ...]] = []
    rows = []
    contents = prepare.contents

    def watched(connection: duckdb.DuckDBPyConnection, *given: Any, **named: Any) -> Any:
        limits.extend(connection.execute(limit).fetchall())
        return contents(connection, *given, **named)

    monkeypatch.setattr(prepare, "contents", watched)
    for most in (600, 30, 1):
        monkeypatch.setattr(store, "_LITTLE", most * 2**20)
        folder = tmp_path / str(most)
        (folder / "lake").mkdir(parents=True)
        registers.write_secret(folder / "lake", registers.Secret("5a" * 32))
        lake = Lake.open(folder / "lake")
        usual = lake.connection.execute(limit).fetchall()
        changes = [{"Text": f"chips {at * 7919 % 20011} " * 200} for at in range(5_000)]
        lake.add("shipments", [_file(folder, *changes)], mapping=LAYOUT)
        assert lake.connection.execute(limit).fetchall() == usual
        rows.append(_lines(lake, "* EXCLUDE (snapshot)"))
    assert rows[0] == rows[1] == rows[2]
    assert limits[0] == ("600.0 MiB",)
    assert limits[-1] == usual[0]  # it was short of memory, and read again with all that there is


def _placed(width: int, **cells: tuple[int, str]) -> str:
    line = [" "] * width
    for at, text in cells.values():
        line[at - 1 : at - 1 + len(text)] = text
    return "".join(line)


def test_the_bulk_files_of_british_imports(tmp_path: Path) -> None:
    """Country of dispatch and of origin, and a line above and below the records."""
    lines = [
        _placed(
            143, comcode=(1, "854231900"), cod=(25, dispatch), coo=(32, origin), month=(35, "03"),
            year=(38, "2019"), port=(47, "LHR"), procedure=(90, "400"), value=(98, value),
            mass=(115, "+0000000000012"),
        )
        for dispatch, origin, value in (
            ("DE", "CN", "+000000000001500"), ("HK", "CN", "-000000000000500"),
        )
    ]  # fmt: skip
    path = tmp_path / "SMKI191903"
    path.write_text(
        "\n".join(["000000000|MARCH 2019", *lines, "999999999|2", ""]), encoding="utf-8"
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments.uk-imports", [path])
    assert _lines(lake, "row, period, origin, dispatch, value_reported, currency, mass_kg") == [
        (2, date(2019, 3, 1), "CHN", "DEU", 1500.0, "GBP", 12.0),
        (3, date(2019, 3, 1), "CHN", "HKG", -500.0, "GBP", 12.0),
    ]
    path.write_text("000000000|MARCH 2019\n999999999|0\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="without a record"):
        lake.add("shipments.uk-imports", [path])
    # Without its last line, or cut in a record, one record would be taken for that line.
    for end in (lines[1] + "\n", lines[1][:90]):
        path.write_text(f"000000000|MARCH 2019\n{lines[0]}\n{end}", encoding="utf-8")
        with pytest.raises(BadFileError, match="reads as a record") as refused:
            lake.add("shipments.uk-imports", [path])
        assert "row 3" in str(refused.value.where)
    path.write_text("\n".join([*lines, "999999999|2", ""]), encoding="utf-8")
    with pytest.raises(BadFileError, match="reads as a record"):
        lake.add("shipments.uk-imports", [path])


def test_the_bulk_files_of_british_exports(tmp_path: Path) -> None:
    line = _placed(
        141, comcode=(1, "854231900"), cod=(25, "TR"), month=(28, "12"), year=(31, "2020"),
        port=(40, "DOV"), procedure=(76, "100"), value=(80, "+000000000000070"),
        mass=(97, "+0000000000003"),
    )  # fmt: skip
    path = tmp_path / "SMKE192012"
    path.write_text(f"000000000|DECEMBER 2020\n{line}\n999999999|1\n", encoding="utf-8")
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments.uk-exports", [path])
    assert _lines(lake, "direction, destination, value_reported, valuation") == [
        ("export", "TUR", 70.0, "FOB")
    ]


def test_bills_of_lading_have_a_port_and_no_origin(tmp_path: Path) -> None:
    names = [*known_layouts()["us-ams"].columns, "consignee_address"]
    usual = {
        "identifier": "2018010100001", "description_sequence_number": "1",
        "record_status_indicator": "New", "actual_arrival_date": "2018-01-15",
        "port_of_unlading": "Long Beach, California",
        "foreign_port_of_lading": "Busan,South Korea", "shipper_party_name": "ACME CO LTD",
        "consignee_name": "Dana Akhmetova", "harmonized_number": "854231",
        "harmonized_value": "900", "harmonized_weight": "12",
        "harmonized_weight_unit": "Kilograms", "description_text": "chips",
        "consignee_address": "1 Street",
    }  # fmt: skip
    changes = (
        {}, {"foreign_port_of_lading": "Luda,China (Mainland)"}, {"harmonized_number": ""},
        {"record_status_indicator": "Deleted"}, {"foreign_port_of_lading": "Atlantis"},
    )  # fmt: skip
    path = tmp_path / "ams.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, names)
        writer.writeheader()
        writer.writerows(usual | change for change in changes)
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments.us-ams", [path])
    assert _lines(lake, "port, origin, value_usd, quantity_unit") == [
        ("KOR", None, 900.0, "Kilograms"), ("CHN", None, 900.0, "Kilograms"),
        (None, None, 900.0, "Kilograms"),
    ]  # fmt: skip
    found = _findings(lake)
    assert found["left-out-no-code"][0] == found["left-out-annulled"][0] == 1
    assert b"Akhmetova" not in _bytes_and_cells(lake)


@pytest.mark.parametrize("last", [3, 4, 9])
@pytest.mark.usefixtures("each_engine")
def test_lines_between_two_stray_marks_are_not_one_cell(tmp_path: Path, last: int) -> None:
    """A mark before one name and another behind a later one took all lines between with them."""
    changes: list[dict[str, str]] = [{} for _ in range(12)]
    changes[2] = {"Importer": '"ALMATY CHIPS TOO'}
    changes[last] = {"Importer": 'ALMATY CHIPS TOO"'}
    with pytest.raises(BadFileError, match="whole rows in it") as caught:
        _lake(tmp_path, *changes)
    assert "row 4" in caught.value.where


def test_a_text_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    lake = _lake(tmp_path, {}, {"Text": '"chips; two kinds\nfor cars; and more\nnew"'}, {})
    [item] = [one for one in lake.holdings() if one.source == "shipments.made-up"]
    assert item.rows > 0
    assert len({number for (number,) in _lines(lake, "declaration")}) == 3


NAMED = [
    ("ИП Квольвент Зиксмира Петровна", "чипы для Квольвент Зиксмира Петровна"),
    ("ИП Квольвент З.П.", "чипы для Квольвент З.П., новые"),
    ("IP Quolvent Zyxmira", "chips for Zyxmira Quolvent"),
    ("Mr. Zyxmira Quolvent", "chips for Zyxmira Quolvent"),
    ("Dr Zyxmira Quolvent", "chips for Zyxmira Quolvent"),
    ("Quolvent, Zyxmira (Lima)", "chips for Zyxmira Quolvent"),
    ("Zyxmira Quolvent 850101300123", "chips for Zyxmira Quolvent"),
    ("Zyxmira Anna Quolvent", "chips for Quolvent, Zyxmira"),
    ("Zyxmira de la Quolvent Lima", "chips for Zyxmira de la Quolvent"),
    ("Zyxmira Quolvent & Quolventa Zyxmirova", "chips for Quolventa Zyxmirova"),
    ("Зиксмира Квольвент / Zyxmira Quolvent", "Zyxmira Quolvent and Зиксмира Квольвент"),
    ("Mr. Zýxmira Quolvent", "chips for Zyxmira Quolvent"),
    ("Mr. 王伟", "给王伟的货物"),
]


def test_what_stands_beside_a_name_keeps_it_in_no_description(tmp_path: Path) -> None:
    """A sole trader has the form in front of the name in the column, and not in the text."""
    lake = _lake(tmp_path, *({"Importer": name, "Text": text} for name, text in NAMED))
    held = _bytes_and_cells(lake).decode("utf-8", "replace").lower()
    assert not {word for word in ("quolv", "zyxm", "квольв", "зикс", "王伟") if word in held}
    lines = _lines(lake, "receiver, description")
    for (name, _), (kept, said) in zip(NAMED, lines, strict=True):
        assert str(kept) in str(said), name


def test_a_brand_is_the_person_whatever_stands_beside_the_name(tmp_path: Path) -> None:
    cases = {
        ("Mr. Zyxmira Quolvent", "Zyxmira Quolvent"): True,
        ("Zyxmira Quolvent", "by Zyxmira Quolvent"): False,
        ("ИП Квольвент", "КВОЛЬВЕНТ"): True,
        ("Quolvent, Zyxmira (Lima)", "Zyxmira Quolvent"): True,
        ("Zyxmira Quolvent & Brundolf Kestrewick", "Brundolf Kestrewick"): True,
        ("Zyxmira Quolvent (Lima)", "LIMA"): False,
        ("Zyxmira Quolvent", "ACME"): False,
        ("Mr. Zyxmira Quolvent", "THE"): False,
        ("ИП Квольвент З.П.", "З.П. Квольвент"): True,
        ("Quolvent Z. S. (Lima)", "Z S"): False,
    }
    lake = _lake(tmp_path, *({"Importer": name, "Brand": brand} for name, brand in cases))
    kept = [str(brand).startswith("NP-") for (brand,) in _lines(lake, "brand")]
    assert dict(zip(cases, kept, strict=True)) == cases


def test_small_words_and_one_word_of_a_name_stay_in_a_description(tmp_path: Path) -> None:
    cases = {
        "Maria de la Cruz": "carne de la vaca",
        "Zyxmira Quolvent Lima": "beans of Lima, Peru",
        "Ali Rosa Y Luz": "rosa y azul",
        "Mr. Steel": "steel, 5 mm",
        "Zyxmira S. (Lima)": "phosphate, ZYXMIRA, S/M",
        "Quolvent S. A. X.": "QUOLVENT S/M, powder",
    }
    lake = _lake(tmp_path, *({"Importer": name, "Text": text} for name, text in cases.items()))
    assert [text for (text,) in _lines(lake, "description")] == list(cases.values())
