"""Claims: numbers that somebody published, put to the test."""

from entrepot.claims.says import Says, read_says

__all__ = ["Says", "read_says"]
