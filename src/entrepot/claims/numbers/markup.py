"""What in a text is not for reading: tags, scripts, addresses."""

from __future__ import annotations

import re

__all__ = ["blanked"]

_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,4000}>")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"
)
_HIDDEN = ("script", "style")


def blanked(text: str) -> str:
    """Return the text with tags, scripts, styles and addresses blank, of the same length.

    Examples
    --------
    >>> blanked("<b>5</b> %")
    '   5     %'
    """
    for name in _HIDDEN:
        text = _without(text, name)
    for pattern in (_TAG, _ADDRESS):
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def _without(text: str, name: str) -> str:
    """Blank from each opening tag of a name to its closing tag, or to the end."""
    opening = re.compile(rf"<{name}\b", re.IGNORECASE)
    closing = re.compile(rf"</{name}[^<>]{{0,100}}>", re.IGNORECASE)
    kept: list[str] = []
    at = 0
    while found := opening.search(text, at):
        end = closing.search(text, found.end())
        stop = end.end() if end else len(text)
        kept += [text[at : found.start()], " " * (stop - found.start())]
        at = stop
    return "".join([*kept, text[at:]])
