"""A form with a file, as browsers send it (RFC 7578): flat parts, nothing nested."""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.serve.errors import BadAddressError

__all__ = ["Part", "parts_of"]

_MOST = 8
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'(?:^|;)\s*name="([^"\r\n]*)"')
_FILE = re.compile(rb'(?:^|;)\s*filename="([^"\r\n]*)"')


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form; `file` is the name of the file it was, empty for none."""

    name: str
    content: bytes
    file: str = ""


def parts_of(kind: str, body: bytes) -> list[Part]:
    """Return the fields of a form.

    Parameters
    ----------
    kind
        Content type with the boundary.

    Raises
    ------
    BadAddressError
        If it is no such form, or has more fields than a form of ours.
    """
    found = _BOUNDARY.search(kind)
    if found is None:
        raise BadAddressError("a form without a boundary", hint="send it as a browser does")
    mark = b"--" + (found[1] or found[2]).encode("latin-1")
    first, *rest = (b"\r\n" + body).split(b"\r\n" + mark, _MOST + 2)
    if not rest or not rest[-1].startswith(b"--") or first.strip():
        raise BadAddressError(
            f"not a whole form, or one of more than {_MOST} fields", hint="send it again"
        )
    return [_part(piece) for piece in rest[:-1]]


def _part(piece: bytes) -> Part:
    head, gap, content = piece.partition(b"\r\n\r\n")
    told = next(
        (
            line.partition(b":")[2]
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-disposition:")
        ),
        b"",
    )
    name = _NAME.search(told)
    if not gap or name is None:
        raise BadAddressError("a field of the form has no name", hint="send it as a browser does")
    file = _FILE.search(told)
    return Part(_word(name[1]), content, _word(file[1]) if file else "")


def _word(text: bytes) -> str:
    return text.decode("utf-8", "replace")
