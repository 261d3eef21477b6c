from __future__ import annotations

from typing import Any

import pytest

from entrepot.figures import Definition, Evidence, Figure, Specification, Specifications


@pytest.fixture(scope="session")
def figure() -> Any:
    """Make a Figure by hand: `figure("import_share", 0.563, low=0.4, period=2023)`."""

    def make(
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

    return make
