"""How much of what no longer goes to a target goes to hubs instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.measures.change import apart
from entrepot.measures.grouped import as_codes, as_list
from entrepot.measures.no_event import NULL_RULE, REFERENCE, Sides, disjoint, ratios
from entrepot.measures.passport import Passport

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from entrepot.measures.door import FrameT
    from entrepot.model.period import Period

__all__ = ["REROUTING_RATIO", "rerouting_ratio"]

REROUTING_RATIO = Passport(
    id="rerouting_ratio",
    title="substitution ratio over hubs",
    function="rerouting_ratio",
    inputs=(
        "rows with importer, exporter, time and value: exports of the coalition to the target, to "
        "hubs and to controls; the two periods"
    ),
    columns=(
        ("ratio", "additional over lost"),
        ("additional", "what hubs bought above their path, in the unit of the values"),
        ("lost", "what the target bought below its path, in the unit of the values"),
        ("path_losers", "what the target would have bought: base times growth at the controls"),
        ("path_others", "what hubs would have bought: base times growth at the controls"),
    ),
    unit="ratio",
    range="any number; below 0 if hubs bought less than their path as well",
    null_rule=NULL_RULE,
    formula="SR_k = Σ_h (X_h1 - X_h0 g) / (X_t0 g - X_t1), with g the growth at control importers",
    reference=REFERENCE,
)


def rerouting_ratio(
    frame: FrameT,
    *,
    target: str | Collection[str],
    coalition: str | Collection[str],
    hubs: str | Collection[str],
    before: str | int | Period,
    after: str | int | Period,
    controls: str | Collection[str] = (),
    by: str | Sequence[str] = ("product",),
    supplier: str = "exporter",
    buyer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    complete: bool = False,
    least: float = 0.0,
) -> FrameT:
    """Set a coalition's additional exports to hubs against what it no longer sells to a target.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: exports of `coalition` to target, hubs and controls.
    target
        Whom the event was aimed at.
    coalition
        Exporters that no longer sell to the target.
    hubs
        Importers that goods may go through.
    before, after, by, supplier, buyer, time, value, complete, least
        As in `substitution_ratio`.
    controls
        Importers that are neither; the growth of the coalition's exports to them is what exports
        to target and hubs would have grown by. Without any, that factor is one.

    Returns
    -------
    frame
        The keys and the columns of `REROUTING_RATIO`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, or a code that is
        on two sides.
    """
    aimed, through, calm = as_codes(target), as_codes(hubs), as_codes(controls)
    disjoint(target=aimed, hubs=through)
    disjoint(target=aimed, controls=calm)
    disjoint(hubs=through, controls=calm)
    from_them = nw.col(supplier).is_in(as_codes(coalition))
    parts = {
        "losers": from_them & nw.col(buyer).is_in(aimed),
        "others": from_them & nw.col(buyer).is_in(through),
    }
    if calm:
        parts["calm"] = from_them & nw.col(buyer).is_in(calm)
    sides = Sides(*apart(after, before), time, value, complete, least)
    growths = ("calm", "calm") if calm else (None, None)
    return ratios(frame, sides, parts, growths, as_list(by), [supplier, buyer])
