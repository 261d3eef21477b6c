"""Lists of goods as dated law, and single codes: on which lists they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, OutsideError, RequestError
from entrepot.goods import goods_history, goods_list, goods_lists, goods_title
from entrepot.goods.library import list_names
from entrepot.serve.answer import Answer, Rows, as_json
from entrepot.serve.errors import NotFoundError
from entrepot.serve.site import page

if TYPE_CHECKING:
    from entrepot.goods import GoodsList
    from entrepot.lake import Lake

__all__ = ["goods_data", "goods_page", "goods_rows", "lists_page", "lists_table"]

_CODE = re.compile(r"\d{2,10}")


def lists_page(_: Lake) -> Answer:
    """Return the page of all lists."""
    rows = [
        (one, len({entry.code for entry in one.entries})) for one in goods_lists(skip_broken=True)
    ]
    return page("lists.html.j2", "/goods", rows=rows)


def lists_table(_: Lake) -> Rows:
    """Return every list as a table."""
    names = ("id", "title", "direction", "begins", "known_until")
    rows = [
        [getattr(one, name) for name in names] + [len(one.entries)]
        for one in goods_lists(skip_broken=True)
    ]
    return Rows([*names, "entries"], rows, "lists")


def goods_page(_: Lake, name: str) -> Answer:
    """Return the page of a list, or of a code."""
    if _CODE.fullmatch(name):
        seen = _history(name)
        return page("code.html.j2", "/goods", code=name, title=goods_title_of(name), seen=seen)
    found = _list(name)
    return page("goods.html.j2", "/goods", goods=found, codes=len({e.code for e in found.entries}))


def goods_title_of(code: str) -> str:
    """Return the name of a code; empty for one that no edition has."""
    try:
        return goods_title(code)
    except RequestError:
        return ""


def goods_data(_: Lake, name: str) -> Answer:
    """Return a list or the history of a code as JSON."""
    if _CODE.fullmatch(name):
        return as_json([seen.to_dict() for seen in _history(name)])
    return as_json(_list(name).to_dict())


def goods_rows(_: Lake, name: str) -> Rows:
    """Return the entries of a list, or the history of a code, as a table."""
    rows: list[dict[str, Any]]
    if _CODE.fullmatch(name):
        rows = [seen.to_dict() for seen in _history(name)]
    else:
        rows = [entry.to_dict() for entry in _list(name).entries]
    names = list(dict.fromkeys(key for row in rows for key in row))
    return Rows(names, [[row.get(key) for key in names] for row in rows], name)


def _history(code: str) -> tuple[Any, ...]:
    try:
        return goods_history(code)
    except BadFileError as error:  # of whoever runs the server
        raise OutsideError(
            "a list of this server cannot be read",
            where=error.where,
            why="the code may be on it",
            hint="tell whoever runs the server",
        ) from error
    except RequestError as error:
        raise NotFoundError(error.what, hint=error.hint) from error


def _list(name: str) -> GoodsList:
    if name.lower() not in list_names():
        raise NotFoundError(
            f"no list of goods is called {name!r}", hint=f"lists: {', '.join(list_names())}"
        )
    return goods_list(name)
