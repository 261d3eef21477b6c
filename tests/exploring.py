"""How Hypothesis runs: the same examples in every run, or new ones for as long as there is time.

A plugin of pytest, named in conftest.py. `make test` has the profile "same": a test that names no
number has 50 examples, with ENTREPOT_TORTURE=10 100. `make explore` has "explore", and with it a
hundred times the examples, or ten minutes a test, whichever ends first.
"""

from __future__ import annotations

import functools
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import UnsatisfiedAssumption
from hypothesis.internal.conjecture import providers

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 100
EXAMPLES = 100 if float(os.environ.get("ENTREPOT_TORTURE") or 1) >= 10 else 50
MINUTES = float(os.environ.get("ENTREPOT_EXPLORE_MINUTES") or 10)
FOLDER = Path(__file__).resolve().parent.parent / ".hypothesis"
BUSY = [HealthCheck.too_slow]
"""A busy machine fails no property; how long an example takes is for other tests."""


def register() -> None:
    """Make both profiles known and take the one that is the same in every run."""
    settings.register_profile(
        "same",
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=BUSY,
    )
    settings.register_profile(
        "explore",
        deadline=None,
        print_blob=True,
        database=DirectoryBasedExampleDatabase(FOLDER),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("same")


register()


@pytest.hookimpl(trylast=True)  # behind Hypothesis, which reads --hypothesis-profile
def pytest_configure() -> None:
    if settings.get_current_profile_name() == "same":
        without_constants()


def without_constants() -> None:
    """Draw no constants from the source text of the modules that happen to be imported.

    Hypothesis does, and which modules are imported depends on the tests that ran before in the
    same process: on who got which test of `pytest -n`. There is no setting for it.
    """
    providers._get_local_constants = lambda: providers._local_constants


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if settings.get_current_profile_name() != "explore":
        return
    for test in {id(obj): obj for obj in map(_test_of, items) if obj is not None}.values():
        set_ = test._hypothesis_internal_use_settings  # as the hook of Hypothesis itself reads it
        test._hypothesis_internal_use_settings = settings(
            set_, max_examples=TIMES * set_.max_examples, suppress_health_check=list(HealthCheck)
        )
        test.hypothesis.inner_test = _within_time(test.hypothesis.inner_test)


def pytest_runtest_setup(item: pytest.Item) -> None:
    test = _test_of(item)
    if test is not None and hasattr(test.hypothesis.inner_test, "clock"):
        test.hypothesis.inner_test.clock.begin(item.nodeid)


def _test_of(item: pytest.Item) -> Any:
    test = getattr(item, "obj", None)
    return test if test is not None and is_hypothesis_test(test) else None


class _Clock:
    """What one test may still take, and what it has done."""

    def __init__(self) -> None:
        self.begin("")

    def begin(self, name: str) -> None:
        self.name, self.done, self.failed = name, 0, False
        self._ends = time.monotonic() + 60 * MINUTES

    def is_over(self) -> bool:
        return time.monotonic() > self._ends


def _within_time(inner: Callable[..., Any]) -> Callable[..., Any]:
    """Return a test that ends as skipped when its time is over, unless it is about to fail."""
    clock = _Clock()

    @functools.wraps(inner)
    def limited(*args: Any, **keys: Any) -> Any:
        try:
            result = inner(*args, **keys)
        except UnsatisfiedAssumption:
            raise
        except Exception:
            clock.failed = True  # from here on it is made small, which is not to be cut off
            raise
        clock.done += 1
        # Not before the test: one that draws while it runs would draw less than in another run of
        # the same example, which Hypothesis reports as a defect of the test.
        if clock.is_over() and not clock.failed:
            pytest.skip(f"{clock.name}: time is over, {clock.done:,} examples did not fail")
        return result

    limited.clock = clock  # type: ignore[attr-defined]
    return limited
