"""A long text is read and tested as a short one is, and for as much work a letter."""

from __future__ import annotations

import cProfile
import re
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.claims import assess
from entrepot.claims.draft import article_of, candidates, times
from entrepot.claims.draft import scene as scene_module
from entrepot.claims.draft.arithmetic import _same_rates, cross_checks
from entrepot.claims.draft.article import draft
from entrepot.claims.draft.draft import Drafted
from entrepot.claims.draft.reading import MOST
from entrepot.claims.draft.readings import structured
from entrepot.claims.draft.scene import CLAUSE_END, WEAK, Gaps
from entrepot.claims.draft.sentences import sentences
from entrepot.claims.draft.sureness import facts_with_neighbours
from entrepot.claims.numbers import number_spans, numerals, read_says
from entrepot.errors import RequestError
from entrepot.report.check_report import entries as report_text
from entrepot.report.desk import sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
        patch.setattr(candidates, "_distinguishable", lambda number, flow, scene: scene.areas)
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
    for clauses in (MOST // 2, MOST):
        found: Counter[str] = Counter()
        with monkeypatch.context() as patch:
            _counted(patch, candidates, "_side_facts", found)
            _readings("中国对俄罗斯出口下降3.4%，" * clauses)
        counts.append(found["_side_facts"])
    assert 0 < counts[1] <= 2.5 * counts[0]  # at the ends there is less to do


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
    found = cross_checks({at: (one.claim, one.guess.number.says) for at, one in read.items()})
    assert len(read) == len(found) == 3 * many
    assert {"sum" in said for said in found.values()} == {many == 10}


def test_the_claims_of_a_text_are_one_system_for_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each claim had a system of all others: a text of 24 kB took 17 seconds to test."""
    counts = []
    for many in (3, 6):
        found: Counter[str] = Counter()
        with monkeypatch.context() as patch:
            _counted(patch, assess, "JointSystems", found)
            text = "".join(
                f"China's exports to Russia fell by 3.{one} % in 2025. " for one in range(many)
            )
            sheet(article_of(text))
        counts.append(found["JointSystems"])
    assert 0 < counts[1] == counts[0]


# Every kind of sign that begins or ends something, and rows of it with what goes with it.
SIGNS = (
    *"()[]{}<>\"'“”„«»「」（）.,;:!?…-–—/\\%$€&*_#@~`|=+^§•。，、\u200b\u0301\n\r\t ",
    *("()", "([{", "([)]", "“”", ".)", '."', "?!", "\n\f", "\n \f", "a. ", "1. ", "- ", "1-", "1,"),
)


def _costs(work: Callable[[], object]) -> float:
    """Return the processor time that something takes, undisturbed as far as that can be had."""
    costs = []
    for _ in range(3):
        start = time.process_time()
        work()
        costs.append(time.process_time() - start)
    return min(costs)


@pytest.mark.parametrize("signs", SIGNS, ids=ascii)
def test_a_row_of_signs_is_cut_in_proportion_to_its_length(signs: str) -> None:
    """Of 99,000 points each was looked at from each of them: a minute of a server's process."""
    short, long = (signs * (size // len(signs)) for size in (4_000, 32_000))
    # Eight times the length were sixty-four times the work; a pause of the machine is allowed for.
    assert _costs(lambda: list(sentences(long))) < 0.05 + 24 * _costs(
        lambda: list(sentences(short))
    )


def _free_of(spans: list[tuple[int, int, str, str]]) -> list[tuple[int, int, str, str]]:
    """Return what is shown of each span, sign by sign."""
    taken: set[int] = set()
    found = []
    for start, end, name, why in sorted(spans, key=lambda span: (bool(span[3]), span[0])):
        signs = [at for at in range(start, end) if at not in taken]
        if name and len(signs) < end - start:
            continue
        taken.update(signs)
        runs: list[list[int]] = []
        for at in signs:
            if runs and runs[-1][1] == at and (start == end or at - 1 in signs):
                runs[-1][1] = at + 1
            else:
                runs.append([at, at + 1])
        found += [(low, high, name, why) for low, high in runs]
    return found


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 9), st.booleans()).map(
        lambda one: (one[0], one[0] + one[1], "a" if one[2] else "", "" if one[2] else "why")
    ),
    max_size=14,
)


@given(SPANS)
def test_places_that_overlap_are_shown_as_sign_by_sign(
    spans: list[tuple[int, int, str, str]],
) -> None:
    assert list(report_text._apart(spans)) == _free_of(spans)


def test_each_place_is_set_against_its_neighbours_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each was set against all before it: 2,500 numbers of 5 kB took a second to show."""
    looked = [0]

    def counting(taken: list[tuple[int, int]], at: int, _: None) -> Iterator[tuple[int, int]]:
        for one in taken[at : at + 3]:
            looked[0] += 1
            yield one

    monkeypatch.setattr(report_text, "islice", counting)
    spans = [(2 * at, 2 * at + 1, "", "why") for at in range(500)]
    assert list(report_text._apart(spans)) == spans
    assert looked[0] < 2 * len(spans)


RATE = read_says("5 %")
FACTS = st.lists(
    st.sets(st.sampled_from(["sums:rate", "sums:clash", "sums:no-sum", "rules:same", "other"])),
    max_size=6,
)


@given(FACTS)
def test_facts_of_neighbours_are_those_of_all_others(said: list[set[str]]) -> None:
    facts: Sequence[Mapping[str, float]] = [dict.fromkeys(one, 1.0) for one in said]
    for at, found in enumerate(facts_with_neighbours(facts)):
        others = set().union(*(one for place, one in enumerate(said) if place != at))
        assert ("beside:borne-out" in found) == ("sums:rate" in others)
        assert ("beside:gainsaid" in found) == bool({"sums:clash", "sums:no-sum"} & others)
        assert ("beside:rules" in found) == ("rules:same" in others)
        assert {one for one in found if not one.startswith("beside:")} == said[at]


def test_rows_of_a_sentence_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each number went through its row: of one of 300 numbers all of it, 300 times."""
    found: Counter[str] = Counter()
    _counted(monkeypatch, scene_module, "_rows", found)
    text = "Exports to Russia fell by 5 %, " + "3 % and " * (MOST - 5)
    read = structured(article_of(text), {})
    scenes = {id(one.scene) for one in read.values()}
    assert len(read) > MOST - 10
    assert 0 < found["_rows"] <= 8 * len(scenes)  # by two readers


@pytest.mark.parametrize("words", ["a ", "the ", "and ", "и ", "half a ", "5 and "])
def test_a_phrase_of_many_words_is_read_once(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From each article all that follow were gone through: 40 kB of "a" took three quarters of
    a minute, and the error repeated them all."""
    looked = [0]

    class Counting(frozenset[str]):
        def __contains__(self, one: object) -> bool:
            looked[0] += 1
            return super().__contains__(one)

    for name in ("_ARTICLES", "_AND"):
        monkeypatch.setattr(numerals, name, Counting(getattr(numerals, name)))
    phrase = words * 400
    with pytest.raises(RequestError, match="not understood") as caught:
        read_says(phrase, "en")
    assert looked[0] < 10 * len(phrase.split())
    assert len(caught.value.what) < 400


@given(st.lists(st.tuples(st.sampled_from([0.0, 5.0, 5.05, 5.2, 80.0, 81.0]), st.booleans())))
def test_equal_rates_are_found_as_by_comparing_all(values: list[tuple[float, bool]]) -> None:
    """They were compared in pairs, which took the square of their number."""
    rates = [
        (
            (at, at + 1),
            Drafted("growth", {"importer": "A" if own else "B"}, "", ""),
            replace(RATE, value=value),
        )
        for at, (value, own) in enumerate(values)
    ]
    found: dict[tuple[int, int], set[str]] = {place: set() for place, _, _ in rates}
    _same_rates(rates, found)
    for (place, _, _), (value, own) in zip(rates, values, strict=True):
        others = [
            abs(value - other) <= 0.02 * max(value, other)
            for at, (other, its) in enumerate(values)
            if its == own and at != place[0]
        ]
        assert found[place] == {"twice" if same else "clash" for same in others}


# What somebody sends who wants to keep a reader busy: one sign, word, number or name over and over.
REPEATED = (
    *("half ", "two-thirds ", "double ", "from 5 to ", "more than 5 ", "¼ ", "7 ", "1,", "12-"),
    *(
        "1. ",
        "a) ",
        "- ",
        ". ",
        "! ",
        "%",
        "5 % ",
        "$",
        "USD ",
        "рублей ",
        "美元",
        '"',
        "(",
        "[ ] ",
    ),
    *(
        "EU ",
        "Customs ",
        "The Ministry of ",
        "China, ",
        "Китай ",
        "中国和",
        "January ",
        "январь ",
        "1月",
        "2023年",
        "oil ",
        "出口",
    ),
)

WARM = (
    "China's exports to Russia fell by 3 % in 2023.",
    "Экспорт России в Китай в 2023 году вырос на 5 %.",
    "Die Ausfuhren Deutschlands nach China fielen 2023 um 3 %.",
    "2023年中国对俄罗斯出口下降3.4%。",
)


@pytest.mark.parametrize("token", REPEATED, ids=ascii)
def test_one_token_over_and_over_is_read_in_few_steps(token: str) -> None:
    """Of 90 kB "half" cost twelve seconds, "1." more than twenty: up to 1,500 calls a letter."""
    text = (token * 1500)[:1500].strip()
    for said in WARM:  # words are read from their files once
        draft(article_of(said))
    # Calls and not seconds: a busy machine makes them no more.
    profile = cProfile.Profile()
    profile.runcall(draft, article_of(text))
    calls = sum(one.callcount for one in profile.getstats())
    assert calls < 500 * len(text.encode())  # by two readers
