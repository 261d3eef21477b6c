"""A user's key: read when it is sent, kept nowhere, shown nowhere."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from entrepot.sources.info import Way

__all__ = ["has_key", "secret"]

_PLAIN = re.compile(r"[\w.~+/=-]{8,512}", re.ASCII)


def has_key(way: Way) -> bool:
    """Whether the key that a way needs is in the environment; true where it needs none."""
    return not way.key or bool(os.environ.get(way.key, "").strip())


def secret(way: Way) -> dict[str, str]:
    """Return the header with the user's key, or no header where none is needed.

    Raises
    ------
    RequestError
        If the key is missing, or holds what no key holds (the message never shows it).
    """
    if not way.key:
        return {}
    found = os.environ.get(way.key, "").strip()
    if not found:
        raise RequestError(
            f"a key is needed: {way.key} is not set",
            where="environment variables",
            hint=f"get one from the publisher and set {way.key}",
        )
    if not _PLAIN.fullmatch(found):
        raise RequestError(
            f"{way.key} does not look like a key",
            where="environment variables",
            why="it is too short or too long, or has spaces, quotes or line ends in it",
            hint="set it to the key alone",
        )
    return {way.key_header: found}
