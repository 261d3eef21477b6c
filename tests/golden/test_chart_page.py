"""Every command on the page about charts is run, on reports whose numbers are known."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.lake import Lake
from entrepot.report import standalone
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "draw-charts.md"
COMMANDS = re.findall(r"`entrepot chart ([^`]+)`", PAGE.read_text(encoding="utf-8"))
NUMBERS = {"CHN": 156, "DEU": 276, "RUS": 643, "TUR": 792}
CODES = ("854231", "848210")
# What each sold to Russia in a year, of every code; Germany leaves, and in 2021 nobody told.
SOLD = {
    2019: {"CHN": 20.0, "DEU": 70.0, "TUR": 10.0},
    2020: {"CHN": 30.0, "DEU": 60.0, "TUR": 10.0},
    2022: {"CHN": 90.0, "DEU": 0.0, "TUR": 60.0},
}


def reports() -> list[dict[str, Any]]:
    found = []
    for year, sold in SOLD.items():
        for seller, value in sold.items():
            for code in CODES if value else ():
                both = {"product": code, "edition": "H5"}
                plain = {"period": year, "netWgt": value / 4 if year < 2022 else value / 5}
                bought = row(value, reporter=643, partner=NUMBERS[seller], **both)
                told = row(value, flow="X", reporter=NUMBERS[seller], partner=643, **both)
                found += [bought | plain, told | plain]
        for code in CODES:  # what China says that it sold to Turkey, which sold on
            both = {"product": code, "edition": "H5"}
            value = 55.0 if year > 2020 else 5.0
            told = row(value, flow="X", reporter=NUMBERS["CHN"], partner=NUMBERS["TUR"], **both)
            found.append(told | {"period": year, "netWgt": 5.0})
        for code in CODES:  # what Russia sells to China, and China to Germany
            for seller, buyer in (("RUS", "CHN"), ("CHN", "DEU")):
                both = {"product": code, "edition": "H5"}
                ends = {"reporter": NUMBERS[buyer], "partner": NUMBERS[seller]}
                back = {"reporter": NUMBERS[seller], "partner": NUMBERS[buyer]}
                plain = {"period": year, "netWgt": 5.0}
                found += [row(50.0, **ends, **both) | plain]
                found += [row(50.0, flow="X", **back, **both) | plain]
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("charts")
    file = folder / "reports.csv"
    file.write_text(text_of(reports()))
    Lake.open(folder / "lake").add("comtrade", [file])
    return folder / "lake"


GOODS = ["--goods", ",".join(CODES)]


@pytest.fixture
def draw(entrepot: Run, made: Path, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        return entrepot("chart", *words, "--lake", str(made))

    return run


def answered_once(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Return what asks once, whichever lake object it is given."""
    held: dict[str, Any] = {}

    def asked(measure: str, lake: Lake, **keys: Any) -> Any:
        name = f"{measure} {sorted(keys.items())}"
        if name not in held:
            held[name] = answer(measure, lake, **keys)
        return held[name]

    return asked


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: line.split(" --out ")[0])
def test_every_command_of_the_page_draws(
    draw: Run, tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    *words, name = shlex.split(line)
    goods = [] if words[0] in ("reporters", "origin") else GOODS
    # One question, drawn twice: to answer it takes longer than all else.
    monkeypatch.setattr(standalone, "chart", answered_once(standalone.chart))
    for more in ([], ["--narrow"]):
        code, out, err = draw(*words, str(tmp_path / name), *goods, *more)
        assert (code, out, err) == (0, f"{tmp_path / name}\n", "")
        root = ET.fromstring((tmp_path / name).read_text(encoding="utf-8"))
        assert len(root.attrib["aria-label"]) > 40
        assert root.attrib["viewBox"].startswith("0 0 392" if more else "0 0 900")


def test_the_page_has_every_kind() -> None:
    kinds = {line.split()[0] for line in COMMANDS} | {"event_study"}
    assert kinds >= {
        *("import_share", "export_share", "top_supplier", "reorientation", "asymmetry"),
        *("value_change", "hhi", "reporters", "map", "origin", "rerouted"),
    }
    assert "`--narrow`" in PAGE.read_text(encoding="utf-8")


def table(draw: Run, target: Path, *words: str) -> list[dict[str, str]]:
    code, _, err = draw(*words, "--out", str(target))
    assert (code, err) == (0, "")
    return list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))


def test_suppliers_have_the_shares_that_were_written(draw: Run, tmp_path: Path) -> None:
    words = ["import_share", "--importer", "RUS", "--by", "exporter", *GOODS]
    rows = table(draw, tmp_path / "t.csv", *words)
    found = {(int(one["year"]), one["exporter"]): float(one["share"]) for one in rows}
    wanted = {
        (year, name): value / sum(sold.values())
        for year, sold in SOLD.items()
        for name, value in sold.items()
        if value
    }
    assert found == pytest.approx(wanted)


def alt_text(draw: Run, *words: str) -> dict[str, Any]:
    code, out, err = draw(*words, "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_titles_follow_the_numbers(draw: Run) -> None:
    plain = ["--importer", "RUS", *GOODS]
    share = alt_text(draw, "import_share", "--exporter", "CHN", *plain)
    # The file has some exporters only: a share of their sum is a bound.
    rose = "from 20.0\u00a0% or less in 2019 to 60.0\u00a0% or less in 2022"
    assert rose in share["title"]
    stack = alt_text(draw, "import_share", "--by", "exporter", *plain)
    assert stack["title"].startswith("China supplied 60.0\u00a0% of Russia’s imports")
    assert stack["title"].endswith("in 2022, 20.0\u00a0% in 2019")
    assert "Not available: 2021" in stack["deck"]
    germany = alt_text(draw, "top_supplier", "--exporter", "DEU", *plain)
    assert germany["title"].startswith("Germany supplied 0\u00a0% of")
    places = alt_text(draw, "reorientation", "--period", "2022", "--base", "2020", *plain)
    assert places["title"].endswith("China gained USD\u00a0120, Germany lost USD\u00a0120")
    back = alt_text(draw, "reorientation", "--period", "2020", "--base", "2019", *plain)
    assert back["title"].endswith("China gained USD\u00a020.0, Germany lost USD\u00a020.0")


def test_the_parts_of_a_change_add_up(draw: Run, tmp_path: Path) -> None:
    words = ["value_change", "--importer", "RUS", "--exporter", "CHN", *GOODS]
    rows = table(draw, tmp_path / "t.csv", *words, "--period", "2022", "--base", "2020")
    parts = {one["part"]: float(one["value"]) for one in rows}
    before, after = parts.pop("Value in 2020"), parts.pop("Value in 2022")
    assert (before, after) == (60.0, 180.0)
    assert before + sum(parts.values()) == pytest.approx(after)
    assert parts["Prices (unit values)"] > 0  # four dollars a kilogram became five
    title = alt_text(draw, *words, "--period", "2022", "--base", "2020")["title"]
    assert "rose by USD\u00a0120" in title
    assert "prices added" in title


def test_the_calendar_has_who_told(draw: Run, tmp_path: Path) -> None:
    rows = table(draw, tmp_path / "t.csv", "reporters")
    found = {one["reporter"]: one for one in rows}
    assert set(found) == set(NUMBERS)
    assert found["RUS"]["imports_2020"] == "1.0"
    assert found["RUS"]["imports_2022"] == "0.0"  # it had stopped: they are others' values
    assert found["CHN"]["exports_2022"] == "1.0"
    assert found["RUS"]["imports_2021"] == "0.0"
    assert found["TUR"]["imports_2022"] == "0.0"
    assert found["DEU"]["exports_2022"] == "0.0"
    assert found["DEU"]["exports_2020"] == "1.0"
    some = table(draw, tmp_path / "s.csv", "reporters", "--exporter", "TUR")
    assert [one["reporter"] for one in some] == ["TUR"]


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["import_shares", "--importer", "RUS"], 2, "import_share"),
        (["geodep", "--importer", "RUS", "--period", "2022"], 2, "reorientation"),
        (["import_share", "--by", "exporter"], 2, "--importer RUS"),
        (["export_share", "--importer", "RUS", "--exporter", "CHN", "--by", "product"], 2, "--by"),
        (
            ["hhi", "--importer", "RUS", "--period", "2022", "--curve", "--since", "2019"],
            2,
            "since",
        ),
        (
            ["import_share", "--importer", "RUS", "--exporter", "CHN", "--period", "2022-03"],
            2,
            "--period 2022",
        ),
        (["hhi", "--importer", "RUS", "--since", "2022", "--period", "2019"], 2, "after"),
        (["hhi", "--importer", "BRA"], 3, "no data for a chart"),
        (["reporters", "--goods", "8542"], 2, "has no goods"),
        (["reporters", "--source", "comtrad"], 2, "comtrade"),
        (["reporters", "--since", "2030"], 3, "no data for a chart"),
        (["reporters", "--importer", "XYZ"], 2, "XYZ"),
    ],
)
def test_what_cannot_be_drawn_says_what_can(
    draw: Run, tmp_path: Path, words: list[str], code: int, text: str
) -> None:
    target = tmp_path / "x.svg"
    found, out, err = draw(*words, "--out", str(target))
    assert (found, out) == (code, "")
    assert text in err
    assert "defect" not in err
    assert not target.exists()


def test_without_a_place_to_write_it_asks_for_one(draw: Run) -> None:
    code, _, err = draw("reporters")
    assert code == 2
    assert "--out" in err


def test_a_map_has_the_shares_of_the_newest_year(draw: Run, tmp_path: Path) -> None:
    rows = table(draw, tmp_path / "t.csv", "map", "--importer", "RUS", *GOODS)
    assert {one["exporter"]: float(one["share"]) for one in rows} == pytest.approx(
        {"CHN": 0.6, "TUR": 0.4}
    )
    asked = ["--importer", "RUS", "--exporter", "TUR", "--period", "2020", *GOODS]
    title = str(alt_text(draw, "map", *asked)["title"])
    assert title.startswith("Turkey was Russia’s third largest supplier of processors")
    assert title.endswith(" in 2020, with 10.0\u00a0%; Germany had 60.0\u00a0%")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["map", *GOODS], "needs an importer"),
        (["map", "--importer", "RUS", "--curve"], "no other definitions"),
        (["map", "--importer", "RUS", "--since", "2019"], "one period"),
        (["map", "--importer", "RUS", "--period", "2021Q2"], "not a calendar year"),
        (["map", "--importer", "RUS", "--goods", "inputs"], "not of inputs of industries"),
        (["hhi", "--importer", "RUS", "--goods", "inputs:C26"], "not of inputs of industries"),
        (
            ["import_share", "--importer", "RUS", "--exporter", "CHN", "--source", "icio"],
            "not of inputs of industries",
        ),
    ],
)
def test_a_map_that_is_not_drawn(draw: Run, words: list[str], text: str) -> None:
    code, out, err = draw(*words, "--json")
    assert code == 2
    assert text in out
    assert text in err


def test_the_origin_of_value_is_drawn_whole(draw: Run, tmp_path: Path) -> None:
    words = ["origin", "--importer", "RUS", "--exporter", "CHN", "--goods", "inputs:C26"]
    told = alt_text(draw, *words, "--period", "2022")
    shares = [float(row["share"]) for row in told["rows"]]
    assert sum(shares) == pytest.approx(1, abs=0.001)  # but for what crosses the border again
    assert "that China sold to Russia was added elsewhere" in told["title"]
    code, _, _ = draw(*words, "--period", "2022", "--out", str(tmp_path / "o.svg"))
    assert code == 0
    text = (tmp_path / "o.svg").read_text(encoding="utf-8")
    drawn = re.findall(r"<title>[^<:]+: ([\d.]+)\u00a0%, USD[^<]+</title>", text)
    assert sum(map(float, drawn)) == pytest.approx(100, abs=0.2)


def test_what_may_have_come_through_a_hub_has_its_bounds(draw: Run, tmp_path: Path) -> None:
    """Of each code China sold Turkey 50 more and Turkey sold Russia 50 more than in 2020."""
    words = ["rerouted", "--importer", "RUS", "--exporter", "CHN", "--hubs", "TUR", *GOODS]
    words += ["--period", "2022", "--base", "2020"]
    told = alt_text(draw, *words)
    assert told["title"] == (
        "At most USD\u00a0100 of goods of China may have been rerouted to Russia via Turkey in 2022"
    )
    assert "Customs records do not show" in told["source"][-1]
    [row] = table(draw, tmp_path / "t.csv", *words)
    assert (row["hub"], row["name"]) == ("TUR", "Turkey")
    assert [float(row[end]) for end in ("low", "high")] == [0.0, 100.0]
    code, _, _ = draw(*words, "--out", str(tmp_path / "hub.png"))
    assert code == 0
    assert (tmp_path / "hub.png").read_bytes().startswith(b"\x89PNG")


def test_alone_it_lists_every_chart_with_a_command_that_is_one(entrepot: Run) -> None:
    known = {*standalone.NO_MEASURE, *standalone.ONE, *standalone.OVER_TIME, *standalone.SUPPLIERS}
    code, out, _ = entrepot("chart", "--json")
    found = json.loads(out)
    assert code == 0
    asked = {name for one in found for name in one["asked"]}
    assert asked >= {*known, "asymmetry"}
    names = {"chart", "scenario", "brief", "serve"}
    assert all(one["example"].split()[1] in names for one in found)
    assert [one["id"] for one in found] == list(dict.fromkeys(one["id"] for one in found))
    code, out, _ = entrepot("chart")
    assert code == 0
    assert all(one["title"] in out for one in found)


def test_keys_without_a_measure_are_refused(entrepot: Run) -> None:
    code, out, err = entrepot("chart", "--importer", "RUS")
    assert (code, out) == (2, "")
    assert "no chart named" in err
    assert "entrepot chart" in err


def test_a_line_for_each_supplier_is_its_share(draw: Run, tmp_path: Path) -> None:
    """Against what each sold to Russia, added up by hand."""
    words = ("--importer", "RUS", "--exporter", "CHN,DEU,TUR", "--each", "exporter", *GOODS)
    out = tmp_path / "sellers.csv"
    code, _, err = draw("import_share", *words, "--out", str(out))
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    found = {(row["exporter"], int(row["period"])): float(row["value"]) for row in rows}
    shares = {
        (seller, year): value / sum(sold.values())
        for year, sold in SOLD.items()
        for seller, value in sold.items()
        if value  # what is not recorded is no point of a line
    }
    assert found == pytest.approx(shares)
    code, out_, _ = draw("import_share", *words, "--json")
    assert json.loads(out_)["title"].startswith("Shares of Russia’s imports, ")


SHARE = ("import_share", "--importer", "RUS", "--exporter", "CHN")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hhi", "--importer", "RUS", "--each", "importer"), "--each has no meaning for hhi"),
        (
            ("import_share", "--importer", "RUS", "--exporter", "CHN", "--each", "importer"),
            "1 line",
        ),
        (("import_share", "--importer", "RUS", "--exporter", "CHN", "--each", "month"), "month"),
    ],
)
def test_lines_that_cannot_be_drawn_are_refused(
    draw: Run, words: tuple[str, ...], said: str
) -> None:
    code, _, err = draw(*words, *GOODS, "--json")
    assert code == 2
    assert said in err
