"""A text put to the test: paste it, and read it with its numbers marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.serve.answer import Answer, as_json
from entrepot.serve.site import page

if TYPE_CHECKING:
    from entrepot.claims import Check, Document
    from entrepot.lake import Lake
    from entrepot.report.checked import Article

__all__ = ["check_form", "checked_data", "checked_page", "get_ready"]

_NAME = "the text"


def check_form(_: Lake) -> Answer:
    """Return the form to paste a text into."""
    return page("check_form.html.j2", "/check")


def get_ready() -> None:
    """Read what most checks need, so that the first text does not wait for it."""
    checked_page(None, "China's exports to Russia fell by 3 % in 2025.", "article", "", "")


def checked_page(lake: Lake | None, text: str, kind: str, date: str, publisher: str) -> Answer:
    """Return the page of a check.

    Parameters
    ----------
    kind
        ``article``, or ``claims`` for a claims file.
    """
    from entrepot.report.checked.page import page_parts

    found, article = _checked(lake, text, kind, date, publisher)
    return page("check_page.html.j2", "/check", **page_parts(found, article))


def checked_data(lake: Lake | None, text: str, kind: str, date: str, publisher: str) -> Answer:
    """Return a check as `entrepot check --json` prints it."""
    return as_json(_checked(lake, text, kind, date, publisher)[0].to_dict())


def _checked(
    lake: Lake | None, text: str, kind: str, date: str, publisher: str
) -> tuple[Check, Article | None]:
    """Read and check a text.

    Raises
    ------
    RequestError
        For a text without content, or that cannot be read.
    """
    from entrepot.claims import check

    if not text.strip():
        raise RequestError("there is no text", hint="paste an article or a claims file")
    document, article = (
        (_claims(text, date, publisher), None)
        if kind == "claims"
        else _drafted(text, date, publisher)
    )
    return check(document, lake), article


def _claims(text: str, date: str, publisher: str) -> Document:
    from entrepot.claims import parse_document

    if date or publisher:
        raise RequestError(
            "date and publisher are for an article", hint="write them under source in the claims"
        )
    return parse_document(text, name=_NAME)


def _drafted(text: str, date: str, publisher: str) -> tuple[Document, Article]:
    from entrepot.claims.draft import article_of, as_document, draft
    from entrepot.report.checked import Article

    found = draft(article_of(text, name=_NAME, date=date, publisher=publisher), to_check=True)
    return as_document(found), Article.of(found)
