"""Closed YAML: a file is what its model says, or an error that names the line.

Unknown keys, duplicate keys and wrong types are refused; nothing is guessed or dropped.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from entrepot.errors import BadFileError, EntrepotError, nearest
from entrepot.files import read_text
from entrepot.model.yaml_nodes import Lines, Path, load_lines

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from pydantic import BaseModel, ValidationError

    M = TypeVar("M", bound=BaseModel)
else:
    M = TypeVar("M")

__all__ = ["Lines", "load_lines", "parse_closed", "read_closed"]

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "date_from_datetime_parsing": "a date such as 2026-01-20",
    "date_type": "a date such as 2026-01-20",
}
_MORE = 5  # further problems that one message lists


def read_closed(path: FilePath, model: type[M]) -> M:
    """Read a YAML file into `model`.

    Parameters
    ----------
    path
        File in UTF-8.
    model
        Pydantic model with ``extra="forbid"``, nested models likewise.

    Raises
    ------
    BadFileError
        If there is no such file, it is not UTF-8, or `parse_closed` refuses it.
    """
    return parse_closed(read_text(path), model, name=path.name)


def parse_closed(text: str, model: type[M], *, name: str) -> M:
    """Read YAML text into `model`.

    Numbers in a field that is text arrive as they were typed: ``says: 1.30`` is ``"1.30"``.

    Parameters
    ----------
    text
        One YAML document.
    model
        Pydantic model with ``extra="forbid"``, nested models likewise.
    name
        Name of the file, for messages.

    Raises
    ------
    BadFileError
        With file, line and path of the first problem, the nearest known key for an unknown one,
        and up to five further problems.
    TypeError
        If the model or one inside it does not forbid unknown keys (a slip of the programmer).
    """
    from pydantic import ValidationError

    _must_be_closed(model)
    data, lines = load_lines(text, name=name)
    if data is None:
        raise BadFileError("the file is empty", where=name, hint=f"it needs {_keys((model,))}")
    while True:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            typed = _as_typed(data, error, lines)
            if not typed:
                raise _bad_file(error, model, lines) from error


def _as_typed(data: Any, error: ValidationError, lines: Lines) -> bool:
    """Put the typed text where the model wants text and YAML gave a number; say if any was put."""
    changed = False
    for item in error.errors(include_url=False):
        path = _path(item["loc"], lines)
        if item["type"] != "string_type" or path not in lines.text or item["input"] is None:
            continue
        holder = data
        for part in path[:-1]:
            holder = holder[part]
        if not isinstance(holder[path[-1]], str):
            holder[path[-1]] = lines.text[path]
            changed = True
    return changed


def _bad_file(error: ValidationError, model: type[BaseModel], lines: Lines) -> BadFileError:
    problems: dict[Path, BadFileError] = {}
    for item in error.errors(include_url=False):
        path = _path(item["loc"], lines)
        if item["type"] in ("extra_forbidden", "missing"):
            path = (*_path(item["loc"][:-1], lines), item["loc"][-1])
        problems.setdefault(path, _problem(item, path, model, lines))
    first, *rest = sorted(problems.values(), key=lambda problem: _line(problem.where))
    if rest:
        more = "; ".join(
            f"{p.what} ({p.where.removeprefix(lines.name + ', ')})" for p in rest[:_MORE]
        )
        left = f"; and {len(rest) - _MORE} more" if len(rest) > _MORE else ""
        first.hint = " | ".join(part for part in (first.hint, f"also: {more}{left}") if part)
    return first


def _problem(item: Any, path: Path, model: type[BaseModel], lines: Lines) -> BadFileError:
    where = lines.where(path)
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, EntrepotError):
        if cause.where:  # a file that the text names has its own rows
            where = f"{where} ({cause.where})"
        return BadFileError(cause.what, where=where, why=cause.why, hint=cause.hint)
    match item["type"]:
        case "extra_forbidden":
            models = _models_at(model, item["loc"][:-1])
            near = nearest(str(path[-1]), _fields(models))
            guess = f"did you mean {' or '.join(near)}? " if near else ""
            return BadFileError(
                f"unknown key: {path[-1]!r}",
                where=where,
                why="a key that nobody reads would be lost without a word",
                hint=f"{guess}known here: {_keys(models)}",
            )
        case "missing":
            return BadFileError(f"a key is missing: {path[-1]!r}", where=where, hint="add it")
        case "literal_error" | "enum":
            expected = item["ctx"]["expected"]
            near = nearest(str(item["input"]), re.findall(r"'([^']*)'", expected))
            guess = f"did you mean {' or '.join(near)}?" if near else f"write {expected}"
            return BadFileError(f"not {expected}: {_short(item['input'])}", where=where, hint=guess)
        case kind if kind in _KINDS:
            what = f"not {_KINDS[kind]}: {_short(item['input'])}"
            return BadFileError(what, where=where, hint=f"write {_KINDS[kind]}")
    reason = item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return BadFileError(f"{reason}: {_short(item['input'])}", where=where)


def _path(loc: tuple[str | int, ...], lines: Lines) -> Path:
    """Return the part of pydantic's location that is in the file (it adds names of union arms)."""
    path: Path = ()
    for part in loc:
        if (*path, part) in lines.value:
            path = (*path, part)
    return path


def _models_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> tuple[type[BaseModel], ...]:
    here: tuple[type[BaseModel], ...] = (model,)
    for part in loc:
        named = [m for m in here if m.__name__ == part]
        fields = [f for m in here for n, f in m.model_fields.items() if part in (n, f.alias)]
        if fields:
            here = tuple(m for f in fields for m in _models_in(f.annotation))
        elif named:
            here = tuple(named)
    return here


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    from pydantic import BaseModel

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


@cache
def _must_be_closed(model: type[BaseModel]) -> None:
    pending, seen = [model], set[type[Any]]()
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.add(one)
        if one.model_config.get("extra") != "forbid":
            raise TypeError(f"{one.__name__} must have ConfigDict(extra='forbid')")
        pending += [m for f in one.model_fields.values() for m in _models_in(f.annotation)]


def _fields(models: tuple[type[BaseModel], ...]) -> list[str]:
    return [field.alias or name for m in models for name, field in m.model_fields.items()]


def _keys(models: tuple[type[BaseModel], ...]) -> str:
    return ", ".join(dict.fromkeys(_fields(models)))


def _short(value: Any) -> str:
    words = repr(value)
    return words if len(words) <= 60 else words[:57] + "..."


def _line(where: str) -> int:
    return int(where.split(", line ")[-1].split(":")[0])
