"""Numbers in print that cannot both be true, and what each of them agrees with."""

from entrepot.claims.inprint.find import findings
from entrepot.claims.inprint.finding import Finding, Kind, Side
from entrepot.claims.inprint.relatives import Relatives, relatives

__all__ = ["Finding", "Kind", "Relatives", "Side", "findings", "relatives"]
