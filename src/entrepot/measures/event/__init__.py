"""Event studies: what happened to trade in goods after they were put on a list.

Here are what is asked for and what comes back: the study, break dates and placebo dates. Nothing is
imported here that computes: the regressions need the extra ``stats``, which is loaded when a study
is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import RequestError
from entrepot.measures.event.result import (
    Coefficient,
    Design,
    Effect,
    EventStudy,
    Joint,
    PlaceboDate,
)
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

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


EVENT_STUDY = MeasureMetadata(
    id="event_study",
    title="event study of listed goods",
    function="event_study",
    inputs=(
        "rows with product, partner, time, value and the day on which the product was "
        "listed; products that were not listed as well, or partners that listing does "
        "not concern"
    ),
    columns=(
        ("estimate", "logarithmic difference of treated trade from the reference step"),
        ("std_error", "its standard error, from clusters"),
        ("low", "lower end of the 95 % interval"),
        ("high", "upper end of the 95 % interval"),
        ("p_value", "two-sided, from clusters, 0 to 1"),
        ("p_randomisation", "two-sided, from events dealt to other products, 0 to 1"),
        ("change_pct", "the difference in per cent"),
        ("cells", "treated cells in the step"),
    ),
    unit="ratio",
    range="any number; a logarithm of a ratio",
    null_rule=(
        "steps with a missing value are left out and counted; null where no treated cell lies in "
        "a step or all of them are zero, and where the covariance is not usable"
    ),
    formula="X_kdt = exp(Σ_{τ≠-1} β_τ 1[t - t*_k = τ] S_k E_d + γ_kd + δ_dt + μ_kt) ε_kdt",
    reference=(
        "Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88(4), for PPML; "
        "Correia, Guimarães and Zylkin (2020), Stata Journal 20(1), for its fixed effects; after "
        "Chupilkin, Javorcik and Plekhanov (2023), EBRD working paper 276, and Korhonen and Simola "
        "(2024), BOFIT discussion paper 3; their own equations were not seen"
    ),
)

Inference = Literal["auto", "cluster", "randomisation"]


def event_study(
    frame: Any,
    design: Design | None = None,
    *,
    inference: Inference = "auto",
    draws: int = 499,
    each_step: bool = False,
    seed: int = 833,
) -> EventStudy:
    """Estimate what happened to trade in goods, step by step, before and after they were listed.

    Poisson pseudo maximum likelihood on amounts, zeros included, with fixed effects, by pyfixest.
    Rows are added up to cells on the engine of the frame; the cells are then collected, and the
    rest is computed in memory. One regression; run it once for each group of exporters.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    design
        Columns, window, fixed effects and clusters.
    inference
        ``"auto"`` permutes events where fewer than 20 products or partners are treated.
    draws
        Permutations; if there are no more assignments than that, each is taken once.
    each_step
        Whether to permute for every step and for the pre-trend too, which takes longer.
    seed
        Of the permutations.

    Returns
    -------
    EventStudy
        Coefficients, pooled effect, pre-trend test, counts and remarks.

    Raises
    ------
    MissingExtraError
        Without the extra ``stats``.
    UnknownNameError, RequestError
        For a column that is missing or not what it should be.
    NoEvidenceError
        Where no product has an event, no treated cell lies in the reference step, or coefficients
        cannot be told from fixed effects.
    """
    if inference not in ("auto", "cluster", "randomisation"):
        raise RequestError(f"inference {inference!r}", hint="'auto', 'cluster' or 'randomisation'")
    if draws < 1:
        raise RequestError(f"{draws} draws", hint="499 or more for a p-value of use")
    import narwhals as nw

    # Here and not above: it brings NumPy, which importing the measures does without.
    from entrepot.measures.event.estimate import studied

    found = studied(frame, design or Design(), inference, draws, each_step, seed)
    implementation = nw.from_native(frame).implementation
    # Cells were collected: a lazy frame comes back as a table, of its own library where it has one.
    kind = "polars" if implementation.is_polars() else "pyarrow"
    return replace(found, kind="pandas" if implementation.is_pandas() else kind)


def placebo_dates(
    frame: Any, design: Design | None = None, *, shifts: Sequence[int] = (-12, -9, -6, -3)
) -> tuple[PlaceboDate, ...]:
    """Return the effects that events moved to an earlier date would show.

    Only what lies before the true events is used: of treated cells all steps before their event,
    of others those before the last event. Effects that differ from zero say that goods were on
    another path before they were listed.

    Parameters
    ----------
    frame, design
        As in `event_study`.
    shifts
        Steps to move by, below zero.

    Returns
    -------
    tuple of PlaceboDate
        One for each shift that leaves treated cells on both sides.

    Raises
    ------
    MissingExtraError, UnknownNameError, RequestError, NoEvidenceError
        As in `event_study`; RequestError for a shift that is not below zero.
    """
    if not shifts or any(shift >= 0 for shift in shifts):
        raise RequestError(
            f"shifts {list(shifts)}",
            why="a placebo lies before the event",
            hint="steps below zero: shifts=(-12, -6)",
        )
    # As above: with NumPy only once it is asked for.
    from entrepot.measures.event.estimate import shifted

    return shifted(frame, design or Design(), shifts)


def event_timing(
    frame: Any, design: Design | None = None, *, candidates: Sequence[str | int | date]
) -> tuple[PlaceboDate, ...]:
    """Return how well a break at each of several common dates fits, the best first.

    Every product with an event is taken to have it at the candidate. A break at the day of
    sanctions rather than at that of a reform speaks for sanctions. The p-values do not allow for
    the search.

    Parameters
    ----------
    frame, design
        As in `event_study`.
    candidates
        Days or periods.

    Returns
    -------
    tuple of PlaceboDate
        By deviance, the lowest first.

    Raises
    ------
    MissingExtraError, UnknownNameError, RequestError, NoEvidenceError
        As in `event_study`; RequestError without candidates.
    """
    if not candidates:
        raise RequestError("no candidates", hint="candidates=['2022-03', '2022-12']")
    from entrepot.measures.event.estimate import breaks

    return breaks(frame, design or Design(), candidates)
