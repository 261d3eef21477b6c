"""The command, run in this process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from entrepot.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def entrepot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command: exit code, standard output, standard error."""

    def invoke(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["entrepot", *words])
        code = 0
        try:
            run()
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return invoke
