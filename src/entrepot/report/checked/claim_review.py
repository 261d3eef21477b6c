"""A check as ClaimReview of schema.org, in JSON-LD."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from entrepot.report.checked.safe import one_line, web
from entrepot.report.verdicts import WORDS

if TYPE_CHECKING:
    from entrepot.claims import Check, CheckedClaim

__all__ = ["claim_review", "inside_html", "render_jsonld"]

REVIEWER = {"@type": "Organization", "name": "Entrepôt"}
_RISKY = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def claim_review(check: Check) -> dict[str, Any]:
    """Return one ClaimReview a claim.

    The verdict is a word (``alternateName``) with its reason. A number from 1 to 5 would claim a
    precision that no verdict has, so there is none. What is not known (date, address) is left out.
    """
    return {
        "@context": "https://schema.org",
        "@graph": [_review(item, check) for item in check.claims],
    }


def render_jsonld(check: Check) -> str:
    """Return the reviews as the text of a ``.jsonld`` file."""
    return json.dumps(claim_review(check), ensure_ascii=False, indent=1) + "\n"


def inside_html(check: Check) -> str:
    """Return the reviews for a script element: nothing in it can end the element."""
    text = json.dumps(claim_review(check), ensure_ascii=False, separators=(",", ":"))
    for sign, code in _RISKY.items():
        text = text.replace(sign, code)
    return text


def _review(item: CheckedClaim, check: Check) -> dict[str, Any]:
    word = WORDS[item.verdict]
    name = f"{word}, {item.qualifier}" if item.qualifier else word
    quote = one_line(item.claim.quote)
    return {
        "@type": "ClaimReview",
        "identifier": item.id,
        "claimReviewed": quote or one_line(item.says),
        "author": REVIEWER,
        "itemReviewed": _claim(item, check),
        "reviewRating": {
            "@type": "Rating",
            "alternateName": name,
            "ratingExplanation": one_line(item.reason),
        },
    }


def _claim(item: CheckedClaim, check: Check) -> dict[str, Any]:
    source = check.source
    # Who is quoted is not the author of a number that the text misquotes.
    best = next(iter(item.against), None)
    misquoted = best is not None and best.own and best.outcome == "contradicts"
    quoted = "" if misquoted else item.claim.attributed_to
    by = one_line(quoted or source.publisher)
    work = _known(
        {
            "@type": "CreativeWork",
            "headline": one_line(source.title),
            "url": web(source.url),
            "datePublished": source.date,
            "publisher": _named(source.publisher, "Organization"),
        }
    )
    return _known(
        {
            "@type": "Claim",
            "text": one_line(item.says),
            "author": _named(by, "Thing"),
            "datePublished": source.date,
            "appearance": work,
        }
    )


def _named(name: str, kind: str) -> dict[str, str] | None:
    """Return a name; whether who is quoted is a person or an office, the text does not tell."""
    return {"@type": kind, "name": one_line(name)} if name else None


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
