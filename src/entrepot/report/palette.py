"""Tokens of the design language: the one place where a colour has a value."""

from __future__ import annotations

LIGHT = {
    "paper": "#ffffff",
    "panel": "#f3f6f8",
    "ink": "#14202b",
    "muted": "#4d5a67",
    "rule": "#c9d1d9",
    "grid": "#e1e7ec",
    "supplier": "#0a5c9e",
    "supplier-soft": "#d3e5f4",
    "supplier-mid": "#5792c6",
    "context": "#77848f",
    "context-soft": "#c3ccd4",
    "claim": "#b3450a",
    "nowcast": "#6f3a96",
    # Of countries, apart in hue and in lightness, for readers with colour-blindness and in print.
    "tone-1": "#4d5b68",
    "tone-2": "#d9bb7d",
    "tone-3": "#8a9fb0",
    "tone-4": "#b0653f",
    "tone-5": "#c8d3da",
    "tone-6": "#7f8f5a",
    "step-1": "#e2edf7",
    "step-2": "#b7d3ec",
    "step-3": "#7db0dc",
    "step-4": "#2f76b5",
    "step-5": "#093e6d",
    # Shares of any other country than the one that a map names.
    "other-1": "#e6eaee",
    "other-2": "#c3ccd4",
    "other-3": "#98a4ae",
    "other-4": "#6a7781",
    "supported": "#0a6552",
    "supported-bg": "#e0f1ec",
    "differs": "#744700",
    "differs-bg": "#fbeccb",
    "cannot": "#98193a",
    "cannot-bg": "#fbe2e8",
    "open": "#46525e",
    "open-bg": "#e8edf1",
}

DARK = {
    "paper": "#0f171e",
    "panel": "#17212a",
    "ink": "#e8eef3",
    "muted": "#a8b5c1",
    "rule": "#3a4854",
    "grid": "#25313b",
    "supplier": "#6cb4f5",
    "supplier-soft": "#1c3a55",
    "supplier-mid": "#3f78aa",
    "context": "#8d9aa6",
    "context-soft": "#46535f",
    "claim": "#f6a15a",
    "nowcast": "#cba6ee",
    "tone-1": "#7b8a97",
    "tone-2": "#c9a45c",
    "tone-3": "#56697a",
    "tone-4": "#b9785a",
    "tone-5": "#3a4854",
    "tone-6": "#97a86f",
    "step-1": "#1d3348",
    "step-2": "#24496c",
    "step-3": "#30679a",
    "step-4": "#74b9f7",
    "step-5": "#d4e9fd",
    "other-1": "#232e37",
    "other-2": "#3a4752",
    "other-3": "#5f6d79",
    "other-4": "#93a0ac",
    "supported": "#74d6ba",
    "supported-bg": "#11342c",
    "differs": "#f3c870",
    "differs-bg": "#382b0d",
    "cannot": "#ff9aae",
    "cannot-bg": "#431721",
    "open": "#bac6d0",
    "open-bg": "#26323c",
}

# Paper shows black text and no tints behind verdicts; the rest is the light palette.
PRINT = LIGHT | {
    "ink": "#000000",
    "muted": "#3d4852",
    "supported-bg": "#ffffff",
    "differs-bg": "#ffffff",
    "cannot-bg": "#ffffff",
    "open-bg": "#ffffff",
}

# What a drawing may be painted with; the rest is for text and verdicts of the page.
DRAWN = (
    "paper",
    "panel",
    "ink",
    "muted",
    "rule",
    "grid",
    "supplier",
    "supplier-soft",
    "supplier-mid",
    "context",
    "context-soft",
    "claim",
    "nowcast",
    "tone-1",
    "tone-2",
    "tone-3",
    "tone-4",
    "tone-5",
    "tone-6",
    "step-1",
    "step-2",
    "step-3",
    "step-4",
    "step-5",
    "other-1",
    "other-2",
    "other-3",
    "other-4",
)


def variables(palette: dict[str, str]) -> str:
    """Return the palette as CSS custom properties."""
    return "".join(f"--{name}:{value};" for name, value in palette.items())


def colour_rules() -> str:
    """Return one class for each fill and stroke that a drawing may use."""
    # Classes and not values in the drawings: one SVG follows light mode, dark mode and paper.
    fills = "".join(f".f-{name}{{fill:var(--{name})}}" for name in DRAWN)
    strokes = "".join(f".s-{name}{{stroke:var(--{name})}}" for name in DRAWN)
    return fills + strokes
