"""What a total says of those who may be missing from it."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.figures.availability import availability_of
from entrepot.figures.denominator import LARGEST
from entrepot.figures.no_value import MANY_REPORTERS
from entrepot.lake import Lake, fetch
from entrepot.model.areas import areas
from entrepot.model.period import Period
from made_comtrade import narrow, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEAD = "period,reporter,partner,flow,product,value\n"
MAP = """
format: 1
id: some
nomenclature: HS2017
columns:
  period: {role: period}
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  flow: {role: flow, import: M, export: X}
  product: {role: product}
  value: {role: value, currency: USD}
"""
COUNTRIES = [one.code for one in areas() if one.kind == "country"]


def _lake(folder: Path, rows: list[str]) -> Lake:
    path = folder / "some.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    lake = Lake.open(folder / "lake")
    lake.add("table", [path], mapping=MAP)
    return lake


def _caveats(lake: Lake, measure: str, **keys: object) -> dict[str, str]:
    figure = ep.ask(measure, lake=lake, period=2022, goods="854231", source="table.some", **keys)
    assert figure.status == "ok", figure.reason
    return {one.id: one.text for one in figure.caveats}


def test_a_table_says_how_many_partners_its_total_has(tmp_path: Path) -> None:
    partners = [code for code in COUNTRIES if code != "RUS"][:38]
    lake = _lake(tmp_path, [f"2022,RUS,{code},M,854231,5" for code in {*partners, "CHN"}])
    share = _caveats(lake, "import_share", importer="RUS", exporter="CHN")
    count = len({*partners, "CHN"})
    assert share["partial-source"] == (
        f"table.some has {count} exporters here; if others are missing, the total is too small and "
        "this is an upper bound."
    )
    total = _caveats(lake, "value", importer="RUS", exporter="WLD")["partial-source"]
    assert f"{count} exporters" in total
    assert "if others are missing, this total is too small" in total
    concentration = _caveats(lake, "hhi", importer="RUS")["partial-source"]
    assert "far too high or too low" in concentration
    assert "partial-source" not in _caveats(lake, "value", importer="RUS", exporter="CHN")


def test_a_total_out_of_partners_reports_says_how_many_and_which_large_ones_lack(
    tmp_path: Path,
) -> None:
    tellers = [code for code in COUNTRIES if code not in ("JPN", "GBR", "UKR")][:MANY_REPORTERS]
    tellers += [code for code in LARGEST if code not in (*tellers, "JPN", "GBR")]
    lake = _lake(tmp_path, [f"2022,{code},UKR,X,854231,7" for code in tellers])
    found = _caveats(lake, "import_share", importer="UKR", exporter="CHN")
    assert (
        f"what {len(tellers)} exporters reported to table.some, without Japan and "
        in (found["partial-source"])
    )
    assert "United Kingdom, so the total may be too small" in found["partial-source"]
    # The total is everybody's: "as China reports it" would be wrong.
    assert found["one-report"].startswith("As reported by each exporter, as a rule FOB")
    value = _caveats(lake, "value", importer="UKR", exporter="CHN")
    assert value["one-report"].startswith("As reported by China, as a rule FOB")
    assert "partial-source" not in value


@pytest.mark.parametrize(("count", "says"), [(20, True), (45, True), (70, False)])
def test_a_report_of_few_partners_is_perhaps_an_extract(
    tmp_path: Path, count: int, says: bool
) -> None:
    codes = [
        int(one.comtrade[0])
        for one in areas()
        if one.kind == "country" and one.comtrade and one.code not in ("DEU", "CHN")
    ][: count - 1]
    rows = [narrow(5.0, reporter=276, partner=code, cmd="854231") for code in [156, *codes]]
    path = tmp_path / "comtrade.csv"
    path.write_text(text_of(rows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [path], nomenclature="HS2022")
    figure = ep.ask(
        "import_share", lake=lake, importer="DEU", exporter="CHN", goods="854231", period=2022
    )
    assert figure.value == pytest.approx(1 / count)
    texts = [one.text for one in figure.caveats if one.id == "partial-source"]
    assert [f"UN Comtrade has {count} exporters here" in text for text in texts] == [True] * says
    # The range says what the caveat says, and a total of the same partners is a lower bound.
    assert figure.to_dict().get("open_ends", []) == ["low"] * says
    assert figure.range_text.endswith("or less") == says
    keys = {"lake": lake, "importer": "DEU", "goods": "854231", "period": 2022}
    total = ep.ask("value", exporter="WLD", **keys)
    assert total.to_dict().get("open_ends", []) == ["high"] * says


def _of_brazil(folder: Path, partners: Sequence[int], worlds: str) -> Lake:
    """A lake with imports of 5, exports of 3 with each partner; totals are half as much again."""
    rows = []
    for flow, value in {"M": 5.0, "X": 3.0}.items():
        rows += [
            narrow(value, reporter=76, partner=code, cmd="854231", flow=flow) for code in partners
        ]
        if flow in worlds:
            total = value * len(partners) * 1.5
            rows.append(narrow(total, reporter=76, partner=0, cmd="854231", flow=flow))
    folder.mkdir()
    path = folder / "comtrade.csv"
    path.write_text(text_of(rows))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [path], nomenclature="HS2022")
    return lake


def test_a_balance_is_of_partners_only_where_the_total_has_no_more(tmp_path: Path) -> None:
    """With totals of 1.5 times the partners it was 3 - 5 of each partner, not 1.5 times that."""
    partners = [156, 842, 276]
    keys = {"exporter": "BRA", "importer": "WLD", "goods": "854231", "period": 2022}
    for flow, expected in (("balance", (3 - 5) * 3.0), ("both", (3 + 5) * 3.0)):
        alone = ep.ask("value", lake=_of_brazil(tmp_path / flow, partners, ""), flow=flow, **keys)
        assert alone.value == pytest.approx(expected)
        # Imports may lack partners as exports may: neither end of a balance is known.
        assert alone.to_dict().get("open_ends", []) == ([] if flow == "balance" else ["high"])
        for worlds in ("M", "X", "MX"):
            lake = _of_brazil(tmp_path / f"{flow}-{worlds}", partners, worlds)
            found = ep.ask("value", lake=lake, flow=flow, **keys)
            assert found.value is None
            assert "lacks partners with 33.3\u00a0% of the" in str(found.reason)


def test_another_reporter_makes_no_partners_of_the_one_that_is_asked(tmp_path: Path) -> None:
    others = [
        int(one.comtrade[0])
        for one in areas()
        if one.kind == "country" and one.comtrade and one.code not in ("BRA", "ARG", "CHN")
    ][:70]
    rows = [narrow(5.0, reporter=76, partner=code, cmd="854231") for code in (156, 842, 276)]
    rows += [narrow(5.0, reporter=32, partner=code, cmd="854231") for code in (156, *others)]
    path = tmp_path / "comtrade.csv"
    path.write_text(text_of(rows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [path], nomenclature="HS2022")
    keys = {"lake": lake, "exporter": "CHN", "goods": "854231", "period": 2022}
    assert ep.ask("import_share", importer="BRA", **keys).to_dict()["open_ends"] == ["low"]
    assert "open_ends" not in ep.ask("import_share", importer="ARG", **keys).to_dict()
    # In a file, too: 100 % of a table alone would be taken for a share.
    panel = ep.ask_many("import_share", importer=["BRA", "ARG"], **keys)
    assert [row["open_ends"] for row in panel.rows()] == ["low", None]
    both = csv.DictReader(panel.save(tmp_path / "both.csv").read_text().splitlines())
    assert [row["open_ends"] for row in both] == ["low", ""]
    one = panel[0].save(tmp_path / "one.csv").read_text().splitlines()
    assert next(csv.DictReader(one))["open_ends"] == "low"


def test_who_tells_is_in_the_catalog_as_it_is_in_the_rows(tmp_path: Path) -> None:
    """A later file takes the place of some months, and is silent of one area."""
    lake = Lake.open(tmp_path / "lake")
    files = {
        "old": ["01,RUS,CHN,M", "02,RUS,CHN,M", "01,DEU,CHN,X"],
        "new": ["02,RUS,USA,M", "03,USA,RUS,X"],
    }
    for name, rows in files.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(HEAD + "".join(f"2022-{row},854231,5\n" for row in rows))
        lake.add("table", [path], mapping=MAP, replace=name == "new")
    [one] = availability_of(lake, "table.some", [Period.parse("2022-01..2022-03")])
    rows = lake.flows("table.some").select("reported_by", "importer", "exporter", "period")
    for side in ("importer", "exporter"):
        assert one.reporters[side] == {
            (importer if side == "importer" else exporter, day)
            for teller, importer, exporter, day in fetch(rows)
            if teller == side
        }


def test_reports_of_others_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = _lake(tmp_path, ["2022,RUS,CHN,M,854231,5", "2022,CHN,RUS,X,854231,5"])
    monkeypatch.setattr(Lake, "flows", lambda *_, **__: pytest.fail("rows were asked for"))
    figure = ep.ask("import_share", lake=lake, importer="FRA", exporter="ITA", period=2022)
    assert "France did not report to table.some in 2022" in figure.reason
    assert "Italy did not report to table.some in 2022" in figure.reason


def test_what_is_held_is_worked_out_once_in_one_state(tmp_path: Path) -> None:
    lake = _lake(tmp_path, ["2022,RUS,CHN,M,854231,5"])
    with lake.reading():
        assert lake.holdings() is lake.holdings()
        before = lake.holdings()
    path = tmp_path / "more.csv"
    path.write_text(HEAD + "2023,RUS,CHN,M,854231,5\n")
    lake.add("table", [path], mapping=MAP)
    assert len(lake.holdings()) == len(before) + 1


@pytest.fixture
def told(shared_data: Path) -> dict[tuple[str, str], float]:
    """Value of 2022 by exporter and importer, in the BACI that CEPII made."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    path = shared_data / "comtrade_baci_2022_31hs6" / "baci_2022.csv"
    with path.open(newline="") as opened:
        for row in csv.DictReader(opened):
            found[row["i"], row["j"]] += float(row["value"])
    return found


def test_the_largest_sixty_hold_nearly_all_trade(told: dict[tuple[str, str], float]) -> None:
    sold, bought = defaultdict(float), defaultdict(float)
    for (exporter, importer), value in told.items():
        sold[exporter] += value
        bought[importer] += value
    largest = sorted(sold, key=lambda code: -sold[code])
    for count, of_all, of_nine_in_ten in ((40, 0.95, 0.85), (MANY_REPORTERS, 0.99, 0.92)):
        kept = set(largest[:count])
        availability_of = sum(sold[code] for code in kept) / sum(sold.values())
        assert of_all < availability_of < of_all + 0.02
        parts = sorted(
            sum(told.get((code, buyer), 0) for code in kept) / bought[buyer]
            for buyer in sorted(bought, key=lambda code: -bought[code])[:60]
        )
        assert of_nine_in_ten < parts[6] < of_nine_in_ten + 0.02


@pytest.mark.parametrize("measure", ["growth", "change_of_share", "value_change"])
def test_a_change_says_the_partners_of_either_time(tmp_path: Path, measure: str) -> None:
    """Of three partners and then eighty the union is many: the growth is of partners."""
    codes = [
        int(one.comtrade[0])
        for one in areas()
        if one.kind == "country" and one.comtrade and one.code not in ("BRA", "CHN")
    ]
    rows = [
        narrow(5.0, reporter=76, partner=code, cmd="854231", year=year)
        for year, partners in ((2021, [156, *codes[:2]]), (2022, [156, *codes[:79]]))
        for code in partners
    ]
    path = tmp_path / "comtrade.csv"
    path.write_text(text_of(rows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [path], nomenclature="HS2022")
    seller = "CHN" if measure == "change_of_share" else "WLD"
    keys = {"importer": "BRA", "exporter": seller, "goods": "854231", "lake": lake}
    figure = ep.ask(measure, period=2022, base=2021, **keys)
    assert figure.status == "ok", figure.reason
    [text] = [one.text for one in figure.caveats if one.id == "partial-source"]
    assert "UN Comtrade has 3 exporters in 2021 and 80 in 2022 here" in text
    assert text.endswith("so this compares different partners.")


def test_one_value_of_the_areas_in_the_data_is_called_so(tmp_path: Path) -> None:
    lake = _of_brazil(tmp_path / "some", [156, 842, 276], "")
    keys = {"importer": "BRA", "goods": "854231", "period": 2022, "lake": lake}
    assert ep.ask("hhi", **keys).no_range.endswith("the same value, of the areas in the data")
    balance = ep.ask("value", exporter="WLD", flow="balance", **keys)
    [text] = [one.text for one in balance.caveats if one.id == "partial-source"]
    assert text.endswith("so this compares totals that may be too small.")


def test_trade_of_two_countries_is_no_bound_in_an_extract(baci_csv: Path, tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    lake.add("baci", [baci_csv])
    keys = {"importer": "RUS", "goods": "all", "period": 2023, "source": "baci", "lake": lake}
    assert ep.ask("value", exporter="CHN", **keys).open_end == ""
    assert ep.ask("value", exporter="WLD", **keys).value is None


def test_oils_that_baci_does_not_tell_apart_are_not_left_out_in_silence(
    baci_csv: Path, tmp_path: Path
) -> None:
    lake = Lake.open(tmp_path / "lake")
    lake.add("baci", [baci_csv])
    keys = {"importer": "RUS", "exporter": "CHN", "period": 2022, "source": "baci", "lake": lake}
    alone = ep.ask("value", goods="271012", **keys)
    assert "keeps all petroleum oils under 271000" in (alone.reason or "")
    both = ep.ask("value", goods="271012,850511", **keys)
    [text] = [one.text for one in both.caveats if one.id == "missing-codes"]
    assert text.endswith("so 271012 is left out; 271000 has all oils.")
    whole = ep.ask("value", goods="2710", **keys)
    assert whole.value
    assert "missing-codes" not in {one.id for one in whole.caveats}
