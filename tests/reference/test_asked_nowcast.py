"""Nowcasts that ask puts to a lake with months, against the estimator on the same numbers."""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures import Definition
from entrepot.figures.evaluate import evaluate
from entrepot.lake import Lake
from entrepot.measures.nowcast import STATISTICS, Window, joint_nowcast, largest, nowcast
from entrepot.model.areas import area_name
from entrepot.report.brief_context import BriefContext
from entrepot.report.charts.share import share_chart
from entrepot.report.charts.share_lines import ShareLines
from entrepot.report.render_html import render_html
from entrepot.report.standalone import picture_of
from entrepot.serve.views.figure import figure_page

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from made_flows import made_flows

MAP = """
format: 1
id: {id}
nomenclature: {edition}
level: 6
reported_by: {side}
valuation: FOB
columns:
  when: {{role: period}}
  seller: {{role: exporter, codes: ISO3}}
  buyer: {{role: importer, codes: ISO3}}
  code: {{role: product}}
  value: {{role: value, currency: USD}}
"""
BUYERS = ("KAZ", "FRA", "ITA", "ESP", "POL", "TUR", "BRA", "IND", "CHL", "PER", "GEO", "ARM")
MADE = made_flows(len(BUYERS), 48, seed=4)
MONTHS = [f"{2021 + at // 12}-{at % 12 + 1:02d}" for at in range(48)]
LAST = 42
"""Months that Germany reports: up to June 2024."""


def add(
    lake: Lake,
    name: str,
    side: str,
    rows: list[tuple[str, str, str, str, float]],
    edition: str,
    currency: str = "USD",
) -> None:
    path = lake.path.parent / f"{name}-{side}-{edition}-{rows[0][0]}.csv"
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(["when,seller,buyer,code,value", *lines, ""]))
    text = MAP.format(id=name, side=side, edition=edition).replace("USD", currency)
    lake.add("table", [path], mapping=text)


def exports(months: range) -> list[tuple[str, str, str, str, float]]:
    return [
        (MONTHS[at], "DEU", buyer, "845811", round(MADE.values[row, at], 2))
        for at in months
        for row, buyer in enumerate(BUYERS)
    ]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    found = Lake.open(tmp_path_factory.mktemp("nowcast") / "lake")
    add(found, "german", "exporter", exports(range(LAST)), "HS2022")
    imports = [
        (MONTHS[at], "DEU", "KAZ", "845811", round(MADE.partner[0, at], 2)) for at in range(45)
    ]
    add(found, "kazakh", "importer", imports, "HS2022")
    return found


def ask(lake: Lake, measure: str = "value", **keys: Any) -> ep.Figure:
    asked: dict[str, Any] = {"importer": "KAZ", "exporter": "DEU", "goods": "845811"} | keys
    figure = ep.ask(measure, lake=lake, **asked)
    assert isinstance(figure, ep.Figure)
    return figure


def notes(figure: ep.Figure) -> str:
    return " ".join(one.text for one in figure.caveats)


def expected(denominator: bool = False) -> Any:
    values = np.round(MADE.values[:, :LAST], 2)
    partner = np.full((len(BUYERS), 48), np.nan)
    partner[0, :45] = np.round(MADE.partner[0, :45], 2)
    if denominator:
        return nowcast(
            values,
            Window(12, 6),
            partner=partner,
            lead=3,
            denominator=np.repeat(values.sum(axis=0)[None], len(values), axis=0),
        )
    return nowcast(values, Window(12, 6), partner=partner, lead=3)


def test_a_year_of_six_months_with_nine_of_the_partner(lake: Lake) -> None:
    figure = ask(lake, period=2024, source="table.german")
    wanted = expected()
    assert figure.status == "nowcast"
    assert figure.nowcast is not None
    assert figure.value == pytest.approx(wanted.value)
    assert figure.nowcast["intervals"]["80"] == pytest.approx(list(wanted.intervals[0.8]))
    assert figure.nowcast["reported"] == pytest.approx(float(MADE.values[0, 36:LAST].sum()))
    assert "6 of 12 months reported by Germany" in figure.nowcast["based_on"]
    assert "9 by Kazakhstan (table.kazakh)" in figure.nowcast["based_on"]
    weights = [one["weight"] for one in figure.nowcast["methods"]]
    assert sum(weights) == pytest.approx(1)
    coming: dict[str, list[str]] = {}
    for one in figure.nowcast["next"]:
        coming.setdefault(one["source"], []).append(one["month"])
    assert coming == {"table.german": MONTHS[LAST:], "table.kazakh": MONTHS[45:]}
    # A table of a member of the Union: Eurostat has its months after ten weeks.
    assert figure.nowcast["next"][0]["expected"] == "2024-10-09"
    assert "Only one vintage is loaded" in notes(figure)
    assert figure.low is figure.high is None
    with pytest.raises(NoEvidenceError, match="nowcast"):
        figure.required()


def test_growth_and_share_of_it(lake: Lake) -> None:
    before = float(MADE.values[0, 24:36].sum())
    growth = ask(lake, "growth", period=2024, base=2023, source="table.german")
    # Rounded to a hundredth of what its interval leaves unknown.
    low, high = (100 * (end / before - 1) for end in expected().intervals[0.8])
    assert growth.value == pytest.approx(
        100 * (expected().value / before - 1), abs=(high - low) / 100
    )
    share = ask(lake, "export_share", period=2024, source="table.german")
    assert share.value == pytest.approx(expected(denominator=True).value, rel=1e-6)
    assert share.unit == "share"


def test_concentration_from_joint_errors(lake: Lake) -> None:
    suppliers = ("DEU", *BUYERS[1:8])
    values = np.round(MADE.values[: len(suppliers), :LAST], 2)
    rows = [
        (MONTHS[at], seller, "KAZ", "842952", float(values[row, at]))
        for at in range(LAST)
        for row, seller in enumerate(suppliers)
    ]
    add(lake, "imports", "importer", rows, "HS2022")
    # As `_sums` has them: by name of the supplier.
    ordered = values[np.argsort(suppliers)]
    for measure, statistic in (("hhi", STATISTICS["hhi"]), ("cr", largest(3))):
        keys: dict[str, Any] = {"k": 3} if measure == "cr" else {}
        figure = ask(
            lake, measure, exporter=None, goods="842952", period="2024Q3", source="table.imports",
            **keys,
        )  # fmt: skip
        wanted = joint_nowcast([(ordered, len(ordered))], Window(3, 3), statistic, shares=True)
        assert figure.status == "nowcast", figure.reason
        assert figure.value == pytest.approx(wanted.value)
        assert figure.nowcast is not None
        assert figure.nowcast["intervals"]["95"] == pytest.approx(list(wanted.intervals[0.95]))
        assert "drawn together" in " ".join(one.text for one in figure.caveats)
        assert "80 % interval" in str(figure)
        # So far ahead, intervals of concentration did not keep their promise.
        year = ask(
            lake, measure, exporter=None, goods="842952", period=2024, source="table.imports",
            **keys,
        )  # fmt: skip
        assert year.status != "nowcast"
        assert "did not keep their promise" in (year.reason or "")
        assert "generated flows, a period that ends 6 months" in (year.reason or "")


def test_a_reported_value_is_answered_instead(lake: Lake) -> None:
    for period in ("2023", "2024-05"):
        figure = ask(lake, period=period, source="table.german")
        assert figure.status == "ok"
        assert figure.nowcast is None


def test_it_is_asked_for_and_never_evidence(lake: Lake) -> None:
    definition = Definition.build(
        "value", importer="KAZ", exporter="DEU", goods="845811", period=2024
    )
    assert evaluate(definition, lake).value is None
    assert ask(lake, period=2024, nowcast=False).status == "insufficient_data"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"period": "now"}, "after the last report"),
        ({"period": "2024", "currency": "EUR"}, "is in USD, not EUR"),
        ({"measure": "asymmetry", "period": "2024"}, "nowcasts of value, growth"),
        ({"period": "2024", "importer": "USA"}, "0 of the last 24 months"),
        ({"period": "2025-12"}, "18 months after the last report"),
    ],
)
def test_why_there_is_none(lake: Lake, keys: dict[str, Any], words: str) -> None:
    figure = ask(lake, **({"source": "table.german"} | keys))
    assert figure.status == "insufficient_data"
    assert words in str(figure.reason)


REGISTER = """
format: 1
register: made
title: Made up
reporter: KAZ
direction: import
valuation: CIF
columns:
  Day: {role: date, form: "%Y-%m-%d"}
  Code: {role: tariff_code, pad: 10}
  Made in: {role: origin}
  Seller in: {role: seller}
  Value: {role: value}
"""


def test_a_register_by_month_up_to_four_months_ahead(tmp_path: Path) -> None:
    """Two declarations a month of each origin: their sums by month are the months of a flow."""
    made = Lake.open(tmp_path / "lake")
    path = tmp_path / "register.csv"
    origins = [area_name(one) for one in ("DEU", *BUYERS) if one != "KAZ"]
    lines = [
        f"{MONTHS[at]}-{day},8458110000,{origin},{origin},{MADE.values[row, at] / 2:.2f}"
        for at in range(LAST)
        for row, origin in enumerate(origins)
        for day in ("04", "21")
    ]
    path.write_text("\n".join(["Day,Code,Made in,Seller in,Value", *lines, ""]))
    made.add("shipments", [path], mapping=REGISTER)
    keys: dict[str, Any] = {"source": "shipments.made", "basis": "origin"}
    # A period of months, so that it is compared with years that lack as many.
    period = "2023-11 to 2024-10"
    figure = ask(made, period=period, **keys)
    assert figure.status == "nowcast", figure.reason
    values = np.round(MADE.values[:, :LAST] / 2, 2) * 2
    assert figure.value == pytest.approx(nowcast(values, Window(12, 4)).value, rel=1e-6)
    # By name only: where no source is named, a register is not asked, as of any other question.
    assert ask(made, period=period).status == "insufficient_data"
    assert figure.nowcast is not None
    tested = figure.nowcast["tested"]
    assert (tested["flows"], tested["ahead"]) == ("imports in customs registers", 4)
    assert "in backtests of imports in customs registers, 4 months ahead" in str(figure)
    far = ask(made, period=2024, **keys)
    assert re.search(
        r"imports in customs registers, a period that ends 6 months after the last report: the "
        r"test is as long as \d\.\d windows, and 5 are needed",
        str(far.reason),
    )
    spread = ask(made, "hhi", exporter=None, period=period, **keys)
    assert "not tested" in str(spread.reason)


def test_growth_of_an_unchanged_flow_is_zero(tmp_path: Path) -> None:
    """What sums leave of nothing is not printed as growth of 0.00001 %."""
    lake = Lake.open(tmp_path / "lake")
    season = [10, 8, 12, 11, 9, 13, 7, 10, 10.5, 9.5, 11.5, 8.5]
    rows = [
        (MONTHS[at], "DEU", buyer, "845811",
         100 * season[at % 12] if row == 0 else round(MADE.values[row, at], 2))
        for at in range(LAST)
        for row, buyer in enumerate(BUYERS)
    ]  # fmt: skip
    add(lake, "german", "exporter", rows, "HS2022")
    figure = ask(lake, "growth", period=2024, source="table.german")
    assert figure.status == "nowcast", figure.reason
    assert figure.value == 0
    assert "\n   0 %\n" in str(figure)


def test_all_goods_in_one_row_have_no_edition(tmp_path: Path) -> None:
    """A table of all goods together has no product codes that could change."""
    lake = Lake.open(tmp_path / "lake")
    path = tmp_path / "total.csv"
    lines = [
        f"{MONTHS[at]},{seller},{MADE.values[row, at]:.2f}"
        for at in range(45)
        for row, seller in enumerate(("DEU", *BUYERS[1:]))
    ]
    path.write_text("\n".join(["when,seller,value", *lines, ""]))
    mapping = """
format: 1
id: total
nomenclature: HS2022
reporter: KAZ
flow: import
partner_basis: origin
valuation: CIF
product: TOTAL
columns:
  when: {role: period}
  seller: {role: partner, codes: ISO3}
  value: {role: value, currency: USD}
"""
    lake.add("table", [path], mapping=mapping)
    figure = ask(lake, "import_share", goods="all", period=2024, source="table.total")
    assert figure.status == "nowcast", figure.reason
    assert "Codes change with the edition" not in notes(figure)


def test_now_is_the_year_of_today() -> None:
    definition = Definition.build("value", importer="KAZ", period="now")
    assert str(definition.period) == str(date.today().year)


def test_a_gap_two_currencies_and_an_edition_that_changes(tmp_path: Path) -> None:
    broken = Lake.open(tmp_path / "lake")
    add(broken, "german", "exporter", exports(range(8)), "HS2022")
    add(broken, "german", "exporter", exports(range(9, LAST)), "HS2022")
    figure = ask(broken, period=2024, source="table.german")
    assert "all reports are loaded for 33 months in a row, 35 are needed" in str(figure.reason)
    add(broken, "german", "exporter", exports(range(LAST, LAST + 1)), "HS2022", "EUR")
    figure = ask(broken, period=2024, source="table.german")
    assert "is loaded in EUR and USD for this period" in str(figure.reason)
    other = Lake.open(tmp_path / "other" / "lake")
    (tmp_path / "other").mkdir()
    add(other, "german", "exporter", exports(range(39)), "HS2017")
    add(other, "german", "exporter", exports(range(39, LAST)), "HS2022")
    figure = ask(other, period=2024, source="table.german")
    assert "changes its edition within 2024 (HS2017 from 2024-01 and HS2022 from 2024-04)" in str(
        figure.reason
    )


def test_an_embargo_in_month_eight(tmp_path: Path) -> None:
    calm, broken = Lake.open(tmp_path / "calm"), Lake.open(tmp_path / "broken")
    rows = exports(range(45))
    stopped = [
        (month, seller, buyer, code, value * (0.05 if buyer == "KAZ" and month >= "2024-08" else 1))
        for month, seller, buyer, code, value in rows
    ]
    add(calm, "german", "exporter", rows, "HS2022")
    add(broken, "german", "exporter", stopped, "HS2022")
    one, other = (ask(lake, period=2024, source="table.german") for lake in (calm, broken))
    assert "Break since 2024-08" in notes(other)
    assert "Break" not in notes(one)
    assert other.value is not None
    assert one.value is not None
    # What is to come is small now, and how small is less sure than it was.
    spread = {}
    for name, figure in (("calm", one), ("broken", other)):
        assert figure.nowcast is not None
        low, high = figure.nowcast["intervals"]["80"]
        rest = (figure.value or 0) - figure.nowcast["reported"]
        spread[name] = (high - low) / rest
    assert other.value < one.value
    assert spread["broken"] > 1.3 * spread["calm"]


def test_a_list_that_the_errors_do_not_know(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    add(lake, "german", "exporter", rows_to(LAST), "HS2022")
    keys: dict[str, Any] = {"goods": "845891", "period": 2024, "source": "table.german"}
    bound, free = (ask(lake, importer=one, **keys) for one in ("RUS", "FRA"))
    # Regulation (EU) 2024/1745, the 14th package: Annex VII B.
    assert "On 2024-06-25 goods of this flow came onto a list" in notes(bound)
    assert "came onto a list" not in notes(free)
    values = np.round(MADE.values[:, :LAST], 2)
    plain = nowcast(values, Window(12, 6))
    assert bound.nowcast is not None
    assert bound.nowcast["intervals"]["80"] == pytest.approx(list(plain.intervals[0.95]))
    assert bound.nowcast["listed"][0]["is_in_months"] is False
    # Farther than the 95 % of errors that do not know it, and never below what is reported.
    low, high = bound.nowcast["intervals"]["95"]
    assert bound.nowcast["reported"] < low < plain.intervals[0.95][0]
    assert high > plain.intervals[0.95][1]
    # Where two months after it are reported, the months themselves show what it did.
    add(lake, "later", "exporter", rows_to(46), "HS2022")
    later = ask(lake, importer="RUS", **(keys | {"source": "table.later"}))
    assert "The months since then show its effect" in notes(later)


def rows_to(months: int) -> list[tuple[str, str, str, str, float]]:
    return [
        (month, seller, {"KAZ": "RUS"}.get(buyer, buyer), "845891", value)
        for month, seller, buyer, _, value in exports(range(months))
    ]


def test_revisions_of_earlier_vintages_are_in_the_intervals(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    first = [
        (month, seller, buyer, code, round(value / (1.1 if month > "2023-06" else 1), 2))
        for month, seller, buyer, code, value in exports(range(LAST - 1))
    ]
    for vintage, rows in (("V202406", first), ("V202407", exports(range(LAST)))):
        path = tmp_path / f"{vintage}.csv"
        path.write_text(
            "\n".join(["when,seller,buyer,code,value", *(",".join(map(str, x)) for x in rows), ""])
        )
        text = MAP.format(id="german", side="exporter", edition="HS2022")
        lake.add("table", [path], mapping=text, vintage=vintage)
    figure = ask(lake, period=2024, source="table.german")
    wanted = nowcast(np.round(MADE.values[:, :LAST], 2), Window(12, 6))
    assert figure.nowcast is not None
    # Months from 2023-07 on were revised by a tenth, eleven of the last twelve.
    was = sum(value for month, _, buyer, _, value in first[-12 * len(BUYERS) :] if buyer == "KAZ")
    months = {month for month, *_ in first[-12 * len(BUYERS) :]}
    now = sum(value for month, _, buyer, _, value in exports(range(LAST))
              if buyer == "KAZ" and month in months)  # fmt: skip
    assert figure.nowcast["revision"] == {"median": pytest.approx(now / was - 1), "vintages": 1}
    low = wanted.intervals[0.8][0]
    more = 1.2816 / 0.6745 * (now / was - 1) * (wanted.reported or 0)
    assert figure.nowcast["intervals"]["80"][0] == pytest.approx(
        wanted.value - np.hypot(wanted.value - low, more), rel=1e-3
    )
    assert "The usual revision of reported months" in notes(figure)
    # What was known then: the earlier vintage by name, with its own months.
    then = ask(lake, period=2024, source="table.german@V202406")
    known = np.zeros((len(BUYERS), LAST - 1))
    for month, _, buyer, _, value in first:
        known[BUYERS.index(buyer), MONTHS.index(month)] = value
    assert then.nowcast is not None, then.reason
    assert then.value == pytest.approx(nowcast(known, Window(12, 7)).value)
    assert then.nowcast["last_month"] == "2024-05"
    assert then.nowcast["revision"] is None
    assert "They are of what V202406 had" in notes(then)


def test_a_reporter_that_falls_behind_the_others(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    others = [
        (month, "FRA", buyer, code, value)
        for month, _, buyer, code, value in exports(range(48))
        if buyer != "FRA"
    ]
    add(lake, "union", "exporter", [*exports(range(LAST)), *others], "HS2022")
    figure = ask(lake, period="2024-12", source="table.union")
    assert figure.nowcast is not None, figure.reason
    assert "Germany has no month after 2024-06, and others report up to 2024-12" in notes(figure)
    plain = nowcast(np.round(MADE.values[:, :LAST], 2), Window(1, 6))
    assert figure.nowcast is not None
    low, high = figure.nowcast["intervals"]["80"]
    assert high - low > 1.1 * (plain.intervals[0.8][1] - plain.intervals[0.8][0])


BACI = "t,i,j,k,v,q\n"


def test_annual_levels_and_partners_of_a_country_that_stopped(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    sellers = {"DEU": 276, "FRA": 251, "ITA": 380, "CHN": 156}
    values = np.round(MADE.values[: len(sellers), :LAST] + 1e6, 2)
    rows = [
        (MONTHS[at], seller, "RUS", "845811", float(values[row, at]))
        for at in range(LAST)
        for row, seller in enumerate(sellers)
    ]
    add(lake, "partners", "exporter", rows, "HS2022")
    for year, first in ((2021, 0), (2022, 12)):
        path = tmp_path / f"BACI_HS22_Y{year}_V202501.csv"
        lines = [
            f"{year},{code},643,845811,{1.05 * values[row, first : first + 12].sum() / 1000:.3f},1"
            for row, code in enumerate(sellers.values())
        ]
        # Japan (392) had a fifth of it, and is not among those that report here.
        whole = 1.05 * values[:, first : first + 12].sum() / 1000
        path.write_text(BACI + "\n".join([*lines, f"{year},392,643,845811,{whole / 4:.3f},1", ""]))
        lake.add("baci", [path])
    pair = ask(lake, importer="RUS", period=2024, source="table.partners")
    assert pair.nowcast is not None, pair.reason
    assert pair.nowcast["annual"]["ratio"] == pytest.approx(1.05, rel=1e-4)
    assert pair.nowcast["annual"]["years"] == ["2021", "2022"]
    [annual] = [one for one in pair.nowcast["next"] if one["source"] == "baci"]
    assert annual["expected"] == "2026-01-30"  # CEPII: two Januaries after the year
    whole = ask(lake, importer="RUS", exporter=None, period=2024, source="table.partners")
    assert whole.nowcast is not None, whole.reason
    assert whole.nowcast["covered_by_partners"] == pytest.approx(0.8, rel=1e-4)
    assert "4 partners report, which had 80 % of Russia’s trade in 2021" in notes(whole).replace(
        "'", "’"
    )
    wanted = nowcast(np.vstack([values.sum(axis=0), values]), Window(12, 6))
    assert whole.value == pytest.approx(wanted.value, rel=0.02)


def test_unit_value_of_value_and_mass_together(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    rows = [(*row, round(row[-1] / 3, 2)) for row in exports(range(LAST))]
    path = tmp_path / "weighed.csv"
    path.write_text(
        "\n".join(["when,seller,buyer,code,value,kg", *(",".join(map(str, x)) for x in rows), ""])
    )
    text = MAP.format(id="weighed", side="exporter", edition="HS2022")
    lake.add("table", [path], mapping=text + "  kg: {role: mass, unit: kg}\n")
    figure = ask(lake, period=2024, source="table.weighed")
    assert figure.nowcast is not None
    # Value and mass are drawn together: where one is always three times the other, all is known.
    price = figure.nowcast["unit_value"]
    assert price["value"] == pytest.approx(3.0, rel=1e-4)
    assert price["intervals"]["80"] == pytest.approx([3.0, 3.0], rel=1e-3)
    assert "USD per kg" in str(figure)
    # A row of another buyer without a mass does not matter, one of the flow's own does.
    for name, lacking, is_known in (("others", "FRA", True), ("own", "KAZ", False)):
        some = [(*row[:-1], "" if row[2] == lacking and row[0] == "2023-05" else row[-1])
                for row in rows]  # fmt: skip
        lines = ["when,seller,buyer,code,value,kg", *(",".join(map(str, x)) for x in some), ""]
        path.write_text("\n".join(lines))
        text = MAP.format(id=name, side="exporter", edition="HS2022")
        lake.add("table", [path], mapping=text + "  kg: {role: mass, unit: kg}\n")
        figure = ask(lake, period=2024, source=f"table.{name}")
        assert figure.nowcast is not None
        assert (figure.nowcast["unit_value"] == price) is is_known


def test_no_nowcast_in_a_check(lake: Lake, tmp_path: Path) -> None:
    value = ask(lake, period=2024, source="table.german").value
    assert value is not None
    path = tmp_path / "claims.yaml"
    path.write_text(
        f"""\
format: 1
source: {{title: a note, publisher: nobody in particular, date: 2024-08}}
claims:
  - id: nowcast
    quote: as the nowcast has it
    value: {{importer: KAZ, exporter: DEU, goods: 845811, period: 2024}}
    says: {value / 1e6:.1f} million dollars
  - id: reported
    quote: as it was reported
    value: {{importer: KAZ, exporter: DEU, goods: 845811, period: 2023}}
    says: {float(MADE.values[0, 24:36].sum()) / 1e6:.1f} million dollars
"""
    )
    found = ep.check(path, lake=lake)
    assert [one.verdict for one in found.claims] == ["not_enough_evidence", "supported"]


def test_on_a_page_and_in_no_chart_of_reported_values(lake: Lake) -> None:
    pairs = [
        ("measure", "value"), ("importer", "KAZ"), ("exporter", "DEU"), ("goods", "845811"),
        ("period", "2024"), ("source", "table.german"),
    ]  # fmt: skip
    with lake.reading():
        shown = figure_page(lake, pairs, "").body.decode()
    assert 'class="big nowcast"' in shown
    assert "not a reported value" in shown
    with pytest.raises(RequestError, match="not drawn"):
        picture_of(ask(lake, period=2024, source="table.german"))


def test_on_the_command_line(lake: Lake) -> None:
    command = "ask value --importer KAZ --exporter DEU --goods 845811 --period 2024"
    given = [*command.split(), "--source", "table.german", "--lake", str(lake.path)]
    shown = CliRunner().invoke(app, given)
    assert shown.exit_code == 0, shown.output
    for words in ("nowcast", "80 % interval", "95 % interval", "tested on", "weight"):
        assert words in shown.output
    found = json.loads(CliRunner().invoke(app, [*given, "--json"]).output)
    assert found["status"] == "nowcast"
    assert set(found["nowcast"]["intervals"]) == {"80", "95"}


@pytest.fixture(scope="module")
def imports(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Kazakhstan's imports by month from all its suppliers, the last year half reported."""
    found = Lake.open(tmp_path_factory.mktemp("imports") / "lake")
    rows = [
        (MONTHS[at], seller, "KAZ", "845811", round(MADE.values[row, at], 2))
        for at in range(LAST)
        for row, seller in enumerate(("DEU", *(one for one in BUYERS if one != "KAZ")))
    ]
    add(found, "kazakh", "importer", rows, "HS2022")
    return found


def test_in_a_brief_a_note_and_a_chart_apart_from_what_is_reported(imports: Lake) -> None:
    wanted = ep.ask(
        "import_share", lake=imports, importer="KAZ", exporter="DEU", goods="845811", period=2024
    )
    assert isinstance(wanted, ep.Figure)
    assert wanted.nowcast is not None
    assert wanted.value is not None
    said = f"{100 * wanted.value:.1f}"

    made = ep.brief("KAZ", "DEU", goods="845811", lake=imports)
    # No card, no answer and no Figure of the brief is the nowcast.
    assert all(card.figure.status != "nowcast" for card in made.cards)
    assert all(one.status == "ok" for one in made.figures)
    assert "2023" in made.answer[0].text
    [kept] = made.nowcasts
    assert kept.status == "nowcast"
    assert kept.value == pytest.approx(wanted.value)
    [section] = [one for one in made.sections if one.id == "share"]
    assert section.table is not None
    assert all(row[0] != "2024" for row in section.table.rows)
    [note] = [one for one in section.notes if "Nowcast for 2024, not reported" in one.title]
    assert "80\u00a0% interval" in note.body[0].text
    assert "2024-06" in note.body[0].text
    assert section.picture is not None
    lines = section.picture.drawn
    assert isinstance(lines, ShareLines)
    assert lines.nowcast is not None
    assert lines.nowcast.value == pytest.approx(100 * wanted.value)
    assert lines.nowcast.near == pytest.approx(
        [100 * end for end in wanted.nowcast["intervals"]["80"]]
    )
    assert [point.year for point in lines.series] == [2021, 2022, 2023]

    # Its own colour, and both lines broken.
    drawn = lines.draw(name="wide", alt_text="")
    marks = re.findall(r"<line class=\"[^\"]*s-nowcast\"[^>]*>", drawn)
    assert len(marks) == 2
    assert all("stroke-dasharray" in one for one in marks)
    assert f"nowcast {said}"[:9] in drawn
    page = render_html(made)
    assert "Nowcast for 2024, not reported" in page
    assert "nowcast, not reported; lines" in page
    found = made.to_dict()
    assert [one["status"] for one in found["nowcasts"]] == ["nowcast"]
    assert {one["status"] for one in found["evaluated"]} == {"ok"}

    note_ = ep.note("KAZ", "DEU", goods="845811", lake=imports)
    assert note_.unknown[0].text.startswith("What is not reported yet. Nowcast: about ")
    assert "2023" in note_.title
    assert "Nowcast" not in " ".join([note_.title, *(one.text for one in note_.answer)])
    assert [one["status"] for one in note_.to_dict()["nowcasts"]] == ["nowcast"]

    keys = {"importer": "KAZ", "exporter": "DEU", "goods": "845811"}
    chart = share_chart("import_share", imports, None, keys)
    assert [row["kind"] for row in chart.rows] == ["computed"] * 3 + ["nowcast"]
    assert any(line.startswith("Nowcast, not reported: ") for line in chart.foot)
    # A year that was asked for is what is drawn.
    fixed = share_chart("import_share", imports, None, keys | {"period": "2023"})
    assert all(row["kind"] == "computed" for row in fixed.rows)


def test_a_brief_asks_for_no_nowcast_of_a_year_that_is_reported(
    imports: Lake, tmp_path: Path
) -> None:
    keys = {"importer": "KAZ", "exporter": "DEU", "goods": "845811"}
    with imports.reading():
        found = BriefContext(imports).nowcast("import_share", **keys)
    assert found is not None
    assert str(found.definition.period) == "2024"
    whole = Lake.open(tmp_path / "lake")
    rows = [
        (MONTHS[at], seller, "KAZ", "845811", round(MADE.values[row, at], 2))
        for at in range(48)
        for row, seller in enumerate(("DEU", "RUS"))
    ]
    add(whole, "kazakh", "importer", rows, "HS2022")
    with whole.reading():
        assert BriefContext(whole).nowcast("import_share", **keys) is None
