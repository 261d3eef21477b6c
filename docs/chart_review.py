"""One page with every chart, as a designer reviews it.

Both widths, light, dark, print, in grey, and as readers with colour-blindness see it. `make site`
puts it among the pages. By hand, with charts of a lake of one's own after the others:

    python docs/chart_review.py review.html LAKE "import_share --importer DEU --exporter CHN"
"""

from __future__ import annotations

import shlex
import sys
from html import escape
from pathlib import Path
from typing import Any

from chart_pictures import narrow_pictures, pictures

from entrepot.errors import EntrepotError
from entrepot.lake import Lake
from entrepot.report.charts.catalogue import CHARTS, ELSEWHERE
from entrepot.report.palette import DARK, LIGHT, PRINT, colour_rules, variables
from entrepot.report.standalone import chart, drawn

# Matrices of Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
SEEN = {
    "protanopia": "0.152 1.053 -0.205 0.115 0.786 0.099 -0.004 -0.048 1.052",
    "deuteranopia": "0.367 0.861 -0.228 0.280 0.673 0.047 -0.012 0.043 0.969",
    "tritanopia": "1.256 -0.077 -0.179 -0.078 0.931 0.148 0.005 0.691 0.304",
}
LOOKS = ("light", "dark", "print", "grey", *SEEN)
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chart review</title>
<meta name="viewport" content="width=device-width"><style>
body{margin:0;padding:16px;font:16px system-ui,sans-serif;background:var(--paper);color:var(--ink)}
fieldset{border:0;padding:0;margin:0 0 16px;display:flex;flex-wrap:wrap;gap:4px 16px}
legend{font-weight:700}figure{margin:0 0 32px;border-top:1px solid var(--rule);padding-top:8px}
figcaption{color:var(--muted);font-size:13px}main>h2{font-size:20px}
.both{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}svg{max-width:100%;height:auto}
"""


def page(more: dict[str, tuple[str, str]] | None = None) -> str:
    """Return the page as HTML that needs nothing else.

    Parameters
    ----------
    more
        Further charts by their title, each as its wide and its narrow drawing.
    """
    wide, narrow = pictures(), narrow_pictures()
    found = {one.title: (wide[one.id], narrow[one.id]) for one in (*CHARTS, *ELSEWHERE)}
    found |= more or {}
    filters = "".join(
        f'<filter id="{name}" color-interpolation-filters="linearRGB">'
        f'<feColorMatrix values="{_matrix(numbers)}"/></filter>'
        for name, numbers in SEEN.items()
    )
    buttons = "".join(
        f'<label><input type="radio" name="look" id="look-{name}"{" checked" * (name == "light")}>'
        f" {name}</label>"
        for name in LOOKS
    )
    figures = "".join(
        f'<figure><h2>{escape(title)}</h2><div class="both">{_bare(one)}{_bare(other)}</div>'
        "</figure>"
        for title, (one, other) in found.items()
    )
    return (
        f"{HEAD}{_rules()}</style></head><body>"
        f'<svg width="0" height="0" style="position:absolute" aria-hidden="true">{filters}</svg>'
        f"<main><h1>Chart review</h1><fieldset><legend>Look</legend>{buttons}</fieldset>{figures}"
        "</main></body></html>\n"
    )


def _rules() -> str:
    """Return the colours of every look; the one that is chosen sets them for all drawings."""
    rules = f":root{{{variables(LIGHT)}}}"
    for name, palette in (("dark", DARK), ("print", PRINT)):
        rules += f":root:has(#look-{name}:checked){{{variables(palette)}}}"
    rules += ":root:has(#look-grey:checked) main{filter:grayscale(1)}"
    for name in SEEN:
        rules += f":root:has(#look-{name}:checked) main{{filter:url(#{name})}}"
    return rules + colour_rules()


def _bare(drawing: str) -> str:
    """Return a drawing whose colours are those of the page, not of the reader's setting."""
    start, rest = drawing.split("<style>", 1)
    own, end = rest.split("</style>", 1)
    return f"{start}<style>{own[own.index('.f-paper') :]}</style>{end}"


def _matrix(numbers: str) -> str:
    cells = numbers.split()
    rows = [" ".join([*cells[place : place + 3], "0 0"]) for place in (0, 3, 6)]
    return " ".join([*rows, "0 0 0 1 0"])


def _of_lake(folder: str, asked: list[str]) -> dict[str, tuple[str, str]]:
    """Return charts of a lake; what has no answer there is said and left out."""
    lake = Lake.open(folder)
    found = {}
    for line in asked:
        measure, *words = shlex.split(line)
        curve = "--curve" in words
        pairs = [one for one in words if one != "--curve"]
        keys: dict[str, Any] = {
            name[2:]: int(value) if name == "--since" else value
            for name, value in zip(pairs[::2], pairs[1::2], strict=True)
        }
        try:
            one = chart(measure, lake, curve=curve, **keys)
        except EntrepotError as why:
            sys.stderr.write(f"{line}: {why}\n")
            continue
        found[line] = (drawn(one), drawn(one, narrow=True))
    return found


if __name__ == "__main__":
    target, *rest = sys.argv[1:]
    Path(target).write_text(page(_of_lake(rest[0], rest[1:]) if rest else None), encoding="utf-8")
