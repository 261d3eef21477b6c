"""What a chart that stands alone is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.pictures import Picture

__all__ = ["Alone"]


@dataclass(frozen=True, slots=True)
class Alone:
    """A chart with everything that a reader needs beside it.

    Attributes
    ----------
    title
        What it shows, in a sentence.
    deck
        What is plotted, in which unit and on which scale.
    foot
        Value with its range, sources, and what was left out; a line each.
    rows
        What is drawn, with all digits: one entry a mark.
    figures
        Figures behind it.
    """

    title: str
    deck: str
    picture: Picture
    foot: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    figures: tuple[Figure, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return words and numbers as plain JSON types."""
        return {
            "title": self.title,
            "deck": self.deck,
            "alternative": self.picture.spoken,
            "source": list(self.foot),
            "rows": list(self.rows),
            "definitions": [figure.definition.to_dict() for figure in self.figures],
        }
