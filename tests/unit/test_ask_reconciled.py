"""Questions to what two reports were made: who is silent, how much is told, how sure it is."""

from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli.main import app
from entrepot.figures.reconcile import reconcile_lake
from entrepot.lake import Lake
from entrepot.report.attribution import source_label, source_line
from entrepot.report.charts.alone import sources
from entrepot.report.note import note
from entrepot.report.parts import PageLink
from entrepot.sources import source_info
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

RUSSIA, CHINA, GERMANY, BELARUS, INDIA = 643, 156, 276, 112, 699
USUAL = {"product": "854231", "edition": "H5"}
SOLD = {CHINA: 60_000.0, GERMANY: 30_000.0, BELARUS: 10_000.0}
BOUGHT = {CHINA: 50_000.0, GERMANY: 33_000.0, BELARUS: 10_000.0}


def both(year: int, *tellers: int, russia: bool = True) -> list[dict[str, Any]]:
    """Russia's imports as it tells them, and exports to it as some partners do."""
    told = [
        row(BOUGHT[partner], reporter=RUSSIA, partner=partner, **USUAL) | {"period": year}
        for partner in BOUGHT
        if russia
    ]
    return told + [
        row(SOLD[teller], flow="X", reporter=teller, partner=RUSSIA, **USUAL) | {"period": year}
        for teller in tellers
    ]


def lake_of(folder: Path, rows: list[dict[str, Any]], **keys: Any) -> Lake:
    file = folder / "reports.csv"
    file.write_text(text_of(rows))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])
    reconcile_lake(lake, weights="variances", **keys)
    return lake


def ask(lake: Lake, measure: str = "import_share", **keys: Any) -> ep.Figure:
    asked = {"importer": "RUS", "exporter": "CHN", "goods": "854231", "period": 2023} | keys
    return ep.ask(measure, lake=lake, **asked)


def notes(figure: ep.Figure, name: str) -> list[str]:
    return [one.text for one in figure.caveats if one.id == name]


@pytest.fixture
def told(tmp_path: Path) -> Lake:
    return lake_of(tmp_path, both(2021, CHINA, GERMANY, BELARUS) + both(2022, CHINA, GERMANY))


def test_it_answers_first_and_says_so(told: Lake) -> None:
    figure = ask(told, "value", period=2021)
    assert figure.definition.source == "reconciled"
    assert 50_000 < figure.value < 60_000
    [note] = notes(figure, "reconciled")
    assert "100 % is reported by both" in note
    sources = {one.choices["source"] for one in figure.specifications.items}
    assert sources == {"reconciled", "comtrade"}


def test_a_source_line_names_whose_reports_were_reconciled(told: Lake) -> None:
    """It named the command that did it, and nobody who published them."""
    line = sources([ask(told, "value", period=2021)])
    of_page = source_line("reconciled", 2021, told)
    address = next(piece.url for piece in of_page if isinstance(piece, PageLink))
    assert address == source_info("comtrade").url
    of_page_text = "".join(getattr(piece, "text", piece) for piece in of_page)
    for said in (line, of_page_text, f"Source: {source_label('reconciled', told)}"):
        assert said.startswith(
            "Source: UN Comtrade (United Nations Statistics Division), both reports of each flow"
        )
        assert "entrepot reconcile" not in said
        assert "computed" not in said


def test_a_note_says_what_spans_the_range_of_reconciled_values(told: Lake) -> None:
    """It named definitions alone, which lie closer together than the errors of the reports."""
    made = note("RUS", "CHN", "854231", 2021, lake=told)
    assert "definitions available and within the errors of the reports" in made.answer[0].text


def test_reports_that_were_loaded_again_or_are_gone_are_said(told: Lake, tmp_path: Path) -> None:
    """The old value was given as reconciled from both sides' reports, whatever these said now."""

    def note() -> str:
        [found] = notes(ask(told, "value", period=2021), "reconciled")
        return found

    before = note()
    again = tmp_path / "again.csv"
    again.write_text(text_of([one | {"period": 2022} for one in both(2022, CHINA)]))
    told.add("comtrade", [again], replace=True)
    assert note() == before  # of another year
    again.write_text(text_of(both(2021, CHINA, GERMANY)))
    told.add("comtrade", [again], replace=True)
    assert "comtrade has been loaded again since" in note()
    assert "entrepot reconcile --source comtrade" in note()
    told.rebuild()
    assert "comtrade has been loaded again since" in note()
    reconcile_lake(told, weights="variances")
    assert note() == before
    told.remove("comtrade")
    assert "(comtrade) are no longer loaded" in note()


def test_the_list_and_the_check_of_data_say_what_is_outdated(told: Lake, tmp_path: Path) -> None:
    """Questions said so; `data list` and `data check` did not."""

    def said(command: str) -> Any:
        done = CliRunner().invoke(app, ["data", command, "--json", "--lake", str(told.path)])
        return json.loads(done.stdout)

    def late() -> list[str]:
        return [one["text"] for one in said("check")["findings"] if one["rule"] == "outdated"]

    assert not late()
    assert {one["outdated"] for one in said("list")} == {None}
    again = tmp_path / "again.csv"
    again.write_text(text_of(both(2021, CHINA, GERMANY)))
    told.add("comtrade", [again], replace=True)
    [text] = late()
    assert "entrepot reconcile --source comtrade" in text
    assert "comtrade has been loaded again since" in "".join(
        one["outdated"] or "" for one in said("list") if one["source"] == "reconciled"
    )
    shown = CliRunner().invoke(app, ["data", "list", "--lake", str(told.path)]).stdout
    assert "(2021) is outdated. comtrade has been loaded again" in " ".join(shown.split())


def test_how_much_rests_on_one_voice_is_said(told: Lake) -> None:
    figure = ask(told, "import_share", exporter="BLR", period=2022)
    [note] = notes(figure, "reconciled")
    assert "100 % is reported by the importer alone" in note
    assert "of the total, 8" in note  # of some 93 thousand, ten are told by Russia alone
    assert "% is reported by both" in note


def test_each_side_can_be_heard(told: Lake) -> None:
    for side, value in (("importer", 50_000.0), ("exporter", 60_000.0)):
        figure = ask(told, "value", period=2021, source="reconciled", reported_by=side)
        assert figure.value == value
    mixed = ask(told, "import_share", period=2022, source="reconciled", reported_by="exporter")
    assert mixed.value == pytest.approx(2 / 3)
    assert "89 %" in notes(mixed, "coverage")[0]  # as if Russia had told nothing: it is not heard


def test_partners_of_a_silent_country_need_to_be_many_enough(tmp_path: Path) -> None:
    base = both(2021, CHINA, GERMANY, BELARUS)
    now = both(2023, CHINA, GERMANY, russia=False)
    lake = lake_of(tmp_path, base + now)
    figure = ask(lake)
    assert figure.definition.source == "reconciled"
    assert figure.value == pytest.approx(2 / 3)
    [note] = notes(figure, "coverage")
    assert "89 %" in note  # 83 of 93
    assert "Belarus (10.8 %)" in note
    totals = [one.choices.get("total", "") for one in figure.specifications.items]
    assert any("non-reporting" in words for words in totals)


def test_below_the_floor_it_is_refused(tmp_path: Path) -> None:
    base = both(2021, CHINA, GERMANY, BELARUS)
    lake = lake_of(tmp_path, base + both(2023, BELARUS, GERMANY, russia=False))
    found = ask(lake, exporter="DEU")
    assert found.status == "insufficient_data"
    assert "46 %" in found.reason  # 43 of 93
    assert "too little" in found.reason


def test_nobody_tells_of_trade_between_two_silent_countries(tmp_path: Path) -> None:
    base = both(2021, CHINA, GERMANY, BELARUS)
    lake = lake_of(tmp_path, base + both(2023, CHINA, GERMANY, russia=False))
    found = ask(lake, "value", exporter="BLR", source="reconciled")
    assert found.status == "insufficient_data"
    assert "neither Russia nor Belarus reported" in found.reason
    # China speaks, and says nothing of such goods to Belarus.
    other = ask(lake, "value", exporter="CHN", importer="BLR", source="reconciled")
    assert "records no" in other.reason or "holds nothing" in other.reason


def test_a_total_of_one_partner_is_none(tmp_path: Path) -> None:
    rows = [row(5_000.0, reporter=INDIA, partner=CHINA, **USUAL) | {"period": 2021}]
    lake = lake_of(tmp_path, both(2021, CHINA, GERMANY, BELARUS) + rows)
    found = ask(lake, importer="IND", period=2021, source="reconciled")
    assert found.status == "insufficient_data"
    assert "only exporter" in found.reason


def test_the_ends_are_those_of_simulated_errors(told: Lake) -> None:
    """Against drawing each pair's error: the 90 % interval of share, HHI, value and growth."""
    rows = told.flows("reconciled").to_native().filter("period = DATE '2021-01-01'")
    pairs = {
        seller: (value, low, high)
        for seller, value, low, high in rows.project(
            "exporter, value_usd, low_usd, high_usd"
        ).fetchall()
    }
    assert len(pairs) == 3
    draw = random.Random(1)
    z = 1.6448536269514722

    def drawn() -> dict[str, float]:
        found = {}
        for seller, (value, low, high) in pairs.items():
            one = draw.gauss(0, 1)
            way = math.log(high / value) if one > 0 else math.log(value / low)
            found[seller] = value * math.exp(one * way / z)
        return found

    made = [drawn() for _ in range(20_000)]

    def check(measure: str, of: Any, far: float) -> None:
        each = sorted(map(of, made))
        low, high = each[1_000], each[19_000]
        if measure in ("value", "import_share", "hhi"):  # the others need all that China sells
            keys = {"period": 2021, "source": "reconciled", **KEYS[measure]}
            figure = ask(told, measure, **keys)
            assert figure.low <= figure.value <= figure.high
        found = ends(told, measure)
        assert found[0] == pytest.approx(low, rel=far)
        assert found[1] == pytest.approx(high, rel=far)

    check("value", lambda one: one["CHN"], 0.02)
    check("import_share", lambda one: one["CHN"] / sum(one.values()), 0.03)
    check("salience", lambda one: math.sqrt(one["CHN"] / sum(one.values())), 0.03)
    check("retaliation_exposure", lambda one: one["CHN"], 0.02)
    check("hhi", lambda one: sum(v**2 for v in one.values()) / sum(one.values()) ** 2, 0.1)


KEYS: dict[str, dict[str, Any]] = {
    "value": {},
    "import_share": {},
    "hhi": {"exporter": None},
    "salience": {},
    "retaliation_exposure": {},
}


def ends(lake: Lake, measure: str) -> tuple[float, float]:
    """Return the interval alone, without what the other reports add to the range."""
    from entrepot.figures.availability import availability_of
    from entrepot.figures.definition import Definition
    from entrepot.figures.editions import goods_in
    from entrepot.figures.intervals import interval
    from entrepot.figures.rows import SourceRows

    keys = {"importer": "RUS", "exporter": "CHN", "goods": "854231", "period": 2021} | KEYS[measure]
    asked = Definition.build(measure, **keys)
    with lake.reading():
        [there] = availability_of(lake, "reconciled", [asked.period])
        found = interval(SourceRows(lake, there), asked, goods_in(asked, there.nomenclatures, lake))
    assert found[0] is not None
    return found


def test_what_moves_a_number_is_told_apart(told: Lake) -> None:
    figure = ask(told, "import_share", period=2021)
    assert set(figure.spread) >= {"errors", "report", "together"}
    # Three exporters are too few to add up all that Russia buys; its own report is beside.
    assert figure.spread["report"] == pytest.approx((50 / 93, figure.value))
    low, high = figure.spread["errors"]
    assert low < figure.value < high
    assert figure.spread["together"] == (figure.low, figure.high)
    assert figure.to_dict()["spread"]["errors"] == [low, high]
    assert "by choice" in str(figure)


def test_a_change_across_the_break_says_how_large_the_break_is(tmp_path: Path) -> None:
    """China tells 60 where both make 55 or so: growth to what it alone tells holds the gap."""
    lake = lake_of(tmp_path, both(2021, CHINA, GERMANY) + both(2023, CHINA, GERMANY, russia=False))
    made = ask(lake, "value", period=2021).value
    figure = ask(lake, "growth", base=2021)
    [note] = notes(figure, "break-size")
    assert f"{100 * (60_000 / made - 1):.1f} % above" in note
    assert "--reported-by exporter" in note
    one = ask(lake, "growth", base=2021, reported_by="exporter")
    assert one.value == pytest.approx(0)
    assert not notes(one, "break-size")
    assert figure.value == pytest.approx(100 * (60_000 / made - 1))
    assert not notes(ask(lake, "growth", exporter="DEU", importer="CHN"), "break-size")


def test_reports_that_contradict_each_other_give_no_interval(tmp_path: Path) -> None:
    """One is a million times the other: either end of an interval would say nothing."""
    years = [report for year in range(1990, 2021) for report in both(year, CHINA, GERMANY, BELARUS)]
    rows = both(2022, CHINA, GERMANY, BELARUS)
    for one in rows:
        if one["reporterCode"] == BELARUS:
            one["primaryValue"] = one["fobvalue"] = 0.01
    lake = lake_of(tmp_path, years + rows)
    figure = ask(lake, "value", exporter="BLR", period=2022)
    [text] = notes(figure, "reconciled")
    assert "by a factor of 20 or more (up to 1,000,000)" in text
    assert "no 90 % interval" in text
    assert "errors" not in figure.spread
    assert (figure.low, figure.high) == (0.01, 10_000.0)
    # Where it is a part of the value only, the interval stays.
    everything = ask(lake, "value", exporter="WLD", period=2022)
    assert "errors" in everything.spread
    [text] = notes(everything, "reconciled")
    assert "by a factor of 20 or more" in text
    assert "no 90 % interval" not in text
