"""What a file does not say: the questions, and the drafted mapping as YAML that carries them."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TODO = "TODO"


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """One thing to decide.

    Attributes
    ----------
    key
        Place in the mapping: ``nomenclature``, ``columns.value.scale``.
    text
        The question.
    choices
        What can stand there, or the beginning of a longer list.
    """

    key: str
    text: str
    choices: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the question as plain JSON types."""
        return asdict(self) | {"choices": list(self.choices)}

    def comment(self) -> str:
        """Return the question as it stands behind its place."""
        return self.text + (f" {', '.join(self.choices)}" if self.choices else "")


class Questions:
    """The questions of one draft, by their place: those to answer, and those that may stay open."""

    def __init__(self) -> None:
        self.asked: dict[str, DraftQuestion] = {}
        self.offered: dict[str, DraftQuestion] = {}

    def ask(self, key: str, text: str, *choices: str) -> str:
        """Ask, and return what stands in the place until it is answered."""
        self.asked[key] = DraftQuestion(key, text, choices)
        return TODO

    def offer(self, key: str, text: str, *choices: str) -> None:
        """Ask what may stay unknown; its place is absent until it is answered."""
        self.offered[key] = DraftQuestion(key, text, choices)

    def comment(self, *keys: str) -> str:
        """Return the comment for a line on which some places stand."""
        return "; ".join(self.asked[key].comment() for key in keys if key in self.asked)


# A drafted mapping as closed YAML, with the questions behind the places they ask about.


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def as_yaml(
    says: dict[str, Any],
    asks: Questions,
    notes: Sequence[str],
    above: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Return the text of a mapping.

    Parameters
    ----------
    says, asks
        From `entrepot.sources.table.draft.compose.compose`.
    notes
        Lines for the top, as comments.
    above
        Lines that stand above a key, as comments.
    """
    lines = [f"# {note}" for note in notes]
    for key, value in says.items():
        lines += [f"# {line}" for line in (above or {}).get(key, ())]
        if key == "columns":
            lines += [
                f"# {one.key}: {one.choices[0]}  # optional: {one.comment()}"
                for one in asks.offered.values()
            ]
            lines += _columns(value, asks)
        elif key == "wide":
            lines.append(_line(key, value, asks.comment(*(f"wide.{k}" for k in value))))
        else:
            lines.append(_line(key, value, asks.comment(key)))
    return "\n".join(lines) + "\n"


def _columns(columns: dict[str, dict[str, Any]], asks: Questions) -> list[str]:
    comment = asks.comment("columns")
    lines = [f"columns:{f' # {TODO}: {comment}' if comment else ''}"]
    for name, keys in columns.items():
        place = f"columns.{name}"
        lines.append(
            "  " + _line(scalar(name), keys, asks.comment(*(f"{place}.{k}" for k in keys)))
        )
    return lines if columns else [lines[0].replace("columns:", "columns: {}", 1)]


def _line(key: str, value: Any, comment: str) -> str:
    text = f"{key}: {_flow(value)}"
    return f"{text}  # {comment}" if comment else text


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value) if isinstance(value, int) else scalar(str(value))


def scalar(text: str) -> str:
    """Return text so that YAML reads this very text."""
    # YAML 1.1 reads no and y as false and true: Norway's NO would become a bool.
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    # Single quotes know no escapes but their own doubling; control characters need double ones.
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return (
        '"'
        + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
        + '"'
    )
