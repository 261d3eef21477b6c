"""Labels: inside the drawing, over nothing, and as near to their mark as may be."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from entrepot.report.charts.drawing import ticks, wrapped
from entrepot.report.charts.place import Box, first_free, spots, spread, text_width

ROOM = Box(0, 0, 400, 300)


@given(
    st.lists(st.tuples(st.floats(0, 300), st.floats(10, 40)), min_size=1, max_size=7),
)
def test_spread_boxes_never_overlap_and_stay_in_the_room(items: list[tuple[float, float]]) -> None:
    wanted = sorted(centre for centre, _ in items)
    sizes = [size for _, size in items]
    placed = spread(wanted, sizes, 0, 300)
    ends = [(c - s / 2, c + s / 2) for c, s in zip(placed, sizes, strict=True)]
    assert all(one[1] <= other[0] + 1e-6 for one, other in itertools.pairwise(ends))
    assert ends[0][0] >= -1e-6
    assert ends[-1][1] <= 300 + 1e-6


def test_boxes_that_do_not_meet_stay_where_they_want_to_be() -> None:
    assert spread([50, 150, 250], [20, 20, 20], 0, 300) == [50, 150, 250]


@given(st.lists(st.tuples(st.integers(10, 380), st.integers(20, 280)), min_size=1, max_size=12))
def test_placed_labels_meet_nothing(points: list[tuple[int, int]]) -> None:
    marks = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    taken = list(marks)
    for number, mark in enumerate(marks):
        spot = first_free(spots(f"mark **{number}**", mark), mark, taken, ROOM)
        if spot:
            assert spot.box.inside(ROOM)
            assert not any(spot.box.meets(other) for other in taken)
            taken.append(spot.box)


def test_a_label_takes_the_place_above_when_it_is_free() -> None:
    mark = Box(195, 145, 205, 155)
    spot = first_free(spots("name", mark), mark, [mark], ROOM)
    assert spot is not None
    assert spot.box.bottom < mark.top
    assert spot.corridor is None


def test_a_label_of_two_lines_has_both_in_its_box() -> None:
    mark = Box(195, 145, 205, 155)
    spot = next(iter(spots("first\n**second**", mark)))
    assert [text for _, _, text in spot.rows] == ["first", "**second**"]
    assert all(spot.box.top < y <= spot.box.bottom for _, y, _ in spot.rows)


def test_a_crowded_place_gets_no_label() -> None:
    mark = Box(195, 145, 205, 155)
    assert first_free(spots("name", mark), mark, [ROOM], ROOM) is None


def test_wide_letters_are_wider_and_strong_ones_wider_still() -> None:
    assert text_width("iii") < text_width("www") < text_width("**www**")


def test_wrapping_cuts_only_what_cannot_fit() -> None:
    assert wrapped("Capital Economics", 80) == ["Capital", "Economics"]
    assert wrapped("one two three four five six", 40, most=2)[-1].endswith("…")


def test_ticks_are_round_and_cover_the_highest_value() -> None:
    assert ticks(53.2) == [0, 10, 20, 30, 40, 50, 60]
    assert ticks(2448, at_most=3) == [0, 1000, 2000, 3000]
    assert ticks(99, limit=100)[-1] == 100
    assert ticks(0.8)[-1] >= 0.8
