"""A list on a day and a list in a file, wherever goods are asked for: ask, brief, check, get."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

PAIR = ("--exporter", "CHN", "--importer", "RUS", "--period", "2023")
CLAIMS = """format: 1
source: {{title: A sentence}}
claims:
  - id: trade
    quote: Deliveries of these goods came to {said} million dollars.
    value: {{exporter: CHN, importer: RUS, period: 2023, goods: "{goods}"}}
    says: {said} million dollars
"""


@pytest.fixture(scope="module")
def lake(baci_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    held = Lake.open(tmp_path_factory.mktemp("lake"))
    held.add("baci", [baci_csv])
    return held


@pytest.fixture(scope="module")
def chips(baci_csv: Path) -> float:
    """What China sent Russia of 854231 and 854232 in 2023, USD."""
    with baci_csv.open(encoding="utf-8") as file:
        return 1e3 * sum(
            float(row["v"]) for row in csv.DictReader(file)
            if (row["t"], row["i"], row["j"]) == ("2023", "156", "643")
            and row["k"] in ("854231", "854232")
        )  # fmt: skip


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lake: Lake) -> Path:
    """A folder with a list, beside which files are named without a path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENTREPOT_LAKE", str(lake.path))
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "lists"))
    text = "code,nomenclature,applies\n854231,HS2022,2022-01-01\n854232,HS2022,2023-06-01\n"
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    return tmp_path


def answer(entrepot: Run, *words: str) -> Any:
    code, out, err = entrepot(*words, "--json")
    assert code == 0, err
    return json.loads(out)


@pytest.mark.usefixtures("here")
def test_ask(entrepot: Run, chips: float) -> None:
    words = ("ask", "value", *PAIR, "--source", "baci", "--goods")
    figure = answer(entrepot, *words, "mine.csv")
    assert figure["value"] == pytest.approx(chips)
    assert figure["definition"]["goods"] == "mine.csv"
    first = answer(entrepot, *words, "mine.csv@2023-01-01")["value"]
    assert first == answer(entrepot, *words, "854231")["value"]
    assert answer(entrepot, "goods", "add", "mine.csv")["id"] == "mine"
    assert answer(entrepot, *words, "mine")["value"] == pytest.approx(chips)
    assert answer(entrepot, *words, "MINE@2023-01-01")["value"] == first
    together = answer(entrepot, *words, "mine,854233")["value"]
    assert together == pytest.approx(chips + answer(entrepot, *words, "854233")["value"])


def test_brief(entrepot: Run, here: Path, chips: float) -> None:
    told = answer(entrepot, "brief", "RUS", "--supplier", "CHN", "--goods", "mine.csv")
    values = [figure["value"] for figure in told["figures"]]
    assert any(value == pytest.approx(chips) for value in values if value is not None)
    code, _, _ = entrepot("brief", "RUS", "--goods", "chpl@2024-01-15", "--out", "b.md")
    assert code == 0
    page = (here / "b.md").read_text(encoding="utf-8")
    assert "as of 2024-01-15" in page
    assert "845710" in page  # which may have been on it, and is left out


def test_check(entrepot: Run, here: Path, chips: float) -> None:
    said = round(chips / 1e6, 1)
    path = here / "claims.yaml"
    path.write_text(CLAIMS.format(said=said, goods="mine.csv"), encoding="utf-8")
    code, out, _ = entrepot("check", "claims.yaml", "--json")
    assert code == 0
    assert '"supported"' in out
    path.write_text(CLAIMS.format(said=said * 2, goods="mine.csv"), encoding="utf-8")
    _, out, _ = entrepot("check", "claims.yaml", "--json")
    assert '"verdict": "supported"' not in out
    path.write_text(CLAIMS.format(said=said, goods="other.csv"), encoding="utf-8")
    code, _, err = entrepot("check", "claims.yaml")
    assert code == 2
    assert "claims.yaml, line 6: claims[0].value.goods (other.csv)" in err
    (here / "bad.csv").write_text("code,nomenclature\n854299,HS2022\n", encoding="utf-8")
    path.write_text(CLAIMS.format(said=said, goods="bad.csv"), encoding="utf-8")
    code, _, err = entrepot("check", "claims.yaml")
    assert code == 2
    assert "unknown code 854299 in HS2022" in err
    assert "(bad.csv, row 2, column code)" in err


@pytest.mark.usefixtures("here")
def test_get(entrepot: Run) -> None:
    code, out, err = entrepot(
        "data", "get", "comtrade", "--period", "2022", "--reporter", "RUS", "--goods", "mine.csv",
        "--dry-run", "--json",
    )  # fmt: skip
    assert code == 0, err
    assert "854231" in out
    assert "854232" in out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", [("ask", "value", *PAIR), ("brief", "RUS")])
def test_a_list_with_a_bad_row_is_refused_everywhere(
    entrepot: Run, here: Path, words: tuple[str, ...]
) -> None:
    (here / "bad.csv").write_text("code,nomenclature\n854231,HS2022\n854299,HS2022\n")
    code, out, err = entrepot(*words, "--goods", "bad.csv")
    assert (code, out) == (2, "")
    for text in ("unknown code 854299 in HS2022", "bad.csv, row 3, column code", "did you mean"):
        assert text in err
    assert sorted(path.name for path in here.iterdir()) == ["bad.csv", "mine.csv"]
