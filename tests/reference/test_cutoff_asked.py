"""`ask cutoff` on rows in a lake: the grid, flags of elasticities, gaps, refusals."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cutoff_plain import bought_after, worth

import entrepot as ep
from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.figure import as_rows
from entrepot.figures.scenario import evaluate_scenario, parse_scenario
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: world
nomenclature: HS2007
level: 6
reported_by: both
valuation: FOB
columns:
  year: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""
ROWS = [
    ("CHN", "RUS", "854231", 600.0),
    ("DEU", "RUS", "854231", 300.0),
    ("TUR", "RUS", "854231", 100.0),
    ("DEU", "USA", "854231", 5000.0),
    ("TUR", "USA", "854231", 50.0),
    ("CHN", "RUS", "848210", 50.0),
    ("DEU", "RUS", "848210", 50.0),
    ("CHN", "USA", "848210", 50.0),
    ("TUR", "RUS", "845710", 80.0),  # nothing of it from China
    ("CHN", "RUS", "901320", 40.0),  # without an elasticity
    ("DEU", "RUS", "901320", 60.0),
    ("DEU", "TUR", "901320", 100.0),
]
SIGMA = {"854231": 6.0, "848210": 9.0, "845710": 4.0}
GOODS = ",".join(sorted({row[2] for row in ROWS}))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    file = tmp_path / "world.csv"
    lines = [f"2022,{','.join(map(str, row))}" for row in ROWS]
    file.write_text("\n".join(["year,seller,buyer,code,value", *lines]) + "\n")
    found = Lake.open(tmp_path / "lake")
    found.add("table", [file], mapping=MAP)
    return found


def with_elasticities(lake: Lake, folder: Path) -> Lake:
    file = folder / "ProTEE_0_1.csv"
    own = [f"{code},0,0,{-value}" for code, value in SIGMA.items() if code != "848210"]
    # One that was not significant: the heading's average stands for it.
    rows = ["HS6,zero,positive,sigma", *own, "848210,1,0,-9.0", "848220,0,0,-9.0", "901320,1,0,"]
    file.write_text("\n".join(rows) + "\n")
    lake.add("elasticities", [file])
    return lake


def ask(lake: Lake, **keys: Any) -> ep.Figure:
    given: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "goods": GOODS, "period": 2022}
    return ep.ask("cutoff", lake=lake, **given | keys)


def plain(divert: float, part: float, codes: set[str]) -> tuple[float, float, float]:
    """Return bill, worth lost and unmet of some products."""
    bill = lost = unmet = 0.0
    for code in codes:
        mine = [row for row in ROWS if row[2] == code]
        before = {row[0]: row[3] for row in mine if row[1] == "RUS"}
        most = {
            one: 0.0
            if one == "CHN"
            else value + divert * sum(r[3] for r in mine if r[0] == one and r[1] != "RUS")
            for one, value in before.items()
        }
        after = bought_after(before, most)
        whole = sum(before.values())
        bill += whole
        unmet += whole - sum(after.values())
        lost += whole * (1 - worth(before, after, max(1.25, part * SIGMA.get(code, 0.0))))
    return bill, lost, unmet


def test_the_title_says_what_the_value_and_its_range_assume(lake: Lake) -> None:
    """With one elasticity for all, the ends are where others send least and most."""
    chips = ask(lake, sigma=6.0, goods="854231")
    title = " ".join(str(chips).partition("\n\n")[0].split())
    found = re.search(
        r"sent (\d+) to (\d+) % of what they sell elsewhere \(value: (\d+) %\)", title
    )
    assert found is not None
    low, high, value = (int(one) / 100 for one in found.groups())
    before = {"CHN": 600.0, "DEU": 300.0, "TUR": 100.0}
    for divert, told in ((low, chips.high), (value, chips.value), (high, chips.low)):
        most = {"CHN": 0.0, "DEU": 300 + divert * 5000, "TUR": 100 + divert * 50}
        assert 1 - worth(before, bought_after(before, most), 6.0) == pytest.approx(told)
    assert [label for label, _ in as_rows(chips)][:2] == ["range", "value"]


def test_the_grid(lake: Lake, tmp_path: Path) -> None:
    figure = ask(with_elasticities(lake, tmp_path))
    known, dark = set(SIGMA), "901320"
    bill, lost, _ = plain(0.1, 0.3, known)
    assert figure.value == pytest.approx(lost / bill)
    everything = bill + plain(0.1, 0.3, {dark})[0]
    assert figure.details["bill_usd"] == pytest.approx(everything)
    assert figure.details["known_share"] == pytest.approx(bill / everything)
    shares = [plain(divert, 1.0, {*known, dark})[2] / everything for divert in (0, 0.05, 0.1, 0.25)]
    assert figure.details["unmet_share"] == pytest.approx(shares[2])
    assert figure.details["unmet_share_low"] == pytest.approx(min(shares))
    assert figure.details["unmet_share_high"] == pytest.approx(max(shares))
    grid = [(divert, part) for divert in (0, 0.05, 0.1, 0.25) for part in (0.1, 0.3, 1.0)]
    lost_at = {point: plain(*point, known)[1] for point in grid}
    # Value and grid are of the same goods: those whose elasticity is known. The range is that of
    # the whole curve, of which the grid is a part (`test_cutoff_curve` has each of the rest).
    ends = (min(lost_at.values()) / bill, max(lost_at.values()) / bill)
    assert figure.specifications is not None
    values = [one.value for one in figure.specifications.items]
    assert all(min(abs(value - end) for value in values) < 1e-9 for end in ends)
    assert (figure.low, figure.high) == (min(values), max(values))
    least = min(lost + plain(*point, {dark})[2] for point, lost in lost_at.items())
    most = max(lost_at.values()) + plain(0.1, 1.0, {dark})[0]
    assert figure.details["whole_loss_share_low"] == pytest.approx(least / everything)
    assert figure.details["whole_loss_share_high"] == pytest.approx(most / everything)
    assert figure.details["leontief_share"] == pytest.approx(0.6)
    assert figure.details["at_least_share"] == 0
    price = figure.details["shadow_price"]
    assert price == pytest.approx(1 / (1 - figure.value))
    assert figure.details["cost_pct"] == pytest.approx(100 * (price - 1))
    assert (figure.details["critical_products"], figure.details["critical_codes"]) == (0, "none")
    assert figure.details["replaced_by"].startswith("Germany 99")
    assert [note.id for note in figure.caveats if note.id == "cutoff"]
    words = "Share of what these goods are worth to Russia lost in the first year if China stopped"
    assert words in str(figure)
    ends = (figure.low, figure.high)
    both = replace(figure, spread={"errors": ends, "report": ends, "together": ends})
    assert dict(as_rows(both))["by choice"].startswith("assumptions ")


def test_each_product_with_what_its_elasticity_is(lake: Lake, tmp_path: Path) -> None:
    rows = {row["product"]: row for row in ask(with_elasticities(lake, tmp_path)).table}
    assert set(rows) == {"854231", "848210", "901320"}
    told = {code: row["sigma_is"] for code, row in rows.items()}
    assert told == {
        "854231": "estimated",
        "848210": "heading average",
        "901320": "not known",
    }
    assert rows["854231"]["sigma"] == pytest.approx(0.3 * 6)
    assert rows["901320"]["loss_share"] is None
    assert (rows["848210"]["critical"], rows["854231"]["critical"]) == (False, False)
    assert rows["848210"]["unmet_share"] == pytest.approx(0.5)


@pytest.mark.parametrize("bill", [1.0, 900.0])
def test_a_value_lies_in_its_range_whatever_is_not_known(tmp_path: Path, bill: float) -> None:
    """A large purchase without an elasticity, of which the seller sells nothing or little."""
    rows = [
        ("CHN", "RUS", "854231", 90.0),
        ("DEU", "RUS", "854231", 10.0),
        ("DEU", "USA", "854231", 50.0),
        ("DEU", "RUS", "901320", bill),
        ("CHN", "USA", "901320", 10.0),
        ("DEU", "RUS", "903082", bill),
        ("CHN", "RUS", "903082", 1.0),
    ]
    file = tmp_path / "world.csv"
    lines = [f"2022,{','.join(map(str, row))}" for row in rows]
    file.write_text("\n".join(["year,seller,buyer,code,value", *lines]) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=MAP)
    figure = ask(with_elasticities(lake, tmp_path), goods="854231,901320,903082")
    assert figure.details["known_share"] < 1
    assert figure.low < figure.value < figure.high
    sure = 100 + bill  # chips, and goods that the seller does not sell: nothing of these is lost
    assert figure.details["known_share"] == pytest.approx(sure / (sure + bill + 1))
    assert figure.high < 100 / sure
    whole = [figure.details[f"whole_loss_share_{end}"] for end in ("low", "high")]
    hundred = 100 + 2 * bill + 1
    # What stays unmet of chips, at most: nobody steps in and the rest is worth nothing, too.
    assert 0 < whole[0] < whole[1] < (100 + bill + 1) / hundred + 1e-12


def test_elasticities_are_read_once(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = with_elasticities(lake, tmp_path)
    asked: list[str] = []
    table = Lake.table

    def noted(self: Lake, name: str) -> Any:
        asked.append(name)
        return table(self, name)

    monkeypatch.setattr(Lake, "table", noted)
    assert ask(held).value is not None
    assert asked.count("elasticities") == 1


def test_one_elasticity_for_all_needs_none_in_the_lake(lake: Lake) -> None:
    with pytest.raises(NoEvidenceError, match="elasticities are not loaded"):
        ask(lake)
    figure = ask(lake, sigma=2, goods="854231")
    losses = [1 - (0.3 * (m**0.5) + 0.1 * (n**0.5)) ** 2 for m, n in [(800 / 300, 1.05)]]
    assert figure.value == pytest.approx(losses[0])
    assert figure.table[0]["sigma_is"] == "given"
    assert figure.details["known_share"] == 1


def test_a_given_elasticity_is_taken_as_it_is_and_so_it_says(lake: Lake, tmp_path: Path) -> None:
    given, measured = ask(lake, sigma=2), ask(with_elasticities(lake, tmp_path))
    for figure, parts in ((given, False), (measured, True)):
        [note] = [one.text for one in figure.caveats if one.id == "cutoff"]
        assert ("30 %" in note) is parts
        assert ("elasticity" in (figure.range or "")) is parts
        assert ("at_least_share" in figure.details) is parts


def test_the_evidence_is_every_row_of_the_goods(lake: Lake) -> None:
    """What others could send comes from all that they sell, to whomever."""
    figure = ask(lake, sigma=2, goods="854231")
    assert figure.evidence[0].rows == sum(code == "854231" for _, _, code, _ in ROWS) == 5


def test_a_tiny_supplier_is_not_essential(tmp_path: Path, lake: Lake) -> None:
    """One that sold a thousandth, under the least elasticity: four thousandths and not all."""
    file = tmp_path / "tiny.csv"
    rows = [("CHN", 1.0), ("DEU", 999.0)]
    lines = [f"2022,{seller},RUS,845710,{value}" for seller, value in rows]
    lines += ["2022,DEU,USA,845710,9000"]
    file.write_text("\n".join(["year,seller,buyer,code,value", *lines]) + "\n")
    lake.add("table", [file], mapping=MAP.replace("id: world", "id: tiny"))
    lake = with_elasticities(lake, tmp_path)
    figure = ask(lake, goods="845710", source="table.tiny")
    assert figure.details["at_least_share"] == 1  # 30 % of 4 is less than 1.25
    assert figure.high == pytest.approx(1 - 0.999**5, rel=1e-6)  # nobody sends more


def test_who_would_send_more(lake: Lake) -> None:
    rows = ask(lake, sigma=2, goods="854231", by="exporter").table
    more = {row["exporter"]: row["more_usd"] for row in rows}
    assert more == pytest.approx({"DEU": 500, "TUR": 5, "CHN": -600})


def test_who_would_not(lake: Lake) -> None:
    figure = ask(lake, sigma=2, goods="854231", by="exporter", fixed_supply="DEU")
    more = {row["exporter"]: row["more_usd"] for row in figure.table}
    assert more == pytest.approx({"DEU": 0, "TUR": 5, "CHN": -600})
    assert figure.details["unmet_share"] == pytest.approx(0.595)
    assert figure.definition.to_dict()["fixed_supply"] == "DEU"
    with pytest.raises(RequestError, match="import_share has no fixed_supply"):
        ep.ask(
            "import_share",
            lake=lake,
            importer="RUS",
            exporter="CHN",
            period=2022,
            fixed_supply="DEU",
        )


def test_what_is_missing_and_what_is_refused(lake: Lake, tmp_path: Path) -> None:
    nothing = ask(lake, sigma=2, goods="845710")
    assert nothing.status == "insufficient_data"
    dark = ask(with_elasticities(lake, tmp_path), goods="845710,901320")
    assert dark.value is None  # all that the seller sells: not zero, though it sells no 845710
    assert "none of these goods has an elasticity" in dark.reason
    with pytest.raises(RequestError, match=r"sigma is 1"):
        ask(lake, sigma=1)
    with pytest.raises(RequestError, match="by product or exporter"):
        ask(lake, sigma=2, by="importer")
    with pytest.raises(RequestError, match="RUS on both sides"):
        ask(lake, exporter="RUS", sigma=2)
    with pytest.raises(RequestError, match="DEU on both sides"):
        ask(lake, importer="EU", exporter="DEU", sigma=2)
    with pytest.raises(RequestError, match="needs an importer and an exporter"):
        ask(lake, exporter="WLD", sigma=2)


@pytest.mark.parametrize(("fixed_supply", "kept"), [("CHN", None), ("CHN+TUR", "CHN+TUR")])
def test_those_who_stop_or_buy_themselves_are_not_named_as_unwilling(
    lake: Lake, fixed_supply: str, kept: str | None
) -> None:
    """Of the two directions one stops the unwilling, in the other they buy: they are no others."""
    file = parse_scenario(f"""
format: 1
title: Chips
period: 2022
cut: {{imposes: CHN, target: RUS, instrument: embargo}}
goods: {{goods: '854231', sigma: 2, fixed_supply: {fixed_supply}}}
""")
    asked = {one.definition.exporter: one.definition for one in evaluate_scenario(file, lake).goods}
    assert {name: one.fixed_supply for name, one in asked.items()} == {"CHN": kept, "RUS": kept}
    everybody = "goods: {goods: '854231', sigma: 2, fixed_supply: WLD}"
    text = "format: 1\ntitle: Chips\nperiod: 2022\n"
    cut = "cut: {imposes: CHN, target: RUS, instrument: embargo}\n"
    with pytest.raises(RequestError, match="the supply of all countries is fixed"):
        parse_scenario(f"{text}{cut}{everybody}\n")


def test_kilograms_are_no_bill(lake: Lake) -> None:
    """What is lost is a part of what the goods are worth, which no mass says."""
    with pytest.raises(RequestError, match="cutoff has no quantity mass"):
        ask(lake, sigma=2, quantity="mass")


@pytest.mark.parametrize(
    ("instrument", "back", "ways"),
    [
        ("export_ban", None, ["CHN>RUS"]),
        ("import_ban", None, ["RUS>CHN"]),
        ("embargo", None, ["CHN>RUS", "RUS>CHN"]),
        ("export_ban", "export_ban", ["CHN>RUS", "RUS>CHN"]),
        ("export_ban", "import_ban", ["CHN>RUS"]),
        ("import_ban", "embargo", ["RUS>CHN", "CHN>RUS"]),
    ],
)
def test_a_scenario_asks_each_direction_that_stops(
    lake: Lake, instrument: str, back: str | None, ways: list[str]
) -> None:
    text = f"""
format: 1
title: Chips
period: 2022
cut: {{imposes: CHN, target: RUS, instrument: {instrument}}}
goods: {{goods: '854231', sigma: 2}}
"""
    file = parse_scenario(text + (f"retaliation: {{instrument: {back}}}\n" if back else ""))
    asked = [one.definition for one in evaluate_scenario(file, lake).goods]
    assert [f"{one.exporter}>{one.importer}" for one in asked] == ways


def test_states_of_their_time_send_more_and_areas_not_specified_do_not(tmp_path: Path) -> None:
    """Belgium-Luxembourg told of its trade as one until 1998."""
    more = {}
    codes = "{CHN: CHN, RUS: RUS, USA: USA, BLX: BLX, XNES: XNES}"
    for other in ("BLX", "XNES"):
        rows = [("CHN", "RUS", 60), (other, "RUS", 40), (other, "USA", 10000)]
        file = tmp_path / f"{other}.csv"
        lines = [f"1997,{seller},{buyer},854231,{value}" for seller, buyer, value in rows]
        file.write_text("\n".join(["year,seller,buyer,code,value", *lines]) + "\n")
        lake = Lake.open(tmp_path / other)
        lake.add("table", [file], mapping=MAP.replace("ISO3", codes))
        table = ask(lake, sigma=3, goods="854231", period=1997, by="exporter").table
        more |= {row["exporter"]: row["more_usd"] for row in table}
    assert more["BLX"] == pytest.approx(60)
    assert more["XNES"] == pytest.approx(0)


def test_critical_products_are_named_the_dearest_first(lake: Lake, tmp_path: Path) -> None:
    """Nobody else may send more, and China sold most: what it sold of each stays unmet."""
    figure = ask(with_elasticities(lake, tmp_path), fixed_supply="DEU+TUR")
    assert figure.details["critical_codes"] == "854231"  # 60 % of the bill; of others 50 and 40
    assert figure.details["critical_products"] == 1
    assert [row["product"] for row in figure.table if row["critical"]] == ["854231"]
