"""What the pages on measures print is what their Python prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "explanation"
NAMES = ("why-a-share-changed", "leverage", "growth-and-currency")


@pytest.mark.parametrize("name", NAMES)
def test_examples_print_what_the_page_says(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(python|text)\n(.*?)```", text, re.DOTALL)
    kinds = [kind for kind, _ in blocks]
    assert kinds == ["python", "text"] * (len(kinds) // 2)
    assert len(kinds) >= 4
    scope: dict[str, object] = {}
    for (_, code), (_, printed) in zip(blocks[::2], blocks[1::2], strict=True):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, name, "exec"), scope)
        assert out.getvalue() == printed
