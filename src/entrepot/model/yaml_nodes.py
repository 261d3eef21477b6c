"""YAML text to plain data, with the line on which every key and value stands.

A plain scalar becomes a number only where the number prints as the very text that was typed.
So ``010121`` keeps its zero, ``1.30`` its last digit, ``NO`` stays Norway and ``2026-01-20`` stays
text: what a value means is decided by the model that reads it, never by YAML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    import yaml

__all__ = ["Lines", "Path", "load_lines", "shown"]

Path = tuple[str | int, ...]
DEEPEST = 50
_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(
    _TAG + name
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Lines:
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


def load_lines(text: str, *, name: str) -> tuple[Any, Lines]:
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
    lines = Lines(name)
    try:
        root = yaml.compose(text, Loader=loader)
        return (None if root is None else _plain(root, (), lines, set())), lines
    except yaml.YAMLError as error:
        raise _syntax(error, name) from error
    except RecursionError as error:
        raise _too_deep(name) from error


def _too_deep(name: str) -> BadFileError:
    return BadFileError("nested too deeply", where=name, hint="use fewer levels")


def _plain(node: yaml.Node, path: Path, lines: Lines, seen: set[int]) -> Any:
    if len(path) > DEEPEST:  # said here: how deep Python itself can go differs by its version
        raise _too_deep(lines.name)
    lines.value[path] = node.start_mark.line + 1
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


def _not_read(what: str, path: Path, lines: Lines) -> BadFileError:
    return BadFileError(
        f"{what} is not read here",
        where=lines.where(path),
        why="a file of facts says each thing where it stands",
        hint="write the value out",
    )


def _mapping(node: yaml.Node, path: Path, lines: Lines, seen: set[int]) -> dict[str, Any]:
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
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    kinds: tuple[Callable[[str], int | float], ...] = (int, float)
    for kind in kinds:
        try:
            number = kind(text)
        except ValueError:
            continue
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
