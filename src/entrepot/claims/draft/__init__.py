"""Claims drafted from a text: what is clear becomes a claim, the rest is left, with the reason."""

from entrepot.claims.draft.article import Draft, as_document, as_yaml, draft
from entrepot.claims.draft.draft import Drafted, Left
from entrepot.claims.draft.front import Article, article_of, read_article
from entrepot.claims.draft.readings import Field, Reading

__all__ = [
    "Article",
    "Draft",
    "Drafted",
    "Field",
    "Left",
    "Reading",
    "article_of",
    "as_document",
    "as_yaml",
    "draft",
    "read_article",
]
