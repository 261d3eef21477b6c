"""One browser for all tests of pages: a second one in a process cannot be started."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium; nothing is downloaded."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        # Where the project's own check runs, a missing browser is a failure.
        outcome = pytest.fail if os.environ.get("ENTREPOT_REQUIRE_BROWSER") else pytest.skip
        outcome(f"needs a Chromium on the path ({', '.join(CHROMIUM)})")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=found, args=list(QUIET))
        yield started
        started.close()
