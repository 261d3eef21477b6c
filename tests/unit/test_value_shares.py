"""Shares by value added: against inverses of fractions and plain sums; what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.figures import ask, value_added
from entrepot.lake import Lake
from entrepot.sources.icio import wheel
from entrepot.sources.icio import wheel as arrays
from made_icio import MadeUp, arrays_of, installed, with_value

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures import Figure

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_cache")]

AREAS = ("CHN", "DEU", "HKG", "RUS", "USA")
ASKED = {"importer": "RUS", "exporter": "CHN", "goods": "inputs:C26", "period": 2022}


@pytest.fixture(scope="module")
def table() -> MadeUp:
    return with_value(5, AREAS)


@pytest.fixture
def lake(tmp_path: Path, table: MadeUp, monkeypatch: pytest.MonkeyPatch) -> Lake:
    held = installed(arrays.benchmark(arrays_of(table), "made up"))
    monkeypatch.setattr(wheel, "installed", lambda: held)
    monkeypatch.setattr(wheel, "installed_file", lambda: tmp_path)
    monkeypatch.setattr(value_added, "_LAST", [])
    return Lake.open(tmp_path / "nothing")


def share(lake: Lake, **keys: Any) -> Figure:
    return ask("import_share", lake=lake, basis="value_added", **ASKED | keys)


def by_hand(table: MadeUp, buyer: str, *, every: bool) -> dict[str, Fraction]:
    """Return value added by area in the electronics that industries of `buyer` buy abroad.

    With `every`, at every crossing of its border; else without the sales that cross it again.
    """
    nodes = list(table.nodes)
    size = range(len(nodes))
    output = [
        Fraction(str(table.final[node]))
        + sum((Fraction(str(table.inputs.get((node, other), 0.0))) for other in nodes), Fraction())
        for node in nodes
    ]
    cells = [
        [Fraction(str(table.inputs.get((nodes[i], nodes[j]), 0.0))) / output[j] for j in size]
        for i in size
    ]
    rate = [1 - sum(cells[i][j] for i in size) for j in size]
    flow = [[Fraction()] * len(nodes) for _ in size]
    for i in size:
        for j in size:
            if nodes[i][0] != buyer == nodes[j][0] and nodes[i][1] == "C26":
                flow[i][j] = cells[i][j]
    sold = [sum(flow[i][j] * output[j] for j in size) for i in size]
    left = [[cells[i][j] - (0 if every else flow[i][j]) for j in size] for i in size]
    needed = _solved([[int(i == j) - left[i][j] for j in size] for i in size], sold)
    found: dict[str, Fraction] = {}
    for place, node in enumerate(nodes):
        found[node[0]] = found.get(node[0], Fraction()) + rate[place] * needed[place]
    return found


def _solved(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    rows = [[*row, right[i]] for i, row in enumerate(matrix)]
    for column in range(len(rows)):
        pivot = next(i for i in range(column, len(rows)) if rows[i][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [x / rows[column][column] for x in rows[column]]
        for i in range(len(rows)):
            if i != column and (factor := rows[i][column]):
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[column], strict=True)]
    return [row[-1] for row in rows]


@pytest.mark.parametrize("counted", ["once", "at every crossing"])
def test_inverses_of_fractions_find_the_same(lake: Lake, table: MadeUp, counted: str) -> None:
    amounts = by_hand(table, "RUS", every=counted != "once")
    figure = share(lake)
    foreign = sum(value for name, value in amounts.items() if name != "RUS")
    expected = {
        "foreign value in them": amounts["CHN"] / foreign,
        "all value in them": amounts["CHN"] / sum(amounts.values()),
    }
    found = {
        item.choices["total"]: item.value
        for item in figure.specifications.items
        if item.choices["counted"] == f"value added, {counted}"
        and item.choices["territory"] == "CHN"
    }
    assert found == {total: pytest.approx(float(one), rel=1e-9) for total, one in expected.items()}
    if counted == "once":
        assert figure.value == pytest.approx(float(expected["foreign value in them"]), rel=1e-9)


def test_shares_of_all_add_up_to_one_and_hhi_is_of_them(lake: Lake) -> None:
    others = [area for area in AREAS if area != "RUS"]
    shares = [share(lake, exporter=area).value for area in others]
    assert sum(shares) == pytest.approx(1, rel=1e-12)
    keys = {name: value for name, value in ASKED.items() if name != "exporter"}
    hhi = ask("hhi", lake=lake, basis="value_added", **keys)
    assert hhi.value == pytest.approx(sum(one**2 for one in shares), rel=1e-9)
    first = ask("cr", lake=lake, basis="value_added", **keys)
    assert first.value == pytest.approx(max(shares), rel=1e-9)


def test_the_curve_is_of_the_basis_that_was_asked(lake: Lake) -> None:
    """Who sent goods and whose value is in them are two questions: a range is of one."""
    ways = {
        "dispatch": {None},
        "value_added": {"value added, once", "value added, at every crossing"},
    }
    for basis, expected in ways.items():
        figure = ask("import_share", lake=lake, basis=basis, curve=True, **ASKED)
        plain = ask("import_share", lake=lake, basis=basis, **ASKED)
        assert {item.choices.get("counted") for item in figure.specifications.items} == expected
        assert figure.value in [item.value for item in figure.specifications.items]
        assert (figure.low, figure.high) == (plain.low, plain.high)


def test_what_cannot_be_told_by_value_added(lake: Lake) -> None:
    figure = ask("export_share", lake=lake, basis="value_added", **ASKED)
    assert figure.value is None
    assert "not export_share" in figure.reason
    nobody = share(lake, importer="MLT")
    assert nobody.value is None
    assert "no entry of its own for Malta" in nobody.reason


@pytest.mark.parametrize("seller", ["DEU", "DEU+CHN"])
def test_an_area_on_both_sides_has_no_share(lake: Lake, seller: str) -> None:
    figure = share(lake, importer="EU27", exporter=seller)
    assert figure.value is None
    assert "Germany on both sides" in figure.reason


def test_a_group_that_buys_counts_as_one(lake: Lake, table: MadeUp) -> None:
    """What members buy of each other is from home, and so is their value that comes back."""
    figure = share(lake, importer="DEU+RUS")
    shares = [share(lake, importer="DEU+RUS", exporter=area).value for area in ("HKG", "USA")]
    assert figure.value + sum(shares) == pytest.approx(1, rel=1e-12)
