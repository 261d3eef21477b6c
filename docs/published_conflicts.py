"""Fill the page on conflicting published figures with what the command finds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims.published_checks import Discrepancy
    from entrepot.sources.published.row import Published

BLOCK = re.compile(r"(<!-- found: ([^>]*) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str, found: Iterable[Discrepancy]) -> str:
    """Return the page with each block written again from the findings it names.

    Raises
    ------
    KeyError
        If a block names a number of which nothing is found any more.
    """
    by_id: dict[str, Discrepancy] = {}
    for one in found:
        by_id.setdefault(one.id, one)
    return BLOCK.sub(
        lambda block: (
            block[1] + "".join(_item(by_id[name]) for name in block[2].split()) + block[3]
        ),
        page,
    )


def named(page: str) -> list[str]:
    """Return the numbers that the page has blocks for."""
    return [name for block in BLOCK.finditer(page) for name in block[2].split()]


def _item(one: Discrepancy) -> str:
    lines = [f"**{one.id}**, {_link(one.one.rows[0])}: {one.what}. {one.because}."]
    if one.definition:
        lines.append(f"{one.definition[:1].upper()}{one.definition[1:]}.")
    lines += [
        f"Likely error, {error.kind.replace('_', ' ')}: {error.text}"
        for error in one.likely_errors[:1]
    ]
    against = "; ".join(dict.fromkeys(_link(row) for row in one.other.rows))
    lines.append(f"Compared with: {against}.")
    words = " ".join(lines).replace("\u00a0", " ").replace("<", "&lt;")
    return f"- {words}\n"


def _link(row: Published) -> str:
    return f"[{row.publisher}]({row.url})" if row.url else row.publisher
