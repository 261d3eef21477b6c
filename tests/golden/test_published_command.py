"""`entrepot published`: output, exit codes, wrong input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]


def test_conflicts_as_json(entrepot: Run) -> None:
    code, out, err = entrepot("published", "conflicts", "--json")
    assert code == 1
    assert all(line.startswith("note: no data loaded in ") for line in err.splitlines())
    data = json.loads(out)
    assert set(data) == {"rows", "summary", "conflicts", "unstated", "other_definition"}
    assert data["rows"] > 770
    for kind, name in (("conflict", "conflicts"), ("unstated", "unstated")):
        assert data["summary"][kind] == len(data[name]) > 0
    for one in data["conflicts"]:
        assert set(one) >= {"id", "kind", "what", "one", "other", "because", "likely_errors"}
        assert one["one"]["rows"][0]["id"] == one["id"]
        assert one["other"]["rows"]
        assert one["definition"] == ""
    assert all(one["definition"] for one in data["unstated"] + data["other_definition"])


def test_conflicts_on_a_terminal_say_arithmetic_slip_and_printers(entrepot: Run) -> None:
    code, out, _ = entrepot("published", "conflicts")
    assert code == 1
    assert "Cannot both be true" in out
    assert "USD 15.04 bn + USD 18.65 bn = USD\u00a033.69" in out
    assert "Likely error: spot rate." in out
    assert "MNI (quoting A. Gabuev, Carnegie), GACC (CM-043)" in out
    assert "Differ for a stated reason" not in out
    assert "--all" in out
    assert "Differ for a stated reason" in entrepot("published", "conflicts", "--all")[1]


def test_a_row_is_shown_with_what_is_akin_to_it(entrepot: Run) -> None:
    code, out, _ = entrepot("published", "show", "CR-001", "--json")
    assert code == 0
    akin = json.loads(out)["relatives"]
    assert akin["copies"] == ["CR-002"]
    assert akin["other_currencies"] == ["CR-003"]
    assert akin["conversions"] == ["CR-004"]
    assert "same primary source, other currency" in entrepot("published", "show", "CR-001")[1]


def test_a_row_that_is_no_sum_of_levels_is_shown_without(entrepot: Run) -> None:
    code, out, _ = entrepot("published", "show", "BF-009", "--json")
    assert code == 0
    assert "relatives" not in json.loads(out)


def test_an_unknown_row_leaves_with_2(entrepot: Run) -> None:
    code, out, err = entrepot("published", "show", "CR-0001")
    assert (code, out) == (2, "")
    assert "CR-001" in err


def test_the_list_can_be_narrowed(entrepot: Run) -> None:
    code, out, _ = entrepot("published", "list", "--primary-source", "GAIDAR", "--json")
    assert code == 0
    rows = json.loads(out)
    assert len(rows) > 5
    assert {row["origin"] for row in rows} == {"GAIDAR"}
    assert json.loads(entrepot("published", "list", "--period", "1913", "--json")[1]) == []


def test_the_list_is_of_goods_by_key_or_words(entrepot: Run) -> None:
    rows = json.loads(entrepot("published", "list", "--goods", "chpl", "--json")[1])
    # What is only worded like a part of the list has no key.
    assert all("chpl" in (row["goods"] or row["goods_words"].lower()) for row in rows)
    assert "chpl:1" in {row["goods"] for row in rows}
    rows = json.loads(entrepot("published", "list", "--goods", "machine tools", "--json")[1])
    assert len(rows) > 5
    assert all("machine tools" in row["goods_words"].lower() for row in rows)
    assert entrepot("published", "list", "--goods", "8542", "--period", "1913")[0] == 0


def test_the_list_names_publishers_and_says_which_trade_goes_both_ways(entrepot: Run) -> None:
    _, out, _ = entrepot("published", "list", "--exporter", "CHN", "--period", "2025")
    both = next(line for line in out.splitlines() if "CR-001" in line)
    one_way = next(line for line in out.splitlines() if "CR-008" in line)
    assert "CHN↔RUS" in both
    assert "TASS" in both
    assert "CHN→RUS" in one_way
    assert "Sputnik Globe" in one_way


def test_numbers_are_shown_as_a_reader_writes_them(entrepot: Run) -> None:
    _, out, _ = entrepot("published", "list", "--measure", "gdp")
    assert "18.317 tn" in " ".join(out.split())
    assert "18316765021690" not in out
    _, shown, _ = entrepot("published", "show", "GD-002")
    assert shown.startswith("GD-002: USD\u00a018.317\u00a0tn")
    assert "flow" not in shown
    assert "published_on" not in shown
    assert json.loads(entrepot("published", "show", "GD-002", "--json")[1])["value"] > 1.8e13


def test_ids_are_never_broken(entrepot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    asked = ("--exporter", "CHN", "--importer", "RUS", "--period", "2023")
    ids = [row["id"] for row in json.loads(entrepot("published", "list", *asked, "--json")[1])]
    _, out, _ = entrepot("published", "list", *asked)
    assert len(ids) > 30
    assert [name for name in ids if name not in out.split()] == []
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--primary-source", "GAC"),
        ("--measure", "valu"),
        ("--exporter", "CHNX"),
        ("--goods", "chocolate bars"),
    ],
)
def test_a_name_that_nobody_has_leaves_with_2(entrepot: Run, option: str, value: str) -> None:
    code, out, err = entrepot("published", "list", option, value)
    assert (code, out) == (2, "")
    assert value in err


def test_a_period_that_is_none_leaves_with_2(entrepot: Run) -> None:
    code, _, err = entrepot("published", "list", "--period", "20x5")
    assert code == 2
    assert "not a period" in err


def test_goods_in_words_that_no_figure_is_of_are_named_with_their_code(entrepot: Run) -> None:
    code, _, said = entrepot("published", "list", "--goods", "batteries")
    assert code == 3
    assert "no published figure is of batteries" in said
    assert "8507 (rechargeable batteries)" in said
