"""How marks look: each style by the names of its colours, whose values stand in `report.look`."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["STYLES", "Style"]


@dataclass(frozen=True, slots=True)
class Style:
    """Colours by name, and what else a mark is painted with.

    Attributes
    ----------
    fill
        What it is filled with; for a line, which has no inside, what it is drawn with.
    stroke
        Its edge.
    width, dash
        Of the edge, in drawing units.
    opacity
        Of the inside.
    halo
        Texts: with a light edge around the letters.
    small
        Texts: of notes.
    """

    fill: str
    stroke: str = ""
    width: float = 1.0
    dash: str = ""
    opacity: float = 1.0
    halo: bool = False
    small: bool = False

    def stroked(self) -> Style:
        """Return the style of a line."""
        return replace(self, fill="", stroke=self.fill)

    @property
    def classes(self) -> str:
        """Classes of the colours, separated by a blank."""
        return " ".join(
            f"{of}-{name}" for of, name in (("f", self.fill), ("s", self.stroke)) if name
        )

    @property
    def attributes(self) -> str:
        """What of it is no colour, as attributes of an element of SVG."""
        found = f' stroke-width="{self.width:g}"' if self.stroke and self.width != 1 else ""
        found += f' stroke-dasharray="{self.dash}"' if self.stroke and self.dash else ""
        return found + (f' fill-opacity="{self.opacity:g}"' if self.opacity != 1 else "")


STYLES = {
    "supplier": Style("supplier"),
    "supplier-line": Style("supplier", width=2.75),
    "supplier-blended": Style("supplier-soft", "supplier", 1.25),
    "supplier-ring": Style("paper", "supplier", 2),
    "context": Style("context"),
    **{f"step-{number}": Style(f"step-{number}") for number in range(1, 6)},
    "tile": Style("paper", "rule"),
    "tile-buyer": Style("paper", "ink", 2),
    "context-edged": Style("context", "paper"),
    "other-line": Style("context", width=1.75),
    "ground": Style("grid"),
    "blended": Style("context-soft", "context"),
    "context-printed": Style("paper", "context", 1.5),
    "interval": Style("supplier-mid", opacity=0.3),
    "published": Style("paper", "ink", 1.5),
    "tip": Style("ink"),
    "claim": Style("claim"),
    "after": Style("panel"),
    "across": Style("supplier", width=1.5, dash="2,4"),
    "break": Style("ink", width=1.25, dash="2,4"),
    "headline": Style("supplier", width=1.25, dash="1,3"),
    "grid": Style("grid"),
    "base": Style("ink", width=1.25),
    "divider": Style("rule"),
    "divider-hot": Style("supplier", width=3),
    "leader-dotted": Style("context", width=1.5, dash="2,4"),
    "leader": Style("context"),
    "whisker": Style("ink", width=1.5),
    "whisker-under": Style("paper", width=4),
    "label": Style("ink", halo=True),
    "label-supplier": Style("supplier", halo=True),
    "label-claim": Style("claim", halo=True),
    "label-inside": Style("ink"),
    "label-inverse": Style("paper"),
    "note": Style("muted", halo=True, small=True),
}
