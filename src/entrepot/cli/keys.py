"""The keys of a definition as options, for every command that asks for a Figure."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.model.areas import as_codes
from entrepot.model.keys import KEYS, Key

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Measure", "with_keys"]

Measure = Annotated[str, typer.Argument(metavar="MEASURE", help="Id; see: entrepot measure list")]


def with_keys(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the keys of a definition as options; it gets them as keywords.

    They come after what the command requires and before its own options.
    """
    own = inspect.signature(command, eval_str=True)
    mine = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in own.parameters.values()
        if one.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    first = [one for one in mine if one.default is inspect.Parameter.empty]
    keys = [_option(name, key) for name, key in KEYS.items()]
    found = [*first, *keys, *(one for one in mine if one not in first)]
    command.__signature__ = own.replace(parameters=found)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in found} | {"return": None}
    return command


def _option(name: str, key: Key) -> inspect.Parameter:
    names = [f"--{one}" for one in (name.replace("_", "-"), *key.spellings)]
    read = as_codes if key.areas else None
    shown: Any = typer.Option(*names, help=key.help, show_default=False, callback=read)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[key.kind | None, shown],
    )
