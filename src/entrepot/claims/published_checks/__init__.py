"""Published figures that cannot both be true, and what each of them agrees with."""

from entrepot.claims.published_checks.discrepancy import (
    Discrepancy,
    Kind,
    Relatives,
    Side,
    relatives,
)
from entrepot.claims.published_checks.run import findings

__all__ = ["Discrepancy", "Kind", "Relatives", "Side", "findings", "relatives"]
