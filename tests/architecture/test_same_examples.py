"""The suite is the same on every run: Hypothesis draws the same, whatever ran before."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from exploring import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable

TESTS = Path(__file__).resolve().parent.parent
PROBE = """
from hypothesis import given, strategies as st

seen = []


@given(st.integers(), st.text(), st.floats(), st.sets(st.binary()))
def test_drawing(number, text, real, some):
    seen.append(repr([number, text, real, sorted(some)]))


def test_what_came():
    print(f"drawn: {len(seen)} {hash_of(seen)}")


def hash_of(lines):
    import hashlib

    return hashlib.sha256("\\n".join(lines).encode()).hexdigest()
"""
FAILS = """
from hypothesis import given, settings, strategies as st


@settings(max_examples=20)
@given(st.integers(0, 1_000_000))
def test_of_a_rare_number(number):
    assert number < 999_000


@settings(max_examples=10**7)
@given(st.integers())
def test_of_none(number):
    pass


@settings(max_examples=10**7)
@given(st.randoms(use_true_random=False))
def test_of_draws_inside(random):
    random.shuffle(list(range(9)))
"""


def run(folder: Path, text: str, *words: str, **environment: str) -> str:
    path = folder / "test_probe.py"
    path.write_text(text, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-qs", "-pexploring", "-pno:cacheprovider", *words, path],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(TESTS)} | environment,
        check=False,
    )
    return found.stdout + found.stderr


def drawn(output: str) -> str:
    [line] = [line for line in output.splitlines() if "drawn: " in line]
    assert f" {EXAMPLES} " in line
    return line.split("drawn: ", 1)[1]


def test_what_is_drawn_is_the_same_whatever_was_imported_before(tmp_path: Path) -> None:
    plain = run(tmp_path, PROBE, PYTHONHASHSEED="1")
    # Hypothesis takes constants from modules that are no library: here a copy of one of ours.
    (tmp_path / "ours.py").write_text(f"A = {list(range(7_000, 7_050))}\n", encoding="utf-8")
    other = run(tmp_path, "import ours\n" + PROBE, PYTHONHASHSEED="2", TZ="Pacific/Kiritimati")
    assert drawn(plain) == drawn(other)


def test_exploring_draws_anew_tries_more_and_ends_in_time(tmp_path: Path) -> None:
    words = ["--hypothesis-profile=explore", "-rs", "-m", "hypothesis"]
    found = run(tmp_path, FAILS, *words, ENTREPOT_EXPLORE_MINUTES="0.02")
    assert (
        "assert 999000 < 999000" in found
    )  # made as small as it goes, though time was over meanwhile
    assert re.search("test_of_none: time is over, [1-9][0-9,]* examples did not fail", found)
    assert "1 failed, 2 skipped" in found


def test_no_property_here_draws_at_random(request: pytest.FixtureRequest) -> None:
    if settings.get_current_profile_name() == "explore":
        pytest.skip("exploring draws at random")
    tests = [obj for one in request.session.items if is_hypothesis_test(obj := _of(one))]
    for test in tests:
        set_ = test._hypothesis_internal_use_settings  # type: ignore[attr-defined]
        where = f"{test.__module__}.{test.__name__}"
        assert set_.derandomize, where
        assert set_.database is None, where
        assert set_.deadline is None, where
        assert HealthCheck.too_slow in set_.suppress_health_check, where


def _of(item: pytest.Item) -> Callable[..., object]:
    return getattr(item, "obj", None)  # type: ignore[return-value]
