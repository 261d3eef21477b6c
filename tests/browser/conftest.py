"""A server for all tests of this folder: what it has answered once, it need not work out again."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from tests.browser.test_brief_page import DESKTOP
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, Page


def served(folder: object, frames: Sequence[str] = (), address: str = "") -> Iterator[str]:
    """Serve a lake at a port of the system's choice; its charts in frames of named sites.

    `address` is where others are said to reach it.
    """
    import uvicorn

    from entrepot.serve import create_app, service

    # On a loaded machine a page may take longer than a reader has patience; here it is waited for.
    patience, service.PATIENCE = service.PATIENCE, 600.0
    app = create_app(str(folder), frames=frames, address=address, seconds=600.0)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    [socket] = [one for each in server.servers for one in each.sockets]
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    service.PATIENCE = patience


@pytest.fixture(scope="package")
def desk() -> Iterator[tuple[str, dict[str, str]]]:
    """Another site, by its address, with its pages by their paths, which a test fills in."""
    pages: dict[str, str] = {}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", pages
        server.shutdown()


def made_lake(place: Path) -> Path:
    """Return a lake with two years of trade of Germany."""
    from entrepot.lake import Lake

    rows = [
        row(value + year, period=year, flow="M", reporter=GERMANY, partner=partner)
        for year in (2021, 2022)
        for partner, value in ((CHINA, 3.21e8), (USA, 1.234e8))
    ]
    (place / "made.csv").write_text(text_of(rows), encoding="utf-8")
    Lake.open(place / "lake").add("comtrade", [place / "made.csv"])
    return place / "lake"


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a made-up lake."""
    yield from served(made_lake(tmp_path_factory.mktemp("site")))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[str]:
    """The same for one test: no answer is there before the test asks for it."""
    yield from served(made_lake(tmp_path))


@pytest.fixture
def public(tmp_path: Path) -> Iterator[str]:
    """The same on a server that says where others reach it."""
    yield from served(made_lake(tmp_path), address="https://trade.example")


@pytest.fixture(scope="package")
def framed(
    tmp_path_factory: pytest.TempPathFactory, desk: tuple[str, dict[str, str]]
) -> Iterator[str]:
    """The same, with its charts in the frames of another site."""
    yield from served(made_lake(tmp_path_factory.mktemp("framed")), [desk[0]])


@pytest.fixture(scope="package")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a lake that holds nothing."""
    yield from served(tmp_path_factory.mktemp("empty") / "no-lake")


class Watched:
    """A page of which every request and every word on its console is noted."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.said: list[str] = []
        self.outside: list[str] = []
        page.on("console", lambda one: self.said.append(one.text))
        page.on("pageerror", lambda one: self.said.append(str(one)))
        page.on("request", self._note)

    def _note(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith((f"{self.site}/", "data:")):
            self.outside.append(url)

    def check(self, *, missing: bool = False) -> None:
        """Nothing was said but that a room is not there, and nothing was asked elsewhere."""
        said = [one for one in self.said if not (missing and "404" in one)]
        assert said == []
        assert self.outside == []


@pytest.fixture
def open_page(browser: Browser) -> Iterator[object]:
    """Open a watched page of a width and a colour scheme."""
    opened: list[Page] = []

    def open_(site: str, path: str, width: int = DESKTOP, scheme: str = "light") -> Watched:
        # A policy without scripts would keep out those of the tests, too.
        page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        opened.append(page)
        watched = Watched(page, site)
        page.goto(site + path)
        return watched

    yield open_
    for page in opened:
        page.close()
