"""A whole text: sentence by sentence, each with what the one before was about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.claims.document import require_few
from entrepot.claims.draft.complete import Context
from entrepot.claims.draft.ranks import places_in
from entrepot.claims.draft.reading import numbers_of, read_sentence, table_in
from entrepot.claims.draft.sentences import sentences

if TYPE_CHECKING:
    from entrepot.claims.draft.draft import Drafted, Left
    from entrepot.claims.draft.front import Article
    from entrepot.claims.draft.readings import Reading
    from entrepot.claims.draft.sentences import Sentence

__all__ = ["Draft", "draft"]

_REMEMBERED = 2
"""Sentences without a number across which a period is still that of the sentence before."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a text claims, as far as it was understood, and the rest."""

    article: Article
    claims: tuple[Drafted, ...]
    left: tuple[Left, ...]
    readings: tuple[Reading, ...] = ()

    @property
    def places(self) -> dict[str, tuple[int, int]]:
        """Where in the text the number of each claim stands, by the claim's id."""
        from entrepot.claims.draft.write import ids

        names = ids(self.claims)
        return {name: claim.place for name, claim in zip(names, self.claims, strict=True)}

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types: what the claims file holds, and the notes of each claim."""
        from entrepot.claims.draft.write import as_data

        return as_data(self)


def draft(article: Article, *, to_check: bool = False) -> Draft:
    """Draft the claims of a text.

    Parameters
    ----------
    article
        The text, and when it was published if that is known: "last year" is measured from it.
    to_check
        Whether the claims are to be checked: then drafting ends where there are too many for that.

    Returns
    -------
    Draft
        Claims in the order of the text. A number that is not understood is left with its
        sentence and the reason, never guessed.

    Raises
    ------
    RequestError
        If there are too many claims `to_check`.

    Examples
    --------
    >>> from entrepot.claims.draft import article_of, draft
    >>> found = draft(article_of("China's exports to Russia fell by 3.4 % in 2025."))
    >>> found.claims[0].kind, found.claims[0].says
    ('growth', 'fell by 3.4 %')
    """
    from entrepot.claims.draft.readings import merged

    ruled = draft_by_rules(article, to_check=to_check)
    claims, left, read = merged(article, ruled.claims, ruled.left)
    if to_check:
        require_few(len(claims))
    return Draft(article, tuple(claims), tuple(left), read)


def draft_by_rules(article: Article, *, to_check: bool = False) -> Draft:
    """Draft what the rules alone read, sentence by sentence."""
    claims: list[Drafted] = []
    left: list[Left] = []
    quiet: list[Sentence] = []
    context = Context()
    paragraph = 0
    for sentence in sentences(article.text):
        if sentence.paragraph != paragraph:
            paragraph, context = sentence.paragraph, context.in_new_paragraph()
        if (table := table_in(sentence)) is not None:
            left.append(table)
            quiet.clear()
            context = Context()
            continue
        numbers = numbers_of(sentence)
        if not numbers and not places_in(sentence.text, sentence.language):
            quiet.append(sentence)
            continue
        if len(quiet) > _REMEMBERED:
            context = Context()
        for silent in quiet[-_REMEMBERED:]:
            context = read_sentence(silent, (), context, article.published)[2]
        found, rest, context = read_sentence(sentence, numbers, context, article.published)
        quiet.clear()
        claims += found
        left += rest
        if to_check:
            require_few(len(claims))
    return Draft(article, tuple(claims), tuple(left))
