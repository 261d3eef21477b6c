"""Fixtures for every tier; a test's folder is its marker."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page
    from pyspark.sql import SparkSession

for _threads in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
):
    # Set before they are imported: each starts a thread for each core, and so does each worker of
    # `pytest -n auto`; matrices of tests are small, and threads that wait for them are busy.
    os.environ.setdefault(_threads, "1")

for _folder in ("LAKE", "LISTS"):
    # Already while tests are collected: what whoever runs them keeps is no case of a test.
    os.environ[f"ENTREPOT_{_folder}"] = str(Path(gettempdir()) / f"none-{os.getpid()}" / _folder)
os.environ["ENTREPOT_CONFIG"] = str(Path(gettempdir()) / f"none-{os.getpid()}" / "config.toml")

# Else each of hundreds of processes that tests start compiles the whole program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SPARK = "local[2]"
PATIENCE = 300.0
"""Seconds after which a page of a busy machine is given up; none takes as long as that."""
ROOT = Path(__file__).resolve().parent.parent
_TESTS = count()
# They have no examples to run, and only one module of this name can be collected for its examples.
collect_ignore_glob = ["conftest.py", "*/conftest.py", "*/*/conftest.py"]
pytest_plugins = ["exploring"]  # which examples Hypothesis draws, and how many
SLOW = ("lake", "serve", "watching")
"""Folders of unit tests that start processes, kill them or load much: not for `make quick`."""
TIERS = ("scale", "architecture", "browser", "reference", "golden", "property", "cases", "unit")
"""The folders of tests, those with the longest tests first."""


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """Let Ctrl-C do what it does at a terminal: what a script starts behind it inherits deaf ears.

    Programs that tests start would ignore the signals that they are sent.
    """
    kept = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, kept)


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Write without waiting until the disk has it: no test cuts the power.

    A load waits twenty times, for a few milliseconds each. Processes that tests start do wait.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: None)
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look through what is collected for garbage once: it stays until the end."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        parts = item.path.relative_to(ROOT).parts
        tier = parts[1] if parts[0] == "tests" else "unit"
        if tier in TIERS:
            item.add_marker(tier)
        if tier == "unit" and ((len(parts) > 3 and parts[2] in SLOW) or _opens_a_lake(item)):
            item.add_marker("slow")
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker("spark")
    items.sort(key=_turn)


def _opens_a_lake(item: pytest.Item) -> bool:
    """Whether a test may load rows or run a command, by what it takes and its module names.

    These are a seventh of the unit tests, and half of their time.
    """
    module = getattr(item, "module", None)
    names = {*getattr(item, "fixturenames", ()), *(vars(module) if module else ())}
    return not names.isdisjoint(("lake", "Lake", "CliRunner"))


def _turn(item: pytest.Item) -> int:
    """Return when a test has its turn: those on Spark together, which start one session.

    After them by tier, those whose tests take longest first: at the end no process of `make test`
    waits for a long test of another one.
    """
    marks = {one.name for one in item.iter_markers()}
    return next((at for at, name in enumerate(("spark", *TIERS)) if name in marks), len(TIERS))


@pytest.fixture(autouse=True)
def _no_lake_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep tests away from the lake, lists, settings and terminal of whoever runs them.

    What takes seconds to work out of a table is kept for all tests of a process. Folders are named
    and not made: `tmp_path` looks through those of all tests before, which most need not wait for.
    """
    base = tmp_path_factory.getbasetemp()
    (base / "none").mkdir(exist_ok=True)
    none = f"{base / 'none' / str(next(_TESTS))}-"
    monkeypatch.setenv("ENTREPOT_LAKE", f"{none}lake")
    monkeypatch.setenv("ENTREPOT_CACHE", str(base / "cache"))
    monkeypatch.setenv("ENTREPOT_LISTS", f"{none}lists")
    monkeypatch.setenv("ENTREPOT_CONFIG", f"{none}config/config.toml")
    for name in ("ENTREPOT_THREADS", "ENTREPOT_MEMORY", "ENTREPOT_ENGINE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    # A command without the shared options, invoked by itself, does not set it anew.
    if output := sys.modules.get("entrepot.cli.output"):
        output.set_format(None)


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep nothing of this test for others: made-up tables share one made-up checksum."""
    from entrepot.figures.value_added import forget

    monkeypatch.setenv("ENTREPOT_CACHE", str(tmp_path / "cache"))
    forget()
    yield
    forget()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with other people's data, beside the checkout; never part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs real data in ../shared/data, which is not part of the project")
    return folder


@pytest.fixture(scope="session")
def baci_csv(shared_data: Path) -> Path:
    """CEPII BACI V202501, HS2017, China and Russia, 2017 to 2023."""
    return shared_data / "baci_chn_rus" / "BACI_HS17_CHN_RUS_2017_2023.csv"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium; nothing is downloaded. A process cannot start a second one."""
    from playwright.sync_api import expect, sync_playwright

    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        # Where the project's own check runs, a missing browser is a failure.
        outcome = pytest.fail if os.environ.get("ENTREPOT_REQUIRE_BROWSER") else pytest.skip
        outcome(f"needs a Chromium on the path ({', '.join(CHROMIUM)})")
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=found, args=list(QUIET), timeout=1000 * PATIENCE
        )
        # Methods of this one browser are replaced, so that no test has to ask for patience.
        started.new_page = _patient(started.new_page)  # type: ignore[method-assign]
        started.new_context = _patient(started.new_context)  # type: ignore[method-assign]
        yield started
        started.close()


def _patient(opens: Callable[..., Page | BrowserContext]) -> Callable[..., Any]:
    """Let what is opened wait longer than the half minute that is usual."""

    def opened(**how: Any) -> Page | BrowserContext:
        found = opens(**how)
        found.set_default_timeout(1000 * PATIENCE)
        return found

    return opened


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A small Spark in a process beside this one; its log does not reach the screen."""
    outcome = pytest.fail if os.environ.get("ENTREPOT_REQUIRE_SPARK") else pytest.skip
    if find_spec("pyspark") is None:
        outcome("needs pyspark: make spark")
    if not has_java():
        outcome("needs Java 17 or 21 for Spark (Debian: openjdk-17-jre-headless)")
    from entrepot.spark import session

    with pytest.MonkeyPatch.context() as patched:
        # Plans are many and data few: a quick compiler and one partition halve the time.
        patched.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        started = session(SPARK, memory="1GB")
    started.conf.set("spark.sql.shuffle.partitions", "1")
    started.conf.set("spark.sql.adaptive.enabled", "false")
    yield started
    started.stop()


# py4j leaves its sockets open.
_ON_SPARK = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=_ON_SPARK)])
def each_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Load with each engine: the second time, `Lake` in the module of the test is one on Spark."""
    if request.param == "spark":
        request.getfixturevalue("spark")
        from entrepot.lake.on_spark import SparkLake

        monkeypatch.setattr(request.module, "Lake", SparkLake)
    return str(request.param)


def has_java() -> bool:
    """Whether Java is where Spark looks for it."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin" if home else None) is not None
