"""What the command line prints and which exit code it leaves with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]


SHARE = ["import_share", "--importer", "RUS", "--exporter", "CHN", "--period", "2023"]


def test_json_of_a_figure_has_the_keys_that_scripts_read(entrepot: Run) -> None:
    code, out, err = entrepot("ask", *SHARE, "--goods", "chpl", "--json")
    assert code == 0
    assert err.startswith("note: no data loaded in ")
    figure = json.loads(out)
    expected = {
        "id",
        "kind",
        "title",
        "definition",
        "status",
        "value",
        "unit",
        "low",
        "high",
        "range",
    }
    expected |= {"specifications", "spread", "chosen", "evidence", "caveats", "denominator"}
    expected |= {"citation"}
    assert expected == set(figure)
    assert figure["title"] == "China’s share of Russia’s imports, high-priority goods, 2023"
    assert figure["status"] == "ok"
    assert figure["unit"] == "share"
    assert 0 < figure["low"] < figure["value"] < figure["high"] <= 1
    keys = {"measure", "importer", "exporter", "goods", "period", "base", "source", "basis"}
    assert keys | {"valuation", "quantity", "currency"} <= set(figure["definition"])
    assert {"count", "min", "median", "max", "most_influential"} <= set(figure["specifications"])
    for item in figure["evidence"]:
        assert {"source", "snapshot", "rows", "reported_by"} <= set(item)
    for item in figure["caveats"]:
        assert set(item) == {"id", "text", "docs"}


def test_missing_evidence_is_null_with_a_reason_and_exit_code_3(entrepot: Run) -> None:
    words = ["hhi", "--importer", "RUS", "--period", "2023", "--json"]
    code, out, _ = entrepot("ask", *words)
    figure: dict[str, Any] = json.loads(out)
    assert code == 3
    assert figure["status"] == "insufficient_data"
    assert (figure["value"], figure["low"], figure["high"]) == (None, None, None)
    assert "entrepot data add baci" in figure["reason"]


def test_a_brief_without_a_figure_says_so_and_leaves_with_3(entrepot: Run, tmp_path: Path) -> None:
    page = tmp_path / "npl.md"
    code, out, _ = entrepot("brief", "NPL", "--supplier", "coalition", "--out", str(page))
    assert code == 3
    assert "cannot be computed" in " ".join(out.split())
    assert "entrepot data add baci" in page.read_text(encoding="utf-8")


def test_table_for_people(entrepot: Run) -> None:
    code, out, _ = entrepot("ask", *SHARE, "--goods", "chpl")
    assert code == 0
    assert "China’s share of Russia’s imports, high-priority goods, 2023" in out
    assert "56.3" in out
    assert "[hong-kong]" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ask", "value", "--importer", "RSU", "--period", "2023"], "did you mean"),
        (["ask", "import_shar", "--importer", "RUS", "--period", "2023"], "import_share"),
        (["ask", "value", "--goods", "123456", "--period", "2023"], "123456"),
        (["ask", "value", "--importer", "RUS"], "period is missing"),
        (["ask", "value", "--period", "soon"], "not a period"),
        (["ask", "value", "--period", "2023", "--source", "bacii"], "baci"),
        (["area", "show", "XQX"], "XQX"),
        (["goods", "show", "chppl"], "chpl"),
        (["measure", "show", "hhii"], "hhi"),
        (["check", "no-such-file.yaml"], "no-such-file.yaml"),
        (["data", "add", "baci", "no-such-file.csv"], "no-such-file.csv"),
        (["data", "add", "bacii", "no-such-file.csv"], "baci"),
        (["brief", "RSU", "--supplier", "CHN"], "did you mean"),
    ],
)
def test_wrong_requests_leave_with_2_and_say_what_to_do(
    entrepot: Run, words: list[str], message: str
) -> None:
    code, out, err = entrepot(*words)
    assert code == 2, (out, err)
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [["data", "list"], ["data", "check"], ["data", "sources"]])
def test_an_empty_lake_is_fine(entrepot: Run, words: list[str]) -> None:
    code, _, err = entrepot(*words)
    assert code == 0, err


@pytest.mark.parametrize(
    "words",
    [
        ["area", "list"],
        ["area", "show", "RUS"],
        ["area", "show", "EU27"],
        ["goods", "list"],
        ["goods", "show", "chpl"],
        ["measure", "list"],
        ["measure", "show", "hhi"],
        ["data", "list"],
        ["data", "sources"],
        ["check", "examples/russia-china-dependence.yaml"],
    ],
)
def test_every_listing_speaks_json(
    entrepot: Run, words: list[str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(request.config.rootpath)
    code, out, _ = entrepot(*words, "--json")
    assert code in (0, 1)
    assert isinstance(json.loads(out), list | dict)


@pytest.mark.parametrize("words", [[], ["ask"], ["brief"], ["check"], ["data", "add"], ["goods"]])
def test_help(entrepot: Run, words: list[str]) -> None:
    code, out, _ = entrepot(*words, "--help")
    assert code == 0
    assert out.startswith("Usage: ")


def test_version(entrepot: Run) -> None:
    import entrepot as package

    assert entrepot("--version")[1].strip() == f"entrepot {package.__version__}"
