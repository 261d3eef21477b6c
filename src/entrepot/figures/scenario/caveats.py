"""What a reader of a scenario must know first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.figures.caveats import caveat
from entrepot.model.areas import area_name
from entrepot.model.display import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.figure import Caveat
    from entrepot.figures.scenario.schema import ScenarioFile

__all__ = ["caveats_of"]


def caveats_of(file: ScenarioFile, strangers: Sequence[str]) -> Iterator[Caveat]:
    """Yield what follows from the levels of a scenario, and who is left out of it."""
    if file.economy:
        yield caveat(
            "scenario",
            "Economy: inputs between industries stop; goods for final use go on flowing, since the "
            "table does not say where they go. Prices, stocks, new suppliers and policy are left "
            "out. The value is one set of assumptions; the range is the answer. Such models "
            "have been called biased towards small losses (Geerolf 2022).",
        )
    if file.extraction:
        yield caveat(
            "scenario",
            "Extraction: what sellers lose by lost sales, buyers going without inputs at no loss. "
            "It is another quantity than what buyers lose; the two are never added.",
        )
    if strangers:
        names = joined([area_name(code) for code in strangers])
        yield caveat("not-recorded", f"The table has no entry of its own for {names}.")
