"""Figures made by hand for the sentence rules."""

from __future__ import annotations

from typing import Any

from entrepot.figures import Definition, Evidence, Figure, Specification, Specifications

__all__ = ["figure"]


def figure(
    measure: str,
    value: float | None,
    unit: str = "share",
    *,
    low: float | None = None,
    high: float | None = None,
    row: str = "",
    specifications: list[tuple[str, float]] | None = None,
    **keys: Any,
) -> Figure:
    """Return a Figure: `figure("import_share", 0.563, low=0.4, period=2023)`."""
    asked = {"importer": "RUS", "exporter": "CHN", "period": 2023} | keys
    source = "published" if row else "baci"
    specs = None
    if specifications:
        items = (Specification({"source": name}, number) for name, number in specifications)
        specs = Specifications(tuple(items), "source")
    return Figure(
        definition=Definition.build(measure, **asked),
        status="insufficient_data" if value is None else "ok",
        value=value,
        unit=unit,
        low=low,
        high=high,
        range="other definitions" if low is not None else None,
        specifications=specs,
        evidence=(Evidence(source, "", 1, id=row),),
    )
