"""Nowcasts: the likely value of a period that is not reported in full, with tested intervals."""

from entrepot.measures.nowcast.intervals import LEVELS
from entrepot.measures.nowcast.methods import METHODS, Window
from entrepot.measures.nowcast.nowcast import Backtest, Method, Nowcast, backtest, nowcast

__all__ = ["LEVELS", "METHODS", "Backtest", "Method", "Nowcast", "Window", "backtest", "nowcast"]
