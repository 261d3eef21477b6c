"""Series and event studies that ask puts to a lake with months, against plain Python and truth."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: months
nomenclature: HS2022
level: 6
reported_by: both
valuation: FOB
columns:
  when: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""
MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(1, 13)]
LISTED = ("845710", "845811", "845891", "845961", "846693")  # chpl:4.B, on 23 February 2024
OTHERS = ("847810", "842211", "844110", "843810", "844331", "845011", "842330")
EFFECT = -1.2
Cell = tuple[str, str, str, str]


def _made() -> dict[Cell, float]:
    """Return trade without noise that falls by EFFECT where goods are listed and go to Russia."""
    draw = random.Random(8)

    def some() -> float:
        return draw.gauss(0, 0.5)

    found = {}
    pair = {(c, d): 11 + some() for c in (*LISTED, *OTHERS) for d in ("RUS", "GEO", "BRA", "IND")}
    to = {(d, m): some() for d in ("RUS", "GEO", "BRA", "IND") for m in MONTHS}
    of = {(c, m): some() for c in (*LISTED, *OTHERS) for m in MONTHS}
    for (code, buyer), size in pair.items():
        for month in MONTHS:
            hit = code in LISTED and buyer == "RUS" and month >= "2024-02"
            log = size + to[buyer, month] + of[code, month] + EFFECT * hit
            found[month, "DEU", buyer, code] = round(math.exp(log), 6)
    return found


MADE = _made()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("months")
    return written(folder, MADE)


def written(folder: Path, rows: dict[Cell, float]) -> Lake:
    lines = [",".join((*cell, f"{value:.6f}")) for cell, value in rows.items()]
    (folder / "months.csv").write_text("\n".join(["when,seller,buyer,code,value", *lines, ""]))
    lake = Lake.open(folder / "lake")
    lake.add("table", [folder / "months.csv"], mapping=MAP)
    return lake


def ask(lake: Lake, measure: str, **keys: Any) -> ep.Figure:
    asked: dict[str, Any] = {"importer": "RUS", "exporter": "DEU"} | keys
    return ep.ask(measure, lake=lake, **asked)


def summed(*months: str) -> float:
    return sum(
        value
        for (month, _, buyer, code), value in MADE.items()
        if month in months and buyer == "RUS" and code in LISTED
    )


def test_a_month_against_a_year_ago_to_date_and_over_twelve(lake: Lake) -> None:
    figure = ask(lake, "monthly", goods=",".join(LISTED), period="2024-03")
    here = MONTHS.index("2024-03")
    assert figure.value == pytest.approx(100 * (summed("2024-03") / summed("2023-03") - 1))
    now, then = (summed(*(f"{y}-{m:02d}" for m in (1, 2, 3))) for y in (2024, 2023))
    assert figure.details["year_to_date_usd"] == pytest.approx(now)
    assert figure.details["year_to_date_pct"] == pytest.approx(100 * (now / then - 1))
    rolled = [summed(*MONTHS[end - 11 : end + 1]) for end in (here, here - 12)]
    assert figure.details["rolling12_usd"] == pytest.approx(rolled[0])
    assert figure.details["rolling12_pct"] == pytest.approx(100 * (rolled[0] / rolled[1] - 1))
    assert [row["period"] for row in figure.table][:3] == ["2024-03", "2024-02", "2024-01"]
    assert not [one for one in figure.caveats if one.id == "partial-period"]
    assert str(figure.definition.base) == "2022-04..2024-02"


def test_what_less_history_leaves_of_it(lake: Lake) -> None:
    figure = ask(lake, "monthly", goods=LISTED[0], period="2023-01")
    assert str(figure.definition.base) == "2022"
    assert "rolling12_usd" in figure.details
    assert "rolling12_pct" not in figure.details
    first = ask(lake, "monthly", goods=LISTED[0], period="2022-05")
    assert first.value is None
    assert "2021-05" in str(first.reason)
    year = ask(lake, "monthly", goods=LISTED[0], period="2023")
    assert year.table[0]["period"] == "2023-12"


def test_a_month_without_a_row_leaves_sums_without_an_answer(tmp_path: Path) -> None:
    gap = {c: v for c, v in MADE.items() if c[0] != "2023-06" or c[2:] != ("RUS", LISTED[0])}
    figure = ask(written(tmp_path, gap), "monthly", goods=LISTED[0], period="2024-03")
    assert figure.value is not None
    assert "rolling12_usd" not in figure.details
    assert "year_to_date_usd" in figure.details


@pytest.fixture(scope="module")
def study(lake: Lake) -> ep.Figure:
    pytest.importorskip("pyfixest")
    keys = {"controls": "GEO+BRA+IND", "listed": "chpl:4.B", "period": "2023-03..2024-12"}
    return ask(lake, "event_study", goods=",".join((*LISTED, *OTHERS)), **keys)


def test_an_event_study_finds_the_effect_that_was_put_in(study: ep.Figure) -> None:
    percent = 100 * math.expm1(EFFECT)
    assert study.value == pytest.approx(percent, abs=1e-3)
    assert study.unit == "percent"
    assert (study.details["listed_products"], study.details["other_products"]) == (5, 7)
    steps = {row["step"]: row for row in study.table}
    assert list(steps) == list(range(-11, 11))
    assert steps[-1]["is_reference"]
    for step, row in steps.items():
        assert row["change_pct"] == pytest.approx(percent if step >= 0 else 0.0, abs=1e-3)
    assert study.details["steps_of"] == "months"
    assert study.details["inferred_day_products"] == 5  # a text of that day has them, not before
    assert [one for one in study.caveats if one.id == "event-study"]


def test_without_controls_exporters_to_one_market_are_compared(lake: Lake) -> None:
    pytest.importorskip("pyfixest")
    one = ask(lake, "event_study", listed="chpl:4.B", period="2023-03..2024-12")
    # Listed and other goods of one exporter move apart by chance, too: no product x time effect.
    assert one.value is not None
    assert one.value < -20


def test_what_an_event_study_refuses(lake: Lake) -> None:
    pytest.importorskip("pyfixest")
    keys = {"controls": "GEO", "period": "2023-03..2024-12"}
    other = ask(lake, "event_study", listed="eu-xx", **keys)
    assert other.value is None
    assert "eu-xx" in str(other.reason)
    before = ask(lake, "event_study", listed="chpl:4.B", controls="GEO", period="2022")
    assert before.value is None
    assert "within 2022" in str(before.reason)


def test_its_picture_says_what_was_found(study: ep.Figure, tmp_path: Path) -> None:
    from entrepot.report.standalone import of_figure, picture_of, svg_of, write

    picture = picture_of(study)
    assert [step.step for step in picture.drawn.steps] == list(range(-11, 11))
    drawn = svg_of(study)
    title = "Listed goods from Germany to Russia fell by 69.9 % against others after the listing"
    assert f"<title>{title}</title>" in drawn.replace("\u00a0", " ")
    assert "−69.9" in drawn  # 100 (exp(-1.2) - 1)
    assert f'aria-label="{picture.alt_text}' in drawn
    assert write(of_figure(study), tmp_path / "event.svg").read_text() == drawn
    assert write(of_figure(study), tmp_path / "event.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ep.EntrepotError, match=r"\.jpg"):
        write(of_figure(study), tmp_path / "event.jpg")


FISCAL = """
format: 1
id: india
reporter: IND
flow: import
year_starts: 4
nomenclature: HS2017
columns:
  country: {role: partner, codes: names}
  code: {role: product}
wide: {role: value, currency: USD, scale: 1}
"""


def test_fiscal_years_are_asked_by_their_months_and_kept_apart(tmp_path: Path) -> None:
    """The source's calendar year, loaded beside them, answers for itself alone."""
    rows = "country,code,{}\nChina,854231,{}\nJapan,854231,{}\n"
    (tmp_path / "f.csv").write_text(rows.format("2021-22,2022-23", "100,150", "100,50"))
    (tmp_path / "c.csv").write_text(rows.format("2022", "7", "3"))
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [tmp_path / "f.csv"], mapping=FISCAL)
    lake.add("table", [tmp_path / "c.csv"], mapping=FISCAL.replace("year_starts: 4", ""))
    asked: dict[str, Any] = {"importer": "IND", "exporter": "CHN", "goods": "854231"}
    asked |= {"source": "table.india", "lake": lake, "reported_by": "importer"}
    share = ep.ask("import_share", period="2022-04..2023-03", **asked)
    assert share.value == pytest.approx(0.75)
    assert "fiscal-year" in {one.id for one in share.caveats}
    assert "partial-period" not in {one.id for one in share.caveats}
    assert ep.ask("growth", period="2022-04..2023-03", **asked).value == pytest.approx(50)
    assert ep.ask("value", period="2021-04..2023-03", **asked).value == pytest.approx(250)
    calendar = ep.ask("import_share", period="2022", **asked)
    assert calendar.value == pytest.approx(0.7)
    assert "fiscal-year" not in {one.id for one in calendar.caveats}
    for period in ("2021", "2022-07..2023-06"):
        assert ep.ask("value", period=period, **asked).value is None
    missing = ep.ask("value", period="2022-04..2022-12", **asked)
    assert "ask --period 2022-04..2023-03" in str(missing.reason)
    for measure, more in (("rerouted", {"hubs": "HKG"}), ("rerouting_ratio", {"hubs": "HKG"})):
        figure = ep.ask(
            measure, period="2022-04..2023-03", base="2021-04..2022-03", **asked, **more
        )
        assert figure.status != "ok"
