"""A long text is read and tested as a short one is, and for as much work a letter."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.claims import assess
from entrepot.claims.draft import article_of, candidates, times
from entrepot.claims.draft.arithmetic import borne_out
from entrepot.claims.draft.article import draft
from entrepot.claims.draft.readings import structured
from entrepot.claims.draft.scene import CLAUSE_END, WEAK, Gaps
from entrepot.claims.numbers import number_spans
from entrepot.report.desk import sheet

if TYPE_CHECKING:
    from collections.abc import Callable

ENGLISH = (
    *("China's exports to Russia fell by 3.4 %", "imports from India reached $3.4 billion"),
    *("while", "but", ",", ";", "(", ")", "and", "trade with the Netherlands", "a year earlier"),
    *("in 2023", "Germany and France", "the surplus", "5 %", "$1.2 bn", "of which", "our country"),
)
CHINESE = (
    *("中国对俄罗斯出口下降3.4%", "自印度进口增长5%", "，", "；", "但", "，而", "（", "）", "德国"),
    *("贸易顺差100亿美元", "2023年", "同比", "和", "我国", "美国", "其中"),
)


def _readings(text: str) -> object:
    return draft(article_of(text)).readings


@pytest.mark.parametrize(("pieces", "glue"), [(ENGLISH, " "), (CHINESE, "")])
@given(data=st.data())
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_areas_that_are_left_out_change_no_reading(
    data: st.DataObject, pieces: tuple[str, ...], glue: str
) -> None:
    """Of areas far from a number one of each kind is looked at: the others say the same."""
    some = data.draw(st.lists(st.sampled_from(pieces), min_size=25, max_size=50))
    text = glue.join(some)
    found = _readings(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "_told_apart", lambda number, flow, scene: scene.areas)
        assert _readings(text) == found


@given(
    st.lists(
        st.sampled_from([*ENGLISH, *CHINESE, "meanwhile", " ", "，而但", ", но ", "während"]),
        max_size=12,
    ),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_gaps_are_as_the_text_between_two_places_says(some: list[str], data: st.DataObject) -> None:
    text = " ".join(some)
    numbers = number_spans(text)
    gaps = Gaps(text, numbers)
    low, high = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
    gap = text[low:high]
    assert gaps.commas(low, high) == len(WEAK.findall(gap))
    assert gaps.has_break(low, high) == (CLAUSE_END.search(gap) is not None)
    inside = [one for one in numbers if low <= one.start and one.end <= high]
    assert gaps.numbers(low, high) == len(inside)
    assert gaps.begins_number(low, high) == any(low <= one.start < high for one in numbers)
    ends = [one.end for one in numbers if one.end <= low]
    assert gaps.number_before(low) == max(ends, default=0)
    breaks = [found.span() for found in re.finditer(CLAUSE_END, text)]
    assert gaps.clause(low, high) == (
        max((end for _, end in breaks if end <= low), default=0),
        min((start for start, _ in breaks if start >= high), default=len(text)),
    )


def _counted(patch: pytest.MonkeyPatch, where: object, name: str, found: Counter[str]) -> None:
    work: Callable[..., object] = getattr(where, name)

    def counting(*args: object) -> object:
        found[name] += 1
        return work(*args)

    patch.setattr(where, name, counting)


def test_twice_the_sentence_is_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence of 24 kB took 28 seconds: each number was set against each area of it."""
    counts = []
    for clauses in (30, 60):
        found: Counter[str] = Counter()
        with monkeypatch.context() as patch:
            _counted(patch, candidates, "_side_facts", found)
            _readings("中国对俄罗斯出口下降3.4%，" * clauses)
        counts.append(found["_side_facts"])
    assert 0 < counts[1] <= 2.2 * counts[0]


def test_twice_the_times_is_four_times_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pair of a time and a number looked at all others: a line of 99 kB took two minutes."""
    counts = []
    for clauses in (6, 12):
        found: Counter[str] = Counter()
        with monkeypatch.context() as patch:
            _counted(patch, times, "_bracket", found)
            clause = "China supplied 36 % of Russia's imports in 2023, 47 % more than in 2022, "
            _readings(clause * clauses)
        counts.append(found["_bracket"])
    assert 0 < counts[1] <= 4.4 * counts[0]


@pytest.mark.parametrize("many", [10, 60])
def test_where_many_numbers_are_of_one_thing_no_sum_is_looked_for(many: int) -> None:
    """Some would fit by chance, and three of each were set against each other: the cube of it."""
    text = "".join(
        f"China's exports to Russia in 2023 were {one}.5 billion dollars. "
        f"China's imports from Russia in 2023 were {one}.25 billion dollars. "
        f"Trade between China and Russia in 2023 was {2 * one}.75 billion dollars. "
        for one in range(1, many + 1)
    )
    read = structured(article_of(text), {})
    found = borne_out({at: (one.claim, one.guess.number.says) for at, one in read.items()})
    assert len(read) == len(found) == 3 * many
    assert {"sum" in said for said in found.values()} == {many == 10}


def test_the_claims_of_a_text_are_one_system_for_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each claim had a system of all others: a text of 24 kB took 17 seconds to test."""
    counts = []
    for sentences in (3, 6):
        found: Counter[str] = Counter()
        with monkeypatch.context() as patch:
            _counted(patch, assess, "JointSystems", found)
            text = "".join(
                f"China's exports to Russia fell by 3.{one} % in 2025. " for one in range(sentences)
            )
            sheet(article_of(text))
        counts.append(found["JointSystems"])
    assert 0 < counts[1] == counts[0]
