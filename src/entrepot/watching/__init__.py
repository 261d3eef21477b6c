"""Watch: evaluate Figures and claims again, and say what moved."""

from entrepot.watching.run import Watched, watch
from entrepot.watching.seen import Move, Seen, Turn

__all__ = ["Move", "Seen", "Turn", "Watched", "watch"]
