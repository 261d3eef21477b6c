"""Lists in `ask`, on real rows: ways to follow them, days, parts and files, in plain Python."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any, get_args

import pytest

import entrepot as ep
from entrepot.cli.main import run
from entrepot.errors import RequestError, UnknownNameError
from entrepot.goods import Variant
from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

XLSX = "HS 2022 to HS 2017 ConversionAndCorrelationTables.xlsx"
XLSX_OLDER = "HS 2017 to HS 2012 ConversionAndCorrelationTables.xlsx"
YEARS = range(2017, 2024)
# What the note beside each of the six new codes says in other people's copy of the list.
PREDECESSORS = {"854800": "854890", "852589": "852580", "880730": "880330"}
MIXED = {"854149": "854140", "854151": "854150", "854159": "854150"}
CHANGED = {"852990", "901380"}
WIDER = {"852580"}


@pytest.fixture(scope="module")
def listed(shared_data: Path) -> dict[str, str]:
    """Code and tier, as other people typed them."""
    with (shared_data / "lists_chpl" / "chpl.csv").open(encoding="utf-8") as file:
        return {row["hs6_2022"]: row["tier"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def values(baci_csv: Path) -> dict[tuple[int, str], float]:
    """China's exports to Russia in USD by year and HS2017 code."""
    found: dict[tuple[int, str], float] = {}
    with baci_csv.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (row["i"], row["j"]) == ("156", "643"):
                key = int(row["t"]), row["k"].zfill(6)
                found[key] = found.get(key, 0.0) + float(row["v"]) * 1e3
    return found


@pytest.fixture(scope="module", params=["with the tables", "as shipped"])
def lake(
    request: pytest.FixtureRequest,
    shared_data: Path,
    baci_csv: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Lake:
    held = Lake.open(tmp_path_factory.mktemp("lake"))
    held.add("baci", [baci_csv])
    if request.param == "with the tables":
        folder = shared_data / "hs_concordance"
        held.add("concordance", [folder / XLSX, folder / XLSX_OLDER])
    return held


def total(values: dict[tuple[int, str], float], codes: Iterable[str], year: int) -> float:
    return sum(values.get((year, code), 0.0) for code in codes)


def ask(lake: Lake, measure: str = "value", **keys: Any) -> ep.Figure:
    keys = {"exporter": "CHN", "importer": "RUS", "source": "baci", "period": 2023} | keys
    return ep.ask(measure, lake=lake, **keys)


def in_hs2017(codes: Iterable[str]) -> set[str]:
    return {PREDECESSORS.get(code, code) for code in codes if code not in MIXED}


@pytest.mark.parametrize("tier", ["", ":1", ":2", ":3", ":3.A", ":3.B", ":4", ":4.A", ":4.B"])
def test_every_tier_in_every_year(
    lake: Lake, listed: dict[str, str], values: dict[tuple[int, str], float], tier: str
) -> None:
    codes = in_hs2017(code for code, one in listed.items() if one.startswith(tier[1:]))
    for year in YEARS[::3]:  # all of one edition
        figure = ask(lake, goods=f"chpl{tier}", period=year)
        assert figure.value == pytest.approx(total(values, codes, year))


def ways(listed: dict[str, str]) -> dict[str, set[str]]:
    """The HS2017 codes of each way, from what is printed about the six new codes."""
    family = in_hs2017(listed)
    same = {code for code in listed if code not in PREDECESSORS and code not in MIXED}
    return {
        "family": family,
        "same_code": same,
        "without_changed": family - CHANGED,
        "without_partial": family,
        "upper": family | set(MIXED.values()),
        "lower": family - CHANGED - WIDER,
    }


def test_every_way_to_follow(
    lake: Lake, listed: dict[str, str], values: dict[tuple[int, str], float]
) -> None:
    expected = ways(listed)
    assert expected.keys() == set(get_args(Variant))
    assert {way: len(codes) for way, codes in expected.items()} == {
        "family": 47, "same_code": 44, "without_changed": 45, "without_partial": 47,
        "upper": 49, "lower": 44,
    }  # fmt: skip
    for way, codes in expected.items():
        for year in (2021, 2023):
            figure = ask(lake, goods="chpl", period=year, concordance=way)
            assert figure.value == pytest.approx(total(values, codes, year)), way
            assert figure.definition.concordance == way
    sums = [total(values, codes, 2023) for codes in expected.values()]
    figure = ask(lake, goods="chpl")
    assert figure.specifications is not None
    asked = {
        one.choices["followed"]: one.value
        for one in figure.specifications.items
        if (one.choices["window"], one.choices["listed"]) == ("as asked", "as known")
    }
    distinct = sorted(set(sums))
    assert sorted(asked.values()) == pytest.approx(distinct), "ways of the same codes are one"
    for way, value in asked.items():
        assert value == pytest.approx(total(values, expected[way], 2023)), way
    every = [one.value for one in figure.specifications.items]
    assert (figure.low, figure.high) == (min(every), max(every))


def test_what_a_value_rests_on(
    lake: Lake, listed: dict[str, str], values: dict[tuple[int, str], float]
) -> None:
    whole = total(values, in_hs2017(listed), 2023)
    found = ask(lake, goods="chpl").uncertain_code_shares
    assert found is not None
    assert found["split"] == pytest.approx(total(values, CHANGED | WIDER, 2023) / whole)
    assert found["new"] == pytest.approx(total(values, PREDECESSORS.values(), 2023) / whole)
    assert found["ex"] == 0
    assert ask(lake, goods="8542").uncertain_code_shares is None
    machines = ask(lake, goods="chpl:4.B").uncertain_code_shares
    assert machines == {"split": 0, "ex": 0, "uncertain": 0, "new": 0}


def test_on_a_day(lake: Lake, listed: dict[str, str], values: dict[tuple[int, str], float]) -> None:
    """The five machine tools were added in February 2024."""
    first = in_hs2017(code for code, tier in listed.items() if tier != "4.B")
    figure = ask(lake, goods="chpl@2023-12-31")
    assert figure.value == pytest.approx(total(values, first, 2023))
    assert figure.definition.goods == "chpl@2023-12-31"
    (note,) = [one for one in figure.caveats if one.id == "list-day"]
    for code in ("845710", "845811", "845891", "845961", "846693"):
        assert code in note.text
    later = ask(lake, goods="chpl@2024-02-23")
    assert later.value == pytest.approx(total(values, in_hs2017(listed), 2023))
    machines = {code for code, tier in listed.items() if tier == "4.B"}
    tools = ask(lake, goods="chpl:4.B@2024-02-23")
    assert tools.value == pytest.approx(total(values, machines, 2023))
    before = ask(lake, goods="chpl:4.B@2023-12-31")
    assert (before.status, before.value) == ("insufficient_data", None)
    assert "nothing is known to have been on chpl:4.B@2023-12-31" in str(before.reason)


def test_a_file_of_the_user(
    lake: Lake, values: dict[tuple[int, str], float], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "mine.csv"
    path.write_text(
        "code,nomenclature,part,applies\n"
        "854231,HS2022,A,2022-03-01\n8482,HS2017,A,2022-03-01\n845710,HS2022,B,2024-01-01\n",
        encoding="utf-8",
    )
    bearings = {code for _, code in values if code.startswith("8482")}
    expected = {
        str(path): bearings | {"854231", "845710"},
        f"{path}:A": bearings | {"854231"},
        f"{path}@2023-06-01": bearings | {"854231"},
        f"{path}:B@2024-06-01": {"845710"},
        f"{path},854232": bearings | {"854231", "845710", "854232"},
    }
    for goods, codes in expected.items():
        figure = ask(lake, goods=goods)
        assert figure.value == pytest.approx(total(values, codes, 2023)), goods
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "lists"))
    from entrepot.goods.library import add_own

    add_own(path)
    assert ask(lake, goods="mine:A").value == ask(lake, goods=f"{path}:A").value
    growth = ask(lake, "growth", goods="mine", base=2021).value
    after, before = (total(values, expected[str(path)], year) for year in (2023, 2021))
    assert growth == pytest.approx((after / before - 1) * 100)


def test_a_file_on_the_command_line(
    lake: Lake, values: dict[tuple[int, str], float], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = tmp_path / "mine.csv"

    def invoke(goods: str, *more: str) -> tuple[int, str, str]:
        words = ["ask", "value", "--exporter", "CHN", "--importer", "RUS", "--period", "2023"]
        words += ["--source", "baci", "--lake", str(lake.path), "--goods", goods, "--json", *more]
        monkeypatch.setattr(sys, "argv", ["entrepot", *words])
        with pytest.raises(SystemExit) as stop:
            run()
        printed = capsys.readouterr()
        return int(stop.value.code or 0), printed.out, printed.err

    path.write_text("code,nomenclature\n854231,HS2022\n", encoding="utf-8")
    code, out, _ = invoke(str(path))
    assert code == 0
    assert json.loads(out)["value"] == pytest.approx(values[2023, "854231"])
    assert json.loads(out)["uncertain_code_shares"] == {
        "split": 0,
        "ex": 0,
        "uncertain": 0,
        "new": 0,
    }
    code, out, _ = invoke("chpl", "--concordance", "same_code")
    assert code == 0
    assert json.loads(out)["definition"]["concordance"] == "same_code"
    path.write_text("code,nomenclature\n854231,HS2022\n854299,HS2022\n", encoding="utf-8")
    code, out, err = invoke(str(path))
    assert code == 2
    for words in ("854299", "mine.csv, row 3", "did you mean"):
        assert words in out + err
    code, out, err = invoke("chpl", "--concordance", "famly")
    assert code == 2
    assert "did you mean family" in out + err


def test_ways_that_are_refused(lake: Lake) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask(lake, goods="chpl", concordance="same_codes")
    assert caught.value.suggestions == ["same_code"]
    with pytest.raises(RequestError, match="no list"):
        ask(lake, goods="8542", concordance="same_code")
    for goods in ("chpl@2023-02-30", "chpl:5", "chpl:4.B@yesterday", "nothing.csv"):
        with pytest.raises(RequestError):
            ask(lake, goods=goods)
