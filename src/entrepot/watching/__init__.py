"""Watch: evaluate figures and claims again, and report what changed."""

from entrepot.watching.observation import FigureChange, Observation, VerdictChange
from entrepot.watching.run import Watched, watch

__all__ = ["FigureChange", "Observation", "VerdictChange", "Watched", "watch"]
