"""The design language as a Vega-Lite configuration."""

from __future__ import annotations

from typing import Any

from entrepot.report.look import LIGHT

__all__ = ["FONT", "configuration"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
NOTE_SIZE = 12.5


def configuration() -> dict[str, Any]:
    """Return the configuration in the light palette; a page swaps colours by class."""
    c = LIGHT
    return {
        "background": None,
        "aria": False,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": NOTE_SIZE,
            "labelColor": c["muted"],
            "labelPadding": 8,
            "title": None,
            "ticks": False,
            "domain": False,
            "grid": False,
            "labelFlush": False,
        },
        "axisX": {
            "domain": True,
            "domainColor": c["ink"],
            "domainWidth": 1.25,
            "labelAngle": 0,
            "labelOverlap": False,
        },
        "legend": {"disable": True},
        "point": {"color": c["supplier"], "filled": True, "size": 46, "opacity": 1},
        "bar": {"color": c["context"]},
        "text": {"fontSize": 13, "color": c["ink"]},
        "locale": {"number": _NUMBERS},
        "style": _styles(),
    }


_NUMBERS = {
    "decimal": ".",
    "thousands": ",",
    "grouping": [3],
    "currency": ["", "\u00a0USD"],
    "percent": "\u00a0%",
    "minus": "\u2212",
}


def _styles() -> dict[str, dict[str, Any]]:
    c = LIGHT
    halo = {"stroke": c["paper"], "strokeWidth": 4}
    return {
        "supplier": {"color": c["supplier"]},
        "supplier-line": {"color": c["supplier"], "strokeWidth": 2.75, "strokeJoin": "round"},
        "supplier-blended": {
            "color": c["supplier-soft"],
            "stroke": c["supplier"],
            "strokeWidth": 1.25,
        },
        "supplier-ring": {
            "color": c["paper"],
            "filled": True,
            "stroke": c["supplier"],
            "strokeWidth": 2,
        },
        "context": {"color": c["context"]},
        **{f"step-{n}": {"color": c[f"step-{n}"]} for n in range(1, 6)},
        "tile": {"color": c["paper"], "stroke": c["rule"], "strokeWidth": 1},
        "tile-buyer": {"color": c["paper"], "stroke": c["ink"], "strokeWidth": 2},
        "context-edged": {"color": c["context"], "stroke": c["paper"], "strokeWidth": 1},
        "other-line": {"color": c["context"], "strokeWidth": 1.75, "strokeJoin": "round"},
        "ground": {"color": c["grid"]},
        "blended": {"color": c["context-soft"], "stroke": c["context"], "strokeWidth": 1},
        "context-printed": {"color": c["paper"], "stroke": c["context"], "strokeWidth": 1.5},
        "interval": {"color": c["supplier-mid"], "fillOpacity": 0.3},
        "published": {"color": c["paper"], "filled": True, "stroke": c["ink"], "strokeWidth": 1.5},
        "tip": {"color": c["ink"], "filled": True},
        "claim": {"color": c["claim"], "filled": True},
        "after": {"color": c["panel"]},
        "across": {"color": c["supplier"], "strokeWidth": 1.5, "strokeDash": [2, 4]},
        "break": {"color": c["ink"], "strokeWidth": 1.25, "strokeDash": [2, 4]},
        "headline": {"color": c["supplier"], "strokeWidth": 1.25, "strokeDash": [1, 3]},
        "grid": {"color": c["grid"], "strokeWidth": 1},
        "base": {"color": c["ink"], "strokeWidth": 1.25},
        "divider": {"color": c["rule"], "strokeWidth": 1},
        "divider-hot": {"color": c["supplier"], "strokeWidth": 3},
        "leader-dotted": {"color": c["context"], "strokeWidth": 1.5, "strokeDash": [2, 4]},
        "leader": {"color": c["context"], "strokeWidth": 1},
        "whisker": {"color": c["ink"], "strokeWidth": 1.5},
        "whisker-under": {"color": c["paper"], "strokeWidth": 4},
        "label": halo | {"color": c["ink"]},
        "label-supplier": halo | {"color": c["supplier"]},
        "label-claim": halo | {"color": c["claim"]},
        "label-inside": {"color": c["ink"]},
        "label-inverse": {"color": c["paper"]},
        "note": halo | {"fontSize": NOTE_SIZE, "color": c["muted"]},
    }
