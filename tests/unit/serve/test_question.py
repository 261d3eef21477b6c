"""A question in words at its address: answered as it was read, or asked back with candidates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.errors import EntrepotError
from entrepot.lake import Lake
from entrepot.serve.views.home import question_data, within_limit

if TYPE_CHECKING:
    from pathlib import Path

MAGNETS = "How much of Germany's magnets came from China"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


def asked(lake: Lake, text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(question_data(lake, [("q", text)]).body)
    return found


def test_a_question_is_answered_beside_how_it_was_read(lake: Lake) -> None:
    found = asked(lake, f"{MAGNETS} in 2022?")
    assert found["answered"]
    assert found["read"]["read_as"] == "import_share, DEU, CHN, 850511, 2022"
    assert found["read"]["command"].startswith("entrepot ask import_share --importer DEU")
    assert found["answer"]["definition"]["goods"] == "850511"
    assert found["answer"]["value"] == pytest.approx(0.825, abs=0.001)


def test_what_is_open_is_asked_back_with_what_the_lake_has(lake: Lake) -> None:
    found = asked(lake, f"{MAGNETS}?")
    assert not found["answered"]
    assert "answer" not in found
    [open_] = found["read"]["unsaid"]
    assert (open_["key"], open_["candidates"]) == (
        "period",
        [{"value": "2022", "name": "bundled"}],
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Who bought more magnets from China in 2022, Germany or Poland?", 2),
        ("How did Germany's dependence on Chinese magnets develop from 2021 to 2022?", 2),
    ],
)
def test_several_figures_are_rows(lake: Lake, text: str, rows: int) -> None:
    found = asked(lake, text)
    assert found["answered"]
    assert len(found["answer"]["rows"]) == rows


def test_a_question_without_data_is_not_answered(lake: Lake) -> None:
    found = asked(lake, f"{MAGNETS} in 1999?")
    assert not found["answered"]
    assert found["answer"]["reason"]


@pytest.mark.parametrize("pairs", [[], [("q", "")], [("question", "x")], [("q", "why " * 100)]])
def test_what_is_no_question_is_refused(lake: Lake, pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(EntrepotError):
        question_data(lake, pairs)


def test_the_latest_by_month_is_asked_back(lake: Lake) -> None:
    found = asked(lake, f"{MAGNETS}, latest, by month?")
    assert [one["key"] for one in found["read"]["unsaid"]] == ["period"]


def test_a_long_series_is_refused_before_it_is_computed() -> None:
    within_limit({"period": "2000..2022"}, "year")
    within_limit({"importer": "DEU+POL"}, "importer", 30)
    for given, each, times, fewer in (
        (
            {"period": "2000..2022"},
            "month",
            1,
            "a shorter period, or for years in place of each month",
        ),
        ({"period": "2000..2022"}, "year", 3, "a shorter period, or fewer areas"),
        ({"importer": "DEU+POL"}, "importer", 31, "fewer areas"),
    ):
        with pytest.raises(EntrepotError, match="figures at once") as raised:
            within_limit(given, each, times)
        assert raised.value.hint == f"ask for {fewer}"
