"""What nobody reported, what is zero, and what an odd request is: each said for what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.claims import parse_document
from entrepot.errors import RequestError
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """format: 1
id: own
title: Trade of Kazakhstan
publisher: made up
reporter: KAZ
flow: import
period: '2022'
nomenclature: HS2022
partner_basis: origin
columns:
  partner: {role: partner, codes: ISO3, own: {World: WLD}}
  code: {role: product}
  value: {role: value, currency: USD, scale: 1}
ignore: []
"""
BUYER: dict[str, Any] = {"importer": "KAZ", "goods": "848210", "period": 2022}
SELLERS = ("DEU", "USA", "JPN", "KOR", "ITA", "FRA", "GBR")
ROWS = [f"{name},848210,{n}" for n, name in enumerate(SELLERS, 1)]


def _lake(folder: Path, *rows: str) -> Lake:
    file = folder / "own.csv"
    file.write_text("\n".join(["partner,code,value", *rows]))
    lake = Lake.open(folder / "lake")
    lake.add("table", [file], mapping=MAP)
    return lake


PAIRS = ("import_share", "export_share", "salience", "reliant_goods", "retaliation_exposure")


@pytest.mark.parametrize("measure", PAIRS)
def test_a_flow_that_a_blend_does_not_record_is_no_share_of_zero(measure: str) -> None:
    figure = ep.ask(measure, importer="NRU", exporter="TUV", goods="850511", period=2022)
    assert (figure.status, figure.value) == ("insufficient_data", None)
    assert "records no 850511 from Tuvalu to Nauru in 2022; “not recorded”" in str(figure.reason)


def test_what_a_reporter_does_not_report_of_a_partner_is_zero_and_says_so(tmp_path: Path) -> None:
    lake = _lake(tmp_path, *ROWS, "CHN,850511,5")
    figure = ep.ask("import_share", lake=lake, exporter="CHN", **BUYER)
    assert figure.value == 0
    [note] = [one.text for one in figure.caveats if one.id == "not-recorded"]
    assert "has no report of such trade from China to Kazakhstan in 2022" in note
    known = ep.ask("import_share", lake=lake, exporter="DEU", **BUYER)
    assert "not-recorded" not in {one.id for one in known.caveats}


def test_a_brief_says_of_a_flow_that_is_not_recorded_no_per_cent(tmp_path: Path) -> None:
    ep.brief("NRU", "TUV", goods="850511", lake=tmp_path / "none").save(tmp_path / "brief.md")
    text = (tmp_path / "brief.md").read_text("utf-8").replace("\u00a0", " ")
    assert "**0 %**" not in text


def test_a_share_of_a_total_of_zero_says_which_rule_holds(tmp_path: Path) -> None:
    lake = _lake(tmp_path, *(f"{one.rpartition(',')[0]},0" for one in ROWS), "CHN,848210,0")
    figure = ep.ask("import_share", lake=lake, exporter="CHN", **BUYER)
    assert figure.value is None
    assert "the total that it is over is zero" in str(figure.reason)
    assert "negative" not in str(figure.reason)


@pytest.mark.parametrize("count", [999999999999999999, "999999999999999999"])
def test_no_market_has_so_many_suppliers(count: int | str) -> None:
    with pytest.raises(RequestError, match="k is 999,999,999,999,999,999, and no market has"):
        ep.ask("cr", k=count, **BUYER)  # type: ignore[arg-type]


CLAIM = """format: 1
source: {title: A sentence}
claims:
  - id: share
    import_share: {importer: KAZ, exporter: DEU, goods: '848210', period: 2022}
    says: 90 %
"""


def test_a_check_looks_into_the_lake_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question did, and a check beside it found no data."""
    rows = [*ROWS, "CHN,848210,8", "TUR,848210,9", "POL,848210,10"]
    lake = _lake(tmp_path, *rows)
    document = parse_document(CLAIM)
    monkeypatch.setenv("ENTREPOT_LAKE", str(tmp_path / "none"))
    assert ep.check(document).claims[0].verdict == "not_enough_evidence"
    monkeypatch.setenv("ENTREPOT_LAKE", str(lake.path))
    assert ep.check(document).claims[0].verdict == "differs"


def test_one_supplier_is_said_to_be_one(tmp_path: Path) -> None:
    figure = ep.ask("cr", importer="NRU", goods="850511", period=2022, k=3, lake=tmp_path / "none")
    [note] = [one.text for one in figure.caveats if one.id == "few-suppliers"]
    assert note.startswith("Only 1 supplier is reported, fewer than the 3 requested")
