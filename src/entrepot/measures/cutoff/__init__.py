"""What a cut-off would do: to one buyer's goods, and to every sector of the world."""

from entrepot.measures.cutoff.goods import cutoff
from entrepot.measures.cutoff.passports import CUTOFF

__all__ = ["CUTOFF", "cutoff"]
