"""Pages: the report's templates and the site's own, in one look, with one head."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from entrepot.figures.figure import headline
from entrepot.goods.parse import spaced_code
from entrepot.model.areas import area_phrase
from entrepot.model.display import figure_value, with_unit
from entrepot.report.cards import source_on_card
from entrepot.report.desk import desk_parts
from entrepot.report.palette import DARK, LIGHT, variables
from entrepot.report.parts import WORDS
from entrepot.report.phrasing import capital, shown
from entrepot.report.render_html import ICONS, SWATCHES, page_environment, page_style
from entrepot.serve.answer import NotFoundError, ServedAnswer, as_html
from entrepot.serve.keys import address_of
from entrepot.serve.language import address_now, day_label, language_now, translated
from entrepot.settings import LANGUAGES
from entrepot.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from entrepot.figures import Figure

ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26">'
    b'<path fill="#0a5c9e" d="M12 3h9v8h-9zM7 13h9v8H7z"/><path fill="#77848f" d="M2 3h8v8H2z"/>'
    b'<path stroke="#77848f" stroke-width="2" d="M1 24h24"/></svg>'
)
_MAIN = b'<main id="main">'
_BEFORE = (
    b'\n<div class="page before" role="status"><p class="deck">Newer data are being loaded. '
    b"This page shows the previous data; reload it in a moment.</p></div>"
)
SCRIPTS = (
    *("copy", "embed", "frame", "mail", "page", "rest", "screen", "search", "tabs", "tooltips"),
    "wait",
)
MENU = (
    ("/countries", "Countries"),
    ("/goods", "Goods"),
    ("/explore", "Explore"),
    ("/desk", "Check a text"),
    ("/data", "Data"),
    ("/measures", "Methods"),
)
"""Where the masthead of every page leads."""
TITLES = {
    "": "How dependent is one country on another?",
    "ask": "Compute one figure",
    "compare": "Compare two dependences",
    "data": "Loaded data and findings",
    "explore": "Build a chart",
    "scenario": "What if trade stopped?",
}
"""Titles of rooms that are known before their answer is, by the first part of the address."""


def page(template: str, current: str, **parts: Any) -> ServedAnswer:
    """Return a page of the site.

    Parameters
    ----------
    template
        File in the templates of the site.
    current
        Address of the page that the menu marks.
    """
    shared: dict[str, Any] = {"current": current, "version": __version__, "bare": False}
    shared |= {"languages": LANGUAGES, "language": language_now(), "here": address_now()}
    text = environment().get_template(template).render(shared | parts)
    return as_html(translated(text.strip()) + "\n")


def of_before(answer: ServedAnswer) -> ServedAnswer:
    """Return a page with a line above it that newer data than its own are being read in."""
    # In the bytes, because the page was rendered before anybody knew that it would be outdated.
    return replace(answer, body=answer.body.replace(_MAIN, _MAIN + _BEFORE, 1))


@cache
def environment() -> Environment:
    """Return the report's templates with those of the site before them."""
    from jinja2 import ChoiceLoader, PackageLoader

    report = page_environment()
    own = PackageLoader("entrepot.serve", "templates")
    # An overlay shares globals and filters with the report's environment, so both are copied below.
    made = report.overlay(loader=ChoiceLoader([own, report.loader or own]))
    made.globals = {**report.globals, "menu": MENU, "icons": ICONS, "swatches": SWATCHES}
    made.globals |= {"words": WORDS, "titles": TITLES}
    made.filters = {
        **report.filters,
        "address": address_of,
        "area": area_phrase,
        "capital": capital,
        "coded": _coded,
        "headline": headline,
        "json": lambda data: json.dumps(data, ensure_ascii=False),
        "shown": _shown,
        "shown_range": shown_range,
        "whose": source_on_card,
        "day": day_label,
        "spaced": spaced_code,
    }
    return made


def _coded(text: str) -> Markup:
    """Return a text with its commands set as commands: errors have them between backticks."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _shown(figure: Figure) -> str:
    """Return the value of a Figure with its unit: as published, where it is."""
    if figure.unit != "share":  # growth has its sign
        return figure_value(figure.value, figure.unit)
    return with_unit(*shown(figure))


def shown_range(figure: Figure) -> str:
    """Return the ends of a Figure as people read them, or why there are none."""
    return f"no range: {figure.no_range}" if figure.no_range else figure.range_text


@cache
def sheet(name: str) -> ServedAnswer:
    """Return a sheet of style: ``page``, ``check`` for a check beside it, ``desk``, ``screen``.

    Raises
    ------
    NotFoundError
        For one that does not exist.
    """
    if name not in ("page", "check", "desk", "screen"):
        raise NotFoundError("no such sheet of style")
    if name == "desk":
        text = desk_parts()["style"]
    elif name == "screen":
        own = files("entrepot.serve").joinpath("templates", "screen.css").read_text("utf-8")
        text = f"{desk_parts()['style']}\n{own}"
    elif name == "check":
        text = files("entrepot.report").joinpath("templates", "check.css").read_text("utf-8")
    else:
        own = files("entrepot.serve").joinpath("templates", "site.css").read_text("utf-8")
        text = f"{page_style('brief.css', 'scenario.css')}\n{own}\n{_themes()}"
    return ServedAnswer(text.encode(), "text/css; charset=utf-8")


def _themes() -> str:
    """Return colours that a frame asks for, whatever those of its reader's system; not on paper."""
    rules = (
        f":root[data-theme={name}]{{color-scheme:{name};{variables(colours)}}}"
        for name, colours in (("light", LIGHT), ("dark", DARK))
    )
    return f"@media screen{{{''.join(rules)}}}"


@cache
def script(name: str) -> ServedAnswer:
    """Return a module of our own; raises `NotFoundError` for one that does not exist."""
    # The name comes from an address and becomes that of a file: only these may.
    if name not in (*SCRIPTS, "desk"):
        raise NotFoundError("no such script")
    if name == "desk":
        return ServedAnswer(desk_parts()["program"].encode(), "text/javascript; charset=utf-8")
    text = files("entrepot.serve").joinpath("scripts", f"{name}.js").read_text("utf-8")
    return ServedAnswer(text.encode(), "text/javascript; charset=utf-8")
