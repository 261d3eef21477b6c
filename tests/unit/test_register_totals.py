"""A register added up to flows, and its totals beside a statistic of the same country."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from test_shipments import LAYOUT, _file, _lake
from typer.testing import CliRunner

from entrepot.cli.main import app
from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.figures.registers import register_totals
from entrepot.lake import Lake
from entrepot.lake.registers import added_up
from entrepot.model.columns import flow_schema

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

LINES = (
    {"Number": "A1"},
    {"Number": "A2", "Day": "07.03.2023", "Value": "50", "Net": ""},
    {"Number": "A3", "Value": "20", "Made in": "Deutschland", "Unit": "KG"},
    {"Number": "A4", "Value": "30", "Made in": "n/a"},
)
BACI = (
    "t,i,j,k,v,q\n2023,156,398,854231,0.4,1\n2023,276,398,854231,0.1,1\n2023,156,643,854231,9,1\n"
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("register")
    lake = _lake(folder, *LINES)
    name = folder / "BACI_HS22_Y2023_V202501.csv"
    name.write_text(BACI, encoding="utf-8")
    lake.add("baci", [name])
    return lake


def rows(lake: Lake, path: Path, **keys: str) -> list[dict[str, str]]:
    lake.aggregate("shipments.made-up", path, **keys)
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_lines_become_one_row_a_cell_and_year(lake: Lake, tmp_path: Path) -> None:
    found = rows(lake, tmp_path / "a.csv", basis="origin")
    cells = {row["exporter"]: row for row in found}
    assert {name: float(row["value_usd"]) for name, row in cells.items()} == pytest.approx(
        {"CHN": 150.5, "DEU": 20, "XNES": 30}
    )
    assert cells["CHN"]["mass_kg"] == ""  # one of its lines has no weight
    assert float(cells["DEU"]["mass_kg"]) == 2
    assert {row["period"] for row in found} == {"2023-01-01"}
    assert {row["importer"] for row in found} == {"KAZ"}


def test_the_same_lines_give_the_same_sums_in_whatever_order_they_come() -> None:
    """Threads added as they came by: the last digits differed from run to run."""
    kinds = ", ".join(f"NULL::{kind} AS {name}" for name, kind in flow_schema().items())
    made = []
    with duckdb.connect() as connection:
        for seed in (0.1, 0.2, 0.3):
            connection.execute(f"SELECT setseed({seed})").fetchall()
            rows_ = connection.sql(
                f"""SELECT * REPLACE (DATE '2023-05-01' AS period, 'CHN' AS exporter,
                       'KAZ' AS importer, CASE WHEN i % 3 > 0 THEN 'EUR' END AS currency,
                       sqrt(i) * 1e3 AS value_usd, ln(i) AS mass_kg)
                    FROM (SELECT {kinds}, i FROM range(1, 5000) made(i) ORDER BY random())"""
            )
            made.append(added_up(rows_.project("* EXCLUDE i"), "A").fetchall())
    assert len(made[0]) == 2
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_the_same_lines_give_the_same_file_in_every_run(tmp_path: Path, form: str) -> None:
    days = [{"Day": f"{day:02}.{month:02}.2023"} for day in range(1, 28) for month in range(1, 13)]
    many = _lake(tmp_path, *({**one, "Value": f"{at}.37"} for at, one in enumerate(days)))
    files = [tmp_path / f"{at}.{form}" for at in range(3)]
    for one in files:
        many.aggregate("shipments.made-up", one, freq="M", basis="all")
    if form != "xlsx":
        assert len({one.read_bytes() for one in files}) == 1
    if form == "csv":
        found = rows(many, files[0], freq="M", basis="all")
        keys = [(row["period"], row["exporter"], row["importer"]) for row in found]
        assert keys == sorted(keys)


def test_a_line_without_a_value_does_not_empty_its_row(tmp_path: Path) -> None:
    """One such line took the value of all lines of its cell away, and out of the totals."""
    values = ("12,25", "", "0,5", "0", "7,125", "")
    lines = [
        {"Value": value, "Made in": maker, "Seller in": seller}
        for value, maker, seller in zip(
            values, ("Китай", "Китай", "Deutschland") * 2, ("Hong Kong", "n/a") * 3, strict=True
        )
    ]
    lake = _lake(tmp_path, *lines)
    for basis, column in (("origin", "Made in"), ("seller", "Seller in")):
        sums: dict[str, float] = {}
        for line in lines:
            value = float(line["Value"].replace(",", ".") or 0)
            sums[line[column]] = sums.get(line[column], 0.0) + value
        found = rows(lake, tmp_path / f"{basis}.csv", basis=basis)
        assert sorted(float(row["value_usd"]) for row in found) == sorted(sums.values())
    totals = {one.basis: one for one in register_totals(lake, "shipments.made-up")}
    assert {one.value for one in totals.values()} == {19.875}
    assert totals["seller"].unspecified == 0
    # Where no line of a cell has a value, the row has none: it is missing, not zero.
    (tmp_path / "bare").mkdir()
    bare = _lake(tmp_path / "bare", {"Value": ""})
    assert [one["value_usd"] for one in rows(bare, tmp_path / "bare.csv", basis="origin")] == [""]
    with pytest.raises(NoEvidenceError, match="no line with a value\n"):
        register_totals(bare, "shipments.made-up")
    # A file was written, and then the command said that there is nothing.
    out = tmp_path / "none.csv"
    command = ["data", "aggregate", "shipments.made-up", str(out), "--basis", "origin"]
    done = CliRunner().invoke(app, [*command, "--lake", str(bare.path)])
    assert isinstance(done.exception, NoEvidenceError)
    assert not out.exists()


def test_the_value_of_a_declaration_counts_once(tmp_path: Path) -> None:
    """A layout with `kind: header` could not be loaded, and its other lines emptied their rows."""
    layout = LAYOUT.replace("{role: value}", "{role: value, kind: header}")
    lake = Lake.open(tmp_path / "lake")
    lines = [
        {"Number": number, "Item": item, "Value": value}
        for number, item, value in (("D1", "1", "90"), ("D1", "2", "90"), ("D2", "1", "4,5"))
    ]
    lake.add("shipments", [_file(tmp_path, *lines)], mapping=layout)
    said = dict(lake.findings().to_native().project("rule, text").fetchall())
    assert "would give USD 90.00 more" in said["header-value"]
    found = rows(lake, tmp_path / "one.csv", basis="origin")
    assert [float(row["value_usd"]) for row in found] == [94.5]
    assert register_totals(lake, "shipments.made-up")[0].value == 94.5


def test_months_and_every_basis(lake: Lake, tmp_path: Path) -> None:
    found = rows(lake, tmp_path / "m.csv", freq="M", basis="all")
    total = {"origin": 0.0, "dispatch": 0.0, "seller": 0.0}
    for row in found:
        total[row["partner_basis"]] += float(row["value_usd"])
    assert total == pytest.approx(dict.fromkeys(total, 200.5))
    assert {row["period"] for row in found} == {"2023-01-01", "2023-03-01"}


def test_totals_stand_beside_the_statistic(lake: Lake) -> None:
    found = {one.basis: one for one in register_totals(lake, "shipments.made-up", against="baci")}
    origin = found["origin"]
    assert origin.value == pytest.approx(200.5)
    assert origin.unspecified == pytest.approx(30 / 200.5)
    assert origin.other_usd == pytest.approx(500)  # to Kazakhstan only
    assert origin.ratio == pytest.approx(200.5 / 500)
    assert origin.months == 2
    assert "2 of 12 months" in origin.note
    assert found["seller"].other_usd == origin.other_usd


def test_a_statistic_in_another_edition_is_not_compared(lake: Lake, tmp_path: Path) -> None:
    other = tmp_path / "BACI_HS12_Y2023_V202401.csv"
    other.write_text(BACI, encoding="utf-8")
    alone = _lake(tmp_path, *LINES)
    alone.add("baci", [other])
    for one in register_totals(alone, "shipments.made-up", against="baci"):
        assert one.ratio is None
        assert "HS2012 only" in one.note


def test_a_register_of_years_has_all_months(tmp_path: Path) -> None:
    """A note said: 1 of 12 months."""
    layout = LAYOUT.replace("valuation: CIF", "valuation: CIF\nfreq: A").replace(
        '{role: date, form: "%d.%m.%Y"}', "{role: year}"
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("shipments", [_file(tmp_path, {"Day": "2023"})], mapping=layout)
    assert {(one.months, one.note) for one in register_totals(lake, "shipments.made-up")} == {
        (12, "")
    }


def test_a_register_in_another_currency_is_not_compared(tmp_path: Path) -> None:
    alone = Lake.open(tmp_path / "lake")
    layout = LAYOUT.replace("valuation: CIF", "valuation: CIF\ncurrency: KZT")
    alone.add("shipments", [_file(tmp_path, *LINES)], mapping=layout)
    other = tmp_path / "BACI_HS22_Y2023_V202501.csv"
    other.write_text(BACI, encoding="utf-8")
    alone.add("baci", [other])
    for one in register_totals(alone, "shipments.made-up", against="baci"):
        assert (one.currency, one.value) == ("KZT", pytest.approx(200.5))
        assert one.other_usd is None
        assert "counts in KZT" in one.note


def test_what_is_no_register_is_refused(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no customs register"):
        lake.aggregate("baci", tmp_path / "x.csv")
    with pytest.raises(RequestError, match="no customs register"):
        register_totals(lake, "baci")
    with pytest.raises(RequestError, match="register too"):
        register_totals(lake, "shipments.made-up", against="shipments.made-up")
    with pytest.raises(NoEvidenceError, match="no line with a value in 2019"):
        register_totals(lake, "shipments.made-up", period="2019")


def test_the_command_shows_both_and_writes_the_file(lake: Lake, tmp_path: Path) -> None:
    command = ["data", "aggregate", "shipments.made-up", str(tmp_path / "out.csv")]
    command += ["--against", "baci", "--basis", "all", "--lake", str(lake.path)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "0.401" in done.stdout
    assert "pick one before you add up" in done.stdout
    found = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert {one["basis"] for one in found["totals"]} == {"origin", "dispatch", "seller"}


def test_a_register_of_several_bases_is_added_up_by_one(lake: Lake, tmp_path: Path) -> None:
    """Without a basis each line was written three times, and a sum was three times the trade."""
    target = tmp_path / "out.csv"
    with pytest.raises(RequestError, match="3 bases: dispatch, origin, seller") as refused:
        lake.aggregate("shipments.made-up", target)
    assert "--basis dispatch" in str(refused.value.hint)
    assert not target.exists()
    command = ["data", "aggregate", "shipments.made-up", str(target), "--lake", str(lake.path)]
    assert isinstance(CliRunner().invoke(app, command).exception, RequestError)
    done = CliRunner().invoke(app, [*command, "--basis", "seller", "--json"])
    assert {one["basis"] for one in json.loads(done.stdout)["totals"]} == {"seller"}
    with pytest.raises(UnknownNameError, match="consignor"):
        lake.aggregate("shipments.made-up", target, basis="consignor")


def test_sums_have_no_digits_that_no_line_has(tmp_path: Path) -> None:
    """Ten times 0.10 was 0.9999999999999999."""
    lines = [{"Number": f"A{at}", "Value": "0.10"} for at in range(10)]
    many = _lake(tmp_path, *lines)
    found = rows(many, tmp_path / "out.csv", basis="origin")
    assert [row["value_usd"] for row in found] == ["1.0"]
    [total] = [one for one in register_totals(many, "shipments.made-up") if one.basis == "origin"]
    assert str(total.value) == "1.0"
