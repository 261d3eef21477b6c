"""Who may ask: anyone on this machine; elsewhere, those who have the token."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Scope

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
