"""A check as one HTML file: the text with its numbers marked, and what is said of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import entrepot
from entrepot.report.checked.claim_review import inside_html
from entrepot.report.checked.entries import entries, worst_first
from entrepot.report.checked.safe import one_line, web
from entrepot.report.checked.text import numbered, paragraphs, without_heading_sign
from entrepot.report.render_html import ICONS, page_environment, page_style
from entrepot.report.sections.verdicts import claims_part
from entrepot.report.verdicts import WORDS

if TYPE_CHECKING:
    from entrepot.claims import Check
    from entrepot.report.checked.text import Article

__all__ = ["page_parts", "render_page"]


def render_page(check: Check, article: Article | None = None) -> str:
    """Return the page; the same check gives the same bytes.

    Parameters
    ----------
    check
        What was found.
    article
        The whole text, if the check came from one; else the quotes stand for it.
    """
    page = page_environment().get_template("check.html.j2")
    style = page_style("brief.css", "check.css")
    return page.render(style=style, **page_parts(check, article)).strip() + "\n"


def page_parts(check: Check, article: Article | None = None) -> dict[str, Any]:
    """Return what the template of a check is filled with, its style apart."""
    found = entries(check)
    source = check.source
    return {
        "title": one_line(source.title),
        "said": [("Publisher", one_line(source.publisher)), ("Date", one_line(source.date))],
        "url": web(source.url),
        "finding": _finding(check),
        "limits": [one_line(limit) for limit in check.limits],
        "part_of": claims_part(check),
        "paragraphs": [without_heading_sign(held) for held in paragraphs(check, article)],
        "left": article.left if article else (),
        "article": article,
        "entries": worst_first(found),
        "by_id": {entry.id: entry for entry in found},
        "numbers": numbered(check),
        "reviews": inside_html(check),
        "icons": ICONS,
        "words": WORDS,
        "version": entrepot.__version__,
    }


def _finding(check: Check) -> str:
    """Say what became of the claims in one line, what is wrong first."""
    if not check.claims:
        return "The text makes no claim that can be read"
    return check.in_counts().replace(", ", ": ", 1)
