"""Watch: evaluate Figures and claims again, and say what moved."""

from entrepot.watching.observation import FigureChange, Observation, VerdictChange
from entrepot.watching.run import Watched, watch

__all__ = ["FigureChange", "Observation", "VerdictChange", "Watched", "watch"]
