"""A client that asks an application in this process, without a socket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import anyio
import httpx

from entrepot.report.brief_context import BriefContext
from entrepot.serve import create_app

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp

    from entrepot.figures import Definition, Figure
    from entrepot.lake import Lake

T = TypeVar("T")
HERE = "http://127.0.0.1:8000"
# A busy machine takes longer than a reader waits; tests of the limit name one of their own.
create_app.__kwdefaults__["seconds"] = 600.0


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

        return in_own_loop(asked)


def in_own_loop(work: Callable[[], Awaitable[T]]) -> T:
    """Run in a thread of its own: a browser of another test keeps a loop in this one."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(anyio.run, work).result()


class SharedBook(BriefContext):
    """A book that knows what other books of the same lake were asked: such lakes do not change.

    Pages of one comparison are many, and each asks some thirty Figures; `/api/ask` still evaluates.
    """

    told: ClassVar[dict[str, dict[Definition, Figure]]] = {}

    def __init__(self, lake: Lake, before: Mapping[Definition, Figure] | None = None) -> None:
        super().__init__(lake, before)
        self._before = self.told.setdefault(str(lake.path), {})

    def _answer(self, definition: Definition, *, ranged: bool) -> Figure:
        self._before[definition] = super()._answer(definition, ranged=ranged)
        return self._before[definition]
