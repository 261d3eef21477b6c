"""The one module of the program that opens a socket.

It sends one GET, follows redirects only where that is allowed, and hands over the answer as it
came; or one POST to a reader of texts that a user names, which follows none. What the answer means
is decided elsewhere.
"""

from __future__ import annotations

import math
import random
import re
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar

from entrepot.errors import MissingExtraError, OutsideError, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    import httpx

MOST_REDIRECTS = 5
CONNECT_TIMEOUT, READ_TIMEOUT = 15.0, 60.0  # seconds
STALLED = 120.0  # seconds for the head of an answer, and for each part of its body
SLOWEST, WINDOW = 1024, 120.0  # fewer bytes in so many seconds is no download
_TICK = 0.2  # seconds between two looks at the time
NAME_TRIES = 3  # a name that is not found or a refused connection seldom mends itself
DAMAGED_TRIES = 2  # a second answer that is damaged as well is the server's mistake
_ENDED = re.compile("peer closed|server disconnected", re.IGNORECASE)
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer whose body is still to come.

    Attributes
    ----------
    status, headers
        As sent; names of headers in any case.
    chunks
        The body as it came over the line, still encoded.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class HttpClient:
    """Connections to publishers, for as long as a ``with`` lasts. TLS is always verified."""

    def __init__(
        self, *, read_timeout: float = READ_TIMEOUT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._timeout = read_timeout
        self._clock = clock
        self._watch: _Watch
        self._client: httpx.Client | None = None

    def __enter__(self) -> HttpClient:
        try:
            import httpx
        except ImportError as error:
            raise MissingExtraError("httpx", "fetch") from error
        # Proxies are taken from the environment, as httpx does by default; redirects are followed
        # by `get` alone, which looks at each target.
        self._client = httpx.Client(
            follow_redirects=False,
            timeout=httpx.Timeout(CONNECT_TIMEOUT, read=self._timeout),
            # Each request has a connection of its own, which the watch sees being opened.
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"User-Agent": f"entrepot/{version('entrepot')}"},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._client is not None:
            self._client.close()

    @contextmanager
    def get(
        self,
        address: str,
        headers: Mapping[str, str],
        *,
        secret: Mapping[str, str],
        hosts: tuple[str, ...] = (),
    ) -> Iterator[HttpAnswer]:
        """Send a GET and yield the answer.

        Parameters
        ----------
        address
            ``https``, or ``http`` to this machine itself.
        headers
            Sent wherever we are led.
        secret
            Sent to the host of `address` alone.
        hosts
            Other hosts that a redirect may lead to.

        Raises
        ------
        TransientFailure
            If the line fails in a way that may pass.
        OutsideError
            If the line fails for good, or a redirect leads where it must not.
        """
        import httpx

        assert self._client is not None, "a door is opened with `with`"
        target = httpx.URL(address)
        if not _is_safe(target):
            raise RequestError(
                "only https addresses are fetched, without a name or password in them",
                where=f"{target.scheme}://{target.host}",
                why="over plain http the numbers can be changed on the way",
            )
        start, trail = target, [target]
        with _translated(target):
            while True:
                # The key goes to the first server only, never to a store of files that it redirects
                # to.
                own = _server(target) == _server(start)
                sent = {**headers, **(secret if own else {})}
                with self._answer("GET", target, sent, STALLED) as response:
                    led = response.headers.get("location", "")
                    if response.status_code not in _MOVED or not led:
                        yield HttpAnswer(
                            response.status_code, response.headers, self._paced(response)
                        )
                        return
                # Outside the `with`: the answer that redirects is closed before the next request.
                target = _led_to(target, led, hosts, trail)
                trail.append(target)

    def post(
        self,
        address: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        most: int,
        seconds: float,
    ) -> tuple[int, bytes]:
        """Send a POST once and return status and body of the answer.

        Parameters
        ----------
        address
            ``https``, or ``http`` to this machine itself.
        headers
            Sent to this address and to no other: a redirect is not followed.
        most
            Bytes of an answer that are taken.
        seconds
            Time that the whole answer may take.

        Raises
        ------
        RequestError
            For an address that is not safe.
        OutsideError
            If the line fails, the answer is a redirect or encoded, or it is too large or too slow.
        """
        import httpx

        assert self._client is not None, "a door is opened with `with`"
        target = httpx.URL(address)
        if not _is_safe(target):
            raise RequestError(
                "only https addresses are asked, without a name or password in them",
                where=f"{target.scheme}://{target.host}",
                why="over plain http the text and the key can be read on the way",
            )
        # Unpacked, so that `most` bounds what comes into memory: a packed answer could be a bomb.
        asked = {"Content-Type": "application/json", "Accept-Encoding": "identity", **headers}
        received = bytearray()
        try:
            with (
                _translated(target),
                self._answer("POST", target, asked, seconds, body) as answer,
            ):
                if answer.status_code in _MOVED or "content-encoding" in answer.headers:
                    raise OutsideError(
                        f"{target.host} sends on to another address, or answers packed",
                        why="the text and the key go to the address that was named, and no other",
                        hint="name the address that answers itself",
                    )
                for chunk in answer.iter_raw():
                    received += chunk
                    if len(received) > most:
                        raise OutsideError(
                            f"the answer of {target.host} is larger than {most // 1000} kB",
                            hint="use another reader, or a shorter text",
                        )
        except TransientFailure as error:
            raise OutsideError(
                f"{target.host}: {error.reason}",
                hint="try again, or use another reader",
            ) from error
        return answer.status_code, bytes(received)

    @contextmanager
    def _answer(
        self,
        method: str,
        target: httpx.URL,
        headers: Mapping[str, str],
        seconds: float,
        body: bytes | None = None,
    ) -> Iterator[httpx.Response]:
        """Send a request and yield its answer, whose head or whole has to come in time."""
        import httpx

        assert self._client is not None
        watch = self._watch = _Watch(seconds)
        try:
            with self._client.stream(
                method, target, content=body, headers=headers, extensions={"trace": watch.see}
            ) as response:
                if body is None:  # then each part of what comes has its time, in `_paced`
                    watch.allow(math.inf)
                yield response
        except httpx.HTTPError as error:
            if not watch.is_late:
                raise
            raise TransientFailure("no answer in time") from error
        finally:
            watch.leave()
        # A body without a stated length ends with its connection, whoever ended that.
        if watch.is_late:
            raise TransientFailure("no answer in time")

    def _paced(self, response: httpx.Response) -> Iterator[bytes]:
        """Yield the body, but not from a server that sends next to nothing for ever."""
        since, came = self._clock(), 0
        # Raw, so that a stored part of a file is what a Range request counts.
        chunks = response.iter_raw()
        while True:
            self._watch.allow(STALLED)
            chunk = next(chunks, None)
            self._watch.allow(math.inf)  # what is done with it takes what it takes
            if chunk is None:
                return
            yield chunk
            came += len(chunk)
            if self._clock() - since > WINDOW:
                if came < SLOWEST:
                    raise TransientFailure("the server sends next to nothing")
                since, came = self._clock(), 0


class _Watch:
    """Ends the connection on which nothing whole comes in time.

    A timeout of httpx is of one read: a server that sends a byte now and then, in the head of an
    answer or between two parts of its body, would never meet it.
    """

    def __init__(self, seconds: float) -> None:
        self.is_late = False
        self._stream: Any = None
        self._over = threading.Event()
        self.allow(seconds)
        threading.Thread(target=self._run, daemon=True).start()

    def allow(self, seconds: float) -> None:
        """Let the connection live for so many seconds from now."""
        self._ends = time.monotonic() + seconds

    def leave(self) -> None:
        """Watch no longer."""
        self._over.set()

    def see(self, _event: str, about: Mapping[str, Any]) -> None:
        """Remember the newest connection; told each step of a request by httpx."""
        made = about.get("return_value")
        if hasattr(made, "get_extra_info"):
            self._stream = made

    def _run(self) -> None:
        while not self._over.wait(_TICK):
            if time.monotonic() > self._ends:
                self.is_late = True
                opened = self._stream and self._stream.get_extra_info("socket")
                if opened is not None:
                    with suppress(OSError):
                        # Of the class itself: a socket of TLS would first forget that it is one.
                        socket.socket.shutdown(opened, socket.SHUT_RDWR)
                        return


def _led_to(old: httpx.URL, led: str, hosts: tuple[str, ...], trail: list[httpx.URL]) -> httpx.URL:
    new = old.join(led)
    if not _is_safe(new):
        raise OutsideError(
            f"sent on from {old.host} to an address that is not fetched",
            where=str(old),
            why="only https is, without a name or password in the address",
            hint="try later, or fetch the file with a browser",
        )
    if not _may_lead(old, new, hosts):
        raise OutsideError(
            f"sent on from {old.host} to {new.netloc.decode()}, which is not the publisher's",
            where=str(old),
            why="what another host sends need not be what the publisher published",
            hint="see with a browser where the publisher keeps the file now, and add it with "
            "`entrepot data add`",
        )
    if new in trail or len(trail) > MOST_REDIRECTS:
        raise OutsideError(
            f"the server redirects in a circle ({len(trail)} redirects)",
            where=str(trail[0]),
            hint="try later, or fetch the file with a browser",
        )
    return new


def _may_lead(old: httpx.URL, new: httpx.URL, hosts: tuple[str, ...]) -> bool:
    # Another port of a known host may be anybody's; None is the usual port.
    return _server(new) == _server(old) or (new.host in hosts and new.port is None)


def _server(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _is_safe(url: httpx.URL) -> bool:
    return bool(url.host) and not url.userinfo and (url.scheme == "https" or _is_plain_here(url))


def _is_plain_here(url: httpx.URL) -> bool:
    if url.scheme != "http":
        return False
    try:
        # All of 127.0.0.0/8 and ::1; a name other than localhost may resolve to anything.
        return ip_address(url.host).is_loopback
    except ValueError:
        return url.host == "localhost"


@contextmanager
def _translated(url: httpx.URL) -> Iterator[None]:
    """Say in our words what went wrong on the line; no text of the library's, no header."""
    import httpx

    try:
        yield
    except httpx.TimeoutException as error:
        raise TransientFailure("no answer in time") from error
    except httpx.ProxyError as error:
        raise OutsideError(
            "the proxy refuses the connection",
            where=str(url),
            hint="check HTTPS_PROXY and NO_PROXY",
        ) from error
    except httpx.ConnectError as error:
        # A wrong certificate never mends itself, so it is not tried again.
        if certificate := _certificate(error):
            raise OutsideError(
                f"the certificate of {url.host} cannot be trusted: {certificate}",
                where=str(url),
                why="the connection to the publisher may be intercepted",
                hint="check the clock; behind a company's proxy set SSL_CERT_FILE",
            ) from error
        raise TransientFailure(
            f"no connection to {url.host} ({error})", tries=NAME_TRIES
        ) from error
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        if "location header" in str(error):  # httpx reads it, though it follows none
            raise OutsideError(
                "sent on to an address that is none",
                where=str(url),
                hint="try later, or fetch the file with a browser",
            ) from error
        # h11 has one error for an answer that ends too early and for one that is no HTTP.
        if isinstance(error, httpx.NetworkError) or _ENDED.match(str(error)):
            raise TransientFailure("the connection broke off") from error
        raise TransientFailure("the server's answer is no HTTP", tries=DAMAGED_TRIES) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OutsideError(f"the request failed: {type(error).__name__}", where=str(url)) from error


def _certificate(error: BaseException) -> str:
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, ssl.SSLCertVerificationError):
            return at.verify_message
        # httpx wraps httpcore, which wraps the error of ssl: either link may lead there.
        at = at.__cause__ or at.__context__
    return ""


# When to try again: a short loop of our own.


T = TypeVar("T")

ENOUGH = 2**20  # bytes that have to come for failures to be counted from zero again


class TransientFailure(Exception):  # noqa: N818  it is no error until patience ends
    """A failure that may pass.

    Parameters
    ----------
    reason
        What happened, in a few words.
    after
        Seconds that the server asks to wait, if it does.
    tries
        Most tries that this kind of failure is worth.
    """

    def __init__(self, reason: str, *, after: float | None = None, tries: int = 100) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.tries = tries


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to go on.

    Attributes
    ----------
    tries
        Tries without progress.
    first, longest
        Seconds of the first and of the longest pause; each is twice the one before.
    in_all
        Most seconds spent waiting without progress.
    sleep, chance
        What waits, and what draws a number from 0 to 1; tests put their own.
    """

    tries: int = 6
    first: float = 1.0
    longest: float = 60.0
    in_all: float = 900.0
    sleep: Callable[[float], None] = field(default=time.sleep)
    chance: Callable[[], float] = field(default=random.random)

    def pause(self, failures: int, after: float | None) -> float:
        """Return seconds to wait after so many failures: never less than the server asks."""
        if after is not None:
            return after + self.chance()  # the jitter keeps many clients from coming back at once
        # Half of the pause is drawn: clients that failed together do not come back together.
        full = min(self.longest, self.first * 2.0 ** (failures - 1))
        return full * (0.5 + self.chance() / 2)


def persist(
    act: Callable[[], T],
    have: Callable[[], int],
    patience: RetryPolicy,
    report: Callable[[str], None],
    where: str,
) -> T:
    """Return what `act` returns, trying again while it fails in a passing way.

    Parameters
    ----------
    act
        Raises `TransientFailure` for a failure that may pass.
    have
        Bytes that are kept so far; a gain of `ENOUGH` counts as progress.
    report
        Told each failure and how long is waited.
    where
        Address, for the message.

    Raises
    ------
    OutsideError
        When patience ends.
    """
    failures, waited, best = 0, 0.0, have()
    while True:
        try:
            return act()
        except TransientFailure as trouble:
            # A large file over a bad line fails many times and still arrives.
            if have() >= best + ENOUGH:
                failures, waited, best = 0, 0.0, have()
            failures += 1
            pause = patience.pause(failures, trouble.after)
            if failures >= min(patience.tries, trouble.tries):
                raise _gave_up(trouble, f"tried {failures} times", where) from trouble
            if waited + pause > patience.in_all:
                raise _gave_up(
                    trouble, f"the next try would be in {pause:.0f} s, which is too long", where
                ) from trouble
            report(f"{trouble.reason}; again in {pause:.0f} s")
            patience.sleep(pause)
            waited += pause


def _gave_up(trouble: TransientFailure, tried: str, where: str) -> OutsideError:
    return OutsideError(
        f"the download failed: {trouble.reason}",
        where=where,
        why=tried,
        hint="run the same command later: it goes on where it stopped; or fetch this address with "
        "a browser, on any machine, and: entrepot data add SOURCE FILE",
    )


def seconds_asked(header: str | None) -> float | None:
    """Read ``Retry-After``: seconds or a date; None where there is none or it is unreadable."""
    if not header:
        return None
    if re.fullmatch("[0-9]+", header.strip()):
        return float(header)
    try:
        then = parsedate_to_datetime(header)
    except (ValueError, OverflowError):  # the second for a zone of many digits
        return None
    if then.tzinfo is None:
        # "-0000" gives a time without a zone; HTTP dates are UTC.
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
