"""Small multiples: one panel a tier, one bar a year, all on one scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.model.display import with_unit
from entrepot.report.charts.drawing import labels, lines, moved, rects, render, ticks, wrapped
from entrepot.report.charts.place import BOLD, Box, text_box, text_width

if TYPE_CHECKING:
    from entrepot.report.breaks import Break
    from entrepot.report.charts.drawing import MarkLayer


@dataclass(frozen=True, slots=True)
class TierBar:
    """A value of a year in million USD; blended when both reporters may stand behind it."""

    year: int
    value: float
    blended: bool
    text: str


@dataclass(frozen=True, slots=True)
class TierPanel:
    """One tier: its code and name, its change in words, and a bar a year."""

    code: str
    name: str
    change: str
    bars: tuple[TierBar, ...]
    hot: bool = False


@dataclass(frozen=True, slots=True)
class TierPanels:
    """Small multiples on one scale."""

    panels: tuple[TierPanel, ...]
    unit: str
    broken: Break | None = None

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


LINE = 17
BAR = 0.72
"""Width of a bar, as a part of the room for a year."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Sizes of the whole and of one panel; `names` is how many lines the longest name takes."""

    width: int
    columns: int
    gap: int
    plot: int
    names: int = 1
    foot: int = 40
    two_digits: bool = False

    @property
    def head(self) -> int:
        """Room above a plot for name and change."""
        return 30 + LINE * (self.names + 1)

    @property
    def panel(self) -> float:
        """Width of one panel."""
        return (self.width - self.gap * (self.columns - 1)) / self.columns


GRIDS = {
    "wide": _Grid(852, 3, 33, 112),
    "narrow": _Grid(360, 2, 20, 100, two_digits=True),
}


def _draw(data: TierPanels, name: str, alt_text: str) -> str:
    grid = GRIDS[name]
    # The longest name decides for all, so that the plots of a row stand at one height.
    grid = replace(grid, names=max(len(_name(panel, grid)) for panel in data.panels))
    highest = max((bar.value for panel in data.panels for bar in panel.bars), default=1.0)
    top = ticks(highest, at_most=3)[-1]
    step = grid.head + grid.plot + grid.foot
    marks: list[MarkLayer] = []
    for place, panel in enumerate(data.panels):
        row, column = divmod(place, grid.columns)
        drawn = _panel(panel, data, grid, top, labelled=column == 0)
        marks += moved(drawn, column * (grid.panel + grid.gap), grid.head + row * step)
    # Rounded up: -(-a // b).
    height = -(-len(data.panels) // grid.columns) * step - 16
    return render(marks, width=grid.width, height=height, name=name, alt_text=alt_text)


def _panel(
    panel: TierPanel, data: TierPanels, grid: _Grid, top: float, *, labelled: bool
) -> list[MarkLayer]:
    layers = [
        *_lines(panel, grid, top),
        *_bars(panel, grid, top, data.unit),
        *_break(panel, data, grid),
        *_head(panel, grid),
        *_years(panel, grid),
        *_values(panel, grid, top),
    ]
    if labelled:
        layers += _scale_labels(panel, data, grid, top)
    return layers


def _lines(panel: TierPanel, grid: _Grid, top: float) -> list[MarkLayer]:
    heights = [grid.plot * (1 - value / top) for value in ticks(top, at_most=3)[1:]]
    rows = [{"x": 0, "x2": grid.panel, "y": y, "y2": y} for y in heights]
    divider = [{"x": 0, "x2": grid.panel, "y": -grid.head + 2, "y2": -grid.head + 2}]
    return [
        *lines(rows, style="grid"),
        *lines(divider, style="divider-hot" if panel.hot else "divider"),
    ]


def _scale_labels(panel: TierPanel, data: TierPanels, grid: _Grid, top: float) -> list[MarkLayer]:
    """Name the grid lines at the left, but for those that would lie over a bar or its value."""
    places = [(_centre(panel, grid, bar.year), bar.value) for bar in panel.bars]
    bars = [Box(x - 6, grid.plot * (1 - value / top), x + 6, grid.plot) for x, value in places]
    bars += _placed_values(panel, grid, top)[1]
    rows = []
    for value in ticks(top, at_most=3)[1:]:
        text = with_unit(f"{value:,g}", data.unit if value == top else "")
        y = grid.plot * (1 - value / top) - 4
        if not any(text_box(text, 0, y, size=12.5).meets(bar, 1) for bar in bars):
            rows.append({"x": 0, "y": y, "text": text})
    return labels(rows, style="note")


def _bars(panel: TierPanel, grid: _Grid, top: float, unit: str) -> list[MarkLayer]:
    half = BAR * grid.panel / len(panel.bars) / 2
    name = f"{panel.code} {panel.name}".strip()
    when = f"{name}, " if name else ""
    layers: list[MarkLayer] = []
    for blended in (True, False):
        rows = [
            {
                "x": _centre(panel, grid, bar.year) - half,
                "x2": _centre(panel, grid, bar.year) + half,
                "y": grid.plot * (1 - bar.value / top),
                "y2": grid.plot,
                "title": f"{when}{bar.year}: {with_unit(bar.text, unit)}",
                "of": (name, str(bar.year)),
            }
            for bar in panel.bars
            if bar.blended is blended
        ]
        layers += rects(rows, style=_style(panel, blended))
    return layers


def _years(panel: TierPanel, grid: _Grid) -> list[MarkLayer]:
    """Name the first and the last year, and the one before the break if there is room."""
    rows: list[dict[str, Any]] = []
    occupied: list[Box] = []
    y = grid.plot + 20
    # In the order of importance: the first that finds room takes it.
    for bar in dict.fromkeys([panel.bars[-1], panel.bars[0], *_before_break(panel)]):
        text = f"\u2019{bar.year % 100:02d}" if grid.two_digits else str(bar.year)
        half = text_width(text) / 2
        x = min(max(_centre(panel, grid, bar.year), half), grid.panel - half)
        box = text_box(text, x, y, "center")
        if not any(box.meets(other, 4) for other in occupied):
            occupied.append(box)
            rows.append({"x": x, "y": y, "text": text, "align": "center"})
    base = {"x": 0, "x2": grid.panel, "y": grid.plot, "y2": grid.plot}
    return [*lines([base], style="base"), *labels(rows, style="note")]


def _style(panel: TierPanel, blended: bool) -> str:
    if panel.hot:
        return "supplier-blended" if blended else "supplier"
    return "blended" if blended else "context"


def _before_break(panel: TierPanel) -> list[TierBar]:
    blended = [bar for bar in panel.bars if bar.blended]
    return blended[-1:] if len(blended) < len(panel.bars) else []


def _centre(panel: TierPanel, grid: _Grid, year: int) -> float:
    years = [bar.year for bar in panel.bars]
    return (years.index(year) + 0.5) * grid.panel / len(years)


def _break(panel: TierPanel, data: TierPanels, grid: _Grid) -> list[MarkLayer]:
    years = [bar.year for bar in panel.bars]
    if not data.broken or data.broken.year not in years or data.broken.year == years[-1]:
        return []
    x = _centre(panel, grid, data.broken.year) + grid.panel / len(years) / 2
    return lines([{"x": x, "x2": x, "y": -6, "y2": grid.plot}], style="break")


def _name(panel: TierPanel, grid: _Grid) -> list[str]:
    """Break the name into lines of bold letters."""
    most = 3 if grid.two_digits else 2
    name = f"{panel.code}\u2002{panel.name}".strip()
    return wrapped(name, grid.panel / BOLD, most=most)


def _head(panel: TierPanel, grid: _Grid) -> list[MarkLayer]:
    style = "label-supplier" if panel.hot else "label"
    title = _name(panel, grid)
    first = -grid.head + 20
    rows = [{"x": 0, "y": first + LINE * place, "text": text} for place, text in enumerate(title)]
    note = {"x": 0, "y": first + LINE * len(title), "text": panel.change}
    return [
        *labels(rows, style=style, bold=True),
        *labels([note], style="label-supplier" if panel.hot else "note"),
    ]


def _values(panel: TierPanel, grid: _Grid, top: float) -> list[MarkLayer]:
    """Print the value of the last bar, then of the two at the break where there is room."""
    rows, _ = _placed_values(panel, grid, top)
    style = "label-supplier" if panel.hot else "label"
    return [*labels(rows[:1], style=style, bold=True), *labels(rows[1:], style=style)]


def _placed_values(
    panel: TierPanel, grid: _Grid, top: float
) -> tuple[list[dict[str, Any]], list[Box]]:
    """Return the values that find room, that of the last bar first, and their boxes."""
    blended = _before_break(panel)
    after = [bar for bar in panel.bars if blended and bar.year > blended[0].year][:1]
    rows: list[dict[str, Any]] = []
    occupied: list[Box] = []
    for bar in [panel.bars[-1], *blended, *after]:
        x = _centre(panel, grid, bar.year)
        y = grid.plot * (1 - bar.value / top) - 5
        text = bar.text
        box = text_box(f"**{text}**", x, y, "center")
        end = grid.panel
        if bar in blended and after:  # a value does not stand on the mark of the break
            end = (x + _centre(panel, grid, after[0].year)) / 2 - 3
        if box.right > end:
            x -= box.right - end
            box = text_box(f"**{text}**", x, y, "center")
        if not any(box.meets(other, 2) for other in occupied):
            occupied.append(box)
            rows.append({"x": x, "y": y, "text": text, "align": "center"})
    return rows, occupied
