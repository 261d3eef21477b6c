"""The specification curve: one question under every combination of defensible choices."""

from entrepot.figures.curve.choices import averaged_over
from entrepot.figures.curve.evaluate import curve, overlaps, refuse_curve

__all__ = ["averaged_over", "curve", "overlaps", "refuse_curve"]
