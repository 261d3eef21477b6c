"""What the command line does, Python does by the same name: the same rows, as a frame and shown."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep

if TYPE_CHECKING:
    from pathlib import Path

SHIPMENTS = """Date;HS code;From;To;Consignee;Value EUR;Net mass
2025-01-11;84821000;NL;KG;Issyk OsOO;307951;21261
2025-01-12;22042109;DE;TR;Bursa AS;900;300
2025-01-13;8.54E+07;IT;JP;Biwa KK;2017;181
"""
ARTICLE = "China exported goods worth 111 billion dollars to Russia in 2023.\n"


def test_shipments_are_screened(tmp_path: Path) -> None:
    file = tmp_path / "shipments.csv"
    file.write_text(SHIPMENTS)
    found = ep.screen(file, edition="CN", lake=tmp_path / "no-lake")
    by_row = {row["row"]: row["status"] for row in found.to_frame("pyarrow").to_pylist()}
    assert by_row == {2: "listed", 3: "not listed", 4: "not readable"}
    assert sum(found.sums.values()) == 3
    assert found.title == "1 of 3 shipments carry goods listed on their date"
    assert "not legal advice" in str(found)
    assert len(found._repr_html_()) < 20_000
    out = found.save(tmp_path / "out.csv")
    assert len(list(csv.reader(out.read_text("utf-8-sig").splitlines()))) == 4
    with pytest.raises(ep.EntrepotError, match="unknown order of dates"):
        ep.screen(file, dates="YDM")


def test_a_draft_is_a_file_that_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(ARTICLE)
    draft = ep.draft(file, date="2024-02-10", publisher="The Paper")
    [row] = draft.to_frame("pyarrow").to_pylist()
    assert (row["id"], row["kind"]) == ("value-chn-rus-2023", "value")
    saved = draft.save(tmp_path / "article.yaml")
    again = ep.check(saved, lake=tmp_path / "no-lake")
    assert [one.claim.id for one in again.claims] == [row["id"]]
    assert again.claims[0].verdict == "supported"


def test_published_figures_are_found_by_name_and_code(tmp_path: Path) -> None:
    lake = tmp_path / "no-lake"
    found = ep.published(exporter="China", importer="RUS", period=2023, lake=lake)
    assert len(found) > 1
    assert {(row["exporter"], row["importer"]) for row in found.rows()} == {("CHN", "RUS")}
    of_shares = ep.published(exporter="CHN", importer="RUS", measure="import_share", lake=lake)
    assert {one.measure for one in of_shares} == {"import_share"}
    of_goods = ep.published(goods="chpl", lake=lake)
    assert 0 < len(of_goods) < len(ep.published(lake=lake))
    assert found.to_frame("pyarrow").num_rows == len(found)
    assert len(found._repr_html_()) < 20_000
    with pytest.raises(ep.EntrepotError, match="unknown area"):
        ep.published(exporter="Atlantis", lake=lake)


def test_a_terminal_shows_what_print_does_and_not_every_field(tmp_path: Path) -> None:
    lake = tmp_path / "no-lake"
    article = tmp_path / "article.txt"
    article.write_text(ARTICLE)
    shipments = tmp_path / "shipments.csv"
    shipments.write_text(SHIPMENTS)
    keys: Any = {"importer": "RUS", "exporter": "CHN", "lake": lake}
    draft = ep.draft(article, date="2024-02-10")
    cut = {"imposes": "CHN", "target": "RUS", "instrument": "export_ban", "sectors": ["C26"]}
    scenario: Any = {"format": 1, "title": "A stop", "period": 2022, "cut": cut, "economy": {}}
    for answer in (
        ep.ask("value", period=2023, **keys),
        ep.ask("value", period="2021..2025", each="year", **keys),
        ep.brief("RUS", supplier="CHN", lake=lake),
        ep.note("RUS", supplier="CHN", lake=lake),
        ep.check(draft.save(tmp_path / "article.yaml"), lake=lake),
        ep.chart("import_share", goods="chpl", period=2023, curve=True, **keys),
        ep.screen(shipments, edition="CN", lake=lake),
        ep.published(period=2023, measure="value", **keys),
        ep.scenario(scenario, lake=lake),
        draft,
    ):
        assert repr(answer) == str(answer)
        assert "\n" in repr(answer)
        # A dataclass writes its class and every field: a brief was 390,000 characters.
        assert not repr(answer).startswith(f"{type(answer).__name__}(")
        assert len(repr(answer)) < 6_000


def test_a_scenario_shows_each_side_once_with_its_range(tmp_path: Path) -> None:
    cut = {"imposes": "CHN", "target": "RUS", "instrument": "export_ban", "sectors": ["C26"]}
    found = ep.scenario(
        {"format": 1, "title": "A stop", "period": 2022, "cut": cut, "economy": {}},
        lake=tmp_path / "no-lake",
    )
    shown = str(found)
    assert "A stop, 2022" in shown
    assert "[scenario]" in shown
    names = [line.split("  ")[0] for line in shown.split("\n")]
    assert names.count("Russia") == names.count("China") == 1
    assert found._repr_html_().count("<td>Russia</td>") <= 1
