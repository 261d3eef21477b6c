"""A drafted layout of a register: what a file says of itself, and what is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from test_shipments import LAYOUT, NAMES, USUAL, _file
from typer.testing import CliRunner

from entrepot.cli.main import app
from entrepot.errors import RequestError
from entrepot.lake import Lake
from entrepot.sources.shipments.draft import (
    _Column,
    _names,
    draft_layout,
    looks_like_register,
)
from made_workbook import cells, make_workbook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

LINES = (
    {"Item": "1"},
    {"Item": "2", "Status": "P", "Made in": "Taiwan", "Value": "1.250,75", "Unit": "KG"},
    {"Item": "1", "Day": "31.12.2023", "Seller in": "China", "Brand": "n/a", "Net": "4,5"},
    {"Item": "1", "Status": "X", "Supplier": "ACME GMBH"},
)
COLUMNS = "declaration, item, date, status, tariff_line, origin, seller, receiver, sender, brand"
COLUMNS += ", value_usd, mass_kg, gross_kg, quantity, quantity_unit, description"


def _rows(lake: Lake) -> list[tuple[object, ...]]:
    return lake.table("shipments").to_native().order("row").project(COLUMNS).fetchall()


def _answered(text: str, **answers: str) -> str:
    """Put answers in the place of what is asked, by key."""
    for key, answer in answers.items():
        text, count = re.subn(rf"(?m)^({key}: )TODO.*$", rf"\g<1>{answer}", text)
        assert count == 1, key
    return text


def test_a_drafted_layout_reads_what_the_written_one_reads(tmp_path: Path) -> None:
    """The same lines by a layout by hand, and by a draft whose questions are answered."""
    path = _file(tmp_path, *LINES)
    written = path.read_text(encoding="utf-8").replace("100,50", "2.100,50")
    path.write_text(written.replace("Amount", "Quantity"), encoding="utf-8")
    draft = draft_layout(path, "made-up")
    assert {one.key for one in draft.questions} == {
        "reporter",
        "direction",
        "valuation",
        "currency",
    }
    text = _answered(
        draft.text, reporter="KAZ", direction="import", valuation="CIF", currency="USD"
    )
    assert "Broker" not in text.split("columns:")[1]
    other = path.with_name("other.csv")
    other.write_bytes(path.read_bytes())
    by_hand = LAYOUT.replace("Amount:", "Quantity:").replace(
        'decimal: ","', 'decimal: ","\nthousands: "."'
    )
    lakes = []
    for name, layout, file in (("a", text, path), ("b", by_hand, other)):
        lakes.append(Lake.open(tmp_path / name))
        lakes[-1].add("shipments", [file], mapping=layout)
    drafted, known = map(_rows, lakes)
    assert len(drafted) == 3  # the annulled line is left out
    assert drafted == known


def test_a_workbook_is_drafted_as_its_lines_are(tmp_path: Path) -> None:
    rows = [list(NAMES), *([(USUAL | line)[name] for name in NAMES] for line in LINES)]
    path = tmp_path / "made.xlsx"
    make_workbook(path, {"Sheet": cells(rows)})
    drafted = draft_layout(path, "made-up")
    text = draft_layout(_file(tmp_path, *LINES), "made-up").text
    columns = drafted.text.split("columns:")[1]
    assert columns == text.split("columns:")[1]
    assert "delimiter" not in drafted.text


def test_lines_of_fixed_width_have_places_and_no_names(tmp_path: Path) -> None:
    lines = [
        f"{number:06}{day}{code}{area:<4}{value:>9}"
        for number, day, code, area, value in (
            (1, "20230105", "8542310000", "CN", 1200),
            (2, "20230229"[:6] + "28", "8541290000", "DE", 7),
            (3, "20231231", "8471500000", "TW", 99000),
            (4, "20230615", "8542310000", "JP", 310),
        )
    ]
    path = tmp_path / "made.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft = draft_layout(path, "made-up")
    assert "[25, 26]" in draft.text
    asked = {one.key for one in draft.questions}
    assert {"columns", "reporter", "columns.column 2.role"} <= asked


def _wide(tmp_path: Path, *, names: bool) -> Path:
    above = [f"{'DATE':<11}{'TARIFF':<13}{'ORIGIN':<15}{'NET KG':>12}{'VALUE USD':>14}"]
    lines = [
        f"{day:<11}{code:<13}{area:<15}{mass:>12}{value:>14}"
        for day, code, area, mass, value in (
            ("2024-01-05", "8542310000", "China", 1.5, 1200.25),
            ("2024-02-28", "3104300000", "Germany", 20, 7.5),
            ("2024-12-31", "8542310000", "United States", 3000.75, 99000),
        )
    ]
    path = tmp_path / "made.txt"
    path.write_text("\n".join([*(above if names else []), *lines]) + "\n", encoding="utf-8")
    return path


def test_columns_of_fixed_width_have_the_names_that_stand_above_them(tmp_path: Path) -> None:
    path = _wide(tmp_path, names=True)
    draft = draft_layout(path, "made-up")
    assert {one.key for one in draft.questions} == {"reporter", "direction", "valuation"}
    text = draft.text.replace("reporter: TODO", "reporter: KAZ")
    text = text.replace("direction: TODO", "direction: import").replace(
        "valuation: TODO", "valuation: CIF"
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments", [path], mapping=text)
    with lake.reading():
        rows = lake.table("shipments", source="shipments.made-up").to_native()
        sums = rows.query("line", "SELECT sum(value_usd), sum(mass_kg), count(*) FROM line")
        assert sums.fetchall() == [(100207.75, 3022.25, 3)]


def test_a_day_and_an_amount_of_fixed_width_are_one_column_and_have_room(tmp_path: Path) -> None:
    draft = draft_layout(_wide(tmp_path, names=False), "made-up")
    assert "{role: date, at: [1, 10], form: '%Y-%m-%d'}" in draft.text
    # Amounts of other lines may be longer than those of the first: blanks in front are theirs.
    ends = re.findall(r"at: \[(\d+), (\d+)\]", draft.text)
    assert any(int(start) <= 53 and end == "65" for start, end in ends)


def test_digits_that_are_several_columns_are_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "made.txt"
    lines = [f"I2401{day:02}8542310000CN{day * 7:012}{day * 99:012}" for day in range(1, 29)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = draft_layout(path, "made-up").text
    assert "has 24 digits in every line: several columns may stand side by side" in text
    assert "code: {role: tariff_code, at: [9, 18]}" in text


def test_two_readings_are_asked_and_none_is_guessed(tmp_path: Path) -> None:
    changes = [{"Day": "05.01.2023", "Status": word} for word in ("F", "Q")]
    path = _file(tmp_path, *changes)
    text = path.read_text(encoding="utf-8").replace("05.01.2023", "05/01/2023")
    path.write_text(text.replace("Sent from", "País de Procedencia"), encoding="utf-8")
    draft = draft_layout(path, "made-up")
    by_key = {one.key: one for one in draft.questions}
    assert by_key["columns.Day.form"].choices[:2] == ("%d/%m/%Y", "%m/%d/%Y")
    assert by_key["columns.País de Procedencia.role"].choices == ("dispatch", "seller")
    assert "Q: TODO" in draft.text
    assert "F: final" in draft.text


def test_a_draft_names_no_person(tmp_path: Path) -> None:
    path = _file(tmp_path, *LINES, {"Made in": "Dana Akhmetova", "Importer": "Dana Akhmetova"})
    assert "Akhmetova" not in draft_layout(path, "made-up").text


def test_what_a_file_says_is_not_asked(tmp_path: Path) -> None:
    """A register that says all of itself, with a column that says whether it is an import."""
    path = tmp_path / "made.csv"
    path.write_text(
        "Date,HS code,Country of origin,CIF value USD,Direction,Reporter\n"
        "2023-01-05,854231,China,100,import,KAZ\n2023-02-05,854231,Taiwan,50,import,KAZ\n",
        encoding="utf-8",
    )
    draft = draft_layout(path, "made-up")
    assert [one.key for one in draft.questions] == ["reporter"]


def test_the_command_drafts_a_register(tmp_path: Path) -> None:
    path = _file(tmp_path, *LINES)
    done = CliRunner().invoke(app, ["data", "map", str(path), "--register", "made-up"])
    assert done.exit_code == 0, done.output
    assert "register: 'made-up'" in done.stdout
    done = CliRunner().invoke(app, ["data", "map", str(path)])
    assert "--register NAME" in done.stderr
    done = CliRunner().invoke(
        app, ["data", "map", str(path), "--register", "made-up", "--part", "2"]
    )
    assert isinstance(done.exception, RequestError)
    with pytest.raises(RequestError, match="no name of a register"):
        draft_layout(path, "Made up")


@pytest.mark.parametrize(
    ("names", "is_one"),
    [
        ("DUA;Item;Fecha;Importador;RUC;Código NCM;País de Origen;U$S CIF", True),
        ("Number;Day;Code;Made in;Importer;Brand;Value", True),
        ("t;i;j;k;v;q", False),
        ("year;importer;exporter;product;value;quantity", False),
        ("refYear;reporterISO;flowCode;partnerISO;cmdCode;customsCode;primaryValue", False),
    ],
)
def test_a_register_is_known_by_the_names_of_its_columns(names: str, is_one: bool) -> None:
    assert looks_like_register(names.split(";")) == is_one


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Номер ДТ", "declaration"), ("№ товара", "item"), ("ИНН получателя", "receiver_number"),
        ("Товарный знак", "brand"), ("Фактурная стоимость", "invoice_value"),
        ("Стат. стоимость USD", "value"), ("Вес нетто, кг", "mass_kg"), ("Nro. DUA", "declaration"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names_in_registers(name: str, role: str) -> None:
    """“Товарный” was compared without the accent of й, with a pattern that has it."""
    assert (
        next(known for known, names in _names().items() if re.fullmatch(names, _Column(name).plain))
        == role
    )
