"""Tables, time limits, and answers that are worked out once."""

from __future__ import annotations

import csv
import io
import threading
import time
from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client
from tests.made_comtrade import CHINA, GERMANY, row, text_of

from entrepot.lake import Lake
from entrepot.report.csv_text import csv_text
from entrepot.serve import create_app
from entrepot.serve.answer import Answer
from entrepot.serve.errors import BusyError, TooLongError
from entrepot.serve.kept import Kept
from entrepot.serve.pool import Pool

if TYPE_CHECKING:
    from pathlib import Path

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "−x", "=1"]
NUMBERS = {"−3.4": "-3.4", "-3.4": "-3.4", "+5": "+5", "1,234": "1,234", "1e-7": "1e-7"}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    [head, cells] = csv.reader(io.StringIO(csv_text([text], [[text]]), newline=""))
    assert head[0].startswith("'")
    assert cells[0].startswith("'")


@pytest.mark.parametrize(("text", "written"), NUMBERS.items())
def test_numbers_stay_numbers(text: str, written: str) -> None:
    assert list(csv.reader(io.StringIO(csv_text(["a"], [[text]]))))[1] == [written]


def test_nothing_is_an_empty_cell_and_digits_are_all_there() -> None:
    assert csv_text(["a", "b"], [[None, 0.1 + 0.2]]) == "a,b\n,0.30000000000000004\n"


@pytest.mark.parametrize("late", [0, 0.6])
def test_a_question_that_takes_too_long_is_stopped(tmp_path: Path, late: float) -> None:
    """Also when it opens its connection only after its time is over."""
    pool = Pool(tmp_path, seconds=0.3)
    ended = threading.Event()

    def endless(lake: Lake) -> None:
        time.sleep(late)
        try:
            lake.connection.sql(
                "select sum(a.i * b.i) from range(10000000) a(i), range(10000000) b(i)"
            ).fetchall()
        finally:
            ended.set()

    with pytest.raises(TooLongError, match=r"0\.3 seconds"):
        pool.start(endless).result()
    assert ended.wait(20), "the query goes on"
    assert pool.start(lambda _: 5).result() == 5


def test_a_queue_that_is_full_says_so(tmp_path: Path) -> None:
    pool = Pool(tmp_path, seconds=20, workers=1, waiting=2)
    go = threading.Event()
    first = [pool.start(lambda _: go.wait(20)) for _ in range(2)]
    with pytest.raises(BusyError):
        pool.start(lambda _: True)
    go.set()
    assert [one.result() for one in first] == [True, True]
    for _ in range(100):  # room is made a moment after the result
        try:
            assert pool.start(lambda _: 7).result() == 7
            break
        except BusyError:
            time.sleep(0.02)
    else:
        pytest.fail("no room was made")


def test_who_asks_the_same_waits_for_the_same_answer(tmp_path: Path) -> None:
    pool, kept, worked = Pool(tmp_path, seconds=20), Kept(), []

    def slow(_: Lake) -> Answer:
        time.sleep(0.2)
        worked.append(1)
        return Answer(b"x", "text/plain")

    found: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: found.append(kept.get("k", lambda: pool.start(slow))))
        for _ in range(6)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(found), len(worked)) == (6, 1)


def test_no_more_is_kept_than_fits(tmp_path: Path) -> None:
    pool, kept = Pool(tmp_path, seconds=20), Kept(most=10)
    worked: list[str] = []

    def ask(name: str) -> bytes:
        def work(_: Lake) -> Answer:
            worked.append(name)
            return Answer(name.encode() * 4, "text/plain")

        return kept.get(name, lambda: pool.start(work)).body

    for name in ("a", "b", "a", "c", "a", "b"):
        assert ask(name) == name.encode() * 4
    assert worked == ["a", "b", "c", "b"]


def test_a_question_that_failed_is_asked_again(tmp_path: Path) -> None:
    pool, kept, worked = Pool(tmp_path, seconds=20), Kept(), []

    def work(_: Lake) -> Answer:
        worked.append(1)
        if len(worked) == 1:
            raise ValueError("once")
        return Answer(b"x", "text/plain")

    with pytest.raises(ValueError, match="once"):
        kept.get("k", lambda: pool.start(work))
    assert kept.get("k", lambda: pool.start(work)).body == b"x"


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

    made = tmp_path / "made.csv"
    rows = [row(5e6, period=2022, flow="M", reporter=GERMANY, partner=CHINA)]
    made.write_text(text_of(rows), encoding="utf-8")
    Lake.open(folder).add("comtrade", [made])
    now = client.get(path, **{"if-none-match": tag})
    assert now.status_code == 200
    assert now.headers["etag"] != tag


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


def test_a_brief_is_of_the_state_in_which_it_was_asked_or_a_later_one(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    client = Client(create_app(folder))
    base = "/country/DEU/from/CHN"
    query = "?goods=854231&period=2022"
    assert "5.00 m" not in client.get(base + query).text.replace("\u00a0", " ")
    made = tmp_path / "made.csv"
    rows = [row(5e6, period=2022, flow="M", reporter=GERMANY, partner=CHINA)]
    made.write_text(text_of(rows), encoding="utf-8")
    Lake.open(folder).add("comtrade", [made])
    assert "5.00" in client.get(base + query).text
    assert "5000000" in client.get(f"{base}/figures.csv{query}").text
    Lake.open(folder).remove("comtrade")
    assert "5000000" not in client.get(f"{base}/figures.csv{query}").text


def test_what_no_lake_decides_is_answered_while_all_questions_wait(tmp_path: Path) -> None:
    from entrepot.serve import app

    pools: list[Pool] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "Pool", lambda *keys: pools.append(Pool(*keys)) or pools[0])
        client = Client(create_app(tmp_path, seconds=30))
    go = threading.Event()
    for _ in range(32):
        pools[0].start(lambda _: go.wait(30))
    try:
        for path in ("/style/page.css", "/script/page.js", "/icon.svg", "/search.json?q=chi"):
            answer = client.get(path)
            assert answer.status_code == 200
            again = client.get(path, **{"if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        assert client.get("/measures").status_code == 503
    finally:
        go.set()
