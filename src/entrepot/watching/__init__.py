"""Watch: evaluate Figures and claims again, and say what moved."""

from entrepot.watching.run import watch
from entrepot.watching.seen import Move, Seen, Turn
from entrepot.watching.watched import Watched

__all__ = ["Move", "Seen", "Turn", "Watched", "watch"]
