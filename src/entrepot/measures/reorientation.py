"""Who took whose place: the suppliers of a market before and after an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.change import apart
from entrepot.measures.door import FrameT, through_door
from entrepot.measures.grouped import as_list
from entrepot.measures.passport import Passport
from entrepot.measures.then_now import INPUTS, NULL_RULE, Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

__all__ = [
    "REORIENTATION",
    "SUPPLIER_CHANGES",
    "reorientation",
    "supplier_changes",
]

SUPPLIER_CHANGES = Passport(
    id="supplier_changes",
    title="suppliers before and after",
    function="supplier_changes",
    inputs=INPUTS,
    columns=(
        ("share_gained", "what its share grew by, 0 to 1; zero where it fell"),
        ("share_lost", "what its share fell by, 0 to 1; zero where it grew"),
        ("share_before", "its part of the market before, 0 to 1"),
        ("share_after", "its part of the market after, 0 to 1"),
        ("value_gained", "what its value grew by, in the unit of the values; zero where it fell"),
        ("value_lost", "what its value fell by, in the unit of the values; zero where it grew"),
        ("value_before", "its value before, in the unit of the values"),
        ("value_after", "its value after, in the unit of the values"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=f"{NULL_RULE}; shares are null where the market's total is zero",
    formula="s⁺ = max(0, s₁ - s₀), s⁻ = max(0, s₀ - s₁), with s the supplier's share",
    reference="definition",
    frames_only=True,
)

REORIENTATION = Passport(
    id="reorientation",
    title="replacement of suppliers",
    function="reorientation",
    inputs=INPUTS,
    columns=(
        ("replaced", "the smaller of what was lost and what was gained, in the unit of the values"),
        ("lost", "sum of what falling suppliers lost, in the unit of the values"),
        ("gained", "sum of what growing suppliers gained, in the unit of the values"),
        ("not_replaced", "lost less replaced, in the unit of the values"),
        ("net", "gained less lost: the change of the market, in the unit of the values"),
        ("gained_by_entrants", "what of gained is of suppliers that had nothing before"),
        ("lost_by_leavers", "what of lost is of suppliers that have nothing after"),
        ("share_moved", "part of the market that changed hands, 0 to 1"),
    ),
    unit="USD",
    range="zero and above; net can be negative",
    null_rule=f"{NULL_RULE}; share_moved is null where the market's total is zero",
    formula="R = min(Σ_j v_j⁻, Σ_j v_j⁺); share moved = ½ Σ_j |s_j1 - s_j0|",
    reference="share moved: dissimilarity index of Duncan and Duncan (1955), over time",
)

_COLUMNS = [name for name, _ in SUPPLIER_CHANGES.columns]


def supplier_changes(
    frame: FrameT,
    *,
    before: str | int | Period,
    after: str | int | Period,
    by: str | Sequence[str] = ("importer", "product"),
    supplier: str = "exporter",
    time: str = "period",
    value: str = "value_usd",
    complete: bool = False,
) -> FrameT:
    """Set each supplier's value and share after an event beside those before.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    before, after
        Periods that are compared; the rows that begin in one are added up.
    by
        Columns that make a market, without time.
    supplier, time, value
        Columns with suppliers, times (dates, whole years or text) and values.
    complete
        Promise that whatever has no row was not traded. Without it, a market that has no row at
        all in one of the periods has no answer: it may have ended, or may not have been reported.

    Returns
    -------
    frame
        The keys, the supplier, and the columns of `SUPPLIER_CHANGES`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or periods that overlap.
    """
    keys = as_list(by)
    step = Changes(keys, supplier, time, value, *apart(after, before), complete)

    def shown(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        traded = (nw.col("__rows_then") > 0) | (nw.col("__rows_now") > 0)
        return step(rows).filter(traded).select(*keys, supplier, *_COLUMNS)

    return through_door(
        frame, shown, keys=[*keys, supplier], texts=[time], value=value, makes=_COLUMNS
    )


def reorientation(
    frame: FrameT,
    *,
    before: str | int | Period,
    after: str | int | Period,
    by: str | Sequence[str] = ("importer", "product"),
    supplier: str = "exporter",
    time: str = "period",
    value: str = "value_usd",
    complete: bool = False,
) -> FrameT:
    """Add up what suppliers of a market lost, what others gained, and how much of it was replaced.

    Parameters
    ----------
    frame, before, after, by, supplier, time, value, complete
        As in `supplier_changes`.

    Returns
    -------
    frame
        The keys and the columns of `REORIENTATION`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or periods that overlap.
    """
    keys = as_list(by)
    changes = Changes(keys, supplier, time, value, *apart(after, before), complete)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        marked = changes(rows).with_columns(
            nw.when(nw.col("value_before") == 0).then(nw.col("value_gained")).alias("__entered"),
            nw.when(nw.col("value_after") == 0).then(nw.col("value_lost")).alias("__left"),
        )
        names = ("value_lost", "value_gained", "__entered", "__left", "share_gained", "share_lost")
        sums = marked.group_by(*changes.market).agg(
            *(nw.col(name).sum() for name in names),
            nw.col("value_before").count().alias("__sound"),
            nw.col("share_gained").count().alias("__shares"),
        )
        sound = nw.col("__sound") > 0
        lost, gained = nw.col("value_lost"), nw.col("value_gained")
        replaced = nw.when(lost < gained).then(lost).otherwise(gained)
        parts = {
            "replaced": replaced,
            "lost": lost,
            "gained": gained,
            "not_replaced": lost - replaced,
            "net": gained - lost,
            "gained_by_entrants": nw.col("__entered"),
            "lost_by_leavers": nw.col("__left"),
        }
        moved = (nw.col("share_gained") + nw.col("share_lost")) / 2
        return sums.select(
            *keys,
            *(nw.when(sound).then(part).alias(name) for name, part in parts.items()),
            nw.when(nw.col("__shares") > 0).then(moved).alias("share_moved"),
        )

    makes = [name for name, _ in REORIENTATION.columns] + _COLUMNS
    return through_door(frame, step, keys=keys, texts=[supplier, time], value=value, makes=makes)
