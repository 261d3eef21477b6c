"""From an address that calls areas by name to the one with their codes."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response

from entrepot.serve.errors import NotFoundError
from entrepot.serve.views.country import known_area
from entrepot.serve.views.home import named_area

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["at_codes"]

_SIDES = ("importer", "supplier")


def at_codes(room: Callable[..., Response]) -> Callable[..., Response]:
    """Return a room that sends whoever names an area, ``/country/Russia``, to its code.

    One page has one address, so the name is not answered itself. What nothing is called goes to
    the room, which says so.
    """

    @wraps(room)
    def at(request: Request, **given: Any) -> Response:
        named = {side: text for side in _SIDES if (text := request.path_params.get(side))}
        codes = {side: _code_of(text) for side, text in named.items()}
        if codes == named:
            return room(request=request, **given)
        path = request.scope["route"].path.format(**(request.path_params | codes))
        query = urlencode(request.query_params.multi_items(), safe=":@,")
        where = quote(path, safe="/+") + (f"?{query}" if query else "")
        return Response(status_code=303, headers={"Location": where})

    return at


def _code_of(text: str) -> str:
    """Return the code of an area; the text itself where it is one, or where nothing is known."""
    try:
        known_area(text)
    except NotFoundError:
        try:
            return named_area(text)
        except NotFoundError:
            return text
    return text
