"""Start the server on an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import MissingExtraError, OutsideError
from entrepot.limits import Limits, under
from entrepot.serve.access import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["run"]

PATIENCE = 10.0
_CONNECTIONS = 200


def run(
    lake: Path | None,
    host: str,
    port: int,
    *,
    token: str | None = None,
    behind_proxy: bool = False,
    names: Sequence[str] = (),
    seconds: float,
    longest_article: int = 100_000,
    longest_claims: int = 256_000,
    say: Callable[[str], None],
    patience: float = PATIENCE,
) -> None:
    """Serve page and API until stopped; nothing of what is asked is logged.

    Parameters
    ----------
    names
        Names under which others reach it; any if none is said.
    seconds
        Time that a question may take.
    longest_article, longest_claims
        Bytes of a text that is checked.
    patience
        Seconds to wait for whole headers, and for one who does not read an answer.

    Raises
    ------
    MissingExtraError
        If the extra ``serve`` is not installed.
    RequestError
        For an address that others reach without a token.
    OutsideError
        If the address cannot be listened at.
    """
    access = Access.of(host, token, behind_proxy=behind_proxy, names=names)
    try:
        import uvicorn
    except ImportError as error:
        raise MissingExtraError("uvicorn", "serve") from error
    from entrepot.serve.app import create_app
    from entrepot.serve.connection import patient

    config = uvicorn.Config(
        create_app(
            lake,
            access=access,
            seconds=seconds,
            longest_article=longest_article,
            longest_claims=longest_claims,
        ),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=10,
        http=patient(patience, access.reader_of),
    )
    server = uvicorn.Server(config)
    shown = f"[{host}]" if ":" in host else host
    say(f"serving on http://{shown}:{port}/ (Ctrl-C ends it)")
    try:
        with under(Limits(files=False), everywhere=True):
            server.run()
    except SystemExit as error:  # the library ends the program where it cannot listen
        raise OutsideError(
            f"cannot listen at {host}, port {port}", hint="choose another with --port"
        ) from error
