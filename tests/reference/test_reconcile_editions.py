"""Two sides in two editions: made-up trade of known truth, brute force, and laws."""

from __future__ import annotations

import shutil
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engine import connect
from entrepot.figures.editions import links_loaded
from entrepot.figures.reconcile import moves, reconcile_lake
from entrepot.goods import Links
from entrepot.lake import Lake
from entrepot.reconciliation import pair
from made_comtrade import CHINA, GERMANY, USA, row, text_of

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "HS2017", "HS2022"
CAMERAS = ("852581", "852582", "852583", "852589")
"""What took the place of 852580 in heading 8525 in 2022."""
DRONES = {"880621", "880622", "880623", "880624", "880629"}
"""Cameras that fly were 852580, too: what the heading does not know and the tables do."""


def targets(found: Any, code: str) -> set[str]:
    return {target for _, one, _, target in found if one == code}


def test_without_tables_codes_are_sought_under_their_heading() -> None:
    found = moves([(OLD, NEW), (NEW, OLD), (NEW, NEW), ("NONE", NEW)], None)
    assert targets(found, "852580") == set(CAMERAS)
    assert all(targets(found, code) == {"852580"} for code in CAMERAS)
    assert {one[0] for one in found} == {OLD, NEW}
    assert targets(found, "854231") == set()  # in both
    assert targets(found, "854810") == {"854800"}  # wrong, and the best that the heading knows
    assert moves([(NEW, NEW)], None) == ()


@pytest.fixture(scope="module")
def tables(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake with the tables of the United Nations from 2007 on."""
    lake = Lake.open(tmp_path_factory.mktemp("tables"))
    lake.add("concordance", list((shared_data / "hs_concordance").glob("HS 20[12]* to *.xls*")))
    return lake


def test_tables_say_which_codes_took_the_place(tables: Lake) -> None:
    links = links_loaded(tables)
    found = moves([(OLD, NEW)], links)
    assert set(CAMERAS) | DRONES <= targets(found, "852580")
    assert all(code[:2] == "88" for code in targets(found, "852580") - set(CAMERAS))
    assert targets(found, "854810") == {"854911", "854912", "854913", "854914", "854919"}
    assert targets(found, "851712") == {"851713", "851714"}
    assert targets(found, "030510") == {"030910"}  # renumbered
    # Nicotine to be inhaled was cut out of other food.
    assert targets(found, "210690") == {"210690", "240491"}
    assert targets(moves([(NEW, OLD)], links), "852589") == {"852580"}
    two_steps = moves([("HS2012", NEW)], links)
    assert targets(two_steps, "852580") == targets(found, "852580")


def test_only_neighbours_of_which_the_tables_are_held_are_followed_code_by_code() -> None:
    links = Links([(NEW, "852589", OLD, "852580"), (NEW, "852581", OLD, "852580")])
    assert targets(moves([(OLD, NEW)], links), "852580") == {"852581", "852589"}
    assert targets(moves([("HS2012", NEW)], links), "852580") == set(CAMERAS)


def test_what_is_now_a_part_of_another_code_goes_there() -> None:
    """293134 and 293137 of 2017 are in 293149 of 2022; nothing new, where one code is left."""
    rows = [(NEW, "854231", OLD, "852580"), (NEW, "854231", OLD, "854231")]
    assert targets(moves([(OLD, NEW)], Links(rows)), "852580") == {"854231"}
    rows.append((NEW, "854232", OLD, "852580"))
    assert targets(moves([(OLD, NEW)], Links(rows)), "852580") == set()


@pytest.fixture
def world(tmp_path: Path) -> Lake:
    """Cameras for 100,000 of each kind; Germany tells them in HS2017, China in HS2022.

    The United States tell HS2022, too, and buy nothing from Germany that is new. Besides, both
    tell of chips, so that something is told twice under one code.
    """
    new, old = {"edition": "H6"}, {"edition": "H5"}
    exports = {"flow": "X", "reporter": GERMANY, "partner": CHINA}
    flows = [row(100_000.0 * (at + 1), product=code, **new) for at, code in enumerate(CAMERAS)]
    flows += [
        row(1_000_000.0, product="852580", **exports, **old),
        row(5_000.0, **new),
        row(5_000.0, **exports, **old),
        row(70_000.0, product="852580", **exports | {"partner": USA}, **old),
        row(3_000.0, reporter=USA, **new),
    ]
    file = tmp_path / "reports.csv"
    file.write_text(text_of(flows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    return lake


def test_goods_count_once_where_the_editions_differ(world: Lake) -> None:
    found = reconcile_lake(world, weights="variances")
    rows = world.flows("reconciled").to_native()
    china = rows.filter("importer = 'CHN'").order("product").project(
        "product, reported_by, nomenclature, is_estimated, value_usd, value_exporter_usd, mass_kg"
    )  # fmt: skip
    cameras = {code: 100_000.0 * (at + 1) for at, code in enumerate(CAMERAS)}
    expected = {code: (NEW, True, value) for code, value in cameras.items()}
    expected["854231"] = NEW, False, 5_000.0
    for code, reported_by, edition, is_estimated, value, exports, mass in china.fetchall():
        assert (reported_by, edition, is_estimated) == ("both", *expected[code][:2])
        assert (value, exports, mass * 100) == pytest.approx((expected.pop(code)[2],) * 3)
    assert not expected
    # The United States tell nothing of cameras, so Germany's word stays as it is.
    [usa] = (
        rows.filter("importer = 'USA' AND product = '852580'")
        .project("reported_by, nomenclature, value_usd")
        .fetchall()
    )
    assert usa == ("exporter", OLD, 70_000.0)
    assert found.result.moved == (4, pytest.approx(1_000_000.0))
    assert found.to_dict()["other_edition"]["cells"] == 4
    assert any("sought under their heading" in note for note in found.notes)


def test_with_the_tables_drones_are_cameras_and_nicotine_is_food(
    tables: Lake, tmp_path: Path
) -> None:
    """Germany tells HS2017: cameras for 500,000, other food for 900,000, chips for 110,000."""
    new, old = {"edition": "H6"}, {"edition": "H5", "flow": "X", "reporter": GERMANY}
    file = tmp_path / "reports.csv"
    flows = [
        *(row(value, product=code, **new) for code, value in IMPORTS.items()),
        *(row(value, product=code, partner=CHINA, **old) for code, value in EXPORTS.items()),
    ]
    file.write_text(text_of(flows))
    shutil.copytree(tables.path, tmp_path / "lake")
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    found = reconcile_lake(lake, weights="variances")
    rows = (
        lake.flows("reconciled")
        .to_native()
        .project("product, value_exporter_usd, value_importer_usd, reported_by, is_estimated")
    )
    assert {code: rest for code, *rest in rows.fetchall()} == {
        "852589": [pytest.approx(125_000), 100_000, "both", True],
        "880621": [pytest.approx(375_000), 300_000, "both", True],
        "210690": [pytest.approx(720_000), 800_000, "both", True],
        "240491": [pytest.approx(180_000), 200_000, "both", True],
        "030910": [44_000, 40_000, "both", False],  # 030510 with another number
        "854231": [110_000, 100_000, "both", False],
    }
    # What stayed under its own code did not move: all but 720,000 of the food.
    assert found.result.moved == (4, pytest.approx(125_000 + 375_000 + 180_000 + 44_000))
    assert not [note for note in found.notes if "heading" in note]


IMPORTS = {
    "852589": 100_000.0, "880621": 300_000.0, "210690": 800_000.0, "240491": 200_000.0,
    "030910": 40_000.0, "854231": 100_000.0,
}  # fmt: skip
EXPORTS = {"852580": 500_000.0, "210690": 900_000.0, "030510": 44_000.0, "854231": 110_000.0}

# Codes a and b are in the exporter's edition only, p to r in the importer's, s and t in both.
LINKED = {
    "a": ("p", "q"),
    "b": ("q", "r"),
    "s": ("s", "r"),
}
NAMES = {letter: f"8525{at:02}" for at, letter in enumerate("abpqrst")}
values = st.floats(0, 1e9, allow_nan=False).map(round)


def sides(codes: str) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(list(codes)), values, max_size=len(codes))


def paired(out: dict[str, int], into: dict[str, int]) -> dict[str, tuple[Any, ...]]:
    rows = [
        {
            "reported_by": side,
            "nomenclature": edition,
            "product": NAMES[code],
            "value_usd": float(value),
        }
        for side, edition, told in (("exporter", OLD, out), ("importer", NEW, into))
        for code, value in told.items()
    ]
    schema = pa.schema(
        [(name, pa.string()) for name in ("reported_by", "nomenclature", "product")]
        + [("value_usd", pa.float64())]
    )
    connection = connect(threads=1)
    connection.register("made", pa.Table.from_pylist(rows, schema=schema))
    links = [(OLD, NAMES[one], NEW, NAMES[two]) for one, some in LINKED.items() for two in some]
    names = ("nomenclature", "product", "to_nomenclature", "to_product")
    table = pa.table(dict(zip(names, map(list, zip(*links, strict=True)), strict=True)))
    connection.register("linked", table)
    flows = connection.sql("""
        SELECT DATE '2022-01-01' AS period, 'A' AS freq, 'DEU' AS exporter, 'CHN' AS importer, *,
               value_usd / 10 AS mass_kg, 'CIF' AS valuation, NULL::VARCHAR AS partner_basis,
               NULL::BOOLEAN AS is_reexport, NULL::BOOLEAN AS is_estimated FROM made""")
    found = pair(flows, connection.table("linked")).project(
        "product, value_exporter_usd, value_importer_usd, moved_usd"
    )
    letter = {name: one for one, name in NAMES.items()}
    rows_found = found.fetchall()
    cells = {letter[code]: tuple(rest) for code, *rest in rows_found}
    assert len(cells) == len(rows_found)
    return cells


def by_hand(out: dict[str, int], into: dict[str, int]) -> dict[str, tuple[Any, ...]]:
    exports: dict[str, float] = defaultdict(float)
    came: dict[str, float] = {}
    for code, value in out.items():
        told = [one for one in LINKED.get(code, ()) if one in into]
        whole = sum(into[one] for one in told)
        for one in told:
            part = value * (into[one] / whole if whole else 1 / len(told))
            exports[one] += part
            if one != code:
                came[one] = came.get(one, 0.0) + part
        if not told:
            exports[code] += value
    return {
        code: (exports.get(code), into.get(code), came.get(code))
        for code in exports.keys() | into.keys()
    }


@settings(max_examples=40, deadline=None)
@given(out=sides("abst"), into=sides("pqrst"))
def test_a_report_goes_to_the_codes_that_the_other_side_tells(
    out: dict[str, int], into: dict[str, int]
) -> None:
    found, expected = paired(out, into), by_hand(out, into)
    assert found.keys() == expected.keys()
    for code, cell in found.items():
        for one, other in zip(cell, expected[code], strict=True):
            assert (one is None) == (other is None)
            assert one is None or one == pytest.approx(other, rel=1e-9, abs=1e-6)
    # Nothing is lost on either side.
    for side, told in ((0, out), (1, into)):
        total = sum(cell[side] or 0.0 for cell in found.values())
        assert total == pytest.approx(sum(told.values()))


@settings(max_examples=30, deadline=None)
@given(out=sides("at"), into=sides("pqt"))
def test_a_heading_is_no_more_than_the_larger_sides(
    out: dict[str, int], into: dict[str, int]
) -> None:
    """Whatever the weights: of codes of one edition only, the side that tells more; else each."""
    found = paired(out, into)
    most = sum(max(cell[0] or 0.0, cell[1] or 0.0) for cell in found.values())
    old, new = (sum(value for code, value in side.items() if code != "t") for side in (out, into))
    assert most <= (max(out.get("t", 0), into.get("t", 0)) + max(old, new)) * (1 + 1e-12) + 1e-6
