"""A brief as one HTML file: no script, font or image from outside."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from entrepot.model.display import around
from entrepot.report import palette
from entrepot.report.parts import WORDS, counted, plain
from entrepot.report.phrasing import capital, unbroken

if TYPE_CHECKING:
    from jinja2 import Environment

    from entrepot.report.parts import Brief

ICONS = {
    "supported": "M3 8.5l3.2 3.3L13 4.5",
    "differs": "M3 5.8h10M3 10.2h10M10.4 2.5l-4.8 11",
    "inconsistent": "M3.5 3.5l9 9M12.5 3.5l-9 9",
    "not_enough_evidence": "M5 5.6a3 3 0 1 1 4.3 2.9c-.9.5-1.3 1-1.3 1.9M8 13.4v.1",
}
SWATCHES = {
    "line": '<path class="s-supplier" stroke-width="2.75" d="M0 7h26"/>'
    '<circle class="f-supplier" cx="13" cy="7" r="3.4"/>',
    "band": '<path class="f-supplier-mid" fill-opacity=".3" d="M0 2h26v10H0z"/>',
    "printed": '<path class="f-paper s-ink" stroke-width="1.5" d="M8 3h10v8H8z"/>',
    "claim": '<path class="f-claim" d="M8 3h10v8H8z"/>',
    "nowcast": '<path class="s-nowcast" stroke-width="2" stroke-dasharray="6,2,2,2" d="M0 7h26"/>'
    '<circle class="f-paper s-nowcast" stroke-width="2" cx="13" cy="7" r="4"/>',
    "blended": '<path class="f-context-soft s-context" d="M5 2h16v10H5z"/>',
    "context": '<path class="f-context" d="M5 2h16v10H5z"/>',
    "supplier": '<path class="f-supplier" d="M2 2h22v10H2z"/>',
    "supplier-blended": '<path class="f-supplier-soft s-supplier" stroke-width="1.25" '
    'd="M2 2h22v10H2z"/>',
    "whisker": '<path class="s-ink" stroke-width="1.5" d="M2 7h22M2 3v8M24 3v8"/>',
    "dot": '<circle class="f-supplier" cx="13" cy="7" r="4.4"/>',
    "dot-large": '<circle class="f-supplier" cx="13" cy="7" r="5.6"/>',
    "ring": '<circle class="f-paper s-ink" stroke-width="1.5" cx="13" cy="7" r="4.4"/>',
    "ring-supplier": '<circle class="f-paper s-supplier" stroke-width="2" cx="13" cy="7" r="5.2"/>',
}
_SPAN = r"\d[\d.]*–\d[\d.]*(?:\u00a0%)?"  # "24–30 %" stays on one line
STEPS = (
    "--font:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
    "--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
    "--s0:.8125rem;--s1:.9375rem;--s2:1.0625rem;--s3:1.25rem;"
    "--g3:16px;--g4:24px;--g5:40px;--g6:72px;--wide:1180px;--text:66ch;--side:272px;"
)


def render_html(brief: Brief) -> str:
    """Return the page; the same brief gives the same bytes."""
    page = page_environment().get_template("brief.html.j2")
    text = page.render(style=page_style("brief.css"), **page_parts(brief))
    return brief.public(text).strip() + "\n"


def page_parts(brief: Brief) -> dict[str, Any]:
    """Return what the template of a brief is filled with, its style apart."""
    from entrepot.report.charts import draw

    drawings = {item.id: draw(item.picture, item.table) for item in brief.sections if item.picture}
    return {
        "brief": brief,
        "drawings": drawings,
        "icons": ICONS,
        "swatches": SWATCHES,
        "words": WORDS,
    }


@cache
def page_style(*sheets: str) -> str:
    """Return the style of a page: tokens of both grounds and of paper, and sheets of rules."""
    folder = files("entrepot.report").joinpath("templates")
    sheet = "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in sheets)
    dark = f"@media (prefers-color-scheme:dark){{:root{{{palette.variables(palette.DARK)}}}}}"
    paper = f"@media print{{:root{{color-scheme:light;{palette.variables(palette.PRINT)}}}}}"
    light = f":root{{color-scheme:light dark;{palette.variables(palette.LIGHT)}{STEPS}}}"
    # Paper last: whoever prints in dark mode may match both queries, and the later rule wins.
    return "\n".join((light, dark, palette.colour_rules(), _shorter(sheet), paper))


def _shorter(sheet: str) -> str:
    """Drop comments and indentation; lines stay, so that a reader can still follow."""
    # Our own sheets have no strings with "/*" in them.
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())


@cache
def page_environment() -> Environment:
    """Return the templates, with what may be asked of a value in them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("entrepot.report", "templates"),
        # Also for templates that do not end in .html.
        autoescape=True,
        # A name that is misspelt in a template raises instead of printing nothing.
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    filters: dict[str, Any] = {
        "strong": _strong,
        "plain": plain,
        "percent": lambda share: f"{share * 100:.2f}%",
        "placed": _placed,
        "title_of": caveat_title,
        "around": around,
        "curly": _curly,
        "whole": _unbroken,
        "sentence": lambda text: f"{capital(text).rstrip('.')}.",
        "counted": counted,
        "unbroken": unbroken,
    }
    made.filters.update(filters)
    return made


def caveat_title(caveat: str) -> str:
    """Return the id of a caveat as the words that head it."""
    words = caveat.replace("-", " ")
    return "Hong Kong" if words == "hong kong" else words.capitalize()


def _unbroken(text: str) -> Any:
    """Escape a heading and keep its hyphenated words on one line."""
    from markupsafe import Markup, escape

    # Escaped first: the marks that are added below are the only ones in the result.
    safe = str(escape(text))
    kept = re.sub(r"[\w’]+(?:-[\w’]+)+", r'<span class="whole">\g<0></span>', safe)
    return Markup(kept)


def _placed(ends: tuple[float, float]) -> Any:
    """Return where a span of 0 to 1 lies, as attributes of a mark that is drawn."""
    from markupsafe import Markup

    low, high = ends
    return Markup(f'x="{low * 100:.2f}%" width="{(high - low) * 100:.2f}%"')


def _strong(text: str) -> Any:
    """Escape a text and set what stands between double asterisks strong."""
    from markupsafe import Markup, escape

    # Quotes before escaping, which turns an apostrophe into an entity that no rule would find.
    safe = re.sub(_SPAN, r'<span class="whole">\g<0></span>', str(escape(_curly(text))))
    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe))


def _curly(text: str) -> str:
    """Turn typewriter apostrophes and single quotes into typographic ones."""
    # A pair that no letter touches from outside is a
    # quotation; every other is an apostrophe ("China's").
    return re.sub(r"(?<!\w)'([^']*)'(?!\w)", r"‘\1’", text).replace("'", "’")
