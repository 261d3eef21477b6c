"""What is read of a request beside its path: the form that is wanted, and a text that is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl

import anyio
from fastapi import Request  # noqa: TC002 (FastAPI reads it)

from entrepot.errors import RequestError
from entrepot.serve.errors import BadAddressError, TooLargeError, TooLongError, WrongFormError
from entrepot.serve.guard import LONGEST_BODY
from entrepot.serve.keys import single

__all__ = ["Sent", "body_of", "sent_text", "wants_csv"]

_PATIENCE = 30
"""Seconds that a body may take to arrive."""
_KEYS = ("text", "kind", "date", "publisher")
_KINDS = {
    "text/plain": "article",
    "text/markdown": "article",
    "application/yaml": "claims",
    "application/x-yaml": "claims",
    "text/yaml": "claims",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A text to check; `kind` is ``article`` or ``claims``."""

    text: str
    kind: str = "article"
    date: str = ""
    publisher: str = ""


def wants_csv(request: Request) -> bool:
    """Whether the ``Accept`` header likes CSV better than JSON."""
    liked = {}
    for part in request.headers.get("accept", "*/*").split(","):
        kind, *how = (word.strip() for word in part.split(";"))
        weight = next((word[2:] for word in how if word.startswith("q=")), "1")
        liked[kind] = float(weight) if weight.replace(".", "", 1).isdigit() else 0.0
    rest = liked.get("*/*", 0.0)
    return liked.get("text/csv", 0.0) > liked.get("application/json", rest)


async def body_of(request: Request) -> bytes:
    """Return the body of a request as far as it is small and comes in time.

    Raises
    ------
    TooLargeError
        If it is larger than `LONGEST_BODY`.
    TooLongError
        If it does not come.
    """
    held = bytearray()
    try:
        with anyio.fail_after(_PATIENCE):
            async for chunk in request.stream():
                held += chunk
                if len(held) > LONGEST_BODY:
                    raise TooLargeError(
                        f"more than {LONGEST_BODY // 1_000_000} MB",
                        hint="cut the text into chapters and check one at a time",
                    )
    except TimeoutError:
        raise TooLongError(
            f"the text did not arrive within {_PATIENCE} seconds", hint="send it again"
        ) from None
    return bytes(held)


def sent_text(request: Request, body: bytes) -> Sent:
    """Return the text of a request: as it is, in JSON, or from a form.

    Raises
    ------
    WrongFormError
        For a media type that is not read.
    RequestError
        For a text that is not UTF-8, or no JSON.
    """
    kind = request.headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RequestError("not a text in UTF-8", hint="send it as UTF-8") from None
    if kind in _KINDS:
        query = single(request.query_params.multi_items(), ("date", "publisher"))
        return Sent(text, _KINDS[kind], **query)
    if kind == "application/json":
        return _from_pairs(_pairs_of_json(text))
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(text, max_num_fields=8, keep_blank_values=True)
        except ValueError:
            raise BadAddressError("more fields than the form has") from None
        return _from_pairs(pairs)
    known = ", ".join((*_KINDS, "application/json"))
    raise WrongFormError(f"a text as {kind[:60]!r} is not read", hint=f"send one of: {known}")


def _pairs_of_json(text: str) -> list[tuple[str, str]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise RequestError("not JSON", hint='send {"text": "..."}') from None
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise RequestError("not an object of texts", hint='send {"text": "..."}')
    return list(data.items())


def _from_pairs(pairs: list[tuple[str, str]]) -> Sent:
    texts = [value for name, value in pairs if name == "text"]
    rest = single([pair for pair in pairs if pair[0] != "text"], _KEYS)
    kind = rest.pop("kind", "article")
    if kind not in ("article", "claims"):
        raise RequestError(f"kind is {kind[:60]!r}", hint="write article or claims")
    text = "".join(texts[:1]).replace("\r\n", "\n")
    return Sent(text, kind, **rest)
