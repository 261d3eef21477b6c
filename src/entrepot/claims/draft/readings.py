"""Every number of a text and what it is said to be: for a person to correct, a check to take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from entrepot.claims.draft.sentences import sentences
from entrepot.claims.draft.write import as_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.claims.draft.article import Draft
    from entrepot.claims.draft.front import Article

__all__ = ["CERTAINTIES", "STATES", "Field", "Reading", "readings"]

STATES = ("interpreted", "open", "not_interpreted", "not_trade")
CERTAINTIES = ("stated", "inferred", "best guess", "open")


@dataclass(frozen=True, slots=True)
class Field:
    """One part of what a number is said to be.

    Attributes
    ----------
    value
        What was understood, in the words of a claims file; empty where nothing was.
    certainty
        ``stated`` in the sentence, ``inferred`` from what is around it, ``best guess``, ``open``.
    candidates
        What else it may be, the likeliest first.
    """

    value: str
    certainty: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A number of a text and what it is said to be.

    Attributes
    ----------
    index
        From 1, in the order of the text.
    start, end
        Its place in the text of the article: ``text[start:end]`` is `says`.
    says
        As published.
    sentence
        Where its sentence begins and ends.
    state
        ``interpreted``: a claim that is tested. ``open``: understood in part, or not surely enough,
        and never tested. ``not_interpreted``. ``not_trade``: a number of something else.
    claim
        An entry of a claims file; None where some key is missing.
    fields
        What was understood by key: measure, exporter, importer, flow, goods, period, base ...
    confidence
        How probable it is that all of it is right; None where nothing was estimated.
    why
        Why it is not tested; empty if it is.
    """

    index: int
    start: int
    end: int
    says: str
    sentence: tuple[int, int]
    state: str
    claim: Mapping[str, Any] | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    confidence: float | None = None
    why: str = ""


def readings(article: Article) -> tuple[Reading, ...]:
    """Read every number of a text.

    Examples
    --------
    >>> from entrepot.claims.draft import article_of, readings
    >>> [one] = readings(article_of("China's exports to Russia fell by 3.4 % in 2025."))
    >>> one.state, one.fields["period"].value
    ('interpreted', '2025')
    """
    from entrepot.claims.draft.article import draft

    return readings_of(draft(article))


def readings_of(draft: Draft) -> tuple[Reading, ...]:
    """Return the readings of a draft, in the order of the text."""
    found = sorted((*_claimed(draft), *_left(draft)), key=lambda one: (one[0], one[1]["why"]))
    spans = [(one.start, one.start + len(one.printed)) for one in sentences(draft.article.text)]
    return tuple(
        Reading(
            index=index,
            start=place[0],
            end=place[1],
            says=draft.article.text[place[0] : place[1]],
            sentence=next(
                (span for span in spans if span[0] <= place[0] < span[1]), (place[0], place[1])
            ),
            **rest,
        )
        for index, (place, rest) in enumerate(found, 1)
    )


def _claimed(draft: Draft) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    entries = as_data(draft)["claims"]
    for claim, entry in zip(draft.claims, entries, strict=True):
        said = {key: value for key, value in entry.items() if key not in ("id", "notes") and value}
        fields = {
            "measure": Field(claim.kind, "stated"),
            **{
                key: Field(str(value), "stated")
                for key, value in _innermost(claim.keys).items()
                if not isinstance(value, dict)
            },
        }
        if claim.attributed_to:
            fields["attributed_to"] = Field(claim.attributed_to, "stated")
        yield (
            claim.place,
            {"state": "interpreted", "claim": said, "fields": fields, "why": ""},
        )


def _innermost(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of the definition that a claim is about, with the base of a change."""
    flat = dict(keys)
    while "period" not in flat:
        inner = next(value for value in flat.values() if isinstance(value, dict))
        flat = {**{k: v for k, v in flat.items() if not isinstance(v, dict)}, **inner}
    return flat


def _left(draft: Draft) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    for left in draft.left:
        for place in left.places:
            yield place, {"state": "not_interpreted", "why": left.why}
