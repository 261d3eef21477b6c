"""What a file does not say, and what can be answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["TODO", "DraftQuestion", "Questions"]

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
    """The questions of one draft, by their place."""

    def __init__(self) -> None:
        self.asked: dict[str, DraftQuestion] = {}

    def ask(self, key: str, text: str, *choices: str) -> str:
        """Ask, and return what stands in the place until it is answered."""
        self.asked[key] = DraftQuestion(key, text, choices)
        return TODO

    def comment(self, *keys: str) -> str:
        """Return the comment for a line on which some places stand."""
        return "; ".join(self.asked[key].comment() for key in keys if key in self.asked)
