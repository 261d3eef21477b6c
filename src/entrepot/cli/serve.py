"""`entrepot serve`: the page and the JSON API."""

from __future__ import annotations

from typing import Annotated

import typer

from entrepot.cli.common import LakeOption  # noqa: TC001 (Typer reads it)

__all__ = ["serve"]

Host = Annotated[str, typer.Option("--host", help="Address to listen at; default: this machine.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen at.")]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="ENTREPOT_TOKEN",
        help="What others have to present: password of any user, or bearer.",
        show_default=False,
        show_envvar=True,
    ),
]
BehindProxy = Annotated[
    bool,
    typer.Option("--behind-proxy", help="A proxy in front asks who they are; no token then."),
]
Timeout = Annotated[float, typer.Option("--timeout", min=1, help="Seconds a question may take.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    token: Token = None,
    behind_proxy: BehindProxy = False,
    timeout: Timeout = 60.0,
    lake: LakeOption = None,
) -> None:
    """Serve the page and the JSON API, for reading only, until Ctrl-C.

    Without more it is reached from this machine alone.

    Example: entrepot serve --port 8000
    """
    from entrepot.serve.server import run

    run(
        lake,
        host,
        port,
        token=token,
        behind_proxy=behind_proxy,
        seconds=timeout,
        say=lambda words: typer.echo(words, err=True),
    )
