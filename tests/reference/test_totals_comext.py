"""Eurostat's own totals: made-up reports of member states whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.lake import Lake
from made_comext import bulk, table
from read_flows import read_flows

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure

ASKED = {"period": "2024", "goods": "854231", "source": "comext"}


def line(reporter: str, partner: str, value: float, product: str = "85423190") -> str:
    return f"A {reporter} {partner} {product} 1 VALUE_IN_EUROS 2024 {value} "


def lake_of(folder: Path, *lines: str) -> Lake:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "made.csv").write_text(table(*lines))
    lake = Lake.open(folder / "lake")
    lake.add("comext", [folder / "made.csv"])
    return lake


def ask(lake: Lake, measure: str, **keys: Any) -> Figure:
    return ep.ask(measure, lake=lake, **ASKED | keys)


CHINA, FRANCE, TAIWAN = line("DE", "CN", 300), line("DE", "FR", 200), line("DE", "TW", 100)
HALVES = (line("DE", "EXT_EU27_2020", 700), line("DE", "INT_EU27_2020", 300))


@pytest.mark.parametrize("totals", [(line("DE", "WORLD", 1000),), HALVES], ids=["world", "halves"])
def test_a_share_is_of_the_total_that_a_member_state_reports(
    tmp_path: Path, totals: tuple[str, ...]
) -> None:
    """Imports are by origin from outside and by consignment from inside; the total is of both."""
    lake = lake_of(tmp_path, CHINA, FRANCE, TAIWAN, *totals)
    figure = ask(lake, "import_share", importer="DEU", exporter="CHN")
    assert figure.value == pytest.approx(0.3, rel=1e-12)
    found = figure.to_dict()["denominator"]
    assert (found["value"], found["unit"]) == (pytest.approx(1000), "EUR")
    assert found["not_in_data"] == pytest.approx(0.4)
    known = 0.3**2 + 0.2**2 + 0.1**2
    hhi = ask(lake, "hhi", importer="DEU")
    assert (hhi.low, hhi.high) == (pytest.approx(known), pytest.approx(known + 0.4**2))


def test_imports_by_origin_are_a_part_of_what_comes_from_outside(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, CHINA, FRANCE, TAIWAN, *HALVES)
    figure = ask(lake, "import_share", importer="DEU", exporter="CHN", basis="origin")
    assert figure.value == pytest.approx(300 / 700, rel=1e-12)


def test_the_total_of_the_union_is_what_crosses_its_border(tmp_path: Path) -> None:
    """Members' trade with each other is in their totals over the world and not in the Union's."""
    others = "AT BE BG CY CZ DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
    rows = [one for name in others.split() for one in (line(name, "CN", 1), line(name, "WORLD", 5))]
    rows += [line(name, "EXT_EU27_2020", 2) for name in others.split()]
    lake = lake_of(tmp_path, CHINA, line("DE", "WORLD", 1000), HALVES[0], *rows)
    figure = ask(lake, "import_share", importer="EU27", exporter="CHN")
    assert figure.value == pytest.approx((300 + 26) / (700 + 2 * 26), rel=1e-12)


def test_all_goods_are_the_lines_of_all_goods(tmp_path: Path) -> None:
    """Of codes that are kept confidential the total alone tells."""
    every = [line("DE", "CN", 900, "TOTAL"), line("DE", "WORLD", 5000, "TOTAL")]
    lake = lake_of(tmp_path, CHINA, line("DE", "CN", 310, "8542"), *every)
    figure = ask(lake, "import_share", importer="DEU", exporter="CHN", goods="all")
    assert figure.value == pytest.approx(900 / 5000, rel=1e-12)
    assert ask(lake, "value", importer="DEU", exporter="CHN", goods="all").value == 900


def test_a_table_of_the_world_alone_has_values_and_no_shares(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, line("DE", "WORLD", 1000))
    assert ask(lake, "value", importer="DEU").value == pytest.approx(1000)
    figure = ask(lake, "hhi", importer="DEU")
    assert figure.status == "insufficient_data"
    assert "totals over all partners only" in str(figure.reason)


def test_totals_by_procedure_count_once(tmp_path: Path) -> None:
    """Procedure 4 of older files is the total of all others."""
    from entrepot.sources.comext import parse

    path = tmp_path / "full201402.dat"
    lines = [f"DE {who} E 85423190 1 {how} NO_SU 201402 {n} 1 0" for who, how, n in (
        ("CN", 4, 5), ("CN", 1, 5), ("WORLD", 4, 9), ("WORLD", 1, 6), ("WORLD", 2, 3),
    )]  # fmt: skip
    path.write_text(bulk(*lines))
    found: list[Any] = []

    class Kept:
        tables = staticmethod(parse.tables)

        @staticmethod
        def rows(connection: Any, delivery: Any) -> Any:
            made = parse.rows(connection, delivery)
            assert made.totals is not None
            found.extend(made.totals.project("exporter, value_reported").fetchall())
            return made

    read_flows(Kept, path, tmp_path / "scratch")
    assert found == [("WLD", 9.0)]


def test_a_query_for_some_partners_has_no_total(tmp_path: Path) -> None:
    """Ten member states and three partners: a share of these was given, 87 % for 8 %."""
    reporters = ("DE", "FR", "IT", "ES", "NL", "BE", "AT", "PL", "SE", "FI")
    lines = [
        f"A {who} {partner} 85423190 2 VALUE_IN_EUROS 2024 {value} "
        for who in reporters
        for partner, value in (("RU", 800), ("KZ", 90), ("AM", 30))
    ]
    lake = lake_of(tmp_path, *lines)
    share = ask(lake, "export_share", exporter="DEU", importer="RUS")
    assert (share.status, share.value) == ("insufficient_data", None)
    assert "comext has 3 importers only (ARM, KAZ, RUS) and no total over all" in str(share.reason)
    assert ask(lake, "value", exporter="DEU", currency="EUR").value is None
    assert ask(lake, "value", exporter="DEU", importer="RUS", currency="EUR").value == 800
    world = [f"A {who} WORLD 85423190 2 VALUE_IN_EUROS 2024 10000 " for who in reporters]
    whole = lake_of(tmp_path / "whole", *lines, *world)
    assert ask(whole, "export_share", exporter="DEU", importer="RUS").value == pytest.approx(0.08)


def test_a_share_of_some_partners_refutes_no_claim(tmp_path: Path) -> None:
    """The checker called 8 % wrong, with a digit dropped, over a total of two partners."""
    lines = [
        f"A DE {partner} 85423190 2 VALUE_IN_EUROS 2024 {value} "
        for partner, value in (("RU", 800), ("KZ", 90))
    ]
    claims = tmp_path / "claims.yaml"
    claims.write_text(
        "format: 1\nsource: {title: Made up, date: 2025-03-01}\nclaims:\n- id: one\n"
        "  quote: Russia took 8 % of the chips that Germany exported in 2024.\n"
        '  export_share: {exporter: DEU, importer: RUS, period: 2024, goods: "854231"}\n'
        '  says: "8 %"\n'
    )
    [claim] = ep.check(claims, lake=lake_of(tmp_path, *lines)).claims
    assert claim.verdict == "not_enough_evidence"
    assert not claim.likely_errors
