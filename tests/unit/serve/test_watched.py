"""A slow page says what it has found so far and goes on while somebody looks at it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from html import unescape
from typing import TYPE_CHECKING

import pytest
from tests.ask_server import Client

from entrepot.figures import ask
from entrepot.limits import say, step
from entrepot.serve import create_app
from entrepot.serve.answer import AtWorkError, ServedAnswer, TooLongError, as_html
from entrepot.serve.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from entrepot.lake import Lake

PAGE = {"accept": "text/html,*/*;q=0.8"}


class Slow:
    """A page that goes on until it is let go."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), 0

    def __call__(self, lake: Lake) -> ServedAnswer:
        self.begun += 1
        figure = ask("import_share", lake=lake, importer="RUS", exporter="CHN", goods="chpl",
                     period=2023)  # fmt: skip
        while not self.go.is_set():
            step()
            time.sleep(0.01)
        return as_html(f"<main>{figure.value}</main>")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    made = Slow()
    monkeypatch.setattr("entrepot.serve.views.home.home_page", made)
    monkeypatch.setattr("entrepot.serve.service.PATIENCE", 0.1)
    return made


def _until_found(client: Client) -> str:
    for _ in range(3000):
        found = client.get("/", **PAGE)
        assert found.status_code == 202
        if "share of Russia" in found.text:
            return found.text
    raise AssertionError("no figure was said")


def test_a_slow_page_shows_what_is_known_and_then_the_rest(tmp_path: Path, slow: Slow) -> None:
    client = Client(create_app(tmp_path))
    page = _until_found(client)
    assert "56.3 %" in unescape(page).replace("\u00a0", " ")
    assert 'role="status"' in page
    waiting = client.get("/", **PAGE)
    assert waiting.headers["retry-after"] == "3"
    # For whoever has no scripts; others would lose what they type.
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in waiting.text
    assert waiting.headers["cache-control"] == "no-store"
    slow.go.set()
    for _ in range(3000):
        found = client.get("/", **PAGE)
        if found.status_code != 202:
            break
    assert found.status_code == 200
    assert found.text.startswith("<main>0.563")
    assert client.get("/").text == found.text
    assert slow.begun == 1


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "How dependent is one country on another?"),
        ("/country/DEU", "Germany"),
        (
            "/country/DEU/from/CHN?goods=850511",
            "Germany’s imports from China: metal permanent magnets",
        ),
        ("/goods/850511", "Metal permanent magnets"),
        ("/explore?show=map&supplier=CHN", "Build a chart"),
        ("/compare?importer=DEU&supplier=CHN", "Compare two dependences"),
    ],
)
def test_a_slow_page_is_painted_before_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, title: str
) -> None:
    """Its title, its menu and, on the first page, the question need no data."""
    go = threading.Event()
    monkeypatch.setattr("entrepot.serve.service.PATIENCE", 0.1)
    for room in (
        *("home.home_page", "country.country_page", "brief.opening_page", "catalogue.goods_page"),
        *("explore.explore_page", "compare.compare_page"),
    ):
        monkeypatch.setattr(f"entrepot.serve.views.{room}", lambda *_, **__: go.wait(100))
    with ended(go):
        page = Client(create_app(tmp_path)).get(path, **PAGE)
        assert page.status_code == 202
        assert f">{title}</h1>" in unescape(page.text)
        assert ('action="/go"' in page.text) == (path == "/")
        assert ('href="/countries" aria-current="page"' in page.text) == ("country" in path)


def test_a_slow_frame_has_no_menu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    monkeypatch.setattr("entrepot.serve.service.PATIENCE", 0.1)
    monkeypatch.setattr("entrepot.serve.views.explore.embed_page", lambda *_: go.wait(100))
    with ended(go):
        page = Client(create_app(tmp_path)).get("/embed?show=map&supplier=CHN", **PAGE)
        assert page.status_code == 202
        assert "<nav" not in page.text


@contextmanager
def ended(go: threading.Event) -> Iterator[None]:
    try:
        yield
    finally:
        go.set()


def test_a_program_that_repeats_its_request_has_the_answer(tmp_path: Path, slow: Slow) -> None:
    """It is told 503, which clients repeat, and never 202, which they take for the answer."""
    client = Client(create_app(tmp_path, seconds=3))
    for _ in range(9):  # a busy machine has found nothing yet the first time
        first = client.get("/")
        assert (first.status_code, first.headers["retry-after"]) == (503, "3")
        assert first.headers["content-type"] == "application/problem+json"
        if first.json()["found"]:
            break
    assert "56.3" in first.json()["found"][0]
    slow.go.set()
    for _ in range(50):
        found = client.get("/")
        if found.status_code != 503:
            break
    assert (found.status_code, slow.begun) == (200, 1)


def test_a_program_that_prefers_it_is_told_what_is_known(tmp_path: Path, slow: Slow) -> None:
    client = Client(create_app(tmp_path))
    for _ in range(3000):
        found = client.get("/", prefer="wait=5, respond-async")
        assert found.status_code == 202
        if found.json()["found"]:
            break
    assert "56.3" in found.json()["found"][0]
    assert found.json()["seconds"] > 0
    assert found.headers["location"] == "/"
    assert found.headers["preference-applied"] == "respond-async"
    assert found.headers["retry-after"] == "3"
    assert found.headers["cache-control"] == "no-store"
    slow.go.set()
    for _ in range(3000):
        found = client.get("/", prefer="respond-async")
        if found.status_code != 202:
            break
    assert (found.status_code, slow.begun) == (200, 1)


def test_a_page_that_is_looked_at_outlasts_the_limit(tmp_path: Path, slow: Slow) -> None:
    """The page takes more than twice as long."""
    client = Client(create_app(tmp_path, seconds=3))
    end = time.monotonic() + 7
    while time.monotonic() < end:
        assert client.get("/", **PAGE).status_code == 202
    slow.go.set()
    for _ in range(3000):
        found = client.get("/", **PAGE)
        if found.status_code != 202:
            break
    assert (found.status_code, slow.begun) == (200, 1)


def test_a_page_that_nobody_looks_at_ends_with_the_limit(tmp_path: Path) -> None:
    pool, ended = Pool(tmp_path, seconds=2), threading.Event()

    def endless(_: Lake) -> None:
        try:
            while True:
                step()
                time.sleep(0.01)
        finally:
            ended.set()

    question = pool.start(endless)
    with pytest.raises(AtWorkError):
        question.watched(0.05)
    assert ended.wait(100)
    with pytest.raises(TooLongError):
        question.watched(0.05)


def test_an_endless_question_ends_though_it_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.serve.pool.LONGEST", 3)
    question = Pool(tmp_path, seconds=0.2).start(lambda lake: _endless_query(lake))
    began = time.monotonic()
    # A loop in the block, because it is not known which of the looks ends in the error.
    with pytest.raises(TooLongError):  # noqa: PT012
        while time.monotonic() < began + 100:
            try:
                question.watched(0.05)
            except AtWorkError:
                continue
    assert time.monotonic() - began < 100


def _endless_query(lake: Lake) -> None:
    lake.connection.sql(
        "select sum(a.i * b.i) from range(10000000) a(i), range(10000000) b(i)"
    ).fetchall()


def test_what_is_found_is_said_once_each_and_only_if_somebody_listens(tmp_path: Path) -> None:
    made: list[str] = []

    def line() -> str:
        made.append("")
        return "one figure"

    say(line)
    assert made == []
    go = threading.Event()

    def work(_: Lake) -> None:
        say(line)
        say(line)
        go.wait(100)

    question = Pool(tmp_path, seconds=100).start(work)
    found: tuple[str, ...] = ()
    for _ in range(3000):
        with pytest.raises(AtWorkError) as told:
            question.watched(0.02)
        found = told.value.found
        if found:
            break
    go.set()
    question.result()
    assert found == ("one figure",)
