"""`entrepot serve` as it is typed: what it says, whom it refuses, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

PROGRAM = "from entrepot.cli.main import run; run()"


def test_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", "--port", str(free_port())],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ENTREPOT_LAKE": str(tmp_path / "no-lake")},
    )
    try:
        assert started.stderr is not None
        line = started.stderr.readline()
        assert line.startswith("serving on http://127.0.0.1:")
        base = line.split()[2]
        answer = ask(base)
        assert answer.status_code == 200
        assert "server" not in answer.headers
        words = [sys.executable, "-c", PROGRAM, "serve", "--port", base.rstrip("/").split(":")[-1]]
        second = subprocess.run(words, capture_output=True, text=True, check=False)
        assert second.returncode == 4
        assert "--port" in second.stderr
        started.send_signal(signal.SIGINT)
        assert started.wait(600) == 130
        assert "Traceback" not in started.stderr.read()
    finally:
        started.kill()
        started.wait()
        started.stderr.close()


def free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ask(base: str) -> httpx.Response:
    for _ in range(3000):
        try:
            return httpx.get(base, timeout=600)
        except httpx.ConnectError:
            time.sleep(0.1)
    pytest.fail("nobody listens")


def test_nobody_else_is_let_in_by_mistake(entrepot: Run) -> None:
    code, out, err = entrepot("serve", "--host", "0.0.0.0")
    assert (code, out) == (2, "")
    assert "--token" in err
    assert "--behind-proxy" in err
    assert "serving" not in err


def test_a_short_token_is_refused(entrepot: Run) -> None:
    assert entrepot("serve", "--token", "secret")[0] == 2


@pytest.mark.parametrize("library", ["uvicorn", "fastapi"])
def test_a_missing_library_is_named_with_its_extra(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    # The package is imported again without what it has: the whole one comes back after the test.
    monkeypatch.setattr(sys.modules["entrepot"], "serve", import_module("entrepot.serve"))
    for name in [one for one in sys.modules if one.startswith("entrepot.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    code, _, err = entrepot("serve")
    assert code == 2
    assert f"{library} is not installed" in err
    assert "entrepot[serve]" in err
