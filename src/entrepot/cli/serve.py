"""`entrepot serve`: the page and the JSON API; `entrepot mcp`: the same for agents."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from entrepot.cli.common import (
    EngineOption,
    LakeOption,
    MasterOption,
    is_spark,
    require_lake,
)
from entrepot.cli.output import note

Host = Annotated[
    str, typer.Option("--host", help="Address to listen on; default: this machine only.")
]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="ENTREPOT_TOKEN",
        help="Secret that clients send: password of any user, or bearer.",
        show_default=False,
        show_envvar=True,
    ),
]
BehindProxy = Annotated[
    bool,
    typer.Option("--behind-proxy", help="A proxy in front authenticates; no token then."),
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="NAME",
        help="Host name by which clients reach the server (repeatable).",
        show_default=False,
    ),
]
MaxArticle = Annotated[
    int, typer.Option("--max-article", min=1, help="Largest article to check, in kB.")
]
MaxClaims = Annotated[
    int, typer.Option("--max-claims", min=1, help="Largest claims file to check, in kB.")
]
AllowEmbed = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-embed",
        metavar="ORIGIN",
        help="Site that may show charts in a frame (repeatable).",
        show_default=False,
    ),
]
Address = Annotated[
    str,
    typer.Option(
        "--address",
        metavar="URL",
        help="Where others reach it, for embedding and share images.",
        show_default=False,
    ),
]
Reader = Annotated[
    str,
    typer.Option(
        "--reader",
        metavar="COMMAND",
        help="Additional reader of pasted texts: a program, or openai:URL#MODEL.",
        show_default=False,
    ),
]
Timeout = Annotated[
    float, typer.Option("--timeout", min=1, help="Time limit of a question, in seconds.")
]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    token: Token = None,
    behind_proxy: BehindProxy = False,
    allow_host: AllowHost = None,
    timeout: Timeout = 60.0,
    max_article: MaxArticle = 100,
    max_claims: MaxClaims = 256,
    allow_embed: AllowEmbed = None,
    address: Address = "",
    reader: Reader = "",
    lake: LakeOption = None,
    engine: EngineOption = None,
    master: MasterOption = None,
) -> None:
    """Serve the page and the JSON API, for reading only, until Ctrl-C.

    By default only this machine can reach it. Host names: without --allow-host, any name with
    --token or --behind-proxy, else names of this machine.

    Example: entrepot serve --port 8000
    """
    from entrepot.serve.server import run

    require_lake(lake)
    chosen = "spark" if is_spark(engine, master) else "duckdb"
    run(
        lake,
        host,
        port,
        token=token,
        behind_proxy=behind_proxy,
        names=allow_host or (),
        seconds=timeout,
        longest_article=max_article * 1000,
        longest_claims=max_claims * 1000,
        frames=allow_embed or (),
        address=address.rstrip("/"),
        reader=reader,
        engine=chosen,
        master=master,
        say=note,
    )


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP instead of standard input.")
    ] = False,
    host: Host = "127.0.0.1",
    port: Port = 8001,
    token: Token = None,
    behind_proxy: BehindProxy = False,
    allow_host: AllowHost = None,
    page: Annotated[
        str,
        typer.Option("--page", metavar="URL", help="Address of entrepot serve, for links."),
    ] = "",
    timeout: Timeout = 60.0,
    lake: LakeOption = None,
) -> None:
    """Serve tools and resources to an AI agent (Model Context Protocol), for reading only.

    Over standard input and output, for a program that starts it; with --http for many, as bearer
    of --token. Needs the extra: pip install 'entrepot[mcp]'

    Example: entrepot mcp --http --port 8001
    """
    from entrepot.serve.agents import run_http, run_stdio
    from entrepot.serve.guard import Access

    require_lake(lake)
    if not http:
        _end_at_once()
        run_stdio(lake, seconds=timeout, page=page)
        return
    access = Access.of(host, token, behind_proxy=behind_proxy, names=allow_host or ())
    run_http(lake, host, port, access, seconds=timeout, page=page, say=note)


def _end_at_once() -> None:
    """Leave it to the system to end this program, as one that only reads leaves nothing behind.

    In order it could end only after the next line of its input, which may never come.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What is ignored stays ignored, as `nohup` wants it.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
