"""Closed YAML: a file is what its model says, or an error that names the line.

Unknown keys, duplicate keys and wrong types are refused; nothing is guessed or dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from entrepot.errors import BadFileError, EntrepotError, RequestError, nearest
from entrepot.files import read_text

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from pydantic import ValidationError

    M = TypeVar("M", bound=BaseModel)
    from collections.abc import Callable

    import yaml

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
    # It ends: each round puts typed text where a number was, and what is text is not changed again.
    while True:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            typed = _as_typed(data, error, lines)
            if not typed:
                raise _bad_file(error, model, lines) from error


def _as_typed(data: Any, error: ValidationError, lines: YamlLines) -> bool:
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


def _bad_file(error: ValidationError, model: type[BaseModel], lines: YamlLines) -> BadFileError:
    problems: dict[Path, BadFileError] = {}
    for item in error.errors(include_url=False):
        path = _path(item["loc"], lines)
        if item["type"] in ("extra_forbidden", "missing"):
            path = (*_path(item["loc"][:-1], lines), item["loc"][-1])
        # Of a union pydantic names every arm that fails; the first of them is enough.
        problems.setdefault(path, _problem(item, path, model, lines))
    first, *rest = sorted(problems.values(), key=lambda problem: _line(problem.where))
    if rest:
        more = "; ".join(
            f"{p.what} ({p.where.removeprefix(lines.name + ', ')})" for p in rest[:_MORE]
        )
        left = f"; and {len(rest) - _MORE} more" if len(rest) > _MORE else ""
        first.hint = " | ".join(part for part in (first.hint, f"also: {more}{left}") if part)
    return first


def _problem(item: Any, path: Path, model: type[BaseModel], lines: YamlLines) -> BadFileError:
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
                why="an ignored key could hide a mistake",
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


def _path(loc: tuple[str | int, ...], lines: YamlLines) -> Path:
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


# YAML text to plain data, with the line on which every key and value stands.


Path = tuple[str | int, ...]
DEEPEST = 50
_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(
    _TAG + name
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class YamlLines:
    """Where in a file each value and key stands, by path such as ``("claims", 3, "says")``.

    Attributes
    ----------
    name
        Name of the file, for messages.
    value, key
        Line (from 1) of the value, and of the key in front of it.
    text
        Scalars as typed.
    """

    name: str
    value: dict[Path, int] = field(default_factory=dict)
    key: dict[Path, int] = field(default_factory=dict)
    text: dict[Path, str] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """Return e.g. ``"file.yaml, line 12: claims[3].growth"``.

        A path that is not in the file gets the line of the nearest one above it that is.
        """
        above = path
        while above and above not in self.value:
            above = above[:-1]
        line = self.key.get(above, self.value.get(above, 1))
        return f"{self.name}, line {line}" + (f": {shown(path)}" if path else "")


def shown(path: Path) -> str:
    """Return a path as text: ``claims[3].growth``; lists count from 0."""
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f"{'.' if words else ''}{part}"
    return words


def load_lines(text: str, *, name: str) -> tuple[Any, YamlLines]:
    """Return the data of one YAML document and the lines they stand on.

    Parameters
    ----------
    text
        The document.
    name
        Name of the file, for messages.

    Returns
    -------
    tuple
        Dicts, lists, text, numbers, booleans and None; and their lines. Keys are text.

    Raises
    ------
    BadFileError
        For a syntax error, a duplicate key, a key that is no plain word, a reference or a tag.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    lines = YamlLines(name)
    try:
        # Nodes, not values: they have lines, tags and the
        # text as typed, and no object is made of them.
        root = yaml.compose(text, Loader=loader)
        return (None if root is None else _plain(root, (), lines, set())), lines
    except yaml.YAMLError as error:
        raise _syntax(error, name) from error
    except RecursionError as error:
        raise _too_deep(name) from error


def _too_deep(name: str) -> BadFileError:
    return BadFileError("nested too deeply", where=name, hint="use fewer levels")


def _plain(node: yaml.Node, path: Path, lines: YamlLines, seen: set[int]) -> Any:
    if len(path) > DEEPEST:  # said here: how deep Python itself can go differs by its version
        raise _too_deep(lines.name)
    lines.value[path] = node.start_mark.line + 1
    # A reference gives a node again: a few lines of them could stand for gigabytes.
    if id(node) in seen:
        raise _not_read("a reference (*name)", path, lines)
    if node.tag not in _TAGS:
        raise _not_read(f"the tag {node.tag}", path, lines)
    seen.add(id(node))
    match node.id:  # type: ignore[attr-defined]
        case "mapping":
            return _mapping(node, path, lines, seen)
        case "sequence":
            return [_plain(item, (*path, i), lines, seen) for i, item in enumerate(node.value)]
    lines.text[path] = node.value
    quoted = node.style in ("'", '"', "|", ">")  # type: ignore[attr-defined]
    return node.value if quoted else _scalar(node.value)


def _not_read(what: str, path: Path, lines: YamlLines) -> BadFileError:
    return BadFileError(
        f"{what} is not read here",
        where=lines.where(path),
        why="a file of facts says each thing where it stands",
        hint="write the value out",
    )


def _mapping(node: yaml.Node, path: Path, lines: YamlLines, seen: set[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.id != "scalar":
            raise BadFileError(
                "a key must be a plain word",
                where=f"{lines.name}, line {line}" + (f": {shown(path)}" if path else ""),
                hint="write key: value; quote text that starts with [ or {",
            )
        here = (*path, key.value)
        if key.value in found:
            raise BadFileError(
                f"duplicate key: {key.value!r}",
                where=f"{lines.name}, line {line}: {shown(here)}",
                why=f"it stands on line {lines.key[here]} already; only one of them could count",
                hint="keep one of the two",
            )
        lines.key[here] = line
        found[key.value] = _plain(value, here, lines, seen)
    return found


def _scalar(text: str) -> Any:
    """Return what a plain scalar says if that loses nothing, else the text."""
    # These and no others: `no` and `off` are texts, and the code of Norway is not false.
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    kinds: tuple[Callable[[str], int | float], ...] = (int, float)
    for kind in kinds:
        try:
            number = kind(text)
        except ValueError:
            continue
        # Only what prints as it was typed: 1.30, 007 and 1e3 stay text.
        if str(number) == text and text.lower() not in ("nan", "inf", "-inf"):
            return number
    return text


def _syntax(error: Exception, name: str) -> BadFileError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return BadFileError(
        f"not readable as YAML: {problem}",
        where=f"{name}, line {mark.line + 1}" if mark else name,
        hint="look at this line and the one above: a colon and a blank after a key, "
        "spaces instead of tabs, quotes closed",
    )


class Closed(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _integer(value: Any) -> Any:
    """Refuse true and 1.0, which Python takes for one."""
    if type(value) is not int:
        raise PydanticCustomError("int_type", "not a whole number")
    return value


FormatOne = Annotated[Literal[1], BeforeValidator(_integer)]
"""Value of the key ``format``."""

_LONGEST = {"a title": 500, "an address": 2_000}
"""Characters: each stands in every list of what is loaded, in titles and under charts."""
# Neither quotes nor brackets, which would end the attribute or tag that the address stands in.
_WEB = re.compile(r"https?://[^\s<>\"\\]+", re.IGNORECASE)


def _of_one_line(text: str, what: str) -> str:
    if len(text) > _LONGEST[what]:
        raise RequestError(
            f"{what} of {len(text):,} characters: {text[:40]!r}...",
            hint=f"write at most {_LONGEST[what]:,}",
        )
    if not text.isprintable():
        raise RequestError(f"{what} with a control character or line end", hint="remove it")
    return text


def _web_address(text: str) -> str:
    if _of_one_line(text, "an address") and not _WEB.fullmatch(text):
        raise RequestError(
            f"not an address of the web: {text[:80]!r}",
            why="it becomes a link on pages",
            hint="write one that begins with https:// or http://, or leave it out",
        )
    return text


Title = Annotated[str, AfterValidator(lambda text: _of_one_line(text, "a title"))]
"""A short text of one line: what something is called, who published it, under which licence."""
WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An address that a page may link to; empty where there is none."""
