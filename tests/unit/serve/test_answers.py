"""Tables, time limits, and answers that are worked out once."""

from __future__ import annotations

import csv
import gc
import io
import re
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, USA, WORLD, row, text_of

from entrepot.figures import value_added
from entrepot.lake import Lake
from entrepot.limits import step
from entrepot.model.table_files import csv_text
from entrepot.serve import create_app, service
from entrepot.serve.answer import BusyError, TooLongError
from entrepot.serve.pool import Pool

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

NOTE = "Newer data are being loaded"
FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "−x", "=1"]
FORMULAS += [
    "＝1+1",
    "＋1",
    "－1+1",
    "＠SUM",
    "\u200b=1",
    "\ufeff=1",
    "\xa0=1",
    "\v=1",
    "\u202e\u2066@x",
    "\u2028=1+1",
    "\u180e=1",
    "\ufe66" + "1",
]
INSIDE = ["a;=1+1", "a; @x", "a;\u200b＝1", "a\t+1", "a\n=1", "a\r=1", "a\n\n-1+1", "a;b;;=1"]
NUMBERS = {"−3.4": "-3.4", "-3.4": "-3.4", "+5": "+5", "1,234": "1,234", "1e-7": "1e-7"}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    [head, cells] = csv.reader(io.StringIO(csv_text([text], [[text]]), newline=""))
    assert head[0].startswith("'")
    assert cells[0].startswith("'")


@pytest.mark.parametrize("text", INSIDE)
def test_no_part_of_a_cell_is_either_where_a_semicolon_parts_cells(text: str) -> None:
    """A table with commas is read with semicolons where commas are decimal."""
    written = csv_text(["a", "b"], [["x", text]])
    for part in re.split(r"[;\t\n]", written.replace('"', "")):
        assert not part.strip(" \u200b").startswith(("=", "+", "-", "@", "＝")), written


@pytest.mark.parametrize("text", ["a - b", "5; 6", "x = y; z", "2020-2021", "a;b", "e-mail a@b.c"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert list(csv.reader(io.StringIO(csv_text([text], [])))) == [[text]]


@pytest.mark.parametrize(("text", "written"), NUMBERS.items())
def test_numbers_stay_numbers(text: str, written: str) -> None:
    assert list(csv.reader(io.StringIO(csv_text(["a"], [[text]]))))[1] == [written]


def test_nothing_is_an_empty_cell_and_digits_are_all_there() -> None:
    assert csv_text(["a", "b"], [[None, 0.1 + 0.2]]) == "a,b\n,0.30000000000000004\n"


@pytest.mark.parametrize("late", [0, 3])
def test_a_question_that_takes_too_long_is_stopped(tmp_path: Path, late: float) -> None:
    """Also when it opens its connection only after its time is over."""
    pool = Pool(tmp_path, seconds=1.5)
    ended = threading.Event()

    def endless(lake: Lake) -> None:
        time.sleep(late)
        try:
            lake.connection.sql(
                "select sum(a.i * b.i) from range(10000000) a(i), range(10000000) b(i)"
            ).fetchall()
        finally:
            ended.set()

    with pytest.raises(TooLongError, match=r"1\.5 seconds"):
        pool.start(endless).result()
    assert ended.wait(100), "the query goes on"
    pool.seconds = 100
    assert pool.start(lambda _: 5).result() == 5


def test_a_wait_for_a_turn_is_no_part_of_the_time_of_a_question(tmp_path: Path) -> None:
    pool = Pool(tmp_path, seconds=8, workers=1)

    def work(_: Lake) -> bool:
        time.sleep(5)
        return True

    both = [pool.start(work), pool.start(work)]
    assert both[1].result() is True, "5 s of waiting and 5 s of work are within 8 s each"


def test_a_question_whose_turn_does_not_come_is_refused_and_given_up(tmp_path: Path) -> None:
    pool, go, done = Pool(tmp_path, seconds=2, workers=1), threading.Event(), []
    first = pool.start(lambda _: go.wait(100))
    second = pool.start(lambda _: done.append("second"))
    with pytest.raises(BusyError, match=r"no turn came within 2 seconds"):
        second.result()
    with pytest.raises(BusyError):  # whoever waits for the same one
        second.result()
    with pytest.raises(TooLongError):
        first.result()
    go.set()
    pool.seconds = 100
    pool.start(lambda _: done.append("third")).result()
    assert done == ["third"]


def test_an_economy_does_not_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.serve.pool.KEEPS", 0.05)
    kept: list[object] = []
    monkeypatch.setattr("entrepot.figures.value_added._LAST", kept)
    pool = Pool(tmp_path, seconds=100)
    for _ in range(2):
        pool.start(lambda _: kept.append("half a gigabyte")).result()
        for _ in range(5000):
            if not kept:
                break
            time.sleep(0.02)
        assert kept == []


class Economy:
    """Half a gigabyte."""


@pytest.mark.parametrize("is_stopped", [True, False])
def test_what_was_worked_on_goes_with_a_question_that_failed(
    tmp_path: Path, is_stopped: bool
) -> None:
    """Nine economies of questions that took too long stayed for good: 1.6 GB."""
    pool, seen = Pool(tmp_path, seconds=0.3 if is_stopped else 100), []

    def work(_: Lake) -> None:
        economy = Economy()
        seen.append(weakref.ref(economy))
        try:
            economy.by_name["nobody"]
        except AttributeError:
            while is_stopped:
                step()
            raise ValueError("of another kind") from None

    gc.disable()
    try:
        question = pool.start(work)
        with pytest.raises(TooLongError if is_stopped else ValueError) as told:
            question.result()
        for _ in range(5000):
            if seen[0]() is None:
                break
            time.sleep(0.02)
        assert seen[0]() is None, told.value
    finally:
        gc.enable()


def test_what_cycles_hold_does_not_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.serve.pool.KEEPS", 0.05)
    economy = Economy()
    economy.itself, seen = economy, weakref.ref(economy)
    del economy
    gc.disable()
    try:
        Pool(tmp_path, seconds=100).start(lambda _: 5).result()
        for _ in range(5000):
            if seen() is None:
                break
            time.sleep(0.02)
        assert seen() is None
    finally:
        gc.enable()


def test_questions_that_come_at_once_work_an_economy_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []

    def factors(world: object) -> object:
        time.sleep(0.1)
        done.append(world)
        return np.eye(2), np.arange(2)

    def asked(_: int) -> value_added.Solved:
        found = value_added._kept("made", lambda: world)
        assert found.factors[0].shape == (2, 2)
        return found

    world: Any = "a world"
    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path))
    monkeypatch.setattr(value_added, "factors", factors)
    monkeypatch.setattr(value_added, "_LAST", [])
    with ThreadPoolExecutor(4) as crowd:
        found = list(crowd.map(asked, range(4)))
    assert len(done) == len(set(found)) == len(value_added._LAST) == 1


def test_a_queue_that_is_full_says_so(tmp_path: Path) -> None:
    pool = Pool(tmp_path, seconds=100, workers=1, waiting=2)
    go = threading.Event()
    first = [pool.start(lambda _: go.wait(100)) for _ in range(2)]
    with pytest.raises(BusyError):
        pool.start(lambda _: True)
    go.set()
    assert [one.result() for one in first] == [True, True]
    for _ in range(5000):  # room is made a moment after the result
        try:
            assert pool.start(lambda _: 7).result() == 7
            break
        except BusyError:
            time.sleep(0.02)
    else:
        pytest.fail("no room was made")


def test_the_tag_changes_with_the_lake_and_with_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    client = Client(create_app(folder))
    path = "/api/ask?measure=value&importer=DEU&exporter=CHN&goods=854231&period=2022"
    first = client.get(path)
    assert first.json()["status"] == "insufficient_data"
    tag = first.headers["etag"]
    again = client.get(path, **{"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(f"{path}&currency=USD").headers["etag"] != tag
    assert client.get(path, accept="text/csv").headers["etag"] != tag

    _loaded(folder, 5e6)
    now = client.get(path, **{"if-none-match": tag})
    assert now.status_code == 200
    assert now.headers["etag"] != tag


@pytest.mark.parametrize(
    "path", ["/country/DEU/from/CHN/note.html?goods=850511", "/explore.svg", "/measures"]
)
def test_what_is_opened_again_keeps_its_policy(tmp_path: Path, path: str) -> None:
    """A browser replaces headers that it kept by those of a 304, and would drop the style."""
    client = Client(create_app(tmp_path / "lake"))
    first = client.get(path)
    assert "style-src" in first.headers["content-security-policy"]
    again = client.get(path, **{"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers
    assert again.headers["x-content-type-options"] == "nosniff"


def test_any_version_is_known_where_there_is_one(tmp_path: Path) -> None:
    client = Client(create_app(tmp_path / "lake"))
    any_of_them = {"If-None-Match": "*"}
    for path in ("/measures", "/icon.svg"):
        assert client.get(path, **any_of_them).status_code == 304
        tag = client.get(path).headers["etag"]
        lines = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
        assert client.send("GET", path, headers=lines).status_code == 304
    assert client.get("/measures/none-such", **any_of_them).status_code == 404


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br, gzip; q=0.0, *", False)],
)
def test_who_refuses_a_packed_answer_gets_none(tmp_path: Path, accepts: str, packed: bool) -> None:
    found = Client(create_app(tmp_path)).get("/measures", **{"Accept-Encoding": accepts})
    assert ("content-encoding" in found.headers) is packed
    assert "measure" in found.text


def test_an_answer_is_of_its_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was listed last, and the year that it is now, change without the lake."""

    class Tomorrow(date):
        @classmethod
        def today(cls) -> Tomorrow:
            return cls(2999, 1, 1)

    client = Client(create_app(tmp_path / "lake"))
    tag = client.get("/measures").headers["etag"]
    monkeypatch.setattr(service, "date", Tomorrow)
    tomorrow = client.get("/measures", **{"If-None-Match": tag})
    assert (tomorrow.status_code, tomorrow.headers["cache-status"]) == (200, "entrepot; fwd=miss")


def test_an_answer_of_another_state_than_was_asked_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lake may be replaced, and put back, while a question begins."""
    states = iter(["of now", "of another"])
    monkeypatch.setattr(service, "state_of", lambda _: next(states, "of now"))
    client = Client(create_app(tmp_path / "lake"))
    first = client.get("/measures")
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in first.headers
    again = client.get("/measures")
    assert again.headers["cache-status"] == "entrepot; fwd=miss"
    assert client.get("/measures").headers["cache-status"] == "entrepot; hit"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv, application/json;q=0.5", "text/csv; charset=utf-8"),
    ],
)
def test_the_form_is_the_one_that_is_liked_best(tmp_path: Path, accept: str, kind: str) -> None:
    client = Client(create_app(tmp_path))
    assert client.get("/api/measures", accept=accept).headers["content-type"] == kind
    assert client.get("/api/measures.csv", accept=accept).headers["content-type"].startswith("text")


def _loaded(folder: Path, value: float) -> None:
    made = folder.parent / f"made-{value:g}.csv"
    told = {"period": 2022, "flow": "M", "reporter": GERMANY}
    parts = ((CHINA, 1), (USA, 2), (WORLD, 3))
    rows = [row(part * value, partner=partner, **told) for partner, part in parts]
    made.write_text(text_of(rows), encoding="utf-8")
    Lake.open(folder).add("comtrade", [made])


def test_a_brief_that_was_not_asked_before_is_of_the_newest_state(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    client = Client(create_app(folder))
    base, query = "/country/DEU/from/CHN", "?goods=854231&period=2022"
    assert "5000000" not in client.get(f"{base}/figures.csv{query}").text
    _loaded(folder, 5e6)
    assert "5.00" in client.get(base + query).text
    assert "5000000" in client.get(f"{base}/figures.csv{query}").text
    Lake.open(folder).remove("comtrade")
    assert "5000000" not in client.get(f"{base}/figures.csv{query}").text


PAGES = [
    "/country/DEU/from/CHN?goods=854231&period=2022",
    "/country/DEU/from/CHN/whole?goods=854231&period=2022",
    "/country/DEU?goods=854231",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_before_says_so_and_the_new_one_follows(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "lake"
    client = Client(create_app(folder))
    before = client.get(path)
    assert before.headers["cache-status"] == "entrepot; fwd=miss"
    assert NOTE not in before.text
    again = client.get(path)
    assert (again.headers["cache-status"], again.text) == ("entrepot; hit", before.text)

    _loaded(folder, 5e6)
    lagging = client.get(path, **{"if-none-match": before.headers["etag"]})
    assert lagging.status_code == 200, "the line above the page is new"
    assert lagging.headers["cache-status"] == "entrepot; hit; detail=before"
    assert lagging.text.count(NOTE) == 1
    assert lagging.headers["etag"] != before.headers["etag"]
    head = client.send("HEAD", path)
    assert head.content == b""
    fresh = _when_new(client, path)
    assert fresh.headers["etag"] not in (lagging.headers["etag"], before.headers["etag"])
    assert NOTE not in fresh.text
    assert fresh.text != before.text
    assert fresh.text == Client(create_app(folder)).get(path).text
    tag = fresh.headers["etag"]
    assert client.get(path, **{"if-none-match": tag}).status_code == 304


def _when_new(client: Client, path: str) -> httpx.Response:
    for _ in range(5000):
        answer = client.get(path)
        if answer.headers["cache-status"] == "entrepot; hit":
            return answer
        time.sleep(0.1)
    pytest.fail("the page stays that of before")


def test_what_is_saved_or_read_by_programs_is_never_of_before(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    client = Client(create_app(folder))
    paths = [
        "/api/ask?measure=value&importer=DEU&exporter=CHN&goods=854231&period=2022",
        "/ask?measure=value&importer=DEU&exporter=CHN&goods=854231&period=2022",
        "/country/DEU/from/CHN/figures.csv?goods=854231&period=2022",
        "/country/DEU/from/CHN/brief.md?goods=854231&period=2022",
        "/data",
    ]
    before = [client.get(path) for path in paths]
    _loaded(folder, 5e6)
    now = [client.get(path) for path in paths]
    assert {one.headers["cache-status"] for one in [*before, *now]} == {"entrepot; fwd=miss"}
    assert all(old.text != new.text for old, new in zip(before, now, strict=True))


def test_what_no_lake_decides_is_answered_while_all_questions_wait(tmp_path: Path) -> None:
    from entrepot.serve import app

    pools: list[Pool] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            app, "Pool", lambda *at, **keys: pools.append(Pool(*at, **keys)) or pools[0]
        )
        client = Client(create_app(tmp_path, seconds=300))
    go = threading.Event()
    for _ in range(app.READERS - app.SPARE):
        pools[0].start(lambda _: go.wait(300))
    try:
        for path in ("/style/page.css", "/script/page.js", "/icon.svg", "/search.json?q=chi"):
            answer = client.get(path)
            assert answer.status_code == 200
            again = client.get(path, **{"if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        refused = client.get("/measures")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    finally:
        go.set()
