"""Claims drafted from a text: what is clear becomes a claim, the rest is left, with the reason."""

from entrepot.claims.draft.article import ArticleDraft, as_document, as_yaml, draft
from entrepot.claims.draft.draft import Drafted, Left
from entrepot.claims.draft.front import Article, article_of, plain_text, read_article
from entrepot.claims.draft.readings import Reading, ReadingField

__all__ = [
    "Article",
    "ArticleDraft",
    "Drafted",
    "Left",
    "Reading",
    "ReadingField",
    "article_of",
    "as_document",
    "as_yaml",
    "draft",
    "plain_text",
    "read_article",
]
