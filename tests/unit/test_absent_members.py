"""A number of a group without a row of a member is not said of the group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.lake import Lake
from entrepot.report.charts.stack import of_years

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure

MAP = """
format: 1
id: made
nomenclature: HS2017
level: 6
reported_by: importer
valuation: CIF
columns:
  time: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""
KEYS: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "BLR+KAZ",
    "goods": "850511",
    "source": "table.made",
}

BUYER: dict[str, Any] = {name: KEYS[name] for name in ("importer", "goods", "source")}


def lake_of(folder: Path, kazakhstan: float) -> Lake:
    """Belarus sells 60, then 54; Kazakhstan has no row in 2024; the rest is China's."""
    rows = ["time,seller,buyer,code,value"]
    rows += [f"{year},CHN,RUS,850511,300" for year in (2022, 2023, 2024)]
    rows += [
        f"{year},BLR,RUS,850511,{value}" for year, value in ((2022, 60), (2023, 60), (2024, 54))
    ]
    rows += [f"{year},KAZ,RUS,850511,{kazakhstan}" for year in (2022, 2023)]
    folder.mkdir(exist_ok=True)
    path = folder / "made.csv"
    path.write_text("\n".join([*rows, ""]))
    lake = Lake.open(folder / "lake")
    lake.add("table", [path], mapping=MAP)
    return lake


def said(figure: Figure) -> list[str]:
    return [one.text for one in figure.caveats if one.id == "not-recorded"]


@pytest.mark.parametrize("measure", ["value", "import_share", "growth"])
@pytest.mark.parametrize("curve", [False, True])
def test_a_group_without_a_row_of_a_large_member_has_no_number(
    tmp_path: Path, measure: str, *, curve: bool
) -> None:
    """Belarus fell by a tenth; of the group the number would fall by almost half."""
    lake = lake_of(tmp_path, 40)
    figure = ep.ask(measure, lake=lake, period=2024, curve=curve, **KEYS)
    assert figure.value is None
    reason = str(figure.reason).replace("\u00a0", " ")
    assert "no exports by Kazakhstan in 2024, which had 40.0 % of this trade in 2023" in reason
    assert "ask --exporter BLR" in reason
    alone = ep.ask("growth", lake=lake, period=2024, **KEYS | {"exporter": "BLR"})
    assert alone.value == pytest.approx(-10)
    before = ep.ask(measure, lake=lake, period=2023, **KEYS)
    assert before.status == "ok"
    assert said(before) == []


def test_a_small_member_without_a_row_is_named_with_the_year(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, 1)
    share = ep.ask("import_share", lake=lake, period=2024, **KEYS)
    assert share.value == pytest.approx(54 / 354)
    [text] = said(share)
    assert "records no exports by Kazakhstan in 2024, so that part is not counted." in text
    # A member that ends between two times would count as a fall of the others.
    assert ep.ask("growth", lake=lake, period=2024, **KEYS).value is None


def test_a_partner_that_is_a_member_itself_is_not_missing(tmp_path: Path) -> None:
    """Russia is in the Eurasian Economic Union, and sells itself nothing."""
    keys = KEYS | {"exporter": "EAEU"}
    figure = ep.ask("import_share", lake=lake_of(tmp_path, 40), period=2023, **keys)
    assert figure.value == pytest.approx(100 / 400)
    [text] = said(figure)
    assert "no exports by Armenia and Kyrgyzstan in 2023" in text


def test_suppliers_by_year_name_the_member_that_a_year_lacks(tmp_path: Path) -> None:
    found = {
        year: ep.ask("top_supplier", lake=lake_of(tmp_path / str(year), 40), period=year, **BUYER)
        for year in (2022, 2024)
    }
    title = of_years(found, "BLR+KAZ").title.replace("\u00a0", " ")
    assert "in 2024 without Kazakhstan, " in title
    assert title.endswith("in 2022")


def test_a_group_that_began_in_between_is_compared_by_its_members(tmp_path: Path) -> None:
    """The coalition had no members a year before 2022, which refused the question about 2022."""
    rows = ["time,seller,buyer,code,value"]
    rows += [f"{year},USA,{buyer},850511,100" for year in (2021, 2022) for buyer in ("DEU", "FRA")]
    rows += ["2021,USA,POL,850511,100", "2022,CHN,DEU,850511,300"]
    (tmp_path / "made.csv").write_text("\n".join([*rows, ""]))
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [tmp_path / "made.csv"], mapping=MAP.replace("by: importer", "by: both"))
    keys: dict[str, Any] = {"goods": "850511", "exporter": "coalition", "source": "table.made"}
    lost = ep.ask("value", lake=lake, importer="DEU+FRA+POL", period=2022, **keys)
    assert "no imports by Poland in 2022, which had 33.3" in str(lost.reason)


@pytest.mark.parametrize("measure", ["growth", "value_change", "growth_contribution"])
def test_what_nobody_recorded_is_no_zero_that_trade_fell_to(tmp_path: Path, measure: str) -> None:
    lake = lake_of(tmp_path, 40)
    figure = ep.ask(measure, lake=lake, period=2024, base=2023, **KEYS | {"exporter": "KAZ"})
    assert figure.value is None
    assert "from Kazakhstan to Russia in 2024, only in 2023, so there is no" in str(figure.reason)


def test_why_there_is_no_growth_or_reliance_is_one_reason(tmp_path: Path) -> None:
    """They listed every rule by which there may be none."""
    rows = ["time,seller,buyer,code,value", "2022,CHN,RUS,850511,0", "2023,CHN,RUS,850511,5"]
    rows += ["2023,RUS,CHN,850511,500", "2023,KAZ,RUS,850511,1"]
    (tmp_path / "made.csv").write_text("\n".join([*rows, ""]))
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [tmp_path / "made.csv"], mapping=MAP.replace("by: importer", "by: both"))
    growth = ep.ask("growth", lake=lake, period=2023, base=2022, **KEYS | {"exporter": "CHN"})
    assert "needs: the amount in 2022 is zero, so there is no growth" in str(growth.reason)
    used = ep.ask("net_import_reliance", lake=lake, period=2023, production=7, **BUYER)
    said = "production of USD 7.00, imports of USD 6.00 and exports of USD 500 leave Russia nothing"
    assert said in str(used.reason)
    assert "state --production in USD" in str(used.reason)


def test_codes_without_a_row_in_a_flow_break_nothing(tmp_path: Path) -> None:
    """A flow of chips was said to break at the codes of displays that the list has as well."""
    rows = ["time,seller,buyer,code,value"]
    rows += [f"{year},{who},RUS,854231,9" for year in (2021, 2022) for who in ("CHN", "KAZ")]
    rows += [f"{year},CHN,RUS,901380,9" for year in (2021, 2022)]
    (tmp_path / "made.csv").write_text("\n".join([*rows, ""]))
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [tmp_path / "made.csv"], mapping=MAP)
    keys: dict[str, Any] = {"importer": "RUS", "goods": "chpl", "source": "table.made"}
    breaks = {
        seller: [
            one.text.partition(" changed")[0]
            for one in ep.ask("value", lake=lake, exporter=seller, period=2022, **keys).caveats
            if one.id == "edition-break"
        ]
        for seller in ("CHN", "KAZ")
    }
    assert breaks == {"CHN": ["901380"], "KAZ": []}
