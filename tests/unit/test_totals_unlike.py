"""A reporter's own total on another basis or valuation than its partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import entrepot as ep
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
product: '848210'
nomenclature: HS2022
columns:
  partner: {role: partner, codes: ISO3, own: {World: WLD}}
  basis: {role: partner_basis}
  valued: {role: valuation}
  value: {role: value, currency: USD, scale: 1}
ignore: []
"""
BUYER = {"importer": "KAZ", "goods": "848210", "period": 2022}


def _asked(folder: Path, measure: str, *rows: str, **keys: str) -> ep.Figure:
    file = folder / "own.csv"
    file.write_text("\n".join(["partner,basis,valued,value", *rows]))
    lake = Lake.open(folder / "lake")
    lake.add("table", [file], mapping=MAP)
    return ep.ask(measure, lake=lake, **BUYER, **keys)


def _note(figure: ep.Figure) -> str:
    return " ".join(one.text for one in figure.caveats if one.id == "reported-total")


def test_a_total_on_another_basis_is_that_of_the_partners(tmp_path: Path) -> None:
    """It counted as trade beside theirs: 40 of 160 in place of 40 of 100."""
    rows = ("CHN,origin,CIF,40", "DEU,origin,CIF,20", "World,consignment,FOB,100")
    figure = _asked(tmp_path, "import_share", *rows, exporter="CHN")
    assert figure.value == pytest.approx(0.4)
    assert "by country of consignment and valued FOB, which the partners are not" in _note(figure)


MAP_OF_CODES = (
    MAP.replace("product: '848210'\n", "")
    .replace(
        "  basis: {role: partner_basis}\n  valued: {role: valuation}\n", "  code: {role: product}\n"
    )
    .replace("nomenclature: HS2022", "nomenclature: HS2022\npartner_basis: origin\nvaluation: CIF")
)


def test_a_code_without_a_total_counts_beside_the_total_of_another_heading(tmp_path: Path) -> None:
    """It was taken for a part of that total: 80 of 100, as if nothing else had been bought."""
    file = tmp_path / "own.csv"
    rows = ("CHN,850440,30", "DEU,850440,10", "CHN,851713,50", "World,8517,100")
    file.write_text("\n".join(["partner,code,value", *rows]))
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=MAP_OF_CODES)
    found = ep.ask("import_share", lake=lake, **BUYER | {"goods": "85"}, exporter="CHN")
    assert found.value == pytest.approx(80 / 140)


def test_a_row_of_nothing_is_a_share_of_nothing(tmp_path: Path) -> None:
    """The partner was said to be not among those loaded, and its share to be at most the rest."""
    rows = ("CHN,origin,CIF,0", "DEU,origin,CIF,60", "World,origin,CIF,100")
    assert _asked(tmp_path, "import_share", *rows, exporter="CHN").value == 0
    joined = ep.ask("import_share", lake=tmp_path / "lake", **BUYER, exporter="CHN+JPN")
    assert joined.value is None
    assert "what table.own has of China and Japan adds up to zero" in joined.reason


def test_a_share_without_a_row_has_no_basis(tmp_path: Path) -> None:
    """A table by origin was said to be by dispatch."""
    file = tmp_path / "own.csv"
    file.write_text(
        "product,partner,basis,valued,value\n848210,DEU,origin,CIF,100\n"
        "848210,World,origin,CIF,100\n848220,JPN,origin,CIF,1\n848220,DEU,origin,CIF,1\n"
    )
    lake = Lake.open(tmp_path / "lake")
    mapping = MAP.replace("product: '848210'\n", "").replace(
        "columns:", "columns:\n  product: {role: product}"
    )
    lake.add("table", [file], mapping=mapping)
    figure = ep.ask("import_share", lake=lake, **BUYER, exporter="JPN")
    assert figure.value == 0
    assert "basis:" not in str(figure)


def test_one_basis_of_two_with_totals_of_their_own_stays_apart(tmp_path: Path) -> None:
    rows = ("CHN,origin,CIF,40", "World,origin,CIF,100", "DEU,consignment,CIF,30")
    figure = _asked(tmp_path, "import_share", *rows, exporter="CHN")
    assert figure.value == pytest.approx(40 / 130)


@pytest.mark.parametrize(
    ("measure", "value", "over"),
    [("import_share", 6 / 7, "120\xa0%"), ("top_supplier", 6 / 7, "120\xa0%"),
     ("hhi", (36 + 1) / 49, "1.48")],
)  # fmt: skip
def test_a_part_above_its_total_names_both_numbers(
    tmp_path: Path, measure: str, value: float, over: str
) -> None:
    rows = ("CHN,origin,CIF,120", "DEU,origin,CIF,20", "World,consignment,CIF,100")
    keys = {"exporter": "CHN"} if measure == "import_share" else {}
    figure = _asked(tmp_path, measure, *rows, **keys)
    assert figure.value == pytest.approx(value)
    assert figure.high is None or figure.high <= 1
    for words in ("USD\xa0140", "own total of imports, USD\xa0100", over, "cannot be"):
        assert words in _note(figure)


def test_partners_that_exceed_their_total_are_not_proved_to_be_all(tmp_path: Path) -> None:
    figure = _asked(
        tmp_path, "import_share", "CHN,origin,CIF,120", "World,origin,FOB,100", exporter="CHN"
    )
    assert figure.value == 1
    assert figure.scope["partners"] == "of the 1 partner loaded"
    assert "valued FOB, which the partners are not" in _note(figure)


@pytest.mark.parametrize(
    ("measure", "total", "value"),
    [
        ("growth", "2022,World,1000", None),
        ("change_of_share", "2022,World,1000", None),
        # Partners that make up the total are the total.
        ("growth", "2022,World,800", 0.0),
        ("change_of_share", "2022,World,800", 0.0),
    ],
)
def test_a_total_is_not_compared_with_a_sum_of_partners(
    tmp_path: Path, measure: str, total: str, value: float | None
) -> None:
    """A growth of 25 % was that of a total in one of the years over partners in the other."""
    rows = [f"{year},{who},{size}" for year in (2021, 2022) for who, size in SOLD]
    found = _changed(tmp_path, measure, [*rows, total], "DEU" if "share" in measure else "WLD")
    assert found.value == (None if value is None else pytest.approx(value))
    if value is None:
        assert "total that Kazakhstan reports itself in 2022 and not in 2021" in str(found.reason)


@pytest.mark.parametrize(
    ("measure", "keys", "value"),
    [
        # Of unit values and masses nothing is known of what the partners are not.
        ("price_index", {}, 1.0),
        ("value_change", {}, -40.0),
        ("growth", {"quantity": "mass"}, -5.0),
        ("growth", {}, None),
    ],
)
def test_a_total_that_is_in_neither_value_is_no_obstacle(
    tmp_path: Path, measure: str, keys: dict[str, str], value: float | None
) -> None:
    """A price index and a growth of masses, both of partners alone, were refused for a total."""
    file = tmp_path / "own.csv"
    sold = [
        f"{year},{who},{size},{size}"
        for year, size in ((2021, 400), (2022, 380))
        for who in ("DEU", "USA")
    ]
    file.write_text("\n".join(["year,partner,value,mass", *sold, "2022,World,1000,"]))
    mapping = MAP.replace("period: '2022'\n", "partner_basis: origin\nvaluation: CIF\n").replace(
        "  basis: {role: partner_basis}\n  valued: {role: valuation}\n",
        "  year: {role: year}\n  mass: {role: mass, unit: kg}\n",
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=mapping)
    found = ep.ask(measure, lake=lake, **BUYER, base=2021, exporter="WLD", **keys)
    assert found.value == (None if value is None else pytest.approx(value))


SOLD = (("DEU", 500), ("USA", 300))


def _changed(folder: Path, measure: str, rows: list[str], seller: str) -> ep.Figure:
    file = folder / "own.csv"
    # Other goods of France make it known as a seller.
    other = [f"{year},FRA,5,271600" for year in (2021, 2022)]
    lines = [f"{row},848210" for row in rows]
    file.write_text("\n".join(["year,partner,value,code", *lines, *other]))
    lake = Lake.open(folder / "lake")
    mapping = MAP.replace("period: '2022'\n", "partner_basis: origin\nvaluation: CIF\n").replace(
        "  basis: {role: partner_basis}\n  valued: {role: valuation}\n",
        "  year: {role: year}\n  code: {role: product}\n",
    )
    lake.add("table", [file], mapping=mapping.replace("product: '848210'\n", ""))
    return ep.ask(measure, lake=lake, **BUYER, base=2021, exporter=seller)


def test_a_supplier_recorded_in_neither_year_has_no_change(tmp_path: Path) -> None:
    """It was given as a change of zero."""
    rows = [f"{year},{who},{size}" for year in (2021, 2022) for who, size in SOLD]
    found = _changed(tmp_path, "change_of_share", rows, "FRA")
    assert found.value is None
    assert "in 2021 or in 2022, so there is no change" in str(found.reason)


def test_growth_of_what_is_recorded_in_the_base_alone_names_the_year(tmp_path: Path) -> None:
    """It was said to be recorded in neither year."""
    rows = [f"{year},{who},{size}" for year in (2021, 2022) for who, size in SOLD]
    found = _changed(tmp_path, "growth", [*rows, "2021,FRA,200"], "FRA")
    assert found.value is None
    assert "from France to Kazakhstan in 2022, only in 2021, so there is no growth" in str(
        found.reason
    )


def test_a_supplier_recorded_in_one_year_says_so(tmp_path: Path) -> None:
    rows = [f"{year},{who},{size}" for year in (2021, 2022) for who, size in SOLD]
    found = _changed(tmp_path, "change_of_share", [*rows, "2022,FRA,200"], "FRA")
    assert found.value == pytest.approx(0.2)
    [text] = [one.text for one in found.caveats if one.id == "not-recorded"]
    assert "from France to Kazakhstan in 2021: zero, or below" in text
