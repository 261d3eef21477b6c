"""Numbers as printed: what a phrase says, and where a text has such phrases."""

from entrepot.claims.numbers.says import (
    CURRENCIES,
    ROUND_WORDS,
    SHARED_CURRENCIES,
    Says,
    leading_step,
    loosened,
)
from entrepot.claims.numbers.spans import (
    PLACES,
    SHORT_PLACES,
    Span,
    number_spans,
    place_of,
    read_place,
    read_says,
)

__all__ = [
    "CURRENCIES",
    "PLACES",
    "ROUND_WORDS",
    "SHARED_CURRENCIES",
    "SHORT_PLACES",
    "Says",
    "Span",
    "leading_step",
    "loosened",
    "number_spans",
    "place_of",
    "read_place",
    "read_says",
]
