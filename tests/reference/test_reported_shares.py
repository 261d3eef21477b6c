"""Shares and concentration on real files, by hand, with the reporter's own total below the line.

Nothing of the program makes the expected numbers: pandas reads the files, and the totals are the
rows of the world (of the table from Kyrgyzstan, of all countries) in them.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from entrepot.figures import Definition
from entrepot.figures.evaluate import evaluate
from entrepot.lake import Lake
from entrepot.model.areas import by_code
from table_reading import one_map

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure

EXACT = 1e-8
"""Relative. Of 227 numbers compared once in this way, 226 were equal to 1e-9, and one to 2e-9: its
partners exceed their total by a rounded cent."""


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> pd.DataFrame:
    path = shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"
    rows = pd.read_csv(path, dtype={"cmd": str})
    rows["cmd"] = rows.cmd.str.zfill(6)
    return rows


@pytest.fixture(scope="module")
def cells(raw: pd.DataFrame) -> pd.DataFrame:
    """Of totals with their parts in one cell, the total is the largest."""
    return raw.groupby(["reporter", "cmd", "flow", "partner"]).value.max().reset_index()


@pytest.fixture(scope="module")
def reports(cells: pd.DataFrame) -> dict[str, list[tuple[pd.DataFrame, float]]]:
    return {flow: _reports(cells, flow, 3) for flow in ("M", "X")}


@pytest.fixture(scope="module")
def lake(
    raw: pd.DataFrame,
    reports: dict[str, list[tuple[pd.DataFrame, float]]],
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Lake:
    """The reports that are asked about, each whole, as they stand in the file."""
    folder = tmp_path_factory.mktemp("shares")
    chosen = {
        (partners.reporter.iloc[0], partners.cmd.iloc[0])
        for every in reports.values()
        for partners, _ in every
    }
    is_chosen = [key in chosen for key in zip(raw.reporter, raw.cmd, strict=True)]
    raw[is_chosen].to_csv(folder / "comtrade.csv", index=False)
    found = Lake.open(folder / "lake")
    found.add("comtrade", [folder / "comtrade.csv"], nomenclature="HS2022")
    found.add("imts", [shared_data / "imf_imts_russia" / "RU_trade.csv"])
    return found


def ask(lake: Lake, measure: str, **keys: str | int) -> Figure:
    return evaluate(Definition.build(measure, **keys), lake, ranged=False)


def _reports(cells: pd.DataFrame, flow: str, count: int) -> list[tuple[pd.DataFrame, float]]:
    """Return partners and total of some reports, at random."""
    of_flow = cells[cells.flow == flow]
    every = [rows for _, rows in of_flow.groupby(["reporter", "cmd"]) if len(rows) > 2]
    found = []
    for rows in random.Random(19).sample(every, len(every)):
        total = rows[rows.partner == 0].value
        partners = rows[(rows.partner != 0) & (rows.partner != rows.reporter)]
        if len(total) == 1 and total.iloc[0] > 1e6 and len(partners) > 1:
            found.append((partners, float(total.iloc[0])))
        if len(found) == count:
            return found
    raise AssertionError("too few reports")


@pytest.mark.parametrize(("flow", "measure"), [("M", "import_share"), ("X", "export_share")])
def test_shares_of_comtrade(
    lake: Lake,
    reports: dict[str, list[tuple[pd.DataFrame, float]]],
    flow: str,
    measure: str,
) -> None:
    iso = by_code("comtrade")
    mine, other = ("importer", "exporter") if flow == "M" else ("exporter", "importer")
    for partners, total in reports[flow]:
        row = partners.loc[partners.value.idxmax()]
        sides = {mine: iso[str(row.reporter)], other: iso[str(row.partner)]}
        figure = ask(
            lake, measure, goods=row.cmd, period=2022, source="comtrade", reported_by=mine, **sides
        )
        assert figure.value == pytest.approx(row.value / total, rel=EXACT), sides
        assert figure.denominator["whose"] == sides[mine]


def test_concentration_of_comtrade(
    lake: Lake,
    cells: pd.DataFrame,
    reports: dict[str, list[tuple[pd.DataFrame, float]]],
) -> None:
    iso = by_code("comtrade")
    for partners, total in reports["M"]:
        reporter, goods = partners.reporter.iloc[0], partners.cmd.iloc[0]
        every = cells[(cells.reporter == reporter) & (cells.cmd == goods) & (cells.flow == "M")]
        expected = ((every[every.partner != 0].value / total) ** 2).sum()
        figure = ask(
            lake, "hhi", importer=iso[str(reporter)], goods=goods, period=2022, source="comtrade",
            reported_by="importer",
        )  # fmt: skip
        assert figure.value == pytest.approx(expected, rel=EXACT), (reporter, goods)


@pytest.mark.parametrize(
    ("series", "measure", "mine", "other"),
    [
        ("MG_CIF_USD", "import_share", "importer", "exporter"),
        ("XG_FOB_USD", "export_share", "exporter", "importer"),
    ],
)
def test_shares_of_the_fund(
    lake: Lake, shared_data: Path, series: str, measure: str, mine: str, other: str
) -> None:
    rows = pd.read_csv(shared_data / "imf_imts_russia" / "RU_trade.csv")
    rows = rows[rows["INDICATOR.ID"] == series].set_index("COUNTERPART_COUNTRY.ID")
    for partner, year in (("DEU", 2024),):
        expected = rows.loc[partner, str(year)] / rows.loc["G001", str(year)]
        sides = {mine: "RUS", other: partner}
        figure = ask(lake, measure, period=year, source="imts", reported_by=mine, **sides)
        assert figure.value == pytest.approx(expected, rel=EXACT), (partner, year)


def test_shares_of_a_table_of_a_statistical_office(shared_data: Path, lake: Lake) -> None:
    """The world, unions, continents and countries stand in one column, in thousand dollars."""
    folder = shared_data / "eu_kyrgyz_mirror" / "kyrgyzstan_data"
    [path] = folder.glob("4.03.00.20 *")
    lake.add(
        "table", [path], mapping=one_map("kyrgyz_imports").replace("format: 1", "format: 1\nid: kg")
    )
    rows = pd.read_excel(path, header=2, engine="calamine")
    rows = rows.set_index(rows.columns[2])
    rows.index = rows.index.astype(str).str.strip()
    rows.columns = [str(name).strip() for name in rows.columns]
    expected = rows.loc["Turkey", "2021"] / rows.loc["Total", "2021"]
    figure = ask(
        lake, "import_share", importer="KGZ", exporter="TUR", period=2021, source="table.kg"
    )
    assert figure.value == pytest.approx(expected, rel=EXACT)
