"""`ask origin` on made-up tables: of the package, of a lake, in parts; what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from entrepot.errors import RequestError, UnknownNameError
from entrepot.figures import ask, value_added
from entrepot.lake import Lake
from entrepot.sources.icio import wheel
from entrepot.sources.icio import wheel as arrays
from made_icio import (
    FINAL,
    SECTORS,
    MadeUp,
    arrays_of,
    installed,
    made_up,
    text_of,
    with_value,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.figures import Figure

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_cache")]

AREAS = ("CHN", "DEU", "HKG", "RUS", "USA")
ASKED = {"importer": "RUS", "exporter": "CHN", "goods": "inputs:C26", "period": 2022}


@pytest.fixture(scope="module")
def table() -> MadeUp:
    return with_value(5, AREAS)


@pytest.fixture
def empty(tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake without anything, beside an installed package."""
    held = installed(arrays.benchmark(arrays_of(table), "made up"))
    monkeypatch.setattr(wheel, "installed", lambda: held)
    monkeypatch.setattr(wheel, "installed_file", lambda: tmp_path)
    return Lake.open(tmp_path / "nothing")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Lake]:
    """A lake that holds a text, as the OECD would ship it."""

    def load(text: str) -> Lake:
        folder = tmp_path_factory.mktemp("icio")
        lake = Lake.open(folder / "lake")
        lake.add("icio", [written(folder, text)])
        return lake

    return load


def origin(lake: Lake, **keys: Any) -> Figure:
    return ask("origin", lake=lake, **ASKED | keys)


def by_hand(
    table: MadeUp,
    sellers: tuple[str, ...],
    buyers: tuple[str, ...],
    made: tuple[str, ...] = SECTORS,
    used: tuple[str, ...] = SECTORS,
) -> tuple[float, dict[str, float]]:
    """Return the flow, and value added counted once by origin, with an inverse of its own."""
    nodes = table.nodes
    inputs = np.array([[table.inputs.get((s, b), 0.0) for b in nodes] for s in nodes])
    rates = inputs / np.array([table.output(node) for node in nodes])
    crosses = [
        [s[0] in sellers and s[1] in made and b[0] in buyers and b[1] in used for b in nodes]
        for s in nodes
    ]
    flow = np.where(crosses, inputs, 0).sum(axis=1)
    star = np.linalg.inv(np.eye(len(nodes)) - np.where(crosses, 0, rates))
    once = (1 - rates.sum(axis=0)) * (star @ flow)
    sums = {a: sum(once[n] for n, node in enumerate(nodes) if node[0] == a) for a in table.areas}
    return float(flow.sum()), sums


def require(found: Figure, expected: tuple[float, dict[str, float]], home: set[str]) -> None:
    gross, once = expected
    foreign = sum(value for area, value in once.items() if area not in home)
    assert found.status == "ok"
    assert found.value == pytest.approx(foreign / gross, rel=1e-9)
    assert found.details["gross_usd"] == pytest.approx(1e6 * gross, rel=1e-9)
    rows = {row["origin"]: row["value_added_usd"] for row in found.table}
    assert {row["origin"] for row in found.table if not row["foreign"]} == home
    assert sum(row["share"] for row in found.table if row["foreign"]) == pytest.approx(found.value)
    assert rows == pytest.approx({area: 1e6 * value for area, value in once.items()}, rel=1e-9)


def test_one_flow_by_hand(empty: Lake, table: MadeUp) -> None:
    found = origin(empty)
    require(found, by_hand(table, ("CHN",), ("RUS",), ("C26",)), {"CHN"})
    parts = [found.details[f"{name}_usd"] for name in ("dva", "ddc", "fva", "fdc")]
    assert sum(map(float, parts)) == pytest.approx(float(found.details["gross_usd"]), rel=1e-12)
    assert [row["share"] for row in found.table] == sorted(
        (row["share"] for row in found.table), reverse=True
    )
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.required() <= found.high
    assert found.specifications is not None
    assert len(found.specifications.items) == 8  # three borders and every crossing, both Chinas


def test_groups_sectors_and_the_world(empty: Lake, table: MadeUp) -> None:
    both = ("CHN", "HKG")
    found = origin(empty, exporter="CHN+HKG", goods="inputs")
    require(found, by_hand(table, both, ("RUS",)), set(both))
    found = origin(empty, sector="C29", importer="DEU+USA", goods="all")
    require(found, by_hand(table, ("CHN",), ("DEU", "USA"), used=("C29",)), {"CHN"})
    others = tuple(area for area in AREAS if area != "CHN")
    found = origin(empty, importer="WLD")
    require(found, by_hand(table, ("CHN",), others, ("C26",)), {"CHN"})


def test_hong_kong_in_is_one_of_the_alternatives(empty: Lake, table: MadeUp) -> None:
    found = origin(empty)
    gross, once = by_hand(table, ("CHN", "HKG"), ("RUS",), ("C26",))
    foreign = sum(value for area, value in once.items() if area not in ("CHN", "HKG"))
    assert found.specifications is not None
    [one] = [
        item.value
        for item in found.specifications.items
        if item.choices["territory"] == "CHN+HKG"
        and (item.choices["border"], item.choices["counted"]) == ("of the flow", "once")
    ]
    assert one == pytest.approx(foreign / gross, rel=1e-9)


def test_a_lake_says_the_same(loaded: Callable[[str], Lake], table: MadeUp) -> None:
    expected = by_hand(table, ("CHN",), ("RUS",), ("C26",))
    require(origin(loaded(text_of(table))), expected, {"CHN"})
    split = text_of(table, {"CHN": ("CN1", "CN2")}, digits=12)
    found = origin(loaded(split))
    require(found, expected, {"CHN"})
    assert {row["origin"] for row in found.table} == set(AREAS)


def test_parts_stay_apart_until_the_end(loaded: Callable[[str], Lake], table: MadeUp) -> None:
    """All of China's electronics are made by CN2, all else by CN1: as if they were two areas."""
    text = text_of(table, {"CHN": ("CN1", "CN2")}, digits=12)
    [head, *lines] = [line.split(",") for line in text.splitlines()]
    whole = {"CN1": 0.0, "CN2": 2.0}

    def part(label: str) -> float:
        code, _, sector = label.partition("_")
        return abs(whole[code] - 2 * (sector != "C26")) if code in whole else 1.0

    final = {f"{area}_{kind}" for area in AREAS for kind in FINAL}
    for line in lines[:-3]:
        down = part(line[0])
        for place, label in enumerate(head[1:], start=1):
            along = 1.0 if label in final or label == "OUT" else part(label)
            line[place] = repr(float(line[place]) * down * along)
    mixed = "\n".join(",".join(line) for line in [head, *lines[:-3]]) + "\n"
    found = origin(loaded(mixed))
    require(found, by_hand(table, ("CHN",), ("RUS",), ("C26",)), {"CHN"})


def test_the_rest_of_the_world_is_named_where_it_is_there(loaded: Callable[[str], Lake]) -> None:
    table = made_up(5, (*AREAS, "ROW"))
    for node in table.nodes:
        table.final[node] += 500
    found = origin(loaded(text_of(table)))
    assert "XROW" in {row["origin"] for row in found.table}
    [text] = [note.text for note in found.caveats if note.id == "origin"]
    assert "too low" not in text


def test_without_it_the_share_is_too_low(empty: Lake) -> None:
    [text] = [note.text for note in origin(empty).caveats if note.id == "origin"]
    assert "too low rather than too high" in text
    assert "never add re-exports" in text


def test_all_goods_are_answered_for_inputs_and_it_is_said(empty: Lake) -> None:
    inputs, everything = (origin(empty, goods=goods) for goods in ("inputs", "all"))
    assert inputs.value == everything.value
    notes = [
        [note.text for note in found.caveats if note.id == "input-output"]
        for found in (inputs, everything)
    ]
    assert notes[0] == []
    assert "goods for final use are left out" in notes[1][0]


def test_value_added_stands_beside_the_output_that_would_be_lost(empty: Lake) -> None:
    """Once-counted value added is at most the flow; output counts every step."""
    told = origin(empty).details
    lost, output = float(told["value_added_lost_usd"]), float(told["output_lost_usd"])
    assert lost == pytest.approx(float(told["dva_usd"]) + float(told["fva_usd"]))
    assert lost <= float(told["gross_usd"]) < output


def test_factors_are_made_once(
    empty: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process, and in all later ones."""
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(value_added, "_LAST", [])
    made = []
    real = value_added.factors
    monkeypatch.setattr(value_added, "factors", lambda world: made.append(1) or real(world))
    origin(empty)
    origin(empty, goods="inputs:C29")
    before = origin(empty, exporter="DEU")
    assert len(made) == 1
    value_added._LAST.clear()
    assert origin(empty, exporter="DEU") == before
    assert len(made) == 1


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"importer": "CHN"}, "CHN on both sides"),
        ({"importer": "CHN+RUS"}, "CHN on both sides"),
        ({"exporter": "WLD"}, "needs an exporter"),
        ({"goods": "inputs:C99"}, "unknown sector: 'C99'"),
        ({"sector": "C99"}, "unknown sector: 'C99'"),
        ({"goods": "chpl"}, "input-output tables know sectors"),
        ({"source": "baci"}, "baci has no inputs by sector"),
        ({"currency": "CNY"}, "have no currency CNY"),
        ({"flow": "both"}, "no two-way form"),
        ({"base": 2021}, "has no base"),
        ({"curve": True}, "origin has no curve yet"),
    ],
)
def test_what_makes_no_sense_is_refused(empty: Lake, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        origin(empty, **keys)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"period": 2019}, "is loaded for 2022, not for 2019"),
        ({"period": "2022-03"}, "is loaded for 2022, not for 2022-03"),
        ({"importer": "ARM"}, "no entry of its own for Armenia"),
        ({"goods": "inputs:C21"}, "unknown sector of the economy"),
    ],
)
def test_what_is_not_held_is_missing(empty: Lake, keys: dict[str, Any], words: str) -> None:
    if "goods" in keys:
        with pytest.raises(UnknownNameError, match=words):
            origin(empty, **keys)
        return
    found = origin(empty, **keys)
    assert (found.status, found.value) == ("insufficient_data", None)
    assert words in (found.reason or "")


def test_nothing_that_flows_has_no_origin(
    tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {
        pair: value
        for pair, value in table.inputs.items()
        if not (pair[0] == ("CHN", "C26") and pair[1][0] == "RUS")
    }
    none = MadeUp(kept, table.final, table.areas)
    held = installed(arrays.benchmark(arrays_of(none), "made up"))
    monkeypatch.setattr(wheel, "installed", lambda: held)
    found = origin(Lake.open(tmp_path / "nothing"))
    assert (found.status, found.value) == ("insufficient_data", None)
    assert "so there is no origin of it" in (found.reason or "")
