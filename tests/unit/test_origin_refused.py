"""What has no origin: areas on both sides, unknown names, tables that cannot be."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from entrepot.errors import MissingExtraError, RequestError, UnknownNameError
from entrepot.measures.origin import Solved, economy, origin_matrix, solved, value_added_origin

LABELS = [("A1", "x"), ("A2", "x"), ("B", "x")]
INPUTS = np.array([[10.0, 5.0, 0.0], [0.0, 0.0, 40.0], [0.0, 60.0, 20.0]])
OUTPUT = np.array([100.0, 80.0, 200.0])
FINAL = np.array([[80.0, 5.0], [10.0, 30.0], [20.0, 100.0]])
PARTS = {"A1": "A", "A2": "A"}


@pytest.fixture(scope="module")
def world() -> Solved:
    return solved(economy(INPUTS, OUTPUT, LABELS, final=FINAL, areas=["A", "B"], parts=PARTS))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"exporters": ["A"], "importers": ["A"]}, "on both sides"),
        ({"exporters": ["A"], "importers": ["A1"]}, "on both sides"),
        ({"exporters": ["B"], "importers": ["A2"]}, "final use of a part"),
    ],
)
def test_sides_that_make_no_flow(world: Solved, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        value_added_origin(world, **keys)


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ({"exporters": ["C"], "importers": ["B"]}, "area of the economy"),
        ({"exporters": ["A"], "importers": ["C"]}, "area of the economy"),
        ({"exporters": ["A"], "made": ["y"]}, "sector of the economy"),
        ({"exporters": ["A"], "used": ["y"]}, "sector of the economy"),
        ({"exporters": ["A"], "perimeter": "world"}, "perimeter"),
    ],
)
def test_names_that_are_not_there(world: Solved, keys: dict[str, Any], kind: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        value_added_origin(world, **keys)
    assert caught.value.kind == kind


def test_a_matrix_at_the_border_of_sectors_is_none(world: Solved) -> None:
    with pytest.raises(UnknownNameError, match="unknown perimeter"):
        origin_matrix(world, "flow")


def test_a_part_alone_as_buyer_of_inputs(world: Solved) -> None:
    """A2 buys 60 of B, which is known; what final use in A2 buys is not."""
    assert value_added_origin(world, ["B"], ["A2"], used=["x"]).gross == 60


@pytest.mark.parametrize(
    ("inputs", "output", "words"),
    [
        (INPUTS[:2], OUTPUT, "3 labels, inputs of"),
        (INPUTS, OUTPUT[:2], "output of"),
        (np.where(INPUTS == 40, np.nan, INPUTS), OUTPUT, "without output, or with a number"),
        (INPUTS, np.array([100.0, 0.0, 200.0]), "without output"),
        (INPUTS, np.array([100.0, -5.0, 200.0]), "without output"),
    ],
)
def test_tables_that_cannot_be(inputs: Any, output: Any, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        economy(inputs, output, LABELS)


def test_final_use_of_nobody() -> None:
    with pytest.raises(RequestError, match="C: final use of an area that makes nothing"):
        economy(INPUTS, OUTPUT, LABELS, final=FINAL, areas=["A", "C"], parts=PARTS)
    with pytest.raises(RequestError, match="final use of"):
        economy(INPUTS, OUTPUT, LABELS, final=FINAL)


@pytest.mark.parametrize("inputs", [[[60.0, 80.0], [80.0, 60.0]], [[50.0, 50.0], [50.0, 50.0]]])
def test_an_economy_that_eats_more_than_it_makes(inputs: list[list[float]]) -> None:
    held = economy(np.array(inputs), np.array([100.0, 100.0]), [("A", "x"), ("B", "x")])
    with pytest.raises(RequestError, match="more inputs than they make"):
        solved(held)


def test_nothing_flows() -> None:
    inputs = np.array([[10.0, 0.0], [5.0, 0.0]])
    held = solved(economy(inputs, np.array([100.0, 100.0]), [("A", "x"), ("B", "x")]))
    found = value_added_origin(held, ["A"], ["B"])
    assert (found.gross, found.foreign_share, found.rows()) == (0, None, [])


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.linalg", None)
    with pytest.raises(MissingExtraError, match="scipy is not installed"):
        solved(economy(INPUTS, OUTPUT, LABELS))
