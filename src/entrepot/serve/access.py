"""Who may ask: everybody on this machine, or elsewhere whoever has the token."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from entrepot.errors import RequestError

__all__ = ["SHORTEST_TOKEN", "Access"]

SHORTEST_TOKEN = 16
_MORE_THAN_A_NAME = frozenset("/?#@\\")
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
    """

    hosts: frozenset[str] | None = _HERE
    token: str | None = None

    @classmethod
    def of(cls, host: str, token: str | None, *, behind_proxy: bool) -> Access:
        """Return what an address to listen at demands.

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
                why="whoever reaches the page can read the whole lake and keep this machine busy",
                hint="add --token TEXT, or --behind-proxy if a proxy asks who they are; "
                "or leave out --host",
            )
        open_to_names = behind_proxy or not is_loopback(host)
        return cls(None if open_to_names else _HERE | {host}, token)

    def knows_host(self, header: str) -> bool:
        """Whether a request is meant for this server."""
        if _MORE_THAN_A_NAME & set(header):
            return False
        try:
            name = urlsplit(f"//{header}").hostname
        except ValueError:
            return False
        return bool(name) and (self.hosts is None or name in self.hosts)

    def admits(self, authorization: str) -> bool:
        """Whether a request presents the token: as bearer, or as password of any user."""
        if self.token is None:
            return True
        kind, _, given = authorization.partition(" ")
        if kind.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        elif kind.lower() != "bearer":
            return False
        return hmac.compare_digest(given.strip().encode(), self.token.encode())
