"""The OECD's own text: every input once, nothing else, parts of a country added up."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.engine import connect
from entrepot.sources.icio.parse import rows, tables
from entrepot.sources.icio.release import Node, node_of
from entrepot.sources.icio.sectors import sectors
from entrepot.sources.parser import FileOptions, FileTable, ParsedRows, RawFile
from made_icio import MadeUp, made_up, text_of, written

if TYPE_CHECKING:
    from pathlib import Path

SPLIT = {"CHN": ("CN1", "CN2")}
Key = tuple[str, str, str, str]


def deliveries(path: Path, scratch: Path, vintage: str | None = None) -> list[FileTable]:
    return list(tables(RawFile(path, path.name), scratch, FileOptions(vintage=vintage)))


def read(path: Path) -> ParsedRows:
    [delivery] = deliveries(path, path.parent)
    return rows(connect(), delivery)


def values(found: ParsedRows) -> dict[Key, float]:
    names = ("exporter", "sector", "importer", "buyer_sector", "value_usd")
    listed = found.relation.select(*names).fetchall()
    by_key = {tuple(row[:4]): row[4] for row in listed}
    assert len(by_key) == len(listed)
    return by_key


def expected(table: MadeUp) -> dict[Key, Any]:
    names = {"ROW": "XROW"}
    return {
        (names.get(s[0], s[0]), s[1], names.get(b[0], b[0]), b[1]): pytest.approx(v * 1e6, abs=0.51)
        for (s, b), v in table.inputs.items()
        if v
    }


def test_every_input_is_a_row_and_nothing_else_is(tmp_path: Path) -> None:
    table = made_up()
    found = read(written(tmp_path, text_of(table)))
    assert values(found) == expected(table)
    assert found.table == "inputs"
    assert found.same == {"nomenclature": "ICIO2025"}
    assert found.findings == ()
    assert {str(row[0]) for row in found.relation.select("period").fetchall()} == {"2022-01-01"}


def test_own_inputs_and_tiny_ones_stay_and_zeros_go(tmp_path: Path) -> None:
    found = values(read(written(tmp_path, text_of(made_up()))))
    assert any(key[0] == key[2] and key[1] == key[3] for key in found)
    assert min(found.values()) == 100.0
    assert len(found) < 20 * 20


def test_a_relation_can_be_read_again(tmp_path: Path) -> None:
    found = read(written(tmp_path, text_of(made_up())))
    assert values(found) == values(found)


def test_parts_of_china_and_mexico_are_added_up(tmp_path: Path) -> None:
    table = made_up(areas=("CHN", "DEU", "MEX", "ROW"))
    split = {"CHN": ("CN1", "CN2"), "MEX": ("MX1", "MX2")}
    found = read(written(tmp_path, text_of(table, split, digits=8), "2022.csv"))
    assert values(found) == expected(table)
    [finding] = found.findings
    assert (finding.rule, finding.example, finding.count) == ("parts-added", "CHN and MEX", 8)


def test_rows_of_zeros_for_the_whole_country_change_nothing(tmp_path: Path) -> None:
    """As earlier releases have them beside the parts."""
    table = made_up()
    lines = text_of(table, SPLIT, digits=8).splitlines()
    wide = [f"{line},{'CHN_C26' if place == 0 else '0'}" for place, line in enumerate(lines)]
    wide.insert(3, "CHN_C26" + ",0" * wide[0].count(","))
    found = read(written(tmp_path, "\n".join(wide) + "\n"))
    assert values(found) == expected(table)


def test_final_demand_of_a_country_in_parts_is_no_input(tmp_path: Path) -> None:
    assert "CHN_HFCE" in text_of(made_up(), SPLIT)
    assert node_of("CHN_HFCE") is None
    assert node_of("OUT") is None


@pytest.mark.parametrize(
    ("label", "node"),
    [
        ("AUS_A01", Node("AUS", "A01")),
        ("CN2_C17_18", Node("CHN", "C17_18", "CN2")),
        ("MX1_C302T309", Node("MEX", "C302T309", "MX1")),
        ("ROW_J62_63", Node("XROW", "J62_63")),
        ("AUS_A01_02", Node("AUS", "A01_02")),
        ("QQQ_A01", None),
    ],
)
def test_labels(label: str, node: Node | None) -> None:
    assert node_of(label) == node


def test_there_are_fifty_sectors_of_three_kinds() -> None:
    kinds = [sector.kind for sector in sectors().values()]
    assert len(kinds) == 50
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "goods": 7,
        "manufacturing": 19,
        "services": 24,
    }


def test_an_archive_holds_years_and_a_readme(tmp_path: Path) -> None:
    path = tmp_path / "2016-2022_SML.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ReadMe_ICIO_small.xlsx", b"not read")
        archive.writestr("2021_SML.csv", text_of(made_up(1)))
        archive.writestr("2022_SML.csv", text_of(made_up(2)))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    connection, found = connect(), {}
    for delivery in tables(RawFile(path, path.name), scratch, FileOptions()):
        found[delivery.year] = values(rows(connection, delivery))
    assert found == {2021: expected(made_up(1)), 2022: expected(made_up(2))}


def test_a_compressed_text_keeps_its_year(tmp_path: Path) -> None:
    path = tmp_path / "2019_SML.csv.gz"
    path.write_bytes(gzip.compress(text_of(made_up()).encode()))
    [delivery] = deliveries(path, tmp_path)
    assert (delivery.year, delivery.nomenclature, delivery.vintage) == (2019, "ICIO2025", "2025")


def test_the_user_names_the_release(tmp_path: Path) -> None:
    path = written(tmp_path, text_of(made_up()))
    [delivery] = deliveries(path, tmp_path, "2025-11")
    assert delivery.vintage == "2025-11"


def test_small_imbalances_are_said(tmp_path: Path) -> None:
    lines = text_of(made_up()).splitlines()
    cells = lines[3].split(",")
    cells[-1] = f"{float(cells[-1]) * 1.002:.4f}"
    lines[3] = ",".join(cells)
    found = read(written(tmp_path, "\n".join(lines) + "\n"))
    [finding] = found.findings
    assert finding.rule == "rows-astray"
    assert finding.example.startswith(cells[0])


def test_inputs_below_zero_are_kept_and_said(tmp_path: Path) -> None:
    table = made_up()
    table.inputs[("DEU", "C26"), ("USA", "C29")] = -0.5
    found = read(written(tmp_path, text_of(table)))
    assert values(found)["DEU", "C26", "USA", "C29"] == -500_000
    assert [finding.rule for finding in found.findings] == ["negative-inputs"]


def test_a_key_says_where_it_stands(tmp_path: Path) -> None:
    found = read(written(tmp_path, text_of(made_up())))
    place = found.locate((None, "DEU", "C26", "USA", "C29"))
    assert place == "row DEU_C26, column USA_C29"
