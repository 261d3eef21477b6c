"""Placebos, triple difference and verdict of a hub, on a lake in which one was planted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.made_hubs import CHIPS, COATS, TRADE
from tests.made_hubs import lake as made

import entrepot as ep
from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures.figure import cards_of, table_of

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure
    from entrepot.lake import Lake

pytestmark = pytest.mark.slow

SHIRTS, BEER, WIRES = 610910, 220300, 854411
ASKED: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "DEU",
    "hubs": "KGZ",
    "goods": "854231",
    "period": 2022,
    "base": "2017..2021",
    "controls": "GEO+ARM",
}
CALM = {
    (seller, buyer, code): (value, value)
    for (seller, buyer, value) in (
        ("DEU", "KGZ", 40), ("DEU", "GEO", 50), ("DEU", "ARM", 60),
        ("KGZ", "RUS", 9), ("GEO", "RUS", 8), ("ARM", "RUS", 7),
        ("CHN", "GEO", 5), ("CHN", "ARM", 5),
    )
    for code in (BEER, SHIRTS, WIRES, COATS)
}  # fmt: skip
CHAIN = TRADE | CALM | {
    ("GEO", "RUS", CHIPS): (3, 3), ("ARM", "RUS", CHIPS): (3, 3), ("CHN", "ARM", CHIPS): (1, 1),
    ("CHN", "GEO", CHIPS): (1, 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return made(tmp_path_factory.mktemp("planted"), CHAIN)


@pytest.fixture(scope="module")
def tested(planted: Lake) -> Figure:
    pytest.importorskip("pyfixest")
    return ep.ask("rerouted", lake=planted, tests=True, **ASKED)


def test_an_alarm_that_no_placebo_raises_stands(tested: Figure) -> None:
    (card,) = tested.table
    assert card["alarm"] is True
    assert card["verdict"] == "stands: no alarm in 4 placebos"
    nothing = "no alarm, 0\N{NO-BREAK SPACE}% matched"
    assert tested.details["placebo_hubs"] == f"Armenia {nothing}; Georgia {nothing}"
    assert tested.details["placebo_time"] == f"2021 {nothing}"
    # Beer and shirts only: no row has the other everyday goods.
    assert "everyday goods no alarm" in str(tested.details["placebo_goods"])


def test_the_triple_difference_stands_in_the_hubs_row(tested: Figure) -> None:
    """51 times as many chips, of wires as many as before; Georgia as before, Armenia a tenth more.

    Poisson weighs the two controls by what they buy: 63/60 of both together.
    """
    (card,) = tested.table
    assert card["triple_pct"] == pytest.approx(100 * (51 / (63 / 60) - 1), rel=0.02)
    assert card["p_hubs"] == pytest.approx(1 / 3)
    assert "among controls" in str(tested.details["triple_difference"])


def test_without_tests_the_numbers_are_the_same(tested: Figure, planted: Lake) -> None:
    plain = ep.ask("rerouted", lake=planted, **ASKED)
    assert (plain.value, plain.low, plain.high) == (tested.value, tested.low, tested.high)
    assert "verdict" not in plain.table[0]
    assert tested.table[0].items() >= plain.table[0].items()


def test_a_placebo_with_an_alarm_leaves_a_doubt(tmp_path: Path) -> None:
    """Georgia passes on as much: then something else is at work."""
    both = CHAIN | {("DEU", "GEO", CHIPS): (30, 530), ("GEO", "RUS", CHIPS): (3, 403)}
    found = ep.ask("rerouted", lake=made(tmp_path, both), tests=True, **ASKED)
    assert found.table[0]["verdict"].startswith("in doubt: an alarm for Georgia as well")


def test_what_cannot_be_tested_is_named(planted: Lake) -> None:
    keys = ASKED | {"controls": None, "base": "2020..2021", "period": 2022}
    found = ep.ask("rerouted", lake=planted, tests=True, **keys)
    assert found.details["placebo_hubs"] == "not asked: no controls are named"
    assert "needs controls" in str(found.details["triple_difference"])
    assert found.table[0]["verdict"].startswith("open: ")  # two steps do not say what chance is
    with pytest.raises(RequestError, match="value has no tests"):
        ep.ask("value", lake=planted, tests=True, importer="RUS", exporter="DEU", period=2022)


def test_a_card_has_what_the_table_leaves_out(tested: Figure) -> None:
    head, (row,) = table_of(tested)
    assert head == ["hub", "low", "matched", "high", "alarm", "verdict"]
    assert row[-1] == "stands: no alarm in 4 placebos"
    ((area, text),) = cards_of(tested)
    assert area == "Kyrgyzstan"
    assert "a kilogram of what it sold cost it: 10" in text
    assert "a kilogram was sold at: 12" in text
    assert "otherwise explained by: growth of its own to " in text
    plain = ep.ask("value", source="published", exporter="CHN", importer="RUS", period=2025)
    assert cards_of(plain) == []


def test_the_triple_difference_is_asked_by_itself(planted: Lake) -> None:
    pytest.importorskip("pyfixest")
    found = ep.ask("triple_difference", lake=planted, **ASKED)
    assert found.unit == "percent"
    assert (found.details["listed_products"], found.details["other_products"]) == (1, 1)
    assert found.value == pytest.approx(found.table[0]["change_pct"])
    # Nothing of it is of Russia, whose silence breaks nothing here.
    assert "reporter-break" not in {one.id for one in found.caveats}
    assert "Russia" not in " ".join(one.text for one in found.caveats)
    for keys, words in (
        ({"goods": "all"}, "no other goods"),
        ({"base": "2017..2019"}, "does not follow on"),
        ({"goods": "220300"}, "no other goods of these chapters"),
    ):
        lost = ep.ask("triple_difference", lake=planted, **(ASKED | keys))
        assert lost.value is None
        assert words in (lost.reason or "")


def test_several_sets_of_controls_are_several_paths(planted: Lake) -> None:
    """Armenia bought a tenth more of Germany, Georgia as much: the amount is from the first set."""
    found = {
        sets: ep.ask("rerouted", lake=planted, **(ASKED | {"controls": sets}))
        for sets in ("GEO", "ARM", "GEO,ARM", "ARM,GEO")
    }
    excess = {sets: one.details["excess_in"] for sets, one in found.items()}
    assert excess["GEO,ARM"] == excess["GEO"] == pytest.approx(500_000)
    assert excess["ARM,GEO"] == excess["ARM"] == pytest.approx(510_000 - 11_000)
    assert found["GEO,ARM"].low == min(found["GEO"].low or 0, found["ARM"].low or 0)
    with pytest.raises(UnknownNameError):
        ep.ask("rerouted", lake=planted, **(ASKED | {"controls": "GEO,"}))
    with pytest.raises(RequestError, match="takes one set of controls"):
        ep.ask("rerouting_ratio", lake=planted, **(ASKED | {"controls": "GEO,ARM", "base": 2021}))
    with pytest.raises(RequestError, match="with controls needs least"):
        ep.ask("rerouting_ratio", lake=planted, **(ASKED | {"controls": "GEO", "base": 2021}))
    with pytest.raises(RequestError, match="KGZ is on two sides"):
        ep.ask("rerouted", lake=planted, **(ASKED | {"controls": "GEO,KGZ"}))


def test_goods_asked_about_are_no_placebo_of_themselves(tmp_path: Path) -> None:
    """Shirts came through the hub, so that beer alone is left to ask of."""
    pytest.importorskip("pyfixest")
    shirts = {
        ("DEU", "KGZ", SHIRTS): (10, 510), ("KGZ", "RUS", SHIRTS): (4, 404),
        ("CHN", "KGZ", SHIRTS): (20, 20),
    }  # fmt: skip
    held = made(tmp_path, CHAIN | shirts)
    found = ep.ask("rerouted", lake=held, tests=True, **(ASKED | {"goods": "610910"}))
    assert found.table[0]["alarm"] is True
    assert "everyday goods no alarm" in str(found.details["placebo_goods"])
    assert "everyday goods" not in found.table[0]["verdict"]
    every = ep.ask("rerouted", lake=held, tests=True, **(ASKED | {"goods": "all"}))
    assert every.details["placebo_goods"] == "not asked: all has all everyday goods in it"


def test_an_alarm_of_one_hub_in_other_goods_is_no_doubt_of_another(tmp_path: Path) -> None:
    pytest.importorskip("pyfixest")
    steady = {
        ("DEU", "USA", CHIPS): (30, 30), ("USA", "RUS", CHIPS): (3, 3),
        ("CHN", "USA", CHIPS): (2, 2), ("CHN", "USA", BEER): (2, 2),
        ("DEU", "USA", BEER): (1, 901), ("USA", "RUS", BEER): (1, 901),
    }  # fmt: skip
    big = {
        (seller, buyer, COATS): (9000, 9000)
        for hub in ("USA", "KGZ") for seller, buyer in (("DEU", hub), (hub, "RUS"))
    }  # fmt: skip
    held = made(tmp_path, CHAIN | big | steady)
    found = ep.ask("rerouted", lake=held, tests=True, **(ASKED | {"hubs": "KGZ+USA"}))
    verdicts = {row["hub"]: row["verdict"] for row in found.table}
    assert "an alarm for the United States" in str(found.details["placebo_goods"])
    assert verdicts["KGZ"].startswith("stands: no alarm"), verdicts


def test_who_sells_is_no_control_of_its_own_sales(planted: Lake) -> None:
    pytest.importorskip("pyfixest")
    alone, beside = (
        ep.ask("triple_difference", lake=planted, **(ASKED | {"controls": controls}))
        for controls in ("GEO+ARM", "DEU+GEO+ARM")
    )
    assert beside.value == alone.value is not None
    only = ep.ask("triple_difference", lake=planted, **(ASKED | {"controls": "DEU"}))
    assert "the exporter is the only control" in (only.reason or "")


def test_who_bought_nothing_is_named(planted: Lake) -> None:
    pytest.importorskip("pyfixest")
    for keys, words in (
        ({"hubs": "MNG"}, "Mongolia bought none of these goods of Germany"),
        ({"controls": "MNG"}, "Mongolia bought none of these goods of Germany"),
    ):
        lost = ep.ask("triple_difference", lake=planted, **(ASKED | keys))
        assert lost.value is None
        assert words in (lost.reason or "")
    some = ep.ask("triple_difference", lake=planted, **(ASKED | {"hubs": "KGZ+MNG"}))
    assert [row["hub"] for row in some.table] == ["KGZ"]
    assert "Mongolia bought none of these goods" in str(some.details["remarks"])
    for side in ("hubs", "controls"):
        with pytest.raises(RequestError, match="the world is no hub, and no control"):
            ep.ask("triple_difference", lake=planted, **(ASKED | {side: "WLD"}))
