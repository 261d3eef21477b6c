"""Event studies: what happened to trade in goods after they were put on a list.

Nothing is imported here that computes: the regressions need the extra ``stats``, which is loaded
when a study is asked for.
"""

from entrepot.measures.event.result import (
    Coefficient,
    Design,
    Effect,
    EventStudy,
    Joint,
    PlaceboDate,
)
from entrepot.measures.event.study import EVENT_STUDY, event_study, event_timing, placebo_dates

__all__ = [
    "EVENT_STUDY",
    "Coefficient",
    "Design",
    "Effect",
    "EventStudy",
    "Joint",
    "PlaceboDate",
    "event_study",
    "event_timing",
    "placebo_dates",
]
