"""Claims: numbers that somebody published, put to the test."""

from entrepot.claims.document import Claim, Document
from entrepot.claims.numbers import Says, read_says
from entrepot.claims.read import parse_document
from entrepot.claims.result import Check, CheckedClaim, Conflict, LikelyError
from entrepot.claims.verdict import check, read_document

__all__ = [
    "Check",
    "CheckedClaim",
    "Claim",
    "Conflict",
    "Document",
    "LikelyError",
    "Says",
    "check",
    "parse_document",
    "read_document",
    "read_says",
]
