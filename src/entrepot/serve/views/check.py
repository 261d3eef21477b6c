"""A text put to the test: paste it, and read it with its numbers marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from entrepot.errors import RequestError
from entrepot.model.closed_yaml import Closed
from entrepot.serve.answer import ServedAnswer, as_json
from entrepot.serve.site import page

if TYPE_CHECKING:
    from entrepot.claims import Check, Document
    from entrepot.claims.draft import Article, ArticleDraft
    from entrepot.lake import Lake
    from entrepot.report.check_report import ArticleText

MOST_ASKED = 4
"""Numbers of which answers are tried at once."""
_NAME = "the text"


@dataclass(frozen=True, slots=True)
class Reader:
    """An additional reader of articles (see `entrepot.claims.readers`); empty for none."""

    where: str = ""
    seconds: float = 0.0

    def draft(self, article: Article, *, to_check: bool = False) -> ArticleDraft:
        """Draft the claims of an article."""
        from entrepot.claims.draft import draft
        from entrepot.claims.readers import draft_with

        if not self.where:
            return draft(article, to_check=to_check)
        return draft_with(article, self.where, seconds=self.seconds)


_BUILT_IN = Reader()


class _Number(Closed):
    """A number of a text with the claim that it is said to make."""

    index: int = Field(ge=1)
    claim: dict[str, Any]
    open: bool = False


class _DeskRequest(Closed):
    """What the desk asks: to read a text, or to test claims of it."""

    text: str
    date: str = ""
    publisher: str = ""
    source: dict[str, str] | None = None
    numbers: list[_Number] = Field(default_factory=list, max_length=1000)
    tries: dict[str, list[dict[str, Any]]] = Field(default_factory=dict, max_length=MOST_ASKED)

    @classmethod
    def read(cls, body: str) -> _DeskRequest:
        """Read it; raises `RequestError` for any other form."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            # Without the input, which would repeat the text of the reader in an error.
            first = error.errors(include_url=False, include_input=False)[0]
            # Three steps are enough to find it; deeper ones are inside of a claim.
            place = ".".join(str(part) for part in first["loc"][:3])
            raise RequestError(
                f"not what the desk sends: {place} {first['msg']}".replace(" : ", ": "),
                hint="reload the page",
            ) from None


def form_page(path: str, reader: str = "") -> ServedAnswer:
    """Return the page to paste a text into: the form of a check, or the reading desk.

    Parameters
    ----------
    path
        ``/check``, or ``/desk``, which sends the text that is pasted into it to `desk_data`.
    reader
        The additional reader that a text is sent to; the page says so.
    """
    from entrepot.claims.readers import where_to

    template = "desk_page.html.j2" if path == "/desk" else "check_form.html.j2"
    return page(template, path, sent_to=where_to(reader) if reader else "")


def desk_data(
    lake: Lake | None, body: str, reader: Reader = _BUILT_IN, *, tested: bool = True
) -> ServedAnswer:
    """Return what the desk shows of a text, or the verdicts on the claims that it sends with it.

    Parameters
    ----------
    body
        JSON with ``text``, ``date`` and ``publisher``, or after the first time with ``text``,
        ``source``, ``numbers`` and ``tries``.
    tested
        Whether verdicts are wanted the first time.

    Raises
    ------
    RequestError
        For a body of another form, or a text without content.
    """
    from entrepot.claims.draft import article_of
    from entrepot.report.desk import sheet, verdicts_on

    sent = _DeskRequest.read(body)
    if not sent.text.strip():
        raise RequestError("there is no text", hint="paste an article")
    if "\x00" in sent.text:  # JSON can spell it; no claims file could hold it
        raise RequestError("a file of another kind, not a text", hint="save it as plain text")
    if sent.source is not None:
        numbers = [one.model_dump() for one in sent.numbers]
        found = verdicts_on(sent.text, sent.source, numbers, lake=lake, tries=sent.tries)
        return as_json(found)
    article = article_of(sent.text, name=_NAME, date=sent.date, publisher=sent.publisher)
    return as_json(sheet(article, lake, reader.draft(article), tested=tested))


def get_ready() -> None:
    """Read what most checks need, so that the first text does not wait for it."""
    # A check from end to end, which loads word lists, published figures and templates.
    checked_page(None, "China's exports to Russia fell by 3 % in 2025.", "article", "", "")


def checked_page(
    lake: Lake | None, text: str, kind: str, date: str, publisher: str, reader: Reader = _BUILT_IN
) -> ServedAnswer:
    """Return the page of a check.

    Parameters
    ----------
    kind
        ``article``, or ``claims`` for a claims file.
    """
    from entrepot.report.check_report.save import page_parts

    found, article = _checked(lake, text, kind, date, publisher, reader)
    return page("check_page.html.j2", "/check", **page_parts(found, article))


def checked_data(
    lake: Lake | None, text: str, kind: str, date: str, publisher: str, reader: Reader = _BUILT_IN
) -> ServedAnswer:
    """Return a check as `entrepot check --json` prints it."""
    return as_json(_checked(lake, text, kind, date, publisher, reader)[0].to_dict())


def _checked(
    lake: Lake | None, text: str, kind: str, date: str, publisher: str, reader: Reader
) -> tuple[Check, ArticleText | None]:
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
        else _drafted(text, date, publisher, reader)
    )
    return check(document, lake), article


def _claims(text: str, date: str, publisher: str) -> Document:
    from entrepot.claims import parse_document

    if date or publisher:
        raise RequestError(
            "date and publisher are for an article", hint="write them under source in the claims"
        )
    return parse_document(text, name=_NAME)


def _drafted(text: str, date: str, publisher: str, reader: Reader) -> tuple[Document, ArticleText]:
    from entrepot.claims.draft import article_of, as_document
    from entrepot.report.check_report import ArticleText

    article = article_of(text, name=_NAME, date=date, publisher=publisher)
    found = reader.draft(article, to_check=True)
    return as_document(found), ArticleText.of(found)
