"""The specification curve: one question under every combination of defensible choices."""

from entrepot.figures.curve.evaluate import curve, overlaps, refuse_curve

__all__ = ["curve", "overlaps", "refuse_curve"]
