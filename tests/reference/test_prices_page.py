"""The examples on the page about prices run and print what the page says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "prices.md"
EXAMPLES = re.findall(
    r"```python\n(.*?)```\n\n((?:    [^\n]*\n)+)", PAGE.read_text(encoding="utf-8"), re.S
)


def printed(code: str) -> list[str]:
    scope: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, scope)
    return out.getvalue().splitlines()


def test_there_are_two_examples() -> None:
    assert len(EXAMPLES) == PAGE.read_text(encoding="utf-8").count("```python") == 2


def test_the_made_up_example() -> None:
    code, shown = EXAMPLES[0]
    assert printed(code) == [line.strip() for line in shown.splitlines()]


def test_the_example_on_minerals(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shared_data / "china_minerals_monthly")
    code, shown = EXAMPLES[1]
    assert printed(code) == [line.strip() for line in shown.splitlines()]
