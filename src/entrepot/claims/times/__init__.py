"""Times as printed: which periods a text speaks of, and where."""

from entrepot.claims.times.when import TimeSpan, stepped, when

__all__ = ["TimeSpan", "stepped", "when"]
