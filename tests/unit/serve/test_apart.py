"""Costly texts are ended for good, and hold up nobody; no reader comes before all others."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.ask_server import HERE, Client, in_own_loop

from entrepot.serve import Access, apart, create_app
from entrepot.serve.answer import BusyError
from entrepot.serve.pool import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TEXT = "China's exports to Russia fell by 3.4 % in 2025."
COSTLY = """
import time
from entrepot.serve.views import check
real = check.checked_data
def costly(lake, text, *rest):
    if text == "turn": # a loop that catches all there is to catch
        while True:
            try:
                sum(range(1000))
            except BaseException:
                pass
    if text == "sleep":
        time.sleep(60)
    if text == "memory":
        [bytearray(2**28) for _ in range(100)]
    if text == "engine":
        import duckdb
        raise duckdb.OutOfMemoryException("no memory")
    if text == "defect":
        raise KeyError("secret words of the text")
    print("noise on standard output")
    return real(lake, text, *rest)
check.checked_data, check.get_ready = costly, lambda: None
from entrepot.serve.apart import work
work()
"""


@pytest.fixture
def costly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes in which some texts cost more than any text may."""
    monkeypatch.setattr(apart, "CODE", COSTLY)
    monkeypatch.setattr(apart, "_idle", [])
    monkeypatch.setattr("entrepot.serve.service.TEXT_SECONDS", 2.0)  # of the processor
    yield
    apart._end_all()


def test_a_text_that_costs_too_much_is_ended_and_the_next_one_answered(
    tmp_path: Path, costly: None
) -> None:
    client = Client(create_app(tmp_path / "no-lake", seconds=100))
    start = time.monotonic()
    for text in ("turn", "memory", "engine"):
        answer = client.send("POST", "/api/check", content=text)
        assert answer.status_code == 503, answer.text
        assert "entrepot check" in answer.json()["hint"]
    assert client.send("POST", "/api/check", content=TEXT).status_code == 200
    assert time.monotonic() - start < 300


def test_a_text_that_only_waits_is_ended_too(tmp_path: Path, costly: None) -> None:
    apart.get_ready()
    [process] = apart._idle
    client = Client(create_app(tmp_path / "no-lake", seconds=0.5))
    assert client.send("POST", "/api/check", content="sleep").status_code == 503
    assert process._popen.wait(100) != 0


def test_a_process_does_many_texts_however_large_the_server_is(
    tmp_path: Path, costly: None
) -> None:
    """What a process had at most counts what the server had as it began the process."""
    large = bytearray(apart.RESIDENT)
    large[::4096] = b"x" * len(large[::4096])
    apart.get_ready()
    [process] = apart._idle
    del large
    client = Client(create_app(tmp_path / "no-lake"))
    for _ in range(3):
        assert client.send("POST", "/api/check", content="5 %").status_code == 200
    assert apart._idle == [process]


def test_a_defect_says_where_and_nothing_of_the_text(tmp_path: Path, costly: None) -> None:
    client = Client(create_app(tmp_path / "no-lake"))
    with pytest.raises(RuntimeError, match="KeyError") as found:
        client.send("POST", "/api/check", content="defect")
    assert "secret words" not in str(found.value)
    assert client.send("POST", "/api/check", content=TEXT).status_code == 200


def test_costly_texts_hold_up_no_question(tmp_path: Path) -> None:
    """Eight bodies of 1 MB held every thread for a minute; the next question was refused."""
    app = create_app(tmp_path / "no-lake")
    client = Client(app)
    bodies = ["a: [" + "1:1:1:1:1:1," * 20_000 + "]", "- " * 120_000, "[" + "1," * 120_000 + "]"]
    kind = {"content-type": "application/yaml"}

    def sent(number: int) -> int:
        return client.send(
            "POST", "/api/check", content=bodies[number % 3], headers=kind
        ).status_code

    with ThreadPoolExecutor(8) as crowd:
        held = [crowd.submit(sent, number) for number in range(8)]
        start = time.monotonic()
        assert client.get("/api/ask?measure=value&importer=RUS&exporter=CHN&period=2024").json()
        assert time.monotonic() - start < 50
        assert {one.result() for one in held} <= {422, 503}


def test_each_size_of_a_text_can_be_chosen(tmp_path: Path) -> None:
    client = Client(create_app(tmp_path / "no-lake", longest_article=60, longest_claims=2000))
    assert client.send("POST", "/api/check", content=TEXT).status_code == 200
    assert client.send("POST", "/api/check", content=TEXT * 2).status_code == 413
    assert client.send("POST", "/api/check", json={"text": TEXT * 2}).status_code == 413
    assert client.send("POST", "/api/check", json={"text": "中" * 21}).status_code == 413
    claims = {"text": TEXT * 2, "kind": "claims"}
    assert client.send("POST", "/api/check", json=claims).status_code == 422
    assert client.send("POST", "/check", data=claims | {"text": "x" * 2001}).status_code == 413
    for way in ("/api/desk", "/api/check"):
        answer = client.send("POST", way, json={"text": TEXT * 2})
        assert answer.status_code == 413
        assert "cut the text into chapters" in answer.json()["hint"]
    # A key that comes twice, of which a reader of JSON may take either.
    for texts in (f'"text": "{"x" * 61}", "text": "x"', f'"text": "x", "text": "{"x" * 61}"'):
        kind = {"Content-Type": "application/json"}
        twice = client.send("POST", "/api/desk", content=f"{{{texts}}}".encode(), headers=kind)
        assert twice.status_code == 413
    assert client.send("POST", "/api/desk", json={"text": TEXT[:60]}).status_code == 200


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if is_so():
            return
        time.sleep(0.01)
    pytest.fail("it never came")


def test_readers_take_turns_and_none_has_all_threads() -> None:
    turns, ticket, begun = Turns(3, 100, "turn"), threading.Semaphore(0), []
    done = []

    def work(name: str) -> None:
        begun.append(name)
        assert ticket.acquire(timeout=100)
        done.append(name)

    held = [turns.submit(lambda n=n: work(f"a{n}"), "a") for n in range(8)]
    held.append(turns.submit(lambda: work("b0"), "b"))
    _until(lambda: len(begun) == 3)
    assert sorted(begun) == ["a0", "a1", "b0"], "one thread is left for the next reader"
    held += [turns.submit(lambda n=n: work(f"b{n}"), "b") for n in range(1, 3)]
    held.append(turns.submit(lambda: work("c0"), "c"))
    held[7].cancel()

    def have_begun(ended: int) -> bool:
        left = [
            count - sum(name[0] == reader for name in done)
            for reader, count in (("a", 7), ("b", 3), ("c", 1))
        ]
        at_work = min(3, sum(min(2, count) for count in left))
        return len(done) == ended and len(begun) == ended + at_work

    for ended in range(1, 12):  # one by one: threads that are let go at once overtake each other
        ticket.release()
        _until(lambda ended=ended: have_begun(ended))
    for one in held[:7] + held[8:]:
        one.result(100)
    assert begun.index("c0") < begun.index("a4"), "the last reader does not wait for all of a's"
    assert "a7" not in done
    assert turns.submit(lambda: 5, "a").result(100) == 5


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("others", [1, 3])
def test_a_quick_question_waits_for_one_turn_of_each_other_reader(
    workers: int, others: int
) -> None:
    """However many slow questions others hold: counted in turns that begin, not in seconds."""
    turns, begun, ticket = Turns(workers, 500, "turn"), [], threading.Semaphore(0)

    def slow(name: str) -> None:
        begun.append(name)
        assert ticket.acquire(timeout=100)

    every = [turns.submit(lambda n=n: slow(f"a{n}"), f"a{n}") for n in range(others)]
    every += [
        turns.submit(lambda n=n: slow(f"a{n}"), f"a{n}") for _ in range(20) for n in range(others)
    ]
    while len(begun) < min(workers, max(1, workers - 1) * others):
        time.sleep(0.005)
    before = len(begun)
    quick = turns.submit(lambda: begun.append("b"), "b")
    ticket.release(others + 1)  # so many slow questions end
    quick.result(100)
    assert begun.index("b") - before <= others
    ticket.release(500)
    for one in every:
        one.result(100)


def test_there_is_room_again_after_errors_and_what_was_given_up() -> None:
    turns, go = Turns(1, 3, "turn"), threading.Event()
    first = turns.submit(lambda: go.wait(100), "a")
    second, third = (turns.submit(lambda: 1 / 0, "b") for _ in range(2))
    with pytest.raises(BusyError):
        turns.submit(lambda: 5, "c")
    third.cancel()
    go.set()
    assert first.result(100)
    assert isinstance(second.exception(100), ZeroDivisionError)
    assert [turns.submit(lambda n=n: n, "c").result(100) for n in range(9)] == list(range(9))


def test_one_reader_has_so_many_requests_in_hand_and_another_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.serve.request_body.PATIENCE", 600)
    app = create_app(tmp_path / "no-lake", access=Access(behind_proxy=True))
    held = threading.Event()

    async def crowd() -> tuple[list[int], int, int]:
        import anyio

        async def never_ends() -> object:
            while not held.is_set():
                yield b"x"
                await anyio.sleep(0.02)

        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=HERE, timeout=600
        ) as client:
            found: list[int] = []

            async def send(reader: str) -> None:
                answer = await client.post(
                    "/api/check", content=never_ends(), headers={"x-forwarded-for": reader}
                )
                found.append(answer.status_code)

            async with anyio.create_task_group() as group:
                for _ in range(7):
                    group.start_soon(send, "10.9.9.9, 192.0.2.1")
                with anyio.fail_after(100):
                    while len(found) < 3:
                        await anyio.sleep(0.02)
                await anyio.sleep(0.5)  # and no more than these
                refused = list(found)
                other = await client.post(
                    "/api/check", content=b" ", headers={"x-forwarded-for": "192.0.2.2"}
                )
                own = await client.get("/icon.svg", headers={"x-forwarded-for": "192.0.2.1"})
                held.set()
            return refused, other.status_code, own.status_code

    refused, other, own = in_own_loop(crowd)
    assert refused == [503, 503, 503]
    assert (other, own) == (422, 200)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of data is Linux's")
def test_a_process_apart_may_not_ask_for_more_memory_than_is_promised() -> None:
    """Of its own, whatever the machine has: what is asked for beyond is refused by the system."""
    program = (
        "import io, sys\n"
        "from entrepot.serve import apart\n"
        "sys.stdin = io.TextIOWrapper(io.BytesIO())\n"
        "apart.work()\n"
        "try:\n    bytearray(apart.DATA)\nexcept MemoryError:\n    sys.stderr.write('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.stderr.endswith("refused"), done.stderr
