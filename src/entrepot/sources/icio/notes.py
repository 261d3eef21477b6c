"""What was noticed in the file of the package: what its makers left out and cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.columns import Finding
from entrepot.sources.icio.arrays import CAP

if TYPE_CHECKING:
    from entrepot.sources.icio.arrays import Benchmark

__all__ = ["about"]


def about(held: Benchmark, name: str) -> tuple[Finding, ...]:
    """Return what a reader of the package's table has to know; `name` is that of its file."""
    labels = [f"{' '.join(held.grid.names(place))} x {by:.3f}" for place, by in held.cut.items()]
    part = sum(float(held.output[place]) for place in held.cut) / float(held.output.sum())
    return (
        Finding(
            "no-rest-of-world",
            "warning",
            name,
            1,
            f"{held.inputs.sum() / 1e6:.1f} tn USD of inputs, 103.4 in the whole table",
            "The package's makers left out the rest of the world: what the 80 economies buy from "
            "others is in no total, so shares of imported inputs are upper bounds.",
        ),
        Finding(
            "cut-columns",
            "note",
            name,
            len(held.cut),
            ", ".join(labels),
            f"The package's makers cut inputs at {CAP:.0%} of output in these columns, which make "
            f"{part:.1g} of all output; what was cut off follows from the sellers' rows and was "
            "put back.",
        ),
    )
