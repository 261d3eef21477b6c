"""From whom to whom a market moved, if every gainer took the same part of every loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart
from entrepot.measures.door import FrameT, through_door
from entrepot.measures.grouped import as_list
from entrepot.measures.passport import Passport
from entrepot.measures.reorientation import SUPPLIER_CHANGES
from entrepot.measures.then_now import INPUTS, NULL_RULE, Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

__all__ = ["ALLOCATED_FLOWS", "allocated_flows"]

ALLOCATED_FLOWS = Passport(
    id="allocated_flows",
    title="allocation of losses to gains in proportion, not an observed flow",
    function="allocated_flows",
    inputs=INPUTS,
    columns=(
        (
            "allocated",
            "part of a loss ascribed to the gainer; unit of the values, or share",
        ),
    ),
    unit="USD",
    range="above 0",
    null_rule=f"no row where the market has no answer or nobody lost or gained; {NULL_RULE}",
    formula="f_ij = v_i⁻ v_j⁺ / max(Σ v⁻, Σ v⁺): losses, so far as replaced, by part in the gains",
    reference="proportional allocation, as of mixed inputs to uses",
    frames_only=True,
)


def allocated_flows(
    frame: FrameT,
    *,
    before: str | int | Period,
    after: str | int | Period,
    by: str | Sequence[str] = ("importer", "product"),
    supplier: str = "exporter",
    time: str = "period",
    value: str = "value_usd",
    complete: bool = False,
    of: Literal["value", "share"] = "value",
) -> FrameT:
    """Ascribe what suppliers lost to those that gained, in proportion to the gains.

    Nothing in trade data says who took whose place. This is the table that follows if every gainer
    took the same part of every loser's loss.

    Parameters
    ----------
    frame, before, after, by, supplier, time, value, complete
        As in `entrepot.measures.supplier_changes`. A market whose key is null has no flows.
    of
        ``"value"``: what is replaced of the values lost; in a market that shrank, a part of the
        losses goes to nobody. ``"share"``: shares of the market, where gains equal losses.

    Returns
    -------
    frame
        The keys, ``loser``, ``gainer`` and ``allocated``; rows above zero only.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, or another `of`.
    """
    if of not in ("value", "share"):
        raise RequestError(f"flows of {of!r}", hint="of is 'value' or 'share'")
    keys = as_list(by)
    changes = Changes(keys, supplier, time, value, *apart(after, before), complete)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        found = changes(rows)
        market = changes.market
        lost, gained = nw.col(f"{of}_lost"), nw.col(f"{of}_gained")
        sums = found.select(*market, supplier, lost.alias("__lost"), gained.alias("__gained"))
        sums = sums.with_columns(
            nw.col("__lost").sum().over(*market).alias("__all_lost"),
            nw.col("__gained").sum().over(*market).alias("__all_gained"),
        )
        losers = sums.filter(nw.col("__lost") > 0).select(
            *market, nw.col(supplier).alias("loser"), "__lost", "__all_lost"
        )
        gainers = sums.filter(nw.col("__gained") > 0).select(
            *market, nw.col(supplier).alias("gainer"), "__gained", "__all_gained"
        )
        both = losers.join(gainers, on=market, how="inner")
        one, other = nw.col("__all_lost"), nw.col("__all_gained")
        larger = nw.when(one > other).then(one).otherwise(other)
        part = nw.col("__lost") * nw.col("__gained") / larger
        return both.select(*keys, "loser", "gainer", part.alias("allocated"))

    makes = ["loser", "gainer", "allocated", *(name for name, _ in SUPPLIER_CHANGES.columns)]
    return through_door(
        frame,
        step,
        keys=keys,
        texts=[supplier, time],
        value=value,
        makes=makes,
        order=[*keys, "loser", "gainer"],
    )
