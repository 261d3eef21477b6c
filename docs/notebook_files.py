"""Notebooks: written as plain Python in docs/notebooks, with what Jupyter reads beside them.

A line ``# %%`` begins a cell of code, ``# %% [markdown]`` one of text. The ``.ipynb`` beside a
script has the same cells without outputs; `executed` runs them in one process and keeps what a
notebook would show.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "notebooks"
ROOT = Path(__file__).parents[1]
_CELL = re.compile(r"^# %%(?P<kind> \[markdown\])?\n", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A cell: whether it is text, and its source."""

    is_text: bool
    source: str


def scripts() -> list[Path]:
    """Return the scripts that notebooks are made of."""
    return sorted(FOLDER.glob("*.py"))


def cells(script: Path) -> list[Cell]:
    """Return the cells of a script."""
    text = script.read_text(encoding="utf-8")
    starts = list(_CELL.finditer(text))
    ends = [*(one.start() for one in starts[1:]), len(text)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        source = text[start.end() : end].strip("\n")
        if start["kind"]:
            source = "\n".join(
                line.removeprefix("#").removeprefix(" ") for line in source.split("\n")
            )
        found.append(Cell(bool(start["kind"]), source))
    return found


def notebook(script: Path) -> str:
    """Return the notebook of a script as JSON, without outputs."""
    found = []
    for cell in cells(script):
        lines = cell.source.splitlines(keepends=True)
        if cell.is_text:
            found.append({"cell_type": "markdown", "metadata": {}, "source": lines})
        else:
            empty: dict[str, Any] = {"execution_count": None, "metadata": {}, "outputs": []}
            found.append({"cell_type": "code", **empty, "source": lines})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": found,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def executed(script: Path) -> list[tuple[Cell, str, str]]:
    """Run a notebook, and return each cell with what it prints and what it shows as HTML."""
    names: dict[str, Any] = {"__name__": "__main__"}
    found = []
    with _in_folder(ROOT):
        for cell in cells(script):
            printed = io.StringIO()
            shown = ""
            if not cell.is_text:
                with redirect_stdout(printed):
                    shown = _shown(_run(cell.source, script.name, names))
            found.append((cell, printed.getvalue(), shown))
    return found


@contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _run(source: str, name: str, names: dict[str, Any]) -> Any:
    """Run the lines of a cell, and return what its last line is, if that is an expression."""
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), name, "eval"), names)  # type: ignore[attr-defined]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "_repr_html_") and (html := value._repr_html_()):
        return str(html)
    text = str(value).replace("&", "&amp;").replace("<", "&lt;")
    return f"<pre>{text}</pre>"
