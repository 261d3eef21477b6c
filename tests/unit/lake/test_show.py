"""`data list`, `show` and `check` on screens of any width, and the picture of who reports when."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from entrepot.cli.data import app
from entrepot.cli.data_show import print_picture
from entrepot.errors import NoEvidenceError, UnknownNameError
from entrepot.lake import fetch, prepare
from entrepot.lake.reads import ReportingCalendar
from entrepot.model.period import Period
from entrepot.sources import source_info
from made_comtrade import WORLD, row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lake_files import Put, Write

    from entrepot.lake import Lake

OLD, NEW = "BACI_HS17_Y2022_V202401.csv", "BACI_HS17_Y2022_V202501.csv"


@pytest.fixture
def run(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def _run(*words: str, width: int = 100) -> Result:
        monkeypatch.setenv("COLUMNS", str(width))
        return CliRunner().invoke(app, [*words, "--lake", str(lake.path)])

    return _run


def words(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.replace("\u00a0", " ").split())


@pytest.fixture
def two_releases(lake: Lake, write: Write) -> Lake:
    lake.add("baci", [write(["2022,156,643,850110,1,1", "2022,643,156,270900,1,1"], OLD)])
    lake.add("baci", [write(["2022,156,643,850110,7,1"], NEW)])
    return lake


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_list_can_be_read(run: Callable[..., Result], two_releases: Lake, width: int) -> None:
    result = run("list", width=width)
    said = words(result)
    assert all(len(line) <= width for line in result.stdout.splitlines())
    for one in two_releases.holdings():
        for cell in ("baci", one.vintage, "2022", one.snapshot, "HS2017"):
            assert cell in said  # and not broken over lines
    for cell in ("superseded", "current", "2 exporters", "1 exporter", "KiB"):
        assert cell in said
    assert "2 findings from loading" in said
    assert ("reporters" in said) == (width == 120)


def test_codes_of_periods_that_differ(run: Callable[..., Result], lake: Lake, put: Put) -> None:
    """The fewest of one period are not what a whole file has."""
    goods = ("850110", "850120")
    put("baci", {"period": "2021"}, *({"period": "2022", "product": one} for one in goods))
    assert "codes: 1 to 2 by period of HS2017" in words(run("list", width=80))
    held = lake.holdings()[0].to_dict()
    assert (held["products"], held["most_products"]) == (1, 2)


def test_some_periods_in_force(run: Callable[..., Result], lake: Lake, put: Put) -> None:
    put("baci", *({"period": year} for year in ("2020", "2021", "2022")), vintage="V1")
    put("baci", {"period": "2022"}, vintage="V2")
    assert [one.state for one in lake.holdings()] == ["current: 2020 to 2021", "current"]
    assert "current: 2020 to 2021" in words(run("list"))
    assert json.loads(run("list", "--json").stdout)[0]["state"] == "current: 2020 to 2021"


def test_one_release_or_one_snapshot(run: Callable[..., Result], two_releases: Lake) -> None:
    old, new = two_releases.holdings()
    for asked, expected in (
        (("baci",), [old, new]),
        (("baci@V202401",), [old]),
        (("baci", "--snapshot", new.snapshot[:5]), [new]),
        (("baci@V202501", "--snapshot", new.snapshot), [new]),
    ):
        shown = json.loads(run("show", *asked, "--json").stdout)
        assert [one["snapshot"] for one in shown["holdings"]] == [e.snapshot for e in expected]
        assert {one["snapshot"] for one in shown["findings"]} == {e.snapshot for e in expected}
    assert isinstance(run("show", "baci@V202301").exception, UnknownNameError)
    assert isinstance(run("show", "baci@V202401", "--snapshot", new.snapshot).exception,
                      UnknownNameError)  # fmt: skip
    assert isinstance(run("show", "imts", "--snapshot", "00").exception, NoEvidenceError)
    assert "not loaded" in words(run("show", "imts"))


def test_a_picture_is_data(run: Callable[..., Result], two_releases: Lake) -> None:
    """Rows that count; with a snapshot all of its rows, superseded ones too."""
    [picture] = json.loads(run("show", "baci", "--json").stdout)["pictures"]
    assert picture == {
        "who": "reporters",
        "freq": "A",
        "periods": ["2022"],
        "rows": {"CHN": [1]},
        "with_gaps": [],
        "by_others": {},
    }
    old = two_releases.holdings()[0].snapshot
    [picture] = json.loads(run("show", "baci", "--snapshot", old, "--json").stdout)["pictures"]
    assert picture["rows"] == {"CHN": [2]}  # in 2022 China's reports stand for both flows


def test_who_reports_where_each_row_is_one_report(lake: Lake, put: Put) -> None:
    rows: list[dict[str, Any]] = [
        {"period": "2020"},
        {"period": "2020", "product": "270900"},
        {"period": "2022"},
        {"period": "2021", "reported_by": "importer"},
        {"period": "2022-01", "exporter": "KAZ"},
    ]
    put("comtrade", *rows)
    years, months = lake.reporting_calendars("comtrade")
    assert years.rows == {"CHN": (2, 0, 1), "RUS": (0, 1, 0)}
    assert years.with_gaps == ["CHN", "RUS"]
    assert (months.freq, months.rows) == ("M", {"KAZ": (1,)})
    with pytest.raises(NoEvidenceError):
        lake.reporting_calendars("imts")


def test_exporters_where_both_tell(lake: Lake, put: Put) -> None:
    put(
        "baci",
        {"reported_by": "both"},
        {"reported_by": "importer", "exporter": "KAZ"},
        vintage="V1",
    )
    [picture] = lake.reporting_calendars("baci")
    assert (picture.who, picture.rows) == ("exporters", {"CHN": (1,), "KAZ": (1,)})


def test_no_picture_of_what_nobody_reports(run: Callable[..., Result], lake: Lake) -> None:
    lake.path.mkdir()
    shown = json.loads(run("show", "baci", "--json").stdout)
    assert (shown["pictures"], shown["holdings"]) == ([], [])


def drawn(picture: ReportingCalendar, width: int, height: int) -> list[str]:
    screen = Console(file=io.StringIO(), width=width, height=height)
    print_picture(screen, picture)
    return screen.file.getvalue().splitlines()


def test_totals_alone_have_no_picture(
    run: Callable[..., Result], lake: Lake, tmp_path: Path
) -> None:
    """A delivery of the world as the only partner ended `data show` with a traceback."""
    path = tmp_path / "made.csv"
    path.write_text(text_of([row(1250.0, partner=WORLD)]))
    lake.add("comtrade", [path])
    shown = run("show", "comtrade")
    assert shown.exit_code == 0, shown.output
    assert "each sign is" not in shown.output
    assert lake.reporting_calendars("comtrade") == ()


def test_the_signs_of_a_picture() -> None:
    years = tuple(Period.parse("2018..2022").years())
    rows = {"CHN": (800, 400, 100, 1, 0), "BLR": (0, 8, 8, 0, 8), "KAZ": (1, 1, 1, 1, 1)}
    head, *lines = drawn(ReportingCalendar("reporters", "A", years, rows), 80, 24)
    assert head.startswith("Reporters 2018 to 2022: each sign is a year")
    text = "\n".join(lines)
    for cell in ("CHN █▄▁▁·", "BLR ·██·█", "KAZ █████"):
        assert cell in text
    assert lines[-1] == "No data for some year after the first: CHN, BLR."


def test_years_after_a_reporter_stopped_are_no_bars_of_its_own() -> None:
    years = tuple(Period.parse("2019..2024").years())
    rows = {"RUS": (4, 8, 8, 8, 8, 8), "DEU": (1, 1, 1, 1, 1, 1)}
    picture = ReportingCalendar("reporters", "A", years, rows)
    head, *lines = drawn(picture, 200, 24)
    assert head.endswith("· none; ○ values of others.")
    assert lines[0].startswith("RUS ▄██○○○")
    assert lines[1] == "RUS: own reports until 2022-01; 2022 to 2024 by others."
    assert picture.to_dict()["by_others"] == {"RUS": ["2022", "2023", "2024"]}
    # Of values that both sides' reports made, nobody is the reporter.
    assert ReportingCalendar("exporters", "A", years, rows).by_others == {}


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize(("areas", "periods"), [(226, 10), (226, 96), (27, 96), (1, 400)])
def test_a_picture_fits_on_the_screen(width: int, areas: int, periods: int) -> None:
    months = tuple(Period.parse("1990..2023").split(1)[-periods:])
    rows = {f"X{n:02x}": (n + 1,) * periods for n in range(areas)}
    lines = drawn(ReportingCalendar("reporters", "M", months, rows), width, 24)
    assert len(lines) <= 24
    assert all(len(line) <= width for line in lines)
    shown = len(re.findall(r"X[0-9a-f]{2} ", "\n".join(lines)))
    hidden = re.search(r"And (\d+) smaller areas", "\n".join(lines))
    assert shown
    assert shown + (int(hidden[1]) if hidden else 0) == areas


def test_a_sign_of_several_months_adds_them_up() -> None:
    months = tuple(Period.parse("2020..2023").split(1))
    counts = (0,) * 12 + (1,) * 12 + (2,) * 24
    rows = {f"A{n:02}": counts for n in range(90)}
    lines = drawn(ReportingCalendar("reporters", "M", months, rows), 60, 24)
    assert "each sign is 12 months" in " ".join(lines)
    assert "A00 ·▄██" in "\n".join(lines)
    later = ReportingCalendar("reporters", "M", months[2:], dict.fromkeys(rows, (1,) * 46))
    assert "A00 ████" in "\n".join(drawn(later, 60, 24))  # ten months, and three times twelve


@pytest.mark.parametrize("width", [60, 80, 120])
def test_findings_can_be_read(run: Callable[..., Result], two_releases: Lake, width: int) -> None:
    for command in (("show", "baci"), ("check",)):
        result = run(*command, width=width)
        said = words(result)
        assert all(len(line) <= width for line in result.stdout.splitlines())
        for cell in ("warning", "partial-source", "This is an extract of BACI"):
            assert cell in said
        assert ("level rule place" in said) == (width == 120)


def test_findings_are_a_table(lake: Lake, two_releases: Lake, put: Put) -> None:
    put("comtrade", {})
    table = lake.findings()
    assert table.collect_schema().names() == [
        "source", "vintage", "snapshot", "rule", "level", "place", "count", "example", "text"
    ]  # fmt: skip
    rows = fetch(table)
    kept = [one for held in lake.holdings() for one in held.findings]
    assert len(rows) == len(kept) > 2
    assert rows[0][3:] == tuple(kept[0].to_dict()[name] for name in table.columns[3:])
    assert {row[0] for row in fetch(lake.findings("comtrade"))} == {"comtrade"}
    assert {row[1] for row in fetch(lake.findings("baci@V202401"))} == {"V202401"}


def test_an_empty_table_of_findings(lake: Lake) -> None:
    assert fetch(lake.findings()) == []
    with pytest.raises(NoEvidenceError):
        lake.findings("baci")


def test_a_correction_that_is_younger_than_the_load_is_missed(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from entrepot import sources
    from entrepot.sources.info import SourceInfo

    lake.add("baci", [write(["2022,156,643,850110,7,1"], NEW)])
    assert "not-repaired" not in {one.rule for one in lake.check()}
    plain = source_info("baci").model_dump()
    one = {
        "id": "made", "vintages": ["V202501"], "column": "value_usd", "was": 7000.0,
        "row": {"period": "2022", "exporter": "CHN", "product": "850110"}, "becomes": 1.0,
        "why": "made up", "url": "none",
    }  # fmt: skip
    info = SourceInfo.model_validate(plain | {"repairs": [one]})
    monkeypatch.setattr(sources, "source_info", lambda _: info)
    monkeypatch.setattr(prepare, "source_info", lambda _: info)
    [missed] = [found for found in lake.check() if found.rule == "not-repaired"]
    assert (missed.level, missed.count, missed.example) == ("error", 1, "2022 CHN 850110")
    lake.remove("baci")
    lake.add("baci", [write(["2022,156,643,850110,7,1"], NEW)])
    assert {"repaired"} == {one.rule for one in lake.check()} - {"partial-source"}
