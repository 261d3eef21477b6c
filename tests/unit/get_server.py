"""A server on this machine that fails in every way servers do, by a script of replies."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Seen:
    path: str
    headers: dict[str, str]


@dataclass
class Server:
    """Gives its replies one after the other; the last one again and again."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def answers(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def take(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def send(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None
) -> None:
    handler.send_response(status)
    named = {"Content-Length": str(len(body))} | (headers or {})
    for name, value in named.items():
        if value:
            handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int, body: bytes = b"", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: send(handler, code, body, named)


def whole(body: bytes, **headers: str) -> Reply:
    """The whole body, whatever range was asked for."""
    return status(200, body, **headers)


def ranged(body: bytes, etag: str) -> Reply:
    """What a good server does with Range, If-Range and If-None-Match."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers
        if asked.get("If-None-Match") == etag:
            send(handler, 304, b"", {"ETag": etag, "Content-Length": ""})
        elif asked.get("Range") and asked.get("If-Range") == etag:
            start = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            send(handler, 206, body[start:], {"ETag": etag, "Content-Range": span})
        else:
            send(handler, 200, body, {"ETag": etag})

    return reply


def cut(body: bytes, at: int, *, reset: bool = False, **headers: str) -> Reply:
    """Promise the whole and send its beginning, then close the line, or reset it."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(body))} | given).items():
            if value:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body[:at])
        handler.wfile.flush()
        handler.close_connection = True
        if reset:
            time.sleep(0.05)  # let the beginning arrive: a reset throws away what is on its way
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()

    return reply


def silent(seconds: float, body: bytes = b"") -> Reply:
    """Send a beginning and then nothing for a while."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body) + 1))
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        time.sleep(seconds)

    return reply


def serve() -> tuple[Server, Callable[[], None]]:
    """Start a server; returns it and what stops it."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.seen.append(Seen(self.path, {k.lower(): v for k, v in self.headers.items()}))
            try:
                state.take()(self)
            except OSError:
                self.close_connection = True

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()

        def log_message(self, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    listening = Quiet(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()

    def stop() -> None:
        listening.shutdown()
        listening.server_close()
        thread.join()

    return state, stop
