"""`follow=weighted` from end to end: made-up reports in two editions, worked out by hand."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from typer.testing import CliRunner

import entrepot as ep
from entrepot.cli import goods
from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures import links_loaded, weights_between
from entrepot.lake import Lake
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from pathlib import Path

REPORTERS = {"CHN": 156, "DEU": 276, "USA": 842, "JPN": 392, "KOR": 410, "FRA": 251, "POL": 616}
NEWER = {
    "852580": {"852581": 0.1, "852582": 0.2, "852583": 0.25, "852589": 0.4, "880622": 0.05},
    "854140": {"854141": 0.5, "854142": 0.1, "854143": 0.375, "854149": 0.025},
    "854231": {"854231": 1.0},
    "010121": {"010121": 1.0},
}
"""The weights by which every reporter's goods go over."""
LINKS = [(new, old) for old, news in NEWER.items() for new in news]
TEXT = "code.after,code.before,Relationship,adjustment\n"


def imports(seed: int = 3) -> list[dict[str, Any]]:
    """What each reporter bought from China, or China from Germany, in 2021 and the same in 2022."""
    chance = np.random.default_rng(seed)
    rows = []
    for name, number in REPORTERS.items():
        partner = REPORTERS["DEU" if name == "CHN" else "CHN"]
        for old, news in NEWER.items():
            value = float(np.round(chance.lognormal(10, 1.5), 2))
            keys = {"reporter": number, "partner": partner}
            rows.append(row(value, **keys, product=old, period=2021, edition="H5"))
            rows += [
                row(2 * value * weight, **keys, product=new, period=2022, edition="H6")
                for new, weight in news.items()
            ]
    return rows


ROWS = imports()


def bought(who: str, year: int, code: str, what: str = "primaryValue") -> float:
    number = REPORTERS[who]
    return sum(
        one[what] for one in ROWS
        if (one["reporterCode"], one["period"], one["cmdCode"]) == (number, year, code)
    )  # fmt: skip


def filled(folder: Path, rows: list[dict[str, Any]]) -> Lake:
    lake = Lake.open(folder / "lake")
    for year in sorted({one["period"] for one in rows}):
        path = folder / f"comtrade_{year}.csv"
        path.write_text(text_of([one for one in rows if one["period"] == year]), encoding="utf-8")
        lake.add("comtrade", [path])
    links = folder / "links.csv"
    links.write_text(
        TEXT + "".join(f"{new},{old},n:n,2022 to 2017\n" for new, old in LINKS), encoding="utf-8"
    )
    lake.add("concordance", [links])
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return filled(tmp_path_factory.mktemp("weighted"), ROWS)


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.csv"
    path.write_text(
        "code,nomenclature\n852589,HS2022\n854149,HS2022\n854231,HS2022\n", encoding="utf-8"
    )
    return str(path)


def ask(lake: Lake, goods: str, measure: str = "value", **keys: Any) -> ep.Figure:
    keys = {"importer": "DEU", "exporter": "CHN", "period": 2021, "concordance": "weighted"} | keys
    return ep.ask(measure, lake=lake, goods=goods, source="comtrade", **keys)


def weighted(who: str, what: str = "primaryValue") -> float:
    return (
        0.4 * bought(who, 2021, "852580", what)
        + 0.025 * bought(who, 2021, "854140", what)
        + bought(who, 2021, "854231", what)
    )


@pytest.mark.parametrize("who", ["DEU", "USA", "POL"])
def test_a_code_counts_with_the_share_that_is_listed(lake: Lake, mine: str, who: str) -> None:
    figure = ask(lake, mine, importer=who)
    assert figure.value == pytest.approx(weighted(who), rel=1e-5)
    mass = ask(lake, mine, importer=who, quantity="mass")
    assert mass.value == pytest.approx(weighted(who, "netWgt"), rel=1e-5)


def test_the_other_ways_are_in_the_range(lake: Lake, mine: str) -> None:
    figure = ask(lake, mine)
    assert figure.specifications is not None
    by_way = {one.choices["followed"]: one.value for one in figure.specifications.items}
    chips, cameras, diodes = (bought("DEU", 2021, code) for code in ("854231", "852580", "854140"))
    assert len(by_way) == len(figure.specifications.items), "they differ in this alone"
    assert by_way == {
        "weighted": figure.value,
        "upper": pytest.approx(chips + cameras + diodes),
        "same_code": pytest.approx(chips),
        "family": pytest.approx(chips + cameras),
    }
    assert figure.low == pytest.approx(chips)
    assert figure.high == pytest.approx(chips + cameras + diodes)


def test_in_its_own_edition_a_list_needs_no_weight(lake: Lake, mine: str) -> None:
    listed = ("852589", "854149", "854231")
    figure = ask(lake, mine, period=2022)
    assert figure.value == pytest.approx(sum(bought("DEU", 2022, code) for code in listed))


def test_growth_over_a_change_of_edition_has_no_jump(lake: Lake, mine: str) -> None:
    """Every flow doubles; a list followed as a whole would show a fall."""
    assert ask(lake, mine, "growth", period=2022, base=2021).value == pytest.approx(100, abs=0.01)
    whole = ask(lake, mine, "growth", period=2022, base=2021, concordance="upper").value
    assert whole == pytest.approx(100, abs=0.01)  # closed families do not jump either
    family = ask(lake, mine, "growth", period=2022, base=2021, concordance="family").value
    assert family is not None
    assert family < 90


def test_what_a_value_rests_on_is_weighted_too(lake: Lake, mine: str) -> None:
    figure = ask(lake, mine)
    split = 0.4 * bought("DEU", 2021, "852580") + 0.025 * bought("DEU", 2021, "854140")
    assert figure.uncertain_code_shares is not None
    assert figure.uncertain_code_shares["split"] == pytest.approx(split / weighted("DEU"), rel=1e-4)
    assert figure.uncertain_code_shares["new"] == pytest.approx(split / weighted("DEU"), rel=1e-4)
    assert figure.uncertain_code_shares["ex"] == 0


def test_a_heading_on_a_list_counts_as_all_its_codes(lake: Lake, tmp_path: Path) -> None:
    """Of 852580 all but the drones is in heading 8525."""
    path = tmp_path / "heading.csv"
    path.write_text("code,nomenclature\n8525,HS2022\n", encoding="utf-8")
    figure = ask(lake, str(path))
    assert figure.value == pytest.approx(0.95 * bought("DEU", 2021, "852580"), rel=1e-5)


def test_a_code_that_is_named_itself_is_not_weighted(lake: Lake, mine: str) -> None:
    figure = ask(lake, f"{mine},854140")
    expected = weighted("DEU") + 0.975 * bought("DEU", 2021, "854140")
    assert figure.value == pytest.approx(expected, rel=1e-5)


def test_weights_are_found_both_ways_and_differ(lake: Lake) -> None:
    with lake.reading():
        links = links_loaded(lake)
        assert links is not None
        there = weights_between(lake, links, "HS2017", "HS2022")
        back = weights_between(lake, links, "HS2022", "HS2017")
        named = weights_between(lake, links, "H5", "HS22")
    for old, news in NEWER.items():
        assert there.of(old) == pytest.approx(news, abs=1e-5)
        assert all(back.of(new) == {old: 1.0} for new in news)
    assert named == there
    assert "010129" in there.nowhere  # the made-up tables are not whole
    with pytest.raises(RequestError, match="nothing to split"):
        weights_between(lake, links, "HS2017", "HS17")


def test_a_code_that_nobody_traded_is_missing_and_not_split_by_a_guess(
    tmp_path: Path, mine: str
) -> None:
    """In 2022 nobody tells the codes that 854140 became, so nothing is known of its split."""
    rows = [one for one in ROWS if one["period"] == 2021 or not one["cmdCode"].startswith("85414")]
    figure = ask(filled(tmp_path, rows), mine)
    chips, cameras = bought("DEU", 2021, "854231"), bought("DEU", 2021, "852580")
    assert figure.value == pytest.approx(0.4 * cameras + chips, rel=1e-5)
    (missing,) = [one for one in figure.caveats if one.id == "missing-codes"]
    assert "854140" in missing.text


@pytest.mark.parametrize("year", [2021, 2022])
def test_without_one_of_the_years_there_is_no_weight(tmp_path: Path, mine: str, year: int) -> None:
    lake = filled(tmp_path, [one for one in ROWS if one["period"] == year])
    figure = ask(lake, mine, period=year)
    if year == 2022:  # in its own edition it needs none
        assert figure.status == "ok"
        return
    assert figure.status == "insufficient_data"
    assert "imports in comtrade of 2022 (HS2022) are not loaded" in str(figure.reason)
    assert "entrepot data get comtrade --period 2022" in str(figure.reason)


def test_without_reports_or_tables_there_is_no_weight(
    lake: Lake, mine: str, tmp_path: Path
) -> None:
    empty = Lake.open(tmp_path / "empty")
    with lake.reading():
        links = links_loaded(lake)
    assert links is not None
    with pytest.raises(
        NoEvidenceError, match=r"imports in comtrade of 2021 .HS2017., 2022 .HS2022. are not"
    ):
        weights_between(empty, links, "HS2017", "HS2022")
    path = tmp_path / "comtrade.csv"
    path.write_text(text_of([one for one in ROWS if one["period"] == 2021]), encoding="utf-8")
    bare = Lake.open(tmp_path / "bare")
    bare.add("comtrade", [path])
    figure = ask(bare, mine)
    assert figure.status == "insufficient_data"
    assert (
        "tables between editions of the United Nations are not loaded, nor imports in comtrade"
        in (str(figure.reason))
    )
    assert ask(bare, "chpl").status == "insufficient_data"


def test_weights_of_one_source_serve_another(tmp_path: Path, mine: str) -> None:
    """BACI in HS2017 beside reports in two editions: values from one, weights from the other."""
    lake = filled(tmp_path, ROWS)
    path = tmp_path / "BACI_HS17_MADE_2020_2020.csv"
    amounts = {"852580": 80.0, "854140": 40.0, "854231": 7.0, "010121": 5.0}
    path.write_text(
        "t,i,j,k,v,q\n"
        + "".join(f"2020,156,276,{code},{value},{value / 10}\n" for code, value in amounts.items()),
        encoding="utf-8",
    )
    lake.add("baci", [path])
    keys = {"exporter": "CHN", "importer": "DEU", "period": 2020, "source": "baci", "goods": mine}
    figure = ep.ask("value", lake=lake, concordance="weighted", **keys)
    assert figure.value == pytest.approx(1e3 * (0.4 * 80 + 0.025 * 40 + 7), rel=1e-5)
    mass = ep.ask("value", lake=lake, concordance="weighted", quantity="mass", **keys)
    assert mass.value == pytest.approx(1e3 * (0.4 * 8 + 0.025 * 4 + 0.7), rel=1e-5)
    whole = ep.ask("value", lake=lake, **keys)
    assert whole.value == pytest.approx(1e3 * (80 + 7))


def test_weights_on_the_command_line(lake: Lake, tmp_path: Path) -> None:
    out = tmp_path / "weights.csv"
    words = ["weights", "--from", "HS2017", "--to", "HS2022", "--lake", str(lake.path)]
    result = CliRunner().invoke(goods.app, [*words, "--out", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    text = " ".join(result.output.split())
    assert "from HS2017 to HS2022; 3 codes split" in text
    assert "because no reporter that switched editions on time traded them: 854150" in text
    assert (
        "Not converted, because they are catch-all codes" in text
    )  # the made-up tables are not whole
    with out.open(encoding="utf-8") as file:
        rows = {(row["code"], row["other_code"]): row for row in csv.DictReader(file)}
    for old, news in NEWER.items():
        for new, weight in news.items():
            assert float(rows[old, new]["weight"]) == pytest.approx(weight, abs=1e-5)
            assert rows[old, new]["switchers"] == ("7" if len(news) > 1 else "0")
            assert rows[old, new]["guessed"] == "False"


def test_codes_without_a_list_cannot_be_followed(lake: Lake) -> None:
    with pytest.raises(RequestError, match="no list"):
        ask(lake, "854231")
