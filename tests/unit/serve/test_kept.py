"""Answers that are kept: worked out once, of the state before for a while, within their bytes."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import NoEvidenceError, OutsideError
from entrepot.figures.evaluate import evaluate
from entrepot.lake import Lake
from entrepot.limits import Limits, TimeUp, under
from entrepot.serve.answer import BusyError, ServedAnswer
from entrepot.serve.pool import Pool
from entrepot.serve.service import CachedAnswer, KeptAnswers
from entrepot.serve.views import brief, compare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.figures import Definition, Figure
    from entrepot.report.brief_context import BriefContext
    from entrepot.serve.pool import PooledQuestion


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


class Asker:
    """Asks what is kept; counts what was worked out, which `answer` may change or hold up."""

    def __init__(self, folder: Path, kept: KeptAnswers) -> None:
        self.pool = Pool(folder, seconds=100, workers=2)
        self.kept = kept
        self.worked: list[tuple[str, str]] = []
        self.answer: Callable[[str, str], str] = lambda key, state: f"{key} of {state}"

    def get(self, key: str, state: str, *, may_lag: bool = True) -> CachedAnswer:
        return self.kept.get(key, state, lambda: self._begin(key, state), may_lag=may_lag)

    def text(self, key: str, state: str, *, may_lag: bool = True) -> str:
        return self.get(key, state, may_lag=may_lag).answer.body.decode()

    def _begin(self, key: str, state: str) -> PooledQuestion[ServedAnswer]:
        def work(_: Lake) -> ServedAnswer:
            self.worked.append((key, state))
            return ServedAnswer(self.answer(key, state).encode(), "text/html")

        return self.pool.start(work)

    def idle(self) -> None:
        """Wait until nothing is worked out behind the readers."""
        ended = threading.Event()
        self.kept._behind.submit(ended.set)
        assert ended.wait(100)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asker(tmp_path: Path, clock: Clock) -> Asker:
    return Asker(tmp_path, KeptAnswers(oldest=600, now=clock))


def _at_once(*asks: Callable[[], object]) -> list[object]:
    found: list[object] = []
    threads = [threading.Thread(target=lambda ask=ask: found.append(ask())) for ask in asks]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def test_who_asks_the_same_waits_for_the_same_answer(asker: Asker) -> None:
    def slow(key: str, state: str) -> str:
        time.sleep(0.3)
        return f"{key} of {state}"

    asker.answer = slow
    keys = ["a", "b"] * 8
    found = _at_once(*[lambda key=key: asker.text(key, "1") for key in keys])
    assert sorted(map(str, found)) == ["a of 1"] * 8 + ["b of 1"] * 8
    assert sorted(asker.worked) == [("a", "1"), ("b", "1")]


def test_the_page_of_before_is_given_at_once_and_then_the_new_one(asker: Asker) -> None:
    go = threading.Event()
    asker.get("a", "1")

    def waits(key: str, state: str) -> str:
        assert go.wait(100)
        return f"{key} of {state}"

    asker.answer = waits
    lagging = [asker.get("a", "2") for _ in range(5)]
    assert {(one.answer.body, one.state, one.is_kept) for one in lagging} == {
        (b"a of 1", "1", True)
    }
    go.set()
    asker.idle()
    fresh = asker.get("a", "2")
    assert (fresh.answer.body, fresh.state, fresh.is_kept) == (b"a of 2", "2", True)
    assert asker.worked == [("a", "1"), ("a", "2")]


def test_who_may_not_lag_waits_for_the_new_one(asker: Asker) -> None:
    asker.get("a", "1")
    assert asker.text("a", "2", may_lag=False) == "a of 2"


def test_who_waits_for_the_new_one_shares_it_with_the_work_behind(asker: Asker) -> None:
    asker.get("a", "1")
    begun, go = threading.Event(), threading.Event()

    def waits(key: str, state: str) -> str:
        begun.set()
        assert go.wait(100)
        return f"{key} of {state}"

    asker.answer = waits
    assert asker.text("a", "2") == "a of 1"
    assert begun.wait(100)
    threading.Timer(0.2, go.set).start()
    assert asker.text("a", "2", may_lag=False) == "a of 2"
    assert asker.worked == [("a", "1"), ("a", "2")]


@pytest.mark.parametrize(("later", "given"), [(600, "a of 1"), (601, "a of 2")])
def test_a_page_of_before_is_given_for_a_while_only(
    asker: Asker, clock: Clock, later: float, given: str
) -> None:
    """The while begins when the state was last seen, though the page was made long before."""
    asker.get("a", "1")
    clock.time += 5000
    asker.get("b", "1")
    clock.time += later
    assert asker.text("a", "2") == given


def test_a_page_of_two_states_before_counts_from_its_own(asker: Asker, clock: Clock) -> None:
    asker.answer = lambda key, state: f"{key} of {state}" if state != "2" else 1 / 0
    asker.get("a", "1")
    clock.time += 500
    assert asker.text("a", "2") == "a of 1"
    clock.time += 200
    assert asker.text("a", "3") == "a of 3"


def test_what_ends_late_replaces_nothing_newer(asker: Asker) -> None:
    go = threading.Event()

    def old_waits(key: str, state: str) -> str:
        assert state != "1" or go.wait(100)
        return f"{key} of {state}"

    asker.answer = old_waits
    late = threading.Thread(target=lambda: asker.get("a", "1"))
    late.start()
    while not asker.worked:
        time.sleep(0.01)
    assert asker.text("a", "2") == "a of 2"
    go.set()
    late.join()
    assert asker.text("a", "2") == "a of 2"
    assert asker.worked == [("a", "1"), ("a", "2")]


def test_questions_are_never_mixed(asker: Asker) -> None:
    """Many readers of many pages while the state changes: each gets its page, none an older one."""
    keys = [f"page {number}" for number in range(12)]
    wrong: list[tuple[str, str, CachedAnswer]] = []

    def read(number: int) -> None:
        for turn in range(60):
            key, state = keys[(number * 7 + turn * 5) % 12], str(turn // 20)
            found = asker.get(key, state, may_lag=turn % 3 > 0)
            if found.answer.body.decode() != f"{key} of {found.state}" or (
                turn % 3 == 0 and found.state != state
            ):
                wrong.append((key, state, found))

    _at_once(*[lambda number=number: read(number) for number in range(8)])
    asker.idle()
    assert wrong == []
    assert {asker.text(key, "2", may_lag=False) for key in keys} == {f"{key} of 2" for key in keys}


def test_no_more_is_kept_than_fits(tmp_path: Path) -> None:
    kept = KeptAnswers(most=10)
    asker = Asker(tmp_path, kept)
    asker.answer = lambda key, _: key * 4
    for key in ("a", "b", "a", "c", "a", "b"):
        assert asker.text(key, "1") == key * 4
        assert kept.bytes <= 10
    assert [key for key, _ in asker.worked] == ["a", "b", "c", "b"]


def test_the_bytes_of_what_was_replaced_or_is_too_large_are_free_again(tmp_path: Path) -> None:
    kept = KeptAnswers(most=10)
    asker = Asker(tmp_path, kept)
    asker.answer = lambda key, state: key * int(state)
    for state, held in (("4", 5), ("8", 9), ("2", 3), ("10", 0), ("9", 10)):
        assert asker.text("a", state, may_lag=False) == "a" * int(state)
        assert kept.bytes == held


def test_a_question_that_failed_is_asked_again(asker: Asker) -> None:
    asker.answer = lambda *_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        asker.get("a", "1")
    assert asker.kept.bytes == 0
    asker.answer = lambda *_: "x"
    assert asker.text("a", "1") == "x"


@pytest.mark.parametrize("error", [ValueError("secret"), NoEvidenceError("secret")])
def test_work_behind_that_fails_leaves_the_page_and_is_logged_once(
    asker: Asker, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    asker.get("/country/DEU", "1")

    def fails(*_: str) -> str:
        raise error

    asker.answer = fails
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert asker.text("/country/DEU", "2") == "/country/DEU of 1"
            asker.idle()
    assert asker.worked == [("/country/DEU", "1"), ("/country/DEU", "2")]
    [told] = caplog.records
    assert type(error).__name__ in told.getMessage()
    assert "DEU" not in told.getMessage()
    with pytest.raises(type(error)):
        asker.get("/country/DEU", "2", may_lag=False)
    asker.answer = lambda key, state: f"{key} of {state}"
    assert asker.text("/country/DEU", "3") == "/country/DEU of 1"
    asker.idle()
    assert asker.text("/country/DEU", "3") == "/country/DEU of 3"


def test_work_behind_takes_its_turn_after_first_visits(tmp_path: Path) -> None:
    """However many pages are of before, one of them is worked out at a time."""
    asker = Asker(tmp_path, KeptAnswers())
    pages = [f"old {number}" for number in range(10)]
    for page in pages:
        asker.get(page, "1")
    asker.worked.clear()
    go = threading.Event()

    def old_waits(key: str, state: str) -> str:
        assert not key.startswith("old") or go.wait(100)
        return f"{key} of {state}"

    asker.answer = old_waits
    assert {asker.text(page, "2") for page in pages} == {f"{page} of 1" for page in pages}
    first = [f"new {number}" for number in range(5)]
    assert [asker.text(page, "2") for page in first] == [f"{page} of 2" for page in first]
    assert [key for key, _ in asker.worked if key.startswith("old")] in ([], ["old 0"])
    go.set()
    asker.idle()
    assert {asker.text(page, "2") for page in pages} == {f"{page} of 2" for page in pages}


def test_work_behind_that_finds_no_room_is_done_later(
    asker: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    asker.get("a", "1")
    go = threading.Event()
    held = []
    while True:
        try:
            held.append(asker.pool.start(lambda _: go.wait(100)))
        except BusyError:
            break
    assert asker.text("a", "2") == "a of 1"
    asker.idle()
    assert caplog.records == []
    go.set()
    assert all(one.result() for one in held)
    assert asker.text("a", "2") == "a of 1"
    asker.idle()
    assert asker.text("a", "2") == "a of 2"


def test_a_brief_whose_time_is_over_goes_on_when_it_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy server a brief of many codes was begun anew each time, and never ended."""
    made: list[Definition] = []
    limits = Limits(ends=time.monotonic() + 600)

    def evaluated(asked: Definition, lake: Lake, **keys: bool) -> Figure:
        made.append(asked)
        if len(made) == 4:
            limits.ends = time.monotonic()  # the time is over while this one is worked out
        return evaluate(asked, lake, **keys)

    def told(book: BriefContext, importer: str, supplier: str, goods: str, _: str | None) -> object:
        keys = {"importer": importer, "exporter": supplier, "goods": goods}
        return [book.value("import_share", period=year, **keys) for year in range(2017, 2024)]

    monkeypatch.setattr("entrepot.report.brief_context.evaluate", evaluated)
    monkeypatch.setattr(brief, "brief_in", told)
    wanted = brief.WantedBrief("a state of this test", "RUS", "CHN", "all")
    with Lake.open(tmp_path / "no-lake").reading() as lake:
        with under(limits), pytest.raises(TimeUp):
            brief._answer(lake, wanted)
        assert len(made) == 4
        found = brief._answer(lake, wanted)
    years = [one.period.year for one in made]
    assert years == [2017, 2018, 2019, 2020, 2020, 2021, 2022, 2023], "that one is not trusted"
    assert [one.definition.period.year for one in found.brief] == list(range(2017, 2024))


def test_a_comparison_whose_time_is_over_goes_on_when_it_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took 44 seconds and was answered 503 each time, for nothing was kept between tries."""
    pairs = [("importer", "RUS"), ("supplier", "CHN"), ("importer2", "KAZ")]
    whole = compare.compare_data(Lake.open(tmp_path / "other"), pairs)
    made: list[tuple[Definition, bool]] = []
    first, last = [True], 7

    def evaluated(asked: Definition, lake: Lake, *, ranged: bool) -> Figure:
        made.append((asked, ranged))
        if first and len(made) == last:
            first.clear()
            raise TimeUp
        return evaluate(asked, lake, ranged=ranged)

    monkeypatch.setattr("entrepot.report.brief_context.evaluate", evaluated)
    with Lake.open(tmp_path / "no-lake").reading() as lake:
        with pytest.raises(TimeUp):
            compare.compare_data(lake, pairs)
        assert len(made) == last
        assert compare.compare_data(lake, pairs).body == whole.body
        twice = [one for one in made if made.count(one) > 1]
        assert twice == [made[last - 1]] * 2, "the one that was not finished, and no other"
        count = len(made)
        compare.compare_table(lake, pairs)
        assert len(made) == count, "the table is of the same Figures"


def test_of_a_page_on_a_changed_file_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A brief was remembered before its rows were compared with what was written."""
    pairs = {"importer": "RUS", "exporter": "CHN", "period": 2021}
    made: list[Definition] = []

    def evaluated(asked: Definition, lake: Lake, *, ranged: bool) -> Figure:
        made.append(asked)
        return evaluate(asked, lake, ranged=ranged)

    def changed(**_: bool) -> None:
        raise OutsideError("a stored file was changed")

    monkeypatch.setattr("entrepot.report.brief_context.evaluate", evaluated)
    monkeypatch.setattr(brief, "brief_in", lambda book, *_: [book.value("import_share", **pairs)])
    wanted = brief.WantedBrief("another state of this test", "RUS", "CHN", "all")
    for times in (1, 2):
        lake = Lake.open(tmp_path / "no-lake")
        monkeypatch.setattr(lake, "require_unchanged", changed)
        with pytest.raises(OutsideError), lake.reading():
            brief._answer(lake, wanted)
        assert len(made) == times
