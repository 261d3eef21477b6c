"""Charts: facts in, inline SVG out, two drawings each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.report.pictures import (
    Butterfly,
    Curve,
    EventSteps,
    Exposure,
    ShareLines,
    TierPanels,
)

if TYPE_CHECKING:
    from entrepot.report.pictures import Picture

__all__ = ["draw"]


def draw(picture: Picture) -> tuple[str, str]:
    """Return the wide and the narrow drawing of a chart as inline SVG."""
    from entrepot.report.charts import butterfly, curve, event, exposure, share, tiers

    drawn = picture.drawn
    both = []
    for name in ("wide", "narrow"):
        match drawn:
            case ShareLines():
                both.append(share.draw(drawn, name=name, spoken=picture.spoken))
            case TierPanels():
                both.append(tiers.draw(drawn, name=name, spoken=picture.spoken))
            case Butterfly():
                both.append(butterfly.draw(drawn, name=name, spoken=picture.spoken))
            case Curve():
                both.append(curve.draw(drawn, name=name, spoken=picture.spoken))
            case EventSteps():
                both.append(event.draw(drawn, name=name, spoken=picture.spoken))
            case Exposure():
                both.append(exposure.draw(drawn, name=name, spoken=picture.spoken))
    return both[0], both[1]
