"""Around every request: who may ask, how much is read, and what a browser may do with it.

Anyone on this machine may ask; elsewhere, those who have the token (`Access`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import quote

from entrepot.errors import MissingExtraError, RequestError
from entrepot.limits import Limits, under
from entrepot.serve.answer import (
    BadAddressError,
    BusyError,
    ForeignPageError,
    TooLargeError,
    UnauthorizedError,
    WrongFormError,
)

try:
    import anyio
except ImportError as error:
    raise MissingExtraError("anyio", "serve") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Characters: about 95 bits if they are letters and digits at random.
SHORTEST_TOKEN = 16
# An address of version 6 in brackets, or a name, then a port. No "@", "/" or "#", with which
# programs disagree about where the name ends.
_NAME_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\\\s]+)(:[0-9]{0,5})?")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Access:
    """What is demanded of a request.

    Attributes
    ----------
    hosts
        Names that a request may have in its ``Host`` header; None for any. On loopback this keeps
        out a foreign page whose name was made to lead here (DNS rebinding).
    token
        What a request has to present; None for nothing.
    behind_proxy
        Whether a proxy in front says for whom it asks.
    """

    hosts: frozenset[str] | None = _HERE
    token: str | None = None
    behind_proxy: bool = False

    @classmethod
    def of(
        cls, host: str, token: str | None, *, behind_proxy: bool, names: Sequence[str] = ()
    ) -> Access:
        """Return what an address to listen at demands.

        Parameters
        ----------
        names
            Names under which others reach it; any if none is said.

        Raises
        ------
        RequestError
            For an address that others reach without a token or a proxy that asks who they are,
            or a token that is easily guessed.
        """
        if token is not None and len(token) < SHORTEST_TOKEN:
            raise RequestError(
                f"a token of {len(token)} characters",
                why="it is all that keeps others out, and short ones are guessed",
                hint=f"take at least {SHORTEST_TOKEN} characters",
            )
        if not is_loopback(host) and token is None and not behind_proxy:
            raise RequestError(
                f"{host} can be reached by others",
                why="anyone who reaches the page can read all loaded data and keep this "
                "machine busy",
                hint="add --token TEXT, or --behind-proxy if a proxy asks who they are; "
                "or leave out --host",
            )
        # Elsewhere than on loopback a token or the proxy
        # protects, which a rebound page does not get past.
        open_to_names = (behind_proxy or not is_loopback(host)) and not names
        known = _HERE | {host.lower()} | {name.lower() for name in names}
        return cls(None if open_to_names else known, token, behind_proxy)

    def knows_host(self, header: str) -> bool:
        """Whether a request is meant for this server."""
        found = _NAME_AND_PORT.fullmatch(header)
        # Malformed names are refused even where any name is allowed.
        return found is not None and (
            self.hosts is None or found[1].strip("[]").lower() in self.hosts
        )

    def reader_of(self, scope: Scope) -> str:
        """Return who asks, as far as that is known: an address, or the network of one.

        Of a proxy's list the last one counts, which the proxy itself wrote; those before it are
        what the reader sent. Who has one address of version 6 has 2**64.
        """
        client = scope.get("client")
        address = str(client[0]) if client else ""
        if self.behind_proxy:
            # A proxy may append to the header or add a second
            # one: in both cases its own word is the last.
            said = [text for name, text in scope["headers"] if name == b"x-forwarded-for"]
            address = said[-1].decode("latin-1").rpartition(",")[2].strip() if said else ""
        try:
            found = ip_address(address)
        # Such as "unknown", an address with a port, or a
        # socket of the file system: nobody in particular.
        except ValueError:
            return ""
        # ::ffff:192.0.2.1 is one address of version 4, whose /64 would be all of them.
        if found.version == 6 and found.ipv4_mapped is None:
            return str(ip_network(f"{found}/64", strict=False))
        return str(found)

    def admits(self, authorization: str) -> bool:
        """Whether a request presents the token: as bearer, or as password of any user."""
        if self.token is None:
            return True
        kind, _, given = authorization.partition(" ")
        if kind.lower() == "basic":
            try:
                # validate: without it Python skips signs outside of
                # the alphabet, so many headers would say one token.
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
            except ValueError:  # no Base64, no UTF-8, or not even ASCII
                return False
        elif kind.lower() != "bearer":
            return False
        # In constant time. As bytes, because it refuses texts with letters outside of ASCII.
        return hmac.compare_digest(given.strip().encode(), self.token.encode())


# As a rule only long lists of codes are longer, for which the hint names another way.
LONGEST_ADDRESS = 4000
"""Characters of path and query."""
EMBED = "/embed"
"""Address that other sites may show in a frame, where the operator names them."""
HEALTH = "/healthz"
"""Address that says that the server answers, to whoever asks."""
_UNWANTED, _UNWANTED_SECONDS = 8_000_000, 2
"""Bytes of a refused body that are read and forgotten, and how long they may take."""
IN_HAND = {"GET": 48, "POST": 4}
"""Requests of one reader that are in hand at once, as far as readers can be told apart."""

# Scheme, name, port and nothing else: a space, semicolon or
# line end would add a directive to the policy, or a header.
_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

POLICY = (
    # Everything is forbidden first. No inline script:
    # a name in a table that holds markup stays text.
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
    "Content-Security-Policy": POLICY.format(style="'self'"),
}


_SHARED = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
"""Headers of style and scripts, which are the same on every server of a release."""


def _framed(origins: Sequence[str]) -> dict[str, str]:
    """Return the headers of the one page that other sites may show in a frame."""
    if not origins:
        return _HEADERS
    # This older header knows no list of origins; browsers
    # that know no frame-ancestors would obey DENY.
    more = {name: text for name, text in _HEADERS.items() if name != "X-Frame-Options"}
    policy = POLICY.format(style="'self'")
    named = policy.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")
    return {**more, "Content-Security-Policy": named}


def require_origins(origins: Sequence[str]) -> None:
    """Refuse what is no origin of a site, before it gets into a header.

    Raises
    ------
    RequestError
        For an origin with a path, without a scheme, or with signs of another header.
    """
    for one in origins:
        if not _ORIGIN.fullmatch(one):
            raise RequestError(
                f"{one!r} is no origin of a site",
                hint="write scheme and name without a path: https://www.example.org",
            )


def style_hash(drawing: bytes) -> str:
    """Return what a policy has to allow for a drawing that carries its style inside."""
    # The hash is of exactly these bytes: a browser
    # compares the text of the element, spaces included.
    inside = re.search(rb"<style>(.*?)</style>", drawing, re.DOTALL)
    if inside is None:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(inside[1]).digest()).decode()}'"


class Places:
    """What readers have in hand at once.

    Parameters
    ----------
    most
        How much of each kind one reader may have, as far as readers can be told apart.
    words
        What is counted, as an error says it.
    """

    def __init__(self, most: Mapping[str, int], words: str = "requests") -> None:
        self._most = most
        self._words = words
        self._in_hand: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def taken(self, reader: str, kind: str) -> Iterator[None]:
        """Count one for as long as a block runs.

        Raises
        ------
        BusyError
            If the reader has no place left.
        """
        one = reader, kind
        # Unknown readers (behind a proxy that names nobody)
        # share no limit: one would block all others.
        if reader and self._in_hand[one] >= self._most.get(kind, 1):
            raise BusyError(
                f"{self._in_hand[one]} {self._words} of {reader} are in hand",
                why="others wait, too",
                hint="ask again when one of them is answered",
            )
        self._in_hand[one] += 1
        try:
            yield
        finally:
            self._in_hand[one] -= 1
            if not self._in_hand[one]:
                # A Counter keeps zeros, so memory would grow with every address that ever asked.
                del self._in_hand[one]


class Guard:
    """Middleware that refuses before anything is computed, and adds headers to every answer.

    Parameters
    ----------
    longest
        Bytes of a body that is read.
    refuse
        Turns an error into an application that answers it.
    frames
        Origins of sites that may show `EMBED` in a frame.
    in_hand
        Requests of one reader that are in hand at once, by method.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        longest: int,
        refuse: Callable[[Scope, Exception], ASGIApp],
        frames: Sequence[str] = (),
        in_hand: Mapping[str, int] = IN_HAND,
    ) -> None:
        self._app = app
        self._access = access
        self._longest = longest
        self._refuse = refuse
        self._framed = _framed(frames)
        self._places = Places(in_hand)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        # Start and end of the server (lifespan) have no headers and are nobody's request.
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _joined(scope["headers"])
        is_framed = scope["path"] == EMBED
        send = _with_headers(send, self._framed if is_framed else _HEADERS)
        if self._framed is not _HEADERS and scope["path"].startswith(("/style/", "/script/")):
            # Many sites put a frame into a sandbox, in which a page has no origin, and its own
            # style is that of another site.
            send = _with_headers(send, _SHARED)
        if scope["method"] == "HEAD":  # answered like GET, without the body
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        path: str = scope["path"]
        # Before the token and the name of the host: monitors and containers know neither.
        if path == HEALTH and scope["method"] == "GET":
            await _healthy(send)
        elif found := self._objection(scope, headers):
            if headers.keys() & {"content-length", "transfer-encoding"}:
                # Otherwise the connection would stay open to
                # read on through a body that nobody wants.
                send = _with_headers(send, {"Connection": "close"})
                if "expect" not in headers:  # who asks first sends nothing to a refusal
                    await _discard(receive)
            await self._refuse(scope, found)(scope, receive, send)
        # "/" itself is a page; "//" has nothing left to redirect to and goes to the router.
        elif path.endswith("/") and path.strip("/"):
            await _elsewhere(scope, send)
        else:
            await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as one of those of its reader, which may open no file of ours."""
        try:
            reader = self._access.reader_of(scope)
            with self._places.taken(reader, scope["method"]), under(Limits(files=False)):
                await self._app(scope, receive, send)
        except BusyError as busy:
            await self._refuse(scope, busy)(scope, receive, send)

    def _objection(self, scope: Scope, headers: dict[str, str]) -> Exception | None:
        if not headers.get("host"):
            return BadAddressError(
                "the request names no host",
                why="a server answers to its own name only",
                hint="send it as HTTP/1.1, with a Host header",
            )
        if not self._access.knows_host(headers["host"]):
            return BadAddressError(
                "this server has another name",
                why="a foreign page could have made its own name lead here",
                hint="open http://127.0.0.1 with the port shown at its start, or start it with "
                "entrepot serve --allow-host NAME",
            )
        if not self._access.admits(headers.get("authorization", "")):
            return UnauthorizedError(
                "this server asks for a token",
                hint="send it as bearer, or as password of any user in the browser's question",
            )
        # raw_path: the decoded path is up to three times shorter than what was sent.
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            return BadAddressError(
                f"the address is longer than {LONGEST_ADDRESS} characters",
                hint="name a list instead of many codes",
            )
        # "$" of a route fits before a last line feed, too. What ends in a slash is redirected.
        if _CONTROL.search(scope["path"]) and not scope["path"].endswith("/"):
            return BadAddressError("a control character in the path", hint="leave it out")
        if scope["method"] == "POST" and _foreign(headers):
            return ForeignPageError(
                "a form of another site is not taken", hint="open the page here, or send no Origin"
            )
        # The length is what the client says; `body_of`
        # counts what arrives, which catches chunked bodies.
        length = headers.get("content-length", "0")
        if "content-length" in headers and "transfer-encoding" in headers:
            return BadAddressError(
                "a body with two lengths",
                why="a proxy in between may have read another end than this server would",
                hint="send Content-Length or Transfer-Encoding",
            )
        # Unpacking could turn a kilobyte into gigabytes, so nothing unpacks here.
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            return WrongFormError("a body that is packed is not read", hint="send it unpacked")
        # Not \d, which takes digits of other scripts, too; and int() of a long text is slow.
        if not re.fullmatch(r"[0-9]{1,12}", length) or int(length) > self._longest:
            return too_large(self._longest, scope["path"])
        return None


def _joined(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by name; of one that is sent twice both count, as RFC 9110 says."""
    found: dict[str, str] = {}
    for name, text in pairs:
        key, value = name.decode("latin-1"), text.decode("latin-1")  # which decodes any byte
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def elsewhere(*, shipments: bool) -> str:
    """Return what to do with a text, or a list of shipments, that is too costly for a server."""
    if shipments:
        return "screen it on a terminal, where nothing is cut off: entrepot screen FILE"
    return (
        "cut the text into chapters and check one at a time, or check it on a terminal, "
        "where nothing is cut off: entrepot check FILE"
    )


def too_large(longest: int, path: str = "") -> TooLargeError:
    """Return the error for a text or a body of more than so many bytes, sent to a path."""
    of_shipments = path.rstrip("/").endswith("/screen")
    of_whom = "a list that a person reads" if of_shipments else "an article or a claims file"
    return TooLargeError(
        f"more than {longest // 1000} kB",
        why=f"{of_whom} is much smaller",
        hint=elsewhere(shipments=of_shipments),
    )


async def _discard(receive: Receive) -> None:
    """Read and forget the body of a refused request, up to a bound.

    A connection that is closed over unread bytes is reset, and the refusal is lost with it.
    """
    left = _UNWANTED
    with anyio.move_on_after(_UNWANTED_SECONDS):
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if not message.get("more_body"):
                return


async def _healthy(send: Send) -> None:
    """Say that the server answers, and nothing else: this address asks for no token."""
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": kind})
    await send({"type": "http.response.body", "body": b"ok\n"})


async def _elsewhere(scope: Scope, send: Send) -> None:
    """Send whoever asks for ``/goods/`` to ``/goods``.

    To a path on this server, however it is reached: its name and whether it is asked through TLS
    are known to the reader, and what a request says of them may be anybody's.
    """
    path = quote("/" + scope["path"].strip("/"), safe="/+")
    query = quote(scope["query_string"].decode("latin-1"), safe="=&:@,+%", encoding="latin-1")
    where = f"{path}?{query}" if query else path
    await send(
        {
            "type": "http.response.start",
            "status": 307,
            "headers": [(b"location", where.encode("ascii"))],
        }
    )
    await send({"type": "http.response.body", "body": b""})


def _foreign(headers: dict[str, str]) -> bool:
    """Whether a browser says that another site sends this."""
    origin = headers.get("origin")
    # Programs send no Origin, and some browsers none to the same site; Sec-Fetch-Site decides then.
    if origin is None:
        return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    # The scheme is not compared: behind a proxy the page is https and this server sees http.
    return origin.partition("://")[2] != headers.get("host")


def _with_headers(send: Send, more: dict[str, str]) -> Send:
    """Add the headers that an answer does not have itself."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            # An answer's own policy wins: a drawing carries a hash of its style (`pages._drawn`).
            there = {name.lower() for name, _ in message.get("headers", ())}
            # It would take the place of the policy that came with the page, and then the page
            # that carries its style inside has none when it is opened again.
            there |= {b"content-security-policy"} if message["status"] == 304 else set()
            pairs = ((name.lower().encode(), text.encode()) for name, text in more.items())
            added = [pair for pair in pairs if pair[0] not in there]
            message["headers"] = [*message.get("headers", ()), *added]
        await send(message)

    return sending


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            # Headers stay, Content-Length among them, as HEAD demands.
            message = {**message, "body": b""}
        await send(message)

    return sending
