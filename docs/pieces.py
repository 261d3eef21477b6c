"""Small pieces of Markdown that all pages use."""

from __future__ import annotations

from typing import Any


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; bars inside cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def plain(value: Any) -> str:
    """Return a value of a YAML file as one line."""
    if isinstance(value, dict):
        return "; ".join(
            f"{key}: {plain(inner)}" for key, inner in value.items() if inner is not None
        )
    if isinstance(value, (list, tuple)):
        return "; ".join(plain(inner) for inner in value)
    return " ".join(str(value).split())
