"""A check of a text as a page, as Markdown, as a note to an editor, and as ClaimReview."""

from entrepot.report.check_report.entries import ArticleText, UnreadText
from entrepot.report.check_report.note import render_note
from entrepot.report.check_report.save import (
    FORMATS,
    check_note,
    claim_review,
    format_of,
    render_page,
    write_check,
    write_note,
)

__all__ = [
    "FORMATS",
    "ArticleText",
    "UnreadText",
    "check_note",
    "claim_review",
    "format_of",
    "render_note",
    "render_page",
    "write_check",
    "write_note",
]
