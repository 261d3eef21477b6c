"""Few modules reach outside, each only when it is asked to."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "entrepot"
MODULES = sorted(SOURCE.rglob("*.py"))
DOOR = "sources/get/client.py"
OUTWARD = {
    "aiohttp", "asyncio", "ftplib", "http", "httpcore", "httpx", "imaplib", "obstore", "poplib",
    "requests", "smtplib", "socket", "socketserver", "ssl", "stamina", "telnetlib",
    "urllib.request", "urllib3", "webbrowser", "websockets", "xmlrpc",
}  # fmt: skip


def outward(text: str) -> set[str]:
    """Modules for the network that a text imports when it runs, or names to import by name."""
    tree = ast.parse(text)
    typing = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for child in node.body
        for inner in ast.walk(child)
    }
    named: set[str] = set()
    for node in ast.walk(tree):
        if node in typing:
            continue
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            named |= {f"{node.module}.{alias.name}" for alias in node.names} | {f"{node.module}"}
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            named |= {one.value for one in node.args if isinstance(one, ast.Constant)}
    return {
        name for name in named for out in OUTWARD if name == out or f"{name}.".startswith(f"{out}.")
    }


def test_only_one_module_reaches_outside() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): outward(path.read_text(encoding="utf-8"))
        for path in MODULES
    }
    reaching = {name: used for name, used in found.items() if used}
    assert reaching.pop("lake/remote.py") >= {"obstore"}  # a lake that a user has put there
    assert reaching == {
        DOOR: {"httpx", "socket", "ssl"},  # a connection that never ends is cut at its socket
        "spark.py": {"socket"},  # whether the master that a user names is there
    }


@pytest.mark.parametrize(
    "text",
    [
        "import socket",
        "def f():\n    from urllib import request",
        "from http.client import HTTPSConnection",
        "import importlib\nimportlib.import_module('httpx')",
        "__import__('requests')",
    ],
)
def test_the_search_finds_every_way_to_import(text: str) -> None:
    assert outward(text)


def test_the_search_passes_over_what_does_not_run() -> None:
    assert not outward("from urllib.parse import quote")
    assert not outward("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import httpx")


SCRIPT = """
import socket, sys
def refuse(*args, **keys):
    raise AssertionError("a socket was opened")
socket.socket = socket.create_connection = socket.getaddrinfo = refuse
from entrepot.cli.main import run
sys.argv = ["entrepot", *sys.argv[1:]]
try:
    run()
except SystemExit as stop:
    code = stop.code or 0
else:
    code = 0
assert "httpx" not in sys.modules, "the library for the network was loaded"
sys.exit(code)
"""
BACI = "t,i,j,k,v,q\n2022,156,643,854231,12.5,1.5\n2022,643,156,270900,800.0,1000.0\n"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("ask value --exporter CHN --importer RUS --period 2025", {0}),
        ("ask import_share --exporter CHN --importer RUS --period 2022 --source baci", {0, 3}),
        ("brief RUS --supplier CHN --out brief.json", {0, 3}),
        (f"check {ROOT / 'examples' / 'russia-china-dependence.yaml'}", {0, 1}),
        ("data add baci BACI_HS22_Y2022_V202601.csv", {0}),
        ("data sources", {0}),
    ],
)
def test_nothing_else_opens_a_socket(words: str, codes: set[int], tmp_path: Path) -> None:
    (tmp_path / "BACI_HS22_Y2022_V202601.csv").write_text(BACI)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words.split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"ENTREPOT_LAKE": str(tmp_path / "lake"), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode in codes, done.stderr
    assert "socket" not in done.stderr
