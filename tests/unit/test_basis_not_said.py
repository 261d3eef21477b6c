"""Whether imports are by country of origin or of dispatch: drafted, offered, loaded, answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.figures.figure import as_rows
from entrepot.lake import Lake
from entrepot.report.definitions import verb_of
from entrepot.sources.table.draft.draft import draft_mapping

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """year,{partner},code,flow,value in USD
2022,CHN,848210,import,40
2022,DEU,848210,import,60
2022,CHN,848210,export,30
2022,DEU,848210,export,70
"""
MAP = """format: 1
id: own
title: Trade of Kazakhstan
publisher: made up
reporter: KAZ
{basis}
nomenclature: HS2022
columns:
  year: {{role: year}}
  partner: {{role: partner, codes: ISO3}}
  code: {{role: product}}
  flow: {{role: flow}}
  value in USD: {{role: value, currency: USD, scale: 1}}
ignore: []
"""
BUYER: dict[str, Any] = {"importer": "KAZ", "exporter": "CHN", "goods": "848210", "period": 2022}


def _lake(folder: Path, basis: str) -> Lake:
    lake = Lake.open(folder / "lake")
    file = folder / "own.csv"
    file.write_text(TABLE.format(partner="partner"))
    lake.add("table", [file], mapping=MAP.format(basis=basis))
    return lake


@pytest.mark.parametrize(
    ("partner", "basis"),
    [
        ("country of origin", "origin"),
        ("Country of consignment", "consignment"),
        ("País de procedencia", "consignment"),
        ("Ursprungsland", "origin"),
        ("partner country", None),
    ],
)
def test_a_column_says_its_basis_or_it_is_offered(
    tmp_path: Path, partner: str, basis: str | None
) -> None:
    file = tmp_path / "own.csv"
    file.write_text(TABLE.format(partner=partner))
    draft = draft_mapping(file)
    assert draft.mapping.get("partner_basis") == basis
    assert [one.key for one in draft.optional] == ([] if basis else ["partner_basis"])
    assert ("# partner_basis: origin  # optional" in draft.text) == (basis is None)
    assert "partner_basis" not in {one.key for one in draft.questions}


def test_exports_are_by_destination_whatever_is_said_of_imports(tmp_path: Path) -> None:
    rows = _lake(tmp_path, "partner_basis: origin").flows("table.own").to_native()
    said = set(rows.select("reported_by", "partner_basis").fetchall())
    assert said == {("importer", "origin"), ("exporter", "destination")}


def test_an_answer_says_that_the_basis_is_not_known(tmp_path: Path) -> None:
    lake = _lake(tmp_path, "")
    figure = ep.ask("import_share", lake=lake, **BUYER)
    assert figure.value == 0.4
    assert figure.evidence[0].bases == {"not said": 1.0}
    assert figure.to_dict()["definition"]["basis"] is None
    assert "basis: not said" in dict(as_rows(figure))["definition"]
    [note] = [one.text for one in figure.caveats if one.id == "basis"]
    assert "does not say whether Kazakhstan’s imports are by country of origin or" in note
    assert verb_of(figure) == "supplied"
    # Exports have a destination, about which there is nothing to say.
    sold = {"importer": "CHN", "exporter": "KAZ", "goods": "848210", "period": 2022}
    exports = ep.ask("export_share", lake=lake, **sold)
    assert "basis" not in {one.id for one in exports.caveats}


def test_a_report_of_zero_keeps_its_basis(tmp_path: Path) -> None:
    """A share of 0 % in a table by origin was called one by dispatch."""
    lake = Lake.open(tmp_path / "lake")
    file = tmp_path / "own.csv"
    table = TABLE.format(partner="partner").replace("import,40", "import,0")
    file.write_text(table + "2022,ITA,848210,import,5\n")  # of one supplier alone is no share
    lake.add("table", [file], mapping=MAP.format(basis="partner_basis: origin"))
    for measure in ("value", "import_share"):
        figure = ep.ask(measure, lake=lake, **BUYER)
        assert figure.value == 0
        assert figure.evidence[0].bases == {"origin": 1.0}
        assert figure.to_dict()["definition"]["basis"] is None
        assert "basis: origin" in dict(as_rows(figure))["definition"]


@pytest.mark.parametrize(("basis", "shown"), [("origin", None), ("consignment", "dispatch")])
def test_json_names_no_basis_but_that_of_the_rows(
    tmp_path: Path, basis: str, shown: str | None
) -> None:
    """It said "dispatch" of goods by origin, which the text beside it did not."""
    figure = ep.ask("import_share", lake=_lake(tmp_path, f"partner_basis: {basis}"), **BUYER)
    told = figure.to_dict()
    assert told["definition"]["basis"] == shown
    figure.save(tmp_path / "figure.csv")
    assert basis in (tmp_path / "figure.csv").read_text("utf-8")
    assert told["evidence"][0]["bases"] == {basis: 1.0}
    series = ep.ask(
        "import_share", lake=_lake(tmp_path, f"partner_basis: {basis}"), each="year", **BUYER
    )
    assert series.to_dict()["definition"].get("basis") == shown
    # Asked again as it is told, the answer is the same.
    lake = Lake.open(tmp_path / "lake")
    again = ep.ask(**{k: v for k, v in told["definition"].items() if v is not None}, lake=lake)
    assert (again.value, again.low, again.high) == (figure.value, figure.low, figure.high)


def test_an_answer_without_rows_has_no_basis(tmp_path: Path) -> None:
    """It said "basis: dispatch", of no row."""
    lake = _lake(tmp_path, "partner_basis: origin")
    missing = ep.ask("value", lake=lake, **BUYER | {"period": 2030})
    assert (missing.status, missing.value) == ("insufficient_data", None)
    assert missing.to_dict()["definition"]["basis"] is None
    assert "basis" not in str(missing)
