"""Around every request: who may ask, how much is read, and what a browser may do with it."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from entrepot.serve.errors import (
    BadAddressError,
    ForeignPageError,
    TooLargeError,
    UnauthorizedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from entrepot.serve.access import Access

__all__ = ["LONGEST_ADDRESS", "LONGEST_BODY", "POLICY", "Guard", "style_hash"]

LONGEST_ADDRESS = 4000
"""Characters of path and query."""
LONGEST_BODY = 1_000_000
"""Bytes of a text that is sent to be checked."""

POLICY = (
    "default-src 'none'; style-src {style}; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def style_hash(drawing: bytes) -> str:
    """Return what a policy has to allow for a drawing that carries its style inside."""
    inside = re.search(rb"<style>(.*?)</style>", drawing, re.DOTALL)
    if inside is None:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(inside[1]).digest()).decode()}'"


class Guard:
    """Middleware that refuses before anything is computed, and adds headers to every answer.

    Parameters
    ----------
    refuse
        Turns an error into an application that answers it.
    """

    def __init__(
        self, app: ASGIApp, access: Access, refuse: Callable[[Scope, Exception], ASGIApp]
    ) -> None:
        self._app = app
        self._access = access
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        found = self._objection(scope, headers)
        app = self._refuse(scope, found) if found else self._app
        if scope["method"] == "HEAD":  # answered like GET, without the body
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        await app(scope, receive, _with_headers(send))

    def _objection(self, scope: Scope, headers: dict[str, str]) -> Exception | None:
        if not self._access.knows_host(headers.get("host", "")):
            return BadAddressError(
                "this server has another name",
                why="a foreign page could have made its own name lead here",
                hint="open http://127.0.0.1 with the port that the server printed",
            )
        if not self._access.admits(headers.get("authorization", "")):
            return UnauthorizedError(
                "this server asks for a token",
                hint="send it as bearer, or as password of any user in the browser's question",
            )
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            return BadAddressError(
                f"the address is longer than {LONGEST_ADDRESS} characters",
                hint="name a list instead of many codes",
            )
        if scope["method"] == "POST" and _foreign(headers):
            return ForeignPageError(
                "a form of another site is not taken", hint="open the page here, or send no Origin"
            )
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            return TooLargeError(
                f"more than {LONGEST_BODY // 1_000_000} MB",
                why="an article or a claims file is much smaller",
                hint="cut the text into chapters and check one at a time",
            )
        return None


def _foreign(headers: dict[str, str]) -> bool:
    """Whether a browser says that another site sends this."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return urlsplit(origin).netloc != headers.get("host")


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_added(message)]
        await send(message)

    return sending


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sending


def _added(message: dict[str, Any] | Any) -> list[tuple[bytes, bytes]]:
    """Return the headers that the answer does not have itself."""
    there = {name.lower() for name, _ in message.get("headers", ())}
    found = _HEADERS | {"Content-Security-Policy": POLICY.format(style="'self'")}
    return [
        (name.lower().encode(), text.encode())
        for name, text in found.items()
        if name.lower().encode() not in there
    ]
