"""A client that asks an application in this process, without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import httpx

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HERE = "http://127.0.0.1:8000"


class Client:
    """Asks one address after the other; redirects are not followed."""

    def __init__(self, app: ASGIApp, base: str = HERE) -> None:
        self.app = app
        self.base = base

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.send("GET", path, headers=headers)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url=self.base) as client:
                return await client.request(method, path, timeout=None, **more)

        return anyio.run(asked)
