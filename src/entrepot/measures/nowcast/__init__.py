"""Nowcasts: the likely value of a period that is not reported in full, with tested intervals."""

from entrepot.measures.nowcast.intervals import LEVELS
from entrepot.measures.nowcast.joint import STATISTICS, joint_backtest, joint_nowcast, largest
from entrepot.measures.nowcast.methods import METHODS, Window
from entrepot.measures.nowcast.nowcast import (
    FARTHEST,
    Backtest,
    Method,
    Nowcast,
    backtest,
    months_needed,
    nowcast,
)
from entrepot.measures.nowcast.tested import ClassedFlow, Tested, refuse_failed

__all__ = [
    "FARTHEST",
    "LEVELS",
    "METHODS",
    "STATISTICS",
    "Backtest",
    "ClassedFlow",
    "Method",
    "Nowcast",
    "Tested",
    "Window",
    "backtest",
    "joint_backtest",
    "joint_nowcast",
    "largest",
    "months_needed",
    "nowcast",
    "refuse_failed",
]
