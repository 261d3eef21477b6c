"""The reference of the Python interface, from the docstrings of its public names."""

from __future__ import annotations

import inspect
import re
from typing import Any

import entrepot

_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
_ENTRY = re.compile(r"^(?=\S)(.+)$", re.MULTILINE)
_METHODS = ("Figure", "Panel", "Lake", "Definition")
"""Classes whose own methods are listed."""


def python() -> str:
    """Return a page with every public name: signature, words, parameters, errors, example."""
    parts = [
        "# Python\n",
        "`import entrepot as ep`; see [use it from Python](../how-to/use-from-python.md).\n",
    ]
    for name in entrepot.__all__:
        found = getattr(entrepot, name)
        if inspect.ismodule(found):
            parts.append(_module(name, found))
        else:
            parts += [f"## {name}\n", _of(f"ep.{name}", found)]
            if name in _METHODS:
                parts += [_methods(name, found)]
    return "\n".join(part for part in parts if part)


def _module(name: str, module: Any) -> str:
    """Return the public names of a module, a line each."""
    first = (inspect.getdoc(module) or "").split("\n\n")[0]
    lines = [f"## {name}\n", f"{_prose(first)}\n"]
    for one in module.__all__:
        found = getattr(module, one)
        words = _prose((inspect.getdoc(found) or "").split("\n\n")[0])
        lines.append(f"- `ep.{name}.{one}`: {words}")
    return "\n".join([*lines, ""])


def _methods(owner: str, found: type) -> str:
    lines = []
    for name, value in sorted(vars(found).items()):
        words = inspect.getdoc(value) if callable(value) or isinstance(value, property) else None
        if not name.startswith("_") and words:
            lines.append(f"- `{owner}.{name}`: {_prose(words.split(chr(10) * 2)[0])}")
    return "\n".join([*lines, ""])


def _of(name: str, found: Any) -> str:
    try:
        signature = _plain(str(inspect.signature(found)))
    except (TypeError, ValueError):
        signature = ""
    text = inspect.getdoc(found) or ""
    pieces = _SECTION.split(text)
    code = (
        f"```python\n{name}{signature}\n```\n" if signature and not inspect.isclass(found) else ""
    )
    body = [code, _prose(pieces[0]) + "\n"]
    for title, section in zip(pieces[1::2], pieces[2::2], strict=True):
        body += [f"**{title}**\n", _section(title, section)]
    return "\n".join(filter(None, body))


def _plain(signature: str) -> str:
    """Return a signature without quotes around types, and without addresses of memory."""
    text = re.sub(r"<function <lambda> at 0x[0-9a-f]+>", "...", signature)
    text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", text)
    return re.sub(r"(?:entrepot|pathlib|typing)(?:\.\w+)*\.(\w+)", r"\1", text)


def _section(title: str, text: str) -> str:
    if title == "Examples":
        return f"```python\n{text.strip()}\n```\n"
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        if line and not line.startswith(" "):
            lines.append(f"- `{line.strip()}`:")
        elif line.strip():
            lines[-1:] = [f"{lines[-1] if lines else '-'} {_prose(line.strip())}"]
    return "\n".join([*lines, ""])


def _prose(text: str) -> str:
    """Return a docstring's words as Markdown."""
    plain = re.sub(r"``(.+?)``", r"`\1`", text)
    return plain.replace("<", "&lt;") if "`" not in plain else plain
