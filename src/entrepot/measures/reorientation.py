"""Who took whose place: the suppliers of a market before and after an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

NULL_RULE = (
    "null where a market has no row in one of the two periods (unless `complete`), where all rows "
    "of a supplier in a period are missing values, and where a supplier's total is negative or "
    "infinite; a supplier without a row in a market that has rows supplied nothing"
)
INPUTS = "rows with supplier, time and value, all suppliers of the market; the two periods"


@dataclass(frozen=True)
class Changes:
    """From rows to one row a supplier and market; numbers are null where the market is unsound."""

    keys: list[str]
    supplier: str
    time: str
    value: str
    now: Period
    then: Period
    complete: bool

    @property
    def market(self) -> list[str]:
        """Columns that make a market, one constant column where there are none."""
        return self.keys or ["__market"]

    def __call__(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return value and share, before, after, gained and lost."""
        sums = self._sums(rows)
        totals = sums.with_columns(
            *(
                nw.col(name).sum().over(*self.market).alias(f"{name}_all")
                for name in ("__then", "__now", "__rows_then", "__rows_now", "__unsound")
            )
        )
        there = (nw.col("__rows_then_all") > 0) & (nw.col("__rows_now_all") > 0)
        sound = nw.col("__unsound_all") == 0
        # A market without any row in one period may have ended, or may not have been reported.
        sound = sound if self.complete else sound & there
        before, after = nw.col("value_before"), nw.col("value_after")
        named = totals.with_columns(
            nw.when(sound).then(nw.col("__then")).alias("value_before"),
            nw.when(sound).then(nw.col("__now")).alias("value_after"),
            nw.when(sound & (nw.col("__then_all") > 0)).then(nw.col("__then_all")).alias("__base"),
            nw.when(sound & (nw.col("__now_all") > 0)).then(nw.col("__now_all")).alias("__end"),
        )
        shares = named.with_columns(
            (before / nw.col("__base")).alias("share_before"),
            (after / nw.col("__end")).alias("share_after"),
        )
        return shares.with_columns(
            _above(nw.col("share_after") - nw.col("share_before")).alias("share_gained"),
            _above(nw.col("share_before") - nw.col("share_after")).alias("share_lost"),
            _above(after - before).alias("value_gained"),
            _above(before - after).alias("value_lost"),
        )

    def _sums(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[self.time]
        parts = []
        for name, span in (("then", self.then), ("now", self.now)):
            inside = begins_within(span, self.time, dtype)
            parts.append(nw.when(inside).then(nw.col(self.value)).alias(f"__{name}"))
            parts.append(nw.when(inside).then(1).alias(f"__rows_{name}"))
        chosen = rows.select(*self.keys, self.supplier, *parts)
        if not self.keys:
            chosen = chosen.with_columns(nw.lit(1).alias("__market"))
        sums = chosen.group_by(*self.market, self.supplier).agg(
            nw.col("__then").count().alias("__known_then"),
            nw.col("__now").count().alias("__known_now"),
            nw.col("__then", "__now").sum(),
            nw.col("__rows_then", "__rows_now").count(),
        )
        unsound = nw.lit(False)
        for name in ("then", "now"):
            total = nw.col(f"__{name}")
            unreported = (nw.col(f"__rows_{name}") > 0) & (nw.col(f"__known_{name}") == 0)
            # One such supplier leaves its market without an answer: gains and losses are sums.
            unsound = unsound | unreported | ~((total >= 0) & total.is_finite())
        return sums.with_columns(nw.when(unsound).then(1).otherwise(0).alias("__unsound"))


def _above(change: nw.Expr) -> nw.Expr:
    # Two conditions, so that null falls through both and stays null.
    return nw.when(change > 0).then(change).otherwise(nw.when(~(change > 0)).then(0.0))


SUPPLIER_CHANGES = MeasureMetadata(
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

REORIENTATION = MeasureMetadata(
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
    """Compare each supplier's value and share after an event with those before.

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
    """
    keys = as_list(by)
    step = Changes(keys, supplier, time, value, *apart(after, before), complete)

    def shown(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        # Suppliers of other years came along, because all rows are added up in one pass.
        traded = (nw.col("__rows_then") > 0) | (nw.col("__rows_now") > 0)
        return step(rows).filter(traded).select(*keys, supplier, *_COLUMNS)

    return run_on_frame(
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
        # What one loses another gains: each share that moved is in both sums.
        moved = (nw.col("share_gained") + nw.col("share_lost")) / 2
        return sums.select(
            *keys,
            *(nw.when(sound).then(part).alias(name) for name, part in parts.items()),
            nw.when(nw.col("__shares") > 0).then(moved).alias("share_moved"),
        )

    makes = [name for name, _ in REORIENTATION.columns] + _COLUMNS
    return run_on_frame(frame, step, keys=keys, texts=[supplier, time], value=value, makes=makes)


# From whom to whom a market moved, if every gainer took the same part of every loss.


ALLOCATED_FLOWS = MeasureMetadata(
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
    null_rule=(f"no row where the market has no answer or no supplier lost or gained; {NULL_RULE}"),
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
        # Over the larger of the two, so that rows add up to what was replaced.
        larger = nw.when(one > other).then(one).otherwise(other)
        part = nw.col("__lost") * nw.col("__gained") / larger
        return both.select(*keys, "loser", "gainer", part.alias("allocated"))

    makes = ["loser", "gainer", "allocated", *(name for name, _ in SUPPLIER_CHANGES.columns)]
    return run_on_frame(
        frame,
        step,
        keys=keys,
        texts=[supplier, time],
        value=value,
        makes=makes,
        order=[*keys, "loser", "gainer"],
    )
